/*
 * Numbers with units as people write them ("36.2us", "4KiB", "2GHz", "90%") into whole numbers of
 * a base unit and back. Integers only: decimals are exact, except that times are rounded to the
 * nearest picosecond.
 */
#ifndef MODEL_CONFIG_QUANTITY_H
#define MODEL_CONFIG_QUANTITY_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*   name     base unit     */
enum quantity {
    QUANTITY_TIME,    /* ps */
    QUANTITY_SIZE,    /* bytes */
    QUANTITY_FREQ,    /* Hz */
    QUANTITY_PERCENT, /* whole percent */
    QUANTITY_COUNT,   /* one; also as 0x... */
    QUANTITY_MILLI,   /* 1/1000 */
    QUANTITY_KIND_COUNT
};

enum quantity_error {
    QUANTITY_GOOD,
    QUANTITY_NOT_A_NUMBER,
    QUANTITY_NO_UNIT,    /* A bare number where a unit is needed. */
    QUANTITY_WRONG_UNIT,
    QUANTITY_NEGATIVE,
    QUANTITY_TOO_FINE,   /* A fraction that the base unit cannot hold. */
    QUANTITY_TOO_LARGE,  /* Does not fit 64 bits. */
};

enum quantity_error quantity_parse(enum quantity kind, const char *text, u64 *value);
/* A time, or cycles ("900cyc") of a clock of clock_hz > 0; rounded to the nearest picosecond. */
enum quantity_error quantity_parse_cost(const char *text, u64 clock_hz, u64 *ps);
/* Digits with at most `digits` decimals times 10^digits, without a unit ("99.95", 4: 999500). */
enum quantity_error quantity_parse_decimal(const char *text, u32 digits, u64 *value);

enum { QUANTITY_TEXT_MAX = 48 };
/* Shortest exact form; quantity_parse() of it gives the value again. Returns text. */
const char *quantity_print(enum quantity kind, u64 value, char text[QUANTITY_TEXT_MAX]);

const char *quantity_words(enum quantity kind);   /* "a time in ps, ns, us, ms or s" */
const char *quantity_example(enum quantity kind); /* "36.2us" */
const char *quantity_pattern(enum quantity kind); /* Regular expression of JSON Schema. */
const char *quantity_error_words(enum quantity_error error);

#ifdef __cplusplus
}
#endif
#endif
