/*
 * Direct reclaim of the memory cgroup: active and inactive lists, second chance by stage-2 access
 * flag, write-back of dirty pages, workingset activation at refault. Linux 5.14 mm/vmscan.c as
 * rules, batches of SWAP_CLUSTER_MAX.
 *
 * Inaccurate: a batch's pages are unmapped at one instant and broadcast with one TLBI message; the
 * time of all unmaps is charged together (host.reclaim_page each).
 */
#include "model/system.h"

enum { RECLAIM_BATCH = 32, SCAN_MAX = 4 * RECLAIM_BATCH };

static struct lru *list_of(struct mem *m, const struct page *p)
{
    return p->flags & PAGE_ACTIVE ? &m->active : &m->inactive;
}

void lru_add(struct ctx *c, struct page *p, bool active)
{
    struct mem *m = &c->s->mem;
    u32 index = page_index(c, p);

    p->flags = (u8)(active ? p->flags | PAGE_ACTIVE : p->flags & ~PAGE_ACTIVE);
    struct lru *l = list_of(m, p);
    p->prev = 0;
    p->next = l->head;
    if (l->head != 0)
        page_at(c, l->head)->prev = index;
    else
        l->tail = index;
    l->head = index;
    l->count++;
}

void lru_remove(struct ctx *c, struct page *p)
{
    struct lru *l = list_of(&c->s->mem, p);

    if (p->prev != 0)
        page_at(c, p->prev)->next = p->next;
    else
        l->head = p->next;
    if (p->next != 0)
        page_at(c, p->next)->prev = p->prev;
    else
        l->tail = p->prev;
    p->prev = p->next = 0;
    l->count--;
}

/* page_referenced: test and clear the accessed bit of stage 2 and the host's own. No TLBI, so a
 * page that stays in a TLB can look idle, as in the kernel. */
static bool test_and_clear_young(struct ctx *c, struct page *p)
{
    u64 *leaf = s2_leaf(c, p->gfn);
    bool young = (p->flags & PAGE_REFERENCED) != 0;

    p->flags &= (u8)~PAGE_REFERENCED;
    if (leaf != NULL && (*leaf & MMU_DESC_VALID) && (*leaf & MMU_DESC_AF)) {
        *leaf &= ~MMU_DESC_AF;
        young = true;
    }
    return young;
}

/* Active pages move to the inactive list while that is the shorter one. */
static u32 shrink_active(struct ctx *c)
{
    struct mem *m = &c->s->mem;
    u32 scanned = 0;

    while (m->inactive.count < m->active.count && scanned < RECLAIM_BATCH) {
        struct page *p = page_at(c, m->active.tail);
        lru_remove(c, p);
        test_and_clear_young(c, p);
        p->flags |= PAGE_WORKINGSET; /* It was in use: a refault activates it. */
        lru_add(c, p, false);
        m->aged++;
        scanned++;
    }
    return scanned;
}

static void evict(struct ctx *c, struct page *p, u32 actor)
{
    struct mem *m = &c->s->mem;

    lru_remove(c, p);
    s2_unmap(c, p->gfn);
    if ((p->flags & PAGE_DIRTY) == 0) {
        p->state = PAGE_STORED;
        p->flags &= PAGE_WORKINGSET | PAGE_WRITING;
        m->used_pages--;
        m->evicted_clean++;
        return;
    }
    p->state = PAGE_WRITEBACK;
    m->writeback_pages++;
    p->flags = (u8)((p->flags & PAGE_WORKINGSET) | PAGE_WRITING);
    m->evicted_dirty++;
    m->writes++;
    struct msg *w = outbox_put(c->out, MSG_WRITE, (u16)c->s->actor_store, c->now + 1);
    w->a = store_key(p->gfn, sys_thread(c, actor)->cpu);
    w->b = p->write_count++;
}

bool mem_can_scan(const struct ctx *c)
{
    const struct mem *m = &c->s->mem;
    return m->writeback_pages == 0 && m->inactive.count + m->active.count != 0;
}

u64 mem_reclaim(struct ctx *c, u32 actor, u64 *pick_ps)
{
    struct mem *m = &c->s->mem;
    u32 kept = shrink_active(c), evicted = 0, first_gfn = 0;

    /* The scan is bounded by the list: a page that is kept goes to the head and is not met again
     * before all others. */
    u32 left = m->inactive.count < SCAN_MAX ? m->inactive.count : SCAN_MAX;
    while (left-- > 0 && evicted < RECLAIM_BATCH) {
        struct page *p = page_at(c, m->inactive.tail);
        bool young = test_and_clear_young(c, p), seen = (p->flags & PAGE_SEEN) != 0;
        p->flags &= (u8)~PAGE_SEEN;
        if (young) { /* page_check_references: kept once, activated the second time. */
            p->flags |= seen ? 0 : PAGE_SEEN;
            lru_remove(c, p);
            lru_add(c, p, seen);
            m->activated += seen;
            kept++;
        } else if (p->flags & PAGE_WRITING) { /* Rescued, its write has not ended: rotate. */
            lru_remove(c, p);
            lru_add(c, p, false);
            kept++;
        } else {
            first_gfn = evicted == 0 ? p->gfn : first_gfn;
            evict(c, p, actor);
            evicted++;
        }
    }
    if (evicted != 0)
        vcpu_flush_tlbs(c, actor, first_gfn, evicted);
    *pick_ps = evicted * cost_pick_ps(c, COST_RECLAIM) + kept * cost_pick_ps(c, COST_SCAN);
    return evicted * cost_ps(c, COST_RECLAIM) + kept * cost_ps(c, COST_SCAN);
}

void mem_check(struct ctx *c)
{
    struct mem *m = &c->s->mem;
    u64 in_lists = 0;

    for (u32 l = 0; l < 2; l++) {
        const struct lru *list = l != 0 ? &m->active : &m->inactive;
        u32 count = 0;
        for (u32 i = list->head; i != 0; i = page_at(c, i)->next) {
            const struct page *p = page_at(c, i);
            ASSERT(p->state == PAGE_RESIDENT);
            ASSERT(((p->flags & PAGE_ACTIVE) != 0) == (l != 0));
            count++;
        }
        ASSERT(count == list->count);
        in_lists += count;
    }
    ASSERT(in_lists <= m->used_pages);
}
