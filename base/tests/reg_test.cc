#include "base/base.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

namespace {

struct frame {
    u64 wide;
    u32 control, enabled, narrow;
    u8 prio[16];
    u32 group[4];
    mutable u32 fn_off, fn_size; /* What the functions saw. */
    u64 fn_value;
};

u64 fn_read(const void *state, u32 off, u32 size)
{
    const struct frame *f = (const struct frame *)state;
    f->fn_off = off;
    f->fn_size = size;
    return 0x1122334455667788;
}

void fn_write(void *state, u32 off, u32 size, u64 value)
{
    struct frame *f = (struct frame *)state;
    f->fn_off = off;
    f->fn_size = size;
    f->fn_value = value;
}

#define FIELD(name) offsetof(struct frame, name)

const u64 all = ~0ull;
const u64 mask_prio = 0xf0f0f0f0f0f0f0f0;  /* Writable. */
const u64 reset_prio = 0xa0a0a0a0a0a0a0a0; /* After reset. */
const u8 any = REG_8 | REG_16 | REG_32 | REG_64;

#define NO_FN nullptr, nullptr

/* clang-format off */
const struct reg rows[] = {
    {0x000, 4, REG_RW, REG_32, 0xff00ffff, 0x12340007, FIELD(control), NO_FN, "CONTROL"},
    {0x004, 4, REG_RO, REG_32, 0, 0x43b, REG_NO_FIELD, NO_FN, "IIDR"},
    {0x008, 8, REG_RW, REG_32 | REG_64, all >> 8, 0x700000005, FIELD(wide), NO_FN, "TYPER"},
    {0x010, 8, REG_RO, any, 0, 0x0102030405060708, REG_NO_FIELD, NO_FN, "CONST"},
    {0x100, 4, REG_W1S, REG_32, 0xffff, 0, FIELD(enabled), NO_FN, "ISENABLER"},
    {0x180, 4, REG_W1C, REG_32, 0xffff, 0, FIELD(enabled), NO_FN, "ICENABLER"},
    {0x400, 16, REG_RW, REG_8 | REG_32, mask_prio, reset_prio, FIELD(prio), NO_FN, "IPRIORITYR"},
    {0x500, 16, REG_RW, REG_32, all, 0, FIELD(group), NO_FN, "IGROUPR"},
    {0x600, 16, REG_FN, any, 0, 0, REG_NO_FIELD, fn_read, fn_write, "FN"},
    {0x610, 4, REG_FN, REG_32, 0, 0, REG_NO_FIELD, nullptr, fn_write, "WRITE_ONLY"},
    {0x614, 4, REG_FN, REG_32, 0, 0, REG_NO_FIELD, fn_read, nullptr, "READ_ONLY"},
    {0x700, 4, REG_RAZ_WI, REG_32, 0, 0, 0, NO_FN, "NSACR"},
    {0x704, 4, REG_RO, REG_16 | REG_32, 0, 0x99, FIELD(narrow), NO_FN, "STATUS"},
};
/* clang-format on */
const size_t row_count = ARRAY_COUNT(rows);

class Reg : public ::testing::Test {
protected:
    Reg()
    {
        reg_reset(rows, row_count, &f);
    }
    u64 read(u32 off, u32 size)
    {
        return reg_read(rows, row_count, &f, off, size);
    }
    const char *write(u32 off, u32 size, u64 value)
    {
        const struct reg *r = reg_write(rows, row_count, &f, off, size, value);
        return r != nullptr ? r->name : "none";
    }

    struct frame f = {};
};

/* One good row, changed by the caller into a bad one. */
bool sound_after(const std::function<void(struct reg *)> &change)
{
    struct reg r = rows[0];
    change(&r);
    return reg_table_is_sound(&r, 1);
}

} // namespace

/* Every offset and every size from 0 to 9, against the rule said in another way. */
TEST_F(Reg, FindsExactlyTheAllowedAccesses)
{
    for (u32 off = 0; off < 0x800; off++)
        for (u32 size = 0; size <= 9; size++) {
            const struct reg *expected = nullptr;
            bool is_power = size == 1 || size == 2 || size == 4 || size == 8;
            for (const struct reg &r : rows)
                if (is_power && (r.widths & size) != 0 && off % size == 0 && off >= r.off &&
                    off + size <= r.off + r.len)
                    expected = &r;
            ASSERT_EQ(reg_find(rows, row_count, off, size), expected) << off << " " << size;
        }
}

TEST_F(Reg, FindsNothingOutsideAndInAnEmptyTable)
{
    EXPECT_EQ(reg_find(rows, row_count, UINT32_MAX, 1), nullptr);
    EXPECT_EQ(reg_find(rows, row_count, UINT32_MAX - 3, 4), nullptr);
    EXPECT_EQ(reg_find(rows, row_count, 0, 1u << 31), nullptr);
    EXPECT_EQ(reg_find(rows, 0, 0, 4), nullptr);
    EXPECT_EQ(reg_find(rows + 1, row_count - 1, 0, 4), nullptr) << "before the first row";
}

TEST_F(Reg, AccessThatFindsNoRowReadsAsZeroAndIsIgnored)
{
    const struct frame before = f;
    for (u32 off : {0x200u, 0x7fcu, 0x1000u, 0xfffffffcu}) {
        EXPECT_EQ(read(off, 4), 0u);
        EXPECT_STREQ(write(off, 4, all), "none");
    }
    EXPECT_STREQ(write(0, 2, 0), "none") << "16 bits of a 32-bit register";
    EXPECT_STREQ(write(0, 8, 0), "none") << "over two registers";
    EXPECT_EQ(read(2, 2), 0u);
    EXPECT_EQ(memcmp(&f, &before, sizeof(f)), 0);
}

TEST_F(Reg, ResetStoresWhatTheManualSays)
{
    EXPECT_EQ(f.control, 0x12340007u);
    EXPECT_EQ(f.wide, 0x700000005u);
    EXPECT_EQ(f.enabled, 0u);
    EXPECT_EQ(f.narrow, 0x99u);
    for (u8 p : f.prio)
        EXPECT_EQ(p, 0xa0) << "repeated over a row of more than 8 bytes";
    memset((void *)&f, 0x55, sizeof(f));
    reg_reset(rows, row_count, &f);
    EXPECT_EQ(f.group[3], 0u);
    EXPECT_EQ(f.fn_value, 0x5555555555555555u) << "no row, no change";
}

TEST_F(Reg, RwStoresTheBitsOfItsMaskOnly)
{
    EXPECT_STREQ(write(0, 4, 0xabcdef01), "CONTROL");
    EXPECT_EQ(f.control, 0xab34ef01u);
    EXPECT_EQ(read(0, 4), 0xab34ef01u);
    write(0, 4, 0xffffffff00000000);
    EXPECT_EQ(f.control, 0x340000u) << "what is wider than the access is not seen";
    EXPECT_EQ(f.enabled, 0u);
}

TEST_F(Reg, WideRowIsOneRegisterOrTwoHalves)
{
    EXPECT_EQ(read(8, 8), 0x700000005u);
    EXPECT_EQ(read(8, 4), 5u);
    EXPECT_EQ(read(12, 4), 7u);
    EXPECT_STREQ(write(12, 4, 0xaabbccdd), "TYPER");
    EXPECT_EQ(f.wide, 0x00bbccdd00000005u) << "the mask of the upper half";
    write(8, 4, 0xffffffff);
    EXPECT_EQ(f.wide, 0x00bbccddffffffffu);
    write(8, 8, 0x1122334455667788);
    EXPECT_EQ(f.wide, 0x0022334455667788u);
    EXPECT_STREQ(write(10, 4, 0), "none");
    EXPECT_STREQ(write(12, 8, 0), "none");
    EXPECT_EQ(read(8, 2), 0u);
}

TEST_F(Reg, RoWithoutAFieldReadsItsResetInEveryWidth)
{
    for (u32 size : {1u, 2u, 4u, 8u})
        for (u32 off = 0; off < 8; off += size) {
            u64 value = 0x0102030405060708 >> (8 * off);
            EXPECT_EQ(read(0x10 + off, size), size == 8 ? value : value & ((1ull << 8 * size) - 1));
            EXPECT_STREQ(write(0x10 + off, size, all), "CONST");
        }
    EXPECT_EQ(read(4, 4), 0x43bu);
}

TEST_F(Reg, RoWithAFieldReadsItAndIgnoresWrites)
{
    f.narrow = 0xabcd1234;
    EXPECT_EQ(read(0x704, 4), 0xabcd1234u);
    EXPECT_EQ(read(0x704, 2), 0x1234u);
    EXPECT_EQ(read(0x706, 2), 0xabcdu);
    EXPECT_STREQ(write(0x704, 4, 0), "STATUS");
    EXPECT_EQ(f.narrow, 0xabcd1234u);
}

TEST_F(Reg, WrittenOnesSetOrClearAndBothViewsReadTheField)
{
    EXPECT_STREQ(write(0x100, 4, 0xf00f0f), "ISENABLER");
    EXPECT_EQ(f.enabled, 0x0f0fu) << "the mask";
    write(0x100, 4, 0x00f0);
    EXPECT_EQ(f.enabled, 0x0fffu) << "zeros leave the bits alone";
    EXPECT_STREQ(write(0x180, 4, 0x000f), "ICENABLER");
    EXPECT_EQ(read(0x100, 4), 0x0ff0u);
    EXPECT_EQ(read(0x180, 4), 0x0ff0u);
    f.enabled = 0xffffffff;
    write(0x180, 4, all);
    EXPECT_EQ(f.enabled, 0xffff0000u) << "the mask";
}

TEST_F(Reg, ByteArrayTakesBytesAndWords)
{
    for (u32 i = 0; i < 16; i++) {
        EXPECT_STREQ(write(0x400 + i, 1, 0x1f + i * 0x10), "IPRIORITYR");
        EXPECT_EQ(f.prio[i], (0x10 + i * 0x10) & 0xf0) << "4 bits of priority";
        EXPECT_EQ(read(0x400 + i, 1), f.prio[i]);
        EXPECT_EQ(i < 15 ? f.prio[i + 1] : 0xa0, 0xa0) << "the neighbour";
    }
    EXPECT_EQ(read(0x408, 4), 0xc0b0a090u) << "little-endian";
    write(0x40c, 4, 0x44332211);
    EXPECT_EQ(f.prio[11], 0xc0);
    EXPECT_EQ(f.prio[12], 0x10);
    EXPECT_EQ(f.prio[15], 0x40);
    EXPECT_STREQ(write(0x402, 2, 0), "none");
    EXPECT_STREQ(write(0x402, 4, 0), "none");
    EXPECT_STREQ(write(0x400, 8, 0), "none");
}

TEST_F(Reg, WordArrayTakesEveryWord)
{
    for (u32 i = 0; i < 4; i++) {
        EXPECT_STREQ(write(0x500 + 4 * i, 4, 0x80000001 + i), "IGROUPR");
        EXPECT_EQ(f.group[i], 0x80000001 + i);
        EXPECT_EQ(read(0x500 + 4 * i, 4), 0x80000001 + i);
    }
    EXPECT_EQ(f.fn_off, 0u) << "what lies behind";
}

TEST_F(Reg, FunctionsGetTheOffsetInTheRowAndAnswerInTheWidth)
{
    for (u32 size : {1u, 2u, 4u, 8u})
        for (u32 off = 0; off < 16; off += size) {
            u64 mask = size == 8 ? all : (1ull << 8 * size) - 1;
            EXPECT_EQ(read(0x600 + off, size), 0x1122334455667788 & mask);
            EXPECT_EQ(f.fn_off, off);
            EXPECT_EQ(f.fn_size, size);
            EXPECT_STREQ(write(0x600 + off, size, 0xa1a2a3a4a5a6a7a8), "FN");
            EXPECT_EQ(f.fn_value, 0xa1a2a3a4a5a6a7a8 & mask);
            EXPECT_EQ(f.fn_off, off);
            EXPECT_EQ(f.fn_size, size);
        }
}

TEST_F(Reg, FunctionThatIsNotThereReadsAsZeroOrIgnores)
{
    EXPECT_EQ(read(0x610, 4), 0u);
    EXPECT_STREQ(write(0x610, 4, 5), "WRITE_ONLY");
    EXPECT_EQ(f.fn_value, 5u);
    EXPECT_EQ(read(0x614, 4), 0x55667788u);
    EXPECT_STREQ(write(0x614, 4, 6), "READ_ONLY");
    EXPECT_EQ(f.fn_value, 5u);
}

TEST_F(Reg, RazWiIsThereAndDoesNothing)
{
    const struct frame before = f;
    EXPECT_STREQ(write(0x700, 4, all), "NSACR");
    EXPECT_EQ(read(0x700, 4), 0u);
    EXPECT_EQ(memcmp(&f, &before, sizeof(f)), 0);
}

TEST(RegTable, OfThisTestIsSound)
{
    EXPECT_TRUE(reg_table_is_sound(rows, row_count));
    EXPECT_TRUE(reg_table_is_sound(rows, 0));
    EXPECT_TRUE(sound_after([](struct reg *) {}));
}

TEST(RegTable, RowWithoutSenseIsFound)
{
    EXPECT_FALSE(sound_after([](struct reg *r) { r->name = nullptr; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->len = 0; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->kind = REG_FN + 1; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->off = 0xfffffffc, r->len = 8; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->reset = 1ull << 32; })) << "wider than the row";
}

TEST(RegTable, WidthThatCannotBeUsedIsFound)
{
    EXPECT_FALSE(sound_after([](struct reg *r) { r->widths = 0; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->widths = 16; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->widths = REG_32 | REG_64; })) << "4 bytes";
    EXPECT_FALSE(sound_after([](struct reg *r) { r->off = 2; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->len = 6; }));
    EXPECT_FALSE(sound_after([](struct reg *r) { r->off = 4, r->len = 8, r->widths = REG_64; }));
    EXPECT_TRUE(sound_after([](struct reg *r) { r->off = 4, r->len = 8; })) << "two words";
}

TEST(RegTable, KindWithoutItsFieldOrFunctionIsFound)
{
    for (u8 kind : {REG_RW, REG_W1S, REG_W1C}) {
        EXPECT_TRUE(sound_after([=](struct reg *r) { r->kind = kind; }));
        EXPECT_FALSE(sound_after([=](struct reg *r) { r->kind = kind, r->field = REG_NO_FIELD; }));
        EXPECT_FALSE(sound_after([=](struct reg *r) { r->kind = kind, r->mask = 0; }));
    }
    EXPECT_FALSE(sound_after([](struct reg *r) { r->kind = REG_FN; }));
    for (u8 kind : {REG_RO, REG_RW, REG_W1S, REG_W1C, REG_RAZ_WI}) {
        EXPECT_FALSE(sound_after([=](struct reg *r) { r->kind = kind, r->read = fn_read; }));
        EXPECT_FALSE(sound_after([=](struct reg *r) { r->kind = kind, r->write = fn_write; }));
    }
}

TEST(RegTable, RowsOutOfOrderOrOverlappingAreFound)
{
    struct reg two[] = {rows[0], rows[1]};
    EXPECT_TRUE(reg_table_is_sound(two, 2));
    two[0].len = 8;
    EXPECT_FALSE(reg_table_is_sound(two, 2)) << "overlap";
    struct reg turned[] = {rows[1], rows[0]};
    EXPECT_FALSE(reg_table_is_sound(turned, 2)) << "order";
    struct reg twice[] = {rows[0], rows[0]};
    EXPECT_FALSE(reg_table_is_sound(twice, 2)) << "same offset";
}

TEST(RegTable, ViewsOfOneFieldThatResetItDifferentlyAreFound)
{
    struct reg views[] = {rows[4], rows[5]};
    EXPECT_TRUE(reg_table_is_sound(views, 2));
    views[1].reset = 1;
    EXPECT_FALSE(reg_table_is_sound(views, 2));
    views[1].field = FIELD(narrow);
    EXPECT_TRUE(reg_table_is_sound(views, 2));
}
