/*
 * Any bytes as calls of guests, injections, interrupts, deliveries and completions on four PEs, in
 * each personality. Nothing may stop the run, and every invariant holds after each step. Runs under
 * libFuzzer (-DAPFSIM_LIBFUZZER -fsanitize=fuzzer), or as a test with fixed seeds.
 */
#include "base/fuzz/bytes.hpp"
#include "sdei/sdei.h"

#include <cstdlib>
#include <cstring>

namespace {

struct machine {
    sdei_vm vm;
    sdei_vcpu v[4];
};

void start(machine &m, fuzz_bytes &in)
{
    sdei_spec spec;

    sdei_spec_init(&spec, sdei_personality(in.below(SDEI_PERSONALITY_COUNT)), 1 + in.below(4));
    if (spec.personality == SDEI_DEN0054) {
        spec.event[1] = {8, 20, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_STATIC, {}};
        spec.event[2] = {9, 40, SDEI_SHARED, SDEI_CRITICAL, SDEI_BIND_STATIC, {}};
        spec.event[3] = {10, 0, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}};
        spec.event_count = 4;
        spec.signal_needs_ready = in.byte() & 1;
        spec.pe.client_el = 1 + (in.byte() & 1);
    }
    sdei_vm_start(&m.vm, &spec);
    if (spec.personality == SDEI_KVM_V4) {
        sdei_vm_expose(&m.vm, 0x40400002, SDEI_PRIVATE, SDEI_NORMAL, true);
        sdei_vm_expose(&m.vm, 0x40400003, SDEI_SHARED, SDEI_NORMAL, false);
    }
    for (u32 i = 0; i < spec.vcpu_count; i++)
        sdei_vcpu_start(&m.vm, &m.v[i]);
}

/* Mostly a number that means something. */
u64 argument(fuzz_bytes &in)
{
    static const u64 likely[] = {0,    1,    8,    9,    10,         1000,       1001,
                                 2000, 2002, 20,   40,   0x40400000, 0x40400001, 0x40400002,
                                 25,   33,   0x40400003, 0xffff800000001000, 2, 3};
    const u8 which = in.byte();

    return which < 240 ? likely[which % (sizeof(likely) / sizeof(likely[0]))] : in.number(8);
}

void demand(bool holds)
{
    if (!holds)
        abort();
}

void call(machine &m, u32 vcpu, fuzz_bytes &in)
{
    const u8 which = in.byte();
    const u32 fid = which < 250 ? SDEI_VERSION + which % 20 : u32(in.number(4));
    u64 arg[5] = {argument(in), argument(in), argument(in), argument(in) % 3, argument(in) % 5};
    sdei_todo todo;

    if (fid == SDEI_EVENT_COMPLETE || fid == SDEI_EVENT_COMPLETE_AND_RESUME)
        return;
    if (fid == SDEI_EVENT_REGISTER)
        arg[1] = 0xffff800000001000;
    const s64 x0 = sdei_call(&m.vm, &m.v[vcpu], vcpu, fid, arg, &todo);
    demand(todo.irq_count <= SDEI_MAP_MAX && todo.request <= 1 && todo.signals <= 1);
    demand(!todo.signals || todo.signal_pe < m.vm.vcpu_count);
    demand(fid == SDEI_EVENT_CONTEXT || x0 >= -10);
    if (fid < SDEI_VERSION || fid > SDEI_FID_LAST)
        demand(x0 == SDEI_NOT_SUPPORTED);
}

void step(machine &m, fuzz_bytes &in)
{
    const u32 vcpu = in.below(m.vm.vcpu_count);
    sdei_vcpu *v = &m.v[vcpu];
    sdei_regs regs{};
    sdei_todo todo;
    sdei_done done;
    u64 spsr = 0;
    u32 num;

    regs.pc = in.byte();
    switch (in.below(10)) {
    case 0:
        sdei_inject(&m.vm, v, vcpu, u32(argument(in)), in.byte() & 1);
        break;
    case 1:
        sdei_cancel(&m.vm, v, u32(argument(in)));
        break;
    case 2:
        if (sdei_deliver(&m.vm, v, vcpu, &regs, &spsr, &num))
            demand(sdei_is_running(v) && regs.x[0] == num);
        break;
    case 3: {
        const bool running = sdei_is_running(v);
        demand(sdei_complete(&m.vm, v, vcpu, false, argument(in), &regs, &done) == running);
        break;
    }
    case 4:
        sdei_complete(&m.vm, v, vcpu, true, argument(in), &regs, &done);
        break;
    case 5:
        if (m.vm.spec.personality == SDEI_DEN0054)
            sdei_interrupt(&m.vm, v, vcpu, u32(argument(in)), &regs, &num, &todo);
        break;
    case 6:
        if (in.below(8) == 0) {
            sdei_vcpu_reset(&m.vm, v, vcpu, &todo);
            demand(todo.irq_count <= SDEI_MAP_MAX && !todo.request && !todo.signals);
        } else if (m.vm.spec.personality == SDEI_DEN0054)
            sdei_tell_irq(&m.vm, in.below(SDEI_IRQ_MAX), in.byte() & 1, in.byte() & 1);
        break;
    default:
        call(m, vcpu, in);
        break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static machine m;
    fuzz_bytes in(data, size);

    start(m, in);
    while (!in.empty()) {
        step(m, in);
        sdei_check(&m.vm, m.v, sizeof(m.v[0]));
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(SdeiFuzz, AnyBytesKeepTheInvariants)
{
    fuzz_randomly(1, 3000, 600);
}
#endif
