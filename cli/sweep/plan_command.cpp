/* apfsim sweep plan: what a sweep would run, and about what that costs. */
#include <algorithm>
#include <boost/lexical_cast.hpp>
#include <cinttypes>
#include <limits>
#include <map>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/report/dataset.hpp"
#include "cli/sweep/check_points.hpp"
#include "cli/sweep/plan_print.hpp"
#include "cli/sweep/pool.hpp"
#include "cli/sweep/words.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

enum { POINTS_SHOWN = 20, PILOT_RUNS_MAX = 8, JOBS_MAX = 4096 };
const u64 ns_per_ms = 1000000, pilot_ns = 2000 * ns_per_ms;

struct pilot {
    u32 runs = 0, failed = 0, late = 0;
    u64 sum_ns = 0, least_ns = UINT64_MAX, most_ns = 0, bytes = 0;
    u64 limit_ms = pilot_ns / ns_per_ms; /* Of each run. */
    std::map<std::string, u32> metrics;  /* In how many runs they are. */

    void add(const run_result &r)
    {
        runs++;
        failed += r.status != run_status::done;
        sum_ns += r.host_ns;
        least_ns = std::min(least_ns, r.host_ns);
        most_ns = std::max(most_ns, r.host_ns);
        bytes += stored_bytes(r);
        for (const auto &[name, value] : r.metrics)
            metrics[name] += r.status == run_status::done;
    }
    /* About what a result takes in the database: numbers there are short. */
    static u64 stored_bytes(const run_result &r)
    {
        u64 bytes = 600 + r.text.size() + 12 * r.metrics.size();

        for (const named_hist &h : r.hists)
            bytes += 40 + h.buckets.size();
        return bytes;
    }
};

/* The i-th point of a pilot: of groups all over the list, each time another place in the group, as
 * designs differ in what they cost and measure. */
u32 pilot_point(const plan &p, size_t i, size_t count)
{
    size_t first = (2 * i + 1) * p.points.size() / (2 * count), size = 1;
    const u32 group = p.points[first].group;

    while (first > 0 && p.points[first - 1].group == group)
        first--;
    while (first + size < p.points.size() && p.points[first + size].group == group)
        size++;
    return (u32)(first + i % size);
}

/* A few points, spread over the list, one after the other; each a process of its own. */
pilot run_pilot(const plan &p)
{
    const sweep_base base(p.base, {});
    const size_t count = std::min<size_t>(p.points.size(), PILOT_RUNS_MAX);
    const u64 start_ns = host_now_ns();
    plan limited = p;
    pilot seen;

    if (p.limits.time_ms != 0)
        seen.limit_ms = std::min(seen.limit_ms, p.limits.time_ms);
    limited.limits.time_ms = seen.limit_ms;
    limited.limits.retries = 0;
    run_pool runs(*base.get(), limited, 1);
    for (size_t i = 0; i < count && !interrupted() && host_now_ns() - start_ns < pilot_ns; i++) {
        runs.start({pilot_point(p, i, count), p.seeds.first});
        while (runs.running() != 0 && !interrupted())
            for (const run_pool::ended &e : runs.wait(100)) {
                seen.add(e.result);
                seen.late += e.result.status == run_status::timed_out;
            }
    }
    return seen;
}

std::string time_words(u64 ns)
{
    const u64 ms = ns / ns_per_ms + (ns % ns_per_ms != 0), s = ms / 1000 + (ms % 1000 != 0);

    if (ms < 1000)
        return std::to_string(ms) + " ms";
    if (s < 600)
        return std::to_string(s) + " s";
    return s < 36000 ? std::to_string(s / 60) + " min" : std::to_string(s / 3600) + " h";
}

std::string size_words(u64 bytes)
{
    if (bytes < 10000000)
        return std::to_string((bytes + 999) / 1000) + " kB";
    return bytes < 10000000000 ? std::to_string(bytes / 1000000) + " MB"
                               : std::to_string(bytes / 1000000000) + " GB";
}

/* A limit is named as it is, and not about. */
std::string limit_words(u64 ms)
{
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

u64 scaled(u64 value, u64 by, u64 of)
{
    const u128 scaled = (u128)value * by / of;

    return scaled > UINT64_MAX ? UINT64_MAX : (u64)scaled;
}

std::string without_digits(std::string text)
{
    text.erase(
        std::remove_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }),
        text.end());
    return text;
}

/* Other points may have more tasks and vCPUs, and a histogram without values has no quantiles: a
 * name can be right although no run of the pilot has it. */
bool may_be_elsewhere(const std::string &metric, const std::vector<std::string> &there)
{
    const size_t dot = std::min(metric.rfind('.'), metric.size());
    const std::string head = without_digits(metric.substr(0, dot)), tail = metric.substr(dot);
    bool has_tail = false, is_histogram = false;

    for (const std::string &name : there) {
        const size_t end = std::min(name.rfind('.'), name.size());
        const bool is_head = without_digits(name.substr(0, end)) == head;
        const bool is_tail = !tail.empty() && name.substr(end) == tail;
        if (is_head && is_tail)
            return true;
        has_tail = has_tail || is_tail;
        is_histogram = is_histogram || (is_head && name.substr(end) == ".count");
    }
    return has_tail && is_histogram;
}

void need_metric(const place &at, const char *key, const std::string &metric,
                 const std::vector<std::string> &there)
{
    if (metric.empty() || std::find(there.begin(), there.end(), metric) != there.end())
        return;
    const std::string hint = nearest(metric, there);
    fail_at(at, std::string(key) + ": found \"" + metric +
                    "\", which the runs of the pilot do not have" +
                    (hint.empty() ? ", expected a key of summary.json such as time_ps" : hint));
}

/* The words of a sweep file that only runs can judge. A stopping rule needs its metric in all of
 * them. */
void check_metrics(const loaded_sweep &sweep, const pilot &seen)
{
    const plan &p = sweep.p;
    std::vector<std::string> some, all;

    if (seen.runs == seen.failed)
        return;
    for (const auto &[name, runs] : seen.metrics) {
        some.push_back(name);
        if (runs == seen.runs - seen.failed)
            all.push_back(name);
    }
    need_metric(sweep.stop_metric, "stop_when.metric", p.stop ? p.stop->metric : "", all);
    if (!may_be_elsewhere(p.report.metric, some))
        need_metric(sweep.report_metric, "report.metric", p.report.metric,
                    report::with_made_metrics(some));
}

void print_cost(const plan &p, const pilot &seen, unsigned jobs)
{
    const u64 runs = (u64)p.points.size() * p.seeds.count;

    if (seen.runs == 0) {
        std::printf("\ncost not known: the pilot was interrupted\n");
        return;
    }
    if (seen.late != 0) {
        std::printf("\ncost: more than %s on %u core%s (pilot: %" PRIu32 " of %" PRIu32
                    " run%s not done within %s)\n",
                    time_words(scaled(seen.sum_ns, runs, (u64)seen.runs * jobs)).c_str(), jobs,
                    jobs == 1 ? "" : "s", seen.late, seen.runs, seen.runs == 1 ? "" : "s",
                    limit_words(seen.limit_ms).c_str());
        return;
    }
    std::printf("\ncost: %sabout %s on %u core%s, %s of results (pilot: %" PRIu32
                " run%s, %s to %s each%s)\n",
                p.stop ? "at most " : "",
                time_words(scaled(seen.sum_ns, runs, (u64)seen.runs * jobs)).c_str(), jobs,
                jobs == 1 ? "" : "s", size_words(scaled(seen.bytes, runs, seen.runs)).c_str(),
                seen.runs, seen.runs == 1 ? "" : "s", time_words(seen.least_ns).c_str(),
                time_words(seen.most_ns).c_str(),
                seen.failed != 0 ? (", " + std::to_string(seen.failed) + " without results").c_str()
                                 : "");
}

unsigned jobs_of(const syntax &s, const po::variables_map &values)
{
    u32 jobs = 0;

    if (!values.count("jobs"))
        return host_cpus();
    const std::string text = values["jobs"].as<std::string>();
    if (!boost::conversion::try_lexical_convert(text, jobs) || text[0] == '-' || text[0] == '+' ||
        jobs < 1 || jobs > JOBS_MAX)
        throw s.wrong("--jobs: found \"" + text + "\", expected a number from 1 to " +
                      std::to_string(JOBS_MAX));
    return jobs;
}

} // namespace

int sweep_plan_command(const arguments &args)
{
    syntax s("sweep plan",
             "Shows the points of a sweep. Every configuration is checked, and a few runs tell "
             "about\nwhat the whole will cost.",
             "apfsim sweep plan configs/sweeps/break-even.yaml", {"SWEEP"});
    po::variables_map values;

    add_sweep_settings(s.options);
    s.options.add_options()("jobs", po::value<std::string>()->value_name("N"),
                            "processes beside each other; all CPUs of this computer if not given")(
        "to", po::value<std::string>()->value_name("FORMAT")->default_value("text"),
        "text, csv or json; the last two show all points and no cost")(
        "all", "all points, not only the first 20")("no-pilot", "run nothing, tell no cost");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string to = values["to"].as<std::string>();
    if (to != "text" && to != "csv" && to != "json")
        throw s.wrong("--to: found \"" + to + "\", expected text, csv or json");
    const unsigned jobs = jobs_of(s, values);
    const loaded_sweep sweep =
        load_sweep(values["SWEEP"].as<std::string>(), jobs, sweep_settings_from(values));
    if (to == "csv") {
        plan_print_csv(sweep.p, stdout);
    } else if (to == "json") {
        plan_print_json(sweep, stdout);
    } else {
        const size_t all = std::numeric_limits<size_t>::max();
        plan_print_text(sweep, values.count("all") ? all : (size_t)POINTS_SHOWN, stdout);
        if (!values.count("no-pilot")) {
            interrupt_watch();
            const pilot seen = run_pilot(sweep.p);
            check_metrics(sweep, seen);
            print_cost(sweep.p, seen, jobs);
        }
    }
    return interrupted() ? (int)STATUS_INTERRUPTED : (int)ERR_NONE;
}

} // namespace cli
