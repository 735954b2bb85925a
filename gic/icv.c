/*
 * The virtual CPU interface at work: which list register is signalled, acknowledged, ended. It sees
 * list registers only; neither the redistributor nor the distributor is asked (IHI 0069, chapter
 * on virtual interrupt handling).
 */
#include "gic/icv.h"

#include "gic/priority.h"

enum {
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

static bool lr_is_nmi(u64 lr)
{
    return (lr & GIC_LR_NMI) != 0;
}

/* What decides between two: the priority, and before all priorities superpriority, whose priority
 * does not count. Less is earlier. */
static u32 lr_urgency(u64 lr)
{
    return lr_is_nmi(lr) ? 0 : 1 + lr_priority(lr);
}

static u32 group_mask(const struct gic *g, u32 group)
{
    bool is_bpr0 = group == 0 || (g->vmcr & VMCR_CBPR) != 0;
    u32 bpr = g->vmcr >> (is_bpr0 ? VMCR_BPR0_SHIFT : VMCR_BPR1_SHIFT) & 7;

    return gic_group_mask(bpr, is_bpr0);
}

/* The first register holds the highest priorities. */
static u32 running_of_many(const struct gic *g)
{
    if (g->nmi_active)
        return 0;
    for (u32 n = 0; n < GIC_AP_COUNT; n++) {
        u32 bits = g->ap[0][n] | g->ap[1][n];

        if (bits != 0)
            return (32 * n + (u32)__builtin_ctz(bits)) << (8 - g->preemption_bits);
    }
    return GIC_PRIORITY_IDLE;
}

static inline u32 running_priority(const struct gic *g)
{
    u32 bits = g->ap[0][0] | g->ap[1][0];

    if (!g->is_plain)
        return running_of_many(g);
    return bits != 0 ? (u32)__builtin_ctz(bits) << 3 : GIC_PRIORITY_IDLE;
}

u32 icc_rpr_read(const struct gic *g)
{
    return running_priority(g);
}

/* The pending list register of the highest priority over both enabled groups. Only state 01 is a
 * candidate. Which of two equals wins is IMPLEMENTATION DEFINED: g->tie. */
static u32 best_pending(const struct gic *g)
{
    u32 best = NO_LR, best_urgency = UINT32_MAX, best_intid = 0;

    if ((g->hcr & GIC_HCR_EN) == 0)
        return NO_LR;
    for (u32 i = 0; i < g->lr_end; i++) {
        u64 lr = g->lr[i];

        if ((lr & GIC_LR_STATE) != GIC_LR_PENDING || (g->vmcr >> lr_group(lr) & 1) == 0)
            continue;
        bool wins_tie =
            g->tie == GIC_TIE_INTID && lr_urgency(lr) == best_urgency && (u32)lr < best_intid;
        if (lr_urgency(lr) < best_urgency || wins_tie) {
            best = i;
            best_urgency = lr_urgency(lr);
            best_intid = (u32)lr; /* vINTID, 31:0 */
        }
    }
    return best;
}

/* Above the priority mask, and above the running group priority: both comparisons are strict. An
 * NMI passes the mask and every priority; it waits only for another NMI. */
static inline bool can_signal(const struct gic *g, u64 lr)
{
    if (!g->is_plain && (g->nmi_active || lr_is_nmi(lr)))
        return !g->nmi_active;
    if (lr_priority(lr) >= g->vmcr >> VMCR_PMR_SHIFT)
        return false;
    u32 running = running_priority(g);

    if (running == GIC_PRIORITY_IDLE)
        return true;
    u32 mask = group_mask(g, lr_group(lr));

    return (lr_priority(lr) & mask) < (running & mask);
}

/* The list register that is signalled to the PE, if it is of this group. */
static inline u32 signalled(const struct gic *g, u32 group)
{
    u32 best = best_pending(g);

    return best != NO_LR && lr_group(g->lr[best]) == group && can_signal(g, g->lr[best]) ? best
                                                                                         : NO_LR;
}

bool gic_irq_asserted(const struct gic *g)
{
    return g->lr_end != 0 && signalled(g, 1) != NO_LR;
}

bool gic_fiq_asserted(const struct gic *g)
{
    return signalled(g, 0) != NO_LR;
}

bool gic_nmi_asserted(const struct gic *g)
{
    u32 best = signalled(g, 1);

    return best != NO_LR && lr_is_nmi(g->lr[best]);
}

/* All of it happens, or 1023 and nothing does. An LPI has no active state. */
u32 icv_acknowledge(struct gic *g, u32 group)
{
    u32 best = signalled(g, group);

    if (best == NO_LR)
        return GIC_SPURIOUS;
    u64 lr = g->lr[best] ^ ((u32)g->lr[best] < INTID_LPI ? GIC_LR_STATE : GIC_LR_PENDING);
    u32 bit = (lr_priority(lr) & group_mask(g, group)) >> (8 - g->preemption_bits);

    g->lr[best] = lr;
    if (lr_is_nmi(lr))
        g->nmi_active = 1;
    else
        g->ap[group][bit / 32] |= 1u << bit % 32;
    return (u32)lr;
}

u32 icc_iar1_read(struct gic *g)
{
    return icv_acknowledge(g, 1);
}

/* Neither the priority mask nor the running priority counts. */
u32 icv_highest_pending(const struct gic *g, u32 group)
{
    u32 best = best_pending(g);

    return best != NO_LR && lr_group(g->lr[best]) == group ? (u32)g->lr[best] : GIC_SPURIOUS;
}

u32 icc_hppir1_read(const struct gic *g)
{
    return icv_highest_pending(g, 1);
}

static u32 find_active(const struct gic *g, u32 intid)
{
    for (u32 i = 0; i < g->lr_end; i++)
        if ((u32)g->lr[i] == intid && (g->lr[i] & GIC_LR_ACTIVE) != 0)
            return i;
    return NO_LR;
}

/*
 * True: there is a reason for the maintenance interrupt, the EOI of this register or what else
 * ICH_HCR_EL2 enables. With HW = 1 the physical interrupt is deactivated as well, without EL2.
 */
static bool deactivate(struct gic *g, u32 index)
{
    u64 lr = g->lr[index] &= ~GIC_LR_ACTIVE;

    if ((lr & GIC_LR_STATE) == 0 && (lr & (GIC_LR_HW | GIC_LR_EOI)) == GIC_LR_EOI)
        return (g->hcr & GIC_HCR_EN) != 0;
    return icv_has_enabled_maintenance(g);
}

/* An end that meets no list register is counted in five bits, unless it is that of an LPI. True:
 * ICH_MISR_EL2.LRENP. */
static bool end_without_lr(struct gic *g, u32 intid)
{
    const u32 asks = GIC_HCR_EN | GIC_HCR_LRENPIE;

    if (intid >= INTID_LPI)
        return false;
    g->eoi_count++;
    return (g->hcr & asks) == asks && g->eoi_count % 32 != 0;
}

/* Clears the highest active priority over both groups; group 0 first if they are equal. */
static void drop_priority(struct gic *g, u32 priority)
{
    u32 bit = priority >> (8 - g->preemption_bits);
    u32 n = bit / 32, mask = 1u << bit % 32;

    if (g->nmi_active)
        g->nmi_active = 0;
    else if ((g->ap[0][n] & mask) != 0)
        g->ap[0][n] &= ~mask;
    else
        g->ap[1][n] &= ~mask;
}

/* ICC_EOIR<g>_EL1. Without an active priority the write is UNPREDICTABLE: here it is ignored. */
bool icv_end(struct gic *g, u32 group, u32 intid)
{
    u32 running = running_priority(g);
    bool was_nmi = g->nmi_active;

    if ((intid >= INTID_SPECIAL && intid <= GIC_SPURIOUS) || running == GIC_PRIORITY_IDLE)
        return false;
    drop_priority(g, running);
    if ((g->vmcr & VMCR_EOIM) != 0)
        return false; /* EOImode 1: ICC_DIR_EL1 deactivates. */
    u32 index = find_active(g, intid);

    if (index == NO_LR)
        return end_without_lr(g, intid);
    /* An end out of order drops a priority that is not its own, and deactivates nothing. */
    u64 lr = g->lr[index];
    if (lr_group(lr) != group || lr_is_nmi(lr) != was_nmi)
        return false;
    if (!was_nmi && (lr_priority(lr) & group_mask(g, group)) != running)
        return false;
    return deactivate(g, index);
}

bool icc_eoir1_write(struct gic *g, u32 intid)
{
    return icv_end(g, 1, intid);
}

/* ICC_DIR_EL1: ignored with EOImode 0, for the special INTIDs and for LPIs. */
bool icc_dir_write(struct gic *g, u32 intid)
{
    if ((g->vmcr & VMCR_EOIM) == 0 || intid >= INTID_LPI ||
        (intid >= INTID_SPECIAL && intid <= GIC_SPURIOUS))
        return false;
    u32 index = find_active(g, intid);

    return index == NO_LR ? end_without_lr(g, intid) : deactivate(g, index);
}

/*
 * ICC_SGI1R_EL1. Bit k of the target list is Aff0 = k of the cluster Aff3.Aff2.Aff1. RS is RES0
 * (ICC_CTLR_EL1.RSS = 0), so an Aff0 above 15 cannot be named.
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
