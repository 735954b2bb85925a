/* Single figures, for a README or a paper. */
#include <algorithm>

#include "cli/report/report.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

/* What a figure that stands alone must say of itself. */
drawing heading(const dataset &d)
{
    drawing out;
    canvas c;
    const std::string title = d.asked.title.empty() ? d.asked.file : d.asked.title;

    c.text(8, 18, title, "t h");
    out.width = 16 + text_width(title, 16);
    out.height = 30;
    out.body = c.take();
    return out;
}

/* Beside the key. */
drawing notes(const dataset &d)
{
    drawing out;
    canvas c;
    double y = 14;
    std::vector<std::string> lines = {
        d.metric + " of each design against " + d.designs[0] + ", in per cent:",
        "mean over " + counted(d.asked.seeds.count, "seed") + ", pairs of runs with the same seed"};

    for (const std::string &words : tied_words(d))
        lines.push_back(words);
    for (const std::string &words : lines) {
        c.text(24, y, words, "t s");
        out.width = std::max(out.width, 24 + text_width(words, 11));
        y += 17;
    }
    out.height = y;
    out.body = c.take();
    return out;
}

/* The first combination of the other parameters, as on the page. */
drawing maps_drawing(const dataset &d)
{
    const std::vector<slice> slices = slices_of(d);
    const std::vector<map_data> maps =
        slices.empty() || d.y == SIZE_MAX ? std::vector<map_data>() : maps_of(d, slices[0]);
    std::vector<drawing> parts;

    if (maps.empty())
        return empty_figure("Where does it pay?", d.designs.size() < 2
                                                      ? "There is one design only."
                                                      : "A map needs two parameters and results; "
                                                        "try --figure curve.");
    for (const map_data &map : maps)
        parts.push_back(map_figure(map, "map" + std::to_string(parts.size())));
    const drawing rows = tiled(parts, 2);
    const drawing key = map_legend(d.is_less_better, d.confidence_percent(),
                                   maps[0].x.scale != scale::category, "key");
    drawing all = tiled({heading(d), rows, tiled({key, notes(d)}, rows.width > 800 ? 2 : 1)}, 1);
    all.title = "Where does it pay against " + d.designs[0] + "?";
    all.desc = rows.desc;
    return framed(all, 12);
}

drawing curve_drawing(const dataset &d)
{
    std::vector<u32> groups;

    if (d.x == SIZE_MAX || d.designs.size() < 2 || !d.has(d.metric))
        return empty_figure("Effect over a parameter",
                            "A curve needs a parameter, two designs and results.");
    for (u32 group = 0; group < d.point_of.size(); group++)
        groups.push_back(group);
    return curve_figure(
        curve_of(d, groups, d.dimensions.size() > 1 ? "averaged over all other parameters" : ""));
}

drawing cdf_drawing(const dataset &d)
{
    const std::vector<cdf_series> series = cdf_of(d);

    return series.empty() ? empty_figure("Latency of the faults", "No fault was measured.")
                          : cdf_figure("all points", series);
}

drawing stack_drawing(const dataset &d)
{
    const stack_data s = stack_of(d);

    return s.rows.empty() ? empty_figure("Hops of a fault", "No fault was measured.")
                          : stack_figure(s);
}

drawing ab_drawing(const dataset &d)
{
    if (d.designs.size() < 2 || tally_of(d).done == 0)
        return empty_figure("Designs side by side", "There are no two designs with results.");
    return ab_figure(d.designs[0], ab_of(d), d.confidence_percent());
}

drawing tornado_drawing(const dataset &d)
{
    const std::vector<tornado_row> rows = tornado_of(d);

    if (rows.empty() || tally_of(d).done == 0)
        return empty_figure("Sensitivities", "There is no parameter with results.");
    return tornado_figure(d.metric, rows, d.confidence_percent());
}

drawing pareto_drawing(const dataset &d)
{
    const pareto_data data = pareto_of(d);

    return data.points.empty()
               ? empty_figure("Pareto front", "No pair of runs has both metrics above 0.")
               : pareto_figure(data);
}

const struct {
    const char *name;
    drawing (*draw)(const dataset &d);
} figures[] = {
    {"map", maps_drawing},      {"curve", curve_drawing}, {"cdf", cdf_drawing},
    {"stack", stack_drawing},   {"ab", ab_drawing},       {"tornado", tornado_drawing},
    {"pareto", pareto_drawing},
};

} // namespace

drawing figure_named(const dataset &d, const std::string &figure)
{
    for (const auto &one : figures)
        if (figure == one.name)
            return one.draw(d);
    throw failure(ERR_USAGE, "--figure: found \"" + figure +
                                 "\", expected map, curve, cdf, stack, ab, tornado or pareto");
}

std::string report_svg(const dataset &d, const std::string &figure)
{
    return standalone_svg(figure_named(d, figure));
}

} // namespace cli::report
