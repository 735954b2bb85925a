// Where interrupts of the physical GICv3 go: affinity routing and 1 of N of SPIs, sleeping PEs,
// private interrupts of each PE, and 512 of them. IHI 0069 3.1, GICD_IROUTER<n>, GICR_WAKER,
// GICR_CTLR.
#include "gic/tests/phys_fixture.h"

namespace {

using phys::Machine;

constexpr u64 any = 1ull << 31; // GICD_IROUTER.Interrupt_Routing_Mode

// The PEs that are told.
std::vector<u32> told(const Machine &m)
{
    std::vector<u32> found;
    for (u32 i = 0; i < m.spec.pe_count; i++)
        if (m.lines(i) & (GICV3_LINE_IRQ | GICV3_LINE_FIQ))
            found.push_back(i);
    return found;
}

using Pes = std::vector<u32>;

TEST(Routing, OfAnSpiIsByAllFourAffinities)
{
    gicv3_spec spec = phys::full_spec(5);
    const u32 affinities[] = {0, 1, 0x100, 0x10000, 0x01000000};
    for (u32 i = 0; i < 5; i++)
        spec.affinity[i] = affinities[i];
    for (u32 intid : {32u, 1019u, 4096u, 5119u}) {
        Machine m(spec);
        m.wake_all();
        m.prepare(intid, 1, 0x80);
        m.pend(intid);
        for (u32 i = 0; i < 5; i++) {
            m.route(intid, m.route_to(i));
            EXPECT_EQ(told(m), Pes{i}) << intid;
            EXPECT_EQ(gicv3_target(&m.s, 0, intid), static_cast<s32>(i));
        }
        for (u64 nobody : {2ull, 0x101ull, 0x20000ull, 0x0200000000ull, 0x0100000001ull}) {
            m.route(intid, nobody);
            EXPECT_EQ(told(m), Pes{}) << std::hex << nobody;
            EXPECT_EQ(gicv3_target(&m.s, 0, intid), GICV3_PE_NONE);
            EXPECT_TRUE(m.is_pending(intid)) << "it waits";
        }
        m.route(intid, m.route_to(4));
        EXPECT_EQ(m.icc(GIC_IAR1, 3), 1023u);
        EXPECT_EQ(m.icc(GIC_IAR1, 4), intid);
    }
}

TEST(Routing, OfPrivateInterruptsIsToTheirPe)
{
    for (u32 intid : {0u, 15u, 16u, 31u, 1056u, 1087u, 1088u, 1119u}) {
        Machine m(phys::full_spec(3));
        m.wake_all();
        for (u32 i = 0; i < 3; i++)
            m.prepare(intid, 1, 0x80, i);
        m.pend(intid, 1);
        EXPECT_EQ(told(m), Pes{1});
        for (u32 i = 0; i < 3; i++)
            EXPECT_EQ(gicv3_target(&m.s, i, intid), static_cast<s32>(i));
        EXPECT_EQ(m.icc(GIC_IAR1, 1), intid);
        EXPECT_FALSE(m.is_active(intid, 0));
        EXPECT_TRUE(m.is_active(intid, 1));
    }
}

TEST(Routing, OfWhatWasNotBuiltIsNowhere)
{
    Machine m(phys::spec_of(1)); // 256 INTIDs, nothing extended.
    for (u32 intid : {256u, 1019u, 1020u, 1023u, 1024u, 1056u, 1119u, 4096u, 5120u, 8192u})
        EXPECT_EQ(gicv3_target(&m.s, 0, intid), GICV3_PE_NONE) << intid;
    EXPECT_EQ(gicv3_target(&m.s, 0, 255), 0);
}

// --- 1 of N: the lowest PE that is awake, has the group enabled and has not opted out. ---

struct OneOfN : testing::Test {
    Machine m{phys::full_spec(4)};

    void SetUp() override
    {
        m.wake_all();
        m.prepare(40, 1, 0x80);
        m.prepare(41, 0, 0x80);
        m.route(40, any);
        m.route(41, any | 0x3);
        m.pend(40);
    }
    void TearDown() override
    {
        m.check();
    }
};

TEST_F(OneOfN, GoesToExactlyOne)
{
    EXPECT_EQ(told(m), Pes{0});
    EXPECT_EQ(gicv3_target(&m.s, 0, 40), 0);
    EXPECT_EQ(m.icc(GIC_IAR1, 1), 1023u);
    EXPECT_EQ(m.icc(GIC_IAR1, 0), 40u);
}

// Every set of PEs that sleep, disable the group or opt out, for both groups.
TEST_F(OneOfN, EverySubsetOfWillingPes)
{
    for (u32 group : {0u, 1u}) {
        const u32 intid = 41 - group;
        m.unpend(40), m.unpend(41);
        m.pend(intid);
        for (u32 way = 0; way < 3; way++)
            for (u32 unwilling = 0; unwilling < 16; unwilling++) {
                for (u32 i = 0; i < 4; i++) {
                    const bool is_out = (unwilling >> i & 1) != 0;
                    m.r_write(i, 0x14, way == 0 && is_out ? 2 : 0);
                    m.icc_write(group ? GIC_IGRPEN1 : GIC_IGRPEN0, !(way == 1 && is_out), i);
                    m.r_write(i, 0, way == 2 && is_out ? 1u << (24 + group) : 0);
                }
                s32 want = GICV3_PE_NONE;
                for (u32 i = 4; i-- > 0;)
                    want = (unwilling >> i & 1) ? want : static_cast<s32>(i);
                EXPECT_EQ(gicv3_target(&m.s, 3, intid), want) << way << " " << unwilling;
                EXPECT_EQ(told(m), want < 0 ? Pes{} : Pes{static_cast<u32>(want)});
                m.check();
            }
        for (u32 i = 0; i < 4; i++)
            m.r_write(i, 0, 0);
    }
}

TEST_F(OneOfN, OptingOutIsByGroupAndOnlyOf1OfN)
{
    m.r_write(0, 0, 1u << 24); // DPG0
    EXPECT_EQ(told(m), Pes{0}) << "40 is group 1";
    m.r_write(0, 0, 1u << 25); // DPG1NS
    EXPECT_EQ(told(m), Pes{1});
    m.route(40, m.route_to(0));
    EXPECT_EQ(told(m), Pes{0}) << "named explicitly";
}

// A sleeping PE is not woken for 1 of N: GICD_CTLR.E1NWF is not there.
TEST_F(OneOfN, WakesNobody)
{
    for (u32 i = 0; i < 4; i++)
        m.r_write(i, 0x14, 2);
    EXPECT_EQ(gicv3_target(&m.s, 0, 40), GICV3_PE_NONE);
    for (u32 i = 0; i < 4; i++)
        EXPECT_EQ(m.lines(i), 0u);
    m.r_write(2, 0x14, 0);
    EXPECT_EQ(told(m), Pes{2});
}

TEST(OneOfNAbsent, ModeIsIgnored)
{
    gicv3_spec spec = phys::full_spec(2);
    spec.no_1_of_n = 1;
    Machine m(spec);
    m.wake_all();
    m.prepare(40, 1, 0x80);
    m.route(40, any | m.route_to(1));
    m.pend(40);
    EXPECT_EQ(told(m), Pes{1});
}

// --- Sleep. ---

TEST(Sleep, ForwardsNothingAndAsksToBeWoken)
{
    for (u32 intid : {3u, 20u, 40u, 1060u, 4100u})
        for (u32 group : {0u, 1u}) {
            Machine m(phys::full_spec(2));
            m.wake_all();
            m.prepare(intid, group, 0x80, 1);
            m.pend(intid, 1);
            m.r_write(1, 0x14, 2);
            EXPECT_EQ(m.lines(1), GICV3_LINE_WAKE) << intid;
            for (gic_cpuif reg : {GIC_IAR0, GIC_IAR1, GIC_HPPIR0, GIC_HPPIR1, GIC_NMIAR1})
                EXPECT_EQ(m.icc(reg, 1), 1023u);
            EXPECT_TRUE(m.is_pending(intid, 1));
            m.icc_write(GIC_IGRPEN0, 0, 1);
            m.icc_write(GIC_IGRPEN1, 0, 1);
            EXPECT_EQ(m.lines(1), GICV3_LINE_WAKE) << "the redistributor does not know IGRPEN";
            m.d_write(0, group ? 1 : 2);
            EXPECT_EQ(m.lines(1), 0u) << "the group is disabled in the distributor";
            m.d_write(0, 3);
            m.disable(intid, 1);
            EXPECT_EQ(m.lines(1), 0u);
            m.enable(intid, 1);
            m.r_write(1, 0x14, 0);
            EXPECT_EQ(m.lines(1), 0u);
            m.icc_write(group ? GIC_IGRPEN1 : GIC_IGRPEN0, 1, 1);
            EXPECT_EQ(m.lines(1), group ? GICV3_LINE_IRQ : GICV3_LINE_FIQ);
            EXPECT_EQ(m.lines(0), 0u);
        }
}

TEST(Sleep, IsTheStateAfterReset)
{
    Machine m(phys::spec_of(1));
    m.d_write(0, 3);
    m.icc_write(GIC_PMR, 0xff);
    m.icc_write(GIC_IGRPEN1, 1);
    m.prepare(20, 1, 0x80);
    m.pend(20);
    EXPECT_EQ(m.lines(), GICV3_LINE_WAKE);
    m.r_write(0, 0x14, 0);
    EXPECT_EQ(m.lines(), GICV3_LINE_IRQ);
}

// --- Many. ---

// Each SPI goes to one of 512 PEs and each of them takes exactly its own.
TEST(Many, FiveHundredAndTwelvePesTakeTheirSpis)
{
    Machine m(phys::full_spec(512));
    m.wake_all();
    std::vector<std::vector<u32>> wanted(512);
    for (u32 i = 0; i < 988 + 1024; i++) {
        const u32 intid = i < 988 ? 32 + i : 4096 + i - 988, cpu = i * 37 % 512;
        m.prepare(intid, i % 2, i % 200, cpu);
        m.line(intid, true);
        EXPECT_EQ(gicv3_target(&m.s, 0, intid), static_cast<s32>(cpu));
        wanted[cpu].push_back(intid);
    }
    m.check();
    size_t taken = 0;
    for (u32 cpu = 512; cpu-- > 0;) {
        std::vector<u32> got;
        while (u32 lines = m.lines(cpu)) {
            const bool is_irq = lines == GICV3_LINE_IRQ;
            const u32 intid = static_cast<u32>(m.icc(is_irq ? GIC_IAR1 : GIC_IAR0, cpu));
            m.line(intid, false);
            m.icc_write(is_irq ? GIC_EOIR1 : GIC_EOIR0, intid, cpu);
            got.push_back(intid);
        }
        taken += got.size();
        std::sort(got.begin(), got.end());
        EXPECT_EQ(got, wanted[cpu]) << cpu;
    }
    EXPECT_EQ(taken, 2012u);
    EXPECT_EQ(m.dist->ready, 0u);
    m.check();
}

TEST(Many, OneOfNAmong512FindsTheOnlyOneAwake)
{
    Machine m(phys::full_spec(512));
    m.wake_all();
    m.prepare(40, 1, 0x80);
    m.route(40, any);
    m.pend(40);
    for (u32 i = 0; i < 512; i++)
        m.r_write(i, 0x14, 2);
    for (u32 i : {0u, 1u, 63u, 64u, 127u, 128u, 300u, 511u}) {
        m.r_write(i, 0x14, 0);
        EXPECT_EQ(told(m), Pes{i});
        m.r_write(i, 0x14, 2);
    }
    m.check();
}

TEST(Many, RedistributorsAreApart)
{
    Machine m(phys::full_spec(512));
    for (u32 i = 0; i < 512; i++) {
        EXPECT_EQ(m.r(i, 8) >> 8 & 0xffff, i);
        EXPECT_EQ(m.r(i, 8) >> 4 & 1, i == 511);
        m.r_write(i, 0x10400, i);
        m.r_write(i, 0x10100, 1u << i % 32);
    }
    for (u32 i = 0; i < 512; i++) {
        EXPECT_EQ(m.r(i, 0x10400), i);
        EXPECT_EQ(m.r(i, 0x10100), 1u << i % 32);
    }
}

} // namespace
