/* Arguments, help, lists, and wrong input of every kind: one sentence and status 2. */
#include "cli/tests/program.hpp"

class Usage : public Program {};
class Input : public Program {};

TEST_F(Usage, HelpAndVersionAreAnswers)
{
    EXPECT_EQ(run({"--version"}).out, "apfsim " APFSIM_VERSION "\n");
    EXPECT_NE(run({"--help"}).out.find("Exit status"), string::npos);
    for (const char *command : {"run", "check", "list", "trace"}) {
        const result r = run({command, "--help"});
        EXPECT_EQ(r.status, 0);
        EXPECT_EQ(r.out.rfind(string("Usage: apfsim ") + command, 0), 0u);
        EXPECT_NE(r.out.find(string("\nExample: apfsim ") + command), string::npos);
        EXPECT_EQ(r.err, "");
    }
}

TEST_F(Usage, WrongArgumentsAreNamed)
{
    expect_complaint(run({}), 2, "found no command, expected run, check, list, trace, sweep");
    expect_complaint(run({"rum"}), 2, "found \"rum\", expected run");
    expect_complaint(run({"run"}), 2, "found no CONFIG, expected apfsim run CONFIG");
    expect_complaint(run({"run", demo, "--fast"}), 2, "--fast");
    expect_complaint(run({"run", demo, "--se", "1"}), 2, "--se");
    expect_complaint(run({"run", demo, "--set"}), 2, "try apfsim run --help");
    expect_complaint(run({"run", demo, "two"}), 2, "found too many arguments");
    expect_complaint(run({"run", demo, "--trace"}), 2, "--trace: found no --out");
    expect_complaint(run({"run", demo, "--carrier", "x"}), 2,
                     "--carrier: found \"x\", expected testbed, modules or conductor");
    expect_complaint(run({"list", "cost"}), 2, "found \"cost\", expected variants");
    expect_complaint(run({"list", "trace"}), 2, "found no FILE");
    expect_complaint(run({"list", "hops", "x"}), 2, "found a FILE");
    expect_complaint(run({"trace", "x", "--to", "pdf"}), 2, "--to: found \"pdf\"");
}

TEST_F(Usage, ListsShowWhatThereIs)
{
    const std::vector<std::pair<string, string>> lists = {
        {"variants", "one-ppi "},
        {"parameters", "| `memory_limit` |"},
        {"costs", "kvm.exit"},
        {"hops", "wait.runq "},
        {"phases", "kvm.exit + kvm.abort_decode"},
        {"messages", "first gfn"},
        {"profiles", "neoverse-n1\n"},
        {"schema", "\"$schema\""},
    };

    for (const auto &[kind, words] : lists) {
        const result r = run({"list", kind});
        EXPECT_EQ(r.status, 0) << r.err;
        EXPECT_NE(r.out.find(words), string::npos) << kind << " lacks " << words;
    }
    EXPECT_EQ(run({"list", "parameters"}).out, read_file(source_dir + "/docs/parameters.md"));
}

TEST_F(Usage, ListTraceCountsLinesAndPages)
{
    const result r = run({"list", "trace", source_dir + "/configs/samples/sqlite.lackey.zst"});

    EXPECT_EQ(r.status, 0) << r.err;
    for (const char *line : {"lines            1200005\n", "instructions     852454\n",
                             "modifies         2970\n", "pages            440\n"})
        EXPECT_NE(r.out.find(line), string::npos) << line << r.out;
}

TEST_F(Usage, CheckReadsTheTracesToTheirEnd)
{
    const result r = run({"check", demo});

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, demo + ": good, 2 tasks under sync v4 one-ppi\n");
    write("bad.lackey", "I  04000000,4\n L 10zz,8\n");
    const string config = write("x.yaml", "apfsim: 1\nguest:\n  tasks:\n"
                                          "    - {name: t, kind: trace, file: bad.lackey}\n");
    expect_complaint(run({"check", config}), 2, "bad.lackey:2:");
}

/* --- Wrong input: file, line and column --- */

TEST_F(Input, SentencesNameThePlace)
{
    const std::vector<std::pair<string, string>> cases = {
        {"apfsim: 1\nguets: {}\n", "x.yaml:2:1: "},
        {"apfsim: 1\nseed: 1\nseed: 2\n", "x.yaml:3:1: "},
        {"apfsim: 1\nguest:\n  memory: 4parsec\n", "x.yaml:3:11: "},
        {"apfsim: 1\nguest:\n  vcpus: 513\n", "x.yaml:3:10: "},
        {"apfsim: 1\nguest:\n  tasks:\n    - {name: t, kind: trace, file: none.zst}\n",
         "x.yaml:4:"},
        {"apfsim: 1\nguest: [\n", "x.yaml:"},
    };

    for (const auto &[text, place] : cases) {
        const string config = write("x.yaml", text);
        for (const char *command : {"run", "check"})
            expect_complaint(run({command, config}), 2, place);
    }
    expect_complaint(run({"run", path("none.yaml")}), 2, "none.yaml");
}

TEST_F(Input, ImpossibleCombinationsAreRefused)
{
    const string config = write("x.yaml", small_config);

    expect_complaint(run({"run", config, "--set", "guest.tasks.mem.vcpu=1"}), 2, "vcpu");
    expect_complaint(run({"run", config, "--set", "stop.when=nobody"}), 2, "nobody");
    expect_complaint(run({"run", config, "--set", "guest.tasks.mem.footprint=1GiB"}), 2,
                     "footprint");
}

TEST_F(Input, OptionsAreNamedInsteadOfALine)
{
    const string config = write("x.yaml", small_config);

    expect_complaint(run({"run", config, "--set", "guest.vcpu=2"}), 2, "--set guest.vcpu=2");
    expect_complaint(run({"run", config, "--set", "guest.vcpus"}), 2, "--set guest.vcpus");
    expect_complaint(run({"run", config, "--seed", "many"}), 2, "seed=many");
}

TEST_F(Input, TracesThatAreDamagedEndTheRunWithTheirLine)
{
    const string whole = read_file(source_dir + "/configs/samples/sqlite.lackey.zst");
    const string config = write("x.yaml", "apfsim: 1\nguest:\n  memory: 64MiB\n  tasks:\n"
                                          "    - {name: t, kind: trace, file: x.lackey}\n");

    write("x.lackey", "I  04000000,4\nhello\n");
    expect_complaint(run({"run", config, "--quiet"}), 2, "x.lackey:2:");
    write("x.lackey", whole.substr(0, whole.size() / 2));
    expect_complaint(run({"run", config, "--quiet"}), 2, "x.lackey");
    EXPECT_EQ(run({"list", "trace", path("x.lackey")}).status, 2);
}

TEST_F(Input, TracesOfRunsAreChecked)
{
    expect_complaint(run({"trace", path("none.apft")}), 2, "none.apft");
    expect_complaint(run({"trace", write("x.apft", "no trace at all, but some bytes")}), 2,
                     "x.apft");
}
