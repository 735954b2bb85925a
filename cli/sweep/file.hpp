/*
 * A sweep file (docs/sweeps.md) as it was written: read and checked word by word, nothing expanded
 * yet. Whatever is wrong is a failure with file, line and column.
 */
#ifndef CLI_SWEEP_FILE_HPP
#define CLI_SWEEP_FILE_HPP

#include "cli/cli.hpp"
#include "cli/data/plan.hpp"
#include "cli/sweep/constraint.hpp"
#include "cli/sweep/range.hpp"
#include "model/model.h"

namespace cli {

enum { SWEEP_PARAMETERS_MAX = 64, SWEEP_POINTS_MAX = 1000000, SWEEP_SEEDS_MAX = 100000 };

/* One value of a parameter, and what it lays over the base. */
struct axis_value {
    coordinate at;
    std::vector<setting> settings;
};

/* A parameter with all its values, or with a range that waits for a sampler. */
struct track {
    parameter what;
    const struct param *row = nullptr; /* Of the configuration's table; NULL: named cases. */
    std::vector<axis_value> values;
    std::optional<range> span; /* Then there are no values. */
    place at;
};

/* Tracks that go together, one value each at a time: one for an axis of "matrix", or several. */
struct axis {
    std::vector<track> tracks;
};

/* A line of include or exclude: parameters with their values, as words. */
struct entry {
    struct word {
        std::string key, value, yaml; /* yaml: the value with its quotes. */
        place key_at, at;
    };
    std::vector<word> words;
    place at;
};

struct sampling {
    enum method { GRID, LATIN_HYPERCUBE, SOBOL } method = GRID;
    u32 points = 0;
    std::optional<u64> seed;
};

/* A word that can only be judged when all parameters are known. */
struct late_word {
    std::string text;
    place at;
};

struct sweep_file {
    plan p; /* Without parameters and points. */
    bool has_seeds = false;
    std::vector<setting> set;
    std::vector<axis> axes;
    std::vector<entry> include, exclude;
    std::vector<constraint> constraints;
    struct sampling sample;
    std::optional<late_word> compare, against, baseline, x, y;
    place stop_metric, report_metric; /* Only runs can judge them. */
};

sweep_file read_sweep_file(const std::string &path);

} // namespace cli
#endif
