/* What is always true of the vgic between two calls, whatever the guest writes. */
#include "gic/gic.h"

#include "gic/irq.h"
#include "gic/priority.h"

static void check_irq(const struct gic_irq *irq)
{
    ASSERT((irq->priority & 7) == 0);
    ASSERT((irq->enabled | irq->group | irq->edge | irq->line_level | irq->pending_latch |
            irq->active | irq->hw | irq->on_list | irq->phys_level | irq->nmi) <= 1);
    ASSERT((irq->zero[0] | irq->zero[1]) == 0);
}

/* No INTID twice, and nothing behind the end. */
static void check_list(const struct gic *g)
{
    u32 seen[GIC_INTID_COUNT / 32] = {0}, listed = 0, private_count = 0;

    ASSERT(g->ap_count <= GIC_INTID_COUNT);
    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++) {
        check_irq(&g->irq[i]);
        ASSERT(g->irq[i].on_list || !g->irq[i].active);
        listed += g->irq[i].on_list;
    }
    for (u32 i = 0; i < g->ap_count; i++) {
        u32 intid = g->ap_list[i];

        ASSERT(intid < GIC_INTID_COUNT && (seen[intid / 32] & 1u << intid % 32) == 0);
        seen[intid / 32] |= 1u << intid % 32;
        if (intid >= GIC_PRIVATE_COUNT)
            continue;
        ASSERT(g->irq[intid].on_list);
        private_count++;
    }
    ASSERT(listed == private_count);
}

/* What the flush has loaded, and registers that nobody uses. */
static void check_lrs(const struct gic *g)
{
    u32 loaded[GIC_INTID_COUNT / 32] = {0};

    ASSERT(g->lr_used <= g->lr_end && g->lr_end <= g->lr_count);
    for (u32 i = 0; i < g->lr_used; i++) {
        u64 lr = g->lr[i];
        u32 intid = (u32)lr;

        ASSERT(intid < GIC_INTID_COUNT);
        ASSERT((loaded[intid / 32] & 1u << intid % 32) == 0); /* Else UNPREDICTABLE. */
        ASSERT((lr & GIC_LR_STATE) != GIC_LR_STATE || (lr & (GIC_LR_HW | GIC_LR_EOI)) == 0);
        loaded[intid / 32] |= 1u << intid % 32;
    }
    for (u32 i = g->lr_end; i < GIC_LR_MAX; i++)
        ASSERT(g->lr[i] == 0);
}

static void check_interface(const struct gic *g)
{
    u32 ap_count = 1u << (g->preemption_bits - 5);

    for (u32 i = ap_count; i < GIC_AP_COUNT; i++)
        ASSERT((g->ap[0][i] | g->ap[1][i]) == 0);
    ASSERT((g->vmcr >> 24 & ~gic_priority_mask(g->priority_bits)) == 0);
    ASSERT((g->vmcr >> 21 & 7) >= gic_bpr_min(g->preemption_bits, 0));
    ASSERT((g->vmcr >> 18 & 7) >= gic_bpr_min(g->preemption_bits, 1));
    ASSERT((g->hcr & ~0x7cffu) == 0);
    ASSERT(g->nmi_active <= g->nmi);
    ASSERT(g->tie < GIC_TIE_COUNT);
    ASSERT(g->is_plain == (g->preemption_bits == 5 && !g->nmi));
}

void gic_check(const struct gic *g)
{
    ASSERT(g->lr_count >= 1 && g->lr_count <= GIC_LR_MAX);
    ASSERT(g->ended_count <= g->lr_count);
    check_list(g);
    check_lrs(g);
    check_interface(g);
}

/* An SPI is on one list at most, and that is the one it names. An active one that is on none has
 * been made so by a register while it was routed to nobody. */
void gic_vm_check(const struct gic_vm *vm)
{
    const struct gic_dist *d = vm->dist;
    u32 listed = 0, found = 0;

    for (u32 i = 0; i < d->nr_irqs - GIC_PRIVATE_COUNT; i++) {
        check_irq(&d->spi[i]);
        listed += d->spi[i].on_list;
        ASSERT(d->route[i].target < d->cpu_count || d->route[i].target == GIC_NO_CPU);
    }
    for (u32 i = d->nr_irqs - GIC_PRIVATE_COUNT; i < GIC_SPI_COUNT; i++)
        ASSERT(!d->spi[i].on_list); /* Beyond nr_irqs. */
    for (u32 cpu = 0; cpu < d->cpu_count; cpu++) {
        const struct gic *g = gic_vm_cpu(vm, cpu);

        gic_check(g);
        for (u32 i = 0; i < g->ap_count; i++) {
            u32 intid = g->ap_list[i];

            if (intid < GIC_PRIVATE_COUNT)
                continue;
            ASSERT(d->spi[intid - GIC_PRIVATE_COUNT].on_list);
            ASSERT(d->spi[intid - GIC_PRIVATE_COUNT].list_cpu == cpu);
            found++;
        }
    }
    ASSERT(found == listed);
}
