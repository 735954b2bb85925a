/* The page as a whole, and its sections about the sweep itself. */
#include "cli/report/page.hpp"

#include "cli/report/assets.hpp"
#include "cli/report/report.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

const struct {
    const char *id, *title;
    void (*write)(page &p);
} sections[] = {
    {"asked", "Question and answer", asked_section},
    {"map", "Where does it pay?", map_section},
    {"summary", "All points", summary_section},
    {"designs", "Designs against the baseline", ab_section},
    {"latency", "Latency of faults", cdf_section},
    {"hops", "Where the time of a fault goes", stack_section},
    {"sensitivity", "What matters", tornado_section},
    {"pareto", "Time against CPU", pareto_section},
    {"runs", "Each point", runs_section},
    {"configuration", "Configuration", configuration_section},
    {"guarantee", "How far to trust this", guarantee_section},
};

/* No request to anywhere: the browser itself is told to refuse one. */
const char policy[] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                      "img-src data:; base-uri 'none'; form-action 'none'";

std::string title_of(const dataset &d)
{
    if (!d.asked.title.empty())
        return d.asked.title;
    return d.asked.file.empty() ? "Sweep" : d.asked.file;
}

void write_head(page &p)
{
    markup &m = p.m;

    m.raw("<!DOCTYPE html>\n");
    m.open("html", {{"lang", "en"}}).line().open("head").line();
    m.empty("meta", {{"charset", "utf-8"}}).line();
    m.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}}).line();
    m.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    m.line().empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}}).line();
    m.empty("meta", {{"name", "generator"}, {"content", "apfsim " + p.d.version}}).line();
    m.empty("link", {{"rel", "icon"}, {"href", "data:,"}}).line();
    m.element("title", title_of(p.d) + " - apfsim").line();
    m.open("style").raw("\n" + figure_css + style_css).close().line();
    m.close().line();
}

void row(markup &m, const std::string &name, const std::string &value)
{
    m.element("dt", name).element("dd", value).line();
}

std::string seeds_words(const dataset &d)
{
    const seed_range &s = d.asked.seeds;
    const std::string last = std::to_string(s.first + s.count - 1);

    if (s.count == 1)
        return "seed " + std::to_string(s.first);
    return (d.asked.stop ? "up to " : "") + counted(s.count, "seed") + " for each point (" +
           std::to_string(s.first) + " to " + last + "), the same for every design";
}

std::string runs_words(const dataset &d)
{
    const tally t = tally_of(d);
    std::string words = std::to_string(t.done) + " done";

    if (t.failed != 0)
        words += ", " + std::to_string(t.failed) + " failed";
    if (t.missing != 0)
        words += ", " + std::to_string(t.missing) +
                 (d.asked.stop ? " not needed or not run yet" : " not run yet");
    return words;
}

} // namespace

void page::figure_with_id(const drawing &drawn, bool is_wide, const std::string &id)
{
    m.open("div", {{"class", is_wide ? "frame wide" : "frame"}});
    m.raw(embedded_svg(drawn, id)).close().line();
}

void page::figure(const drawing &drawn, bool is_wide)
{
    figure_with_id(drawn, is_wide, next_id());
}

void page::note(const std::string &words)
{
    m.element("p", {{"class", "note"}}, words).line();
}

void page::open_table(const std::string &label, bool is_sortable,
                      const std::vector<std::string> &heads, size_t rows)
{
    m.open("div", {{"class", rows > ROWS_OPEN ? "table tall" : "table"},
                   {"role", "region"},
                   {"aria-label", label},
                   {"tabindex", "0"}});
    m.open("table", {{"class", is_sortable ? "sortable" : "plain"}}).open("thead").open("tr");
    for (const std::string &head : heads) {
        attributes list = {{"scope", "col"}};
        if (head[0] == '>')
            list.push_back({"class", "n"});
        m.element("th", list, head.substr(head[0] == '>'));
    }
    m.close().close().line().open("tbody").line();
}

void page::close_table()
{
    m.close().close().close().line();
}

void page::number_cell(const std::string &words, double value, const std::string &cls,
                       const std::string &interval)
{
    char text[64];

    std::snprintf(text, sizeof text, "%.9g", value);
    m.open("td", {{"class", cls}, {"data-v", text}}).text(words);
    if (!interval.empty())
        m.text(" ").element("span", {{"class", "i"}}, interval);
    m.close();
}

void page::design_cell(size_t design)
{
    m.open("td").open("span", {{"class", "chip " + design_class(design)}}).close();
    m.text(d.designs[design]).close();
}

void asked_section(page &p)
{
    const dataset &d = p.d;
    markup &m = p.m;

    m.element("h3", "What was asked").line().open("dl", {{"class", "facts"}}).line();
    for (size_t i : d.swept_params) {
        const swept s = swept_of(d, i);
        row(m, s.name,
            counted(s.values.size(), "value") + ", " + s.values.front().value + " to " +
                s.values.back().value +
                (d.leader_of[i] == i ? "" : "; goes with " + d.param(d.leader_of[i]).name));
    }
    row(m, d.asked.compared, enumeration(d.designs));
    row(m, "points",
        std::to_string(d.asked.points.size()) + " in " + counted(d.point_of.size(), "group") +
            " that differ in " + d.asked.compared + " only");
    row(m, "seeds", seeds_words(d));
    row(m, "runs", runs_words(d));
    row(m, "metric", d.metric + ", " + (d.is_less_better ? "less" : "more") + " is better");
    m.close().line();
    m.open("details").element("summary",
                              "The sweep file" + (d.asked.file.empty() ? "" : " " + d.asked.file));
    m.element("pre", d.asked.text.empty() ? "(empty)" : d.asked.text).close().line();
    m.element("h3", "What came out").line().open("ul", {{"class", "findings"}}).line();
    for (const std::string &sentence : findings_of(d))
        m.element("li", sentence).line();
    m.close().line();
}

void configuration_section(page &p)
{
    const dataset &d = p.d;
    markup &m = p.m;

    if (d.differences.empty())
        p.note("All points have the same configuration.");
    else {
        p.note(
            "What is not the same in all points, with the number of points that have each value.");
        p.open_table("Differences between points", false, {"key", "values"}, d.differences.size());
        for (const difference &one : d.differences) {
            std::string words;
            for (size_t i = 0; i < one.values.size() && i < 24; i++)
                words += (i == 0 ? "" : ", ") + one.values[i].first + " (" +
                         std::to_string(one.values[i].second) + ")";
            if (one.values.size() > 24)
                words += ", and " + std::to_string(one.values.size() - 24) + " more values";
            m.open("tr").element("th", {{"scope", "row"}}, one.key);
            m.element("td", {{"class", "key"}}, words).close().line();
        }
        p.close_table();
    }
    if (d.config.empty())
        return;
    m.open("details").element("summary", "Every value of point 0 and where it comes from").line();
    p.open_table("Configuration of point 0", true, {"key", "value", "origin"}, d.config.size());
    for (const config_row &r : d.config) {
        m.open("tr").element("th", {{"scope", "row"}}, r.key);
        m.element("td", {{"class", "key"}}, r.value);
        m.element("td", {{"class", "key"}}, r.origin).close().line();
    }
    p.close_table();
    m.close().line();
}

void guarantee_section(page &p)
{
    const dataset &d = p.d;
    const guarantee g = guarantee_of(d);
    markup &m = p.m;
    char hash[32];

    std::snprintf(hash, sizeof hash, "0x%016llx", (unsigned long long)d.asked.hash);
    m.open("dl", {{"class", "facts"}}).line();
    row(m, "program", "apfsim " + d.version + ", build " + d.build);
    row(m, "plan", hash);
    row(m, "seeds", seeds_words(d));
    row(m, "runs", runs_words(d));
    row(m, "intervals",
        std::to_string(d.confidence_percent()) +
            " %, Student, over seeds; differences over pairs of runs that met the "
            "same random numbers");
    row(m, "costs without a source",
        g.picks_permille ? digits(*g.picks_permille / 10, 3) +
                               " % of the faults' time rests on picks (mean of the runs)"
                         : "not known");
    row(m, "conservation",
        g.checks == 0
            ? "no checks"
            : std::to_string(g.checks_held) + " of " + std::to_string(g.checks) + " checks hold");
    m.close().line();
    p.note("A result follows from the configuration, the seed and the program alone: the same plan "
           "with the same build gives the same bytes on every computer. Make it again with:");
    if (!d.asked.file.empty())
        m.element("pre", "apfsim sweep run " + shell_word(d.asked.file) + " --out " +
                             shell_word(d.path.empty() ? "results.db" : d.path) + "\n" + p.command);
    m.line();
}

std::string report_page(const dataset &d, const std::string &command)
{
    page p{d, command, {}, 0, stack_choice(stack_of(d), STACK_HOPS_SHOWN)};
    markup &m = p.m;

    write_head(p);
    m.open("body").line();
    m.element("a", {{"class", "skip"}, {"href", "#asked"}}, "To the content").line();
    m.open("header").line().element("h1", title_of(d)).line();
    m.element("p", {{"class", "lead"}},
              "Sweep of apfsim " + d.version + ": " + counted(d.asked.points.size(), "point") +
                  ", " + counted(d.runs.size(), "run") + ", " +
                  counted(d.designs.size(), "design"));
    m.line().open("nav", {{"aria-label", "Sections"}}).open("ol").line();
    for (const auto &s : sections)
        m.open("li").element("a", {{"href", std::string("#") + s.id}}, s.title).close().line();
    m.close().close().line().close().line().open("main").line();
    for (const auto &s : sections) {
        m.open("section", {{"id", s.id}, {"aria-labelledby", std::string(s.id) + "-head"}}).line();
        m.element("h2", {{"id", std::string(s.id) + "-head"}}, s.title).line();
        s.write(p);
        m.close().line();
    }
    m.close().line().open("footer");
    m.element("p", "Made by apfsim " + d.version +
                       ". The file needs no network and no scripts; with "
                       "scripts its tables sort, filter and its marks speak.");
    m.close().line().open("script").raw("\n" + report_js).close().line();
    m.close().line().close().line();
    return m.take();
}

} // namespace cli::report
