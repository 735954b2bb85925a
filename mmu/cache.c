/* Walk cache and IPA cache, wrapped around the steps of walk.c, which knows nothing of them. */
#include "mmu/cache.h"

#include "mmu/walk_state.h"

#include <string.h>

#define VA_BITS_MASK 0x00ffffffffffffffull /* The top byte may be a tag. */
#define IPA_BITS_MASK 0x000fffffffffffffull

/* Address bits that one descriptor of this level maps. */
static u32 span(const struct mmu_range *m, s32 level)
{
    return m->shift[level + 1] + 3u;
}

static u32 page_shift(u32 kind)
{
    return 8 + 2 * (kind >> 2) + 2; /* 4 KiB is 1: 12. */
}

/* The same from an entry's kind alone: a descriptor of its granule at this level. */
static u32 kind_span(u32 kind, s32 level)
{
    u32 page = page_shift(kind);

    return page + (u32)(3 - level) * (page - 3);
}

static void check_geometry(u32 sets, u32 ways)
{
    ASSERT(ways == 0 || (sets != 0 && (sets & (sets - 1)) == 0));
    ASSERT(sets <= MMU_CACHE_ENTRIES_MAX && ways <= MMU_CACHE_ENTRIES_MAX);
    ASSERT(sets * ways <= MMU_CACHE_ENTRIES_MAX);
}

void mmu_caches_init(struct mmu_caches *c, const struct mmu_cache_spec *spec)
{
    check_geometry(spec->walk_sets, spec->walk_ways);
    check_geometry(spec->ipa_sets, spec->ipa_ways);
    memset(c, 0, sizeof(*c));
    c->spec = *spec;
}

/* First entry of the set that a tag belongs to. */
static u32 set_of(u64 tag, u32 sets)
{
    return (u32)(tag & (sets - 1));
}

static u32 next_way(u8 *next, u32 ways)
{
    u32 way = *next;

    *next = (u8)(way + 1 < ways ? way + 1 : 0);
    return way;
}

/* --- Walk cache --- */

static bool same_table(const struct mmu_walk_entry *a, const struct mmu_walk_entry *b)
{
    return a->kind == b->kind && a->tag == b->tag && a->vmid == b->vmid && a->asid == b->asid;
}

/* Tags of the table of this level (0..3) that this address goes through. */
static struct mmu_walk_entry walk_tags(const struct mmu_regs *r, u64 va, s32 level)
{
    const struct mmu_range *m = &r->s1[walk_half(va)];

    return (struct mmu_walk_entry){
        .tag = (va & VA_BITS_MASK) >> span(m, level - 1),
        .vmid = r->vmid,
        .asid = r->asid,
        .kind = (u8)(m->kind | (u32)level),
    };
}

static struct mmu_walk_entry *walk_find(struct mmu_caches *c, const struct mmu_walk_entry *wanted)
{
    struct mmu_walk_entry *e = &c->walk[set_of(wanted->tag, c->spec.walk_sets) * c->spec.walk_ways];

    for (u32 i = 0; i < c->spec.walk_ways; i++)
        if (same_table(&e[i], wanted))
            return &e[i];
    return NULL;
}

static void walk_put(struct mmu_caches *c, const struct mmu_walk_entry *e)
{
    u32 ways = c->spec.walk_ways;

    if (ways == 0)
        return;
    struct mmu_walk_entry *old = walk_find(c, e);
    if (old == NULL) {
        u32 set = set_of(e->tag, c->spec.walk_sets);
        old = &c->walk[set * ways + next_way(&c->walk_next[set], ways)];
    }
    *old = *e;
}

/* Begin at the deepest table that is known. */
static enum mmu_need walk_shortcut(struct mmu_walk *w, const struct mmu_regs *r,
                                   struct mmu_caches *c)
{
    const struct mmu_range *m = &r->s1[walk_half(w->va)];

    for (s32 level = 3; level > m->start_level && c->spec.walk_ways != 0; level--) {
        struct mmu_walk_entry wanted = walk_tags(r, w->va, level);
        const struct mmu_walk_entry *e = walk_find(c, &wanted);
        if (e == NULL)
            continue;
        c->walk_hits++;
        w->s1_level = (int8_t)level;
        w->inherited = e->inherited;
        return walk_s1_fetch(w, r, walk_entry(m, e->table, w->va, level));
    }
    return walk_first_fetch(w, r);
}

/* --- IPA cache --- */

static bool same_leaf(const struct mmu_ipa_entry *a, const struct mmu_ipa_entry *b)
{
    return a->kind == b->kind && a->tag == b->tag && a->vmid == b->vmid;
}

static struct mmu_ipa_entry ipa_tags(const struct mmu_regs *r, u64 ipa, s32 level)
{
    return (struct mmu_ipa_entry){
        .tag = (ipa & IPA_BITS_MASK) >> span(&r->s2, level),
        .vmid = r->vmid,
        .kind = (u8)(r->s2.kind | (u32)level),
    };
}

static struct mmu_ipa_entry *ipa_find(struct mmu_caches *c, const struct mmu_ipa_entry *wanted)
{
    struct mmu_ipa_entry *e = &c->ipa[set_of(wanted->tag, c->spec.ipa_sets) * c->spec.ipa_ways];

    for (u32 i = 0; i < c->spec.ipa_ways; i++)
        if (same_leaf(&e[i], wanted))
            return &e[i];
    return NULL;
}

static void ipa_put(struct mmu_caches *c, const struct mmu_ipa_entry *e)
{
    u32 ways = c->spec.ipa_ways;

    if (ways == 0)
        return;
    struct mmu_ipa_entry *old = ipa_find(c, e);
    if (old == NULL) {
        u32 set = set_of(e->tag, c->spec.ipa_sets);
        old = &c->ipa[set * ways + next_way(&c->ipa_next[set], ways)];
    }
    *old = *e;
}

static bool is_at_start_of_s2(const struct mmu_walk *w, const struct mmu_regs *r,
                              enum mmu_need need)
{
    return need == MMU_NEED_READ && (w->phase == PHASE_S2_PTW || w->phase == PHASE_S2_OUT) &&
           w->s2_level == r->s2.start_level;
}

/* Judge the leaf that is known as if it had been read. If that would fault or needs an update,
 * nothing has happened. */
static bool try_leaf(struct mmu_walk *w, const struct mmu_regs *r, const struct mmu_ipa_entry *e,
                     enum mmu_need *need)
{
    struct mmu_walk tried = *w;

    tried.access_count--;
    tried.s2_level = (int8_t)(e->kind & 3);
    tried.need_pa = e->desc_pa;
    enum mmu_need then = mmu_walk_step(&tried, r, e->desc);
    if (then != MMU_NEED_READ && then != MMU_DONE)
        return false;
    *w = tried;
    *need = then;
    return true;
}

static enum mmu_need ipa_shortcut(struct mmu_walk *w, const struct mmu_regs *r,
                                  struct mmu_caches *c, enum mmu_need need)
{
    if (!is_at_start_of_s2(w, r, need))
        return need;
    s32 least = r->s2.leaf[0 + 1] == 4 ? 1 : 0; /* Level 0 has blocks in one format only. */
    for (s32 level = 3; level >= least && c->spec.ipa_ways != 0; level--) {
        struct mmu_ipa_entry wanted = ipa_tags(r, w->ipa, level);
        const struct mmu_ipa_entry *e = ipa_find(c, &wanted);
        if (e == NULL || !try_leaf(w, r, e, &need))
            continue;
        c->ipa_hits++;
        break;
    }
    return need;
}

/* --- Walks --- */

enum mmu_need mmu_walk_begin_request_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                            struct mmu_caches *c, const struct mmu_request *q)
{
    enum mmu_need need = walk_prepare(w, r, q);

    if (w->phase == PHASE_S1)
        need = walk_shortcut(w, r, c);
    return ipa_shortcut(w, r, c, need);
}

enum mmu_need mmu_walk_begin_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                    struct mmu_caches *c, u64 va, enum mmu_access access, u32 el)
{
    const struct mmu_request q = {.va = va, .access = (u8)access, .el = (u8)el};

    return mmu_walk_begin_request_cached(w, r, c, &q);
}

enum mmu_need mmu_walk_begin_s2_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                       struct mmu_caches *c, u64 ipa, enum mmu_access access,
                                       u32 el)
{
    return ipa_shortcut(w, r, c, mmu_walk_begin_s2(w, r, ipa, access, el));
}

/* A table of stage 1 was accepted. */
static void learn_table(const struct mmu_walk *w, const struct mmu_regs *r, struct mmu_caches *c,
                        u64 desc)
{
    struct mmu_walk_entry e = walk_tags(r, w->va, w->s1_level);

    e.table = walk_address(&r->s1[walk_half(w->va)], desc);
    e.inherited = w->inherited;
    walk_put(c, &e);
}

static void learn_leaf(const struct mmu_walk *w, const struct mmu_regs *r, struct mmu_caches *c,
                       u64 desc, u64 desc_pa)
{
    struct mmu_ipa_entry e = ipa_tags(r, w->ipa, w->s2_level);

    e.desc = desc;
    e.desc_pa = desc_pa;
    ipa_put(c, &e);
}

enum mmu_need mmu_walk_step_cached(struct mmu_walk *w, const struct mmu_regs *r,
                                   struct mmu_caches *c, u64 desc)
{
    u8 phase = w->phase;
    int8_t level = w->s1_level;
    u64 desc_pa = w->need_pa;
    enum mmu_need need = mmu_walk_step(w, r, desc);

    if (phase == PHASE_S1) {
        if (need != MMU_FAULT && w->s1_level != level)
            learn_table(w, r, c, desc);
    } else if (w->phase == PHASE_S1 || need == MMU_DONE) {
        learn_leaf(w, r, c, desc, desc_pa);
    }
    return ipa_shortcut(w, r, c, need);
}

/* --- Invalidation --- */

static bool kind_matches(u32 kind, u32 wanted)
{
    if (wanted == 0)
        return true;
    return kind >> 2 == wanted >> 2 && ((wanted & 3) == 0 || (kind & 3) == (wanted & 3));
}

/* tag: of something that maps 1 << bits bytes. */
static bool is_in(const struct mmu_cache_match *m, u64 tag, u32 bits)
{
    u64 first = tag << (bits - MMU_PAGE_SHIFT);
    u64 last = first + (1ull << (bits - MMU_PAGE_SHIFT)) - 1;

    return first <= m->last && last >= m->first;
}

u32 mmu_caches_drop_walk(struct mmu_caches *c, const struct mmu_cache_match *m)
{
    u32 dropped = 0;

    for (u32 i = 0; i < c->spec.walk_sets * c->spec.walk_ways; i++) {
        struct mmu_walk_entry *e = &c->walk[i];
        if (e->kind == 0 || !(m->any_vmid || e->vmid == m->vmid))
            continue;
        if (!(m->any_asid || e->asid == m->asid) ||
            !is_in(m, e->tag, kind_span(e->kind, (e->kind & 3) - 1)))
            continue;
        memset(e, 0, sizeof(*e));
        dropped++;
    }
    return dropped;
}

u32 mmu_caches_drop_ipa(struct mmu_caches *c, const struct mmu_cache_match *m)
{
    u32 dropped = 0;

    for (u32 i = 0; i < c->spec.ipa_sets * c->spec.ipa_ways; i++) {
        struct mmu_ipa_entry *e = &c->ipa[i];
        if (e->kind == 0 || !(m->any_vmid || e->vmid == m->vmid))
            continue;
        if (!kind_matches(e->kind, m->kind) || !is_in(m, e->tag, kind_span(e->kind, e->kind & 3)))
            continue;
        memset(e, 0, sizeof(*e));
        dropped++;
    }
    return dropped;
}

/* --- Invariants --- */

void mmu_caches_check(const struct mmu_caches *c)
{
    const struct mmu_cache_spec *s = &c->spec;

    for (u32 i = 0; i < s->walk_sets * s->walk_ways; i++) {
        const struct mmu_walk_entry *a = &c->walk[i];
        u32 set = i / s->walk_ways;
        ASSERT(a->kind == 0 || set_of(a->tag, s->walk_sets) == set);
        for (u32 k = i + 1; k < (set + 1) * s->walk_ways && a->kind != 0; k++)
            ASSERT(!same_table(a, &c->walk[k]));
    }
    for (u32 i = 0; i < s->ipa_sets * s->ipa_ways; i++) {
        const struct mmu_ipa_entry *a = &c->ipa[i];
        u32 set = i / s->ipa_ways;
        ASSERT(a->kind == 0 || ((a->desc & MMU_DESC_AF) && set_of(a->tag, s->ipa_sets) == set));
        for (u32 k = i + 1; k < (set + 1) * s->ipa_ways && a->kind != 0; k++)
            ASSERT(!same_leaf(a, &c->ipa[k]));
    }
}
