/*
 * Integer distributions as inverse-CDF tables: a uniform 64-bit number in, a value (picoseconds,
 * or a rank) out. Tables are built with integers too (fixed-point ln, exp and normal quantile), so
 * a table has the same bits under every compiler.
 *
 * Shape of the table: DIST_BODY equal steps of probability, and the last of them split again into
 * DIST_TAIL steps, because tails decide p99.9. Linear interpolation between points: what a builder
 * knows between two points of the table (a narrow peak, say) is smoothed over that step.
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

/*
 * Median (not 0, within [min, max]) and sigma of ln(value) in 1/1000 (0..4000; 0 is a fixed value).
 * Each point of the table is the exact quantile, clamped to [min, max]; only the ends are min and
 * max themselves. So values under the 1/1024 quantile are uniform from min, and the last 2^-20 of
 * the draws uniform up to max: give the store's own limits, not 0 and infinity.
 */
bool dist_lognormal(struct dist *d, u64 median, u32 sigma_milli, u64 min, u64 max, struct err *e);

/*
 * A sample as (value, count); value is the lower edge of a bin and strictly ascending. The counts
 * of a bin are spread evenly up to the next bin's value, also if that bin is empty; the last bin
 * is one point, its own value. Where empty bins leave a range of values for one probability, the
 * least of them is taken. Quantile 0 is the first bin with a count. All counts together are at
 * least 1 and less than 2^44.
 */
struct dist_bin {
    u64 value;
    u64 count;
};
bool dist_from_bins(struct dist *d, const struct dist_bin *bin, size_t bin_count, struct err *e);

/*
 * Known quantiles: p_micro strictly ascending, values ascending and within [min, max]. Straight
 * lines from min at 0 through the points to max at 1; without points, uniform. A point at 0 or
 * 1000000 is where the line begins or ends, but the end of the table is still min or max.
 */
struct dist_point {
    u32 p_micro; /* Probability in 1/10^6, 0..1000000. */
    u64 value;
};
bool dist_from_points(struct dist *d, const struct dist_point *point, size_t point_count, u64 min,
                      u64 max, struct err *e);

/* Quantile at bits / 2^64: the top bits choose the step, the next 32 interpolate (rounded down). */
u64 dist_value(const struct dist *d, u64 bits);
u64 dist_mean(const struct dist *d); /* Mean of the table, rounded down. */

/*
 * Zipf over ranks 0..n-1 with exponent theta in 1/1000 (0..5000; 0 is uniform), n from 1 to 2^36:
 * the probability of rank r is proportional to 1 / (r + 1)^theta. The first ZIPF_HEAD ranks have
 * their own probability; the ranks above lie in blocks with geometric borders, whose weight is the
 * integral of x^-theta; inside a block (at most 2.6 % wide) all ranks are equally likely.
 */
enum { ZIPF_HEAD = 256, ZIPF_BLOCKS = 768 };
struct zipf {
    u64 n;
    u64 head[ZIPF_HEAD + 1];     /* Cumulative probability (of 2^63) before rank i. */
    u64 border[ZIPF_BLOCKS + 1]; /* First rank of each block; the last is n. */
    u64 block[ZIPF_BLOCKS + 1];  /* Cumulative probability before that rank. */
    u32 block_count;             /* 0 if the head holds all ranks. */
    u32 zero;                    /* Padding, always 0. */
};
bool zipf_init(struct zipf *z, u64 n, u32 theta_milli, struct err *e);
u64 zipf_rank(const struct zipf *z, u64 bits); /* Ascending with bits. */

/* Fixed-point helpers, Q32.32, for the tables above (tested against libm in the tests only). */
s64 fix_ln(u64 x_q32);  /* ln(x), x > 0 (asserted); error below 2^-32. */
u64 fix_exp(s64 x_q32); /* e^x, rounded to nearest; saturates at UINT64_MAX and 0. */
/* scale * e^x as an integer, rounded to nearest; saturates. Error below 1/2 + 2^-52 of it. */
u64 fix_mul_exp(u64 scale, s64 x_q32);
/* Inverse normal CDF, 0 < p < 1 (Q32, asserted); error below 2^-29. */
s64 fix_normal_quantile(u64 p_q32);

#ifdef __cplusplus
}
#endif
#endif
