#include "model/cfs.h"

#include <string.h>

void cfs_init(struct cfs *q)
{
    memset(q, 0, sizeof *q);
    q->min_vruntime_ps = CFS_START_PS;
}

void cfs_put(struct cfs *q, u32 id, u64 vruntime_ps)
{
    u32 i = q->count++;

    ASSERT(i < CFS_MAX && id < CFS_NONE);
    while (i > 0 && (vruntime_ps < q->vruntime_ps[i - 1] ||
                     (vruntime_ps == q->vruntime_ps[i - 1] && id < q->id[i - 1]))) {
        q->id[i] = q->id[i - 1];
        q->vruntime_ps[i] = q->vruntime_ps[i - 1];
        i--;
    }
    q->id[i] = (u16)id;
    q->vruntime_ps[i] = vruntime_ps;
}

u32 cfs_best(const struct cfs *q)
{
    return q->count != 0 ? q->id[0] : CFS_NONE;
}

void cfs_take(struct cfs *q, u32 id)
{
    u32 i = 0;

    while (i < q->count && q->id[i] != id)
        i++;
    ASSERT(i < q->count);
    q->count--;
    for (; i < q->count; i++) {
        q->id[i] = q->id[i + 1];
        q->vruntime_ps[i] = q->vruntime_ps[i + 1];
    }
}

void cfs_advance(struct cfs *q, u64 curr_vruntime_ps)
{
    u64 least_ps = curr_vruntime_ps;

    if (q->count != 0 && q->vruntime_ps[0] < least_ps)
        least_ps = q->vruntime_ps[0];
    if (least_ps != TIME_NEVER && least_ps > q->min_vruntime_ps)
        q->min_vruntime_ps = least_ps;
}

u64 cfs_place(const struct cfs *q, const struct cfs_spec *p, u64 vruntime_ps)
{
    u64 credit_ps = p->latency_ps / 2;
    u64 floor_ps = q->min_vruntime_ps > credit_ps ? q->min_vruntime_ps - credit_ps : 0;

    return vruntime_ps > floor_ps ? vruntime_ps : floor_ps;
}

bool cfs_preempts(const struct cfs_spec *p, u64 curr_vruntime_ps, u64 wakee_vruntime_ps)
{
    return curr_vruntime_ps > wakee_vruntime_ps + p->wakeup_granularity_ps;
}

u64 cfs_slice(const struct cfs_spec *p, u32 running)
{
    u64 slice_ps = p->latency_ps / (running != 0 ? running : 1);

    return slice_ps > p->min_granularity_ps ? slice_ps : p->min_granularity_ps;
}
