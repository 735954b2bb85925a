/*
 * Any registers, any features, memory full of random descriptors: every walk ends, DONE or FAULT,
 * within the reads that its levels allow; every fault has a syndrome that decodes to what it was;
 * a walk with caches reads no more than one without. Runs under libFuzzer (-DAPFSIM_LIBFUZZER
 * -fsanitize=fuzzer), or as a test with a fixed number of random inputs.
 */
#include <cstdlib>
#include <memory>

#include "base/fuzz/bytes.hpp"
#include "mmu/mmu.h"
#include "mmu/tests/naive.hpp"

namespace {

enum { READS_MAX = 35, UPDATES_MAX = 14 };

void check(bool ok)
{
    if (!ok)
        abort();
}

struct scene {
    struct mmu_regs r = {};
    struct mmu_features f = mmu_features_default;
    hash_memory memory;
    std::unique_ptr<struct mmu_caches> caches = std::make_unique<struct mmu_caches>();
};

void draw_features(fuzz_bytes &in, struct mmu_features &f)
{
    const u8 sizes[] = {32, 36, 40, 42, 44, 48, 52, 52};
    unsigned bits = unsigned(in.number(2));

    f.pa_bits = sizes[in.below(8)];
    f.has_lpa = f.pa_bits == 52;
    f.has_lpa2 = bits >> 9 & 1;
    f.has_lva = bits >> 10 & 1;
    f.granules = u8(1 + in.below(7));
    f.has_ttst = bits & 1;
    f.clamps_tsz = bits >> 1 & 1;
    f.has_xnx = bits >> 2 & 1;
    f.has_e0pd = bits >> 3 & 1;
    f.has_tbid = bits >> 4 & 1;
    f.has_fwb = bits >> 5 & 1;
    f.has_hpds = bits >> 6 & 1;
    f.has_vmid16 = bits >> 7 & 1;
    f.has_asid16 = bits >> 8 & 1;
    f.hafdbs = u8(in.below(3));
}

/* Half of the scenes begin with registers that make sense. */
void draw_registers(fuzz_bytes &in, struct mmu_regs &r)
{
    bool sensible = in.byte() & 1;

    r.tcr_el1 = in.number(8);
    r.vtcr_el2 = in.number(8);
    if (sensible) {
        u64 flags = r.tcr_el1 & (0x3ull << 37 | 0x3ull << 39);
        r.tcr_el1 = mmu_tcr_for(static_cast<enum mmu_granule>(in.below(3)), 16 + in.below(37));
        r.tcr_el1 ^= flags;
        flags = r.vtcr_el2 & (MMU_VTCR_HA | MMU_VTCR_HD);
        u32 ipa_bits = 32 + in.below(21);
        r.vtcr_el2 = mmu_vtcr_for(static_cast<enum mmu_granule>(in.below(3)), ipa_bits);
        if (ipa_bits > 48 && (in.byte() & 1)) /* 4 KiB: level -1. */
            r.vtcr_el2 = (r.vtcr_el2 | MMU_VTCR_SL2) & ~(3ull << 6);
        r.vtcr_el2 |= flags;
    }
    r.sctlr_el1 = in.number(4) | (sensible ? MMU_SCTLR_M : 0);
    r.hcr_el2 = in.number(6);
    if (sensible)
        r.hcr_el2 &= ~(MMU_HCR_DC | MMU_HCR_TGE);
    r.mair_el1 = in.number(8);
    r.ttbr0_el1 = in.number(8);
    r.ttbr1_el1 = in.number(8);
    r.vttbr_el2 = in.number(8);
}

struct mmu_request draw_request(fuzz_bytes &in)
{
    struct mmu_request q = {};

    q.va = in.number(8);
    if (in.byte() & 1)
        q.va = (q.va & 0x7fffffffff) | (in.byte() & 1 ? ~0ull << 39 : 0);
    q.access = u8(in.below(3));
    q.el = in.byte() & 1;
    q.size_log2 = u8(in.below(7));
    q.flags = in.byte() & 63;
    return q;
}

void check_fault(const struct mmu_walk &w)
{
    const struct mmu_fault &f = w.fault;
    const u64 esr = mmu_fault_esr(&f, true);
    const u64 hpfar = f.stage == 2 ? mmu_fault_hpfar(&f) : 0;
    const struct mmu_abort a = mmu_abort_decode(esr, f.va, hpfar, MMU_S1PTW_READ);
    const struct mmu_kvm_vm vm = {52, 40, 1, 0, 0, 0, f.el, 1, 1, 0, {0}};

    check(f.stage == 1 || f.stage == 2);
    check(a.kind != MMU_KIND_RESERVED && a.fsc == f.fsc);
    check((a.iabt != 0) == (f.access == MMU_FETCH));
    check(a.s1ptw == f.s1ptw && (f.s1ptw == 0 || f.stage == 2));
    check(a.level == MMU_FSC_NO_LEVEL || a.level == f.level);
    check((a.type == MMU_ABORT_OWN) == (f.stage == 1 && f.el == 1));
    check(f.stage == 1 || a.ipa == (f.ipa | (f.va & 0xfff)));
    check(mmu_kvm_decide(&a, &vm) < MMU_KVM_ANSWERS);
}

void check_out(const struct mmu_walk &w)
{
    const struct mmu_out &o = w.out;
    const u32 own = u32(o.read | o.write << 1 | o.exec << 2);

    check((own & w.wants) == w.wants);
    check(o.read <= 1 && o.write <= 1 && o.exec <= 1 && o.other <= 7);
    check((o.pa & 0xfff) == 0 && o.pa >> 52 == 0 && o.type <= MMU_TYPE_DEVICE);
    check(o.bits == 0 || (o.bits >= 12 && o.bits <= 42));
}

/* With caches or without, until the end or until memory fails. */
u32 run(fuzz_bytes &in, scene &s, const struct mmu_request &q, bool with, u32 fails_at)
{
    struct mmu_walk w;
    enum mmu_need need = with ? mmu_walk_begin_request_cached(&w, &s.r, s.caches.get(), &q)
                              : mmu_walk_begin_request(&w, &s.r, &q);
    u32 updates = 0;

    for (u32 steps = 0; need == MMU_NEED_READ || need == MMU_NEED_UPDATE; steps++) {
        check(steps <= READS_MAX + 2 * UPDATES_MAX && w.access_count <= READS_MAX);
        if (steps == fails_at) {
            need = mmu_walk_fail(&w, static_cast<enum mmu_failure>(in.below(3)));
            break;
        }
        if (need == MMU_NEED_UPDATE) {
            s.memory.written[w.need_pa] = w.need_value;
            check(++updates <= UPDATES_MAX);
        }
        u64 desc = s.memory.read(w.need_pa);
        need = with ? mmu_walk_step_cached(&w, &s.r, s.caches.get(), desc)
                    : mmu_walk_step(&w, &s.r, desc);
    }
    mmu_caches_check(s.caches.get());
    if (need == MMU_DONE)
        check_out(w);
    else
        check_fault(w);
    return w.access_count;
}

void walk(fuzz_bytes &in, scene &s)
{
    const struct mmu_request q = draw_request(in);
    const u32 fails_at = in.byte();
    const u32 cached = run(in, s, q, true, fails_at);
    const u32 plain = run(in, s, q, false, ~0u);

    check(cached <= plain || fails_at < READS_MAX + 2 * UPDATES_MAX);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes in(data, size);
    scene s;
    const struct mmu_cache_spec specs[] = {{16, 4, 16, 4}, {0, 0, 0, 0}, {1, 1, 1, 1}};

    draw_features(in, s.f);
    draw_registers(in, s.r);
    s.memory.seed = in.number(4);
    s.memory.invalid_permille = in.below(100);
    s.memory.block_permille = in.below(300);
    s.memory.always = in.byte() & 1 ? MMU_DESC_AF : 0;
    s.memory.address_mask = 0x3fffffffff000ull >> in.below(19) & ~0xfffull;
    mmu_caches_init(s.caches.get(), &specs[in.below(3)]);
    mmu_regs_prepare_for(&s.r, &s.f);
    for (unsigned i = 0; i < 8; i++) {
        walk(in, s);
        if (in.empty())
            break;
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(WalkFuzz, EveryWalkEndsAndEveryFaultHasASyndrome)
{
    fuzz_randomly(1, 30000, 256);
}
#endif
