/*
 * Small statistics for decisions: means with intervals, alone and in pairs. Floating point is
 * allowed here (nothing of it goes back into a simulation); results are rounded so that compilers
 * agree.
 */
#ifndef CLI_DATA_ESTIMATE_HPP
#define CLI_DATA_ESTIMATE_HPP

#include <boost/math/policies/policy.hpp>
#include <vector>

namespace cli {

/* No long double: it is 80 bits wide here and 128 there, and 64 under valgrind, where the library's
 * tables of it overflow before main(). */
using math_policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

struct estimate {
    double mean, low, high; /* low == high == mean for one value. */
    unsigned count;
};

/* Two-sided quantile of Student's t, rounded up to 1e-4. confidence in (0, 1), degrees >= 1. */
double student_t(double confidence, unsigned degrees);

/* Interval of the mean (Student). Values: at least one. */
estimate mean_of(const std::vector<double> &values, double confidence);

/* Mean of b[i] - a[i]; the pairs met the same random numbers. */
estimate paired_difference(const std::vector<double> &a, const std::vector<double> &b,
                           double confidence);

/* Geometric mean of b[i] / a[i], interval on the logarithms. All values > 0. */
estimate paired_ratio(const std::vector<double> &a, const std::vector<double> &b,
                      double confidence);

/* Standardised effect of pairs: mean / standard deviation of b[i] - a[i]; 0 if all are equal. */
double paired_effect(const std::vector<double> &a, const std::vector<double> &b);

} // namespace cli
#endif
