#include "cli/sweep/axes.hpp"

#include <algorithm>
#include <map>

#include "cli/sweep/words.hpp"

namespace cli {

namespace {

const char range_words[] =
    "a list such as [1, 2, 4], {log2: A..B}, {log2: A..B, count: N}, {linear: A..B, count: N} or "
    "{linear: A..B, step: D}";

const char no_seed[] = "the seed is no axis; write \"seeds: N\" at the top";

/* How an axis meets the others. */
enum use { CROSSED, SAMPLED, ZIPPED };

bool is_range(const yaml_node *n)
{
    for (const char *key : {"log2", "linear", "count", "step"})
        if (yaml_find(n, key) != nullptr)
            return true;
    return false;
}

/* A number with the unit of this key; an end of a range must be a value of the key as well. */
u64 number_in(const yaml_node *n, const struct param *row, const std::string &text, bool is_value)
{
    struct param any = *row;
    err e = {};
    u64 value = 0;

    if (!is_value) {
        any.min = 0;
        any.max = UINT64_MAX;
    }
    if (text == "none")
        fail(n, "found \"none\", expected a number");
    if (!config_quantity(&any, text.c_str(), &value, &e))
        fail(n, e.text);
    return value;
}

/* "A..B" */
range read_span(const yaml_node *n, const struct param *row)
{
    const std::string text = word_of(n, n->key, "two ends such as 1us..16ms");
    const size_t dots = text.find("..");
    range r;

    if (dots == std::string::npos)
        fail_found(n, n->key, "two ends such as 1us..16ms");
    r.is_log = std::string(n->key) == "log2";
    const std::string first = text.substr(0, text.find_last_not_of(' ', dots - 1) + 1);
    const size_t second = text.find_first_not_of(' ', dots + 2);
    r.first = number_in(n, row, dots == 0 ? "" : first, true);
    r.last = number_in(n, row, second == std::string::npos ? "" : text.substr(second), true);
    r.grain = row->type == PARAM_PAGES || row->type == PARAM_PAGES_OR_NONE ? 4096 : 1;
    if (r.first >= r.last)
        fail(n, std::string(n->key) + ": found \"" + text +
                    "\", which does not rise, expected the smaller end first");
    if (r.is_log && r.first == 0)
        fail(n, "log2: found \"" + text + "\", expected a first end above 0");
    return r;
}

std::vector<u64> read_steps(const yaml_node *n, const struct param *row, const range &r)
{
    const u64 step = number_in(n, row, word_of(n, "step", "a distance"), false);

    if (step == 0)
        fail(n, "step: found 0, expected a distance");
    const std::vector<u64> values = range_stepped(r, step, RANGE_VALUES_MAX);
    if (values.size() > RANGE_VALUES_MAX)
        fail(n, "the range has more than " + std::to_string(RANGE_VALUES_MAX) +
                    " values, expected a larger step");
    return values;
}

/* The values of a range, or the range itself for a sampler. */
void read_range(const yaml_node *map, bool is_sampled, track &t)
{
    const yaml_node *log = yaml_find(map, "log2"), *linear = yaml_find(map, "linear");
    const yaml_node *count = yaml_find(map, "count"), *step = yaml_find(map, "step");
    char text[CONFIG_TEXT_MAX];
    std::vector<u64> values;

    check_keys(map, t.what.name, {"log2", "linear", "count", "step"});
    if (!is_quantity(t.row))
        fail_key(map, t.what.name + " is no number, expected a list of words");
    if ((log != nullptr) == (linear != nullptr))
        fail(map, t.what.name + ": found " + (log != nullptr ? "two ranges" : "no range") +
                      ", expected log2 or linear");
    if (step != nullptr && (count != nullptr || log != nullptr))
        fail_key(step, std::string("found a step beside ") + (log ? "log2" : "a count") +
                           ", expected it alone with linear");
    const range r = read_span(log != nullptr ? log : linear, t.row);
    t.what.scale = r.is_log ? scale::log : scale::linear;
    if (count != nullptr)
        values = range_spread(r, (u32)count_of(count, "count", 2, RANGE_VALUES_MAX));
    else if (step != nullptr)
        values = read_steps(step, t.row, r);
    else if (is_sampled)
        t.span = r;
    else if (r.is_log)
        values = range_doubled(r);
    else
        fail(map, t.what.name + ": found neither count nor step, expected one of them");
    for (const u64 value : values) {
        const std::string word = config_quantity_text(t.row, value, text);
        t.values.push_back(key_value(t.row, t.what.name, word, word, place_of(map)));
    }
}

void check_name(const yaml_node *n)
{
    const std::string key = n->key;
    const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    if (key.empty() || key.size() > 32 || key.find_first_not_of(letters) != std::string::npos ||
        !((key[0] | 0x20) >= 'a' && (key[0] | 0x20) <= 'z'))
        fail_key(n, "found \"" + key.substr(0, 64) +
                        "\" as a name, expected a letter and then letters, digits, _ or -");
}

/* Named cases, each a mapping of settings. */
void read_cases(const yaml_node *map, track &t)
{
    for (const yaml_node *n = map->child; n != nullptr; n = n->next) {
        if (n->kind != YAML_MAP)
            fail_found(n, t.what.name + "." + n->key,
                       "the settings of this case, such as {guest.vcpus: 2}");
        if (n->key[0] == '\0')
            fail_key(n, t.what.name + ": found a case without a name");
        if (const yaml_node *seed = yaml_find(n, "seed"))
            fail_key(seed, no_seed);
        t.values.push_back({{n->key, {}}, settings_of(n, t.what.name)});
    }
}

/* A list of numbers is drawn on the scale on which its values have equal distances. */
enum scale scale_of(const std::vector<axis_value> &values)
{
    bool is_log = values.size() > 2;

    for (const axis_value &v : values)
        if (!v.at.number)
            return scale::category;
    for (size_t i = 2; i < values.size(); i++) {
        const u64 a = *values[i - 2].at.number, b = *values[i - 1].at.number;
        is_log = is_log && a != 0 && a < b && (u128)b * b == (u128)a * *values[i].at.number;
    }
    return is_log ? scale::log : scale::linear;
}

void read_list(const yaml_node *list, track &t)
{
    for (const yaml_node *n = list->child; n != nullptr; n = n->next) {
        const std::string word = word_of(n, t.what.name, "a value");
        if (is_quantity(t.row) && word != "none")
            number_in(n, t.row, word, true);
        t.values.push_back(
            key_value(t.row, t.what.name, word, yaml_text(n, t.what.name), place_of(n)));
    }
    t.what.scale = scale_of(t.values);
}

void check_values(const yaml_node *n, const track &t, enum use how)
{
    if (t.values.empty() && !t.span)
        fail(n, t.what.name + ": found an empty " + (n->kind == YAML_MAP ? "mapping" : "list") +
                    ", expected at least one value");
    /* No name stands twice, the reader of YAML has seen to it; a zip may repeat a value. */
    if (t.row == nullptr || how == ZIPPED)
        return;
    std::map<std::string, size_t> words;
    std::map<u64, size_t> numbers;
    for (size_t i = 0; i < t.values.size(); i++) {
        const coordinate &at = t.values[i].at;
        const bool is_new =
            at.number ? numbers.emplace(*at.number, i).second : words.emplace(at.value, i).second;
        if (is_new)
            continue;
        const bool is_spread = n->kind == YAML_MAP;
        fail_at(t.values[i].settings[0].at,
                t.what.name + ": " + at.value + " stands twice" +
                    (is_spread ? " after rounding, expected fewer values or a wider range" : ""));
    }
}

track read_track(const yaml_node *n, enum use how)
{
    track t;

    t.what.name = n->key;
    t.at = key_place(n);
    t.row = config_param(n->key);
    if (t.row == nullptr && n->kind == YAML_MAP && !is_range(n) &&
        t.what.name.find('.') == std::string::npos) {
        check_name(n);
        read_cases(n, t);
        check_values(n, t, how);
        return t;
    }
    t.row = row_of(key_place(n), n->key);
    if (t.what.name == "seed")
        fail_key(n, no_seed);
    t.what.unit = unit_of(t.row);
    if (n->kind == YAML_WORD || (n->kind == YAML_MAP && !is_range(n)))
        fail_found(n, t.what.name, range_words);
    if (n->kind == YAML_MAP)
        read_range(n, how == SAMPLED, t);
    else
        read_list(n, t);
    check_values(n, t, how);
    return t;
}

axis read_zipped(const yaml_node *map)
{
    axis a;

    if (map->kind != YAML_MAP || map->child == nullptr)
        fail_found(map, "zip", "a mapping of axes that go together");
    for (const yaml_node *n = map->child; n != nullptr; n = n->next) {
        a.tracks.push_back(read_track(n, ZIPPED));
        const track &first = a.tracks[0], &last = a.tracks.back();
        if (first.values.size() != last.values.size())
            fail_key(n, "zip: " + last.what.name + " has " + std::to_string(last.values.size()) +
                            " values and " + first.what.name + " has " +
                            std::to_string(first.values.size()) + ", expected equally many");
    }
    return a;
}

} // namespace

axis_value key_value(const struct param *row, const std::string &key, const std::string &word,
                     const std::string &yaml, const place &at)
{
    return {{word, number_of(row, word)}, {{key, yaml, at}}};
}

bool is_same_value(const coordinate &a, const coordinate &b)
{
    return a.number && b.number ? *a.number == *b.number : a.value == b.value;
}

std::vector<axis> read_matrix(const yaml_node *map, bool is_sampled)
{
    std::vector<axis> axes;

    if (map->kind != YAML_MAP || map->child == nullptr)
        fail_found(map, "matrix", "a mapping of keys to their values");
    for (const yaml_node *n = map->child; n != nullptr; n = n->next)
        axes.push_back({{read_track(n, is_sampled ? SAMPLED : CROSSED)}});
    return axes;
}

std::vector<axis> read_zip(const yaml_node *node)
{
    std::vector<axis> axes;

    if (node->kind != YAML_LIST)
        return {read_zipped(node)};
    for (const yaml_node *n = node->child; n != nullptr; n = n->next)
        axes.push_back(read_zipped(n));
    return axes;
}

std::vector<entry> read_entries(const yaml_node *list, const std::string &what)
{
    std::vector<entry> entries;

    if (list->kind != YAML_LIST)
        fail_found(list, what, "a list of mappings, each from parameters to values");
    for (const yaml_node *map = list->child; map != nullptr; map = map->next) {
        if (map->kind != YAML_MAP || map->child == nullptr)
            fail_found(map, what, "a mapping of parameters to values");
        entry one;
        one.at = place_of(map);
        for (const yaml_node *n = map->child; n != nullptr; n = n->next)
            one.words.push_back({n->key, word_of(n, n->key, "one value"), yaml_text(n, n->key),
                                 key_place(n), place_of(n)});
        if (const yaml_node *seed = yaml_find(map, "seed"))
            fail_key(seed, no_seed);
        entries.push_back(one);
    }
    return entries;
}

std::vector<setting> keys_of(const track &t)
{
    std::vector<setting> keys;

    if (t.row != nullptr)
        return {{t.what.name, "", t.at}};
    for (const axis_value &v : t.values)
        for (const setting &s : v.settings)
            if (std::none_of(keys.begin(), keys.end(),
                             [&](const setting &k) { return k.key == s.key; }))
                keys.push_back({s.key, "", s.at});
    return keys;
}

void check_axes(const std::vector<axis> &axes)
{
    std::map<std::string, place> names, keys;

    for (const axis &a : axes)
        for (const track &t : a.tracks) {
            const auto [other, is_new] = names.emplace(t.what.name, t.at);
            if (!is_new)
                fail_at(t.at, t.what.name + " is swept twice, first in line " +
                                  std::to_string(other->second.line));
            if (names.size() > SWEEP_PARAMETERS_MAX)
                fail_at(t.at, "more than " + std::to_string(SWEEP_PARAMETERS_MAX) +
                                  " parameters are swept");
            for (const setting &s : keys_of(t)) {
                const auto [first, is_first] = keys.emplace(s.key, s.at);
                if (!is_first)
                    fail_at(s.at, s.key + " is set by two axes, first in line " +
                                      std::to_string(first->second.line) + " column " +
                                      std::to_string(first->second.column));
            }
        }
}

} // namespace cli
