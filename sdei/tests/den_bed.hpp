/*
 * What the tests of den0054 share: a VM of three PEs whose platform has an event of every kind, and
 * a way to bring any of them into any state. The events that a test meets are numbered like on a
 * real platform, so that a number says what it is.
 */
#ifndef SDEI_TESTS_DEN_BED_HPP
#define SDEI_TESTS_DEN_BED_HPP

#include "sdei/sdei.h"

#include <gtest/gtest.h>

constexpr int OK = SDEI_SUCCESS, NS = SDEI_NOT_SUPPORTED, INV = SDEI_INVALID_PARAMETERS,
              DEN = SDEI_DENIED, PEN = SDEI_PENDING, OOR = SDEI_OUT_OF_RESOURCE;

constexpr u32 EV_SIGNAL = 0;
constexpr u32 EV_CRITICAL = 0x40400001; /* Explicit, critical: the asynchronous page fault. */
constexpr u32 EV_NORMAL = 6000;         /* Explicit, normal. */
constexpr u32 EV_PPI = 8;               /* Static, private, critical, interrupt 20. */
constexpr u32 EV_SPI = 804;             /* Static, shared, normal, interrupt 40. */
constexpr u32 EV_SPI_CRITICAL = 805;    /* Static, shared, critical, interrupt 41. */
constexpr u32 EV_SLOT_PPI = 1000;       /* Slots: two for PPIs, two for SPIs. */
constexpr u32 EV_SLOT_SPI = 2000;
constexpr u32 EV_UNKNOWN = 99;
constexpr u32 INTID_PPI = 20, INTID_SPI = 40, INTID_SPI_CRITICAL = 41;
constexpr u32 INTID_DYN_PPI = 25, INTID_DYN_SPI = 77;

constexpr u32 kinds[] = {EV_SIGNAL,   EV_CRITICAL,     EV_NORMAL,   EV_PPI,
                         EV_SPI,      EV_SPI_CRITICAL, EV_SLOT_PPI, EV_SLOT_SPI};
constexpr u32 states[] = {0, 1, 3, 4, 5, 7};

inline bool is_shared(u32 num)
{
    return num == EV_SPI || num == EV_SPI_CRITICAL || num / 1000 == 2;
}

inline bool is_critical(u32 num)
{
    return num == EV_CRITICAL || num == EV_PPI || num == EV_SPI_CRITICAL;
}

inline u32 intid_of(u32 num)
{
    switch (num) {
    case EV_PPI: return INTID_PPI;
    case EV_SPI: return INTID_SPI;
    case EV_SPI_CRITICAL: return INTID_SPI_CRITICAL;
    case EV_SLOT_PPI: return INTID_DYN_PPI;
    case EV_SLOT_SPI: return INTID_DYN_SPI;
    default: return 0;
    }
}

struct DenBed : testing::Test {
    sdei_spec spec;
    sdei_vm vm;
    sdei_vcpu v[3];
    sdei_todo todo;
    sdei_done done;
    sdei_regs regs{};
    u32 num = 0;
    u64 spsr_el1 = 0x1234;

    DenBed()
    {
        sdei_spec_init(&spec, SDEI_DEN0054, 3);
        spec.private_slots = spec.shared_slots = 2;
        spec.event_count = 5;
        spec.event[1] = {EV_NORMAL, 0, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}};
        spec.event[2] = {EV_PPI, INTID_PPI, SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_STATIC, {}};
        spec.event[3] = {EV_SPI, INTID_SPI, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_STATIC, {}};
        spec.event[4] = {EV_SPI_CRITICAL, INTID_SPI_CRITICAL, SDEI_SHARED, SDEI_CRITICAL,
                         SDEI_BIND_STATIC, {}};
        start();
    }

    ~DenBed() override { check(); }

    void start()
    {
        sdei_vm_start(&vm, &spec);
        for (auto &one : v)
            sdei_vcpu_start(&vm, &one);
    }

    void check() { sdei_check(&vm, v, sizeof(v[0])); }

    s64 call(u32 vcpu, u32 fid, u64 a = 0, u64 b = 0, u64 c = 0, u64 d = 0, u64 e = 0)
    {
        const u64 arg[5] = {a, b, c, d, e};
        memset(&todo, 0xff, sizeof(todo));
        s64 x0 = sdei_call(&vm, &v[vcpu], vcpu, fid, arg, &todo);
        EXPECT_LE(todo.irq_count, u32(SDEI_MAP_MAX));
        check();
        return x0;
    }

    static u64 entry_of(u32 n, u32 vcpu)
    {
        return 0xffff800000000000 + 0x1000ull * (n % 997) + 4 * vcpu;
    }

    s64 reg(u32 vcpu, u64 n, u64 mode = SDEI_ROUTE_ANY, u64 affinity = 0)
    {
        return call(vcpu, SDEI_EVENT_REGISTER, n, entry_of(u32(n), vcpu), 0xa00 + vcpu, mode,
                    affinity);
    }

    void make_ready(u32 vcpu, u32 n)
    {
        bind_if_slot(vcpu, n);
        ASSERT_EQ(reg(vcpu, n), OK) << n;
        ASSERT_EQ(call(vcpu, SDEI_EVENT_ENABLE, n), OK);
        ASSERT_EQ(call(vcpu, SDEI_PE_UNMASK), OK);
    }

    void bind_if_slot(u32 vcpu, u32 n)
    {
        if (n == EV_SLOT_PPI || n == EV_SLOT_SPI) {
            ASSERT_EQ(call(vcpu, SDEI_INTERRUPT_BIND, intid_of(n)), n);
        }
    }

    static sdei_regs context(u64 base, u64 pstate)
    {
        sdei_regs r{};
        for (u32 i = 0; i < SDEI_REG_COUNT; i++)
            r.x[i] = base + i;
        r.pc = base + 0x1234;
        r.pstate = pstate;
        return r;
    }

    int inject(u32 vcpu, u32 n)
    {
        int error = sdei_inject(&vm, &v[vcpu], vcpu, n, true);
        check();
        return error;
    }

    bool deliver(u32 vcpu)
    {
        bool is = sdei_deliver(&vm, &v[vcpu], vcpu, &regs, &spsr_el1, &num);
        check();
        EXPECT_EQ(spsr_el1, 0x1234u);
        return is;
    }

    sdei_fate interrupt(u32 vcpu, u32 intid)
    {
        memset(&todo, 0xff, sizeof(todo));
        sdei_fate fate = sdei_interrupt(&vm, &v[vcpu], vcpu, intid, &regs, &num, &todo);
        check();
        return fate;
    }

    void reset(u32 vcpu)
    {
        memset(&todo, 0xff, sizeof(todo));
        sdei_vcpu_reset(&vm, &v[vcpu], vcpu, &todo);
        check();
    }

    bool complete(u32 vcpu, bool resume = false, u64 address = 0xffff800000000480)
    {
        memset(&done, 0xff, sizeof(done));
        bool is = sdei_complete(&vm, &v[vcpu], vcpu, resume, address, &regs, &done);
        check();
        return is;
    }

    /* The event's handler begins on this PE, by whatever raises the event. */
    bool raise(u32 vcpu, u32 n)
    {
        if (intid_of(n) != 0)
            return interrupt(vcpu, intid_of(n)) == SDEI_FATE_DISPATCHED;
        if (n == EV_SIGNAL)
            return call(vcpu, SDEI_EVENT_SIGNAL, 0, sdei_mpidr(vcpu)) == OK && deliver(vcpu);
        return inject(vcpu, n) == 0 && deliver(vcpu);
    }

    void enter(u32 vcpu, u32 n, u32 state)
    {
        bind_if_slot(vcpu, n);
        if (state == 0)
            return;
        ASSERT_EQ(reg(vcpu, n), OK);
        ASSERT_EQ(call(vcpu, SDEI_PE_UNMASK), OK);
        if (state != 1) {
            ASSERT_EQ(call(vcpu, SDEI_EVENT_ENABLE, n), OK);
        }
        if (state & SDEI_RUNNING) {
            ASSERT_TRUE(raise(vcpu, n));
        }
        if (state == 5) {
            ASSERT_EQ(call(vcpu, SDEI_EVENT_DISABLE, n), OK);
        }
        if (state == 4) {
            ASSERT_EQ(call(vcpu, SDEI_EVENT_UNREGISTER, n), PEN);
        }
        ASSERT_EQ(status(vcpu, n), s64(state));
    }

    s64 status(u32 vcpu, u32 n) { return call(vcpu, SDEI_EVENT_STATUS, n); }

    /* What the caller was told to do with one interrupt; 0: nothing. */
    u32 action(u32 intid)
    {
        for (u32 i = 0; i < todo.irq_count; i++)
            if (todo.irq[i].intid == intid)
                return todo.irq[i].action;
        return 0;
    }
};

#endif
