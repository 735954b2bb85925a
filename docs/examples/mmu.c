/* A write to a page that stage 2 does not map: the walk, its syndrome, and what KVM does. */
#include <inttypes.h>
#include <stdio.h>

#include "mmu/mmu.h"

int main(void)
{
    static u64 memory[4 * 512]; /* Two tables side by side at 0, then 0x2000 and 0x3000. */
    struct mmu_regs r = {.hcr_el2 = MMU_HCR_VM, .vtcr_el2 = mmu_vtcr(40), .vttbr_el2 = 1ull << 48};
    const struct mmu_kvm_vm vm = {.pa_bits = 48, .ipa_bits = 40, .has_slot = 1, .apf = 1};
    const u64 ipa = 0x40201234;
    struct mmu_walk w;

    memory[ipa >> 30] = 0x2000 | MMU_DESC_TABLE | MMU_DESC_VALID;
    memory[0x2000 / 8 + (ipa >> 21) % 512] = 0x3000 | MMU_DESC_TABLE | MMU_DESC_VALID;
    mmu_regs_prepare(&r);
    enum mmu_need need = mmu_walk_begin(&w, &r, ipa, MMU_WRITE, 0); /* SCTLR_EL1.M is 0. */
    while (need == MMU_NEED_READ)
        need = mmu_walk_step(&w, &r, memory[w.need_pa / 8]);

    const u64 esr = mmu_fault_esr(&w.fault, true);
    const struct mmu_abort a =
        mmu_abort_decode(esr, w.fault.va, mmu_fault_hpfar(&w.fault), MMU_S1PTW_READ);
    printf("%u reads, ESR_EL2 0x%" PRIx64 "\n", w.access_count, esr);
    printf("%s, level %d, write %d, IPA 0x%" PRIx64 "\n", mmu_abort_class_name(a.type), a.level,
           a.write, a.ipa);
    printf("asynchronous: %d\n", mmu_kvm_decide(&a, &vm) == MMU_KVM_APF);
    return 0;
}
