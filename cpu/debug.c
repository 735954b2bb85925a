#include "cpu/debug.h"

u32 cpu_debug_target(const struct cpu_regs *r, const struct cpu_sysregs *s,
                     const struct cpu_features *f)
{
    const bool to_el2 = f->el2 && (r->hcr_el2 & CPU_HCR_TGE || s->mdcr_el2 & CPU_MDCR_TDE);

    return to_el2 ? 2 : 1;
}

/* DDI 0487 GenerateDebugExceptionsFrom(): the target's own EL needs KDE and PSTATE.D = 0. */
bool cpu_debug_is_enabled(const struct cpu_regs *r, const struct cpu_sysregs *s,
                          const struct cpu_features *f, u32 from_el, bool d)
{
    const u32 target = cpu_debug_target(r, s, f);

    if (s->oslsr_el1 & CPU_OSLSR_OSLK)
        return false;
    if (from_el == target)
        return s->mdscr_el1 & CPU_MDSCR_KDE && !d;
    return target > from_el;
}

/* Software step belongs to a debug target that uses AArch64. */
static bool can_step(const struct cpu_regs *r, const struct cpu_sysregs *s,
                     const struct cpu_features *f)
{
    const bool el1_is_64 = cpu_effective_hcr(r, f) & CPU_HCR_RW;

    return s->mdscr_el1 & CPU_MDSCR_SS && (el1_is_64 || cpu_debug_target(r, s, f) == 2);
}

static bool is_enabled_here(const struct cpu_regs *r, const struct cpu_sysregs *s,
                            const struct cpu_features *f)
{
    return cpu_debug_is_enabled(r, s, f, cpu_el(r), r->pstate & CPU_PSTATE_D);
}

enum cpu_step cpu_step_state(const struct cpu_regs *r, const struct cpu_sysregs *s,
                             const struct cpu_features *f)
{
    if (!can_step(r, s, f) || !is_enabled_here(r, s, f))
        return CPU_STEP_OFF;
    return r->pstate & CPU_PSTATE_SS ? CPU_STEP_ACTIVE : CPU_STEP_PENDING;
}

void cpu_step_retire(struct cpu_regs *r, const struct cpu_sysregs *s, const struct cpu_features *f)
{
    if (cpu_step_state(r, s, f) == CPU_STEP_ACTIVE)
        r->pstate &= ~CPU_PSTATE_SS;
}

static u32 destination(const struct cpu_regs *r, const struct cpu_features *f, u32 from_el)
{
    struct cpu_regs there = *r;

    if (!cpu_eret_is_legal(r, f, from_el))
        return from_el;
    there.pstate = from_el == 1 ? r->spsr_el1 : r->spsr_el2;
    return cpu_el(&there);
}

bool cpu_step_returns(const struct cpu_regs *r, const struct cpu_sysregs *s,
                      const struct cpu_features *f, u32 from_el)
{
    const u64 spsr = from_el == 1 ? r->spsr_el1 : r->spsr_el2;
    const u32 to_el = destination(r, f, from_el);

    /* SPSR of AArch32 has no D: bit 9 is E there, and AArch32 EL0 lies below every target. */
    return can_step(r, s, f) && !is_enabled_here(r, s, f) &&
           cpu_debug_is_enabled(r, s, f, to_el, spsr & CPU_PSTATE_D);
}

enum cpu_before cpu_before_instruction(const struct cpu_regs *r, const struct cpu_sysregs *s,
                                       const struct cpu_features *f, bool is_fetched)
{
    if (is_fetched)
        return r->pstate & CPU_PSTATE_IL ? CPU_BEFORE_ILLEGAL : CPU_BEFORE_NOTHING;
    if (cpu_step_state(r, s, f) == CPU_STEP_PENDING)
        return CPU_BEFORE_STEP;
    if (!(r->pstate & CPU_PSTATE_NRW) && r->pc & 3)
        return CPU_BEFORE_PC_ALIGN;
    return CPU_BEFORE_NOTHING;
}
