/* Wrong sweep files: each is one sentence with its place. */
#include <random>

#include "cli/sweep/tests/sweep_file.hpp"

class SweepErrors : public SweepFile {};

/* The sentence begins like this. */

TEST_F(SweepErrors, WrongFilesAreNamed)
{
    const std::vector<std::pair<string, string>> table = {
        {"", "s.yaml: the file is empty"},
        {"x", "s.yaml:1:1: not a sweep, \"apfsim-sweep: 1\" is missing at the top"},
        {"apfsim: 1\n", "s.yaml:1:1: found a configuration, expected a sweep"},
        {"apfsim-sweep: 2\n", "s.yaml:1:15: apfsim-sweep: found \"2\", expected 1"},
        {"apfsim-sweep: 1\n", "s.yaml:1:1: the sweep file: found no base"},
        {"apfsim-sweep: 1\nbase: nix.yaml\n", "s.yaml:2:7: base: found no file nix.yaml"},
        {"apfsim-sweep: 1\nbase: []\n", "s.yaml:2:7: base: found a list, expected the path"},
        {"apfsim-sweep: 1\nbase: s.yaml\n", "s.yaml:1:1: not a configuration"},
    };

    for (const auto &[text, words] : table)
        EXPECT_EQ(complaint(text, false).substr(0, words.size()), words);
    EXPECT_THROW(cli::load_sweep(path("none.yaml"), 1), cli::failure);
}

TEST_F(SweepErrors, WrongAxesAreNamed)
{
    const string value = "matrix: {store.read.value: ";
    const std::vector<std::pair<string, string>> table = {
        {"matirx: {}", "3:1: unknown key \"matirx\" in the sweep file; did you mean \"matrix\"?"},
        {"matrix: {}", "3:9: matrix: found a mapping, expected"},
        {"matrix: [1]", "3:9: matrix: found a list, expected a mapping"},
        {"matrix: {guest.vcpu: [1]}",
         "3:10: unknown key \"guest.vcpu\" of the configuration; did you mean \"guest.vcpus\"?"},
        {"matrix: {guest.vcpu: {log2: 1..4}}", "3:10: unknown key \"guest.vcpu\""},
        {"matrix: {medium: [a, b]}", "3:10: unknown key \"medium\" of the configuration"},
        {"matrix: {costs.kvm.exi: [1ns]}", "3:10: unknown key \"costs.kvm.exi\""},
        {"matrix: {costs: [1ns]}", "3:10: \"costs\" is no single value; name a key below it"},
        {"matrix: {seed: [1]}", "3:10: the seed is no axis; write \"seeds: N\""},
        {"matrix: {guest.vcpus: []}", "3:23: guest.vcpus: found an empty list"},
        {"matrix: {guest.vcpus: 3}", "3:23: guest.vcpus: found \"3\", expected a list such as"},
        {"matrix: {guest.vcpus: [[1]]}", "3:24: guest.vcpus: found a list, expected a value"},
        {"matrix: {guest.vcpus: [1, x]}", "3:27: guest.vcpus: found \"x\", not a number"},
        {"matrix: {guest.vcpus: [1, 999]}", "3:27: guest.vcpus: \"999\" is out of range"},
        {"matrix: {guest.vcpus: [1, 2, 1]}", "3:30: guest.vcpus: 1 stands twice"},
        {value + "[1us, 1000ns]}", "3:34: store.read.value: 1000ns stands twice"},
        {"matrix: {protocol.variant: [v4, v5]}",
         "3:33: protocol.variant: there is no variant \"v5\""},
        {value + "{}}", "3:28: store.read.value: found a mapping, expected a list such as"},
        {value + "{log2: 1us}}", "3:35: log2: found \"1us\", expected two ends"},
        {value + "{log2: ..1us}}", "3:35: store.read.value: found nothing, expected a time"},
        {value + "{log2: 1us..}}", "3:35: store.read.value: found nothing, expected a time"},
        {value + "{log2: 2us..1us}}", "3:35: log2: found \"2us..1us\", which does not rise"},
        {value + "{log2: 1us..1us}}", "3:35: log2: found \"1us..1us\", which does not rise"},
        {value + "{log2: 1us..4KiB}}", "3:35: store.read.value: found \"4KiB\", a number with a "
                                       "wrong unit"},
        {value + "{log2: 1..4}}", "3:35: store.read.value: found \"1\", a number without a unit"},
        {value + "{log2: 1us..2us, cuont: 3}}", "3:45: unknown key \"cuont\" in store.read.value;"
                                                " did you mean \"count\"?"},
        {value + "{log2: 1us..2us, count: 1}}", "3:52: count: found \"1\", expected a whole number "
                                                "from 2 to 1000"},
        {value + "{log2: 1us..2us, count: 1001}}", "3:52: count: found \"1001\""},
        {value + "{log2: 1us..2us, step: 1us}}", "3:45: found a step beside log2"},
        {value + "{linear: 1us..2us}}", "3:28: store.read.value: found neither count nor step"},
        {value + "{linear: 1us..2us, step: 0us}}", "3:53: step: found 0"},
        {value + "{linear: 1us..2us, step: 1ps}}", "3:53: the range has more than 1000 values"},
        {value + "{linear: 1us..2us, step: 1us, count: 2}}", "3:47: found a step beside a count"},
        {value + "{count: 2}}", "3:28: store.read.value: found no range"},
        {value + "{log2: 1us..2us, linear: 1us..2us}}", "3:28: store.read.value: found two ranges"},
        {"matrix: {store.transfer: {log2: 0us..1us}}", "3:33: log2: found \"0us..1us\", expected a "
                                                       "first end above 0"},
        {"matrix: {guest.vcpus: {log2: 1..4, count: 8}}", "3:23: guest.vcpus: 1 stands twice after "
                                                          "rounding"},
        {"matrix: {guest.idle: {linear: 1..2, count: 2}}", "3:10: guest.idle is no number"},
        {"matrix: {m: {a: {guest.vcpu: 1}}}", "3:18: unknown key \"guest.vcpu\""},
        {"matrix: {m: {a: 1}}", "3:17: m.a: found \"1\", expected the settings of this case"},
        {"matrix: {m: {a: {seed: 1}}}", "3:18: the seed is no axis"},
        {"matrix: {m: {}}", "3:13: m: found an empty mapping"},
        {"matrix: {1m: {a: {guest.vcpus: 1}}}", "3:10: found \"1m\" as a name"},
        {"matrix: {m: {a: {guest.vcpus: 1}}, n: {b: {guest.vcpus: 2}}}",
         "3:57: guest.vcpus is set by two axes, first in line 3 column 31"},
        {"zip: {guest.vcpus: [1, 2], store.channels: [1]}",
         "3:28: zip: store.channels has 1 values and guest.vcpus has 2, expected equally many"},
        {"zip: [1]", "3:7: zip: found \"1\", expected a mapping"},
        {"matrix: {guest.vcpus: [1]}\nzip: {guest.vcpus: [1]}",
         "4:7: guest.vcpus is swept twice, first in line 3"},
        {"set: {guest.vcpu: 1}", "3:7: unknown key \"guest.vcpu\""},
        {"set: [1]", "3:6: set: found a list, expected a mapping of keys"},
        {"set: {guest.vcpus: 0}", "3:20: guest.vcpus: \"0\" is out of range"},
        {"set: {guest.vcpus: {}}", "3:20: guest.vcpus: found a mapping, expected a value"},
    };

    for (const auto &[text, words] : table)
        EXPECT_EQ(complaint(text).substr(0, words.size() + 7), "s.yaml:" + words);
}

TEST_F(SweepErrors, WrongEntriesAndOptionsAreNamed)
{
    const string two = "matrix: {protocol.variant: [sync, v4]}\n";
    const std::vector<std::pair<string, string>> table = {
        {two + "include: {}", "4:10: include: found a mapping, expected a list"},
        {two + "include: [{guest.vcpu: 1}]", "4:12: unknown key \"guest.vcpu\""},
        {two + "include: [{guest.vcpus: x}]", "4:25: guest.vcpus: found \"x\", not a number"},
        {two + "include: [{host.workers: 1}, {host.workers: 2}]",
         "4:30: include: changes host.workers, which an entry before it has set"},
        {"matrix: {m: {a: {guest.vcpus: 1}}}\ninclude: [{m: b}]",
         "4:15: include: found \"b\", expected a case of m: a"},
        {"matrix: {m: {a: {guest.vcpus: 1}}}\ninclude: [{guest.vcpus: 2}]",
         "4:12: include: guest.vcpus is set by the axis m"},
        {two + "exclude: [{guest.vcpus: 1}]", "4:12: exclude: guest.vcpus is not swept"},
        {two + "exclude: [{protocol.variant: snyc}]",
         "4:30: exclude: found \"snyc\", which protocol.variant never is, expected sync, v4"},
        {two + "exclude: [{}]", "4:11: exclude: found a mapping, expected a mapping of parameters"},
        {two + "constraints: guest.vcpus < 2", "4:14: constraints: found"},
        {two + "constraints: [guest.vcpus < ]", "4:28: constraint: found its end"},
        {two + "constraints:\n  - \"guest.vcpus ~ 2\"", "5:18: constraint: found \"~\""},
        {two + "constraints: [store.read.median < 1us]",
         "4:15: constraint: store.read.median has no value at one of the points"},
        {two + "sample: {method: lhs, points: 3}", "4:18: method: found \"lhs\", expected grid, "
                                                  "latin-hypercube, sobol"},
        {two + "sample: {method: sobol}", "4:9: sample: found no points"},
        {two + "sample: {method: sobol, points: 0}", "4:33: points: found \"0\""},
        {two + "sample: {method: sobol, points: 1000001}", "4:33: points: found \"1000001\""},
        {two + "sample: {method: grid, points: 3}", "4:24: a grid is whole"},
        {two + "sample: {points: 3, method: grid}", "4:10: a grid is whole"},
        {two + "sample: {method: sobol, points: 3, sede: 1}",
         "4:36: unknown key \"sede\" in sample"},
        {"zip: {protocol.variant: [v4], guest.vcpus: [1]}\nmatrix: {store.channels: [1]}\n"
         "sample: {method: sobol, points: 3}",
         "3:7: zip: protocol.variant is what a sample compares"},
        {two + "seeds: 0", "4:8: seeds: found \"0\", expected a whole number from 1 to 100000"},
        {two + "seeds: {first: 2}", "4:8: seeds: found no count"},
        {two + "seeds: {count: 2, frist: 2}", "4:19: unknown key \"frist\" in seeds"},
        {two + "stop_when: {metric: time_ps, within: 2%}", "4:1: stop_when: found one seed"},
        {two + "seeds: 5\nstop_when: {within: 2%}", "5:12: stop_when: found no metric"},
        {two + "seeds: 5\nstop_when: {metric: x}", "5:12: stop_when: found no within"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 2}", "5:32: within: found \"2\", expected "
                                                              "a percentage from 0.1% to 100%"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 0.05%}", "5:32: within: found"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 2%, confidence: 100%}",
         "5:48: confidence: found \"100%\", expected a percentage from 50% to 99.9%"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 2%, min_seeds: 6}",
         "5:47: min_seeds: found \"6\", expected a whole number from 2 to 5"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 2%, against: one-ppi}",
         "5:45: against: found \"one-ppi\", which no point has as its protocol.variant"},
        {two + "seeds: 5\nstop_when: {metric: x, within: 2%, agianst: v4}",
         "5:36: unknown key \"agianst\" in stop_when; did you mean \"against\"?"},
        {two + "compare: guest.vcpus", "4:10: compare: found \"guest.vcpus\", which is not swept"},
        {two + "limits: {time: 60}", "4:16: time: found \"60\", expected a time"},
        {two + "limits: {time: 1us}", "4:16: time: found \"1us\", expected a time of whole milli"},
        {two + "limits: {tiem: 1s}", "4:10: unknown key \"tiem\" in limits"},
        {two + "limits: {retries: 101}", "4:19: retries: found \"101\""},
        {two + "report: {better: fewer}", "4:18: better: found \"fewer\", expected less, more"},
        {two + "report: {x: guest.vcpus}", "4:13: x: found \"guest.vcpus\", which is not swept"},
        {two + "report: {baseline: v3}", "4:20: baseline: found \"v3\", which no point has"},
        {two + "report: {metrik: x}", "4:10: unknown key \"metrik\" in report"},
        {two + "title: [x]", "4:8: title: found a list, expected one line of text"},
    };

    for (const auto &[text, words] : table)
        EXPECT_EQ(complaint(text).substr(0, words.size() + 7), "s.yaml:" + words);
}

/* The base has two designs: a point that stands alone has to say which is its own. */
TEST_F(SweepErrors, AnIncludedPointNamesItsDesign)
{
    const string set = "set: {protocol.variant: [sync, v4]}\n",
                 vcpus = "matrix: {guest.vcpus: [1, 2]}\n",
                 cases = "matrix: {guest.vcpus: [1, 2], d: {old: {protocol.variant: sync},"
                         " new: {protocol.variant: v4}}}\n";

    EXPECT_EQ(points(set + vcpus + "include: [{guest.vcpus: 4, protocol.variant: v4}]"),
              "sync 1, v4 1, sync 2, v4 2, v4 4");
    EXPECT_EQ(points(set + vcpus + "include: [{store.channels: 4}]"),
              "sync 1 4, v4 1 4, sync 2 4, v4 2 4") << "it adds no point";
    EXPECT_EQ(complaint(set + vcpus + "include: [{store.channels: 4}, {guest.vcpus: 4}]"),
              "s.yaml:5:32: include: the entry names no protocol.variant, expected one, as in "
              "{protocol.variant: sync, ...}");
    EXPECT_EQ(complaint(set + cases + "include: [{guest.vcpus: 4, d: new}, {guest.vcpus: 4}]"),
              "s.yaml:5:37: include: the entry names no d, expected one, as in {d: old, ...}");
}

TEST_F(SweepErrors, TheSeedIsGivenOnce)
{
    const string seeds = "seeds: {count: 3}\n";

    EXPECT_EQ(complaint(seeds + "set: {guest.vcpus: 2, seed: 3}"),
              "s.yaml:4:29: seed: found one beside seeds, which gives the seeds of a sweep, "
              "expected one of the two; try seeds alone");
    EXPECT_EQ(load("set: {seed: 3}").p.seeds.first, 3u);
    EXPECT_EQ(load("set: {seed: 3}").p.seeds.count, 1u);
    for (const string &text : {head, head + seeds}) {
        const string file = write("s.yaml", text);
        try {
            EXPECT_EQ(cli::load_sweep(file, 1, {"seed=2", "seed=3"}).p.seeds.first, 3u);
            EXPECT_EQ(text, head);
        } catch (const cli::failure &f) {
            EXPECT_EQ(text, head + seeds) << f.what();
            EXPECT_EQ(string(f.what()).rfind("--set seed=2: seed: found one beside seeds", 0), 0u)
                << f.what();
        }
    }
}

TEST_F(SweepErrors, EmptyAndHugeSpacesAreErrors)
{
    const string range = "{linear: 1us..1000us, count: 1000}";
    const string wide = "matrix: {store.read.value: " + range + ", store.transfer: " + range +
                        ", guest.vcpus: [1, 2]}\n";

    EXPECT_EQ(complaint("matrix: {guest.vcpus: [1]}\nexclude: [{guest.vcpus: 1}]"),
              "s.yaml: no points are left, everything is excluded");
    EXPECT_EQ(complaint("matrix: {guest.vcpus: [1]}\nconstraints: [guest.vcpus > 1]"),
              "s.yaml: no points are left, none fulfils the constraints");
    EXPECT_EQ(complaint(wide).rfind("s.yaml: found more than 1000000 points", 0), 0u);
    EXPECT_EQ(complaint("sample: {method: sobol, points: 3}").rfind("s.yaml: found a sample", 0),
              0u);
    string many = "include:\n";
    for (int i = 0; i < 65; i++)
        many += "  - {guest.tasks.t" + std::to_string(i) + ".passes: 1}\n";
    EXPECT_EQ(complaint(many), "s.yaml:68:6: more than 64 parameters are swept");
}

/* Bytes lost, doubled and swapped: a plan, or one sentence. */
TEST_F(SweepErrors, BrokenFilesNeverCrash)
{
    const string whole = head +
        "set: {guest.vcpus: 2}\nmatrix:\n  protocol.variant: [sync, v4]\n"
        "  store.read.value: {log2: 1us..4us}\n"
        "  m: {a: {store.channels: 1}, b: {store.channels: 2}}\n"
        "zip: [{host.workers: [1, 2], store.transfer: {linear: 1us..2us, count: 2}}]\n"
        "include: [{protocol.variant: v4, store.read.value: 50us}]\n"
        "exclude: [{protocol.variant: sync, m: a}]\n"
        "constraints: ['guest.vcpus <= 2 * machine.host_cpus']\n"
        "seeds: {count: 4}\nstop_when: {metric: time_ps, against: sync, within: 2%}\n"
        "limits: {time: 60s}\nreport: {better: less, x: m}\n";
    const string bytes = ":,[]{}.*<0129u%'\n -";
    std::mt19937 random(20);
    ASSERT_EQ(complaint(whole, false).rfind("no complaint", 0), 0u);
    int plans = 0, complaints = 0;

    for (int i = 0; i < 200; i++) {
        string text = whole;
        for (u32 n = 1 + random() % 3; n > 0 && !text.empty(); n--) {
            const size_t at = random() % text.size();
            const size_t digit = text.find_first_of("123456789", at);
            switch (random() % 7) {
            case 0: text.erase(at, 1 + random() % 5); break;
            case 1: text.insert(at, 1, bytes[random() % bytes.size()]); break;
            case 2: text[at] = bytes[random() % bytes.size()]; break;
            case 3: text.erase(at); break;
            case 4: text.insert(at, text.substr(random() % text.size(), random() % 30)); break;
            default: text[digit == string::npos ? at : digit] = (char)('1' + random() % 9); break;
            }
        }
        try {
            cli::load_sweep(write("s.yaml", text), 1);
            plans++;
        } catch (const cli::failure &f) {
            complaints++;
            EXPECT_EQ(f.status, ERR_USAGE) << f.what() << "\n" << text;
            EXPECT_EQ(string(f.what()).find('\n'), string::npos);
        }
    }
    EXPECT_GT(plans, 5);
    EXPECT_GT(complaints, 50);
}
