/*
 * Every access of a guest to its CPU interface: who may, where it goes (IHI 0069 chapter 6 and
 * ICH_HCR_EL2, HCR_EL2.IMO and FMO), and the virtual register behind it.
 */
#include "gic/icv.h"

#include "gic/priority.h"

enum {
    CTLR_CBPR = 1u << 0,
    CTLR_EOIMODE = 1u << 1,
    CTLR_PRIBITS_SHIFT = 8, /* ICC_CTLR_EL1.PRIbits, minus one. IDbits = 0: 16 bits. */
    SRE_KVM = 7,            /* SRE, DFB, DIB. */
};
#define RPR_NMI (1ull << 63)
#define AP1R_NMI (1ull << 63)

u32 icv_clamp_bpr(const struct gic *g, u32 group, u32 bpr)
{
    u32 least = gic_bpr_min(g->preemption_bits, group);

    return bpr < least ? least : bpr;
}

static void put_field(struct gic *g, u32 shift, u32 mask, u32 value)
{
    g->vmcr = (g->vmcr & ~(mask << shift)) | (value & mask) << shift;
}

/* ICC_PMR_EL1: bits that are not implemented read as zero. */
void icc_pmr_write(struct gic *g, u32 value)
{
    put_field(g, VMCR_PMR_SHIFT, 0xff, value & gic_priority_mask(g->priority_bits));
}

/* ICC_IGRPEN<g>_EL1 is ICH_VMCR_EL2.VENG<g>. */
void icc_igrpen1_write(struct gic *g, u32 value)
{
    put_field(g, 1, 1, value);
}

u32 icc_ctlr_read(const struct gic *g)
{
    u32 value = (u32)(g->priority_bits - 1) << CTLR_PRIBITS_SHIFT;

    if ((g->vmcr & VMCR_CBPR) != 0)
        value |= CTLR_CBPR;
    if ((g->vmcr & VMCR_EOIM) != 0)
        value |= CTLR_EOIMODE;
    return value;
}

/* ICC_CTLR_EL1: CBPR and EOImode are the writable bits. */
void icc_ctlr_write(struct gic *g, u32 value)
{
    g->vmcr &= ~(u32)(VMCR_CBPR | VMCR_EOIM);
    if ((value & CTLR_CBPR) != 0)
        g->vmcr |= VMCR_CBPR;
    if ((value & CTLR_EOIMODE) != 0)
        g->vmcr |= VMCR_EOIM;
}

/* --- One function for each kind of register; arg is its group, or group and number. --- */

static u64 read_iar(struct gic *g, u32 group, const struct gic_trap_inputs *in)
{
    if (group == 1 && in->sctlr_nmi && gic_nmi_asserted(g))
        return GIC_NMI;
    return icv_acknowledge(g, group);
}

/* ICC_NMIAR1_EL1 acknowledges NMIs only. */
static u64 read_nmiar(struct gic *g, u32 group, const struct gic_trap_inputs *in)
{
    (void)in;
    return gic_nmi_asserted(g) ? icv_acknowledge(g, group) : GIC_SPURIOUS;
}

static u64 read_hppir(struct gic *g, u32 group, const struct gic_trap_inputs *in)
{
    (void)in;
    return icv_highest_pending(g, group);
}

static void write_eoir(struct gic *g, u32 group, u64 value)
{
    icv_end(g, group, (u32)value & 0xffffff);
}

static void write_dir(struct gic *g, u32 arg, u64 value)
{
    (void)arg;
    icc_dir_write(g, (u32)value & 0xffffff);
}

/* With CBPR ICC_BPR1_EL1 shows what group 1 uses, and keeps what it was. */
static u64 read_bpr(struct gic *g, u32 group, const struct gic_trap_inputs *in)
{
    u32 bpr0 = g->vmcr >> VMCR_BPR0_SHIFT & 7, bpr1 = g->vmcr >> VMCR_BPR1_SHIFT & 7;

    (void)in;
    if (group == 0)
        return bpr0;
    if ((g->vmcr & VMCR_CBPR) == 0)
        return bpr1;
    return bpr0 < 7 ? bpr0 + 1 : 7;
}

static void write_bpr(struct gic *g, u32 group, u64 value)
{
    u32 bpr = icv_clamp_bpr(g, group, (u32)value & 7);

    if (group == 0)
        put_field(g, VMCR_BPR0_SHIFT, 7, bpr);
    else if ((g->vmcr & VMCR_CBPR) == 0)
        put_field(g, VMCR_BPR1_SHIFT, 7, bpr);
}

/* arg: group * 4 + number. */
static u64 read_ap(struct gic *g, u32 arg, const struct gic_trap_inputs *in)
{
    u64 nmi = arg == 4 && g->nmi_active ? AP1R_NMI : 0;

    (void)in;
    return nmi | g->ap[arg / 4][arg % 4];
}

static void write_ap(struct gic *g, u32 arg, u64 value)
{
    g->ap[arg / 4][arg % 4] = (u32)value;
    if (arg == 4)
        g->nmi_active = g->nmi && (value & AP1R_NMI) != 0;
}

static u64 read_rpr(struct gic *g, u32 arg, const struct gic_trap_inputs *in)
{
    (void)arg, (void)in;
    return icc_rpr_read(g) | (g->nmi_active ? RPR_NMI : 0);
}

static u64 read_pmr(struct gic *g, u32 arg, const struct gic_trap_inputs *in)
{
    (void)arg, (void)in;
    return g->vmcr >> VMCR_PMR_SHIFT;
}

static void write_pmr(struct gic *g, u32 arg, u64 value)
{
    (void)arg;
    icc_pmr_write(g, (u32)value);
}

static u64 read_ctlr(struct gic *g, u32 arg, const struct gic_trap_inputs *in)
{
    (void)arg, (void)in;
    return icc_ctlr_read(g);
}

static void write_ctlr(struct gic *g, u32 arg, u64 value)
{
    (void)arg;
    icc_ctlr_write(g, (u32)value);
}

static u64 read_igrpen(struct gic *g, u32 group, const struct gic_trap_inputs *in)
{
    (void)in;
    return g->vmcr >> group & 1;
}

static void write_igrpen(struct gic *g, u32 group, u64 value)
{
    put_field(g, group, 1, (u32)value);
}

/* What lies behind a virtual access. The SGI registers and ICC_SRE_EL1 have no virtual form. */
static const struct {
    u64 (*read)(struct gic *g, u32 arg, const struct gic_trap_inputs *in);
    void (*write)(struct gic *g, u32 arg, u64 value);
    u32 arg;
} icv[GIC_CPUIF_COUNT] = {
    /* clang-format off */
    [GIC_PMR]     = {read_pmr, write_pmr, 0},
    [GIC_IAR0]    = {read_iar, NULL, 0},
    [GIC_EOIR0]   = {NULL, write_eoir, 0},
    [GIC_HPPIR0]  = {read_hppir, NULL, 0},
    [GIC_BPR0]    = {read_bpr, write_bpr, 0},
    [GIC_AP0R0]   = {read_ap, write_ap, 0},
    [GIC_AP0R1]   = {read_ap, write_ap, 1},
    [GIC_AP0R2]   = {read_ap, write_ap, 2},
    [GIC_AP0R3]   = {read_ap, write_ap, 3},
    [GIC_AP1R0]   = {read_ap, write_ap, 4},
    [GIC_AP1R1]   = {read_ap, write_ap, 5},
    [GIC_AP1R2]   = {read_ap, write_ap, 6},
    [GIC_AP1R3]   = {read_ap, write_ap, 7},
    [GIC_NMIAR1]  = {read_nmiar, NULL, 1},
    [GIC_DIR]     = {NULL, write_dir, 0},
    [GIC_RPR]     = {read_rpr, NULL, 0},
    [GIC_IAR1]    = {read_iar, NULL, 1},
    [GIC_EOIR1]   = {NULL, write_eoir, 1},
    [GIC_HPPIR1]  = {read_hppir, NULL, 1},
    [GIC_BPR1]    = {read_bpr, write_bpr, 1},
    [GIC_CTLR]    = {read_ctlr, write_ctlr, 0},
    [GIC_IGRPEN0] = {read_igrpen, write_igrpen, 0},
    [GIC_IGRPEN1] = {read_igrpen, write_igrpen, 1},
    /* ICH_AP<g>R<n>_EL2 is the same state. */
    [GIC_HAP0R0]  = {read_ap, write_ap, 0},
    [GIC_HAP0R1]  = {read_ap, write_ap, 1},
    [GIC_HAP0R2]  = {read_ap, write_ap, 2},
    [GIC_HAP0R3]  = {read_ap, write_ap, 3},
    [GIC_HAP1R0]  = {read_ap, write_ap, 4},
    [GIC_HAP1R1]  = {read_ap, write_ap, 5},
    [GIC_HAP1R2]  = {read_ap, write_ap, 6},
    [GIC_HAP1R3]  = {read_ap, write_ap, 7},
    /* clang-format on */
};

/* Registers whose number the implementation chooses. */
static bool is_implemented(const struct gic *g, enum gic_cpuif reg)
{
    u32 ap_count = 1u << (g->preemption_bits - 5);

    if (reg >= GIC_LR0 && reg <= GIC_LR15)
        return (u32)(reg - GIC_LR0) < g->lr_count;
    if (icv[reg].read == read_ap)
        return icv[reg].arg % 4 < ap_count;
    return reg != GIC_NMIAR1 || g->nmi;
}

/*
 * The way of an access of EL1. The traps of ICH_HCR_EL2 are looked at first; then HCR_EL2.FMO makes
 * group 0 virtual, IMO group 1, either of them what both share. SGIs always need EL2 then.
 */
static enum gic_access_result route(const struct gic *g, enum gic_cpuif reg,
                                    const struct gic_trap_inputs *in)
{
    bool either = in->imo || in->fmo;

    if (reg == GIC_SRE)
        return in->sre_enable ? GIC_PHYSICAL : GIC_TRAP_EL2;
    if (reg == GIC_DIR && (g->hcr & GIC_HCR_TDIR) != 0)
        return GIC_TRAP_EL2;
    switch (gic_cpuif_info[reg].class_) {
    case GIC_CLASS_G0:
        return (g->hcr & GIC_HCR_TALL0) != 0 ? GIC_TRAP_EL2 : in->fmo ? GIC_DONE : GIC_PHYSICAL;
    case GIC_CLASS_G1:
        return (g->hcr & GIC_HCR_TALL1) != 0 ? GIC_TRAP_EL2 : in->imo ? GIC_DONE : GIC_PHYSICAL;
    case GIC_CLASS_SGI:
        return (g->hcr & GIC_HCR_TC) != 0 || either ? GIC_TRAP_EL2 : GIC_PHYSICAL;
    case GIC_CLASS_BOTH:
        return (g->hcr & GIC_HCR_TC) != 0 ? GIC_TRAP_EL2 : either ? GIC_DONE : GIC_PHYSICAL;
    default:
        return GIC_UNDEFINED; /* EL2's registers at EL1. */
    }
}

/* At EL2 the ICC_* registers are the physical ones; ICC_SRE_EL2 is one of those. */
static enum gic_access_result judge(const struct gic *g, enum gic_cpuif reg, u32 direction,
                                    const struct gic_trap_inputs *in)
{
    const struct gic_cpuif_info *info = &gic_cpuif_info[reg];

    ASSERT(reg < GIC_CPUIF_COUNT && in->el <= 2);
    if ((info->access & direction) == 0 || in->el == 0 || !is_implemented(g, reg))
        return GIC_UNDEFINED;
    if (in->el == 1)
        return route(g, reg, in);
    return info->class_ == GIC_CLASS_EL2 && reg != GIC_SRE_EL2 ? GIC_DONE : GIC_PHYSICAL;
}

static u64 read_virtual(struct gic *g, enum gic_cpuif reg, const struct gic_trap_inputs *in)
{
    return icv[reg].read != NULL ? icv[reg].read(g, icv[reg].arg, in) : ich_read(g, reg);
}

static void write_virtual(struct gic *g, enum gic_cpuif reg, u64 value)
{
    if (icv[reg].write != NULL)
        icv[reg].write(g, icv[reg].arg, value);
    else
        ich_write(g, reg, value);
}

enum gic_access_result gic_cpuif_read(struct gic *g, enum gic_cpuif reg,
                                      const struct gic_trap_inputs *in, u64 *value)
{
    enum gic_access_result result = judge(g, reg, GIC_ACCESS_RO, in);

    *value = result == GIC_DONE ? read_virtual(g, reg, in) : 0;
    return result;
}

enum gic_access_result gic_cpuif_write(struct gic *g, enum gic_cpuif reg,
                                       const struct gic_trap_inputs *in, u64 value)
{
    enum gic_access_result result = judge(g, reg, GIC_ACCESS_WO, in);

    if (result == GIC_DONE)
        write_virtual(g, reg, value);
    return result;
}

u64 gic_trapped_read(struct gic *g, enum gic_cpuif reg, const struct gic_trap_inputs *in)
{
    return reg == GIC_SRE ? SRE_KVM : read_virtual(g, reg, in);
}

/* Inaccurate: an end with no priority active is ignored as the hardware's would be, where KVM's
 * emulation looks for a list register all the same. */
void gic_trapped_write(const struct gic_vm *vm, u32 cpu, enum gic_cpuif reg,
                       const struct gic_trap_inputs *in, u64 value)
{
    (void)in;
    if (gic_cpuif_info[reg].class_ == GIC_CLASS_SGI)
        gic_send_sgi(vm, cpu, reg, value);
    else if (reg != GIC_SRE)
        write_virtual(gic_vm_cpu(vm, cpu), reg, value);
}
