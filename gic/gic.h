/*
 * The door of gic: what a guest of KVM sees of a GICv3 and what KVM does behind it, as deciders.
 * One struct gic for each vCPU holds its redistributor (SGIs and PPIs, INTID 0..31), its list
 * registers and its virtual CPU interface; struct gic_dist is the distributor of the VM with its
 * SPIs. What concerns several vCPUs takes a struct gic_vm, which says where they lie.
 *
 * References: Arm IHI 0069 (GICv3), Linux 6.1 KVM vgic for what KVM serves. Knows no time and no
 * message: whoever calls pays the cost.
 */
#ifndef GIC_GIC_H
#define GIC_GIC_H

#include "base/base.h"
#include "gic/bus.h"
#include "gic/cpuif.h"
#include "gic/ioevent.h"
#include "gic/phys.h"
#include "gic/source.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GIC_PRIVATE_COUNT = 32, /* SGIs 0..15, PPIs 16..31. */
    GIC_INTID_COUNT = 1024, /* With the most SPIs that KVM gives. */
    GIC_SPI_COUNT = GIC_INTID_COUNT - GIC_PRIVATE_COUNT,
    GIC_SPI_LAST = 1019, /* 1020..1023 are special. */
    GIC_LR_MAX = 16,
    GIC_AP_COUNT = 4, /* ICH_AP<g>R<n>_EL2, with seven bits of preemption. */
    GIC_NMI = 1022,   /* ICC_IAR1_EL1: it is an NMI, read ICC_NMIAR1_EL1. */
    GIC_SPURIOUS = 1023,
    GIC_INTID_RESCHED = 0,      /* Linux: IPI_RESCHEDULE is SGI 0. */
    GIC_INTID_MAINTENANCE = 25, /* Level: gic_maintenance(). */
    GIC_INTID_VTIMER = 27, /* CNTV, level, mapped to the hardware timer (no EOI maintenance). */
    GIC_NO_CPU = 0xffff,
};

/* Bits of a list register, IHI 0069 ICH_LR<n>_EL2. State 01 is pending, 10 active, 11 both. */
#define GIC_LR_EOI (1ull << 41) /* Only with HW = 0: the end raises the maintenance interrupt. */
#define GIC_LR_NMI (1ull << 59) /* FEAT_NMI, group 1. */
#define GIC_LR_GROUP1 (1ull << 60)
#define GIC_LR_HW (1ull << 61)
#define GIC_LR_PENDING (1ull << 62)
#define GIC_LR_ACTIVE (1ull << 63)
#define GIC_LR_STATE (GIC_LR_PENDING | GIC_LR_ACTIVE)

/* ICH_HCR_EL2. The enables of bits 1..7 are those of ICH_MISR_EL2. */
#define GIC_HCR_EN (1u << 0)
#define GIC_HCR_UIE (1u << 1) /* Maintenance when at most one LR is in use. */
#define GIC_HCR_LRENPIE (1u << 2)
#define GIC_HCR_NPIE (1u << 3)
#define GIC_HCR_TC (1u << 10)
#define GIC_HCR_TALL0 (1u << 11)
#define GIC_HCR_TALL1 (1u << 12)
#define GIC_HCR_TDIR (1u << 14)

#define GIC_CTLR_ENABLE (1u << 1) /* GICD_CTLR.EnableGrp1. */

/* Which of two pending interrupts of equal priority wins is IMPLEMENTATION DEFINED. */
enum gic_tie { GIC_TIE_LIST_REGISTER, GIC_TIE_INTID, GIC_TIE_COUNT };

/* What the hardware and the VMM have chosen; frozen before the first gic_init(). */
struct gic_spec {
    u16 nr_irqs;        /* 32: no SPIs; else 64..1024 in steps of 32, as KVM takes it. */
    u16 cpu_count;      /* vCPUs that an SPI can be routed to. */
    u8 lr_count;        /* 1..GIC_LR_MAX */
    u8 priority_bits;   /* 5..8, of the CPU interface. KVM's frames always store five. */
    u8 preemption_bits; /* 5..7, at most priority_bits. */
    u8 tie;             /* enum gic_tie */
    u8 nmi;             /* FEAT_NMI with GICv3.3. KVM 6.1 has none. */
    u8 zero[3];
};

/* State of one interrupt, as KVM's vgic_irq has it. */
struct gic_irq {
    u8 priority;             /* Bits 7:3 are stored. */
    u8 enabled, group, edge; /* edge: 1 = edge, 0 = level (PPIs of KVM are level, SGIs edge). */
    u8 line_level, pending_latch, active;
    /* Mapped to a hardware interrupt: the EOI needs no maintenance. Inaccurate: that always has the
     * same INTID, and the physical GIC behind it is not here. */
    u8 hw;
    u8 on_list; /* On an ap_list: that of its vCPU, for an SPI that of list_cpu. */
    /* hw only: the wire itself. line_level falls when a list register takes the interrupt, so that
     * the next rising edge is seen; sync and a write to GICR_ISENABLER0 sample the wire again. */
    u8 phys_level;
    u8 nmi;       /* GICD_INMIR, GICR_INMIR0: superpriority, if it is of group 1. */
    u8 owner;     /* Who may inject it: a number of the caller's; 0 is the VMM. */
    u16 list_cpu; /* SPIs on a list. */
    u8 zero[2];
};

struct gic_route {
    u32 affinity; /* GICD_IROUTER<n>: Aff2.Aff1.Aff0. */
    u16 target;   /* The vCPU of this affinity, or GIC_NO_CPU. */
    u8 resample;  /* An irqfd with a resamplefd: the guest's EOI lowers the line. */
    u8 zero;
};

struct gic_dist {
    u32 ctlr;      /* GICD_CTLR: KVM lets the guest write bit 1 only; ARE and DS read as one. */
    u32 nr_irqs;   /* As in the spec. */
    u64 propbaser; /* GICR_PROPBASER: KVM keeps one for all redistributors of the VM. */
    u32 cpu_count;
    u32 nmi;
    struct gic_irq spi[GIC_SPI_COUNT]; /* INTID 32 + index. */
    struct gic_route route[GIC_SPI_COUNT];
};

struct gic {
    u32 cpu;      /* Processor_Number. */
    u32 lr_count; /* List registers of this CPU, 1..GIC_LR_MAX. */
    struct gic_irq irq[GIC_PRIVATE_COUNT];
    u32 ap_count;
    u32 lr_used; /* List registers filled by the last flush; 0 outside of the guest. */
    u32 lr_end;  /* No list register at or above this index is other than zero. */
    /* ICH_VMCR_EL2: PMR 31:24, BPR0 23:21, BPR1 20:18, EOIM 9, CBPR 4, VENG1 1, VENG0 0. */
    u32 vmcr;
    u64 lr[GIC_LR_MAX];      /* ICH_LR<n>_EL2 layout. */
    u32 ap[2][GIC_AP_COUNT]; /* Active priorities of both groups, ICH_AP<g>R<n>_EL2. */
    u32 hcr;                 /* ICH_HCR_EL2 without EOIcount. */
    u32 eoi_count; /* Ends without a list register; EOIcount is bits 4:0. KVM does not look. */
    u32 tie;       /* enum gic_tie: of the implementation, not reset by the guest. */
    u8 priority_bits, preemption_bits, nmi; /* As in the spec. */
    u8 nmi_active;                          /* ICH_AP1R0_EL2.NMI */
    u64 pendbaser;                          /* GICR_PENDBASER. */
    u32 ended_count;                        /* Level SPIs whose end the last sync has found: */
    u16 ended[GIC_LR_MAX];                  /* KVM signals their resamplefd. */
    u16 ap_list[GIC_INTID_COUNT];           /* INTIDs in the order in which they were queued. */
    /* Five bits of preemption and no NMI: the short way for nearly all machines. */
    u32 is_plain;
};

/*
 * The vCPUs of a VM for the length of a call: struct gic of vCPU i lies i * stride bytes above
 * `first`, in the caller's memory; there are dist->cpu_count. kick is called for each vCPU that
 * must look at its list again: an IPI if it runs in the guest, a wake-up if it blocks.
 */
struct gic_vm {
    struct gic_dist *dist;
    struct gic *first;
    size_t stride;
    void (*kick)(void *arg, u32 cpu);
    void *arg;
};
struct gic *gic_vm_cpu(const struct gic_vm *vm, u32 cpu);

/* As KVM makes it: 256 INTIDs, four list registers, five bits of priority, no NMI. */
struct gic_spec gic_spec_kvm(u32 cpu_count);
bool gic_spec_is_valid(const struct gic_spec *spec);
void gic_dist_init_as(struct gic_dist *d, const struct gic_spec *spec);
void gic_init_as(struct gic *g, const struct gic_spec *spec, u32 cpu);
/* Without SPIs, with five bits of priority. */
void gic_dist_init(struct gic_dist *d);
void gic_init(struct gic *g, u32 cpu, u32 lr_count); /* Reset state as KVM gives it to a guest. */

/* --- Memory-mapped frames (64 KiB each); widths, RAZ/WI and W1S/W1C as the tables say. --- */
/* As in KVM, enabling the distributor queues nothing: what came while it was off waits for its next
 * injection or register write. Enabling kicks the vCPUs that have something pending. Setting an
 * enable, a pending or an active bit, or writing groups, queues the SPI as an injection would. A
 * write to GICD_IROUTER<n> does not: what is queued moves when its old vCPU syncs. */
u64 gicd_read(const struct gic_dist *d, u32 off, u32 size);
void gicd_write_vm(const struct gic_vm *vm, u32 off, u32 size, u64 value);
/* Without SPIs, or GICD_CTLR alone. Whoever sets its EnableGrp1 kicks all vCPUs. */
void gicd_write(struct gic_dist *d, u32 off, u32 size, u64 value);
/* off < 0x10000: RD_base; else SGI_base. last: this is the last redistributor. Setting an enable,
 * a pending or an active bit, or writing groups, queues the interrupt as an injection would:
 * returns true if it must be shown to the vCPU (a kick). KVM stops the whole VM around accesses of
 * ISACTIVER<n> and ICACTIVER<n>; so the caller has synced this vCPU before. */
u64 gicr_read(const struct gic *g, const struct gic_dist *d, bool last, u32 off, u32 size);
bool gicr_write(struct gic *g, struct gic_dist *d, u32 off, u32 size, u64 value);
/* The register tables themselves, for tests and `apfsim list registers` (rows sorted by off). */
const struct reg *gicd_table(size_t *count);
const struct reg *gicr_table(size_t *count);
/* "RO", "RW", "W1S", "W1C" or "RAZ/WI", for a row of these tables. */
const char *gic_row_access(const struct reg *row);

/* --- KVM's vgic, one vCPU. --- */
/* kvm_vgic_inject_irq for a private interrupt by whoever owns it. True: the vCPU must be kicked or
 * woken. With hw set `level` is the wire too; its owner injects again if the wire is still high
 * after the EOI. */
bool gic_inject(struct gic *g, const struct gic_dist *d, u32 intid, bool level);
/* Edge: latch; level: latch or line. */
bool gic_is_pending(const struct gic *g, u32 intid);
/* vgic target oracle: is this interrupt for the vCPU now (active, or enabled and pending)? */
bool gic_has_target(const struct gic *g, const struct gic_dist *d, u32 intid);
/* kvm_vgic_vcpu_pending_irq: anything on the list that is pending, enabled, not active and above
 * the virtual priority mask. Part of "runnable" in WFI. */
bool gic_has_pending_irq(const struct gic *g, const struct gic_dist *d);
/* Before entry: fill the list registers. After exit: fold them back. Always in turns. */
void gic_flush(struct gic *g, struct gic_dist *d);
/* True: an SPI on the list is for another vCPU now; call gic_migrate(). */
bool gic_sync(struct gic *g, struct gic_dist *d);

/* --- KVM's vgic, the VM. --- */
enum gic_error { GIC_OK, GIC_EINVAL, GIC_EEXIST };
/* kvm_vgic_inject_irq: cpu counts for private interrupts only. An owner who does not own it, a
 * level that is there already and the falling edge of an edge interrupt are ignored: GIC_OK. */
enum gic_error gic_inject_irq(const struct gic_vm *vm, u32 cpu, u32 intid, bool level, u8 owner);
enum gic_error gic_inject_spi(const struct gic_vm *vm, u32 intid, bool level); /* By the VMM. */
/* kvm_vgic_set_owner: for PPIs and SPIs. GIC_EEXIST: it has another owner. */
enum gic_error gic_set_owner(const struct gic_vm *vm, u32 cpu, u32 intid, u8 owner);
/* KVM_IRQ_LINE: vcpu2_index 31:28, type 27:24, vcpu_index 23:16, INTID 15:0. */
enum gic_error gic_irq_line(const struct gic_vm *vm, u32 irq, bool level);
/* The pin of an irqfd is raised: without resample it falls again at once (use it for edges), with
 * resample it stays high until the guest's EOI is folded back. */
enum gic_error gic_irqfd(const struct gic_vm *vm, u32 pin);
enum gic_error gic_set_resample(const struct gic_vm *vm, u32 intid, bool resample);
/* Moves the SPIs on this vCPU's list that are for another one, and kicks that. After its sync. */
void gic_migrate(const struct gic_vm *vm, u32 cpu);
/* The trapped write of ICC_SGI1R_EL1, ICC_ASGI1R_EL1 or ICC_SGI0R_EL1: the latter two reach
 * interrupts of group 0 only (one security state). */
void gic_send_sgi(const struct gic_vm *vm, u32 self, enum gic_cpuif reg, u64 value);

/* --- The guest's CPU interface (ICC_* as seen at EL1, served by the ICV registers). --- */
/* Is the virtual IRQ asserted (a group 1 list register that can be signalled)? An NMI is one. */
bool gic_irq_asserted(const struct gic *g);
bool gic_fiq_asserted(const struct gic *g); /* The same of group 0. Never both. */
bool gic_nmi_asserted(const struct gic *g); /* The virtual IRQ has superpriority. */
/* The maintenance interrupt, level: ICH_HCR_EL2.En and any bit of ICH_MISR_EL2. With one list
 * register and more interrupts it is high at the entry, and stays so. */
bool gic_maintenance(const struct gic *g);
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

/* --- The same and all the rest, by register: for the table of system registers. --- */
enum gic_access_result {
    GIC_DONE,
    GIC_UNDEFINED, /* Wrong direction, not implemented, or not for this exception level. */
    GIC_TRAP_EL2,  /* What KVM does there: gic_trapped_read(), gic_trapped_write(). */
    GIC_PHYSICAL,  /* Not virtual: the access is one to the physical CPU interface. */
};
struct gic_trap_inputs {
    u8 el;         /* 1 or 2: who accesses. */
    u8 imo, fmo;   /* HCR_EL2; a guest of KVM runs with both. */
    u8 sre_enable; /* ICC_SRE_EL2.Enable; KVM clears it for its guests. */
    u8 sctlr_nmi;  /* SCTLR_EL1.NMI */
};
/* After either the maintenance interrupt may be another: gic_maintenance(). */
enum gic_access_result gic_cpuif_read(struct gic *g, enum gic_cpuif reg,
                                      const struct gic_trap_inputs *in, u64 *value);
enum gic_access_result gic_cpuif_write(struct gic *g, enum gic_cpuif reg,
                                       const struct gic_trap_inputs *in, u64 value);
/* After GIC_TRAP_EL2: SGIs are sent, ICC_SRE_EL1 is 0x7, the rest is emulated on the ICH_*. */
u64 gic_trapped_read(struct gic *g, enum gic_cpuif reg, const struct gic_trap_inputs *in);
void gic_trapped_write(const struct gic_vm *vm, u32 cpu, enum gic_cpuif reg,
                       const struct gic_trap_inputs *in, u64 value);

/* Invariants; both assert. gic_check() knows one vCPU, gic_vm_check() SPIs and all vCPUs. */
void gic_check(const struct gic *g);
void gic_vm_check(const struct gic_vm *vm);

#ifdef __cplusplus
}
#endif
#endif
