#include "gic/bus.h"

#include <string.h>

void gic_bus_init(struct gic_bus *b)
{
    memset(b, 0, sizeof(*b));
}

/*
 * Less, equal (0) or greater: where an access, or a range that comes anew, stands to a range of the
 * array. Equal means inside. With length 0 the address alone counts, so that the exact address of
 * an ioeventfd is met by accesses of every length.
 */
static int compare(u64 addr, u32 len, const struct gic_bus_range *r)
{
    if (addr < r->base)
        return -1;
    if (r->len == 0)
        return addr > r->base;
    return addr + len > r->base + r->len;
}

/* Behind all that are less or equal to it. */
bool gic_bus_insert(struct gic_bus *b, u64 base, u32 len, u32 device, bool is_ioevent)
{
    struct gic_bus_range new_range = {base, len, device, is_ioevent, 0};
    u32 at = 0;

    if (b->count - b->ioevent_count >= GIC_BUS_DEVICES_MAX)
        return false;
    if (is_ioevent && b->ioevent_count == GIC_BUS_IOEVENTS_MAX)
        return false;
    while (at < b->count && compare(b->range[at].base, b->range[at].len, &new_range) <= 0)
        at++;
    memmove(&b->range[at + 1], &b->range[at], (b->count - at) * sizeof(b->range[0]));
    b->range[at] = new_range;
    b->count++;
    b->ioevent_count += is_ioevent;
    return true;
}

bool gic_bus_remove(struct gic_bus *b, u32 device)
{
    u32 at = 0;

    while (at < b->count && b->range[at].device != device)
        at++;
    if (at == b->count)
        return false;
    b->ioevent_count -= b->range[at].is_ioevent;
    b->count--;
    memmove(&b->range[at], &b->range[at + 1], (b->count - at) * sizeof(b->range[0]));
    memset(&b->range[b->count], 0, sizeof(b->range[0]));
    return true;
}

/* Any range that matches, or b->count. */
static u32 find_any(const struct gic_bus *b, u64 addr, u32 len, u64 *compares)
{
    u32 low = 0, left = b->count;

    while (left > 0) {
        u32 middle = low + left / 2;
        int side = compare(addr, len, &b->range[middle]);

        ++*compares;
        if (side == 0)
            return middle;
        if (side > 0) {
            low = middle + 1;
            left--;
        }
        left /= 2;
    }
    return b->count;
}

static bool matches(const struct gic_bus *b, u32 at, u64 addr, u32 len, u64 *compares)
{
    ++*compares;
    return compare(addr, len, &b->range[at]) == 0;
}

u32 gic_bus_access(const struct gic_bus *b, u64 addr, u32 len,
                   bool (*serve)(void *arg, u32 device, u64 addr, u32 len), void *arg,
                   u64 *compares)
{
    u64 uncounted = 0;
    u64 *counter = compares != NULL ? compares : &uncounted;
    u32 at = find_any(b, addr, len, counter);

    if (at == b->count)
        return GIC_BUS_NOBODY;
    while (at > 0 && matches(b, at - 1, addr, len, counter))
        at--;
    do {
        if (serve(arg, b->range[at].device, addr, len))
            return b->range[at].device;
        at++;
    } while (at < b->count && matches(b, at, addr, len, counter));
    return GIC_BUS_NOBODY;
}
