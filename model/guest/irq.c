/*
 * The guest kernel around an interrupt: IAR, dispatch, EOI, the way out, the tick; switching tasks
 * and idling.
 */
#include "model/system.h"

/* The IRQ was taken from EL0 if its frame is the outermost one. */
static bool from_user(const struct vcpu *v)
{
    return v->gdepth == 1;
}

enum verdict act_iar(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    g->intid = icc_iar1_read(&v->gic);
    v->had_maint = 0;
    if (v->pnp_fault != FAULT_NONE) /* one-ppi: the interrupt is the notification itself. */
        fault_stamp_guest(c, v->pnp_fault, g->intid == g->irq ? HOP_G_ENTRY : HOP_G_IRQ, c->now);
    if (g->intid == GIC_SPURIOUS) {
        c->s->stats.spurious_irqs++;
        return vcpu_jump(v, 2);
    }
    if (g->intid == GIC_INTID_VTIMER) {
        guest_call(v, SCR_TICK);
        return V_CALLN;
    }
    if (g->intid == g->irq && c->var->guest->script[SCR_APF_IRQ] != NULL) {
        if (v->ready_fault != FAULT_NONE)
            fault_stamp(c, v->ready_fault, HOP_PPI_ENTRY, c->now);
        v->handling = v->ready_fault;
        v->ready_fault = FAULT_NONE;
        guest_call(v, SCR_APF_IRQ);
        return V_CALLN;
    }
    g->need_resched |= g->intid == GIC_INTID_RESCHED;
    return V_NEXT;
}

/* EOI and priority drop. The end of a level interrupt without hardware behind it traps. */
enum verdict act_eoi(struct ctx *c, struct vcpu *v)
{
    if (!icc_eoir1_write(&v->gic, v->os.intid))
        return V_NEXT;
    v->had_maint = 1;
    c->s->stats.maintenance_exits++;
    host_call(v, SCR_MAINT);
    return V_CALLN;
}

enum verdict act_irq_exit(struct ctx *c, struct vcpu *v)
{
    if (v->had_maint && v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_MAINT, c->now);
    if (v->handling != FAULT_NONE) {
        u16 fault = v->handling;
        fault_stamp(c, fault, HOP_EOI_MAINT, c->now);
        v->handling = FAULT_NONE;
        fault_to_task(c, v, fault);
    }
    v->had_maint = 0;
    if (from_user(v))
        return vcpu_goto(v, SCR_EXIT_USER);
    cpu_eret(&v->regs, 1);
    return V_RET;
}

/* The virtual timer has fired: lower its line, arm the next tick. */
enum verdict act_tick(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;
    u64 period_ps = c->p->tick_ps;

    v->timer_line = 0;
    gic_inject(&v->gic, &c->s->dist, GIC_INTID_VTIMER, false);
    if (g->tick_ps != TIME_NEVER)
        g->tick_ps += (c->now - g->tick_ps) / period_ps * period_ps + period_ps;
    guest_tick(c, v);
    return V_RET;
}

/* Exit to user without APF work: the designs put their own in front or behind. */
enum verdict act_exit_plain(struct ctx *c, struct vcpu *v)
{
    (void)c;
    if (v->os.need_resched)
        return vcpu_goto(v, SCR_SCHEDULE);
    return V_NEXT;
}

enum verdict act_eret(struct ctx *c, struct vcpu *v)
{
    const struct task *t = sys_task(c, v->os.curr);

    v->regs.elr_el1 = t->user_pc;
    v->regs.spsr_el1 = t->user_pstate;
    cpu_eret(&v->regs, 1);
    return V_RET;
}

/* schedule() has run; the caller has decided what becomes of the task that ran before. */
enum verdict act_switch(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (v->pnp_fault != FAULT_NONE) { /* The task that was told is off the CPU. */
        fault_close_guest(c, v->pnp_fault, c->now);
        v->pnp_fault = FAULT_NONE;
    }
    if (g->curr != TASK_NONE)
        guest_task_stop(c, v, TASK_RUNNABLE);
    guest_pick_next(c, v);
    if (g->curr == TASK_NONE)
        return vcpu_goto(v, SCR_IDLE);
    if (v->cur_fault != FAULT_NONE) {
        fault_stamp(c, v->cur_fault, HOP_WAIT_RUNQ, v->begin_ps);
        fault_stamp(c, v->cur_fault, HOP_SWITCH_IN, c->now);
        fault_charge(c, v->cur_fault, c->phase_pick_ps[PH_SWITCH]);
    }
    if (g->tick_stopped || g->tick_ps == TIME_NEVER) {
        g->tick_stopped = 0;
        g->tick_ps = (c->now / c->p->tick_ps + 1) * c->p->tick_ps;
    }
    return vcpu_goto(v, SCR_EXIT_USER);
}

/* Nothing to run: WFI (which KVM traps), or poll with interrupts on. */
enum verdict act_idle(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (g->need_resched)
        return vcpu_goto(v, SCR_SCHEDULE);
    if (c->p->nohz_idle && g->tick_ps != TIME_NEVER) {
        g->tick_ps = TIME_NEVER;
        g->tick_stopped = 1;
    }
    if (c->p->idle == IDLE_POLL)
        return vcpu_jump(v, 2);
    host_call(v, SCR_WFI);
    return V_CALLN;
}

/* Behind the WFI interrupts are unmasked: take what is pending. */
enum verdict act_idle_irq(struct ctx *c, struct vcpu *v)
{
    (void)c;
    if (gic_irq_asserted(&v->gic)) {
        cpu_take_exception(&v->regs, 1, CPU_IRQ, 0, 0, 0);
        guest_call(v, SCR_IRQ);
        return V_CALL;
    }
    return vcpu_jump(v, 0);
}

enum verdict act_idle_out(struct ctx *c, struct vcpu *v)
{
    (void)c;
    return vcpu_jump(v, 0);
}
