#include "base/base.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace {

using words = std::array<u64, 4>; /* seed, stream, key, n */

u64 draw(const words &w)
{
    return rng_u64(w[0], (u32)w[1], w[2], w[3]);
}

u32 bits_of_word(int word)
{
    return word == 1 ? 32 : 64;
}

/* Words as users have them: small seeds, streams and counts, and page numbers. */
words typical(u64 i)
{
    return {i % 7, 1 + i % 5, 0x40000 + i * 13, i % 11};
}

} // namespace

/* Results are reproduced from these values: if this test fails, every published number changes. */
TEST(Rng, ValuesArePinned)
{
    EXPECT_EQ(rng_u64(0, 0, 0, 0), 0xf1a2f5baa85cb1c9ull);
    EXPECT_EQ(rng_u64(1, RNG_STORE_READ, 0x40123, 3), 0xb1cb11bb3aa2676bull);
    EXPECT_EQ(rng_u64(42, RNG_CHASE, 0, 0), 0x28d1e0c420c3d21cull);
    EXPECT_EQ(rng_u64(UINT64_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX), 0x8688e70118332e8bull);
}

/* The formula as the header states it, written a second time. */
TEST(Rng, FollowsTheFormulaOfTheHeader)
{
    const u64 g = 0x9e3779b97f4a7c15;
    auto mix = [](u64 x) {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    };
    for (u64 i = 0; i < 100; i++) {
        words w = typical(i);
        u64 h = mix((mix(w[0] + g) ^ w[1]) + mix(w[2] + 2 * g));
        EXPECT_EQ(draw(w), mix(h + mix(w[3] + 3 * g)));
    }
}

/* Avalanche: each input bit flips each output bit with probability 1/2. */
TEST(Rng, EveryInputBitReachesEveryOutputBit)
{
    const int samples = 2000;

    for (int word = 0; word < 4; word++)
        for (u32 in = 0; in < bits_of_word(word); in++) {
            int flips[64] = {};
            for (int i = 0; i < samples; i++) {
                words w = typical((u64)i), other = w;
                other[word] ^= 1ull << in;
                u64 changed = draw(w) ^ draw(other);
                for (int out = 0; out < 64; out++)
                    flips[out] += changed >> out & 1;
            }
            for (int out = 0; out < 64; out++) /* 5.5 standard deviations; 14336 cells */
                ASSERT_NEAR(flips[out], samples / 2, 5.5 * sqrt(samples) / 2)
                    << "word " << word << " bit " << in << " -> " << out;
        }
}

/* Neighbours in one word: no linear correlation, and no pair of bits goes along. */
TEST(Rng, NeighboursInOneWordAreNotCorrelated)
{
    const int samples = 100000;

    for (int word = 0; word < 4; word++)
        for (u64 distance : {1, 2, 256}) {
            double product = 0;
            int equal[64] = {};
            for (int i = 0; i < samples; i++) {
                words w = {3, 2, 0x40000, 5};
                w[word] += (u64)i * distance;
                u64 x = draw(w);
                w[word] += distance;
                u64 y = draw(w);
                product += ((double)x * 0x1p-64 - 0.5) * ((double)y * 0x1p-64 - 0.5) * 12;
                for (int bit = 0; bit < 64; bit++)
                    equal[bit] += ~(x ^ y) >> bit & 1;
            }
            EXPECT_NEAR(product / samples, 0, 4.5 / sqrt(samples)) << word << " " << distance;
            for (int bit = 0; bit < 64; bit++)
                EXPECT_NEAR(equal[bit], samples / 2, 5 * sqrt(samples) / 2) << word << " " << bit;
        }
}

TEST(Rng, WordsCannotBeExchanged)
{
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(2, 1, 3, 4));
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(3, 2, 1, 4));
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(4, 2, 3, 1));
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(1, 3, 2, 4));
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(1, 4, 3, 2));
    EXPECT_NE(rng_u64(1, 2, 3, 4), rng_u64(1, 2, 4, 3));
}

/* 4 seeds, 4 streams, 64 keys, 64 counts: a single equal pair would be a defect. */
TEST(Rng, SmallNumbersGiveNoValueTwice)
{
    std::set<u64> seen;

    for (u64 i = 0; i < (1u << 16); i++)
        EXPECT_TRUE(seen.insert(rng_u64(i >> 14, i >> 12 & 3, i >> 6 & 63, i & 63)).second) << i;
}

/* Chi-squared of the top and of the bottom byte along a sequence, 255 degrees of freedom. */
TEST(Rng, BytesAreUniform)
{
    const int samples = 256 * 400;

    for (int shift : {0, 28, 56}) {
        int count[256] = {};
        double chi = 0;
        for (int i = 0; i < samples; i++)
            count[rng_u64(1, RNG_TOUCH_PAGE, 0, (u64)i) >> shift & 255]++;
        for (int c : count)
            chi += (c - 400.0) * (c - 400.0) / 400;
        EXPECT_GT(chi, 255 - 4.5 * sqrt(2 * 255)) << shift;
        EXPECT_LT(chi, 255 + 4.5 * sqrt(2 * 255)) << shift;
    }
}

TEST(RngBelow, CoversTheWholeRangeAndNoMore)
{
    for (u64 bound : {1ull, 2ull, 3ull, 1000ull, 1ull << 32, ~0ull}) {
        EXPECT_EQ(rng_below(0, bound), 0u);
        EXPECT_EQ(rng_below(UINT64_MAX, bound), bound - 1);
    }
    EXPECT_EQ(rng_below(1ull << 63, 10), 5u);
    EXPECT_EQ(rng_below((1ull << 63) - 1, 10), 4u);
}

TEST(RngBelow, IsUniformForABoundThatIsNoPowerOfTwo)
{
    int count[6] = {};
    for (u64 i = 0; i < 60000; i++)
        count[rng_below(rng_u64(9, 1, 2, i), 6)]++;
    for (int c : count)
        EXPECT_NEAR(c, 10000, 450);
}

TEST(RngBelow, OfNothingIsOurError)
{
    EXPECT_DEATH(rng_below(1, 0), "assertion failed: bound > 0");
}
