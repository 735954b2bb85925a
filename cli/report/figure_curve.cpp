/* The effect over one parameter, with its band and the place at which it passes zero. */
#include <algorithm>
#include <cmath>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { WIDTH = 720, LEFT = 70, RIGHT = 20, TOP = 40, PLOT_HEIGHT = 280, BOTTOM = 52 };

/* Zero and every end of an interval must be seen. */
axis percent_axis(const std::vector<curve_series> &series)
{
    axis a;

    a.low = a.high = 0;
    for (const curve_series &s : series)
        for (const effect &e : s.effects)
            if (e) {
                a.low = std::min(a.low, e->low);
                a.high = std::max(a.high, e->high);
            }
    const double room = std::max(0.05 * (a.high - a.low), 0.05);
    a.low -= room;
    a.high += room;
    a.from = TOP + PLOT_HEIGHT;
    a.to = TOP;
    return a;
}

std::vector<double> pixels(const swept &x)
{
    const std::vector<double> at = places(x);
    std::vector<double> out;
    const double span = at.size() > 1 ? at.back() - at.front() : 1;

    for (double a : at)
        out.push_back(at.size() == 1
                          ? (LEFT + WIDTH - RIGHT) / 2.0
                          : LEFT + 24 + (a - at[0]) / span * (WIDTH - RIGHT - LEFT - 48));
    return out;
}

void draw_frame(canvas &c, const curve_data &d, const axis &y, const std::vector<double> &x)
{

    for (double tick : linear_ticks(y.low, y.high, 6)) {
        c.line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), "grid");
        c.text(LEFT - 8, y.at(tick) + 4, tick == 0 ? "0 %" : short_digits(tick, 3) + " %", "t s",
               "end");
    }
    for (size_t i : labelled(d.x, x)) {
        c.line(x[i], TOP + PLOT_HEIGHT, x[i], TOP + PLOT_HEIGHT + 4, "axis");
        c.text(x[i], TOP + PLOT_HEIGHT + 16, d.x.values[i].value, "t s", "middle");
    }
    c.line(LEFT, TOP + PLOT_HEIGHT, WIDTH - RIGHT, TOP + PLOT_HEIGHT, "axis");
    c.text((LEFT + WIDTH - RIGHT) / 2.0, TOP + PLOT_HEIGHT + 40, d.x.name, "t", "middle");
    c.text_up(16, TOP + PLOT_HEIGHT / 2.0, d.metric + " against " + d.baseline);
    c.line(LEFT, y.at(0), WIDTH - RIGHT, y.at(0), "zero");
    c.text(WIDTH - RIGHT - 4, y.at(0) - 5, "equal to " + d.baseline, "t s soft", "end");
    c.text(WIDTH - RIGHT - 4, d.is_less_better ? TOP + PLOT_HEIGHT - 8 : TOP + 14, "better",
           "t s soft", "end");
}

void draw_series(canvas &c, const curve_data &d, const curve_series &s, const axis &y,
                 const std::vector<double> &x)
{
    const std::string cls = design_class(s.color);
    std::string line, back, upper;

    for (size_t i = 0; i < x.size(); i++) {
        if (!s.effects[i])
            continue;
        const estimate &e = *s.effects[i];
        line += (line.empty() ? "M" : "L") + px(x[i]) + " " + px(y.at(e.mean));
        upper += (upper.empty() ? "M" : "L") + px(x[i]) + " " + px(y.at(e.high));
        back = "L" + px(x[i]) + " " + px(y.at(e.low)) + back;
        if (d.x.scale == scale::category)
            c.line(x[i], y.at(e.low), x[i], y.at(e.high), cls + " stroke bar");
    }
    if (d.x.scale != scale::category && !line.empty()) {
        c.path(upper + back + "Z", cls + " band");
        c.path(line, cls + " stroke");
    }
    for (size_t i = 0; i < x.size(); i++)
        if (s.effects[i]) {
            const estimate &e = *s.effects[i];
            c.marker(x[i], y.at(e.mean), s.color, cls,
                     s.design + " at " + d.x.values[i].value + ": " + percent(e.mean) + " (" +
                         percent(e.low) + " to " + percent(e.high) + ", " +
                         counted(e.count, "pair") + ")");
        }
}

void draw_passings(canvas &c, const curve_data &d, const curve_series &s, const axis &y,
                   const std::vector<double> &x)
{
    std::vector<std::optional<double>> mean;
    const std::vector<double> at = places(d.x);

    if (d.x.scale == scale::category)
        return;
    for (const effect &e : s.effects)
        mean.push_back(e ? std::optional(e->mean) : std::nullopt);
    const std::vector<double> pixel = passings(x, mean, 0), value = passings(at, mean, 0);
    for (size_t i = 0; i < pixel.size(); i++) {
        c.line(pixel[i], y.at(0), pixel[i], TOP + PLOT_HEIGHT,
               design_class(s.color) + " stroke dash");
        c.text(pixel[i] + 5, TOP + PLOT_HEIGHT - 8 - 14 * (double)(s.color % 3),
               s.design + ": " + words_at(d.x, value[i]), "t s halo");
    }
}

} // namespace

double draw_designs(canvas &c, double x, double y,
                    const std::vector<std::pair<std::string, size_t>> &designs)
{
    const double begin = x;

    for (const auto &[name, color] : designs) {
        c.marker(x + 5, y - 4, color, design_class(color));
        c.text(x + 15, y, name, "t s");
        x += 15 + text_width(name, 11) + 18;
    }
    return x - begin;
}

drawing curve_figure(const curve_data &d)
{
    drawing out;
    canvas c;
    const axis y = percent_axis(d.series);
    const std::vector<double> x = pixels(d.x);
    std::vector<std::pair<std::string, size_t>> names;

    for (const curve_series &s : d.series)
        names.emplace_back(s.design, s.color);
    const double room = draw_designs(c, LEFT, 20, names);
    c.text(LEFT + room, 20, d.fixed, "t s soft");
    draw_frame(c, d, y, x);
    for (const curve_series &s : d.series)
        draw_series(c, d, s, y, x);
    for (const curve_series &s : d.series)
        draw_passings(c, d, s, y, x);
    out.width = WIDTH;
    out.height = TOP + PLOT_HEIGHT + BOTTOM;
    out.title = "Effect of each design over " + d.x.name;
    out.desc = "Difference of " + d.metric + " to " + d.baseline + " in per cent, with " +
               std::to_string(d.confidence_percent) + " % intervals. " +
               (d.is_less_better ? "Below" : "Above") + " zero the design is better.";
    out.body = c.take();
    return out;
}

drawing empty_figure(const std::string &title, const std::string &why)
{
    drawing out;
    canvas c;

    c.text(16, 28, title, "t b");
    c.text(16, 50, why, "t s soft");
    out.width = std::max(320.0, 32 + text_width(why, 11));
    out.height = 68;
    out.title = title;
    out.desc = why;
    out.body = c.take();
    return out;
}

} // namespace cli::report
