/*
 * All that a report is made from, as plain data: a plan, its runs, the columns of metrics that the
 * report asks for, and merged histograms. read.cpp fills it from a database; tests fill it by hand.
 */
#ifndef CLI_REPORT_DATASET_HPP
#define CLI_REPORT_DATASET_HPP

#include <map>

#include "cli/data/database.hpp"

namespace cli::report {

/* What the user or the sweep file wants; empty: the report finds its own. */
struct choices {
    std::string metric, better, baseline, x, y;
    u32 confidence_permille = 0; /* 0: of the stopping rule, else 950. */
};

using column = std::vector<std::optional<double>>; /* One for each run. */

/* A key of the configuration that is not the same in all points. */
struct difference {
    std::string key;
    std::vector<std::pair<std::string, u32>> values; /* With the number of points. */
};

struct dataset {
    plan asked;
    std::string build, path, version;
    std::vector<run_row> runs;
    std::vector<std::string> metric_names;
    std::map<std::string, column> columns;
    std::vector<hist> latency;      /* All faults of a point. */
    std::vector<config_row> config; /* Of the first point. */
    std::vector<difference> differences;

    /* --- What settle() makes of it --- */
    std::string metric;
    bool is_less_better = true;
    double confidence = 0.95;
    std::vector<std::string> designs;  /* The baseline first. */
    std::vector<size_t> design_of;     /* For each point. */
    std::vector<size_t> swept_params;  /* Parameters with several values, but the compared one. */
    std::vector<size_t> leader_of;     /* For each parameter: the one that stands for it. */
    std::vector<size_t> dimensions;    /* Those of swept_params that stand for themselves. */
    size_t x = SIZE_MAX, y = SIZE_MAX; /* Of the dimensions; SIZE_MAX: there is none. */
    std::vector<std::vector<u32>> runs_of; /* For each point: those that are there. */
    std::vector<std::vector<std::optional<u32>>> point_of; /* [group][design] */

    int confidence_percent() const;
    bool has(const std::string &name) const
    {
        return columns.count(name) != 0;
    }
    const parameter &param(size_t index) const
    {
        return asked.parameters[index];
    }
};

/* Metrics that are made of others; settle() adds their columns. */
extern const char metric_mean_latency[]; /* latency.all.mean_ps */
extern const char metric_cpu_overhead[]; /* cpu.overhead_ps: kernel and host of all vCPUs */

/* Which metrics the report wants, of those that there are. */
std::vector<std::string> wanted_columns(const std::vector<std::string> &there,
                                        const std::string &metric);
/* These and the metrics that a report makes of them: what it can be about. */
std::vector<std::string> with_made_metrics(const std::vector<std::string> &there);
/* The metric that a choice and a plan ask for. */
std::string metric_of(const choices &c, const plan &p);

/* Checks the choices against what is there; a failure names the option. */
void settle(dataset *d, const choices &c);

dataset read_dataset(const database &db, const choices &c);

} // namespace cli::report
#endif
