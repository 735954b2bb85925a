/*
 * Host state: pages and the memory cgroup, stage-2 tables, threads and CPUs, kworkers, and KVM's
 * per-vCPU control block of APF. Plain data inside the machine's image; links are u32 indices.
 */
#ifndef MODEL_HOST_HOST_H
#define MODEL_HOST_HOST_H

#include "gic/gic.h"
#include "model/apf_abi.h"
#include "model/cfs.h"
#include "model/spec.h"
#include "sdei/sdei.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Pages. One struct for each guest page ever touched, 32 bytes in the arena. --- */

enum page_state {
    PAGE_NONE,      /* Never touched: first touch is anonymous zero memory, no I/O. */
    PAGE_RESIDENT,  /* In memory, on an LRU list. */
    PAGE_WRITEBACK, /* Unmapped and being written; still in memory and in the swap cache. */
    PAGE_STORED,    /* Only in the store (swapped out, snapshot, source of a migration). */
    PAGE_FETCHING,  /* Read submitted; waiters wait for FETCHED. */
};

enum page_flag {
    PAGE_HOST_WRITE = 1 << 0, /* Host PTE is writable. */
    PAGE_DIRTY = 1 << 1,      /* The store has no valid copy. */
    PAGE_REFERENCED = 1 << 2, /* Host access since the last scan (stage-2 AF counts as well). */
    PAGE_ACTIVE = 1 << 3,     /* On the active list, not the inactive one. */
    PAGE_WRITING = 1 << 4,    /* A WRITE is under way, though the page may be in use again. */
    PAGE_WORKINGSET = 1 << 5, /* Has been active: a refault after its eviction activates it. */
    PAGE_SEEN = 1 << 6,       /* PG_referenced: was young at one scan; twice activates. */
};

struct page {
    u32 gfn;
    u32 prev, next; /* LRU links, page indices; 0 = none. */
    u32 contents;   /* Arena chunk of 4 KiB with the bytes (page tables, mailboxes), 0 = none. */
    u32 fetch_count, write_count;
    u16 waiter; /* First thread waiting for FETCHED, actor + 1. */
    u8 state, flags;
    u32 zero;
};
STATIC_ASSERT(sizeof(struct page) == 32, "budget: 64 bytes for each touched page, tables included");

struct lru {
    u32 head, tail, count;
};

struct mem {
    u64 limit_pages; /* 0: none. */
    u64 used_pages;  /* Charged: resident, writeback, fetching. */
    u64 writeback_pages;
    struct lru active, inactive;
    u16 waiter_head, waiter_tail; /* Threads waiting for room, actor + 1, oldest first. */
    u32 zero;
    u64 touched_pages, evicted_clean, evicted_dirty, fetches, writes, rescued, activated, aged;
};

/* --- Threads and CPUs. Threads are the actors 0 .. thread_count-1: vCPUs, then kworkers. --- */

enum thread_state { THREAD_BLOCKED, THREAD_READY, THREAD_DISPATCHED, THREAD_RUNNING };

struct thread {
    u64 vruntime_ps;
    u64 exec_start_ps;
    u64 since_ps; /* When it became runnable last. */
    u64 pick_ps;  /* Part of its last dispatch (switch, wake-up) that is a pick. */
    u16 cpu;
    u16 next_waiter; /* Actor + 1. */
    u8 state;
    u8 need_resched;
    u8 sleeping_on_page, sleeping_on_room;
    u64 run_start_ps;  /* Since when it has had the CPU without a break. */
    u32 slice_pending; /* A PREEMPT for the end of a slice is on its way (at most one). */
    u32 zero;
};

enum cpu_state { /* The CPU account; vCPUs and host CPUs have the same rows. */
    CPU_USER,    /* Guest EL0. */
    CPU_KERNEL,  /* Guest EL1. */
    CPU_HOST,    /* Host code: exits, kworkers, switches. */
    CPU_WAITING, /* Runnable, another thread has the host CPU (vCPUs only). */
    CPU_IDLE,    /* Nothing to do: WFI, or a host CPU without a thread. */
    CPU_BLOCKED, /* Waiting for a page, for room, or halted by the design (vCPUs only). */
    CPU_STATE_COUNT
};

struct account {
    u64 since_ps;
    u64 spent_ps[CPU_STATE_COUNT];
    u8 state;
    u8 zero[7];
};

struct hostcpu {
    struct cfs rq;
    u16 curr; /* Thread actor, CFS_NONE: idle. */
    u16 zero[3];
    struct account account;
    /* The kworker pool of this CPU (system_wq is per CPU). */
    u16 worker_first, worker_count; /* Actors. */
    u16 running_workers;            /* Not asleep in I/O: concurrency management keeps this <= 1. */
    u16 idle_workers;
    u32 queue_head, queue_count, queue_mask; /* Ring of work items in queue_off. */
    u32 queue_off;
};

struct worker {
    u64 end_ps; /* End of the phase, TIME_NEVER if not in one. */
    u8 phase;
    u8 busy;    /* Has an item. */
    u8 resume;  /* Woken in a wait: evaluate the wait again. */
    u8 room;    /* The wait is for room under the memory limit. */
    u16 vcpu;
    u16 item;
};

/* --- KVM's APF control block of one vCPU. --- */

enum { APF_SLOTS_MAX = 64, APF_WORK_MAX = APF_SLOTS_MAX + 2, APF_DONE_RING = 128 };

enum work_state { WORK_FREE, WORK_QUEUED, WORK_RUNNING, WORK_DONE };

struct work { /* struct kvm_async_pf */
    u32 token;
    u32 gfn;
    u16 fault; /* Index of the fault record, FAULT_NONE for a wake-all. */
    u8 state, wakeup_all;
    u8 pnp_injected; /* notpresent_injected */
    u8 write, exec;  /* From the saved ESR. */
    u8 zero;
};

struct apf_host {
    u64 control;    /* control_block: the last ENABLE data. */
    u64 sdei_event; /* v4; 0 = not configured. */
    u32 irq;
    u32 id;         /* Token counter; u16 in v4, 20 bits count in one-ppi. */
    u32 pnp_token;  /* notpresent_token */
    u8 send_user_only;
    u8 pnp_pending;   /* notpresent_pending */
    u8 ready_pending; /* pageready_pending */
    u8 halted;        /* one-ppi */
    u32 mailbox_gfn;  /* Cached mapping: 0 = none. */
    u32 mailbox_page; /* Index of its page. */
    u64 mailbox_off;  /* Its bytes, as an offset into the arena. */
    u32 queued;
    u32 done_head, done_count;
    u32 gfns[APF_SLOTS_MAX];
    struct work work[APF_WORK_MAX];
    u8 done[APF_DONE_RING];
};

/* Requests of a vCPU (kvm_make_request); one bit each. */
enum vcpu_request {
    REQ_IRQ_PENDING = 1 << 0,
    REQ_SDEI = 1 << 1,
    REQ_ASYNC_PF = 1 << 2,
    REQ_ASYNC_PF_HALT = 1 << 3,
};

struct ctx;
struct vcpu;

/* cpu.c: threads on host CPUs. */
void thread_init(struct ctx *c);
void thread_wake(struct ctx *c, u32 actor); /* try_to_wake_up; no-op unless blocked. */
void thread_block(struct ctx *c, u32 actor);              /* schedule() of the running thread. */
bool thread_yield(struct ctx *c, u32 actor); /* cond_resched(); true: it lost the CPU. */
void thread_run(struct ctx *c, u32 actor);   /* The RUN message has arrived. */
void thread_slice(struct ctx *c, u32 actor); /* The PREEMPT for a slice's end has arrived. */
void hostcpu_step(struct ctx *c, u32 cpu, const struct msg *in);
void account_set(struct account *a, enum cpu_state state, u64 now_ps);

/* memory.c */
enum mem_result {
    MEM_READY,   /* Resident now. */
    MEM_ZEROED,  /* Resident now, first touch: pay for zeroing. */
    MEM_WAIT,    /* In flight; *submitted says whether this call submitted the read. */
    MEM_NO_ROOM, /* Memory limit: reclaim, then try again. */
};
struct page *page_get(struct ctx *c, u32 gfn); /* Makes the struct at the first touch. */
struct page *page_find(const struct ctx *c, u32 gfn); /* NULL if never touched. */
struct page *page_at(const struct ctx *c, u32 index);
u32 page_index(const struct ctx *c, const struct page *p);
u64 page_pa(const struct ctx *c, const struct page *p); /* Host physical address. */
u8 *page_contents(struct ctx *c, struct page *p);       /* Makes them (zeroed) at the first call. */
/* Fault the page in for a read or a write; actor is whose host CPU gets the interrupt. */
enum mem_result mem_fault_in(struct ctx *c, u32 gfn, bool write, u32 actor, bool *submitted);
bool mem_is_present(const struct ctx *c, u32 gfn); /* Resident, or a swap-cache hit. */
/* Present from the start: resident if the limit allows, else in the store. */
void mem_place(struct ctx *c, u32 gfn, enum placement placement);
void mem_wait_page(struct ctx *c, u32 gfn, u32 actor); /* Then thread_block(). */
void mem_wait_room(struct ctx *c, u32 actor);
void mem_fetched(struct ctx *c, u32 gfn);
void mem_written(struct ctx *c, u32 gfn);
/* Is it better to scan again than to sleep? No: something will come back by itself. */
bool mem_can_scan(const struct ctx *c);
/* reclaim.c: shrink the lists by up to 32 pages; returns the time it costs. */
u64 mem_reclaim(struct ctx *c, u32 actor, u64 *pick_ps);
void lru_add(struct ctx *c, struct page *p, bool active);
void lru_remove(struct ctx *c, struct page *p);
void mem_check(struct ctx *c); /* Invariants; asserts. */

/* s2.c */
void s2_init(struct ctx *c);
u64 *s2_leaf(const struct ctx *c, u32 gfn); /* NULL if no table is there yet. */
void s2_map(struct ctx *c, u32 gfn, bool write, bool exec);
void s2_unmap(struct ctx *c, u32 gfn);
bool s2_allows(const struct ctx *c, u32 gfn, bool write);
u64 ram_read_desc(struct ctx *c, u64 pa); /* Physical memory as the walker sees it. */
bool ram_is_guest(u64 pa); /* A guest page with contents, not a stage-2 table. */
void ram_write_desc(struct ctx *c, u64 pa, u64 value);

/* worker.c */
void work_schedule(struct ctx *c, u32 cpu, u32 vcpu, u32 item);
void worker_step(struct ctx *c, u32 worker, const struct msg *in);
u64 worker_wake_ps(const struct ctx *c, u32 worker);

/* apf.c: what the designs share. */
void apf_host_init(struct apf_host *a, const struct spec *p);
u32 apf_hash(u32 gfn, u32 slots);
bool apf_gfn_find(const struct apf_host *a, u32 slots, u32 gfn);
void apf_gfn_insert(struct apf_host *a, u32 slots, u32 gfn);
bool apf_gfn_delete(struct apf_host *a, u32 slots, u32 gfn);
void apf_gfn_reset(struct apf_host *a);
s32 apf_work_new(struct apf_host *a); /* Index of a free item, -1 none. */
struct work *apf_done_head(struct apf_host *a); /* NULL if the done list is empty. */
void apf_done_put(struct apf_host *a, u32 item);
void apf_done_pop(struct apf_host *a);
void apf_work_free(struct apf_host *a, struct work *w);
bool apf_mailbox_set(struct ctx *c, struct vcpu *v, u64 gpa);
bool apf_mailbox_present(struct ctx *c, struct vcpu *v); /* False: fetch it first. */
u32 apf_mailbox_reason(struct ctx *c, struct vcpu *v);
u32 apf_mailbox_token(struct ctx *c, struct vcpu *v);
void apf_mailbox_write(struct ctx *c, struct vcpu *v, u32 reason, u32 token);
void apf_mailbox_clear(struct ctx *c, struct vcpu *v); /* Reason, then token. */
bool apf_wakeup_all(struct ctx *c, struct vcpu *v); /* Queue the broadcast READY. */
/* Complete works that the design throws away (disable): nothing reaches the guest. */
void apf_clear_queue(struct ctx *c, struct vcpu *v);

#ifdef __cplusplus
}
#endif
#endif
