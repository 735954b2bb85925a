/*
 * Registers with one, two or eight bits for each interrupt, IHI 0069 chapter 12: GICD_<x><n>,
 * GICD_<x><n>E, GICR_<x>0 and GICR_<x><n>E differ in where their words are and in nothing else.
 * Bits of INTIDs that were not built are RAZ/WI.
 */
#include "gic/phys_rows.h"

static u32 valid_bits(const struct gicv3_frame *f, u32 word)
{
    return f->is_dist ? gicv3_dist_valid(f->s->spec, word) : gicv3_pe_valid(f->s->spec, word);
}

static bool has_sgis(const struct gicv3_frame *f, u32 word)
{
    return !f->is_dist && word == 0;
}

/* --- Writes of one bit each: `bits` has none of an INTID that was not built. --- */

/* INMIR is RES0 for group 0: the property is lost when the interrupt leaves group 1. */
static void put_group(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->group = bits;
    w->nmi &= bits;
}

static void put_set_enabled(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->enabled |= bits;
}

static void put_clear_enabled(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    u32 fixed = has_sgis(f, word) && f->s->spec->sgi_always_enabled ? 0xffff : 0;

    w->enabled &= ~(bits & ~fixed);
}

static void put_set_pending(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->latch |= bits;
}

/* The latch only: a level interrupt whose wire is high stays pending. */
static void put_clear_pending(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->latch &= ~bits;
}

static void put_set_active(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->active |= bits;
}

static void put_clear_active(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)f, (void)word;
    w->active &= ~bits;
}

static void put_nmi(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits)
{
    (void)word;
    w->nmi = f->s->spec->has_nmi ? bits & w->group : 0;
}

typedef void put_fn(const struct gicv3_frame *f, struct gicv3_word *w, u32 word, u32 bits);

static void put(struct gicv3_frame *f, u32 word, u32 bits, put_fn *how)
{
    how(f, &f->word[word], word, bits & valid_bits(f, word));
    if (f->is_dist)
        gicv3_word_changed(f->s->dist, word);
}

/* --- Two bits each: the upper one says edge, the lower one is RES0. --- */

static u32 config_of(const struct gicv3_frame *f, u32 half)
{
    u32 edge = f->word[half / 2].edge >> (half % 2 * 16) & 0xffff, value = 0;

    for (u32 rest = edge; rest != 0; rest &= rest - 1)
        value |= 2u << (2 * __builtin_ctz(rest));
    return value;
}

/*
 * SGIs are edge for ever. The architecture wants the interrupt disabled while its trigger is
 * changed, and is UNPREDICTABLE else: here the write counts at once, and latch and wire stay.
 */
static void put_config(struct gicv3_frame *f, u32 half, u32 value)
{
    struct gicv3_word *w = &f->word[half / 2];
    u32 writable = valid_bits(f, half / 2) & 0xffffu << (half % 2 * 16), edge = 0;

    if (has_sgis(f, half / 2))
        writable &= ~0xffffu;
    if (!f->is_dist && !f->s->spec->ppi_config_writable)
        writable = 0;
    for (u32 i = 0; i < 16; i++)
        edge |= (value >> (2 * i + 1) & 1) << (half % 2 * 16 + i);
    w->edge = (w->edge & ~writable) | (edge & writable);
    if (f->is_dist)
        gicv3_word_changed(f->s->dist, half / 2);
}

/* --- Eight bits each. --- */

static u64 priorities_of(const struct gicv3_frame *f, u32 first, u32 size)
{
    u64 value = 0;

    for (u32 i = 0; i < size; i++)
        value |= (u64)f->word[(first + i) / 32].priority[(first + i) % 32] << (8 * i);
    return value;
}

static void put_priorities(struct gicv3_frame *f, u32 first, u32 size, u64 value)
{
    u32 mask = gic_priority_mask(f->s->spec->priority_bits);

    for (u32 i = 0; i < size; i++) {
        u32 at = first + i;

        if ((valid_bits(f, at / 32) >> at % 32 & 1) != 0)
            f->word[at / 32].priority[at % 32] = (u8)(value >> (8 * i) & mask);
    }
}

/* --- STATUSR. --- */

enum { STATUSR_RRD = 1, STATUSR_WRD = 2, STATUSR_RWOD = 4, STATUSR_WROD = 8 };

static u32 *statusr_of(const struct gicv3_frame *f)
{
    return f->is_dist ? &f->s->dist->statusr : &f->s->pe[f->pe].statusr;
}

u64 gicv3_read_statusr(const void *frame, u32 off, u32 size)
{
    (void)off, (void)size;
    return *statusr_of(frame);
}

void gicv3_write_statusr(void *frame, u32 off, u32 size, u64 value)
{
    (void)off, (void)size;
    *statusr_of(frame) &= ~(u32)value;
}

/* A row that is RAZ/WI has no wrong direction. */
void gicv3_note_access(struct gicv3_frame *f, const struct reg *row, bool is_write)
{
    u32 *statusr = statusr_of(f);

    if (!f->s->spec->has_statusr)
        return;
    if (row == NULL)
        *statusr |= is_write ? STATUSR_WRD : STATUSR_RRD;
    else if (is_write && (row->kind == REG_RO || (row->kind == REG_FN && row->write == NULL)))
        *statusr |= STATUSR_WROD;
    else if (!is_write && row->kind == REG_FN && row->read == NULL)
        *statusr |= STATUSR_RWOD;
}

/* --- The row functions. --- */

/* clang-format off */
#define READ(name, value, suffix, first) \
    u64 gicv3_read_##name##suffix(const void *frame, u32 off, u32 size) \
    { \
        const struct gicv3_frame *f = frame; \
        const struct gicv3_word *w = &f->word[first + off / 4]; \
        (void)size; \
        return value; \
    }
#define WRITE(name, how, suffix, first) \
    void gicv3_write_##name##suffix(void *frame, u32 off, u32 size, u64 value) \
    { \
        (void)size; \
        put(frame, first + off / 4, (u32)value, how); \
    }
#define BOTH(row, name, part) row(name, part, , 0) row(name, part, _e, 32)

BOTH(READ, group, w->group)
BOTH(READ, enabled, w->enabled)
BOTH(READ, pending, gicv3_pending(w))
BOTH(READ, active, w->active)
BOTH(READ, nmi, w->nmi)
BOTH(WRITE, group, put_group)
BOTH(WRITE, set_enabled, put_set_enabled)
BOTH(WRITE, clear_enabled, put_clear_enabled)
BOTH(WRITE, set_pending, put_set_pending)
BOTH(WRITE, clear_pending, put_clear_pending)
BOTH(WRITE, set_active, put_set_active)
BOTH(WRITE, clear_active, put_clear_active)
BOTH(WRITE, nmi, put_nmi)

#define CONFIG(suffix, first) \
    u64 gicv3_read_config##suffix(const void *frame, u32 off, u32 size) \
    { \
        (void)size; \
        return config_of(frame, 2 * first + off / 4); \
    } \
    void gicv3_write_config##suffix(void *frame, u32 off, u32 size, u64 value) \
    { \
        (void)size; \
        put_config(frame, 2 * first + off / 4, (u32)value); \
    }
#define PRIORITY(suffix, first) \
    u64 gicv3_read_priority##suffix(const void *frame, u32 off, u32 size) \
    { \
        return priorities_of(frame, 32 * first + off, size); \
    } \
    void gicv3_write_priority##suffix(void *frame, u32 off, u32 size, u64 value) \
    { \
        put_priorities(frame, 32 * first + off, size, value); \
    }

CONFIG(, 0)
CONFIG(_e, 32)
PRIORITY(, 0)
PRIORITY(_e, 32)
/* clang-format on */

const char *gicv3_row_access(const struct reg *row)
{
    static const struct {
        void (*write)(void *frame, u32 off, u32 size, u64 value);
        const char *access;
    } bits[] = {
        {gicv3_write_set_enabled, "W1S"},   {gicv3_write_set_enabled_e, "W1S"},
        {gicv3_write_set_pending, "W1S"},   {gicv3_write_set_pending_e, "W1S"},
        {gicv3_write_set_active, "W1S"},    {gicv3_write_set_active_e, "W1S"},
        {gicv3_write_clear_enabled, "W1C"}, {gicv3_write_clear_enabled_e, "W1C"},
        {gicv3_write_clear_pending, "W1C"}, {gicv3_write_clear_pending_e, "W1C"},
        {gicv3_write_clear_active, "W1C"},  {gicv3_write_clear_active_e, "W1C"},
        {gicv3_write_statusr, "W1C"},
    };

    if (row->kind == REG_RAZ_WI)
        return "RAZ/WI";
    if (row->write == NULL)
        return "RO";
    for (size_t i = 0; i < ARRAY_COUNT(bits); i++)
        if (row->write == bits[i].write)
            return bits[i].access;
    return row->read == NULL ? "WO" : "RW";
}
