/*
 * The distributor's frame, IHI 0069, GICD_*. The rows are those that KVM serves; every other
 * register (SETSPI_*, SGIR, NSACR, the extended ranges) has no row and is RAZ/WI therefore.
 */
#include "gic/gic.h"

#define CTLR_ARE_DS 0x50u       /* Affinity routing and one security state, both fixed. */
#define TYPER_IDBITS (9u << 19) /* Ten bits of INTID, minus one: no ITS. */
#define IIDR_KVM 0x4b00343bu
#define PIDR2_GICV3 0x3bu

static u64 read_typer(const void *state, u32 off, u32 size)
{
    const struct gic_dist *d = state;

    (void)off, (void)size;
    return TYPER_IDBITS | (d->nr_irqs / 32 - 1); /* ITLinesNumber */
}

#define FIELD(f) offsetof(struct gic_dist, f)
#define ROW(off, len, widths, kind, mask, reset, field, read, write, name)                         \
    {                                                                                              \
        off, len, kind, widths, mask, reset, field, read, write, name                              \
    }
#define RAZ(off, len, widths, name)                                                                \
    ROW(off, len, widths, REG_RAZ_WI, 0, 0, REG_NO_FIELD, NULL, NULL, name)
#define CONST(off, value, name)                                                                    \
    ROW(off, 4, REG_32, REG_RO, 0, value, REG_NO_FIELD, NULL, NULL, name)

/*
 * INTIDs 0..31 belong to the redistributors, and their bits are RAZ/WI here (affinity routing).
 * Inaccurate: there are no SPIs, so the rest of these ranges lies above GICD_TYPER.ITLinesNumber
 * and is RAZ/WI as well.
 */
/* clang-format off */
static const struct reg table[] = {
    ROW(0x0000, 4, REG_32, REG_RW, GIC_CTLR_ENABLE, CTLR_ARE_DS, FIELD(ctlr), NULL, NULL,
        "GICD_CTLR"),
    ROW(0x0004, 4, REG_32, REG_FN, 0, TYPER_IDBITS, REG_NO_FIELD, read_typer, NULL,
        "GICD_TYPER"),
    CONST(0x0008, IIDR_KVM, "GICD_IIDR"),
    RAZ(0x000c, 4, REG_32, "GICD_TYPER2"),
    CONST(0x0010, 0xffffffff, "GICD_STATUSR"), /* KVM: reads as ones. */
    RAZ(0x0080, 0x080, REG_32, "GICD_IGROUPR<n>"),
    RAZ(0x0100, 0x080, REG_32, "GICD_ISENABLER<n>"),
    RAZ(0x0180, 0x080, REG_32, "GICD_ICENABLER<n>"),
    RAZ(0x0200, 0x080, REG_32, "GICD_ISPENDR<n>"),
    RAZ(0x0280, 0x080, REG_32, "GICD_ICPENDR<n>"),
    RAZ(0x0300, 0x080, REG_32, "GICD_ISACTIVER<n>"),
    RAZ(0x0380, 0x080, REG_32, "GICD_ICACTIVER<n>"),
    RAZ(0x0400, 0x400, REG_8 | REG_32, "GICD_IPRIORITYR<n>"),
    RAZ(0x0800, 0x400, REG_8 | REG_32, "GICD_ITARGETSR<n>"),
    RAZ(0x0c00, 0x100, REG_32, "GICD_ICFGR<n>"),
    RAZ(0x0d00, 0x080, REG_32, "GICD_IGRPMODR<n>"),
    RAZ(0x6000, 0x2000, REG_32 | REG_64, "GICD_IROUTER<n>"),
    RAZ(0xffd0, 0x18, REG_32, "GICD_PIDR4..7, PIDR0..1"),
    CONST(0xffe8, PIDR2_GICV3, "GICD_PIDR2"),
    RAZ(0xffec, 0x14, REG_32, "GICD_PIDR3, CIDR0..3"),
};
/* clang-format on */

void gic_dist_init(struct gic_dist *d)
{
    *d = (struct gic_dist){.nr_irqs = GIC_PRIVATE_COUNT};
    reg_reset(table, ARRAY_COUNT(table), d);
}

u64 gicd_read(const struct gic_dist *d, u32 off, u32 size)
{
    return reg_read(table, ARRAY_COUNT(table), d, off, size);
}

void gicd_write(struct gic_dist *d, u32 off, u32 size, u64 value)
{
    reg_write(table, ARRAY_COUNT(table), d, off, size, value);
}

const struct reg *gicd_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
