/* What an HVC or SMC does on every machine. */
#include "cpu/tests/smccc_bed.hpp"

namespace {

struct Call : SmcccBed {};

/* --- Who gets it --- */

struct machine {
    bool smc, el0;
    u8 hypervisor;
    bool hvc_disabled, el3, smd, tsc, tsc_without_el3, nested;
    enum { UNDEF, HYP, TRAP, FIRMWARE } who;
};

/* DDI 0487, HVC and SMC: written as the two sentences of the manual. */
int who_gets(const machine &m)
{
    const bool el2 = m.hypervisor != SMCCC_NO_HYPERVISOR;
    if (m.el0)
        return machine::UNDEF;
    if (!m.smc)
        return el2 && !m.hvc_disabled ? machine::HYP : machine::UNDEF;
    if (m.el3)
        return el2 && m.tsc ? machine::TRAP : m.smd ? machine::UNDEF : machine::FIRMWARE;
    return el2 && m.tsc && (m.nested || m.tsc_without_el3) ? machine::TRAP : machine::UNDEF;
}

TEST_F(Call, EveryMachineSendsACallWhereTheManualSays)
{
    for (int bits = 0; bits < 256; bits++)
        for (u8 hypervisor : {SMCCC_NO_HYPERVISOR, SMCCC_KVM, SMCCC_OTHER}) {
            machine m{};
            m.smc = bits & 1, m.el0 = bits & 2, m.hypervisor = hypervisor;
            m.hvc_disabled = bits & 4, m.el3 = bits & 8, m.smd = bits & 16, m.tsc = bits & 32;
            m.tsc_without_el3 = bits & 64, m.nested = bits & 128;
            spec.hypervisor = hypervisor;
            spec.hvc_disabled = m.hvc_disabled;
            spec.has_el3 = m.el3;
            spec.smc_disabled = m.smd;
            spec.smc_trap = m.tsc;
            spec.smc_trap_without_el3 = m.tsc_without_el3;
            spec.is_nested = m.nested;
            c.is_smc = m.smc;
            c.el = !m.el0;
            call(PSCI_VERSION);
            const int who = who_gets(m);
            EXPECT_EQ(out.end == SMCCC_UNDEFINED, who == machine::UNDEF) << bits;
            EXPECT_EQ(out.steps, who == machine::TRAP) << bits;
            if (who == machine::FIRMWARE) {
                EXPECT_EQ(out.result.x[0], 0x10001u);
                EXPECT_EQ(out.count, 1);
            }
            if (who == machine::HYP) {
                EXPECT_EQ(out.result.x[0], 0x10001u);
                EXPECT_EQ(out.count, hypervisor == SMCCC_KVM ? 4 : 1);
            }
            if (who == machine::TRAP) {
                EXPECT_EQ(out.result.x[0], hypervisor == SMCCC_KVM ? NOT_SUPPORTED : 0x10001u);
                EXPECT_EQ(out.count, 1);
            }
        }
}

TEST_F(Call, AnUndefinedCallIsAnExceptionToEl1)
{
    struct {
        u8 el, is_aarch32, sp_is_el0;
        u32 vector;
        u64 esr;
    } const rows[] = {
        {1, 0, 0, 0x200, 0x02000000}, {1, 0, 1, 0x000, 0x02000000}, {0, 0, 0, 0x400, 0x02000000},
        {0, 1, 0, 0x600, 0x02000000}, {1, 1, 0, 0x004, 0}, /* AArch32's own vector, no ESR. */
    };
    spec.hypervisor = SMCCC_NO_HYPERVISOR;
    for (auto &row : rows) {
        c.el = row.el;
        c.is_aarch32 = row.is_aarch32;
        c.sp_is_el0 = row.sp_is_el0;
        call(SMCCC_VERSION);
        EXPECT_EQ(out.end, SMCCC_UNDEFINED);
        EXPECT_EQ(out.vector, row.vector);
        EXPECT_EQ(out.esr, row.esr);
        EXPECT_EQ(out.count, 0);
    }
    c.el = 2;
    EXPECT_DEATH(call(SMCCC_VERSION), "assertion");
}

TEST_F(Call, KvmLooksAtNoImmediateOfAnHvc)
{
    for (u32 immediate : {0u, 1u, u32(SMCCC_XEN_TAG), 0xffffu}) {
        c.immediate = immediate;
        EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1);
    }
}

TEST_F(Call, ATrappedSmcIsRefusedBeforeSixFourAndServedSince)
{
    c.is_smc = 1;
    EXPECT_EQ(call(SMCCC_VERSION), NOT_SUPPORTED);
    EXPECT_EQ(out.count, 1); /* x1..x3 keep their values. */
    EXPECT_TRUE(out.steps);
    spec.kvm_serves_smc = 1;
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1);
    EXPECT_EQ(out.count, 4);
    EXPECT_TRUE(out.steps);
    c.immediate = 1;
    EXPECT_EQ(call(SMCCC_VERSION), NOT_SUPPORTED);
    EXPECT_EQ(out.count, 1);
}

/* --- KVM --- */

TEST_F(Call, UnknownNumbersGetMinusOneAndThreeZeros)
{
    for (u32 fid : {0u, 1u, 0x0100ffffu, 0x20000000u, 0x7fffffffu, 0x80000003u, 0xC0000000u,
                    0x81000000u, 0x82000000u, 0x83000000u, 0x84000030u, 0x84000060u, 0x85000020u,
                    0x85000021u, 0x86000003u, 0x8600007Fu, 0xC6000002u, 0xB0000000u, 0xBF000000u,
                    0x8000FF01u, 0x8600FF03u, 0x8000FF00u, 0xFFFFFFFFu, SMCCC_ARCH_SOC_ID,
                    0x84000020u, 0xC4000040u})
        expect_refused(fid);
}

/* Bits 23:17 must be zero, and bit 16 is a hint that SMCCC 1.1 does not know. */
TEST_F(Call, AStrayBitMakesANumberUnknown)
{
    for (int bit = 1; bit < 31; bit++)
        if (bit != 15 && bit != 26) /* ARCH_WORKAROUND_1, PSCI_VERSION. */
            expect_refused(SMCCC_VERSION ^ 1u << bit);
    for (int bit = 16; bit < 24; bit++)
        for (u32 fid : {SMCCC_KVM_UID, PSCI_VERSION, SMCCC_KVM_ASYNC_PF, 0xC4000020u})
            expect_refused(fid | 1u << bit);
}

TEST_F(Call, OnlyTheLowHalfOfXZeroIsTheNumber)
{
    c.x[0] = 0;
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1);
    c.x[0] = 0xdead00000000 | SMCCC_VERSION;
    smccc_call(&spec, &power, &c, &out);
    EXPECT_EQ(out.result.x[0], SMCCC_VERSION_1_1);
}

TEST_F(Call, VersionAndArchFeatures)
{
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_VERSION), NOT_SUPPORTED); /* KVM's way. */
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES), NOT_SUPPORTED);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2), u64(-2));
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_PV_TIME_FEATURES), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_KVM_UID), NOT_SUPPORTED);
    spec.workaround[0] = 1;  /* Unaffected. */
    spec.workaround[1] = -1;
    spec.workaround[2] = -1; /* Vulnerable. */
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 1u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_2), NOT_SUPPORTED);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_3), NOT_SUPPORTED);
    spec.version = SMCCC_VERSION_1_2;
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_2);
    spec.version = SMCCC_VERSION_1_0;
    EXPECT_EQ(call(SMCCC_VERSION), NOT_SUPPORTED);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), NOT_SUPPORTED);
}

TEST_F(Call, AWorkaroundWritesXZeroAndNothingElse)
{
    for (u32 fid : {SMCCC_ARCH_WORKAROUND_1, SMCCC_ARCH_WORKAROUND_2, SMCCC_ARCH_WORKAROUND_3}) {
        EXPECT_EQ(call(fid), 0u);
        EXPECT_EQ(out.count, 1);
    }
}

TEST_F(Call, UidAndFeatureBitmap)
{
    call(SMCCC_KVM_UID);
    for (u32 i = 0; i < 4; i++)
        EXPECT_EQ(out.result.x[i], smccc_kvm_uid[i]);
    EXPECT_EQ(out.count, 4);
    for (u32 n : {0u, 2u, 31u, 32u, 66u, 127u}) {
        spec.vendor_function = n;
        call(SMCCC_KVM_FEATURES);
        for (u32 word = 0; word < 4; word++) {
            const u64 own = n != 0 && n / 32 == word ? 1ull << n % 32 : 0;
            EXPECT_EQ(out.result.x[word], (word == 0 ? 3u : 0u) | own) << n;
        }
    }
}

TEST_F(Call, TheVendorFunctionIsTheCallersBusiness)
{
    EXPECT_EQ(call(SMCCC_KVM_ASYNC_PF), 0u);
    EXPECT_EQ(out.end, SMCCC_ASK_VENDOR);
    spec.vendor_function = 66;
    expect_refused(SMCCC_KVM_ASYNC_PF);
    call(0x86000042);
    EXPECT_EQ(out.end, SMCCC_ASK_VENDOR);
    expect_refused(0xC6000042);
    spec.vendor_is_64 = 1;
    expect_refused(0x86000042);
    call(0xC6000042);
    EXPECT_EQ(out.end, SMCCC_ASK_VENDOR);
    spec.vendor_function = 0;
    EXPECT_EQ(call(SMCCC_KVM_FEATURES), 3u);
    EXPECT_EQ(out.end, SMCCC_ANSWERED);
    spec.vendor_function = 128;
    EXPECT_DEATH(call(SMCCC_KVM_FEATURES), "assertion");
}

TEST_F(Call, SdeisRangeIsAskedOfSdei)
{
    for (u32 fid = 0xC400001F; fid <= 0xC4000040; fid++) {
        call(fid);
        EXPECT_EQ(out.end == SMCCC_ASK_SDEI, fid >= 0xC4000020 && fid <= 0xC400003F);
    }
    expect_refused(0x84000020); /* No 32-bit alias. */
    spec.has_sdei = 0;
    expect_refused(0xC4000020);
}

struct gated {
    u32 fid;
    u64 smccc_spec::*map;
    u64 bit;
};
const gated gates[] = {
    {SMCCC_TRNG_VERSION, &smccc_spec::std_bmap, 1},
    {SMCCC_TRNG_FEATURES, &smccc_spec::std_bmap, 1},
    {SMCCC_TRNG_RND32, &smccc_spec::std_bmap, 1},
    {SMCCC_TRNG_RND64, &smccc_spec::std_bmap, 1},
    {SMCCC_PV_TIME_FEATURES, &smccc_spec::std_hyp_bmap, 1},
    {SMCCC_PV_TIME_ST, &smccc_spec::std_hyp_bmap, 1},
    {SMCCC_KVM_UID, &smccc_spec::vendor_hyp_bmap, 1},
    {SMCCC_KVM_FEATURES, &smccc_spec::vendor_hyp_bmap, 1},
};

TEST_F(Call, AClearedBitTakesAServiceAway)
{
    spec.pv_time_base = 0x1000;
    for (const gated &g : gates) {
        const u64 x1 = g.fid == SMCCC_TRNG_FEATURES ? SMCCC_TRNG_RND32 : SMCCC_PV_TIME_ST;
        EXPECT_NE(call(g.fid, g.fid == SMCCC_TRNG_RND32 || g.fid == SMCCC_TRNG_RND64 ? 32 : x1),
                  NOT_SUPPORTED) << std::hex << g.fid;
        spec.*g.map &= ~g.bit;
        expect_refused(g.fid);
        spec.*g.map |= g.bit;
    }
    spec.std_bmap = spec.std_hyp_bmap = spec.vendor_hyp_bmap = 0;
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1); /* These two are always served. */
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_WORKAROUND_1), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_PV_TIME_FEATURES), NOT_SUPPORTED);
    EXPECT_EQ(call(PSCI_VERSION), 0x10001u);
}

TEST_F(Call, PvTimeNeedsABase)
{
    for (u32 x1 : {SMCCC_PV_TIME_FEATURES, SMCCC_PV_TIME_ST})
        EXPECT_EQ(call(SMCCC_PV_TIME_FEATURES, x1), NOT_SUPPORTED);
    EXPECT_EQ(call(SMCCC_PV_TIME_ST), NOT_SUPPORTED);
    spec.pv_time_base = 0x40100000;
    for (u32 x1 : {SMCCC_PV_TIME_FEATURES, SMCCC_PV_TIME_ST})
        EXPECT_EQ(call(SMCCC_PV_TIME_FEATURES, x1), 0u);
    EXPECT_EQ(call(SMCCC_PV_TIME_FEATURES, SMCCC_VERSION), NOT_SUPPORTED);
    c.vcpu = 3;
    EXPECT_EQ(call(SMCCC_PV_TIME_ST), 0x401000c0u);
}

TEST_F(Call, RandomNumbersAreNotToBeHad)
{
    EXPECT_EQ(call(SMCCC_TRNG_VERSION), 0x10000u);
    for (u32 fid : {SMCCC_TRNG_VERSION, SMCCC_TRNG_FEATURES, SMCCC_TRNG_GET_UUID, SMCCC_TRNG_RND32,
                    SMCCC_TRNG_RND64})
        EXPECT_EQ(call(SMCCC_TRNG_FEATURES, fid), 0u);
    for (u32 fid : {SMCCC_TRNG_VERSION - 1, SMCCC_TRNG_RND32 + 1, SMCCC_TRNG_RND64 - 1})
        EXPECT_EQ(call(SMCCC_TRNG_FEATURES, fid), NOT_SUPPORTED);
    for (auto [fid, most] : {std::pair<u32, u32>{SMCCC_TRNG_RND32, 96}, {SMCCC_TRNG_RND64, 192}}) {
        EXPECT_EQ(call(fid, 0), u64(-2));
        EXPECT_EQ(call(fid, 1), u64(-3));
        EXPECT_EQ(call(fid, most), u64(-3));
        EXPECT_EQ(call(fid, most + 1), u64(-2));
    }
    expect_refused(SMCCC_TRNG_GET_UUID);
    expect_refused(SMCCC_KVM_PTP);
}

TEST_F(Call, PsciTellsTheCallerWhatItDoes)
{
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 2, 0x1000, 7), 0u);
    EXPECT_EQ(out.end, SMCCC_POWER);
    EXPECT_EQ(out.psci.target, 2u);
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 2), u64(PSCI_ALREADY_ON));
    EXPECT_EQ(out.end, SMCCC_ANSWERED);
    c.is_aarch32 = 1;
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 3), NOT_SUPPORTED);
    c.is_aarch32 = 0;
    spec.psci.has_system_suspend = 1;
    call(PSCI_SYSTEM_SUSPEND);
    EXPECT_EQ(out.end, SMCCC_POWER);
    EXPECT_EQ(out.count, 0);
}

/* --- Firmware and other hypervisors --- */

TEST_F(Call, FirmwareServesWhatIsCommonAndWritesXZero)
{
    be_firmware();
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_VERSION), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES), 0u);
    EXPECT_EQ(call(SMCCC_ARCH_FEATURES, SMCCC_PV_TIME_FEATURES), NOT_SUPPORTED);
    EXPECT_EQ(call(PSCI_VERSION), 0x10001u);
    EXPECT_EQ(out.count, 1);
    EXPECT_FALSE(out.steps);
    for (u32 fid : {SMCCC_KVM_UID, SMCCC_KVM_FEATURES, SMCCC_KVM_ASYNC_PF, SMCCC_TRNG_VERSION,
                    SMCCC_PV_TIME_ST, 0u, 0xffffffffu})
        expect_refused(fid, 1);
    call(0xC4000020);
    EXPECT_EQ(out.end, SMCCC_ASK_SDEI);
    c.is_aarch32 = 1;
    expect_refused(0xC4000020, 1); /* No SMC64 for AArch32. */
    EXPECT_EQ(call(PSCI_VERSION), 0x10001u);
}

TEST_F(Call, XenHasItsTagItsUidAndItsOwnNumbers)
{
    be_xen();
    EXPECT_EQ(call(SMCCC_KVM_UID), 1u);
    EXPECT_EQ(out.result.x[3], 4u);
    EXPECT_EQ(call(SMCCC_VERSION), SMCCC_VERSION_1_1);
    EXPECT_EQ(call(PSCI_VERSION), 0x10001u);
    expect_refused(SMCCC_KVM_FEATURES, 1);
    expect_refused(0x85000020, 1);
    spec.foreign = SMCCC_FOREIGN_MEANS_ELSE;
    EXPECT_EQ(call(SMCCC_KVM_ASYNC_PF), 0u);
    EXPECT_EQ(out.end, SMCCC_ANSWERED);
    spec.foreign = SMCCC_FOREIGN_KILLS;
    call(SMCCC_KVM_ASYNC_PF);
    EXPECT_EQ(out.end, SMCCC_KILLED);
    c.immediate = SMCCC_XEN_TAG;
    c.x16 = 999;
    EXPECT_EQ(call(SMCCC_KVM_ASYNC_PF), u64(-38));
    EXPECT_EQ(out.end, SMCCC_ANSWERED);
}

/* --- The table --- */

TEST_F(Call, TheTableNamesEachNumberOnceUnderItsOwner)
{
    size_t count;
    const smccc_call_info *rows = smccc_calls(&count);
    std::set<u32> seen;
    u32 last_owner = 0;
    for (size_t i = 0; i < count; i++) {
        const smccc_fid f = smccc_decode(rows[i].fid);
        EXPECT_TRUE(seen.insert(rows[i].fid).second) << rows[i].name;
        EXPECT_EQ(rows[i].owner, f.owner);
        EXPECT_EQ(rows[i].is_64, f.is_64);
        EXPECT_TRUE(f.is_fast && f.is_sound);
        EXPECT_GE(rows[i].owner, last_owner);
        last_owner = rows[i].owner;
        EXPECT_GT(strlen(rows[i].name), 3u);
    }
    EXPECT_EQ(count, 36u);
}

/* Who is in the table answers something else than "unknown" for some arguments; others do not. */
TEST_F(Call, TheTableTellsWhoServes)
{
    size_t count;
    const smccc_call_info *rows = smccc_calls(&count);
    spec.pv_time_base = 0x1000;
    spec.psci.has_system_suspend = 1;
    for (size_t i = 0; i < count; i++)
        for (u32 by : {SMCCC_BY_KVM, SMCCC_BY_FIRMWARE}) {
            spec.hypervisor = by == SMCCC_BY_KVM ? SMCCC_KVM : SMCCC_NO_HYPERVISOR;
            c.is_smc = by == SMCCC_BY_FIRMWARE;
            bool served = false;
            for (u64 x1 : {u64(1), u64(SMCCC_PV_TIME_ST), u64(SMCCC_ARCH_WORKAROUND_1),
                           u64(SMCCC_TRNG_RND32), u64(PSCI_VERSION), u64(0)}) {
                psci_init(&power, &spec.psci);
                served |= call(rows[i].fid, x1) != NOT_SUPPORTED;
            }
            const bool is_answered_no = rows[i].fid == SMCCC_TRNG_GET_UUID ||
                                        rows[i].fid == SMCCC_KVM_PTP;
            EXPECT_EQ(served, (rows[i].served & by) != 0 && !is_answered_no) << rows[i].name;
        }
}

} // namespace
