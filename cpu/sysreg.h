/*
 * System registers as MSR, MRS and SYS of EL0 and EL1 see them: which encoding names what, who
 * may access it, who traps it with which ESR, and what is read or stored. The table is
 * cpu/sysreg.def, its gates and traps are in cpu/traps.h.
 *
 * State is struct cpu_regs and struct cpu_sysregs of the caller. What belongs to others (GIC,
 * timers, address translation, caches) is only recognised here: the caller asks them.
 *
 * Reference: Arm DDI 0487, C5 and D19; IHI 0069 chapter 12.
 */
#ifndef CPU_SYSREG_H
#define CPU_SYSREG_H

#include "cpu/traps.h"
#include "mmu/mmu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cpu_access { CPU_ACCESS_NO = 0, CPU_ACCESS_RO = 1, CPU_ACCESS_WO = 2, CPU_ACCESS_RW = 3 };

enum cpu_sysreg_kind {
    CPU_KIND_REGS,
    CPU_KIND_SYS,
    CPU_KIND_PST,
    CPU_KIND_ID,
    CPU_KIND_RAZ,
    CPU_KIND_FN,
    CPU_KIND_EL2,
    CPU_KIND_GIC,
    CPU_KIND_TIMER,
    CPU_KIND_TLBI,
    CPU_KIND_AT,
    CPU_KIND_DC,
    CPU_KIND_IC,
    CPU_KIND_RCTX,
    CPU_KIND_COUNT
};

struct cpu_sysreg_info { /* A row of cpu/sysreg.def. */
    const char *name;
    struct cpu_sysreg reg;
    u8 access[2];  /* By EL: enum cpu_access. */
    u8 gate, trap; /* enum cpu_gate, enum cpu_trap */
    u8 feature;    /* Offset in struct cpu_features, or CPU_FEATURE_ALWAYS. */
    u8 kind;       /* enum cpu_sysreg_kind */
    u16 arg;       /* REGS, SYS, PST: offset of the field; GIC: enum gic_cpuif; TIMER: below. */
    u16 zero;
    u64 mask, reset;
};
enum { CPU_FEATURE_ALWAYS = sizeof(struct cpu_features) };

/* The whole table, in the order of encodings. */
const struct cpu_sysreg_info *cpu_sysreg_table(size_t *count);
/* NULL: no row has this encoding. Logarithmic. */
const struct cpu_sysreg_info *cpu_sysreg_find(struct cpu_sysreg reg);
bool cpu_sysreg_exists(const struct cpu_sysreg_info *row, const struct cpu_features *f);
/* Op0:Op1:CRn:CRm:Op2, 2 + 3 + 4 + 4 + 3 bits. */
u16 cpu_sysreg_key(struct cpu_sysreg reg);

/* arg of TIMER rows; cpu/timer.h serves them. */
enum cpu_timer_reg {
    CPU_CNTFRQ,
    CPU_CNTPCT,
    CPU_CNTVCT,
    CPU_CNTP_TVAL,
    CPU_CNTP_CTL,
    CPU_CNTP_CVAL,
    CPU_CNTV_TVAL,
    CPU_CNTV_CTL,
    CPU_CNTV_CVAL,
    CPU_TIMER_REG_COUNT
};

struct cpu_sysreg_request { /* One MRS (or SYSL), or one MSR or SYS. */
    struct cpu_sysreg reg;
    u8 rt; /* 0..31; of MSR (immediate) 31. */
    u8 is_read;
    u8 el; /* 0 or 1 */
};

enum cpu_sysreg_what {
    CPU_SYSREG_OK,        /* Done; a read has given its value. */
    CPU_SYSREG_UNDEFINED, /* Exception of class 0x00 to target_el. */
    CPU_SYSREG_TRAP,      /* Exception with esr to target_el. */
    CPU_SYSREG_GIC,       /* Not done: arg is an enum gic_cpuif, */
    CPU_SYSREG_TIMER,     /* an enum cpu_timer_reg. */
    CPU_SYSREG_TLBI,      /* mmu decides by the encoding. */
    CPU_SYSREG_AT,
    CPU_SYSREG_CACHE, /* DC, IC, RCTX: no effect that a program could see. */
};

struct cpu_sysreg_result {
    u8 what;      /* enum cpu_sysreg_what */
    u8 target_el; /* Of exceptions: 1 or 2. */
    u16 arg;
    u8 is_virtual; /* GIC: the ICV register, by HCR_EL2.IMO and FMO; else the physical one. */
    u8 zero[3];
    u64 esr; /* Of exceptions. */
};

/*
 * The access by EL0 or EL1. *value is what MSR writes; a read that is OK leaves its result there,
 * everything else leaves it alone. After a write of a row whose trap is CPU_TRAP_VM the caller
 * tells mmu, since these registers control stage 1. op0 = 0 is MSR (immediate) alone: CRn 4, CRm
 * the immediate.
 */
struct cpu_sysreg_result cpu_sysreg_access(struct cpu_regs *r, struct cpu_sysregs *s,
                                           const struct cpu_features *f,
                                           struct cpu_sysreg_request access, u64 *value);

/* What an access without gates and traps would do: how a hypervisor serves the ones it traps. */
struct cpu_sysreg_result cpu_sysreg_perform(struct cpu_regs *r, struct cpu_sysregs *s,
                                            const struct cpu_features *f,
                                            const struct cpu_sysreg_info *row, bool is_read, u32 el,
                                            u64 *value);

/* How Linux 6.1 KVM answers a trapped access. */
enum cpu_kvm_answer {
    CPU_KVM_PERFORMS, /* As cpu_kvm_perform() does, then pc + 4. */
    CPU_KVM_UNDEF,    /* It injects UNDEFINED. */
};
/* row: NULL for an encoding without a row. has_pmu: the VM has been given a PMU. */
enum cpu_kvm_answer cpu_kvm_sysreg(const struct cpu_sysreg_info *row, struct cpu_sysreg reg,
                                   bool has_pmu);
/*
 * As cpu_sysreg_perform(), but CCSIDR_EL1 shows data and unified caches of one set and one way: KVM
 * traps maintenance by set and way, and wants few of those.
 */
struct cpu_sysreg_result cpu_kvm_perform(struct cpu_regs *r, struct cpu_sysregs *s,
                                         const struct cpu_features *f,
                                         const struct cpu_sysreg_info *row, bool is_read, u32 el,
                                         u64 *value);

/*
 * Reset values as KVM gives them to a vCPU; what is UNKNOWN becomes 0. The EL1 registers of r that
 * have a row are reset too; pc, pstate, x0..x30, SP and those of EL2 are left.
 */
void cpu_sysregs_reset(struct cpu_regs *r, struct cpu_sysregs *s, u64 mpidr);

/* The value of an ID register, as the features make it. */
u64 cpu_id_value(const struct cpu_sysreg_info *row, const struct cpu_features *f);

/*
 * What mmu has to do so that it is the PE that these ID registers tell of. TxSZ out of range is not
 * clamped, which no ID register tells. The defaults of both folders are two PEs on purpose:
 * mmu_features_default is everything of Armv8.5 that is modelled, cpu_features_default a core of
 * Armv8.2. Who lets a guest see both derives the one from the other.
 */
void cpu_mmu_features(const struct cpu_features *f, struct mmu_features *m);

#ifdef __cplusplus
}
#endif
#endif
