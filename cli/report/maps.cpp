/* Data of the map and the curve, and what they say in words. */
#include <algorithm>

#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

/* Coordinates of a group, from any of its points. */
const point *sample_of(const dataset &d, u32 group)
{
    for (const auto &at : d.point_of[group])
        if (at)
            return &d.asked.points[*at];
    return nullptr;
}

std::string cell_words(const dataset &d, const map_data &m, const effect &e, size_t i, size_t j,
                       unsigned left_out)
{
    std::string words = m.x.name + " = " + m.x.values[i].value;

    if (!m.y.name.empty())
        words += ", " + m.y.name + " = " + m.y.values[j].value;
    words += ": ";
    if (!e)
        return words + "no pair of runs";
    words += percent(e->mean);
    if (e->count > 1)
        words += " (" + std::to_string(d.confidence_percent()) + " %: " + percent(e->low) + " to " +
                 percent(e->high) + ")";
    words += ", " + counted(e->count, "pair");
    return left_out == 0 ? words : words + ", " + std::to_string(left_out) + " left out";
}

/* The groups of a cell, of those of the slice. */
std::vector<u32> groups_at(const dataset &d, const slice &s, const map_data &m, size_t i, size_t j)
{
    std::vector<u32> out;

    for (u32 group : s.groups) {
        const point *p = sample_of(d, group);
        if (index_in(m.x, p->at[d.x]) == i && (d.y == SIZE_MAX || index_in(m.y, p->at[d.y]) == j))
            out.push_back(group);
    }
    return out;
}

/* Values of y, as a range where that says the same. */
std::string y_words(const map_data &m, const std::vector<size_t> &rows)
{
    std::vector<std::string> names;

    if (rows.size() > 2 && rows.back() - rows.front() + 1 == rows.size() &&
        m.y.scale != scale::category)
        return m.y.values[rows.front()].value + " to " + m.y.values[rows.back()].value;
    for (size_t j : rows)
        names.push_back(m.y.values[j].value);
    return enumeration(names);
}

/* Rows of one kind in one phrase: where it is least and where it is greatest. */
std::string kind_words(const map_data &m, const std::vector<break_even> &all,
                       const std::vector<size_t> &rows)
{
    const break_even &one = all[rows[0]];
    size_t least = rows[0], most = rows[0];
    const bool is_same = std::all_of(rows.begin(), rows.end(), [&](size_t j) {
        return all[j].better == one.better && all[j].open == one.open;
    });

    if (m.x.scale == scale::category && !is_same)
        return "with some of these values only";
    if (rows.size() == 1 || m.x.scale == scale::category ||
        (one.kind != break_even::from && one.kind != break_even::up_to))
        return one.kind == break_even::several && rows.size() > 1
                   ? "in parts of this range only"
                   : break_even_words(one, m.x, m.confidence_percent);
    for (size_t j : rows) {
        least = all[j].at < all[least].at ? j : least;
        most = all[j].at > all[most].at ? j : most;
    }
    auto end = [&](size_t j) {
        const break_even &only = all[j];
        const std::string words = break_even_words(only, m.x, m.confidence_percent);
        const size_t open = words.find(" (");
        const std::string interval = open == std::string::npos ? "" : words.substr(open + 2);
        return words_at(m.x, only.at) + " (" + m.y.name + " = " + m.y.values[j].value +
               (interval.empty() ? ")" : "; " + interval);
    };
    return (one.kind == break_even::from ? "from between " : "up to between ") + end(least) +
           " and " + end(most) + (one.kind == break_even::from ? " up" : "");
}

/* All rows are of the kinds of the first and the last one. */
bool are_kinds_of_ends(const std::vector<break_even> &rows)
{
    return std::all_of(rows.begin(), rows.end(), [&](const break_even &b) {
        return b.kind != break_even::several &&
               (b.kind == rows.front().kind || b.kind == rows.back().kind);
    });
}

/* Where a row between the ends is equal outside of what both of them say: "; between them down to
 * 17 us". */
std::string between_words(const map_data &m, const std::vector<break_even> &rows)
{
    const break_even &first = rows.front(), &last = rows.back();
    std::vector<std::string> out;
    double least = first.at, most = first.at;

    if (first.kind != last.kind)
        return "";
    for (const break_even &b : rows) {
        least = std::min(least, b.at);
        most = std::max(most, b.at);
    }
    if (least < std::min(first.low.value_or(first.at), last.low.value_or(last.at)))
        out.push_back("down to " + words_at(m.x, least));
    if (most > std::max(first.high.value_or(first.at), last.high.value_or(last.at)))
        out.push_back("up to " + words_at(m.x, most));
    return out.empty() ? "" : "; between them " + enumeration(out);
}

/* "from a = 18 us up (95 %: 17 us to 19 us)", "nowhere in this range" */
std::string named_words(const map_data &m, std::string words)
{
    for (const std::string head : {"from ", "up to "})
        if (words.rfind(head, 0) == 0)
            return words.insert(head.size(), m.x.name + " = ");
    return words;
}

} // namespace

swept swept_of(const dataset &d, size_t parameter)
{
    std::vector<coordinate> all;

    for (const point &p : d.asked.points)
        all.push_back(p.at.at(parameter));
    return make_swept(d.param(parameter), all);
}

std::vector<slice> slices_of(const dataset &d)
{
    std::vector<slice> out;

    for (u32 group = 0; group < d.point_of.size(); group++) {
        const point *p = sample_of(d, group);
        std::string words;
        if (p == nullptr)
            continue;
        for (size_t i : d.dimensions)
            if (i != d.x && i != d.y)
                words += (words.empty() ? "" : ", ") + d.param(i).name + " = " + p->at[i].value;
        auto known =
            std::find_if(out.begin(), out.end(), [&](const slice &s) { return s.words == words; });
        if (known == out.end())
            out.push_back({words, {group}});
        else
            known->groups.push_back(group);
    }
    return out;
}

std::vector<map_data> maps_of(const dataset &d, const slice &s)
{
    std::vector<map_data> out;
    const auto values = d.columns.find(d.metric);

    if (d.x == SIZE_MAX || values == d.columns.end())
        return out;
    const swept x = swept_of(d, d.x);
    const swept y = d.y == SIZE_MAX ? swept{"", "", scale::category, {{"", {}}}} : swept_of(d, d.y);
    for (size_t design = 1; design < d.designs.size(); design++) {
        map_data m{d.designs[design],
                   d.designs[0],
                   d.metric,
                   d.is_less_better,
                   d.confidence_percent(),
                   x,
                   y,
                   {},
                   {},
                   s.words};
        for (size_t j = 0; j < y.values.size(); j++)
            for (size_t i = 0; i < x.values.size(); i++) {
                const std::vector<u32> groups = groups_at(d, s, m, i, j);
                unsigned left_out = 0;
                for (u32 group : groups)
                    left_out += pairs_of(d, group, design, values->second).left_out;
                m.cells.push_back(effect_over(d, groups, design, values->second));
                m.words.push_back(cell_words(d, m, m.cells.back(), i, j, left_out));
            }
        out.push_back(m);
    }
    return out;
}

curve_data curve_of(const dataset &d, const std::vector<u32> &groups, const std::string &fixed)
{
    curve_data out;
    const auto values = d.columns.find(d.metric);

    out.baseline = d.designs.empty() ? "" : d.designs[0];
    out.metric = d.metric;
    out.fixed = fixed;
    out.is_less_better = d.is_less_better;
    out.confidence_percent = d.confidence_percent();
    if (d.x == SIZE_MAX || values == d.columns.end())
        return out;
    out.x = swept_of(d, d.x);
    for (size_t design = 1; design < d.designs.size(); design++) {
        curve_series s{d.designs[design], design, {}};
        for (size_t i = 0; i < out.x.values.size(); i++) {
            std::vector<u32> here;
            for (u32 group : groups)
                if (index_in(out.x, sample_of(d, group)->at[d.x]) == i)
                    here.push_back(group);
            s.effects.push_back(effect_over(d, here, design, values->second));
        }
        out.series.push_back(s);
    }
    return out;
}

std::vector<break_even> rows_of(const map_data &m)
{
    std::vector<break_even> out;
    const long columns = (long)m.x.values.size();

    for (long j = 0; j < (long)m.y.values.size(); j++)
        out.push_back(find_break_even(
            m.x, {m.cells.begin() + j * columns, m.cells.begin() + (j + 1) * columns},
            m.is_less_better));
    return out;
}

std::string pays_sentence(const map_data &m)
{
    const std::vector<break_even> rows = rows_of(m);
    const bool are_numbers = m.x.scale != scale::category && m.y.scale != scale::category;

    if (!are_numbers || rows.size() < 2 || !are_kinds_of_ends(rows))
        return "Over " + m.x.name + " it pays " + map_words(m) + ".";
    const std::string first = break_even_words(rows.front(), m.x, m.confidence_percent);
    const std::string last = break_even_words(rows.back(), m.x, m.confidence_percent);
    if (first == last)
        return "Over " + m.x.name + " it pays " + map_words(m) + ".";
    const std::string first_named = named_words(m, first);
    return "With " + m.y.name + " = " + m.y.values.front().value + " it pays " + first_named +
           "; with " + m.y.values.back().value + " " +
           (first_named == first ? named_words(m, last) : last) + between_words(m, rows) + ".";
}

std::string map_words(const map_data &m)
{
    const std::vector<break_even> rows = rows_of(m);
    std::string out;
    bool is_named = false;

    for (const auto kind : {break_even::from, break_even::up_to, break_even::several,
                            break_even::always, break_even::never, break_even::unknown}) {
        std::vector<size_t> here;
        for (size_t j = 0; j < rows.size(); j++)
            if (rows[j].kind == kind)
                here.push_back(j);
        if (here.empty())
            continue;
        std::string where;
        if (rows.size() > 1 && here.size() < rows.size()) {
            where = " at " + (is_named ? "" : m.y.name + " = ") + y_words(m, here);
            is_named = true;
        }
        out += (out.empty() ? "" : "; ") + kind_words(m, rows, here) + where;
    }
    return out;
}

} // namespace cli::report
