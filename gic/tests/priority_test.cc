// Priorities, binary points and preemption of both groups, for every number of bits that an
// implementation may have; and FEAT_NMI's superpriority. The expected values are computed as the
// manual words them: which bits of a priority form the group.
#include "gic/tests/vm_fixture.h"

#include "gic/priority.h"

#include <algorithm>

namespace {

constexpr u64 pending = GIC_LR_PENDING, active = GIC_LR_ACTIVE;

u64 lr(u32 intid, u32 priority, u32 group, u64 bits = pending)
{
    return intid | u64{priority} << 48 | (group ? GIC_LR_GROUP1 : 0) | bits;
}

struct Priority : testing::Test {
    gic g{};
    gic_trap_inputs in{1, 1, 1, 0, 0}, el2{2, 1, 1, 1, 0};

    void reset(u32 priority_bits, u32 preemption_bits, bool nmi = false)
    {
        gic_spec s = gic_spec_kvm(1);
        s.priority_bits = u8(priority_bits);
        s.preemption_bits = u8(preemption_bits);
        s.nmi = nmi;
        gic_init_as(&g, &s, 0);
        write(GIC_PMR, 0xff);
        write(GIC_IGRPEN0, 1);
        write(GIC_IGRPEN1, 1);
    }
    u64 read(gic_cpuif reg)
    {
        u64 value = 0;
        EXPECT_EQ(gic_cpuif_read(&g, reg, &in, &value), GIC_DONE);
        return value;
    }
    void write(gic_cpuif reg, u64 value)
    {
        EXPECT_EQ(gic_cpuif_write(&g, reg, &in, value), GIC_DONE);
    }
    void load(u32 n, u64 value)
    {
        EXPECT_EQ(gic_cpuif_write(&g, gic_cpuif(GIC_LR0 + n), &el2, value), GIC_DONE);
    }
};

// IHI 0069 table of ICC_BPR0_EL1: the group priority is [7:n+1]; of ICC_BPR1_EL1: [7:n].
u32 group_of(u32 priority, u32 group, u32 bpr0, u32 bpr1, bool cbpr)
{
    u32 lowest_bit = group == 0 || cbpr ? bpr0 + 1 : bpr1;
    return lowest_bit >= 8 ? 0 : priority >> lowest_bit << lowest_bit;
}

TEST_F(Priority, BinaryPointsHaveTheirMinimumAndCbprShowsTheOther)
{
    for (u32 pre = 5; pre <= 7; pre++)
        for (u32 bpr0 = 0; bpr0 < 8; bpr0++)
            for (u32 bpr1 = 0; bpr1 < 8; bpr1++) {
                reset(pre, pre);
                EXPECT_EQ(read(GIC_BPR0), 7 - pre);
                EXPECT_EQ(read(GIC_BPR1), 8 - pre);
                write(GIC_BPR0, bpr0);
                write(GIC_BPR1, bpr1 | 0xf8);
                u32 got0 = std::max(bpr0, 7 - pre), got1 = std::max(bpr1, 8 - pre);
                EXPECT_EQ(read(GIC_BPR0), got0);
                EXPECT_EQ(read(GIC_BPR1), got1);
                write(GIC_CTLR, 1);
                EXPECT_EQ(read(GIC_BPR1), std::min(got0 + 1, 7u));
                write(GIC_BPR1, 7); // Ignored.
                write(GIC_CTLR, 0);
                EXPECT_EQ(read(GIC_BPR1), got1);
                gic_check(&g);
            }
}

// The active bit and the running priority for each priority and each pair of binary points.
TEST_F(Priority, AcknowledgeSetsTheBitOfTheGroupPriority)
{
    for (u32 pre = 5; pre <= 7; pre++)
        for (u32 group : {0u, 1u})
            for (u32 cbpr : {0u, 1u})
                for (u32 points = 0; points < 64; points++)
                    for (u32 priority = 0; priority < 0xfe; priority += 1u << (8 - pre)) {
                        reset(pre, pre);
                        write(GIC_BPR0, points / 8);
                        write(GIC_BPR1, points % 8);
                        u32 bpr0 = u32(read(GIC_BPR0)), bpr1 = u32(read(GIC_BPR1));
                        write(GIC_CTLR, cbpr);
                        u32 expected = group_of(priority, group, bpr0, bpr1, cbpr);
                        if (priority >= g.vmcr >> 24)
                            continue;
                        load(0, lr(40, priority, group));
                        ASSERT_EQ(read(group ? GIC_IAR1 : GIC_IAR0), 40u);
                        ASSERT_EQ(read(GIC_RPR), expected);
                        u32 bit = expected >> (8 - pre);
                        ASSERT_EQ(g.ap[group][bit / 32], 1u << bit % 32);
                        write(group ? GIC_EOIR1 : GIC_EOIR0, 40);
                        ASSERT_EQ(read(GIC_RPR), 0xffu);
                        ASSERT_EQ(g.lr[0] & GIC_LR_STATE, 0u);
                    }
}

TEST_F(Priority, PreemptionNeedsAStrictlyHigherGroupPriority)
{
    for (u32 pre : {5u, 7u})
        for (u32 points : {0u, 2u * 8 + 3, 4u * 8 + 5, 7u * 8 + 7, 3u * 8 + 7, 7u * 8 + 3})
            for (u32 groups = 0; groups < 8; groups++)
                for (u32 first = 0; first < 0xf0; first += 16)
                    for (u32 second = 0; second < 0xf8; second += 8) {
                        bool cbpr = groups & 4;
                        u32 group1 = groups & 1, group2 = groups >> 1 & 1;
                        reset(pre, pre);
                        write(GIC_BPR0, points / 8);
                        write(GIC_BPR1, points % 8);
                        u32 bpr0 = u32(read(GIC_BPR0)), bpr1 = u32(read(GIC_BPR1));
                        write(GIC_CTLR, cbpr);
                        load(0, lr(40, first, group1));
                        read(group1 ? GIC_IAR1 : GIC_IAR0);
                        load(1, lr(41, second, group2));
                        u32 running = group_of(first, group1, bpr0, bpr1, cbpr);
                        bool preempts = group_of(second, group2, bpr0, bpr1, cbpr) <
                                        group_of(running, group2, bpr0, bpr1, cbpr);
                        ASSERT_EQ(gic_irq_asserted(&g), preempts && group2 == 1);
                        ASSERT_EQ(gic_fiq_asserted(&g), preempts && group2 == 0);
                        ASSERT_EQ(read(group2 ? GIC_HPPIR1 : GIC_HPPIR0), 41u);
                        ASSERT_EQ(read(group2 ? GIC_HPPIR0 : GIC_HPPIR1), 1023u);
                        ASSERT_EQ(read(group2 ? GIC_IAR0 : GIC_IAR1), 1023u);
                        ASSERT_EQ(read(group2 ? GIC_IAR1 : GIC_IAR0), preempts ? 41u : 1023u);
                    }
}

TEST_F(Priority, TheMaskHasTheImplementedBitsAndIsStrict)
{
    for (u32 bits = 5; bits <= 8; bits++)
        for (u32 mask = 0; mask < 256; mask++) {
            reset(bits, 5);
            write(GIC_PMR, mask);
            u32 kept = mask >> (8 - bits) << (8 - bits);
            ASSERT_EQ(read(GIC_PMR), kept);
            u32 step = 1u << (8 - bits);
            if (kept >= step) {
                load(0, lr(40, kept - step, 1));
                ASSERT_TRUE(gic_irq_asserted(&g));
            }
            load(0, lr(40, kept, 0));
            ASSERT_FALSE(gic_fiq_asserted(&g));
        }
}

TEST_F(Priority, EveryImplementedBitDecidesBetweenTwo)
{
    for (u32 bits = 5; bits <= 8; bits++)
        for (u32 bit = 8 - bits; bit < 8; bit++) {
            reset(bits, 5);
            load(0, lr(40, 1u << bit, 1));
            load(1, lr(41, 0, 1));
            EXPECT_EQ(read(GIC_HPPIR1), 41u) << bits << " bits, bit " << bit;
            load(1, lr(41, 1u << bit, 1));
            EXPECT_EQ(read(GIC_HPPIR1), 40u);
        }
}

TEST_F(Priority, GroupsAreEnabledApart)
{
    for (u32 enables = 0; enables < 4; enables++)
        for (u32 group : {0u, 1u}) {
            reset(5, 5);
            write(GIC_IGRPEN0, enables & 1);
            write(GIC_IGRPEN1, enables >> 1);
            load(0, lr(40, 0x80, group));
            bool on = enables >> group & 1;
            EXPECT_EQ(gic_irq_asserted(&g), on && group == 1);
            EXPECT_EQ(gic_fiq_asserted(&g), on && group == 0);
        }
}

TEST_F(Priority, AnEndThroughTheOtherGroupOnlyDrops)
{
    for (u32 group : {0u, 1u}) {
        reset(5, 5);
        load(0, lr(40, 0x80, group));
        EXPECT_EQ(read(group ? GIC_IAR1 : GIC_IAR0), 40u);
        write(group ? GIC_EOIR0 : GIC_EOIR1, 40);
        EXPECT_EQ(read(GIC_RPR), 0xffu);
        EXPECT_EQ(g.lr[0] & GIC_LR_STATE, active);
    }
}

TEST_F(Priority, TheDropFindsTheLowestBitInEveryRegister)
{
    for (u32 pre = 5; pre <= 7; pre++)
        for (u32 bit = 0; bit < 1u << pre; bit++) {
            reset(pre, pre);
            g.ap[1][bit / 32] = 1u << bit % 32;
            EXPECT_EQ(read(GIC_RPR), bit << (8 - pre));
            g.ap[0][bit / 32] = 1u << bit % 32;
            write(GIC_EOIR1, 99); // Equal: group 0 first.
            EXPECT_EQ(g.ap[0][bit / 32], 0u);
            EXPECT_EQ(read(GIC_RPR), bit << (8 - pre));
            write(GIC_EOIR0, 99);
            EXPECT_EQ(read(GIC_RPR), 0xffu);
        }
}

TEST_F(Priority, AmongEqualsTheImplementationChooses)
{
    for (u32 tie : {u32{GIC_TIE_LIST_REGISTER}, u32{GIC_TIE_INTID}}) {
        reset(5, 5);
        g.tie = tie;
        load(0, lr(60, 0x80, 1));
        load(1, lr(50, 0x80, 1));
        load(2, lr(40, 0x88, 1));
        EXPECT_EQ(read(GIC_IAR1), tie == GIC_TIE_INTID ? 50u : 60u);
    }
}

// --- FEAT_NMI. ---

constexpr u64 nmi = pending | GIC_LR_NMI;

TEST_F(Priority, AnNmiComesBeforeEveryPriorityAndPassesTheMask)
{
    reset(5, 5, true);
    write(GIC_PMR, 0);
    load(0, lr(40, 0, 1));
    EXPECT_FALSE(gic_irq_asserted(&g));
    load(1, lr(41, 0xf8, 1, nmi));
    EXPECT_TRUE(gic_irq_asserted(&g));
    EXPECT_TRUE(gic_nmi_asserted(&g));
    EXPECT_EQ(read(GIC_HPPIR1), 41u);
    write(GIC_IGRPEN1, 0);
    EXPECT_FALSE(gic_nmi_asserted(&g));
}

// Superpriority is one level: among NMIs the priority does not decide.
TEST_F(Priority, AmongNmisTheImplementationChooses)
{
    for (u32 tie : {u32{GIC_TIE_LIST_REGISTER}, u32{GIC_TIE_INTID}}) {
        reset(5, 5, true);
        g.tie = tie;
        load(0, lr(60, 0xf8, 1, nmi));
        load(1, lr(50, 0x00, 1, nmi));
        EXPECT_EQ(read(GIC_IAR1), tie == GIC_TIE_INTID ? 50u : 60u);
    }
}

TEST_F(Priority, Iar1SaysNmiOnlyIfSctlrAsksForIt)
{
    reset(5, 5, true);
    load(0, lr(41, 0x80, 1, nmi));
    in.sctlr_nmi = 1;
    EXPECT_EQ(read(GIC_IAR1), 1022u);
    EXPECT_EQ(g.lr[0] & GIC_LR_STATE, pending); // Nothing has changed.
    EXPECT_EQ(read(GIC_IAR0), 1023u);
    EXPECT_EQ(read(GIC_NMIAR1), 41u);
    EXPECT_EQ(read(GIC_RPR), 1ull << 63);
    EXPECT_EQ(read(GIC_AP1R0), 1ull << 63);
    load(1, lr(42, 0, 1, nmi)); // No NMI preempts an NMI.
    EXPECT_FALSE(gic_irq_asserted(&g));
    EXPECT_EQ(read(GIC_NMIAR1), 1023u);
    write(GIC_EOIR1, 41);
    EXPECT_EQ(g.lr[0] & GIC_LR_STATE, 0u);
    EXPECT_EQ(read(GIC_RPR), 0xffu);
    in.sctlr_nmi = 0;
    EXPECT_EQ(read(GIC_IAR1), 42u);
    EXPECT_EQ(read(GIC_RPR), 1ull << 63);
    write(GIC_EOIR1, 42);
    load(0, lr(43, 0x80, 1)); // An ordinary one.
    EXPECT_EQ(read(GIC_NMIAR1), 1023u);
    in.sctlr_nmi = 1;
    EXPECT_EQ(read(GIC_IAR1), 43u);
}

TEST_F(Priority, AnNmiPreemptsEvenPriorityZero)
{
    reset(5, 5, true);
    load(0, lr(40, 0, 1));
    EXPECT_EQ(read(GIC_IAR1), 40u);
    load(1, lr(41, 0x80, 1, nmi));
    EXPECT_EQ(read(GIC_IAR1), 41u);
    write(GIC_EOIR1, 40); // Out of order: drops the NMI, ends nothing.
    EXPECT_EQ(g.lr[0] & GIC_LR_STATE, active);
    EXPECT_EQ(g.lr[1] & GIC_LR_STATE, active);
    EXPECT_EQ(read(GIC_RPR), 0u);
    write(GIC_EOIR1, 41);
    EXPECT_EQ(g.lr[1] & GIC_LR_STATE, active);
    EXPECT_EQ(read(GIC_RPR), 0xffu);
}

TEST_F(Priority, KvmPutsAnNmiBeforeAllThatWaits)
{
    gic_spec s = gic_spec_kvm(1);
    s.nmi = 1;
    s.lr_count = 2;
    machine m(s);
    m.boot();
    m.dist_write(0xf84, 1u << 8 | 1u << 9); // 40 and 41
    gicr_write(&m.cpus[0], &m.dist, 0x10f80, 4, 1u << 20);
    m.dist_write(0x084, ~(1u << 9)); // Group 0 knows no superpriority.
    for (u32 i : {50u, 41u, 40u, 60u})
        gic_inject_spi(&m.vm, i, true);
    gic_inject_irq(&m.vm, 0, 20, true, 0);
    m.cpus[0].irq[20].priority = 0;
    icc_pmr_write(&m.cpus[0], 0);
    EXPECT_TRUE(gic_has_pending_irq(&m.cpus[0], &m.dist)); // The mask does not count.
    m.enter(0);
    EXPECT_EQ(m.listed(0), (list{40, 20, 50, 41, 60}));
    EXPECT_NE(m.cpus[0].lr[0] & GIC_LR_NMI, 0u);
    EXPECT_NE(m.cpus[0].lr[1] & GIC_LR_NMI, 0u);
    m.leave(0);
}

} // namespace
