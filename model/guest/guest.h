/*
 * Guest state: tasks, the kernel's per-CPU run queue, tick and APF tables, address spaces. Plain
 * data inside the machine's image. The guest meets the host in apf_abi.h only.
 */
#ifndef MODEL_GUEST_GUEST_H
#define MODEL_GUEST_GUEST_H

#include "cpu/cpu.h"
#include "model/apf_abi.h"
#include "model/cfs.h"
#include "model/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TASK_NONE = 0xffff, FAULT_NONE = 0xffff };

enum task_state { TASK_RUNNABLE, TASK_RUNNING, TASK_WAITING, TASK_DONE };

/* Where a task's accesses come from; see model/workload/workload.c. */
struct workload {
    u64 done;     /* Accesses generated. */
    u64 position; /* Byte offset, page or chase cursor. */
    u64 pass;
    u64 step; /* Chase and zipf: coprime to the number of pages; 0 = not drawn yet. */
};

struct task {
    u64 vruntime_ps, exec_start_ps;
    u64 left_ps;  /* Rest of the user operation that an exit cut. */
    u64 ended_ps; /* TIME_NEVER while it runs. */
    u64 pgd_ipa;  /* Stage-1 root. */
    u64 user_pc, user_pstate; /* Saved at kernel entry (pt_regs). */
    u16 asid;
    u16 fault; /* Fault whose page chain this task carries, FAULT_NONE. */
    u8 state;
    u8 tif_async_pf; /* TIF_ASYNC_PF */
    u8 dead_stream;  /* The source has ended. */
    u8 zero;
    u32 apf_token; /* one-ppi: thread.async_pf_token */
    u32 gfn_first, gfn_count;      /* Its region of guest memory. */
    u32 data_pages, table_pages;   /* Used from the bottom and from the top. */
    struct workload load;
    struct cpu_count count;
    u64 compute_ps;
    struct cpu_stream stream;
};

enum { APF_TABLE_MAX = 128, NODE_MAX = 2048, NODE_BUCKETS = 256 };

struct apf_entry { /* kvm_apf_table of v4. */
    u32 token;
    u16 task; /* TASK_NONE: free. */
    u16 zero;
};

struct apf_node { /* one-ppi: sleepers and dummies, one table for all CPUs. */
    u32 token;
    u16 task; /* TASK_NONE: dummy. */
    u16 cpu;
    u16 next; /* Index + 1. */
    u16 used;
};

struct apf_nodes {
    u16 bucket[NODE_BUCKETS]; /* Index + 1. */
    u16 free_hint, zero;
    u32 count, dummies;
    u64 dummies_made, dummies_matched;
    struct apf_node node[NODE_MAX];
};

struct guest_cpu {
    struct cfs rq;
    u16 curr; /* Task, TASK_NONE: idle. */
    u8 need_resched;
    u8 booted;
    u8 boot_call;   /* Progress of the boot sequence. */
    u8 apf_enabled; /* The mailbox's `enabled`, or the private flag. */
    u8 ctx_calls;   /* CONTEXT calls still to do. */
    u8 tick_stopped; /* NOHZ: no tick while idle. */
    u8 rung;         /* Progress of discovery. */
    u8 zero[7];
    u32 intid;      /* Being handled. */
    u32 sdei_event; /* As the guest learned it. */
    u32 irq;
    u64 mailbox_gpa;
    u64 mailbox_off; /* Its bytes, as an offset into the arena. */
    u64 vbar;
    u64 tick_ps; /* Next tick of the virtual timer, TIME_NEVER: stopped. */
    u32 table_count;
    u32 slots; /* As the host has answered; the table holds twice as many. */
    u32 pnp_token; /* Read from the mailbox by the handler in progress. */
    u32 reason;
    struct apf_entry table[APF_TABLE_MAX];
    u64 ticks, switches, bogus_pnp, bogus_ready, unknown_token, dropped_pnp;
};

struct ctx;
struct vcpu;

/* space.c: guest physical memory and stage-1 tables. */
void space_init(struct ctx *c);
u64 *space_leaf(struct ctx *c, struct task *t, u64 va); /* NULL: no table yet. */
/* Enter the page of va into stage 1 (placement cold and resident: it has been there before). */
bool space_ensure(struct ctx *c, u32 task, u64 va);
/* placement fresh: allocate and map now; returns the gfn. */
u32 space_fault(struct ctx *c, u32 task, u64 va);

/* sched.c: run queue of one guest CPU. */
void guest_init(struct ctx *c);
void guest_task_wake(struct ctx *c, struct vcpu *v, u32 task);
/* The running task leaves the CPU. */
void guest_task_stop(struct ctx *c, struct vcpu *v, enum task_state state);
void guest_pick_next(struct ctx *c, struct vcpu *v);
void guest_tick(struct ctx *c, struct vcpu *v);

/* mailbox.c: the guest's side of the mailbox. False: it is away, an abort script was pushed. */
bool guest_mailbox_touch(struct ctx *c, struct vcpu *v);
u32 *guest_mailbox_word(const struct ctx *c, const struct vcpu *v, u32 offset);

/* apf table and nodes */
bool apf_table_add(struct guest_cpu *g, u32 task, u32 token);
u32 apf_table_remove(struct guest_cpu *g, u32 token); /* Task, TASK_NONE if unknown. */
struct apf_node *node_find(struct apf_nodes *n, u32 token);
struct apf_node *node_insert(struct apf_nodes *n, u32 token, u32 task, u32 cpu);
void node_remove(struct apf_nodes *n, struct apf_node *node);

#ifdef __cplusplus
}
#endif
#endif
