/* kvm_handle_guest_abort() as a decision: every combination of its inputs against the list of its
 * checks, in the order of Linux 6.1. */
#include "mmu/mmu.h"

#include <gtest/gtest.h>

namespace {

struct mmu_kvm_vm machine(u32 bits)
{
    struct mmu_kvm_vm vm = {};
    vm.pa_bits = 44;
    vm.ipa_bits = 40;
    vm.has_slot = bits & 1;
    vm.readonly = bits >> 1 & 1;
    vm.ras_handles = bits >> 2 & 1;
    vm.nisv_exit = bits >> 3 & 1;
    vm.el = bits >> 4 & 1;
    vm.apf = bits >> 5 & 1;
    vm.apf_send_always = bits >> 6 & 1;
    vm.apf_s1ptw = bits >> 7 & 1;
    return vm;
}

u32 expected(const struct mmu_abort &a, const struct mmu_kvm_vm &vm, u64 ipa)
{
    const u32 type = a.fsc & 0x3c;
    const bool sea = a.fsc == 0x10 || (a.fsc >= 0x14 && a.fsc <= 0x18) ||
                     (a.fsc >= 0x1c && a.fsc <= 0x1f);
    if (a.ec == 0x21 || a.ec == 0x25 || a.vncr)
        return MMU_KVM_HOST;
    if (type == 4 && ipa >= 1ull << 44)
        return MMU_KVM_INJECT_SIZE;
    if (type == 4 && ipa >= 1ull << 40)
        return MMU_KVM_INJECT_RANGE;
    if (sea)
        return vm.ras_handles ? MMU_KVM_SEA_HANDLED : MMU_KVM_INJECT_SERROR;
    if (type != 4 && type != 8 && type != 12)
        return MMU_KVM_EFAULT;
    if (!vm.has_slot || (vm.readonly && a.write)) {
        if (a.iabt)
            return MMU_KVM_INJECT_IABT;
        if (a.s1ptw)
            return MMU_KVM_INJECT_DABT;
        if (!vm.has_slot && a.cm)
            return MMU_KVM_SKIP;
        if (a.isv)
            return MMU_KVM_MMIO;
        return vm.nisv_exit ? MMU_KVM_EXIT_NISV : MMU_KVM_ENOSYS;
    }
    if (type == 8)
        return MMU_KVM_AGE;
    if (type == 12 && !a.write && !a.exec)
        return MMU_KVM_BAD_PERMISSION;
    bool apf = vm.apf && type == 4 && (vm.el == 0 || vm.apf_send_always) &&
               (!a.s1ptw || vm.apf_s1ptw);
    return apf ? MMU_KVM_APF : MMU_KVM_MAP;
}

TEST(Kvm, AnswersEveryAbortInTheOrderOfItsHandler)
{
    const u64 ipas[] = {0, (1ull << 40) - 1, 1ull << 40, (1ull << 44) - 1, 1ull << 44};
    bool seen[MMU_KVM_ANSWERS] = {};
    seen[MMU_KVM_NOT_ABORT] = true;
    for (u64 ec : {0x20ull, 0x21ull, 0x24ull, 0x25ull})
        for (u64 fsc = 0; fsc < 64; fsc++)
            for (u64 flags = 0; flags < 32; flags++) /* S1PTW, WnR, CM, ISV, VNCR */
                for (u32 rule = 0; rule < 2; rule++) {
                    u64 esr = ec << 26 | fsc | (flags & 1) << 7 | (flags >> 1 & 1) << 6 |
                              (flags >> 2 & 1) << 8 | (flags >> 3 & 1) << 24 |
                              (flags >> 4 & 1) << 13;
                    for (u64 ipa : ipas)
                        for (u32 bits = 0; bits < 256; bits += 1 + (flags >> 4) * 7) {
                            struct mmu_abort a =
                                mmu_abort_decode(esr, ipa & 0xfff, ipa >> 12 << 4,
                                                 static_cast<enum mmu_s1ptw_rule>(rule));
                            struct mmu_kvm_vm vm = machine(bits);
                            u32 answer = mmu_kvm_decide(&a, &vm);
                            ASSERT_EQ(answer, expected(a, vm, ipa))
                                << std::hex << esr << " " << ipa << " " << bits;
                            seen[answer] = true;
                        }
                }
    for (u32 answer = 0; answer < MMU_KVM_ANSWERS; answer++)
        EXPECT_TRUE(seen[answer]) << answer;
}

TEST(Kvm, AnotherExceptionIsNotItsBusiness)
{
    struct mmu_abort a = mmu_abort_decode(0x16ull << 26, 0, 0, MMU_S1PTW_READ);
    struct mmu_kvm_vm vm = machine(1);
    EXPECT_EQ(mmu_kvm_decide(&a, &vm), MMU_KVM_NOT_ABORT);
}

/* The change of December 2022: a table on a read-only slot. */
TEST(Kvm, ATableMayLieInReadOnlyMemorySinceTheChange)
{
    u64 esr = 0x24ull << 26 | 0x80 | 0x07;
    struct mmu_kvm_vm vm = machine(3);
    struct mmu_abort after = mmu_abort_decode(esr, 0, 0, MMU_S1PTW_READ);
    struct mmu_abort before = mmu_abort_decode(esr, 0, 0, MMU_S1PTW_WRITE);
    EXPECT_EQ(mmu_kvm_decide(&after, &vm), MMU_KVM_MAP);
    EXPECT_EQ(mmu_kvm_decide(&before, &vm), MMU_KVM_INJECT_DABT);
}

} // namespace
