/* Which part of the faults takes at most how long. */
#include <algorithm>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { WIDTH = 720, LEFT = 60, RIGHT = 20, TOP = 36, PLOT_HEIGHT = 260, BOTTOM = 48 };

const u32 shown_micros[] = {500000, 900000, 990000, 999000};
const char *const shown_words[] = {"half", "90 %", "99 %", "99.9 %"};

axis time_axis(const std::vector<cdf_series> &series)
{
    axis a;
    u64 low = UINT64_MAX, high = 1;

    for (const cdf_series &s : series)
        if (s.values.count != 0) {
            low = std::min(low, std::max<u64>(s.values.min, 1));
            high = std::max(high, s.values.max);
        }
    a.is_log = true;
    a.low = (double)std::min(low, high) * 0.9;
    a.high = (double)high * 1.1;
    a.from = LEFT;
    a.to = WIDTH - RIGHT;
    return a;
}

void draw_series(canvas &c, const cdf_series &s, const axis &x, const axis &y)
{
    u64 seen = 0;
    const std::string cls = design_class(s.color);
    std::string d = "M" + px(x.at((double)std::max<u64>(s.values.min, 1))) + " " + px(y.at(0));

    for (u32 i = 0; i < HIST_BUCKETS; i++) {
        if (s.values.bucket[i] == 0)
            continue;
        seen += s.values.bucket[i];
        const u64 end = std::min(hist_bucket_high(i), s.values.max);
        d += "H" + px(x.at((double)end)) + "V" + px(y.at((double)seen / (double)s.values.count));
    }
    c.path(d + "H" + px(x.to), cls + " stroke dash" + std::to_string(s.color % 4));
    for (size_t i = 0; i < 4; i++) {
        const double value = (double)hist_percentile(&s.values, shown_micros[i]);
        c.marker(x.at(value), y.at(shown_micros[i] / 1e6), s.color, cls,
                 s.design + ": " + shown_words[i] + " of the faults take at most " +
                     quantity(value, "ps"));
    }
}

} // namespace

drawing cdf_figure(const std::string &what, const std::vector<cdf_series> &series)
{
    drawing out;
    canvas c;
    const axis x = time_axis(series);
    const axis y{false, 0, 1, TOP + PLOT_HEIGHT, TOP};
    std::vector<std::pair<std::string, size_t>> names;

    for (const cdf_series &s : series)
        names.emplace_back(s.design + " (" + counted(s.values.count, "fault") + ")", s.color);
    draw_designs(c, LEFT, 20, names);
    for (double part : {0.0, 0.25, 0.5, 0.75, 0.9, 1.0}) {
        c.line(LEFT, y.at(part), WIDTH - RIGHT, y.at(part), part == 0 ? "axis" : "grid");
        c.text(LEFT - 8, y.at(part) + 4, short_digits(part * 100, 3) + " %", "t s", "end");
    }
    for (double tick : log_ticks(x.low, x.high, 13)) {
        c.line(x.at(tick), TOP, x.at(tick), TOP + PLOT_HEIGHT, "grid");
        c.text(x.at(tick), TOP + PLOT_HEIGHT + 16, tick_quantity(tick, "ps"), "t s", "middle");
    }
    c.text((LEFT + WIDTH - RIGHT) / 2.0, TOP + PLOT_HEIGHT + 38,
           "latency of a fault, at most this (logarithmic)", "t", "middle");
    for (const cdf_series &s : series)
        if (s.values.count != 0)
            draw_series(c, s, x, y);
    out.width = WIDTH;
    out.height = TOP + PLOT_HEIGHT + BOTTOM;
    out.title = "Latency of the faults, " + what;
    out.desc =
        "Cumulative distributions on a logarithmic axis of time. The marks are at 50, 90, 99 "
        "and 99.9 per cent.";
    out.body = c.take();
    return out;
}

} // namespace cli::report
