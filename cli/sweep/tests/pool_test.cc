/* A run in a process of its own: its result, its failures, and what the parent makes of them. */
#include "cli/sweep/pool.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "cli/sweep/execute.hpp"
#include "cli/tests/program.hpp"

using namespace cli;

static const char *const small_base = "apfsim: 1\n"
                                      "guest:\n"
                                      "  memory: 16MiB\n"
                                      "  idle: poll\n"
                                      "  tasks:\n"
                                      "    - {name: mem, kind: write-all, footprint: 64KiB,\n"
                                      "       stride: 4KiB, placement: cold}\n"
                                      "    - {name: calc, kind: compute}\n"
                                      "store: {read: {latency: fixed, value: 50us}}\n"
                                      "protocol: {variant: v4}\n"
                                      "stop: {when: mem}\n";

/* Children of this process, from the kernel's list. */
static std::vector<pid_t> children()
{
    std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
    std::vector<pid_t> all;

    for (pid_t pid; list >> pid;)
        all.push_back(pid);
    return all;
}

class Pool : public Program {
protected:
    config_base base = {};
    plan p;

    void SetUp() override
    {
        err e = {};
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
        ASSERT_TRUE(config_base_read(&base, write("base.yaml", small_base).c_str(), &e)) << e.text;
        p.limits.retries = 0;
        add("v4", {});
    }
    ~Pool() override
    {
        config_base_free(&base);
    }
    void add(const string &variant, const std::vector<setting> &settings)
    {
        point pt;
        pt.variant = variant;
        pt.settings = settings;
        p.points.push_back(pt);
    }
    /* A run that would take minutes. */
    void add_endless()
    {
        add("v4", {{"guest.tasks.mem.passes", "1000000000", {}}});
    }
    run_pool::ended only(run_pool &workers)
    {
        for (;;) {
            std::vector<run_pool::ended> ended = workers.wait(1000);
            if (!ended.empty())
                return ended.front();
        }
    }
    run_result one(u32 point, u64 seed = 1)
    {
        run_pool workers(base, p, 1);
        workers.start({point, seed});
        return only(workers).result;
    }
};

static u64 number(const run_result &r, const string &name)
{
    for (const auto &[key, value] : r.metrics)
        if (key == name)
            return value;
    ADD_FAILURE() << "no " << name;
    return 0;
}

TEST_F(Pool, GivesWhatTheProgramGives)
{
    const run_result r = one(0, 7);
    EXPECT_EQ(r.status, run_status::done);
    EXPECT_EQ(r.text, "");
    EXPECT_GT(r.host_ns, 0u);
    EXPECT_EQ(run({"run", path("base.yaml"), "--seed", "7", "--out", path("out")}).status, 0);
    const string summary = read_file(path("out/summary.json"));
    char checksum[40];
    snprintf(checksum, sizeof checksum, "\"0x%016llx\"", (unsigned long long)r.checksum);
    EXPECT_NE(summary.find(checksum), string::npos);
    EXPECT_NE(summary.find("\"time_ps\": " + std::to_string(number(r, "time_ps")) + ","),
              string::npos);
    EXPECT_EQ(number(r, "faults.async"), 20u);
    bool has_wait = false;
    for (const named_hist &h : r.hists)
        has_wait = has_wait || (h.name == "hops.io_wait" && h.head.count == 20);
    EXPECT_TRUE(has_wait);
}

TEST_F(Pool, ResultsGoThroughBytesWhole)
{
    const run_result r = one(0);
    const string bytes = pack_result(r);
    run_result copy;
    ASSERT_TRUE(unpack_result(bytes, &copy));
    EXPECT_EQ(pack_result(copy), bytes);
    EXPECT_EQ(copy.metrics, r.metrics);
    for (size_t size = 0; size < bytes.size(); size += 1 + size / 16)
        EXPECT_FALSE(unpack_result(bytes.substr(0, size), &copy)) << size;
    EXPECT_FALSE(unpack_result(bytes + "x", &copy));
}

TEST_F(Pool, AWrongSettingIsASentence)
{
    add("v4", {{"guest.vcpus", "999", {"sweep.yaml", 7, 3}}});
    const run_result r = one(1);
    EXPECT_EQ(r.status, run_status::failed);
    EXPECT_EQ(r.text, "sweep.yaml:7:3: guest.vcpus: \"999\" is out of range, expected 1 to 512");
}

TEST_F(Pool, AnEndAtATimeIsDone)
{
    add("v4", {{"stop.at", "1us", {}}});
    const run_result r = one(1);
    EXPECT_EQ(r.status, run_status::done);
    EXPECT_EQ(number(r, "time_ps"), PS_PER_US);
}

/* one-ppi in WFI without a tick: nobody wakes the guest (docs/accuracy.md, D1). */
TEST_F(Pool, AGuestThatNobodyWakesIsStuck)
{
    add("one-ppi", {{"guest.idle", "wfi", {}}, {"guest.nohz_idle", "true", {}},
                    {"guest.tasks.calc.count", "0", {}}});
    const run_result r = one(1);
    EXPECT_EQ(r.status, run_status::stuck);
    EXPECT_NE(r.text, "");
    EXPECT_TRUE(r.metrics.empty());
}

TEST_F(Pool, ARunThatIsKilledIsACrashAndIsTriedAgain)
{
    add_endless();
    for (u32 retries : {0, 2}) {
        p.limits.retries = retries;
        run_pool workers(base, p, 1);
        workers.start({1, 1});
        std::set<pid_t> killed;
        std::vector<run_pool::ended> ended;
        while (ended.empty()) {
            for (pid_t pid : children()) {
                kill(pid, SIGKILL);
                killed.insert(pid);
            }
            ended = workers.wait(1000);
        }
        EXPECT_EQ(ended[0].result.status, run_status::crashed);
        EXPECT_EQ(ended[0].result.text, "ended by Killed");
        EXPECT_EQ(ended[0].result.attempts, retries + 1);
        EXPECT_EQ(killed.size(), retries + 1);
    }
}

TEST_F(Pool, ARunHasItsTimeAndNoMore)
{
    add_endless();
    p.limits.time_ms = 100;
    run_pool workers(base, p, 2);
    workers.start({1, 1});
    workers.start({0, 1});
    std::map<u32, run_result> all;
    while (all.size() < 2)
        for (run_pool::ended &e : workers.wait(5000))
            all[e.what.point] = e.result;
    EXPECT_EQ(all[0].status, run_status::done) << "its neighbour has nothing to do with it";
    EXPECT_EQ(all[1].status, run_status::timed_out);
    EXPECT_EQ(all[1].text, "took longer than 100 ms");
    EXPECT_GE(all[1].host_ns, 100000000u);
}

/* We looked late, it was not. */
TEST_F(Pool, AResultThatIsThereCountsHoweverLateItIsSeen)
{
    p.limits.time_ms = 200;
    run_pool workers(base, p, 1);
    workers.start({0, 1});
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_EQ(only(workers).result.status, run_status::done);
}

TEST_F(Pool, AnotherConfigurationThanPlannedIsNotRun)
{
    p.points[0].config_key = 1;
    const run_result r = one(0);
    EXPECT_EQ(r.status, run_status::failed);
    EXPECT_EQ(r.text, "found another configuration than was planned, a file has changed meanwhile; "
                      "try the same command again");
}

TEST_F(Pool, NeverRunsMoreThanItsJobs)
{
    run_pool workers(base, p, 3);
    u64 seed = 0;
    size_t count = 0;
    while (count < 12) {
        while (!workers.is_full() && seed < 12)
            workers.start({0, ++seed});
        EXPECT_LE(children().size(), 3u);
        count += workers.wait(1000).size();
    }
    EXPECT_EQ(workers.running(), 0u);
    EXPECT_TRUE(children().empty());
}

TEST_F(Pool, LeavesNoProcessBehind)
{
    add_endless();
    {
        run_pool workers(base, p, 2);
        workers.start({1, 1});
        workers.start({1, 2});
        EXPECT_EQ(children().size(), 2u);
    }
    EXPECT_TRUE(children().empty());
}

/* Whose parent is killed has nobody left to tell. */
TEST_F(Pool, ChildrenDieWithTheirParent)
{
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    add_endless();
    const pid_t parent = fork();
    if (parent == 0) {
        close(ends[0]);
        run_pool workers(base, p, 2);
        workers.start({1, 1});
        workers.start({1, 2});
        for (pid_t pid : children())
            if (::write(ends[1], &pid, sizeof pid) != (ssize_t)sizeof pid)
                _exit(1);
        pause();
        _exit(1);
    }
    close(ends[1]);
    pid_t pids[2];
    ASSERT_EQ(::read(ends[0], &pids[0], sizeof pids[0]), (ssize_t)sizeof pids[0]);
    ASSERT_EQ(::read(ends[0], &pids[1], sizeof pids[1]), (ssize_t)sizeof pids[1]);
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    /* The children hold the other ends of nothing of ours; the kernel forgets them soon. */
    for (pid_t pid : pids)
        for (int i = 0; i < 500; i++) {
            std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
            string text;
            std::getline(stat, text);
            const bool is_gone = text.empty() || text.find(") Z") != string::npos;
            if (is_gone)
                break;
            ASSERT_LT(i, 499) << text;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    close(ends[0]);
}
