/* Injection, delivery, completion and cancel as KVM v4 does them. */
#include "sdei/tests/bed.hpp"

namespace {

struct Event : Bed {};

/* --- Inject: the tests in their order --- */

TEST_F(Event, InjectFailsInTheOrderOfItsTests)
{
    EXPECT_EQ(inject(0, u32(BAD)), SDEI_EINVAL);
    EXPECT_EQ(inject(0, UNKNOWN), SDEI_ENOENT);
    EXPECT_EQ(inject(0, APF), SDEI_ENOENT); /* Exposed, but no KVM event. */
    ASSERT_EQ(reg(1, APF), SDEI_SUCCESS);
    EXPECT_EQ(inject(0, APF), SDEI_EPERM); /* Registered on another vCPU only. */
    ASSERT_EQ(reg(0, APF), SDEI_SUCCESS);
    EXPECT_EQ(inject(0, APF), SDEI_EPERM); /* Not enabled. */
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, APF), SDEI_SUCCESS);
    EXPECT_EQ(inject(0, APF), SDEI_EPERM); /* Masked. */
    ASSERT_EQ(call(0, SDEI_PE_UNMASK), SDEI_SUCCESS);
    EXPECT_EQ(inject(0, APF, true), 0);
    EXPECT_EQ(inject(0, APF, true), SDEI_ENOSPC);
    ASSERT_EQ(call(0, SDEI_PE_MASK), SDEI_SUCCESS);
    EXPECT_EQ(inject(0, APF, true), SDEI_EPERM); /* The mask comes before the queue. */
}

struct rival {
    u32 queued, injected;
    int error;
};
/* What "immediate" makes of an event that is queued or running already. */
const rival rivals[] = {
    {APF, APF, SDEI_ENOSPC}, {APF, OTHER, SDEI_ENOSPC},     {APF, NORMAL, SDEI_ENOSPC},
    {NORMAL, APF, 0},        {NORMAL, NORMAL, SDEI_ENOSPC}, {NORMAL, SHARED, SDEI_ENOSPC},
};

TEST_F(Event, ImmediateWantsNothingOfItsOwnPriorityOrAboveInTheQueues)
{
    for (u32 n : {APF, OTHER, NORMAL, SHARED})
        make_ready(0, n);
    for (const rival &r : rivals)
        for (bool running : {false, true}) {
            ASSERT_EQ(inject(0, r.queued, true), 0);
            ASSERT_TRUE(!running || deliver(0));
            EXPECT_EQ(inject(0, r.injected, true), r.error) << r.queued << " " << r.injected;
            EXPECT_EQ(inject(0, r.injected, false), 0);
            while (sdei_is_running(&v[0]) || deliver(0))
                ASSERT_TRUE(complete(0));
            ASSERT_EQ(v[0].level[SDEI_CRITICAL].count, 0u);
            ASSERT_EQ(v[0].level[SDEI_NORMAL].count, 0u);
        }
}

TEST_F(Event, ASecondInjectionCountsInsteadOfQueueing)
{
    make_ready(0, APF);
    make_ready(1, APF);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(1, APF), 0);
    EXPECT_EQ(v[0].level[SDEI_CRITICAL].count, 1u);
    EXPECT_EQ(v[0].level[SDEI_CRITICAL].queue[0].refcount, 2u);
    EXPECT_EQ(v[1].level[SDEI_CRITICAL].queue[0].refcount, 1u);
    EXPECT_EQ(vm.event[1].refcount, 3u);
}

/* --- Deliver --- */

TEST_F(Event, NothingQueuedDeliversAndWritesNothing)
{
    regs = context(7, 0x123);
    num = 99;
    EXPECT_FALSE(deliver(0));
    EXPECT_EQ(regs.x[0], 7u);
    EXPECT_EQ(regs.pstate, 0x123u);
    EXPECT_EQ(num, 99u);
}

TEST_F(Event, EntryStateIsThatOfTheSeries)
{
    make_ready(0, APF);
    make_ready(1, APF);
    ASSERT_EQ(inject(1, APF), 0);
    const u64 user32 = 0x80400010 | 1ull << 20; /* N, PAN, IL, AArch32 user. */
    regs = context(0x500, user32);
    ASSERT_TRUE(deliver(1));
    EXPECT_EQ(num, APF);
    EXPECT_EQ(regs.x[0], APF);
    EXPECT_EQ(regs.x[1], 0xa01u);
    EXPECT_EQ(regs.x[2], 0x500u + 0x1234u);
    EXPECT_EQ(regs.x[3], user32);
    for (u32 i = 4; i < SDEI_REG_COUNT; i++)
        EXPECT_EQ(regs.x[i], 0u);
    EXPECT_EQ(regs.pc, entry_of(APF, 1));
    EXPECT_EQ(regs.pstate, 0x80400000 | 1ull << 20 | 0x3c5); /* Only M, nRW and DAIF change. */
    EXPECT_EQ(spsr_el1, user32);
    EXPECT_TRUE(sdei_is_running(&v[1]));
    EXPECT_FALSE(sdei_is_running(&v[0]));
}

TEST_F(Event, EveryModeBecomesEl1hWithDaif)
{
    make_ready(0, APF);
    for (u64 mode = 0; mode < 32; mode++) {
        ASSERT_EQ(inject(0, APF), 0);
        regs = context(0, mode);
        ASSERT_TRUE(deliver(0));
        EXPECT_EQ(regs.pstate, 0x3c5u);
        ASSERT_TRUE(complete(0));
        EXPECT_EQ(regs.pstate, mode);
    }
}

/* Posted deviation: the mask is tested at the injection, not at the delivery. */
TEST_F(Event, AMaskAfterTheInjectionDoesNotHoldTheEvent)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(call(0, SDEI_PE_MASK), SDEI_SUCCESS);
    EXPECT_TRUE(deliver(0));
}

TEST_F(Event, CriticalNeverPreemptsCriticalAndKeepsTheOrder)
{
    make_ready(0, APF);
    make_ready(0, OTHER);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(0, OTHER), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, APF);
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(complete(0));
    EXPECT_TRUE(request);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, OTHER);
    ASSERT_TRUE(complete(0));
    EXPECT_FALSE(request);
    EXPECT_FALSE(deliver(0));
}

TEST_F(Event, NormalNeverPreemptsNormal)
{
    make_ready(0, NORMAL);
    make_ready(0, SHARED);
    ASSERT_EQ(inject(0, SHARED), 0);
    ASSERT_EQ(inject(0, NORMAL), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, SHARED);
    EXPECT_EQ(regs.pc, entry_of(SHARED, 0));
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(complete(0));
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, NORMAL);
}

TEST_F(Event, CriticalGoesFirstAndNormalWaitsForIt)
{
    make_ready(0, NORMAL);
    make_ready(0, APF);
    ASSERT_EQ(inject(0, NORMAL), 0);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, APF);
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(num, APF);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, NORMAL);
}

TEST_F(Event, CriticalPreemptsNormalAndBothContextsComeBack)
{
    make_ready(0, NORMAL);
    make_ready(0, APF);
    ASSERT_EQ(inject(0, NORMAL), 0);
    const sdei_regs user = context(0x1000, 0);
    regs = user;
    ASSERT_TRUE(deliver(0));
    const sdei_regs normal = context(0x2000, regs.pstate);
    regs = normal;
    ASSERT_EQ(inject(0, APF, true), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, APF);
    EXPECT_EQ(spsr_el1, normal.pstate);

    ASSERT_TRUE(complete(0, true)); /* The critical one ends first. */
    EXPECT_EQ(num, APF);
    EXPECT_EQ(0, memcmp(&regs, &normal, sizeof(regs)));
    EXPECT_TRUE(irq);
    EXPECT_TRUE(request); /* The preempted event is still queued; the request finds nothing. */
    EXPECT_FALSE(deliver(0));
    EXPECT_TRUE(sdei_is_running(&v[0]));

    ASSERT_TRUE(complete(0, false));
    EXPECT_EQ(num, NORMAL);
    EXPECT_EQ(0, memcmp(&regs, &user, sizeof(regs)));
    EXPECT_FALSE(irq);
    EXPECT_FALSE(request);
    EXPECT_FALSE(sdei_is_running(&v[0]));
}

/* --- Complete --- */

TEST_F(Event, CompleteWithNothingRunningWritesNothing)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0); /* Queued is not running. */
    regs = context(7, 0x3c5);
    const sdei_regs before = regs;
    num = 99;
    irq = request = true;
    EXPECT_FALSE(complete(0, false));
    EXPECT_FALSE(complete(0, true));
    EXPECT_EQ(0, memcmp(&regs, &before, sizeof(regs)));
    EXPECT_EQ(num, 99u);
    EXPECT_TRUE(irq && request);
}

TEST_F(Event, ACountedEventIsDeliveredAsOftenAsItWasInjected)
{
    make_ready(0, APF);
    make_ready(0, OTHER);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(0, OTHER), 0);
    ASSERT_EQ(inject(0, APF), 0);
    /* It keeps its place at the head, in front of what was injected between. */
    for (u32 expected : {APF, APF, OTHER}) {
        ASSERT_TRUE(deliver(0));
        EXPECT_EQ(num, expected);
        ASSERT_TRUE(complete(0));
        EXPECT_EQ(request, expected == APF);
    }
    EXPECT_EQ(vm.event[0].refcount + vm.event[1].refcount, 0u);
}

TEST_F(Event, PendingEndsWithTheLastReferenceOfAllVcpus)
{
    make_ready(0, APF);
    make_ready(1, APF);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(1, APF), 0);
    ASSERT_TRUE(deliver(0));
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(call(0, SDEI_EVENT_DISABLE, APF), SDEI_PENDING);
    ASSERT_TRUE(deliver(1));
    EXPECT_EQ(call(0, SDEI_EVENT_DISABLE, APF), SDEI_PENDING);
    ASSERT_TRUE(complete(1));
    EXPECT_EQ(call(0, SDEI_EVENT_DISABLE, APF), SDEI_SUCCESS);
}

/* --- Cancel --- */

TEST_F(Event, CancelOfWhatIsNotQueuedIsInvalid)
{
    EXPECT_EQ(cancel(0, u32(BAD)), SDEI_EINVAL);
    EXPECT_EQ(cancel(0, UNKNOWN), SDEI_EINVAL);
    EXPECT_EQ(cancel(0, APF), SDEI_EINVAL);
    make_ready(0, APF);
    make_ready(1, APF);
    EXPECT_EQ(cancel(0, APF), SDEI_EINVAL);
    ASSERT_EQ(inject(1, APF), 0);
    EXPECT_EQ(cancel(0, APF), SDEI_EINVAL); /* Queued on another vCPU. */
}

TEST_F(Event, CancelWithdrawsAnEventThatWasNotDelivered)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF, true), 0);
    EXPECT_EQ(cancel(0, APF), 0);
    EXPECT_FALSE(deliver(0)); /* The request finds nothing. */
    EXPECT_EQ(cancel(0, APF), SDEI_EINVAL);
    EXPECT_EQ(inject(0, APF, true), 0);
}

TEST_F(Event, CancelOfARunningEventTakesOnlyWhatWaitsBehindIt)
{
    make_ready(0, APF);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(cancel(0, APF), SDEI_EINPROGRESS);
    ASSERT_EQ(inject(0, APF), 0);
    EXPECT_EQ(cancel(0, APF), 0);
    EXPECT_EQ(cancel(0, APF), SDEI_EINPROGRESS);
    ASSERT_TRUE(complete(0));
    EXPECT_FALSE(request);
    EXPECT_EQ(cancel(0, APF), SDEI_EINVAL);
}

TEST_F(Event, CancelFromTheMiddleKeepsTheOrderOfTheRest)
{
    make_ready(0, APF);
    make_ready(0, OTHER);
    ASSERT_EQ(inject(0, APF), 0);
    ASSERT_EQ(inject(0, OTHER), 0);
    ASSERT_EQ(inject(0, OTHER), 0);
    EXPECT_EQ(cancel(0, OTHER), 0); /* Two references: still queued. */
    EXPECT_EQ(v[0].level[SDEI_CRITICAL].count, 2u);
    EXPECT_EQ(cancel(0, APF), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, OTHER);
    EXPECT_EQ(v[0].level[SDEI_CRITICAL].count, 1u);
}

} // namespace
