// The virtual CPU interface on list registers that the test writes itself, and ICC_SGI1R_EL1.
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {

constexpr u64 level = GIC_LR_EOI, hw = GIC_LR_HW, group1 = GIC_LR_GROUP1;
constexpr u64 idle = 0, pending = GIC_LR_PENDING, active = GIC_LR_ACTIVE;

constexpr u64 lr(u32 intid, u32 priority, u64 bits)
{
    return intid | static_cast<u64>(priority) << 48 | bits;
}

struct Icv : testing::Test {
    gic g{};

    void SetUp() override
    {
        reset();
    }

    void reset()
    {
        gic_init(&g, 0, 4);
        icc_pmr_write(&g, 0xf0);
        icc_igrpen1_write(&g, 1);
    }

    void load(std::vector<u64> lrs)
    {
        g.lr_used = g.lr_end = static_cast<u32>(lrs.size());
        for (size_t i = 0; i < lrs.size(); i++)
            g.lr[i] = lrs[i];
    }

    // A pending interrupt cannot be had: nothing is asserted, and reading IAR1 changes nothing.
    void expect_spurious()
    {
        gic before;
        memcpy(&before, &g, sizeof(g));
        EXPECT_FALSE(gic_irq_asserted(&g));
        EXPECT_EQ(icc_iar1_read(&g), u32{GIC_SPURIOUS});
        EXPECT_EQ(memcmp(&before, &g, sizeof(g)), 0);
    }

    void expect_ack(u32 intid)
    {
        EXPECT_TRUE(gic_irq_asserted(&g));
        EXPECT_EQ(icc_iar1_read(&g), intid);
    }
};

TEST_F(Icv, WithoutListRegistersThereIsNothing)
{
    expect_spurious();
    EXPECT_EQ(icc_hppir1_read(&g), u32{GIC_SPURIOUS});
    EXPECT_EQ(icc_rpr_read(&g), 0xffu);
}

TEST_F(Icv, OnlyThePendingStateIsACandidate)
{
    for (u64 state : {idle, active, active | pending}) {
        load({lr(3, 0xa0, group1 | state)});
        expect_spurious();
        EXPECT_EQ(icc_hppir1_read(&g), u32{GIC_SPURIOUS});
    }
    load({lr(3, 0xa0, group1 | pending)});
    EXPECT_EQ(icc_hppir1_read(&g), 3u);
    expect_ack(3);
    EXPECT_EQ(g.lr[0], lr(3, 0xa0, group1 | active));
    EXPECT_EQ(g.ap[1][0], 1u << 20);
    EXPECT_EQ(icc_rpr_read(&g), 0xa0u);
}

TEST_F(Icv, TheMaskIsStrictAtEveryPriority)
{
    for (u32 priority = 0; priority <= 0xf8; priority += 8)
        for (u32 pmr = 0; pmr <= 0xff; pmr++) {
            reset();
            icc_pmr_write(&g, pmr);
            load({lr(5, priority, group1 | pending)});
            if (priority < (pmr & 0xf8))
                expect_ack(5);
            else
                expect_spurious();
        }
}

TEST_F(Icv, ThePriorityMaskKeepsFiveBits)
{
    icc_pmr_write(&g, 0x1ff);
    EXPECT_EQ(g.vmcr >> 24, 0xf8u);
    EXPECT_EQ(g.vmcr & 2, 2u);
    icc_pmr_write(&g, 0);
    EXPECT_EQ(g.vmcr >> 24, 0u);
}

TEST_F(Icv, TheGroupEnableIsBitZero)
{
    load({lr(5, 0xa0, group1 | pending)});
    icc_igrpen1_write(&g, 0xfffffffe);
    expect_spurious();
    EXPECT_EQ(icc_hppir1_read(&g), u32{GIC_SPURIOUS});
    icc_igrpen1_write(&g, 0xffffffff);
    EXPECT_EQ(g.vmcr >> 24, 0xf0u);
    expect_ack(5);
}

TEST_F(Icv, ResetMasksEverything)
{
    gic_init(&g, 0, 4);
    load({lr(5, 0, group1 | pending)});
    expect_spurious();
    icc_igrpen1_write(&g, 1);
    expect_spurious();
    icc_pmr_write(&g, 8);
    expect_ack(5);
}

TEST_F(Icv, TheLowestValueWinsAndAmongEqualsTheLowestRegister)
{
    load({lr(1, 0xa8, group1 | pending), lr(2, 0xa0, group1 | pending),
          lr(3, 0xa0, group1 | pending)});
    expect_ack(2);
    EXPECT_EQ(g.lr[0], lr(1, 0xa8, group1 | pending));
    EXPECT_EQ(g.lr[2], lr(3, 0xa0, group1 | pending));
}

TEST_F(Icv, OnlyAStrictlyHigherPriorityPreempts)
{
    for (u32 running = 0; running < 0xf0; running += 8)
        for (u32 next = 0; next < 0xf0; next += 8) {
            reset();
            load({lr(1, running, group1 | pending)});
            expect_ack(1);
            load({g.lr[0], lr(2, next, group1 | pending)});
            EXPECT_EQ(icc_hppir1_read(&g), 2u); // Neither mask nor running priority count.
            if (next < running)
                expect_ack(2);
            else
                expect_spurious();
            EXPECT_EQ(icc_rpr_read(&g), next < running ? next : running);
        }
}

TEST_F(Icv, HppirIgnoresTheMask)
{
    icc_pmr_write(&g, 0);
    load({lr(9, 0xa0, group1 | pending)});
    EXPECT_EQ(icc_hppir1_read(&g), 9u);
    expect_spurious();
}

TEST_F(Icv, AGroup0WinnerHidesGroup1)
{
    load({lr(1, 0xa0, group1 | pending), lr(2, 0x98, pending)});
    expect_ack(1); // Group 0 is not enabled: it does not take part.
    reset();
    g.vmcr |= 1;
    load({lr(1, 0xa0, group1 | pending), lr(2, 0x98, pending)});
    EXPECT_EQ(icc_hppir1_read(&g), u32{GIC_SPURIOUS});
    expect_spurious();
    load({lr(1, 0x98, group1 | pending), lr(2, 0xa0, pending)});
    expect_ack(1);
}

TEST_F(Icv, NestedInterruptsEndInReverseOrder)
{
    load({lr(1, 0xa0, group1 | pending)});
    expect_ack(1);
    load({g.lr[0], lr(2, 0x20, group1 | pending)});
    expect_ack(2);
    EXPECT_EQ(g.ap[1][0], 1u << 20 | 1u << 4);
    EXPECT_FALSE(icc_eoir1_write(&g, 2));
    EXPECT_EQ(icc_rpr_read(&g), 0xa0u);
    EXPECT_EQ(g.lr[1], lr(2, 0x20, group1 | idle));
    EXPECT_FALSE(icc_eoir1_write(&g, 1));
    EXPECT_EQ(icc_rpr_read(&g), 0xffu);
    EXPECT_EQ(g.lr[0], lr(1, 0xa0, group1 | idle));
}

TEST_F(Icv, AnEndOutOfOrderDropsThePriorityOnly)
{
    load({lr(1, 0xa0, group1 | level | pending)});
    expect_ack(1);
    load({g.lr[0], lr(2, 0x20, group1 | pending)});
    expect_ack(2);
    EXPECT_FALSE(icc_eoir1_write(&g, 1));
    EXPECT_EQ(icc_rpr_read(&g), 0xa0u);
    EXPECT_EQ(g.lr[0], lr(1, 0xa0, group1 | level | active));
    EXPECT_EQ(g.lr[1], lr(2, 0x20, group1 | active));
}

TEST_F(Icv, AnEndOfGroup0ThroughEoir1DropsOnly)
{
    load({lr(4, 0xa0, active)});
    g.ap[0][0] = 1u << 20;
    EXPECT_FALSE(icc_eoir1_write(&g, 4));
    EXPECT_EQ(g.ap[0][0], 0u);
    EXPECT_EQ(g.lr[0], lr(4, 0xa0, active));
}

TEST_F(Icv, TheDropTakesTheHighestOverBothGroups)
{
    g.ap[0][0] = 1u << 3;
    g.ap[1][0] = 1u << 2;
    EXPECT_EQ(icc_rpr_read(&g), 0x10u);
    icc_eoir1_write(&g, 7);
    EXPECT_EQ(g.ap[1][0], 0u);
    EXPECT_EQ(g.ap[0][0], 1u << 3);
    g.ap[1][0] = 1u << 3;
    icc_eoir1_write(&g, 7);
    EXPECT_EQ(g.ap[0][0], 0u); // Equal: group 0 first.
    EXPECT_EQ(g.ap[1][0], 1u << 3);
    EXPECT_EQ(g.eoi_count, 2u);
}

// States of a list register x ends, for the three kinds of interrupt. The running priority is that
// of the interrupt; EOIR1 runs with EOImode 0, DIR with EOImode 1.
TEST_F(Icv, EveryStateEndsAsTheTableSays)
{
    struct {
        u64 kind, before, after;
        bool maintenance, counted;
    } const cases[] = {
        {0, idle, idle, false, true},
        {0, pending, pending, false, true},
        {0, active, idle, false, false},
        {0, active | pending, pending, false, false},
        {level, idle, idle, false, true},
        {level, pending, pending, false, true},
        {level, active, idle, true, false},
        {level, active | pending, pending, false, false},
        {hw | 27ull << 32, idle, idle, false, true},
        {hw | 27ull << 32, pending, pending, false, true},
        {hw | 27ull << 32, active, idle, false, false},
        {hw | 27ull << 32, active | pending, pending, false, false},
        {hw | 512ull << 32, active, idle, false, false}, // Bit 41 belongs to pINTID here.
    };
    for (bool split : {false, true})
        for (const auto &c : cases) {
            reset();
            icc_ctlr_write(&g, split ? 2 : 0);
            load({lr(27, 0xa0, group1 | c.kind | c.before)});
            g.ap[1][0] = 1u << 20;
            if (split) {
                EXPECT_FALSE(icc_eoir1_write(&g, 27));
                EXPECT_EQ(g.lr[0], lr(27, 0xa0, group1 | c.kind | c.before));
                EXPECT_EQ(g.eoi_count, 0u);
                EXPECT_EQ(icc_dir_write(&g, 27), c.maintenance);
            } else {
                EXPECT_EQ(icc_eoir1_write(&g, 27), c.maintenance);
            }
            EXPECT_EQ(g.lr[0], lr(27, 0xa0, group1 | c.kind | c.after));
            EXPECT_EQ(g.ap[1][0], 0u);
            EXPECT_EQ(g.eoi_count, c.counted);
        }
}

TEST_F(Icv, DirIsIgnoredWithEoiMode0)
{
    load({lr(5, 0xa0, group1 | level | active)});
    g.ap[1][0] = 1u << 20;
    EXPECT_FALSE(icc_dir_write(&g, 5));
    EXPECT_EQ(g.lr[0], lr(5, 0xa0, group1 | level | active));
    EXPECT_EQ(g.eoi_count, 0u);
}

TEST_F(Icv, DirNeedsNoOrder)
{
    icc_ctlr_write(&g, 2);
    load({lr(1, 0xa0, group1 | level | active), lr(2, 0x20, group1 | level | active)});
    EXPECT_TRUE(icc_dir_write(&g, 1));
    EXPECT_TRUE(icc_dir_write(&g, 2));
    EXPECT_FALSE(icc_dir_write(&g, 2));
    EXPECT_EQ(g.eoi_count, 1u);
}

TEST_F(Icv, SpecialNumbersAndLpisAreNotCounted)
{
    struct {
        u32 intid;
        bool drops, counted;
    } const cases[] = {{1019, true, true},   {1020, false, false}, {1021, false, false},
                       {1022, false, false}, {1023, false, false}, {1024, true, true},
                       {8191, true, true},   {8192, true, false}};
    for (const auto &c : cases) {
        SCOPED_TRACE(c.intid);
        reset();
        g.ap[1][0] = 1u << 20;
        EXPECT_FALSE(icc_eoir1_write(&g, c.intid));
        EXPECT_EQ(g.ap[1][0], c.drops ? 0u : 1u << 20);
        EXPECT_EQ(g.eoi_count, c.counted);
        icc_ctlr_write(&g, 2);
        EXPECT_FALSE(icc_dir_write(&g, c.intid));
        EXPECT_EQ(g.eoi_count, 2u * c.counted);
    }
}

TEST_F(Icv, AnEndWithNothingActiveIsIgnored)
{
    load({lr(5, 0xa0, group1 | level | active)});
    EXPECT_FALSE(icc_eoir1_write(&g, 5));
    EXPECT_EQ(g.lr[0], lr(5, 0xa0, group1 | level | active));
    EXPECT_EQ(g.eoi_count, 0u);
}

TEST_F(Icv, TheUnderflowExitComesWhenOneRegisterIsLeft)
{
    for (bool uie : {false, true}) {
        reset();
        load({lr(1, 0xa0, group1 | pending), lr(2, 0xa0, group1 | pending),
              lr(3, 0xa0, group1 | pending)});
        if (uie)
            g.hcr |= GIC_HCR_UIE;
        for (u32 intid = 1; intid <= 3; intid++) {
            expect_ack(intid);
            EXPECT_EQ(icc_eoir1_write(&g, intid), uie && intid >= 2) << intid;
        }
    }
}

TEST_F(Icv, TheBinaryPointGroupsPriorities)
{
    g.vmcr = (g.vmcr & ~(7u << 18)) | 5u << 18; // BPR1 = 5: group priority in bits 7:5.
    load({lr(1, 0x98, group1 | pending)});
    expect_ack(1);
    EXPECT_EQ(icc_rpr_read(&g), 0x80u);
    load({g.lr[0], lr(2, 0x80, group1 | pending)});
    expect_spurious();
    load({g.lr[0], lr(2, 0x78, group1 | pending)});
    expect_ack(2);
    EXPECT_EQ(icc_rpr_read(&g), 0x60u);
    EXPECT_FALSE(icc_eoir1_write(&g, 2));
    EXPECT_EQ(g.lr[1], lr(2, 0x78, group1));
}

TEST_F(Icv, WithCbprGroup1UsesTheBinaryPointOfGroup0PlusOne)
{
    g.vmcr = (g.vmcr & ~(7u << 21)) | 4u << 21; // BPR0 = 4: bits 7:5.
    load({lr(1, 0xb8, group1 | pending)});
    expect_ack(1);
    EXPECT_EQ(icc_rpr_read(&g), 0xb8u);
    reset();
    g.vmcr = (g.vmcr & ~(7u << 21)) | 4u << 21;
    icc_ctlr_write(&g, 1);
    load({lr(1, 0xb8, group1 | pending)});
    expect_ack(1);
    EXPECT_EQ(icc_rpr_read(&g), 0xa0u);
}

TEST_F(Icv, CtlrKeepsTwoBitsAndTellsFivePriorityBits)
{
    u32 other = g.vmcr;
    for (u32 value = 0; value < 4; value++) {
        icc_ctlr_write(&g, value);
        EXPECT_EQ(icc_ctlr_read(&g), 0x400 | value);
    }
    icc_ctlr_write(&g, 0xfffffffc);
    EXPECT_EQ(icc_ctlr_read(&g), 0x400u);
    EXPECT_EQ(g.vmcr, other);
}

// --- ICC_SGI1R_EL1 ---

struct sgi_call {
    u32 cpu, intid;
    bool operator==(const sgi_call &o) const
    {
        return cpu == o.cpu && intid == o.intid;
    }
};

std::vector<u32> sgi_targets(u64 value, u32 self, u32 count, u32 intid)
{
    std::vector<sgi_call> calls;
    icc_sgi1r_targets(
        value, self, count,
        [](void *arg, u32 cpu, u32 id) {
            static_cast<std::vector<sgi_call> *>(arg)->push_back({cpu, id});
        },
        &calls);
    std::vector<u32> cpus;
    for (const sgi_call &c : calls) {
        EXPECT_EQ(c.intid, intid);
        cpus.push_back(c.cpu);
    }
    return cpus;
}

TEST(Sgi, TheListNamesVcpusOfOneCluster)
{
    using list = std::vector<u32>;
    constexpr u64 irm = 1ull << 40;
    struct {
        u64 value;
        u32 self, count;
        list cpus;
    } const cases[] = {
        {0x0000, 0, 4, {}},
        {0x0001, 0, 4, {0}}, // Itself, if the list says so.
        {0x000a, 0, 4, {1, 3}},
        {0xffff, 2, 4, {0, 1, 2, 3}}, // Beyond the last vCPU: nobody.
        {0x8000, 0, 16, {15}},
        {0x10001, 0, 17, {16}}, // Aff1 = 1
        {0x10001, 0, 16, {}},
        {0x28000, 0, 48, {47}},
        {1ull << 32 | 1, 0, 64, {}}, // Aff2 = 1 is vCPU 4096.
        {1ull << 32 | 1, 0, 4097, {4096}},
        {0x80ull << 32 | 1, 0, 64, {}},
        {0x800001, 0, 64, {}},       // Aff1 = 128 is vCPU 2048.
        {1ull << 48 | 1, 0, 64, {}}, // Aff3: nobody has one.
        {0x80ull << 48 | 1, 0, 64, {}},
        {1ull << 28 | 1, 0, 4, {0}},            // Bit 28 does not belong to the INTID.
        {0xfull << 44 | 0x0003, 0, 64, {0, 1}}, // RS is ignored.
        {irm, 1, 4, {0, 2, 3}},
        {irm | 0xff0000000000 << 8 | 0x1ffff, 0, 2, {1}}, // IRM: the rest does not count.
        {irm, 0, 1, {}},
    };
    for (const auto &c : cases)
        for (u64 intid : {0ull, 1ull, 15ull})
            EXPECT_EQ(sgi_targets(c.value | intid << 24, c.self, c.count, u32(intid)), c.cpus)
                << std::hex << c.value;
}

} // namespace
