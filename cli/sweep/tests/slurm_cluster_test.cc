/*
 * Sweeps on a real Slurm: munged, slurmctld and slurmd of two virtual nodes, started on the
 * loopback by tools/slurm-cluster for the time of this program. Nodes die, followers are killed,
 * tasks are cancelled; what is exported at the end is that of a local run, byte for byte.
 *
 * Started by itself this program starts the cluster and itself within, and sees that nothing of it
 * is left. APFSIM_LONG=1 takes ten times as many points. Exits with 77 if there is no Slurm.
 */
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "cli/tests/program.hpp"

namespace {

enum { TASKS = 4 };

#ifdef __SANITIZE_ADDRESS__
const char *const slow_accesses = "1500";
#else
const char *const slow_accesses = "6000";
#endif

string base_text(const string &accesses)
{
    return "apfsim: 1\n"
           "guest:\n"
           "  memory: 64MiB\n"
           "  idle: poll\n"
           "  tasks:\n"
           "    - {name: mem, kind: touch, pattern: random, footprint: 32MiB, accesses: " +
           accesses +
           ", placement: cold}\n"
           "    - {name: calc, kind: compute}\n"
           "store:\n"
           "  read: {latency: fixed, value: 100us}\n"
           "stop: {when: mem}\n";
}

/* 2 designs x 10 latencies x 5 costs x 2 seeds. */
string sweep_text(const string &base)
{
    const bool is_long = getenv("APFSIM_LONG") != nullptr;

    return "apfsim-sweep: 1\nbase: " + base + "\nmatrix:\n"
           "  protocol.variant: [sync, v4]\n"
           "  store.read.value: {linear: 10us..100us, count: 10}\n"
           "  costs.guest.apf_tag: {linear: 100ns..500ns, count: " +
           string(is_long ? "50" : "5") + "}\nseeds: 2\n";
}

string said_by(const string &command)
{
    FILE *pipe = popen((command + " 2>&1").c_str(), "r");
    string text;
    char part[4096];
    size_t size;

    while ((size = fread(part, 1, sizeof(part), pipe)) > 0)
        text.append(part, size);
    pclose(pipe);
    return text;
}

bool comes_true(const std::function<bool()> &is_true, int seconds = 60)
{
    for (int i = 0; i < 20 * seconds; i++) {
        if (is_true())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

class Cluster : public Program {
protected:
    string name;            /* Of this test's jobs. */
    string speed = "slow";  /* "short": short runs; "slow": a task takes seconds. */

    /* The sweeps are the same for all tests, down to their names. */
    static void SetUpTestSuite()
    {
        string made = (fs::temp_directory_path() / "apfsim-slurm-XXXXXX").string();
        sweeps_ = mkdtemp(made.data());
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
        for (const string which : {"slow", "short"}) {
            const string accesses = which == "slow" ? slow_accesses : "100";
            std::ofstream(sweeps_ / ("base-" + which + ".yaml")) << base_text(accesses);
            std::ofstream(sweeps_ / (which + ".yaml")) << sweep_text("base-" + which + ".yaml");
        }
    }
    static void TearDownTestSuite()
    {
        fs::remove_all(sweeps_);
    }
    void SetUp() override
    {
        name = testing::UnitTest::GetInstance()->current_test_info()->name();
    }
    void TearDown() override
    {
        said_by("scancel --name=" + name);
    }
    std::vector<string> local(const string &db) const
    {
        return {"sweep", "run", (sweeps_ / (speed + ".yaml")).string(), "--out", path(db)};
    }
    std::vector<string> on_slurm(const std::vector<string> &more = {},
                                 const string &options = "") const
    {
        std::vector<string> args = local("s.db");
        const std::vector<string> ours = {"--on", "slurm", "--tasks", std::to_string(TASKS),
                                          "--slurm", "--job-name=" + name + " " + options};
        args.insert(args.end(), ours.begin(), ours.end());
        args.insert(args.end(), more.begin(), more.end());
        return args;
    }
    string exported(const string &db) const
    {
        const result r = run({"sweep", "export", path(db), "--to", "sql"});
        EXPECT_EQ(r.status, 0) << r.err;
        return r.out;
    }
    /* The same plan under the same name on this computer alone. */
    void expect_as_local() const
    {
        string &here = references_[speed];
        if (here.empty()) {
            const result r = run(local("l.db"));
            EXPECT_EQ(r.status, 0) << r.err;
            here = exported("l.db");
        }
        const string there = exported("s.db");
        EXPECT_GT(here.size(), 100000u);
        EXPECT_TRUE(here == there) << "the cluster's results differ";
        EXPECT_FALSE(fs::exists(path("s.db.shards"))) << "all is merged, and nothing is left";
    }
    /* "JOB_INDEX STATE", one a line, of all that this sweep has ever submitted. */
    string elements() const
    {
        return said_by("squeue -h -r -t all --name=" + name + " -o '%F_%K %T'");
    }
    /* Index of a task that runs on this node, with its shard begun; "": none. */
    string at_work(const string &node) const
    {
        std::istringstream in(
            said_by("squeue -h -r -t R -w " + node + " --name=" + name + " -o %K"));
        for (string index; in >> index;)
            if (fs::exists(path("s.db.shards/" + index + "-of-" + std::to_string(TASKS) + ".db")))
                return index;
        return "";
    }
    void expect_each_once() const
    {
        std::istringstream in(elements());
        std::set<string> indexes;
        u32 count = 0;
        for (string id, state; in >> id >> state; count++)
            indexes.insert(id.substr(id.find('_') + 1));
        EXPECT_EQ(count, u32{TASKS}) << elements();
        EXPECT_EQ(indexes.size(), size_t{TASKS}) << elements();
    }
    static string node(const string &what, const string &which)
    {
        return said_by(source_dir + "/tools/slurm-cluster --" + what + " " + which);
    }
    /* Ends well, and has lost tasks to a node on its way. */
    void expect_survival(pid_t follower) const
    {
        const result r = finish(follower);
        EXPECT_EQ(r.status, 0) << r.err;
        const string jobs = said_by("scontrol show job -o | grep JobName=" + name);
        EXPECT_NE(jobs.find(" Restarts=1 "), string::npos) << "no task was lost: " << jobs;
        expect_as_local();
    }

private:
    static fs::path sweeps_;
    static std::map<string, string> references_; /* What a local run exports, by speed. */
};

fs::path Cluster::sweeps_;
std::map<string, string> Cluster::references_;

TEST_F(Cluster, GivesTheSameResultsAsThisComputer)
{
    speed = "short";
    const result r = run(on_slurm());
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.err, "");
    EXPECT_NE(r.out.find(": 4 tasks\n"), string::npos) << r.out;
    expect_each_once();
    expect_as_local();
}

TEST_F(Cluster, TasksOfANodeThatDiedAndCameBackGoOnThere)
{
    const pid_t follower = start(on_slurm());
    EXPECT_TRUE(comes_true([&] { return at_work("n1") != ""; }));
    EXPECT_EQ(node("kill", "n1"), "");
    /* Slurm gives a task that it has just started some seconds before it is missed on its node. */
    std::this_thread::sleep_for(std::chrono::seconds(4));
    EXPECT_EQ(node("start", "n1"), "");
    expect_survival(follower);
}

TEST_F(Cluster, TasksOfANodeThatStaysAwayAreTakenByAnother)
{
    const pid_t follower = start(on_slurm());
    EXPECT_TRUE(comes_true([&] { return at_work("n2") != ""; }));
    EXPECT_EQ(node("kill", "n2"), "");
    expect_survival(follower);
    EXPECT_EQ(node("start", "n2"), "");
}

TEST_F(Cluster, AFollowerThatIsKilledGoesOnAndSubmitsNothingTwice)
{
    for (int delay_ms : {100, 300, 500, 900, 1500}) {
        const pid_t follower = start(on_slurm());
        std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
        kill(follower, SIGKILL);
        finish(follower);
    }
    const result r = run(on_slurm());
    EXPECT_EQ(r.status, 0) << r.err;
    expect_each_once();
    expect_as_local();
}

TEST_F(Cluster, CtrlCLeavesTheJobAloneAndTheSameCommandFollowsIt)
{
    const pid_t follower = start(on_slurm());
    EXPECT_TRUE(comes_true([&] { return at_work("n1") != ""; }));
    kill(follower, SIGINT);
    const result r = finish(follower);
    EXPECT_EQ(r.status, 130);
    EXPECT_NE(r.err.find("goes on, and the same command follows it; to end it: scancel "),
              string::npos)
        << r.err;
    EXPECT_EQ(run(on_slurm()).status, 0);
    expect_each_once();
    expect_as_local();
}

/* One that runs, and one that waits, of which Slurm keeps no memory. */
TEST_F(Cluster, CancelledTasksAreNamedAndTheNextCommandMakesThem)
{
    string running;
    const pid_t follower = start(on_slurm({"--task-retries", "0"}));
    EXPECT_TRUE(comes_true([&] { return (running = at_work("n1")) != ""; }));
    const string job = elements().substr(0, elements().find('_'));
    EXPECT_EQ(said_by("scancel " + job + "_" + running + " " + job + "_4"), "");
    const result r = finish(follower);
    EXPECT_EQ(r.status, 1) << r.err;
    const string words = " of job " + job + " ended without all of its results: ";
    EXPECT_NE(r.err.find("task " + running + words + "JobState=CANCELLED"), string::npos) << r.err;
    EXPECT_NE(r.err.find("task 4" + words + "Slurm does not say how"), string::npos) << r.err;
    EXPECT_NE(r.err.find("2 of 4 tasks ended without"), string::npos) << r.err;
    EXPECT_EQ(run(on_slurm({"--task-retries", "0"})).status, 0);
    expect_as_local();
}

TEST_F(Cluster, CancelledTasksAreSubmittedAgain)
{
    const pid_t follower = start(on_slurm());
    EXPECT_TRUE(comes_true([&] { return at_work("n1") != ""; }));
    const string job = elements().substr(0, elements().find('_'));
    EXPECT_EQ(said_by("scancel " + job + "_4"), "");
    const result r = finish(follower);
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.err, "apfsim: tasks of job " + job +
                         " ended too early (Slurm does not say how); submitted again: 4\n");
    expect_as_local();
}

TEST_F(Cluster, WhatSlurmRefusesIsSaidInItsWords)
{
    speed = "short";
    const result r = run(on_slurm({}, "--partition=nowhere"));
    EXPECT_EQ(r.status, 2);
    EXPECT_EQ(r.err, "apfsim: sbatch took no job: \"invalid partition specified: nowhere; Batch "
                     "job submission failed: Invalid partition name specified\"; the results are "
                     "as they were\n");
    EXPECT_EQ(run(on_slurm({}, "--partition=main --time=10")).status, 0);
    expect_as_local();
}

/* --- The cluster around it --- */

volatile pid_t cluster;

void pass_on(int number)
{
    if (cluster != 0)
        kill(cluster, number);
}

/* Orphans of our descendants become our children: whatever is left when all is over is seen. */
int run_in_cluster(char **argv)
{
    const string script = source_dir + "/tools/slurm-cluster";
    std::vector<char *> args{const_cast<char *>(script.c_str()), const_cast<char *>("--nodes"),
                             const_cast<char *>("2"), const_cast<char *>("--cpus"),
                             const_cast<char *>("1")};
    int status = 0;

    for (char **arg = argv; *arg != nullptr; arg++)
        args.push_back(*arg);
    args.push_back(nullptr);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    cluster = fork();
    if (cluster == 0) {
        execv(args[0], args.data());
        _exit(127);
    }
    for (int number : {SIGINT, SIGTERM, SIGHUP})
        signal(number, pass_on);
    for (pid_t ended = 0; ended != cluster;) {
        int how = 0;
        ended = wait(&how);
        if (ended == cluster)
            status = how;
        else if (ended < 0 && errno != EINTR)
            break;
    }
    /* What has been killed may take a moment to go. */
    const bool is_clean = comes_true([] {
        while (waitpid(-1, nullptr, WNOHANG) > 0)
            ;
        return waitpid(-1, nullptr, WNOHANG) < 0;
    }, 10);
    if (!is_clean)
        fprintf(stderr, "processes are left:\n%s",
                said_by("ps -o pid,args --ppid " + std::to_string(getpid())).c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return code != 0 ? code : !is_clean;
}

} // namespace

int main(int argc, char **argv)
{
    if (getenv("SLURM_CLUSTER") == nullptr)
        return run_in_cluster(argv);
    setenv("TMPDIR", getenv("SLURM_CLUSTER"), 1); /* It goes with the cluster. */
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
