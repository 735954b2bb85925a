/*
 * What one core is made of: which exception levels and extensions exist, as frozen input of every
 * decider of cpu. Each field is 0 or 1; dpb2, tlbirange and bbm2 come with dpb, tlbios and bbm1
 * only. Memory: the caller's; never changed after the start.
 *
 * Reference: Arm DDI 0487, A2 (the FEAT_ names), D1.2 (exception levels).
 */
#ifndef CPU_FEATURES_H
#define CPU_FEATURES_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cpu_features {
    /* Exception levels, and what firmware at EL3 has set for good. */
    u8 el2, el3;
    u8 scr_hce, scr_smd; /* SCR_EL3: HVC is enabled, SMC is disabled. Only with el3. */
    u8 tsc_without_el3;  /* TSC traps SMC even so: an implementation's choice while NV is 0. */
    u8 aarch32_el0, aarch32_el1;
    /* PSTATE bits. */
    u8 pan, uao, dit, ssbs;
    u8 bti; /* PSTATE.BTYPE */
    u8 mte; /* MTE2: PSTATE.TCO and the tag registers. */
    u8 nmi; /* PSTATE.ALLINT, SCTLR_ELx.NMI and SPINTMASK. */
    /* Registers, system instructions and traps. */
    u8 vhe;               /* HCR_EL2.E2H */
    u8 ras;               /* ERR*, DISR_EL1, HCR_EL2.TERR. TEA is there as well. */
    u8 lor;               /* LOR*, HCR_EL2.TLOR */
    u8 pmu;               /* PMUv3 with six event counters. */
    u8 pauth, sve, csv2;  /* Keys; ZCR_EL1; SCXTNUM_ELx. */
    u8 evt;               /* HCR_EL2.TID4, TICAB, TOCU, TTLBIS, TTLBOS */
    u8 ecv;               /* CNTHCTL_EL2.EL1TVT, EL1TVCT; CNTPCTSS_EL0, CNTVCTSS_EL0 */
    u8 idst;              /* EL0 gets EC 0x18 instead of UNDEFINED for an ID register. */
    u8 dpb, dpb2;         /* DC CVAP, DC CVADP */
    u8 specres;           /* CFP, DVP and CPP RCTX */
    u8 tlbios, tlbirange; /* TLBI of the outer shareable domain, and by range. */
    /* Translation; cpu_mmu_features() tells mmu of them, of pauth and of the two above. */
    u8 ttst, fwb, ttl, e0pd;
    u8 bbm1, bbm2; /* FEAT_BBM: level 1, level 2. */
};

/* Close to a Neoverse N1 with a hypervisor and firmware below, which has neither BTI nor DIT nor
 * AArch32 at EL1: Armv8.2 with RAS, PMU and SSBS. */
#define CPU_FEATURES_DEFAULT                                                                       \
    {                                                                                              \
        .el2 = 1, .el3 = 1, .scr_hce = 1, .aarch32_el0 = 1, .aarch32_el1 = 1, .pan = 1, .uao = 1,  \
        .dit = 1, .ssbs = 1, .bti = 1, .vhe = 1, .ras = 1, .lor = 1, .pmu = 1, .dpb = 1,           \
    }
extern const struct cpu_features cpu_features_default;

#ifdef __cplusplus
}
#endif
#endif
