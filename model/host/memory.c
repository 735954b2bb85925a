/*
 * Guest pages in the host: who is resident, who is in the store, who is on the way; the memory
 * cgroup's charge. Rules of Linux 5.14 mm/ as far as a fault sees them.
 */
#include "model/system.h"

#include <string.h>

/* gfn -> page index: a radix of two levels, 1024 gfns in a leaf of one chunk. */
enum { RADIX_SHIFT = 10, RADIX_SIZE = 1 << RADIX_SHIFT };

static u32 *radix_slot(const struct ctx *c, u32 gfn, bool make)
{
    ASSERT(gfn >= GFN_FIRST && gfn - GFN_FIRST < c->s->ram_pages);
    u32 i = gfn - GFN_FIRST;
    u32 *root = (u32 *)((u8 *)c->s + c->s->radix_off) + (i >> RADIX_SHIFT);

    if (*root == 0) {
        if (!make)
            return NULL;
        *root = (u32)(arena_chunks((struct ctx *)(uintptr_t)c, 1) / ARENA_CHUNK) + 1;
    }
    return (u32 *)sys_arena(c, (u64)(*root - 1) * ARENA_CHUNK) + (i & (RADIX_SIZE - 1));
}

struct page *page_at(const struct ctx *c, u32 index)
{
    return (struct page *)sys_arena(c, (u64)index * sizeof(struct page));
}

u32 page_index(const struct ctx *c, const struct page *p)
{
    return (u32)(((const u8 *)p - sys_arena(c, 0)) / sizeof(struct page));
}

struct page *page_find(const struct ctx *c, u32 gfn)
{
    const u32 *slot = radix_slot(c, gfn, false);
    return slot != NULL && *slot != 0 ? page_at(c, *slot) : NULL;
}

struct page *page_get(struct ctx *c, u32 gfn)
{
    u32 *slot = radix_slot(c, gfn, true);
    struct sys *s = c->s;

    if (*slot == 0) {
        if (s->slab_left == 0) {
            s->slab_next = (u32)(arena_chunks(c, 1) / sizeof(struct page));
            s->slab_left = ARENA_CHUNK / sizeof(struct page);
        }
        *slot = s->slab_next++;
        s->slab_left--;
        s->page_count++;
        page_at(c, *slot)->gfn = gfn;
        s->mem.touched_pages++;
    }
    return page_at(c, *slot);
}

u8 *page_contents(struct ctx *c, struct page *p)
{
    if (p->contents == 0)
        p->contents = (u32)(arena_chunks(c, 1) / ARENA_CHUNK) + 1;
    return sys_arena(c, (u64)(p->contents - 1) * ARENA_CHUNK);
}

static void make_writable(struct page *p)
{
    /* do_wp_page: the swap slot is given up, so the store's copy is stale from here on. */
    p->flags |= PAGE_HOST_WRITE | PAGE_DIRTY;
}

static bool has_room(const struct mem *m)
{
    return m->limit_pages == 0 || m->used_pages < m->limit_pages;
}

enum mem_result mem_fault_in(struct ctx *c, u32 gfn, bool write, u32 actor, bool *submitted)
{
    struct mem *m = &c->s->mem;
    struct page *p = page_get(c, gfn);
    u32 cpu = sys_thread(c, actor)->cpu;

    *submitted = false;
    switch (p->state) {
    case PAGE_WRITEBACK: /* Swap-cache hit: mapped again while the write goes on. */
        p->state = PAGE_RESIDENT;
        lru_add(c, p, false);
        m->rescued++;
        m->writeback_pages--;
        /* fall through */
    case PAGE_RESIDENT:
        if (write)
            make_writable(p);
        p->flags |= PAGE_REFERENCED;
        return MEM_READY;
    case PAGE_FETCHING:
        return MEM_WAIT;
    case PAGE_NONE:
        if (!has_room(m))
            return MEM_NO_ROOM;
        m->used_pages++;
        p->state = PAGE_RESIDENT;
        p->flags = PAGE_HOST_WRITE | PAGE_DIRTY;
        lru_add(c, p, false);
        return MEM_ZEROED;
    default:
        ASSERT(p->state == PAGE_STORED);
        if (!has_room(m))
            return MEM_NO_ROOM;
        m->used_pages++;
        m->fetches++;
        p->state = PAGE_FETCHING;
        struct msg *f = outbox_put(c->out, MSG_FETCH, (u16)c->s->actor_store, c->now + 1);
        f->a = store_key(gfn, cpu);
        f->b = p->fetch_count++;
        *submitted = true;
        return MEM_WAIT;
    }
}

bool mem_is_present(const struct ctx *c, u32 gfn)
{
    const struct page *p = page_find(c, gfn);
    return p != NULL && (p->state == PAGE_RESIDENT || p->state == PAGE_WRITEBACK);
}

void mem_place(struct ctx *c, u32 gfn, enum placement placement)
{
    struct mem *m = &c->s->mem;
    struct page *p = page_get(c, gfn);

    if (p->state != PAGE_NONE)
        return;
    if (placement == PLACE_COLD || !has_room(m)) {
        p->state = PAGE_STORED;
        return;
    }
    m->used_pages++;
    p->state = PAGE_RESIDENT;
    p->flags = PAGE_HOST_WRITE | PAGE_DIRTY;
    lru_add(c, p, false);
    s2_map(c, gfn, true, true);
}

void mem_wait_page(struct ctx *c, u32 gfn, u32 actor)
{
    struct page *p = page_get(c, gfn);
    struct thread *t = sys_thread(c, actor);

    ASSERT(p->state == PAGE_FETCHING && !t->sleeping_on_page && !t->sleeping_on_room);
    t->sleeping_on_page = 1;
    t->next_waiter = p->waiter;
    p->waiter = (u16)(actor + 1);
}

void mem_wait_room(struct ctx *c, u32 actor)
{
    struct mem *m = &c->s->mem;
    struct thread *t = sys_thread(c, actor);

    ASSERT(!t->sleeping_on_page && !t->sleeping_on_room);
    t->sleeping_on_room = 1;
    t->next_waiter = 0;
    if (m->waiter_tail != 0)
        sys_thread(c, m->waiter_tail - 1u)->next_waiter = (u16)(actor + 1);
    else
        m->waiter_head = (u16)(actor + 1);
    m->waiter_tail = (u16)(actor + 1);
}

static void wake_room(struct ctx *c)
{
    struct mem *m = &c->s->mem;

    if (m->waiter_head == 0)
        return;
    u32 actor = m->waiter_head - 1u;
    struct thread *t = sys_thread(c, actor);
    m->waiter_head = t->next_waiter;
    if (m->waiter_head == 0)
        m->waiter_tail = 0;
    t->sleeping_on_room = 0;
    thread_wake(c, actor);
}

void mem_fetched(struct ctx *c, u32 gfn)
{
    struct page *p = page_find(c, gfn);

    ASSERT(p != NULL && p->state == PAGE_FETCHING);
    p->state = PAGE_RESIDENT;
    p->flags &= PAGE_WORKINGSET; /* The store's copy is valid: clean, not writable yet. */
    lru_add(c, p, (p->flags & PAGE_WORKINGSET) != 0);
    p->flags &= (u8)~PAGE_WORKINGSET;
    for (u32 w = p->waiter; w != 0;) {
        struct thread *t = sys_thread(c, w - 1);
        u32 next = t->next_waiter;
        t->sleeping_on_page = 0;
        thread_wake(c, w - 1);
        w = next;
    }
    p->waiter = 0;
    wake_room(c); /* One more page that can be reclaimed. */
}

void mem_written(struct ctx *c, u32 gfn)
{
    struct mem *m = &c->s->mem;
    struct page *p = page_find(c, gfn);

    ASSERT(p != NULL && (p->flags & PAGE_WRITING) != 0);
    p->flags &= (u8)~PAGE_WRITING;
    if (p->state == PAGE_WRITEBACK) {
        p->state = PAGE_STORED;
        p->flags &= PAGE_WORKINGSET;
        ASSERT(m->used_pages > 0);
        m->used_pages--;
        m->writeback_pages--;
        wake_room(c);
    }
}
