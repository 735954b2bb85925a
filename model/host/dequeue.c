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

void dequeue_begin(struct ctx *c, struct vcpu *v, struct work *w)
{
    v->item = (u16)(w - v->apf.work);
    v->item_fault = w->fault;
    v->subject_a = w->gfn;
    v->subject_b = w->wakeup_all ? APF_TOKEN_ALL : w->token;
    if (w->fault == FAULT_NONE)
        return;
    const struct fault *f = sys_fault(c, w->fault);
    fault_stamp(c, w->fault, f->dequeue_tries != 0 ? HOP_WAIT_GATE : HOP_KICK, v->begin_ps);
    fault_stamp(c, w->fault, HOP_DEQUEUE, c->now);
}

void dequeue_end(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    (void)c;
    apf_work_free(a, &a->work[v->item]);
    v->item_fault = FAULT_NONE;
}
