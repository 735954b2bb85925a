// SPIs in KVM's vgic: injection by its owner, routes and migration, the guest's end that goes back
// to an irqfd; KVM_IRQ_LINE.
#include "gic/tests/vm_fixture.h"

#include <algorithm>
#include <cstring>

namespace {

struct Vm : testing::Test {
    machine m{4};

    void SetUp() override
    {
        m.boot();
    }
    void TearDown() override
    {
        gic_vm_check(&m.vm);
    }
    gic_error spi(u32 intid, bool level = true)
    {
        return gic_inject_spi(&m.vm, intid, level);
    }
    // The guest takes what is signalled and ends it.
    u32 take(u32 cpu)
    {
        u32 intid = icc_iar1_read(&m.cpus[cpu]);
        icc_eoir1_write(&m.cpus[cpu], intid);
        return intid;
    }
};

// --- Injection. ---

TEST_F(Vm, UnknownNumbersAreRefused)
{
    struct {
        u32 cpu, intid;
        gic_error error;
    } const cases[] = {
        {0, 0, GIC_OK},       {3, 31, GIC_OK},       {4, 31, GIC_EINVAL}, {4, 0, GIC_EINVAL},
        {4, 32, GIC_OK},      {0, 255, GIC_OK},      {0, 256, GIC_EINVAL},
        {0, 1019, GIC_EINVAL}, {0, 8192, GIC_EINVAL}, {0, UINT32_MAX, GIC_EINVAL},
    };
    for (const auto &c : cases)
        EXPECT_EQ(gic_inject_irq(&m.vm, c.cpu, c.intid, true, 0), c.error) << c.intid;
    EXPECT_EQ(spi(31), GIC_EINVAL);
    machine all(1, 1024);
    EXPECT_EQ(gic_inject_spi(&all.vm, 1019, true), GIC_OK);
    EXPECT_EQ(gic_inject_spi(&all.vm, 1020, true), GIC_EINVAL);
    EXPECT_EQ(gic_inject_spi(&all.vm, 1023, true), GIC_EINVAL);
}

// With 1024 INTIDs the last four have bits in the registers, but are special numbers.
TEST_F(Vm, SpecialNumbersAreNeverQueued)
{
    machine all(1, 1024);
    all.boot();
    all.dist_write(0x17c, 0xf0000000); /* ISENABLER31 */
    all.dist_write(0x27c, 0xf0000000); /* ISPENDR31 */
    EXPECT_EQ(all.take_kicks(), list{});
    EXPECT_EQ(all.cpus[0].ap_count, 0u);
    all.dist_write(0x17c, 0x08000000);
    all.dist_write(0x27c, 0x08000000); /* 1019 is the last SPI. */
    EXPECT_EQ(all.take_kicks(), list{0});
    EXPECT_EQ(all.cpus[0].ap_count, 1u);
}

// All states of an SPI, as the private ones in vgic_test.cc.
TEST_F(Vm, InjectionKicksTheTargetIfItChangedSomethingToSee)
{
    for (int bits = 0; bits < 64; bits++) {
        bool edge = bits & 1, level = bits & 2, high = bits & 4, enabled = bits & 8;
        bool active = bits & 16, on = bits & 32;
        SCOPED_TRACE(bits);
        m.init();
        m.boot();
        if (edge)
            m.set_edge(40);
        m.route(40, 2);
        if (high)
            spi(40);
        if (active)
            m.dist_write(0x304, 1u << 8);
        m.dist_write(enabled ? 0x104 : 0x184, 1u << 8);
        m.dist_write(0, on ? 2 : 0);
        for (u32 cpu = 0; cpu < 4; cpu++)
            m.leave(cpu);
        m.take_kicks();
        bool changes = edge ? level : level != high;
        bool is_pending = edge ? level || high : level;
        bool seen = active || (enabled && on && is_pending);
        EXPECT_EQ(spi(40, level), GIC_OK);
        EXPECT_EQ(m.take_kicks(), changes && seen ? list{2} : list{});
        EXPECT_EQ(m.dist_read(0x204) >> 8 & 1, is_pending);
        gic_vm_check(&m.vm);
    }
}

TEST_F(Vm, OnlyTheOwnerIsHeard)
{
    for (u32 intid : {20u, 40u}) {
        EXPECT_EQ(gic_set_owner(&m.vm, 1, intid, 7), GIC_OK);
        EXPECT_EQ(gic_set_owner(&m.vm, 1, intid, 7), GIC_OK); // Again is no error.
        EXPECT_EQ(gic_set_owner(&m.vm, 1, intid, 8), GIC_EEXIST);
        EXPECT_EQ(gic_set_owner(&m.vm, 1, intid, 0), GIC_EEXIST);
        for (u8 other : {u8{0}, u8{8}}) {
            EXPECT_EQ(gic_inject_irq(&m.vm, 1, intid, true, other), GIC_OK);
            EXPECT_EQ(m.take_kicks(), list{});
        }
        EXPECT_EQ(gic_inject_irq(&m.vm, 1, intid, true, 7), GIC_OK);
        EXPECT_EQ(m.take_kicks().size(), 1u);
    }
    EXPECT_EQ(gic_inject_irq(&m.vm, 1, 21, true, 7), GIC_OK); // Owned by nobody: not by 7 either.
    EXPECT_EQ(m.take_kicks(), list{});
    EXPECT_EQ(gic_set_owner(&m.vm, 2, 20, 9), GIC_OK); // A PPI is one of its vCPU.
}

TEST_F(Vm, SgisAndUnknownNumbersHaveNoOwner)
{
    for (u32 intid : {0u, 15u, 256u, 8192u})
        EXPECT_EQ(gic_set_owner(&m.vm, 0, intid, 1), GIC_EINVAL) << intid;
    EXPECT_EQ(gic_set_owner(&m.vm, 4, 16, 1), GIC_EINVAL);
    EXPECT_EQ(gic_set_owner(&m.vm, 4, 32, 1), GIC_OK); // The vCPU does not count.
    EXPECT_EQ(gic_set_owner(&m.vm, 0, 16, 1), GIC_OK);
}

TEST_F(Vm, IrqLineDecodesItsArgument)
{
    struct {
        u32 irq;
        gic_error error;
        list kicks;
    } const cases[] = {
        {0x00000014, GIC_EINVAL, {}},  // Type 0: CPU pins
        {0x01000028, GIC_OK, {0}},     // SPI 40
        {0x0100001f, GIC_EINVAL, {}},  // not an SPI
        {0x01000100, GIC_EINVAL, {}},  // SPI 256
        {0x02030014, GIC_OK, {3}},     // PPI 20 of vCPU 3
        {0x0203000f, GIC_EINVAL, {}},  // an SGI
        {0x02030020, GIC_EINVAL, {}},  // an SPI
        {0x02040014, GIC_EINVAL, {}},  // no vCPU 4
        {0x12000014, GIC_EINVAL, {}},  // no vCPU 256
        {0x03000014, GIC_EINVAL, {}},  // no such type
        {0x0201001b, GIC_OK, {}},      // PPI 27, owned in the kernel
        {0xff000000, GIC_EINVAL, {}},
    };
    gic_set_owner(&m.vm, 1, 27, 1);
    for (const auto &c : cases) {
        EXPECT_EQ(gic_irq_line(&m.vm, c.irq, true), c.error) << std::hex << c.irq;
        EXPECT_EQ(m.take_kicks(), c.kicks) << std::hex << c.irq;
    }
    machine big(300);
    big.boot();
    EXPECT_EQ(gic_irq_line(&big.vm, 0x122b0014, true), GIC_OK); // 256 + 43
    EXPECT_EQ(big.take_kicks(), list{299});
    EXPECT_EQ(gic_irq_line(&big.vm, 0x122c0014, true), GIC_EINVAL);
}

// --- Lists. ---

TEST_F(Vm, AnSpiIsOnTheListOfItsTargetOnce)
{
    m.route(40, 3);
    spi(40);
    spi(40, false);
    spi(40);
    EXPECT_EQ(m.take_kicks(), (list{3, 3})); // The falling line leaves nothing to see.
    EXPECT_EQ(m.listed(3), list{40});
    m.enter(3);
    EXPECT_EQ(m.cpus[3].lr[0], 0x50a0020000000028u); // Level: maintenance at its end.
    EXPECT_EQ(take(3), 40u);
    EXPECT_TRUE(gic_maintenance(&m.cpus[3]));
    spi(40, false);
    m.leave(3);
    EXPECT_EQ(m.listed(3), list{});
    EXPECT_EQ(m.spi(40).on_list, 0);
}

TEST_F(Vm, AnEdgeSpiMayBeActiveAndPending)
{
    m.set_edge(40);
    spi(40);
    m.enter(0);
    EXPECT_EQ(m.cpus[0].lr[0], 0x50a0000000000028u);
    EXPECT_EQ(icc_iar1_read(&m.cpus[0]), 40u);
    m.leave(0);
    spi(40);
    m.enter(0);
    EXPECT_EQ(m.cpus[0].lr[0] & GIC_LR_STATE, GIC_LR_STATE);
    m.leave(0);
}

TEST_F(Vm, PrivateAndSharedOnesAreSortedTogether)
{
    for (u32 i : {100u, 3u, 101u, 20u, 102u, 5u})
        gic_inject_irq(&m.vm, 0, i, true, 0);
    m.dist_write(0x400 + 102, 0x10, 1);
    m.dist_write(0x300 + 100 / 32 * 4, 1u << 100 % 32);
    m.enter(0);
    EXPECT_EQ(m.loaded(0), (list{100, 102, 3, 101}));
    EXPECT_NE(m.cpus[0].hcr & GIC_HCR_UIE, 0u);
    m.leave(0);
}

TEST_F(Vm, ARouteMovesAPendingSpiAtTheNextSyncOfItsOldVcpu)
{
    spi(40);
    m.route(40, 2);
    EXPECT_EQ(m.take_kicks(), list{0});
    m.enter(0);
    EXPECT_EQ(m.loaded(0), list{}); // Not for this vCPU any more.
    m.leave(0);
    EXPECT_EQ(m.take_kicks(), list{2});
    EXPECT_EQ(m.listed(0), list{});
    EXPECT_EQ(m.listed(2), list{40});
    m.enter(2);
    EXPECT_EQ(take(2), 40u);
    m.leave(2);
}

TEST_F(Vm, AnInjectionAfterANewRouteKicksTheNewTargetButStaysOnTheOldList)
{
    m.set_edge(40);
    spi(40);
    m.route(40, 2);
    m.take_kicks();
    spi(40);
    EXPECT_EQ(m.take_kicks(), list{2});
    EXPECT_EQ(m.listed(0), list{40});
    EXPECT_EQ(m.listed(2), list{});
}

TEST_F(Vm, AnActiveSpiStaysWhereItIs)
{
    m.set_edge(40);
    spi(40);
    m.enter(0);
    EXPECT_EQ(icc_iar1_read(&m.cpus[0]), 40u);
    m.route(40, 2);
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{40});
    EXPECT_EQ(m.take_kicks(), list{0});
    spi(40);
    EXPECT_EQ(m.take_kicks(), list{0}); // It is active: its holder hears of it.
    m.enter(0);
    icc_eoir1_write(&m.cpus[0], 40);
    EXPECT_EQ(icc_iar1_read(&m.cpus[0]), 40u); // Pending again, in the same register.
    icc_eoir1_write(&m.cpus[0], 40);
    spi(40);
    m.leave(0);
    EXPECT_EQ(m.listed(2), list{40}); // Ended: now it moves.
}

TEST_F(Vm, WithoutATargetAnSpiLeavesTheList)
{
    spi(40);
    m.dist_write(0x6000 + 8 * 40, 0x77, 8);
    m.take_kicks();
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{});
    EXPECT_EQ(m.take_kicks(), list{});
    EXPECT_EQ(m.dist_read(0x204), 1u << 8); // Pending, for nobody.
    m.dist_write(0x304, 1u << 8); // Active, and on no list.
    EXPECT_EQ(m.take_kicks(), list{});
    m.route(40, 1);
    m.dist_write(0x304, 1u << 8);
    EXPECT_EQ(m.listed(1), list{40});
}

TEST_F(Vm, DisabledWhileListedItIsDropped)
{
    spi(40);
    m.dist_write(0x184, 1u << 8);
    m.enter(0);
    EXPECT_EQ(m.loaded(0), list{});
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{});
    m.dist_write(0x104, 1u << 8);
    EXPECT_EQ(m.listed(0), list{40});
}

TEST_F(Vm, SeveralMoveInTheirOrder)
{
    for (u32 i : {40u, 41u, 42u, 43u, 3u})
        gic_inject_irq(&m.vm, 0, i, true, 0);
    m.route(40, 1);
    m.route(42, 1);
    m.route(43, 2);
    m.take_kicks();
    m.leave(0);
    EXPECT_EQ(m.listed(0), (list{41, 3}));
    EXPECT_EQ(m.listed(1), (list{40, 42}));
    EXPECT_EQ(m.listed(2), list{43});
    EXPECT_EQ(m.take_kicks(), (list{1, 1, 2}));
}

TEST_F(Vm, ALevelStillHighAfterItsEndMovesToItsNewTarget)
{
    spi(40);
    m.enter(0);
    EXPECT_EQ(take(0), 40u);
    m.route(40, 3);
    m.leave(0);
    EXPECT_EQ(m.listed(3), list{40});
}

TEST_F(Vm, AllSpisFitOnOneList)
{
    m = machine(2, 1024);
    m.vm.dist = &m.dist, m.vm.first = m.cpus.data(), m.vm.arg = &m.kicks;
    m.boot();
    for (u32 i = 0; i < 32; i++)
        gic_inject_irq(&m.vm, 1, i, true, 0);
    for (u32 i = 32; i <= 1019; i++) {
        m.route(i, 1);
        spi(i);
    }
    EXPECT_EQ(m.cpus[1].ap_count, 1020u);
    gic_vm_check(&m.vm);
    list seen;
    while (m.cpus[1].ap_count != 0) {
        m.enter(1);
        for (u32 n = m.cpus[1].lr_used; n > 0; n--) {
            u32 intid = take(1);
            seen.push_back(intid);
            gic_inject_irq(&m.vm, 1, intid, false, 0);
        }
        gic_sync(&m.cpus[1], &m.dist);
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen.size(), 1020u);
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(BigVm, EachOf512VcpusHasItsRedistributorAndItsAffinity)
{
    machine m(512);
    m.boot();
    for (u32 i = 0; i < 512; i++) {
        u64 affinity = (i & 15) | (i >> 4) << 8;
        u64 typer = affinity << 32 | i << 8 | (i == 511 ? 16 : 0);
        EXPECT_EQ(gicr_read(&m.cpus[i], &m.dist, i == 511, 8, 8), typer);
        m.route(40 + i % 200, i);
        EXPECT_EQ(m.dist.route[8 + i % 200].target, i);
        gic_send_sgi(&m.vm, 0, GIC_SGI1R, 3u << 24 | (i >> 4) << 16 | 1u << (i & 15));
        EXPECT_EQ(m.take_kicks(), list{i});
    }
    gic_send_sgi(&m.vm, 100, GIC_SGI1R, 1ull << 40);
    list all = m.take_kicks();
    EXPECT_EQ(all.size(), 511u);
    EXPECT_EQ(std::count(all.begin(), all.end(), 100u), 0);
    gic_vm_check(&m.vm);
}

// --- The end of a level SPI. ---

TEST_F(Vm, TheEndOfALevelSpiIsToldOnce)
{
    spi(40);
    m.enter(0);
    EXPECT_EQ(icc_iar1_read(&m.cpus[0]), 40u);
    m.leave(0);
    EXPECT_EQ(m.cpus[0].ended_count, 0u); // Active yet.
    m.enter(0);
    icc_eoir1_write(&m.cpus[0], 40);
    m.leave(0);
    EXPECT_EQ(m.cpus[0].ended_count, 1u);
    EXPECT_EQ(m.cpus[0].ended[0], 40);
    EXPECT_EQ(m.listed(0), list{40}); // Nobody lowers its line: it stays.
    m.leave(0);
    EXPECT_EQ(m.cpus[0].ended_count, 0u);
}

TEST_F(Vm, NeitherPpisNorEdgesAreTold)
{
    m.set_edge(40);
    spi(40);
    gic_inject_irq(&m.vm, 0, 20, true, 0);
    m.enter(0);
    EXPECT_EQ(take(0), 40u);
    EXPECT_EQ(take(0), 20u);
    m.leave(0);
    EXPECT_EQ(m.cpus[0].ended_count, 0u);
}

TEST_F(Vm, WithResampleTheEndLowersTheLine)
{
    EXPECT_EQ(gic_set_resample(&m.vm, 40, true), GIC_OK);
    EXPECT_EQ(gic_irqfd(&m.vm, 8), GIC_OK); // Pin 8 is SPI 40.
    EXPECT_EQ(m.take_kicks(), list{0});
    EXPECT_EQ(m.spi(40).line_level, 1);
    EXPECT_EQ(gic_irqfd(&m.vm, 8), GIC_OK); // High already.
    EXPECT_EQ(m.take_kicks(), list{});
    m.enter(0);
    EXPECT_EQ(take(0), 40u);
    m.leave(0);
    EXPECT_EQ(m.cpus[0].ended_count, 1u);
    EXPECT_EQ(m.spi(40).line_level, 0);
    EXPECT_EQ(m.listed(0), list{});
    gic_irqfd(&m.vm, 8); // The device still asks.
    EXPECT_EQ(m.take_kicks(), list{0});
}

TEST_F(Vm, WithoutResampleAnIrqfdNeedsAnEdge)
{
    gic_irqfd(&m.vm, 9); // Level: raised and lowered at once.
    m.enter(0);
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{});
    m.set_edge(41);
    gic_irqfd(&m.vm, 9);
    m.enter(0);
    EXPECT_EQ(take(0), 41u);
    m.leave(0);
}

TEST_F(Vm, PinsAreSpisAndNothingElse)
{
    EXPECT_EQ(gic_irqfd(&m.vm, 223), GIC_OK);
    EXPECT_EQ(gic_irqfd(&m.vm, 224), GIC_EINVAL); // INTID 256
    EXPECT_EQ(gic_irqfd(&m.vm, 987), GIC_EINVAL);
    EXPECT_EQ(gic_irqfd(&m.vm, 988), GIC_EINVAL);
    EXPECT_EQ(gic_irqfd(&m.vm, UINT32_MAX), GIC_EINVAL);
    EXPECT_EQ(gic_set_resample(&m.vm, 31, true), GIC_EINVAL);
    EXPECT_EQ(gic_set_resample(&m.vm, 256, true), GIC_EINVAL);
    machine all(1, 1024);
    EXPECT_EQ(gic_irqfd(&all.vm, 987), GIC_OK);
    EXPECT_EQ(gic_irqfd(&all.vm, 988), GIC_EINVAL);
}

TEST_F(Vm, AMappedSpiNeedsNoMaintenanceAndFollowsItsWire)
{
    m.spi(40).hw = 1;
    spi(40);
    m.enter(0);
    EXPECT_EQ(m.cpus[0].lr[0], 0x70a0002800000028u);
    EXPECT_EQ(m.spi(40).line_level, 0);
    EXPECT_EQ(take(0), 40u);
    EXPECT_FALSE(gic_maintenance(&m.cpus[0]));
    m.spi(40).phys_level = 0;
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{});
    EXPECT_EQ(m.cpus[0].ended_count, 0u);
    m.spi(40).phys_level = 1;
    m.dist_write(0x184, 1u << 8);
    m.dist_write(0x104, 1u << 8); // Enabling samples the wire.
    EXPECT_EQ(m.listed(0), list{40});
    EXPECT_EQ(m.dist_read(0x204), 1u << 8);
}

} // namespace
