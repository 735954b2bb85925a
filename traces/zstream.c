#include "traces/zstream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum fault { FAULT_NONE, FAULT_HOST, FAULT_ENDS_EARLY, FAULT_CORRUPT };

struct zstream {
    FILE *file;
    char *path;
    ZSTD_DCtx *decoder; /* NULL: the file is plain. */
    size_t input_at;    /* input[input_at .. input_count) is not yet consumed. */
    size_t input_count;
    size_t reason; /* FAULT_HOST: errno; FAULT_CORRUPT: zstd's result. */
    enum fault fault;
    bool file_ended;
    bool frame_ended; /* The decoder stands between two frames. */
    u8 input[ZSTREAM_INPUT_SIZE];
};

static void refill(struct zstream *z)
{
    z->input_at = 0;
    z->input_count = fread(z->input, 1, sizeof(z->input), z->file);
    if (z->input_count > 0)
        return;
    z->file_ended = true;
    if (ferror(z->file)) {
        z->fault = FAULT_HOST;
        z->reason = (size_t)errno;
    }
}

/* RFC 8878: a frame starts with FD2FB528, a skippable frame with 184D2A50..184D2A5F. */
static bool has_zstd_magic(const struct zstream *z)
{
    if (z->input_count < 4)
        return false;
    u32 magic =
        (u32)z->input[0] | (u32)z->input[1] << 8 | (u32)z->input[2] << 16 | (u32)z->input[3] << 24;
    return magic == ZSTD_MAGICNUMBER || (magic & 0xFFFFFFF0u) == ZSTD_MAGIC_SKIPPABLE_START;
}

static bool fail(const struct zstream *z, u64 line, struct err *e)
{
    char at[32] = "";
    if (line > 0)
        snprintf(at, sizeof(at), ":%" PRIu64, line);

    if (z->fault == FAULT_HOST)
        return err_set(e, ERR_IO, "%s%s: cannot read: %s", z->path, at, strerror((int)z->reason));
    if (z->fault == FAULT_ENDS_EARLY)
        return err_set(e, ERR_USAGE,
                       "%s%s: the compressed stream ends early, expected a whole zstd frame after "
                       "this line: the file was cut off; copy it again",
                       z->path, at);
    return err_set(e, ERR_USAGE,
                   "%s%s: the compressed stream is corrupt after this line (zstd says \"%s\"), "
                   "expected zstd frames with a window of at most %d MiB, as written by zstd -19",
                   z->path, at, ZSTD_getErrorName(z->reason), 1 << (ZSTREAM_WINDOW_LOG - 20));
}

static bool start(struct zstream *z, struct err *e)
{
    z->fault = FAULT_NONE;
    z->file_ended = false;
    z->frame_ended = true;
    refill(z);
    return z->fault == FAULT_NONE || fail(z, 0, e);
}

struct zstream *zstream_open(const char *path, struct err *e)
{
    struct zstream *z = calloc(1, sizeof(*z));
    size_t path_size = strlen(path) + 1;
    if (z == NULL || (z->path = malloc(path_size)) == NULL) {
        err_set(e, ERR_IO, "%s: no memory to read it", path);
        zstream_close(z);
        return NULL;
    }
    memcpy(z->path, path, path_size);

    z->file = fopen(path, "rb");
    if (z->file == NULL) {
        err_set(e, ERR_IO, "%s: cannot open: %s", path, strerror(errno));
        zstream_close(z);
        return NULL;
    }
    setvbuf(z->file, NULL, _IONBF, 0); /* We read whole blocks: a second buffer only copies. */
    if (!start(z, e)) {
        zstream_close(z);
        return NULL;
    }
    if (has_zstd_magic(z)) {
        z->decoder = ZSTD_createDCtx();
        if (z->decoder == NULL) {
            err_set(e, ERR_IO, "%s: no memory for the zstd decoder", path);
            zstream_close(z);
            return NULL;
        }
        ZSTD_DCtx_setParameter(z->decoder, ZSTD_d_windowLogMax, ZSTREAM_WINDOW_LOG);
    }
    return z;
}

void zstream_close(struct zstream *z)
{
    if (z == NULL)
        return;
    if (z->file != NULL)
        fclose(z->file);
    ZSTD_freeDCtx(z->decoder);
    free(z->path);
    free(z);
}

const char *zstream_path(const struct zstream *z)
{
    return z->path;
}

static bool input_is_used_up(const struct zstream *z)
{
    return z->input_at == z->input_count;
}

static size_t read_plain(struct zstream *z, u8 *to, size_t size)
{
    size_t n = z->input_count - z->input_at;
    if (n > size)
        n = size;
    memcpy(to, z->input + z->input_at, n);
    z->input_at += n;
    return n;
}

static size_t read_zstd(struct zstream *z, u8 *to, size_t size)
{
    /* Without input the decoder would take its next step for the start of a new frame. */
    if (input_is_used_up(z) && z->frame_ended)
        return 0;

    ZSTD_inBuffer in = {z->input, z->input_count, z->input_at};
    ZSTD_outBuffer out = {to, size, 0};
    size_t result = ZSTD_decompressStream(z->decoder, &out, &in);
    if (ZSTD_isError(result)) {
        z->fault = FAULT_CORRUPT;
        z->reason = result;
        return out.pos;
    }
    bool moved = in.pos > z->input_at || out.pos > 0;
    z->input_at = in.pos;
    z->frame_ended = result == 0;
    if (!moved && z->file_ended)
        z->fault = FAULT_ENDS_EARLY;
    return out.pos;
}

s64 zstream_read(struct zstream *z, void *to, size_t size, u64 line, struct err *e)
{
    size_t count = 0;

    while (count < size && z->fault == FAULT_NONE) {
        if (input_is_used_up(z) && !z->file_ended)
            refill(z);
        if (input_is_used_up(z) && z->file_ended && z->frame_ended)
            break;
        count += z->decoder ? read_zstd(z, (u8 *)to + count, size - count)
                            : read_plain(z, (u8 *)to + count, size - count);
    }
    if (count == 0 && z->fault != FAULT_NONE) {
        fail(z, line, e);
        return -1;
    }
    return (s64)count;
}

bool zstream_rewind(struct zstream *z, struct err *e)
{
    if (fseek(z->file, 0, SEEK_SET) != 0)
        return err_set(e, ERR_IO, "%s: cannot be read twice: %s", z->path, strerror(errno));
    clearerr(z->file);
    if (z->decoder != NULL)
        ZSTD_DCtx_reset(z->decoder, ZSTD_reset_session_only);
    return start(z, e);
}
