/* summary.json: every number of a run under a stable key; docs/results.md says what each means. */
#include "model/results/facts.h"
#include "model/results/json.h"
#include "model/results/line.h"

#include <stdio.h>

enum { SUMMARY_FORMAT = 1 };

/* A counter of a plain struct, and its key. */
struct counter {
    const char *key;
    size_t offset;
};
#define COUNTER(type, key, field) {key, offsetof(struct type, field)}

static const struct counter fault_counters[] = {
    COUNTER(stats, "closed", closed),
    COUNTER(stats, "cut", cut),
    COUNTER(stats, "cancelled", cancelled),
    COUNTER(stats, "refaulted", refaulted),
    COUNTER(stats, "minor", minor),
    COUNTER(stats, "permission", permission),
    COUNTER(stats, "refault_spin", refault_spin),
    COUNTER(stats, "mailbox", mailbox_faults),
    COUNTER(stats, "failed_pnp", failed_pnp),
    COUNTER(stats, "replay_sleeps", replay_sleeps),
    COUNTER(stats, "dequeue_retries", dequeue_retries),
    COUNTER(stats, "halts", halts),
    COUNTER(stats, "halt_ps", halt_ps),
};

static const struct counter overhead_counters[] = {
    COUNTER(stats, "exits", exits),
    COUNTER(stats, "hypercalls", hypercalls),
    COUNTER(stats, "maintenance_exits", maintenance_exits),
    COUNTER(stats, "kicks", kicks),
    COUNTER(stats, "lost_kicks", lost_kicks),
    COUNTER(stats, "entries_given_up", entries_given_up),
    COUNTER(stats, "wakeups_in_vain", wakeups_in_vain),
    COUNTER(stats, "spurious_irqs", spurious_irqs),
};

static const struct counter guest_counters[] = {
    COUNTER(guest_cpu, "ticks", ticks),
    COUNTER(guest_cpu, "switches", switches),
    COUNTER(guest_cpu, "bogus_pnp", bogus_pnp),
    COUNTER(guest_cpu, "bogus_ready", bogus_ready),
    COUNTER(guest_cpu, "unknown_token", unknown_token),
    COUNTER(guest_cpu, "dropped_pnp", dropped_pnp),
};

static const struct counter memory_counters[] = {
    COUNTER(mem, "limit_pages", limit_pages),
    COUNTER(mem, "used_pages", used_pages),
    COUNTER(mem, "touched_pages", touched_pages),
    COUNTER(mem, "fetches", fetches),
    COUNTER(mem, "writes", writes),
    COUNTER(mem, "evicted_clean", evicted_clean),
    COUNTER(mem, "evicted_dirty", evicted_dirty),
    COUNTER(mem, "rescued", rescued),
    COUNTER(mem, "activated", activated),
    COUNTER(mem, "aged", aged),
};

static const struct counter store_counters[] = {
    COUNTER(store, "reads", reads),
    COUNTER(store, "writes", writes),
    COUNTER(store, "queue_ps", queue_ps),
    COUNTER(store, "service_ps", service_ps),
};

static u64 counter_value(const void *object, const struct counter *counter)
{
    return *(const u64 *)((const u8 *)object + counter->offset);
}

static void put_counters(struct json *j, const void *object, const struct counter *counter,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        json_u64(j, counter[i].key, counter_value(object, &counter[i]));
}
#define PUT_COUNTERS(j, object, table) put_counters(j, object, table, ARRAY_COUNT(table))

static void put_identity(struct json *j, const struct run *r, const struct results_info *info)
{
    const struct sys *s = r->c.s;
    const struct spec *p = r->c.p;

    json_u64(j, "format", SUMMARY_FORMAT);
    json_text(j, "version", info->version);
    json_text(j, "config", info->config_name);
    json_hex(j, "config_hash", info->config_hash);
    json_u64(j, "seed", p->seed);
    json_text(j, "variant", p->variant_name);
    json_text(j, "profile", p->profile);
    json_u64(j, "vcpus", p->vcpus);
    json_u64(j, "host_cpus", p->host_cpus);
    json_text(j, "end", end_word(s->end));
    json_text(j, "end_text", s->end_text);
    json_u64(j, "time_ps", s->end_ps);
    json_hex(j, "checksum", r->c.log->checksum);
    json_u64(j, "lines", r->c.log->count);
}

static void put_faults(struct json *j, const struct stats *st)
{
    json_object(j, "faults");
    json_u64(j, "total", faults_total(st));
    json_u64(j, "async", st->fault_count[FAULT_ASYNC]);
    json_object(j, "sync");
    for (u32 k = FAULT_ASYNC + 1; k < FAULT_KIND_COUNT; k++)
        json_u64(j, fault_kind_name[k], st->fault_count[k]);
    json_end(j);
    PUT_COUNTERS(j, st, fault_counters);
    json_end(j);
}

/* What was never measured has no percentile: null, not 0. */
static void put_hist(struct json *j, const struct hist *h)
{
    static const struct {
        const char *key;
        u32 p_micro;
    } points[] = {
        {"min_ps", 0},       {"p50_ps", 500000},    {"p90_ps", 900000},
        {"p99_ps", 990000},  {"p99_9_ps", 999000},  {"max_ps", 1000000},
    };

    json_u64(j, "count", h->count);
    json_u64(j, "sum_ps", h->sum);
    for (size_t i = 0; i < ARRAY_COUNT(points); i++)
        if (h->count != 0)
            json_u64(j, points[i].key, hist_percentile(h, points[i].p_micro));
        else
            json_null(j, points[i].key);
}

static void put_latency(struct json *j, const struct stats *st)
{
    struct hist all;

    faults_latency(st, &all);
    const struct {
        const char *key;
        const struct hist *hist;
    } rows[] = {
        {"all", &all},
        {"async", &st->total_async},
        {"sync", &st->total_sync},
        {"guest", &st->guest_total},
    };
    json_object(j, "latency");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        json_row(j, rows[i].key);
        put_hist(j, rows[i].hist);
        json_end(j);
    }
    json_end(j);
}

static void put_hops(struct json *j, const struct stats *st)
{
    json_object(j, "hops");
    for (u32 i = 0; i < HOP_COUNT; i++) {
        json_row(j, hop_info[i].key);
        json_text(j, "chain", hop_info[i].chain == CHAIN_PAGE ? "page" : "guest");
        put_hist(j, &st->hop[i]);
        json_end(j);
    }
    json_end(j);
}

static void put_tasks(struct json *j, const struct run *r)
{
    json_object(j, "tasks");
    for (u32 i = 0; i < r->c.p->task_count; i++) {
        const struct task_spec *p = &r->c.p->task[i];
        const struct task *t = sys_task(&r->c, i);
        json_object(j, p->name);
        json_text(j, "kind", task_kind_word[p->kind]);
        json_u64(j, "vcpu", p->vcpu);
        json_u64(j, "work", results_task_work(r, i));
        json_text(j, "work_unit", work_unit(p->kind));
        json_u64(j, "instructions", t->count.instructions);
        json_u64(j, "reads", t->count.reads);
        json_u64(j, "writes", t->count.writes);
        if (t->ended_ps != TIME_NEVER)
            json_u64(j, "ended_ps", t->ended_ps);
        else
            json_null(j, "ended_ps");
        json_end(j);
    }
    json_end(j);
}

static void put_account(struct json *j, const char *name, const struct account *a)
{
    char key[SPEC_NAME_MAX];

    json_row(j, name);
    for (u32 k = 0; k < CPU_STATE_COUNT; k++) {
        snprintf(key, sizeof key, "%s_ps", cpu_state_word[k]);
        json_u64(j, key, a->spent_ps[k]);
    }
    json_end(j);
}

static void put_cpus(struct json *j, const struct run *r)
{
    const struct sys *s = r->c.s;
    char name[SPEC_NAME_MAX];

    json_object(j, "cpu");
    for (u32 i = 0; i < s->vcpu_count; i++) {
        sys_actor_name(s, i, name, sizeof name);
        put_account(j, name, &sys_vcpu(&r->c, i)->account);
    }
    for (u32 i = 0; i < s->hostcpu_count; i++) {
        sys_actor_name(s, s->actor_hostcpu + i, name, sizeof name);
        put_account(j, name, &sys_hostcpu(&r->c, i)->account);
    }
    json_end(j);
}

static void put_guest(struct json *j, const struct run *r)
{
    json_object(j, "guest");
    for (size_t k = 0; k < ARRAY_COUNT(guest_counters); k++) {
        u64 sum = 0;
        for (u32 i = 0; i < r->c.s->vcpu_count; i++)
            sum += counter_value(&sys_vcpu(&r->c, i)->os, &guest_counters[k]);
        json_u64(j, guest_counters[k].key, sum);
    }
    json_u64(j, "dummies_made", r->c.s->nodes.dummies_made);
    json_u64(j, "dummies_matched", r->c.s->nodes.dummies_matched);
    json_end(j);
}

static void put_picks(struct json *j, const struct stats *st)
{
    json_object(j, "picks");
    json_u64(j, "page_chain_ps", st->page_ps);
    json_u64(j, "pick_ps", st->pick_ps);
    json_u64(j, "permille", st->page_ps != 0 ? ratio(st->pick_ps, 1000, st->page_ps) : 0);
    json_end(j);
}

static void put_checks(struct json *j, const struct run *r)
{
    struct check check[CHECK_COUNT];

    checks_of(r, check);
    json_object(j, "conservation");
    for (u32 i = 0; i < CHECK_COUNT; i++) {
        json_row(j, check[i].key);
        json_u64(j, check[i].is_time ? "left_ps" : "left", check[i].left);
        json_u64(j, check[i].is_time ? "right_ps" : "right", check[i].right);
        json_bool(j, "holds", check[i].left == check[i].right);
        json_end(j);
    }
    json_end(j);
}

/* The only member that two runs of the same experiment may differ in. */
static void put_host_time(struct json *j, const struct run *r, const struct results_info *info)
{
    json_object(j, "host_time");
    json_text(j, "carrier", info->carrier);
    json_u64(j, "run_ns", info->host_ns);
    json_u64(j, "steps", r->c.steps);
    json_u64(j, "image_bytes", r->c.s->used_bytes);
    json_end(j);
}

static void put_machine(struct json *j, const struct sys *s)
{
    json_object(j, "overhead");
    PUT_COUNTERS(j, &s->stats, overhead_counters);
    json_end(j);
    json_object(j, "memory");
    PUT_COUNTERS(j, &s->mem, memory_counters);
    json_u64(j, "active_pages", s->mem.active.count);
    json_u64(j, "inactive_pages", s->mem.inactive.count);
    json_u64(j, "stage2_tables", s->stage2_tables);
    json_end(j);
    json_object(j, "store");
    PUT_COUNTERS(j, &s->store, store_counters);
    json_end(j);
}

/* What the simulation has measured. */
static void put_measured(struct json *j, const struct run *r)
{
    const struct stats *st = &r->c.s->stats;

    put_faults(j, st);
    put_latency(j, st);
    put_hops(j, st);
    put_tasks(j, r);
    put_cpus(j, r);
    put_machine(j, r->c.s);
    put_guest(j, r);
    put_picks(j, st);
    put_checks(j, r);
}

bool results_write_json(const struct run *r, const struct results_info *info, FILE *out)
{
    struct json j;

    json_begin(&j, out);
    put_identity(&j, r, info);
    put_measured(&j, r);
    put_host_time(&j, r, info);
    return json_finish(&j);
}

void results_each_metric(const struct run *r, results_metric_fn *each, void *arg)
{
    struct json j;

    json_begin_numbers(&j, each, arg);
    json_u64(&j, "time_ps", r->c.s->end_ps);
    json_u64(&j, "lines", r->c.log->count);
    put_measured(&j, r);
    json_finish(&j);
}

void results_each_hist(const struct run *r, results_hist_fn *each, void *arg)
{
    const struct stats *st = &r->c.s->stats;
    const struct {
        const char *key;
        const struct hist *hist;
    } rows[] = {
        {"latency.async", &st->total_async},
        {"latency.sync", &st->total_sync},
        {"latency.guest", &st->guest_total},
    };
    char key[SPEC_NAME_MAX + 8];

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].hist->count != 0)
            each(arg, rows[i].key, rows[i].hist);
    for (u32 i = 0; i < HOP_COUNT; i++) {
        snprintf(key, sizeof key, "hops.%s", hop_info[i].key);
        if (st->hop[i].count != 0)
            each(arg, key, &st->hop[i]);
    }
}
