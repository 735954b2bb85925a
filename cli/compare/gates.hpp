/*
 * gates.yaml: which changes are allowed. Gates are asked in the order of the file, and the first
 * that matches decides; what no gate matches must be equal. docs/compare.md is the reference.
 */
#ifndef CLI_COMPARE_GATES_HPP
#define CLI_COMPARE_GATES_HPP

#include "cli/compare/subject.hpp"

namespace cli {

enum class gate_kind { exact, tolerance, ignore, statistical };
enum class better { by_table, less, more, neither };

enum { PPM = 1000000 };

/* Of a measured value: a part of it, or an amount in base units. */
struct tolerance {
    bool is_relative = true;
    bool is_time = false; /* Absolute: ps, else a count. */
    u64 amount = 0;       /* ppm, or base units. */
    std::string text;     /* As it was written. */
};

struct gate {
    std::string file;
    u32 line = 0, column = 0;
    std::string metric;  /* Glob: "hops.*.p99_ps" */
    std::string subject; /* Glob; "": all. */
    std::map<std::string, std::string> where;
    gate_kind kind = gate_kind::exact;
    struct tolerance tolerance;
    bool only_worse = false;
    enum better better = better::by_table;
    std::string reason; /* Why it is ignored. */
    u32 confidence_ppm = 0;
    u64 within_ppm = 0;
    std::string within_text;
    bool undecided_fails = false;
};

/* The speed of the program itself: only the ratio of two things measured in the same run. */
struct host_gate {
    std::string file;
    u32 line = 0, column = 0;
    std::string ratio;
    struct tolerance tolerance; /* Relative. */
};

struct gate_list {
    std::string path;        /* "": there was no file. */
    std::vector<gate> gates; /* The last one is ours: everything is exact. */
    std::vector<host_gate> host;
};

/* No path: only the default. */
gate_list load_gates(const std::string &path);

/* The gate that decides on this metric of this subject, by its place in the list. */
size_t find_gate(const gate_list &list, const std::string &metric, const subject &s);
bool gate_is_for(const gate &g, const subject &s);

/* "gates.yaml:4: hops.*.p99_ps within 2%" */
std::string gate_words(const gate &g);
std::string gate_place(const gate &g);

/* Which direction is good, if the gate does not say: times less, work more. */
enum better better_of(const gate &g, const std::string &metric);
/* The difference is one that the tolerance allows. Wrong: a time for what is no time. */
bool is_tolerated(const gate &g, const std::string &metric, u64 base, u64 now);

/* Part of a text like "1.5%" as ppm, or a time, or a count. False: it is none. */
bool parse_tolerance(const std::string &text, struct tolerance *t);
bool parse_decimal(const std::string &text, u32 decimals, u64 *value);

/* What is wrong with the words of the gates for these results: globs that match nothing. A
 * parameter that nobody has is an error. */
std::vector<std::string> check_gates(const gate_list &list, const side &base, const side &now,
                                     const metric_names &names);

} // namespace cli
#endif
