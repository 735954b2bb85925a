/* apfsim compare: two sides, the gates, the verdict; what is accepted goes into the baseline. */
#include <algorithm>
#include <filesystem>

#include "cli/compare/host.hpp"
#include "cli/compare/print.hpp"
#include "cli/output.hpp"
#include "cli/syntax.hpp"
#include "model/model.h"

namespace po = boost::program_options;

namespace cli {

namespace {

struct compare_options {
    std::string base, now, gates, accept, markdown, junit, to;
    std::vector<std::string> host;
    bool accepts = false;
};

std::string value_of(const po::variables_map &values, const char *name)
{
    return values.count(name) != 0 ? values[name].as<std::string>() : "";
}

void refuse_nothing(const syntax &s, const po::variables_map &values)
{
    for (const char *name : {"gates", "markdown", "junit"})
        if (values.count(name) != 0 && value_of(values, name).empty())
            throw s.wrong(std::string("--") + name + ": found an empty name, expected a file");
}

compare_options options_from(const syntax &s, const po::variables_map &values)
{
    compare_options o;

    refuse_nothing(s, values);
    o.base = value_of(values, "BASE");
    o.now = value_of(values, "NEW");
    o.gates = value_of(values, "gates");
    o.markdown = value_of(values, "markdown");
    o.junit = value_of(values, "junit");
    o.to = value_of(values, "to");
    o.accepts = values.count("accept") != 0;
    o.accept = value_of(values, "accept");
    if (values.count("host") != 0)
        o.host = values["host"].as<std::vector<std::string>>();
    if (!o.host.empty() && o.host.size() != 2)
        throw s.wrong("--host: found " + std::to_string(o.host.size()) +
                      (o.host.size() == 1 ? " file" : " files") +
                      ", expected two, as in: BASE NEW --host BASE.json NEW.json");
    if (o.now.empty() && (o.host.empty() || !o.base.empty()))
        throw s.wrong(std::string("found no ") + (o.base.empty() ? "BASE" : "NEW") +
                      ", expected apfsim compare BASE NEW");
    if (o.to != "text" && o.to != "md" && o.to != "json")
        throw s.wrong("--to: found \"" + o.to + "\", expected text, md or json");
    if (o.accepts && o.now.empty())
        throw s.wrong("--accept: found no BASE and NEW, expected the baseline and new results");
    return o;
}

/* A reason is for whoever reads the baseline in a year. */
void check_reason(const syntax &s, const std::string &reason)
{
    err e = {};

    if (reason.find_first_not_of(" \t\r\n") == std::string::npos)
        throw s.wrong("--accept: found no reason, expected why the change is right");
    if (!yaml_check_text("--accept", reason.c_str(), reason.size(), YAML_SYNTAX_OPTION, &e))
        throw failure(e);
}

bool is_there(const std::string &path)
{
    std::error_code error;

    return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

/* The first baseline is accepted like any other change. */
side base_side(const compare_options &o, metric_names &names)
{
    if (o.accepts && !is_there(o.base)) {
        side none;
        none.path = o.base;
        none.kind = side_kind::baseline;
        return none;
    }
    side base = load_side(o.base, names);
    if (o.accepts && base.kind != side_kind::baseline)
        throw failure(ERR_USAGE, "--accept: found results of a run or a sweep in " + o.base +
                                     ", expected a baseline file, or a new name for one");
    return base;
}

std::string largest_words(const comparison &c)
{
    std::string words;
    s64 most = -1;
    size_t fresh = 0, lost = 0;

    for (const subject_result &s : c.subjects) {
        fresh += s.base == nullptr;
        lost += s.now == nullptr;
        for (const difference &d : s.differences) {
            const s64 ppm = d.change_ppm(), size = ppm < 0 ? -ppm : ppm;
            if (d.base && d.now && size > most) {
                most = size;
                words = s.words() + ": " + d.metric + " " + change_words(d);
            }
        }
    }
    if (fresh + lost != 0)
        words += (words.empty() ? "" : "; ") + many(fresh, "new result") + ", " +
                 std::to_string(lost) + " no longer there";
    if (c.difference_count() == 0)
        return "none, only the configuration has another hash";
    return words.empty() ? "none, only the transcript is another one" : words;
}

/* Metrics with another value, and all of those of results that have come or gone. */
u64 changed_metrics(const comparison &c)
{
    u64 sum = 0;

    for (const subject_result &s : c.subjects) {
        if (s.base == nullptr || s.now == nullptr)
            sum += (s.base != nullptr ? s.base : s.now)->metrics.size();
        else
            sum += (u64)std::count_if(s.differences.begin(), s.differences.end(),
                                      [](const difference &d) { return d.base || d.now; });
    }
    return sum;
}

/* Everything that must be in the baseline is there already. */
bool is_nothing_new(const comparison &c, const side &base, const side &now)
{
    if (c.difference_count() != 0 || base.subjects.size() != now.subjects.size())
        return false;
    return std::all_of(c.subjects.begin(), c.subjects.end(), [](const subject_result &s) {
        return s.base != nullptr && s.now != nullptr && s.base->config_hash == s.now->config_hash;
    });
}

int accept(const compare_options &o, const comparison &c, const side &base, side now,
           const metric_names &names)
{
    if (is_nothing_new(c, base, now)) {
        std::printf("nothing to accept: %s\n", verdict_line(c).c_str());
        return ERR_NONE;
    }
    now.accepted = base.accepted;
    now.accepted.push_back({now.version, o.accept, largest_words(c), changed_metrics(c)});
    const std::string text = baseline_text(now, names);
    write_file(o.base, [&](FILE *out) {
        return std::fwrite(text.data(), 1, text.size(), out) == text.size();
    });
    std::printf("accepted: %s, %s changed; %s has them now\n",
                many(now.subjects.size(), "result").c_str(),
                many(now.accepted.back().changed, "metric").c_str(), o.base.c_str());
    return ERR_NONE;
}

void write_text(const std::string &path, const std::string &text)
{
    write_file(path, [&](FILE *out) {
        return std::fwrite(text.data(), 1, text.size(), out) == text.size();
    });
}

int report(const compare_options &o, const comparison &c, const side &base)
{
    if (!o.markdown.empty() && o.markdown == o.junit)
        throw failure(ERR_USAGE, "--junit: found the file of --markdown, expected another");
    refuse_inputs("--markdown", o.markdown, {o.base, o.now, o.gates});
    refuse_inputs("--junit", o.junit, {o.base, o.now, o.gates});
    if (!o.markdown.empty())
        write_text(o.markdown, markdown_report(c));
    if (!o.junit.empty())
        write_text(o.junit, junit_report(c));
    const std::string text = o.to == "md"     ? markdown_report(c)
                             : o.to == "json" ? json_report(c)
                                              : text_report(c);
    std::fputs(text.c_str(), stdout);
    if (o.to == "text" && c.has_failed() && base.kind == side_kind::baseline)
        std::printf("If this is right: apfsim compare %s %s --accept \"why\"\n", o.base.c_str(),
                    o.now.c_str());
    return c.has_failed() ? ERR_GATE : ERR_NONE;
}

int compare(const compare_options &o)
{
    metric_names names;
    side base, now;
    comparison c;

    gate_list gates = load_gates(o.gates);
    if (!o.now.empty()) {
        base = base_side(o, names);
        now = load_side(o.now, names);
        if (now.subjects.empty())
            throw failure(ERR_USAGE, o.now + ": found no results in it, expected one or more; try "
                                             "the command that makes them once more");
    }
    c = compare_sides(base, now, names, std::move(gates));
    if (!o.host.empty())
        compare_host(o.host[0], o.host[1], &c);
    else if (!c.gates.host.empty())
        c.notes.push_back("the host gates of " + o.gates + " were not asked: there is no --host");
    if (!o.accepts)
        return report(o, c, base);
    const int status = accept(o, c, base, std::move(now), names);
    return std::any_of(c.host.begin(), c.host.end(),
                       [](const host_result &h) { return h.verdict == verdict::failed; })
               ? (int)ERR_GATE
               : status;
}

} // namespace

int compare_command(const arguments &args)
{
    syntax s(
        "compare",
        "Finds what has changed between two results, and whether gates allow it. BASE and NEW\n"
        "are each a folder of apfsim run --out, a summary.json, a database of apfsim sweep or\n"
        "a baseline. Without gates every difference fails: status 1.",
        "apfsim compare baseline.yaml results --gates gates.yaml --junit compare.xml",
        {"[BASE]", "[NEW]"});
    po::variables_map values;
    auto file = [] { return po::value<std::string>()->value_name("FILE"); };

    s.options.add_options()("gates", file(), "which changes may pass")(
        "accept", po::value<std::string>()->value_name("WHY"),
        "write NEW into the baseline BASE, with the reason")(
        "markdown", file(), "write a comment for a pull request into this file")(
        "junit", file(), "write test cases for CI into this file")(
        "host", po::value<std::vector<std::string>>()->multitoken()->value_name("BASE NEW"),
        "two files of apfsim_bench --ratios --json; stands behind BASE and NEW")(
        "to", po::value<std::string>()->value_name("FORMAT")->default_value("text"),
        "text, md or json on standard output");
    if (!s.parse(args, values))
        return ERR_NONE;
    const compare_options o = options_from(s, values);
    if (o.accepts)
        check_reason(s, o.accept);
    return compare(o);
}

} // namespace cli
