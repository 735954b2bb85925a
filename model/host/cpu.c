/*
 * Threads on host CPUs: try_to_wake_up, schedule and cond_resched as direct calls on the CPU's run
 * queue; only "the CPU is yours" (RUN) and the reschedule IPI (PREEMPT) are messages.
 */
#include "model/system.h"

void account_set(struct account *a, enum cpu_state state, u64 now_ps)
{
    /* A state that begins in the future (a batch) never ends in the past. */
    if (now_ps > a->since_ps) {
        a->spent_ps[a->state] += now_ps - a->since_ps;
        a->since_ps = now_ps;
    }
    a->state = (u8)state;
}

void thread_init(struct ctx *c)
{
    u32 thread_count = c->s->vcpu_count + c->s->worker_count;

    for (u32 i = 0; i < c->s->hostcpu_count; i++) {
        struct hostcpu *h = sys_hostcpu(c, i);
        cfs_init(&h->rq);
        h->curr = CFS_NONE;
        h->account.state = CPU_IDLE;
    }
    /* vCPU threads are pinned round-robin; load balancing between host CPUs is not modelled.
     * Inaccurate: threads never migrate. */
    for (u32 i = 0; i < thread_count; i++) {
        struct thread *t = sys_thread(c, i);
        u32 per_cpu = c->s->worker_count / c->s->hostcpu_count;
        t->cpu = (u16)(sys_is_vcpu(c, i) ? i % c->s->hostcpu_count
                                         : (i - c->s->vcpu_count) / per_cpu);
        t->state = THREAD_BLOCKED;
        /* vCPU threads have been running; kworkers have slept for long. */
        t->vruntime_ps = sys_is_vcpu(c, i) ? CFS_START_PS : 0;
    }
}

static void update_curr(struct ctx *c, struct hostcpu *h, struct thread *t)
{
    if (t->state == THREAD_RUNNING && c->now > t->exec_start_ps) {
        t->vruntime_ps += c->now - t->exec_start_ps;
        t->exec_start_ps = c->now;
    }
    cfs_advance(&h->rq, t->vruntime_ps);
}

static void dispatch(struct ctx *c, struct hostcpu *h, u32 actor, enum cost_id cost)
{
    struct thread *t = sys_thread(c, actor);
    u64 delay_ps = cost_ps(c, cost);
    struct msg *m = outbox_put(c->out, MSG_RUN, (u16)actor, c->now + (delay_ps ? delay_ps : 1));

    m->b = t->cpu;
    t->pick_ps = cost_pick_ps(c, cost);
    t->state = THREAD_DISPATCHED;
    t->need_resched = 0;
    h->curr = (u16)actor;
    account_set(&h->account, CPU_HOST, c->now);
}

enum { PREEMPT_WAKE, PREEMPT_SLICE };

/* Only a vCPU in the guest needs an interrupt; kworkers give the CPU up after each item. */
static void send_preempt(struct ctx *c, u32 actor, u64 at_ps, u32 why)
{
    struct msg *m = outbox_put(c->out, MSG_PREEMPT, (u16)actor, at_ps);

    m->b = why;
}

/* The end of the running thread's slice, seen at the next tick of the host. */
static u64 slice_end_ps(const struct ctx *c, const struct hostcpu *h, const struct thread *curr)
{
    u64 end_ps = curr->run_start_ps + cfs_slice(&c->host_cfs, h->rq.count + 1);
    u64 tick_ps = c->p->host_tick_ps;

    return (end_ps + tick_ps - 1) / tick_ps * tick_ps;
}

/* Messages are never withdrawn, so one timer serves all slices: it looks again when it arrives. */
static void arm_slice(struct ctx *c, const struct hostcpu *h, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    u64 end_ps = slice_end_ps(c, h, t);

    if (t->slice_pending || !sys_is_vcpu(c, actor))
        return;
    t->slice_pending = 1;
    send_preempt(c, actor,
                 end_ps > c->now + MSG_LOOKAHEAD_PS ? end_ps : c->now + MSG_LOOKAHEAD_PS,
                 PREEMPT_SLICE);
}

void thread_slice(struct ctx *c, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    const struct hostcpu *h = sys_hostcpu(c, t->cpu);

    t->slice_pending = 0;
    if (t->state != THREAD_RUNNING || h->rq.count == 0)
        return;
    if (slice_end_ps(c, h, t) <= c->now)
        t->need_resched = 1;
    else
        arm_slice(c, h, actor);
}

/* Runnable from now on; what it waits for is the CPU. */
static void begin_wait(struct ctx *c, u32 actor)
{
    sys_thread(c, actor)->since_ps = c->now;
    if (sys_is_vcpu(c, actor))
        account_set(&sys_vcpu(c, actor)->account, CPU_WAITING, c->now);
}

static void enqueue(struct ctx *c, struct hostcpu *h, u32 actor)
{
    struct thread *t = sys_thread(c, actor);

    t->state = THREAD_READY;
    cfs_put(&h->rq, actor, t->vruntime_ps);
}

void thread_wake(struct ctx *c, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    struct hostcpu *h = sys_hostcpu(c, t->cpu);

    if (t->state != THREAD_BLOCKED)
        return;
    if (h->curr != CFS_NONE)
        update_curr(c, h, sys_thread(c, h->curr));
    t->vruntime_ps = cfs_place(&h->rq, &c->host_cfs, t->vruntime_ps);
    begin_wait(c, actor);
    if (h->curr == CFS_NONE) {
        dispatch(c, h, actor, COST_HOST_WAKE);
        return;
    }
    struct thread *curr = sys_thread(c, h->curr);
    enqueue(c, h, actor);
    if (cfs_preempts(&c->host_cfs, curr->vruntime_ps, t->vruntime_ps)) {
        curr->need_resched = 1;
        if (sys_is_vcpu(c, h->curr) && sys_vcpu(c, h->curr)->mode == MODE_IN_GUEST) {
            u64 ipi_ps = cost_ps(c, COST_IPI);
            send_preempt(c, h->curr,
                         c->now + (ipi_ps > MSG_LOOKAHEAD_PS ? ipi_ps : MSG_LOOKAHEAD_PS),
                         PREEMPT_WAKE);
        }
    } else {
        arm_slice(c, h, h->curr);
    }
}

static void switch_to_next(struct ctx *c, struct hostcpu *h)
{
    u32 next = cfs_best(&h->rq);

    if (next == CFS_NONE) {
        h->curr = CFS_NONE;
        account_set(&h->account, CPU_IDLE, c->now);
        return;
    }
    cfs_take(&h->rq, next);
    dispatch(c, h, next, COST_HOST_SWITCH);
}

void thread_block(struct ctx *c, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    struct hostcpu *h = sys_hostcpu(c, t->cpu);

    ASSERT(h->curr == actor && t->state == THREAD_RUNNING);
    update_curr(c, h, t);
    t->state = THREAD_BLOCKED;
    switch_to_next(c, h);
}

bool thread_yield(struct ctx *c, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    struct hostcpu *h = sys_hostcpu(c, t->cpu);

    t->need_resched = 0;
    update_curr(c, h, t);
    if (h->rq.count == 0 || h->rq.vruntime_ps[0] >= t->vruntime_ps) {
        if (h->rq.count != 0) { /* It may go on for another slice. */
            t->run_start_ps = c->now;
            arm_slice(c, h, actor);
        }
        return false;
    }
    begin_wait(c, actor);
    enqueue(c, h, actor);
    switch_to_next(c, h);
    return true;
}

void thread_run(struct ctx *c, u32 actor)
{
    struct thread *t = sys_thread(c, actor);
    struct hostcpu *h = sys_hostcpu(c, t->cpu);

    ASSERT(h->curr == actor && t->state == THREAD_DISPATCHED);
    t->state = THREAD_RUNNING;
    t->exec_start_ps = t->run_start_ps = c->now;
    if (h->rq.count != 0)
        arm_slice(c, h, actor);
}

/* Completion interrupts of the store. Inaccurate: the interrupt takes no time from the thread that
 * runs on this CPU; its cost (host.io_completion) delays the waiter only. */
void hostcpu_step(struct ctx *c, u32 cpu, const struct msg *in)
{
    ASSERT(in != NULL && store_cpu(in->a) == cpu);
    (void)cpu;
    if (in->kind == MSG_FETCHED)
        mem_fetched(c, store_gfn(in->a));
    else if (in->kind == MSG_WRITTEN)
        mem_written(c, store_gfn(in->a));
    else
        ASSERT(!"a host CPU takes completions only");
}
