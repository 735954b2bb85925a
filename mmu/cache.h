/*
 * What a walk may remember besides finished translations: a walk cache of stage-1 table
 * descriptors, and a cache of stage-2 leaves by IPA (the TLB of stage 2 alone). Arm DDI 0487, D8.16
 * ("caching of intermediate steps"); geometry as in the Cortex-A53 TRM, 5.2: set associative,
 * round-robin here.
 *
 * Both hold what a walk has read, with its VMID and, stage 1, its ASID; never an invalid
 * descriptor, never one whose access flag is clear. What would fault or needs an update is walked
 * again.
 */
#ifndef MMU_CACHE_H
#define MMU_CACHE_H

#include "mmu/walk.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MMU_CACHE_ENTRIES_MAX = 128 };

struct mmu_cache_spec {       /* 0 ways: there is none. */
    u32 walk_sets, walk_ways; /* Sets: power of two; product at most MMU_CACHE_ENTRIES_MAX. */
    u32 ipa_sets, ipa_ways;
};

/* A stage-1 table: where it is and what the tables above it forbid. */
struct mmu_walk_entry {
    u64 tag;   /* VA[55:...] of what it maps. */
    u64 table; /* Its IPA, or PA if stage 2 is off. */
    u64 inherited;
    u32 vmid;
    u16 asid;
    u8 kind; /* Level of the table, 0..3, and granule: as mmu_out.kind. 0: free. */
    u8 zero;
};

/* A stage-2 leaf. */
struct mmu_ipa_entry {
    u64 tag; /* IPA[51:...] of what it maps. */
    u64 desc, desc_pa;
    u32 vmid;
    u8 kind; /* Level and granule of the leaf. 0: free. */
    u8 zero[3];
};

struct mmu_caches {
    struct mmu_cache_spec spec;
    u64 walk_hits, ipa_hits;
    u8 walk_next[MMU_CACHE_ENTRIES_MAX], ipa_next[MMU_CACHE_ENTRIES_MAX];
    struct mmu_walk_entry walk[MMU_CACHE_ENTRIES_MAX];
    struct mmu_ipa_entry ipa[MMU_CACHE_ENTRIES_MAX];
};

void mmu_caches_init(struct mmu_caches *c, const struct mmu_cache_spec *spec);

/* As mmu_walk_begin() and its like, but what the caches know is not asked for. The walk's
 * access_count is at most what it is without caches. */
enum mmu_need mmu_walk_begin_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                    struct mmu_caches *c, u64 va, enum mmu_access access, u32 el);
enum mmu_need mmu_walk_begin_request_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                            struct mmu_caches *c, const struct mmu_request *q);
enum mmu_need mmu_walk_begin_s2_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                       struct mmu_caches *c, u64 ipa, enum mmu_access access,
                                       u32 el);
enum mmu_need mmu_walk_step_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                   struct mmu_caches *c, u64 desc);

/* Which entries an invalidation takes; addresses in units of 4 KiB, VA[55:12] or IPA[51:12]. */
struct mmu_cache_match {
    u64 first, last;
    u32 vmid;
    u16 asid;
    u8 any_vmid, any_asid;
    u8 kind; /* IPA cache: only leaves of this kind; level 0: any level; 0: all. */
    u8 zero[7];
};
/* How many entries got free. */
u32 mmu_caches_drop_walk(struct mmu_caches *c, const struct mmu_cache_match *m);
u32 mmu_caches_drop_ipa(struct mmu_caches *c, const struct mmu_cache_match *m);
void mmu_caches_check(const struct mmu_caches *c); /* Nothing twice, everything in its set. */

#ifdef __cplusplus
}
#endif
#endif
