/* From sweep files to plans: what they span, how points are grouped, and the command. */
#include <algorithm>
#include <map>

#include "cli/data/rows.hpp"
#include "cli/sweep/tests/sweep_file.hpp"

/* --- What a file spans --- */

TEST_F(SweepFile, WithoutAxesHasOnePoint)
{
    const plan p = load_plan("");

    EXPECT_EQ(p.points.size(), 1u);
    EXPECT_EQ(p.points[0].variant, "v4");
    EXPECT_EQ(p.seeds.first, 1u);
    EXPECT_EQ(p.seeds.count, 1u);
    EXPECT_FALSE(p.stop);
}

TEST_F(SweepFile, TheFirstAxisOfAMatrixIsTheSlowest)
{
    EXPECT_EQ(points("matrix: {guest.vcpus: [1, 2], store.channels: [3, 4, 5]}"),
              "1 3, 1 4, 1 5, 2 3, 2 4, 2 5");
}

TEST_F(SweepFile, RangesAreAxes)
{
    const std::vector<std::pair<string, string>> table = {
        {"store.read.value: {log2: 1us..16us}", "1us, 2us, 4us, 8us, 16us"},
        {"store.read.value: {log2: 1us..15.999us}", "1us, 2us, 4us, 8us"},
        {"store.read.value: {log2: 1us..100us, count: 3}", "1us, 10us, 100us"},
        {"store.read.value: {linear: 1us .. 9us, count: 5}", "1us, 3us, 5us, 7us, 9us"},
        {"store.read.value: {linear: 100ns..1us, step: 400ns}", "100ns, 500ns, 900ns"},
        {"guest.vcpus: {linear: 1..8, step: 3}", "1, 4, 7"},
        {"guest.vcpus: {log2: 1..8}", "1, 2, 4, 8"},
        {"guest.tick: {linear: 1ms..1.1ms, step: 50us}", "1ms, 1.05ms, 1.1ms"},
        {"host.memory_limit: {log2: 64KiB..256KiB}", "64KiB, 128KiB, 256KiB"},
        {"host.memory_limit: {linear: 64KiB..128KiB, count: 4}", "64KiB, 84KiB, 108KiB, 128KiB"},
        {"host.memory_limit: [none, 64KiB]", "none, 64KiB"},
        {"guest.va_bits: [39, 48]", "39, 48"},
    };

    for (const auto &[axis, values] : table)
        EXPECT_EQ(points("matrix:\n  " + axis), values) << axis;
}

TEST_F(SweepFile, NumbersKeepTheirBaseUnit)
{
    const plan p = load_plan("matrix:\n"
                             "  store.read.value: {log2: 1us..2us}\n"
                             "  guest.vcpus: [1, 2, 4]\n"
                             "  store.channels: [1, 2]\n"
                             "  protocol.variant: [v4]\n"
                             "  host.memory_limit: [none, 64KiB]\n");

    EXPECT_EQ(p.parameters[0].unit, "ps");
    EXPECT_EQ(p.points[0].at[0].number, 1000000u);
    EXPECT_EQ((int)p.parameters[0].scale, (int)cli::scale::log);
    EXPECT_EQ((int)p.parameters[1].scale, (int)cli::scale::log) << "equal ratios";
    EXPECT_EQ((int)p.parameters[2].scale, (int)cli::scale::linear);
    EXPECT_EQ((int)p.parameters[3].scale, (int)cli::scale::category);
    EXPECT_EQ((int)p.parameters[4].scale, (int)cli::scale::category) << "none is no number";
    EXPECT_EQ(p.points[0].at[4].number, std::nullopt);
}

TEST_F(SweepFile, CasesSetSeveralKeys)
{
    const string text = "matrix:\n  medium:\n"
                        "    zram: {store.read.value: 12us, store.channels: 1}\n"
                        "    nvme: {store.read.latency: lognormal, store.read.median: 80us}\n";
    const loaded_sweep sweep = load(text);

    EXPECT_EQ(points(sweep.p), "zram, nvme");
    ASSERT_EQ(sweep.p.points[0].settings.size(), 2u);
    EXPECT_EQ(sweep.p.points[0].settings[1].key, "store.channels");
    EXPECT_EQ(sweep.p.points[0].settings[1].value, "1");
    EXPECT_EQ(sweep.p.points[0].settings[1].at.line, 5u);
    const cli::config_rows rows = cli::rows_whole(sweep.configs[0], sweep.configs[1]);
    auto value = [&](const string &key) {
        for (const cli::config_row &row : rows)
            if (row.key == key)
                return row.value;
        return string("none");
    };
    EXPECT_EQ(value("store.read.median"), "80us");
    EXPECT_EQ(value("store.read.value"), "none") << "a lognormal latency has none";
    EXPECT_EQ(value("store.channels"), "8");
}

TEST_F(SweepFile, ZippedAxesGoTogether)
{
    EXPECT_EQ(points("zip: {guest.vcpus: [1, 2], store.channels: {log2: 3..6}}"), "1 3, 2 6");
    EXPECT_EQ(points("zip: {guest.vcpus: [1, 2, 4], store.channels: [3, 6, 6]}"), "1 3, 2 6, 4 6");
    EXPECT_EQ(points("matrix: {guest.tasks.mem.passes: [1, 2]}\n"
                     "zip: [{guest.vcpus: [1, 2], store.channels: [3, 4]}, {host.workers: [5]}]"),
              "1 1 3 5, 1 2 4 5, 2 1 3 5, 2 2 4 5");
}

TEST_F(SweepFile, ExcludeNeedsAllKeysOfAnEntry)
{
    EXPECT_EQ(points("matrix: {guest.vcpus: [1, 2], store.channels: [3, 4]}\n"
                     "exclude: [{guest.vcpus: 2, store.channels: 3}]"),
              "1 3, 1 4, 2 4");
    EXPECT_EQ(points("matrix: {guest.vcpus: [1, 2], store.channels: [3, 4]}\n"
                     "exclude: [{guest.vcpus: 2}]"),
              "1 3, 1 4");
    EXPECT_EQ(points("matrix: {store.read.value: [1us, 2us]}\n"
                     "exclude: [{store.read.value: 1000ns}]"),
              "2us") << "equal numbers, however they are written";
}

/* Rules of CI matrices. */
TEST_F(SweepFile, IncludeExtendsWhatItFitsAndElseAddsAPoint)
{
    const string matrix = "matrix: {guest.vcpus: [1, 2], store.channels: [3, 4]}\n";

    EXPECT_EQ(points(matrix + "include: [{guest.vcpus: 2, store.channels: 9}]"),
              "1 3, 1 4, 2 3, 2 4, 2 9") << "a new value is a new point";
    EXPECT_EQ(points(matrix + "include: [{guest.vcpus: 2, store.channels: 3}]"),
              "1 3, 1 4, 2 3, 2 4") << "it is there";
    EXPECT_EQ(points(matrix + "include: [{guest.vcpus: 2, host.workers: 7}]"),
              "1 3 0, 1 4 0, 2 3 7, 2 4 7") << "the others have the base's value";
    EXPECT_EQ(points(matrix + "include: [{host.workers: 7}]"), "1 3 7, 1 4 7, 2 3 7, 2 4 7");
    EXPECT_EQ(points(matrix + "include: [{guest.vcpus: 4}]"), "1 3, 1 4, 2 3, 2 4, 4 8")
        << "what it does not name is the base's";
    EXPECT_EQ(points(matrix + "exclude: [{guest.vcpus: 2}]\n"
                              "include: [{guest.vcpus: 2, store.channels: 4}]"),
              "1 3, 1 4, 2 4") << "include brings back what is excluded";
    EXPECT_EQ(points(matrix + "include: [{guest.vcpus: 3, host.workers: 1},"
                              " {guest.vcpus: 3, host.workers: 2}]"),
              "1 3 0, 1 4 0, 2 3 0, 2 4 0, 3 8 1, 3 8 2") << "added points are not extended";
    EXPECT_EQ(points("include: [{guest.vcpus: 1}, {guest.vcpus: 2}]"), "1, 2") << "no matrix";
    EXPECT_EQ(points("matrix: {m: {a: {guest.vcpus: 1}, b: {guest.vcpus: 2}}}\n"
                     "include: [{m: b, store.channels: 1}]"),
              "a 8, b 1");
}

TEST_F(SweepFile, ConstraintsKeepWhatHolds)
{
    const string matrix = "matrix: {guest.vcpus: [1, 2, 4], machine.host_cpus: [1, 2]}\n";

    EXPECT_EQ(points(matrix + "constraints: [guest.vcpus <= machine.host_cpus]"), "1 1, 1 2, 2 2");
    EXPECT_EQ(points(matrix + "constraints: [guest.vcpus <= 2 * machine.host_cpus,"
                              " guest.vcpus * machine.host_cpus != 2]"),
              "1 1, 2 2, 4 2");
    EXPECT_EQ(points(matrix + "constraints: [guest.vcpus < store.channels]"),
              "1 1, 1 2, 2 1, 2 2, 4 1, 4 2") << "a key that is not swept";
    EXPECT_EQ(points("matrix: {machine.profile: [neoverse-n1, thunderx2]}\n"
                     "constraints: [machine.clock < 2.5GHz]"), "thunderx2")
        << "a value that follows from a swept one";
    EXPECT_EQ(points("matrix: {machine.profile: [neoverse-n1, thunderx2]}\n"
                     "constraints: [machine.profile != thunderx2]"), "neoverse-n1");
    EXPECT_EQ(points("set: {guest.vcpus: 2}\nmatrix: {store.channels: [1, 2, 3]}\n"
                     "constraints: [store.channels >= guest.vcpus]"), "2, 3");
    const loaded_sweep sweep = load(matrix + "constraints: [guest.vcpus == 4]\n"
                                             "exclude: [{machine.host_cpus: 1}]");
    EXPECT_EQ(sweep.counts.combinations, 6u);
    EXPECT_EQ(sweep.counts.excluded, 3u);
    EXPECT_EQ(sweep.counts.constrained, 2u);
}

/* The task calc would have no vCPU at the points that are left out. */
TEST_F(SweepFile, PointsThatAreLeftOutNeedNotBeGood)
{
    EXPECT_EQ(points("set: {guest.tasks.calc.vcpu: 1}\nmatrix: {guest.vcpus: [1, 2, 3]}\n"
                     "constraints: [guest.vcpus > 1]"), "2, 3");
}

TEST_F(SweepFile, DesignsOfTheBaseBecomeAnAxis)
{
    const string two = "set: {protocol.variant: [sync, v4]}\n";

    EXPECT_EQ(points(two + "matrix: {guest.vcpus: [1, 2]}"), "sync 1, v4 1, sync 2, v4 2");
    EXPECT_EQ(points(two + "matrix: {protocol.variant: [one-ppi, v4]}"), "one-ppi, v4");
    EXPECT_EQ(load_plan(two).points[1].variant, "v4");
}

TEST_F(SweepFile, EqualConfigurationsAreRunOnce)
{
    const loaded_sweep sweep = load("matrix: {m: {a: {guest.vcpus: 1}, b: {guest.vcpus: 2},"
                                    " c: {guest.vcpus: 1}}}");

    EXPECT_EQ(points(sweep.p), "a, b");
    EXPECT_EQ(sweep.counts.dropped, 1u);
}

/* --- Groups --- */

TEST_F(SweepFile, GroupsAreWholeAndStandTogether)
{
    const plan p = load_plan("matrix: {protocol.variant: [v4, sync], guest.vcpus: [1, 2],"
                             " store.channels: [3, 4]}");

    EXPECT_EQ(points(p), "v4 1 3, sync 1 3, v4 1 4, sync 1 4, v4 2 3, sync 2 3, v4 2 4, sync 2 4");
    for (size_t i = 0; i < p.points.size(); i++)
        EXPECT_EQ(p.points[i].group, i / 2);
    EXPECT_EQ(cli::plan_group_count(p), 4u);
}

TEST_F(SweepFile, GroupsAreAboutWhatIsCompared)
{
    const plan p = load_plan("matrix: {protocol.variant: [v4, sync], guest.vcpus: [1, 2]}\n"
                             "compare: guest.vcpus\nreport: {baseline: 1}");

    EXPECT_EQ(points(p), "v4 1, v4 2, sync 1, sync 2");
    EXPECT_EQ(p.points[1].group, 0u);
    EXPECT_EQ(p.points[2].group, 1u);
    EXPECT_EQ(p.compared, "guest.vcpus");
    EXPECT_EQ(cli::plan_group_count(load_plan("matrix: {guest.vcpus: [1, 2]}")), 2u);
}

/* --- Samples --- */

TEST_F(SweepFile, SamplesCrossWhatIsCompared)
{
    const string text = "matrix: {protocol.variant: [sync, v4], store.read.value: {log2: 1us..1ms},"
                        " guest.vcpus: [1, 2], m: {a: {store.channels: 1},"
                        " b: {store.channels: 2}}}\n";

    for (const string method : {"latin-hypercube, seed: 7", "sobol"}) {
        const plan p = load_plan(text + "sample: {points: 8, method: " + method + "}");
        std::map<string, int> count;
        ASSERT_EQ(p.points.size(), 16u);
        EXPECT_EQ(cli::plan_group_count(p), 8u);
        for (size_t i = 0; i < 16; i++) {
            const cli::point &one = p.points[i];
            EXPECT_EQ(one.variant, i % 2 == 0 ? "sync" : "v4");
            EXPECT_GE(*one.at[1].number, PS_PER_US);
            EXPECT_LE(*one.at[1].number, PS_PER_MS);
            EXPECT_EQ(one.at[1].number, p.points[i ^ 1].at[1].number) << "pairs";
            count[one.at[2].value]++;
            count[one.at[3].value]++;
        }
        if (method != "sobol") {
            for (const char *value : {"1", "2", "a", "b"})
                EXPECT_EQ(count[value], 8) << value << " has not its share";
        }
        EXPECT_EQ(p.hash, load_plan(text + "sample: {points: 8, method: " + method + "}").hash);
    }
}

TEST_F(SweepFile, SobolsFirstPointsAreTheMiddlesOfTheAxes)
{
    EXPECT_EQ(points("matrix: {store.read.value: {linear: 1us..9us}, guest.vcpus: {linear: 1..8},"
                     " store.write.value: {log2: 1us..10ms}}\n"
                     "set: {store.write.latency: fixed}\nsample: {method: sobol, points: 3}"),
              "5us 5 100us, 7us 3 10us, 3us 7 1ms");
}

/* --- All points are checked --- */

TEST_F(SweepFile, AsManyProcessesAsYouLikeFindTheSamePlan)
{
    const string text = "matrix: {store.read.value: {linear: 1us..500us, count: 250},"
                        " protocol.variant: [sync, v4]}";
    const loaded_sweep one = load(text, 1), many = load(text, 5);

    ASSERT_EQ(one.p.points.size(), 500u);
    EXPECT_EQ(one.p.hash, many.p.hash);
    EXPECT_EQ(one.configs, many.configs);
    EXPECT_GT(one.configs[0].size(), 50u) << "the first is whole";
    EXPECT_LT(one.configs[499].size(), 5u) << "the others are what differs";
    for (const cli::point &p : one.p.points)
        EXPECT_NE(p.config_key, 0u);
}

TEST_F(SweepFile, TheFirstWrongPointIsNamedWithItsPlace)
{
    const string text = "matrix:\n  store.read.value: {linear: 1us..500us, count: 250}\n"
                        "  m:\n    good: {guest.vcpus: 1}\n    bad: {guest.tasks.nix.vcpu: 1}\n"
                        "    worse: {guest.memory: 3PiB}\n";

    for (const unsigned jobs : {1u, 4u}) {
        try {
            load(text, jobs);
            FAIL();
        } catch (const cli::failure &f) {
            EXPECT_NE(string(f.what()).find("s.yaml:7:33: "), string::npos) << f.what();
        }
    }
}

TEST_F(SweepFile, ThePlanKeepsTheWordsOfTheFile)
{
    const string text = "title: A title\nseeds: {count: 5, first: 11}\n"
                        "matrix: {protocol.variant: [sync, v4], guest.vcpus: [1, 2]}\n"
                        "stop_when: {metric: time_ps, against: sync, within: 2.5%,"
                        " confidence: 99.9%,"
                        " min_seeds: 4}\nlimits: {time: 1500ms, retries: 3}\n"
                        "report: {metric: time_ps, better: less, baseline: sync, x: guest.vcpus}\n";
    const plan p = load_plan(text);

    EXPECT_EQ(p.title, "A title");
    EXPECT_EQ(p.file, path("s.yaml"));
    EXPECT_EQ(p.text, head + text);
    EXPECT_EQ(p.base, path("base.yaml"));
    EXPECT_EQ(p.seeds.first, 11u);
    EXPECT_EQ(p.seeds.count, 5u);
    EXPECT_EQ(p.stop->metric, "time_ps");
    EXPECT_EQ(p.stop->against, "sync");
    EXPECT_EQ(p.stop->within_permille, 25u);
    EXPECT_EQ(p.stop->confidence_permille, 999u);
    EXPECT_EQ(p.stop->min_seeds, 4u);
    EXPECT_EQ(p.limits.time_ms, 1500u);
    EXPECT_EQ(p.limits.retries, 3u);
    EXPECT_EQ(p.report.better + p.report.x, "lessguest.vcpus");
    EXPECT_EQ(load_plan("set: {seed: 9}").seeds.first, 9u) << "the base's own";
}

/* --- The command --- */

class SweepPlan : public SweepFile {};

TEST_F(SweepPlan, ShowsPointsAndCost)
{
    const string file = write("s.yaml", head + "title: A title\n"
        "matrix: {protocol.variant: [sync, v4],"
        " store.read.value: {linear: 1us..12us, count: 12}}\n");
    const result r = run({"sweep", "plan", file, "--jobs", "2"});

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out.rfind("A title\n", 0), 0u);
    for (const char *words : {"24 points in 12 groups, 1 seed each: 24 runs\n",
                              "protocol.variant  sync v4  (compared)\n", "and 4 more; --all shows",
                              "base.yaml, plan 0x", "\ncost: about ", " on 2 cores, ",
                              "(pilot: 8 runs, "})
        EXPECT_NE(r.out.find(words), string::npos) << words << "\n" << r.out;
    const result all = run({"sweep", "plan", file, "--all", "--no-pilot"});
    EXPECT_EQ(all.out.find("more;"), string::npos);
    EXPECT_EQ(all.out.find("cost:"), string::npos);
    EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 24 + 9);
}

TEST_F(SweepPlan, CsvAndJsonHoldAllPoints)
{
    const string file = write("s.yaml", head + "matrix: {protocol.variant: [sync, v4],"
                                               " store.read.value: [1us, 2us],"
                                               " guest.vcpus: [1]}\n");
    const string csv = run({"sweep", "plan", file, "--to", "csv"}).out;

    EXPECT_EQ(csv.rfind("point,group,config_key,variant,protocol.variant,store.read.value,"
                        "store.read.value [ps],guest.vcpus\n0,0,0x", 0), 0u) << csv;
    EXPECT_NE(csv.find(",v4,v4,2us,2000000,1\n"), string::npos) << csv;
    const string json = run({"sweep", "plan", file, "--to", "json"}).out;
    EXPECT_EQ(json_value(json, "groups"), "2");
    EXPECT_EQ(json_value(json, "plan").substr(0, 3), "\"0x");
    EXPECT_EQ(json_value(json, "config_key").substr(0, 3), "\"0x");
    EXPECT_NE(json.find("{\"value\": \"2us\", \"number\": 2000000}"), string::npos) << json;
    EXPECT_NE(json.find("\"settings\": [\"protocol.variant=v4\", \"store.read.value=2us\","
                        " \"guest.vcpus=1\"]"),
              string::npos) << json;
}

/* The pilot's runs have all metrics; those that the report makes of them count, too. */
TEST_F(SweepPlan, MetricsThatNoRunHasAreNamedWithTheirPlace)
{
    const string stop = "seeds: 3\nstop_when: {within: 1%, metric: ";
    const struct {
        string text, words;
    } rows[] = {
        {stop + "time_sp}\n", "s.yaml:4:33: stop_when.metric: found \"time_sp\", which the runs of "
                              "the pilot do not have; did you mean \"time_ps\"?\n"},
        {stop + "latency.all.mean_ps}\n", "s.yaml:4:33: stop_when.metric: found"},
        {"report: {metric: nothing_that_is_there}\n",
         "s.yaml:3:18: report.metric: found \"nothing_that_is_there\", which the runs of the pilot "
         "do not have, expected a key of summary.json such as time_ps\n"},
        {"report: {metric: latency.all.mean_sp}\n", "did you mean \"latency.all.mean_ps\"?\n"},
        {"report: {metric: latency.all.p95_ps}\n", "report.metric: found \"latency.all.p95_ps\""},
        {"report: {metric: latency.none.p99_ps}\n", "report.metric: found"},
        {stop + "hops.dedupe.p99_ps}\n", "stop_when.metric: found \"hops.dedupe.p99_ps\""},
    };

    for (const auto &row : rows) {
        const string file = write("s.yaml", head + row.text);
        const result r = run({"sweep", "plan", file});
        EXPECT_EQ(r.status, 2) << row.text;
        EXPECT_NE(r.err.find(row.words), string::npos) << r.err;
        EXPECT_EQ(r.out.find("cost:"), string::npos) << r.out;
        EXPECT_EQ(run({"sweep", "plan", file, "--no-pilot"}).status, 0) << "nobody knows";
    }
    /* The last two are metrics of other points: of one-ppi, and of more vCPUs. */
    for (const char *metric : {"time_ps", "latency.all.mean_ps", "cpu.overhead_ps",
                               "hops.dedupe.p99_ps", "cpu.vcpu3.kernel_ps"}) {
        const result r = run({"sweep", "plan", write("s.yaml", head + "report: {metric: " + metric +
                                                               "}\n" + stop + "time_ps}\n")});
        EXPECT_EQ(r.status, 0) << r.err;
        EXPECT_NE(r.out.find("\ncost: at most "), string::npos) << r.out;
    }
}

/* Eight of 32 points: not the first design each time. Only sync has this metric. */
TEST_F(SweepPlan, ThePilotMeetsAllDesigns)
{
    const string file = write("s.yaml", head +
        "matrix: {protocol.variant: [sync, v4],"
        " store.read.value: {linear: 1us..16us, count: 16}}\n"
        "seeds: 3\nstop_when: {metric: latency.sync.p99_ps, within: 1%}\n");

    const result r = run({"sweep", "plan", file});
    EXPECT_EQ(r.status, 2) << r.out;
    EXPECT_NE(r.err.find("5:21: stop_when.metric: found \"latency.sync.p99_ps\""), string::npos)
        << r.err;
}

TEST_F(SweepPlan, RunsOutOfTheirTimeAreToldWithTheirLimit)
{
    const string text = head + "set: {guest.tasks.mem.kind: touch,"
                               " guest.tasks.mem.accesses: 100000000}\n";

    for (const auto &[limits, words] : {std::pair{"limits: {time: 20ms}\n", "within 20 ms)\n"},
                                        {"limits: {time: 1s}\n", "within 1 s)\n"}}) {
        const result r = run({"sweep", "plan", write("s.yaml", text + limits)});
        EXPECT_EQ(r.status, 0) << r.err;
        EXPECT_NE(r.out.find("cost: more than "), string::npos) << r.out;
        EXPECT_NE(r.out.find(string("1 of 1 run not done ") + words), string::npos) << r.out;
    }
}

TEST_F(SweepPlan, TheLastSettingOfAKeyWins)
{
    const string file = write("s.yaml", head + "matrix: {guest.vcpus: [1, 2]}\n");
    const result r = run({"sweep", "plan", file, "--to", "csv", "--set", "protocol.variant=v4",
                          "--set", "protocol.variant=sync"});

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find(",sync,1\n"), string::npos) << r.out;
    EXPECT_EQ(r.out.find("v4"), string::npos) << r.out;
}

TEST_F(SweepPlan, WrongArgumentsAreNamed)
{
    const string file = write("s.yaml", head);

    expect_complaint(run({"sweep", "plan"}), 2, "found no SWEEP, expected apfsim sweep plan SWEEP");
    expect_complaint(run({"sweep", "plan", file, "--to", "pdf"}), 2, "--to: found \"pdf\"");
    for (const char *jobs : {"0", "-1", "x", "4097", "+1"})
        expect_complaint(run({"sweep", "plan", file, string("--jobs=") + jobs}), 2,
                         "--jobs: found");
    expect_complaint(run({"sweep", "plan", path("nix.yaml")}), 2, "nix.yaml: cannot be read");
}
