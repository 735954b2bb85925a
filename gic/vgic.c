/*
 * KVM's vgic as one vCPU has it: injection of private interrupts, and the list registers before and
 * after the guest. SPIs are on its list as well; how they come there is in vm.c.
 */
#include "gic/gic.h"

#include "gic/irq.h"
#include "gic/priority.h"

#include <string.h>

STATIC_ASSERT(sizeof(struct gic_irq) == 16, "no hidden padding in the image");
STATIC_ASSERT(sizeof(struct gic) == 8 + 32 * 16 + 16 + 16 * 8 + 32 + 12 + 4 + 8 + 36 + 2048 + 4,
              "no hidden padding");

enum {
    LR_PINTID_SHIFT = 32,
    LR_PRIORITY_SHIFT = 48,
    VMCR_BPR1_SHIFT = 18,
    VMCR_BPR0_SHIFT = 21,
    /* RaWb inside, same outside, inner shareable: what KVM starts with. */
    PENDBASER_RESET = 3u << 7 | 1u << 10,
};

struct gic_spec gic_spec_kvm(u32 cpu_count)
{
    ASSERT(cpu_count < GIC_NO_CPU);
    return (struct gic_spec){
        .nr_irqs = 256,
        .cpu_count = (u16)cpu_count,
        .lr_count = 4,
        .priority_bits = 5,
        .preemption_bits = 5,
        .tie = GIC_TIE_LIST_REGISTER,
    };
}

bool gic_spec_is_valid(const struct gic_spec *s)
{
    if (s->nr_irqs != GIC_PRIVATE_COUNT &&
        (s->nr_irqs < 64 || s->nr_irqs > GIC_INTID_COUNT || s->nr_irqs % 32 != 0))
        return false;
    if (s->preemption_bits < 5 || s->preemption_bits > 7 || s->priority_bits > 8)
        return false;
    return s->priority_bits >= s->preemption_bits && s->lr_count >= 1 &&
           s->lr_count <= GIC_LR_MAX && s->tie < GIC_TIE_COUNT && s->nmi <= 1 &&
           s->cpu_count < GIC_NO_CPU;
}

void gic_init_as(struct gic *g, const struct gic_spec *spec, u32 cpu)
{
    ASSERT(gic_spec_is_valid(spec));
    memset(g, 0, sizeof(*g));
    g->cpu = cpu;
    g->lr_count = spec->lr_count;
    g->priority_bits = spec->priority_bits;
    g->preemption_bits = spec->preemption_bits;
    g->tie = spec->tie;
    g->nmi = spec->nmi;
    g->is_plain = spec->preemption_bits == 5 && !spec->nmi;
    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++) {
        g->irq[i].enabled = i < 16; /* SGIs are enabled at reset, PPIs are not. */
        g->irq[i].edge = i < 16;
        g->irq[i].group = 1;
    }
    g->irq[GIC_INTID_VTIMER].hw = 1;
    /* KVM writes 0; the fields clamp to their minimum. */
    g->vmcr = gic_bpr_min(g->preemption_bits, 0) << VMCR_BPR0_SHIFT |
              gic_bpr_min(g->preemption_bits, 1) << VMCR_BPR1_SHIFT;
    g->hcr = GIC_HCR_EN;
    g->pendbaser = PENDBASER_RESET;
}

void gic_init(struct gic *g, u32 cpu, u32 lr_count)
{
    struct gic_spec spec = gic_spec_kvm(0);

    ASSERT(lr_count >= 1 && lr_count <= GIC_LR_MAX);
    spec.lr_count = (u8)lr_count;
    gic_init_as(g, &spec, cpu);
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

static inline bool queue(struct gic *g, const struct gic_dist *d, u32 intid)
{
    struct gic_irq *irq = &g->irq[intid];

    if (!irq_has_target(irq, d))
        return false;
    if (!irq->on_list) {
        irq->on_list = 1;
        g->ap_list[g->ap_count++] = (u16)intid;
    }
    return true;
}

bool gic_queue(struct gic *g, const struct gic_dist *d, u32 intid)
{
    return queue(g, d, intid);
}

bool gic_inject(struct gic *g, const struct gic_dist *d, u32 intid, bool level)
{
    ASSERT(intid < GIC_PRIVATE_COUNT);
    return irq_input(&g->irq[intid], level) && queue(g, d, intid);
}

bool gic_has_pending_irq(const struct gic *g, const struct gic_dist *d)
{
    u32 pmr = g->vmcr >> 24;

    if (g->ap_count == 0 || (d->ctlr & GIC_CTLR_ENABLE) == 0)
        return false;
    for (u32 i = 0; i < g->ap_count; i++) {
        const struct gic_irq *irq = irq_look(g, d, g->ap_list[i]);

        if (irq->enabled && !irq->active && (irq->priority < pmr || (irq->nmi && irq->group)) &&
            irq_is_pending(irq))
            return true;
    }
    return false;
}

/* Less is earlier: active ones first and equal, then those to signal by priority (an NMI before
 * all of them), then the rest. */
static u32 flush_rank(const struct gic_irq *irq)
{
    if (irq->active)
        return 0;
    if (!irq->enabled || !irq_is_pending(irq))
        return 0x102u;
    return irq->nmi && irq->group ? 1 : 2u + irq->priority;
}

/* Stable. It runs only when the list is longer than the list registers. */
static void sort_list(struct gic *g, const struct gic_dist *d)
{
    for (u32 i = 1; i < g->ap_count; i++) {
        u16 intid = g->ap_list[i];
        u32 rank = flush_rank(irq_look(g, d, intid));
        u32 at = i;

        for (; at > 0 && flush_rank(irq_look(g, d, g->ap_list[at - 1])) > rank; at--)
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
        lr |= irq->nmi ? GIC_LR_GROUP1 | GIC_LR_NMI : GIC_LR_GROUP1;
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

void gic_flush(struct gic *g, struct gic_dist *d)
{
    ASSERT(g->lr_used == 0);
    if (g->ap_count == 0)
        return;
    if (g->ap_count > g->lr_count)
        sort_list(g, d);
    for (u32 i = 0; i < g->ap_count; i++) {
        u32 intid = g->ap_list[i];
        struct gic_irq *irq = irq_at(g, d, intid);

        if (!irq_is_for(irq, g, d, intid))
            continue;
        g->lr[g->lr_used++] = make_lr(irq, intid);
        if (g->lr_used == g->lr_count) {
            if (i + 1 < g->ap_count)
                g->hcr |= GIC_HCR_UIE; /* Come back when the registers run dry. */
            break;
        }
    }
    for (u32 i = g->lr_used; i < g->lr_end; i++)
        g->lr[i] = 0;
    g->lr_end = g->lr_used;
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

/* The guest has ended a level SPI: KVM tells the irqfd behind it, which lowers its line. */
static void note_end(struct gic *g, struct gic_dist *d, u32 intid)
{
    g->ended[g->ended_count++] = (u16)intid;
    if (d->route[intid - GIC_PRIVATE_COUNT].resample)
        d->spi[intid - GIC_PRIVATE_COUNT].line_level = 0;
}

static void fold_lrs(struct gic *g, struct gic_dist *d)
{
    for (u32 i = 0; i < g->lr_used; i++) {
        u64 lr = g->lr[i];
        u32 intid = (u32)lr;

        g->lr[i] = 0;
        if (intid >= d->nr_irqs)
            continue; /* Not ours: somebody at EL2 has overwritten the register. */
        struct gic_irq *irq = irq_at(g, d, intid);

        if (intid >= GIC_PRIVATE_COUNT &&
            (lr & (GIC_LR_STATE | GIC_LR_HW | GIC_LR_EOI)) == GIC_LR_EOI)
            note_end(g, d, intid);
        if (irq->on_list)
            fold_lr(irq, lr);
    }
    if (g->lr_end == g->lr_used)
        g->lr_end = 0;
    g->lr_used = 0;
    g->hcr &= ~GIC_HCR_UIE;
}

/* What has no target any more leaves the list. What another vCPU shall have stays on it, unseen,
 * until gic_migrate(). */
bool gic_sync(struct gic *g, struct gic_dist *d)
{
    u32 kept = 0;
    bool is_stray = false;

    g->ended_count = 0;
    if (g->ap_count == 0)
        return false; /* Then no list register is in use either. */
    fold_lrs(g, d);
    for (u32 i = 0; i < g->ap_count; i++) {
        u16 intid = g->ap_list[i];
        struct gic_irq *irq = irq_at(g, d, intid);

        if (irq_is_for(irq, g, d, intid)) {
            g->ap_list[kept++] = intid;
        } else if (intid >= GIC_PRIVATE_COUNT && gic_spi_target(d, intid) != GIC_NO_CPU) {
            g->ap_list[kept++] = intid;
            is_stray = true;
        } else {
            irq->on_list = 0;
        }
    }
    for (u32 i = kept; i < g->ap_count; i++)
        g->ap_list[i] = 0;
    g->ap_count = kept;
    return is_stray;
}
