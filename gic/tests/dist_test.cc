// The distributor's registers for SPIs: every row at every width, the first and the last INTID that
// the VM has and the one beyond, and what a write does to the interrupts.
#include "gic/tests/vm_fixture.h"

#include <algorithm>
#include <cstring>

namespace {

struct Dist : testing::Test {
    machine m{4};

    void reset(u16 nr_irqs)
    {
        m = machine(4, nr_irqs);
        m.vm.dist = &m.dist;
        m.vm.first = m.cpus.data();
        m.vm.arg = &m.kicks;
    }
    void TearDown() override
    {
        gic_vm_check(&m.vm);
    }
};

// Bits of one interrupt in the ranges of the frame, and how they read after reset.
struct range {
    const char *name;
    u32 off, bits_each, widths;
    u64 reset; // Of one interrupt.
};
const range ranges[] = {
    {"IGROUPR", 0x0080, 1, REG_32, 1},
    {"ISENABLER", 0x0100, 1, REG_32, 0},
    {"ICENABLER", 0x0180, 1, REG_32, 0},
    {"ISPENDR", 0x0200, 1, REG_32, 0},
    {"ICPENDR", 0x0280, 1, REG_32, 0},
    {"ISACTIVER", 0x0300, 1, REG_32, 0},
    {"ICACTIVER", 0x0380, 1, REG_32, 0},
    {"IPRIORITYR", 0x0400, 8, REG_8 | REG_32, 0},
    {"ITARGETSR", 0x0800, 8, REG_8 | REG_32, 0},
    {"ICFGR", 0x0c00, 2, REG_32, 0},
    {"IGRPMODR", 0x0d00, 1, REG_32, 0},
    {"INMIR", 0x0f80, 1, REG_32, 0},
    {"IROUTER", 0x6000, 64, REG_32 | REG_64, 0},
};

TEST_F(Dist, AfterResetEveryAddressReadsWhatItsInterruptsHave)
{
    for (u16 nr_irqs : {32, 64, 256, 1024}) {
        reset(nr_irqs);
        for (u32 size : {1u, 2u, 4u, 8u})
            for (const range &r : ranges)
                for (u32 off = r.off; off < r.off + r.bits_each * 128; off++) {
                    u32 intid = (off - r.off) * 8 / r.bits_each;
                    bool is_there = off % size == 0 && (r.widths & size) != 0 && intid >= 32 &&
                                    intid < nr_irqs;
                    u64 all = r.reset ? UINT32_MAX : 0;
                    ASSERT_EQ(m.dist_read(off, size), is_there ? all : 0)
                        << r.name << std::hex << " at " << off << " size " << size;
                }
    }
}

std::vector<u8> image(const machine &m)
{
    std::vector<u8> bytes(sizeof(m.dist) + m.cpus.size() * sizeof(gic));
    memcpy(bytes.data(), &m.dist, sizeof(m.dist));
    memcpy(bytes.data() + sizeof(m.dist), m.cpus.data(), bytes.size() - sizeof(m.dist));
    return bytes;
}

// Writable are all ranges but those that affinity routing, one security state or the lack of
// FEAT_NMI have emptied.
bool is_writable(const range &r)
{
    const std::string name = r.name;
    return name != "ITARGETSR" && name != "IGRPMODR" && name != "INMIR";
}

TEST_F(Dist, WritesOfAWrongWidthOrAlignmentOrBeyondTheInterruptsChangeNothing)
{
    for (u16 nr_irqs : {32, 64, 256, 1024}) {
        reset(nr_irqs);
        const std::vector<u8> before = image(m);
        for (u32 size : {1u, 2u, 4u, 8u})
            for (const range &r : ranges)
                for (u32 off = r.off; off < r.off + r.bits_each * 128; off++) {
                    u32 intid = (off - r.off) * 8 / r.bits_each;
                    bool is_there = off % size == 0 && (r.widths & size) != 0 && intid >= 32 &&
                                    intid < nr_irqs;
                    if (is_there && is_writable(r))
                        continue;
                    m.dist_write(off, UINT64_MAX, size);
                }
        ASSERT_EQ(image(m), before) << nr_irqs;
        EXPECT_TRUE(m.kicks.empty());
    }
}

// First and last SPI, and their neighbours: each bit is its own interrupt.
TEST_F(Dist, EachBitIsItsOwnInterrupt)
{
    for (u16 nr_irqs : {64, 256, 1024}) {
        for (u32 intid : {32u, 33u, 62u, 63u, nr_irqs - 32u, nr_irqs - 2u, nr_irqs - 1u}) {
            reset(nr_irqs);
            u32 word = intid / 32 * 4, bit = 1u << intid % 32;
            m.dist_write(0x080 + word, ~bit);
            m.dist_write(0x100 + word, bit);
            m.dist_write(0x200 + word, bit);
            m.dist_write(0x300 + word, bit);
            m.dist_write(0x400 + intid, 0xaf, 1);
            m.dist_write(0xc00 + intid / 16 * 4, 2u << intid % 16 * 2);
            m.dist_write(0x6000 + 8 * intid, 3, 8);
            EXPECT_EQ(m.dist_read(0x180 + word), bit);
            EXPECT_EQ(m.dist_read(0x280 + word), bit);
            EXPECT_EQ(m.dist_read(0x380 + word), bit);
            for (u32 i = 32; i < nr_irqs; i++) {
                bool is = i == intid;
                const gic_irq &q = m.spi(i);
                EXPECT_EQ(q.group, !is);
                EXPECT_EQ(q.enabled, is);
                EXPECT_EQ(q.pending_latch, is);
                EXPECT_EQ(q.active, is);
                EXPECT_EQ(q.edge, is);
                EXPECT_EQ(q.priority, is ? 0xa8 : 0);
                EXPECT_EQ(m.dist.route[i - 32].target, is ? 3 : 0);
            }
            m.dist_write(0x180 + word, bit);
            m.dist_write(0x280 + word, bit);
            m.dist_write(0x380 + word, bit);
            EXPECT_EQ(m.spi(intid).enabled | m.spi(intid).pending_latch | m.spi(intid).active, 0);
        }
    }
}

TEST_F(Dist, ZerosWrittenToSetAndClearRegistersDoNothing)
{
    for (u32 off : {0x100u, 0x200u, 0x300u}) {
        m.dist_write(off + 4, 0x80000001);
        m.dist_write(off + 4, 0);
        m.dist_write(off + 0x84, 0);
        EXPECT_EQ(m.dist_read(off + 4), 0x80000001u);
        EXPECT_EQ(m.dist_read(off + 0x84), 0x80000001u);
        m.dist_write(off + 0x84, 1);
        EXPECT_EQ(m.dist_read(off + 4), 0x80000000u);
    }
}

TEST_F(Dist, TyperTellsTheNumberOfInterruptsAndNmi)
{
    for (u16 nr_irqs = 64; nr_irqs <= 1024; nr_irqs += 32) {
        reset(nr_irqs);
        EXPECT_EQ(m.dist_read(4), 0x00480000u | (nr_irqs / 32u - 1));
    }
    gic_spec nmi = gic_spec_kvm(1);
    nmi.nmi = 1;
    EXPECT_EQ(machine(nmi).dist_read(4), 0x00480207u);
}

TEST_F(Dist, PrioritiesAreBytesOrWordsAndNothingElse)
{
    m.dist_write(0x420, 0xffa7f807);
    EXPECT_EQ(m.dist_read(0x420), 0xf8a0f800u);
    EXPECT_EQ(m.dist_read(0x421, 1), 0xf8u);
    m.dist_write(0x422, 0x5f, 1);
    EXPECT_EQ(m.dist_read(0x420), 0xf858f800u);
    m.dist_write(0x420, 0, 2);
    m.dist_write(0x420, 0, 8);
    m.dist_write(0x421, 0, 4);
    EXPECT_EQ(m.dist_read(0x420), 0xf858f800u);
    EXPECT_EQ(m.dist_read(0x420, 2), 0u);
}

TEST_F(Dist, ConfigurationIsTheUpperBitAndLeavesPendingAlone)
{
    m.dist_write(0xc08, 0xffffffff);
    EXPECT_EQ(m.dist_read(0xc08), 0xaaaaaaaau);
    m.dist_write(0xc08, 0x55555555);
    EXPECT_EQ(m.dist_read(0xc08), 0u);
    m.dist_write(0xc00, 0xffffffff); // SGIs and PPIs are not here.
    m.dist_write(0xc04, 0xffffffff);
    EXPECT_EQ(m.dist_read(0xc00) | m.dist_read(0xc04), 0u);

    m.boot();
    gic_inject_spi(&m.vm, 40, true); // A wire that is high is not an edge.
    m.set_edge(40);
    EXPECT_EQ(m.dist_read(0x204), 0u);
    m.dist_write(0xc08, 0);
    EXPECT_EQ(m.dist_read(0x204), 1u << 8);
}

TEST_F(Dist, RoutesKeepThreeAffinitiesAndNeitherIrmNorAff3)
{
    struct {
        u64 written;
        u32 read, target;
    } const cases[] = {
        {0, 0, 0},
        {3, 3, 3},
        {4, 4, GIC_NO_CPU},       // No such vCPU.
        {16, 16, GIC_NO_CPU},     // Aff0 is below 16.
        {0x100, 0x100, GIC_NO_CPU},
        {0x80000002, 2, 2},       // IRM
        {0xff00000001, 1, 1},     // Aff3
        {0xffffffffffffffff, 0xffffff, GIC_NO_CPU},
    };
    for (const auto &c : cases) {
        m.dist_write(0x6000 + 8 * 77, c.written, 8);
        EXPECT_EQ(m.dist_read(0x6000 + 8 * 77, 8), c.read);
        EXPECT_EQ(m.dist.route[77 - 32].target, c.target) << std::hex << c.written;
    }
    m.dist_write(0x6000 + 8 * 77, 0x12345601, 4);
    EXPECT_EQ(m.dist_read(0x6000 + 8 * 77, 4), 0x345601u);
    m.dist_write(0x6004 + 8 * 77, 0xff, 4); // The upper half is Aff3 alone.
    EXPECT_EQ(m.dist_read(0x6004 + 8 * 77, 4), 0u);
    EXPECT_EQ(m.dist_read(0x6000 + 8 * 77, 8), 0x345601u);
}

TEST_F(Dist, RoutesReachTheSecondClusterAndBeyond)
{
    m = machine(300);
    m.vm.dist = &m.dist, m.vm.first = m.cpus.data(), m.vm.arg = &m.kicks;
    m.dist_write(0x6000 + 8 * 32, 0x0100, 8);
    EXPECT_EQ(m.dist.route[0].target, 16);
    m.dist_write(0x6000 + 8 * 32, 0x120b, 8);
    EXPECT_EQ(m.dist.route[0].target, 299);
    m.dist_write(0x6000 + 8 * 32, 0x120c, 8);
    EXPECT_EQ(m.dist.route[0].target, GIC_NO_CPU);
    m.dist_write(0x6000 + 8 * 32, 0x10000, 8); // Aff2 = 1 is vCPU 4096.
    EXPECT_EQ(m.dist.route[0].target, GIC_NO_CPU);
}

TEST_F(Dist, NmiBitsAreThereOnlyWithTheFeature)
{
    m.dist_write(0xf84, 0xffffffff);
    EXPECT_EQ(m.dist_read(0xf84), 0u);
    gicr_write(&m.cpus[0], &m.dist, 0x10f80, 4, 0xffffffff);
    EXPECT_EQ(gicr_read(&m.cpus[0], &m.dist, false, 0x10f80, 4), 0u);

    gic_spec spec = gic_spec_kvm(1);
    spec.nmi = 1;
    machine n(spec);
    n.dist_write(0xf80, 0xffffffff); // SGIs and PPIs: in the redistributor.
    n.dist_write(0xf84, 0x80000001);
    EXPECT_EQ(n.dist_read(0xf80), 0u);
    EXPECT_EQ(n.dist_read(0xf84), 0x80000001u);
    n.dist_write(0xf84, 2);
    EXPECT_EQ(n.dist_read(0xf84), 2u);
    n.dist_write(0xf80 + 32, 0xffffffff); // INTID 256
    EXPECT_EQ(n.dist_read(0xf80 + 32), 0u);
    gicr_write(&n.cpus[0], &n.dist, 0x10f80, 4, 0x00400001);
    EXPECT_EQ(gicr_read(&n.cpus[0], &n.dist, false, 0x10f80, 4), 0x00400001u);
}

// --- What a write queues and whom it kicks. ---

TEST_F(Dist, SettingQueuesAndKicksTheTargetAndClearingDoesNot)
{
    m.boot();
    m.route(40, 2);
    m.dist_write(0x184, 1u << 8);
    gic_inject_spi(&m.vm, 40, true);
    EXPECT_EQ(m.take_kicks(), list{});
    m.dist_write(0x104, 1u << 8);
    EXPECT_EQ(m.take_kicks(), list{2});
    EXPECT_EQ(m.listed(2), list{40});
    m.dist_write(0x104, 1u << 8); // Queued already, and yet a kick.
    EXPECT_EQ(m.take_kicks(), list{2});
    EXPECT_EQ(m.listed(2), list{40});
    m.dist_write(0x084, 0); // Groups: each of the 32 is looked at.
    EXPECT_EQ(m.take_kicks(), list{2});
    m.dist_write(0x184, 1u << 8);
    m.dist_write(0x284, 1u << 8);
    m.dist_write(0x084, 0);
    EXPECT_EQ(m.take_kicks(), list{});
    m.dist_write(0x304, 1u << 9); // Active wins over all: vCPU 0 is its target.
    EXPECT_EQ(m.take_kicks(), list{0});
    m.dist_write(0x384, 1u << 9);
    m.dist_write(0x428, 0, 1);
    EXPECT_EQ(m.take_kicks(), list{});
}

TEST_F(Dist, OneWriteQueuesInTheOrderOfTheirNumbers)
{
    m.boot();
    m.dist_write(0x204, 0x80000105);
    EXPECT_EQ(m.listed(0), (list{32, 34, 40, 63}));
    m.dist_write(0x244, 0); // Nothing is set beyond.
    EXPECT_EQ(m.take_kicks(), (list{0, 0, 0, 0}));
}

TEST_F(Dist, EnablingTheDistributorKicksWhoHasSomethingAndQueuesNothing)
{
    m.boot();
    gic_inject_irq(&m.vm, 1, 5, true, 0);
    gic_inject_irq(&m.vm, 3, 5, true, 0);
    m.route(50, 2);
    m.dist_write(0, 0);
    m.take_kicks();
    gic_inject_spi(&m.vm, 50, true); // While it is off: it waits for its next injection.
    EXPECT_EQ(m.take_kicks(), list{});
    m.dist_write(0, 0xffffffff);
    EXPECT_EQ(m.dist_read(0), 0x52u);
    EXPECT_EQ(m.take_kicks(), (list{1, 3}));
    m.dist_write(0, 2); // It was on.
    EXPECT_EQ(m.take_kicks(), list{});
    EXPECT_EQ(m.listed(2), list{});
}

TEST_F(Dist, ARouteQueuesNothingByItself)
{
    m.boot();
    m.dist_write(0x6000 + 8 * 60, 0xff, 8); // Nobody
    gic_inject_spi(&m.vm, 60, true);
    EXPECT_EQ(m.take_kicks(), list{});
    m.route(60, 1);
    EXPECT_EQ(m.take_kicks(), list{});
    EXPECT_EQ(m.listed(1), list{});
    m.dist_write(0x104, 1u << 28);
    EXPECT_EQ(m.take_kicks(), list{1});
    EXPECT_EQ(m.listed(1), list{60});
}

TEST(DistSpec, OnlyWhatHardwareAndKvmOfferIsValid)
{
    const gic_spec good = gic_spec_kvm(8);
    EXPECT_TRUE(gic_spec_is_valid(&good));
    EXPECT_EQ(good.nr_irqs, 256);
    for (u32 n = 0; n <= 1100; n++) {
        gic_spec s = good;
        s.nr_irqs = static_cast<u16>(n);
        EXPECT_EQ(gic_spec_is_valid(&s), n % 32 == 0 && n >= 32 && n <= 1024) << n;
    }
    for (u32 pri = 0; pri <= 9; pri++)
        for (u32 pre = 0; pre <= 9; pre++) {
            gic_spec s = good;
            s.priority_bits = static_cast<u8>(pri);
            s.preemption_bits = static_cast<u8>(pre);
            EXPECT_EQ(gic_spec_is_valid(&s), pre >= 5 && pre <= 7 && pri >= pre && pri <= 8);
        }
    for (u32 n = 0; n <= 17; n++) {
        gic_spec s = good;
        s.lr_count = static_cast<u8>(n);
        EXPECT_EQ(gic_spec_is_valid(&s), n >= 1 && n <= 16);
    }
    gic_spec s = good;
    s.tie = GIC_TIE_COUNT;
    EXPECT_FALSE(gic_spec_is_valid(&s));
    s = good, s.nmi = 2;
    EXPECT_FALSE(gic_spec_is_valid(&s));
    s = good, s.cpu_count = 0xffff;
    EXPECT_FALSE(gic_spec_is_valid(&s));
}

} // namespace
