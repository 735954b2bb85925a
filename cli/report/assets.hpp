/* The files of cli/report/assets, which are part of the program: assets.cmake makes them so. */
#ifndef CLI_REPORT_ASSETS_HPP
#define CLI_REPORT_ASSETS_HPP

#include <string>

namespace cli::report {

extern const std::string figure_css; /* Classes of the figures; light colours in :root. */
extern const std::string style_css;  /* The page, and the dark colours. */
extern const std::string report_js;  /* All that the page does by itself. */

} // namespace cli::report
#endif
