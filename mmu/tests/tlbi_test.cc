/* TLBI: the list of encodings, every field of the operands, and what each instruction leaves of a
 * core that holds one entry of every kind. DDI 0487, C5.5 and D8.16. */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace {

struct form {
    const char *name;
    u32 op1, is[2], local[2], os[2]; /* CRm, op2 */
};

/* clang-format off */
const form forms[] = {
    { "VMALLE1",    0, { 3, 0 }, { 7, 0 }, { 1, 0 } },
    { "VAE1",       0, { 3, 1 }, { 7, 1 }, { 1, 1 } },
    { "ASIDE1",     0, { 3, 2 }, { 7, 2 }, { 1, 2 } },
    { "VAAE1",      0, { 3, 3 }, { 7, 3 }, { 1, 3 } },
    { "VALE1",      0, { 3, 5 }, { 7, 5 }, { 1, 5 } },
    { "VAALE1",     0, { 3, 7 }, { 7, 7 }, { 1, 7 } },
    { "RVAE1",      0, { 2, 1 }, { 6, 1 }, { 5, 1 } },
    { "RVAAE1",     0, { 2, 3 }, { 6, 3 }, { 5, 3 } },
    { "RVALE1",     0, { 2, 5 }, { 6, 5 }, { 5, 5 } },
    { "RVAALE1",    0, { 2, 7 }, { 6, 7 }, { 5, 7 } },
    { "IPAS2E1",    4, { 0, 1 }, { 4, 1 }, { 4, 0 } },
    { "IPAS2LE1",   4, { 0, 5 }, { 4, 5 }, { 4, 4 } },
    { "RIPAS2E1",   4, { 0, 2 }, { 4, 2 }, { 4, 3 } },
    { "RIPAS2LE1",  4, { 0, 6 }, { 4, 6 }, { 4, 7 } },
    { "ALLE2",      4, { 3, 0 }, { 7, 0 }, { 1, 0 } },
    { "VAE2",       4, { 3, 1 }, { 7, 1 }, { 1, 1 } },
    { "ALLE1",      4, { 3, 4 }, { 7, 4 }, { 1, 4 } },
    { "VALE2",      4, { 3, 5 }, { 7, 5 }, { 1, 5 } },
    { "VMALLS12E1", 4, { 3, 6 }, { 7, 6 }, { 1, 6 } },
    { "RVAE2",      4, { 2, 1 }, { 6, 1 }, { 5, 1 } },
    { "RVALE2",     4, { 2, 5 }, { 6, 5 }, { 5, 5 } },
};
/* clang-format on */

TEST(TlbiList, EveryEncodingIsTheInstructionOfTheManualOrNone)
{
    std::map<u32, std::string> expected;
    for (const form &f : forms) {
        expected[f.op1 << 8 | f.is[0] << 4 | f.is[1]] = std::string(f.name) + "IS";
        expected[f.op1 << 8 | f.local[0] << 4 | f.local[1]] = f.name;
        expected[f.op1 << 8 | f.os[0] << 4 | f.os[1]] = std::string(f.name) + "OS";
    }
    u32 count = 0;
    mmu_tlbi_table(&count);
    EXPECT_EQ(count, 63u);
    EXPECT_EQ(expected.size(), 63u) << "no encoding twice";
    for (u32 code = 0; code < 1 << 11; code++) {
        const struct mmu_tlbi *op = mmu_tlbi_find(code >> 8, code >> 4 & 15, code & 15);
        auto found = expected.find(code);
        ASSERT_EQ(op != nullptr, found != expected.end()) << std::hex << code;
        if (op == nullptr)
            continue;
        EXPECT_EQ(op->name, found->second);
        std::string name = found->second, end = name.substr(name.size() - 2);
        EXPECT_EQ(op->scope, end == "IS" ? MMU_TLBI_INNER : end == "OS" ? MMU_TLBI_OUTER
                                                                        : MMU_TLBI_LOCAL);
        EXPECT_EQ(op->range != 0, name[0] == 'R');
        EXPECT_EQ(op->leaf != 0, name.find("LE") != std::string::npos &&
                                     name.find("ALLE") == std::string::npos);
        EXPECT_EQ(mmu_tlbi_by_name(name.c_str()), op);
    }
    EXPECT_EQ(mmu_tlbi_by_name("VAE3"), nullptr);
}

TEST(TlbiList, UndefinedBelowItsLevelAndWithoutItsFeature)
{
    u32 count = 0;
    const struct mmu_tlbi *op = mmu_tlbi_table(&count);
    for (u32 i = 0; i < count; i++)
        for (u32 el = 0; el <= 2; el++)
            for (u32 has = 0; has < 4; has++) {
                struct mmu_features f = mmu_features_default;
                f.has_tlbi_os = has & 1;
                f.has_tlbi_range = has >> 1;
                bool undefined = el < (op[i].op1 == 0 ? 1u : 2u) || (op[i].range && !(has & 2)) ||
                                 (op[i].scope == MMU_TLBI_OUTER && !(has & 1));
                EXPECT_EQ(mmu_tlbi_is_undefined(&op[i], el, &f), undefined) << op[i].name;
            }
}

/* --- Operands --- */

struct mmu_tlbi_issuer issuer(u32 vmid = 1, u32 el = 1, u64 hcr = 0)
{
    struct mmu_tlbi_issuer i = {};
    i.vmid = vmid;
    i.el = u8(el);
    i.hcr_el2 = hcr;
    i.asid16 = 1;
    i.features = &mmu_features_default;
    return i;
}

struct mmu_tlbi_operand decode(const char *name, u64 value)
{
    struct mmu_tlbi_issuer by = issuer();
    return mmu_tlbi_decode(mmu_tlbi_by_name(name), value, &by);
}

TEST(TlbiOperand, PageAsidAndHint)
{
    struct mmu_tlbi_operand o = decode("VAE1", 0x1234ull << 48 | 0xabcdef01234ull);
    EXPECT_EQ(o.asid, 0x1234u);
    EXPECT_EQ(o.first, 0xabcdef01234u);
    EXPECT_EQ(o.last, o.first);
    struct mmu_tlbi_issuer narrow = issuer();
    narrow.asid16 = 0;
    EXPECT_EQ(mmu_tlbi_decode(mmu_tlbi_by_name("VAE1"), 0x1234ull << 48, &narrow).asid, 0x34u);
    /* TTL: no hint, and the reserved ones, are 0. */
    const u32 legal[16] = {0, 0, 0, 0, 0, 5, 6, 7, 0, 0, 10, 11, 0, 13, 14, 15};
    struct mmu_features without = mmu_features_default;
    without.has_ttl = 0;
    narrow.features = &without;
    for (u64 ttl = 0; ttl < 16; ttl++) {
        EXPECT_EQ(u32(decode("VAE1", ttl << 44).kind), legal[ttl]) << ttl;
        EXPECT_EQ(u32(decode("IPAS2E1", ttl << 44).kind), legal[ttl]) << ttl;
        EXPECT_EQ(mmu_tlbi_decode(mmu_tlbi_by_name("VAE1"), ttl << 44, &narrow).kind, 0u);
    }
    EXPECT_EQ(decode("IPAS2E1", 0xfffffffff).last, 0xfffffffffull);
    o = decode("IPAS2E1", 1ull << 36);
    EXPECT_GT(o.first, o.last) << "above 48 bits: no entry";
}

TEST(TlbiOperand, RangesOfEveryGranuleScaleAndNumber)
{
    for (u64 tg = 0; tg < 4; tg++)
        for (u64 scale = 0; scale < 4; scale++)
            for (u64 num = 0; num < 32; num++)
                for (u64 ttl = 0; ttl < 4; ttl++) {
                    u64 base = 0x12345;
                    u64 value = 7ull << 48 | tg << 46 | scale << 44 | num << 39 | ttl << 37 | base;
                    struct mmu_tlbi_operand o = decode("RVAE1", value);
                    if (tg == 0) {
                        EXPECT_GT(o.first, o.last) << "reserved";
                        continue;
                    }
                    u64 pages = (num + 1) << (5 * scale + 1), unit = 1ull << (2 * (tg - 1));
                    EXPECT_EQ(o.pages, pages);
                    EXPECT_EQ(o.first, base * unit);
                    EXPECT_EQ(o.last, (base + pages) * unit - 1);
                    EXPECT_EQ(o.asid, 7u);
                    bool hint = ttl != 0 && !(tg == 2 && ttl == 1);
                    EXPECT_EQ(u32(o.kind), tg << 2 | (hint ? ttl : 0));
                    o = decode("RIPAS2E1", value & ~(0xffffull << 48));
                    EXPECT_EQ(o.first, base * unit);
                    EXPECT_EQ(o.last, (base + pages) * unit - 1);
                }
}

TEST(TlbiOperand, ARangeEndsWithItsHalf)
{
    const u64 half = 1ull << 43, all = 1ull << 44;
    struct mmu_tlbi_operand o = decode("RVAE1", 1ull << 46 | 0x1fffffffffull);
    EXPECT_EQ(o.first, all - 1) << "the last page, sign-extended";
    EXPECT_EQ(o.last, all - 1) << "two pages would wrap";
    o = decode("RVAE1", 1ull << 46 | 3ull << 44 | 0x1000000000ull);
    EXPECT_EQ(o.first, all - (1ull << 36));
    o = decode("RVAE1", 1ull << 46 | 0xfffffffffull);
    EXPECT_EQ(o.first, (1ull << 36) - 1);
    EXPECT_EQ(o.last, 1ull << 36) << "over the end of 48 bits: in no entry";
    o = decode("RVAE1", 3ull << 46 | 0xfffffffffull);
    EXPECT_LT(o.last, half);
    o = decode("RIPAS2E1", 1ull << 46 | 0xfffffffffull);
    EXPECT_EQ(o.last, (1ull << 36) - 1) << "48 bits of IPA";
    o = decode("RIPAS2E1", 1ull << 46 | 0x1000000000ull);
    EXPECT_GT(o.first, o.last);
}

TEST(TlbiOperand, FbMakesTheLocalFormsOfEl1Broadcast)
{
    u32 count = 0;
    const struct mmu_tlbi *op = mmu_tlbi_table(&count);
    for (u32 i = 0; i < count; i++)
        for (u32 el = 1; el <= 2; el++)
            for (bool fb : {false, true}) {
                struct mmu_tlbi_issuer by = issuer(1, el, fb ? MMU_HCR_FB : 0);
                bool broadcast = op[i].scope != MMU_TLBI_LOCAL || (fb && el == 1 && !op[i].op1);
                EXPECT_EQ(mmu_tlbi_decode(&op[i], 0, &by).broadcast, broadcast) << op[i].name;
            }
}

/* --- Effects --- */

constexpr u64 VA1 = 0x000012340000000ull, VA2 = 0xffff800000000000ull, VA3 = 0x000056780000000ull;
constexpr u64 IPA1 = 0x40000000ull, IPA2 = 0x7ffff000ull;

/* One entry of every kind. What is left is a string of their letters. */
struct core {
    std::unique_ptr<struct mmu_tlb> t = std::make_unique<struct mmu_tlb>();
    std::unique_ptr<struct mmu_caches> c = std::make_unique<struct mmu_caches>();
    u8 kind;

    explicit core(u32 leaf_kind = 4 | 3) : kind(u8(leaf_kind))
    {
        struct mmu_tlb_spec spec = {8, 8, 16, 8};
        struct mmu_cache_spec caches = {1, 8, 1, 8};
        mmu_tlb_init(t.get(), &spec);
        mmu_caches_init(c.get(), &caches);
        fill(1, VA1, 1, false); /* A */
        fill(1, VA1, 2, false); /* B */
        fill(1, VA2, 3, true);  /* C */
        fill(2, VA1, 1, false); /* D */
        fill(1, VA3, 1, false); /* E */
        fill(MMU_NO_VMID, VA1, 1, false); /* F */
        table(0, 1, 1, VA1);
        table(1, 1, 2, VA1);
        table(2, 2, 1, VA1);
        table(3, 1, 1, VA3);
        table(4, 1, 3, VA2);
        leaf(0, 1, IPA1);
        leaf(1, 2, IPA1);
        leaf(2, 1, IPA2);
        mmu_tlb_set_vmid(t.get(), 1);
    }
    void fill(u32 vmid, u64 va, u64 asid, bool global)
    {
        struct mmu_out o = {};
        o.read = 1;
        o.global = global;
        o.kind = kind;
        mmu_tlb_set_vmid(t.get(), vmid);
        mmu_tlb_fill(t.get(), va, asid, MMU_READ, &o);
    }
    void table(u32 i, u32 vmid, u32 asid, u64 va)
    {
        struct mmu_walk_entry e = {};
        e.tag = (va & ~(0xffull << 56)) >> 21;
        e.vmid = vmid;
        e.asid = u16(asid);
        e.kind = 4 | 3;
        c->walk[i] = e;
    }
    void leaf(u32 i, u32 vmid, u64 ipa)
    {
        struct mmu_ipa_entry e = {};
        e.tag = ipa >> 12;
        e.desc = MMU_DESC_AF;
        e.vmid = vmid;
        e.kind = 4 | 3;
        c->ipa[i] = e;
    }
    bool holds(u32 vmid, u64 va, u64 asid)
    {
        auto copy = std::make_unique<struct mmu_tlb>(*t);
        mmu_tlb_set_vmid(copy.get(), vmid);
        return mmu_tlb_lookup(copy.get(), va, asid, MMU_READ) != MMU_HIT_NONE;
    }
    std::string left()
    {
        std::string s;
        mmu_tlb_check(t.get());
        mmu_caches_check(c.get());
        s += holds(1, VA1, 1) ? "A" : "";
        s += holds(1, VA1, 2) ? "B" : "";
        s += holds(1, VA2, 9) ? "C" : "";
        s += holds(2, VA1, 1) ? "D" : "";
        s += holds(1, VA3, 1) ? "E" : "";
        s += holds(MMU_NO_VMID, VA1, 1) ? "F" : "";
        for (u32 i = 0; i < 5; i++)
            s += c->walk[i].kind ? std::to_string(i) : "";
        for (u32 i = 0; i < 3; i++)
            s += c->ipa[i].kind ? std::string(1, char('x' + i)) : "";
        return s;
    }
    struct mmu_tlbi_effect apply(const struct mmu_tlbi *op, u64 value, u32 vmid = 1)
    {
        struct mmu_tlbi_issuer by = issuer(vmid, 2);
        struct mmu_tlbi_operand o = mmu_tlbi_decode(op, value, &by);
        return mmu_tlbi_apply(&o, t.get(), c.get());
    }
};

u64 page(u64 va, u64 asid)
{
    return asid << 48 | (va >> 12 & 0xfffffffffffull);
}

/* Two pages of 4 KiB. */
u64 range(u64 va, u64 asid)
{
    return asid << 48 | 1ull << 46 | (va >> 12 & 0x1fffffffffull);
}

TEST(TlbiEffect, EachInstructionTakesItsEntriesAndNoOther)
{
    struct row {
        const char *name;
        u64 value;
        const char *left;
        u32 dropped[3]; /* TLB (L1 and L2), walk cache, IPA cache; 99: all of the TLB. */
    };
    const row rows[] = {
        {"VMALLE1", 0, "DF2xyz", {8, 4, 0}},
        {"VAE1", page(VA1, 1), "BCDEF1234xyz", {2, 1, 0}},
        {"VAE1", page(VA1, 3), "ABCDEF01234xyz", {0, 0, 0}},
        {"VAE1", page(VA2, 1), "ABDEF01234xyz", {2, 0, 0}},
        {"VAE1", page(VA2, 3), "ABDEF0123xyz", {2, 1, 0}},
        {"VAE1", page(VA1 ^ 1ull << 50, 1), "ABCDEF01234xyz", {0, 0, 0}},
        {"VALE1", page(VA1, 1), "BCDEF01234xyz", {2, 0, 0}},
        {"VAAE1", page(VA1, 7), "CDEF234xyz", {4, 2, 0}},
        {"VAALE1", page(VA1, 7), "CDEF01234xyz", {4, 0, 0}},
        {"ASIDE1", 1ull << 48, "BCDF124xyz", {4, 2, 0}},
        {"ASIDE1", 3ull << 48, "ABCDEF0123xyz", {0, 1, 0}},
        {"RVAE1", range(VA1, 1), "BCDEF1234xyz", {2, 1, 0}},
        {"RVAE1", range(VA1 - 4096, 1), "BCDEF1234xyz", {2, 1, 0}},
        {"RVAE1", range(VA1 - 8192, 1), "ABCDEF01234xyz", {0, 0, 0}},
        {"RVAE1", range(VA1 + 4096, 1), "ABCDEF1234xyz", {0, 1, 0}},
        {"RVAE1", range(VA2, 1), "ABDEF01234xyz", {2, 0, 0}},
        {"RVALE1", range(VA1, 1), "BCDEF01234xyz", {2, 0, 0}},
        {"RVAAE1", range(VA1, 7), "CDEF234xyz", {4, 2, 0}},
        {"RVAALE1", range(VA1, 7), "CDEF01234xyz", {4, 0, 0}},
        {"RVAALE1", range(VA1, 7) & ~(3ull << 46), "ABCDEF01234xyz", {0, 0, 0}},
        {"IPAS2E1", IPA1 >> 12, "ABCDEF01234yz", {0, 0, 1}},
        {"IPAS2LE1", IPA2 >> 12, "ABCDEF01234xy", {0, 0, 1}},
        {"RIPAS2E1", range(IPA1 - 4096, 0), "ABCDEF01234yz", {0, 0, 1}},
        {"RIPAS2LE1", range(IPA1 + 4096, 0), "ABCDEF01234xyz", {0, 0, 0}},
        {"VMALLS12E1", 0, "DF2y", {8, 4, 2}},
        {"ALLE1", 0, "", {99, 5, 3}},
        {"ALLE2", 0, "ABCDEF01234xyz", {0, 0, 0}},
        {"VAE2", page(VA1, 1), "ABCDEF01234xyz", {0, 0, 0}},
        {"VALE2", page(VA1, 1), "ABCDEF01234xyz", {0, 0, 0}},
        {"RVAE2", range(VA1, 1), "ABCDEF01234xyz", {0, 0, 0}},
        {"RVALE2", range(VA1, 1), "ABCDEF01234xyz", {0, 0, 0}},
    };
    ASSERT_EQ(core().left(), "ABCDEF01234xyz");
    std::map<std::string, u32> tried;
    for (const row &r : rows)
        for (const char *scope : {"", "IS", "OS"}) {
            core pe;
            const struct mmu_tlbi *op = mmu_tlbi_by_name((std::string(r.name) + scope).c_str());
            ASSERT_NE(op, nullptr) << r.name << scope;
            struct mmu_tlbi_effect e = pe.apply(op, r.value);
            EXPECT_EQ(pe.left(), r.left) << r.name << scope;
            EXPECT_EQ(e.broadcast != 0, scope[0] != '\0');
            EXPECT_EQ(e.everything != 0, r.dropped[0] == 99);
            if (r.dropped[0] != 99) {
                EXPECT_EQ(e.tlb_dropped, r.dropped[0]) << r.name;
            }
            EXPECT_EQ(e.walk_dropped, r.dropped[1]) << r.name;
            EXPECT_EQ(e.ipa_dropped, r.dropped[2]) << r.name;
            tried[op->name]++;
        }
    EXPECT_EQ(tried.size(), 63u) << "all of the list";
}

TEST(TlbiEffect, WithStageTwoOffEntriesWithoutAVmidAreMeant)
{
    core pe;
    pe.apply(mmu_tlbi_by_name("VMALLE1"), 0, MMU_NO_VMID);
    EXPECT_EQ(pe.left(), "ABCDE01234xyz");
}

TEST(TlbiEffect, AMachineAloneIsFlushedByANewEpoch)
{
    core pe;
    mmu_tlb_flush_all(pe.t.get());
    pe.fill(1, VA1, 1, false);
    mmu_tlb_flush_all(pe.t.get()); /* The switch in fill() is forgotten. */
    struct mmu_out o = {};
    o.read = 1;
    mmu_tlb_fill(pe.t.get(), VA1, 1, MMU_READ, &o);
    struct mmu_tlbi_effect e = pe.apply(mmu_tlbi_by_name("VMALLE1IS"), 0, 2);
    EXPECT_FALSE(e.everything) << "another machine's";
    EXPECT_TRUE(pe.holds(1, VA1, 1));
    e = pe.apply(mmu_tlbi_by_name("VMALLE1IS"), 0, 1);
    EXPECT_TRUE(e.everything);
    EXPECT_FALSE(pe.holds(1, VA1, 1));
}

/* A hint that does not fit the entry: it need not be invalidated, so it is not. */
TEST(TlbiEffect, AHintThatContradictsLeavesTheEntry)
{
    for (u32 kind = 0; kind < 16; kind++)
        for (u64 ttl = 0; ttl < 16; ttl++) {
            if (kind != 0 && (kind < 4 || (kind & 3) == 0))
                continue;
            core pe(kind);
            u64 counts = ttl < 4 || (ttl & 3) == 0 || ttl == 9 ? 0 : ttl;
            pe.apply(mmu_tlbi_by_name("VAE1"), page(VA1, 1) | ttl << 44);
            bool taken = kind == 0 || counts == 0 || counts == kind;
            EXPECT_EQ(pe.holds(1, VA1, 1), !taken) << kind << " " << ttl;
            core other(kind);
            u64 tg = ttl >> 2, level = ttl & 3;
            other.apply(mmu_tlbi_by_name("RVAE1"),
                        1ull << 48 | tg << 46 | level << 37 | VA1 >> (10 + 2 * tg));
            bool any = level == 0 || (tg == 2 && level == 1);
            taken = tg != 0 && (kind == 0 || (kind >> 2 == tg && (any || (kind & 3) == level)));
            EXPECT_EQ(other.holds(1, VA1, 1), !taken) << kind << " " << ttl;
        }
    core pe;
    pe.apply(mmu_tlbi_by_name("IPAS2E1"), IPA1 >> 12 | 6ull << 44);
    EXPECT_EQ(pe.left(), "ABCDEF01234xyz") << "level 2 of 4 KiB";
    pe.apply(mmu_tlbi_by_name("IPAS2E1"), IPA1 >> 12 | 7ull << 44);
    EXPECT_EQ(pe.left(), "ABCDEF01234yz");
}

/* KVM unmaps a page: stage 2 by IPA, then everything of stage 1, because combined entries are not
 * found by IPA. */
TEST(TlbiEffect, UnmappingNeedsBothStages)
{
    core pe;
    pe.apply(mmu_tlbi_by_name("IPAS2E1IS"), IPA1 >> 12);
    EXPECT_TRUE(pe.holds(1, VA1, 1)) << "the combined entry is still there";
    pe.apply(mmu_tlbi_by_name("VMALLE1IS"), 0);
    EXPECT_EQ(pe.left(), "DF2yz");
}

TEST(TlbiEffect, NoCachesAreFineToo)
{
    core pe;
    struct mmu_tlbi_issuer by = issuer(1, 2);
    for (const char *name : {"VMALLS12E1", "IPAS2E1", "VAE1", "ALLE1"}) {
        struct mmu_tlbi_operand o = mmu_tlbi_decode(mmu_tlbi_by_name(name), 0, &by);
        struct mmu_tlbi_effect e = mmu_tlbi_apply(&o, pe.t.get(), nullptr);
        EXPECT_EQ(e.walk_dropped + e.ipa_dropped, 0u);
    }
    EXPECT_EQ(pe.left(), "01234xyz");
}

} // namespace
