/*
 * Inside of gic: what the frames, vgic.c and vm.c ask about one interrupt. Not for other folders.
 */
#ifndef GIC_IRQ_H
#define GIC_IRQ_H

#include "gic/gic.h"

/* INTID below d->nr_irqs; private ones are those of g. */
static inline struct gic_irq *irq_at(struct gic *g, struct gic_dist *d, u32 intid)
{
    return intid < GIC_PRIVATE_COUNT ? &g->irq[intid] : &d->spi[intid - GIC_PRIVATE_COUNT];
}

static inline const struct gic_irq *irq_look(const struct gic *g, const struct gic_dist *d,
                                             u32 intid)
{
    return intid < GIC_PRIVATE_COUNT ? &g->irq[intid] : &d->spi[intid - GIC_PRIVATE_COUNT];
}

/* A level interrupt pends by its wire or by a write to ISPENDR; an edge only by the latch. */
static inline bool irq_is_pending(const struct gic_irq *irq)
{
    return irq->pending_latch || (!irq->edge && irq->line_level);
}

/*
 * KVM's target oracle. An active interrupt stays with its vCPU whatever else changes, because only
 * that vCPU can end it. GICD_CTLR.EnableGrp1 stands for the whole distributor.
 */
static inline bool irq_has_target(const struct gic_irq *irq, const struct gic_dist *d)
{
    if (irq->active)
        return true;
    return irq->enabled && irq_is_pending(irq) && (d->ctlr & GIC_CTLR_ENABLE) != 0;
}

/* The oracle for an SPI: a vCPU, or GIC_NO_CPU. */
u32 gic_spi_target(const struct gic_dist *d, u32 intid);

/* The oracle for what is on the list of g: is it still for this vCPU? */
static inline bool irq_is_for(const struct gic_irq *irq, const struct gic *g,
                              const struct gic_dist *d, u32 intid)
{
    return irq_has_target(irq, d) && (intid < GIC_PRIVATE_COUNT || irq->active ||
                                      d->route[intid - GIC_PRIVATE_COUNT].target == g->cpu);
}

/* The input of an interrupt. False: nothing has changed that anyone must hear of. */
static inline bool irq_input(struct gic_irq *irq, bool level)
{
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
    return true;
}

/* Ask the oracle after a change; put the interrupt on the list if it is not there yet. True: the
 * vCPU must hear of it, even when it was queued before (it may have ended the earlier one). */
bool gic_queue(struct gic *g, const struct gic_dist *d, u32 intid);
/* The same for an SPI, whose vCPU hears of it. */
void gic_queue_spi(const struct gic_vm *vm, u32 intid);

#endif
