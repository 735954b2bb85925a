/*
 * The bytes of a plain or zstd file, in order, read into the caller's buffer. Which of the two it
 * is, the first four bytes tell, not the name. Private to this folder; knows nothing of lines.
 *
 * Memory: an input block of 128 KiB and the zstd decoder, whose window is limited to
 * ZSTREAM_WINDOW_LOG, so that a hostile file cannot ask for more.
 */
#ifndef TRACES_ZSTREAM_H
#define TRACES_ZSTREAM_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ZSTREAM_INPUT_SIZE = 128 << 10,
    ZSTREAM_WINDOW_LOG = 23, /* 8 MiB: all that zstd asks for at the levels up to 19. */
};

struct zstream;

/* NULL: *e says why. The path is copied. */
struct zstream *zstream_open(const char *path, struct err *e);
void zstream_close(struct zstream *z);
const char *zstream_path(const struct zstream *z);

/*
 * As many of `size` bytes as there are; fewer only at the end or before a fault. 0: end. < 0: *e
 * says why. Bytes that came before a fault are delivered first; the fault is told by the next call
 * and by all that follow. `line` is the last complete line that the caller has seen (0: none): it
 * stands in the sentence.
 */
s64 zstream_read(struct zstream *z, void *to, size_t size, u64 line, struct err *e);

/* Back to the first byte. */
bool zstream_rewind(struct zstream *z, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
