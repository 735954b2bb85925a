/* The generic timer: exact ticks, lines that change one tick late or early never, wraps. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace {

constexpr u64 MAX = UINT64_MAX;

struct Timer : testing::Test {
    cpu_timer_spec spec{25000000, 0}; /* 40 ns each tick. */
    cpu_timers t{};
    const u64 tick_ps = 40000;

    u64 read(cpu_timer_reg reg, u64 now_ps) { return cpu_timer_read(&spec, &t, reg, now_ps); }
    void write(cpu_timer_reg reg, u64 now_ps, u64 value)
    {
        cpu_timer_write(&spec, &t, reg, now_ps, value);
    }
    bool line(cpu_timer_id id, u64 now_ps)
    {
        return cpu_timer_line(&t, id, cpu_timer_count(&spec, &t, id, now_ps));
    }
};

struct names {
    cpu_timer_id id;
    cpu_timer_reg tval, ctl, cval, count;
};
const names both[] = {
    {CPU_TIMER_PHYSICAL, CPU_CNTP_TVAL, CPU_CNTP_CTL, CPU_CNTP_CVAL, CPU_CNTPCT},
    {CPU_TIMER_VIRTUAL, CPU_CNTV_TVAL, CPU_CNTV_CTL, CPU_CNTV_CVAL, CPU_CNTVCT},
};

TEST_F(Timer, IntidsAreThoseOfKvm)
{
    EXPECT_EQ(cpu_timer_intid(CPU_TIMER_PHYSICAL), 30u);
    EXPECT_EQ(cpu_timer_intid(CPU_TIMER_VIRTUAL), 27u);
    EXPECT_DEATH(cpu_timer_intid(CPU_TIMER_COUNT), "assertion");
}

/* --- Time and ticks --- */

TEST_F(Timer, ATickBeginsAtItsPicosecondAndNotOneEarlier)
{
    for (u64 hz : {1ull, 3ull, 19200000ull, 24000000ull, 25000000ull, 1000000000ull, 4294967295ull})
        for (u64 ticks : {1ull, 2ull, 7ull, 1000ull, 123456789ull}) {
            spec.hz = hz;
            const u64 ps = cpu_ticks_to_ps(&spec, ticks);
            if (ps == TIME_NEVER)
                continue;
            EXPECT_EQ(cpu_ps_to_ticks(&spec, ps), ticks) << hz;
            EXPECT_EQ(cpu_ps_to_ticks(&spec, ps - 1), ticks - 1) << hz;
        }
}

TEST_F(Timer, NoTimeOverflows)
{
    spec.hz = 4294967295;
    EXPECT_EQ(cpu_ps_to_ticks(&spec, MAX), 79228162495817593ull);
    EXPECT_EQ(cpu_ticks_to_ps(&spec, MAX), TIME_NEVER);
    spec.hz = 1;
    EXPECT_EQ(cpu_ps_to_ticks(&spec, MAX), 18446744u);
    EXPECT_EQ(cpu_ticks_to_ps(&spec, 18446744), 18446744u * PS_PER_S);
    EXPECT_EQ(cpu_ticks_to_ps(&spec, 18446745), TIME_NEVER);
}

TEST_F(Timer, FrequenciesAre32Bits)
{
    spec.hz = 0;
    EXPECT_DEATH(cpu_ps_to_ticks(&spec, 1), "assertion");
    spec.hz = 1ull << 32;
    EXPECT_DEATH(cpu_ticks_to_ps(&spec, 1), "assertion");
}

/* --- Counters --- */

TEST_F(Timer, TheVirtualCounterIsThePhysicalOneWithoutTheOffset)
{
    spec.base = 1000;
    t.cntvoff = 400;
    EXPECT_EQ(read(CPU_CNTPCT, 0), 1000u);
    EXPECT_EQ(read(CPU_CNTVCT, 0), 600u);
    EXPECT_EQ(read(CPU_CNTVCT, tick_ps - 1), 600u);
    EXPECT_EQ(read(CPU_CNTVCT, tick_ps), 601u);
    t.cntvoff = 1001; /* Below zero it wraps. */
    EXPECT_EQ(read(CPU_CNTVCT, 0), MAX);
    EXPECT_EQ(read(CPU_CNTVCT, tick_ps), 0u);
    EXPECT_EQ(read(CPU_CNTFRQ, 0), 25000000u);
}

TEST_F(Timer, CountersAndTheFrequencyAreReadOnly)
{
    for (cpu_timer_reg reg : {CPU_CNTFRQ, CPU_CNTPCT, CPU_CNTVCT, CPU_TIMER_REG_COUNT})
        EXPECT_DEATH(write(reg, 0, 0), "assertion");
    EXPECT_DEATH(read(CPU_TIMER_REG_COUNT, 0), "assertion");
}

/* --- Condition and line --- */

TEST_F(Timer, TheLineRisesAtCvalAndNotOneTickEarlier)
{
    spec.base = t.cntvoff = 50;
    for (const names &n : both) {
        const u64 cval = 100, due = (n.id == CPU_TIMER_VIRTUAL ? 100 : 50) * tick_ps;
        write(n.cval, 0, cval);
        write(n.ctl, 0, CPU_CNT_ENABLE);
        EXPECT_FALSE(line(n.id, due - 1));
        EXPECT_TRUE(line(n.id, due));
        EXPECT_EQ(read(n.ctl, due - 1), CPU_CNT_ENABLE);
        EXPECT_EQ(read(n.ctl, due), CPU_CNT_ENABLE | CPU_CNT_ISTATUS);
        EXPECT_EQ(cpu_timer_next_ps(&spec, &t, n.id, 0), due);
        EXPECT_EQ(cpu_timer_next_ps(&spec, &t, n.id, due - 1), due);
        EXPECT_EQ(cpu_timer_next_ps(&spec, &t, n.id, due), TIME_NEVER);
    }
}

/* ENABLE x IMASK x met: every cell of CNTx_CTL. */
TEST_F(Timer, TheLineIsEnableAndStatusAndNotMask)
{
    for (const names &n : both)
        for (u32 ctl = 0; ctl < 4; ctl++)
            for (u64 count : {9u, 10u, 11u}) {
                const bool enable = ctl & 1, mask = ctl & 2, met = count >= 10;
                t.timer[n.id].cval = 10;
                write(n.ctl, 0, ctl);
                EXPECT_EQ(cpu_timer_is_met(&t, n.id, count), met);
                EXPECT_EQ(cpu_timer_line(&t, n.id, count), enable && !mask && met);
                t.cntvoff = 0;
                EXPECT_EQ(read(n.ctl, count * tick_ps),
                          ctl | (enable && met ? CPU_CNT_ISTATUS : 0));
                const u64 next = cpu_timer_next_tick(&t, n.id, count);
                EXPECT_EQ(next, !enable || mask ? MAX : met ? 0 - count : 10 - count);
            }
}

TEST_F(Timer, StatusCannotBeWrittenAndOtherBitsAreRes0)
{
    for (const names &n : both) {
        write(n.ctl, 0, MAX);
        EXPECT_EQ(t.timer[n.id].ctl, CPU_CNT_ENABLE | CPU_CNT_IMASK);
        EXPECT_EQ(read(n.ctl, 0) & ~7ull, 0u);
    }
}

TEST_F(Timer, EachTimerHasItsOwnRegisters)
{
    write(CPU_CNTP_CVAL, 0, 1);
    write(CPU_CNTV_CVAL, 0, 2);
    write(CPU_CNTP_CTL, 0, 2);
    EXPECT_EQ(read(CPU_CNTP_CVAL, 0), 1u);
    EXPECT_EQ(read(CPU_CNTV_CVAL, 0), 2u);
    EXPECT_EQ(read(CPU_CNTP_CTL, 0), 2u);
    EXPECT_EQ(read(CPU_CNTV_CTL, 0), 0u);
}

TEST_F(Timer, TvalIsASignedViewOfCval)
{
    spec.base = 1000;
    t.cntvoff = 300;
    for (const names &n : both) {
        const u64 count = n.id == CPU_TIMER_VIRTUAL ? 700 : 1000;
        struct {
            u64 written, ahead;
        } const rows[] = {{0, 0},
                          {1, 1},
                          {0x7fffffff, 0x7fffffff},
                          {0x80000000, 0xffffffff80000000},
                          {0xffffffff, MAX},
                          {0xabcdef0000000005, 5}}; /* Bits 63:32 are ignored. */
        for (auto &row : rows) {
            write(n.tval, 0, row.written);
            EXPECT_EQ(read(n.cval, 0), count + row.ahead);
            EXPECT_EQ(read(n.tval, 0), row.written & 0xffffffff);
            EXPECT_EQ(read(n.tval, 3 * tick_ps), (row.written - 3) & 0xffffffff);
        }
    }
}

TEST_F(Timer, ATimerInThePastIsMetAtOnce)
{
    spec.base = 1000;
    write(CPU_CNTV_TVAL, 0, 0xffffffff); /* One tick ago. */
    write(CPU_CNTV_CTL, 0, CPU_CNT_ENABLE);
    EXPECT_TRUE(line(CPU_TIMER_VIRTUAL, 0));
    write(CPU_CNTV_TVAL, 0, 0);
    EXPECT_TRUE(line(CPU_TIMER_VIRTUAL, 0));
    write(CPU_CNTV_TVAL, 0, 1);
    EXPECT_FALSE(line(CPU_TIMER_VIRTUAL, 0));
    EXPECT_TRUE(line(CPU_TIMER_VIRTUAL, tick_ps));
}

/* The comparison is unsigned: after the wrap CVAL lies ahead again. */
TEST_F(Timer, TheLineFallsWhenTheCounterWraps)
{
    spec.base = MAX - 9; /* Tick 10 is 0. */
    t.timer[CPU_TIMER_PHYSICAL] = {MAX - 4, CPU_CNT_ENABLE, {}};
    EXPECT_FALSE(line(CPU_TIMER_PHYSICAL, 4 * tick_ps));
    EXPECT_TRUE(line(CPU_TIMER_PHYSICAL, 5 * tick_ps));
    EXPECT_TRUE(line(CPU_TIMER_PHYSICAL, 10 * tick_ps - 1));
    EXPECT_FALSE(line(CPU_TIMER_PHYSICAL, 10 * tick_ps));
    EXPECT_EQ(cpu_timer_next_ps(&spec, &t, CPU_TIMER_PHYSICAL, 0), 5 * tick_ps);
    EXPECT_EQ(cpu_timer_next_ps(&spec, &t, CPU_TIMER_PHYSICAL, 5 * tick_ps), 10 * tick_ps);
    EXPECT_EQ(cpu_timer_next_ps(&spec, &t, CPU_TIMER_PHYSICAL, 10 * tick_ps), TIME_NEVER);
}

TEST_F(Timer, WithCval0TheLineStays)
{
    t.timer[CPU_TIMER_VIRTUAL] = {0, CPU_CNT_ENABLE, {}};
    for (u64 count : {u64(0), u64(1), MAX}) {
        EXPECT_TRUE(cpu_timer_line(&t, CPU_TIMER_VIRTUAL, count));
        EXPECT_EQ(cpu_timer_next_tick(&t, CPU_TIMER_VIRTUAL, count), CPU_TICKS_NEVER);
    }
}

/* Against a counter that is stepped tick by tick, near the wrap and far from it. */
RC_GTEST_PROP(TimerModel, TheNextChangeIsWhereACounterOfTicksFindsIt, ())
{
    const u64 start = *rc::gen::oneOf(rc::gen::inRange<u64>(0, 40), rc::gen::just(MAX - 20),
                                      rc::gen::just(MAX - 3), rc::gen::arbitrary<u64>());
    const u64 cval = start + *rc::gen::inRange<u64>(0, 60) - 30;
    cpu_timers t{};
    t.timer[CPU_TIMER_VIRTUAL] = {cval, *rc::gen::inRange<u32>(0, 4), {}};

    const bool now = cpu_timer_line(&t, CPU_TIMER_VIRTUAL, start);
    const u64 next = cpu_timer_next_tick(&t, CPU_TIMER_VIRTUAL, start);
    RC_ASSERT(next > 0u);
    for (u64 k = 1; k < 100; k++) {
        const bool is_on = t.timer[CPU_TIMER_VIRTUAL].ctl == 1 && start + k >= cval;
        if (is_on != now) {
            RC_ASSERT(next == k);
            return;
        }
    }
    RC_ASSERT(next >= 100u);
}

RC_GTEST_PROP(TimerModel, TheLineOfATimeChangesAtNextPsAndNotBefore, ())
{
    cpu_timer_spec spec{*rc::gen::inRange<u64>(1, 4294967296ull), *rc::gen::arbitrary<u64>()};
    cpu_timers t{};
    const u64 now_ps = *rc::gen::inRange<u64>(0, 1ull << 60);
    t.cntvoff = *rc::gen::arbitrary<u64>();
    cpu_timer_write(&spec, &t, CPU_CNTV_TVAL, now_ps, *rc::gen::arbitrary<u32>());
    cpu_timer_write(&spec, &t, CPU_CNTV_CTL, now_ps, CPU_CNT_ENABLE);

    auto line = [&](u64 ps) {
        return cpu_timer_line(&t, CPU_TIMER_VIRTUAL,
                              cpu_timer_count(&spec, &t, CPU_TIMER_VIRTUAL, ps));
    };
    const u64 next_ps = cpu_timer_next_ps(&spec, &t, CPU_TIMER_VIRTUAL, now_ps);
    RC_ASSERT(next_ps > now_ps);
    RC_ASSERT(line(next_ps - 1) == line(now_ps));
    if (next_ps != TIME_NEVER)
        RC_ASSERT(line(next_ps) != line(now_ps));
}

} // namespace
