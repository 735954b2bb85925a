/* The two halves of apfsim_bench: single operations, and ratios with goals. */
#ifndef BENCH_BENCH_HPP
#define BENCH_BENCH_HPP

#include <string>
#include <vector>

namespace bench {

/* Tells Google Benchmark of every single operation that is measured. */
void register_micro();

/* Measures and prints the table of ratios; traces: files to replay besides the samples. Returns
 * how many goals were missed. */
int print_ratios(const std::vector<std::string> &traces);

} // namespace bench
#endif
