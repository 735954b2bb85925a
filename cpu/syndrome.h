/*
 * Syndromes: the exception classes with their rules (cpu/ec.def), the builders of ESR_ELx values,
 * and what an ESR says of FAR and HPFAR. Pure functions of their arguments.
 *
 * Reference: Arm DDI 0487, ESR_ELx, FAR_ELx, HPFAR_EL2.
 */
#ifndef CPU_SYNDROME_H
#define CPU_SYNDROME_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ESR_ELx.EC. */
enum cpu_ec {
#define EC(id, number, name, il, far, takers) CPU_EC_##id = number,
#include "cpu/ec.def"
#undef EC
    CPU_EC_COUNT = 0x40,
};

enum cpu_il { CPU_IL_SET, CPU_IL_LEN, CPU_IL_ISV };                      /* cpu/ec.def: il */
enum cpu_far { CPU_FAR_NO, CPU_FAR_FAR, CPU_FAR_ABORT, CPU_FAR_STAGE2 }; /* cpu/ec.def: far */

struct cpu_ec_info {
    const char *name; /* NULL: a reserved class. */
    u8 il, far;
    u8 takers; /* Bit n: ELn. */
    u8 zero[5];
};
extern const struct cpu_ec_info cpu_ec_info[CPU_EC_COUNT];

#define CPU_ESR_IL (1ull << 25) /* A 32-bit instruction, or a class for which it is always set. */

static inline enum cpu_ec cpu_esr_ec(u64 esr)
{
    return (enum cpu_ec)(esr >> 26 & 0x3f);
}

const char *cpu_ec_name(enum cpu_ec ec); /* "reserved" for a class without a row. */

/* The builders are of A64 code, whose instructions are all 32 bits wide: IL is set. */
u64 cpu_esr(enum cpu_ec ec, u32 iss);
u64 cpu_esr_svc(u32 imm16);
u64 cpu_esr_hvc(u32 imm16);
u64 cpu_esr_smc(u32 imm16);
u64 cpu_esr_brk(u32 imm16);
/* With IL by the rule of the class: 16-bit instructions of AArch32 have it 0 where it counts. */
u64 cpu_esr_any(enum cpu_ec ec, u32 iss, bool is_16bit);
/* CPACR_EL1.FPEN, CPTR_EL2: EC 0x07 of A64 code. */
u64 cpu_esr_fp(void);
/* Software step: is_load_exclusive is ISS.EX; valid: ISV, false if the instruction is not known. */
u64 cpu_esr_step(bool same_el, bool is_load_exclusive, bool valid);

enum cpu_wfx { CPU_WFI, CPU_WFE, CPU_WFIT, CPU_WFET }; /* ISS.TI */
u64 cpu_esr_wfx(enum cpu_wfx instruction, u32 rt); /* rt: of WFIT and WFET only, else ignored. */

struct cpu_sysreg { /* The encoding of a system register or instruction. */
    u8 op0, op1, crn, crm, op2;
};
u64 cpu_esr_sysreg(struct cpu_sysreg reg, u32 rt, bool is_read);
struct cpu_sysreg cpu_esr_to_sysreg(u64 esr); /* Of EC 0x18. */
static inline u32 cpu_esr_rt(u64 esr)
{
    return (u32)(esr >> 5) & 0x1f;
}
static inline bool cpu_esr_is_read(u64 esr)
{
    return esr & 1;
}

/* --- Aborts --- */

enum {
    CPU_FSC_SIZE = 0x00,
    CPU_FSC_TRANSLATION = 0x04,
    CPU_FSC_ACCESS = 0x08,
    CPU_FSC_PERMISSION = 0x0c,
    CPU_FSC_EXTERNAL = 0x10,
    CPU_FSC_DEBUG = 0x22, /* Of breakpoints, watchpoints and software step. */
};
#define CPU_ISS_FSC 0x3full
#define CPU_ISS_WNR (1ull << 6)
#define CPU_ISS_S1PTW (1ull << 7)
#define CPU_ISS_CM (1ull << 8)
#define CPU_ISS_FNV (1ull << 10)
#define CPU_ISS_VNCR (1ull << 13)
#define CPU_ISS_ISV (1ull << 24)

bool cpu_esr_is_abort(u64 esr); /* EC 0x20, 0x21, 0x24, 0x25. */
bool cpu_far_is_valid(u64 esr); /* After an exception with this ESR, FAR_ELx is its address. */
/*
 * The access went through VNCR_EL2 (FEAT_NV2): a fault of the host's own mapping, taken from the
 * guest but with the class of the same EL. It is never the guest's and never an asynchronous one.
 */
bool cpu_esr_is_vncr(u64 esr);

/* Where EL2 finds the IPA of an abort. */
enum cpu_ipa {
    CPU_IPA_NONE,  /* Not a fault of stage 2: an external abort, another class. */
    CPU_IPA_HPFAR, /* HPFAR_EL2. */
    CPU_IPA_WALK,  /* HPFAR_EL2 may be UNKNOWN: AT S1E1R on FAR_EL2, then PAR_EL1. */
};
enum cpu_ipa cpu_esr_ipa(u64 esr);
/* IPA of HPFAR_EL2 (64:44 are not looked at), and the value that stands for an IPA. */
u64 cpu_hpfar_to_ipa(u64 hpfar);
u64 cpu_ipa_to_hpfar(u64 ipa);
/* HPFAR_EL2 as KVM makes it from PAR_EL1. False: AT has failed, the guest runs into it again. */
bool cpu_par_to_hpfar(u64 par, u64 *hpfar);
/* PAR_EL1 of a translation that fails: F, FST, PTW (stage 2 of a descriptor), S. */
u64 cpu_par_of_fault(u32 fsc, bool is_stage2, bool s1ptw);

#ifdef __cplusplus
}
#endif
#endif
