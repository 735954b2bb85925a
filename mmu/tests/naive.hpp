/*
 * A translator as the manual describes it, level by level and recursive, to compare the step
 * function with. It shares no code with the walk: geometry is counted anew, faults are exceptions.
 * Arm DDI 0487, D8.2 to D8.5 and D8.15; addresses of 48 and 52 bits.
 */
#ifndef MMU_TESTS_NAIVE_HPP
#define MMU_TESTS_NAIVE_HPP

#include "mmu/mmu.h"

#include <map>

/* Memory that is full of descriptors: what was never written is a number drawn from the address. */
struct hash_memory {
    u64 seed = 1;
    u32 invalid_permille = 20, block_permille = 100;
    u64 address_mask = 0xfffffffff000;
    u64 attribute_mask = 0xbbc; /* With DS two of these bits are an address. */
    u64 always = 0; /* Bits that every descriptor has. */
    std::map<u64, u64> written;

    static u64 mix(u64 z)
    {
        z += 0x9e3779b97f4a7c15ull;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        return z ^ z >> 31;
    }
    u64 read(u64 pa) const
    {
        auto found = written.find(pa);
        if (found != written.end())
            return found->second;
        u64 a = mix(pa ^ seed), b = mix(a), c = mix(b);
        auto chance = [&c](u32 permille) {
            c = mix(c);
            return c % 1000 < permille;
        };
        u64 desc = (a & address_mask) | (b & attribute_mask); /* Of both stages. */
        desc |= chance(invalid_permille) ? b & 2 : chance(block_permille) ? 1 : 3;
        desc |= chance(800) ? 1ull << 10 : 0;              /* AF */
        desc |= chance(900) ? 1ull << 6 : 0;               /* EL0 access, S2AP read */
        desc |= chance(400) ? 1ull << 51 : 0;              /* DBM */
        desc |= chance(150) ? 1ull << 52 : 0;              /* Contiguous */
        desc |= chance(150) ? 1ull << 53 : 0;              /* XN */
        desc |= chance(150) ? 1ull << 54 : 0;
        for (u32 bit = 59; bit <= 62; bit++)
            desc |= chance(40) ? 1ull << bit : 0;
        return desc | always;
    }
};

struct naive_fault {
    u32 stage, level, fsc;
    bool s1ptw, write;
    u64 ipa;
};

struct naive_result {
    bool ok = false;
    naive_fault fault = {};
    u64 pa = 0, ipa = 0;
    u32 rights[2] = {}; /* Of EL0, EL1: 1 read, 2 write, 4 exec. */
    bool global = false, user = false;
    u32 bits = 0;
    u32 type = 0;
    u32 reads = 0, updates = 0;
};

class naive_translator {
public:
    naive_translator(const struct mmu_regs &regs, const struct mmu_features &features,
                     hash_memory &memory)
        : r(regs), f(features), mem(memory)
    {
    }

    naive_result run(const struct mmu_request &request)
    {
        q = request;
        o = naive_result();
        try {
            stage1();
            o.ok = true;
        } catch (const naive_fault &fault) {
            o.fault = fault;
        }
        return o;
    }

private:
    const struct mmu_regs &r;
    const struct mmu_features &f;
    hash_memory &mem;
    struct mmu_request q = {};
    naive_result o;

    enum purpose { FOR_TABLE, FOR_DATA };
    struct leaf {
        u64 pa, desc, at;
        s32 level;
        u32 bits;
    };

    static u64 field(u64 reg, u32 high, u32 low)
    {
        return reg << (63 - high) >> (63 - high + low);
    }
    bool is_write() const { return q.access == MMU_WRITE; }
    bool is_fetch() const { return q.access == MMU_FETCH; }
    bool is_atomic() const { return q.flags & MMU_REQ_ATOMIC; }
    bool is_zva() const { return q.flags & MMU_REQ_ZVA; }
    bool is_unaligned() const { return !is_zva() && q.va % (1ull << q.size_log2) != 0; }
    bool device_faults() const { return is_zva() || is_unaligned(); }
    u32 judged_el() const { return (q.flags & MMU_REQ_UNPRIV) && !is_fetch() ? 0 : q.el; }
    u32 wanted() const { return is_atomic() ? 3 : 1u << q.access; }
    /* WnR of a fault that every access of this kind would meet. */
    bool wnr() const { return (q.flags & MMU_REQ_CM) || (is_write() && !is_atomic()); }
    bool wnr_denied(u32 rights) const { return wnr() || (is_atomic() && (rights & 1)); }

    static u32 code(u32 kind, s32 level)
    {
        return level >= 0 ? kind + u32(level) : kind == 4 ? 0x2b : 0x29;
    }
    [[noreturn]] void stop1(u32 kind, s32 level, bool write)
    {
        throw naive_fault{1, u32(level), code(kind, level), false, write, 0};
    }
    [[noreturn]] void stop2(u32 kind, s32 level, purpose why, bool write, u64 ipa)
    {
        throw naive_fault{2, u32(level), code(kind, level), why == FOR_TABLE, write,
                          ipa & ~0xfffull};
    }

    static u32 granule_of(u64 code, bool upper)
    {
        if (upper)
            return code == 1 ? 14 : code == 3 ? 16 : 12;
        return code == 1 ? 16 : code == 2 ? 14 : 12;
    }
    /* Do descriptors of this granule hold addresses of 52 bits? */
    bool is_large(u32 page, bool ds) const
    {
        return page == 16 ? f.pa_bits == 52 && f.has_lpa : ds && f.has_lpa2;
    }
    u32 output_bits(u64 code, bool large) const
    {
        const u32 size[] = {32, 36, 40, 42, 44, 48, large ? 52u : 48u, 48};
        u32 most = f.pa_bits == 52 && !large ? 48 : f.pa_bits;
        return size[code] < most ? size[code] : most;
    }
    static u64 address_in(u64 desc, u32 page, bool large)
    {
        if (!large)
            return field(desc, 47, page) << page;
        if (page == 16)
            return field(desc, 47, 16) << 16 | field(desc, 15, 12) << 48;
        return field(desc, 49, page) << page | field(desc, 9, 8) << 50;
    }
    u64 base_in(u64 reg, u32 table_bits, u32 page, bool large, u64 ps) const
    {
        u64 base = reg & low(48) & ~low(table_bits < 6 ? 6 : table_bits);
        bool has_high = large && (page != 16 || ps == 6);
        return has_high ? base | field(reg, 5, 2) << 48 : base;
    }
    /* A page at level 3, blocks of 2 MiB, 1 GiB; 32 MiB; 512 MiB; large: 512 GiB; 64 GiB; 4 TiB. */
    static bool block_exists(u32 page, s32 level, bool large)
    {
        if (large && (level == 1 || (level == 0 && page == 12)))
            return true;
        return level == 2 || (level == 1 && page == 12);
    }
    /* Nothing for the blocks that only large formats have. */
    static u32 run_bits(u32 page, s32 level)
    {
        if (level == 0 || (level == 1 && page != 12))
            return 0;
        return page == 12 ? 4 : page == 16 ? 5 : level == 3 ? 7 : 5;
    }
    static u64 low(u32 bits) { return (1ull << bits) - 1; }

    /* --- Stage 2 --- */

    u32 s2_rights(u64 desc, u32 el) const
    {
        u64 xn = field(desc, 54, 53);
        bool exec = f.has_xnx ? xn == 0 || xn == (el ? 3 : 1) : xn < 2;
        return u32(field(desc, 7, 6)) | (exec ? 4 : 0);
    }

    leaf s2_walk(u64 ipa, purpose why)
    {
        const u64 vtcr = r.vtcr_el2;
        const u32 page = granule_of(field(vtcr, 15, 14), false), stride = page - 3;
        const u32 ia = 64 - u32(field(vtcr, 5, 0)), sl0 = u32(field(vtcr, 7, 6));
        const bool ds = f.has_lpa2 && field(vtcr, 32, 32), large = is_large(page, ds);
        const bool sl2 = ds && field(vtcr, 33, 33) && page == 12;
        const u32 oa = output_bits(field(vtcr, 18, 16), large);
        if (!mmu_s2_is_legal(vtcr, &f)) /* Proved cell by cell in granule_test.cc. */
            stop2(4, 0, why, wnr(), ipa);
        s32 level = sl2 ? -1 : page == 12 ? (sl0 == 3 ? 3 : 2 - s32(sl0)) : 3 - s32(sl0);
        u32 shift = page + u32(3 - level) * stride;
        u64 table = base_in(r.vttbr_el2, ia - shift + 3, page, large, field(vtcr, 18, 16));
        if (ipa >> ia != 0)
            stop2(4, 0, why, wnr(), ipa);
        if (table >> oa != 0)
            stop2(0, 0, why, wnr(), ipa);
        u64 index = ipa >> shift;
        for (;;) {
            u64 at = table + index * 8;
            u64 desc = mem.read(at);
            o.reads++;
            u64 address = address_in(desc, page, large);
            u64 type = desc & 3;
            if (type == 3 && level < 3) {
                if (address >> oa != 0)
                    stop2(0, level, why, wnr(), ipa);
                table = address;
                level++;
                shift -= stride;
                index = ipa >> shift & low(stride);
                continue;
            }
            if (!(level == 3 ? type == 3 : type == 1 && block_exists(page, level, large)))
                stop2(4, level, why, wnr(), ipa);
            u64 pa = (address & ~low(shift)) | (ipa & low(shift));
            if (pa >> oa != 0)
                stop2(0, level, why, wnr(), ipa);
            return {pa, desc, at, level, shift + (field(desc, 52, 52) ? run_bits(page, level) : 0)};
        }
    }

    bool s2_sets_af() const { return f.hafdbs >= 1 && field(r.vtcr_el2, 21, 21); }
    bool s2_sets_dirty() const
    {
        return f.hafdbs >= 2 && s2_sets_af() && field(r.vtcr_el2, 22, 22);
    }
    void write(u64 at, u64 value)
    {
        mem.written[at] = value;
        o.updates++;
    }

    leaf s2_translate(u64 ipa, purpose why)
    {
        leaf l = s2_walk(ipa, why);
        bool device = field(l.desc, 5, 4) == 0;
        u64 after = l.desc | 1ull << 10;
        if (!field(l.desc, 10, 10) && !s2_sets_af())
            stop2(8, l.level, why, wnr(), ipa);
        if (why == FOR_TABLE) {
            bool ptw = field(r.hcr_el2, 2, 2);
            if (!field(l.desc, 6, 6) || (ptw && device))
                stop2(12, l.level, why, false, ipa);
        } else {
            if (device && device_faults())
                stop2(0x21, 0, why, wnr(), ipa);
            u32 rights = s2_rights(l.desc, judged_el());
            u32 missing = wanted() & ~rights;
            if (missing == 2 && s2_sets_dirty() && field(l.desc, 51, 51))
                after |= 1ull << 7;
            else if (missing != 0)
                stop2(12, l.level, why, wnr_denied(rights), ipa);
        }
        if (after != l.desc)
            write(l.at, l.desc = after);
        return l;
    }

    /* --- Stage 1 --- */

    void finish(u64 ipa)
    {
        o.ipa = ipa & ~0xfffull;
        o.pa = o.ipa;
        if (!field(r.hcr_el2, 0, 0) && !field(r.hcr_el2, 12, 12))
            return;
        leaf l = s2_translate(ipa, FOR_DATA);
        o.pa = l.pa & ~0xfffull;
        for (u32 el = 0; el < 2; el++)
            o.rights[el] &= s2_rights(l.desc, el);
        o.bits = o.bits == 0 || l.bits < o.bits ? l.bits : o.bits;
        u64 attr = field(l.desc, 5, 2);
        bool fwb = f.has_fwb && field(r.hcr_el2, 46, 46);
        u32 own = attr < 4 ? 2 : attr >> 2 == 1 ? 1 : 0;
        if (fwb && (attr & 6) == 6)
            o.type = (attr & 1) ? o.type : 0;
        else if (own > o.type)
            o.type = own;
    }

    void flat(bool tbi, bool dc)
    {
        u64 va = tbi ? q.va & low(56) : q.va;
        if (va >> f.pa_bits != 0)
            stop1(0, 0, wnr());
        o.type = !dc && !is_fetch() ? 2 : 0;
        if (o.type == 2 && device_faults())
            stop1(0x21, 0, wnr());
        o.rights[0] = o.rights[1] = 7;
        o.global = o.user = true;
        finish(va);
    }

    struct limits { /* Hierarchical permissions. */
        bool no_el0 = false, read_only = false, uxn = false, pxn = false;
    };

    u32 s1_rights(u64 desc, const limits &up, u32 el) const
    {
        bool user = field(desc, 6, 6) && !up.no_el0;
        bool hd = f.hafdbs >= 2 && field(r.tcr_el1, 39, 39) && field(r.tcr_el1, 40, 40);
        bool writable = (!field(desc, 7, 7) || (hd && field(desc, 51, 51))) && !up.read_only;
        bool read = el == 1 || user, write = read && writable;
        bool exec = el ? !field(desc, 53, 53) && !up.pxn : !field(desc, 54, 54) && !up.uxn;
        if (el && user && writable)
            exec = false;
        if (write && field(r.sctlr_el1, 19, 19))
            exec = false;
        return (read ? 1 : 0) | (write ? 2 : 0) | (exec ? 4 : 0);
    }

    void s1_leaf(u64 at, u64 desc, s32 level, u32 page, bool large, u32 oa, const limits &up,
                 const leaf &tbl)
    {
        const u32 shift = page + u32(3 - level) * (page - 3);
        bool s2 = field(r.hcr_el2, 0, 0) || field(r.hcr_el2, 12, 12);
        u64 out = (address_in(desc, page, large) & ~low(shift)) | (q.va & low(shift));
        if (out >> oa != 0)
            stop1(0, level, wnr());
        if (!field(desc, 10, 10) && !(f.hafdbs >= 1 && field(r.tcr_el1, 39, 39)))
            stop1(8, level, wnr());
        u64 attr = field(r.mair_el1, u32(8 * field(desc, 4, 2) + 7), u32(8 * field(desc, 4, 2)));
        u32 type = attr < 16 ? 2 : attr >> 4 == 4 ? 1 : 0;
        if (type == 2 && device_faults())
            stop1(0x21, 0, wnr());
        u32 rights = s1_rights(desc, up, judged_el());
        bool user = field(desc, 6, 6) && !up.no_el0;
        const bool pan = (q.flags & MMU_REQ_PAN) && !(q.flags & MMU_REQ_CM);
        if (pan && judged_el() == 1 && !is_fetch() && user)
            rights &= 4;
        if (wanted() & ~rights)
            stop1(12, level, wnr_denied(rights));
        u64 after = desc | 1ull << 10;
        if (wanted() & 2)
            after &= ~(1ull << 7);
        if (after != desc) {
            if (s2 && !field(tbl.desc, 7, 7)) {
                if (!s2_sets_dirty() || !field(tbl.desc, 51, 51))
                    stop2(12, tbl.level, FOR_TABLE, true, tbl.pa /* IPA, see s1_table() */);
                write(tbl.at, tbl.desc | 1ull << 7);
            }
            write(at, after);
        }
        for (u32 el = 0; el < 2; el++)
            o.rights[el] = s1_rights(after, up, el) & (field(after, 7, 7) ? ~2u : ~0u);
        const u32 e0pd = field(q.va, 55, 55) ? 56 : 55;
        if (f.has_e0pd && field(r.tcr_el1, e0pd, e0pd))
            o.rights[0] = 0;
        o.global = !field(after, 11, 11);
        o.user = user;
        o.bits = shift;
        if (field(after, 52, 52))
            o.bits += run_bits(page, level);
        o.type = type;
        finish(out);
    }

    void stage1()
    {
        const u64 tcr = r.tcr_el1;
        const bool half = field(q.va, 55, 55), dc = field(r.hcr_el2, 12, 12);
        if (is_unaligned() && (field(r.sctlr_el1, 1, 1) || (q.flags & MMU_REQ_ALIGNED)))
            stop1(0x21, 0, wnr());
        bool tbi = field(tcr, half ? 38 : 37, half ? 38 : 37);
        if (f.has_tbid && is_fetch() && field(tcr, half ? 52 : 51, half ? 52 : 51))
            tbi = false;
        if (!field(r.sctlr_el1, 0, 0) || dc || field(r.hcr_el2, 27, 27))
            return flat(tbi, dc);
        const u32 page = half ? granule_of(field(tcr, 31, 30), true)
                              : granule_of(field(tcr, 15, 14), false);
        const u32 size = u32(half ? field(tcr, 21, 16) : field(tcr, 5, 0)), ia = 64 - size;
        const u32 size_max = !f.has_ttst ? 39 : page == 16 ? 47 : 48;
        const bool ds = f.has_lpa2 && field(tcr, 59, 59), large = is_large(page, ds);
        const u32 size_min = (page == 16 ? f.has_lva : ds) ? 12 : 16;
        if (size < size_min || size > size_max)
            stop1(4, 0, wnr());
        u64 above = tbi ? field(q.va, 55, ia) : q.va >> ia;
        u64 want = !half ? 0 : tbi ? low(56 - ia) : low(64 - ia);
        if (above != want)
            stop1(4, 0, wnr());
        u32 epd = half ? 23 : 7, e0pd = half ? 56 : 55;
        if (field(tcr, epd, epd) || (f.has_e0pd && judged_el() == 0 && field(tcr, e0pd, e0pd)))
            stop1(4, 0, wnr());
        s1_tables(half ? r.ttbr1_el1 : r.ttbr0_el1, page, ia, large,
                  !field(tcr, half ? 42 : 41, half ? 42 : 41));
    }

    void s1_tables(u64 base, u32 page, u32 ia, bool large, bool hierarchical)
    {
        const u64 ips = field(r.tcr_el1, 34, 32);
        const u32 oa = output_bits(ips, large);
        const u32 stride = page - 3;
        const bool s2 = field(r.hcr_el2, 0, 0) || field(r.hcr_el2, 12, 12);
        u32 levels = (ia - page + stride - 1) / stride;
        s32 level = 4 - s32(levels);
        u32 shift = page + u32(3 - level) * stride;
        u64 table = base_in(base, ia - shift + 3, page, large, ips);
        limits up;
        if (table >> oa != 0)
            stop1(0, 0, wnr());
        u64 index = (q.va & low(ia)) >> shift;
        for (;; level++, shift -= stride, index = q.va >> shift & low(stride)) {
            u64 ipa = table + index * 8, at = ipa;
            leaf tbl = {};
            if (s2) {
                tbl = s2_translate(ipa, FOR_TABLE);
                at = tbl.pa;
                tbl.pa = ipa;
            }
            u64 desc = mem.read(at);
            o.reads++;
            u64 type = desc & 3;
            if (!(type == 3 && level < 3)) {
                if (!(level == 3 ? type == 3 : type == 1 && block_exists(page, level, large)))
                    stop1(4, level, wnr());
                return s1_leaf(at, desc, level, page, large, oa, up, tbl);
            }
            table = address_in(desc, page, large);
            if (table >> oa != 0)
                stop1(0, level, wnr());
            if (hierarchical) {
                up.no_el0 |= field(desc, 61, 61) != 0;
                up.read_only |= field(desc, 62, 62) != 0;
                up.uxn |= field(desc, 60, 60) != 0;
                up.pxn |= field(desc, 59, 59) != 0;
            }
        }
    }
};

#endif
