// Priorities of the physical CPU interface, IHI 0069 4.8: preemption for every binary point,
// nesting, and superpriority (FEAT_GICv3_NMI).
#include "gic/tests/phys_fixture.h"

namespace {

using phys::Machine;

// The size of a group of priorities that do not preempt each other: IHI 0069 4.8, "Priority
// grouping". Group 0, or group 1 under CBPR: BPR n splits 2^(n + 1) priorities off; group 1: 2^n.
u32 group_size(u32 bpr, bool is_bpr0)
{
    return 1u << (is_bpr0 ? bpr + 1 : bpr);
}

// Priorities: every one with few bits, the interesting ones with many.
std::vector<u32> priorities_of(u8 bits)
{
    std::vector<u32> all;
    const u32 step = 256u >> bits;
    for (u32 p = 0; p < 256; p += step)
        if (bits <= 5 || p % 32 < 2 * step || p % 32 >= 32 - 2 * step || p % 64 == 32)
            all.push_back(p);
    return all;
}

struct Preemption : testing::TestWithParam<std::tuple<u8, u8>> {};

// One interrupt is running, another comes: each pair of priorities and groups, each binary point.
TEST_P(Preemption, ComparesGroupPrioritiesOfThePendingInterruptsBinaryPoint)
{
    const u8 bits = std::get<0>(GetParam()), preemption = std::get<1>(GetParam());
    gicv3_spec spec = phys::full_spec(1);
    spec.priority_bits = bits;
    spec.preemption_bits = preemption;
    Machine m(spec);
    m.wake_all();
    m.prepare(40, 0, 0);
    m.prepare(41, 0, 0);
    for (u32 variant = 0; variant < 8; variant++) {
        const u32 running_group = variant & 1, pending_group = variant >> 1 & 1;
        const bool cbpr = (variant & 4) != 0;
        m.group(40, running_group);
        m.group(41, pending_group);
        for (u32 bpr = 0; bpr < 8; bpr++) {
            m.icc_write(GIC_CTLR, 0);
            m.icc_write(GIC_BPR0, bpr);
            m.icc_write(GIC_BPR1, bpr);
            m.icc_write(GIC_CTLR, cbpr);
            auto size_of = [&](u32 group) {
                const bool is_bpr0 = group == 0 || cbpr;
                const u32 least = is_bpr0 ? 7u - preemption : 8u - preemption;
                return group_size(std::max(bpr, least), is_bpr0);
            };
            for (u32 running : priorities_of(bits)) {
                m.priority(40, running);
                m.pend(40);
                const gic_cpuif iar = running_group ? GIC_IAR1 : GIC_IAR0;
                const bool is_taken = m.icc(iar) == 40;
                ASSERT_EQ(is_taken, running < (0x100u - (256u >> bits)));
                const u32 rpr = running / size_of(running_group) * size_of(running_group);
                ASSERT_EQ(m.icc(GIC_RPR), is_taken ? rpr : 0xff);
                m.unpend(40);
                m.pend(41);
                for (u32 pending : priorities_of(bits)) {
                    m.priority(41, pending);
                    const u32 size = size_of(pending_group);
                    const bool lets_in = !is_taken || pending / size < rpr / size;
                    const bool is_signalled = lets_in && pending < (0x100u - (256u >> bits));
                    ASSERT_EQ(m.lines() != 0, is_signalled)
                        << "BPR " << bpr << " running " << running << " pending " << pending
                        << " groups " << running_group << pending_group << " CBPR " << cbpr;
                }
                m.unpend(41);
                if (is_taken)
                    m.icc_write(running_group ? GIC_EOIR1 : GIC_EOIR0, 40);
                ASSERT_EQ(m.icc(GIC_RPR), 0xffu);
            }
        }
    }
    m.check();
}

INSTANTIATE_TEST_SUITE_P(Bits, Preemption,
                         testing::Values(std::make_tuple(4, 4), std::make_tuple(5, 4),
                                         std::make_tuple(5, 5), std::make_tuple(6, 6),
                                         std::make_tuple(7, 7), std::make_tuple(8, 5),
                                         std::make_tuple(8, 7)));

// As deep as there are group priorities, and back in order.
TEST(Nesting, GoesAsDeepAsThereAreGroupPriorities)
{
    for (u8 bits = 4; bits <= 7; bits++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.priority_bits = bits;
        spec.preemption_bits = bits;
        Machine m(spec);
        m.wake_all();
        const u32 step = 256u >> bits, count = (1u << bits) - 1; // The lowest is never signalled.
        for (u32 i = 0; i < count; i++) {
            const u32 intid = 32 + i, priority = (count - 1 - i) * step;
            m.prepare(intid, i % 2, priority);
            m.pend(intid);
            ASSERT_EQ(m.icc(i % 2 ? GIC_IAR1 : GIC_IAR0), intid);
            ASSERT_EQ(m.icc(GIC_RPR), priority);
        }
        EXPECT_EQ(m.icc(GIC_RPR), 0u);
        for (u32 i = count; i-- > 0;) {
            m.icc_write(i % 2 ? GIC_EOIR1 : GIC_EOIR0, 32 + i);
            ASSERT_FALSE(m.is_active(32 + i));
            ASSERT_EQ(m.icc(GIC_RPR), i == 0 ? 0xffu : (count - i) * step);
        }
        m.check();
    }
}

TEST(Priority, LowestOneIsNeverSignalled)
{
    const u32 lowest[] = {0xf0, 0xf8, 0xfc, 0xfe, 0xff};
    for (u8 bits = 4; bits <= 8; bits++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.priority_bits = bits;
        spec.preemption_bits = 4;
        Machine m(spec);
        m.wake_all();
        m.prepare(40, 1, 0xff);
        m.pend(40);
        EXPECT_EQ(m.lines(), 0u);
        EXPECT_EQ(m.icc(GIC_IAR1), 1023u);
        m.priority(40, lowest[bits - 4] - 1);
        EXPECT_EQ(m.lines(), GICV3_LINE_IRQ) << "one step above";
    }
}

TEST(Priority, TiesGoToTheLowestOrTheHighestIntid)
{
    const u32 intids[] = {5, 18, 33, 700, 1056, 1119, 4096, 5119};
    for (u8 tie = 0; tie < GICV3_TIE_COUNT; tie++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.tie = tie;
        Machine m(spec);
        m.wake_all();
        for (u32 intid : intids) {
            m.prepare(intid, intid % 2, 0x80);
            m.pend(intid);
        }
        for (size_t i = 0; i < ARRAY_COUNT(intids); i++) {
            const u32 want = intids[tie == GICV3_TIE_LOWEST_INTID ? i : 7 - i];
            EXPECT_EQ(m.icc(want % 2 ? GIC_IAR1 : GIC_IAR0), want);
            m.icc_write(want % 2 ? GIC_EOIR1 : GIC_EOIR0, want);
        }
        EXPECT_EQ(m.lines(), 0u);
    }
}

// --- Superpriority. ---

struct Superpriority : testing::Test {
    Machine m{phys::full_spec(1)};

    void SetUp() override
    {
        m.wake_all();
        m.prepare(40, 1, 0xf0);
        m.nmi(40, 1);
        m.prepare(41, 1, 0);
    }
    void TearDown() override
    {
        m.check();
    }
    u32 iar(bool sctlr_nmi)
    {
        return static_cast<u32>(m.icc(GIC_IAR1, 0, sctlr_nmi ? phys::el1_nmi : phys::el1));
    }
};

TEST_F(Superpriority, ComesBeforePriority0)
{
    m.pend(40);
    m.pend(41);
    EXPECT_EQ(m.icc(GIC_HPPIR1), 40u);
    EXPECT_EQ(m.lines(), u32{GICV3_LINE_IRQ | GICV3_LINE_NMI});
    EXPECT_EQ(iar(false), 40u);
}

// 1022 says: acknowledge me by NMIAR1. Nothing has changed.
TEST_F(Superpriority, Reads1022WhereThePeKnowsNmis)
{
    m.pend(40);
    const std::vector<u8> before = m.image();
    EXPECT_EQ(iar(true), 1022u);
    EXPECT_EQ(m.image(), before);
    EXPECT_EQ(m.icc(GIC_IAR0, 0, phys::el1_nmi), 1023u);
    EXPECT_EQ(m.image(), before);
    EXPECT_EQ(m.icc(GIC_NMIAR1, 0, phys::el1_nmi), 40u);
    EXPECT_TRUE(m.is_active(40));
    EXPECT_EQ(iar(true), 1023u) << "not signalled, so not 1022 either";
    EXPECT_EQ(m.icc(GIC_NMIAR1), 1023u);
}

TEST_F(Superpriority, NmiarFindsNothingElse)
{
    m.pend(41);
    const std::vector<u8> before = m.image();
    EXPECT_EQ(m.icc(GIC_NMIAR1), 1023u);
    EXPECT_EQ(m.image(), before);
    EXPECT_EQ(iar(true), 41u);
}

TEST_F(Superpriority, ShowsInTheRunningAndTheActivePriority)
{
    m.pend(40);
    EXPECT_EQ(m.icc(GIC_NMIAR1), 40u);
    EXPECT_EQ(m.icc(GIC_RPR), 1ull << 63);
    EXPECT_EQ(m.icc(GIC_AP1R0), 1ull << 63);
    EXPECT_EQ(m.icc(GIC_AP1R1), 0u);
    m.icc_write(GIC_EOIR0, 40);
    EXPECT_EQ(m.icc(GIC_RPR), 1ull << 63) << "group 1 owns it";
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
    EXPECT_EQ(m.icc(GIC_AP1R0), 0u);
    EXPECT_FALSE(m.is_active(40));
    m.icc_write(GIC_AP1R0, 1ull << 63 | 1);
    EXPECT_EQ(m.icc(GIC_RPR), 1ull << 63);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_AP1R0), 1u) << "the flag goes first";
    EXPECT_EQ(m.icc(GIC_RPR), 0u);
}

TEST_F(Superpriority, PassesEveryMaskAndPreemptsPriority0)
{
    m.pend(41);
    EXPECT_EQ(iar(true), 41u);
    EXPECT_EQ(m.icc(GIC_RPR), 0u);
    m.icc_write(GIC_PMR, 0);
    m.pend(40);
    EXPECT_EQ(m.lines(), u32{GICV3_LINE_IRQ | GICV3_LINE_NMI});
    EXPECT_EQ(m.icc(GIC_NMIAR1), 40u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_RPR), 0u);
    EXPECT_TRUE(m.is_active(41));
}

TEST_F(Superpriority, IsNotPreemptedByAnything)
{
    m.pend(40);
    EXPECT_EQ(m.icc(GIC_NMIAR1), 40u);
    m.prepare(42, 1, 0);
    m.nmi(42, 1);
    m.pend(41);
    m.pend(42);
    m.prepare(43, 0, 0);
    m.pend(43);
    EXPECT_EQ(m.lines(), 0u);
    EXPECT_EQ(m.icc(GIC_HPPIR1), 42u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.lines(), u32{GICV3_LINE_IRQ | GICV3_LINE_NMI});
}

// Among several the tie decides, whatever their priorities say.
TEST_F(Superpriority, HasNoPrioritiesWithinIt)
{
    m.prepare(50, 1, 0);
    m.nmi(50, 1);
    m.pend(50);
    m.pend(40);
    EXPECT_EQ(m.icc(GIC_HPPIR1), 40u);
    for (u32 intid : {2u, 20u, 1060u, 4100u}) { // In all frames.
        m.prepare(intid, 1, 0x80);
        m.nmi(intid, 1);
        m.pend(intid);
    }
    for (u32 intid : {2u, 20u, 40u, 50u, 1060u, 4100u}) {
        EXPECT_EQ(m.icc(GIC_NMIAR1), intid);
        m.icc_write(GIC_EOIR1, intid);
    }
}

TEST_F(Superpriority, NeedsItsGroupAndItsEnable)
{
    m.pend(40);
    m.icc_write(GIC_IGRPEN1, 0);
    EXPECT_EQ(m.lines(), 0u);
    m.icc_write(GIC_IGRPEN1, 1);
    m.disable(40);
    EXPECT_EQ(m.lines(), 0u);
    m.enable(40);
    m.d_write(0, 1);
    EXPECT_EQ(m.lines(), 0u);
    m.d_write(0, 2);
    EXPECT_NE(m.lines(), 0u);
}

} // namespace
