/*
 * Bits per interrupt, IHI 0069: I<S|C>ENABLER, I<S|C>PENDR, I<S|C>ACTIVER, IGROUPR, IPRIORITYR,
 * ICFGR and INMIR of both frames.
 */
#include "gic/frame.h"

#include "gic/irq.h"

#include <string.h>

/* The interrupts from this INTID on, or NULL, and the access is RAZ/WI. INTIDs 0..31 are not the
 * distributor's (affinity routing); their number is a multiple of 32, as wide as an access. */
static struct gic_irq *bank(const struct gic_frame *f, u32 intid)
{
    if (f->g != NULL)
        return &f->g->irq[intid];
    if (intid < GIC_PRIVATE_COUNT || intid >= f->d->nr_irqs)
        return NULL;
    return &f->d->spi[intid - GIC_PRIVATE_COUNT];
}

static void queue(struct gic_frame *f, u32 first, u32 bits)
{
    for (u32 rest = bits; rest != 0; rest &= rest - 1) {
        u32 intid = first + (u32)__builtin_ctz(rest);

        if (f->g != NULL)
            f->kick |= gic_queue(f->g, f->d, intid);
        else if (f->vm != NULL && intid <= GIC_SPI_LAST)
            gic_queue_spi(f->vm, intid); /* 1020..1023 have bits, but are no interrupts. */
    }
}

/* --- One bit for each interrupt, in byte `field` of struct gic_irq. --- */

#define IRQ(f) offsetof(struct gic_irq, f)

static u64 gather(const struct gic_frame *f, u32 off, size_t field)
{
    const struct gic_irq *irq = bank(f, off * 8);
    u32 bits = 0;

    for (u32 i = 0; irq != NULL && i < 32; i++)
        bits |= (u32)((const u8 *)&irq[i])[field] << i;
    return bits;
}

static void put(struct gic_frame *f, u32 off, u32 bits, size_t field, u8 value)
{
    struct gic_irq *irq = bank(f, off * 8);

    for (u32 rest = irq != NULL ? bits : 0; rest != 0; rest &= rest - 1)
        ((u8 *)&irq[__builtin_ctz(rest)])[field] = value;
}

/* Setting can make an interrupt deliverable, clearing only takes away (KVM looks at what is gone
 * at the next sync). */
static void put_and_queue(struct gic_frame *f, u32 off, u32 bits, size_t field)
{
    if (bank(f, off * 8) == NULL)
        return;
    put(f, off, bits, field, 1);
    queue(f, off * 8, bits);
}

/* clang-format off */
#define READER(name, field) \
    u64 name(const void *state, u32 off, u32 size) \
    { \
        (void)size; \
        return gather(state, off, IRQ(field)); \
    }
#define SETTER(name, field) \
    void name(void *state, u32 off, u32 size, u64 value) \
    { \
        (void)size; \
        put_and_queue(state, off, (u32)value, IRQ(field)); \
    }
#define CLEARER(name, field) \
    void name(void *state, u32 off, u32 size, u64 value) \
    { \
        (void)size; \
        put(state, off, (u32)value, IRQ(field), 0); \
    }
/* clang-format on */

READER(frame_read_group, group)
READER(frame_read_enabled, enabled)
CLEARER(frame_clear_enabled, enabled)
SETTER(frame_set_pending, pending_latch)
CLEARER(frame_clear_pending, pending_latch)
READER(frame_read_active, active)
SETTER(frame_set_active, active)
CLEARER(frame_clear_active, active)
READER(frame_read_nmi, nmi)

void frame_write_group(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;

    (void)size;
    put(f, off, (u32)value, IRQ(group), 1);
    put(f, off, ~(u32)value, IRQ(group), 0);
    if (bank(f, off * 8) != NULL)
        queue(f, off * 8, UINT32_MAX);
}

/* GICD_INMIR<n>, GICR_INMIR0: RAZ/WI without FEAT_NMI. */
void frame_write_nmi(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;

    (void)size;
    if (!f->d->nmi)
        return;
    put(f, off, (u32)value, IRQ(nmi), 1);
    put(f, off, ~(u32)value, IRQ(nmi), 0);
}

/* The device behind a mapped interrupt may have changed while nobody listened: sample its wire. */
void frame_set_enabled(void *state, u32 off, u32 size, u64 value)
{
    struct gic_frame *f = state;
    struct gic_irq *irq = bank(f, off * 8);

    (void)size;
    for (u32 rest = irq != NULL ? (u32)value : 0; rest != 0; rest &= rest - 1) {
        struct gic_irq *one = &irq[__builtin_ctz(rest)];

        if (one->hw && !one->edge)
            one->line_level = one->phys_level;
    }
    put_and_queue(f, off, (u32)value, IRQ(enabled));
}

/* ISPENDR and ICPENDR: latch or wire; of a mapped level interrupt the physical wire alone. */
u64 frame_read_pending(const void *state, u32 off, u32 size)
{
    const struct gic_irq *irq = bank(state, off * 8);
    u32 bits = 0;

    (void)size;
    for (u32 i = 0; irq != NULL && i < 32; i++) {
        bool pending = irq[i].hw && !irq[i].edge ? irq[i].phys_level : irq_is_pending(&irq[i]);

        bits |= (u32)pending << i;
    }
    return bits;
}

/* --- One byte for each interrupt. --- */

u64 frame_read_priority(const void *state, u32 off, u32 size)
{
    const struct gic_irq *irq = bank(state, off);
    u64 value = 0;

    for (u32 i = 0; irq != NULL && i < size; i++)
        value |= (u64)irq[i].priority << (8 * i);
    return value;
}

/* Five bits are implemented. A list register that holds the interrupt keeps the old priority. */
void frame_write_priority(void *state, u32 off, u32 size, u64 value)
{
    struct gic_irq *irq = bank(state, off);

    for (u32 i = 0; irq != NULL && i < size; i++)
        irq[i].priority = (u8)(value >> (8 * i)) & 0xf8;
}

/* --- Two bits for each interrupt, the upper one says edge. --- */

u64 frame_read_config(const void *state, u32 off, u32 size)
{
    const struct gic_irq *irq = bank(state, off * 4);
    u64 value = 0;

    (void)size;
    for (u32 i = 0; irq != NULL && i < 16; i++)
        value |= (u64)irq[i].edge << (2 * i + 1);
    return value;
}

/* KVM takes the write at once, even of an interrupt that is enabled; what pends stays as it is. */
void frame_write_config(void *state, u32 off, u32 size, u64 value)
{
    struct gic_irq *irq = bank(state, off * 4);

    (void)size;
    for (u32 i = 0; irq != NULL && i < 16; i++)
        irq[i].edge = value >> (2 * i + 1) & 1;
}

static bool begins(const char *name, const char *head)
{
    return strncmp(name, head, strlen(head)) == 0;
}

/* After "GICD_" or "GICR_" the manual's name says which: IS<x>R sets, IC<x>R clears. */
const char *gic_row_access(const struct reg *row)
{
    if (row->kind == REG_RAZ_WI)
        return "RAZ/WI";
    if (row->kind == REG_RO || row->write == NULL)
        return "RO";
    if (begins(row->name + 5, "IS"))
        return "W1S";
    return begins(row->name + 5, "IC") && !begins(row->name + 5, "ICFGR") ? "W1C" : "RW";
}
