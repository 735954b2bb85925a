/*
 * Text for people: numbers in the units people use, with four digits, by integers alone; and a
 * line of a terminal, 80 columns, into which as much is put as fits.
 */
#ifndef MODEL_RESULTS_LINE_H
#define MODEL_RESULTS_LINE_H

#include <stdio.h>

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LINE_COLUMNS = 80, QUANTITY_WORDS_MAX = 32 };

/* Each writes into text[QUANTITY_WORDS_MAX] and returns it. */
const char *words_time(char *text, u64 ps);        /* "98.23 us" */
const char *words_count(char *text, u64 count);    /* "512", "9.823 M" */
const char *words_permille(char *text, u64 part, u64 whole); /* "12.3 %"; "-" of nothing. */
const char *words_tenths(char *text, u64 part, u64 whole);   /* "9.8"; "-" of nothing. */

/* part * scale / whole, rounded to the nearest; whole is not 0. */
u64 ratio(u64 part, u64 scale, u64 whole);

struct line {
    u32 len;
    char text[LINE_COLUMNS + 1];
};
void line_init(struct line *l);
/* False: it does not fit, nothing changed. */
bool line_add(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_to(struct line *l, u32 column);              /* Blanks up to this column. */
void line_right(struct line *l, u32 column, const char *text); /* Ends before this column. */
/* One more of a list: with a comma, on a new line from column `indent` on if this one is full. */
void line_flow(struct line *l, FILE *out, u32 indent, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void line_bar(struct line *l, u32 len);
void line_end(struct line *l, FILE *out); /* Print it without blanks at the end; empty it. */

#ifdef __cplusplus
}
#endif
#endif
