/*
 * Walk cache and IPA cache: hits skip reads and never add any; results are those of a walk without
 * caches as long as software follows the rules of maintenance (DDI 0487, D8.16), tried with random
 * edits of real tables.
 */
#include "mmu/tests/world.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

namespace {

const int more_runs = setenv("RC_PARAMS", "max_success=400", 0);

constexpr u64 VA = 0x1234567000ull, DATA = 0x40000000ull;
const struct mmu_cache_spec A53 = {16, 4, 16, 4};

struct cached {
    std::unique_ptr<struct mmu_caches> c = std::make_unique<struct mmu_caches>();

    explicit cached(const struct mmu_cache_spec &spec) { mmu_caches_init(c.get(), &spec); }

    enum mmu_need finish(world &t, struct mmu_walk *w, enum mmu_need need)
    {
        while (need == MMU_NEED_READ || need == MMU_NEED_UPDATE) {
            if (need == MMU_NEED_UPDATE)
                t.memory[w->need_pa] = w->need_value;
            need = mmu_walk_step_cached(w, &t.r, c.get(), t.read(w->need_pa));
        }
        mmu_caches_check(c.get());
        return need;
    }
    enum mmu_need walk(world &t, struct mmu_walk *w, u64 va, enum mmu_access access = MMU_READ,
                       u32 el = 0)
    {
        return finish(t, w, mmu_walk_begin_cached(w, &t.r, c.get(), va, access, el));
    }
    void tlbi(const char *name, u64 value, u32 vmid)
    {
        auto tlb = std::make_unique<struct mmu_tlb>();
        struct mmu_tlb_spec spec = {1, 1, 1, 1};
        struct mmu_tlbi_issuer by = {};
        mmu_tlb_init(tlb.get(), &spec);
        by.vmid = vmid;
        by.el = 2;
        by.asid16 = 1;
        by.features = &mmu_features_default;
        struct mmu_tlbi_operand o = mmu_tlbi_decode(mmu_tlbi_by_name(name), value, &by);
        mmu_tlbi_apply(&o, tlb.get(), c.get());
    }
};

/* Reads of a second walk: everything known, only the walk cache, only the IPA cache, nothing. */
TEST(Cache, ASecondWalkReadsWhatIsNotKnown)
{
    struct row {
        struct mmu_cache_spec spec;
        u32 ipa_bits, again, neighbour;
    };
    const row rows[] = {
        {{0, 0, 0, 0}, 40, 19, 19},  {{16, 4, 0, 0}, 40, 7, 7}, /* m + 1 and m */
        {{0, 0, 16, 4}, 40, 4, 7},   {{16, 4, 16, 4}, 40, 1, 4},
        {{16, 4, 16, 4}, 0, 1, 1},   {{0, 0, 16, 4}, 0, 4, 4},
        {{16, 4, 16, 4}, 48, 1, 5},
    };
    for (const row &c : rows) {
        world t(MMU_4K, 48, MMU_4K, c.ipa_bits);
        cached k(c.spec);
        struct mmu_walk w;
        u64 pa = t.map(VA, DATA), other = t.map(VA + 4096, DATA + 4096);
        u32 n = 4, m = c.ipa_bits == 0 ? 0 : c.ipa_bits == 40 ? 3 : 4;
        ASSERT_EQ(k.walk(t, &w, VA), MMU_DONE);
        EXPECT_EQ(u32(w.access_count), (n + 1) * (m + 1) - 1) << "the first one";
        ASSERT_EQ(k.walk(t, &w, VA), MMU_DONE);
        EXPECT_EQ(u32(w.access_count), c.again) << c.spec.walk_sets << c.spec.ipa_sets;
        EXPECT_EQ(w.out.pa, pa & ~0xfffull);
        ASSERT_EQ(k.walk(t, &w, VA + 4096), MMU_DONE);
        EXPECT_EQ(u32(w.access_count), c.neighbour);
        EXPECT_EQ(w.out.pa, other & ~0xfffull);
    }
}

TEST(Cache, HitsAreCounted)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    cached k(A53);
    struct mmu_walk w;
    t.map(VA, DATA);
    k.walk(t, &w, VA);
    EXPECT_EQ(k.c->walk_hits, 0u);
    EXPECT_EQ(k.c->ipa_hits, 0u);
    k.walk(t, &w, VA);
    EXPECT_EQ(k.c->walk_hits, 1u);
    EXPECT_EQ(k.c->ipa_hits, 2u) << "the last table and the page";
}

TEST(Cache, EntriesAreOfTheirAsidAndMachine)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    cached k(A53);
    struct mmu_walk w;
    t.map(VA, DATA);
    k.walk(t, &w, VA);
    t.r.ttbr0_el1 |= 1ull << 48;
    t.prepare();
    k.walk(t, &w, VA);
    EXPECT_EQ(u32(w.access_count), 4u) << "no table of this ASID, but all of stage 2";
    t.r.vttbr_el2 |= 1ull << 48;
    t.prepare();
    k.walk(t, &w, VA);
    EXPECT_EQ(u32(w.access_count), 19u);
}

/* Removing or downgrading without a TLBI shows the old table: that is what the rule is for. */
TEST(Cache, WithoutMaintenanceTheOldTableIsUsed)
{
    world t(MMU_4K, 48);
    cached k(A53);
    struct mmu_walk w;
    u64 before = t.map(VA, DATA);
    k.walk(t, &w, VA);
    u64 &table = t.s1(VA, 2), old = table;
    table = 0;
    EXPECT_EQ(k.walk(t, &w, VA), MMU_DONE);
    EXPECT_EQ(w.out.pa, before & ~0xfffull);
    k.tlbi("VALE1IS", VA >> 12, MMU_NO_VMID);
    EXPECT_EQ(k.walk(t, &w, VA), MMU_DONE) << "last level: tables stay";
    k.tlbi("VAE1IS", VA >> 12, MMU_NO_VMID);
    EXPECT_EQ(k.walk(t, &w, VA), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_TRANS + 2);
    table = old;
    EXPECT_EQ(k.walk(t, &w, VA), MMU_DONE) << "faults are not remembered";
}

TEST(Cache, WhatWouldFaultOrChangeIsWalkedAgain)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    cached k(A53);
    struct mmu_walk w;
    t.r.vtcr_el2 |= MMU_VTCR_HD;
    t.prepare();
    t.map(VA, DATA);
    u64 &page = t.s2(DATA | (VA & 0xfff));
    page = (page & ~u64(MMU_S2_WRITE)) | MMU_DESC_DBM;
    k.walk(t, &w, VA, MMU_READ);
    EXPECT_FALSE(w.out.write);
    ASSERT_EQ(k.walk(t, &w, VA, MMU_WRITE), MMU_DONE) << "the entry is clean";
    EXPECT_TRUE(page & MMU_S2_WRITE);
    EXPECT_TRUE(w.out.write);
    k.walk(t, &w, VA, MMU_WRITE);
    EXPECT_EQ(u32(w.access_count), 1u) << "now it is known as dirty";
    page |= 2ull << 53;
    k.tlbi("IPAS2E1", DATA >> 12, 0);
    EXPECT_EQ(k.walk(t, &w, VA, MMU_FETCH), MMU_FAULT);
    page &= ~(2ull << 53);
    EXPECT_EQ(k.walk(t, &w, VA, MMU_FETCH), MMU_DONE) << "no TLBI after a relaxed permission";
}

TEST(Cache, AStageTwoWalkAloneUsesTheIpaCache)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    cached k(A53);
    struct mmu_walk w;
    t.to_pa(DATA);
    for (u32 reads : {3u, 0u}) {
        ASSERT_EQ(k.finish(t, &w, mmu_walk_begin_s2_cached(&w, &t.r, k.c.get(), DATA, MMU_READ, 1)),
                  MMU_DONE);
        EXPECT_EQ(u32(w.access_count), reads);
        EXPECT_EQ(w.out.pa, DATA + world::OFFSET);
    }
}

TEST(Cache, SetsHoldAsManyAsTheyHaveWays)
{
    world t(MMU_4K, 48);
    cached k({1, 3, 0, 0});
    struct mmu_walk w;
    for (u64 i = 0; i < 2; i++)
        t.map(VA + (i << 39), DATA);
    k.walk(t, &w, VA);
    k.walk(t, &w, VA);
    EXPECT_EQ(u32(w.access_count), 1u);
    k.walk(t, &w, VA + (1ull << 39)); /* Three more tables: all of the first are out. */
    k.walk(t, &w, VA);
    EXPECT_EQ(u32(w.access_count), 4u);
}

TEST(Cache, GeometriesOutOfRangeStopTheRun)
{
    EXPECT_DEATH(cached({3, 1, 0, 0}), "assertion");
    EXPECT_DEATH(cached({0, 1, 0, 0}), "assertion");
    EXPECT_DEATH(cached({64, 4, 0, 0}), "assertion");
    EXPECT_DEATH(cached({0, 0, 16, 16}), "assertion");
    cached({32, 4, 128, 1});
}

TEST(Cache, TheCheckFindsWhatItIsFor)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    cached k({2, 2, 2, 2});
    struct mmu_walk w;
    t.map(VA, DATA);
    k.walk(t, &w, VA);
    struct mmu_caches good = *k.c;
    for (u32 i = 0; i < 4; i++) {
        *k.c = good;
        k.c->walk[i].kind = 7;
        k.c->walk[i].tag = i / 2 + 1;
        EXPECT_DEATH(mmu_caches_check(k.c.get()), "assertion") << "another set";
        *k.c = good;
        k.c->ipa[i].kind = 7;
        k.c->ipa[i].desc = 0;
        EXPECT_DEATH(mmu_caches_check(k.c.get()), "assertion") << "no access flag";
    }
}

/* --- Random edits --- */

struct op {
    u32 kind, where, what, asid;
};

const char *const va_ops[] = {"VAE1", "VAAE1", "VAE1IS", "VAAE1OS", "RVAE1", "RVAAE1IS"};

struct editor {
    world t;
    cached k;
    u64 roots[2];
    u32 page, leaf_count = 0;

    editor(enum mmu_granule g1, u32 va_bits, enum mmu_granule g2, u32 ipa_bits,
           const struct mmu_cache_spec &spec)
        : t(g1, va_bits, g2, ipa_bits), k(spec), page(mmu_page_shift(g1))
    {
        roots[0] = t.r.ttbr0_el1;
        roots[1] = t.take_table(page);
        select(0);
    }
    u32 vmid() const { return t.r.vmid; }
    void select(u32 asid)
    {
        t.r.ttbr0_el1 = roots[asid] | u64(asid) << 48;
        t.prepare();
    }
    u64 va(u32 n) const
    {
        return (u64(n % 3) << page | u64(n / 3 % 3) << (page + (page - 3))) +
               (u64(n / 9 % 2) << (t.va_bits - 1));
    }
    u64 operand(u64 address, bool range) const
    {
        u64 g = (page - 12) / 2 + 1;
        u64 asid = t.r.ttbr0_el1 >> 48 << 48;
        return asid | (range ? g << 46 | (address >> page & 0x1fffffffff) : address >> 12);
    }
    void flush_va(u64 address, u32 what)
    {
        const char *name = va_ops[what % 6];
        k.tlbi(name, operand(address, name[0] == 'R'), vmid());
    }
    void remap(u64 address, u32 what)
    {
        u64 attributes = world::S1_ATTR | (what & 1 ? MMU_S1_AP_RO : 0) |
                         (what & 2 ? MMU_S1_UXN : 0);
        t.s1(address, 3) = 0;
        flush_va(address, what);
        if (what % 5 != 0)
            t.map(address, DATA + (u64(what % 7) << 16), 3, attributes);
    }
    /* Another last-level table with nothing but this page in it, or a permission of the table. */
    void change_table(u64 address, u32 what)
    {
        u64 &desc = t.s1(address, 2), old = desc;
        if (t.s1_start() > 2 || (old & 3) != 3)
            return;
        desc = 0;
        k.tlbi(what & 1 ? "VMALLE1" : "VMALLS12E1IS", 0, vmid());
        desc = what & 2 ? t.take_table(page) | 3 : old ^ MMU_S1_AP_TABLE_RO;
        if (what & 2)
            t.map(address, DATA);
    }
    void change_stage2(u64 ipa, u32 what)
    {
        if (t.ipa_bits == 0)
            return;
        t.to_pa(ipa);
        u64 &desc = t.s2(ipa), old = desc;
        desc = 0;
        k.tlbi(what & 1 ? "IPAS2E1" : "IPAS2LE1IS", ipa >> 12, vmid());
        k.tlbi("VMALLE1IS", 0, vmid());
        desc = what & 2 ? old ^ MMU_S2_WRITE : what & 4 ? 0 : old ^ MMU_S2_READ;
    }
    void compare(u64 address, u32 what)
    {
        auto access = static_cast<enum mmu_access>(what % 3);
        u32 el = what / 3 % 2;
        struct mmu_walk a, b;
        enum mmu_need with = k.walk(t, &a, address, access, el);
        u32 updates = t.updates;
        enum mmu_need without = t.walk(&b, address, access, el);
        RC_ASSERT(with == without);
        RC_ASSERT(t.updates == updates);
        RC_ASSERT(memcmp(&a.fault, &b.fault, sizeof(a.fault)) == 0);
        RC_ASSERT(with == MMU_FAULT || memcmp(&a.out, &b.out, sizeof(a.out)) == 0);
        RC_ASSERT(a.access_count <= b.access_count);
    }
    void step(const op &o)
    {
        u64 address = va(o.where);
        switch (o.kind) {
        case 0:
            select(o.asid);
            break;
        case 1:
        case 2:
            remap(address, o.what);
            break;
        case 3:
            change_table(address, o.what);
            break;
        case 4:
            change_stage2(DATA + (u64(o.what % 7) << 16), o.what);
            break;
        default:
            compare(address, o.what);
        }
    }
};

RC_GTEST_PROP(CacheProperty, RulesOfMaintenanceKeepTheCachesInvisible, ())
{
    auto below = [](u32 n) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0u, n)); };
    const auto g1 = static_cast<enum mmu_granule>(*below(3));
    const auto g2 = static_cast<enum mmu_granule>(*below(3));
    const u32 sizes[] = {0, 34, 40, 44, 48};
    const u32 ipa = sizes[*below(5)];
    const struct mmu_cache_spec specs[] = {A53, {1, 2, 1, 2}, {4, 1, 0, 0}, {0, 0, 2, 3}};
    editor e(g1, *below(2) ? 48 : 39, g2, ipa, specs[*below(4)]);
    const auto ops = *rc::gen::container<std::vector<op>>(rc::gen::build<op>(
        rc::gen::set(&op::kind, below(12)), rc::gen::set(&op::where, below(18)),
        rc::gen::set(&op::what, below(210)), rc::gen::set(&op::asid, below(2))));
    for (const op &o : ops)
        e.step(o);
}

} // namespace
