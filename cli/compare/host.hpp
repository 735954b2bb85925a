/* The speed of the program: ratios of apfsim_bench --ratios --json, gated by themselves. */
#ifndef CLI_COMPARE_HOST_HPP
#define CLI_COMPARE_HOST_HPP

#include "cli/compare/judge.hpp"

namespace cli {

/* Fills c->host with every ratio of both files, judged by c->gates.host. */
void compare_host(const std::string &base, const std::string &now, comparison *c);

} // namespace cli
#endif
