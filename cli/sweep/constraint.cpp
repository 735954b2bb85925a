#include "cli/sweep/constraint.hpp"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cctype>

#include "cli/sweep/words.hpp"

namespace cli {

namespace {

using whole = boost::multiprecision::cpp_int;
using factor = constraint::factor;

/* number / 10^decimals, in seconds^time and bytes^size. */
struct measure {
    whole number = 1;
    int decimals = 0, time = 0, size = 0;
};

[[noreturn]] void fail_in(const constraint &c, size_t column, const std::string &sentence)
{
    place at = c.at;

    at.column += (u32)column;
    fail_at(at, "constraint: " + sentence);
}

/* --- Reading --- */

struct scanner {
    const constraint &c;
    const std::vector<std::string> &cases;
    size_t at = 0;

    void skip_blanks()
    {
        while (at < c.text.size() && c.text[at] == ' ')
            at++;
    }
    static bool is_word(char ch)
    {
        return std::isalnum((unsigned char)ch) || ch == '_' || ch == '.' || ch == '-' || ch == '%';
    }
    std::string take(bool (*is_part)(char))
    {
        const size_t from = at;

        while (at < c.text.size() && is_part(c.text[at]))
            at++;
        return c.text.substr(from, at - from);
    }
    factor take_factor();
    std::vector<factor> take_product();
    enum constraint::comparison take_comparison();
};

factor scanner::take_factor()
{
    factor f;

    skip_blanks();
    f.column = (u32)at;
    f.text = take(is_word);
    if (f.text.empty())
        fail_in(c, f.column,
                at == c.text.size()
                    ? "found its end, expected a key or a number"
                    : "found \"" + c.text.substr(at, 1) + "\", expected a key or a number");
    f.row = config_param(f.text.c_str());
    if (std::isdigit((unsigned char)f.text[0]))
        f.kind = factor::NUMBER;
    else if (f.row != nullptr)
        f.kind = factor::KEY;
    else if (std::find(cases.begin(), cases.end(), f.text) != cases.end())
        f.kind = factor::CASES;
    return f;
}

std::vector<factor> scanner::take_product()
{
    std::vector<factor> product{take_factor()};

    for (skip_blanks(); at < c.text.size() && c.text[at] == '*'; skip_blanks()) {
        at++;
        product.push_back(take_factor());
    }
    return product;
}

enum constraint::comparison scanner::take_comparison()
{
    static const std::vector<std::string> words = {"==", "!=", "<", "<=", ">", ">="};
    const size_t from = at;
    const std::string found =
        take([](char ch) { return ch == '=' || ch == '!' || ch == '<' || ch == '>'; });
    const auto word = std::find(words.begin(), words.end(), found);

    if (word == words.end())
        fail_in(c, from,
                (found.empty() ? at == c.text.size() ? "found its end"
                                                     : "found \"" + c.text.substr(at, 1) + "\""
                               : "found \"" + found + "\"") +
                    ", expected *, ==, !=, <, <=, > or >=");
    return (enum constraint::comparison)(word - words.begin());
}

/* --- Numbers --- */

/* Powers of ten of the base unit, and what it is a unit of. */
measure unit_measure(const struct param *row)
{
    const std::string unit = unit_of(row);

    if (unit == "ps")
        return {1, 12, 1, 0};
    if (unit == "B")
        return {1, 0, 0, 1};
    if (unit == "Hz")
        return {1, 0, -1, 0};
    return {1, unit == "%" ? 2 : unit == "1/1000" ? 3 : 0, 0, 0};
}

/* A number as it stands there tells its unit. */
std::optional<measure> literal_measure(const std::string &text)
{
    static const param_type types[] = {PARAM_COUNT, PARAM_MILLI,   PARAM_TIME,
                                       PARAM_SIZE,  PARAM_PERCENT, PARAM_FREQ};

    for (const param_type type : types) {
        struct param row = {};
        row.path = "";
        row.type = type;
        row.max = UINT64_MAX;
        row.fallback = "";
        if (const std::optional<u64> number = number_of(&row, text)) {
            measure m = unit_measure(&row);
            m.number = *number;
            return m;
        }
    }
    return {};
}

std::optional<measure> measure_of(const factor &f, const std::string &text)
{
    if (f.kind == factor::NUMBER)
        return literal_measure(text);
    const std::optional<u64> number = number_of(f.row, text);
    if (!number)
        return {};
    measure m = unit_measure(f.row);
    m.number = *number;
    return m;
}

void multiply(measure &m, const measure &by)
{
    m.number *= by.number;
    m.decimals += by.decimals;
    m.time += by.time;
    m.size += by.size;
}

int compare(const measure &a, const measure &b)
{
    using boost::multiprecision::pow;
    const whole x = a.number * pow(whole(10), (unsigned)b.decimals);
    const whole y = b.number * pow(whole(10), (unsigned)a.decimals);

    return x < y ? -1 : x > y;
}

bool is_true(enum constraint::comparison how, int order)
{
    switch (how) {
    case constraint::EQUAL:
        return order == 0;
    case constraint::UNEQUAL:
        return order != 0;
    case constraint::LESS:
        return order < 0;
    case constraint::LESS_OR_EQUAL:
        return order <= 0;
    case constraint::GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

bool is_number(const factor &f)
{
    return f.kind == factor::NUMBER || (f.kind == factor::KEY && is_quantity(f.row));
}

bool is_numeric(const constraint &c)
{
    return std::all_of(c.left.begin(), c.left.end(), is_number) &&
           std::all_of(c.right.begin(), c.right.end(), is_number);
}

/* --- Checks --- */

/* The unit of a product, from its factors. */
measure product_unit(const constraint &c, const std::vector<factor> &product)
{
    measure m;

    for (const factor &f : product) {
        const std::optional<measure> part =
            f.kind == factor::NUMBER ? literal_measure(f.text) : unit_measure(f.row);
        if (!part)
            fail_in(c, f.column,
                    "found \"" + f.text + "\", expected a number such as 2, 0.5, 36.2us or 4KiB");
        multiply(m, *part);
    }
    return m;
}

/* Words are compared with one key whose values are words. */
void check_words(const constraint &c)
{
    for (const std::vector<factor> *side : {&c.left, &c.right})
        for (const factor &f : *side) {
            char hint[PARAM_WORDS_MAX];
            if (f.kind == factor::WORD && f.text.find('.') != std::string::npos)
                fail_in(c, f.column,
                        "unknown key \"" + f.text + "\"" +
                            config_nearest_key(f.text.c_str(), hint));
            if (side->size() > 1 && !is_number(f))
                fail_in(c, f.column, "found \"" + f.text + "\" in a product, expected a number");
        }
    const factor &left = c.left[0], &right = c.right[0];
    auto is_key = [](const factor &f) { return f.kind == factor::KEY || f.kind == factor::CASES; };
    if (!is_key(left) && !is_key(right)) {
        const factor &word = left.kind == factor::WORD ? left : right;
        fail_in(c, word.column,
                "found \"" + word.text + "\", expected a key, a swept parameter or a number");
    }
    for (const auto &[key, other] : {std::pair{left, right}, std::pair{right, left}})
        if (key.kind == factor::KEY && is_number(key) && other.text != "none")
            fail_in(c, other.column,
                    "found \"" + other.text + "\", expected a number to compare with " + key.text);
    if (c.comparison > constraint::UNEQUAL)
        fail_in(c, 0, "words have no order, expected == or !=");
}

void check(const constraint &c)
{
    if (!is_numeric(c)) {
        check_words(c);
        return;
    }
    const measure left = product_unit(c, c.left), right = product_unit(c, c.right);
    if (left.time != right.time || left.size != right.size)
        fail_in(c, c.right[0].column,
                "the two sides have different units, expected the same such as 2us and 300ns");
}

/* The text of a factor at the point: its own, or the key's value. */
std::optional<std::string> text_of(const factor &f, const find_value &value)
{
    if (f.kind == factor::NUMBER || f.kind == factor::WORD)
        return f.text;
    return value(f.text);
}

std::optional<measure> product_of(const std::vector<factor> &product, const find_value &value)
{
    measure m;

    for (const factor &f : product) {
        const std::optional<std::string> text = text_of(f, value);
        const std::optional<measure> part = text ? measure_of(f, *text) : std::nullopt;
        if (!part)
            return {};
        multiply(m, *part);
    }
    return m;
}

} // namespace

constraint read_constraint(const std::string &text, const place &at,
                           const std::vector<std::string> &cases)
{
    constraint c;

    c.text = text;
    c.at = at;
    scanner s{c, cases};
    c.left = s.take_product();
    c.comparison = s.take_comparison();
    c.right = s.take_product();
    if (s.at != text.size())
        fail_in(c, s.at, "found \"" + text.substr(s.at, 20) + "\" behind it, expected its end");
    check(c);
    return c;
}

std::optional<bool> holds(const constraint &c, const find_value &value)
{
    if (is_numeric(c)) {
        const std::optional<measure> left = product_of(c.left, value);
        const std::optional<measure> right = product_of(c.right, value);
        if (!left || !right)
            return {};
        return is_true(c.comparison, compare(*left, *right));
    }
    const std::optional<std::string> left = text_of(c.left[0], value);
    const std::optional<std::string> right = text_of(c.right[0], value);
    if (!left || !right)
        return {};
    return is_true(c.comparison, left->compare(*right));
}

std::string missing_key(const constraint &c, const find_value &value)
{
    for (const std::vector<factor> *side : {&c.left, &c.right})
        for (const factor &f : *side) {
            const std::optional<std::string> text = text_of(f, value);
            if (!text || (is_number(f) && !measure_of(f, *text)))
                return f.text;
        }
    return "";
}

} // namespace cli
