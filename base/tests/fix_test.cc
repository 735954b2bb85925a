#include "base/base.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

const s64 unit = 1ll << 32; /* 1 in Q32.32 */
const long double one = unit;

long double true_quantile(long double p)
{
    long double low = -10, high = 10;

    for (int i = 0; i < 90; i++) {
        long double middle = (low + high) / 2;
        (erfcl(-middle / sqrtl(2)) / 2 < p ? low : high) = middle;
    }
    return low;
}

void expect_ln(u64 x)
{
    EXPECT_NEAR((double)(fix_ln(x) / one - logl(x / one)), 0, 1 / 4294967296.0) << x;
}

void expect_mul_exp(u64 scale, s64 x)
{
    long double expected = scale * expl(x / one);
    long double slack = 0.5L + expected * ldexpl(1, -52);

    if (expected >= ldexpl(1, 64))
        EXPECT_EQ(fix_mul_exp(scale, x), UINT64_MAX) << scale << " " << x;
    else
        EXPECT_LE(fabsl(fix_mul_exp(scale, x) - expected), slack) << scale << " " << x;
}

void expect_quantile(u64 p)
{
    EXPECT_NEAR((double)(fix_normal_quantile(p) / one - true_quantile(p / one)), 0, 0x1p-29) << p;
}

} // namespace

TEST(FixLn, IsWithinOneUnitAtEveryMagnitude)
{
    for (int bit = 0; bit < 64; bit++)
        for (u64 n = 0; n < 200; n++) {
            u64 x = 1ull << bit | (rng_u64(1, 0, bit, n) & ((1ull << bit) - 1));
            expect_ln(x);
        }
}

TEST(FixLn, IsWithinOneUnitAroundItsChangesOfScale)
{
    for (int bit = 0; bit < 64; bit++) {
        u64 power = 1ull << bit;
        u64 root = (u64)(power * 1.41421356237309504880L);
        for (u64 d = 0; d < 7; d++) { /* 3 below to 3 above */
            expect_ln(power + d > 3 ? power + d - 3 : 1);
            expect_ln(root + d > 3 ? root + d - 3 : 1);
        }
    }
    expect_ln(UINT64_MAX);
    EXPECT_EQ(fix_ln(1ull << 32), 0);
}

TEST(FixLn, IsAscending)
{
    s64 before = fix_ln(1);
    for (u64 x = 2; x < (1ull << 63); x += 1 + x / 1000) {
        s64 ln = fix_ln(x);
        EXPECT_GE(ln, before) << x;
        before = ln;
    }
}

TEST(FixLn, OfZeroIsOurError)
{
    EXPECT_DEATH(fix_ln(0), "assertion failed: x_q32 > 0");
}

TEST(FixExp, IsExactAtZeroAndKnownAtOne)
{
    EXPECT_EQ(fix_exp(0), 1ull << 32);
    EXPECT_EQ(fix_exp(unit), 11674931555ull); /* e * 2^32, rounded */
    EXPECT_EQ(fix_mul_exp(12345, 0), 12345u);
}

TEST(FixExp, IsNearForAllScalesAndExponents)
{
    for (int bit = 0; bit < 64; bit += 3)
        for (u64 n = 0; n < 1000; n++) {
            u64 scale = rng_u64(2, 0, bit, n) >> (63 - bit) | 1;
            s64 x = (s64)rng_below(rng_u64(2, 1, bit, n), 94ull << 32) - (47 * unit);
            expect_mul_exp(scale, x);
        }
}

TEST(FixExp, IsNearAroundPowersOfTwo)
{
    const s64 ln2 = 0xb17217f8;
    for (s64 k = -66; k <= 66; k++)
        for (s64 d = -2; d <= 2; d++)
            for (u64 scale : {1ull, 3ull, 1ull << 32, 1ull << 63, ~0ull})
                expect_mul_exp(scale, k * ln2 + d);
}

TEST(FixExp, SaturatesAtBothEnds)
{
    for (s64 x : {47 * unit, 1000 * unit, s64{INT64_MAX}}) {
        EXPECT_EQ(fix_exp(x), UINT64_MAX);
        EXPECT_EQ(fix_mul_exp(1, x), UINT64_MAX);
        EXPECT_EQ(fix_mul_exp(0, x), 0u);
    }
    for (s64 x : {-47 * unit, -1000 * unit, s64{INT64_MIN}}) {
        EXPECT_EQ(fix_exp(x), 0u);
        EXPECT_EQ(fix_mul_exp(UINT64_MAX, x), 0u);
    }
    EXPECT_EQ(fix_exp(23 * unit), UINT64_MAX);
    EXPECT_EQ(fix_exp(-23 * unit), 0u); /* e^-23 is less than half a unit. */
    EXPECT_EQ(fix_exp(-22 * unit), 1u);
}

TEST(FixNormalQuantile, IsNearFromOneEndToTheOther)
{
    for (u64 tail = 1; tail < (1ull << 31); tail += 1 + tail / 50) {
        expect_quantile(tail);
        expect_quantile((1ull << 32) - tail);
    }
    for (s64 d = -50; d <= 50; d++) {
        expect_quantile((1ull << 31) + (u64)d);
        expect_quantile((u64)((s64)(0.0668072L * one) + d)); /* where the two methods meet */
    }
}

TEST(FixNormalQuantile, IsAscendingOnTheGridOfTheTables)
{
    s64 before = fix_normal_quantile(1);
    for (u64 i = 1; i < (1u << 20); i += 7) {
        s64 z = fix_normal_quantile(i << 12);
        ASSERT_GT(z, before) << i;
        before = z;
    }
}

TEST(FixNormalQuantile, IsOddAroundOneHalf)
{
    EXPECT_EQ(fix_normal_quantile(1ull << 31), 0);
    for (u64 tail = 1; tail < (1ull << 31); tail = tail * 3 + 1)
        EXPECT_EQ(fix_normal_quantile(tail), -fix_normal_quantile((1ull << 32) - tail));
}

TEST(FixNormalQuantile, OfCertaintyIsOurError)
{
    EXPECT_DEATH(fix_normal_quantile(0), "assertion failed");
    EXPECT_DEATH(fix_normal_quantile(1ull << 32), "assertion failed");
}
