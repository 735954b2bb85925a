/* Numbers and names as words for people: "23.4 us", "+12.3 %", 'a b' quoted for a shell. */
#ifndef CLI_REPORT_TEXT_HPP
#define CLI_REPORT_TEXT_HPP

#include <string>

namespace cli::report {

/* With so many significant digits, never with an exponent: 23.4, 0.00123, 1234. */
std::string digits(double value, int significant);
/* The same without zeros at the end of a fraction: for axes. */
std::string short_digits(double value, int significant);

/* Units are those of the plan: "ps", "B", "Hz", "%", "1/1000", "" for counts. */
std::string quantity(double value, const std::string &unit, int significant = 4);
/* On an axis: "50 us", no zeros that say nothing. */
std::string tick_quantity(double value, const std::string &unit);

/* Signed: "-12.3 %", "+0.40 %", "0 %". */
std::string percent(double value);

/* "time_ps" -> "ps", "picks.permille" -> "1/1000", "overhead.exits" -> "". */
std::string unit_of_metric(const std::string &metric);

/* One word of a shell, in quotes where it needs them. */
std::string shell_word(const std::string &word);

/* "1 run", "2 runs" */
std::string counted(size_t count, const std::string &noun);

/* "a, b and c" */
template <class list> std::string enumeration(const list &words)
{
    std::string out;
    size_t left = words.size();

    for (const std::string &word : words) {
        out += word;
        left--;
        if (left != 0)
            out += left == 1 ? " and " : ", ";
    }
    return out;
}

} // namespace cli::report
#endif
