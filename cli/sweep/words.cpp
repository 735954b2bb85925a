#include "cli/sweep/words.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <numeric>

namespace cli {

void fail(const yaml_node *n, const std::string &sentence)
{
    err e = {};

    yaml_fail(&e, n, "%s", sentence.c_str());
    throw failure(e);
}

void fail_key(const yaml_node *n, const std::string &sentence)
{
    err e = {};

    yaml_fail_key(&e, n, "%s", sentence.c_str());
    throw failure(e);
}

void fail_at(const place &at, const std::string &sentence)
{
    err e = {};

    err_set_at(&e, ERR_USAGE, at.file.c_str(), at.line, at.column, "%s", sentence.c_str());
    throw failure(e);
}

void fail_found(const yaml_node *n, const std::string &what, const std::string &expected)
{
    char found[YAML_FOUND_MAX];

    fail(n, what + ": found " + yaml_found(n, found) + ", expected " + expected);
}

place place_of(const yaml_node *n)
{
    return {n->file, n->line, n->column};
}

place key_place(const yaml_node *n)
{
    return n->key_line != 0 ? place{n->file, n->key_line, n->key_column} : place_of(n);
}

std::string list_of(const std::vector<std::string> &words)
{
    const size_t size_max = 200;
    std::string text;

    for (const std::string &word : words) {
        if (text.size() + word.size() > size_max)
            return text + ", ...";
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/* Letters inserted, dropped or changed. */
static size_t edit_distance(const std::string &a, const std::string &b)
{
    std::vector<size_t> row(b.size() + 1);

    std::iota(row.begin(), row.end(), size_t(0));
    for (size_t i = 0; i < a.size(); i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size(); j++) {
            const size_t change = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row[b.size()];
}

std::string nearest(const std::string &word, const std::vector<std::string> &candidates)
{
    const size_t size_max = 64;
    size_t best = word.size() / 3 + 2; /* Farther is not a slip of the finger. */
    std::string found;

    for (const std::string &candidate : candidates) {
        if (word.size() > size_max || candidate.size() > size_max)
            continue;
        const size_t distance = edit_distance(word, candidate);
        if (distance >= best || distance >= candidate.size())
            continue;
        best = distance;
        found = candidate;
    }
    return found.empty() ? "" : "; did you mean \"" + found + "\"?";
}

void check_keys(const yaml_node *map, const std::string &what,
                const std::vector<std::string> &known)
{
    if (map->kind != YAML_MAP)
        fail_found(map, what, "a mapping of " + list_of(known));
    for (const yaml_node *n = map->child; n != nullptr; n = n->next) {
        if (std::find(known.begin(), known.end(), n->key) != known.end())
            continue;
        const std::string hint = nearest(n->key, known);
        fail_key(n, "unknown key \"" + std::string(n->key, strnlen(n->key, 64)) + "\" in " + what +
                        (hint.empty() ? ", expected one of " + list_of(known) : hint));
    }
}

const std::string word_of(const yaml_node *n, const std::string &what, const std::string &expected)
{
    if (n->kind != YAML_WORD || n->text[0] == '\0')
        fail_found(n, what, expected);
    return n->text;
}

size_t choice_of(const yaml_node *n, const std::string &what, const std::vector<std::string> &words)
{
    const std::string word = word_of(n, what, list_of(words));
    const auto found = std::find(words.begin(), words.end(), word);

    if (found == words.end())
        fail_found(n, what, list_of(words) + nearest(word, words));
    return (size_t)(found - words.begin());
}

/* A row of no key, for numbers of the sweep file itself. */
static struct param own_row(param_type type, u64 min, u64 max, const char *example)
{
    struct param row = {};

    row.path = "";
    row.type = type;
    row.min = min;
    row.max = max;
    row.fallback = example;
    return row;
}

u64 count_of(const yaml_node *n, const std::string &what, u64 min, u64 max)
{
    const struct param row = own_row(PARAM_COUNT, 0, UINT64_MAX, "10");
    u64 value = 0;
    const bool good = n->kind == YAML_WORD && config_quantity(&row, n->text, &value, nullptr);

    if (!good || value < min || value > max)
        fail_found(n, what,
                   "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return value;
}

u32 permille_of(const yaml_node *n, const std::string &what, u32 min, u32 max)
{
    const struct param row = own_row(PARAM_MILLI, 0, UINT64_MAX, "0.4");
    std::string text = n->kind == YAML_WORD ? n->text : "";
    const bool has_unit = !text.empty() && text.back() == '%';
    u64 value = 0; /* 1/1000 of a percent */

    if (has_unit)
        text.pop_back();
    const bool good = has_unit && config_quantity(&row, text.c_str(), &value, nullptr) &&
                      value % 100 == 0 && value / 100 >= min && value / 100 <= max;
    if (!good) {
        auto words = [](u32 permille) {
            return std::to_string(permille / 10) +
                   (permille % 10 != 0 ? "." + std::to_string(permille % 10) : "") + "%";
        };
        fail_found(n, what,
                   "a percentage from " + words(min) + " to " + words(max) +
                       " with at most one decimal");
    }
    return (u32)(value / 100);
}

const struct param *row_of(const place &at, const std::string &key)
{
    char hint[PARAM_WORDS_MAX];
    const struct param *row = config_param(key.c_str());

    if (row == nullptr)
        fail_at(at, "unknown key \"" + key.substr(0, 64) + "\" of the configuration" +
                        config_nearest_key(key.c_str(), hint));
    if (row->type == PARAM_VERSION || row->type == PARAM_TASKS || row->type == PARAM_COSTS)
        fail_at(at, "\"" + key + "\" is no single value; name a key below it");
    return row;
}

bool is_quantity(const struct param *row)
{
    return row->type <= PARAM_MILLI;
}

std::string unit_of(const struct param *row)
{
    switch (row->type) {
    case PARAM_TIME:
    case PARAM_TIME_OR_NONE:
        return "ps";
    case PARAM_SIZE:
    case PARAM_PAGES:
    case PARAM_PAGES_OR_NONE:
        return "B";
    case PARAM_FREQ:
        return "Hz";
    case PARAM_PERCENT:
        return "%";
    case PARAM_MILLI:
        return "1/1000";
    default:
        return "";
    }
}

std::optional<u64> number_of(const struct param *row, const std::string &text)
{
    u64 value = 0;

    if (row == nullptr || !is_quantity(row) || text == "none" ||
        !config_quantity(row, text.c_str(), &value, nullptr))
        return {};
    return value;
}

std::string yaml_text(const yaml_node *n, const std::string &what)
{
    const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+/%-";
    std::string text;

    if (n->kind == YAML_MAP)
        fail_found(n, what, "a value");
    if (n->kind == YAML_LIST) {
        for (const yaml_node *item = n->child; item != nullptr; item = item->next)
            text += (text.empty() ? "" : ", ") + yaml_text(item, what);
        return "[" + text + "]";
    }
    const std::string word = word_of(n, what, "a value");
    if (word.find_first_not_of(plain) == std::string::npos && std::isalnum((unsigned char)word[0]))
        return word;
    for (const char c : word)
        text += c == '\'' ? "''" : std::string(1, c);
    return "'" + text + "'"; /* Nothing but the quote itself has a meaning in single quotes. */
}

std::string plain_text(const std::string &text)
{
    const char quote = text.empty() ? '\0' : text[0];
    std::string plain;

    if (text.size() < 2 || (quote != '\'' && quote != '"') || text.back() != quote)
        return text;
    for (size_t i = 1; i + 1 < text.size(); i++) {
        i += (quote == '\'' && text[i] == '\'') || (quote == '"' && text[i] == '\\');
        if (i + 1 < text.size())
            plain += text[i];
    }
    return plain;
}

std::vector<setting> settings_of(const yaml_node *map, const std::string &what)
{
    std::vector<setting> settings;

    if (map->kind != YAML_MAP)
        fail_found(map, what, "a mapping of keys to values, such as {guest.vcpus: 2}");
    for (const yaml_node *n = map->child; n != nullptr; n = n->next) {
        row_of(key_place(n), n->key);
        settings.push_back({n->key, yaml_text(n, n->key), place_of(n)});
    }
    return settings;
}

} // namespace cli
