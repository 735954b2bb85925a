/* Permissions and memory types of a leaf: private to mmu. DDI 0487, D8.4, D8.6. */
#ifndef MMU_RIGHTS_H
#define MMU_RIGHTS_H

#include "mmu/walk_state.h"

/* --- Stage 2 --- */

/* S2AP, and XN[1:0] with FEAT_XNX: 00 all, 01 EL0 only, 10 none, 11 EL1 only; without it XN[1]
 * alone counts. A fetch does not need read permission. */
static inline u32 s2_allowed(const struct mmu_regs *r, u64 desc, u32 el)
{
    static const u8 exec[2][4] = {
        {MAY_EXEC, MAY_EXEC, 0, 0},
        {MAY_EXEC, 0, 0, MAY_EXEC},
    };
    return (u32)(desc >> 6 & (MAY_READ | MAY_WRITE)) | exec[el][desc >> 53 & r->s2_xn_mask];
}

/* A read-only leaf with DBM is only clean if the hardware manages the dirty state. */
static inline bool s2_is_clean(const struct mmu_regs *r, u64 desc)
{
    return r->s2_hd && (desc & MMU_DESC_DBM) && !(desc & MMU_S2_WRITE);
}

/* MemAttr[3:2] = 0, with and without FEAT_S2FWB. */
static inline bool s2_is_device(u64 desc)
{
    return (desc >> 4 & 3) == 0;
}

/* May the walker read a stage-1 descriptor through this leaf? HCR_EL2.PTW forbids it in Device
 * memory. */
static inline bool s2_allows_walk(const struct mmu_regs *r, u64 desc)
{
    return (desc & MMU_S2_READ) && !(r->ptw && s2_is_device(desc));
}

/* The stricter of both stages; with HCR_EL2.FWB stage 2 may overrule stage 1 (0110), or leave it
 * to stage 1 alone (0111). */
static inline u8 combined_type(const struct mmu_regs *r, u64 desc, u8 s1_type)
{
    u32 attr = (u32)(desc >> 2 & 15);
    u8 s2_type = MMU_TYPE_NORMAL;

    if (r->fwb && (attr & 6) == 6)
        return attr & 1 ? s1_type : MMU_TYPE_NORMAL;
    if (s2_is_device(desc))
        s2_type = MMU_TYPE_DEVICE;
    else if (attr >> 2 == 1)
        s2_type = MMU_TYPE_NON_CACHEABLE;
    return s2_type > s1_type ? s2_type : s1_type;
}

/* --- Stage 1 --- */

static inline bool s1_is_user(const struct mmu_walk *w, u64 desc)
{
    return (desc & MMU_S1_AP_USER) && !(w->inherited & MMU_S1_AP_TABLE_NO_EL0);
}

/* A read-only leaf with DBM is writable for every rule if the hardware manages the dirty state:
 * it is only clean. A read-only table above it stays read-only. */
static inline bool s1_is_writable(const struct mmu_walk *w, const struct mmu_regs *r, u64 desc)
{
    bool read_only = (desc & MMU_S1_AP_RO) && !(r->s1_hd && (desc & MMU_DESC_DBM));

    return !read_only && !(w->inherited & MMU_S1_AP_TABLE_RO);
}

/*
 * What an EL may do, PAN apart: AP, UXN, PXN, those of the tables above, WXN. EL1 never executes
 * what EL0 can write; EL0 may execute what it cannot read.
 */
static inline u32 s1_allowed(const struct mmu_walk *w, const struct mmu_regs *r, u64 desc, u32 el)
{
    bool user = s1_is_user(w, desc);
    u32 write = s1_is_writable(w, r, desc) ? MAY_WRITE : 0;
    u32 data = el != 0 || user ? MAY_READ | write : 0;
    u64 never = el != 0 ? (desc & MMU_S1_PXN) | (w->inherited & MMU_S1_PXN_TABLE)
                        : (desc & MMU_S1_UXN) | (w->inherited & MMU_S1_UXN_TABLE);

    if (never || (el != 0 && user && write) || (r->wxn && (data & MAY_WRITE)))
        return data;
    return data | MAY_EXEC;
}

/* PSTATE.PAN: EL1 does not touch the data of pages that EL0 may read or write. Cache maintenance
 * does not count, but DC ZVA is a store. */
static inline bool pan_forbids(const struct mmu_walk *w, u64 desc)
{
    return (w->flags & (MMU_REQ_PAN | MMU_REQ_CM)) == MMU_REQ_PAN && w->judged_el == 1 &&
           w->access != MMU_FETCH && s1_is_user(w, desc);
}

/* MAIR_EL1: 0b0000xxxx is Device, 0b0100xxxx not cacheable. */
static inline u8 s1_type(const struct mmu_regs *r, u64 desc)
{
    u32 outer = (u32)(r->mair_el1 >> (8 * (desc >> MMU_S1_ATTR_SHIFT & 7)) >> 4 & 15);

    return outer == 0 ? MMU_TYPE_DEVICE : outer == 4 ? MMU_TYPE_NON_CACHEABLE : MMU_TYPE_NORMAL;
}

#endif
