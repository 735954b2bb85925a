/*
 * Who keeps an access of a system register from happening: the gates of EL1 against EL0 (and
 * CPACR_EL1 against both), and the traps of EL2. The rows of cpu/sysreg.def name one of each.
 *
 * Reference: Arm DDI 0487, the "Accessing" pseudocode of each register; HCR_EL2, CPTR_EL2,
 * MDCR_EL2, CNTHCTL_EL2; IHI 0069 ICH_HCR_EL2, ICC_SRE_EL2.
 */
#ifndef CPU_TRAPS_H
#define CPU_TRAPS_H

#include "cpu/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(id, "bit that opens it"). */
#define CPU_GATES(X)                                                                               \
    X(NONE, "")                                                                                    \
    X(UMA, "SCTLR_EL1.UMA")                                                                        \
    X(UCT, "SCTLR_EL1.UCT")                                                                        \
    X(UCI, "SCTLR_EL1.UCI")                                                                        \
    X(DZE, "SCTLR_EL1.DZE")                                                                        \
    X(ENRCTX, "SCTLR_EL1.EnRCTX")                                                                  \
    X(TSCXT, "SCTLR_EL1.TSCXT")                                                                    \
    X(CNTFRQ, "CNTKCTL_EL1.EL0PCTEN, EL0VCTEN")                                                    \
    X(PCTEN, "CNTKCTL_EL1.EL0PCTEN")                                                               \
    X(VCTEN, "CNTKCTL_EL1.EL0VCTEN")                                                               \
    X(PTEN, "CNTKCTL_EL1.EL0PTEN")                                                                 \
    X(VTEN, "CNTKCTL_EL1.EL0VTEN")                                                                 \
    X(PMEN, "PMUSERENR_EL0.EN")                                                                    \
    X(PMSW, "PMUSERENR_EL0.EN, SW")                                                                \
    X(PMCR, "PMUSERENR_EL0.EN, CR")                                                                \
    X(PMER, "PMUSERENR_EL0.EN, ER")                                                                \
    X(PMSEL, "PMUSERENR_EL0.EN, ER")                                                               \
    X(TDCC, "MDSCR_EL1.TDCC")                                                                      \
    X(FP, "CPACR_EL1.FPEN")                                                                        \
    X(ZEN, "CPACR_EL1.ZEN")

/* X(id, "control that traps it"). */
#define CPU_TRAPS(X)                                                                               \
    X(NONE, "")                                                                                    \
    X(VM, "HCR_EL2.TVM, TRVM")                                                                     \
    X(TID1, "HCR_EL2.TID1")                                                                        \
    X(TID2, "HCR_EL2.TID2, TID4")                                                                  \
    X(TID2_CTR, "HCR_EL2.TID2")                                                                    \
    X(TID3, "HCR_EL2.TID3")                                                                        \
    X(TID5, "HCR_EL2.TID5")                                                                        \
    X(TIDCP, "HCR_EL2.TIDCP")                                                                      \
    X(TACR, "HCR_EL2.TACR")                                                                        \
    X(TSW, "HCR_EL2.TSW")                                                                          \
    X(TPCP, "HCR_EL2.TPCP")                                                                        \
    X(TPU_OCU, "HCR_EL2.TPU, TOCU")                                                                \
    X(TPU_ICAB, "HCR_EL2.TPU, TICAB")                                                              \
    X(TTLB, "HCR_EL2.TTLB")                                                                        \
    X(TTLB_IS, "HCR_EL2.TTLB, TTLBIS")                                                             \
    X(TTLB_OS, "HCR_EL2.TTLB, TTLBOS")                                                             \
    X(TDZ, "HCR_EL2.TDZ")                                                                          \
    X(TLOR, "HCR_EL2.TLOR")                                                                        \
    X(TERR, "HCR_EL2.TERR")                                                                        \
    X(APK, "HCR_EL2.APK")                                                                          \
    X(ATA, "HCR_EL2.ATA")                                                                          \
    X(ENSCXT, "HCR_EL2.EnSCXT")                                                                    \
    X(TCPAC, "CPTR_EL2.TCPAC")                                                                     \
    X(TFP, "CPTR_EL2.TFP, FPEN")                                                                   \
    X(TZ, "CPTR_EL2.TZ, ZEN")                                                                      \
    X(TPM, "MDCR_EL2.TPM")                                                                         \
    X(TPMCR, "MDCR_EL2.TPM, TPMCR")                                                                \
    X(TDA, "MDCR_EL2.TDA, TDE")                                                                    \
    X(TDCC, "MDCR_EL2.TDA, TDE")                                                                   \
    X(TDRA, "MDCR_EL2.TDRA, TDE")                                                                  \
    X(TDOSA, "MDCR_EL2.TDOSA, TDE")                                                                \
    X(CNTPCT, "CNTHCTL_EL2.EL1PCTEN")                                                              \
    X(CNTP, "CNTHCTL_EL2.EL1PCEN")                                                                 \
    X(CNTVCT, "CNTHCTL_EL2.EL1TVCT")                                                               \
    X(CNTV, "CNTHCTL_EL2.EL1TVT")                                                                  \
    X(ICC_G0, "ICH_HCR_EL2.TALL0")                                                                 \
    X(ICC_G1, "ICH_HCR_EL2.TALL1")                                                                 \
    X(ICC_BOTH, "ICH_HCR_EL2.TC")                                                                  \
    X(ICC_DIR, "ICH_HCR_EL2.TC, TDIR")                                                             \
    X(ICC_SGI, "HCR_EL2.IMO, FMO, ICH_HCR_EL2.TC")                                                 \
    X(ICC_SRE, "ICC_SRE_EL2.Enable")

enum cpu_gate {
#define X(id, name) CPU_GATE_##id,
    CPU_GATES(X)
#undef X
        CPU_GATE_COUNT
};
enum cpu_trap {
#define X(id, name) CPU_TRAP_##id,
    CPU_TRAPS(X)
#undef X
        CPU_TRAP_COUNT
};
const char *cpu_gate_name(enum cpu_gate gate);
const char *cpu_trap_name(enum cpu_trap trap);

/* Does EL0 (FP, ZEN: EL0 or EL1) get in? */
bool cpu_gate_is_open(const struct cpu_regs *r, const struct cpu_sysregs *s,
                      const struct cpu_features *f, enum cpu_gate gate, u32 el, bool is_read);
/* Does EL2 take the access? Never without EL2. */
bool cpu_trap_is_on(const struct cpu_regs *r, const struct cpu_sysregs *s,
                    const struct cpu_features *f, enum cpu_trap trap, u32 el, bool is_read);

#ifdef __cplusplus
}
#endif
#endif
