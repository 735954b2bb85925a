/* Break-before-make: what changes between two descriptors, and what that needs. DDI 0487, D8.16.1
 * and FEAT_BBM. */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

constexpr u64 PAGE = 0x40000000ull | MMU_DESC_AF | MMU_S1_NG | MMU_S1_SH_INNER | 1 << 2 | 3;
constexpr u64 BLOCK = PAGE & ~2ull;
constexpr u64 TABLE_DESC = 0x80000000ull | 3;

struct mmu_bbm_change change(u64 before, u64 after, u32 level = 3, u32 stage = 1)
{
    struct mmu_bbm_change c = {};
    c.before = before;
    c.after = after;
    c.stage = u8(stage);
    c.level = u8(level);
    c.live = 1;
    return c;
}

enum mmu_bbm_verdict judge(const struct mmu_bbm_change &c)
{
    return mmu_bbm_judge(&c);
}

TEST(Bbm, EveryBitOfALeafBelongsToOneKindOfChange)
{
    struct run {
        u32 last, kind;
    };
    /* Stage 1, level 3, 4 KiB: up to this bit. */
    const run stage1[] = {
        {1, 99},  {4, MMU_BBM_TYPE},     {7, MMU_BBM_PERMISSION},  {9, MMU_BBM_TYPE},
        {10, MMU_BBM_PERMISSION},        {11, MMU_BBM_GLOBAL},     {47, MMU_BBM_ADDRESS},
        {51, MMU_BBM_PERMISSION},        {52, MMU_BBM_SIZE},       {63, MMU_BBM_PERMISSION},
    };
    const run stage2[] = {
        {1, 99},  {5, MMU_BBM_TYPE},     {7, MMU_BBM_PERMISSION},  {9, MMU_BBM_TYPE},
        {11, MMU_BBM_PERMISSION},        {47, MMU_BBM_ADDRESS},    {51, MMU_BBM_PERMISSION},
        {52, MMU_BBM_SIZE},              {63, MMU_BBM_PERMISSION},
    };
    for (u32 stage = 1; stage <= 2; stage++)
        for (u32 bit = 2; bit < 64; bit++) {
            const run *r = stage == 1 ? stage1 : stage2;
            while (r->last < bit)
                r++;
            struct mmu_bbm_change c = change(PAGE, PAGE ^ 1ull << bit, 3, stage);
            EXPECT_EQ(mmu_bbm_changes(&c), r->kind) << stage << " " << bit;
        }
}

TEST(Bbm, VerdictOfEachChange)
{
    struct row {
        u64 flip;
        u32 stage;
        enum mmu_bbm_verdict verdict;
    };
    const row rows[] = {
        {0, 1, MMU_BBM_LEGAL},
        {MMU_S1_AP_RO, 1, MMU_BBM_NEEDS_TLBI},
        {MMU_DESC_AF, 1, MMU_BBM_NEEDS_TLBI},
        {MMU_S1_UXN | MMU_S1_PXN, 1, MMU_BBM_NEEDS_TLBI},
        {MMU_S2_WRITE, 2, MMU_BBM_NEEDS_TLBI},
        {1ull << 55, 2, MMU_BBM_NEEDS_TLBI},
        {1ull << 12, 1, MMU_BBM_VIOLATION},
        {1ull << 12, 2, MMU_BBM_VIOLATION},
        {1ull << 2, 1, MMU_BBM_VIOLATION},
        {1ull << 5, 2, MMU_BBM_VIOLATION},
        {1ull << 8, 1, MMU_BBM_VIOLATION},
        {MMU_S1_NG, 1, MMU_BBM_VIOLATION},
        {MMU_DESC_CONTIGUOUS, 1, MMU_BBM_VIOLATION},
    };
    for (const row &c : rows) {
        struct mmu_bbm_change live = change(PAGE, PAGE ^ c.flip, 3, c.stage);
        EXPECT_EQ(judge(live), c.verdict) << std::hex << c.flip;
        struct mmu_bbm_change asleep = live;
        asleep.live = 0;
        EXPECT_EQ(judge(asleep), MMU_BBM_LEGAL) << "nobody has used it";
        for (u32 steps = 0; steps < 4; steps++) {
            struct mmu_bbm_change broken = live;
            broken.broken = steps & 1;
            broken.flushed = steps >> 1;
            EXPECT_EQ(judge(broken), steps == 3 ? MMU_BBM_LEGAL : c.verdict)
                << "break, TLBI, make: all of it";
        }
    }
}

TEST(Bbm, MakingIsFreeAndBreakingNeedsATlbi)
{
    for (u32 level = 0; level <= 3; level++)
        for (u64 invalid : {u64(0), u64(2), u64(PAGE & ~1ull), u64(level == 3 ? BLOCK : 0)}) {
            EXPECT_EQ(judge(change(invalid, level == 3 ? PAGE : TABLE_DESC, level)), MMU_BBM_LEGAL);
            EXPECT_EQ(judge(change(level == 3 ? PAGE : TABLE_DESC, invalid, level)),
                      MMU_BBM_NEEDS_TLBI);
        }
    EXPECT_EQ(judge(change(BLOCK, TABLE_DESC, 0)), MMU_BBM_LEGAL) << "no block at level 0";
}

/* DDI 0487 D8.16: what would take an access flag fault is not cached, so nobody has it. */
TEST(Bbm, ALeafWithoutItsAccessFlagIsInNoTlb)
{
    for (u32 stage : {1u, 2u})
        for (u32 level = 1; level <= 3; level++) {
            u64 leaf = level == 3 ? PAGE : BLOCK, old = leaf & ~MMU_DESC_AF;
            struct mmu_bbm_change set = change(old, leaf | MMU_DESC_AF, level);
            struct mmu_bbm_change move = change(old, (leaf ^ 1ull << 40) | MMU_DESC_AF, level);
            set.stage = move.stage = u8(stage);
            EXPECT_EQ(judge(set), MMU_BBM_LEGAL) << level;
            EXPECT_EQ(judge(move), MMU_BBM_LEGAL) << level;
            move.before |= MMU_DESC_AF;
            EXPECT_NE(judge(move), MMU_BBM_LEGAL) << level;
        }
}

/* FEAT_BBM: a block and the table with the same translations. */
TEST(Bbm, SizesMayChangeWithTheFeature)
{
    for (u8 bbm = 0; bbm <= 2; bbm++)
        for (bool nt : {false, true})
            for (bool split : {false, true}) {
                u64 block = BLOCK | (nt ? MMU_DESC_NT : 0);
                struct mmu_bbm_change c = split ? change(block, TABLE_DESC, 2)
                                                : change(TABLE_DESC, block, 2);
                c.bbm = bbm;
                EXPECT_EQ(mmu_bbm_changes(&c), u32(MMU_BBM_SIZE));
                enum mmu_bbm_verdict expected = bbm == 0  ? MMU_BBM_VIOLATION
                                                : bbm == 2 || nt ? MMU_BBM_NEEDS_TLBI
                                                                 : MMU_BBM_NEEDS_NT;
                EXPECT_EQ(judge(c), expected) << int(bbm) << nt << split;
                EXPECT_EQ(mmu_bbm_may_conflict(&c), !(bbm != 0 && nt));
            }
    struct mmu_bbm_change c = change(PAGE, PAGE | MMU_DESC_CONTIGUOUS);
    c.bbm = 1;
    EXPECT_EQ(judge(c), MMU_BBM_VIOLATION) << "there is no nT in a page";
    c.bbm = 2;
    EXPECT_EQ(judge(c), MMU_BBM_NEEDS_TLBI);
    EXPECT_TRUE(mmu_bbm_may_conflict(&c));
    c = change(BLOCK, BLOCK | MMU_DESC_NT, 2);
    EXPECT_EQ(judge(c), MMU_BBM_LEGAL) << "nT alone";
}

TEST(Bbm, TwoReadOnlyPagesWithOneContentMaySwap)
{
    for (u32 stage = 1; stage <= 2; stage++)
        for (u32 writable = 0; writable < 4; writable++)
            for (bool dbm : {false, true})
                for (bool same : {false, true}) {
                    u64 ro = stage == 1 ? MMU_S1_AP_RO : 0, w = MMU_S1_AP_RO;
                    u64 base = (PAGE & ~w) | ro | (dbm ? MMU_DESC_DBM : 0);
                    u64 before = base ^ (writable & 1 ? w : 0);
                    u64 after = (base ^ (writable & 2 ? w : 0)) ^ 1ull << 12;
                    struct mmu_bbm_change c = change(before, after, 3, stage);
                    c.same_contents = same;
                    bool legal = same && writable == 0 && !dbm;
                    EXPECT_EQ(judge(c), legal ? MMU_BBM_NEEDS_TLBI : MMU_BBM_VIOLATION);
                }
    struct mmu_bbm_change c = change(TABLE_DESC, TABLE_DESC ^ 1ull << 12, 2);
    c.same_contents = 1;
    EXPECT_EQ(judge(c), MMU_BBM_VIOLATION) << "another table";
    c = change(TABLE_DESC, TABLE_DESC | MMU_S1_AP_TABLE_RO, 2);
    EXPECT_EQ(judge(c), MMU_BBM_NEEDS_TLBI) << "a permission";
}

TEST(Bbm, OnlyTwoEntriesForOneAddressMayConflict)
{
    struct mmu_bbm_change c = change(PAGE, PAGE ^ 1ull << 12);
    EXPECT_FALSE(mmu_bbm_may_conflict(&c)) << "either is used, but only one";
    c = change(PAGE, PAGE ^ MMU_S1_NG);
    EXPECT_TRUE(mmu_bbm_may_conflict(&c));
    c.broken = c.flushed = 1;
    EXPECT_FALSE(mmu_bbm_may_conflict(&c));
}

TEST(Bbm, AddressesBelowABlockAreNoAddress)
{
    for (u32 g = 0; g < MMU_GRANULES; g++)
        for (u32 bit = 12; bit < 48; bit++) {
            struct mmu_bbm_change c = change(BLOCK, BLOCK ^ 1ull << bit, 2);
            c.granule = u8(g);
            bool address = bit >= mmu_level_shift(static_cast<enum mmu_granule>(g), 2);
            u32 other = bit == 16 ? 0 : MMU_BBM_PERMISSION; /* nT, or RES0 bits. */
            EXPECT_EQ(mmu_bbm_changes(&c), address ? u32(MMU_BBM_ADDRESS) : other) << g << bit;
        }
}

TEST(Bbm, VerdictsHaveNames)
{
    std::set<std::string> names;
    for (u32 i = 0; i < MMU_BBM_VERDICTS; i++)
        EXPECT_TRUE(names.insert(mmu_bbm_name(static_cast<enum mmu_bbm_verdict>(i))).second);
    EXPECT_DEATH(mmu_bbm_name(MMU_BBM_VERDICTS), "assertion");
    struct mmu_bbm_change c = change(PAGE, PAGE, 4);
    EXPECT_DEATH(mmu_bbm_changes(&c), "assertion");
}

} // namespace
