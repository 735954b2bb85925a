/*
 * The GFN hash of a vCPU: 64 slots, the golden ratio's upper bits, linear probing, and a delete
 * that shifts back. Source: [PATCH v4 03/15] <20210815005947.83699-4-gshan@redhat.com>.
 */
#include "model/tests/random_spec.hpp"

#include <set>

namespace {

struct Hash {
    apf_host a{};
    u32 slots;

    explicit Hash(u32 n) : slots(n) { apf_gfn_reset(&a); }
    void insert(u32 gfn) { apf_gfn_insert(&a, slots, gfn); }
    bool erase(u32 gfn) { return apf_gfn_delete(&a, slots, gfn); }
    bool has(u32 gfn) const { return apf_gfn_find(&a, slots, gfn); }
    u32 slot_of(u32 gfn) const
    {
        u32 i = 0;
        while (i < slots && a.gfns[i] != gfn)
            i++;
        return i;
    }
};

/* The n-th gfn from GFN_FIRST on whose home is this slot. */
u32 gfn_with_home(u32 home, u32 n)
{
    u32 gfn = GFN_FIRST;

    for (;; gfn++)
        if (apf_hash(gfn, 64) == home && n-- == 0)
            return gfn;
}

} // namespace

TEST(GfnHash, IsTheUpperSixBitsOfAProduct)
{
    EXPECT_EQ(apf_hash(0, 64), 0u);
    EXPECT_EQ(apf_hash(1, 64), 0x61C88647u >> 26);
    EXPECT_EQ(apf_hash(0x40011, 64), (u32)(0x40011ull * 0x61C88647u) >> 26);
    EXPECT_EQ(apf_hash(0x40011, 1), 0u);
}

TEST(GfnHash, CollidingEntriesStandBehindTheirHome)
{
    Hash h(64);

    for (u32 n = 0; n < 4; n++)
        h.insert(gfn_with_home(20, n));
    for (u32 n = 0; n < 4; n++)
        EXPECT_EQ(h.slot_of(gfn_with_home(20, n)), 20 + n);
    EXPECT_FALSE(h.has(gfn_with_home(20, 4)));
}

TEST(GfnHash, DeleteShiftsBackOnlyWhatIsNotAtHome)
{
    Hash h(64);
    u32 a = gfn_with_home(20, 0), b = gfn_with_home(20, 1), c = gfn_with_home(22, 0),
        d = gfn_with_home(20, 2);

    for (u32 gfn : {a, b, c, d}) /* Slots 20, 21, 22 and 23. */
        h.insert(gfn);
    EXPECT_TRUE(h.erase(a));
    EXPECT_EQ(h.slot_of(b), 20u);
    EXPECT_EQ(h.slot_of(c), 22u) << "c is at home";
    EXPECT_EQ(h.slot_of(d), 21u);
    EXPECT_FALSE(h.erase(a));
}

TEST(GfnHash, ProbingAndShiftingGoAroundTheEnd)
{
    Hash h(64);
    u32 a = gfn_with_home(63, 0), b = gfn_with_home(63, 1), c = gfn_with_home(0, 0);

    for (u32 gfn : {a, b, c}) /* Slots 63, 0 and 1. */
        h.insert(gfn);
    EXPECT_EQ(h.slot_of(b), 0u);
    EXPECT_TRUE(h.erase(a));
    EXPECT_EQ(h.slot_of(b), 63u);
    EXPECT_EQ(h.slot_of(c), 0u);
}

TEST(GfnHash, AllSlotsCanBeTaken)
{
    for (u32 slots : {1u, 2u, 4u, 64u}) {
        Hash h(slots);
        for (u32 i = 0; i < slots; i++)
            h.insert(GFN_FIRST + 3 * i);
        EXPECT_FALSE(h.has(GFN_FIRST + 1));
        EXPECT_FALSE(h.erase(GFN_FIRST + 1));
        for (u32 i = 0; i < slots; i++)
            EXPECT_TRUE(h.erase(GFN_FIRST + 3 * i)) << i;
        for (u32 i = 0; i < slots; i++)
            EXPECT_EQ(h.a.gfns[i], 0xffffffffu);
    }
}

/* Against a set, at every load; few homes, so that nearly everything collides. */
TEST(GfnHash, AgreesWithASet)
{
    for (u64 seed = 1; seed <= 20; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Draws d{seed};
        Hash h(64);
        std::set<u32> model;
        std::vector<u32> gfns;
        for (u32 home : {0u, 1u, 5u, 31u, 62u, 63u})
            for (u32 n = 0; n < 16; n++)
                gfns.push_back(gfn_with_home(home, n));
        for (u32 step = 0; step < 400; step++) {
            u32 gfn = gfns[d.below(gfns.size())];
            if (model.count(gfn) == 0 && model.size() < 64) {
                h.insert(gfn);
                model.insert(gfn);
            } else {
                ASSERT_EQ(h.erase(gfn), model.erase(gfn) != 0);
            }
            for (u32 g : gfns)
                ASSERT_EQ(h.has(g), model.count(g) != 0) << std::hex << g;
        }
    }
}
