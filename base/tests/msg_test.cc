#include "base/base.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace {

class Outbox : public ::testing::Test {
protected:
    Outbox()
    {
        memset((void *)&out, 0xaa, sizeof(out)); /* Old contents must not shine through. */
        out.now_ps = 1000;
        out.src = 5;
        out.count = 0;
        out.seq = &seq;
    }

    u32 seq = 40;
    struct outbox out;
};

/* Every message of three times, three senders and three numbers, in order. */
std::vector<struct msg> all_messages()
{
    std::vector<struct msg> all;
    for (u64 at : {0ull, 1ull, ~0ull})
        for (u16 src : {0, 1, 65535})
            for (u32 number : {0u, 1u, ~0u}) {
                struct msg m = {};
                m.at_ps = at;
                m.src = src;
                m.seq = number;
                all.push_back(m);
            }
    return all;
}

} // namespace

TEST(MsgDef, EveryKindHasADelayAndAName)
{
    std::set<std::string> names;
    for (const struct msg_info &info : msg_info) {
        EXPECT_GE(info.min_ps, 1u) << info.name;
        EXPECT_NE(info.name[0], '\0');
        EXPECT_NE(info.a[0], '\0') << info.name;
        EXPECT_NE(info.b[0], '\0') << info.name;
        EXPECT_TRUE(names.insert(info.name).second) << info.name << " stands twice";
    }
    EXPECT_EQ(names.size(), size_t{MSG_KIND_COUNT});
}

TEST(MsgDef, LookaheadIsTheLeastDelayOfTheGuestKinds)
{
    u64 least = UINT64_MAX;
    for (const struct msg_info &info : msg_info)
        if (info.guest && info.min_ps < least)
            least = info.min_ps;
    EXPECT_EQ(least, MSG_LOOKAHEAD_PS);
    EXPECT_EQ(MSG_LOOKAHEAD_PS, 200 * PS_PER_NS);
}

/* Kick, preemption, TLB invalidation, boot and stop find a vCPU in guest mode, and nothing else. */
TEST(MsgDef, GuestKindsAreThoseThatInterruptAVcpu)
{
    std::set<std::string> guest;
    for (const struct msg_info &info : msg_info)
        if (info.guest)
            guest.insert(info.name);
    EXPECT_EQ(guest, (std::set<std::string>{"kick", "preempt", "tlbi", "stop", "boot"}));
}

TEST(MsgBefore, ComparesTimeThenSenderThenNumber)
{
    struct msg x = {}, y = {};
    y.at_ps = 1;
    x.src = x.seq = 9;
    EXPECT_TRUE(msg_before(&x, &y)) << "time is first";
    x = y;
    y.src = 1;
    x.seq = 9;
    EXPECT_TRUE(msg_before(&x, &y)) << "then the sender";
    x = y;
    y.seq = 1;
    EXPECT_TRUE(msg_before(&x, &y)) << "then the number";
    x.a = x.b = x.dst = x.kind = 3;
    EXPECT_TRUE(msg_before(&x, &y)) << "and nothing else";
}

TEST(MsgBefore, IsAStrictOrderInWhichOnlyEqualKeysAreEqual)
{
    const std::vector<struct msg> all = all_messages();

    for (size_t i = 0; i < all.size(); i++)
        for (size_t j = 0; j < all.size(); j++) {
            EXPECT_EQ(msg_before(&all[i], &all[j]), i < j);
            for (size_t k = 0; k < all.size(); k++)
                EXPECT_TRUE(!msg_before(&all[i], &all[j]) || !msg_before(&all[j], &all[k]) ||
                            msg_before(&all[i], &all[k]));
        }
}

TEST_F(Outbox, PutFillsEveryByteAndCountsTheSender)
{
    struct msg *m = outbox_put(&out, MSG_FETCH, 9, 1001);
    struct msg expected = {};
    expected.at_ps = 1001;
    expected.seq = 40;
    expected.src = 5;
    expected.dst = 9;
    expected.kind = MSG_FETCH;
    EXPECT_EQ(m, &out.msg[0]);
    EXPECT_EQ(memcmp(m, &expected, sizeof(expected)), 0);

    m = outbox_put(&out, MSG_WRITE, 9, 5000);
    EXPECT_EQ(m, &out.msg[1]);
    EXPECT_EQ(m->seq, 41u);
    EXPECT_EQ(seq, 42u);
    EXPECT_EQ(out.count, 2u);
}

TEST_F(Outbox, EveryKindKeepsItsLeastDelay)
{
    for (int kind = 0; kind < MSG_KIND_COUNT; kind++) {
        u64 least = out.now_ps + msg_info[kind].min_ps;
        EXPECT_EQ(outbox_put(&out, (enum msg_kind)kind, 1, least)->kind, kind);
        EXPECT_DEATH(outbox_put(&out, (enum msg_kind)kind, 1, least - 1),
                     "assertion failed: at_ps");
    }
}

TEST_F(Outbox, TakesOutboxMaxAndNotOneMore)
{
    for (u32 i = 0; i < OUTBOX_MAX; i++)
        outbox_put(&out, MSG_RUN, 1, 2000);
    EXPECT_EQ(out.count, (u32)OUTBOX_MAX);
    EXPECT_DEATH(outbox_put(&out, MSG_RUN, 1, 2000), "assertion failed: out->count");
}
