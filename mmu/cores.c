/*
 * TLB geometries. Where a manual says that there is a walk cache but not how great it is, there is
 * none here, which is the default of the model.
 *
 * Inaccurate: the L2 TLB of gem5 is fully associative; here it has 5 ways, as that of the N1. Its
 * walk cache is a part of that TLB, so it is none here.
 */
#include "mmu/cores.h"

#include <string.h>

static const struct mmu_core cores[] = {
    /* clang-format off */
    /*                                                                L1I L1D  L2 sets ways */
    { "cortex-a53", "Cortex-A53 TRM, 5.2 (512 entries, 4-way; walk and IPA cache 64, 4-way)",
      { 10, 10, 128, 4 }, { 16, 4, 16, 4 } },
    { "cortex-a57", "Cortex-A57 TRM, 5.2 (48 and 32 entries, 1024, 4-way)",
      { 48, 32, 256, 4 }, { 0, 0, 0, 0 } },
    { "cortex-a72", "Cortex-A72 TRM, 5.2 (as Cortex-A57)",
      { 48, 32, 256, 4 }, { 0, 0, 0, 0 } },
    { "neoverse-n1", "Neoverse N1 TRM, A5 (48, 48, 1280, 5-way)",
      { 48, 48, 256, 5 }, { 0, 0, 0, 0 } },
    { "neoverse-n2", "Neoverse N2 TRM (48, 44, 1280, 5-way)",
      { 48, 44, 256, 5 }, { 0, 0, 0, 0 } },
    { "neoverse-v1", "Neoverse V1 TRM (48, 40, 2048, 4-way)",
      { 48, 40, 512, 4 }, { 0, 0, 0, 0 } },
    { "gem5", "gem5, ArmMMU.py and ArmTLB.py: 64, 64, 1280; stage-2 TLB 32",
      { 64, 64, 256, 5 }, { 0, 0, 8, 4 } },
    /* clang-format on */
};

const struct mmu_core *mmu_cores(u32 *count)
{
    *count = ARRAY_COUNT(cores);
    return cores;
}

const struct mmu_core *mmu_tlb_geometry(const char *name)
{
    for (u32 i = 0; i < ARRAY_COUNT(cores); i++)
        if (strcmp(cores[i].name, name) == 0)
            return &cores[i];
    return NULL;
}
