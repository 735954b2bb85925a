/* The KVM series v7: every call in every state, injection, delivery, and its listed defects. */
#include "sdei/sdei.h"

#include <gtest/gtest.h>

namespace {

constexpr int OK = SDEI_SUCCESS, NS = SDEI_NOT_SUPPORTED, INV = SDEI_INVALID_PARAMETERS,
              DEN = SDEI_DENIED, PEN = SDEI_PENDING;
constexpr u32 APF = SDEI_V7_ASYNC_PF_NUM;

struct V7 : testing::Test {
    sdei_vm vm;
    sdei_vcpu v[2];
    sdei_regs regs{};
    sdei_done done;
    bool request = false;
    u32 num = 99;
    u64 spsr_el1 = 0x1234;

    V7()
    {
        sdei_spec spec;
        sdei_spec_init(&spec, SDEI_KVM_V7, 2);
        sdei_vm_start(&vm, &spec);
        for (auto &one : v)
            sdei_vcpu_start(&vm, &one);
    }

    ~V7() override { check(); }

    void check() { sdei_check(&vm, v, sizeof(v[0])); }

    s64 call(u32 fid, u64 a = 0, u64 b = 0, u64 c = 0, u64 d = 0, u64 e = 0)
    {
        const u64 arg[5] = {a, b, c, d, e};
        sdei_todo todo;
        memset(&todo, 0xff, sizeof(todo));
        s64 x0 = sdei_call(&vm, &v[0], 0, fid, arg, &todo);
        EXPECT_FALSE(todo.signals || todo.irq_count);
        request = todo.request;
        check();
        return x0;
    }

    s64 reg(u64 n) { return call(SDEI_EVENT_REGISTER, n, 0x1000 + n, 0xa00 + n, 0, 0); }

    void make_ready(u32 n)
    {
        ASSERT_EQ(reg(n), OK);
        ASSERT_EQ(call(SDEI_EVENT_ENABLE, n), OK);
        ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    }

    int inject(u32 n, bool immediate = true)
    {
        int error = sdei_inject(&vm, &v[0], 0, n, immediate);
        check();
        return error;
    }

    bool deliver()
    {
        bool is = sdei_deliver(&vm, &v[0], 0, &regs, &spsr_el1, &num);
        check();
        EXPECT_EQ(spsr_el1, 0x1234u); /* Unlike v4. */
        return is;
    }

    bool complete(bool resume = false, u64 address = 0)
    {
        memset(&done, 0xff, sizeof(done));
        bool is = sdei_complete(&vm, &v[0], 0, resume, address, &regs, &done);
        check();
        EXPECT_FALSE(done.has_status || done.irq_exception || done.todo.irq_count);
        EXPECT_FALSE(done.todo.request); /* Posted defect. */
        return is;
    }

    /* Brings event n into a state: registered 1, enabled 2, running 4. */
    void enter(u32 n, u32 state)
    {
        if (state == 0)
            return;
        make_ready(n);
        if (state & SDEI_RUNNING) {
            ASSERT_EQ(inject(n), 0);
            ASSERT_TRUE(deliver());
        }
        if (!(state & SDEI_ENABLED)) {
            ASSERT_EQ(call(SDEI_EVENT_DISABLE, n), OK);
        }
        if (!(state & SDEI_REGISTERED)) {
            ASSERT_EQ(call(SDEI_EVENT_UNREGISTER, n), PEN);
        }
        ASSERT_EQ(call(SDEI_EVENT_STATUS, n), s64(state));
    }
};

/* --- Every call in every state --- */

struct row {
    u32 state;
    int reg, enable, disable, unregister;
    u32 after_reg, after_enable, after_disable, after_unregister, after_reset;
};
/* clang-format off */
const row rows[] = {
    /*  REG  ENA  DIS  UNR  | next: REG ENA DIS UNR PRIVATE_RESET */
    {0, OK,  DEN, DEN, DEN,         1,  0,  0,  0,  0},
    {1, DEN, OK,  OK,  OK,          1,  3,  1,  0,  0},
    {3, DEN, OK,  OK,  OK,          3,  3,  1,  0,  0},
    {4, DEN, DEN, DEN, PEN,         4,  4,  4,  4,  4},
    {5, DEN, OK,  OK,  PEN,         5,  7,  5,  4,  4},
    {7, DEN, OK,  OK,  PEN,         7,  7,  5,  4,  4},
};
/* clang-format on */

struct V7Cell : V7, testing::WithParamInterface<std::tuple<row, u32>> {
    row r = std::get<0>(GetParam());
    u32 n = std::get<1>(GetParam());

    void SetUp() override { enter(n, r.state); }
    void expect(u32 fid, int x0, u32 after)
    {
        EXPECT_EQ(fid == SDEI_EVENT_REGISTER ? reg(n) : call(fid, n), x0);
        EXPECT_FALSE(request);
        EXPECT_EQ(call(SDEI_EVENT_STATUS, n), after);
    }
};

TEST_P(V7Cell, Register) { expect(SDEI_EVENT_REGISTER, r.reg, r.after_reg); }
TEST_P(V7Cell, Enable) { expect(SDEI_EVENT_ENABLE, r.enable, r.after_enable); }
TEST_P(V7Cell, Disable) { expect(SDEI_EVENT_DISABLE, r.disable, r.after_disable); }
TEST_P(V7Cell, Unregister) { expect(SDEI_EVENT_UNREGISTER, r.unregister, r.after_unregister); }
TEST_P(V7Cell, PrivateResetIsNeverDenied) { expect(SDEI_PRIVATE_RESET, OK, r.after_reset); }
TEST_P(V7Cell, SharedResetDoesNothing) { expect(SDEI_SHARED_RESET, OK, r.state); }

TEST_P(V7Cell, GetInfoIsAlwaysTheSame)
{
    EXPECT_EQ(call(SDEI_EVENT_GET_INFO, n, SDEI_INFO_TYPE), SDEI_PRIVATE);
    EXPECT_EQ(call(SDEI_EVENT_GET_INFO, n, SDEI_INFO_SIGNALED), 1); /* Of event 1, too. */
    EXPECT_EQ(call(SDEI_EVENT_GET_INFO, n, SDEI_INFO_PRIORITY), SDEI_NORMAL);
    for (u64 info : {SDEI_INFO_ROUTING_MODE, SDEI_INFO_ROUTING_AFFINITY, sdei_info(5)})
        EXPECT_EQ(call(SDEI_EVENT_GET_INFO, n, info), INV);
}

TEST_P(V7Cell, SignalTakesEventZeroIfItIsRegistered)
{
    const bool takes = n == 0 && r.state & SDEI_REGISTERED;
    EXPECT_EQ(call(SDEI_EVENT_SIGNAL, n, 77), takes ? OK : INV); /* No look at the target. */
    EXPECT_EQ(request, takes && r.state & SDEI_ENABLED);
    EXPECT_EQ(v[0].v7.pending, takes ? 1u : 0u);
    call(SDEI_EVENT_SIGNAL, n);
    EXPECT_FALSE(request); /* It is pending already. */
}

TEST_P(V7Cell, ImmediateInjectionAndCancel)
{
    const int expected = !(r.state & SDEI_REGISTERED) ? int(SDEI_ENOENT)
                         : r.state == 3               ? 0
                                                      : int(SDEI_EBUSY);
    EXPECT_EQ(inject(n), expected);
    const int cancel = !(r.state & SDEI_REGISTERED) ? int(SDEI_ENOENT)
                       : r.state & SDEI_RUNNING     ? int(SDEI_EBUSY)
                                                    : 0;
    EXPECT_EQ(sdei_cancel(&vm, &v[0], n), cancel);
    EXPECT_EQ(v[0].v7.pending, 0u);
}

TEST_P(V7Cell, LateInjectionPendsWhateverElseHappens)
{
    const bool registered = r.state & SDEI_REGISTERED;
    const int open = r.state & SDEI_ENABLED ? 0 : int(SDEI_QUEUED);
    EXPECT_EQ(inject(n, false), registered ? open : int(SDEI_ENOENT));
    EXPECT_EQ(v[0].v7.pending, registered ? 1ull << n : 0);
    call(SDEI_PE_MASK);
    EXPECT_EQ(inject(n, false), registered ? int(SDEI_QUEUED) : int(SDEI_ENOENT));
}

TEST_P(V7Cell, Complete)
{
    const bool running = r.state & SDEI_RUNNING;
    EXPECT_EQ(complete(), running);
    EXPECT_EQ(call(SDEI_EVENT_STATUS, n), r.state & ~u32(SDEI_RUNNING));
}

INSTANTIATE_TEST_SUITE_P(V7, V7Cell,
                         testing::Combine(testing::ValuesIn(rows), testing::Values(0u, 1u)),
                         [](const auto &p) {
                             return "State" + std::to_string(std::get<0>(p.param).state) + "Event" +
                                    std::to_string(std::get<1>(p.param));
                         });

/* --- Arguments --- */

TEST_F(V7, VersionNamesItsVendor)
{
    EXPECT_EQ(call(SDEI_VERSION), 0x00010001564bcaa9);
}

TEST_F(V7, WhatV7DoesNotServeIsNotSupported)
{
    for (u32 fid : {SDEI_EVENT_ROUTING_SET, SDEI_INTERRUPT_BIND, SDEI_INTERRUPT_RELEASE,
                    SDEI_FID_LAST + 1, SDEI_VERSION - 1})
        EXPECT_EQ(call(fid), NS) << std::hex << fid;
    EXPECT_EQ(sdei_may_call(&vm, 0), true);
}

TEST_F(V7, OnlyEventsZeroAndOneExist)
{
    for (u64 n : {2ull, 0x40400001ull, 0xffffffffull}) {
        EXPECT_EQ(reg(n), INV);
        for (u32 fid : {SDEI_EVENT_ENABLE, SDEI_EVENT_DISABLE, SDEI_EVENT_UNREGISTER,
                        SDEI_EVENT_STATUS, SDEI_EVENT_GET_INFO, SDEI_EVENT_SIGNAL})
            EXPECT_EQ(call(fid, n), INV) << std::hex << fid;
        EXPECT_EQ(inject(u32(n)), SDEI_ENOENT);
        EXPECT_EQ(sdei_cancel(&vm, &v[0], u32(n)), SDEI_ENOENT);
    }
    EXPECT_EQ(reg(0x700000001), OK); /* The number is kept in 32 bits. */
    EXPECT_EQ(call(SDEI_EVENT_STATUS, 1), 1);
}

TEST_F(V7, RegisterTakesBothRoutingModesAndNothingElse)
{
    for (u64 flags : {2ull, 3ull, 0x100000000ull})
        EXPECT_EQ(call(SDEI_EVENT_REGISTER, APF, 1, 1, flags), INV);
    EXPECT_EQ(call(SDEI_EVENT_REGISTER, APF, 0, 0, SDEI_ROUTE_PE, 12345), OK);
}

TEST_F(V7, FeaturesOfferNothing)
{
    EXPECT_EQ(call(SDEI_FEATURES, SDEI_FEATURE_BIND_SLOTS), 0);
    EXPECT_EQ(call(SDEI_FEATURES, SDEI_FEATURE_RELATIVE_MODE), 0);
    EXPECT_EQ(call(SDEI_FEATURES, 2), INV);
    EXPECT_EQ(call(SDEI_FEATURES, 0x100000000), INV);
}

TEST_F(V7, ContextLooksForTheHandlerBeforeTheIndex)
{
    EXPECT_EQ(call(SDEI_EVENT_CONTEXT, 18), DEN);
    make_ready(APF);
    ASSERT_EQ(inject(APF), 0);
    for (u32 i = 0; i < SDEI_REG_COUNT; i++)
        regs.x[i] = 0xfedc000000000000 + i;
    ASSERT_TRUE(deliver());
    EXPECT_EQ(call(SDEI_EVENT_CONTEXT, 18), INV);
    for (u64 i = 0; i < SDEI_REG_COUNT; i++)
        EXPECT_EQ(u64(call(SDEI_EVENT_CONTEXT, i)), 0xfedc000000000000 + i);
    EXPECT_EQ(u64(call(SDEI_EVENT_CONTEXT, 0x100000003)), 0xfedc000000000003);
}

TEST_F(V7, MaskAndUnmaskAlwaysSucceed)
{
    EXPECT_EQ(v[0].masked, 1u);
    for (u32 fid : {SDEI_PE_MASK, SDEI_PE_UNMASK, SDEI_PE_UNMASK, SDEI_PE_MASK, SDEI_PE_MASK})
        EXPECT_EQ(call(fid), OK);
    EXPECT_EQ(v[0].masked, 1u);
}

/* --- Requests --- */

TEST_F(V7, EnableAndUnmaskRaiseTheRequestForWhatIsPending)
{
    ASSERT_EQ(reg(0), OK);
    ASSERT_EQ(call(SDEI_EVENT_SIGNAL, 0), OK);
    EXPECT_FALSE(request); /* Masked and disabled. */
    ASSERT_EQ(call(SDEI_EVENT_ENABLE, 0), OK);
    EXPECT_FALSE(request); /* Masked. */
    ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    EXPECT_TRUE(request);
    ASSERT_EQ(call(SDEI_EVENT_ENABLE, 0), OK);
    EXPECT_TRUE(request);
    ASSERT_EQ(reg(1), OK);
    ASSERT_EQ(call(SDEI_EVENT_ENABLE, 1), OK);
    EXPECT_FALSE(request); /* Its own event is not pending. */
    ASSERT_TRUE(deliver());
    ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    EXPECT_FALSE(request);
}

TEST_F(V7, ImmediateIsRefusedByTheMaskAndByAnythingPendingOrRunning)
{
    make_ready(0);
    make_ready(1);
    ASSERT_EQ(call(SDEI_PE_MASK), OK);
    EXPECT_EQ(inject(APF), SDEI_EBUSY);
    ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    ASSERT_EQ(inject(0), 0);
    EXPECT_EQ(inject(APF), SDEI_EBUSY);
    ASSERT_TRUE(deliver());
    EXPECT_EQ(inject(APF), SDEI_EBUSY);
    ASSERT_TRUE(complete());
    EXPECT_EQ(inject(APF), 0);
}

/* --- Delivery and completion --- */

TEST_F(V7, EntryStateIsThatOfTheSeries)
{
    make_ready(APF);
    ASSERT_EQ(inject(APF), 0);
    for (u32 i = 0; i < SDEI_REG_COUNT; i++)
        regs.x[i] = 0x500 + i;
    regs.pc = 0x1234;
    regs.pstate = 0x80400010 | 1ull << 20;
    ASSERT_TRUE(deliver());
    EXPECT_EQ(num, APF);
    EXPECT_EQ(regs.x[0], APF);
    EXPECT_EQ(regs.x[1], 0xa01u);
    EXPECT_EQ(regs.x[2], 0x1234u);
    EXPECT_EQ(regs.x[3], 0x80500010u);
    for (u32 i = 4; i < SDEI_REG_COUNT; i++)
        EXPECT_EQ(regs.x[i], 0u);
    EXPECT_EQ(regs.pc, 0x1001u);
    EXPECT_EQ(regs.pstate, 0x805003c5u); /* Only M, nRW and DAIF change. */
    EXPECT_TRUE(sdei_is_running(&v[0]));
    EXPECT_FALSE(sdei_is_running(&v[1]));
}

TEST_F(V7, NothingIsDeliveredToAMaskedPeOrOverAHandler)
{
    make_ready(0);
    make_ready(1);
    ASSERT_EQ(inject(0), 0);
    ASSERT_EQ(call(SDEI_PE_MASK), OK);
    EXPECT_FALSE(deliver()); /* Unlike v4. */
    ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    ASSERT_EQ(inject(1, false), 0);
    ASSERT_TRUE(deliver());
    EXPECT_EQ(num, 0u);
    EXPECT_FALSE(deliver());
    ASSERT_TRUE(complete());
    EXPECT_EQ(done.num, 0u);
    ASSERT_TRUE(deliver()); /* If only somebody asks: COMPLETE has raised no request. */
    EXPECT_EQ(num, 1u);
    ASSERT_TRUE(complete());
    EXPECT_EQ(done.num, 1u);
}

TEST_F(V7, CompleteAndResumeGoesToTheAddress)
{
    make_ready(APF);
    ASSERT_EQ(inject(APF), 0);
    regs.x[5] = 55;
    regs.pc = 0x1234;
    regs.pstate = 0xf1400010;
    const sdei_regs before = regs;
    ASSERT_TRUE(deliver());
    ASSERT_TRUE(complete(true, 0x8480));
    EXPECT_EQ(0, memcmp(regs.x, before.x, sizeof(regs.x)));
    EXPECT_EQ(regs.pc, 0x8480u);
    EXPECT_EQ(regs.pstate, 0xf14003c5u); /* The other bits stay, unlike TF-A. */
    EXPECT_EQ(done.resume_el, 1);
    EXPECT_EQ(done.elr, before.pc);
    EXPECT_EQ(done.spsr, before.pstate);
    ASSERT_EQ(inject(APF), 0);
    ASSERT_TRUE(deliver());
    ASSERT_TRUE(complete(false, 0x8480));
    EXPECT_EQ(done.resume_el, 0);
    EXPECT_EQ(regs.pc, 0x8480u); /* Where it was interrupted, this time. */
}

TEST_F(V7, CompleteWithoutAHandlerSaysNothing)
{
    const sdei_regs before = regs;
    EXPECT_FALSE(complete(false));
    EXPECT_FALSE(complete(true, 0x1000));
    EXPECT_EQ(0, memcmp(&regs, &before, sizeof(regs)));
}

/* --- Posted defects --- */

TEST_F(V7, APendingDisabledEventTrapsTheHostInItsLoop)
{
    ASSERT_EQ(reg(0), OK);
    ASSERT_EQ(call(SDEI_EVENT_SIGNAL, 0), OK);
    EXPECT_FALSE(deliver()); /* Masked: not even looked at. */
    EXPECT_FALSE(sdei_is_hung(&v[0]));
    ASSERT_EQ(call(SDEI_PE_UNMASK), OK);
    EXPECT_TRUE(request);
    EXPECT_FALSE(deliver());
    EXPECT_TRUE(sdei_is_hung(&v[0]));
    make_ready(1);
    ASSERT_EQ(inject(1, false), 0);
    EXPECT_FALSE(deliver()); /* For ever. */
    EXPECT_FALSE(sdei_is_hung(&v[1]));
}

TEST_F(V7, OnlyTheFirstPendingEventCanTrap)
{
    make_ready(0);
    ASSERT_EQ(reg(1), OK);
    ASSERT_EQ(inject(1, false), SDEI_QUEUED);
    ASSERT_EQ(inject(0, false), 0);
    EXPECT_TRUE(deliver()); /* Event 0 is found first. */
    ASSERT_TRUE(complete());
    EXPECT_FALSE(deliver());
    EXPECT_TRUE(sdei_is_hung(&v[0]));
}

TEST_F(V7, UnregisterAndResetLeaveThePendingBit)
{
    make_ready(0);
    ASSERT_EQ(inject(0), 0);
    ASSERT_EQ(call(SDEI_EVENT_UNREGISTER, 0), OK);
    EXPECT_EQ(v[0].v7.pending, 1u);
    make_ready(0);
    EXPECT_TRUE(deliver()); /* The new handler gets what the old one was meant to have. */
}

TEST_F(V7, EveryKindOfDamageIsFound)
{
    make_ready(0);
    check();
    EXPECT_DEATH((v[0].v7.pending = 4, check()), "assertion");
    EXPECT_DEATH((v[0].v7.enabled = 2, check()), "assertion");
    EXPECT_DEATH((v[0].v7.running = 3, check()), "assertion");
    EXPECT_DEATH((v[0].v7.hung = 2, check()), "assertion");
}

TEST_F(V7, AResetOfTheVcpuDoesNothing)
{
    make_ready(0);
    sdei_todo todo;
    sdei_vcpu_reset(&vm, &v[0], 0, &todo);
    EXPECT_EQ(call(SDEI_EVENT_STATUS, 0), 3);
    EXPECT_EQ(v[0].masked, 0u);
}

} // namespace
