// The registers of the physical GICv3's frames, IHI 0069 chapter 12: which bits of which register
// can be set, for each way to build one, and what the single ones do.
#include "gic/tests/phys_fixture.h"

#include <functional>

namespace {

using phys::Machine;

// --- Which bits can be set, for each way to build one. ---

std::vector<gicv3_spec> builds()
{
    std::vector<gicv3_spec> all = {phys::spec_of(2), phys::full_spec(2)};
    for (u8 lines : {0, 1, 30})
        for (u8 words : {0, 1, 31}) {
            gicv3_spec spec = phys::full_spec(2);
            spec.it_lines = lines;
            spec.espi_words = words;
            spec.eppi_words = words % 2;
            spec.priority_bits = static_cast<u8>(4 + lines % 5);
            spec.preemption_bits = 4;
            spec.ppi_config_writable = words != 1;
            spec.sgi_always_enabled = words == 1;
            spec.has_nmi = lines != 1;
            all.push_back(spec);
        }
    return all;
}

const u32 every_range[][2] = {{0, 31}, {32, 1023}, {1056, 1119}, {4096, 5119}};

void for_each_intid(const std::function<void(u32)> &f)
{
    for (const auto &range : every_range)
        for (u32 intid = range[0]; intid <= range[1]; intid++)
            f(intid);
}

TEST(Bits, OfEveryInterruptAreThereIfTheInterruptIs)
{
    struct {
        const char *name;
        u32 set, set_e, clear, clear_e; // clear == 0: a plain register.
    } const regs[] = {
        {"IGROUPR", 0x80, 0x1000, 0, 0},
        {"ENABLER", 0x100, 0x1200, 0x180, 0x1400},
        {"PENDR", 0x200, 0x1600, 0x280, 0x1800},
        {"ACTIVER", 0x300, 0x1a00, 0x380, 0x1c00},
    };
    for (const gicv3_spec &spec : builds()) {
        Machine m(spec);
        for (const auto &r : regs)
            for_each_intid([&](u32 intid) {
                const bool there = m.exists(intid);
                const bool stuck = intid < 16 && r.set == 0x100 && spec.sgi_always_enabled;
                const u32 first = m.field(1, intid, r.set, r.set_e);
                EXPECT_EQ(first, stuck ? 1u : 0u) << r.name << intid;
                r.clear ? m.poke(1, intid, r.set, r.set_e)
                        : m.change(1, intid, r.set, r.set_e, 1);
                EXPECT_EQ(m.field(1, intid, r.set, r.set_e), there) << r.name << intid;
                if (intid < 32 || (intid >= 1056 && intid < 1120)) {
                    EXPECT_EQ(m.field(0, intid, r.set, r.set_e), stuck ? 1u : 0u) << "banked";
                }
                if (r.clear) {
                    EXPECT_EQ(m.field(1, intid, r.clear, r.clear_e), there);
                    m.poke(1, intid, r.set, r.set_e, 0);
                    m.poke(1, intid, r.clear, r.clear_e, 0);
                    EXPECT_EQ(m.field(1, intid, r.set, r.set_e), there) << "zeros do nothing";
                    m.poke(1, intid, r.clear, r.clear_e);
                } else
                    m.change(1, intid, r.set, r.set_e, 0);
                EXPECT_EQ(m.field(1, intid, r.set, r.set_e), stuck ? 1u : 0u) << r.name << intid;
            });
        m.check();
    }
}

TEST(Bits, OfTheDistributorBelow32AreRazWi)
{
    Machine m(phys::full_spec(1));
    for (u32 off : {0x80u, 0x100u, 0x180u, 0x200u, 0x280u, 0x300u, 0x380u, 0x400u, 0x41cu, 0xc00u,
                    0xc04u, 0xf80u}) {
        m.d_write(off, UINT32_MAX);
        EXPECT_EQ(m.d(off), 0u) << std::hex << off;
    }
}

TEST(Priorities, KeepTheirImplementedBits)
{
    const u32 masks[] = {0xf0, 0xf8, 0xfc, 0xfe, 0xff}; // 4..8 bits.
    for (u8 bits = 4; bits <= 8; bits++) {
        gicv3_spec spec = phys::full_spec(2);
        spec.priority_bits = bits;
        spec.preemption_bits = 4;
        spec.it_lines = 20;
        Machine m(spec);
        for_each_intid([&](u32 intid) {
            const u32 want = m.exists(intid) ? masks[bits - 4] : 0;
            m.priority(intid, 0xff, 1);
            EXPECT_EQ(m.field(1, intid, 0x400, 0x2000, 8), want) << intid;
        });
        m.check();
    }
}

TEST(Priorities, AreWrittenByByteAndByWord)
{
    Machine m(phys::full_spec(1));
    for (u32 off : {0x10400u, 0x1041cu, 0x10420u, 0x1045cu}) {
        m.r_write(0, off, 0x44332211);
        for (u32 i = 0; i < 4; i++)
            EXPECT_EQ(m.r(0, off + i, 1), 0x11u * (i + 1));
        m.r_write(0, off + 2, 0x99, 1);
        EXPECT_EQ(m.r(0, off), 0x44992211u);
    }
    for (u32 off : {0x420u, 0x7f8u, 0x2000u, 0x23fcu}) {
        m.d_write(off, 0x44332211);
        m.d_write(off + 3, 0xf7, 1);
        EXPECT_EQ(m.d(off), 0xf7332211u) << std::hex << off;
    }
    m.d_write(0x7fc, UINT32_MAX); // 1020..1023
    EXPECT_EQ(m.d(0x7fc), 0u);
}

TEST(Configuration, IsTwoBitsOfWhichTheUpperCounts)
{
    for (const gicv3_spec &spec : builds()) {
        Machine m(spec);
        for_each_intid([&](u32 intid) {
            const bool is_private = intid < 32 || (intid >= 1056 && intid < 1120);
            const bool changes = m.exists(intid) && intid >= 16 &&
                                 (!is_private || spec.ppi_config_writable);
            m.change(1, intid, 0xc00, 0x3000, 3, 2);
            const u32 all = m.field(1, intid, 0xc00, 0x3000, 2);
            EXPECT_EQ(all, changes || intid < 16 ? 2u : 0u) << intid;
            m.change(1, intid, 0xc00, 0x3000, 1, 2);
            EXPECT_EQ(m.field(1, intid, 0xc00, 0x3000, 2), intid < 16 ? 2u : 0u) << intid;
        });
        m.check();
    }
}

// RES0 for group 0, RAZ/WI without the feature.
TEST(NonMaskable, BelongsToGroup1)
{
    for (const gicv3_spec &spec : builds()) {
        Machine m(spec);
        for_each_intid([&](u32 intid) {
            m.nmi(intid, 1, 1);
            EXPECT_EQ(m.field(1, intid, 0xf80, 0x3b00), 0u) << intid;
            m.group(intid, 1, 1);
            m.nmi(intid, 1, 1);
            const u32 want = m.exists(intid) && spec.has_nmi;
            EXPECT_EQ(m.field(1, intid, 0xf80, 0x3b00), want) << intid;
            m.group(intid, 0, 1);
            m.group(intid, 1, 1);
            EXPECT_EQ(m.field(1, intid, 0xf80, 0x3b00), 0u) << "lost in group 0 " << intid;
        });
        m.check();
    }
}

TEST(Route, KeepsAffinityAndModeInWholeAndInHalves)
{
    for (bool a3v : {false, true})
        for (bool no_1_of_n : {false, true}) {
            gicv3_spec spec = phys::full_spec(1);
            spec.has_a3v = a3v;
            spec.no_1_of_n = no_1_of_n;
            Machine m(spec);
            const u32 low = no_1_of_n ? 0x00ffffff : 0x80ffffff, high = a3v ? 0xff : 0;
            for (u32 off : {0x6100u, 0x6108u, 0x7fd8u, 0x8000u, 0x9ff8u}) {
                EXPECT_EQ(gicv3_dist_read(&m.s, off, 8), 0u);
                m.d_write(off, UINT64_MAX, 8);
                EXPECT_EQ(gicv3_dist_read(&m.s, off, 8), u64{high} << 32 | low);
                m.d_write(off, 0x12);
                EXPECT_EQ(gicv3_dist_read(&m.s, off, 8), u64{high} << 32 | 0x12);
                m.d_write(off + 4, 0x34);
                EXPECT_EQ(m.d(off + 4), high & 0x34);
                EXPECT_EQ(m.d(off), 0x12u);
            }
            m.check();
        }
    gicv3_spec few = phys::spec_of(1);
    few.it_lines = 1;
    Machine m(few);
    for (u32 off : {0x6200u, 0x7fd8u, 0x8000u, 0x9ff8u}) {
        m.d_write(off, UINT64_MAX, 8);
        EXPECT_EQ(gicv3_dist_read(&m.s, off, 8), 0u) << std::hex << off;
    }
    m.d_write(0x61f8, UINT64_MAX, 8);
    EXPECT_EQ(gicv3_dist_read(&m.s, 0x61f8, 8), 0xff80ffffffu);
}

// --- Single registers. ---

TEST(Control, OfTheDistributorHasTwoBits)
{
    Machine m(phys::full_spec(1));
    m.d_write(0, UINT32_MAX);
    EXPECT_EQ(m.d(0), 0x53u) << "no E1NWF, no nASSGIreq, no RWP";
    m.d_write(0, 0);
    EXPECT_EQ(m.d(0), 0x50u);
    m.d_write(0, 2);
    EXPECT_EQ(m.d(0), 0x52u);
}

TEST(Control, OfARedistributorHasItsOptOuts)
{
    for (u8 has_dpg : {0, 1}) {
        gicv3_spec spec = phys::full_spec(2);
        spec.has_dpg = has_dpg;
        Machine m(spec);
        m.r_write(1, 0, UINT32_MAX);
        EXPECT_EQ(m.r(1, 0), has_dpg ? 0x03000000u : 0u) << "no LPIs, no DPG1S, no RWP or UWP";
        EXPECT_EQ(m.r(0, 0), 0u);
        m.check();
    }
}

TEST(Control, WakerIsAHandshakeOfTwoBits)
{
    Machine m(phys::full_spec(2));
    m.r_write(1, 0x14, 4); // ChildrenAsleep is read-only.
    EXPECT_EQ(m.r(1, 0x14), 0u);
    m.r_write(1, 0x14, UINT32_MAX);
    EXPECT_EQ(m.r(1, 0x14), 6u);
    m.r_write(1, 0x14, ~2u);
    EXPECT_EQ(m.r(1, 0x14), 0u);
    EXPECT_EQ(m.r(0, 0x14), 6u);
}

// RRD, WRD: reserved; RWOD, WROD: the wrong direction. Written ones clear.
TEST(Status, NotesWhatWentWrong)
{
    struct {
        u32 off, size;
        bool is_write;
        u32 note;
    } const dist[] = {
        {0x0014, 4, false, 1}, {0x0014, 4, true, 2}, // Reserved.
        {0x0000, 8, false, 1}, {0x0000, 1, true, 2}, // Of a wrong size,
        {0x0402, 4, true, 2},  {0x10000, 4, false, 1}, // alignment, or beyond.
        {0x0004, 4, true, 8},  {0x0008, 4, true, 8}, {0xffe8, 4, true, 8}, // Read-only.
        {0x0040, 4, false, 4}, {0x0048, 2, false, 4}, // Write-only.
        {0x0004, 4, false, 0}, {0x0040, 4, true, 0}, {0x0104, 4, true, 0}, {0x0e00, 4, true, 0},
    }, redist[] = {
        {0x0020, 4, false, 1}, {0x0020, 4, true, 2}, {0x0014, 2, false, 1}, {0x20000, 4, true, 2},
        {0x0004, 4, true, 8},  {0x0008, 8, true, 8}, {0x000c, 4, true, 8},
        {0x0008, 8, false, 0}, {0x10400, 1, true, 0}, {0x10100, 4, true, 0}, {0x0070, 8, true, 0},
    };
    gicv3_spec spec = phys::full_spec(2);
    spec.has_statusr = 1;
    Machine m(spec);
    for (const auto &r : dist) {
        r.is_write ? m.d_write(r.off, 0, r.size) : void(m.d(r.off, r.size));
        EXPECT_EQ(m.d(0x10), r.note) << std::hex << r.off;
        EXPECT_EQ(m.r(1, 0x10), 0u) << "each frame has its own";
        m.d_write(0x10, ~r.note);
        EXPECT_EQ(m.d(0x10), r.note) << "zeros leave it";
        m.d_write(0x10, r.note);
        EXPECT_EQ(m.d(0x10), 0u);
    }
    for (const auto &r : redist) {
        r.is_write ? m.r_write(1, r.off, 0, r.size) : void(m.r(1, r.off, r.size));
        EXPECT_EQ(m.r(1, 0x10), r.note) << std::hex << r.off;
        EXPECT_EQ(m.r(0, 0x10) | m.d(0x10), 0u);
        m.r_write(1, 0x10, r.note);
        EXPECT_EQ(m.r(1, 0x10), 0u);
    }
    m.d(0x14), m.d_write(0x14, 0), m.d(0x40), m.d_write(4, 0);
    EXPECT_EQ(m.d(0x10), 15u) << "they add up";
    m.check();
}

// Messages: the wire of a level SPI, edges of an edge SPI; 16 bits are enough.
TEST(Messages, PendAndUnpendSpis)
{
    Machine m(phys::full_spec(1));
    m.wake_all();
    for (u32 size : {2u, 4u})
        for (u32 intid : {32u, 1019u, 4096u, 5119u})
            for (bool is_edge : {false, true}) {
                m.prepare(intid, 1, 0x80);
                m.edge(intid, is_edge);
                m.d_write(0x40, intid, size);
                EXPECT_TRUE(m.is_pending(intid)) << intid;
                EXPECT_EQ(m.lines(), GICV3_LINE_IRQ);
                m.d_write(0x48, intid, size);
                EXPECT_FALSE(m.is_pending(intid)) << intid;
                EXPECT_EQ(m.lines(), 0u);
                m.d_write(0x40, intid, size);
                EXPECT_EQ(m.icc(GIC_IAR1), intid);
                EXPECT_EQ(m.is_pending(intid), !is_edge) << "a level message stays";
                m.d_write(0x48, intid, size);
                m.icc_write(GIC_EOIR1, intid);
                EXPECT_EQ(m.lines(), 0u);
                m.check();
            }
    EXPECT_EQ(m.d(0x40), 0u) << "write-only";
}

TEST(Messages, HaveNoEffectOnAnythingElse)
{
    Machine m(phys::full_spec(1));
    const std::vector<u8> before = m.image();
    for (u32 intid : {0u, 16u, 31u, 1020u, 1023u, 1056u, 1119u, 4095u, 5120u, 8191u}) {
        m.d_write(0x40, intid);
        m.d_write(0x48, intid);
        EXPECT_EQ(m.image(), before) << intid;
    }
    m.d_write(0x42, 40, 2); // The upper half is RES0.
    m.d_write(0x50, 40);    // The Secure ones are WI with one security state.
    m.d_write(0x58, 40);
    EXPECT_EQ(m.image(), before);
    gicv3_spec spec = phys::full_spec(1);
    spec.has_mbis = 0;
    Machine without(spec);
    without.d_write(0x40, 40);
    EXPECT_EQ(without.image(), before) << "GICD_TYPER.MBIS is 0";
}

} // namespace
