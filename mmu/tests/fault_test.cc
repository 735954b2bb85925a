#include "mmu/tests/tables.h"

#include <gtest/gtest.h>

namespace {

constexpr u64 VA = 0x1234567000ull;

/* Narrow both output sizes to 40 bits, so that HIGH_BIT is out of range. */
void narrow(tables &t)
{
    t.r.tcr_el1 = (t.r.tcr_el1 & ~(7ull << 32)) | 2ull << 32;
    t.r.vtcr_el2 = (t.r.vtcr_el2 & ~(7ull << 16)) | 2ull << 16;
    mmu_regs_prepare(&t.r);
}

void no_hardware_flags(tables &t)
{
    t.r.tcr_el1 &= ~(MMU_TCR_HA | MMU_TCR_HD);
    t.r.vtcr_el2 &= ~MMU_VTCR_HA;
    mmu_regs_prepare(&t.r);
}

void expect_fault(tables &t, enum mmu_access access, u32 stage, u32 kind, u32 level, bool s1ptw,
                  u64 ipa)
{
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA | 0x678, access, 0), MMU_FAULT);
    EXPECT_EQ(w.fault.stage, stage);
    EXPECT_EQ(w.fault.level, level);
    EXPECT_EQ(w.fault.fsc, kind + level);
    EXPECT_EQ(w.fault.s1ptw, s1ptw);
    EXPECT_EQ(w.fault.access, access);
    EXPECT_EQ(w.fault.el, 0u);
    EXPECT_EQ(w.fault.va, VA | 0x678u);
    EXPECT_EQ(w.fault.ipa, ipa & ~0xfffull);
}

void expect_s1(tables &t, u32 kind, u32 level, enum mmu_access access = MMU_READ)
{
    expect_fault(t, access, 1, kind, level, false, 0);
}

constexpr enum mmu_access ACCESSES[] = {MMU_READ, MMU_WRITE, MMU_FETCH};

TEST(Fault, StageOneDescriptorsThatAreInvalidAtTheirLevel)
{
    for (u32 bits : {39u, 48u})
        for (u32 ipa_bits : {0u, 40u})
            for (u32 level = 0; level <= 3; level++) {
                tables t(bits, ipa_bits);
                if (level < t.s1_start())
                    continue;
                t.map(VA);
                u64 &desc = t.s1(VA, level);
                u64 good = desc;
                for (enum mmu_access access : ACCESSES) {
                    desc = 0;
                    expect_s1(t, MMU_FSC_TRANS, level, access);
                    desc = good & ~MMU_DESC_VALID; /* x0 */
                    expect_s1(t, MMU_FSC_TRANS, level, access);
                    if (level == 1 || level == 2)
                        continue;
                    desc = good & ~MMU_DESC_TABLE; /* 01: no blocks at level 0, none at 3. */
                    expect_s1(t, MMU_FSC_TRANS, level, access);
                }
            }
}

TEST(Fault, StageOneAddressesOutOfRange)
{
    for (u32 ipa_bits : {0u, 40u})
        for (u32 level = 0; level <= 3; level++) {
            tables t(48, ipa_bits);
            narrow(t);
            t.map(VA);
            struct mmu_walk w;
            ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
            t.s1(VA, level) |= HIGH_BIT;
            expect_s1(t, MMU_FSC_SIZE, level);
        }
    for (u32 level = 1; level <= 2; level++) {
        tables t(48, 40);
        narrow(t);
        t.map(VA, level);
        t.s1(VA, level) |= 1ull << 40;
        expect_s1(t, MMU_FSC_SIZE, level);
    }
}

TEST(Fault, StageOneAccessFlagAndPermissionAtEveryLeaf)
{
    for (u32 ipa_bits : {0u, 40u})
        for (u32 level = 1; level <= 3; level++) {
            tables t(48, ipa_bits);
            no_hardware_flags(t);
            t.map(VA, level, S1_PAGE & ~MMU_DESC_AF);
            for (enum mmu_access access : ACCESSES)
                expect_s1(t, MMU_FSC_ACCESS, level, access);
            t.map(VA, level, S1_PAGE | MMU_S1_AP_RO);
            expect_s1(t, MMU_FSC_PERM, level, MMU_WRITE);
            t.map(VA, level, S1_PAGE & ~MMU_S1_AP_USER);
            expect_s1(t, MMU_FSC_PERM, level, MMU_READ);
            t.map(VA, level, S1_PAGE | MMU_S1_UXN);
            expect_s1(t, MMU_FSC_PERM, level, MMU_FETCH);
        }
}

/* Break stage 2 of one address (the page, or a stage-1 table) in every way, at every level. */
void break_stage_two(u32 ipa_bits, u32 leaf, int s1_level)
{
    bool ptw = s1_level >= 0;
    for (u32 level = mmu_s2_start_level(mmu_vtcr(ipa_bits)); level <= leaf; level++)
        for (enum mmu_access access : ACCESSES) {
            tables t(48, ipa_bits, leaf);
            if (ipa_bits == 40)
                narrow(t);
            no_hardware_flags(t);
            t.map(VA);
            u64 ipa = ptw ? t.s1_entry(VA, u32(s1_level)) : t.data_ipa();
            u64 &desc = t.s2(ipa, level);
            u64 good = desc;
            auto expect = [&](u32 kind) { expect_fault(t, access, 2, kind, level, ptw, ipa); };

            desc = 0;
            expect(MMU_FSC_TRANS);
            desc = good & ~MMU_DESC_VALID;
            expect(MMU_FSC_TRANS);
            if (level == 0 || level == 3) {
                desc = good & ~MMU_DESC_TABLE;
                expect(MMU_FSC_TRANS);
            }
            if (ipa_bits == 40) {
                desc = good | HIGH_BIT;
                expect(MMU_FSC_SIZE);
            }
            if (level < leaf)
                continue;
            desc = good & ~MMU_DESC_AF;
            expect(MMU_FSC_ACCESS);
            u64 denied = access == MMU_WRITE && !ptw ? MMU_S2_WRITE : MMU_S2_READ;
            desc = access == MMU_FETCH && !ptw ? good | MMU_S2_XN : good & ~denied;
            expect(MMU_FSC_PERM);
        }
}

TEST(Fault, StageTwoOfTheOutputAddress)
{
    for (u32 ipa_bits : {32u, 34u, 40u, 43u, 44u, 48u})
        for (u32 leaf = 1; leaf <= 3; leaf++)
            if (leaf >= mmu_s2_start_level(mmu_vtcr(ipa_bits)))
                break_stage_two(ipa_bits, leaf, -1);
}

TEST(Fault, StageTwoOfEveryStageOneDescriptor)
{
    for (u32 ipa_bits : {32u, 34u, 40u, 43u, 44u, 48u})
        for (u32 leaf = 1; leaf <= 3; leaf++)
            for (int s1_level = 0; s1_level <= 3; s1_level++)
                if (leaf >= mmu_s2_start_level(mmu_vtcr(ipa_bits)))
                    break_stage_two(ipa_bits, leaf, s1_level);
}

/* IPA bits above the VTCR size: stage 2, level 0, whatever the start level. */
TEST(Fault, IpaOutOfRange)
{
    for (u32 ipa_bits = 32; ipa_bits < 48; ipa_bits++) {
        tables t(48, ipa_bits);
        t.map(VA);
        u64 &desc = t.s1(VA, 3);
        u64 beyond = 1ull << ipa_bits;
        desc = (desc & ~MMU_DESC_ADDR) | beyond;
        expect_fault(t, MMU_READ, 2, MMU_FSC_TRANS, 0, false, beyond);
        desc = (desc & ~MMU_DESC_ADDR) | (beyond - MMU_PAGE_SIZE);
        t.map_s2(beyond - MMU_PAGE_SIZE, t.new_pa(), 3, S2_PAGE);
        struct mmu_walk w;
        EXPECT_EQ(t.walk(&w, VA), MMU_DONE) << "the last page of the range";
        u64 &table = t.s1(VA, 1);
        table = (table & ~MMU_DESC_ADDR) | beyond;
        expect_fault(t, MMU_READ, 2, MMU_FSC_TRANS, 0, true, beyond);
    }
}

/* AF or dirty update of a descriptor whose page is read-only for the walker. */
TEST(Fault, AnUpdateNeedsStageTwoWritePermission)
{
    const u64 pages[] = {S1_PAGE & ~MMU_DESC_AF, S1_PAGE | MMU_S1_AP_RO | MMU_DESC_DBM};
    for (u32 leaf = 2; leaf <= 3; leaf++)
        for (u64 page : pages) {
            tables t(48, 40, leaf);
            t.map(VA, 3, page);
            u64 ipa = t.s1_entry(VA, 3);
            t.s2(ipa, leaf) &= ~MMU_S2_WRITE;
            u64 before = t.s1(VA, 3);
            expect_fault(t, MMU_WRITE, 2, MMU_FSC_PERM, leaf, true, ipa);
            EXPECT_EQ(t.s1(VA, 3), before);
            struct mmu_walk w;
            bool needs_update = !(page & MMU_DESC_AF);
            EXPECT_EQ(t.walk(&w, VA, MMU_READ), needs_update ? MMU_FAULT : MMU_DONE);
            EXPECT_EQ(w.fault.write, needs_update) << "the walker wrote, not the access";
            t.s1(VA, 3) = S1_PAGE | TABLE | t.data_ipa();
            EXPECT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE) << "nothing to update";
        }
}

TEST(Fault, WnrOfATableWalkIsTheAccessOrForPermissionTheWalker)
{
    for (enum mmu_access access : ACCESSES) {
        tables t(48, 40);
        t.map(VA);
        u64 &desc = t.s2(t.s1_entry(VA, 2), 3);
        u64 good = desc;
        struct mmu_walk w;
        desc = 0;
        ASSERT_EQ(t.walk(&w, VA, access), MMU_FAULT);
        EXPECT_EQ(w.fault.write, access == MMU_WRITE);
        desc = good & ~MMU_S2_READ;
        ASSERT_EQ(t.walk(&w, VA, access), MMU_FAULT);
        EXPECT_EQ(w.fault.fsc, MMU_FSC_PERM + 3);
        EXPECT_EQ(w.fault.write, 0u);
    }
}

/* HCR_EL2.PTW: a stage-1 table in Device memory. */
TEST(Fault, ProtectedTableWalkRefusesDeviceMemory)
{
    for (u64 attribute = 0; attribute < 16; attribute++)
        for (bool ptw : {false, true}) {
            tables t(48, 40);
            t.map(VA);
            u64 ipa = t.s1_entry(VA, 2);
            u64 &desc = t.s2(ipa, 3);
            desc = (desc & ~MMU_S2_MEMATTR_WB) | attribute << 2;
            t.s2(t.data_ipa(), 3) &= ~MMU_S2_MEMATTR_WB; /* Data may be Device. */
            t.r.hcr_el2 |= ptw ? MMU_HCR_PTW : 0;
            mmu_regs_prepare(&t.r);
            struct mmu_walk w;
            if (ptw && attribute < 4)
                expect_fault(t, MMU_READ, 2, MMU_FSC_PERM, 3, true, ipa);
            else
                EXPECT_EQ(t.walk(&w, VA), MMU_DONE);
        }
}

/*
 * Everything is broken at once; each repair uncovers the fault of the next priority: stage 2 of
 * the descriptor (translation, size, access, permission), stage 1 translation, stage 1 size, level
 * after level; at the leaf access, permission, update; then stage 2 of the page.
 */
TEST(Fault, OneAccessMeetsItsFaultsInTheOrderOfPriority)
{
    tables t(48, 40);
    narrow(t);
    no_hardware_flags(t);
    t.map(VA, 3, S1_PAGE | MMU_S1_AP_RO | MMU_DESC_DBM);
    u64 entry_ipa[4], entry_pa[4], s1_good[4], s2_pa[5], s2_good[5];
    for (u32 level = 0; level <= 3; level++) {
        entry_ipa[level] = t.s1_entry(VA, level);
        entry_pa[level] = t.pa_of(entry_ipa[level]);
        s1_good[level] = t.memory[entry_pa[level]];
        s2_pa[level] = t.s2_entry(entry_ipa[level], 3);
    }
    s2_pa[4] = t.s2_entry(t.data_ipa(), 3);
    for (u32 i = 0; i <= 4; i++) {
        s2_good[i] = t.memory[s2_pa[i]];
        t.memory[s2_pa[i]] = 0;
    }
    for (u32 level = 0; level <= 3; level++)
        t.memory[entry_pa[level]] = 0;
    u64 rights = MMU_S2_READ | MMU_S2_WRITE;
    auto repair_s2 = [&](u32 i, bool ptw, u64 ipa) {
        u64 &desc = t.memory[s2_pa[i]];
        auto expect = [&](u32 kind) { expect_fault(t, MMU_WRITE, 2, kind, 3, ptw, ipa); };
        expect(MMU_FSC_TRANS);
        desc = (s2_good[i] & ~(MMU_DESC_AF | rights)) | HIGH_BIT;
        expect(MMU_FSC_SIZE);
        desc = s2_good[i] & ~(MMU_DESC_AF | rights);
        expect(MMU_FSC_ACCESS);
        desc = s2_good[i] & ~rights;
        expect(MMU_FSC_PERM);
        desc = s2_good[i] & ~(i == 3 ? MMU_S2_WRITE : 0); /* The leaf's page: read-only. */
    };
    for (u32 level = 0; level <= 3; level++) {
        u64 &desc = t.memory[entry_pa[level]];
        u64 bad = level == 3 ? MMU_S1_AP_USER | MMU_DESC_AF : 0;
        repair_s2(level, true, entry_ipa[level]);
        expect_s1(t, MMU_FSC_TRANS, level, MMU_WRITE);
        desc = (s1_good[level] & ~bad) | HIGH_BIT;
        expect_s1(t, MMU_FSC_SIZE, level, MMU_WRITE);
        desc = s1_good[level] & ~bad;
    }
    u64 &leaf = t.memory[entry_pa[3]];
    expect_s1(t, MMU_FSC_ACCESS, 3, MMU_WRITE);
    leaf |= MMU_DESC_AF;
    expect_s1(t, MMU_FSC_PERM, 3, MMU_WRITE);
    t.r.tcr_el1 |= MMU_TCR_HA | MMU_TCR_HD; /* Now DBM makes it writable, but for EL0. */
    mmu_regs_prepare(&t.r);
    expect_s1(t, MMU_FSC_PERM, 3, MMU_WRITE);
    leaf |= MMU_S1_AP_USER;
    expect_fault(t, MMU_WRITE, 2, MMU_FSC_PERM, 3, true, entry_ipa[3]);
    t.memory[s2_pa[3]] = s2_good[3];
    repair_s2(4, false, t.data_ipa());
    struct mmu_walk w;
    EXPECT_EQ(t.walk(&w, VA, MMU_WRITE, 0), MMU_DONE);
}

TEST(Fault, RangeComesBeforeDisabledWalksAndBothBeforeTables)
{
    tables t(48, 40);
    struct mmu_walk w;
    t.r.tcr_el1 = (t.r.tcr_el1 & ~(7ull << 32)) | MMU_TCR_EPD0; /* IPS: 32 bits. */
    t.r.ttbr0_el1 = HIGH_BIT;
    mmu_regs_prepare(&t.r);
    ASSERT_EQ(t.walk(&w, VA), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS);
    EXPECT_EQ(w.fault.stage, 1u);
    t.r.tcr_el1 &= ~MMU_TCR_EPD0;
    mmu_regs_prepare(&t.r);
    ASSERT_EQ(t.walk(&w, VA), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_SIZE);
    ASSERT_EQ(t.walk(&w, VA | 1ull << 50), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS);
    EXPECT_EQ(w.access_count, 0u);
}

struct mmu_fault make(u8 stage, u8 access, u8 el, u8 fsc, u8 s1ptw)
{
    struct mmu_fault f = {};
    f.stage = stage;
    f.access = access;
    f.el = el;
    f.fsc = fsc;
    f.s1ptw = s1ptw;
    f.write = access == MMU_WRITE;
    return f;
}

TEST(Syndrome, ClassComparesTheLevelsOfOriginAndTarget)
{
    /* clang-format off */
    const u64 expected[2][2][2] = { /* [stage - 1][el][fetch] */
        { { 0x24, 0x20 }, { 0x25, 0x21 } },
        { { 0x24, 0x20 }, { 0x24, 0x20 } },
    };
    /* clang-format on */
    for (u8 stage = 1; stage <= 2; stage++)
        for (u8 el = 0; el <= 1; el++)
            for (enum mmu_access access : ACCESSES) {
                struct mmu_fault f = make(stage, u8(access), el, 0x07, 0);
                u64 esr = mmu_fault_esr(&f, false);
                u64 wnr = access == MMU_WRITE ? 0x40 : 0;
                EXPECT_EQ(esr >> 26, expected[stage - 1][el][access == MMU_FETCH]);
                EXPECT_EQ(esr & 0x3ffffff, 0x2000007 | wnr) << "IL, WnR, FSC and no more";
            }
}

TEST(Syndrome, InstructionSyndromeOnlyForStageTwoDataAborts)
{
    for (u8 stage = 1; stage <= 2; stage++)
        for (u8 s1ptw = 0; s1ptw <= 1; s1ptw++)
            for (enum mmu_access access : ACCESSES) {
                struct mmu_fault f = make(stage, u8(access), 0, 0x0f, s1ptw);
                u64 added = mmu_fault_esr(&f, true) ^ mmu_fault_esr(&f, false);
                bool valid = stage == 2 && !s1ptw && access != MMU_FETCH;
                /* ISV 24, SAS 23:22 = 3, SRT 20:16 = 0, SF 15. */
                EXPECT_EQ(added, valid ? 0x1c08000u : 0u);
                EXPECT_EQ(mmu_fault_esr(&f, false) >> 7 & 1, s1ptw);
            }
}

TEST(Syndrome, AFetchHasNoWnrEvenIfTheWalkerWrote)
{
    struct mmu_fault f = make(2, MMU_FETCH, 0, 0x0f, 1);
    f.write = 1;
    EXPECT_EQ(mmu_fault_esr(&f, true), 0x20ull << 26 | 1ull << 25 | 0x8f);
    f.access = MMU_READ;
    EXPECT_EQ(mmu_fault_esr(&f, true), 0x24ull << 26 | 1ull << 25 | 0xcf);
}

TEST(Syndrome, HpfarHoldsTheIpaFromBitFour)
{
    struct mmu_fault f = make(2, MMU_READ, 0, 0x07, 0);
    for (u64 ipa : {u64(0), u64(0x1000), u64(0x40001000), u64(0xfffffffff000)}) {
        f.ipa = ipa;
        u64 hpfar = mmu_fault_hpfar(&f);
        EXPECT_EQ((hpfar & ~0xfull) << 8, ipa);
        EXPECT_EQ(hpfar & 0xf, 0u);
    }
    f.ipa = 0x40001000;
    EXPECT_EQ(mmu_fault_hpfar(&f), 0x400010u);
    f.stage = 1;
    EXPECT_DEATH(mmu_fault_hpfar(&f), "assertion");
}

} // namespace
