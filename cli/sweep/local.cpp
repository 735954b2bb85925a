#include "cli/sweep/local.hpp"

#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/sweep/check_points.hpp"

namespace cli {

namespace {

const u64 commit_ns = 250000000, show_ns = 200000000;
enum { COMMIT_RUNS = 64 };

std::string duration(u64 seconds)
{
    char text[48];

    if (seconds >= 3600)
        std::snprintf(text, sizeof text, "%" PRIu64 " h %02" PRIu64 " min", seconds / 3600,
                      seconds / 60 % 60);
    else if (seconds >= 60)
        std::snprintf(text, sizeof text, "%" PRIu64 " min %02" PRIu64 " s", seconds / 60,
                      seconds % 60);
    else
        std::snprintf(text, sizeof text, "%" PRIu64 " s", seconds);
    return text;
}

class local_sweep {
public:
    local_sweep(database &db, const sweep_options &options)
        : db_(db), options_(options), plan_(db.get_plan()),
          base_(plan_.base, plan_.points.front().settings), agenda_(plan_, options.part),
          is_shown_(!options.quiet && isatty(STDERR_FILENO) == 1)
    {
    }
    /* False: interrupted. */
    bool run();

private:
    void learn_known();
    void decide();
    void take(std::vector<run_pool::ended> ended);
    void commit();
    void fill(run_pool &workers);
    void show(bool is_last);
    std::optional<u64> metric_in(const run_result &r) const;

    database &db_;
    const sweep_options &options_;
    const plan &plan_;
    const sweep_base base_; /* With the profile in memory: children need not read it. */
    agenda agenda_;
    std::vector<run_pool::ended> fresh_; /* Not on the disk yet. */
    u64 committed_ns_ = host_now_ns(), shown_ns_ = 0, started_ns_ = host_now_ns();
    u64 known_ = 0, failed_ = 0;
    const bool is_shown_;
};

void local_sweep::decide()
{
    for (const auto &[group, seeds] : agenda_.decide())
        if (plan_.stop && db_.seed_count(group) != seeds)
            db_.put_seed_count(group, seeds);
}

void local_sweep::learn_known()
{
    const std::map<run_key, run_status> known = db_.known();

    for (u32 i = 0; i < plan_.points.size(); i++)
        for (u32 n = 0; n < plan_.seeds.count; n++) {
            const run_key key{plan_.points[i].config_key, plan_.seeds.first + n};
            const auto found = known.find(key);
            if (found == known.end() || !is_fact(found->second))
                continue;
            agenda_.learn(i, key.seed, found->second,
                          plan_.stop && found->second == run_status::done
                              ? db_.metric_of(key, plan_.stop->metric)
                              : std::nullopt);
        }
    decide();
    known_ = agenda_.done();
}

std::optional<u64> local_sweep::metric_in(const run_result &r) const
{
    for (const auto &[name, value] : r.metrics)
        if (plan_.stop && name == plan_.stop->metric)
            return value;
    return std::nullopt;
}

/* Before a group is said to be decided, its runs are on the disk. */
void local_sweep::commit()
{
    std::vector<database::stored> runs;

    for (const run_pool::ended &e : fresh_)
        runs.push_back({{plan_.points[e.what.point].config_key, e.what.seed}, &e.result});
    if (!runs.empty())
        db_.put(runs);
    for (const run_pool::ended &e : fresh_)
        agenda_.learn(e.what.point, e.what.seed, e.result.status, metric_in(e.result));
    fresh_.clear();
    decide();
    committed_ns_ = host_now_ns();
}

void local_sweep::take(std::vector<run_pool::ended> ended)
{
    for (run_pool::ended &e : ended) {
        failed_ += e.result.status != run_status::done;
        fresh_.push_back(std::move(e));
    }
}

void local_sweep::show(bool is_last)
{
    const u64 now_ns = host_now_ns(), total = agenda_.needed();
    const u64 done = std::min(agenda_.done() + fresh_.size(), total);

    if (!is_shown_ || (!is_last && now_ns - shown_ns_ < show_ns))
        return;
    shown_ns_ = now_ns;
    if (is_last) {
        std::fputs("\r\033[K", stderr);
        return;
    }
    const u64 fresh = done - std::min(done, known_), ms = (now_ns - started_ns_) / 1000000;
    std::fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " runs", done, total);
    if (failed_ != 0)
        std::fprintf(stderr, ", %" PRIu64 " failed", failed_);
    if (fresh != 0)
        std::fprintf(stderr, ", %s left", duration((total - done) * ms / fresh / 1000 + 1).c_str());
    std::fputs("\033[K", stderr);
}

void local_sweep::fill(run_pool &workers)
{
    std::optional<run_pool::job> job;

    while (!workers.is_full() && (job = agenda_.next()))
        workers.start(*job);
}

bool local_sweep::run()
{
    run_pool workers(*base_.get(), plan_, options_.jobs);

    learn_known();
    while (!agenda_.is_over() && !interrupted()) {
        fill(workers);
        const bool is_idle = !workers.is_full(); /* A decision may free more work. */
        take(workers.wait(100));
        fill(workers); /* Before the disk is waited for. */
        if (is_idle || fresh_.size() >= COMMIT_RUNS || host_now_ns() - committed_ns_ >= commit_ns)
            commit();
        show(false);
    }
    commit();
    show(true);
    return agenda_.is_over();
}

std::string counted_runs(u64 count)
{
    return std::to_string(count) + (count == 1 ? " run" : " runs");
}

} // namespace

int report_failures(const database &db, bool quiet)
{
    std::map<run_status, std::pair<u64, std::string>> kinds;
    int status = ERR_NONE;
    u64 done = 0;

    for (const run_row &r : db.runs()) {
        if (r.status == run_status::done) {
            done++;
            continue;
        }
        auto &[count, words] = kinds[r.status];
        if (count++ == 0)
            words = "point " + std::to_string(r.point) + ", seed " + std::to_string(r.seed) + ": " +
                    r.text;
        const bool is_host_s = r.status == run_status::timed_out || r.status == run_status::failed;
        status = std::max<int>(status, is_host_s ? ERR_GATE : ERR_BROKEN);
    }
    if (!quiet)
        std::printf("%s: %s done\n", db.path().c_str(), counted_runs(done).c_str());
    std::fflush(stdout);
    for (const auto &[kind, what] : kinds)
        std::fprintf(stderr, "apfsim: %s %s; the first: %s\n", counted_runs(what.first).c_str(),
                     kind == run_status::timed_out ? "timed out" : run_status_word(kind),
                     what.second.c_str());
    return status;
}

int run_local(database &db, const sweep_options &options)
{
    if (!local_sweep(db, options).run()) {
        std::fprintf(stderr, "apfsim: interrupted; the same command goes on from here\n");
        return STATUS_INTERRUPTED;
    }
    return report_failures(db, options.quiet);
}

} // namespace cli
