/*
 * Entries of more than 4 KiB: blocks, pages of 16 and 64 KiB, runs of contiguous leaves. They share
 * ways and slots with the others, but have a chain of their own in each L1, and in the L2 a set for
 * each size, which is looked at only while such a size may exist.
 */
#include "mmu/tlb_state.h"

bool large_overlaps(u64 a, u32 a_side, u64 b, u32 b_side, u32 perms)
{
    u64 ignored = inside_of(a_side) | inside_of(b_side);

    if (vmid_of(a_side) != vmid_of(b_side) || ((a ^ b) & ~ASID_MASK & ~ignored) != 0)
        return false;
    return ((a ^ b) & ASID_MASK) == 0 || (perms & MMU_TLB_GLOBAL);
}

/* --- L1 --- */

u32 large_l1_find(const struct mmu_l1 *l, u64 key, u32 vmid)
{
    u32 way = l->large;

    while (way != NO_WAY && !large_overlaps(l->way[way], l->side[way], key, vmid, l->perm[way]))
        way = l->chain[way];
    return way;
}

/* Take a way out of its chain, and all fast tags of its pages away. */
void large_l1_unlink(struct mmu_l1 *l, u32 way)
{
    u64 mask = ~ASID_MASK & ~inside_of(l->side[way]);
    u64 key = l->way[way];

    for (u32 i = 0; i < MMU_FRONT; i++) {
        if (((l->read[i] ^ key) & mask) == 0)
            l->read[i] = FREE;
        if (((l->write[i] ^ key) & mask) == 0)
            l->write[i] = FREE;
    }
    if (l->large == way) {
        l->large = l->chain[way];
        return;
    }
    u32 before = l->large;
    while (l->chain[before] != way)
        before = l->chain[before];
    l->chain[before] = l->chain[way];
}

/* key: of the page that was accessed. */
static void l1_put_any(struct mmu_l1 *l, const struct tlb_entry *e, u64 key, u32 may_hit)
{
    u32 way = NO_WAY;

    for (u32 i = 0; i < l->entries; i++) {
        if (l->way[i] == FREE ||
            !large_overlaps(l->way[i], l->side[i], e->key, e->side, l->perm[i] | e->perm))
            continue;
        l1_drop(l, i);
        way = i;
    }
    if (way == NO_WAY)
        way = l1_take_way(l);
    l->way[way] = e->key;
    l->side[way] = e->side;
    l->perm[way] = e->perm;
    if (side_bits(e->side) != 0) {
        l->chain[way] = (u8)l->large;
        l->large = way;
    } else {
        l->chain[way] = l->head[front_index(e->key)];
        l->head[front_index(e->key)] = (u8)way;
    }
    l1_front(l, key, e->perm, may_hit);
}

/* --- L2 --- */

/* Slot whose entry of this size (0: 4 KiB) an access with this key matches, or UINT32_MAX. */
static u32 l2_find_size(const struct mmu_tlb *t, u64 key, u32 bits)
{
    u32 side = t->vmid | bits << SIDE_BITS_SHIFT;
    u32 first = tlb_l2_set(t, key, bits) * t->l2_ways;

    for (u32 i = first; i < first + t->l2_ways; i++)
        if (t->l2_side[i] == side &&
            large_overlaps(t->l2_tag[i], side, key, t->vmid, t->l2_perm[i]))
            return i;
    return UINT32_MAX;
}

/* With this right, any size. */
static u32 l2_find_right(const struct mmu_tlb *t, u64 key, u32 need, u32 forbid)
{
    u64 sizes = t->sizes | 1; /* Bit 0 stands for 4 KiB. */

    for (u32 bits = 0; bits < 64; bits++) {
        u32 slot = sizes >> bits & 1 ? l2_find_size(t, key, bits) : UINT32_MAX;
        if (slot != UINT32_MAX && (t->l2_perm[slot] & need) && !(t->l2_perm[slot] & forbid))
            return slot;
    }
    return UINT32_MAX;
}

enum mmu_hit large_lookup(struct mmu_tlb *t, u64 key, enum mmu_access access, u32 need, u32 forbid)
{
    struct mmu_l1 *l = l1_of(t, access);
    u32 way = large_l1_find(l, key, t->vmid);

    if (way != NO_WAY && (l->perm[way] & need) && !(l->perm[way] & forbid)) {
        l1_front(l, key, l->perm[way], l1_may_hit(access));
        return MMU_HIT_L1;
    }
    u32 slot = l2_find_right(t, key, need, forbid);
    if (slot == UINT32_MAX) {
        t->walks++;
        return MMU_HIT_NONE;
    }
    u32 side = t->l2_side[slot];
    struct tlb_entry e = {key & ~inside_of(side), side, t->l2_perm[slot], 0};
    t->l2_hits++;
    l1_put_any(l, &e, key, l1_may_hit(access));
    return MMU_HIT_L2;
}

static bool l2_overlaps_slot(const struct mmu_tlb *t, const struct tlb_entry *e, u32 i)
{
    return t->l2_tag[i] != FREE &&
           large_overlaps(t->l2_tag[i], t->l2_side[i], e->key, e->side, t->l2_perm[i] | e->perm);
}

void large_fill(struct mmu_tlb *t, const struct tlb_entry *e, u64 key, enum mmu_access access)
{
    u32 set = tlb_l2_set(t, e->key, side_bits(e->side));
    u32 slot = UINT32_MAX;

    t->conflicts += large_is_held(t, e, access);
    for (u32 i = 0; i < t->l2_sets * t->l2_ways; i++) {
        if (!l2_overlaps_slot(t, e, i))
            continue;
        l2_free(t, i);
        if (i / t->l2_ways == set)
            slot = i;
    }
    if (side_bits(e->side) != 0)
        t->sizes |= 1ull << side_bits(e->side);
    l2_set_slot(t, slot == UINT32_MAX ? l2_take_slot(t, set) : slot, e->key, e->side, e->perm);
    l1_put_any(l1_of(t, access), e, key, l1_may_hit(access));
}

bool large_is_held(const struct mmu_tlb *t, const struct tlb_entry *e, enum mmu_access access)
{
    const struct mmu_l1 *l = access == MMU_FETCH ? &t->i : &t->d;

    for (u32 i = 0; i < l->entries; i++)
        if (l->way[i] != FREE && l->side[i] != e->side &&
            large_overlaps(l->way[i], l->side[i], e->key, e->side, l->perm[i] | e->perm))
            return true;
    for (u32 i = 0; i < t->l2_sets * t->l2_ways; i++)
        if (t->l2_side[i] != e->side && l2_overlaps_slot(t, e, i))
            return true;
    return false;
}
