/* What can be a side: read, refused with its place, and kept as a baseline. */
#include "cli/compare/tests/sides.hpp"
#include "cli/data/tests/small_sweep.hpp"

namespace {

using namespace sides;

const string summary = R"({
  "format": 1,
  "version": "1.2.3",
  "config": "some/where/demo.yaml",
  "config_hash": "0x307df09d0fde5470",
  "seed": 18446744073709551615,
  "variant": "v4",
  "profile": "neoverse-n1",
  "vcpus": 1,
  "host_cpus": 2,
  "end": "done",
  "end_text": "",
  "time_ps": 61914098507,
  "checksum": "0xffffffffffffffff",
  "lines": 33085,
  "faults": {"total": 480, "sync": {"slots": 0}},
  "hops": {"exit": {"chain": "page", "count": 0, "min_ps": null}},
  "tasks": {"mem": {"vcpu": 0, "work": 7}},
  "conservation": {"time": {"holds": true}},
  "host_time": {"run_ns": 5}
}
)";

string replaced(string text, const string &from, const string &to)
{
    text.replace(text.find(from), from.size(), to);
    return text;
}

class Side : public Files {
protected:
    metric_names names;

    void put_run(const string &name, const string &text) const
    {
        fs::create_directories(folder / name);
        write(name + "/summary.json", text);
    }
    string wrong(const string &name)
    {
        return complaint([&] { load_side(path(name), names); });
    }
    std::vector<string> labels(const string &name)
    {
        std::vector<string> all;
        for (const subject &s : load_side(path(name), names).subjects)
            all.push_back(subject_words(s));
        return all;
    }
};

TEST_F(Side, ASummaryHasEveryIntegerOfTheResult)
{
    const side s = load_side(write("summary.json", summary), names);
    std::map<string, u64> metrics;

    ASSERT_EQ(s.subjects.size(), 1u);
    const subject &one = s.subjects[0];
    for (const metric &m : one.metrics)
        metrics[names.text(m.name)] = m.value;
    EXPECT_EQ(metrics, (std::map<string, u64>{{"time_ps", 61914098507},
                                              {"faults.total", 480},
                                              {"faults.sync.slots", 0},
                                              {"hops.exit.count", 0},
                                              {"tasks.mem.vcpu", 0},
                                              {"tasks.mem.work", 7},
                                              {"conservation.time.holds", 1}}));
    EXPECT_EQ(names.text(one.metrics[1].name), "faults.total") << "in the order of the file";
    EXPECT_EQ(one.label, "demo/v4");
    EXPECT_EQ(one.seed, UINT64_MAX);
    EXPECT_EQ(one.checksum, UINT64_MAX);
    EXPECT_EQ(one.lines, 33085u);
    EXPECT_EQ(one.parameters.at("machine.profile"), "neoverse-n1");
    EXPECT_EQ(s.version, "1.2.3");
}

TEST_F(Side, ResultsAreFoundInFoldersBelow)
{
    put_run("all/x/v4", summary);
    put_run("all/x/sync", replaced(summary, "\"v4\"", "\"sync\""));
    put_run("all/b",
            replaced(replaced(summary, "demo.yaml", "fio.yaml"), "18446744073709551615", "3"));
    fs::create_directories(folder / "all/nothing");

    EXPECT_EQ(labels("all"), (std::vector<string>{"demo/sync, seed 18446744073709551615",
                                                  "demo/v4, seed 18446744073709551615",
                                                  "fio/v4, seed 3"}));
    EXPECT_EQ(labels("all/b"), std::vector<string>{"fio/v4, seed 3"});
    EXPECT_EQ(labels("all/b/summary.json"), std::vector<string>{"fio/v4, seed 3"});
    put_run("all/again", summary);
    EXPECT_EQ(wrong("all"), "2 all: found two results of demo/v4, seed 18446744073709551615, in "
                            "all/again and all/x/v4, expected one; try a name of its own for each "
                            "configuration, or a sweep");
    EXPECT_EQ(wrong("all/nothing"), "2 all/nothing: found no summary.json in it or below, expected "
                                    "the results of apfsim run --out");
    EXPECT_EQ(wrong("none"), "2 none: found no such file; try another name");
}

TEST_F(Side, ForeignFilesAreRefused)
{
    const struct {
        string text, sentence;
    } rows[] = {
        {"", "2 x: the file is empty"},
        {"a: 1\n", "2 x: found no results of apfsim, expected a folder of apfsim run --out, a "
                   "summary.json, a database of apfsim sweep or a baseline (apfsim-baseline: 1)"},
        {"{\"a\": 1}", "2 x:1:1: this is no summary.json of apfsim run; try the folder that --out "
                       "named"},
        {replaced(summary, "\"format\": 1", "\"format\": 2"),
         "2 x:2:13: found \"2\" as the format of the summary, expected 1; try the version of "
         "apfsim that has written it"},
        {replaced(summary, "480", "4.5"),
         "2 x:16:23: found \"4.5\", expected a whole number of at most 64 bits"},
        {replaced(summary, "480", "18446744073709551616"),
         "2 x:16:23: found \"18446744073709551616\", expected a whole number of at most 64 bits"},
        {replaced(summary, "480", "[]"), "2 x:16:23: found a list, which no summary of a run has; "
                                         "try the version of apfsim that has written it"},
        {replaced(summary, "  \"lines\": 33085,\n", ""),
         "2 x:1:1: found no key \"lines\", which is needed here"},
        {"apfsim-baseline: 2\n",
         "2 x:1:18: found \"2\", expected 1; try a newer version of apfsim"},
        {"apfsim-baseline: 1\nversion: x\naccepted: []\nsubject: []\n",
         "2 x:4:1: found the unknown key \"subject\", expected one of apfsim-baseline, version, "
         "accepted, subjects; did you mean \"subjects\"?"},
        {"apfsim-baseline: 1\nversion: x\naccepted: []\nsubjects:\n- {subject: a}\n",
         "2 x:5:3: found no key \"parameters\", which is needed here"},
    };

    for (const auto &row : rows) {
        write("x", row.text);
        EXPECT_EQ(wrong("x"), row.sentence) << row.text;
    }
    EXPECT_EQ(wrong("x").substr(0, 2), "2 ");
    write("x", "{\"format\": 1, \"checksum\":");
    EXPECT_NE(wrong("x").find("not valid JSON"), string::npos);
    write("x", string("SQLite format 3\0 and then nothing", 33));
    EXPECT_NE(wrong("x"), "");
}

/* Odd names, the ends of numbers: everything comes back, and the same bytes are written again. */
TEST_F(Side, ABaselineGivesItsResultsBack)
{
    pair p;
    p.add("demo/v4", {{"time_ps", UINT64_MAX}, {"zero", 0}, {"null", 1}, {"1e5", 2}, {"a b", 3}},
          {});
    p.add("store.read.value=64us protocol.variant=\"x\\y\"\n\x01 \xc2\xb5", {}, {}, UINT64_MAX);
    p.base.version = "1.2.3 \"quoted\"";
    p.base.subjects[0].config_hash = 0xfedcba9876543210;
    p.base.subjects[0].parameters["store.read.value"] = "64us: # [x]";
    p.base.accepted = {{"1.0", "because\nof \"this\" and that", "time_ps +1.0 %", 12}};
    const string text = baseline_text(p.base, p.names);
    const side back = load_side(write("baseline.yaml", text), p.names);

    EXPECT_EQ(back.kind, side_kind::baseline);
    EXPECT_EQ(baseline_text(back, p.names), text);
    EXPECT_EQ(back.version, p.base.version);
    ASSERT_EQ(back.accepted.size(), 1u);
    EXPECT_EQ(back.accepted[0].reason, "because\nof \"this\" and that");
    EXPECT_EQ(back.accepted[0].changed, 12u);
    EXPECT_EQ(back.subjects[0].parameters, p.base.subjects[0].parameters);
    EXPECT_EQ(back.subjects[0].config_hash, p.base.subjects[0].config_hash);
    EXPECT_EQ(compare_sides(p.base, back, p.names, load_gates("")).difference_count(), 0u);
    EXPECT_EQ(text.find('\t'), string::npos);
    EXPECT_NE(text.find("\n    time_ps: 18446744073709551615\n"), string::npos) << text;
    EXPECT_NE(text.find("\n    zero: 0\n"), string::npos) << "a zero is no absence";
}

TEST_F(Side, ABaselineHasEachResultOnce)
{
    pair p;
    p.add("a", {}, {});
    p.add("a", {}, {});
    write("b.yaml", baseline_text(p.base, p.names));

    EXPECT_EQ(wrong("b.yaml"), "2 b.yaml:14:3: found a, seed 1 a second time, expected it once");
}

class Sweep : public small::Database {};

TEST_F(Sweep, IsASideWithASubjectForEachRun)
{
    metric_names names;
    const side s = load_side(make_full("sweep.db"), names);

    ASSERT_EQ(s.subjects.size(), (size_t)small::POINTS * small::SEEDS);
    const subject &one = s.subjects[small::SEEDS];
    EXPECT_EQ(subject_words(one), "store.read.value=10us protocol.variant=v4, seed 1");
    EXPECT_EQ(one.parameters.at("store.read.value"), "10us");
    EXPECT_EQ(one.end, "done");
    EXPECT_EQ(one.lines, 77u);
    EXPECT_EQ(one.metrics.size(), 4u);
    EXPECT_EQ(compare_sides(s, load_side(path("sweep.db"), names), names, load_gates(""))
                  .difference_count(),
              0u);
}

} // namespace
