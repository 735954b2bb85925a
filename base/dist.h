/*
 * Integer distributions as inverse-CDF tables: a uniform 64-bit number in, a value (picoseconds,
 * or a rank) out. Tables are built with integers too (fixed-point ln, exp and normal quantile), so
 * a table has the same bits under every compiler.
 *
 * Shape of the table: DIST_BODY equal steps of probability, and the last of them split again into
 * DIST_TAIL steps, because tails decide p99.9. Linear interpolation between points.
 */
#ifndef BASE_DIST_H
#define BASE_DIST_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DIST_BODY = 1024, DIST_TAIL = 1024 };

struct dist {
    u64 body[DIST_BODY + 1]; /* Quantile at i / DIST_BODY, ascending. */
    u64 tail[DIST_TAIL + 1]; /* Quantile at (DIST_BODY - 1 + i / DIST_TAIL) / DIST_BODY. */
};

void dist_fixed(struct dist *d, u64 value);
/* Median and sigma of ln(value); sigma in 1/1000 (0..4000). Clamped to [min, max]. */
bool dist_lognormal(struct dist *d, u64 median, u32 sigma_milli, u64 min, u64 max,
                    struct err *e);

/* A sample of (value, count), ascending by value; step: quantiles are values of the sample
 * interpolated inside a bin up to the next value. At least one bin with count > 0. */
struct dist_bin {
    u64 value;
    u64 count;
};
bool dist_from_bins(struct dist *d, const struct dist_bin *bin, size_t bin_count, struct err *e);

/* Known quantiles (probability in 1/10^6, ascending), with the least and the greatest value. */
struct dist_point {
    u32 p_micro; /* 0..1000000 */
    u64 value;
};
bool dist_from_points(struct dist *d, const struct dist_point *point, size_t point_count,
                      u64 min, u64 max, struct err *e);

u64 dist_value(const struct dist *d, u64 bits);
u64 dist_mean(const struct dist *d); /* Mean of the table, rounded down. */

/*
 * Zipf over ranks 0..n-1 with exponent theta in 1/1000 (0..5000; 0 is uniform): probability of
 * rank r is proportional to 1 / (r + 1)^theta. Cumulative weights at block borders are kept in a
 * table of the caller (integers); inside a block the weight is interpolated.
 */
enum { ZIPF_HEAD = 256, ZIPF_BLOCKS = 768 };
struct zipf {
    u64 n;
    u64 head[ZIPF_HEAD + 1];    /* Cumulative probability (of 2^63) before rank i, exact ranks. */
    u64 border[ZIPF_BLOCKS + 1]; /* First rank of each block, geometric. */
    u64 block[ZIPF_BLOCKS + 1]; /* Cumulative probability before that rank. */
    u32 block_count;
    u32 zero;
};
bool zipf_init(struct zipf *z, u64 n, u32 theta_milli, struct err *e);
u64 zipf_rank(const struct zipf *z, u64 bits);

/* Fixed-point helpers, Q32.32, for the tables above (tested against libm in the tests only). */
s64 fix_ln(u64 x_q32);       /* ln(x), x > 0. */
u64 fix_exp(s64 x_q32);      /* e^x, saturates at UINT64_MAX and 0. */
s64 fix_normal_quantile(u64 p_q32); /* Inverse normal CDF, 0 < p < 1 (Q32). */

#ifdef __cplusplus
}
#endif
#endif
