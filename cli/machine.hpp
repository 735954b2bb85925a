/* One run in this process: the machine of one variant, its carrier and what it leaves behind. */
#ifndef CLI_MACHINE_HPP
#define CLI_MACHINE_HPP

#include <optional>

#include "cli/carrier.hpp"
#include "cli/output.hpp"

namespace cli {

struct run_options {
    std::string config;
    std::vector<std::string> set; /* KEY=VALUE */
    std::optional<std::string> out;
    const struct carrier *carrier;
    bool trace, quiet;
};

/* Runs variant `index`. Results go to `folder` (NULL: nowhere) and to the screen, in short to
 * *brief. Returns the exit status. */
int run_machine(const config &c, u32 index, const run_options &options, const output *folder,
                struct results_brief *brief);

} // namespace cli
#endif
