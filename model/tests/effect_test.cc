/* What asynchronous page faults are for: beside a task that waits, another one gets on. */
#include "model/tests/random_spec.hpp"

namespace {

struct Effect {
    u64 end_ps;  /* When the memory task ended. */
    u64 compute; /* Instructions of the other one in a simulated second. */
};

Effect run_design(design d, bool with_compute)
{
    auto p = plain_spec(d);
    pages(*p, 400);
    if (with_compute)
        add_task(*p, TASK_COMPUTE);
    p->idle = IDLE_POLL; /* one-ppi does not see a READY in WFI; all idle alike. */
    p->store.read = store_latency("{latency: lognormal, median: 60us, sigma: 0.8}");
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.counted(), 400u);
    u64 ms = m.s().end_ps / PS_PER_MS;
    return {m.tsk().ended_ps, with_compute ? m.work(1) * 1000 / ms : 0};
}

} // namespace

TEST(Effect, TheOtherTaskGetsMoreWorkDone)
{
    Effect sync = run_design(SYNC, true), v4 = run_design(V4, true),
           one_ppi = run_design(ONE_PPI, true);

    EXPECT_GT(2 * v4.compute, 3 * sync.compute);
    EXPECT_GT(2 * one_ppi.compute, 3 * sync.compute);
}

TEST(Effect, AloneTheTaskEndsAFewPercentLater)
{
    u64 sync_ps = run_design(SYNC, false).end_ps;

    for (design d : {V4, ONE_PPI}) {
        u64 end_ps = run_design(d, false).end_ps;
        EXPECT_GT(end_ps * 100, sync_ps * 98) << design_name[d];
        EXPECT_LT(end_ps * 100, sync_ps * 110) << design_name[d];
    }
}
