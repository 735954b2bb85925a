/*
 * The redistributor's two frames, IHI 0069, GICR_*: RD_base, and SGI_base 64 KiB above it. The
 * rows are those that KVM serves; every other register has no row and is RAZ/WI therefore.
 */
#include "gic/gic.h"

#include "gic/irq.h"

#define CTLR_CES_IR 6u /* Without an ITS EnableLPIs cannot be set. */
#define IIDR_KVM 0x4b00043bu
#define PIDR2_GICV3 0x3bu
#define TYPER_LAST (1u << 4)

/* What the rows work on. A read leaves *g and *d as they are. */
struct frame {
    struct gic *g;
    struct gic_dist *d;
    bool last; /* GICR_TYPER.Last */
    bool kick; /* Out: an interrupt was queued. */
};

/* --- One bit for each interrupt, in byte `field` of struct gic_irq. --- */

#define IRQ(f) offsetof(struct gic_irq, f)

static u64 gather(const void *state, size_t field)
{
    const struct frame *f = state;
    u32 bits = 0;

    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++)
        bits |= (u32)((const u8 *)&f->g->irq[i])[field] << i;
    return bits;
}

static void put(struct frame *f, u32 bits, size_t field, u8 value)
{
    for (u32 rest = bits; rest != 0; rest &= rest - 1)
        ((u8 *)&f->g->irq[__builtin_ctz(rest)])[field] = value;
}

static void queue(struct frame *f, u32 bits)
{
    for (u32 rest = bits; rest != 0; rest &= rest - 1)
        f->kick |= gic_queue(f->g, f->d, (u32)__builtin_ctz(rest));
}

/* Setting can make an interrupt deliverable, clearing only takes away (KVM looks at what is gone
 * at the next sync). */
static void put_and_queue(struct frame *f, u32 bits, size_t field)
{
    put(f, bits, field, 1);
    queue(f, bits);
}

/* clang-format off */
#define READER(name, field) \
    static u64 name(const void *state, u32 off, u32 size) \
    { \
        (void)off, (void)size; \
        return gather(state, IRQ(field)); \
    }
#define SETTER(name, field) \
    static void name(void *state, u32 off, u32 size, u64 value) \
    { \
        (void)off, (void)size; \
        put_and_queue(state, (u32)value, IRQ(field)); \
    }
#define CLEARER(name, field) \
    static void name(void *state, u32 off, u32 size, u64 value) \
    { \
        (void)off, (void)size; \
        put(state, (u32)value, IRQ(field), 0); \
    }
/* clang-format on */

READER(read_group, group)
READER(read_enabled, enabled)
CLEARER(clear_enabled, enabled)
SETTER(set_pending, pending_latch)
CLEARER(clear_pending, pending_latch)
READER(read_active, active)
SETTER(set_active, active)
CLEARER(clear_active, active)

static void write_group(void *state, u32 off, u32 size, u64 value)
{
    (void)off, (void)size;
    put(state, (u32)value, IRQ(group), 1);
    put(state, ~(u32)value, IRQ(group), 0);
    queue(state, UINT32_MAX);
}

/* The device behind a mapped interrupt may have changed while nobody listened: sample its wire. */
static void set_enabled(void *state, u32 off, u32 size, u64 value)
{
    struct frame *f = state;

    (void)off, (void)size;
    for (u32 rest = (u32)value; rest != 0; rest &= rest - 1) {
        struct gic_irq *irq = &f->g->irq[__builtin_ctz(rest)];

        if (irq->hw && !irq->edge)
            irq->line_level = irq->phys_level;
    }
    put_and_queue(f, (u32)value, IRQ(enabled));
}

/* ISPENDR0 and ICPENDR0: latch or wire; of a mapped level interrupt the physical wire alone. */
static u64 read_pending(const void *state, u32 off, u32 size)
{
    const struct frame *f = state;
    u32 bits = 0;

    (void)off, (void)size;
    for (u32 i = 0; i < GIC_PRIVATE_COUNT; i++) {
        const struct gic_irq *irq = &f->g->irq[i];
        bool pending = irq->hw && !irq->edge ? irq->phys_level : irq_is_pending(irq);

        bits |= (u32)pending << i;
    }
    return bits;
}

static u64 read_priority(const void *state, u32 off, u32 size)
{
    const struct frame *f = state;
    u64 value = 0;

    for (u32 i = 0; i < size; i++)
        value |= (u64)f->g->irq[off + i].priority << (8 * i);
    return value;
}

/* Five bits are implemented. A list register that holds the interrupt keeps the old priority. */
static void write_priority(void *state, u32 off, u32 size, u64 value)
{
    struct frame *f = state;

    for (u32 i = 0; i < size; i++)
        f->g->irq[off + i].priority = (u8)(value >> (8 * i)) & 0xf8;
}

/* Two bits for each interrupt, the upper one says edge. ICFGR0 (SGIs) is read-only by architecture,
 * ICFGR1 (PPIs) by KVM, whose PPIs are level. */
static u64 read_config(const void *state, u32 off, u32 size)
{
    const struct frame *f = state;
    u64 value = 0;

    (void)size;
    for (u32 i = 0; i < 16; i++)
        value |= (u64)f->g->irq[off * 4 + i].edge << (2 * i + 1);
    return value;
}

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
    const struct frame *f = state;
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
    const struct frame *f = state;

    (void)size;
    return f->d->propbaser >> (8 * off);
}

static void write_propbaser(void *state, u32 off, u32 size, u64 value)
{
    struct frame *f = state;
    u64 merged = merge(f->d->propbaser, off, size, value);

    f->d->propbaser = sanitise_baser(merged) & PROPBASER_BITS;
}

static u64 read_pendbaser(const void *state, u32 off, u32 size)
{
    const struct frame *f = state;

    (void)size;
    return f->g->pendbaser >> (8 * off);
}

static void write_pendbaser(void *state, u32 off, u32 size, u64 value)
{
    struct frame *f = state;
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
    FN(0x10080, 4, REG_32, 0xffffffff, read_group, write_group, "GICR_IGROUPR0"),
    FN(0x10100, 4, REG_32, 0x0000ffff, read_enabled, set_enabled, "GICR_ISENABLER0"),
    FN(0x10180, 4, REG_32, 0x0000ffff, read_enabled, clear_enabled, "GICR_ICENABLER0"),
    FN(0x10200, 4, REG_32, 0, read_pending, set_pending, "GICR_ISPENDR0"),
    FN(0x10280, 4, REG_32, 0, read_pending, clear_pending, "GICR_ICPENDR0"),
    FN(0x10300, 4, REG_32, 0, read_active, set_active, "GICR_ISACTIVER0"),
    FN(0x10380, 4, REG_32, 0, read_active, clear_active, "GICR_ICACTIVER0"),
    FN(0x10400, 32, REG_8 | REG_32, 0, read_priority, write_priority, "GICR_IPRIORITYR<n>"),
    FN(0x10c00, 8, REG_32, 0xaaaaaaaa, read_config, NULL, "GICR_ICFGR<n>"),
    RAZ(0x10d00, 4, REG_32, "GICR_IGRPMODR0"), /* One security state. */
    RAZ(0x10e00, 4, REG_32, "GICR_NSACR"),
};
/* clang-format on */

u64 gicr_read(const struct gic *g, const struct gic_dist *d, bool last, u32 off, u32 size)
{
    struct frame f = {(struct gic *)(uintptr_t)g, (struct gic_dist *)(uintptr_t)d, last, false};

    return reg_read(table, ARRAY_COUNT(table), &f, off, size);
}

bool gicr_write(struct gic *g, struct gic_dist *d, u32 off, u32 size, u64 value)
{
    struct frame f = {g, d, false, false};

    reg_write(table, ARRAY_COUNT(table), &f, off, size, value);
    return f.kick;
}

const struct reg *gicr_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
