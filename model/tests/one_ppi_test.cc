/*
 * The one-ppi design of 2026, rule by rule: one level PPI for both directions, no SDEI, a halt on
 * a repeated fault. Suspected defects of the posted tree are part of what is tested.
 */
#include "model/tests/probe.hpp"

/* --- Gate G1, before any look at the page --- */

enum closed { PERM = 1, DISABLED = 2, EL1 = 4, PNP = 8, READY = 16, MAILBOX = 32, TOKEN = 64 };

struct GateRow {
    u32 closed;
    fault_kind why;
};

/* Each condition alone, and each with all that are tested after it. */
static const GateRow gate_rows[] = {
    {0, FAULT_ASYNC},
    {PERM, FAULT_SYNC_PERM},
    {PERM | DISABLED | EL1 | PNP | READY | MAILBOX | TOKEN, FAULT_SYNC_PERM},
    {DISABLED, FAULT_SYNC_DISABLED},
    {DISABLED | EL1 | PNP | READY | MAILBOX | TOKEN, FAULT_SYNC_DISABLED},
    {EL1, FAULT_SYNC_EL1},
    {EL1 | PNP | READY | MAILBOX | TOKEN, FAULT_SYNC_EL1},
    {PNP, FAULT_SYNC_PNP},
    {PNP | READY | MAILBOX | TOKEN, FAULT_SYNC_PNP},
    {READY, FAULT_SYNC_READY},
    {READY | MAILBOX | TOKEN, FAULT_SYNC_READY},
    {MAILBOX, FAULT_SYNC_MAILBOX},
    {TOKEN, FAULT_SYNC_MAILBOX},
};

TEST(OnePpiGate, IsTestedInItsOrder)
{
    for (const GateRow &row : gate_rows) {
        SCOPED_TRACE("closed by " + std::to_string(row.closed));
        Machine m(plain_spec(ONE_PPI));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        vcpu &v = m.cpu();
        v.abort.is_perm = (row.closed & PERM) != 0;
        if (row.closed & DISABLED)
            v.apf.control = 0;
        if (row.closed & EL1)
            v.abort.el = 1;
        v.apf.pnp_pending = (row.closed & PNP) != 0;
        v.apf.ready_pending = (row.closed & READY) != 0;
        if (row.closed & MAILBOX)
            mailbox_word(m, APF_MBOX_REASON) = APF_REASON_READY;
        if (row.closed & TOKEN)
            mailbox_word(m, APF_MBOX_TOKEN) = 0x5000;
        EXPECT_EQ(first_kind(m), row.why);
        EXPECT_EQ(m.cpu().apf.id, row.closed != 0 ? 0u : 2u) << "a closed gate uses no token up";
    }
}

TEST(OnePpiGate, AClosedGateStillMapsWhatIsThere)
{
    Machine m(plain_spec(ONE_PPI));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    m.cpu().abort.el = 1;
    page *p = page_get(&m.r->c, m.cpu().abort.gfn);
    p->state = PAGE_RESIDENT;
    p->flags = PAGE_HOST_WRITE | PAGE_DIRTY;
    m.s().mem.used_pages++;
    lru_add(&m.r->c, p, false);
    ASSERT_TRUE(step_to_phase(m, PH_S2_MAP));
    EXPECT_EQ(m.counted(), 0u);
    EXPECT_EQ(m.st().minor, 1u);
}

TEST(OnePpiSlots, ARefusalUsesItsTokenUpAndIsSynchronous)
{
    auto p = two_tasks(ONE_PPI, 4);
    p->slots = 1;
    p->idle = IDLE_POLL;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    u64 async = m.st().fault_count[FAULT_ASYNC], slots = m.st().fault_count[FAULT_SYNC_SLOTS];
    EXPECT_GT(slots, 0u);
    EXPECT_GT(async, 0u);
    EXPECT_EQ(m.cpu().apf.id, 1 + async + slots);
}

/* --- Token --- */

TEST(OnePpiToken, StartsAtOneAndIsNeverZero)
{
    Machine m(beside_compute(ONE_PPI, 4));
    EXPECT_EQ(m.finish(), SYS_DONE);
    auto pnp = lines_of(m, PH_MBOX_PNP);
    ASSERT_GE(pnp.size(), 4u);
    for (size_t i = 0; i < pnp.size(); i++)
        EXPECT_EQ(pnp[i].b, (i + 1) << 12);
}

TEST(OnePpiToken, SkipsZeroAfterTwentyBits)
{
    Machine m(beside_compute(ONE_PPI, 4));
    ASSERT_TRUE(step_to_phase(m, PH_DEDUPE));
    m.cpu().apf.id = 0xfffff;
    EXPECT_EQ(m.finish(), SYS_DONE);
    auto pnp = lines_of(m, PH_MBOX_PNP);
    ASSERT_GE(pnp.size(), 2u);
    EXPECT_EQ(pnp[0].b, 0xfffff000u);
    EXPECT_EQ(pnp[1].b, 0x1000u);
}

/* --- Mailbox and acknowledgement --- */

TEST(OnePpiMailbox, HoldsOneNotificationForBothDirections)
{
    Machine m(beside_compute(ONE_PPI, 1));
    const apf_host &a = m.cpu().apf;
    ASSERT_TRUE(step_to_phase(m, PH_PPI_PNP));
    EXPECT_EQ(mailbox_word(m, 0), 1u);
    EXPECT_EQ(mailbox_word(m, 4), 0x1000u);
    EXPECT_EQ(a.pnp_pending, 1);
    for (u32 offset = 8; offset < 64; offset += 4)
        EXPECT_EQ(mailbox_word(m, offset), 0u) << offset;
    ASSERT_TRUE(step_to_phase(m, PH_ACK));
    EXPECT_EQ(mailbox_word(m, 0), 0u) << "cleared before the hypercall";
    EXPECT_EQ(mailbox_word(m, 4), 0u);
    EXPECT_EQ(a.pnp_pending, 1);
    ASSERT_TRUE(step_to_phase(m, PH_WAKE));
    EXPECT_EQ(a.pnp_pending, 0) << "acknowledged: A1";
    EXPECT_EQ(a.ready_pending, 1);
    EXPECT_EQ(mailbox_word(m, 0), 2u);
    ASSERT_TRUE(m.step_until([&] { return a.ready_pending == 0; })) << "A2";
}

/* A3: an ACK that nobody waits for lowers the line and does not look at the done list. */
TEST(OnePpiAck, ASpuriousOneDoesNotScan)
{
    Machine m(plain_spec(ONE_PPI));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    vcpu &v = m.cpu();
    m.r->out.src = 0;
    ASSERT_TRUE(apf_wakeup_all(&m.r->c, &v));
    EXPECT_EQ(m.r->c.rows[SCR_ACK][0].act(&m.r->c, &v), V_RET);
    v.apf.pnp_pending = 1;
    EXPECT_EQ(m.r->c.rows[SCR_ACK][0].act(&m.r->c, &v), V_GOTO);
    EXPECT_EQ(v.apf.pnp_pending, 0);
}

TEST(OnePpiDequeue, AClosedGateReRaisesNothing)
{
    Machine m(plain_spec(ONE_PPI));
    ASSERT_TRUE(step_to_phase(m, PH_GATE));
    vcpu &v = m.cpu();
    v.apf.pnp_pending = 1;
    m.r->out.src = 0;
    ASSERT_TRUE(apf_wakeup_all(&m.r->c, &v));
    ASSERT_TRUE(m.step_until([&] { return m.st().dequeue_retries == 1; }));
    EXPECT_EQ(v.requests & REQ_ASYNC_PF, 0u);
    EXPECT_NE(v.apf.done_count, 0u);
}

/* --- The control word of ENABLE, in the order of its tests --- */

enum { BAD_WORD = SMCCC_INVALID_PARAMETER, SAME = SMCCC_NOT_REQUIRED, NO = SMCCC_NOT_SUPPORTED };

struct WordRow {
    const char *what;
    u64 before, word;
    s64 status;
    u64 after;
};

const u64 ram = (u64)GFN_FIRST << MMU_PAGE_SHIFT, outside = 1ull << 39;

static const WordRow word_rows[] = {
    {"enable", 0, ram | 1, SMCCC_SUCCESS, ram | 1},
    {"the last mailbox of the page", 0, (ram + 0xfc0) | 1, SMCCC_SUCCESS, (ram + 0xfc0) | 1},
    {"an address without the flag", 0, ram, BAD_WORD, 0},
    {"bit 1 (was SEND_ALWAYS)", 0, ram | 3, BAD_WORD, 0},
    {"bit 5", 0, ram | 0x21, BAD_WORD, 0},
    {"bit 2 alone", 0, 4, BAD_WORD, 0},
    {"0 while disabled", 0, 0, SAME, 0},
    {"the same word again", ram | 1, ram | 1, SAME, ram | 1},
    {"another mailbox while enabled", ram | 1, (ram + 64) | 1, SMCCC_SUCCESS, (ram + 64) | 1},
    {"0 while enabled", ram | 1, 0, SMCCC_SUCCESS, 0},
    {"a bad word while enabled", ram | 1, ram | 3, BAD_WORD, ram | 1},
    {"no memory there", 0, outside | 1, NO, 0},
    {"no memory there while enabled", ram | 1, outside | 1, NO, ram | 1},
};

static s64 call_enable(Machine &m, u64 word)
{
    vcpu &v = m.cpu();
    v.regs.x[1] = APF_ONE_ENABLE | 0xabcd00000000ull; /* The upper halves are not looked at. */
    v.regs.x[2] = (u32)word | 0x123400000000ull;
    v.regs.x[3] = word >> 32 | 0x567800000000ull;
    EXPECT_EQ(m.r->c.var->host->call(&m.r->c, &v), V_RET);
    return (s64)v.regs.x[0];
}

TEST(OnePpiEnable, TestsItsWord)
{
    for (const WordRow &row : word_rows) {
        SCOPED_TRACE(row.what);
        Machine m(plain_spec(ONE_PPI));
        m.r->out.src = 0;
        if (row.before != 0) {
            ASSERT_EQ(call_enable(m, row.before), SMCCC_SUCCESS);
        }
        EXPECT_EQ(call_enable(m, row.word), row.status);
        EXPECT_EQ(m.cpu().apf.control, row.after);
    }
}

/* Everything starts anew: token, hash, flags; and the broadcast is queued. */
TEST(OnePpiEnable, ResetsAndQueuesItsBroadcast)
{
    Machine m(plain_spec(ONE_PPI));
    apf_host &a = m.cpu().apf;
    m.r->out.src = 0;
    a.id = 77;
    a.pnp_pending = a.ready_pending = 1;
    apf_gfn_insert(&a, 64, GFN_FIRST);
    guest_word(m, ram) = 2;
    ASSERT_EQ(call_enable(m, ram | 1), SMCCC_SUCCESS);
    EXPECT_EQ(a.id, 0u);
    EXPECT_EQ(a.pnp_pending | a.ready_pending, 0);
    EXPECT_FALSE(apf_gfn_find(&a, 64, GFN_FIRST));
    EXPECT_EQ(guest_word(m, ram), 0u);
    ASSERT_EQ(a.done_count, 1u);
    EXPECT_EQ(apf_done_head(&a)->wakeup_all, 1);
    ASSERT_EQ(call_enable(m, 0), SMCCC_SUCCESS);
    EXPECT_EQ(a.done_count, 0u);
    EXPECT_EQ(a.queued, 0u);
}
