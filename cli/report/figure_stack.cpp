/* Where the time of a fault goes, hop by hop. */
#include <algorithm>
#include <numeric>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { WIDTH = 720, RIGHT = 20, ROW = 30 };

/* A hop that is drawn, or the joined rest. */
struct part {
    std::string name, cls;
    std::vector<size_t> hops;
};

double mean_of_part(const part &p, const stack_row &row)
{
    return std::accumulate(p.hops.begin(), p.hops.end(), 0.0,
                           [&](double sum, size_t hop) { return sum + row.ps[hop]; });
}

std::vector<part> parts_of(const stack_data &d, const std::vector<size_t> &shown)
{
    std::vector<part> out;
    part rest{"", "h-rest", {}};

    for (size_t hop : shown)
        out.push_back({d.hops[hop], "h" + std::to_string(out.size()), {hop}});
    for (size_t hop = 0; hop < d.hops.size(); hop++) {
        const bool is_there = std::any_of(d.rows.begin(), d.rows.end(),
                                          [&](const stack_row &r) { return r.ps[hop] > 0; });
        if (is_there && std::find(shown.begin(), shown.end(), hop) == shown.end())
            rest.hops.push_back(hop);
    }
    rest.name = "other (" + counted(rest.hops.size(), "hop") + ")";
    if (!rest.hops.empty())
        out.push_back(rest);
    return out;
}

double greatest_sum(const stack_data &d, const std::vector<part> &parts)
{
    double most = 0;

    for (const stack_row &row : d.rows) {
        double sum = 0;
        for (const part &p : parts)
            sum += mean_of_part(p, row);
        most = std::max(most, sum);
    }
    return most;
}

/* One panel; the height that it took. */
double draw_panel(canvas &c, const stack_data &d, const std::vector<part> &parts, double left,
                  double top, const std::string &words)
{
    axis x{false, 0, greatest_sum(d, parts), left, WIDTH - RIGHT - 70};
    const double bottom = top + 24 + ROW * (double)d.rows.size();

    c.text(left, top + 10, words, "t s soft");
    for (double tick : linear_ticks(0, x.high, 6)) {
        c.line(x.at(tick), top + 20, x.at(tick), bottom, "grid");
        c.text(x.at(tick), bottom + 15, tick_quantity(tick, "ps"), "t s", "middle");
    }
    for (size_t r = 0; r < d.rows.size(); r++) {
        const double y = top + 24 + ROW * (double)r;
        double sum = 0;
        c.text(left - 8, y + 17, d.rows[r].design, "t", "end");
        for (const part &p : parts) {
            const double value = mean_of_part(p, d.rows[r]);
            const double from = x.at(sum), to = x.at(sum + value);
            sum += value;
            if (to - from < 0.05)
                continue;
            c.rect(from, y + 2, to - from, ROW - 7, p.cls + " part",
                   d.rows[r].design + ", " + p.name + ": " + quantity(value, "ps") + " per fault");
            if (to - from > text_width(p.name, 11) + 6)
                c.text((from + to) / 2, y + 17, p.name, "t s on-" + p.cls, "middle");
        }
        c.text(x.at(sum) + 6, y + 17, quantity(sum, "ps", 3), "t s");
    }
    c.line(left, top + 20, left, bottom, "axis");
    return 24 + ROW * (double)d.rows.size() + 34;
}

double draw_key(canvas &c, const std::vector<part> &parts, double left, double top)
{
    double x = left, y = top;

    for (const part &p : parts) {
        const double width = 18 + text_width(p.name, 11) + 14;
        if (x + width > WIDTH - RIGHT) {
            x = left;
            y += 18;
        }
        c.rect(x, y, 12, 12, p.cls + " part");
        c.text(x + 17, y + 10, p.name, "t s");
        x += width;
    }
    return y + 22;
}

/* A hop that leaves no room for the others, in every design; SIZE_MAX: none. */
size_t dominant_hop(const stack_data &d)
{
    for (size_t hop = 0; hop < d.hops.size(); hop++) {
        const bool is_most = std::all_of(d.rows.begin(), d.rows.end(), [&](const stack_row &r) {
            return r.ps[hop] > 0.4 * std::accumulate(r.ps.begin(), r.ps.end(), 0.0);
        });
        if (is_most)
            return hop;
    }
    return SIZE_MAX;
}

} // namespace

std::vector<size_t> stack_choice(const stack_data &d, size_t most)
{
    std::vector<std::pair<double, size_t>> by_size;
    std::vector<size_t> out;

    for (size_t hop = 0; hop < d.hops.size(); hop++) {
        double greatest = 0;
        for (const stack_row &row : d.rows)
            greatest = std::max(greatest, row.ps[hop]);
        if (greatest > 0)
            by_size.emplace_back(-greatest, hop);
    }
    std::sort(by_size.begin(), by_size.end());
    for (size_t i = 0; i < by_size.size() && i < most; i++)
        out.push_back(by_size[i].second);
    std::sort(out.begin(), out.end());
    return out;
}

drawing stack_figure(const stack_data &d)
{
    drawing out;
    canvas c;
    double left = 60, y = 6;

    for (const stack_row &row : d.rows)
        left = std::max(left, 16 + text_width(row.design));
    const std::vector<part> parts = parts_of(d, stack_choice(d, STACK_HOPS_SHOWN));
    y = draw_key(c, parts, left, y);
    y += draw_panel(c, d, parts, left, y, "mean time of a fault, in the order of its way");
    const size_t dominant = dominant_hop(d);
    if (dominant != SIZE_MAX && d.hops.size() > 1) {
        std::vector<part> others;
        for (const part &p : parts)
            if (p.hops[0] != dominant)
                others.push_back(p);
        y += 6 + draw_panel(c, d, others, left, y + 6,
                            "the same without " + d.hops[dominant] + ", enlarged");
    }
    out.width = WIDTH;
    out.height = y;
    out.title = "Where the time of a fault goes";
    out.desc = "Stacked bars, one for each design: mean time per fault in each hop. All numbers "
               "stand in the table beneath.";
    out.body = c.take();
    return out;
}

drawing small_stack(const stack_data &d, const std::vector<size_t> &shown)
{
    drawing out;
    canvas c;
    const std::vector<part> parts = parts_of(d, shown);
    const axis x{false, 0, greatest_sum(d, parts), 0, 600};
    double sum = 0;

    for (const part &p : parts) {
        const double value = mean_of_part(p, d.rows[0]);
        const double from = x.at(sum), to = x.at(sum + value);
        sum += value;
        if (to - from < 0.05)
            continue;
        c.rect(from, 0, to - from, 22, p.cls + " part",
               p.name + ": " + quantity(value, "ps") + " per fault");
        if (to - from > text_width(p.name, 11) + 6)
            c.text((from + to) / 2, 15, p.name, "t s on-" + p.cls, "middle");
    }
    out.width = 600;
    out.height = 22;
    out.title = "Hops of " + d.rows[0].design;
    out.desc = "Mean time per fault in each hop.";
    out.body = c.take();
    return out;
}

} // namespace cli::report
