/* The KVM series v4: its calls. None of them raises KVM_REQ_SDEI, not even PE_UNMASK. */
#include "sdei/private.h"

#include <string.h>

struct call { /* One call of a guest, on its way through the table below. */
    struct sdei_vm *vm;
    struct sdei_vcpu *v;
    u32 vcpu;
    const u64 *arg; /* x1..x5 */
};

/* Version 1.0, vendor-defined part 0. */
static s64 version(const struct call *c)
{
    (void)c;
    return 1ll << 48;
}

/*
 * Posted deviation: the first registration takes the routing mode from the
 * affinity argument, a later one from where it should.
 */
static s64 event_register(const struct call *c)
{
    u64 mode = c->arg[3];
    u64 affinity = c->arg[4];

    if (!sdei_is_valid_num(c->arg[0]) || mode > SDEI_ROUTE_PE)
        return SDEI_INVALID_PARAMETERS;
    struct sdei_event *e = sdei_find_exposed(c->vm, c->arg[0]);
    if (e == NULL)
        return SDEI_INVALID_PARAMETERS;
    u32 index = sdei_index(e, c->vcpu);
    if (sdei_bit(e->registered, index))
        return SDEI_DENIED;

    e->route_mode = (u8)(e->exists ? mode : affinity);
    e->route_affinity = affinity;
    e->entry[index] = c->arg[1];
    e->param[index] = c->arg[2];
    e->exists = 1;
    sdei_bit_write(e->registered, index, true);
    return SDEI_SUCCESS;
}

/*
 * The tests that ENABLE, DISABLE and UNREGISTER share, in their order. The count of references is
 * that of all vCPUs, also for a private event: one that is queued or running elsewhere is PENDING
 * here (posted deviation).
 */
static s64 find_idle(const struct call *c, struct sdei_event **found)
{
    struct sdei_event *e = sdei_find_registered(c->vm, c->arg[0]);

    if (!sdei_is_valid_num(c->arg[0]) || e == NULL)
        return SDEI_INVALID_PARAMETERS;
    if (e->refcount != 0)
        return SDEI_PENDING;
    if (!sdei_bit(e->registered, sdei_index(e, c->vcpu)))
        return SDEI_DENIED;
    *found = e;
    return SDEI_SUCCESS;
}

/* Posted deviation: DEN0054 allows the state that is already there. */
static s64 event_set_enabled(const struct call *c, bool enabled)
{
    struct sdei_event *e = NULL;
    s64 error = find_idle(c, &e);

    if (error != SDEI_SUCCESS)
        return error;
    u32 index = sdei_index(e, c->vcpu);
    if (sdei_bit(e->enabled, index) == enabled)
        return SDEI_DENIED;
    sdei_bit_write(e->enabled, index, enabled);
    return SDEI_SUCCESS;
}

static s64 event_enable(const struct call *c)
{
    return event_set_enabled(c, true);
}

static s64 event_disable(const struct call *c)
{
    return event_set_enabled(c, false);
}

/*
 * Posted deviation: index 18 passes the range test and reads what follows x17,
 * the saved PC.
 */
static s64 event_context(const struct call *c)
{
    u64 index = c->arg[0];

    if (index > SDEI_REG_COUNT)
        return SDEI_INVALID_PARAMETERS;
    for (int priority = SDEI_CRITICAL; priority >= SDEI_NORMAL; priority--) {
        const struct sdei_level *l = &c->v->level[priority];

        if (l->running >= 0)
            return (s64)(index == SDEI_REG_COUNT ? l->regs.pc : l->regs.x[index]);
    }
    return SDEI_DENIED;
}

/* The KVM event ends: a later REGISTER is a first one again. The exposed event stays. */
static void forget(struct sdei_event *e)
{
    e->exists = 0;
    e->route_mode = 0;
    e->route_affinity = 0;
    memset(e->registered, 0, sizeof(e->registered));
    memset(e->enabled, 0, sizeof(e->enabled));
    memset(e->entry, 0, sizeof(e->entry));
    memset(e->param, 0, sizeof(e->param));
}

static s64 event_unregister(const struct call *c)
{
    struct sdei_event *e = NULL;
    s64 error = find_idle(c, &e);

    if (error != SDEI_SUCCESS)
        return error;
    u32 index = sdei_index(e, c->vcpu);
    sdei_bit_write(e->enabled, index, false);
    sdei_bit_write(e->registered, index, false);
    if (sdei_is_orphan(e))
        forget(e);
    return SDEI_SUCCESS;
}

/*
 * Running means "has references", so also when only queued, on any vCPU.
 * Inaccurate: posted v4 follows a NULL pointer once the event is registered, which takes the host
 * down. A host that is gone cannot be simulated; these are the bits that were meant.
 */
static s64 event_status(const struct call *c)
{
    if (!sdei_is_valid_num(c->arg[0]))
        return SDEI_INVALID_PARAMETERS;
    const struct sdei_event *e = sdei_find_registered(c->vm, c->arg[0]);
    if (e == NULL)
        return 0;
    return sdei_state(e, sdei_index(e, c->vcpu)) | (e->refcount != 0 ? SDEI_RUNNING : 0u);
}

/* Routing belongs to a shared event that somebody has registered (DEN0054 EVENT_GET_INFO). */
static s64 routing_info(const struct sdei_event *e, bool affinity)
{
    if (e->type == SDEI_PRIVATE)
        return SDEI_INVALID_PARAMETERS;
    if (!e->exists)
        return SDEI_DENIED;
    if (!affinity)
        return e->route_mode;
    return e->route_mode == SDEI_ROUTE_PE ? (s64)e->route_affinity : SDEI_INVALID_PARAMETERS;
}

static s64 event_get_info(const struct call *c)
{
    const struct sdei_event *e = sdei_find_exposed(c->vm, c->arg[0]);

    if (!sdei_is_valid_num(c->arg[0]) || e == NULL)
        return SDEI_INVALID_PARAMETERS;
    switch (c->arg[1]) {
    case SDEI_INFO_TYPE:
        return e->type;
    case SDEI_INFO_SIGNALED:
        return e->signaled;
    case SDEI_INFO_PRIORITY:
        return e->priority;
    case SDEI_INFO_ROUTING_MODE:
    case SDEI_INFO_ROUTING_AFFINITY:
        return routing_info(e, c->arg[1] == SDEI_INFO_ROUTING_AFFINITY);
    default:
        return SDEI_INVALID_PARAMETERS;
    }
}

/*
 * DEN0054 EVENT_ROUTING_SET: for a shared event that is registered, disabled and not running. One
 * that is queued or running cannot be disabled here.
 */
static s64 event_routing_set(const struct call *c)
{
    struct sdei_event *e = sdei_find_registered(c->vm, c->arg[0]);

    if (!sdei_is_valid_num(c->arg[0]) || c->arg[1] > SDEI_ROUTE_PE)
        return SDEI_INVALID_PARAMETERS;
    if (e == NULL || e->type == SDEI_PRIVATE)
        return SDEI_INVALID_PARAMETERS;
    if (sdei_state(e, 0) != SDEI_REGISTERED)
        return SDEI_DENIED;
    e->route_mode = (u8)c->arg[1];
    e->route_affinity = c->arg[2];
    return SDEI_SUCCESS;
}

/* Posted deviation: in DEN0054 neither call fails, and PE_MASK tells the old state. */
static s64 pe_set_masked(const struct call *c, bool masked)
{
    if (c->v->masked == masked)
        return SDEI_DENIED;
    c->v->masked = masked;
    return SDEI_SUCCESS;
}

static s64 pe_mask(const struct call *c)
{
    return pe_set_masked(c, true);
}

static s64 pe_unmask(const struct call *c)
{
    return pe_set_masked(c, false);
}

/*
 * Posted deviation: the whole VM loses its idle events of this type, not only the calling PE, and
 * those with references are passed over without DENIED.
 */
static s64 reset(const struct call *c, enum sdei_type type)
{
    for (u32 i = 0; i < c->vm->event_count; i++) {
        struct sdei_event *e = &c->vm->event[i];

        if (e->exists && e->type == type && e->refcount == 0)
            forget(e);
    }
    return SDEI_SUCCESS;
}

static s64 private_reset(const struct call *c)
{
    return reset(c, SDEI_PRIVATE);
}

static s64 shared_reset(const struct call *c)
{
    return reset(c, SDEI_SHARED);
}

/*
 * By fid. A hole is not supported: interrupts cannot be bound, and v4 is version 1.0, which has
 * neither EVENT_SIGNAL nor FEATURES.
 */
#define ROW(name) [SDEI_##name - SDEI_VERSION]
static s64 (*const calls[SDEI_FID_LAST - SDEI_VERSION + 1])(const struct call *c) = {
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
    ROW(PRIVATE_RESET) = private_reset,
    ROW(SHARED_RESET) = shared_reset,
};

s64 sdei_v4_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5])
{
    const struct call c = {vm, v, vcpu, arg};

    if (fid < SDEI_VERSION || fid > SDEI_FID_LAST || calls[fid - SDEI_VERSION] == NULL)
        return SDEI_NOT_SUPPORTED;
    return calls[fid - SDEI_VERSION](&c);
}
