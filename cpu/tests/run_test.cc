/* Operation streams: what each operation costs and counts, and where a run stops. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

#include <memory>

namespace {

enum { ASID = 5, PAGE = MMU_PAGE_SIZE };
constexpr u64 MAX = UINT64_MAX;

struct Run : testing::Test {
    std::unique_ptr<mmu_tlb> tlb{new mmu_tlb()};
    std::unique_ptr<cpu_stream> stream{new cpu_stream()};
    cpu_cost cost{10, 100, 200, 7};
    cpu_count count{};
    u64 t_ps = 1000;

    Run()
    {
        mmu_tlb_spec spec{};
        spec.l1i_entries = spec.l1d_entries = 2;
        spec.l2_sets = 64;
        spec.l2_ways = 4;
        mmu_tlb_init(tlb.get(), &spec);
    }
    void fill(u64 va, mmu_access access, bool write = true)
    {
        mmu_out out{};
        out.pa = out.ipa = va;
        out.read = out.exec = out.user = 1;
        out.write = write;
        mmu_tlb_fill(tlb.get(), va, ASID, access, &out);
    }
    void put(op_kind kind, u64 n, u64 va) { stream->op[stream->count++] = OP(kind, n, va); }
    cpu_stop run(u64 limit_ps = MAX)
    {
        return cpu_run(tlb.get(), &cost, stream.get(), ASID, &t_ps, limit_ps, &count);
    }
};

TEST_F(Run, EachOperationCostsItsTimeAndIsCounted)
{
    fill(PAGE, MMU_FETCH);
    fill(2 * PAGE, MMU_READ);
    put(OP_FETCH, 12, PAGE + 8);
    put(OP_READ, 0, 2 * PAGE);
    put(OP_WRITE, 0, 2 * PAGE + 4088);
    put(OP_THINK, 0, 5000);
    put(OP_END, 0, 0);
    EXPECT_EQ(run(), CPU_STOP_END);
    EXPECT_EQ(t_ps, 1000u + 12 * 10 + 100 + 200 + 5000);
    EXPECT_EQ(count.instructions, 12u);
    EXPECT_EQ(count.reads, 1u);
    EXPECT_EQ(count.writes, 1u);
    EXPECT_EQ(stream->head, 4u); /* END is still to do. */
    EXPECT_EQ(run(), CPU_STOP_END);
}

TEST_F(Run, AnEmptyStreamStops)
{
    EXPECT_EQ(run(), CPU_STOP_EMPTY);
    fill(PAGE, MMU_READ);
    put(OP_READ, 0, PAGE);
    EXPECT_EQ(run(), CPU_STOP_EMPTY);
    EXPECT_EQ(stream->head, 1u);
}

TEST_F(Run, AMissIsLeftForTheWalk)
{
    for (op_kind kind : {OP_FETCH, OP_READ, OP_WRITE}) {
        stream->head = stream->count = 0;
        put(kind, 3, 9 * PAGE);
        EXPECT_EQ(run(), CPU_STOP_MISS);
        EXPECT_EQ(stream->head, 0u);
        EXPECT_EQ(t_ps, 1000u);
    }
    EXPECT_EQ(count.instructions + count.reads + count.writes, 0u);
}

TEST_F(Run, AWriteToACleanPageIsAMiss)
{
    fill(PAGE, MMU_READ, false);
    put(OP_READ, 0, PAGE);
    put(OP_WRITE, 0, PAGE);
    EXPECT_EQ(run(), CPU_STOP_MISS);
    EXPECT_EQ(stream->head, 1u);
    EXPECT_EQ(count.reads, 1u);
    EXPECT_EQ(count.writes, 0u);
}

/* Two entries in the L1: the first of three pages is in the L2 alone. */
TEST_F(Run, AHitInTheL2CostsExtraOnce)
{
    for (mmu_access access : {MMU_READ, MMU_FETCH})
        for (u64 page = 1; page <= 3; page++)
            fill(page * PAGE, access);
    put(OP_READ, 0, PAGE);
    put(OP_READ, 0, PAGE);
    put(OP_FETCH, 1, PAGE);
    put(OP_FETCH, 1, PAGE);
    EXPECT_EQ(run(), CPU_STOP_EMPTY);
    EXPECT_EQ(t_ps, 1000u + 2 * 100 + 2 * 10 + 2 * 7);
}

TEST_F(Run, PagesThatShareAFrontIndexHitTheL1AllTheSame)
{
    const u64 other = PAGE + u64(MMU_FRONT) * PAGE;
    fill(PAGE, MMU_READ);
    fill(other, MMU_READ);
    for (u32 i = 0; i < 3; i++) {
        put(OP_READ, 0, PAGE);
        put(OP_READ, 0, other);
    }
    EXPECT_EQ(run(), CPU_STOP_EMPTY);
    EXPECT_EQ(t_ps, 1000u + 6 * 100); /* No L2. */
}

/* The first operation starts whatever the limit, a later one only if not after it. */
TEST_F(Run, TheLimitStopsBeforeAnOperationThatStartsAfterIt)
{
    fill(PAGE, MMU_READ);
    for (u32 i = 0; i < 3; i++)
        put(OP_READ, 0, PAGE);
    EXPECT_EQ(run(0), CPU_STOP_LIMIT);
    EXPECT_EQ(t_ps, 1100u);
    EXPECT_EQ(run(1199), CPU_STOP_LIMIT); /* The third would start at 1200. */
    EXPECT_EQ(t_ps, 1200u);
    EXPECT_EQ(stream->head, 2u);
    stream->head = 0;
    t_ps = 1000;
    EXPECT_EQ(run(1200), CPU_STOP_LIMIT);
    EXPECT_EQ(stream->head, 3u);
    EXPECT_EQ(t_ps, 1300u);
}

TEST_F(Run, AnOperationThatDoesNotExistStopsTheProgram)
{
    stream->op[0] = OP(7, 0, 0);
    stream->count = 1;
    EXPECT_DEATH(run(), "assertion");
}

} // namespace
