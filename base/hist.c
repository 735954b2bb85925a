#include "base/hist.h"

#include <string.h>

void hist_init(struct hist *h)
{
    memset(h, 0, sizeof(*h));
    h->min = UINT64_MAX;
}

void hist_merge(struct hist *into, const struct hist *from)
{
    into->count += from->count;
    into->sum += from->sum;
    ASSERT(into->sum >= from->sum);
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
    for (u32 i = 0; i < HIST_BUCKETS; i++) {
        into->bucket[i] += from->bucket[i];
        ASSERT(into->bucket[i] >= from->bucket[i]);
    }
}

/* The first two rows of 2^HIST_SUB_BITS buckets are one value wide, each later row twice as wide
 * as the row before. */
static u32 width_bits(u32 index)
{
    ASSERT(index < HIST_BUCKETS);
    u32 row = index >> HIST_SUB_BITS;
    return row > 1 ? row - 1 : 0;
}

u64 hist_bucket_low(u32 index)
{
    u32 bits = width_bits(index);
    return ((u64)index - ((u64)bits << HIST_SUB_BITS)) << bits;
}

u64 hist_bucket_high(u32 index)
{
    return hist_bucket_low(index) + ((1ull << width_bits(index)) - 1);
}

u64 hist_percentile(const struct hist *h, u32 p_micro)
{
    const u32 one = 1000000;

    ASSERT(p_micro <= one);
    if (h->count == 0)
        return 0;
    if (p_micro == 0)
        return h->min;

    u64 rank = (u64)(((u128)h->count * p_micro + one - 1) / one);
    u32 index = 0;
    for (u64 seen = h->bucket[0]; seen < rank; seen += h->bucket[index])
        index++;
    u64 high = hist_bucket_high(index);
    return high < h->max ? high : h->max;
}
