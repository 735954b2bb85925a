/*
 * Which exception level takes an exception, or why none does: routing by HCR_EL2, MDCR_EL2 and
 * the firmware's controls, masking by PSTATE, and the class that ESR_ELx gets. Questions only;
 * cpu/exception.h carries the answer out. The model's own delivery of interrupts is a special
 * case of this (a guest with IMO set) and must agree with it.
 *
 * Reference: Arm DDI 0487, D1.3 (exceptions), D1.3.6 (asynchronous exceptions, the tables of
 * routing and masking), D1.5 (WFI, WFE), C6.2 HVC, SMC, SVC. Non-secure state.
 */
#ifndef CPU_ROUTE_H
#define CPU_ROUTE_H

#include "cpu/debug.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cpu_routed {
    CPU_ROUTED_TAKEN,   /* By target_el now. */
    CPU_ROUTED_MASKED,  /* PSTATE holds it back; it stays pending. */
    CPU_ROUTED_PENDING, /* It is for a lower EL, or its virtual twin is off; it stays pending. */
    CPU_ROUTED_NOTHING, /* No exception at all: the instruction does what it does. */
};

struct cpu_route {
    u8 what;      /* enum cpu_routed */
    u8 target_el; /* 1..3; of TAKEN and MASKED. 3 is firmware. */
    u8 ec;        /* enum cpu_ec; of TAKEN synchronous ones. */
    u8 zero;
};

/* --- Synchronous exceptions --- */

/* What happened, as the program sees it; route.c has the table. */
enum cpu_cause {
    CPU_CAUSE_UNDEFINED,
    CPU_CAUSE_FP_TRAP,  /* CPACR_EL1.FPEN */
    CPU_CAUSE_SVE_TRAP, /* CPACR_EL1.ZEN */
    CPU_CAUSE_BTI,
    CPU_CAUSE_ILLEGAL,    /* PSTATE.IL */
    CPU_CAUSE_EL0_SYSREG, /* An access of EL0 that SCTLR_EL1 or its like does not grant. */
    CPU_CAUSE_PAUTH_FAIL,
    CPU_CAUSE_FETCH_STAGE1, /* Aborts of instruction fetches... */
    CPU_CAUSE_FETCH_STAGE2,
    CPU_CAUSE_FETCH_EXTERNAL,
    CPU_CAUSE_PC_ALIGN,
    CPU_CAUSE_DATA_STAGE1, /* ... and of data accesses; alignment and tag check faults too. */
    CPU_CAUSE_DATA_STAGE2,
    CPU_CAUSE_DATA_EXTERNAL,
    CPU_CAUSE_VNCR, /* The host's mapping behind VNCR_EL2. */
    CPU_CAUSE_SP_ALIGN,
    CPU_CAUSE_MOPS,
    CPU_CAUSE_FP,
    CPU_CAUSE_GCS,
    CPU_CAUSE_BREAKPOINT, /* The four need cpu_debug_is_enabled(), except BRK. */
    CPU_CAUSE_STEP,
    CPU_CAUSE_WATCHPOINT,
    CPU_CAUSE_BRK,
    CPU_CAUSE_TRAP_EL2, /* MSR, MRS, SYS that a control of EL2 traps. */
    CPU_CAUSE_SVC,
    CPU_CAUSE_HVC,
    CPU_CAUSE_SMC,
    CPU_CAUSE_COUNT
};

/*
 * HVC and SMC that are not allowed come back as class UNKNOWN: UNDEFINED. EL1 of AArch32 has no
 * AArch64 class: for it the answer is target_el 1 with the class that AArch64 would have.
 */
struct cpu_route cpu_route_sync(const struct cpu_regs *r, const struct cpu_sysregs *s,
                                const struct cpu_features *f, enum cpu_cause cause);
/* would_wait: nothing is there that ends the wait at once (else the instruction is not trapped). */
struct cpu_route cpu_route_wfx(const struct cpu_regs *r, const struct cpu_features *f,
                               enum cpu_wfx instruction, bool would_wait);

/* --- Interrupts --- */

enum cpu_irq {
    CPU_IRQ_PHYSICAL,
    CPU_FIQ_PHYSICAL,
    CPU_SERROR_PHYSICAL,
    CPU_IRQ_VIRTUAL,
    CPU_FIQ_VIRTUAL,
    CPU_SERROR_VIRTUAL,
    CPU_IRQ_COUNT
};

/*
 * One interrupt that is asserted. superpriority: FEAT_NMI (IRQ and FIQ only). virtual ones: HCR
 * VI, VF, VSE or the virtual CPU interface asserts it; that is the caller's to say.
 */
struct cpu_route cpu_route_irq(const struct cpu_regs *r, const struct cpu_features *f,
                               enum cpu_irq kind, bool superpriority);

/* A virtual one: HCR_EL2.VI, VF, VSE, or the virtual CPU interface (IRQ and FIQ only). */
bool cpu_virtual_is_asserted(const struct cpu_regs *r, const struct cpu_features *f,
                             enum cpu_irq kind, bool by_gic);

/* --- What KVM injects into EL1 --- */

enum cpu_injected {
    CPU_INJECT_UNDEF,
    CPU_INJECT_FETCH, /* External abort of a fetch, of data. */
    CPU_INJECT_DATA,
    CPU_INJECT_FETCH_SIZE, /* The IPA is beyond the physical addresses: FSC 0x00. */
    CPU_INJECT_DATA_SIZE,
    CPU_INJECT_COUNT
};

/*
 * Linux 6.1 KVM: a synchronous exception of EL1, made by software at EL2. r is the guest as it
 * has trapped, trapped_esr what EL2 has got for it: IL is copied. far goes to FAR_EL1, except
 * for UNDEF. pc must be where the guest goes on after the handler.
 */
u64 cpu_inject_esr(const struct cpu_regs *r, enum cpu_injected what, u64 trapped_esr);
void cpu_inject(struct cpu_regs *r, const struct cpu_features *f, enum cpu_injected what,
                u64 trapped_esr, u64 far);

/* A virtual SError waits in HCR_EL2.VSE until EL1 takes it (KVM: for an external abort of a guest
 * that the host does not handle). */
void cpu_inject_serror(struct cpu_regs *r);
/* CPU_SERROR_VIRTUAL is taken: VSE becomes 0. vsesr: VSESR_EL2, with FEAT_RAS the syndrome. */
#define CPU_VSESR_KVM (1ull << 24) /* IDS: IMPLEMENTATION DEFINED, all other bits 0. */
void cpu_take_virtual_serror(struct cpu_regs *r, const struct cpu_features *f, u64 vsesr);

#ifdef __cplusplus
}
#endif
#endif
