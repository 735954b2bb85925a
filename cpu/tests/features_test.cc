/* Exceptions and returns on cores with other features; debug exceptions and software step. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

namespace {

constexpr u64 NRW = CPU_PSTATE_NRW;
constexpr u64 VHE = CPU_HCR_E2H | CPU_HCR_TGE;

struct Features : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f = cpu_features_default;

    Features()
    {
        r.hcr_el2 = CPU_HCR_RW;
        r.sctlr_el1 = r.sctlr_el2 = CPU_SCTLR_SPAN;
    }
    u64 take(u32 el, u64 from = 0)
    {
        r.pstate = from;
        cpu_take_exception_with(&r, &f, el, CPU_SYNC, cpu_esr_hvc(0), 0, 0);
        return r.pstate;
    }
    u64 eret(u64 spsr, bool *legal = nullptr, bool step = false)
    {
        r.pstate = CPU_MODE_EL1H;
        r.spsr_el1 = spsr;
        const bool was_legal = cpu_eret_with(&r, &f, 1, step);
        if (legal)
            *legal = was_legal;
        return r.pstate;
    }
};

/* A field of struct cpu_features and the PSTATE bits that it brings. */
struct bit_row {
    u8 cpu_features::*feature;
    u64 bits;
};
const bit_row pstate_features[] = {
    {&cpu_features::pan, CPU_PSTATE_PAN},   {&cpu_features::uao, CPU_PSTATE_UAO},
    {&cpu_features::dit, CPU_PSTATE_DIT},   {&cpu_features::ssbs, CPU_PSTATE_SSBS},
    {&cpu_features::bti, CPU_PSTATE_BTYPE}, {&cpu_features::mte, CPU_PSTATE_TCO},
    {&cpu_features::nmi, CPU_PSTATE_ALLINT},
};

TEST_F(Features, EachPstateBitExistsWithItsFeatureOnly)
{
    for (const bit_row &row : pstate_features)
        for (u8 on : {0, 1}) {
            f.*row.feature = on;
            EXPECT_EQ(cpu_pstate_bits(&f) & row.bits, on ? row.bits : 0);
            EXPECT_EQ(eret(0xffffffe0 & ~NRW) & row.bits, on ? row.bits : 0) << row.bits;
        }
    /* Bits of the core itself are always there. */
    EXPECT_EQ(eret(0xf01003c0), 0xf01003c0u);
}

TEST_F(Features, WithoutPanNoExceptionSetsIt)
{
    f.pan = 0;
    r.sctlr_el1 = 0;
    EXPECT_FALSE(take(1) & CPU_PSTATE_PAN);
    f.pan = 1;
    EXPECT_TRUE(take(1) & CPU_PSTATE_PAN);
}

TEST_F(Features, WithoutSsbsDssbsIsNothing)
{
    r.sctlr_el1 |= CPU_SCTLR_DSSBS;
    EXPECT_TRUE(take(1) & CPU_PSTATE_SSBS);
    f.ssbs = 0;
    EXPECT_FALSE(take(1) & CPU_PSTATE_SSBS);
}

TEST_F(Features, AnExceptionSetsTcoWithMte)
{
    for (u32 el = 1; el <= 2; el++) {
        f.mte = 1;
        EXPECT_TRUE(take(el) & CPU_PSTATE_TCO);
        f.mte = 0;
        EXPECT_FALSE(take(el) & CPU_PSTATE_TCO);
    }
}

TEST_F(Features, AllintBecomesTheInverseOfSpintmaskOfTheTarget)
{
    for (u32 el = 1; el <= 2; el++)
        for (u8 nmi : {0, 1})
            for (bool spintmask : {false, true}) {
                f.nmi = nmi;
                u64 &sctlr = el == 1 ? r.sctlr_el1 : r.sctlr_el2;
                u64 &other = el == 1 ? r.sctlr_el2 : r.sctlr_el1;
                sctlr = spintmask ? CPU_SCTLR_SPINTMASK : 0;
                other = spintmask ? 0 : CPU_SCTLR_SPINTMASK;
                /* Whatever it was before, and whatever SCTLR.NMI says. */
                for (u64 before : {u64(0), u64(CPU_PSTATE_ALLINT)})
                    EXPECT_EQ(bool(take(el, before) & CPU_PSTATE_ALLINT), nmi && !spintmask);
            }
}

TEST_F(Features, AnIllegalReturnTakesAllintButKeepsTco)
{
    bool legal = true;
    f.nmi = f.mte = 1;
    const u64 pstate = eret(CPU_PSTATE_ALLINT | CPU_PSTATE_TCO | CPU_MODE_EL2H, &legal);
    EXPECT_FALSE(legal);
    EXPECT_EQ(pstate, CPU_PSTATE_ALLINT | CPU_PSTATE_IL | CPU_MODE_EL1H);
}

/* --- ERET: M[4:0] x from EL x RW x TGE x E2H x EL2 present x AArch32 --- */

/* DDI 0487 D1.4.4, rule by rule. */
bool legal_by_rules(u32 from, u32 mode, u64 hcr, const cpu_features &f)
{
    const bool to_32 = mode & 0x10;
    const bool el2 = f.el2, host = el2 && f.vhe && (hcr & VHE) == VHE;
    const bool tge = el2 && hcr & CPU_HCR_TGE;
    int to;

    switch (mode) { /* Modes that do not exist, and those of EL3. */
    case 0x00: case 0x10: to = 0; break;
    case 0x04: case 0x05: to = 1; break;
    case 0x11: case 0x12: case 0x13: case 0x17: case 0x1b: case 0x1f: to = 1; break;
    case 0x08: case 0x09: case 0x1a: to = 2; break;
    default: return false;
    }
    if (to > int(from)) /* To a higher EL. */
        return false;
    if (to == 2 && !el2) /* To an EL that is not there. */
        return false;
    if (to == 1 && from == 2 && tge)
        return false;
    if (to_32 && !(to == 0 ? f.aarch32_el0 : f.aarch32_el1))
        return false;
    if (to == int(from)) /* The width of an EL that executes is known: AArch64. */
        return !to_32;
    const bool el1_is_64 = !el2 || hcr & CPU_HCR_RW || !f.aarch32_el1;
    if (to == 1 && to_32 == el1_is_64)
        return false;
    /* EL0 below an EL1 of AArch32 has AArch32; a VHE host has no EL1 between. */
    if (to == 0 && from == 2 && !host && !el1_is_64 && !to_32)
        return false;
    return true;
}

TEST_F(Features, EveryReturnIsLegalOrNotByTheRules)
{
    u32 legal_count = 0;
    for (u32 bits = 0; bits < 128; bits++)
        for (u32 from = 1; from <= 2; from++)
            for (u32 mode = 0; mode < 32; mode++) {
                f.el2 = bits & 1;
                f.vhe = bits >> 1 & 1;
                f.aarch32_el0 = bits >> 2 & 1;
                f.aarch32_el1 = bits >> 3 & 1;
                r.hcr_el2 = (bits & 16 ? CPU_HCR_RW : 0) | (bits & 32 ? CPU_HCR_TGE : 0) |
                            (bits & 64 ? CPU_HCR_E2H : 0);
                if (from == 2 && !f.el2)
                    continue;
                const u64 here = from == 1 ? CPU_MODE_EL1H : CPU_MODE_EL2H;
                r.pstate = here;
                r.spsr_el1 = r.spsr_el2 = mode;
                const bool legal = legal_by_rules(from, mode, r.hcr_el2, f);
                ASSERT_EQ(cpu_eret_is_legal(&r, &f, from), legal)
                    << "features " << bits << " from " << from << " mode " << mode;
                ASSERT_EQ(cpu_eret_with(&r, &f, from, false), legal);
                ASSERT_EQ(r.pstate, legal ? mode : here | CPU_PSTATE_IL);
                legal_count += legal;
            }
    EXPECT_GT(legal_count, 500u);
}

TEST_F(Features, WithoutEl2ItsRegistersSayNothing)
{
    f.el2 = 0;
    r.hcr_el2 = VHE;
    EXPECT_EQ(cpu_effective_hcr(&r, &f), CPU_HCR_RW);
    f.el2 = 1;
    EXPECT_EQ(cpu_effective_hcr(&r, &f), VHE);
    f.vhe = 0;
    EXPECT_EQ(cpu_effective_hcr(&r, &f), CPU_HCR_TGE);
}

/* HCR_EL2.RW is RAO where EL1 has AArch64 only: whatever was written, EL2 is entered at 0x400. */
TEST_F(Features, WithoutAArch32AtEl1RwReadsAsOne)
{
    for (u8 el2 : {0, 1})
        for (u8 aarch32 : {0, 1})
            for (u64 hcr : {u64(0), u64(CPU_HCR_RW)}) {
                f.el2 = el2;
                f.aarch32_el1 = aarch32;
                r.hcr_el2 = hcr;
                const bool rw = hcr || !aarch32 || !el2;
                EXPECT_EQ(cpu_effective_hcr(&r, &f), rw ? CPU_HCR_RW : 0);
                if (!el2)
                    continue;
                r.vbar_el2 = 0x10000;
                for (u64 from : {CPU_MODE_EL1H, CPU_MODE_EL0T}) {
                    take(2, from);
                    EXPECT_EQ(r.pc, 0x10000u + (rw ? 0x400 : 0x600)) << from;
                }
            }
}

/* --- Debug --- */

/* DDI 0487 D2.4: when breakpoints, watchpoints and steps can be generated. */
bool enabled_by_rules(u32 el, bool d, bool kde, bool lock, bool to_el2)
{
    const u32 target = to_el2 ? 2 : 1;

    return !lock && (el < target || (el == target && kde && !d));
}

TEST_F(Features, DebugExceptionsAreEnabledBelowTheirTargetAndInItWithKde)
{
    for (u32 bits = 0; bits < 64; bits++)
        for (u32 el = 0; el <= 2; el++) {
            const bool d = bits & 1, kde = bits & 2, lock = bits & 4, tde = bits & 8;
            const bool tge = bits & 16;
            f.el2 = bits >> 5 & 1;
            s.mdscr_el1 = kde ? CPU_MDSCR_KDE : 0;
            s.oslsr_el1 = lock ? CPU_OSLSR_OSLK : 0;
            s.mdcr_el2 = tde ? CPU_MDCR_TDE : 0;
            r.hcr_el2 = CPU_HCR_RW | (tge ? CPU_HCR_TGE : 0);
            const bool to_el2 = f.el2 && (tde || tge);
            EXPECT_EQ(cpu_debug_target(&r, &s, &f), to_el2 ? 2u : 1u);
            EXPECT_EQ(cpu_debug_is_enabled(&r, &s, &f, el, d),
                      enabled_by_rules(el, d, kde, lock, to_el2));
        }
}

TEST_F(Features, OneStepIsActiveThenPending)
{
    s.mdscr_el1 = CPU_MDSCR_SS;
    r.pstate = CPU_PSTATE_SS | CPU_MODE_EL0T;
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_ACTIVE);
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_NOTHING);
    cpu_step_retire(&r, &s, &f);
    EXPECT_EQ(r.pstate, u64(CPU_MODE_EL0T));
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_PENDING);
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_STEP);
    take(1, r.pstate);
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_OFF); /* EL1 without KDE. */
    cpu_step_retire(&r, &s, &f);
    EXPECT_EQ(r.pstate & CPU_PSTATE_SS, 0u);
}

TEST_F(Features, StepIsOffWithoutMdscrSsOrUnderTheLockOrForAnAArch32Target)
{
    r.pstate = CPU_PSTATE_SS | CPU_MODE_EL0T;
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_OFF);
    cpu_step_retire(&r, &s, &f);
    EXPECT_TRUE(r.pstate & CPU_PSTATE_SS);
    s.mdscr_el1 = CPU_MDSCR_SS;
    s.oslsr_el1 = CPU_OSLSR_OSLK;
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_OFF);
    s.oslsr_el1 = 0;
    r.hcr_el2 = 0; /* EL1 is AArch32. */
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_OFF);
    s.mdcr_el2 = CPU_MDCR_TDE; /* EL2 is not. */
    EXPECT_EQ(cpu_step_state(&r, &s, &f), CPU_STEP_ACTIVE);
}

/* DebugExceptionReturnSS: off here, on there. */
TEST_F(Features, EretTakesSsOnlyFromWhereStepsAreOffToWhereTheyAreOn)
{
    for (u32 bits = 0; bits < 64; bits++)
        for (u64 to : {u64(CPU_MODE_EL0T), u64(CPU_MODE_EL1H), u64(CPU_MODE_EL2H), NRW}) {
            const bool ss = bits & 1, kde = bits & 2, lock = bits & 4, d_here = bits & 8;
            const bool d_there = bits & 16, tde = bits & 32;
            s.mdscr_el1 = (ss ? CPU_MDSCR_SS : 0) | (kde ? CPU_MDSCR_KDE : 0);
            s.oslsr_el1 = lock ? CPU_OSLSR_OSLK : 0;
            s.mdcr_el2 = tde ? CPU_MDCR_TDE : 0;
            r.pstate = CPU_MODE_EL1H | (d_here ? CPU_PSTATE_D : 0);
            r.spsr_el1 = to | CPU_PSTATE_SS | (d_there ? CPU_PSTATE_D : 0);
            const u32 to_el = to == CPU_MODE_EL1H || to == CPU_MODE_EL2H ? 1 : 0; /* 2: illegal. */
            const bool here = enabled_by_rules(1, d_here, kde, lock, tde);
            const bool there = enabled_by_rules(to_el, d_there, kde, lock, tde);
            const bool step = cpu_step_returns(&r, &s, &f, 1);
            EXPECT_EQ(step, ss && !here && there) << bits << " " << to;
            cpu_eret_with(&r, &f, 1, step);
            EXPECT_EQ(bool(r.pstate & CPU_PSTATE_SS), step);
        }
    r.pstate = CPU_MODE_EL2H; /* From EL2, as a hypervisor steps its guest. */
    s.mdscr_el1 = CPU_MDSCR_SS;
    s.oslsr_el1 = 0;
    s.mdcr_el2 = CPU_MDCR_TDE;
    r.spsr_el2 = CPU_MODE_EL1H | CPU_PSTATE_SS;
    EXPECT_TRUE(cpu_step_returns(&r, &s, &f, 2));
}

TEST_F(Features, BeforeAnInstructionComeStepThenAlignmentThenFetchThenIl)
{
    s.mdscr_el1 = CPU_MDSCR_SS;
    r.pstate = CPU_PSTATE_IL | CPU_MODE_EL0T;
    r.pc = 2;
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_STEP);
    s.mdscr_el1 = 0;
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_PC_ALIGN);
    r.pc = 4;
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_NOTHING);
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, true), CPU_BEFORE_ILLEGAL);
    r.pstate = CPU_MODE_EL0T;
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, true), CPU_BEFORE_NOTHING);
    for (u64 pc : {1, 2, 3}) {
        r.pc = pc;
        EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_PC_ALIGN);
    }
    r.pstate = NRW; /* T32 needs two bytes only; AArch32 takes its own abort for one. */
    EXPECT_EQ(cpu_before_instruction(&r, &s, &f, false), CPU_BEFORE_NOTHING);
}

TEST_F(Features, AnIllegalReturnEndsInTheExceptionOfItsClass)
{
    bool legal;
    eret(CPU_MODE_EL2H, &legal);
    ASSERT_FALSE(legal);
    ASSERT_EQ(cpu_before_instruction(&r, &s, &f, true), CPU_BEFORE_ILLEGAL);
    const cpu_route route = cpu_route_sync(&r, &s, &f, CPU_CAUSE_ILLEGAL);
    EXPECT_EQ(route.target_el, 1);
    cpu_take_exception_with(&r, &f, 1, CPU_SYNC, cpu_esr(cpu_ec(route.ec), 0), 0, 0);
    EXPECT_EQ(r.esr_el1, 0x3a000000u);
    EXPECT_EQ(r.spsr_el1, CPU_PSTATE_IL | CPU_MODE_EL1H);
    EXPECT_EQ(r.pstate, CPU_PSTATE_DAIF | CPU_MODE_EL1H);
}

} // namespace
