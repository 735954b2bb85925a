/*
 * Break-before-make: may a descriptor that the hardware may be using be replaced by another one?
 * Arm DDI 0487, D8.16.1 and FEAT_BBM.
 */
#ifndef MMU_BBM_H
#define MMU_BBM_H

#include "mmu/regs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A replacement, as software did it. */
struct mmu_bbm_change {
    u64 before, after;
    u8 stage;     /* 1 or 2 */
    int8_t level; /* -1..3 */
    u8 granule;   /* enum mmu_granule */
    u8 live;      /* `before` may have been used by a walk since it was written. */
    u8 broken;    /* An invalid descriptor stood in between ... */
    u8 flushed;   /* ... and a TLBI for the address was completed before the new one was written. */
    u8 same_contents; /* The old and the new page hold the same data. */
    u8 bbm;           /* FEAT_BBM level of the PE: 0, 1, 2. */
    u8 wide;          /* Descriptors hold 52 bits of address (mmu/regs.h): FEAT_LPA, or DS. */
    u8 zero[6];
};

enum mmu_bbm_verdict {
    MMU_BBM_LEGAL,      /* Nothing else to do but a barrier. */
    MMU_BBM_NEEDS_TLBI, /* Legal, and seen everywhere once a TLBI is completed. */
    MMU_BBM_NEEDS_NT,   /* FEAT_BBM level 1 allows it if nT is set in the block. */
    MMU_BBM_VIOLATION,  /* Break-before-make was needed: which of both is used is open. */
    MMU_BBM_VERDICTS,
};

/* What changes between two valid descriptors, as bits. */
enum {
    MMU_BBM_PERMISSION = 1, /* AP, XN, S2AP, AF, DBM, software bits, hierarchical permissions. */
    MMU_BBM_ADDRESS = 2,
    MMU_BBM_TYPE = 4,   /* Memory type, cacheability, shareability. */
    MMU_BBM_SIZE = 8,   /* Table against block, or the Contiguous bit. */
    MMU_BBM_GLOBAL = 16 /* nG of a leaf of stage 1. */
};

u32 mmu_bbm_changes(const struct mmu_bbm_change *c); /* 0 also if one of them is invalid. */
enum mmu_bbm_verdict mmu_bbm_judge(const struct mmu_bbm_change *c);
/* May the change leave two entries for one address, so that hardware may take a TLB conflict abort
 * (fault status code 0x30)? */
bool mmu_bbm_may_conflict(const struct mmu_bbm_change *c);
const char *mmu_bbm_name(enum mmu_bbm_verdict verdict);

#ifdef __cplusplus
}
#endif
#endif
