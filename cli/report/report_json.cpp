/* All statistics of the report for programs; docs/report.md is the list of its keys. */
#include "cli/report/json.hpp"
#include "cli/report/report.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { FORMAT = 1 };

void write_estimate(json &j, const std::string &key, const std::optional<estimate> &e)
{
    if (!e) {
        j.null(key);
        return;
    }
    j.open("{", key).number("mean", e->mean).number("low", e->low).number("high", e->high);
    j.integer("count", e->count).close();
}

void write_place(json &j, const std::string &key, const std::optional<double> &place,
                 const swept &x)
{
    if (place)
        j.text(key, words_at(x, *place));
    else
        j.null(key);
}

void write_break_even(json &j, const break_even &b, const swept &x)
{
    static const char *const words[] = {"unknown", "never", "always", "from", "up-to", "several"};
    const bool has_place = b.kind == break_even::from || b.kind == break_even::up_to;

    j.text("pays", words[b.kind]);
    if (!has_place || x.scale == scale::category)
        return;
    write_place(j, "at", b.at, x);
    write_place(j, "low", b.low, x);
    write_place(j, "high", b.high, x);
}

void write_identity(json &j, const dataset &d)
{
    const tally t = tally_of(d);
    char hash[32];

    std::snprintf(hash, sizeof hash, "0x%016llx", (unsigned long long)d.asked.hash);
    j.integer("format", FORMAT).text("version", d.version).text("build", d.build);
    j.text("plan_hash", hash).text("title", d.asked.title).text("sweep_file", d.asked.file);
    j.text("base", d.asked.base).text("metric", d.metric);
    j.text("better", d.is_less_better ? "less" : "more").number("confidence", d.confidence);
    j.open("[", "designs");
    for (const std::string &design : d.designs)
        j.text("", design);
    j.close().open("[", "tied");
    for (const std::string &words : tied_words(d))
        j.text("", words);
    j.close().open("[", "seeds");
    for (u64 seed : seeds_of(d))
        j.integer("", seed);
    j.close().integer("points", d.asked.points.size()).integer("groups", d.point_of.size());
    j.open("{", "runs").integer("planned", t.planned).integer("done", t.done);
    j.integer("failed", t.failed).integer("missing", t.missing).close();
    j.open("[", "findings");
    for (const std::string &sentence : findings_of(d))
        j.text("", sentence);
    j.close();
}

void write_points(json &j, const dataset &d)
{
    j.open("[", "summary");
    for (const summary_row &row : summary_of(d)) {
        j.open("{").integer("point", row.point).text("design", d.designs[d.design_of[row.point]]);
        j.open("{", "parameters");
        for (size_t i : d.swept_params)
            j.text(d.param(i).name, d.asked.points[row.point].at[i].value);
        j.close();
        write_estimate(j, "metric", row.value);
        write_estimate(j, "against_percent", row.against);
        j.integer("done", row.done).integer("failed", row.failed).text("failure", row.failure);
        j.text("command", run_command_of(d, row.point, first_seed(d, row.point))).close();
    }
    j.close();
}

void write_maps(json &j, const dataset &d)
{
    j.open("[", "maps");
    for (const slice &s : slices_of(d))
        for (const map_data &m : maps_of(d, s)) {
            const std::vector<break_even> rows = rows_of(m);
            j.open("{").text("design", m.design).text("baseline", m.baseline);
            j.text("fixed", m.fixed).text("x", m.x.name).text("y", m.y.name);
            j.text("pays", map_words(m)).open("[", "rows");
            for (size_t r = 0; r < rows.size(); r++) {
                j.open("{").text("y", m.y.values[r].value);
                write_break_even(j, rows[r], m.x);
                j.open("[", "cells");
                for (size_t i = 0; i < m.x.values.size(); i++) {
                    j.open("{").text("x", m.x.values[i].value);
                    write_estimate(j, "percent", m.cells[r * m.x.values.size() + i]);
                    j.close();
                }
                j.close().close();
            }
            j.close().close();
        }
    j.close();
}

void write_latency(json &j, const dataset &d)
{
    const stack_data s = stack_of(d);

    j.open("[", "latency");
    for (const cdf_series &c : cdf_of(d)) {
        j.open("{").text("design", c.design).integer("count", c.values.count);
        j.integer("min_ps", c.values.min).integer("p50_ps", hist_percentile(&c.values, 500000));
        j.integer("p90_ps", hist_percentile(&c.values, 900000));
        j.integer("p99_ps", hist_percentile(&c.values, 990000));
        j.integer("p99_9_ps", hist_percentile(&c.values, 999000));
        j.integer("max_ps", c.values.max).close();
    }
    j.close().open("[", "hops");
    for (const stack_row &row : s.rows) {
        j.open("{").text("design", row.design).open("{", "mean_ps");
        for (size_t hop = 0; hop < s.hops.size(); hop++)
            if (row.ps[hop] > 0)
                j.number(s.hops[hop], row.ps[hop]);
        j.close().close();
    }
    j.close();
}

void write_comparisons(json &j, const dataset &d)
{
    j.open("[", "ab");
    for (const ab_row &row : d.designs.size() < 2 ? std::vector<ab_row>() : ab_of(d)) {
        j.open("{").text("metric", row.metric).text("design", row.design);
        write_estimate(j, "ratio", row.ratio);
        if (has_effect(row))
            j.number("effect", row.effect);
        else
            j.null("effect");
        j.integer("pairs", row.pairs);
        j.integer("left_out", row.left_out).integer("less", row.less).integer("more", row.more);
        j.number("sign_test_p", row.sign_p).close();
    }
    j.close().open("[", "sensitivities");
    for (const tornado_row &row : tornado_of(d))
        for (const tornado_bar &bar : row.bars) {
            j.open("{").text("parameter", row.parameter).text("with", enumeration(row.with));
            j.text("from", row.from)
                .text("to", row.to)
                .text("design", bar.design)
                .truth("paired", bar.is_paired);
            write_estimate(j, "percent", bar.change);
            j.close();
        }
    j.close();
}

void write_pareto(json &j, const dataset &d)
{
    const pareto_data data = pareto_of(d);

    j.open("{", "pareto").text("x", data.x_name).text("y", data.y_name);
    j.text("baseline", data.baseline).integer("left_out", data.left_out).open("[", "front");
    for (const pareto_point &p : data.points)
        if (p.is_front)
            j.open("{").text("point", p.label).number("x", p.x).number("y", p.y).close();
    j.close().close();
}

} // namespace

std::string report_json(const dataset &d)
{
    const guarantee g = guarantee_of(d);
    json j;

    j.open("{");
    write_identity(j, d);
    write_points(j, d);
    write_maps(j, d);
    write_latency(j, d);
    write_comparisons(j, d);
    write_pareto(j, d);
    j.open("{", "guarantee").integer("checks", g.checks).integer("checks_held", g.checks_held);
    if (g.picks_permille)
        j.number("picks_permille", *g.picks_permille);
    else
        j.null("picks_permille");
    j.close().close();
    return j.take();
}

} // namespace cli::report
