/*
 * What the designs share in the host: the GFN hash (virt/kvm of the v4 series: 64 entries, linear
 * probing, backward-shift delete), work items, the done list, the mailbox.
 */
#include "model/system.h"

#include <string.h>

#define GFN_EMPTY 0xffffffffu

void apf_host_init(struct apf_host *a, const struct spec *p)
{
    memset(a, 0, sizeof *a);
    a->sdei_event = p->sdei_event;
    a->irq = gic_source_intid(&p->source);
    apf_gfn_reset(a);
}

/* hash_32: the golden ratio, upper bits. 64 slots: >> 26. */
u32 apf_hash(u32 gfn, u32 slots)
{
    u32 bits = 31u - (u32)__builtin_clz(slots);
    return bits == 0 ? 0 : gfn * 0x61C88647u >> (32 - bits);
}

void apf_gfn_reset(struct apf_host *a)
{
    memset(a->gfns, 0xff, sizeof a->gfns);
}

bool apf_gfn_find(const struct apf_host *a, u32 slots, u32 gfn)
{
    u32 key = apf_hash(gfn, slots);

    for (u32 i = 0; i < slots && a->gfns[key] != GFN_EMPTY; i++) {
        if (a->gfns[key] == gfn)
            return true;
        key = (key + 1) & (slots - 1);
    }
    return false;
}

void apf_gfn_insert(struct apf_host *a, u32 slots, u32 gfn)
{
    u32 key = apf_hash(gfn, slots);

    /* The posted loop has no bound: the limit on queued items keeps a slot free. */
    for (u32 i = 0; a->gfns[key] != GFN_EMPTY; i++) {
        ASSERT(i < slots);
        key = (key + 1) & (slots - 1);
    }
    a->gfns[key] = gfn;
}

bool apf_gfn_delete(struct apf_host *a, u32 slots, u32 gfn)
{
    u32 mask = slots - 1, i = apf_hash(gfn, slots), steps = 0;

    while (a->gfns[i] != gfn) {
        if (a->gfns[i] == GFN_EMPTY || ++steps == slots)
            return false;
        i = (i + 1) & mask;
    }
    for (u32 j = i;;) {
        a->gfns[i] = GFN_EMPTY;
        for (;;) {
            j = (j + 1) & mask;
            if (a->gfns[j] == GFN_EMPTY)
                return true;
            u32 home = apf_hash(a->gfns[j], slots);
            /* Stays if its home lies cyclically in (i, j]. */
            if (((j - home) & mask) >= ((j - i) & mask))
                break;
        }
        a->gfns[i] = a->gfns[j];
        i = j;
    }
}

s32 apf_work_new(struct apf_host *a)
{
    for (u32 i = 0; i < APF_WORK_MAX; i++)
        if (a->work[i].state == WORK_FREE)
            return (s32)i;
    return -1;
}

struct work *apf_done_head(struct apf_host *a)
{
    return a->done_count != 0 ? &a->work[a->done[a->done_head]] : NULL;
}

void apf_done_put(struct apf_host *a, u32 item)
{
    ASSERT(a->done_count < APF_DONE_RING);
    a->work[item].state = WORK_DONE;
    a->done[(a->done_head + a->done_count++) % APF_DONE_RING] = (u8)item;
}

void apf_done_pop(struct apf_host *a)
{
    ASSERT(a->done_count != 0);
    a->done_head = (a->done_head + 1) % APF_DONE_RING;
    a->done_count--;
}

void apf_work_free(struct apf_host *a, struct work *w)
{
    ASSERT(w->state == WORK_DONE && a->queued > 0);
    memset(w, 0, sizeof *w);
    a->queued--;
}

/* kvm_gfn_to_hva_cache_init: the bytes of a page stay where they are, so one look-up does. */
bool apf_mailbox_set(struct ctx *c, struct vcpu *v, u64 gpa)
{
    u64 gfn = gpa >> MMU_PAGE_SHIFT;

    if (gfn < GFN_FIRST || gfn >= GFN_FIRST + (u64)c->s->ram_pages)
        return false;
    struct page *p = page_get(c, (u32)gfn);
    v->apf.mailbox_gfn = (u32)gfn;
    v->apf.mailbox_page = page_index(c, p);
    v->apf.mailbox_off = (u64)(page_contents(c, p) - sys_arena(c, 0)) +
                         (gpa & (MMU_PAGE_SIZE - 1));
    return true;
}

/* Resident: a plain access through the cached mapping. */
bool apf_mailbox_present(struct ctx *c, struct vcpu *v)
{
    if (v->apf.mailbox_gfn == 0)
        return true;
    struct page *p = page_at(c, v->apf.mailbox_page);
    if (p->state != PAGE_RESIDENT || !(p->flags & PAGE_HOST_WRITE))
        return false;
    p->flags |= PAGE_REFERENCED | PAGE_DIRTY;
    return true;
}

static u32 *mailbox_word(const struct ctx *c, const struct vcpu *v, u32 offset)
{
    return (u32 *)sys_arena(c, v->apf.mailbox_off + offset);
}

u32 apf_mailbox_reason(struct ctx *c, struct vcpu *v)
{
    return *mailbox_word(c, v, APF_MBOX_REASON);
}

u32 apf_mailbox_token(struct ctx *c, struct vcpu *v)
{
    return *mailbox_word(c, v, APF_MBOX_TOKEN);
}

void apf_mailbox_write(struct ctx *c, struct vcpu *v, u32 reason, u32 token)
{
    *mailbox_word(c, v, APF_MBOX_TOKEN) = token;
    *mailbox_word(c, v, APF_MBOX_REASON) = reason;
}

void apf_mailbox_clear(struct ctx *c, struct vcpu *v)
{
    *mailbox_word(c, v, APF_MBOX_REASON) = 0;
    *mailbox_word(c, v, APF_MBOX_TOKEN) = 0;
}

bool apf_wakeup_all(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    if (a->done_count != 0)
        return true;
    s32 item = apf_work_new(a);
    ASSERT(item >= 0); /* Two more items than slots. */
    a->work[item] = (struct work){.wakeup_all = 1, .pnp_injected = 1, .fault = FAULT_NONE};
    a->queued++;
    apf_done_put(a, (u32)item);
    c->var->host->completed(c, v, true, sys_thread(c, v->id)->cpu);
    return true;
}

/* Finished items go; items whose worker still runs are waited for in the kernel. Inaccurate: they
 * are only marked, so that their completion is silent; the hypercall does not block. */
void apf_clear_queue(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    while (a->done_count != 0) {
        struct work *w = apf_done_head(a);
        if (w->fault != FAULT_NONE)
            fault_close(c, w->fault, c->now);
        apf_done_pop(a);
        apf_work_free(a, w);
    }
    for (u32 i = 0; i < APF_WORK_MAX; i++)
        if (a->work[i].state != WORK_FREE)
            a->work[i].pnp_injected = 0;
}
