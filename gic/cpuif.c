#include "gic/cpuif.h"

const struct gic_cpuif_info gic_cpuif_info[GIC_CPUIF_COUNT] = {
#define CPUIF(id, name, op1, crn, crm, op2, access, class)                                         \
    [GIC_##id] = {op1, crn, crm, op2, GIC_ACCESS_##access, GIC_CLASS_##class, name},
#include "gic/cpuif.def"
#undef CPUIF
};
