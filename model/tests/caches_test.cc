// Caches of the walk in a whole machine: fewer descriptors are read, what is translated stays the
// same, and pages that the host takes away are not found any more.
#include "model/tests/probe.hpp"

namespace {

/* Two tasks that touch more pages than the TLB holds, over and over. */
std::unique_ptr<spec> spec_with(mmu_cache_spec caches, design d = SYNC)
{
    auto p = plain_spec(d);

    p->task[0].kind = TASK_TOUCH;
    p->task[0].pattern = PATTERN_RANDOM;
    p->task[0].accesses = 20000;
    p->task[0].write_percent = 30;
    pages(*p, 600);
    add_task(*p, TASK_TOUCH);
    p->tlb = {8, 8, 16, 2};
    p->caches = caches;
    p->seed = 7;
    p->stop_task = UINT32_MAX;
    return p;
}

struct walks {
    u64 count = 0, reads = 0;
};

walks walks_of(const Machine &m)
{
    walks w;

    for (const trace_rec &rec : m.lines)
        if (std::string(log_type_name(rec.type)) == "walk") {
            w.count++;
            w.reads += rec.b;
        }
    return w;
}

const mmu_cache_spec none = {1, 0, 1, 0}, tables = {16, 4, 1, 0}, leaves = {1, 0, 16, 4},
                     both = {16, 4, 16, 4};

TEST(WalkCaches, SpareReadsAndNeverAddSome)
{
    Machine plain(spec_with(none));
    ASSERT_EQ(plain.finish(), SYS_DONE);
    const walks without = walks_of(plain);
    EXPECT_GT(without.count, 1000u);
    EXPECT_GT(without.reads, without.count * 18) << "4 levels over 3: 19 reads, faults fewer";
    for (const mmu_cache_spec &caches : {tables, leaves, both}) {
        Machine m(spec_with(caches));
        ASSERT_EQ(m.finish(), SYS_DONE);
        EXPECT_LT(walks_of(m).reads, without.reads * 3 / 4);
        EXPECT_EQ(m.counted(), plain.counted()) << "the same pages were away";
        EXPECT_EQ(m.work(0), plain.work(0));
        EXPECT_LT(m.s().end_ps, plain.s().end_ps);
        mmu_caches_check(&m.cpu().caches);
    }
}

/* With everything cached a walk reads the last descriptor of stage 1, and no more. */
TEST(WalkCaches, BothTogetherLeaveAboutOneRead)
{
    auto p = spec_with(both);
    p->caches = {16, 8, 1, 128};
    pages(*p, 100, 0);
    pages(*p, 20, 1);
    Machine m(std::move(p));
    ASSERT_EQ(m.finish(), SYS_DONE);
    const walks w = walks_of(m);
    EXPECT_LT(w.reads, w.count * 4);
}

/* Under a memory limit pages come and go: no walk may find one that has gone. */
TEST(WalkCaches, ForgetWhatTheHostTakesAway)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        auto p = spec_with(both, d);
        auto q = spec_with(none, d);
        p->memory_limit_bytes = q->memory_limit_bytes = 300 * MMU_PAGE_SIZE;
        p->idle = q->idle = IDLE_POLL;
        p->task[0].accesses = q->task[0].accesses = 3000;
        Machine m(std::move(p)), plain(std::move(q));
        EXPECT_EQ(m.finish(), SYS_DONE);
        EXPECT_EQ(plain.finish(), SYS_DONE);
        EXPECT_GT(m.counted(), 1000u);
        EXPECT_EQ(m.work(0), plain.work(0));
        mmu_caches_check(&m.cpu().caches);
    }
}

} // namespace
