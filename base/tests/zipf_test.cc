#include "base/base.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace {

/* Probability of ranks from..to-1, for n that a test can add up. */
double true_probability(u64 n, double theta, u64 from, u64 to)
{
    double part = 0, all = 0;
    for (u64 r = n; r-- > 0;) {
        double weight = pow((double)r + 1, -theta);
        all += weight;
        part += r >= from && r < to ? weight : 0;
    }
    return part / all;
}

class Zipf : public ::testing::Test {
protected:
    void make(u64 n, u32 theta_milli)
    {
        ASSERT_TRUE(zipf_init(&z, n, theta_milli, &e)) << e.text;
    }
    double head(u32 rank)
    {
        return (double)(z.head[rank + 1] - z.head[rank]) * 0x1p-63;
    }

    struct zipf z;
    struct err e = {};
};

const u64 sizes[] = {1,          2,         3,    255,  256,   257,
                     1023,       1024,      1025, 2000, 65536, (1ull << 20) + 1,
                     1ull << 30, 1ull << 36};
const u32 thetas[] = {0, 1, 500, 990, 999, 1000, 1001, 2000, 5000};

} // namespace

TEST_F(Zipf, FirstRanksHaveTheirProbability)
{
    for (u64 n : {1ull, 10ull, 256ull, 257ull, 5000ull, 1ull << 20})
        for (u32 theta : thetas) {
            make(n, theta);
            for (u32 rank = 0; rank < 10 && rank < n; rank++) {
                double expected = true_probability(n, theta / 1000.0, rank, rank + 1);
                EXPECT_NEAR(head(rank) / expected, 1, 1e-4) << n << " " << theta << " " << rank;
            }
        }
}

TEST_F(Zipf, TheGreatestNumberOfRanksAgreesWithTheZetaFunction)
{
    const double n = 0x1p36;

    make(1ull << 36, 1000); /* Sum of 1/r is ln n + 0.5772... */
    EXPECT_NEAR(head(0), 1 / (log(n) + 0.57721566490153286), 1e-6);
    make(1ull << 36, 2000);
    EXPECT_NEAR(head(0), 6 / (M_PI * M_PI), 1e-6);
    make(1ull << 36, 500); /* 2 sqrt n + zeta(1/2) */
    EXPECT_NEAR(head(0) * (2 * sqrt(n) - 1.4603545088), 1, 1e-5);
    make(1ull << 36, 0);
    EXPECT_NEAR(head(0) * n, 1, 1e-6);
}

TEST_F(Zipf, BlocksHaveTheirProbability)
{
    for (u64 n : {300ull, 1024ull, 3000ull, 100000ull})
        for (u32 theta : {0u, 500u, 990u, 1000u, 2000u}) {
            make(n, theta);
            for (u32 i = 0; i < z.block_count; i += z.block_count / 7 + 1) {
                double expected = true_probability(n, theta / 1000.0, z.border[i], z.border[i + 1]);
                double found = (double)(z.block[i + 1] - z.block[i]) * 0x1p-63;
                EXPECT_NEAR(found / expected, 1, 1e-3) << n << " " << theta << " " << i;
            }
        }
}

TEST_F(Zipf, TablesAreAscendingAndComplete)
{
    const u64 certain = 1ull << 63;

    for (u64 n : sizes)
        for (u32 theta : thetas) {
            make(n, theta);
            EXPECT_EQ(z.head[0], 0u);
            for (u32 i = 0; i < ZIPF_HEAD; i++)
                ASSERT_LE(z.head[i], z.head[i + 1]);
            if (n <= ZIPF_HEAD) {
                EXPECT_EQ(z.block_count, 0u);
                EXPECT_EQ(z.head[n], certain);
                continue;
            }
            EXPECT_EQ(z.border[0], (u64)ZIPF_HEAD);
            EXPECT_EQ(z.block[0], z.head[ZIPF_HEAD]);
            EXPECT_EQ(z.border[z.block_count], n);
            EXPECT_EQ(z.block[z.block_count], certain);
            for (u32 i = 0; i < z.block_count; i++) {
                ASSERT_LE(z.block[i], z.block[i + 1]);
                ASSERT_LT(z.border[i], z.border[i + 1]);
                u64 width = z.border[i + 1] - z.border[i];
                EXPECT_LE(width, 1 + z.border[i] * 26 / 1000) << n << " " << i;
            }
        }
}

TEST_F(Zipf, RankIsAscendingAndStaysInside)
{
    for (u64 n : sizes)
        for (u32 theta : thetas) {
            make(n, theta);
            u64 before = 0;
            for (u64 i = 0; i < 4096; i++) {
                u64 rank = zipf_rank(&z, i << 52 | 0xabcdef);
                ASSERT_LT(rank, n);
                ASSERT_GE(rank, before);
                before = rank;
            }
            EXPECT_EQ(zipf_rank(&z, 0), 0u);
            EXPECT_LT(zipf_rank(&z, UINT64_MAX), n);
        }
}

TEST_F(Zipf, RankChangesExactlyAtTheBorders)
{
    make(100000, 990);
    for (u32 i = 1; i <= ZIPF_HEAD; i++) {
        EXPECT_EQ(zipf_rank(&z, z.head[i] << 1), i);
        EXPECT_EQ(zipf_rank(&z, (z.head[i] << 1) - 1), i - 1u);
    }
    for (u32 i = 1; i < z.block_count; i++) {
        EXPECT_EQ(zipf_rank(&z, z.block[i] << 1), z.border[i]);
        EXPECT_EQ(zipf_rank(&z, (z.block[i] << 1) - 1), z.border[i] - 1);
    }
    EXPECT_EQ(zipf_rank(&z, UINT64_MAX), 99999u);
}

TEST_F(Zipf, UniformReachesEveryRank)
{
    make(1000, 0);
    for (u64 rank = 0; rank < 1000; rank++)
        EXPECT_EQ(zipf_rank(&z, (u64)ldexp((rank + 0.5) / 1000, 64)), rank);
    make(1ull << 36, 0);
    for (int percent = 1; percent < 100; percent++)
        EXPECT_NEAR(ldexp((double)zipf_rank(&z, (u64)ldexp(percent / 100.0, 64)), -36),
                    percent / 100.0, 1e-4);
}

TEST_F(Zipf, DrawsFollowTheLaw)
{
    const u64 n = 1 << 20, draws = 200000;
    u64 below[4] = {};
    const u64 limit[4] = {1, 100, 5000, 200000};

    make(n, 990);
    for (u64 i = 0; i < draws; i++) {
        u64 rank = zipf_rank(&z, rng_u64(5, RNG_TOUCH_PAGE, 0, i));
        for (int k = 0; k < 4; k++)
            below[k] += rank < limit[k];
    }
    for (int k = 0; k < 4; k++) {
        double p = true_probability(n, 0.99, 0, limit[k]);
        EXPECT_NEAR((double)below[k] / draws, p, 4.5 * sqrt(p * (1 - p) / draws)) << limit[k];
    }
}

/* All bytes are set, so that images of the same configuration are equal. */
TEST_F(Zipf, TableDependsOnItsParametersOnly)
{
    struct zipf other;
    memset((void *)&z, 0xaa, sizeof(z));
    memset((void *)&other, 0x55, sizeof(other));
    make(300, 800);
    ASSERT_TRUE(zipf_init(&other, 300, 800, nullptr));
    EXPECT_EQ(memcmp(&z, &other, sizeof(z)), 0);
}

TEST_F(Zipf, RefusesWhatTheTableCannotHold)
{
    EXPECT_FALSE(zipf_init(&z, 0, 1000, &e));
    EXPECT_EQ(e.code, ERR_USAGE);
    EXPECT_STREQ(e.text, "number of Zipf ranks is 0, expected 1..2^36");
    EXPECT_FALSE(zipf_init(&z, (1ull << 36) + 1, 1000, &e));
    EXPECT_FALSE(zipf_init(&z, 10, 5001, &e));
    EXPECT_STREQ(e.text, "Zipf exponent is 5001/1000, expected 0..5000");
}

/* Same bits under every compiler: if this test fails, published numbers change. */
TEST_F(Zipf, BitsArePinned)
{
    u64 hash = 0;
    make(1ull << 30, 990);
    for (u64 i = 0; i < 4096; i++)
        hash = rng_u64(hash, 0, zipf_rank(&z, i << 52), 0);
    EXPECT_EQ(hash, 0x6450cc5e016ced6aull);
}
