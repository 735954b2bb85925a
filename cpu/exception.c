#include "cpu/exception.h"

/*
 * The two functions without features are called for each exception of the model. They have the
 * defaults as constants of this file, so that nothing is looked up when they run.
 */
static const struct cpu_features defaults = CPU_FEATURES_DEFAULT;

/* --- What the core has --- */

static inline u64 pstate_bits(const struct cpu_features *f)
{
    return CPU_PSTATE_NZCV | CPU_PSTATE_DAIF | CPU_PSTATE_M | CPU_PSTATE_IL | CPU_PSTATE_SS |
           (f->pan ? CPU_PSTATE_PAN : 0) | (f->uao ? CPU_PSTATE_UAO : 0) |
           (f->dit ? CPU_PSTATE_DIT : 0) | (f->ssbs ? CPU_PSTATE_SSBS : 0) |
           (f->bti ? CPU_PSTATE_BTYPE : 0) | (f->mte ? CPU_PSTATE_TCO : 0) |
           (f->nmi ? CPU_PSTATE_ALLINT : 0);
}

u64 cpu_pstate_bits(const struct cpu_features *f)
{
    return pstate_bits(f);
}

/*
 * Without EL2 its registers act as if they were 0, and EL1 uses AArch64 in this model. RW is RAO
 * where EL1 cannot use AArch32.
 */
static inline u64 effective_hcr(const struct cpu_regs *r, const struct cpu_features *f)
{
    if (!f->el2)
        return CPU_HCR_RW;
    const u64 hcr = f->vhe ? r->hcr_el2 : r->hcr_el2 & ~CPU_HCR_E2H;
    return f->aarch32_el1 ? hcr : hcr | CPU_HCR_RW;
}

u64 cpu_effective_hcr(const struct cpu_regs *r, const struct cpu_features *f)
{
    return effective_hcr(r, f);
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

/*
 * A lower EL counts as AArch32 by the width of the EL just below the target: for EL2 that is EL1,
 * even when EL0 is interrupted, unless EL0 is the host's.
 */
static enum from find_source(const struct cpu_regs *r, u64 hcr, u32 target_el)
{
    if (cpu_el(r) == target_el)
        return r->pstate & CPU_PSTATE_SP ? SAME_SPX : SAME_SP0;
    if (target_el == 2 && !cpu_is_host(hcr))
        return hcr & CPU_HCR_RW ? LOWER_64 : LOWER_32;
    return r->pstate & CPU_PSTATE_NRW ? LOWER_32 : LOWER_64;
}

static inline u32 offset_of(const struct cpu_regs *r, u64 hcr, u32 target_el, enum cpu_exc kind)
{
    ASSERT(target_el == 1 || target_el == 2);
    ASSERT(cpu_el(r) <= target_el && (u32)kind < CPU_EXC_COUNT);
    ASSERT(cpu_el(r) < target_el || !(r->pstate & CPU_PSTATE_NRW));

    return vector_offset[find_source(r, hcr, target_el)][kind];
}

u32 cpu_vector_offset(const struct cpu_regs *r, u32 target_el, enum cpu_exc kind)
{
    return offset_of(r, effective_hcr(r, &defaults), target_el, kind);
}

/* PSTATE of the handler. UAO, BTYPE, IL and SS become 0; NZCV and DIT are kept. */
static inline u64 handler_pstate(const struct cpu_regs *r, const struct cpu_features *f, u64 hcr,
                                 u32 target_el)
{
    const u64 sctlr = target_el == 1 ? r->sctlr_el1 : r->sctlr_el2;
    const bool has_user_below = target_el == 1 || cpu_is_host(hcr);
    u64 pstate = r->pstate & (CPU_PSTATE_NZCV | CPU_PSTATE_DIT | CPU_PSTATE_PAN);

    if (f->pan && has_user_below && !(sctlr & CPU_SCTLR_SPAN))
        pstate |= CPU_PSTATE_PAN;
    if (f->ssbs && sctlr & CPU_SCTLR_DSSBS)
        pstate |= CPU_PSTATE_SSBS;
    if (UNLIKELY(f->mte))
        pstate |= CPU_PSTATE_TCO;
    if (UNLIKELY(f->nmi) && !(sctlr & CPU_SCTLR_SPINTMASK))
        pstate |= CPU_PSTATE_ALLINT;
    return pstate | CPU_PSTATE_DAIF | (u64)target_el << 2 | CPU_PSTATE_SP;
}

/*
 * An abort that EL2 takes from a lower EL while TGE is 0 is one of stage 2, unless it is external.
 * A permission fault may leave HPFAR_EL2 UNKNOWN (DDI 0487); here it is written as well.
 */
static bool is_stage2(u64 hcr, u64 esr)
{
    return !(hcr & CPU_HCR_TGE) && cpu_esr_ipa(esr) != CPU_IPA_NONE;
}

__attribute__((always_inline)) static inline void take(struct cpu_regs *r,
                                                       const struct cpu_features *f, u32 target_el,
                                                       enum cpu_exc kind, u64 esr, u64 far,
                                                       u64 hpfar)
{
    const u64 hcr = effective_hcr(r, f);
    const u32 offset = offset_of(r, hcr, target_el, kind);
    const u64 pstate = handler_pstate(r, f, hcr, target_el);
    const bool has_esr = kind == CPU_SYNC || kind == CPU_SERROR;
    const u8 writes = kind == CPU_SYNC ? cpu_ec_info[cpu_esr_ec(esr)].far : CPU_FAR_NO;

    if (target_el == 1) {
        r->spsr_el1 = r->pstate;
        r->elr_el1 = r->pc;
        r->esr_el1 = has_esr ? esr : r->esr_el1;
        r->far_el1 = writes != CPU_FAR_NO ? far : r->far_el1;
        r->pc = r->vbar_el1 + offset;
    } else {
        r->spsr_el2 = r->pstate;
        r->elr_el2 = r->pc;
        r->esr_el2 = has_esr ? esr : r->esr_el2;
        r->far_el2 = writes != CPU_FAR_NO ? far : r->far_el2;
        if (writes == CPU_FAR_STAGE2 && is_stage2(hcr, esr))
            r->hpfar_el2 = hpfar;
        r->pc = r->vbar_el2 + offset;
    }
    r->pstate = pstate;
}

void cpu_take_exception(struct cpu_regs *r, u32 target_el, enum cpu_exc kind, u64 esr, u64 far,
                        u64 hpfar)
{
    take(r, &defaults, target_el, kind, esr, far, hpfar);
}

void cpu_take_exception_with(struct cpu_regs *r, const struct cpu_features *f, u32 target_el,
                             enum cpu_exc kind, u64 esr, u64 far, u64 hpfar)
{
    take(r, f, target_el, kind, esr, far, hpfar);
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

static inline bool is_legal_return(const struct cpu_regs *r, const struct cpu_features *f,
                                   u32 from_el)
{
    ASSERT(from_el == 1 || from_el == 2);

    const u64 spsr = from_el == 1 ? r->spsr_el1 : r->spsr_el2;
    const u64 hcr = effective_hcr(r, f);
    const bool to_32 = spsr & CPU_PSTATE_NRW;
    const s32 el = mode_el[to_32][spsr & 0xf];

    if (el == NO || (u32)el > from_el)
        return false;
    if (to_32 && !(el == 0 ? f->aarch32_el0 : f->aarch32_el1))
        return false;
    if ((u32)el == from_el)
        return !to_32; /* The EL that executes this ERET uses AArch64. */
    /* Below EL2 (from EL1 only EL0 is left, of either width). */
    if (el == 1 && hcr & CPU_HCR_TGE)
        return false;
    if (from_el == 2 && !cpu_is_host(hcr)) {
        const bool el1_is_32 = !(hcr & CPU_HCR_RW);

        return el == 1 ? to_32 == el1_is_32 : to_32 || !el1_is_32;
    }
    return true;
}

bool cpu_eret_is_legal(const struct cpu_regs *r, const struct cpu_features *f, u32 from_el)
{
    return is_legal_return(r, f, from_el);
}

/*
 * Flags, PAN, DAIF and ALLINT come from SPSR even if the return is illegal. Bits that an illegal
 * return leaves UNKNOWN (UAO, DIT, SSBS, BTYPE, TCO) keep their values.
 */
__attribute__((always_inline)) static inline bool
eret(struct cpu_regs *r, const struct cpu_features *f, u32 from_el, bool step)
{
    ASSERT((from_el == 1 || from_el == 2) && cpu_el(r) == from_el);

    const u64 spsr = from_el == 1 ? r->spsr_el1 : r->spsr_el2;
    const u64 elr = from_el == 1 ? r->elr_el1 : r->elr_el2;
    const u64 exist = pstate_bits(f);
    const u64 always =
        exist & (CPU_PSTATE_NZCV | CPU_PSTATE_PAN | CPU_PSTATE_DAIF | CPU_PSTATE_ALLINT);
    const u64 ss = step ? spsr & CPU_PSTATE_SS : 0;

    if (!is_legal_return(r, f, from_el)) {
        r->pstate = (r->pstate & ~(always | CPU_PSTATE_SS)) | (spsr & always) | ss | CPU_PSTATE_IL;
        r->pc = elr;
        return false;
    }
    if (spsr & CPU_PSTATE_NRW) {
        const bool thumb = spsr >> 5 & 1;

        r->pstate = (spsr & 0xffffffffull & ~CPU_PSTATE_SS) | ss;
        r->pc = elr & (thumb ? 0xfffffffeull : 0xfffffffcull);
    } else {
        r->pstate = (spsr & exist & ~CPU_PSTATE_SS) | ss;
        r->pc = elr;
    }
    return true;
}

bool cpu_eret(struct cpu_regs *r, u32 from_el)
{
    return eret(r, &defaults, from_el, false);
}

bool cpu_eret_with(struct cpu_regs *r, const struct cpu_features *f, u32 from_el, bool step)
{
    return eret(r, f, from_el, step);
}
