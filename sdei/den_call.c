/*
 * DEN0054: the calls about events and PEs, with their errors in the order of TF-A's dispatcher,
 * which is the reference where the specification gives none.
 */
#include "sdei/den.h"

/* --- Finding --- */

s32 den_find(const struct sdei_vm *vm, u64 num)
{
    for (u32 i = 0; i < vm->den.map_count; i++)
        if (vm->den.map[i].num == (u32)num)
            return (s32)i;
    return -1;
}

/* MPIDR_EL1: Aff3 in 39:32, Aff2..Aff0 in 23:0. Aff0 counts 16 vCPUs, as KVM numbers them. */
#define MPIDR_AFFINITY 0xff00ffffffull

u64 sdei_mpidr(u32 vcpu)
{
    return (u64)(vcpu & 0xf) | (u64)(vcpu >> 4 & 0xff) << 8 | (u64)(vcpu >> 12 & 0xff) << 16;
}

s32 den_find_pe(const struct sdei_vm *vm, u64 mpidr)
{
    const u64 aff = mpidr & MPIDR_AFFINITY;
    const u32 vcpu = (u32)(aff >> 16 & 0xff) << 12 | (u32)(aff >> 8 & 0xff) << 4 | (u32)(aff & 0xf);

    return vcpu < vm->vcpu_count && sdei_mpidr(vcpu) == aff ? (s32)vcpu : -1;
}

/* DDI 0487 D8.2: the bits above the size say which half it is, all of them alike. */
bool den_is_entry_point(const struct sdei_spec *spec, u64 address)
{
    const u64 high = address >> spec->va_bits;
    const u64 ones = ~0ull >> spec->va_bits;

    return address != 0 && address % 4 == 0 && (high == 0 || high == ones);
}

/* --- Registration --- */

/* Flags and MPIDR are tested in this order, and for private events too. */
static bool are_valid_flags(const struct den_call *c, u64 flags, u64 mpidr)
{
    return flags == SDEI_ROUTE_ANY || (flags == SDEI_ROUTE_PE && den_find_pe(c->vm, mpidr) >= 0);
}

/* The interrupt behind an event can be had: known, idle and the client's. */
static bool is_irq_free(const struct sdei_vm *vm, const struct sdei_map *m)
{
    if (m->binding != SDEI_BIND_STATIC && m->binding != SDEI_BIND_DYNAMIC)
        return true;
    return m->intid != 0 && !den_bit(vm->den.irq_active, m->intid) &&
           !den_bit(vm->den.irq_foreign, m->intid);
}

static s64 event_register(const struct den_call *c)
{
    const u64 flags = c->arg[3], mpidr = c->arg[4];

    if (!den_is_entry_point(&c->vm->spec, c->arg[1]) || !are_valid_flags(c, flags, mpidr))
        return SDEI_INVALID_PARAMETERS;
    const s32 found = den_find(c->vm, c->arg[0]);
    if (found < 0)
        return SDEI_INVALID_PARAMETERS;

    struct sdei_map *m = &c->vm->den.map[found];
    struct sdei_entry *e = den_entry(c->vm, c->v, (u32)found);
    const int next = sdei_step(e->state, SDEI_ACT_REGISTER);
    if (next < 0)
        return next;
    if (!is_irq_free(c->vm, m))
        return SDEI_DENIED;

    e->state = (u8)next;
    e->ep = c->arg[1];
    e->arg = c->arg[2];
    m->registered++;
    if (m->type == SDEI_SHARED) { /* A private event goes to its own PE, whatever was asked. */
        m->route_mode = (u8)flags;
        m->affinity = mpidr & MPIDR_AFFINITY;
    }
    den_irq(c->todo, m,
            SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_CLAIM |
                (m->type == SDEI_SHARED ? SDEI_IRQ_ROUTE : 0));
    return SDEI_SUCCESS;
}

/*
 * The entry is cleared at once, also under a handler that runs; its completion works from the
 * frame. The state table then answers PENDING although the state has changed.
 */
s64 den_unregister(struct sdei_vm *vm, struct sdei_vcpu *v, u32 map, struct sdei_todo *todo)
{
    struct sdei_map *m = &vm->den.map[map];
    struct sdei_entry *e = den_entry(vm, v, map);
    const int next = sdei_step(e->state, SDEI_ACT_UNREGISTER);

    if (next < 0)
        return next;
    *e = (struct sdei_entry){.state = (u8)next};
    ASSERT(m->registered > 0);
    m->registered--;
    m->route_mode = 0;
    m->affinity = 0;
    den_irq(todo, m, SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_GIVE_BACK);
    return next & SDEI_RUNNING ? SDEI_PENDING : SDEI_SUCCESS;
}

static s64 event_unregister(const struct den_call *c)
{
    const s32 found = den_find(c->vm, c->arg[0]);

    return found < 0 ? SDEI_INVALID_PARAMETERS : den_unregister(c->vm, c->v, (u32)found, c->todo);
}

static s64 set_enabled(const struct den_call *c, enum sdei_action action, u32 irq_action)
{
    const s32 found = den_find(c->vm, c->arg[0]);
    if (found < 0)
        return SDEI_INVALID_PARAMETERS;

    struct sdei_entry *e = den_entry(c->vm, c->v, (u32)found);
    const int next = sdei_step(e->state, action);
    if (next < 0)
        return next;
    if (e->state != next)
        den_irq(c->todo, &c->vm->den.map[found], irq_action);
    e->state = (u8)next;
    return SDEI_SUCCESS;
}

static s64 event_enable(const struct den_call *c)
{
    c->todo->request = den_is_pending(c->vm, c->v, c->vcpu);
    return set_enabled(c, SDEI_ACT_ENABLE, SDEI_IRQ_ENABLE);
}

static s64 event_disable(const struct den_call *c)
{
    return set_enabled(c, SDEI_ACT_DISABLE, SDEI_IRQ_DISABLE);
}

static s64 event_routing_set(const struct den_call *c)
{
    if (!are_valid_flags(c, c->arg[1], c->arg[2]))
        return SDEI_INVALID_PARAMETERS;
    const s32 found = den_find(c->vm, c->arg[0]);
    struct sdei_map *m = &c->vm->den.map[found < 0 ? 0 : found];
    if (found < 0 || m->type == SDEI_PRIVATE || m->intid == 0)
        return SDEI_INVALID_PARAMETERS;
    const int next = sdei_step(m->shared.state, SDEI_ACT_ROUTING_SET);
    if (next < 0)
        return next;
    m->route_mode = (u8)c->arg[1];
    m->affinity = c->arg[2] & MPIDR_AFFINITY;
    den_irq(c->todo, m, SDEI_IRQ_ROUTE);
    return SDEI_SUCCESS;
}

/* --- Questions --- */

static s64 version(const struct den_call *c)
{
    return 1ll << 48 | (s64)c->vm->spec.minor << 32 | c->vm->spec.vendor;
}

/* The index is tested first. The innermost handler's context hides the other one. */
static s64 event_context(const struct den_call *c)
{
    const struct sdei_pe *pe = &c->v->pe;

    if (c->arg[0] >= SDEI_REG_COUNT)
        return SDEI_INVALID_PARAMETERS;
    if (pe->depth == 0)
        return SDEI_DENIED;
    return (s64)pe->frame[pe->depth - 1].regs.x[c->arg[0]];
}

static s64 event_status(const struct den_call *c)
{
    const s32 found = den_find(c->vm, c->arg[0]);

    return found < 0 ? SDEI_INVALID_PARAMETERS : den_entry(c->vm, c->v, (u32)found)->state;
}

static s64 routing_info(const struct sdei_map *m, bool affinity)
{
    if (m->type == SDEI_PRIVATE)
        return SDEI_INVALID_PARAMETERS;
    if (!(m->shared.state & SDEI_REGISTERED))
        return SDEI_DENIED;
    if (!affinity)
        return m->route_mode;
    return m->route_mode == SDEI_ROUTE_PE ? (s64)m->affinity : SDEI_INVALID_PARAMETERS;
}

/*
 * EV_SIGNALED: 1 = the event can be signalled, as the specification words it. There is an opposite
 * reading: TF-A names its constant NOT_SIGNALED and answers 1 for an event that cannot be.
 */
static s64 event_get_info(const struct den_call *c)
{
    const s32 found = den_find(c->vm, c->arg[0]);
    if (found < 0)
        return SDEI_INVALID_PARAMETERS;

    const struct sdei_map *m = &c->vm->den.map[found];
    switch (c->arg[1]) {
    case SDEI_INFO_TYPE:
        return m->type;
    case SDEI_INFO_SIGNALED:
        return m->binding == SDEI_BIND_SIGNAL;
    case SDEI_INFO_PRIORITY:
        return m->priority;
    case SDEI_INFO_ROUTING_MODE:
    case SDEI_INFO_ROUTING_AFFINITY:
        return routing_info(m, c->arg[1] == SDEI_INFO_ROUTING_AFFINITY);
    default:
        return SDEI_INVALID_PARAMETERS;
    }
}

/* Relative handler addresses are an option of 1.1 that is not offered. */
static s64 features(const struct den_call *c)
{
    const struct sdei_spec *spec = &c->vm->spec;

    if (c->arg[0] == SDEI_FEATURE_BIND_SLOTS)
        return spec->private_slots | (s64)spec->shared_slots << 16;
    return c->arg[0] == SDEI_FEATURE_RELATIVE_MODE ? 0 : SDEI_INVALID_PARAMETERS;
}

/* --- The PE --- */

static s64 pe_mask(const struct den_call *c)
{
    const bool changed = !c->v->masked;

    c->v->masked = 1;
    return changed;
}

/* Interrupts that came while the PE was masked are disabled since: they may come again. */
static s64 pe_unmask(const struct den_call *c)
{
    struct sdei_vm *vm = c->vm;
    const bool held = c->v->pe.held;

    c->v->masked = 0;
    c->v->pe.held = 0;
    for (u32 i = 0; held && i < vm->den.map_count; i++) {
        const struct sdei_map *m = &vm->den.map[i];

        if (den_is_own(m, c->vcpu) && den_entry(vm, c->v, i)->state & SDEI_ENABLED)
            den_irq(c->todo, m, SDEI_IRQ_ENABLE);
    }
    c->todo->request = den_is_pending(vm, c->v, c->vcpu);
    return SDEI_SUCCESS;
}

/*
 * Several signals before the delivery are one. A PE that is masked keeps it; one that has not
 * registered event 0 drops it when it looks.
 */
static s64 event_signal(const struct den_call *c)
{
    const s32 pe = den_find_pe(c->vm, c->arg[1]);

    if ((u32)c->arg[0] != SDEI_SIGNAL_NUM || pe < 0)
        return SDEI_INVALID_PARAMETERS;
    if (c->vm->spec.signal_needs_ready && !den_bit(c->vm->den.ready, (u32)pe))
        return SDEI_INVALID_PARAMETERS;
    den_bit_write(c->vm->den.signalled, (u32)pe, true);
    c->todo->request = (u32)pe == c->vcpu;
    c->todo->signals = (u32)pe != c->vcpu;
    c->todo->signal_pe = (u16)pe;
    return SDEI_SUCCESS;
}

/* By fid. The two completions are not served here, all others are. */
#define ROW(name) [SDEI_##name - SDEI_VERSION]
static s64 (*const calls[SDEI_FID_LAST - SDEI_VERSION + 1])(const struct den_call *c) = {
    ROW(VERSION) = version,
    ROW(EVENT_REGISTER) = event_register,
    ROW(EVENT_ENABLE) = event_enable,
    ROW(EVENT_DISABLE) = event_disable,
    ROW(EVENT_CONTEXT) = event_context,
    ROW(EVENT_UNREGISTER) = event_unregister,
    ROW(EVENT_STATUS) = event_status,
    ROW(EVENT_GET_INFO) = event_get_info,
    ROW(EVENT_ROUTING_SET) = event_routing_set,
    ROW(PE_MASK) = pe_mask,
    ROW(PE_UNMASK) = pe_unmask,
    ROW(INTERRUPT_BIND) = den_interrupt_bind,
    ROW(INTERRUPT_RELEASE) = den_interrupt_release,
    ROW(EVENT_SIGNAL) = event_signal,
    ROW(FEATURES) = features,
    ROW(PRIVATE_RESET) = den_private_reset,
    ROW(SHARED_RESET) = den_shared_reset,
};

s64 sdei_den_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
                  struct sdei_todo *todo)
{
    const struct den_call c = {vm, v, vcpu, arg, todo};

    if (fid < SDEI_VERSION || fid > SDEI_FID_LAST || calls[fid - SDEI_VERSION] == NULL)
        return SDEI_NOT_SUPPORTED;
    const s64 x0 = calls[fid - SDEI_VERSION](&c);
    den_refresh_ready(vm, v, vcpu);
    return x0;
}
