/*
 * Errors of users: one sentence with file:line:column, what was found, what was expected, what to
 * try. Functions that can meet one return false (or < 0) and fill a struct err of the caller.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The exit status of the program (contract of the command line). */
enum err_code {
    ERR_NONE = 0,
    ERR_GATE = 1,   /* A gate or a validation failed. */
    ERR_USAGE = 2,  /* Wrong usage, configuration or input file. */
    ERR_BROKEN = 3, /* The simulated system broke an invariant, got stuck, or a pool is full. */
    ERR_IO = 4,     /* The host's files or disk. */
};

enum { ERR_TEXT_MAX = 512 };

struct err {
    enum err_code code;
    char text[ERR_TEXT_MAX]; /* One sentence without a newline, always terminated. */
};

/* Always returns false, so that "return err_set(...)" reads well. e may be NULL. */
bool err_set(struct err *e, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "file:line:column: " in front (line 0: only the file; column 0: file and line). */
bool err_set_at(struct err *e, enum err_code code, const char *file, u32 line, u32 column,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

#ifdef __cplusplus
}
#endif
#endif
