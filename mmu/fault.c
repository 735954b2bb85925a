/* Syndromes of aborts: DDI 0487, ESR_ELx (ISS of instruction and data aborts) and HPFAR_EL2. */
#include "mmu/abort.h"

#include "mmu/iss.h"

/* "Lower" and "same" compare where the access came from with where the abort goes: stage 1 to
 * EL1, stage 2 to EL2. An access to VNCR_EL2's page counts as EL2's. */
static u64 fault_class(const struct mmu_fault *f)
{
    bool same = (f->stage == 1 && f->el == 1) || (f->flags & MMU_FAULT_VNCR);

    if (f->access == MMU_FETCH)
        return same ? EC_IABT_SAME : EC_IABT_LOWER;
    return same ? EC_DABT_SAME : EC_DABT_LOWER;
}

/* What only external aborts say. FnV and SET belong to DFSC 0x10 alone. */
static u64 external_bits(const struct mmu_fault *f)
{
    u64 iss = 0;

    if (mmu_fsc_info(f->fsc)->kind == MMU_KIND_SEA) {
        iss |= (f->flags & MMU_FAULT_FNV) ? ISS_FNV : 0;
        iss |= (u64)(f->flags >> MMU_FAULT_SET_SHIFT & MMU_FAULT_SET_MASK) << ISS_SET_SHIFT;
    }
    switch (mmu_fsc_info(f->fsc)->kind) {
    case MMU_KIND_SEA:
    case MMU_KIND_SEA_WALK:
    case MMU_KIND_PARITY:
    case MMU_KIND_PARITY_WALK:
        return iss | ((f->flags & MMU_FAULT_EA) ? ISS_EA : 0);
    default:
        return iss;
    }
}

static u64 base_esr(const struct mmu_fault *f)
{
    u64 esr = fault_class(f) << ESR_EC_SHIFT | ESR_IL | f->fsc | external_bits(f);

    if (f->s1ptw)
        esr |= ISS_S1PTW;
    if (f->access == MMU_FETCH)
        return esr;
    if (f->flags & MMU_FAULT_CM)
        esr |= ISS_CM | ISS_WNR;
    if (f->flags & MMU_FAULT_VNCR)
        esr |= ISS_VNCR;
    return f->write ? esr | ISS_WNR : esr;
}

/* Faults whose syndrome may tell the instruction: those of stage 2, of the access itself. */
static bool may_have_isv(const struct mmu_fault *f)
{
    static const bool is_of_stage2[MMU_KIND_COUNT] = {
        [MMU_KIND_SIZE] = true, [MMU_KIND_TRANS] = true, [MMU_KIND_ACCESS] = true,
        [MMU_KIND_PERM] = true, [MMU_KIND_ALIGN] = true, [MMU_KIND_ATOMIC_UPDATE] = true,
    };

    return f->stage == 2 && !f->s1ptw && f->access != MMU_FETCH &&
           !(f->flags & (MMU_FAULT_CM | MMU_FAULT_VNCR)) &&
           is_of_stage2[mmu_fsc_info(f->fsc)->kind];
}

u64 mmu_fault_esr_insn(const struct mmu_fault *f, const struct mmu_insn *insn)
{
    static const bool has_isv[MMU_INSN_COUNT] = {[MMU_INSN_GPR] = true, [MMU_INSN_ORDERED] = true};

    ASSERT(insn->kind < MMU_INSN_COUNT && insn->size_log2 <= 3 && insn->rt <= 31);
    u64 esr = base_esr(f);
    if (!has_isv[insn->kind] || !may_have_isv(f))
        return esr;
    return esr | ISS_ISV | (u64)insn->size_log2 << ISS_SAS_SHIFT |
           (insn->sign_extend ? ISS_SSE : 0) | (u64)insn->rt << ISS_SRT_SHIFT |
           (insn->sf ? ISS_SF : 0) | (insn->kind == MMU_INSN_ORDERED ? ISS_AR : 0);
}

u64 mmu_fault_esr(const struct mmu_fault *f, bool isv)
{
    const struct mmu_insn insn = {
        .kind = isv ? MMU_INSN_GPR : MMU_INSN_PAIR, .size_log2 = 3, .sf = 1};

    return mmu_fault_esr_insn(f, &insn);
}

/* Valid for every kind of stage-2 fault: an implementation may leave it unknown for a permission
 * fault on the output address, this one does not. */
u64 mmu_fault_hpfar(const struct mmu_fault *f)
{
    ASSERT(f->stage == 2);
    return f->ipa >> MMU_PAGE_SHIFT << 4;
}

bool mmu_fault_has_hpfar(const struct mmu_fault *f)
{
    u32 kind = mmu_fsc_info(f->fsc)->kind;

    return f->stage == 2 &&
           (f->s1ptw || kind == MMU_KIND_TRANS || kind == MMU_KIND_SIZE || kind == MMU_KIND_ACCESS);
}
