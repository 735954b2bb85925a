#include "cli/report/axis.hpp"

#include <algorithm>
#include <cmath>

#include "cli/report/drawing.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

/* A list such as 200ns, 800ns, 3us, 12us: its neighbours are factors apart, not sums. */
bool is_geometric(const std::vector<coordinate> &values)
{
    double least = INFINITY, most = 0;

    for (size_t i = 0; i + 1 < values.size(); i++) {
        const double step = (double)*values[i + 1].number - (double)*values[i].number;
        least = std::min(least, step);
        most = std::max(most, step);
    }
    return values.size() > 2 && most > 1.5 * least && *values[0].number > 0 &&
           *values.back().number / *values[0].number >= 8;
}

} // namespace

swept make_swept(const parameter &p, const std::vector<coordinate> &all)
{
    swept s{p.name, p.unit, p.scale, {}};
    bool are_numbers = p.scale != scale::category;

    for (const coordinate &c : all) {
        are_numbers = are_numbers && c.number.has_value();
        if (p.scale == scale::log && c.number == 0)
            s.scale = scale::linear;
    }
    if (!are_numbers)
        s.scale = scale::category;
    for (const coordinate &c : all)
        if (index_in(s, c) == SIZE_MAX)
            s.values.push_back(c);
    if (s.scale != scale::category)
        std::stable_sort(
            s.values.begin(), s.values.end(),
            [](const coordinate &a, const coordinate &b) { return *a.number < *b.number; });
    if (s.scale == scale::linear && is_geometric(s.values))
        s.scale = scale::log;
    return s;
}

size_t index_in(const swept &s, const coordinate &c)
{
    for (size_t i = 0; i < s.values.size(); i++)
        if (s.scale == scale::category ? s.values[i].value == c.value
                                       : s.values[i].number == c.number)
            return i;
    return SIZE_MAX;
}

std::vector<double> places(const swept &s)
{
    std::vector<double> out;

    for (size_t i = 0; i < s.values.size(); i++) {
        const double number = s.scale == scale::category ? (double)i : (double)*s.values[i].number;
        out.push_back(s.scale == scale::log ? std::log2(number) : number);
    }
    return out;
}

std::string words_at(const swept &s, double place)
{
    const double value = s.scale == scale::log ? std::exp2(place) : place;

    if (s.unit.empty() && std::fabs(value) < 1000)
        return short_digits(value, 3);
    return quantity(value, s.unit, 3);
}

std::vector<size_t> labelled(const swept &s, const std::vector<double> &pixels)
{
    std::vector<size_t> out;

    for (size_t step : {1, 2, 3, 0}) {
        double free_from = -1e9;
        size_t skipped = 0;
        out.clear();
        for (size_t i = 0; i < pixels.size(); i += std::max<size_t>(step, 1)) {
            const double half = text_width(s.values[i].value, 11) / 2;
            if (pixels[i] - half < free_from) {
                skipped++;
                continue;
            }
            free_from = pixels[i] + half + 6;
            out.push_back(i);
        }
        if (skipped == 0)
            break;
    }
    return out;
}

double axis::at(double value) const
{
    const double a = is_log ? std::log(low) : low, b = is_log ? std::log(high) : high;
    const double v = is_log ? std::log(std::max(value, low)) : value;
    const double part = b > a ? (v - a) / (b - a) : 0.5;

    return from + std::min(1.0, std::max(0.0, part)) * (to - from);
}

std::vector<double> linear_ticks(double low, double high, unsigned wanted)
{
    std::vector<double> out;

    if (!(high > low) || wanted == 0)
        return {low};
    const double raw = (high - low) / wanted;
    const double decade = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * decade;
    for (double factor : {1.0, 2.0, 5.0})
        if (raw <= factor * decade * (1 + 1e-9)) {
            step = factor * decade;
            break;
        }
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
        out.push_back(k * step);
    return out;
}

std::vector<double> log_ticks(double low, double high, unsigned wanted)
{
    std::vector<double> out;
    const int first = (int)std::floor(std::log10(low)), last = (int)std::ceil(std::log10(high));
    const bool are_few = (unsigned)(last - first) * 3 <= wanted;
    const int step = std::max(1, (int)std::ceil((last - first) / (double)wanted));

    for (int e = first; e <= last; e += step)
        for (double factor : {1.0, 2.0, 5.0}) {
            const double value = factor * std::pow(10, e);
            if ((factor == 1 || are_few) && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                out.push_back(value);
        }
    return out;
}

} // namespace cli::report
