/* Control registers decoded into what a walk wants to know. DDI 0487, D8.2, D8.3. */
#include "mmu/regs.h"

#include "mmu/bits.h"
#include "mmu/fsc.h"

#include <string.h>

enum { TSZ_MIN = 16, TSZ_MIN_WIDE = 12 }; /* Input addresses of 48 bits, of 52. */

#define INHERIT (MMU_S1_PXN_TABLE | MMU_S1_UXN_TABLE | MMU_S1_AP_TABLE_NO_EL0 | MMU_S1_AP_TABLE_RO)

const struct mmu_features mmu_features_default = {
    .pa_bits = 48,
    .granules = 1 << MMU_4K | 1 << MMU_16K | 1 << MMU_64K,
    .hafdbs = 2,
    .has_xnx = 1,
    .has_hpds = 1,
    .has_e0pd = 1,
    .has_tbid = 1,
    .has_fwb = 1,
    .has_asid16 = 1,
    .has_vmid16 = 1,
    .has_ttl = 1,
    .has_tlbi_os = 1,
    .has_tlbi_range = 1,
};

enum { PS_52 = 6 };

/* TCR_EL1.IPS and VTCR_EL2.PS: the output address size, at most the implemented one, and at most
 * what the format can hold. Code 7 is reserved and taken for 48 bits. */
static u32 out_bits(u64 code, bool wide, const struct mmu_features *f)
{
    static const u8 size[8] = {32, 36, 40, 42, 44, 48, 52, 48};
    u32 most = !wide && f->pa_bits > 48 ? 48 : f->pa_bits;

    return size[code] < most ? size[code] : most;
}

/* A granule that is not implemented counts as one that is: an implementation's choice, like what
 * a reserved code means (DDI 0487, TCR_EL1.TG0). */
static enum mmu_granule implemented(enum mmu_granule granule, const struct mmu_features *f)
{
    ASSERT((f->granules & 7) != 0);
    if (f->granules >> granule & 1)
        return granule;
    return (f->granules & 1) ? MMU_4K : (f->granules & 2) ? MMU_16K : MMU_64K;
}

/* What follows from the format alone, so that preparing is a copy. Levels -1..3; the second row of
 * a granule is wide. */
/* clang-format off */
static const struct mmu_range shape[MMU_GRANULES][2] = {
    [MMU_4K] = { {
        .addr_mask = 0xfffffffff000, .index_mask = 0xff8, .kind = 4,
        .shift = { 45, 36, 27, 18, 9 }, .leaf = { 4, 4, 1, 1, 3 }, .run = { 0, 0, 4, 4, 4 },
    }, {
        .addr_mask = 0x3fffffffff000, .index_mask = 0xff8, .kind = 4,
        .shift = { 45, 36, 27, 18, 9 }, .leaf = { 4, 1, 1, 1, 3 }, .run = { 0, 0, 4, 4, 4 },
        .high_mask = 3 << 8, .high_shift = 42,
    } },
    [MMU_16K] = { {
        .addr_mask = 0xffffffffc000, .index_mask = 0x3ff8, .kind = 8,
        .shift = { 55, 44, 33, 22, 11 }, .leaf = { 4, 4, 4, 1, 3 }, .run = { 0, 0, 0, 5, 7 },
    }, {
        .addr_mask = 0x3ffffffffc000, .index_mask = 0x3ff8, .kind = 8,
        .shift = { 55, 44, 33, 22, 11 }, .leaf = { 4, 4, 1, 1, 3 }, .run = { 0, 0, 0, 5, 7 },
        .high_mask = 3 << 8, .high_shift = 42,
    } },
    [MMU_64K] = { { /* Nothing begins above level 1. */
        .addr_mask = 0xffffffff0000, .index_mask = 0xfff8, .kind = 12,
        .shift = { 63, 52, 39, 26, 13 }, .leaf = { 4, 4, 4, 1, 3 }, .run = { 0, 0, 0, 5, 5 },
    }, {
        .addr_mask = 0xffffffff0000, .index_mask = 0xfff8, .kind = 12,
        .shift = { 63, 52, 39, 26, 13 }, .leaf = { 4, 4, 1, 1, 3 }, .run = { 0, 0, 0, 5, 5 },
        .high_mask = 15 << 12, .high_shift = 36,
    } },
};
/* clang-format on */

static bool is_wide(const struct mmu_range *m)
{
    return m->high_mask != 0;
}

/* The first table is aligned to its size, at least 64 bytes; lower bits of the base are RES0, or
 * its uppermost bits: with DS always, of 64 KiB if the output size is 52 bits. ps: IPS or PS. */
static void range_set(struct mmu_range *m, u32 in_bits, u64 ps, const struct mmu_features *f)
{
    u32 table_bits = in_bits - m->shift[m->start_level + 1];
    bool is_64k = m->kind == shape[MMU_64K][0].kind;

    m->base_mask = ones(47, table_bits < 6 ? 6 : table_bits);
    m->base_high = is_wide(m) && (!is_64k || ps == PS_52) ? 15 << 2 : 0;
    m->in_mask = ones(in_bits - 1, 0);
    m->out_bad = ones(51, out_bits(ps, is_wide(m), f));
    m->slow = is_wide(m) ? MMU_DESC_VALID : m->out_bad & m->addr_mask;
    m->fixed[0] = m->fixed[1] = MMU_FSC_NONE;
}

/* A base outside the output address size is an address size fault of level 0, like a size that is
 * not possible is a translation fault of level 0. */
static void range_base(struct mmu_range *m, u64 ttbr)
{
    m->base = (ttbr & m->base_mask) | (ttbr & m->base_high) << 46;
    for (u32 el = 0; el < 2; el++)
        m->fault[el] = m->fixed[el] == MMU_FSC_NONE && (m->base & m->out_bad) != 0 ? MMU_FSC_SIZE
                                                                                   : m->fixed[el];
}

/* TxSZ as it counts; 0: a fault. With FEAT_LVA a size below the minimum is never clamped. */
static u32 legal_size(u32 size, enum mmu_granule granule, bool ds, const struct mmu_features *f)
{
    bool is_large = granule == MMU_64K ? f->has_lva : ds;
    u32 least = is_large ? TSZ_MIN_WIDE : TSZ_MIN;
    u32 most = mmu_tsz_max(granule, f);

    if (size >= least && size <= most)
        return size;
    if (!f->clamps_tsz || (size < least && f->has_lva))
        return 0;
    return size < least ? least : most;
}

static void s1_prepare(struct mmu_regs *r, u32 half, const struct mmu_features *f)
{
    static const u64 epd[2] = {MMU_TCR_EPD0, MMU_TCR_EPD1};
    static const u64 tbi[2] = {MMU_TCR_TBI0, MMU_TCR_TBI1};
    static const u64 tbid[2] = {MMU_TCR_TBID0, MMU_TCR_TBID1};
    static const u64 hpd[2] = {MMU_TCR_HPD0, MMU_TCR_HPD1};
    static const u64 e0pd[2] = {MMU_TCR_E0PD0, MMU_TCR_E0PD1};
    struct mmu_range *m = &r->s1[half];
    u64 tcr = r->tcr_el1;
    u32 top = (tcr & tbi[half]) ? 55 : 63;
    u32 top_fetch = f->has_tbid && (tcr & tbid[half]) ? 63 : top;
    enum mmu_granule granule;

    if (!r->s1_on) { /* Flat: VA is IPA; the implemented size is the limit. */
        m->in_bad = ones(top, f->pa_bits);
        m->in_bad_fetch = ones(top_fetch, f->pa_bits);
        m->in_mask = ones(f->pa_bits - 1u, 0);
        m->fixed[0] = m->fixed[1] = MMU_FSC_NONE;
        return;
    }
    mmu_tcr_granule(tcr, half, &granule);
    granule = implemented(granule, f);
    bool ds = f->has_lpa2 && (tcr & MMU_TCR_DS);
    *m = shape[granule][mmu_is_wide(granule, ds, f)];
    m->fixed[0] = m->fixed[1] = MMU_FSC_TRANS;
    m->inherit = f->has_hpds && (tcr & hpd[half]) ? 0 : INHERIT;
    u32 size = legal_size((u32)bits(tcr, half ? T1SZ : T0SZ, 6), granule, ds, f);
    if (size == 0)
        return;
    m->start_level = (int8_t)(4 - (s32)((64 - size - 4) / (mmu_page_shift(granule) - 3)));
    m->in_bad = ones(top, 64 - size);
    m->in_bad_fetch = ones(top_fetch, 64 - size);
    range_set(m, 64 - size, bits(tcr, IPS, 3), f);
    if (tcr & epd[half])
        m->fixed[0] = m->fixed[1] = MMU_FSC_TRANS;
    if (f->has_e0pd && (tcr & e0pd[half]))
        m->fixed[0] = MMU_FSC_TRANS;
}

static void s2_prepare(struct mmu_regs *r, const struct mmu_features *f)
{
    struct mmu_range *m = &r->s2;
    u64 vtcr = r->vtcr_el2;
    enum mmu_granule granule;

    mmu_vtcr_granule(vtcr, &granule);
    if (implemented(granule, f) != granule) {
        static const u64 tg0[MMU_GRANULES] = {0, 2, 1};
        granule = implemented(granule, f);
        vtcr = (vtcr & ~(3ull << TG0)) | tg0[granule] << TG0;
    }
    if (!f->has_lpa2)
        vtcr &= ~(MMU_VTCR_DS | MMU_VTCR_SL2);
    *m = shape[granule][mmu_is_wide(granule, (vtcr & MMU_VTCR_DS) != 0, f)];
    m->fixed[0] = m->fixed[1] = MMU_FSC_TRANS;
    if (!mmu_s2_is_legal(vtcr, f))
        return;
    u32 size = (u32)bits(vtcr, T0SZ, 6);
    m->start_level = (int8_t)mmu_s2_start_level(vtcr);
    m->in_bad = m->in_bad_fetch = ~ones(63 - size, 0);
    range_set(m, 64 - size, bits(vtcr, PS, 3), f);
}

static void tags_prepare(struct mmu_regs *r, const struct mmu_features *f)
{
    u64 ttbr = (r->tcr_el1 & MMU_TCR_A1) ? r->ttbr1_el1 : r->ttbr0_el1;
    bool asid16 = f->has_asid16 && (r->tcr_el1 & MMU_TCR_AS);
    bool vmid16 = f->has_vmid16 && (r->vtcr_el2 & MMU_VTCR_VS);

    r->asid = (u16)bits(ttbr, 48, asid16 ? 16 : 8);
    r->vmid = r->s2_on ? (u32)bits(r->vttbr_el2, 48, vmid16 ? 16 : 8) : MMU_NO_VMID;
}

static bool seen(const struct mmu_regs *r, const struct mmu_features *f)
{
    return r->prepared && r->seen_tcr == r->tcr_el1 && r->seen_sctlr == r->sctlr_el1 &&
           r->seen_hcr == r->hcr_el2 && r->seen_vtcr == r->vtcr_el2 &&
           memcmp(&r->seen_features, f, sizeof(*f)) == 0;
}

static void controls_prepare(struct mmu_regs *r, const struct mmu_features *f)
{
    static const struct mmu_range empty;

    ASSERT(f->pa_bits <= 48 || (f->pa_bits == 52 && f->has_lpa));
    r->s1_on = (r->sctlr_el1 & MMU_SCTLR_M) && !(r->hcr_el2 & (MMU_HCR_DC | MMU_HCR_TGE));
    r->s2_on = (r->hcr_el2 & (MMU_HCR_VM | MMU_HCR_DC)) != 0;
    r->s1_ha = f->hafdbs >= 1 && (r->tcr_el1 & MMU_TCR_HA);
    r->s1_hd = f->hafdbs >= 2 && r->s1_ha && (r->tcr_el1 & MMU_TCR_HD); /* HD needs HA. */
    r->s2_ha = f->hafdbs >= 1 && (r->vtcr_el2 & MMU_VTCR_HA);
    r->s2_hd = f->hafdbs >= 2 && r->s2_ha && (r->vtcr_el2 & MMU_VTCR_HD);
    r->wxn = (r->sctlr_el1 & MMU_SCTLR_WXN) != 0;
    r->ptw = (r->hcr_el2 & MMU_HCR_PTW) != 0;
    r->s2_xn_mask = f->has_xnx ? 3 : 2;
    r->fwb = f->has_fwb && (r->hcr_el2 & MMU_HCR_FWB);
    r->align = (r->sctlr_el1 & MMU_SCTLR_A) != 0;
    r->s1[0] = r->s1[1] = empty;
    s1_prepare(r, 0, f);
    s1_prepare(r, 1, f);
    s2_prepare(r, f);
    r->seen_tcr = r->tcr_el1;
    r->seen_sctlr = r->sctlr_el1;
    r->seen_hcr = r->hcr_el2;
    r->seen_vtcr = r->vtcr_el2;
    r->seen_features = *f;
    r->prepared = 1;
}

void mmu_regs_prepare_for(struct mmu_regs *r, const struct mmu_features *f)
{
    if (!seen(r, f))
        controls_prepare(r, f);
    range_base(&r->s1[0], r->ttbr0_el1);
    range_base(&r->s1[1], r->ttbr1_el1);
    range_base(&r->s2, r->vttbr_el2);
    tags_prepare(r, f);
}

void mmu_regs_prepare(struct mmu_regs *r)
{
    mmu_regs_prepare_for(r, &mmu_features_default);
}
