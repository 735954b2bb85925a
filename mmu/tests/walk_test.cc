#include "mmu/tests/tables.h"

#include <gtest/gtest.h>

#include <vector>

namespace {

constexpr u64 VA = 0x12345678000ull & ((1ull << 39) - 1);
constexpr u64 KERNEL_VA = 0xffffffc012345000ull;

TEST(Walk, TranslatesToThePageOfBothStages)
{
    tables t(48, 40);
    u64 pa = t.map(VA);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA | 0xabc), MMU_DONE);
    EXPECT_EQ(w.out.pa, pa);
    EXPECT_EQ(w.out.ipa, t.data_ipa());
    EXPECT_EQ(w.va, VA | 0xabc);
    EXPECT_TRUE(w.out.read && w.out.write && w.out.exec && w.out.user);
    EXPECT_FALSE(w.out.global);
    EXPECT_EQ(t.updates, 0u);
}

TEST(Walk, TheUpperHalfHasTablesOfItsOwn)
{
    for (u32 bits : {39u, 48u}) {
        tables t(bits, 40);
        u64 pa = t.map(KERNEL_VA, 3, S1_PAGE & ~(MMU_S1_AP_USER | MMU_S1_NG));
        struct mmu_walk w;
        ASSERT_EQ(t.walk(&w, KERNEL_VA, MMU_READ, 1), MMU_DONE) << bits;
        EXPECT_EQ(w.out.pa, pa);
        EXPECT_TRUE(w.out.global);
        EXPECT_FALSE(w.out.user);
        EXPECT_EQ(t.walk(&w, KERNEL_VA & ((1ull << bits) - 1), MMU_READ, 1), MMU_FAULT);
    }
}

/* Descriptor reads without walk caches: (n + 1)(m + 1) - 1. */
TEST(Walk, CountsTheReadsOfThePublishedTable)
{
    /* clang-format off */
    const u32 rows[][5] = { /* VA bits, IPA bits, leaf levels of stages 1 and 2, reads */
        { 48, 0, 3, 0, 4 },   { 39, 0, 3, 0, 3 },   { 48, 40, 3, 3, 19 }, { 48, 48, 3, 3, 24 },
        { 39, 40, 3, 3, 15 }, { 48, 40, 2, 2, 11 }, { 48, 0, 2, 0, 3 },   { 39, 0, 1, 0, 1 },
        { 39, 40, 1, 1, 3 },  { 48, 32, 3, 3, 14 }, { 39, 48, 3, 3, 19 },
    };
    /* clang-format on */
    for (const auto &row : rows) {
        tables t(row[0], row[1], row[3]);
        t.map(VA, row[2]);
        struct mmu_walk w;
        ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
        EXPECT_EQ(w.access_count, row[4]) << row[0] << "/" << row[1];
    }
}

TEST(Walk, EveryGeometryAndLeafSizeReachesItsPageWithItsCount)
{
    for (u32 va_bits : {39u, 48u})
        for (u32 ipa_bits = 32; ipa_bits <= 48; ipa_bits++)
            for (u32 s1_leaf = 1; s1_leaf <= 3; s1_leaf++)
                for (u32 s2_leaf = 1; s2_leaf <= 3; s2_leaf++) {
                    if (s2_leaf < mmu_s2_start_level(mmu_vtcr(ipa_bits)))
                        continue;
                    /* A gigabyte of stage 1 does not fit a slot of 256 MiB. */
                    if (s1_leaf == 1 && ipa_bits < 34)
                        continue;
                    tables t(va_bits, ipa_bits, s2_leaf);
                    u64 pa = t.map(VA, s1_leaf);
                    u32 n = s1_leaf - t.s1_start() + 1, m = s2_leaf - t.s2_start() + 1;
                    struct mmu_walk w;
                    ASSERT_EQ(t.walk(&w, VA | 0x123), MMU_DONE) << ipa_bits;
                    EXPECT_EQ(w.out.pa, pa) << ipa_bits << " " << s1_leaf << " " << s2_leaf;
                    EXPECT_EQ(w.access_count, (n + 1) * (m + 1) - 1);
                }
}

TEST(Walk, StageOneOffIsFlat)
{
    tables t(48, 40);
    t.r.sctlr_el1 = 0;
    t.map_s2(0x8000345000, 0x8876543000, 3, S2_PAGE & ~MMU_S2_WRITE);
    mmu_regs_prepare(&t.r);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, 0x8000345678), MMU_DONE);
    EXPECT_EQ(w.access_count, 3u);
    EXPECT_EQ(w.out.pa, 0x8876543000u);
    EXPECT_EQ(w.out.ipa, 0x8000345000u);
    EXPECT_TRUE(w.out.read && w.out.exec && w.out.global && w.out.user);
    EXPECT_FALSE(w.out.write) << "stage 2 still applies";
}

TEST(Walk, BothStagesOffNeedNoDescriptor)
{
    struct mmu_regs r = {};
    struct mmu_walk w;
    mmu_regs_prepare(&r);
    ASSERT_EQ(mmu_walk_begin(&w, &r, 0xffffffffffff, MMU_WRITE, 0), MMU_DONE);
    EXPECT_EQ(w.out.pa, 0xfffffffff000u);
    EXPECT_EQ(w.access_count, 0u);
    EXPECT_TRUE(w.out.read && w.out.write && w.out.exec);
    /* Above the physical address size; with TBI the top byte does not count. */
    for (u64 va : {u64(1) << 48, u64(1) << 55, u64(0x5a) << 56}) {
        EXPECT_EQ(mmu_walk_begin(&w, &r, va, MMU_WRITE, 0), MMU_FAULT);
        EXPECT_EQ(w.fault.stage, 1u);
        EXPECT_EQ(w.fault.fsc, MMU_FSC_SIZE);
    }
    r.tcr_el1 = MMU_TCR_TBI0;
    mmu_regs_prepare(&r);
    EXPECT_EQ(mmu_walk_begin(&w, &r, 0x5a00000000001234, MMU_WRITE, 0), MMU_DONE);
    EXPECT_EQ(w.out.pa, 0x1000u);
    EXPECT_EQ(mmu_walk_begin(&w, &r, 0x5a01000000001234, MMU_WRITE, 0), MMU_FAULT);
}

/* HCR_EL2.DC: stage 1 is off whatever SCTLR_EL1.M says, stage 2 is on whatever VM says. */
TEST(Walk, DefaultCacheableForcesStageTwoAlone)
{
    tables t(48, 40);
    t.r.hcr_el2 = MMU_HCR_DC;
    t.map_s2(0x8000345000, 0x8876543000, 3, S2_PAGE);
    mmu_regs_prepare(&t.r);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, 0x8000345678), MMU_DONE);
    EXPECT_EQ(w.out.pa, 0x8876543000u);
    EXPECT_EQ(w.access_count, 3u);
}

TEST(Walk, StageTwoAloneTranslatesAnIpa)
{
    tables t(48, 40);
    t.map_s2(0x8000345000, 0x8876543000, 3, S2_PAGE & ~MMU_S2_WRITE);
    struct mmu_walk w;
    ASSERT_EQ(t.finish(&w, mmu_walk_begin_s2(&w, &t.r, 0x8000345678, MMU_READ, 1)), MMU_DONE);
    EXPECT_EQ(w.out.pa, 0x8876543000u);
    EXPECT_EQ(w.out.ipa, 0x8000345000u);
    EXPECT_TRUE(w.out.global && w.out.read && !w.out.write && !w.out.user);
    ASSERT_EQ(t.finish(&w, mmu_walk_begin_s2(&w, &t.r, 0x8000345678, MMU_WRITE, 1)), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_PERM + 3);
    EXPECT_EQ(w.fault.ipa, 0x8000345000u);
    EXPECT_EQ(w.fault.s1ptw, 0u);
    EXPECT_EQ(w.fault.write, 1u);
    EXPECT_EQ(w.fault.va & 0xfff, 0x678u);
    t.r.hcr_el2 = 0;
    mmu_regs_prepare(&t.r);
    ASSERT_EQ(mmu_walk_begin_s2(&w, &t.r, 0x8000345678, MMU_WRITE, 1), MMU_DONE);
    EXPECT_EQ(w.out.pa, 0x8000345000u);
}

TEST(Walk, SetsTheAccessFlagOfEveryLeafOnTheWay)
{
    tables t(39, 40);
    t.map(VA, 3, S1_PAGE & ~MMU_DESC_AF, S2_PAGE & ~MMU_DESC_AF);
    for (u32 level = 1; level <= 3; level++)
        t.s2(t.s1_entry(VA, level), 3) &= ~MMU_DESC_AF;
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
    EXPECT_EQ(t.updates, 5u) << "three table pages, the page in both stages";
    EXPECT_EQ(w.access_count, 15u) << "updates are no reads";
    for (u32 level = 1; level <= 3; level++)
        EXPECT_TRUE(t.s2(t.s1_entry(VA, level), 3) & MMU_DESC_AF);
    EXPECT_TRUE(t.s1(VA, 3) & t.s2(t.data_ipa(), 3) & MMU_DESC_AF);
    t.updates = 0;
    ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
    EXPECT_EQ(t.updates, 0u);
}

TEST(Walk, ACleanPageIsEnteredWithoutWriteUntilItIsWritten)
{
    tables t(48, 40);
    t.map(VA, 3, S1_PAGE | MMU_S1_AP_RO | MMU_DESC_DBM);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA, MMU_READ), MMU_DONE);
    EXPECT_FALSE(w.out.write);
    EXPECT_EQ(t.updates, 0u);
    EXPECT_TRUE(t.s1(VA, 3) & MMU_S1_AP_RO);

    ASSERT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE);
    EXPECT_TRUE(w.out.write);
    EXPECT_EQ(t.updates, 1u);
    EXPECT_FALSE(t.s1(VA, 3) & MMU_S1_AP_RO);
    ASSERT_EQ(t.walk(&w, VA, MMU_READ), MMU_DONE);
    EXPECT_TRUE(w.out.write) << "dirty now";
}

TEST(Walk, AccessFlagAndDirtyStateAreOneUpdate)
{
    for (u32 level = 1; level <= 3; level++) {
        tables t(48, 40);
        t.map(VA, level, (S1_PAGE & ~MMU_DESC_AF) | MMU_S1_AP_RO | MMU_DESC_DBM);
        u64 before = t.s1(VA, level);
        struct mmu_walk w;
        ASSERT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE);
        EXPECT_EQ(t.updates, 1u);
        EXPECT_EQ(t.s1(VA, level), (before | MMU_DESC_AF) & ~MMU_S1_AP_RO);
    }
}

TEST(Walk, DirtyManagementNeedsBothHdAndHa)
{
    for (u32 bits = 0; bits < 4; bits++) {
        tables t(48, 40);
        t.map(VA, 3, S1_PAGE | MMU_S1_AP_RO | MMU_DESC_DBM);
        t.r.tcr_el1 &= ~(MMU_TCR_HA | MMU_TCR_HD);
        t.r.tcr_el1 |= (bits & 1 ? MMU_TCR_HA : 0) | (bits & 2 ? MMU_TCR_HD : 0);
        mmu_regs_prepare(&t.r);
        struct mmu_walk w;
        EXPECT_EQ(t.walk(&w, VA, MMU_WRITE), bits == 3 ? MMU_DONE : MMU_FAULT);
        EXPECT_EQ(t.walk(&w, VA, MMU_READ), MMU_DONE);
    }
}

TEST(Walk, APageThatStageTwoForbidsToWriteIsNotDirtiedForAReader)
{
    tables t(48, 40);
    t.map(VA, 3, S1_PAGE, S2_PAGE & ~MMU_S2_WRITE);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA, MMU_READ), MMU_DONE);
    EXPECT_FALSE(w.out.write);
    EXPECT_TRUE(w.out.read);
}

/* The descriptor changed between read and update: the walk judges what is there. */
TEST(Walk, ALostUpdateIsJudgedAgain)
{
    tables t(48, 0);
    t.map(VA, 3, S1_PAGE & ~MMU_DESC_AF);
    struct mmu_walk w;
    enum mmu_need need = mmu_walk_begin(&w, &t.r, VA, MMU_READ, 0);
    while (need == MMU_NEED_READ)
        need = mmu_walk_step(&w, &t.r, t.memory[w.need_pa]);
    ASSERT_EQ(need, MMU_NEED_UPDATE);
    EXPECT_EQ(w.need_pa, t.s1_entry(VA, 3));
    struct mmu_walk other = w;
    EXPECT_EQ(mmu_walk_step(&w, &t.r, w.need_value), MMU_DONE);
    EXPECT_EQ(mmu_walk_step(&other, &t.r, 0), MMU_FAULT);
    EXPECT_EQ(other.fault.fsc, MMU_FSC_TRANS + 3);
}

TEST(Walk, AFinishedWalkTakesNoStep)
{
    tables t(48, 0);
    t.map(VA);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
    EXPECT_DEATH(mmu_walk_step(&w, &t.r, 0), "assertion");
}

/* One walk after another through the same tables, from poisoned memory: all states must be equal
 * byte by byte. The copy moves to another place at every step. */
TEST(Walk, EverythingBetweenTwoStepsIsInTheState)
{
    for (enum mmu_access access : {MMU_READ, MMU_WRITE, MMU_FETCH})
        for (u64 s2_page : {S2_PAGE, S2_PAGE & ~u64(MMU_DESC_AF), u64(0)}) {
            tables one(48, 40), two(48, 40);
            for (tables *t : {&one, &two})
                t->map(VA, 3, (S1_PAGE & ~MMU_DESC_AF) | MMU_S1_AP_RO | MMU_DESC_DBM, s2_page);
            std::vector<struct mmu_walk> states;
            struct mmu_walk w, place[2];
            memset(&w, 0xaa, sizeof(w));
            enum mmu_need straight =
                one.finish(&w, mmu_walk_begin(&w, &one.r, VA, access, 0),
                           [&](struct mmu_walk &now) { states.push_back(now); });
            states.push_back(w);

            memset(place, 0x55, sizeof(place));
            enum mmu_need need = mmu_walk_begin(&place[0], &two.r, VA, access, 0);
            size_t i = 0;
            for (; need == MMU_NEED_READ || need == MMU_NEED_UPDATE; i++) {
                struct mmu_walk &from = place[i % 2], &to = place[(i + 1) % 2];
                ASSERT_LT(i, states.size());
                EXPECT_EQ(memcmp(&from, &states[i], sizeof(from)), 0) << i;
                memcpy(&to, &from, sizeof(to));
                memset(&from, 0xff, sizeof(from));
                if (need == MMU_NEED_UPDATE)
                    two.memory[to.need_pa] = to.need_value;
                need = mmu_walk_step(&to, &two.r, two.memory[to.need_pa]);
            }
            EXPECT_EQ(need, straight);
            EXPECT_EQ(i + 1, states.size());
            EXPECT_EQ(memcmp(&place[i % 2], &states[i], sizeof(w)), 0);
        }
}

} // namespace
