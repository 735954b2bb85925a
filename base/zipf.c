#include "base/dist.h"

#include <string.h>

#define CERTAIN (1ull << 63)      /* Probability 1. */
#define LN2_31_Q32 0x157cd0e702ll /* 31 ln 2 */

/* (half / 2)^-theta, Q62. Ranks and the borders between them are counted in halves. */
static u64 weight(u64 half, u32 theta_milli)
{
    s64 ln = fix_ln(half) + LN2_31_Q32;
    return fix_mul_exp(1ull << 62, -(ln * theta_milli / 1000));
}

/* The ranks from..to-1: the integral of x^-theta from from + 1/2 to to + 1/2, by Simpson's rule. */
static u128 block_weight(u64 from, u64 to, u32 theta_milli)
{
    u128 sum = (u128)weight(2 * from + 1, theta_milli) + weight(2 * to + 1, theta_milli) +
               (u128)4 * weight(from + to + 1, theta_milli);
    return sum * (to - from) / 6;
}

/* Borders ZIPF_HEAD * (n / ZIPF_HEAD)^(i / count), at least one rank apart. */
static void set_borders(struct zipf *z)
{
    u64 above = z->n - ZIPF_HEAD;
    s64 growth = fix_ln(z->n) - fix_ln(ZIPF_HEAD);

    z->block_count = above < ZIPF_BLOCKS ? (u32)above : ZIPF_BLOCKS;
    z->border[0] = ZIPF_HEAD;
    for (u32 i = 1; i < z->block_count; i++) {
        u64 border = fix_mul_exp(ZIPF_HEAD, growth * i / z->block_count);
        u64 least = z->border[i - 1] + 1, most = z->n - (z->block_count - i);

        z->border[i] = border < least ? least : border > most ? most : border;
    }
    z->border[z->block_count] = z->n;
}

/* sum[i]: weight before rank i of the head; behind the head, before each block. The last is all. */
static u32 sum_weights(const struct zipf *z, u32 theta_milli, u128 *sum)
{
    u32 head_count = z->n < ZIPF_HEAD ? (u32)z->n : ZIPF_HEAD;

    sum[0] = 0;
    for (u32 i = 0; i < head_count; i++)
        sum[i + 1] = sum[i] + weight(2 * (u64)(i + 1), theta_milli);
    sum += head_count;
    for (u32 i = 0; i < z->block_count; i++)
        sum[i + 1] = sum[i] + block_weight(z->border[i], z->border[i + 1], theta_milli);
    return head_count + z->block_count;
}

bool zipf_init(struct zipf *z, u64 n, u32 theta_milli, struct err *e)
{
    u128 sum[ZIPF_HEAD + ZIPF_BLOCKS + 1];

    if (n == 0 || n > 1ull << 36)
        return err_set(e, ERR_USAGE, "number of Zipf ranks is %llu, expected 1..2^36",
                       (unsigned long long)n);
    if (theta_milli > 5000)
        return err_set(e, ERR_USAGE, "Zipf exponent is %u/1000, expected 0..5000", theta_milli);

    memset(z, 0, sizeof(*z));
    z->n = n;
    if (n > ZIPF_HEAD)
        set_borders(z);

    u32 last = sum_weights(z, theta_milli, sum);
    u64 high = (u64)(sum[last] >> 64); /* Shifted out, so that a sum times 2^63 fits u128. */
    u32 shift = high != 0 ? 64 - (u32)__builtin_clzll(high) : 0;
    u64 total = (u64)(sum[last] >> shift);

    for (u32 i = 0; i <= ZIPF_HEAD; i++)
        z->head[i] = (u64)((sum[i < last ? i : last] >> shift) * CERTAIN / total);
    for (u32 i = 0; i <= z->block_count && z->block_count != 0; i++)
        z->block[i] = (u64)((sum[ZIPF_HEAD + i] >> shift) * CERTAIN / total);
    return true;
}

/* The greatest i with before[i] <= p, given before[0] <= p < before[count]. */
static u32 find_last(const u64 *before, u32 count, u64 p)
{
    u32 low = 0, high = count;

    while (high - low > 1) {
        u32 middle = (low + high) / 2;
        if (before[middle] <= p)
            low = middle;
        else
            high = middle;
    }
    return low;
}

u64 zipf_rank(const struct zipf *z, u64 bits)
{
    u64 p = bits >> 1;

    if (p < z->head[ZIPF_HEAD])
        return find_last(z->head, ZIPF_HEAD, p);

    u32 i = find_last(z->block, z->block_count, p);
    u64 width = z->border[i + 1] - z->border[i];
    return z->border[i] + (u64)((u128)(p - z->block[i]) * width / (z->block[i + 1] - z->block[i]));
}
