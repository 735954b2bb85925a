/*
 * How one-ppi's notifications travel: the halt, dummies, the READY that nobody sees in WFI, the
 * second abort; and what each fault costs.
 */
#include "model/tests/probe.hpp"

/* --- The halt --- */

static std::unique_ptr<spec> two_threads(u64 store_ps)
{
    auto p = two_tasks(ONE_PPI, 1);
    p->tick_ps = 100 * PS_PER_US;
    p->nohz_idle = 0;
    dist_fixed(&p->store.read, store_ps);
    return p;
}

/* The second thread of a process meets the page of the first: the whole vCPU stops. */
TEST(OnePpiHalt, EndsWithACompletionAndWithNothingElse)
{
    Machine m(two_threads(PS_PER_MS));
    const vcpu &v = m.cpu();
    share_address_space(m, 1, 0);
    ASSERT_TRUE(m.step_until([&] { return v.block == BLOCK_HALT && !v.running; }));
    EXPECT_EQ(m.st().halts, 1u);
    EXPECT_EQ(v.apf.halted, 1);
    u64 ticks = v.os.ticks, begin_ps = m.r->c.now;
    ASSERT_TRUE(m.step_until([&] { return v.running != 0; }));
    EXPECT_GT(m.r->c.now - begin_ps, 9 * m.p->tick_ps) << "ticks came due and changed nothing";
    EXPECT_EQ(v.os.ticks, ticks);
    EXPECT_EQ(v.apf.halted, 0);
    EXPECT_NE(v.apf.done_count, 0u);
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().halt_ps, 9 * m.p->tick_ps);
    EXPECT_EQ(m.st().refault_spin, 0u);
}

TEST(OnePpiHalt, AnInterruptWakesTheThreadInVain)
{
    Machine m(two_threads(PS_PER_MS));
    vcpu &v = m.cpu();
    share_address_space(m, 1, 0);
    ASSERT_TRUE(m.step_until([&] { return v.block == BLOCK_HALT && !v.running; }));
    gic_inject(&v.gic, &m.s().dist, GIC_INTID_RESCHED, true);
    vcpu_wake(&m.r->c, &v);
    for (u32 i = 0; i < m.r->out.count; i++)
        run_put(m.r, &m.r->out.msg[i]);
    m.r->out.count = 0;
    ASSERT_TRUE(m.step_until([&] { return v.running != 0; }));
    ASSERT_TRUE(m.step_until([&] { return v.block == BLOCK_HALT && !v.running; }));
    EXPECT_EQ(v.apf.halted, 1);
    EXPECT_EQ(v.apf.done_count, 0u);
    EXPECT_EQ(m.finish(), SYS_DONE);
}

/* --- READY is not seen in WFI --- */

static std::unique_ptr<spec> alone(bool nohz)
{
    auto p = plain_spec(ONE_PPI);
    p->tick_ps = PS_PER_MS;
    p->nohz_idle = nohz;
    return p;
}

/* The completion wakes the thread, which finds itself not runnable; the tick is what helps. */
TEST(OnePpiWfi, AReadyWaitsForTheNextTick)
{
    Machine m(alone(false));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().wakeups_in_vain, 0u);
    auto kick = lines_of(m, PH_WORKER_KICK), ready = lines_of(m, PH_MBOX_READY);
    ASSERT_EQ(ready.size(), kick.size() + 1); /* The broadcast came first. */
    for (size_t i = 0; i < kick.size(); i++) {
        u64 tick_ps = (kick[i].at_ps / m.p->tick_ps + 1) * m.p->tick_ps;
        EXPECT_GT(ready[i + 1].at_ps, tick_ps);
        EXPECT_LT(ready[i + 1].at_ps, tick_ps + 20 * PS_PER_US);
    }
}

TEST(OnePpiWfi, WithoutATickItIsStuck)
{
    Machine m(alone(true));
    EXPECT_EQ(m.finish(), SYS_STUCK);
    EXPECT_EQ(m.tsk().state, TASK_WAITING);
    EXPECT_EQ(m.cpu().block, BLOCK_WFI);
    EXPECT_NE(m.cpu().apf.done_count, 0u);
    EXPECT_EQ(m.st().cut, 1u);
}

TEST(OnePpiWfi, APollingGuestSeesItAtOnce)
{
    auto p = alone(true);
    p->idle = IDLE_POLL;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    auto kick = lines_of(m, PH_WORKER_KICK), ready = lines_of(m, PH_MBOX_READY);
    ASSERT_EQ(ready.size(), kick.size() + 1);
    for (size_t i = 0; i < kick.size(); i++)
        EXPECT_LT(ready[i + 1].at_ps - kick[i].at_ps, 5 * PS_PER_US);
    EXPECT_EQ(m.st().wakeups_in_vain, 0u);
}

/* v4 looks at the done list in its block check: the same guest does not wait. */
TEST(OnePpiWfi, IsNotADefectOfV4)
{
    auto p = alone(true);
    p->variant = plain_spec(V4)->variant;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
}

/* --- READY before the wait --- */

/* The page is there before the PNP is acknowledged, so the READY comes out of that ACK. */
TEST(OnePpiDummy, AReadyThatComesFirstLeavesOne)
{
    auto p = beside_compute(ONE_PPI, 8);
    p->host_cpus = 1;
    dist_fixed(&p->store.read, PS_PER_NS);
    p->store.transfer_ps = 0;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.s().nodes.dummies_made, 0u);
    EXPECT_EQ(m.s().nodes.dummies_matched, m.s().nodes.dummies_made);
    EXPECT_EQ(m.s().nodes.count, 0u);
    EXPECT_EQ(m.st().cancelled, 0u) << "v4 would have withdrawn the event";
}

/* --- PNP dropped --- */

/*
 * The tick is due at the same entry and wins; its exit work turns interrupts on in the kernel, and
 * the PPI is taken there: nobody is asked to wait. The task faults again, its page is in flight.
 */
TEST(OnePpiPnp, IsDroppedInTheKernel)
{
    auto p = alone(true);
    p->idle = IDLE_POLL;
    Machine m(std::move(p));
    vcpu &v = m.cpu();
    ASSERT_TRUE(step_to_phase(m, PH_PPI_PNP));
    v.os.tick_ps = m.r->c.now;
    v.os.need_resched = 1;
    v.gic.irq[m.p->source.id].priority = 0x80;
    ASSERT_TRUE(m.step_until([&] { return v.os.dropped_pnp == 1; }));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().halts, 0u);
    EXPECT_EQ(m.s().nodes.dummies_made, 1u);
    EXPECT_EQ(m.s().nodes.dummies, 1u) << "it never goes away";
}

/* --- Costs --- */

/* READY does not map: the task faults once more, and finds the page. */
TEST(OnePpiCosts, ASecondAbortForEachFault)
{
    Machine m(beside_compute(ONE_PPI, 32));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_EQ(m.counted(), m.st().fault_count[FAULT_ASYNC]);
    EXPECT_EQ(m.st().minor, m.st().fault_count[FAULT_ASYNC]);
    EXPECT_EQ(m.count("s2_fault"), 2 * m.st().fault_count[FAULT_ASYNC]);
    EXPECT_EQ(m.count("replay"), 0u);
}

/* Two aborts, two ACKs, two maintenance exits, and the host's reschedule or kick. */
TEST(OnePpiCosts, SixToSevenExitsAndTwoHypercalls)
{
    auto p = beside_compute(ONE_PPI, 64);
    u64 exits = milli_for_each_fault(*p, &stats::exits);
    EXPECT_GE(exits, 6000u);
    EXPECT_LE(exits, 7000u);
    EXPECT_EQ(milli_for_each_fault(*p, &stats::hypercalls), 2000u);
    EXPECT_EQ(milli_for_each_fault(*p, &stats::maintenance_exits), 2000u);
}

/* IRQ_PENDING is raised behind its own place in the request pass: that entry is given up once. */
TEST(OnePpiCosts, AReadyGivesOneEntryUp)
{
    Machine m(beside_compute(ONE_PPI, 4));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GE(m.st().entries_given_up, m.st().fault_count[FAULT_ASYNC]);
}
