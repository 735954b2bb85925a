/*
 * The TLB of one core: L1I, L1D and a unified L2 of combined translations. DDI 0487, D8.16. Here is
 * what every miss of the fast tags runs through: entries of 4 KiB. Greater ones are in tlb_large.c,
 * invalidation of some in tlb_drop.c.
 */
#include "mmu/tlb_state.h"

#include <string.h>

#define ALWAYS_INLINE __attribute__((always_inline)) static inline
#define NOINLINE __attribute__((noinline))

/* --- L1 --- */

/* Every entry, but not the replacement counter. */
static void l1_clear(struct mmu_l1 *l)
{
    memset(l->read, 0xff, sizeof(l->read));
    memset(l->write, 0xff, sizeof(l->write));
    memset(l->way, 0xff, sizeof(l->way));
    memset(l->perm, 0, sizeof(l->perm));
    memset(l->head, NO_WAY, sizeof(l->head));
    memset(l->chain, NO_WAY, sizeof(l->chain));
    l->large = NO_WAY;
}

/* Way of 4 KiB that an access with this key matches, or NO_WAY. */
ALWAYS_INLINE u32 l1_find(const struct mmu_l1 *l, u64 key, u32 side)
{
    u32 way = l->head[front_index(key)];

    while (way != NO_WAY && !overlaps(l->way[way], key, &l->perm[way], 0, &l->side[way], side))
        way = l->chain[way];
    return way;
}

/* Take a way out of its chain, and away the fast tags that may stand for it (with the ASID of who
 * hit it). */
ALWAYS_INLINE void unlink_way(struct mmu_l1 *l, u32 way)
{
    u64 key = l->way[way];
    u32 index = front_index(key);

    if (UNLIKELY(key == FREE))
        return;
    if (UNLIKELY(side_bits(l->side[way]) != 0)) {
        large_l1_unlink(l, way);
        return;
    }
    if (same_page(l->read[index], key))
        l->read[index] = FREE;
    if (same_page(l->write[index], key))
        l->write[index] = FREE;

    u8 *link = &l->head[index];
    while (*link != way)
        link = &l->chain[*link];
    *link = l->chain[way];
}

void l1_drop(struct mmu_l1 *l, u32 way)
{
    unlink_way(l, way);
    l->chain[way] = NO_WAY;
    l->way[way] = FREE;
    l->perm[way] = 0;
}

/* Drop the 4 KiB that an entry of this key would overlap. Returns one of the ways, or NO_WAY. */
ALWAYS_INLINE u32 l1_drop_overlap(struct mmu_l1 *l, u64 key, u32 side, u32 perm)
{
    u32 dropped = NO_WAY;
    u32 next;

    for (u32 way = l->head[front_index(key)]; way != NO_WAY; way = next) {
        next = l->chain[way];
        if (!overlaps(l->way[way], key, &l->perm[way], perm, &l->side[way], side))
            continue;
        l1_drop(l, way);
        dropped = way;
    }
    return dropped;
}

/* The next victim, out of its chain; the caller writes all of it. */
ALWAYS_INLINE u32 take_way(struct mmu_l1 *l)
{
    u32 way = l->next;

    l->next = way + 1 < l->entries ? way + 1 : 0;
    unlink_way(l, way);
    return way;
}

u32 l1_take_way(struct mmu_l1 *l)
{
    return take_way(l);
}

ALWAYS_INLINE void l1_put(struct mmu_l1 *l, u64 key, u32 side, u32 perm, u32 may_hit)
{
    u32 index = front_index(key);
    u32 way = l1_drop_overlap(l, key, side, perm);

    if (way == NO_WAY)
        way = take_way(l);
    l->way[way] = key;
    l->side[way] = side;
    l->perm[way] = (u16)perm;
    l->chain[way] = l->head[index];
    l->head[index] = (u8)way;
    l1_front(l, key, perm, may_hit);
}

/* --- L2 --- */

static u32 l2_set(const struct mmu_tlb *t, u64 key)
{
    return key & (t->l2_sets - 1);
}

static inline u32 take_slot(struct mmu_tlb *t, u32 set)
{
    u32 slot = set * t->l2_ways + t->l2_next[set];

    t->l2_next[set] = (u8)(t->l2_next[set] + 1u < t->l2_ways ? t->l2_next[set] + 1 : 0);
    return slot;
}

u32 l2_take_slot(struct mmu_tlb *t, u32 set)
{
    return take_slot(t, set);
}

void l2_set_slot(struct mmu_tlb *t, u32 slot, u64 key, u32 side, u32 perm)
{
    t->l2_tag[slot] = key;
    t->l2_side[slot] = side;
    t->l2_perm[slot] = (u16)perm;
}

void l2_free(struct mmu_tlb *t, u32 slot)
{
    t->l2_tag[slot] = FREE;
    t->l2_perm[slot] = 0;
}

ALWAYS_INLINE void l2_put(struct mmu_tlb *t, u64 key, u32 side, u32 perm)
{
    u32 set = l2_set(t, key);
    u32 first = set * t->l2_ways;
    u32 slot = UINT32_MAX;

    for (u32 i = first; i < first + t->l2_ways; i++) {
        if (!overlaps(t->l2_tag[i], key, &t->l2_perm[i], perm, &t->l2_side[i], side))
            continue;
        l2_free(t, i);
        slot = i;
    }
    l2_set_slot(t, slot == UINT32_MAX ? take_slot(t, set) : slot, key, side, perm);
}

/* Slot of 4 KiB that an access with this key matches, or UINT32_MAX. */
ALWAYS_INLINE u32 l2_find(const struct mmu_tlb *t, u64 key, u32 side)
{
    u32 first = l2_set(t, key) * t->l2_ways;

    for (u32 i = first; i < first + t->l2_ways; i++)
        if (overlaps(t->l2_tag[i], key, &t->l2_perm[i], 0, &t->l2_side[i], side))
            return i;
    return UINT32_MAX;
}

static void l2_clear(struct mmu_tlb *t)
{
    memset(t->l2_tag, 0xff, sizeof(t->l2_tag));
    memset(t->l2_perm, 0, sizeof(t->l2_perm));
}

/* --- Public --- */

void mmu_tlb_init(struct mmu_tlb *t, const struct mmu_tlb_spec *spec)
{
    ASSERT(spec->l1i_entries >= 1 && spec->l1i_entries <= MMU_L1_MAX);
    ASSERT(spec->l1d_entries >= 1 && spec->l1d_entries <= MMU_L1_MAX);
    ASSERT(spec->l2_sets >= 1 && spec->l2_sets <= MMU_L2_SETS_MAX);
    ASSERT((spec->l2_sets & (spec->l2_sets - 1)) == 0);
    ASSERT(spec->l2_ways >= 1 && spec->l2_ways <= MMU_L2_WAYS_MAX);

    memset(t, 0, sizeof(*t));
    t->i.entries = spec->l1i_entries;
    t->d.entries = spec->l1d_entries;
    t->l2_sets = spec->l2_sets;
    t->l2_ways = spec->l2_ways;
    l1_clear(&t->i);
    l1_clear(&t->d);
    l2_clear(t);
}

/* Is the right there, and no bit that must not be (PAN)? */
ALWAYS_INLINE bool allows(u32 perm, u32 need, u32 forbid)
{
    return (perm & need) && !(perm & forbid);
}

/* After a miss in the L1's entries of 4 KiB. */
ALWAYS_INLINE enum mmu_hit lookup_l2(struct mmu_tlb *t, struct mmu_l1 *l, u64 key,
                                     enum mmu_access access, u32 need, u32 forbid)
{
    if (UNLIKELY(t->sizes != 0))
        return large_lookup(t, key, access, need, forbid);
    u32 vmid = t->vmid;
    u32 slot = l2_find(t, key, vmid);
    u32 perm = LIKELY(slot != UINT32_MAX) ? t->l2_perm[slot] : 0;
    if (LIKELY(allows(perm, need, forbid))) {
        t->l2_hits++;
        l1_put(l, key, vmid, perm, l1_may_hit(access));
        return MMU_HIT_L2;
    }
    t->walks++;
    return MMU_HIT_NONE;
}

/* One for each EL: what is constant costs nothing, and a hit in the L1 does not pay for the L2. */
NOINLINE static enum mmu_hit lookup_l2_el0(struct mmu_tlb *t, struct mmu_l1 *l, u64 key,
                                           enum mmu_access access)
{
    return lookup_l2(t, l, key, access, 1u << access, 0);
}

NOINLINE static enum mmu_hit lookup_l2_el1(struct mmu_tlb *t, struct mmu_l1 *l, u64 key,
                                           enum mmu_access access, u32 forbid)
{
    return lookup_l2(t, l, key, access, 1u << (access + MMU_TLB_EL1_SHIFT), forbid);
}

NOINLINE static enum mmu_hit out_of_range(struct mmu_tlb *t)
{
    t->walks++;
    return MMU_HIT_NONE;
}

/* True: a hit in the L1. */
ALWAYS_INLINE bool lookup_l1(struct mmu_tlb *t, struct mmu_l1 *l, u64 key, enum mmu_access access,
                             u32 need, u32 forbid)
{
    u32 way = l1_find(l, key, t->vmid);

    if (way == NO_WAY || !allows(l->perm[way], need, forbid))
        return false;
    l1_front(l, key, l->perm[way], l1_may_hit(access));
    return true;
}

enum mmu_hit mmu_tlb_lookup(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access)
{
    ASSERT(asid <= ASID_MAX);
    struct mmu_l1 *l = l1_of(t, access);
    u64 key = mmu_tlb_key(t, va, asid);

    if (UNLIKELY(!is_in_range(va)))
        return out_of_range(t);
    if (lookup_l1(t, l, key, access, 1u << access, 0))
        return MMU_HIT_L1;
    return lookup_l2_el0(t, l, key, access);
}

enum mmu_hit mmu_tlb_lookup_el1(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                                bool pan)
{
    ASSERT(asid <= ASID_MAX);
    struct mmu_l1 *l = l1_of(t, access);
    u64 key = mmu_tlb_key(t, va, asid);
    u32 need = 1u << (access + MMU_TLB_EL1_SHIFT);
    u32 forbid = pan && access != MMU_FETCH ? MMU_TLB_PAN : 0;

    if (UNLIKELY(!is_in_range(va)))
        return out_of_range(t);
    if (lookup_l1(t, l, key, access, need, forbid))
        return MMU_HIT_L1;
    return lookup_l2_el1(t, l, key, access, forbid);
}

/* Both ELs' rights and the kind. Who made `out` by hand has filled in no more than EL0's rights. */
static inline u32 perm_of(const struct mmu_out *out)
{
    u32 own = out->read * (1u << MMU_READ) | out->write * (1u << MMU_WRITE) |
              out->exec * (1u << MMU_FETCH);
    u32 other = out->other;
    u32 rest = out->global * (u32)MMU_TLB_GLOBAL | out->pan * (u32)MMU_TLB_PAN |
               (u32)out->kind << MMU_TLB_KIND_SHIFT;

    return rest | (LIKELY(out->el == 0) ? own | other << MMU_TLB_EL1_SHIFT
                                        : other | own << MMU_TLB_EL1_SHIFT);
}

static struct tlb_entry large_entry(const struct mmu_tlb *t, u64 key, const struct mmu_out *out)
{
    struct tlb_entry e = {.side = t->vmid, .perm = (u16)perm_of(out)};

    if (out->bits > MMU_PAGE_SHIFT)
        e.side |= (u32)out->bits << SIDE_BITS_SHIFT;
    e.key = key & ~inside_of(e.side);
    return e;
}

void mmu_tlb_fill(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                  const struct mmu_out *out)
{
    ASSERT(asid <= ASID_MAX);
    u64 key = mmu_tlb_key(t, va, asid);
    u32 perm = perm_of(out);

    if (UNLIKELY(!is_in_range(va)))
        return;
    if (UNLIKELY(t->sizes != 0 || out->bits > MMU_PAGE_SHIFT)) {
        struct tlb_entry e = large_entry(t, key, out);
        large_fill(t, &e, key, access);
        return;
    }
    l2_put(t, key, t->vmid, perm);
    l1_put(l1_of(t, access), key, t->vmid, perm, l1_may_hit(access));
}

bool mmu_tlb_conflicts(const struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                       const struct mmu_out *out)
{
    struct tlb_entry e = large_entry(t, mmu_tlb_key(t, va, asid), out);

    ASSERT(asid <= ASID_MAX);
    return is_in_range(va) && (t->sizes | side_bits(e.side)) != 0 && large_is_held(t, &e, access);
}

static void fronts_clear(struct mmu_l1 *l)
{
    memset(l->read, 0xff, sizeof(l->read));
    memset(l->write, 0xff, sizeof(l->write));
}

void mmu_tlb_set_vmid(struct mmu_tlb *t, u32 vmid)
{
    ASSERT(vmid <= MMU_NO_VMID);
    if (vmid == t->vmid)
        return;
    t->vmid = vmid;
    t->mixed = 1;
    fronts_clear(&t->i);
    fronts_clear(&t->d);
}

/* The replacement counters go on, so a wrap of the epoch changes no later result. */
void mmu_tlb_flush_all(struct mmu_tlb *t)
{
    t->flushes++;
    t->sizes = 0;
    t->mixed = 0;
    t->epoch += EPOCH_ONE;
    if (t->epoch != EPOCH_UNUSED)
        return;
    t->epoch = 0;
    l1_clear(&t->i);
    l1_clear(&t->d);
    l2_clear(t);
}

/* Of the current VMID, as if by TLBI VAE1 of this PE. */
void mmu_tlb_flush_page(struct mmu_tlb *t, u64 va, u64 asid)
{
    ASSERT(asid <= ASID_MAX);
    u64 key = mmu_tlb_key(t, va, asid);

    t->flushes++;
    if (t->sizes != 0) {
        u64 page = key & PAGE_NUMBER;
        const struct mmu_tlb_match m = {
            .first = page, .last = page, .vmid = t->vmid, .asid = (u16)asid};
        mmu_tlb_drop(t, &m);
        return;
    }
    l1_drop_overlap(&t->i, key, t->vmid, 0);
    l1_drop_overlap(&t->d, key, t->vmid, 0);
    for (;;) {
        u32 slot = l2_find(t, key, t->vmid);
        if (slot == UINT32_MAX)
            return;
        l2_free(t, slot);
    }
}
