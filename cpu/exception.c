#include "cpu/exception.h"

/* --- Syndromes --- */

enum { FAR = 1, HPFAR = 2 }; /* What an exception of this class may write beside ESR. */

/* DDI 0487, ESR_ELx.EC. HPFAR: only if the abort is one of stage 2. */
static const struct {
    const char *name;
    u32 writes;
} classes[CPU_EC_COUNT] = {
    [CPU_EC_UNKNOWN] = {"unknown", 0},
    [CPU_EC_WFX] = {"WFx", 0},
    [CPU_EC_FP_TRAP] = {"FP/SIMD access", 0},
    [CPU_EC_BTI] = {"branch target", 0},
    [CPU_EC_ILLEGAL_STATE] = {"illegal execution state", 0},
    [CPU_EC_SVC32] = {"SVC AArch32", 0},
    [CPU_EC_HVC32] = {"HVC AArch32", 0},
    [CPU_EC_SMC32] = {"SMC AArch32", 0},
    [CPU_EC_SVC64] = {"SVC", 0},
    [CPU_EC_HVC64] = {"HVC", 0},
    [CPU_EC_SMC64] = {"SMC", 0},
    [CPU_EC_SYSREG] = {"MSR/MRS/SYS", 0},
    [CPU_EC_SVE_TRAP] = {"SVE access", 0},
    [CPU_EC_ERET] = {"ERET", 0},
    [CPU_EC_PAUTH_FAIL] = {"pointer authentication", 0},
    [CPU_EC_IABT_LOWER] = {"instruction abort, lower EL", FAR | HPFAR},
    [CPU_EC_IABT_SAME] = {"instruction abort, same EL", FAR},
    [CPU_EC_PC_ALIGN] = {"PC alignment", FAR},
    [CPU_EC_DABT_LOWER] = {"data abort, lower EL", FAR | HPFAR},
    [CPU_EC_DABT_SAME] = {"data abort, same EL", FAR},
    [CPU_EC_SP_ALIGN] = {"SP alignment", 0},
    [CPU_EC_SERROR] = {"SError", 0},
    [CPU_EC_BREAKPOINT_LOWER] = {"breakpoint, lower EL", 0},
    [CPU_EC_BREAKPOINT_SAME] = {"breakpoint, same EL", 0},
    [CPU_EC_STEP_LOWER] = {"software step, lower EL", 0},
    [CPU_EC_STEP_SAME] = {"software step, same EL", 0},
    [CPU_EC_WATCHPOINT_LOWER] = {"watchpoint, lower EL", FAR},
    [CPU_EC_WATCHPOINT_SAME] = {"watchpoint, same EL", FAR},
    [CPU_EC_BRK64] = {"BRK", 0},
};

const char *cpu_ec_name(enum cpu_ec ec)
{
    ASSERT((u32)ec < CPU_EC_COUNT);

    return classes[ec].name != NULL ? classes[ec].name : "reserved";
}

u64 cpu_esr(enum cpu_ec ec, u32 iss)
{
    ASSERT((u32)ec < CPU_EC_COUNT && iss >> 25 == 0);

    return (u64)ec << 26 | CPU_ESR_IL | iss;
}

u64 cpu_esr_hvc(u32 imm16)
{
    ASSERT(imm16 <= 0xffff);

    return cpu_esr(CPU_EC_HVC64, imm16);
}

u64 cpu_esr_smc(u32 imm16)
{
    ASSERT(imm16 <= 0xffff);

    return cpu_esr(CPU_EC_SMC64, imm16);
}

/* A64 has no condition codes on these: CV (24) is set, COND (23:20) is "always". */
u64 cpu_esr_wfx(enum cpu_wfx instruction, u32 rt)
{
    const u32 iss = 1u << 24 | 0xeu << 20 | (u32)instruction;
    const bool has_register = instruction == CPU_WFIT || instruction == CPU_WFET;

    ASSERT(instruction <= CPU_WFET && rt < 32);
    return cpu_esr(CPU_EC_WFX, has_register ? iss | rt << 5 | 1u << 2 : iss);
}

u64 cpu_esr_sysreg(struct cpu_sysreg reg, u32 rt, bool is_read)
{
    ASSERT(reg.op0 < 4 && reg.op1 < 8 && reg.crn < 16 && reg.crm < 16 && reg.op2 < 8 && rt < 32);

    return cpu_esr(CPU_EC_SYSREG, (u32)reg.op0 << 20 | (u32)reg.op2 << 17 | (u32)reg.op1 << 14 |
                                      (u32)reg.crn << 10 | rt << 5 | (u32)reg.crm << 1 |
                                      (is_read ? 1u : 0u));
}

/* --- Taking --- */

/* Where the exception comes from, as the vector table sees it. */
enum from { SAME_SP0, SAME_SPX, LOWER_64, LOWER_32, FROM_COUNT };

/* clang-format off */
/* DDI 0487 D1, vector offsets from the base address. */
static const u16 vector_offset[FROM_COUNT][CPU_EXC_COUNT] = {
    /*              sync   IRQ    FIQ    SError */
    [SAME_SP0] = { 0x000, 0x080, 0x100, 0x180 },
    [SAME_SPX] = { 0x200, 0x280, 0x300, 0x380 },
    [LOWER_64] = { 0x400, 0x480, 0x500, 0x580 },
    [LOWER_32] = { 0x600, 0x680, 0x700, 0x780 },
};
/* clang-format on */

/* A VHE host: EL0 lies directly below EL2, and EL2 has the rules of EL1. */
static bool is_host_regime(const struct cpu_regs *r)
{
    const u64 both = CPU_HCR_E2H | CPU_HCR_TGE;

    return (r->hcr_el2 & both) == both;
}

/*
 * A lower EL counts as AArch32 by the width of the EL just below the target: for EL2 that is EL1,
 * even when EL0 is interrupted, unless EL0 is the host's.
 */
static enum from find_source(const struct cpu_regs *r, u32 target_el)
{
    if (cpu_el(r) == target_el)
        return r->pstate & CPU_PSTATE_SP ? SAME_SPX : SAME_SP0;
    if (target_el == 2 && !is_host_regime(r))
        return r->hcr_el2 & CPU_HCR_RW ? LOWER_64 : LOWER_32;
    return r->pstate & CPU_PSTATE_NRW ? LOWER_32 : LOWER_64;
}

u32 cpu_vector_offset(const struct cpu_regs *r, u32 target_el, enum cpu_exc kind)
{
    ASSERT(target_el == 1 || target_el == 2);
    ASSERT(cpu_el(r) <= target_el && (u32)kind < CPU_EXC_COUNT);
    ASSERT(cpu_el(r) < target_el || !(r->pstate & CPU_PSTATE_NRW));

    return vector_offset[find_source(r, target_el)][kind];
}

/*
 * PSTATE of the handler. UAO, BTYPE, IL and SS become 0; NZCV and DIT are kept.
 * Inaccurate: the core has neither FEAT_MTE nor FEAT_NMI, so TCO and ALLINT stay 0.
 */
static u64 handler_pstate(const struct cpu_regs *r, u32 target_el)
{
    const u64 sctlr = target_el == 1 ? r->sctlr_el1 : r->sctlr_el2;
    const bool has_user_below = target_el == 1 || is_host_regime(r);
    u64 pstate = r->pstate & (CPU_PSTATE_NZCV | CPU_PSTATE_DIT | CPU_PSTATE_PAN);

    if (has_user_below && !(sctlr & CPU_SCTLR_SPAN))
        pstate |= CPU_PSTATE_PAN;
    if (sctlr & CPU_SCTLR_DSSBS)
        pstate |= CPU_PSTATE_SSBS;
    return pstate | CPU_PSTATE_DAIF | (u64)target_el << 2 | CPU_PSTATE_SP;
}

/*
 * An abort that EL2 takes from a lower EL while TGE is 0 is one of stage 2, unless it is external.
 * A permission fault may leave HPFAR_EL2 UNKNOWN (DDI 0487); here it is written as well.
 */
static bool is_stage2(const struct cpu_regs *r, u32 target_el, u64 esr)
{
    const u64 fsc = esr & 0x3f;
    const bool s1ptw = esr >> 7 & 1;

    return target_el == 2 && !(r->hcr_el2 & CPU_HCR_TGE) && (fsc < 0x10 || s1ptw);
}

void cpu_take_exception(struct cpu_regs *r, u32 target_el, enum cpu_exc kind, u64 esr, u64 far,
                        u64 hpfar)
{
    const u32 offset = cpu_vector_offset(r, target_el, kind);
    const u64 pstate = handler_pstate(r, target_el);
    const bool has_esr = kind == CPU_SYNC || kind == CPU_SERROR;
    const u32 writes = kind == CPU_SYNC ? classes[cpu_esr_ec(esr)].writes : 0;

    if (target_el == 1) {
        r->spsr_el1 = r->pstate;
        r->elr_el1 = r->pc;
        r->esr_el1 = has_esr ? esr : r->esr_el1;
        r->far_el1 = writes & FAR ? far : r->far_el1;
        r->pc = r->vbar_el1 + offset;
    } else {
        r->spsr_el2 = r->pstate;
        r->elr_el2 = r->pc;
        r->esr_el2 = has_esr ? esr : r->esr_el2;
        r->far_el2 = writes & FAR ? far : r->far_el2;
        if (writes & HPFAR && is_stage2(r, target_el, esr))
            r->hpfar_el2 = hpfar;
        r->pc = r->vbar_el2 + offset;
    }
    r->pstate = pstate;
}

/* --- Returning --- */

/*
 * DDI 0487 D1, illegal exception returns: the EL that SPSR.M[3:0] names, by nRW. NO: reserved, or
 * of an EL that is not there (EL3: Monitor, EL3t, EL3h).
 */
enum { NO = -1 };
/* clang-format off */
static const signed char mode_el[2][16] = {
    /* EL0t --  --  --  EL1t EL1h --  --  EL2t EL2h --  --  EL3t EL3h --  -- */
    { 0,    NO, NO, NO, 1,   1,   NO, NO, 2,   2,   NO, NO, NO,  NO,  NO, NO },
    /* usr  fiq irq svc --   --   mon abt --   --   hyp und --   --   --  sys */
    { 0,    1,  1,  1,  NO,  NO,  NO, 1,  NO,  NO,  2,  1,  NO,  NO,  NO, 1 },
};
/* clang-format on */

static bool is_legal_return(const struct cpu_regs *r, u32 from_el, u64 spsr)
{
    const bool to_32 = spsr & CPU_PSTATE_NRW;
    const s32 el = mode_el[to_32][spsr & 0xf];

    if (el == NO || (u32)el > from_el)
        return false;
    if ((u32)el == from_el)
        return !to_32; /* The EL that executes this ERET uses AArch64. */
    /* Below EL2 (from EL1 only EL0 is left, of either width). */
    if (el == 1 && r->hcr_el2 & CPU_HCR_TGE)
        return false;
    if (from_el == 2 && !is_host_regime(r)) {
        const bool el1_is_32 = !(r->hcr_el2 & CPU_HCR_RW);

        return el == 1 ? to_32 == el1_is_32 : to_32 || !el1_is_32;
    }
    return true;
}

/*
 * Inaccurate: software step is not modelled, so SS never gets from SPSR into PSTATE. Bits that an
 * illegal return leaves UNKNOWN (UAO, DIT, SSBS, BTYPE) keep their values.
 */
bool cpu_eret(struct cpu_regs *r, u32 from_el)
{
    ASSERT((from_el == 1 || from_el == 2) && cpu_el(r) == from_el);

    const u64 spsr = from_el == 1 ? r->spsr_el1 : r->spsr_el2;
    const u64 elr = from_el == 1 ? r->elr_el1 : r->elr_el2;
    const u64 always = CPU_PSTATE_NZCV | CPU_PSTATE_PAN | CPU_PSTATE_DAIF;
    const u64 legal_64 = always | CPU_PSTATE_M | CPU_PSTATE_IL | CPU_PSTATE_UAO | CPU_PSTATE_DIT |
                         CPU_PSTATE_SSBS | CPU_PSTATE_BTYPE;

    if (!is_legal_return(r, from_el, spsr)) {
        r->pstate = (r->pstate & ~(always | CPU_PSTATE_SS)) | (spsr & always) | CPU_PSTATE_IL;
        r->pc = elr;
        return false;
    }
    if (spsr & CPU_PSTATE_NRW) {
        const bool thumb = spsr >> 5 & 1;

        r->pstate = spsr & 0xffffffffull & ~CPU_PSTATE_SS;
        r->pc = elr & (thumb ? 0xfffffffeull : 0xfffffffcull);
    } else {
        r->pstate = spsr & legal_64;
        r->pc = elr;
    }
    return true;
}
