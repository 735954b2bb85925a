/* apfsim sweep status: what a results database holds, and what is still missing. */
#include <array>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <set>

#include "cli/sweep/sweep.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

enum { SENTENCES_MAX = 3 };

const std::array<run_status, 6> statuses = {run_status::done,      run_status::stuck,
                                            run_status::broken,    run_status::crashed,
                                            run_status::timed_out, run_status::failed};

struct sweep_status {
    const database &db;
    const plan &p;
    const std::vector<run_row> rows;
    std::vector<u32> seeds; /* Of each group: how many the plan asks for. */
    u64 asked = 0;          /* Runs. */
    u64 host_ns = 0;        /* Time that the runs themselves took. */
    u64 beyond = 0;         /* Runs of this build in the file that the plan does not ask for. */

    explicit sweep_status(const database &of);
    std::vector<run_row> with(run_status s) const;
    std::vector<u32> stopped_groups() const;
};

sweep_status::sweep_status(const database &of)
    : db(of), p(of.get_plan()), rows(of.runs()), seeds(seeds_asked(of)), asked(runs_asked(of))
{
    std::set<s64> there;

    for (const run_row &row : rows) {
        there.insert(row.id);
        host_ns += db.host_ns(row.id);
    }
    beyond = db.known().size() - there.size();
}

std::vector<run_row> sweep_status::with(run_status s) const
{
    std::vector<run_row> found;

    for (const run_row &row : rows)
        if (row.status == s)
            found.push_back(row);
    return found;
}

std::vector<u32> sweep_status::stopped_groups() const
{
    std::vector<u32> groups;

    for (u32 i = 0; i < seeds.size(); i++)
        if (seeds[i] < p.seeds.count)
            groups.push_back(i);
    return groups;
}

void line(const char *name, const std::string &words)
{
    std::printf("%-10s %s\n", name, words.c_str());
}

std::string count(u64 n, const char *what)
{
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

void print_text(const sweep_status &s)
{
    const plan &p = s.p;
    const std::vector<u32> stopped = s.stopped_groups();

    line("results", s.db.path() + ", " + count(std::filesystem::file_size(s.db.path()), "byte"));
    if (!p.title.empty())
        line("title", p.title);
    line("sweep", p.file + " over " + p.base);
    line("plan", count(p.points.size(), "point") + " in " + count(s.seeds.size(), "group") + ", " +
                     count(p.seeds.count, "seed") + " from " + std::to_string(p.seeds.first));
    line("build",
         s.db.build() + (s.db.build() == build_id() ? " (this program)" : " (another program)"));
    if (p.stop)
        line("stopped", std::to_string(stopped.size()) + " of " + count(s.seeds.size(), "group") +
                            " before the last seed");
    for (const run_status status : statuses) {
        const std::vector<run_row> rows = s.with(status);
        if (rows.empty() && status != run_status::done)
            continue;
        line(run_status_word(status),
             std::to_string(rows.size()) +
                 (status == run_status::done ? " of " + count(s.asked, "run") : ""));
        for (size_t i = 0; i < rows.size() && i < SENTENCES_MAX; i++)
            if (!rows[i].text.empty())
                line("", "point " + std::to_string(rows[i].point) + ", seed " +
                             std::to_string(rows[i].seed) + ": " + rows[i].text);
    }
    line("missing", std::to_string(s.asked - s.rows.size()));
    line("time", std::to_string(s.host_ns / 1000000) + " ms of this computer in the runs");
    if (s.beyond != 0)
        line("beside", count(s.beyond, "run") + " that this plan does not ask for");
}

std::string json(const std::string &text)
{
    std::string all = "\"";
    char code[8];

    for (const char c : text) {
        if (c == '"' || c == '\\')
            all += '\\';
        std::snprintf(code, sizeof(code), "\\u%04x", (u8)c);
        all += (u8)c < 0x20 ? std::string(code) : std::string(1, c);
    }
    return all + "\"";
}

void print_json(const sweep_status &s)
{
    const char *separator = "";

    std::printf("{\n  \"file\": %s,\n  \"size_bytes\": %" PRIu64 ",\n  \"title\": %s,\n",
                json(s.db.path()).c_str(), (u64)std::filesystem::file_size(s.db.path()),
                json(s.p.title).c_str());
    std::printf("  \"sweep\": %s,\n  \"base\": %s,\n  \"plan\": \"0x%016" PRIx64 "\",\n",
                json(s.p.file).c_str(), json(s.p.base).c_str(), s.p.hash);
    std::printf("  \"build\": %s,\n  \"is_this_build\": %s,\n", json(s.db.build()).c_str(),
                s.db.build() == build_id() ? "true" : "false");
    std::printf("  \"points\": %zu,\n  \"groups\": %zu,\n  \"seeds\": %" PRIu32 ",\n",
                s.p.points.size(), s.seeds.size(), s.p.seeds.count);
    std::printf("  \"runs\": {\"asked\": %" PRIu64, s.asked);
    for (const run_status status : statuses)
        std::printf(", \"%s\": %zu", run_status_word(status), s.with(status).size());
    std::printf(", \"missing\": %" PRIu64 ", \"beside\": %" PRIu64 "},\n  \"host_ns\": %" PRIu64
                ",\n  \"stopped\": [",
                s.asked - s.rows.size(), s.beyond, s.host_ns);
    for (const u32 group : s.stopped_groups()) {
        std::printf("%s{\"group\": %" PRIu32 ", \"seeds\": %" PRIu32 "}", separator, group,
                    s.seeds[group]);
        separator = ", ";
    }
    std::printf("],\n  \"not_done\": [");
    separator = "";
    for (const run_row &row : s.rows)
        if (row.status != run_status::done) {
            std::printf("%s\n    {\"point\": %" PRIu32 ", \"seed\": %" PRIu64
                        ", \"status\": \"%s\", \"text\": %s}",
                        separator, row.point, row.seed, run_status_word(row.status),
                        json(row.text).c_str());
            separator = ",";
        }
    std::printf("]\n}\n");
}

} // namespace

std::vector<u32> seeds_asked(const database &db)
{
    std::vector<u32> seeds;

    for (u32 group = 0; group < plan_group_count(db.get_plan()); group++)
        seeds.push_back(db.seed_count(group).value_or(db.get_plan().seeds.count));
    return seeds;
}

u64 runs_asked(const database &db)
{
    const std::vector<u32> seeds = seeds_asked(db);
    u64 runs = 0;

    for (const point &pt : db.get_plan().points)
        runs += seeds[pt.group];
    return runs;
}

int sweep_status_command(const arguments &args)
{
    syntax s("sweep status",
             "Says what a results database holds: runs that are done, that failed, and why, and\n"
             "those that are missing.",
             "apfsim sweep status break-even.db", {"DB"});
    po::variables_map values;

    s.options.add_options()(
        "to", po::value<std::string>()->value_name("FORM")->default_value("text"), "text or json");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string form = values["to"].as<std::string>();
    if (form != "text" && form != "json")
        throw s.wrong("--to: found \"" + form + "\", expected text or json");
    const database db(values["DB"].as<std::string>(), database::access::read);
    const sweep_status status(db);
    if (form == "text")
        print_text(status);
    else
        print_json(status);
    return ERR_NONE;
}

} // namespace cli
