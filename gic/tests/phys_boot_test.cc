// What a kernel does with a physical GICv3 from reset on, as one story: discovery, distributor,
// redistributors, CPU interfaces, then interrupts of each kind. Only what software can see is used.
#include "gic/tests/phys_fixture.h"

#include <map>

namespace {

using phys::Machine;

struct Kernel {
    Machine &m;
    u32 spis = 0, espis = 0, ppis = 0;

    void wait_for_rwp(u32 cpu)
    {
        ASSERT_EQ(m.d(0) >> 31, 0u);
        ASSERT_EQ(m.r(cpu, 0) >> 3 & 1, 0u);
        ASSERT_EQ(m.r(cpu, 0) >> 31, 0u);
    }

    void discover()
    {
        ASSERT_EQ(m.d(0xffe8) & 0xf0, 0x30u) << "architecture revision 3";
        const u32 typer = m.d(4);
        spis = std::min(32 * ((typer & 31) + 1), 1020u);
        espis = typer >> 8 & 1 ? 32 * ((typer >> 27) + 1) : 0;
        ppis = 32;
    }

    // All SPIs: group 1, level, disabled, priority 0xa0, to the CPU that boots.
    void set_up_distributor()
    {
        m.d_write(0, 0);
        wait_for_rwp(0);
        auto fill = [&](u32 base, u32 base_e, u32 per_register, u32 value) {
            for (u32 i = 32; i < spis; i += per_register)
                m.d_write(base + i / per_register * 4, value);
            for (u32 i = 0; i < espis; i += per_register)
                m.d_write(base_e + i / per_register * 4, value);
        };
        fill(0x080, 0x1000, 32, UINT32_MAX);
        fill(0x180, 0x1400, 32, UINT32_MAX);
        fill(0x380, 0x1c00, 32, UINT32_MAX);
        fill(0x400, 0x2000, 4, 0xa0a0a0a0);
        fill(0xc00, 0x3000, 16, 0);
        m.d_write(0, 0x12);
        ASSERT_EQ(m.d(0), 0x52u);
        for (u32 i = 32; i < spis; i++)
            m.route(i, m.route_to(0));
        for (u32 i = 4096; i < 4096 + espis; i++)
            m.route(i, m.route_to(0));
    }

    // The redistributor whose affinity is this CPU's, found as software finds it.
    u32 find_redistributor(u32 affinity)
    {
        for (u32 i = 0;; i++) {
            const u64 typer = gicv3_redist_read(&m.s, i, 8, 8);
            if (typer >> 32 == affinity)
                return i;
            if (typer >> 4 & 1) {
                ADD_FAILURE() << "no redistributor for " << std::hex << affinity;
                return 0;
            }
        }
    }

    void bring_up(u32 cpu)
    {
        const u32 rd = find_redistributor(m.spec.affinity[cpu]);
        ASSERT_EQ(rd, cpu);
        m.r_write(rd, 0x14, m.r(rd, 0x14) & ~2u);
        ASSERT_EQ(m.r(rd, 0x14) & 4, 0u) << "ChildrenAsleep";
        const u32 words = 1 + (m.r(rd, 8) >> 27);
        ppis = 32 * words;
        for (u32 i = 0; i < words; i++) {
            m.r_write(rd, 0x10080 + 4 * i, UINT32_MAX);
            m.r_write(rd, 0x10180 + 4 * i, i == 0 ? 0xffff0000 : UINT32_MAX);
            m.r_write(rd, 0x10380 + 4 * i, UINT32_MAX);
            for (u32 j = 0; j < 8; j++)
                m.r_write(rd, 0x10400 + 32 * i + 4 * j, 0xa0a0a0a0);
        }
        m.r_write(rd, 0x10100, 0xffff);
        wait_for_rwp(cpu);
        m.icc_write(GIC_SRE, m.icc(GIC_SRE, cpu) | 1, cpu);
        ASSERT_EQ(m.icc(GIC_SRE, cpu) & 1, 1u);
        m.icc_write(GIC_PMR, 0xf0, cpu);
        m.icc_write(GIC_BPR1, 0, cpu);
        m.icc_write(GIC_CTLR, 2, cpu); // Drop and deactivate apart.
        const u32 preemption = 8 - static_cast<u32>(m.icc(GIC_BPR1, cpu)); // Its least value says.
        for (u32 i = 0; i < (preemption < 6 ? 1u : 1u << (preemption - 5)); i++) {
            m.icc_write(static_cast<gic_cpuif>(GIC_AP0R0 + i), 0, cpu);
            m.icc_write(static_cast<gic_cpuif>(GIC_AP1R0 + i), 0, cpu);
        }
        m.icc_write(GIC_IGRPEN1, 1, cpu);
    }

    // One interrupt, as a handler takes it; 1023 if there is none.
    u32 take(u32 cpu)
    {
        const u32 intid = static_cast<u32>(m.icc(GIC_IAR1, cpu));
        if (intid != 1023)
            m.icc_write(GIC_EOIR1, intid, cpu);
        return intid;
    }
    void done(u32 cpu, u32 intid)
    {
        m.icc_write(GIC_DIR, intid, cpu);
    }
};

struct Boot : testing::Test {
    Machine m;
    Kernel kernel{m};

    Boot() : m(phys::full_spec(4)) {}

    void SetUp() override
    {
        kernel.discover();
        kernel.set_up_distributor();
        for (u32 cpu = 0; cpu < 4; cpu++)
            kernel.bring_up(cpu);
        m.check();
        for (u32 cpu = 0; cpu < 4; cpu++)
            ASSERT_EQ(m.lines(cpu), 0u);
    }
    void TearDown() override
    {
        m.check();
    }
};

TEST_F(Boot, FindsEverythingThatWasBuilt)
{
    EXPECT_EQ(kernel.spis, 1020u);
    EXPECT_EQ(kernel.espis, 1024u);
    EXPECT_EQ(kernel.ppis, 96u);
}

TEST_F(Boot, ATimerTicksOnItsOwnCpu)
{
    m.r_write(2, 0x10100, 1u << 27);
    for (int tick = 0; tick < 3; tick++) {
        m.line(27, true, 2);
        EXPECT_EQ(m.lines(2), GICV3_LINE_IRQ);
        EXPECT_EQ(m.lines(1), 0u);
        EXPECT_EQ(kernel.take(2), 27u);
        m.line(27, false, 2); // The handler sets the next deadline.
        kernel.done(2, 27);
        EXPECT_EQ(m.lines(2), 0u);
    }
    EXPECT_EQ(kernel.take(2), 1023u);
}

// A handler that does not quiet its device takes the interrupt again after each deactivation.
TEST_F(Boot, ALevelDeviceIsTakenUntilItIsQuiet)
{
    for (u32 intid : {40u, 1060u, 4100u}) {
        m.enable(intid);
        m.line(intid, true);
        for (int i = 0; i < 3; i++) {
            EXPECT_EQ(kernel.take(0), intid);
            EXPECT_EQ(m.lines(0), 0u) << "active";
            kernel.done(0, intid);
        }
        m.line(intid, false);
        EXPECT_EQ(kernel.take(0), 1023u);
    }
}

TEST_F(Boot, EveryCpuCallsEveryOther)
{
    for (u32 from = 0; from < 4; from++) {
        for (u32 to = 0; to < 4; to++)
            m.icc_write(GIC_SGI1R, 1u << to | u64{from} << 24, from);
        for (u32 to = 0; to < 4; to++) {
            EXPECT_EQ(kernel.take(to), from);
            kernel.done(to, from);
            EXPECT_EQ(m.lines(to), 0u);
        }
    }
}

TEST_F(Boot, AnSpiMovesToAnotherCpu)
{
    m.enable(100);
    m.edge(100, true);
    std::map<u32, u32> count;
    for (u32 i = 0; i < 8; i++) {
        m.route(100, m.route_to(i % 4));
        m.line(100, true);
        m.line(100, false);
        EXPECT_EQ(m.lines(i % 4), GICV3_LINE_IRQ);
        EXPECT_EQ(kernel.take(i % 4), 100u);
        kernel.done(i % 4, 100);
        count[i % 4]++;
    }
    EXPECT_EQ(count.size(), 4u);
}

// Priorities as a mask: what is to pass PMR at 0x60 must be below it.
TEST_F(Boot, APseudoNmiPassesWhereInterruptsAreMasked)
{
    m.enable(50);
    m.enable(51);
    m.priority(51, 0x20);
    m.icc_write(GIC_PMR, 0x60);
    m.pend(50);
    EXPECT_EQ(m.lines(), 0u);
    m.pend(51);
    EXPECT_EQ(kernel.take(0), 51u);
    kernel.done(0, 51);
    m.icc_write(GIC_PMR, 0xf0);
    EXPECT_EQ(kernel.take(0), 50u);
}

// A CPU goes down: its interrupts wait, or are given to others.
TEST_F(Boot, ACpuGoesDownAndComesBack)
{
    m.enable(60);
    m.route(60, m.route_to(3));
    m.r_write(3, 0x10100, 1u << 27);
    m.icc_write(GIC_IGRPEN1, 0, 3);
    m.r_write(3, 0x14, 2);
    ASSERT_EQ(m.r(3, 0x14), 6u);
    m.line(60, true);
    m.line(27, true, 3);
    EXPECT_EQ(m.lines(3), GICV3_LINE_WAKE);
    m.route(60, m.route_to(1));
    EXPECT_EQ(kernel.take(1), 60u);
    kernel.bring_up(3);
    EXPECT_EQ(m.lines(3), 0u) << "PPIs are disabled again";
    m.r_write(3, 0x10100, 1u << 27);
    EXPECT_EQ(kernel.take(3), 27u);
}

} // namespace
