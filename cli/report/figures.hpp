/* The figures of the report: each a function from plain data to a drawing. */
#ifndef CLI_REPORT_FIGURES_HPP
#define CLI_REPORT_FIGURES_HPP

#include "base/base.h"
#include "cli/data/estimate.hpp"
#include "cli/report/axis.hpp"
#include "cli/report/contour.hpp"
#include "cli/report/drawing.hpp"

namespace cli::report {

/* --- Where does it pay? --- */

/* Effect of a design in per cent of the baseline; none: no pair of runs. */
using effect = std::optional<estimate>;

/* The interval holds 0: nobody can say which is better. One pair has no interval. */
bool is_open(const estimate &e);

struct map_data {
    std::string design, baseline, metric;
    bool is_less_better = true;
    int confidence_percent = 95;
    swept x, y;
    std::vector<effect> cells;      /* Row by row, the least y first. */
    std::vector<std::string> words; /* One for each cell: what the reader is told of it. */
    std::string fixed;              /* What is the same in all cells: "guest.tasks.n = 4". */
};
/* id: unique among the drawings that stand together. */
drawing map_figure(const map_data &d, const std::string &id);
/* Colours, hatching, lines. */
drawing map_legend(bool is_less_better, int confidence_percent, bool has_lines,
                   const std::string &id);
/* Colour of an effect: -5 (much better) .. 0 (the same) .. 5 (much worse). */
int map_class(double percent, bool is_less_better);

struct curve_series {
    std::string design;
    size_t color;                /* design_class() */
    std::vector<effect> effects; /* One for each x. */
};
struct curve_data {
    std::string baseline, metric, fixed;
    bool is_less_better = true;
    int confidence_percent = 95;
    swept x;
    std::vector<curve_series> series;
};
drawing curve_figure(const curve_data &d);

/* --- Latency --- */

struct cdf_series {
    std::string design;
    size_t color;
    hist values;
};
drawing cdf_figure(const std::string &what, const std::vector<cdf_series> &series);

struct stack_row {
    std::string design;
    size_t color;
    std::vector<double> ps; /* One for each hop, mean per fault. */
};
struct stack_data {
    std::vector<std::string> hops; /* In the order of the pipeline. */
    std::vector<stack_row> rows;
};
enum { STACK_HOPS_SHOWN = 7 };
/* Hops that are drawn; the others are joined. In the order of the pipeline. */
std::vector<size_t> stack_choice(const stack_data &d, size_t most);
drawing stack_figure(const stack_data &d);
/* A single bar without a key, for a point; `shown`: the hops with a colour of their own. */
drawing small_stack(const stack_data &d, const std::vector<size_t> &shown);

/* --- Comparisons --- */

struct ab_row {
    std::string metric, design;
    size_t color;
    std::optional<estimate> ratio; /* None: a value is 0, or there is no pair. */
    double effect = 0;             /* paired_effect() */
    unsigned pairs = 0, left_out = 0, less = 0, more = 0;
    double sign_p = 1; /* Of the sign test, two-sided. */
};
/* Differences without any scatter have no effect: there is nothing to measure them by. */
bool has_effect(const ab_row &row);
drawing ab_figure(const std::string &baseline, const std::vector<ab_row> &rows,
                  int confidence_percent);

struct tornado_bar {
    std::string design;
    size_t color;
    std::optional<estimate> change; /* % */
    bool is_paired = true;
};
struct tornado_row {
    std::string parameter, from, to;
    std::vector<std::string> with; /* What goes with the parameter. */
    std::vector<tornado_bar> bars;
};
drawing tornado_figure(const std::string &metric, const std::vector<tornado_row> &rows,
                       int confidence_percent);

struct pareto_point {
    std::string label, design;
    size_t color;
    double x, y;
    bool is_front = false;
};
/* Both metrics as ratios to the baseline of the same group, which is the point (1, 1): absolute
 * values would only show which surroundings are the easiest. */
struct pareto_data {
    std::string x_name, y_name, baseline;
    bool is_x_less_better = true; /* y: less is always better. */
    std::vector<pareto_point> points;
    unsigned left_out = 0; /* No pair of runs, or a baseline of 0. */
};
void mark_front(pareto_data *d);
drawing pareto_figure(const pareto_data &d);

/* A drawing that says why there is none. */
drawing empty_figure(const std::string &title, const std::string &why);

/* Names of the designs with their colours and shapes, from x on; the width that it took. */
double draw_designs(canvas &c, double x, double y,
                    const std::vector<std::pair<std::string, size_t>> &designs);

} // namespace cli::report
#endif
