/*
 * Any bytes as accesses of system registers, traps, exceptions and returns of one core: nothing
 * stops the run, each result is well formed, and the ESR names the access that has caused it.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/fuzz/bytes.hpp"
#include "cpu/cpu.h"

namespace {

struct core {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f{};
    cpu_timer_spec spec{};
    cpu_timers t{};
    u64 now_ps = 0;
};

void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

void check_exception(const core &c, const cpu_sysreg_result &got, const cpu_sysreg_request &a)
{
    const cpu_ec ec = cpu_esr_ec(got.esr);

    check(got.target_el == 1 || got.target_el == 2, "target");
    check(got.target_el == 1 || c.f.el2, "EL2 is there");
    check(got.esr & CPU_ESR_IL, "IL");
    check(cpu_ec_info[ec].takers >> got.target_el & 1, "who takes the class");
    if (got.what == CPU_SYSREG_UNDEFINED)
        check(got.esr == CPU_ESR_IL, "class UNKNOWN");
    if (ec != CPU_EC_SYSREG)
        return;
    check(cpu_sysreg_key(cpu_esr_to_sysreg(got.esr)) == cpu_sysreg_key(a.reg), "encoding in ESR");
    check(cpu_esr_rt(got.esr) == a.rt && cpu_esr_is_read(got.esr) == a.is_read, "Rt, direction");
}

void use_timer(core &c, const cpu_sysreg_request &a, u32 reg, u64 value)
{
    if (a.is_read)
        cpu_timer_read(&c.spec, &c.t, cpu_timer_reg(reg), c.now_ps);
    else
        cpu_timer_write(&c.spec, &c.t, cpu_timer_reg(reg), c.now_ps, value);
    for (cpu_timer_id id : {CPU_TIMER_PHYSICAL, CPU_TIMER_VIRTUAL}) {
        const u64 next_ps = cpu_timer_next_ps(&c.spec, &c.t, id, c.now_ps);
        check(next_ps > c.now_ps, "a line changes later");
    }
}

void access(core &c, fuzz_bytes &in)
{
    size_t count;
    const cpu_sysreg_info *rows = cpu_sysreg_table(&count);
    cpu_sysreg_request a{};
    const unsigned pick = in.byte();
    const unsigned key = in.number(2);

    a.reg = {u8(key >> 14), u8(key >> 11 & 7), u8(key >> 7 & 15), u8(key >> 3 & 15), u8(key & 7)};
    if (pick & 1) /* A register that exists. */
        a.reg = rows[key % count].reg;
    a.is_read = pick >> 1 & 1;
    a.el = pick >> 2 & 1;
    a.rt = pick >> 3;
    c.r.pstate = (c.r.pstate & ~CPU_PSTATE_M) | (a.el ? CPU_MODE_EL1T : CPU_MODE_EL0T) |
                 (a.el && key & 1);
    const core before = c;
    u64 value = in.number(8);
    const u64 written = value;
    const cpu_sysreg_result got = cpu_sysreg_access(&c.r, &c.s, &c.f, a, &value);

    check(got.what <= CPU_SYSREG_CACHE, "what");
    check(a.is_read || value == written, "a write keeps its value");
    if (got.what != CPU_SYSREG_OK || a.is_read) {
        check(memcmp(&before.r, &c.r, sizeof c.r) == 0, "registers kept");
        check(memcmp(&before.s, &c.s, sizeof c.s) == 0, "system registers kept");
    }
    if (got.what != CPU_SYSREG_OK)
        check(value == written, "value kept");
    check((c.r.pstate & ~cpu_pstate_bits(&c.f)) == (before.r.pstate & ~cpu_pstate_bits(&c.f)),
          "no bits that the core lacks");
    if (got.what == CPU_SYSREG_UNDEFINED || got.what == CPU_SYSREG_TRAP) {
        check_exception(c, got, a);
        cpu_take_exception_with(&c.r, &c.f, got.target_el, CPU_SYNC, got.esr, 0, 0);
        check(cpu_el(&c.r) == got.target_el, "taken");
        cpu_kvm_sysreg(cpu_sysreg_find(a.reg), a.reg, pick & 128);
    } else if (got.what == CPU_SYSREG_TIMER) {
        use_timer(c, a, got.arg, written);
    }
}

void route(core &c, fuzz_bytes &in)
{
    const auto cause = cpu_cause(in.below(CPU_CAUSE_COUNT));
    const bool is_hyp = cause == CPU_CAUSE_DATA_STAGE2 || cause == CPU_CAUSE_FETCH_STAGE2 ||
                        cause == CPU_CAUSE_VNCR || cause == CPU_CAUSE_TRAP_EL2;
    const u32 el = cpu_el(&c.r);

    if (el > 2 || (el == 2 && !c.f.el2) || (is_hyp && !c.f.el2))
        return;
    const cpu_route sync = cpu_route_sync(&c.r, &c.s, &c.f, cause);
    if (sync.what == CPU_ROUTED_TAKEN) {
        check(sync.target_el >= el && sync.target_el >= 1 && sync.target_el <= 3, "never down");
        check(cpu_ec_info[sync.ec].takers >> sync.target_el & 1, "who takes the class");
    }
    const cpu_route irq =
        cpu_route_irq(&c.r, &c.f, cpu_irq(in.below(CPU_IRQ_COUNT)), in.byte() & 1);
    check(irq.what != CPU_ROUTED_TAKEN || irq.target_el >= el, "an interrupt never goes down");
}

void eret(core &c, fuzz_bytes &in)
{
    const u32 el = cpu_el(&c.r);

    if ((el != 1 && el != 2) || c.r.pstate & CPU_PSTATE_NRW || (el == 2 && !c.f.el2))
        return;
    (el == 1 ? c.r.spsr_el1 : c.r.spsr_el2) = in.number(4);
    const bool legal =
        cpu_eret_with(&c.r, &c.f, el, cpu_step_returns(&c.r, &c.s, &c.f, el));
    check(legal || c.r.pstate & CPU_PSTATE_IL, "illegal is marked");
    check(cpu_el(&c.r) <= el, "never up");
    cpu_before_instruction(&c.r, &c.s, &c.f, in.byte() & 1);
}

void controls(core &c, fuzz_bytes &in)
{
    u64 *const all[] = {&c.r.hcr_el2,  &c.r.sctlr_el1, &c.r.sctlr_el2,  &c.s.cptr_el2,
                        &c.s.mdcr_el2, &c.s.cnthctl_el2, &c.s.ich_hcr_el2, &c.s.icc_sre_el2,
                        &c.s.cpacr_el1, &c.s.cntkctl_el1, &c.s.pmuserenr_el0};

    *all[in.below(ARRAY_COUNT(all))] = in.number(8);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes in(data, size);
    core c;
    u8 *const features = reinterpret_cast<u8 *>(&c.f);
    const u64 bits = in.number(5);

    for (size_t i = 0; i < sizeof c.f; i++)
        features[i] = bits >> i & 1;
    c.spec.hz = 1 + in.number(3);
    c.spec.base = in.number(8);
    c.r.hcr_el2 = CPU_HCR_RW;
    cpu_sysregs_reset(&c.r, &c.s, in.byte());
    while (!in.empty()) {
        switch (in.below(8)) {
        case 0:
            controls(c, in);
            break;
        case 1:
            route(c, in);
            break;
        case 2:
            eret(c, in);
            break;
        case 3:
            c.now_ps += in.number(5);
            break;
        default:
            access(c, in);
            break;
        }
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(SysregFuzz, AnyAccessGivesAResultThatIsWellFormed)
{
    fuzz_randomly(1, 20000, 600);
}
#endif
