#include "base/base.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

const u64 one_step = 1ull << 54;      /* Of the body, in the bits of a draw. */
const u64 one_tail_step = 1ull << 44; /* Of the tail. */
const u64 tail_begin = one_step * (DIST_BODY - 1);

double true_lognormal(double median, double sigma, double p)
{
    double low = -10, high = 10;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        (erfc(-middle / sqrt(2)) / 2 < p ? low : high) = middle;
    }
    return median * exp(sigma * low);
}

void expect_ascending(const struct dist &d)
{
    for (int i = 0; i < DIST_BODY; i++)
        ASSERT_LE(d.body[i], d.body[i + 1]) << i;
    for (int i = 0; i < DIST_TAIL; i++)
        ASSERT_LE(d.tail[i], d.tail[i + 1]) << i;
    EXPECT_EQ(d.tail[0], d.body[DIST_BODY - 1]);
    EXPECT_EQ(d.tail[DIST_TAIL], d.body[DIST_BODY]);
}

/* Value of the table at a probability of j / 2^20. */
u64 at(const struct dist &d, u64 j)
{
    return dist_value(&d, j << 44);
}

class Dist : public ::testing::Test {
protected:
    void expect_refused(bool ok, const char *words)
    {
        EXPECT_FALSE(ok);
        EXPECT_EQ(e.code, ERR_USAGE);
        EXPECT_NE(strstr(e.text, words), nullptr) << e.text;
    }
    bool bins(const std::vector<dist_bin> &b)
    {
        return dist_from_bins(&d, b.data(), b.size(), &e);
    }
    bool points(const std::vector<dist_point> &p, u64 min, u64 max)
    {
        return dist_from_points(&d, p.data(), p.size(), min, max, &e);
    }

    struct dist d;
    struct err e = {};
};

} // namespace

TEST_F(Dist, FixedIsTheSameForEveryDraw)
{
    for (u64 value : {0ull, 36200ull, ~0ull}) {
        dist_fixed(&d, value);
        for (u64 bits : {0ull, 1ull, 1ull << 63, ~0ull, (unsigned long long)tail_begin})
            EXPECT_EQ(dist_value(&d, bits), value);
        EXPECT_EQ(dist_mean(&d), value);
        expect_ascending(d);
    }
}

TEST_F(Dist, ValueIsThePointAtEveryBorderAndJustBelowItOneBitBefore)
{
    for (u64 i = 0; i <= DIST_BODY; i++)
        d.body[i] = i << 33;
    for (u64 i = 0; i <= DIST_TAIL; i++)
        d.tail[i] = d.body[DIST_BODY - 1] + (i << 40);

    for (u64 i = 0; i < DIST_BODY; i++) {
        EXPECT_EQ(dist_value(&d, i * one_step), d.body[i]);
    }
    for (u64 i = 1; i < DIST_BODY; i++)
        EXPECT_EQ(dist_value(&d, i * one_step - 1), d.body[i] - 2) << i;
    for (u64 i = 0; i < DIST_TAIL; i++) {
        EXPECT_EQ(dist_value(&d, tail_begin + i * one_tail_step), d.tail[i]);
        EXPECT_EQ(dist_value(&d, tail_begin + (i + 1) * one_tail_step - 1), d.tail[i + 1] - 256);
    }
}

TEST_F(Dist, ValueInterpolatesBetweenPoints)
{
    dist_fixed(&d, 0);
    d.body[7] = 1000;
    d.body[8] = 1100;
    d.tail[5] = 0;
    d.tail[6] = UINT64_MAX;
    EXPECT_EQ(dist_value(&d, 7 * one_step + one_step / 4), 1025u);
    EXPECT_EQ(dist_value(&d, 7 * one_step + one_step / 2), 1050u);
    EXPECT_EQ(dist_value(&d, tail_begin + 5 * one_tail_step + one_tail_step / 2), UINT64_MAX / 2);
}

TEST_F(Dist, MeanIsTheIntegralOfTheTable)
{
    dist_fixed(&d, 0);
    d.body[1] = 1ull << 20; /* A triangle of two steps. */
    EXPECT_EQ(dist_mean(&d), 1024u);
    d.tail[1] = 1ull << 30; /* And one in the tail, of two small steps. */
    EXPECT_EQ(dist_mean(&d), 2048u);
    d.tail[DIST_TAIL] = d.body[DIST_BODY] = 1ull << 22; /* Half of the last small step. */
    EXPECT_EQ(dist_mean(&d), 2050u);
    d.tail[DIST_TAIL] -= 1;
    EXPECT_EQ(dist_mean(&d), 2049u) << "rounded down";
}

TEST_F(Dist, MeanAgreesWithAnAverageOfManyDraws)
{
    ASSERT_TRUE(dist_lognormal(&d, 90000000, 600, 20000000, 3000000000, &e));
    double sum = 0;
    const u64 draws = 1 << 20;
    for (u64 i = 0; i < draws; i++)
        sum += (double)dist_value(&d, i << 44 | 1ull << 43);
    EXPECT_NEAR(sum / draws / (double)dist_mean(&d), 1, 1e-6);
    EXPECT_NEAR((double)dist_mean(&d) / 90e6, exp(0.18), 0.001) << "the mean of a lognormal";
}

TEST_F(Dist, FixedPointLognormalIsExactFromOneMillionthToTheLast)
{
    for (int sigma : {1, 100, 500, 1000, 2500, 4000})
        for (int exponent = -6; exponent <= 6; exponent++)
            for (double digit : {1.0, 2.0, 3.7}) {
                if (exponent == 0)
                    continue;
                double median = exponent < 0 ? 1e18 : 1e10; /* Neither tiny nor over 64 bits. */
                double tail = digit * pow(10, -abs(exponent));
                double p = exponent < 0 ? tail : 1 - tail;
                u64 p_q32 = (u64)(p * 0x1p32);
                u64 value = fix_mul_exp((u64)median, fix_normal_quantile(p_q32) * sigma / 1000);
                double expected = true_lognormal(median, sigma / 1000.0, (double)p_q32 * 0x1p-32);
                EXPECT_NEAR((double)value / expected, 1, 1e-4) << sigma << " " << p;
            }
}

TEST_F(Dist, LognormalPointsAreTheTrueQuantiles)
{
    for (u32 sigma : {1u, 300u, 1500u, 4000u}) {
        ASSERT_TRUE(dist_lognormal(&d, 1ull << 36, sigma, 1, UINT64_MAX, &e));
        expect_ascending(d);
        for (int i = 1; i < DIST_BODY; i++) {
            double expected = true_lognormal(0x1p36, sigma / 1000.0, i / 1024.0);
            EXPECT_NEAR((double)d.body[i] / expected, 1, 1e-5) << i;
        }
        for (int i = 0; i < DIST_TAIL; i += 3) {
            double expected = true_lognormal(0x1p36, sigma / 1000.0, (1023 + i / 1024.0) / 1024);
            EXPECT_NEAR((double)d.tail[i] / expected, 1, 1e-5) << i;
        }
        EXPECT_EQ(d.body[0], 1u);
        EXPECT_EQ(d.tail[DIST_TAIL], UINT64_MAX);
        EXPECT_EQ(d.body[512], 1ull << 36) << "the median";
    }
}

/* What linear interpolation costs, for the sigma of real devices. */
TEST_F(Dist, LognormalPercentilesOfTheTableAreWithinTwoThousandths)
{
    ASSERT_TRUE(dist_lognormal(&d, 90000000, 500, 1, 1000000000, &e));
    for (double p : {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 0.99999}) {
        u64 value = dist_value(&d, (u64)ldexp(p, 64));
        EXPECT_NEAR((double)value / true_lognormal(90e6, 0.5, p), 1, 2e-3) << p;
    }
}

TEST_F(Dist, LognormalIsClampedToItsLimits)
{
    ASSERT_TRUE(dist_lognormal(&d, 1000, 1000, 900, 1200, &e));
    expect_ascending(d);
    EXPECT_EQ(at(d, 0), 900u);
    EXPECT_EQ(at(d, 1 << 18), 900u);
    EXPECT_EQ(at(d, 1 << 19), 1000u);
    EXPECT_EQ(at(d, 3 << 18), 1200u);
    EXPECT_EQ(dist_value(&d, UINT64_MAX), 1200u);
}

TEST_F(Dist, LognormalWithoutSigmaIsFixed)
{
    struct dist fixed;
    dist_fixed(&fixed, 777);
    ASSERT_TRUE(dist_lognormal(&d, 777, 0, 1, 10000, &e));
    EXPECT_EQ(memcmp(&d, &fixed, sizeof(d)), 0);
}

TEST_F(Dist, LognormalRefusesWhatItCannotBe)
{
    expect_refused(dist_lognormal(&d, 10, 4001, 1, 20, &e), "sigma");
    expect_refused(dist_lognormal(&d, 0, 100, 0, 20, &e), "median");
    expect_refused(dist_lognormal(&d, 10, 100, 11, 20, &e), "expected above 0 and in 11..20");
    expect_refused(dist_lognormal(&d, 21, 100, 11, 20, &e), "median of a lognormal");
    EXPECT_TRUE(dist_lognormal(&d, 10, 4000, 10, 10, &e));
    EXPECT_FALSE(dist_lognormal(&d, 0, 100, 0, 20, nullptr));
}

TEST_F(Dist, OneBinIsItsValue)
{
    ASSERT_TRUE(bins({{5000, 3}}));
    EXPECT_EQ(at(d, 0), 5000u);
    EXPECT_EQ(dist_value(&d, UINT64_MAX), 5000u);
    EXPECT_EQ(dist_mean(&d), 5000u);
}

TEST_F(Dist, ABinIsSpreadUpToTheNextAndTheLastIsAPoint)
{
    ASSERT_TRUE(bins({{1024, 1}, {2048, 2}, {8192, 1}}));
    expect_ascending(d);
    EXPECT_EQ(at(d, 0), 1024u);
    EXPECT_EQ(at(d, 1 << 17), 1536u);
    EXPECT_EQ(at(d, 1 << 18), 2048u);
    EXPECT_EQ(at(d, 1 << 19), 2048u + 3072u);
    EXPECT_EQ(at(d, 3 << 18), 8192u);
    EXPECT_EQ(dist_value(&d, UINT64_MAX), 8192u);
    EXPECT_EQ(dist_mean(&d), (1536 + 2 * 5120 + 8192) / 4u);
}

TEST_F(Dist, EmptyBinsAreOnlyEdges)
{
    ASSERT_TRUE(bins({{10, 0}, {1024, 1}, {2048, 0}, {4096, 0}, {1 << 20, 1}, {1 << 21, 0}}));
    expect_ascending(d);
    EXPECT_EQ(at(d, 0), 1024u) << "the first bin with a count";
    EXPECT_EQ(at(d, 1 << 18), 1536u) << "spread to the edge of the empty bin only";
    EXPECT_EQ(at(d, 1 << 19), 2048u) << "the least of the gap";
    EXPECT_EQ(d.body[513], (1u << 20) + (1u << 20) / 512);
    EXPECT_EQ(d.body[1024], 1u << 21);
}

TEST_F(Dist, TailOfASampleIsKept)
{
    ASSERT_TRUE(bins({{1000, 999990}, {1001, 0}, {50000000, 10}, {50000001, 0}}));
    EXPECT_LE(at(d, (1 << 20) - 12), 1001u);
    EXPECT_GE(at(d, (1 << 20) - 10), 50000000u);
}

TEST_F(Dist, BinsOfTheGreatestCountsDoNotOverflow)
{
    const u64 half = (1ull << 43) - 1;
    ASSERT_TRUE(bins({{0, half}, {UINT64_MAX - 1, half}, {UINT64_MAX, 1}}));
    expect_ascending(d);
    EXPECT_EQ(at(d, 0), 0u);
    EXPECT_NEAR((double)at(d, 1 << 18), 0x1p63, 0x1p24);
    EXPECT_EQ(dist_value(&d, UINT64_MAX), UINT64_MAX - 1);
    EXPECT_EQ(d.body[1024], UINT64_MAX);
}

TEST_F(Dist, BinsAreRefusedUnlessAscendingAndNotEmpty)
{
    expect_refused(bins({}), "0 bins are empty");
    expect_refused(bins({{1, 0}, {2, 0}}), "all 2 bins are empty");
    expect_refused(bins({{1, 1}, {1, 1}}), "bin 1 has value 1, expected more than 1");
    expect_refused(bins({{2, 1}, {1, 1}}), "bin 1");
    expect_refused(bins({{1, 1ull << 44}}), "2^44");
    expect_refused(bins({{1, 1ull << 43}, {2, 1ull << 43}}), "bin 1 reach 2^44");
    expect_refused(bins({{1, 5}, {2, UINT64_MAX}}), "2^44");
    EXPECT_TRUE(bins({{1, (1ull << 44) - 1}}));
}

TEST_F(Dist, WithoutPointsItIsUniform)
{
    ASSERT_TRUE(points({}, 1000, 3048));
    EXPECT_EQ(at(d, 0), 1000u);
    for (u64 i = 0; i <= DIST_BODY; i++)
        EXPECT_EQ(d.body[i], 1000 + 2 * i);
    EXPECT_EQ(dist_mean(&d), 2023u) << "2024 less what the points of the tail are rounded";
}

TEST_F(Dist, PointsAreMetAndJoinedByLines)
{
    ASSERT_TRUE(points({{250000, 4096}, {500000, 8192}, {999023, 100000}}, 0, 1000000));
    expect_ascending(d);
    EXPECT_EQ(at(d, 0), 0u);
    EXPECT_EQ(at(d, 1 << 17), 2048u);
    EXPECT_EQ(at(d, 1 << 18), 4096u);
    EXPECT_EQ(at(d, 3 << 17), 6144u);
    EXPECT_EQ(at(d, 1 << 19), 8192u);
    EXPECT_EQ(d.tail[DIST_TAIL], 1000000u);
    double middle = 100000 + 900000 * (0.9995 - 0.999023) / (1 - 0.999023);
    EXPECT_NEAR((double)dist_value(&d, (u64)ldexp(0.9995, 64)), middle, 2);
}

TEST_F(Dist, PointsAtTheEndsDoNotMoveTheEnds)
{
    ASSERT_TRUE(points({{0, 2048}, {1000000, 4096}}, 100, 9000));
    expect_ascending(d);
    EXPECT_EQ(d.body[0], 100u);
    EXPECT_EQ(d.body[512], 3072u);
    EXPECT_EQ(d.body[1024], 9000u);
    EXPECT_EQ(d.tail[1023], 4095u);
}

TEST_F(Dist, EqualValuesOfPointsMakeAPlateau)
{
    ASSERT_TRUE(points({{100000, 5}, {900000, 5}}, 5, 5));
    EXPECT_EQ(dist_mean(&d), 5u);
}

TEST_F(Dist, PointsAreRefusedUnlessAscendingAndInside)
{
    expect_refused(points({}, 2, 1), "min 2 of a distribution is above max 1");
    expect_refused(points({{1000001, 5}}, 0, 10), "point 0 has probability 1000001/1000000");
    expect_refused(points({{5, 5}, {5, 6}}, 0, 10), "point 1");
    expect_refused(points({{6, 5}, {5, 6}}, 0, 10), "point 1");
    expect_refused(points({{5, 5}, {6, 4}}, 0, 10), "point 1 has value 4, expected 5..10");
    expect_refused(points({{5, 11}}, 0, 10), "expected 0..10");
    expect_refused(points({{5, 1}}, 2, 10), "expected 2..10");
}

TEST_F(Dist, ValueIsAscendingInItsBits)
{
    ASSERT_TRUE(dist_lognormal(&d, 1000000, 700, 1000, 100000000, &e));
    u64 before = 0;
    for (u64 bits = 0; bits < UINT64_MAX - (1ull << 47); bits += 1ull << 47) {
        u64 value = dist_value(&d, bits);
        ASSERT_GE(value, before);
        before = value;
    }
}

/* Same bits under every compiler: if this test fails, published numbers change. */
TEST_F(Dist, BitsArePinned)
{
    u64 hash = 0;
    ASSERT_TRUE(dist_lognormal(&d, 90000000, 600, 20000000, 3000000000, &e));
    for (u64 value : d.body)
        hash = rng_u64(hash, 0, value, 0);
    for (u64 value : d.tail)
        hash = rng_u64(hash, 0, value, 0);
    EXPECT_EQ(hash, 0x69d9d7022585ea16ull);
}
