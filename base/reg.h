/*
 * Register tables: a frame of memory-mapped registers is an array of rows sorted by offset, as the
 * manual prints it. The rules that every register shares (which row, allowed widths, alignment,
 * RAZ/WI outside) are here once; a row says what its bits do.
 */
#ifndef BASE_REG_H
#define BASE_REG_H

#include "base/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a write does to the stored bits. */
enum reg_kind {
    REG_RO,     /* Writes ignored; reads give the field, or `reset` if there is no field. */
    REG_RW,     /* Bits of `mask` are stored. */
    REG_W1S,    /* Written ones set. */
    REG_W1C,    /* Written ones clear. */
    REG_RAZ_WI, /* Reads zero, writes ignored. */
    REG_FN,     /* The row's functions do it; without a function, reads zero or writes ignored. */
};

enum { REG_8 = 1, REG_16 = 2, REG_32 = 4, REG_64 = 8 }; /* Allowed widths, a bit mask of bytes. */

#define REG_NO_FIELD SIZE_MAX

struct reg {
    u32 off;      /* From the start of the frame. */
    u32 len;      /* Bytes. */
    u8 kind;      /* enum reg_kind */
    u8 widths;    /* Allowed access sizes: sum of REG_8 .. REG_64. */
    u64 mask;     /* Writable bits. A row longer than 8 bytes repeats it every 8 bytes. */
    u64 reset;    /* Reset value, and what a REG_RO row without a field reads; repeats as mask. */
    size_t field; /* offsetof() in the state struct, little-endian; REG_NO_FIELD if none. */
    /* REG_FN only: off is from the row's start; one of the two may be NULL. */
    u64 (*read)(const void *state, u32 off, u32 size);
    void (*write)(void *state, u32 off, u32 size, u64 value);
    const char *name; /* The manual's. */
};

/* Row that holds [off, off + size) with an allowed width and natural alignment, or NULL. */
const struct reg *reg_find(const struct reg *table, size_t count, u32 off, u32 size);
/* The low size bytes. An access that finds no row reads as zero. */
u64 reg_read(const struct reg *table, size_t count, const void *state, u32 off, u32 size);
/* An access that finds no row is ignored. Returns the row, so that the caller can react. */
const struct reg *reg_write(const struct reg *table, size_t count, void *state, u32 off, u32 size,
                            u64 value);
/* Store the reset value of every row that has a field (REG_RAZ_WI rows have none). */
void reg_reset(const struct reg *table, size_t count, void *state);
/*
 * For tests: rows sorted and apart, named, with a field or a function where the kind needs one and
 * nowhere else; every allowed width can be used; rows that show the same field reset it alike.
 */
bool reg_table_is_sound(const struct reg *table, size_t count);

#ifdef __cplusplus
}
#endif
#endif
