#include "gic/gic.h"

#include "gic/irq.h"

#include <string.h>

STATIC_ASSERT(sizeof(struct gic_irq) == 16, "no hidden padding in the image");
STATIC_ASSERT(sizeof(struct gic) == 8 + 32 * 16 + 32 + 8 + 16 * 8 + 6 * 4 + 8, "no hidden padding");

enum {
    VMCR_MIN_BPR = 2u << 21 | 3u << 18, /* 5 bits of preemption: BPR0 >= 2, BPR1 >= 3. */
    LR_PINTID_SHIFT = 32,
    LR_PRIORITY_SHIFT = 48,
    /* RaWb inside, same outside, inner shareable: what KVM starts with. */
    PENDBASER_RESET = 3u << 7 | 1u << 10,
};

void gic_init(struct gic *g, u32 cpu, u32 lr_count)
{
    ASSERT(lr_count >= 1 && lr_count <= GIC_LR_MAX);
    memset(g, 0, sizeof(*g));
    g->cpu = cpu;
    g->lr_count = lr_count;
    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++) {
        g->irq[i].enabled = i < 16; /* SGIs are enabled at reset, PPIs are not. */
        g->irq[i].edge = i < 16;
        g->irq[i].group = 1;
    }
    g->irq[GIC_INTID_VTIMER].hw = 1;
    g->vmcr = VMCR_MIN_BPR; /* KVM writes 0; the fields clamp to their minimum. */
    g->hcr = GIC_HCR_EN;
    g->pendbaser = PENDBASER_RESET;
}

bool gic_is_pending(const struct gic *g, u32 intid)
{
    ASSERT(intid < GIC_PRIVATE_COUNT);
    return irq_is_pending(&g->irq[intid]);
}

bool gic_has_target(const struct gic *g, const struct gic_dist *d, u32 intid)
{
    ASSERT(intid < GIC_PRIVATE_COUNT);
    return irq_has_target(&g->irq[intid], d);
}

bool gic_queue(struct gic *g, const struct gic_dist *d, u32 intid)
{
    struct gic_irq *irq = &g->irq[intid];

    if (!irq_has_target(irq, d))
        return false;
    if (!irq->on_list) {
        irq->on_list = 1;
        g->ap_list[g->ap_count++] = (u8)intid;
    }
    return true;
}

bool gic_inject(struct gic *g, const struct gic_dist *d, u32 intid, bool level)
{
    ASSERT(intid < GIC_PRIVATE_COUNT);
    struct gic_irq *irq = &g->irq[intid];

    if (irq->hw)
        irq->phys_level = level;
    if (irq->edge) {
        if (!level)
            return false;
        irq->pending_latch = 1;
    } else {
        if (irq->line_level == level)
            return false;
        irq->line_level = level;
    }
    return gic_queue(g, d, intid);
}

bool gic_has_pending_irq(const struct gic *g, const struct gic_dist *d)
{
    u32 pmr = g->vmcr >> 24;

    if (g->ap_count == 0 || (d->ctlr & GIC_CTLR_ENABLE) == 0)
        return false;
    for (u32 i = 0; i < g->ap_count; i++) {
        const struct gic_irq *irq = &g->irq[g->ap_list[i]];

        if (irq->enabled && !irq->active && irq->priority < pmr && irq_is_pending(irq))
            return true;
    }
    return false;
}

/* Less is earlier: active ones first and equal, then those to signal by priority, then the rest. */
static u32 flush_rank(const struct gic_irq *irq)
{
    if (irq->active)
        return 0;
    return irq->enabled && irq_is_pending(irq) ? 1u + irq->priority : 0x101u;
}

/* Stable, and short: it runs only when the list is longer than the list registers. */
static void sort_list(struct gic *g)
{
    for (u32 i = 1; i < g->ap_count; i++) {
        u8 intid = g->ap_list[i];
        u32 rank = flush_rank(&g->irq[intid]);
        u32 at = i;

        for (; at > 0 && flush_rank(&g->irq[g->ap_list[at - 1]]) > rank; at--)
            g->ap_list[at] = g->ap_list[at - 1];
        g->ap_list[at] = intid;
    }
}

/*
 * One list register, and what the interrupt gives up for it. A level interrupt (KVM could not
 * resample it) and a mapped one (its pending state lives in the physical GIC) are never pending
 * and active at once. An edge moves its latch into the register; a level keeps its wire and latch.
 */
static u64 make_lr(struct gic_irq *irq, u32 intid)
{
    u64 lr = intid | (u64)irq->priority << LR_PRIORITY_SHIFT;

    if (irq->group)
        lr |= GIC_LR_GROUP1;
    if (irq->hw)
        lr |= GIC_LR_HW | (u64)intid << LR_PINTID_SHIFT;
    else if (!irq->edge)
        lr |= GIC_LR_EOI;
    if (irq->active)
        lr |= GIC_LR_ACTIVE;
    if (irq_is_pending(irq) && !(irq->active && (irq->hw || !irq->edge))) {
        lr |= GIC_LR_PENDING;
        if (irq->edge)
            irq->pending_latch = 0;
        else if (irq->hw)
            irq->line_level = 0;
    }
    return lr;
}

void gic_flush(struct gic *g, const struct gic_dist *d)
{
    ASSERT(g->lr_used == 0);
    if (g->ap_count == 0)
        return;
    if (g->ap_count > g->lr_count)
        sort_list(g);
    for (u32 i = 0; i < g->ap_count; i++) {
        u32 intid = g->ap_list[i];

        if (!irq_has_target(&g->irq[intid], d))
            continue;
        g->lr[g->lr_used++] = make_lr(&g->irq[intid], intid);
        if (g->lr_used == g->lr_count) {
            if (i + 1 < g->ap_count)
                g->hcr |= GIC_HCR_UIE; /* Come back when the registers run dry. */
            break;
        }
    }
}

static void fold_lr(struct gic_irq *irq, u64 lr)
{
    bool pending = (lr & GIC_LR_PENDING) != 0;
    bool active = (lr & GIC_LR_ACTIVE) != 0;
    bool ended = irq->active && !active;

    irq->active = active;
    if (irq->edge)
        irq->pending_latch |= pending;
    else if (!pending && !active)
        irq->pending_latch = 0; /* Taken and ended: the soft latch is used up, the wire is not. */
    if (irq->hw && !irq->edge && (pending || (ended && irq->line_level)))
        irq->line_level = irq->phys_level;
}

void gic_sync(struct gic *g, const struct gic_dist *d)
{
    if (g->ap_count == 0)
        return; /* Then no list register is in use either. */
    for (u32 i = 0; i < g->lr_used; i++) {
        fold_lr(&g->irq[(u32)g->lr[i]], g->lr[i]);
        g->lr[i] = 0;
    }
    g->lr_used = 0;
    g->hcr &= ~GIC_HCR_UIE;

    u32 kept = 0;
    for (u32 i = 0; i < g->ap_count; i++) {
        u8 intid = g->ap_list[i];

        if (irq_has_target(&g->irq[intid], d))
            g->ap_list[kept++] = intid;
        else
            g->irq[intid].on_list = 0;
    }
    memset(&g->ap_list[kept], 0, g->ap_count - kept);
    g->ap_count = kept;
}

static void check_irq(const struct gic_irq *irq)
{
    static const u8 zero[sizeof(irq->zero)];

    ASSERT((irq->priority & 7) == 0);
    ASSERT((irq->enabled | irq->group | irq->edge | irq->line_level | irq->pending_latch |
            irq->active | irq->hw | irq->on_list | irq->phys_level) <= 1);
    ASSERT(memcmp(irq->zero, zero, sizeof(zero)) == 0);
    ASSERT(irq->on_list || !irq->active);
}

void gic_check(const struct gic *g)
{
    u32 listed = 0, loaded = 0;

    ASSERT(g->lr_count >= 1 && g->lr_count <= GIC_LR_MAX);
    ASSERT(g->ap_count <= GIC_PRIVATE_COUNT && g->lr_used <= g->lr_count);
    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++) {
        check_irq(&g->irq[i]);
        listed += g->irq[i].on_list;
    }
    ASSERT(listed == g->ap_count);
    for (u32 i = 0; i < g->ap_count; i++)
        ASSERT(g->ap_list[i] < GIC_PRIVATE_COUNT && g->irq[g->ap_list[i]].on_list);
    for (u32 i = 0; i < g->lr_used; i++) {
        u64 lr = g->lr[i];
        u32 intid = (u32)lr;

        ASSERT(intid < GIC_PRIVATE_COUNT && g->irq[intid].on_list);
        ASSERT((loaded & 1u << intid) == 0); /* Two registers with one INTID: UNPREDICTABLE. */
        ASSERT((lr & GIC_LR_STATE) != GIC_LR_STATE || (lr & (GIC_LR_HW | GIC_LR_EOI)) == 0);
        loaded |= 1u << intid;
    }
    for (u32 i = g->lr_used; i < GIC_LR_MAX; i++)
        ASSERT(g->lr[i] == 0);
    ASSERT((g->ap0r0 & g->ap1r0) == 0);
    ASSERT((g->hcr & ~(u32)(GIC_HCR_EN | GIC_HCR_UIE)) == 0 && (g->hcr & GIC_HCR_EN) != 0);
    ASSERT(g->tie < GIC_TIE_COUNT);
}
