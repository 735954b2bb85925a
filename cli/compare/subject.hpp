/*
 * What can be compared: a side is everything that stands under one name on the command line, and a
 * subject is one run of it. Numbers are those of summary.json under the paths of their keys; where
 * they came from makes no difference any more.
 */
#ifndef CLI_COMPARE_SUBJECT_HPP
#define CLI_COMPARE_SUBJECT_HPP

#include <map>
#include <unordered_map>

#include "cli/cli.hpp"

namespace cli {

/* Names of metrics as small numbers, the same for both sides: a sweep has millions of values. */
class metric_names {
public:
    u32 number(const std::string &name);
    const std::string &text(u32 number) const
    {
        return *texts_[number];
    }
    size_t count() const
    {
        return texts_.size();
    }

private:
    std::unordered_map<std::string, u32> numbers_;
    std::vector<const std::string *> texts_; /* Keys of the map: they stay where they are. */
};

struct metric {
    u32 name;
    u64 value;
};

struct subject {
    std::string label; /* "demo/v4", or what a point of a sweep is known by. */
    std::map<std::string, std::string> parameters; /* For `where`: "protocol.variant" is "v4". */
    u64 seed = 0;
    u64 config_hash = 0; /* Says whether the question has changed, and not the answer. */
    std::string end;     /* "done" */
    u64 checksum = 0, lines = 0;
    std::vector<metric> metrics; /* In the order of their source. */
    std::string folder;          /* With config.resolved.yaml, and perhaps a trace; "": none. */
};

/* A change that somebody has looked at. */
struct acceptance {
    std::string version, reason, largest;
    u64 changed;
};

enum class side_kind { runs, sweep, baseline };

struct side {
    std::string path;
    side_kind kind = side_kind::runs;
    std::string version; /* Of the program that made the results. */
    std::vector<subject> subjects;
    std::vector<acceptance> accepted; /* Of a baseline. */
};

/* A folder with results (its own or in folders below), summary.json, a sweep's database or a
 * baseline: it is found out by looking. */
side load_side(const std::string &path, metric_names &names);

/* The parts of load_side(). */
subject load_summary(const std::string &path, metric_names &names, std::string *version);
side load_sweep_side(const std::string &path, metric_names &names);
side load_baseline(const std::string &path, metric_names &names);

/* A baseline as text, one metric a line: the same results give the same bytes. */
std::string baseline_text(const side &s, const metric_names &names);

/* "demo/v4, seed 1" */
std::string subject_words(const subject &s);

} // namespace cli
#endif
