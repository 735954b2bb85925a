/* From the dataset to the numbers of the figures and tables. Reads, and changes nothing. */
#ifndef CLI_REPORT_ANALYSIS_HPP
#define CLI_REPORT_ANALYSIS_HPP

#include "cli/report/dataset.hpp"
#include "cli/report/figures.hpp"

namespace cli::report {

/* --- Pairs --- */

/* Two points of one group, seed by seed. */
struct pairs {
    std::vector<double> a, b; /* The baseline's and the design's. */
    unsigned left_out = 0;    /* Seeds of which only one side has a value, or none. */
};
pairs pairs_of(const dataset &d, u32 group, size_t design, const column &values);

/* Difference to the baseline in per cent of the group's baseline mean, over all pairs of the
 * groups. None: there is no pair, or the baseline is 0. */
effect effect_over(const dataset &d, const std::vector<u32> &groups, size_t design,
                   const column &values);

/* Values of the runs of a point that are done, in the order of their seeds. */
std::vector<double> values_of(const dataset &d, u32 point, const column &values);
std::optional<estimate> mean_over(const dataset &d, u32 point, const std::string &metric);

/* --- Parameters that go together --- */

/* Two parameters are tied if each value of one occurs with exactly one value of the other, as in a
 * zip: nothing can tell their effects apart, so they are one dimension. Numbers that each have one
 * group only (a drawn sample) must rise or fall together as well. */
bool are_tied(const plan &p, size_t a, size_t b);
/* The parameters that one of the dimensions stands for, but itself. */
std::vector<std::string> tied_with(const dataset &d, size_t dimension);
/* "b goes with a", one for each. */
std::vector<std::string> tied_words(const dataset &d);

/* --- Break-even --- */

struct break_even {
    enum kind { unknown, never, always, from, up_to, several } kind = unknown;
    double at = 0;                   /* Place on the axis; of from and up_to. */
    std::optional<double> low, high; /* Ends of its interval; none: beyond the range. */
    bool has_interval = false;
    std::vector<double> all;    /* of several */
    std::vector<size_t> better; /* Values of x with which it pays. */
    std::vector<size_t> open;   /* Those of them whose interval holds 0. */
};
break_even find_break_even(const swept &x, const std::vector<effect> &effects, bool is_less_better);
/* "from 23 us up (95 %: 21 us to 26 us)", "nowhere in this range", "with a and b only" */
std::string break_even_words(const break_even &b, const swept &x, int confidence_percent);

/* --- Figures --- */

/* Groups that are equal in all but x and y. */
struct slice {
    std::string words; /* "guest.tasks.n = 4, ..."; empty: there is nothing else. */
    std::vector<u32> groups;
};
std::vector<slice> slices_of(const dataset &d);
swept swept_of(const dataset &d, size_t parameter);

std::vector<map_data> maps_of(const dataset &d, const slice &s);
curve_data curve_of(const dataset &d, const std::vector<u32> &groups, const std::string &fixed);
std::vector<break_even> rows_of(const map_data &m);
/* "from 18 us up at a = 1, ...; nowhere at a = 9" */
std::string map_words(const map_data &m);
/* A sentence: where it pays at the least and at the greatest y; map_words() if the rows between say
 * something else. */
std::string pays_sentence(const map_data &m);

hist latency_of_design(const dataset &d, size_t design);
std::vector<cdf_series> cdf_of(const dataset &d);
std::vector<cdf_series> cdf_of_group(const dataset &d, u32 group);

stack_data stack_of(const dataset &d);
stack_data stack_of_point(const dataset &d, u32 point);

std::vector<ab_row> ab_of(const dataset &d);
std::vector<tornado_row> tornado_of(const dataset &d);
pareto_data pareto_of(const dataset &d);

/* --- Tables and words --- */

struct tally {
    u32 planned = 0, done = 0, failed = 0, missing = 0;
};
tally tally_of(const dataset &d);

struct summary_row {
    u32 point;
    std::optional<estimate> value; /* Of the metric, over seeds. */
    effect against;                /* The baseline, in per cent. */
    u32 done = 0;
    std::string failure; /* Sentence of the first run that is not done. */
    u32 failed = 0;
};
std::vector<summary_row> summary_of(const dataset &d);

/* Its parameters but the compared one: "store.read.value = 16us, ..." */
std::string point_words(const dataset &d, u32 point);
std::string run_command_of(const dataset &d, u32 point, u64 seed);
u64 first_seed(const dataset &d, u32 point);
/* The seeds that a point was run with: "1 to 5", "1, 2 and 4"; empty: none. */
std::string seeds_words(const dataset &d, u32 point);

/* What came out, in at most three sentences. */
std::vector<std::string> findings_of(const dataset &d);

struct guarantee {
    u64 checks = 0, checks_held = 0;
    std::optional<double> picks_permille;
};
guarantee guarantee_of(const dataset &d);
std::vector<u64> seeds_of(const dataset &d);

} // namespace cli::report
#endif
