/*
 * Which interrupt a PE would take, and whether it is told: IHI 0069 3.1 (routing), 4.8
 * (priorities).
 */
#include "gic/phys_irq.h"

bool gicv3_is_asleep(const struct gicv3_pe *p)
{
    return (p->waker & GICV3_WAKER_ASLEEP) != 0;
}

/* --- Routing. --- */

static s32 lowest_willing(const struct gicv3_dist *d, u32 group)
{
    for (u32 i = 0; i < ARRAY_COUNT(d->willing[group]); i++)
        if (d->willing[group][i] != 0)
            return (s32)(i * 64 + (u32)__builtin_ctzll(d->willing[group][i]));
    return GICV3_PE_NONE;
}

/* Aff3 is at 39:32 of a route. */
static u32 route_affinity(u64 route)
{
    return (u32)(route >> 32) << 24 | (u32)(route & 0xffffff);
}

static bool is_routed_to(const struct gicv3 *s, u32 pe, u32 index, u32 group)
{
    u64 route = s->dist->route[index];

    if ((route & GICV3_IROUTER_IRM) != 0)
        return lowest_willing(s->dist, group) == (s32)pe;
    return route_affinity(route) == s->spec->affinity[pe];
}

s32 gicv3_target(const struct gicv3 *s, u32 pe, u32 intid)
{
    struct gicv3_place at = gicv3_find(s, pe, intid);

    if (at.word == NULL)
        return GICV3_PE_NONE;
    if (!at.is_shared)
        return (s32)pe;

    u64 route = s->dist->route[at.index * 32 + at.at];
    if ((route & GICV3_IROUTER_IRM) != 0)
        return lowest_willing(s->dist, (at.word->group & at.bit) != 0);
    for (u32 i = 0; i < s->spec->pe_count; i++)
        if (s->spec->affinity[i] == route_affinity(route))
            return (s32)i;
    return GICV3_PE_NONE;
}

/* --- Selection. --- */

/* Superpriority is above priority 0. */
static bool is_better(const struct gicv3_spec *spec, const struct gicv3_best *best,
                      const struct gicv3_best *old)
{
    if (old->intid == GICV3_SPURIOUS)
        return true;
    if (best->is_nmi != old->is_nmi)
        return best->is_nmi;
    if (!best->is_nmi && best->priority != old->priority)
        return best->priority < old->priority;
    return spec->tie == GICV3_TIE_HIGHEST_INTID; /* Words are searched from the lowest INTID. */
}

/* One word of interrupts for PE pe; index is -1 for the PE's own, else the word's number. */
static void search(const struct gicv3 *s, u32 pe, const struct gicv3_word *w, u32 first_intid,
                   s32 index, u32 groups, struct gicv3_best *best)
{
    u32 allowed = ((groups & 2) != 0 ? w->group : 0) | ((groups & 1) != 0 ? ~w->group : 0);

    for (u32 rest = gicv3_ready(w) & allowed; rest != 0; rest &= rest - 1) {
        u32 i = (u32)__builtin_ctz(rest);
        struct gicv3_best found = {
            .intid = first_intid + i,
            .group = w->group >> i & 1,
            .priority = w->priority[i],
            .is_nmi = (w->nmi >> i & 1) != 0,
        };

        if (is_better(s->spec, &found, best) &&
            (index < 0 || is_routed_to(s, pe, (u32)index * 32 + i, found.group)))
            *best = found;
    }
}

static void search_shared(const struct gicv3 *s, u32 pe, u64 words, u32 groups,
                          struct gicv3_best *best)
{
    for (u64 rest = s->dist->ready & words; rest != 0; rest &= rest - 1) {
        u32 i = (u32)__builtin_ctzll(rest);
        u32 first = i < 32 ? i * 32 : GICV3_ESPI_FIRST + (i - 32) * 32;

        search(s, pe, &s->dist->word[i], first, (s32)i, groups, best);
    }
}

/* In the order of INTIDs. A group is left out if GICD_CTLR or ICC_IGRPEN<group>_EL1 disables it. */
static struct gicv3_best best_of_groups(const struct gicv3 *s, u32 pe, u32 groups)
{
    struct gicv3_best best = {.intid = GICV3_SPURIOUS};
    const struct gicv3_word *own = s->pe[pe].word;

    groups &= s->dist->ctlr;
    search(s, pe, &own[0], 0, -1, groups, &best);
    search_shared(s, pe, UINT32_MAX, groups, &best);
    search(s, pe, &own[1], GICV3_EPPI_FIRST, -1, groups, &best);
    search(s, pe, &own[2], GICV3_EPPI_FIRST + 32, -1, groups, &best);
    search_shared(s, pe, ~(u64)UINT32_MAX, groups, &best);
    return best;
}

struct gicv3_best gicv3_best_pending(const struct gicv3 *s, u32 pe)
{
    const struct gicv3_pe *p = &s->pe[pe];
    u32 groups = gicv3_is_asleep(p) ? 0 : p->igrpen[0] | p->igrpen[1] << 1;

    return best_of_groups(s, pe, groups);
}

u32 gicv3_group_mask(const struct gicv3_pe *p, u32 group)
{
    bool is_bpr0 = group == 0 || (p->ctlr & GICV3_ICC_CTLR_CBPR) != 0;

    return gic_group_mask(p->bpr[is_bpr0 ? 0 : 1], is_bpr0);
}

u32 gicv3_running_priority(const struct gicv3_spec *spec, const struct gicv3_pe *p)
{
    if (p->nmi_active)
        return 0;
    for (u32 i = 0; i < 4; i++) {
        u32 active = p->ap[0][i] | p->ap[1][i];

        if (active != 0)
            return (i * 32 + (u32)__builtin_ctz(active)) << (8 - spec->preemption_bits);
    }
    return GIC_PRIORITY_IDLE;
}

/*
 * Both priorities are masked with the binary point of the pending interrupt. An interrupt with
 * superpriority passes any mask and preempts all that has none.
 */
bool gicv3_can_signal(const struct gicv3 *s, u32 pe, const struct gicv3_best *best)
{
    const struct gicv3_pe *p = &s->pe[pe];
    u32 running = gicv3_running_priority(s->spec, p);

    if (best->intid == GICV3_SPURIOUS || p->nmi_active)
        return false;
    if (best->is_nmi)
        return true;
    if (best->priority >= p->pmr)
        return false;

    u32 mask = gicv3_group_mask(p, best->group);
    return running == GIC_PRIORITY_IDLE || (best->priority & mask) < (running & mask);
}

u32 gicv3_lines(const struct gicv3 *s, u32 pe)
{
    if (gicv3_is_asleep(&s->pe[pe])) {
        bool is_wanted = best_of_groups(s, pe, GICV3_CTLR_GROUPS).intid != GICV3_SPURIOUS;

        return is_wanted ? GICV3_LINE_WAKE : 0;
    }

    struct gicv3_best best = gicv3_best_pending(s, pe);
    if (!gicv3_can_signal(s, pe, &best))
        return 0;
    if (best.group == 0)
        return GICV3_LINE_FIQ;
    return best.is_nmi ? GICV3_LINE_IRQ | GICV3_LINE_NMI : GICV3_LINE_IRQ;
}
