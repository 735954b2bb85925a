/*
 * SMC calling convention (Arm DEN0028): how a function id is built, who owns it, the numbers by
 * which a guest recognises KVM, and what an HVC or SMC does on a machine whose hypervisor and
 * firmware are configuration. PSCI stands in cpu/psci.h; SDEI is somebody else's (SMCCC_ASK_SDEI).
 *
 * References: DEN0028; DDI 0487 HVC, SMC, HCR_EL2.{HCD,TSC}, SCR_EL3.{HCE,SMD}; KVM of Linux 6.1.
 */
#ifndef CPU_SMCCC_H
#define CPU_SMCCC_H

#include "cpu/psci.h"

#ifdef __cplusplus
extern "C" {
#endif

struct smccc_fid { /* The fields of w0. */
    u16 function;  /* 15:0 */
    u8 owner;      /* 29:24; without meaning for a yielding call. */
    u8 is_fast;    /* 31: fast, that is atomic; else yielding. */
    u8 is_64;      /* 30: SMC64 or HVC64. */
    u8 sve_hint;   /* 16: no live SVE state (SMCCC 1.3). */
    u8 is_sound;   /* The bits that must be zero (23:17 of a fast call) are. */
};

struct smccc_fid smccc_decode(u32 fid);

enum smccc_owner {
    SMCCC_OWNER_ARCH = 0,
    SMCCC_OWNER_CPU = 1,
    SMCCC_OWNER_SIP = 2,
    SMCCC_OWNER_OEM = 3,
    SMCCC_OWNER_STANDARD = 4,     /* PSCI 0x00, SDEI 0x20, TRNG 0x50, FF-A 0x60. */
    SMCCC_OWNER_STANDARD_HYP = 5, /* PV time. */
    SMCCC_OWNER_VENDOR_HYP = 6,   /* KVM. */
    SMCCC_OWNER_TRUSTED_APP = 48, /* 48, 49 */
    SMCCC_OWNER_TRUSTED_OS = 50,  /* 50..63 */
};
const char *smccc_owner_name(u32 owner); /* 0..63 */

/* Yielding calls have no owner field (DEN0028 B and later): who owns the whole number. */
const char *smccc_yielding_name(u32 fid);

/* Function ids. Macros, because a C11 enumerator must fit into an int. */
#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_ARCH_SOC_ID 0x80000002u
#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define SMCCC_ARCH_WORKAROUND_2 0x80007FFFu
#define SMCCC_ARCH_WORKAROUND_3 0x80003FFFu
#define SMCCC_TRNG_VERSION 0x84000050u
#define SMCCC_TRNG_FEATURES 0x84000051u
#define SMCCC_TRNG_GET_UUID 0x84000052u
#define SMCCC_TRNG_RND32 0x84000053u
#define SMCCC_TRNG_RND64 0xC4000053u
#define SMCCC_PV_TIME_FEATURES 0xC5000020u
#define SMCCC_PV_TIME_ST 0xC5000021u
#define SMCCC_KVM_FEATURES 0x86000000u /* The bitmap of vendor functions, bit = function. */
#define SMCCC_KVM_PTP 0x86000001u
#define SMCCC_KVM_ASYNC_PF 0x86000002u /* KVM async page fault series v2..v4. */
#define SMCCC_KVM_FEATURES_2 0x8600007Fu
#define SMCCC_KVM_UID 0x8600FF01u

#define SMCCC_VERSION_1_1 0x10001u

/* x0..x3 of the UID call: UUID 28b46fb6-2ec5-11e9-a9ca-4b564d003a74 as little-endian words. */
extern const u32 smccc_kvm_uid[4];

/* Return codes in x0. */
enum smccc_status {
    SMCCC_SUCCESS = 0,
    SMCCC_NOT_SUPPORTED = -1,
    SMCCC_NOT_REQUIRED = -2,
    SMCCC_INVALID_PARAMETER = -3,
};

/* KVM writes x0..x3 for every call it serves; x4 and up are kept (SMCCC 1.1). */
struct smccc_result {
    u64 x[4];
};

/* x0 = status as 64 bits, also for a 32-bit call, x1 = value, x2 = x3 = 0. */
struct smccc_result smccc_return(s64 status, u64 value);

/* --- A machine --- */

enum smccc_conduit { SMCCC_NO_CONDUIT, SMCCC_HVC, SMCCC_SMC };
enum smccc_hypervisor {
    SMCCC_NO_HYPERVISOR, /* No EL2: the guest is alone with the firmware, if there is one. */
    SMCCC_KVM,
    SMCCC_OTHER, /* For example Xen: own UID, own hypercalls behind a tag in the immediate. */
};
/* What another hypervisor makes of a number in the vendor range that is KVM's. */
enum smccc_foreign { SMCCC_FOREIGN_REFUSES, SMCCC_FOREIGN_MEANS_ELSE, SMCCC_FOREIGN_KILLS };

enum { SMCCC_XEN_TAG = 0xEA1 }; /* Immediate of Xen's hypercalls; their number is in x16. */
#define SMCCC_VERSION_1_0 0x10000u
#define SMCCC_VERSION_1_2 0x10002u

/* Bits of the bitmaps by which a VMM takes services away from a guest of KVM. */
enum {
    SMCCC_STD_TRNG = 1 << 0,
    SMCCC_STD_HYP_PV_TIME = 1 << 0,
    SMCCC_VENDOR_FEAT = 1 << 0, /* UID and FEATURES. */
    SMCCC_VENDOR_PTP = 1 << 1,
};

struct smccc_spec {
    u8 conduit;                /* What DT or ACPI name as PSCI's: enum smccc_conduit. */
    u8 hypervisor;             /* enum smccc_hypervisor */
    u8 foreign;                /* SMCCC_OTHER: enum smccc_foreign */
    u8 has_el3;                /* Firmware that serves SMCs: PSCI, and what is common. */
    u8 hvc_disabled;           /* SCR_EL3.HCE is 0, or (without EL3) HCR_EL2.HCD is 1. */
    u8 smc_disabled;           /* SCR_EL3.SMD */
    u8 smc_trap;               /* HCR_EL2.TSC. KVM always sets it. */
    u8 smc_trap_without_el3;   /* Does the core trap an SMC by TSC if there is no EL3? */
    u8 is_nested;              /* HCR_EL2.NV: then it must. */
    u8 kvm_serves_smc;         /* Since Linux 6.4: a guest's SMC #0 is served as an HVC. */
    signed char workaround[3]; /* What ARCH_FEATURES answers for WORKAROUND_1..3. */
    u8 has_sdei;               /* SDEI's range is asked of sdei; else it is unknown. */
    u8 vendor_is_64;           /* vendor_function is an SMC64 call. */
    u8 zero;
    u32 version; /* SMCCC_VERSION_1_0 (then the call is unknown), _1_1, _1_2. */
    u64 std_bmap, std_hyp_bmap, vendor_hyp_bmap;
    u64 pv_time_base;    /* IPA of the record of vCPU 0, 64 bytes each; 0: none. */
    u32 vendor_function; /* One more function of KVM's vendor range (0..127), 0: none. */
    u32 uid[4];          /* SMCCC_OTHER */
    u32 zero2;
    struct psci_spec psci;
};
/* KVM of Linux 6.1 beside TF-A, conduit HVC, all services, vendor function 2 (APF v4). */
void smccc_spec_init(struct smccc_spec *spec, u32 vcpu_count);

struct smccc_request { /* One HVC or SMC. */
    u8 is_smc;
    u8 el; /* 0 or 1 */
    u8 is_aarch32;
    u8 sp_is_el0; /* Caller at EL1t: the vector of an UNDEFINED instruction is another one. */
    u32 immediate;
    u32 vcpu;
    u32 zero;
    u64 x[4]; /* x0..x3 */
    u64 x16;
};

enum smccc_end {
    SMCCC_ANSWERED,   /* count registers from x0 on are written; the guest goes on behind it. */
    SMCCC_UNDEFINED,  /* An exception to EL1 at vector, with esr; ELR is the instruction itself. */
    SMCCC_POWER,      /* PSCI with an effect: see psci. */
    SMCCC_ASK_SDEI,   /* The caller asks sdei, then writes four registers as KVM does. */
    SMCCC_ASK_VENDOR, /* The function `vendor_function` of the specification. */
    SMCCC_KILLED,     /* Another hypervisor ends the guest. */
    SMCCC_END_COUNT,
};

struct smccc_out {
    u8 end;   /* enum smccc_end */
    u8 count; /* Registers written: 0, 1 or 4; the others keep their values. */
    u8 steps; /* A trapped SMC: ELR_EL2 is at it, and software adds 4. */
    u8 zero;
    u32 vector; /* Offset from VBAR_EL1. */
    u64 esr;
    struct smccc_result result;
    struct psci_result psci;
};

/* What the call does. The power state of psci changes at once. */
void smccc_call(const struct smccc_spec *spec, struct psci *psci, const struct smccc_request *call,
                struct smccc_out *out);

enum smccc_server { SMCCC_BY_KVM = 1, SMCCC_BY_FIRMWARE = 2 };
struct smccc_call_info { /* One row of the table of calls. */
    u32 fid;
    u8 owner; /* enum smccc_owner */
    u8 is_64;
    u8 served; /* Sum of enum smccc_server; 0: known, and refused by all. */
    u8 zero;
    const char *name;
};
/* By owner, then number. PSCI is here; SDEI's calls are sdei's, a vendor function the variant's. */
const struct smccc_call_info *smccc_calls(size_t *count);

/* --- Discovery (smccc_probe.c) --- */

enum smccc_rung { /* Each step only uses an id that the one before has certified. */
                  SMCCC_RUNG_CONDUIT,       /* DT or ACPI: no call at all. */
                  SMCCC_RUNG_PSCI_VERSION,  /* >= 1.0 */
                  SMCCC_RUNG_PSCI_FEATURES, /* of SMCCC_VERSION: 0 */
                  SMCCC_RUNG_VERSION,       /* >= 1.1 */
                  SMCCC_RUNG_UID,           /* KVM's */
                  SMCCC_RUNG_FEATURES,      /* has the function's bit */
                  SMCCC_RUNG_FUNCTION,      /* may be called */
                  SMCCC_RUNG_COUNT,
};
enum smccc_verdict {
    SMCCC_FOUND,   /* The service is there. */
    SMCCC_ABSENT,  /* It is not, and the guest goes on. */
    SMCCC_FOOLED,  /* It is not, and the guest believes it is. */
    SMCCC_CRASHED, /* UNDEFINED instruction in the kernel, or killed. */
};

struct smccc_step { /* What a rung asked and got. */
    u32 fid;        /* 0: no call. */
    u8 end;         /* enum smccc_end */
    u8 passed;
    u8 zero[2];
    struct smccc_result result;
};
struct smccc_ladder {
    u32 count; /* Rungs that were tried. */
    u8 verdict;
    u8 zero[3];
    struct smccc_step step[SMCCC_RUNG_COUNT];
};
/* A kernel at EL1 looks for KVM's vendor function `function`. psci is not changed. */
void smccc_discover(const struct smccc_spec *spec, const struct psci *psci, u32 function,
                    struct smccc_ladder *out);
/* The same by one blind HVC of the function, as the first postings of APF did. One step. */
void smccc_probe_blindly(const struct smccc_spec *spec, const struct psci *psci, u32 function,
                         struct smccc_ladder *out);

#ifdef __cplusplus
}
#endif
#endif
