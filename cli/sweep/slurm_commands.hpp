/*
 * Slurm's own commands, as far as a sweep needs them: what they are called with, and what their
 * answers mean. Knows nothing of sweeps.
 */
#ifndef CLI_SWEEP_SLURM_COMMANDS_HPP
#define CLI_SWEEP_SLURM_COMMANDS_HPP

#include <optional>

#include "cli/cli.hpp"

namespace cli {

/* A failure if they are not on PATH; to be asked before anything is written. */
void slurm_require_commands();

struct slurm_limits {
    u32 index_max = 1000; /* Of an element of an array: MaxArraySize - 1. */
    u32 job_max = 10000;  /* MaxJobCount: elements of all arrays of all users. */
    u32 cpus = 1;         /* Of the partition. */
};
/* extra: the user's options for sbatch; they may name a partition. */
slurm_limits slurm_read_limits(const arguments &extra);

/* One array. The tag tells it from everything that has ever been submitted. */
struct slurm_array {
    std::vector<u32> indexes;
    std::string name, tag, log; /* log: a file pattern of sbatch. */
    u32 cpus = 1;               /* Of each element. */
    arguments extra;
    std::string script;
};
/* The id of its job. A refusal is a failure with Slurm's words. */
std::string slurm_submit(const slurm_array &array);

/* What a job array still has to do: its elements that wait, run or are about to end. */
struct slurm_element {
    std::string job, tag, reason; /* reason: of waiting, a word of Slurm's. */
    u32 index = 0;
    bool is_waiting = false;
};
/* Of these jobs; none: Slurm does not answer. Jobs that it no longer knows have no elements. */
std::optional<std::vector<slurm_element>> slurm_queue(const arguments &jobs);
/* The job with this tag, ended or not; "": Slurm knows none. none: it does not answer. */
std::optional<std::string> slurm_find(const std::string &tag);
/* How an element ended, in Slurm's words; one that never began it forgets at once. */
std::string slurm_ending(const std::string &job, u32 index);

/* --- The texts --- */

std::string slurm_index_list(const std::vector<u32> &indexes); /* "1-4,7" */
/* Greatest number behind "Name = "; none: there is no such line. */
std::optional<u32> slurm_config_value(const std::string &text, const std::string &name);
/* Lines "PARTITION A/I/O/T"; the default one has a star. partition "": the default one. */
u32 slurm_cpus(const std::string &text, const std::string &partition);
std::string slurm_partition(const arguments &extra);
std::vector<slurm_element> slurm_elements(const std::string &text);
/* Without the prefixes of Slurm's commands, in one line. */
std::string slurm_words(const std::string &text);

} // namespace cli
#endif
