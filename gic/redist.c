/*
 * The redistributor's two frames, IHI 0069, GICR_*: RD_base, and SGI_base 64 KiB above it. The
 * rows are those that KVM serves, and GICR_INMIR0 of FEAT_NMI; every other register (SETLPIR, the
 * extended PPIs) has no row and is RAZ/WI therefore.
 */
#include "gic/gic.h"

#include "gic/frame.h"

#define CTLR_CES_IR 6u /* Without an ITS EnableLPIs cannot be set. */
#define IIDR_KVM 0x4b00043bu
#define PIDR2_GICV3 0x3bu
#define TYPER_LAST (1u << 4)

/* --- 64-bit registers of RD_base, accessible in halves. --- */

/* `value` has no bits beyond `size`, and a read is cut to it: base/reg.c sees to both. */
static u64 merge(u64 old, u32 off, u32 size, u64 value)
{
    u64 mask = size == 8 ? UINT64_MAX : (u64)UINT32_MAX << (8 * off);

    return (old & ~mask) | value << (8 * off);
}

/* Affinity of vCPU i as KVM numbers them: 16 to a cluster, Aff0 in bits 39:32. */
static u64 read_typer(const void *state, u32 off, u32 size)
{
    const struct gic_frame *f = state;
    u64 cpu = f->g->cpu;
    u64 affinity = (cpu & 15) | (cpu >> 4 & 0xff) << 8 | (cpu >> 12 & 0xff) << 16;

    (void)size;
    return (affinity << 32 | (cpu & 0xffff) << 8 | (f->last ? TYPER_LAST : 0)) >> (8 * off);
}

/*
 * The attributes that KVM does not offer fall to ones that it does: outer shareable to inner, a
 * non-cacheable inner attribute to read-allocate write-back, an outer attribute other than "same
 * as inner" to non-cacheable. Both registers have these fields at the same place.
 */
static u64 sanitise_baser(u64 value)
{
    u64 shareability = value >> 10 & 3, inner = value >> 7 & 7, outer = value >> 56 & 7;

    if (shareability == 2)
        shareability = 1;
    if (inner <= 1)
        inner = 3;
    if (outer > 1)
        outer = 1;
    value &= ~(3ull << 10 | 7ull << 7 | 7ull << 56);
    return value | shareability << 10 | inner << 7 | outer << 56;
}

#define PROPBASER_BITS 0x070fffffffffff9full /* OuterCache, address, shareability, IDbits. */
#define PENDBASER_BITS 0x070fffffffff0f80ull /* The same without IDbits; PTZ reads as zero. */

static u64 read_propbaser(const void *state, u32 off, u32 size)
{
    const struct gic_frame *f = state;

    (void)size;
    return f->d->propbaser >> (8 * off);
}

static void write_propbaser(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;
    u64 merged = merge(f->d->propbaser, off, size, value);

    f->d->propbaser = sanitise_baser(merged) & PROPBASER_BITS;
}

static u64 read_pendbaser(const void *state, u32 off, u32 size)
{
    const struct gic_frame *f = state;

    (void)size;
    return f->g->pendbaser >> (8 * off);
}

static void write_pendbaser(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;
    u64 merged = merge(f->g->pendbaser, off, size, value);

    f->g->pendbaser = sanitise_baser(merged) & PENDBASER_BITS;
}

/* clang-format off */
#define FN(off, len, widths, reset, read, write, name) \
    { off, len, REG_FN, widths, UINT64_MAX, reset, REG_NO_FIELD, read, write, name }
#define RAZ(off, len, widths, name) \
    { off, len, REG_RAZ_WI, widths, 0, 0, REG_NO_FIELD, NULL, NULL, name }
#define CONST(off, value, name) \
    { off, 4, REG_RO, REG_32, 0, value, REG_NO_FIELD, NULL, NULL, name }
#define W64 (REG_32 | REG_64)

static const struct reg table[] = {
    CONST(0x0000, CTLR_CES_IR, "GICR_CTLR"),
    CONST(0x0004, IIDR_KVM, "GICR_IIDR"),
    FN(0x0008, 8, W64, 0, read_typer, NULL, "GICR_TYPER"),
    RAZ(0x0010, 4, REG_32, "GICR_STATUSR"),
    RAZ(0x0014, 4, REG_32, "GICR_WAKER"), /* KVM: always awake. */
    FN(0x0070, 8, W64, 0, read_propbaser, write_propbaser, "GICR_PROPBASER"),
    FN(0x0078, 8, W64, 0x580, read_pendbaser, write_pendbaser, "GICR_PENDBASER"),
    RAZ(0x00a0, 8, W64, "GICR_INVLPIR"),
    RAZ(0x00b0, 8, W64, "GICR_INVALLR"),
    RAZ(0x00c0, 4, REG_32, "GICR_SYNCR"), /* Never busy. */
    RAZ(0xffd0, 0x18, REG_32, "GICR_PIDR4..7, PIDR0..1"),
    CONST(0xffe8, PIDR2_GICV3, "GICR_PIDR2"),
    RAZ(0xffec, 0x14, REG_32, "GICR_PIDR3, CIDR0..3"),
    FN(0x10080, 4, REG_32, 0xffffffff, frame_read_group, frame_write_group, "GICR_IGROUPR0"),
    FN(0x10100, 4, REG_32, 0x0000ffff, frame_read_enabled, frame_set_enabled, "GICR_ISENABLER0"),
    FN(0x10180, 4, REG_32, 0x0000ffff, frame_read_enabled, frame_clear_enabled, "GICR_ICENABLER0"),
    FN(0x10200, 4, REG_32, 0, frame_read_pending, frame_set_pending, "GICR_ISPENDR0"),
    FN(0x10280, 4, REG_32, 0, frame_read_pending, frame_clear_pending, "GICR_ICPENDR0"),
    FN(0x10300, 4, REG_32, 0, frame_read_active, frame_set_active, "GICR_ISACTIVER0"),
    FN(0x10380, 4, REG_32, 0, frame_read_active, frame_clear_active, "GICR_ICACTIVER0"),
    FN(0x10400, 32, REG_8 | REG_32, 0, frame_read_priority, frame_write_priority,
       "GICR_IPRIORITYR<n>"),
    /* ICFGR0 is read-only by architecture, ICFGR1 by KVM, whose PPIs are level. */
    FN(0x10c00, 8, REG_32, 0xaaaaaaaa, frame_read_config, NULL, "GICR_ICFGR<n>"),
    RAZ(0x10d00, 4, REG_32, "GICR_IGRPMODR0"), /* One security state. */
    RAZ(0x10e00, 4, REG_32, "GICR_NSACR"),
    FN(0x10f80, 4, REG_32, 0, frame_read_nmi, frame_write_nmi, "GICR_INMIR0"),
};
/* clang-format on */

u64 gicr_read(const struct gic *g, const struct gic_dist *d, bool last, u32 off, u32 size)
{
    struct gic_frame f = {
        .d = (struct gic_dist *)(uintptr_t)d, .g = (struct gic *)(uintptr_t)g, .last = last};

    return reg_read(table, ARRAY_COUNT(table), &f, off, size);
}

bool gicr_write(struct gic *g, struct gic_dist *d, u32 off, u32 size, u64 value)
{
    struct gic_frame f = {.d = d, .g = g};

    reg_write(table, ARRAY_COUNT(table), &f, off, size, value);
    return f.kick;
}

const struct reg *gicr_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
