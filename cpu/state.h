/*
 * The registers of a core that no exception touches, beside struct cpu_regs: what EL0 and EL1 set
 * by MSR, and the trap controls of EL2. Plain data of the caller, reset by cpu_sysregs_reset().
 * The table of names and encodings is cpu/sysreg.def.
 *
 * Reference: Arm DDI 0487, D19 (system registers).
 */
#ifndef CPU_STATE_H
#define CPU_STATE_H

#include "cpu/exception.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CPU_BREAKPOINTS = 6, CPU_WATCHPOINTS = 4 }; /* ID_AA64DFR0_EL1 + 1. */

struct cpu_sysregs {
    /* Stage 1 of EL1&0: whoever walks is told of each write. */
    u64 ttbr0_el1, ttbr1_el1, tcr_el1, mair_el1, amair_el1, contextidr_el1;
    u64 afsr0_el1, afsr1_el1, par_el1, cpacr_el1;
    u64 tpidr_el0, tpidrro_el0, tpidr_el1, scxtnum_el0, scxtnum_el1;
    u64 mpidr_el1, midr_el1; /* What MRS gives at EL1: VMPIDR_EL2, VPIDR_EL2. */
    u64 csselr_el1, cntkctl_el1, pmuserenr_el0, fpcr, fpsr, zcr_el1;
    u64 isr_el1;  /* What is pending for EL1: A 8, I 7, F 6; kept by the owner of the interrupts. */
    u64 disr_el1; /* The syndrome that an ESB has deferred. */
    u64 rgsr_el1, gcr_el1, tfsr_el1, tfsre0_el1; /* MTE */
    u64 apkey[10];                               /* APIA, APIB, APDA, APDB, APGA: low, high. */
    /* Debug. */
    u64 mdscr_el1;
    u64 oslsr_el1; /* OSLM 3, 0 = 10; OSLK 1. */
    u64 dbgbvr[CPU_BREAKPOINTS], dbgbcr[CPU_BREAKPOINTS];
    u64 dbgwvr[CPU_WATCHPOINTS], dbgwcr[CPU_WATCHPOINTS];
    /* Trap controls of EL2 beside HCR_EL2; HSTR_EL2 traps AArch32 accesses only and is not here. */
    u64 cptr_el2, mdcr_el2, cnthctl_el2;
    u64 ich_hcr_el2, icc_sre_el2; /* Copies; the owner is gic. KVM leaves SRE.Enable 0. */
};

#define CPU_MDSCR_SS (1ull << 0)    /* Software step. */
#define CPU_MDSCR_TDCC (1ull << 12) /* EL0 accesses of the debug channel trap to EL1. */
#define CPU_MDSCR_KDE (1ull << 13)  /* Debug exceptions of the debug target's own EL. */
#define CPU_OSLSR_OSLK (1ull << 1)  /* The OS lock is held: no debug exceptions. */
#define CPU_MDCR_TPMCR (1ull << 5)
#define CPU_MDCR_TPM (1ull << 6)
#define CPU_MDCR_TDE (1ull << 8) /* Debug exceptions of EL1&0 go to EL2. */
#define CPU_MDCR_TDA (1ull << 9)
#define CPU_MDCR_TDOSA (1ull << 10)
#define CPU_MDCR_TDRA (1ull << 11)
/* MDCR_EL2 while a guest of KVM runs; TDA and TDE follow the guest's use of its debug registers. */
#define CPU_MDCR_KVM (CPU_MDCR_TPM | CPU_MDCR_TPMCR | CPU_MDCR_TDOSA | CPU_MDCR_TDRA)
#define CPU_CPTR_TFP (1ull << 10) /* With E2H = 0, */
#define CPU_CPTR_TZ (1ull << 8)   /* as this; else FPEN and ZEN as in CPACR_EL1. */
#define CPU_CPTR_TCPAC (1ull << 31)

#ifdef __cplusplus
}
#endif
#endif
