/*
 * Any sequence of fills, lookups, switches of machines and TLBI, with any operand: the structures
 * keep their invariants, what was just filled hits, and what a TLBI names is gone.
 * Break-before-make and the decoders get the same bytes. Runs under libFuzzer (-DAPFSIM_LIBFUZZER
 * -fsanitize=fuzzer), or as a test with a fixed number of random inputs.
 */
#include <cstdlib>
#include <memory>

#include "base/fuzz/bytes.hpp"
#include "mmu/mmu.h"

namespace {

void check(bool ok)
{
    if (!ok)
        abort();
}

struct core {
    std::unique_ptr<struct mmu_tlb> t = std::make_unique<struct mmu_tlb>();
    std::unique_ptr<struct mmu_caches> c = std::make_unique<struct mmu_caches>();
};

u64 draw_va(fuzz_bytes &in)
{
    u64 va = u64(in.below(64)) << 12 | u64(in.below(4)) << 21 | u64(in.below(3)) << 30;

    switch (in.below(4)) {
    case 0:
        return va | 0xffff800000000000ull;
    case 1:
        return in.number(8);
    default:
        return va;
    }
}

u32 draw_vmid(fuzz_bytes &in)
{
    unsigned n = in.below(5);

    return n == 4 ? u32(MMU_NO_VMID) : n;
}

bool is_in_range(u64 va)
{
    return (va >> 48 & 0xff) == 0 || (va >> 48 & 0xff) == 0xff;
}

void fill(fuzz_bytes &in, core &m)
{
    static const u8 sizes[] = {0, 12, 12, 14, 16, 21, 25, 29, 30, 34, 36};
    const auto access = static_cast<enum mmu_access>(in.below(3));
    const u64 va = draw_va(in), asid = in.below(3);
    struct mmu_out out = {};

    out.read = in.byte() & 1;
    out.write = in.byte() & 1;
    out.exec = in.byte() & 1;
    out.other = in.byte() & 7;
    out.el = in.byte() & 1;
    out.pan = in.byte() & 1;
    out.global = in.byte() & 1;
    out.bits = sizes[in.below(sizeof(sizes))];
    out.kind = in.byte() & 15;
    mmu_tlb_fill(m.t.get(), va, asid, access, &out);
    const bool own = access == MMU_READ ? out.read : access == MMU_WRITE ? out.write : out.exec;
    const bool el0 = out.el ? out.other >> access & 1 : own;
    const bool el1 = out.el ? own : out.other >> access & 1;
    check((mmu_tlb_lookup(m.t.get(), va, asid, access) != MMU_HIT_NONE) ==
          (el0 && is_in_range(va)));
    check((mmu_tlb_lookup_el1(m.t.get(), va, asid, access, false) != MMU_HIT_NONE) ==
          (el1 && is_in_range(va)));
}

void look(fuzz_bytes &in, core &m)
{
    const auto access = static_cast<enum mmu_access>(in.below(3));
    const u64 va = draw_va(in), asid = in.below(3);
    struct mmu_out out = {};

    mmu_tlb_lookup(m.t.get(), va, asid, access);
    mmu_tlb_lookup_el1(m.t.get(), va, asid, access, in.byte() & 1);
    out.bits = u8(12 + in.below(20));
    mmu_tlb_conflicts(m.t.get(), va, asid, access, &out);
}

/* A table and a leaf get into the caches as a walk puts them there. */
void walk(fuzz_bytes &in, core &m)
{
    struct mmu_regs r = {};
    struct mmu_walk w;

    r.tcr_el1 = mmu_tcr(48);
    r.vtcr_el2 = mmu_vtcr(40);
    r.sctlr_el1 = MMU_SCTLR_M;
    r.hcr_el2 = in.byte() & 1 ? MMU_HCR_VM : 0;
    r.vttbr_el2 = u64(in.below(3)) << 48;
    r.ttbr0_el1 = u64(in.below(3)) << 48;
    mmu_regs_prepare(&r);
    enum mmu_need need =
        mmu_walk_begin_cached(&w, &r, m.c.get(), draw_va(in) & 0xffffffffffffull, MMU_READ, 0);
    while (need == MMU_NEED_READ || need == MMU_NEED_UPDATE) {
        u64 desc = u64(in.below(64)) << 12 | MMU_DESC_AF | MMU_S1_AP_USER | 3;
        if (need == MMU_NEED_UPDATE)
            desc = w.need_value;
        need = mmu_walk_step_cached(&w, &r, m.c.get(), desc);
    }
}

void invalidate(fuzz_bytes &in, core &m)
{
    u32 count = 0;
    const struct mmu_tlbi *list = mmu_tlbi_table(&count);
    const struct mmu_tlbi *op = &list[in.below(count)];
    const u64 va = draw_va(in), asid = in.below(3);
    struct mmu_tlbi_issuer by = {};
    struct mmu_features f = mmu_features_default;

    if (in.byte() & 1) {
        f.pa_bits = 52;
        f.has_lpa = f.has_lpa2 = 1;
    }

    by.vmid = draw_vmid(in);
    by.el = u8(1 + in.below(2));
    by.asid16 = 1;
    by.hcr_el2 = in.number(2);
    by.features = &f;
    by.s1_ds = in.byte() & 1;
    by.s2_ds = in.byte() & 1;
    u64 value = in.byte() & 1 ? in.number(8) : asid << 48 | (va >> 12 & 0xfffffffffff);
    struct mmu_tlbi_operand o = mmu_tlbi_decode(op, value, &by);
    mmu_tlbi_apply(&o, m.t.get(), m.c.get());
    if (op->what != MMU_TLBI_VMALLE1 && op->what != MMU_TLBI_VMALLS12E1)
        return;
    const u32 vmid = m.t->vmid;
    mmu_tlb_set_vmid(m.t.get(), by.vmid);
    check(mmu_tlb_lookup(m.t.get(), va, asid, MMU_READ) == MMU_HIT_NONE);
    mmu_tlb_set_vmid(m.t.get(), vmid);
}

void judge(fuzz_bytes &in)
{
    struct mmu_bbm_change c = {};

    c.before = in.number(8);
    c.after = c.before ^ (1ull << in.below(64)) ^ (in.byte() & 1 ? 1ull << in.below(64) : 0);
    c.stage = u8(1 + in.below(2));
    c.level = static_cast<int8_t>(int(in.below(5)) - 1);
    c.wide = in.byte() & 1;
    c.granule = u8(in.below(3));
    c.live = in.byte() & 1;
    c.broken = in.byte() & 1;
    c.flushed = in.byte() & 1;
    c.same_contents = in.byte() & 1;
    c.bbm = u8(in.below(3));
    const enum mmu_bbm_verdict verdict = mmu_bbm_judge(&c);
    check(verdict < MMU_BBM_VERDICTS);
    check(c.live || verdict == MMU_BBM_LEGAL);
    check(!mmu_bbm_may_conflict(&c) || verdict != MMU_BBM_LEGAL);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes in(data, size);
    const struct mmu_tlb_spec spec = {1 + in.below(8), 1 + in.below(8), 1u << in.below(4),
                                      1 + in.below(4)};
    const struct mmu_cache_spec caches = {1u << in.below(3), in.below(4), 1u << in.below(3),
                                          in.below(4)};
    core m;

    mmu_tlb_init(m.t.get(), &spec);
    mmu_caches_init(m.c.get(), &caches);
    while (!in.empty()) {
        switch (in.below(8)) {
        case 0:
            invalidate(in, m);
            break;
        case 1:
            mmu_tlb_set_vmid(m.t.get(), draw_vmid(in));
            break;
        case 2:
            walk(in, m);
            break;
        case 3:
            judge(in);
            break;
        case 4:
            for (unsigned n = in.below(1024); n > 0; n--)
                mmu_tlb_flush_all(m.t.get());
            break;
        case 5:
            look(in, m);
            break;
        default:
            fill(in, m);
        }
        mmu_tlb_check(m.t.get());
        mmu_caches_check(m.c.get());
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(TlbFuzz, InvariantsHoldAfterAnySequence)
{
    fuzz_randomly(1, 2500, 300);
}
#endif
