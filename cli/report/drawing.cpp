#include "cli/report/drawing.hpp"

#include <algorithm>
#include <map>

#include "cli/report/assets.hpp"

namespace cli::report {

namespace {

const char space_of_names[] = "http://www.w3.org/2000/svg";

/* Many programs that show SVG know no var(): the values of :root take its place. */
std::string without_variables(const std::string &css)
{
    std::map<std::string, std::string> value;
    const size_t begin = css.find(":root {"), end = css.find('}', begin);
    std::string out;

    for (size_t at = css.find("--", begin); at < end; at = css.find("--", at + 2)) {
        const size_t colon = css.find(':', at), stop = css.find(';', colon);
        value[css.substr(at, colon - at)] = css.substr(colon + 2, stop - colon - 2);
        at = stop;
    }
    for (size_t at = end + 1; at < css.size();) {
        if (css.compare(at, 4, "var(") != 0) {
            out += css[at++];
            continue;
        }
        const size_t close = css.find(')', at);
        out += value.at(css.substr(at + 4, close - at - 4));
        at = close + 1;
    }
    return out;
}

} // namespace

std::string embedded_svg(const drawing &d, const std::string &id)
{
    markup m;

    m.open("svg", {{"viewBox", "0 0 " + px(d.width) + " " + px(d.height)},
                   {"width", px(d.width)},
                   {"height", px(d.height)},
                   {"class", "figure"},
                   {"role", "img"},
                   {"aria-labelledby", id + "-title"},
                   {"aria-describedby", id + "-desc"}});
    m.element("title", {{"id", id + "-title"}}, d.title);
    m.element("desc", {{"id", id + "-desc"}}, d.desc);
    m.raw(d.body).close().line();
    return m.take();
}

std::string standalone_svg(const drawing &d)
{
    markup m;

    m.open("svg", {{"xmlns", space_of_names},
                   {"viewBox", "0 0 " + px(d.width) + " " + px(d.height)},
                   {"width", px(d.width)},
                   {"height", px(d.height)},
                   {"class", "figure"},
                   {"role", "img"},
                   {"aria-labelledby", "title"},
                   {"aria-describedby", "desc"}});
    m.line().element("title", {{"id", "title"}}, d.title).line();
    m.element("desc", {{"id", "desc"}}, d.desc).line();
    m.open("style").raw("\n" + without_variables(figure_css)).close().line();
    m.empty("rect", {{"class", "paper"}, {"width", "100%"}, {"height", "100%"}}).line();
    m.raw(d.body).line().close().line();
    return m.take();
}

drawing tiled(const std::vector<drawing> &parts, unsigned columns)
{
    drawing all;
    markup m;
    double x = 0, y = 0, row_height = 0;

    for (size_t i = 0; i < parts.size(); i++) {
        const drawing &d = parts[i];
        if (i != 0 && i % columns == 0) {
            y += row_height;
            x = row_height = 0;
        }
        m.raw(moved(d.body, x, y));
        x += d.width;
        row_height = std::max(row_height, d.height);
        all.width = std::max(all.width, x);
        all.height = std::max(all.height, y + row_height);
        all.title += (i == 0 ? "" : "; ") + d.title;
        all.desc += (i == 0 ? "" : " ") + d.desc;
    }
    all.body = m.take();
    return all;
}

std::string moved(const std::string &body, double x, double y)
{
    markup m;

    m.open("g", {{"transform", "translate(" + px(x) + " " + px(y) + ")"}}).raw(body).close();
    return m.take();
}

drawing framed(const drawing &d, double margin)
{
    drawing out = d;

    out.body = moved(d.body, margin, margin);
    out.width += 2 * margin;
    out.height += 2 * margin;
    return out;
}

double text_width(const std::string &words, double size)
{
    const auto characters =
        std::count_if(words.begin(), words.end(), [](char c) { return (c & 0xc0) != 0x80; });

    return 0.58 * size * (double)characters;
}

void canvas::shape(const char *tag, attributes list, const std::string &cls, const std::string &tip)
{
    list.push_back({"class", tip.empty() ? cls : cls + " mark"});
    if (tip.empty())
        out_.empty(tag, list);
    else
        out_.open(tag, list).element("title", tip).close();
}

void canvas::line(double x1, double y1, double x2, double y2, const std::string &cls)
{
    shape("path", {{"d", "M" + px(x1) + " " + px(y1) + "L" + px(x2) + " " + px(y2)}}, cls, "");
}

void canvas::rect(double x, double y, double width, double height, const std::string &cls,
                  const std::string &tip)
{
    shape("rect", {{"x", px(x)}, {"y", px(y)}, {"width", px(width)}, {"height", px(height)}}, cls,
          tip);
}

void canvas::path(const std::string &d, const std::string &cls, const std::string &tip)
{
    shape("path", {{"d", d}}, cls, tip);
}

void canvas::circle(double x, double y, double r, const std::string &cls, const std::string &tip)
{
    shape("circle", {{"cx", px(x)}, {"cy", px(y)}, {"r", px(r)}}, cls, tip);
}

void canvas::text(double x, double y, const std::string &words, const std::string &cls,
                  const char *anchor)
{
    attributes list = {{"x", px(x)}, {"y", px(y)}, {"class", cls}};

    if (std::string(anchor) != "start")
        list.push_back({"text-anchor", anchor});
    out_.element("text", list, words);
}

void canvas::text_up(double x, double y, const std::string &words, const std::string &cls)
{
    out_.element("text",
                 {{"transform", "translate(" + px(x) + " " + px(y) + ") rotate(-90)"},
                  {"class", cls},
                  {"text-anchor", "middle"}},
                 words);
}

void canvas::marker(double x, double y, size_t kind, const std::string &cls, const std::string &tip)
{
    auto corners = [&](std::initializer_list<std::pair<double, double>> list) {
        std::string d;
        for (const auto &[dx, dy] : list)
            d += (d.empty() ? "M" : "L") + px(x + dx) + " " + px(y + dy);
        path(d + "Z", cls, tip);
    };

    switch (kind % 5) {
    case 0:
        return circle(x, y, 4, cls, tip);
    case 1:
        return corners({{-3.6, -3.6}, {3.6, -3.6}, {3.6, 3.6}, {-3.6, 3.6}});
    case 2:
        return corners({{0, -4.8}, {4.4, 3.4}, {-4.4, 3.4}});
    case 3:
        return corners({{0, -5}, {5, 0}, {0, 5}, {-5, 0}});
    default:
        return corners({{0, 4.8}, {4.4, -3.4}, {-4.4, -3.4}});
    }
}

std::string design_class(size_t index)
{
    return "d" + std::to_string(std::min<size_t>(index, 7));
}

} // namespace cli::report
