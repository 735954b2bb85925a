#include "model/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static bool init_zipf(struct run *r, const struct spec *p)
{
    struct zipf *zipf = NULL;

    for (u32 i = 0; i < p->task_count; i++) {
        const struct task_spec *t = &p->task[i];
        if (t->kind != TASK_TOUCH || t->pattern != PATTERN_ZIPF)
            continue;
        if (zipf == NULL && (zipf = calloc(p->task_count, sizeof *zipf)) == NULL)
            return false;
        if (!zipf_init(&zipf[i], t->footprint_bytes / MMU_PAGE_SIZE, t->zipf_theta_milli, NULL))
            return false;
    }
    r->c.zipf = zipf;
    return true;
}

static void deliver(struct run *r)
{
    const u32 store = r->c.s->actor_store;

    for (u32 i = 0; i < r->out.count; i++) {
        const struct msg *m = &r->out.msg[i];
        if (r->divert != NULL && m->dst == store && r->divert(r->arg, m))
            continue;
        run_put(r, m);
    }
    r->out.count = 0;
}

struct run *run_new(const struct spec *p, const struct op_source *source, struct log *log)
{
    struct run *r = calloc(1, sizeof *r);
    size_t size = sys_reserve_bytes(p);

    if (r == NULL)
        return NULL;
    /* Reserved, not used: pages of the image that nobody writes take no room. */
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || !init_zipf(r, p)) {
        if (memory != MAP_FAILED)
            munmap(memory, size);
        free(r);
        return NULL;
    }
    r->memory_bytes = size;
    r->run_ahead = true;
    r->fuse = true;
    r->foreign_ps = TIME_NEVER;
    r->c.out = &r->out;
    r->c.log = log;
    r->c.source = source;
    sys_init(&r->c, p, memory);
    r->events = (struct evset *)((u8 *)r->c.s + r->c.s->evset_off);
    r->out.seq = (u32 *)((u8 *)r->c.s + r->c.s->seq_off);
    if (r->c.s->end == SYS_RUNS)
        sys_start(&r->c);
    deliver(r);
    return r;
}

void run_free(struct run *r)
{
    if (r == NULL)
        return;
    munmap(r->c.s, r->memory_bytes);
    free((void *)(uintptr_t)r->c.zipf);
    free(r);
}

void run_put(struct run *r, const struct msg *m)
{
    if (sys_is_vcpu(&r->c, m->dst) && sys_vcpu(&r->c, m->dst)->mode != MODE_OUTSIDE)
        ASSERT(msg_info[m->kind].guest);
    if (!evset_put(r->events, m)) {
        char name[32];
        sys_actor_name(r->c.s, m->dst, name, sizeof name);
        sys_fail(&r->c, SYS_FULL, "the message box of %s is full (%u messages)", name,
                 evset_box_len(r->events, m->dst));
        return;
    }
    if (r->touched != NULL)
        r->touched(r->arg, m->dst);
}

static u64 min_ps(u64 a, u64 b)
{
    return a < b ? a : b;
}

static u64 max_ps(u64 a, u64 b)
{
    return a > b ? a : b;
}

/* How far a vCPU may run ahead of the others (design rule 4). */
static u64 bound_ps(u64 head_ps, u64 others_ps, u64 end_ps)
{
    u64 ahead_ps = others_ps < TIME_NEVER - MSG_LOOKAHEAD_PS ? others_ps + MSG_LOOKAHEAD_PS
                                                             : TIME_NEVER;
    return min_ps(min_ps(head_ps, ahead_ps), end_ps);
}

/* Of one call: between two calls, carriers look whether the user wants to stop. */
static const u64 fuse_ps_max = PS_PER_MS;

void run_step(struct run *r, u32 actor)
{
    struct ctx *c = &r->c;
    struct msg in;
    u64 others_ps, wake_ps;
    bool is_msg = evset_pop(r->events, actor, &c->now, &others_ps, &in);
    const u64 head_ps = evset_box_head(r->events, actor);

    others_ps = min_ps(others_ps, r->foreign_ps);

    /* Its own message comes after an own wake of the same time; "<" leaves that tie, and the end of
     * the run, to a call of their own. */
    const u64 alone_ps = r->fuse ? min_ps(min_ps(head_ps, others_ps),
                                          min_ps(c->s->end_ps, c->now + fuse_ps_max))
                                 : 0;
    r->out.src = (u16)actor;
    r->out.seq = (u32 *)((u8 *)c->s + c->s->seq_off) + actor;
    r->out.soonest_ps = alone_ps;
    r->out.now_ps = c->now;
    c->steps++;
    c->bound = c->now;
    if (is_msg)
        sys_step(c, actor, &in);
    for (;;) {
        c->bound = r->run_ahead ? bound_ps(head_ps, others_ps, c->s->end_ps) : c->now;
        if (r->out.count != 0) /* Its own messages may be next, at home or elsewhere. */
            c->bound = min_ps(c->bound, max_ps(r->out.soonest_ps, c->now));
        if (!is_msg)
            sys_step(c, actor, NULL);
        is_msg = false;
        wake_ps = sys_wake_ps(c, actor);
        if (!ctx_may_fuse(c, wake_ps) || c->s->end != SYS_RUNS || r->out.count > OUTBOX_MAX / 2)
            break;
        ctx_fuse(c, wake_ps);
    }
    evset_set_wake(r->events, actor, wake_ps);
    deliver(r);
}

bool run_is_over(struct run *r)
{
    struct sys *s = r->c.s;
    u32 actor = 0;
    u64 at_ps = evset_least(r->events, &actor);

    if (s->end != SYS_RUNS)
        return true;
    if (at_ps == TIME_NEVER && r->foreign_ps == TIME_NEVER && s->end_ps == TIME_NEVER) {
        sys_fail(&r->c, SYS_STUCK, "nothing will ever happen again, and %u tasks have not ended",
                 s->tasks_left);
        return true;
    }
    if ((at_ps < r->foreign_ps ? at_ps : r->foreign_ps) > s->end_ps) {
        s->end = s->stopping ? s->stopping : SYS_DONE;
        return true;
    }
    return false;
}

void run_finish(struct run *r)
{
    u64 end_ps = r->c.s->end_ps;

    sys_finish(&r->c, end_ps != TIME_NEVER && end_ps >= r->c.now ? end_ps : r->c.now);
    log_finish(r->c.log);
}

/* The user wants to stop: ask as the tasks' end does, from where the run is. */
static void cut(struct run *r, u32 actor)
{
    r->out.now_ps = r->c.now;
    r->out.soonest_ps = TIME_NEVER;
    r->out.src = (u16)actor;
    r->out.seq = (u32 *)((u8 *)r->c.s + r->c.s->seq_off) + actor;
    sys_stop(&r->c, SYS_CUT);
    deliver(r);
}

void run_until(struct run *r, u64 until_ps)
{
    struct sys *s = r->c.s;
    u32 actor = 0;

    for (;;) {
        u64 at_ps = evset_least(r->events, &actor);
        if (at_ps > until_ps || at_ps > s->end_ps || at_ps == TIME_NEVER || s->end != SYS_RUNS)
            return;
        run_step(r, actor);
        if (r->cut != NULL && *r->cut != 0 && !s->stopping)
            cut(r, actor);
    }
}
