/*
 * Inside of gic: what redist.c and vgic.c both ask about one interrupt. Not for other folders.
 */
#ifndef GIC_IRQ_H
#define GIC_IRQ_H

#include "gic/gic.h"

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

/* Ask the oracle after a change; put the interrupt on the list if it is not there yet. True: the
 * vCPU must hear of it, even when it was queued before (it may have ended the earlier one). */
bool gic_queue(struct gic *g, const struct gic_dist *d, u32 intid);

#endif
