#include "cli/compare/host.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "cli/compare/document.hpp"

namespace cli {

namespace {

enum { DECIMALS = 4 };

struct ratio {
    std::string name;
    std::optional<u64> value; /* In 1/10000; none: the measurement failed. */
    bool is_more_better;
};

std::optional<u64> read_value(const yaml_node *n)
{
    const std::string text = text_of(n);
    u64 value = 0;

    if (!n->quoted && text == "null")
        return {};
    if (!parse_decimal(text, DECIMALS, &value))
        throw wrong_value(n, found(n) + ", expected a ratio with at most 4 decimals");
    return value;
}

std::vector<ratio> read_ratios(const std::string &path)
{
    require_file(path);
    document d(path, YAML_SYNTAX_JSON);
    const yaml_node *root = d.root();
    std::vector<ratio> all;

    if (yaml_find(root, "benchmarks") != nullptr)
        throw failure(ERR_USAGE, path + ": found absolute times: nanoseconds are those of one "
                                        "computer on one day, expected ratios of things measured "
                                        "in the same run; try apfsim_bench --ratios --json FILE");
    if (yaml_find(root, "apfsim-ratios") == nullptr)
        throw failure(ERR_USAGE, path + ": found no ratios, expected a file of apfsim_bench "
                                        "--ratios --json FILE");
    const yaml_node *version = need(root, "apfsim-ratios");
    if (number_of(version) != 1)
        throw wrong_value(version, found(version) + ", expected 1");
    allow_keys(root, {"apfsim-ratios", "ratios"});
    for (const yaml_node *n = need_kind(need(root, "ratios"), YAML_LIST)->child; n != nullptr;
         n = n->next) {
        allow_keys(n, {"name", "value", "goal", "direction"});
        const yaml_node *direction = need(n, "direction");
        const std::string word = text_of(direction);
        if (word != "at_most" && word != "at_least")
            throw wrong_value(direction, found(direction) + ", expected at_most or at_least");
        all.push_back({text_of(need(n, "name")), read_value(need(n, "value")), word == "at_least"});
    }
    return all;
}

const ratio *find_ratio(const std::vector<ratio> &all, const std::string &name)
{
    for (const ratio &r : all)
        if (r.name == name)
            return &r;
    return nullptr;
}

std::string ratio_text(const ratio *r)
{
    char text[48];

    if (r == nullptr)
        return "none";
    if (!r->value)
        return "failed";
    std::snprintf(text, sizeof text, "%" PRIu64 ".%04" PRIu64, *r->value / 10000,
                  *r->value % 10000);
    return text;
}

enum verdict judge_ratio(const host_gate &g, const ratio *base, const ratio *now)
{
    if (base == nullptr || now == nullptr || !base->value || !now->value)
        return verdict::failed;
    const u64 a = *base->value, b = *now->value;
    if (now->is_more_better ? b >= a : b <= a)
        return verdict::passed; /* Faster is never wrong. */
    const u64 change = a > b ? a - b : b - a;
    return (u128)change * PPM <= (u128)a * g.tolerance.amount ? verdict::passed : verdict::failed;
}

} // namespace

void compare_host(const std::string &base, const std::string &now, comparison *c)
{
    const std::vector<ratio> a = read_ratios(base), b = read_ratios(now);
    std::vector<std::string> names;

    for (const auto *all : {&a, &b})
        for (const ratio &r : *all)
            if (std::find(names.begin(), names.end(), r.name) == names.end())
                names.push_back(r.name);
    for (const host_gate &g : c->gates.host)
        if (std::find(names.begin(), names.end(), g.ratio) == names.end())
            throw failure(ERR_USAGE, g.file + ":" + std::to_string(g.line) + ":" +
                                         std::to_string(g.column) + ": no ratio is called \"" +
                                         g.ratio + "\"" + nearest(g.ratio, names));
    for (const std::string &name : names) {
        const ratio *x = find_ratio(a, name), *y = find_ratio(b, name);
        host_result r = {name, ratio_text(x), ratio_text(y), "", "", verdict::passed};
        if (x != nullptr && y != nullptr && x->value && y->value && *x->value != *y->value)
            r.words = percent_text(change_in_ppm(*x->value, *y->value));
        for (const host_gate &g : c->gates.host)
            if (g.ratio == name && r.gate.empty()) {
                r.verdict = judge_ratio(g, x, y);
                r.gate = g.file + ":" + std::to_string(g.line) + ": " + name + " within " +
                         g.tolerance.text;
            }
        c->host.push_back(std::move(r));
    }
}

} // namespace cli
