/* The KVM series v4: injection, delivery, completion and cancel. */
#include "sdei/private.h"

#include <string.h>

static u32 event_index(const struct sdei_vm *vm, const struct sdei_event *e)
{
    return (u32)(e - vm->event);
}

/* Place of an event in its queue; the queue's length if it is not there. */
static u32 find_queued(const struct sdei_level *l, u32 event)
{
    u32 at = 0;

    while (at < l->count && l->queue[at].event != event)
        at++;
    return at;
}

/* One reference less on both counts; the last one takes the event out of the queue. */
static void drop_queued(struct sdei_vm *vm, struct sdei_level *l, u32 at)
{
    struct sdei_event *e = &vm->event[l->queue[at].event];

    ASSERT(e->refcount > 0 && l->queue[at].refcount > 0);
    e->refcount--;
    if (--l->queue[at].refcount > 0)
        return;
    l->count--;
    memmove(&l->queue[at], &l->queue[at + 1], (l->count - at) * sizeof(l->queue[0]));
    l->queue[l->count] = (struct sdei_queued){0};
}

/* A running event is still in its queue, so it is in the way as well. */
static bool is_first(const struct sdei_vcpu *v, u32 priority)
{
    return v->level[SDEI_CRITICAL].count == 0 &&
           (priority == SDEI_CRITICAL || v->level[SDEI_NORMAL].count == 0);
}

int sdei_v4_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate)
{
    if (!sdei_is_valid_num(num))
        return SDEI_EINVAL;
    struct sdei_event *e = sdei_find_registered(vm, num);
    if (e == NULL)
        return SDEI_ENOENT;
    if (sdei_state(e, sdei_index(e, vcpu)) != (SDEI_REGISTERED | SDEI_ENABLED))
        return SDEI_EPERM;
    if (v->masked)
        return SDEI_EPERM;
    if (immediate && !is_first(v, e->priority))
        return SDEI_ENOSPC;

    struct sdei_level *l = &v->level[e->priority];
    u32 at = find_queued(l, event_index(vm, e));
    if (at == l->count) {
        ASSERT(l->count < SDEI_QUEUE_MAX);
        l->queue[l->count++].event = event_index(vm, e);
    }
    l->queue[at].refcount++;
    e->refcount++;
    return 0;
}

int sdei_v4_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num)
{
    struct sdei_event *e = sdei_find_registered(vm, num);
    if (e == NULL)
        return SDEI_EINVAL;

    struct sdei_level *l = &v->level[e->priority];
    u32 at = find_queued(l, event_index(vm, e));
    if (at == l->count)
        return SDEI_EINVAL;
    if (l->running == (s32)event_index(vm, e) && l->queue[at].refcount <= 1)
        return SDEI_EINPROGRESS;
    drop_queued(vm, l, at);
    return 0;
}

/*
 * The level whose first event may be dispatched now (DEN0054, dispatch and preemption): critical
 * before normal; critical preempts normal; neither preempts its own kind.
 */
static struct sdei_level *find_deliverable(struct sdei_vcpu *v)
{
    for (int priority = SDEI_CRITICAL; priority >= SDEI_NORMAL; priority--) {
        struct sdei_level *l = &v->level[priority];

        if (l->running >= 0)
            return NULL;
        if (l->count > 0)
            return l;
    }
    return NULL;
}

/*
 * Posted v4 looks neither at the mask nor at the enable bit here: a PE_MASK after the injection
 * does not hold the event back. The handler state has no such hole, since an event with references
 * answers PENDING to DISABLE and UNREGISTER; the state table of DEN0054 therefore agrees.
 */
bool sdei_v4_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                     u64 *spsr_el1, u32 *num)
{
    struct sdei_level *l = find_deliverable(v);
    if (l == NULL)
        return false;

    const struct sdei_event *e = &vm->event[l->queue[0].event];
    u32 index = sdei_index(e, vcpu);
    ASSERT(sdei_step(sdei_state(e, index), SDEI_ACT_DISPATCH) > 0);

    l->running = (s32)l->queue[0].event;
    l->regs = *regs;
    *spsr_el1 = regs->pstate; /* Posted deviation from DEN0054; ELR_EL1 is left alone. */
    *num = e->num;
    *regs = (struct sdei_regs){
        .x = {e->num, e->param[index], l->regs.pc, l->regs.pstate},
        .pc = e->entry[index],
        .pstate = sdei_kvm_pstate(l->regs.pstate),
    };
    return true;
}

static struct sdei_level *find_running(struct sdei_vcpu *v)
{
    for (int priority = SDEI_CRITICAL; priority >= SDEI_NORMAL; priority--)
        if (v->level[priority].running >= 0)
            return &v->level[priority];
    return NULL;
}

/*
 * Posted v4 never reads the address of COMPLETE_AND_RESUME: it injects an IRQ exception instead,
 * whether or not an interrupt is pending. The caller takes it from the restored context.
 */
bool sdei_v4_complete(struct sdei_vm *vm, struct sdei_vcpu *v, bool resume, struct sdei_regs *regs,
                      struct sdei_done *done)
{
    struct sdei_level *l = find_running(v);
    if (l == NULL)
        return false;

    ASSERT(l->queue[0].event == (u32)l->running);
    *regs = l->regs;
    done->num = vm->event[l->running].num;
    done->irq_exception = resume;
    l->running = -1;
    drop_queued(vm, l, 0);
    /* A preempted normal event is still queued and counts: the request then finds nothing. */
    done->todo.request = v->level[SDEI_CRITICAL].count > 0 || v->level[SDEI_NORMAL].count > 0;
    return true;
}

bool sdei_v4_is_running(const struct sdei_vcpu *v)
{
    return v->level[SDEI_CRITICAL].running >= 0 || v->level[SDEI_NORMAL].running >= 0;
}
