/* The calls of KVM v4: every state of an event, every argument that is refused. */
#include "sdei/tests/bed.hpp"

namespace {

struct Call : Bed {};

/* --- Numbers and the calls without state --- */

TEST_F(Call, VersionIsOneZeroWithoutVendorPart)
{
    EXPECT_EQ(call(0, SDEI_VERSION), 0x0001000000000000ll);
}

TEST_F(Call, WhatV4DoesNotServeIsNotSupported)
{
    for (u32 fid : {SDEI_INTERRUPT_BIND, SDEI_INTERRUPT_RELEASE, SDEI_EVENT_SIGNAL, SDEI_FEATURES,
                    SDEI_FID_LAST + 1, 0xC400003Fu, SDEI_VERSION - 1, 0x84000020u})
        EXPECT_EQ(call(0, fid, APF), SDEI_NOT_SUPPORTED) << std::hex << fid;
}

TEST_F(Call, FunctionIdsFollowTheTable)
{
    EXPECT_EQ(SDEI_EVENT_UNREGISTER, 0xC4000027u);
    EXPECT_EQ(SDEI_PE_MASK, 0xC400002Bu);
    EXPECT_EQ(SDEI_FID_LAST, 0xC4000032u);
}

TEST_F(Call, CompleteIsNotServedHere)
{
    EXPECT_DEATH(call(0, SDEI_EVENT_COMPLETE), "assertion");
    EXPECT_DEATH(call(0, SDEI_EVENT_COMPLETE_AND_RESUME), "assertion");
}

TEST_F(Call, AVcpuThatIsNotThereStopsTheRun)
{
    const u64 arg[5] = {};
    sdei_todo todo;
    EXPECT_DEATH(sdei_call(&vm, &v[0], 2, SDEI_VERSION, arg, &todo), "assertion");
    EXPECT_DEATH(sdei_vm_init(&vm, 0), "assertion");
    EXPECT_DEATH(sdei_vm_init(&vm, SDEI_VCPU_MAX + 1), "assertion");
}

TEST_F(Call, ExposeTakesNewValidNumbersUntilTheTableIsFull)
{
    EXPECT_DEATH(sdei_vm_expose(&vm, UNKNOWN, SDEI_PRIVATE, SDEI_NORMAL, true), "assertion");
    vm.event_count--;
    EXPECT_DEATH(sdei_vm_expose(&vm, APF, SDEI_PRIVATE, SDEI_NORMAL, true), "assertion");
    EXPECT_DEATH(sdei_vm_expose(&vm, u32(BAD), SDEI_PRIVATE, SDEI_NORMAL, true), "assertion");
}

/* Bits 31:24 and 21:0 are free, bits 63:32 and 23:22 are not. */
TEST_F(Call, ABadNumberIsInvalidForEveryCallThatTakesOne)
{
    const u64 bad[] = {0, 1, 0x40000001, 0x40800001, 0x40c00001, 0x140400001, ~0ull};
    for (u64 n : bad) {
        EXPECT_EQ(reg(0, n), SDEI_INVALID_PARAMETERS);
        for (u32 fid : {SDEI_EVENT_ENABLE, SDEI_EVENT_DISABLE, SDEI_EVENT_UNREGISTER,
                        SDEI_EVENT_STATUS, SDEI_EVENT_GET_INFO, SDEI_EVENT_ROUTING_SET})
            EXPECT_EQ(call(0, fid, n), SDEI_INVALID_PARAMETERS) << std::hex << fid << " " << n;
    }
}

TEST_F(Call, AnUnknownEventIsInvalidButItsStatusIsZero)
{
    for (u64 n : {UNKNOWN, 0x00400001u, 0xff400001u}) {
        EXPECT_EQ(reg(0, n), SDEI_INVALID_PARAMETERS);
        for (u32 fid : {SDEI_EVENT_ENABLE, SDEI_EVENT_DISABLE, SDEI_EVENT_UNREGISTER,
                        SDEI_EVENT_GET_INFO, SDEI_EVENT_ROUTING_SET})
            EXPECT_EQ(call(0, fid, n), SDEI_INVALID_PARAMETERS);
        EXPECT_EQ(call(0, SDEI_EVENT_STATUS, n), 0);
    }
}

/* --- Each call in each state --- */

/* The states in which v4 may find a private event, seen from vCPU 0. */
enum where {
    EXPOSED,   /* Nobody has registered it. */
    ELSEWHERE, /* Registered and enabled on vCPU 1 only. */
    REGISTERED,
    ENABLED,
    QUEUED, /* Injected into vCPU 0. */
    RUNNING,
    QUEUED_THERE,  /* Enabled here, injected into vCPU 1. */
    RUNNING_THERE, /* Only vCPU 1 has it, and its handler runs. */
    WHERE_COUNT,
};

void enter(Bed &b, where w)
{
    const u32 vcpu = w == QUEUED_THERE || w == RUNNING_THERE;
    bool done = true;

    if (w == ELSEWHERE || w == RUNNING_THERE || w == QUEUED_THERE)
        b.make_ready(1, APF);
    if (w == REGISTERED)
        done = b.reg(0, APF) == SDEI_SUCCESS;
    if (w == ENABLED || w == QUEUED || w == RUNNING || w == QUEUED_THERE)
        b.make_ready(0, APF);
    if (w >= QUEUED)
        done = b.inject(vcpu, APF) == 0;
    if (w == RUNNING || w == RUNNING_THERE)
        done = done && b.deliver(vcpu);
    ASSERT_TRUE(done);
}

constexpr int OK = SDEI_SUCCESS, INV = SDEI_INVALID_PARAMETERS, DEN = SDEI_DENIED,
              PEN = SDEI_PENDING;

struct expected {
    where w;
    int reg, enable, disable, unregister, routing_set, status, status_after_reset;
};
/* clang-format off */
const expected cells[] = {
    /*               REG  ENA  DIS  UNR  ROUTE STATUS AFTER PRIVATE_RESET */
    { EXPOSED,       OK,  INV, INV, INV, INV,  0,     0 },
    { ELSEWHERE,     OK,  DEN, DEN, DEN, INV,  0,     0 },
    { REGISTERED,    DEN, OK,  DEN, OK,  INV,  1,     0 },
    { ENABLED,       DEN, DEN, OK,  OK,  INV,  3,     0 },
    { QUEUED,        DEN, PEN, PEN, PEN, INV,  7,     7 },
    { RUNNING,       DEN, PEN, PEN, PEN, INV,  7,     7 },
    { QUEUED_THERE,  DEN, PEN, PEN, PEN, INV,  7,     7 },
    { RUNNING_THERE, OK,  PEN, PEN, PEN, INV,  4,     4 },
};
/* clang-format on */

struct EveryState : Bed, testing::WithParamInterface<expected> {};

TEST_P(EveryState, Register)
{
    enter(*this, GetParam().w);
    s64 before = call(0, SDEI_EVENT_STATUS, APF);
    EXPECT_EQ(reg(0, APF), GetParam().reg);
    s64 added = GetParam().reg == OK ? SDEI_REGISTERED : 0;
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), before | added);
}

TEST_P(EveryState, Enable)
{
    enter(*this, GetParam().w);
    s64 before = call(0, SDEI_EVENT_STATUS, APF);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, APF), GetParam().enable);
    s64 added = GetParam().enable == OK ? SDEI_ENABLED : 0;
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), before | added);
}

TEST_P(EveryState, Disable)
{
    enter(*this, GetParam().w);
    s64 before = call(0, SDEI_EVENT_STATUS, APF);
    EXPECT_EQ(call(0, SDEI_EVENT_DISABLE, APF), GetParam().disable);
    s64 taken = GetParam().disable == OK ? SDEI_ENABLED : 0;
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), before & ~taken);
}

TEST_P(EveryState, Unregister)
{
    enter(*this, GetParam().w);
    s64 before = call(0, SDEI_EVENT_STATUS, APF);
    EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, APF), GetParam().unregister);
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), GetParam().unregister == OK ? 0 : before);
}

TEST_P(EveryState, RoutingSetRefusesPrivateEvents)
{
    enter(*this, GetParam().w);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, APF, SDEI_ROUTE_PE, 5), GetParam().routing_set);
}

TEST_P(EveryState, StatusAndPrivateReset)
{
    enter(*this, GetParam().w);
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), GetParam().status);
    EXPECT_EQ(call(0, SDEI_SHARED_RESET), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), GetParam().status);
    EXPECT_EQ(call(0, SDEI_PRIVATE_RESET), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), GetParam().status_after_reset);
}

/* GET_INFO needs no registration at all. */
TEST_P(EveryState, GetInfo)
{
    enter(*this, GetParam().w);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, APF, SDEI_INFO_TYPE), SDEI_PRIVATE);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, APF, SDEI_INFO_SIGNALED), 1);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, APF, SDEI_INFO_PRIORITY), SDEI_CRITICAL);
    for (u64 info :
         {u64(SDEI_INFO_ROUTING_MODE), u64(SDEI_INFO_ROUTING_AFFINITY), u64(5), UINT64_MAX})
        EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, APF, info), INV);
}

INSTANTIATE_TEST_SUITE_P(V4, EveryState, testing::ValuesIn(cells),
                         [](const auto &p) { return "Row" + std::to_string(p.param.w); });

/* --- REGISTER --- */

TEST_F(Call, RegisterRefusesAModeBeforeItLooksAtTheState)
{
    ASSERT_EQ(reg(0, APF), OK);
    for (u64 mode : {2ull, 0x100000000ull, ~0ull})
        EXPECT_EQ(reg(0, APF, mode), INV);
    EXPECT_EQ(reg(0, APF, SDEI_ROUTE_PE), DEN);
    EXPECT_EQ(reg(1, APF, SDEI_ROUTE_PE), OK);
}

/* Posted defect: the first registration stores the affinity as the mode. */
TEST_F(Call, FirstRegisterTakesTheModeFromTheAffinity)
{
    ASSERT_EQ(reg(0, SHARED, SDEI_ROUTE_PE, 0), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_ANY);
    ASSERT_EQ(call(0, SDEI_EVENT_UNREGISTER, SHARED), OK);
    ASSERT_EQ(reg(0, SHARED, SDEI_ROUTE_ANY, 0x80000001), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_PE);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_AFFINITY), 0x80000001);
}

TEST_F(Call, LaterRegisterTakesTheModeFromTheMode)
{
    ASSERT_EQ(reg(0, APF, SDEI_ROUTE_ANY, 7), OK);
    EXPECT_EQ(vm.event[1].route_mode, 7);
    ASSERT_EQ(reg(1, APF, SDEI_ROUTE_PE, 0x100), OK);
    EXPECT_EQ(vm.event[1].route_mode, SDEI_ROUTE_PE);
    EXPECT_EQ(vm.event[1].route_affinity, 0x100u);
}

/* An event runs on vCPU 1: vCPU 0 may register it (no PENDING), but not go on from there. */
TEST_F(Call, RegisterDoesNotLookAtReferences)
{
    make_ready(1, APF);
    ASSERT_EQ(inject(1, APF), 0);
    EXPECT_EQ(reg(0, APF), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, APF), PEN);
    ASSERT_EQ(cancel(1, APF), 0);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, APF), OK);
}

TEST_F(Call, ASharedEventIsRegisteredOnceForAll)
{
    ASSERT_EQ(reg(1, SHARED), OK);
    EXPECT_EQ(reg(0, SHARED), DEN);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, SHARED), OK);
    EXPECT_EQ(call(1, SDEI_EVENT_ENABLE, SHARED), DEN);
    EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, SHARED), OK);
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, SHARED), 0);
}

/* --- UNREGISTER and reset --- */

TEST_F(Call, TheKvmEventEndsWithItsLastRegistration)
{
    make_ready(0, APF);
    make_ready(1, APF);
    EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, APF), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, APF), DEN);
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, APF), 3);
    EXPECT_EQ(call(1, SDEI_EVENT_UNREGISTER, APF), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, APF), INV);
    EXPECT_EQ(reg(0, APF), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_STATUS, APF), 1);
}

TEST_F(Call, PrivateResetOfOneVcpuTakesTheEventsOfAll)
{
    make_ready(0, APF);
    make_ready(1, APF);
    make_ready(1, OTHER);
    make_ready(1, SHARED);
    ASSERT_EQ(inject(1, OTHER), 0);
    EXPECT_EQ(call(0, SDEI_PRIVATE_RESET), OK);
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, APF), 0);
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, OTHER), 7); /* Has a reference: spared, without DENIED. */
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, SHARED), 3);
    EXPECT_EQ(v[0].masked, 0u);
    EXPECT_EQ(call(0, SDEI_SHARED_RESET), OK);
    EXPECT_EQ(call(1, SDEI_EVENT_STATUS, SHARED), 0);
}

/* --- Routing of shared events --- */

TEST_F(Call, RoutingInfoOfASharedEventNeedsARegistration)
{
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_TYPE), SDEI_SHARED);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_SIGNALED), 0);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_PRIORITY), SDEI_NORMAL);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), DEN);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_AFFINITY), DEN);
    ASSERT_EQ(reg(0, SHARED), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_ANY);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_AFFINITY), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, 5), INV);
}

TEST_F(Call, RoutingSetNeedsASharedRegisteredDisabledIdleEvent)
{
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, SHARED, SDEI_ROUTE_PE, 1), INV);
    ASSERT_EQ(reg(0, SHARED), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, SHARED, 2, 1), INV);
    EXPECT_EQ(call(1, SDEI_EVENT_ROUTING_SET, SHARED, SDEI_ROUTE_PE, 1), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_PE);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_AFFINITY), 1);
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, SHARED), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, SHARED, SDEI_ROUTE_ANY, 0), DEN);
    v[0].masked = 0;
    ASSERT_EQ(inject(0, SHARED), 0);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, SHARED, SDEI_ROUTE_ANY, 0), DEN);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, SHARED, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_PE);
}

/* --- Mask --- */

TEST_F(Call, APeStartsMaskedAndEachCallMustChangeTheMask)
{
    EXPECT_EQ(v[0].masked, 1u);
    EXPECT_EQ(call(0, SDEI_PE_MASK), DEN);
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(v[0].masked, 0u);
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), DEN);
    EXPECT_EQ(call(0, SDEI_PE_MASK), OK);
    EXPECT_EQ(v[0].masked, 1u);
    EXPECT_EQ(v[1].masked, 1u);
}

/* The bed looks at *request after every call: it stays false although an event waits. */
TEST_F(Call, UnmaskRaisesNoRequestForAnEventThatWaits)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(call(0, SDEI_PE_MASK), OK);
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(v[0].level[SDEI_CRITICAL].count, 1u);
}

/* --- CONTEXT --- */

TEST_F(Call, ContextTestsTheIndexBeforeTheHandler)
{
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 19), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, ~0ull), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 18), DEN);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 0), DEN);
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 0), DEN); /* Queued is not running. */
}

TEST_F(Call, ContextReadsTheInterruptedRegistersAndAtEighteenThePc)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0);
    regs = context(0xfedc000000000000, 0);
    ASSERT_TRUE(deliver(0));
    for (u64 i = 0; i < 18; i++)
        EXPECT_EQ(u64(call(0, SDEI_EVENT_CONTEXT, i)), 0xfedc000000000000 + i);
    EXPECT_EQ(u64(call(0, SDEI_EVENT_CONTEXT, 18)), 0xfedc000000001234);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 19), INV);
    EXPECT_EQ(call(1, SDEI_EVENT_CONTEXT, 0), DEN);
}

TEST_F(Call, ContextOfACriticalHandlerHidesThatOfTheNormalOne)
{
    make_ready(0, NORMAL);
    make_ready(0, APF);
    ASSERT_EQ(inject(0, NORMAL), 0);
    regs = context(100, 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 3), 103);
    ASSERT_EQ(inject(0, APF), 0);
    regs = context(200, 5);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 3), 203);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 3), 103);
}

} // namespace
