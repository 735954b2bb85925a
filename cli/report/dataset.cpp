#include "cli/report/dataset.hpp"

#include <algorithm>
#include <cmath>

#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

const char metric_mean_latency[] = "latency.all.mean_ps";
const char metric_cpu_overhead[] = "cpu.overhead_ps";

namespace {

bool begins(const std::string &s, const char *head)
{
    return s.rfind(head, 0) == 0;
}

bool ends(const std::string &s, const std::string &tail)
{
    return s.size() >= tail.size() && s.compare(s.size() - tail.size(), tail.size(), tail) == 0;
}

bool is_vcpu_overhead(const std::string &name)
{
    return begins(name, "cpu.vcpu") && (ends(name, ".kernel_ps") || ends(name, ".host_ps"));
}

void add_mean_latency(dataset *d)
{
    const auto sum = d->columns.find("latency.all.sum_ps");
    const auto count = d->columns.find("latency.all.count");
    column mean(d->runs.size());

    if (sum == d->columns.end() || count == d->columns.end())
        return;
    for (size_t i = 0; i < d->runs.size(); i++)
        if (sum->second[i] && count->second[i] && *count->second[i] > 0)
            mean[i] = *sum->second[i] / *count->second[i];
    d->columns[metric_mean_latency] = mean;
}

void add_cpu_overhead(dataset *d)
{
    column total(d->runs.size());
    bool is_there = false;

    for (const auto &[name, values] : d->columns) {
        if (!is_vcpu_overhead(name))
            continue;
        is_there = true;
        for (size_t i = 0; i < values.size(); i++)
            if (values[i])
                total[i] = total[i].value_or(0) + *values[i];
    }
    if (is_there)
        d->columns[metric_cpu_overhead] = total;
}

/* The value of the compared parameter; the variant if the plan has no such parameter. */
std::string design_name(const plan &p, const point &at)
{
    for (size_t i = 0; i < p.parameters.size() && i < at.at.size(); i++)
        if (p.parameters[i].name == p.compared)
            return at.at[i].value;
    return at.variant;
}

std::string chosen(const std::string &option, const std::string &hint)
{
    return option.empty() ? hint : option;
}

failure wrong_choice(const std::string &option, const std::string &found,
                     const std::vector<std::string> &expected)
{
    return failure(ERR_USAGE, option + ": found \"" + found + "\", expected " +
                                  (expected.empty() ? "none: there is nothing to choose from"
                                                    : enumeration(expected)));
}

void settle_designs(dataset *d, const choices &c)
{
    const plan &p = d->asked;
    std::vector<std::string> names;

    for (const point &at : p.points) {
        const std::string name = design_name(p, at);
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    }
    const std::string wanted = chosen(c.baseline, p.report.baseline);
    auto base = std::find(names.begin(), names.end(), wanted.empty() ? "sync" : wanted);
    if (base == names.end() && !wanted.empty() && !names.empty())
        throw wrong_choice(c.baseline.empty() ? "baseline of the sweep file" : "--baseline", wanted,
                           names);
    if (base != names.end())
        std::rotate(names.begin(), base, base + 1);
    d->designs = names;
    for (const point &at : p.points)
        d->design_of.push_back(
            (size_t)(std::find(names.begin(), names.end(), design_name(p, at)) - names.begin()));
}

void settle_metric(dataset *d, const choices &c)
{
    const std::string better = chosen(c.better, d->asked.report.better);
    const bool is_any_done = std::any_of(d->runs.begin(), d->runs.end(), [](const run_row &r) {
        return r.status == run_status::done;
    });

    d->metric = metric_of(c, d->asked);
    if (is_any_done && !d->has(d->metric))
        throw failure(ERR_USAGE, (c.metric.empty() ? "metric of the sweep file" : "--metric") +
                                     std::string(": found \"") + d->metric +
                                     "\", which no run has, expected a key of summary.json such as "
                                     "time_ps or latency.all.p99_ps");
    if (!better.empty() && better != "less" && better != "more")
        throw wrong_choice(c.better.empty() ? "better of the sweep file" : "--better", better,
                           {"less", "more"});
    d->is_less_better = better != "more";
}

/* Parameters with several values, but the compared one. */
void find_swept(dataset *d)
{
    const plan &p = d->asked;

    for (size_t i = 0; i < p.parameters.size(); i++) {
        std::vector<coordinate> all;
        for (const point &at : p.points)
            if (i < at.at.size())
                all.push_back(at.at[i]);
        if (p.parameters[i].name != p.compared &&
            make_swept(p.parameters[i], all).values.size() > 1)
            d->swept_params.push_back(i);
    }
}

/* For tied ones stands x or y, else the first of them. */
void find_dimensions(dataset *d)
{
    std::vector<size_t> order;

    for (size_t axis : {d->x, d->y})
        if (axis != SIZE_MAX)
            order.push_back(axis);
    order.insert(order.end(), d->swept_params.begin(), d->swept_params.end());
    d->leader_of.resize(d->asked.parameters.size(), SIZE_MAX);
    for (size_t leader : order) {
        if (d->leader_of[leader] != SIZE_MAX)
            continue;
        for (size_t i : d->swept_params)
            if (d->leader_of[i] == SIZE_MAX && (i == leader || are_tied(d->asked, leader, i)))
                d->leader_of[i] = leader;
    }
    for (size_t i : d->swept_params) {
        const size_t leader = d->leader_of[i];
        if (std::find(d->dimensions.begin(), d->dimensions.end(), leader) == d->dimensions.end())
            d->dimensions.push_back(leader);
    }
}

/* x: the wish, else the first with numbers; y: the wish, else the next with numbers, else words. */
void settle_axes(dataset *d, const choices &c)
{
    const plan &p = d->asked;
    std::vector<std::string> names;

    find_swept(d);
    for (size_t i : d->swept_params)
        names.push_back(p.parameters[i].name);
    auto find = [&](const std::string &option, const std::string &hint, const char *name) {
        const std::string wanted = chosen(option, hint);
        for (size_t i : d->swept_params)
            if (p.parameters[i].name == wanted)
                return i;
        if (!wanted.empty() && (!option.empty() || !names.empty()))
            throw wrong_choice(option.empty() ? std::string(name) + " of the sweep file"
                                              : std::string("--") + name,
                               wanted, names);
        return SIZE_MAX;
    };
    d->x = find(c.x, p.report.x, "x");
    d->y = find(c.y, p.report.y, "y");
    if (d->x != SIZE_MAX && d->x == d->y)
        throw failure(ERR_USAGE, "x and y of the map: found " + p.parameters[d->x].name +
                                     " twice, expected two parameters");
    if (d->x != SIZE_MAX && d->y != SIZE_MAX && are_tied(p, d->x, d->y))
        throw failure(ERR_USAGE, "x and y of the map: found " + p.parameters[d->x].name + " and " +
                                     p.parameters[d->y].name +
                                     ", which go together, expected two parameters that do not");
    find_dimensions(d);
    for (bool wants_number : {true, false})
        for (size_t i : d->dimensions)
            if ((p.parameters[i].scale != scale::category) == wants_number) {
                if (d->x == SIZE_MAX && i != d->y)
                    d->x = i;
                else if (d->y == SIZE_MAX && i != d->x)
                    d->y = i;
            }
}

} // namespace

int dataset::confidence_percent() const
{
    return (int)std::lround(confidence * 100);
}

std::string metric_of(const choices &c, const plan &p)
{
    const std::string metric = chosen(c.metric, p.report.metric);

    return metric.empty() ? "time_ps" : metric;
}

std::vector<std::string> wanted_columns(const std::vector<std::string> &there,
                                        const std::string &metric)
{
    std::vector<std::string> out;

    for (const std::string &name : there) {
        const bool is_page_hop =
            begins(name, "hops.") && !begins(name, "hops.g.") && ends(name, ".sum_ps");
        const bool is_holds = begins(name, "conservation.") && ends(name, ".holds");
        if (name == metric || name == "time_ps" || name == "picks.permille" || is_page_hop ||
            is_holds || is_vcpu_overhead(name) || begins(name, "latency.all.") ||
            begins(name, "overhead.") || begins(name, "faults.a") || name == "faults.total" ||
            name == "memory.fetches")
            out.push_back(name);
    }
    return out;
}

std::vector<std::string> with_made_metrics(const std::vector<std::string> &there)
{
    dataset d;
    std::vector<std::string> out;

    for (const std::string &name : there)
        d.columns[name];
    add_mean_latency(&d);
    add_cpu_overhead(&d);
    for (const auto &[name, values] : d.columns)
        out.push_back(name);
    return out;
}

void settle(dataset *d, const choices &c)
{
    const plan &p = d->asked;

    add_mean_latency(d);
    add_cpu_overhead(d);
    d->confidence = c.confidence_permille != 0 ? c.confidence_permille / 1000.0
                    : p.stop                   ? p.stop->confidence_permille / 1000.0
                                               : 0.95;
    settle_designs(d, c);
    settle_metric(d, c);
    settle_axes(d, c);
    d->latency.resize(p.points.size());
    d->runs_of.resize(p.points.size());
    for (u32 i = 0; i < d->runs.size(); i++)
        d->runs_of.at(d->runs[i].point).push_back(i);
    d->point_of.resize(plan_group_count(p));
    for (u32 i = 0; i < p.points.size(); i++) {
        auto &row = d->point_of.at(p.points[i].group);
        row.resize(d->designs.size());
        if (!row[d->design_of[i]])
            row[d->design_of[i]] = i;
    }
}

} // namespace cli::report
