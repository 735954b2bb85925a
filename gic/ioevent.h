/*
 * KVM_IOEVENTFD as a decider: a write of the guest that signals an eventfd in the kernel, without
 * the VMM. Registration with its errors in KVM's order, matching, and the device on the bus.
 *
 * Reference: Linux 6.1, virt/kvm/eventfd.c. The caller owns struct gic_ioevents. eventfds are
 * numbers of the caller's.
 */
#ifndef GIC_IOEVENT_H
#define GIC_IOEVENT_H

#include "gic/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GIC_IOEVENT_DATAMATCH = 1,
    GIC_IOEVENT_PIO = 2,
    GIC_IOEVENT_DEASSIGN = 4,
    GIC_IOEVENT_VIRTIO_CCW = 8,
    GIC_IOEVENT_FLAGS = 31, /* KVM takes bit 4 as well, and does nothing with it. */
};
/* Devices of the bus from here on are ioeventfds: this plus the index in the table. */
#define GIC_IOEVENT_DEVICE 0x80000000u

enum gic_ioevent_bus { GIC_BUS_MMIO, GIC_BUS_PIO, GIC_BUS_CCW, GIC_BUS_FAST_MMIO };
enum gic_ioevent_error {
    GIC_IOEVENT_OK,
    GIC_IOEVENT_EINVAL,
    GIC_IOEVENT_EBADF, /* No such eventfd. */
    GIC_IOEVENT_EEXIST,
    GIC_IOEVENT_ENOENT,
    GIC_IOEVENT_ENOSPC,
};

/* struct kvm_ioeventfd */
struct gic_ioevent_args {
    u64 datamatch, addr;
    u32 len;   /* 0, 1, 2, 4 or 8 bytes; 0: any length. */
    s32 fd;    /* Negative: not an eventfd. */
    u32 flags; /* GIC_IOEVENT_* */
    u32 zero;
};

struct gic_ioevent {
    u64 addr, datamatch;
    u32 len;
    s32 fd;
    u8 used, bus, wildcard; /* bus: enum gic_ioevent_bus */
    u8 zero[5];
};

struct gic_ioevents {
    u32 count, zero;
    struct gic_ioevent event[GIC_BUS_IOEVENTS_MAX];
};

void gic_ioevents_init(struct gic_ioevents *t);
/* KVM_IOEVENTFD. An MMIO event is a device of `mmio` from then on. Length 0 on MMIO is entered
 * for KVM's FAST_MMIO bus too, which arm64 never asks. */
enum gic_ioevent_error gic_ioevent(struct gic_ioevents *t, struct gic_bus *mmio,
                                   const struct gic_ioevent_args *args);
/* Does this write signal it? A read never does. */
bool gic_ioevent_matches(const struct gic_ioevent *e, u64 addr, u32 len, u64 value);

#ifdef __cplusplus
}
#endif
#endif
