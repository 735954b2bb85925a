/*
 * The vCPU thread's run loop: requests, entry, and the exits that are no faults.
 */
#include "model/system.h"

/* The world switch out is over: an IPI is no longer needed to stop this vCPU. */
enum verdict act_exit_done(struct ctx *c, struct vcpu *v)
{
    v->mode = MODE_OUTSIDE;
    if (UNLIKELY(gic_sync(&v->gic, &c->s->dist))) {
        const struct gic_vm vm = vgic_vm(c);
        gic_migrate(&vm, v->id); /* An SPI on its list is for another vCPU by now. */
    }
    c->s->stats.exits++;
    return V_NEXT;
}

/* cond_resched() before the requests are looked at. */
enum verdict act_loop_top(struct ctx *c, struct vcpu *v)
{
    if (sys_thread(c, v->id)->need_resched && thread_yield(c, v->id)) {
        v->running = 0;
        return V_STOP;
    }
    v->request_index = 0;
    v->kick_left_out = 0;
    return V_NEXT;
}

/* check_vcpu_requests: one pass in the order of the design; each bit is tested and cleared. */
enum verdict act_requests(struct ctx *c, struct vcpu *v)
{
    const struct request_rule *rule = c->var->host->request;

    while (rule[v->request_index].request != 0) {
        const struct request_rule *r = &rule[v->request_index++];
        if ((v->requests & r->request) == 0)
            continue;
        v->requests &= ~r->request;
        if (r->script != SCR_COUNT) {
            host_call(v, (enum script_id)r->script);
            return V_CALL;
        }
    }
    return V_NEXT;
}

static void flush_timer(struct ctx *c, struct vcpu *v)
{
    if (!v->timer_line && v->os.tick_ps <= c->now) {
        v->timer_line = 1;
        gic_inject(&v->gic, &c->s->dist, GIC_INTID_VTIMER, true);
    }
}

/*
 * mode := IN_GUEST_MODE, then the requests once more: one that came between the check and here had
 * no IPI (the mode was OUTSIDE), so the entry is given up; unless only those are pending that the
 * design lets pass (v4: ASYNC_PF, which loses a kick in just that window).
 */
enum verdict act_enter(struct ctx *c, struct vcpu *v)
{
    u32 blocking = v->requests & ~c->var->host->entry_ignores;

    if (blocking != 0 || sys_thread(c, v->id)->need_resched) {
        c->s->stats.entries_given_up += blocking != 0;
        return vcpu_jump(v, 0);
    }
    flush_timer(c, v);
    gic_flush(&v->gic, &c->s->dist);
    v->mode = MODE_IN_GUEST;
    v->lead_ps += cost_ps(c, COST_ENTER);
    vcpu_charge(c, v, cost_pick_ps(c, COST_ENTER));
    c->s->stats.lost_kicks += v->requests != 0 && v->kick_left_out;
    v->hdepth = 0;
    guest_resume(c, v);
    return V_DONE;
}

enum verdict act_timer_exit(struct ctx *c, struct vcpu *v)
{
    act_exit_done(c, v);
    flush_timer(c, v);
    return V_NEXT;
}

/* Trapped WFI: sleep until there is something that ends it, and look again after each wake-up. */
enum verdict act_wfi(struct ctx *c, struct vcpu *v)
{
    if (v->mode != MODE_OUTSIDE)
        act_exit_done(c, v);
    else if (!vcpu_wait_over(c, v))
        c->s->stats.wakeups_in_vain++;
    if (vcpu_wait_over(c, v))
        return V_RET;
    return vcpu_sleep(c, v, BLOCK_WFI);
}

enum verdict act_mmio(struct ctx *c, struct vcpu *v)
{
    act_exit_done(c, v);
    gicr_write(&v->gic, &c->s->dist, v->mmio_off, 4, v->mmio_value);
    return V_RET;
}

static void send_sgi(void *arg, u32 cpu, u32 intid)
{
    struct vcpu *v = arg;

    /* Tasks do not move between CPUs, so the guest sends SGIs to itself only. */
    ASSERT(cpu == v->id);
    v->mmio_off = intid;
}

/* Trapped ICC_SGI1R_EL1 write. */
enum verdict act_sgi(struct ctx *c, struct vcpu *v)
{
    act_exit_done(c, v);
    icc_sgi1r_targets(v->mmio_value, v->id, c->s->vcpu_count, send_sgi, v);
    gic_inject(&v->gic, &c->s->dist, v->mmio_off, true);
    vcpu_request(v, REQ_IRQ_PENDING);
    return V_RET;
}
