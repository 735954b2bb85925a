/* The physical GICv3: a level SPI goes to the PE that its route names, and is active and pending
 * until the end of interrupt. */
#include <stdio.h>

#include "gic/gic.h"

int main(void)
{
    static struct gicv3_spec spec;
    static struct gicv3_dist dist;
    static struct gicv3_pe pe[2];
    const struct gicv3 gic = {&spec, &dist, pe};
    const struct gicv3_access el1 = {.el = 1};
    u64 intid = 0;

    gicv3_spec_default(&spec, 2);
    gicv3_init(&gic);
    gicv3_redist_write(&gic, 1, 0x14, 4, 0); /* GICR_WAKER: PE 1 is awake. */
    gicv3_dist_write(&gic, 0x0, 4, 2);       /* GICD_CTLR.EnableGrp1 */
    gicv3_dist_write(&gic, 0x84, 4, 1);      /* GICD_IGROUPR1: INTID 32 */
    gicv3_dist_write(&gic, 0x104, 4, 1);     /* GICD_ISENABLER1 */
    gicv3_dist_write(&gic, 0x6100, 8, 1);    /* GICD_IROUTER32: affinity 0.0.0.1 */
    gicv3_cpuif_write(&gic, 1, el1, GIC_PMR, 0xff);
    gicv3_cpuif_write(&gic, 1, el1, GIC_IGRPEN1, 1);

    gicv3_set_line(&gic, 0, 32, true);
    printf("target: PE %d, IRQ: %d\n", gicv3_target(&gic, 0, 32),
           (gicv3_lines(&gic, 1) & GICV3_LINE_IRQ) != 0);
    gicv3_cpuif_read(&gic, 1, el1, GIC_IAR1, &intid);
    printf("IAR1: %llu, IRQ: %d\n", (unsigned long long)intid, gicv3_lines(&gic, 1) != 0);
    gicv3_cpuif_write(&gic, 1, el1, GIC_EOIR1, intid);
    printf("after the end, IRQ: %d\n", gicv3_lines(&gic, 1) != 0);
    return 0;
}
