/* Syndromes read: the table of fault status codes cell by cell, every ESR_EL2 of an abort, and the
 * answers of kvm_handle_guest_abort(). */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

struct code {
    u32 first, last; /* last: levels 0.. of a run */
    enum mmu_fsc_kind kind;
    int level; /* Of the first. */
};

constexpr int NONE = MMU_FSC_NO_LEVEL;
/* clang-format off */
const code codes[] = { /* DDI 0487, ESR_ELx, DFSC */
    { 0x00, 0x03, MMU_KIND_SIZE, 0 },          { 0x04, 0x07, MMU_KIND_TRANS, 0 },
    { 0x08, 0x0b, MMU_KIND_ACCESS, 0 },        { 0x0c, 0x0f, MMU_KIND_PERM, 0 },
    { 0x10, 0x10, MMU_KIND_SEA, NONE },        { 0x11, 0x11, MMU_KIND_TAG, NONE },
    { 0x12, 0x13, MMU_KIND_SEA_WALK, -2 },     { 0x14, 0x17, MMU_KIND_SEA_WALK, 0 },
    { 0x18, 0x18, MMU_KIND_PARITY, NONE },     { 0x1b, 0x1b, MMU_KIND_PARITY_WALK, -1 },
    { 0x1c, 0x1f, MMU_KIND_PARITY_WALK, 0 },   { 0x21, 0x21, MMU_KIND_ALIGN, NONE },
    { 0x22, 0x27, MMU_KIND_GPF_WALK, -2 },     { 0x28, 0x28, MMU_KIND_GPF, NONE },
    { 0x29, 0x29, MMU_KIND_SIZE, -1 },         { 0x2a, 0x2b, MMU_KIND_TRANS, -2 },
    { 0x2c, 0x2c, MMU_KIND_SIZE, -2 },         { 0x30, 0x30, MMU_KIND_CONFLICT, NONE },
    { 0x31, 0x31, MMU_KIND_ATOMIC_UPDATE, NONE }, { 0x34, 0x34, MMU_KIND_LOCKDOWN, NONE },
    { 0x35, 0x35, MMU_KIND_EXCLUSIVE, NONE },  { 0x3d, 0x3d, MMU_KIND_SECTION_DOMAIN, NONE },
    { 0x3e, 0x3e, MMU_KIND_PAGE_DOMAIN, NONE },
};
/* clang-format on */

TEST(Fsc, EveryCodeHasItsKindLevelAndName)
{
    std::set<std::string> names;
    u32 known = 0;
    for (u32 fsc = 0; fsc < 64; fsc++) {
        const struct mmu_fsc *info = mmu_fsc_info(fsc);
        enum mmu_fsc_kind kind = MMU_KIND_RESERVED;
        int level = NONE;
        for (const code &c : codes)
            if (fsc >= c.first && fsc <= c.last) {
                kind = c.kind;
                level = c.level == NONE ? NONE : c.level + int(fsc - c.first);
                known++;
            }
        EXPECT_EQ(info->kind, kind) << std::hex << fsc;
        EXPECT_EQ(info->level, level) << std::hex << fsc;
        EXPECT_EQ(mmu_fsc_info(fsc | 0x1c0), info) << "six bits";
        if (kind != MMU_KIND_RESERVED) {
            EXPECT_TRUE(names.insert(info->name).second) << info->name;
        }
        if (level != NONE) {
            EXPECT_NE(std::string(info->name).find(std::to_string(level)), std::string::npos);
        }
    }
    EXPECT_EQ(names.size(), known);
    names.clear();
    for (u32 kind = 0; kind < MMU_KIND_COUNT; kind++)
        EXPECT_TRUE(names.insert(mmu_fsc_kind_name(static_cast<enum mmu_fsc_kind>(kind))).second);
    EXPECT_DEATH(mmu_fsc_kind_name(MMU_KIND_COUNT), "assertion");
}

/* KVM's own expressions, kvm_emulate.h and esr.h. */
struct kvm_view {
    u64 esr;
    u32 ec() const { return u32(esr >> 26); }
    u32 type() const { return u32(esr) & 0x3c; }
    bool iabt() const { return ec() == 0x20; }
    bool s1ptw() const { return esr & 0x80; }
    bool sea() const
    {
        u32 fsc = u32(esr) & 0x3f;
        return fsc == 0x10 || (fsc >= 0x14 && fsc <= 0x18) || (fsc >= 0x1c && fsc <= 0x1f);
    }
    bool exec() const { return iabt() && !s1ptw(); }
    bool write(bool old) const
    {
        if (s1ptw())
            return old || type() == 0x0c;
        return !iabt() && (esr & 0x40);
    }
    u32 expected() const
    {
        if (ec() == 0x24 && (esr & 1 << 13))
            return MMU_ABORT_VNCR;
        if (ec() == 0x25 && (esr & 1 << 13))
            return MMU_ABORT_VNCR;
        if (ec() == 0x21 || ec() == 0x25)
            return MMU_ABORT_OWN;
        if (sea())
            return MMU_ABORT_EXTERNAL;
        return type() == 4   ? MMU_ABORT_TRANSLATION
               : type() == 8 ? MMU_ABORT_ACCESS
               : type() == 12 ? MMU_ABORT_PERMISSION
                              : MMU_ABORT_OTHER;
    }
};

/* All 2^25 syndromes of each class of abort, but for SAS, SSE, SRT, SF and AR, which are fields of
 * their own: 2^15 times four classes. */
TEST(Decode, EverySyndromeOfAnAbortHasExactlyOneClass)
{
    u64 count[MMU_ABORT_CLASSES] = {};
    for (u64 ec : {0x20ull, 0x21ull, 0x24ull, 0x25ull})
        for (u64 low = 0; low < 1 << 14; low++)
            for (u64 isv = 0; isv < 2; isv++) {
                kvm_view k = {ec << 26 | 1 << 25 | isv << 24 | low};
                for (bool old : {false, true}) {
                    struct mmu_abort a = mmu_abort_decode(
                        k.esr, 0x123456789abc, 0x400010, old ? MMU_S1PTW_WRITE : MMU_S1PTW_READ);
                    bool data = ec >= 0x24, host = ec & 1;
                    ASSERT_LT(a.type, MMU_ABORT_CLASSES);
                    ASSERT_EQ(u32(a.type), k.expected()) << std::hex << k.esr;
                    ASSERT_EQ(a.iabt != 0, !data);
                    ASSERT_EQ(a.s1ptw != 0, k.s1ptw());
                    ASSERT_EQ(a.exec != 0, (ec == 0x20 || ec == 0x21) && !k.s1ptw());
                    ASSERT_TRUE(host || a.vncr || (a.write != 0) == k.write(old)) << k.esr;
                    ASSERT_EQ(a.is_perm != 0, a.type == MMU_ABORT_PERMISSION);
                    ASSERT_EQ(a.kind, mmu_fsc_info(u32(low))->kind);
                    ASSERT_EQ(a.level, mmu_fsc_info(u32(low))->level);
                    ASSERT_EQ(a.cm != 0, data && (low & 0x100));
                    ASSERT_EQ(a.wnr != 0, data && (low & 0x40));
                    ASSERT_EQ(a.vncr != 0, data && (low & 0x2000));
                    ASSERT_EQ(a.isv != 0, data && isv);
                    ASSERT_EQ(a.has_far == 0, (low & 0x3f) == 0x10 && (low & 0x400));
                    ASSERT_EQ(a.ipa, 0x40001abcull);
                }
                count[k.expected()]++;
            }
    for (u32 type = 1; type < MMU_ABORT_CLASSES; type++)
        EXPECT_GT(count[type], 0u) << mmu_abort_class_name(static_cast<enum mmu_abort_class>(type));
}

TEST(Decode, TheFieldsOfAnInstructionSyndrome)
{
    for (u64 fields = 0; fields < 1 << 10; fields++) {
        u64 esr = 0x24ull << 26 | 1 << 25 | 1 << 24 | fields << 14 | 0x07;
        struct mmu_abort a = mmu_abort_decode(esr, 0, 0, MMU_S1PTW_READ);
        EXPECT_EQ(a.ar, fields & 1);
        EXPECT_EQ(a.sf, fields >> 1 & 1);
        EXPECT_EQ(a.srt, fields >> 2 & 31);
        EXPECT_EQ(a.sse, fields >> 7 & 1);
        EXPECT_EQ(a.sas, fields >> 8 & 3);
        a = mmu_abort_decode(esr & ~(1ull << 24), 0, 0, MMU_S1PTW_READ);
        EXPECT_EQ(a.sas | a.sse | a.srt | a.sf | a.ar, 0) << "without ISV they say nothing";
    }
}

TEST(Decode, OtherExceptionClassesAreNoAborts)
{
    for (u64 ec = 0; ec < 64; ec++) {
        struct mmu_abort a = mmu_abort_decode(ec << 26 | 0x1ffffff, ~0ull, ~0ull, MMU_S1PTW_READ);
        bool abort = ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25;
        EXPECT_EQ(a.type == MMU_ABORT_NONE, !abort) << ec;
        EXPECT_EQ(a.ec, ec);
        EXPECT_TRUE(abort || !(a.exec || a.write || a.is_perm || a.isv));
    }
    std::set<std::string> names;
    for (u32 type = 0; type < MMU_ABORT_CLASSES; type++)
        EXPECT_TRUE(
            names.insert(mmu_abort_class_name(static_cast<enum mmu_abort_class>(type))).second);
}

TEST(Decode, HpfarGivesThePageAndFarTheRest)
{
    for (u32 bit = 0; bit < 64; bit++) {
        u64 ipa = mmu_abort_decode(0x24ull << 26 | 7, 0xffff, 1ull << bit, MMU_S1PTW_READ).ipa;
        EXPECT_EQ(ipa, bit >= 4 && bit <= 43 ? 1ull << (bit + 8) | 0xfff : 0xfff) << bit;
    }
    for (u32 fsc = 0; fsc < 64; fsc++)
        for (u64 s1ptw : {0u, 0x80u}) {
            u32 kind = mmu_fsc_info(fsc)->kind;
            bool valid = s1ptw || kind == MMU_KIND_SIZE || kind == MMU_KIND_TRANS ||
                         kind == MMU_KIND_ACCESS;
            struct mmu_abort a = mmu_abort_decode(0x24ull << 26 | s1ptw | fsc, 0, 0,
                                                  MMU_S1PTW_READ);
            EXPECT_EQ(a.has_hpfar != 0, valid) << fsc;
        }
}

/* What a fault writes is what its decoding says. */
TEST(Decode, IsTheInverseOfTheFault)
{
    for (u32 fsc : {0x01u, 0x05u, 0x07u, 0x0au, 0x0fu, 0x15u, 0x21u})
        for (u32 access = 0; access < 3; access++)
            for (u32 bits = 0; bits < 8; bits++) {
                struct mmu_fault f = {};
                f.stage = 2;
                f.fsc = u8(fsc);
                f.access = u8(access);
                f.s1ptw = bits & 1;
                f.write = bits >> 1 & 1;
                f.flags = bits & 4 ? MMU_FAULT_CM : 0;
                f.va = 0xffff000012345678;
                f.ipa = 0x40001000;
                struct mmu_abort a = mmu_abort_decode(mmu_fault_esr(&f, true), f.va,
                                                      mmu_fault_hpfar(&f), MMU_S1PTW_READ);
                bool data = access != MMU_FETCH;
                EXPECT_EQ(a.fsc, fsc);
                EXPECT_EQ(a.iabt, !data);
                EXPECT_EQ(a.s1ptw, f.s1ptw);
                EXPECT_EQ(a.cm, data && (bits & 4));
                EXPECT_EQ(a.wnr, data && (f.write || (bits & 4)));
                EXPECT_EQ(a.ipa, 0x40001678u);
                EXPECT_EQ(a.far, f.va);
                bool of_stage2 = fsc < 0x10 || fsc == 0x21 || fsc == 0x31; /* Alignment; atomic. */
                EXPECT_EQ(a.isv, data && !f.s1ptw && !(bits & 4) && of_stage2) << fsc;
                EXPECT_EQ(mmu_fault_has_hpfar(&f), a.has_hpfar != 0);
            }
}

/* DDI 0487, ESR_ELx.ISV: loads and stores of one general register without write-back. */
TEST(Encode, InstructionsThatHaveASyndrome)
{
    struct mmu_fault f = {};
    f.stage = 2;
    f.fsc = 0x07;
    for (u32 kind = 0; kind < MMU_INSN_COUNT; kind++)
        for (u32 size = 0; size < 4; size++)
            for (u32 rt : {0u, 7u, 31u})
                for (u32 bits = 0; bits < 4; bits++) {
                    struct mmu_insn insn = {};
                    insn.kind = u8(kind);
                    insn.size_log2 = u8(size);
                    insn.rt = u8(rt);
                    insn.sign_extend = bits & 1;
                    insn.sf = bits >> 1;
                    u64 esr = mmu_fault_esr_insn(&f, &insn);
                    bool has = kind == MMU_INSN_GPR || kind == MMU_INSN_ORDERED;
                    u64 iss = has ? 1ull << 24 | size << 22 | (bits & 1) << 21 | rt << 16 |
                                        bits >> 1 << 15 | u64(kind == MMU_INSN_ORDERED) << 14
                                  : 0;
                    EXPECT_EQ(esr, 0x24ull << 26 | 1 << 25 | iss | 7);
                    f.stage = 1;
                    EXPECT_FALSE(mmu_fault_esr_insn(&f, &insn) & 1 << 24);
                    f.stage = 2;
                    f.flags = MMU_FAULT_VNCR;
                    EXPECT_EQ(mmu_fault_esr_insn(&f, &insn), 0x25ull << 26 | 1 << 25 | 1 << 13 | 7);
                    f.flags = 0;
                }
    struct mmu_insn bad = {};
    bad.kind = MMU_INSN_COUNT;
    EXPECT_DEATH(mmu_fault_esr_insn(&f, &bad), "assertion");
}

/* DDI 0487, ISS.FnV and SET: of a synchronous external abort that is not on a walk, and of no other
 * code; EA of every external abort. */
TEST(Encode, WhatOnlyExternalAbortsSay)
{
    for (u32 fsc = 0; fsc < 64; fsc++)
        for (enum mmu_access access : {MMU_READ, MMU_FETCH}) {
            struct mmu_fault f = {};
            f.stage = 1;
            f.fsc = u8(fsc);
            f.access = u8(access);
            f.flags = u8(MMU_FAULT_FNV | MMU_FAULT_EA | 3 << MMU_FAULT_SET_SHIFT);
            u64 iss = mmu_fault_esr(&f, false) & 0x1ffffff;
            bool walk = (fsc >= 0x12 && fsc <= 0x17) || (fsc >= 0x1b && fsc <= 0x1f);
            bool external = fsc == 0x10 || fsc == 0x18 || walk;
            EXPECT_EQ(iss >> 10 & 1, u64(fsc == 0x10)) << "FnV of " << fsc;
            EXPECT_EQ(iss >> 11 & 3, fsc == 0x10 ? 3u : 0u) << "SET of " << fsc;
            EXPECT_EQ(iss >> 9 & 1, u64(external)) << "EA of " << fsc;
        }
}

} // namespace
