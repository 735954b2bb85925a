#include "mmu/mmu.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace {

enum { R = 1, W = 2, X = 4, G = 8 };

struct mmu_out out(u32 perm)
{
    struct mmu_out o = {};
    o.read = (perm & R) != 0;
    o.write = (perm & W) != 0;
    o.exec = (perm & X) != 0;
    o.global = (perm & G) != 0;
    return o;
}

struct Tlb : testing::Test {
    std::unique_ptr<struct mmu_tlb> t = std::make_unique<struct mmu_tlb>();

    void init(u32 l1i, u32 l1d, u32 sets, u32 ways)
    {
        struct mmu_tlb_spec spec = {l1i, l1d, sets, ways};
        mmu_tlb_init(t.get(), &spec);
    }
    void SetUp() override
    {
        init(48, 48, 256, 5);
    }
    void fill(u64 va, u64 asid, enum mmu_access access, u32 perm)
    {
        struct mmu_out o = out(perm);
        mmu_tlb_fill(t.get(), va, asid, access, &o);
    }
    enum mmu_hit look(u64 va, u64 asid, enum mmu_access access)
    {
        return mmu_tlb_lookup(t.get(), va, asid, access);
    }
    bool fast_read(u64 va, u64 asid)
    {
        return mmu_l1_hit_read(&t->d, mmu_tlb_key(t.get(), va, asid));
    }
    bool fast_write(u64 va, u64 asid)
    {
        return mmu_l1_hit_write(&t->d, mmu_tlb_key(t.get(), va, asid));
    }
    bool fast_fetch(u64 va, u64 asid)
    {
        return mmu_l1_hit_read(&t->i, mmu_tlb_key(t.get(), va, asid));
    }
};

TEST_F(Tlb, StartsEmpty)
{
    for (u64 va : {u64(0), ~u64(0), u64(0xffffffffffff)})
        for (u64 asid : {u64(0), u64(0xffff)}) {
            EXPECT_FALSE(fast_read(va, asid) || fast_write(va, asid) || fast_fetch(va, asid));
            for (enum mmu_access access : {MMU_READ, MMU_WRITE, MMU_FETCH})
                EXPECT_EQ(look(va, asid, access), MMU_HIT_NONE);
        }
    mmu_tlb_check(t.get());
}

TEST_F(Tlb, AFillIsSeenByTheFastTagsOfItsOwnL1)
{
    fill(0x5000, 3, MMU_READ, R | W | X);
    EXPECT_TRUE(fast_read(0x5abc, 3));
    EXPECT_TRUE(fast_write(0x5abc, 3));
    EXPECT_FALSE(fast_fetch(0x5000, 3));
    EXPECT_FALSE(fast_read(0x5000, 4));
    EXPECT_FALSE(fast_read(0x6000, 3));
    EXPECT_EQ(look(0x5000, 3, MMU_FETCH), MMU_HIT_L2) << "L2 is unified";
    EXPECT_TRUE(fast_fetch(0x5000, 3));
    EXPECT_EQ(look(0x5000, 3, MMU_FETCH), MMU_HIT_L1);
    EXPECT_EQ(t->l2_hits, 1u);
}

TEST_F(Tlb, TheFirstWriteThroughACleanEntryWalks)
{
    fill(0x5000, 3, MMU_READ, R);
    EXPECT_TRUE(fast_read(0x5000, 3));
    EXPECT_FALSE(fast_write(0x5000, 3));
    EXPECT_EQ(look(0x5000, 3, MMU_WRITE), MMU_HIT_NONE);
    EXPECT_EQ(t->walks, 1u);
    fill(0x5000, 3, MMU_WRITE, R | W);
    EXPECT_TRUE(fast_write(0x5000, 3));
    EXPECT_EQ(look(0x5000, 3, MMU_WRITE), MMU_HIT_L1);
    mmu_tlb_check(t.get());
}

TEST_F(Tlb, ARightThatOnlyTheL2HasReplacesTheL1Entry)
{
    fill(0x5000, 3, MMU_READ, R);
    fill(0x5000, 3, MMU_FETCH, R | W | X);
    EXPECT_EQ(look(0x5000, 3, MMU_WRITE), MMU_HIT_L2);
    EXPECT_TRUE(fast_write(0x5000, 3));
    mmu_tlb_check(t.get());
}

TEST_F(Tlb, PermissionsAreThoseOfTheEntry)
{
    const enum mmu_access accesses[] = {MMU_READ, MMU_WRITE, MMU_FETCH};
    for (u32 perm = 0; perm < 16; perm++)
        for (enum mmu_access filler : accesses)
            for (enum mmu_access access : accesses) {
                mmu_tlb_flush_all(t.get());
                fill(0x5000, 3, filler, perm);
                bool allowed = perm >> access & 1;
                bool same_l1 = (filler == MMU_FETCH) == (access == MMU_FETCH);
                EXPECT_EQ(look(0x5000, 3, access), !allowed  ? MMU_HIT_NONE
                                                   : same_l1 ? MMU_HIT_L1
                                                             : MMU_HIT_L2);
                EXPECT_EQ(look(0x5000, 4, access) != MMU_HIT_NONE, allowed && (perm & G));
                mmu_tlb_check(t.get());
            }
}

/* Lower and upper half have the same VA[47:12] when addresses have 48 bits. */
TEST_F(Tlb, TheTwoHalvesDoNotMeet)
{
    fill(0x0000800000005000, 3, MMU_READ, R);
    EXPECT_FALSE(fast_read(0xffff800000005000, 3));
    EXPECT_EQ(look(0xffff800000005000, 3, MMU_READ), MMU_HIT_NONE);
    fill(0xffff800000005000, 3, MMU_READ, R | W | G);
    EXPECT_EQ(look(0x0000800000005000, 3, MMU_READ), MMU_HIT_L1);
    EXPECT_EQ(look(0x0000800000005000, 3, MMU_WRITE), MMU_HIT_NONE);
}

TEST_F(Tlb, TwoPagesOfOneIndexShareTheL1ButNotTheFastTag)
{
    const u64 a = 0x5000, b = a + MMU_FRONT * MMU_PAGE_SIZE;
    fill(a, 3, MMU_READ, R);
    fill(b, 3, MMU_READ, R);
    EXPECT_FALSE(fast_read(a, 3));
    EXPECT_TRUE(fast_read(b, 3));
    EXPECT_EQ(look(a, 3, MMU_READ), MMU_HIT_L1);
    EXPECT_TRUE(fast_read(a, 3));
    EXPECT_FALSE(fast_read(b, 3));
    mmu_tlb_check(t.get());
}

TEST_F(Tlb, AGlobalEntryServesEveryAsid)
{
    fill(0xffff000000005000, 3, MMU_READ, R | G);
    for (u64 asid : {u64(0), u64(3), u64(0xffff)}) {
        EXPECT_EQ(look(0xffff000000005000, asid, MMU_READ), MMU_HIT_L1);
        EXPECT_TRUE(fast_read(0xffff000000005000, asid));
        mmu_tlb_check(t.get());
    }
    mmu_tlb_flush_asid(t.get(), 3);
    EXPECT_TRUE(fast_read(0xffff000000005000, 0xffff)) << "ASIDE1 leaves global entries";
    EXPECT_EQ(look(0xffff000000005000, 3, MMU_READ), MMU_HIT_L1);
    mmu_tlb_flush_page(t.get(), 0xffff000000005000, 7);
    EXPECT_FALSE(fast_read(0xffff000000005000, 3)) << "VAE1 takes them, whatever the ASID";
    EXPECT_EQ(look(0xffff000000005000, 3, MMU_READ), MMU_HIT_NONE);
}

TEST_F(Tlb, AnL1VictimLeavesTheFastTagsAndStaysInTheL2)
{
    init(1, 2, 4, 2);
    fill(0x1000, 1, MMU_READ, R | W);
    fill(0x2000, 1, MMU_READ, R | W);
    fill(0x3000, 1, MMU_READ, R | W);
    EXPECT_FALSE(fast_read(0x1000, 1) || fast_write(0x1000, 1)) << "round-robin: the oldest";
    EXPECT_TRUE(fast_read(0x2000, 1) && fast_read(0x3000, 1));
    EXPECT_EQ(look(0x1000, 1, MMU_WRITE), MMU_HIT_L2);
    EXPECT_FALSE(fast_read(0x2000, 1));
    mmu_tlb_check(t.get());
}

TEST_F(Tlb, AnL2SetHoldsAsManyPagesAsItHasWays)
{
    init(1, 1, 4, 2);
    for (u64 page = 0; page < 3; page++)
        fill(page * 4 * MMU_PAGE_SIZE, 1, MMU_READ, R);
    EXPECT_EQ(look(0 * 4 * MMU_PAGE_SIZE, 1, MMU_READ), MMU_HIT_NONE);
    EXPECT_EQ(look(1 * 4 * MMU_PAGE_SIZE, 1, MMU_READ), MMU_HIT_L2);
    EXPECT_EQ(look(2 * 4 * MMU_PAGE_SIZE, 1, MMU_READ), MMU_HIT_L2);
}

/* Twice around the epoch: a page of the same epoch number must not come back. */
TEST_F(Tlb, NothingReturnsWhenTheEpochWraps)
{
    fill(0x5000, 3, MMU_READ, R | W | X);
    fill(0x5000, 3, MMU_FETCH, R | W | X);
    for (u32 i = 0; i < 2 * 2048; i++) {
        mmu_tlb_flush_all(t.get());
        ASSERT_EQ(look(0x5000, 3, MMU_READ), MMU_HIT_NONE) << i;
        ASSERT_EQ(look(0x5000, 3, MMU_FETCH), MMU_HIT_NONE) << i;
        ASSERT_NE(mmu_tlb_key(t.get(), ~u64(0), 0xffff), ~u64(0)) << "never a key";
        ASSERT_FALSE(fast_read(~u64(0), 0xffff));
        if (i == 3 * 512) /* Stays, old, until the wrap. */
            fill(0x5000, 3, MMU_READ, R | W | X);
        if (i % 512 == 0)
            mmu_tlb_check(t.get());
    }
    EXPECT_EQ(t->flushes, 2u * 2048);
}

TEST_F(Tlb, EveryByteIsDefined)
{
    auto other = std::make_unique<struct mmu_tlb>();
    struct mmu_tlb_spec spec = {48, 48, 256, 5};
    memset(static_cast<void *>(other.get()), 0xaa, sizeof(*other));
    mmu_tlb_init(other.get(), &spec);
    EXPECT_EQ(memcmp(other.get(), t.get(), sizeof(*other)), 0);
}

TEST_F(Tlb, GeometriesOutOfRangeStopTheRun)
{
    EXPECT_DEATH(init(0, 1, 4, 2), "assertion");
    EXPECT_DEATH(init(1, MMU_L1_MAX + 1, 4, 2), "assertion");
    EXPECT_DEATH(init(1, 1, 3, 2), "assertion");
    EXPECT_DEATH(init(1, 1, 0, 2), "assertion");
    EXPECT_DEATH(init(1, 1, 2 * MMU_L2_SETS_MAX, 2), "assertion");
    EXPECT_DEATH(init(1, 1, 4, 0), "assertion");
    EXPECT_DEATH(init(1, 1, 4, MMU_L2_WAYS_MAX + 1), "assertion");
    EXPECT_DEATH(look(0, 0x10000, MMU_READ), "assertion");
    init(MMU_L1_MAX, 1, MMU_L2_SETS_MAX, MMU_L2_WAYS_MAX);
}

TEST_F(Tlb, TheCheckFindsWhatItIsFor)
{
    fill(0x5000, 3, MMU_READ, R);
    fill(0x6000, 3, MMU_READ, R);
    u64 key = mmu_tlb_key(t.get(), 0x5000, 3);
    struct mmu_tlb good = *t;
    mmu_tlb_check(t.get());
    t->d.read[7] = mmu_tlb_key(t.get(), 0x7000, 3);
    EXPECT_DEATH(mmu_tlb_check(t.get()), "assertion") << "tag without an entry";
    *t = good;
    t->d.write[5] = key;
    EXPECT_DEATH(mmu_tlb_check(t.get()), "assertion") << "tag without the permission";
    *t = good;
    t->d.way[1] = key;
    EXPECT_DEATH(mmu_tlb_check(t.get()), "assertion") << "a page twice";
    *t = good;
    t->d.head[5] = MMU_L1_MAX;
    EXPECT_DEATH(mmu_tlb_check(t.get()), "assertion") << "an entry outside the chains";
    *t = good;
    t->l2_tag[5 * 5 + 1] = key;
    EXPECT_DEATH(mmu_tlb_check(t.get()), "assertion") << "a page twice in the L2";
}

/* --- Against a model that has no index, no chain and no epoch --- */

struct entry {
    bool valid;
    u64 page, asid;
    u32 perm;
    bool serves(u64 p, u64 a) const
    {
        return valid && page == p && (asid == a || (perm & G));
    }
};

struct naive_set {
    std::vector<entry> way;
    size_t next = 0;

    const entry *find(u64 page, u64 asid) const
    {
        for (const entry &e : way)
            if (e.serves(page, asid))
                return &e;
        return nullptr;
    }
    void put(const entry &n)
    {
        entry *place = nullptr;
        for (entry &e : way)
            if (e.serves(n.page, n.asid) || (e.valid && n.serves(e.page, e.asid))) {
                e.valid = false;
                place = &e;
            }
        if (place == nullptr) {
            place = &way[next];
            next = (next + 1) % way.size();
        }
        *place = n;
    }
    template <typename F> void drop_if(F hit)
    {
        for (entry &e : way)
            if (e.valid && hit(e))
                e.valid = false;
    }
};

struct naive_tlb {
    naive_set i, d;
    std::vector<naive_set> l2;

    explicit naive_tlb(const struct mmu_tlb_spec &s)
    {
        i.way.resize(s.l1i_entries);
        d.way.resize(s.l1d_entries);
        l2.resize(s.l2_sets);
        for (naive_set &set : l2)
            set.way.resize(s.l2_ways);
    }
    naive_set &l1(enum mmu_access access)
    {
        return access == MMU_FETCH ? i : d;
    }
    naive_set &set_of(u64 page)
    {
        return l2[page % l2.size()];
    }
    enum mmu_hit lookup(u64 page, u64 asid, enum mmu_access access)
    {
        const entry *e = l1(access).find(page, asid);
        if (e != nullptr && (e->perm >> access & 1))
            return MMU_HIT_L1;
        e = set_of(page).find(page, asid);
        if (e == nullptr || !(e->perm >> access & 1))
            return MMU_HIT_NONE;
        l1(access).put({true, page, asid, e->perm});
        return MMU_HIT_L2;
    }
    template <typename F> void drop_if(F hit)
    {
        i.drop_if(hit);
        d.drop_if(hit);
        for (naive_set &set : l2)
            set.drop_if(hit);
    }
};

/* splitmix64 (Steele, Lea and Flood): test data only. */
struct random_source {
    u64 state;
    u64 operator()(u64 bound)
    {
        u64 z = state += 0x9e3779b97f4a7c15ull;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        return (z ^ z >> 31) % bound;
    }
};

/* Few pages, many of them with one front index, in both halves. */
u64 random_va(random_source &random)
{
    u64 page = random(6) + 512 * random(3);
    return (random(2) ? 0xffff800000000000ull : 0) | page << 12 | random(4096);
}

/* In the model a page is VA[63:12]. */
void expect_same(struct mmu_tlb *t, naive_tlb &n, random_source &random)
{
    u64 va = random_va(random), asid = random(3);
    auto access = static_cast<enum mmu_access>(random(3));
    u64 key = mmu_tlb_key(t, va, asid);
    const struct mmu_l1 &l = access == MMU_FETCH ? t->i : t->d;
    bool fast = access == MMU_WRITE ? mmu_l1_hit_write(&l, key) : mmu_l1_hit_read(&l, key);
    enum mmu_hit expected = n.lookup(va >> 12, asid, access);

    ASSERT_TRUE(!fast || expected == MMU_HIT_L1) << "a fast tag must not outlive its entry";
    ASSERT_EQ(mmu_tlb_lookup(t, va, asid, access), expected);
    if (expected == MMU_HIT_NONE)
        return;
    ASSERT_TRUE(access == MMU_WRITE ? mmu_l1_hit_write(&l, key) : mmu_l1_hit_read(&l, key));
}

void step(struct mmu_tlb *t, naive_tlb &n, random_source &random)
{
    u64 va = random_va(random), asid = random(3);
    auto access = static_cast<enum mmu_access>(random(3));

    switch (random(40)) {
    case 0:
        mmu_tlb_flush_all(t);
        n.drop_if([](const entry &) { return true; });
        break;
    case 1:
        mmu_tlb_flush_asid(t, asid);
        n.drop_if([=](const entry &e) { return !(e.perm & G) && e.asid == asid; });
        break;
    case 2:
    case 3:
        mmu_tlb_flush_page(t, va, asid);
        n.drop_if([=](const entry &e) { return e.serves(va >> 12, asid); });
        break;
    default:
        if (random(2)) {
            expect_same(t, n, random);
            break;
        }
        u32 perm = u32(1u << access | random(8) | (random(4) ? 0 : G));
        struct mmu_out o = out(perm);
        mmu_tlb_fill(t, va, asid, access, &o);
        entry e = {true, va >> 12, asid, perm};
        n.set_of(e.page).put(e);
        n.l1(access).put(e);
    }
    mmu_tlb_check(t);
}

TEST(TlbModel, RandomOperationsGiveTheSameHits)
{
    const struct mmu_tlb_spec specs[] = {{4, 8, 4, 2}, {1, 1, 1, 1}, {48, 64, 8, 5}};
    for (const auto &spec : specs)
        for (u64 seed = 1; seed <= 4; seed++) {
            auto t = std::make_unique<struct mmu_tlb>();
            naive_tlb n(spec);
            random_source random = {seed};
            mmu_tlb_init(t.get(), &spec);
            /* Close to the wrap, so that it happens in the middle of entries of all ages. */
            for (u32 i = 0; i < 2047 - 20; i++)
                mmu_tlb_flush_all(t.get());
            u64 before = t->epoch;
            for (u32 i = 0; i < 4000; i++) {
                step(t.get(), n, random);
                ASSERT_FALSE(testing::Test::HasFatalFailure())
                    << "seed " << seed << " step " << i << " l1d " << spec.l1d_entries;
            }
            EXPECT_LT(t->epoch, before) << "the epoch wrapped";
        }
}

} // namespace
