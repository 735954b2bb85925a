/* A plan for people and for programs. */
#ifndef CLI_SWEEP_PLAN_PRINT_HPP
#define CLI_SWEEP_PLAN_PRINT_HPP

#include <cstdio>

#include "cli/sweep/sweep.hpp"

namespace cli {

/* Title, axes, numbers, and the first points. */
void plan_print_text(const loaded_sweep &sweep, size_t points_max, FILE *out);
/* All points: a parameter with a unit has a second column, of numbers in base units. */
void plan_print_csv(const plan &p, FILE *out);
void plan_print_json(const loaded_sweep &sweep, FILE *out);

} // namespace cli
#endif
