/* Data of the comparisons: A/B, sensitivities, Pareto front. */
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

#include "cli/data/estimate.hpp"
#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

/* Two-sided: as many more on one side, or a rarer split, if both were as likely. */
double sign_test(unsigned less, unsigned more)
{
    const unsigned n = less + more;

    if (n == 0)
        return 1;
    const boost::math::binomial_distribution<double, math_policy> coins(n, 0.5);
    return std::min(1.0, 2 * boost::math::cdf(coins, std::min(less, more)));
}

/* What is compared beside the metric, as far as the runs have it. */
std::vector<std::string> ab_metrics(const dataset &d)
{
    std::vector<std::string> out;

    for (const std::string &name :
         {d.metric, std::string("time_ps"), std::string(metric_mean_latency),
          std::string("latency.all.p50_ps"), std::string("latency.all.p99_ps"),
          std::string("overhead.exits"), std::string("overhead.hypercalls"),
          std::string(metric_cpu_overhead), std::string("faults.total"),
          std::string("memory.fetches")})
        if (d.has(name) && std::find(out.begin(), out.end(), name) == out.end())
            out.push_back(name);
    return out;
}

ab_row ab_row_of(const dataset &d, const std::string &metric, size_t design)
{
    ab_row row{metric, d.designs[design], design, {}, 0, 0, 0, 0, 0, 1};
    std::vector<double> a, b;

    for (u32 group = 0; group < d.point_of.size(); group++) {
        const pairs p = pairs_of(d, group, design, d.columns.at(metric));
        a.insert(a.end(), p.a.begin(), p.a.end());
        b.insert(b.end(), p.b.begin(), p.b.end());
        row.left_out += p.left_out;
    }
    row.pairs = (unsigned)a.size();
    bool are_positive = !a.empty();
    for (size_t i = 0; i < a.size(); i++) {
        are_positive = are_positive && a[i] > 0 && b[i] > 0;
        row.less += b[i] < a[i];
        row.more += b[i] > a[i];
    }
    if (are_positive)
        row.ratio = paired_ratio(a, b, d.confidence);
    if (!a.empty())
        row.effect = paired_effect(a, b);
    row.sign_p = sign_test(row.less, row.more);
    return row;
}

/* Everything that must be equal when a parameter is changed, with all that goes with it. */
std::string others_key(const dataset &d, const point &p, size_t parameter)
{
    std::string key = p.variant;

    for (size_t i = 0; i < p.at.size(); i++)
        if (i != parameter && d.leader_of[i] != parameter)
            key += "\n" + p.at[i].value;
    return key;
}

/* Points at the two ends of a parameter, matched in all else, seed by seed. */
void paired_change(const dataset &d, size_t parameter, const swept &s, size_t design,
                   std::vector<double> *low, std::vector<double> *high)
{
    std::map<std::string, u32> at_low;
    const column &values = d.columns.at(d.metric);

    for (u32 i = 0; i < d.asked.points.size(); i++)
        if (d.design_of[i] == design && index_in(s, d.asked.points[i].at[parameter]) == 0)
            at_low[others_key(d, d.asked.points[i], parameter)] = i;
    for (u32 i = 0; i < d.asked.points.size(); i++) {
        const point &p = d.asked.points[i];
        const auto match = at_low.find(others_key(d, p, parameter));
        if (d.design_of[i] != design || match == at_low.end() ||
            index_in(s, p.at[parameter]) + 1 != s.values.size())
            continue;
        std::map<u64, double> first;
        for (u32 run : d.runs_of[match->second])
            if (values[run])
                first[d.runs[run].seed] = *values[run];
        for (u32 run : d.runs_of[i])
            if (values[run] && first.count(d.runs[run].seed) != 0) {
                low->push_back(first[d.runs[run].seed]);
                high->push_back(*values[run]);
            }
    }
}

/* Without matches (a sampled space): the points of the lower against those of the upper quarter. */
std::optional<estimate> unpaired_change(const dataset &d, size_t parameter, const swept &s,
                                        size_t design)
{
    std::vector<double> low, high;
    const size_t n = s.values.size(), quarter = std::max<size_t>(1, n / 4);

    for (u32 i = 0; i < d.asked.points.size(); i++) {
        const size_t at = index_in(s, d.asked.points[i].at[parameter]);
        if (d.design_of[i] != design || (at >= quarter && at < n - quarter))
            continue;
        const std::vector<double> values = values_of(d, i, d.columns.at(d.metric));
        if (!values.empty())
            (at < quarter ? low : high).push_back(mean_of(values, d.confidence).mean);
    }
    if (low.empty() || high.empty())
        return std::nullopt;
    const estimate a = mean_of(low, d.confidence), b = mean_of(high, d.confidence);
    if (a.mean == 0)
        return std::nullopt;
    const double unit = 100 / std::fabs(a.mean), change = unit * (b.mean - a.mean);
    const double half = unit * std::hypot(a.mean - a.low, b.mean - b.low);
    return estimate{change, change - half, change + half, a.count + b.count};
}

tornado_bar tornado_bar_of(const dataset &d, size_t parameter, const swept &s, size_t design)
{
    tornado_bar bar{d.designs[design], design, {}, true};
    std::vector<double> low, high;

    paired_change(d, parameter, s, design, &low, &high);
    if (low.empty()) {
        bar.is_paired = false;
        bar.change = unpaired_change(d, parameter, s, design);
        return bar;
    }
    const double unit =
        std::fabs(std::accumulate(low.begin(), low.end(), 0.0)) / (double)low.size();
    if (unit == 0)
        return bar;
    for (std::vector<double> *list : {&low, &high})
        for (double &v : *list)
            v *= 100 / unit;
    bar.change = paired_difference(low, high, d.confidence);
    return bar;
}

/* Mean of a design by that of the baseline, over the pairs of a group. */
std::optional<double> ratio_of(const dataset &d, u32 group, size_t design,
                               const std::string &metric)
{
    const auto values = d.columns.find(metric);

    if (values == d.columns.end())
        return std::nullopt;
    const pairs p = pairs_of(d, group, design, values->second);
    const double base = std::accumulate(p.a.begin(), p.a.end(), 0.0);
    if (!(base > 0))
        return std::nullopt;
    return std::accumulate(p.b.begin(), p.b.end(), 0.0) / base;
}

double longest(const tornado_row &row)
{
    double most = 0;

    for (const tornado_bar &bar : row.bars)
        if (bar.change)
            most = std::max(most, std::fabs(bar.change->mean));
    return most;
}

} // namespace

std::vector<ab_row> ab_of(const dataset &d)
{
    std::vector<ab_row> out;

    for (const std::string &metric : ab_metrics(d))
        for (size_t design = 1; design < d.designs.size(); design++)
            out.push_back(ab_row_of(d, metric, design));
    return out;
}

std::vector<tornado_row> tornado_of(const dataset &d)
{
    std::vector<tornado_row> out;

    if (!d.has(d.metric))
        return out;
    for (size_t parameter : d.dimensions) {
        const swept s = swept_of(d, parameter);
        tornado_row row{
            s.name, s.values.front().value, s.values.back().value, tied_with(d, parameter), {}};
        for (size_t design = 0; design < d.designs.size(); design++)
            row.bars.push_back(tornado_bar_of(d, parameter, s, design));
        out.push_back(row);
    }
    std::stable_sort(out.begin(), out.end(), [](const tornado_row &a, const tornado_row &b) {
        return longest(a) > longest(b);
    });
    return out;
}

pareto_data pareto_of(const dataset &d)
{
    pareto_data out;
    const bool has_cpu = d.has(metric_cpu_overhead) && d.metric != metric_cpu_overhead;

    out.x_name = d.metric;
    out.y_name = has_cpu ? metric_cpu_overhead : "overhead.exits";
    out.is_x_less_better = d.is_less_better;
    if (d.designs.size() < 2)
        return out;
    out.baseline = d.designs[0];
    for (u32 i = 0; i < d.asked.points.size(); i++) {
        const size_t design = d.design_of[i];
        const u32 group = d.asked.points[i].group;
        if (design == 0 || d.point_of[group][design] != i)
            continue;
        const std::optional<double> x = ratio_of(d, group, design, out.x_name),
                                    y = ratio_of(d, group, design, out.y_name);
        if (!x || !y) {
            out.left_out++;
            continue;
        }
        out.points.push_back({"point " + std::to_string(i) + ", " + d.designs[design] +
                                  (point_words(d, i).empty() ? "" : ", ") + point_words(d, i),
                              d.designs[design], design, *x, *y, false});
    }
    if (!out.points.empty())
        out.points.push_back({d.designs[0] + ", of every group", d.designs[0], 0, 1, 1, false});
    mark_front(&out);
    return out;
}

} // namespace cli::report
