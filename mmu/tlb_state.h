/* Private to the TLB: how entries are compared, and what its files call of each other. */
#ifndef MMU_TLB_STATE_H
#define MMU_TLB_STATE_H

#include "mmu/tlb.h"

enum {
    NO_WAY = MMU_L1_MAX, /* End of a chain. */
    SIDE_BITS_SHIFT = 24,
};

#define FREE UINT64_MAX
#define ASID_MAX 0xffffull
#define ASID_MASK (ASID_MAX << MMU_KEY_ASID_SHIFT)
#define EPOCH_ONE (1ull << MMU_KEY_EPOCH_SHIFT)
#define EPOCH_UNUSED (0x7ffull << MMU_KEY_EPOCH_SHIFT)
#define PAGE_NUMBER 0x1fffffffffull

/* What is entered: the key of its first page, and all that stands beside it. */
struct tlb_entry {
    u64 key;
    u32 side;
    u16 perm;
    u16 zero;
};

/* Same page of the same half, whatever the ASID; never true for entries of another epoch. */
static inline bool same_page(u64 a, u64 b)
{
    return ((a ^ b) & ~ASID_MASK) == 0;
}

/* Could one access match both entries of 4 KiB? Then only one of them may be held. Mostly not: the
 * first comparison decides. */
static inline bool overlaps(u64 a, u64 b, const u16 *perm, u32 more, const u32 *side_a, u32 side_b)
{
    u64 differ = a ^ b;

    if (LIKELY((differ & ~ASID_MASK) != 0))
        return false;
    return (differ == 0 || ((*perm | more) & MMU_TLB_GLOBAL)) && *side_a == side_b;
}

/* VA[55:48] are all equal. */
static inline bool is_in_range(u64 va)
{
    return (((va >> 48 & 0xff) + 1) & 0xfe) == 0;
}

static inline u32 side_bits(u32 side)
{
    return side >> SIDE_BITS_SHIFT;
}

/* Address bits inside an entry, as bits of its key. */
static inline u64 inside_of(u32 side)
{
    u32 bits = side_bits(side);

    return bits == 0 ? 0 : (1ull << (bits - MMU_PAGE_SHIFT)) - 1;
}

static inline u32 vmid_of(u32 side)
{
    return side & 0x1ffff;
}

static inline u32 front_index(u64 key)
{
    return key & (MMU_FRONT - 1);
}

static inline struct mmu_l1 *l1_of(struct mmu_tlb *t, enum mmu_access access)
{
    return access == MMU_FETCH ? &t->i : &t->d;
}

/* The permission that the read tags of this L1 stand for. */
static inline u32 l1_may_hit(enum mmu_access access)
{
    return access == MMU_FETCH ? 1 << MMU_FETCH : 1 << MMU_READ;
}

/* Entries greater than 4 KiB are found by the number of their first page in units of their size. */
static inline u32 tlb_l2_set(const struct mmu_tlb *t, u64 key, u32 bits)
{
    return (bits == 0 ? key : key >> (bits - MMU_PAGE_SHIFT)) & (t->l2_sets - 1);
}

/* Point the fast tags to a page that the L1 holds. */
static inline void l1_front(struct mmu_l1 *l, u64 key, u32 perm, u32 may_hit)
{
    u32 index = front_index(key);

    l->read[index] = (perm & may_hit) ? key : FREE;
    l->write[index] = (perm & 1 << MMU_WRITE) ? key : FREE;
}

/* tlb.c */
void l1_drop(struct mmu_l1 *l, u32 way); /* 4 KiB or large. */
u32 l1_take_way(struct mmu_l1 *l);
u32 l2_take_slot(struct mmu_tlb *t, u32 set);
void l2_set_slot(struct mmu_tlb *t, u32 slot, u64 key, u32 side, u32 perm);
void l2_free(struct mmu_tlb *t, u32 slot);

/* tlb_large.c: the same as in tlb.c where entries of any size may exist. */
bool large_overlaps(u64 a, u32 a_side, u64 b, u32 b_side, u32 perms);
u32 large_l1_find(const struct mmu_l1 *l, u64 key, u32 vmid);
void large_l1_unlink(struct mmu_l1 *l, u32 way);
/* After a miss in the L1's entries of 4 KiB. */
enum mmu_hit large_lookup(struct mmu_tlb *t, u64 key, enum mmu_access access, u32 need, u32 forbid);
/* key: of the page that was accessed. */
void large_fill(struct mmu_tlb *t, const struct tlb_entry *e, u64 key, enum mmu_access access);
bool large_is_held(const struct mmu_tlb *t, const struct tlb_entry *e, enum mmu_access access);

#endif
