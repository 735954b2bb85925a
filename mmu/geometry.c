/* Geometry: granules, levels, which table a walk starts with. DDI 0487, D8.2, TCR_EL1, VTCR_EL2. */
#include "mmu/regs.h"

#include "mmu/bits.h"

enum { CONCATENATE_MAX = 4 }; /* Stage 2: up to 2^4 tables side by side at the start level. */

#define TCR_WRITE_BACK (5ull << 8 | 5ull << 24) /* IRGN, ORGN: write-back, allocate. */
#define TCR_INNER_SHAREABLE (3ull << 12 | 3ull << 28)
#define PS_48 5ull
#define PS_52 6ull
#define VTCR_WRITE_BACK (5ull << 8)
#define VTCR_INNER_SHAREABLE (3ull << 12)
#define VTCR_RES1 (1ull << 31)

static const u8 page_shift[MMU_GRANULES] = {12, 14, 16};

/* clang-format off */
static const u8 run_shift[MMU_GRANULES][4] = { /* DDI 0487, D8.7.1, the Contiguous bit */
    [MMU_4K]  = { 0, 4, 4, 4 },
    [MMU_16K] = { 0, 0, 5, 7 },
    [MMU_64K] = { 0, 0, 5, 5 },
};
enum { NONE = -2 };
/* Start level by VTCR_EL2.SL0; with DS the second row, which SL2 replaces by the third. */
static const int8_t s2_start[MMU_GRANULES][3][4] = {
    [MMU_4K]  = { { 2, 1, 0, 3 },    { 2, 1, 0, 3 }, { -1, NONE, NONE, NONE } },
    [MMU_16K] = { { 3, 2, 1, NONE }, { 3, 2, 1, 0 }, { 3, 2, 1, 0 } }, /* SL2 is ignored. */
    [MMU_64K] = { { 3, 2, 1, NONE }, { 3, 2, 1, NONE }, { 3, 2, 1, NONE } },
};
/* The physical address size that a start level of stage 2 asks for, from level -1. */
static const u8 s2_start_pa_bits[MMU_GRANULES][MMU_LEVELS] = {
    [MMU_4K]  = { 52, 44, 0, 0, 0 },
    [MMU_16K] = { 0, 52, 42, 0, 0 },
    [MMU_64K] = { 0, 0, 44, 0, 0 },
};
/* clang-format on */

u32 mmu_page_shift(enum mmu_granule granule)
{
    return page_shift[granule];
}

static u32 stride(enum mmu_granule granule)
{
    return page_shift[granule] - 3u;
}

u32 mmu_level_shift(enum mmu_granule granule, s32 level)
{
    return page_shift[granule] + (u32)(3 - level) * stride(granule);
}

u32 mmu_run_shift(enum mmu_granule granule, u32 level)
{
    return run_shift[granule][level];
}

bool mmu_has_leaf(enum mmu_granule granule, u32 level)
{
    return level >= 2 || (level == 1 && granule == MMU_4K);
}

bool mmu_has_wide_leaf(enum mmu_granule granule, u32 level)
{
    return level >= 1 || granule == MMU_4K;
}

bool mmu_is_wide(enum mmu_granule granule, bool ds, const struct mmu_features *f)
{
    return granule == MMU_64K ? f->has_lpa && f->pa_bits == 52 : ds && f->has_lpa2;
}

bool mmu_tcr_granule(u64 tcr, bool ttbr1, enum mmu_granule *granule)
{
    static const u8 tg0[4] = {MMU_4K, MMU_64K, MMU_16K, MMU_GRANULES};
    static const u8 tg1[4] = {MMU_GRANULES, MMU_16K, MMU_4K, MMU_64K};
    u8 code = ttbr1 ? tg1[bits(tcr, TG1, 2)] : tg0[bits(tcr, TG0, 2)];

    *granule = code == MMU_GRANULES ? MMU_4K : (enum mmu_granule)code;
    return code != MMU_GRANULES;
}

bool mmu_vtcr_granule(u64 vtcr, enum mmu_granule *granule)
{
    return mmu_tcr_granule(vtcr, false, granule); /* TG0 has the same place and codes. */
}

u64 mmu_tcr_for(enum mmu_granule granule, u32 va_bits)
{
    static const u8 tg0[MMU_GRANULES] = {0, 2, 1}, tg1[MMU_GRANULES] = {2, 1, 3};
    u64 size = 64 - va_bits, output = va_bits > 48 ? PS_52 : PS_48;
    u64 ds = va_bits > 48 && granule != MMU_64K ? MMU_TCR_DS : 0;

    ASSERT(va_bits >= 16 && va_bits <= 52);
    return size << T0SZ | size << T1SZ | TCR_WRITE_BACK | TCR_INNER_SHAREABLE |
           (u64)tg0[granule] << TG0 | (u64)tg1[granule] << TG1 | output << IPS | MMU_TCR_AS |
           MMU_TCR_HA | MMU_TCR_HD | ds;
}

u64 mmu_tcr(u32 va_bits)
{
    ASSERT(va_bits == 39 || va_bits == 48);
    return mmu_tcr_for(MMU_4K, va_bits);
}

/* Linux 6.1 KVM, stage2_pgtable_levels(): 16 tables side by side save a level, and level 3 alone
 * is never enough. */
u64 mmu_vtcr_for(enum mmu_granule granule, u32 ipa_bits)
{
    static const u8 tg0[MMU_GRANULES] = {0, 2, 1}, sl0_base[MMU_GRANULES] = {2, 3, 3};
    u32 levels = (ipa_bits - 4 - 4) / stride(granule);
    u64 output = ipa_bits > 48 ? PS_52 : PS_48;
    u64 ds = ipa_bits > 48 && granule != MMU_64K ? MMU_VTCR_DS : 0;

    ASSERT(ipa_bits >= 32 && ipa_bits <= 52);
    if (levels < 2)
        levels = 2;
    return (64 - ipa_bits) | (sl0_base[granule] - (4ull - levels)) << SL0 |
           (u64)tg0[granule] << TG0 | output << PS | VTCR_WRITE_BACK | VTCR_INNER_SHAREABLE |
           VTCR_RES1 | MMU_VTCR_HA | ds;
}

u64 mmu_vtcr(u32 ipa_bits)
{
    ASSERT(ipa_bits <= 48);
    return mmu_vtcr_for(MMU_4K, ipa_bits);
}

u32 mmu_s1_start_level(u64 tcr, bool ttbr1)
{
    enum mmu_granule granule;
    u32 size = (u32)bits(tcr, ttbr1 ? T1SZ : T0SZ, 6);

    mmu_tcr_granule(tcr, ttbr1, &granule);
    return 4 - (64 - size - 4) / stride(granule);
}

/* NONE: reserved. */
static s32 s2_level(u64 vtcr)
{
    enum mmu_granule granule;
    u32 row = !(vtcr & MMU_VTCR_DS) ? 0 : (vtcr & MMU_VTCR_SL2) ? 2 : 1;

    mmu_vtcr_granule(vtcr, &granule);
    return s2_start[granule][row][bits(vtcr, SL0, 2)];
}

u32 mmu_s2_start_level(u64 vtcr)
{
    s32 level = s2_level(vtcr);

    return level == NONE ? MMU_NO_LEVEL : (u32)level;
}

/* Bits of the input address that index the start level of stage 2, concatenation included. */
static s32 s2_start_bits(u64 vtcr)
{
    enum mmu_granule granule;

    mmu_vtcr_granule(vtcr, &granule);
    return 64 - (s32)bits(vtcr, T0SZ, 6) - (s32)mmu_level_shift(granule, s2_level(vtcr));
}

u32 mmu_s2_concatenated(u64 vtcr)
{
    enum mmu_granule granule;

    mmu_vtcr_granule(vtcr, &granule);
    s32 above = s2_start_bits(vtcr) - (s32)stride(granule);
    return above > 0 ? 1u << above : 1;
}

u32 mmu_tsz_max(enum mmu_granule granule, const struct mmu_features *f)
{
    if (!f->has_ttst)
        return 39;
    return granule == MMU_64K ? 47 : 48;
}

/* Input sizes of stage 2 end with the physical size; 52 bits want the wide format. */
static u32 s2_most_bits(enum mmu_granule granule, u64 vtcr, const struct mmu_features *f)
{
    bool wide = mmu_is_wide(granule, (vtcr & MMU_VTCR_DS) != 0, f);

    return f->pa_bits > 48 && !wide ? 48 : f->pa_bits;
}

bool mmu_s2_is_legal(u64 vtcr, const struct mmu_features *f)
{
    enum mmu_granule granule;
    u32 size = (u32)bits(vtcr, T0SZ, 6);

    if (!f->has_lpa2)
        vtcr &= ~(MMU_VTCR_DS | MMU_VTCR_SL2);
    mmu_vtcr_granule(vtcr, &granule);
    s32 level = s2_level(vtcr);
    if (level == NONE || (level == 3 && granule == MMU_4K && !f->has_ttst))
        return false;
    if (size > mmu_tsz_max(granule, f) || 64 - size > s2_most_bits(granule, vtcr, f))
        return false;
    if (f->pa_bits < s2_start_pa_bits[granule][level + 1])
        return false;
    s32 index_bits = s2_start_bits(vtcr);
    return index_bits >= 1 && index_bits <= (s32)stride(granule) + CONCATENATE_MAX;
}
