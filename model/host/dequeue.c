/*
 * Stamps of kvm_async_pf's completion side that the designs share. The wait of a finished item is
 * "kick" up to the first look at the done list, and "wait.gate" from then on.
 */
#include "model/system.h"

/* The gate is closed: whatever is in the done list waits for it from now on. */
void dequeue_refused(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    c->s->stats.dequeue_retries++;
    for (u32 i = 0; i < a->done_count; i++) {
        const struct work *w = &a->work[a->done[(a->done_head + i) % APF_DONE_RING]];
        if (w->fault == FAULT_NONE)
            continue;
        struct fault *f = sys_fault(c, w->fault);
        if (f->dequeue_tries == 0)
            fault_stamp(c, w->fault, HOP_KICK, c->now);
        if (f->dequeue_tries < 255)
            f->dequeue_tries++;
    }
}

/* From the done list to the begin of this phase; an item that came during it has not waited. */
static void stamp_wait(struct ctx *c, const struct vcpu *v, u16 fault)
{
    const struct fault *f = sys_fault(c, fault);
    const struct thread *t = sys_thread(c, v->id);

    if (f->dequeue_tries != 0) {
        fault_stamp(c, fault, HOP_WAIT_GATE, v->begin_ps > f->last_ps ? v->begin_ps : f->last_ps);
        return;
    }
    if (t->since_ps >= f->last_ps && t->run_start_ps > t->since_ps) { /* It was woken for this. */
        fault_stamp(c, fault, HOP_KICK, t->since_ps);
        fault_stamp(c, fault, HOP_WAIT_CPU, t->run_start_ps);
    }
    fault_stamp(c, fault, HOP_KICK, v->begin_ps > f->last_ps ? v->begin_ps : f->last_ps);
}

void dequeue_begin(struct ctx *c, struct vcpu *v, struct work *w)
{
    v->item = (u16)(w - v->apf.work);
    v->item_fault = w->fault;
    v->subject_a = w->gfn;
    v->subject_b = w->wakeup_all ? APF_TOKEN_ALL : w->token;
    if (w->fault == FAULT_NONE)
        return;
    u64 waited_ps = c->now - sys_fault(c, w->fault)->last_ps;
    stamp_wait(c, v, w->fault);
    fault_stamp(c, w->fault, HOP_DEQUEUE, c->now);
    fault_charge_wait(c, w->fault, cost_pick_ps(c, COST_DEQUEUE) + v->kick_pick_ps, waited_ps);
    v->kick_pick_ps = 0;
}

void dequeue_end(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    (void)c;
    apf_work_free(a, &a->work[v->item]);
    v->item_fault = FAULT_NONE;
}

/* The page is mapped, or its READY was handled: the chain is its task's again. */
void fault_to_task(struct ctx *c, struct vcpu *v, u32 fault)
{
    struct fault *f = sys_fault(c, fault);
    struct task *t = f->task != TASK_NONE ? sys_task(c, f->task) : NULL;

    if (t == NULL || t->fault != fault || (f->flags & FAULT_UNTOLD)) {
        if (t != NULL && t->fault == fault)
            t->fault = FAULT_NONE;
        fault_close(c, fault, c->now); /* Nobody waits for it (any more). */
        return;
    }
    f->owner = OWNER_TASK;
    if (v->os.curr == f->task && v->cur_fault == FAULT_NONE)
        v->cur_fault = (u16)fault;
}
