/*
 * Where two event traces part: the first record that is not the same in both. Reads both files once
 * and side by side, in bounded memory; names, not numbers, are compared where versions number their
 * actors and types differently.
 */
#ifndef CLI_COMPARE_DIVERGENCE_HPP
#define CLI_COMPARE_DIVERGENCE_HPP

#include <optional>

#include "cli/cli.hpp"

namespace cli {

struct divergence {
    u64 record;     /* From 1, with the records of closed faults. */
    u64 line;       /* From 1, as apfsim trace prints it; a closed fault: of the line before. */
    std::string at; /* Simulated time: "123.456 ns" */
    std::string actor;
    std::string base, now;           /* Lines; "" behind the end of a trace. */
    std::vector<std::string> before; /* The last common lines. */
};

enum { DIVERGENCE_LINES_BEFORE = 5 };

/* None: both are the same to the end. */
std::optional<divergence> find_divergence(const std::string &base, const std::string &now);

} // namespace cli
#endif
