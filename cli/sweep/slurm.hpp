/*
 * A sweep on a cluster: its plan as the elements of a Slurm job array, each of which runs one shard
 * with `apfsim sweep run --shard` into a file of its own, and we follow them and merge the files.
 * What has been submitted stands in the database's notes, so that a follower that was interrupted
 * or killed goes on where it was, and submits nothing twice. docs/clusters.md has the details.
 */
#ifndef CLI_SWEEP_SLURM_HPP
#define CLI_SWEEP_SLURM_HPP

#include <optional>

#include "cli/data/database.hpp"
#include "cli/sweep/slurm_commands.hpp"
#include "cli/syntax.hpp"

namespace cli {

struct slurm_options {
    std::string sweep;        /* The file, as the user names it. */
    arguments set;            /* --set, for the tasks. */
    arguments extra;          /* For sbatch. */
    std::optional<u32> tasks; /* none: slurm_task_count() chooses. */
    u32 jobs = 1;             /* CPUs of a task. */
    u32 retries = 2;          /* Of a task that ended too early. */
    bool quiet = false;
};

/* --tasks, --slurm and --task-retries. */
void slurm_add_options(boost::program_options::options_description &options);
/* Without --on slurm they would mean nothing. */
void slurm_refuse_options(const syntax &s, const boost::program_options::variables_map &values);
/* The rest of the command line is the caller's; jobs: CPUs of a task. */
slurm_options slurm_options_from(const syntax &s,
                                 const boost::program_options::variables_map &values, u32 jobs);

/* Has the runs made that are missing. Returns the exit status, as run_local(). */
int run_slurm(database &db, const slurm_options &options);

/* How many tasks: enough for all CPUs and an even load, yet each with half a minute of work if that
 * is known (run_ns: of one run; 0: not known), and within the cluster's limits. */
u32 slurm_task_count(const slurm_limits &limits, const slurm_options &options, u32 groups, u64 runs,
                     u64 run_ns);

/* What a run takes on this computer; if there is none in the database, a few are made. 0: they have
 * been interrupted. */
u64 slurm_run_ns(database &db);

/* The script of the tasks. */
std::string slurm_script(const std::string &program, const std::string &start_folder,
                         const slurm_options &options, const std::string &shards, u32 tasks);

} // namespace cli
#endif
