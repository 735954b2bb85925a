/*
 * Syndromes of aborts, both ways: what hardware writes into ESR_ELx, FAR_ELx and HPFAR_EL2 for a
 * fault (fault.c), and what KVM reads out of them (decode.c). Arm DDI 0487, ESR_ELx, ISS of data
 * and instruction aborts; HPFAR_EL2; Linux 6.1 KVM, kvm_handle_guest_abort().
 */
#ifndef MMU_ABORT_H
#define MMU_ABORT_H

#include "mmu/fsc.h"
#include "mmu/walk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Encode --- */

/* What the instruction was, as far as the syndrome tells it. */
enum mmu_insn_kind {
    MMU_INSN_GPR,       /* LDR, STR, LDUR, LDTR, ... of one general register. */
    MMU_INSN_ORDERED,   /* LDAR, LDAPR, LDLAR, STLR, STLLR: the same with acquire or release. */
    MMU_INSN_WRITEBACK, /* Pre- or post-indexed. */
    MMU_INSN_EXCLUSIVE, /* LDXR, STXR and the acquire or release forms of them. */
    MMU_INSN_PAIR,      /* LDP, STP, LDXP, ... */
    MMU_INSN_SIMD,      /* A register of FP, SIMD, SVE or SME. */
    MMU_INSN_ATOMIC,    /* CAS, SWP, LDADD, ... */
    MMU_INSN_MAINTAIN,  /* DC and IC by address but DC ZVA; AT. */
    MMU_INSN_ZERO,      /* DC ZVA: an ordinary store. */
    MMU_INSN_FETCH,
    MMU_INSN_COUNT,
};

struct mmu_insn {
    u8 kind;        /* enum mmu_insn_kind */
    u8 size_log2;   /* 0..3: byte to doubleword. */
    u8 sign_extend; /* LDRS*. */
    u8 rt;          /* 0..31; 31 is XZR. */
    u8 sf;          /* The register has 64 bits. */
    u8 zero[3];
};

/*
 * ESR_EL2 (stage 2) or ESR_EL1 (stage 1) of this fault. isv: the instruction is a load or store
 * of one 64-bit register, X0, so ISV, SAS, SRT and SF are valid if the fault can have them (data,
 * stage 2, not s1ptw).
 */
u64 mmu_fault_esr(const struct mmu_fault *f, bool isv);
/* The same for any instruction. */
u64 mmu_fault_esr_insn(const struct mmu_fault *f, const struct mmu_insn *insn);
u64 mmu_fault_hpfar(const struct mmu_fault *f); /* Stage 2 only. */
/* Must HPFAR_EL2 be valid, or may an implementation leave it UNKNOWN? */
bool mmu_fault_has_hpfar(const struct mmu_fault *f);

/* --- Decode --- */

/* Exactly one for every value of ESR_EL2. */
enum mmu_abort_class {
    MMU_ABORT_NONE,        /* Another exception class. */
    MMU_ABORT_OWN,         /* EC 21, 25: the hypervisor's own abort. */
    MMU_ABORT_VNCR,        /* Its access to the page of VNCR_EL2 on behalf of a guest. */
    MMU_ABORT_EXTERNAL,    /* KVM: kvm_vcpu_abt_issea(). */
    MMU_ABORT_TRANSLATION, /* xFSC 04..07 */
    MMU_ABORT_ACCESS,      /* 08..0B */
    MMU_ABORT_PERMISSION,  /* 0C..0F */
    MMU_ABORT_OTHER,       /* KVM gives -EFAULT to its VMM. */
    MMU_ABORT_CLASSES,
};

/* How KVM takes a fault of a stage-1 walk. */
enum mmu_s1ptw_rule {
    MMU_S1PTW_READ,  /* Linux 6.1.y and later: a write only if it is a permission fault. */
    MMU_S1PTW_WRITE, /* Before December 2022: always a write. */
};

struct mmu_abort {
    u8 type; /* enum mmu_abort_class */
    u8 ec;   /* 6 bits */
    u8 fsc;  /* 6 bits, of aborts; mmu_fsc_info() names them. */
    u8 kind; /* enum mmu_fsc_kind */
    s32 level;
    u8 iabt, s1ptw, cm, wnr; /* cm and wnr: of data aborts. */
    u8 exec, write, is_perm; /* KVM's view. */
    u8 has_far, has_hpfar;   /* Else UNKNOWN: KVM asks AT S1E1R for the IPA. */
    u8 isv, sas, sse, srt, sf, ar;
    u8 vncr, ea, set;
    u8 zero[6];
    u64 far;
    u64 ipa; /* HPFAR_EL2's page and the low bits of FAR_EL2. */
};

struct mmu_abort mmu_abort_decode(u64 esr, u64 far, u64 hpfar, enum mmu_s1ptw_rule rule);
const char *mmu_abort_class_name(enum mmu_abort_class type);

/* What kvm_handle_guest_abort() does, first match first. */
enum mmu_kvm_answer {
    MMU_KVM_NOT_ABORT,      /* Not for this handler. */
    MMU_KVM_HOST,           /* The hypervisor's own fault: its business, never the guest's. */
    MMU_KVM_INJECT_SIZE,    /* IPA beyond the physical range: address size fault, level 0. */
    MMU_KVM_INJECT_RANGE,   /* IPA beyond the machine: external abort, FAR is the IPA. */
    MMU_KVM_SEA_HANDLED,    /* The host's RAS handler has taken the external abort. */
    MMU_KVM_INJECT_SERROR,  /* It has not: virtual SError. */
    MMU_KVM_EFAULT,         /* KVM_RUN fails. */
    MMU_KVM_INJECT_IABT,    /* No memory to execute from: external abort on the instruction. */
    MMU_KVM_INJECT_DABT,    /* ... or for a table: external abort on the data. */
    MMU_KVM_SKIP,           /* Cache maintenance where nothing is: next instruction. */
    MMU_KVM_MMIO,           /* A device's register. */
    MMU_KVM_EXIT_NISV,      /* A device, but the syndrome does not tell what to do: the VMM does, */
    MMU_KVM_ENOSYS,         /* ... if it has asked for it. */
    MMU_KVM_AGE,            /* Access flag: set it, enter the guest again. */
    MMU_KVM_BAD_PERMISSION, /* Permission fault of a read: user_mem_abort() refuses. */
    MMU_KVM_MAP,            /* user_mem_abort(): the page is fetched and mapped here and now. */
    MMU_KVM_APF,            /* The same, but the guest may be told instead of waiting. */
    MMU_KVM_ANSWERS,
};

/* What the decision depends on besides the abort. */
struct mmu_kvm_vm {
    u8 pa_bits;  /* IPA sizes that the host supports at most. */
    u8 ipa_bits; /* Of this machine. */
    u8 has_slot; /* A memory slot holds the page ... */
    u8 readonly; /* ... and it is read-only. */
    u8 ras_handles, nisv_exit;
    u8 el;              /* 0 or 1: where the guest was. */
    u8 apf;             /* Asynchronous page faults are on, and the guest can take one now. */
    u8 apf_send_always; /* From EL1, too. */
    u8 apf_s1ptw;       /* Pages of tables, too. */
    u8 zero[6];
};

enum mmu_kvm_answer mmu_kvm_decide(const struct mmu_abort *a, const struct mmu_kvm_vm *vm);

#ifdef __cplusplus
}
#endif
#endif
