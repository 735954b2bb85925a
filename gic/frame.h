/*
 * Inside of gic: the registers that the distributor has for SPIs and a redistributor for SGIs and
 * PPIs, one or more bits for each interrupt. Not for other folders.
 */
#ifndef GIC_FRAME_H
#define GIC_FRAME_H

#include "gic/gic.h"

/* What the rows of both tables work on. A read leaves all of it as it is. */
struct gic_frame {
    struct gic_dist *d;
    struct gic *g;           /* The redistributor's; NULL: the distributor's frame. */
    const struct gic_vm *vm; /* The distributor's; NULL: nothing is queued. */
    bool last;               /* GICR_TYPER.Last */
    bool kick;               /* Out, redistributor: an interrupt was queued. */
};

/* Offsets are from the start of the row. */
u64 frame_read_group(const void *state, u32 off, u32 size);
void frame_write_group(void *state, u32 off, u32 size, u64 value);
u64 frame_read_enabled(const void *state, u32 off, u32 size);
void frame_set_enabled(void *state, u32 off, u32 size, u64 value);
void frame_clear_enabled(void *state, u32 off, u32 size, u64 value);
u64 frame_read_pending(const void *state, u32 off, u32 size);
void frame_set_pending(void *state, u32 off, u32 size, u64 value);
void frame_clear_pending(void *state, u32 off, u32 size, u64 value);
u64 frame_read_active(const void *state, u32 off, u32 size);
void frame_set_active(void *state, u32 off, u32 size, u64 value);
void frame_clear_active(void *state, u32 off, u32 size, u64 value);
u64 frame_read_priority(const void *state, u32 off, u32 size);
void frame_write_priority(void *state, u32 off, u32 size, u64 value);
u64 frame_read_config(const void *state, u32 off, u32 size);
void frame_write_config(void *state, u32 off, u32 size, u64 value);
u64 frame_read_nmi(const void *state, u32 off, u32 size);
void frame_write_nmi(void *state, u32 off, u32 size, u64 value);

#endif
