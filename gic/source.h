/*
 * What notifies a guest: (type, id, trigger). A PPI number alone means nothing on another version
 * of the architecture, so who chooses a notification chooses one of these.
 *
 * References: Arm IHI 0069 (GICv3) and its PPI recommendations in the Base System Architecture;
 * GICv5, whose PPIs are numbered from 0 and have fixed handling modes.
 */
#ifndef GIC_SOURCE_H
#define GIC_SOURCE_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gic_source_type {
    GIC_SOURCE_PPI,    /* GICv3, INTID 16..31 */
    GIC_SOURCE_SPI,    /* GICv3, INTID 32.. */
    GIC_SOURCE_LPI,    /* GICv3, INTID 8192.. */
    GIC_SOURCE_V5_PPI, /* GICv5, id 0..127 */
    GIC_SOURCE_TYPES,
};
enum gic_trigger { GIC_TRIGGER_LEVEL, GIC_TRIGGER_EDGE, GIC_TRIGGER_COUNT };

struct gic_source {
    u8 type;    /* enum gic_source_type */
    u8 trigger; /* enum gic_trigger */
    u8 zero[2];
    u32 id; /* GICv3: the INTID. GICv5: INTID.ID, without its type. */
};

/* What the VM leaves free. */
struct gic_source_rules {
    u32 nr_irqs;    /* As in struct gic_spec. */
    u32 taken;      /* PPIs that somebody else has: bit n is id n, of either version. */
    u8 has_its;     /* Then there are LPIs. */
    u8 edge_ppis;   /* A KVM that lets somebody configure PPIs; KVM 6.1 does not. */
    u8 cti_is_edge; /* GICv5: the mode of id 24 is IMPLEMENTATION DEFINED. */
    u8 zero;
};

enum gic_source_error {
    GIC_SOURCE_OK,
    GIC_SOURCE_NO_TYPE,    /* Type or trigger is no such one. */
    GIC_SOURCE_NO_ID,      /* The VM has no interrupt of this type and number. */
    GIC_SOURCE_IN_USE,     /* gic_ppi_name() says for what. */
    GIC_SOURCE_LEVEL_ONLY, /* It cannot be edge. */
    GIC_SOURCE_EDGE_ONLY,  /* It cannot be level. */
    GIC_SOURCE_ERRORS,
};

/* Can it be had, and as this trigger? */
enum gic_source_error gic_source_check(const struct gic_source *s,
                                       const struct gic_source_rules *r);
/* What the PPI is for by recommendation (GICv3) or by architecture (GICv5): "CNTV"; NULL: free. */
const char *gic_ppi_name(enum gic_source_type type, u32 id);
/* PPIs that KVM 6.1 gives every guest: the virtual and the physical timer. */
u32 gic_ppis_of_kvm(void);
/* The number that an acknowledge gives: GICv5 has the type in bits 31:29. */
u32 gic_source_intid(const struct gic_source *s);

#ifdef __cplusplus
}
#endif
#endif
