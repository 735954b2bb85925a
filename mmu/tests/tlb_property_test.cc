/*
 * Random lives of a TLB: fills of every size, switches of machines, both exception levels, the TLBI
 * list, wraps of the epoch. The model is the set of all entries that were filled and not taken by a
 * TLBI since; it knows nothing of ways, sets and replacement. So a hit must have an entry of the
 * model behind it, what was just filled must hit, and a TLBI takes what it names and nothing else.
 */
#include "mmu/mmu.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

namespace {

const int more_runs = setenv("RC_PARAMS", "max_success=300", 0);

struct entry {
    u32 vmid;
    u64 asid, first, pages; /* VA[48:12] */
    u32 rights[2], kind;
    bool global, pan;

    bool serves(u32 v, u64 a, u64 page) const
    {
        return vmid == v && (global || asid == a) && page >= first && page - first < pages;
    }
    bool allows(u32 el, u32 access, bool psta_pan) const
    {
        return (rights[el] >> access & 1) &&
               !(el == 1 && psta_pan && pan && access != MMU_FETCH);
    }
};

struct op {
    u32 kind, va, asid, vmid, access, size, rights, extra;
};

const u32 VMIDS[] = {1, 2, MMU_NO_VMID};
const u32 SIZES[] = {12, 12, 12, 14, 16, 21, 25};

u64 address(u32 n)
{
    const u64 offset[] = {0, 0x1000, 0x5000, 0x200000, 0x213000, 0x2000000, 0x40000000};
    return (n & 8 ? 0xffff800000000000ull : 0x7f0000000000ull) + offset[n % 7];
}

u64 page_of(u64 va)
{
    return va >> 12 & 0x1fffffffffull;
}

struct life {
    std::unique_ptr<struct mmu_tlb> t = std::make_unique<struct mmu_tlb>();
    std::vector<entry> model;
    u32 vmid = 0;

    life()
    {
        struct mmu_tlb_spec spec = {6, 8, 8, 3};
        mmu_tlb_init(t.get(), &spec);
        for (u32 i = 0; i < 2030; i++) /* Close to the wrap of the epoch. */
            mmu_tlb_flush_all(t.get());
    }

    static bool hits(struct mmu_tlb *tlb, u64 va, u64 asid, u32 access, u32 el, bool pan)
    {
        auto a = static_cast<enum mmu_access>(access);
        u64 key = mmu_tlb_key(tlb, va, asid);
        const struct mmu_l1 &l = a == MMU_FETCH ? tlb->i : tlb->d;
        bool fast = a == MMU_WRITE ? mmu_l1_hit_write(&l, key) : mmu_l1_hit_read(&l, key);
        bool hit = (el ? mmu_tlb_lookup_el1(tlb, va, asid, a, pan)
                       : mmu_tlb_lookup(tlb, va, asid, a)) != MMU_HIT_NONE;
        RC_ASSERT(el == 1 || !fast || hit);
        return hit;
    }
    bool justified(u64 va, u64 asid, u32 access, u32 el, bool pan) const
    {
        for (const entry &e : model)
            if (e.serves(vmid, asid, page_of(va)) && e.allows(el, access, pan))
                return true;
        return false;
    }
    void look(const op &o)
    {
        bool pan = o.extra & 1;
        u32 el = o.extra >> 1 & 1;
        if (hits(t.get(), address(o.va), o.asid, o.access, el, pan))
            RC_ASSERT(justified(address(o.va), o.asid, o.access, el, pan));
    }

    void fill(const op &o)
    {
        u32 bits = SIZES[o.size], el = o.extra & 1;
        u64 va = address(o.va), mask = (1ull << (bits - 12)) - 1;
        u32 granule = bits == 14 || bits == 25 ? 1 : bits == 16 ? 2 : 0;
        entry e = {};
        e.vmid = vmid;
        e.asid = o.asid;
        e.first = page_of(va) & ~mask;
        e.pages = mask + 1;
        e.rights[0] = o.rights & 7;
        e.rights[1] = o.rights >> 3 & 7;
        e.global = o.extra >> 1 & 1;
        e.pan = e.rights[0] & 3;
        e.kind = (granule + 1) << 2 | (bits > 16 ? 2 : 3);
        struct mmu_out out = {};
        out.el = u8(el);
        out.read = e.rights[el] & 1;
        out.write = e.rights[el] >> 1 & 1;
        out.exec = e.rights[el] >> 2;
        out.other = u8(e.rights[!el]);
        out.global = e.global;
        out.pan = e.pan;
        out.bits = u8(bits);
        out.kind = u8(e.kind);
        auto access = static_cast<enum mmu_access>(o.access);
        bool conflict = mmu_tlb_conflicts(t.get(), va, o.asid, access, &out);
        u64 before = t->conflicts;
        mmu_tlb_fill(t.get(), va, o.asid, access, &out);
        RC_ASSERT(t->conflicts - before == u64(conflict));
        model.push_back(e);
        for (u32 l = 0; l < 2; l++)
            if (e.allows(l, o.access, false))
                RC_ASSERT(hits(t.get(), va, o.asid, o.access, l, false));
    }

    /* DDI 0487, C5.5, read once more: does this instruction name the entry? */
    static bool names(const struct mmu_tlbi *op, u64 value, u32 v, const entry &e)
    {
        const std::string name = op->name;
        bool by_va = name.find("VAE1") == 0 || name.find("VALE1") == 0;
        bool any_asid = name.find("VAAE1") == 0 || name.find("VAALE1") == 0;
        if (name.find("ALLE1") == 0)
            return true;
        if (e.vmid != v)
            return false;
        if (name.find("VMALL") == 0)
            return true;
        if (name.find("ASIDE1") == 0)
            return !e.global && e.asid == value >> 48;
        if (!by_va && !any_asid)
            return false;
        u64 page = value & 0xfffffffffff, ttl = value >> 44 & 15;
        bool hint = ttl > 4 && ttl % 4 != 0 && ttl != 9;
        return e.serves(v, any_asid ? e.asid : value >> 48, page & 0x1fffffffff) &&
               (!hint || ttl == e.kind);
    }

    /* Presence of every probe: a copy is asked, because lookups change the L1. */
    std::vector<bool> census()
    {
        std::vector<bool> present;
        auto copy = std::make_unique<struct mmu_tlb>(*t);
        for (u32 v : VMIDS) {
            mmu_tlb_set_vmid(copy.get(), v);
            for (u32 n = 0; n < 14; n++)
                for (u64 asid = 1; asid < 3; asid++)
                    for (u32 access = 0; access < 3; access++)
                        for (u32 el = 0; el < 2; el++)
                            present.push_back(
                                hits(copy.get(), address(n + n / 7), asid, access, el, false));
        }
        return present;
    }

    void invalidate(const op &o)
    {
        u32 count = 0;
        const struct mmu_tlbi *list = mmu_tlbi_table(&count);
        const struct mmu_tlbi *i = &list[(o.kind * 7 + o.size * 11 + o.rights) % count];
        if (i->range)
            i = mmu_tlbi_by_name("VAE1IS");
        u64 va = address(o.va), value = u64(o.asid) << 48 | (va >> 12 & 0xfffffffffff);
        value |= u64(o.extra & 3 ? 0 : o.rights & 15) << 44;
        struct mmu_tlbi_issuer by = {};
        by.vmid = VMIDS[o.vmid];
        by.el = 2;
        by.asid16 = 1;
        by.features = &mmu_features_default;
        std::vector<bool> before = census();
        struct mmu_tlbi_operand operand = mmu_tlbi_decode(i, value, &by);
        mmu_tlbi_apply(&operand, t.get(), nullptr);
        compare(before, census(), i, value, by.vmid);
        std::vector<entry> rest;
        for (const entry &e : model)
            if (!names(i, value, by.vmid, e))
                rest.push_back(e);
        model = rest;
    }
    void compare(const std::vector<bool> &before, const std::vector<bool> &after,
                 const struct mmu_tlbi *i, u64 value, u32 issuer)
    {
        size_t at = 0;
        for (u32 v : VMIDS)
            for (u32 n = 0; n < 14; n++)
                for (u64 asid = 1; asid < 3; asid++)
                    for (u32 access = 0; access < 3; access++)
                        for (u32 el = 0; el < 2; el++, at++) {
                            u32 taken = 0, kept = 0;
                            for (const entry &e : model)
                                if (e.serves(v, asid, page_of(address(n + n / 7))) &&
                                    e.allows(el, access, false))
                                    (names(i, value, issuer, e) ? taken : kept)++;
                            RC_ASSERT(!(taken && !kept && after[at]));
                            RC_ASSERT(!(kept && !taken && before[at] && !after[at]));
                        }
    }

    void step(const op &o)
    {
        switch (o.kind) {
        case 0:
            mmu_tlb_flush_all(t.get());
            model.clear();
            break;
        case 1:
        case 2:
            invalidate(o);
            break;
        case 3:
        case 4:
            vmid = VMIDS[o.vmid];
            mmu_tlb_set_vmid(t.get(), vmid);
            break;
        case 5:
        case 6:
        case 7:
        case 8:
        case 9:
            fill(o);
            break;
        default:
            look(o);
        }
        mmu_tlb_check(t.get());
    }
};

rc::Gen<op> any_op()
{
    auto below = [](u32 n) { return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0u, n)); };
    return rc::gen::build<op>(
        rc::gen::set(&op::kind, below(16)), rc::gen::set(&op::va, below(16)),
        rc::gen::set(&op::asid, rc::gen::map(below(2), [](u32 n) { return n + 1; })),
        rc::gen::set(&op::vmid, below(3)), rc::gen::set(&op::access, below(3)),
        rc::gen::set(&op::size, below(7)), rc::gen::set(&op::rights, below(64)),
        rc::gen::set(&op::extra, below(4)));
}

RC_GTEST_PROP(TlbProperty, HitsWhatIsThereAndTakesWhatIsNamed, ())
{
    const auto ops = *rc::gen::container<std::vector<op>>(any_op());
    life l;
    for (const op &o : ops)
        l.step(o);
}

} // namespace
