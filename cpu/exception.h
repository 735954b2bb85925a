/*
 * Taking an exception to EL1 or EL2 and returning from it: what happens to PSTATE, PC, ELR, SPSR
 * and the syndrome registers. The current EL is the one in PSTATE; routing (which EL takes it, and
 * whether it is masked) is in cpu/route.h, the syndromes in cpu/syndrome.h.
 *
 * Reference: Arm DDI 0487, D1 (exceptions), ESR_ELx. Target ELs use AArch64; what they interrupt or
 * return to may be AArch32. Memory: the caller's. Knows no time.
 */
#ifndef CPU_EXCEPTION_H
#define CPU_EXCEPTION_H

#include "base/base.h"
#include "cpu/features.h"
#include "cpu/syndrome.h"

#ifdef __cplusplus
extern "C" {
#endif

/* PSTATE is kept in the layout of SPSR_ELx. */
#define CPU_PSTATE_SP (1ull << 0)  /* M[0]: SP_ELx instead of SP_EL0. */
#define CPU_PSTATE_NRW (1ull << 4) /* M[4]: AArch32. */
#define CPU_PSTATE_M (0x1full << 0)
#define CPU_PSTATE_F (1ull << 6)
#define CPU_PSTATE_I (1ull << 7)
#define CPU_PSTATE_A (1ull << 8)
#define CPU_PSTATE_D (1ull << 9)
#define CPU_PSTATE_DAIF (0xfull << 6)
#define CPU_PSTATE_BTYPE (3ull << 10)
#define CPU_PSTATE_SSBS (1ull << 12)
#define CPU_PSTATE_ALLINT (1ull << 13)
#define CPU_PSTATE_IL (1ull << 20)
#define CPU_PSTATE_SS (1ull << 21)
#define CPU_PSTATE_PAN (1ull << 22)
#define CPU_PSTATE_UAO (1ull << 23)
#define CPU_PSTATE_DIT (1ull << 24)
#define CPU_PSTATE_TCO (1ull << 25)
#define CPU_PSTATE_NZCV (0xfull << 28)
enum {
    CPU_MODE_EL0T = 0,
    CPU_MODE_EL1T = 4,
    CPU_MODE_EL1H = 5,
    CPU_MODE_EL2T = 8,
    CPU_MODE_EL2H = 9,
};

/* clang-format off */
/* SCTLR_EL1; SCTLR_EL2 of a VHE host has them too. */
#define CPU_SCTLR_UMA       (1ull << 9)  /* EL0 may access PSTATE.DAIF. */
#define CPU_SCTLR_ENRCTX    (1ull << 10) /* EL0 may execute the restrictions by context. */
#define CPU_SCTLR_DZE       (1ull << 14) /* EL0 may execute DC ZVA. */
#define CPU_SCTLR_UCT       (1ull << 15) /* EL0 may read CTR_EL0. */
#define CPU_SCTLR_NTWI      (1ull << 16) /* WFI at EL0 is not trapped. */
#define CPU_SCTLR_NTWE      (1ull << 18)
#define CPU_SCTLR_TSCXT     (1ull << 20) /* EL0 accesses of SCXTNUM_EL0 trap. */
#define CPU_SCTLR_SPAN      (1ull << 23) /* 0: an exception sets PAN. */
#define CPU_SCTLR_UCI       (1ull << 26) /* EL0 may execute cache maintenance by address. */
#define CPU_SCTLR_DSSBS     (1ull << 44) /* What an exception writes to SSBS. */
#define CPU_SCTLR_NMI       (1ull << 61)
#define CPU_SCTLR_SPINTMASK (1ull << 62) /* SP_ELx masks; ALLINT stays 0. */

#define CPU_HCR_VM     (1ull << 0)
#define CPU_HCR_SWIO   (1ull << 1)
#define CPU_HCR_PTW    (1ull << 2)
#define CPU_HCR_FMO    (1ull << 3)
#define CPU_HCR_IMO    (1ull << 4)
#define CPU_HCR_AMO    (1ull << 5)
#define CPU_HCR_VF     (1ull << 6)
#define CPU_HCR_VI     (1ull << 7)
#define CPU_HCR_VSE    (1ull << 8)
#define CPU_HCR_FB     (1ull << 9)
#define CPU_HCR_BSU_IS (1ull << 10)
#define CPU_HCR_TWI    (1ull << 13)
#define CPU_HCR_TWE    (1ull << 14)
#define CPU_HCR_TID1   (1ull << 16)
#define CPU_HCR_TID2   (1ull << 17)
#define CPU_HCR_TID3   (1ull << 18)
#define CPU_HCR_TSC    (1ull << 19)
#define CPU_HCR_TIDCP  (1ull << 20)
#define CPU_HCR_TACR   (1ull << 21)
#define CPU_HCR_TSW    (1ull << 22)
#define CPU_HCR_TPCP   (1ull << 23)
#define CPU_HCR_TPU    (1ull << 24)
#define CPU_HCR_TTLB   (1ull << 25)
#define CPU_HCR_TVM    (1ull << 26)
#define CPU_HCR_TGE    (1ull << 27)
#define CPU_HCR_TDZ    (1ull << 28)
#define CPU_HCR_HCD    (1ull << 29)
#define CPU_HCR_TRVM   (1ull << 30)
#define CPU_HCR_RW     (1ull << 31) /* EL1 is AArch64. */
#define CPU_HCR_E2H    (1ull << 34)
#define CPU_HCR_TLOR   (1ull << 35)
#define CPU_HCR_TERR   (1ull << 36)
#define CPU_HCR_TEA    (1ull << 37)
#define CPU_HCR_APK    (1ull << 40) /* 0: accesses of the keys trap. */
#define CPU_HCR_NV     (1ull << 42) /* Nested virtualization; RES0 without FEAT_NV. */
#define CPU_HCR_FWB    (1ull << 46)
#define CPU_HCR_TID4   (1ull << 49)
#define CPU_HCR_TICAB  (1ull << 50)
#define CPU_HCR_TOCU   (1ull << 52)
#define CPU_HCR_ENSCXT (1ull << 53) /* 0: accesses of SCXTNUM trap. */
#define CPU_HCR_TTLBIS (1ull << 54)
#define CPU_HCR_TTLBOS (1ull << 55)
#define CPU_HCR_ATA    (1ull << 56) /* 0: accesses of the tag registers trap. */
#define CPU_HCR_TID5   (1ull << 58)

/*
 * HCR_EL2 while a guest of KVM runs: what every host sets. A host adds E2H (VHE), TEA and TERR
 * (RAS), FWB or, until the guest has MMU and caches on, TVM; and TWI, TWE when others wait.
 */
#define CPU_HCR_KVM                                                                                \
    (CPU_HCR_VM | CPU_HCR_SWIO | CPU_HCR_PTW | CPU_HCR_FMO | CPU_HCR_IMO | CPU_HCR_AMO |           \
     CPU_HCR_FB | CPU_HCR_BSU_IS | CPU_HCR_TID3 | CPU_HCR_TSC | CPU_HCR_TIDCP | CPU_HCR_TACR |     \
     CPU_HCR_TSW | CPU_HCR_RW | CPU_HCR_TLOR)
/* clang-format on */

struct cpu_regs {
    u64 pc, pstate;
    u64 elr_el1, spsr_el1, esr_el1, far_el1, vbar_el1, sctlr_el1;
    u64 elr_el2, spsr_el2, esr_el2, far_el2, vbar_el2, sctlr_el2;
    u64 hpfar_el2, hcr_el2;
    u64 x[31];
    u64 sp_el0, sp_el1;
};

/* M[3:2] in AArch64; in AArch32, User is EL0, Hyp EL2 and every other mode EL1. */
static inline u32 cpu_el(const struct cpu_regs *r)
{
    const u32 mode = (u32)r->pstate & 0xf;

    if (LIKELY(!(r->pstate & CPU_PSTATE_NRW)))
        return mode >> 2;
    return mode == 0 ? 0 : mode == 0xa ? 2 : 1;
}

/* --- Taking and returning --- */

enum cpu_exc { CPU_SYNC, CPU_IRQ, CPU_FIQ, CPU_SERROR, CPU_EXC_COUNT };

/* Offset from VBAR_ELx at which the exception would enter now: 0x000..0x780. */
u32 cpu_vector_offset(const struct cpu_regs *r, u32 target_el, enum cpu_exc kind);

/*
 * pc is the preferred return address already: behind an HVC or SVC, at the instruction that
 * aborted or was trapped, or what would have been executed next. Which of esr, far and hpfar are
 * written follows from kind and exception class; the other syndrome registers keep their values.
 */
void cpu_take_exception(struct cpu_regs *r, u32 target_el, enum cpu_exc kind, u64 esr, u64 far,
                        u64 hpfar);

/* ERET at from_el (1 or 2). False: an illegal return, PSTATE.IL is set and the EL is kept. */
bool cpu_eret(struct cpu_regs *r, u32 from_el);

/*
 * The same on a core with other features; the two above have cpu_features_default. step: SPSR.SS
 * goes to PSTATE.SS, as cpu_step_returns() (cpu/debug.h) says.
 */
void cpu_take_exception_with(struct cpu_regs *r, const struct cpu_features *f, u32 target_el,
                             enum cpu_exc kind, u64 esr, u64 far, u64 hpfar);
bool cpu_eret_with(struct cpu_regs *r, const struct cpu_features *f, u32 from_el, bool step);
bool cpu_eret_is_legal(const struct cpu_regs *r, const struct cpu_features *f, u32 from_el);

/* HCR_EL2 as it acts on a core with these features: RW alone if there is no EL2. */
u64 cpu_effective_hcr(const struct cpu_regs *r, const struct cpu_features *f);
/* A VHE host: EL0 lies directly below EL2, and EL2 has the rules of EL1. */
static inline bool cpu_is_host(u64 hcr)
{
    return (hcr & (CPU_HCR_E2H | CPU_HCR_TGE)) == (CPU_HCR_E2H | CPU_HCR_TGE);
}
u64 cpu_pstate_bits(const struct cpu_features *f); /* Those of AArch64 that exist. */

#ifdef __cplusplus
}
#endif
#endif
