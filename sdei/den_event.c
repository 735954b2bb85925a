/*
 * DEN0054: when an event may be dispatched to a PE, how its handler is entered, and how it ends.
 * A frame for each handler that runs: a critical one may interrupt a normal one, so two suffice.
 */
#include "sdei/den.h"

#include <string.h>

/* --- Dispatch --- */

/* A handler of this class or above runs: critical preempts normal, nothing preempts its own. */
static bool is_blocked(const struct sdei_vm *vm, const struct sdei_pe *pe, u32 priority)
{
    for (u32 i = 0; i < pe->depth; i++)
        if (vm->den.map[pe->frame[i].map].priority >= priority)
            return true;
    return false;
}

static bool is_target(const struct sdei_map *m, u32 vcpu)
{
    return m->route_mode == SDEI_ROUTE_ANY || den_is_own(m, vcpu);
}

static void dispatch(struct sdei_vm *vm, struct sdei_vcpu *v, u32 map, struct sdei_regs *regs)
{
    const struct sdei_map *m = &vm->den.map[map];
    struct sdei_entry *e = den_entry(vm, v, map);
    const int next = sdei_step(e->state, SDEI_ACT_DISPATCH);

    ASSERT(next >= 0 && v->pe.depth < SDEI_DEPTH_MAX);
    e->state = (u8)next;
    e->pending = 0;
    struct sdei_frame *f = &v->pe.frame[v->pe.depth++];
    f->map = map;
    f->intid = m->intid;
    f->regs = *regs;
    /* x4..x17 are those of the interrupted context: the handler may use, and may read them. */
    regs->x[0] = m->num;
    regs->x[1] = e->arg;
    regs->x[2] = f->regs.pc;
    regs->x[3] = f->regs.pstate;
    regs->pc = e->ep;
    regs->pstate = sdei_entry_pstate(&vm->spec.pe, f->regs.pstate);
}

static bool is_waiting(const struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu, u32 map)
{
    return vm->den.map[map].binding == SDEI_BIND_SIGNAL ? den_bit(vm->den.signalled, vcpu)
                                                        : v->pe.entry[map].pending;
}

bool den_is_pending(const struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu)
{
    for (u32 i = 0; !v->masked && i < vm->den.map_count; i++)
        if (is_waiting(vm, v, vcpu, i))
            return true;
    return false;
}

/* One that waits without a registration is dropped here. -1: nothing may be dispatched. */
static s32 find_deliverable(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 priority)
{
    if (is_blocked(vm, &v->pe, priority))
        return -1;
    for (u32 i = 0; i < vm->den.map_count; i++) {
        const u32 state = v->pe.entry[i].state;

        if (vm->den.map[i].priority != priority || !is_waiting(vm, v, vcpu, i))
            continue;
        if (vm->den.map[i].binding == SDEI_BIND_SIGNAL)
            den_bit_write(vm->den.signalled, vcpu,
                          state & SDEI_REGISTERED && sdei_step(state, SDEI_ACT_DISPATCH) < 0);
        if (sdei_step(state, SDEI_ACT_DISPATCH) >= 0)
            return (s32)i;
    }
    return -1;
}

/* What waits inside of the dispatcher; events with an interrupt come through sdei_interrupt(). */
bool sdei_den_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                      u32 *num)
{
    if (v->masked)
        return false;
    s32 found = find_deliverable(vm, v, vcpu, SDEI_CRITICAL);
    if (found < 0)
        found = find_deliverable(vm, v, vcpu, SDEI_NORMAL);
    if (found < 0)
        return false;
    dispatch(vm, v, (u32)found, regs);
    *num = vm->den.map[found].num;
    return true;
}

/*
 * Explicit dispatch: it succeeds now or not at all. An event that is not explicit, a PE that is
 * masked or busy, an event that is not enabled: all of it is -1. Something that still waits for
 * the next entry makes the PE busy for its own class.
 */
int sdei_den_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num)
{
    const s32 found = den_find(vm, num);

    if (found < 0 || vm->den.map[found].binding != SDEI_BIND_EXPLICIT || v->masked)
        return SDEI_EPERM;
    struct sdei_entry *e = &v->pe.entry[found];
    const u32 priority = vm->den.map[found].priority;
    if (sdei_step(e->state, SDEI_ACT_DISPATCH) < 0 || is_blocked(vm, &v->pe, priority))
        return SDEI_EPERM;
    for (u32 i = 0; i < vm->den.map_count; i++)
        if (vm->den.map[i].priority >= priority && is_waiting(vm, v, vcpu, i) &&
            sdei_step(v->pe.entry[i].state, SDEI_ACT_DISPATCH) >= 0)
            return SDEI_EPERM;
    e->pending = 1;
    return 0;
}

int sdei_den_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num)
{
    const s32 found = den_find(vm, num);

    if (found < 0 || vm->den.map[found].binding != SDEI_BIND_EXPLICIT)
        return SDEI_EINVAL;
    struct sdei_entry *e = &v->pe.entry[found];
    if (!e->pending)
        return e->state & SDEI_RUNNING ? SDEI_EINPROGRESS : SDEI_EINVAL;
    e->pending = 0;
    return 0;
}

/* --- Interrupts --- */

/*
 * DEN0054, dispatch; where it cannot be, what TF-A does. A bound event that waits does so in the
 * interrupt controller, so that the interrupt may go to another PE. One that can go nowhere else
 * would come again and again to a masked PE: it is disabled, and this PE's PE_UNMASK enables it. A
 * PE that is not the target must not do that, because its PE_UNMASK would not.
 */
enum sdei_fate sdei_interrupt(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 intid,
                              struct sdei_regs *regs, u32 *num, struct sdei_todo *todo)
{
    ASSERT(vm->spec.personality == SDEI_DEN0054 && vcpu < vm->vcpu_count);

    const s32 found = den_find_intid(vm, intid);
    todo->request = todo->signals = 0;
    todo->signal_pe = 0;
    todo->irq_count = 0;
    if (found < 0)
        return SDEI_FATE_FOREIGN;
    const struct sdei_map *m = &vm->den.map[found];
    const struct sdei_entry *e = den_entry(vm, v, (u32)found);
    if (v->masked && den_is_own(m, vcpu)) {
        v->pe.held = 1;
        den_irq(todo, m, SDEI_IRQ_DISABLE | SDEI_IRQ_PEND | SDEI_IRQ_END);
        return SDEI_FATE_HELD;
    }
    if (!v->masked && !(e->state & SDEI_REGISTERED)) {
        den_irq(todo, m, SDEI_IRQ_END);
        return SDEI_FATE_DROPPED;
    }
    if (v->masked || !is_target(m, vcpu) || sdei_step(e->state, SDEI_ACT_DISPATCH) < 0 ||
        is_blocked(vm, &v->pe, m->priority)) {
        den_irq(todo, m, SDEI_IRQ_PEND | SDEI_IRQ_END);
        return SDEI_FATE_REPENDED;
    }
    dispatch(vm, v, (u32)found, regs);
    *num = m->num;
    return SDEI_FATE_DISPATCHED;
}

/* --- The end of a handler --- */

static void pop(struct sdei_vm *vm, struct sdei_vcpu *v, struct sdei_todo *todo)
{
    struct sdei_frame *f = &v->pe.frame[--v->pe.depth];
    struct sdei_entry *e = den_entry(vm, v, f->map);
    const int next = sdei_step(e->state, SDEI_ACT_COMPLETE);

    ASSERT(next >= 0);
    e->state = (u8)next;
    if (f->intid != 0)
        den_irq_end(todo, f->intid);
    memset(f, 0, sizeof(*f));
}

/*
 * COMPLETE: everything as it was. COMPLETE_AND_RESUME: as if the interrupted context had taken an
 * exception to `address`, whose PSTATE has nothing but the mode and DAIF (TF-A's choice).
 */
bool sdei_den_complete(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, bool resume, u64 address,
                       struct sdei_regs *regs, struct sdei_done *done)
{
    const u32 el = vm->spec.pe.client_el;

    if (v->pe.depth == 0 || (resume && !den_is_entry_point(&vm->spec, address))) {
        done->has_status = 1;
        done->status = SDEI_DENIED;
        return false;
    }
    const struct sdei_frame *f = &v->pe.frame[v->pe.depth - 1];
    *regs = f->regs;
    done->num = vm->den.map[f->map].num;
    pop(vm, v, &done->todo);
    if (resume) {
        done->resume_el = (u8)el;
        done->elr = regs->pc;
        done->spsr = regs->pstate;
        regs->pc = address;
        regs->pstate = (el == 2 ? SDEI_PSTATE_EL2H : SDEI_PSTATE_EL1H) | SDEI_PSTATE_DAIF;
    }
    done->todo.request = den_is_pending(vm, v, vcpu);
    return true;
}

/*
 * A PE that was switched off within a handler has left it. A shared event that it ran is idle
 * again, and its interrupt ended, or nobody would ever get it. Its private events go as by
 * PRIVATE_RESET, and their interrupts back to the client. `held` stays: a shared event that goes to
 * this PE alone outlives the reset, and its interrupt may wait, disabled, for PE_UNMASK.
 */
void sdei_den_reset(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_todo *todo)
{
    for (u32 i = 0; i < vm->den.map_count; i++)
        if (vm->den.map[i].type == SDEI_PRIVATE)
            den_unregister(vm, v, i, todo);
    while (v->pe.depth > 0)
        pop(vm, v, todo);
    v->masked = 1;
    den_bit_write(vm->den.signalled, vcpu, false);
    den_refresh_ready(vm, v, vcpu);
}

void den_refresh_ready(struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu)
{
    const u32 on = SDEI_REGISTERED | SDEI_ENABLED;

    den_bit_write(vm->den.ready, vcpu, !v->masked && (v->pe.entry[0].state & on) == on);
}

/* --- Invariants --- */

static void check_pe(const struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu,
                     u32 registered[SDEI_MAP_MAX], u32 frames[SDEI_MAP_MAX])
{
    const u32 on = SDEI_REGISTERED | SDEI_ENABLED;
    u32 own[SDEI_MAP_MAX] = {0};

    ASSERT(v->pe.depth <= SDEI_DEPTH_MAX && v->pe.held <= 1);
    for (u32 i = 0; i < v->pe.depth; i++) {
        const struct sdei_frame *f = &v->pe.frame[i];

        ASSERT(f->map < vm->den.map_count);
        ASSERT(i == 0 || vm->den.map[f->map].priority == SDEI_CRITICAL);
        own[f->map]++;
        frames[f->map]++;
    }
    ASSERT(v->pe.depth < 2 || vm->den.map[v->pe.frame[0].map].priority == SDEI_NORMAL);
    for (u32 i = 0; i < SDEI_MAP_MAX; i++) {
        const struct sdei_entry *e = &v->pe.entry[i];
        const bool exists = i < vm->den.map_count && vm->den.map[i].type == SDEI_PRIVATE;

        ASSERT(exists || (e->state == 0 && e->pending == 0));
        sdei_step(e->state, SDEI_ACT_CONTEXT); /* Stops at an illegal state. */
        ASSERT((e->state & SDEI_REGISTERED) != 0 || (e->ep == 0 && e->pending == 0));
        ASSERT(e->pending == 0 || vm->den.map[i].binding == SDEI_BIND_EXPLICIT);
        ASSERT(!exists || own[i] == (e->state & SDEI_RUNNING) / SDEI_RUNNING);
        registered[i] += e->state & SDEI_REGISTERED;
    }
    ASSERT(den_bit(vm->den.ready, vcpu) == (!v->masked && (v->pe.entry[0].state & on) == on));
}

void sdei_den_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride)
{
    u32 registered[SDEI_MAP_MAX] = {0}, frames[SDEI_MAP_MAX] = {0};

    ASSERT(vm->den.map_count <= SDEI_MAP_MAX);
    for (u32 vcpu = 0; vcpu < vm->vcpu_count; vcpu++)
        check_pe(vm, sdei_vcpu_at(first, stride, vcpu), vcpu, registered, frames);
    for (u32 i = 0; i < vm->den.map_count; i++) {
        const struct sdei_map *m = &vm->den.map[i];

        if (m->type == SDEI_SHARED) {
            sdei_step(m->shared.state, SDEI_ACT_CONTEXT);
            registered[i] += m->shared.state & SDEI_REGISTERED;
            ASSERT(frames[i] == (m->shared.state & SDEI_RUNNING) / SDEI_RUNNING);
            ASSERT(m->shared.pending == 0);
        }
        ASSERT(m->registered == registered[i]);
        ASSERT(m->binding != SDEI_BIND_STATIC || m->intid != 0);
        ASSERT(m->intid == 0 || den_find_intid(vm, m->intid) == (s32)i);
        ASSERT(m->registered == 0 || m->binding != SDEI_BIND_DYNAMIC || m->intid != 0);
    }
}
