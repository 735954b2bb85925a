/*
 * The accesses of a lackey file one after the other: a buffer that always holds whole lines, the
 * quick reader for the common line, and the careful one for the rest. Private to this folder.
 *
 * Memory: the caller owns the struct (256 KiB) and calls open and close. Never more than this one
 * buffer is read ahead.
 */
#ifndef TRACES_LACKEY_LINES_H
#define TRACES_LACKEY_LINES_H

#include "traces/lackey_quick.h"
#include "traces/zstream.h"

enum { LACKEY_BUFFER_SIZE = 256 << 10 };

struct lackey_lines {
    struct zstream *file;
    const u8 *at;        /* First byte that is not yet consumed. */
    const u8 *lines_end; /* Behind the last line feed in the buffer. */
    const u8 *end;       /* Behind the last byte; before it lies a part of a line. */
    u64 line, comments;  /* Consumed so far; a comment is a line, too. */
    u8 buffer[LACKEY_BUFFER_SIZE + LACKEY_PEEK];
};

bool lackey_lines_open(struct lackey_lines *l, const char *path, struct err *e);
bool lackey_lines_rewind(struct lackey_lines *l, struct err *e);
void lackey_lines_close(struct lackey_lines *l);

/* As lackey_lines_next(), for every line and every end. */
int lackey_lines_next_careful(struct lackey_lines *l, struct lackey_access *a, struct err *e);

/* 1: an access. 0: end of the file. -1: *e says why, now and at every further call. */
static inline int lackey_lines_next(struct lackey_lines *l, struct lackey_access *a, struct err *e)
{
    const u8 *next = LIKELY(l->at < l->lines_end) ? lackey_quick_line(l->at, a) : NULL;
    if (UNLIKELY(next == NULL))
        return lackey_lines_next_careful(l, a, e);
    l->at = next;
    l->line++;
    return 1;
}

#endif
