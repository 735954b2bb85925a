/*
 * The columns of cpu/sysreg.def a second time, by name and from the manual: who may access a
 * register, which feature brings it, which of its bits can be written, what it holds at reset.
 * Encodings are compared in encodings_test, gates and traps in traps_test.
 */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <string>

namespace {

using F = cpu_features;

enum : u8 { NO, RO, WO, RW };
constexpr u8 F::*ALWAYS = nullptr;
constexpr u64 ALL = ~u64(0);

constexpr u64 bit(u32 n) { return u64(1) << n; }
constexpr u64 bits(u32 high, u32 low) { return ALL >> (63 - high) & ALL << low; }

/* An ID register: its fields of four bits, from bit 0 upwards. */
template <class... N> constexpr u64 fields(N... values)
{
    u64 result = 0;
    u32 shift = 0;
    ((result |= u64(values) << shift, shift += 4), ...);
    return result;
}

struct column {
    const char *names; /* Several with "; " between them; {a,b} as in a shell. */
    u8 el0, el1;
    u8 F::*feature;
    u64 mask;  /* Bits that are written; of a read-only register, bits that it may show. */
    u64 reset; /* Of ID registers, before the features are put in. */
};

/* DDI 0487 D19.2.120; bit 17, 34:32 and 60:45 are RES0 or of later versions. */
constexpr u64 SCTLR = bits(16, 0) /* nTWI..M */ | bits(31, 18) /* EnIA..nTWE */ |
                      bits(44, 35) /* DSSBS..BT0 */ | bits(63, 61) /* TIDCP, SPINTMASK, NMI */;
/* As KVM resets it: SPAN, EIS, nTWE, nTWI, nAA, CP15BEN, SA0, SA. */
constexpr u64 SCTLR_RESET = bit(23) | bit(22) | bit(18) | bit(16) | bit(6) | bit(5) | bit(4) |
                            bit(3);
constexpr u64 TCR = bits(5, 0) /* T0SZ */ | bit(7) /* EPD0 */ | bits(13, 8) /* SH0..IRGN0 */ |
                    bits(15, 14) /* TG0 */ | bits(21, 16) /* T1SZ */ | bits(23, 22) /* EPD1, A1 */ |
                    bits(29, 24) /* SH1..IRGN1 */ | bits(31, 30) /* TG1 */ |
                    bits(34, 32) /* IPS */ | bit(36) /* AS */ | bits(38, 37) /* TBI */ |
                    bits(40, 39) /* HD, HA */ | bits(42, 41) /* HPD */ | bits(50, 43) /* HWU */ |
                    bits(52, 51) /* TBID */ | bits(54, 53) /* NFD */ | bits(56, 55) /* E0PD */ |
                    bits(58, 57) /* TCMA */ | bit(59) /* DS */;
constexpr u64 DBGBCR = bits(23, 20) /* BT */ | bits(19, 16) /* LBN */ | bits(15, 14) /* SSC */ |
                       bit(13) /* HMC */ | bits(8, 5) /* BAS */ | bits(2, 1) /* PMC */ | bit(0);
constexpr u64 DBGWCR = bits(28, 24) /* MASK */ | bit(20) /* WT */ | bits(19, 16) /* LBN */ |
                       bits(15, 14) /* SSC */ | bit(13) /* HMC */ | bits(12, 5) /* BAS */ |
                       bits(4, 3) /* LSC */ | bits(2, 1) /* PAC */ | bit(0) /* E */;
constexpr u64 FPCR = bit(26) /* AHP */ | bit(25) /* DN */ | bit(24) /* FZ */ |
                     bits(23, 22) /* RMode */ | bits(21, 20) /* Stride */ | bit(19) /* FZ16 */ |
                     bits(18, 16) /* Len */ | bit(15) /* IDE */ | bits(12, 8) /* IXE..IOE */;
constexpr u64 FPSR = bits(31, 28) /* NZCV */ | bit(27) /* QC */ | bit(7) /* IDC */ |
                     bits(4, 0) /* IXC..IOC */;
constexpr u64 CTR = bit(31) /* RES1 */ | bit(29) /* DIC */ | bit(28) /* IDC */ |
                    u64(4) << 24 /* CWG */ | u64(4) << 20 /* ERG */ | u64(4) << 16 /* DminLine */ |
                    u64(3) << 14 /* L1Ip: PIPT */ | u64(4) /* IminLine */;
constexpr u64 CLIDR = u64(2) << 30 /* ICB */ | u64(0) << 27 /* LoUU */ | u64(2) << 24 /* LoC */ |
                      u64(0) << 21 /* LoUIS */ | u64(4) << 3 /* L2: unified */ | u64(3);
constexpr u64 MIDR = u64(0x41) << 24 /* Arm */ | u64(4) << 20 /* r4 */ | u64(15) << 16 |
                     u64(0xd0c) << 4 /* Neoverse N1 */ | u64(1) /* p1 */;

const column columns[] = {
    /* --- System instructions --- */
    {"IC IALLU{,IS}; DC {I,C,CI}SW; DC IVAC; AT S1E{0,1}{R,W}", NO, WO, ALWAYS, 0, 0},
    {"AT S1E1{R,W}P", NO, WO, &F::pan, 0, 0},
    {"IC IVAU; DC {ZVA,CVAC,CVAU,CIVAC}", WO, WO, ALWAYS, 0, 0},
    {"DC CVAP", WO, WO, &F::dpb, 0, 0},
    {"DC CVADP", WO, WO, &F::dpb2, 0, 0},
    {"DC IG{,D}{VAC,SW}; DC {CG,CGD,CIG,CIGD}SW", NO, WO, &F::mte, 0, 0},
    {"DC {CG,CGD,CIG,CIGD}VAC; DC {CG,CGD}VA{,D}P; DC G{,Z}VA", WO, WO, &F::mte, 0, 0},
    {"TLBI {VMALLE1,VAE1,ASIDE1,VAAE1,VALE1,VAALE1}{,IS}", NO, WO, ALWAYS, 0, 0},
    {"TLBI {VMALLE1,VAE1,ASIDE1,VAAE1,VALE1,VAALE1}OS", NO, WO, &F::tlbios, 0, 0},
    {"TLBI R{VAE1,VAAE1,VALE1,VAALE1}{,IS,OS}", NO, WO, &F::tlbirange, 0, 0},
    {"{CFP,DVP,CPP} RCTX", WO, WO, &F::specres, 0, 0},
    /* --- Debug --- */
    {"DBGBVR{0,1,2,3,4,5}_EL1", NO, RW, ALWAYS, bits(63, 2), 0},
    {"DBGBCR{0,1,2,3,4,5}_EL1", NO, RW, ALWAYS, DBGBCR, 0},
    {"DBGWVR{0,1,2,3}_EL1", NO, RW, ALWAYS, bits(63, 2), 0},
    {"DBGWCR{0,1,2,3}_EL1", NO, RW, ALWAYS, DBGWCR, 0},
    /* MDE, HDE, KDE, TDCC; SS */
    {"MDSCR_EL1", NO, RW, ALWAYS, bits(15, 12) | bit(0), 0},
    {"OSDTR{R,T}X_EL1; MDCCINT_EL1; OSECCR_EL1; OSDLR_EL1", NO, RW, ALWAYS, 0, 0},
    {"DBGPRCR_EL1; DBGCLAIM{SET,CLR}_EL1", NO, RW, ALWAYS, 0, 0},
    {"MDRAR_EL1; DBGAUTHSTATUS_EL1", NO, RO, ALWAYS, 0, 0},
    {"OSLAR_EL1", NO, WO, ALWAYS, 0, 0},
    {"OSLSR_EL1", NO, RO, ALWAYS, ALL, bit(3)}, /* OSLM = 10 */
    {"MDCCSR_EL0", RO, RO, ALWAYS, 0, 0},
    {"DBGDTR{,RX}_EL0", RW, RW, ALWAYS, 0, 0},
    /* --- Identification --- */
    {"MIDR_EL1", NO, RO, ALWAYS, ALL, MIDR},
    {"MPIDR_EL1", NO, RO, ALWAYS, ALL, bit(31)},
    {"{REVIDR,AIDR,ID_AFR0}_EL1; ID_AA64AFR{0,1}_EL1", NO, RO, ALWAYS, 0, 0},
    {"ID_DFR1_EL1; ID_MMFR5_EL1; ID_AA64{ZFR0,SMFR0,DFR1,ISAR2}_EL1", NO, RO, ALWAYS, 0, 0},
    /* State0..3, CSV2, AMU, DIT, RAS */
    {"ID_PFR0_EL1", NO, RO, ALWAYS, 0, fields(1, 3, 1, 0, 1, 0, 0, 1)},
    /* ProgMod, Security, MProgMod, Virtualization, GenTimer, Sec_frac, Virt_frac, GIC */
    {"ID_PFR1_EL1", NO, RO, ALWAYS, 0, fields(0, 0, 0, 0, 1, 0, 0, 1)},
    /* CSV3, SSBS */
    {"ID_PFR2_EL1", NO, RO, ALWAYS, 0, fields(1, 1)},
    /* CopDbg, CopSDbg, MMapDbg, CopTrc, MMapTrc, MProfDbg, PerfMon */
    {"ID_DFR0_EL1", NO, RO, ALWAYS, 0, fields(8, 8, 0, 0, 1, 0, 4)},
    /* VMSA, PMSA, OuterShr, ShareLvl, TCM, AuxReg, FCSE, InnerShr */
    {"ID_MMFR0_EL1", NO, RO, ALWAYS, 0, fields(5, 0, 1, 1, 0, 2, 0, 1)},
    /* L1HvdVA, L1UniVA, L1HvdSW, L1UniSW, L1Hvd, L1Uni, L1TstCln, BPred */
    {"ID_MMFR1_EL1", NO, RO, ALWAYS, 0, fields(0, 0, 0, 0, 0, 0, 0, 4)},
    /* L1HvdFG, L1HvdBG, L1HvdRng, HvdTLB, UniTLB, MemBarr, WFIStall, HWAccFlg */
    {"ID_MMFR2_EL1", NO, RO, ALWAYS, 0, fields(0, 0, 0, 0, 6, 2, 1, 0)},
    /* CMaintVA, CMaintSW, BPMaint, MaintBcst, PAN, CohWalk, CMemSz, Supersec */
    {"ID_MMFR3_EL1", NO, RO, ALWAYS, 0, fields(1, 1, 2, 2, 2, 1, 2, 0)},
    /* SpecSEI, AC2, XNX, CnP, HPDS, LSM, CCIDX, EVT */
    {"ID_MMFR4_EL1", NO, RO, ALWAYS, 0, fields(0, 1, 1, 1, 2, 0, 0, 0)},
    /* Swap, BitCount, BitField, CmpBranch, Coproc, Debug, Divide */
    {"ID_ISAR0_EL1", NO, RO, ALWAYS, 0, fields(0, 1, 1, 1, 0, 1, 2)},
    /* Endian, Except, Except_AR, Extend, IfThen, Immediate, Interwork, Jazelle */
    {"ID_ISAR1_EL1", NO, RO, ALWAYS, 0, fields(1, 1, 1, 2, 1, 1, 3, 1)},
    /* LoadStore, MemHint, MultiAccessInt, Mult, MultS, MultU, PSR_AR, Reversal */
    {"ID_ISAR2_EL1", NO, RO, ALWAYS, 0, fields(2, 4, 0, 2, 3, 2, 1, 2)},
    /* Saturate, SIMD, SVC, SynchPrim, TabBranch, T32Copy, TrueNOP, T32EE */
    {"ID_ISAR3_EL1", NO, RO, ALWAYS, 0, fields(1, 3, 1, 2, 1, 1, 1, 0)},
    /* Unpriv, WithShifts, Writeback, SMC, Barrier, SynchPrim_frac, PSR_M, SWP_frac */
    {"ID_ISAR4_EL1", NO, RO, ALWAYS, 0, fields(2, 4, 1, 0, 1, 0, 0, 0)},
    /* SEVL, AES, SHA1, SHA2, CRC32, 0, RDM, VCMA */
    {"ID_ISAR5_EL1", NO, RO, ALWAYS, 0, fields(1, 2, 1, 1, 1, 0, 1, 0)},
    /* JSCVT, DP */
    {"ID_ISAR6_EL1", NO, RO, ALWAYS, 0, fields(0, 1)},
    /* SIMDReg, FPSP, FPDP, FPTrap, FPDivide, FPSqrt, FPShVec, FPRound */
    {"MVFR0_EL1", NO, RO, ALWAYS, 0, fields(2, 2, 2, 0, 1, 1, 0, 1)},
    /* FPFtZ, FPDNaN, SIMDLS, SIMDInt, SIMDSP, SIMDHP, FPHP, SIMDFMAC */
    {"MVFR1_EL1", NO, RO, ALWAYS, 0, fields(1, 1, 1, 1, 1, 2, 3, 1)},
    /* SIMDMisc, FPMisc */
    {"MVFR2_EL1", NO, RO, ALWAYS, 0, fields(3, 4)},
    /* EL0..EL3, FP, AdvSIMD, GIC, RAS; SVE, SEL2, MPAM, AMU, DIT, RME, CSV2, CSV3 */
    {"ID_AA64PFR0_EL1", NO, RO, ALWAYS, 0,
     fields(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1)},
    /* BT, SSBS, MTE */
    {"ID_AA64PFR1_EL1", NO, RO, ALWAYS, 0, fields(0, 2, 0)},
    /* DebugVer, TraceVer, PMUVer, BRPs, PMSS, WRPs, 0, CTX_CMPs; PMSVer */
    {"ID_AA64DFR0_EL1", NO, RO, ALWAYS, 0, fields(8, 0, 4, 5, 0, 3, 0, 1, 0)},
    /* 0, AES, SHA1, SHA2, CRC32, Atomic, TME, RDM; SHA3, SM3, SM4, DP */
    {"ID_AA64ISAR0_EL1", NO, RO, ALWAYS, 0, fields(0, 2, 1, 1, 1, 2, 0, 1, 0, 0, 0, 1)},
    /* DPB, APA, API, JSCVT, FCMA, LRCPC */
    {"ID_AA64ISAR1_EL1", NO, RO, ALWAYS, 0, fields(1, 0, 0, 0, 0, 1)},
    /* PARange, ASIDBits, BigEnd, SNSMem, BigEndEL0, TGran16, TGran64, TGran4 */
    {"ID_AA64MMFR0_EL1", NO, RO, ALWAYS, 0, fields(5, 2, 1, 1, 0, 1, 0, 0)},
    /* HAFDBS, VMIDBits, VH, HPDS, LO, PAN, SpecSEI, XNX */
    {"ID_AA64MMFR1_EL1", NO, RO, ALWAYS, 0, fields(2, 2, 1, 2, 1, 2, 0, 1)},
    /* CnP, UAO, LSM, IESB */
    {"ID_AA64MMFR2_EL1", NO, RO, ALWAYS, 0, fields(1, 1, 0, 1)},
    {"CCSIDR_EL1", NO, RO, ALWAYS, 0, 0},
    {"CLIDR_EL1", NO, RO, ALWAYS, 0, CLIDR},
    {"GMID_EL1", NO, RO, &F::mte, 0, 4}, /* BS: 64 bytes */
    {"CSSELR_EL1", NO, RW, ALWAYS, bits(3, 1) /* Level */ | bit(0) /* InD */, 0},
    {"CTR_EL0", RO, RO, ALWAYS, 0, CTR},
    {"DCZID_EL0", RO, RO, ALWAYS, 0, 4}, /* BS: 64 bytes */
    /* --- Control, translation, exceptions --- */
    {"SCTLR_EL1", NO, RW, ALWAYS, SCTLR, SCTLR_RESET},
    {"ACTLR_EL1", NO, RW, ALWAYS, 0, 0},
    /* TTA, FPEN, ZEN */
    {"CPACR_EL1", NO, RW, ALWAYS, bit(28) | bits(21, 20) | bits(17, 16), 0},
    {"ZCR_EL1", NO, RW, &F::sve, bits(3, 0), 0}, /* LEN */
    {"RGSR_EL1", NO, RW, &F::mte, bits(23, 8) /* SEED */ | bits(3, 0) /* TAG */, 0},
    {"GCR_EL1", NO, RW, &F::mte, bit(16) /* RRND */ | bits(15, 0) /* Exclude */, 0},
    {"TFSR{,E0}_EL1", NO, RW, &F::mte, bit(1) /* TF1 */ | bit(0) /* TF0 */, 0},
    {"TTBR{0,1}_EL1; {A,}MAIR_EL1; FAR_EL1; PAR_EL1; ELR_EL1; TPIDR_EL1", NO, RW, ALWAYS, ALL, 0},
    {"TCR_EL1", NO, RW, ALWAYS, TCR, 0},
    {"AP{IA,IB,DA,DB,GA}Key{Lo,Hi}_EL1", NO, RW, &F::pauth, ALL, 0},
    {"SPSR_EL1; AFSR{0,1}_EL1; CONTEXTIDR_EL1", NO, RW, ALWAYS, bits(31, 0), 0},
    {"SP_EL0", NO, RW, ALWAYS, ALL, 0},
    /* ISS2; EC, IL, ISS */
    {"ESR_EL1", NO, RW, ALWAYS, bits(55, 32) | bits(31, 26) | bit(25) | bits(24, 0), 0},
    {"VBAR_EL1", NO, RW, ALWAYS, bits(63, 11), 0},
    {"ISR_EL1", NO, RO, ALWAYS, bits(8, 6) /* A, I, F */ | bits(10, 9) /* FS, IS */, 0},
    {"DISR_EL1", NO, RW, &F::ras, bit(31) /* A */ | bit(24) /* IDS */ | bits(23, 0) /* ISS */, 0},
    {"ERRIDR_EL1; ERXFR_EL1", NO, RO, &F::ras, 0, 0},
    {"ERRSELR_EL1; ERX{CTLR,STATUS,ADDR,MISC0,MISC1}_EL1", NO, RW, &F::ras, 0, 0},
    {"LOR{SA,EA,N,C}_EL1", NO, RW, &F::lor, 0, 0},
    {"LORID_EL1", NO, RO, &F::lor, 0, 0},
    {"TPIDR_EL0", RW, RW, ALWAYS, ALL, 0},
    {"TPIDRRO_EL0", RO, RW, ALWAYS, ALL, 0},
    {"SCXTNUM_EL1", NO, RW, &F::csv2, ALL, 0},
    {"SCXTNUM_EL0", RW, RW, &F::csv2, ALL, 0},
    {"FPCR", RW, RW, ALWAYS, FPCR, 0},
    {"FPSR", RW, RW, ALWAYS, FPSR, 0},
    /* --- PSTATE --- */
    {"SPSel", NO, RW, ALWAYS, bit(0), 0},
    {"CurrentEL", NO, RO, ALWAYS, bits(3, 2), 0},
    {"PAN", NO, RW, &F::pan, bit(22), 0},
    {"UAO", NO, RW, &F::uao, bit(23), 0},
    {"ALLINT", NO, RW, &F::nmi, bit(13), 0},
    {"NZCV", RW, RW, ALWAYS, bits(31, 28), 0},
    {"DAIF", RW, RW, ALWAYS, bits(9, 6), 0},
    {"DIT", RW, RW, &F::dit, bit(24), 0},
    {"SSBS", RW, RW, &F::ssbs, bit(12), 0},
    {"TCO", RW, RW, &F::mte, bit(25), 0},
    /* --- Interrupts, time, performance --- */
    {"ICC_{PMR,BPR0,BPR1,CTLR,SRE,IGRPEN0,IGRPEN1}_EL1", NO, RW, ALWAYS, 0, 0},
    {"ICC_AP{0,1}R{0,1,2,3}_EL1", NO, RW, ALWAYS, 0, 0},
    {"ICC_{IAR0,HPPIR0,IAR1,HPPIR1,RPR}_EL1", NO, RO, ALWAYS, 0, 0},
    {"ICC_{EOIR0,EOIR1,DIR,SGI1R,ASGI1R,SGI0R}_EL1", NO, WO, ALWAYS, 0, 0},
    {"ICC_NMIAR1_EL1", NO, RO, &F::nmi, 0, 0},
    /* EL0PTEN, EL0VTEN, EVNTI, EVNTDIR, EVNTEN, EL0VCTEN, EL0PCTEN */
    {"CNTKCTL_EL1", NO, RW, ALWAYS, bits(9, 8) | bits(7, 4) | bits(3, 2) | bits(1, 0), 0},
    {"CNT{FRQ,PCT,VCT}_EL0", RO, RO, ALWAYS, 0, 0},
    {"CNT{PCT,VCT}SS_EL0", RO, RO, &F::ecv, 0, 0},
    {"CNT{P,V}_{TVAL,CTL,CVAL}_EL0", RW, RW, ALWAYS, 0, 0},
    {"PM{CR,CNTENSET,CNTENCLR,OVSCLR,OVSSET,SELR,CCNTR,CCFILTR}_EL0", RW, RW, &F::pmu, 0, 0},
    {"PMX{EVTYPER,EVCNTR}_EL0", RW, RW, &F::pmu, 0, 0},
    {"PM{EVCNTR,EVTYPER}{0,1,2,3,4,5}_EL0", RW, RW, &F::pmu, 0, 0},
    {"PMSWINC_EL0", WO, WO, &F::pmu, 0, 0},
    {"PMCEID{0,1}_EL0", RO, RO, &F::pmu, 0, 0},
    {"PMUSERENR_EL0", RO, RW, &F::pmu, bits(3, 0), 0}, /* ER, CR, SW, EN */
    {"PMINTEN{SET,CLR}_EL1", NO, RW, &F::pmu, 0, 0},
    {"PMMIR_EL1", NO, RO, &F::pmu, 0, 0},
    /* --- EL2 --- */
    {"V{PIDR,MPIDR,TTBR,TCR,BAR}_EL2; {SCTLR,HCR,MDCR,CPTR,HSTR}_EL2", NO, NO, ALWAYS, 0, 0},
    {"{TTBR0,TCR,SPSR,ELR,ESR,FAR,HPFAR,MAIR,TPIDR}_EL2; SP_EL1", NO, NO, ALWAYS, 0, 0},
    {"CNTVOFF_EL2; CNTHCTL_EL2; ICC_SRE_EL2", NO, NO, ALWAYS, 0, 0},
    {"ICH_{HCR,VTR,MISR,EISR,ELRSR,VMCR}_EL2; ICH_AP{0,1}R{0,1,2,3}_EL2", NO, NO, ALWAYS, 0, 0},
    {"ICH_LR{,1}{0,1,2,3,4,5}_EL2; ICH_LR{6,7,8,9}_EL2", NO, NO, ALWAYS, 0, 0},
    {"{SCTLR,TTBR0,SPSR,ELR,ESR,FAR,VBAR,CNTKCTL}_EL12", NO, NO, ALWAYS, 0, 0},
};

/* "a{b,c}d" is "abd" and "acd". */
void expand(const std::string &pattern, std::set<std::string> *names)
{
    const size_t open = pattern.find('{'), close = pattern.find('}');

    if (open == std::string::npos) {
        EXPECT_TRUE(names->insert(pattern).second) << pattern;
        return;
    }
    for (size_t at = open + 1; at <= close;) {
        const size_t end = pattern.find_first_of(",}", at);
        expand(pattern.substr(0, open) + pattern.substr(at, end - at) + pattern.substr(close + 1),
               names);
        at = end + 1;
    }
}

std::set<std::string> names_of(const column &c)
{
    const std::string all = c.names;
    std::set<std::string> names;

    for (size_t at = 0; at < all.size();) {
        const size_t end = std::min(all.find("; ", at), all.size());
        expand(all.substr(at, end - at), &names);
        at = end + 2;
    }
    return names;
}

struct Columns : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f;
    u64 value = 0;
    std::map<std::string, const cpu_sysreg_info *> rows;

    Columns()
    {
        size_t count;
        const cpu_sysreg_info *const table = cpu_sysreg_table(&count);
        for (size_t i = 0; i < count; i++)
            rows[table[i].name] = &table[i];
        all_features(1);
    }
    /* FEAT_IDST alone changes what is UNDEFINED; it has a test of its own. */
    void all_features(u8 on)
    {
        memset(&f, on, sizeof f);
        f.idst = 0;
    }
    /* With all gates open and no trap on. */
    u32 access(const cpu_sysreg_info &w, bool is_read, u32 el)
    {
        r = {};
        cpu_sysregs_reset(&r, &s, 0);
        r.pstate = el ? CPU_MODE_EL1H : CPU_MODE_EL0T;
        r.hcr_el2 = CPU_HCR_RW | CPU_HCR_APK | CPU_HCR_ATA | CPU_HCR_ENSCXT;
        r.sctlr_el1 = CPU_SCTLR_UMA | CPU_SCTLR_UCT | CPU_SCTLR_UCI | CPU_SCTLR_DZE |
                      CPU_SCTLR_ENRCTX;
        s.cntkctl_el1 = 0x303;
        s.pmuserenr_el0 = 1;
        s.cpacr_el1 = 0x330000;
        s.cnthctl_el2 = 3;
        s.icc_sre_el2 = 8;
        return cpu_sysreg_access(&r, &s, &f, {w.reg, 5, u8(is_read), u8(el)}, &value).what;
    }
    template <class Check> void each(Check check)
    {
        for (const column &c : columns)
            for (const std::string &name : names_of(c)) {
                SCOPED_TRACE(name);
                ASSERT_EQ(rows.count(name), 1u);
                check(c, *rows[name]);
            }
    }
    /* By every EL in both directions. */
    void expect_access(const column &c, const cpu_sysreg_info &w, bool exists)
    {
        for (u32 el = 0; el <= 1; el++)
            for (bool is_read : {false, true}) {
                const bool may = exists && (el ? c.el1 : c.el0) & (is_read ? RO : WO);
                const u32 what = access(w, is_read, el);
                EXPECT_EQ(what == CPU_SYSREG_UNDEFINED, !may) << "el " << el << is_read;
                EXPECT_NE(what, CPU_SYSREG_TRAP) << "el " << el << is_read;
            }
    }
};

TEST_F(Columns, EveryRowIsListedOnceAndHasTheColumnsOfTheManual)
{
    std::set<std::string> seen;
    each([&](const column &c, const cpu_sysreg_info &w) {
        EXPECT_TRUE(seen.insert(w.name).second);
        EXPECT_EQ(w.access[0], c.el0);
        EXPECT_EQ(w.access[1], c.el1);
        EXPECT_EQ(w.mask, c.mask);
        EXPECT_EQ(w.reset, c.reset);
        u32 feature = CPU_FEATURE_ALWAYS;
        if (c.feature != ALWAYS)
            feature = u32(&(f.*c.feature) - reinterpret_cast<u8 *>(&f));
        EXPECT_EQ(w.feature, feature);
    });
    EXPECT_EQ(seen.size(), rows.size());
}

TEST_F(Columns, WithAllFeaturesEachElMayDoWhatTheManualSays)
{
    each([&](const column &c, const cpu_sysreg_info &w) { expect_access(c, w, true); });
}

TEST_F(Columns, WithoutItsFeatureAloneARowIsUndefined)
{
    each([&](const column &c, const cpu_sysreg_info &w) {
        if (c.feature == ALWAYS)
            return;
        f.*c.feature = 0;
        expect_access(c, w, false);
        f.*c.feature = 1;
    });
}

TEST_F(Columns, WithItsFeatureAloneARowIsThere)
{
    all_features(0);
    each([&](const column &c, const cpu_sysreg_info &w) {
        if (c.feature == ALWAYS)
            return;
        f.*c.feature = 1;
        expect_access(c, w, true);
        f.*c.feature = 0;
    });
}

TEST_F(Columns, WithoutAnyFeatureEveryOtherRowIsThere)
{
    all_features(0);
    each([&](const column &c, const cpu_sysreg_info &w) {
        expect_access(c, w, c.feature == ALWAYS);
    });
}

/* By the beginning or the end of a name; everything else is answered here. */
u32 who_answers(const std::string &name, u32 *timer)
{
    const struct {
        const char *begin;
        u32 timer;
    } timers[] = {
        {"CNTFRQ_EL0", CPU_CNTFRQ},       {"CNTPCT", CPU_CNTPCT},
        {"CNTVCT", CPU_CNTVCT},           {"CNTP_TVAL", CPU_CNTP_TVAL},
        {"CNTP_CTL", CPU_CNTP_CTL},       {"CNTP_CVAL", CPU_CNTP_CVAL},
        {"CNTV_TVAL", CPU_CNTV_TVAL},     {"CNTV_CTL", CPU_CNTV_CTL},
        {"CNTV_CVAL", CPU_CNTV_CVAL},
    };
    for (auto &t : timers)
        if (name.rfind(t.begin, 0) == 0) {
            *timer = t.timer;
            return CPU_SYSREG_TIMER;
        }
    if (name.rfind("TLBI ", 0) == 0)
        return CPU_SYSREG_TLBI;
    if (name.rfind("AT ", 0) == 0)
        return CPU_SYSREG_AT;
    if (name.rfind("ICC_", 0) == 0)
        return CPU_SYSREG_GIC;
    const bool is_cache = name.rfind("DC ", 0) == 0 || name.rfind("IC ", 0) == 0;
    return is_cache || name.find(" RCTX") != name.npos ? CPU_SYSREG_CACHE : CPU_SYSREG_OK;
}

TEST_F(Columns, EachIsAnsweredByWhomItsNameSays)
{
    each([&](const column &c, const cpu_sysreg_info &w) {
        u32 timer = 0;
        if (c.el1 == NO)
            return;
        const u32 who = who_answers(w.name, &timer);
        EXPECT_EQ(access(w, c.el1 & RO, 1), who);
        if (who == CPU_SYSREG_TIMER) {
            EXPECT_EQ(w.arg, timer);
        }
    });
}

TEST_F(Columns, EveryStoredRegisterStartsWithItsResetAndTakesTheBitsOfItsMask)
{
    size_t stored = 0;
    each([&](const column &c, const cpu_sysreg_info &w) {
        if ((w.kind != CPU_KIND_SYS && w.kind != CPU_KIND_REGS) || c.el1 == WO)
            return;
        cpu_sysregs_reset(&r, &s, 0);
        cpu_sysreg_perform(&r, &s, &f, &w, true, 1, &value);
        EXPECT_EQ(value, c.reset);
        for (u64 written : {ALL, u64(0), 0x5555555555555555u, 0xaaaaaaaaaaaaaaaau}) {
            if (!(c.el1 & WO))
                break;
            value = written;
            cpu_sysreg_perform(&r, &s, &f, &w, false, 1, &value);
            cpu_sysreg_perform(&r, &s, &f, &w, true, 1, &value);
            EXPECT_EQ(value, (c.reset & ~c.mask) | (written & c.mask));
        }
        stored++;
    });
    EXPECT_GT(stored, 60u);
}

} // namespace
