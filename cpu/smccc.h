/*
 * SMC calling convention (Arm DEN0028): how a function id is built, who owns it, the numbers by
 * which a guest recognises KVM, and the four result registers. Knows no service's meaning.
 */
#ifndef CPU_SMCCC_H
#define CPU_SMCCC_H

#include "base/base.h"

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

#ifdef __cplusplus
}
#endif
#endif
