/*
 * The door of mmu: two-stage VMSAv8-64 translation as deciders. A walk is resumable state: it asks
 * for one descriptor at a time and never reads memory itself, so its caller decides where the
 * descriptor comes from and what it costs. The TLB holds combined stage 1 + 2 translations.
 *
 * References: Arm DDI 0487, D8 (VMSAv8-64). Granule 4 KiB in this version; 16 KiB and 64 KiB, the
 * contiguous hint and TLBI by range come later. Knows no time and no memory.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MMU_PAGE_SHIFT = 12, MMU_PAGE_SIZE = 4096 };

enum mmu_access { MMU_READ, MMU_WRITE, MMU_FETCH };

/* One range of input addresses, decoded: TTBR0's, TTBR1's or that of stage 2. */
struct mmu_range {
    u64 base;    /* First table; several side by side if stage 2 concatenates. */
    u64 in_mask; /* Input address bits that index tables or the page. */
    u64 in_bad;  /* Input address bits that must be 0 (TTBR1: 1, stage 1 off: 0 in both). */
    u64 out_bad; /* Output address bits that must be 0: those from IPS or PS upwards. */
    u64 inherit; /* Bits of a table descriptor that bind the levels below. */
    u8 start_level;
    u8 fault; /* MMU_FSC_ of every access to the range (EPD, a size that cannot be); or NONE. */
    u8 zero[6];
};

/* The registers a walk depends on, in their architectural layout, and what follows from them. */
struct mmu_regs {
    u64 ttbr0_el1, ttbr1_el1, tcr_el1, sctlr_el1, mair_el1;
    u64 hcr_el2, vtcr_el2, vttbr_el2;
    /* Filled by mmu_regs_prepare() only. */
    struct mmu_range s1[2], s2;
    u8 s1_on, s2_on;
    u8 s1_ha, s1_hd, s2_ha; /* Hardware sets AF, clears AP[2]; stage 2: sets AF. */
    u8 wxn, ptw;            /* SCTLR_EL1.WXN, HCR_EL2.PTW */
    u8 prepared;            /* Asserted by every walk. */
};

/* To be called after every write to a register above, before the next walk begins. */
void mmu_regs_prepare(struct mmu_regs *r);

/* Descriptor bits used by whoever builds tables (stage 1 / stage 2). */
#define MMU_DESC_VALID (1ull << 0)
#define MMU_DESC_TABLE (1ull << 1) /* Levels 0..2: table; level 3: page. */
#define MMU_DESC_ADDR 0x0000fffffffff000ull
#define MMU_S1_AP_USER (1ull << 6) /* AP[1]: EL0 access. */
#define MMU_S1_AP_RO (1ull << 7)   /* AP[2]: read-only (or clean, with DBM). */
#define MMU_S1_SH_INNER (3ull << 8)
#define MMU_DESC_AF (1ull << 10)
#define MMU_S1_NG (1ull << 11)
#define MMU_DESC_DBM (1ull << 51)
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
#define MMU_TCR_EPD1 (1ull << 23)
#define MMU_TCR_TBI0 (1ull << 37)
#define MMU_TCR_TBI1 (1ull << 38)
#define MMU_TCR_HA (1ull << 39)
#define MMU_TCR_HD (1ull << 40)
#define MMU_TCR_HPD0 (1ull << 41)
#define MMU_TCR_HPD1 (1ull << 42)
#define MMU_VTCR_HA (1ull << 21)
#define MMU_HCR_VM (1ull << 0)
#define MMU_HCR_PTW (1ull << 2)
#define MMU_HCR_DC (1ull << 12)
#define MMU_SCTLR_M (1ull << 0)
#define MMU_SCTLR_WXN (1ull << 19)

/* TCR_EL1 for 4 KiB granule, both halves of va_bits (39 or 48), IPS 48 bits, HA and HD on. */
u64 mmu_tcr(u32 va_bits);
/* VTCR_EL2 as KVM makes it: 4 KiB, ipa_bits 32..48, concatenation whenever possible, HA on. */
u64 mmu_vtcr(u32 ipa_bits);
u32 mmu_s1_start_level(u64 tcr, bool ttbr1);
u32 mmu_s2_start_level(u64 vtcr);
u32 mmu_s2_concatenated(u64 vtcr); /* Tables side by side at the start level, 1..16. */

/* xFSC base codes; the level is added. */
enum {
    MMU_FSC_SIZE = 0x00,
    MMU_FSC_TRANS = 0x04,
    MMU_FSC_ACCESS = 0x08,
    MMU_FSC_PERM = 0x0c,
    MMU_FSC_NONE = 0xff, /* Ours: no fault. */
};

struct mmu_fault {
    u8 stage; /* 1 or 2 */
    u8 level;
    u8 fsc;    /* 6 bits, with the level. */
    u8 s1ptw;  /* Stage-2 fault on a stage-1 descriptor. */
    u8 access; /* enum mmu_access of the original access. */
    u8 el;     /* 0 or 1: where the access came from. */
    u8 write;  /* WnR: a write access; a permission fault with s1ptw: the walker's update. */
    u8 zero;
    u64 va;  /* FAR */
    u64 ipa; /* Stage 2: page-aligned IPA (of the descriptor if s1ptw). HPFAR_EL2. */
};

/*
 * ESR_EL2 (stage 2) or ESR_EL1 (stage 1) of this fault. isv: the instruction is a load or store
 * of one 64-bit register, X0, so ISV, SAS, SRT and SF are valid if the fault can have them (data,
 * stage 2, not s1ptw).
 */
u64 mmu_fault_esr(const struct mmu_fault *f, bool isv);
u64 mmu_fault_hpfar(const struct mmu_fault *f); /* Stage 2 only. */

enum mmu_need {
    MMU_NEED_READ,   /* Read the 64-bit descriptor at walk.need_pa and step with it. */
    MMU_NEED_UPDATE, /* Write walk.need_value (AF or dirty update, atomic) to walk.need_pa, then
                        step with that value; if the descriptor has changed since it was read,
                        write nothing and step with what is there. */
    MMU_DONE,        /* walk.out is the translation. */
    MMU_FAULT,       /* walk.fault says which. */
};

struct mmu_out { /* A finished translation of one 4 KiB page. */
    u64 pa;
    u64 ipa;
    u8 read, write, exec; /* What the access's EL may do now. write only if the stage-1
                             descriptor is dirty (writable) and stage 2 allows it: a page that is
                             clean is entered without write, so its first write walks again. */
    u8 global;
    u8 user; /* EL0 may access. */
    u8 zero[3];
};

/* Between two steps everything is in here; copy, compare and resume at will. */
struct mmu_walk {
    u64 va;
    u64 need_pa;    /* Physical address wanted. */
    u64 need_value; /* For MMU_NEED_UPDATE. */
    u64 ipa;        /* Input of the stage-2 walk in progress, or of the last one. */
    u64 s2_desc;    /* The leaf that the last stage-2 walk ended with. */
    u64 inherited;  /* Union of `inherit` bits of the stage-1 table descriptors above. */
    u8 access, el, s1_level, s2_level;
    u8 phase;        /* Private to walk.c. */
    u8 access_count; /* Descriptor reads so far: the (n+1)(m+1)-1 of a nested walk. */
    u8 zero[2];
    struct mmu_out out;
    struct mmu_fault fault;
};

enum mmu_need mmu_walk_begin(struct mmu_walk *w, const struct mmu_regs *r, u64 va,
                             enum mmu_access access, u32 el);
/* desc: the value read (or just written). */
enum mmu_need mmu_walk_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc);
/* A stage-2 walk alone, for accesses that the guest kernel makes through its linear map. The
 * fault's va is the IPA: its low 12 bits are right, the rest of FAR is for the caller to fill. */
enum mmu_need mmu_walk_begin_s2(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa,
                                enum mmu_access access, u32 el);

/* --- TLB --- */

struct mmu_tlb_spec {             /* Geometry of a core. */
    u32 l1i_entries, l1d_entries; /* Fully associative, 1..MMU_L1_MAX. */
    u32 l2_sets, l2_ways;         /* Power of two; 1..MMU_L2_WAYS_MAX. */
};

enum {
    MMU_L1_MAX = 64,
    MMU_FRONT = 512, /* Direct-mapped index of an L1: fast tags, only of what the L1 holds. */
    MMU_L2_SETS_MAX = 512,
    MMU_L2_WAYS_MAX = 8,
};

/*
 * Key of a page: VA[48:12] | ASID << 37 | epoch << 53. VA[48] tells the TTBR1 half from the TTBR0
 * half, which with 48-bit addresses have the same VA[47:12]. A flush of everything is a new epoch
 * (and a real clearing when the 11-bit epoch wraps), so entries of older epochs stay where they
 * are and match nothing. ~0 is never a key (epoch 0x7ff is not used).
 *
 * Inaccurate: VA[55:49] are not compared, so an address that is out of range may hit; and an entry
 * keeps the permission of the exception level that walked, so EL0 may hit a page of EL1.
 */
enum { MMU_KEY_ASID_SHIFT = 37, MMU_KEY_EPOCH_SHIFT = 53 };

struct mmu_l1 {
    u64 read[MMU_FRONT];  /* Key if the L1 holds the page readable (L1I: executable), or ~0. */
    u64 write[MMU_FRONT]; /* Key if it holds it writable and dirty, or ~0. L1I: unused. */
    u64 way[MMU_L1_MAX];  /* The entries: keys, ~0 free. */
    u8 perm[MMU_L1_MAX];  /* 1 read, 2 write, 4 exec, 8 global. */
    u8 head[MMU_FRONT];   /* Entries whose keys share an index in the front: first way, ... */
    u8 chain[MMU_L1_MAX]; /* ... and the way after this one. MMU_L1_MAX: none. */
    u32 entries, next;    /* Replacement is round-robin: pick, the cheap one. */
};

struct mmu_tlb {
    struct mmu_l1 i, d;
    u64 l2_tag[MMU_L2_SETS_MAX * MMU_L2_WAYS_MAX]; /* Keys, ~0 free. */
    u8 l2_perm[MMU_L2_SETS_MAX * MMU_L2_WAYS_MAX]; /* As in the L1. */
    u8 l2_next[MMU_L2_SETS_MAX];                   /* Round-robin in each set. */
    u32 l2_sets, l2_ways;
    u64 epoch;                   /* Already shifted to its place in the key. */
    u64 l2_hits, walks, flushes; /* Counters of slow paths only; walks: lookups that end in NONE. */
};

void mmu_tlb_init(struct mmu_tlb *t, const struct mmu_tlb_spec *spec);

static inline u64 mmu_tlb_key(const struct mmu_tlb *t, u64 va, u64 asid)
{
    return ((va >> MMU_PAGE_SHIFT) & 0x1fffffffffull) | asid << MMU_KEY_ASID_SHIFT | t->epoch;
}

/* The hit path. key is mmu_tlb_key(). */
static inline bool mmu_l1_hit_read(const struct mmu_l1 *l, u64 key)
{
    return LIKELY(l->read[key & (MMU_FRONT - 1)] == key);
}
static inline bool mmu_l1_hit_write(const struct mmu_l1 *l, u64 key)
{
    return LIKELY(l->write[key & (MMU_FRONT - 1)] == key);
}

enum mmu_hit { MMU_HIT_NONE, MMU_HIT_L1, MMU_HIT_L2 };
/* After a miss in the fast tags: the L1 proper (a conflict in the index), then the L2, which
 * refills the L1. NONE: walk. A write through an entry without write permission is NONE too. */
enum mmu_hit mmu_tlb_lookup(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access);
/* Enter a finished walk into L2 and into the L1 of this access. Replaces an older entry of the
 * same page. */
void mmu_tlb_fill(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                  const struct mmu_out *out);
void mmu_tlb_flush_all(struct mmu_tlb *t);                    /* TLBI VMALLE1, VMALLS12E1 */
void mmu_tlb_flush_asid(struct mmu_tlb *t, u64 asid);         /* TLBI ASIDE1: not global ones. */
void mmu_tlb_flush_page(struct mmu_tlb *t, u64 va, u64 asid); /* TLBI VAE1: global ones too. */
/* The fast tags hold nothing that the L1 does not, the L1 and a set of the L2 nothing twice. */
void mmu_tlb_check(const struct mmu_tlb *t);

#ifdef __cplusplus
}
#endif
#endif
