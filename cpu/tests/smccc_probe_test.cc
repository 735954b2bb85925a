/* How a kernel looks for KVM: the ladder, the blind call, and where the latter breaks. */
#include "cpu/tests/smccc_bed.hpp"

namespace {

struct Discovery : SmcccBed {
    smccc_ladder safe, blind;

    void look(u32 function = 2)
    {
        memset(&safe, 0xff, sizeof(safe));
        smccc_discover(&spec, &power, function, &safe);
        smccc_probe_blindly(&spec, &power, function, &blind);
    }
};

TEST_F(Discovery, OnKvmBothFindIt)
{
    look();
    EXPECT_EQ(safe.verdict, SMCCC_FOUND);
    ASSERT_EQ(safe.count, u32(SMCCC_RUNG_COUNT));
    const u32 fids[] = {0, PSCI_VERSION, PSCI_FEATURES, SMCCC_VERSION, SMCCC_KVM_UID,
                        SMCCC_KVM_FEATURES, SMCCC_KVM_ASYNC_PF};
    for (u32 i = 0; i < safe.count; i++) {
        EXPECT_EQ(safe.step[i].fid, fids[i]);
        EXPECT_TRUE(safe.step[i].passed);
    }
    EXPECT_EQ(safe.step[SMCCC_RUNG_FUNCTION].end, SMCCC_ASK_VENDOR);
    EXPECT_EQ(blind.verdict, SMCCC_FOUND);
    EXPECT_EQ(blind.count, 1u);
}

TEST_F(Discovery, EachRungCanEndTheWalkBeforeTheNextCall)
{
    struct {
        u32 rung;
        void (*spoil)(smccc_spec &s);
    } const rows[] = {
        {SMCCC_RUNG_CONDUIT, [](smccc_spec &s) { s.conduit = SMCCC_NO_CONDUIT; }},
        {SMCCC_RUNG_PSCI_VERSION, [](smccc_spec &s) { s.psci.version = 2; }},
        {SMCCC_RUNG_VERSION, [](smccc_spec &s) { s.version = SMCCC_VERSION_1_0; }},
        {SMCCC_RUNG_UID, [](smccc_spec &s) { s.vendor_hyp_bmap = 0; }},
        {SMCCC_RUNG_FEATURES, [](smccc_spec &s) { s.vendor_function = 3; }},
    };
    for (auto &row : rows) {
        smccc_spec_init(&spec, 4);
        row.spoil(spec);
        look();
        EXPECT_EQ(safe.verdict, SMCCC_ABSENT) << row.rung;
        EXPECT_EQ(safe.count, row.rung + 1);
        EXPECT_FALSE(safe.step[row.rung].passed);
    }
}

TEST_F(Discovery, WithoutAHypervisorTheBlindProbeCrashes)
{
    spec.hypervisor = SMCCC_NO_HYPERVISOR;
    spec.conduit = SMCCC_SMC;
    look();
    EXPECT_EQ(safe.verdict, SMCCC_ABSENT);
    EXPECT_EQ(safe.count, u32(SMCCC_RUNG_UID) + 1);
    EXPECT_EQ(blind.verdict, SMCCC_CRASHED);
    EXPECT_EQ(blind.step[0].end, SMCCC_UNDEFINED);
    spec.conduit = SMCCC_NO_CONDUIT;
    spec.has_el3 = 0;
    look();
    EXPECT_EQ(safe.verdict, SMCCC_ABSENT);
    EXPECT_EQ(safe.count, 1u);
}

TEST_F(Discovery, AFirmwareThatNamesAWrongConduitCrashesTheLadderToo)
{
    spec.hypervisor = SMCCC_NO_HYPERVISOR;
    spec.conduit = SMCCC_HVC;
    look();
    EXPECT_EQ(safe.verdict, SMCCC_CRASHED);
    EXPECT_EQ(safe.count, u32(SMCCC_RUNG_PSCI_VERSION) + 1);
}

TEST_F(Discovery, AnotherHypervisorFoolsOrKillsTheBlindProbe)
{
    const int verdicts[] = {SMCCC_ABSENT, SMCCC_FOOLED, SMCCC_CRASHED};
    for (u8 foreign : {SMCCC_FOREIGN_REFUSES, SMCCC_FOREIGN_MEANS_ELSE, SMCCC_FOREIGN_KILLS}) {
        be_xen(foreign);
        look();
        EXPECT_EQ(safe.verdict, SMCCC_ABSENT) << int(foreign);
        EXPECT_EQ(safe.count, u32(SMCCC_RUNG_UID) + 1);
        EXPECT_EQ(blind.verdict, verdicts[foreign]);
    }
}

TEST_F(Discovery, KvmThatServesSmcIsFoundByThatConduit)
{
    spec.conduit = SMCCC_SMC;
    look();
    EXPECT_EQ(safe.verdict, SMCCC_ABSENT); /* KVM 6.1: -1 for every SMC. */
    spec.kvm_serves_smc = 1;
    look();
    EXPECT_EQ(safe.verdict, SMCCC_FOUND);
}

TEST_F(Discovery, LookingSwitchesNothing)
{
    const psci before = power;
    look();
    EXPECT_EQ(0, memcmp(&before, &power, sizeof(power)));
    EXPECT_DEATH(look(128), "assertion");
}

} // namespace
