/*
 * The two-stage walk as a step function. Each step judges one descriptor and says what comes next.
 * Order of the checks, highest priority first (DDI 0487, D8.15), after those of begin.c: for each
 * level stage 2 of the descriptor's address, external abort, translation, address size; at the leaf
 * access flag, alignment in Device memory and permission; then stage 2 of the output address in the
 * same order.
 */
#include "mmu/walk.h"

#include "mmu/rights.h"

/* Most steps meet a table of stage 2; they would pay for saving the registers of the others. */
#define NOINLINE __attribute__((noinline))
#define ALWAYS_INLINE __attribute__((always_inline)) static inline

#define PAGE_MASK (~(u64)(MMU_PAGE_SIZE - 1))

/* Level -1 got its codes later: below those of an abort on the walk, but apart from the others. */
static u8 code_of(u32 kind, s64 level)
{
    if (level < 0 && kind == MMU_FSC_SIZE)
        return MMU_FSC_SIZE_M1;
    if (level < 0 && kind == MMU_FSC_TRANS)
        return MMU_FSC_TRANS_M1;
    return (u8)(kind + level);
}

NOINLINE enum mmu_need walk_fault(struct mmu_walk *w, u32 stage, u32 kind, s64 level)
{
    struct mmu_fault *f = &w->fault;

    f->stage = (u8)stage;
    f->level = (int8_t)level;
    f->fsc = code_of(kind, level);
    f->access = w->access;
    f->el = w->el;
    f->write = w->wnr;
    f->flags = (w->flags & MMU_REQ_CM) ? MMU_FAULT_CM : 0;
    f->va = w->va;
    w->phase = PHASE_END;
    return MMU_FAULT;
}

NOINLINE enum mmu_need walk_s2_fault(struct mmu_walk *w, u32 kind, s64 level)
{
    w->fault.s1ptw = w->phase != PHASE_S2_OUT;
    w->fault.ipa = w->ipa & PAGE_MASK;
    return walk_fault(w, 2, kind, level);
}

/* A permission fault with S1PTW reports what the walker did, not the access (DDI 0487, WnR). */
static enum mmu_need s2_walker_denied(struct mmu_walk *w, bool update)
{
    walk_s2_fault(w, MMU_FSC_PERM, w->s2_level);
    w->fault.write = update;
    return MMU_FAULT;
}

/* An atomic access is a write only if a read alone would have been allowed. */
static enum mmu_need denied(struct mmu_walk *w, u32 stage, u32 lacks)
{
    if (stage == 1)
        walk_fault(w, 1, MMU_FSC_PERM, w->s1_level);
    else
        walk_s2_fault(w, MMU_FSC_PERM, w->s2_level);
    w->fault.write = w->wnr || ((w->flags & MMU_REQ_ATOMIC) && !(lacks & MAY_READ));
    return MMU_FAULT;
}

static enum mmu_need need_read(struct mmu_walk *w, u64 pa)
{
    w->need_pa = pa;
    w->access_count++;
    return MMU_NEED_READ;
}

/* The descriptor at need_pa was just read. The next step judges the new value from the start. */
static enum mmu_need need_update(struct mmu_walk *w, u64 value)
{
    w->need_value = value;
    return MMU_NEED_UPDATE;
}

/* What is neither a page or block of this level nor a table is invalid. */
static bool is_leaf(const struct mmu_range *m, u64 desc, s64 level)
{
    return (desc & 3) == m->leaf[level + 1];
}

/* Bits of the address inside a leaf of this level. */
static u64 leaf_mask(const struct mmu_range *m, s64 level)
{
    return (8ull << m->shift[level + 1]) - 1;
}

/* Where a leaf takes an input address. */
static u64 leaf_output(const struct mmu_range *m, u64 desc, s64 level, u64 in)
{
    u64 inside = leaf_mask(m, level);

    return (walk_address(m, desc) & ~inside) | (in & inside);
}

/* log2 of what an entry for this leaf may cover; a contiguous run is one. */
static u8 leaf_bits(const struct mmu_range *m, u64 desc, s64 level)
{
    u32 run = (desc & MMU_DESC_CONTIGUOUS) ? m->run[level + 1] : 0;

    return (u8)(m->shift[level + 1] + 3u + run);
}

static enum mmu_need finish(struct mmu_walk *w, u64 pa)
{
    w->out.pa = pa & PAGE_MASK;
    w->phase = PHASE_END;
    return MMU_DONE;
}

/* --- Stage 2 --- */

static enum mmu_need s2_begin(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa, u8 phase)
{
    const struct mmu_range *m = &r->s2;

    w->ipa = ipa;
    w->phase = phase;
    if (UNLIKELY((ipa & m->in_bad) != 0)) /* As in stage 1, before the base is looked at. */
        return walk_s2_fault(w, MMU_FSC_TRANS, 0);
    if (UNLIKELY(m->fault[1] != MMU_FSC_NONE))
        return walk_s2_fault(w, m->fault[1], 0);
    w->s2_level = m->start_level;
    return need_read(w, m->base + walk_entry_offset(m, ipa, m->start_level));
}

static enum mmu_need s2_out(struct mmu_walk *w, const struct mmu_regs *r, u64 desc, u64 pa)
{
    struct mmu_out *o = &w->out;
    u32 allowed = s2_allowed(r, desc, o->el);
    u8 size = leaf_bits(&r->s2, desc, w->s2_level);

    o->read &= (allowed & MAY_READ) != 0;
    o->write &= (allowed & MAY_WRITE) != 0;
    o->exec &= (allowed & MAY_EXEC) != 0;
    o->other &= (u8)s2_allowed(r, desc, o->el ^ 1u);
    o->type = combined_type(r, desc, o->type);
    if (o->bits == 0 || size < o->bits) /* 0: no stage 1. */
        o->bits = size;
    return finish(w, pa);
}

/* The rights that an access has through this leaf; *updated gets what the hardware sets. */
static enum mmu_need s2_judge(struct mmu_walk *w, const struct mmu_regs *r, u64 desc, u64 *updated)
{
    u32 lacks = w->wants & ~s2_allowed(r, desc, w->judged_el);

    if (UNLIKELY(w->flags & WALK_UNALIGNED) && s2_is_device(desc))
        return walk_s2_fault(w, MMU_FSC_ALIGN, 0);
    if (LIKELY(lacks == 0))
        return MMU_DONE;
    if (lacks != MAY_WRITE || !s2_is_clean(r, desc))
        return denied(w, 2, lacks);
    *updated |= MMU_S2_WRITE;
    return MMU_DONE;
}

/* A leaf for the output address of stage 1. */
NOINLINE static enum mmu_need s2_leaf_out(struct mmu_walk *w, const struct mmu_regs *r, u64 desc,
                                          u64 pa)
{
    u64 updated = desc | MMU_DESC_AF;

    if (UNLIKELY(s2_judge(w, r, desc, &updated) == MMU_FAULT))
        return MMU_FAULT;
    if (UNLIKELY(updated != desc))
        return need_update(w, updated);
    return s2_out(w, r, desc, pa);
}

/* A leaf whose address is inside the output size. */
ALWAYS_INLINE enum mmu_need s2_leaf_at(struct mmu_walk *w, const struct mmu_regs *r, u64 desc,
                                       s64 level, u64 pa)
{
    if (UNLIKELY(!(desc & MMU_DESC_AF) && !r->s2_ha))
        return walk_s2_fault(w, MMU_FSC_ACCESS, level);
    if (w->phase == PHASE_S2_OUT)
        return s2_leaf_out(w, r, desc, pa);
    if (UNLIKELY(!s2_allows_walk(r, desc)))
        return s2_walker_denied(w, false);
    if (UNLIKELY(!(desc & MMU_DESC_AF)))
        return need_update(w, desc | MMU_DESC_AF);
    w->s2_desc = desc;
    w->s2_desc_pa = w->need_pa;
    w->phase = PHASE_S1;
    return need_read(w, pa);
}

NOINLINE static enum mmu_need s2_leaf_slow(struct mmu_walk *w, const struct mmu_regs *r, u64 desc,
                                           s64 level)
{
    u64 pa = leaf_output(&r->s2, desc, level, w->ipa);

    if ((pa & r->s2.out_bad) != 0)
        return walk_s2_fault(w, MMU_FSC_SIZE, level);
    return s2_leaf_at(w, r, desc, level, pa);
}

NOINLINE static enum mmu_need s2_leaf(struct mmu_walk *w, const struct mmu_regs *r, u64 desc,
                                      s64 level)
{
    if (!is_leaf(&r->s2, desc, level))
        return walk_s2_fault(w, MMU_FSC_TRANS, level);
    if (UNLIKELY((desc & r->s2.slow) != 0))
        return s2_leaf_slow(w, r, desc, level);
    u64 inside = leaf_mask(&r->s2, level);
    u64 pa = (desc & r->s2.addr_mask & ~inside) | (w->ipa & inside);
    return s2_leaf_at(w, r, desc, level, pa);
}

NOINLINE static enum mmu_need s2_table_slow(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    const struct mmu_range *m = &r->s2;
    u64 table = walk_address(m, desc);

    if ((table & m->out_bad) != 0)
        return walk_s2_fault(w, MMU_FSC_SIZE, w->s2_level);
    w->s2_level++;
    return need_read(w, walk_entry(m, table, w->ipa, w->s2_level));
}

static enum mmu_need s2_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    s64 level = w->s2_level;

    if (!walk_is_table(desc, level))
        return s2_leaf(w, r, desc, level);
    if (UNLIKELY((desc & r->s2.slow) != 0))
        return s2_table_slow(w, r, desc);
    w->s2_level = (int8_t)(level + 1);
    return need_read(w, walk_entry(&r->s2, desc & r->s2.addr_mask, w->ipa, level + 1));
}

/* --- Stage 1 --- */

enum mmu_need walk_s1_fetch(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa)
{
    if (r->s2_on)
        return s2_begin(w, r, ipa, PHASE_S2_PTW);
    w->phase = PHASE_S1;
    return need_read(w, ipa);
}

enum mmu_need walk_s1_output(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa)
{
    w->out.ipa = ipa & PAGE_MASK;
    return r->s2_on ? s2_begin(w, r, ipa, PHASE_S2_OUT) : finish(w, ipa);
}

/* AF and, for a write, the dirty state, in one atomic update. */
static u64 s1_updated(const struct mmu_walk *w, u64 desc)
{
    desc |= MMU_DESC_AF;
    return (w->wants & MAY_WRITE) ? desc & ~MMU_S1_AP_RO : desc;
}

/* The walker writes to a page of tables: stage 2 must allow it, and a clean page gets dirty first
 * (the stage-1 descriptor is then judged again; its second read is part of the atomic update). */
static enum mmu_need s1_update(struct mmu_walk *w, const struct mmu_regs *r, u64 updated)
{
    if (!r->s2_on || (w->s2_desc & MMU_S2_WRITE))
        return need_update(w, updated);
    if (!s2_is_clean(r, w->s2_desc)) {
        w->phase = PHASE_S2_PTW;
        return s2_walker_denied(w, true);
    }
    w->phase = PHASE_S2_PTW;
    w->need_pa = w->s2_desc_pa;
    w->access_count--;
    return need_update(w, w->s2_desc | MMU_S2_WRITE);
}

static void s1_result(struct mmu_walk *w, const struct mmu_regs *r, const struct mmu_range *m,
                      u64 desc, u32 allowed)
{
    struct mmu_out *o = &w->out;
    u32 dirty = (desc & MMU_S1_AP_RO) ? ~(u32)MAY_WRITE : ~0u;

    o->read = (allowed & MAY_READ) != 0;
    o->write = (allowed & dirty & MAY_WRITE) != 0;
    o->exec = (allowed & MAY_EXEC) != 0;
    o->global = !(desc & MMU_S1_NG);
    o->user = s1_is_user(w, desc);
    o->pan = o->user;
    o->el = w->judged_el;
    /* Of the other level, unless it may not even ask (E0PD). */
    o->other =
        m->fault[o->el ^ 1u] != MMU_FSC_NONE ? 0 : (u8)(s1_allowed(w, r, desc, o->el ^ 1u) & dirty);
    o->bits = leaf_bits(m, desc, w->s1_level);
    o->type = s1_type(r, desc);
    o->kind = (u8)(m->kind | w->s1_level);
}

NOINLINE static enum mmu_need s1_leaf(struct mmu_walk *w, const struct mmu_regs *r,
                                      const struct mmu_range *m, u64 desc)
{
    s64 level = w->s1_level;

    if (!is_leaf(m, desc, level))
        return walk_fault(w, 1, MMU_FSC_TRANS, level);
    u64 ipa = leaf_output(m, desc, level, w->va);
    if (UNLIKELY((ipa & m->out_bad) != 0))
        return walk_fault(w, 1, MMU_FSC_SIZE, level);
    if (UNLIKELY(!(desc & MMU_DESC_AF) && !r->s1_ha))
        return walk_fault(w, 1, MMU_FSC_ACCESS, level);
    u32 allowed = s1_allowed(w, r, desc, w->judged_el);
    u32 lacks = w->wants & ~allowed;
    if (UNLIKELY(w->flags != 0)) {
        if ((w->flags & WALK_UNALIGNED) && s1_type(r, desc) == MMU_TYPE_DEVICE)
            return walk_fault(w, 1, MMU_FSC_ALIGN, 0);
        if (pan_forbids(w, desc))
            lacks = w->wants;
    }
    if (UNLIKELY(lacks != 0))
        return denied(w, 1, lacks);
    u64 updated = s1_updated(w, desc);
    if (UNLIKELY(updated != desc))
        return s1_update(w, r, updated);
    s1_result(w, r, m, desc, allowed);
    return walk_s1_output(w, r, ipa);
}

NOINLINE static enum mmu_need s1_table_slow(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    const struct mmu_range *m = &r->s1[walk_half(w->va)];
    u64 table = walk_address(m, desc);

    if ((table & m->out_bad) != 0)
        return walk_fault(w, 1, MMU_FSC_SIZE, w->s1_level);
    w->inherited |= desc & m->inherit;
    w->s1_level++;
    return walk_s1_fetch(w, r, walk_entry(m, table, w->va, w->s1_level));
}

NOINLINE static enum mmu_need s1_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    const struct mmu_range *m = &r->s1[walk_half(w->va)];
    s64 level = w->s1_level; /* 64 bits: it is an index, and would be extended. */

    if (!walk_is_table(desc, level))
        return s1_leaf(w, r, m, desc);
    if (UNLIKELY((desc & m->slow) != 0))
        return s1_table_slow(w, r, desc);
    w->inherited |= desc & m->inherit;
    w->s1_level = (int8_t)(level + 1);
    return walk_s1_fetch(w, r, walk_entry(m, desc & m->addr_mask, w->va, level + 1));
}

enum mmu_need mmu_walk_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    ASSERT(w->phase != PHASE_END);
    return w->phase == PHASE_S1 ? s1_step(w, r, desc) : s2_step(w, r, desc);
}
