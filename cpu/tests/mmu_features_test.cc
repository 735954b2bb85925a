/*
 * One PE in two folders: what cpu tells of it by ID registers and UNDEFINED instructions is what
 * mmu does, for every feature that both know, with the feature and without it.
 */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

using F = cpu_features;
using M = mmu_features;

struct MmuFeatures : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f{};
    mmu_features m;

    const mmu_features &derive()
    {
        memset(&m, 0xa5, sizeof m);
        cpu_mmu_features(&f, &m);
        return m;
    }
    u32 id_field(u8 crm, u8 op2, u32 shift)
    {
        return cpu_id_value(cpu_sysreg_find({3, 0, 0, crm, op2}), &f) >> shift & 15;
    }
    /* Does the core take SYS of it for UNDEFINED? */
    bool core_is_undefined(const mmu_tlbi &op, u32 el)
    {
        u64 value = 0;
        r.hcr_el2 = CPU_HCR_RW;
        r.pstate = el ? CPU_MODE_EL1H : CPU_MODE_EL0T;
        const cpu_sysreg_request a = {{1, op.op1, 8, op.crm, op.op2}, 0, 0, u8(el)};
        const u32 what = cpu_sysreg_access(&r, &s, &f, a, &value).what;
        EXPECT_TRUE(what == CPU_SYSREG_UNDEFINED || what == CPU_SYSREG_TLBI);
        return what == CPU_SYSREG_UNDEFINED;
    }
};

/* DDI 0487 D19: the field of each feature, and what mmu calls it. */
const struct shared_row {
    u8 F::*cpu;
    u8 M::*mmu;
    u8 crm, op2, shift, id, value; /* The latter two with the feature; without it 0. */
} shared[] = {
    {&F::pauth, &M::has_tbid, 6, 1, 4, 1, 1},       /* ID_AA64ISAR1_EL1.APA */
    {&F::tlbios, &M::has_tlbi_os, 6, 0, 56, 1, 1},  /* ID_AA64ISAR0_EL1.TLB */
    {&F::tlbirange, &M::has_tlbi_range, 6, 0, 56, 2, 1},
    {&F::ttst, &M::has_ttst, 7, 2, 28, 1, 1},       /* ID_AA64MMFR2_EL1.ST */
    {&F::fwb, &M::has_fwb, 7, 2, 40, 1, 1},
    {&F::ttl, &M::has_ttl, 7, 2, 48, 1, 1},
    {&F::bbm1, &M::bbm, 7, 2, 52, 1, 1},            /* ID_AA64MMFR2_EL1.BBM */
    {&F::bbm2, &M::bbm, 7, 2, 52, 2, 2},
    {&F::e0pd, &M::has_e0pd, 7, 2, 60, 1, 1},
};

/* Those that a feature is built on. */
void with_basis(F *f, u8 F::*feature)
{
    f->tlbios |= feature == &F::tlbirange;
    f->bbm1 |= feature == &F::bbm2;
}

TEST_F(MmuFeatures, EachSharedFeatureIsToldToSoftwareAndDoneByTheMmuOrNeither)
{
    for (const shared_row &w : shared) {
        f = {};
        EXPECT_EQ(id_field(w.crm, w.op2, w.shift), 0u) << int(w.shift);
        EXPECT_EQ(derive().*w.mmu, 0) << int(w.shift);
        with_basis(&f, w.cpu);
        mmu_features expected = derive();
        f.*w.cpu = 1;
        expected.*w.mmu = w.value;
        EXPECT_EQ(id_field(w.crm, w.op2, w.shift), w.id) << int(w.shift);
        EXPECT_EQ(memcmp(&derive(), &expected, sizeof m), 0) << int(w.shift);
    }
}

TEST_F(MmuFeatures, NoOtherFeatureOfTheCoreChangesTheMmu)
{
    const mmu_features none = derive();
    for (size_t i = 0; i < sizeof f; i++) {
        u8 *const feature = reinterpret_cast<u8 *>(&f) + i;
        bool is_shared = false;
        for (const shared_row &w : shared)
            is_shared |= &(f.*w.cpu) == feature;
        if (is_shared)
            continue;
        *feature = 1;
        EXPECT_EQ(memcmp(&derive(), &none, sizeof m), 0) << i;
        *feature = 0;
    }
}

TEST_F(MmuFeatures, ATlbiIsUndefinedForTheCoreWhereItIsForTheMmu)
{
    u32 count, undefined[3] = {};
    const mmu_tlbi *const ops = mmu_tlbi_table(&count);

    for (u32 level = 0; level <= 2; level++) { /* ID_AA64ISAR0_EL1.TLB */
        f.tlbios = level >= 1;
        f.tlbirange = level == 2;
        EXPECT_EQ(id_field(6, 0, 56), level);
        derive();
        for (u32 i = 0; i < count; i++)
            for (u32 el = 0; el <= 1; el++) {
                EXPECT_EQ(core_is_undefined(ops[i], el), mmu_tlbi_is_undefined(&ops[i], el, &m))
                    << ops[i].name << " el " << el << " level " << level;
                undefined[level] += el && ops[i].op1 == 0 && core_is_undefined(ops[i], el);
            }
    }
    /* Of the 30 instructions of EL1: 12 are by range, 6 of the others are OS. */
    EXPECT_EQ(undefined[0], 18u);
    EXPECT_EQ(undefined[1], 12u);
    EXPECT_EQ(undefined[2], 0u);
}

TEST_F(MmuFeatures, EveryTlbiOfTheCoreIsKnownToTheMmuByTheSameName)
{
    size_t count;
    u32 known = 0;
    const cpu_sysreg_info *const rows = cpu_sysreg_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].reg.op0 != 1 || rows[i].reg.crn != 8)
            continue;
        const mmu_tlbi *const op = mmu_tlbi_find(rows[i].reg.op1, rows[i].reg.crm, rows[i].reg.op2);
        ASSERT_NE(op, nullptr) << rows[i].name;
        EXPECT_EQ(std::string("TLBI ") + op->name, rows[i].name);
        known++;
    }
    EXPECT_EQ(known, 30u);
}

/* What no field of struct cpu_features changes, read off the ID registers. */
TEST_F(MmuFeatures, SizesTagsAndUpdatesAreThoseOfTheIdRegisters)
{
    derive();
    EXPECT_EQ(id_field(7, 0, 0), 5u); /* PARange */
    EXPECT_EQ(m.pa_bits, 48);
    EXPECT_EQ(id_field(7, 0, 4), 2u); /* ASIDBits */
    EXPECT_EQ(m.has_asid16, 1);
    EXPECT_EQ(id_field(7, 0, 20), 1u); /* TGran16 */
    EXPECT_EQ(id_field(7, 0, 24), 0u); /* TGran64 */
    EXPECT_EQ(id_field(7, 0, 28), 0u); /* TGran4 */
    EXPECT_EQ(m.granules, 1 << MMU_4K | 1 << MMU_16K | 1 << MMU_64K);
    EXPECT_EQ(id_field(7, 1, 0), 2u); /* HAFDBS */
    EXPECT_EQ(m.hafdbs, 2);
    EXPECT_EQ(id_field(7, 1, 4), 2u); /* VMIDBits */
    EXPECT_EQ(m.has_vmid16, 1);
    EXPECT_EQ(id_field(7, 1, 12), 2u); /* HPDS */
    EXPECT_EQ(m.has_hpds, 1);
    EXPECT_EQ(id_field(7, 1, 28), 1u); /* XNX */
    EXPECT_EQ(m.has_xnx, 1);
    EXPECT_EQ(m.clamps_tsz, 0);
}

TEST_F(MmuFeatures, TheDefaultCoreHasNothingOfArmv84)
{
    f = cpu_features_default;
    derive();
    for (const shared_row &w : shared)
        EXPECT_EQ(m.*w.mmu, 0) << int(w.shift);
}

TEST_F(MmuFeatures, ACoreOfArmv85HasTheMmuThatIsMmusDefault)
{
    f = cpu_features_default;
    f.pauth = f.fwb = f.ttl = f.e0pd = f.tlbios = f.tlbirange = 1;
    EXPECT_EQ(memcmp(&derive(), &mmu_features_default, sizeof m), 0);
}

TEST_F(MmuFeatures, AFeatureWithoutItsBasisIsRefused)
{
    f.tlbirange = 1;
    EXPECT_DEATH(derive(), "assertion");
    f.tlbios = 1;
    derive();
    f.bbm2 = 1;
    EXPECT_DEATH(derive(), "assertion");
    f.bbm1 = 1;
    derive();
}

} // namespace
