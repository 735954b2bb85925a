/* What compare has found, in the four forms in which it is read. */
#ifndef CLI_COMPARE_PRINT_HPP
#define CLI_COMPARE_PRINT_HPP

#include "cli/compare/judge.hpp"

namespace cli {

/* One line that says it all. */
std::string verdict_line(const comparison &c);

/* "hops that have changed: s2_map in 20 results, retry in 1"; "" for less than two results. */
std::string hops_line(const comparison &c);

std::string text_report(const comparison &c);
std::string markdown_report(const comparison &c); /* A comment on a pull request. */
std::string json_report(const comparison &c);
std::string junit_report(const comparison &c); /* For what shows tests in CI. */

/* "420ns -> 424.2ns (+1.0 %)" */
std::string change_words(const difference &d);
/* "1 result", "2 results" */
std::string many(size_t count, const char *word);
/* Text between the tags of XML and HTML. */
std::string escaped(const std::string &text);

} // namespace cli
#endif
