#include "cpu/route.h"

static struct cpu_route taken(u32 target_el, enum cpu_ec ec)
{
    return (struct cpu_route){CPU_ROUTED_TAKEN, (u8)target_el, (u8)ec, 0};
}

/* --- Synchronous exceptions --- */

/*
 * OWN       EL1, or EL2 with TGE, or the EL itself.
 * EXTERNAL  As OWN, but EL2 with TEA.
 * DEBUG     As OWN, but EL2 with MDCR_EL2.TDE.
 * HYP       EL2.
 * CALL      A function of its own.
 */
enum rule { OWN, EXTERNAL, DEBUG, HYP, CALL };

/* clang-format off */
/* DDI 0487 D1.3 and ESR_ELx.EC; the classes of a lower EL, of the same EL. */
static const struct {
    u8 rule, lower, same;
} causes[CPU_CAUSE_COUNT] = {
    [CPU_CAUSE_UNDEFINED]      = { OWN,      CPU_EC_UNKNOWN,          CPU_EC_UNKNOWN },
    [CPU_CAUSE_FP_TRAP]        = { OWN,      CPU_EC_FP_TRAP,          CPU_EC_FP_TRAP },
    [CPU_CAUSE_SVE_TRAP]       = { OWN,      CPU_EC_SVE_TRAP,         CPU_EC_SVE_TRAP },
    [CPU_CAUSE_BTI]            = { OWN,      CPU_EC_BTI,              CPU_EC_BTI },
    [CPU_CAUSE_ILLEGAL]        = { OWN,      CPU_EC_ILLEGAL_STATE,    CPU_EC_ILLEGAL_STATE },
    [CPU_CAUSE_EL0_SYSREG]     = { OWN,      CPU_EC_SYSREG,           CPU_EC_SYSREG },
    [CPU_CAUSE_PAUTH_FAIL]     = { OWN,      CPU_EC_PAUTH_FAIL,       CPU_EC_PAUTH_FAIL },
    [CPU_CAUSE_FETCH_STAGE1]   = { OWN,      CPU_EC_IABT_LOWER,       CPU_EC_IABT_SAME },
    [CPU_CAUSE_FETCH_STAGE2]   = { HYP,      CPU_EC_IABT_LOWER,       CPU_EC_IABT_SAME },
    [CPU_CAUSE_FETCH_EXTERNAL] = { EXTERNAL, CPU_EC_IABT_LOWER,       CPU_EC_IABT_SAME },
    [CPU_CAUSE_PC_ALIGN]       = { OWN,      CPU_EC_PC_ALIGN,         CPU_EC_PC_ALIGN },
    [CPU_CAUSE_DATA_STAGE1]    = { OWN,      CPU_EC_DABT_LOWER,       CPU_EC_DABT_SAME },
    [CPU_CAUSE_DATA_STAGE2]    = { HYP,      CPU_EC_DABT_LOWER,       CPU_EC_DABT_SAME },
    [CPU_CAUSE_DATA_EXTERNAL]  = { EXTERNAL, CPU_EC_DABT_LOWER,       CPU_EC_DABT_SAME },
    [CPU_CAUSE_VNCR]           = { HYP,      CPU_EC_DABT_SAME,        CPU_EC_DABT_SAME },
    [CPU_CAUSE_SP_ALIGN]       = { OWN,      CPU_EC_SP_ALIGN,         CPU_EC_SP_ALIGN },
    [CPU_CAUSE_MOPS]           = { OWN,      CPU_EC_MOPS,             CPU_EC_MOPS },
    [CPU_CAUSE_FP]             = { OWN,      CPU_EC_FP64,             CPU_EC_FP64 },
    [CPU_CAUSE_GCS]            = { OWN,      CPU_EC_GCS,              CPU_EC_GCS },
    [CPU_CAUSE_BREAKPOINT]     = { DEBUG,    CPU_EC_BREAKPOINT_LOWER, CPU_EC_BREAKPOINT_SAME },
    [CPU_CAUSE_STEP]           = { DEBUG,    CPU_EC_STEP_LOWER,       CPU_EC_STEP_SAME },
    [CPU_CAUSE_WATCHPOINT]     = { DEBUG,    CPU_EC_WATCHPOINT_LOWER, CPU_EC_WATCHPOINT_SAME },
    [CPU_CAUSE_BRK]            = { DEBUG,    CPU_EC_BRK64,            CPU_EC_BRK64 },
    [CPU_CAUSE_TRAP_EL2]       = { HYP,      CPU_EC_SYSREG,           CPU_EC_SYSREG },
    [CPU_CAUSE_SVC]            = { OWN,      CPU_EC_SVC64,            CPU_EC_SVC64 },
    [CPU_CAUSE_HVC]            = { CALL,     CPU_EC_HVC64,            CPU_EC_HVC64 },
    [CPU_CAUSE_SMC]            = { CALL,     CPU_EC_SMC64,            CPU_EC_SMC64 },
};

/* The classes of instructions that AArch32 has too. */
static const struct {
    u8 cause, ec;
} causes_32[] = {
    { CPU_CAUSE_SVC, CPU_EC_SVC32 },
    { CPU_CAUSE_HVC, CPU_EC_HVC32 },
    { CPU_CAUSE_SMC, CPU_EC_SMC32 },
    { CPU_CAUSE_FP,  CPU_EC_FP32 },
    { CPU_CAUSE_BRK, CPU_EC_BKPT32 },
};
/* clang-format on */

static u32 own_target(const struct cpu_regs *r, u64 hcr)
{
    const u32 el = cpu_el(r);

    return el == 0 ? (hcr & CPU_HCR_TGE ? 2 : 1) : el;
}

static enum cpu_ec class_of(const struct cpu_regs *r, enum cpu_cause cause, u32 target_el)
{
    if (r->pstate & CPU_PSTATE_NRW)
        for (size_t i = 0; i < ARRAY_COUNT(causes_32); i++)
            if (causes_32[i].cause == cause)
                return (enum cpu_ec)causes_32[i].ec;
    return (enum cpu_ec)(cpu_el(r) == target_el ? causes[cause].same : causes[cause].lower);
}

/* C6.2 HVC: SCR_EL3.HCE decides where there is an EL3, HCR_EL2.HCD only where there is none. */
static bool hvc_is_enabled(const struct cpu_regs *r, const struct cpu_features *f, u64 hcr)
{
    if (!f->el2 || cpu_el(r) == 0)
        return false;
    return f->el3 ? f->scr_hce : !(hcr & CPU_HCR_HCD);
}

/*
 * C6.2 SMC: TSC comes before SMD. Without EL3 TSC traps with NV, otherwise as the implementation
 * likes. 0: UNDEFINED.
 */
static u32 smc_target(const struct cpu_regs *r, const struct cpu_features *f, u64 hcr)
{
    const u32 el = cpu_el(r);
    const bool traps = el == 1 && f->el2 && hcr & CPU_HCR_TSC;

    if (el == 0)
        return 0;
    if (!f->el3)
        return traps && (f->tsc_without_el3 || hcr & CPU_HCR_NV) ? 2 : 0;
    if (traps)
        return 2;
    return f->scr_smd ? 0 : 3;
}

static u32 call_target(const struct cpu_regs *r, const struct cpu_features *f, u64 hcr,
                       enum cpu_cause cause)
{
    if (cause == CPU_CAUSE_SMC)
        return smc_target(r, f, hcr);
    return hvc_is_enabled(r, f, hcr) ? 2 : 0;
}

static bool is_off(const struct cpu_regs *r, const struct cpu_sysregs *s,
                   const struct cpu_features *f, enum cpu_cause cause)
{
    const bool is_masked_kind =
        cause == CPU_CAUSE_BREAKPOINT || cause == CPU_CAUSE_STEP || cause == CPU_CAUSE_WATCHPOINT;

    return is_masked_kind && !cpu_debug_is_enabled(r, s, f, cpu_el(r), r->pstate & CPU_PSTATE_D);
}

/* Traps of CPACR_EL1 that TGE takes to EL2 come without their class: EL2 has no such control. */
static bool is_access_trap(enum cpu_cause cause)
{
    return cause == CPU_CAUSE_FP_TRAP || cause == CPU_CAUSE_SVE_TRAP;
}

struct cpu_route cpu_route_sync(const struct cpu_regs *r, const struct cpu_sysregs *s,
                                const struct cpu_features *f, enum cpu_cause cause)
{
    ASSERT(cause < CPU_CAUSE_COUNT && cpu_el(r) <= 2);

    const u64 hcr = cpu_effective_hcr(r, f);
    u32 target = own_target(r, hcr);

    if (is_off(r, s, f, cause))
        return (struct cpu_route){CPU_ROUTED_NOTHING, 0, 0, 0};
    switch ((enum rule)causes[cause].rule) {
    case OWN:
        if (cpu_el(r) == 0 && target == 2 && !cpu_is_host(hcr) && is_access_trap(cause))
            return taken(2, CPU_EC_UNKNOWN);
        break;
    case EXTERNAL:
        target = hcr & CPU_HCR_TEA ? 2 : target;
        break;
    case DEBUG:
        target = f->el2 && s->mdcr_el2 & CPU_MDCR_TDE ? 2 : target;
        break;
    case HYP:
        ASSERT(f->el2);
        target = 2;
        break;
    case CALL:
        if (call_target(r, f, hcr, cause) == 0)
            return taken(target, CPU_EC_UNKNOWN);
        target = call_target(r, f, hcr, cause);
        break;
    }
    return taken(target, class_of(r, cause, target));
}

/* EL0: nTWI and nTWE of its own operating system first, then TWI and TWE of EL2. */
struct cpu_route cpu_route_wfx(const struct cpu_regs *r, const struct cpu_features *f,
                               enum cpu_wfx instruction, bool would_wait)
{
    ASSERT(instruction <= CPU_WFET && cpu_el(r) <= 2);

    const u64 hcr = cpu_effective_hcr(r, f);
    const bool is_event = instruction == CPU_WFE || instruction == CPU_WFET;
    const u64 allows = is_event ? CPU_SCTLR_NTWE : CPU_SCTLR_NTWI;
    const u64 sctlr = cpu_is_host(hcr) ? r->sctlr_el2 : r->sctlr_el1;

    if (would_wait && cpu_el(r) == 0 && !(sctlr & allows))
        return taken(own_target(r, hcr), CPU_EC_WFX);
    if (would_wait && cpu_el(r) < 2 && !cpu_is_host(hcr) &&
        hcr & (is_event ? CPU_HCR_TWE : CPU_HCR_TWI))
        return taken(2, CPU_EC_WFX);
    return (struct cpu_route){CPU_ROUTED_NOTHING, 0, 0, 0};
}

/* --- Interrupts --- */

/* clang-format off */
static const struct {
    u64 pstate, to_el2;
    u8 is_virtual, can_be_nmi;
} irqs[CPU_IRQ_COUNT] = {
    [CPU_IRQ_PHYSICAL]    = { CPU_PSTATE_I, CPU_HCR_IMO, 0, 1 },
    [CPU_FIQ_PHYSICAL]    = { CPU_PSTATE_F, CPU_HCR_FMO, 0, 1 },
    [CPU_SERROR_PHYSICAL] = { CPU_PSTATE_A, CPU_HCR_AMO, 0, 0 },
    [CPU_IRQ_VIRTUAL]     = { CPU_PSTATE_I, CPU_HCR_IMO, 1, 1 },
    [CPU_FIQ_VIRTUAL]     = { CPU_PSTATE_F, CPU_HCR_FMO, 1, 1 },
    [CPU_SERROR_VIRTUAL]  = { CPU_PSTATE_A, CPU_HCR_AMO, 1, 0 },
};
/* clang-format on */

/*
 * PSTATE at the current EL. FEAT_NMI: with SCTLR_ELx.NMI of the target, ALLINT (and SP_ELx with
 * SPINTMASK) masks all, and PSTATE.I and F do not mask those of superpriority.
 */
static bool is_masked(const struct cpu_regs *r, const struct cpu_features *f, enum cpu_irq kind,
                      bool superpriority, u32 target_el)
{
    const u64 sctlr = target_el == 1 ? r->sctlr_el1 : r->sctlr_el2;
    const bool by_bit = r->pstate & irqs[kind].pstate;

    if (!f->nmi || !irqs[kind].can_be_nmi || !(sctlr & CPU_SCTLR_NMI))
        return by_bit;
    const bool on_own_stack = cpu_el(r) == target_el && r->pstate & CPU_PSTATE_SP;
    const bool all = r->pstate & CPU_PSTATE_ALLINT || (on_own_stack && sctlr & CPU_SCTLR_SPINTMASK);
    return all || (!superpriority && by_bit);
}

struct cpu_route cpu_route_irq(const struct cpu_regs *r, const struct cpu_features *f,
                               enum cpu_irq kind, bool superpriority)
{
    ASSERT(kind < CPU_IRQ_COUNT && cpu_el(r) <= 2);

    const u64 hcr = cpu_effective_hcr(r, f);
    const u32 el = cpu_el(r);
    const bool el2_wants = f->el2 && hcr & (irqs[kind].to_el2 | CPU_HCR_TGE);
    const u32 target = !irqs[kind].is_virtual && el2_wants ? 2 : 1;
    const struct cpu_route pending = {CPU_ROUTED_PENDING, 0, 0, 0};

    /* Virtual interrupts exist while the physical ones go to EL2 and there is a guest. */
    if (irqs[kind].is_virtual && (!(hcr & irqs[kind].to_el2) || hcr & CPU_HCR_TGE))
        return pending;
    if (el > target)
        return pending;
    /* What EL2 takes from a guest cannot be masked; EL1 and a VHE host respect the mask of EL0. */
    const bool maskable = el == target || target == 1 || cpu_is_host(hcr);
    if (maskable && is_masked(r, f, kind, superpriority, target))
        return (struct cpu_route){CPU_ROUTED_MASKED, (u8)target, 0, 0};
    return taken(target, kind == CPU_SERROR_PHYSICAL || kind == CPU_SERROR_VIRTUAL
                             ? CPU_EC_SERROR
                             : CPU_EC_UNKNOWN);
}

bool cpu_virtual_is_asserted(const struct cpu_regs *r, const struct cpu_features *f,
                             enum cpu_irq kind, bool by_gic)
{
    const u64 hcr = cpu_effective_hcr(r, f);

    switch (kind) {
    case CPU_IRQ_VIRTUAL:
        return hcr & CPU_HCR_VI || by_gic;
    case CPU_FIQ_VIRTUAL:
        return hcr & CPU_HCR_VF || by_gic;
    case CPU_SERROR_VIRTUAL:
        return hcr & CPU_HCR_VSE;
    default:
        return false;
    }
}

/* --- What KVM injects --- */

/* clang-format off */
static const struct {
    u8 lower, same, fsc, writes_far;
} injected[CPU_INJECT_COUNT] = {
    [CPU_INJECT_UNDEF]      = { CPU_EC_UNKNOWN,    CPU_EC_UNKNOWN,   0,                0 },
    [CPU_INJECT_FETCH]      = { CPU_EC_IABT_LOWER, CPU_EC_IABT_SAME, CPU_FSC_EXTERNAL, 1 },
    [CPU_INJECT_DATA]       = { CPU_EC_DABT_LOWER, CPU_EC_DABT_SAME, CPU_FSC_EXTERNAL, 1 },
    [CPU_INJECT_FETCH_SIZE] = { CPU_EC_IABT_LOWER, CPU_EC_IABT_SAME, CPU_FSC_SIZE,     1 },
    [CPU_INJECT_DATA_SIZE]  = { CPU_EC_DABT_LOWER, CPU_EC_DABT_SAME, CPU_FSC_SIZE,     1 },
};
/* clang-format on */

u64 cpu_inject_esr(const struct cpu_regs *r, enum cpu_injected what, u64 trapped_esr)
{
    ASSERT(what < CPU_INJECT_COUNT && cpu_el(r) <= 1);

    const u64 ec = cpu_el(r) == 0 ? injected[what].lower : injected[what].same;

    return ec << 26 | (trapped_esr & CPU_ESR_IL) | injected[what].fsc;
}

void cpu_inject(struct cpu_regs *r, const struct cpu_features *f, enum cpu_injected what,
                u64 trapped_esr, u64 far)
{
    const u64 esr = cpu_inject_esr(r, what, trapped_esr);

    cpu_take_exception_with(r, f, 1, CPU_SYNC, esr, injected[what].writes_far ? far : 0, 0);
}

void cpu_inject_serror(struct cpu_regs *r)
{
    r->hcr_el2 |= CPU_HCR_VSE;
}

/* DDI 0487 VSESR_EL2: IDS and ISS go to ESR_EL1. Without FEAT_RAS the ISS is 0. */
void cpu_take_virtual_serror(struct cpu_regs *r, const struct cpu_features *f, u64 vsesr)
{
    const u32 iss = f->ras ? (u32)vsesr & 0x1ffffff : 0;

    ASSERT(cpu_virtual_is_asserted(r, f, CPU_SERROR_VIRTUAL, false));
    r->hcr_el2 &= ~CPU_HCR_VSE;
    cpu_take_exception_with(r, f, 1, CPU_SERROR, cpu_esr(CPU_EC_SERROR, iss), 0, 0);
}
