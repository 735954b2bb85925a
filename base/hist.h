/*
 * Log-bucket histogram of u64 values (HdrHistogram bucket rule): each power of two is split into
 * 2^HIST_SUB_BITS equal buckets, so a percentile is at most 1/32 (3.1 %) above the true value;
 * min, max, count and sum are exact. Plain data; merging is adding and therefore exact.
 */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include "base/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    HIST_SUB_BITS = 5,
    HIST_BUCKETS = (64 - HIST_SUB_BITS + 1) << HIST_SUB_BITS, /* 1920 */
};

struct hist {
    u64 count;
    u64 sum;                  /* Asserted not to overflow. */
    u64 min, max;             /* min is UINT64_MAX while count is 0. */
    u32 bucket[HIST_BUCKETS]; /* Asserted not to overflow. */
};

void hist_init(struct hist *h);

static inline u32 hist_index(u64 value)
{
    if (value < (1u << HIST_SUB_BITS))
        return (u32)value;
    u32 shift = 63u - (u32)__builtin_clzll(value) - HIST_SUB_BITS;
    return ((shift + 1) << HIST_SUB_BITS) + (u32)((value >> shift) & ((1u << HIST_SUB_BITS) - 1));
}

static inline void hist_add(struct hist *h, u64 value)
{
    h->count++;
    h->sum += value;
    ASSERT(h->sum >= value);
    if (value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    u32 index = hist_index(value);
    h->bucket[index]++;
    ASSERT(h->bucket[index] != 0);
}

void hist_merge(struct hist *into, const struct hist *from);
u64 hist_bucket_low(u32 index);  /* Least value of a bucket. */
u64 hist_bucket_high(u32 index); /* Greatest value of a bucket. */
/* Greatest value of the bucket in which the p_micro/10^6 quantile lies (the sample of rank
 * ceil(p * count), counted from 1), never above max; 0 if empty. p_micro 0 gives min, 1000000 gives
 * max, more is asserted against. */
u64 hist_percentile(const struct hist *h, u32 p_micro);

#ifdef __cplusplus
}
#endif
#endif
