/* Copies of tasks, many configurations from one file, and keys one by one. */
#include <map>

#include "model/config/tests/config_helper.h"

/* --- guest.tasks[].count --- */

static const char *const three_kinds =
    "apfsim: 1\n"
    "guest:\n"
    "  vcpus: 2\n"
    "  memory: 128MiB\n"
    "  tasks:\n"
    "    - {name: mem, kind: write-all, footprint: 1MiB, vcpu: 1, count: 3}\n"
    "    - {name: none, kind: compute, count: 0}\n"
    "    - {name: t, kind: touch, footprint: 1MiB, accesses: 5, shares: mem, count: 2}\n";

TEST_F(Config, ACountStandsForSeveralTasks)
{
    static const struct {
        const char *name, *shares;
        u32 vcpu;
    } want[] = {{"mem", "mem", 1}, {"mem-2", "mem-2", 0}, {"mem-3", "mem-3", 1},
                {"t", "mem", 0},   {"t-2", "mem", 1}};

    ASSERT_TRUE(load(three_kinds)) << e.text;
    ASSERT_EQ(loaded().task_count, 5u);
    for (u32 i = 0; i < 5; i++) {
        EXPECT_STREQ(loaded().task[i].name, want[i].name);
        EXPECT_STREQ(loaded().task[i].shares, want[i].shares) << i;
        EXPECT_EQ(loaded().task[i].vcpu, want[i].vcpu) << i;
        EXPECT_EQ(loaded().task[i].count, 1u) << i;
    }
    EXPECT_EQ(loaded().task[4].accesses, 5u);
    EXPECT_STREQ(loaded().task[5].name, "") << "nothing is left behind the last";
}

TEST_F(Config, CopiesAreTheSameAsTasksWrittenOut)
{
    ASSERT_TRUE(load(three_kinds)) << e.text;
    const u64 hash = config_hash(&c, 0);
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    ASSERT_TRUE(config_write_resolved(&c, 0, out));
    fclose(out);
    const std::string resolved(text, size);
    free(text);
    ASSERT_TRUE(load(resolved.c_str())) << e.text;
    EXPECT_EQ(config_hash(&c, 0), hash);
}

TEST_F(Config, CountsHaveLimits)
{
    EXPECT_TRUE(load(three_kinds, {"guest.tasks.mem.count=62"})) << e.text; /* 62 + 2 */
    EXPECT_EQ(sentence(three_kinds, {"guest.tasks.mem.count=63"}),
              "x.yaml:8:80: guest.tasks: more than 64 tasks");
    EXPECT_EQ(sentence(three_kinds, {"guest.tasks.mem.count=65"}),
              "--set guest.tasks.mem.count=65: guest.tasks[].count: \"65\" is out of range, "
              "expected 0 to 64");
    EXPECT_EQ(sentence(three_kinds, {"guest.tasks.t.name=a-name-of-thirty-one-characters"}),
              "x.yaml:8:80: the name a-name-of-thirty-one-characters leaves no room for the "
              "numbers of its copies");
    EXPECT_EQ(sentence(three_kinds, {"guest.tasks.none.count=2", "guest.tasks.t.name=none-2"}),
              "--set guest.tasks.t.name=none-2: two tasks are called \"none-2\"");
    EXPECT_EQ(sentence(three_kinds, {"guest.tasks.mem.count=0"}),
              "x.yaml:8:68: found \"mem\", expected the name of another task with memory");
}

/* --- config_base --- */

class Base : public Config {
protected:
    config_base base = {};

    ~Base() override
    {
        config_base_free(&base);
    }
    void read()
    {
        write("sweep-base.yaml", three_kinds);
        ASSERT_TRUE(config_base_read(&base, path("sweep-base.yaml").c_str(), &e)) << e.text;
    }
    bool make(const std::vector<config_setting> &set)
    {
        config_free(&c);
        return config_make(&c, &base, set.data(), set.size(), &e);
    }
};

TEST_F(Base, GivesTheSameAsTheFileWithOptions)
{
    read();
    ASSERT_TRUE(make({{"guest.vcpus", "4", "sweep.yaml", 7, 11},
                      {"costs.kvm.exit", "250ns", "sweep.yaml", 8, 2},
                      {"guest.tasks.t.passes", "1", "", 0, 0}}) == false);
    ASSERT_TRUE(make({{"guest.vcpus", "4", "sweep.yaml", 7, 11},
                      {"costs.kvm.exit", "250ns", "sweep.yaml", 8, 2},
                      {"machine.profile", "thunderx2", "sweep.yaml", 9, 2}}))
        << e.text;
    const u64 hash = config_hash(&c, 0);
    ASSERT_TRUE(load(three_kinds, {"guest.vcpus=4", "costs.kvm.exit=250ns",
                                   "machine.profile=thunderx2"}));
    EXPECT_EQ(config_hash(&c, 0), hash);
    ASSERT_TRUE(make({})) << e.text; /* The base is as it was. */
    EXPECT_EQ(loaded().vcpus, 2u);
    EXPECT_STREQ(loaded().profile, "neoverse-n1");
}

TEST_F(Base, MessagesNameThePlaceOfTheSetting)
{
    static const struct {
        const char *key, *value, *want;
    } rows[] = {
        {"guest.vcpus", "999",
         "s.yaml:7:11: guest.vcpus: \"999\" is out of range, expected 1 to 512"},
        {"guest.vcpu", "2", "s.yaml:7:11: unknown key \"vcpu\" in guest; did you mean \"vcpus\"?"},
        {"guest.tasks.x.passes", "2", "s.yaml:7:11: the list has no item with the name x"},
        {"seed.x", "2", "s.yaml:7:11: seed: found a mapping, expected a whole "
                        "number such as 1"},
        {"", "2", "s.yaml:7:11: a key is empty"},
        {"seed", "", "s.yaml:7:11: found no value for seed"},
        {"seed", "[1", "s.yaml:7:11: not valid YAML: flow sequence without a closing bracket"},
    };

    read();
    for (const auto &row : rows) {
        ASSERT_FALSE(make({{row.key, row.value, "s.yaml", 7, 11}})) << row.key;
        EXPECT_STREQ(e.text, row.want);
    }
}

TEST_F(Base, TheKeyIsTheHashWithoutTheSeed)
{
    read();
    ASSERT_TRUE(make({{"seed", "1", "", 0, 0}}));
    const u64 key = config_key(&c, 0), hash = config_hash(&c, 0);
    ASSERT_TRUE(make({{"seed", "2", "", 0, 0}}));
    EXPECT_EQ(config_key(&c, 0), key);
    EXPECT_NE(config_hash(&c, 0), hash);
    ASSERT_TRUE(make({{"guest.kpti", "true", "", 0, 0}}));
    EXPECT_NE(config_key(&c, 0), key);
}

static void keep(void *map, const char *key, const char *value, const char *origin)
{
    auto &all = *static_cast<std::map<std::string, std::string> *>(map);

    EXPECT_TRUE(all.emplace(key, std::string(value) + " # " + origin).second) << key;
}

TEST_F(Base, EachValueHasItsKeyAndOrigin)
{
    std::map<std::string, std::string> all;

    read();
    ASSERT_TRUE(make({{"guest.vcpus", "4", "a/sweep.yaml", 7, 11}, {"seed", "5", "", 0, 0}}));
    config_each(&c, 0, keep, &all);
    EXPECT_EQ(all["guest.vcpus"], "4 # sweep.yaml:7");
    EXPECT_EQ(all["seed"], "5 # --set");
    EXPECT_EQ(all["guest.tasks.mem-2.name"], "\"mem-2\" # sweep-base.yaml:6");
    EXPECT_EQ(all["guest.tasks.t.accesses"], "5 # sweep-base.yaml:8");
    EXPECT_EQ(all["costs.kvm.exit"], "120ns # profile neoverse-n1");
    EXPECT_EQ(all["host.tick"], "4ms # default");
    EXPECT_EQ(all.count("guest.tasks.t.passes"), 0u) << "does not apply";
    EXPECT_EQ(all.count("guest.tasks.none.name"), 0u);
}

/* --- Keys and quantities --- */

TEST(Key, IsNamedAsASettingNamesIt)
{
    for (const char *good : {"guest.vcpus", "guest.tasks.mem.passes", "guest.tasks.a-2.kind",
                             "costs.kvm.exit", "protocol.variant", "store.read.value"})
        EXPECT_NE(config_param(good), nullptr) << good;
    for (const char *bad : {"", "guest", "guest.vcpu", "guest.tasks.mem",
                            "guest.tasks..passes", "guest.tasks[].passes", "guest.tasks.m.pass",
                            "costs.kvm", "costs.kvm.exits", "store.read"})
        EXPECT_EQ(config_param(bad), nullptr) << bad;
    char words[PARAM_WORDS_MAX];
    EXPECT_STREQ(config_nearest_key("guest.vcpu", words), "; did you mean \"guest.vcpus\"?");
    EXPECT_STREQ(config_nearest_key("costs.kvm.exitt", words),
                 "; did you mean \"costs.kvm.exit\"?");
    EXPECT_STREQ(config_nearest_key("medium", words), "");
}

TEST(Key, QuantitiesGoBothWays)
{
    static const struct {
        const char *key, *text;
        u64 value;
    } rows[] = {{"store.read.value", "36.2us", 36200000},
                {"guest.memory", "64MiB", 64u << 20},
                {"machine.clock", "2GHz", 2000000000},
                {"guest.tasks.m.write", "30%", 30},
                {"guest.tasks.m.zipf_theta", "0.99", 990},
                {"protocol.sdei_event", "0x40400001", 0x40400001},
                {"host.memory_limit", "none", 0},
                {"costs.kvm.exit", "250ns", 250000}};
    char text[CONFIG_TEXT_MAX];
    err e;

    for (const auto &row : rows) {
        u64 value = 1;
        ASSERT_TRUE(config_quantity(config_param(row.key), row.text, &value, &e)) << row.key;
        EXPECT_EQ(value, row.value) << row.key;
        EXPECT_STREQ(config_quantity_text(config_param(row.key), value, text), row.text);
    }
    u64 value;
    EXPECT_FALSE(config_quantity(config_param("guest.vcpus"), "513", &value, &e));
    EXPECT_STREQ(e.text, "guest.vcpus: \"513\" is out of range, expected 1 to 512");
    EXPECT_FALSE(config_quantity(config_param("guest.idle"), "wfi", &value, &e));
    EXPECT_STREQ(e.text, "guest.idle: found \"wfi\", expected no number");
}

/* --- Another kind, laid over --- */

TEST_F(Config, AnotherKindLeavesTheKeysOfTheOldOneBehind)
{
    static const char *const text =
        "apfsim: 1\n"
        "guest:\n"
        "  tasks: [{name: t, kind: touch, pattern: zipf, zipf_theta: 0.5, accesses: 9}]\n"
        "store: {read: {latency: lognormal, median: 50us, sigma: 0.3}}\n";

    ASSERT_TRUE(load(text)) << e.text;
    const u64 hash = config_hash(&c, 0);
    ASSERT_TRUE(load(text, {"store.read.latency=fixed", "store.read.value=5us",
                            "guest.tasks.t.kind=write-all"})) << e.text;
    EXPECT_NE(config_hash(&c, 0), hash);
    EXPECT_EQ(loaded().task[0].accesses, 0u) << "the default, as if it had not been named";
    ASSERT_TRUE(load(text, {"guest.tasks.t.pattern=random"})) << e.text;
    EXPECT_EQ(sentence(text, {"store.read.value=5us"}),
              "--set store.read.value=5us: store.read.value applies to latency fixed only");
    EXPECT_EQ(sentence(text, {"store.read.latency=fixed", "store.read.sigma=0.2"}),
              "--set store.read.sigma=0.2: store.read.sigma applies to latency lognormal only")
        << "a key that is laid over has to fit";
}
