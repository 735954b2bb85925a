/* A data abort of EL0 at stage 2, the return, and a virtual IRQ; a register that KVM traps. */
#include <inttypes.h>
#include <stdio.h>

#include "cpu/cpu.h"

int main(void)
{
    const struct cpu_features f = cpu_features_default;
    struct cpu_regs r = {.pc = 0x400000,
                         .hcr_el2 = CPU_HCR_KVM | CPU_HCR_TVM,
                         .vbar_el1 = 0xffff800008010000,
                         .vbar_el2 = 0xffff800009000000};
    struct cpu_sysregs s = {0};
    const struct cpu_sysreg_request msr = {.reg = {3, 0, 1, 0, 0}, .rt = 5, .el = 1};
    u64 value = 0x30d0198d;

    struct cpu_route to = cpu_route_sync(&r, &s, &f, CPU_CAUSE_DATA_STAGE2);
    cpu_take_exception_with(&r, &f, to.target_el, CPU_SYNC, cpu_esr(to.ec, CPU_FSC_TRANSLATION | 3),
                            0x7f0123, cpu_ipa_to_hpfar(0x80001000));
    printf("EL%u at 0x%" PRIx64 ", ESR_EL2 0x%" PRIx64 ", HPFAR_EL2 0x%" PRIx64 "\n", cpu_el(&r),
           r.pc, r.esr_el2, r.hpfar_el2);
    cpu_eret_with(&r, &f, 2, false);
    to = cpu_route_irq(&r, &f, CPU_IRQ_VIRTUAL, false);
    cpu_take_exception_with(&r, &f, to.target_el, CPU_IRQ, 0, 0, 0);
    printf("EL%u at 0x%" PRIx64 ", ELR_EL1 0x%" PRIx64 "\n", cpu_el(&r), r.pc, r.elr_el1);

    const struct cpu_sysreg_result got = cpu_sysreg_access(&r, &s, &f, msr, &value);
    printf("MSR SCTLR_EL1: trap to EL%u, ESR_EL2 0x%" PRIx64 "\n", got.target_el, got.esr);
    return 0;
}
