/*
 * Any bytes as machines and calls: every call ends in one of the ways that smccc.h names, a guest
 * never learns of registers that are not its own, and a vCPU is on or off as PSCI has said. Runs
 * under libFuzzer (-DAPFSIM_LIBFUZZER -fsanitize=fuzzer), or as a test with fixed seeds.
 */
#include "base/fuzz/bytes.hpp"
#include "cpu/smccc.h"

#include <cstdlib>
#include <cstring>

namespace {

void demand(bool holds)
{
    if (!holds)
        abort();
}

void configure(smccc_spec &s, fuzz_bytes &in)
{
    smccc_spec_init(&s, 1 + in.below(20));
    s.conduit = u8(in.below(3));
    s.hypervisor = u8(in.below(3));
    s.foreign = u8(in.below(3));
    const u8 bits = in.byte(), more = in.byte();
    s.has_el3 = bits & 1;
    s.hvc_disabled = bits >> 1 & 1;
    s.smc_disabled = bits >> 2 & 1;
    s.smc_trap = bits >> 3 & 1;
    s.smc_trap_without_el3 = bits >> 4 & 1;
    s.is_nested = bits >> 5 & 1;
    s.kvm_serves_smc = bits >> 6 & 1;
    s.has_sdei = bits >> 7;
    s.vendor_is_64 = more & 1;
    s.std_bmap = more >> 1 & 1;
    s.std_hyp_bmap = more >> 2 & 1;
    s.vendor_hyp_bmap = more >> 3 & 3;
    s.psci.has_system_suspend = more >> 5 & 1;
    s.version = SMCCC_VERSION_1_0 + in.below(3);
    s.vendor_function = in.below(128);
    s.pv_time_base = in.number(2);
}

u32 number(const smccc_spec &s, fuzz_bytes &in)
{
    size_t count;
    const smccc_call_info *rows = smccc_calls(&count);
    const u8 kind = in.byte();

    if (kind < 180)
        return rows[in.below(unsigned(count))].fid;
    if (kind < 200)
        return 0x86000000 | s.vendor_function;
    return kind < 220 ? 0xC4000020 + in.below(40) : u32(in.number(4));
}

void step(const smccc_spec &s, psci &p, fuzz_bytes &in)
{
    smccc_request c{};
    smccc_out out;
    const psci before = p;

    c.is_smc = in.byte() & 1;
    c.el = in.below(8) != 0;
    c.is_aarch32 = in.below(4) == 0;
    c.immediate = in.below(4) == 0 ? u32(in.number(2)) : 0;
    c.vcpu = in.below(s.psci.vcpu_count);
    c.x[0] = number(s, in);
    c.x[1] = in.byte() & 1 ? in.below(24) : number(s, in);
    c.x[2] = in.number(1);
    if (!psci_is_on(&p, c.vcpu))
        c.vcpu = 0;
    if (!psci_is_on(&p, c.vcpu))
        return;
    memset(&out, 0xff, sizeof(out));
    smccc_call(&s, &p, &c, &out);
    demand(out.end < SMCCC_END_COUNT && (out.count <= 1 || out.count == 4) && out.steps <= 1);
    demand(out.end == SMCCC_POWER || memcmp(&before, &p, sizeof(p)) == 0);
    demand((out.end == SMCCC_UNDEFINED) == (out.vector != 0) && (!out.steps || c.is_smc));
    demand(out.end != SMCCC_UNDEFINED || out.count == 0);
    demand(c.el != 0 || out.end == SMCCC_UNDEFINED);
    if (out.end == SMCCC_POWER && out.psci.action == PSCI_DO_ON)
        demand(!psci_is_on(&before, out.psci.target) && psci_is_on(&p, out.psci.target));
    for (u32 i = out.count; i < 4; i++)
        demand(out.end != SMCCC_ANSWERED || i == 0 || out.result.x[i] == 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes in(data, size);
    smccc_spec s;
    psci p;
    smccc_ladder ladder;

    configure(s, in);
    psci_init(&p, &s.psci);
    while (!in.empty())
        step(s, p, in);
    psci_init(&p, &s.psci);
    smccc_discover(&s, &p, s.vendor_function, &ladder);
    demand(ladder.count >= 1 && ladder.count <= SMCCC_RUNG_COUNT);
    demand(ladder.verdict != SMCCC_FOOLED); /* The ladder never is. */
    demand(ladder.verdict != SMCCC_FOUND || s.hypervisor == SMCCC_KVM);
    smccc_probe_blindly(&s, &p, s.vendor_function, &ladder);
    demand(ladder.count == 1);
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(SmcccFuzz, AnyBytesEndInANamedWay)
{
    fuzz_randomly(1, 20000, 300);
}
#endif
