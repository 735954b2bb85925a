/* apfsim report: its arguments, and where its text goes. */
#include <cmath>
#include <cstdio>

#include "cli/output.hpp"
#include "cli/report/report.hpp"
#include "cli/report/text.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

std::string value_of(const po::variables_map &values, const char *name)
{
    return values.count(name) ? values[name].as<std::string>() : "";
}

/* "95", "95%", "99.9" */
u32 confidence_from(const syntax &s, const std::string &text)
{
    char *end = nullptr;
    const double percent = text.empty() ? 0 : std::strtod(text.c_str(), &end);
    const std::string rest = text.empty() ? "" : end;

    if (text.empty())
        return 0;
    if (end == text.c_str() || (!rest.empty() && rest != "%") ||
        !(percent >= 50 && percent <= 99.9))
        throw s.wrong("--confidence: found \"" + text + "\", expected per cent from 50 to 99.9");
    return (u32)std::lround(percent * 10);
}

/* The line that makes the same report, but for its file. */
std::string command_line(const arguments &args)
{
    std::string line = "apfsim report";

    for (const std::string &arg : args)
        line += " " + report::shell_word(arg);
    return line;
}

void add_options(syntax &s)
{
    auto word = [](const char *name) { return po::value<std::string>()->value_name(name); };

    s.options.add_options()("out", word("FILE"), "write into this file; -: standard output")(
        "format", word("NAME")->default_value("html"), "html, md, csv, json or svg")(
        "figure", word("NAME"), "of svg: map, curve, cdf, stack, ab, tornado or pareto")(
        "baseline", word("NAME"), "design that the others are compared with (sync)")(
        "metric", word("KEY"), "key of summary.json that the report is about (time_ps)")(
        "better", word("WORD"), "of the metric: less or more (less)")(
        "x", word("PARAM"), "parameter along the map (the first with numbers)")(
        "y", word("PARAM"), "parameter up the map (the second)")(
        "confidence", word("PERCENT"), "of all intervals (95, or that of the sweep)");
}

std::string text_of(const syntax &s, const report::dataset &d, const std::string &format,
                    const std::string &figure, const arguments &args)
{
    if (format == "html")
        return report::report_page(d, command_line(args));
    if (format == "md")
        return report::report_markdown(d);
    if (format == "csv")
        return report::report_csv(d);
    if (format == "json")
        return report::report_json(d);
    if (format == "svg")
        return report::report_svg(d, figure.empty() ? "map" : figure);
    throw s.wrong("--format: found \"" + format + "\", expected html, md, csv, json or svg");
}

} // namespace

int report_command(const arguments &args)
{
    syntax s("report", "Shows the results of a sweep: one file for a browser, text, or a figure.",
             "apfsim report results.db --out report.html", {"RESULTS"});
    po::variables_map values;

    add_options(s);
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string format = value_of(values, "format"), figure = value_of(values, "figure");
    const std::string out = value_of(values, "out");
    if (values.count("out") && out.empty())
        throw s.wrong("--out: found an empty name, expected a file");
    if (format == "html" && out.empty())
        throw s.wrong("--format html: found no --out, expected a file such as report.html");
    if (!figure.empty() && format != "svg")
        throw s.wrong("--figure: found --format " + format + ", expected --format svg");
    report::choices c{
        value_of(values, "metric"),   value_of(values, "better"),
        value_of(values, "baseline"), value_of(values, "x"),
        value_of(values, "y"),        confidence_from(s, value_of(values, "confidence"))};
    const std::string path = values["RESULTS"].as<std::string>();
    require_file(path);
    refuse_inputs("--out", out, {path});
    const database db(path, database::access::read);
    const report::dataset d = report::read_dataset(db, c);
    const std::string text = text_of(s, d, format, figure, args);
    auto fill = [&](FILE *file) {
        return std::fwrite(text.data(), 1, text.size(), file) == text.size();
    };
    if (out.empty() || out == "-")
        fill(stdout);
    else
        write_file(out, fill);
    return ERR_NONE;
}

} // namespace cli
