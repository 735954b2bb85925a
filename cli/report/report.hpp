/* The forms of a report: a page, text for people, values for programs, single figures. */
#ifndef CLI_REPORT_REPORT_HPP
#define CLI_REPORT_REPORT_HPP

#include "cli/report/analysis.hpp"

namespace cli::report {

/* One self-contained file of HTML. `command`: the line that makes it again. */
std::string report_page(const dataset &d, const std::string &command);
std::string report_markdown(const dataset &d);
std::string report_csv(const dataset &d);
std::string report_json(const dataset &d);

/* map, curve, cdf, stack, ab, tornado, pareto: a file of SVG. An unknown name is a failure. */
std::string report_svg(const dataset &d, const std::string &figure);
drawing figure_named(const dataset &d, const std::string &figure);

} // namespace cli::report
#endif
