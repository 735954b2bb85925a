/*
 * Whole sweeps, as users run them: killed, interrupted, in parts, on a full disk. What they export
 * at the end is the same, byte for byte. APFSIM_LONG=1 takes ten times as many points.
 */
#include <sys/resource.h>

#include <algorithm>
#include <random>

#include "cli/tests/program.hpp"

static const string sweep_base = R"(apfsim: 1
guest:
  memory: 16MiB
  idle: poll
  tasks:
    - {name: mem, kind: touch, pattern: random, footprint: 4MiB, accesses: 300, placement: cold}
    - {name: calc, kind: compute}
store:
  read: {latency: fixed}
stop: {when: mem}
)";

/* 2 designs x 10 latencies x 5 costs x 2 seeds. */
static string sweep_text(const string &more = "")
{
    const bool is_long = getenv("APFSIM_LONG") != nullptr;

    return "apfsim-sweep: 1\nbase: base.yaml\nmatrix:\n"
           "  protocol.variant: [sync, v4]\n"
           "  store.read.value: {linear: 10us..100us, count: 10}\n"
           "  costs.guest.apf_tag: {linear: 100ns..500ns, count: " +
           string(is_long ? "50" : "5") + "}\nseeds: 2\n" + more;
}

class Sweep : public Program {
protected:
    string sweep;

    void SetUp() override
    {
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
        write("base.yaml", sweep_base);
        sweep = write("sweep.yaml", sweep_text());
    }
    std::vector<string> command(const string &db, const std::vector<string> &more = {}) const
    {
        std::vector<string> args = {"sweep", "run", sweep, "--out", path(db)};
        args.insert(args.end(), more.begin(), more.end());
        return args;
    }
    void expect_run(const string &db, const std::vector<string> &more = {}) const
    {
        const result r = run(command(db, more));
        EXPECT_EQ(r.status, 0) << r.err;
    }
    string exported(const string &db, const string &form = "sql") const
    {
        const result r = run({"sweep", "export", path(db), "--to", form});
        EXPECT_EQ(r.status, 0) << r.err;
        EXPECT_EQ(r.err, "");
        return r.out;
    }
    static string runs_line(u32 count)
    {
        return std::to_string(count) + " runs done\n";
    }
};

static u32 runs_of_whole()
{
    return getenv("APFSIM_LONG") != nullptr ? 2000 : 200;
}

TEST_F(Sweep, SaysWhatItHasDone)
{
    const result r = run(command("r.db"));
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.err, "") << "no terminal, no progress";
    EXPECT_EQ(r.out, path("r.db") + ": " + runs_line(runs_of_whole()));
    EXPECT_EQ(run(command("r.db", {"--quiet"})).out, "");
    const string csv = exported("r.db", "csv");
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), runs_of_whole() + 1);
}

TEST_F(Sweep, KilledTenTimesItIsTheSame)
{
    std::mt19937 draw(4);

    expect_run("whole.db");
    u32 killed = 0;
    for (int i = 0; i < 10; i++) {
        const pid_t child = start(command("killed.db", {"--jobs", "2"}));
        std::this_thread::sleep_for(std::chrono::milliseconds(draw() % 400));
        kill(child, SIGKILL);
        killed += finish(child).status == -1;
    }
    EXPECT_GT(killed, 0u) << "every one was faster than its killer";
    expect_run("killed.db");
    EXPECT_EQ(exported("killed.db"), exported("whole.db"));
    EXPECT_EQ(exported("killed.db", "histograms"), exported("whole.db", "histograms"));
}

TEST_F(Sweep, PartsInAnyOrderAreTheWhole)
{
    std::vector<string> parts;
    std::mt19937 draw(5);

    expect_run("whole.db");
    for (int i = 1; i <= 7; i++) {
        const string name = "part" + std::to_string(i) + ".db";
        expect_run(name, {"--shard", std::to_string(i) + "/7"});
        parts.push_back(path(name));
    }
    const string whole = exported("whole.db");
    for (int i = 0; i < 3; i++) {
        std::shuffle(parts.begin(), parts.end(), draw);
        std::vector<string> args = {"sweep", "merge", "--out", path("merged" + std::to_string(i))};
        args.insert(args.end(), parts.begin(), parts.end());
        const result r = run(args);
        EXPECT_EQ(r.status, 0) << r.err;
        const string count = std::to_string(runs_of_whole());
        EXPECT_EQ(r.out, args[3] + ": " + count + " of " + count + " runs done\n");
        EXPECT_TRUE(exported("merged" + std::to_string(i)) == whole);
    }
    /* Pairs first, then what came of them. */
    run({"sweep", "merge", "--out", path("a.db"), parts[0], parts[1], parts[2]});
    EXPECT_EQ(run({"sweep", "merge", "--quiet", "--out", path("b.db"), parts[3], parts[4],
                   parts[5], parts[6]}).out, "");
    run({"sweep", "merge", "--out", path("ab.db"), path("b.db"), path("a.db"), path("b.db")});
    EXPECT_TRUE(exported("ab.db") == whole);
}

TEST_F(Sweep, TheNumberOfProcessesChangesNothing)
{
    expect_run("one.db", {"--jobs", "1"});
    expect_run("many.db", {"--jobs", "13"});
    EXPECT_EQ(exported("one.db"), exported("many.db"));
}

TEST_F(Sweep, AnInterruptIsTheBeginningOfAResume)
{
    expect_run("whole.db");
    const pid_t child = start(command("r.db", {"--jobs", "1"}));
    for (int i = 0; i < 500 && !fs::exists(path("r.db")); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    kill(child, SIGINT);
    const result r = finish(child);
    ASSERT_EQ(r.status, 130) << r.out << r.err;
    EXPECT_EQ(r.err, "apfsim: interrupted; the same command goes on from here\n");
    EXPECT_EQ(r.out, "");
    expect_run("r.db");
    EXPECT_EQ(exported("r.db"), exported("whole.db"));
}

TEST_F(Sweep, NobodyElseMayWriteMeanwhile)
{
    write("sweep.yaml", sweep_text("set: {guest.tasks.mem.accesses: 20000}\n"));
    const pid_t child = start(command("r.db", {"--jobs", "1"}), path("o1"), path("e1"));
    for (int i = 0; i < 500 && !fs::exists(path("r.db.lock")); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    expect_complaint(run(command("r.db")), 2, "another sweep (process " + std::to_string(child));
    EXPECT_EQ(run({"sweep", "status", path("r.db")}).status, 0) << "reading is free";
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    write("sweep.yaml", sweep_text());
    expect_complaint(run(command("r.db")), 2, "found the results of another plan");
}

TEST_F(Sweep, AnotherPlanIsTakenOnlyIfItIsMeant)
{
    expect_run("r.db");
    write("sweep.yaml", sweep_text("exclude:\n  - {protocol.variant: sync}\n"));
    const result r = run(command("r.db"));
    expect_complaint(r, 2, "found the results of another plan");
    expect_complaint(r, 2, "--replan");
    expect_run("r.db", {"--replan"});
    EXPECT_EQ(exported("r.db", "csv").find(",sync,"), string::npos);
    write("sweep.yaml", sweep_text());
    expect_run("r.db", {"--replan"});
    expect_run("whole.db");
    EXPECT_EQ(exported("r.db"), exported("whole.db"));
}

TEST_F(Sweep, ResultsOfAnotherFileAreTakenOver)
{
    expect_run("old.db");
    const result r = run(command("new.db", {"--reuse", path("old.db")}));
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, path("old.db") + ": " + std::to_string(runs_of_whole()) +
                         " results reused\n" + path("new.db") + ": " + runs_line(runs_of_whole()));
    EXPECT_EQ(exported("new.db"), exported("old.db"));
}

TEST_F(Sweep, TheCommandLineSetsWhatTheFileDoesNotSweep)
{
    expect_run("few.db", {"--set", "guest.tasks.mem.accesses=3"});
    EXPECT_NE(exported("few.db", "csv").find(",tasks.mem.work,"), string::npos);
    sweep = write("set.yaml", sweep_text("set: {guest.tasks.mem.accesses: 3}\n"));
    expect_run("file.db");
    EXPECT_EQ(exported("few.db", "csv"), exported("file.db", "csv"));
    static const struct {
        const char *set, *words;
    } rows[] = {
        {"store.read.value=3us", "--set store.read.value=3us: store.read.value is swept, expected "
                                 "another key; try the sweep file"},
        {"guest.vcpu=2", "--set guest.vcpu=2: unknown key \"vcpu\" in guest; did you mean "
                         "\"vcpus\"?"},
        {"guest.vcpus", "--set guest.vcpus: expected KEY=VALUE, such as guest.vcpus=2"},
        {"guest.vcpus=", "--set guest.vcpus=: expected KEY=VALUE, such as guest.vcpus=2"},
    };
    for (const auto &row : rows)
        expect_complaint(run(command("r.db", {"--set", row.set})), 2, row.words);
}

/* One design gets stuck without a tick; everything else is done, and the status tells. */
TEST_F(Sweep, AFailedPointLosesItselfOnly)
{
    sweep = write("stuck.yaml",
                  "apfsim-sweep: 1\nbase: base.yaml\n"
                  "set: {guest.nohz_idle: true, guest.idle: wfi, guest.tasks.calc.count: 0}\n"
                  "matrix: {protocol.variant: [sync, one-ppi, v4]}\n");
    const result r = run(command("r.db"));
    EXPECT_EQ(r.status, 3);
    EXPECT_EQ(r.out, path("r.db") + ": " + runs_line(2));
    EXPECT_EQ(r.err.find("apfsim: 1 run stuck; the first: point 1, seed 1: "), 0u) << r.err;
    EXPECT_EQ(run(command("r.db")).status, 3) << "a fact stays";
    EXPECT_NE(exported("r.db", "csv").find(",stuck,"), string::npos);
}

TEST_F(Sweep, ARunOutOfTimeIsTriedAgainNextTime)
{
    sweep = write("late.yaml", "apfsim-sweep: 1\nbase: base.yaml\n"
                               "set: {guest.tasks.mem.accesses: 100000000}\n"
                               "matrix: {protocol.variant: [sync, v4]}\n"
                               "limits: {time: 50ms, retries: 0}\n");
    for (int i = 0; i < 2; i++) {
        const result r = run(command("r.db"));
        EXPECT_EQ(r.status, 1);
        EXPECT_NE(r.err.find("2 runs timed out; the first: point 0, seed 1: took longer than 50 "
                             "ms"),
                  string::npos)
            << r.err;
    }
}

/* The same runs, so the same plan: what else the file says is taken as it is now. */
TEST_F(Sweep, ALimitThatWasTooLowCanBeRaised)
{
    const string text = "apfsim-sweep: 1\nbase: base.yaml\n"
                        "set: {guest.tasks.mem.accesses: 20000}\n"
                        "matrix: {protocol.variant: [sync, v4]}\n";
    sweep = write("low.yaml", text + "limits: {time: 1ms, retries: 0}\n");
    EXPECT_EQ(run(command("r.db")).status, 1);
    write("low.yaml", text + "limits: {time: 60s}\ntitle: Raised\n");
    expect_run("r.db");
    EXPECT_NE(run({"sweep", "status", path("r.db")}).out.find("title      Raised"), string::npos);
}

/* A name is not a file: what runs is what this command has read, wherever it stands. */
TEST_F(Sweep, AnotherBaseOfTheSameNameIsNotTaken)
{
    const fs::path here = fs::current_path();
    expect_run("whole.db");
    fs::create_directories(path("a"));
    fs::create_directories(path("b"));
    fs::copy(path("base.yaml"), path("a/base.yaml"));
    fs::copy(path("sweep.yaml"), path("a/sweep.yaml"));
    string other = sweep_base;
    other.replace(other.find("accesses: 300"), 13, "accesses: 200");
    write("b/base.yaml", other);
    fs::current_path(path("a"));
    EXPECT_EQ(run({"sweep", "run", "sweep.yaml", "--out", path("r.db"), "--shard", "1/2"}).status,
              0);
    fs::current_path(path("b"));
    EXPECT_EQ(run({"sweep", "run", "../a/sweep.yaml", "--out", path("r.db")}).status, 0);
    fs::current_path(here);
    EXPECT_EQ(exported("r.db", "csv"), exported("whole.db", "csv"));
}

/* Half the interval within 1 % is reached at once where nothing is random. */
TEST_F(Sweep, StopsWhenItKnowsEnough)
{
    const string rule = "stop_when: {metric: time_ps, against: sync, within: 1%, min_seeds: 2}\n";
    sweep = write("stop.yaml", "apfsim-sweep: 1\nbase: base.yaml\n"
                               "matrix:\n  protocol.variant: [sync, v4]\n"
                               "  medium:\n"
                               "    still: {store.read.latency: fixed}\n"
                               "    lively: {store.read.latency: lognormal, store.read.sigma: 1}\n"
                               "seeds: 12\n" + rule);
    expect_run("a.db", {"--jobs", "3"});
    expect_run("b.db", {"--jobs", "1"});
    expect_run("p1.db", {"--shard", "1/2"});
    expect_run("p2.db", {"--shard", "2/2"});
    EXPECT_EQ(run({"sweep", "merge", "--out", path("p.db"), path("p1.db"), path("p2.db")}).status,
              0);
    const string a = exported("a.db");
    EXPECT_EQ(exported("b.db"), a);
    EXPECT_EQ(exported("p.db"), a);
    const string csv = exported("a.db", "csv");
    const auto rows = std::count(csv.begin(), csv.end(), '\n') - 1;
    EXPECT_LT(rows, 48) << "it has never stopped";
    EXPECT_GE(rows, 8);
}

/* --- Wrong use, and a computer that is in the way --- */

TEST_F(Sweep, WrongOptionsAreSentences)
{
    static const struct {
        std::vector<string> more;
        const char *words;
    } rows[] = {
        {{"--jobs", "0"}, "--jobs: found \"0\", expected a number from 1 to 4096"},
        {{"--jobs", "-1"}, "--jobs: found \"-1\", expected a number from 1 to 4096"},
        {{"--jobs", "4097"}, "--jobs: found \"4097\", expected a number from 1 to 4096"},
        {{"--shard", "0/7"}, "--shard: found \"0/7\", expected I/N with I from 1 to N"},
        {{"--shard", "8/7"}, "--shard: found \"8/7\", expected I/N with I from 1 to N"},
        {{"--shard", "7"}, "--shard: found \"7\", expected I/N with I from 1 to N"},
        {{"--shard", "-1/7"}, "--shard: found \"-1/7\", expected I/N with I from 1 to N"},
        {{"--on", "moon"}, "--on: found \"moon\", expected local or slurm"},
        {{"--reuse", "/nowhere.db"}, "/nowhere.db: found no such file"},
        {{"--reuse", "/tmp"}, "/tmp: found a directory, expected a file"},
        {{"--tasks", "3"}, "--tasks: found no --on slurm, for which it is"},
        {{"--report", ""}, "--report: found an empty name, expected a file"},
        {{"--report", "/no/where/r.html"},
         "--report /no/where/r.html: found no directory /no/where"},
    };

    for (const auto &row : rows)
        expect_complaint(run(command("r.db", row.more)), 2, row.words);
    EXPECT_FALSE(fs::exists(path("r.db"))) << "nothing is left of what was wrong";
    expect_complaint(run(command("r.db", {"--report", path("r.db")})), 2, "--report: found");
    expect_complaint(run(command("r.db", {"--report", sweep})), 2,
                     "--report: found " + sweep + ", which is read here, expected another file");
    expect_complaint(run({"sweep", "run", sweep, "--out", folder.string()}), 2,
                     ": found a directory, expected a file");
    expect_complaint(run({"sweep", "run", sweep}), 2, "found no --out, expected the file");
    expect_complaint(run({"sweep", "run", sweep, "--out", ""}), 2, "--out: found an empty name");
    expect_complaint(run({"sweep"}), 2, "sweep: found no command, expected plan, run, status");
    expect_complaint(run({"sweep", "fly"}), 2, "sweep: found \"fly\", expected plan, run, status");
    expect_complaint(run({"sweep", "run", path("none.yaml"), "--out", path("r.db")}), 2,
                     "none.yaml");
}

/* By whatever name: the lock is that of the file. */
TEST_F(Sweep, ALinkIsTheFileBehindIt)
{
    fs::create_symlink(path("real.db"), path("link.db"));
    expect_complaint(run(command("link.db")), 2,
                     "link.db: found a symbolic link that leads nowhere, expected a file or a new "
                     "name");
    write("sweep.yaml", sweep_text("set: {guest.tasks.mem.accesses: 20000}\n"));
    const pid_t child = start(command("real.db", {"--jobs", "1"}), path("o1"), path("e1"));
    for (int i = 0; i < 500 && !fs::exists(path("real.db.lock")); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    expect_complaint(run(command("link.db")), 2, "another sweep (process");
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(fs::is_symlink(path("link.db")));
}

TEST_F(Sweep, WhatIsReadIsNotWrittenOver)
{
    write("sweep.yaml", "apfsim-sweep: 1\nbase: base.yaml\n");
    expect_run("r.db");
    const string bytes = read_file(path("r.db"));
    fs::create_symlink(path("r.db"), path("link"));
    for (const string &out : {path("r.db"), path("link")})
        for (const std::vector<string> &to :
             {std::vector<string>{"report", path("r.db"), "--out"},
              std::vector<string>{"sweep", "export", path("r.db"), "--out"}}) {
            std::vector<string> args = to;
            args.push_back(out);
            expect_complaint(run(args), 2, "--out: found " + out + ", which is read here");
        }
    EXPECT_EQ(read_file(path("r.db")), bytes);
}

TEST_F(Sweep, AnExportThroughALinkGoesToItsTarget)
{
    write("sweep.yaml", "apfsim-sweep: 1\nbase: base.yaml\n");
    expect_run("r.db");
    const string target = write("target.csv", "old\n");
    fs::create_symlink(target, path("link.csv"));
    EXPECT_EQ(run({"sweep", "export", path("r.db"), "--out", path("link.csv")}).status, 0);
    EXPECT_TRUE(fs::is_symlink(path("link.csv")));
    EXPECT_EQ(read_file(target), exported("r.db", "csv"));
    expect_complaint(run({"sweep", "export", path("r.db"), "--out", "/dev/null"}), 4,
                     "cannot write /dev/null: it is no regular file");
    EXPECT_EQ(run({"sweep", "export", path("r.db"), "--out", "-"}).out, read_file(target));
    EXPECT_FALSE(fs::exists("-"));
}

/* A signal at any time leaves nothing half written, and says so by its status. */
TEST_F(Sweep, AnInterruptedExportLeavesNothing)
{
    expect_run("r.db");
    for (int i = 0; i < 20; i++) {
        const pid_t child = start({"sweep", "export", path("r.db"), "--to", "sql", "--out",
                                   path("out.sql")});
        std::this_thread::sleep_for(std::chrono::milliseconds(3 * i));
        kill(child, SIGINT);
        const result r = finish(child);
        EXPECT_TRUE(r.status == 130 || r.status == 0 || r.status == -1) << r.status << r.err;
        EXPECT_FALSE(fs::exists(path("out.sql.part")));
        EXPECT_EQ(r.err, r.status == 130 ? "apfsim: interrupted\n" : "");
    }
}

TEST_F(Sweep, AFileThatIsNoDatabaseIsLeftAlone)
{
    const string other = write("r.db", "precious\n");
    expect_complaint(run(command("r.db")), 2, "r.db");
    EXPECT_EQ(read_file(other), "precious\n");
}

TEST_F(Sweep, AFullDiskLosesNothing)
{
    expect_run("whole.db");
    struct rlimit old = {}, small = {};
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 1024 * 1024;
    setrlimit(RLIMIT_FSIZE, &small);
    const pid_t child = start(command("r.db"));
    setrlimit(RLIMIT_FSIZE, &old);
    const result r = finish(child);
    EXPECT_EQ(r.status, 4) << r.out;
    EXPECT_EQ(r.err.find("apfsim: cannot write " + path("r.db") + ": "), 0u) << r.err;
    EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1) << r.err;
    const string csv = exported("r.db", "csv");
    EXPECT_GT(std::count(csv.begin(), csv.end(), '\n'), 1) << "what fitted is there";
    expect_run("r.db");
    EXPECT_EQ(exported("r.db"), exported("whole.db"));
}
