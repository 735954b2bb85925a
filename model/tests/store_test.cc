/* The store as a queueing device: channels, queue depth, the link, and its draws. */
#include "model/tests/random_spec.hpp"

namespace {

/* The store alone: requests in, times of completion out. */
struct Store : Machine {
    explicit Store(u32 channels, u32 depth, u64 transfer_ps = 0,
                   const char *latency = latency_kinds[0])
        : Machine(made(channels, depth, transfer_ps, latency))
    {
    }
    static std::unique_ptr<spec> made(u32 channels, u32 depth, u64 transfer_ps, const char *latency)
    {
        auto p = plain_spec(SYNC);
        p->store.channels = channels;
        p->store.queue_depth = depth;
        p->store.transfer_ps = transfer_ps;
        p->store.read = p->store.write = store_latency(latency);
        p->cost[COST_IO_IRQ].ps = 0; /* The device's own time only. */
        return p;
    }
    u64 ask(u64 at_ps, u32 gfn = GFN_FIRST, u32 n = 0, msg_kind kind = MSG_FETCH)
    {
        msg in{};
        in.kind = (u8)kind;
        in.at_ps = at_ps;
        in.a = store_key(gfn, 1);
        in.b = n;
        r->c.now = r->out.now_ps = at_ps;
        r->out.src = (u16)s().actor_store;
        r->out.count = 0;
        store_step(&r->c, &in);
        EXPECT_EQ(r->out.count, 1u);
        const msg &m = r->out.msg[0];
        EXPECT_EQ(m.kind, kind == MSG_FETCH ? MSG_FETCHED : MSG_WRITTEN);
        EXPECT_EQ(m.dst, s().actor_hostcpu + 1);
        EXPECT_EQ(m.a, in.a);
        return m.at_ps;
    }
};

const u64 us = PS_PER_US, latency = 90 * us;

} // namespace

TEST(Store, ServesAsManyAtOnceAsItHasChannels)
{
    Store d(2, 32);
    EXPECT_EQ(d.ask(0), latency);
    EXPECT_EQ(d.ask(1), 1 + latency);
    EXPECT_EQ(d.ask(2), 2 * latency) << "behind the first";
    EXPECT_EQ(d.ask(3), 1 + 2 * latency) << "behind the second";
    EXPECT_EQ(d.s().store.queue_ps, latency - 2 + 1 + latency - 3);
}

TEST(Store, AChannelIsFreeAtTheVeryTimeOfItsEnd)
{
    EXPECT_EQ((Store(1, 32).ask(5 * us)), 5 * us + latency);
    Store early(1, 32), on_time(1, 32);
    early.ask(0);
    on_time.ask(0);
    EXPECT_EQ(early.ask(latency - 1), 2 * latency);
    EXPECT_EQ(early.s().store.queue_ps, 1u);
    EXPECT_EQ(on_time.ask(latency), 2 * latency);
    EXPECT_EQ(on_time.s().store.queue_ps, 0u);
}

TEST(Store, MoreThanItsDepthWaitInTheHost)
{
    Store deep(4, 4), shallow(4, 2);
    for (u32 i = 0; i < 3; i++) {
        EXPECT_EQ(deep.ask(0), latency);
        EXPECT_EQ(shallow.ask(0), i < 2 ? latency : 2 * latency);
    }
    EXPECT_EQ(shallow.ask(latency + 1), 1 + 2 * latency) << "the second slot is free by now";
}

TEST(Store, PagesCrossTheLinkOneByOne)
{
    Store d(8, 32, 10 * us);
    EXPECT_EQ(d.ask(0), latency + 10 * us);
    EXPECT_EQ(d.ask(0), latency + 20 * us);
    EXPECT_EQ(d.ask(15 * us), latency + 30 * us) << "the link is busy for 5 us more";
    EXPECT_EQ(d.ask(31 * us), latency + 41 * us) << "the link is idle";
}

TEST(Store, AChannelDoesNotWaitForTheLink)
{
    Store d(1, 32, 10 * us);
    EXPECT_EQ(d.ask(0), latency + 10 * us);
    EXPECT_EQ(d.ask(0), 2 * latency + 10 * us);
}

TEST(Store, WritesAndReadsShareItsChannels)
{
    Store d(1, 32);
    EXPECT_EQ(d.ask(0, GFN_FIRST, 0, MSG_WRITE), latency);
    EXPECT_EQ(d.ask(0), 2 * latency);
    EXPECT_EQ(d.s().store.reads, 1u);
    EXPECT_EQ(d.s().store.writes, 1u);
}

/* Whatever happened before: the n-th fetch of a page takes the same time with every design. */
TEST(Store, TheSameFetchDrawsTheSameLatency)
{
    Store a(64, 1024, 0, latency_kinds[2]), b(64, 1024, 0, latency_kinds[2]);
    b.ask(0, GFN_FIRST + 9, 4);
    std::map<u64, u32> seen;
    for (u32 gfn = GFN_FIRST; gfn < GFN_FIRST + 4; gfn++) {
        for (u32 n = 0; n < 4; n++) {
            u64 ps = a.ask(0, gfn, n);
            seen[ps]++;
            EXPECT_EQ(b.ask(us, gfn, n), us + ps);
        }
    }
    EXPECT_EQ(seen.size(), 16u) << "another page or another time: another draw";
    EXPECT_NE(a.ask(0, GFN_FIRST, 0, MSG_WRITE), a.ask(0, GFN_FIRST, 0));
}
