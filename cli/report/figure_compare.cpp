/* Designs side by side: forest plot of ratios, tornado of sensitivities. */
#include <algorithm>
#include <cmath>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { WIDTH = 720, RIGHT = 20, TOP = 40, ROW = 20, GAP = 10 };

axis ratio_axis(const std::vector<ab_row> &rows)
{
    axis a;

    a.is_log = true;
    a.low = 0.95;
    a.high = 1 / 0.95;
    for (const ab_row &row : rows)
        if (row.ratio) {
            a.low = std::min(a.low, std::max(row.ratio->low, row.ratio->mean / 10));
            a.high = std::max(a.high, std::min(row.ratio->high, row.ratio->mean * 10));
        }
    a.low *= 0.97;
    a.high *= 1.03;
    return a;
}

/* 0.5, 1, 2...: halves and doubles, or finer where the axis is short. */
std::vector<double> ratio_ticks(const axis &a)
{
    std::vector<double> out;
    const double span = std::log2(a.high / a.low);

    if (span > 2.5) {
        const double step = std::max(1.0, std::ceil(span / 8));
        for (double e = std::ceil(std::log2(a.low) / step) * step; e <= std::log2(a.high);
             e += step)
            out.push_back(std::exp2(e));
        return out;
    }
    return linear_ticks(a.low, a.high, 6);
}

double widest(const std::vector<std::string> &names, double least)
{
    for (const std::string &name : names)
        least = std::max(least, 16 + text_width(name));
    return std::min(least, 300.0);
}

std::string interval_words(const estimate &e, int confidence)
{
    return digits(e.mean, 3) + " (" + std::to_string(confidence) + " %: " + digits(e.low, 3) +
           " to " + digits(e.high, 3) + ")";
}

} // namespace

bool has_effect(const ab_row &row)
{
    return row.pairs != 0 && (row.effect != 0 || row.less + row.more == 0);
}

drawing ab_figure(const std::string &baseline, const std::vector<ab_row> &rows,
                  int confidence_percent)
{
    drawing out;
    canvas c;
    std::vector<std::string> names;
    std::vector<std::pair<std::string, size_t>> designs;
    double y = TOP;

    for (const ab_row &row : rows) {
        names.push_back(row.metric);
        if (std::find(designs.begin(), designs.end(), std::pair(row.design, row.color)) ==
            designs.end())
            designs.emplace_back(row.design, row.color);
    }
    axis x = ratio_axis(rows);
    x.from = widest(names, 120);
    x.to = WIDTH - RIGHT - 150;
    draw_designs(c, x.from, 18, designs);
    for (size_t i = 0; i < rows.size(); i++) {
        if (i != 0 && rows[i].metric != rows[i - 1].metric)
            y += GAP;
        if (i == 0 || rows[i].metric != rows[i - 1].metric)
            c.text(x.from - 10, y + 14, rows[i].metric, "t", "end");
        const std::string cls = design_class(rows[i].color);
        if (rows[i].ratio) {
            const estimate &r = *rows[i].ratio;
            c.line(x.at(r.low), y + 10, x.at(r.high), y + 10, cls + " stroke bar");
            c.marker(x.at(r.mean), y + 10, rows[i].color, cls,
                     rows[i].design + ", " + rows[i].metric + ": ratio " +
                         interval_words(r, confidence_percent) + ", " +
                         counted(rows[i].pairs, "pair"));
            c.text(WIDTH - RIGHT, y + 14,
                   digits(r.mean, 3) + "  [" + digits(r.low, 3) + ", " + digits(r.high, 3) + "]",
                   "t s", "end");
        } else {
            c.text(WIDTH - RIGHT, y + 14, "no ratio", "t s soft", "end");
        }
        y += ROW;
    }
    for (double tick : ratio_ticks(x)) {
        c.line(x.at(tick), TOP - 6, x.at(tick), y + 4, "grid");
        c.text(x.at(tick), y + 18, short_digits(tick, 3), "t s", "middle");
    }
    c.line(x.at(1), TOP - 6, x.at(1), y + 4, "zero");
    c.text((x.from + x.to) / 2, y + 38, "ratio to " + baseline + " of paired runs (logarithmic)",
           "t", "middle");
    out.width = WIDTH;
    out.height = y + 50;
    out.title = "Designs against " + baseline;
    out.desc = "Forest plot: for each metric and design the ratio of paired runs with its " +
               std::to_string(confidence_percent) + " % interval; 1 is equal.";
    out.body = c.take();
    return out;
}

namespace {

/* Lines of words beneath the name of a row. */
std::vector<std::string> lines_of(const tornado_row &row)
{
    std::vector<std::string> out{row.from + " to " + row.to};
    const size_t n = row.with.size();

    for (size_t i = 0; i < n && i < 2; i++)
        out.push_back((i == 0 ? "with " : "and ") +
                      (i == 1 && n > 2 ? counted(n - 1, "other") : row.with[i]));
    return out;
}

double height_of(const tornado_row &row)
{
    return std::max(4.0 + 15 * (1 + (double)lines_of(row).size()), ROW * (double)row.bars.size());
}

void draw_bar(canvas &c, const tornado_row &row, const tornado_bar &bar, const axis &x, double y,
              int confidence)
{
    if (!bar.change)
        return;
    const estimate &e = *bar.change;
    const double zero = x.at(0), end = x.at(e.mean), mid = y + (ROW - 4) / 2.0;
    c.rect(std::min(zero, end), y, std::max(std::fabs(end - zero), 0.8), ROW - 4,
           design_class(bar.color) + " bar-fill",
           bar.design + ", " + row.parameter + " from " + row.from + " to " + row.to + ": " +
               percent(e.mean) + " (" + std::to_string(confidence) + " %: " + percent(e.low) +
               " to " + percent(e.high) + ", " +
               (bar.is_paired ? counted(e.count, "pair") : "not paired") + ")");
    c.path("M" + px(x.at(e.low)) + " " + px(mid - 4) + "v8m0 -4H" + px(x.at(e.high)) + "m0 -4v8",
           "whisker");
}

} // namespace

drawing tornado_figure(const std::string &metric, const std::vector<tornado_row> &rows,
                       int confidence_percent)
{
    drawing out;
    canvas c;
    std::vector<std::string> names;
    std::vector<std::pair<std::string, size_t>> designs;
    axis x;
    double y = TOP;

    x.low = x.high = 0;
    for (const tornado_row &row : rows) {
        names.push_back(row.parameter);
        for (const std::string &line : lines_of(row))
            names.push_back(line);
        for (const tornado_bar &bar : row.bars) {
            const std::pair<std::string, size_t> design(bar.design, bar.color);
            if (std::find(designs.begin(), designs.end(), design) == designs.end())
                designs.push_back(design);
            if (bar.change) {
                x.low = std::min({x.low, bar.change->mean * 1.3, bar.change->low});
                x.high = std::max({x.high, bar.change->mean * 1.3, bar.change->high});
            }
        }
    }
    x.low = std::min(x.low, -0.1);
    x.high = std::max(x.high, 0.1);
    x.from = widest(names, 120);
    x.to = WIDTH - RIGHT;
    draw_designs(c, x.from, 18, designs);
    double height = 0;
    for (const tornado_row &row : rows)
        height += GAP + height_of(row);
    for (double tick : linear_ticks(x.low, x.high, 6)) {
        c.line(x.at(tick), TOP - 6, x.at(tick), y + height, "grid");
        c.text(x.at(tick), y + height + 15, short_digits(tick, 3) + " %", "t s", "middle");
    }
    c.line(x.at(0), TOP - 6, x.at(0), y + height, "zero");
    for (const tornado_row &row : rows) {
        const std::vector<std::string> lines = lines_of(row);
        const double room = height_of(row);
        double line = y + room / 2 + 5.5 - 7.5 * (double)lines.size();
        c.text(x.from - 10, line, row.parameter, "t", "end");
        for (const std::string &words : lines)
            c.text(x.from - 10, line += 15, words, "t s soft", "end");
        double at = y + (room - ROW * (double)row.bars.size()) / 2 + 2;
        for (const tornado_bar &bar : row.bars) {
            draw_bar(c, row, bar, x, at, confidence_percent);
            at += ROW;
        }
        y += room + GAP;
    }
    c.text((x.from + x.to) / 2, y + 36, "change of " + metric, "t", "middle");
    out.width = WIDTH;
    out.height = y + 48;
    out.title = "What " + metric + " is sensitive to";
    out.desc = "Bars, the longest first: change of the metric from the first to the last value of "
               "each parameter, the others averaged, with intervals.";
    out.body = c.take();
    return out;
}

} // namespace cli::report
