/*
 * Priorities and binary points, IHI 0069 4.8: what the physical and the virtual CPU interface
 * compute alike. Lower is more urgent. Not for other folders.
 */
#ifndef GIC_PRIORITY_H
#define GIC_PRIORITY_H

#include "base/base.h"

enum {
    GIC_PRIORITY_IDLE = 0xff, /* ICC_RPR_EL1 with nothing active; never signalled as a priority. */
};

/* The implemented bits of a priority, from the top. */
static inline u32 gic_priority_mask(u32 priority_bits)
{
    return 0xffu << (8 - priority_bits) & 0xff;
}

/* The least value of ICC_BPR<group>_EL1, which is also its reset value. */
static inline u32 gic_bpr_min(u32 preemption_bits, u32 group)
{
    return group == 0 ? 7 - preemption_bits : 8 - preemption_bits;
}

/*
 * The bits of a priority that decide on preemption. bpr is that of the group; with CBPR both groups
 * use the one of group 0, whose value counts one bit more.
 */
static inline u32 gic_group_mask(u32 bpr, bool is_bpr0)
{
    return 0xffu << (is_bpr0 ? bpr + 1 : bpr) & 0xff;
}

#endif
