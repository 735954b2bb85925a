/*
 * One run as a benchmark wants it: an experiment in YAML, a carrier, and what the run cost this
 * computer. The experiments of the ratio table stand here too, so that all benchmarks mean the
 * same by "the reference run".
 */
#ifndef BENCH_EXPERIMENT_HPP
#define BENCH_EXPERIMENT_HPP

#include <memory>
#include <string>
#include <vector>

#include "model/model.h"

namespace bench {

enum class carrier { TESTBED, CONDUCTOR, MODULES, FOREIGN_STORE };

struct experiment {
    std::string yaml;
    bench::carrier carrier = carrier::TESTBED;
    bool records = false; /* Every line goes to an event trace. */
    u64 faults = 0;       /* A run with fewer has not done what it is to measure: it fails. */
};

struct outcome {
    double seconds; /* Of the processor, from the first step to the close-down; not of set-up. */
    u64 faults, steps, accesses;
    u64 used_bytes, grown_bytes; /* Of the image; of the process's resident memory. */
    u64 touched_pages;           /* Of the guest. */
};

/* The configuration of an experiment, and a machine that has not started yet. */
class machine {
public:
    explicit machine(const std::string &yaml);
    ~machine();
    machine(const machine &) = delete;
    machine &operator=(const machine &) = delete;

    struct run *run() const
    {
        return run_;
    }
    /* The whole run, in this process; SystemC only once. Ends the process if it goes wrong. */
    void carry(bench::carrier carrier);

private:
    struct sources;

    config config_;
    std::unique_ptr<log> log_;
    std::unique_ptr<sources> sources_;
    struct run *run_;
};

/* In a child. False: it died; its complaint is on stderr. */
bool measure(const experiment &e, outcome *o);

/* Pages for each of four vCPUs, each with a task that touches its own cold pages once. */
std::string reference_yaml(u64 pages);
/* The same, all writes, twice over the pages with memory for half of them. */
std::string reclaim_yaml(u64 pages);
/* One task that reads and writes resident pages in random order. */
std::string hot_yaml(u64 pages, u64 accesses);
/* Replay of a trace, cold, without a limit. */
std::string replay_yaml(const std::string &file);

} // namespace bench
#endif
