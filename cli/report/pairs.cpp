/* Pairs of runs, effects, and the place where a design begins to pay. */
#include <algorithm>
#include <cmath>
#include <set>

#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

std::map<u64, double> by_seed(const dataset &d, u32 point, const column &values)
{
    std::map<u64, double> out;

    for (u32 run : d.runs_of[point])
        if (d.runs[run].status == run_status::done && values[run])
            out[d.runs[run].seed] = *values[run];
    return out;
}

double mean(const std::vector<double> &values)
{
    double sum = 0;

    for (double v : values)
        sum += v;
    return sum / (double)values.size();
}

/* The passing nearest to a place; none: the line passes nowhere. */
std::optional<double> nearest(const std::vector<double> &passings, double place)
{
    std::optional<double> best;

    for (double p : passings)
        if (!best || std::fabs(p - place) < std::fabs(*best - place))
            best = p;
    return best;
}

} // namespace

pairs pairs_of(const dataset &d, u32 group, size_t design, const column &values)
{
    pairs out;
    const auto &row = d.point_of[group];
    std::set<u64> seeds;

    if (row.empty() || !row[0] || !row[design])
        return out;
    const std::map<u64, double> base = by_seed(d, *row[0], values);
    const std::map<u64, double> other = by_seed(d, *row[design], values);
    for (u32 point : {*row[0], *row[design]})
        for (u32 run : d.runs_of[point])
            seeds.insert(d.runs[run].seed);
    for (u64 seed : seeds) {
        const auto a = base.find(seed), b = other.find(seed);
        if (a == base.end() || b == other.end()) {
            out.left_out++;
            continue;
        }
        out.a.push_back(a->second);
        out.b.push_back(b->second);
    }
    return out;
}

effect effect_over(const dataset &d, const std::vector<u32> &groups, size_t design,
                   const column &values)
{
    std::vector<double> a, b;

    for (u32 group : groups) {
        const pairs p = pairs_of(d, group, design, values);
        const double unit = p.a.empty() ? 0 : std::fabs(mean(p.a));
        for (size_t i = 0; i < p.a.size() && unit > 0; i++) {
            a.push_back(100 * p.a[i] / unit);
            b.push_back(100 * p.b[i] / unit);
        }
    }
    if (a.empty())
        return std::nullopt;
    return paired_difference(a, b, d.confidence);
}

std::vector<double> values_of(const dataset &d, u32 point, const column &values)
{
    std::vector<double> out;

    for (const auto &[seed, value] : by_seed(d, point, values))
        out.push_back(value);
    return out;
}

std::optional<estimate> mean_over(const dataset &d, u32 point, const std::string &metric)
{
    const auto values = d.columns.find(metric);

    if (values == d.columns.end())
        return std::nullopt;
    const std::vector<double> list = values_of(d, point, values->second);
    return list.empty() ? std::nullopt : std::optional(mean_of(list, d.confidence));
}

break_even find_break_even(const swept &x, const std::vector<effect> &effects, bool is_less_better)
{
    break_even out;
    std::vector<double> at;
    std::vector<std::optional<double>> middle, low, high;
    const std::vector<double> all = places(x);
    const double sign = is_less_better ? 1 : -1; /* Below zero the design pays. */

    for (size_t i = 0; i < effects.size(); i++)
        if (effects[i]) {
            const estimate &e = *effects[i];
            if (sign * e.mean < 0)
                out.better.push_back(i);
            if (sign * e.mean < 0 && is_open(e))
                out.open.push_back(i);
            at.push_back(all[i]);
            middle.push_back(sign * e.mean);
            low.push_back(sign * (is_less_better ? e.low : e.high));
            high.push_back(sign * (is_less_better ? e.high : e.low));
            out.has_interval = out.has_interval || e.count > 1;
        }
    if (at.empty())
        return out;
    const bool pays_first = *middle.front() < 0;
    out.all = passings(at, middle, 0);
    if (out.all.empty()) {
        out.kind = pays_first ? break_even::always : break_even::never;
    } else if (out.all.size() > 1) {
        out.kind = break_even::several;
    } else {
        out.kind = pays_first ? break_even::up_to : break_even::from;
        out.at = out.all[0];
        out.low = nearest(passings(at, pays_first ? high : low, 0), out.at);
        out.high = nearest(passings(at, pays_first ? low : high, 0), out.at);
    }
    return out;
}

std::string break_even_words(const break_even &b, const swept &x, int confidence_percent)
{
    const std::string first = x.values.empty() ? "" : x.values.front().value;
    const std::string last = x.values.empty() ? "" : x.values.back().value;
    std::vector<std::string> all, better;

    for (size_t i : b.better)
        better.push_back(x.values[i].value + (std::count(b.open.begin(), b.open.end(), i) == 0
                                                  ? ""
                                                  : " (whose interval holds 0)"));
    if (b.kind == break_even::unknown)
        return "nobody knows where, since no pair of runs is there";
    if (b.kind == break_even::never)
        return "nowhere in this range";
    if (b.kind == break_even::always)
        return "everywhere in this range";
    if (x.scale == scale::category)
        return "with " + enumeration(better) + " only";
    for (double at : b.all)
        all.push_back(words_at(x, at));
    if (b.kind == break_even::several)
        return "in parts of this range only, which end at " + enumeration(all);
    std::string out = b.kind == break_even::from ? "from " + all[0] + " up" : "up to " + all[0];
    if (b.has_interval)
        out += " (" + std::to_string(confidence_percent) +
               " %: " + (b.low ? words_at(x, *b.low) : "less than " + first) + " to " +
               (b.high ? words_at(x, *b.high) : "more than " + last) + ")";
    return out;
}

} // namespace cli::report
