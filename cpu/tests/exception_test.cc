/* Exception entry and return: every cell of the vector table, of the mode table, every bit. */
#include "cpu/exception.h"

#include <gtest/gtest.h>

namespace {

constexpr u64 ALL_PSTATE = 0xffffffffull;
constexpr u64 NRW = CPU_PSTATE_NRW;
constexpr u64 VHE = CPU_HCR_E2H | CPU_HCR_TGE;

struct Exception : testing::Test {
    cpu_regs r{};

    Exception()
    {
        r.pc = 0xffff000000081234;
        r.vbar_el1 = 0xffff000000080000;
        r.vbar_el2 = 0xffff800000010000;
        r.hcr_el2 = CPU_HCR_RW;
        r.sctlr_el1 = CPU_SCTLR_SPAN;
        r.sctlr_el2 = CPU_SCTLR_SPAN;
        r.esr_el1 = r.far_el1 = r.esr_el2 = r.far_el2 = r.hpfar_el2 = 0x5555;
    }

    void take(u32 el, cpu_exc kind, u64 esr = cpu_esr_hvc(0), u64 far = 0xfa, u64 hpfar = 0x4f0)
    {
        cpu_take_exception(&r, el, kind, esr, far, hpfar);
    }
};

/* --- The vector table --- */

struct source {
    u64 pstate, hcr;
    u32 target, row;
};
const source sources[] = {
    {CPU_MODE_EL1T, CPU_HCR_RW, 1, 0x000},
    {CPU_MODE_EL1H, CPU_HCR_RW, 1, 0x200},
    {CPU_MODE_EL0T, CPU_HCR_RW, 1, 0x400},
    {NRW | CPU_MODE_EL0T, CPU_HCR_RW, 1, 0x600},
    {CPU_MODE_EL2T, CPU_HCR_RW, 2, 0x000},
    {CPU_MODE_EL2H, CPU_HCR_RW, 2, 0x200},
    {CPU_MODE_EL1H, CPU_HCR_RW, 2, 0x400},
    {CPU_MODE_EL1T, CPU_HCR_RW, 2, 0x400},
    {CPU_MODE_EL0T, CPU_HCR_RW, 2, 0x400},
    {NRW | CPU_MODE_EL0T, CPU_HCR_RW, 2, 0x400}, /* EL1's width counts, not that of EL0. */
    {NRW | 0x3, 0, 2, 0x600},                    /* Supervisor */
    {NRW | 0xf, 0, 2, 0x600},                    /* System */
    {NRW | CPU_MODE_EL0T, 0, 2, 0x600},
    {CPU_MODE_EL0T, CPU_HCR_RW | VHE, 2, 0x400}, /* The host's own EL0: its own width. */
    {NRW | CPU_MODE_EL0T, CPU_HCR_RW | VHE, 2, 0x600},
    {NRW | CPU_MODE_EL0T, CPU_HCR_RW | CPU_HCR_E2H, 2, 0x400},
};

TEST_F(Exception, EveryVectorStandsWhereTheManualSaysIt)
{
    for (const source &s : sources)
        for (int kind = 0; kind < CPU_EXC_COUNT; kind++) {
            r.pstate = s.pstate;
            r.hcr_el2 = s.hcr;
            EXPECT_EQ(cpu_vector_offset(&r, s.target, cpu_exc(kind)), s.row + 0x80u * u32(kind));
            r.pc = 0x4000;
            take(s.target, cpu_exc(kind));
            const u64 vbar = s.target == 1 ? r.vbar_el1 : r.vbar_el2;
            EXPECT_EQ(r.pc, vbar + s.row + 0x80u * u32(kind));
            EXPECT_EQ(s.target == 1 ? r.elr_el1 : r.elr_el2, 0x4000u);
        }
}

/* The three vectors of SDEI COMPLETE_AND_RESUME in KVM v4. */
TEST_F(Exception, AnIrqEntersAt480Or680Or280)
{
    EXPECT_EQ(cpu_vector_offset(&r, 1, CPU_IRQ), 0x480u);
    r.pstate = NRW;
    EXPECT_EQ(cpu_vector_offset(&r, 1, CPU_IRQ), 0x680u);
    r.pstate = CPU_MODE_EL1H;
    EXPECT_EQ(cpu_vector_offset(&r, 1, CPU_IRQ), 0x280u);
}

TEST_F(Exception, TheElOfEveryMode)
{
    /* EL3 modes (12, 13) and reserved ones included: M[3:2] is what AArch64 has. */
    for (u64 mode = 0; mode < 16; mode++) {
        r.pstate = mode;
        EXPECT_EQ(cpu_el(&r), mode / 4);
        r.pstate = NRW | mode;
        EXPECT_EQ(cpu_el(&r), mode == 0 ? 0u : mode == 0xa ? 2u : 1u);
    }
}

TEST_F(Exception, NoExceptionGoesDownOrToEl3)
{
    r.pstate = NRW | 0x3; /* EL1 is AArch32: it has no AArch64 vectors. */
    EXPECT_DEATH(take(1, CPU_SYNC), "assertion");
    r.pstate = CPU_MODE_EL2H;
    EXPECT_DEATH(take(1, CPU_SYNC), "assertion");
    EXPECT_DEATH(take(3, CPU_SYNC), "assertion");
    r.pstate = CPU_MODE_EL0T;
    EXPECT_DEATH(take(0, CPU_SYNC), "assertion");
    EXPECT_DEATH(cpu_vector_offset(&r, 1, CPU_EXC_COUNT), "assertion");
}

/* --- PSTATE at entry --- */

TEST_F(Exception, EntryKeepsNzcvDitAndPanAndClearsTheRest)
{
    for (u32 el = 1; el <= 2; el++)
        for (int kind = 0; kind < CPU_EXC_COUNT; kind++)
            for (int bit = 5; bit < 32; bit++) {
                if (bit >= 6 && bit <= 9)
                    continue;
                r.pstate = 1ull << bit;
                take(el, cpu_exc(kind));
                const u64 kept = CPU_PSTATE_NZCV | CPU_PSTATE_DIT | CPU_PSTATE_PAN;
                EXPECT_EQ(r.pstate, ((1ull << bit) & kept) | CPU_PSTATE_DAIF | el << 2 | 1)
                    << "bit " << bit;
                EXPECT_EQ(el == 1 ? r.spsr_el1 : r.spsr_el2, 1ull << bit);
            }
}

TEST_F(Exception, EntryMasksDaifFromAnyState)
{
    for (u64 daif = 0; daif < 16; daif++) {
        r.pstate = daif << 6;
        take(1, CPU_IRQ);
        EXPECT_EQ(r.pstate, CPU_PSTATE_DAIF | CPU_MODE_EL1H);
        EXPECT_EQ(r.spsr_el1, daif << 6);
    }
}

TEST_F(Exception, SpanClearSetsPanAtEl1AndAtEl2OnlyOfAVheHost)
{
    struct {
        u32 el;
        u64 hcr;
        bool pan;
    } const rows[] = {{1, 0, true},
                      {1, VHE, true},
                      {2, 0, false},
                      {2, CPU_HCR_E2H, false},
                      {2, CPU_HCR_TGE, false},
                      {2, VHE, true}};
    for (auto &row : rows) {
        r.hcr_el2 = CPU_HCR_RW | row.hcr;
        r.pstate = 0;
        r.sctlr_el1 = row.el == 1 ? 0 : CPU_SCTLR_SPAN;
        r.sctlr_el2 = row.el == 2 ? 0 : CPU_SCTLR_SPAN;
        take(row.el, CPU_SYNC);
        EXPECT_EQ(bool(r.pstate & CPU_PSTATE_PAN), row.pan);
    }
}

TEST_F(Exception, DssbsOfTheTargetGoesToSsbs)
{
    r.sctlr_el1 |= CPU_SCTLR_DSSBS;
    take(1, CPU_SYNC);
    EXPECT_EQ(r.pstate, CPU_PSTATE_SSBS | CPU_PSTATE_DAIF | CPU_MODE_EL1H);
    take(2, CPU_SYNC);
    EXPECT_EQ(r.pstate, CPU_PSTATE_DAIF | CPU_MODE_EL2H);
}

/* --- Syndrome registers at entry --- */

TEST_F(Exception, OnlySyncAndSerrorWriteEsr)
{
    for (u32 el = 1; el <= 2; el++)
        for (int kind = 0; kind < CPU_EXC_COUNT; kind++) {
            u64 &esr = el == 1 ? r.esr_el1 : r.esr_el2;
            u64 &other = el == 1 ? r.esr_el2 : r.esr_el1;
            esr = other = 0x77;
            r.pstate = 0;
            take(el, cpu_exc(kind), cpu_esr_hvc(1));
            EXPECT_EQ(esr, kind == CPU_SYNC || kind == CPU_SERROR ? 0x5a000001u : 0x77u);
            EXPECT_EQ(other, 0x77u);
        }
}

bool writes_far(u32 ec)
{
    return ec == 0x20 || ec == 0x21 || ec == 0x22 || ec == 0x24 || ec == 0x25 || ec == 0x34 ||
           ec == 0x35;
}

TEST_F(Exception, FarIsWrittenByAbortsPcAlignmentAndWatchpoints)
{
    for (u32 el = 1; el <= 2; el++)
        for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
            for (int kind = 0; kind < CPU_EXC_COUNT; kind++) {
                r.far_el1 = r.far_el2 = 0x77;
                r.pstate = 0;
                take(el, cpu_exc(kind), cpu_esr(cpu_ec(ec), 0x10), 0xfa);
                const bool written = kind == CPU_SYNC && writes_far(ec);
                EXPECT_EQ(el == 1 ? r.far_el1 : r.far_el2, written ? 0xfau : 0x77u) << ec;
                EXPECT_EQ(el == 1 ? r.far_el2 : r.far_el1, 0x77u);
            }
}

TEST_F(Exception, HpfarIsWrittenByStage2AbortsAtEl2Only)
{
    for (u32 el = 1; el <= 2; el++)
        for (u64 hcr : {u64(0), u64(CPU_HCR_TGE)})
            for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
                for (u32 iss = 0; iss < 0x100; iss++) {
                    r.hcr_el2 = CPU_HCR_RW | hcr;
                    r.hpfar_el2 = 0x77;
                    r.pstate = 0;
                    take(el, CPU_SYNC, cpu_esr(cpu_ec(ec), iss));
                    const u32 fsc = iss & 0x3f;
                    const bool low_level = fsc >= 0x29 && fsc <= 0x2c; /* -1 and -2 */
                    const bool stage2 = fsc < 0x10 || low_level || iss & 0x80;
                    const bool abort = ec == 0x20 || ec == 0x24;
                    ASSERT_EQ(r.hpfar_el2, el == 2 && !hcr && abort && stage2 ? 0x4f0u : 0x77u)
                        << ec << " " << iss;
                }
}

TEST_F(Exception, GeneralRegistersAndStackPointersAreLeftAlone)
{
    for (u32 i = 0; i < 31; i++)
        r.x[i] = i + 1;
    r.sp_el0 = 100;
    r.sp_el1 = 200;
    take(1, CPU_SYNC);
    take(2, CPU_SERROR);
    ASSERT_TRUE(cpu_eret(&r, 2));
    ASSERT_TRUE(cpu_eret(&r, 1));
    for (u32 i = 0; i < 31; i++)
        EXPECT_EQ(r.x[i], i + 1);
    EXPECT_EQ(r.sp_el0, 100u);
    EXPECT_EQ(r.sp_el1, 200u);
}

/* --- ERET --- */

TEST_F(Exception, EretUndoesAnException)
{
    for (u64 mode : {CPU_MODE_EL0T, CPU_MODE_EL1T, CPU_MODE_EL1H})
        for (u32 el = 1; el <= 2; el++) {
            const u64 pstate = 0xa0000000 | CPU_PSTATE_PAN | CPU_PSTATE_UAO | CPU_PSTATE_DIT |
                               CPU_PSTATE_BTYPE | CPU_PSTATE_SSBS | 0x80 | mode;
            r.pstate = pstate;
            r.pc = 0x1238;
            take(el, CPU_IRQ);
            EXPECT_TRUE(cpu_eret(&r, el));
            EXPECT_EQ(r.pstate, pstate);
            EXPECT_EQ(r.pc, 0x1238u);
        }
}

/* Every M[4:0], from both ELs, with every setting of HCR that has a say. */
struct legality {
    u32 from;
    u64 hcr;
    u32 legal_64; /* Bit n: M[4:0] = n with nRW = 0 is legal. */
    u32 legal_32; /* Bit n: M[4:0] = 16 + n. */
};
constexpr u32 EL0_BIT = 1 << 0, EL1_BITS = 1 << 4 | 1 << 5, EL2_BITS = 1 << 8 | 1 << 9;
constexpr u32 USR = 1 << 0, PRIVILEGED = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 7 | 1 << 11 | 1 << 15;
const legality legalities[] = {
    {1, CPU_HCR_RW, EL0_BIT | EL1_BITS, USR},
    {2, CPU_HCR_RW, EL0_BIT | EL1_BITS | EL2_BITS, USR},
    {2, 0, EL2_BITS, USR | PRIVILEGED}, /* EL1 is AArch32, so EL0 is too. */
    {2, CPU_HCR_RW | CPU_HCR_TGE, EL0_BIT | EL2_BITS, USR},
    {2, CPU_HCR_RW | VHE, EL0_BIT | EL2_BITS, USR},
    {2, VHE, EL0_BIT | EL2_BITS, USR},
    {2, CPU_HCR_TGE, EL2_BITS, USR},
};

TEST_F(Exception, EveryModeIsLegalOrSetsIl)
{
    for (const legality &l : legalities)
        for (u32 mode = 0; mode < 32; mode++) {
            const u64 here = l.from == 1 ? CPU_MODE_EL1H : CPU_MODE_EL2H;
            r.hcr_el2 = l.hcr;
            r.pstate = here | CPU_PSTATE_DAIF;
            r.spsr_el1 = r.spsr_el2 = mode;
            r.elr_el1 = r.elr_el2 = 0x4000;
            const bool legal = (mode < 16 ? l.legal_64 >> mode : l.legal_32 >> (mode - 16)) & 1;
            ASSERT_EQ(cpu_eret(&r, l.from), legal) << l.from << " " << l.hcr << " " << mode;
            EXPECT_EQ(r.pstate, legal ? mode : here | CPU_PSTATE_IL);
            EXPECT_EQ(r.pc, 0x4000u);
        }
}

TEST_F(Exception, AnIllegalReturnTakesFlagsPanAndDaifOnly)
{
    for (u64 current : {u64(0), ALL_PSTATE}) {
        r.pstate = (current & ~CPU_PSTATE_M) | CPU_MODE_EL1H;
        r.spsr_el1 = (~current & ALL_PSTATE & ~CPU_PSTATE_M) | CPU_MODE_EL2H;
        const u64 taken = CPU_PSTATE_NZCV | CPU_PSTATE_PAN | CPU_PSTATE_DAIF;
        const u64 expected = (r.pstate & ~taken & ~CPU_PSTATE_SS) | (r.spsr_el1 & taken);
        EXPECT_FALSE(cpu_eret(&r, 1));
        EXPECT_EQ(r.pstate, expected | CPU_PSTATE_IL);
    }
}

TEST_F(Exception, ALegalReturnTakesIlFromSpsrAndNeverSs)
{
    r.pstate = CPU_MODE_EL1H;
    r.spsr_el1 = CPU_PSTATE_IL | CPU_PSTATE_SS;
    EXPECT_TRUE(cpu_eret(&r, 1));
    EXPECT_EQ(r.pstate, CPU_PSTATE_IL);
    r.pstate = CPU_MODE_EL1H | CPU_PSTATE_IL;
    r.spsr_el1 = 0;
    EXPECT_TRUE(cpu_eret(&r, 1));
    EXPECT_EQ(r.pstate, 0u);
    r.pstate = CPU_MODE_EL1H;
    r.spsr_el1 = ALL_PSTATE & ~CPU_PSTATE_M; /* TCO 25, ALLINT 13 and RES0 bits stay 0. */
    EXPECT_TRUE(cpu_eret(&r, 1));
    EXPECT_EQ(r.pstate, 0xf1d01fc0u);
}

TEST_F(Exception, AReturnToAArch32KeepsItsBitsAndAlignsThePc)
{
    r.pstate = CPU_MODE_EL1H;
    r.elr_el1 = 0xffffffff00001237;
    r.spsr_el1 = 0xfffff000 | NRW; /* ARM state: T is 0. */
    EXPECT_TRUE(cpu_eret(&r, 1));
    EXPECT_EQ(r.pc, 0x1234u);
    EXPECT_EQ(r.pstate, (0xfffff000 & ~CPU_PSTATE_SS) | NRW);
    r.pstate = CPU_MODE_EL1H;
    r.spsr_el1 = 1 << 5 | NRW;
    EXPECT_TRUE(cpu_eret(&r, 1));
    EXPECT_EQ(r.pc, 0x1236u);
}

TEST_F(Exception, EretStopsTheRunAtAnotherElThanItsOwn)
{
    r.pstate = CPU_MODE_EL1H;
    EXPECT_DEATH(cpu_eret(&r, 2), "assertion");
    r.pstate = CPU_MODE_EL0T;
    EXPECT_DEATH(cpu_eret(&r, 0), "assertion");
    EXPECT_DEATH(cpu_eret(&r, 1), "assertion");
}

/* --- Syndromes --- */

TEST(Syndrome, BuildersGiveTheBitsThatKvmPrints)
{
    EXPECT_EQ(cpu_esr_hvc(0), 0x5a000000u);
    EXPECT_EQ(cpu_esr_hvc(0xea1), 0x5a000ea1u);
    EXPECT_EQ(cpu_esr_smc(0xffff), 0x5e00ffffu);
    EXPECT_EQ(cpu_esr_wfx(CPU_WFI, 9), 0x07e00000u); /* The register is ignored. */
    EXPECT_EQ(cpu_esr_wfx(CPU_WFE, 0), 0x07e00001u);
    EXPECT_EQ(cpu_esr_wfx(CPU_WFIT, 9), 0x07e00126u);
    EXPECT_EQ(cpu_esr_wfx(CPU_WFET, 31), 0x07e003e7u);
    EXPECT_EQ(cpu_esr(CPU_EC_ILLEGAL_STATE, 0), 0x3a000000u);
}

TEST(Syndrome, SysregFieldsDoNotOverlap)
{
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 0, 0, 0}, 0, false), 0x62000000u);
    EXPECT_EQ(cpu_esr_sysreg({3, 0, 0, 0, 0}, 0, false), 0x62300000u);
    EXPECT_EQ(cpu_esr_sysreg({0, 7, 0, 0, 0}, 0, false), 0x6201c000u);
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 15, 0, 0}, 0, false), 0x62003c00u);
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 0, 15, 0}, 0, false), 0x6200001eu);
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 0, 0, 7}, 0, false), 0x620e0000u);
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 0, 0, 0}, 31, false), 0x620003e0u);
    EXPECT_EQ(cpu_esr_sysreg({0, 0, 0, 0, 0}, 0, true), 0x62000001u);
    /* MSR ICC_SGI1R_EL1, x5: S3_0_C12_C11_5. */
    EXPECT_EQ(cpu_esr_sysreg({3, 0, 12, 11, 5}, 5, false), 0x623a30b6u);
}

TEST(Syndrome, EcIsBits31To26)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
        EXPECT_EQ(cpu_esr_ec(cpu_esr(cpu_ec(ec), 0x1ffffff)), ec);
    EXPECT_EQ(cpu_esr_ec(0xffull << 32 | 0x5a000000), CPU_EC_HVC64);
}

TEST(Syndrome, OutOfRangeFieldsStopTheRun)
{
    EXPECT_DEATH(cpu_esr(CPU_EC_HVC64, 1u << 25), "assertion");
    EXPECT_DEATH(cpu_esr(CPU_EC_COUNT, 0), "assertion");
    EXPECT_DEATH(cpu_esr_hvc(0x10000), "assertion");
    EXPECT_DEATH(cpu_esr_smc(0x10000), "assertion");
    EXPECT_DEATH(cpu_esr_wfx(CPU_WFET, 32), "assertion");
    EXPECT_DEATH(cpu_esr_sysreg({4, 0, 0, 0, 0}, 0, false), "assertion");
    EXPECT_DEATH(cpu_esr_sysreg({0, 8, 0, 0, 0}, 0, false), "assertion");
}

TEST(Syndrome, NamesAreThoseOfTheClasses)
{
    EXPECT_STREQ(cpu_ec_name(CPU_EC_HVC64), "HVC");
    EXPECT_STREQ(cpu_ec_name(CPU_EC_UNKNOWN), "unknown");
    EXPECT_STREQ(cpu_ec_name(CPU_EC_DABT_LOWER), "data abort, lower EL");
    EXPECT_STREQ(cpu_ec_name(cpu_ec(0x02)), "reserved");
    EXPECT_STREQ(cpu_ec_name(cpu_ec(0x3f)), "reserved");
    EXPECT_DEATH(cpu_ec_name(CPU_EC_COUNT), "assertion");
}

} // namespace
