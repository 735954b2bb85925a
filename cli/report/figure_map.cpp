/* The break-even map: a design against the baseline over two parameters. */
#include <algorithm>
#include <cmath>

#include "cli/report/figures.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

enum { PLOT_WIDTH = 360, PLOT_HEIGHT = 260, TOP = 46, BOTTOM = 48, RIGHT = 14 };

const double class_edges[] = {0.3, 1, 3, 10, 30};

/* Middles of the cells and their edges, in pixels; a cell ends half-way to its neighbour. */
struct strip {
    std::vector<double> middle, edge;
};

strip strip_of(const swept &s, double from, double to)
{
    const std::vector<double> at = places(s);
    const size_t n = at.size();
    strip out;

    if (n == 1)
        return {{(from + to) / 2}, {from, to}};
    std::vector<double> edge{at[0] - (at[1] - at[0]) / 2};
    for (size_t i = 0; i + 1 < n; i++)
        edge.push_back((at[i] + at[i + 1]) / 2);
    edge.push_back(at[n - 1] + (at[n - 1] - at[n - 2]) / 2);
    const double scale = (to - from) / (edge[n] - edge[0]);
    for (double e : edge)
        out.edge.push_back(from + (e - edge[0]) * scale);
    for (double a : at)
        out.middle.push_back(from + (a - edge[0]) * scale);
    return out;
}

std::string class_name(int k)
{
    return k < 0 ? "b" + std::to_string(-k) : k > 0 ? "w" + std::to_string(k) : "eq";
}

std::string segments_path(const std::vector<segment> &segments)
{
    std::string d;

    for (const segment &s : segments)
        d += "M" + px(s.x1) + " " + px(s.y1) + "L" + px(s.x2) + " " + px(s.y2);
    return d;
}

/* -12 where there is room, nothing where there is none. */
std::string cell_words(double value, double width, double height)
{
    std::string words = digits(value, std::fabs(value) < 10 ? 1 : 2);

    if (height < 13)
        return "";
    if (value > 0)
        words = "+" + words;
    if (std::fabs(value) < 0.05)
        words = "0";
    return text_width(words, 11) + 4 <= width ? words : "";
}

void draw_cells(canvas &c, const map_data &d, const strip &x, const strip &y, const std::string &id)
{
    for (size_t j = 0; j < d.y.values.size(); j++)
        for (size_t i = 0; i < d.x.values.size(); i++) {
            const size_t k = j * d.x.values.size() + i;
            const double left = x.edge[i], width = x.edge[i + 1] - left;
            const double top = y.edge[j + 1], height = y.edge[j] - top;
            if (!d.cells[k]) {
                c.rect(left, top, width, height, "none", d.words[k]);
                c.text(x.middle[i], y.middle[j] + 4, "?", "t s", "middle");
                continue;
            }
            const std::string cls = class_name(map_class(d.cells[k]->mean, d.is_less_better));
            c.rect(left, top, width, height, cls, d.words[k]);
            if (is_open(*d.cells[k]))
                c.out().empty("rect", {{"x", px(left)},
                                       {"y", px(top)},
                                       {"width", px(width)},
                                       {"height", px(height)},
                                       {"class", "open"},
                                       {"fill", "url(#" + id + "-hatch)"}});
        }
}

/* The heights of one bound: 0 the mean, -1 and 1 the ends of the interval. */
std::optional<double> height_of(const effect &e, int bound)
{
    if (!e)
        return std::nullopt;
    return bound == 0 ? e->mean : bound < 0 ? e->low : e->high;
}

std::vector<double> padded(const strip &s)
{
    std::vector<double> out{s.edge.front()};

    out.insert(out.end(), s.middle.begin(), s.middle.end());
    out.push_back(s.edge.back());
    return out;
}

/* Level from the last middles to the edges, so that lines cross the whole map. */
field padded_field(const map_data &d, const strip &x, const strip &y, int bound)
{
    field f{padded(x), padded(y), {}};
    const size_t columns = x.middle.size(), rows = y.middle.size();

    for (size_t j = 0; j < rows + 2; j++)
        for (size_t i = 0; i < columns + 2; i++) {
            const size_t row = std::min(j == 0 ? 0 : j - 1, rows - 1);
            const size_t column = std::min(i == 0 ? 0 : i - 1, columns - 1);
            f.height.push_back(height_of(d.cells[row * columns + column], bound));
        }
    return f;
}

/* A number moves aside, within its cell, where the line would go through it. */
double beside(double middle, double text, double cell, const std::vector<double> &lines)
{
    for (double at : lines) {
        const double meet = text / 2 + 3 - std::fabs(at - middle);
        if (meet > 0)
            return middle +
                   (at > middle ? -1 : 1) * std::min(meet, std::max(0.0, cell / 2 - text / 2 - 1));
    }
    return middle;
}

/* On top of the lines. */
void draw_numbers(canvas &c, const map_data &d, const strip &x, const strip &y)
{
    for (size_t j = 0; j < d.y.values.size(); j++) {
        std::vector<std::optional<double>> row;
        for (size_t i = 0; i < d.x.values.size(); i++)
            row.push_back(height_of(d.cells[j * d.x.values.size() + i], 0));
        const std::vector<double> lines =
            d.x.scale == scale::category ? std::vector<double>() : passings(x.middle, row, 0);
        for (size_t i = 0; i < d.x.values.size(); i++) {
            const double width = x.edge[i + 1] - x.edge[i];
            const std::string words =
                row[i] ? cell_words(*row[i], width, y.edge[j] - y.edge[j + 1]) : "";
            if (!words.empty())
                c.text(beside(x.middle[i], text_width(words, 11), width, lines), y.middle[j] + 4,
                       words, "t v on-" + class_name(map_class(*row[i], d.is_less_better)),
                       "middle");
        }
    }
}

/* Where both are equal, and where each end of the interval says so. */
void draw_lines(canvas &c, const map_data &d, const strip &x, const strip &y)
{
    const size_t columns = d.x.values.size();

    for (int bound : {-1, 1, 0}) {
        std::vector<segment> lines;
        if (d.x.scale == scale::category)
            break;
        if (d.y.scale != scale::category && d.y.values.size() > 1)
            lines = contour(padded_field(d, x, y, bound), 0);
        else /* Rows that have nothing between them: a mark in each. */
            for (size_t j = 0; j < d.y.values.size(); j++) {
                std::vector<std::optional<double>> row;
                for (size_t i = 0; i < columns; i++)
                    row.push_back(height_of(d.cells[j * columns + i], bound));
                for (double at : passings(x.middle, row, 0))
                    lines.push_back({at, y.edge[j], at, y.edge[j + 1]});
            }
        if (lines.empty())
            continue;
        const std::string path = segments_path(lines);
        c.path(path, "iso-under");
        c.path(path, bound == 0 ? "iso" : "iso-band");
    }
}

void draw_axes(canvas &c, const map_data &d, const strip &x, const strip &y, double left)
{
    const double bottom = TOP + PLOT_HEIGHT;

    for (double at : x.middle)
        c.line(at, bottom, at, bottom + 3, "axis");
    for (size_t i : labelled(d.x, x.middle)) {
        c.line(x.middle[i], bottom, x.middle[i], bottom + 5, "axis");
        c.text(x.middle[i], bottom + 17, d.x.values[i].value, "t s", "middle");
    }
    double free_above = 1e9;
    for (size_t j = 0; j < d.y.values.size(); j++) {
        if (y.middle[j] > free_above)
            continue;
        free_above = y.middle[j] - 13;
        c.line(left - 4, y.middle[j], left, y.middle[j], "axis");
        c.text(left - 7, y.middle[j] + 4, d.y.values[j].value, "t s", "end");
    }
    c.text(left + PLOT_WIDTH / 2.0, bottom + 38, d.x.name, "t", "middle");
    if (d.y.values.size() > 1 || !d.y.name.empty())
        c.text_up(13, TOP + PLOT_HEIGHT / 2.0, d.y.name);
}

/* What cells are filled with whose interval holds 0; an id of its own in each drawing. */
void define_hatch(canvas &c, const std::string &id)
{
    c.out().open("pattern", {{"id", id + "-hatch"},
                             {"width", "6"},
                             {"height", "6"},
                             {"patternUnits", "userSpaceOnUse"},
                             {"patternTransform", "rotate(45)"}});
    c.rect(0, 0, 2, 6, "hatch");
    c.out().close();
}

} // namespace

bool is_open(const estimate &e)
{
    return e.count > 1 && e.low < e.high && e.low <= 0 && e.high >= 0;
}

int map_class(double percent, bool is_less_better)
{
    const double size = std::fabs(percent);
    int k = 0;

    for (double edge : class_edges)
        k += size >= edge;
    return (percent < 0) == is_less_better ? -k : k;
}

drawing map_figure(const map_data &d, const std::string &id)
{
    drawing out;
    canvas c;
    double labels = 20;

    for (const coordinate &v : d.y.values)
        labels = std::max(labels, text_width(v.value, 11));
    const double left = 32 + std::min(labels, 120.0);
    const strip x = strip_of(d.x, left, left + PLOT_WIDTH);
    const strip y = strip_of(d.y, TOP + PLOT_HEIGHT, TOP);
    define_hatch(c, id);
    const double unused = d.fixed.empty() ? 14 : 0;
    c.text(left, 18 + unused, d.design + " against " + d.baseline, "t b");
    c.text(left, 35, d.fixed, "t s soft");
    draw_cells(c, d, x, y, id);
    draw_lines(c, d, x, y);
    draw_numbers(c, d, x, y);
    draw_axes(c, d, x, y, left);
    out.width = left + PLOT_WIDTH + RIGHT;
    out.height = TOP + PLOT_HEIGHT + BOTTOM - unused;
    out.title = "Where " + d.design + " pays against " + d.baseline;
    out.desc = "Difference of " + d.metric + " in per cent over " + d.x.name +
               (d.y.values.size() > 1 ? " and " + d.y.name : "") + ". Blue is better than " +
               d.baseline + ", orange worse; hatched cells may be either.";
    out.body = moved(c.take(), 0, -unused);
    return out;
}

drawing map_legend(bool is_less_better, int confidence_percent, bool has_lines,
                   const std::string &id)
{
    static const char *const better[] = {"30", "10", "3", "1", "0.3"};
    drawing out;
    canvas c;
    const double top = 22, width = 40;

    define_hatch(c, id);
    for (int k = -5; k <= 5; k++)
        c.rect(8 + (k + 5) * width, top, width, 16, class_name(k));
    for (int k = 0; k < 5; k++) {
        const std::string sign = is_less_better ? "-" : "+", other = is_less_better ? "+" : "-";
        c.text(8 + (k + 1) * width, top + 30, sign + better[k], "t s", "middle");
        c.text(8 + (10 - k) * width, top + 30, other + better[k], "t s", "middle");
    }
    c.text(8, 14, "better than the baseline (per cent)", "t s");
    c.text(8 + 11 * width, 14, "worse", "t s", "end");
    double y = 74;
    c.rect(8, y - 11, 28, 14, "eq");
    c.out().empty("rect", {{"x", "8"},
                           {"y", px(y - 11)},
                           {"width", "28"},
                           {"height", "14"},
                           {"class", "open"},
                           {"fill", "url(#" + id + "-hatch)"}});
    c.text(42, y, std::to_string(confidence_percent) + " % interval holds 0", "t s");
    if (has_lines) {
        c.line(190, y - 4, 218, y - 4, "iso");
        c.text(224, y, "equal", "t s");
        c.line(276, y - 4, 304, y - 4, "iso-band");
        c.text(310, y, "ends of its interval", "t s");
    }
    out.width = 16 + 11 * width;
    out.height = y + 10;
    out.title = "Key of the map";
    out.desc = "Blue: better than the baseline. Orange: worse. Hatched: either.";
    out.body = c.take();
    return out;
}

} // namespace cli::report
