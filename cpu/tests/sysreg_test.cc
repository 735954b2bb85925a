/* System registers: every encoding, every row by every EL, direction, gate and trap. */
#include "cpu/cpu.h"
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

cpu_sysreg decode(u32 key)
{
    return {u8(key >> 14), u8(key >> 11 & 7), u8(key >> 7 & 15), u8(key >> 3 & 15), u8(key & 7)};
}

struct Sysreg : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f;
    u64 value = 0;
    const cpu_sysreg_info *rows;
    size_t count;

    Sysreg()
    {
        memset(&f, 1, sizeof f); /* Everything, so that every row is there. */
        rows = cpu_sysreg_table(&count);
        open_all();
    }
    /* No gate closed, no trap on. */
    void open_all()
    {
        r = {};
        r.pstate = CPU_MODE_EL1H;
        r.hcr_el2 = CPU_HCR_RW | CPU_HCR_APK | CPU_HCR_ATA | CPU_HCR_ENSCXT;
        cpu_sysregs_reset(&r, &s, 0x80000001);
        r.sctlr_el1 = CPU_SCTLR_UMA | CPU_SCTLR_UCT | CPU_SCTLR_UCI | CPU_SCTLR_DZE |
                      CPU_SCTLR_ENRCTX;
        s.cntkctl_el1 = 0x303;
        s.pmuserenr_el0 = 1;
        s.cpacr_el1 = 0x330000;
        s.cnthctl_el2 = 3;
        s.icc_sre_el2 = 8;
    }
    cpu_sysreg_result access(const cpu_sysreg &reg, bool is_read, u32 el, u32 rt = 5)
    {
        r.pstate = (r.pstate & ~CPU_PSTATE_M) | (el ? CPU_MODE_EL1H : CPU_MODE_EL0T);
        return cpu_sysreg_access(&r, &s, &f, {reg, u8(rt), u8(is_read), u8(el)}, &value);
    }
    const cpu_sysreg_info &row(const char *name)
    {
        for (size_t i = 0; i < count; i++)
            if (strcmp(rows[i].name, name) == 0)
                return rows[i];
        ADD_FAILURE() << name;
        return rows[0];
    }
    u64 read(const char *name, u32 el = 1)
    {
        value = 0xdead;
        EXPECT_EQ(access(row(name).reg, true, el).what, CPU_SYSREG_OK) << name;
        return value;
    }
    void write(const char *name, u64 v, u32 el = 1)
    {
        value = v;
        EXPECT_EQ(access(row(name).reg, false, el).what, CPU_SYSREG_OK) << name;
    }
    void expect_undefined(const cpu_sysreg &reg, bool is_read, u32 el)
    {
        const cpu_sysreg_result got = access(reg, is_read, el);
        EXPECT_EQ(got.what, CPU_SYSREG_UNDEFINED) << cpu_sysreg_key(reg) << " el " << el;
        EXPECT_EQ(got.target_el, 1);
        EXPECT_EQ(got.esr, 0x2000000u);
    }
    void expect_trap(const cpu_sysreg &reg, bool is_read, u32 el, u32 target, u64 esr)
    {
        const cpu_sysreg_result got = access(reg, is_read, el);
        EXPECT_EQ(got.what, CPU_SYSREG_TRAP) << cpu_sysreg_key(reg) << " el " << el;
        EXPECT_EQ(got.target_el, target) << cpu_sysreg_key(reg) << " el " << el;
        EXPECT_EQ(got.esr, esr) << cpu_sysreg_key(reg) << " el " << el;
    }
};

/* --- The table --- */

TEST_F(Sysreg, RowsStandInTheOrderOfTheirEncodings)
{
    ASSERT_GT(count, 300u);
    for (size_t i = 1; i < count; i++)
        EXPECT_LT(cpu_sysreg_key(rows[i - 1].reg), cpu_sysreg_key(rows[i].reg)) << rows[i].name;
}

TEST_F(Sysreg, EveryEncodingFindsItsRowOrNone)
{
    std::map<u32, const cpu_sysreg_info *> by_key;
    for (size_t i = 0; i < count; i++)
        by_key[cpu_sysreg_key(rows[i].reg)] = &rows[i];
    for (u32 key = 0; key < 0x10000; key++) {
        auto found = by_key.find(key);
        ASSERT_EQ(cpu_sysreg_find(decode(key)), found == by_key.end() ? nullptr : found->second);
    }
    EXPECT_DEATH(cpu_sysreg_find({4, 0, 0, 0, 0}), "assertion");
}

TEST_F(Sysreg, RowsAreSound)
{
    std::set<std::string> names;
    for (size_t i = 0; i < count; i++) {
        const cpu_sysreg_info &w = rows[i];
        SCOPED_TRACE(w.name);
        EXPECT_TRUE(names.insert(w.name).second);
        EXPECT_LT(w.gate, CPU_GATE_COUNT);
        EXPECT_LT(w.trap, CPU_TRAP_COUNT);
        EXPECT_LE(w.feature, CPU_FEATURE_ALWAYS);
        EXPECT_LT(w.kind, CPU_KIND_COUNT);
        /* EL1 may do what EL0 may; a register of EL2 is nobody's; instructions are written. */
        if (w.access[0] != CPU_ACCESS_NO) {
            EXPECT_EQ(w.access[0] & ~w.access[1], 0);
        }
        EXPECT_EQ(w.access[1] == CPU_ACCESS_NO, w.kind == CPU_KIND_EL2);
        if (w.reg.op0 == 1) {
            EXPECT_EQ(w.access[1], CPU_ACCESS_WO);
        }
        if (w.kind == CPU_KIND_ID) {
            EXPECT_EQ(w.access[1], CPU_ACCESS_RO);
        }
        if (w.gate != CPU_GATE_NONE && w.gate != CPU_GATE_ZEN) {
            EXPECT_NE(w.access[0], CPU_ACCESS_NO);
        }
        const size_t size = w.kind == CPU_KIND_SYS ? sizeof s : sizeof r;
        if (w.kind == CPU_KIND_SYS || w.kind == CPU_KIND_REGS || w.kind == CPU_KIND_PST) {
            EXPECT_EQ(w.arg % 8, 0);
            EXPECT_LT(w.arg, size);
        }
    }
}

TEST_F(Sysreg, TheCpuInterfaceIsThatOfGic)
{
    size_t found = 0;
    for (u32 i = 0; i < GIC_CPUIF_COUNT; i++) {
        const auto &g = gic_cpuif_info[i];
        const cpu_sysreg_info *w = cpu_sysreg_find({3, g.op1, g.crn, g.crm, g.op2});
        ASSERT_NE(w, nullptr) << g.name;
        EXPECT_STREQ(w->name, g.name);
        EXPECT_EQ(w->access[0], CPU_ACCESS_NO);
        const bool hyp = g.class_ == GIC_CLASS_EL2;
        EXPECT_EQ(w->kind, hyp ? CPU_KIND_EL2 : CPU_KIND_GIC) << g.name;
        EXPECT_EQ(w->access[1], hyp ? 0 : g.access) << g.name;
        EXPECT_EQ(w->arg, hyp ? 0 : i) << g.name;
        found++;
    }
    for (size_t i = 0; i < count; i++)
        found -= rows[i].kind == CPU_KIND_GIC;
    EXPECT_EQ(found, 31u); /* Those of EL2. */
}

/* --- Who may access what --- */

TEST_F(Sysreg, EveryRowByEveryElInBothDirections)
{
    const std::map<u32, u32> answers = {
        {CPU_KIND_GIC, CPU_SYSREG_GIC}, {CPU_KIND_TIMER, CPU_SYSREG_TIMER},
        {CPU_KIND_TLBI, CPU_SYSREG_TLBI}, {CPU_KIND_AT, CPU_SYSREG_AT},
        {CPU_KIND_DC, CPU_SYSREG_CACHE}, {CPU_KIND_IC, CPU_SYSREG_CACHE},
        {CPU_KIND_RCTX, CPU_SYSREG_CACHE}};
    f.idst = 0;
    for (size_t i = 0; i < count; i++)
        for (u32 el = 0; el <= 1; el++)
            for (bool is_read : {false, true}) {
                SCOPED_TRACE(rows[i].name);
                open_all();
                if (!(rows[i].access[el] & (is_read ? CPU_ACCESS_RO : CPU_ACCESS_WO))) {
                    expect_undefined(rows[i].reg, is_read, el);
                    continue;
                }
                const cpu_sysreg_result got = access(rows[i].reg, is_read, el);
                auto other = answers.find(rows[i].kind);
                EXPECT_EQ(got.what, other == answers.end() ? u32(CPU_SYSREG_OK) : other->second);
                EXPECT_EQ(got.arg, got.what == CPU_SYSREG_GIC || got.what == CPU_SYSREG_TIMER
                                       ? rows[i].arg
                                       : 0);
            }
}

TEST_F(Sysreg, WithoutItsFeatureARowIsUndefined)
{
    size_t rows_of_features = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].feature == CPU_FEATURE_ALWAYS)
            continue;
        SCOPED_TRACE(rows[i].name);
        open_all();
        reinterpret_cast<u8 *>(&f)[rows[i].feature] = 0;
        EXPECT_FALSE(cpu_sysreg_exists(&rows[i], &f));
        for (u32 el = 0; el <= 1; el++)
            for (bool is_read : {false, true})
                if (rows[i].reg.crn != 0 || el == 1) /* FEAT_IDST has a test of its own. */
                    expect_undefined(rows[i].reg, is_read, el);
        reinterpret_cast<u8 *>(&f)[rows[i].feature] = 1;
        rows_of_features++;
    }
    EXPECT_GT(rows_of_features, 70u);
}

TEST_F(Sysreg, UndefinedAtEl0GoesToEl2WithTge)
{
    r.hcr_el2 |= CPU_HCR_TGE;
    EXPECT_EQ(access(row("SCTLR_EL1").reg, true, 0).target_el, 2);
    EXPECT_EQ(access(row("HCR_EL2").reg, true, 0).what, CPU_SYSREG_UNDEFINED);
}

TEST_F(Sysreg, AnAccessThatIsNotDoneChangesNothing)
{
    s.cntkctl_el1 = 0;
    r.hcr_el2 |= CPU_HCR_TVM;
    const cpu_regs before = r;
    const cpu_sysregs sys_before = s;
    value = 0x123;
    access(row("CNTVCT_EL0").reg, true, 0);
    access(row("HCR_EL2").reg, true, 1);
    access(row("SCTLR_EL1").reg, false, 1);
    access(row("ICC_IAR1_EL1").reg, true, 1);
    EXPECT_EQ(value, 0x123u);
    EXPECT_EQ(memcmp(&before, &r, sizeof r), 0);
    EXPECT_EQ(memcmp(&sys_before, &s, sizeof s), 0);
}

/* --- Encodings without a row --- */

TEST_F(Sysreg, UnallocatedEncodingsAreUndefinedExceptIdSpaceAndImpdef)
{
    f.idst = 0;
    size_t raz = 0, impdef = 0;
    for (u32 key = 1 << 14; key < 0x10000; key++) {
        const cpu_sysreg reg = decode(key);
        if (cpu_sysreg_find(reg))
            continue;
        const bool id = reg.op0 == 3 && reg.op1 == 0 && reg.crn == 0 && reg.crm < 8;
        const bool imp = reg.op0 != 2 && (reg.crn == 11 || reg.crn == 15);
        open_all();
        expect_undefined(reg, false, 1);
        expect_undefined(reg, true, 0);
        expect_undefined(reg, false, 0);
        if (!id) {
            expect_undefined(reg, true, 1);
        } else {
            value = 0xdead;
            EXPECT_EQ(access(reg, true, 1).what, CPU_SYSREG_OK);
            EXPECT_EQ(value, 0u);
            raz++;
            r.hcr_el2 |= CPU_HCR_TID3;
            if (reg.crm > 0)
                expect_trap(reg, true, 1, 2, cpu_esr_sysreg(reg, 5, true));
            else
                EXPECT_EQ(access(reg, true, 1).what, CPU_SYSREG_OK);
        }
        r.hcr_el2 |= CPU_HCR_TIDCP;
        for (u32 el = 0; el <= 1; el++)
            for (bool is_read : {false, true})
                if (imp)
                    expect_trap(reg, is_read, el, 2, cpu_esr_sysreg(reg, 5, is_read));
                else if (!id)
                    expect_undefined(reg, is_read, el);
        impdef += imp;
    }
    EXPECT_GT(raz, 15u);
    EXPECT_EQ(impdef, 2 * 2 * 8 * 16 * 8u);
}

TEST_F(Sysreg, FeatIdstTurnsIdReadsOfEl0IntoTraps)
{
    const cpu_sysreg unallocated = {3, 0, 0, 2, 7}, hole = {3, 0, 0, 3, 3};
    for (u8 idst : {1, 0}) {
        f.idst = idst;
        for (const cpu_sysreg &reg : {row("MIDR_EL1").reg, row("ID_AA64PFR0_EL1").reg,
                                      row("CCSIDR_EL1").reg, unallocated, hole}) {
            open_all();
            if (idst)
                expect_trap(reg, true, 0, 1, cpu_esr_sysreg(reg, 5, true));
            else
                expect_undefined(reg, true, 0);
            expect_undefined(reg, false, 0);
        }
        expect_undefined(row("SCTLR_EL1").reg, true, 0);
    }
}

/* --- Storage --- */

TEST_F(Sysreg, EveryStoredRegisterKeepsItsWritableBitsAndNoOthers)
{
    size_t stored = 0;
    for (size_t i = 0; i < count; i++) {
        const cpu_sysreg_info &w = rows[i];
        if (w.kind != CPU_KIND_SYS && w.kind != CPU_KIND_REGS)
            continue;
        SCOPED_TRACE(w.name);
        open_all();
        const u64 before = read(w.name);
        if (!(w.access[1] & CPU_ACCESS_WO)) {
            expect_undefined(w.reg, false, 1);
            EXPECT_EQ(read(w.name), before);
            continue;
        }
        for (u64 v : {u64(0), ~u64(0), 0x5555555555555555u, 0xaaaaaaaaaaaaaaaau}) {
            write(w.name, v);
            const u64 expected = (before & ~w.mask) | (v & w.mask);
            EXPECT_EQ(read(w.name), expected);
        }
        EXPECT_NE(w.mask, 0u);
        stored++;
    }
    EXPECT_GT(stored, 50u);
}

TEST_F(Sysreg, EveryStoredRegisterHasAFieldOfItsOwn)
{
    std::set<std::pair<u32, u32>> fields;
    for (size_t i = 0; i < count; i++)
        if (rows[i].kind == CPU_KIND_SYS || rows[i].kind == CPU_KIND_REGS) {
            EXPECT_TRUE(fields.insert({rows[i].kind, rows[i].arg}).second) << rows[i].name;
        }
}

TEST_F(Sysreg, RegistersAreTheFieldsTheyAreNamedAfter)
{
    struct {
        const char *name;
        u64 *field;
    } const known[] = {
        {"SCTLR_EL1", &r.sctlr_el1},         {"ESR_EL1", &r.esr_el1},
        {"FAR_EL1", &r.far_el1},             {"ELR_EL1", &r.elr_el1},
        {"SPSR_EL1", &r.spsr_el1},           {"VBAR_EL1", &r.vbar_el1},
        {"SP_EL0", &r.sp_el0},               {"TTBR0_EL1", &s.ttbr0_el1},
        {"TTBR1_EL1", &s.ttbr1_el1},         {"TCR_EL1", &s.tcr_el1},
        {"MAIR_EL1", &s.mair_el1},           {"AMAIR_EL1", &s.amair_el1},
        {"CONTEXTIDR_EL1", &s.contextidr_el1}, {"TPIDR_EL0", &s.tpidr_el0},
        {"TPIDRRO_EL0", &s.tpidrro_el0},     {"TPIDR_EL1", &s.tpidr_el1},
        {"PAR_EL1", &s.par_el1},             {"CPACR_EL1", &s.cpacr_el1},
        {"APGAKeyHi_EL1", &s.apkey[9]},      {"DBGWVR3_EL1", &s.dbgwvr[3]},
    };
    for (auto &k : known) {
        *k.field = 0;
        write(k.name, 0x300000); /* Bits that each of them has. */
        EXPECT_EQ(*k.field, 0x300000u) << k.name;
        EXPECT_EQ(*k.field, read(k.name)) << k.name;
    }
}

TEST_F(Sysreg, PstateViewsShowTheirBitsOnly)
{
    for (size_t i = 0; i < count; i++) {
        const cpu_sysreg_info &w = rows[i];
        if (w.kind != CPU_KIND_PST)
            continue;
        SCOPED_TRACE(w.name);
        open_all();
        r.pstate = 0xf3f03fc0 | CPU_MODE_EL1H;
        EXPECT_EQ(read(w.name), (0xf3f03fc0 | CPU_MODE_EL1H) & w.mask);
        if (!(w.access[1] & CPU_ACCESS_WO))
            continue;
        write(w.name, 0);
        EXPECT_EQ(r.pstate, (0xf3f03fc0 | CPU_MODE_EL1H) & ~w.mask);
        write(w.name, ~u64(0));
        EXPECT_EQ(r.pstate, 0xf3f03fc0 | CPU_MODE_EL1H);
    }
    EXPECT_EQ(read("CurrentEL"), 4u);
}

TEST_F(Sysreg, SpEl0CannotBeNamedWhileItIsTheStackPointer)
{
    r.pstate = CPU_MODE_EL1T;
    cpu_sysreg_request a = {row("SP_EL0").reg, 5, 1, 1};
    EXPECT_EQ(cpu_sysreg_access(&r, &s, &f, a, &value).what, CPU_SYSREG_UNDEFINED);
    EXPECT_EQ(cpu_sysreg_perform(&r, &s, &f, &row("SP_EL0"), true, 1, &value).what,
              CPU_SYSREG_UNDEFINED);
    write("SP_EL0", 0x1000);
    EXPECT_EQ(read("SP_EL0"), 0x1000u);
}

TEST_F(Sysreg, TheOsLockIsWrittenHereAndReadThere)
{
    EXPECT_EQ(read("OSLSR_EL1"), 8u);
    write("OSLAR_EL1", 1);
    EXPECT_EQ(read("OSLSR_EL1"), 0xau);
    write("OSLAR_EL1", 0xfffe);
    EXPECT_EQ(read("OSLSR_EL1"), 8u);
}

TEST_F(Sysreg, CcsidrFollowsCsselr)
{
    const u64 sizes[] = {0x701fe01a, 0x201fe01a, 0x70ffe03a};
    for (u64 select = 0; select < 16; select++) {
        write("CSSELR_EL1", select);
        EXPECT_EQ(read("CCSIDR_EL1"), select < 3 ? sizes[select] : 0);
    }
}

TEST_F(Sysreg, DczidSaysWhetherZvaIsAllowedHere)
{
    EXPECT_EQ(read("DCZID_EL0", 0), 4u);
    r.sctlr_el1 &= ~CPU_SCTLR_DZE;
    EXPECT_EQ(read("DCZID_EL0", 0), 0x14u);
    EXPECT_EQ(read("DCZID_EL0", 1), 4u);
    r.hcr_el2 |= CPU_HCR_TDZ;
    EXPECT_EQ(read("DCZID_EL0", 1), 0x14u);
}

TEST_F(Sysreg, ResetGivesWhatKvmGives)
{
    memset(&r, 0xff, sizeof r);
    cpu_sysregs_reset(&r, &s, 0x80000302);
    EXPECT_EQ(r.sctlr_el1, 0x00c50078u);
    EXPECT_EQ(r.vbar_el1, 0u);
    EXPECT_EQ(s.oslsr_el1, 8u);
    EXPECT_EQ(s.mpidr_el1, 0x80000302u);
    EXPECT_EQ(s.midr_el1, 0x414fd0c1u);
    EXPECT_EQ(r.pstate, ~u64(0)); /* Not ours. */
    EXPECT_EQ(r.hcr_el2, ~u64(0));
    EXPECT_EQ(r.x[30], ~u64(0));
}

} // namespace
