/*
 * Inside of gic: the state that the ICV_* registers of the guest and the ICH_* registers of the
 * hypervisor share, by group. Not for other folders.
 */
#ifndef GIC_ICV_H
#define GIC_ICV_H

#include "gic/gic.h"

/* ICH_VMCR_EL2 */
enum {
    VMCR_CBPR = 1u << 4,
    VMCR_EOIM = 1u << 9,
    VMCR_BPR1_SHIFT = 18,
    VMCR_BPR0_SHIFT = 21,
    VMCR_PMR_SHIFT = 24,
};

u32 icv_acknowledge(struct gic *g, u32 group);           /* ICC_IAR<g>_EL1 */
u32 icv_highest_pending(const struct gic *g, u32 group); /* ICC_HPPIR<g>_EL1 */
bool icv_end(struct gic *g, u32 group, u32 intid);       /* ICC_EOIR<g>_EL1 */

/* ICH_MISR_EL2 without its bit EOI, gated by ICH_HCR_EL2.En. */
bool icv_has_enabled_maintenance(const struct gic *g);
/* A field of ICH_VMCR_EL2, at least the minimum. */
u32 icv_clamp_bpr(const struct gic *g, u32 group, u32 bpr);

/* ICH_*_EL2. A list register or an active priority register that is not there has no value. */
u64 ich_read(const struct gic *g, enum gic_cpuif reg);
void ich_write(struct gic *g, enum gic_cpuif reg, u64 value);

#endif
