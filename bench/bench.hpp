/* The two halves of apfsim_bench: single operations, and ratios with goals. */
#ifndef BENCH_BENCH_HPP
#define BENCH_BENCH_HPP

#include <string>
#include <vector>

#include "base/base.h"

namespace bench {

/* Tells Google Benchmark of every single operation that is measured. */
void register_micro();

/* Does one operation at least `count` times; hits in the TLB come in streams of 65536. False: there
 * is no such operation. */
bool repeat(const char *operation, u64 count);

/* One line of the table of ratios. */
struct measured_ratio {
    std::string name;
    bool failed;        /* It could not be measured. */
    double value, goal; /* goal 0: there is none. */
    bool is_at_most;    /* Less is better. */
    bool ok;            /* There is no goal, or it is met. */
};

/* Measures and prints the table of ratios; traces: files to replay besides the samples. */
std::vector<measured_ratio> print_ratios(const std::vector<std::string> &traces);

/* The same for apfsim compare --host; false: the file could not be written. */
bool write_ratios(const std::string &path, const std::vector<measured_ratio> &ratios);

} // namespace bench
#endif
