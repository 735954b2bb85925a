/* A small sweep with results that are easy to foretell: as plain data, and as a database. */
#ifndef CLI_REPORT_TESTS_SAMPLE_HPP
#define CLI_REPORT_TESTS_SAMPLE_HPP

#include "cli/report/report.hpp"
#include "cli/tests/program.hpp"

namespace sample {

using namespace cli;
using namespace cli::report;

enum { LATENCIES = 4, COSTS = 3, DESIGNS = 2, SEEDS = 3 };
enum { POINTS = LATENCIES * COSTS * DESIGNS };

inline const string nasty = "a <b> & \"c\" 'd' </script>";

/* 10, 20, 40, 80 us by 1, 2, 4 us, each as sync and as v4; the two are a group. */
inline plan make_plan(const string &title = "Where does it pay?")
{
    plan p;

    p.title = title;
    p.file = "sweep.yaml";
    p.text = "apfsim-sweep: 1\nbase: demo.yaml # <&>\n";
    p.base = "configs/demo.yaml";
    p.hash = 0x123;
    p.parameters = {{"store.read.value", "ps", scale::log},
                    {"costs.kvm.exit", "ps", scale::log},
                    {"protocol.variant", "", scale::category}};
    for (u32 i = 0; i < POINTS; i++) {
        const u32 latency = 10u << (i / DESIGNS / COSTS), cost = 1u << (i / DESIGNS % COSTS);
        const string read = std::to_string(latency) + "us", exit = std::to_string(cost) + "us";
        point at;
        at.group = i / DESIGNS;
        at.config_key = i + 1;
        at.variant = i % DESIGNS == 0 ? "sync" : "v4";
        at.at = {{read, latency * u64{PS_PER_US}}, {exit, cost * u64{PS_PER_US}}, {at.variant, {}}};
        at.settings = {{"store.read.value", read, {}},
                       {"costs.kvm.exit", exit, {}},
                       {"protocol.variant", at.variant, {}}};
        p.points.push_back(at);
    }
    p.seeds = {1, SEEDS};
    return p;
}

/* sync takes the latency; v4 takes 15 us and ten exits: equal at 25, 35 and 55 us. A seed adds the
 * same to both. */
inline u64 time_ps(u32 point, u64 seed)
{
    const u64 latency = 10u << (point / DESIGNS / COSTS), cost = 1u << (point / DESIGNS % COSTS);

    return (point % DESIGNS == 0 ? 10 * latency : 150 + 100 * cost) * PS_PER_US + seed;
}

inline run_result make_result(u32 point, u64 seed)
{
    const u64 time = time_ps(point, seed);
    const bool is_v4 = point % DESIGNS == 1;
    run_result r;
    hist h;

    r.checksum = time;
    r.lines = 7;
    r.metrics = {{"conservation.hop_time.holds", 1},
                 {"cpu.vcpu0.host_ps", is_v4 ? 300u : 100u},
                 {"cpu.vcpu0.kernel_ps", is_v4 ? 200u : 50u},
                 {"cpu.vcpu0.user_ps", 7},
                 {"hops.exit.sum_ps", time / 4},
                 {"hops.g.entry.sum_ps", 999},
                 {"hops.io_wait.sum_ps", time - time / 4},
                 {"latency.all.count", 10},
                 {"latency.all.sum_ps", time},
                 {"overhead.exits", is_v4 ? 40u : 10u},
                 {"picks.permille", is_v4 ? 100u : 50u},
                 {"time_ps", time}};
    hist_init(&h);
    for (u64 i = 0; i < 10; i++)
        hist_add(&h, time / 10);
    r.hists = {{is_v4 ? "latency.async" : "latency.sync", h}};
    return r;
}

inline run_result make_failed(const string &text)
{
    run_result r;

    r.status = run_status::broken;
    r.text = text;
    return r;
}

/* Without a database: every run is there and done. */
inline dataset make_dataset(const choices &c = {}, const plan &p = make_plan())
{
    dataset d;

    d.asked = p;
    d.build = "b1";
    d.version = "0";
    d.path = "results.db";
    d.latency.resize(p.points.size());
    for (hist &h : d.latency)
        hist_init(&h);
    for (u32 i = 0; i < p.points.size(); i++)
        for (u64 seed = 1; seed <= p.seeds.count; seed++) {
            const run_result r = make_result(i, seed);
            d.runs.push_back({i, seed, run_status::done, "", r.checksum, r.lines, 0});
            for (const auto &[key, value] : r.metrics)
                d.columns[key].push_back((double)value);
            r.hists[0].add_to(&d.latency[i]);
        }
    settle(&d, c);
    return d;
}

class Sample : public Program {
protected:
    string make(const string &name, const plan &p) const
    {
        std::vector<std::vector<config_row>> configs(p.points.size());
        for (size_t i = 0; i < configs.size(); i++)
            configs[i] = {{"guest.memory", "32MiB", "demo.yaml:3"},
                          {"store.read.value", p.points[i].at[0].value, "sweep.yaml:4"}};
        database::create(path(name), p, "b1", configs);
        return path(name);
    }
    /* All runs; those of failed points end with the sentence. */
    string make_full(const string &name, const plan &p, const std::set<u32> &failed = {},
                     const string &sentence = "an invariant is broken") const
    {
        make(name, p);
        database db(path(name), database::access::write);
        std::vector<run_result> results;
        std::vector<database::stored> stored;
        results.reserve(p.points.size() * p.seeds.count);
        for (u32 i = 0; i < p.points.size(); i++)
            for (u64 seed = 1; seed <= p.seeds.count; seed++) {
                results.push_back(failed.count(i) ? make_failed(sentence) : make_result(i, seed));
                stored.push_back({{p.points[i].config_key, seed}, &results.back()});
            }
        db.put(stored);
        return path(name);
    }
    result report(const string &db, std::vector<string> more) const
    {
        more.insert(more.begin(), {"report", db});
        return run(more);
    }
};

} // namespace sample
#endif
