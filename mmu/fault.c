/* Syndromes of aborts: DDI 0487, ESR_ELx (ISS of instruction and data aborts) and HPFAR_EL2. */
#include "mmu/mmu.h"

enum { EC_IABT_LOWER = 0x20, EC_IABT_SAME = 0x21, EC_DABT_LOWER = 0x24, EC_DABT_SAME = 0x25 };

#define ESR_EC_SHIFT 26
#define ESR_IL (1ull << 25) /* A64 instructions have 32 bits. */
#define ISS_ISV (1ull << 24)
#define ISS_SAS_64 (3ull << 22)
#define ISS_SRT_X0 (0ull << 16)
#define ISS_SF (1ull << 15)
#define ISS_S1PTW (1ull << 7)
#define ISS_WNR (1ull << 6)

/* "Lower" and "same" compare where the access came from with where the abort goes: stage 1 to
 * EL1, stage 2 to EL2. */
static u64 fault_class(const struct mmu_fault *f)
{
    bool same = f->stage == 1 && f->el == 1;

    if (f->access == MMU_FETCH)
        return same ? EC_IABT_SAME : EC_IABT_LOWER;
    return same ? EC_DABT_SAME : EC_DABT_LOWER;
}

u64 mmu_fault_esr(const struct mmu_fault *f, bool isv)
{
    u64 esr = fault_class(f) << ESR_EC_SHIFT | ESR_IL | f->fsc;

    if (f->s1ptw)
        esr |= ISS_S1PTW;
    if (f->access == MMU_FETCH)
        return esr;
    if (f->write)
        esr |= ISS_WNR;
    if (isv && f->stage == 2 && !f->s1ptw)
        esr |= ISS_ISV | ISS_SAS_64 | ISS_SRT_X0 | ISS_SF;
    return esr;
}

/* Valid for every kind of stage-2 fault: an implementation may leave it unknown for a permission
 * fault on the output address, this one does not. */
u64 mmu_fault_hpfar(const struct mmu_fault *f)
{
    ASSERT(f->stage == 2);
    return f->ipa >> MMU_PAGE_SHIFT << 4;
}
