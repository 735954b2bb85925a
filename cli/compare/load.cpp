/* Results of runs, found in folders, and the choice of who reads a name of the command line. */
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/compare/document.hpp"
#include "cli/compare/subject.hpp"

namespace fs = std::filesystem;

namespace cli {

u32 metric_names::number(const std::string &name)
{
    auto entry = numbers_.emplace(name, (u32)texts_.size());

    if (entry.second)
        texts_.push_back(&entry.first->first);
    return entry.first->second;
}

std::string subject_words(const subject &s)
{
    return s.label + ", seed " + std::to_string(s.seed);
}

namespace {

/* What a run is, and not what it gave. */
const std::set<std::string> identity = {"format",   "version", "config",   "config_hash", "seed",
                                        "variant",  "profile", "vcpus",    "host_cpus",   "end",
                                        "end_text", "lines",   "checksum", "host_time"};

/* Every integer below n under the path of its key; words and what was not measured have none. */
void collect(const yaml_node *n, const std::string &path, subject *s, metric_names &names)
{
    if (n->kind == YAML_LIST)
        throw wrong_value(n, "found a list, which no summary of a run has; try the version of "
                             "apfsim that has written it");
    if (n->kind == YAML_MAP) {
        for (const yaml_node *child = n->child; child != nullptr; child = child->next)
            if (!path.empty() || identity.count(child->key) == 0)
                collect(child, path.empty() ? child->key : path + "." + child->key, s, names);
        return;
    }
    if (n->quoted || std::strcmp(n->text, "null") == 0)
        return;
    bool is_truth = std::strcmp(n->text, "true") == 0 || std::strcmp(n->text, "false") == 0;
    s->metrics.push_back({names.number(path), is_truth ? truth_of(n) : number_of(n)});
}

void check_format(const yaml_node *root)
{
    const yaml_node *format = root->kind == YAML_MAP ? yaml_find(root, "format") : nullptr;

    if (format == nullptr || yaml_find(root, "checksum") == nullptr)
        throw wrong_value(root, "this is no summary.json of apfsim run; try the folder that "
                                "--out named");
    if (number_of(format) != 1)
        throw wrong_value(format, found(format) + " as the format of the summary, expected 1; try "
                                                  "the version of apfsim that has written it");
}

} // namespace

subject load_summary(const std::string &path, metric_names &names, std::string *version)
{
    document d(path, YAML_SYNTAX_JSON);
    const yaml_node *root = d.root();
    subject s;

    check_format(root);
    const std::string variant = text_of(need(root, "variant"));
    const std::string config = fs::path(text_of(need(root, "config"))).stem().string();
    s.label = config + "/" + variant;
    s.parameters = {{"config", config},
                    {"protocol.variant", variant},
                    {"machine.profile", text_of(need(root, "profile"))}};
    s.seed = number_of(need(root, "seed"));
    s.config_hash = number_of(need(root, "config_hash"));
    s.end = text_of(need(root, "end"));
    s.checksum = number_of(need(root, "checksum"));
    s.lines = number_of(need(root, "lines"));
    s.folder = fs::path(path).parent_path().string();
    if (s.folder.empty())
        s.folder = ".";
    *version = text_of(need(root, "version"));
    collect(root, "", &s, names);
    return s;
}

namespace {

enum { FOLDER_DEPTH_MAX = 4 };

/* Every summary.json in or below the folder, in the order of names. */
void find_summaries(const fs::path &folder, u32 depth, std::vector<std::string> *paths)
{
    std::vector<fs::path> folders;
    std::error_code error;

    if (fs::is_regular_file(folder / "summary.json", error)) {
        paths->push_back((folder / "summary.json").string());
        return; /* A run of one design; older folders of others do not belong to it. */
    }
    fs::directory_iterator entries(folder, error);
    if (error)
        throw io_failure("cannot read " + folder.string(), error.value());
    for (const fs::directory_entry &entry : entries)
        if (fs::is_directory(entry.symlink_status()))
            folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    if (depth < FOLDER_DEPTH_MAX)
        for (const fs::path &below : folders)
            find_summaries(below, depth + 1, paths);
}

/* Two results of one name could be told apart by nothing that the other side knows, too. */
void refuse_twins(const side &s)
{
    for (size_t i = 1; i < s.subjects.size(); i++) {
        const subject &a = s.subjects[i - 1], &b = s.subjects[i];
        if (a.label == b.label && a.seed == b.seed)
            throw failure(ERR_USAGE, s.path + ": found two results of " + subject_words(a) +
                                         ", in " + a.folder + " and " + b.folder +
                                         ", expected one; try a name of its own for each "
                                         "configuration, or a sweep");
    }
}

side load_runs(const std::string &path, const std::vector<std::string> &summaries,
               metric_names &names)
{
    side s;

    s.path = path;
    for (const std::string &summary : summaries)
        s.subjects.push_back(load_summary(summary, names, &s.version));
    std::stable_sort(s.subjects.begin(), s.subjects.end(), [](const subject &a, const subject &b) {
        return a.label != b.label ? a.label < b.label : a.seed < b.seed;
    });
    refuse_twins(s);
    return s;
}

std::string head_of(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::string head(16, '\0');

    if (!file)
        throw io_failure("cannot read " + path, errno);
    file.read(head.data(), (std::streamsize)head.size());
    head.resize((size_t)file.gcount());
    return head;
}

} // namespace

side load_side(const std::string &path, metric_names &names)
{
    std::error_code error;

    if (fs::is_directory(path, error)) {
        std::vector<std::string> summaries;
        find_summaries(path, 0, &summaries);
        if (summaries.empty())
            throw failure(ERR_USAGE, path + ": found no summary.json in it or below, expected the "
                                            "results of apfsim run --out");
        return load_runs(path, summaries, names);
    }
    require_file(path);
    const std::string head = head_of(path);
    if (head.rfind("SQLite format 3", 0) == 0)
        return load_sweep_side(path, names);
    if (head.rfind("{", 0) == 0)
        return load_runs(path, {path}, names);
    return load_baseline(path, names);
}

} // namespace cli
