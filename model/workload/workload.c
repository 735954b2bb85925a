/*
 * Where a task's operations come from: generators for the synthetic kinds, the carrier's source for
 * traces. Filled a stream at a time; nothing here depends on simulated time.
 */
#include "model/system.h"

const u64 workload_va = 0x10000000; /* Synthetic footprints begin here. */

static void put(struct cpu_stream *s, u64 op)
{
    s->op[s->count++] = op;
}

static bool has_space(const struct cpu_stream *s)
{
    return s->count + 2 <= CPU_STREAM_LEN; /* An access and its think time. */
}

static void put_access(struct cpu_stream *s, const struct task_spec *p, u32 kind, u64 offset)
{
    put(s, OP(kind, 0, workload_va + offset));
    if (p->think_ps != 0)
        put(s, OP(OP_THINK, 0, p->think_ps));
}

/* Passes over the footprint, one write every stride. */
static void fill_write_all(struct task *t, const struct task_spec *p)
{
    struct workload *w = &t->load;

    while (has_space(&t->stream)) {
        if (w->position >= p->footprint_bytes) {
            w->position = 0;
            w->pass++;
        }
        if (w->pass >= p->passes) {
            put(&t->stream, OP(OP_END, 0, 0));
            return;
        }
        put_access(&t->stream, p, OP_WRITE, w->position);
        w->position += p->stride_bytes;
        w->done++;
    }
}

static u64 gcd(u64 a, u64 b)
{
    while (b != 0) {
        u64 r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Pointer chase: a step coprime to the number of pages visits all before the first again. */
static u64 chase_step(u64 seed, u32 task, u64 pages)
{
    u64 n = 0, step;

    do
        step = 1 + rng_below(rng_u64(seed, RNG_CHASE, task, n++), pages);
    while (gcd(step, pages) != 1);
    return step;
}

static u64 touch_offset(struct ctx *c, u32 task, const struct task_spec *p)
{
    struct workload *w = &sys_task(c, task)->load;
    u64 pages = p->footprint_bytes / MMU_PAGE_SIZE;
    u64 bits = rng_u64(c->p->seed, RNG_TOUCH_PAGE, task, w->done);
    u64 line = (bits & 63) * 64, offset;

    switch (p->pattern) {
    case PATTERN_SEQUENTIAL:
        offset = w->position;
        w->position += p->stride_bytes;
        if (w->position >= p->footprint_bytes)
            w->position = 0;
        return offset;
    case PATTERN_RANDOM:
        return rng_below(bits, pages) * MMU_PAGE_SIZE + line;
    case PATTERN_ZIPF:
        /* Ranks are spread over the footprint, so that hot pages are not neighbours. */
        return zipf_rank(&c->zipf[task], bits) * w->step % pages * MMU_PAGE_SIZE + line;
    default:
        ASSERT(p->pattern == PATTERN_CHASE);
        w->position = (w->position + w->step) % pages;
        return w->position * MMU_PAGE_SIZE;
    }
}

static void fill_touch(struct ctx *c, u32 task, struct task *t, const struct task_spec *p)
{
    struct workload *w = &t->load;

    if (w->step == 0)
        w->step = chase_step(c->p->seed, task, p->footprint_bytes / MMU_PAGE_SIZE);
    while (has_space(&t->stream)) {
        if (p->accesses != 0 && w->done >= p->accesses) {
            put(&t->stream, OP(OP_END, 0, 0));
            return;
        }
        u64 offset = touch_offset(c, task, p);
        u64 draw = rng_below(rng_u64(c->p->seed, RNG_TOUCH_RW, task, w->done), 100);
        put_access(&t->stream, p, draw < p->write_percent ? OP_WRITE : OP_READ, offset);
        w->done++;
    }
}

/* The reader lets 48 bits through; the guest's tables may hold fewer. */
static void check_range(struct ctx *c, const struct task_spec *p, const u64 *op, u32 count)
{
    u64 seen = 0;

    for (u32 i = 0; i < count; i++)
        seen |= OP_VA(op[i]);
    if (seen >> c->p->va_bits != 0)
        sys_fail(c, SYS_INPUT, "%s: found an address above %u bits, expected what guest.va_bits "
                 "allows; try guest.va_bits: 48", p->file, c->p->va_bits);
}

/* Replay, as often as `passes` says. The kinds of the trace reader are those of the cpu. */
static void fill_trace(struct ctx *c, u32 task, struct task *t, const struct task_spec *p)
{
    STATIC_ASSERT((int)LACKEY_FETCH == (int)OP_FETCH && (int)LACKEY_READ == (int)OP_READ &&
                  (int)LACKEY_WRITE == (int)OP_WRITE, "operations pass unchanged");
    const struct op_source *source = &c->source[task];
    const char *text = "";

    for (;;) {
        s64 n = source->read(source->arg, t->stream.op, CPU_STREAM_LEN - 1, &text);
        if (n < 0) {
            sys_fail(c, SYS_INPUT, "%s", text);
            return;
        }
        t->stream.count = (u32)n;
        if (n != 0) {
            check_range(c, p, t->stream.op, (u32)n);
            return;
        }
        if (++t->load.pass >= p->passes)
            break;
        if (!source->rewind(source->arg, &text)) {
            sys_fail(c, SYS_INPUT, "%s", text);
            return;
        }
    }
    put(&t->stream, OP(OP_END, 0, 0));
}

void workload_fill(struct ctx *c, u32 task)
{
    const struct task_spec *p = &c->p->task[task];
    struct task *t = sys_task(c, task);

    t->stream.head = t->stream.count = 0;
    switch (p->kind) {
    case TASK_WRITE_ALL:
        fill_write_all(t, p);
        break;
    case TASK_TOUCH:
        fill_touch(c, task, t, p);
        break;
    default:
        ASSERT(p->kind == TASK_TRACE);
        fill_trace(c, task, t, p);
    }
}
