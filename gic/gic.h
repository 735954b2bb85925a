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

/* Bits of a list register, IHI 0069 ICH_LR<n>_EL2. State 01 is pending, 10 active, 11 both. */
#define GIC_LR_EOI (1ull << 41) /* Only with HW = 0: the end raises the maintenance interrupt. */
#define GIC_LR_GROUP1 (1ull << 60)
#define GIC_LR_HW (1ull << 61)
#define GIC_LR_PENDING (1ull << 62)
#define GIC_LR_ACTIVE (1ull << 63)
#define GIC_LR_STATE (GIC_LR_PENDING | GIC_LR_ACTIVE)

#define GIC_HCR_EN (1u << 0)  /* ICH_HCR_EL2.En */
#define GIC_HCR_UIE (1u << 1) /* ICH_HCR_EL2.UIE: maintenance when at most one LR is in use. */

#define GIC_CTLR_ENABLE (1u << 1) /* GICD_CTLR.EnableGrp1. */

/* Which of two pending interrupts of equal priority wins is IMPLEMENTATION DEFINED. */
enum gic_tie { GIC_TIE_LIST_REGISTER, GIC_TIE_INTID, GIC_TIE_COUNT };

struct gic_dist {
    u32 ctlr;      /* GICD_CTLR: KVM lets the guest write bit 1 only; ARE and DS read as one. */
    u32 nr_irqs;   /* 32. Inaccurate: a VM of KVM has 64 or more, that is, SPIs. */
    u64 propbaser; /* GICR_PROPBASER: KVM keeps one for all redistributors of the VM. */
};

/* State of one SGI or PPI, as KVM's vgic_irq has it. */
struct gic_irq {
    u8 priority;             /* Bits 7:3 are stored. */
    u8 enabled, group, edge; /* edge: 1 = edge, 0 = level (PPIs of KVM are level, SGIs edge). */
    u8 line_level, pending_latch, active;
    u8 hw;      /* Mapped to a hardware interrupt: the EOI needs no maintenance. */
    u8 on_list; /* On the ap_list. */
    /* hw only: the wire itself. line_level falls when a list register takes the interrupt, so that
     * the next rising edge is seen; sync and a write to GICR_ISENABLER0 sample the wire again. */
    u8 phys_level;
    u8 zero[6];
};

struct gic {
    u32 cpu;      /* Processor_Number. */
    u32 lr_count; /* List registers of this CPU, 1..GIC_LR_MAX. */
    struct gic_irq irq[GIC_PRIVATE_COUNT];
    u8 ap_list[GIC_PRIVATE_COUNT]; /* INTIDs in the order in which they were queued. */
    u32 ap_count;
    u32 lr_used; /* List registers filled by the last flush; 0 outside of the guest. */
    /* Virtual CPU interface. */
    u64 lr[GIC_LR_MAX]; /* ICH_LR<n>_EL2 layout. */
    /* ICH_VMCR_EL2: PMR 31:24, BPR0 23:21, BPR1 20:18, EOIM 9, CBPR 4, VENG1 1, VENG0 0. */
    u32 vmcr;
    u32 ap0r0, ap1r0; /* Active priorities, 5 bits of priority. */
    u32 hcr;          /* ICH_HCR_EL2 without EOIcount. */
    u32 eoi_count;    /* Ends without a list register; EOIcount is bits 4:0. KVM does not look. */
    u32 tie;       /* enum gic_tie: of the implementation, not reset by the guest. */
    u64 pendbaser; /* GICR_PENDBASER. */
};

void gic_dist_init(struct gic_dist *d);
void gic_init(struct gic *g, u32 cpu, u32 lr_count); /* Reset state as KVM gives it to a guest. */

/* --- Memory-mapped frames (64 KiB each); widths, RAZ/WI and W1S/W1C as the tables say. --- */
/* As in KVM, enabling the distributor queues nothing: what came while it was off waits for its next
 * injection or register write. Whoever sets GICD_CTLR.EnableGrp1 kicks all vCPUs. */
u64 gicd_read(const struct gic_dist *d, u32 off, u32 size);
void gicd_write(struct gic_dist *d, u32 off, u32 size, u64 value);
/* off < 0x10000: RD_base; else SGI_base. last: this is the last redistributor. Setting an enable,
 * a pending or an active bit, or writing groups, queues the interrupt as an injection would:
 * returns true if it must be shown to the vCPU (a kick). KVM stops the whole VM around accesses of
 * ISACTIVER0 and ICACTIVER0; so the caller has synced this vCPU before. */
u64 gicr_read(const struct gic *g, const struct gic_dist *d, bool last, u32 off, u32 size);
bool gicr_write(struct gic *g, struct gic_dist *d, u32 off, u32 size, u64 value);
/* The register tables themselves, for tests and `apfsim list registers` (rows sorted by off). */
const struct reg *gicd_table(size_t *count);
const struct reg *gicr_table(size_t *count);

/* --- KVM's vgic. --- */
/* kvm_vgic_inject_irq for a private interrupt. True: the vCPU must be kicked or woken. With hw set
 * `level` is the wire too; its owner injects again if the wire is still high after the EOI. */
bool gic_inject(struct gic *g, const struct gic_dist *d, u32 intid, bool level);
bool gic_is_pending(const struct gic *g, u32 intid); /* edge: latch; level: latch or line. */
/* vgic target oracle: is this interrupt for the vCPU now (active, or enabled and pending)? */
bool gic_has_target(const struct gic *g, const struct gic_dist *d, u32 intid);
/* kvm_vgic_vcpu_pending_irq: anything on the list that is pending, enabled, not active and above
 * the virtual priority mask. Part of "runnable" in WFI. */
bool gic_has_pending_irq(const struct gic *g, const struct gic_dist *d);
/* Before entry: fill the list registers. After exit: fold them back. Always in turns. */
void gic_flush(struct gic *g, const struct gic_dist *d);
void gic_sync(struct gic *g, const struct gic_dist *d);

/* --- The guest's CPU interface (ICC_* as seen at EL1, served by the ICV registers). --- */
/* Is the virtual IRQ asserted (a group 1 list register that can be signalled)? */
bool gic_irq_asserted(const struct gic *g);
u32 icc_iar1_read(struct gic *g);
u32 icc_hppir1_read(const struct gic *g);
/* True: the end of this interrupt raises the maintenance interrupt (level with HW = 0, or the list
 * registers run dry while more interrupts wait): one exit. */
bool icc_eoir1_write(struct gic *g, u32 intid);
bool icc_dir_write(struct gic *g, u32 intid); /* EOImode 1: the deactivation, same result. */
u32 icc_rpr_read(const struct gic *g);
u32 icc_ctlr_read(const struct gic *g);
void icc_ctlr_write(struct gic *g, u32 value);
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
