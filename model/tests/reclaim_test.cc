/*
 * Memory of the host under a limit: second chance, activation, write-back, rescue, refault; and
 * that the limit holds at every step. Rules of Linux 5.14 mm/vmscan.c.
 */
#include "model/tests/random_spec.hpp"

namespace {

/* A machine in which nothing runs: its pages are moved by hand. */
struct Memory : Machine {
    u32 first = 0; /* Frame of page 0. */

    Memory() : Machine(made())
    {
        first = tsk().gfn_first;
        r->out.count = 0;
        r->out.src = 0;
        while (s().mem.inactive.count != 0) /* The mailbox and tables are not to be met. */
            lru_remove(&r->c, page_at(&r->c, s().mem.inactive.tail));
    }
    static std::unique_ptr<spec> made()
    {
        auto p = plain_spec(SYNC);
        pages(*p, 512);
        p->memory_limit_bytes = 256 * MMU_PAGE_SIZE;
        return p;
    }
    page &pg(u32 n) { return *page_get(&r->c, first + n); }
    /* Pages come to the head of the inactive list one after the other. */
    void resident(u32 count, u8 flags, u32 from = 0)
    {
        for (u32 n = from; n < from + count; n++) {
            page &p = pg(n);
            p.state = PAGE_RESIDENT;
            s().mem.used_pages++;
            lru_add(&r->c, &p, false);
            p.flags |= flags;
        }
    }
    u64 reclaim()
    {
        u64 pick_ps;
        r->out.count = 0;
        return mem_reclaim(&r->c, 0, &pick_ps);
    }
    u32 sent(msg_kind kind) const
    {
        u32 n = 0;
        for (u32 i = 0; i < r->out.count; i++)
            n += r->out.msg[i].kind == kind;
        return n;
    }
    mem_result fault_in(u32 n, bool write = false)
    {
        bool submitted;
        return mem_fault_in(&r->c, first + n, write, 0, &submitted);
    }
};

} // namespace

TEST(Reclaim, TakesTheOldestOnesOfABatch)
{
    Memory m;
    m.resident(40, 0);
    u64 used = m.s().mem.used_pages;
    m.reclaim();
    for (u32 n = 0; n < 40; n++)
        EXPECT_EQ(m.pg(n).state, n < 32 ? PAGE_STORED : PAGE_RESIDENT) << n;
    EXPECT_EQ(m.s().mem.used_pages, used - 32);
    EXPECT_EQ(m.s().mem.evicted_clean, 32u);
    EXPECT_EQ(m.sent(MSG_WRITE), 0u) << "the store has a copy";
}

TEST(Reclaim, ADirtyPageIsWrittenAndStaysCharged)
{
    Memory m;
    m.resident(1, PAGE_HOST_WRITE | PAGE_DIRTY);
    u64 used = m.s().mem.used_pages;
    m.reclaim();
    EXPECT_EQ(m.pg(0).state, PAGE_WRITEBACK);
    EXPECT_EQ(m.sent(MSG_WRITE), 1u);
    EXPECT_EQ(m.s().mem.used_pages, used);
    EXPECT_EQ(m.s().mem.writeback_pages, 1u);
    mem_written(&m.r->c, m.first);
    EXPECT_EQ(m.pg(0).state, PAGE_STORED);
    EXPECT_EQ(m.s().mem.used_pages, used - 1);
    EXPECT_EQ(m.s().mem.writeback_pages, 0u);
}

TEST(Reclaim, UsedOnceIsKeptAndUsedTwiceIsActivated)
{
    Memory m;
    m.resident(2, PAGE_REFERENCED);
    m.reclaim();
    EXPECT_EQ(m.s().mem.inactive.count, 2u) << "kept";
    EXPECT_EQ(m.s().mem.activated, 0u);
    m.pg(0).flags |= PAGE_REFERENCED; /* One is used again. */
    m.reclaim();
    EXPECT_EQ(m.s().mem.activated, 1u);
    EXPECT_TRUE(m.pg(0).flags & PAGE_ACTIVE);
    EXPECT_EQ(m.pg(0).state, PAGE_RESIDENT);
    EXPECT_EQ(m.pg(1).state, PAGE_STORED) << "the other is not";
}

TEST(Reclaim, AnAccessOfTheGuestCounts)
{
    Memory m;
    m.resident(2, 0);
    s2_map(&m.r->c, m.first, true, false);
    s2_map(&m.r->c, m.first + 1, true, false);
    *s2_leaf(&m.r->c, m.first + 1) &= ~MMU_DESC_AF;
    m.reclaim();
    EXPECT_EQ(m.pg(0).state, PAGE_RESIDENT);
    EXPECT_EQ(*s2_leaf(&m.r->c, m.first) & MMU_DESC_AF, 0u) << "tested and cleared";
    EXPECT_EQ(m.pg(1).state, PAGE_STORED);
    EXPECT_EQ(*s2_leaf(&m.r->c, m.first + 1), 0u) << "unmapped";
}

TEST(Reclaim, ActivePagesAgeWhileTheyAreTheMost)
{
    Memory m;
    m.resident(3, 0);
    for (u32 n = 0; n < 3; n++) {
        lru_remove(&m.r->c, &m.pg(n));
        lru_add(&m.r->c, &m.pg(n), true);
    }
    m.reclaim(); /* 0 of 3, then 1 of 2: the inactive list is no longer the shorter one. */
    EXPECT_EQ(m.s().mem.aged, 2u);
    EXPECT_EQ(m.s().mem.active.count, 1u);
    EXPECT_TRUE(m.pg(2).flags & PAGE_ACTIVE) << "the youngest stays";
}

/* It had been in use for long, so its return is no accident: the refault activates it. */
TEST(Reclaim, AnAgedPageThatComesBackIsActive)
{
    Memory m;
    m.resident(1, 0);
    lru_remove(&m.r->c, &m.pg(0));
    lru_add(&m.r->c, &m.pg(0), true);
    m.reclaim();
    ASSERT_EQ(m.pg(0).state, PAGE_STORED);
    EXPECT_EQ(m.fault_in(0), MEM_WAIT);
    mem_fetched(&m.r->c, m.first);
    EXPECT_TRUE(m.pg(0).flags & PAGE_ACTIVE);
    m.resident(1, 0, 1);
    m.reclaim();
    EXPECT_EQ(m.fault_in(1), MEM_WAIT);
    mem_fetched(&m.r->c, m.first + 1);
    EXPECT_FALSE(m.pg(1).flags & PAGE_ACTIVE) << "a page that was never active is not";
}

TEST(Reclaim, APageUnderWritebackIsRescued)
{
    Memory m;
    m.resident(1, PAGE_HOST_WRITE | PAGE_DIRTY);
    u64 used = m.s().mem.used_pages;
    m.reclaim();
    EXPECT_EQ(m.fault_in(0), MEM_READY);
    EXPECT_EQ(m.s().mem.rescued, 1u);
    EXPECT_EQ(m.pg(0).state, PAGE_RESIDENT);
    m.pg(0).flags &= (u8)~PAGE_REFERENCED;
    m.reclaim();
    EXPECT_EQ(m.pg(0).state, PAGE_RESIDENT) << "its write has not ended: rotated";
    mem_written(&m.r->c, m.first);
    EXPECT_EQ(m.pg(0).state, PAGE_RESIDENT) << "and the write's end does not take it away";
    EXPECT_EQ(m.s().mem.used_pages, used);
    m.reclaim();
    EXPECT_EQ(m.pg(0).state, PAGE_STORED) << "clean by now";
}

TEST(Reclaim, AWrittenPageIsStale)
{
    Memory m;
    m.resident(1, PAGE_HOST_WRITE | PAGE_DIRTY);
    m.reclaim();
    mem_written(&m.r->c, m.first);
    EXPECT_EQ(m.fault_in(0), MEM_WAIT);
    mem_fetched(&m.r->c, m.first);
    EXPECT_FALSE(m.pg(0).flags & PAGE_DIRTY) << "as the store has it";
    EXPECT_FALSE(m.pg(0).flags & PAGE_HOST_WRITE);
    EXPECT_EQ(m.fault_in(0, true), MEM_READY);
    EXPECT_TRUE(m.pg(0).flags & PAGE_DIRTY);
}

TEST(Reclaim, TheLimitIsTheLastPage)
{
    Memory m;
    m.s().mem.used_pages = 255;
    EXPECT_EQ(m.fault_in(0), MEM_ZEROED);
    EXPECT_EQ(m.s().mem.used_pages, 256u);
    EXPECT_EQ(m.fault_in(1), MEM_NO_ROOM);
    m.pg(2).state = PAGE_STORED;
    EXPECT_EQ(m.fault_in(2), MEM_NO_ROOM);
    EXPECT_EQ(m.fault_in(0), MEM_READY) << "what is there needs no room";
}

/* --- In whole runs, looked at after every step --- */

namespace {

struct Census {
    u64 used = 0, writeback = 0, listed = 0;
};

Census count_pages(const Machine &m)
{
    Census n;
    for (u32 gfn = GFN_FIRST; gfn < GFN_FIRST + m.s().ram_pages; gfn++) {
        const page *p = page_find(&m.r->c, gfn);
        if (p == nullptr)
            continue;
        n.used += p->state == PAGE_RESIDENT || p->state == PAGE_WRITEBACK ||
                  p->state == PAGE_FETCHING;
        n.writeback += p->state == PAGE_WRITEBACK;
        n.listed += p->state == PAGE_RESIDENT;
    }
    return n;
}

std::unique_ptr<spec> thrashing(design d, u64 seed)
{
    auto p = plain_spec(d);
    p->seed = seed;
    p->vcpus = 2;
    p->idle = IDLE_POLL;
    p->task[0].kind = TASK_TOUCH;
    p->task[0].pattern = PATTERN_RANDOM;
    p->task[0].accesses = 400;
    p->task[0].write_percent = 50;
    pages(*p, 60);
    add_task(*p, TASK_TOUCH, 1);
    p->memory_limit_bytes = 64 * MMU_PAGE_SIZE;
    p->stop_task = UINT32_MAX;
    return p;
}

} // namespace

TEST(MemoryLimit, HoldsAtEveryStep)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        SCOPED_TRACE(design_name[d]);
        Machine m(thrashing(d, 1));
        const mem &mem = m.s().mem;
        u32 steps = 0;
        while (m.step()) {
            ASSERT_LE(mem.used_pages, mem.limit_pages);
            if (++steps % 256 != 0)
                continue;
            Census n = count_pages(m);
            ASSERT_EQ(n.used, mem.used_pages);
            ASSERT_EQ(n.writeback, mem.writeback_pages);
            ASSERT_EQ(n.listed, mem.active.count + mem.inactive.count);
        }
        EXPECT_EQ(m.close(), SYS_DONE);
        if (d == SYNC) { /* Workers fetch with write intent, so all their pages are dirty. */
            EXPECT_GT(mem.evicted_clean, 0u);
        }
        EXPECT_GT(mem.evicted_dirty, 100u);
        EXPECT_GT(mem.rescued, 0u);
    }
}

/* The tasks have ended, the store goes on: every write comes back. */
TEST(MemoryLimit, EveryWriteEnds)
{
    auto p = thrashing(SYNC, 2);
    add_task(*p, TASK_COMPUTE, 1);
    p->stop_task = UINT32_MAX;
    p->stop_at_ps = PS_PER_S;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_EQ(m.s().mem.writeback_pages, 0u);
    EXPECT_EQ(m.s().mem.writes, m.s().store.writes);
    EXPECT_EQ(m.s().mem.fetches, m.s().store.reads);
    EXPECT_EQ(m.s().mem.waiter_head, 0u);
}
