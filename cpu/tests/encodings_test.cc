/*
 * Every name of the table has the encoding that an assembler gives to MRS, MSR or SYS of it; the
 * list stands here by name, the table by encoding. The CPU interface is compared in sysreg_test.
 */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

namespace {

const struct {
    const char *name;
    u32 op0, op1, crn, crm, op2;
} list[] = {
    {"ACTLR_EL1", 3, 0, 1, 0, 1}, {"AFSR0_EL1", 3, 0, 5, 1, 0}, {"AFSR1_EL1", 3, 0, 5, 1, 1},
    {"AIDR_EL1", 3, 1, 0, 0, 7}, {"ALLINT", 3, 0, 4, 3, 0}, {"AMAIR_EL1", 3, 0, 10, 3, 0},
    {"APDAKeyHi_EL1", 3, 0, 2, 2, 1}, {"APDAKeyLo_EL1", 3, 0, 2, 2, 0},
    {"APDBKeyHi_EL1", 3, 0, 2, 2, 3}, {"APDBKeyLo_EL1", 3, 0, 2, 2, 2},
    {"APGAKeyHi_EL1", 3, 0, 2, 3, 1}, {"APGAKeyLo_EL1", 3, 0, 2, 3, 0},
    {"APIAKeyHi_EL1", 3, 0, 2, 1, 1}, {"APIAKeyLo_EL1", 3, 0, 2, 1, 0},
    {"APIBKeyHi_EL1", 3, 0, 2, 1, 3}, {"APIBKeyLo_EL1", 3, 0, 2, 1, 2}, {"AT S1E0R", 1, 0, 7, 8, 2},
    {"AT S1E0W", 1, 0, 7, 8, 3}, {"AT S1E1R", 1, 0, 7, 8, 0}, {"AT S1E1RP", 1, 0, 7, 9, 0},
    {"AT S1E1W", 1, 0, 7, 8, 1}, {"AT S1E1WP", 1, 0, 7, 9, 1}, {"CCSIDR_EL1", 3, 1, 0, 0, 0},
    {"CFP RCTX", 1, 3, 7, 3, 4}, {"CLIDR_EL1", 3, 1, 0, 0, 1}, {"CNTFRQ_EL0", 3, 3, 14, 0, 0},
    {"CNTHCTL_EL2", 3, 4, 14, 1, 0}, {"CNTKCTL_EL1", 3, 0, 14, 1, 0},
    {"CNTKCTL_EL12", 3, 5, 14, 1, 0}, {"CNTPCTSS_EL0", 3, 3, 14, 0, 5},
    {"CNTPCT_EL0", 3, 3, 14, 0, 1}, {"CNTP_CTL_EL0", 3, 3, 14, 2, 1},
    {"CNTP_CVAL_EL0", 3, 3, 14, 2, 2}, {"CNTP_TVAL_EL0", 3, 3, 14, 2, 0},
    {"CNTVCTSS_EL0", 3, 3, 14, 0, 6}, {"CNTVCT_EL0", 3, 3, 14, 0, 2},
    {"CNTVOFF_EL2", 3, 4, 14, 0, 3}, {"CNTV_CTL_EL0", 3, 3, 14, 3, 1},
    {"CNTV_CVAL_EL0", 3, 3, 14, 3, 2}, {"CNTV_TVAL_EL0", 3, 3, 14, 3, 0},
    {"CONTEXTIDR_EL1", 3, 0, 13, 0, 1}, {"CPACR_EL1", 3, 0, 1, 0, 2}, {"CPP RCTX", 1, 3, 7, 3, 7},
    {"CPTR_EL2", 3, 4, 1, 1, 2}, {"CSSELR_EL1", 3, 2, 0, 0, 0}, {"CTR_EL0", 3, 3, 0, 0, 1},
    {"CurrentEL", 3, 0, 4, 2, 2}, {"DAIF", 3, 3, 4, 2, 1}, {"DBGAUTHSTATUS_EL1", 2, 0, 7, 14, 6},
    {"DBGBCR0_EL1", 2, 0, 0, 0, 5}, {"DBGBCR1_EL1", 2, 0, 0, 1, 5}, {"DBGBCR2_EL1", 2, 0, 0, 2, 5},
    {"DBGBCR3_EL1", 2, 0, 0, 3, 5}, {"DBGBCR4_EL1", 2, 0, 0, 4, 5}, {"DBGBCR5_EL1", 2, 0, 0, 5, 5},
    {"DBGBVR0_EL1", 2, 0, 0, 0, 4}, {"DBGBVR1_EL1", 2, 0, 0, 1, 4}, {"DBGBVR2_EL1", 2, 0, 0, 2, 4},
    {"DBGBVR3_EL1", 2, 0, 0, 3, 4}, {"DBGBVR4_EL1", 2, 0, 0, 4, 4}, {"DBGBVR5_EL1", 2, 0, 0, 5, 4},
    {"DBGCLAIMCLR_EL1", 2, 0, 7, 9, 6}, {"DBGCLAIMSET_EL1", 2, 0, 7, 8, 6},
    {"DBGDTRRX_EL0", 2, 3, 0, 5, 0}, {"DBGDTR_EL0", 2, 3, 0, 4, 0}, {"DBGPRCR_EL1", 2, 0, 1, 4, 4},
    {"DBGWCR0_EL1", 2, 0, 0, 0, 7}, {"DBGWCR1_EL1", 2, 0, 0, 1, 7}, {"DBGWCR2_EL1", 2, 0, 0, 2, 7},
    {"DBGWCR3_EL1", 2, 0, 0, 3, 7}, {"DBGWVR0_EL1", 2, 0, 0, 0, 6}, {"DBGWVR1_EL1", 2, 0, 0, 1, 6},
    {"DBGWVR2_EL1", 2, 0, 0, 2, 6}, {"DBGWVR3_EL1", 2, 0, 0, 3, 6}, {"DC CGDSW", 1, 0, 7, 10, 6},
    {"DC CGDVAC", 1, 3, 7, 10, 5}, {"DC CGDVADP", 1, 3, 7, 13, 5}, {"DC CGDVAP", 1, 3, 7, 12, 5},
    {"DC CGSW", 1, 0, 7, 10, 4}, {"DC CGVAC", 1, 3, 7, 10, 3}, {"DC CGVADP", 1, 3, 7, 13, 3},
    {"DC CGVAP", 1, 3, 7, 12, 3}, {"DC CIGDSW", 1, 0, 7, 14, 6}, {"DC CIGDVAC", 1, 3, 7, 14, 5},
    {"DC CIGSW", 1, 0, 7, 14, 4}, {"DC CIGVAC", 1, 3, 7, 14, 3}, {"DC CISW", 1, 0, 7, 14, 2},
    {"DC CIVAC", 1, 3, 7, 14, 1}, {"DC CSW", 1, 0, 7, 10, 2}, {"DC CVAC", 1, 3, 7, 10, 1},
    {"DC CVADP", 1, 3, 7, 13, 1}, {"DC CVAP", 1, 3, 7, 12, 1}, {"DC CVAU", 1, 3, 7, 11, 1},
    {"DC GVA", 1, 3, 7, 4, 3}, {"DC GZVA", 1, 3, 7, 4, 4}, {"DC IGDSW", 1, 0, 7, 6, 6},
    {"DC IGDVAC", 1, 0, 7, 6, 5}, {"DC IGSW", 1, 0, 7, 6, 4}, {"DC IGVAC", 1, 0, 7, 6, 3},
    {"DC ISW", 1, 0, 7, 6, 2}, {"DC IVAC", 1, 0, 7, 6, 1}, {"DC ZVA", 1, 3, 7, 4, 1},
    {"DCZID_EL0", 3, 3, 0, 0, 7}, {"DISR_EL1", 3, 0, 12, 1, 1}, {"DIT", 3, 3, 4, 2, 5},
    {"DVP RCTX", 1, 3, 7, 3, 5}, {"ELR_EL1", 3, 0, 4, 0, 1}, {"ELR_EL12", 3, 5, 4, 0, 1},
    {"ELR_EL2", 3, 4, 4, 0, 1}, {"ERRIDR_EL1", 3, 0, 5, 3, 0}, {"ERRSELR_EL1", 3, 0, 5, 3, 1},
    {"ERXADDR_EL1", 3, 0, 5, 4, 3}, {"ERXCTLR_EL1", 3, 0, 5, 4, 1}, {"ERXFR_EL1", 3, 0, 5, 4, 0},
    {"ERXMISC0_EL1", 3, 0, 5, 5, 0}, {"ERXMISC1_EL1", 3, 0, 5, 5, 1},
    {"ERXSTATUS_EL1", 3, 0, 5, 4, 2}, {"ESR_EL1", 3, 0, 5, 2, 0}, {"ESR_EL12", 3, 5, 5, 2, 0},
    {"ESR_EL2", 3, 4, 5, 2, 0}, {"FAR_EL1", 3, 0, 6, 0, 0}, {"FAR_EL12", 3, 5, 6, 0, 0},
    {"FAR_EL2", 3, 4, 6, 0, 0}, {"FPCR", 3, 3, 4, 4, 0}, {"FPSR", 3, 3, 4, 4, 1},
    {"GCR_EL1", 3, 0, 1, 0, 6}, {"GMID_EL1", 3, 1, 0, 0, 4}, {"HCR_EL2", 3, 4, 1, 1, 0},
    {"HPFAR_EL2", 3, 4, 6, 0, 4}, {"HSTR_EL2", 3, 4, 1, 1, 3}, {"IC IALLU", 1, 0, 7, 5, 0},
    {"IC IALLUIS", 1, 0, 7, 1, 0}, {"IC IVAU", 1, 3, 7, 5, 1}, {"ID_AA64AFR0_EL1", 3, 0, 0, 5, 4},
    {"ID_AA64AFR1_EL1", 3, 0, 0, 5, 5}, {"ID_AA64DFR0_EL1", 3, 0, 0, 5, 0},
    {"ID_AA64DFR1_EL1", 3, 0, 0, 5, 1}, {"ID_AA64ISAR0_EL1", 3, 0, 0, 6, 0},
    {"ID_AA64ISAR1_EL1", 3, 0, 0, 6, 1}, {"ID_AA64ISAR2_EL1", 3, 0, 0, 6, 2},
    {"ID_AA64MMFR0_EL1", 3, 0, 0, 7, 0}, {"ID_AA64MMFR1_EL1", 3, 0, 0, 7, 1},
    {"ID_AA64MMFR2_EL1", 3, 0, 0, 7, 2}, {"ID_AA64PFR0_EL1", 3, 0, 0, 4, 0},
    {"ID_AA64PFR1_EL1", 3, 0, 0, 4, 1}, {"ID_AA64SMFR0_EL1", 3, 0, 0, 4, 5},
    {"ID_AA64ZFR0_EL1", 3, 0, 0, 4, 4}, {"ID_AFR0_EL1", 3, 0, 0, 1, 3},
    {"ID_DFR0_EL1", 3, 0, 0, 1, 2}, {"ID_DFR1_EL1", 3, 0, 0, 3, 5}, {"ID_ISAR0_EL1", 3, 0, 0, 2, 0},
    {"ID_ISAR1_EL1", 3, 0, 0, 2, 1}, {"ID_ISAR2_EL1", 3, 0, 0, 2, 2},
    {"ID_ISAR3_EL1", 3, 0, 0, 2, 3}, {"ID_ISAR4_EL1", 3, 0, 0, 2, 4},
    {"ID_ISAR5_EL1", 3, 0, 0, 2, 5}, {"ID_ISAR6_EL1", 3, 0, 0, 2, 7},
    {"ID_MMFR0_EL1", 3, 0, 0, 1, 4}, {"ID_MMFR1_EL1", 3, 0, 0, 1, 5},
    {"ID_MMFR2_EL1", 3, 0, 0, 1, 6}, {"ID_MMFR3_EL1", 3, 0, 0, 1, 7},
    {"ID_MMFR4_EL1", 3, 0, 0, 2, 6}, {"ID_MMFR5_EL1", 3, 0, 0, 3, 6},
    {"ID_PFR0_EL1", 3, 0, 0, 1, 0}, {"ID_PFR1_EL1", 3, 0, 0, 1, 1}, {"ID_PFR2_EL1", 3, 0, 0, 3, 4},
    {"ISR_EL1", 3, 0, 12, 1, 0}, {"LORC_EL1", 3, 0, 10, 4, 3}, {"LOREA_EL1", 3, 0, 10, 4, 1},
    {"LORID_EL1", 3, 0, 10, 4, 7}, {"LORN_EL1", 3, 0, 10, 4, 2}, {"LORSA_EL1", 3, 0, 10, 4, 0},
    {"MAIR_EL1", 3, 0, 10, 2, 0}, {"MAIR_EL2", 3, 4, 10, 2, 0}, {"MDCCINT_EL1", 2, 0, 0, 2, 0},
    {"MDCCSR_EL0", 2, 3, 0, 1, 0}, {"MDCR_EL2", 3, 4, 1, 1, 1}, {"MDRAR_EL1", 2, 0, 1, 0, 0},
    {"MDSCR_EL1", 2, 0, 0, 2, 2}, {"MIDR_EL1", 3, 0, 0, 0, 0}, {"MPIDR_EL1", 3, 0, 0, 0, 5},
    {"MVFR0_EL1", 3, 0, 0, 3, 0}, {"MVFR1_EL1", 3, 0, 0, 3, 1}, {"MVFR2_EL1", 3, 0, 0, 3, 2},
    {"NZCV", 3, 3, 4, 2, 0}, {"OSDLR_EL1", 2, 0, 1, 3, 4}, {"OSDTRRX_EL1", 2, 0, 0, 0, 2},
    {"OSDTRTX_EL1", 2, 0, 0, 3, 2}, {"OSECCR_EL1", 2, 0, 0, 6, 2}, {"OSLAR_EL1", 2, 0, 1, 0, 4},
    {"OSLSR_EL1", 2, 0, 1, 1, 4}, {"PAN", 3, 0, 4, 2, 3}, {"PAR_EL1", 3, 0, 7, 4, 0},
    {"PMCCFILTR_EL0", 3, 3, 14, 15, 7}, {"PMCCNTR_EL0", 3, 3, 9, 13, 0},
    {"PMCEID0_EL0", 3, 3, 9, 12, 6}, {"PMCEID1_EL0", 3, 3, 9, 12, 7},
    {"PMCNTENCLR_EL0", 3, 3, 9, 12, 2}, {"PMCNTENSET_EL0", 3, 3, 9, 12, 1},
    {"PMCR_EL0", 3, 3, 9, 12, 0}, {"PMEVCNTR0_EL0", 3, 3, 14, 8, 0},
    {"PMEVCNTR1_EL0", 3, 3, 14, 8, 1}, {"PMEVCNTR2_EL0", 3, 3, 14, 8, 2},
    {"PMEVCNTR3_EL0", 3, 3, 14, 8, 3}, {"PMEVCNTR4_EL0", 3, 3, 14, 8, 4},
    {"PMEVCNTR5_EL0", 3, 3, 14, 8, 5}, {"PMEVTYPER0_EL0", 3, 3, 14, 12, 0},
    {"PMEVTYPER1_EL0", 3, 3, 14, 12, 1}, {"PMEVTYPER2_EL0", 3, 3, 14, 12, 2},
    {"PMEVTYPER3_EL0", 3, 3, 14, 12, 3}, {"PMEVTYPER4_EL0", 3, 3, 14, 12, 4},
    {"PMEVTYPER5_EL0", 3, 3, 14, 12, 5}, {"PMINTENCLR_EL1", 3, 0, 9, 14, 2},
    {"PMINTENSET_EL1", 3, 0, 9, 14, 1}, {"PMMIR_EL1", 3, 0, 9, 14, 6},
    {"PMOVSCLR_EL0", 3, 3, 9, 12, 3}, {"PMOVSSET_EL0", 3, 3, 9, 14, 3},
    {"PMSELR_EL0", 3, 3, 9, 12, 5}, {"PMSWINC_EL0", 3, 3, 9, 12, 4},
    {"PMUSERENR_EL0", 3, 3, 9, 14, 0}, {"PMXEVCNTR_EL0", 3, 3, 9, 13, 2},
    {"PMXEVTYPER_EL0", 3, 3, 9, 13, 1}, {"REVIDR_EL1", 3, 0, 0, 0, 6}, {"RGSR_EL1", 3, 0, 1, 0, 5},
    {"SCTLR_EL1", 3, 0, 1, 0, 0}, {"SCTLR_EL12", 3, 5, 1, 0, 0}, {"SCTLR_EL2", 3, 4, 1, 0, 0},
    {"SCXTNUM_EL0", 3, 3, 13, 0, 7}, {"SCXTNUM_EL1", 3, 0, 13, 0, 7}, {"SPSR_EL1", 3, 0, 4, 0, 0},
    {"SPSR_EL12", 3, 5, 4, 0, 0}, {"SPSR_EL2", 3, 4, 4, 0, 0}, {"SPSel", 3, 0, 4, 2, 0},
    {"SP_EL0", 3, 0, 4, 1, 0}, {"SP_EL1", 3, 4, 4, 1, 0}, {"SSBS", 3, 3, 4, 2, 6},
    {"TCO", 3, 3, 4, 2, 7}, {"TCR_EL1", 3, 0, 2, 0, 2}, {"TCR_EL2", 3, 4, 2, 0, 2},
    {"TFSRE0_EL1", 3, 0, 5, 6, 1}, {"TFSR_EL1", 3, 0, 5, 6, 0}, {"TLBI ASIDE1", 1, 0, 8, 7, 2},
    {"TLBI ASIDE1IS", 1, 0, 8, 3, 2}, {"TLBI ASIDE1OS", 1, 0, 8, 1, 2},
    {"TLBI RVAAE1", 1, 0, 8, 6, 3}, {"TLBI RVAAE1IS", 1, 0, 8, 2, 3},
    {"TLBI RVAAE1OS", 1, 0, 8, 5, 3}, {"TLBI RVAALE1", 1, 0, 8, 6, 7},
    {"TLBI RVAALE1IS", 1, 0, 8, 2, 7}, {"TLBI RVAALE1OS", 1, 0, 8, 5, 7},
    {"TLBI RVAE1", 1, 0, 8, 6, 1}, {"TLBI RVAE1IS", 1, 0, 8, 2, 1}, {"TLBI RVAE1OS", 1, 0, 8, 5, 1},
    {"TLBI RVALE1", 1, 0, 8, 6, 5}, {"TLBI RVALE1IS", 1, 0, 8, 2, 5},
    {"TLBI RVALE1OS", 1, 0, 8, 5, 5}, {"TLBI VAAE1", 1, 0, 8, 7, 3},
    {"TLBI VAAE1IS", 1, 0, 8, 3, 3}, {"TLBI VAAE1OS", 1, 0, 8, 1, 3},
    {"TLBI VAALE1", 1, 0, 8, 7, 7}, {"TLBI VAALE1IS", 1, 0, 8, 3, 7},
    {"TLBI VAALE1OS", 1, 0, 8, 1, 7}, {"TLBI VAE1", 1, 0, 8, 7, 1}, {"TLBI VAE1IS", 1, 0, 8, 3, 1},
    {"TLBI VAE1OS", 1, 0, 8, 1, 1}, {"TLBI VALE1", 1, 0, 8, 7, 5}, {"TLBI VALE1IS", 1, 0, 8, 3, 5},
    {"TLBI VALE1OS", 1, 0, 8, 1, 5}, {"TLBI VMALLE1", 1, 0, 8, 7, 0},
    {"TLBI VMALLE1IS", 1, 0, 8, 3, 0}, {"TLBI VMALLE1OS", 1, 0, 8, 1, 0},
    {"TPIDRRO_EL0", 3, 3, 13, 0, 3}, {"TPIDR_EL0", 3, 3, 13, 0, 2}, {"TPIDR_EL1", 3, 0, 13, 0, 4},
    {"TPIDR_EL2", 3, 4, 13, 0, 2}, {"TTBR0_EL1", 3, 0, 2, 0, 0}, {"TTBR0_EL12", 3, 5, 2, 0, 0},
    {"TTBR0_EL2", 3, 4, 2, 0, 0}, {"TTBR1_EL1", 3, 0, 2, 0, 1}, {"UAO", 3, 0, 4, 2, 4},
    {"VBAR_EL1", 3, 0, 12, 0, 0}, {"VBAR_EL12", 3, 5, 12, 0, 0}, {"VBAR_EL2", 3, 4, 12, 0, 0},
    {"VMPIDR_EL2", 3, 4, 0, 0, 5}, {"VPIDR_EL2", 3, 4, 0, 0, 0}, {"VTCR_EL2", 3, 4, 2, 1, 2},
    {"VTTBR_EL2", 3, 4, 2, 1, 0}, {"ZCR_EL1", 3, 0, 1, 2, 0},
};

TEST(Encodings, EveryNameHasTheEncodingOfAnAssembler)
{
    size_t count, others = 0;
    const cpu_sysreg_info *rows = cpu_sysreg_table(&count);
    std::map<std::string, u32> by_name;

    for (auto &l : list)
        by_name[l.name] = l.op0 << 14 | l.op1 << 11 | l.crn << 7 | l.crm << 3 | l.op2;
    for (size_t i = 0; i < count; i++) {
        const std::string name = rows[i].name;
        if (name.compare(0, 4, "ICC_") == 0 || name.compare(0, 4, "ICH_") == 0) {
            others++;
            continue;
        }
        ASSERT_EQ(by_name.count(name), 1u) << name;
        EXPECT_EQ(cpu_sysreg_key(rows[i].reg), by_name[name]) << name;
    }
    EXPECT_EQ(count - others, ARRAY_COUNT(list));
}

} // namespace
