/*
 * A translation as resumable state: it asks for one descriptor at a time and never reads memory
 * itself, so its caller decides where the descriptor comes from and what it costs. Arm DDI 0487,
 * D8.2 to D8.5, D8.15.
 */
#ifndef MMU_WALK_H
#define MMU_WALK_H

#include "mmu/regs.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mmu_access { MMU_READ, MMU_WRITE, MMU_FETCH };

/* Memory types as far as an abort can tell: the byte of MAIR_EL1 and MemAttr, combined. */
enum mmu_type { MMU_TYPE_NORMAL, MMU_TYPE_NON_CACHEABLE, MMU_TYPE_DEVICE };

/* An access in full. */
struct mmu_request {
    u64 va;
    u8 access;    /* enum mmu_access. An atomic read-modify-write is a write with MMU_REQ_ATOMIC;
                     cache maintenance by address is a read with MMU_REQ_CM. */
    u8 el;        /* 0 or 1: where the instruction is. */
    u8 size_log2; /* 0..6: alignment that it wants; 0: none. */
    u8 flags;     /* MMU_REQ_ */
    u8 zero[4];
};

enum {
    MMU_REQ_PAN = 1,      /* PSTATE.PAN */
    MMU_REQ_UNPRIV = 2,   /* LDTR, STTR: judged as EL0, reported as EL1. */
    MMU_REQ_ATOMIC = 4,   /* Reads and writes: needs both rights. */
    MMU_REQ_CM = 8,       /* DC and IC by address, AT: the syndrome says CM and WnR. */
    MMU_REQ_ALIGNED = 16, /* Must be aligned whatever SCTLR_EL1.A says: exclusives, atomics. */
    MMU_REQ_ZVA = 32,     /* DC ZVA: a write that is always aligned, and never to Device memory. */
};

struct mmu_fault {
    u8 stage;     /* 1 or 2 */
    int8_t level; /* -1..3 */
    u8 fsc;       /* 6 bits, with the level. */
    u8 s1ptw;     /* Stage-2 fault on a stage-1 descriptor. */
    u8 access;    /* enum mmu_access of the original access. */
    u8 el;        /* 0 or 1: where the access came from. */
    u8 write;     /* WnR: a write access; a permission fault with s1ptw: the walker's update. */
    u8 flags;     /* MMU_FAULT_ */
    u64 va;       /* FAR */
    u64 ipa;      /* Stage 2: page-aligned IPA (of the descriptor if s1ptw). HPFAR_EL2. */
};

enum {
    MMU_FAULT_CM = 1,
    MMU_FAULT_EA = 2,   /* ISS.EA, of external aborts: what it says is the implementation's. */
    MMU_FAULT_FNV = 4,  /* FAR is not valid: external aborts only. */
    MMU_FAULT_VNCR = 8, /* FEAT_NV2: the access was to VNCR_EL2's page. */
    MMU_FAULT_SET_SHIFT = 4,
    MMU_FAULT_SET_MASK = 3, /* ISS.SET: 0 recoverable, 2 uncontainable, 3 restartable. */
};

enum mmu_need {
    MMU_NEED_READ,   /* Read the 64-bit descriptor at walk.need_pa and step with it. */
    MMU_NEED_UPDATE, /* Write walk.need_value (AF or dirty update, atomic) to walk.need_pa, then
                        step with that value; if the descriptor has changed since it was read,
                        write nothing and step with what is there. */
    MMU_DONE,        /* walk.out is the translation. */
    MMU_FAULT,       /* walk.fault says which. */
};

struct mmu_out { /* A finished translation of the 4 KiB around an address. */
    u64 pa;
    u64 ipa;
    /* Each 0 or 1. What the access's EL may do now, PAN apart. write only if both stages'
     * descriptors are dirty (writable): a page that is clean is entered without write, so its first
     * write walks again. */
    u8 read, write, exec;
    u8 global;
    u8 user;  /* EL0 may access. */
    u8 pan;   /* ... by AP[1] of stage 1: PSTATE.PAN keeps EL1 away. */
    u8 el;    /* Whose rights read, write and exec are. */
    u8 other; /* Those of the other EL: 1 read, 2 write, 4 exec. */
    u8 bits;  /* log2 of what one TLB entry may cover: the smaller of both stages' leaves, runs of
                 contiguous leaves included. 0 is 12. */
    u8 type;  /* enum mmu_type of both stages. */
    u8 kind;  /* Of the stage-1 leaf: level | (1 + enum mmu_granule) << 2; 0: stage 1 is off. */
    u8 zero[5];
};

/* Between two steps everything is in here; copy, compare and resume at will. */
struct mmu_walk {
    u64 va;
    u64 need_pa;    /* Physical address wanted. */
    u64 need_value; /* For MMU_NEED_UPDATE. */
    u64 ipa;        /* Input of the stage-2 walk in progress, or of the last one. */
    u64 s2_desc;    /* The leaf that the last stage-2 walk ended with, ... */
    u64 s2_desc_pa; /* ... and where it is. */
    u64 inherited;  /* Union of `inherit` bits of the stage-1 table descriptors above. */
    u8 access, el;
    int8_t s1_level, s2_level; /* -1..3 */
    u8 phase;                  /* Private to walk.c. */
    u8 access_count; /* Descriptor reads so far: the (n+1)(m+1)-1 of a nested walk, at most 35. */
    u8 flags;        /* MMU_REQ_, and private ones. */
    u8 wants;        /* Rights: 1 << enum mmu_access. */
    u8 judged_el;    /* Whose rights count. */
    u8 wnr;          /* Of a fault that is not the walker's. */
    u8 zero[6];
    struct mmu_out out;
    struct mmu_fault fault;
};

enum mmu_need mmu_walk_begin(struct mmu_walk *w, const struct mmu_regs *r, u64 va,
                             enum mmu_access access, u32 el);
/* The same for an access in full. An access that crosses a page is two of them; alignment is
 * judged in the first. */
enum mmu_need mmu_walk_begin_request(struct mmu_walk *w, const struct mmu_regs *r,
                                     const struct mmu_request *q);
/* desc: the value read (or just written). */
enum mmu_need mmu_walk_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc);
/* A stage-2 walk alone, for accesses that the guest kernel makes through its linear map. The
 * fault's va is the IPA: its low 12 bits are right, the rest of FAR is for the caller to fill. */
enum mmu_need mmu_walk_begin_s2(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa,
                                enum mmu_access access, u32 el);

/* What went wrong with the descriptor that the walk asked for, instead of a step. */
enum mmu_failure {
    MMU_FAIL_EXTERNAL, /* Synchronous external abort. */
    MMU_FAIL_PARITY,   /* Synchronous parity or ECC error. */
    MMU_FAIL_ATOMIC,   /* The memory cannot do the atomic update (after MMU_NEED_UPDATE only). */
};
/* Ends the walk with MMU_FAULT. */
enum mmu_need mmu_walk_fail(struct mmu_walk *w, enum mmu_failure failure);
/* The walk is done, but the access itself failed (MMU_FAIL_EXTERNAL, _PARITY), or two entries of
 * the TLB match the address: fault gets the abort, which goes to stage 1's target. */
void mmu_walk_access_failed(const struct mmu_walk *w, enum mmu_failure failure,
                            struct mmu_fault *fault);
void mmu_walk_conflict(const struct mmu_request *q, struct mmu_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
