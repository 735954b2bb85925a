/* The sections of the page; each writes itself at the end of what is there. */
#ifndef CLI_REPORT_PAGE_HPP
#define CLI_REPORT_PAGE_HPP

#include "cli/report/analysis.hpp"

namespace cli::report {

enum {
    SLICES_SHOWN = 24,  /* Maps beyond that are left out, and the page says so. */
    GROUPS_SHOWN = 100, /* With a distribution of their own. */
    RUNS_SHOWN = 300,   /* Points with their own entry. */
    ROWS_OPEN = 40,     /* A longer table scrolls in a box; more entries stay closed on paper. */
};

struct page {
    const dataset &d;
    std::string command;
    markup m;
    unsigned figure_count = 0;
    std::vector<size_t> hops_shown; /* The same colours in all stacks. */

    std::string next_id()
    {
        return "figure-" + std::to_string(++figure_count);
    }
    /* wide: it scrolls on a small screen rather than become too small to read. */
    void figure(const drawing &drawn, bool is_wide);
    void figure_with_id(const drawing &drawn, bool is_wide, const std::string &id);
    void note(const std::string &words);
    /* A table in a box that scrolls, by mouse or keyboard. ">head": of numbers. rows: how many, if
     * they may be more than ROWS_OPEN. */
    void open_table(const std::string &label, bool is_sortable,
                    const std::vector<std::string> &heads, size_t rows = 0);
    void close_table();
    /* A number that sorts as such, and its interval beneath. */
    void number_cell(const std::string &words, double value, const std::string &cls = "n",
                     const std::string &interval = "");
    void design_cell(size_t design);
};

void asked_section(page &p);
void configuration_section(page &p);
void summary_section(page &p);
void map_section(page &p);
void cdf_section(page &p);
void stack_section(page &p);
void ab_section(page &p);
void tornado_section(page &p);
void pareto_section(page &p);
void runs_section(page &p);
void guarantee_section(page &p);

/* Points that get an entry of their own: all, or failed, worst, best and some between. */
std::vector<u32> points_shown(const dataset &d, size_t most);

} // namespace cli::report
#endif
