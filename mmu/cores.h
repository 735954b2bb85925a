/* TLB geometries of cores and models: who wants another one fills in the specs by hand. */
#ifndef MMU_CORES_H
#define MMU_CORES_H

#include "mmu/cache.h"
#include "mmu/tlb.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mmu_core {
    const char *name;   /* "cortex-a53" */
    const char *source; /* Where the numbers come from. */
    struct mmu_tlb_spec tlb;
    struct mmu_cache_spec caches;
};

const struct mmu_core *mmu_cores(u32 *count);
const struct mmu_core *mmu_tlb_geometry(const char *name); /* NULL: not known. */

#ifdef __cplusplus
}
#endif
#endif
