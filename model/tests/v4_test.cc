/*
 * The posted v4 design, rule by rule: gates, token, mailbox, cancel, the done list, the run loop's
 * exception. Sources: [PATCH v4 07/15], [PATCH v4 08/15] and [PATCH v4 09/15] for the host,
 * [PATCH v4 12/15] to [PATCH v4 14/15] for the guest, all <20210815005947.83699-*>.
 */
#include "model/tests/probe.hpp"

/* --- The gate --- */

enum closed { DISABLED = 1, EL1 = 2, RUNNING = 4, MAILBOX = 8, TOKEN = 16 };

struct GateRow {
    u32 closed;
    fault_kind why;
};

/* Each condition alone, and each with all that are tested after it. */
static const GateRow gate_rows[] = {
    {0, FAULT_ASYNC},
    {DISABLED, FAULT_SYNC_DISABLED},
    {DISABLED | EL1 | RUNNING | MAILBOX | TOKEN, FAULT_SYNC_DISABLED},
    {EL1, FAULT_SYNC_EL1},
    {EL1 | RUNNING | MAILBOX | TOKEN, FAULT_SYNC_EL1},
    {RUNNING, FAULT_SYNC_RUNNING},
    {RUNNING | MAILBOX | TOKEN, FAULT_SYNC_RUNNING},
    {MAILBOX, FAULT_SYNC_MAILBOX},
    {TOKEN, FAULT_SYNC_MAILBOX},
};

TEST(V4Gate, IsTestedInItsOrder)
{
    for (const GateRow &row : gate_rows) {
        SCOPED_TRACE("closed by " + std::to_string(row.closed));
        Machine m(plain_spec(V4));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        vcpu &v = m.cpu();
        if (row.closed & DISABLED)
            v.apf.control &= ~APF_ENABLED;
        if (row.closed & EL1)
            v.abort.el = 1;
        if (row.closed & RUNNING)
            v.sdei.level[SDEI_CRITICAL].running = 0;
        if (row.closed & MAILBOX)
            mailbox_word(m, APF_MBOX_REASON) = APF_REASON_READY;
        if (row.closed & TOKEN)
            mailbox_word(m, APF_MBOX_TOKEN) = 0x5000;
        EXPECT_EQ(first_kind(m), row.why);
    }
}

TEST(V4Gate, SendAlwaysLetsTheKernelThrough)
{
    Machine m(plain_spec(V4));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    m.cpu().abort.el = 1;
    m.cpu().apf.send_user_only = 0;
    EXPECT_EQ(first_kind(m), FAULT_ASYNC);
}

/* Not looked at: is the PE masked? So the mailbox stays full, and the next fault meets it. */
TEST(V4Gate, DoesNotLookAtTheMaskOfSdei)
{
    Machine m(plain_spec(V4));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    m.cpu().sdei.masked = 1;
    EXPECT_EQ(first_kind(m), FAULT_ASYNC);
    EXPECT_TRUE(m.step_until([&] { return m.st().fault_count[FAULT_SYNC_MAILBOX] != 0; }));
    EXPECT_EQ(m.st().failed_pnp, 1u);
    EXPECT_EQ(m.cpu().apf.pnp_pending, 1) << "left set";
    EXPECT_EQ(mailbox_word(m, APF_MBOX_REASON), (u32)APF_REASON_NOT_PRESENT);
}

/* The guest kernel's first touch of a frame whose old contents are in the store. */
TEST(V4Gate, AFreshPageThatIsAwayIsAFaultOfEl1)
{
    auto p = plain_spec(V4);
    p->task[0].placement = PLACE_FRESH;
    Machine m(std::move(p));
    mem_place(&m.r->c, m.tsk().gfn_first, PLACE_COLD);
    EXPECT_EQ(first_kind(m), FAULT_SYNC_EL1);
    EXPECT_EQ(m.finish(), SYS_DONE);
}

TEST(V4Gate, WithoutTheEventThereIsNoApf)
{
    auto p = plain_spec(V4);
    p->sdei_event = SDEI_KVM_ASYNC_PF_NUM + 4; /* Nobody exposes it: REGISTER fails. */
    Machine m(std::move(p));
    EXPECT_EQ(first_kind(m), FAULT_SYNC_DISABLED);
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_EQ(m.cpu().os.apf_enabled, 0);
}

/* The mailbox goes away between the event and its handler: host and guest fetch it. */
TEST(V4Gate, ClosesWhileTheHandlerRuns)
{
    Machine m(plain_spec(V4));
    ASSERT_TRUE(step_to_phase(m, PH_TAG));
    m.cpu().apf.send_user_only = 0;
    evict(m, mailbox_gfn(m));
    EXPECT_TRUE(m.step_until([&] { return m.st().fault_count[FAULT_SYNC_RUNNING] != 0; }) ||
                m.st().mailbox_faults != 0);
    EXPECT_EQ(m.finish(), SYS_DONE);
}

/* The broadcast of ENABLE is one of the 64; afterwards one fault fits into one slot. */
TEST(V4Slots, TheSecondFaultOfOneSlotIsSynchronous)
{
    auto p = two_tasks(V4, 4);
    p->slots = 1;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().fault_count[FAULT_SYNC_SLOTS], 0u);
    EXPECT_GT(m.st().fault_count[FAULT_ASYNC], 0u);
}

/* --- Token and mailbox --- */

TEST(V4Token, CountsFromZeroAboveTheNumberOfTheVcpu)
{
    auto p = plain_spec(V4);
    p->vcpus = 2;
    pages(*p, 8);
    add_task(*p, TASK_WRITE_ALL, 1);
    p->stop_task = UINT32_MAX;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    u32 next[2] = {0, 0};
    for (const trace_rec &rec : lines_of(m, PH_MBOX_PNP))
        EXPECT_EQ(rec.b, next[rec.actor]++ << 12 | rec.actor);
    EXPECT_GT(next[0], 8u);
    EXPECT_GT(next[1], 0u);
}

TEST(V4Token, IsUsedUpByARefusal)
{
    auto p = two_tasks(V4, 4);
    p->slots = 1;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    const u64 *count = m.st().fault_count;
    EXPECT_EQ(m.cpu().apf.id, count[FAULT_ASYNC] + count[FAULT_SYNC_SLOTS]);
}

TEST(V4Token, WrapsAfterSixteenBits)
{
    Machine m(plain_spec(V4));
    m.cpu().apf.id = 0xffff;
    EXPECT_EQ(m.finish(), SYS_DONE);
    auto pnp = lines_of(m, PH_MBOX_PNP);
    ASSERT_GE(pnp.size(), 2u);
    EXPECT_EQ(pnp[0].b, 0xffffu << 12);
    EXPECT_EQ(pnp[1].b, 0u) << "the empty token once more";
}

/* u32 reason at 0, u32 token at 4, 56 bytes of nothing, and the guest's own u32 at 64. */
TEST(V4Mailbox, HasItsLayout)
{
    Machine m(plain_spec(V4));
    m.cpu().apf.id = 0x123;
    ASSERT_TRUE(step_to_phase(m, PH_SDEI_INJECT));
    EXPECT_EQ(mailbox_word(m, 0), 1u);
    EXPECT_EQ(mailbox_word(m, 4), 0x123000u);
    for (u32 offset = 8; offset < 64; offset += 4)
        EXPECT_EQ(mailbox_word(m, offset), 0u) << offset;
    EXPECT_EQ(mailbox_word(m, 64), 1u);
    ASSERT_TRUE(step_to_phase(m, PH_SGI_WRITE));
    EXPECT_EQ(mailbox_word(m, 0), 0u) << "cleared by the handler";
    EXPECT_EQ(mailbox_word(m, 4), 0u);
    ASSERT_TRUE(step_to_phase(m, PH_WAKE));
    EXPECT_EQ(mailbox_word(m, 0), 2u);
    EXPECT_EQ(mailbox_word(m, 4), 0x123000u);
    EXPECT_EQ(m.cpu().apf.ready_pending, 1);
    ASSERT_TRUE(step_to_phase(m, PH_ACK));
    EXPECT_EQ(mailbox_word(m, 0), 0u);
    EXPECT_EQ(mailbox_word(m, 64), 1u);
}

TEST(V4WakeAll, FollowsEveryEnable)
{
    auto p = plain_spec(V4);
    p->vcpus = 3;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    u32 broadcasts[3] = {};
    for (const trace_rec &rec : lines_of(m, PH_MBOX_READY))
        broadcasts[rec.actor] += rec.b == APF_TOKEN_ALL;
    EXPECT_EQ(broadcasts[0], 1u);
    EXPECT_EQ(lines_of(m, PH_MBOX_READY)[0].b, APF_TOKEN_ALL) << "before any other READY";
}

/* --- Dedupe --- */

TEST(V4Dedupe, ASecondThreadSpinsOnAPageInFlight)
{
    auto p = two_tasks(V4, 2);
    Machine m(std::move(p));
    share_address_space(m, 1, 0);
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GT(m.st().refault_spin, 100u) << "about one in a microsecond of the page's 90";
    EXPECT_EQ(m.st().fault_count[FAULT_ASYNC], m.s().mem.fetches) << "one work item for each page";
}

/* --- The abort --- */

/* A walk that misses a table page: a write to KVM of 2021, a read to that of 2026. */
TEST(V4Abort, AWalkCountsAsAWrite)
{
    for (design d : {V4, ONE_PPI}) {
        Machine m(plain_spec(d));
        ASSERT_TRUE(step_to_phase(m, PH_ABORT_EXIT));
        EXPECT_EQ(m.cpu().abort.s1ptw, 1);
        EXPECT_EQ(m.cpu().abort.el, 0) << "of the task that walks";
        EXPECT_EQ(m.cpu().abort.write, d == V4);
        EXPECT_EQ(first_kind(m), FAULT_ASYNC);
    }
}
