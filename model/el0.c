/*
 * A task in EL0: run its operations, translate on a TLB miss, turn faults into aborts. One step
 * runs ahead over local operations up to the bound (design rule 4).
 */
#include "model/system.h"

static enum mmu_need walk_step(struct vcpu *v, u64 desc)
{
    if (UNLIKELY(v->has_caches))
        return mmu_walk_step_cached(&v->walk, &v->mmu, &v->caches, desc);
    return mmu_walk_step(&v->walk, &v->mmu, desc);
}

/* Table walk over real descriptors. RAM answers at once, so the whole walk is one step. */
static enum mmu_need walk(struct ctx *c, struct vcpu *v, u64 va, enum mmu_access access)
{
    struct mmu_walk *w = &v->walk;
    enum mmu_need need = v->has_caches
                           ? mmu_walk_begin_cached(w, &v->mmu, &v->caches, va, access, 0)
                           : mmu_walk_begin(w, &v->mmu, va, access, 0);
    u64 desc;

    for (;;) {
        switch (need) {
        case MMU_NEED_READ:
            desc = ram_read_desc(c, w->need_pa);
            /* A page that has been mapped all along gets its entry when it is first looked at. */
            if (UNLIKELY(desc == 0) && ram_is_guest(w->need_pa)) {
                if (!space_ensure(c, v->os.curr, va))
                    return MMU_FAULT;
                desc = ram_read_desc(c, w->need_pa);
            }
            need = walk_step(v, desc);
            break;
        case MMU_NEED_UPDATE:
            ram_write_desc(c, w->need_pa, w->need_value);
            need = walk_step(v, w->need_value);
            break;
        default:
            return need;
        }
    }
}

/* The access that faulted before has succeeded: its chain ends. */
static void close_chain(struct ctx *c, struct vcpu *v, u64 at_ps)
{
    struct task *t = v->touching || v->os.curr == TASK_NONE ? NULL : sys_task(c, v->os.curr);
    u16 fault = v->cur_fault;

    if (fault != FAULT_NONE) {
        if (t != NULL && t->fault == fault)
            t->fault = FAULT_NONE;
        v->cur_fault = FAULT_NONE;
        if (sys_fault(c, fault)->flags & FAULT_COUNTED) {
            fault_stamp(c, fault, HOP_RETRY, at_ps);
            fault_close(c, fault, at_ps);
        } else {
            fault_drop(c, fault);
        }
    }
    if (t != NULL && t->fault != FAULT_NONE) { /* Still with a worker: nobody waits for it. */
        sys_fault(c, t->fault)->flags |= FAULT_UNTOLD;
        t->fault = FAULT_NONE;
    }
}

/* A new abort, or the continuation of a chain (one-ppi: the second abort after the wake-up). */
static void open_chain(struct ctx *c, struct vcpu *v, u32 gfn)
{
    struct task *t = v->touching || v->os.curr == TASK_NONE ? NULL : sys_task(c, v->os.curr);
    u16 fault = v->cur_fault;

    if (fault != FAULT_NONE) {
        struct fault *f = sys_fault(c, fault);
        if (f->gfn == gfn && f->owner == OWNER_TASK && mem_is_present(c, gfn))
            return;
        if (t != NULL && t->fault == fault)
            t->fault = FAULT_NONE;
        v->cur_fault = FAULT_NONE;
        if (!(f->flags & FAULT_COUNTED)) {
            fault_drop(c, fault);
        } else if (f->gfn == gfn && !mem_is_present(c, gfn)) {
            f->flags |= FAULT_REFAULTED; /* Evicted again before the access was repeated. */
            fault_close(c, fault, c->now);
        } else { /* This page is there; the access now misses another one. */
            fault_stamp(c, fault, HOP_RETRY, c->now);
            fault_close(c, fault, c->now);
        }
    }
    v->cur_fault = (u16)fault_open(c, v->id, t != NULL ? v->os.curr : TASK_NONE, gfn, c->now);
}

static void begin_abort(struct ctx *c, struct vcpu *v, const struct mmu_fault *f)
{
    u32 gfn = (u32)(f->ipa >> MMU_PAGE_SHIFT);
    bool is_perm = (f->fsc & 0x3c) == MMU_FSC_PERM;

    ASSERT(is_perm || (f->fsc & 0x3c) == MMU_FSC_TRANS); /* Our tables have no other faults. */

    v->abort = (struct abort_info){
        .va = f->va,
        .esr = mmu_fault_esr(f, !f->s1ptw && f->access != MMU_FETCH),
        .gfn = gfn,
        .write = f->s1ptw ? c->var->host->s1ptw_is_write || is_perm : f->write,
        .exec = f->access == MMU_FETCH && !f->s1ptw,
        .is_perm = is_perm,
        .s1ptw = f->s1ptw,
        .el = f->el,
    };
    v->regs.esr_el2 = v->abort.esr;
    v->regs.far_el2 = f->va;
    v->regs.hpfar_el2 = mmu_fault_hpfar(f);
    v->subject_a = gfn;
    v->subject_b = 0;
    open_chain(c, v, gfn);
    host_call(v, SCR_ABORT);
}

/* Which fault it is, the walker says: a table on the way may be missing, too. */
static const struct mmu_fault *touch_fault(struct ctx *c, struct vcpu *v, u64 gpa, bool write)
{
    struct mmu_walk *w = &v->walk;
    enum mmu_need need = mmu_walk_begin_s2(w, &v->mmu, gpa, write ? MMU_WRITE : MMU_READ, 1);

    while (need == MMU_NEED_READ)
        need = mmu_walk_step(w, &v->mmu, ram_read_desc(c, w->need_pa));
    ASSERT(need == MMU_FAULT);
    w->fault.va = 0xffff000000000000ull + gpa; /* In the linear map. */
    return &w->fault;
}

bool guest_touch(struct ctx *c, struct vcpu *v, u64 gpa, bool write)
{
    u32 gfn = (u32)(gpa >> MMU_PAGE_SHIFT);

    /* Inaccurate: the kernel's linear map is not walked in stage 1, and costs no TLB time. */
    u64 *leaf = s2_leaf(c, gfn);
    u64 needs = MMU_DESC_VALID | (write ? MMU_S2_WRITE : 0);
    if (leaf != NULL && (*leaf & needs) == needs) {
        if (v->touching) {
            close_chain(c, v, c->now);
            v->touching = 0;
            v->cur_fault = v->outer_fault;
            v->outer_fault = FAULT_NONE;
        }
        *leaf |= MMU_DESC_AF;
        return true;
    }
    if (!v->touching) {
        v->touching = 1;
        v->outer_fault = v->cur_fault;
        v->cur_fault = FAULT_NONE;
    }
    begin_abort(c, v, touch_fault(c, v, gpa, write));
    return false;
}

static void leave_el0(struct ctx *c, struct vcpu *v)
{
    struct task *t = sys_task(c, v->os.curr);

    t->user_pc = v->regs.pc;
    t->user_pstate = v->regs.pstate;
    v->in_el0 = 0;
    v->end_ps = TIME_NEVER;
}

/* Placement fresh: the guest's own fault handler maps a page and zeroes it, in EL1. */
enum verdict act_el1_alloc(struct ctx *c, struct vcpu *v)
{
    u32 gfn = space_fault(c, v->os.curr, v->regs.far_el1);

    v->subject_a = gfn;
    v->mmio_value = (u64)gfn << MMU_PAGE_SHIFT;
    return V_NEXT;
}

enum verdict act_el1_zero(struct ctx *c, struct vcpu *v)
{
    return guest_touch(c, v, v->mmio_value, true) ? V_NEXT : V_CALL;
}

/*
 * The operation at `now` misses the TLB. True: it is translated, *t_ps is when it can run. False:
 * a fault; the stacks are ready for vcpu_advance().
 */
static bool translate(struct ctx *c, struct vcpu *v, u64 op, u64 *t_ps)
{
    static const u8 access_of[] = {[OP_FETCH] = MMU_FETCH, [OP_READ] = MMU_READ,
                                   [OP_WRITE] = MMU_WRITE};
    enum mmu_access access = (enum mmu_access)access_of[OP_KIND(op)];
    u64 va = OP_VA(op);
    enum mmu_need need = walk(c, v, va, access);

    if (c->s->end >= SYS_STUCK)
        return false;
    /* Inaccurate: reads cost, an update of access flag or dirty state does not. */
    u64 walk_ps = v->walk.access_count * cost_ps(c, COST_WALK_READ);
    u64 pick_ps = v->walk.access_count * cost_pick_ps(c, COST_WALK_READ);
    log_put(c->log, c->now, v->id, MSG_KIND_COUNT + PH_WALK, va, v->walk.access_count);
    if (need == MMU_DONE) {
        mmu_tlb_fill(&v->tlb, va, sys_task(c, v->os.curr)->asid, access, &v->walk.out);
        *t_ps = c->now + walk_ps;
        if (v->cur_fault != FAULT_NONE)
            fault_charge(c, v->cur_fault, pick_ps);
        close_chain(c, v, *t_ps);
        return true;
    }
    leave_el0(c, v);
    v->extra_ps = walk_ps;
    v->extra_pick_ps = pick_ps;
    if (v->walk.fault.stage == 2) {
        begin_abort(c, v, &v->walk.fault);
    } else {
        cpu_take_exception(&v->regs, 1, CPU_SYNC, mmu_fault_esr(&v->walk.fault, false), va, 0);
        v->subject_a = va >> MMU_PAGE_SHIFT;
        v->subject_b = 0;
        guest_call(v, SCR_EL1_FAULT);
    }
    return false;
}

/* The task has done its work. */
static void end_task(struct ctx *c, struct vcpu *v)
{
    u32 task = v->os.curr;
    struct task *t = sys_task(c, task);

    leave_el0(c, v);
    cpu_take_exception(&v->regs, 1, CPU_SYNC, (u64)CPU_EC_SVC64 << 26 | CPU_ESR_IL, 0, 0);
    t->ended_ps = c->now; /* exit() */
    guest_task_stop(c, v, TASK_DONE);
    guest_call(v, SCR_SCHEDULE);
    ASSERT(c->s->tasks_left > 0);
    if (--c->s->tasks_left == 0 || task == c->p->stop_task)
        sys_stop(c, SYS_DONE);
}

/* Pure computation needs no operations one by one: as many units as fit before the limit. */
static u64 compute(struct ctx *c, struct task *t, u32 task, u64 t_ps, u64 limit_ps)
{
    enum { UNIT = 1000 }; /* Instructions between two looks at the limit. */
    u64 unit_ps = UNIT * c->cpu_cost.instr_ps;
    u64 units = limit_ps >= t_ps ? (limit_ps - t_ps) / unit_ps + 1 : 1;
    u64 left = c->p->task[task].instructions;

    if (left == 0) {
        t->count.instructions += units * UNIT;
        return t_ps + units * unit_ps;
    }
    left -= t->count.instructions;
    u64 instructions = units * UNIT < left ? units * UNIT : left;
    t->count.instructions += instructions;
    return t_ps + instructions * c->cpu_cost.instr_ps;
}

void el0_run(struct ctx *c, struct vcpu *v)
{
    u32 task = v->os.curr;
    struct task *t = sys_task(c, task);
    u64 deadline_ps = v->timer_line ? TIME_NEVER : v->os.tick_ps;
    u64 limit_ps = c->bound < deadline_ps ? c->bound : deadline_ps - 1;
    u64 t_ps = c->now;

    if (c->p->task[task].kind == TASK_COMPUTE) {
        if (c->p->task[task].instructions != 0 &&
            t->count.instructions >= c->p->task[task].instructions) {
            end_task(c, v);
            vcpu_advance(c, v);
            return;
        }
        v->op_ps = compute(c, t, task, t_ps, limit_ps);
        return;
    }
    for (;;) {
        enum cpu_stop stop = cpu_run(&v->tlb, &c->cpu_cost, &t->stream, t->asid, &t_ps, limit_ps,
                                     &t->count);
        if (stop == CPU_STOP_EMPTY) {
            workload_fill(c, task);
            if (c->s->end >= SYS_STUCK)
                return;
            if (t_ps > limit_ps)
                break;
            continue;
        }
        if (stop == CPU_STOP_LIMIT || t_ps > c->now)
            break; /* What comes next is a step of its own. */
        if (stop == CPU_STOP_END) {
            end_task(c, v);
            vcpu_advance(c, v);
            return;
        }
        if (!translate(c, v, t->stream.op[t->stream.head], &t_ps)) {
            if (c->s->end < SYS_STUCK)
                vcpu_advance(c, v);
            return;
        }
        if (t_ps > limit_ps)
            break;
    }
    v->op_ps = t_ps;
}
