/* Private to the walk: its phases, rights as bits, and what its files call of each other. */
#ifndef MMU_WALK_STATE_H
#define MMU_WALK_STATE_H

#include "mmu/fsc.h"
#include "mmu/walk.h"

enum walk_phase {
    PHASE_S1,     /* A descriptor of stage 1 is wanted. */
    PHASE_S2_PTW, /* One of stage 2, for the address of a stage-1 descriptor. */
    PHASE_S2_OUT, /* One of stage 2, for the output address of stage 1. */
    PHASE_END,
};

/* Permissions as bits, so that 1 << enum mmu_access is what an access needs. */
enum { MAY_READ = 1 << MMU_READ, MAY_WRITE = 1 << MMU_WRITE, MAY_EXEC = 1 << MMU_FETCH };

/* In walk.flags, above MMU_REQ_: Device memory will fault. */
enum { WALK_UNALIGNED = 128 };

static inline u32 walk_half(u64 va)
{
    return va >> 55 & 1;
}

/* Byte offset of the descriptor of this address in tables of this level, not wrapped: the start
 * level of stage 2 may have more entries than a table. */
static inline u64 walk_entry_offset(const struct mmu_range *m, u64 address, s64 level)
{
    return address >> m->shift[level + 1] & ~7ull;
}

/* Where it is in a table that is not the first. */
static inline u64 walk_entry(const struct mmu_range *m, u64 table, u64 address, s64 level)
{
    return table | (address >> m->shift[level + 1] & m->index_mask);
}

/* The address in a table descriptor of any format; in that of a leaf with bits below it. */
static inline u64 walk_address(const struct mmu_range *m, u64 desc)
{
    return (desc & m->addr_mask) | (desc & m->high_mask) << m->high_shift;
}

static inline bool walk_is_table(u64 desc, s64 level)
{
    return (desc & 3) == (MMU_DESC_VALID | MMU_DESC_TABLE) && level < 3;
}

/* walk.c */
enum mmu_need walk_fault(struct mmu_walk *w, u32 stage, u32 kind, s64 level);
enum mmu_need walk_s2_fault(struct mmu_walk *w, u32 kind, s64 level);
/* Fetch the stage-1 descriptor at this IPA; continue with the output address of stage 1. */
enum mmu_need walk_s1_fetch(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa);
enum mmu_need walk_s1_output(struct mmu_walk *w, const struct mmu_regs *r, u64 ipa);

/* begin.c: an initial walk of this request, then what comes before any table. It ends in PHASE_S1
 * with nothing wanted yet if stage 1 is to be walked, else need is what mmu_walk_begin() returns.
 * */
enum mmu_need walk_prepare(struct mmu_walk *w, const struct mmu_regs *r,
                           const struct mmu_request *q);
enum mmu_need walk_first_fetch(struct mmu_walk *w, const struct mmu_regs *r);

#endif
