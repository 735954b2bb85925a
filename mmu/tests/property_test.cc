/* Random registers, random descriptors, random accesses: the step function and the naive translator
 * agree on the result, on what was read, and on what memory holds afterwards. */
#include "mmu/tests/naive.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

namespace {

/* Many scenes end at an early fault; RC_PARAMS of the caller wins. */
const int more_runs = setenv("RC_PARAMS", "max_success=1500", 0);

struct scene {
    struct mmu_regs r = {};
    struct mmu_features f = mmu_features_default;
    struct mmu_request q = {};
    hash_memory memory;
    bool wide = false; /* Mostly what 52 bits add. */
};

u64 pick(u64 bound)
{
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<u64>(0, bound));
}

bool chance(u64 percent)
{
    return pick(100) < percent;
}

/* Legal sizes mostly; now and then any. */
void draw_registers(scene &s)
{
    const auto g1 = static_cast<enum mmu_granule>(pick(3));
    const auto g2 = static_cast<enum mmu_granule>(pick(3));
    const bool large = s.f.pa_bits == 52;
    const u32 ipa_bits = s.wide ? 46 + u32(pick(7)) : 32 + u32(pick(large ? 21 : 17));
    struct mmu_regs &r = s.r;

    r.tcr_el1 = mmu_tcr_for(g1, 16 + u32(pick(large || s.f.has_lva || s.f.has_lpa2 ? 37 : 33)));
    if (s.wide)
        r.tcr_el1 = mmu_tcr_for(g1, 47 + u32(pick(6)));
    if (chance(s.wide ? 90 : large ? 40 : 3))
        r.tcr_el1 |= MMU_TCR_DS | 6ull << 32;
    if (chance(10))
        r.tcr_el1 ^= pick(64) | pick(64) << 16;
    r.tcr_el1 ^= (chance(5) ? MMU_TCR_EPD0 : 0) | (chance(30) ? MMU_TCR_TBI0 : 0) |
                 (chance(30) ? MMU_TCR_TBI1 : 0) | (chance(20) ? MMU_TCR_TBID0 : 0) |
                 (chance(30) ? MMU_TCR_HPD0 : 0) | (chance(30) ? MMU_TCR_HPD1 : 0) |
                 (chance(20) ? MMU_TCR_HA : 0) | (chance(20) ? MMU_TCR_HD : 0) |
                 (chance(10) ? MMU_TCR_E0PD0 : 0);
    if (chance(10))
        r.tcr_el1 = (r.tcr_el1 & ~(7ull << 32)) | pick(8) << 32;
    r.vtcr_el2 = mmu_vtcr_for(g2, ipa_bits);
    if (chance(10))
        r.vtcr_el2 ^= pick(256);
    if (chance(10))
        r.vtcr_el2 = (r.vtcr_el2 & ~(7ull << 16)) | pick(8) << 16;
    if (chance(s.wide ? 90 : large ? 40 : 3))
        r.vtcr_el2 = (r.vtcr_el2 & ~(7ull << 16)) | MMU_VTCR_DS | 6ull << 16;
    if (g2 == MMU_4K && ipa_bits > 48 ? chance(60) : chance(3)) /* Level -1. */
        r.vtcr_el2 = (r.vtcr_el2 | MMU_VTCR_SL2) & ~(chance(90) ? 3ull << 6 : 0);
    r.vtcr_el2 ^= (chance(20) ? MMU_VTCR_HA : 0) | (chance(50) ? MMU_VTCR_HD : 0);
    r.sctlr_el1 = (chance(95) ? MMU_SCTLR_M : 0) | (chance(20) ? MMU_SCTLR_WXN : 0) |
                  (chance(10) ? MMU_SCTLR_A : 0);
    r.hcr_el2 = (chance(60) ? MMU_HCR_VM : 0) | (chance(20) ? MMU_HCR_PTW : 0) |
                (chance(4) ? MMU_HCR_DC : 0) | (chance(3) ? MMU_HCR_TGE : 0) |
                (chance(40) ? MMU_HCR_FWB : 0);
    r.mair_el1 = 0x00ff44ff04ff44ffull;
    const u32 fits = ipa_bits < s.f.pa_bits ? ipa_bits : s.f.pa_bits;
    const u32 most = chance(90) ? fits : large ? 52 : 48;
    s.memory.address_mask = ((1ull << (most < 50 ? most : 50)) - 1) & ~0xfffull;
    u64 base_mask = s.memory.address_mask & ((1ull << 48) - 1);
    if (large && most < 52) { /* No bits above. */
        s.memory.attribute_mask &= ~0x300ull;
        s.memory.address_mask &= g1 == MMU_64K || g2 == MMU_64K ? ~0xf000ull : ~0ull;
    }
    base_mask |= large && most == 52 ? 0x3c : 0;
    r.ttbr0_el1 = pick(1ull << 62) & base_mask;
    r.ttbr1_el1 = pick(1ull << 62) & base_mask;
    r.vttbr_el2 = pick(1ull << 62) & base_mask;
}

void draw_access(scene &s)
{
    struct mmu_request &q = s.q;
    const u32 bits = 64 - u32(s.r.tcr_el1 & 63), bits1 = 64 - u32(s.r.tcr_el1 >> 16 & 63);

    q.va = pick(1ull << 63);
    if (chance(50))
        q.va = bits < 64 ? q.va & ((1ull << bits) - 1) : q.va;
    else
        q.va = bits1 < 64 ? q.va | ~((1ull << bits1) - 1) : q.va;
    if (chance(10))
        q.va ^= pick(256) << 56;
    q.access = u8(pick(3));
    q.el = u8(pick(2));
    q.size_log2 = u8(pick(5));
    if (chance(70))
        q.va &= ~15ull;
    for (u32 bit = 0; bit < 6; bit++)
        q.flags = u8(q.flags | (chance(20) ? 1u << bit : 0));
    if (q.access != MMU_WRITE)
        q.flags &= u8(~(MMU_REQ_ATOMIC | MMU_REQ_ZVA));
    if (q.access != MMU_READ)
        q.flags &= u8(~MMU_REQ_CM);
}

void draw_features(scene &s)
{
    const u8 sizes[] = {32, 36, 40, 42, 44, 48};

    s.f.pa_bits = s.wide || chance(40) ? 52 : chance(70) ? 48 : sizes[pick(6)];
    s.f.has_lpa = s.f.pa_bits == 52;
    s.f.has_lpa2 = chance(s.wide ? 95 : s.f.has_lpa ? 70 : 10);
    s.f.has_lva = chance(s.wide ? 95 : s.f.has_lpa ? 70 : 10);
    s.f.has_ttst = chance(50);
    s.f.hafdbs = chance(70) ? 2 : u8(pick(3));
    s.f.has_xnx = chance(70);
    s.f.has_e0pd = chance(70);
    s.f.has_tbid = chance(70);
    s.f.has_fwb = chance(70);
}

scene draw(bool wide = false)
{
    scene s;
    s.wide = wide;
    draw_features(s);
    draw_registers(s);
    draw_access(s);
    s.memory.seed = pick(1ull << 62);
    s.memory.invalid_permille = u32(pick(40));
    s.memory.block_permille = u32(pick(wide ? 120 : 300));
    s.memory.always = chance(wide ? 80 : 30) ? 1ull << 10 | (wide ? 1ull << 6 : 0) : 0;
    mmu_regs_prepare_for(&s.r, &s.f);
    return s;
}

enum mmu_need finish(struct mmu_walk *w, enum mmu_need need, scene &s, u32 *updates)
{
    for (u32 steps = 0; need == MMU_NEED_READ || need == MMU_NEED_UPDATE; steps++) {
        RC_ASSERT(steps < 64u);
        if (need == MMU_NEED_UPDATE) {
            s.memory.written[w->need_pa] = w->need_value;
            (*updates)++;
        }
        need = mmu_walk_step(w, &s.r, s.memory.read(w->need_pa));
    }
    return need;
}

void expect_fault(const struct mmu_walk &w, const naive_fault &f)
{
    RC_ASSERT(u32(w.fault.stage) == f.stage);
    RC_ASSERT(u32(w.fault.fsc) == f.fsc);
    RC_ASSERT(u32(w.fault.level) == f.level);
    RC_ASSERT((w.fault.s1ptw != 0) == f.s1ptw);
    RC_ASSERT((w.fault.write != 0) == f.write);
    RC_ASSERT(w.fault.ipa == f.ipa);
}

void expect_out(const struct mmu_walk &w, const naive_result &n)
{
    const struct mmu_out &o = w.out;
    const u32 own = u32(o.read | o.write << 1 | o.exec << 2);

    RC_ASSERT(o.pa == n.pa);
    RC_ASSERT(o.ipa == n.ipa);
    RC_ASSERT(own == n.rights[o.el]);
    RC_ASSERT(u32(o.other) == n.rights[o.el ^ 1]);
    RC_ASSERT((o.global != 0) == n.global);
    RC_ASSERT((o.user != 0) == n.user);
    RC_ASSERT(u32(o.bits) == n.bits);
    RC_ASSERT(u32(o.type) == n.type);
}

void expect_agreement(scene s)
{
    hash_memory other = s.memory;
    naive_result n = naive_translator(s.r, s.f, other).run(s.q);
    struct mmu_walk w;
    u32 updates = 0;

    enum mmu_need need = finish(&w, mmu_walk_begin_request(&w, &s.r, &s.q), s, &updates);
    RC_CLASSIFY(need == MMU_DONE, "done");
    RC_CLASSIFY(need == MMU_FAULT && w.fault.stage == 2, "stage 2 fault");
    RC_CLASSIFY(updates != 0, "updates");
    RC_CLASSIFY(n.reads > 24, "more reads than 48 bits need");
    RC_CLASSIFY(n.ok && n.pa >> 48 != 0, "beyond 48 bits");
    RC_CLASSIFY(!n.ok && n.fault.level == ~0u, "fault of level -1");
    RC_ASSERT((need == MMU_DONE) == n.ok);
    RC_ASSERT(u32(w.access_count) == n.reads);
    RC_ASSERT(updates == n.updates);
    RC_ASSERT(s.memory.written == other.written);
    if (n.ok)
        expect_out(w, n);
    else
        expect_fault(w, n.fault);
}

RC_GTEST_PROP(WalkProperty, AgreesWithTheManualReadNaively, ())
{
    expect_agreement(draw());
}

/* The same with most of the registers as 52 bits want them. */
RC_GTEST_PROP(WalkProperty, AgreesWithTheManualIn52Bits, ())
{
    expect_agreement(draw(true));
}

/* The request form without flags is the plain form. */
RC_GTEST_PROP(WalkProperty, APlainRequestIsThePlainWalk, ())
{
    scene s = draw();
    struct mmu_walk a, b;
    s.q.flags = 0;
    s.q.size_log2 = 0;
    enum mmu_need one = mmu_walk_begin_request(&a, &s.r, &s.q);
    enum mmu_need two = mmu_walk_begin(&b, &s.r, s.q.va, static_cast<enum mmu_access>(s.q.access),
                                       s.q.el);
    RC_ASSERT(one == two);
    RC_ASSERT(memcmp(&a, &b, sizeof(a)) == 0);
}

} // namespace
