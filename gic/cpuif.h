/*
 * The names and encodings of the CPU interface registers (gic/cpuif.def). What they do is in icv.c
 * (virtual, as a guest has them) and in the physical CPU interface.
 */
#ifndef GIC_CPUIF_H
#define GIC_CPUIF_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gic_cpuif {
#define CPUIF(id, name, op1, crn, crm, op2, access, class) GIC_##id,
#include "gic/cpuif.def"
#undef CPUIF
    GIC_CPUIF_COUNT
};

enum gic_cpuif_access { GIC_ACCESS_RO = 1, GIC_ACCESS_WO = 2, GIC_ACCESS_RW = 3 };
enum gic_cpuif_class {
    GIC_CLASS_G0,
    GIC_CLASS_G1,
    GIC_CLASS_BOTH,
    GIC_CLASS_SGI,
    GIC_CLASS_EL2,
};

struct gic_cpuif_info { /* op0 is 3. */
    u8 op1, crn, crm, op2;
    u8 access; /* enum gic_cpuif_access */
    u8 class_; /* enum gic_cpuif_class */
    const char *name;
};

/* By enum gic_cpuif. */
extern const struct gic_cpuif_info gic_cpuif_info[GIC_CPUIF_COUNT];

#ifdef __cplusplus
}
#endif
#endif
