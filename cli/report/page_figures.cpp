/* The sections that are figures. */
#include <algorithm>
#include <cmath>

#include "cli/report/page.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

std::string why_no_comparison(const dataset &d)
{
    if (d.designs.size() < 2)
        return "There is one design only: nothing is compared.";
    if (tally_of(d).done == 0)
        return "No run is done yet.";
    return "";
}

void map_table(page &p, const map_data &map)
{
    markup &m = p.m;

    m.open("details")
        .element("summary", "Numbers of " + map.design + " against " + map.baseline)
        .line();
    std::vector<std::string> heads = {map.y.name.empty() ? "" : map.y.name};
    for (const coordinate &x : map.x.values)
        heads.push_back(">" + x.value);
    heads.push_back("it pays");
    const std::vector<break_even> rows = rows_of(map);
    p.note("Columns: " + map.x.name + ". Beneath each number its " +
           std::to_string(map.confidence_percent) + " % interval; \"?\": no pair of runs.");
    p.open_table("Numbers of the map", false, heads);
    for (size_t j = 0; j < map.y.values.size(); j++) {
        m.open("tr").element("th", {{"scope", "row"}}, map.y.values[j].value);
        for (size_t i = 0; i < map.x.values.size(); i++) {
            const effect &e = map.cells[j * map.x.values.size() + i];
            if (e)
                p.number_cell(percent(e->mean), e->mean, "n",
                              e->count > 1 ? percent(e->low) + " to " + percent(e->high) : "");
            else
                m.element("td", {{"class", "n"}}, "?");
        }
        m.element("td", break_even_words(rows[j], map.x, map.confidence_percent));
        m.close().line();
    }
    p.close_table();
    m.close().line();
}

/* What the axes and the words of the figures stand for as well. */
void tied_note(page &p)
{
    for (const std::string &words : tied_words(p.d))
        p.note(words + ": each value of one occurs with one value of the other.");
}

/* All maps of one slice, or the curve if there is one parameter only. */
void write_slice(page &p, const slice &s)
{
    const dataset &d = p.d;
    markup &m = p.m;
    const std::vector<map_data> maps = maps_of(d, s);

    m.open("div", {{"class", "slice"}, {"data-words", s.words.empty() ? "all" : s.words}}).line();
    if (d.y == SIZE_MAX) {
        p.figure(curve_figure(curve_of(d, s.groups, s.words)), true);
    } else {
        m.open("div", {{"class", "figures"}}).line();
        for (const map_data &map : maps) {
            const std::string id = p.next_id();
            p.figure_with_id(map_figure(map, id), false, id);
        }
        m.close().line();
    }
    tied_note(p);
    m.open("ul").line();
    for (const map_data &map : maps)
        m.element("li", map.design + " pays " + map_words(map) +
                            (s.words.empty() ? "." : " (with " + s.words + ")."))
            .line();
    m.close().line();
    for (const map_data &map : maps)
        map_table(p, map);
    m.close().line();
}

std::string p_words(double p)
{
    return p < 1e-4 ? "< 0.0001" : digits(p, 2);
}

} // namespace

void map_section(page &p)
{
    const dataset &d = p.d;
    markup &m = p.m;
    const std::string why = why_no_comparison(d);

    if (!why.empty() || d.x == SIZE_MAX)
        return p.note(!why.empty() ? why : "The sweep has no parameter to show this over.");
    const std::vector<slice> slices = slices_of(d);
    p.note("Difference of " + d.metric + " to " + d.designs[0] +
           ", run by run with the same seed, in "
           "per cent of " +
           d.designs[0] + "'s mean. " +
           (d.y == SIZE_MAX
                ? std::string(swept_of(d, d.x).scale == scale::category ? "The bar" : "The band") +
                      " is the " + std::to_string(d.confidence_percent()) + " % interval" +
                      (swept_of(d, d.x).scale == scale::category
                           ? "."
                           : "; a dashed line marks where both are equal.")
                : "The line joins where both are equal, between the points that were run; "
                  "dashed lines do so for the ends of the interval."));
    if (d.asked.seeds.count == 1)
        p.note("One seed: there is no interval.");
    if (slices.size() > 1)
        p.note(
            "The sweep has more parameters than these. Each map holds the others fixed; the first "
            "one is shown here, the others follow." +
            std::string(slices.size() > SLICES_SHOWN
                            ? " Of " + std::to_string(slices.size()) + " combinations, the first " +
                                  std::to_string(SLICES_SHOWN) + " are in this file."
                            : ""));
    if (d.y != SIZE_MAX) {
        const std::string id = p.next_id();
        p.figure_with_id(map_legend(d.is_less_better, d.confidence_percent(),
                                    swept_of(d, d.x).scale != scale::category, id),
                         false, id);
    }
    m.open("div", {{"data-choose", "#map .slice"}, {"data-label", "With"}}).line();
    for (size_t i = 0; i < slices.size() && i < SLICES_SHOWN; i++) {
        if (i == 1)
            m.open("details", {{"class", "others"}})
                .element("summary", "With other values of the other parameters")
                .line();
        if (i >= 1)
            m.element("h3", slices[i].words);
        write_slice(p, slices[i]);
    }
    if (slices.size() > 1)
        m.close();
    m.close().line();
}

void cdf_section(page &p)
{
    const dataset &d = p.d;
    markup &m = p.m;
    const std::vector<cdf_series> series = cdf_of(d);
    size_t shown = 0;

    if (series.empty())
        return p.note("No run has a fault whose latency was measured.");
    p.note(
        "From the stage-2 fault to the access that succeeds, all faults of all runs of a design. "
        "The histograms of the runs are added up exactly; a bucket is 1/32 of a power of two "
        "wide, so no value is shown more than 3.1 % too high. Marks: 50, 90, 99 and 99.9 %.");
    m.open("div", {{"data-template", "#latency template"}}).line();
    p.figure(cdf_figure("all points", series), true);
    m.close().line();
    p.open_table("Latency of each design", false,
                 {"design", ">faults", ">half at most", ">90 %", ">99 %", ">99.9 %", ">greatest"});
    for (const cdf_series &s : series) {
        m.open("tr");
        p.design_cell(s.color);
        p.number_cell(std::to_string(s.values.count), (double)s.values.count);
        for (u32 micro : {500000u, 900000u, 990000u, 999000u, 1000000u}) {
            const double value = (double)hist_percentile(&s.values, micro);
            p.number_cell(quantity(value, "ps"), value);
        }
        m.close().line();
    }
    p.close_table();
    for (u32 group = 0; group < d.point_of.size() && d.point_of.size() > 1; group++) {
        const std::vector<cdf_series> own = cdf_of_group(d, group);
        if (own.empty() || shown == GROUPS_SHOWN)
            continue;
        shown++;
        std::string words;
        for (const auto &at : d.point_of[group])
            if (at && words.empty())
                words = point_words(d, *at);
        m.open("template", {{"data-words", words}});
        p.figure(cdf_figure(words, own), true);
        m.close().line();
    }
    if (shown == GROUPS_SHOWN && shown < d.point_of.size())
        p.note("Distributions of single groups are in this file for the first " +
               std::to_string(GROUPS_SHOWN) + " of " + std::to_string(d.point_of.size()) + ".");
}

void stack_section(page &p)
{
    const stack_data s = stack_of(p.d);
    markup &m = p.m;

    if (s.rows.empty())
        return p.note("No run has a fault whose hops were measured.");
    p.note("The hops of a fault's way, waits included, sum exactly to its latency. Mean over all "
           "faults of all runs of a design.");
    p.figure(stack_figure(s), true);
    m.open("details").element("summary", "All hops in numbers").line();
    std::vector<std::string> heads = {"hop"};
    for (const stack_row &row : s.rows)
        heads.push_back(">" + row.design + " per fault");
    p.open_table("Mean time per fault and hop", true, heads);
    for (size_t hop = 0; hop < s.hops.size(); hop++) {
        if (std::all_of(s.rows.begin(), s.rows.end(),
                        [&](const stack_row &row) { return row.ps[hop] == 0; }))
            continue;
        m.open("tr").element("th", {{"scope", "row"}}, s.hops[hop]);
        for (const stack_row &row : s.rows)
            p.number_cell(row.ps[hop] == 0 ? "-" : quantity(row.ps[hop], "ps"), row.ps[hop]);
        m.close().line();
    }
    p.close_table();
    m.close().line();
}

void ab_section(page &p)
{
    const dataset &d = p.d;
    markup &m = p.m;
    const std::string why = why_no_comparison(d);

    if (!why.empty())
        return p.note(why);
    const std::vector<ab_row> rows = ab_of(d);
    p.note(
        "Runs of the same point and seed, side by side. The ratio is the geometric mean; the "
        "effect "
        "is the mean difference in standard deviations of the differences; the sign test asks how "
        "likely such a split would be if neither were better. All pairs together: what holds for "
        "single points stands above.");
    p.figure(ab_figure(d.designs[0], rows, d.confidence_percent()), true);
    p.open_table("Designs against the baseline", true,
                 {"metric", "design", ">ratio", ">effect", ">pairs", ">less", ">more", ">left out",
                  ">sign test p"});
    for (const ab_row &row : rows) {
        m.open("tr").element("th", {{"scope", "row"}}, row.metric);
        p.design_cell(row.color);
        if (row.ratio)
            p.number_cell(digits(row.ratio->mean, 4), row.ratio->mean, "n",
                          digits(row.ratio->low, 4) + " to " + digits(row.ratio->high, 4));
        else
            m.element("td", {{"class", "n"}}, "-");
        if (has_effect(row))
            p.number_cell(digits(row.effect, 3), row.effect);
        else
            m.element("td", {{"class", "n"}}, "-");
        for (unsigned count : {row.pairs, row.less, row.more, row.left_out})
            p.number_cell(std::to_string(count), count);
        p.number_cell(p_words(row.sign_p), row.sign_p);
        m.close().line();
    }
    p.close_table();
}

void tornado_section(page &p)
{
    const dataset &d = p.d;
    const std::vector<tornado_row> rows = tornado_of(d);
    markup &m = p.m;
    bool is_any = false, is_any_unpaired = false;

    for (const tornado_row &row : rows)
        for (const tornado_bar &bar : row.bars) {
            is_any = is_any || bar.change;
            is_any_unpaired = is_any_unpaired || (bar.change && !bar.is_paired);
        }
    if (!is_any)
        return p.note(d.swept_params.empty() ? "The sweep changes nothing but the design."
                                             : "No two runs differ in one parameter alone.");
    p.note(
        "Change of " + d.metric +
        " when one parameter goes from its first to its last value, "
        "averaged over all others: the main effect, in per cent of the mean at the first value.");
    if (is_any_unpaired)
        p.note("The points of this sweep were drawn, so no two differ in one parameter alone: the "
               "upper quarter of the values is set against the lower quarter, and the intervals "
               "are wide.");
    p.figure(tornado_figure(d.metric, rows, d.confidence_percent()), true);
    p.open_table("Sensitivities", true, {"parameter", "from", "to", "design", ">change", ">n"});
    for (const tornado_row &row : rows)
        for (const tornado_bar &bar : row.bars) {
            if (!bar.change)
                continue;
            m.open("tr").element("th", {{"scope", "row"}},
                                 row.parameter +
                                     (row.with.empty() ? "" : " with " + enumeration(row.with)));
            m.element("td", row.from).element("td", row.to);
            p.design_cell(bar.color);
            p.number_cell(percent(bar.change->mean), bar.change->mean, "n",
                          percent(bar.change->low) + " to " + percent(bar.change->high));
            p.number_cell(std::to_string(bar.change->count), bar.change->count);
            m.close().line();
        }
    p.close_table();
}

void pareto_section(page &p)
{
    const pareto_data data = pareto_of(p.d);
    const std::string why = why_no_comparison(p.d);
    markup &m = p.m;

    if (!why.empty())
        return p.note(why);
    if (data.points.empty())
        return p.note("No pair of runs has both " + data.x_name + " and " + data.y_name +
                      " above 0.");
    p.note("What does a design buy, and for how much? Each point by two ratios to " +
           data.baseline + " of the same group, means over pairs: " + data.x_name + " and " +
           data.y_name +
           (data.y_name == metric_cpu_overhead
                ? ", the time that all vCPUs spend in guest kernel and host code."
                : ".") +
           " The front is what no other point beats in both; " + data.baseline + " is at 1 and 1.");
    if (data.left_out != 0)
        p.note(counted(data.left_out, "point") + " left out: no pair of runs, or a baseline of 0.");
    p.figure(pareto_figure(data), true);
    p.open_table("Pareto front", true, {"design", ">" + data.x_name, ">" + data.y_name, "point"},
                 (size_t)std::count_if(data.points.begin(), data.points.end(),
                                       [](const pareto_point &one) { return one.is_front; }));
    for (const pareto_point &point : data.points) {
        if (!point.is_front)
            continue;
        m.open("tr");
        p.design_cell(point.color);
        p.number_cell(digits(point.x, 3), point.x);
        p.number_cell(digits(point.y, 3), point.y);
        m.element("td", {{"class", "key"}}, point.label).close().line();
    }
    p.close_table();
}

} // namespace cli::report
