/*
 * kworkers: the host threads that fault a page in behind the guest's back (async_pf_execute). The
 * pool is per host CPU and concurrency-managed: one worker at a time, another one when it sleeps.
 */
#include "model/system.h"

static struct hostcpu *pool_of(const struct ctx *c, u32 actor)
{
    return sys_hostcpu(c, sys_thread(c, actor)->cpu);
}

static u32 *ring(const struct ctx *c, const struct hostcpu *h)
{
    return (u32 *)((u8 *)c->s + h->queue_off);
}

/* Start another worker if there is work and nobody at it. */
static void pool_kick(struct ctx *c, struct hostcpu *h)
{
    if (h->queue_count == 0 || h->running_workers != 0 || h->idle_workers == 0)
        return;
    for (u32 i = 0; i < h->worker_count; i++) {
        u32 actor = h->worker_first + i;
        struct worker *w = sys_worker(c, actor - c->s->actor_worker);
        if (!w->busy && sys_thread(c, actor)->state == THREAD_BLOCKED) {
            h->running_workers++;
            h->idle_workers--;
            w->busy = 1;
            thread_wake(c, actor);
            return;
        }
    }
    ASSERT(!"an idle worker is asleep");
}

void work_schedule(struct ctx *c, u32 cpu, u32 vcpu, u32 item)
{
    struct hostcpu *h = sys_hostcpu(c, cpu);

    ASSERT(h->queue_count <= h->queue_mask);
    ring(c, h)[(h->queue_head + h->queue_count++) & h->queue_mask] = vcpu << 16 | item;
    pool_kick(c, h);
}

static void enter(struct ctx *c, struct worker *w, u32 actor, enum phase phase)
{
    const struct phase_info *info = &phase_info[phase];
    struct work *item = &sys_vcpu(c, w->vcpu)->apf.work[w->item];

    w->phase = (u8)phase;
    w->end_ps = c->now + cost_ps(c, (enum cost_id)info->cost[0]);
    if (item->fault != FAULT_NONE)
        fault_charge(c, item->fault, cost_pick_ps(c, (enum cost_id)info->cost[0]));
    log_put(c->log, c->now, actor, MSG_KIND_COUNT + phase, item->gfn, item->token);
}

static void stamp(struct ctx *c, struct worker *w, enum hop hop)
{
    u16 fault = sys_vcpu(c, w->vcpu)->apf.work[w->item].fault;

    if (fault != FAULT_NONE)
        fault_stamp(c, fault, hop, c->now);
}

/* What the item waited for, and then for the worker's host CPU. */
static void stamp_sleep(struct ctx *c, struct worker *w, u32 actor)
{
    const struct thread *t = sys_thread(c, actor);
    u16 fault = sys_vcpu(c, w->vcpu)->apf.work[w->item].fault;

    if (fault == FAULT_NONE)
        return;
    u64 waited_ps = c->now - sys_fault(c, fault)->last_ps;
    fault_stamp(c, fault, w->room ? HOP_WAIT_RECLAIM : HOP_IO_WAIT, t->since_ps);
    fault_stamp(c, fault, HOP_WAIT_WORKER, c->now);
    fault_charge_wait(c, fault, t->pick_ps + (w->room ? 0 : cost_pick_ps(c, COST_IO_IRQ)),
                      waited_ps);
}

/* Next item, or sleep until there is one. */
static void take_item(struct ctx *c, struct worker *w, u32 actor, bool woken)
{
    struct hostcpu *h = pool_of(c, actor);

    if (h->queue_count == 0) {
        w->busy = 0;
        h->running_workers--;
        h->idle_workers++;
        thread_block(c, actor);
        return;
    }
    u32 item = ring(c, h)[h->queue_head];
    h->queue_head = (h->queue_head + 1) & h->queue_mask;
    h->queue_count--;
    w->vcpu = (u16)(item >> 16);
    w->item = (u16)item;
    sys_vcpu(c, w->vcpu)->apf.work[w->item].state = WORK_RUNNING;
    u16 fault = sys_vcpu(c, w->vcpu)->apf.work[w->item].fault;
    if (fault != FAULT_NONE && woken) /* The switch to this worker is part of its wait. */
        fault_charge_wait(c, fault, sys_thread(c, actor)->pick_ps,
                          c->now - sys_fault(c, fault)->last_ps);
    stamp(c, w, HOP_WAIT_WORKER);
    enter(c, w, actor, PH_WORKER_START);
}

/* The pool may start another worker while this one sleeps. */
static void sleep_in_item(struct ctx *c, struct worker *w, u32 actor)
{
    struct hostcpu *h = pool_of(c, actor);

    w->resume = 1;
    h->running_workers--;
    thread_block(c, actor);
    pool_kick(c, h);
}

/* get_user_pages_remote with write intent, whatever the fault was. Its result is ignored. */
static void gup(struct ctx *c, struct worker *w, u32 actor)
{
    struct work *item = &sys_vcpu(c, w->vcpu)->apf.work[w->item];
    bool submitted;

    switch (mem_fault_in(c, item->gfn, true, actor, &submitted)) {
    case MEM_WAIT:
        mem_wait_page(c, item->gfn, actor);
        sleep_in_item(c, w, actor);
        break;
    case MEM_NO_ROOM:
        if (mem_can_scan(c)) {
            u64 pick_ps, ps = mem_reclaim(c, actor, &pick_ps);
            enter(c, w, actor, PH_RECLAIM);
            w->end_ps = c->now + ps;
            if (item->fault != FAULT_NONE) /* enter() has charged one page. */
                fault_charge(c, item->fault, pick_ps - cost_pick_ps(c, COST_RECLAIM));
            break;
        }
        mem_wait_room(c, actor);
        w->room = 1;
        sleep_in_item(c, w, actor);
        break;
    default:
        enter(c, w, actor, PH_WORKER_DONE);
    }
}

static void done(struct ctx *c, struct worker *w, u32 actor)
{
    struct vcpu *v = sys_vcpu(c, w->vcpu);
    bool first = v->apf.done_count == 0;

    stamp(c, w, HOP_DONE_QUEUED);
    apf_done_put(&v->apf, w->item);
    if (first) { /* The hook comes before the wake-up of the waitqueue. */
        v->kick_pick_ps = cost_pick_ps(c, COST_WORKER_KICK);
        w->phase = PH_WORKER_KICK;
        w->end_ps = c->now + cost_ps(c, COST_WORKER_KICK);
        log_put(c->log, c->now, actor, MSG_KIND_COUNT + PH_WORKER_KICK, v->id, 0);
    } else {
        vcpu_wake(c, v);
        take_item(c, w, actor, false);
    }
}

void worker_step(struct ctx *c, u32 index, const struct msg *in)
{
    struct worker *w = sys_worker(c, index);
    u32 actor = c->s->actor_worker + index;

    if (in != NULL) {
        ASSERT(in->kind == MSG_RUN);
        thread_run(c, actor);
        if (!w->resume) {
            take_item(c, w, actor, true);
            return;
        }
        w->resume = 0;
        pool_of(c, actor)->running_workers++;
        stamp_sleep(c, w, actor);
        w->room = 0;
        gup(c, w, actor);
        return;
    }
    enum phase phase = (enum phase)w->phase;
    w->end_ps = TIME_NEVER;
    switch (phase) {
    case PH_WORKER_START:
        stamp(c, w, HOP_WORKER_START);
        enter(c, w, actor, PH_WORKER_GUP);
        break;
    case PH_WORKER_GUP:
        stamp(c, w, HOP_WORKER_GUP);
        gup(c, w, actor);
        break;
    case PH_RECLAIM:
        stamp(c, w, HOP_RECLAIM);
        gup(c, w, actor);
        break;
    case PH_WORKER_DONE:
        done(c, w, actor);
        break;
    default:
        ASSERT(phase == PH_WORKER_KICK);
        c->var->host->completed(c, sys_vcpu(c, w->vcpu), true, sys_thread(c, actor)->cpu);
        vcpu_wake(c, sys_vcpu(c, w->vcpu));
        take_item(c, w, actor, false);
    }
}

u64 worker_wake_ps(const struct ctx *c, u32 index)
{
    return sys_worker(c, index)->end_ps;
}
