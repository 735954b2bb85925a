/*
 * What a sweep is to run, whole: its points in their order, and everything that a result must be
 * known by. Plain values: made once from a sweep file (cli/sweep), kept in the database, and the
 * same in every shard.
 *
 * A *point* is one configuration under one design; a *run* is a point with a seed. Points that are
 * equal but for what the sweep compares (the design, if it says nothing else) are a *group*: they
 * meet the same seeds, stop at the same number of seeds, and are always run by the same shard.
 */
#ifndef CLI_DATA_PLAN_HPP
#define CLI_DATA_PLAN_HPP

#include <optional>
#include <string>
#include <vector>

#include "base/base.h"

namespace cli {

/* Where a value stands in the sweep file; line 0: nowhere (an option, a default). */
struct place {
    std::string file;
    u32 line = 0, column = 0;
};

/* One "key.path=value" laid over the base configuration. */
struct setting {
    std::string key, value;
    place at;
};

enum class scale { category, linear, log };

/* What is swept, in the order of the file. */
struct parameter {
    std::string name; /* A key of the configuration, or the name of an axis of named cases. */
    std::string unit; /* Base unit of the numbers: "ps", "B", "Hz", "%", "1/1000", ""; */
    enum scale scale = scale::category;
};

/* A point's value of a parameter. */
struct coordinate {
    std::string value;         /* As people write it: "64us", "v4", "zram". */
    std::optional<u64> number; /* In base units; none for words. */
};

struct point {
    u32 group = 0;
    u64 config_key = 0; /* config_key(): all that the results depend on, but the seed. */
    std::string variant;
    std::vector<coordinate> at;    /* One for each parameter of the plan. */
    std::vector<setting> settings; /* Laid over the base, in this order. */
};

/* Seeds of each point, from first on; all of them, unless a stopping rule is content earlier. */
struct seed_range {
    u64 first = 1;
    u32 count = 1;
};

/* Enough seeds: the interval of a metric (or of its paired difference) is narrow. */
struct stopping {
    std::string metric;      /* "time_ps" */
    std::string against;     /* Value of the compared parameter to pair with; "": no pairs. */
    u32 within_permille = 0; /* Half the interval, of the mean; of pairs: of the other's mean. */
    u32 confidence_permille = 950;
    u32 min_seeds = 3;
};

struct limits {
    u64 time_ms = 0; /* Of one run on this computer; 0: none. */
    u32 retries = 1; /* Of a run that crashed or ran out of time. */
};

/* Hints of the sweep file to the report; empty: the report finds its own. */
struct report_hints {
    std::string metric;     /* What the map and the sensitivities are about. */
    std::string better;     /* "less" or "more" */
    std::string baseline;   /* Value of the compared parameter: "sync". */
    std::string x, y;       /* Parameters of the map. */
};

struct plan {
    std::string title; /* One line; may be empty. */
    std::string file;  /* Name of the sweep file, as it was given. */
    std::string text;  /* Its bytes. */
    std::string base;  /* Path of the base configuration, as the file gives it, made relative to the
                          folder in which the program was started. */
    u64 hash = 0;      /* Of all that decides on points and seeds; see plan_hash(). */
    std::string compared = "protocol.variant"; /* Name of the parameter that groups are about. */
    std::vector<parameter> parameters;
    std::vector<point> points;
    seed_range seeds;
    std::optional<stopping> stop;
    struct limits limits;
    report_hints report;
};

/* XXH64 of parameters, points with their config keys, seeds and the stopping rule: two plans of
 * the same hash ask for the same runs. Titles, limits and hints do not count. */
u64 plan_hash(const plan &p);

u32 plan_group_count(const plan &p);

} // namespace cli
#endif
