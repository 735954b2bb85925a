/* Geometry: which table a walk starts with, and which addresses it accepts. DDI 0487, D8.2. */
#include "mmu/mmu.h"

enum {
    PA_BITS = 48,        /* Implemented physical address size. */
    TSZ_MIN = 16,        /* Input addresses of 48 bits: no FEAT_LVA, no FEAT_LPA2. */
    TSZ_MAX = 39,        /* Of 25 bits: no FEAT_TTST. */
    STRIDE = 9,          /* Address bits that one table of 512 entries resolves. */
    CONCATENATE_MAX = 4, /* Stage 2: up to 2^4 tables side by side at the start level. */
};

/* TCR_EL1 */
enum { T0SZ = 0, T1SZ = 16, TG1 = 30, IPS = 32 };
#define TCR_WRITE_BACK (5ull << 8 | 5ull << 24) /* IRGN, ORGN: write-back, allocate. */
#define TCR_INNER_SHAREABLE (3ull << 12 | 3ull << 28)
#define TCR_TG1_4K (2ull << TG1)
#define TCR_IPS_48 (5ull << IPS)
#define TCR_ASID_16 (1ull << 36)

/* VTCR_EL2 */
enum { SL0 = 6, PS = 16 };
#define VTCR_WRITE_BACK (5ull << 8)
#define VTCR_INNER_SHAREABLE (3ull << 12)
#define VTCR_PS_48 (5ull << PS)
#define VTCR_RES1 (1ull << 31)

#define INHERIT (MMU_S1_PXN_TABLE | MMU_S1_UXN_TABLE | MMU_S1_AP_TABLE_NO_EL0 | MMU_S1_AP_TABLE_RO)

static u64 bits(u64 reg, u32 shift, u32 len)
{
    return (reg >> shift) & ((1ull << len) - 1);
}

/* Ones at [high:low]; none if low > high. */
static u64 ones(u32 high, u32 low)
{
    return low > high ? 0 : (~0ull >> (63 - high)) & (~0ull << low);
}

/* Address bits below those that a table of this level resolves. */
static u32 level_shift(u32 level)
{
    return MMU_PAGE_SHIFT + (3 - level) * STRIDE;
}

/* TCR_EL1.IPS and VTCR_EL2.PS: the output address size, at most the implemented one. */
static u32 out_bits(u64 code)
{
    static const u8 size[8] = {32, 36, 40, 42, 44, PA_BITS, PA_BITS, PA_BITS};

    return size[code];
}

u64 mmu_tcr(u32 va_bits)
{
    ASSERT(va_bits == 39 || va_bits == 48);
    u64 size = 64 - va_bits;

    return size << T0SZ | size << T1SZ | TCR_WRITE_BACK | TCR_INNER_SHAREABLE | TCR_TG1_4K |
           TCR_IPS_48 | TCR_ASID_16 | MMU_TCR_HA | MMU_TCR_HD;
}

u64 mmu_vtcr(u32 ipa_bits)
{
    ASSERT(ipa_bits >= 32 && ipa_bits <= 48);
    /* Four bits may go into concatenation; what is left above the page needs levels. */
    u64 levels = (ipa_bits - CONCATENATE_MAX - MMU_PAGE_SHIFT + STRIDE - 1) / STRIDE;

    return (64 - ipa_bits) << T0SZ | (levels - 2) << SL0 | VTCR_WRITE_BACK | VTCR_INNER_SHAREABLE |
           VTCR_PS_48 | MMU_VTCR_HA | VTCR_RES1;
}

u32 mmu_s1_start_level(u64 tcr, bool ttbr1)
{
    u32 va_bits = 64 - (u32)bits(tcr, ttbr1 ? T1SZ : T0SZ, 6);

    return 4 - (va_bits - 4) / STRIDE;
}

u32 mmu_s2_start_level(u64 vtcr)
{
    return 2 - (u32)bits(vtcr, SL0, 2);
}

/* Bits of the input address that index the start level of stage 2. */
static s32 s2_start_bits(u64 vtcr)
{
    return 64 - (s32)bits(vtcr, T0SZ, 6) - (s32)level_shift(mmu_s2_start_level(vtcr));
}

u32 mmu_s2_concatenated(u64 vtcr)
{
    s32 above = s2_start_bits(vtcr) - STRIDE;

    return above > 0 ? 1u << above : 1;
}

/*
 * The first table is aligned to its size, at least 64 bytes; lower bits of the register are RES0.
 * A base outside the output address size is an address size fault of level 0, like a size that is
 * not possible is a translation fault of level 0.
 */
static void range_set(struct mmu_range *m, u64 ttbr, u32 in_bits, u32 out_size)
{
    u32 table_bits = in_bits - level_shift(m->start_level) + 3;

    m->base = ttbr & ones(47, table_bits < 6 ? 6 : table_bits);
    m->in_mask = ones(in_bits - 1, 0);
    m->out_bad = ones(47, out_size);
    m->fault = (m->base & m->out_bad) != 0 ? MMU_FSC_SIZE : MMU_FSC_NONE;
}

/*
 * TG0 and TG1 are not looked at: a granule that is not implemented is treated as one that is
 * (DDI 0487, TCR_EL1), and only 4 KiB is.
 */
static void s1_prepare(struct mmu_regs *r, u32 half)
{
    static const u64 epd[2] = {MMU_TCR_EPD0, MMU_TCR_EPD1};
    static const u64 tbi[2] = {MMU_TCR_TBI0, MMU_TCR_TBI1};
    static const u64 hpd[2] = {MMU_TCR_HPD0, MMU_TCR_HPD1};
    struct mmu_range *m = &r->s1[half];
    u64 tcr = r->tcr_el1;
    u32 size = (u32)bits(tcr, half ? T1SZ : T0SZ, 6);
    u32 top = (tcr & tbi[half]) ? 55 : 63;

    if (!r->s1_on) { /* Flat: VA is IPA; the implemented size is the limit. */
        m->in_bad = ones(top, PA_BITS);
        m->in_mask = ones(PA_BITS - 1, 0);
        m->fault = MMU_FSC_NONE;
        return;
    }
    m->fault = MMU_FSC_TRANS;
    m->inherit = (tcr & hpd[half]) ? 0 : INHERIT;
    if (size < TSZ_MIN || size > TSZ_MAX)
        return;
    m->start_level = (u8)mmu_s1_start_level(tcr, half);
    m->in_bad = ones(top, 64 - size);
    range_set(m, half ? r->ttbr1_el1 : r->ttbr0_el1, 64 - size, out_bits(bits(tcr, IPS, 3)));
    if (tcr & epd[half])
        m->fault = MMU_FSC_TRANS;
}

static void s2_prepare(struct mmu_regs *r)
{
    struct mmu_range *m = &r->s2;
    u64 vtcr = r->vtcr_el2;
    u32 size = (u32)bits(vtcr, T0SZ, 6);

    m->fault = MMU_FSC_TRANS;
    if (bits(vtcr, SL0, 2) == 3 || size < TSZ_MIN || size > TSZ_MAX)
        return;
    if (s2_start_bits(vtcr) < 1 || s2_start_bits(vtcr) > STRIDE + CONCATENATE_MAX)
        return;
    m->start_level = (u8)mmu_s2_start_level(vtcr);
    m->in_bad = ~ones(63 - size, 0);
    range_set(m, r->vttbr_el2, 64 - size, out_bits(bits(vtcr, PS, 3)));
}

void mmu_regs_prepare(struct mmu_regs *r)
{
    static const struct mmu_range empty;

    r->s1_on = (r->sctlr_el1 & MMU_SCTLR_M) && !(r->hcr_el2 & MMU_HCR_DC);
    r->s2_on = (r->hcr_el2 & (MMU_HCR_VM | MMU_HCR_DC)) != 0;
    r->s1_ha = (r->tcr_el1 & MMU_TCR_HA) != 0;
    r->s1_hd = r->s1_ha && (r->tcr_el1 & MMU_TCR_HD); /* HD needs HA. */
    r->s2_ha = (r->vtcr_el2 & MMU_VTCR_HA) != 0;
    r->wxn = (r->sctlr_el1 & MMU_SCTLR_WXN) != 0;
    r->ptw = (r->hcr_el2 & MMU_HCR_PTW) != 0;
    r->prepared = 1;
    r->s1[0] = r->s1[1] = r->s2 = empty;
    s1_prepare(r, 0);
    s1_prepare(r, 1);
    s2_prepare(r);
}
