#include "cli/data/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "base/base.h"

namespace cli {

namespace {

struct moments {
    double mean, deviation;
};

/* In two passes: values of a run differ by little from a large mean. */
moments moments_of(const std::vector<double> &values)
{
    double sum = 0, squares = 0;
    const double n = static_cast<double>(values.size());

    ASSERT(!values.empty());
    for (double v : values)
        sum += v;
    const double mean = sum / n;
    for (double v : values)
        squares += (v - mean) * (v - mean);
    return {mean, values.size() < 2 ? 0 : std::sqrt(squares / (n - 1))};
}

std::vector<double> differences(const std::vector<double> &a, const std::vector<double> &b)
{
    std::vector<double> d;

    ASSERT(a.size() == b.size());
    for (size_t i = 0; i < a.size(); i++)
        d.push_back(b[i] - a[i]);
    return d;
}

} // namespace

double student_t(double confidence, unsigned degrees)
{
    ASSERT(confidence > 0 && confidence < 1 && degrees >= 1);
    const boost::math::students_t_distribution<double, math_policy> t(degrees);
    const double exact = boost::math::quantile(t, (1 + confidence) / 2);
    return std::ceil(exact * 1e4 - 1e-6) / 1e4;
}

estimate mean_of(const std::vector<double> &values, double confidence)
{
    const moments m = moments_of(values);
    const unsigned n = static_cast<unsigned>(values.size());

    if (n < 2)
        return {m.mean, m.mean, m.mean, n};
    const double half = student_t(confidence, n - 1) * m.deviation / std::sqrt(double(n));
    return {m.mean, m.mean - half, m.mean + half, n};
}

estimate paired_difference(const std::vector<double> &a, const std::vector<double> &b,
                           double confidence)
{
    return mean_of(differences(a, b), confidence);
}

estimate paired_ratio(const std::vector<double> &a, const std::vector<double> &b,
                      double confidence)
{
    std::vector<double> logs;

    ASSERT(a.size() == b.size());
    for (size_t i = 0; i < a.size(); i++) {
        ASSERT(a[i] > 0 && b[i] > 0);
        logs.push_back(std::log(b[i] / a[i]));
    }
    const estimate e = mean_of(logs, confidence);
    return {std::exp(e.mean), std::exp(e.low), std::exp(e.high), e.count};
}

double paired_effect(const std::vector<double> &a, const std::vector<double> &b)
{
    const moments m = moments_of(differences(a, b));

    return m.deviation > 0 ? m.mean / m.deviation : 0;
}

} // namespace cli
