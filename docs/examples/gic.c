/* KVM's vgic: a level interrupt is taken, and its line is still high at the end. */
#include <stdio.h>

#include "gic/gic.h"

int main(void)
{
    static struct gic_dist dist;
    static struct gic cpu;
    const struct gic_spec spec = gic_spec_kvm(1);

    gic_dist_init_as(&dist, &spec);
    gic_init_as(&cpu, &spec, 0);
    gicd_write(&dist, 0x0, 4, GIC_CTLR_ENABLE);    /* GICD_CTLR.EnableGrp1 */
    gicr_write(&cpu, &dist, 0x10100, 4, 1u << 18); /* GICR_ISENABLER0 */
    icc_pmr_write(&cpu, 0xf0);
    icc_igrpen1_write(&cpu, 1);

    printf("kick: %d\n", gic_inject(&cpu, &dist, 18, true));
    gic_flush(&cpu, &dist); /* Before the entry. */
    printf("irq: %d, LR0: 0x%llx\n", gic_irq_asserted(&cpu), (unsigned long long)cpu.lr[0]);
    printf("IAR1: %u\n", icc_iar1_read(&cpu));
    printf("RPR: 0x%x\n", icc_rpr_read(&cpu));
    printf("maintenance: %d\n", icc_eoir1_write(&cpu, 18));
    gic_sync(&cpu, &dist); /* After the exit. */
    printf("still pending: %d\n", gic_is_pending(&cpu, 18));
    return 0;
}
