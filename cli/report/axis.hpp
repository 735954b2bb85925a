/*
 * Axes. A swept parameter has a few values with places of their own (struct swept); a measured
 * quantity has a range with round ticks (struct axis).
 */
#ifndef CLI_REPORT_AXIS_HPP
#define CLI_REPORT_AXIS_HPP

#include <vector>

#include "cli/data/plan.hpp"

namespace cli::report {

/* The values of a swept parameter in their order, each once. */
struct swept {
    std::string name, unit;
    enum scale scale = scale::category;
    std::vector<coordinate> values;
};

/* Sorts numbers and takes out what is there twice; words stay in their order. A logarithm of what
 * has none makes the scale linear; a wide list of uneven steps is drawn as one. */
swept make_swept(const parameter &p, const std::vector<coordinate> &all);

/* Index of a value; SIZE_MAX: it is none of them. */
size_t index_in(const swept &s, const coordinate &c);

/* Where the values lie: strictly rising. Numbers by their scale, words by their order. */
std::vector<double> places(const swept &s);
/* The other way, for places between the values, as words: "23.4 us". Only for numbers. */
std::string words_at(const swept &s, double place);

/* Values whose names have room beneath these pixels: each, or each second or third, else those that
 * do not meet the one before. */
std::vector<size_t> labelled(const swept &s, const std::vector<double> &pixels);

struct axis {
    bool is_log = false;
    double low = 0, high = 1; /* In units of the quantity. */
    double from = 0, to = 1;  /* Pixels; to < from: upwards. */

    double at(double value) const; /* Its pixel, kept within the axis. */
};

/* Round values within [low, high], rising; about `wanted` of them, never more than twice that. */
std::vector<double> linear_ticks(double low, double high, unsigned wanted);
/* 1, 10, 100...; with 2 and 5 where there are few. low > 0. */
std::vector<double> log_ticks(double low, double high, unsigned wanted);

} // namespace cli::report
#endif
