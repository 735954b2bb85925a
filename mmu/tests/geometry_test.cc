#include "mmu/tests/tables.h"

#include <gtest/gtest.h>

namespace {

constexpr u64 VA = 0x12345678000ull;
constexpr u64 VA39 = 0x1234567000ull;

/* What a fetch at this register setting meets; TTBR1 if va says so. */
struct mmu_walk begin(struct mmu_regs r, u64 va)
{
    struct mmu_walk w;
    mmu_regs_prepare(&r);
    mmu_walk_begin(&w, &r, va, MMU_READ, 1);
    return w;
}

bool is_fault(const struct mmu_walk &w, u32 stage, u32 fsc)
{
    return w.fault.stage == stage && w.fault.fsc == fsc;
}

/* IPA bits, start level, concatenated tables: KVM's choice for 4 KiB. */
/* clang-format off */
const u32 kvm[][3] = {
    { 32, 2, 4 },  { 33, 2, 8 }, { 34, 2, 16 }, { 35, 1, 1 },  { 36, 1, 1 }, { 37, 1, 1 },
    { 38, 1, 1 },  { 39, 1, 1 }, { 40, 1, 2 },  { 41, 1, 4 },  { 42, 1, 8 }, { 43, 1, 16 },
    { 44, 0, 1 },  { 45, 0, 1 }, { 46, 0, 1 },  { 47, 0, 1 },  { 48, 0, 1 },
};
/* clang-format on */

TEST(Geometry, StageTwoStartsWhereKvmStarts)
{
    u32 expected_bits = 32;
    for (const auto &row : kvm) {
        u64 vtcr = mmu_vtcr(row[0]);
        EXPECT_EQ(row[0], expected_bits++);
        EXPECT_EQ(64 - (vtcr & 63), row[0]);
        EXPECT_EQ(mmu_s2_start_level(vtcr), row[1]) << row[0];
        EXPECT_EQ(mmu_s2_concatenated(vtcr), row[2]) << row[0];
        EXPECT_TRUE(vtcr & MMU_VTCR_HA);
        EXPECT_TRUE(vtcr & 1ull << 31) << "RES1";
        EXPECT_EQ(vtcr >> 16 & 7, 5u) << "PS: 48 bits";
        EXPECT_EQ(vtcr >> 14 & 3, 0u) << "TG0: 4 KiB";
    }
    EXPECT_EQ(expected_bits, 49u);
}

TEST(Geometry, StageOneStartsByTheSizeOfEachHalf)
{
    EXPECT_EQ(mmu_s1_start_level(mmu_tcr(48), false), 0u);
    EXPECT_EQ(mmu_s1_start_level(mmu_tcr(48), true), 0u);
    EXPECT_EQ(mmu_s1_start_level(mmu_tcr(39), false), 1u);
    EXPECT_EQ(mmu_s1_start_level(mmu_tcr(39), true), 1u);
    /* TxSZ 16-24 level 0, 25-33 level 1, 34-39 level 2. */
    for (u64 size = 16; size <= 39; size++) {
        u32 level = size <= 24 ? 0 : size <= 33 ? 1 : 2;
        EXPECT_EQ(mmu_s1_start_level(size | 16 << 16, false), level) << size;
        EXPECT_EQ(mmu_s1_start_level(39 | size << 16, true), level) << size;
    }
}

TEST(Geometry, TcrSaysWhatItsNameSays)
{
    for (u32 bits : {39u, 48u}) {
        u64 tcr = mmu_tcr(bits);
        EXPECT_EQ(tcr & 63, 64 - bits);
        EXPECT_EQ(tcr >> 16 & 63, 64 - bits);
        EXPECT_EQ(tcr >> 14 & 3, 0u) << "TG0: 4 KiB";
        EXPECT_EQ(tcr >> 30 & 3, 2u) << "TG1: 4 KiB";
        EXPECT_EQ(tcr >> 32 & 7, 5u) << "IPS: 48 bits";
        EXPECT_TRUE((tcr & MMU_TCR_HA) && (tcr & MMU_TCR_HD));
        EXPECT_FALSE(tcr & (MMU_TCR_EPD0 | MMU_TCR_EPD1));
    }
}

TEST(Geometry, SizesOutsideTheVersionStopTheRun)
{
    EXPECT_DEATH(mmu_tcr(40), "assertion");
    EXPECT_DEATH(mmu_vtcr(31), "assertion");
    EXPECT_DEATH(mmu_vtcr(49), "assertion");
}

TEST(Geometry, AWalkNeedsPreparedRegisters)
{
    struct mmu_regs r = {};
    struct mmu_walk w;
    EXPECT_DEATH(mmu_walk_begin(&w, &r, 0, MMU_READ, 0), "assertion");
}

/* What an earlier setting left behind must not be seen. */
TEST(Geometry, PreparingDependsOnTheRegistersAlone)
{
    tables t(39, 43);
    struct mmu_regs good = t.r;
    for (u32 broken = 0; broken < 3; broken++) {
        struct mmu_regs fresh, used;
        memset(&fresh, 0, sizeof(fresh));
        used = good;
        fresh.ttbr0_el1 = good.ttbr0_el1;
        fresh.tcr_el1 = used.tcr_el1 = broken == 0 ? 0 : good.tcr_el1;
        fresh.vtcr_el2 = used.vtcr_el2 = broken == 1 ? 0 : good.vtcr_el2;
        fresh.sctlr_el1 = used.sctlr_el1 = broken == 2 ? 0 : good.sctlr_el1;
        fresh.ttbr1_el1 = good.ttbr1_el1;
        fresh.hcr_el2 = good.hcr_el2;
        fresh.vttbr_el2 = good.vttbr_el2;
        mmu_regs_prepare(&fresh);
        mmu_regs_prepare(&used);
        EXPECT_EQ(memcmp(&fresh, &used, sizeof(used)), 0) << broken;
    }
}

TEST(Geometry, BothEndsOfBothHalvesAreInRangeAndNothingBetween)
{
    for (u32 bits : {39u, 48u}) {
        tables t(bits, 0);
        u64 low_end = (1ull << bits) - 1;
        for (u64 va : {u64(0), low_end, ~low_end, ~u64(0)}) {
            u64 table = (va >> 55 & 1) ? t.r.ttbr1_el1 : t.r.ttbr0_el1 & 0xfffffffff000;
            u64 index = (va >> tables::shift(t.s1_start())) & 0x1ff;
            struct mmu_walk w = begin(t.r, va);
            EXPECT_EQ(w.fault.stage, 0u) << std::hex << va;
            EXPECT_EQ(w.need_pa, table + index * 8) << std::hex << va;
        }
        for (u64 va : {low_end + 1, ~low_end - 1, low_end | u64(1) << 63, u64(1) << 55})
            EXPECT_TRUE(is_fault(begin(t.r, va), 1, MMU_FSC_TRANS)) << std::hex << va;
    }
}

TEST(Geometry, TopByteIgnoreIsPerHalf)
{
    tables t(48, 0);
    const u64 low = 0x5a00000000001000, high = 0x5aff000000001000;
    EXPECT_TRUE(is_fault(begin(t.r, low), 1, MMU_FSC_TRANS));
    EXPECT_TRUE(is_fault(begin(t.r, high), 1, MMU_FSC_TRANS));
    t.r.tcr_el1 |= MMU_TCR_TBI0;
    EXPECT_EQ(begin(t.r, low).fault.stage, 0u);
    EXPECT_TRUE(is_fault(begin(t.r, high), 1, MMU_FSC_TRANS));
    t.r.tcr_el1 ^= MMU_TCR_TBI0 | MMU_TCR_TBI1;
    EXPECT_TRUE(is_fault(begin(t.r, low), 1, MMU_FSC_TRANS));
    EXPECT_EQ(begin(t.r, high).fault.stage, 0u);
    /* VA[55] selects the half; the bits below it still count. */
    EXPECT_TRUE(is_fault(begin(t.r, 0x5a80000000001000), 1, MMU_FSC_TRANS));
}

TEST(Geometry, SizesThatCannotBeAreTranslationFaultsOfLevelZero)
{
    tables t(48, 0);
    u64 rest = t.r.tcr_el1 & ~0x3f003full;
    for (u64 size = 0; size < 64; size++) {
        bool legal = size >= 16 && size <= 39;
        t.r.tcr_el1 = rest | size | 16 << 16;
        EXPECT_EQ(is_fault(begin(t.r, 0), 1, MMU_FSC_TRANS), !legal) << size;
        EXPECT_FALSE(is_fault(begin(t.r, ~u64(0)), 1, MMU_FSC_TRANS)) << "the other half";
        t.r.tcr_el1 = rest | 16 | size << 16;
        EXPECT_EQ(is_fault(begin(t.r, ~u64(0)), 1, MMU_FSC_TRANS), !legal) << size;
    }
}

/* Start level (SL0) against IPA size: level 0 40..48, 1 31..43, 2 25..34, SL0 = 3 reserved. */
TEST(Geometry, StageTwoSizesThatDoNotFitTheStartLevelFault)
{
    const u32 least[4] = {25, 31, 40, 65}, most[4] = {34, 43, 48, 0};
    tables t(48, 40);
    u64 rest = t.r.vtcr_el2 & ~0xffull;
    for (u64 sl0 = 0; sl0 < 4; sl0++)
        for (u64 size = 0; size < 64; size++) {
            u32 ipa_bits = 64 - u32(size);
            bool legal = ipa_bits >= least[sl0] && ipa_bits <= most[sl0];
            t.r.vtcr_el2 = rest | sl0 << 6 | size;
            t.r.ttbr0_el1 = 0;
            struct mmu_walk w = begin(t.r, 0);
            EXPECT_EQ(is_fault(w, 2, MMU_FSC_TRANS), !legal) << sl0 << " " << ipa_bits;
            EXPECT_EQ(w.fault.s1ptw, !legal);
        }
}

TEST(Geometry, TheFirstTableIsAlignedToItsSize)
{
    tables t(48, 0);
    t.r.ttbr0_el1 = 0x12345fff; /* CnP and RES0 bits. */
    EXPECT_EQ(begin(t.r, 0).need_pa, 0x12345000u);
    t.r.tcr_el1 = (t.r.tcr_el1 & ~0x3full) | 33; /* Level 1, two entries: at least 64 bytes. */
    t.r.ttbr0_el1 = 0x12345fff;
    EXPECT_EQ(begin(t.r, 0).need_pa, 0x12345fc0u);
    EXPECT_EQ(begin(t.r, 1ull << 30).need_pa, 0x12345fc8u);

    tables n(48, 43); /* Sixteen tables side by side: 64 KiB. */
    n.r.vttbr_el2 = 0x1234f000;
    n.r.ttbr0_el1 = 0;
    EXPECT_EQ(begin(n.r, 0).need_pa, 0x12340000u);
    n.r.ttbr0_el1 = 0x7ffffffff000;
    EXPECT_TRUE(is_fault(begin(n.r, 0), 2, MMU_FSC_TRANS)) << "above 43 bits";
    n.r.ttbr0_el1 = 0x7fffffff000;
    EXPECT_EQ(begin(n.r, 0).need_pa, 0x1234fff8u) << "last entry of the last table";
}

TEST(Geometry, ABaseOutsideTheAddressSizeFaults)
{
    const u32 bits[7] = {32, 36, 40, 42, 44, 48, 48};
    tables t(48, 0), n(48, 40);
    for (u64 code = 0; code < 7; code++) {
        t.r.tcr_el1 = (t.r.tcr_el1 & ~(7ull << 32)) | code << 32;
        n.r.vtcr_el2 = (n.r.vtcr_el2 & ~(7ull << 16)) | code << 16;
        t.r.ttbr0_el1 = n.r.vttbr_el2 = 1ull << (bits[code] - 1);
        EXPECT_EQ(begin(t.r, VA).fault.stage, 0u) << code;
        EXPECT_EQ(begin(n.r, VA).fault.stage, 0u) << code;
        if (bits[code] == 48)
            continue;
        t.r.ttbr0_el1 = n.r.vttbr_el2 = 1ull << bits[code];
        EXPECT_TRUE(is_fault(begin(t.r, VA), 1, MMU_FSC_SIZE)) << code;
        EXPECT_TRUE(is_fault(begin(n.r, VA), 2, MMU_FSC_SIZE)) << code;
        if (bits[code] > 40)
            continue;
        /* An input address that is too large is told first, in both stages. */
        struct mmu_regs flat = n.r;
        flat.sctlr_el1 = 0;
        EXPECT_TRUE(is_fault(begin(flat, 1ull << 41), 2, MMU_FSC_TRANS)) << code;
        EXPECT_TRUE(is_fault(begin(t.r, 1ull << 48), 1, MMU_FSC_TRANS)) << code;
    }
}

TEST(Geometry, DisabledWalksFaultForTheirHalfOnly)
{
    tables t(39, 0);
    t.r.tcr_el1 |= MMU_TCR_EPD0;
    EXPECT_TRUE(is_fault(begin(t.r, VA39), 1, MMU_FSC_TRANS));
    EXPECT_EQ(begin(t.r, ~u64(0)).fault.stage, 0u);
    t.r.tcr_el1 ^= MMU_TCR_EPD0 | MMU_TCR_EPD1;
    EXPECT_EQ(begin(t.r, VA39).fault.stage, 0u);
    EXPECT_TRUE(is_fault(begin(t.r, ~u64(0)), 1, MMU_FSC_TRANS));
}

} // namespace
