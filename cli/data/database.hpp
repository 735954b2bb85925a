/*
 * The results of a sweep: one SQLite file (docs/database.md is its format). It holds the whole plan
 * and every run by its content: build id, config key, seed. Runs that the plan does not ask for
 * (of a plan before, of a group that stopped earlier) stay in the file and are in no answer.
 *
 * Each change is a transaction that is on the disk when the call returns: a process or a computer
 * that dies loses what it had not put, and nothing else. Failures are one sentence (struct
 * failure): ERR_IO for the disk and a damaged file, ERR_USAGE for a file that is no database of
 * ours, is held by another sweep, or holds another plan, ERR_BROKEN for results that contradict
 * each other.
 */
#ifndef CLI_DATA_DATABASE_HPP
#define CLI_DATA_DATABASE_HPP

#include <map>
#include <memory>

#include "cli/cli.hpp"
#include "cli/data/hist_code.hpp"
#include "cli/data/plan.hpp"
#include "model/model.h"

namespace cli {

/* How a run ended. The first three are facts of the simulated system and the same everywhere; the
 * others are of this computer, and a sweep that is resumed tries them again. */
enum class run_status {
    done,      /* Has metrics. */
    stuck,     /* SYS_STUCK: nothing would ever happen again. Has no metrics. */
    broken,    /* An invariant of the simulated system, or a pool that was full. */
    crashed,   /* Died by a signal. */
    timed_out, /* limits.time */
    failed,    /* Could not read or write something. */
};
const char *run_status_word(run_status s); /* "done", "timed-out", ... */
/* What the simulated system did stays; what this computer did wrong is tried again. */
inline bool is_fact(run_status s)
{
    return s == run_status::done || s == run_status::stuck || s == run_status::broken;
}

/* Encoded from the start: a process that collects thousands of them stays small. */
struct named_hist {
    std::string name; /* "latency.async", "hops.io_wait": as the objects of summary.json. */
    hist_head head;
    std::string buckets; /* hist_encode() */

    named_hist() = default;
    named_hist(std::string key, const hist &h)
        : name(std::move(key)), head{h.count, h.sum, h.min, h.max}, buckets(hist_encode(h))
    {
    }
    /* False: these bytes are none of a histogram. */
    bool add_to(hist *sum) const
    {
        return hist_add_encoded(head, buckets, sum);
    }
};

/* All that is kept of a run. */
struct run_result {
    run_status status = run_status::done;
    std::string text; /* Why it is not done: one sentence; else "". */
    u64 checksum = 0, lines = 0; /* Of the transcript. */
    std::vector<std::pair<std::string, u64>> metrics; /* Keys of summary.json. */
    std::vector<named_hist> hists;                    /* Those with a value. */
    u64 host_ns = 0;  /* From the configuration to the result; not part of it. */
    u32 attempts = 1; /* Likewise. */
};

/* What a run is known by. */
struct run_key {
    u64 config_key, seed;

    bool operator<(const run_key &o) const
    {
        return config_key != o.config_key ? config_key < o.config_key : seed < o.seed;
    }
};

/* One run of the plan, in the order (point, seed). */
struct run_row {
    u32 point;
    u64 seed;
    run_status status;
    std::string text;
    u64 checksum, lines;
    s64 id; /* Of this file, for metrics() and histogram(). */
};

/* One value of a resolved configuration. */
struct config_row {
    std::string key, value, origin;
};

class database {
public:
    enum class access { read, write };

    /* A new file, with the plan; `configs` are the resolved configurations, one for each point. */
    static void create(const std::string &path, const plan &p, const std::string &build,
                       const std::vector<std::vector<config_row>> &configs);
    /* An existing one. write: nobody else may write until it is closed. */
    database(const std::string &path, access how);
    ~database();
    database(database &&) noexcept;
    database(const database &) = delete;
    database &operator=(const database &) = delete;

    /* --- The plan --- */
    const plan &get_plan() const; /* Read once; text, settings and all. */
    const std::string &build() const;
    const std::string &path() const;
    /* Takes another plan; the runs stay, and those that it asks for count. */
    void replace_plan(const plan &p, const std::string &build,
                      const std::vector<std::vector<config_row>> &configs);
    /* Resolved configuration of a point, in the order of the file. */
    std::vector<config_row> config(u32 point) const;

    /* --- Writing --- */
    struct stored {
        run_key key;
        const run_result *result;
    };
    /* All in one transaction. A run that is there is replaced, unless it is done. */
    void put(const std::vector<stored> &runs);
    /* The group needs this many seeds, and no more (stopping rule). */
    void put_seed_count(u32 group, u32 seeds);
    /* Small words for the launchers: "slurm.job" -> "4711". */
    void set_note(const std::string &key, const std::string &value);
    std::string note(const std::string &key) const; /* "": none */

    /* --- Reading --- */
    /* Status of each run with this build, asked for or not. */
    std::map<run_key, run_status> known() const;
    std::optional<u32> seed_count(u32 group) const;
    /* Runs that the plan asks for and that are there. */
    std::vector<run_row> runs() const;
    std::vector<std::string> metric_names() const; /* Sorted; of all runs of the plan. */
    /* One entry for each of runs(); none: the run has no such metric. */
    std::vector<std::optional<u64>> metric(const std::string &name) const;
    std::vector<std::pair<std::string, u64>> metrics(s64 run) const; /* Sorted by name. */
    std::optional<u64> metric_of(run_key key, const std::string &name) const;
    std::vector<std::string> hist_names() const;
    /* Sum over these runs (exact). */
    hist histogram(const std::vector<s64> &runs, const std::string &name) const;
    u64 host_ns(s64 run) const; /* Wall time; 0: not known. */

    /* --- Whole files --- */
    /* The runs of `other` (same plan and build) join these. Order does not matter; a run that is
     * done twice with different results is an error: a result is a pure function. */
    /* Returns the groups whose counts of seeds differ: neither is kept. */
    std::vector<u32> merge(const database &other);
    /* Results of any sweep with the same build that this plan asks for. Returns how many. Asked
     * for a config key, `only` says whether it is wanted; without it all are. */
    u32 reuse(const database &other, const std::function<bool(u64)> &only = nullptr);

private:
    struct state;
    std::unique_ptr<state> s_;
};

/* Two that merge() takes: of one plan and one build. */
void expect_same_sweep(const database &a, const database &b);

} // namespace cli
#endif
