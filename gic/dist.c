/*
 * The distributor's frame, IHI 0069, GICD_*. The rows are those that KVM serves, and GICD_INMIR<n>
 * of FEAT_NMI; every other register (SETSPI_*, SGIR, NSACR, the extended ranges) has no row and is
 * RAZ/WI therefore.
 */
#include "gic/gic.h"

#include "gic/frame.h"
#include "gic/irq.h"

#include <string.h>

#define CTLR_ARE_DS 0x50u       /* Affinity routing and one security state, both fixed. */
#define TYPER_IDBITS (9u << 19) /* Ten bits of INTID, minus one: no ITS. */
#define TYPER_NMI (1u << 9)
#define IIDR_KVM 0x4b00343bu
#define PIDR2_GICV3 0x3bu
#define IGROUPR 0x80u /* The first register of SPIs. */
#define IROUTER_BITS 0xffffffu /* Aff2.Aff1.Aff0; KVM keeps neither IRM nor Aff3. */

STATIC_ASSERT(sizeof(struct gic_dist) == 24 + GIC_SPI_COUNT * (16 + 8), "no hidden padding");

static u64 read_typer(const void *state, u32 off, u32 size)
{
    const struct gic_frame *f = state;

    (void)off, (void)size;
    return TYPER_IDBITS | (f->d->nmi ? TYPER_NMI : 0) | (f->d->nr_irqs / 32 - 1);
}

static u64 read_ctlr(const void *state, u32 off, u32 size)
{
    const struct gic_frame *f = state;

    (void)off, (void)size;
    return f->d->ctlr;
}

static void kick_pending(const struct gic_vm *vm)
{
    for (u32 cpu = 0; cpu < vm->dist->cpu_count; cpu++)
        if (gic_has_pending_irq(gic_vm_cpu(vm, cpu), vm->dist))
            vm->kick(vm->arg, cpu);
}

static void write_ctlr(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;
    bool was_on = (f->d->ctlr & GIC_CTLR_ENABLE) != 0;

    (void)off, (void)size;
    f->d->ctlr = CTLR_ARE_DS | ((u32)value & GIC_CTLR_ENABLE);
    if (!was_on && (value & GIC_CTLR_ENABLE) != 0 && f->vm != NULL)
        kick_pending(f->vm);
}

/* The SPI of an offset in GICD_IROUTER<n>, or NULL. */
static struct gic_route *route_at(const struct gic_frame *f, u32 off)
{
    u32 intid = off / 8;

    if (intid < GIC_PRIVATE_COUNT || intid >= f->d->nr_irqs)
        return NULL;
    return &f->d->route[intid - GIC_PRIVATE_COUNT];
}

static u64 read_irouter(const void *state, u32 off, u32 size)
{
    const struct gic_route *r = route_at(state, off);

    (void)size;
    return r != NULL && off % 8 == 0 ? r->affinity : 0; /* Upper half: Aff3 */
}

/* vCPU i has Aff0 = i & 15, Aff1 and Aff2 above it. Another affinity leaves the SPI undelivered. */
static void write_irouter(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;
    struct gic_route *r = route_at(f, off);

    (void)size;
    if (r == NULL || off % 8 != 0)
        return;
    u32 affinity = (u32)value & IROUTER_BITS;
    u32 cpu = (affinity >> 16) << 12 | (affinity >> 8 & 0xff) << 4 | (affinity & 15);

    r->affinity = affinity;
    r->target = (affinity & 0xf0) == 0 && cpu < f->d->cpu_count ? (u16)cpu : GIC_NO_CPU;
}

/* clang-format off */
#define FN(off, len, widths, reset, read, write, name) \
    { off, len, REG_FN, widths, UINT64_MAX, reset, REG_NO_FIELD, read, write, name }
#define BITS(off, len, reset, read, write, name) FN(off, len, REG_32, reset, read, write, name)
#define RAZ(off, len, widths, name) \
    { off, len, REG_RAZ_WI, widths, 0, 0, REG_NO_FIELD, NULL, NULL, name }
#define CONST(off, value, name) \
    { off, 4, REG_RO, REG_32, 0, value, REG_NO_FIELD, NULL, NULL, name }

/* Ranges are those of 1024 INTIDs. A reset value is that of an SPI. */
static const struct reg table[] = {
    BITS(0x0000, 0x004, CTLR_ARE_DS, read_ctlr, write_ctlr, "GICD_CTLR"),
    BITS(0x0004, 0x004, TYPER_IDBITS, read_typer, NULL, "GICD_TYPER"),
    CONST(0x0008, IIDR_KVM, "GICD_IIDR"),
    RAZ(0x000c, 4, REG_32, "GICD_TYPER2"),
    CONST(0x0010, 0xffffffff, "GICD_STATUSR"), /* KVM: reads as ones. */
    BITS(IGROUPR, 0x080, UINT64_MAX, frame_read_group, frame_write_group, "GICD_IGROUPR<n>"),
    BITS(0x0100, 0x080, 0, frame_read_enabled, frame_set_enabled, "GICD_ISENABLER<n>"),
    BITS(0x0180, 0x080, 0, frame_read_enabled, frame_clear_enabled, "GICD_ICENABLER<n>"),
    BITS(0x0200, 0x080, 0, frame_read_pending, frame_set_pending, "GICD_ISPENDR<n>"),
    BITS(0x0280, 0x080, 0, frame_read_pending, frame_clear_pending, "GICD_ICPENDR<n>"),
    BITS(0x0300, 0x080, 0, frame_read_active, frame_set_active, "GICD_ISACTIVER<n>"),
    BITS(0x0380, 0x080, 0, frame_read_active, frame_clear_active, "GICD_ICACTIVER<n>"),
    FN(0x0400, 0x400, REG_8 | REG_32, 0, frame_read_priority, frame_write_priority,
       "GICD_IPRIORITYR<n>"),
    RAZ(0x0800, 0x400, REG_8 | REG_32, "GICD_ITARGETSR<n>"),
    BITS(0x0c00, 0x100, 0, frame_read_config, frame_write_config, "GICD_ICFGR<n>"),
    RAZ(0x0d00, 0x080, REG_32, "GICD_IGRPMODR<n>"),
    BITS(0x0f80, 0x080, 0, frame_read_nmi, frame_write_nmi, "GICD_INMIR<n>"),
    FN(0x6000, 0x2000, REG_32 | REG_64, 0, read_irouter, write_irouter, "GICD_IROUTER<n>"),
    RAZ(0xffd0, 0x18, REG_32, "GICD_PIDR4..7, PIDR0..1"),
    CONST(0xffe8, PIDR2_GICV3, "GICD_PIDR2"),
    RAZ(0xffec, 0x14, REG_32, "GICD_PIDR3, CIDR0..3"),
};
/* clang-format on */

void gic_dist_init_as(struct gic_dist *d, const struct gic_spec *spec)
{
    ASSERT(gic_spec_is_valid(spec));
    memset(d, 0, sizeof(*d));
    d->ctlr = CTLR_ARE_DS;
    d->nr_irqs = spec->nr_irqs;
    d->cpu_count = spec->cpu_count;
    d->nmi = spec->nmi;
    for (u32 i = 0; i < d->nr_irqs - GIC_PRIVATE_COUNT; i++) {
        d->spi[i].group = 1;
        d->route[i].target = d->cpu_count != 0 ? 0 : GIC_NO_CPU;
    }
}

void gic_dist_init(struct gic_dist *d)
{
    struct gic_spec spec = gic_spec_kvm(0);

    spec.nr_irqs = GIC_PRIVATE_COUNT;
    gic_dist_init_as(d, &spec);
}

u64 gicd_read(const struct gic_dist *d, u32 off, u32 size)
{
    struct gic_frame f = {.d = (struct gic_dist *)(uintptr_t)d};

    return reg_read(table, ARRAY_COUNT(table), &f, off, size);
}

void gicd_write_vm(const struct gic_vm *vm, u32 off, u32 size, u64 value)
{
    struct gic_frame f = {.d = vm->dist, .vm = vm};

    reg_write(table, ARRAY_COUNT(table), &f, off, size, value);
}

void gicd_write(struct gic_dist *d, u32 off, u32 size, u64 value)
{
    struct gic_frame f = {.d = d};

    ASSERT(off < IGROUPR || d->nr_irqs == GIC_PRIVATE_COUNT);
    reg_write(table, ARRAY_COUNT(table), &f, off, size, value);
}

const struct reg *gicd_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
