/*
 * The two-stage walk as a step function. Each step judges one descriptor and says what comes next.
 * Order of the checks, highest priority first (DDI 0487, D8.15): range, EPD and base of the tables;
 * then for each level stage 2 of the descriptor's address, translation, address size; at the leaf
 * access flag and permission; then stage 2 of the output address in the same order.
 */
#include "mmu/mmu.h"

enum walk_phase {
    PHASE_S1,     /* A descriptor of stage 1 is wanted. */
    PHASE_S2_PTW, /* One of stage 2, for the address of a stage-1 descriptor. */
    PHASE_S2_OUT, /* One of stage 2, for the output address of stage 1. */
    PHASE_END,
};

/* Permissions as bits, so that 1 << enum mmu_access is what an access needs. */
enum { MAY_READ = 1 << MMU_READ, MAY_WRITE = 1 << MMU_WRITE, MAY_EXEC = 1 << MMU_FETCH };

#define PAGE_MASK (~(u64)(MMU_PAGE_SIZE - 1))

static enum mmu_need fault(struct mmu_walk *w, u32 stage, u32 kind, u32 level)
{
    struct mmu_fault *f = &w->fault;

    f->stage = (u8)stage;
    f->level = (u8)level;
    f->fsc = (u8)(kind + level);
    f->access = w->access;
    f->el = w->el;
    f->write = w->access == MMU_WRITE;
    f->va = w->va;
    w->phase = PHASE_END;
    return MMU_FAULT;
}

static enum mmu_need s2_fault(struct mmu_walk *w, u32 kind, u32 level)
{
    w->fault.s1ptw = w->phase != PHASE_S2_OUT;
    w->fault.ipa = w->ipa & PAGE_MASK;
    return fault(w, 2, kind, level);
}

/* A permission fault with S1PTW reports what the walker did, not the access (DDI 0487, WnR). */
static enum mmu_need s2_permission_fault(struct mmu_walk *w, bool update)
{
    bool ptw = w->phase != PHASE_S2_OUT;

    s2_fault(w, MMU_FSC_PERM, w->s2_level);
    if (ptw)
        w->fault.write = update;
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

/* Byte offset of the descriptor of this address in tables of this level, not wrapped: the start
 * level of stage 2 may have more than 512 entries. */
static u64 entry_offset(u64 address, u32 level)
{
    return address >> (36 - 9 * level) & ~7ull;
}

static u64 next_table(u64 desc, u64 address, u32 level)
{
    return (desc & MMU_DESC_ADDR) | (entry_offset(address, level) & (MMU_PAGE_SIZE - 1));
}

static bool is_table(u64 desc, u32 level)
{
    return (desc & 3) == (MMU_DESC_VALID | MMU_DESC_TABLE) && level < 3;
}

/* A page at level 3, a block at levels 1 and 2; what is neither that nor a table is invalid. */
static bool is_leaf(u64 desc, u32 level)
{
    return (desc & 3) == (level == 3 ? 3 : 1) && level != 0;
}

/* Bits of the address inside a leaf of this level. */
static u64 leaf_mask(u32 level)
{
    return ((u64)MMU_PAGE_SIZE << (9 * (3 - level))) - 1;
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
    if (UNLIKELY(m->fault != MMU_FSC_NONE))
        return s2_fault(w, m->fault, 0);
    if (UNLIKELY((ipa & m->in_bad) != 0))
        return s2_fault(w, MMU_FSC_TRANS, 0);
    w->s2_level = m->start_level;
    return need_read(w, m->base + entry_offset(ipa, m->start_level));
}

/* S2AP, and XN[1:0] with FEAT_XNX: 00 all, 01 EL0 only, 10 none, 11 EL1 only. A fetch does not
 * need read permission. */
static u32 s2_allowed(u64 desc, u32 el)
{
    static const u8 exec[2][4] = {
        {MAY_EXEC, MAY_EXEC, 0, 0},
        {MAY_EXEC, 0, 0, MAY_EXEC},
    };
    return (u32)(desc >> 6 & (MAY_READ | MAY_WRITE)) | exec[el][desc >> 53 & 3];
}

/* May the walker read a stage-1 descriptor through this leaf? HCR_EL2.PTW forbids it in Device
 * memory, which is MemAttr[3:2] = 0 with and without FEAT_S2FWB. */
static bool s2_allows_walk(const struct mmu_regs *r, u64 desc)
{
    return (desc & MMU_S2_READ) && !(r->ptw && (desc >> 4 & 3) == 0);
}

static enum mmu_need s2_out(struct mmu_walk *w, u64 desc, u64 pa)
{
    u32 allowed = s2_allowed(desc, w->el);

    w->out.read &= (allowed & MAY_READ) != 0;
    w->out.write &= (allowed & MAY_WRITE) != 0;
    w->out.exec &= (allowed & MAY_EXEC) != 0;
    return finish(w, pa);
}

/*
 * Inaccurate: VTCR_EL2.HD is not modelled, so the dirty state of stage 2 is never updated. KVM
 * leaves it off and takes a permission fault.
 */
static enum mmu_need s2_leaf(struct mmu_walk *w, const struct mmu_regs *r, u64 desc, u32 level)
{
    bool ptw = w->phase == PHASE_S2_PTW;

    if (!is_leaf(desc, level))
        return s2_fault(w, MMU_FSC_TRANS, level);
    u64 inside = leaf_mask(level);
    u64 pa = (desc & MMU_DESC_ADDR & ~inside) | (w->ipa & inside);
    if (UNLIKELY((pa & r->s2.out_bad) != 0))
        return s2_fault(w, MMU_FSC_SIZE, level);
    if (UNLIKELY(!(desc & MMU_DESC_AF) && !r->s2_ha))
        return s2_fault(w, MMU_FSC_ACCESS, level);
    if (ptw ? !s2_allows_walk(r, desc) : !(s2_allowed(desc, w->el) >> w->access & 1))
        return s2_permission_fault(w, false);
    if (UNLIKELY(!(desc & MMU_DESC_AF)))
        return need_update(w, desc | MMU_DESC_AF);
    if (!ptw)
        return s2_out(w, desc, pa);
    w->s2_desc = desc;
    w->phase = PHASE_S1;
    return need_read(w, pa);
}

static enum mmu_need s2_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    u32 level = w->s2_level;

    if (!is_table(desc, level))
        return s2_leaf(w, r, desc, level);
    if (UNLIKELY((desc & r->s2.out_bad) != 0))
        return s2_fault(w, MMU_FSC_SIZE, level);
    w->s2_level = (u8)(level + 1);
    return need_read(w, next_table(desc, w->ipa, level + 1));
}

/* --- Stage 1 --- */

/* Fetch the stage-1 descriptor at this IPA. */
static enum mmu_need s1_fetch(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa)
{
    if (r->s2_on)
        return s2_begin(w, r, ipa, PHASE_S2_PTW);
    w->phase = PHASE_S1;
    return need_read(w, ipa);
}

static enum mmu_need s1_output(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa)
{
    w->out.ipa = ipa & PAGE_MASK;
    return r->s2_on ? s2_begin(w, r, ipa, PHASE_S2_OUT) : finish(w, ipa);
}

static bool s1_is_user(const struct mmu_walk *w, u64 desc)
{
    return (desc & MMU_S1_AP_USER) && !(w->inherited & MMU_S1_AP_TABLE_NO_EL0);
}

/* A read-only leaf with DBM is writable for every rule if the hardware manages the dirty state:
 * it is only clean. A read-only table above it stays read-only. */
static bool s1_is_writable(const struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    bool read_only = (desc & MMU_S1_AP_RO) && !(r->s1_hd && (desc & MMU_DESC_DBM));

    return !read_only && !(w->inherited & MMU_S1_AP_TABLE_RO);
}

/*
 * What the access's EL may do: AP, UXN, PXN, those of the tables above, WXN. EL1 never executes
 * what EL0 can write; EL0 may execute what it cannot read.
 *
 * Inaccurate: PSTATE.PAN and unprivileged loads and stores are not inputs of a walk.
 */
static u32 s1_allowed(const struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    bool user = s1_is_user(w, desc);
    bool writable = s1_is_writable(w, r, desc);
    bool read, write, exec;

    if (w->el == 0) {
        read = user;
        write = user && writable;
        exec = !(desc & MMU_S1_UXN) && !(w->inherited & MMU_S1_UXN_TABLE);
    } else {
        read = true;
        write = writable;
        exec = !(desc & MMU_S1_PXN) && !(w->inherited & MMU_S1_PXN_TABLE) && !(user && writable);
    }
    if (r->wxn && write)
        exec = false;
    return (read ? MAY_READ : 0u) | (write ? MAY_WRITE : 0u) | (exec ? MAY_EXEC : 0u);
}

/* AF and, for a write, the dirty state, in one atomic update. */
static u64 s1_updated(const struct mmu_walk *w, u64 desc)
{
    desc |= MMU_DESC_AF;
    return w->access == MMU_WRITE ? desc & ~MMU_S1_AP_RO : desc;
}

static enum mmu_need s1_leaf(struct mmu_walk *w, const struct mmu_regs *r,
                             const struct mmu_range *m, u64 desc)
{
    u32 level = w->s1_level;

    if (!is_leaf(desc, level))
        return fault(w, 1, MMU_FSC_TRANS, level);
    u64 inside = leaf_mask(level);
    u64 ipa = (desc & MMU_DESC_ADDR & ~inside) | (w->va & inside);
    if (UNLIKELY((ipa & m->out_bad) != 0))
        return fault(w, 1, MMU_FSC_SIZE, level);
    if (UNLIKELY(!(desc & MMU_DESC_AF) && !r->s1_ha))
        return fault(w, 1, MMU_FSC_ACCESS, level);
    u32 allowed = s1_allowed(w, r, desc);
    if (UNLIKELY(!(allowed >> w->access & 1)))
        return fault(w, 1, MMU_FSC_PERM, level);
    u64 updated = s1_updated(w, desc);
    if (UNLIKELY(updated != desc)) {
        if (r->s2_on && !(w->s2_desc & MMU_S2_WRITE))
            return s2_permission_fault(w, true);
        return need_update(w, updated);
    }
    w->out.read = allowed & MAY_READ;
    w->out.write = (allowed & MAY_WRITE) && !(desc & MMU_S1_AP_RO);
    w->out.exec = (allowed & MAY_EXEC) != 0;
    w->out.global = !(desc & MMU_S1_NG);
    w->out.user = s1_is_user(w, desc);
    return s1_output(w, r, ipa);
}

static u32 half_of(u64 va)
{
    return va >> 55 & 1;
}

/* Not inlined: one step in five is here, and the others would pay for saving its registers. */
__attribute__((noinline)) static enum mmu_need s1_step(struct mmu_walk *w, const struct mmu_regs *r,
                                                       u64 desc)
{
    const struct mmu_range *m = &r->s1[half_of(w->va)];

    if (!is_table(desc, w->s1_level))
        return s1_leaf(w, r, m, desc);
    if (UNLIKELY((desc & m->out_bad) != 0))
        return fault(w, 1, MMU_FSC_SIZE, w->s1_level);
    w->inherited |= desc & m->inherit;
    w->s1_level++;
    return s1_fetch(w, r, next_table(desc, w->va, w->s1_level));
}

/* --- Public --- */

static void walk_init(struct mmu_walk *w, const struct mmu_regs *r, u64 va, enum mmu_access access,
                      u32 el)
{
    ASSERT(r->prepared && el <= 1);
    *w = (struct mmu_walk){.va = va, .access = (u8)access, .el = (u8)el};
}

/* No stage 1: everything is allowed, and no ASID tells translations apart. */
static void out_flat(struct mmu_walk *w, u8 user)
{
    w->out.read = w->out.write = w->out.exec = w->out.global = 1;
    w->out.user = user;
}

enum mmu_need mmu_walk_begin(struct mmu_walk *w, const struct mmu_regs *r, u64 va,
                             enum mmu_access access, u32 el)
{
    const struct mmu_range *m = &r->s1[half_of(va)];

    walk_init(w, r, va, access, el);
    if (UNLIKELY(!r->s1_on)) {
        if ((va & m->in_bad) != 0)
            return fault(w, 1, MMU_FSC_SIZE, 0);
        out_flat(w, 1);
        return s1_output(w, r, va & m->in_mask);
    }
    if (UNLIKELY(((half_of(va) ? ~va : va) & m->in_bad) != 0))
        return fault(w, 1, MMU_FSC_TRANS, 0);
    if (UNLIKELY(m->fault != MMU_FSC_NONE))
        return fault(w, 1, m->fault, 0);
    w->s1_level = m->start_level;
    return s1_fetch(w, r, m->base + entry_offset(va & m->in_mask, m->start_level));
}

enum mmu_need mmu_walk_begin_s2(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa,
                                enum mmu_access access, u32 el)
{
    walk_init(w, r, ipa, access, el);
    out_flat(w, 0);
    return s1_output(w, r, ipa);
}

enum mmu_need mmu_walk_step(struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    ASSERT(w->phase != PHASE_END);
    return w->phase == PHASE_S1 ? s1_step(w, r, desc) : s2_step(w, r, desc);
}
