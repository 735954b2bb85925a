/* DEN0054: every call in every state of every kind of event, and every argument it refuses. */
#include "sdei/tests/den_bed.hpp"

namespace {

/* --- The state table, through the calls. Typed from the specification. --- */

struct row {
    u32 state;
    int reg, enable, disable, unregister, routing, release, reset; /* What x0 says. */
    u32 after_reg, after_enable, after_disable, after_unregister, after_reset, after_complete;
};
/* clang-format off */
const row rows[] = {
    /*  REG  ENA  DIS  UNR  ROU  REL  RST  | next: REG ENA DIS UNR RST COM */
    {0, OK,  DEN, DEN, DEN, DEN, OK,  OK,          1,  0,  0,  0,  0,  0},
    {1, DEN, OK,  OK,  OK,  OK,  DEN, OK,          1,  3,  1,  0,  0,  1},
    {3, DEN, OK,  OK,  OK,  DEN, DEN, OK,          3,  3,  1,  0,  0,  3},
    {4, DEN, DEN, DEN, PEN, DEN, DEN, DEN,         4,  4,  4,  4,  4,  0},
    {5, DEN, OK,  OK,  PEN, DEN, DEN, DEN,         5,  7,  5,  4,  4,  1},
    {7, DEN, OK,  OK,  PEN, DEN, DEN, DEN,         7,  7,  5,  4,  4,  3},
};
/* clang-format on */

struct Cell : DenBed, testing::WithParamInterface<std::tuple<row, u32>> {
    row r = std::get<0>(GetParam());
    u32 n = std::get<1>(GetParam());

    void SetUp() override { enter(0, n, r.state); }
};

TEST_P(Cell, Register)
{
    EXPECT_EQ(reg(0, n), r.reg);
    EXPECT_EQ(status(0, n), r.after_reg);
}

TEST_P(Cell, Enable)
{
    EXPECT_EQ(call(0, SDEI_EVENT_ENABLE, n), r.enable);
    const bool changed = r.after_enable != r.state;
    EXPECT_EQ(action(intid_of(n)), changed && intid_of(n) ? u32(SDEI_IRQ_ENABLE) : 0);
    EXPECT_EQ(status(0, n), r.after_enable);
}

TEST_P(Cell, Disable)
{
    EXPECT_EQ(call(0, SDEI_EVENT_DISABLE, n), r.disable);
    const bool changed = r.after_disable != r.state;
    EXPECT_EQ(action(intid_of(n)), changed && intid_of(n) ? u32(SDEI_IRQ_DISABLE) : 0);
    EXPECT_EQ(status(0, n), r.after_disable);
}

TEST_P(Cell, Unregister)
{
    EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, n), r.unregister);
    const bool changed = r.after_unregister != r.state;
    const u32 all = SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_GIVE_BACK;
    EXPECT_EQ(action(intid_of(n)), changed && intid_of(n) ? all : 0);
    EXPECT_EQ(status(0, n), r.after_unregister);
}

TEST_P(Cell, RoutingSet)
{
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, n, SDEI_ROUTE_PE, 1), is_shared(n) ? r.routing : INV);
    EXPECT_EQ(action(intid_of(n)), is_shared(n) && r.routing == OK ? u32(SDEI_IRQ_ROUTE) : 0);
    EXPECT_EQ(status(0, n), r.state);
}

TEST_P(Cell, Release)
{
    const bool is_slot = n == EV_SLOT_PPI || n == EV_SLOT_SPI;
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, n), is_slot ? r.release : INV);
    EXPECT_EQ(status(0, n), r.state);
    if (is_slot && r.release == OK) { /* A second time there is nothing to release. */
        EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, n), INV);
    }
}

TEST_P(Cell, ContextIsThatOfThePeAndNotOfTheEvent)
{
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 18), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, UINT64_MAX), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_CONTEXT, 17), r.state & SDEI_RUNNING ? 0 : DEN);
    EXPECT_EQ(call(1, SDEI_EVENT_CONTEXT, 0), DEN);
}

TEST_P(Cell, Complete)
{
    const bool running = r.state & SDEI_RUNNING;
    EXPECT_EQ(complete(0), running);
    EXPECT_EQ(done.has_status, !running);
    if (!running) {
        EXPECT_EQ(done.status, DEN);
        EXPECT_EQ(done.todo.irq_count, 0u);
    } else {
        EXPECT_EQ(done.num, n);
        EXPECT_EQ(done.todo.irq_count, intid_of(n) != 0);
        if (intid_of(n) != 0) {
            EXPECT_EQ(done.todo.irq[0].intid, intid_of(n));
            EXPECT_EQ(done.todo.irq[0].action, SDEI_IRQ_END);
        }
    }
    EXPECT_EQ(status(0, n), r.after_complete);
}

TEST_P(Cell, PrivateResetTakesPrivateEventsOfItsOwnPe)
{
    if (!is_shared(n))
        enter(1, n, 1);
    EXPECT_EQ(call(0, SDEI_PRIVATE_RESET), is_shared(n) ? OK : r.reset);
    EXPECT_EQ(status(0, n), is_shared(n) ? r.state : r.after_reset);
    if (!is_shared(n)) {
        EXPECT_EQ(status(1, n), 1);
    }
}

TEST_P(Cell, SharedResetTakesSharedEventsAndReleasesEverySlot)
{
    const bool is_slot = n == EV_SLOT_PPI || n == EV_SLOT_SPI;
    const bool kept = n == EV_SLOT_PPI && r.state != 0; /* Registered, or its handler runs. */
    EXPECT_EQ(call(0, SDEI_SHARED_RESET), is_shared(n) ? r.reset : kept ? DEN : OK);
    EXPECT_EQ(status(0, n), is_shared(n) ? r.after_reset : r.state);
    const bool released = is_slot && (is_shared(n) ? r.reset == OK : !kept);
    if (is_slot) {
        EXPECT_EQ(vm.den.map[n == EV_SLOT_PPI ? 6 : 8].intid, released ? 0 : intid_of(n));
    }
}

TEST_P(Cell, GetInfoOfTypeSignalAndPriorityNeedsNoState)
{
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, SDEI_INFO_TYPE), is_shared(n));
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, SDEI_INFO_SIGNALED), n == EV_SIGNAL);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, SDEI_INFO_PRIORITY), is_critical(n));
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, 5), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, 0x100000000), INV);
}

TEST_P(Cell, GetInfoOfRoutingNeedsASharedRegisteredEvent)
{
    const int mode = !is_shared(n) ? INV : r.state & SDEI_REGISTERED ? int(SDEI_ROUTE_ANY) : DEN;
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, SDEI_INFO_ROUTING_MODE), mode);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, n, SDEI_INFO_ROUTING_AFFINITY),
              mode == int(SDEI_ROUTE_ANY) ? INV : mode);
}

TEST_P(Cell, AnotherPeSeesOnlySharedEvents)
{
    EXPECT_EQ(status(1, n), is_shared(n) ? r.state : 0);
}

INSTANTIATE_TEST_SUITE_P(Den, Cell,
                         testing::Combine(testing::ValuesIn(rows), testing::ValuesIn(kinds)),
                         [](const auto &p) {
                             return "State" + std::to_string(std::get<0>(p.param).state) + "Event" +
                                    std::to_string(std::get<1>(p.param));
                         });

/* --- Arguments --- */

struct DenCall : DenBed {};

TEST_F(DenCall, VersionIsOneOneWithTheVendorOfThePlatform)
{
    EXPECT_EQ(call(0, SDEI_VERSION), 0x0001000100000000);
    spec.minor = 0;
    spec.vendor = 0x89abcdef;
    start();
    EXPECT_EQ(call(0, SDEI_VERSION), 0x0001000089abcdef);
}

TEST_F(DenCall, AllNineteenAreServedAndTheRestIsNotSupported)
{
    for (u32 fid = SDEI_VERSION; fid <= SDEI_FID_LAST; fid++)
        if (fid != SDEI_EVENT_COMPLETE && fid != SDEI_EVENT_COMPLETE_AND_RESUME) {
            EXPECT_NE(call(0, fid, EV_NORMAL), NS) << std::hex << fid;
        }
    for (u32 fid : {SDEI_FID_LAST + 1, 0xC400003Fu, SDEI_VERSION - 1, 0x84000020u})
        EXPECT_EQ(call(0, fid), NS);
    EXPECT_DEATH(call(0, SDEI_EVENT_COMPLETE), "assertion");
}

TEST_F(DenCall, AnUnknownEventIsInvalid)
{
    for (u64 n : {u64(EV_UNKNOWN), u64(0x80000000), u64(0xffffffff), u64(1002), u64(999)}) {
        EXPECT_EQ(reg(0, n), INV);
        for (u32 fid : {SDEI_EVENT_ENABLE, SDEI_EVENT_DISABLE, SDEI_EVENT_UNREGISTER,
                        SDEI_EVENT_STATUS, SDEI_EVENT_GET_INFO, SDEI_EVENT_ROUTING_SET,
                        SDEI_INTERRUPT_RELEASE})
            EXPECT_EQ(call(0, fid, n), INV) << std::hex << fid;
    }
}

TEST_F(DenCall, TheUpperHalfOfAnEventNumberIsNotRead)
{
    EXPECT_EQ(reg(0, 0x1200000000 | EV_NORMAL), OK);
    EXPECT_EQ(status(0, EV_NORMAL), 1);
}

struct bad_register {
    u64 num, ep, flags, mpidr;
    int x0;
};
constexpr u64 EP = 0xffff800000001000;
/* One row for each test of REGISTER; every later argument is bad too, so the order shows. */
const bad_register registers[] = {
    {EV_UNKNOWN, 0, 2, 77, INV},          {EV_UNKNOWN, EP, 2, 77, INV},
    {EV_UNKNOWN, EP, 1, 77, INV},         {EV_UNKNOWN, EP, 0, 77, INV},
    {EV_NORMAL, 0, 0, 0, INV},            {EV_NORMAL, EP + 2, 0, 0, INV},
    {EV_NORMAL, EP, 2, 0, INV},           {EV_NORMAL, EP, 3, 0, INV},
    {EV_NORMAL, EP, 0x100000000, 0, INV}, {EV_NORMAL, EP, 1, 3, INV},
    {EV_NORMAL, EP, 1, 0x100, INV},       {EV_NORMAL, EP, 1, 0x100000000, INV},
    {EV_NORMAL, 0x0001000000000000, 0, 0, INV}, {EV_NORMAL, 0xfffefffffffffffc, 0, 0, INV},
    {EV_NORMAL, 0x0000fffffffffffc, 0, 0, OK},  {EV_PPI, 0xffff000000000000, 1, 2, OK},
    {EV_SPI, EP, 1, 0x80000002, OK},      {EV_SLOT_PPI, EP, 0, 0, DEN},
    {EV_SLOT_SPI, EP, 0, 0, DEN},
};

TEST_F(DenCall, RegisterTestsItsArgumentsInOrder)
{
    for (const bad_register &b : registers) {
        EXPECT_EQ(call(0, SDEI_EVENT_REGISTER, b.num, b.ep, 7, b.flags, b.mpidr), b.x0)
            << std::hex << b.num << " " << b.ep << " " << b.flags << " " << b.mpidr;
        EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, b.num), b.num == EV_UNKNOWN ? INV
                                                         : b.x0 == OK ? OK : DEN);
    }
}

TEST_F(DenCall, FlagsAreTestedForPrivateEventsTooBeforeTheState)
{
    ASSERT_EQ(reg(0, EV_NORMAL), OK);
    EXPECT_EQ(reg(0, EV_NORMAL, 2), INV);
    EXPECT_EQ(reg(0, EV_NORMAL, SDEI_ROUTE_PE, 3), INV);
    EXPECT_EQ(reg(0, EV_NORMAL, SDEI_ROUTE_PE, 2), DEN);
}

TEST_F(DenCall, RegisterClaimsTheInterruptAndRoutesASharedOne)
{
    ASSERT_EQ(reg(0, EV_PPI), OK);
    EXPECT_EQ(action(INTID_PPI), u32(SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_CLAIM));
    EXPECT_EQ(todo.irq[0].priority, SDEI_CRITICAL);
    ASSERT_EQ(reg(0, EV_SPI, SDEI_ROUTE_PE, 0x80000002), OK);
    EXPECT_EQ(action(INTID_SPI),
              u32(SDEI_IRQ_DISABLE | SDEI_IRQ_CLEAR | SDEI_IRQ_CLAIM | SDEI_IRQ_ROUTE));
    EXPECT_EQ(todo.irq[0].priority, SDEI_NORMAL);
    EXPECT_FALSE(todo.irq[0].to_any);
    EXPECT_EQ(todo.irq[0].affinity, 2u);
    ASSERT_EQ(reg(0, EV_SPI_CRITICAL), OK);
    EXPECT_TRUE(todo.irq[0].to_any);
    ASSERT_EQ(reg(0, EV_NORMAL), OK);
    EXPECT_EQ(todo.irq_count, 0u);
}

TEST_F(DenCall, RegisterIsDeniedWhileTheInterruptIsActiveOrForeign)
{
    for (u32 n : {EV_PPI, EV_SPI, EV_SLOT_SPI}) {
        bind_if_slot(0, n);
        sdei_tell_irq(&vm, intid_of(n), true, false);
        EXPECT_EQ(reg(0, n), DEN);
        sdei_tell_irq(&vm, intid_of(n), false, true);
        EXPECT_EQ(reg(0, n), DEN);
        EXPECT_EQ(status(0, n), 0); /* A failed REGISTER leaves the state. */
        sdei_tell_irq(&vm, intid_of(n), false, false);
        EXPECT_EQ(reg(0, n), OK);
    }
    EXPECT_DEATH(sdei_tell_irq(&vm, SDEI_IRQ_MAX, true, true), "assertion");
}

TEST_F(DenCall, UnregisterClearsTheEntryAtOnce)
{
    enter(0, EV_NORMAL, 7);
    EXPECT_EQ(call(0, SDEI_EVENT_UNREGISTER, EV_NORMAL), PEN);
    EXPECT_EQ(v[0].pe.entry[2].ep | v[0].pe.entry[2].arg, 0u);
    EXPECT_EQ(reg(0, EV_NORMAL), DEN);
    ASSERT_TRUE(complete(0));
    EXPECT_EQ(reg(0, EV_NORMAL), OK);
}

/* --- Routing --- */

TEST_F(DenCall, RoutingSetTestsFlagsThenTheEventThenItsState)
{
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_UNKNOWN, 0, 0), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_SLOT_SPI, 0, 0), INV); /* Not bound. */
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_SPI, 0, 0), DEN);      /* Not registered. */
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_SPI, 2, 0), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_ROUTING_SET, EV_SPI, 1, 3), INV);
    ASSERT_EQ(reg(0, EV_SPI), OK);
    EXPECT_EQ(call(1, SDEI_EVENT_ROUTING_SET, EV_SPI, SDEI_ROUTE_PE, 0x80000001), OK);
    EXPECT_EQ(todo.irq[0].affinity, 1u);
    EXPECT_FALSE(todo.irq[0].to_any);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, EV_SPI, SDEI_INFO_ROUTING_MODE), SDEI_ROUTE_PE);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, EV_SPI, SDEI_INFO_ROUTING_AFFINITY), 1);
    EXPECT_EQ(call(1, SDEI_EVENT_ROUTING_SET, EV_SPI, SDEI_ROUTE_ANY, 77), OK);
    EXPECT_TRUE(todo.irq[0].to_any);
    EXPECT_EQ(call(0, SDEI_EVENT_GET_INFO, EV_SPI, SDEI_INFO_ROUTING_AFFINITY), INV);
}

/* --- Bind and release --- */

TEST_F(DenCall, BindTakesPpisAndSpisThatNobodyHas)
{
    const u32 bad[] = {0,    15,   INTID_PPI, INTID_SPI, 1020, 1055,
                       1120, 4095, 5120,      8192,      0xffffffff};
    for (u32 intid : bad)
        EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, intid), INV) << intid;
    for (u32 intid : {1056u, 1119u, 4096u, 5119u}) { /* The extended ranges of GICv3.1. */
        EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, intid), intid < 2000 ? EV_SLOT_PPI : EV_SLOT_SPI);
        EXPECT_EQ(call(0, SDEI_SHARED_RESET), OK);
    }
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 16), EV_SLOT_PPI);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 31), EV_SLOT_PPI + 1);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 32), EV_SLOT_SPI);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 1019), EV_SLOT_SPI + 1);
    EXPECT_EQ(call(1, SDEI_INTERRUPT_BIND, 31), EV_SLOT_PPI + 1); /* Again: the same number. */
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 17), OOR);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 33), OOR);
    sdei_tell_irq(&vm, 33, false, true);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 33), OOR); /* Before the owner is looked at. */
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_SPI), OK);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 33), DEN);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, 34), EV_SLOT_SPI);
}

TEST_F(DenCall, ReleaseOfAPrivateEventWaitsForTheLastPe)
{
    enter(0, EV_SLOT_PPI, 1);
    ASSERT_EQ(reg(1, EV_SLOT_PPI), OK);
    EXPECT_EQ(call(2, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), DEN);
    ASSERT_EQ(call(0, SDEI_EVENT_UNREGISTER, EV_SLOT_PPI), OK);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), DEN);
    EXPECT_EQ(call(0, SDEI_SHARED_RESET), DEN);
    ASSERT_EQ(call(1, SDEI_EVENT_UNREGISTER, EV_SLOT_PPI), OK);
    sdei_tell_irq(&vm, INTID_DYN_PPI, true, false);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), DEN); /* Active somewhere. */
    sdei_tell_irq(&vm, INTID_DYN_PPI, false, false);
    EXPECT_EQ(call(2, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), OK);
    EXPECT_EQ(call(2, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI), INV);
}

TEST_F(DenCall, SharedResetReleasesWhatItCanAlthoughItIsDenied)
{
    enter(1, EV_SLOT_PPI, 1);
    ASSERT_EQ(call(0, SDEI_INTERRUPT_BIND, 26), EV_SLOT_PPI + 1);
    enter(0, EV_SLOT_SPI, 3);
    EXPECT_EQ(call(0, SDEI_SHARED_RESET), DEN);
    EXPECT_EQ(status(0, EV_SLOT_SPI), 0);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_PPI + 1), INV);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_SPI), INV);
}

TEST_F(DenCall, SharedResetUnderARunningHandlerReleasesNothing)
{
    enter(0, EV_SPI, 7);
    ASSERT_EQ(call(0, SDEI_INTERRUPT_BIND, INTID_DYN_SPI), EV_SLOT_SPI);
    EXPECT_EQ(call(1, SDEI_SHARED_RESET), DEN);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_RELEASE, EV_SLOT_SPI), OK);
}

TEST_F(DenCall, FeaturesTellTheSlots)
{
    EXPECT_EQ(call(0, SDEI_FEATURES, SDEI_FEATURE_BIND_SLOTS), 0x20002);
    EXPECT_EQ(call(0, SDEI_FEATURES, SDEI_FEATURE_RELATIVE_MODE), 0);
    EXPECT_EQ(call(0, SDEI_FEATURES, 2), INV);
    EXPECT_EQ(call(0, SDEI_FEATURES, UINT64_MAX), INV);
    spec.private_slots = 1;
    spec.shared_slots = 0;
    start();
    EXPECT_EQ(call(0, SDEI_FEATURES, SDEI_FEATURE_BIND_SLOTS), 1);
    EXPECT_EQ(call(0, SDEI_INTERRUPT_BIND, INTID_DYN_SPI), OOR);
}

/* --- Mask and signal --- */

TEST_F(DenCall, MaskTellsWhetherItHasChangedAnything)
{
    EXPECT_EQ(v[0].masked, 1u);
    EXPECT_EQ(call(0, SDEI_PE_MASK), 0);
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(call(0, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(call(0, SDEI_PE_MASK), 1);
    EXPECT_EQ(call(0, SDEI_PE_MASK), 0);
    EXPECT_EQ(v[1].masked, 1u);
}

TEST_F(DenCall, SignalTakesEventZeroAndAPeThatIsThere)
{
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, EV_NORMAL, 0), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 1, 0), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 3), INV);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 2), OK);
    EXPECT_TRUE(todo.signals);
    EXPECT_EQ(todo.signal_pe, 2);
    EXPECT_FALSE(todo.request);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 0), OK);
    EXPECT_TRUE(todo.request);
    EXPECT_FALSE(todo.signals);
}

TEST_F(DenCall, SignalMayBeRefusedWhenTheTargetCouldNotTakeIt)
{
    spec.signal_needs_ready = 1;
    start();
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), INV);
    ASSERT_EQ(reg(1, EV_SIGNAL), OK);
    ASSERT_EQ(call(1, SDEI_PE_UNMASK), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), INV);
    ASSERT_EQ(call(1, SDEI_EVENT_ENABLE, 0), OK);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), OK);
    ASSERT_EQ(call(1, SDEI_PE_MASK), 1);
    EXPECT_EQ(call(0, SDEI_EVENT_SIGNAL, 0, 1), INV);
}

TEST_F(DenCall, OnlyTheClientElMayCall)
{
    EXPECT_TRUE(sdei_may_call(&vm, 1));
    EXPECT_FALSE(sdei_may_call(&vm, 0) || sdei_may_call(&vm, 2));
    spec.pe.client_el = 2;
    start();
    EXPECT_TRUE(sdei_may_call(&vm, 2));
    EXPECT_FALSE(sdei_may_call(&vm, 1));
}

TEST_F(DenCall, MpidrCountsSixteenThenTwoHundredFiftySix)
{
    EXPECT_EQ(sdei_mpidr(15), 0x0fu);
    EXPECT_EQ(sdei_mpidr(16), 0x100u);
    EXPECT_EQ(sdei_mpidr(511), 0x1f0fu);
    EXPECT_EQ(sdei_mpidr(4096), 0x10000u);
}

TEST_F(DenCall, APlatformThatCannotBeStopsTheRun)
{
    const sdei_platform_event bad[] = {
        {EV_NORMAL, 0, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}},  /* Twice. */
        {7000, 0, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}},        /* Must be private. */
        {7000, 50, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_STATIC, {}},        /* An SPI. */
        {7000, 20, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_STATIC, {}},         /* A PPI. */
        {7000, INTID_SPI, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_STATIC, {}},  /* Bound. */
        {7000, 50, SDEI_SHARED, SDEI_NORMAL, SDEI_BIND_DYNAMIC, {}},        /* A slot. */
        {0x80000000, 0, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}}, /* Bit 31. */
        {1001, 0, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, {}},       /* A slot's. */
    };
    static sdei_vm other;
    for (const auto &event : bad) {
        sdei_spec s = spec;
        s.event[s.event_count++] = event;
        EXPECT_DEATH(sdei_vm_start(&other, &s), "assertion") << event.num;
    }
    sdei_spec s = spec;
    s.private_slots = 10;
    EXPECT_DEATH(sdei_vm_start(&other, &s), "assertion");
}

} // namespace
