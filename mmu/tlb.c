/*
 * The TLB of one core: L1I, L1D and a unified L2 of combined translations. DDI 0487, D8.16: an
 * entry matches by VA and ASID, a global one by VA alone; faults are never entered.
 */
#include "mmu/mmu.h"

#include <string.h>

enum {
    MAY_READ = 1 << MMU_READ,
    MAY_WRITE = 1 << MMU_WRITE,
    MAY_EXEC = 1 << MMU_FETCH,
    GLOBAL = 8,
    NO_WAY = MMU_L1_MAX, /* End of a chain. */
};

#define FREE UINT64_MAX
#define ASID_MAX 0xffffull
#define ASID_MASK (ASID_MAX << MMU_KEY_ASID_SHIFT)
#define EPOCH_ONE (1ull << MMU_KEY_EPOCH_SHIFT)
#define EPOCH_UNUSED (0x7ffull << MMU_KEY_EPOCH_SHIFT)

/* Same page of the same half, whatever the ASID; never true for entries of another epoch. */
static bool same_page(u64 a, u64 b)
{
    return ((a ^ b) & ~ASID_MASK) == 0;
}

/* Could one access match both entries? Then only one of them may be held. */
static bool overlaps(u64 a, u64 b, u32 perms)
{
    return a == b || (same_page(a, b) && (perms & GLOBAL));
}

/* --- L1 --- */

static u32 front_index(u64 key)
{
    return key & (MMU_FRONT - 1);
}

/* Every entry, but not the replacement counter. */
static void l1_clear(struct mmu_l1 *l)
{
    memset(l->read, 0xff, sizeof(l->read));
    memset(l->write, 0xff, sizeof(l->write));
    memset(l->way, 0xff, sizeof(l->way));
    memset(l->perm, 0, sizeof(l->perm));
    memset(l->head, NO_WAY, sizeof(l->head));
    memset(l->chain, NO_WAY, sizeof(l->chain));
}

/* Way that an access with this key matches, or NO_WAY. */
static u32 l1_find(const struct mmu_l1 *l, u64 key)
{
    u32 way = l->head[front_index(key)];

    while (way != NO_WAY && !overlaps(l->way[way], key, l->perm[way]))
        way = l->chain[way];
    return way;
}

/* Give a way up, and the fast tags that may stand for it (with the ASID of whoever hit it). */
static void l1_drop(struct mmu_l1 *l, u32 way)
{
    u64 key = l->way[way];
    u32 index = front_index(key);

    if (key == FREE)
        return;
    if (same_page(l->read[index], key))
        l->read[index] = FREE;
    if (same_page(l->write[index], key))
        l->write[index] = FREE;

    u8 *link = &l->head[index];
    while (*link != way)
        link = &l->chain[*link];
    *link = l->chain[way];
    l->chain[way] = NO_WAY;
    l->way[way] = FREE;
    l->perm[way] = 0;
}

/* Drop what an entry of this key would overlap. Returns one of the ways, or NO_WAY. */
static u32 l1_drop_overlap(struct mmu_l1 *l, u64 key, u32 perm)
{
    u32 dropped = NO_WAY;
    u32 next;

    for (u32 way = l->head[front_index(key)]; way != NO_WAY; way = next) {
        next = l->chain[way];
        if (!overlaps(l->way[way], key, l->perm[way] | perm))
            continue;
        l1_drop(l, way);
        dropped = way;
    }
    return dropped;
}

/* Point the fast tags to a page that the L1 holds. */
static void l1_front(struct mmu_l1 *l, u64 key, u32 perm, u32 may_hit)
{
    u32 index = front_index(key);

    l->read[index] = (perm & may_hit) ? key : FREE;
    l->write[index] = (perm & MAY_WRITE) ? key : FREE;
}

static void l1_put(struct mmu_l1 *l, u64 key, u32 perm, u32 may_hit)
{
    u32 index = front_index(key);
    u32 way = l1_drop_overlap(l, key, perm);

    if (way == NO_WAY) {
        way = l->next;
        l->next = way + 1 < l->entries ? way + 1 : 0;
        l1_drop(l, way);
    }
    l->way[way] = key;
    l->perm[way] = (u8)perm;
    l->chain[way] = l->head[index];
    l->head[index] = (u8)way;
    l1_front(l, key, perm, may_hit);
}

static struct mmu_l1 *l1_of(struct mmu_tlb *t, enum mmu_access access)
{
    return access == MMU_FETCH ? &t->i : &t->d;
}

/* The permission that the read tags of this L1 stand for. */
static u32 l1_may_hit(enum mmu_access access)
{
    return access == MMU_FETCH ? MAY_EXEC : MAY_READ;
}

/* --- L2 --- */

static u32 l2_set(const struct mmu_tlb *t, u64 key)
{
    return key & (t->l2_sets - 1);
}

static void l2_put(struct mmu_tlb *t, u64 key, u32 perm)
{
    u32 set = l2_set(t, key);
    u32 first = set * t->l2_ways;
    u32 slot = UINT32_MAX;

    for (u32 i = first; i < first + t->l2_ways; i++) {
        if (!overlaps(t->l2_tag[i], key, t->l2_perm[i] | perm))
            continue;
        t->l2_tag[i] = FREE;
        t->l2_perm[i] = 0;
        slot = i;
    }
    if (slot == UINT32_MAX) {
        slot = first + t->l2_next[set];
        t->l2_next[set] = (u8)(t->l2_next[set] + 1u < t->l2_ways ? t->l2_next[set] + 1 : 0);
    }
    t->l2_tag[slot] = key;
    t->l2_perm[slot] = (u8)perm;
}

/* Permissions of the entry that an access with this key matches; 0 if there is none. */
static u32 l2_find(const struct mmu_tlb *t, u64 key)
{
    u32 first = l2_set(t, key) * t->l2_ways;

    for (u32 i = first; i < first + t->l2_ways; i++)
        if (overlaps(t->l2_tag[i], key, t->l2_perm[i]))
            return t->l2_perm[i];
    return 0;
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

enum mmu_hit mmu_tlb_lookup(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access)
{
    ASSERT(asid <= ASID_MAX);
    struct mmu_l1 *l = l1_of(t, access);
    u64 key = mmu_tlb_key(t, va, asid);
    u32 need = 1u << access;
    u32 way = l1_find(l, key);

    if (way != NO_WAY && (l->perm[way] & need)) {
        l1_front(l, key, l->perm[way], l1_may_hit(access));
        return MMU_HIT_L1;
    }
    u32 perm = l2_find(t, key);
    if (perm & need) {
        t->l2_hits++;
        l1_put(l, key, perm, l1_may_hit(access));
        return MMU_HIT_L2;
    }
    t->walks++;
    return MMU_HIT_NONE;
}

void mmu_tlb_fill(struct mmu_tlb *t, u64 va, u64 asid, enum mmu_access access,
                  const struct mmu_out *out)
{
    ASSERT(asid <= ASID_MAX);
    u64 key = mmu_tlb_key(t, va, asid);
    u32 perm = (out->read ? MAY_READ : 0u) | (out->write ? MAY_WRITE : 0u) |
               (out->exec ? MAY_EXEC : 0u) | (out->global ? GLOBAL : 0u);

    l2_put(t, key, perm);
    l1_put(l1_of(t, access), key, perm, l1_may_hit(access));
}

/* The replacement counters go on, so a wrap of the epoch changes no later result. */
void mmu_tlb_flush_all(struct mmu_tlb *t)
{
    t->flushes++;
    t->epoch += EPOCH_ONE;
    if (t->epoch != EPOCH_UNUSED)
        return;
    t->epoch = 0;
    l1_clear(&t->i);
    l1_clear(&t->d);
    l2_clear(t);
}

static bool is_of_asid(u64 key, u32 perm, u64 asid)
{
    return key != FREE && !(perm & GLOBAL) && (key & ASID_MASK) == asid << MMU_KEY_ASID_SHIFT;
}

static void l1_flush_asid(struct mmu_l1 *l, u64 asid)
{
    for (u32 way = 0; way < l->entries; way++)
        if (is_of_asid(l->way[way], l->perm[way], asid))
            l1_drop(l, way);
}

void mmu_tlb_flush_asid(struct mmu_tlb *t, u64 asid)
{
    ASSERT(asid <= ASID_MAX);
    t->flushes++;
    l1_flush_asid(&t->i, asid);
    l1_flush_asid(&t->d, asid);
    for (u32 i = 0; i < t->l2_sets * t->l2_ways; i++)
        if (is_of_asid(t->l2_tag[i], t->l2_perm[i], asid)) {
            t->l2_tag[i] = FREE;
            t->l2_perm[i] = 0;
        }
}

void mmu_tlb_flush_page(struct mmu_tlb *t, u64 va, u64 asid)
{
    ASSERT(asid <= ASID_MAX);
    u64 key = mmu_tlb_key(t, va, asid);
    u32 first = l2_set(t, key) * t->l2_ways;

    t->flushes++;
    l1_drop_overlap(&t->i, key, 0);
    l1_drop_overlap(&t->d, key, 0);
    for (u32 i = first; i < first + t->l2_ways; i++)
        if (overlaps(t->l2_tag[i], key, t->l2_perm[i])) {
            t->l2_tag[i] = FREE;
            t->l2_perm[i] = 0;
        }
}

/* --- Invariants --- */

static void check_front(const struct mmu_l1 *l, u64 tag, u32 index, u32 need)
{
    if (tag == FREE)
        return;
    u32 way = l1_find(l, tag);

    ASSERT(front_index(tag) == index);
    ASSERT(way != NO_WAY);
    ASSERT(l->perm[way] & need);
}

/* Each chain holds ways of its own index only and nothing twice; all chains together hold every
 * way that is not free. */
static void check_chains(const struct mmu_l1 *l)
{
    u32 chained = 0;
    u32 held = 0;

    for (u32 index = 0; index < MMU_FRONT; index++)
        for (u32 a = l->head[index]; a != NO_WAY; a = l->chain[a]) {
            ASSERT(a < l->entries && l->way[a] != FREE && front_index(l->way[a]) == index);
            ASSERT(++chained <= l->entries);
            for (u32 b = l->chain[a]; b != NO_WAY; b = l->chain[b])
                ASSERT(!overlaps(l->way[a], l->way[b], l->perm[a] | l->perm[b]));
        }
    for (u32 way = 0; way < MMU_L1_MAX; way++)
        held += l->way[way] != FREE;
    ASSERT(held == chained);
}

static void check_l1(const struct mmu_l1 *l, u32 may_hit)
{
    check_chains(l);
    for (u32 index = 0; index < MMU_FRONT; index++) {
        check_front(l, l->read[index], index, may_hit);
        check_front(l, l->write[index], index, MAY_WRITE);
    }
}

static void check_l2_set(const struct mmu_tlb *t, u32 set)
{
    u32 first = set * t->l2_ways;

    for (u32 a = first; a < first + t->l2_ways; a++) {
        if (t->l2_tag[a] == FREE)
            continue;
        ASSERT(l2_set(t, t->l2_tag[a]) == set);
        for (u32 b = a + 1; b < first + t->l2_ways; b++)
            ASSERT(!overlaps(t->l2_tag[a], t->l2_tag[b], t->l2_perm[a] | t->l2_perm[b]));
    }
}

void mmu_tlb_check(const struct mmu_tlb *t)
{
    check_l1(&t->i, MAY_EXEC);
    check_l1(&t->d, MAY_READ);
    for (u32 set = 0; set < t->l2_sets; set++)
        check_l2_set(t, set);
}
