/* Markdown for a terminal or a pull request, CSV for a spreadsheet, single figures. */
#include <algorithm>

#include "cli/report/page.hpp"
#include "cli/report/report.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { MARKDOWN_POINTS = 40 };

/* A cell of a table of Markdown: bars and line ends would end it. */
std::string cell(const std::string &text)
{
    std::string out;

    for (char c : text)
        if (c == '|')
            out += "\\|";
        else if (c == '<')
            out += "&lt;";
        else
            out += c == '\n' || c == '\r' ? ' ' : c;
    return out;
}

void add_row(std::string *out, const std::vector<std::string> &cells)
{
    *out += "|";
    for (const std::string &one : cells)
        *out += " " + cell(one) + " |";
    *out += "\n";
}

void add_rule(std::string *out, size_t columns)
{
    *out += "|";
    for (size_t i = 0; i < columns; i++)
        *out += "---|";
    *out += "\n";
}

std::string interval_words(const std::optional<estimate> &e, const std::string &unit)
{
    if (!e)
        return "-";
    std::string out = quantity(e->mean, unit);
    if (e->count > 1)
        out += " (" + quantity(e->low, unit) + " to " + quantity(e->high, unit) + ")";
    return out;
}

std::string effect_words(const effect &e)
{
    if (!e)
        return "-";
    return percent(e->mean) +
           (e->count > 1 ? " (" + percent(e->low) + " to " + percent(e->high) + ")" : "");
}

void add_designs(std::string *out, const dataset &d)
{
    if (d.designs.size() < 2 || tally_of(d).done == 0)
        return;
    *out += "\n## Designs against " + d.designs[0] + "\n\n";
    const std::vector<std::string> heads = {
        "metric", "design", "ratio", std::to_string(d.confidence_percent()) + " % interval",
        "pairs",  "less",   "more",  "left out"};
    add_row(out, heads);
    add_rule(out, heads.size());
    for (const ab_row &row : ab_of(d))
        add_row(out,
                {row.metric, row.design, row.ratio ? digits(row.ratio->mean, 4) : "-",
                 row.ratio ? digits(row.ratio->low, 4) + " to " + digits(row.ratio->high, 4) : "-",
                 std::to_string(row.pairs), std::to_string(row.less), std::to_string(row.more),
                 std::to_string(row.left_out)});
}

void add_points(std::string *out, const dataset &d)
{
    const std::vector<summary_row> rows = summary_of(d);
    std::vector<std::string> heads = {"point"};
    const std::vector<u32> shown = points_shown(d, MARKDOWN_POINTS);

    if (rows.empty())
        return;
    for (size_t i : d.dimensions)
        heads.push_back(d.param(i).name);
    for (const std::string &head : {d.asked.compared, d.metric, "against " + d.designs[0],
                                    std::string("runs"), std::string("failed")})
        heads.push_back(head);
    if (d.asked.stop)
        heads.push_back("seeds");
    *out += "\n## Points\n\n";
    if (shown.size() < rows.size())
        *out += std::to_string(shown.size()) + " of " + std::to_string(rows.size()) +
                " points: failed, best, worst, and some between. `--format csv` has all.\n\n";
    for (const std::string &words : tied_words(d))
        *out += words + ".\n\n";
    add_row(out, heads);
    add_rule(out, heads.size());
    for (u32 point : shown) {
        const summary_row &row = rows[point];
        std::vector<std::string> cells = {std::to_string(point)};
        for (size_t i : d.dimensions)
            cells.push_back(d.asked.points[point].at[i].value);
        cells.push_back(d.designs[d.design_of[point]]);
        cells.push_back(interval_words(row.value, unit_of_metric(d.metric)));
        cells.push_back(d.design_of[point] == 0 ? "baseline" : effect_words(row.against));
        cells.push_back(std::to_string(row.done));
        cells.push_back(row.failed == 0 ? "" : std::to_string(row.failed) + ": " + row.failure);
        if (d.asked.stop)
            cells.push_back(seeds_words(d, point));
        add_row(out, cells);
    }
}

/* RFC 4180 */
std::string csv_field(const std::string &text)
{
    std::string out = "\"";

    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    for (char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

void add_csv_row(std::string *out, const std::vector<std::string> &fields)
{
    for (size_t i = 0; i < fields.size(); i++)
        *out += (i == 0 ? "" : ",") + csv_field(fields[i]);
    *out += "\n";
}

void add_estimate(std::vector<std::string> *fields, const std::optional<estimate> &e)
{
    char text[64];

    for (double v : {e ? e->mean : 0, e ? e->low : 0, e ? e->high : 0}) {
        std::snprintf(text, sizeof text, "%.9g", v);
        fields->push_back(e ? text : "");
    }
}

} // namespace

std::string report_markdown(const dataset &d)
{
    const tally t = tally_of(d);
    std::string out =
        "# " +
        (d.asked.title.empty() ? d.asked.file.empty() ? "Sweep" : d.asked.file : d.asked.title) +
        "\n\n";

    out += counted(d.asked.points.size(), "point") + ", " + counted(d.designs.size(), "design") +
           " (" + enumeration(d.designs) + "), " + counted(d.asked.seeds.count, "seed") + "; " +
           std::to_string(t.done) + " of " + std::to_string(t.planned) + " runs done, " +
           std::to_string(t.failed) + " failed. Metric: " + d.metric + ", " +
           (d.is_less_better ? "less" : "more") + " is better.\n\n";
    for (const std::string &sentence : findings_of(d))
        out += "- " + sentence + "\n";
    add_designs(&out, d);
    add_points(&out, d);
    char hash[32];
    std::snprintf(hash, sizeof hash, "0x%016llx", (unsigned long long)d.asked.hash);
    out += "\napfsim " + d.version + ", build " + d.build + ", plan " + hash + ".\n";
    return out;
}

std::string report_csv(const dataset &d)
{
    std::string out;
    std::vector<std::string> heads = {"point"};

    for (size_t i : d.swept_params)
        heads.push_back(d.param(i).name);
    for (const char *head : {"design", "mean", "low", "high", "against_percent", "against_low",
                             "against_high", "done", "failed", "failure", "command"})
        heads.push_back(head);
    heads[1 + d.swept_params.size() + 1] = d.metric + ".mean";
    heads[1 + d.swept_params.size() + 2] = d.metric + ".low";
    heads[1 + d.swept_params.size() + 3] = d.metric + ".high";
    if (d.asked.stop)
        heads.insert(heads.end() - 1, "seeds");
    add_csv_row(&out, heads);
    for (const summary_row &row : summary_of(d)) {
        std::vector<std::string> fields = {std::to_string(row.point)};
        for (size_t i : d.swept_params)
            fields.push_back(d.asked.points[row.point].at[i].value);
        fields.push_back(d.designs[d.design_of[row.point]]);
        add_estimate(&fields, row.value);
        add_estimate(&fields, row.against);
        fields.push_back(std::to_string(row.done));
        fields.push_back(std::to_string(row.failed));
        fields.push_back(row.failure);
        if (d.asked.stop)
            fields.push_back(seeds_words(d, row.point));
        fields.push_back(run_command_of(d, row.point, first_seed(d, row.point)));
        add_csv_row(&out, fields);
    }
    return out;
}

} // namespace cli::report
