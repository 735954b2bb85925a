/* A small plan with results that are easy to foretell, and a folder for its databases. */
#ifndef CLI_DATA_TESTS_SMALL_SWEEP_HPP
#define CLI_DATA_TESTS_SMALL_SWEEP_HPP

#include "cli/data/database.hpp"
#include "cli/data/export.hpp"
#include "cli/output.hpp"
#include "cli/sweep/sweep.hpp"
#include "cli/tests/program.hpp"

namespace small {

using namespace cli;

enum { LATENCIES = 3, POINTS = 2 * LATENCIES, SEEDS = 4 };

/* Two designs over three store latencies; the points of a latency are a group. */
inline plan make_plan()
{
    plan p;

    p.title = "Where does it pay?";
    p.file = "sweep.yaml";
    p.text = "base: demo.yaml\n# It's \"quoted\", and \xc2\xb5s too.\n";
    p.base = "configs/demo.yaml";
    p.hash = 0xfedcba9876543210;
    p.parameters = {{"store.read.value", "ps", scale::log},
                    {"protocol.variant", "", scale::category}};
    for (u32 i = 0; i < POINTS; i++) {
        const u32 latency = i / 2;
        const string us = std::to_string(10u << latency) + "us", variant = i % 2 ? "v4" : "sync";
        point pt;
        pt.group = latency;
        pt.config_key = 0xf000000000000000 + i;
        pt.variant = variant;
        pt.at = {{us, (10u << latency) * PS_PER_US}, {variant, std::nullopt}};
        pt.settings = {{"store.read.value", us, {"sweep.yaml", 3, 5 + latency}},
                       {"protocol.variant", variant, {"", 0, 0}}};
        p.points.push_back(pt);
    }
    p.seeds = {1, SEEDS};
    p.stop = stopping{"time_ps", "sync", 20, 950, 2};
    p.limits = {60000, 2};
    p.report = {"time_ps", "less", "sync", "store.read.value", ""};
    return p;
}

/* The first whole, of the others what differs. */
inline std::vector<std::vector<config_row>> make_configs(const plan &p)
{
    std::vector<std::vector<config_row>> configs(p.points.size());

    configs[0] = {{"guest.memory", "32MiB", "demo.yaml:3"},
                  {"store.read.value", "10us", "set"},
                  {"protocol.variant", "sync", "set"}};
    for (size_t i = 1; i < p.points.size(); i++) {
        configs[i] = {{"store.read.value", p.points[i].at[0].value, "set"}};
        if (i % 2)
            configs[i].push_back({"protocol.variant", "v4", "set"});
        if (i == 3)
            configs[i].push_back({"costs.extra", "1ns", "default"});
    }
    return configs;
}

inline u64 time_of(u32 point, u64 seed)
{
    return 1000 * (point + 1) + seed;
}

inline run_result make_result(u32 point, u64 seed, u32 metric_count = 4)
{
    run_result r;
    hist h;

    r.checksum = 0x8000000000000000 + time_of(point, seed);
    r.lines = 77;
    r.metrics = {{"time_ps", time_of(point, seed)}, {"faults.total", 2}};
    for (u32 i = 2; i < metric_count; i++)
        r.metrics.emplace_back("hops.hop" + std::to_string(i) + ".sum_ps", point * 1000 + i);
    hist_init(&h);
    for (u64 value : {u64{3}, time_of(point, seed), seed << 20, seed << 20})
        hist_add(&h, value);
    r.hists = {{"latency.async", h}};
    r.host_ns = 5000000 + seed;
    return r;
}

inline run_result make_failed(run_status status, const string &text)
{
    run_result r;

    r.status = status;
    r.text = text;
    return r;
}

inline run_key key_of(const plan &p, u32 point, u64 seed)
{
    return {p.points[point].config_key, seed};
}

inline void put_one(database &db, u32 point, u64 seed, const run_result &r)
{
    db.put({{key_of(db.get_plan(), point, seed), &r}});
}

class Database : public Program {
protected:
    /* In memory, where syncing costs nothing. */
    Database()
    {
        string name = "/dev/shm/apfsim-data-XXXXXX";
        if (mkdtemp(name.data()) != nullptr) {
            fs::remove_all(folder);
            folder = name;
        }
    }

    /* A new database, without runs. */
    string make(const string &name, const plan &p = make_plan()) const
    {
        database::create(path(name), p, "b1", make_configs(p));
        return path(name);
    }
    /* With all runs that the plan asks for. */
    string make_full(const string &name) const
    {
        const plan p = make_plan();
        database db(make(name), database::access::write);
        for (u32 i = 0; i < POINTS; i++)
            for (u64 seed = 1; seed <= SEEDS; seed++)
                put_one(db, i, seed, make_result(i, seed));
        return path(name);
    }
    /* A command of the program, in a process of its own. */
    result call(int (*command)(const arguments &), const arguments &args) const
    {
        const pid_t child = fork();
        if (child == 0) {
            const int flags = O_WRONLY | O_CREAT | O_TRUNC;
            dup2(open(path("stdout").c_str(), flags, 0600), STDOUT_FILENO);
            dup2(open(path("stderr").c_str(), flags, 0600), STDERR_FILENO);
            _exit(guard([&] { return command(args); }));
        }
        return finish(child);
    }
    string sql_of(const database &db) const
    {
        write_file(path("export"), [&](FILE *out) { return export_sql(db, out); });
        return read_file(path("export"));
    }
    string sql_of(const string &name) const
    {
        return sql_of(database(name, database::access::read));
    }
    /* What it throws: "STATUS SENTENCE"; "": nothing. */
    static string complaint(const std::function<void()> &work)
    {
        try {
            work();
        } catch (const failure &f) {
            return std::to_string(f.status) + " " + f.what();
        }
        return "";
    }
};

} // namespace small
#endif
