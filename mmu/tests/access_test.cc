/* Accesses in full: PAN, unprivileged, atomic, cache maintenance, alignment; the optional features;
 * memory types; memory that fails. DDI 0487, D8.4, D8.6, D8.15. */
#include "mmu/tests/world.hpp"

#include <gtest/gtest.h>

namespace {

constexpr u64 VA = 0x1234567000ull, DATA = 0x40000000ull;
constexpr u64 KERNEL = world::AF, USER = world::AF | MMU_S1_AP_USER;

struct mmu_request request(u64 va, u32 access, u32 el, u32 flags = 0, u32 size_log2 = 0)
{
    struct mmu_request q = {};
    q.va = va;
    q.access = u8(access);
    q.el = u8(el);
    q.flags = u8(flags);
    q.size_log2 = u8(size_log2);
    return q;
}

bool is_done(world &t, const struct mmu_request &q)
{
    struct mmu_walk w;
    return t.walk(&w, q) == MMU_DONE;
}

u32 fsc_of(world &t, const struct mmu_request &q)
{
    struct mmu_walk w;
    return t.walk(&w, q) == MMU_DONE ? u32(MMU_FSC_NONE) : w.fault.fsc;
}

TEST(Access, PanKeepsEl1FromTheDataOfEl0)
{
    for (u64 page : {u64(KERNEL), u64(USER), u64(USER | MMU_S1_AP_RO)})
        for (u32 el = 0; el < 2; el++)
            for (u32 access : {MMU_READ, MMU_WRITE, MMU_FETCH})
                for (u32 flags : {0u, u32(MMU_REQ_PAN), u32(MMU_REQ_PAN | MMU_REQ_UNPRIV)}) {
                    world t(MMU_4K, 48);
                    t.map(VA, DATA, 3, page);
                    bool user = page & MMU_S1_AP_USER, ro = page & MMU_S1_AP_RO;
                    bool as_user = el == 0 || (flags & MMU_REQ_UNPRIV);
                    bool ok = access == MMU_FETCH ? el == 0 || !user || ro
                              : as_user           ? user && !(access == MMU_WRITE && ro)
                                        : !(flags && user) && !(access == MMU_WRITE && ro);
                    EXPECT_EQ(is_done(t, request(VA, access, el, flags)), ok)
                        << page << " " << el << " " << access << " " << flags;
                }
}

TEST(Access, AnUnprivilegedAccessIsReportedFromEl1)
{
    world t(MMU_4K, 48);
    struct mmu_walk w;
    t.map(VA, DATA, 3, KERNEL);
    ASSERT_EQ(t.walk(&w, request(VA, MMU_READ, 1, MMU_REQ_UNPRIV)), MMU_FAULT);
    EXPECT_EQ(w.fault.fsc, MMU_FSC_PERM + 3);
    EXPECT_EQ(w.fault.el, 1u);
    EXPECT_EQ(mmu_fault_esr(&w.fault, false) >> 26, 0x25u) << "same EL";
    t.map(VA, DATA, 3, USER);
    ASSERT_EQ(t.walk(&w, request(VA, MMU_READ, 1, MMU_REQ_UNPRIV)), MMU_DONE);
    EXPECT_EQ(w.out.el, 0u) << "the rights are EL0's";
    EXPECT_EQ(w.out.other, 3u) << "EL1 reads and writes, and does not execute";
}

TEST(Access, PanLooksAtTheTablesAboveToo)
{
    world t(MMU_4K, 48);
    t.map(VA, DATA, 3, USER);
    EXPECT_FALSE(is_done(t, request(VA, MMU_READ, 1, MMU_REQ_PAN)));
    t.s1(VA, 1) |= MMU_S1_AP_TABLE_NO_EL0;
    EXPECT_TRUE(is_done(t, request(VA, MMU_READ, 1, MMU_REQ_PAN)));
}

/* An atomic access needs both rights; WnR is 0 if a read would have faulted, too. */
TEST(Access, AtomicsReportAWriteOnlyIfAReadWasAllowed)
{
    struct row {
        u64 s1, s2;
        u32 stage;
        bool wnr;
    };
    const row rows[] = {
        {USER, 3 << 6, 0, false},
        {USER | MMU_S1_AP_RO, 3 << 6, 1, true},
        {KERNEL, 3 << 6, 1, false},
        {USER, MMU_S2_READ, 2, true},
        {USER, MMU_S2_WRITE, 2, false},
        {USER, 0, 2, false},
    };
    for (const row &c : rows) {
        world t(MMU_4K, 48, MMU_4K, 40);
        struct mmu_walk w;
        t.map(VA, DATA, 3, c.s1);
        t.s2(DATA) = (t.s2(DATA) & ~(3ull << 6)) | c.s2;
        enum mmu_need need = t.walk(&w, request(VA, MMU_WRITE, 0, MMU_REQ_ATOMIC, 3));
        ASSERT_EQ(need, c.stage ? MMU_FAULT : MMU_DONE);
        EXPECT_EQ(w.fault.stage, c.stage);
        EXPECT_EQ(w.fault.write, c.wnr);
    }
    world t(MMU_4K, 48);
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, request(VA, MMU_WRITE, 0, MMU_REQ_ATOMIC)), MMU_FAULT);
    EXPECT_EQ(w.fault.write, 0u) << "absent: a read would have faulted";
}

TEST(Access, CacheMaintenanceReadsAndReportsAWrite)
{
    world t(MMU_4K, 48);
    struct mmu_walk w;
    t.map(VA, DATA, 3, USER | MMU_S1_AP_RO);
    EXPECT_TRUE(is_done(t, request(VA, MMU_READ, 0, MMU_REQ_CM)));
    t.s1(VA, 3) = 0;
    ASSERT_EQ(t.walk(&w, request(VA, MMU_READ, 0, MMU_REQ_CM)), MMU_FAULT);
    u64 esr = mmu_fault_esr(&w.fault, false);
    EXPECT_TRUE(esr & 1 << 8) << "CM";
    EXPECT_TRUE(esr & 1 << 6) << "WnR";
}

TEST(Access, AlignmentIsJudgedFirstIfItDoesNotDependOnMemory)
{
    for (u32 size = 0; size <= 6; size++)
        for (u64 offset : {u64(0), u64(1) << size, (u64(1) << size) - 1, u64(1) << size >> 1})
            for (bool a : {false, true})
                for (u32 flags : {0u, u32(MMU_REQ_ALIGNED)}) {
                    world t(MMU_4K, 48);
                    t.r.sctlr_el1 |= a ? MMU_SCTLR_A : 0;
                    t.prepare();
                    bool bad = offset % (1ull << size) != 0 && (a || flags);
                    u32 fsc = fsc_of(t, request(VA + offset, MMU_READ, 0, flags, size));
                    EXPECT_EQ(fsc, bad ? 0x21u : 0x04u) << "nothing is mapped";
                    fsc = fsc_of(t, request(1ull << 52 | offset, MMU_READ, 0, flags, size));
                    EXPECT_EQ(fsc, bad ? 0x21u : 0x04u) << "before the range";
                }
}

/* In Device memory of either stage: after the access flag, before permission. */
TEST(Access, DeviceMemoryWantsAlignment)
{
    for (u32 stage = 1; stage <= 2; stage++)
        for (bool unaligned : {false, true}) {
            world t(MMU_4K, 48, MMU_4K, 40);
            t.r.tcr_el1 &= ~MMU_TCR_HA;
            t.r.vtcr_el2 &= ~MMU_VTCR_HA;
            t.r.mair_el1 = 0x04ff;
            t.prepare();
            u64 type = stage == 1 ? 1 << MMU_S1_ATTR_SHIFT : 0;
            t.map(VA, DATA, 3, KERNEL | type);
            if (stage == 2)
                t.s2(DATA) &= ~(0xfull << 2);
            auto q = request(VA + (unaligned ? 2 : 0), MMU_READ, stage == 1 ? 0 : 1, 0, 2);
            u64 &desc = stage == 1 ? t.s1(VA, 3) : t.s2(DATA);
            if (stage == 2)
                desc &= ~u64(MMU_S2_READ);
            u32 perm = MMU_FSC_PERM + 3;
            EXPECT_EQ(fsc_of(t, q), unaligned ? u32(MMU_FSC_ALIGN) : perm);
            desc &= ~u64(MMU_DESC_AF);
            EXPECT_EQ(fsc_of(t, q), u32(MMU_FSC_ACCESS + 3));
            struct mmu_walk w;
            desc |= MMU_DESC_AF;
            t.walk(&w, q);
            EXPECT_EQ(u32(w.fault.stage), stage);
            EXPECT_EQ(u32(w.fault.level), unaligned ? 0u : 3u);
        }
}

TEST(Access, ZeroingABlockNeedsNormalMemoryAndNoAlignment)
{
    for (u32 s1 = 0; s1 < 2; s1++)
        for (u32 s2 = 0; s2 < 2; s2++) {
            world t(MMU_4K, 48, MMU_4K, 40);
            t.r.sctlr_el1 |= MMU_SCTLR_A;
            t.r.mair_el1 = 0x04ff;
            t.prepare();
            t.map(VA, DATA, 3, USER | s1 << MMU_S1_ATTR_SHIFT);
            if (s2)
                t.s2(DATA) &= ~(0xfull << 2);
            u32 fsc = fsc_of(t, request(VA + 3, MMU_WRITE, 0, MMU_REQ_ZVA, 6));
            EXPECT_EQ(fsc, s1 || s2 ? u32(MMU_FSC_ALIGN) : u32(MMU_FSC_NONE));
        }
}

TEST(Access, WithoutStageOneDataAreDeviceUnlessDefaultCacheable)
{
    struct mmu_regs r = {};
    struct mmu_walk w;
    for (u64 hcr : {u64(0), u64(MMU_HCR_TGE)}) {
        r.hcr_el2 = hcr;
        r.sctlr_el1 = hcr ? MMU_SCTLR_M : 0; /* TGE turns stage 1 of EL1&0 off. */
        mmu_regs_prepare(&r);
        auto q = request(0x1001, MMU_READ, 0, 0, 1);
        EXPECT_EQ(mmu_walk_begin_request(&w, &r, &q), MMU_FAULT);
        EXPECT_EQ(w.fault.fsc, MMU_FSC_ALIGN);
        q.va = 1ull << 48 | 1;
        mmu_walk_begin_request(&w, &r, &q);
        EXPECT_EQ(w.fault.fsc, MMU_FSC_SIZE) << "the range comes first";
        q = request(0x1000, MMU_READ, 0, 0, 1);
        EXPECT_EQ(mmu_walk_begin_request(&w, &r, &q), MMU_DONE);
        EXPECT_EQ(w.out.type, MMU_TYPE_DEVICE);
        EXPECT_EQ(w.out.other, 7u);
        q.access = MMU_FETCH;
        EXPECT_EQ(mmu_walk_begin_request(&w, &r, &q), MMU_DONE);
        EXPECT_EQ(w.out.type, MMU_TYPE_NORMAL);
    }
    world t(MMU_4K, 48, MMU_4K, 40);
    t.r.sctlr_el1 = 0;
    t.r.hcr_el2 |= MMU_HCR_DC;
    t.prepare();
    t.to_pa(DATA);
    ASSERT_EQ(t.walk(&w, request(DATA | 1, MMU_READ, 0, 0, 1)), MMU_DONE);
    EXPECT_EQ(w.out.type, MMU_TYPE_NORMAL);
    EXPECT_EQ(u32(w.out.bits), 12u);
    EXPECT_EQ(u32(w.out.kind), 0u) << "no leaf of stage 1";
}

/* Stage 1 (Normal, Non-cacheable, Device) against MemAttr, without and with HCR_EL2.FWB. */
TEST(Access, TypesOfBothStagesCombine)
{
    const u64 mair[3] = {0xff, 0x44, 0x04};
    for (u32 s1 = 0; s1 < 3; s1++)
        for (u32 attr = 0; attr < 16; attr++)
            for (bool fwb : {false, true}) {
                world t(MMU_4K, 48, MMU_4K, 40);
                t.r.mair_el1 = mair[s1];
                t.r.hcr_el2 |= fwb ? MMU_HCR_FWB : 0;
                t.prepare();
                t.map(VA, DATA, 3, USER);
                t.s2(DATA) = (t.s2(DATA) & ~(0xfull << 2)) | u64(attr) << 2;
                struct mmu_walk w;
                ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
                u32 s2 = attr < 4 ? 2 : attr < 8 ? 1 : 0;
                u32 expected = s2 > s1 ? s2 : s1;
                if (fwb && attr == 6)
                    expected = MMU_TYPE_NORMAL;
                if (fwb && attr == 7)
                    expected = s1;
                if (fwb && attr > 7)
                    continue; /* Reserved. */
                EXPECT_EQ(u32(w.out.type), expected) << s1 << " " << attr << " " << fwb;
            }
}

TEST(Access, StageTwoMarksItsPagesDirty)
{
    for (u32 hafdbs = 0; hafdbs <= 2; hafdbs++)
        for (u32 bits = 0; bits < 4; bits++)
            for (bool dbm : {false, true}) {
                world t(MMU_4K, 48, MMU_4K, 40);
                t.f.hafdbs = u8(hafdbs);
                t.r.vtcr_el2 &= ~MMU_VTCR_HA;
                t.r.vtcr_el2 |= (bits & 1 ? MMU_VTCR_HA : 0) | (bits & 2 ? MMU_VTCR_HD : 0);
                t.prepare();
                t.map(VA, DATA, 3, USER);
                t.s2(DATA) &= ~u64(MMU_S2_WRITE);
                t.s2(DATA) |= dbm ? MMU_DESC_DBM : 0;
                struct mmu_walk w;
                ASSERT_EQ(t.walk(&w, VA, MMU_READ), MMU_DONE);
                EXPECT_FALSE(w.out.write) << "clean";
                EXPECT_EQ(t.updates, 0u);
                bool managed = hafdbs == 2 && bits == 3 && dbm;
                EXPECT_EQ(t.walk(&w, VA, MMU_WRITE), managed ? MMU_DONE : MMU_FAULT);
                EXPECT_EQ(t.updates, managed ? 1u : 0u);
                EXPECT_EQ((t.s2(DATA) & MMU_S2_WRITE) != 0, managed);
            }
}

/* The walker's own write makes the page of the table dirty first. */
TEST(Access, AnUpdateOfStageOneDirtiesThePageOfItsTable)
{
    world t(MMU_4K, 48, MMU_4K, 40);
    t.r.vtcr_el2 |= MMU_VTCR_HD;
    t.prepare();
    t.map(VA, DATA, 3, USER & ~u64(MMU_DESC_AF));
    u64 &page = t.s2(t.s1_entry(VA, 3));
    page = (page & ~u64(MMU_S2_WRITE)) | MMU_DESC_DBM;
    struct mmu_walk w;
    ASSERT_EQ(t.walk(&w, VA), MMU_DONE);
    EXPECT_EQ(t.updates, 2u);
    EXPECT_TRUE(page & MMU_S2_WRITE);
    EXPECT_TRUE(t.s1(VA, 3) & MMU_DESC_AF);
    EXPECT_EQ(u32(w.access_count), 19u);
}

TEST(Access, WithoutXnxOnlyXn1Counts)
{
    const char exec[2][4][2] = { /* [FEAT_XNX][XN][EL] */
        {{1, 1}, {1, 1}, {0, 0}, {0, 0}},
        {{1, 1}, {1, 0}, {0, 0}, {0, 1}},
    };
    for (u32 xnx = 0; xnx < 2; xnx++)
        for (u32 xn = 0; xn < 4; xn++)
            for (u32 el = 0; el < 2; el++) {
                world t(MMU_4K, 48, MMU_4K, 40);
                t.f.has_xnx = u8(xnx);
                t.prepare();
                t.map(VA, DATA, 3, el ? KERNEL : USER);
                t.s2(DATA) |= u64(xn) << 53;
                EXPECT_EQ(is_done(t, request(VA, MMU_FETCH, el)), exec[xnx][xn][el] != 0);
            }
}

TEST(Access, E0pdFaultsEl0WithoutAWalkAndUnprivilegedAccessesToo)
{
    for (bool half : {false, true})
        for (bool has : {false, true}) {
            world t(MMU_4K, 48);
            u64 va = half ? 0xffff000000000000ull | VA : VA;
            t.f.has_e0pd = has;
            t.r.tcr_el1 |= half ? MMU_TCR_E0PD1 : MMU_TCR_E0PD0;
            t.prepare();
            t.map(va, DATA, 3, USER);
            u32 expected = has ? u32(MMU_FSC_TRANS) : u32(MMU_FSC_NONE);
            EXPECT_EQ(fsc_of(t, request(va, MMU_READ, 0)), expected);
            EXPECT_EQ(fsc_of(t, request(va, MMU_READ, 1, MMU_REQ_UNPRIV)), expected);
            EXPECT_EQ(fsc_of(t, request(va, MMU_READ, 1)), u32(MMU_FSC_NONE));
        }
}

/* What EL1 has entered does not let EL0 in. */
TEST(Access, E0pdHoldsForWhatIsInTheTlbToo)
{
    for (bool on : {false, true}) {
        world t(MMU_4K, 48);
        auto tlb = std::make_unique<struct mmu_tlb>();
        struct mmu_tlb_spec spec = {4, 4, 8, 2};
        t.r.tcr_el1 |= on ? MMU_TCR_E0PD0 : 0;
        t.prepare();
        t.map(VA, DATA, 3, USER);
        struct mmu_request q = request(VA, MMU_READ, 1);
        struct mmu_walk w;
        ASSERT_EQ(t.walk(&w, q), MMU_DONE);
        mmu_tlb_init(tlb.get(), &spec);
        mmu_tlb_fill(tlb.get(), VA, 0, MMU_READ, &w.out);
        EXPECT_EQ(mmu_tlb_lookup_el1(tlb.get(), VA, 0, MMU_READ, false), MMU_HIT_L1);
        EXPECT_EQ(mmu_tlb_lookup(tlb.get(), VA, 0, MMU_READ), on ? MMU_HIT_NONE : MMU_HIT_L1);
    }
}

TEST(Access, PanSparesCacheMaintenanceButNotDcZva)
{
    world t(MMU_4K, 48);
    t.prepare();
    t.map(VA, DATA, 3, USER);
    EXPECT_EQ(fsc_of(t, request(VA, MMU_READ, 1, MMU_REQ_PAN)), u32(MMU_FSC_PERM) + 3);
    EXPECT_EQ(fsc_of(t, request(VA, MMU_READ, 1, MMU_REQ_PAN | MMU_REQ_CM)), u32(MMU_FSC_NONE));
    EXPECT_EQ(fsc_of(t, request(VA, MMU_WRITE, 1, MMU_REQ_PAN | MMU_REQ_ZVA)),
              u32(MMU_FSC_PERM) + 3);
}

TEST(Access, TheTopByteMayCountForFetchesAlone)
{
    for (bool has : {false, true})
        for (u32 access : {MMU_READ, MMU_WRITE, MMU_FETCH}) {
            world t(MMU_4K, 48);
            t.f.has_tbid = has;
            t.r.tcr_el1 |= MMU_TCR_TBI0 | MMU_TCR_TBID0;
            t.prepare();
            t.map(VA, DATA, 3, USER);
            bool counts = has && access == MMU_FETCH;
            EXPECT_EQ(is_done(t, request(VA | 0x5aull << 56, access, 0)), !counts);
        }
}

TEST(Access, HierarchicalPermissionsNeedNoFeatureToCount)
{
    world t(MMU_4K, 48);
    t.f.has_hpds = 0;
    t.r.tcr_el1 |= MMU_TCR_HPD0;
    t.prepare();
    t.map(VA, DATA, 3, USER);
    t.s1(VA, 0) |= MMU_S1_AP_TABLE_RO;
    EXPECT_FALSE(is_done(t, request(VA, MMU_WRITE, 0))) << "HPD0 is RES0";
    t.f.has_hpds = 1;
    t.prepare();
    EXPECT_TRUE(is_done(t, request(VA, MMU_WRITE, 0)));
}

/* --- Memory that fails --- */

struct failing : testing::TestWithParam<u32> {};

/* The n-th descriptor read of a nested walk fails: the level and the stage of that read. */
TEST_P(failing, AnExternalAbortOnAWalkNamesTheLevelOfTheRead)
{
    const u32 m = 3; /* 40 bits: levels 1..3 of stage 2 */
    world t(MMU_4K, 48, MMU_4K, 40);
    t.map(VA, DATA, 3, USER);
    struct mmu_walk w;
    enum mmu_need need = mmu_walk_begin(&w, &t.r, VA, MMU_WRITE, 0);
    for (u32 i = 0; i < GetParam(); i++)
        need = mmu_walk_step(&w, &t.r, t.read(w.need_pa));
    ASSERT_EQ(need, MMU_NEED_READ);
    for (enum mmu_failure failure : {MMU_FAIL_EXTERNAL, MMU_FAIL_PARITY, MMU_FAIL_ATOMIC}) {
        struct mmu_walk dead = w;
        u32 s1_level = GetParam() / (m + 1), part = GetParam() % (m + 1);
        bool stage1 = part == m;
        u32 level = stage1 ? s1_level : part + 1;
        u32 base = failure == MMU_FAIL_EXTERNAL ? 0x14 : 0x1c;
        ASSERT_EQ(mmu_walk_fail(&dead, failure), MMU_FAULT);
        EXPECT_EQ(dead.fault.stage, stage1 ? 1u : 2u);
        EXPECT_EQ(u32(dead.fault.fsc), failure == MMU_FAIL_ATOMIC ? 0x31 : base + level);
        EXPECT_EQ(dead.fault.s1ptw, !stage1 && s1_level < 4);
        EXPECT_EQ(dead.fault.write, 1u);
    }
}
INSTANTIATE_TEST_SUITE_P(Access, failing, testing::Range(0u, 19u));

TEST(Access, TheAccessItselfMayFail)
{
    world t(MMU_4K, 48);
    t.map(VA, DATA, 3, USER);
    struct mmu_walk w;
    struct mmu_fault fault;
    ASSERT_EQ(t.walk(&w, VA, MMU_WRITE), MMU_DONE);
    mmu_walk_access_failed(&w, MMU_FAIL_EXTERNAL, &fault);
    EXPECT_EQ(fault.fsc, 0x10u);
    EXPECT_EQ(fault.stage, 1u);
    EXPECT_EQ(fault.va, VA);
    fault.flags = MMU_FAULT_EA | MMU_FAULT_FNV | 3 << MMU_FAULT_SET_SHIFT;
    EXPECT_EQ(mmu_fault_esr(&fault, false), 0x24ull << 26 | 1 << 25 | 3 << 11 | 1 << 10 | 1 << 9 |
                                                1 << 6 | 0x10);
    mmu_walk_access_failed(&w, MMU_FAIL_PARITY, &fault);
    EXPECT_EQ(fault.fsc, 0x18u);
    EXPECT_DEATH(mmu_walk_access_failed(&w, MMU_FAIL_ATOMIC, &fault), "assertion");
    EXPECT_DEATH(mmu_walk_fail(&w, MMU_FAIL_EXTERNAL), "assertion");
    auto q = request(VA, MMU_WRITE, 1);
    mmu_walk_conflict(&q, &fault);
    EXPECT_EQ(fault.fsc, 0x30u);
    EXPECT_EQ(mmu_fault_esr(&fault, false), 0x25ull << 26 | 1 << 25 | 1 << 6 | 0x30);
}

} // namespace
