/*
 * What 52 bits of address change besides geometry: faults of level -1 and of leaves at level 0,
 * caches, TLB, maintenance, break-before-make. DDI 0487, D8.15, D8.16; ESR_ELx, HPFAR_EL2.
 */
#include "mmu/tests/world.hpp"

#include <gtest/gtest.h>

namespace {

const enum mmu_granule GRANULES[] = {MMU_4K, MMU_16K, MMU_64K};
constexpr u64 LOW_VA = 0x1234567000ull, VA = 0x9ull << 48 | LOW_VA; /* Beyond 48 bits. */
constexpr u64 DATA = 6ull << 48 | 0x40000000ull;                    /* OA[51:48]: 0110 */

/* --- Faults --- */


/* What is not a table at level -1 is invalid: there are no blocks. */
TEST(WideFault, FaultsOfLevelMinusOneHaveTheirOwnCodes)
{
    const struct {
        enum mmu_failure failure;
        int fsc;
    } fails[] = {{MMU_FAIL_EXTERNAL, 0x13}, {MMU_FAIL_PARITY, 0x1b}, {MMU_FAIL_ATOMIC, 0x31}};
    for (enum mmu_access access : {MMU_READ, MMU_WRITE, MMU_FETCH})
        for (u32 stage = 1; stage <= 2; stage++)
            for (bool s1ptw : {false, true}) {
                world t(MMU_4K, 52, MMU_4K, 52);
                if (stage == 1 && s1ptw)
                    continue;
                t.without_concatenation();
                t.map(VA, DATA);
                /* Tables of stage 1 and data have their own entries at level -1 of stage 2. */
                u64 ipa = s1ptw ? t.s1_entry(VA, u32(-1)) : DATA;
                u64 &desc = stage == 1 ? t.s1(VA, u32(-1)) : t.memory[t.s2_entry(ipa, u32(-1))];
                const u64 good = desc;
                for (u64 bad : {u64(0), u64(2), u64(1), u64(good & ~3ull), u64(good & ~2ull)}) {
                    struct mmu_walk w;
                    desc = bad;
                    ASSERT_EQ(t.walk(&w, VA, access), MMU_FAULT);
                    EXPECT_EQ(int(w.fault.fsc), 0x2b);
                    EXPECT_EQ(int(w.fault.level), -1);
                    EXPECT_EQ(u32(w.fault.stage), stage);
                    EXPECT_EQ(w.fault.s1ptw != 0, s1ptw);
                    u64 hpfar = stage == 2 ? mmu_fault_hpfar(&w.fault) : 0;
                    struct mmu_abort a = mmu_abort_decode(mmu_fault_esr(&w.fault, true), w.fault.va,
                                                          hpfar, MMU_S1PTW_READ);
                    EXPECT_EQ(a.level, -1);
                    EXPECT_EQ(a.kind, MMU_KIND_TRANS);
                    if (stage == 2) {
                        EXPECT_EQ(a.type, MMU_ABORT_OTHER) << "KVM masks the level off";
                        EXPECT_TRUE(mmu_fault_has_hpfar(&w.fault));
                        EXPECT_EQ(a.ipa & ~0xfffull, w.fault.ipa);
                        EXPECT_EQ(w.fault.ipa, (s1ptw ? ipa : DATA | (VA & 0xfff)) & ~0xfffull);
                    }
                }
                desc = good;
                for (const auto &f : fails) {
                    struct mmu_walk w;
                    enum mmu_need need = mmu_walk_begin(&w, &t.r, VA, access, 0);
                    while (!(stage == 1 ? w.need_pa == t.to_pa(t.s1_entry(VA, u32(-1)))
                                        : w.need_pa == t.s2_entry(ipa, u32(-1)) && w.ipa == ipa))
                        need = mmu_walk_step(&w, &t.r, t.read(w.need_pa));
                    ASSERT_EQ(need, MMU_NEED_READ);
                    mmu_walk_fail(&w, f.failure);
                    EXPECT_EQ(int(w.fault.fsc), f.fsc);
                    EXPECT_EQ(int(w.fault.level), f.failure == MMU_FAIL_ATOMIC ? 0 : -1);
                    EXPECT_EQ(u32(w.fault.stage), stage);
                }
            }
}

/* Access flag and permission at level 0: codes 08 and 0C, of the greater levels what they were. */
TEST(WideFault, LeavesOfLevelZeroHaveFaultsOfLevelZero)
{
    world t(MMU_4K, 52, MMU_4K, 52);
    struct mmu_walk w;
    t.s2_leaf = 0;
    t.map(VA, DATA, 0);
    t.r.tcr_el1 &= ~(MMU_TCR_HA | MMU_TCR_HD);
    t.r.vtcr_el2 &= ~MMU_VTCR_HA;
    t.prepare();
    u64 &one = t.s1(VA, 0), first = one;
    one = first & ~MMU_DESC_AF;
    ASSERT_EQ(t.walk(&w, VA), MMU_FAULT);
    EXPECT_EQ(int(w.fault.fsc), 0x08);
    EXPECT_EQ(w.fault.stage, 1u);
    one = first & ~MMU_S1_AP_USER;
    ASSERT_EQ(t.walk(&w, VA), MMU_FAULT);
    EXPECT_EQ(int(w.fault.fsc), 0x0c);
    EXPECT_EQ(w.fault.stage, 1u);
    one = first;
    u64 &two = t.s2(DATA), second = two;
    two = second & ~MMU_DESC_AF;
    ASSERT_EQ(t.walk(&w, VA), MMU_FAULT);
    EXPECT_EQ(int(w.fault.fsc), 0x08);
    EXPECT_EQ(w.fault.stage, 2u);
    two = second & ~MMU_S2_WRITE;
    ASSERT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_FAULT);
    EXPECT_EQ(int(w.fault.fsc), 0x0c);
    EXPECT_EQ(w.fault.stage, 2u);
    u64 inside = (1ull << 39) - 1, ipa = (DATA & ~inside) | (VA & inside);
    EXPECT_EQ(w.fault.ipa, ipa & ~0xfffull) << "all 52 bits";
    EXPECT_EQ(mmu_fault_hpfar(&w.fault), ipa >> 12 << 4);
    two = second;
    EXPECT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE);
}

/* Access flag and dirty state are set in blocks of level 0, too. */
TEST(WideFault, HardwareUpdatesLeavesOfLevelZero)
{
    world t(MMU_4K, 52);
    struct mmu_walk w;
    t.map(VA, DATA, 0, world::S1_ATTR | MMU_S1_AP_RO | MMU_DESC_DBM);
    t.s1(VA, 0) &= ~MMU_DESC_AF;
    ASSERT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE);
    EXPECT_EQ(t.updates, 1u);
    EXPECT_TRUE(t.s1(VA, 0) & MMU_DESC_AF);
    EXPECT_FALSE(t.s1(VA, 0) & MMU_S1_AP_RO);
}

/* --- TLB, caches, maintenance --- */

const struct mmu_cache_spec A53 = {16, 4, 16, 4};

u32 cached(world &t, struct mmu_caches *c, u64 va, u64 *pa)
{
    struct mmu_walk w;
    enum mmu_need need = mmu_walk_begin_cached(&w, &t.r, c, va, MMU_READ, 0);
    while (need == MMU_NEED_READ)
        need = mmu_walk_step_cached(&w, &t.r, c, t.read(w.need_pa));
    mmu_caches_check(c);
    EXPECT_EQ(need, MMU_DONE);
    *pa = w.out.pa;
    return w.access_count;
}

/* Pages whose addresses differ above 48 bits alone are not mixed up. */
TEST(WideCache, CachesTellAddressesAbove48BitsApart)
{
    for (enum mmu_granule g : GRANULES)
        for (bool side_by_side : {true, false}) {
            world t(g, 52, g, 52);
            static struct mmu_caches c;
            if (!side_by_side && g != MMU_4K)
                continue;
            if (!side_by_side)
                t.without_concatenation();
            mmu_caches_init(&c, &A53);
            u64 pa[16], found;
            for (u64 top = 0; top < 16; top++)
                pa[top] = t.map(top << 48 | LOW_VA, (top ^ 5) << 48 | 0x50000000);
            /* One after the other, so that the first is still known. */
            for (u64 top = 0; top < 16; top++)
                for (u64 differs : {0, 1, 2, 4, 8}) {
                    const u64 va = (top ^ differs) << 48 | LOW_VA;
                    u32 reads = cached(t, &c, va, &found);
                    EXPECT_EQ(found, pa[top ^ differs] & ~0xfffull) << g << " " << top;
                    EXPECT_LE(reads, 35u);
                    u32 again = cached(t, &c, va, &found);
                    EXPECT_EQ(again, 1u) << "the last table and both leaves are known";
                    EXPECT_EQ(found, pa[top ^ differs] & ~0xfffull);
                }
        }
}

TEST(WideCache, CachesKnowTablesOfLevelZeroAndItsBlocks)
{
    world t(MMU_4K, 52, MMU_4K, 52);
    static struct mmu_caches c;
    u64 found;
    mmu_caches_init(&c, &A53);
    t.without_concatenation();
    t.s2_leaf = 0;
    u64 pa = t.map(VA, DATA, 0);
    EXPECT_EQ(cached(t, &c, VA, &found), 6u) << "both tables of stage 1 are in one block";
    EXPECT_EQ(cached(t, &c, VA, &found), 1u);
    EXPECT_EQ(found, pa & ~0xfffull);
    EXPECT_EQ(c.walk_hits, 1u) << "the table of level 0";

    /* Their invalidation by address. */
    struct mmu_cache_match m = {};
    m.vmid = t.r.vmid;
    m.any_asid = 1;
    m.first = m.last = (VA >> 48 << 36) - 1;
    EXPECT_EQ(mmu_caches_drop_walk(&c, &m), 0u);
    m.first = m.last = (VA >> 48 << 36) + (1ull << 36) - 1;
    EXPECT_EQ(mmu_caches_drop_walk(&c, &m), 1u);
    m.first = m.last = DATA >> 12;
    EXPECT_EQ(mmu_caches_drop_ipa(&c, &m), 1u);
    EXPECT_EQ(mmu_caches_drop_ipa(&c, &m), 0u);
}

TEST(WideCache, TheTlbDoesNotTakeAddressesAbove48Bits)
{
    static struct mmu_tlb tlb;
    const struct mmu_tlb_spec spec = {4, 4, 4, 2};
    world t(MMU_4K, 52);
    struct mmu_walk w;
    mmu_tlb_init(&tlb, &spec);
    t.map(VA, DATA);
    t.map(LOW_VA, DATA + 0x1000);
    ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
    mmu_tlb_fill(&tlb, VA, 0, MMU_READ, &w.out);
    EXPECT_EQ(mmu_tlb_lookup(&tlb, VA, 0, MMU_READ), MMU_HIT_NONE);
    EXPECT_EQ(mmu_tlb_lookup(&tlb, LOW_VA, 0, MMU_READ), MMU_HIT_NONE) << "not by another name";
    ASSERT_EQ(t.walk(&w, LOW_VA), MMU_DONE);
    mmu_tlb_fill(&tlb, LOW_VA, 0, MMU_READ, &w.out);
    EXPECT_EQ(mmu_tlb_lookup(&tlb, VA, 0, MMU_READ), MMU_HIT_NONE);
    EXPECT_EQ(mmu_tlb_lookup(&tlb, LOW_VA, 0, MMU_READ), MMU_HIT_L1);
    mmu_tlb_check(&tlb);
}

/* A block of 4 TiB is one entry. */
TEST(WideCache, TheTlbTakesTheNewBlocks)
{
    const u32 level[3] = {0, 1, 1}, size[3] = {39, 36, 42};
    const struct mmu_tlb_spec spec = {4, 4, 4, 2};
    for (enum mmu_granule g : GRANULES) {
        static struct mmu_tlb tlb;
        world t(g, 52);
        struct mmu_walk w;
        mmu_tlb_init(&tlb, &spec);
        t.map(LOW_VA, DATA, level[g]);
        ASSERT_EQ(t.walk(&w, LOW_VA), MMU_DONE);
        mmu_tlb_fill(&tlb, LOW_VA, 0, MMU_READ, &w.out);
        u64 first = LOW_VA >> size[g] << size[g], last = first + (1ull << size[g]) - 1;
        EXPECT_NE(mmu_tlb_lookup(&tlb, first, 0, MMU_READ), MMU_HIT_NONE);
        EXPECT_NE(mmu_tlb_lookup(&tlb, last, 0, MMU_READ), MMU_HIT_NONE);
        EXPECT_EQ(mmu_tlb_lookup(&tlb, last + 1, 0, MMU_READ), MMU_HIT_NONE);
        mmu_tlb_check(&tlb);
    }
}

struct mmu_tlbi_operand decode(const char *name, u64 value, const struct mmu_features &f, bool ds)
{
    struct mmu_tlbi_issuer by = {};
    by.vmid = 1;
    by.el = 2;
    by.s1_ds = by.s2_ds = ds;
    by.features = &f;
    return mmu_tlbi_decode(mmu_tlbi_by_name(name), value, &by);
}

TEST(WideCache, MaintenanceNamesAddressesOf52Bits)
{
    struct mmu_features f = mmu_features_default, old = f;
    f.pa_bits = 52;
    f.has_lpa = f.has_lpa2 = 1;
    EXPECT_EQ(decode("IPAS2E1", 0xffffffffffull, f, false).first, 0xffffffffffull);
    EXPECT_EQ(decode("IPAS2E1", 1ull << 39, f, false).last, 1ull << 39);
    EXPECT_GT(decode("IPAS2E1", 1ull << 39, old, false).first, 0u) << "nothing";
    EXPECT_EQ(decode("IPAS2E1", 1ull << 39, old, false).last, 0u);
    /* BaseADDR: in granules, with DS in 64 KiB; DS without FEAT_LPA2 is not there. */
    for (u64 tg = 1; tg <= 3; tg++)
        for (bool ds : {false, true})
            for (bool lpa2 : {false, true})
                for (const char *name : {"RVAE1", "RIPAS2E1"}) {
                    const u64 base = 0x123456;
                    struct mmu_features g = f;
                    g.has_lpa2 = lpa2;
                    struct mmu_tlbi_operand o = decode(name, tg << 46 | base, g, ds);
                    u32 unit = ds && lpa2 ? 4 : 2 * u32(tg - 1);
                    EXPECT_EQ(o.first, base << unit) << name << tg;
                    EXPECT_EQ(o.last, (base << unit) + (2ull << 2 * (tg - 1)) - 1);
                    EXPECT_EQ(o.pages, 2u);
                }
    /* The end of the space, 52 bits of IPA; the last page of the upper half. */
    EXPECT_EQ(decode("RIPAS2E1", 1ull << 46 | 3ull << 44 | 0xffffffffull << 4, f, true).last,
              (1ull << 40) - 1);
    EXPECT_EQ(decode("RVAE1", 3ull << 46 | 0x1fffffffffull, f, true).first, (1ull << 44) - 16);
    EXPECT_EQ(decode("RVAE1", 1ull << 46 | 0x1fffffffffull, f, true).first, (1ull << 44) - 16);
}

/* The TLB knows both ends of the 48 bits; a range may come from or reach into what lies between. */
TEST(WideCache, ARangeTakesItsPartOfThe48Bits)
{
    static struct mmu_tlb tlb;
    const struct mmu_tlb_spec spec = {4, 4, 4, 2};
    const u64 lower = 0xfffffffff000, upper = 0xffff000000000000;
    const u64 upper_page = upper >> 12 & ((1ull << 44) - 1);
    const struct {
        u64 first;
        bool takes_lower, takes_upper;
    } rows[] = { /* Eight pages from here. */
        {(lower >> 12) - 8, false, false}, {(lower >> 12) - 7, true, false},
        {(lower >> 12) - 3, true, false},  {(lower >> 12) + 1, false, false},
        {upper_page - 8, false, false},    {upper_page - 4, false, true},
        {upper_page, false, true},         {upper_page + 4, false, false},
    };
    for (const auto &row : rows) {
        struct mmu_tlbi_operand o = decode("RVAE1", 2ull << 46, mmu_features_default, false);
        struct mmu_out out = {};
        mmu_tlb_init(&tlb, &spec);
        mmu_tlb_set_vmid(&tlb, 1);
        out.read = 1;
        mmu_tlb_fill(&tlb, lower, 0, MMU_READ, &out);
        mmu_tlb_fill(&tlb, upper, 0, MMU_READ, &out);
        o.first = row.first;
        o.last = row.first + 7;
        mmu_tlbi_apply(&o, &tlb, NULL);
        EXPECT_EQ(mmu_tlb_lookup(&tlb, lower, 0, MMU_READ) == MMU_HIT_NONE, row.takes_lower);
        EXPECT_EQ(mmu_tlb_lookup(&tlb, upper, 0, MMU_READ) == MMU_HIT_NONE, row.takes_upper);
    }
}

/* --- Break-before-make --- */

TEST(WideCache, BreakBeforeMakeKnowsTheAddressBits)
{
    for (enum mmu_granule g : GRANULES)
        for (u32 stage = 1; stage <= 2; stage++) {
            struct mmu_bbm_change c = {};
            u64 extra = g == MMU_64K ? 15ull << 12 : 3ull << 8 | 3ull << 48;
            c.stage = u8(stage);
            c.level = 3;
            c.granule = u8(g);
            c.live = 1;
            c.wide = 1;
            for (u32 bit = 0; bit < 64; bit++) {
                if (!(extra >> bit & 1))
                    continue;
                c.before = 1 << 10 | 3;
                c.after = c.before ^ 1ull << bit;
                EXPECT_EQ(mmu_bbm_changes(&c), u32(MMU_BBM_ADDRESS)) << g << " " << bit;
                c.level = g == MMU_64K ? 1 : -1; /* A table. */
                EXPECT_EQ(mmu_bbm_changes(&c), u32(MMU_BBM_ADDRESS)) << g << " " << bit;
                c.level = 3;
            }
            /* A block of the new level against a table; at level -1 it is nothing. */
            c.level = g == MMU_4K ? 0 : 1;
            c.before = 1 << 10 | 1;
            c.after = 3;
            EXPECT_EQ(mmu_bbm_changes(&c), u32(MMU_BBM_SIZE));
            c.wide = 0;
            EXPECT_EQ(mmu_bbm_changes(&c), 0u);
            c.wide = 1;
            c.level = -1;
            EXPECT_EQ(mmu_bbm_changes(&c), 0u);
        }
}

} // namespace
