/*
 * Debug exceptions as far as an operating system in the guest sees them: when they are enabled,
 * the state machine of software step, and what comes before an instruction is executed.
 *
 * Reference: Arm DDI 0487, D2.3 (routing), D2.4 (enabling), D2.12 (software step), D1.3.5
 * (priorities). Memory: the caller's.
 */
#ifndef CPU_DEBUG_H
#define CPU_DEBUG_H

#include "cpu/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The EL that takes debug exceptions of EL0 and EL1: 2 with TGE or MDCR_EL2.TDE. */
u32 cpu_debug_target(const struct cpu_regs *r, const struct cpu_sysregs *s,
                     const struct cpu_features *f);
/* Breakpoints, watchpoints and steps can be generated at from_el; d: PSTATE.D there. BRK always. */
bool cpu_debug_is_enabled(const struct cpu_regs *r, const struct cpu_sysregs *s,
                          const struct cpu_features *f, u32 from_el, bool d);

enum cpu_step {
    CPU_STEP_OFF,     /* Inactive. */
    CPU_STEP_ACTIVE,  /* Active-not-pending: one instruction is executed. */
    CPU_STEP_PENDING, /* Active-pending: a step exception comes before the next one. */
};
enum cpu_step cpu_step_state(const struct cpu_regs *r, const struct cpu_sysregs *s,
                             const struct cpu_features *f);
/* An instruction has been executed without an exception. */
void cpu_step_retire(struct cpu_regs *r, const struct cpu_sysregs *s, const struct cpu_features *f);
/*
 * DDI 0487 DebugExceptionReturnSS: SPSR.SS of an ERET at from_el is what PSTATE.SS becomes;
 * else it becomes 0. An input of cpu_eret_with().
 */
bool cpu_step_returns(const struct cpu_regs *r, const struct cpu_sysregs *s,
                      const struct cpu_features *f, u32 from_el);

/* What comes before the instruction at pc, highest priority first. */
enum cpu_before {
    CPU_BEFORE_NOTHING,
    CPU_BEFORE_STEP,     /* Software step, before all others. */
    CPU_BEFORE_PC_ALIGN, /* Then the fetch: aborts of the fetch have the next priority. */
    CPU_BEFORE_ILLEGAL,  /* PSTATE.IL: after a breakpoint and an abort of the fetch. */
};
enum cpu_before cpu_before_instruction(const struct cpu_regs *r, const struct cpu_sysregs *s,
                                       const struct cpu_features *f, bool is_fetched);

#ifdef __cplusplus
}
#endif
#endif
