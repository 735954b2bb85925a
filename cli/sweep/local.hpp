/* The runs of a sweep on this computer. */
#ifndef CLI_SWEEP_LOCAL_HPP
#define CLI_SWEEP_LOCAL_HPP

#include "cli/data/database.hpp"
#include "cli/sweep/agenda.hpp"

namespace cli {

struct sweep_options {
    std::string out;
    unsigned jobs = 1;
    shard part;
    std::vector<std::string> reuse;
    bool is_replanned = false, quiet = false;
};

/*
 * Runs what is missing of this part and puts it into the database as it comes. Returns the exit
 * status: 0; 1 if runs failed or took too long; 3 if the simulated system broke or got stuck in
 * one; 130 after Ctrl-C.
 */
int run_local(database &db, const sweep_options &options);

/* One line about runs that are not done, for each kind of failure, and the status. */
int report_failures(const database &db, bool quiet);

} // namespace cli
#endif
