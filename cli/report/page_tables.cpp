/* The table of all points, and an entry for each. */
#include <algorithm>
#include <set>

#include "cli/report/page.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

std::string point_id(u32 point)
{
    return "point-" + std::to_string(point);
}

/* Better or worse in colour, and by its sign in any case. */
std::string effect_class(const dataset &d, const estimate &e)
{
    if (is_open(e) || e.mean == 0)
        return "n";
    return (e.mean < 0) == d.is_less_better ? "n better" : "n worse";
}

void effect_cells(page &p, const summary_row &row)
{
    markup &m = p.m;

    if (!row.against) {
        m.element("td", {{"class", "n"}}, p.d.design_of[row.point] == 0 ? "baseline" : "-");
        return;
    }
    p.number_cell(percent(row.against->mean), row.against->mean, effect_class(p.d, *row.against),
                  row.against->count > 1
                      ? percent(row.against->low) + " to " + percent(row.against->high)
                      : "");
}

void latency_cells(page &p, u32 point)
{
    const hist &h = p.d.latency[point];

    for (u32 micro : {500000u, 990000u}) {
        if (h.count == 0)
            p.m.element("td", {{"class", "n"}}, "-");
        else
            p.number_cell(quantity((double)hist_percentile(&h, micro), "ps"),
                          (double)hist_percentile(&h, micro));
    }
}

void summary_line(page &p, const summary_row &row, const std::set<u32> &linked)
{
    const dataset &d = p.d;
    markup &m = p.m;
    const size_t design = d.design_of[row.point];
    const std::string unit = unit_of_metric(d.metric);
    attributes list = {{"data-design", d.designs[design]}};

    if (row.failed != 0)
        list.push_back({"data-failed", "1"});
    m.open("tr", list);
    m.open("td", {{"class", "n"}, {"data-v", std::to_string(row.point)}});
    if (linked.count(row.point) != 0)
        m.element("a", {{"href", "#" + point_id(row.point)}}, std::to_string(row.point));
    else
        m.text(std::to_string(row.point));
    m.close();
    for (size_t i : d.dimensions) {
        const coordinate &c = d.asked.points[row.point].at[i];
        if (c.number)
            p.number_cell(c.value, (double)*c.number);
        else
            m.element("td", c.value);
    }
    p.design_cell(design);
    if (row.value)
        p.number_cell(quantity(row.value->mean, unit), row.value->mean, "n",
                      row.value->count > 1 ? quantity(row.value->low, unit) + " to " +
                                                 quantity(row.value->high, unit)
                                           : "");
    else
        m.element("td", {{"class", "n"}}, "-");
    effect_cells(p, row);
    latency_cells(p, row.point);
    p.number_cell(std::to_string(row.done), row.done);
    m.open("td", {{"class", "failed"}});
    if (row.failed != 0)
        m.text(counted(row.failed, "run") + " failed: " + row.failure);
    m.close().close().line();
}

void add_fact(markup &m, const std::string &name, const std::string &value)
{
    m.element("dt", name).element("dd", value).line();
}

void run_entry(page &p, const summary_row &row, bool is_brief)
{
    static const char *const keys[] = {
        "time_ps",      metric_mean_latency, "latency.all.p99_ps",  "faults.total",
        "faults.async", "overhead.exits",    "overhead.hypercalls", metric_cpu_overhead};
    const dataset &d = p.d;
    markup &m = p.m;
    const size_t design = d.design_of[row.point];
    const std::string words = point_words(d, row.point);
    attributes list = {{"class", is_brief ? "run brief" : "run"},
                       {"id", point_id(row.point)},
                       {"data-design", d.designs[design]}};

    if (row.failed != 0)
        list.push_back({"data-failed", "1"});
    const std::string head = "Point " + std::to_string(row.point) + ": " + d.designs[design] +
                             (words.empty() ? "" : ", " + words);
    list.push_back({"data-words", head + " " + row.failure});
    m.open("details", list).open("summary");
    m.open("span", {{"class", "chip " + design_class(design)}}).close().text(head);
    if (row.against)
        m.text(", " + percent(row.against->mean));
    if (row.failed != 0)
        m.element("span", {{"class", "failed"}}, " - " + counted(row.failed, "run") + " failed");
    m.close().line().open("dl", {{"class", "facts"}}).line();
    for (const char *key : keys)
        if (const std::optional<estimate> e = mean_over(d, row.point, key)) {
            const std::string unit = unit_of_metric(key);
            add_fact(m, key,
                     quantity(e->mean, unit) + (e->count > 1
                                                    ? " (" + quantity(e->low, unit) + " to " +
                                                          quantity(e->high, unit) + ")"
                                                    : ""));
        }
    const std::string seeds = seeds_words(d, row.point);
    add_fact(m, "seeds", seeds.empty() ? "not run yet" : seeds);
    for (u32 run : d.runs_of[row.point])
        if (d.runs[run].status != run_status::done)
            add_fact(m, "seed " + std::to_string(d.runs[run].seed),
                     std::string(run_status_word(d.runs[run].status)) + ": " + d.runs[run].text);
    m.close().line();
    const stack_data s = stack_of_point(d, row.point);
    if (!s.rows.empty())
        p.figure(small_stack(s, p.hops_shown), true);
    m.element("pre", {{"class", "command"}},
              run_command_of(d, row.point, first_seed(d, row.point)));
    m.close().line();
}

} // namespace

std::vector<u32> points_shown(const dataset &d, size_t most)
{
    const std::vector<summary_row> rows = summary_of(d);
    std::set<u32> out;
    std::vector<std::pair<double, u32>> by_value;

    if (rows.size() <= most) {
        for (const summary_row &row : rows)
            out.insert(row.point);
        return {out.begin(), out.end()};
    }
    for (const summary_row &row : rows) {
        if (row.failed != 0 && out.size() < most / 3)
            out.insert(row.point);
        if (row.value)
            by_value.emplace_back(row.value->mean, row.point);
    }
    std::sort(by_value.begin(), by_value.end());
    for (size_t i = 0; i < by_value.size() && i < most / 6; i++) {
        out.insert(by_value[i].second);
        out.insert(by_value[by_value.size() - 1 - i].second);
    }
    /* Whole groups: what is to be compared stands together. */
    const size_t groups = d.point_of.size(),
                 room = std::max<size_t>(1, most / 3 / d.designs.size());
    for (size_t group = 0; group < groups; group += (groups + room - 1) / room)
        for (const std::optional<u32> &point : d.point_of[group])
            if (point)
                out.insert(*point);
    return {out.begin(), out.end()};
}

void summary_section(page &p)
{
    const dataset &d = p.d;
    const std::vector<u32> shown = points_shown(d, RUNS_SHOWN);
    const std::set<u32> linked(shown.begin(), shown.end());
    std::vector<std::string> heads = {">point"};

    if (d.asked.points.empty())
        return p.note("The plan has no points.");
    for (size_t i : d.dimensions)
        heads.push_back((swept_of(d, i).scale == scale::category ? "" : ">") + d.param(i).name);
    for (const std::string &head :
         {d.asked.compared, ">" + d.metric, ">against " + d.designs[0], std::string(">latency p50"),
          std::string(">p99"), std::string(">runs"), std::string("failed")})
        heads.push_back(head);
    p.note("Means over the seeds of a point, beneath them the " +
           std::to_string(d.confidence_percent()) +
           " % interval. Differences are of pairs with the same seed; a number is coloured where "
           "its interval does not hold 0.");
    p.m.open("div", {{"class", "controls"}, {"data-filter", "#summary tbody tr"}}).close().line();
    const std::vector<summary_row> rows = summary_of(d);
    p.open_table("All points", true, heads, rows.size());
    for (const summary_row &row : rows)
        summary_line(p, row, linked);
    p.close_table();
}

void runs_section(page &p)
{
    const dataset &d = p.d;
    const std::vector<u32> shown = points_shown(d, RUNS_SHOWN);
    const std::vector<summary_row> rows = summary_of(d);

    if (rows.empty())
        return p.note("The plan has no points.");
    if (shown.size() < rows.size())
        p.note("This sweep is large: " + std::to_string(shown.size()) + " of its " +
               std::to_string(rows.size()) +
               " points have an entry here, the failed ones, the best "
               "and the worst, and some evenly between. The table above has all of them.");
    const bool is_brief = shown.size() > ROWS_OPEN;
    p.note("The command repeats one run of the point; take the seed that you want." +
           std::string(is_brief ? " On paper the entries are closed, since they are more than " +
                                      std::to_string(ROWS_OPEN) + "; those that you open are not."
                                : ""));
    p.m.open("div", {{"class", "controls"}, {"data-filter", "#runs details.run"}}).close().line();
    for (u32 point : shown)
        run_entry(p, rows[point], is_brief);
}

} // namespace cli::report
