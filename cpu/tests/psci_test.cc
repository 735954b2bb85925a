/* PSCI as KVM 6.1 serves it: every call, every error, every state of a vCPU. */
#include "cpu/psci.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace {

constexpr int OK = PSCI_SUCCESS, NS = PSCI_NOT_SUPPORTED, INV = PSCI_INVALID_PARAMETERS;

struct Psci : testing::Test {
    psci_spec spec{};
    psci p;
    psci_result out;

    Psci()
    {
        spec.vcpu_count = 20;
        spec.version = 0x10001;
        psci_init(&p, &spec);
    }

    s64 call(u32 fid, u64 a = 0, u64 b = 0, u64 c = 0, u32 vcpu = 0, bool is_aarch32 = false)
    {
        const u64 arg[3] = {a, b, c};
        memset(&out, 0xff, sizeof(out));
        psci_call(&p, &spec, vcpu, is_aarch32, fid, arg, &out);
        return out.x0;
    }
};

TEST_F(Psci, TheFirstVcpuIsOnAndTheOthersAreOff)
{
    for (u32 i = 0; i < spec.vcpu_count; i++)
        EXPECT_EQ(psci_is_on(&p, i), i == 0) << i;
    spec.vcpu_count = 0;
    EXPECT_DEATH(psci_init(&p, &spec), "assertion");
    spec.vcpu_count = PSCI_CPU_MAX + 1;
    EXPECT_DEATH(psci_init(&p, &spec), "assertion");
    EXPECT_DEATH(psci_is_on(&p, PSCI_CPU_MAX), "assertion");
}

TEST_F(Psci, VersionIsThatOfTheSpecification)
{
    EXPECT_EQ(call(PSCI_VERSION), 0x10001);
    spec.version = 0x10000;
    EXPECT_EQ(call(PSCI_VERSION), 0x10000);
    EXPECT_EQ(out.action, PSCI_DO_NOTHING);
    EXPECT_EQ(call(PSCI_VERSION | PSCI_64), NS); /* There is no 64-bit twin. */
}

struct known {
    u32 fid;
    bool has_64;
    u32 since; /* 0: never. */
};
const known calls[] = {
    {PSCI_VERSION, false, 2},        {PSCI_CPU_SUSPEND, true, 2},
    {PSCI_CPU_OFF, false, 2},        {PSCI_CPU_ON, true, 2},
    {PSCI_AFFINITY_INFO, true, 2},   {PSCI_MIGRATE, true, 0},
    {PSCI_MIGRATE_INFO_TYPE, false, 2}, {PSCI_MIGRATE_INFO_UP_CPU, true, 0},
    {PSCI_SYSTEM_OFF, false, 2},     {PSCI_SYSTEM_RESET, false, 2},
    {PSCI_FEATURES, false, 0x10000}, {PSCI_SYSTEM_RESET2, true, 0x10001},
};

const known *find(u32 fid)
{
    for (const known &k : calls)
        if (k.fid == (fid & ~PSCI_64) && (!(fid & PSCI_64) || k.has_64))
            return &k;
    return nullptr;
}

/* All 64 numbers of the range, each version, each width of the guest. */
TEST_F(Psci, FeaturesKnowsExactlyWhatIsServed)
{
    for (u32 version : {0x10000u, 0x10001u})
        for (u32 n = 0; n < 64; n++)
            for (bool is_aarch32 : {false, true}) {
                const u32 fid = PSCI_VERSION + n % 32 + (n / 32) * PSCI_64;
                const known *k = find(fid);
                const bool served = k != nullptr && k->since != 0 && version >= k->since &&
                                    !(is_aarch32 && fid & PSCI_64);
                spec.version = version;
                EXPECT_EQ(call(PSCI_FEATURES, fid, 0, 0, 0, is_aarch32), served ? OK : NS)
                    << std::hex << fid << " " << version << " " << is_aarch32;
            }
    EXPECT_EQ(call(PSCI_FEATURES, 0x80000000), OK); /* SMCCC_VERSION: the door to the rest. */
    EXPECT_EQ(call(PSCI_FEATURES, 0x80000001), NS);
    spec.version = 2;
    EXPECT_EQ(call(PSCI_FEATURES, PSCI_CPU_ON), NS); /* 0.2 has no such call. */
}

TEST_F(Psci, WhatIsNotServedIsNotSupported)
{
    for (u32 n = 0; n < 64; n++) {
        const u32 fid = PSCI_VERSION + n % 32 + (n / 32) * PSCI_64;
        const known *k = find(fid);
        if (k != nullptr && k->since != 0)
            continue;
        EXPECT_EQ(call(fid, 1, 2, 3), NS) << std::hex << fid;
        EXPECT_EQ(out.action, PSCI_DO_NOTHING);
    }
    spec.version = 0x10000;
    EXPECT_EQ(call(PSCI_SYSTEM_RESET2), NS);
}

TEST_F(Psci, TheRangeIsThirtyTwoNumbersOfEachWidth)
{
    for (u32 fid : {0x84000000u, 0x8400001Fu, 0xC4000000u, 0xC400001Fu})
        EXPECT_TRUE(psci_is_call(fid));
    for (u32 fid : {0x83FFFFFFu, 0x84000020u, 0xC4000020u, 0x85000000u, 0x04000000u, 0x84010000u})
        EXPECT_FALSE(psci_is_call(fid)) << std::hex << fid;
}

/* --- CPU_ON, CPU_OFF, AFFINITY_INFO --- */

TEST_F(Psci, CpuOnStartsAVcpuThatIsOff)
{
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 0x101, 0x123456789abc, 0xfedcba9876543210), OK);
    EXPECT_EQ(out.action, PSCI_DO_ON);
    EXPECT_EQ(out.target, 17u);
    EXPECT_EQ(out.entry, 0x123456789abcu);
    EXPECT_EQ(out.context, 0xfedcba9876543210u);
    EXPECT_EQ(out.pstate, 0x3c5u); /* EL1h, D A I F. */
    EXPECT_TRUE(psci_is_on(&p, 17));
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 0x101), PSCI_ALREADY_ON);
    EXPECT_EQ(out.action, PSCI_DO_NOTHING);
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 0), PSCI_ALREADY_ON); /* The caller itself. */
}

TEST_F(Psci, CpuOnOfAnUnknownMpidrIsInvalid)
{
    for (u64 mpidr : {0x10ull, 0x104ull, 0x10000ull, 0x100000000ull, 0x80000001ull, 1ull << 24,
                      1ull << 40, ~0ull})
        EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, mpidr), INV) << std::hex << mpidr;
}

TEST_F(Psci, AThirtyTwoBitCallHasThirtyTwoBitArguments)
{
    EXPECT_EQ(call(PSCI_CPU_ON, 0xabc00000001, 0x1122334455667788, ~0ull), OK);
    EXPECT_EQ(out.target, 1u);
    EXPECT_EQ(out.entry, 0x55667788u);
    EXPECT_EQ(out.context, 0xffffffffu);
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 0xabc00000002), INV);
}

TEST_F(Psci, AnAarch32GuestHasNoSixtyFourBitCalls)
{
    EXPECT_EQ(call(PSCI_CPU_ON | PSCI_64, 1, 0, 0, 0, true), NS);
    EXPECT_EQ(call(PSCI_CPU_ON, 1, 0, 0, 0, true), OK);
}

TEST_F(Psci, CpuOffStopsTheCallerAndItCanBeStartedAgain)
{
    ASSERT_EQ(call(PSCI_CPU_ON, 1), OK);
    call(PSCI_CPU_OFF, 0, 0, 0, 1);
    EXPECT_EQ(out.action, PSCI_DO_OFF);
    EXPECT_FALSE(psci_is_on(&p, 1));
    const u64 arg[3] = {};
    EXPECT_DEATH(psci_call(&p, &spec, 1, false, PSCI_VERSION, arg, &out), "assertion");
    EXPECT_EQ(call(PSCI_CPU_ON, 1), OK);
}

struct affinity {
    u64 target, level;
    int x0; /* With vCPUs 0 and 17 on. */
};
const affinity affinities[] = {
    {0x000, 0, PSCI_IS_ON},     {0x001, 0, PSCI_IS_OFF}, {0x101, 0, PSCI_IS_ON},
    {0x100, 0, PSCI_IS_OFF},    {0x104, 0, INV},         {0x0ff, 1, PSCI_IS_ON},
    {0x1ff, 1, PSCI_IS_ON},     {0x200, 1, INV},         {0xffff, 2, PSCI_IS_ON},
    {0x10000, 2, INV},          {0xffffff, 3, PSCI_IS_ON}, {0x100000000, 3, INV},
    {0x000, 4, INV},            {0x000, ~0ull, INV},     {1u << 24, 0, INV},
    {1u << 31, 0, INV},
};

TEST_F(Psci, AffinityInfoLooksAtTheLevelsFromTheLowestThatCounts)
{
    ASSERT_EQ(call(PSCI_CPU_ON, 0x101), OK);
    for (const affinity &a : affinities)
        EXPECT_EQ(call(PSCI_AFFINITY_INFO | PSCI_64, a.target, a.level), a.x0)
            << std::hex << a.target << " " << a.level;
    call(PSCI_CPU_OFF, 0, 0, 0, 17);
    EXPECT_EQ(call(PSCI_AFFINITY_INFO, 0x100, 1), PSCI_IS_OFF);
}

/* --- The rest --- */

TEST_F(Psci, SuspendIsAWfi)
{
    EXPECT_EQ(call(PSCI_CPU_SUSPEND, 0x1234, 0x1000, 7), OK);
    EXPECT_EQ(out.action, PSCI_DO_WAIT);
    EXPECT_TRUE(psci_is_on(&p, 0));
}

TEST_F(Psci, NothingNeedsToMigrate)
{
    EXPECT_EQ(call(PSCI_MIGRATE_INFO_TYPE), PSCI_TOS_MP);
    EXPECT_EQ(call(PSCI_MIGRATE, 1), NS);
    EXPECT_EQ(call(PSCI_MIGRATE_INFO_UP_CPU), NS);
}

TEST_F(Psci, SystemCallsPreloadAFailure)
{
    EXPECT_EQ(call(PSCI_SYSTEM_OFF), PSCI_INTERNAL_FAILURE);
    EXPECT_EQ(out.action, PSCI_DO_SYSTEM_OFF);
    EXPECT_EQ(call(PSCI_SYSTEM_RESET), PSCI_INTERNAL_FAILURE);
    EXPECT_EQ(out.action, PSCI_DO_SYSTEM_RESET);
    EXPECT_FALSE(out.keeps_x0);
}

TEST_F(Psci, Reset2TakesAWarmResetOrAVendorsOwn)
{
    for (u64 type : {0ull, 0x80000000ull, 0xffffffffull}) {
        EXPECT_EQ(call(PSCI_SYSTEM_RESET2, type, 0xc00c1e), PSCI_INTERNAL_FAILURE);
        EXPECT_EQ(out.action, PSCI_DO_SYSTEM_RESET2);
        EXPECT_EQ(out.reset_type, type);
        EXPECT_EQ(out.context, 0xc00c1eu);
    }
    for (u64 type : {1ull, 0x7fffffffull}) {
        EXPECT_EQ(call(PSCI_SYSTEM_RESET2 | PSCI_64, type), INV);
        EXPECT_EQ(out.action, PSCI_DO_NOTHING);
    }
}

TEST_F(Psci, SystemSuspendNeedsAVmmThatHasOptedIn)
{
    EXPECT_EQ(call(PSCI_SYSTEM_SUSPEND | PSCI_64, 0x1000, 7), NS);
    EXPECT_EQ(call(PSCI_FEATURES, PSCI_SYSTEM_SUSPEND), NS);
    spec.has_system_suspend = 1;
    EXPECT_EQ(call(PSCI_FEATURES, PSCI_SYSTEM_SUSPEND), OK);
    call(PSCI_SYSTEM_SUSPEND | PSCI_64, 0x123400000000, 7);
    EXPECT_EQ(out.action, PSCI_DO_SYSTEM_SUSPEND);
    EXPECT_TRUE(out.keeps_x0);
    EXPECT_EQ(out.entry, 0x123400000000u);
    EXPECT_EQ(out.context, 7u);
    EXPECT_EQ(call(PSCI_SYSTEM_SUSPEND | PSCI_64, 0, 0, 0, 0, true), NS);
}

TEST(PsciMpidr, CountsSixteenThenTwoHundredFiftySix)
{
    EXPECT_EQ(psci_mpidr(15), 0x0fu);
    EXPECT_EQ(psci_mpidr(16), 0x100u);
    EXPECT_EQ(psci_mpidr(511), 0x1f0fu);
    EXPECT_EQ(psci_mpidr(4096), 0x10000u);
}

/* Any sequence of CPU_ON and CPU_OFF, against a set of those that are on. */
RC_GTEST_PROP(PsciProperty, OnAndOffAreASet, ())
{
    psci_spec spec{};
    spec.vcpu_count = 4;
    spec.version = 0x10001;
    psci p;
    psci_result out;
    psci_init(&p, &spec);
    std::set<u32> on = {0};
    const auto steps = *rc::gen::container<std::vector<std::pair<u32, u32>>>(
        rc::gen::pair(rc::gen::inRange<u32>(0, 4), rc::gen::inRange<u32>(0, 6)));
    for (auto [caller, target] : steps) {
        if (!on.count(caller))
            continue;
        const u64 arg[3] = {target, 0, 0};
        if (target == 5) {
            psci_call(&p, &spec, caller, false, PSCI_CPU_OFF, arg, &out);
            on.erase(caller);
        } else {
            psci_call(&p, &spec, caller, false, PSCI_CPU_ON, arg, &out);
            RC_ASSERT(out.x0 == (target >= 4 ? INV : on.count(target) ? int(PSCI_ALREADY_ON) : OK));
            if (target < 4)
                on.insert(target);
        }
        for (u32 i = 0; i < 4; i++) {
            RC_ASSERT(psci_is_on(&p, i) == (on.count(i) != 0));
        }
    }
}

} // namespace
