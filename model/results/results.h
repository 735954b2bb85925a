/*
 * The door of model/results: what a finished run leaves behind for people and for programs. Reads
 * the machine, changes nothing. All numbers are integers in the units their keys name.
 */
#ifndef MODEL_RESULTS_RESULTS_H
#define MODEL_RESULTS_RESULTS_H

#include <stdio.h>

#include "model/run.h"

#ifdef __cplusplus
extern "C" {
#endif

struct results_info { /* What the machine does not know of itself. */
    u64 config_hash;
    const char *version;
    const char *carrier; /* "testbed", "modules", "conductor" */
    const char *config_name;
    u64 host_ns; /* Time the run took on this computer; goes under host_time only. */
};

/*
 * summary.json: keys documented in docs/results.md, order and bytes stable. Everything that depends
 * on the host machine is under "host_time". False: the stream has an error.
 */
bool results_write_json(const struct run *r, const struct results_info *info, FILE *out);

/*
 * The same numbers for programs: every integer of summary.json but those under host_time and the
 * identity of the run (format, seed, vcpus, host_cpus), under its key path: "hops.io_wait.p50_ps".
 * What is null there is left out; true is 1.
 */
typedef void results_metric_fn(void *arg, const char *key, u64 value);
void results_each_metric(const struct run *r, results_metric_fn *each, void *arg);
/* Every histogram with a value: "latency.async", "latency.sync", "latency.guest", "hops.<hop>". */
typedef void results_hist_fn(void *arg, const char *key, const struct hist *h);
void results_each_hist(const struct run *r, results_hist_fn *each, void *arg);

/* One screen (24 x 80) for people: what ran, what it took, where the faults' time went. */
void results_print_summary(const struct run *r, const struct results_info *info, FILE *out);

/* What is kept of a run to set several side by side. Plain data: goes through a pipe. */
struct results_brief {
    char variant[SPEC_NAME_MAX];
    u64 time_ps;
    u64 faults_total, faults_async, faults_sync;
    u64 latency_p50_ps, latency_p99_ps, latency_max_ps; /* All faults, page chain. */
    u64 guest_p50_ps;                                   /* Guest chain, 0 if there is none. */
    u64 exits, hypercalls;
    u64 pick_permille; /* Part of the page chains that rests on picks. */
    u64 cpu_ps[CPU_STATE_COUNT]; /* Sum over the vCPUs. */
    u32 vcpus, task_count;
    struct {
        char name[SPEC_NAME_MAX];
        u64 work;
        u64 ended_ps; /* TIME_NEVER: was still running. */
        u8 kind;
    } task[SPEC_TASKS_MAX];
    u64 checksum;
    u8 end; /* enum sys_end */
};
void results_brief(const struct run *r, struct results_brief *b);
/* Side by side: work per simulated second of each task, its end, faults, latency, what it cost and
 * what it bought against the first column. */
void results_print_comparison(const struct results_brief *b, u32 count, FILE *out);

/* Work of a task: instructions (compute, trace) or accesses (write-all, touch). */
u64 results_task_work(const struct run *r, u32 task);

/* CSV, one row for each fault with every hop: header, then the rows as a run's fault_sink. */
void results_csv_header(FILE *out);
void results_csv_row(void *out_file, const struct fault *f);

/* Text of the trace header: names of actors, types and hops (see docs/results.md). The caller
 * frees it. NULL: no memory. Needs no finished run. */
char *results_trace_header(const struct run *r, const struct results_info *info, size_t *size);

#ifdef __cplusplus
}
#endif
#endif
