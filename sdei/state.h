/*
 * What a VM and a vCPU remember of SDEI, in each personality. Plain data without pointers. Part of
 * the door: others include sdei/sdei.h, and look at no field but those of struct sdei_todo and
 * struct sdei_done.
 */
#ifndef SDEI_STATE_H
#define SDEI_STATE_H

#include "sdei/numbers.h"

enum sdei_personality { SDEI_KVM_V4, SDEI_DEN0054, SDEI_KVM_V7, SDEI_PERSONALITY_COUNT };

enum {
    SDEI_VCPU_MAX = 512,             /* KVM_SDEI_MAX_VCPUS */
    SDEI_EVENT_MAX = 4,              /* kvm-v4: exposed events. */
    SDEI_QUEUE_MAX = SDEI_EVENT_MAX, /* An event stands in one queue, once: it cannot be full. */
    SDEI_MAP_MAX = 16,               /* den0054: events, slots included. */
    SDEI_REG_COUNT = 18,             /* x0..x17 belong to the handler. */
    SDEI_IRQ_MAX = 5120,             /* Interrupts behind events: PPIs and SPIs are below. */
};

struct sdei_regs { /* What a dispatch saves: x0..x17, PC, PSTATE. */
    u64 x[SDEI_REG_COUNT];
    u64 pc;
    u64 pstate;
};

/* --- The frozen part --- */

/*
 * den0054: the core that runs handlers. has_*: 1 if the feature is implemented. The control bits
 * are those of the client's SCTLR_ELx and GCSCR_ELx; operating systems set them once, at boot.
 */
struct sdei_pe_spec {
    u8 client_el; /* 1 or 2: the highest non-secure EL. */
    u8 is_host;   /* Client EL2: HCR_EL2.{E2H,TGE} are both 1. */
    u8 has_pan, has_dit, has_ssbs, has_mte2, has_nmi, has_ebep, has_gcs;
    u8 span;      /* SCTLR_ELx.SPAN: 0 sets PAN. */
    u8 dssbs;     /* SCTLR_ELx.DSSBS: the new SSBS. */
    u8 spintmask; /* SCTLR_ELx.SPINTMASK: 0 sets ALLINT. */
    u8 exlocken;  /* GCSCR_ELx.EXLOCKEN: the new EXLOCK if the EL stays. */
    u8 zero[3];
};

struct sdei_platform_event { /* den0054: explicit or static; event 0 and the slots go without. */
    u32 num;                 /* 1..0x7fffffff, not one of a slot. */
    u16 intid;               /* Static: PPI of a private event, SPI of a shared one. Else 0. */
    u8 type, priority, binding;
    u8 zero[3];
};

struct sdei_spec {
    u32 personality;
    u32 vcpu_count; /* 1..SDEI_VCPU_MAX */
    /* The rest is read by den0054 only. */
    u32 vendor;            /* Bits 31:0 of VERSION. */
    u8 minor;              /* VERSION is 1.minor; TF-A serves the calls of 1.1 and says 1.0. */
    u8 va_bits;            /* Addresses that a handler can have, in either half: 39..52 bits. */
    u8 signal_needs_ready; /* EVENT_SIGNAL refuses a PE that could not take it (TF-A, 2026). */
    u8 zero;
    u8 private_slots, shared_slots; /* For INTERRUPT_BIND. */
    u8 zero2[2];
    u32 private_slot_num, shared_slot_num; /* Event number of the first slot. */
    u32 event_count;
    struct sdei_pe_spec pe;
    struct sdei_platform_event event[SDEI_MAP_MAX];
};

/* --- kvm-v4 --- */

/*
 * One exposed event, and in the same place the "KVM event" that the first REGISTER makes of it.
 * Private events have one registration for each vCPU, a shared one uses index 0.
 */
struct sdei_event {
    u32 num;
    u8 exists;                   /* The KVM event: somebody has registered it. */
    u8 type, priority, signaled; /* Of the exposed event; enum sdei_type, sdei_priority. */
    u32 refcount;                /* Injections not completed, over all vCPUs. */
    u8 route_mode;               /* enum sdei_route, or what the posted defect stored. */
    u8 zero[3];
    u64 route_affinity;
    u64 registered[SDEI_VCPU_MAX / 64];
    u64 enabled[SDEI_VCPU_MAX / 64];
    u64 entry[SDEI_VCPU_MAX];
    u64 param[SDEI_VCPU_MAX];
};

struct sdei_queued { /* "vCPU event". */
    u32 event;       /* Index into sdei_vm.event. */
    u32 refcount;    /* Injections into this vCPU not completed. */
};

/* The events of one priority on one vCPU. A running event stays at the head of its queue. */
struct sdei_level {
    s32 running;                              /* Event index, -1 none. */
    u32 count;                                /* Queue length. */
    struct sdei_queued queue[SDEI_QUEUE_MAX]; /* Oldest first. */
    struct sdei_regs regs; /* The interrupted context while an event is running. */
};

/* --- kvm-v7. Bit n of a map is event n. --- */

struct sdei_v7 {
    u64 registered, enabled, running, pending;
    u64 entry[SDEI_V7_EVENT_COUNT], param[SDEI_V7_EVENT_COUNT];
    struct sdei_regs regs;
    u32 hung; /* See sdei_is_hung(). */
    u32 zero;
};

/* --- den0054 --- */

/* A registration: one for each PE of a private event, one for all of a shared one. */
struct sdei_entry {
    u64 ep, arg;
    u8 state;   /* DEN0054 handler state. */
    u8 pending; /* An explicit event that has not been delivered yet. */
    u8 zero[6];
};

struct sdei_map { /* One event of the platform. */
    u32 num;
    u32 registered; /* Registrations that stand: PEs of a private event, 0 or 1 of a shared one. */
    u16 intid;      /* The interrupt behind it, 0 none. */
    u8 type, priority, binding;
    u8 route_mode; /* Shared and registered: enum sdei_route. */
    u8 zero[2];
    u64 affinity; /* With SDEI_ROUTE_PE. */
    struct sdei_entry shared;
};

struct sdei_platform {
    u32 map_count;
    u32 zero;
    struct sdei_map map[SDEI_MAP_MAX]; /* Event 0, the specification's, slots: private, shared. */
    u64 signalled[SDEI_VCPU_MAX / 64]; /* Event 0 is pending on this PE. */
    u64 ready[SDEI_VCPU_MAX / 64];     /* PE unmasked, event 0 registered and enabled there. */
    u64 irq_active[SDEI_IRQ_MAX / 64], irq_foreign[SDEI_IRQ_MAX / 64];
};

struct sdei_frame { /* A dispatched event. UNREGISTER may already have cleared its entry. */
    u32 map;        /* Index into sdei_platform.map. */
    u32 intid;      /* Interrupt to be ended at the completion, 0 none. */
    struct sdei_regs regs;
};

enum { SDEI_DEPTH_MAX = 2 }; /* A critical handler that has interrupted a normal one. */
struct sdei_pe {
    u32 depth;
    u32 held; /* Interrupts were disabled because the PE was masked: PE_UNMASK enables them. It
               * outlives a reset, as shared events do. */
    struct sdei_frame frame[SDEI_DEPTH_MAX];
    struct sdei_entry entry[SDEI_MAP_MAX]; /* By map; those of shared events stay zero. */
};

/* --- Together --- */

struct sdei_vm {
    struct sdei_spec spec; /* Never changes. */
    u32 vcpu_count;
    u32 event_count; /* kvm-v4 */
    union {
        struct sdei_event event[SDEI_EVENT_MAX]; /* kvm-v4 */
        struct sdei_platform den;                /* den0054 */
    };
};
STATIC_ASSERT(sizeof(struct sdei_vm) <= 64 * 1024, "it stands in the machine's image");

struct sdei_vcpu {
    u32 masked; /* A PE starts masked (DEN0054). */
    u32 personality;
    union {
        struct sdei_level level[SDEI_PRIORITY_COUNT]; /* kvm-v4, by enum sdei_priority. */
        struct sdei_v7 v7;                            /* kvm-v7 */
        struct sdei_pe pe;                            /* den0054 */
    };
};
STATIC_ASSERT(sizeof(struct sdei_vcpu) <= 1024, "there are up to 512 of them in the image");

/* --- What the caller has to do --- */

/*
 * A sum of these for one interrupt, to be done in this order. A PPI is that of the PE for which the
 * door's function was called.
 */
enum sdei_irq_action {
    SDEI_IRQ_DISABLE = 1 << 0,
    SDEI_IRQ_CLEAR = 1 << 1, /* It is not pending any more. */
    SDEI_IRQ_CLAIM = 1 << 2, /* From the client's world to SDEI, with its class's priority. */
    SDEI_IRQ_ROUTE = 1 << 3, /* An SPI: to `affinity`, or to any PE. */
    SDEI_IRQ_ENABLE = 1 << 4,
    SDEI_IRQ_PEND = 1 << 5,      /* It is pending again. */
    SDEI_IRQ_END = 1 << 6,       /* End of interrupt: it is not active any more. */
    SDEI_IRQ_GIVE_BACK = 1 << 7, /* From SDEI to the client's world. */
};

struct sdei_irq {
    u16 intid;
    u8 action;
    u8 priority; /* enum sdei_priority, for CLAIM. */
    u8 to_any;   /* For ROUTE. */
    u8 zero[3];
    u64 affinity;
};

struct sdei_todo {
    u8 request; /* Raise KVM_REQ_SDEI on the vCPU that called. */
    u8 signals; /* Raise it on vCPU signal_pe, too, and kick that. */
    u16 signal_pe;
    u32 irq_count;
    struct sdei_irq irq[SDEI_MAP_MAX]; /* irq_count are written, one for each interrupt. */
};

struct sdei_done {    /* After sdei_complete(). */
    u8 has_status;    /* Write status to x0 (only after a failure, and not in the KVM series). */
    u8 irq_exception; /* kvm-v4, resume: take an IRQ exception from the restored context. */
    u8 resume_el;     /* kvm-v7, den0054, resume: write ELR and SPSR of this EL (else 0). */
    u8 zero;
    u32 num; /* The event whose handler has ended (the notifier sees COMPLETED). */
    s64 status;
    u64 elr, spsr;
    struct sdei_todo todo;
};

#endif
