#include "model/system.h"

static struct frame *top_frame(struct vcpu *v)
{
    return v->hdepth != 0 ? &v->host[v->hdepth - 1] : &v->guest[v->gdepth - 1];
}

static void push(struct frame *f, u32 script)
{
    f->script = script;
    f->row = 0;
    f->flags = 0;
    f->left_ps = 0;
}

void host_call(struct vcpu *v, enum script_id script)
{
    ASSERT(v->hdepth < HOST_FRAMES && script < SCR_GUEST_FIRST);
    push(&v->host[v->hdepth++], script);
}

void guest_call(struct vcpu *v, enum script_id script)
{
    ASSERT(v->gdepth < GUEST_FRAMES && script >= SCR_GUEST_FIRST);
    push(&v->guest[v->gdepth++], script);
}

enum verdict vcpu_goto(struct vcpu *v, enum script_id script)
{
    v->jump_script = script;
    return V_GOTO;
}

enum verdict vcpu_jump(struct vcpu *v, u32 row)
{
    v->jump = row;
    return V_JUMP;
}

bool vcpu_is_el0(const struct vcpu *v)
{
    return v->gdepth == 0;
}

void vcpu_request(struct vcpu *v, u32 request)
{
    v->requests |= request;
}

enum verdict vcpu_sleep(struct ctx *c, struct vcpu *v, enum vcpu_block why)
{
    v->block = why;
    v->running = 0;
    account_set(&v->account, why == BLOCK_WFI ? CPU_IDLE : CPU_BLOCKED, c->now);
    thread_block(c, v->id);
    return V_STOP;
}

void vcpu_wake(struct ctx *c, struct vcpu *v)
{
    if (v->block == BLOCK_WFI || v->block == BLOCK_HALT)
        thread_wake(c, v->id);
}

void vcpu_kick(struct ctx *c, struct vcpu *v, u32 cpu)
{
    vcpu_wake(c, v);
    c->s->stats.kicks++;
    if (v->mode != MODE_IN_GUEST) {
        v->kick_left_out = 1; /* Whoever is on the way into the guest may not see the request. */
        return;
    }
    if (sys_thread(c, v->id)->cpu == cpu)
        return;
    v->mode = MODE_EXITING;
    u64 ipi_ps = cost_ps(c, COST_IPI), least_ps = msg_info[MSG_KICK].min_ps;
    outbox_put(c->out, MSG_KICK, (u16)v->id, c->now + (ipi_ps > least_ps ? ipi_ps : least_ps));
}

/* kvm_arch_vcpu_runnable and kvm_cpu_has_pending_timer. */
bool vcpu_wait_over(const struct ctx *c, const struct vcpu *v)
{
    if (gic_has_pending_irq(&v->gic, &c->s->dist) || v->os.tick_ps <= c->now)
        return true;
    return c->var->host->runnable != NULL && c->var->host->runnable(c, v);
}

/* --- The engine. --- */

static const enum cpu_state account_of[] = {CPU_USER, CPU_KERNEL, CPU_HOST};

static void change_account(struct ctx *c, struct vcpu *v, enum cpu_state state)
{
    account_set(&v->account, state, c->now);
    account_set(&sys_hostcpu(c, sys_thread(c, v->id)->cpu)->account, state, c->now);
}

static inline void set_account(struct ctx *c, struct vcpu *v, u32 context)
{
    enum cpu_state state = account_of[context];

    if (v->account.state == state) /* Then the host CPU is in this state too. */
        return;
    change_account(c, v, state);
}

void vcpu_charge(struct ctx *c, struct vcpu *v, u64 pick_ps)
{
    if (v->cur_fault != FAULT_NONE)
        fault_charge(c, v->cur_fault, pick_ps);
    if (v->item_fault != FAULT_NONE)
        fault_charge(c, v->item_fault, pick_ps);
    if (v->handling != FAULT_NONE)
        fault_charge(c, v->handling, pick_ps);
    if (v->ready_fault != FAULT_NONE)
        fault_charge(c, v->ready_fault, pick_ps);
}

static void begin_phase(struct ctx *c, struct vcpu *v, enum phase phase)
{
    u64 pick_ps = c->phase_pick_ps[phase] + v->extra_pick_ps;

    v->phase = phase;
    v->begin_ps = c->now;
    v->end_ps = phase == PH_IDLE_POLL ? TIME_NEVER
                                      : c->now + c->phase_ps[phase] + v->extra_ps + v->lead_ps;
    v->extra_ps = v->lead_ps = v->extra_pick_ps = 0;
    if (pick_ps != 0)
        vcpu_charge(c, v, pick_ps);
    set_account(c, v, phase_info[phase].context);
    log_put(c->log, c->now, v->id, MSG_KIND_COUNT + phase, v->subject_a, v->subject_b);
}

/* The phase is over (or was cut here): give its time to the faults that it served. */
static void stamp_phase(struct ctx *c, struct vcpu *v)
{
    const struct phase_info *info = &phase_info[v->phase];

    if ((v->cur_fault & v->item_fault & v->handling & v->pnp_fault) == FAULT_NONE)
        return;
    if (v->cur_fault != FAULT_NONE && info->cur != HOP_NONE)
        fault_stamp(c, v->cur_fault, (enum hop)info->cur, c->now);
    if (v->item_fault != FAULT_NONE && info->item != HOP_NONE)
        fault_stamp(c, v->item_fault, (enum hop)info->item, c->now);
    if (v->handling != FAULT_NONE && info->ready != HOP_NONE)
        fault_stamp(c, v->handling, (enum hop)info->ready, c->now);
    if (v->pnp_fault != FAULT_NONE && info->pnp != HOP_NONE)
        fault_stamp_guest(c, v->pnp_fault, (enum hop)info->pnp, c->now);
}

/* What an action has said, but for V_NEXT. False: the thread does not go on. */
static inline bool obey(struct vcpu *v, struct frame *f, enum verdict verdict)
{
    if (verdict == V_CALL || verdict == V_STOP) {
        f->flags = FRAME_ACT;
        return verdict == V_CALL;
    }
    f->flags = 0;
    if (verdict == V_RET) {
        if (f >= v->host && f < v->host + HOST_FRAMES)
            v->hdepth--;
        else
            v->gdepth--;
    } else if (verdict == V_CALLN) {
        f->row++;
    } else if (verdict == V_GOTO) {
        push(f, v->jump_script);
    } else if (verdict == V_JUMP) {
        f->row = v->jump;
    } else {
        ASSERT(verdict == V_AGAIN || verdict == V_DONE);
    }
    return true;
}

/* Nothing comes in between the begin and the end of this phase: it can end within this call. */
static bool ends_alone(const struct ctx *c, const struct vcpu *v)
{
    bool tick_first = v->hdepth == 0 && !v->timer_line && v->os.tick_ps <= v->end_ps;

    return ctx_may_fuse(c, v->end_ps) && !tick_first && c->out->count <= OUTBOX_MAX / 2;
}

/* The first two rows of the loop look at flags; if none is set they need not be walked through. */
static void enter_run_loop(const struct ctx *c, struct vcpu *v)
{
    host_call(v, SCR_RUN_LOOP);
    if (v->requests != 0 || sys_thread(c, v->id)->need_resched)
        return;
    v->host[v->hdepth - 1].row = 2;
    v->kick_left_out = 0;
}

/* Which frame goes on; NULL: time has to pass first. */
static struct frame *select_frame(struct ctx *c, struct vcpu *v)
{
    for (;;) {
        if (v->hdepth != 0)
            return &v->host[v->hdepth - 1];
        if (v->mode == MODE_OUTSIDE) {
            enter_run_loop(c, v); /* An exit has been handled: back to the guest. */
            continue;
        }
        if (v->gdepth == 0) {
            if (!v->in_el0)
                guest_resume(c, v); /* The last guest frame is gone: EL0, or an IRQ first. */
            if (v->in_el0)
                return NULL;
            continue;
        }
        struct frame *f = &v->guest[v->gdepth - 1];
        if (f->flags & FRAME_BEGUN)
            return NULL; /* guest_resume() has set a cut phase going again. */
        if ((f->flags & FRAME_CUT) == 0)
            return f;
        guest_resume(c, v);
    }
}

/* Begin the phase of a row. True: it is over already, because nobody else comes before its end. */
static bool run_phase(struct ctx *c, struct vcpu *v, struct frame *f, enum phase phase)
{
    begin_phase(c, v, phase);
    if (phase_info[phase].irq && gic_irq_asserted(&v->gic)) {
        f->flags = FRAME_BEGUN;
        guest_resume(c, v); /* Interrupts that are pending are taken before the phase runs. */
        return false;
    }
    if (v->end_ps > c->now) {
        if (!ends_alone(c, v)) {
            f->flags = FRAME_BEGUN;
            return false;
        }
        ctx_fuse(c, v->end_ps);
    }
    stamp_phase(c, v);
    return true;
}

/*
 * Frame by frame and row by row, until time has to pass. phase_is_over: begin with the action of
 * the row that the uppermost frame is in.
 */
static void run_scripts(struct ctx *c, struct vcpu *v, bool phase_is_over)
{
    struct frame *f = phase_is_over ? top_frame(v) : select_frame(c, v);

    while (f != NULL) {
        const struct row *row = &c->rows[f->script][f->row];
        enum verdict verdict = V_NEXT;

        phase_is_over |= (f->flags & FRAME_ACT) != 0;
        for (; verdict == V_NEXT; row++) {
            if (!phase_is_over) {
                if (row->phase == PH_END) {
                    verdict = V_RET;
                    break;
                }
                if (row->phase != PH_NONE && !run_phase(c, v, f, (enum phase)row->phase)) {
                    if (f->flags & FRAME_BEGUN)
                        return;
                    goto look_again; /* An interrupt has cut it. */
                }
            }
            phase_is_over = false;
            v->end_ps = TIME_NEVER;
            if (row->act != NULL)
                verdict = row->act(c, v);
            f->row += verdict == V_NEXT;
        }
        if (UNLIKELY(c->s->end >= SYS_STUCK) || !obey(v, f, verdict))
            return;
    look_again:
        f = select_frame(c, v);
    }
}

void vcpu_advance(struct ctx *c, struct vcpu *v)
{
    run_scripts(c, v, false);
}

/*
 * In the guest, or just back in it: what was cut goes on, unless a virtual interrupt is asserted
 * and unmasked; then the vector comes first.
 */
void guest_resume(struct ctx *c, struct vcpu *v)
{
    struct frame *f = v->gdepth != 0 ? &v->guest[v->gdepth - 1] : NULL;
    bool irq_on = f == NULL || ((f->flags & (FRAME_CUT | FRAME_BEGUN)) &&
                                phase_info[c->rows[f->script][f->row].phase].irq);

    if (irq_on && gic_irq_asserted(&v->gic)) {
        if (f != NULL && (f->flags & FRAME_BEGUN)) { /* Begun now, not run yet. */
            f->flags = FRAME_CUT;
            f->left_ps = v->end_ps - c->now;
        } else if (f == NULL) {
            struct task *t = sys_task(c, v->os.curr);
            if (v->op_ps > c->now)
                t->left_ps = v->op_ps - c->now;
            t->user_pc = v->regs.pc;
            t->user_pstate = v->regs.pstate;
            v->in_el0 = 0;
        }
        cpu_take_exception(&v->regs, 1, CPU_IRQ, 0, 0, 0);
        guest_call(v, SCR_IRQ);
        return;
    }
    if (f == NULL) {
        v->in_el0 = 1;
        struct task *t = sys_task(c, v->os.curr);
        v->op_ps = c->now + v->lead_ps + t->left_ps;
        v->lead_ps = t->left_ps = 0;
        v->end_ps = TIME_NEVER;
        v->phase = PH_WALK;
        set_account(c, v, CONTEXT_USER);
        return;
    }
    if ((f->flags & FRAME_CUT) == 0)
        return;
    f->flags = FRAME_BEGUN;
    v->phase = c->rows[f->script][f->row].phase;
    v->begin_ps = c->now;
    v->end_ps = f->left_ps > TIME_NEVER - c->now - v->lead_ps ? TIME_NEVER
                                                               : c->now + v->lead_ps + f->left_ps;
    if (v->phase == PH_IDLE_POLL && v->os.need_resched)
        v->end_ps = c->now + 1;
    v->lead_ps = 0;
    set_account(c, v, phase_info[v->phase].context);
}

/* An interrupt for the host ends guest execution: cut what runs, handle the exit. */
static void force_exit(struct ctx *c, struct vcpu *v, enum script_id script)
{
    if (v->gdepth == 0) {
        struct task *t = sys_task(c, v->os.curr);
        t->left_ps = v->op_ps > c->now ? v->op_ps - c->now : 0;
        v->in_el0 = 0;
    } else {
        struct frame *f = &v->guest[v->gdepth - 1];
        ASSERT(f->flags & FRAME_BEGUN);
        stamp_phase(c, v);
        f->flags = FRAME_CUT;
        f->left_ps = v->end_ps - c->now;
    }
    v->end_ps = TIME_NEVER;
    host_call(v, script);
    vcpu_advance(c, v);
}

/* The fault that waits with this thread: what it waited for, and then for the host CPU. */
static void stamp_sleep(struct ctx *c, struct vcpu *v, u32 fault, enum hop hop)
{
    const struct thread *t = sys_thread(c, v->id);
    u64 pick_ps = t->pick_ps, waited_ps = c->now - sys_fault(c, fault)->last_ps;

    if (hop != HOP_WAIT_CPU && t->since_ps > sys_fault(c, fault)->last_ps)
        fault_stamp(c, fault, hop, t->since_ps);
    if (v->block == BLOCK_PAGE || v->block == BLOCK_MAILBOX)
        pick_ps += cost_pick_ps(c, COST_IO_IRQ);
    fault_stamp(c, fault, HOP_WAIT_CPU, c->now);
    fault_charge_wait(c, fault, pick_ps, waited_ps);
}

/* The thread has its host CPU again. */
static void run(struct ctx *c, struct vcpu *v)
{
    static const u8 hop_of[] = {
        [BLOCK_NONE] = HOP_WAIT_CPU,  [BLOCK_WFI] = HOP_WAIT_CPU,      [BLOCK_HALT] = HOP_WAIT_CPU,
        [BLOCK_PAGE] = HOP_IO_WAIT,   [BLOCK_ROOM] = HOP_WAIT_RECLAIM,
        [BLOCK_MAILBOX] = HOP_WAIT_MAILBOX,
    };
    enum hop hop = (enum hop)hop_of[v->block];

    thread_run(c, v->id);
    if (v->item_fault != FAULT_NONE)
        stamp_sleep(c, v, v->item_fault, v->block == BLOCK_PAGE ? HOP_REPLAY_WAIT : hop);
    else if (v->cur_fault != FAULT_NONE && sys_fault(c, v->cur_fault)->owner != OWNER_WORK)
        stamp_sleep(c, v, v->cur_fault, hop);
    else
        v->kick_pick_ps += sys_thread(c, v->id)->pick_ps; /* Woken for a finished item, perhaps. */
    if (v->handling != FAULT_NONE)
        stamp_sleep(c, v, v->handling, hop);
    if (v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_WAIT_CPU, c->now);
    v->block = BLOCK_NONE;
    v->running = 1;
    ASSERT(v->account.state != CPU_HOST);
    set_account(c, v, CONTEXT_HOST);
    vcpu_advance(c, v);
}

static void take_message(struct ctx *c, struct vcpu *v, const struct msg *in)
{
    bool in_guest = v->running && v->hdepth == 0;

    switch (in->kind) {
    case MSG_RUN:
        run(c, v);
        break;
    case MSG_KICK:
        if (!in_guest)
            break;
        v->kick_pick_ps += cost_pick_ps(c, COST_IPI) + c->phase_pick_ps[PH_KICK_EXIT];
        force_exit(c, v, SCR_KICK);
        break;
    case MSG_PREEMPT:
        if (in->b != 0)
            thread_slice(c, v->id);
        if (in_guest && sys_thread(c, v->id)->need_resched)
            force_exit(c, v, SCR_KICK);
        break;
    case MSG_TLBI:
        vcpu_flush_tlb(v, (u32)in->a, in->b);
        break;
    case MSG_BOOT:
        guest_boot_message(c, v, in->b);
        if (in->b != 0 && in_guest)
            force_exit(c, v, SCR_KICK);
        break;
    default:
        ASSERT(in->kind == MSG_STOP);
        v->stopped = 1;
    }
}

void vcpu_step(struct ctx *c, u32 id, const struct msg *in)
{
    struct vcpu *v = sys_vcpu(c, id);

    if (in != NULL) {
        take_message(c, v, in);
        return;
    }
    if (v->block == BLOCK_WFI && !v->running) { /* The background timer. */
        thread_wake(c, id);
        v->block = BLOCK_NONE;
        return;
    }
    ASSERT(v->running);
    bool in_guest = v->hdepth == 0;
    if (in_guest && !v->timer_line && v->os.tick_ps <= c->now) {
        force_exit(c, v, SCR_TIMER);
        return;
    }
    if (in_guest && v->gdepth == 0) {
        el0_run(c, v);
        return;
    }
    ASSERT(v->end_ps == c->now);
    stamp_phase(c, v);
    run_scripts(c, v, true);
}

u64 vcpu_wake_ps(const struct ctx *c, u32 id)
{
    const struct vcpu *v = sys_vcpu(c, id);

    if (v->stopped)
        return TIME_NEVER;
    if (!v->running)
        return v->block == BLOCK_WFI ? v->os.tick_ps : TIME_NEVER;
    bool in_guest = v->hdepth == 0;
    u64 end_ps = in_guest && v->gdepth == 0 ? v->op_ps : v->end_ps;
    u64 tick_ps = in_guest && !v->timer_line ? v->os.tick_ps : TIME_NEVER;
    u64 wake_ps = end_ps < tick_ps ? end_ps : tick_ps;
    /* A tick that came due while interrupts of the host were off is taken at once. */
    return wake_ps > c->now ? wake_ps : c->now;
}

void vcpu_init(struct ctx *c, u32 id)
{
    struct vcpu *v = sys_vcpu(c, id);

    v->id = id;
    v->end_ps = TIME_NEVER;
    v->cur_fault = v->item_fault = v->ready_fault = FAULT_NONE;
    v->handling = v->pnp_fault = v->outer_fault = FAULT_NONE;
    v->account.state = CPU_IDLE;
    v->regs.pstate = CPU_MODE_EL1H | CPU_PSTATE_DAIF;
    v->regs.hcr_el2 = CPU_HCR_RW;
    const struct gic_spec gic = vgic_spec(c->p);
    gic_init_as(&v->gic, &gic, id);
    sdei_vcpu_start(&c->s->sdei, &v->sdei);
    apf_host_init(&v->apf, c->p);
    mmu_tlb_init(&v->tlb, &c->p->tlb);
    mmu_caches_init(&v->caches, &c->p->caches);
    v->has_caches = c->p->caches.walk_ways != 0 || c->p->caches.ipa_ways != 0;
    if (id == 0)
        guest_call(v, SCR_BOOT);
}
