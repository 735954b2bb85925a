/* The list of TLBI instructions and their operands: DDI 0487, C5.5 and D8.16. */
#include "mmu/tlbi.h"

#include "mmu/bits.h"

#include <string.h>

/* One instruction in its three scopes: name, op1, op2, then CRm of the IS, local and OS forms. */
#define ROW(name, op1, op2, is, local, os, os2, what, leaf, range)                                 \
    {name "IS", op1, is, op2, MMU_TLBI_INNER, MMU_TLBI_##what, leaf, range},                       \
        {name, op1, local, op2, MMU_TLBI_LOCAL, MMU_TLBI_##what, leaf, range},                     \
    {                                                                                              \
        name "OS", op1, os, os2, MMU_TLBI_OUTER, MMU_TLBI_##what, leaf, range                      \
    }

static const struct mmu_tlbi table[] = {
    /* clang-format off */
    /*  name          op1 op2  IS local OS  op2 of OS  what         leaf range */
    ROW("VMALLE1",      0, 0,   3, 7,   1,  0,         VMALLE1,     0, 0),
    ROW("VAE1",         0, 1,   3, 7,   1,  1,         VAE1,        0, 0),
    ROW("ASIDE1",       0, 2,   3, 7,   1,  2,         ASIDE1,      0, 0),
    ROW("VAAE1",        0, 3,   3, 7,   1,  3,         VAAE1,       0, 0),
    ROW("VALE1",        0, 5,   3, 7,   1,  5,         VAE1,        1, 0),
    ROW("VAALE1",       0, 7,   3, 7,   1,  7,         VAAE1,       1, 0),
    ROW("RVAE1",        0, 1,   2, 6,   5,  1,         VAE1,        0, 1),
    ROW("RVAAE1",       0, 3,   2, 6,   5,  3,         VAAE1,       0, 1),
    ROW("RVALE1",       0, 5,   2, 6,   5,  5,         VAE1,        1, 1),
    ROW("RVAALE1",      0, 7,   2, 6,   5,  7,         VAAE1,       1, 1),
    ROW("IPAS2E1",      4, 1,   0, 4,   4,  0,         IPAS2E1,     0, 0),
    ROW("IPAS2LE1",     4, 5,   0, 4,   4,  4,         IPAS2E1,     1, 0),
    ROW("RIPAS2E1",     4, 2,   0, 4,   4,  3,         IPAS2E1,     0, 1),
    ROW("RIPAS2LE1",    4, 6,   0, 4,   4,  7,         IPAS2E1,     1, 1),
    ROW("ALLE2",        4, 0,   3, 7,   1,  0,         ALLE2,       0, 0),
    ROW("VAE2",         4, 1,   3, 7,   1,  1,         VAE2,        0, 0),
    ROW("ALLE1",        4, 4,   3, 7,   1,  4,         ALLE1,       0, 0),
    ROW("VALE2",        4, 5,   3, 7,   1,  5,         VAE2,        1, 0),
    ROW("VMALLS12E1",   4, 6,   3, 7,   1,  6,         VMALLS12E1,  0, 0),
    ROW("RVAE2",        4, 1,   2, 6,   5,  1,         VAE2,        0, 1),
    ROW("RVALE2",       4, 5,   2, 6,   5,  5,         VAE2,        1, 1),
    /* clang-format on */
};

const struct mmu_tlbi *mmu_tlbi_table(u32 *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}

const struct mmu_tlbi *mmu_tlbi_find(u32 op1, u32 crm, u32 op2)
{
    for (u32 i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].op1 == op1 && table[i].crm == crm && table[i].op2 == op2)
            return &table[i];
    return NULL;
}

const struct mmu_tlbi *mmu_tlbi_by_name(const char *name)
{
    for (u32 i = 0; i < ARRAY_COUNT(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool mmu_tlbi_is_undefined(const struct mmu_tlbi *op, u32 el, const struct mmu_features *f)
{
    if (el == 0 || (el == 1 && op->op1 == 4))
        return true;
    if (op->range && !f->has_tlbi_range)
        return true;
    return op->scope == MMU_TLBI_OUTER && !f->has_tlbi_os;
}

/* --- Operands --- */

/* TTL: granule and level of the leaf. A reserved value is no hint: level 0, and level 1 of 16 KiB,
 * where no leaf is. */
static u8 legal_ttl(u32 ttl)
{
    u32 level = ttl & 3;

    return ttl < 4 || level == 0 || ttl == (2 << 2 | 1) ? 0 : (u8)ttl;
}

static bool is_by_address(u32 what)
{
    return what == MMU_TLBI_VAE1 || what == MMU_TLBI_VAAE1 || what == MMU_TLBI_IPAS2E1 ||
           what == MMU_TLBI_VAE2;
}

/* Limits of addresses in units of 4 KiB: IPA[47:12] or IPA[51:12], VA[55:12]. */
#define VA_PAGES (1ull << 44)
#define VA_HALF (1ull << 43)

static u64 ipa_pages(const struct mmu_features *f)
{
    return 1ull << (f->pa_bits > 48 ? 40 : 36);
}

static void decode_page(struct mmu_tlbi_operand *o, u64 value, const struct mmu_features *f)
{
    u32 len = o->what == MMU_TLBI_IPAS2E1 ? 40 : 44;

    o->first = o->last = bits(value, 0, len);
    o->kind = f->has_ttl ? legal_ttl((u32)bits(value, 44, 4)) : 0;
    if (o->what == MMU_TLBI_IPAS2E1 && o->first >= ipa_pages(f)) {
        o->first = 1;
        o->last = 0;
    }
    o->pages = 1;
}

/* Pages of 4 KiB, log2, that BaseADDR counts: granules, or 64 KiB with addresses of 52 bits. */
static u32 base_unit(u32 tg, bool is_va, const struct mmu_tlbi_issuer *by)
{
    bool ds = by->features->has_lpa2 && (is_va ? by->s1_ds : by->s2_ds);

    return ds ? 4 : 2 * (tg - 1);
}

/* BaseADDR has 37 bits; those of a VA above them are copies of the uppermost. The range ends with
 * the half of the address space that it begins in. */
static void decode_range(struct mmu_tlbi_operand *o, u64 value, const struct mmu_tlbi_issuer *by)
{
    u32 tg = (u32)bits(value, 46, 2);
    u32 level = (u32)bits(value, 37, 2);
    u64 count = (bits(value, 39, 5) + 1) << (5 * bits(value, 44, 2) + 1);

    o->first = 1;
    o->last = 0;
    if (tg == 0) /* Reserved. */
        return;
    u64 base = bits(value, 0, 37);
    bool is_va = o->what != MMU_TLBI_IPAS2E1;
    u32 unit = base_unit(tg, is_va, by);
    if (is_va && (base >> 36) != 0)
        base |= ~0ull << 37;
    u64 first = is_va ? base << unit & (VA_PAGES - 1) : base << unit;
    u64 limit = !is_va ? ipa_pages(by->features) : first < VA_HALF ? VA_HALF : VA_PAGES;
    u64 last = first + (count << 2 * (tg - 1)) - 1;

    if (first >= limit)
        return;
    o->first = first;
    o->last = last < limit ? last : limit - 1;
    o->kind = legal_ttl(tg << 2 | level) != 0 ? (u8)(tg << 2 | level) : (u8)(tg << 2);
    o->pages = count;
}

struct mmu_tlbi_operand mmu_tlbi_decode(const struct mmu_tlbi *op, u64 value,
                                        const struct mmu_tlbi_issuer *issuer)
{
    struct mmu_tlbi_operand o = {
        .last = VA_PAGES - 1,
        .vmid = issuer->vmid,
        .asid = (u16)bits(value, 48, issuer->asid16 ? 16 : 8),
        .what = op->what,
        .leaf = op->leaf,
    };

    o.broadcast = op->scope != MMU_TLBI_LOCAL ||
                  (issuer->el == 1 && op->op1 == 0 && (issuer->hcr_el2 & MMU_HCR_FB) != 0);
    if (op->range)
        decode_range(&o, value, issuer);
    else if (is_by_address(op->what))
        decode_page(&o, value, issuer->features);
    return o;
}
