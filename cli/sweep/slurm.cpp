#include "cli/sweep/slurm.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/lexical_cast.hpp>
#include <cinttypes>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/sweep/agenda.hpp"
#include "cli/sweep/local.hpp"
#include "cli/sweep/slurm_shards.hpp"

namespace fs = std::filesystem;

namespace cli {

namespace {

const u64 ms_ns = 1000000;

/* Notes in the database. */
const char *const note_tasks = "slurm.tasks"; /* Number of shards. */
const char *const note_of = "slurm.of";       /* Plan and build that they are of. */
const char *const note_jobs = "slurm.jobs";   /* Ids of what has been submitted. */
const char *const note_begun = "slurm.begun"; /* Tag of what is just being submitted. */

struct task {
    bool is_settled = false; /* There is nothing more to be had from it. */
    bool is_merged = false;  /* What it has done until now is in the database. */
    u32 tries = 0;
    std::string job; /* The last one. */
};

using elements = std::vector<slurm_element>;

class slurm_sweep {
public:
    slurm_sweep(database &db, const slurm_options &options)
        : db_(db), options_(options), shards_(db),
          is_shown_(!options.quiet && isatty(STDERR_FILENO) == 1)
    {
    }
    ~slurm_sweep()
    {
        clear_line();
    }
    slurm_sweep(const slurm_sweep &) = delete;
    slurm_sweep &operator=(const slurm_sweep &) = delete;

    int run();

private:
    bool recover();
    bool find_begun();
    void expect_same(const elements &alive) const;
    void choose();
    void plan_tasks(const elements &alive);
    bool follow();
    void collect(const elements &alive);
    std::vector<u32> due(const elements &alive) const;
    void submit(const std::vector<u32> &indexes);
    std::optional<elements> ask();
    bool pause();
    void show(const elements &alive);
    void clear_line();
    int finish();
    int report_lost() const;
    std::string job_list() const;

    database &db_;
    const slurm_options &options_;
    shard_files shards_;
    std::vector<task> tasks_; /* From 1 on, as the elements of the array. */
    arguments jobs_;
    u64 changed_ns_ = host_now_ns();
    size_t alive_count_ = 0;
    bool is_written_ = false;
    u32 silence_ = 0; /* Questions without an answer, one after the other. */
    const bool is_shown_;
};

arguments words_of(const std::string &text)
{
    std::istringstream in(text);
    arguments words;

    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

std::string new_tag()
{
    std::random_device entropy;
    char text[40];

    std::snprintf(text, sizeof(text), "apfsim-%08x%08x", entropy(), entropy());
    return text;
}

std::string slurm_sweep::job_list() const
{
    std::string list;

    for (const std::string &job : jobs_)
        list += (list.empty() ? "" : " ") + job;
    return list;
}

/* --- Words for people --- */

void slurm_sweep::clear_line()
{
    if (is_written_)
        std::fputs("\r\033[K", stderr);
    is_written_ = false;
}

void slurm_sweep::show(const elements &alive)
{
    size_t done = 0, waiting = 0;
    std::string reason;

    if (!is_shown_)
        return;
    for (const task &t : tasks_)
        done += t.is_settled;
    for (const slurm_element &e : alive)
        if (e.is_waiting && ++waiting == 1)
            reason = e.reason;
    std::fprintf(stderr, "\r%zu of %zu tasks done, %zu running", done - 1, tasks_.size() - 1,
                 alive.size() - waiting);
    if (waiting != 0)
        std::fprintf(stderr, ", %zu waiting (%s)", waiting, reason.c_str());
    std::fprintf(stderr, "; job %s\033[K", job_list().c_str());
    is_written_ = true;
}

/* --- Asking --- */

/* Often at first and after each change, then less and less. False: interrupted. */
bool slurm_sweep::pause()
{
    const u64 age_ms = (host_now_ns() - changed_ns_) / ms_ns;
    const u64 until_ns = host_now_ns() + std::clamp<u64>(age_ms / 10, 200, 10000) * ms_ns;

    while (!interrupted() && host_now_ns() < until_ns)
        poll(nullptr, 0, 50);
    return !interrupted();
}

/* none: no answer. A cluster without its controller goes on running jobs; so do we. */
std::optional<elements> slurm_sweep::ask()
{
    std::optional<elements> answer = slurm_queue(jobs_);

    if (answer) {
        silence_ = 0;
    } else if (++silence_ == 3) {
        clear_line();
        std::fprintf(stderr, "apfsim: Slurm does not answer; asking again until it does\n");
    }
    return answer;
}

/* --- Before --- */

/* The last one may have died between sbatch and its note. False: interrupted. */
bool slurm_sweep::find_begun()
{
    const std::string tag = db_.note(note_begun);
    std::optional<std::string> job;

    if (tag.empty())
        return true;
    /* An sbatch that has outlived its parent gets a second to arrive. */
    for (u32 round = 0; round < 5 || !job; round++) {
        job = slurm_find(tag);
        if (job && !job->empty()) {
            jobs_.push_back(*job);
            db_.set_note(note_jobs, job_list());
            break;
        }
        if (!pause())
            return false;
    }
    db_.set_note(note_begun, "");
    return true;
}

std::string of_what(const database &db)
{
    return std::to_string(db.get_plan().hash) + " " + db.build();
}

/* Tasks under way are those of this sweep as it is now. */
void slurm_sweep::expect_same(const elements &alive) const
{
    if (alive.empty())
        return;
    const std::string what_next = "; wait for it, or end it with: scancel " + job_list();
    if (db_.note(note_of) != of_what(db_))
        throw failure(ERR_USAGE, "job " + job_list() +
                                     " still runs another plan or build of this "
                                     "sweep, expected none" +
                                     what_next);
    if (options_.tasks && shards_.count() != *options_.tasks)
        throw failure(ERR_USAGE, "--tasks: found " + std::to_string(*options_.tasks) +
                                     ", but job " + job_list() + " still runs with " +
                                     std::to_string(shards_.count()) + what_next);
}

/* What an earlier life has left behind. False: interrupted. */
bool slurm_sweep::recover()
{
    u32 count = 0;

    jobs_ = words_of(db_.note(note_jobs));
    if (!find_begun())
        return false;
    std::optional<elements> alive;
    while (!(alive = ask()))
        if (!pause())
            return false;
    if (boost::conversion::try_lexical_convert(db_.note(note_tasks), count))
        shards_.set_count(count);
    expect_same(*alive);
    if (alive->empty()) {
        jobs_.clear();
        if (db_.note(note_of) != of_what(db_) || options_.tasks)
            shards_.set_count(0);
    }
    if (shards_.count() == 0 || alive->empty())
        shards_.take_leftovers(db_);
    if (shards_.count() == 0)
        choose();
    plan_tasks(*alive);
    return true;
}

void slurm_sweep::choose()
{
    const plan &p = db_.get_plan();
    const u64 runs = u64(p.points.size()) * p.seeds.count;

    shards_.set_count(1);
    if (!shards_.settled(db_)[1]) { /* Else nobody needs to be asked. */
        const slurm_limits limits = slurm_read_limits(options_.extra);
        const u64 run_ns = options_.tasks ? 0 : slurm_run_ns(db_);
        shards_.set_count(slurm_task_count(limits, options_, plan_group_count(p),
                                           runs - std::min<u64>(runs, db_.runs().size()), run_ns));
    }
    db_.set_note(note_jobs, "");
    db_.set_note(note_of, of_what(db_));
    db_.set_note(note_tasks, std::to_string(shards_.count()));
}

void slurm_sweep::plan_tasks(const elements &alive)
{
    const std::vector<bool> settled = shards_.settled(db_);

    tasks_.assign(shards_.count() + 1, task());
    tasks_[0].is_settled = true;
    for (u32 i = 1; i <= shards_.count(); i++)
        tasks_[i].is_settled = settled[i];
    for (const slurm_element &e : alive)
        if (e.index < tasks_.size()) {
            tasks_[e.index].tries = 1;
            tasks_[e.index].job = e.job;
        }
}

/* --- On the way --- */

std::vector<bool> mark(const elements &alive, size_t count)
{
    std::vector<bool> is_alive(count, false);

    for (const slurm_element &e : alive)
        if (e.index < count)
            is_alive[e.index] = true;
    return is_alive;
}

/* Files of tasks that have ended. One that runs may be on another computer: hands off. */
void slurm_sweep::collect(const elements &alive)
{
    const std::vector<bool> is_alive = mark(alive, tasks_.size());

    for (u32 i = 1; i < tasks_.size(); i++) {
        task &t = tasks_[i];
        if (t.is_settled || t.is_merged || is_alive[i])
            continue;
        t.is_merged = true;
        /* What this computer did wrong is tried again by a new command, not by this one. */
        t.is_settled = shards_.merge(db_, i, t.tries != 0);
        changed_ns_ = host_now_ns();
    }
}

std::vector<u32> slurm_sweep::due(const elements &alive) const
{
    const std::vector<bool> is_alive = mark(alive, tasks_.size());
    std::vector<u32> indexes;

    for (u32 i = 1; i < tasks_.size(); i++)
        if (!tasks_[i].is_settled && !is_alive[i] && tasks_[i].tries <= options_.retries)
            indexes.push_back(i);
    return indexes;
}

void slurm_sweep::submit(const std::vector<u32> &indexes)
{
    const task &first = tasks_[indexes[0]];
    slurm_array array;

    clear_line();
    if (first.tries != 0)
        std::fprintf(stderr, "apfsim: tasks of job %s ended too early (%s); submitted again: %s\n",
                     first.job.c_str(), slurm_ending(first.job, indexes[0]).c_str(),
                     slurm_index_list(indexes).c_str());
    shards_.prepare(db_, indexes, options_);
    array.indexes = indexes;
    array.name = "apfsim-" + fs::path(options_.sweep).stem().string();
    array.tag = new_tag();
    array.log = shards_.log_pattern();
    array.cpus = options_.jobs;
    array.extra = options_.extra;
    array.script = shards_.script_path();
    db_.set_note(note_begun, array.tag);
    try {
        jobs_.push_back(slurm_submit(array));
    } catch (const failure &f) {
        if (f.status == ERR_USAGE) /* Else nobody knows whether it has arrived. */
            db_.set_note(note_begun, "");
        throw;
    }
    db_.set_note(note_jobs, job_list());
    db_.set_note(note_begun, "");
    for (u32 i : indexes) {
        tasks_[i].tries++;
        tasks_[i].is_merged = false;
        tasks_[i].job = jobs_.back();
    }
    changed_ns_ = host_now_ns();
    if (!options_.quiet) {
        std::printf("job %s: %zu task%s\n", jobs_.back().c_str(), indexes.size(),
                    indexes.size() == 1 ? "" : "s");
        std::fflush(stdout);
    }
}

/* Until no task is left that could bring anything. False: interrupted. */
bool slurm_sweep::follow()
{
    for (;;) {
        const std::optional<elements> alive = ask();
        if (alive) {
            if (alive->size() != alive_count_)
                changed_ns_ = host_now_ns();
            alive_count_ = alive->size();
            collect(*alive);
            const std::vector<u32> indexes = due(*alive);
            if (interrupted())
                return false;
            if (!indexes.empty())
                submit(indexes);
            else if (alive->empty())
                return true;
            show(*alive);
        }
        if (!pause())
            return false;
    }
}

/* --- After --- */

int slurm_sweep::report_lost() const
{
    size_t count = 0;

    for (u32 i = 1; i < tasks_.size(); i++) {
        if (tasks_[i].is_settled || ++count > 3)
            continue;
        const std::string words = shards_.last_words(i);
        std::fprintf(stderr, "apfsim: task %u of job %s ended without all of its results: %s%s%s\n",
                     i, tasks_[i].job.c_str(), slurm_ending(tasks_[i].job, i).c_str(),
                     words.empty() ? "" : "; its last words: ", words.c_str());
    }
    if (count != 0)
        std::fprintf(stderr,
                     "apfsim: %zu of %zu tasks ended without all of their results, expected all; "
                     "what they have is kept, their logs are in %s; try the same command again\n",
                     count, tasks_.size() - 1, shards_.folder().c_str());
    return count == 0 ? ERR_NONE : ERR_GATE;
}

int slurm_sweep::finish()
{
    clear_line();
    db_.set_note(note_jobs, "");
    shard_files::decide(db_);
    const int lost = report_lost();
    if (lost == ERR_NONE) {
        db_.set_note(note_tasks, "");
        shards_.remove();
    }
    return std::max(lost, report_failures(db_, options_.quiet));
}

int slurm_sweep::run()
{
    if (recover() && follow())
        return finish();
    clear_line();
    if (jobs_.empty())
        std::fprintf(stderr, "apfsim: interrupted; the same command goes on from here\n");
    else
        std::fprintf(stderr,
                     "apfsim: interrupted; job %s goes on, and the same command follows it; to end "
                     "it: scancel %s\n",
                     job_list().c_str(), job_list().c_str());
    return STATUS_INTERRUPTED;
}

} // namespace

int run_slurm(database &db, const slurm_options &options)
{
    return slurm_sweep(db, options).run();
}

} // namespace cli
