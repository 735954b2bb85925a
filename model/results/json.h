/*
 * A streaming writer of JSON (RFC 8259): objects, integers, strings. Bytes follow from the calls
 * alone, so equal results are equal files. Knows nothing of what it writes; the stream is the
 * caller's.
 */
#ifndef MODEL_RESULTS_JSON_H
#define MODEL_RESULTS_JSON_H

#include <stdio.h>

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Instead of a stream: every integer (true is 1) with the path of its keys. */
typedef void json_number_fn(void *arg, const char *path, u64 value);
enum { JSON_PATH_MAX = 160, JSON_DEPTH_MAX = 8 };

struct json {
    FILE *out; /* NULL: numbers only. */
    json_number_fn *number;
    void *arg;
    char path[JSON_PATH_MAX];
    u32 path_size[JSON_DEPTH_MAX]; /* Of the path around each open object. */
    u32 depth;
    u32 row_depth; /* From this depth on everything stands on one line; 0: nowhere. */
    bool is_first; /* No member of the open object has been written yet. */
};

void json_begin(struct json *j, FILE *out); /* Opens the outermost object. */
bool json_finish(struct json *j);           /* Closes it. False: the stream has an error. */
/* The same calls between, for a program that wants the numbers. */
void json_begin_numbers(struct json *j, json_number_fn *number, void *arg);

void json_object(struct json *j, const char *key); /* One member a line. */
void json_row(struct json *j, const char *key);    /* The whole object on one line. */
void json_end(struct json *j);

void json_u64(struct json *j, const char *key, u64 value);
void json_hex(struct json *j, const char *key, u64 value); /* A string, "0x" and 16 digits. */
void json_text(struct json *j, const char *key, const char *text);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

#ifdef __cplusplus
}
#endif
#endif
