/* ID registers tell the features; MSR (immediate); who answers an access; what KVM says to it. */
#include "cpu/cpu.h"
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

struct Id : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f = cpu_features_default;
    u64 value = 0;

    Id() { r.hcr_el2 = CPU_HCR_RW; }
    u64 read(u8 crm, u8 op2)
    {
        return cpu_id_value(cpu_sysreg_find({3, 0, 0, crm, op2}), &f);
    }
};

/* DDI 0487 D19, the field of each feature: without it, with it. */
struct field_row {
    u8 cpu_features::*feature;
    u8 crm, op2, shift, without, with;
};
const field_row fields[] = {
    {&cpu_features::aarch32_el0, 4, 0, 0, 1, 2}, {&cpu_features::aarch32_el1, 4, 0, 4, 1, 2},
    {&cpu_features::el2, 4, 0, 8, 0, 1},         {&cpu_features::el3, 4, 0, 12, 0, 1},
    {&cpu_features::ras, 4, 0, 28, 0, 1},        {&cpu_features::sve, 4, 0, 32, 0, 1},
    {&cpu_features::dit, 4, 0, 48, 0, 1},        {&cpu_features::csv2, 4, 0, 56, 1, 2},
    {&cpu_features::bti, 4, 1, 0, 0, 1},         {&cpu_features::ssbs, 4, 1, 4, 0, 2},
    {&cpu_features::mte, 4, 1, 8, 0, 2},         {&cpu_features::nmi, 4, 1, 36, 0, 1},
    {&cpu_features::pmu, 5, 0, 8, 0, 4},         {&cpu_features::tlbios, 6, 0, 56, 0, 1},
    {&cpu_features::dpb, 6, 1, 0, 0, 1},         {&cpu_features::pauth, 6, 1, 4, 0, 1},
    {&cpu_features::specres, 6, 1, 40, 0, 1},    {&cpu_features::ecv, 7, 0, 60, 0, 1},
    {&cpu_features::vhe, 7, 1, 8, 0, 1},         {&cpu_features::lor, 7, 1, 16, 0, 1},
    {&cpu_features::pan, 7, 1, 20, 0, 2},        {&cpu_features::uao, 7, 2, 4, 0, 1},
    {&cpu_features::idst, 7, 2, 36, 0, 1},       {&cpu_features::evt, 7, 2, 56, 0, 2},
    {&cpu_features::ttst, 7, 2, 28, 0, 1},       {&cpu_features::fwb, 7, 2, 40, 0, 1},
    {&cpu_features::ttl, 7, 2, 48, 0, 1},        {&cpu_features::bbm1, 7, 2, 52, 0, 1},
    {&cpu_features::e0pd, 7, 2, 60, 0, 1},
};

TEST_F(Id, EveryFeatureShowsInItsFieldAndNowhereElse)
{
    memset(&f, 0, sizeof f);
    for (const field_row &w : fields) {
        f.*w.feature = 0;
        const u64 without = read(w.crm, w.op2);
        f.*w.feature = 1;
        const u64 with = read(w.crm, w.op2);
        EXPECT_EQ(without >> w.shift & 15, w.without) << int(w.crm) << " " << int(w.shift);
        EXPECT_EQ(with >> w.shift & 15, w.with) << int(w.crm) << " " << int(w.shift);
        EXPECT_EQ((without ^ with) & ~(15ull << w.shift), 0u);
        for (u8 crm = 1; crm < 8; crm++)
            for (u8 op2 = 0; op2 < 8; op2++)
                if (cpu_sysreg_find({3, 0, 0, crm, op2}) && (crm != w.crm || op2 != w.op2)) {
                    f.*w.feature = 0;
                    const u64 other = read(crm, op2);
                    f.*w.feature = 1;
                    EXPECT_EQ(read(crm, op2), other);
                }
        f.*w.feature = 0;
    }
}

TEST_F(Id, AStrongerFeatureOfAFieldWins)
{
    f.tlbios = f.tlbirange = 1;
    EXPECT_EQ(read(6, 0) >> 56 & 15, 2u);
    f.dpb = f.dpb2 = 1;
    EXPECT_EQ(read(6, 1) & 15, 2u);
    f.bbm1 = f.bbm2 = 1;
    EXPECT_EQ(read(7, 2) >> 52 & 15, 2u);
}

TEST_F(Id, TheDefaultIsCloseToANeoverseN1)
{
    EXPECT_EQ(read(5, 0), 0x10305408u);
    EXPECT_EQ(read(7, 0), 0x101125u);
    EXPECT_EQ(read(4, 0), 0x1101000011111122u);
    EXPECT_EQ((read(5, 0) >> 12 & 15) + 1, CPU_BREAKPOINTS);
    EXPECT_EQ((read(5, 0) >> 20 & 15) + 1, CPU_WATCHPOINTS);
    EXPECT_DEATH(cpu_id_value(cpu_sysreg_find({3, 0, 1, 0, 0}), &f), "assertion");
}

/* --- MSR (immediate) --- */

struct Immediate : Id {
    Immediate() { memset(&f, 1, sizeof f); }
    cpu_sysreg_result msr(u8 op1, u8 crm, u8 op2, u32 el, u8 crn = 4, u8 rt = 31, u8 is_read = 0)
    {
        return cpu_sysreg_access(&r, &s, &f, {{0, op1, crn, crm, op2}, rt, is_read, u8(el)},
                                 &value);
    }
};

struct immediate_row {
    u8 op1, op2;
    bool el0;
    u64 bits;     /* Of PSTATE, for CRm = 1 or 15. */
    u8 cpu_features::*feature;
};
const immediate_row immediates[] = {
    {0, 3, false, CPU_PSTATE_UAO, &cpu_features::uao},
    {0, 4, false, CPU_PSTATE_PAN, &cpu_features::pan},
    {0, 5, false, CPU_PSTATE_SP, nullptr},
    {1, 0, false, CPU_PSTATE_ALLINT, &cpu_features::nmi},
    {3, 1, true, CPU_PSTATE_SSBS, &cpu_features::ssbs},
    {3, 2, true, CPU_PSTATE_DIT, &cpu_features::dit},
    {3, 4, true, CPU_PSTATE_TCO, &cpu_features::mte},
};

const immediate_row *find(u32 op1, u32 op2)
{
    for (const immediate_row &w : immediates)
        if (w.op1 == op1 && w.op2 == op2)
            return &w;
    return nullptr;
}

TEST_F(Immediate, EveryFieldIsWrittenOrTheInstructionIsUndefined)
{
    for (u8 op1 = 0; op1 < 8; op1++)
        for (u8 op2 = 0; op2 < 8; op2++)
            for (u8 crm = 0; crm < 16; crm++)
                for (u32 el = 0; el <= 1; el++) {
                    const bool daif = op1 == 3 && (op2 == 6 || op2 == 7);
                    const immediate_row *w = find(op1, op2);
                    const u64 mode = el ? CPU_MODE_EL1H : CPU_MODE_EL0T;
                    r.sctlr_el1 = CPU_SCTLR_UMA;
                    for (u64 before : {u64(0), u64(0xf3f03fc0)}) {
                        r.pstate = before | mode;
                        const cpu_sysreg_result got = msr(op1, crm, op2, el);
                        u64 after = before | mode;
                        bool legal = daif || (w && (el || w->el0));
                        if (op1 == 1 && crm > 1)
                            legal = false;
                        if (legal && daif)
                            after = op2 == 6 ? after | u64(crm) << 6 : after & ~(u64(crm) << 6);
                        else if (legal)
                            after = crm & 1 ? after | w->bits : after & ~w->bits;
                        ASSERT_EQ(got.what, legal ? CPU_SYSREG_OK : CPU_SYSREG_UNDEFINED)
                            << int(op1) << " " << int(op2) << " " << int(crm) << " el " << el;
                        ASSERT_EQ(r.pstate, after);
                    }
                }
}

TEST_F(Immediate, EachNeedsItsFeature)
{
    for (const immediate_row &w : immediates) {
        r.pstate = CPU_MODE_EL1H;
        if (w.feature == nullptr)
            continue;
        f.*w.feature = 0;
        EXPECT_EQ(msr(w.op1, 1, w.op2, 1).what, CPU_SYSREG_UNDEFINED);
        f.*w.feature = 1;
        EXPECT_EQ(msr(w.op1, 1, w.op2, 1).what, CPU_SYSREG_OK);
    }
}

TEST_F(Immediate, DaifOfEl0IsTrappedWithoutUma)
{
    for (u8 op2 : {6, 7}) {
        r.pstate = CPU_MODE_EL0T;
        cpu_sysreg_result got = msr(3, 2, op2, 0);
        EXPECT_EQ(got.what, CPU_SYSREG_TRAP);
        EXPECT_EQ(got.target_el, 1);
        EXPECT_EQ(got.esr, cpu_esr_sysreg({0, 3, 4, 2, op2}, 31, false));
        EXPECT_EQ(r.pstate, u64(CPU_MODE_EL0T));
        EXPECT_EQ(msr(3, 2, op2, 1).what, CPU_SYSREG_OK);
    }
}

TEST_F(Immediate, OtherEncodingsOfOp0AreUndefined)
{
    EXPECT_EQ(msr(3, 2, 6, 1, 3).what, CPU_SYSREG_UNDEFINED);
    EXPECT_EQ(msr(3, 2, 6, 1, 4, 30).what, CPU_SYSREG_UNDEFINED);
    EXPECT_EQ(msr(3, 2, 6, 1, 4, 31, 1).what, CPU_SYSREG_UNDEFINED);
    EXPECT_DEATH(msr(3, 2, 6, 2), "assertion");
    EXPECT_DEATH(msr(3, 2, 6, 1, 4, 32), "assertion");
}

/* --- Physical or virtual CPU interface --- */

TEST_F(Id, TheCpuInterfaceIsVirtualByTheGroupThatGoesToEl2)
{
    s.icc_sre_el2 = 8;
    f.nmi = 1;
    for (u32 bits = 0; bits < 4; bits++)
        for (u32 i = 0; i < GIC_CPUIF_COUNT; i++) {
            const auto &g = gic_cpuif_info[i];
            const bool imo = bits & 1, fmo = bits & 2;
            if (g.class_ == GIC_CLASS_EL2 || (g.class_ == GIC_CLASS_SGI && bits))
                continue; /* The latter are trapped. */
            r.pstate = CPU_MODE_EL1H;
            r.hcr_el2 = CPU_HCR_RW | (imo ? CPU_HCR_IMO : 0) | (fmo ? CPU_HCR_FMO : 0);
            const u8 is_read = g.access & GIC_ACCESS_RO ? 1 : 0;
            const cpu_sysreg_result got = cpu_sysreg_access(
                &r, &s, &f, {{3, g.op1, g.crn, g.crm, g.op2}, 0, is_read, 1}, &value);
            ASSERT_EQ(got.what, CPU_SYSREG_GIC) << g.name;
            EXPECT_EQ(got.arg, i);
            EXPECT_EQ(bool(got.is_virtual), g.class_ == GIC_CLASS_G0   ? fmo
                                            : g.class_ == GIC_CLASS_G1 ? imo
                                                                       : imo || fmo)
                << g.name << " " << bits;
        }
}

/* --- KVM --- */

cpu_kvm_answer kvm(const cpu_sysreg &reg, bool has_pmu = false)
{
    return cpu_kvm_sysreg(cpu_sysreg_find(reg), reg, has_pmu);
}

TEST_F(Id, KvmServesWhatTheVmHasAndInjectsUndefinedElse)
{
    EXPECT_EQ(kvm({3, 0, 1, 0, 0}), CPU_KVM_PERFORMS);           /* SCTLR_EL1, TVM */
    EXPECT_EQ(kvm({3, 0, 0, 4, 0}), CPU_KVM_PERFORMS);           /* ID_AA64PFR0_EL1, TID3 */
    EXPECT_EQ(kvm({3, 0, 0, 2, 7}), CPU_KVM_PERFORMS);
    EXPECT_EQ(kvm({3, 0, 0, 4, 3}), CPU_KVM_PERFORMS);           /* Reserved: zero. */
    EXPECT_EQ(kvm({3, 3, 9, 12, 0}, false), CPU_KVM_UNDEF);      /* PMCR_EL0 */
    EXPECT_EQ(kvm({3, 3, 9, 12, 0}, true), CPU_KVM_PERFORMS);
    EXPECT_EQ(kvm({3, 3, 14, 8, 0}, false), CPU_KVM_UNDEF);      /* PMEVCNTR0_EL0 */
    EXPECT_EQ(kvm({3, 0, 2, 1, 0}), CPU_KVM_UNDEF);              /* APIAKeyLo_EL1 */
    EXPECT_EQ(kvm({3, 0, 1, 0, 6}), CPU_KVM_UNDEF);              /* GCR_EL1 */
    EXPECT_EQ(kvm({3, 1, 0, 0, 4}), CPU_KVM_UNDEF);              /* GMID_EL1 */
    EXPECT_EQ(kvm({3, 3, 13, 0, 7}), CPU_KVM_UNDEF);             /* SCXTNUM_EL0 */
    EXPECT_EQ(kvm({3, 4, 1, 1, 0}), CPU_KVM_UNDEF);              /* HCR_EL2 */
    EXPECT_EQ(kvm({3, 0, 15, 0, 0}), CPU_KVM_UNDEF);             /* IMPLEMENTATION DEFINED */
    EXPECT_EQ(kvm({2, 0, 1, 1, 4}), CPU_KVM_PERFORMS);           /* OSLSR_EL1, TDOSA */
    EXPECT_EQ(kvm({2, 0, 0, 2, 0}), CPU_KVM_PERFORMS);           /* MDCCINT_EL1 */
    EXPECT_EQ(kvm({2, 3, 0, 4, 0}), CPU_KVM_PERFORMS);           /* DBGDTR_EL0 */
    EXPECT_EQ(kvm({2, 3, 0, 5, 0}), CPU_KVM_PERFORMS);           /* DBGDTRRX_EL0 */
    for (bool has_pmu : {false, true}) {
        EXPECT_EQ(kvm({3, 0, 9, 14, 6}, has_pmu), CPU_KVM_PERFORMS); /* PMMIR_EL1: RAZ/WI */
        EXPECT_EQ(kvm({2, 0, 0, 0, 2}, has_pmu), CPU_KVM_UNDEF);     /* OSDTRRX_EL1 */
        EXPECT_EQ(kvm({2, 0, 0, 3, 2}, has_pmu), CPU_KVM_UNDEF);     /* OSDTRTX_EL1 */
        EXPECT_EQ(kvm({2, 0, 0, 6, 2}, has_pmu), CPU_KVM_UNDEF);     /* OSECCR_EL1 */
    }
}

/* Of data and unified caches, so that nobody loops over sets and ways (each of them a trap). */
TEST_F(Id, KvmShowsDataCachesOfOneSetAndOneWay)
{
    const cpu_sysreg_info *const row = cpu_sysreg_find({3, 1, 0, 0, 0}); /* CCSIDR_EL1 */
    const u64 all = (1ull << 28) - (1ull << 3); /* Associativity 12:3, NumSets 27:13. */
    for (u64 select = 0; select < 16; select++) {
        u64 own = 0;
        s.csselr_el1 = select;
        EXPECT_EQ(cpu_sysreg_perform(&r, &s, &f, row, true, 1, &own).what, CPU_SYSREG_OK);
        EXPECT_EQ(own & all ? true : false, select < 3);
        value = 0xdead;
        EXPECT_EQ(cpu_kvm_perform(&r, &s, &f, row, true, 1, &value).what, CPU_SYSREG_OK);
        EXPECT_EQ(value, select & 1 ? own : own & ~all) << select;
    }
}

TEST_F(Id, KvmServesTheOtherRegistersAsTheCoreWould)
{
    size_t count;
    const cpu_sysreg_info *const rows = cpu_sysreg_table(&count);
    memset(&f, 1, sizeof f);
    for (size_t i = 0; i < count; i++)
        for (bool is_read : {false, true}) {
            r.pstate = CPU_MODE_EL1H;
            cpu_sysregs_reset(&r, &s, 0x80000001);
            cpu_regs r2 = r;
            cpu_sysregs s2 = s;
            u64 value2 = value = 0x3000f0;
            if (strcmp(rows[i].name, "CCSIDR_EL1") == 0)
                continue;
            const cpu_sysreg_result a = cpu_kvm_perform(&r, &s, &f, &rows[i], is_read, 1, &value);
            const cpu_sysreg_result b =
                cpu_sysreg_perform(&r2, &s2, &f, &rows[i], is_read, 1, &value2);
            EXPECT_EQ(memcmp(&a, &b, sizeof a), 0) << rows[i].name;
            EXPECT_EQ(value, value2) << rows[i].name;
            EXPECT_EQ(memcmp(&r, &r2, sizeof r), 0) << rows[i].name;
            EXPECT_EQ(memcmp(&s, &s2, sizeof s), 0) << rows[i].name;
        }
}

TEST_F(Id, ATrappedAccessIsServedWithoutGatesAndTraps)
{
    r.pstate = CPU_MODE_EL1H;
    r.hcr_el2 = CPU_HCR_KVM | CPU_HCR_TVM;
    const cpu_sysreg sctlr = {3, 0, 1, 0, 0};
    value = 0x30d0198d;
    const cpu_sysreg_result got = cpu_sysreg_access(&r, &s, &f, {sctlr, 3, 0, 1}, &value);
    ASSERT_EQ(got.what, CPU_SYSREG_TRAP);
    EXPECT_EQ(got.target_el, 2);
    const cpu_sysreg named = cpu_esr_to_sysreg(got.esr);
    EXPECT_EQ(cpu_sysreg_perform(&r, &s, &f, cpu_sysreg_find(named), false, 1, &value).what,
              CPU_SYSREG_OK);
    EXPECT_EQ(r.sctlr_el1, 0x30d0198du);
    EXPECT_EQ(cpu_sysreg_perform(&r, &s, &f, cpu_sysreg_find({3, 4, 1, 1, 0}), true, 1, &value)
                  .what,
              CPU_SYSREG_UNDEFINED);
}

} // namespace
