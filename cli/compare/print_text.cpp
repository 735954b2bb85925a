/* For people: the verdict, then what it rests on, the worst first. */
#include <algorithm>

#include "cli/compare/print.hpp"

namespace cli {

namespace {

enum { LARGEST_MAX = 5, SUBJECTS_MAX = 20, GROUPS_MAX = 20 };

std::string line(const char *what, const std::string &words)
{
    std::string label = what;

    label.resize(10, ' ');
    return "  " + label + words + "\n";
}

std::string lines_of_divergence(const divergence &d)
{
    std::string out = line("diverges", "at record " + std::to_string(d.record) + " (line " +
                                           std::to_string(d.line) + " of the transcript), " + d.at +
                                           ", " + d.actor);

    for (const std::string &before : d.before)
        out += "              " + before + "\n";
    out += "      base    " + (d.base.empty() ? "(the trace ends here)" : d.base) + "\n";
    out += "      new     " + (d.now.empty() ? "(the trace ends here)" : d.now) + "\n";
    return out;
}

std::vector<const difference *> largest(const subject_result &s)
{
    std::vector<const difference *> all;

    for (const difference &d : s.differences)
        if (d.base && d.now && *d.base != 0)
            all.push_back(&d);
    std::stable_sort(all.begin(), all.end(), [](const difference *a, const difference *b) {
        if (a->verdict != b->verdict)
            return a->verdict > b->verdict;
        auto size = [](s64 ppm) { return ppm < 0 ? -ppm : ppm; };
        return size(a->change_ppm()) > size(b->change_ppm());
    });
    if (all.size() > LARGEST_MAX)
        all.resize(LARGEST_MAX);
    return all;
}

std::string text_of_subject(const subject_result &s, const gate_list &gates)
{
    std::string out = std::string(verdict_word(s.verdict)) + "  " + s.words() + ": " +
                      many(s.differences.size(), "difference") + "\n";
    const difference &first = s.differences.front();

    for (const std::string &note : s.notes)
        out += line("note", note);
    for (size_t i = 0; i < s.causes.size(); i++)
        out += line(i == 0 ? "cause" : "and", s.causes[i].words);
    out += line("first", first.metric + "  " + change_words(first));
    bool is_new = true;
    for (const difference *d : largest(s)) {
        const std::string gate = gate_place(gates.gates[d->gate]);
        out +=
            line(is_new ? "largest" : "", d->metric + "  " + change_words(*d) +
                                              (d->verdict == verdict::failed
                                                   ? ""
                                                   : std::string("  ") + verdict_word(d->verdict)) +
                                              (gate.empty() ? "" : "  [" + gate + "]"));
        is_new = false;
    }
    if (s.first)
        out += lines_of_divergence(*s.first);
    return out;
}

std::string text_of_groups(const comparison &c)
{
    std::vector<const group_result *> all;
    std::string out;

    for (const group_result &g : c.groups)
        all.push_back(&g);
    std::stable_sort(all.begin(), all.end(), [](const group_result *a, const group_result *b) {
        return a->verdict > b->verdict;
    });
    for (size_t i = 0; i < all.size() && i < GROUPS_MAX; i++)
        out += std::string(verdict_word(all[i]->verdict)) + "  " + all[i]->label + " " +
               all[i]->metric + ": " + all[i]->words + "  [" +
               gate_place(c.gates.gates[all[i]->gate]) + "]\n";
    if (all.size() > GROUPS_MAX)
        out += "and " + std::to_string(all.size() - GROUPS_MAX) + " more over seeds\n";
    return out;
}

} // namespace

std::string many(size_t count, const char *word)
{
    return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string change_words(const difference &d)
{
    const std::string change = d.change();

    return d.base_text + " -> " + d.now_text + (change.empty() ? "" : " (" + change + ")");
}

std::string verdict_line(const comparison &c)
{
    const size_t all = c.difference_count(), failed = c.count(verdict::failed);
    const size_t undecided = c.count(verdict::undecided);
    const size_t results =
        (size_t)std::count_if(c.subjects.begin(), c.subjects.end(),
                              [](const subject_result &s) { return !s.differences.empty(); });
    std::string words;

    if (failed != 0)
        words = "failed: " + std::to_string(failed) + " of " +
                many(all + c.groups.size() + c.host.size(), "finding") + " not allowed, in " +
                std::to_string(results) + " of " + many(c.subjects.size(), "result");
    else if (all + c.groups.size() != 0)
        words = "passed: " + many(all, "difference") + " in " + std::to_string(results) + " of " +
                many(c.subjects.size(), "result") + ", allowed by " + c.gates.path;
    else if (!c.subjects.empty() || c.host.empty())
        words =
            "equal: " + many(c.subjects.size(), "result") + ", " + many(c.metric_count, "metric");
    else
        words = "passed: " + many(c.host.size(), "ratio");
    return words + (undecided != 0 ? "; " + std::to_string(undecided) + " undecided" : "");
}

std::string hops_line(const comparison &c)
{
    std::vector<std::pair<std::string, size_t>> hops; /* In the order in which they are met. */
    std::string out;
    size_t results = 0;

    for (const subject_result &s : c.subjects) {
        results += !s.causes.empty();
        for (const cause &one : s.causes) {
            auto place = std::find_if(hops.begin(), hops.end(),
                                      [&](const auto &h) { return h.first == one.hop; });
            if (place == hops.end())
                place = hops.insert(place, {one.hop, 0});
            place->second++;
        }
    }
    std::stable_sort(hops.begin(), hops.end(),
                     [](const auto &a, const auto &b) { return a.second > b.second; });
    for (const auto &h : hops)
        out += (out.empty() ? "" : ", ") + h.first + " in " + std::to_string(h.second);
    return results < 2 ? "" : "hops that have changed: " + out + " of " + many(results, "result");
}

std::string text_report(const comparison &c)
{
    std::vector<const subject_result *> order;
    std::string out = verdict_line(c) + "\n";
    const std::string hops = hops_line(c);

    out += hops.empty() ? "" : hops + "\n";
    for (const std::string &note : c.notes)
        out += "note: " + note + "\n";
    for (const subject_result &s : c.subjects)
        if (!s.differences.empty())
            order.push_back(&s);
    std::stable_sort(
        order.begin(), order.end(),
        [](const subject_result *a, const subject_result *b) { return a->verdict > b->verdict; });
    for (size_t i = 0; i < order.size() && i < SUBJECTS_MAX; i++)
        out += text_of_subject(*order[i], c.gates);
    if (order.size() > SUBJECTS_MAX)
        out += "and " + many(order.size() - SUBJECTS_MAX, "result") + " more\n";
    out += text_of_groups(c);
    for (const host_result &h : c.host)
        out += std::string(h.gate.empty() ? "no gate" : verdict_word(h.verdict)) + "  " + h.ratio +
               "  " + h.base_text + " -> " + h.now_text +
               (h.words.empty() ? "" : " (" + h.words + ")") + "\n";
    return out;
}

} // namespace cli
