/* Data of the tables, the latencies and the sentences. */
#include <algorithm>
#include <cmath>
#include <set>

#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

struct hop_name {
    const char *key;
    bool is_page;
};

/* In the order of a fault's way. */
enum { PAGE = 1, GUEST = 0 };
const hop_name hop_names[] = {
#define HOP(id, key, chain, words) {key, chain == PAGE},
#include "model/hop.def"
#undef HOP
};

stack_row stack_row_of(const dataset &d, const std::vector<std::string> &hops,
                       const std::vector<u32> &points, size_t design)
{
    stack_row row{d.designs[design], design, std::vector<double>(hops.size(), 0)};
    const column &count = d.columns.at("latency.all.count");
    double faults = 0;

    for (u32 point : points)
        for (u32 run : d.runs_of[point]) {
            if (d.runs[run].status != run_status::done)
                continue;
            faults += count[run].value_or(0);
            for (size_t hop = 0; hop < hops.size(); hop++)
                row.ps[hop] += d.columns.at("hops." + hops[hop] + ".sum_ps")[run].value_or(0);
        }
    for (double &ps : row.ps)
        ps = faults > 0 ? ps / faults : 0;
    return row;
}

stack_data stack_over(const dataset &d, const std::vector<std::vector<u32>> &points_of_design)
{
    stack_data out;

    if (!d.has("latency.all.count"))
        return out;
    for (const hop_name &hop : hop_names)
        if (hop.is_page && d.has(std::string("hops.") + hop.key + ".sum_ps"))
            out.hops.emplace_back(hop.key);
    for (size_t design = 0; design < points_of_design.size(); design++) {
        const stack_row row = stack_row_of(d, out.hops, points_of_design[design], design);
        if (std::any_of(row.ps.begin(), row.ps.end(), [](double ps) { return ps > 0; }))
            out.rows.push_back(row);
    }
    return out;
}

std::string wins_words(const dataset &d, const ab_row &row)
{
    const unsigned wins = d.is_less_better ? row.less : row.more;
    const std::string than = " than " + d.designs[0] + " in " + std::to_string(wins) + " of " +
                             counted(row.pairs, "pair");
    std::string words = row.design +
                        (d.metric == "time_ps" ? " ends earlier"
                         : d.is_less_better    ? " has less " + d.metric
                                               : " has more " + d.metric) +
                        than;

    if (row.ratio) {
        const estimate &r = *row.ratio;
        words += "; on average its " + (d.metric == "time_ps" ? "time" : d.metric) + " is " +
                 digits(r.mean, 3) + " times that of " + d.designs[0];
        if (r.count > 1)
            words += " (" + std::to_string(d.confidence_percent()) + " %: " + digits(r.low, 3) +
                     " to " + digits(r.high, 3) + ")";
    }
    if (row.left_out != 0)
        words += "; " + std::to_string(row.left_out) + " left out, since a side has no result";
    return words + ".";
}

} // namespace

hist latency_of_design(const dataset &d, size_t design)
{
    hist all;

    hist_init(&all);
    for (u32 i = 0; i < d.asked.points.size(); i++)
        if (d.design_of[i] == design && d.latency[i].count != 0)
            hist_merge(&all, &d.latency[i]);
    return all;
}

std::vector<cdf_series> cdf_of(const dataset &d)
{
    std::vector<cdf_series> out;

    for (size_t design = 0; design < d.designs.size(); design++) {
        const hist all = latency_of_design(d, design);
        if (all.count != 0)
            out.push_back({d.designs[design], design, all});
    }
    return out;
}

std::vector<cdf_series> cdf_of_group(const dataset &d, u32 group)
{
    std::vector<cdf_series> out;

    for (size_t design = 0; design < d.point_of[group].size(); design++) {
        const std::optional<u32> at = d.point_of[group][design];
        if (at && d.latency[*at].count != 0)
            out.push_back({d.designs[design], design, d.latency[*at]});
    }
    return out;
}

stack_data stack_of(const dataset &d)
{
    std::vector<std::vector<u32>> points(d.designs.size());

    for (u32 i = 0; i < d.asked.points.size(); i++)
        points[d.design_of[i]].push_back(i);
    return stack_over(d, points);
}

stack_data stack_of_point(const dataset &d, u32 point)
{
    std::vector<std::vector<u32>> points(d.designs.size());

    points[d.design_of[point]].push_back(point);
    return stack_over(d, points);
}

tally tally_of(const dataset &d)
{
    tally t;

    t.planned = (u32)d.asked.points.size() * d.asked.seeds.count;
    for (const run_row &r : d.runs)
        (r.status == run_status::done ? t.done : t.failed)++;
    t.missing = t.planned - std::min(t.planned, t.done + t.failed);
    return t;
}

std::vector<summary_row> summary_of(const dataset &d)
{
    std::vector<summary_row> out;
    const auto values = d.columns.find(d.metric);

    for (u32 i = 0; i < d.asked.points.size(); i++) {
        summary_row row{i, mean_over(d, i, d.metric), {}, 0, "", 0};
        if (d.design_of[i] != 0 && values != d.columns.end() &&
            d.point_of[d.asked.points[i].group][d.design_of[i]] == i)
            row.against = effect_over(d, {d.asked.points[i].group}, d.design_of[i], values->second);
        for (u32 run : d.runs_of[i]) {
            const run_row &r = d.runs[run];
            if (r.status == run_status::done) {
                row.done++;
                continue;
            }
            if (row.failed++ == 0)
                row.failure = std::string(run_status_word(r.status)) + " with seed " +
                              std::to_string(r.seed) + (r.text.empty() ? "" : ": ") + r.text;
        }
        out.push_back(row);
    }
    return out;
}

std::string point_words(const dataset &d, u32 point)
{
    std::string words;

    for (size_t i : d.dimensions)
        words += (words.empty() ? "" : ", ") + d.param(i).name + " = " +
                 d.asked.points[point].at[i].value;
    return words;
}

u64 first_seed(const dataset &d, u32 point)
{
    return d.runs_of[point].empty() ? d.asked.seeds.first : d.runs[d.runs_of[point][0]].seed;
}

std::string seeds_words(const dataset &d, u32 point)
{
    std::vector<std::string> seeds;
    u64 first = 0, last = 0;

    for (u32 run : d.runs_of[point]) {
        last = d.runs[run].seed;
        first = seeds.empty() ? last : first;
        seeds.push_back(std::to_string(last));
    }
    if (seeds.size() > 2 && last - first + 1 == seeds.size())
        return seeds.front() + " to " + seeds.back();
    return enumeration(seeds);
}

std::string run_command_of(const dataset &d, u32 index, u64 seed)
{
    const point &p = d.asked.points[index];
    std::string command = "apfsim run " + shell_word(d.asked.base);
    bool has_variant = false;

    for (const setting &s : p.settings) {
        command += " --set " + shell_word(s.key + "=" + s.value);
        has_variant = has_variant || s.key == "protocol.variant";
    }
    if (!has_variant && !p.variant.empty())
        command += " --set " + shell_word("protocol.variant=" + p.variant);
    return command + " --seed " + std::to_string(seed) + " --carrier testbed";
}

std::vector<std::string> findings_of(const dataset &d)
{
    std::vector<std::string> out;
    const tally t = tally_of(d);

    if (t.done == 0) {
        out.push_back(t.failed == 0
                          ? "There are no results yet."
                          : "No run has ended well: " + counted(t.failed, "run") + " failed.");
        return out;
    }
    if (d.designs.size() < 2) {
        out.push_back("There is one design only, " + d.designs[0] +
                      ", so nothing is compared: the tables and figures show its own numbers.");
        return out;
    }
    const std::vector<slice> slices = slices_of(d);
    for (size_t design = 1; design < d.designs.size(); design++) {
        std::string words;
        for (const ab_row &row : ab_of(d))
            if (row.metric == d.metric && row.color == design && row.pairs != 0)
                words = wins_words(d, row);
        if (words.empty())
            words = d.designs[design] + " and " + d.designs[0] + " have no pair of results.";
        else if (d.x != SIZE_MAX && !slices.empty())
            words += " " + pays_sentence(maps_of(d, slices[0]).at(design - 1)) +
                     (slices[0].words.empty() ? "" : " This is with " + slices[0].words + ".");
        out.push_back(words);
    }
    return out;
}

guarantee guarantee_of(const dataset &d)
{
    guarantee out;
    double sum = 0;
    u64 count = 0;

    for (const auto &[name, values] : d.columns) {
        const bool is_check = name.rfind("conservation.", 0) == 0;
        for (const std::optional<double> &v : values) {
            if (!v)
                continue;
            if (is_check) {
                out.checks++;
                out.checks_held += *v == 1;
            }
            if (name == "picks.permille") {
                sum += *v;
                count++;
            }
        }
    }
    if (count != 0)
        out.picks_permille = sum / (double)count;
    return out;
}

std::vector<u64> seeds_of(const dataset &d)
{
    std::set<u64> seeds;

    for (const run_row &r : d.runs)
        seeds.insert(r.seed);
    return {seeds.begin(), seeds.end()};
}

} // namespace cli::report
