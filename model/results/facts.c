#include "model/results/facts.h"

#include <string.h>

#include "model/results/line.h"

const char *const task_kind_word[TASK_KIND_COUNT] = {
    [TASK_WRITE_ALL] = "write-all",
    [TASK_TOUCH] = "touch",
    [TASK_COMPUTE] = "compute",
    [TASK_TRACE] = "trace",
};

const char *const cpu_state_word[CPU_STATE_COUNT] = {
    [CPU_USER] = "user",       [CPU_KERNEL] = "kernel", [CPU_HOST] = "host",
    [CPU_WAITING] = "waiting", [CPU_IDLE] = "idle",     [CPU_BLOCKED] = "blocked",
};

const char *end_word(u32 end)
{
    static const char *const words[] = {
        [SYS_RUNS] = "running", [SYS_DONE] = "done", [SYS_CUT] = "cut",
        [SYS_STUCK] = "stuck",  [SYS_FULL] = "full", [SYS_INPUT] = "input",
    };

    ASSERT(end < ARRAY_COUNT(words));
    return words[end];
}

static bool counts_instructions(u32 kind)
{
    return kind == TASK_COMPUTE || kind == TASK_TRACE;
}

const char *work_unit(u32 kind)
{
    return counts_instructions(kind) ? "instructions" : "accesses";
}

u64 results_task_work(const struct run *r, u32 task)
{
    const struct cpu_count *count = &sys_task(&r->c, task)->count;

    return counts_instructions(r->c.p->task[task].kind) ? count->instructions
                                                        : count->reads + count->writes;
}

u64 work_per_second(u64 work, u64 ended_ps, u64 time_ps)
{
    u64 life_ps = ended_ps < time_ps ? ended_ps : time_ps;

    return life_ps != 0 ? ratio(work, PS_PER_S, life_ps) : 0;
}

u64 faults_total(const struct stats *st)
{
    return st->closed + st->cut;
}

u64 faults_sync(const struct stats *st)
{
    u64 sum = 0;

    for (u32 k = FAULT_ASYNC + 1; k < FAULT_KIND_COUNT; k++)
        sum += st->fault_count[k];
    return sum;
}

void faults_latency(const struct stats *st, struct hist *all)
{
    *all = st->total_async;
    hist_merge(all, &st->total_sync);
}

static void add_account(u64 spent_ps[CPU_STATE_COUNT], const struct account *a)
{
    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        spent_ps[k] += a->spent_ps[k];
}

void vcpus_spent(const struct run *r, u64 spent_ps[CPU_STATE_COUNT])
{
    memset(spent_ps, 0, CPU_STATE_COUNT * sizeof spent_ps[0]);
    for (u32 i = 0; i < r->c.s->vcpu_count; i++)
        add_account(spent_ps, &sys_vcpu(&r->c, i)->account);
}

void hostcpus_spent(const struct run *r, u64 spent_ps[CPU_STATE_COUNT])
{
    memset(spent_ps, 0, CPU_STATE_COUNT * sizeof spent_ps[0]);
    for (u32 i = 0; i < r->c.s->hostcpu_count; i++)
        add_account(spent_ps, &sys_hostcpu(&r->c, i)->account);
}

static u64 sum_of(const u64 spent_ps[CPU_STATE_COUNT])
{
    u64 sum_ps = 0;

    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        sum_ps += spent_ps[k];
    return sum_ps;
}

void checks_of(const struct run *r, struct check check[CHECK_COUNT])
{
    const struct sys *s = r->c.s;
    const struct stats *st = &s->stats;
    u64 vcpu_ps[CPU_STATE_COUNT], host_ps[CPU_STATE_COUNT], hops_ps = 0;

    vcpus_spent(r, vcpu_ps);
    hostcpus_spent(r, host_ps);
    for (u32 i = 0; i < HOP_COUNT; i++)
        hops_ps += hop_info[i].chain == CHAIN_PAGE ? st->hop[i].sum : 0;
    const struct check checks[CHECK_COUNT] = {
        {"faults_decided", "async + sync = total", st->fault_count[FAULT_ASYNC] + faults_sync(st),
         faults_total(st), false},
        {"faults_ended", "with a latency + cut = total",
         st->total_async.count + st->total_sync.count + st->cut, faults_total(st), false},
        {"hop_time", "hops = latencies", hops_ps, st->total_async.sum + st->total_sync.sum, true},
        {"vcpu_time", "vCPU states = time", sum_of(vcpu_ps), s->end_ps * s->vcpu_count, true},
        {"host_cpu_time", "host CPU states = time", sum_of(host_ps), s->end_ps * s->hostcpu_count,
         true},
    };
    memcpy(check, checks, sizeof checks);
}
