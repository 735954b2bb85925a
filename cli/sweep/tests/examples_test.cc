/*
 * The sweeps that come along: they load, a part of each runs, and what the break-even map says is
 * what must hold in the limits where one can tell without a simulator.
 */
#include <map>
#include <set>

#include "cli/tests/program.hpp"

static const string sweeps = source_dir + "/configs/sweeps/";

class Examples : public Program {
protected:
    void SetUp() override
    {
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
    }
    static std::vector<string> names()
    {
        std::vector<string> all;
        for (const fs::directory_entry &e : fs::directory_iterator(sweeps))
            if (read_file(e.path()).find("\napfsim-sweep: 1\n") != string::npos)
                all.push_back(e.path().filename().string());
        return all;
    }
    /* The table of a sweep: one mapping from column to value for each row. */
    std::vector<std::map<string, string>> table(const string &sweep)
    {
        const string db = path("table.db");
        fs::remove(db);
        const result r = run({"sweep", "run", sweep, "--out", db});
        EXPECT_EQ(r.status, 0) << r.err;
        std::istringstream csv(run({"sweep", "export", db}).out);
        std::vector<std::map<string, string>> rows;
        std::vector<string> head;
        for (string line; std::getline(csv, line);) {
            std::istringstream cells(line);
            std::vector<string> values;
            for (string cell; std::getline(cells, cell, ',');)
                values.push_back(cell);
            if (head.empty()) {
                head = values;
                continue;
            }
            rows.emplace_back();
            for (size_t i = 0; i < values.size(); i++)
                rows.back()[head[i]] = values[i];
        }
        return rows;
    }
};

TEST_F(Examples, AreFive)
{
    EXPECT_EQ(names().size(), 5u);
}

TEST_F(Examples, APartOfEachRuns)
{
    static const std::map<string, const char *> parts = {{"break-even.yaml", "7/50"},
                                                         {"overcommit.yaml", "2/11"},
                                                         {"post-copy.yaml", "3/21"},
                                                         {"slots-and-tasks.yaml", "12/25"},
                                                         {"zram-to-disk.yaml", "3/5"}};

    for (const string &name : names()) {
        ASSERT_EQ(parts.count(name), 1u) << name;
        const result r = run({"sweep", "run", sweeps + name, "--out", path(name + ".db"),
                              "--shard", parts.at(name)});
        EXPECT_EQ(r.status, 0) << name << ": " << r.err;
        EXPECT_EQ(r.err, "");
    }
}

/* The commands in their heads are those that one can type, from the project's folder. */
TEST_F(Examples, TheirHeadsSayHowToRunThem)
{
    for (const string &name : names())
        EXPECT_NE(read_file(sweeps + name).find("#   apfsim sweep run configs/sweeps/" + name),
                  string::npos)
            << name;
}

/* --- Limits of the break-even map --- */

static double number(const std::map<string, string> &row, const string &column)
{
    const auto cell = row.find(column);

    EXPECT_NE(cell, row.end()) << column;
    EXPECT_NE(cell->second, "") << column;
    return std::stod(cell->second);
}

/* Time of each design at each latency: times[latency][design]. */
using times_of = std::map<string, std::map<string, double>>;

static times_of times(const std::vector<std::map<string, string>> &rows)
{
    times_of all;

    for (const auto &row : rows)
        all[row.at("store.read.value")][row.at("protocol.variant")] = number(row, "time_ps");
    return all;
}

static string limit_sweep(const string &latencies, const string &more)
{
    return "apfsim-sweep: 1\nbase: " + sweeps + "base.yaml\n"
           "set: {store.read.latency: fixed, guest.tasks.mem.accesses: 100" + more + "}\n"
           "matrix:\n  protocol.variant: [sync, v4, one-ppi]\n  store.read.value: [" +
           latencies + "]\n";
}

/* Nothing else to run: whatever the store takes, telling the guest is work on top. */
TEST_F(Examples, WithOneTaskItNeverPays)
{
    const string sweep = write("one.yaml", limit_sweep("2us, 20us, 200us, 2ms",
                                                       ", guest.tasks.calc.count: 0"));
    const times_of all = times(table(sweep));
    ASSERT_EQ(all.size(), 4u);
    for (const auto &[latency, time] : all)
        for (const char *design : {"v4", "one-ppi"})
            EXPECT_GT(time.at(design), time.at("sync")) << design << " at " << latency;
}

/*
 * With enough to compute, a fault wins the latency and costs the CPU time that the design adds. So
 * it cannot pay below that time, and must well above it.
 */
TEST_F(Examples, ItPaysAboveItsOverheadAndNeverBelow)
{
    const string computing = ", guest.tasks.calc.instructions: 600000000";
    const auto rows = table(write("cost.yaml", limit_sweep("500us", computing)));
    std::map<string, double> busy_ps, faults;
    for (const auto &row : rows) {
        const string &design = row.at("protocol.variant");
        busy_ps[design] = number(row, "cpu.vcpu0.kernel_ps") + number(row, "cpu.vcpu0.host_ps");
        faults[design] = number(row, "faults.total");
    }
    for (const char *design : {"v4", "one-ppi"}) {
        const double added_ps =
            busy_ps[design] / faults[design] - busy_ps["sync"] / faults["sync"];
        ASSERT_GT(added_ps, 2e6) << "a notification takes microseconds";
        ASSERT_LT(added_ps, 3e7);
        const string below = std::to_string((u64)(added_ps / 2 / 1000)) + "ns";
        const string above = std::to_string((u64)(added_ps * 4 / 1000)) + "ns";
        const times_of all =
            times(table(write("limit.yaml", limit_sweep(below + ", " + above, computing))));
        ASSERT_EQ(all.size(), 2u);
        for (const auto &[latency, time] : all) {
            if (latency == above)
                EXPECT_LT(time.at(design), time.at("sync")) << design << " at " << latency;
            else
                EXPECT_GT(time.at(design), time.at("sync")) << design << " at " << latency;
        }
    }
}
