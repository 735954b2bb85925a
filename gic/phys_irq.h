/*
 * What the parts of the physical GICv3 share: the state of 32 interrupts at a time, where an INTID
 * lives, and which interrupt a PE would take. Not for other folders.
 */
#ifndef GIC_PHYS_IRQ_H
#define GIC_PHYS_IRQ_H

#include "gic/phys.h"
#include "gic/priority.h"

enum {
    GICV3_CTLR_GROUPS = 3,        /* GICD_CTLR.EnableGrp0 and EnableGrp1: bit g. */
    GICV3_CTLR_ARE_DS = 0x50,     /* Affinity routing and one security state, both fixed. */
    GICV3_WAKER_ASLEEP = 6,       /* ProcessorSleep and ChildrenAsleep. */
    GICV3_ICC_CTLR_CBPR = 1 << 0, /* ICC_CTLR_EL1 */
    GICV3_ICC_CTLR_EOIMODE = 1 << 1,
    GICV3_ICC_CTLR_PMHE = 1 << 6,
};
#define GICV3_IROUTER_IRM (1ull << 31)
#define GICV3_REDIST_DPG (3u << 24) /* DPG0 and DPG1NS: bit 24 + group. */

/* IHI 0069 4.1.2: pending is the latch, or the wire of a level interrupt. */
static inline u32 gicv3_pending(const struct gicv3_word *w)
{
    return w->latch | (w->line & ~w->edge);
}

/* What would be forwarded if its group were enabled: an active interrupt never is. */
static inline u32 gicv3_ready(const struct gicv3_word *w)
{
    return gicv3_pending(w) & w->enabled & ~w->active;
}

/* Where an INTID lives. */
struct gicv3_place {
    struct gicv3_word *word; /* NULL: the INTID was not built. */
    u32 index;               /* Of the word among those of the distributor or the PE. */
    u32 bit;                 /* The mask of the INTID in the word. */
    u32 at;                  /* 0..31 */
    bool is_shared;          /* In the distributor. */
};

struct gicv3_place gicv3_find(const struct gicv3 *s, u32 pe, u32 intid);
/* The bits of a word that are interrupts. */
u32 gicv3_dist_valid(const struct gicv3_spec *spec, u32 word);
u32 gicv3_pe_valid(const struct gicv3_spec *spec, u32 word);
/* To be called after each change: keeps what is derived from the state in step with it. */
void gicv3_word_changed(struct gicv3_dist *d, u32 word);
void gicv3_pe_changed(const struct gicv3 *s, u32 pe);

/* The best of the interrupts that are pending for a PE and of an enabled group. */
struct gicv3_best {
    u32 intid; /* GICV3_SPURIOUS: none. */
    u32 group, priority;
    bool is_nmi;
};

struct gicv3_best gicv3_best_pending(const struct gicv3 *s, u32 pe);
u32 gicv3_group_mask(const struct gicv3_pe *p, u32 group);
/* ICC_RPR_EL1 without its flags. */
u32 gicv3_running_priority(const struct gicv3_spec *spec, const struct gicv3_pe *p);
/* PMR and running priority let it through. */
bool gicv3_can_signal(const struct gicv3 *s, u32 pe, const struct gicv3_best *best);
bool gicv3_is_asleep(const struct gicv3_pe *p);

/* ICC_SGI1R_EL1, and with is_group0_only ICC_SGI0R_EL1 and ICC_ASGI1R_EL1. */
void gicv3_generate_sgi(const struct gicv3 *s, u32 self, u64 value, bool is_group0_only);

#endif
