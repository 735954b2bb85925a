/* Properties: take then return restores; stateful system registers and timers against models. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <cstring>

namespace {

cpu_features any_features()
{
    cpu_features f{};
    u8 *bytes = reinterpret_cast<u8 *>(&f);

    for (size_t i = 0; i < sizeof f; i++)
        bytes[i] = *rc::gen::inRange<int>(0, 2);
    f.el2 = 1;
    return f;
}

RC_GTEST_PROP(Exceptions, TakeThenEretRestoresPstateAndPc, ())
{
    const cpu_features f = any_features();
    const u32 target = *rc::gen::inRange<u32>(1, 3);
    const u64 modes[] = {CPU_MODE_EL0T, CPU_MODE_EL1T, CPU_MODE_EL1H, CPU_MODE_EL2T, CPU_MODE_EL2H};
    cpu_regs r{};
    r.hcr_el2 = CPU_HCR_RW;
    r.sctlr_el1 = *rc::gen::arbitrary<u64>();
    r.sctlr_el2 = *rc::gen::arbitrary<u64>();
    r.pc = *rc::gen::arbitrary<u64>() & ~3ull;
    r.pstate = (*rc::gen::arbitrary<u64>() & cpu_pstate_bits(&f) & ~CPU_PSTATE_M) |
               modes[*rc::gen::inRange<u32>(0, target == 1 ? 3 : 5)];
    const u64 pstate = r.pstate, pc = r.pc;

    cpu_take_exception_with(&r, &f, target, CPU_IRQ, 0, 0, 0);
    RC_ASSERT(cpu_el(&r) == target);
    RC_ASSERT((r.pstate & CPU_PSTATE_DAIF) == CPU_PSTATE_DAIF);
    RC_ASSERT((r.pstate & ~cpu_pstate_bits(&f)) == 0u);
    RC_ASSERT(cpu_eret_with(&r, &f, target, true));
    RC_ASSERT(r.pstate == pstate);
    RC_ASSERT(r.pc == pc);
}

/* Whatever SPSR holds: the EL never rises, and PSTATE has no bits that the core lacks. */
RC_GTEST_PROP(Exceptions, AnEretNeverGivesMoreThanItMay, ())
{
    const cpu_features f = any_features();
    cpu_regs r{};
    r.hcr_el2 = *rc::gen::arbitrary<u64>();
    r.spsr_el1 = *rc::gen::arbitrary<u64>();
    r.elr_el1 = *rc::gen::arbitrary<u64>();
    r.pstate = CPU_MODE_EL1H;
    const bool legal = cpu_eret_with(&r, &f, 1, *rc::gen::arbitrary<bool>());
    RC_ASSERT(cpu_el(&r) <= 1u);
    RC_ASSERT(legal || r.pstate & CPU_PSTATE_IL);
    if (!(r.pstate & CPU_PSTATE_NRW))
        RC_ASSERT((r.pstate & ~cpu_pstate_bits(&f)) == 0u);
    else
        RC_ASSERT(cpu_el(&r) == 0u && f.aarch32_el0);
}

/* --- System registers against a map of names --- */

/* The registers that a program may use at will at EL1, and their writable bits. */
struct plain_row {
    const char *name;
    cpu_sysreg reg;
    u64 mask;
};
const plain_row plain[] = {
    {"TPIDR_EL0", {3, 3, 13, 0, 2}, ~0ull},      {"TPIDRRO_EL0", {3, 3, 13, 0, 3}, ~0ull},
    {"TPIDR_EL1", {3, 0, 13, 0, 4}, ~0ull},      {"VBAR_EL1", {3, 0, 12, 0, 0}, ~0x7ffull},
    {"CONTEXTIDR_EL1", {3, 0, 13, 0, 1}, 0xffffffff}, {"MAIR_EL1", {3, 0, 10, 2, 0}, ~0ull},
    {"TTBR0_EL1", {3, 0, 2, 0, 0}, ~0ull},       {"TTBR1_EL1", {3, 0, 2, 0, 1}, ~0ull},
    {"FAR_EL1", {3, 0, 6, 0, 0}, ~0ull},         {"ELR_EL1", {3, 0, 4, 0, 1}, ~0ull},
    {"CSSELR_EL1", {3, 2, 0, 0, 0}, 0xf},        {"DBGBVR2_EL1", {2, 0, 0, 2, 4}, ~3ull},
};

struct Model {
    std::map<u32, u64> value;
};
struct System {
    cpu_regs r{};
    cpu_sysregs s{};

    System()
    {
        r.hcr_el2 = CPU_HCR_RW;
        r.pstate = CPU_MODE_EL1H;
        cpu_sysregs_reset(&r, &s, 0);
    }
};

struct Write : rc::state::Command<Model, System> {
    u32 which = *rc::gen::inRange<u32>(0, ARRAY_COUNT(plain));
    u64 value = *rc::gen::arbitrary<u64>();

    void apply(Model &m) const override { m.value[which] = value & plain[which].mask; }
    void run(const Model &, System &x) const override
    {
        u64 v = value;
        const auto got = cpu_sysreg_access(&x.r, &x.s, &cpu_features_default,
                                           {plain[which].reg, 0, 0, 1}, &v);
        RC_ASSERT(got.what == CPU_SYSREG_OK);
    }
    void show(std::ostream &o) const override { o << "MSR " << plain[which].name << " " << value; }
};

struct Read : rc::state::Command<Model, System> {
    u32 which = *rc::gen::inRange<u32>(0, ARRAY_COUNT(plain));

    void run(const Model &m, System &x) const override
    {
        u64 v = 0xdead;
        const auto got = cpu_sysreg_access(&x.r, &x.s, &cpu_features_default,
                                           {plain[which].reg, 0, 1, 1}, &v);
        RC_ASSERT(got.what == CPU_SYSREG_OK);
        const auto known = m.value.find(which);
        RC_ASSERT(v == (known == m.value.end() ? 0 : known->second));
    }
    void show(std::ostream &o) const override { o << "MRS " << plain[which].name; }
};

RC_GTEST_PROP(Registers, ReadsGiveTheLastWrite, ())
{
    System system;
    rc::state::check(Model{}, system, rc::state::gen::execOneOfWithArgs<Write, Read>());
}

/* --- The virtual timer against one that counts tick by tick --- */

struct NaiveTimer { /* Everything in a 64-bit counter that is stepped. */
    u64 count, cval;
    bool enable, mask;
    u64 now_ps;

    bool line() const { return enable && !mask && count >= cval; }
};
struct RealTimer {
    cpu_timer_spec spec{1000000, 0}; /* A tick is a microsecond. */
    cpu_timers t{};

    bool line(u64 now_ps) const
    {
        return cpu_timer_line(&t, CPU_TIMER_VIRTUAL,
                              cpu_timer_count(&spec, &t, CPU_TIMER_VIRTUAL, now_ps));
    }
};

struct Wait : rc::state::Command<NaiveTimer, RealTimer> {
    u64 ticks = *rc::gen::inRange<u64>(0, 50);

    void apply(NaiveTimer &m) const override
    {
        for (u64 i = 0; i < ticks; i++)
            m.count++;
        m.now_ps += ticks * PS_PER_US;
    }
    void run(const NaiveTimer &m, RealTimer &x) const override
    {
        const u64 next_ps = cpu_timer_next_ps(&x.spec, &x.t, CPU_TIMER_VIRTUAL, m.now_ps);
        NaiveTimer n = m;
        for (u64 i = 1; i <= ticks; i++) {
            n.count++;
            const u64 at_ps = m.now_ps + i * PS_PER_US;
            RC_ASSERT(x.line(at_ps) == n.line());
            if (n.line() != m.line()) {
                RC_ASSERT(next_ps == at_ps);
                return;
            }
        }
        RC_ASSERT(next_ps > m.now_ps + ticks * PS_PER_US);
    }
    void show(std::ostream &o) const override { o << "wait " << ticks; }
};

struct SetTval : rc::state::Command<NaiveTimer, RealTimer> {
    s32 tval = *rc::gen::inRange<s32>(-60, 60);

    void apply(NaiveTimer &m) const override { m.cval = m.count + u64(s64(tval)); }
    void run(const NaiveTimer &m, RealTimer &x) const override
    {
        cpu_timer_write(&x.spec, &x.t, CPU_CNTV_TVAL, m.now_ps, u64(s64(tval)));
        RC_ASSERT(cpu_timer_read(&x.spec, &x.t, CPU_CNTV_TVAL, m.now_ps) == u32(tval));
    }
    void show(std::ostream &o) const override { o << "TVAL " << tval; }
};

struct SetCtl : rc::state::Command<NaiveTimer, RealTimer> {
    u32 ctl = *rc::gen::inRange<u32>(0, 4);

    void apply(NaiveTimer &m) const override { m.enable = ctl & 1, m.mask = ctl & 2; }
    void run(const NaiveTimer &m, RealTimer &x) const override
    {
        cpu_timer_write(&x.spec, &x.t, CPU_CNTV_CTL, m.now_ps, ctl);
        const u64 status = ctl & 1 && m.count >= m.cval ? CPU_CNT_ISTATUS : 0;
        RC_ASSERT(cpu_timer_read(&x.spec, &x.t, CPU_CNTV_CTL, m.now_ps) == (ctl | status));
    }
    void show(std::ostream &o) const override { o << "CTL " << ctl; }
};

RC_GTEST_PROP(VirtualTimer, FollowsACounterThatIsSteppedTickByTick, ())
{
    const u64 start = *rc::gen::element<u64>(0, 1, 1000, UINT64_MAX - 30, UINT64_MAX);
    RealTimer timer;
    timer.t.cntvoff = 0 - start;
    rc::state::check(NaiveTimer{start, 0, false, false, 0}, timer,
                     rc::state::gen::execOneOfWithArgs<Wait, SetTval, SetCtl>());
}

} // namespace
