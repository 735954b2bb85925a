/* Routing: every cause and interrupt against every setting that has a say, by rules of its own. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

namespace {

constexpr u64 NRW = CPU_PSTATE_NRW;

struct Route : testing::Test {
    cpu_regs r{};
    cpu_sysregs s{};
    cpu_features f = cpu_features_default;

    Route() { r.hcr_el2 = CPU_HCR_RW; }
    void at(u32 el) { r.pstate = (r.pstate & ~CPU_PSTATE_M) | (el ? el << 2 | 1 : 0); }
    cpu_route sync(cpu_cause cause) { return cpu_route_sync(&r, &s, &f, cause); }
    cpu_route irq(cpu_irq kind, bool superpriority = false)
    {
        return cpu_route_irq(&r, &f, kind, superpriority);
    }
};

TEST_F(Route, TheHcrOfKvmHasTheBitsOfLinux)
{
    EXPECT_EQ(CPU_HCR_KVM, 0x8807c063full | 0ull << 63);
    const u32 numbers[] = {0, 1, 2, 3, 4, 5, 9, 10, 18, 19, 20, 21, 22, 31, 35};
    u64 bits = 0;
    for (u32 n : numbers)
        bits |= 1ull << n;
    EXPECT_EQ(CPU_HCR_KVM, bits);
}

/* --- Synchronous exceptions --- */

struct cause_row {
    cpu_cause cause;
    u32 lower, same;
    const char *rule;
};
const cause_row causes[] = {
    {CPU_CAUSE_UNDEFINED, 0x00, 0x00, "own"},
    {CPU_CAUSE_FP_TRAP, 0x07, 0x07, "cpacr"},
    {CPU_CAUSE_SVE_TRAP, 0x19, 0x19, "cpacr"},
    {CPU_CAUSE_BTI, 0x0d, 0x0d, "own"},
    {CPU_CAUSE_ILLEGAL, 0x0e, 0x0e, "own"},
    {CPU_CAUSE_EL0_SYSREG, 0x18, 0x18, "own"},
    {CPU_CAUSE_PAUTH_FAIL, 0x1c, 0x1c, "own"},
    {CPU_CAUSE_FETCH_STAGE1, 0x20, 0x21, "own"},
    {CPU_CAUSE_FETCH_STAGE2, 0x20, 0x21, "hyp"},
    {CPU_CAUSE_FETCH_EXTERNAL, 0x20, 0x21, "external"},
    {CPU_CAUSE_PC_ALIGN, 0x22, 0x22, "own"},
    {CPU_CAUSE_DATA_STAGE1, 0x24, 0x25, "own"},
    {CPU_CAUSE_DATA_STAGE2, 0x24, 0x25, "hyp"},
    {CPU_CAUSE_DATA_EXTERNAL, 0x24, 0x25, "external"},
    {CPU_CAUSE_VNCR, 0x25, 0x25, "hyp"},
    {CPU_CAUSE_SP_ALIGN, 0x26, 0x26, "own"},
    {CPU_CAUSE_MOPS, 0x27, 0x27, "own"},
    {CPU_CAUSE_FP, 0x2c, 0x2c, "own"},
    {CPU_CAUSE_GCS, 0x2d, 0x2d, "own"},
    {CPU_CAUSE_BREAKPOINT, 0x30, 0x31, "debug"},
    {CPU_CAUSE_STEP, 0x32, 0x33, "debug"},
    {CPU_CAUSE_WATCHPOINT, 0x34, 0x35, "debug"},
    {CPU_CAUSE_BRK, 0x3c, 0x3c, "brk"},
    {CPU_CAUSE_TRAP_EL2, 0x18, 0x18, "hyp"},
    {CPU_CAUSE_SVC, 0x15, 0x15, "own"},
};

TEST_F(Route, EverySynchronousCauseGoesWhereTheRulesSay)
{
    STATIC_ASSERT(ARRAY_COUNT(causes) + 2 == CPU_CAUSE_COUNT, "HVC and SMC have their own test");
    for (const cause_row &row : causes)
        for (u32 el = 0; el <= 2; el++)
            for (u32 bits = 0; bits < 64; bits++) {
                const std::string rule = row.rule;
                const bool tge = bits & 1, e2h = bits & 2, tea = bits & 4, tde = bits & 8;
                f.el2 = bits >> 4 & 1;
                s.mdscr_el1 = bits & 32 ? CPU_MDSCR_KDE : 0;
                if (!f.el2 && (rule == "hyp" || el == 2))
                    continue;
                at(el);
                r.hcr_el2 = CPU_HCR_RW | (tge ? CPU_HCR_TGE : 0) | (e2h ? CPU_HCR_E2H : 0) |
                            (tea ? CPU_HCR_TEA : 0);
                s.mdcr_el2 = tde ? CPU_MDCR_TDE : 0;
                /* EL0 has no handlers: EL1 has them, or EL2 if EL1 is not used. */
                u32 target = el ? el : f.el2 && tge ? 2 : 1;
                if (rule == "hyp" || (rule == "external" && f.el2 && tea))
                    target = 2;
                if ((rule == "debug" || rule == "brk") && f.el2 && tde)
                    target = 2;
                const cpu_route got = sync(row.cause);
                const bool debugs_own = f.el2 && (tge || tde) ? el == 2 : el == 1;
                const bool off = el > (f.el2 && (tge || tde) ? 2u : 1u) ||
                                 (debugs_own && !(bits & 32));
                if (rule == "debug" && off) {
                    EXPECT_EQ(got.what, CPU_ROUTED_NOTHING);
                    continue;
                }
                u32 ec = el == target ? row.same : row.lower;
                if (rule == "cpacr" && el == 0 && target == 2 && !(e2h && tge))
                    ec = 0; /* EL2 has no CPACR_EL1. */
                ASSERT_EQ(got.what, CPU_ROUTED_TAKEN);
                ASSERT_EQ(got.target_el, target) << row.cause << " el " << el << " " << bits;
                ASSERT_EQ(got.ec, ec) << row.cause << " el " << el << " " << bits;
                ASSERT_TRUE(cpu_ec_info[got.ec].takers >> target & 1);
            }
}

TEST_F(Route, StageTwoNeedsAnEl2)
{
    f.el2 = 0;
    EXPECT_DEATH(sync(CPU_CAUSE_DATA_STAGE2), "assertion");
    EXPECT_DEATH(sync(CPU_CAUSE_COUNT), "assertion");
}

TEST_F(Route, PstateDMasksBreakpointsOfTheOwnElAndNeverBrk)
{
    at(1);
    s.mdscr_el1 = CPU_MDSCR_KDE;
    for (cpu_cause cause : {CPU_CAUSE_BREAKPOINT, CPU_CAUSE_WATCHPOINT, CPU_CAUSE_STEP}) {
        r.pstate &= ~CPU_PSTATE_D;
        EXPECT_EQ(sync(cause).what, CPU_ROUTED_TAKEN);
        r.pstate |= CPU_PSTATE_D;
        EXPECT_EQ(sync(cause).what, CPU_ROUTED_NOTHING);
    }
    EXPECT_EQ(sync(CPU_CAUSE_BRK).what, CPU_ROUTED_TAKEN);
}

TEST_F(Route, AArch32CallsHaveClassesOfTheirOwn)
{
    r.pstate = NRW;
    EXPECT_EQ(sync(CPU_CAUSE_SVC).ec, CPU_EC_SVC32);
    EXPECT_EQ(sync(CPU_CAUSE_BRK).ec, CPU_EC_BKPT32);
    EXPECT_EQ(sync(CPU_CAUSE_FP).ec, CPU_EC_FP32);
    EXPECT_EQ(sync(CPU_CAUSE_DATA_STAGE1).ec, CPU_EC_DABT_LOWER);
    r.hcr_el2 = 0;
    r.pstate = NRW | 3;
    EXPECT_EQ(sync(CPU_CAUSE_HVC).ec, CPU_EC_HVC32);
    r.hcr_el2 = CPU_HCR_TSC;
    EXPECT_EQ(sync(CPU_CAUSE_SMC).ec, CPU_EC_SMC32);
}

/* HVC: UNDEFINED at EL0, without EL2, or disabled: by HCE with EL3, by HCD without. */
TEST_F(Route, EveryHvcIsTakenOrUndefined)
{
    for (u32 bits = 0; bits < 16; bits++)
        for (u32 el = 0; el <= 2; el++) {
            f.el2 = bits & 1;
            f.el3 = bits >> 1 & 1;
            f.scr_hce = bits >> 2 & 1;
            r.hcr_el2 = CPU_HCR_RW | (bits & 8 ? CPU_HCR_HCD : 0);
            if (el == 2 && !f.el2)
                continue;
            at(el);
            const bool on = f.el2 && el > 0 && (f.el3 ? f.scr_hce : !(bits & 8));
            const cpu_route got = sync(CPU_CAUSE_HVC);
            EXPECT_EQ(got.what, CPU_ROUTED_TAKEN);
            EXPECT_EQ(got.ec, on ? CPU_EC_HVC64 : CPU_EC_UNKNOWN) << bits << " el " << el;
            EXPECT_EQ(got.target_el, on ? 2u : el ? el : 1u);
        }
}

/* SMC: TSC before SMD; without EL3 UNDEFINED, unless NV is set or the core traps it always. */
TEST_F(Route, EverySmcIsTakenTrappedOrUndefined)
{
    for (u32 bits = 0; bits < 64; bits++)
        for (u32 el = 0; el <= 2; el++) {
            f.el2 = bits & 1;
            f.el3 = bits >> 1 & 1;
            f.scr_smd = bits >> 2 & 1;
            f.tsc_without_el3 = bits >> 4 & 1;
            const bool nv = bits >> 5;
            r.hcr_el2 = CPU_HCR_RW | (bits & 8 ? 1ull << 19 : 0) | (nv ? 1ull << 42 : 0);
            if (el == 2 && !f.el2)
                continue;
            at(el);
            const bool tsc = el == 1 && f.el2 && bits & 8;
            u32 target = 0;
            if (el > 0 && tsc && (f.el3 || nv || f.tsc_without_el3))
                target = 2;
            else if (el > 0 && f.el3 && !f.scr_smd)
                target = 3;
            const cpu_route got = sync(CPU_CAUSE_SMC);
            EXPECT_EQ(got.ec, target ? CPU_EC_SMC64 : CPU_EC_UNKNOWN) << bits << " el " << el;
            EXPECT_EQ(got.target_el, target ? target : el ? el : 1u) << bits << " el " << el;
        }
}

/* --- WFI and WFE --- */

TEST_F(Route, EveryWaitIsTrappedByTheFirstThatWantsIt)
{
    for (int instruction = CPU_WFI; instruction <= CPU_WFET; instruction++)
        for (u32 el = 0; el <= 2; el++)
            for (u32 bits = 0; bits < 256; bits++) {
                const bool event = instruction == CPU_WFE || instruction == CPU_WFET;
                const bool nti = bits & 1, nte = bits & 2, ti = bits & 4, te = bits & 8;
                const bool tge = bits & 16, e2h = bits & 32, waits = bits & 64;
                f.el2 = bits >> 7;
                if (el == 2 && !f.el2)
                    continue;
                at(el);
                const u64 sctlr = (nti ? CPU_SCTLR_NTWI : 0) | (nte ? CPU_SCTLR_NTWE : 0);
                const bool host = f.el2 && tge && e2h;
                r.sctlr_el1 = host ? ~sctlr : sctlr;
                r.sctlr_el2 = host ? sctlr : ~sctlr;
                r.hcr_el2 = CPU_HCR_RW | (ti ? CPU_HCR_TWI : 0) | (te ? CPU_HCR_TWE : 0) |
                            (tge ? CPU_HCR_TGE : 0) | (e2h ? CPU_HCR_E2H : 0);
                u32 target = 0;
                if (waits && el == 0 && !(event ? nte : nti))
                    target = f.el2 && tge ? 2 : 1;
                else if (waits && el < 2 && f.el2 && !host && (event ? te : ti))
                    target = 2;
                const cpu_route got = cpu_route_wfx(&r, &f, cpu_wfx(instruction), waits);
                EXPECT_EQ(got.what, target ? CPU_ROUTED_TAKEN : CPU_ROUTED_NOTHING);
                EXPECT_EQ(got.target_el, target) << bits << " el " << el;
                EXPECT_EQ(got.ec, target ? CPU_EC_WFX : 0);
            }
    EXPECT_DEATH(cpu_route_wfx(&r, &f, cpu_wfx(4), true), "assertion");
}

/* --- Interrupts --- */

struct irq_row {
    cpu_irq kind;
    u64 mask, hcr;
    bool is_virtual;
};
const irq_row irqs[] = {
    {CPU_IRQ_PHYSICAL, CPU_PSTATE_I, CPU_HCR_IMO, false},
    {CPU_FIQ_PHYSICAL, CPU_PSTATE_F, CPU_HCR_FMO, false},
    {CPU_SERROR_PHYSICAL, CPU_PSTATE_A, CPU_HCR_AMO, false},
    {CPU_IRQ_VIRTUAL, CPU_PSTATE_I, CPU_HCR_IMO, true},
    {CPU_FIQ_VIRTUAL, CPU_PSTATE_F, CPU_HCR_FMO, true},
    {CPU_SERROR_VIRTUAL, CPU_PSTATE_A, CPU_HCR_AMO, true},
};

/* DDI 0487 D1.3.6: A taken whatever the mask, B by the mask, C pending. */
char cell(bool is_virtual, u32 el, bool to_el2, bool tge, bool e2h)
{
    if (is_virtual)
        return !to_el2 || tge || el == 2 ? 'C' : 'B';
    if (to_el2 || tge)
        return el == 2 || (tge && e2h) ? 'B' : 'A';
    return el == 2 ? 'C' : 'B';
}

TEST_F(Route, EveryInterruptIsTakenMaskedOrPending)
{
    for (const irq_row &row : irqs)
        for (u32 el = 0; el <= 2; el++)
            for (u32 hcr = 0; hcr < 32; hcr++)
                for (u64 daif = 0; daif < 16; daif++)
                    for (u8 el2 : {0, 1}) {
                        f.el2 = el2;
                        if (el == 2 && !el2)
                            continue;
                        r.hcr_el2 = CPU_HCR_RW | (hcr & 7) << 3 | (hcr & 8 ? CPU_HCR_TGE : 0) |
                                    (hcr & 16 ? CPU_HCR_E2H : 0);
                        r.pstate = daif << 6;
                        at(el);
                        const bool to_el2 = el2 && r.hcr_el2 & row.hcr;
                        const bool tge = el2 && hcr & 8;
                        const char c = cell(row.is_virtual, el, to_el2, tge, hcr & 16);
                        const bool masked = r.pstate & row.mask;
                        const cpu_route got = irq(row.kind);
                        const u32 target = !row.is_virtual && (to_el2 || tge) ? 2 : 1;
                        if (c == 'C') {
                            ASSERT_EQ(got.what, CPU_ROUTED_PENDING);
                            continue;
                        }
                        ASSERT_EQ(got.what, c == 'B' && masked ? CPU_ROUTED_MASKED
                                                               : CPU_ROUTED_TAKEN)
                            << row.kind << " el " << el << " hcr " << hcr << " daif " << daif;
                        ASSERT_EQ(got.target_el, target);
                    }
}

/* FEAT_NMI: kind x superpriority x ALLINT x I/F x SP x SPINTMASK x SCTLR.NMI. */
TEST_F(Route, SuperpriorityPassesTheOrdinaryMaskOnly)
{
    for (const irq_row &row : irqs)
        for (u32 bits = 0; bits < 128; bits++) {
            const bool super = bits & 1, allint = bits & 2, mask = bits & 4, sp = bits & 8;
            const bool spintmask = bits & 16, on = bits & 32;
            f.nmi = bits >> 6;
            r.hcr_el2 = CPU_HCR_RW | (row.is_virtual ? row.hcr : 0);
            r.sctlr_el1 = (on ? CPU_SCTLR_NMI : 0) | (spintmask ? CPU_SCTLR_SPINTMASK : 0);
            r.pstate = CPU_MODE_EL1T | sp | (allint ? CPU_PSTATE_ALLINT : 0) |
                       (mask ? row.mask : 0);
            const bool is_serror = row.mask == CPU_PSTATE_A;
            bool masked = mask;
            if (f.nmi && on && !is_serror)
                masked = allint || (sp && spintmask) || (mask && !super);
            EXPECT_EQ(irq(row.kind, super).what, masked ? CPU_ROUTED_MASKED : CPU_ROUTED_TAKEN)
                << row.kind << " " << bits;
        }
}

TEST_F(Route, UnderKvmAGuestCannotMaskTheHostAndItsOwnInterruptIsVirtual)
{
    r.hcr_el2 = CPU_HCR_KVM;
    r.pstate = CPU_PSTATE_DAIF | CPU_MODE_EL1H;
    EXPECT_EQ(irq(CPU_IRQ_PHYSICAL).target_el, 2);
    EXPECT_EQ(irq(CPU_IRQ_PHYSICAL).what, CPU_ROUTED_TAKEN);
    EXPECT_EQ(irq(CPU_IRQ_VIRTUAL).what, CPU_ROUTED_MASKED);
    r.pstate = CPU_MODE_EL0T;
    EXPECT_EQ(irq(CPU_IRQ_VIRTUAL).what, CPU_ROUTED_TAKEN);
    EXPECT_EQ(irq(CPU_IRQ_VIRTUAL).target_el, 1);
    EXPECT_DEATH(irq(CPU_IRQ_COUNT), "assertion");
}

/* --- What KVM injects --- */

TEST_F(Route, AnInjectedExceptionHasTheClassOfTheGuestsModeAndTheTrappedIl)
{
    struct {
        cpu_injected what;
        u32 lower, same, fsc;
        bool far;
    } const rows[] = {{CPU_INJECT_UNDEF, 0x00, 0x00, 0, false},
                      {CPU_INJECT_FETCH, 0x20, 0x21, 0x10, true},
                      {CPU_INJECT_DATA, 0x24, 0x25, 0x10, true},
                      {CPU_INJECT_FETCH_SIZE, 0x20, 0x21, 0x00, true},
                      {CPU_INJECT_DATA_SIZE, 0x24, 0x25, 0x00, true}};
    STATIC_ASSERT(ARRAY_COUNT(rows) == CPU_INJECT_COUNT, "all of them");
    for (auto &row : rows)
        for (u64 mode : {u64(CPU_MODE_EL0T), NRW, u64(CPU_MODE_EL1T), u64(CPU_MODE_EL1H)})
            for (u64 il : {u64(0), u64(CPU_ESR_IL)}) {
                r.pstate = mode;
                r.pc = 0x4000;
                r.vbar_el1 = 0x10000;
                r.far_el1 = 0x77;
                const u64 trapped = u64(0x24) << 26 | il | 0x1ffffff;
                const bool from_el0 = mode == CPU_MODE_EL0T || mode == NRW;
                const u64 esr = u64(from_el0 ? row.lower : row.same) << 26 | il | row.fsc;
                EXPECT_EQ(cpu_inject_esr(&r, row.what, trapped), esr);
                cpu_inject(&r, &f, row.what, trapped, 0xfa000);
                EXPECT_EQ(r.esr_el1, esr);
                EXPECT_EQ(r.far_el1, row.far ? 0xfa000u : 0x77u);
                EXPECT_EQ(r.elr_el1, 0x4000u);
                EXPECT_EQ(r.spsr_el1, mode);
                const u64 row_offset = mode == CPU_MODE_EL0T   ? 0x400
                                       : mode == NRW           ? 0x600
                                       : mode == CPU_MODE_EL1T ? 0x000
                                                               : 0x200;
                EXPECT_EQ(r.pc, 0x10000 + row_offset);
            }
    r.pstate = CPU_MODE_EL2H;
    EXPECT_DEATH(cpu_inject_esr(&r, CPU_INJECT_UNDEF, 0), "assertion");
    at(0);
    EXPECT_DEATH(cpu_inject_esr(&r, CPU_INJECT_COUNT, 0), "assertion");
}

TEST_F(Route, AVirtualInterruptIsAssertedByItsBitOrTheGic)
{
    for (const irq_row &row : irqs)
        for (u32 bit = 0; bit < 64; bit++)
            for (bool by_gic : {false, true}) {
                r.hcr_el2 = 1ull << bit;
                const u32 own = row.mask == CPU_PSTATE_I ? 7 : row.mask == CPU_PSTATE_F ? 6 : 8;
                const bool gic = by_gic && row.mask != CPU_PSTATE_A;
                EXPECT_EQ(cpu_virtual_is_asserted(&r, &f, row.kind, by_gic),
                          row.is_virtual && (bit == own || gic))
                    << row.kind << " bit " << bit;
            }
    f.el2 = 0;
    r.hcr_el2 = CPU_HCR_VI;
    EXPECT_FALSE(cpu_virtual_is_asserted(&r, &f, CPU_IRQ_VIRTUAL, false));
}

TEST_F(Route, AnInjectedSerrorWaitsForTheMaskAndIsTakenOnce)
{
    r.hcr_el2 = CPU_HCR_KVM;
    r.pstate = CPU_PSTATE_A | CPU_MODE_EL1H;
    cpu_inject_serror(&r);
    ASSERT_TRUE(cpu_virtual_is_asserted(&r, &f, CPU_SERROR_VIRTUAL, false));
    EXPECT_EQ(irq(CPU_SERROR_VIRTUAL).what, CPU_ROUTED_MASKED);
    r.pstate = CPU_MODE_EL0T;
    ASSERT_EQ(irq(CPU_SERROR_VIRTUAL).what, CPU_ROUTED_TAKEN);
    r.far_el1 = 0x77;
    cpu_take_virtual_serror(&r, &f, CPU_VSESR_KVM | ~0x1ffffffull);
    EXPECT_EQ(r.esr_el1, 0xbf000000u);
    EXPECT_EQ(r.far_el1, 0x77u);
    EXPECT_EQ(r.pc, 0x580u);
    EXPECT_EQ(r.hcr_el2, CPU_HCR_KVM);
    EXPECT_DEATH(cpu_take_virtual_serror(&r, &f, 0), "assertion");
    f.ras = 0;
    cpu_inject_serror(&r);
    cpu_take_virtual_serror(&r, &f, CPU_VSESR_KVM);
    EXPECT_EQ(r.esr_el1, 0xbe000000u);
}

} // namespace
