/*
 * The registers that a translation depends on, in their architectural layout, and what a walk wants
 * to know of them, decoded once. Arm DDI 0487, D8.2 (address sizes, granules, start levels),
 * TCR_EL1, VTCR_EL2, HCR_EL2, SCTLR_EL1.
 *
 * Addresses of 52 bits come in two formats: that of 64 KiB (FEAT_LPA: OA[51:48] in bits 15:12 of a
 * descriptor), and that of 4 and 16 KiB with TCR_EL1.DS or VTCR_EL2.DS (FEAT_LPA2: an address field
 * up to bit 49, OA[51:50] in bits 9:8, a level -1, greater blocks). Both are called wide here.
 *
 * Inaccurate: FEAT_MTE (tag checks), FEAT_RME (granule protection) and permission indirection are
 * not implemented; a PE may be without them.
 */
#ifndef MMU_REGS_H
#define MMU_REGS_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MMU_PAGE_SHIFT = 12, MMU_PAGE_SIZE = 4096 };

enum mmu_granule { MMU_4K, MMU_16K, MMU_64K, MMU_GRANULES };

/* What the PE implements. Frozen: registers are prepared for it. */
struct mmu_features {
    u8 pa_bits;        /* 32, 36, 40, 42, 44, 48, or 52 with has_lpa (ID_AA64MMFR0_EL1.PARange). */
    u8 granules;       /* Bit per enum mmu_granule; a granule without its bit is treated as the
                       smallest one that has it. */
    u8 has_ttst;       /* FEAT_TTST: TxSZ up to 48 (64 KiB: 47), stage 2 may start at level 3. */
    u8 clamps_tsz;     /* TxSZ out of range is taken for the nearest legal value; else it faults. */
    u8 hafdbs;         /* 0 none, 1 access flag, 2 dirty state, too (ID_AA64MMFR1_EL1.HAFDBS). */
    u8 has_xnx;        /* FEAT_XNX: stage 2 tells fetches of EL0 from those of EL1. */
    u8 has_hpds;       /* FEAT_HPDS */
    u8 has_e0pd;       /* FEAT_E0PD */
    u8 has_tbid;       /* TCR_EL1.TBIDn (FEAT_PAuth): the top byte counts for fetches. */
    u8 has_fwb;        /* FEAT_S2FWB: HCR_EL2.FWB. */
    u8 has_asid16;     /* ID_AA64MMFR0_EL1.ASIDBits */
    u8 has_vmid16;     /* FEAT_VMID16 */
    u8 has_ttl;        /* FEAT_TTL: the hint in a TLBI operand. */
    u8 has_tlbi_os;    /* FEAT_TLBIOS */
    u8 has_tlbi_range; /* FEAT_TLBIRANGE */
    u8 bbm;            /* FEAT_BBM level: 0, 1, 2. */
    u8 has_lva;        /* FEAT_LVA: 64 KiB has input sizes of stage 1 up to 52 bits. */
    u8 has_lpa;        /* FEAT_LPA: 52 bits of physical address, if pa_bits says so. */
    u8 has_lpa2;       /* FEAT_LPA2: TCR_EL1.DS, VTCR_EL2.DS and SL2. Else these are ignored. */
};

/* All of the above, but for a clamped TxSZ, FEAT_TTST (not on), FEAT_BBM (level 0) and the three of
 * 52 bits; 48 bits. */
extern const struct mmu_features mmu_features_default;

enum { MMU_LEVEL_M1 = -1, MMU_LEVELS = 5 }; /* Level -1, and how many there are with it. */

/* One range of input addresses, decoded: TTBR0's, TTBR1's or that of stage 2. What depends on the
 * level begins with level -1: index it with level + 1. */
struct mmu_range {
    u64 base;         /* First table; several side by side if stage 2 concatenates. */
    u64 in_mask;      /* Input address bits that index tables or the page. */
    u64 in_bad;       /* Input address bits that must be 0 (TTBR1: 1, stage 1 off: 0 in both). */
    u64 in_bad_fetch; /* The same for instruction fetches. */
    u64 out_bad;      /* Output address bits that must be 0: those from IPS or PS upwards. */
    u64 inherit;      /* Bits of a table descriptor that bind the levels below. */
    u64 addr_mask;    /* Bits of a descriptor that hold the address of a table or page. */
    u64 index_mask;   /* Byte offsets of the descriptors in one table. */
    u64 slow;         /* A valid descriptor with one of these bits is judged on a slow path: it has
                         an address outside the output size, or the format is wide. */
    u64 high_mask;    /* Wide: bits of a descriptor that are the uppermost of its address, ... */
    u8 high_shift;    /* ... this far below their place in it. */
    u8 shift[MMU_LEVELS]; /* Address bits below those that a table resolves, less 3. */
    u8 leaf[MMU_LEVELS];  /* Bits [1:0] of a block or page of this level; 4: there is none. */
    u8 run[MMU_LEVELS];   /* A contiguous run of this level has 1 << run entries. */
    u8 fault[2];        /* MMU_FSC_ of every access to the range (EPD, E0PD, a size that cannot be)
                         with EL0's rights, with EL1's; or NONE. */
    int8_t start_level; /* -1..3 */
    u8 kind;            /* Of a leaf, but for its level: (1 + enum mmu_granule) << 2. */
    /* What `base` and `fault` are made of when only the base changes. */
    u8 fixed[2]; /* `fault` without that of the base. */
    u8 zero[2];
    u64 base_mask;
    u64 base_high; /* Bits of the register that are bits 51:48 of the base: 5:2, or none. */
};

/* The registers a walk depends on, in their architectural layout, and what follows from them. */
struct mmu_regs {
    u64 ttbr0_el1, ttbr1_el1, tcr_el1, sctlr_el1, mair_el1;
    u64 hcr_el2, vtcr_el2, vttbr_el2;
    /* Filled by mmu_regs_prepare() only. */
    struct mmu_range s1[2], s2;
    u32 vmid; /* Of new TLB entries; MMU_NO_VMID if stage 2 is off. */
    u16 asid; /* The current one: TCR_EL1.A1 and AS. */
    u8 s1_on, s2_on;
    u8 s1_ha, s1_hd; /* Hardware sets AF, clears AP[2]. */
    u8 s2_ha, s2_hd; /* Stage 2: sets AF, sets S2AP[1]. */
    u8 wxn, ptw;     /* SCTLR_EL1.WXN, HCR_EL2.PTW */
    u8 s2_xn_mask;   /* XN[1:0] that count: both with FEAT_XNX, else XN[1]. */
    u8 fwb;          /* HCR_EL2.FWB */
    u8 align;        /* SCTLR_EL1.A */
    u8 prepared;     /* Asserted by every walk. */
    u8 zero[6];
    /* What was prepared for: a switch of tasks or machines changes no more than bases and tags. */
    u64 seen_tcr, seen_sctlr, seen_hcr, seen_vtcr;
    struct mmu_features seen_features;
};

enum { MMU_NO_VMID = 0x10000 };

/* To be called after every write to a register above, before the next walk begins. */
void mmu_regs_prepare(struct mmu_regs *r); /* For mmu_features_default. */
void mmu_regs_prepare_for(struct mmu_regs *r, const struct mmu_features *f);

/* Descriptor bits used by whoever builds tables (stage 1 / stage 2). */
#define MMU_DESC_VALID (1ull << 0)
#define MMU_DESC_TABLE (1ull << 1) /* Levels 0..2: table; level 3: page. */
#define MMU_DESC_ADDR 0x0000fffffffff000ull
#define MMU_S1_ATTR_SHIFT 2        /* AttrIndx[2:0] */
#define MMU_S1_AP_USER (1ull << 6) /* AP[1]: EL0 access. */
#define MMU_S1_AP_RO (1ull << 7)   /* AP[2]: read-only (or clean, with DBM). */
#define MMU_S1_SH_INNER (3ull << 8)
#define MMU_DESC_AF (1ull << 10)
#define MMU_S1_NG (1ull << 11)
#define MMU_DESC_NT (1ull << 16)
#define MMU_DESC_DBM (1ull << 51)
#define MMU_DESC_CONTIGUOUS (1ull << 52)
#define MMU_S1_PXN (1ull << 53)
#define MMU_S1_UXN (1ull << 54)
#define MMU_S2_READ (1ull << 6)
#define MMU_S2_WRITE (1ull << 7)
#define MMU_S2_MEMATTR_WB (0xfull << 2)
#define MMU_S2_XN (1ull << 54)
/* Table descriptors of stage 1: they bind all levels below. */
#define MMU_S1_PXN_TABLE (1ull << 59)
#define MMU_S1_UXN_TABLE (1ull << 60)
#define MMU_S1_AP_TABLE_NO_EL0 (1ull << 61)
#define MMU_S1_AP_TABLE_RO (1ull << 62)

#define MMU_TCR_EPD0 (1ull << 7)
#define MMU_TCR_A1 (1ull << 22)
#define MMU_TCR_EPD1 (1ull << 23)
#define MMU_TCR_AS (1ull << 36)
#define MMU_TCR_TBI0 (1ull << 37)
#define MMU_TCR_TBI1 (1ull << 38)
#define MMU_TCR_HA (1ull << 39)
#define MMU_TCR_HD (1ull << 40)
#define MMU_TCR_HPD0 (1ull << 41)
#define MMU_TCR_HPD1 (1ull << 42)
#define MMU_TCR_TBID0 (1ull << 51)
#define MMU_TCR_TBID1 (1ull << 52)
#define MMU_TCR_E0PD0 (1ull << 55)
#define MMU_TCR_E0PD1 (1ull << 56)
#define MMU_TCR_DS (1ull << 59)
#define MMU_VTCR_VS (1ull << 19)
#define MMU_VTCR_HA (1ull << 21)
#define MMU_VTCR_HD (1ull << 22)
#define MMU_VTCR_DS (1ull << 32)
#define MMU_VTCR_SL2 (1ull << 33)
#define MMU_HCR_VM (1ull << 0)
#define MMU_HCR_PTW (1ull << 2)
#define MMU_HCR_FB (1ull << 9)
#define MMU_HCR_DC (1ull << 12)
#define MMU_HCR_TGE (1ull << 27)
#define MMU_HCR_FWB (1ull << 46)
#define MMU_SCTLR_M (1ull << 0)
#define MMU_SCTLR_A (1ull << 1)
#define MMU_SCTLR_WXN (1ull << 19)

/* TCR_EL1 for 4 KiB granule, both halves of va_bits (39 or 48), IPS 48 bits, HA and HD on. */
u64 mmu_tcr(u32 va_bits);
/* The same for any granule and any size that a TxSZ can say: va_bits 16..52. Above 48 with IPS 52
 * bits, and DS unless the granule is 64 KiB. */
u64 mmu_tcr_for(enum mmu_granule granule, u32 va_bits);
/* VTCR_EL2 as KVM makes it: 4 KiB, ipa_bits 32..48, concatenation whenever possible, HA on. */
u64 mmu_vtcr(u32 ipa_bits);
/* For any granule, ipa_bits 32..52. Above 48 with PS 52 bits, and DS unless it is 64 KiB. */
u64 mmu_vtcr_for(enum mmu_granule granule, u32 ipa_bits);

/* TCR_EL1.TG0 or TG1, VTCR_EL2.TG0; false: a reserved value, which counts as 4 KiB. */
bool mmu_tcr_granule(u64 tcr, bool ttbr1, enum mmu_granule *granule);
bool mmu_vtcr_granule(u64 vtcr, enum mmu_granule *granule);
u32 mmu_page_shift(enum mmu_granule granule); /* 12, 14, 16 */
/* Address bits below those that a table of this level (-1..3) resolves. */
u32 mmu_level_shift(enum mmu_granule granule, s32 level);
/* A contiguous run of leaves of this level has 1 << this many entries; 0: the bit means nothing. */
u32 mmu_run_shift(enum mmu_granule granule, u32 level);
/* Is there a block (level 0..2) or a page (3) of this level, in the format of 48 bits? */
bool mmu_has_leaf(enum mmu_granule granule, u32 level);
/* The same in the wide format, which has blocks of 512 GiB (4 KiB), 64 GiB (16), 4 TiB (64). */
bool mmu_has_wide_leaf(enum mmu_granule granule, u32 level);

/* Level -1 is (u32)MMU_LEVEL_M1. Both believe a DS that is set: whether the PE has it is for the
 * caller to know. */
u32 mmu_s1_start_level(u64 tcr, bool ttbr1);
enum { MMU_NO_LEVEL = 0xff };
u32 mmu_s2_start_level(u64 vtcr);  /* MMU_NO_LEVEL: SL0 (with SL2) is reserved. */
u32 mmu_s2_concatenated(u64 vtcr); /* Tables side by side at the start level, 1..16. */
/* Do SL0, T0SZ, TG0 and the physical address size fit each other? Else every stage-2 translation
 * is a translation fault of level 0. */
bool mmu_s2_is_legal(u64 vtcr, const struct mmu_features *f);

#ifdef __cplusplus
}
#endif
#endif
