/*
 * PSCI (Arm DEN0022) as KVM 6.1 serves it to a guest: a decider over the power state of the vCPUs.
 * What has to happen to a vCPU or to the machine is returned, never done.
 */
#ifndef CPU_PSCI_H
#define CPU_PSCI_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Function ids; the 64-bit twin of a call that has one is id | PSCI_64. */
#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0x84000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0x84000003u
#define PSCI_AFFINITY_INFO 0x84000004u
#define PSCI_MIGRATE 0x84000005u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_MIGRATE_INFO_UP_CPU 0x84000007u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000Au
#define PSCI_SYSTEM_SUSPEND 0x8400000Eu
#define PSCI_SYSTEM_RESET2 0x84000012u
#define PSCI_64 0x40000000u

enum psci_error {
    PSCI_SUCCESS = 0,
    PSCI_NOT_SUPPORTED = -1,
    PSCI_INVALID_PARAMETERS = -2,
    PSCI_DENIED = -3,
    PSCI_ALREADY_ON = -4,
    PSCI_ON_PENDING = -5,
    PSCI_INTERNAL_FAILURE = -6,
    PSCI_NOT_PRESENT = -7,
    PSCI_DISABLED = -8,
    PSCI_INVALID_ADDRESS = -9,
};
/* AFFINITY_INFO. KVM never says ON_PENDING: CPU_ON takes effect before it returns. */
enum psci_affinity { PSCI_IS_ON, PSCI_IS_OFF, PSCI_IS_ON_PENDING };
enum { PSCI_TOS_MP = 2 }; /* MIGRATE_INFO_TYPE: nothing to migrate. */

enum { PSCI_CPU_MAX = 512 };

struct psci_spec {
    u32 vcpu_count;        /* 1..PSCI_CPU_MAX */
    u32 version;           /* 0x00002, 0x10000 or 0x10001. */
    u8 has_system_suspend; /* The VMM has opted in. */
    u8 zero[7];
};

struct psci { /* Power state of each vCPU. */
    u64 on[PSCI_CPU_MAX / 64];
};

enum psci_action {
    PSCI_DO_NOTHING,
    PSCI_DO_ON,         /* Reset vCPU `target` and start it: PC, x0 and PSTATE are given. */
    PSCI_DO_OFF,        /* The caller stops; it does not return. */
    PSCI_DO_WAIT,       /* The caller waits as in WFI, then goes on with x0. */
    PSCI_DO_SYSTEM_OFF, /* The rest: exit to the VMM. x0 is what a VMM that goes on leaves. */
    PSCI_DO_SYSTEM_RESET,
    PSCI_DO_SYSTEM_RESET2,  /* Of reset_type, with context as the cookie. */
    PSCI_DO_SYSTEM_SUSPEND, /* To be resumed at entry with context. */
    PSCI_DO_COUNT,
};

struct psci_result {
    u8 action;   /* enum psci_action */
    u8 keeps_x0; /* DO_SYSTEM_SUSPEND: x0 is not written. */
    u8 zero[2];
    u32 target; /* DO_ON */
    s64 x0;
    u64 entry;      /* DO_ON, DO_SYSTEM_SUSPEND */
    u64 context;    /* Likewise; the new x0. DO_SYSTEM_RESET2: the cookie. */
    u64 pstate;     /* DO_ON: EL1h, DAIF masked; the MMU is off after a reset. */
    u64 reset_type; /* DO_SYSTEM_RESET2 */
};

void psci_init(struct psci *p, const struct psci_spec *spec); /* vCPU 0 is on. */
bool psci_is_on(const struct psci *p, u32 vcpu);
bool psci_is_call(u32 fid); /* One of DEN0022's range: 0x84000000..1f and 0xC4000000..1f. */
/*
 * One call of vCPU `vcpu`, which is on. arg: x1..x3. A guest whose EL1 is AArch32 may not use the
 * 64-bit twins. The power state changes at once; *out is written in any case.
 */
void psci_call(struct psci *p, const struct psci_spec *spec, u32 vcpu, bool is_aarch32, u32 fid,
               const u64 arg[3], struct psci_result *out);
u64 psci_mpidr(u32 vcpu); /* Affinity fields, as KVM numbers vCPUs: 16, then 256, then 256. */

#ifdef __cplusplus
}
#endif
#endif
