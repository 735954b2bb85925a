/* For a pull request: what everybody must see stands open, the rest is folded. */
#include "cli/compare/print.hpp"

namespace cli {

namespace {

enum { WORST_MAX = 20, FOLDED_MAX = 200, CAUSES_MAX = 12 };

/* A cell of a table: no bar and no line end may come through. */
std::string cell(const std::string &text)
{
    std::string out;

    for (char c : escaped(text))
        out += c == '|' ? "&#124;" : c == '\n' ? " " : std::string(1, c);
    return out;
}

std::string code(const std::string &text)
{
    return "<code>" + cell(text) + "</code>";
}

std::string fold(const std::string &title, const std::string &text)
{
    return "<details><summary>" + escaped(title) + "</summary>\n\n<pre>" + escaped(text) +
           "</pre>\n</details>\n\n";
}

std::string table_of_worst(const comparison &c)
{
    const auto worst = c.worst(WORST_MAX);
    std::string out;

    if (worst.empty())
        return "";
    out = "| result | metric | base | new | change | verdict |\n|---|---|---:|---:|---:|---|\n";
    for (const auto &row : worst)
        out += "| " + cell(row.first->words()) + " | " + code(row.second->metric) + " | " +
               cell(row.second->base_text) + " | " + cell(row.second->now_text) + " | " +
               cell(row.second->change()) + " | " + verdict_word(row.second->verdict) + " |\n";
    out += "\n";
    const size_t all = c.difference_count();
    if (all > worst.size())
        out += "These are the " + std::to_string(worst.size()) + " worst of " +
               std::to_string(all) + " differences.\n\n";
    return out;
}

std::string causes(const comparison &c)
{
    std::string out;

    const std::string hops = hops_line(c);
    size_t more = 0;

    for (const subject_result &s : c.subjects)
        for (const cause &cause : s.causes)
            if (more++ < CAUSES_MAX)
                out += "- " + cell(s.words()) + ": " + cell(cause.words) + "\n";
    if (more > CAUSES_MAX)
        out += "- and " + std::to_string(more - CAUSES_MAX) + " more\n";
    if (out.empty())
        return "";
    return "What has changed, by hop" + (hops.empty() ? "" : " (" + cell(hops) + ")") + ":\n\n" +
           out + "\n";
}

std::string table_of_groups(const comparison &c)
{
    std::string out;

    for (const group_result &g : c.groups)
        out += "| " + cell(g.label) + " | " + code(g.metric) + " | " + cell(g.words) + " | " +
               verdict_word(g.verdict) + " |\n";
    return out.empty()
               ? ""
               : "| result | metric | over seeds | verdict |\n|---|---|---|---|\n" + out + "\n";
}

std::string table_of_host(const comparison &c)
{
    std::string out;

    for (const host_result &h : c.host)
        out += "| " + cell(h.ratio) + " | " + h.base_text + " | " + h.now_text + " | " +
               cell(h.words) + " | " + (h.gate.empty() ? "no gate" : verdict_word(h.verdict)) +
               " |\n";
    return out.empty() ? ""
                       : "| speed, as a ratio | base | new | change | verdict |\n"
                         "|---|---:|---:|---:|---|\n" +
                             out + "\n";
}

} // namespace

std::string escaped(const std::string &text)
{
    std::string out;

    for (char c : text)
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default: /* Other control characters are no part of XML at all. */
            out += (u8)c < ' ' && c != '\n' && c != '\t' ? '?' : c;
        }
    return out;
}

std::string markdown_report(const comparison &c)
{
    std::string out = "### apfsim compare: " + cell(verdict_line(c)) + "\n\n";
    std::string all;
    size_t shown = 0;

    for (const std::string &note : c.notes)
        out += "- " + cell(note) + "\n";
    out += c.notes.empty() ? "" : "\n";
    out += causes(c) + table_of_worst(c) + table_of_groups(c) + table_of_host(c);
    if (c.difference_count() != 0)
        out += fold("Details", text_report(c));
    for (const subject_result &s : c.subjects)
        for (const difference &d : s.differences)
            if (shown++ < FOLDED_MAX)
                all += s.words() + "  " + d.metric + "  " + change_words(d) + "  " +
                       verdict_word(d.verdict) + "\n";
    if (shown > FOLDED_MAX)
        all += "and " + std::to_string(shown - FOLDED_MAX) + " more\n";
    if (!all.empty())
        out += fold("All differences in the order of summary.json", all);
    return out;
}

} // namespace cli
