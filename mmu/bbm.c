/* Break-before-make: DDI 0487, D8.16.1, "Using break-before-make when updating translation table
 * entries", and FEAT_BBM. */
#include "mmu/bbm.h"

#include "mmu/bits.h"

#define S1_TYPE (7ull << 2 | 3ull << 8)  /* AttrIndx, SH */
#define S2_TYPE (15ull << 2 | 3ull << 8) /* MemAttr, SH */

enum shape { INVALID, TABLE, LEAF };

static enum shape shape_of(const struct mmu_bbm_change *c, u64 desc)
{
    if (!(desc & MMU_DESC_VALID))
        return INVALID;
    bool bit1 = (desc & MMU_DESC_TABLE) != 0;
    if (c->level == 3)
        return bit1 ? LEAF : INVALID;
    if (bit1)
        return TABLE;
    if (c->level < 0)
        return INVALID;
    enum mmu_granule granule = (enum mmu_granule)c->granule;
    u32 level = (u32)c->level;
    bool leaf = c->wide ? mmu_has_wide_leaf(granule, level) : mmu_has_leaf(granule, level);
    return leaf ? LEAF : INVALID;
}

/* Bits of a descriptor that are an address: of a table, or of a leaf of this level. */
static u64 address_bits(const struct mmu_bbm_change *c, enum shape shape)
{
    enum mmu_granule granule = (enum mmu_granule)c->granule;
    u32 low = shape == TABLE ? mmu_page_shift(granule) : mmu_level_shift(granule, c->level);

    if (!c->wide)
        return ones(47, low);
    return granule == MMU_64K ? ones(47, low) | ones(15, 12) : ones(49, low) | ones(9, 8);
}

u32 mmu_bbm_changes(const struct mmu_bbm_change *c)
{
    enum shape before = shape_of(c, c->before), after = shape_of(c, c->after);
    u64 differ = c->before ^ c->after;
    u32 changes = 0;

    ASSERT(c->level >= MMU_LEVEL_M1 && c->level <= 3 && c->granule < MMU_GRANULES &&
           (c->stage == 1 || c->stage == 2));
    if (before == INVALID || after == INVALID)
        return 0;
    if (before == LEAF && !(c->before & MMU_DESC_AF))
        return 0; /* A leaf whose access flag is clear is in no TLB. */
    if (before != after)
        return MMU_BBM_SIZE;
    u64 address = address_bits(c, before);
    u64 type = before == TABLE ? 0 : (c->stage == 1 ? S1_TYPE : S2_TYPE) & ~address;
    u64 global = before == LEAF && c->stage == 1 ? MMU_S1_NG : 0;
    u64 size = before == LEAF ? MMU_DESC_CONTIGUOUS : 0;
    u64 hint = before == LEAF && c->level < 3 ? MMU_DESC_NT : 0;

    changes |= (differ & address) ? MMU_BBM_ADDRESS : 0;
    changes |= (differ & type) ? MMU_BBM_TYPE : 0;
    changes |= (differ & global) ? MMU_BBM_GLOBAL : 0;
    changes |= (differ & size) ? MMU_BBM_SIZE : 0;
    changes |= (differ & ~(address | type | global | size | hint)) ? MMU_BBM_PERMISSION : 0;
    return changes;
}

static bool is_writable(const struct mmu_bbm_change *c, u64 desc)
{
    if (c->stage == 2)
        return (desc & (MMU_S2_WRITE | MMU_DESC_DBM)) != 0;
    return !(desc & MMU_S1_AP_RO) || (desc & MMU_DESC_DBM);
}

/* A new address is harmless if nobody can tell the pages apart. */
static bool needs_for_address(const struct mmu_bbm_change *c)
{
    return shape_of(c, c->before) == TABLE || !c->same_contents || is_writable(c, c->before) ||
           is_writable(c, c->after);
}

static bool has_nt(const struct mmu_bbm_change *c)
{
    u64 block = shape_of(c, c->before) == LEAF ? c->before : c->after;

    return c->level < 3 && (block & MMU_DESC_NT);
}

/* With FEAT_BBM the size alone may change: level 1 wants nT, level 2 does not. */
static enum mmu_bbm_verdict judge_size(const struct mmu_bbm_change *c)
{
    if (c->bbm >= 2 || (c->bbm == 1 && has_nt(c)))
        return MMU_BBM_NEEDS_TLBI;
    return c->bbm == 1 && c->level < 3 ? MMU_BBM_NEEDS_NT : MMU_BBM_VIOLATION;
}

static bool is_made_after_break(const struct mmu_bbm_change *c)
{
    return c->broken && c->flushed;
}

enum mmu_bbm_verdict mmu_bbm_judge(const struct mmu_bbm_change *c)
{
    u32 changes = mmu_bbm_changes(c);
    enum shape before = shape_of(c, c->before);

    if (!c->live || before == INVALID || is_made_after_break(c))
        return MMU_BBM_LEGAL;
    if (shape_of(c, c->after) == INVALID)
        return MMU_BBM_NEEDS_TLBI;
    if (changes & (MMU_BBM_TYPE | MMU_BBM_GLOBAL))
        return MMU_BBM_VIOLATION;
    if ((changes & MMU_BBM_ADDRESS) && needs_for_address(c))
        return MMU_BBM_VIOLATION;
    if (changes & MMU_BBM_SIZE)
        return judge_size(c);
    return changes != 0 ? MMU_BBM_NEEDS_TLBI : MMU_BBM_LEGAL;
}

/* Two sizes, or a global and a non-global entry, of one address; nT keeps the block out of the TLB,
 * level 2 of FEAT_BBM does not keep the abort away. */
bool mmu_bbm_may_conflict(const struct mmu_bbm_change *c)
{
    enum mmu_bbm_verdict verdict = mmu_bbm_judge(c);

    if (verdict == MMU_BBM_LEGAL || !(mmu_bbm_changes(c) & (MMU_BBM_SIZE | MMU_BBM_GLOBAL)))
        return false;
    return !(verdict == MMU_BBM_NEEDS_TLBI && has_nt(c));
}

const char *mmu_bbm_name(enum mmu_bbm_verdict verdict)
{
    static const char *const names[MMU_BBM_VERDICTS] = {
        [MMU_BBM_LEGAL] = "legal",
        [MMU_BBM_NEEDS_TLBI] = "needs a TLBI",
        [MMU_BBM_NEEDS_NT] = "needs nT",
        [MMU_BBM_VIOLATION] = "violates break-before-make",
    };

    ASSERT(verdict < MMU_BBM_VERDICTS);
    return names[verdict];
}
