/*
 * DEN0054: interrupts behind events (bind, release), both resets, and how the platform's events
 * are set up. Interrupts are numbers here: what is to be done with them goes into struct sdei_todo.
 */
#include "sdei/den.h"

void den_irq(struct sdei_todo *todo, const struct sdei_map *m, u32 action)
{
    if (m->intid == 0)
        return;
    ASSERT(todo->irq_count < SDEI_MAP_MAX);
    todo->irq[todo->irq_count++] = (struct sdei_irq){
        .intid = m->intid,
        .action = (u8)action,
        .priority = m->priority,
        .to_any = m->route_mode == SDEI_ROUTE_ANY,
        .affinity = m->affinity,
    };
}

void den_irq_end(struct sdei_todo *todo, u32 intid)
{
    for (u32 i = 0; i < todo->irq_count; i++)
        if (todo->irq[i].intid == intid) {
            todo->irq[i].action |= SDEI_IRQ_END;
            return;
        }
    ASSERT(todo->irq_count < SDEI_MAP_MAX);
    todo->irq[todo->irq_count++] = (struct sdei_irq){
        .intid = (u16)intid,
        .action = SDEI_IRQ_END,
    };
}

s32 den_find_intid(const struct sdei_vm *vm, u32 intid)
{
    for (u32 i = 0; intid != 0 && i < vm->den.map_count; i++)
        if (vm->den.map[i].intid == intid)
            return (s32)i;
    return -1;
}

/*
 * IHI 0069: PPIs are 16..31 and, of GICv3.1, 1056..1119; SPIs 32..1019 and 4096..5119. SGIs and
 * LPIs cannot stand behind an event.
 */
static bool is_ppi(u64 intid)
{
    return (intid >= 16 && intid <= 31) || (intid >= 1056 && intid <= 1119);
}

static bool is_spi(u64 intid)
{
    return (intid >= 32 && intid <= 1019) || (intid >= 4096 && intid <= 5119);
}

/* The order of the tests is TF-A's: no free slot comes before an interrupt of somebody else. */
s64 den_interrupt_bind(const struct den_call *c)
{
    struct sdei_platform *den = &c->vm->den;
    const u64 intid = (u32)c->arg[0];

    if (!is_ppi(intid) && !is_spi(intid))
        return SDEI_INVALID_PARAMETERS;
    const s32 bound = den_find_intid(c->vm, (u32)intid);
    if (bound >= 0)
        return den->map[bound].binding == SDEI_BIND_DYNAMIC ? (s64)den->map[bound].num
                                                            : SDEI_INVALID_PARAMETERS;
    for (u32 i = 0; i < den->map_count; i++) {
        struct sdei_map *m = &den->map[i];

        if (m->binding != SDEI_BIND_DYNAMIC || m->intid != 0 ||
            (m->type == SDEI_SHARED) != is_spi(intid))
            continue;
        if (den_bit(den->irq_foreign, (u32)intid))
            return SDEI_DENIED;
        m->intid = (u16)intid; /* REGISTER takes it from the client's world, not this call. */
        return m->num;
    }
    return SDEI_OUT_OF_RESOURCE;
}

static s64 release(const struct den_call *c, u32 map)
{
    struct sdei_map *m = &c->vm->den.map[map];

    if (m->registered != 0)
        return SDEI_DENIED;
    const int next = sdei_step(den_entry(c->vm, c->v, map)->state, SDEI_ACT_RELEASE);
    if (next < 0)
        return next;
    if (m->intid == 0)
        return SDEI_INVALID_PARAMETERS;
    if (den_bit(c->vm->den.irq_active, m->intid))
        return SDEI_DENIED;
    m->intid = 0; /* UNREGISTER, or a reset of the PE, has given it back. */
    return SDEI_SUCCESS;
}

s64 den_interrupt_release(const struct den_call *c)
{
    const s32 found = den_find(c->vm, c->arg[0]);

    if (found < 0 || c->vm->den.map[found].binding != SDEI_BIND_DYNAMIC)
        return SDEI_INVALID_PARAMETERS;
    return release(c, (u32)found);
}

/* One that was never registered is fine; one whose handler runs is not, and loses its entry. */
static s64 unregister_all(const struct den_call *c, enum sdei_type type)
{
    s64 result = SDEI_SUCCESS;

    for (u32 i = 0; i < c->vm->den.map_count; i++)
        if (c->vm->den.map[i].type == type &&
            den_unregister(c->vm, c->v, i, c->todo) == SDEI_PENDING)
            result = SDEI_DENIED;
    return result;
}

s64 den_private_reset(const struct den_call *c)
{
    return unregister_all(c, SDEI_PRIVATE);
}

/* Then every binding is released, those of private events too; a PE may still have one of them. */
s64 den_shared_reset(const struct den_call *c)
{
    s64 result = unregister_all(c, SDEI_SHARED);

    if (result != SDEI_SUCCESS)
        return result;
    for (u32 i = 0; i < c->vm->den.map_count; i++) {
        const struct sdei_map *m = &c->vm->den.map[i];

        if (m->binding == SDEI_BIND_DYNAMIC && m->intid != 0) {
            const s64 error = release(c, i);
            result = result == SDEI_SUCCESS ? error : result;
        }
    }
    return result;
}

void sdei_tell_irq(struct sdei_vm *vm, u32 intid, bool is_active, bool is_foreign)
{
    ASSERT(vm->spec.personality == SDEI_DEN0054 && intid < SDEI_IRQ_MAX);

    den_bit_write(vm->den.irq_active, intid, is_active);
    den_bit_write(vm->den.irq_foreign, intid, is_foreign);
}

/* --- Setting up --- */

static struct sdei_map *add_map(struct sdei_vm *vm, u32 num, u32 type, u32 priority, u32 binding)
{
    ASSERT(vm->den.map_count < SDEI_MAP_MAX);
    ASSERT(num >> 31 == 0 && den_find(vm, num) < 0);

    struct sdei_map *m = &vm->den.map[vm->den.map_count++];
    m->num = num;
    m->type = (u8)type;
    m->priority = (u8)priority;
    m->binding = (u8)binding;
    return m;
}

/* DEN0054, event properties: what may stand behind which event. */
static void add_platform_event(struct sdei_vm *vm, const struct sdei_platform_event *p)
{
    struct sdei_map *m = add_map(vm, p->num, p->type, p->priority, p->binding);

    ASSERT(p->type <= SDEI_SHARED && p->priority < SDEI_PRIORITY_COUNT);
    if (p->binding == SDEI_BIND_EXPLICIT) {
        ASSERT(p->type == SDEI_PRIVATE && p->intid == 0);
        return;
    }
    ASSERT(p->binding == SDEI_BIND_STATIC && den_find_intid(vm, p->intid) < 0);
    ASSERT(p->type == SDEI_PRIVATE ? is_ppi(p->intid) : is_spi(p->intid));
    m->intid = p->intid;
}

void sdei_den_start(struct sdei_vm *vm)
{
    const struct sdei_spec *spec = &vm->spec;

    ASSERT(spec->pe.client_el == 1 || spec->pe.client_el == 2);
    ASSERT(spec->va_bits >= 39 && spec->va_bits <= 52 && spec->event_count <= SDEI_MAP_MAX);
    add_map(vm, SDEI_SIGNAL_NUM, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_SIGNAL);
    for (u32 i = 0; i < spec->event_count; i++)
        add_platform_event(vm, &spec->event[i]);
    for (u32 i = 0; i < spec->private_slots; i++)
        add_map(vm, spec->private_slot_num + i, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_DYNAMIC);
    for (u32 i = 0; i < spec->shared_slots; i++)
        add_map(vm, spec->shared_slot_num + i, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_DYNAMIC);
}
