/* Values between two ends, and samples: tables of known values, and what holds for all. */
#include "cli/sweep/range.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "cli/sweep/sampler.hpp"

using namespace cli;
using values = std::vector<u64>;

static const u64 half = 1ull << 63;

TEST(Range, DoublesUpToItsEnd)
{
    const u64 max = UINT64_MAX;

    EXPECT_EQ(range_doubled({1, 16}), (values{1, 2, 4, 8, 16}));
    EXPECT_EQ(range_doubled({1, 15}), (values{1, 2, 4, 8}));
    EXPECT_EQ(range_doubled({3, 5}), (values{3}));
    EXPECT_EQ(range_doubled({3, 6}), (values{3, 6}));
    EXPECT_EQ(range_doubled({half, max}), (values{half}));
    EXPECT_EQ(range_doubled({max / 2, max}).size(), 2u);
}

TEST(Range, StepsUpToItsEnd)
{
    EXPECT_EQ(range_stepped({0, 9}, 3, 100), (values{0, 3, 6, 9}));
    EXPECT_EQ(range_stepped({0, 8}, 3, 100), (values{0, 3, 6}));
    EXPECT_EQ(range_stepped({1, 2}, 5, 100), (values{1}));
    EXPECT_EQ(range_stepped({0, UINT64_MAX}, half, 100), (values{0, half}));
    EXPECT_EQ(range_stepped({0, 100}, 1, 10).size(), 11u) << "one more than may be";
}

TEST(Range, HasEqualDistances)
{
    EXPECT_EQ(range_spread({1, 9}, 5), (values{1, 3, 5, 7, 9}));
    EXPECT_EQ(range_spread({0, 10}, 4), (values{0, 3, 7, 10})) << "10/3 down, 20/3 up";
    EXPECT_EQ(range_spread({0, 1}, 3), (values{0, 1, 1})) << "half a way goes up";
    EXPECT_EQ(range_spread({4096, 5 * 4096, 4096}, 4),
              (values{4096, 2 * 4096, 4 * 4096, 5 * 4096}));
}

TEST(Range, HasEqualRatios)
{
    EXPECT_EQ(range_spread({1, 1000, 1, true}, 4), (values{1, 10, 100, 1000}));
    EXPECT_EQ(range_spread({1, 16, 1, true}, 5), (values{1, 2, 4, 8, 16}));
    EXPECT_EQ(range_spread({1, 4, 1, true}, 2), (values{1, 4}));
    EXPECT_EQ(range_spread({100, 200, 1, true}, 3), (values{100, 141, 200}));
    EXPECT_EQ(range_spread({1000000, 16000000000, 1, true}, 3),
              (values{1000000, 126491106, 16000000000}));
    EXPECT_EQ(range_spread({1, UINT64_MAX, 1, true}, 3), (values{1, 4294967296, UINT64_MAX}));
    EXPECT_EQ(range_spread({4096, 16 * 4096, 4096, true}, 3), (values{4096, 4 * 4096, 16 * 4096}));
}

/* Nearest: the square of twice the middle value, give or take one, encloses 4 a b. */
RC_GTEST_PROP(Range, MiddleOfEqualRatiosIsTheNearest, ())
{
    const u64 a = *rc::gen::inRange<u64>(1, 1u << 31);
    const u64 b = a + *rc::gen::inRange<u64>(1, 1u << 31);
    const u64 x = range_spread({a, b, 1, true}, 3)[1];
    RC_ASSERT((u128)(2 * x - 1) * (2 * x - 1) <= (u128)4 * a * b);
    RC_ASSERT((u128)(2 * x + 1) * (2 * x + 1) > (u128)4 * a * b);
}

RC_GTEST_PROP(Range, RisesFromEndToEnd, ())
{
    const u64 grain = *rc::gen::element<u64>(1, 4096);
    const u64 first = *rc::gen::inRange<u64>(1, 1ull << 40) * grain;
    const u64 last = first + *rc::gen::inRange<u64>(1, 1ull << 40) * grain;
    const u32 count = *rc::gen::inRange<u32>(2, 20);
    for (const bool is_log : {false, true}) {
        const values v = range_spread({first, last, grain, is_log}, count);
        RC_ASSERT(v.size() == count && v.front() == first && v.back() == last);
        RC_ASSERT(std::is_sorted(v.begin(), v.end()));
        for (const u64 x : v)
            RC_ASSERT(x % grain == 0);
    }
}

TEST(Range, SharesReachBothEnds)
{
    EXPECT_EQ(range_at({1, 8}, 0), 1u);
    EXPECT_EQ(range_at({1, 8}, UINT64_MAX), 8u);
    EXPECT_EQ(range_at({1, 8}, half), 5u);
    EXPECT_EQ(range_at({1, 8}, half - 1), 4u) << "each of the eight has an eighth";
    EXPECT_EQ(range_at({100, 10000, 1, true}, half), 1000u);
    EXPECT_EQ(range_at({100, 10000, 1, true}, 0), 100u);
    EXPECT_EQ(range_at({100, 10000, 1, true}, UINT64_MAX), 10000u);
    EXPECT_EQ(range_at({4096, 3 * 4096, 4096}, half), 2 * 4096u);
    EXPECT_EQ(range_at({0, UINT64_MAX}, half), half);
}

/* The first points of Joe and Kuo's sequence in three dimensions, in eighths. */
TEST(Sobol, BeginsAsPublished)
{
    const std::vector<std::vector<u64>> eighths = {{4, 4, 4}, {6, 2, 2}, {2, 6, 6}, {3, 3, 5},
                                                   {7, 7, 1}, {5, 1, 7}, {1, 5, 3}};
    const shares s = sample_sobol(7, 3, {});

    ASSERT_EQ(s.size(), eighths.size());
    for (size_t i = 0; i < s.size(); i++)
        for (size_t j = 0; j < 3; j++) {
            EXPECT_EQ(s[i][j], eighths[i][j] << 61) << i << " " << j;
            EXPECT_EQ(range_at({0, 799}, s[i][j]), eighths[i][j] * 100);
        }
}

TEST(Sobol, ShiftsBySeed)
{
    const shares plain = sample_sobol(16, 2, {}), a = sample_sobol(16, 2, 7);

    EXPECT_EQ(a, sample_sobol(16, 2, 7));
    EXPECT_NE(a, sample_sobol(16, 2, 8));
    for (size_t i = 0; i < plain.size(); i++)
        for (size_t j = 0; j < 2; j++)
            EXPECT_EQ(plain[i][j] ^ a[i][j], plain[0][j] ^ a[0][j]) << "one shift for each axis";
    EXPECT_NE(plain[0][0] ^ a[0][0], plain[0][1] ^ a[0][1]);
}

TEST(LatinHypercube, HasOnePointInEachPart)
{
    for (const u32 count : {1u, 2u, 7u, 200u, 1000u}) {
        const shares s = sample_latin_hypercube(count, 3, 7);
        ASSERT_EQ(s.size(), count);
        for (size_t axis = 0; axis < 3; axis++) {
            std::vector<u32> seen(count);
            for (const auto &point : s)
                seen[(size_t)((u128)point[axis] * count >> 64)]++;
            EXPECT_EQ(std::count(seen.begin(), seen.end(), 1u), (std::ptrdiff_t)count);
        }
    }
}

TEST(LatinHypercube, DependsOnItsSeedAlone)
{
    const shares a = sample_latin_hypercube(50, 4, 7);

    EXPECT_EQ(a, sample_latin_hypercube(50, 4, 7));
    EXPECT_NE(a, sample_latin_hypercube(50, 4, 8));
    for (size_t i = 0; i < a.size(); i++)
        EXPECT_EQ(a[i][1], sample_latin_hypercube(50, 2, 7)[i][1]) << "nor on the other axes";
    EXPECT_FALSE(std::all_of(a.begin(), a.end(),
                             [](const auto &p) { return p[0] == p[1] || p[1] == p[2]; }));
}
