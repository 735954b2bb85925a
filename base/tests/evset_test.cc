#include "base/base.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace {

/* The event set in its block of memory, which is dirty before. */
class set_of {
public:
    set_of(u32 actor_count, const std::vector<u32> &len)
        : bytes_(evset_bytes(actor_count, len.data())), block_((bytes_ + 7) / 8, 0xa5a5a5a5a5a5a5a5)
    {
        e = evset_init(block_.data(), actor_count, len.data());
    }
    explicit set_of(u32 actor_count, u32 len = 4)
        : set_of(actor_count, std::vector<u32>(actor_count, len))
    {
    }
    bool same_bytes(const set_of &other) const
    {
        return bytes_ == other.bytes_ && memcmp(block_.data(), other.block_.data(), bytes_) == 0;
    }
    /* A copy as a checkpoint makes it: bytes to another address. */
    std::unique_ptr<set_of> copy() const
    {
        auto other = std::make_unique<set_of>(*this);
        other->e = (struct evset *)other->block_.data();
        return other;
    }

    struct evset *e;

private:
    size_t bytes_;
    std::vector<u64> block_;
};

struct msg make(u64 at_ps, u32 dst, u32 src = 0, u32 seq = 0)
{
    struct msg m = {};
    m.at_ps = at_ps;
    m.dst = (u16)dst;
    m.src = (u16)src;
    m.seq = seq;
    m.a = rng_u64(at_ps, dst, src, seq);
    m.kind = MSG_KICK;
    return m;
}

bool put(set_of &s, const struct msg &m)
{
    return evset_put(s.e, &m);
}

/* What is least, in the words of a transcript, and takes it: "3 wake @10", "0 from 2 #7 @12". */
std::string take(set_of &s)
{
    u32 actor = UINT32_MAX;
    struct msg m;
    u64 at_ps = evset_least(s.e, &actor);

    if (at_ps == TIME_NEVER)
        return "nothing";
    bool is_msg = evset_take(s.e, actor, &m);
    std::string what =
        is_msg ? "from " + std::to_string(m.src) + " #" + std::to_string(m.seq) : "wake";
    return std::to_string(actor) + " " + what + " @" + std::to_string(at_ps);
}

/* The same set said simply: all that is pending in a list. */
struct model {
    struct entry {
        u64 at_ps;
        u32 dst;
        bool is_msg;
        struct msg m;

        bool operator<(const entry &o) const
        {
            return std::tie(at_ps, dst, is_msg, m.src, m.seq) <
                   std::tie(o.at_ps, o.dst, o.is_msg, o.m.src, o.m.seq);
        }
    };
    std::vector<entry> list;

    void set_wake(u32 actor, u64 at_ps)
    {
        list.erase(std::remove_if(list.begin(), list.end(),
                                  [&](const entry &x) { return x.dst == actor && !x.is_msg; }),
                   list.end());
        if (at_ps != TIME_NEVER)
            list.push_back({at_ps, actor, false, {}});
    }
    u64 least_of(const std::function<bool(const entry &)> &is_meant) const
    {
        u64 least = TIME_NEVER;
        for (const entry &x : list)
            if (is_meant(x) && x.at_ps < least)
                least = x.at_ps;
        return least;
    }
    u32 count(u32 actor) const
    {
        return (u32)std::count_if(list.begin(), list.end(),
                                  [&](const entry &x) { return x.is_msg && x.dst == actor; });
    }
};

void expect_agreement(const set_of &s, const model &m, u32 actor)
{
    auto is_wake = [&](const model::entry &x) { return x.dst == actor && !x.is_msg; };
    auto is_box = [&](const model::entry &x) { return x.dst == actor && x.is_msg; };
    auto is_own = [&](const model::entry &x) { return x.dst == actor; };
    auto is_other = [&](const model::entry &x) { return x.dst != actor; };

    ASSERT_EQ(evset_wake(s.e, actor), m.least_of(is_wake));
    ASSERT_EQ(evset_box_head(s.e, actor), m.least_of(is_box));
    ASSERT_EQ(evset_next(s.e, actor), m.least_of(is_own));
    ASSERT_EQ(evset_least_other(s.e, actor), m.least_of(is_other));
    ASSERT_EQ(evset_box_count(s.e, actor), m.count(actor));
}

void take_from_both(set_of &s, model &m)
{
    u32 actor = UINT32_MAX;
    struct msg found;
    u64 at_ps = evset_least(s.e, &actor);
    auto least = std::min_element(m.list.begin(), m.list.end());

    if (least == m.list.end()) {
        ASSERT_EQ(at_ps, TIME_NEVER);
        return;
    }
    ASSERT_EQ(at_ps, least->at_ps);
    ASSERT_EQ(actor, least->dst);
    ASSERT_EQ(evset_take(s.e, actor, &found), least->is_msg);
    ASSERT_TRUE(!least->is_msg || memcmp(&found, &least->m, sizeof(found)) == 0);
    m.list.erase(least);
}

/* Seeded random operations; times fall within `spread` behind the last taken, so ties abound. */
void run_against_model(u64 seed, u32 actor_count, u32 box_len, u64 spread, u32 steps)
{
    set_of s(actor_count, box_len);
    model m;
    u64 now_ps = 0;

    for (u32 i = 0; i < steps; i++) {
        auto draw = [&](u32 what, u64 bound) {
            return rng_below(rng_u64(seed, what, 0, i), bound);
        };
        u32 actor = (u32)draw(1, actor_count);
        u64 at_ps = now_ps + draw(2, spread);
        u32 choice = (u32)draw(3, 8);

        if (choice < 3) {
            struct msg x = make(at_ps, actor, (u32)draw(4, actor_count), i);
            bool fits = m.count(actor) < evset_box_len(s.e, actor);
            ASSERT_EQ(put(s, x), fits);
            if (fits)
                m.list.push_back({at_ps, actor, true, x});
        } else if (choice < 5) {
            u64 wake_ps = draw(5, 6) == 0 ? TIME_NEVER : at_ps;
            evset_set_wake(s.e, actor, wake_ps);
            m.set_wake(actor, wake_ps);
        } else {
            u32 least;
            u64 least_ps = evset_least(s.e, &least);
            now_ps = least_ps != TIME_NEVER ? std::max(now_ps, least_ps) : now_ps;
            take_from_both(s, m);
        }
        expect_agreement(s, m, actor);
        expect_agreement(s, m, (u32)draw(6, actor_count));
        if (::testing::Test::HasFatalFailure())
            FAIL() << "seed " << seed << " step " << i;
    }
    while (!m.list.empty() && !::testing::Test::HasFatalFailure())
        take_from_both(s, m);
    EXPECT_EQ(take(s), "nothing");
}

} // namespace

TEST(Evset, BehavesAsAnOrderedListOfOneActor)
{
    for (u64 seed = 0; seed < 20; seed++)
        run_against_model(seed, 1, 4, 5, 1000);
}

TEST(Evset, BehavesAsAnOrderedListOfThreeActors)
{
    for (u64 seed = 0; seed < 40; seed++)
        run_against_model(seed, 3, 8, seed % 2 ? 4 : 1000000, 1000);
}

TEST(Evset, BehavesAsAnOrderedListOfManyActors)
{
    for (u64 seed = 0; seed < 4; seed++) {
        run_against_model(seed, 16, 2, 3, 4000);
        run_against_model(seed, 300, 2, 6, 4000);
    }
}

TEST(Evset, EmptyHasNothing)
{
    for (u32 actor_count : {1u, 2u, 3u, 300u, 65536u}) {
        set_of s(actor_count, 1);
        EXPECT_EQ(take(s), "nothing");
        for (u32 actor : {0u, actor_count - 1}) {
            EXPECT_EQ(evset_next(s.e, actor), TIME_NEVER);
            EXPECT_EQ(evset_box_head(s.e, actor), TIME_NEVER);
            EXPECT_EQ(evset_wake(s.e, actor), TIME_NEVER);
            EXPECT_EQ(evset_least_other(s.e, actor), TIME_NEVER);
            EXPECT_EQ(evset_box_count(s.e, actor), 0u);
        }
    }
}

TEST(Evset, OfEqualTimesTheActorThenItsOwnWakeThenTheSenderThenTheNumberDecides)
{
    set_of s(3);
    put(s, make(10, 2, 0, 0));
    put(s, make(10, 1, 2, 5));
    put(s, make(10, 1, 2, 4));
    put(s, make(10, 1, 0, 9));
    evset_set_wake(s.e, 2, 10);
    evset_set_wake(s.e, 1, 10);
    evset_set_wake(s.e, 0, 11);
    put(s, make(9, 2, 2, 8));
    for (const char *expected :
         {"2 from 2 #8 @9", "1 wake @10", "1 from 0 #9 @10", "1 from 2 #4 @10", "1 from 2 #5 @10",
          "2 wake @10", "2 from 0 #0 @10", "0 wake @11", "nothing"})
        EXPECT_EQ(take(s), expected);
}

TEST(Evset, MessagesOfAnyOrderComeOutSorted)
{
    std::vector<u32> order = {0, 1, 2, 3, 4, 5};
    do {
        set_of s(2, 8);
        for (u32 i : order)
            put(s, make(100 + i / 2, 1, i % 2, i));
        for (u32 i = 0; i < 6; i++)
            ASSERT_EQ(take(s), "1 from " + std::to_string(i % 2) + " #" + std::to_string(i) + " @" +
                                   std::to_string(100 + i / 2));
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Evset, SettingAWakeOverwritesAndNeverTakesItAway)
{
    set_of s(2);
    evset_set_wake(s.e, 1, 50);
    evset_set_wake(s.e, 1, 70);
    evset_set_wake(s.e, 0, 60);
    EXPECT_EQ(take(s), "0 wake @60");
    evset_set_wake(s.e, 1, 40);
    EXPECT_EQ(evset_next(s.e, 1), 40u);
    evset_set_wake(s.e, 1, TIME_NEVER);
    EXPECT_EQ(take(s), "nothing");
}

TEST(Evset, WakeAndMessagesOfOneActorDoNotHideEachOther)
{
    set_of s(2);
    put(s, make(30, 1));
    evset_set_wake(s.e, 1, 20);
    EXPECT_EQ(evset_box_head(s.e, 1), 30u);
    evset_set_wake(s.e, 1, 40);
    EXPECT_EQ(take(s), "1 from 0 #0 @30");
    EXPECT_EQ(take(s), "1 wake @40");
}

TEST(Evset, FullBoxRefusesAndChangesNothing)
{
    for (u32 len : {1u, 2u, 4u, 64u}) {
        set_of s(3, len);
        for (u32 i = 0; i < len; i++)
            EXPECT_TRUE(put(s, make(1000 - i, 1, 0, i)));
        auto before = s.copy();
        EXPECT_FALSE(put(s, make(1, 1)));
        EXPECT_FALSE(put(s, make(5000, 1)));
        EXPECT_TRUE(s.same_bytes(*before));
        EXPECT_EQ(evset_box_count(s.e, 1), len);
        EXPECT_TRUE(put(s, make(5000, 2))) << "another box has room";
        take(s);
        EXPECT_TRUE(put(s, make(5000, 1))) << "room again";
    }
}

TEST(Evset, BoxesHaveTheirOwnCapacityRoundedUp)
{
    set_of s(5, {0, 1, 3, 4, 5});
    const u32 expected[] = {1, 1, 4, 4, 8};
    for (u32 actor = 0; actor < 5; actor++) {
        EXPECT_EQ(evset_box_len(s.e, actor), expected[actor]);
        for (u32 i = 0; i < expected[actor]; i++)
            EXPECT_TRUE(put(s, make(100 + i, actor, 1, i)));
        EXPECT_FALSE(put(s, make(1, actor)));
    }
    for (u32 i = 0; i < 8; i++)
        for (u32 actor = 0; actor < 5; actor++)
            if (i < expected[actor]) {
                EXPECT_EQ(take(s), std::to_string(actor) + " from 1 #" + std::to_string(i) + " @" +
                                       std::to_string(100 + i));
            }
    EXPECT_EQ(take(s), "nothing");
}

TEST(Evset, LeastOtherLeavesOutOnlyTheActorItself)
{
    set_of s(5);
    for (u32 actor = 0; actor < 5; actor++)
        evset_set_wake(s.e, actor, 100 + actor);
    put(s, make(90, 3));
    EXPECT_EQ(evset_least_other(s.e, 3), 100u);
    for (u32 actor : {0u, 1u, 2u, 4u})
        EXPECT_EQ(evset_least_other(s.e, actor), 90u);
    take(s);
    EXPECT_EQ(evset_least_other(s.e, 0), 101u);
    EXPECT_EQ(evset_least_other(s.e, 4), 100u);
}

TEST(Evset, CopiedBytesBehaveTheSame)
{
    set_of s(7, 4);
    for (u32 i = 0; i < 20; i++) {
        put(s, make(rng_below(rng_u64(1, 1, 0, i), 50), i % 7, i % 3, i));
        evset_set_wake(s.e, i % 5, rng_below(rng_u64(1, 2, 0, i), 50));
    }
    auto copy = s.copy();
    ASSERT_NE(copy->e, s.e);
    for (std::string what; what != "nothing";) {
        what = take(s);
        EXPECT_EQ(take(*copy), what);
        EXPECT_TRUE(s.same_bytes(*copy));
    }
}

/* Two carriers may deliver the messages of one instant in different orders. */
TEST(Evset, BytesDoNotDependOnTheOrderOfPuts)
{
    std::vector<u32> order = {0, 1, 2, 3};
    set_of first(2);
    for (u32 i : order)
        put(first, make(10 + i % 2, 1, i, 0));
    take(first);
    do {
        set_of s(2);
        for (u32 i : order)
            put(s, make(10 + i % 2, 1, i, 0));
        take(s);
        EXPECT_TRUE(s.same_bytes(first));
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Evset, GreatestTimeFitsAndOneMoreIsOurError)
{
    for (u32 actor_count : {1u, 2u, 3u, 300u}) {
        set_of s(actor_count);
        u32 last = actor_count - 1;
        u64 max_ps = evset_time_max(s.e);
        evset_set_wake(s.e, last, max_ps);
        EXPECT_EQ(take(s), std::to_string(last) + " wake @" + std::to_string(max_ps));
        EXPECT_TRUE(put(s, make(max_ps, last)));
        EXPECT_EQ(take(s), std::to_string(last) + " from 0 #0 @" + std::to_string(max_ps));
        if (actor_count > 1) { /* For one actor the next time is TIME_NEVER. */
            EXPECT_DEATH(evset_set_wake(s.e, last, max_ps + 1), "assertion failed");
            EXPECT_DEATH(put(s, make(max_ps + 1, last)), "assertion failed");
        }
    }
    set_of s(512, 1);
    EXPECT_GE(evset_time_max(s.e), 10 * 3600 * PS_PER_S - 1) << "ten hours of simulated time";
}

TEST(Evset, OnlyTheLeastCanBeTakenAndOnlyKnownActorsAddressed)
{
    struct msg m;
    set_of s(3), empty(2);
    evset_set_wake(s.e, 1, 10);
    evset_set_wake(s.e, 2, 10);
    EXPECT_DEATH(evset_take(s.e, 2, &m), "assertion failed");
    EXPECT_DEATH(evset_take(s.e, 0, &m), "assertion failed");
    EXPECT_DEATH(evset_take(empty.e, 1, &m), "assertion failed");
    EXPECT_DEATH(put(s, make(10, 3)), "assertion failed");
}

TEST(Evset, ImpossibleSizesAreOurError)
{
    const u32 len[2] = {(1u << 31) + 1, 1};
    u64 block[8];
    EXPECT_DEATH(evset_bytes(1, len), "assertion failed");
    EXPECT_DEATH(evset_init(block, 0, len), "assertion failed");
    EXPECT_DEATH(evset_init(block, 65537, len), "assertion failed");
}
