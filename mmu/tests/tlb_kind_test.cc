/* Entries of every size, VMIDs, the rights of both ELs: what the TLB compares besides the page. */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

#include <memory>

namespace {

constexpr u64 VA = 0x123456789000ull;

struct TlbKind : testing::Test {
    std::unique_ptr<struct mmu_tlb> t = std::make_unique<struct mmu_tlb>();

    void SetUp() override
    {
        struct mmu_tlb_spec spec = {4, 4, 8, 2};
        mmu_tlb_init(t.get(), &spec);
    }
    static struct mmu_out out(u32 el0, u32 el1 = 0, u32 bits = 0, bool global = false)
    {
        struct mmu_out o = {};
        o.read = el0 & 1;
        o.write = el0 >> 1 & 1;
        o.exec = el0 >> 2 & 1;
        o.other = u8(el1);
        o.bits = u8(bits);
        o.global = global;
        return o;
    }
    void fill(u64 va, u64 asid, const struct mmu_out &o, enum mmu_access access = MMU_READ)
    {
        mmu_tlb_fill(t.get(), va, asid, access, &o);
        mmu_tlb_check(t.get());
    }
    enum mmu_hit look(u64 va, u64 asid = 1, enum mmu_access access = MMU_READ)
    {
        enum mmu_hit hit = mmu_tlb_lookup(t.get(), va, asid, access);
        mmu_tlb_check(t.get());
        return hit;
    }
    bool fast(u64 va, u64 asid = 1)
    {
        return mmu_l1_hit_read(&t->d, mmu_tlb_key(t.get(), va, asid));
    }
};

TEST_F(TlbKind, AnAddressBetweenTheHalvesIsInNoEntry)
{
    for (u32 bit = 48; bit <= 55; bit++) {
        u64 odd = VA ^ 1ull << bit;
        fill(VA, 1, out(7));
        EXPECT_EQ(look(odd), MMU_HIT_NONE) << bit;
        fill(odd, 1, out(7));
        EXPECT_EQ(look(odd), MMU_HIT_NONE) << "not entered";
        EXPECT_EQ(look(VA), MMU_HIT_L1);
        u64 high = 0xff00000000000000ull | ~(~0ull << 56);
        EXPECT_EQ(look(high ^ 1ull << bit), MMU_HIT_NONE);
    }
    EXPECT_EQ(look(VA | 0x5aull << 56), MMU_HIT_L1) << "the top byte is a tag";
}

/* An entry holds what each EL may do, whoever has walked. */
TEST_F(TlbKind, RightsOfBothLevels)
{
    for (u32 walker = 0; walker < 2; walker++)
        for (u32 el0 = 0; el0 < 8; el0++)
            for (u32 el1 = 0; el1 < 8; el1++)
                for (bool pan : {false, true})
                    for (u32 access = 0; access < 3; access++) {
                        mmu_tlb_flush_all(t.get());
                        struct mmu_out o = walker ? out(el1, el0) : out(el0, el1);
                        auto kind = static_cast<enum mmu_access>(access);
                        o.el = u8(walker);
                        o.pan = (el0 & 3) != 0;
                        fill(VA, 1, o, kind);
                        EXPECT_EQ(look(VA, 1, kind) != MMU_HIT_NONE, (el0 >> access & 1) != 0);
                        bool kept = pan && o.pan && access != MMU_FETCH;
                        EXPECT_EQ(mmu_tlb_lookup_el1(t.get(), VA, 1, kind, pan) != MMU_HIT_NONE,
                                  (el1 >> access & 1) && !kept);
                    }
}

TEST_F(TlbKind, AFillOfTheKernelIsNoHitOfTheUser)
{
    struct mmu_out o = out(3, 0);
    o.el = 1;
    fill(VA, 1, o);
    EXPECT_FALSE(fast(VA));
    EXPECT_EQ(look(VA), MMU_HIT_NONE);
    EXPECT_EQ(mmu_tlb_lookup_el1(t.get(), VA, 1, MMU_READ, true), MMU_HIT_L1);
    EXPECT_FALSE(fast(VA)) << "the fast tags are EL0's";
}

TEST_F(TlbKind, OneEntryServesAllItsPages)
{
    for (u32 bits : {13u, 14u, 16u, 21u, 25u, 29u, 30u, 36u}) {
        mmu_tlb_flush_all(t.get());
        u64 size = 1ull << bits, base = VA & ~(size - 1);
        fill(VA, 1, out(7, 7, bits));
        for (u64 va : {base, VA, base + size / 2, base + size - 1}) {
            EXPECT_EQ(look(va), MMU_HIT_L1) << bits;
            EXPECT_TRUE(fast(va));
            EXPECT_EQ(look(va, 1, MMU_FETCH) != MMU_HIT_NONE, true) << "from the L2";
        }
        EXPECT_EQ(look(base - 1), MMU_HIT_NONE);
        EXPECT_EQ(look(base + size), MMU_HIT_NONE);
        EXPECT_EQ(look(VA, 2), MMU_HIT_NONE) << "another ASID";
        mmu_tlb_flush_page(t.get(), base + size - 1, 1);
        for (u64 va : {base, VA, base + size / 2})
            EXPECT_FALSE(fast(va) || look(va) != MMU_HIT_NONE) << "one page takes all";
    }
}

TEST_F(TlbKind, AVictimOfAnySizeLeavesAndComesBackFromTheL2)
{
    const u32 sizes[] = {21, 12, 16, 14, 30, 12};
    struct mmu_tlb_spec spec = {4, 4, 8, 8};
    mmu_tlb_init(t.get(), &spec);
    for (u64 i = 0; i < 6; i++)
        fill(i << 32, 1, out(3, 0, sizes[i]));
    EXPECT_FALSE(fast(0) || fast(1ull << 32)) << "four ways: the two oldest are gone";
    EXPECT_EQ(look(0), MMU_HIT_L2);
    EXPECT_EQ(look(4096), MMU_HIT_L1);
    EXPECT_EQ(look(1ull << 32), MMU_HIT_L2);
    EXPECT_EQ(t->l2_hits, 2u);
}

TEST_F(TlbKind, EntriesOfTwoSizesForOneAddressAreAConflict)
{
    const u32 sizes[] = {0, 14, 16, 21, 30};
    for (u32 a : sizes)
        for (u32 b : sizes)
            for (bool global : {false, true})
                for (u64 asid : {1ull, 2ull})
                    for (bool far : {false, true}) {
                        u64 other = far ? VA + (2ull << 30) : VA;
                        mmu_tlb_flush_all(t.get());
                        u64 before = t->conflicts;
                        struct mmu_out one = out(1, 0, a, global), two = out(3, 0, b);
                        fill(VA, 1, one);
                        bool meets = a != b && !far && (asid == 1 || global);
                        EXPECT_EQ(mmu_tlb_conflicts(t.get(), other, asid, MMU_READ, &two), meets);
                        fill(other, asid, two);
                        EXPECT_EQ(t->conflicts - before, meets ? 1u : 0u);
                        EXPECT_EQ(look(other, asid, MMU_WRITE), MMU_HIT_L1) << "the new one wins";
                    }
}

TEST_F(TlbKind, ARightThatOnlyTheL2HasReplacesTheLargeEntryOfTheL1)
{
    fill(VA, 1, out(1, 0, 21), MMU_READ);
    fill(VA, 1, out(7, 0, 21), MMU_FETCH);
    EXPECT_EQ(look(VA, 1, MMU_WRITE), MMU_HIT_L2);
    EXPECT_EQ(look(VA + 4096, 1, MMU_WRITE), MMU_HIT_L1);
    EXPECT_EQ(look(VA, 2, MMU_WRITE), MMU_HIT_NONE);
    EXPECT_EQ(t->walks, 1u);
}

TEST_F(TlbKind, MachinesDoNotSeeEachOther)
{
    for (u32 bits : {0u, 21u}) {
        mmu_tlb_set_vmid(t.get(), 5);
        fill(VA, 1, out(3, 3, bits));
        EXPECT_TRUE(fast(VA));
        for (u32 other : {4u, 0x1005u, u32(MMU_NO_VMID)}) {
            mmu_tlb_set_vmid(t.get(), other);
            EXPECT_FALSE(fast(VA)) << "the fast tags are the current machine's";
            EXPECT_EQ(look(VA), MMU_HIT_NONE);
            EXPECT_EQ(mmu_tlb_lookup_el1(t.get(), VA, 1, MMU_READ, false), MMU_HIT_NONE);
        }
        mmu_tlb_set_vmid(t.get(), 5);
        EXPECT_FALSE(fast(VA));
        EXPECT_EQ(look(VA), MMU_HIT_L1);
        EXPECT_TRUE(fast(VA));
        mmu_tlb_set_vmid(t.get(), 5);
        EXPECT_TRUE(fast(VA)) << "no switch, no loss";
    }
    EXPECT_DEATH(mmu_tlb_set_vmid(t.get(), MMU_NO_VMID + 1), "assertion");
}

/* Two machines with the same page and ASID: both are held, each flush takes its own. */
TEST_F(TlbKind, OnePageOfTwoMachines)
{
    for (u32 vmid : {1u, 2u}) {
        mmu_tlb_set_vmid(t.get(), vmid);
        fill(VA, 1, out(vmid == 1 ? 1 : 3, 0, 0, true));
    }
    mmu_tlb_set_vmid(t.get(), 1);
    EXPECT_EQ(look(VA, 9), MMU_HIT_L1);
    EXPECT_EQ(look(VA, 9, MMU_WRITE), MMU_HIT_NONE);
    mmu_tlb_flush_page(t.get(), VA, 9);
    EXPECT_EQ(look(VA), MMU_HIT_NONE);
    mmu_tlb_set_vmid(t.get(), 2);
    EXPECT_EQ(look(VA, 1, MMU_WRITE), MMU_HIT_L1);
    mmu_tlb_flush_asid(t.get(), 1);
    EXPECT_EQ(look(VA, 1, MMU_WRITE), MMU_HIT_L1) << "global";
    mmu_tlb_flush_all(t.get());
    EXPECT_EQ(look(VA), MMU_HIT_NONE);
}

TEST_F(TlbKind, LargeEntriesOfOlderEpochsMatchNothing)
{
    fill(VA, 1, out(7, 7, 21));
    for (u32 i = 0; i < 2 * 2047 + 5; i++) {
        mmu_tlb_flush_all(t.get());
        ASSERT_EQ(mmu_tlb_lookup(t.get(), VA, 1, MMU_READ), MMU_HIT_NONE);
        if (i % 100 == 0) {
            struct mmu_out o = out(7, 7, 21);
            mmu_tlb_fill(t.get(), VA, 1, MMU_READ, &o);
            ASSERT_EQ(mmu_tlb_lookup(t.get(), VA, 1, MMU_READ), MMU_HIT_L1);
        }
    }
    mmu_tlb_check(t.get());
}

TEST_F(TlbKind, TheCheckFindsASizeOrAMachineThatIsWrong)
{
    fill(VA, 1, out(7, 7, 21));
    struct mmu_tlb good = *t;
    EXPECT_DEATH({ t->vmid = 3; mmu_tlb_check(t.get()); }, "assertion") << "fast tags of another";
    *t = good;
    EXPECT_DEATH({ t->d.large = MMU_L1_MAX; mmu_tlb_check(t.get()); }, "assertion");
    *t = good;
    EXPECT_DEATH({ for (u32 &side : t->l2_side) side = 0; mmu_tlb_check(t.get()); }, "assertion");
}

/* --- Geometries --- */

TEST(Cores, HaveGeometriesThatTheStructuresTake)
{
    u32 count = 0;
    const struct mmu_core *core = mmu_cores(&count);
    auto t = std::make_unique<struct mmu_tlb>();
    auto c = std::make_unique<struct mmu_caches>();
    ASSERT_EQ(count, 7u);
    for (u32 i = 0; i < count; i++) {
        mmu_tlb_init(t.get(), &core[i].tlb);
        mmu_caches_init(c.get(), &core[i].caches);
        EXPECT_EQ(mmu_tlb_geometry(core[i].name), &core[i]);
        EXPECT_NE(core[i].source[0], '\0');
    }
    EXPECT_EQ(mmu_tlb_geometry("z80"), nullptr);
}

TEST(Cores, AreThoseOfTheManuals)
{
    struct row {
        const char *name;
        u32 l1i, l1d, l2, ways, walk, ipa;
    };
    const row rows[] = {
        {"cortex-a53", 10, 10, 512, 4, 64, 64},  {"cortex-a57", 48, 32, 1024, 4, 0, 0},
        {"cortex-a72", 48, 32, 1024, 4, 0, 0},   {"neoverse-n1", 48, 48, 1280, 5, 0, 0},
        {"neoverse-n2", 48, 44, 1280, 5, 0, 0},  {"neoverse-v1", 48, 40, 2048, 4, 0, 0},
        {"gem5", 64, 64, 1280, 5, 0, 32},
    };
    for (const row &c : rows) {
        const struct mmu_core *core = mmu_tlb_geometry(c.name);
        ASSERT_NE(core, nullptr) << c.name;
        EXPECT_EQ(core->tlb.l1i_entries, c.l1i);
        EXPECT_EQ(core->tlb.l1d_entries, c.l1d);
        EXPECT_EQ(core->tlb.l2_sets * core->tlb.l2_ways, c.l2);
        EXPECT_EQ(core->tlb.l2_ways, c.ways);
        EXPECT_EQ(core->caches.walk_sets * core->caches.walk_ways, c.walk);
        EXPECT_EQ(core->caches.ipa_sets * core->caches.ipa_ways, c.ipa);
    }
}

} // namespace
