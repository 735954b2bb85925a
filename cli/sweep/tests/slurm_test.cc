/*
 * Sweeps on a cluster that is a few shell scripts on PATH: what goes wrong there goes wrong when a
 * test says so. The real thing is in slurm_cluster_test.cc.
 */
#include <algorithm>
#include <csignal>
#include <functional>

#include "cli/tests/program.hpp"

namespace {

/* $S is the cluster's state. An array's elements run one after the other, behind its sbatch. */
const char *const sbatch_text = R"sh(#!/bin/sh
[ "$1" = --version ] && exit 0
echo "$@" >>"$S/calls"
if [ -e "$S/refuse" ]; then cat "$S/refuse" >&2; exit 1; fi
for arg; do
    case "$arg" in
    --array=*) list=${arg#*=} ;;
    --comment=*) tag=${arg#*=} ;;
    --output=*) log=${arg#*=} ;;
    --cpus-per-task=*) cpus=${arg#*=} ;;
    esac
    script=$arg
done
id=$(($(cat "$S/last") + 1))
echo $id >"$S/last"
echo "$tag" >"$S/tags/$id"
indexes=$(for part in $(echo "$list" | tr , ' '); do seq "${part%-*}" "${part#*-}"; done)
for i in $indexes; do : >"$S/alive/$id.$i"; done
(
    for i in $indexes; do
        while [ -e "$S/hold" ]; do sleep 0.05; done
        if [ -s "$S/fail.$i" ]; then
            sed -i 1d "$S/fail.$i"
            echo "it is Monday" >>"$(echo "$log" | sed "s/%a/$i/")"
        else
            SLURM_ARRAY_TASK_ID=$i SLURM_CPUS_PER_TASK=$cpus sh "$script" \
                >>"$(echo "$log" | sed "s/%a/$i/")" 2>&1
        fi
        rm "$S/alive/$id.$i"
    done
) </dev/null >/dev/null 2>&1 &
if [ -e "$S/kill" ]; then rm "$S/kill"; kill -KILL $PPID; fi
echo $id
)sh";
const char *const squeue_text = R"sh(#!/bin/sh
[ "$1" = --version ] && exit 0
if [ -s "$S/silence" ]; then
    sed -i 1d "$S/silence"
    echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2
    exit 1
fi
case "$*" in
*"-t all"*)
    for file in "$S"/tags/*; do echo "${file##*/}|1|COMPLETED|None|$(cat "$file")"; done
    exit 0
    ;;
esac
for arg; do ids=$arg; done
if [ -e "$S/forgotten" ]; then
    echo "slurm_load_jobs error: Invalid job id specified" >&2
    exit 1
fi
for id in $(echo "$ids" | tr , ' '); do
    for file in "$S/alive/$id".*; do
        [ -e "$file" ] && echo "$id|${file##*.}|RUNNING|None|$(cat "$S/tags/$id")"
    done
done
exit 0
)sh";
const char *const scontrol_text = R"sh(#!/bin/sh
case "$*" in
"show config") printf 'MaxArraySize = 9\nMaxJobCount = 100\n' ;;
*) echo "JobId=1 JobState=FAILED Reason=NonZeroExitCode Restarts=0 ExitCode=1:0" ;;
esac
)sh";
const char *const sinfo_text = "#!/bin/sh\necho 'main* 0/1/0/1'\n";

/* 2 designs x 4 latencies: 4 groups. */
const char *const sweep_text = R"(apfsim-sweep: 1
base: base.yaml
matrix:
  protocol.variant: [sync, v4]
  store.read.value: [10us, 20us, 30us, 40us]
)";

class Slurm : public Program {
protected:
    string sweep;

    void SetUp() override
    {
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
        for (const char *name : {"bin", "slurm", "slurm/alive", "slurm/tags"})
            fs::create_directory(path(name));
        script("sbatch", sbatch_text);
        script("squeue", squeue_text);
        script("scontrol", scontrol_text);
        script("sinfo", sinfo_text);
        setenv("PATH", (path("bin") + ":/usr/bin:/bin").c_str(), 1);
        setenv("S", path("slurm").c_str(), 1);
        write("slurm/last", "100\n");
        write("base.yaml", small_config);
        sweep = write("sweep.yaml", sweep_text);
    }
    /* Nobody must work in a folder that goes away. */
    void TearDown() override
    {
        fs::remove(path("slurm/hold"));
        await([&] { return fs::is_empty(path("slurm/alive")); });
    }
    void script(const string &name, const string &text) const
    {
        fs::permissions(write("bin/" + name, text), fs::perms::owner_all);
    }
    static void await(const std::function<bool()> &is_true)
    {
        for (int i = 0; i < 400 && !is_true(); i++)
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        EXPECT_TRUE(is_true());
    }
    std::vector<string> command(const std::vector<string> &more = {}) const
    {
        std::vector<string> args = {"sweep", "run", sweep, "--out", path("s.db"), "--on", "slurm"};
        args.insert(args.end(), more.begin(), more.end());
        if (std::find(more.begin(), more.end(), "--tasks") == more.end())
            args.insert(args.end(), {"--tasks", "4"});
        return args;
    }
    string exported(const string &db) const
    {
        const result r = run({"sweep", "export", path(db), "--to", "sql"});
        EXPECT_EQ(r.status, 0) << r.err;
        return r.out;
    }
    /* All results are there, as this computer alone would have them; nothing else is. */
    void expect_as_local() const
    {
        EXPECT_EQ(run({"sweep", "run", sweep, "--out", path("l.db")}).status, 0);
        const string here = exported("l.db");
        EXPECT_GT(here.size(), 10000u);
        EXPECT_TRUE(here == exported("s.db"));
        EXPECT_FALSE(fs::exists(path("s.db.shards")));
    }
    /* The arrays of all calls of sbatch: "1-2 1". */
    string arrays() const
    {
        std::istringstream in(read_file(path("slurm/calls")));
        string all;
        for (string word; in >> word;)
            if (word.rfind("--array=", 0) == 0)
                all += (all.empty() ? "" : " ") + word.substr(8);
        return all;
    }
    /* Follows until the job is there, and is killed. */
    void submit_and_die(const std::vector<string> &more = {}) const
    {
        write("slurm/hold", "");
        const pid_t follower = start(command(more));
        await([&] { return read_file(path("stdout")).find("job 101") != string::npos; });
        kill(follower, SIGKILL);
        finish(follower);
    }
};

TEST_F(Slurm, RunsItsTasksAndMergesThem)
{
    const result r = run(command());
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.err, "");
    EXPECT_EQ(r.out, "job 101: 4 tasks\n" + path("s.db") + ": 8 runs done\n");
    EXPECT_EQ(arrays(), "1-4");
    expect_as_local();
    EXPECT_EQ(run(command()).out, path("s.db") + ": 8 runs done\n") << "there is nothing to do";
    EXPECT_EQ(arrays(), "1-4");
}

/* A few runs tell that all of them are not worth a second task. */
TEST_F(Slurm, ShortRunsArePackedIntoOneTask)
{
    const result r = run({"sweep", "run", sweep, "--out", path("s.db"), "--on", "slurm"});
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(arrays(), "1");
    EXPECT_EQ(r.out, "job 101: 1 task\n" + path("s.db") + ": 8 runs done\n");
    expect_as_local();
}

TEST_F(Slurm, GivesItsTasksWhatTheUserSays)
{
    const result r = run(command({"--tasks", "2", "--jobs", "3", "--quiet", "--slurm",
                                  "--partition=main --time=1:00:00 --account 'a b'"}));
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, "");
    const string call = read_file(path("slurm/calls"));
    EXPECT_NE(call.find("--parsable --array=1-2 --requeue "), string::npos) << call;
    EXPECT_NE(call.find(" --cpus-per-task=3 --job-name=apfsim-sweep "), string::npos) << call;
    EXPECT_NE(call.find(" --partition=main --time=1:00:00 --account a b "), string::npos) << call;
    expect_as_local();
}

TEST_F(Slurm, WithoutSlurmThereIsAnotherWayAndNothingIsWritten)
{
    fs::remove(path("bin/sbatch"));
    setenv("PATH", path("bin").c_str(), 1);
    expect_complaint(run(command()), 2,
                     "apfsim: found no sbatch, expected Slurm's commands on PATH; try --on local, "
                     "or --shard I/N with another launcher (docs/clusters.md)\n");
    EXPECT_FALSE(fs::exists(path("s.db")));
}

TEST_F(Slurm, WrongOptionsAreNamedBeforeAnythingIsWritten)
{
    const struct {
        std::vector<string> more;
        string words;
    } cases[] = {
        {{"--tasks", "0"}, "--tasks: found \"0\", expected a number from 1 to 1000000"},
        {{"--tasks", "2x"}, "--tasks: found \"2x\", expected a number from 1 to 1000000"},
        {{"--task-retries", "-1"}, "--task-retries: found \"-1\", expected a number from 0"},
        {{"--shard", "1/2"}, "--shard: found --on slurm, too"},
        {{"--slurm", "--array=1"}, "--slurm: found --array, which apfsim needs for itself"},
        {{"--slurm", "-D /tmp"}, "--slurm: found -D, which apfsim needs for itself"},
        {{"--slurm", "-c4"}, "--slurm: found -c, expected --jobs N of apfsim instead"},
        {{"--on", "moon"}, "option '--on' cannot be specified more than once"},
    };

    for (const auto &c : cases)
        expect_complaint(run(command(c.more)), 2, c.words);
    expect_complaint(run({"sweep", "run", sweep, "--out", path("s.db"), "--on", "moon"}), 2,
                     "--on: found \"moon\", expected local or slurm");
    EXPECT_FALSE(fs::exists(path("s.db")));
}

TEST_F(Slurm, MoreTasksThanAnArrayHoldsAreRefused)
{
    expect_complaint(run(command({"--tasks", "9"})), 2,
                     "--tasks: found 9, expected at most 8 (this cluster's MaxArraySize)");
    EXPECT_EQ(run(command({"--tasks", "8"})).status, 0);
    EXPECT_EQ(arrays(), "1-4") << "a group is one task's";
    expect_as_local();
}

TEST_F(Slurm, ARefusalIsToldInSlurmsWordsAndNothingIsLost)
{
    write("slurm/refuse", "sbatch: error: Batch job submission failed: No money\n");
    expect_complaint(run(command()), 2,
                     "sbatch took no job: \"Batch job submission failed: No money\"");
    fs::remove(path("slurm/refuse"));
    EXPECT_EQ(run(command()).status, 0);
    expect_as_local();
}

TEST_F(Slurm, AControllerThatIsAwayIsAskedAgain)
{
    write("slurm/silence", "1\n2\n3\n4\n");
    const result r = run(command());
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.err, "apfsim: Slurm does not answer; asking again until it does\n");
    EXPECT_EQ(arrays(), "1-4");
    expect_as_local();
}

TEST_F(Slurm, OneKilledBetweenSbatchAndItsNoteSubmitsNothingTwice)
{
    write("slurm/kill", "");
    EXPECT_EQ(run(command()).status, -1);
    EXPECT_EQ(arrays(), "1-4");
    EXPECT_EQ(run(command()).status, 0);
    EXPECT_EQ(arrays(), "1-4");
    expect_as_local();
}

TEST_F(Slurm, TasksThatEndTooEarlyAreSubmittedAgainAloneAndNotForEver)
{
    const string words = " ended too early (JobState=FAILED Reason=NonZeroExitCode "
                         "ExitCode=1:0); submitted again: 2\n";
    write("slurm/fail.2", "1\n2\n");
    const result r = run(command());
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(arrays(), "1-4 2 2");
    EXPECT_EQ(r.err, "apfsim: tasks of job 101" + words + "apfsim: tasks of job 102" + words);
    expect_as_local();
}

TEST_F(Slurm, WhatCannotBeHadIsNamedAndTheRestIsKept)
{
    write("slurm/fail.3", "1\n2\n");
    const result r = run(command({"--task-retries", "1"}));
    EXPECT_EQ(r.status, 1);
    EXPECT_EQ(arrays(), "1-4 3");
    EXPECT_NE(r.err.find("task 3 of job 102 ended without all of its results: JobState=FAILED "
                         "Reason=NonZeroExitCode ExitCode=1:0; its last words: it is Monday\n"
                         "apfsim: 1 of 4 tasks ended without all of their results"),
              string::npos)
        << r.err;
    EXPECT_NE(r.out.find("s.db: 6 runs done\n"), string::npos) << r.out;
    EXPECT_EQ(run(command()).status, 0);
    EXPECT_EQ(arrays(), "1-4 3 3");
    expect_as_local();
}

TEST_F(Slurm, TheSameCommandFollowsAJobThatIsUnderWay)
{
    submit_and_die();
    fs::remove(path("slurm/hold"));
    EXPECT_EQ(run(command()).status, 0);
    EXPECT_EQ(arrays(), "1-4");
    expect_as_local();
}

TEST_F(Slurm, AnotherNumberOfTasksOrAnotherPlanWaitsForTheJob)
{
    submit_and_die();
    expect_complaint(run(command({"--tasks", "2"})), 2,
                     "--tasks: found 2, but job 101 still runs with 4; wait for it, or end it "
                     "with: scancel 101");
    write("sweep.yaml", string(sweep_text) + "seeds: 2\n");
    expect_complaint(run(command({"--replan"})), 2,
                     "job 101 still runs another plan or build of this sweep, expected none; wait "
                     "for it, or end it with: scancel 101");
    write("sweep.yaml", sweep_text);
    fs::remove(path("slurm/hold"));
    EXPECT_EQ(run(command({"--replan"})).status, 0);
    EXPECT_EQ(arrays(), "1-4");
    expect_as_local();
}

TEST_F(Slurm, WhatTasksOfAnotherPlanHaveDoneIsOfUse)
{
    submit_and_die();
    fs::remove(path("slurm/hold"));
    await([&] { return fs::is_empty(path("slurm/alive")); });
    write("sweep.yaml", string(sweep_text) + "seeds: 2\n");
    expect_complaint(run(command()), 2, "found the results of another plan");
    EXPECT_TRUE(fs::exists(path("s.db.shards/1-of-4.db")));
    write("slurm/hold", "");
    const pid_t follower = start(command({"--replan", "--tasks", "2"}));
    await([&] { return arrays() == "1-4 1-2"; });
    EXPECT_FALSE(fs::exists(path("s.db.shards/1-of-4.db")));
    const string status = run({"sweep", "status", path("s.db.shards/2-of-2.db")}).out;
    EXPECT_NE(status.find("4 "), string::npos) << status;
    fs::remove(path("slurm/hold"));
    EXPECT_EQ(finish(follower).status, 0);
    expect_as_local();
}

TEST_F(Slurm, AJobThatSlurmHasForgottenIsNotMissed)
{
    submit_and_die();
    fs::remove(path("slurm/hold"));
    await([&] { return fs::is_empty(path("slurm/alive")); });
    fs::remove(path("s.db.shards/2-of-4.db"));
    write("slurm/forgotten", "");
    const pid_t follower = start(command());
    await([&] { return arrays() == "1-4 2"; });
    fs::remove(path("slurm/forgotten"));
    EXPECT_EQ(finish(follower).status, 0);
    expect_as_local();
}

TEST_F(Slurm, AShardThatCannotBeReadIsSetAsideAndMadeAgain)
{
    submit_and_die();
    fs::remove(path("slurm/hold"));
    await([&] { return fs::is_empty(path("slurm/alive")); });
    write("s.db.shards/2-of-4.db", "this is no database, and has never been one\n");
    const result r = run(command());
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.err.find("2-of-4.db.aside1, and its runs are made again\n"), string::npos) << r.err;
    EXPECT_EQ(arrays(), "1-4 2");
    EXPECT_EQ(read_file(path("s.db.shards/2-of-4.db.aside1")).substr(0, 7), "this is");
    fs::remove_all(path("s.db.shards"));
    expect_as_local();
}

/* One group needs more seeds than the other; and it is known here before there is any task. */
TEST_F(Slurm, GroupsStopAtTheSameSeeds)
{
    string base = small_config;
    const string fixed = "latency: fixed, value: 100us";
    base.replace(base.find(fixed), fixed.size(), "latency: lognormal, median: 100us, sigma: 1");
    write("base.yaml", base);
    sweep = write("stop.yaml", "apfsim-sweep: 1\nbase: base.yaml\nmatrix:\n"
                               "  protocol.variant: [sync, v4]\n"
                               "  store.read.sigma: [0.01, 2]\n"
                               "seeds: 6\n"
                               "stop_when: {metric: time_ps, within: 10%, min_seeds: 2}\n");
    EXPECT_EQ(run({"sweep", "run", sweep, "--out", path("l.db")}).status, 0);
    const result r = run(command({"--tasks", "2"}));
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_NE(exported("l.db").find("INSERT INTO groups VALUES(0,2);"), string::npos);
    EXPECT_EQ(exported("l.db").find("INSERT INTO groups VALUES(1,2);"), string::npos);
    expect_as_local();
    fs::rename(path("s.db"), path("known.db"));
    EXPECT_EQ(run(command({"--reuse", path("known.db")})).status, 0);
    EXPECT_EQ(arrays(), "1-2") << "all is known";
    expect_as_local();
}

/* Two of eight runs are known, of two different groups. */
TEST_F(Slurm, RunsThatAreThereAreNotMadeAgain)
{
    write("known.yaml", "apfsim-sweep: 1\nbase: base.yaml\nmatrix:\n"
                        "  protocol.variant: [v4]\n  store.read.value: [10us, 20us]\n");
    EXPECT_EQ(run({"sweep", "run", path("known.yaml"), "--out", path("k.db")}).status, 0);
    write("slurm/hold", "");
    const pid_t follower = start(command({"--reuse", path("k.db"), "--tasks", "4"}));
    await([&] { return arrays() == "1-4"; });
    EXPECT_TRUE(fs::exists(path("s.db.shards/1-of-4.db")));
    EXPECT_TRUE(fs::exists(path("s.db.shards/2-of-4.db")));
    EXPECT_FALSE(fs::exists(path("s.db.shards/3-of-4.db")));
    EXPECT_NE(run({"sweep", "status", path("s.db.shards/1-of-4.db")}).out.find("1 "), string::npos);
    fs::remove(path("slurm/hold"));
    EXPECT_EQ(finish(follower).status, 0);
    expect_as_local();
}

} // namespace
