/*
 * CFS, the fair scheduler's rules as a decider, for the host's CPUs and for the guest's: all
 * threads weigh the same, so virtual runtime is time. Ids are the caller's. Sources: Linux 5.14
 * kernel/sched/fair.c (place_entity, check_preempt_wakeup, sched_slice), restated.
 */
#ifndef MODEL_CFS_H
#define MODEL_CFS_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CFS_MAX = 160, CFS_NONE = 0xffff };

/* Virtual time at the start: a machine that has been up for a while, so that a thread that has
 * slept gets its full credit from the first moment on. */
#define CFS_START_PS PS_PER_S

struct cfs_spec {
    u64 latency_ps, min_granularity_ps, wakeup_granularity_ps;
};

struct cfs { /* Runnable and not running, ordered by (vruntime, id). */
    u64 min_vruntime_ps;
    u32 count;
    u16 id[CFS_MAX];
    u64 vruntime_ps[CFS_MAX];
};

void cfs_init(struct cfs *q);
void cfs_put(struct cfs *q, u32 id, u64 vruntime_ps);
u32 cfs_best(const struct cfs *q); /* CFS_NONE if empty. */
void cfs_take(struct cfs *q, u32 id);
/* min_vruntime follows the least of the running thread (TIME_NEVER: none) and the queue. */
void cfs_advance(struct cfs *q, u64 curr_vruntime_ps);
/* Where a thread that has slept is put: half a latency of credit at most. */
u64 cfs_place(const struct cfs *q, const struct cfs_spec *p, u64 vruntime_ps);
/* Does a thread that wakes up push the running one aside? */
bool cfs_preempts(const struct cfs_spec *p, u64 curr_vruntime_ps, u64 wakee_vruntime_ps);
/* Time slice when `running` threads share the CPU. */
u64 cfs_slice(const struct cfs_spec *p, u32 running);

#ifdef __cplusplus
}
#endif
#endif
