/*
 * The door of gic: what a guest of KVM sees of a GICv3 and what KVM does behind it, as deciders.
 * One struct gic for each vCPU holds its redistributor (SGIs and PPIs, INTID 0..31), its list
 * registers and its virtual CPU interface; struct gic_dist is the distributor of the VM. SPIs,
 * LPIs, NMI and GICv5 come later: the notification source is (type, id, trigger).
 *
 * References: Arm IHI 0069 (GICv3), Linux 6.1 KVM vgic for what KVM serves. Knows no time and no
 * message: whoever calls pays the cost.
 */
#ifndef GIC_GIC_H
#define GIC_GIC_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GIC_PRIVATE_COUNT = 32, /* SGIs 0..15, PPIs 16..31. */
    GIC_LR_MAX = 16,
    GIC_SPURIOUS = 1023,
    GIC_INTID_RESCHED = 0, /* Linux: IPI_RESCHEDULE is SGI 0. */
    GIC_INTID_VTIMER = 27, /* CNTV, level, mapped to the hardware timer (no EOI maintenance). */
};

struct gic_dist {
    u32 ctlr;  /* GICD_CTLR: KVM lets the guest write bit 1 only. */
    u32 nr_irqs;
};

/* State of one SGI or PPI, as KVM's vgic_irq has it. */
struct gic_irq {
    u8 priority; /* Bits 7:3 are stored. */
    u8 enabled, group, edge; /* edge: 1 = edge, 0 = level (PPIs of KVM are level, SGIs edge). */
    u8 line_level, pending_latch, active;
    u8 hw;       /* Mapped to a hardware interrupt: the EOI needs no maintenance. */
    u8 on_list;  /* On the ap_list. */
    u8 zero[7];
};

struct gic {
    u32 cpu;      /* Processor_Number. */
    u32 lr_count; /* List registers of this CPU, 1..GIC_LR_MAX. */
    struct gic_irq irq[GIC_PRIVATE_COUNT];
    u8 ap_list[GIC_PRIVATE_COUNT]; /* INTIDs in the order in which they were queued. */
    u32 ap_count;
    /* Virtual CPU interface. */
    u64 lr[GIC_LR_MAX]; /* ICH_LR<n>_EL2 layout. */
    u32 vmcr;           /* ICH_VMCR_EL2: PMR 31:24, BPR0 23:21, BPR1 20:18, EOIM 9, CBPR 4, VENG1 1, VENG0 0. */
    u32 ap0r0, ap1r0;   /* Active priorities, 5 bits of priority. */
    u32 hcr;            /* ICH_HCR_EL2. */
    u32 eoi_count;
    u32 zero;
};

void gic_dist_init(struct gic_dist *d);
void gic_init(struct gic *g, u32 cpu, u32 lr_count); /* Reset state as KVM gives it to a guest. */

/* --- Memory-mapped frames (64 KiB each); widths, RAZ/WI and W1S/W1C as the tables say. --- */
u64 gicd_read(const struct gic_dist *d, u32 off, u32 size);
void gicd_write(struct gic_dist *d, u32 off, u32 size, u64 value);
/* off < 0x10000: RD_base; else SGI_base. last: this is the last redistributor. Setting an enable
 * or a pending bit queues the interrupt as an injection would: returns true if it must be shown
 * to the vCPU (a kick). */
u64 gicr_read(const struct gic *g, const struct gic_dist *d, bool last, u32 off, u32 size);
bool gicr_write(struct gic *g, const struct gic_dist *d, u32 off, u32 size, u64 value);
/* The register tables themselves, for tests and `apfsim list registers` (rows sorted by off). */
const struct reg *gicd_table(size_t *count);
const struct reg *gicr_table(size_t *count);

/* --- KVM's vgic. --- */
/* kvm_vgic_inject_irq for a private interrupt. True: the vCPU must be kicked or woken. */
bool gic_inject(struct gic *g, const struct gic_dist *d, u32 intid, bool level);
bool gic_is_pending(const struct gic *g, u32 intid); /* edge: latch; level: latch or line. */
/* vgic target oracle: is this interrupt for the vCPU now (active, or enabled and pending)? */
bool gic_has_target(const struct gic *g, const struct gic_dist *d, u32 intid);
/* kvm_vgic_vcpu_pending_irq: anything on the list that is pending, enabled, not active and above
 * the virtual priority mask. Part of "runnable" in WFI. */
bool gic_has_pending_irq(const struct gic *g, const struct gic_dist *d);
void gic_flush(struct gic *g, const struct gic_dist *d); /* Before entry: fill list registers. */
void gic_sync(struct gic *g, const struct gic_dist *d);  /* After exit: fold them back. */

/* --- The guest's CPU interface (ICC_* as seen at EL1, served by the ICV registers). --- */
/* Is the virtual IRQ asserted (a group 1 list register that can be signalled)? */
bool gic_irq_asserted(const struct gic *g);
u32 icc_iar1_read(struct gic *g);
u32 icc_hppir1_read(const struct gic *g);
/* True: the end of this interrupt raises the maintenance interrupt (level, HW = 0): one exit. */
bool icc_eoir1_write(struct gic *g, u32 intid);
u32 icc_rpr_read(const struct gic *g);
void icc_pmr_write(struct gic *g, u32 value);
void icc_igrpen1_write(struct gic *g, u32 value);
/* ICC_SGI1R_EL1 layout. Which of `count` vCPUs (Aff0 = index & 15, Aff1 = index >> 4) it names;
 * calls back for each. The write traps to KVM; the caller pays for the exit. */
void icc_sgi1r_targets(u64 value, u32 self, u32 count, void (*each)(void *arg, u32 cpu, u32 intid),
                       void *arg);

void gic_check(const struct gic *g); /* Invariants; asserts. */

#ifdef __cplusplus
}
#endif
#endif
