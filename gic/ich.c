/*
 * The hypervisor's side of the virtual CPU interface, IHI 0069 ICH_*_EL2: list registers, control,
 * and the maintenance interrupt.
 */
#include "gic/icv.h"

#include "gic/priority.h"

enum {
    HCR_BITS = 0x7cff, /* En and the enables, TC, TALL0, TALL1, TSEI, TDIR. */
    HCR_EOICOUNT_SHIFT = 27,
    EOICOUNT_MASK = 31,

    VTR_TDS = 1u << 19, /* ICH_HCR_EL2.TDIR is there. */
    VTR_NV4 = 1u << 20, /* Nothing is injected without a list register. */
    VTR_PREBITS_SHIFT = 26,
    VTR_PRIBITS_SHIFT = 29,

    MISR_EOI = 1u << 0,
    MISR_U = 1u << 1,
    MISR_LRENP = 1u << 2,
    MISR_NP = 1u << 3,
    MISR_GROUPS_SHIFT = 4, /* Group 0 enabled, disabled, group 1 enabled, disabled. */

    VMCR_ENABLES = 3,
    VMCR_FIQEN = 1u << 3, /* RES1: system registers are always on. */
};

#define LR_STORED (GIC_LR_STATE | GIC_LR_HW | GIC_LR_GROUP1)
#define LR_VINTID 0xffffull /* 16 bits: ICH_VTR_EL2.IDbits = 0. */
#define LR_PINTID (0x1fffull << 32)

/* Less than the whole register is implemented: the rest is RES0. */
static u64 lr_sanitised(const struct gic *g, u64 lr)
{
    u64 bits = LR_STORED | LR_VINTID | (u64)gic_priority_mask(g->priority_bits) << 48;

    bits |= (lr & GIC_LR_HW) != 0 ? LR_PINTID : GIC_LR_EOI;
    if (g->nmi && (lr & GIC_LR_GROUP1) != 0)
        bits |= GIC_LR_NMI;
    return lr & bits;
}

static void write_lr(struct gic *g, u32 index, u64 lr)
{
    g->lr[index] = lr_sanitised(g, lr);
    while (g->lr_end < GIC_LR_MAX && g->lr_end <= index)
        g->lr_end++;
}

/* ICH_EISR_EL2: ended, with a request for maintenance. */
static u32 eisr(const struct gic *g)
{
    u32 bits = 0;

    for (u32 i = 0; i < g->lr_end; i++)
        bits |= (u32)((g->lr[i] & (GIC_LR_STATE | GIC_LR_HW | GIC_LR_EOI)) == GIC_LR_EOI) << i;
    return bits;
}

/* ICH_ELRSR_EL2: free for use, without a request that EL2 has not seen. */
static u32 elrsr(const struct gic *g)
{
    u32 bits = 0;

    for (u32 i = 0; i < g->lr_count; i++)
        bits |= (u32)((g->lr[i] & GIC_LR_STATE) == 0) << i;
    return bits & ~eisr(g);
}

/* ICH_MISR_EL2 but for EOI: each needs its enable in ICH_HCR_EL2. */
static u32 enabled_misr(const struct gic *g)
{
    u32 in_use = 0, pending = 0;

    for (u32 i = 0; i < g->lr_end; i++) {
        in_use += (g->lr[i] & GIC_LR_STATE) != 0;
        pending += (g->lr[i] & GIC_LR_STATE) == GIC_LR_PENDING;
    }
    u32 on0 = g->vmcr & 1, on1 = g->vmcr >> 1 & 1;
    u32 groups = on0 | (on0 ^ 1) << 1 | on1 << 2 | (on1 ^ 1) << 3;
    u32 reasons = groups << MISR_GROUPS_SHIFT;

    if (in_use <= 1)
        reasons |= MISR_U;
    if ((g->eoi_count & EOICOUNT_MASK) != 0)
        reasons |= MISR_LRENP;
    if (pending == 0)
        reasons |= MISR_NP;
    return reasons & g->hcr & 0xfe; /* The enable has the number of its reason. */
}

static u32 misr(const struct gic *g)
{
    return enabled_misr(g) | (eisr(g) != 0 ? MISR_EOI : 0);
}

bool icv_has_enabled_maintenance(const struct gic *g)
{
    if ((g->hcr & 0xff & ~GIC_HCR_EN) == 0 || (g->hcr & GIC_HCR_EN) == 0)
        return false;
    return enabled_misr(g) != 0;
}

bool gic_maintenance(const struct gic *g)
{
    return (g->hcr & GIC_HCR_EN) != 0 && misr(g) != 0;
}

static u32 read_vtr(const struct gic *g)
{
    return (g->lr_count - 1) | VTR_TDS | VTR_NV4 |
           (u32)(g->preemption_bits - 1) << VTR_PREBITS_SHIFT |
           (u32)(g->priority_bits - 1) << VTR_PRIBITS_SHIFT;
}

/* The guest's own registers in one word, and held to the same minima. */
static void write_vmcr(struct gic *g, u32 value)
{
    u32 bpr0 = icv_clamp_bpr(g, 0, value >> VMCR_BPR0_SHIFT & 7);
    u32 bpr1 = icv_clamp_bpr(g, 1, value >> VMCR_BPR1_SHIFT & 7);
    u32 pmr = value >> VMCR_PMR_SHIFT & gic_priority_mask(g->priority_bits);

    g->vmcr = (value & (VMCR_ENABLES | VMCR_CBPR | VMCR_EOIM)) | pmr << VMCR_PMR_SHIFT |
              bpr0 << VMCR_BPR0_SHIFT | bpr1 << VMCR_BPR1_SHIFT;
}

u64 ich_read(const struct gic *g, enum gic_cpuif reg)
{
    if (reg >= GIC_LR0 && reg <= GIC_LR15)
        return g->lr[reg - GIC_LR0];
    switch (reg) {
    case GIC_HCR:
        return g->hcr | (g->eoi_count & EOICOUNT_MASK) << HCR_EOICOUNT_SHIFT;
    case GIC_VTR:
        return read_vtr(g);
    case GIC_MISR:
        return misr(g);
    case GIC_EISR:
        return eisr(g);
    case GIC_ELRSR:
        return elrsr(g);
    default:
        ASSERT(reg == GIC_VMCR);
        return g->vmcr | VMCR_FIQEN;
    }
}

void ich_write(struct gic *g, enum gic_cpuif reg, u64 value)
{
    if (reg >= GIC_LR0 && reg <= GIC_LR15) {
        write_lr(g, (u32)(reg - GIC_LR0), value);
    } else if (reg == GIC_HCR) {
        g->hcr = (u32)value & HCR_BITS;
        g->eoi_count = (u32)value >> HCR_EOICOUNT_SHIFT;
    } else {
        ASSERT(reg == GIC_VMCR);
        write_vmcr(g, (u32)value);
    }
}
