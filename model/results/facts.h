/*
 * Numbers and words of a finished run that more than one report needs. Reads the machine, changes
 * nothing.
 */
#ifndef MODEL_RESULTS_FACTS_H
#define MODEL_RESULTS_FACTS_H

#include "model/results/results.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const task_kind_word[TASK_KIND_COUNT];
extern const char *const cpu_state_word[CPU_STATE_COUNT];
const char *end_word(u32 end);   /* enum sys_end */
const char *work_unit(u32 kind); /* enum task_kind: what a task's work counts. */

/* Work for each simulated second of a task's life, which ends with the run at the latest. */
u64 work_per_second(u64 work, u64 ended_ps, u64 time_ps);

/* Faults as their chains ended, in time or not; the other way to count them is by their kind. */
u64 faults_total(const struct stats *st);
u64 faults_sync(const struct stats *st); /* Sum over the reasons. */
/* Latencies of all closed faults, asynchronous or not. */
void faults_latency(const struct stats *st, struct hist *all);

/* Sum of the accounts of all vCPUs, and of all host CPUs. */
void vcpus_spent(const struct run *r, u64 spent_ps[CPU_STATE_COUNT]);
void hostcpus_spent(const struct run *r, u64 spent_ps[CPU_STATE_COUNT]);

/* What must be equal: the same thing, measured in two ways. */
struct check {
    const char *key, *words;
    u64 left, right;
    bool is_time;
};
enum { CHECK_COUNT = 5 };
void checks_of(const struct run *r, struct check check[CHECK_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
