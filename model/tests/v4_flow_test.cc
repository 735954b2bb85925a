/*
 * How v4's notifications travel: withdrawn with their page, posted from within an ACK, lost in the
 * run loop's window; and what each fault costs in hypercalls and exits.
 */
#include "model/tests/probe.hpp"

/* --- Cancel: the page beats its event --- */

/* One host CPU: the worker runs before the vCPU gets to the delivery, and finds the page. */
static std::unique_ptr<spec> fast_page()
{
    auto p = plain_spec(V4);
    p->host_cpus = 1;
    dist_fixed(&p->store.read, PS_PER_NS);
    p->store.transfer_ps = 0;
    return p;
}

TEST(V4Cancel, AFastPageWithdrawsItsEvent)
{
    Machine m(fast_page());
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().cancelled, 0u);
    EXPECT_EQ(m.st().cancelled, m.st().fault_count[FAULT_ASYNC]);
    EXPECT_EQ(m.count("sdei_entry"), 0u) << "nothing reaches the guest";
    EXPECT_EQ(m.count("tag"), 0u);
    EXPECT_EQ(m.count("wake"), 1u) << "the broadcast of ENABLE, no other READY";
    EXPECT_EQ(m.cpu().os.table_count, 0u);
    EXPECT_EQ(mailbox_word(m, APF_MBOX_REASON), 0u);
    for (const fault &f : m.faults) {
        EXPECT_TRUE(f.flags & FAULT_CANCELLED);
        EXPECT_EQ(f.visited >> HOP_G_DELIVER & 1, 0u) << "no guest chain";
        EXPECT_EQ(f.visited >> HOP_MBOX_READY & 1, 1u) << "the mailbox was cleared there";
        EXPECT_EQ(f.visited >> HOP_PPI_ASSERT & 1, 0u);
    }
}

TEST(V4Cancel, LeavesNoTraceInHostState)
{
    Machine m(fast_page());
    ASSERT_TRUE(m.step_until([&] { return m.st().cancelled == 1; }));
    const apf_host &a = m.cpu().apf;
    EXPECT_EQ(a.pnp_pending, 0);
    EXPECT_EQ(a.queued, 0u);
    EXPECT_EQ(a.done_count, 0u);
    for (u32 slot : a.gfns)
        EXPECT_EQ(slot, 0xffffffffu);
    EXPECT_FALSE(sdei_is_running(&m.cpu().sdei));
    EXPECT_EQ(m.cpu().sdei.level[SDEI_CRITICAL].count, 0u);
}

/* --- The done list --- */

/* Pages that arrive together: the second READY is posted inside the first one's ACK. */
TEST(V4Ack, PostsTheNextReadyItself)
{
    auto p = two_tasks(V4, 16);
    for (u32 i = 0; i < 6; i++)
        add_task(*p, TASK_WRITE_ALL);
    p->store.transfer_ps = 0;
    Machine m(std::move(p));
    vcpu &v = m.cpu();
    ASSERT_TRUE(m.step_until([&] { return in_phase(m, PH_ACK) && v.apf.done_count != 0; }));
    v.requests &= ~(u32)REQ_ASYNC_PF; /* Not by the run loop, which comes next. */
    u32 done = v.apf.done_count;
    ASSERT_TRUE(m.step_until([&] { return v.mode == MODE_IN_GUEST; }));
    EXPECT_EQ(v.apf.ready_pending, 1);
    EXPECT_EQ(v.apf.done_count, done - 1);
}

TEST(V4Ack, WithoutAReadyDoesNothing)
{
    Machine m(plain_spec(V4));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    vcpu &v = m.cpu();
    u32 queued = v.apf.queued;
    EXPECT_EQ(v.apf.ready_pending, 0);
    EXPECT_EQ(m.r->c.rows[SCR_ACK][0].act(&m.r->c, &v), V_RET);
    EXPECT_EQ(v.regs.x[0], 0u);
    EXPECT_EQ(v.apf.queued, queued);
}

/* A closed gate re-arms its request; only the ACK or the next exit looks again. */
TEST(V4Dequeue, AClosedGateReArmsItsRequest)
{
    Machine m(two_tasks(V4, 2));
    ASSERT_TRUE(m.step_until([&] { return m.st().dequeue_retries == 1; }));
    EXPECT_NE(m.cpu().requests & REQ_ASYNC_PF, 0u);
    EXPECT_NE(m.cpu().apf.done_count, 0u);
    EXPECT_EQ(m.finish(), SYS_DONE);
}

/* --- The run loop's exception --- */

/*
 * A completion between the request check and the entry: no IPI, since the vCPU is not in the guest.
 * v4 enters all the same, so this READY waits for an unrelated exit; one-ppi gives the entry up.
 */
static u64 exits_until_dequeue(design d, bool *entered, u64 *lost)
{
    Machine m(beside_compute(d, 1));
    vcpu &v = m.cpu();

    EXPECT_TRUE(m.step_until([&] { return m.work(1) > 0; }));
    EXPECT_TRUE(
        m.step_until([&] { return in_phase(m, PH_ENTER_PREP) && !v.apf.ready_pending; }));
    u64 exits = m.st().exits;
    m.r->out.src = 0;
    EXPECT_TRUE(apf_wakeup_all(&m.r->c, &v));
    EXPECT_TRUE(m.step_until([&] { return v.mode == MODE_IN_GUEST || v.apf.done_count == 0; }));
    *lost = m.st().lost_kicks; /* Lost is what the entry has let pass. */
    *entered = v.apf.done_count != 0;
    EXPECT_TRUE(m.step_until([&] { return v.apf.done_count == 0; }));
    return m.st().exits - exits;
}

TEST(V4RunLoop, AKickInItsWindowIsLost)
{
    bool entered;
    u64 lost;

    EXPECT_GT(exits_until_dequeue(V4, &entered, &lost), 0u);
    EXPECT_TRUE(entered);
    EXPECT_EQ(lost, 1u);
    EXPECT_EQ(exits_until_dequeue(ONE_PPI, &entered, &lost), 0u);
    EXPECT_FALSE(entered);
    EXPECT_EQ(lost, 0u);
}

/* --- COMPLETE_AND_RESUME --- */

/* The IRQ vector is entered whether or not an interrupt is there: the IAR is spurious then. */
TEST(V4Resume, EntersTheIrqVectorWithNothingPending)
{
    Machine m(plain_spec(V4));
    ASSERT_TRUE(step_to_phase(m, PH_SDEI_DONE));
    ASSERT_EQ(m.cpu().gic.irq[GIC_INTID_RESCHED].pending_latch, 1);
    m.cpu().gic.irq[GIC_INTID_RESCHED].pending_latch = 0;
    ASSERT_TRUE(step_to_phase(m, PH_IRQ_ENTRY));
    EXPECT_EQ(m.cpu().regs.pc, m.cpu().os.vbar + 0x480);
    ASSERT_TRUE(step_to_phase(m, PH_APF_WAIT)) << "the exit loop sees the flag all the same";
    EXPECT_EQ(m.st().spurious_irqs, 1u);
    EXPECT_EQ(m.finish(), SYS_DONE);
}

/* --- Costs --- */

/* Four CONTEXT calls, COMPLETE_AND_RESUME, IRQ_ACK; with KPTI a fifth CONTEXT. */
TEST(V4Costs, SixHypercallsAndOneMoreWithKpti)
{
    auto p = beside_compute(V4, 64);
    EXPECT_EQ(milli_for_each_fault(*p, &stats::hypercalls), 6000u);
    p->kpti = 1;
    EXPECT_EQ(milli_for_each_fault(*p, &stats::hypercalls), 7000u);
}

/* The abort, the hypercalls, the SGI, the maintenance exit, and the host's reschedule or kick. */
TEST(V4Costs, NineToElevenExits)
{
    auto p = beside_compute(V4, 64);
    u64 exits = milli_for_each_fault(*p, &stats::exits);
    EXPECT_GE(exits, 9000u);
    EXPECT_LE(exits, 11000u);
    EXPECT_EQ(milli_for_each_fault(*p, &stats::maintenance_exits), 1000u);
}

TEST(V4Costs, ASynchronousFaultIsOneExit)
{
    auto p = plain_spec(SYNC);
    p->tick_ps = PS_PER_S;
    EXPECT_EQ(milli_for_each_fault(*p, &stats::exits), 1000u);
    EXPECT_EQ(milli_for_each_fault(*p, &stats::hypercalls), 0u);
}
