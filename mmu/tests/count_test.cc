/* Descriptor reads of real walks through real tables: (n + 1)(m + 1) - 1 for every configuration,
 * pages and blocks, all granules in both stages. */
#include "mmu/tests/world.hpp"

#include <gtest/gtest.h>

namespace {

const enum mmu_granule GRANULES[] = {MMU_4K, MMU_16K, MMU_64K};
constexpr u64 VA = 0x1234567000ull, DATA = 0x40000000ull;

struct row {
    enum mmu_granule g1;
    u32 va_bits;
    enum mmu_granule g2;
    u32 ipa_bits, leaf1, leaf2, reads;
};

/* clang-format off */
const row published[] = { /* The published table; 52 bits are in wide_test.cc. */
    { MMU_4K,  48, MMU_4K,  0,  3, 3, 4 },  { MMU_4K,  39, MMU_4K,  0,  3, 3, 3 },
    { MMU_64K, 48, MMU_64K, 0,  3, 3, 3 },  { MMU_64K, 42, MMU_64K, 0,  3, 3, 2 },
    { MMU_4K,  48, MMU_4K,  40, 3, 3, 19 }, { MMU_4K,  48, MMU_4K,  48, 3, 3, 24 },
    { MMU_4K,  39, MMU_4K,  40, 3, 3, 15 },
    { MMU_16K, 48, MMU_16K, 40, 3, 3, 14 }, { MMU_16K, 48, MMU_16K, 41, 3, 3, 19 },
    { MMU_16K, 48, MMU_16K, 48, 3, 3, 19 },
    { MMU_64K, 48, MMU_64K, 48, 3, 3, 15 }, { MMU_64K, 42, MMU_64K, 42, 3, 3, 8 },
    { MMU_4K,  48, MMU_4K,  40, 2, 2, 11 }, /* 2 MiB in both stages */
    { MMU_4K,  48, MMU_4K,  48, 2, 2, 15 }, { MMU_4K,  48, MMU_4K,  40, 1, 1, 5 },
    { MMU_16K, 48, MMU_16K, 40, 2, 2, 7 },  { MMU_64K, 48, MMU_64K, 48, 2, 2, 8 },
};
/* clang-format on */

TEST(Count, ReadsOfThePublishedTable)
{
    for (const row &c : published) {
        world t(c.g1, c.va_bits, c.g2, c.ipa_bits);
        t.s2_leaf = c.leaf2;
        struct mmu_walk w;
        u64 pa = t.map(VA, DATA, c.leaf1);
        ASSERT_EQ(t.walk(&w, VA), MMU_DONE) << c.va_bits << "/" << c.ipa_bits;
        EXPECT_EQ(u32(w.access_count), c.reads) << c.va_bits << "/" << c.ipa_bits;
        EXPECT_EQ(w.out.pa, pa & ~0xfffull);
    }
}

TEST(Count, EveryPairOfGranulesSizesAndLeaves)
{
    u32 cells = 0;
    for (enum mmu_granule g1 : GRANULES)
        for (u32 va_bits : {25u, 30u, 36u, 39u, 42u, 47u, 48u})
            for (enum mmu_granule g2 : GRANULES)
                for (u32 ipa_bits : {0u, 32u, 34u, 35u, 40u, 41u, 43u, 44u, 46u, 47u, 48u})
                    for (u32 leaf1 = 0; leaf1 <= 3; leaf1++)
                        for (u32 leaf2 = 0; leaf2 <= 3; leaf2++) {
                            world t(g1, va_bits, g2, ipa_bits);
                            u64 va = VA & ((1ull << va_bits) - 1);
                            bool off = ipa_bits == 0;
                            if (leaf1 < t.s1_start() || !mmu_has_leaf(g1, leaf1))
                                continue;
                            if (off ? leaf2 != 3 || g2 != MMU_4K
                                    : leaf2 < t.s2_start() || !mmu_has_leaf(g2, leaf2))
                                continue;
                            /* The leaf must lie in the IPA space and apart from the tables. */
                            if (!off && ipa_bits < 34 && (leaf1 == 1 || leaf2 == 1))
                                continue;
                            t.s2_leaf = leaf2;
                            u64 data = !off && ipa_bits >= 40 ? 1ull << 39 : DATA;
                            u64 pa = t.map(va, data, leaf1);
                            u32 n = leaf1 - t.s1_start() + 1;
                            u32 m = off ? 0 : leaf2 - t.s2_start() + 1;
                            struct mmu_walk w;
                            ASSERT_EQ(t.walk(&w, va), MMU_DONE)
                                << g1 << " " << va_bits << " " << g2 << " " << ipa_bits << " "
                                << leaf1 << " " << leaf2 << " fsc " << int(w.fault.fsc)
                                << " stage " << int(w.fault.stage);
                            EXPECT_EQ(u32(w.access_count), (n + 1) * (m + 1) - 1);
                            EXPECT_EQ(w.out.pa, pa & ~0xfffull);
                            u32 size = world::shift(t.page1, leaf1);
                            u32 size2 = world::shift(t.page2, leaf2);
                            EXPECT_EQ(u32(w.out.bits), off || size < size2 ? size : size2);
                            EXPECT_EQ(u32(w.out.kind), (u32(g1) + 1) << 2 | leaf1);
                            cells++;
                        }
    EXPECT_GT(cells, 500u);
}

TEST(Count, TheUpperHalfHasItsOwnGranule)
{
    for (enum mmu_granule g0 : GRANULES)
        for (enum mmu_granule g1 : GRANULES) {
            world t(g1, 48);
            u64 low = mmu_tcr_for(g0, 42) & (63 | 3ull << 14);
            t.r.tcr_el1 = (t.r.tcr_el1 & ~(63 | 3ull << 14)) | low;
            t.prepare();
            u64 va = 0xffff000000000000ull | VA;
            u64 pa = t.map(va, DATA);
            struct mmu_walk w;
            ASSERT_EQ(t.walk(&w, va), MMU_DONE);
            EXPECT_EQ(w.out.pa, pa & ~0xfffull);
            EXPECT_EQ(u32(w.out.bits), mmu_page_shift(g1));
            ASSERT_EQ(mmu_walk_begin(&w, &t.r, 0, MMU_READ, 0), MMU_NEED_READ);
            EXPECT_EQ(u32(w.s1_level), mmu_s1_start_level(mmu_tcr_for(g0, 42), false));
        }
}

/* What is at a level without blocks, and 01 at level 3, is invalid, in each stage. */
TEST(Count, BlocksWhereThereAreNoneAreTranslationFaults)
{
    for (enum mmu_granule g : GRANULES)
        for (u32 level = 0; level <= 3; level++) {
            world t(g, 48, g, 48);
            if (mmu_has_leaf(g, level) && level < 3)
                continue;
            if (level >= t.s1_start()) {
                t.map(VA, DATA);
                struct mmu_walk w;
                t.s1(VA, level) &= ~2ull;
                ASSERT_EQ(t.walk(&w, VA), MMU_FAULT) << g << level;
                EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS + level);
                EXPECT_EQ(w.fault.stage, 1u);
            }
            if (level >= t.s2_start()) {
                world u(g, 48, g, 48);
                u.map(VA, DATA);
                struct mmu_walk w;
                u.memory[u.s2_entry(DATA, level)] &= ~2ull;
                ASSERT_EQ(u.walk(&w, VA), MMU_FAULT) << g << level;
                EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS + level);
                EXPECT_EQ(w.fault.stage, 2u);
            }
        }
}

/* The Contiguous bit of either stage makes an entry of a whole run, no greater than the other stage
 * allows. */
TEST(Count, ContiguousLeavesAreOneEntry)
{
    for (enum mmu_granule g : GRANULES)
        for (u32 level = 1; level <= 3; level++) {
            world t(g, 48), n(g, 48, g, 48);
            if (!mmu_has_leaf(g, level))
                continue;
            u32 size = world::shift(t.page1, level), run = size + mmu_run_shift(g, level);
            struct mmu_walk w;
            t.map(VA, DATA, level, world::S1_ATTR | MMU_DESC_CONTIGUOUS);
            ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
            EXPECT_EQ(u32(w.out.bits), run);
            n.s2_leaf = level;
            n.map(VA, DATA, level, world::S1_ATTR | MMU_DESC_CONTIGUOUS);
            ASSERT_EQ(n.walk(&w, VA), MMU_DONE);
            EXPECT_EQ(u32(w.out.bits), size) << "stage 2 is not contiguous";
            n.s2(DATA | (VA & ((1ull << size) - 1))) |= MMU_DESC_CONTIGUOUS;
            ASSERT_EQ(n.walk(&w, VA), MMU_DONE);
            EXPECT_EQ(u32(w.out.bits), run);
        }
}

} // namespace
