#include "base/base.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

/* A value of any magnitude: as many bits as one draw says, out of another. */
u64 value_of(u64 seed, u64 i)
{
    return rng_u64(seed, 1, 0, i) >> rng_below(rng_u64(seed, 2, 0, i), 64);
}

class Hist : public ::testing::Test {
protected:
    Hist()
    {
        hist_init(&h);
    }
    /* Values that do not add up to more than 64 bits. */
    void fill(struct hist *into, u64 seed, u64 count, std::vector<u64> *sample = nullptr)
    {
        for (u64 i = 0; i < count; i++) {
            u64 value = value_of(seed, i) >> 16;
            hist_add(into, value);
            if (sample != nullptr)
                sample->push_back(value);
        }
    }

    struct hist h;
};

} // namespace

TEST_F(Hist, BucketsFollowEachOtherWithoutGapUpToTheGreatestValue)
{
    u64 next = 0;
    for (u32 i = 0; i < HIST_BUCKETS; i++) {
        EXPECT_EQ(hist_bucket_low(i), next) << i;
        EXPECT_GE(hist_bucket_high(i), hist_bucket_low(i)) << i;
        next = hist_bucket_high(i) + 1;
    }
    EXPECT_EQ(next, 0u) << "the last bucket ends at UINT64_MAX";
}

TEST_F(Hist, IndexHitsTheBucketAtBothEdges)
{
    for (u32 i = 0; i < HIST_BUCKETS; i++) {
        EXPECT_EQ(hist_index(hist_bucket_low(i)), i);
        EXPECT_EQ(hist_index(hist_bucket_high(i)), i);
    }
}

TEST_F(Hist, ValuesUpTo63AreExactAndWidthStaysUnderOneThirtySecond)
{
    for (u32 i = 0; i < 64; i++)
        EXPECT_EQ(hist_bucket_high(i), i);
    EXPECT_EQ(hist_bucket_low(64), 64u);
    EXPECT_EQ(hist_bucket_high(64), 65u);
    for (u32 i = 64; i < HIST_BUCKETS; i++)
        EXPECT_LT(hist_bucket_high(i) - hist_bucket_low(i), hist_bucket_low(i) / 32) << i;
}

TEST_F(Hist, EmptyHasNoPercentile)
{
    for (u32 p : {0u, 500000u, 1000000u})
        EXPECT_EQ(hist_percentile(&h, p), 0u);
    EXPECT_EQ(h.min, UINT64_MAX);
    EXPECT_EQ(h.max, 0u);
}

TEST_F(Hist, OneValueIsEveryPercentile)
{
    for (u64 value : {0ull, 1ull, 63ull, 64ull, 36200000ull, ~0ull}) {
        hist_init(&h);
        hist_add(&h, value);
        for (u32 p : {0u, 1u, 500000u, 999999u, 1000000u})
            EXPECT_EQ(hist_percentile(&h, p), value) << p;
        EXPECT_EQ(h.sum, value);
        EXPECT_EQ(h.count, 1u);
    }
}

TEST_F(Hist, PercentileIsTheRankAndAtMostOneThirtySecondAbove)
{
    for (u64 count : {2ull, 3ull, 7ull, 100ull, 1000ull, 20000ull}) {
        std::vector<u64> sample;
        hist_init(&h);
        fill(&h, count, count, &sample);
        std::sort(sample.begin(), sample.end());
        for (u32 p = 1; p <= 1000000; p += 3331) {
            u64 rank = (count * p + 999999) / 1000000;
            u64 exact = sample[rank - 1], found = hist_percentile(&h, p);
            EXPECT_GE(found, exact) << p;
            EXPECT_LE(found, exact + exact / 32) << p;
        }
        EXPECT_EQ(hist_percentile(&h, 0), sample.front());
        EXPECT_EQ(hist_percentile(&h, 1000000), sample.back());
        EXPECT_EQ(h.min, sample.front());
        EXPECT_EQ(h.max, sample.back());
    }
}

/* 4 values: the median is the 2nd, and one millionth more is the 3rd. */
TEST_F(Hist, PercentileStepsExactlyAtTheRank)
{
    for (u64 value : {10, 20, 30, 40})
        hist_add(&h, value);
    EXPECT_EQ(hist_percentile(&h, 1), 10u);
    EXPECT_EQ(hist_percentile(&h, 250000), 10u);
    EXPECT_EQ(hist_percentile(&h, 250001), 20u);
    EXPECT_EQ(hist_percentile(&h, 500000), 20u);
    EXPECT_EQ(hist_percentile(&h, 500001), 30u);
    EXPECT_EQ(hist_percentile(&h, 999999), 40u);
}

TEST_F(Hist, PercentileAboveOneIsOurError)
{
    EXPECT_DEATH(hist_percentile(&h, 1000001), "assertion failed");
}

TEST_F(Hist, MergedIsTheSameAsFilledTogether)
{
    struct hist part, together;
    hist_init(&part);
    hist_init(&together);
    fill(&h, 1, 500);
    fill(&part, 2, 700);
    fill(&together, 1, 500);
    fill(&together, 2, 700);
    hist_merge(&h, &part);
    EXPECT_EQ(memcmp(&h, &together, sizeof(h)), 0);
}

TEST_F(Hist, MergeIsAssociativeAndCommutative)
{
    struct hist a, b, c, left, right;
    for (struct hist *each : {&a, &b, &c})
        hist_init(each);
    fill(&a, 1, 300);
    fill(&b, 2, 5);
    fill(&c, 3, 80);
    left = a; /* (a + b) + c */
    hist_merge(&left, &b);
    hist_merge(&left, &c);
    right = c; /* (c + b) + a */
    hist_merge(&right, &b);
    hist_merge(&right, &a);
    EXPECT_EQ(memcmp(&left, &right, sizeof(left)), 0);
}

TEST_F(Hist, MergeWithAnEmptyOneChangesNothing)
{
    struct hist empty, before;
    hist_init(&empty);
    fill(&h, 4, 20);
    before = h;
    hist_merge(&h, &empty);
    EXPECT_EQ(memcmp(&h, &before, sizeof(h)), 0);
    hist_merge(&empty, &h);
    EXPECT_EQ(memcmp(&empty, &before, sizeof(h)), 0);
}

TEST_F(Hist, OverflowIsAnErrorAndNoWrongNumber)
{
    struct hist other;
    hist_init(&other);
    hist_add(&other, 1);
    hist_add(&h, UINT64_MAX);
    EXPECT_DEATH(hist_add(&h, 1), "assertion failed: h->sum");
    EXPECT_DEATH(hist_merge(&h, &other), "assertion failed: into->sum");
    h.sum = 0;
    h.bucket[1] = UINT32_MAX;
    EXPECT_DEATH(hist_add(&h, 1), "assertion failed: h->bucket");
    EXPECT_DEATH(hist_merge(&h, &other), "assertion failed: into->bucket");
}

TEST_F(Hist, BucketPastTheLastIsOurError)
{
    EXPECT_DEATH(hist_bucket_low(HIST_BUCKETS), "assertion failed");
    EXPECT_DEATH(hist_bucket_high(HIST_BUCKETS), "assertion failed");
}
