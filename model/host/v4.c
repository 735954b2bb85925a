/*
 * The posted v4 series (2021-08-15) in the host: PNP is an SDEI event, READY a level PPI, one
 * mailbox for both. Sources: [PATCH v4 07/15], [PATCH v4 08/15], [PATCH v4 09/15]. Its known
 * defects are kept and marked "Posted:".
 */
#include "model/system.h"

static bool is_enabled(const struct vcpu *v)
{
    return (v->apf.control & APF_ENABLED) != 0;
}

/* kvm_arch_async_not_present_allowed, in its order; FAULT_ASYNC: allowed. Not looked at: whether
 * SDEI is masked or the event registered, PSTATE.I, pageready_pending. */
static enum fault_kind gate_flags(const struct vcpu *v)
{
    if (!is_enabled(v))
        return FAULT_SYNC_DISABLED;
    if (v->apf.send_user_only && v->abort.el != 0)
        return FAULT_SYNC_EL1;
    if (sdei_is_running(&v->sdei))
        return FAULT_SYNC_RUNNING;
    return FAULT_ASYNC;
}

/* F2, F3: the gate comes before the hash. */
static enum verdict act_gate(struct ctx *c, struct vcpu *v)
{
    enum verdict how;

    enum fault_kind why = gate_flags(v);
    if (why == FAULT_ASYNC) { /* Only now is the mailbox looked at. */
        if (!mailbox_or_sleep(c, v, &how))
            return how;
        if (apf_mailbox_reason(c, v) != 0 || apf_mailbox_token(c, v) != 0)
            why = FAULT_SYNC_MAILBOX;
    }
    if (why != FAULT_ASYNC)
        return abort_sync(c, v, why);
    if (apf_gfn_find(&v->apf, c->p->slots, v->abort.gfn)) {
        c->s->stats.refault_spin++;
        return V_RET; /* "Handled": the guest faults again until the page is mapped. */
    }
    return V_NEXT;
}

/* F4. Posted: the token is taken before the limit is tested, the counter starts at 0. */
static enum verdict act_token(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    v->subject_b = (u32)(u16)a->id << 12 | v->id;
    a->id = (u16)(a->id + 1);
    if (a->queued >= c->p->slots)
        return abort_sync(c, v, FAULT_SYNC_SLOTS);
    abort_count(c, v, FAULT_ASYNC);
    enum verdict r = act_work_alloc(c, v);
    apf_gfn_insert(a, c->p->slots, v->abort.gfn);
    return r;
}

static enum verdict act_mailbox(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    enum verdict how;

    if (!mailbox_or_sleep(c, v, &how))
        return how;
    apf_mailbox_write(c, v, APF_REASON_NOT_PRESENT, v->subject_b);
    a->pnp_pending = 1;
    a->pnp_token = v->subject_b;
    return V_NEXT;
}

/* 7. Posted: nobody looks at the result; a refused event leaves mailbox and flag set. */
static enum verdict act_inject(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    int r = sdei_inject(&c->s->sdei, &v->sdei, v->id, (u32)a->sdei_event, true);

    a->work[v->item].pnp_injected = r >= 0;
    if (r >= 0) {
        if (r == 0)
            vcpu_request(v, REQ_SDEI);
        v->pnp_fault = v->cur_fault;
        sys_fault(c, v->cur_fault)->guest_last_ps = c->now;
    } else {
        c->s->stats.failed_pnp++;
        sys_fault(c, v->cur_fault)->flags |= FAULT_UNTOLD;
    }
    return V_NEXT;
}

/* 9: the notifier clears notpresent_pending when the event is delivered. */
static enum verdict act_deliver(struct ctx *c, struct vcpu *v)
{
    struct sdei_regs regs;
    u32 num;

    for (u32 i = 0; i < 18; i++)
        regs.x[i] = v->regs.x[i];
    regs.pc = v->regs.pc;
    regs.pstate = v->regs.pstate;
    if (!sdei_deliver(&c->s->sdei, &v->sdei, v->id, &regs, &v->regs.spsr_el1, &num)) {
        if (sdei_is_hung(&v->sdei))
            sys_fail(c, SYS_STUCK, "the host of vcpu%u looks for an event for ever", v->id);
        return V_RET;
    }
    for (u32 i = 0; i < 18; i++)
        v->regs.x[i] = regs.x[i];
    v->regs.pc = regs.pc;
    v->regs.pstate = regs.pstate;
    if (num == v->apf.sdei_event) {
        v->apf.pnp_pending = 0;
        v->apf.pnp_token = 0;
    }
    guest_call(v, SCR_PNP);
    return V_RET;
}

/* CAN_DEQUEUE. Posted: only the head of the done list is compared with the undelivered PNP. */
static bool can_dequeue(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;

    if (!is_enabled(v))
        return true;
    u32 reason = apf_mailbox_reason(c, v), token = apf_mailbox_token(c, v);
    if (a->pnp_pending) {
        const struct work *head = apf_done_head(a);
        if (reason == APF_REASON_NOT_PRESENT && head->token == a->pnp_token &&
            token == a->pnp_token) {
            vcpu_request(v, REQ_ASYNC_PF);
            return true;
        }
    }
    return reason == 0 && token == 0;
}

/* 22. A closed gate re-arms its own request. */
static enum verdict act_dequeue(struct ctx *c, struct vcpu *v)
{
    enum verdict how;

    if (v->apf.done_count == 0)
        return V_RET;
    bool flags_close = is_enabled(v) && v->apf.ready_pending;
    if (!flags_close && !mailbox_or_sleep(c, v, &how))
        return how;
    if (flags_close || !can_dequeue(c, v)) {
        vcpu_request(v, REQ_ASYNC_PF);
        dequeue_refused(c, v);
        return V_RET;
    }
    struct work *w = apf_done_head(&v->apf);
    apf_done_pop(&v->apf);
    dequeue_begin(c, v, w);
    return w->wakeup_all ? vcpu_jump(v, 2) : V_NEXT;
}

/*
 * 23: the fault is replayed (prefault), so the guest finds the page mapped. If the page has been
 * evicted again the replay sleeps, and all of the guest's tasks with it. Posted: read or write is
 * taken from the live ESR of the last exit, not from the saved one; the host PTE is writable by
 * then, so the entry is writable in both cases, and exec does not matter on a CPU with DIC.
 */
static enum verdict act_replay(struct ctx *c, struct vcpu *v)
{
    const struct work *w = &v->apf.work[v->item];
    enum verdict how;

    if (!mem_is_present(c, w->gfn))
        c->s->stats.replay_sleeps++;
    if (!page_or_sleep(c, v, w->gfn, false, &how))
        return how;
    bool write = (page_get(c, w->gfn)->flags & PAGE_HOST_WRITE) != 0;
    s2_map(c, w->gfn, write, w->exec);
    if (write)
        page_get(c, w->gfn)->flags |= PAGE_DIRTY;
    if (v->item_fault != FAULT_NONE && c->now > sys_fault(c, v->item_fault)->last_ps)
        fault_stamp(c, v->item_fault, HOP_REPLAY_WAIT, c->now);
    apf_gfn_delete(&v->apf, c->p->slots, w->gfn);
    return v->apf.pnp_pending && v->apf.pnp_token == w->token ? vcpu_jump(v, 4) : V_NEXT;
}

/* 24'. A PNP that has not been delivered is withdrawn with its page: nothing reaches the guest.
 * Posted: if there was nothing to withdraw, a READY goes out for a token nobody has seen. */
static enum verdict act_cancel(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    u16 fault = v->item_fault;
    enum verdict how;

    if (!mailbox_or_sleep(c, v, &how))
        return how;
    if (sdei_cancel(&c->s->sdei, &v->sdei, (u32)a->sdei_event) != 0)
        return vcpu_jump(v, 2);
    a->pnp_pending = 0;
    a->pnp_token = 0;
    apf_mailbox_clear(c, v);
    c->s->stats.cancelled++;
    if (v->pnp_fault == fault)
        v->pnp_fault = FAULT_NONE;
    sys_fault(c, fault)->flags |= FAULT_CANCELLED;
    dequeue_end(c, v);
    fault_to_task(c, v, fault);
    return a->done_count != 0 ? vcpu_jump(v, 0) : V_RET;
}

/* 24. */
static enum verdict act_present(struct ctx *c, struct vcpu *v)
{
    struct apf_host *a = &v->apf;
    struct work *w = &a->work[v->item];
    enum verdict how;

    if (!mailbox_or_sleep(c, v, &how))
        return how;
    apf_mailbox_write(c, v, APF_REASON_READY, w->wakeup_all ? APF_TOKEN_ALL : w->token);
    a->ready_pending = 1;
    return V_NEXT;
}

/* 25. */
static enum verdict act_ppi(struct ctx *c, struct vcpu *v)
{
    gic_inject(&v->gic, &c->s->dist, v->apf.irq, true);
    vcpu_request(v, REQ_IRQ_PENDING);
    v->ready_fault = v->item_fault;
    dequeue_end(c, v);
    return v->apf.done_count != 0 ? vcpu_jump(v, 0) : V_RET;
}

/* W, the "queued" hook: request, and a kick unless a READY is out. */
static void completed(struct ctx *c, struct vcpu *v, bool first, u32 cpu)
{
    if (!first)
        return;
    vcpu_request(v, REQ_ASYNC_PF);
    if (!v->apf.ready_pending)
        vcpu_kick(c, v, cpu);
}

/* kvm_arch_vcpu_runnable: WFI never blocks while a READY is not acknowledged. */
static bool runnable(const struct ctx *c, const struct vcpu *v)
{
    (void)c;
    return is_enabled(v) &&
           (v->apf.done_count != 0 || v->apf.pnp_pending || v->apf.ready_pending);
}

static s64 enable(struct ctx *c, struct vcpu *v, u64 data)
{
    struct apf_host *a = &v->apf;

    if ((data & APF_ENABLED) == (a->control & APF_ENABLED))
        return SMCCC_NOT_REQUIRED;
    if ((data & APF_ENABLED) == 0) {
        apf_clear_queue(c, v);
        a->control = data;
        return SMCCC_SUCCESS;
    }
    if (a->sdei_event == 0 || a->irq == 0)
        return SMCCC_INVALID_PARAMETER;
    if (!sdei_is_apf_event(&c->s->sdei.spec, a->sdei_event))
        return SMCCC_NOT_SUPPORTED; /* The notifier cannot be registered. */
    if (!apf_mailbox_set(c, v, data & APF_GPA_MASK))
        return SMCCC_NOT_SUPPORTED;
    apf_gfn_reset(a);
    a->send_user_only = (data & APF_SEND_ALWAYS) == 0;
    apf_wakeup_all(c, v);
    a->control = data;
    return SMCCC_SUCCESS;
}

/* The vendor hypercall; sub-function in w1. */
static enum verdict call(struct ctx *c, struct vcpu *v)
{
    const u64 *x = v->regs.x;

    switch ((u32)x[1]) {
    case APF_V4_VERSION:
        hvc_return(v, SMCCC_SUCCESS, APF_VERSION_1_0_0, 0, 0);
        break;
    case APF_V4_SLOTS:
        hvc_return(v, SMCCC_SUCCESS, c->p->slots, 0, 0);
        break;
    case APF_V4_SDEI:
        hvc_return(v, SMCCC_SUCCESS, v->apf.sdei_event, 0, 0);
        break;
    case APF_V4_IRQ:
        hvc_return(v, SMCCC_SUCCESS, v->apf.irq, 0, 0);
        break;
    case APF_V4_ENABLE:
        hvc_return(v, enable(c, v, x[3] << 32 | x[2]), 0, 0, 0);
        break;
    case APF_V4_IRQ_ACK:
        return vcpu_goto(v, SCR_ACK);
    default:
        hvc_return(v, SMCCC_NOT_SUPPORTED, 0, 0, 0);
    }
    return V_RET;
}

/* 29: level low, flag cleared, and the next READY may be posted at once. */
static enum verdict act_ack(struct ctx *c, struct vcpu *v)
{
    hvc_return(v, SMCCC_SUCCESS, 0, 0, 0);
    if (!v->apf.ready_pending)
        return V_RET;
    gic_inject(&v->gic, &c->s->dist, v->apf.irq, false);
    v->apf.ready_pending = 0;
    return v->apf.done_count != 0 ? vcpu_goto(v, SCR_DEQUEUE) : V_RET;
}

/* clang-format off */
static const struct row fault_rows[] = {
    { PH_LOOKUP,      act_lookup },
    { PH_SUBMIT,      NULL },
    { PH_GATE,        act_gate },
    { PH_WORK_ALLOC,  act_token },
    { PH_MBOX_PNP,    act_mailbox },
    { PH_SDEI_INJECT, act_inject },
    { PH_WORK_QUEUED, act_work_queue },
    { PH_END,         NULL },
};

static const struct row deliver_rows[] = {
    { PH_SDEI_DELIVER, act_deliver },
    { PH_END,          NULL },
};

static const struct row dequeue_rows[] = {
    { PH_DEQUEUE,    act_dequeue },
    { PH_REPLAY,     act_replay },
    { PH_MBOX_READY, act_present },
    { PH_PPI_READY,  act_ppi },
    { PH_CANCEL,     act_cancel },
    { PH_END,        NULL },
};

static const struct row ack_rows[] = {
    { PH_ACK, act_ack },
    { PH_END, NULL },
};

const struct variant_host v4_host = {
    .script = {
        [SCR_FAULT]   = fault_rows,
        [SCR_DELIVER] = deliver_rows,
        [SCR_DEQUEUE] = dequeue_rows,
        [SCR_ACK]     = ack_rows,
    },
    .request = {
        { REQ_ASYNC_PF,    SCR_DEQUEUE },
        { REQ_SDEI,        SCR_DELIVER },
        { REQ_IRQ_PENDING, SCR_COUNT },
    },
    .entry_ignores = REQ_ASYNC_PF,
    .fid = APF_FID_V4,
    .call = call,
    .completed = completed,
    .runnable = runnable,
    .has_sdei = true,
    .s1ptw_is_write = true,
};
/* clang-format on */
