/* DEN0054: when a handler may begin, what it finds, how it ends; interrupts behind events. */
#include "sdei/tests/den_bed.hpp"

namespace {

struct DenEvent : DenBed {};

/* --- The entry and the end --- */

TEST_F(DenEvent, TheHandlerFindsItsArgumentsAndTheRestAsInterrupted)
{
    make_ready(1, EV_CRITICAL);
    ASSERT_EQ(inject(1, EV_CRITICAL), 0);
    regs = context(0x500, 0x60000000);
    ASSERT_TRUE(deliver(1));
    EXPECT_EQ(num, EV_CRITICAL);
    EXPECT_EQ(regs.x[0], EV_CRITICAL);
    EXPECT_EQ(regs.x[1], 0xa01u);
    EXPECT_EQ(regs.x[2], 0x500u + 0x1234u);
    EXPECT_EQ(regs.x[3], 0x60000000u);
    for (u32 i = 4; i < SDEI_REG_COUNT; i++)
        EXPECT_EQ(regs.x[i], 0x500u + i);
    EXPECT_EQ(regs.pc, entry_of(EV_CRITICAL, 1));
    EXPECT_EQ(regs.pstate, 0x600003c5u);
    EXPECT_TRUE(sdei_is_running(&v[1]));
    EXPECT_FALSE(sdei_is_running(&v[0]));
    for (u64 i = 0; i < SDEI_REG_COUNT; i++)
        EXPECT_EQ(call(1, SDEI_EVENT_CONTEXT, i), s64(0x500 + i));
}

TEST_F(DenEvent, CompleteGivesEverythingBack)
{
    make_ready(0, EV_NORMAL);
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    const sdei_regs before = regs = context(0x700, 0x10 | 1u << 31);
    ASSERT_TRUE(deliver(0));
    regs = context(1, 1);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(0, memcmp(&regs, &before, sizeof(regs)));
    EXPECT_EQ(done.num, EV_NORMAL);
    EXPECT_FALSE(done.has_status || done.irq_exception || done.resume_el);
}

struct resume_row {
    u8 client_el;
    u64 pstate;
};
TEST_F(DenEvent, CompleteAndResumeLooksLikeAnExceptionToTheAddress)
{
    for (resume_row r : {resume_row{1, 0x3c5}, resume_row{2, 0x3c9}}) {
        spec.pe.client_el = r.client_el;
        start();
        make_ready(0, EV_NORMAL);
        ASSERT_EQ(inject(0, EV_NORMAL), 0);
        const sdei_regs before = regs = context(0x700, 0xf1400000);
        ASSERT_TRUE(deliver(0));
        ASSERT_TRUE(complete(0, true, 0xffff800000000480));
        EXPECT_EQ(0, memcmp(regs.x, before.x, sizeof(regs.x)));
        EXPECT_EQ(regs.pc, 0xffff800000000480);
        EXPECT_EQ(regs.pstate, r.pstate); /* From zero: not even NZCV is left. */
        EXPECT_EQ(done.resume_el, r.client_el);
        EXPECT_EQ(done.elr, before.pc);
        EXPECT_EQ(done.spsr, before.pstate);
        EXPECT_FALSE(done.irq_exception || done.has_status);
    }
}

TEST_F(DenEvent, ResumeAtABadAddressIsDeniedAndTheHandlerGoesOn)
{
    make_ready(0, EV_NORMAL);
    ASSERT_TRUE(raise(0, EV_NORMAL));
    const sdei_regs before = regs;
    for (u64 bad : {0ull, 0xffff800000000482ull, 0x0001000000000000ull}) {
        EXPECT_FALSE(complete(0, true, bad));
        EXPECT_TRUE(done.has_status);
        EXPECT_EQ(done.status, DEN);
        EXPECT_EQ(0, memcmp(&regs, &before, sizeof(regs)));
    }
    EXPECT_TRUE(complete(0, false, 0)); /* x1 of COMPLETE is a status. */
    EXPECT_FALSE(complete(0, true));
    EXPECT_EQ(done.status, DEN);
}

/* --- Nesting --- */

TEST_F(DenEvent, CriticalPreemptsNormalAndNothingElsePreempts)
{
    for (u32 first : kinds)
        for (u32 second : kinds) {
            if (first == second)
                continue;
            start();
            make_ready(0, first);
            make_ready(0, second);
            ASSERT_TRUE(raise(0, first));
            EXPECT_EQ(raise(0, second), is_critical(second) && !is_critical(first))
                << first << " " << second;
        }
}

TEST_F(DenEvent, TheInnermostHandlerEndsFirstAndHidesTheOther)
{
    make_ready(0, EV_NORMAL);
    make_ready(0, EV_PPI);
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    const sdei_regs user = regs = context(0x1000, 0);
    ASSERT_TRUE(deliver(0));
    const sdei_regs handler = regs = context(0x2000, regs.pstate);
    ASSERT_EQ(interrupt(0, INTID_PPI), SDEI_FATE_DISPATCHED);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 3), 0x2003);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(done.num, EV_PPI);
    EXPECT_EQ(0, memcmp(&regs, &handler, sizeof(regs)));
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 3), 0x1003);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(done.num, EV_NORMAL);
    EXPECT_EQ(0, memcmp(&regs, &user, sizeof(regs)));
    EXPECT_FALSE(complete(0));
}

TEST_F(DenEvent, ACriticalEventThatWaitsGoesBeforeANormalOne)
{
    for (u32 n : {EV_NORMAL, EV_CRITICAL})
        make_ready(0, n);
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    ASSERT_EQ(inject(0, EV_CRITICAL), 0);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, EV_CRITICAL);
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(complete(0));
    EXPECT_TRUE(done.todo.request);
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(num, EV_NORMAL);
    ASSERT_TRUE(complete(0));
    EXPECT_FALSE(done.todo.request);
}

/* --- Explicit dispatch --- */

TEST_F(DenEvent, ExplicitDispatchSucceedsAtOnceOrFails)
{
    EXPECT_EQ(inject(0, EV_UNKNOWN), SDEI_EPERM);
    EXPECT_EQ(inject(0, EV_SIGNAL), SDEI_EPERM); /* Event 0 cannot be explicit. */
    EXPECT_EQ(inject(0, EV_PPI), SDEI_EPERM);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* Masked. */
    ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* Not registered. */
    ASSERT_EQ(reg(0, EV_NORMAL), OK);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* Not enabled. */
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_NORMAL), OK);
    EXPECT_EQ(inject(0, EV_NORMAL), 0);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* Waits already. */
    ASSERT_TRUE(deliver(0));
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* Runs. */
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(inject(0, EV_NORMAL), 0);
}

TEST_F(DenEvent, ASignalThatWaitsMakesThePeBusyForNormalEvents)
{
    for (u32 n : {EV_SIGNAL, EV_NORMAL, EV_CRITICAL})
        make_ready(0, n);
    ASSERT_EQ(call(1, SDEI_EVENT_SIGNAL, 0, 0), OK);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM);
    EXPECT_EQ(inject(0, EV_CRITICAL), 0);
    ASSERT_EQ(call(0, SDEI_EVENT_DISABLE, EV_SIGNAL), OK);
    EXPECT_EQ(inject(0, EV_NORMAL), SDEI_EPERM); /* The critical one will be first. */
    ASSERT_EQ(sdei_cancel(&vm, &v[0], EV_CRITICAL), 0);
    EXPECT_EQ(inject(0, EV_NORMAL), 0); /* The signal waits on, but it could not begin. */
}

TEST_F(DenEvent, AnEventThatWaitsIsHeldByTheMaskAndByDisable)
{
    make_ready(0, EV_NORMAL);
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    ASSERT_EQ(call(0, SDEI_PE_MASK), 1);
    EXPECT_FALSE(deliver(0));
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_TRUE(todo.request);
    ASSERT_EQ(call(0, SDEI_EVENT_DISABLE, EV_NORMAL), OK);
    EXPECT_FALSE(deliver(0));
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_NORMAL), OK);
    EXPECT_TRUE(todo.request);
    EXPECT_TRUE(deliver(0));
    ASSERT_TRUE(complete(0));
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    ASSERT_EQ(call(0, SDEI_EVENT_UNREGISTER, EV_NORMAL), OK); /* Dropped. */
    EXPECT_FALSE(deliver(0));
}

TEST_F(DenEvent, CancelTakesWhatWaits)
{
    EXPECT_EQ(sdei_cancel(&vm, &v[0], EV_UNKNOWN), SDEI_EINVAL);
    EXPECT_EQ(sdei_cancel(&vm, &v[0], EV_SIGNAL), SDEI_EINVAL);
    EXPECT_EQ(sdei_cancel(&vm, &v[0], EV_NORMAL), SDEI_EINVAL);
    make_ready(0, EV_NORMAL);
    ASSERT_EQ(inject(0, EV_NORMAL), 0);
    EXPECT_EQ(sdei_cancel(&vm, &v[0], EV_NORMAL), 0);
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(raise(0, EV_NORMAL));
    EXPECT_EQ(sdei_cancel(&vm, &v[0], EV_NORMAL), SDEI_EINPROGRESS);
}

/* --- Event 0 --- */

TEST_F(DenEvent, SignalsCollapseAndReachTheirPeOnly)
{
    make_ready(0, EV_SIGNAL);
    make_ready(1, EV_SIGNAL);
    for (int i = 0; i < 3; i++)
        ASSERT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), OK);
    EXPECT_FALSE(deliver(0));
    ASSERT_TRUE(deliver(1));
    EXPECT_EQ(num, 0u);
    ASSERT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), OK); /* While it runs: once more afterwards. */
    EXPECT_FALSE(deliver(1));
    ASSERT_TRUE(complete(1));
    EXPECT_TRUE(done.todo.request);
    ASSERT_TRUE(deliver(1));
    ASSERT_TRUE(complete(1));
    EXPECT_FALSE(deliver(1));
}

TEST_F(DenEvent, ASignalWaitsForTheMaskAndTheEnableBitButNotForARegistration)
{
    ASSERT_EQ(call(1, SDEI_EVENT_SIGNAL, 0, 0), OK);
    EXPECT_FALSE(deliver(0)); /* Masked: kept. */
    ASSERT_EQ(reg(0, EV_SIGNAL), OK);
    ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_TRUE(todo.request);
    EXPECT_FALSE(deliver(0)); /* Disabled: kept. */
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, 0), OK);
    EXPECT_TRUE(deliver(0));
    ASSERT_TRUE(complete(0));
    ASSERT_EQ(call(0, SDEI_EVENT_UNREGISTER, 0), OK);
    ASSERT_EQ(call(1, SDEI_EVENT_SIGNAL, 0, 0), OK);
    EXPECT_FALSE(deliver(0)); /* Nobody wants it: dropped. */
    make_ready(0, EV_SIGNAL);
    EXPECT_FALSE(deliver(0));
}

/* --- Interrupts --- */

struct fate_row {
    u32 state;
    sdei_fate masked_private, masked_any, masked_pe, open;
};
/* clang-format off */
const fate_row fates[] = {
    /*  PE masked: private            shared, any PE      shared, this PE    PE not masked */
    {0, SDEI_FATE_HELD,     SDEI_FATE_REPENDED, SDEI_FATE_REPENDED, SDEI_FATE_DROPPED},
    {1, SDEI_FATE_HELD,     SDEI_FATE_REPENDED, SDEI_FATE_HELD,     SDEI_FATE_REPENDED},
    {3, SDEI_FATE_HELD,     SDEI_FATE_REPENDED, SDEI_FATE_HELD,     SDEI_FATE_DISPATCHED},
};
/* clang-format on */

TEST_F(DenEvent, AnInterruptIsDispatchedHeldRependedOrDroppedByStateAndMask)
{
    for (const fate_row &f : fates)
        for (u32 n : {EV_PPI, EV_SPI, EV_SPI_CRITICAL, EV_SLOT_PPI, EV_SLOT_SPI})
            for (u32 mode : {SDEI_ROUTE_ANY, SDEI_ROUTE_PE})
                for (bool masked : {false, true}) {
                    start();
                    bind_if_slot(0, n);
                    if (f.state & SDEI_REGISTERED) {
                        ASSERT_EQ(reg(0, n, mode, 0), OK);
                    }
                    if (f.state & SDEI_ENABLED) {
                        ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, n), OK);
                    }
                    if (!masked) {
                        ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
                    }
                    const sdei_fate expected = !masked         ? f.open
                                               : !is_shared(n) ? f.masked_private
                                               : mode          ? f.masked_pe
                                                               : f.masked_any;
                    EXPECT_EQ(interrupt(0, intid_of(n)), expected) << n << " " << f.state;
                    const u32 actions[] = {0, 0, SDEI_IRQ_PEND | SDEI_IRQ_END,
                                           SDEI_IRQ_DISABLE | SDEI_IRQ_PEND | SDEI_IRQ_END,
                                           SDEI_IRQ_END};
                    EXPECT_EQ(action(intid_of(n)), actions[expected]);
                }
}

TEST_F(DenEvent, AnInterruptWithoutAnEventIsForeign)
{
    for (u32 intid : {0u, 16u, INTID_DYN_PPI, INTID_DYN_SPI, 1019u, 9000u})
        EXPECT_EQ(interrupt(0, intid), SDEI_FATE_FOREIGN);
    EXPECT_EQ(todo.irq_count, 0u);
}

TEST_F(DenEvent, UnmaskEnablesWhatTheMaskHasHeld)
{
    make_ready(0, EV_PPI);
    make_ready(0, EV_SLOT_PPI);
    ASSERT_EQ(reg(0, EV_SPI, SDEI_ROUTE_PE, 0), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_SPI), OK);
    ASSERT_EQ(reg(0, EV_SPI_CRITICAL, SDEI_ROUTE_PE, 1), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_SPI_CRITICAL), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_DISABLE, EV_SLOT_PPI), OK);
    ASSERT_EQ(call(0, SDEI_PE_MASK), 1);
    ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(todo.irq_count, 0u); /* Nothing came while it was masked. */
    ASSERT_EQ(call(0, SDEI_PE_MASK), 1);
    ASSERT_EQ(interrupt(0, INTID_PPI), SDEI_FATE_HELD);
    ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(action(INTID_PPI), u32(SDEI_IRQ_ENABLE));
    EXPECT_EQ(action(INTID_SPI), u32(SDEI_IRQ_ENABLE));
    EXPECT_EQ(action(INTID_DYN_PPI), 0u);      /* The event is disabled. */
    EXPECT_EQ(action(INTID_SPI_CRITICAL), 0u); /* Another PE's. */
    EXPECT_EQ(interrupt(0, INTID_PPI), SDEI_FATE_DISPATCHED);
}

/* A PE that is not the target gives the interrupt back at once: only the target could enable it. */
TEST_F(DenEvent, AMaskedPeHoldsOnlyWhatIsRoutedToIt)
{
    for (u32 n : {EV_SPI, EV_SPI_CRITICAL, EV_SLOT_SPI}) {
        start();
        bind_if_slot(0, n);
        ASSERT_EQ(reg(0, n, SDEI_ROUTE_PE, 1), OK);
        ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, n), OK);
        EXPECT_EQ(interrupt(0, intid_of(n)), SDEI_FATE_REPENDED);
        EXPECT_EQ(action(intid_of(n)), u32(SDEI_IRQ_PEND | SDEI_IRQ_END));
        EXPECT_EQ(interrupt(1, intid_of(n)), SDEI_FATE_HELD);
        ASSERT_EQ(call(0, SDEI_PE_UNMASK), OK);
        EXPECT_EQ(todo.irq_count, 0u);
        EXPECT_EQ(interrupt(0, intid_of(n)), SDEI_FATE_REPENDED);
        ASSERT_EQ(call(1, SDEI_PE_UNMASK), OK);
        EXPECT_EQ(action(intid_of(n)), u32(SDEI_IRQ_ENABLE));
        EXPECT_EQ(interrupt(1, intid_of(n)), SDEI_FATE_DISPATCHED);
    }
}

TEST_F(DenEvent, ASharedEventRunsOnOnePeAtATimeAndOnThatOfItsRouting)
{
    make_ready(0, EV_SPI);
    ASSERT_EQ(call(1, SDEI_PE_UNMASK), OK);
    ASSERT_EQ(interrupt(1, INTID_SPI), SDEI_FATE_DISPATCHED);
    EXPECT_EQ(interrupt(0, INTID_SPI), SDEI_FATE_REPENDED);
    EXPECT_EQ(status(0, EV_SPI), 7);
    ASSERT_TRUE(complete(1));
    ASSERT_EQ(call(0, SDEI_EVENT_DISABLE, EV_SPI), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_SPI, SDEI_ROUTE_PE, 0), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_SPI), OK);
    EXPECT_EQ(interrupt(1, INTID_SPI), SDEI_FATE_REPENDED);
    EXPECT_EQ(interrupt(0, INTID_SPI), SDEI_FATE_DISPATCHED);
}

TEST_F(DenEvent, TheInterruptOfADispatchEndsEvenIfTheSlotIsBoundAnewMeanwhile)
{
    make_ready(0, EV_SLOT_PPI);
    ASSERT_EQ(interrupt(0, INTID_DYN_PPI), SDEI_FATE_DISPATCHED);
    ASSERT_EQ(call(0, SDEI_EVENT_UNREGISTER, EV_SLOT_PPI), PEN);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), DEN); /* The state table. */
    ASSERT_EQ(call(1, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), OK);  /* Its own state is 0. */
    ASSERT_EQ(call(1, SDEI_INTERRUPT_BIND, 30), EV_SLOT_PPI);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(done.todo.irq[0].intid, INTID_DYN_PPI);
    EXPECT_EQ(done.todo.irq[0].action, SDEI_IRQ_END);
}

/* --- Reset of a PE --- */

TEST_F(DenEvent, AResetUnregistersPrivateEventsAndMasks)
{
    for (u32 n : {EV_SIGNAL, EV_NORMAL, EV_PPI})
        make_ready(0, n);
    make_ready(1, EV_NORMAL);
    make_ready(0, EV_SPI);
    ASSERT_EQ(interrupt(0, INTID_SPI), SDEI_FATE_DISPATCHED);
    ASSERT_EQ(interrupt(0, INTID_PPI), SDEI_FATE_DISPATCHED);
    ASSERT_EQ(call(1, SDEI_EVENT_SIGNAL, 0, 0), OK);
    reset(0);
    EXPECT_EQ(todo.irq_count, 2u);
    EXPECT_EQ(action(INTID_PPI), u32(SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_END |
                                     SDEI_IRQ_GIVE_BACK));
    EXPECT_EQ(action(INTID_SPI), u32(SDEI_IRQ_END));
    EXPECT_EQ(v[0].masked, 1u);
    for (u32 n : {EV_SIGNAL, EV_NORMAL, EV_PPI})
        EXPECT_EQ(status(0, n), 0);
    EXPECT_EQ(status(0, EV_SPI), 3); /* Shared: registered as before, and idle. */
    EXPECT_EQ(status(1, EV_NORMAL), 3);
    EXPECT_FALSE(sdei_is_running(&v[0]));
    make_ready(0, EV_SIGNAL);
    EXPECT_FALSE(deliver(0));
}

TEST_F(DenEvent, AResetGivesTheInterruptsOfPrivateEventsBack)
{
    const u32 all = SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_GIVE_BACK;

    make_ready(1, EV_PPI);
    make_ready(1, EV_SLOT_PPI);
    make_ready(0, EV_SLOT_PPI);
    ASSERT_EQ(reg(1, EV_SPI), OK);
    reset(1);
    EXPECT_EQ(todo.irq_count, 2u);
    EXPECT_EQ(action(INTID_PPI), all);
    EXPECT_EQ(action(INTID_DYN_PPI), all);
    EXPECT_FALSE(todo.request || todo.signals);
    EXPECT_EQ(call(1, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), DEN); /* PE 0 has its own. */
    reset(0);
    EXPECT_EQ(action(INTID_DYN_PPI), all);
    EXPECT_EQ(call(1, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), OK);
    EXPECT_EQ(todo.irq_count, 0u);
    reset(0);
    EXPECT_EQ(todo.irq_count, 0u);
}

TEST_F(DenEvent, AResetEndsTheHandlerOfAnEventThatIsNoLongerRegistered)
{
    enter(0, EV_SLOT_PPI, 4);
    reset(0);
    EXPECT_EQ(todo.irq_count, 1u);
    EXPECT_EQ(action(INTID_DYN_PPI), u32(SDEI_IRQ_END)); /* UNREGISTER has said the rest. */
    EXPECT_EQ(status(0, EV_SLOT_PPI), 0);
}

TEST_F(DenEvent, AnInterruptHeldBeforeAResetIsEnabledByTheUnmaskAfterIt)
{
    ASSERT_EQ(reg(0, EV_SPI, SDEI_ROUTE_PE, 1), OK);
    ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_SPI), OK);
    ASSERT_EQ(interrupt(1, INTID_SPI), SDEI_FATE_HELD);
    reset(1);
    EXPECT_EQ(action(INTID_SPI), 0u); /* The PE is masked: not yet. */
    EXPECT_EQ(status(0, EV_SPI), 3);
    ASSERT_EQ(call(1, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(action(INTID_SPI), u32(SDEI_IRQ_ENABLE));
    EXPECT_EQ(interrupt(1, INTID_SPI), SDEI_FATE_DISPATCHED);
}

/* As many interrupts as there can be, and two of them are active: one entry for each. */
TEST_F(DenEvent, AResetHasRoomForAllInterrupts)
{
    spec.event_count = 1;
    spec.event[0] = {EV_PPI, INTID_PPI, SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_STATIC, {}};
    spec.private_slots = SDEI_MAP_MAX - 2;
    spec.shared_slots = 0;
    start();
    make_ready(0, EV_PPI);
    for (u32 i = 0; i < spec.private_slots; i++) {
        ASSERT_EQ(call(0, SDEI_INTERRUPT_BIND, 1056 + i), EV_SLOT_PPI + i);
        ASSERT_EQ(reg(0, EV_SLOT_PPI + i), OK);
        ASSERT_EQ(call(0, SDEI_EVENT_ENABLE, EV_SLOT_PPI + i), OK);
    }
    ASSERT_EQ(interrupt(0, 1056), SDEI_FATE_DISPATCHED);
    ASSERT_EQ(interrupt(0, INTID_PPI), SDEI_FATE_DISPATCHED);
    reset(0);
    EXPECT_EQ(todo.irq_count, SDEI_MAP_MAX - 1u);
    EXPECT_EQ(action(1056), action(INTID_PPI));
    EXPECT_TRUE(action(1056) & SDEI_IRQ_END);
    EXPECT_FALSE(action(1057) & SDEI_IRQ_END);
}

/* --- The check itself --- */

TEST_F(DenEvent, EveryKindOfDamageIsFound)
{
    make_ready(0, EV_NORMAL);
    make_ready(0, EV_PPI);
    make_ready(1, EV_SPI);
    ASSERT_TRUE(raise(0, EV_NORMAL));
    ASSERT_TRUE(raise(0, EV_PPI));
    ASSERT_TRUE(raise(1, EV_SPI));
    check();
    EXPECT_DEATH((v[0].pe.depth = 3, check()), "assertion");
    EXPECT_DEATH((v[0].pe.depth = 1, check()), "assertion");
    EXPECT_DEATH((v[0].pe.held = 2, check()), "assertion");
    EXPECT_DEATH((std::swap(v[0].pe.frame[0], v[0].pe.frame[1]), check()), "assertion");
    EXPECT_DEATH((v[0].pe.frame[0].map = 99, check()), "assertion");
    EXPECT_DEATH((v[0].pe.entry[2].state = 2, check()), "assertion");
    EXPECT_DEATH((v[0].pe.entry[2].state = 3, check()), "assertion");
    EXPECT_DEATH((v[1].pe.entry[2].state = 1, check()), "assertion");
    EXPECT_DEATH((v[1].pe.entry[2].ep = 4, check()), "assertion");
    EXPECT_DEATH((v[0].pe.entry[3].pending = 1, check()), "assertion");
    EXPECT_DEATH((v[0].pe.entry[4].state = 1, check()), "assertion");
    EXPECT_DEATH((v[0].masked = 2, check()), "assertion");
    EXPECT_DEATH((v[0].personality = SDEI_KVM_V7, check()), "assertion");
    EXPECT_DEATH((vm.den.map[2].registered = 2, check()), "assertion");
    EXPECT_DEATH((vm.den.map[3].intid = 0, check()), "assertion");
    EXPECT_DEATH((vm.den.map[5].intid = INTID_SPI, check()), "assertion");
    EXPECT_DEATH((vm.den.map[4].shared.state = 3, check()), "assertion");
    EXPECT_DEATH((vm.den.map[4].shared.pending = 1, check()), "assertion");
    EXPECT_DEATH((vm.den.map_count = SDEI_MAP_MAX + 1, check()), "assertion");
    EXPECT_DEATH((vm.den.ready[0] = 1, check()), "assertion");
    EXPECT_DEATH((vm.vcpu_count = 2, check()), "assertion");
}

} // namespace
