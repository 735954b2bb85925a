/*
 * The folder beside a database in which the tasks of a cluster work: RESULTS.shards. It holds a
 * database for each shard (3-of-8.db), what its tasks have printed (3-of-8.txt) and their script
 * (task.sh). Everything in it is merged into the database sooner or later, and then goes.
 */
#ifndef CLI_SWEEP_SLURM_SHARDS_HPP
#define CLI_SWEEP_SLURM_SHARDS_HPP

#include "cli/data/database.hpp"

namespace cli {

struct slurm_options;

class shard_files {
public:
    explicit shard_files(const database &db);

    /* Shards are counted from 1, as the elements of the array. 0: not decided yet. */
    u32 count() const
    {
        return count_;
    }
    void set_count(u32 count)
    {
        count_ = count;
    }
    const std::string &folder() const
    {
        return folder_;
    }
    std::string log_pattern() const; /* For sbatch. */
    std::string script_path() const;

    /* Which of the shards need nothing more; [0] is none. */
    std::vector<bool> settled(const database &db) const;
    /* Seeds of the groups that have enough: results that were known before have no shard. */
    static void decide(database &db);
    /* Takes what this shard has. True: these are all of its runs. A run that crashed, failed or
     * took too long on its computer is there only if is_any_end. */
    bool merge(database &db, u32 index, bool is_any_end);
    /* Results of other numbers of shards, or of another plan, as far as they are of use. No task
     * may be at work. */
    void take_leftovers(database &db);
    /* All that these tasks need before they start. */
    void prepare(const database &db, const std::vector<u32> &indexes, const slurm_options &options);
    /* The last line that a task has printed. */
    std::string last_words(u32 index) const;
    /* All is merged: nothing of this is needed any more. */
    void remove() const;

private:
    std::string path(u32 index, const char *extension) const;
    void seed(const database &db, u32 index, std::vector<std::vector<config_row>> *configs) const;

    std::string folder_;
    u32 count_ = 0;
};

} // namespace cli
#endif
