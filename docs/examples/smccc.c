/* A guest looks for KVM's vendor function 2 on three machines: by the ladder, and blindly. */
#include <stdio.h>

#include "cpu/cpu.h"

int main(void)
{
    static const char *const host[] = {"none", "kvm", "other"};
    static const char *const verdict[] = {"found", "absent", "fooled", "crashed"};
    static struct psci psci;
    struct smccc_spec spec;
    struct smccc_ladder ladder, blind;

    for (u32 h = SMCCC_NO_HYPERVISOR; h <= SMCCC_OTHER; h++) {
        smccc_spec_init(&spec, 1);
        spec.hypervisor = (u8)h;
        spec.conduit = h == SMCCC_NO_HYPERVISOR ? SMCCC_SMC : SMCCC_HVC;
        spec.foreign = SMCCC_FOREIGN_MEANS_ELSE;
        psci_init(&psci, &spec.psci);
        smccc_discover(&spec, &psci, 2, &ladder);
        smccc_probe_blindly(&spec, &psci, 2, &blind);
        printf("%-6s ladder: %s, rung %u; blind: %s\n", host[h], verdict[ladder.verdict],
               ladder.count, verdict[blind.verdict]);
    }
    return 0;
}
