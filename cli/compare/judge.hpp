/*
 * Two sides set against each other. The program is deterministic: any difference of any simulated
 * metric, or of the transcript, is a difference; gates say which of them may pass.
 */
#ifndef CLI_COMPARE_JUDGE_HPP
#define CLI_COMPARE_JUDGE_HPP

#include <optional>

#include "cli/compare/divergence.hpp"
#include "cli/compare/gates.hpp"

namespace cli {

enum class verdict { passed, ignored, undecided, failed };
const char *verdict_word(verdict v);

/* One metric, or a word of the result: "checksum", "lines", "end", "subject". */
struct difference {
    std::string metric;
    std::optional<u64> base, now;    /* None: there is no such metric on that side. */
    std::string base_text, now_text; /* For people: "61.9ms", "0x3ba2eb42314e6df4", "none" */
    size_t gate;                     /* Place in the list. */
    enum verdict verdict;

    s64 change_ppm() const;     /* Of base; INT64_MAX: of nothing. */
    std::string change() const; /* "+1.0 %", "new", "lost", "" */
};

/* Which hop it is that has changed, and what that means for the faults. */
struct cause {
    std::string words; /* A whole line. */
    std::string hop;
};

/* One label and seed on both sides, or on one of them. */
struct subject_result {
    std::string label;
    u64 seed = 0;
    const subject *base = nullptr, *now = nullptr;
    std::vector<difference> differences; /* In the order of summary.json. */
    std::vector<cause> causes;
    std::vector<std::string> notes; /* "configurations differ: ..." */
    std::optional<divergence> first;
    enum verdict verdict = verdict::passed;

    std::string words() const;
};

/* A statistical gate on one metric of all seeds of a label. */
struct group_result {
    std::string label, metric;
    size_t gate;
    enum verdict verdict;
    std::string words; /* "+1.2 % (99 %: +0.8 % to +1.6 %), 8 pairs" */
};

struct host_result {
    std::string ratio, base_text, now_text, words;
    std::string gate; /* Its words; "": none. */
    enum verdict verdict;
};

/* How often a gate has said what. */
struct tally {
    size_t passed = 0, ignored = 0, undecided = 0, failed = 0;

    void count(enum verdict v);
};

struct comparison {
    gate_list gates;
    std::vector<tally> tallies; /* One for each gate. */
    std::vector<subject_result> subjects;
    std::vector<group_result> groups;
    std::vector<host_result> host;
    std::vector<std::string> notes;
    std::string base_path, now_path;
    size_t metric_count = 0; /* Compared, over all subjects. */

    size_t difference_count() const;
    size_t count(enum verdict v) const; /* Of differences, groups and host ratios. */
    bool has_failed() const
    {
        return count(verdict::failed) != 0;
    }
    /* The differences that people should see first: failed ones, then by size. */
    std::vector<std::pair<const subject_result *, const difference *>> worst(size_t max) const;
};

/* Both sides stay where they are. */
comparison compare_sides(const side &base, const side &now, const metric_names &names,
                         gate_list gates);

/* The parts of it. */
void judge_groups(const side &base, const side &now, const metric_names &names, comparison *c);
std::vector<cause> find_causes(const subject &base, const subject &now, const metric_names &names);
std::string configuration_note(const subject &base, const subject &now);

/* "61.914098507ms" for what ends in _ps, else the number. */
std::string value_text(const std::string &metric, u64 value);
std::string time_text(u64 ps);
/* "+1.0 %", "-0.0123 %" */
std::string percent_text(s64 ppm);
/* (now - base) / base in ppm, rounded; INT64_MAX if base is 0 and now is not. */
s64 change_in_ppm(u64 base, u64 now);

} // namespace cli
#endif
