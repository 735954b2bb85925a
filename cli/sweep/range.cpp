#include "cli/sweep/range.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>

namespace mp = boost::multiprecision;

namespace cli {

namespace {

using whole = mp::cpp_int;
using real = mp::cpp_bin_float_50; /* Made of integers: the same on every computer. */

/* To the nearest multiple of the grain, and not over an end. */
u64 on_grain(const range &r, const whole &value)
{
    const whole up = (2 * value + r.grain) / (2 * whole(r.grain)) * r.grain;
    const u64 low = (r.first + r.grain - 1) / r.grain * r.grain, high = r.last / r.grain * r.grain;

    return up < low ? low : up > high ? high : static_cast<u64>(up);
}

/* first (last / first)^part, to the nearest whole number. */
whole ratio_estimate(const range &r, const real &part)
{
    const real ratio = real(r.last) / real(r.first);

    return static_cast<whole>(mp::floor(real(r.first) * mp::pow(ratio, part) + real(0.5)));
}

/* The same for the part i / n, exact: x is the nearest to the n-th root of a^(n-i) b^i. */
whole ratio_exact(const range &r, u32 i, u32 n)
{
    const whole power = mp::pow(whole(r.first), n - i) * mp::pow(whole(r.last), i) << n;
    whole x = ratio_estimate(r, real(i) / real(n));

    while (mp::pow(2 * x - 1, n) > power)
        x--;
    while (mp::pow(2 * x + 1, n) <= power)
        x++;
    return x;
}

} // namespace

std::vector<u64> range_doubled(const range &r)
{
    std::vector<u64> values{r.first};

    while (values.back() <= r.last / 2)
        values.push_back(values.back() * 2);
    return values;
}

std::vector<u64> range_stepped(const range &r, u64 step, size_t count_max)
{
    std::vector<u64> values{r.first};

    while (r.last - values.back() >= step && values.size() <= count_max)
        values.push_back(values.back() + step);
    return values;
}

std::vector<u64> range_spread(const range &r, u32 count)
{
    const u32 n = count - 1;
    std::vector<u64> values;

    for (u32 i = 0; i <= n; i++) {
        if (i == 0 || i == n)
            values.push_back(i == 0 ? r.first : r.last);
        else if (r.is_log)
            values.push_back(on_grain(r, ratio_exact(r, i, n)));
        else
            values.push_back(
                on_grain(r, r.first + (2 * whole(r.last - r.first) * i + n) / (2 * n)));
    }
    return values;
}

u64 range_at(const range &r, u64 share)
{
    if (r.is_log)
        return on_grain(r, ratio_estimate(r, mp::ldexp(real(share), -64)));
    const whole steps = (r.last - r.first) / r.grain + whole(1);
    return r.first + static_cast<u64>(steps * share >> 64) * r.grain;
}

} // namespace cli
