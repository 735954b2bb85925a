/*
 * The door of cpu: one core. The first engine executes operation streams (synthetic workloads and
 * replayed memory traces); registers and exceptions stand in cpu/exception.h, hypercall numbers in
 * cpu/smccc.h. An A64 interpreter will stand behind the same door.
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/debug.h"
#include "cpu/exception.h"
#include "cpu/psci.h"
#include "cpu/features.h"
#include "cpu/route.h"
#include "cpu/smccc.h"
#include "cpu/state.h"
#include "cpu/syndrome.h"
#include "cpu/sysreg.h"
#include "cpu/timer.h"
#include "cpu/traps.h"
#include "mmu/mmu.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One operation: 63:60 kind, 59:48 count, 47:0 virtual address or number.
 * FETCH   fetches one page and retires `count` instructions (0: the second page of a fetch that
 *         lies over a page end).
 * READ, WRITE  one data access.
 * THINK   user time: 47:0 picoseconds.
 * END     the task has finished.
 */
enum op_kind { OP_END, OP_FETCH, OP_READ, OP_WRITE, OP_THINK };
#define OP(kind, count, va) ((u64)(kind) << 60 | (u64)(count) << 48 | (va))
#define OP_KIND(op) ((u32)((op) >> 60))
#define OP_COUNT(op) ((u32)((op) >> 48 & 0xfff))
#define OP_VA(op) ((op)&0xffffffffffffull)

enum { CPU_STREAM_LEN = 256 };
struct cpu_stream { /* Operations fetched ahead of execution. */
    u32 head, count; /* op[head .. count) are still to do. */
    u64 op[CPU_STREAM_LEN];
};

struct cpu_cost { /* Simulated time of what needs no help from others. */
    u64 instr_ps, read_ps, write_ps, l2_hit_ps;
};

struct cpu_count { /* Retired so far. */
    u64 instructions, reads, writes;
};

enum cpu_stop {
    CPU_STOP_LIMIT, /* The next operation would start after the limit. */
    CPU_STOP_EMPTY, /* The stream is used up; refill it. */
    CPU_STOP_MISS,  /* The next operation needs a walk: it is a step of its own. */
    CPU_STOP_END,   /* OP_END is next. */
};

/*
 * Execute local operations. The first one starts at *t_ps whatever the limit; every later one only
 * if it starts at *t_ps <= limit_ps. On return *t_ps is when the next operation may start. What
 * happens outside the TLB and the counters is nothing.
 */
enum cpu_stop cpu_run(struct mmu_tlb *tlb, const struct cpu_cost *cost, struct cpu_stream *stream,
                      u64 asid, u64 *t_ps, u64 limit_ps, struct cpu_count *count);

#ifdef __cplusplus
}
#endif
#endif
