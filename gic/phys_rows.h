/*
 * What the register rows of both frames of the physical GICv3 share: registers with one, two or
 * eight bits for each interrupt, over the words of the distributor or of one PE. Not for others.
 */
#ifndef GIC_PHYS_ROWS_H
#define GIC_PHYS_ROWS_H

#include "gic/phys_irq.h"

/* What the rows work on. A read leaves it as it is. */
struct gicv3_frame {
    const struct gicv3 *s;
    struct gicv3_word *word;
    u32 pe; /* Of a redistributor. */
    bool is_dist;
};

/*
 * Row functions, all of one shape: off is from the row's start, where word 0 is; those with _e
 * start at word 32, where the distributor's extended SPIs are.
 */
#define GICV3_READ(name)                                                                           \
    u64 gicv3_read_##name(const void *frame, u32 off, u32 size);                                   \
    u64 gicv3_read_##name##_e(const void *frame, u32 off, u32 size)
#define GICV3_WRITE(name)                                                                          \
    void gicv3_write_##name(void *frame, u32 off, u32 size, u64 value);                            \
    void gicv3_write_##name##_e(void *frame, u32 off, u32 size, u64 value)

GICV3_READ(group);
GICV3_READ(enabled);
GICV3_READ(pending);
GICV3_READ(active);
GICV3_READ(nmi);
GICV3_READ(config);
GICV3_READ(priority);
GICV3_WRITE(group);
GICV3_WRITE(set_enabled);
GICV3_WRITE(clear_enabled);
GICV3_WRITE(set_pending);
GICV3_WRITE(clear_pending);
GICV3_WRITE(set_active);
GICV3_WRITE(clear_active);
GICV3_WRITE(nmi);
GICV3_WRITE(config);
GICV3_WRITE(priority);
/* GICD_STATUSR and GICR_STATUSR: what went wrong; W1C. */
u64 gicv3_read_statusr(const void *frame, u32 off, u32 size);
void gicv3_write_statusr(void *frame, u32 off, u32 size, u64 value);
/* Notes an access that found this row, or NULL. */
void gicv3_note_access(struct gicv3_frame *f, const struct reg *row, bool is_write);
#undef GICV3_READ
#undef GICV3_WRITE

/* clang-format off */
#define FN(off, len, widths, reset, read, write, name) \
    { off, len, REG_FN, widths, UINT64_MAX, reset, REG_NO_FIELD, read, write, name }
#define RAZ(off, len, widths, name) \
    { off, len, REG_RAZ_WI, widths, 0, 0, REG_NO_FIELD, NULL, NULL, name }
#define CONST(off, value, name) \
    { off, 4, REG_RO, REG_32, 0, value, REG_NO_FIELD, NULL, NULL, name }
/* Read as part `what`, written as `how`; W is empty or _e. */
#define BITS(off, len, what, how, W, name) \
    FN(off, len, REG_32, 0, gicv3_read_##what##W, gicv3_write_##how##W, name)
#define BYTES(off, len, W, name) \
    FN(off, len, REG_8 | REG_32, 0, gicv3_read_priority##W, gicv3_write_priority##W, name)
/* The identification of a component of Arm; PIDR2 says GICv3. */
#define ID_ROWS(frame, part) \
    CONST(0xffd0, 0x44, frame "PIDR4"), \
    RAZ(0xffd4, 0xc, REG_32, frame "PIDR5..7"), \
    CONST(0xffe0, part, frame "PIDR0"), \
    CONST(0xffe4, 0xb4, frame "PIDR1"), \
    CONST(0xffe8, 0x3b, frame "PIDR2"), \
    RAZ(0xffec, 4, REG_32, frame "PIDR3"), \
    CONST(0xfff0, 0x0d, frame "CIDR0"), \
    CONST(0xfff4, 0xf0, frame "CIDR1"), \
    CONST(0xfff8, 0x05, frame "CIDR2"), \
    CONST(0xfffc, 0xb1, frame "CIDR3")
/* clang-format on */

#endif
