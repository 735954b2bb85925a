/* Two metrics at once: which points are beaten by none in both. */
#include <algorithm>
#include <cmath>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { WIDTH = 720, LEFT = 84, RIGHT = 20, TOP = 36, PLOT_HEIGHT = 320, BOTTOM = 50 };

axis axis_of(const std::vector<double> &values, double from, double to)
{
    axis a;

    a.low = *std::min_element(values.begin(), values.end());
    a.high = *std::max_element(values.begin(), values.end());
    a.is_log = a.low > 0 && a.high / a.low > 8;
    const double room = a.high > a.low ? 0.04 * (a.high - a.low) : std::max(0.05 * a.high, 1.0);
    if (a.is_log) {
        a.low /= 1.15;
        a.high *= 1.15;
    } else {
        a.low = a.low >= 0 ? std::max(0.0, a.low - room) : a.low - room;
        a.high += room;
    }
    a.from = from;
    a.to = to;
    return a;
}

std::vector<double> ticks_of(const axis &a, unsigned wanted)
{
    return a.is_log ? log_ticks(a.low, a.high, wanted) : linear_ticks(a.low, a.high, wanted);
}

std::string axis_words(const std::string &name, const std::string &baseline, const axis &a,
                       const char *better)
{
    return name + " relative to " + baseline + (a.is_log ? " (logarithmic, " : " (") + better +
           " is better)";
}

void draw_frame(canvas &c, const pareto_data &d, const axis &x, const axis &y)
{
    for (double tick : ticks_of(x, 9)) {
        c.line(x.at(tick), TOP, x.at(tick), TOP + PLOT_HEIGHT, "grid");
        c.text(x.at(tick), TOP + PLOT_HEIGHT + 16, short_digits(tick, 3), "t s", "middle");
    }
    for (double tick : ticks_of(y, y.is_log ? 9 : 6)) {
        c.line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), "grid");
        c.text(LEFT - 8, y.at(tick) + 4, short_digits(tick, 3), "t s", "end");
    }
    c.line(x.at(1), TOP, x.at(1), TOP + PLOT_HEIGHT, "axis");
    c.line(LEFT, y.at(1), WIDTH - RIGHT, y.at(1), "axis");
    c.line(LEFT, TOP + PLOT_HEIGHT, WIDTH - RIGHT, TOP + PLOT_HEIGHT, "axis");
    c.line(LEFT, TOP, LEFT, TOP + PLOT_HEIGHT, "axis");
    c.text((LEFT + WIDTH - RIGHT) / 2.0, TOP + PLOT_HEIGHT + 40,
           axis_words(d.x_name, d.baseline, x, d.is_x_less_better ? "less" : "more"), "t",
           "middle");
    c.text_up(16, TOP + PLOT_HEIGHT / 2.0, axis_words(d.y_name, d.baseline, y, "less"));
}

/* Stairs through the front: what lies above them is beaten. */
std::string stairs(const pareto_data &d, const axis &x, const axis &y)
{
    std::vector<std::pair<double, double>> front;
    std::string path;

    for (const pareto_point &p : d.points)
        if (p.is_front)
            front.emplace_back(x.at(p.x), y.at(p.y));
    std::sort(front.begin(), front.end(), [&](const auto &a, const auto &b) {
        return d.is_x_less_better ? a < b
                                  : std::pair(-a.first, a.second) < std::pair(-b.first, b.second);
    });
    for (const auto &[at_x, at_y] : front)
        path += path.empty() ? "M" + px(at_x) + " " + px(at_y) : "H" + px(at_x) + "V" + px(at_y);
    return path;
}

} // namespace

void mark_front(pareto_data *d)
{
    std::vector<pareto_point *> order;
    const double sign = d->is_x_less_better ? 1 : -1;
    double best = INFINITY;

    for (pareto_point &p : d->points)
        order.push_back(&p);
    std::stable_sort(order.begin(), order.end(), [&](const pareto_point *a, const pareto_point *b) {
        return std::pair(sign * a->x, a->y) < std::pair(sign * b->x, b->y);
    });
    for (size_t i = 0; i < order.size(); i++) {
        const bool is_twin = i > 0 && order[i - 1]->is_front && order[i]->x == order[i - 1]->x &&
                             order[i]->y == order[i - 1]->y;
        order[i]->is_front = order[i]->y < best || is_twin;
        best = std::min(best, order[i]->y);
    }
}

drawing pareto_figure(const pareto_data &d)
{
    drawing out;
    canvas c;
    std::vector<double> xs, ys;
    std::vector<std::pair<std::string, size_t>> designs;

    for (const pareto_point &p : d.points) {
        xs.push_back(p.x);
        ys.push_back(p.y);
        if (std::find(designs.begin(), designs.end(), std::pair(p.design, p.color)) ==
            designs.end())
            designs.emplace_back(p.design, p.color);
    }
    const axis x = axis_of(xs, LEFT, WIDTH - RIGHT), y = axis_of(ys, TOP + PLOT_HEIGHT, TOP);
    std::sort(designs.begin(), designs.end(),
              [](const auto &a, const auto &b) { return a.second < b.second; });
    const double room = draw_designs(c, LEFT, 18, designs);
    c.line(LEFT + room, 14, LEFT + room + 26, 14, "front");
    c.text(LEFT + room + 32, 18, "Pareto front: beaten by none in both", "t s");
    draw_frame(c, d, x, y);
    c.path(stairs(d, x, y), "front");
    for (bool is_front : {false, true})
        for (const pareto_point &p : d.points)
            if (p.is_front == is_front)
                c.marker(x.at(p.x), y.at(p.y), p.color,
                         design_class(p.color) + (is_front ? " top" : " faint"),
                         p.label + ": " + digits(p.x, 3) + " times the " + d.x_name + ", " +
                             digits(p.y, 3) + " times the " + d.y_name);
    out.width = WIDTH;
    out.height = TOP + PLOT_HEIGHT + BOTTOM;
    out.title = d.x_name + " and " + d.y_name + " relative to " + d.baseline;
    out.desc = "One mark for each point of the sweep, by its ratios to " + d.baseline +
               "; a stair joins those that no other point beats in both.";
    out.body = c.take();
    return out;
}

} // namespace cli::report
