/* What a gate says of a difference. */
#include "cli/compare/gates.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "cli/compare/document.hpp"

namespace cli {

namespace {

bool matches(const std::string &glob, const std::string &text)
{
    return fnmatch(glob.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
}

bool ends_with(const std::string &text, const std::string &end)
{
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/* Words of the result that no tolerance can measure; a gate must name them or forbid nothing. */
bool is_word(const std::string &metric)
{
    return metric == "checksum" || metric == "trace" || metric == "end" || metric == "subject";
}

const struct {
    const char *metric;
    enum better better;
} directions[] = {
    {"tasks.*.work", better::more},
    {"*_ps", better::less},
};

} // namespace

bool gate_is_for(const gate &g, const subject &s)
{
    if (!g.subject.empty() && !matches(g.subject, s.label))
        return false;
    return std::all_of(g.where.begin(), g.where.end(), [&](const auto &condition) {
        auto own = s.parameters.find(condition.first);
        return own != s.parameters.end() && own->second == condition.second;
    });
}

size_t find_gate(const gate_list &list, const std::string &metric, const subject &s)
{
    for (size_t i = 0; i + 1 < list.gates.size(); i++) {
        const gate &g = list.gates[i];
        bool can_measure = g.kind == gate_kind::exact || g.kind == gate_kind::ignore;
        if (!can_measure && is_word(metric))
            continue;
        if (matches(g.metric, metric) && gate_is_for(g, s))
            return i;
    }
    return list.gates.size() - 1;
}

std::string gate_place(const gate &g)
{
    return g.line == 0 ? "" : g.file + ":" + std::to_string(g.line);
}

std::string gate_words(const gate &g)
{
    std::string words = gate_place(g);

    words += (words.empty() ? "" : ": ") + (g.line == 0 ? "everything else" : g.metric);
    if (!g.subject.empty())
        words += " of " + g.subject;
    for (const auto &condition : g.where)
        words += ", " + condition.first + "=" + condition.second;
    switch (g.kind) {
    case gate_kind::exact:
        return words + " exact";
    case gate_kind::ignore:
        return words + " ignored: " + g.reason;
    case gate_kind::tolerance:
        return words + " within " + g.tolerance.text + (g.only_worse ? ", worse only" : "");
    case gate_kind::statistical:
        return words + " over seeds within " + g.within_text + (g.only_worse ? ", worse only" : "");
    }
    return words;
}

enum better better_of(const gate &g, const std::string &metric)
{
    if (g.better != better::by_table)
        return g.better;
    for (const auto &row : directions)
        if (matches(row.metric, metric))
            return row.better;
    return better::neither;
}

static failure wrong_gate(const gate &g, const std::string &sentence)
{
    return failure(ERR_USAGE, g.file + ":" + std::to_string(g.line) + ":" +
                                  std::to_string(g.column) + ": " + sentence);
}

/* Why the gate cannot measure this metric; "": it can. */
static std::string unit_fault(const gate &g, const std::string &metric)
{
    const bool is_absolute = g.kind == gate_kind::tolerance && !g.tolerance.is_relative;

    if ((g.kind == gate_kind::tolerance || g.kind == gate_kind::statistical) && is_word(metric))
        return metric + " is no number; try exact, or ignore with its reason";
    if (is_absolute && g.tolerance.is_time && !ends_with(metric, "_ps"))
        return "the tolerance " + g.tolerance.text + " is a time, and " + metric +
               " is none; try a tolerance in percent or a narrower metric";
    if (is_absolute && !g.tolerance.is_time && ends_with(metric, "_ps"))
        return "the tolerance " + g.tolerance.text + " has no unit, and " + metric +
               " is a time; try " + g.tolerance.text + "ns";
    return "";
}

/* Some metric is meant and none can be measured: nobody wants such a gate. */
static void check_unit(const gate &g, const std::vector<std::string> &metrics)
{
    std::string first;

    for (const std::string &metric : metrics) {
        if (!matches(g.metric, metric))
            continue;
        const std::string fault = unit_fault(g, metric);
        if (fault.empty())
            return;
        first = first.empty() ? fault : first;
    }
    if (!first.empty())
        throw wrong_gate(g, first);
}

bool is_tolerated(const gate &g, const std::string &metric, u64 base, u64 now)
{
    const u64 change = now > base ? now - base : base - now;
    const enum better good = better_of(g, metric);

    const std::string fault = unit_fault(g, metric);
    if (!fault.empty())
        throw wrong_gate(g, fault);
    if (g.only_worse &&
        ((good == better::less && now <= base) || (good == better::more && now >= base)))
        return true;
    if (!g.tolerance.is_relative)
        return change <= g.tolerance.amount;
    return (u128)change * PPM <= (u128)base * g.tolerance.amount;
}

std::vector<std::string> check_gates(const gate_list &list, const side &base, const side &now,
                                     const metric_names &names)
{
    std::vector<std::string> notes, parameters,
        metrics = {"checksum", "trace", "lines", "end", "subject"};
    std::vector<const subject *> all;

    for (const side *s : {&base, &now})
        for (const subject &one : s->subjects) {
            all.push_back(&one);
            for (const auto &p : one.parameters)
                if (std::find(parameters.begin(), parameters.end(), p.first) == parameters.end())
                    parameters.push_back(p.first);
        }
    for (size_t i = 0; i < names.count(); i++)
        metrics.push_back(names.text((u32)i));
    for (size_t i = 0; i + 1 < list.gates.size() && !all.empty(); i++) {
        const gate &g = list.gates[i];
        for (const auto &c : g.where)
            if (std::find(parameters.begin(), parameters.end(), c.first) == parameters.end())
                throw wrong_gate(g, "no result has the parameter \"" + c.first + "\"" +
                                        nearest(c.first, parameters));
        check_unit(g, metrics);
        if (std::none_of(metrics.begin(), metrics.end(),
                         [&](const std::string &m) { return matches(g.metric, m); }))
            notes.push_back(gate_place(g) + ": no metric is called \"" + g.metric + "\"" +
                            nearest(g.metric, metrics));
        else if (std::none_of(all.begin(), all.end(),
                              [&](const subject *s) { return gate_is_for(g, *s); }))
            notes.push_back(gate_place(g) + ": no result is meant by this gate");
    }
    return notes;
}

} // namespace cli
