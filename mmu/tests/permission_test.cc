/* The permission rules of both stages, by enumeration, against tables written from DDI 0487. */
#include "mmu/tests/tables.h"

#include <gtest/gtest.h>

#include <string>

namespace {

constexpr u64 VA = 0x1234567000ull;

struct setting {
    u32 ap, uxn, pxn, ap_table, uxn_table, pxn_table, dbm, s2ap, xn;
    bool wxn;
};

/* AP[2:1] gives data rights of EL0 and EL1; DBM makes the read-only rows as good as writable. */
const char *const ap_rights[4][2] = {
    {"--", "rw"},
    {"rw", "rw"},
    {"--", "r-"},
    {"r-", "r-"},
};

/* APTable[1:0]: no effect; no EL0; no writes; neither. */
std::string data_rights(const setting &s, u32 el)
{
    std::string rights = ap_rights[s.dbm ? s.ap & 1 : s.ap][el];
    if ((s.ap_table & 1) && el == 0)
        rights = "--";
    if (s.ap_table & 2)
        rights[1] = '-';
    return rights;
}

std::string s1_rights(const setting &s, u32 el)
{
    std::string rights = data_rights(s, el);
    bool never = el == 0 ? s.uxn || s.uxn_table : s.pxn || s.pxn_table;
    bool kernel_on_user_page = el == 1 && data_rights(s, 0)[1] == 'w';
    bool wxn = s.wxn && rights[1] == 'w';
    return rights + (never || kernel_on_user_page || wxn ? '-' : 'x');
}

std::string s2_rights(const setting &s, u32 el)
{
    const char *const data[4] = {"--", "r-", "-w", "rw"};
    const char exec[4][2] = {{'x', 'x'}, {'x', '-'}, {'-', '-'}, {'-', 'x'}};
    return std::string(data[s.s2ap]) + exec[s.xn][el];
}

struct page {
    tables t{48, 40};
    u64 *l0, *l1, *l2, *leaf, *s2_leaf;
    u64 l0_good, l1_good, l2_good;

    page()
    {
        t.map(VA);
        l0 = &t.s1(VA, 0), l1 = &t.s1(VA, 1), l2 = &t.s1(VA, 2);
        leaf = &t.s1(VA, 3), s2_leaf = &t.s2(t.data_ipa(), 3);
        l0_good = *l0, l1_good = *l1, l2_good = *l2;
    }

    /* Each of the table attributes sits at another level. */
    void apply(const setting &s)
    {
        *l0 = l0_good | u64(s.ap_table) << 61;
        *l1 = l1_good | u64(s.uxn_table) << 60;
        *l2 = l2_good | u64(s.pxn_table) << 59;
        *leaf = t.data_ipa() | 3 | MMU_DESC_AF | u64(s.ap) << 6 | u64(s.uxn) << 54 |
                u64(s.pxn) << 53 | u64(s.dbm) << 51;
        *s2_leaf = 0x8000000000 | 3 | MMU_DESC_AF | u64(s.s2ap) << 6 | u64(s.xn) << 53;
        t.r.sctlr_el1 = MMU_SCTLR_M | (s.wxn ? MMU_SCTLR_WXN : 0);
        mmu_regs_prepare(&t.r);
    }
};

std::string name(const setting &s, u32 el, u32 access)
{
    return "ap " + std::to_string(s.ap) + " uxn " + std::to_string(s.uxn) + " pxn " +
           std::to_string(s.pxn) + " ap_table " + std::to_string(s.ap_table) + " uxn_table " +
           std::to_string(s.uxn_table) + " pxn_table " + std::to_string(s.pxn_table) + " dbm " +
           std::to_string(s.dbm) + " s2ap " + std::to_string(s.s2ap) + " xn " +
           std::to_string(s.xn) + " wxn " + std::to_string(s.wxn) + " el " + std::to_string(el) +
           " access " + std::to_string(access);
}

bool matches(page &p, const setting &s, u32 el, u32 access)
{
    std::string one = s1_rights(s, el), two = s2_rights(s, el);
    const char letter[3] = {'r', 'w', 'x'};
    bool s1_ok = one[access] == letter[access], s2_ok = two[access] == letter[access];
    bool clean = s.dbm && (s.ap & 2);
    struct mmu_walk w;

    p.apply(s);
    enum mmu_need need = p.t.walk(&w, VA, static_cast<enum mmu_access>(access), el);
    if (!s1_ok || !s2_ok)
        return need == MMU_FAULT && w.fault.stage == (s1_ok ? 2 : 1) &&
               w.fault.fsc == MMU_FSC_PERM + 3 && w.fault.el == el && w.fault.s1ptw == 0;
    bool dirty = !clean || access == MMU_WRITE;
    return need == MMU_DONE && w.out.read == (one[0] == 'r' && two[0] == 'r') &&
           w.out.write == (one[1] == 'w' && two[1] == 'w' && dirty) &&
           w.out.exec == (one[2] == 'x' && two[2] == 'x') &&
           w.out.user == ((s.ap & 1) && !(s.ap_table & 1));
}

/* 2^13 settings with and without WXN, each tried by three accesses from two exception levels. */
TEST(Permission, EveryCombinationFollowsTheArchitecture)
{
    page p;
    for (u32 code = 0; code < 1u << 14; code++) {
        setting s = {code & 3,       code >> 2 & 1,        code >> 3 & 1, code >> 4 & 3,
                     code >> 6 & 1,  code >> 7 & 1,        code >> 8 & 1, code >> 9 & 3,
                     code >> 11 & 3, (code >> 13 & 1) != 0};
        for (u32 el = 0; el <= 1; el++)
            for (u32 access = 0; access <= 2; access++)
                ASSERT_TRUE(matches(p, s, el, access)) << name(s, el, access);
    }
}

TEST(Permission, HierarchicalAttributesCanBeDisabledPerHalf)
{
    page p;
    setting s = {1, 0, 0, 3, 1, 1, 0, 3, 0, false};
    struct mmu_walk w;
    p.apply(s);
    EXPECT_EQ(p.t.walk(&w, VA, MMU_WRITE, 0), MMU_FAULT);
    p.t.r.tcr_el1 |= MMU_TCR_HPD1;
    mmu_regs_prepare(&p.t.r);
    EXPECT_EQ(p.t.walk(&w, VA, MMU_WRITE, 0), MMU_FAULT);
    p.t.r.tcr_el1 ^= MMU_TCR_HPD1 | MMU_TCR_HPD0;
    mmu_regs_prepare(&p.t.r);
    ASSERT_EQ(p.t.walk(&w, VA, MMU_WRITE, 0), MMU_DONE);
    EXPECT_TRUE(w.out.exec && w.out.user);
}

/* Stage 1 alone: the same rules when there is no second stage to hide a mistake. */
TEST(Permission, WithoutStageTwoOnlyStageOneDecides)
{
    for (u32 ap = 0; ap < 4; ap++)
        for (u32 el = 0; el <= 1; el++) {
            tables t(39, 0);
            t.map(VA, 3, MMU_DESC_AF | u64(ap) << 6);
            struct mmu_walk w;
            std::string rights = ap_rights[ap][el];
            EXPECT_EQ(t.walk(&w, VA, MMU_READ, el), rights[0] == 'r' ? MMU_DONE : MMU_FAULT);
            EXPECT_EQ(t.walk(&w, VA, MMU_WRITE, el), rights[1] == 'w' ? MMU_DONE : MMU_FAULT);
        }
}

} // namespace
