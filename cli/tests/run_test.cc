/* apfsim run: results, directories, interrupts, broken systems and carriers. */
#include "cli/tests/program.hpp"

#include <pty.h>

class Run : public Program {
protected:
    string small() const
    {
        return write("small.yaml", small_config);
    }
    string summary(const string &out) const
    {
        return read_file(path(out + "/summary.json"));
    }
};
class Directory : public Run {};
class Interrupt : public Run {};
class Broken : public Run {};

TEST_F(Run, TheDemoTwiceGivesTheSameResults)
{
    const result one = run({"run", demo, "--out", path("one")});
    const result two = run({"run", demo, "--out", path("two")});

    EXPECT_EQ(one.status, 0) << one.err;
    EXPECT_EQ(one.err, "") << "progress is for terminals";
    EXPECT_EQ(two.status, 0);
    for (const string variant : {"sync", "v4", "one-ppi"}) {
        const string text = summary("one/" + variant);
        EXPECT_EQ(without_host_time(text), without_host_time(summary("two/" + variant)));
        EXPECT_EQ(json_value(text, "end"), "\"done\"");
        EXPECT_NE(json_value(text, "total"), "0");
        EXPECT_EQ(read_file(path("one/" + variant + "/config.resolved.yaml")),
                  read_file(path("two/" + variant + "/config.resolved.yaml")));
        EXPECT_FALSE(fs::exists(path("one/" + variant + "/trace.apft")));
    }
    const string comparison = read_file(path("one/comparison.txt"));
    EXPECT_FALSE(comparison.empty());
    EXPECT_NE(one.out.find(comparison), string::npos) << "the screen shows it too";
    EXPECT_EQ(run({"run", demo, "--quiet"}).out, comparison);
}

TEST_F(Run, WithoutOutNothingIsWritten)
{
    const string config = small();
    const fs::path before = fs::current_path();

    fs::create_directory(path("here"));
    fs::current_path(path("here"));
    const result r = run({"run", config});
    const result quiet = run({"run", config, "--quiet"});
    fs::current_path(before);
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_FALSE(r.out.empty());
    EXPECT_EQ(quiet.out + quiet.err, "");
    EXPECT_TRUE(fs::is_empty(path("here")));
}

TEST_F(Run, SetAndSeedChangeTheRun)
{
    const string config = small();
    const std::vector<string> base = {"run", config, "--quiet", "--out"};
    auto with = [&](const string &out, const std::vector<string> &more) {
        std::vector<string> args = base;
        args.push_back(path(out));
        args.insert(args.end(), more.begin(), more.end());
        EXPECT_EQ(run(args).status, 0);
        return summary(out);
    };

    const string one = with("one", {});
    const string set =
        with("set", {"--set", "guest.tasks.mem.passes=2", "--set", "protocol.variant=sync"});
    const string seed = with("seed", {"--seed", "7"});
    EXPECT_EQ(json_value(one, "variant"), "\"v4\"");
    EXPECT_EQ(json_value(set, "variant"), "\"sync\"");
    EXPECT_NE(json_value(one, "config_hash"), json_value(set, "config_hash"));
    EXPECT_EQ(json_value(one, "seed"), "1");
    EXPECT_EQ(json_value(seed, "seed"), "7");
    EXPECT_NE(read_file(path("set/config.resolved.yaml")).find("--set"), string::npos);
}

TEST_F(Run, TheResolvedConfigurationGivesTheSameRun)
{
    ASSERT_EQ(run({"run", small(), "--quiet", "--out", path("one")}).status, 0);
    fs::copy_file(path("one/config.resolved.yaml"), path("again.yaml"));
    ASSERT_EQ(run({"run", path("again.yaml"), "--quiet", "--out", path("two")}).status, 0);
    for (const char *key : {"checksum", "config_hash", "time_ps"})
        EXPECT_EQ(json_value(summary("one"), key), json_value(summary("two"), key)) << key;
}

TEST_F(Run, EveryCarrierGivesTheSameTranscript)
{
    const string config = small();
    std::vector<string> summaries, transcripts;

    for (const string carrier : {"testbed", "modules", "conductor"}) {
        const result r = run(
            {"run", config, "--quiet", "--trace", "--carrier", carrier, "--out", path(carrier)});
        ASSERT_EQ(r.status, 0) << carrier << ": " << r.err;
        EXPECT_EQ(r.out, "") << "no banner of a library";
        summaries.push_back(json_value(summary(carrier), "checksum"));
        transcripts.push_back(run({"trace", path(carrier + "/trace.apft")}).out);
    }
    EXPECT_FALSE(summaries[0].empty());
    for (size_t i = 1; i < summaries.size(); i++) {
        EXPECT_EQ(summaries[0], summaries[i]);
        EXPECT_EQ(transcripts[0], transcripts[i]);
    }
}

/* --- The results directory --- */

TEST_F(Directory, IsTakenAgainIfItHoldsResults)
{
    const string config = small(), out = path("out");

    ASSERT_EQ(run({"run", config, "--quiet", "--trace", "--out", out}).status, 0);
    EXPECT_TRUE(fs::exists(path("out/trace.apft")));
    ASSERT_EQ(run({"run", config, "--quiet", "--out", out, "--set", "protocol.variant=[sync, v4]"})
                  .status,
              0);
    EXPECT_FALSE(fs::exists(path("out/trace.apft"))) << "of the run before";
    EXPECT_FALSE(fs::exists(path("out/summary.json")));
    EXPECT_TRUE(fs::exists(path("out/sync/summary.json")));
    ASSERT_EQ(run({"run", config, "--quiet", "--out", out}).status, 0);
    EXPECT_FALSE(fs::exists(path("out/sync")));
    EXPECT_FALSE(fs::exists(path("out/comparison.txt")));
    std::vector<string> names;
    for (const auto &entry : fs::directory_iterator(out))
        names.push_back(entry.path().filename().string());
    EXPECT_EQ(names.size(), 2u) << "summary.json, config.resolved.yaml, nothing temporary";
}

TEST_F(Directory, IsLeftAloneIfItHoldsAnythingElse)
{
    const string config = small();

    fs::create_directories(path("mine/sync"));
    write("mine/notes.txt", "dear diary");
    expect_complaint(run({"run", config, "--out", path("mine")}), 2, "found \"notes.txt\"");
    EXPECT_TRUE(fs::exists(path("mine/notes.txt")));
    fs::remove(path("mine/notes.txt"));
    write("mine/sync/notes.txt", "dear diary");
    expect_complaint(run({"run", config, "--out", path("mine")}), 2, "found \"sync/notes.txt\"");
    fs::create_directory(path("web"));
    write("web/summary.json", "{\"title\": \"my web page\"}");
    expect_complaint(run({"run", config, "--out", path("web")}), 2, "found \"summary.json\"");
    EXPECT_TRUE(fs::exists(path("web/summary.json")));
}

TEST_F(Directory, ThatCannotBeWrittenIsAnIoFailure)
{
    const string config = small();

    expect_complaint(run({"run", config, "--quiet", "--out", "/proc/apfsim"}), 4, "/proc/apfsim");
    expect_complaint(run({"run", config, "--quiet", "--out", write("file", "")}), 4, "file");
    expect_complaint(run({"list", "costs"}, "/dev/full"), 4, "standard output");
}

/* A limit on the size of files stands for a full disk. */
TEST_F(Directory, ThatIsFullIsAnIoFailureAndLeavesNoSummary)
{
    const string config = small(), out = path("out");
    const string command = string("ulimit -f 0; exec ") + APFSIM_PROGRAM + " run " + config +
                           " --quiet --trace --out " + out + " 2>/dev/null";

    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 4);
    EXPECT_FALSE(fs::exists(path("out/summary.json")));
    ASSERT_EQ(run({"run", config, "--quiet", "--out", out}).status, 0) << "what is left is ours";
}

/* --- Ctrl-C --- */

/* Weeks; a task that computes alone, with nobody who could come in between. */
const std::vector<string> endless = {"--set", "stop.when=calc", "--set",
                                     "guest.tasks.calc.instructions=10000000000000000"};

TEST_F(Interrupt, EndsARunWithWhatWasMeasured)
{
    for (const int number : {SIGINT, SIGTERM}) {
        std::vector<string> args = {"run", small(), "--quiet", "--trace", "--out", path("out")};
        args.insert(args.end(), endless.begin(), endless.end());
        pid_t child = start(args);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        kill(child, number);
        const result r = finish(child);
        EXPECT_EQ(r.status, 130) << r.err;
        EXPECT_EQ(json_value(summary("out"), "end"), "\"cut\"");
        EXPECT_EQ(run({"trace", path("out/trace.apft"), "--to", "csv"}).status, 0);
    }
}

TEST_F(Interrupt, ReachesTheVariantThatRuns)
{
    std::vector<string> args = {"run",       small(), "--out",
                                path("out"), "--set", "protocol.variant=[sync, v4]"};

    args.insert(args.end(), endless.begin(), endless.end());
    pid_t child = start(args);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(child, SIGINT);
    EXPECT_EQ(finish(child).status, 130);
    EXPECT_EQ(json_value(summary("out/sync"), "end"), "\"cut\"");
    EXPECT_TRUE(fs::exists(path("out/comparison.txt")));
    EXPECT_FALSE(fs::exists(path("out/v4"))) << "it was not begun";
}

/* --- A terminal --- */

/* All that the program writes to a terminal until it ends. */
string read_terminal(int terminal)
{
    string text;
    char bytes[512];

    for (ssize_t n; (n = read(terminal, bytes, sizeof bytes)) > 0;)
        text.append(bytes, (size_t)n);
    return text;
}

TEST_F(Run, ProgressStandsOnATerminalAndGoesAway)
{
    for (const string carrier : {"testbed", "conductor"}) {
        int ours = -1, its = -1;
        std::vector<string> args = {"run", small(), "--carrier", carrier};

        args.insert(args.end(), endless.begin(), endless.end());
        ASSERT_EQ(openpty(&ours, &its, nullptr, nullptr, nullptr), 0);
        pid_t child = start(args, "", ttyname(its));
        std::this_thread::sleep_for(std::chrono::milliseconds(1200));
        kill(child, SIGINT);
        close(its);
        const string text = read_terminal(ours);
        EXPECT_EQ(finish(child).status, 130);
        EXPECT_EQ(text.rfind("\rv4: ", 0), 0u) << text;
        EXPECT_NE(text.find(" ms simulated, "), string::npos) << text;
        const string erased = "\r\033[K";
        EXPECT_EQ(text.substr(text.size() - erased.size()), erased) << text;
        close(ours);
    }
}

/* --- Systems that break --- */

/*
 * one-ppi as posted: nothing ends the WFI of an idle guest when the page has come, and without a
 * second task there is no tick either.
 */
TEST_F(Broken, AStuckSystemIsReportedWithTimeSeedAndMessages)
{
    const result r = run({"run", small(), "--set",
                          "guest.tasks=[{name: mem, kind: write-all, "
                          "footprint: 4KiB, placement: cold}]",
                          "--set", "protocol.variant=one-ppi", "--set", "guest.idle=wfi", "--set",
                          "guest.nohz_idle=true", "--seed", "5", "--out", path("out"), "--trace"});

    EXPECT_EQ(r.status, 3) << r.out << r.err;
    EXPECT_EQ(r.err.rfind("apfsim: nothing will ever happen again", 0), 0u) << r.err;
    EXPECT_NE(r.err.find("variant one-ppi, seed 5; the last messages:\n"), string::npos) << r.err;
    EXPECT_NE(r.err.find("> fetched "), string::npos) << r.err;
    EXPECT_FALSE(fs::exists(path("out/summary.json")));
    EXPECT_NE(run({"trace", path("out/trace.apft")}).out.find("> fetched "), string::npos);
}

TEST_F(Broken, AChildPassesItsStatusOn)
{
    const result r = run({"run", source_dir + "/configs/one-fault.yaml", "--quiet", "--set",
                          "protocol.variant=[v4, one-ppi]", "--set", "guest.idle=wfi", "--set",
                          "guest.nohz_idle=true", "--set",
                          "guest.tasks=[{name: mem, kind: write-all, footprint: 4KiB, "
                          "placement: cold}]"});

    EXPECT_EQ(r.status, 3) << r.err;
    EXPECT_EQ(r.out, "");
}
