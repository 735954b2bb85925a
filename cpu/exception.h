/*
 * Taking an exception to EL1 or EL2 and returning from it: what happens to PSTATE, PC, ELR, SPSR
 * and the syndrome registers, and the syndromes that software builds. The current EL is the one in
 * PSTATE; routing (which EL takes it, and whether it is masked) is the caller's.
 *
 * Reference: Arm DDI 0487, D1 (exceptions), ESR_ELx. Target ELs use AArch64; what they interrupt or
 * return to may be AArch32. Memory: the caller's. Knows no time.
 */
#ifndef CPU_EXCEPTION_H
#define CPU_EXCEPTION_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* PSTATE is kept in the layout of SPSR_ELx. */
#define CPU_PSTATE_SP (1ull << 0)  /* M[0]: SP_ELx instead of SP_EL0. */
#define CPU_PSTATE_NRW (1ull << 4) /* M[4]: AArch32. */
#define CPU_PSTATE_M (0x1full << 0)
#define CPU_PSTATE_I (1ull << 7)
#define CPU_PSTATE_DAIF (0xfull << 6)
#define CPU_PSTATE_BTYPE (3ull << 10)
#define CPU_PSTATE_SSBS (1ull << 12)
#define CPU_PSTATE_IL (1ull << 20)
#define CPU_PSTATE_SS (1ull << 21)
#define CPU_PSTATE_PAN (1ull << 22)
#define CPU_PSTATE_UAO (1ull << 23)
#define CPU_PSTATE_DIT (1ull << 24)
#define CPU_PSTATE_NZCV (0xfull << 28)
enum {
    CPU_MODE_EL0T = 0,
    CPU_MODE_EL1T = 4,
    CPU_MODE_EL1H = 5,
    CPU_MODE_EL2T = 8,
    CPU_MODE_EL2H = 9,
};

#define CPU_SCTLR_SPAN (1ull << 23)  /* 0: an exception sets PAN. */
#define CPU_SCTLR_DSSBS (1ull << 44) /* What an exception writes to SSBS. */
#define CPU_HCR_TGE (1ull << 27)
#define CPU_HCR_RW (1ull << 31) /* EL1 is AArch64. */
#define CPU_HCR_E2H (1ull << 34)

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

/* --- Syndromes --- */

/* ESR_ELx.EC. */
enum cpu_ec {
    CPU_EC_UNKNOWN = 0x00,
    CPU_EC_WFX = 0x01,
    CPU_EC_FP_TRAP = 0x07,
    CPU_EC_BTI = 0x0d,
    CPU_EC_ILLEGAL_STATE = 0x0e,
    CPU_EC_SVC32 = 0x11,
    CPU_EC_HVC32 = 0x12,
    CPU_EC_SMC32 = 0x13,
    CPU_EC_SVC64 = 0x15,
    CPU_EC_HVC64 = 0x16,
    CPU_EC_SMC64 = 0x17,
    CPU_EC_SYSREG = 0x18,
    CPU_EC_SVE_TRAP = 0x19,
    CPU_EC_ERET = 0x1a,
    CPU_EC_PAUTH_FAIL = 0x1c,
    CPU_EC_IABT_LOWER = 0x20,
    CPU_EC_IABT_SAME = 0x21,
    CPU_EC_PC_ALIGN = 0x22,
    CPU_EC_DABT_LOWER = 0x24,
    CPU_EC_DABT_SAME = 0x25,
    CPU_EC_SP_ALIGN = 0x26,
    CPU_EC_SERROR = 0x2f,
    CPU_EC_BREAKPOINT_LOWER = 0x30,
    CPU_EC_BREAKPOINT_SAME = 0x31,
    CPU_EC_STEP_LOWER = 0x32,
    CPU_EC_STEP_SAME = 0x33,
    CPU_EC_WATCHPOINT_LOWER = 0x34,
    CPU_EC_WATCHPOINT_SAME = 0x35,
    CPU_EC_BRK64 = 0x3c,
    CPU_EC_COUNT = 0x40,
};

#define CPU_ESR_IL (1ull << 25) /* A 32-bit instruction, or a class for which it is always set. */

static inline enum cpu_ec cpu_esr_ec(u64 esr)
{
    return (enum cpu_ec)(esr >> 26 & 0x3f);
}

const char *cpu_ec_name(enum cpu_ec ec); /* "reserved" for a class without a row. */

/* The builders are of A64 code, whose instructions are all 32 bits wide: IL is set. */
u64 cpu_esr(enum cpu_ec ec, u32 iss);
u64 cpu_esr_hvc(u32 imm16);
u64 cpu_esr_smc(u32 imm16);

enum cpu_wfx { CPU_WFI, CPU_WFE, CPU_WFIT, CPU_WFET }; /* ISS.TI */
u64 cpu_esr_wfx(enum cpu_wfx instruction, u32 rt); /* rt: of WFIT and WFET only, else ignored. */

struct cpu_sysreg { /* The encoding of a system register or instruction. */
    u8 op0, op1, crn, crm, op2;
};
u64 cpu_esr_sysreg(struct cpu_sysreg reg, u32 rt, bool is_read);

#ifdef __cplusplus
}
#endif
#endif
