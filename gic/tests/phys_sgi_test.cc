// Software generated interrupts at the physical CPU interface: IHI 0069 ICC_SGI1R_EL1,
// ICC_SGI0R_EL1 and ICC_ASGI1R_EL1. Who is named is worked out anew here, from the fields of the
// register.
#include "gic/tests/phys_fixture.h"

#include <random>
#include <set>

namespace {

using phys::Machine;

struct Fields {
    u32 intid = 0, list = 0, aff1 = 0, aff2 = 0, aff3 = 0, rs = 0;
    bool irm = false;

    u64 value() const
    {
        return u64{list} | u64{aff1} << 16 | u64{intid} << 24 | u64{aff2} << 32 | u64{irm} << 40 |
               u64{rs} << 44 | u64{aff3} << 48;
    }
};

// PEs whose SGI is pending.
std::set<u32> receivers(const Machine &m, u32 intid)
{
    std::set<u32> found;
    for (u32 i = 0; i < m.spec.pe_count; i++)
        if (m.is_pending(intid, i))
            found.insert(i);
    return found;
}

void clear(Machine &m)
{
    for (u32 i = 0; i < m.spec.pe_count; i++)
        m.r_write(i, 0x10280, UINT32_MAX);
}

std::set<u32> send(Machine &m, u32 self, const Fields &f, gic_cpuif reg = GIC_SGI1R)
{
    clear(m);
    m.icc_write(reg, f.value(), self);
    for (u32 intid = 0; intid < 16; intid++)
        if (intid != f.intid) {
            EXPECT_TRUE(receivers(m, intid).empty());
        }
    return receivers(m, f.intid);
}

// The PEs that the affinity fields name: "Aff3.Aff2.Aff1.<RS * 16 + k>" for each bit k.
std::set<u32> named(const gicv3_spec &spec, const Fields &f)
{
    std::set<u32> affinities, found;
    for (u32 k = 0; k < 16; k++)
        if (f.list >> k & 1) {
            const u32 aff0 = (spec.has_rss ? f.rs : 0) * 16 + k;
            affinities.insert(f.aff3 << 24 | f.aff2 << 16 | f.aff1 << 8 | aff0);
        }
    for (u32 i = 0; i < spec.pe_count; i++)
        if (affinities.count(spec.affinity[i]))
            found.insert(i);
    return found;
}

// The last Aff0 of each range of sixteen and its neighbours, and one of each other level.
gicv3_spec scattered(bool rss)
{
    gicv3_spec spec = phys::spec_of(10);
    const u32 affinities[] = {0, 1, 15, 16, 17, 255, 0x100, 0x10000, 0x01000000, 0x0102030f};
    for (u32 i = 0; i < 10; i++)
        spec.affinity[i] = affinities[i];
    spec.has_rss = rss;
    return spec;
}

TEST(Sgi, ReachesWhomItsAffinityNames)
{
    for (bool rss : {false, true}) {
        Machine m(scattered(rss));
        for (u32 aff3 : {0u, 1u, 2u})
            for (u32 aff2 : {0u, 1u, 2u})
                for (u32 aff1 : {0u, 1u, 3u})
                    for (u32 rs : {0u, 1u, 15u})
                        for (u32 list : {0u, 1u, 2u, 0x8000u, 0xffffu}) {
                            Fields f;
                            f.intid = 3;
                            f.aff3 = aff3, f.aff2 = aff2, f.aff1 = aff1, f.rs = rs, f.list = list;
                            EXPECT_EQ(send(m, 0, f), named(m.spec, f)) << std::hex << f.value();
                        }
    }
}

// The table's corner cells in so many words.
TEST(Sgi, RangeSelectorCountsOnlyWhereItWasBuilt)
{
    Fields f;
    f.list = 1, f.rs = 1; // Aff0 = 16
    Machine with(scattered(true)), without(scattered(false));
    EXPECT_EQ(send(with, 0, f), std::set<u32>{3});
    EXPECT_EQ(send(without, 0, f), std::set<u32>{0}) << "RS is RES0: Aff0 = 0";
    f.list = 0x8000, f.rs = 15; // Aff0 = 255
    EXPECT_EQ(send(with, 0, f), std::set<u32>{5});
    EXPECT_EQ(send(without, 0, f), std::set<u32>{2});
}

TEST(Sgi, GoesToAllOthersWithIrm)
{
    Machine m(scattered(false));
    for (u32 self = 0; self < 10; self++) {
        Fields f;
        f.irm = true, f.intid = 15;
        f.list = self % 2 ? 0xffff : 0, f.aff3 = 7, f.rs = 3; // They do not count.
        std::set<u32> want;
        for (u32 i = 0; i < 10; i++)
            if (i != self)
                want.insert(i);
        EXPECT_EQ(send(m, self, f), want);
    }
}

TEST(Sgi, ReachesItsSenderByAffinity)
{
    Machine m(phys::spec_of(2));
    Fields f;
    f.list = 3;
    EXPECT_EQ(send(m, 1, f), (std::set<u32>{0, 1}));
}

// One security state: SGI1R reaches either group, the other two group 0 only. The group that counts
// is that of the receiver.
TEST(Sgi, ReachesTheGroupsOfItsRegister)
{
    struct {
        gic_cpuif reg;
        std::set<u32> receivers;
    } const rows[] = {{GIC_SGI1R, {0, 1}}, {GIC_SGI0R, {0}}, {GIC_ASGI1R, {0}}};
    for (const auto &row : rows)
        for (u32 intid = 0; intid < 16; intid++) {
            Machine m(phys::spec_of(2));
            m.r_write(0, 0x10080, ~(1u << intid)); // All others are the other way.
            m.r_write(1, 0x10080, 1u << intid);
            Fields f;
            f.intid = intid, f.list = 3;
            EXPECT_EQ(send(m, 0, f, row.reg), row.receivers) << gic_cpuif_info[row.reg].name;
            f.irm = true;
            EXPECT_EQ(send(m, 1, f, row.reg).count(0), row.receivers.count(0));
            EXPECT_EQ(send(m, 0, f, row.reg).count(1), row.receivers.count(1));
        }
}

// Several before the acknowledge are one; one after it makes the SGI active and pending.
TEST(Sgi, MergesUntilItIsTaken)
{
    Machine m(phys::spec_of(2));
    m.wake_all();
    m.prepare(5, 1, 0x80, 1);
    Fields f;
    f.intid = 5, f.list = 2;
    m.icc_write(GIC_SGI1R, f.value());
    m.icc_write(GIC_SGI1R, f.value());
    EXPECT_EQ(m.lines(0), 0u);
    EXPECT_EQ(m.lines(1), GICV3_LINE_IRQ);
    EXPECT_EQ(m.icc(GIC_IAR1, 1), 5u);
    EXPECT_FALSE(m.is_pending(5, 1));
    m.icc_write(GIC_SGI1R, f.value());
    EXPECT_TRUE(m.is_pending(5, 1) && m.is_active(5, 1));
    m.icc_write(GIC_EOIR1, 5, 1);
    EXPECT_EQ(m.icc(GIC_IAR1, 1), 5u);
}

TEST(Sgi, WaitsForAPeThatSleeps)
{
    Machine m(phys::spec_of(2));
    m.wake_all();
    m.prepare(5, 1, 0x80, 1);
    m.r_write(1, 0x14, 2);
    Fields f;
    f.intid = 5, f.list = 2;
    EXPECT_EQ(send(m, 0, f), std::set<u32>{1});
    EXPECT_EQ(m.lines(1), GICV3_LINE_WAKE);
    m.r_write(1, 0x14, 0);
    EXPECT_EQ(m.lines(1), GICV3_LINE_IRQ);
}

// SGIs that cannot be disabled.
TEST(Sgi, MayBeEnabledForEver)
{
    gicv3_spec spec = phys::spec_of(1);
    spec.sgi_always_enabled = 1;
    Machine m(spec);
    EXPECT_EQ(m.r(0, 0x10100), 0xffffu);
    m.r_write(0, 0x10100, 0x10000);
    m.r_write(0, 0x10180, UINT32_MAX);
    EXPECT_EQ(m.r(0, 0x10100), 0xffffu);
    EXPECT_EQ(m.r(0, 0x10180), 0xffffu);
    m.check();
}

// 512 PEs: every single one, every cluster, and all others.
TEST(Sgi, ReachesEachOf512Pes)
{
    Machine m(phys::full_spec(512));
    for (u32 i = 0; i < 512; i++) {
        Fields f;
        f.intid = i % 16, f.list = 1u << i % 16, f.aff1 = i / 16;
        m.icc_write(GIC_SGI1R, f.value(), 511 - i);
        for (u32 other : {0u, i - 1, i, i + 1, 511u})
            if (other < 512) {
                EXPECT_EQ(m.is_pending(i % 16, other), other == i) << i << " " << other;
            }
        m.r_write(i, 0x10280, UINT32_MAX);
    }
    for (u32 cluster = 0; cluster < 32; cluster++) {
        Fields f;
        f.list = 0xffff, f.aff1 = cluster;
        m.icc_write(GIC_SGI1R, f.value());
        const std::set<u32> found = receivers(m, 0);
        EXPECT_EQ(found.size(), 16u);
        EXPECT_EQ(*found.begin(), cluster * 16);
        EXPECT_EQ(*found.rbegin(), cluster * 16 + 15);
        clear(m);
    }
    Fields f;
    f.irm = true;
    m.icc_write(GIC_SGI1R, f.value(), 300);
    EXPECT_EQ(receivers(m, 0).size(), 511u);
    EXPECT_FALSE(m.is_pending(0, 300));
    m.check();
}

// 512 PEs with affinities that only RSS and Aff3 tell apart; random fields.
TEST(Sgi, AgreesWithTheFieldsFor512ScatteredPes)
{
    gicv3_spec spec = phys::full_spec(512);
    for (u32 i = 0; i < 512; i++)
        spec.affinity[i] = (i & 3) << 24 | (i >> 2 & 1) << 16 | (i >> 3 & 1) << 8 | i >> 4 << 3 | 5;
    Machine m(spec);
    std::mt19937 random(1);
    size_t hits = 0;
    for (int i = 0; i < 300; i++) {
        Fields f;
        f.intid = random() % 16, f.list = random() & 0xffff, f.rs = random() % 17 % 16;
        f.aff1 = random() % 2, f.aff2 = random() % 2, f.aff3 = random() % 5;
        m.icc_write(GIC_SGI1R, f.value(), random() % 512);
        const std::set<u32> found = receivers(m, f.intid);
        EXPECT_EQ(found, named(spec, f)) << std::hex << f.value();
        hits += found.size();
        clear(m);
    }
    EXPECT_GT(hits, 100u);
}

} // namespace
