/*
 * The generic timer of one core as a guest sees it: the physical and the virtual counter, and the
 * timers CNTP and CNTV with their level-sensitive lines. Time comes in as picoseconds and is
 * turned into ticks without floating point; nothing here waits.
 *
 * Inaccurate: no event stream. CNTKCTL_EL1.EVNTEN and its fields are stored, but no WFE is woken.
 *
 * Reference: Arm DDI 0487, D11 (the Generic Timer in AArch64 state), TimerConditionMet; SBSA for
 * the INTIDs. Memory: the caller's.
 */
#ifndef CPU_TIMER_H
#define CPU_TIMER_H

#include "cpu/sysreg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cpu_timer_spec { /* Frozen. */
    u64 hz;             /* CNTFRQ_EL0, 1..2^32 - 1; the same for all cores. */
    u64 base;           /* CNTPCT_EL0 at time 0. */
};

enum cpu_timer_id { CPU_TIMER_PHYSICAL, CPU_TIMER_VIRTUAL, CPU_TIMER_COUNT };

struct cpu_timer { /* Reset: all 0. */
    u64 cval;      /* CNTx_CVAL_EL0 */
    u32 ctl;       /* CNTx_CTL_EL0: ENABLE 0, IMASK 1. ISTATUS is not stored. */
    u8 zero[4];
};

struct cpu_timers {
    u64 cntvoff; /* CNTVOFF_EL2; KVM sets it so that CNTVCT_EL0 starts at 0. */
    struct cpu_timer timer[CPU_TIMER_COUNT];
};

#define CPU_CNT_ENABLE (1u << 0)
#define CPU_CNT_IMASK (1u << 1)
#define CPU_CNT_ISTATUS (1u << 2)

/* INTID of the line: 30 and 27 (KVM's defaults, those of SBSA). */
u32 cpu_timer_intid(enum cpu_timer_id id);

/* Ticks that have passed at ps: floor(ps * hz / 10^12). */
u64 cpu_ps_to_ticks(const struct cpu_timer_spec *spec, u64 ps);
/* The first picosecond at which so many ticks have passed; TIME_NEVER if u64 cannot hold it. */
u64 cpu_ticks_to_ps(const struct cpu_timer_spec *spec, u64 ticks);

/* CNTPCT_EL0, CNTVCT_EL0; both wrap at 64 bits. */
u64 cpu_timer_count(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                    enum cpu_timer_id id, u64 now_ps);

/* The condition: the counter, unsigned, has reached CVAL. ISTATUS while ENABLE is set. */
bool cpu_timer_is_met(const struct cpu_timers *t, enum cpu_timer_id id, u64 count);
/* The line: ENABLE and ISTATUS and not IMASK. */
bool cpu_timer_line(const struct cpu_timers *t, enum cpu_timer_id id, u64 count);

#define CPU_TICKS_NEVER UINT64_MAX /* Also stands for 2^64 - 1 ticks, which no run reaches. */
/* Ticks from `count` until the line changes by itself, at least 1; or CPU_TICKS_NEVER. It rises
 * at CVAL, and falls when the counter wraps. */
u64 cpu_timer_next_tick(const struct cpu_timers *t, enum cpu_timer_id id, u64 count);
/* The same as a time: the picosecond of the change, or TIME_NEVER. */
u64 cpu_timer_next_ps(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                      enum cpu_timer_id id, u64 now_ps);

/* MRS and MSR that cpu_sysreg_access() has let through as CPU_SYSREG_TIMER. */
u64 cpu_timer_read(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                   enum cpu_timer_reg reg, u64 now_ps);
/* Counters and CNTFRQ_EL0 are read-only at EL1: asserted. */
void cpu_timer_write(const struct cpu_timer_spec *spec, struct cpu_timers *t,
                     enum cpu_timer_reg reg, u64 now_ps, u64 value);

#ifdef __cplusplus
}
#endif
#endif
