/*
 * Which device serves a guest's access to an address: KVM's kvm_io_bus as a decider. A sorted array
 * of ranges; a look-up is a binary search, so that its cost grows with the logarithm of the number
 * of frames. Devices are numbers of the caller's. Ranges may overlap; then each device in turn is
 * asked.
 *
 * Reference: Linux 6.1, virt/kvm/kvm_main.c. The caller owns struct gic_bus.
 */
#ifndef GIC_BUS_H
#define GIC_BUS_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GIC_BUS_DEVICES_MAX = 1000, /* Without ioeventfds. */
    /* Inaccurate: KVM allocates as many as it is asked for, as long as there is a device free. */
    GIC_BUS_IOEVENTS_MAX = 1024,
    GIC_BUS_RANGES_MAX = GIC_BUS_DEVICES_MAX + GIC_BUS_IOEVENTS_MAX,
};
#define GIC_BUS_NOBODY UINT32_MAX /* -EOPNOTSUPP: the access goes to the VMM. */

struct gic_bus_range {
    u64 base;
    u32 len; /* Bytes; 0: exactly this address, with an access of any length. */
    u32 device;
    u32 is_ioevent;
    u32 zero;
};

struct gic_bus {
    u32 count, ioevent_count;
    struct gic_bus_range range[GIC_BUS_RANGES_MAX];
};

void gic_bus_init(struct gic_bus *b);
/* False: no space. As in KVM a thousand devices leave no room for an ioeventfd either. */
bool gic_bus_insert(struct gic_bus *b, u64 base, u32 len, u32 device, bool is_ioevent);
/* The first range of this device. False: it has none. */
bool gic_bus_remove(struct gic_bus *b, u32 device);

/*
 * The device that serves [addr, addr + len), or GIC_BUS_NOBODY. The access must lie inside of the
 * range. serve() does the access and says true, or says false: "not mine, ask the next".
 * compares, if not NULL, is increased by the comparisons that this took.
 */
u32 gic_bus_access(const struct gic_bus *b, u64 addr, u32 len,
                   bool (*serve)(void *arg, u32 device, u64 addr, u32 len), void *arg,
                   u64 *compares);

#ifdef __cplusplus
}
#endif
#endif
