/*
 * The stage-2 fault path on the vCPU thread, as far as the designs share it: the lookup that does
 * not wait (F1), the synchronous way out (F5), mapping. The gates stand in the designs' own files.
 */
#include "model/system.h"

/* 2: registers saved, ESR and HPFAR decoded, memslot found. */
enum verdict act_abort_exit(struct ctx *c, struct vcpu *v)
{
    act_exit_done(c, v);
    if (v->abort.is_perm)
        c->s->stats.permission++;
    return vcpu_goto(v, SCR_FAULT);
}

/* The page came, but it was evicted again between the abort and the lookup: another fault. */
static void restart_chain(struct ctx *c, struct vcpu *v)
{
    u16 old = v->cur_fault;
    const struct fault *f = sys_fault(c, old);
    u32 task = f->task, gfn = f->gfn;

    if (task != TASK_NONE && sys_task(c, task)->fault == old)
        sys_task(c, task)->fault = FAULT_NONE;
    sys_fault(c, old)->flags |= FAULT_REFAULTED;
    fault_close(c, old, c->now);
    v->cur_fault = (u16)fault_open(c, v->id, task, gfn, c->now);
}

/* The decision has fallen: this fault needs the store. Exactly once for each. */
void abort_count(struct ctx *c, struct vcpu *v, enum fault_kind kind)
{
    if (sys_fault(c, v->cur_fault)->flags & FAULT_COUNTED)
        restart_chain(c, v);
    struct fault *f = sys_fault(c, v->cur_fault);

    f->flags |= FAULT_COUNTED;
    f->kind = (u8)kind;
    f->number = 0;
    for (u32 k = 0; k < FAULT_KIND_COUNT; k++)
        f->number += c->s->stats.fault_count[k];
    c->s->stats.fault_count[kind]++;
}

enum verdict wait_reclaim(struct ctx *c, struct vcpu *v)
{
    v->extra_ps = mem_reclaim(c, v->id, &v->extra_pick_ps);
    host_call(v, SCR_RECLAIM);
    return V_CALL;
}

/* End of a reclaim pass: room, or another pass, or sleep until a write-back has ended. */
enum verdict act_room(struct ctx *c, struct vcpu *v)
{
    const struct mem *m = &c->s->mem;

    if (m->used_pages < m->limit_pages)
        return V_RET;
    if (mem_can_scan(c)) {
        v->extra_ps = mem_reclaim(c, v->id, &v->extra_pick_ps);
        return V_AGAIN;
    }
    mem_wait_room(c, v->id);
    return vcpu_sleep(c, v, BLOCK_ROOM);
}

/* F1: fast and no-wait lookup. The page is there, or its read is under way. */
enum verdict act_lookup(struct ctx *c, struct vcpu *v)
{
    bool submitted;
    enum mem_result r = mem_fault_in(c, v->abort.gfn, v->abort.write, v->id, &submitted);

    switch (r) {
    case MEM_NO_ROOM:
        return wait_reclaim(c, v);
    case MEM_WAIT:
        v->abort.needs_store = 1;
        return submitted ? V_NEXT : vcpu_jump(v, v->host[v->hdepth - 1].row + 2u);
    default:
        c->s->stats.minor++;
        if (r == MEM_ZEROED)
            return vcpu_goto(v, SCR_ZERO);
        return vcpu_goto(v, v->abort.is_perm ? SCR_RELAX : SCR_MAP);
    }
}

enum verdict abort_sync(struct ctx *c, struct vcpu *v, enum fault_kind why)
{
    abort_count(c, v, why);
    return vcpu_goto(v, SCR_SYNC);
}

/* A vCPU without a control block, or a gate that was tested before the lookup. */
enum verdict act_goto_sync(struct ctx *c, struct vcpu *v)
{
    return abort_sync(c, v, (enum fault_kind)v->abort.why);
}

bool page_or_sleep(struct ctx *c, struct vcpu *v, u32 gfn, bool write, enum verdict *how)
{
    bool submitted;

    switch (mem_fault_in(c, gfn, write, v->id, &submitted)) {
    case MEM_NO_ROOM:
        *how = wait_reclaim(c, v);
        return false;
    case MEM_WAIT:
        mem_wait_page(c, gfn, v->id);
        *how = vcpu_sleep(c, v, BLOCK_PAGE);
        return false;
    default:
        return true;
    }
}

/* The mailbox is guest memory: reading it can itself fault in the host. */
bool mailbox_or_sleep(struct ctx *c, struct vcpu *v, enum verdict *how)
{
    if (LIKELY(apf_mailbox_present(c, v)))
        return true;
    c->s->stats.mailbox_faults += !mem_is_present(c, v->apf.mailbox_gfn);
    if (page_or_sleep(c, v, v->apf.mailbox_gfn, true, how))
        return true;
    if (v->block == BLOCK_PAGE)
        v->block = BLOCK_MAILBOX;
    return false;
}

/* F5: get_user_pages that may sleep, with the original access intent. */
enum verdict act_wait_page(struct ctx *c, struct vcpu *v)
{
    enum verdict how;

    return page_or_sleep(c, v, v->abort.gfn, v->abort.write, &how) ? V_NEXT : how;
}

/* 23: a read fault is mapped writable too if the host PTE is. */
enum verdict act_map(struct ctx *c, struct vcpu *v)
{
    struct page *p = page_get(c, v->abort.gfn);

    if (p->state != PAGE_RESIDENT) /* An invalidation raced: retry, the guest faults again. */
        return V_RET;
    bool relax = s2_allows(c, v->abort.gfn, false);
    s2_map(c, v->abort.gfn, (p->flags & PAGE_HOST_WRITE) != 0, v->abort.exec);
    if (p->flags & PAGE_HOST_WRITE)
        p->flags |= PAGE_DIRTY; /* kvm_set_pfn_dirty */
    if (relax)
        vcpu_flush_tlbs(c, v->id, v->abort.gfn, 1);
    return V_RET;
}

/* F4 behind the limit: a work item for the fault in hand; the caller has taken the token. */
enum verdict act_work_alloc(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    s32 item = apf_work_new(a);

    ASSERT(item >= 0 && a->queued < c->p->slots);
    a->work[item] = (struct work){
        .token = v->subject_b,
        .gfn = v->abort.gfn,
        .fault = v->cur_fault,
        .state = WORK_QUEUED,
        .pnp_injected = 1,
        .write = v->abort.write,
        .exec = v->abort.exec,
    };
    a->queued++;
    v->item = (u16)item;
    sys_fault(c, v->cur_fault)->token = v->subject_b;
    return V_NEXT;
}

/* system_wq keeps a work item on the CPU that queued it; an unbound queue takes an idle one. */
static u32 worker_cpu(const struct ctx *c, u32 here)
{
    u32 count = c->s->hostcpu_count;

    if (c->p->workqueue == WORKQUEUE_PER_CPU)
        return here;
    for (u32 i = 1; i < count; i++)
        if (sys_hostcpu(c, (here + i) % count)->curr == CFS_NONE)
            return (here + i) % count;
    return here;
}

/* 8: from here on the fault is the worker's, and the task's that will wait for it. */
enum verdict act_work_queue(struct ctx *c, struct vcpu *v)
{
    struct fault *f = sys_fault(c, v->cur_fault);

    f->owner = OWNER_WORK;
    if (!(f->flags & FAULT_UNTOLD) && f->task != TASK_NONE)
        sys_task(c, f->task)->fault = v->cur_fault;
    work_schedule(c, worker_cpu(c, sys_thread(c, v->id)->cpu), v->id, v->item);
    v->cur_fault = FAULT_NONE;
    return V_RET;
}
