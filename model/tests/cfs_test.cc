/* The fair scheduler's rules as a decider: order, placement, preemption, slice. */
#include <gtest/gtest.h>

#include <vector>

#include "model/cfs.h"

namespace {

const cfs_spec rules = {6 * PS_PER_MS, 750 * PS_PER_US, PS_PER_MS};

std::vector<u32> drain(cfs &q)
{
    std::vector<u32> order;
    while (cfs_best(&q) != CFS_NONE) {
        order.push_back(cfs_best(&q));
        cfs_take(&q, order.back());
    }
    return order;
}

cfs fresh()
{
    cfs q;
    cfs_init(&q);
    return q;
}

} // namespace

TEST(Cfs, TheLeastVirtualTimeRunsFirst)
{
    cfs q = fresh();
    cfs_put(&q, 1, 300);
    cfs_put(&q, 2, 100);
    cfs_put(&q, 3, 200);
    EXPECT_EQ(drain(q), (std::vector<u32>{2, 3, 1}));
    EXPECT_EQ(cfs_best(&q), (u32)CFS_NONE);
}

TEST(Cfs, TheLowerNumberRunsFirstInATie)
{
    cfs q = fresh();
    for (u32 id : {5, 1, 4, 2, 3})
        cfs_put(&q, id, 7);
    EXPECT_EQ(drain(q), (std::vector<u32>{1, 2, 3, 4, 5}));
}

TEST(Cfs, AnyThreadCanBeTaken)
{
    cfs q = fresh();
    for (u32 id = 0; id < 4; id++)
        cfs_put(&q, id, id);
    cfs_take(&q, 2);
    cfs_take(&q, 0);
    EXPECT_EQ(q.count, 2u);
    EXPECT_EQ(drain(q), (std::vector<u32>{1, 3}));
}

TEST(Cfs, HoldsAsManyAsItSays)
{
    cfs q = fresh();
    for (u32 id = CFS_MAX; id-- > 0;)
        cfs_put(&q, id, 1);
    EXPECT_EQ(drain(q).size(), (size_t)CFS_MAX);
}

TEST(Cfs, MinVirtualTimeFollowsTheLeastAndNeverGoesBack)
{
    cfs q = fresh();
    const u64 start = CFS_START_PS;
    EXPECT_EQ(q.min_vruntime_ps, start);
    cfs_advance(&q, start + 10);
    EXPECT_EQ(q.min_vruntime_ps, start + 10);
    cfs_put(&q, 0, start + 5); /* Behind the running one, and behind what was reached. */
    cfs_advance(&q, start + 20);
    EXPECT_EQ(q.min_vruntime_ps, start + 10);
    cfs_take(&q, 0);
    cfs_put(&q, 0, start + 30);
    cfs_advance(&q, TIME_NEVER); /* Nobody runs: the queue alone. */
    EXPECT_EQ(q.min_vruntime_ps, start + 30);
    cfs_take(&q, 0);
    cfs_advance(&q, TIME_NEVER);
    EXPECT_EQ(q.min_vruntime_ps, start + 30);
}

TEST(Cfs, ASleeperGetsHalfALatencyOfCreditAtMost)
{
    cfs q = fresh();
    const u64 now = CFS_START_PS, credit = rules.latency_ps / 2;

    EXPECT_EQ(cfs_place(&q, &rules, 0), now - credit);
    EXPECT_EQ(cfs_place(&q, &rules, now - credit - 1), now - credit);
    EXPECT_EQ(cfs_place(&q, &rules, now - credit), now - credit);
    EXPECT_EQ(cfs_place(&q, &rules, now - credit + 1), now - credit + 1);
    EXPECT_EQ(cfs_place(&q, &rules, now + 5), now + 5) << "nobody is put back";
    q.min_vruntime_ps = credit - 1;
    EXPECT_EQ(cfs_place(&q, &rules, 0), 0u) << "time does not go below 0";
}

TEST(Cfs, AWokenThreadNeedsMoreThanTheGranularityToPreempt)
{
    const u64 at = CFS_START_PS, granularity = rules.wakeup_granularity_ps;

    EXPECT_FALSE(cfs_preempts(&rules, at, at));
    EXPECT_FALSE(cfs_preempts(&rules, at + granularity - 1, at));
    EXPECT_FALSE(cfs_preempts(&rules, at + granularity, at));
    EXPECT_TRUE(cfs_preempts(&rules, at + granularity + 1, at));
    EXPECT_FALSE(cfs_preempts(&rules, at, at + 1));
}

TEST(Cfs, TheLatencyIsSharedDownToTheLeastSlice)
{
    EXPECT_EQ(cfs_slice(&rules, 0), rules.latency_ps);
    EXPECT_EQ(cfs_slice(&rules, 1), rules.latency_ps);
    EXPECT_EQ(cfs_slice(&rules, 2), rules.latency_ps / 2);
    EXPECT_EQ(cfs_slice(&rules, 7), rules.latency_ps / 7);
    EXPECT_EQ(cfs_slice(&rules, 8), rules.min_granularity_ps);
    EXPECT_EQ(cfs_slice(&rules, 100), rules.min_granularity_ps);
}
