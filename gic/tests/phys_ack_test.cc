// Acknowledge, priority drop and deactivation at the physical CPU interface, by every rule of IHI
// 0069 4.1 and 4.8.
#include "gic/tests/phys_fixture.h"

namespace {

using phys::Machine;

struct Interface : testing::Test {
    Machine m{phys::full_spec(2)};

    void SetUp() override
    {
        m.wake_all();
    }
    void TearDown() override
    {
        m.check();
    }
    void raise(u32 intid, u32 group, u32 priority)
    {
        m.prepare(intid, group, priority);
        m.pend(intid);
    }
    // AP bits by level, of 7 bits of preemption.
    bool is_running(u32 group, u32 priority)
    {
        const gic_cpuif first = group == 0 ? GIC_AP0R0 : GIC_AP1R0;
        const u32 level = priority / 2;
        return m.icc(static_cast<gic_cpuif>(first + level / 32)) >> (level % 32) & 1;
    }
};

TEST_F(Interface, AcknowledgeMakesActiveAndRaisesTheRunningPriority)
{
    raise(40, 1, 0xa0);
    EXPECT_EQ(m.icc(GIC_HPPIR1), 40u);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    EXPECT_TRUE(m.is_active(40));
    EXPECT_FALSE(m.is_pending(40));
    EXPECT_EQ(m.icc(GIC_RPR), 0xa0u);
    EXPECT_TRUE(is_running(1, 0xa0));
    EXPECT_FALSE(is_running(0, 0xa0));
    EXPECT_EQ(m.icc(GIC_IAR1), 1023u);
    EXPECT_EQ(m.icc(GIC_RPR), 0xa0u) << "a spurious read changes nothing";
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
    EXPECT_FALSE(m.is_active(40));
}

// The best pending interrupt decides; the register of the other group finds nothing.
TEST_F(Interface, TheOtherGroupReadsSpurious)
{
    for (u32 group : {0u, 1u}) {
        const u32 best = 40 + group, other = 41 - group;
        raise(best, group, 0x20);
        raise(other, 1 - group, 0x40);
        const gic_cpuif own_iar = group ? GIC_IAR1 : GIC_IAR0;
        const gic_cpuif other_iar = group ? GIC_IAR0 : GIC_IAR1;
        EXPECT_EQ(m.lines(), group ? GICV3_LINE_IRQ : GICV3_LINE_FIQ);
        EXPECT_EQ(m.icc(group ? GIC_HPPIR0 : GIC_HPPIR1), 1023u);
        EXPECT_EQ(m.icc(group ? GIC_HPPIR1 : GIC_HPPIR0), best);
        const std::vector<u8> before = m.image();
        EXPECT_EQ(m.icc(other_iar), 1023u);
        EXPECT_EQ(m.image(), before);
        EXPECT_EQ(m.icc(own_iar), best);
        EXPECT_EQ(m.lines(), 0u) << "0x40 does not preempt 0x20";
        EXPECT_EQ(m.icc(other_iar), 1023u);
        EXPECT_EQ(m.icc(group ? GIC_HPPIR0 : GIC_HPPIR1), other) << "HPPIR ignores RPR";
        m.icc_write(group ? GIC_EOIR1 : GIC_EOIR0, best);
        EXPECT_EQ(m.icc(other_iar), other);
        m.icc_write(group ? GIC_EOIR0 : GIC_EOIR1, other);
        EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
    }
}

// A group that is disabled anywhere does not hide the other.
TEST_F(Interface, DisabledGroupsAreLeftOut)
{
    raise(40, 0, 0x20);
    raise(41, 1, 0x40);
    struct {
        u32 gicd, igrpen0, igrpen1, lines, hppir0, hppir1;
    } const rows[] = {
        {3, 1, 1, GICV3_LINE_FIQ, 40, 1023},   {3, 0, 1, GICV3_LINE_IRQ, 1023, 41},
        {3, 1, 0, GICV3_LINE_FIQ, 40, 1023},   {3, 0, 0, 0, 1023, 1023},
        {2, 1, 1, GICV3_LINE_IRQ, 1023, 41},   {1, 1, 1, GICV3_LINE_FIQ, 40, 1023},
        {0, 1, 1, 0, 1023, 1023},              {1, 0, 1, 0, 1023, 1023},
        {2, 1, 0, 0, 1023, 1023},
    };
    for (const auto &r : rows) {
        m.d_write(0, r.gicd);
        m.icc_write(GIC_IGRPEN0, r.igrpen0);
        m.icc_write(GIC_IGRPEN1, r.igrpen1);
        EXPECT_EQ(m.lines(), r.lines);
        EXPECT_EQ(m.icc(GIC_HPPIR0), r.hppir0);
        EXPECT_EQ(m.icc(GIC_HPPIR1), r.hppir1);
    }
    EXPECT_TRUE(m.is_pending(40) && m.is_pending(41));
}

TEST_F(Interface, PrioritiesMustBeAboveTheMask)
{
    raise(40, 1, 0x80);
    for (u32 pmr = 0; pmr <= 0xff; pmr++) {
        m.icc_write(GIC_PMR, pmr);
        EXPECT_EQ(m.lines(), pmr > 0x80 ? u32{GICV3_LINE_IRQ} : 0u) << pmr;
        EXPECT_EQ(m.icc(GIC_HPPIR1), 40u) << "HPPIR ignores PMR";
    }
    m.icc_write(GIC_PMR, 0x80);
    EXPECT_EQ(m.icc(GIC_IAR1), 1023u);
    m.icc_write(GIC_PMR, 0x81);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
}

// EOImode 0: drop and deactivate; EOImode 1: EOIR drops, DIR deactivates.
TEST_F(Interface, EndIsOneStepOrTwo)
{
    for (u32 group : {0u, 1u}) {
        const gic_cpuif iar = group ? GIC_IAR1 : GIC_IAR0, eoir = group ? GIC_EOIR1 : GIC_EOIR0;
        for (u64 split : {0ull, 2ull}) {
            m.icc_write(GIC_CTLR, split);
            raise(40, group, 0x80);
            EXPECT_EQ(m.icc(iar), 40u);
            m.icc_write(GIC_DIR, 40);
            EXPECT_EQ(m.is_active(40), split == 0) << "DIR is ignored in EOImode 0";
            m.activate(40);
            m.icc_write(eoir, 40);
            EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
            EXPECT_EQ(m.is_active(40), split != 0);
            m.icc_write(GIC_DIR, 40);
            EXPECT_FALSE(m.is_active(40));
        }
    }
}

// In EOImode 1 an interrupt of the same priority may come before the first is deactivated.
TEST_F(Interface, DropLetsOthersInBeforeTheDeactivation)
{
    m.icc_write(GIC_CTLR, 2);
    raise(40, 1, 0x80);
    raise(41, 1, 0x80);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    EXPECT_EQ(m.lines(), 0u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_IAR1), 41u);
    m.pend(40);
    m.icc_write(GIC_EOIR1, 41);
    EXPECT_EQ(m.lines(), 0u) << "40 is pending and still active";
    m.icc_write(GIC_DIR, 40);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    EXPECT_TRUE(m.is_active(41));
}

TEST_F(Interface, SpecialIntidsEndNothing)
{
    for (u64 split : {0ull, 2ull})
        for (u64 intid : {1020ull, 1021ull, 1022ull, 1023ull}) {
            m.icc_write(GIC_CTLR, split);
            m.icc_write(GIC_AP1R0, 4);
            m.icc_write(GIC_AP0R0, 8);
            const std::vector<u8> before = m.image();
            m.icc_write(GIC_EOIR1, intid);
            m.icc_write(GIC_EOIR0, intid);
            m.icc_write(GIC_DIR, intid);
            EXPECT_EQ(m.image(), before) << intid;
        }
}

// What was not built, or is an LPI, drops the priority and deactivates nothing.
TEST_F(Interface, UnknownIntidsDropOnly)
{
    for (u64 intid : {1019ull, 1024ull, 1055ull, 1120ull, 4095ull, 5120ull, 8192ull, 0xffffffull}) {
        m.activate(40);
        m.icc_write(GIC_AP1R0, 4);
        m.icc_write(GIC_EOIR1, intid);
        EXPECT_EQ(m.icc(GIC_AP1R0), 0u) << intid;
        EXPECT_TRUE(m.is_active(40));
        m.check();
    }
    m.icc_write(GIC_AP1R0, 4);
    m.icc_write(GIC_EOIR1, 0xffffffffffff0000ull | 40); // 16 bits: ICC_CTLR_EL1.IDbits.
    EXPECT_FALSE(m.is_active(40));
    m.activate(40);
    m.icc_write(GIC_CTLR, 2);
    m.icc_write(GIC_DIR, 0xff0000 | 40);
    EXPECT_FALSE(m.is_active(40));
    m.icc_write(GIC_CTLR, 2);
    m.activate(40);
    const std::vector<u8> before = m.image();
    for (u64 intid : {1024ull, 1120ull, 5120ull, 8192ull})
        m.icc_write(GIC_DIR, intid);
    EXPECT_EQ(m.image(), before);
}

// The register must be that of the group that owns the lowest bit; equal bits are group 0's.
TEST_F(Interface, OnlyTheOwnerOfTheRunningPriorityDropsIt)
{
    struct {
        u64 ap0, ap1;
        u32 owner;
    } const rows[] = {{1, 2, 0}, {2, 1, 1}, {4, 4, 0}, {0, 8, 1}, {8, 0, 0}, {6, 5, 1}, {5, 6, 0}};
    for (const auto &r : rows)
        for (u32 n : {0u, 1u, 2u, 3u}) {
            const gic_cpuif ap0 = static_cast<gic_cpuif>(GIC_AP0R0 + n);
            const gic_cpuif ap1 = static_cast<gic_cpuif>(GIC_AP1R0 + n);
            m.activate(40);
            m.icc_write(ap0, r.ap0);
            m.icc_write(ap1, r.ap1);
            const std::vector<u8> before = m.image();
            m.icc_write(r.owner ? GIC_EOIR0 : GIC_EOIR1, 40);
            EXPECT_EQ(m.image(), before) << "ignored: neither drop nor deactivation";
            m.icc_write(r.owner ? GIC_EOIR1 : GIC_EOIR0, 40);
            EXPECT_FALSE(m.is_active(40));
            const u64 left0 = r.owner ? r.ap0 : r.ap0 & (r.ap0 - 1);
            const u64 left1 = r.owner ? r.ap1 & (r.ap1 - 1) : r.ap1;
            EXPECT_EQ(m.icc(ap0), left0);
            EXPECT_EQ(m.icc(ap1), left1);
            m.icc_write(ap0, 0);
            m.icc_write(ap1, 0);
        }
    m.activate(40);
    const std::vector<u8> before = m.image();
    m.icc_write(GIC_EOIR0, 40);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.image(), before) << "no priority is active";
}

// A lower register comes before a higher one, whatever their groups.
TEST_F(Interface, LowerRegistersComeFirst)
{
    m.icc_write(GIC_AP0R3, 1);
    m.icc_write(GIC_AP1R2, 0x80000000);
    EXPECT_EQ(m.icc(GIC_RPR), (64u + 31) * 2);
    m.icc_write(GIC_EOIR0, 40);
    EXPECT_EQ(m.icc(GIC_AP0R3), 1u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_AP1R2), 0u);
    EXPECT_EQ(m.icc(GIC_RPR), 96u * 2);
    m.icc_write(GIC_EOIR0, 40);
    EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
}

// Another PE may deactivate an SPI, and has interrupts of its own under the same private INTID.
TEST_F(Interface, DeactivationOfSpisIsOpenToAll)
{
    raise(40, 1, 0x80);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    m.activate(20, 0);
    m.activate(20, 1);
    m.icc_write(GIC_CTLR, 2, 1);
    m.icc_write(GIC_DIR, 40, 1);
    m.icc_write(GIC_DIR, 20, 1);
    EXPECT_FALSE(m.is_active(40));
    EXPECT_FALSE(m.is_active(20, 1));
    EXPECT_TRUE(m.is_active(20, 0));
}

} // namespace
