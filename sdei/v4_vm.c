/* The KVM series v4: the events that a VM exposes, and what must hold of them. */
#include "sdei/private.h"

#include <string.h>

void sdei_v4_start(struct sdei_vm *vm)
{
    sdei_vm_expose(vm, SDEI_KVM_DEFAULT_NUM, SDEI_PRIVATE, SDEI_CRITICAL, true);
    sdei_vm_expose(vm, SDEI_KVM_ASYNC_PF_NUM, SDEI_PRIVATE, SDEI_CRITICAL, true);
}

void sdei_vm_expose(struct sdei_vm *vm, u32 num, enum sdei_type type, enum sdei_priority priority,
                    bool signaled)
{
    ASSERT(vm->spec.personality == SDEI_KVM_V4 && vm->event_count < SDEI_EVENT_MAX);
    ASSERT(sdei_is_valid_num(num) && sdei_find_exposed(vm, num) == NULL);

    struct sdei_event *e = &vm->event[vm->event_count++];
    e->num = num;
    e->type = (u8)type;
    e->priority = (u8)priority;
    e->signaled = signaled;
}

void sdei_vcpu_init(struct sdei_vcpu *v)
{
    memset(v, 0, sizeof(*v));
    v->masked = 1;
    v->personality = SDEI_KVM_V4;
    v->level[SDEI_NORMAL].running = -1;
    v->level[SDEI_CRITICAL].running = -1;
}

/* What one queue may hold. Adds its references to references[]. */
static void check_level(const struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu, u32 priority,
                        u32 references[SDEI_EVENT_MAX])
{
    const struct sdei_level *l = &v->level[priority];

    ASSERT(l->count <= SDEI_QUEUE_MAX);
    for (u32 i = 0; i < l->count; i++) {
        const struct sdei_queued *q = &l->queue[i];

        ASSERT(q->event < vm->event_count && q->refcount > 0);
        const struct sdei_event *e = &vm->event[q->event];
        ASSERT(e->exists && e->priority == priority);
        /* DISABLE, UNREGISTER and reset spare an event with references: it stays deliverable. */
        ASSERT(sdei_state(e, sdei_index(e, vcpu)) == (SDEI_REGISTERED | SDEI_ENABLED));
        for (u32 j = 0; j < i; j++)
            ASSERT(l->queue[j].event != q->event);
        references[q->event] += q->refcount;
    }
    ASSERT(l->running == -1 || (l->count > 0 && l->queue[0].event == (u32)l->running));
}

static void check_event(const struct sdei_vm *vm, const struct sdei_event *e, u32 references)
{
    u32 index_count = e->type == SDEI_SHARED ? 1 : vm->vcpu_count;

    ASSERT(sdei_is_valid_num(e->num));
    ASSERT(e->refcount == references);
    ASSERT(e->exists == !sdei_is_orphan(e));
    for (u32 i = 0; i < SDEI_VCPU_MAX; i++) {
        u32 state = sdei_state(e, i);

        ASSERT(state != SDEI_ENABLED);
        ASSERT(i < index_count || state == 0);
        /* UNREGISTER leaves entry and param behind, the end of the KVM event does not. */
        ASSERT(e->exists || (e->entry[i] == 0 && e->param[i] == 0));
    }
}

void sdei_v4_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride)
{
    u32 references[SDEI_EVENT_MAX] = {0};

    ASSERT(vm->event_count <= SDEI_EVENT_MAX);
    for (u32 vcpu = 0; vcpu < vm->vcpu_count; vcpu++) {
        const struct sdei_vcpu *v = sdei_vcpu_at(first, stride, vcpu);

        check_level(vm, v, vcpu, SDEI_NORMAL, references);
        check_level(vm, v, vcpu, SDEI_CRITICAL, references);
    }
    for (u32 i = 0; i < vm->event_count; i++)
        check_event(vm, &vm->event[i], references[i]);
}
