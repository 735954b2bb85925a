/*
 * What a TLBI takes out of one PE. DDI 0487, D8.16: instructions of stage 1 act on combined entries
 * and on the walk cache, those of stage 2 by IPA on stage-2 entries alone; last-level forms leave
 * the walk cache.
 */
#include "mmu/bits.h"
#include "mmu/tlbi.h"

#define PAGE_NUMBER 0x1fffffffffull               /* VA[48:12] */
#define UPPER (~0ull >> 20 & ~((1ull << 36) - 1)) /* VA[55:48] all ones. */

/* A range of VA[55:12] as VA[48:12], which is all that the TLB holds: addresses between the two
 * halves are in no entry. False: nothing is left. */
static bool to_tlb_range(const struct mmu_tlbi_operand *o, struct mmu_tlb_match *m)
{
    const u64 lower_end = (1ull << 36) - 1;
    u64 first = o->first, last = o->last;

    if (first > last || (first > lower_end && last < UPPER))
        return false;
    if (last > lower_end && first <= lower_end && last < UPPER)
        last = lower_end;
    if (first > lower_end && first < UPPER)
        first = UPPER;
    m->first = first & PAGE_NUMBER;
    m->last = last & PAGE_NUMBER;
    return true;
}

static bool is_all_of_vmid(const struct mmu_tlbi_operand *o)
{
    return o->what == MMU_TLBI_VMALLE1 || o->what == MMU_TLBI_VMALLS12E1;
}

/* A new epoch empties the TLB, if it holds nothing that must stay. */
static bool flush_whole(const struct mmu_tlbi_operand *o, struct mmu_tlb *t)
{
    bool all = o->what == MMU_TLBI_ALLE1 || (is_all_of_vmid(o) && !t->mixed && o->vmid == t->vmid);

    if (all)
        mmu_tlb_flush_all(t);
    return all;
}

static u32 apply_tlb(const struct mmu_tlbi_operand *o, struct mmu_tlb *t)
{
    struct mmu_tlb_match m = {.vmid = o->vmid, .asid = o->asid, .kind = o->kind};

    t->flushes++;
    m.keep_global = o->what == MMU_TLBI_ASIDE1;
    m.any_asid = o->what == MMU_TLBI_VAAE1 || is_all_of_vmid(o);
    return to_tlb_range(o, &m) ? mmu_tlb_drop(t, &m) : 0;
}

/* Walk cache: entries have the ASID of their walk, global or not. */
static u32 apply_walk(const struct mmu_tlbi_operand *o, struct mmu_caches *c)
{
    const struct mmu_cache_match m = {
        .first = o->first,
        .last = o->last,
        .vmid = o->vmid,
        .asid = o->asid,
        .any_vmid = o->what == MMU_TLBI_ALLE1,
        .any_asid = o->what != MMU_TLBI_VAE1 && o->what != MMU_TLBI_ASIDE1,
    };

    return o->leaf ? 0 : mmu_caches_drop_walk(c, &m);
}

static u32 apply_ipa(const struct mmu_tlbi_operand *o, struct mmu_caches *c)
{
    const struct mmu_cache_match m = {
        .first = o->first,
        .last = o->last,
        .vmid = o->vmid,
        .any_vmid = o->what == MMU_TLBI_ALLE1,
        .kind = o->kind,
    };

    return mmu_caches_drop_ipa(c, &m);
}

struct mmu_tlbi_effect mmu_tlbi_apply(const struct mmu_tlbi_operand *o, struct mmu_tlb *t,
                                      struct mmu_caches *c)
{
    struct mmu_tlbi_effect effect = {.broadcast = o->broadcast};
    bool of_el2 = o->what == MMU_TLBI_ALLE2 || o->what == MMU_TLBI_VAE2;
    bool of_stage2 = o->what == MMU_TLBI_IPAS2E1;

    if (of_el2)
        return effect;
    if (!of_stage2) {
        effect.everything = flush_whole(o, t);
        if (!effect.everything)
            effect.tlb_dropped = apply_tlb(o, t);
        if (c != NULL)
            effect.walk_dropped = apply_walk(o, c);
    }
    if (c != NULL && (of_stage2 || o->what == MMU_TLBI_ALLE1 || o->what == MMU_TLBI_VMALLS12E1))
        effect.ipa_dropped = apply_ipa(o, c);
    return effect;
}
