/*
 * Fault status codes: the field DFSC or IFSC of an abort's syndrome, and FST of PAR_EL1. Arm DDI
 * 0487, ESR_ELx, "ISS encoding for an exception from a Data Abort" and "from an Instruction Abort".
 */
#ifndef MMU_FSC_H
#define MMU_FSC_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* xFSC base codes. The level is added to the first six, but for level -1 of the first two. */
enum {
    MMU_FSC_SIZE = 0x00,
    MMU_FSC_TRANS = 0x04,
    MMU_FSC_ACCESS = 0x08,
    MMU_FSC_PERM = 0x0c,
    MMU_FSC_SEA_WALK = 0x14,
    MMU_FSC_PARITY_WALK = 0x1c,
    MMU_FSC_SEA = 0x10,
    MMU_FSC_TAG = 0x11,
    MMU_FSC_PARITY = 0x18,
    MMU_FSC_ALIGN = 0x21,
    MMU_FSC_CONFLICT = 0x30,
    MMU_FSC_SIZE_M1 = 0x29,  /* Level -1. */
    MMU_FSC_TRANS_M1 = 0x2b, /* Level -1. */
    MMU_FSC_ATOMIC_UPDATE = 0x31,
    MMU_FSC_NONE = 0xff, /* Ours: no fault. */
};

enum mmu_fsc_kind {
    MMU_KIND_RESERVED,
    MMU_KIND_SIZE,
    MMU_KIND_TRANS,
    MMU_KIND_ACCESS,
    MMU_KIND_PERM,
    MMU_KIND_SEA,
    MMU_KIND_SEA_WALK,
    MMU_KIND_TAG,
    MMU_KIND_PARITY,
    MMU_KIND_PARITY_WALK,
    MMU_KIND_ALIGN,
    MMU_KIND_GPF,
    MMU_KIND_GPF_WALK,
    MMU_KIND_CONFLICT,
    MMU_KIND_ATOMIC_UPDATE,
    MMU_KIND_LOCKDOWN,
    MMU_KIND_EXCLUSIVE,
    MMU_KIND_SECTION_DOMAIN,
    MMU_KIND_PAGE_DOMAIN,
    MMU_KIND_COUNT,
};

enum { MMU_FSC_NO_LEVEL = -3 };

struct mmu_fsc {
    const char *name;
    u8 kind;   /* enum mmu_fsc_kind */
    s32 level; /* -2..3, or MMU_FSC_NO_LEVEL. */
};

/* Of any value of the field; only its low 6 bits count. */
const struct mmu_fsc *mmu_fsc_info(u32 code);
/* The name of a kind, without a level: "translation". */
const char *mmu_fsc_kind_name(enum mmu_fsc_kind kind);

#ifdef __cplusplus
}
#endif
#endif
