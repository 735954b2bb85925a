/*
 * Invalidation of some entries, and the invariants. DDI 0487, D8.16: entries of other VMIDs stay,
 * global ones match any ASID by address and none by ASID alone.
 */
#include "mmu/tlb_state.h"

/* Kind 0 of either side matches all; level 0 of the wanted one matches any level of its granule. */
static bool kind_matches(u32 kind, u32 wanted)
{
    if (kind == 0 || wanted == 0)
        return true;
    return kind >> 2 == wanted >> 2 && ((wanted & 3) == 0 || (kind & 3) == (wanted & 3));
}

static bool matches(const struct mmu_tlb *t, const struct tlb_entry *e,
                    const struct mmu_tlb_match *m)
{
    u64 first = e->key & PAGE_NUMBER;
    u64 last = first | inside_of(e->side);

    if (e->key == FREE || (e->key & EPOCH_UNUSED) != t->epoch)
        return false;
    if (!m->any_vmid && vmid_of(e->side) != m->vmid)
        return false;
    if (last < m->first || first > m->last || !kind_matches(e->perm >> MMU_TLB_KIND_SHIFT, m->kind))
        return false;
    if (e->perm & MMU_TLB_GLOBAL)
        return !m->keep_global;
    return m->any_asid || (e->key & ASID_MASK) == (u64)m->asid << MMU_KEY_ASID_SHIFT;
}

static struct tlb_entry l1_entry(const struct mmu_l1 *l, u32 way)
{
    return (struct tlb_entry){l->way[way], l->side[way], l->perm[way], 0};
}

static struct tlb_entry l2_entry(const struct mmu_tlb *t, u32 i)
{
    return (struct tlb_entry){t->l2_tag[i], t->l2_side[i], t->l2_perm[i], 0};
}

static u32 l1_drop_matches(const struct mmu_tlb *t, struct mmu_l1 *l, const struct mmu_tlb_match *m)
{
    u32 dropped = 0;

    for (u32 way = 0; way < l->entries; way++) {
        struct tlb_entry e = l1_entry(l, way);
        if (!matches(t, &e, m))
            continue;
        l1_drop(l, way);
        dropped++;
    }
    return dropped;
}

u32 mmu_tlb_drop(struct mmu_tlb *t, const struct mmu_tlb_match *m)
{
    u32 dropped = l1_drop_matches(t, &t->i, m) + l1_drop_matches(t, &t->d, m);

    for (u32 i = 0; i < t->l2_sets * t->l2_ways; i++) {
        struct tlb_entry e = l2_entry(t, i);
        if (!matches(t, &e, m))
            continue;
        l2_free(t, i);
        dropped++;
    }
    return dropped;
}

void mmu_tlb_flush_asid(struct mmu_tlb *t, u64 asid)
{
    const struct mmu_tlb_match m = {
        .last = PAGE_NUMBER, .vmid = t->vmid, .asid = (u16)asid, .keep_global = 1};

    ASSERT(asid <= ASID_MAX);
    t->flushes++;
    mmu_tlb_drop(t, &m);
}

/* --- Invariants --- */

static void check_front(const struct mmu_tlb *t, const struct mmu_l1 *l, u64 tag, u32 index,
                        u32 need)
{
    u32 held = 0;

    if (tag == FREE || (tag & EPOCH_UNUSED) != t->epoch)
        return;
    ASSERT(front_index(tag) == index);
    for (u32 way = 0; way < l->entries; way++)
        held += l->way[way] != FREE && (l->perm[way] & need) &&
                large_overlaps(l->way[way], l->side[way], tag, t->vmid, l->perm[way]);
    ASSERT(held == 1);
}

/* Each chain holds ways of its own index only; all chains together hold every way that is not
 * free, and nothing twice. */
static void check_chains(const struct mmu_l1 *l)
{
    u32 chained = 0;
    u32 held = 0;

    for (u32 index = 0; index < MMU_FRONT; index++)
        for (u32 a = l->head[index]; a != NO_WAY; a = l->chain[a]) {
            ASSERT(a < l->entries && l->way[a] != FREE && front_index(l->way[a]) == index);
            ASSERT(side_bits(l->side[a]) == 0 && ++chained <= l->entries);
        }
    for (u32 a = l->large; a != NO_WAY; a = l->chain[a]) {
        ASSERT(a < l->entries && l->way[a] != FREE && (l->way[a] & inside_of(l->side[a])) == 0);
        ASSERT(side_bits(l->side[a]) != 0 && ++chained <= l->entries);
    }
    for (u32 way = 0; way < MMU_L1_MAX; way++)
        held += l->way[way] != FREE;
    ASSERT(held == chained);
}

static void check_l1(const struct mmu_tlb *t, const struct mmu_l1 *l, u32 may_hit)
{
    check_chains(l);
    for (u32 a = 0; a < l->entries; a++)
        for (u32 b = a + 1; b < l->entries && l->way[a] != FREE; b++)
            ASSERT(l->way[b] == FREE || !large_overlaps(l->way[a], l->side[a], l->way[b],
                                                        l->side[b], l->perm[a] | l->perm[b]));
    for (u32 index = 0; index < MMU_FRONT; index++) {
        check_front(t, l, l->read[index], index, may_hit);
        check_front(t, l, l->write[index], index, 1 << MMU_WRITE);
    }
}

/* Against all others for a large entry, else against those of its set. */
static void check_l2_slot(const struct mmu_tlb *t, u32 a)
{
    u32 bits = side_bits(t->l2_side[a]);
    u32 set = a / t->l2_ways;
    u32 end = bits != 0 ? t->l2_sets * t->l2_ways : (set + 1) * t->l2_ways;

    ASSERT(tlb_l2_set(t, t->l2_tag[a], bits) == set);
    ASSERT((t->l2_tag[a] & inside_of(t->l2_side[a])) == 0);
    for (u32 b = bits != 0 ? 0 : a + 1; b < end; b++)
        ASSERT(b == a || t->l2_tag[b] == FREE ||
               !large_overlaps(t->l2_tag[a], t->l2_side[a], t->l2_tag[b], t->l2_side[b],
                               t->l2_perm[a] | t->l2_perm[b]));
}

void mmu_tlb_check(const struct mmu_tlb *t)
{
    check_l1(t, &t->i, 1 << MMU_FETCH);
    check_l1(t, &t->d, 1 << MMU_READ);
    for (u32 i = 0; i < t->l2_sets * t->l2_ways; i++)
        if (t->l2_tag[i] != FREE)
            check_l2_slot(t, i);
}
