/*
 * The bare loop that a run is measured against: page faults as sixteen timed events that pass
 * through eleven serial servers, with one winner tree of next times, and nothing else. No protocol,
 * no machine, no transcript. What a simulator of this shape costs at the least.
 *
 * Memory: the caller's. Time: simulated picoseconds only.
 */
#ifndef BENCH_TOY_H
#define BENCH_TOY_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOY_VCPUS = 4,
    TOY_AGENTS = TOY_VCPUS + 3 + TOY_VCPUS, /* vCPUs; host, device, mapper; interrupt paths. */
    TOY_LEAVES = 16,
    TOY_QUEUE = 64,
    TOY_DRAWS = 1 << 16,
};

struct toy_agent {
    u32 fault;       /* In service. */
    u32 stage, last; /* Of this fault now; the last one that is served here. */
    bool busy;
    u32 read, write; /* Faults that wait here: queue[read .. write). */
    u32 queue[TOY_QUEUE];
};

struct toy {
    u64 tree[2 * TOY_LEAVES]; /* Keys: time << 4 | agent. 1 is the root. */
    struct toy_agent agent[TOY_AGENTS];
    u32 in_flight[TOY_VCPUS];
    bool waits[TOY_VCPUS]; /* The window is full: the vCPU goes on when a fault has ended. */
    u32 per_vcpu;
    u64 now_ps, faults, steps;
    u64 end_sum_ps; /* Of all faults: the work cannot be optimised away. */
    u32 draw[TOY_DRAWS];
};

void toy_init(struct toy *t, u32 faults_per_vcpu);
void toy_run(struct toy *t);

#ifdef __cplusplus
}
#endif
#endif
