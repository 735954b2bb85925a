/*
 * The machine: one image (this head, the actors' states, an arena of pages behind them) and the
 * context in which a step runs. Links inside the image are offsets and indices, so its used part
 * can be copied, compared and restored as bytes.
 */
#ifndef MODEL_SYSTEM_H
#define MODEL_SYSTEM_H

#include "model/log.h"
#include "model/store/store.h"
#include "model/variant.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sys_end {
    SYS_RUNS,
    SYS_DONE,      /* The stop condition was met. */
    SYS_CUT,       /* Interrupted from outside. */
    SYS_STUCK,     /* Nothing will ever happen again. */
    SYS_FULL,      /* A pool is full; end_text says which and what to ask for. */
    SYS_INPUT,     /* An input file turned out bad; end_text is the sentence. */
};

enum { ARENA_CHUNK = 4096, GFN_FIRST = 0x40000 /* RAM starts at 1 GiB, as on QEMU's virt. */ };

struct sys {
    u32 vcpu_count, worker_count, hostcpu_count, task_count;
    u32 actor_worker, actor_hostcpu, actor_store, actor_count; /* First actor of each kind. */
    u32 fault_pool, fault_free;
    u64 evset_off, seq_off;
    u64 vcpu_off, task_off, worker_off, hostcpu_off, thread_off, fault_off, ring_off, radix_off;
    u64 arena_off, arena_used, arena_size; /* Arena: bytes from arena_off. */
    u32 ram_pages;
    u32 slab_left, slab_next; /* Page structs left in the current chunk. */
    u32 page_count;
    u64 s2_root_off; /* Concatenated start-level tables in the arena. */
    u64 stage2_tables;
    struct mem mem;
    struct gic_dist dist;
    struct sdei_vm sdei;
    struct smccc_spec smccc; /* Never changes. */
    struct psci psci;
    struct store store;
    struct apf_nodes nodes;
    struct stats stats;
    u32 tasks_left; /* Tasks that end and have not. */
    u32 booted;     /* CPUs of the guest that have set themselves up. */
    u8 end, stopping;
    u8 zero1[6];
    u64 end_ps; /* When the run ends (known) or TIME_NEVER. */
    u64 used_bytes;
    char end_text[256];
};

/* Where trace tasks get their operations; the carrier's, outside of the image. */
struct op_source {
    void *arg;
    /* Up to max operations; 0: end; < 0: bad input, *text is a sentence that lives on. */
    s64 (*read)(void *arg, u64 *op, size_t max, const char **text);
    bool (*rewind)(void *arg, const char **text);
};

/* What a step sees. */
struct ctx {
    struct sys *s;
    const struct spec *p;
    const struct variant *var;
    struct outbox *out;
    struct log *log;
    const struct op_source *source; /* One for each task; read == NULL: none. */
    u64 now;   /* Time of the step. */
    u64 bound; /* Run-ahead: no local operation starts after this. */
    u64 steps; /* Of this host's work; no result depends on it. */
    const struct zipf *zipf; /* One for each task with that pattern, else NULL. */
    /* Gets each closed fault (all its stamps); NULL: nobody. */
    void (*fault_sink)(void *arg, const struct fault *f);
    void *fault_sink_arg;
    struct cpu_cost cpu_cost;
    u64 phase_ps[PH_COUNT], phase_pick_ps[PH_COUNT]; /* Sum of a phase's one or two costs. */
    const struct row *rows[SCR_COUNT];               /* The design's script, or the common one. */
    struct cfs_spec host_cfs, guest_cfs;
};

static inline struct vcpu *sys_vcpu(const struct ctx *c, u32 i)
{
    return (struct vcpu *)((u8 *)c->s + c->s->vcpu_off) + i;
}
static inline struct task *sys_task(const struct ctx *c, u32 i)
{
    return (struct task *)((u8 *)c->s + c->s->task_off) + i;
}
static inline struct worker *sys_worker(const struct ctx *c, u32 i)
{
    return (struct worker *)((u8 *)c->s + c->s->worker_off) + i;
}
static inline struct hostcpu *sys_hostcpu(const struct ctx *c, u32 i)
{
    return (struct hostcpu *)((u8 *)c->s + c->s->hostcpu_off) + i;
}
static inline struct thread *sys_thread(const struct ctx *c, u32 actor)
{
    return (struct thread *)((u8 *)c->s + c->s->thread_off) + actor;
}
static inline struct fault *sys_fault(const struct ctx *c, u32 i)
{
    return (struct fault *)((u8 *)c->s + c->s->fault_off) + i;
}
static inline u8 *sys_arena(const struct ctx *c, u64 offset)
{
    return (u8 *)c->s + c->s->arena_off + offset;
}
static inline bool sys_is_vcpu(const struct ctx *c, u32 actor)
{
    return actor < c->s->vcpu_count;
}
/* May this actor's own wake at at_ps follow within the same call? Only if nobody else has anything
 * to do before: the carrier begins with that time in the outbox, and what is sent lowers it. */
static inline bool ctx_may_fuse(const struct ctx *c, u64 at_ps)
{
    return at_ps < c->out->soonest_ps;
}
/* The next step of the same actor begins. */
static inline void ctx_fuse(struct ctx *c, u64 at_ps)
{
    c->now = at_ps;
    c->out->now_ps = at_ps;
    c->steps++;
}
static inline u64 cost_ps(const struct ctx *c, enum cost_id id)
{
    return c->p->cost[id].ps;
}
static inline u64 cost_pick_ps(const struct ctx *c, enum cost_id id)
{
    return c->p->cost[id].is_pick ? c->p->cost[id].ps : 0;
}

/* Bytes to reserve for the image (most of it is never touched), and the box of each actor. */
u64 sys_reserve_bytes(const struct spec *p);
u32 sys_workers_per_cpu(const struct spec *p);
u32 sys_actor_count(const struct spec *p);
void sys_box_lens(const struct spec *p, u32 *box_len);
/* memory: sys_reserve_bytes() of zeros. Sets c->s and all else but out, log, source, now, bound. */
void sys_init(struct ctx *c, const struct spec *p, void *memory);
/* Everything of the context that follows from the configuration. */
void sys_prepare(struct ctx *c, const struct spec *p);
void sys_start(struct ctx *c); /* Power on: CPU 0 of the guest. */
/* One step: in == NULL is the actor's own wake. */
void sys_step(struct ctx *c, u32 actor, const struct msg *in);
/* When the actor wants to be woken, to be asked after each of its steps (and once at the start). */
u64 sys_wake_ps(const struct ctx *c, u32 actor);
const char *log_type_name(u32 type); /* Of a record; log.c */
void sys_actor_name(const struct sys *s, u32 actor, char *text, size_t size);
/* Send STOP to every vCPU: the run ends at the arrival. */
void sys_stop(struct ctx *c, enum sys_end why);
void sys_fail(struct ctx *c, enum sys_end why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Close every account at the end of the run; then check conservation. */
void sys_finish(struct ctx *c, u64 end_ps);
u64 arena_chunks(struct ctx *c, u32 count); /* Offset of fresh zeroed chunks. */

/* stats.c */
void stats_init(struct stats *st);
u32 fault_open(struct ctx *c, u32 vcpu, u32 task, u32 gfn, u64 start_ps);
void fault_stamp(struct ctx *c, u32 fault, enum hop hop, u64 at_ps);
void fault_stamp_guest(struct ctx *c, u32 fault, enum hop hop, u64 at_ps);
void fault_charge(struct ctx *c, u32 fault, u64 pick_ps);
void fault_charge_wait(struct ctx *c, u32 fault, u64 pick_ps, u64 waited_ps);
void fault_close(struct ctx *c, u32 fault, u64 at_ps);       /* The access succeeded. */
void fault_close_guest(struct ctx *c, u32 fault, u64 at_ps); /* Switched out. */
void fault_drop(struct ctx *c, u32 fault); /* Not a fault after all (minor, spin). */

#ifdef __cplusplus
}
#endif
#endif
