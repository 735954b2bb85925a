/*
 * One line of lackey's text, read carefully: every legal form, and for an illegal one the words
 * that say where and why. lackey_quick.h reads the common forms faster and gives the same answer
 * for all that it accepts. Private to this folder.
 */
#ifndef TRACES_LACKEY_LINE_H
#define TRACES_LACKEY_LINE_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LACKEY_LINE_MAX = 256,  /* Bytes of an access line without its end; comments may be longer. */
    LACKEY_SIZE_MAX = 4096, /* Bytes of one access. */
    LACKEY_VA_BITS = 48,
};

struct lackey_access {
    u64 va;
    u32 size;  /* Bytes, 1..LACKEY_SIZE_MAX; all of them lie below 2^48. */
    u8 letter; /* 'I', 'L', 'S', 'M', or 0: a comment or an empty line. */
};

/* `size` bytes without the line feed. False: *e says where in the line, with path and number. */
bool lackey_careful_line(const u8 *line, size_t size, const char *path, u64 number,
                         struct lackey_access *a, struct err *e);

/* The file ends in this line, which may therefore be cut short. Always false. */
bool lackey_unfinished_line(const u8 *line, size_t size, const char *path, u64 number,
                            struct err *e);

#ifdef __cplusplus
}
#endif
#endif
