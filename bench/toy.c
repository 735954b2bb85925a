#include "bench/toy.h"

#include <string.h>

enum { WINDOW = 8, STAGES = 16, SUBMIT = 3, FAULT_SHIFT = 28 /* A fault: vcpu << 28 | number. */ };
enum { HOST = TOY_VCPUS, DEVICE, MAPPER, INTERRUPT };

/* One row for each timed event of a fault: its least time, and a mask for what a draw adds. */
static const struct {
    u32 least_ps, spread_ps;
} stages[STAGES] = {
    /* vCPU: user code, exit, lookup, submit (the fault goes on to the host, the vCPU by itself),
     * notification, park, switch, resume. */
    {400000, 0xfffff},
    {20000, 0x3fff},
    {40000, 0x7fff},
    {300000, 0xffff},
    {200000, 0xffff},
    {150000, 0x7fff},
    {250000, 0xffff},
    {100000, 0x7fff},
    /* Host worker; device: start, transfer; mapper: map, complete. */
    {100000, 0xffff},
    {50000, 0x3fff},
    {200000, 0x1ffff},
    {80000, 0x3fff},
    {40000, 0x3fff},
    /* Interrupt path of the vCPU: raise, handler, wake-up. */
    {120000, 0x7fff},
    {200000, 0xffff},
    {80000, 0x3fff},
};

/* The stages an agent serves. */
static u32 first_stage(u32 agent)
{
    static const u32 first[] = {8, 9, 11};

    if (agent < HOST)
        return 0;
    return agent < INTERRUPT ? first[agent - HOST] : 13;
}

static u32 last_stage(u32 agent)
{
    static const u32 last[] = {8, 10, 12};

    if (agent < HOST)
        return 7;
    return agent < INTERRUPT ? last[agent - HOST] : 15;
}

static inline u64 stage_ps(const struct toy *t, u32 fault, u32 stage)
{
    u32 draw = t->draw[((fault >> FAULT_SHIFT) * 7919 + fault * STAGES + stage) % TOY_DRAWS];
    return stages[stage].least_ps + (draw & stages[stage].spread_ps);
}

static inline void set_key(struct toy *t, u32 agent, u64 key)
{
    u32 i = TOY_LEAVES + agent;

    t->tree[i] = key;
    for (u32 level = TOY_LEAVES; level > 1; level /= 2) {
        u64 a = t->tree[i], b = t->tree[i ^ 1];
        i /= 2;
        t->tree[i] = a < b ? a : b;
    }
}

static inline void serve(struct toy *t, u32 agent, u32 stage)
{
    struct toy_agent *a = &t->agent[agent];

    a->stage = stage;
    set_key(t, agent, (t->now_ps + stage_ps(t, a->fault, stage)) << 4 | agent);
}

static inline void begin(struct toy *t, u32 agent, u32 fault)
{
    t->agent[agent].busy = true;
    t->agent[agent].fault = fault;
    serve(t, agent, first_stage(agent));
}

static inline void pass_to(struct toy *t, u32 agent, u32 fault)
{
    struct toy_agent *a = &t->agent[agent];

    if (a->busy)
        a->queue[a->write++ % TOY_QUEUE] = fault;
    else
        begin(t, agent, fault);
}

static void end_fault(struct toy *t, u32 fault)
{
    u32 vcpu = fault >> FAULT_SHIFT;

    t->faults++;
    t->end_sum_ps += t->now_ps;
    t->in_flight[vcpu]--;
    if (t->waits[vcpu]) {
        t->waits[vcpu] = false;
        serve(t, vcpu, 0);
    }
}

/* A server behind the vCPUs is done with its fault. */
static void finish(struct toy *t, u32 agent)
{
    struct toy_agent *a = &t->agent[agent];
    u32 fault = a->fault;

    a->busy = false;
    if (a->read != a->write)
        begin(t, agent, a->queue[a->read++ % TOY_QUEUE]);
    else
        set_key(t, agent, UINT64_MAX);
    if (agent < MAPPER)
        pass_to(t, agent + 1, fault);
    else if (agent == MAPPER)
        pass_to(t, INTERRUPT + (fault >> FAULT_SHIFT), fault);
    else
        end_fault(t, fault);
}

/* The next fault of a vCPU, if it has one left and its window has room. */
static void next_fault(struct toy *t, u32 vcpu)
{
    struct toy_agent *a = &t->agent[vcpu];
    u32 number = ++a->fault & ((1u << FAULT_SHIFT) - 1);

    if (number < t->per_vcpu && t->in_flight[vcpu] < WINDOW) {
        serve(t, vcpu, 0);
        return;
    }
    t->waits[vcpu] = number < t->per_vcpu;
    set_key(t, vcpu, UINT64_MAX);
}

void toy_init(struct toy *t, u32 faults_per_vcpu)
{
    memset(t, 0, sizeof *t);
    memset(t->tree, 0xff, sizeof t->tree);
    t->per_vcpu = faults_per_vcpu;
    for (u32 i = 0; i < TOY_DRAWS; i++)
        t->draw[i] = (u32)rng_u64(1, RNG_STORE_READ, 0, i);
    for (u32 i = 0; i < TOY_AGENTS; i++)
        t->agent[i].last = last_stage(i);
    for (u32 i = 0; i < TOY_VCPUS; i++)
        begin(t, i, i << FAULT_SHIFT);
}

void toy_run(struct toy *t)
{
    while (t->tree[1] != UINT64_MAX) {
        u32 agent = t->tree[1] % TOY_LEAVES;
        struct toy_agent *a = &t->agent[agent];
        u32 stage = a->stage;

        t->now_ps = t->tree[1] >> 4;
        t->steps++;
        if (stage != a->last) {
            serve(t, agent, stage + 1);
            if (stage == SUBMIT) {
                t->in_flight[agent]++;
                pass_to(t, HOST, a->fault);
            }
        } else if (agent < HOST) {
            next_fault(t, agent);
        } else {
            finish(t, agent);
        }
    }
}
