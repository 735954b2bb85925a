/* Granules, input sizes and start levels: every cell of the tables of DDI 0487, D8.2, against
 * tables that stand here. */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

namespace {

const enum mmu_granule GRANULES[] = {MMU_4K, MMU_16K, MMU_64K};
const u64 TG0[] = {0, 2, 1}, TG1[] = {2, 1, 3};

struct mmu_features with_ttst(bool has)
{
    struct mmu_features f = mmu_features_default;
    f.has_ttst = has;
    return f;
}

bool begins(struct mmu_regs r, const struct mmu_features &f, u64 va, struct mmu_walk *w)
{
    mmu_regs_prepare_for(&r, &f);
    return mmu_walk_begin(w, &r, va, MMU_READ, 1) == MMU_NEED_READ;
}

TEST(Granule, PagesLevelsBlocksAndRuns)
{
    /* clang-format off */
    const u32 shift[3][4] = { { 39, 30, 21, 12 }, { 47, 36, 25, 14 }, { 55, 42, 29, 16 } };
    const bool leaf[3][4] = { { 0, 1, 1, 1 }, { 0, 0, 1, 1 }, { 0, 0, 1, 1 } };
    const u32 entries[3][4] = { { 1, 16, 16, 16 }, { 1, 1, 32, 128 }, { 1, 1, 32, 32 } };
    /* clang-format on */
    for (enum mmu_granule g : GRANULES) {
        EXPECT_EQ(mmu_page_shift(g), shift[g][3]);
        for (u32 level = 0; level < 4; level++) {
            EXPECT_EQ(mmu_level_shift(g, level), shift[g][level]);
            EXPECT_EQ(mmu_has_leaf(g, level), leaf[g][level]);
            EXPECT_EQ(1u << mmu_run_shift(g, level), entries[g][level]);
        }
    }
}

TEST(Granule, CodesOfBothHalvesAndOfStageTwo)
{
    const int tg0[4] = {MMU_4K, MMU_64K, MMU_16K, -1}, tg1[4] = {-1, MMU_16K, MMU_4K, MMU_64K};
    for (u64 code = 0; code < 4; code++) {
        enum mmu_granule low, high, two;
        EXPECT_EQ(mmu_tcr_granule(code << 14, false, &low), tg0[code] >= 0) << code;
        EXPECT_EQ(mmu_tcr_granule(code << 30, true, &high), tg1[code] >= 0) << code;
        EXPECT_EQ(mmu_vtcr_granule(code << 14, &two), tg0[code] >= 0) << code;
        EXPECT_EQ(low, tg0[code] < 0 ? MMU_4K : tg0[code]) << "reserved counts as 4 KiB";
        EXPECT_EQ(high, tg1[code] < 0 ? MMU_4K : tg1[code]);
        EXPECT_EQ(two, low);
    }
}

/* The granule that is not there is the smallest that is, in stage 1 and in stage 2. */
TEST(Granule, OneThatIsNotImplementedCountsAsTheSmallestThatIs)
{
    for (u8 mask = 1; mask < 8; mask++)
        for (enum mmu_granule g : GRANULES) {
            struct mmu_features f = mmu_features_default;
            struct mmu_regs r = {};
            struct mmu_walk w;
            enum mmu_granule used = mask >> g & 1 ? g
                                    : mask & 1    ? MMU_4K
                                    : mask & 2    ? MMU_16K
                                                  : MMU_64K;
            f.granules = mask;
            r.sctlr_el1 = MMU_SCTLR_M;
            r.tcr_el1 = mmu_tcr_for(g, 36);
            ASSERT_TRUE(begins(r, f, 0x7ffffffff, &w));
            u32 page = mmu_page_shift(used), start = 4 - (36 - 4) / (page - 3);
            EXPECT_EQ(u32(w.s1_level), start) << int(mask) << " " << g;
            EXPECT_EQ(w.need_pa, (0x7ffffffffull >> mmu_level_shift(used, start)) * 8);
            r.hcr_el2 = MMU_HCR_VM;
            r.sctlr_el1 = 0;
            r.vtcr_el2 = mmu_vtcr_for(used, 40) & ~(3ull << 14);
            r.vtcr_el2 |= TG0[g] << 14;
            ASSERT_TRUE(begins(r, f, 0x7ffffffff, &w));
            EXPECT_EQ(u32(w.s2_level), mmu_s2_start_level(mmu_vtcr_for(used, 40)));
        }
}

/* First TxSZ of each start level, and the end: 4 KiB 16 L0, 25 L1, 34 L2, 43 L3 (with FEAT_TTST up
 * to 48); 16 KiB 16 L0, 17 L1, 28 L2, 39 L3; 64 KiB 16 L1, 22 L2, 35 L3 (up to 47). */
TEST(Granule, StartLevelOfEveryInputSize)
{
    const u32 first[3][4] = {{16, 25, 34, 43}, {16, 17, 28, 39}, {0, 16, 22, 35}};
    const u32 end_ttst[3] = {48, 48, 47};
    for (bool ttst : {false, true})
        for (bool half : {false, true})
            for (enum mmu_granule g : GRANULES)
                for (u32 size = 0; size < 64; size++) {
                    struct mmu_features f = with_ttst(ttst);
                    struct mmu_regs r = {};
                    struct mmu_walk w;
                    r.sctlr_el1 = MMU_SCTLR_M;
                    r.tcr_el1 = size | u64(size) << 16 | TG0[g] << 14 | TG1[g] << 30 | 5ull << 32;
                    bool legal = size >= 16 && size <= (ttst ? end_ttst[g] : 39);
                    u64 va = half ? ~0ull : 0;
                    ASSERT_EQ(begins(r, f, va, &w), legal) << g << " " << size << " " << ttst;
                    if (!legal) {
                        EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS) << "level 0";
                        EXPECT_EQ(w.fault.stage, 1u);
                        continue;
                    }
                    u32 level = 3;
                    while (first[g][level] > size)
                        level--;
                    EXPECT_EQ(u32(w.s1_level), level) << g << " " << size;
                    EXPECT_EQ(mmu_s1_start_level(r.tcr_el1, half), level);
                    u64 count = 1ull << (64 - size - mmu_level_shift(g, level));
                    EXPECT_EQ(w.need_pa, half ? (count - 1) * 8 : 0) << "entries of the table";
                }
}

TEST(Granule, ASizeOutOfRangeMayBeClamped)
{
    for (bool ttst : {false, true})
        for (enum mmu_granule g : GRANULES)
            for (u32 size = 0; size < 64; size++) {
                struct mmu_features f = with_ttst(ttst);
                struct mmu_regs r = {};
                struct mmu_walk w;
                u32 most = !ttst ? 39 : g == MMU_64K ? 47 : 48;
                u32 counts = size < 16 ? 16 : size > most ? most : size;
                f.clamps_tsz = 1;
                r.sctlr_el1 = MMU_SCTLR_M;
                r.tcr_el1 = size | TG0[g] << 14 | 5ull << 32;
                u64 end = 1ull << (64 - counts);
                EXPECT_TRUE(begins(r, f, end - 1, &w)) << size;
                EXPECT_FALSE(begins(r, f, end, &w)) << size;
            }
}

/* IPA bits that each start level of stage 2 takes; DDI 0487, D8.2, tables of VTCR_EL2. */
struct window {
    int level;
    u32 least, most, pa_bits;
};
/* clang-format off */
const window windows[3][4] = { /* [granule][SL0] */
    { { 2, 22, 34, 0 }, { 1, 31, 43, 0 },  { 0, 40, 52, 44 }, { 3, 0, 25, 0 } },
    { { 3, 0, 29, 0 },  { 2, 26, 40, 0 },  { 1, 37, 51, 42 }, { -1, 0, 0, 0 } },
    { { 3, 0, 33, 0 },  { 2, 30, 46, 0 },  { 1, 43, 52, 44 }, { -1, 0, 0, 0 } },
};
/* clang-format on */

TEST(Granule, StageTwoTakesTheSizesOfItsStartLevelAndNoOther)
{
    for (bool ttst : {false, true})
        for (u32 pa : {32u, 36u, 40u, 42u, 44u, 48u})
            for (enum mmu_granule g : GRANULES)
                for (u64 sl0 = 0; sl0 < 4; sl0++)
                    for (u32 size = 0; size < 64; size++) {
                        struct mmu_features f = with_ttst(ttst);
                        const window &c = windows[g][sl0];
                        u32 ipa = 64 - size, most = !ttst ? 39 : g == MMU_64K ? 47 : 48;
                        u64 vtcr = size | sl0 << 6 | TG0[g] << 14 | 5ull << 16;
                        f.pa_bits = u8(pa);
                        bool legal = c.level >= 0 && ipa >= c.least && ipa <= c.most &&
                                     ipa <= pa && pa >= c.pa_bits && size <= most &&
                                     (ttst || !(g == MMU_4K && sl0 == 3));
                        ASSERT_EQ(mmu_s2_is_legal(vtcr, &f), legal)
                            << g << " SL0 " << sl0 << " IPA " << ipa << " PA " << pa;
                        EXPECT_EQ(mmu_s2_start_level(vtcr),
                                  c.level < 0 ? u32(MMU_NO_LEVEL) : u32(c.level));
                    }
}

/* The same through a walk, with the number of tables side by side. */
TEST(Granule, AStageTwoThatCannotBeIsATranslationFaultOfLevelZero)
{
    struct mmu_features f = with_ttst(true);
    for (enum mmu_granule g : GRANULES)
        for (u64 sl0 = 0; sl0 < 4; sl0++)
            for (u32 size = 0; size < 64; size++) {
                struct mmu_regs r = {};
                struct mmu_walk w;
                r.hcr_el2 = MMU_HCR_VM;
                r.vtcr_el2 = size | sl0 << 6 | TG0[g] << 14 | 5ull << 16;
                if (!mmu_s2_is_legal(r.vtcr_el2, &f)) {
                    ASSERT_FALSE(begins(r, f, 0, &w));
                    EXPECT_EQ(w.fault.stage, 2u);
                    EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS);
                    continue;
                }
                u32 level = u32(windows[g][sl0].level), ipa = 64 - size;
                u32 shift = mmu_level_shift(g, level), per_table = mmu_page_shift(g) - 3;
                u32 tables = ipa > shift + per_table ? 1u << (ipa - shift - per_table) : 1;
                EXPECT_EQ(mmu_s2_concatenated(r.vtcr_el2), tables);
                EXPECT_LE(tables, 16u);
                ASSERT_TRUE(begins(r, f, (1ull << ipa) - 1, &w));
                EXPECT_EQ(w.need_pa, ((1ull << (ipa - shift)) - 1) * 8) << "the last entry";
                EXPECT_EQ(u32(w.s2_level), level);
                /* Stage 1 is off: what is above the IPA size but not above the PA size. */
                EXPECT_EQ(begins(r, f, 1ull << ipa, &w), false);
                EXPECT_EQ(u32(w.fault.stage), ipa == 48 ? 1u : 2u);
            }
}

/* KVM: IPA bits up to which each number of levels is enough. */
TEST(Granule, KvmTakesAsFewLevelsAsConcatenationAllows)
{
    struct row {
        enum mmu_granule g;
        u32 first, last, levels, start;
    };
    const row rows[] = {
        {MMU_4K, 32, 34, 2, 2},  {MMU_4K, 35, 43, 3, 1},  {MMU_4K, 44, 48, 4, 0},
        {MMU_16K, 32, 40, 2, 2}, {MMU_16K, 41, 48, 3, 1}, {MMU_64K, 32, 46, 2, 2},
        {MMU_64K, 47, 48, 3, 1},
    };
    u32 cells = 0;
    for (const row &c : rows)
        for (u32 ipa = c.first; ipa <= c.last; ipa++, cells++) {
            u64 vtcr = mmu_vtcr_for(c.g, ipa);
            EXPECT_EQ(mmu_s2_start_level(vtcr), c.start) << c.g << " " << ipa;
            EXPECT_EQ(4 - mmu_s2_start_level(vtcr), c.levels);
            EXPECT_TRUE(mmu_s2_is_legal(vtcr, &mmu_features_default));
            EXPECT_EQ(vtcr >> 14 & 3, TG0[c.g]);
            EXPECT_EQ(64 - (vtcr & 63), ipa);
        }
    EXPECT_EQ(cells, 3u * 17);
    EXPECT_EQ(mmu_vtcr(40), mmu_vtcr_for(MMU_4K, 40));
    EXPECT_EQ(mmu_tcr(39), mmu_tcr_for(MMU_4K, 39));
}

TEST(Granule, TheTagsFollowTheirWidths)
{
    struct mmu_features narrow = mmu_features_default;
    narrow.has_asid16 = narrow.has_vmid16 = 0;
    const struct mmu_features *const features[] = {&mmu_features_default, &narrow};
    for (u64 a1 = 0; a1 < 2; a1++)
        for (u64 as = 0; as < 2; as++)
            for (u64 vs = 0; vs < 2; vs++)
                for (const struct mmu_features *f : features) {
                    struct mmu_regs r = {};
                    bool wide = f->has_asid16;
                    r.ttbr0_el1 = 0x1234ull << 48;
                    r.ttbr1_el1 = 0x5678ull << 48;
                    r.vttbr_el2 = 0x9abcull << 48;
                    r.tcr_el1 = (a1 ? MMU_TCR_A1 : 0) | (as ? MMU_TCR_AS : 0);
                    r.vtcr_el2 = vs ? MMU_VTCR_VS : 0;
                    mmu_regs_prepare_for(&r, f);
                    EXPECT_EQ(r.asid, (a1 ? 0x5678 : 0x1234) & (as && wide ? 0xffff : 0xff));
                    EXPECT_EQ(r.vmid, u32(MMU_NO_VMID)) << "stage 2 is off";
                    r.hcr_el2 = MMU_HCR_VM;
                    mmu_regs_prepare_for(&r, f);
                    EXPECT_EQ(r.vmid, vs && wide ? 0x9abcu : 0xbcu);
                }
}

/* Preparing again after a switch of tasks or machines is preparing from nothing. */
TEST(Granule, PreparingAgainForgetsNothingAndKeepsNothing)
{
    struct mmu_regs kept = {};
    const u64 tcrs[] = {mmu_tcr(48), mmu_tcr(39) | MMU_TCR_EPD0, mmu_tcr_for(MMU_64K, 42)};
    const u64 bases[] = {0, 0x123456789000, 1ull << 47 | 5ull << 48};
    for (u64 tcr : tcrs)
        for (u64 hcr : {u64(0), u64(MMU_HCR_VM)})
            for (u64 narrow : {u64(0), u64(2)})
                for (u64 base : bases) {
                    struct mmu_regs fresh = {};
                    fresh.tcr_el1 = kept.tcr_el1 = tcr & ~(narrow << 32 ? 7ull << 32 : 0);
                    fresh.hcr_el2 = kept.hcr_el2 = hcr;
                    fresh.sctlr_el1 = kept.sctlr_el1 = MMU_SCTLR_M;
                    fresh.vtcr_el2 = kept.vtcr_el2 = mmu_vtcr(40 + u32(narrow));
                    fresh.ttbr0_el1 = kept.ttbr0_el1 = base;
                    fresh.ttbr1_el1 = kept.ttbr1_el1 = ~base;
                    fresh.vttbr_el2 = kept.vttbr_el2 = base;
                    mmu_regs_prepare(&fresh);
                    mmu_regs_prepare(&kept);
                    EXPECT_EQ(memcmp(&fresh, &kept, sizeof(fresh)), 0);
                }
}

} // namespace
