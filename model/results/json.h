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

struct json {
    FILE *out;
    u32 depth;
    u32 row_depth; /* From this depth on everything stands on one line; 0: nowhere. */
    bool is_first; /* No member of the open object has been written yet. */
};

void json_begin(struct json *j, FILE *out); /* Opens the outermost object. */
bool json_finish(struct json *j);           /* Closes it. False: the stream has an error. */

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
