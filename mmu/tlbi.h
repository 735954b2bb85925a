/*
 * TLB maintenance instructions: the list of them, their operands, what they take out of a core's
 * TLB and caches, and whether other cores must do the same. Arm DDI 0487, D8.16 and C5.5 (TLBI).
 * Local and broadcast forms differ in cost, which the caller knows.
 *
 * Inaccurate: FEAT_XS is not implemented (the nXS forms, CRn = 9, are not in the list).
 */
#ifndef MMU_TLBI_H
#define MMU_TLBI_H

#include "mmu/cache.h"
#include "mmu/tlb.h"

#ifdef __cplusplus
extern "C" {
#endif

enum mmu_tlbi_scope { MMU_TLBI_LOCAL, MMU_TLBI_INNER, MMU_TLBI_OUTER };

enum mmu_tlbi_what {
    MMU_TLBI_ALLE1,   /* EL1&0, all VMIDs, both stages. */
    MMU_TLBI_VMALLE1, /* Stage 1 of the VMID, combined entries with it. */
    MMU_TLBI_VMALLS12E1,
    MMU_TLBI_ASIDE1,  /* Not global ones. */
    MMU_TLBI_VAE1,    /* Of the ASID, and global ones. */
    MMU_TLBI_VAAE1,   /* Of any ASID. */
    MMU_TLBI_IPAS2E1, /* Stage 2 alone: combined entries stay. */
    MMU_TLBI_ALLE2,   /* EL2's own translations, which are not modelled: no effect here. */
    MMU_TLBI_VAE2,
};

struct mmu_tlbi { /* TLBI is SYS with op0 = 1, CRn = 8. */
    const char *name;
    u8 op1, crm, op2;
    u8 scope; /* enum mmu_tlbi_scope */
    u8 what;  /* enum mmu_tlbi_what */
    u8 leaf;  /* Last level only: tables on the way stay. */
    u8 range; /* FEAT_TLBIRANGE */
};

const struct mmu_tlbi *mmu_tlbi_table(u32 *count);
/* By encoding or by name; NULL: there is none. */
const struct mmu_tlbi *mmu_tlbi_find(u32 op1, u32 crm, u32 op2);
const struct mmu_tlbi *mmu_tlbi_by_name(const char *name);
/* Is it UNDEFINED at this EL (0..2) of this PE? */
bool mmu_tlbi_is_undefined(const struct mmu_tlbi *op, u32 el, const struct mmu_features *f);

/* Who executes it. */
struct mmu_tlbi_issuer {
    u64 hcr_el2;
    u32 vmid;  /* Current one, or MMU_NO_VMID while stage 2 is off. */
    u8 el;     /* 1 or 2 */
    u8 asid16; /* ASIDs have 16 bits (TCR_EL1.AS). */
    u8 s1_ds;  /* TCR_EL1.DS, VTCR_EL2.DS (FEAT_LPA2): then a range by address has a base in */
    u8 s2_ds;  /* units of 64 KiB whatever its granule. */
    const struct mmu_features *features;
};

/* What an operand means: the same on every PE that it reaches. */
struct mmu_tlbi_operand {
    u64 first, last; /* VA[55:12] or IPA[51:12]; first > last: nothing. */
    u64 pages;       /* Of the granule that it names; 0: not by address. */
    u32 vmid;
    u16 asid;
    u8 what, leaf;
    u8 kind;      /* The hint TTL: only leaves of this kind (mmu_out.kind; level 0: any). 0: all. */
    u8 broadcast; /* To the shareability domain; else this PE alone. */
    u8 zero[6];
};

struct mmu_tlbi_effect {
    u8 broadcast;  /* The caller lets every PE apply the operand, and waits for them at DSB. */
    u8 everything; /* The TLB was emptied by a new epoch: tlb_dropped is not counted. */
    u8 zero[2];
    u32 tlb_dropped, walk_dropped, ipa_dropped; /* Entries on this PE. */
};

/* Reserved operands (a range without a granule) name nothing, like an IPA above 48 bits where the
 * PE has no more; a reserved TTL is no hint. Nor is that of the leaves that FEAT_LPA2 adds: more is
 * taken than was named. */
struct mmu_tlbi_operand mmu_tlbi_decode(const struct mmu_tlbi *op, u64 value,
                                        const struct mmu_tlbi_issuer *issuer);
/* On one PE; c may be NULL. */
struct mmu_tlbi_effect mmu_tlbi_apply(const struct mmu_tlbi_operand *o, struct mmu_tlb *t,
                                      struct mmu_caches *c);

#ifdef __cplusplus
}
#endif
#endif
