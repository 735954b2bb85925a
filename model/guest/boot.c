/*
 * Set-up: what each CPU of the guest does before its tasks run. Discovery and APF are the design's
 * (boot_call); around them every guest opens its interrupt controller. CPU 0 goes first and then
 * calls the others; the last one lets user space start everywhere.
 */
#include "model/system.h"

enum { GICR_ISENABLER0 = 0x10100 };

void guest_hvc(struct vcpu *v, u32 fid, u64 x1, u64 x2, u64 x3)
{
    v->regs.x[0] = fid;
    v->regs.x[1] = x1;
    v->regs.x[2] = x2;
    v->regs.x[3] = x3;
    host_call(v, SCR_HVC);
}

static void call_others(struct ctx *c, const struct vcpu *v, u32 stage)
{
    u64 ipi_ps = cost_ps(c, COST_IPI);
    u64 least_ps = msg_info[MSG_BOOT].min_ps;

    for (u32 i = 0; i < c->s->vcpu_count; i++) {
        if (i == v->id)
            continue;
        struct msg *m = outbox_put(c->out, MSG_BOOT, (u16)i,
                                   c->now + (ipi_ps > least_ps ? ipi_ps : least_ps));
        m->b = stage;
    }
}

/* Initcalls come before user space: no task runs until every CPU is set up. */
static void finish(struct ctx *c, struct vcpu *v)
{
    v->os.booted = 1;
    if (++c->s->booted == c->s->vcpu_count) {
        v->os.need_resched = 1;
        call_others(c, v, 1);
    } else if (v->id == 0) {
        call_others(c, v, 0);
    }
}

/* A cross-call of another CPU: set yourself up; or (1) a reschedule IPI: user space may start. */
void guest_boot_message(struct ctx *c, struct vcpu *v, u32 stage)
{
    if (stage == 0) {
        guest_call(v, SCR_BOOT);
        thread_wake(c, v->id);
        return;
    }
    gic_inject(&v->gic, &c->s->dist, GIC_INTID_RESCHED, true);
    vcpu_request(v, REQ_IRQ_PENDING);
    vcpu_wake(c, v);
}

/*
 * Looking for the design's function, on CPU 0: by the ladder, each step of which only uses a number
 * that the one before has certified, or by the blind call of the first postings. What each call
 * asks for is decided in cpu/smccc_probe.c; the answers come from the host. True: a call is under
 * way.
 */
static bool discover(struct ctx *c, struct vcpu *v, bool *found)
{
    struct guest_cpu *g = &v->os;
    const u32 function = c->s->smccc.vendor_function;
    struct smccc_ladder ladder;

    if (c->p->discovery == DISCOVERY_BLIND)
        smccc_probe_blindly(&c->s->smccc, &c->s->psci, function, &ladder);
    else
        smccc_discover(&c->s->smccc, &c->s->psci, function, &ladder);
    /* What the guest has been told is what its next step goes by. */
    if (g->rung != 0 && ladder.step[g->rung - 1].end == SMCCC_ANSWERED)
        ASSERT(ladder.step[g->rung - 1].result.x[0] == v->regs.x[0]);
    while (g->rung < ladder.count && ladder.step[g->rung].fid == 0)
        g->rung++; /* Firmware tables are read without a call. */
    if (g->rung == ladder.count) {
        *found = ladder.verdict == SMCCC_FOUND || ladder.verdict == SMCCC_FOOLED;
        return false;
    }
    const u32 fid = ladder.step[g->rung++].fid;
    v->conduit_smc = c->p->discovery == DISCOVERY_LADDER && c->p->conduit == SMCCC_SMC;
    guest_hvc(v, fid, fid == PSCI_FEATURES ? SMCCC_VERSION : 0, 0, 0);
    return true;
}

/* Is there anything to call? Asked once the interrupt controller is open; V_NEXT: go on. */
static enum verdict look_for_host(struct ctx *c, struct vcpu *v)
{
    bool found = c->p->hypervisor == SMCCC_KVM;

    if (v->id == 0 && c->p->discovery != DISCOVERY_KNOWN && c->s->smccc.vendor_function != 0 &&
        discover(c, v, &found))
        return V_CALL;
    v->conduit_smc = 0;
    if (found)
        return V_NEXT;
    finish(c, v); /* No KVM, no APF. */
    return vcpu_goto(v, SCR_IDLE);
}

/* boot_call 0: the interrupt controller; then the design's calls 1, 2, ... */
enum verdict act_boot(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;
    const struct variant_guest *design = c->var->guest;

    if (g->boot_call == 0) {
        icc_pmr_write(&v->gic, 0xf0);
        icc_igrpen1_write(&v->gic, 1);
        g->boot_call = 1;
        v->mmio_off = GICR_ISENABLER0;
        v->mmio_value = 1u << GIC_INTID_VTIMER;
        host_call(v, SCR_MMIO);
        return V_CALL;
    }
    if (g->boot_call == 1) {
        enum verdict how = look_for_host(c, v);
        if (how != V_NEXT)
            return how;
    }
    if (g->boot_call > 1 && design->boot_result != NULL &&
        !design->boot_result(c, v, g->boot_call - 1u)) {
        finish(c, v); /* This host offers no APF: the guest runs without it. */
        return vcpu_goto(v, SCR_IDLE);
    }
    if (design->boot_call == NULL || !design->boot_call(c, v, g->boot_call)) {
        finish(c, v);
        return vcpu_goto(v, SCR_IDLE);
    }
    g->boot_call++;
    return V_CALL;
}
