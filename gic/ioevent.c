#include "gic/ioevent.h"

#include <string.h>

void gic_ioevents_init(struct gic_ioevents *t)
{
    memset(t, 0, sizeof(*t));
}

bool gic_ioevent_matches(const struct gic_ioevent *e, u64 addr, u32 len, u64 value)
{
    if (addr != e->addr)
        return false;
    if (e->len == 0)
        return true;
    if (len != e->len)
        return false;
    u64 mask = len < 8 ? (1ull << (8 * len)) - 1 : UINT64_MAX;

    return e->wildcard || (value & mask) == e->datamatch;
}

/* --- Registration. The checks stand in KVM's order: the first that fails gives the error. --- */

static bool is_bad_len(const struct gic_ioevent_args *a)
{
    return a->len > 8 || (a->len & (a->len - 1)) != 0; /* 0 is a length, too. */
}

static bool is_overflow(const struct gic_ioevent_args *a)
{
    return a->addr + a->len < a->addr;
}

static bool is_bad_flags(const struct gic_ioevent_args *a)
{
    return (a->flags & ~(u32)GIC_IOEVENT_FLAGS) != 0;
}

static bool is_match_of_nothing(const struct gic_ioevent_args *a)
{
    return a->len == 0 && (a->flags & GIC_IOEVENT_DATAMATCH) != 0;
}

static bool is_no_eventfd(const struct gic_ioevent_args *a)
{
    return a->fd < 0;
}

static const struct {
    bool (*fails)(const struct gic_ioevent_args *a);
    enum gic_ioevent_error error;
} checks[] = {
    {is_bad_len, GIC_IOEVENT_EINVAL},   {is_overflow, GIC_IOEVENT_EINVAL},
    {is_bad_flags, GIC_IOEVENT_EINVAL}, {is_match_of_nothing, GIC_IOEVENT_EINVAL},
    {is_no_eventfd, GIC_IOEVENT_EBADF},
};

static enum gic_ioevent_bus bus_of(u32 flags)
{
    if ((flags & GIC_IOEVENT_PIO) != 0)
        return GIC_BUS_PIO;
    return (flags & GIC_IOEVENT_VIRTIO_CCW) != 0 ? GIC_BUS_CCW : GIC_BUS_MMIO;
}

/* Two events that one write could signal both, without a value to tell them apart. */
static bool collides(const struct gic_ioevent *e, const struct gic_ioevent *other)
{
    if (!other->used || e->bus != other->bus || e->addr != other->addr)
        return false;
    if (e->len == 0 || other->len == 0)
        return true;
    return e->len == other->len &&
           (e->wildcard || other->wildcard || e->datamatch == other->datamatch);
}

static struct gic_ioevent event_of(const struct gic_ioevent_args *a, enum gic_ioevent_bus bus)
{
    struct gic_ioevent e = {.addr = a->addr, .len = a->len, .fd = a->fd, .used = 1};

    e.bus = (u8)bus;
    e.wildcard = (a->flags & GIC_IOEVENT_DATAMATCH) == 0;
    e.datamatch = e.wildcard ? 0 : a->datamatch;
    return e;
}

static enum gic_ioevent_error assign(struct gic_ioevents *t, struct gic_bus *mmio,
                                     struct gic_ioevent e)
{
    u32 at = 0;

    for (u32 i = 0; i < GIC_BUS_IOEVENTS_MAX; i++)
        if (collides(&e, &t->event[i]))
            return GIC_IOEVENT_EEXIST;
    while (at < GIC_BUS_IOEVENTS_MAX && t->event[at].used)
        at++;
    if (at == GIC_BUS_IOEVENTS_MAX)
        return GIC_IOEVENT_ENOSPC;
    if (e.bus == GIC_BUS_MMIO &&
        !gic_bus_insert(mmio, e.addr, e.len, GIC_IOEVENT_DEVICE + at, true))
        return GIC_IOEVENT_ENOSPC;
    t->event[at] = e;
    t->count++;
    return GIC_IOEVENT_OK;
}

/* All that was given at the registration must be given again. */
static enum gic_ioevent_error deassign(struct gic_ioevents *t, struct gic_bus *mmio,
                                       struct gic_ioevent e)
{
    for (u32 i = 0; i < GIC_BUS_IOEVENTS_MAX; i++) {
        if (memcmp(&t->event[i], &e, sizeof(e)) != 0)
            continue;
        if (e.bus == GIC_BUS_MMIO)
            gic_bus_remove(mmio, GIC_IOEVENT_DEVICE + i);
        memset(&t->event[i], 0, sizeof(e));
        t->count--;
        return GIC_IOEVENT_OK;
    }
    return GIC_IOEVENT_ENOENT;
}

enum gic_ioevent_error gic_ioevent(struct gic_ioevents *t, struct gic_bus *mmio,
                                   const struct gic_ioevent_args *args)
{
    enum gic_ioevent_bus bus = bus_of(args->flags);
    bool is_fast = args->len == 0 && bus == GIC_BUS_MMIO;
    enum gic_ioevent_error error;

    if ((args->flags & GIC_IOEVENT_DEASSIGN) != 0) {
        if (is_no_eventfd(args))
            return GIC_IOEVENT_EBADF; /* The only check of a DEASSIGN. */
        error = deassign(t, mmio, event_of(args, bus));
        if (is_fast)
            deassign(t, mmio, event_of(args, GIC_BUS_FAST_MMIO));
        return error;
    }
    for (size_t i = 0; i < ARRAY_COUNT(checks); i++)
        if (checks[i].fails(args))
            return checks[i].error;
    error = assign(t, mmio, event_of(args, bus));
    if (error != GIC_IOEVENT_OK || !is_fast)
        return error;
    error = assign(t, mmio, event_of(args, GIC_BUS_FAST_MMIO));
    if (error != GIC_IOEVENT_OK)
        deassign(t, mmio, event_of(args, bus));
    return error;
}
