/* What the tests of sdei share: a VM with two vCPUs, and two events that KVM does not expose. */
#ifndef SDEI_TESTS_BED_HPP
#define SDEI_TESTS_BED_HPP

#include "sdei/sdei.h"

#include <gtest/gtest.h>

constexpr u32 APF = SDEI_KVM_ASYNC_PF_NUM;
constexpr u32 OTHER = SDEI_KVM_DEFAULT_NUM;
constexpr u32 NORMAL = 0x40400010;  /* Private, normal. */
constexpr u32 SHARED = 0x40400011;  /* Shared, normal, not signaled. */
constexpr u32 UNKNOWN = 0x40400012; /* A valid number that nobody exposes. */
constexpr u64 BAD = 0x40000001;     /* Bits 23:22 are not 01. */

struct Bed : testing::Test {
    sdei_vm vm;
    sdei_vcpu v[2];

    Bed()
    {
        sdei_vm_init(&vm, 2);
        sdei_vm_expose(&vm, NORMAL, SDEI_PRIVATE, SDEI_NORMAL, true);
        sdei_vm_expose(&vm, SHARED, SDEI_SHARED, SDEI_NORMAL, false);
        sdei_vcpu_init(&v[0]);
        sdei_vcpu_init(&v[1]);
    }

    ~Bed() override
    {
        check();
    }

    void check()
    {
        sdei_check(&vm, v, sizeof(v[0]));
    }

    s64 call(u32 vcpu, u32 fid, u64 a = 0, u64 b = 0, u64 c = 0, u64 d = 0, u64 e = 0)
    {
        const u64 arg[5] = {a, b, c, d, e};
        sdei_todo todo;
        memset(&todo, 0xff, sizeof(todo));
        s64 x0 = sdei_call(&vm, &v[vcpu], vcpu, fid, arg, &todo);
        EXPECT_FALSE(todo.request || todo.signals || todo.irq_count);
        check();
        return x0;
    }

    /* Handler at 0x1000 * (event + 1) + vcpu, parameter 0xa00 + vcpu. */
    static u64 entry_of(u32 num, u32 vcpu)
    {
        return 0x1000ull * ((num & 0xff) + 1) + vcpu;
    }

    s64 reg(u32 vcpu, u64 num, u64 mode = SDEI_ROUTE_ANY, u64 affinity = 0)
    {
        return call(vcpu, SDEI_EVENT_REGISTER, num, entry_of(u32(num), vcpu), 0xa00 + vcpu, mode,
                    affinity);
    }

    void make_ready(u32 vcpu, u32 num)
    {
        ASSERT_EQ(reg(vcpu, num), SDEI_SUCCESS);
        ASSERT_EQ(call(vcpu, SDEI_EVENT_ENABLE, num), SDEI_SUCCESS);
        v[vcpu].masked = 0;
    }

    int inject(u32 vcpu, u32 num, bool immediate = false)
    {
        int error = sdei_inject(&vm, &v[vcpu], vcpu, num, immediate);
        check();
        return error;
    }

    int cancel(u32 vcpu, u32 num)
    {
        int error = sdei_cancel(&vm, &v[vcpu], num);
        check();
        return error;
    }

    /* An interrupted context: x0..x17 = base + n. */
    static sdei_regs context(u64 base, u64 pstate)
    {
        sdei_regs r{};
        for (u32 i = 0; i < SDEI_REG_COUNT; i++)
            r.x[i] = base + i;
        r.pc = base + 0x1234;
        r.pstate = pstate;
        return r;
    }

    sdei_regs regs{};
    u64 spsr_el1 = 0;
    u32 num = 0;
    bool irq = false, request = false;

    bool deliver(u32 vcpu)
    {
        bool done = sdei_deliver(&vm, &v[vcpu], vcpu, &regs, &spsr_el1, &num);
        check();
        return done;
    }

    bool complete(u32 vcpu, bool resume = false)
    {
        sdei_done d;
        bool done = sdei_complete(&vm, &v[vcpu], vcpu, resume, 0x7777, &regs, &d);
        check();
        EXPECT_FALSE(d.has_status || d.resume_el || d.todo.signals || d.todo.irq_count);
        if (done) {
            num = d.num;
            irq = d.irq_exception;
            request = d.todo.request;
        }
        return done;
    }
};

#endif
