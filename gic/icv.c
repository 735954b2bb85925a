/*
 * The virtual CPU interface: ICC_* registers of EL1 as HCR_EL2.IMO turns them into ICV_*. It sees
 * list registers only; neither the redistributor nor the distributor is asked (IHI 0069, chapter
 * on virtual interrupt handling).
 */
#include "gic/gic.h"

enum {
    VMCR_EOIM = 1u << 9,
    VMCR_CBPR = 1u << 4,
    VMCR_PMR_SHIFT = 24,
    VMCR_BPR0_SHIFT = 21,
    VMCR_BPR1_SHIFT = 18,

    CTLR_CBPR = 1u << 0,
    CTLR_EOIMODE = 1u << 1,
    CTLR_PRIBITS = 4u << 8, /* ICC_CTLR_EL1.PRIbits: five bits, minus one. */

    PRIORITY_MASK = 0xf8,
    PRIORITY_IDLE = 0xff, /* ICC_RPR_EL1 with nothing active. */
    PRIORITY_SHIFT = 3,   /* Bit of ICH_AP<g>R0_EL2 <-> group priority: 8 - PREbits. */

    INTID_SPECIAL = 1020,
    INTID_LPI = 8192,
    NO_LR = GIC_LR_MAX,
};

static u32 lr_priority(u64 lr)
{
    return (u32)(lr >> 48) & 0xff;
}

static u32 lr_group(u64 lr)
{
    return (lr & GIC_LR_GROUP1) != 0;
}

/* The bits of a priority that decide on preemption, ICC_BPR0_EL1 and ICC_BPR1_EL1. With CBPR both
 * groups use the binary point of group 0, whose value counts one bit more. */
static u32 group_mask(const struct gic *g, u32 group)
{
    bool own = group == 1 && (g->vmcr & VMCR_CBPR) == 0;
    u32 shift = own ? (g->vmcr >> VMCR_BPR1_SHIFT) & 7 : ((g->vmcr >> VMCR_BPR0_SHIFT) & 7) + 1;

    return 0xffu << shift & 0xff;
}

u32 icc_rpr_read(const struct gic *g)
{
    u32 active = g->ap0r0 | g->ap1r0;

    return active != 0 ? (u32)__builtin_ctz(active) << PRIORITY_SHIFT : PRIORITY_IDLE;
}

/* The pending list register of the highest priority over both enabled groups. Only state 01 is a
 * candidate. Which of two equals wins is IMPLEMENTATION DEFINED: g->tie. */
static u32 best_pending(const struct gic *g)
{
    u32 best = NO_LR, best_priority = 0x100, best_intid = 0;

    for (u32 i = 0; i < g->lr_used; i++) {
        u64 lr = g->lr[i];

        if ((lr & GIC_LR_STATE) != GIC_LR_PENDING || (g->vmcr >> lr_group(lr) & 1) == 0)
            continue;
        bool wins_tie = g->tie == GIC_TIE_INTID && lr_priority(lr) == best_priority &&
                        (u32)lr < best_intid;
        if (lr_priority(lr) < best_priority || wins_tie) {
            best = i;
            best_priority = lr_priority(lr);
            best_intid = (u32)lr; /* vINTID, 31:0 */
        }
    }
    return best;
}

/* Above the priority mask, and above the running group priority: both comparisons are strict. */
static bool can_signal(const struct gic *g, u64 lr)
{
    u32 priority = lr_priority(lr);
    u32 mask = group_mask(g, lr_group(lr));

    if (priority >= g->vmcr >> VMCR_PMR_SHIFT)
        return false;
    return (g->ap0r0 | g->ap1r0) == 0 || (priority & mask) < (icc_rpr_read(g) & mask);
}

bool gic_irq_asserted(const struct gic *g)
{
    if (g->lr_used == 0)
        return false;
    u32 best = best_pending(g);

    return best != NO_LR && lr_group(g->lr[best]) == 1 && can_signal(g, g->lr[best]);
}

/* ICC_IAR1_EL1: all of it happens, or 1023 and nothing does. */
u32 icc_iar1_read(struct gic *g)
{
    u32 best = best_pending(g);

    if (best == NO_LR || lr_group(g->lr[best]) != 1 || !can_signal(g, g->lr[best]))
        return GIC_SPURIOUS;
    g->lr[best] ^= GIC_LR_STATE; /* Pending to active. */
    g->ap1r0 |= 1u << ((lr_priority(g->lr[best]) & group_mask(g, 1)) >> PRIORITY_SHIFT);
    return (u32)g->lr[best];
}

/* ICC_HPPIR1_EL1: neither the priority mask nor the running priority counts. */
u32 icc_hppir1_read(const struct gic *g)
{
    u32 best = best_pending(g);

    return best != NO_LR && lr_group(g->lr[best]) == 1 ? (u32)g->lr[best] : GIC_SPURIOUS;
}

static u32 find_active(const struct gic *g, u32 intid)
{
    for (u32 i = 0; i < g->lr_used; i++)
        if ((u32)g->lr[i] == intid && (g->lr[i] & GIC_LR_ACTIVE) != 0)
            return i;
    return NO_LR;
}

static u32 lr_in_use(const struct gic *g)
{
    u32 count = 0;

    for (u32 i = 0; i < g->lr_used; i++)
        count += (g->lr[i] & GIC_LR_STATE) != 0;
    return count;
}

/*
 * ICH_MISR_EL2.EOI (state 00, HW = 0, maintenance requested) or .U (at most one register in use).
 * With HW = 1 the physical interrupt is deactivated as well, without EL2.
 * Inaccurate: .U is looked at only here, where a register falls free; a CPU with one list register
 * would raise it at once after every entry.
 */
static bool deactivate(struct gic *g, u32 index)
{
    u64 lr = g->lr[index] &= ~GIC_LR_ACTIVE;

    if ((lr & GIC_LR_STATE) == 0 && (lr & (GIC_LR_HW | GIC_LR_EOI)) == GIC_LR_EOI)
        return true;
    return (g->hcr & GIC_HCR_UIE) != 0 && lr_in_use(g) <= 1;
}

/* Clears the highest active priority over both groups; group 0 first if they are equal. */
static u32 drop_priority(struct gic *g)
{
    u32 priority = icc_rpr_read(g);
    u32 bit = 1u << (priority >> PRIORITY_SHIFT);

    if ((g->ap0r0 & bit) != 0)
        g->ap0r0 &= ~bit;
    else
        g->ap1r0 &= ~bit;
    return priority;
}

/* ICC_EOIR1_EL1. Without an active priority the write is UNPREDICTABLE: here it is ignored. */
bool icc_eoir1_write(struct gic *g, u32 intid)
{
    if ((intid >= INTID_SPECIAL && intid <= GIC_SPURIOUS) || (g->ap0r0 | g->ap1r0) == 0)
        return false;
    u32 dropped = drop_priority(g);

    if ((g->vmcr & VMCR_EOIM) != 0)
        return false; /* EOImode 1: ICC_DIR_EL1 deactivates. */
    u32 index = find_active(g, intid);

    if (index == NO_LR) {
        g->eoi_count += intid < INTID_LPI;
        return false;
    }
    /* An end out of order drops a priority that is not its own, and deactivates nothing. */
    u64 lr = g->lr[index];
    if (lr_group(lr) != 1 || (lr_priority(lr) & group_mask(g, 1)) != dropped)
        return false;
    return deactivate(g, index);
}

/* ICC_DIR_EL1: ignored with EOImode 0, for the special INTIDs and for LPIs. */
bool icc_dir_write(struct gic *g, u32 intid)
{
    if ((g->vmcr & VMCR_EOIM) == 0 || intid >= INTID_LPI ||
        (intid >= INTID_SPECIAL && intid <= GIC_SPURIOUS))
        return false;
    u32 index = find_active(g, intid);

    if (index == NO_LR) {
        g->eoi_count++;
        return false;
    }
    return deactivate(g, index);
}

/* ICC_PMR_EL1: bits that are not implemented read as zero. */
void icc_pmr_write(struct gic *g, u32 value)
{
    g->vmcr = (g->vmcr & ~(0xffu << VMCR_PMR_SHIFT)) | (value & PRIORITY_MASK) << VMCR_PMR_SHIFT;
}

/* ICC_IGRPEN1_EL1 is ICH_VMCR_EL2.VENG1. */
void icc_igrpen1_write(struct gic *g, u32 value)
{
    g->vmcr = (g->vmcr & ~2u) | (value & 1) << 1;
}

u32 icc_ctlr_read(const struct gic *g)
{
    u32 value = CTLR_PRIBITS;

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

/*
 * ICC_SGI1R_EL1. Bit k of the target list is Aff0 = k of the cluster Aff3.Aff2.Aff1.
 * Inaccurate, as in KVM: RS is ignored, so an Aff0 above 15 cannot be named.
 */
void icc_sgi1r_targets(u64 value, u32 self, u32 count, void (*each)(void *arg, u32 cpu, u32 intid),
                       void *arg)
{
    u32 intid = (u32)(value >> 24) & 15;

    if ((value >> 40 & 1) != 0) { /* IRM: all but self. */
        for (u32 cpu = 0; cpu < count; cpu++)
            if (cpu != self)
                each(arg, cpu, intid);
        return;
    }
    if ((value >> 48 & 0xff) != 0)
        return; /* No vCPU of KVM has an Aff3. */
    u32 aff1 = (u32)(value >> 16) & 0xff, aff2 = (u32)(value >> 32) & 0xff;
    u32 first = aff2 << 12 | aff1 << 4;

    for (u32 rest = value & 0xffff; rest != 0; rest &= rest - 1) {
        u32 cpu = first + (u32)__builtin_ctz(rest);

        if (cpu < count)
            each(arg, cpu, intid);
    }
}
