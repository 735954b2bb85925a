#include "traces/lackey_lines.h"

#include <inttypes.h>
#include <string.h>

static void start(struct lackey_lines *l)
{
    l->at = l->lines_end = l->end = l->buffer;
    l->line = l->comments = 0;
}

bool lackey_lines_open(struct lackey_lines *l, const char *path, struct err *e)
{
    memset(l, 0, sizeof(*l));
    start(l);
    l->file = zstream_open(path, e);
    return l->file != NULL;
}

bool lackey_lines_rewind(struct lackey_lines *l, struct err *e)
{
    start(l);
    return zstream_rewind(l->file, e);
}

void lackey_lines_close(struct lackey_lines *l)
{
    zstream_close(l->file);
}

/* The file is at its end: is that a good end? */
static bool end_is_good(const struct lackey_lines *l, struct err *e)
{
    const char *path = zstream_path(l->file);

    if (l->at < l->end)
        return lackey_unfinished_line(l->at, (size_t)(l->end - l->at), path, l->line + 1, e);
    if (l->line == l->comments)
        return err_set(e, ERR_USAGE,
                       "%s:%" PRIu64 ": found no access lines, expected the output of valgrind "
                       "--tool=lackey --trace-mem=yes, as in \" L 1fff0005e8,8\"",
                       path, l->line);
    return true;
}

/* At least one more whole line into the buffer; the part of a line in it moves to the front. */
static int refill(struct lackey_lines *l, struct err *e)
{
    size_t count = (size_t)(l->end - l->at);

    memmove(l->buffer, l->at, count);
    l->at = l->lines_end = l->buffer;
    l->end = l->buffer + count;

    while (l->lines_end == l->at) {
        size_t room = (size_t)(l->buffer + LACKEY_BUFFER_SIZE - l->end);
        if (room == 0) {
            err_set(e, ERR_USAGE,
                    "%s:%" PRIu64 ":1: found a line of more than %d bytes, expected lackey's "
                    "lines, as in \" L 1fff0005e8,8\"",
                    zstream_path(l->file), l->line + 1, LACKEY_BUFFER_SIZE);
            return -1;
        }
        s64 more = zstream_read(l->file, l->buffer + LACKEY_BUFFER_SIZE - room, room, l->line, e);
        if (more < 0)
            return -1;
        if (more == 0)
            return end_is_good(l, e) ? 0 : -1;
        l->end += more;
        for (const u8 *p = l->end; p > l->end - more && l->lines_end == l->at; p--)
            if (p[-1] == '\n')
                l->lines_end = p;
    }
    return 1;
}

int lackey_lines_next_careful(struct lackey_lines *l, struct lackey_access *a, struct err *e)
{
    for (;;) {
        if (l->at == l->lines_end) {
            int got = refill(l, e);
            if (got <= 0)
                return got;
        }
        const u8 *lf = memchr(l->at, '\n', (size_t)(l->lines_end - l->at));
        if (!lackey_careful_line(l->at, (size_t)(lf - l->at), zstream_path(l->file), l->line + 1, a,
                                 e))
            return -1;
        l->at = lf + 1;
        l->line++;
        if (a->letter != 0)
            return 1;
        l->comments++;
    }
}
