#include "model/system.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WORKERS_AUTO_MAX = 32 };

u32 sys_workers_per_cpu(const struct spec *p)
{
    if (p->workers_per_cpu != 0)
        return p->workers_per_cpu;
    /* kworkers are created as they are needed; no more faults can be in flight than tasks. */
    return p->task_count < WORKERS_AUTO_MAX ? p->task_count : WORKERS_AUTO_MAX;
}

u32 sys_actor_count(const struct spec *p)
{
    return p->vcpus + p->host_cpus * (sys_workers_per_cpu(p) + 1) + 1;
}

void sys_box_lens(const struct spec *p, u32 *box_len)
{
    u32 threads = p->vcpus + p->host_cpus * sys_workers_per_cpu(p);
    u32 i = 0;

    while (i < p->vcpus)
        box_len[i++] = 256; /* Kicks, invalidations, slice ends. */
    while (i < threads)
        box_len[i++] = 8; /* A worker gets RUN only. */
    /* Every page of the reclaim batches of all threads may be on its way to or from the store. */
    while (i < threads + p->host_cpus)
        box_len[i++] = 4096;
    box_len[i] = 4096;
}

static u64 align_up(u64 n, u64 to)
{
    return (n + to - 1) / to * to;
}

/* Where everything stands in the image; returns its size. */
static u64 lay_out(struct sys *s, const struct spec *p)
{
    u32 per_cpu = sys_workers_per_cpu(p);
    u64 at = align_up(sizeof(struct sys), 64);

    s->vcpu_count = p->vcpus;
    s->hostcpu_count = p->host_cpus;
    s->worker_count = p->host_cpus * per_cpu;
    s->task_count = p->task_count;
    s->actor_worker = s->vcpu_count;
    s->actor_hostcpu = s->actor_worker + s->worker_count;
    s->actor_store = s->actor_hostcpu + s->hostcpu_count;
    s->actor_count = s->actor_store + 1;
    s->ram_pages = (u32)(p->memory_bytes / MMU_PAGE_SIZE);
    s->fault_pool = p->vcpus * (APF_WORK_MAX + 4) + p->task_count + 1;

#define PLACE(field, size) (s->field = at, at = align_up(at + (size), 64))
    PLACE(thread_off, (s->vcpu_count + s->worker_count) * sizeof(struct thread));
    PLACE(worker_off, s->worker_count * sizeof(struct worker));
    PLACE(hostcpu_off, s->hostcpu_count * sizeof(struct hostcpu));
    PLACE(vcpu_off, s->vcpu_count * sizeof(struct vcpu));
    PLACE(task_off, s->task_count * sizeof(struct task));
    PLACE(fault_off, s->fault_pool * sizeof(struct fault));
    PLACE(ring_off, (u64)s->hostcpu_count * 128 * s->vcpu_count * sizeof(u32));
    PLACE(seq_off, s->actor_count * sizeof(u32));
    PLACE(radix_off, (s->ram_pages / 1024 + 1) * sizeof(u32));
    u32 box_len[s->actor_count];
    sys_box_lens(p, box_len);
    PLACE(evset_off, evset_bytes(s->actor_count, box_len));
#undef PLACE
    s->arena_off = align_up(at, ARENA_CHUNK);
    /* Worst case: each page has its struct, its radix slot, a stage-2 slot, and contents if it is a
     * table; tables are at most one page in 512 and a few more per task. */
    s->arena_size = (u64)s->ram_pages * 64 + (u64)s->ram_pages / 256 * ARENA_CHUNK +
                    (64ull + 8 * s->task_count) * ARENA_CHUNK * 64;
    return s->arena_off + s->arena_size;
}

u64 sys_reserve_bytes(const struct spec *p)
{
    struct sys s;

    memset(&s, 0, sizeof s);
    return lay_out(&s, p);
}

u64 arena_chunks(struct ctx *c, u32 count)
{
    struct sys *s = c->s;
    u64 offset = s->arena_used;

    ASSERT(offset + (u64)count * ARENA_CHUNK <= s->arena_size);
    s->arena_used += (u64)count * ARENA_CHUNK;
    s->used_bytes = s->arena_off + s->arena_used;
    return offset;
}

/*
 * The VM's SDEI, with the event that the VMM names. Inaccurate: den0054 offers no slots here, since
 * nothing hands the guest's interrupts to it; BIND answers OUT_OF_RESOURCE, FEATURES says so.
 */
static void sdei_init(struct sys *s, const struct spec *p)
{
    /* SCTLR_EL1 of this guest has SPAN, DSSBS and SPINTMASK at 0. */
    const struct cpu_features *core = &cpu_features_default;
    struct sdei_spec spec;

    sdei_spec_init(&spec, (enum sdei_personality)p->sdei, p->vcpus);
    spec.pe = (struct sdei_pe_spec){
        .client_el = 1,
        .has_pan = core->pan,
        .has_dit = core->dit,
        .has_ssbs = core->ssbs,
        .has_mte2 = core->mte,
        .has_nmi = core->nmi,
    };
    spec.private_slots = spec.shared_slots = 0;
    if (p->sdei == SDEI_DEN0054)
        spec.event[0].num = p->sdei_event;
    sdei_vm_start(&s->sdei, &spec);
}

static void init_hostcpus(struct ctx *c)
{
    struct sys *s = c->s;

    for (u32 i = 0; i < s->hostcpu_count; i++) {
        struct hostcpu *h = sys_hostcpu(c, i);
        u32 len = 128;
        while (len < 66 * s->vcpu_count)
            len *= 2;
        h->worker_count = (u16)(s->worker_count / s->hostcpu_count);
        h->worker_first = (u16)(s->actor_worker + i * h->worker_count);
        h->idle_workers = h->worker_count;
        h->queue_mask = len - 1;
        h->queue_off = (u32)(s->ring_off + (u64)i * 128 * s->vcpu_count * sizeof(u32));
    }
    for (u32 i = 0; i < s->worker_count; i++)
        sys_worker(c, i)->end_ps = TIME_NEVER;
}

void sys_prepare(struct ctx *c, const struct spec *p)
{
    c->p = p;
    c->var = &variants[p->variant];
    c->cpu_cost = (struct cpu_cost){
        .instr_ps = p->cost[COST_INSTR].ps,
        .read_ps = p->cost[COST_READ].ps,
        .write_ps = p->cost[COST_WRITE].ps,
        .l2_hit_ps = p->cost[COST_TLB_L2].ps,
    };
    c->host_cfs = (struct cfs_spec){p->host_latency_ps, p->host_min_granularity_ps,
                                    p->host_wakeup_granularity_ps};
    c->guest_cfs = (struct cfs_spec){p->sched_latency_ps, p->sched_min_granularity_ps,
                                     p->sched_wakeup_granularity_ps};
    vcpu_prepare(c);
}

/* A task without a number of operations goes on until the run ends. */
static bool task_ends(const struct task_spec *t)
{
    return !((t->kind == TASK_COMPUTE && t->instructions == 0) ||
             (t->kind == TASK_TOUCH && t->accesses == 0));
}

void sys_init(struct ctx *c, const struct spec *p, void *memory)
{
    struct sys *s = memory;

    sys_prepare(c, p);
    c->s = s;
    c->now = 0;
    lay_out(s, p);
    s->arena_used = ARENA_CHUNK; /* Index 0 means none. */
    s->used_bytes = s->arena_off + s->arena_used;
    s->end_ps = p->stop_at_ps;
    s->mem.limit_pages = p->memory_limit_bytes / MMU_PAGE_SIZE;
    s->fault_free = 0;
    for (u32 i = 0; i < s->fault_pool; i++)
        sys_fault(c, i)->next_free = (u16)(i + 1 < s->fault_pool ? i + 1 : FAULT_NONE);
    for (u32 i = 0; i < s->task_count; i++)
        s->tasks_left += task_ends(&p->task[i]);
    u32 box_len[s->actor_count];
    sys_box_lens(p, box_len);
    evset_init((u8 *)s + s->evset_off, s->actor_count, box_len);
    stats_init(&s->stats);
    const struct gic_spec gic = vgic_spec(p);
    gic_dist_init_as(&s->dist, &gic);
    sdei_init(s, p);
    hvc_init(s, p);
    for (u32 i = 0; i < s->vcpu_count; i++)
        vcpu_init(c, i);
    vgic_init_owners(c);
    const struct gic_vm vm = vgic_vm(c);
    gicd_write_vm(&vm, 0, 4, GIC_CTLR_ENABLE); /* Firmware and kernel have opened it. */
    thread_init(c);
    init_hostcpus(c);
    s2_init(c);
    guest_init(c);
    space_init(c);
    for (u32 i = 0; i < s->vcpu_count; i++)
        mmu_regs_prepare(&sys_vcpu(c, i)->mmu);
}

void sys_start(struct ctx *c)
{
    thread_wake(c, 0);
}

void sys_step(struct ctx *c, u32 actor, const struct msg *in)
{
    const struct sys *s = c->s;

    if (in != NULL)
        log_put(c->log, c->now, actor, in->kind, in->a, in->b);
    if (actor < s->actor_worker)
        vcpu_step(c, actor, in);
    else if (actor < s->actor_hostcpu)
        worker_step(c, actor - s->actor_worker, in);
    else if (actor < s->actor_store)
        hostcpu_step(c, actor - s->actor_hostcpu, in);
    else
        store_step(c, in);
}

u64 sys_wake_ps(const struct ctx *c, u32 actor)
{
    const struct sys *s = c->s;

    if (actor < s->actor_worker)
        return vcpu_wake_ps(c, actor);
    if (actor < s->actor_hostcpu)
        return worker_wake_ps(c, actor - s->actor_worker);
    return TIME_NEVER; /* Host CPUs and the store act on messages only. */
}

void sys_actor_name(const struct sys *s, u32 actor, char *text, size_t size)
{
    if (actor < s->actor_worker)
        snprintf(text, size, "vcpu%u", actor);
    else if (actor < s->actor_hostcpu)
        snprintf(text, size, "worker%u", actor - s->actor_worker);
    else if (actor < s->actor_store)
        snprintf(text, size, "host%u", actor - s->actor_hostcpu);
    else
        snprintf(text, size, "store");
}

void sys_stop(struct ctx *c, enum sys_end why)
{
    struct sys *s = c->s;

    if (s->stopping)
        return;
    u64 at_ps = c->now + msg_info[MSG_STOP].min_ps;
    s->stopping = (u8)why;
    if (at_ps < s->end_ps)
        s->end_ps = at_ps;
    for (u32 i = 0; i < s->vcpu_count; i++)
        outbox_put(c->out, MSG_STOP, (u16)i, at_ps);
}

void sys_fail(struct ctx *c, enum sys_end why, const char *format, ...)
{
    struct sys *s = c->s;
    va_list args;

    if (s->end != SYS_RUNS)
        return;
    s->end = (u8)why;
    s->end_ps = c->now;
    va_start(args, format);
    vsnprintf(s->end_text, sizeof s->end_text, format, args);
    va_end(args);
}

static u64 account_sum(const struct account *a)
{
    u64 sum_ps = 0;

    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        sum_ps += a->spent_ps[k];
    return sum_ps;
}

void sys_finish(struct ctx *c, u64 end_ps)
{
    struct sys *s = c->s;
    u64 counted = 0;

    c->now = end_ps;
    s->end_ps = end_ps;
    for (u32 i = 0; i < s->vcpu_count; i++) {
        struct account *a = &sys_vcpu(c, i)->account;
        account_set(a, (enum cpu_state)a->state, end_ps);
        ASSERT(account_sum(a) == end_ps);
    }
    for (u32 i = 0; i < s->hostcpu_count; i++) {
        struct account *a = &sys_hostcpu(c, i)->account;
        account_set(a, (enum cpu_state)a->state, end_ps);
        ASSERT(account_sum(a) == end_ps);
    }
    for (u32 i = 0; i < s->fault_pool; i++) {
        struct fault *f = sys_fault(c, i);
        if (!f->used || !(f->flags & FAULT_COUNTED))
            continue;
        f->flags |= FAULT_CUT;
        s->stats.cut++;
    }
    for (u32 k = 0; k < FAULT_KIND_COUNT; k++)
        counted += s->stats.fault_count[k];
    ASSERT(counted == s->stats.closed + s->stats.cut);
    mem_check(c);
}
