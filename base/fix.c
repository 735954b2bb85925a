#include "base/dist.h"

#define LN2_Q62 0x2c5c85fdf473de6bll
#define LN2_Q64 0xb17217f7d1cf79acull
#define SQRT_2PI_Q32 0x281b263ffull
#define ONE_Q32 (1ull << 32)

/*
 * x = m * 2^e with m in [1, 2), and ln(m) = 2 atanh(z) = 2 (z + z^3/3 + z^5/5 + ...) with
 * z = (m - 1) / (m + 1), which is at most 1/3, so twenty terms reach 2^-62.
 */
s64 fix_ln(u64 x_q32)
{
    ASSERT(x_q32 > 0);
    int shift = __builtin_clzll(x_q32);
    u64 m = x_q32 << shift; /* Q63 */
    u64 one = 1ull << 63;
    int e = 31 - shift;

    s64 z = (s64)(((u128)(m - one) << 62) / ((u128)m + one)); /* Q62 */
    s64 square = (s64)((s128)z * z >> 62);
    s64 sum = 0;
    for (s64 power = z, k = 1; power / k != 0; k += 2) {
        sum += power / k;
        power = (s64)((s128)power * square >> 62);
    }
    s128 ln_q62 = (s128)e * LN2_Q62 + 2 * (s128)sum;
    return (s64)((ln_q62 + (1 << 29)) >> 30);
}

/*
 * x = k ln 2 + r with r in [0, ln 2), so e^x = 2^k e^r; e^r is its Taylor series. Outside +-46
 * every product is 0 or over 2^64.
 */
u64 fix_mul_exp(u64 scale, s64 x_q32)
{
    const s64 limit_q32 = 46ll << 32;

    if (scale == 0 || x_q32 < -limit_q32)
        return 0;
    if (x_q32 > limit_q32)
        return UINT64_MAX;

    s128 x = (s128)x_q32 * ((s128)1 << 32); /* Q64 */
    int k = (int)(x / LN2_Q64) - (x < 0);
    u64 r = (u64)(x - (s128)k * LN2_Q64);
    u64 sum = 0; /* e^r, Q58, in [1, 2]. */
    u64 term = 1ull << 58;
    for (u64 n = 1; term != 0; n++) {
        sum += term;
        term = (u64)((u128)term * r >> 64) / n;
    }

    u128 product = (u128)scale * sum; /* Under 2^123. */
    if (k >= 64 || k < 58 - 123)
        return k >= 64 ? UINT64_MAX : 0;
    product = k >= 58 ? product << (k - 58) : (product + ((u128)1 << (57 - k))) >> (58 - k);
    return product > UINT64_MAX ? UINT64_MAX : (u64)product;
}

u64 fix_exp(s64 x_q32)
{
    return fix_mul_exp(ONE_Q32, x_q32);
}

/*
 * ((1 - Phi(z)) - q) / phi(z) for z >= 0, Q32, with 1 / phi(z) given: how far q is away, in the
 * measure of Newton's step. From the power series of Phi for small z, else from the continued
 * fraction of Mills' ratio, 1/(z + 1/(z + 2/(z + 3/...))), which keeps full precision in the tail.
 */
static s64 tail_excess(u64 z, u64 q, u64 inverse_phi)
{
    const u64 series_end = 3 * ONE_Q32 / 2;

    if (z < series_end) {
        u64 square = (u64)((u128)z * z >> 6); /* Q58 */
        u64 sum = 0;                          /* z + z^3/3 + z^5/(3*5) + ..., Q58 */
        u64 term = z << 26;
        for (u64 k = 3; term != 0; k += 2) {
            sum += term;
            term = (u64)((u128)term * square >> 58) / k;
        }
        return (s64)((u128)(ONE_Q32 / 2 - q) * inverse_phi >> 32) - (s64)(sum >> 26);
    }
    u64 v = z;
    for (u64 level = 64; level > 0; level--)
        v = z + (u64)(((u128)level << 64) / v);
    return (s64)(((u128)1 << 64) / v) - (s64)((u128)q * inverse_phi >> 32);
}

/*
 * z with 1 - Phi(z) = q for q < 1/2. Since 1 - Phi(z) <= exp(-z^2/2) / 2, the first guess
 * sqrt(-2 ln 2q) is at most 0.52 too great; four steps of Halley's rule take that under 2^-32.
 */
static s64 upper_quantile(u64 q)
{
    s64 z = (s64)fix_exp(fix_ln((u64)(-2 * fix_ln(2 * q))) / 2);

    for (int i = 0; i < 4; i++) {
        u64 inverse_phi = fix_mul_exp(SQRT_2PI_Q32, (s64)((u128)z * (u128)z >> 33));
        s64 step = tail_excess((u64)z, q, inverse_phi);
        s64 slope = (s64)ONE_Q32 - (s64)((s128)z * step / ((s128)1 << 33)); /* 1 - z step / 2 */

        z += (s64)((s128)step * ((s128)1 << 32) / slope);
        z = z < 0 ? 0 : z;
    }
    return z;
}

s64 fix_normal_quantile(u64 p_q32)
{
    ASSERT(p_q32 > 0 && p_q32 < ONE_Q32);
    if (p_q32 == ONE_Q32 / 2)
        return 0;
    return p_q32 < ONE_Q32 / 2 ? -upper_quantile(p_q32) : upper_quantile(ONE_Q32 - p_q32);
}
