/*
 * one-ppi (2026) in the host: one level PPI for both directions, no SDEI. Defects that a reading
 * of the tree suspects are kept and marked "As found:".
 */
#include "model/system.h"

static bool is_enabled(const struct vcpu *v)
{
    return (v->apf.control & APF_ENABLED) != 0;
}

/* Gate G1, before any page lookup. PSTATE.I, the PPI's enable and priority are not looked at. */
static enum fault_kind gate_flags(const struct vcpu *v)
{
    const struct apf_host *a = &v->apf;

    if (v->abort.is_perm)
        return FAULT_SYNC_PERM;
    if (!is_enabled(v))
        return FAULT_SYNC_DISABLED;
    if (v->abort.el != 0)
        return FAULT_SYNC_EL1;
    if (a->pnp_pending)
        return FAULT_SYNC_PNP;
    if (a->ready_pending)
        return FAULT_SYNC_READY;
    return FAULT_ASYNC;
}

/* Gate G2, the mailbox part; the flags are looked at before it. Disabled: open. */
static bool gate_ready(struct ctx *c, struct vcpu *v)
{
    return !is_enabled(v) || (apf_mailbox_reason(c, v) == 0 && apf_mailbox_token(c, v) == 0);
}

/* M2; closed: the blocking lookup of M4, which does not look at the hash. */
static enum verdict act_gate(struct ctx *c, struct vcpu *v)
{
    enum verdict how;

    enum fault_kind why = gate_flags(v);
    if (why == FAULT_ASYNC) { /* Only now is the mailbox looked at. */
        if (!mailbox_or_sleep(c, v, &how))
            return how;
        if (apf_mailbox_reason(c, v) == 0 && apf_mailbox_token(c, v) == 0)
            return V_NEXT;
        why = FAULT_SYNC_MAILBOX;
    }
    v->abort.why = (u8)why; /* Counted only if the page is away. */
    return vcpu_goto(v, SCR_FAULT_BLOCKING);
}

static enum verdict act_dedupe(struct ctx *c, struct vcpu *v)
{
    if (!apf_gfn_find(&v->apf, c->p->slots, v->abort.gfn))
        return V_NEXT;
    c->s->stats.halts++;
    vcpu_request(v, REQ_ASYNC_PF_HALT);
    return V_RET;
}

/* M3. The token is used up even if the set-up is refused; 20 bits count, zero is skipped. */
static enum verdict act_token(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    if ((a->id << 12) == 0)
        a->id = 1;
    v->subject_b = a->id++ << 12 | v->id;
    if (a->queued >= c->p->slots)
        return abort_sync(c, v, FAULT_SYNC_SLOTS);
    abort_count(c, v, FAULT_ASYNC);
    return act_work_alloc(c, v);
}

static enum verdict act_mailbox(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    enum verdict how;

    if (!mailbox_or_sleep(c, v, &how))
        return how;
    apf_gfn_insert(a, c->p->slots, v->abort.gfn);
    apf_mailbox_write(c, v, APF_REASON_NOT_PRESENT, v->subject_b);
    a->pnp_pending = 1;
    return V_NEXT;
}

/* 9: raised while the vCPU is out, so that it is pending at the next entry. */
static enum verdict act_pnp(struct ctx *c, struct vcpu *v)
{
    gic_inject(&v->gic, &c->s->dist, v->apf.irq, true);
    vcpu_request(v, REQ_IRQ_PENDING);
    v->pnp_fault = v->cur_fault;
    sys_fault(c, v->cur_fault)->guest_last_ps = c->now;
    return V_NEXT;
}

/* Ends the halt, if there is one (kvm_arch's unhalt). */
static void unhalt(struct ctx *c, struct vcpu *v)
{
    v->requests &= ~(u32)REQ_ASYNC_PF_HALT;
    if (v->apf.halted) {
        v->apf.halted = 0;
        vcpu_wake(c, v);
    }
}

/* 22, 23. As found: a closed gate re-raises nothing; only the next ACK looks again. */
static enum verdict act_dequeue(struct ctx *c, struct vcpu *v)
{
    enum verdict how;

    if (v->apf.done_count == 0)
        return V_RET;
    bool flags_close = is_enabled(v) && (v->apf.pnp_pending || v->apf.ready_pending);
    if (!flags_close && !mailbox_or_sleep(c, v, &how))
        return how;
    if (flags_close || !gate_ready(c, v)) {
        dequeue_refused(c, v);
        return V_RET;
    }
    struct work *w = apf_done_head(&v->apf);
    apf_done_pop(&v->apf);
    unhalt(c, v);
    dequeue_begin(c, v, w);
    return V_NEXT;
}

/* 24. */
static enum verdict act_present(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    struct work *w = &a->work[v->item];
    enum verdict how;

    if (!mailbox_or_sleep(c, v, &how))
        return how;
    if (!w->wakeup_all) {
        apf_gfn_delete(a, c->p->slots, w->gfn);
        if (!w->pnp_injected) { /* The guest was never told: swallowed. */
            u16 fault = v->item_fault;
            dequeue_end(c, v);
            if (fault != FAULT_NONE)
                fault_to_task(c, v, fault);
            return a->done_count != 0 ? vcpu_jump(v, 0) : V_RET;
        }
    }
    apf_mailbox_write(c, v, APF_REASON_READY, w->wakeup_all ? APF_TOKEN_ALL : w->token);
    return V_NEXT;
}

static enum verdict act_ppi(struct ctx *c, struct vcpu *v)
{
    gic_inject(&v->gic, &c->s->dist, v->apf.irq, true);
    vcpu_request(v, REQ_IRQ_PENDING);
    v->apf.ready_pending = 1;
    v->ready_fault = v->item_fault;
    dequeue_end(c, v);
    return V_RET; /* G2 is closed again. */
}

/*
 * The halt request: sleep until a completion (or any other request). Interrupts of the guest do
 * not end it: they wake the thread, which goes back to sleep.
 */
static enum verdict act_halt(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    if (v->block_ps == 0) { /* This pass begins; after a wake-up it goes on. */
        a->halted = 1;
        v->block_ps = c->now;
    }
    if (a->done_count != 0)
        unhalt(c, v);
    if (a->halted && v->requests == 0)
        return vcpu_sleep(c, v, BLOCK_HALT);
    c->s->stats.halt_ps += c->now - v->block_ps;
    v->block_ps = 0;
    if (a->halted)
        vcpu_request(v, REQ_ASYNC_PF_HALT);
    return V_RET;
}

/* W: request, barrier, kick unless a READY is out; unhalt whatever page it was. */
static void completed(struct ctx *c, struct vcpu *v, bool first, u32 cpu)
{
    if (!first)
        return;
    vcpu_request(v, REQ_ASYNC_PF);
    unhalt(c, v);
    if (!v->apf.ready_pending)
        vcpu_kick(c, v, cpu);
}

static void reset_state(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    apf_clear_queue(c, v);
    unhalt(c, v);
    apf_gfn_reset(a);
    a->control = 0;
    a->id = 0;
    a->pnp_pending = 0;
    a->ready_pending = 0;
    gic_inject(&v->gic, &c->s->dist, a->irq, false);
}

static s64 enable(struct ctx *c, struct vcpu *v, u64 word)
{
    struct apf_host *a = &v->apf;

    if ((word & 0x3e) != 0 || (word != 0 && (word & APF_ENABLED) == 0))
        return SMCCC_INVALID_PARAMETER;
    if (word == a->control)
        return SMCCC_NOT_REQUIRED;
    if (word == 0) {
        reset_state(c, v);
        apf_mailbox_clear(c, v);
        return SMCCC_SUCCESS;
    }
    if (!apf_mailbox_set(c, v, word & APF_GPA_MASK))
        return SMCCC_NOT_SUPPORTED;
    reset_state(c, v);
    a->control = word;
    apf_mailbox_clear(c, v);
    apf_wakeup_all(c, v);
    return SMCCC_SUCCESS;
}

/* Sub-function in w1; the upper halves of x2 and x3 are dropped. */
static enum verdict call(struct ctx *c, struct vcpu *v)
{
    const u64 *x = v->regs.x;

    switch ((u32)x[1]) {
    case APF_ONE_VERSION:
        hvc_return(v, SMCCC_SUCCESS, APF_VERSION_1_0_0, 0, 0);
        break;
    case APF_ONE_SLOTS:
        hvc_return(v, SMCCC_SUCCESS, c->p->slots, 0, 0);
        break;
    case APF_ONE_IRQ:
        hvc_return(v, SMCCC_SUCCESS, v->apf.irq, 0, 0);
        break;
    case APF_ONE_ENABLE:
        hvc_return(v, enable(c, v, (u64)(u32)x[3] << 32 | (u32)x[2]), 0, 0, 0);
        break;
    case APF_ONE_IRQ_ACK:
        return vcpu_goto(v, SCR_ACK);
    default:
        hvc_return(v, SMCCC_NOT_SUPPORTED, 0, 0, 0);
    }
    return V_RET;
}

/* A1, A2: clear the flag, line low, look at the done list. A3, a spurious ACK: line low only. */
static enum verdict act_ack(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    bool expected = a->pnp_pending || a->ready_pending;

    hvc_return(v, SMCCC_SUCCESS, 0, 0, 0);
    if (a->pnp_pending)
        a->pnp_pending = 0;
    else
        a->ready_pending = 0;
    gic_inject(&v->gic, &c->s->dist, a->irq, false);
    return expected && a->done_count != 0 ? vcpu_goto(v, SCR_DEQUEUE) : V_RET;
}

/* clang-format off */
static const struct row fault_rows[] = {
    { PH_VMA,         NULL },
    { PH_GATE,        act_gate },
    { PH_LOOKUP,      act_lookup },
    { PH_SUBMIT,      NULL },
    { PH_DEDUPE,      act_dedupe },
    { PH_WORK_ALLOC,  act_token },
    { PH_MBOX_PNP,    act_mailbox },
    { PH_PPI_PNP,     act_pnp },
    { PH_WORK_QUEUED, act_work_queue },
    { PH_END,         NULL },
};

static const struct row dequeue_rows[] = {
    { PH_DEQUEUE,    act_dequeue },
    { PH_MBOX_READY, act_present },
    { PH_PPI_READY,  act_ppi },
    { PH_END,        NULL },
};

static const struct row halt_rows[] = {
    { PH_HALT, act_halt },
    { PH_END,  NULL },
};

static const struct row ack_rows[] = {
    { PH_ACK, act_ack },
    { PH_END, NULL },
};

const struct variant_host one_ppi_host = {
    .script = {
        [SCR_FAULT]   = fault_rows,
        [SCR_DEQUEUE] = dequeue_rows,
        [SCR_HALT]    = halt_rows,
        [SCR_ACK]     = ack_rows,
    },
    .request = {
        { REQ_ASYNC_PF_HALT, SCR_HALT },
        { REQ_IRQ_PENDING,   SCR_COUNT },
        { REQ_ASYNC_PF,      SCR_DEQUEUE },
    },
    .entry_ignores = 0,
    .fid = APF_FID_ONE_PPI,
    .call = call,
    .completed = completed,
    /* As found: runnable() does not look at the done list, so a READY is not seen in WFI. */
    .runnable = NULL,
    .has_sdei = false,
};
/* clang-format on */
