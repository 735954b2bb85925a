/*
 * The guest's scheduler: one CFS run queue per CPU, wake-up preemption, sleeper credit, tick. Tasks
 * stay on the CPU that the configuration gives them.
 * Inaccurate: no load balancing between the guest's CPUs.
 */
#include "model/system.h"

static void update_curr(struct ctx *c, struct guest_cpu *g)
{
    if (g->curr == TASK_NONE) {
        cfs_advance(&g->rq, TIME_NEVER);
        return;
    }
    struct task *t = sys_task(c, g->curr);
    if (c->now > t->exec_start_ps) {
        t->vruntime_ps += c->now - t->exec_start_ps;
        t->exec_start_ps = c->now;
    }
    cfs_advance(&g->rq, t->vruntime_ps);
}

void guest_init(struct ctx *c)
{
    for (u32 i = 0; i < c->s->vcpu_count; i++) {
        struct guest_cpu *g = &sys_vcpu(c, i)->os;
        cfs_init(&g->rq);
        g->curr = TASK_NONE;
        g->tick_ps = TIME_NEVER;
        for (u32 k = 0; k < APF_TABLE_MAX; k++)
            g->table[k].task = TASK_NONE;
    }
    for (u32 i = 0; i < c->s->task_count; i++) {
        struct task *t = sys_task(c, i);
        t->asid = (u16)(i + 1);
        t->fault = FAULT_NONE;
        t->ended_ps = TIME_NEVER;
        t->state = TASK_RUNNABLE;
        t->vruntime_ps = CFS_START_PS;
        cfs_put(&sys_vcpu(c, c->p->task[i].vcpu)->os.rq, i, CFS_START_PS);
    }
}

void guest_task_wake(struct ctx *c, struct vcpu *v, u32 task)
{
    struct guest_cpu *g = &v->os;
    struct task *t = sys_task(c, task);

    if (t->state != TASK_WAITING)
        return; /* It has not gone to sleep yet: the flag it looks at is clear. */
    update_curr(c, g);
    t->state = TASK_RUNNABLE;
    t->vruntime_ps = cfs_place(&g->rq, &c->guest_cfs, t->vruntime_ps);
    cfs_put(&g->rq, task, t->vruntime_ps);
    if (g->curr == TASK_NONE ||
        cfs_preempts(&c->guest_cfs, sys_task(c, g->curr)->vruntime_ps, t->vruntime_ps))
        g->need_resched = 1;
}

/* schedule(): the running task gives the CPU up; it is runnable again, waits, or is done. */
void guest_task_stop(struct ctx *c, struct vcpu *v, enum task_state state)
{
    struct guest_cpu *g = &v->os;

    update_curr(c, g);
    struct task *t = sys_task(c, g->curr);
    t->state = (u8)state;
    if (state == TASK_RUNNABLE)
        cfs_put(&g->rq, g->curr, t->vruntime_ps);
    if (v->cur_fault != FAULT_NONE && t->fault != v->cur_fault) {
        /* A synchronous fault whose access has not been repeated yet goes with its task. */
        if (t->fault == FAULT_NONE && (sys_fault(c, v->cur_fault)->flags & FAULT_COUNTED)) {
            t->fault = v->cur_fault;
            sys_fault(c, v->cur_fault)->owner = OWNER_TASK;
        } else {
            fault_close(c, v->cur_fault, c->now);
        }
    }
    g->curr = TASK_NONE;
    v->cur_fault = FAULT_NONE;
}

void guest_pick_next(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;
    u32 next = cfs_best(&g->rq);

    g->need_resched = 0;
    g->switches++;
    if (next == CFS_NONE)
        return;
    cfs_take(&g->rq, next);
    struct task *t = sys_task(c, next);
    g->curr = (u16)next;
    t->state = TASK_RUNNING;
    t->exec_start_ps = c->now;
    v->mmu.ttbr0_el1 = t->pgd_ipa | (u64)t->asid << 48;
    mmu_regs_prepare(&v->mmu);
    if (t->fault != FAULT_NONE && sys_fault(c, t->fault)->owner == OWNER_TASK)
        v->cur_fault = t->fault;
}

/* scheduler_tick: the slice is over and somebody waits. */
void guest_tick(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    g->ticks++;
    update_curr(c, g);
    if (g->curr == TASK_NONE || g->rq.count == 0)
        return;
    const struct task *t = sys_task(c, g->curr);
    u64 least_ps = g->rq.vruntime_ps[0];
    u64 slice_ps = cfs_slice(&c->guest_cfs, g->rq.count + 1);
    if (t->vruntime_ps > least_ps && t->vruntime_ps - least_ps > slice_ps / 2)
        g->need_resched = 1;
}
