#include "cli/report/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cli::report {

namespace {

struct prefix {
    double factor;
    const char *word;
};

const prefix times[] = {{1e12, "s"}, {1e9, "ms"}, {1e6, "us"}, {1e3, "ns"}, {1, "ps"}};
const prefix sizes[] = {
    {1099511627776.0, "TiB"}, {1073741824.0, "GiB"}, {1048576.0, "MiB"}, {1024.0, "KiB"}, {1, "B"}};
const prefix rates[] = {{1e9, "GHz"}, {1e6, "MHz"}, {1e3, "kHz"}, {1, "Hz"}};
const prefix counts[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};

/* The greatest unit that leaves a number of 1 or more once it is rounded. */
template <size_t n>
std::string scaled(double value, const prefix (&table)[n], int significant, bool is_short)
{
    const double size = std::fabs(value) * (1 + 0.5 * std::pow(10, -significant));
    const prefix *p = table;

    while (p != table + n - 1 && size < p->factor)
        p++;
    const double part = value / p->factor;
    std::string text =
        is_short || p->factor == 1 ? short_digits(part, significant) : digits(part, significant);
    return *p->word == '\0' ? text : text + " " + p->word;
}

std::string with_unit(double value, const std::string &unit, int significant, bool is_short)
{
    if (unit == "ps")
        return scaled(value, times, significant, is_short);
    if (unit == "B")
        return scaled(value, sizes, significant, is_short);
    if (unit == "Hz")
        return scaled(value, rates, significant, is_short);
    if (unit == "%")
        return short_digits(value, significant) + " %";
    if (unit == "1/1000")
        return short_digits(value / 1000, significant);
    if (std::fabs(value) < 10000)
        return short_digits(value, std::max(significant, 4));
    return scaled(value, counts, significant, is_short) + (unit.empty() ? "" : " " + unit);
}

} // namespace

std::string digits(double value, int significant)
{
    char text[400];

    if (!std::isfinite(value))
        return "-";
    if (value == 0)
        return "0";
    /* Rounding first: 9.996 of three digits is 10.0, not 10.00. */
    std::snprintf(text, sizeof text, "%.*e", significant - 1, value);
    const int exponent = std::atoi(std::strchr(text, 'e') + 1);
    std::snprintf(text, sizeof text, "%.*f", std::max(0, significant - 1 - exponent), value);
    return text;
}

std::string short_digits(double value, int significant)
{
    std::string text = digits(value, significant);

    if (text.find('.') == std::string::npos)
        return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.')
        text.pop_back();
    return text;
}

std::string quantity(double value, const std::string &unit, int significant)
{
    return with_unit(value, unit, significant, false);
}

std::string tick_quantity(double value, const std::string &unit)
{
    return value == 0 ? "0" : with_unit(value, unit, 4, true);
}

std::string percent(double value)
{
    const double size = std::fabs(value);
    char text[64];

    if (!std::isfinite(value))
        return "-";
    if (size < 0.005)
        return "0 %";
    std::snprintf(text, sizeof text, "%+.*f %%", size < 1 ? 2 : size < 100 ? 1 : 0, value);
    return text;
}

std::string unit_of_metric(const std::string &metric)
{
    auto ends_with = [&](const char *tail) {
        const size_t n = std::strlen(tail);
        return metric.size() >= n && metric.compare(metric.size() - n, n, tail) == 0;
    };

    if (ends_with("_ps"))
        return "ps";
    if (ends_with("permille"))
        return "1/1000";
    return "";
}

std::string shell_word(const std::string &word)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    std::string out = "'";

    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    for (char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string counted(size_t count, const std::string &noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

} // namespace cli::report
