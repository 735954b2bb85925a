/* Constraints: what holds, what is not known, and where a wrong one is wrong. */
#include "cli/sweep/constraint.hpp"

#include <gtest/gtest.h>

#include <map>

#include "cli/cli.hpp"

using namespace cli;
using std::string;

static const std::map<string, string> values = {
    {"guest.vcpus", "4"},          {"machine.host_cpus", "2"},   {"machine.clock", "2GHz"},
    {"store.read.value", "1.5us"}, {"costs.kvm.exit", "500ns"},  {"protocol.variant", "v4"},
    {"medium", "zram"},            {"host.memory_limit", "none"}, {"guest.memory", "64MiB"},
    {"store.read.sigma", "0.4"},   {"guest.tasks.mem.write", "40%"}, {"guest.va_bits", "48"},
};

static std::optional<string> value_of(const string &key)
{
    const auto found = values.find(key);

    return found == values.end() ? std::nullopt : std::optional<string>(found->second);
}

static std::optional<bool> judge(const string &text)
{
    return holds(read_constraint(text, {"s.yaml", 3, 5}, {"medium"}), value_of);
}

TEST(Constraint, ComparesExactly)
{
    const std::vector<std::pair<string, bool>> table = {
        {"guest.vcpus <= 2 * machine.host_cpus", true},
        {"guest.vcpus < 2 * machine.host_cpus", false},
        {"guest.vcpus == 4", true},
        {"guest.vcpus != 4", false},
        {"guest.vcpus > 3", true},
        {"guest.vcpus >= 5", false},
        {"guest.vcpus * machine.host_cpus == 8", true},
        {"guest.vcpus*2<=8", true},
        {"1us <= store.read.value", true},
        {"store.read.value == 1500ns", true},
        {"store.read.value < 1499999ps", false},
        {"store.read.value >= 3 * costs.kvm.exit", true},
        {"store.read.value > 3 * costs.kvm.exit", false},
        {"guest.memory == 65536KiB", true},
        {"machine.clock * store.read.value == 3000", true},
        {"store.read.sigma * 10 == 4", true},
        {"store.read.sigma < 0.401", true},
        {"guest.tasks.mem.write == 0.4", true},
        {"guest.tasks.mem.write < 40%", false},
        {"protocol.variant != sync", true},
        {"protocol.variant == v4", true},
        {"medium == zram", true},
        {"nvme == medium", false},
        {"host.memory_limit == none", true},
        {"guest.va_bits == 48", true},
        {"guest.memory != none", true},
    };

    for (const auto &[text, is_true] : table)
        EXPECT_EQ(judge(text), is_true) << text;
}

TEST(Constraint, DoesNotJudgeWhatItDoesNotKnow)
{
    EXPECT_EQ(judge("host.workers < 2"), std::nullopt);
    EXPECT_EQ(judge("host.memory_limit > 4KiB"), std::nullopt) << "none is no size";
    EXPECT_EQ(missing_key(read_constraint("guest.vcpus < host.workers", {}, {}), value_of),
              "host.workers");
    EXPECT_EQ(missing_key(read_constraint("guest.vcpus < 5", {}, {}), value_of), "");
}

static string complaint(const string &text)
{
    try {
        read_constraint(text, {"s.yaml", 3, 5}, {"medium"});
    } catch (const failure &f) {
        EXPECT_EQ(f.status, ERR_USAGE);
        return f.what();
    }
    return "";
}

TEST(Constraint, NamesTheColumnOfWhatIsWrong)
{
    const std::vector<std::pair<string, string>> table = {
        {"guest.vcpus", "s.yaml:3:16: constraint: found its end, expected *, =="},
        {"guest.vcpus < ", "s.yaml:3:19: constraint: found its end, expected a key or a number"},
        {"guest.vcpus < 4 5", "s.yaml:3:21: constraint: found \"5\" behind it"},
        {"guest.vcpus = 4", "s.yaml:3:17: constraint: found \"=\", expected *, =="},
        {"guest.vcpus =< 4", "s.yaml:3:17: constraint: found \"=<\""},
        {"guest.vcpus < 4 < 5", "s.yaml:3:21: constraint: found \"< 5\" behind it"},
        {"(guest.vcpus) < 4", "s.yaml:3:5: constraint: found \"(\""},
        {"guest.vcpu < 4",
         "s.yaml:3:5: constraint: unknown key \"guest.vcpu\"; did you mean \"guest.vcpus\"?"},
        {"guest.vcpus < fast", "s.yaml:3:19: constraint: found \"fast\", expected a number"},
        {"fast < slow", "s.yaml:3:5: constraint: found \"fast\", expected a key"},
        {"3 == slow", "s.yaml:3:10: constraint: found \"slow\", expected a key"},
        {"guest.vcpus < 4us", "s.yaml:3:19: constraint: the two sides have different units"},
        {"guest.vcpus < 4parsec", "s.yaml:3:19: constraint: found \"4parsec\", expected a number"},
        {"2 * medium == zram", "s.yaml:3:9: constraint: found \"medium\" in a product"},
        {"medium < zram", "s.yaml:3:5: constraint: words have no order"},
        {"guest.vcpus == protocol.variant",
         "s.yaml:3:20: constraint: found \"protocol.variant\", expected a number to compare"},
        {"", "s.yaml:3:5: constraint: found its end"},
    };

    for (const auto &[text, words] : table)
        EXPECT_EQ(complaint(text).substr(0, words.size()), words) << text;
}
