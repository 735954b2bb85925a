/*
 * The physical distributor's frame, IHI 0069 chapter 12, GICD_*. Affinity routing is always on, so
 * the bits of INTIDs 0..31 are RAZ/WI here, as are ITARGETSR and SGIR; with one security state
 * IGRPMODR and NSACR are, too.
 */
#include "gic/phys_rows.h"

enum {
    TYPER_ESPI = 1 << 8,
    TYPER_NMI = 1 << 9,
    TYPER_MBIS = 1 << 16,
    TYPER_A3V = 1 << 24,
    TYPER_NO1N = 1 << 25,
    TYPER_RSS = 1 << 26,
};

/* No write is ever under way: RWP reads as zero. E1NWF is not programmable. */
static u64 read_ctlr(const void *frame, u32 off, u32 size)
{
    const struct gicv3_frame *f = frame;

    (void)off, (void)size;
    return f->s->dist->ctlr;
}

static void write_ctlr(void *frame, u32 off, u32 size, u64 value)
{
    const struct gicv3_frame *f = frame;

    (void)off, (void)size;
    f->s->dist->ctlr = GICV3_CTLR_ARE_DS | ((u32)value & GICV3_CTLR_GROUPS);
}

/* GICD_TYPER.IDbits + 1: what the greatest INTID needs. */
static u32 intid_bits(const struct gicv3_spec *spec)
{
    return spec->espi_words != 0 ? 13 : spec->eppi_words != 0 ? 11 : 10;
}

static u64 read_typer(const void *frame, u32 off, u32 size)
{
    const struct gicv3_spec *spec = ((const struct gicv3_frame *)frame)->s->spec;
    u32 value = spec->it_lines | (intid_bits(spec) - 1) << 19;

    (void)off, (void)size;
    if (spec->espi_words != 0)
        value |= TYPER_ESPI | (u32)(spec->espi_words - 1) << 27;
    value |= (spec->has_nmi ? TYPER_NMI : 0) | (spec->has_mbis ? TYPER_MBIS : 0);
    value |= (spec->has_a3v ? TYPER_A3V : 0) | (spec->no_1_of_n ? TYPER_NO1N : 0);
    return value | (spec->has_rss ? TYPER_RSS : 0);
}

static u64 read_iidr(const void *frame, u32 off, u32 size)
{
    (void)off, (void)size;
    return ((const struct gicv3_frame *)frame)->s->spec->iidr;
}

/*
 * A message: INTID in bits 12:0 of the register, so in the lower half of a 16-bit access. It is the
 * wire of a level interrupt; to an edge one it is an edge.
 */
static void message(struct gicv3_frame *f, u32 off, u64 value, bool level)
{
    u32 intid = value & 0x1fff;
    struct gicv3_place at = gicv3_find(f->s, 0, intid);

    if (!f->s->spec->has_mbis || off != 0 || !at.is_shared || at.word == NULL)
        return;
    if ((at.word->edge & at.bit) == 0)
        gicv3_set_line(f->s, 0, intid, level);
    else
        at.word->latch = level ? at.word->latch | at.bit : at.word->latch & ~at.bit;
    gicv3_word_changed(f->s->dist, at.index);
}

static void write_setspi(void *frame, u32 off, u32 size, u64 value)
{
    (void)size;
    message(frame, off, value, true);
}

static void write_clrspi(void *frame, u32 off, u32 size, u64 value)
{
    (void)size;
    message(frame, off, value, false);
}

/* --- GICD_IROUTER<n>: affinity and IRM; halves of 32 bits are allowed. --- */

static u64 route_bits(const struct gicv3_spec *spec, u32 index)
{
    u64 affinity = spec->has_a3v ? 0xff00ffffffull : 0xffffffull;

    if ((gicv3_dist_valid(spec, index / 32) >> index % 32 & 1) == 0)
        return 0;
    return affinity | (spec->no_1_of_n ? 0 : GICV3_IROUTER_IRM);
}

static u64 route_of(const struct gicv3_frame *f, u32 first, u32 off)
{
    return f->s->dist->route[first + off / 8] >> (8 * (off % 8));
}

static void put_route(struct gicv3_frame *f, u32 first, u32 off, u32 size, u64 value)
{
    u32 index = first + off / 8, shift = 8 * (off % 8);
    u64 *route = &f->s->dist->route[index];
    u64 mask = (size == 8 ? UINT64_MAX : (u64)UINT32_MAX << shift) & route_bits(f->s->spec, index);

    *route = (*route & ~mask) | (value << shift & mask);
}

static u64 read_route(const void *frame, u32 off, u32 size)
{
    (void)size;
    return route_of(frame, 32, off);
}

static void write_route(void *frame, u32 off, u32 size, u64 value)
{
    put_route(frame, 32, off, size, value);
}

static u64 read_route_e(const void *frame, u32 off, u32 size)
{
    (void)size;
    return route_of(frame, 1024, off);
}

static void write_route_e(void *frame, u32 off, u32 size, u64 value)
{
    put_route(frame, 1024, off, size, value);
}

/* clang-format off */
static const struct reg table[] = {
    FN(0x0000, 4, REG_32, GICV3_CTLR_ARE_DS, read_ctlr, write_ctlr, "GICD_CTLR"),
    FN(0x0004, 4, REG_32, 0, read_typer, NULL, "GICD_TYPER"),
    FN(0x0008, 4, REG_32, 0, read_iidr, NULL, "GICD_IIDR"),
    RAZ(0x000c, 4, REG_32, "GICD_TYPER2"), /* GICv4.1: no virtual LPIs. */
    FN(0x0010, 4, REG_32, 0, gicv3_read_statusr, gicv3_write_statusr, "GICD_STATUSR"),
    FN(0x0040, 4, REG_16 | REG_32, 0, NULL, write_setspi, "GICD_SETSPI_NSR"),
    FN(0x0048, 4, REG_16 | REG_32, 0, NULL, write_clrspi, "GICD_CLRSPI_NSR"),
    RAZ(0x0050, 4, REG_16 | REG_32, "GICD_SETSPI_SR"), /* WI with one security state. */
    RAZ(0x0058, 4, REG_16 | REG_32, "GICD_CLRSPI_SR"),
    BITS(0x0080, 0x080, group, group, , "GICD_IGROUPR<n>"),
    BITS(0x0100, 0x080, enabled, set_enabled, , "GICD_ISENABLER<n>"),
    BITS(0x0180, 0x080, enabled, clear_enabled, , "GICD_ICENABLER<n>"),
    BITS(0x0200, 0x080, pending, set_pending, , "GICD_ISPENDR<n>"),
    BITS(0x0280, 0x080, pending, clear_pending, , "GICD_ICPENDR<n>"),
    BITS(0x0300, 0x080, active, set_active, , "GICD_ISACTIVER<n>"),
    BITS(0x0380, 0x080, active, clear_active, , "GICD_ICACTIVER<n>"),
    BYTES(0x0400, 0x400, , "GICD_IPRIORITYR<n>"),
    RAZ(0x0800, 0x400, REG_8 | REG_32, "GICD_ITARGETSR<n>"),
    BITS(0x0c00, 0x100, config, config, , "GICD_ICFGR<n>"),
    RAZ(0x0d00, 0x080, REG_32, "GICD_IGRPMODR<n>"),
    RAZ(0x0e00, 0x100, REG_32, "GICD_NSACR<n>"),
    RAZ(0x0f00, 4, REG_32, "GICD_SGIR"),
    RAZ(0x0f10, 0x010, REG_8 | REG_32, "GICD_CPENDSGIR<n>"),
    RAZ(0x0f20, 0x010, REG_8 | REG_32, "GICD_SPENDSGIR<n>"),
    BITS(0x0f80, 0x080, nmi, nmi, , "GICD_INMIR<n>"),
    BITS(0x1000, 0x080, group, group, _e, "GICD_IGROUPR<n>E"),
    BITS(0x1200, 0x080, enabled, set_enabled, _e, "GICD_ISENABLER<n>E"),
    BITS(0x1400, 0x080, enabled, clear_enabled, _e, "GICD_ICENABLER<n>E"),
    BITS(0x1600, 0x080, pending, set_pending, _e, "GICD_ISPENDR<n>E"),
    BITS(0x1800, 0x080, pending, clear_pending, _e, "GICD_ICPENDR<n>E"),
    BITS(0x1a00, 0x080, active, set_active, _e, "GICD_ISACTIVER<n>E"),
    BITS(0x1c00, 0x080, active, clear_active, _e, "GICD_ICACTIVER<n>E"),
    BYTES(0x2000, 0x400, _e, "GICD_IPRIORITYR<n>E"),
    BITS(0x3000, 0x100, config, config, _e, "GICD_ICFGR<n>E"),
    RAZ(0x3400, 0x080, REG_32, "GICD_IGRPMODR<n>E"),
    RAZ(0x3600, 0x100, REG_32, "GICD_NSACR<n>E"),
    BITS(0x3b00, 0x080, nmi, nmi, _e, "GICD_INMIR<n>E"),
    FN(0x6100, 0x1ee0, REG_32 | REG_64, 0, read_route, write_route, "GICD_IROUTER<n>"),
    FN(0x8000, 0x2000, REG_32 | REG_64, 0, read_route_e, write_route_e, "GICD_IROUTER<n>E"),
    ID_ROWS("GICD_", 0x92),
};
/* clang-format on */

u64 gicv3_dist_read(const struct gicv3 *s, u32 off, u32 size)
{
    struct gicv3_frame f = {.s = s, .word = s->dist->word, .is_dist = true};

    if (UNLIKELY(s->spec->has_statusr))
        gicv3_note_access(&f, reg_find(table, ARRAY_COUNT(table), off, size), false);
    return reg_read(table, ARRAY_COUNT(table), &f, off, size);
}

void gicv3_dist_write(const struct gicv3 *s, u32 off, u32 size, u64 value)
{
    struct gicv3_frame f = {.s = s, .word = s->dist->word, .is_dist = true};

    gicv3_note_access(&f, reg_write(table, ARRAY_COUNT(table), &f, off, size, value), true);
}

const struct reg *gicv3_dist_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
