/*
 * The TLB of one core: L1I, L1D and a unified L2 of combined translations (stage 1 and 2 in one
 * entry; stage 1 alone where stage 2 is off). Arm DDI 0487, D8.16. Translations of stage 2 alone
 * and tables on the way are in mmu/cache.h; maintenance by instruction is in mmu/tlbi.h.
 *
 * An entry matches by VA, ASID (a global one by VA alone) and VMID. It holds the rights of EL0 and
 * of EL1. Faults are never entered.
 *
 * Inaccurate: addresses of more than 48 bits (VA[55:48] not all equal: FEAT_LVA, FEAT_LPA2) are
 * never entered, for keys have no room for them; an access to such a one walks each time.
 */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include "mmu/walk.h"

#ifdef __cplusplus
extern "C" {
#endif

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
 * Keys are of addresses whose bits [55:48] are all equal: any other is out of range or has more
 * than 48 bits, so it is never entered, and lookups of it miss. Who uses the fast tags has made
 * sure of it.
 */
enum { MMU_KEY_ASID_SHIFT = 37, MMU_KEY_EPOCH_SHIFT = 53 };

/* Rights of an entry: three bits for EL0 (1 << enum mmu_access), the same for EL1. */
enum {
    MMU_TLB_GLOBAL = 8,
    MMU_TLB_EL1_SHIFT = 4,
    MMU_TLB_PAN = 128, /* EL0 may access the data, so PSTATE.PAN keeps EL1 away. */
    MMU_TLB_KIND_SHIFT = 8,
};

struct mmu_l1 {
    /* Fast tags: of EL0's rights and the current VMID. */
    u64 read[MMU_FRONT];  /* Key if the L1 holds the page readable (L1I: executable), or ~0. */
    u64 write[MMU_FRONT]; /* Key if it holds it writable and dirty, or ~0. L1I: unused. */
    u64 way[MMU_L1_MAX];  /* The entries: keys, ~0 free. */
    u32 side[MMU_L1_MAX]; /* VMID (17 bits, MMU_NO_VMID) | log2 of the size << 24, 0 for 4 KiB. */
    u16 perm[MMU_L1_MAX]; /* Rights, MMU_TLB_; above them the kind (mmu_out.kind). */
    u8 head[MMU_FRONT];   /* Entries whose keys share an index in the front: first way, ... */
    u8 chain[MMU_L1_MAX]; /* ... and the way after this one. MMU_L1_MAX: none. */
    u32 entries, next;    /* Replacement is round-robin: pick, the cheap one. */
    u32 large;            /* First of the entries greater than 4 KiB, a chain of their own. */
    u32 zero;
};

struct mmu_tlb {
    struct mmu_l1 i, d;
    u64 l2_tag[MMU_L2_SETS_MAX * MMU_L2_WAYS_MAX]; /* Keys, ~0 free. */
    u32 l2_side[MMU_L2_SETS_MAX * MMU_L2_WAYS_MAX];
    u16 l2_perm[MMU_L2_SETS_MAX * MMU_L2_WAYS_MAX]; /* As in the L1. */
    u8 l2_next[MMU_L2_SETS_MAX];                    /* Round-robin in each set. */
    u32 l2_sets, l2_ways;
    u64 epoch;                   /* Already shifted to its place in the key. */
    u64 l2_hits, walks, flushes; /* Counters of slow paths only; walks: lookups that end in NONE. */
    u64 sizes;                   /* Bit n: entries of 1 << n bytes may exist, n > 12. */
    u64 conflicts;               /* Fills that met an entry of another size for the same address. */
    u32 vmid;                    /* Current. */
    u32 mixed; /* Entries of other VMIDs may exist: there was a switch since the last flush. */
};

void mmu_tlb_init(struct mmu_tlb *t, const struct mmu_tlb_spec *spec); /* VMID 0. */

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
 * refills the L1. NONE: walk. A write through an entry without write permission is NONE too.
 * The access is EL0's, or an unprivileged one. */
enum mmu_hit mmu_tlb_lookup(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access);
/* The same for EL1, which has no fast tags. pan: PSTATE.PAN. */
enum mmu_hit mmu_tlb_lookup_el1(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                                bool pan);
/* Enter a finished walk into L2 and into the L1 of this access, with the size that the walk found
 * and the current VMID. Replaces an older entry of the same page, and every entry of another size
 * that holds part of it (which software should have invalidated: counted in `conflicts`). */
void mmu_tlb_fill(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                  const struct mmu_out *out);
/* Would this fill meet an entry of another size? Then hardware may take a TLB conflict abort
 * (mmu_walk_conflict()). */
bool mmu_tlb_conflicts(const struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                       const struct mmu_out *out);
/* VTTBR_EL2 is written: lookups and fills are of this VMID (or MMU_NO_VMID) from now on. Until the
 * next mmu_tlb_flush_all() entries of other VMIDs may be held: TLBI VMALLE1 has to look at all. */
void mmu_tlb_set_vmid(struct mmu_tlb *t, u32 vmid);

void mmu_tlb_flush_all(struct mmu_tlb *t);                    /* Everything of every VMID. */
void mmu_tlb_flush_asid(struct mmu_tlb *t, u64 asid);         /* TLBI ASIDE1: not global ones. */
void mmu_tlb_flush_page(struct mmu_tlb *t, u64 va, u64 asid); /* TLBI VAE1: global ones too. */

/* Which entries an invalidation takes. */
struct mmu_tlb_match {
    u64 first, last; /* VA[48:12] of the pages; an entry that holds one of them is meant. */
    u32 vmid;
    u16 asid;
    u8 any_vmid, any_asid;
    u8 keep_global; /* By ASID: global entries stay. Else they match any ASID. */
    u8 kind;        /* Only of this kind (mmu_out.kind; level 0: any level); 0: all. Entries of
                       unknown kind always match. */
    u8 zero[6];
};
u32 mmu_tlb_drop(struct mmu_tlb *t, const struct mmu_tlb_match *m); /* How many slots got free. */

/* The fast tags hold nothing that the L1 does not, the L1 and a set of the L2 nothing twice. */
void mmu_tlb_check(const struct mmu_tlb *t);

#ifdef __cplusplus
}
#endif
#endif
