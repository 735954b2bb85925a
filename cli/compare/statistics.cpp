/*
 * Gates over seeds: has a metric changed by more than a part of it, whatever the dice say? With the
 * same seeds on both sides each seed is its own pair; else the two means are compared (Welch).
 */
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/compare/judge.hpp"
#include "cli/data/estimate.hpp"

namespace cli {

namespace {

struct interval {
    double change, low, high; /* Parts of the base: 0.01 is one percent more. */
    bool is_defined;
};

double mean(const std::vector<double> &values)
{
    double sum = 0;

    for (double v : values)
        sum += v;
    return sum / (double)values.size();
}

double variance_of_mean(const std::vector<double> &values, double m)
{
    double sum = 0;

    for (double v : values)
        sum += (v - m) * (v - m);
    return sum / (double)(values.size() - 1) / (double)values.size();
}

interval unpaired(const std::vector<double> &a, const std::vector<double> &b, double confidence)
{
    const double ma = mean(a), mb = mean(b);
    const double va = variance_of_mean(a, ma), vb = variance_of_mean(b, mb);

    if (ma == 0)
        return {0, 0, 0, false};
    double half = 0;
    if (va + vb > 0) {
        double degrees = (va + vb) * (va + vb) /
                         (va * va / (double)(a.size() - 1) + vb * vb / (double)(b.size() - 1));
        half = student_t(confidence, std::max(1u, (unsigned)degrees)) * std::sqrt(va + vb);
    }
    return {(mb - ma) / ma, (mb - ma - half) / ma, (mb - ma + half) / ma, true};
}

interval paired(const std::vector<double> &a, const std::vector<double> &b, double confidence)
{
    auto is_positive = [](double v) { return v > 0; };

    if (std::all_of(a.begin(), a.end(), is_positive) &&
        std::all_of(b.begin(), b.end(), is_positive)) {
        const estimate e = paired_ratio(a, b, confidence);
        return {e.mean - 1, e.low - 1, e.high - 1, true};
    }
    const double ma = mean(a);
    if (ma == 0)
        return {0, 0, 0, false};
    const estimate e = paired_difference(a, b, confidence);
    return {e.mean / ma, e.low / ma, e.high / ma, true};
}

enum verdict decide(const gate &g, const std::string &metric, const interval &i)
{
    const double within = (double)g.within_ppm / PPM;
    const enum better good = better_of(g, metric);
    const bool up_counts = !g.only_worse || good != better::more;
    const bool down_counts = !g.only_worse || good != better::less;

    if (!i.is_defined)
        return verdict::failed;
    if ((up_counts && i.low > within) || (down_counts && i.high < -within))
        return verdict::failed;
    if ((!up_counts || i.high <= within) && (!down_counts || i.low >= -within))
        return verdict::passed;
    return g.undecided_fails ? verdict::failed : verdict::undecided;
}

std::string percent(double part)
{
    char text[64];

    std::snprintf(text, sizeof text, "%+.3f %%", part * 100);
    return text;
}

using seeds = std::vector<std::pair<u64, double>>; /* Seed and value. */

std::vector<double> values_of(const seeds &all)
{
    std::vector<double> values;

    for (const auto &one : all)
        values.push_back(one.second);
    return values;
}

group_result judge_group(const gate &g, const std::string &metric, const seeds &base,
                         const seeds &now)
{
    const bool is_paired =
        base.size() == now.size() &&
        std::equal(base.begin(), base.end(), now.begin(),
                   [](const auto &a, const auto &b) { return a.first == b.first; });
    const double confidence = (double)g.confidence_ppm / PPM;
    group_result r = {{}, metric, 0, verdict::undecided, {}};
    char level[64];

    if (base.size() < 2 || now.size() < 2) {
        r.verdict = g.undecided_fails ? verdict::failed : verdict::undecided;
        r.words = "one seed says nothing of chance, expected two or more";
        return r;
    }
    const interval i = is_paired ? paired(values_of(base), values_of(now), confidence)
                                 : unpaired(values_of(base), values_of(now), confidence);
    r.verdict = decide(g, metric, i);
    std::snprintf(level, sizeof level, "%g %%", confidence * 100);
    if (!i.is_defined)
        r.words = "from nothing";
    else
        r.words = percent(i.change) + " (" + level + ": " + percent(i.low) + " to " +
                  percent(i.high) + "), " +
                  (is_paired ? std::to_string(base.size()) + " pairs"
                             : std::to_string(base.size()) + " and " + std::to_string(now.size()) +
                                   " seeds");
    return r;
}

using runs = std::vector<const subject *>;

/* Values of each metric, of the seeds that have it. */
std::vector<seeds> table_of(const runs &all, size_t metric_count)
{
    std::vector<seeds> table(metric_count);

    for (const subject *s : all)
        for (const metric &m : s->metrics)
            table[m.name].emplace_back(s->seed, (double)m.value);
    for (seeds &row : table)
        std::sort(row.begin(), row.end());
    return table;
}

void judge_label(const std::string &label, const runs &base, const runs &now,
                 const metric_names &names, comparison *c)
{
    const std::vector<seeds> a = table_of(base, names.count()), b = table_of(now, names.count());

    for (u32 name = 0; name < names.count(); name++) {
        if (a[name].empty() || b[name].empty())
            continue;
        const size_t place = find_gate(c->gates, names.text(name), *now[0]);
        const gate &g = c->gates.gates[place];
        if (g.kind != gate_kind::statistical)
            continue;
        if (a[name] == b[name]) {
            c->tallies[place].count(verdict::passed);
            continue;
        }
        group_result r = judge_group(g, names.text(name), a[name], b[name]);
        r.label = label;
        r.gate = place;
        c->tallies[place].count(r.verdict);
        c->groups.push_back(std::move(r));
    }
}

} // namespace

void judge_groups(const side &base, const side &now, const metric_names &names, comparison *c)
{
    std::map<std::string, runs> bases;
    std::map<std::string, size_t> places;
    std::vector<std::pair<std::string, runs>> nows; /* In the order of NEW. */

    if (std::none_of(c->gates.gates.begin(), c->gates.gates.end(),
                     [](const gate &g) { return g.kind == gate_kind::statistical; }))
        return;
    for (const subject &s : base.subjects)
        bases[s.label].push_back(&s);
    for (const subject &s : now.subjects) {
        auto entry = places.emplace(s.label, nows.size());
        if (entry.second)
            nows.emplace_back(s.label, runs());
        nows[entry.first->second].second.push_back(&s);
    }
    for (const auto &label : nows) {
        auto b = bases.find(label.first);
        if (b != bases.end())
            judge_label(label.first, b->second, label.second, names, c);
    }
}

} // namespace cli
