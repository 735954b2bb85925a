#include "cli/sweep/file.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/sweep/axes.hpp"
#include "cli/sweep/words.hpp"

namespace fs = std::filesystem;

namespace cli {

namespace {

enum { TITLE_MAX = 200 };

/* The tree and its memory. */
struct document {
    struct pool pool = {};
    const yaml_node *root = nullptr;

    document() = default;
    document(const document &) = delete;
    document &operator=(const document &) = delete;
    ~document()
    {
        pool_free(&pool);
    }
};

std::string read_text(document &d, const std::string &path)
{
    err e = {};
    size_t size = 0;
    char *text = yaml_slurp(&d.pool, path.c_str(), YAML_CONFIG_BYTES_MAX, &size, &e);

    if (text != nullptr)
        d.root = yaml_parse(&d.pool, path.c_str(), text, size, YAML_SYNTAX_YAML, &e);
    if (d.root == nullptr)
        throw failure(e);
    return std::string(text, size);
}

void check_version(const yaml_node *root)
{
    const yaml_node *version = yaml_find(root, "apfsim-sweep");

    if (version == nullptr)
        fail(root, yaml_find(root, "apfsim") != nullptr
                       ? "found a configuration, expected a sweep; name it as \"base\" of one"
                       : "not a sweep, \"apfsim-sweep: 1\" is missing at the top");
    if (version->kind != YAML_WORD || std::string(version->text) != "1")
        fail_found(version, "apfsim-sweep", "1, the only version there is");
}

/* Beside the sweep file; shorter if that is the same file for sure. */
std::string base_path(const std::string &sweep, const std::string &base)
{
    const fs::path joined = fs::path(sweep).parent_path() / base;
    const fs::path shorter = joined.lexically_normal();
    std::error_code error;

    return (fs::equivalent(joined, shorter, error) ? shorter : joined).string();
}

void read_title(const yaml_node *n, plan &p)
{
    p.title = word_of(n, "title", "one line of text");
    if (p.title.find('\n') != std::string::npos || p.title.size() > TITLE_MAX)
        fail(n, "title: found more than one line or " + std::to_string(TITLE_MAX) +
                    " characters, expected less");
}

void read_seeds(const yaml_node *n, sweep_file &f)
{
    seed_range &seeds = f.p.seeds;
    const yaml_node *count = n;

    f.has_seeds = true;
    if (n->kind == YAML_MAP) {
        check_keys(n, "seeds", {"count", "first"});
        count = yaml_find(n, "count");
        if (count == nullptr)
            fail(n, "seeds: found no count, expected one such as {count: 10, first: 1}");
        if (const yaml_node *first = yaml_find(n, "first"))
            seeds.first = count_of(first, "seeds.first", 0, INT64_MAX - SWEEP_SEEDS_MAX);
    }
    seeds.count = (u32)count_of(count, "seeds", 1, SWEEP_SEEDS_MAX);
}

const yaml_node *need(const yaml_node *map, const std::string &what, const char *key)
{
    const yaml_node *n = yaml_find(map, key);

    if (n == nullptr)
        fail(map, what + ": found no " + key + ", which it needs");
    return n;
}

void read_stop(const yaml_node *n, sweep_file &f)
{
    const std::string what = "stop_when";
    stopping stop;

    check_keys(n, what, {"metric", "against", "within", "confidence", "min_seeds"});
    stop.metric = word_of(need(n, what, "metric"), "metric", "a metric such as time_ps");
    f.stop_metric = place_of(yaml_find(n, "metric"));
    stop.within_permille = permille_of(need(n, what, "within"), "within", 1, 1000);
    if (const yaml_node *c = yaml_find(n, "confidence"))
        stop.confidence_permille = permille_of(c, "confidence", 500, 999);
    if (f.p.seeds.count < 2)
        fail_key(n, "stop_when: found one seed for each point, expected seeds: 2 or more");
    stop.min_seeds = std::min(stop.min_seeds, f.p.seeds.count);
    if (const yaml_node *c = yaml_find(n, "min_seeds"))
        stop.min_seeds = (u32)count_of(c, "min_seeds", 2, f.p.seeds.count);
    if (const yaml_node *c = yaml_find(n, "against")) {
        stop.against = word_of(c, "against", "a value of the compared parameter");
        f.against = late_word{stop.against, place_of(c)};
    }
    f.p.stop = stop;
}

/* A time of the host in whole milliseconds. */
u64 milliseconds_of(const yaml_node *n)
{
    const u64 ps_per_ms = PS_PER_S / 1000;
    struct param row = {};
    u64 value = 0;
    const std::string word = word_of(n, "time", "a time such as 60s");

    row.path = "";
    row.type = PARAM_TIME;
    row.max = UINT64_MAX;
    row.fallback = "60s";
    if (!config_quantity(&row, word.c_str(), &value, nullptr) || value == 0 ||
        value % ps_per_ms != 0)
        fail_found(n, "time", "a time of whole milliseconds such as 60s");
    return value / ps_per_ms;
}

void read_limits(const yaml_node *n, plan &p)
{
    check_keys(n, "limits", {"time", "retries"});
    if (const yaml_node *time = yaml_find(n, "time"))
        p.limits.time_ms = milliseconds_of(time);
    if (const yaml_node *retries = yaml_find(n, "retries"))
        p.limits.retries = (u32)count_of(retries, "retries", 0, 100);
}

void read_report(const yaml_node *n, sweep_file &f)
{
    report_hints &hints = f.p.report;
    auto take = [&](const char *key, std::string &to, std::optional<late_word> *late) {
        const yaml_node *word = yaml_find(n, key);
        if (word == nullptr)
            return;
        to = word_of(word, key, "a word");
        if (late != nullptr)
            *late = late_word{to, place_of(word)};
    };

    check_keys(n, "report", {"metric", "better", "baseline", "x", "y"});
    take("metric", hints.metric, nullptr);
    if (const yaml_node *metric = yaml_find(n, "metric"))
        f.report_metric = place_of(metric);
    take("baseline", hints.baseline, &f.baseline);
    take("x", hints.x, &f.x);
    take("y", hints.y, &f.y);
    if (const yaml_node *better = yaml_find(n, "better")) {
        choice_of(better, "better", {"less", "more"});
        hints.better = better->text;
    }
}

void read_sample(const yaml_node *n, struct sampling &s)
{
    check_keys(n, "sample", {"method", "points", "seed"});
    s.method = (enum sampling::method)choice_of(need(n, "sample", "method"), "method",
                                                {"grid", "latin-hypercube", "sobol"});
    if (s.method == sampling::GRID) {
        if (const yaml_node *other = n->child->next)
            fail_key(n->child == yaml_find(n, "method") ? other : n->child,
                     "a grid is whole: it has neither points nor a seed");
        return;
    }
    s.points = (u32)count_of(need(n, "sample", "points"), "points", 1, SWEEP_POINTS_MAX);
    if (const yaml_node *seed = yaml_find(n, "seed"))
        s.seed = count_of(seed, "seed", 0, UINT64_MAX);
}

std::vector<constraint> read_constraints(const yaml_node *list, const std::vector<axis> &axes)
{
    std::vector<constraint> constraints;
    std::vector<std::string> cases;

    if (list->kind != YAML_LIST)
        fail_found(list, "constraints", "a list such as [guest.vcpus <= 2 * machine.host_cpus]");
    for (const axis &a : axes)
        for (const track &t : a.tracks)
            if (t.row == nullptr)
                cases.push_back(t.what.name);
    for (const yaml_node *n = list->child; n != nullptr; n = n->next) {
        place at = place_of(n);
        at.column += n->quoted; /* Behind the quote. */
        constraints.push_back(read_constraint(
            word_of(n, "constraints", "a comparison such as guest.vcpus <= 4"), at, cases));
    }
    return constraints;
}

void read_space(const yaml_node *root, sweep_file &f)
{
    if (const yaml_node *n = yaml_find(root, "set"))
        f.set = settings_of(n, "set");
    if (const yaml_node *n = yaml_find(root, "sample"))
        read_sample(n, f.sample);
    if (const yaml_node *n = yaml_find(root, "matrix"))
        f.axes = read_matrix(n, f.sample.method != sampling::GRID);
    if (const yaml_node *n = yaml_find(root, "zip"))
        for (axis &a : read_zip(n))
            f.axes.push_back(std::move(a));
    check_axes(f.axes);
    if (const yaml_node *n = yaml_find(root, "include"))
        f.include = read_entries(n, "include");
    if (const yaml_node *n = yaml_find(root, "exclude"))
        f.exclude = read_entries(n, "exclude");
    if (const yaml_node *n = yaml_find(root, "constraints"))
        f.constraints = read_constraints(n, f.axes);
}

} // namespace

sweep_file read_sweep_file(const std::string &path)
{
    document d;
    sweep_file f;

    f.p.file = path;
    f.p.text = read_text(d, path);
    check_version(d.root);
    check_keys(d.root, "the sweep file",
               {"apfsim-sweep", "title", "base", "set", "matrix", "zip", "include", "exclude",
                "constraints", "sample", "seeds", "stop_when", "compare", "limits", "report"});
    const yaml_node *base = need(d.root, "the sweep file", "base");
    f.p.base = base_path(path, word_of(base, "base", "the path of a configuration"));
    if (!fs::is_regular_file(f.p.base))
        fail(base, "base: found no file " + f.p.base + "; it is looked for beside the sweep file");
    if (const yaml_node *n = yaml_find(d.root, "title"))
        read_title(n, f.p);
    read_space(d.root, f);
    if (const yaml_node *n = yaml_find(d.root, "seeds"))
        read_seeds(n, f);
    if (const yaml_node *n = yaml_find(d.root, "compare")) {
        f.p.compared = word_of(n, "compare", "a swept parameter");
        f.compare = late_word{f.p.compared, place_of(n)};
    }
    if (const yaml_node *n = yaml_find(d.root, "stop_when"))
        read_stop(n, f);
    if (const yaml_node *n = yaml_find(d.root, "limits"))
        read_limits(n, f.p);
    if (const yaml_node *n = yaml_find(d.root, "report"))
        read_report(n, f);
    return f;
}

} // namespace cli
