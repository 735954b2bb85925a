// The memory-mapped frames of the physical GICv3, IHI 0069 chapter 12: every row at every width,
// all that has no row, resets and identification.
#include "gic/tests/phys_fixture.h"

namespace {

using phys::Machine;

struct expected_row {
    u32 off, len;
    u8 widths;
    const char *name;
};

constexpr u8 w32 = REG_32, w8 = REG_8 | REG_32, w16 = REG_16 | REG_32, w64 = REG_32 | REG_64;

// Offsets and widths once more, as the manual has them.
// clang-format off
const expected_row dist_rows[] = {
    {0x0000, 0x004, w32, "GICD_CTLR"},          {0x0004, 0x004, w32, "GICD_TYPER"},
    {0x0008, 0x004, w32, "GICD_IIDR"},          {0x000c, 0x004, w32, "GICD_TYPER2"},
    {0x0010, 0x004, w32, "GICD_STATUSR"},       {0x0040, 0x004, w16, "GICD_SETSPI_NSR"},
    {0x0048, 0x004, w16, "GICD_CLRSPI_NSR"},    {0x0050, 0x004, w16, "GICD_SETSPI_SR"},
    {0x0058, 0x004, w16, "GICD_CLRSPI_SR"},     {0x0080, 0x080, w32, "GICD_IGROUPR<n>"},
    {0x0100, 0x080, w32, "GICD_ISENABLER<n>"},  {0x0180, 0x080, w32, "GICD_ICENABLER<n>"},
    {0x0200, 0x080, w32, "GICD_ISPENDR<n>"},    {0x0280, 0x080, w32, "GICD_ICPENDR<n>"},
    {0x0300, 0x080, w32, "GICD_ISACTIVER<n>"},  {0x0380, 0x080, w32, "GICD_ICACTIVER<n>"},
    {0x0400, 0x400, w8,  "GICD_IPRIORITYR<n>"}, {0x0800, 0x400, w8,  "GICD_ITARGETSR<n>"},
    {0x0c00, 0x100, w32, "GICD_ICFGR<n>"},      {0x0d00, 0x080, w32, "GICD_IGRPMODR<n>"},
    {0x0e00, 0x100, w32, "GICD_NSACR<n>"},      {0x0f00, 0x004, w32, "GICD_SGIR"},
    {0x0f10, 0x010, w8,  "GICD_CPENDSGIR<n>"},  {0x0f20, 0x010, w8,  "GICD_SPENDSGIR<n>"},
    {0x0f80, 0x080, w32, "GICD_INMIR<n>"},
    {0x1000, 0x080, w32, "GICD_IGROUPR<n>E"},   {0x1200, 0x080, w32, "GICD_ISENABLER<n>E"},
    {0x1400, 0x080, w32, "GICD_ICENABLER<n>E"}, {0x1600, 0x080, w32, "GICD_ISPENDR<n>E"},
    {0x1800, 0x080, w32, "GICD_ICPENDR<n>E"},   {0x1a00, 0x080, w32, "GICD_ISACTIVER<n>E"},
    {0x1c00, 0x080, w32, "GICD_ICACTIVER<n>E"}, {0x2000, 0x400, w8,  "GICD_IPRIORITYR<n>E"},
    {0x3000, 0x100, w32, "GICD_ICFGR<n>E"},     {0x3400, 0x080, w32, "GICD_IGRPMODR<n>E"},
    {0x3600, 0x100, w32, "GICD_NSACR<n>E"},     {0x3b00, 0x080, w32, "GICD_INMIR<n>E"},
    {0x6100, 0x1ee0, w64, "GICD_IROUTER<n>"},   {0x8000, 0x2000, w64, "GICD_IROUTER<n>E"},
    {0xffd0, 4, w32, "GICD_PIDR4"}, {0xffd4, 12, w32, "GICD_PIDR5..7"},
    {0xffe0, 4, w32, "GICD_PIDR0"}, {0xffe4, 4, w32, "GICD_PIDR1"}, {0xffe8, 4, w32, "GICD_PIDR2"},
    {0xffec, 4, w32, "GICD_PIDR3"}, {0xfff0, 4, w32, "GICD_CIDR0"}, {0xfff4, 4, w32, "GICD_CIDR1"},
    {0xfff8, 4, w32, "GICD_CIDR2"}, {0xfffc, 4, w32, "GICD_CIDR3"},
};

const expected_row redist_rows[] = {
    {0x0000, 4, w32, "GICR_CTLR"},       {0x0004, 4, w32, "GICR_IIDR"},
    {0x0008, 8, w64, "GICR_TYPER"},      {0x0010, 4, w32, "GICR_STATUSR"},
    {0x0014, 4, w32, "GICR_WAKER"},      {0x0018, 4, w32, "GICR_MPAMIDR"},
    {0x001c, 4, w32, "GICR_PARTIDR"},    {0x0040, 8, w64, "GICR_SETLPIR"},
    {0x0048, 8, w64, "GICR_CLRLPIR"},    {0x0070, 8, w64, "GICR_PROPBASER"},
    {0x0078, 8, w64, "GICR_PENDBASER"},  {0x00a0, 8, w64, "GICR_INVLPIR"},
    {0x00b0, 8, w64, "GICR_INVALLR"},    {0x00c0, 4, w32, "GICR_SYNCR"},
    {0xffd0, 4, w32, "GICR_PIDR4"}, {0xffd4, 12, w32, "GICR_PIDR5..7"},
    {0xffe0, 4, w32, "GICR_PIDR0"}, {0xffe4, 4, w32, "GICR_PIDR1"}, {0xffe8, 4, w32, "GICR_PIDR2"},
    {0xffec, 4, w32, "GICR_PIDR3"}, {0xfff0, 4, w32, "GICR_CIDR0"}, {0xfff4, 4, w32, "GICR_CIDR1"},
    {0xfff8, 4, w32, "GICR_CIDR2"}, {0xfffc, 4, w32, "GICR_CIDR3"},
    {0x10080, 12, w32, "GICR_IGROUPR<n>"},   {0x10100, 12, w32, "GICR_ISENABLER<n>"},
    {0x10180, 12, w32, "GICR_ICENABLER<n>"}, {0x10200, 12, w32, "GICR_ISPENDR<n>"},
    {0x10280, 12, w32, "GICR_ICPENDR<n>"},   {0x10300, 12, w32, "GICR_ISACTIVER<n>"},
    {0x10380, 12, w32, "GICR_ICACTIVER<n>"}, {0x10400, 0x60, w8, "GICR_IPRIORITYR<n>"},
    {0x10c00, 0x18, w32, "GICR_ICFGR<n>"},   {0x10d00, 12, w32, "GICR_IGRPMODR<n>"},
    {0x10e00, 4, w32, "GICR_NSACR"},         {0x10f80, 12, w32, "GICR_INMIR<n>"},
};
// clang-format on

// One of the two frames, as a test that serves both sees it.
struct Frame {
    const char *name;
    const expected_row *rows;
    size_t count;
    u32 bytes;
    u64 (*read)(Machine &m, u32 off, u32 size);
    void (*write)(Machine &m, u32 off, u32 size, u64 value);
    const reg *(*table)(size_t *count);
};

const Frame frames[] = {
    {"GICD", dist_rows, ARRAY_COUNT(dist_rows), 0x10000,
     [](Machine &m, u32 off, u32 size) { return gicv3_dist_read(&m.s, off, size); },
     [](Machine &m, u32 off, u32 size, u64 value) { gicv3_dist_write(&m.s, off, size, value); },
     gicv3_dist_table},
    {"GICR", redist_rows, ARRAY_COUNT(redist_rows), 0x20000,
     [](Machine &m, u32 off, u32 size) { return gicv3_redist_read(&m.s, 1, off, size); },
     [](Machine &m, u32 off, u32 size, u64 value) {
         gicv3_redist_write(&m.s, 1, off, size, value);
     },
     gicv3_redist_table},
};

void PrintTo(const Frame &f, std::ostream *out)
{
    *out << f.name;
}

// Whatever can be set is set, so that nothing reads as zero by chance. CTLR, WAKER and the like
// too.
void fill(Machine &m)
{
    for (const Frame &f : frames)
        for (const expected_row *r = f.rows; r < f.rows + f.count; r++)
            if (strstr(r->name, "_IC") == nullptr || strstr(r->name, "ICFGR") != nullptr)
                for (u32 off = r->off; off < r->off + r->len; off += 4)
                    f.write(m, off, 4, UINT32_MAX);
    m.check();
}

class Frames : public testing::TestWithParam<Frame> {};
INSTANTIATE_TEST_SUITE_P(Both, Frames, testing::ValuesIn(frames),
                         [](const auto &info) { return info.param.name; });

TEST_P(Frames, HaveTheRowsOfTheManual)
{
    size_t count = 0;
    const reg *table = GetParam().table(&count);
    EXPECT_TRUE(reg_table_is_sound(table, count));
    ASSERT_EQ(count, GetParam().count);
    for (size_t i = 0; i < count; i++) {
        const expected_row &want = GetParam().rows[i];
        EXPECT_EQ(table[i].off, want.off) << want.name;
        EXPECT_EQ(table[i].len, want.len) << want.name;
        EXPECT_EQ(table[i].widths, want.widths) << want.name;
        EXPECT_STREQ(table[i].name, want.name);
    }
}

// For lists of registers: the manual's column "Type".
TEST_P(Frames, SayWhatSoftwareCanDo)
{
    size_t count = 0;
    const reg *table = GetParam().table(&count);
    const struct {
        const char *part, *access;
    } rows[] = {
        {"_IS", "W1S"}, {"_IC", "W1C"}, {"ICFGR", "RW"}, {"TYPER2", "RAZ/WI"}, {"TYPER", "RO"},
        {"IIDR", "RO"}, {"PIDR2", "RO"}, {"CIDR", "RO"}, {"PIDR3", "RAZ/WI"},
        {"SETSPI_NSR", "WO"}, {"CLRSPI_NSR", "WO"}, {"SPI_SR", "RAZ/WI"}, {"IGROUPR", "RW"},
        {"IPRIORITYR", "RW"}, {"INMIR", "RW"}, {"IROUTER", "RW"}, {"D_CTLR", "RW"},
        {"R_CTLR", "RW"}, {"WAKER", "RW"}, {"BASER", "RAZ/WI"}, {"IGRPMODR", "RAZ/WI"},
        {"NSACR", "RAZ/WI"}, {"STATUSR", "W1C"}, {"SYNCR", "RAZ/WI"}, {"TARGETSR", "RAZ/WI"},
        {"LPIR", "RAZ/WI"},
    };
    size_t matched = 0;
    for (size_t i = 0; i < count; i++) {
        const char *want = nullptr;
        for (const auto &r : rows)
            if (strstr(table[i].name, r.part) != nullptr)
                if (want == nullptr || strcmp(r.part, "ICFGR") == 0)
                    want = r.access;
        if (want == nullptr)
            continue;
        matched++;
        EXPECT_STREQ(gicv3_row_access(&table[i]), want) << table[i].name;
    }
    EXPECT_GT(matched, count - 20);
}

// Reads as zero and changes nothing.
void expect_raz_wi(const Frame &f, Machine &m, const std::vector<u8> &image, u32 off, u32 size)
{
    EXPECT_EQ(f.read(m, off, size), 0u) << std::hex << off << " size " << size;
    f.write(m, off, size, UINT64_MAX);
    f.write(m, off, size, 0);
    EXPECT_EQ(m.image(), image) << std::hex << off << " size " << size;
}

bool is_legal(const Frame &f, u32 off, u32 size)
{
    for (const expected_row *r = f.rows; r < f.rows + f.count; r++)
        if (off >= r->off && off + size <= r->off + r->len)
            return (size == 1 || size == 2 || size == 4 || size == 8) && (r->widths & size) != 0 &&
                   off % size == 0;
    return false;
}

// Before, first, last and beyond; aligned and not; of all widths.
TEST_P(Frames, RefuseEveryOtherWidthAndAlignment)
{
    const Frame &f = GetParam();
    Machine m(phys::full_spec(3));
    fill(m);
    const std::vector<u8> image = m.image();
    u32 refused = 0, legal = 0;
    for (const expected_row *r = f.rows; r < f.rows + f.count; r++)
        for (u32 size : {1u, 2u, 3u, 4u, 5u, 8u, 16u})
            for (u32 at : {0u, 1u, 2u, 3u, 4u, 6u, r->len / 2, r->len - 8, r->len - 4, r->len - 2,
                           r->len - 1, r->len, 0u - 1, 0u - 4}) {
                const u32 off = r->off + at;
                if (is_legal(f, off, size)) {
                    legal++;
                    continue;
                }
                refused++;
                expect_raz_wi(f, m, image, off, size);
                ASSERT_FALSE(HasFailure()) << r->name;
            }
    EXPECT_GT(refused, 70 * f.count);
    EXPECT_GT(legal, 2 * f.count);
}

TEST_P(Frames, AreRazWiWhereThereIsNoRow)
{
    const Frame &f = GetParam();
    Machine m(phys::full_spec(3));
    fill(m);
    const std::vector<u8> image = m.image();
    const expected_row *r = f.rows;
    u32 holes = 0;
    for (u32 off = 0; off < f.bytes; off += 4) {
        while (r < f.rows + f.count && r->off + r->len <= off)
            r++;
        if (r < f.rows + f.count && off >= r->off)
            continue;
        EXPECT_EQ(f.read(m, off, 4), 0u) << std::hex << off;
        f.write(m, off, 4, UINT32_MAX);
        f.write(m, off, 4, 0);
        holes++;
        if (holes % 64 == 0) {
            ASSERT_EQ(m.image(), image) << "before " << std::hex << off;
        }
    }
    EXPECT_EQ(m.image(), image);
    EXPECT_GT(holes, 1000u);
    for (u32 off : {f.bytes, f.bytes + 4, 0x80000000u, 0xfffffffcu})
        expect_raz_wi(f, m, image, off, 4);
}

// Legal narrow and wide accesses see the same register.
TEST_P(Frames, AgreeWithThemselvesAtEveryWidth)
{
    const Frame &f = GetParam();
    Machine m(phys::full_spec(3));
    fill(m);
    for (const expected_row *r = f.rows; r < f.rows + f.count; r++)
        for (u32 off = r->off; off < r->off + r->len; off += 4) {
            const u64 word = f.read(m, off, 4);
            for (u32 i = 0; i < 4 && (r->widths & REG_8); i++)
                EXPECT_EQ(f.read(m, off + i, 1), word >> (8 * i) & 0xff);
            if (r->widths & REG_16) {
                EXPECT_EQ(f.read(m, off, 2), word & 0xffff);
            }
            if ((r->widths & REG_64) && off % 8 == 0) {
                EXPECT_EQ(f.read(m, off, 8), word | f.read(m, off + 4, 4) << 32);
            }
        }
}

TEST_P(Frames, KeepReadOnlyAndReservedRegisters)
{
    const Frame &f = GetParam();
    const std::vector<const char *> fixed = {"TYPER",   "IIDR",   "PIDR",   "CIDR",     "STATUSR",
                                             "ITARGET", "MODR",   "NSACR",  "SGIR",     "MPAM",
                                             "PARTID",  "LPIR",   "BASER",  "INVALLR",  "SYNCR",
                                             "_SR"};
    Machine m(phys::full_spec(3));
    fill(m);
    const std::vector<u8> image = m.image();
    for (const expected_row *r = f.rows; r < f.rows + f.count; r++)
        for (const char *part : fixed)
            if (strstr(r->name, part) != nullptr)
                for (u32 off = r->off; off < r->off + r->len; off += 4) {
                    const u64 before = f.read(m, off, 4);
                    f.write(m, off, 4, 0);
                    f.write(m, off, 4, UINT32_MAX);
                    EXPECT_EQ(f.read(m, off, 4), before) << r->name;
                    const bool is_id = strstr(r->name, "IDR") || strstr(r->name, "TYPER");
                    EXPECT_TRUE(is_id || before == 0) << r->name;
                }
    EXPECT_EQ(m.image(), image);
}

// --- Resets and identification. ---

struct value_row {
    u32 off;
    u32 value;
};

TEST(Reset, LeavesTheDistributorAsTheManualSays)
{
    Machine m(phys::spec_of(2));
    // clang-format off
    const value_row rows[] = {
        {0x0000, 0x50},       // ARE and DS.
        {0x0004, 0x01480007}, // A3V, ten bits of INTID, 256 INTIDs.
        {0x0008, 0x43b}, {0xffd0, 0x44}, {0xffe0, 0x92}, {0xffe4, 0xb4}, {0xffe8, 0x3b},
        {0xfff0, 0x0d}, {0xfff4, 0xf0}, {0xfff8, 0x05}, {0xfffc, 0xb1},
    };
    // clang-format on
    for (u32 off = 0; off < 0x10000; off += 4) {
        u32 want = 0;
        for (const value_row &r : rows)
            want = r.off == off ? r.value : want;
        EXPECT_EQ(m.d(off), want) << std::hex << off;
    }
    m.check();
}

TEST(Reset, LeavesARedistributorAsTheManualSays)
{
    Machine m(phys::spec_of(18));
    // clang-format off
    const value_row rows[] = {
        {0x0004, 0x43b},
        {0x0008, 17 << 8 | 0x30}, // Processor number, DPGS, the last one.
        {0x000c, 0x101},          // Aff1 = 1, Aff0 = 1.
        {0x0014, 6},              // Asleep, and its children.
        {0xffd0, 0x44}, {0xffe0, 0x93}, {0xffe4, 0xb4}, {0xffe8, 0x3b},
        {0xfff0, 0x0d}, {0xfff4, 0xf0}, {0xfff8, 0x05}, {0xfffc, 0xb1},
        {0x10c00, 0xaaaaaaaa},    // SGIs are edge, PPIs level.
    };
    // clang-format on
    for (u32 off = 0; off < 0x20000; off += 4) {
        u32 want = 0;
        for (const value_row &r : rows)
            want = r.off == off ? r.value : want;
        EXPECT_EQ(m.r(17, off), want) << std::hex << off;
    }
    EXPECT_EQ(m.r(16, 8), 16u << 8 | 0x20) << "not the last one";
}

TEST(Identification, TyperSaysWhatWasBuilt)
{
    struct {
        const char *what;
        void (*change)(gicv3_spec *spec);
        u32 typer;
    } const rows[] = {
        // clang-format off
        {"no SPIs",         [](gicv3_spec *s) { s->it_lines = 0; },     0x01480000},
        {"988 SPIs",        [](gicv3_spec *s) { s->it_lines = 31; },    0x0148001f},
        {"extended PPIs",   [](gicv3_spec *s) { s->eppi_words = 1; },   0x01500007},
        {"32 extended SPIs", [](gicv3_spec *s) { s->espi_words = 1; },  0x01600107},
        {"1024 of them",    [](gicv3_spec *s) { s->espi_words = 32; },  0xf9600107},
        {"NMI",             [](gicv3_spec *s) { s->has_nmi = 1; },      0x01480207},
        {"messages",        [](gicv3_spec *s) { s->has_mbis = 1; },     0x01490007},
        {"no Aff3",         [](gicv3_spec *s) { s->has_a3v = 0; },      0x00480007},
        {"no 1 of N",       [](gicv3_spec *s) { s->no_1_of_n = 1; },    0x03480007},
        {"range selector",  [](gicv3_spec *s) { s->has_rss = 1; },      0x05480007},
        // clang-format on
    };
    for (const auto &row : rows) {
        gicv3_spec spec = phys::spec_of(1);
        row.change(&spec);
        EXPECT_EQ(Machine(spec).d(4), row.typer) << row.what;
    }
}

TEST(Identification, RedistributorsSayWhoTheyAre)
{
    gicv3_spec spec = phys::spec_of(3);
    spec.affinity[1] = 0x12345678;
    spec.eppi_words = 2;
    spec.has_dpg = 0;
    spec.iidr = 0x0201743b;
    Machine m(spec);
    EXPECT_EQ(gicv3_redist_read(&m.s, 1, 8, 8), 0x1234567810000100u);
    EXPECT_EQ(m.r(1, 8), 0x10000100u);
    EXPECT_EQ(m.r(1, 12), 0x12345678u);
    EXPECT_EQ(m.r(2, 8), 0x10000210u);
    EXPECT_EQ(m.r(0, 4), 0x0201743bu);
    EXPECT_EQ(m.d(8), 0x0201743bu);
}

TEST(Identification, BadSpecificationsAreNamed)
{
    struct {
        void (*change)(gicv3_spec *spec);
        const char *words;
    } const rows[] = {
        {[](gicv3_spec *s) { s->pe_count = 0; }, "PEs"},
        {[](gicv3_spec *s) { s->pe_count = 513; }, "PEs"},
        {[](gicv3_spec *s) { s->it_lines = 32; }, "ITLinesNumber"},
        {[](gicv3_spec *s) { s->espi_words = 33; }, "extended SPIs"},
        {[](gicv3_spec *s) { s->eppi_words = 3; }, "PPInum"},
        {[](gicv3_spec *s) { s->priority_bits = 3; }, "bits of priority"},
        {[](gicv3_spec *s) { s->priority_bits = 9; }, "bits of priority"},
        {[](gicv3_spec *s) { s->preemption_bits = 3; }, "preemption"},
        {[](gicv3_spec *s) { s->preemption_bits = 6; }, "preemption"},
        {[](gicv3_spec *s) { s->priority_bits = s->preemption_bits = 8; }, "preemption"},
        {[](gicv3_spec *s) { s->has_nmi = 2; }, "flag"},
        {[](gicv3_spec *s) { s->tie = GICV3_TIE_COUNT; }, "tie"},
        {[](gicv3_spec *s) { s->has_a3v = 0, s->affinity[1] = 1u << 24; }, "A3V"},
        {[](gicv3_spec *s) { s->affinity[1] = s->affinity[0]; }, "same affinity"},
    };
    gicv3_spec good = phys::spec_of(2);
    EXPECT_EQ(gicv3_spec_error(&good), nullptr);
    good = phys::full_spec(512);
    EXPECT_EQ(gicv3_spec_error(&good), nullptr);
    for (const auto &row : rows) {
        gicv3_spec spec = phys::spec_of(2);
        row.change(&spec);
        const char *words = gicv3_spec_error(&spec);
        ASSERT_NE(words, nullptr) << row.words;
        EXPECT_NE(strstr(words, row.words), nullptr) << words;
    }
}

} // namespace
