/* One run of a sweep in this process: from the configuration to all that is kept of it. */
#ifndef CLI_SWEEP_EXECUTE_HPP
#define CLI_SWEEP_EXECUTE_HPP

#include "cli/data/database.hpp"

namespace cli {

/*
 * Runs the point with this seed under the testbed. What the simulated system does is in the result;
 * what the user or this computer did wrong leaves as a failure, and a broken assertion ends the
 * process with ERR_BROKEN and its words on standard error: call it in a child.
 */
run_result execute(const config_base &base, const point &p, u64 seed);

/* The same bytes on both sides of a pipe between two processes of this program. */
std::string pack_result(const run_result &r);
/* False: these are not all of the bytes of a result. */
bool unpack_result(const std::string &bytes, run_result *r);

} // namespace cli
#endif
