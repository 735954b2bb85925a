/*
 * The frozen configuration of a run: plain data, filled by model/config from YAML, never changed
 * by a step. Units stand in the names.
 */
#ifndef MODEL_SPEC_H
#define MODEL_SPEC_H

#include "gic/gic.h"
#include "mmu/mmu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SPEC_VCPUS_MAX = 512,
    SPEC_HOST_CPUS_MAX = 64,
    SPEC_TASKS_MAX = 64,
    SPEC_NAME_MAX = 32,
    SPEC_PATH_MAX = 1024,
    SPEC_SOURCE_MAX = 200,
    STORE_CHANNELS_MAX = 64,
    STORE_DEPTH_MAX = 1024,
};

enum cost_id {
#define COST(id, key, words) COST_##id,
#include "model/cost.def"
#undef COST
    COST_COUNT
};

struct cost { /* One line of a cost profile. */
    u64 ps;
    u8 is_pick; /* The source says "pick: why". */
    char source[SPEC_SOURCE_MAX];
};

enum task_kind { TASK_WRITE_ALL, TASK_TOUCH, TASK_COMPUTE, TASK_TRACE, TASK_KIND_COUNT };
enum placement { PLACE_RESIDENT, PLACE_FRESH, PLACE_COLD, PLACE_COUNT };
enum pattern { PATTERN_SEQUENTIAL, PATTERN_RANDOM, PATTERN_ZIPF, PATTERN_CHASE, PATTERN_COUNT };

struct task_spec {
    char name[SPEC_NAME_MAX];
    u8 kind;      /* enum task_kind */
    u8 placement; /* enum placement */
    u8 pattern;   /* enum pattern, touch only */
    u8 zero;
    u32 vcpu;              /* Which vCPU runs it. */
    u64 footprint_bytes;   /* write-all, touch. */
    u64 stride_bytes;      /* write-all, sequential touch. */
    u64 passes;            /* write-all: over the footprint; trace: replays. */
    u64 accesses;          /* touch: how many; 0 = no end. */
    u64 instructions;      /* compute: how many; 0 = no end. */
    u32 write_percent;     /* touch */
    u32 zipf_theta_milli;  /* touch with pattern zipf */
    u64 think_ps;          /* touch, write-all: user time after each access. */
    char shares[SPEC_NAME_MAX]; /* Task whose address space it uses; its own name: none. */
    u32 shares_index;           /* That task + 1; 0: its own. */
    u32 count; /* As the file says, how many such tasks; in a finished spec each is one. */
    char file[SPEC_PATH_MAX]; /* trace: path, resolved against the configuration's folder. */
};

enum workqueue_kind { WORKQUEUE_PER_CPU, WORKQUEUE_UNBOUND, WORKQUEUE_COUNT };
/* How the guest learns that the host offers APF. known: before the run, without time. */
enum discovery { DISCOVERY_KNOWN, DISCOVERY_LADDER, DISCOVERY_BLIND, DISCOVERY_COUNT };
enum idle_kind { IDLE_WFI, IDLE_POLL, IDLE_COUNT };
enum latency_kind { LATENCY_FIXED, LATENCY_LOGNORMAL, LATENCY_FIO, LATENCY_COUNT };

struct store_spec {
    u32 channels;    /* Requests served at once. */
    u32 queue_depth; /* Requests the device accepts; more wait in the host. */
    u64 transfer_ps; /* Time a page occupies the link, after its latency; one at a time. */
    struct dist read, write; /* Latency in ps. */
};

struct spec {
    u64 seed;
    /* machine */
    char profile[SPEC_NAME_MAX];
    u64 clock_hz;
    u32 host_cpus;
    u32 lr_count; /* List registers. */
    u32 gic_irqs; /* INTIDs of the guest: 64..1024. */
    u8 gic_nmi;   /* FEAT_NMI with GICv3.3. */
    u8 zero3[3];
    u32 irq_tie;  /* enum gic_tie: which of two interrupts of equal priority is taken first. */
    u32 zero2;
    struct mmu_tlb_spec tlb;
    struct mmu_cache_spec caches; /* Of walks; 0 ways: none. */
    struct cost cost[COST_COUNT];
    /* guest */
    u32 vcpus;
    u32 va_bits; /* 39 or 48 */
    u64 memory_bytes;
    u64 tick_ps;
    u8 nohz_idle; /* The tick stops while the guest's CPU is idle. */
    u8 idle;      /* enum idle_kind */
    u8 kpti;      /* One more CONTEXT call per SDEI event. */
    u8 discovery; /* enum discovery */
    u64 sched_latency_ps, sched_min_granularity_ps, sched_wakeup_granularity_ps; /* guest CFS */
    u32 task_count;
    struct task_spec task[SPEC_TASKS_MAX];
    /* host */
    u64 memory_limit_bytes; /* memcg; 0 = none */
    u32 workers_per_cpu;    /* kworkers of each host CPU's pool; 0 = as many as there are tasks. */
    u32 workqueue;       /* enum workqueue_kind */
    u8 hypervisor;       /* enum smccc_hypervisor: what answers the guest's hypercalls. */
    u8 foreign;          /* enum smccc_foreign: what another one makes of KVM's numbers. */
    u8 conduit;          /* enum smccc_conduit, as firmware tables name it. */
    u8 zero1;
    u64 host_latency_ps, host_min_granularity_ps, host_wakeup_granularity_ps; /* host CFS */
    u64 host_tick_ps;
    /* store */
    struct store_spec store;
    /* protocol */
    u32 variant; /* Row of the variant table (model/variant.h). */
    char variant_name[SPEC_NAME_MAX];
    u32 sdei;       /* v4: enum sdei_personality. */
    u32 sdei_event; /* v4: number the VMM configures. */
    struct gic_source source; /* READY's interrupt (v4), the one interrupt (one-ppi). */
    u32 slots;      /* ASYNC_PF_PER_VCPU, power of two, at most 64. */
    /* stop */
    u32 stop_task; /* Index into task, UINT32_MAX: when all tasks that end have ended. */
    u64 stop_at_ps; /* TIME_NEVER: no limit. */
};

#ifdef __cplusplus
}
#endif
#endif
