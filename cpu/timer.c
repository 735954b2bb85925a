#include "cpu/timer.h"

u32 cpu_timer_intid(enum cpu_timer_id id)
{
    static const u8 intid[CPU_TIMER_COUNT] = {30, 27};

    ASSERT(id < CPU_TIMER_COUNT);
    return intid[id];
}

/* --- Time and ticks --- */

static void check(const struct cpu_timer_spec *spec)
{
    ASSERT(spec->hz > 0 && spec->hz <= UINT32_MAX);
}

u64 cpu_ps_to_ticks(const struct cpu_timer_spec *spec, u64 ps)
{
    check(spec);

    return (u64)((u128)ps * spec->hz / PS_PER_S);
}

u64 cpu_ticks_to_ps(const struct cpu_timer_spec *spec, u64 ticks)
{
    check(spec);

    const u128 ps = ((u128)ticks * PS_PER_S + spec->hz - 1) / spec->hz;
    return ps < TIME_NEVER ? (u64)ps : TIME_NEVER;
}

u64 cpu_timer_count(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                    enum cpu_timer_id id, u64 now_ps)
{
    const u64 physical = spec->base + cpu_ps_to_ticks(spec, now_ps);

    ASSERT(id < CPU_TIMER_COUNT);
    return id == CPU_TIMER_VIRTUAL ? physical - t->cntvoff : physical;
}

/* --- Condition and line --- */

bool cpu_timer_is_met(const struct cpu_timers *t, enum cpu_timer_id id, u64 count)
{
    ASSERT(id < CPU_TIMER_COUNT);

    return count >= t->timer[id].cval;
}

static bool is_awake(const struct cpu_timer *t)
{
    return (t->ctl & (CPU_CNT_ENABLE | CPU_CNT_IMASK)) == CPU_CNT_ENABLE;
}

bool cpu_timer_line(const struct cpu_timers *t, enum cpu_timer_id id, u64 count)
{
    return is_awake(&t->timer[id]) && cpu_timer_is_met(t, id, count);
}

u64 cpu_timer_next_tick(const struct cpu_timers *t, enum cpu_timer_id id, u64 count)
{
    if (!is_awake(&t->timer[id]))
        return CPU_TICKS_NEVER;
    if (!cpu_timer_is_met(t, id, count))
        return t->timer[id].cval - count;
    /* Met until the counter wraps to 0; with CVAL 0 always. (0 - count is 2^64 - count.) */
    return t->timer[id].cval == 0 ? CPU_TICKS_NEVER : 0 - count;
}

u64 cpu_timer_next_ps(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                      enum cpu_timer_id id, u64 now_ps)
{
    const u64 ahead = cpu_timer_next_tick(t, id, cpu_timer_count(spec, t, id, now_ps));
    const u64 passed = cpu_ps_to_ticks(spec, now_ps);

    if (ahead == CPU_TICKS_NEVER || ahead > UINT64_MAX - passed)
        return TIME_NEVER;
    return cpu_ticks_to_ps(spec, passed + ahead);
}

/* --- Registers --- */

static enum cpu_timer_id owner_of(enum cpu_timer_reg reg)
{
    return reg >= CPU_CNTV_TVAL || reg == CPU_CNTVCT ? CPU_TIMER_VIRTUAL : CPU_TIMER_PHYSICAL;
}

u64 cpu_timer_read(const struct cpu_timer_spec *spec, const struct cpu_timers *t,
                   enum cpu_timer_reg reg, u64 now_ps)
{
    ASSERT(reg < CPU_TIMER_REG_COUNT);

    const enum cpu_timer_id id = owner_of(reg);
    const struct cpu_timer *const own = &t->timer[id];
    const u64 count = cpu_timer_count(spec, t, id, now_ps);

    switch (reg) {
    case CPU_CNTFRQ:
        return spec->hz;
    case CPU_CNTPCT:
    case CPU_CNTVCT:
        return count;
    case CPU_CNTP_TVAL:
    case CPU_CNTV_TVAL:
        return (own->cval - count) & 0xffffffff; /* UNKNOWN while ENABLE is 0. */
    case CPU_CNTP_CTL:
    case CPU_CNTV_CTL: /* ISTATUS is UNKNOWN while ENABLE is 0; here it is 0. */
        return own->ctl |
               (own->ctl & CPU_CNT_ENABLE && cpu_timer_is_met(t, id, count) ? CPU_CNT_ISTATUS : 0);
    default:
        return own->cval;
    }
}

void cpu_timer_write(const struct cpu_timer_spec *spec, struct cpu_timers *t,
                     enum cpu_timer_reg reg, u64 now_ps, u64 value)
{
    ASSERT(reg >= CPU_CNTP_TVAL && reg < CPU_TIMER_REG_COUNT);

    const enum cpu_timer_id id = owner_of(reg);
    struct cpu_timer *const own = &t->timer[id];

    switch (reg) {
    case CPU_CNTP_TVAL:
    case CPU_CNTV_TVAL: /* Bits 31:0 are signed: a timer can be set into the past. */
        own->cval = cpu_timer_count(spec, t, id, now_ps) + (u64)(s64)(s32)(u32)value;
        break;
    case CPU_CNTP_CTL:
    case CPU_CNTV_CTL:
        own->ctl = (u32)value & (CPU_CNT_ENABLE | CPU_CNT_IMASK);
        break;
    default:
        own->cval = value;
        break;
    }
}
