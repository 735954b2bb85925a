/*
 * The door of mmu: two-stage VMSAv8-64 translation as deciders (Arm DDI 0487, D8). Behind it:
 *
 *     regs.h    registers, granules, start levels, what the PE implements
 *     walk.h    a translation as resumable state: it asks for one descriptor at a time
 *     fsc.h     fault status codes
 *     abort.h   syndromes, both ways; what KVM makes of an abort
 *     tlb.h     combined translations of a core
 *     cache.h   walk cache and IPA cache
 *     tlbi.h    maintenance instructions
 *     bbm.h     break-before-make
 *     cores.h   TLB geometries
 *
 * Knows no time and no memory: descriptors come from the caller, who pays for them.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include "mmu/abort.h"
#include "mmu/bbm.h"
#include "mmu/cache.h"
#include "mmu/cores.h"
#include "mmu/fsc.h"
#include "mmu/regs.h"
#include "mmu/tlb.h"
#include "mmu/tlbi.h"
#include "mmu/walk.h"

#endif
