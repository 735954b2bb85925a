/*
 * Addresses of 52 bits: FEAT_LPA2 (4 and 16 KiB), FEAT_LVA and FEAT_LPA (64 KiB), through real
 * tables that lie above 48 bits. DDI 0487, D8.2, D8.3; TCR_EL1, VTCR_EL2, TTBR0_EL1, HPFAR_EL2.
 */
#include "mmu/tests/world.hpp"

#include <gtest/gtest.h>

namespace {

const enum mmu_granule GRANULES[] = {MMU_4K, MMU_16K, MMU_64K};
const u64 TG0[] = {0, 2, 1}, TG1[] = {2, 1, 3};
constexpr u64 LOW_VA = 0x1234567000ull, VA = 0x9ull << 48 | LOW_VA; /* Beyond 48 bits. */
constexpr u64 DATA = 6ull << 48 | 0x40000000ull;                    /* OA[51:48]: 0110 */

/* --- Reads of a walk --- */

struct row {
    enum mmu_granule g1;
    u32 va_bits;
    enum mmu_granule g2;
    u32 ipa_bits; /* 0: no stage 2. */
    bool concatenated;
    u32 leaf1, leaf2, reads;
};

/* clang-format off */
const row published[] = {
    { MMU_4K,  52, MMU_4K,  52, false, 3, 3, 35 }, { MMU_4K,  52, MMU_4K,  52, true, 3, 3, 29 },
    { MMU_4K,  52, MMU_4K,  0,  true,  3, 3, 5 },  { MMU_16K, 52, MMU_16K, 0,  true, 3, 3, 4 },
    { MMU_64K, 52, MMU_64K, 0,  true,  3, 3, 3 },
    { MMU_16K, 52, MMU_16K, 52, true,  3, 3, 24 }, { MMU_16K, 52, MMU_16K, 51, true, 3, 3, 19 },
    { MMU_64K, 52, MMU_64K, 52, true,  3, 3, 15 },
    { MMU_4K,  52, MMU_4K,  52, false, 0, 0, 8 },  { MMU_4K,  52, MMU_4K,  52, true, 0, 0, 5 },
    { MMU_16K, 52, MMU_16K, 52, true,  1, 1, 8 },  { MMU_64K, 52, MMU_64K, 52, true, 1, 1, 3 },
    { MMU_4K,  52, MMU_4K,  48, true,  3, 3, 29 }, { MMU_4K,  52, MMU_4K,  40, true, 3, 3, 23 },
    { MMU_4K,  48, MMU_4K,  52, false, 3, 3, 29 },
};
/* clang-format on */

TEST(Wide, ReadsOfThePublishedTable)
{
    for (const row &c : published) {
        world t(c.g1, c.va_bits, c.g2, c.ipa_bits);
        if (!c.concatenated)
            t.without_concatenation();
        t.s2_leaf = c.leaf2;
        u64 va = VA & ((1ull << c.va_bits) - 1);
        u64 data = c.va_bits > 48 && (c.ipa_bits == 0 || c.ipa_bits > 48) ? DATA : 1ull << 39;
        if (c.ipa_bits != 0)
            data &= (1ull << c.ipa_bits) - 1;
        u64 pa = t.map(va, data, c.leaf1);
        struct mmu_walk w;
        ASSERT_EQ(t.walk(&w, va), MMU_DONE) << c.va_bits << "/" << c.ipa_bits;
        EXPECT_EQ(u32(w.access_count), c.reads) << c.va_bits << "/" << c.ipa_bits;
        EXPECT_EQ(w.out.pa, pa & ~0xfffull);
    }
}

TEST(Wide, EveryPairOfGranulesSizesAndLeaves)
{
    u32 cells = 0;
    for (enum mmu_granule g1 : GRANULES)
        for (u32 va_bits : {49u, 50u, 51u, 52u})
            for (enum mmu_granule g2 : GRANULES)
                for (u32 ipa_bits : {0u, 40u, 47u, 48u, 49u, 50u, 51u, 52u})
                    for (bool tables_side_by_side : {true, false})
                        for (s32 leaf1 = 0; leaf1 <= 3; leaf1++)
                            for (s32 leaf2 = 0; leaf2 <= 3; leaf2++) {
                                world t(g1, va_bits, g2, ipa_bits);
                                bool off = ipa_bits == 0, s2_wide = t.wide2;
                                if (!tables_side_by_side) {
                                    if (g2 != MMU_4K || ipa_bits < 49)
                                        continue;
                                    t.without_concatenation();
                                }
                                if (leaf1 < s32(t.s1_start()) || !mmu_has_wide_leaf(g1, leaf1))
                                    continue;
                                if (off ? leaf2 != 3 || g2 != MMU_4K
                                        : leaf2 < s32(t.s2_start()) ||
                                              !(s2_wide ? mmu_has_wide_leaf(g2, leaf2)
                                                        : mmu_has_leaf(g2, leaf2)))
                                    continue;
                                u64 va = VA & ((1ull << va_bits) - 1);
                                u64 size1 = 1ull << world::shift(t.page1, u32(leaf1));
                                u32 out = off ? 52 : ipa_bits;
                                /* Apart from the tables, which are in the uppermost quarter or at
                                 * the start: an address in the middle. */
                                u64 data = 1ull << (out - 2);
                                if (size1 > data)
                                    continue;
                                t.s2_leaf = u32(leaf2);
                                u64 pa = t.map(va, data, u32(leaf1));
                                u32 n = u32(leaf1 - s32(t.s1_start()) + 1);
                                u32 m = off ? 0 : u32(leaf2 - s32(t.s2_start()) + 1);
                                struct mmu_walk w;
                                ASSERT_EQ(t.walk(&w, va), MMU_DONE)
                                    << g1 << " " << va_bits << " " << g2 << " " << ipa_bits << " "
                                    << leaf1 << " " << leaf2 << " fsc " << int(w.fault.fsc)
                                    << " stage " << int(w.fault.stage);
                                EXPECT_EQ(u32(w.access_count), (n + 1) * (m + 1) - 1);
                                EXPECT_EQ(w.out.pa, pa & ~0xfffull);
                                EXPECT_EQ(w.out.ipa, (data | (va & (size1 - 1))) & ~0xfffull);
                                EXPECT_EQ(u32(w.out.kind), (u32(g1) + 1) << 2 | u32(leaf1));
                                u32 bits1 = world::shift(t.page1, u32(leaf1));
                                u32 bits2 = world::shift(t.page2, u32(leaf2));
                                EXPECT_EQ(u32(w.out.bits), off || bits1 < bits2 ? bits1 : bits2);
                                cells++;
                            }
    EXPECT_GT(cells, 500u);
}

/* --- Sizes and start levels --- */

bool begins(struct mmu_regs r, const struct mmu_features &f, u64 va, struct mmu_walk *w)
{
    mmu_regs_prepare_for(&r, &f);
    return mmu_walk_begin(w, &r, va, MMU_READ, 1) == MMU_NEED_READ;
}

/* First TxSZ of each start level from -1: 4 KiB 12, 16, 25, 34, 43; 16 KiB 12 L0, 17, 28, 39;
 * 64 KiB 12 L1, 22, 35. Which of DS, FEAT_LPA2 and FEAT_LVA takes the least from 16 to 12. */
TEST(Wide, StartLevelOfEveryInputSize)
{
    const u32 first[3][5] = {{12, 16, 25, 34, 43}, {0, 12, 17, 28, 39}, {0, 0, 12, 22, 35}};
    for (u32 has = 0; has < 8; has++)
        for (bool ds : {false, true})
            for (bool half : {false, true})
                for (enum mmu_granule g : GRANULES)
                    for (u32 size = 0; size < 64; size++) {
                        struct mmu_features f = mmu_features_default;
                        struct mmu_regs r = {};
                        struct mmu_walk w;
                        f.has_lpa2 = has & 1;
                        f.has_lva = has >> 1 & 1;
                        f.clamps_tsz = has >> 2 & 1;
                        f.has_ttst = 1;
                        r.sctlr_el1 = MMU_SCTLR_M;
                        r.tcr_el1 = size | u64(size) << 16 | TG0[g] << 14 | TG1[g] << 30 |
                                    5ull << 32 | (ds ? MMU_TCR_DS : 0);
                        bool large = g == MMU_64K ? f.has_lva : ds && f.has_lpa2;
                        u32 least = large ? 12 : 16, most = g == MMU_64K ? 47 : 48, counts = size;
                        if (f.clamps_tsz && size > most)
                            counts = most;
                        if (f.clamps_tsz && size < least && !f.has_lva)
                            counts = least;
                        bool legal = counts >= least && counts <= most;
                        ASSERT_EQ(begins(r, f, half ? ~0ull : 0, &w), legal)
                            << g << " " << size << " " << has << ds;
                        if (!legal) {
                            EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS) << "level 0";
                            EXPECT_EQ(w.fault.level, 0);
                            continue;
                        }
                        s32 level = 3;
                        while (first[g][level + 1] > counts)
                            level--;
                        EXPECT_EQ(s32(w.s1_level), level) << g << " " << size;
                        if (counts == size) {
                            EXPECT_EQ(s32(mmu_s1_start_level(r.tcr_el1, half)), level);
                        }
                        u64 count = 1ull << (64 - counts - mmu_level_shift(g, level));
                        EXPECT_EQ(w.need_pa, half ? (count - 1) * 8 : 0) << "entries of the table";
                        u64 end = 1ull << (64 - counts);
                        EXPECT_TRUE(begins(r, f, half ? ~(end - 1) : end - 1, &w));
                        EXPECT_FALSE(begins(r, f, half ? ~end : end, &w));
                    }
}

struct window {
    s32 level; /* -2: reserved. */
    u32 least, most, pa_bits;
};
/* clang-format off */
const window windows[3][2][4] = { /* [granule][SL2][SL0], DS = 1 */
    { { { 2, 22, 34, 0 }, { 1, 31, 43, 0 }, { 0, 40, 52, 44 }, { 3, 0, 25, 0 } },
      { { -1, 49, 52, 52 }, { -2, 0, 0, 0 }, { -2, 0, 0, 0 }, { -2, 0, 0, 0 } } },
    { { { 3, 0, 29, 0 }, { 2, 26, 40, 0 }, { 1, 37, 51, 42 }, { 0, 48, 52, 52 } },
      { { 3, 0, 29, 0 }, { 2, 26, 40, 0 }, { 1, 37, 51, 42 }, { 0, 48, 52, 52 } } },
    { { { 3, 0, 33, 0 }, { 2, 30, 46, 0 }, { 1, 43, 52, 44 }, { -2, 0, 0, 0 } },
      { { 3, 0, 33, 0 }, { 2, 30, 46, 0 }, { 1, 43, 52, 44 }, { -2, 0, 0, 0 } } },
};
/* clang-format on */

TEST(Wide, StageTwoTakesTheSizesOfItsStartLevelAndNoOther)
{
    for (u32 pa : {40u, 42u, 44u, 48u, 52u})
        for (bool lpa2 : {false, true})
            for (enum mmu_granule g : GRANULES)
                for (u32 mode = 0; mode < 4; mode++)
                    for (u64 sl0 = 0; sl0 < 4; sl0++)
                        for (u32 size = 0; size < 64; size++) {
                            struct mmu_features f = mmu_features_default;
                            struct mmu_regs r = {};
                            struct mmu_walk w;
                            bool ds = mode & 1, sl2 = mode >> 1;
                            f.pa_bits = u8(pa);
                            f.has_lpa = pa == 52;
                            f.has_lpa2 = lpa2;
                            f.has_ttst = 1;
                            window c = windows[g][ds && lpa2 && sl2][sl0];
                            if (g == MMU_16K && sl0 == 3 && !(ds && lpa2))
                                c.level = -2;
                            u32 ipa = 64 - size, end = g == MMU_64K || (ds && lpa2) ? 52 : 48;
                            bool legal = c.level != -2 && ipa >= c.least && ipa <= c.most &&
                                         ipa <= pa && ipa <= end && pa >= c.pa_bits &&
                                         size <= (g == MMU_64K ? 47 : 48);
                            r.hcr_el2 = MMU_HCR_VM;
                            r.vtcr_el2 = size | sl0 << 6 | TG0[g] << 14 | 6ull << 16 |
                                         (ds ? MMU_VTCR_DS : 0) | (sl2 ? MMU_VTCR_SL2 : 0);
                            ASSERT_EQ(mmu_s2_is_legal(r.vtcr_el2, &f), legal)
                                << g << " SL0 " << sl0 << " IPA " << ipa << " PA " << pa << " "
                                << ds << sl2 << lpa2;
                            u64 last = ipa >= pa ? (1ull << pa) - 1 : (1ull << ipa) - 1;
                            ASSERT_EQ(begins(r, f, last, &w), legal);
                            if (!legal) {
                                EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS);
                                EXPECT_EQ(w.fault.stage, 2u);
                                continue;
                            }
                            EXPECT_EQ(s32(w.s2_level), c.level);
                            u32 shift = mmu_level_shift(g, c.level), per = mmu_page_shift(g) - 3;
                            EXPECT_EQ(w.need_pa, ((1ull << (ipa - shift)) - 1) * 8);
                            if (lpa2 || !(ds || sl2)) {
                                EXPECT_EQ(s32(mmu_s2_start_level(r.vtcr_el2)), c.level);
                                EXPECT_EQ(mmu_s2_concatenated(r.vtcr_el2),
                                          ipa > shift + per ? 1u << (ipa - shift - per) : 1u);
                            }
                        }
}

TEST(Wide, KvmTakesAsFewLevelsAsConcatenationAllows)
{
    const s32 start[3][4] = {{0, 0, 0, 0}, {1, 1, 1, 0}, {1, 1, 1, 1}};
    const u32 side_by_side[3][4] = {{2, 4, 8, 16}, {4, 8, 16, 1}, {1, 1, 1, 1}};
    struct mmu_features f = mmu_features_default;
    f.pa_bits = 52;
    f.has_lpa = f.has_lpa2 = 1;
    for (enum mmu_granule g : GRANULES)
        for (u32 ipa = 49; ipa <= 52; ipa++) {
            u64 vtcr = mmu_vtcr_for(g, ipa);
            EXPECT_EQ(s32(mmu_s2_start_level(vtcr)), start[g][ipa - 49]) << g << " " << ipa;
            EXPECT_EQ(mmu_s2_concatenated(vtcr), side_by_side[g][ipa - 49]) << g << " " << ipa;
            EXPECT_TRUE(mmu_s2_is_legal(vtcr, &f));
            EXPECT_FALSE(mmu_s2_is_legal(vtcr, &mmu_features_default));
            EXPECT_EQ(vtcr >> 16 & 7, 6u) << "PS: 52 bits";
            EXPECT_EQ((vtcr & MMU_VTCR_DS) != 0, g != MMU_64K);
        }
    EXPECT_DEATH(mmu_vtcr_for(MMU_4K, 53), "assertion");
    EXPECT_DEATH(mmu_tcr_for(MMU_4K, 53), "assertion");
}

/* --- Addresses --- */

/* Each bit of an address, in the base, a table and a leaf of each stage. */
TEST(Wide, EveryBitOfAnAddressIsInItsPlace)
{
    for (enum mmu_granule g : GRANULES) {
        world t(g, 52), n(g, 48, g, 52);
        u32 page = t.page1;
        for (u32 bit = page; bit < 52; bit++) {
            u64 at = 1ull << bit, low = at & 0x0000ffffffffffffull;
            u64 field = page == 16 ? low | at >> 48 << 12
                                   : (at & 0x3ffffffffffffull) | at >> 50 << 8;
            u64 base = low | at >> 48 << 2;
            struct mmu_walk w;
            t.r.ttbr0_el1 = base;
            n.r.vttbr_el2 = base;
            n.r.ttbr0_el1 = 0;
            t.prepare();
            n.prepare();
            mmu_walk_begin(&w, &t.r, 0, MMU_READ, 0);
            EXPECT_EQ(w.need_pa, at);
            mmu_walk_step(&w, &t.r, field | 3);
            EXPECT_EQ(w.need_pa, at) << "a table";
            while (w.s1_level < 3)
                mmu_walk_step(&w, &t.r, 3);
            EXPECT_EQ(mmu_walk_step(&w, &t.r, field | world::S1_ATTR | 3), MMU_DONE);
            EXPECT_EQ(w.out.pa, at);
            u64 align = (1ull << (page == 12 ? 16 : page == 14 ? 11 : 16)) - 1;
            if (!(at & align)) {
                mmu_walk_begin_s2(&w, &n.r, 0, MMU_READ, 0);
                EXPECT_EQ(w.need_pa, at);
                mmu_walk_step(&w, &n.r, field | 3);
                EXPECT_EQ(w.need_pa, at) << "a table";
                while (w.s2_level < 3)
                    mmu_walk_step(&w, &n.r, 3);
                EXPECT_EQ(mmu_walk_step(&w, &n.r, field | world::S2_ATTR | 3), MMU_DONE);
                EXPECT_EQ(w.out.pa, at);
            }
        }
    }
}

/* Bits 9:8 (shareability), 15:12 and 5:2 are no address where the format is that of 48 bits. */
TEST(Wide, WithoutTheFeatureOrDsTheBitsAreWhatTheyWere)
{
    for (enum mmu_granule g : GRANULES)
        for (u32 has = 0; has < 4; has++) {
            world t(g, 48);
            struct mmu_walk w;
            t.f.pa_bits = has & 1 ? 52 : 48;
            t.f.has_lpa = has & 1;
            t.f.has_lpa2 = has >> 1;
            if (g == MMU_64K && t.f.has_lpa)
                continue;
            if (!t.f.has_lpa2)
                t.r.tcr_el1 |= MMU_TCR_DS; /* RES0: ignored. */
            t.r.ttbr0_el1 |= 15 << 2;
            t.r.tcr_el1 |= 7ull << 32;
            t.prepare();
            u64 low = g == MMU_64K ? 15 << 12 : 3 << 8, table = 1ull << 47, above = 3ull << 48;
            mmu_walk_begin(&w, &t.r, 0, MMU_READ, 0);
            EXPECT_EQ(w.need_pa >> 48, 0u);
            mmu_walk_step(&w, &t.r, table | low | above | 3);
            EXPECT_EQ(w.need_pa, table);
            while (w.s1_level < 3)
                mmu_walk_step(&w, &t.r, 3);
            EXPECT_EQ(mmu_walk_step(&w, &t.r, table | low | above | world::S1_ATTR | 3), MMU_DONE);
            EXPECT_EQ(w.out.pa, table);
        }
}

/* IPS and PS: the first address that is too great, in a base, a table and a leaf. */
TEST(Wide, AnAddressBeyondTheOutputSizeIsAFaultOfItsLevel)
{
    const u32 sizes[8] = {32, 36, 40, 42, 44, 48, 52, 48};
    for (enum mmu_granule g : GRANULES)
        for (u64 code = 0; code < 8; code++)
            for (u32 bit : {31u, 32u, 36u, 40u, 42u, 44u, 47u, 48u, 49u, 50u, 51u}) {
                world t(g, 52), n(g, 48, g, 52);
                u64 field = world::pack(1ull << bit, t.page1, true);
                bool fault = bit >= sizes[code];
                t.r.tcr_el1 = (t.r.tcr_el1 & ~(7ull << 32)) | code << 32;
                n.r.vtcr_el2 = (n.r.vtcr_el2 & ~(7ull << 16)) | code << 16;
                t.r.ttbr0_el1 = n.r.vttbr_el2 = 0;
                t.prepare();
                n.prepare();
                s32 first = g == MMU_4K ? -1 : g == MMU_16K ? 0 : 1;
                struct mmu_walk w;
                for (s32 level = first; level <= 3; level++) {
                    mmu_walk_begin(&w, &t.r, 0, MMU_READ, 0);
                    while (w.s1_level < level)
                        mmu_walk_step(&w, &t.r, 3);
                    enum mmu_need need = mmu_walk_step(&w, &t.r, field | world::S1_ATTR | 3);
                    ASSERT_EQ(need == MMU_FAULT, fault) << g << " " << code << " " << bit;
                    if (fault) {
                        EXPECT_EQ(int(w.fault.fsc), level < 0 ? 0x29 : level);
                        EXPECT_EQ(int(w.fault.level), level);
                    }
                }
                for (s32 level = g == MMU_64K ? 1 : 0; level <= 3; level++) {
                    mmu_walk_begin_s2(&w, &n.r, 0, MMU_READ, 0);
                    while (w.s2_level < level)
                        mmu_walk_step(&w, &n.r, 3);
                    enum mmu_need need = mmu_walk_step(&w, &n.r, field | world::S2_ATTR | 3);
                    ASSERT_EQ(need == MMU_FAULT, fault) << g << " " << code << " " << bit;
                    EXPECT_EQ(w.fault.stage, fault ? 2u : 0u);
                    EXPECT_EQ(int(w.fault.level), fault ? level : 0);
                }
                /* 64 KiB has uppermost bits in a base only if the size says 52. */
                t.r.ttbr0_el1 = n.r.vttbr_el2 = world::base(1ull << bit);
                t.prepare();
                n.prepare();
                if (g == MMU_64K && code != 6 && bit >= 48)
                    fault = false;
                EXPECT_EQ(mmu_walk_begin(&w, &t.r, 0, MMU_READ, 0) == MMU_FAULT, fault);
                EXPECT_EQ(int(w.fault.fsc), 0) << "level 0";
                EXPECT_EQ(mmu_walk_begin_s2(&w, &n.r, 0, MMU_READ, 0) == MMU_FAULT, fault);
                EXPECT_EQ(int(w.fault.fsc), 0) << "level 0";
            }
}

/* A block may take its low bits from an input address beyond the output size. */
TEST(Wide, ABlockThatReachesBeyondTheOutputSizeFaultsThere)
{
    world t(MMU_4K, 52);
    t.r.tcr_el1 &= ~(7ull << 32); /* 32 bits */
    t.r.ttbr0_el1 = 0;
    t.prepare();
    for (u64 va : {0xffffffffull, 0x100000000ull}) {
        struct mmu_walk w;
        mmu_walk_begin(&w, &t.r, va, MMU_READ, 0);
        mmu_walk_step(&w, &t.r, 3);
        enum mmu_need need = mmu_walk_step(&w, &t.r, world::S1_ATTR | 1);
        EXPECT_EQ(need, va >> 32 ? MMU_FAULT : MMU_DONE);
        EXPECT_EQ(int(w.fault.fsc), 0) << "address size, level 0";
    }
}

/* The PE has fewer bits than the register asks for. */
TEST(Wide, TheImplementedSizeIsTheLimit)
{
    struct mmu_features f = mmu_features_default;
    struct mmu_regs r = {};
    struct mmu_walk w;
    f.has_lpa2 = 1; /* 48 bits of physical address, 52 of virtual. */
    r.sctlr_el1 = MMU_SCTLR_M;
    r.tcr_el1 = mmu_tcr_for(MMU_4K, 52);
    EXPECT_TRUE(begins(r, f, VA, &w));
    r.ttbr0_el1 = 1 << 2;
    EXPECT_FALSE(begins(r, f, VA, &w));
    EXPECT_EQ(int(w.fault.fsc), 0) << "address size, level 0";
    r = {};
    f.pa_bits = 52;
    f.has_lpa = 1;
    EXPECT_TRUE(mmu_s2_is_legal(mmu_vtcr_for(MMU_64K, 52), &f));
    EXPECT_EQ((mmu_regs_prepare_for(&r, &f), mmu_walk_begin(&w, &r, (1ull << 52) - 1, MMU_READ, 0)),
              MMU_DONE)
        << "stage 1 is off";
    EXPECT_EQ(mmu_walk_begin(&w, &r, 1ull << 52, MMU_READ, 0), MMU_FAULT);
    EXPECT_EQ(int(w.fault.fsc), 0);
    f.has_lpa = 0;
    EXPECT_DEATH(mmu_regs_prepare_for(&r, &f), "assertion") << "52 bits are FEAT_LPA";
}

/* --- Blocks --- */

TEST(Wide, BlocksOfTheNewLevelsExistInTheWideFormatAlone)
{
    const u32 level[3] = {0, 1, 1}, size[3] = {39, 36, 42};
    for (enum mmu_granule g : GRANULES)
        for (u64 contiguous : {u64(0), u64(MMU_DESC_CONTIGUOUS)}) {
            world t(g, 52), n(g, 52, g, 52), old(g, 48);
            struct mmu_walk w;
            u64 pa = t.map(VA, DATA, level[g], world::S1_ATTR | contiguous);
            ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
            EXPECT_EQ(w.out.pa, pa & ~0xfffull);
            EXPECT_EQ(u32(w.out.bits), size[g]) << "and no contiguous runs of them";
            n.s2_leaf = level[g];
            pa = n.map(VA, DATA, level[g]);
            ASSERT_EQ(n.walk(&w, VA), MMU_DONE);
            EXPECT_EQ(w.out.pa, pa & ~0xfffull);
            EXPECT_EQ(u32(w.out.bits), size[g]);
            EXPECT_TRUE(mmu_has_wide_leaf(g, level[g]));
            EXPECT_FALSE(mmu_has_leaf(g, level[g]));
            old.map(LOW_VA, 0, level[g]);
            ASSERT_EQ(old.walk(&w, LOW_VA), MMU_FAULT);
            EXPECT_EQ(u32(w.fault.fsc), MMU_FSC_TRANS + level[g]);
        }
    EXPECT_FALSE(mmu_has_wide_leaf(MMU_16K, 0));
    EXPECT_FALSE(mmu_has_wide_leaf(MMU_64K, 0));
}

} // namespace
