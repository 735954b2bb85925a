#include "model/config/tests/config_helper.h"

using Profile = Config;

static u64 sum(const spec &s, const std::vector<cost_id> &ids)
{
    u64 ps = 0;
    for (cost_id id : ids)
        ps += s.cost[id].ps;
    return ps;
}

TEST_F(Profile, TheShippedOnesAreComplete)
{
    for (const char *name : {"neoverse-n1", "thunderx2"}) {
        ASSERT_TRUE(load(minimal, {(std::string("machine.profile=") + name).c_str()})) << e.text;
        EXPECT_STREQ(loaded().profile, name);
        for (const cost &line : loaded().cost) {
            EXPECT_GT(line.ps, 0u);
            EXPECT_STRNE(line.source, "");
            EXPECT_EQ(line.is_pick, std::string(line.source).rfind("pick:", 0) == 0);
        }
    }
}

/* The table of cores in mmu says the same of a core that has a profile. */
TEST_F(Profile, TheGeometryIsThatOfTheCore)
{
    ASSERT_TRUE(load(minimal)) << e.text;
    const mmu_core *core = mmu_tlb_geometry("neoverse-n1");
    ASSERT_NE(core, nullptr);
    EXPECT_EQ(memcmp(&loaded().tlb, &core->tlb, sizeof core->tlb), 0);
    EXPECT_EQ(loaded().caches.walk_ways, core->caches.walk_ways);
    EXPECT_EQ(loaded().caches.ipa_ways, core->caches.ipa_ways);
}

TEST_F(Profile, NeoverseN1MeetsWhatWasMeasured)
{
    ASSERT_TRUE(load(minimal)) << e.text;
    const spec &s = loaded();
    EXPECT_EQ(s.clock_hz, 3000000000u);
    EXPECT_EQ(s.tlb.l1i_entries, 48u);
    EXPECT_EQ(s.tlb.l1d_entries, 48u);
    EXPECT_EQ(s.tlb.l2_sets * s.tlb.l2_ways, 1280u);
    EXPECT_EQ(s.lr_count, 4u);
    EXPECT_EQ(sum(s, {COST_EXIT, COST_HVC, COST_ENTER_PREP, COST_ENTER}), 300000u);
    EXPECT_EQ(sum(s, {COST_EXIT, COST_MMIO, COST_ENTER_PREP, COST_ENTER}), 440000u);
    EXPECT_EQ(sum(s, {COST_EXC_EL2, COST_EXIT, COST_ABORT, COST_LOOKUP, COST_S2_MAP,
                      COST_ENTER_PREP, COST_ENTER}),
              2000000u);
    EXPECT_EQ(sum(s, {COST_GATE, COST_DEDUPE, COST_WORK_ALLOC, COST_MBOX, COST_WORK_QUEUE}),
              1000000u);
    EXPECT_EQ(sum(s, {COST_SDEI_INJECT, COST_SDEI_DELIVER}), 200000u);
    EXPECT_EQ(s.cost[COST_EXC_EL2].ps, 23333u); /* 70 cycles. */
    EXPECT_FALSE(s.cost[COST_MMIO].is_pick);
    EXPECT_TRUE(s.cost[COST_EXIT].is_pick);
}

TEST_F(Profile, ThunderX2MeetsItsStage2Fault)
{
    ASSERT_TRUE(load(minimal, {"machine.profile=thunderx2"})) << e.text;
    EXPECT_EQ(loaded().clock_hz, 2000000000u);
    EXPECT_EQ(sum(loaded(), {COST_EXC_EL2, COST_EXIT, COST_ABORT, COST_LOOKUP, COST_S2_MAP,
                             COST_ENTER_PREP, COST_ENTER}),
              3400000u);
    EXPECT_EQ(loaded().cost[COST_EXC_EL2].ps, 35000u);
}

/* A changed copy of a shipped profile, used by path. */
struct OwnProfile : Config {
    const std::string n1 = read_text(data_path("profiles/neoverse-n1.yaml"));

    std::string with(const std::string &profile)
    {
        write("own.yaml", profile);
        return sentence(minimal, {"machine.profile=own.yaml"});
    }
};

TEST_F(OwnProfile, IsFoundByPathAndByNameBesideTheFile)
{
    EXPECT_EQ(with(replaced(n1, "name: neoverse-n1", "name: mine")), "no error");
    EXPECT_STREQ(loaded().profile, "mine");
    EXPECT_EQ(sentence(minimal, {"machine.profile=own"}), "no error");
}

TEST_F(OwnProfile, MustBeComplete)
{
    EXPECT_EQ(with(replaced(n1, "  cpu.zero_page:", "  cpu.zero-page:")),
              "own.yaml:27:3: unknown cost \"cpu.zero-page\"; did you mean \"cpu.zero_page\"?");
    EXPECT_EQ(with(replaced(n1, "  cpu.zero_page:", "  #")),
              "own.yaml:3:1: the profile lacks the cost cpu.zero_page (zeroing 4 KiB)");
    EXPECT_EQ(with(replaced(n1, "clock: 3GHz", "")), "own.yaml:3:1: the profile lacks clock");
    EXPECT_EQ(with(replaced(n1, "l2_ways: 5", "")),
              "own.yaml:3:1: the profile lacks tlb.l2_ways");
    EXPECT_EQ(with(replaced(n1, "name: neoverse-n1", "")),
              "own.yaml:3:1: the profile lacks its name");
    EXPECT_EQ(with("apfsim-profile: 1\nname: x\nclock: 1GHz\n"),
              "own.yaml:1:1: the profile lacks costs");
}

TEST_F(OwnProfile, NeedsASourceForEveryCost)
{
    const std::string line = "cpu.write: {value: 1cyc, source: \"pick: the store buffer hides the "
                             "cache, one store in a cycle\"}";
    EXPECT_EQ(with(replaced(n1, line, "cpu.write: {value: 1cyc}")),
              "own.yaml:19:3: cpu.write has no source; say where its value is from");
    EXPECT_EQ(with(replaced(n1, line, "cpu.write: {value: 1cyc, source: \"\"}")),
              "own.yaml:19:36: cpu.write: the source is empty; say where the value is from");
    EXPECT_EQ(with(replaced(n1, line, "cpu.write: {value: 1cyc, source: " + std::string(199, 's')
                                          + "}")),
              "no error");
    EXPECT_EQ(with(replaced(n1, line, "cpu.write: {value: 1cyc, source: " + std::string(200, 's')
                                          + "}")),
              "own.yaml:19:36: cpu.write: the source is longer than 199 characters");
    EXPECT_EQ(with(replaced(n1, line, "cpu.write: 1cyc")),
              "own.yaml:19:14: cpu.write: found \"1cyc\", "
              "expected {value: 300ns, source: \"...\"}");
}

TEST_F(OwnProfile, RefusesWhatItDoesNotKnow)
{
    EXPECT_EQ(with(replaced(n1, "clock: 3GHz", "clok: 3GHz")),
              "own.yaml:6:1: unknown key \"clok\" in a cost profile");
    EXPECT_EQ(with(replaced(n1, "clock: 3GHz", "clock: 3GHz\nhost_cpus: 3")),
              "own.yaml:7:1: unknown key \"host_cpus\" in a cost profile");
    EXPECT_EQ(with(replaced(n1, "clock: 3GHz", "clock: 3")),
              "own.yaml:6:8: machine.clock: found \"3\", a number without a unit, expected a "
              "frequency in Hz, kHz, MHz or GHz such as 2GHz");
    EXPECT_EQ(with(replaced(n1, "apfsim-profile: 1", "apfsim-profile: 2")),
              "own.yaml:3:17: apfsim-profile: found \"2\", expected 1");
    EXPECT_EQ(with("name: x\n"),
              "own.yaml:1:1: not a cost profile, \"apfsim-profile: 1\" is missing");
    EXPECT_EQ(with(replaced(n1, "name: neoverse-n1", "name: [a]")),
              "own.yaml:4:7: name: found a list, expected 1 to 31 characters");
}

TEST_F(Profile, KeysOfMachineLieOverIt)
{
    ASSERT_TRUE(load(minimal, {"machine.clock=1GHz", "machine.tlb.l2_sets=64",
                               "costs.kvm.exit=100cyc"}))
        << e.text;
    EXPECT_EQ(loaded().clock_hz, 1000000000u);
    EXPECT_EQ(loaded().tlb.l2_sets, 64u);
    EXPECT_EQ(loaded().tlb.l2_ways, 5u);
    EXPECT_EQ(loaded().cost[COST_EXIT].ps, 100000u);   /* Of the clock that was set. */
    EXPECT_EQ(loaded().cost[COST_EXC_EL2].ps, 23333u); /* Of the profile's own clock. */
}
