/*
 * Which run comes next, and when a group has seeds enough. What is decided depends on results
 * alone, never on the order in which they came: a sweep in shards, on a cluster, or killed and
 * resumed asks for the same runs.
 */
#ifndef CLI_SWEEP_AGENDA_HPP
#define CLI_SWEEP_AGENDA_HPP

#include "cli/sweep/pool.hpp"

namespace cli {

/* A part of a plan: groups g with g % count == index. */
struct shard {
    u32 index = 0, count = 1;

    bool has(u32 group) const
    {
        return group % count == index;
    }
};

/*
 * Enough seeds for this group? values[i][n] is the metric of its i-th point with the n-th seed
 * (none: that run has no result). Looks at the first `seeds` of each. Without `against`, half the
 * interval of each mean must be within the share of that mean; with it (the place of that point in
 * the group), half the interval of each paired difference within the share of the other's mean.
 */
bool is_precise(const stopping &rule, const std::vector<std::vector<std::optional<u64>>> &values,
                std::optional<size_t> against, u32 seeds);

class agenda {
public:
    agenda(const plan &p, shard part);

    /* A result: of an earlier life of the sweep, or of now. */
    void learn(u32 point, u64 seed, run_status status, std::optional<u64> metric);
    /* After the results of an earlier life, and after each batch of new ones: groups that have
     * just been decided, with the number of their seeds. */
    std::vector<std::pair<u32, u32>> decide();

    /* The next run that is missing; none: nothing to start now (or ever, see is_over()). With a
     * stopping rule it may be a run ahead of what is known to be needed. */
    std::optional<run_pool::job> next();
    bool is_over() const /* Every run that is needed is there. */
    {
        return open_count_ == 0;
    }

    u64 needed() const; /* Runs of this part, as far as is known now. */
    u64 done() const;   /* Of them, those with a result. */

private:
    struct group {
        u32 id = 0;
        std::vector<u32> points; /* In the order of the plan. */
        std::optional<size_t> against;
        u32 target = 0; /* Seeds that are needed for the next decision, or for ever. */
        bool is_decided = false;
        std::vector<std::vector<std::optional<u64>>> values;
        std::vector<std::vector<u8>> state; /* enum run_state */
        u32 known = 0; /* Runs within the target that are there. */
        u32 first = 0; /* All seeds before this one have been started for all points. */
    };
    bool grow(group &g);
    std::optional<run_pool::job> next_of(group &g, u32 seeds);

    const plan &plan_;
    std::vector<group> groups_;
    std::vector<u32> group_of_; /* Index in groups_ by group id; UINT32_MAX: of another shard. */
    std::vector<u32> row_of_;   /* A point's place in its group. */
    std::vector<u32> touched_;  /* Groups that may have come to a decision. */
    size_t cursor_ = 0;         /* Groups before this one have nothing needed to start. */
    size_t ahead_ = 0;          /* Groups before this one are decided. */
    size_t open_count_ = 0;     /* Groups that are not. */
};

/* Merges, and counts the seeds of groups anew that have stopped at different places: one of them
 * when runs had failed for reasons of their computer. Counts follow from results. */
void merge_results(database &db, const database &other);

} // namespace cli
#endif
