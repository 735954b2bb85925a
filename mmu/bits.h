/* Fields of the control registers: private to mmu. DDI 0487, TCR_EL1, VTCR_EL2, VTTBR_EL2. */
#ifndef MMU_BITS_H
#define MMU_BITS_H

#include "mmu/regs.h"

enum { T0SZ = 0, TG0 = 14, T1SZ = 16, TG1 = 30, IPS = 32 }; /* TCR_EL1 */
enum { SL0 = 6, PS = 16 };                                  /* VTCR_EL2; T0SZ, TG0 as above. */

static inline u64 bits(u64 reg, u32 shift, u32 len)
{
    return (reg >> shift) & ((1ull << len) - 1);
}

/* Ones at [high:low]; none if low > high. */
static inline u64 ones(u32 high, u32 low)
{
    return low > high ? 0 : (~0ull >> (63 - high)) & (~0ull << low);
}

/* The greatest legal TxSZ (geometry.c). */
u32 mmu_tsz_max(enum mmu_granule granule, const struct mmu_features *f);
/* Are descriptors of the wide format? ds: TCR_EL1.DS or VTCR_EL2.DS. */
bool mmu_is_wide(enum mmu_granule granule, bool ds, const struct mmu_features *f);

#endif
