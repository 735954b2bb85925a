// The memory-mapped frames: every row of both tables at every width, all that has no row, and what
// each row does to the interrupts.
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr u32 sgi_base = 0x10000;

struct Frames : testing::Test {
    gic g{};
    gic_dist d{};

    void SetUp() override
    {
        gic_dist_init(&d);
        gic_init(&g, 0, 4);
    }

    u64 rd(u32 off, u32 size = 4, bool last = false)
    {
        return gicr_read(&g, &d, last, off, size);
    }
    bool wr(u32 off, u64 value, u32 size = 4)
    {
        return gicr_write(&g, &d, off, size, value);
    }
    u32 sgi(u32 off)
    {
        return static_cast<u32>(rd(sgi_base + off));
    }
    bool sgi(u32 off, u32 value)
    {
        return wr(sgi_base + off, value);
    }

    std::vector<u8> image() const
    {
        std::vector<u8> bytes(sizeof(g) + sizeof(d));
        memcpy(bytes.data(), &g, sizeof(g));
        memcpy(bytes.data() + sizeof(g), &d, sizeof(d));
        return bytes;
    }
};

// Offsets, widths and reset values once more, as the manual and KVM's documentation give them.
struct expected_row {
    u32 off, len;
    u8 widths;
    u64 reset;
    const char *name;
};

// clang-format off
const expected_row gicd_rows[] = {
    {0x0000, 4, REG_32, 0x50, "GICD_CTLR"},
    {0x0004, 4, REG_32, 0x00480000, "GICD_TYPER"},
    {0x0008, 4, REG_32, 0x4b00343b, "GICD_IIDR"},
    {0x000c, 4, REG_32, 0, "GICD_TYPER2"},
    {0x0010, 4, REG_32, 0xffffffff, "GICD_STATUSR"},
    {0x0080, 0x80, REG_32, UINT64_MAX, "GICD_IGROUPR<n>"},
    {0x0100, 0x80, REG_32, 0, "GICD_ISENABLER<n>"},
    {0x0180, 0x80, REG_32, 0, "GICD_ICENABLER<n>"},
    {0x0200, 0x80, REG_32, 0, "GICD_ISPENDR<n>"},
    {0x0280, 0x80, REG_32, 0, "GICD_ICPENDR<n>"},
    {0x0300, 0x80, REG_32, 0, "GICD_ISACTIVER<n>"},
    {0x0380, 0x80, REG_32, 0, "GICD_ICACTIVER<n>"},
    {0x0400, 0x400, REG_8 | REG_32, 0, "GICD_IPRIORITYR<n>"},
    {0x0800, 0x400, REG_8 | REG_32, 0, "GICD_ITARGETSR<n>"},
    {0x0c00, 0x100, REG_32, 0, "GICD_ICFGR<n>"},
    {0x0d00, 0x80, REG_32, 0, "GICD_IGRPMODR<n>"},
    {0x0f80, 0x80, REG_32, 0, "GICD_INMIR<n>"},
    {0x6000, 8 * 1024, REG_32 | REG_64, 0, "GICD_IROUTER<n>"},
    {0xffd0, 0x18, REG_32, 0, "GICD_PIDR4..7, PIDR0..1"},
    {0xffe8, 4, REG_32, 0x3b, "GICD_PIDR2"},
    {0xffec, 0x14, REG_32, 0, "GICD_PIDR3, CIDR0..3"},
};

const expected_row gicr_rows[] = {
    {0x0000, 4, REG_32, 6, "GICR_CTLR"},
    {0x0004, 4, REG_32, 0x4b00043b, "GICR_IIDR"},
    {0x0008, 8, REG_32 | REG_64, 0, "GICR_TYPER"},
    {0x0010, 4, REG_32, 0, "GICR_STATUSR"},
    {0x0014, 4, REG_32, 0, "GICR_WAKER"},
    {0x0070, 8, REG_32 | REG_64, 0, "GICR_PROPBASER"},
    {0x0078, 8, REG_32 | REG_64, 0x580, "GICR_PENDBASER"},
    {0x00a0, 8, REG_32 | REG_64, 0, "GICR_INVLPIR"},
    {0x00b0, 8, REG_32 | REG_64, 0, "GICR_INVALLR"},
    {0x00c0, 4, REG_32, 0, "GICR_SYNCR"},
    {0xffd0, 0x18, REG_32, 0, "GICR_PIDR4..7, PIDR0..1"},
    {0xffe8, 4, REG_32, 0x3b, "GICR_PIDR2"},
    {0xffec, 0x14, REG_32, 0, "GICR_PIDR3, CIDR0..3"},
    {0x10080, 4, REG_32, 0xffffffff, "GICR_IGROUPR0"},
    {0x10100, 4, REG_32, 0x0000ffff, "GICR_ISENABLER0"},
    {0x10180, 4, REG_32, 0x0000ffff, "GICR_ICENABLER0"},
    {0x10200, 4, REG_32, 0, "GICR_ISPENDR0"},
    {0x10280, 4, REG_32, 0, "GICR_ICPENDR0"},
    {0x10300, 4, REG_32, 0, "GICR_ISACTIVER0"},
    {0x10380, 4, REG_32, 0, "GICR_ICACTIVER0"},
    {0x10400, 32, REG_8 | REG_32, 0, "GICR_IPRIORITYR<n>"},
    {0x10c00, 8, REG_32, 0xaaaaaaaa, "GICR_ICFGR<n>"},
    {0x10d00, 4, REG_32, 0, "GICR_IGRPMODR0"},
    {0x10e00, 4, REG_32, 0, "GICR_NSACR"},
    {0x10f80, 4, REG_32, 0, "GICR_INMIR0"},
};
// clang-format on

template <size_t n> void expect_table(const reg *table, size_t count, const expected_row (&rows)[n])
{
    ASSERT_EQ(count, n);
    EXPECT_TRUE(reg_table_is_sound(table, count));
    for (size_t i = 0; i < n; i++) {
        SCOPED_TRACE(rows[i].name);
        EXPECT_STREQ(table[i].name, rows[i].name);
        EXPECT_EQ(table[i].off, rows[i].off);
        EXPECT_EQ(table[i].len, rows[i].len);
        EXPECT_EQ(table[i].widths, rows[i].widths);
        EXPECT_EQ(table[i].reset, rows[i].reset);
    }
}

// What an access at `off` must read after reset: 0 unless a row has it with this width.
template <size_t n> u64 reset_at(const expected_row (&rows)[n], u32 off, u32 size)
{
    for (const expected_row &r : rows) {
        if (off < r.off || off >= r.off + r.len)
            continue;
        u32 shift = 8 * (off - r.off);
        bool is_width = (r.widths & size) == size && (size & (size - 1)) == 0;
        if (!is_width || off % size != 0 || shift >= 64)
            return 0;
        return size == 8 ? r.reset : (r.reset >> shift) & ((1ull << (8 * size)) - 1);
    }
    return 0;
}

TEST_F(Frames, TheDistributorHasTheRowsThatKvmServes)
{
    size_t count;
    const reg *table = gicd_table(&count);
    expect_table(table, count, gicd_rows);
}

TEST_F(Frames, TheRedistributorHasTheRowsThatKvmServes)
{
    size_t count;
    const reg *table = gicr_table(&count);
    expect_table(table, count, gicr_rows);
}

TEST_F(Frames, AfterResetEveryAddressReadsItsResetValueOrZeroAtEveryWidth)
{
    for (u32 size : {1u, 2u, 3u, 4u, 5u, 8u, 16u}) {
        for (u32 off = 0; off < 0x10000; off++) { // No SPIs: no groups of them either.
            bool is_group = off >= 0x80 && off < 0x100;
            ASSERT_EQ(gicd_read(&d, off, size), is_group ? 0 : reset_at(gicd_rows, off, size))
                << "GICD " << std::hex << off << " size " << size;
        }
        for (u32 off = 0; off < 0x20000; off++)
            ASSERT_EQ(rd(off, size), reset_at(gicr_rows, off, size))
                << "GICR " << std::hex << off << " size " << size;
    }
}

// These are all rows that a write can change; anything else changes nothing, at any width.
bool is_writable(u32 off, u32 size)
{
    if (off % size != 0)
        return false;
    if (off >= 0x10400 && off < 0x10420)
        return size == 1 || size == 4;
    if (off >= 0x70 && off < 0x80)
        return size == 4 || size == 8;
    for (u32 row : {0x10080u, 0x10100u, 0x10180u, 0x10200u, 0x10280u, 0x10300u, 0x10380u})
        if (off == row)
            return size == 4;
    return false;
}

TEST_F(Frames, WritesOutsideOfTheWritableRowsChangeNothingAtAnyWidth)
{
    const std::vector<u8> before = image();

    for (u32 size : {1u, 2u, 3u, 4u, 8u, 16u}) {
        for (u32 off = 0; off < 0x10000; off++)
            if (off != 0 || size != 4)
                gicd_write(&d, off, size, UINT64_MAX);
        for (u32 off = 0; off < 0x20000; off++)
            if (!is_writable(off, size)) {
                ASSERT_FALSE(wr(off, UINT64_MAX, size)) << std::hex << off;
            }
        ASSERT_EQ(image(), before) << "size " << size;
    }
}

TEST_F(Frames, EveryRowTellsItsAccess)
{
    struct {
        const char *row, *access;
    } const rows[] = {
        {"GICD_CTLR", "RW"},           {"GICD_TYPER", "RO"},          {"GICD_IIDR", "RO"},
        {"GICD_TYPER2", "RAZ/WI"},     {"GICD_STATUSR", "RO"},        {"GICD_IGROUPR<n>", "RW"},
        {"GICD_ISENABLER<n>", "W1S"},  {"GICD_ICENABLER<n>", "W1C"},  {"GICD_ISPENDR<n>", "W1S"},
        {"GICD_ICPENDR<n>", "W1C"},    {"GICD_ISACTIVER<n>", "W1S"},  {"GICD_ICACTIVER<n>", "W1C"},
        {"GICD_IPRIORITYR<n>", "RW"},  {"GICD_ITARGETSR<n>", "RAZ/WI"}, {"GICD_ICFGR<n>", "RW"},
        {"GICD_IGRPMODR<n>", "RAZ/WI"}, {"GICD_INMIR<n>", "RW"},      {"GICD_IROUTER<n>", "RW"},
        {"GICD_PIDR2", "RO"},          {"GICR_CTLR", "RO"},           {"GICR_TYPER", "RO"},
        {"GICR_WAKER", "RAZ/WI"},      {"GICR_PROPBASER", "RW"},      {"GICR_PENDBASER", "RW"},
        {"GICR_IGROUPR0", "RW"},       {"GICR_ISENABLER0", "W1S"},    {"GICR_ICENABLER0", "W1C"},
        {"GICR_ISPENDR0", "W1S"},      {"GICR_ICPENDR0", "W1C"},      {"GICR_ISACTIVER0", "W1S"},
        {"GICR_ICACTIVER0", "W1C"},    {"GICR_IPRIORITYR<n>", "RW"},  {"GICR_ICFGR<n>", "RO"},
        {"GICR_NSACR", "RAZ/WI"},      {"GICR_INMIR0", "RW"},
    };
    for (const auto &r : rows) {
        size_t counts[2], found = 0;
        const reg *tables[2] = {gicd_table(&counts[0]), gicr_table(&counts[1])};
        for (int t = 0; t < 2; t++)
            for (size_t i = 0; i < counts[t]; i++)
                if (std::string(tables[t][i].name) == r.row) {
                    EXPECT_STREQ(gic_row_access(&tables[t][i]), r.access) << r.row;
                    found++;
                }
        EXPECT_EQ(found, 1u) << r.row;
    }
}

TEST_F(Frames, OnlyTheEnableBitOfGicdCtlrCanBeWritten)
{
    gicd_write(&d, 0, 4, 0xffffffff);
    EXPECT_EQ(gicd_read(&d, 0, 4), 0x52u);
    gicd_write(&d, 0, 4, ~2u);
    EXPECT_EQ(gicd_read(&d, 0, 4), 0x50u);
}

TEST_F(Frames, TyperShowsNumberAffinityAndLast)
{
    struct {
        u32 cpu;
        u64 typer;
    } const cases[] = {
        {0, 0},
        {5, 0x0000000500000500},
        {15, 0x0000000f00000f00},
        {16, 0x0000010000001000},
        {0xfff, 0x0000ff0f000fff00},
        {0x1000, 0x0001000000100000},
        {0x80000, 0x0080000000000000},
    };
    for (const auto &c : cases) {
        g.cpu = c.cpu;
        EXPECT_EQ(rd(8, 8), c.typer);
        EXPECT_EQ(rd(8, 8, true), c.typer | 0x10);
        EXPECT_EQ(rd(8, 4, true), (c.typer & 0xffffffff) | 0x10);
        EXPECT_EQ(rd(12, 4, true), c.typer >> 32);
    }
}

// Set and clear registers: field after reset, and that a zero bit does nothing.
struct pair {
    u32 set, clear;
    u32 reset;
};
const pair pairs[] = {{0x100, 0x180, 0x0000ffff}, {0x200, 0x280, 0}, {0x300, 0x380, 0}};

TEST_F(Frames, OnesSetInTheSetRegisterAndClearInTheClearRegister)
{
    for (const pair &p : pairs) {
        SCOPED_TRACE(p.set);
        g.irq[GIC_INTID_VTIMER].hw = 0; // The pending bit of a mapped one is another test.
        u32 bits = p.reset;
        for (u32 value : {0u, 1u, 0x80000000u, 0x12345678u, 0x0000ffffu, 0xffffffffu}) {
            sgi(p.set, value);
            bits |= value;
            EXPECT_EQ(sgi(p.set), bits);
            EXPECT_EQ(sgi(p.clear), bits);
            sgi(p.clear, value ^ 0x00ff00ff);
            bits &= ~(value ^ 0x00ff00ff);
            EXPECT_EQ(sgi(p.set), bits);
            EXPECT_EQ(sgi(p.clear), bits);
            gic_check(&g);
        }
        SetUp();
    }
}

TEST_F(Frames, EachBitIsItsOwnInterrupt)
{
    for (u32 i = 0; i < 32; i++) {
        SetUp();
        sgi(0x080, ~(1u << i));
        sgi(0x180, 0xffffffff);
        sgi(0x100, 1u << i);
        sgi(0x200, 1u << i);
        sgi(0x300, 1u << i);
        wr(sgi_base + 0x400 + i, 0xa8, 1);
        for (u32 k = 0; k < 32; k++) {
            bool is = k == i;
            EXPECT_EQ(g.irq[k].group, !is);
            EXPECT_EQ(g.irq[k].enabled, is);
            EXPECT_EQ(g.irq[k].pending_latch, is);
            EXPECT_EQ(g.irq[k].active, is);
            EXPECT_EQ(g.irq[k].priority, is ? 0xa8 : 0);
        }
    }
}

TEST_F(Frames, GroupsAreStoredBitForBit)
{
    for (u32 value : {0u, 0xffffffffu, 0xdeadbeefu}) {
        sgi(0x080, value);
        EXPECT_EQ(sgi(0x080), value);
    }
}

TEST_F(Frames, PrioritiesKeepFiveBitsByBytesAndWords)
{
    wr(sgi_base + 0x400, 0xffa7f807);
    EXPECT_EQ(rd(sgi_base + 0x400), 0xf8a0f800u);
    EXPECT_EQ(rd(sgi_base + 0x401, 1), 0xf8u);
    wr(sgi_base + 0x41f, 0x5f, 1);
    EXPECT_EQ(rd(sgi_base + 0x41c), 0x58000000u);
    EXPECT_EQ(g.irq[31].priority, 0x58);
    wr(sgi_base + 0x400, 0, 2); // Halfwords do not exist.
    EXPECT_EQ(rd(sgi_base + 0x400), 0xf8a0f800u);
    EXPECT_EQ(rd(sgi_base + 0x400, 2), 0u);
}

TEST_F(Frames, TheTriggersAreReadOnly)
{
    EXPECT_EQ(sgi(0xc00), 0xaaaaaaaau);
    EXPECT_EQ(sgi(0xc04), 0u);
    sgi(0xc00, 0);
    sgi(0xc04, 0xffffffff);
    EXPECT_EQ(sgi(0xc00), 0xaaaaaaaau);
    EXPECT_EQ(sgi(0xc04), 0u);
    g.irq[22].edge = 1; // What an edge PPI would show.
    EXPECT_EQ(sgi(0xc04), 1u << 13);
}

TEST_F(Frames, PendingReadsLatchOrWireAndClearingLeavesTheWire)
{
    gic_inject(&g, &d, 22, true);
    EXPECT_EQ(sgi(0x200), 1u << 22);
    sgi(0x280, 1u << 22);
    EXPECT_EQ(sgi(0x280), 1u << 22);
    gic_inject(&g, &d, 22, false);
    EXPECT_EQ(sgi(0x200), 0u);
}

TEST_F(Frames, PendingOfAMappedInterruptIsThePhysicalWire)
{
    sgi(0x200, 1u << GIC_INTID_VTIMER);
    EXPECT_EQ(sgi(0x200), 0u);
    EXPECT_TRUE(gic_is_pending(&g, GIC_INTID_VTIMER));
    gic_inject(&g, &d, GIC_INTID_VTIMER, true);
    EXPECT_EQ(sgi(0x280), 1u << GIC_INTID_VTIMER);
}

TEST_F(Frames, EnablingAMappedInterruptSamplesItsWire)
{
    gicd_write(&d, 0, 4, 2);
    g.irq[GIC_INTID_VTIMER].phys_level = 1;
    EXPECT_TRUE(sgi(0x100, 1u << GIC_INTID_VTIMER));
    EXPECT_EQ(g.irq[GIC_INTID_VTIMER].line_level, 1);
    g.irq[GIC_INTID_VTIMER].phys_level = 0;
    EXPECT_FALSE(sgi(0x100, 1u << GIC_INTID_VTIMER));
    EXPECT_EQ(g.irq[GIC_INTID_VTIMER].line_level, 0);
    g.irq[22].phys_level = 1; // Not mapped: not looked at.
    EXPECT_FALSE(sgi(0x100, 1u << 22));
    EXPECT_EQ(g.irq[22].line_level, 0);
}

// A write kicks if it leaves something that the vCPU must see, whether it was queued before or not.
TEST_F(Frames, SettingQueuesAndKicksLikeAnInjectionAndClearingDoesNot)
{
    gicd_write(&d, 0, 4, 2);
    EXPECT_FALSE(gic_inject(&g, &d, 22, true)); // Disabled.
    EXPECT_EQ(g.ap_count, 0u);
    EXPECT_FALSE(sgi(0x100, 1u << 21)); // Not pending.
    EXPECT_TRUE(sgi(0x100, 1u << 22));
    EXPECT_EQ(g.ap_count, 1u);
    EXPECT_TRUE(sgi(0x100, 1u << 22));
    EXPECT_EQ(g.ap_count, 1u);
    EXPECT_TRUE(sgi(0x080, 0)); // Any group write looks at all of them.
    EXPECT_FALSE(sgi(0x180, 1u << 22));
    EXPECT_FALSE(sgi(0x080, 0));
    EXPECT_FALSE(sgi(0x200, 1u << 16)); // Disabled.
    EXPECT_TRUE(sgi(0x200, 1u << 1));
    EXPECT_FALSE(sgi(0x280, 1u << 1));
    EXPECT_TRUE(sgi(0x300, 1u << 16)); // Active wins over disabled.
    EXPECT_FALSE(sgi(0x380, 1u << 16));
    EXPECT_FALSE(wr(sgi_base + 0x410, 0xa0, 1));
    EXPECT_EQ(g.ap_count, 3u); // What fell away is dropped at the next sync.
    gic_sync(&g, &d);
    EXPECT_EQ(g.ap_count, 0u);
    gic_check(&g);
}

TEST_F(Frames, ADisabledDistributorQueuesOnlyActiveInterrupts)
{
    EXPECT_FALSE(sgi(0x200, 2));
    EXPECT_TRUE(sgi(0x300, 4));
    EXPECT_EQ(g.ap_count, 1u);
    gicd_write(&d, 0, 4, 2);
    EXPECT_EQ(g.ap_count, 1u); // Enabling queues nothing by itself.
    EXPECT_TRUE(sgi(0x100, 2));
    EXPECT_EQ(g.ap_count, 2u);
}

TEST_F(Frames, PropbaserIsSharedAndKeepsWhatKvmOffers)
{
    struct {
        u64 written, read;
    } const cases[] = {
        {0, 3u << 7},                                 // nCnB -> RaWb
        {1u << 7, 3u << 7},                           // nC -> RaWb
        {7u << 7, 7u << 7},                           // RaWaWb
        {2u << 10 | 7u << 7, 1u << 10 | 7u << 7},     // outer shareable -> inner
        {3u << 10 | 7u << 7, 3u << 10 | 7u << 7},     // reserved value, kept
        {1ull << 56 | 7u << 7, 1ull << 56 | 7u << 7}, // outer nC
        {7ull << 56 | 7u << 7, 1ull << 56 | 7u << 7}, // outer cacheable -> nC
        {4ull << 56 | 7u << 7, 1ull << 56 | 7u << 7},
        {0x000f123456789000 | 7u << 7, 0x000f123456789000 | 7u << 7},
        {UINT64_MAX, 0x010fffffffffff9f},
    };
    gic other{};
    gic_init(&other, 1, 4);
    for (const auto &c : cases) {
        wr(0x70, c.written, 8);
        EXPECT_EQ(rd(0x70, 8), c.read);
        EXPECT_EQ(gicr_read(&other, &d, true, 0x70, 8), c.read);
    }
}

TEST_F(Frames, PendbaserIsOwnAndLacksIdbitsAndPtz)
{
    gic other{};
    gic_init(&other, 1, 4);
    wr(0x78, UINT64_MAX, 8);
    EXPECT_EQ(rd(0x78, 8), 0x010fffffffff0f80u);
    EXPECT_EQ(gicr_read(&other, &d, false, 0x78, 8), 0x580u);
}

TEST_F(Frames, BaseRegistersCanBeWrittenInHalves)
{
    for (u32 off : {0x70u, 0x78u}) {
        wr(off, 0x80010780, 4);
        wr(off + 4, 0x00000012, 4);
        EXPECT_EQ(rd(off, 8), 0x0000001280010780u);
        EXPECT_EQ(rd(off, 4), 0x80010780u);
        EXPECT_EQ(rd(off + 4, 4), 0x12u);
    }
}

} // namespace
