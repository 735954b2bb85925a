/*
 * What a run has measured: fault records with their two chains of stamps, histograms per hop,
 * counters. Part of the image. See model/hop.def.
 */
#ifndef MODEL_STATS_H
#define MODEL_STATS_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum hop_chain { CHAIN_PAGE, CHAIN_GUEST };

enum hop {
#define HOP(id, key, chain, words) HOP_##id,
#include "model/hop.def"
#undef HOP
    HOP_COUNT,
    HOP_NONE = 63,
    HOP_PAGE_LAST = HOP_REPLAY_WAIT, /* The hops of the guest chain come behind. */
};
STATIC_ASSERT(HOP_COUNT <= 63, "a fault keeps one bit for each hop");

struct hop_info {
    const char *key;
    u8 chain;
    const char *words;
};
extern const struct hop_info hop_info[HOP_COUNT];

/* Why a fault was synchronous; ASYNC is not a reason. */
enum fault_kind {
    FAULT_ASYNC,
    FAULT_SYNC_NO_APF,   /* The variant has no APF. */
    FAULT_SYNC_DISABLED, /* No ENABLE yet. */
    FAULT_SYNC_EL1,      /* The guest was in its kernel. */
    FAULT_SYNC_RUNNING,  /* v4: an SDEI handler runs. */
    FAULT_SYNC_MAILBOX,  /* Mailbox not empty. */
    FAULT_SYNC_PNP,      /* one-ppi: PNP not acknowledged. */
    FAULT_SYNC_READY,    /* one-ppi: READY not acknowledged. */
    FAULT_SYNC_SLOTS,    /* All slots in flight. */
    FAULT_SYNC_PERM,     /* one-ppi: permission faults are never asynchronous. */
    FAULT_KIND_COUNT
};
extern const char *const fault_kind_name[FAULT_KIND_COUNT];

enum fault_flag {
    FAULT_CANCELLED = 1 << 0,  /* The page beat the notification. */
    FAULT_REFAULTED = 1 << 1,  /* Evicted again before the retry: closed there. */
    FAULT_CUT = 1 << 2,        /* The run ended first: not in the histograms. */
    FAULT_COUNTED = 1 << 3,    /* It needs the store (else it is minor and is dropped). */
    FAULT_UNTOLD = 1 << 4,     /* PNP failed: no task waits for it. */
};

/* In whose hands a page chain is. */
enum fault_owner {
    OWNER_VCPU, /* The vCPU thread: from the abort on. */
    OWNER_WORK, /* Work item, worker, done list, READY. */
    OWNER_TASK, /* The task, from its wake-up to the access that succeeds. */
};

struct fault {
    u64 start_ps;
    u64 last_ps;       /* Page chain: end of the last hop. */
    u64 guest_last_ps; /* Guest chain. */
    u64 pick_ps;       /* Part of the page chain charged from "pick:" lines. */
    u64 visited;       /* One bit per hop. */
    u64 number;        /* Running number of counted faults. */
    u32 gfn, token;
    u16 vcpu, task;
    u16 next_free;
    u8 used, kind, flags, owner, dequeue_tries, zero;
    u64 hop_ps[HOP_COUNT];
};

struct stats {
    u64 fault_count[FAULT_KIND_COUNT]; /* Counted when the decision falls. */
    u64 cancelled, refaulted, minor, permission, refault_spin, halts, halt_ps;
    u64 replay_sleeps, mailbox_faults, failed_pnp, lost_kicks, entries_given_up, dequeue_retries;
    u64 spurious_irqs, exits, hypercalls, maintenance_exits, kicks, wakeups_in_vain, cut;
    u64 page_ps, pick_ps; /* All closed page chains; the part on picks. */
    u64 closed;
    struct hist hop[HOP_COUNT];
    struct hist total_async, total_sync, guest_total;
};

#ifdef __cplusplus
}
#endif
#endif
