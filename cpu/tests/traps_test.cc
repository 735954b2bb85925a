/*
 * Gates and traps: each control against every row of the table. Which registers a control takes is
 * written down here a second time, by name, as the manual lists them at the control's bit.
 */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

using names = std::vector<std::string>;

/* "ID_*" stands for all names that begin so. */
bool is_listed(const names &list, const std::string &name)
{
    for (const std::string &l : list)
        if (l.back() == '*' ? name.compare(0, l.size() - 1, l, 0, l.size() - 1) == 0 : name == l)
            return true;
    return false;
}

enum { R = 1, W = 2, RW = 3 };

struct Traps : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f;
    u64 value = 0;
    const cpu_sysreg_info *rows;
    size_t count;

    Traps()
    {
        memset(&f, 1, sizeof f);
        f.idst = 0;
        rows = cpu_sysreg_table(&count);
        open_all();
    }
    void open_all(u64 hcr = 0)
    {
        r = {};
        r.hcr_el2 = CPU_HCR_RW | CPU_HCR_APK | CPU_HCR_ATA | CPU_HCR_ENSCXT | hcr;
        cpu_sysregs_reset(&r, &s, 0);
        r.sctlr_el1 = r.sctlr_el2 = CPU_SCTLR_UMA | CPU_SCTLR_UCT | CPU_SCTLR_UCI |
                                    CPU_SCTLR_DZE | CPU_SCTLR_ENRCTX;
        s.cntkctl_el1 = 0x303;
        s.pmuserenr_el0 = 1;
        s.cpacr_el1 = 0x330000;
        s.cnthctl_el2 = hcr & CPU_HCR_E2H ? 0xf03 : 3;
        s.cptr_el2 = hcr & CPU_HCR_E2H ? 0x330000 : 0;
        s.icc_sre_el2 = 8;
    }
    cpu_sysreg_result access(const cpu_sysreg_info &row, bool is_read, u32 el)
    {
        r.pstate = el ? CPU_MODE_EL1H : CPU_MODE_EL0T;
        return cpu_sysreg_access(&r, &s, &f, {row.reg, 9, u8(is_read), u8(el)}, &value);
    }
    static bool is_allowed(const cpu_sysreg_info &row, bool is_read, u32 el)
    {
        return row.access[el] & (is_read ? CPU_ACCESS_RO : CPU_ACCESS_WO);
    }
    /* Every row by every EL in both directions: an exception to `target` if expected() says so. */
    template <typename Prepare, typename Expected>
    void sweep(Prepare prepare, u32 target, Expected expected, u64 hcr = 0)
    {
        size_t hits = 0;
        for (size_t i = 0; i < count; i++)
            for (u32 el = 0; el <= 1; el++)
                for (bool is_read : {false, true}) {
                    if (!is_allowed(rows[i], is_read, el))
                        continue;
                    open_all(hcr);
                    prepare();
                    const bool hit = expected(rows[i], is_read, el);
                    const cpu_sysreg_result got = access(rows[i], is_read, el);
                    ASSERT_EQ(got.what == CPU_SYSREG_TRAP, hit)
                        << rows[i].name << " read " << is_read << " el " << el;
                    if (hit) {
                        ASSERT_EQ(got.target_el, target) << rows[i].name;
                        ASSERT_EQ(got.esr, cpu_esr_sysreg(rows[i].reg, 9, is_read))
                            << rows[i].name;
                    }
                    hits += hit;
                }
        EXPECT_GT(hits, 0u);
    }
};

/* --- Traps of EL2 --- */

const names vm = {"SCTLR_EL1", "TTBR0_EL1", "TTBR1_EL1", "TCR_EL1",   "ESR_EL1",      "FAR_EL1",
                  "AFSR0_EL1", "AFSR1_EL1", "MAIR_EL1",  "AMAIR_EL1", "CONTEXTIDR_EL1"};
const names pmu = {"PM*"};
const names debug = {"MDSCR_EL1", "OSECCR_EL1", "DBGCLAIM*", "DBGAUTHSTATUS_EL1",
                     "DBGB*",     "DBGW*",      "MDCCINT_EL1", "OSDTR*", "MDCCSR_EL0", "DBGDTR*"};
const names oslock = {"OSLAR_EL1", "OSLSR_EL1", "OSDLR_EL1", "DBGPRCR_EL1"};
const names tlbi_local = {"TLBI VMALLE1",  "TLBI VAE1",   "TLBI ASIDE1",  "TLBI VAAE1",
                          "TLBI VALE1",    "TLBI VAALE1", "TLBI RVAE1",   "TLBI RVAAE1",
                          "TLBI RVALE1",   "TLBI RVAALE1"};

struct control_row {
    const char *what;
    u64 cpu_regs::*reg; /* One of the two. */
    u64 cpu_sysregs::*sys;
    u32 bit;
    bool when_clear;
    int direction;
    bool el0;
    names list;
};
const control_row controls[] = {
    {"TID1", &cpu_regs::hcr_el2, nullptr, 16, false, R, false, {"REVIDR_EL1", "AIDR_EL1"}},
    {"TID2", &cpu_regs::hcr_el2, nullptr, 17, false, RW, true,
     {"CTR_EL0", "CCSIDR_EL1", "CLIDR_EL1", "CSSELR_EL1"}},
    {"TID3", &cpu_regs::hcr_el2, nullptr, 18, false, R, false, {"ID_*", "MVFR*"}},
    {"TACR", &cpu_regs::hcr_el2, nullptr, 21, false, RW, false, {"ACTLR_EL1"}},
    {"TSW", &cpu_regs::hcr_el2, nullptr, 22, false, W, false,
     {"DC ISW", "DC CSW", "DC CISW", "DC IGSW", "DC IGDSW", "DC CGSW", "DC CGDSW", "DC CIGSW",
      "DC CIGDSW"}},
    {"TPCP", &cpu_regs::hcr_el2, nullptr, 23, false, W, true,
     {"DC IVAC", "DC IGVAC", "DC IGDVAC", "DC CVAC", "DC CGVAC", "DC CGDVAC", "DC CVAP", "DC CGVAP",
      "DC CGDVAP", "DC CVADP", "DC CGVADP", "DC CGDVADP", "DC CIVAC", "DC CIGVAC", "DC CIGDVAC"}},
    {"TPU", &cpu_regs::hcr_el2, nullptr, 24, false, W, true, {"IC *", "DC CVAU"}},
    {"TTLB", &cpu_regs::hcr_el2, nullptr, 25, false, W, false, {"TLBI *"}},
    {"TVM", &cpu_regs::hcr_el2, nullptr, 26, false, W, false, vm},
    {"TDZ", &cpu_regs::hcr_el2, nullptr, 28, false, W, true, {"DC ZVA", "DC GVA", "DC GZVA"}},
    {"TRVM", &cpu_regs::hcr_el2, nullptr, 30, false, R, false, vm},
    {"TLOR", &cpu_regs::hcr_el2, nullptr, 35, false, RW, false, {"LOR*"}},
    {"TERR", &cpu_regs::hcr_el2, nullptr, 36, false, RW, false, {"ERR*", "ERX*"}},
    {"APK", &cpu_regs::hcr_el2, nullptr, 40, true, RW, false, {"AP*"}},
    {"TID4", &cpu_regs::hcr_el2, nullptr, 49, false, RW, false,
     {"CCSIDR_EL1", "CLIDR_EL1", "CSSELR_EL1"}},
    {"TICAB", &cpu_regs::hcr_el2, nullptr, 50, false, W, false, {"IC IALLUIS"}},
    {"TOCU", &cpu_regs::hcr_el2, nullptr, 52, false, W, true, {"IC IALLU", "IC IVAU", "DC CVAU"}},
    {"EnSCXT", &cpu_regs::hcr_el2, nullptr, 53, true, RW, true, {"SCXTNUM_*"}},
    {"ATA", &cpu_regs::hcr_el2, nullptr, 56, true, RW, false, {"RGSR_EL1", "GCR_EL1", "TFSR*"}},
    {"TID5", &cpu_regs::hcr_el2, nullptr, 58, false, R, false, {"GMID_EL1"}},
    {"TCPAC", nullptr, &cpu_sysregs::cptr_el2, 31, false, RW, false, {"CPACR_EL1"}},
    {"TPMCR", nullptr, &cpu_sysregs::mdcr_el2, 5, false, RW, true, {"PMCR_EL0"}},
    {"TPM", nullptr, &cpu_sysregs::mdcr_el2, 6, false, RW, true, pmu},
    {"TDA", nullptr, &cpu_sysregs::mdcr_el2, 9, false, RW, true, debug},
    {"TDOSA", nullptr, &cpu_sysregs::mdcr_el2, 10, false, RW, false, oslock},
    {"TDRA", nullptr, &cpu_sysregs::mdcr_el2, 11, false, R, false, {"MDRAR_EL1"}},
    {"EL1PCTEN", nullptr, &cpu_sysregs::cnthctl_el2, 0, true, R, true,
     {"CNTPCT_EL0", "CNTPCTSS_EL0"}},
    {"EL1PCEN", nullptr, &cpu_sysregs::cnthctl_el2, 1, true, RW, true, {"CNTP_*"}},
    {"EL1TVT", nullptr, &cpu_sysregs::cnthctl_el2, 13, false, RW, true, {"CNTV_*"}},
    {"EL1TVCT", nullptr, &cpu_sysregs::cnthctl_el2, 14, false, R, true,
     {"CNTVCT_EL0", "CNTVCTSS_EL0"}},
    {"TALL0", nullptr, &cpu_sysregs::ich_hcr_el2, 11, false, RW, false,
     {"ICC_IAR0_EL1", "ICC_EOIR0_EL1", "ICC_HPPIR0_EL1", "ICC_BPR0_EL1", "ICC_AP0R*",
      "ICC_IGRPEN0_EL1"}},
    {"TALL1", nullptr, &cpu_sysregs::ich_hcr_el2, 12, false, RW, false,
     {"ICC_IAR1_EL1", "ICC_EOIR1_EL1", "ICC_HPPIR1_EL1", "ICC_BPR1_EL1", "ICC_AP1R*",
      "ICC_IGRPEN1_EL1", "ICC_NMIAR1_EL1"}},
    {"TC", nullptr, &cpu_sysregs::ich_hcr_el2, 10, false, RW, false,
     {"ICC_CTLR_EL1", "ICC_DIR_EL1", "ICC_PMR_EL1", "ICC_RPR_EL1", "ICC_SGI1R_EL1",
      "ICC_SGI0R_EL1", "ICC_ASGI1R_EL1"}},
    {"TDIR", nullptr, &cpu_sysregs::ich_hcr_el2, 14, false, W, false, {"ICC_DIR_EL1"}},
    {"SRE.Enable", nullptr, &cpu_sysregs::icc_sre_el2, 3, true, RW, false, {"ICC_SRE_EL1"}},
    {"IMO", &cpu_regs::hcr_el2, nullptr, 4, false, W, false, {"ICC_SGI*", "ICC_ASGI1R_EL1"}},
    {"FMO", &cpu_regs::hcr_el2, nullptr, 3, false, W, false, {"ICC_SGI*", "ICC_ASGI1R_EL1"}},
};

bool expects(const control_row &c, const cpu_sysreg_info &row, bool is_read, u32 el)
{
    return (el == 1 || c.el0) && c.direction & (is_read ? R : W) && is_listed(c.list, row.name);
}

void set(const control_row &c, cpu_regs &r, cpu_sysregs &s)
{
    u64 &value = c.reg ? r.*c.reg : s.*c.sys;
    const u64 bit = 1ull << c.bit;

    value = c.when_clear ? value & ~bit : value | bit;
}

TEST_F(Traps, EachControlTakesItsRegistersAndNoOthers)
{
    for (const control_row &c : controls) {
        SCOPED_TRACE(c.what);
        sweep([&] { set(c, r, s); }, 2,
              [&](const cpu_sysreg_info &row, bool is_read, u32 el) {
                  return expects(c, row, is_read, el);
              });
    }
}

TEST_F(Traps, TtlbIsAndOsTakeTheirDomainOnly)
{
    for (auto [bit, suffix] : {std::pair{54, "IS"}, std::pair{55, "OS"}})
        sweep([&, b = bit] { r.hcr_el2 |= 1ull << b; }, 2,
              [&, x = suffix](const cpu_sysreg_info &row, bool, u32) {
                  const std::string n = row.name;
                  return n.compare(0, 5, "TLBI ") == 0 && n.substr(n.size() - 2) == x;
              });
    sweep([&] { r.hcr_el2 |= CPU_HCR_TTLB; }, 2, [&](const cpu_sysreg_info &row, bool, u32) {
        const std::string n = row.name;
        return is_listed(tlbi_local, n) ||
               (n.compare(0, 5, "TLBI ") == 0 && is_listed(tlbi_local, n.substr(0, n.size() - 2)));
    });
}

TEST_F(Traps, TdeTakesAllOfDebug)
{
    sweep([&] { s.mdcr_el2 = CPU_MDCR_TDE; }, 2, [&](const cpu_sysreg_info &row, bool, u32) {
        return is_listed(debug, row.name) || is_listed(oslock, row.name) ||
               is_listed({"MDRAR_EL1"}, row.name);
    });
}

TEST_F(Traps, WithoutEl2OrTheFeatureOfABitNothingIsTrapped)
{
    for (const control_row &c : controls)
        for (size_t i = 0; i < count; i++)
            for (bool is_read : {false, true}) {
                if (!is_listed(c.list, rows[i].name) || !is_allowed(rows[i], is_read, 1))
                    continue;
                open_all();
                set(c, r, s);
                f.el2 = 0;
                EXPECT_NE(access(rows[i], is_read, 1).what, CPU_SYSREG_TRAP) << c.what;
                f.el2 = 1;
                f.evt = f.ecv = 0;
                const bool needs_evt = c.reg && (c.bit == 49 || c.bit == 50 || c.bit == 52);
                const bool needs_ecv = c.sys == &cpu_sysregs::cnthctl_el2 && c.bit > 2;
                if (cpu_sysreg_exists(&rows[i], &f)) {
                    EXPECT_EQ(access(rows[i], is_read, 1).what == CPU_SYSREG_TRAP,
                              expects(c, rows[i], is_read, 1) && !needs_evt && !needs_ecv)
                        << c.what << " " << rows[i].name;
                }
                f.evt = f.ecv = 1;
            }
}

/* EL0 of a VHE host: the guest's controls are off, those of debug and PMU are on. */
TEST_F(Traps, TheHostsEl0ObeysMdcrOnly)
{
    const u64 host = CPU_HCR_E2H | CPU_HCR_TGE;
    for (const control_row &c : controls)
        for (size_t i = 0; i < count; i++)
            for (bool is_read : {false, true}) {
                if (!is_listed(c.list, rows[i].name) || !is_allowed(rows[i], is_read, 0))
                    continue;
                open_all(host);
                /* EL1PCTEN is EL0PCTEN here: a gate, not a trap. */
                if (c.sys == &cpu_sysregs::cnthctl_el2)
                    continue;
                set(c, r, s);
                EXPECT_EQ(access(rows[i], is_read, 0).what == CPU_SYSREG_TRAP,
                          c.sys == &cpu_sysregs::mdcr_el2 && expects(c, rows[i], is_read, 0))
                    << c.what << " " << rows[i].name;
            }
}

TEST_F(Traps, WithE2hTheTimerControlsStandTenBitsHigher)
{
    for (auto [bit, list] : {std::pair{10, names{"CNTPCT_EL0", "CNTPCTSS_EL0"}},
                             std::pair{11, names{"CNTP_*"}}})
        sweep([&, b = bit] { s.cnthctl_el2 &= ~(1ull << b); }, 2,
              [&, l = list](const cpu_sysreg_info &row, bool, u32) {
                  return is_listed(l, row.name);
              },
              CPU_HCR_E2H);
}

/* What a guest of KVM runs into on a host without VHE, whose physical timer is emulated. */
TEST_F(Traps, UnderKvmExactlyTheseAccessesAreTrapped)
{
    const names either = {"ACTLR_EL1", "LOR*", "AP*", "RGSR_EL1", "GCR_EL1", "TFSR*", "SCXTNUM_*",
                          "PM*", "OSLAR_EL1", "OSLSR_EL1", "OSDLR_EL1", "DBGPRCR_EL1",
                          "MDRAR_EL1", "ICC_SRE_EL1", "CNTP_*", "ICC_SGI*", "ICC_ASGI1R_EL1",
                          "DC ISW", "DC CSW", "DC CISW", "DC IGSW", "DC IGDSW", "DC CGSW",
                          "DC CGDSW", "DC CIGSW", "DC CIGDSW"};
    sweep(
        [&] {
            r.hcr_el2 = CPU_HCR_KVM;
            s.mdcr_el2 = CPU_MDCR_KVM;
            s.cnthctl_el2 = 1; /* EL1PCTEN, not EL1PCEN. */
            s.icc_sre_el2 = 0;
        },
        2, [&](const cpu_sysreg_info &row, bool is_read, u32 el) {
            const bool at_el0 = is_listed({"PM*", "CNTP_*", "SCXTNUM_*"}, row.name);
            return (is_listed(either, row.name) && (el == 1 || at_el0)) ||
                   (is_read && el == 1 && is_listed({"ID_*", "MVFR*"}, row.name));
        });
}

/* --- Gates --- */

struct gate_row {
    const char *what;
    u64 cpu_regs::*reg;
    u64 cpu_sysregs::*sys;
    u64 clear, set; /* What closes it. */
    int direction;
    names list;
};
const names dc_el0 = {"DC CVAC", "DC CGVAC", "DC CGDVAC", "DC CVAP", "DC CGVAP", "DC CGDVAP",
                      "DC CVADP", "DC CGVADP", "DC CGDVADP", "DC CIVAC", "DC CIGVAC",
                      "DC CIGDVAC", "DC CVAU", "IC IVAU"};
const names pmu_el0 = {"PMCR_EL0", "PMCNTEN*", "PMOVS*", "PMSWINC_EL0", "PMSELR_EL0", "PMCEID*",
                       "PMCCNTR_EL0", "PMXEV*", "PMCCFILTR_EL0", "PMEV*"};
const gate_row gates[] = {
    {"UMA", &cpu_regs::sctlr_el1, nullptr, CPU_SCTLR_UMA, 0, RW, {"DAIF"}},
    {"UCT", &cpu_regs::sctlr_el1, nullptr, CPU_SCTLR_UCT, 0, R, {"CTR_EL0"}},
    {"UCI", &cpu_regs::sctlr_el1, nullptr, CPU_SCTLR_UCI, 0, W, dc_el0},
    {"DZE", &cpu_regs::sctlr_el1, nullptr, CPU_SCTLR_DZE, 0, W, {"DC ZVA", "DC GVA", "DC GZVA"}},
    {"EnRCTX", &cpu_regs::sctlr_el1, nullptr, CPU_SCTLR_ENRCTX, 0, W,
     {"CFP RCTX", "DVP RCTX", "CPP RCTX"}},
    {"TSCXT", &cpu_regs::sctlr_el1, nullptr, 0, CPU_SCTLR_TSCXT, RW, {"SCXTNUM_EL0"}},
    {"EL0PCTEN", nullptr, &cpu_sysregs::cntkctl_el1, 1, 0, R, {"CNTPCT_EL0", "CNTPCTSS_EL0"}},
    {"EL0VCTEN", nullptr, &cpu_sysregs::cntkctl_el1, 2, 0, R, {"CNTVCT_EL0", "CNTVCTSS_EL0"}},
    {"both", nullptr, &cpu_sysregs::cntkctl_el1, 3, 0, R,
     {"CNTPCT_EL0", "CNTPCTSS_EL0", "CNTVCT_EL0", "CNTVCTSS_EL0", "CNTFRQ_EL0"}},
    {"EL0VTEN", nullptr, &cpu_sysregs::cntkctl_el1, 0x100, 0, RW, {"CNTV_*"}},
    {"EL0PTEN", nullptr, &cpu_sysregs::cntkctl_el1, 0x200, 0, RW, {"CNTP_*"}},
    {"EN", nullptr, &cpu_sysregs::pmuserenr_el0, 1, 0, RW, pmu_el0},
    {"TDCC", nullptr, &cpu_sysregs::mdscr_el1, 0, CPU_MDSCR_TDCC, RW, {"MDCCSR_EL0", "DBGDTR*"}},
};

TEST_F(Traps, EachGateOfEl1KeepsEl0FromItsRegistersAndNoOthers)
{
    for (const gate_row &g : gates) {
        SCOPED_TRACE(g.what);
        auto close = [&] {
            u64 &v = g.reg ? r.*g.reg : s.*g.sys;
            v = (v & ~g.clear) | g.set;
        };
        auto expected = [&](const cpu_sysreg_info &row, bool is_read, u32 el) {
            return el == 0 && g.direction & (is_read ? R : W) && is_listed(g.list, row.name);
        };
        sweep(close, 1, expected);
        sweep(close, 2, expected, CPU_HCR_TGE); /* EL1 is not used: EL2 answers for it. */
    }
}

/* PMUSERENR_EL0 with EN = 0: SW, CR and ER open a few. */
TEST_F(Traps, SwCrAndErOpenPartsOfThePmu)
{
    struct {
        u64 bit;
        names read, write;
    } const opened[] = {{2, {"PMSWINC_EL0"}, {"PMSWINC_EL0"}},
                        {4, {"PMCCNTR_EL0"}, {}},
                        {8, {"PMEVCNTR*", "PMXEVCNTR_EL0", "PMSELR_EL0"}, {"PMSELR_EL0"}}};
    for (auto &o : opened)
        sweep([&] { s.pmuserenr_el0 = o.bit; }, 1,
              [&](const cpu_sysreg_info &row, bool is_read, u32 el) {
                  return el == 0 && is_listed(pmu_el0, row.name) &&
                         !is_listed(is_read ? o.read : o.write, row.name);
              });
}

TEST_F(Traps, TheGateComesBeforeTheTrap)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, "CTR_EL0") != 0)
            continue;
        r.hcr_el2 |= CPU_HCR_TID2;
        EXPECT_EQ(access(rows[i], true, 0).target_el, 2);
        r.sctlr_el1 = 0;
        EXPECT_EQ(access(rows[i], true, 0).target_el, 1);
        EXPECT_EQ(access(rows[i], true, 1).target_el, 2);
    }
}

TEST_F(Traps, TheHostsGatesStandInTheRegistersOfEl2)
{
    const u64 host = CPU_HCR_E2H | CPU_HCR_TGE;
    sweep([&] { r.sctlr_el2 = 0, r.sctlr_el1 = ~0ull; }, 2,
          [&](const cpu_sysreg_info &row, bool, u32 el) {
              return el == 0 && (is_listed(dc_el0, row.name) || row.gate == CPU_GATE_UMA ||
                                 row.gate == CPU_GATE_UCT || row.gate == CPU_GATE_DZE ||
                                 row.gate == CPU_GATE_ENRCTX);
          },
          host);
    open_all(host);
    s.cnthctl_el2 = 0xc00; /* EL1PCTEN and EL1PTEN do not help EL0. */
    s.cntkctl_el1 = 0x303;
    for (size_t i = 0; i < count; i++)
        if (is_listed({"CNTPCT_EL0", "CNTVCT_EL0", "CNTFRQ_EL0", "CNTV_CTL_EL0"}, rows[i].name)) {
            EXPECT_EQ(access(rows[i], true, 0).target_el, 2) << rows[i].name;
        }
}

/* --- FP and SVE --- */

bool traps_at(u32 field, u32 el)
{
    return field == 0 || field == 2 || (field == 1 && el == 0);
}

TEST_F(Traps, FpAndSveHaveTheirOwnClassesAtEveryLevel)
{
    for (const char *name : {"FPCR", "FPSR", "ZCR_EL1"})
        for (u32 bits = 0; bits < 256; bits++)
            for (u32 el = 0; el <= 1; el++) {
                const bool sve = name[0] == 'Z';
                const u32 cpacr = bits & 3, cptr = bits >> 2 & 3;
                const bool old_bit = bits & 16, e2h = bits & 32, tge = bits & 64;
                const u32 shift = sve ? 16 : 20;
                f.el2 = bits >> 7;
                open_all((e2h ? CPU_HCR_E2H : 0) | (tge ? CPU_HCR_TGE : 0));
                s.cpacr_el1 = u64(cpacr) << shift;
                s.cptr_el2 = u64(cptr) << shift | (old_bit ? 1ull << (sve ? 8 : 10) : 0);
                const cpu_sysreg_info *row = nullptr;
                for (size_t i = 0; i < count; i++)
                    row = strcmp(rows[i].name, name) == 0 ? &rows[i] : row;
                if (!is_allowed(*row, true, el) || (el == 1 && tge))
                    continue;
                const bool host = f.el2 && e2h && tge;
                const u64 own = sve ? u64(0x19) << 26 | CPU_ESR_IL : 0x1fe00000;
                u32 target = 0;
                u64 esr = own;
                if (!host && traps_at(cpacr, el)) {
                    target = f.el2 && tge && el == 0 ? 2 : 1;
                    esr = target == 2 ? CPU_ESR_IL : own;
                } else if (f.el2 && (e2h ? traps_at(cptr, tge ? el : 1) : old_bit)) {
                    target = 2;
                }
                const cpu_sysreg_result got = access(*row, true, el);
                ASSERT_EQ(got.what, target ? CPU_SYSREG_TRAP : CPU_SYSREG_OK)
                    << name << " " << bits << " el " << el;
                ASSERT_EQ(got.target_el, target) << name << " " << bits << " el " << el;
                ASSERT_EQ(got.esr, target ? esr : 0) << name << " " << bits << " el " << el;
            }
}

TEST_F(Traps, EveryGateAndTrapHasAName)
{
    for (int i = 0; i < CPU_GATE_COUNT; i++)
        EXPECT_EQ(cpu_gate_name(cpu_gate(i))[0] == '\0', i == CPU_GATE_NONE);
    for (int i = 0; i < CPU_TRAP_COUNT; i++)
        EXPECT_EQ(cpu_trap_name(cpu_trap(i))[0] == '\0', i == CPU_TRAP_NONE);
    EXPECT_DEATH(cpu_gate_name(CPU_GATE_COUNT), "assertion");
    EXPECT_DEATH(cpu_trap_name(CPU_TRAP_COUNT), "assertion");
    EXPECT_DEATH(cpu_gate_is_open(&r, &s, &f, CPU_GATE_NONE, 2, true), "assertion");
    EXPECT_DEATH(cpu_trap_is_on(&r, &s, &f, CPU_TRAP_NONE, 2, true), "assertion");
}

} // namespace
