/*
 * How a translation begins and how memory ends it: alignment that does not depend on memory, the
 * address range, disabled walks and sizes that cannot be (DDI 0487, D8.15), stage 1 off; external
 * aborts on a walk, on the access itself, and TLB conflicts.
 */
#include "mmu/walk_state.h"

/* No stage 1: everything is allowed, and no ASID tells translations apart. */
static void out_flat(struct mmu_walk *w, u8 user, u8 type)
{
    w->out.read = w->out.write = w->out.exec = w->out.global = 1;
    w->out.other = MAY_READ | MAY_WRITE | MAY_EXEC;
    w->out.el = w->judged_el;
    w->out.user = user;
    w->out.type = type;
}

/* Stage 1 is off: data are Device-nGnRnE, or Normal with HCR_EL2.DC (DDI 0487, D8.2.11). */
static enum mmu_need flat_begin(struct mmu_walk *w, const struct mmu_regs *r,
                                const struct mmu_range *m, u64 bad)
{
    bool is_device = !(r->hcr_el2 & MMU_HCR_DC) && w->access != MMU_FETCH;

    if ((w->va & bad) != 0)
        return walk_fault(w, 1, MMU_FSC_SIZE, 0);
    if (is_device && (w->flags & WALK_UNALIGNED))
        return walk_fault(w, 1, MMU_FSC_ALIGN, 0);
    out_flat(w, 1, is_device ? MMU_TYPE_DEVICE : MMU_TYPE_NORMAL);
    return walk_s1_output(w, r, w->va & m->in_mask);
}

static enum mmu_need check_range(struct mmu_walk *w, const struct mmu_regs *r)
{
    const struct mmu_range *m = &r->s1[walk_half(w->va)];
    u64 bad = w->access == MMU_FETCH ? m->in_bad_fetch : m->in_bad;

    if (UNLIKELY(!r->s1_on))
        return flat_begin(w, r, m, bad);
    if (UNLIKELY(((walk_half(w->va) ? ~w->va : w->va) & bad) != 0))
        return walk_fault(w, 1, MMU_FSC_TRANS, 0);
    if (UNLIKELY(m->fault[w->judged_el] != MMU_FSC_NONE))
        return walk_fault(w, 1, m->fault[w->judged_el], 0);
    w->s1_level = m->start_level;
    return MMU_NEED_READ;
}

static void walk_init(struct mmu_walk *w, const struct mmu_regs *r, u64 va, u32 access, u32 el)
{
    ASSERT(r->prepared && el <= 1);
    *w = (struct mmu_walk){
        .va = va,
        .access = (u8)access,
        .el = (u8)el,
        .wants = (u8)(1u << access),
        .judged_el = (u8)el,
        .wnr = access == MMU_WRITE,
    };
}

enum mmu_need walk_first_fetch(struct mmu_walk *w, const struct mmu_regs *r)
{
    const struct mmu_range *m = &r->s1[walk_half(w->va)];

    return walk_s1_fetch(w, r, m->base + walk_entry_offset(m, w->va & m->in_mask, m->start_level));
}

enum mmu_need mmu_walk_begin(struct mmu_walk *w, const struct mmu_regs *r, u64 va,
                             enum mmu_access access, u32 el)
{
    walk_init(w, r, va, access, el);
    enum mmu_need need = check_range(w, r);
    return LIKELY(w->phase == PHASE_S1) ? walk_first_fetch(w, r) : need;
}

enum mmu_need walk_prepare(struct mmu_walk *w, const struct mmu_regs *r,
                           const struct mmu_request *q)
{
    bool zva = (q->flags & MMU_REQ_ZVA) != 0;
    bool unaligned = !zva && (q->va & ((1ull << q->size_log2) - 1)) != 0;

    ASSERT(q->access <= MMU_FETCH && q->size_log2 <= 6);
    walk_init(w, r, q->va, q->access, q->el);
    w->flags = (u8)(q->flags | (unaligned || zva ? WALK_UNALIGNED : 0));
    if ((q->flags & MMU_REQ_UNPRIV) && q->access != MMU_FETCH)
        w->judged_el = 0;
    if (q->flags & MMU_REQ_ATOMIC) {
        w->wants = MAY_READ | MAY_WRITE;
        w->wnr = 0; /* Every fault but permission: a read would have faulted, too. */
    }
    if (q->flags & MMU_REQ_CM)
        w->wnr = 1;
    if (unaligned && (r->align || (q->flags & MMU_REQ_ALIGNED)))
        return walk_fault(w, 1, MMU_FSC_ALIGN, 0);
    return check_range(w, r);
}

enum mmu_need mmu_walk_begin_request(struct mmu_walk *w, const struct mmu_regs *r,
                                     const struct mmu_request *q)
{
    enum mmu_need need = walk_prepare(w, r, q);

    return w->phase == PHASE_S1 ? walk_first_fetch(w, r) : need;
}

enum mmu_need mmu_walk_begin_s2(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa,
                                enum mmu_access access, u32 el)
{
    walk_init(w, r, ipa, access, el);
    out_flat(w, 0, MMU_TYPE_NORMAL);
    return walk_s1_output(w, r, ipa);
}

enum mmu_need mmu_walk_fail(struct mmu_walk *w, enum mmu_failure failure)
{
    static const u8 kind[] = {
        [MMU_FAIL_EXTERNAL] = MMU_FSC_SEA_WALK,
        [MMU_FAIL_PARITY] = MMU_FSC_PARITY_WALK,
        [MMU_FAIL_ATOMIC] = MMU_FSC_ATOMIC_UPDATE,
    };
    bool flat = failure == MMU_FAIL_ATOMIC; /* Its code has no level. */

    ASSERT(w->phase != PHASE_END);
    if (w->phase == PHASE_S1)
        return walk_fault(w, 1, kind[failure], flat ? 0 : w->s1_level);
    return walk_s2_fault(w, kind[failure], flat ? 0 : w->s2_level);
}

static void access_fault(struct mmu_walk *w, u32 fsc, struct mmu_fault *fault)
{
    walk_fault(w, 1, fsc, 0);
    *fault = w->fault;
}

void mmu_walk_access_failed(const struct mmu_walk *w, enum mmu_failure failure,
                            struct mmu_fault *fault)
{
    struct mmu_walk copy = *w;

    ASSERT(w->phase == PHASE_END && failure != MMU_FAIL_ATOMIC);
    access_fault(&copy, failure == MMU_FAIL_EXTERNAL ? MMU_FSC_SEA : MMU_FSC_PARITY, fault);
}

void mmu_walk_conflict(const struct mmu_request *q, struct mmu_fault *fault)
{
    struct mmu_walk w = {.va = q->va, .access = q->access, .el = q->el, .flags = q->flags};

    w.wnr = (q->access == MMU_WRITE && !(q->flags & MMU_REQ_ATOMIC)) || (q->flags & MMU_REQ_CM);
    access_fault(&w, MMU_FSC_CONFLICT, fault);
}
