/* apfsim sweep: its commands. Each stands in the file of its name. */
#ifndef CLI_SWEEP_SWEEP_HPP
#define CLI_SWEEP_SWEEP_HPP

#include <boost/program_options.hpp>

#include "cli/cli.hpp"
#include "cli/data/database.hpp"

namespace cli {

int sweep_plan_command(const arguments &args);   /* plan_command.cpp */
int sweep_run_command(const arguments &args);    /* run_command.cpp */
int sweep_merge_command(const arguments &args);  /* merge_command.cpp */
int sweep_export_command(const arguments &args); /* export_command.cpp */
int sweep_status_command(const arguments &args); /* status_command.cpp */

/* A sweep file read, checked and expanded; every point's configuration has been loaded once. */
struct loaded_sweep {
    plan p;
    /* Resolved, one for each point: the first whole, of the others what differs from it
     * (cli/data/rows.hpp). */
    std::vector<std::vector<config_row>> configs;
    place stop_metric, report_metric; /* Where the sweep file names them. */
    struct {
        u64 combinations = 0; /* Of the grid or the sample. */
        u64 excluded = 0;     /* By exclude, */
        u64 constrained = 0;  /* by constraints, */
        u64 dropped = 0;      /* and because another point has the same configuration. */
    } counts;
};
/* jobs: processes that check points beside each other. set: "key=value" of the command line, laid
 * over the base after what the file sets. */
loaded_sweep load_sweep(const std::string &path, unsigned jobs, const arguments &set = {});

/* --set of the commands that read a sweep file. */
void add_sweep_settings(boost::program_options::options_description &options);
arguments sweep_settings_from(const boost::program_options::variables_map &values);

/* How many seeds each group asks for, and runs that makes. */
std::vector<u32> seeds_asked(const database &db);
u64 runs_asked(const database &db);

/* Build id of this program, hexadecimal: two programs of the same id give the same results. */
const std::string &build_id();

} // namespace cli
#endif
