/*
 * The registers of the physical CPU interface, ICC_*: IHI 0069 chapter 12. The encodings and
 * directions are those of gic/cpuif.def.
 */
#include "gic/phys_irq.h"

#define AP_NMI (1ull << 63)  /* ICC_AP1R0_EL1.NMI */
#define RPR_NMI (1ull << 63) /* ICC_RPR_EL1.NMI; NMI_NS (62) needs EL3 and stays zero. */

enum {
    INTID_MASK = 0xffff, /* ICC_CTLR_EL1.IDbits is 0: bits 23:16 of an INTID are RES0. */
    CTLR_WRITABLE = GICV3_ICC_CTLR_CBPR | GICV3_ICC_CTLR_EOIMODE | GICV3_ICC_CTLR_PMHE,
    CTLR_A3V = 1 << 15,
    CTLR_RSS = 1 << 18,
    CTLR_EXT_RANGE = 1 << 19,
    SRE_EL1 = 7,  /* SRE, DFB and DIB are RAO/WI: no legacy operation. */
    SRE_EL2 = 15, /* And Enable. */
};

/* One access, for the functions of the registers. */
struct access {
    const struct gicv3 *s;
    const struct gicv3_spec *spec;
    struct gicv3_pe *p;
    u32 pe;
    enum gic_cpuif reg;
    bool sctlr_nmi;
};

/* --- Acknowledge. --- */

/* IHI 0069 4.1.2: the latch is taken, a wire stays; 4.8: the masked priority becomes active. */
static void activate(const struct access *a, const struct gicv3_best *best)
{
    struct gicv3_place at = gicv3_find(a->s, a->pe, best->intid);
    u32 masked = best->priority & gicv3_group_mask(a->p, best->group);
    u32 level = masked >> (8 - a->spec->preemption_bits);

    at.word->active |= at.bit;
    at.word->latch &= ~at.bit;
    if (at.is_shared)
        gicv3_word_changed(a->s->dist, at.index);
    if (best->is_nmi)
        a->p->nmi_active = 1;
    else
        a->p->ap[best->group][level / 32] |= 1u << level % 32;
}

/* The best pending interrupt, if it can be signalled and is of this group; else spurious. */
static struct gicv3_best signalled(const struct access *a, u32 group)
{
    struct gicv3_best best = gicv3_best_pending(a->s, a->pe);

    if (!gicv3_can_signal(a->s, a->pe, &best) || best.group != group)
        best.intid = GICV3_SPURIOUS;
    return best;
}

static u64 read_iar0(const struct access *a)
{
    struct gicv3_best best = signalled(a, 0);

    if (best.intid != GICV3_SPURIOUS)
        activate(a, &best);
    return best.intid;
}

static u64 read_iar1(const struct access *a)
{
    struct gicv3_best best = signalled(a, 1);

    if (best.intid == GICV3_SPURIOUS)
        return best.intid;
    if (best.is_nmi && a->sctlr_nmi)
        return GICV3_NMI;
    activate(a, &best);
    return best.intid;
}

static u64 read_nmiar1(const struct access *a)
{
    struct gicv3_best best = signalled(a, 1);

    if (best.intid == GICV3_SPURIOUS || !best.is_nmi)
        return GICV3_SPURIOUS;
    activate(a, &best);
    return best.intid;
}

/* As IAR, without masks and without effect. */
static u64 highest_pending(const struct access *a, u32 group)
{
    struct gicv3_best best = gicv3_best_pending(a->s, a->pe);

    return best.group == group ? best.intid : GICV3_SPURIOUS;
}

static u64 read_hppir0(const struct access *a)
{
    return highest_pending(a, 0);
}

static u64 read_hppir1(const struct access *a)
{
    return highest_pending(a, 1);
}

/* --- End. --- */

/* An INTID that was not built, or an LPI, has no active state. */
static void deactivate(const struct access *a, u32 intid)
{
    struct gicv3_place at = gicv3_find(a->s, a->pe, intid);

    if (at.word == NULL)
        return;
    at.word->active &= ~at.bit;
    if (at.is_shared)
        gicv3_word_changed(a->s->dist, at.index);
}

/* Priority drop. False if the highest active priority is not of this group, or there is none. */
static bool drop(const struct access *a, u32 group)
{
    struct gicv3_pe *p = a->p;

    if (p->nmi_active) {
        p->nmi_active = group == 1 ? 0 : 1;
        return group == 1;
    }
    for (u32 i = 0; i < 4; i++) {
        u32 own = p->ap[group][i], other = p->ap[1 - group][i];

        if ((own | other) == 0)
            continue;
        u32 lowest = (own | other) & -(own | other);
        bool is_owner = (own & lowest) != 0 && !(group == 1 && (other & lowest) != 0);
        if (is_owner)
            p->ap[group][i] &= ~lowest;
        return is_owner;
    }
    return false;
}

static bool is_special(u32 intid)
{
    return intid >= 1020 && intid <= 1023;
}

static void end(const struct access *a, u32 group, u64 value)
{
    u32 intid = value & INTID_MASK;

    if (is_special(intid) || !drop(a, group))
        return;
    if ((a->p->ctlr & GICV3_ICC_CTLR_EOIMODE) == 0)
        deactivate(a, intid);
}

static void write_eoir0(const struct access *a, u64 value)
{
    end(a, 0, value);
}

static void write_eoir1(const struct access *a, u64 value)
{
    end(a, 1, value);
}

/* Special INTIDs were never built, so deactivate() ignores them. */
static void write_dir(const struct access *a, u64 value)
{
    if ((a->p->ctlr & GICV3_ICC_CTLR_EOIMODE) != 0)
        deactivate(a, value & INTID_MASK);
}

/* --- Priorities. --- */

static u64 read_pmr(const struct access *a)
{
    return a->p->pmr;
}

static void write_pmr(const struct access *a, u64 value)
{
    a->p->pmr = (u32)value & gic_priority_mask(a->spec->priority_bits);
}

static u64 read_rpr(const struct access *a)
{
    return gicv3_running_priority(a->spec, a->p) | (a->p->nmi_active ? RPR_NMI : 0);
}

static void put_bpr(const struct access *a, u32 group, u64 value)
{
    u32 least = gic_bpr_min(a->spec->preemption_bits, group), wanted = value & 7;

    a->p->bpr[group] = wanted < least ? least : wanted;
}

static u64 read_bpr0(const struct access *a)
{
    return a->p->bpr[0];
}

static void write_bpr0(const struct access *a, u64 value)
{
    put_bpr(a, 0, value);
}

/* With CBPR it shows the common binary point, and writes are ignored. */
static u64 read_bpr1(const struct access *a)
{
    if ((a->p->ctlr & GICV3_ICC_CTLR_CBPR) != 0)
        return a->p->bpr[0] < 7 ? a->p->bpr[0] + 1 : 7;
    return a->p->bpr[1];
}

static void write_bpr1(const struct access *a, u64 value)
{
    if ((a->p->ctlr & GICV3_ICC_CTLR_CBPR) == 0)
        put_bpr(a, 1, value);
}

/* The bits of ICC_AP<group>R<n>_EL1 that a priority can set. */
static u32 ap_bits(const struct gicv3_spec *spec)
{
    return spec->preemption_bits < 5 ? 0xffff : UINT32_MAX;
}

static u64 read_ap0(const struct access *a)
{
    return a->p->ap[0][a->reg - GIC_AP0R0];
}

static void write_ap0(const struct access *a, u64 value)
{
    a->p->ap[0][a->reg - GIC_AP0R0] = (u32)value & ap_bits(a->spec);
}

static u64 read_ap1(const struct access *a)
{
    bool has_flag = a->reg == GIC_AP1R0 && a->p->nmi_active;

    return a->p->ap[1][a->reg - GIC_AP1R0] | (has_flag ? AP_NMI : 0);
}

static void write_ap1(const struct access *a, u64 value)
{
    a->p->ap[1][a->reg - GIC_AP1R0] = (u32)value & ap_bits(a->spec);
    if (a->reg == GIC_AP1R0 && a->spec->has_nmi)
        a->p->nmi_active = (value & AP_NMI) != 0;
}

/* --- Control. --- */

/* IDbits is 0: 16 bits of INTID. SEIS is 0. */
static u64 read_ctlr(const struct access *a)
{
    const struct gicv3_spec *spec = a->spec;
    bool has_extended = spec->eppi_words != 0 || spec->espi_words != 0;

    return a->p->ctlr | (u32)(spec->priority_bits - 1) << 8 | (spec->has_a3v ? CTLR_A3V : 0) |
           (spec->has_rss ? CTLR_RSS : 0) | (has_extended ? CTLR_EXT_RANGE : 0);
}

static void write_ctlr(const struct access *a, u64 value)
{
    a->p->ctlr = (u32)value & CTLR_WRITABLE;
}

static u64 read_sre(const struct access *a)
{
    return a->reg == GIC_SRE ? SRE_EL1 : SRE_EL2;
}

static void write_nothing(const struct access *a, u64 value)
{
    (void)a, (void)value;
}

static u64 read_igrpen(const struct access *a)
{
    return a->p->igrpen[a->reg - GIC_IGRPEN0];
}

static void write_igrpen(const struct access *a, u64 value)
{
    a->p->igrpen[a->reg - GIC_IGRPEN0] = value & 1;
    gicv3_pe_changed(a->s, a->pe);
}

static void write_sgi(const struct access *a, u64 value)
{
    gicv3_generate_sgi(a->s, a->pe, value, a->reg != GIC_SGI1R);
}

/* --- The table. --- */

struct row {
    u64 (*read)(const struct access *a);
    void (*write)(const struct access *a, u64 value);
};

/* clang-format off */
/* Registers without a row are UNDEFINED: ICH_*, which belong to the virtual interface. */
static const struct row rows[GIC_CPUIF_COUNT] = {
    [GIC_PMR] = {read_pmr, write_pmr},
    [GIC_IAR0] = {read_iar0, NULL},
    [GIC_EOIR0] = {NULL, write_eoir0},
    [GIC_HPPIR0] = {read_hppir0, NULL},
    [GIC_BPR0] = {read_bpr0, write_bpr0},
    [GIC_AP0R0] = {read_ap0, write_ap0},
    [GIC_AP0R1] = {read_ap0, write_ap0},
    [GIC_AP0R2] = {read_ap0, write_ap0},
    [GIC_AP0R3] = {read_ap0, write_ap0},
    [GIC_AP1R0] = {read_ap1, write_ap1},
    [GIC_AP1R1] = {read_ap1, write_ap1},
    [GIC_AP1R2] = {read_ap1, write_ap1},
    [GIC_AP1R3] = {read_ap1, write_ap1},
    [GIC_NMIAR1] = {read_nmiar1, NULL},
    [GIC_DIR] = {NULL, write_dir},
    [GIC_RPR] = {read_rpr, NULL},
    [GIC_SGI1R] = {NULL, write_sgi},
    [GIC_ASGI1R] = {NULL, write_sgi},
    [GIC_SGI0R] = {NULL, write_sgi},
    [GIC_IAR1] = {read_iar1, NULL},
    [GIC_EOIR1] = {NULL, write_eoir1},
    [GIC_HPPIR1] = {read_hppir1, NULL},
    [GIC_BPR1] = {read_bpr1, write_bpr1},
    [GIC_CTLR] = {read_ctlr, write_ctlr},
    [GIC_SRE] = {read_sre, write_nothing},
    [GIC_IGRPEN0] = {read_igrpen, write_igrpen},
    [GIC_IGRPEN1] = {read_igrpen, write_igrpen},
    [GIC_SRE_EL2] = {read_sre, write_nothing},
};
/* clang-format on */

/* 2^(bits - 5) of a group, at least one. */
static bool is_missing_ap(const struct gicv3_spec *spec, enum gic_cpuif reg)
{
    u32 count = spec->preemption_bits < 6 ? 1 : 1u << (spec->preemption_bits - 5);

    return reg >= GIC_AP0R0 && reg <= GIC_AP1R3 && (reg - GIC_AP0R0) % 4 >= count;
}

static bool is_there(const struct gicv3 *s, u8 el, enum gic_cpuif reg)
{
    if (el == 0 || (gic_cpuif_info[reg].class_ == GIC_CLASS_EL2 && el < 2))
        return false;
    return !is_missing_ap(s->spec, reg) && (reg != GIC_NMIAR1 || s->spec->has_nmi);
}

static struct access access_of(const struct gicv3 *s, u32 pe, struct gicv3_access by,
                               enum gic_cpuif reg)
{
    return (struct access){s, s->spec, &s->pe[pe], pe, reg, by.sctlr_nmi != 0};
}

enum gicv3_result gicv3_cpuif_read(const struct gicv3 *s, u32 pe, struct gicv3_access access,
                                   enum gic_cpuif reg, u64 *value)
{
    struct access a = access_of(s, pe, access, reg);

    if (rows[reg].read == NULL || !is_there(s, access.el, reg))
        return GICV3_UNDEFINED;
    *value = rows[reg].read(&a);
    return GICV3_OK;
}

enum gicv3_result gicv3_cpuif_write(const struct gicv3 *s, u32 pe, struct gicv3_access access,
                                    enum gic_cpuif reg, u64 value)
{
    struct access a = access_of(s, pe, access, reg);

    if (rows[reg].write == NULL || !is_there(s, access.el, reg))
        return GICV3_UNDEFINED;
    rows[reg].write(&a, value);
    return GICV3_OK;
}
