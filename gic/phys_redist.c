/*
 * The two frames of a physical redistributor, IHI 0069 chapter 12: RD_base, and SGI_base
 * 64 KiB above it. What concerns LPIs, MPAM and a second security state was not built: RAZ/WI.
 */
#include "gic/phys_rows.h"

enum { TYPER_LAST = 1 << 4, TYPER_DPGS = 1 << 5 };

#define W64 (REG_32 | REG_64)

static struct gicv3_pe *pe_of(const void *frame)
{
    const struct gicv3_frame *f = frame;

    return &f->s->pe[f->pe];
}

/* RWP and UWP are zero: no write is ever under way. */
static u64 read_ctlr(const void *frame, u32 off, u32 size)
{
    (void)off, (void)size;
    return pe_of(frame)->redist_ctlr;
}

static void write_ctlr(void *frame, u32 off, u32 size, u64 value)
{
    const struct gicv3_frame *f = frame;

    (void)off, (void)size;
    pe_of(f)->redist_ctlr = f->s->spec->has_dpg ? (u32)value & GICV3_REDIST_DPG : 0;
    gicv3_pe_changed(f->s, f->pe);
}

static u64 read_iidr(const void *frame, u32 off, u32 size)
{
    (void)off, (void)size;
    return ((const struct gicv3_frame *)frame)->s->spec->iidr;
}

static u64 read_typer(const void *frame, u32 off, u32 size)
{
    const struct gicv3_frame *f = frame;
    const struct gicv3_spec *spec = f->s->spec;
    u64 value = (u64)spec->affinity[f->pe] << 32 | (u64)spec->eppi_words << 27 | f->pe << 8;

    (void)size;
    if (f->pe + 1 == spec->pe_count)
        value |= TYPER_LAST;
    if (spec->has_dpg)
        value |= TYPER_DPGS;
    return value >> (8 * off);
}

static u64 read_waker(const void *frame, u32 off, u32 size)
{
    (void)off, (void)size;
    return pe_of(frame)->waker;
}

/* Inaccurate: ChildrenAsleep follows ProcessorSleep at once; a real CPU interface takes a while. */
static void write_waker(void *frame, u32 off, u32 size, u64 value)
{
    const struct gicv3_frame *f = frame;

    (void)off, (void)size;
    pe_of(f)->waker = (value & 2) != 0 ? GICV3_WAKER_ASLEEP : 0;
    gicv3_pe_changed(f->s, f->pe);
}

/* clang-format off */
static const struct reg table[] = {
    FN(0x0000, 4, REG_32, 0, read_ctlr, write_ctlr, "GICR_CTLR"),
    FN(0x0004, 4, REG_32, 0, read_iidr, NULL, "GICR_IIDR"),
    FN(0x0008, 8, W64, 0, read_typer, NULL, "GICR_TYPER"),
    FN(0x0010, 4, REG_32, 0, gicv3_read_statusr, gicv3_write_statusr, "GICR_STATUSR"),
    FN(0x0014, 4, REG_32, GICV3_WAKER_ASLEEP, read_waker, write_waker, "GICR_WAKER"),
    RAZ(0x0018, 4, REG_32, "GICR_MPAMIDR"),
    RAZ(0x001c, 4, REG_32, "GICR_PARTIDR"),
    RAZ(0x0040, 8, W64, "GICR_SETLPIR"),
    RAZ(0x0048, 8, W64, "GICR_CLRLPIR"),
    RAZ(0x0070, 8, W64, "GICR_PROPBASER"),
    RAZ(0x0078, 8, W64, "GICR_PENDBASER"),
    RAZ(0x00a0, 8, W64, "GICR_INVLPIR"),
    RAZ(0x00b0, 8, W64, "GICR_INVALLR"),
    RAZ(0x00c0, 4, REG_32, "GICR_SYNCR"),
    ID_ROWS("GICR_", 0x93),
    BITS(0x10080, 12, group, group, , "GICR_IGROUPR<n>"),
    BITS(0x10100, 12, enabled, set_enabled, , "GICR_ISENABLER<n>"),
    BITS(0x10180, 12, enabled, clear_enabled, , "GICR_ICENABLER<n>"),
    BITS(0x10200, 12, pending, set_pending, , "GICR_ISPENDR<n>"),
    BITS(0x10280, 12, pending, clear_pending, , "GICR_ICPENDR<n>"),
    BITS(0x10300, 12, active, set_active, , "GICR_ISACTIVER<n>"),
    BITS(0x10380, 12, active, clear_active, , "GICR_ICACTIVER<n>"),
    BYTES(0x10400, 0x60, , "GICR_IPRIORITYR<n>"),
    FN(0x10c00, 0x18, REG_32, 0xaaaaaaaa, gicv3_read_config, gicv3_write_config, "GICR_ICFGR<n>"),
    RAZ(0x10d00, 12, REG_32, "GICR_IGRPMODR<n>"),
    RAZ(0x10e00, 4, REG_32, "GICR_NSACR"),
    BITS(0x10f80, 12, nmi, nmi, , "GICR_INMIR<n>"),
};
/* clang-format on */

u64 gicv3_redist_read(const struct gicv3 *s, u32 pe, u32 off, u32 size)
{
    struct gicv3_frame f = {.s = s, .word = s->pe[pe].word, .pe = pe};

    if (UNLIKELY(s->spec->has_statusr))
        gicv3_note_access(&f, reg_find(table, ARRAY_COUNT(table), off, size), false);
    return reg_read(table, ARRAY_COUNT(table), &f, off, size);
}

void gicv3_redist_write(const struct gicv3 *s, u32 pe, u32 off, u32 size, u64 value)
{
    struct gicv3_frame f = {.s = s, .word = s->pe[pe].word, .pe = pe};

    gicv3_note_access(&f, reg_write(table, ARRAY_COUNT(table), &f, off, size, value), true);
}

const struct reg *gicv3_redist_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
