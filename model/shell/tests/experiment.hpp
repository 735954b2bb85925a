/*
 * One experiment under one carrier, in a process of its own (SystemC elaborates once in each), and
 * what came out of it: every record of the transcript, and the results as numbers.
 */
#ifndef MODEL_SHELL_TESTS_EXPERIMENT_HPP
#define MODEL_SHELL_TESTS_EXPERIMENT_HPP

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/shell/shell.h"

namespace experiment {

/* A frozen configuration from YAML text. */
inline std::shared_ptr<spec> spec_of(const std::string &text)
{
    std::string folder = (std::filesystem::temp_directory_path() / "apfsim-XXXXXX").string();
    auto copy = std::make_shared<spec>();
    config c{};
    err e{};

    folder = mkdtemp(folder.data());
    std::ofstream(folder + "/x.yaml") << text;
    bool is_good = config_load(&c, (folder + "/x.yaml").c_str(), nullptr, 0, &e);
    EXPECT_TRUE(is_good) << e.text;
    if (is_good)
        *copy = *config_spec(&c, 0);
    config_free(&c);
    std::filesystem::remove_all(folder);
    return copy;
}

/* Two tasks on every vCPU that fault, and one that computes on the first. */
inline std::string yaml(const std::string &variant, u32 vcpus, const std::string &limit = "none")
{
    std::string text = "apfsim: 1\n"
                       "machine:\n  profile: " APFSIM_SOURCE_DIR
                       "/configs/profiles/neoverse-n1.yaml\n  host_cpus: 2\n"
                       "guest:\n  vcpus: " + std::to_string(vcpus) + "\n  memory: 64MiB\n"
                       "  idle: poll\n" /* With WFI, one-ppi gets stuck: a defect of the design. */
                       "  tasks:\n    - {name: calc, kind: compute, instructions: 3000000}\n";
    for (u32 i = 0; i < vcpus; i++) {
        const std::string on = ", vcpu: " + std::to_string(i) + "}\n";
        text += "    - {name: w" + std::to_string(i) + ", kind: write-all, placement: cold, "
                "footprint: 512KiB, passes: 2" + on;
        text += "    - {name: r" + std::to_string(i) + ", kind: touch, pattern: random, "
                "placement: cold, footprint: 512KiB, accesses: 400, write: 30%" + on;
    }
    /* Short slices of the host: threads are preempted often. */
    text += "host:\n  memory_limit: " + limit + "\n  tick: 1ms\n"
            "  sched: {latency: 1ms, min_granularity: 100us, wakeup_granularity: 100us}\n";
    return text + "protocol: {variant: " + variant + "}\n";
}

/* One task that faults on the last of many vCPUs, one that computes on the first; the rest idle. */
inline std::string crowd_yaml(const std::string &variant, u32 vcpus)
{
    return "apfsim: 1\nmachine: {host_cpus: 8}\nguest:\n  vcpus: " + std::to_string(vcpus) +
           "\n  tasks:\n    - {name: calc, kind: compute, instructions: 100000}\n"
           "    - {name: t, kind: touch, placement: cold, footprint: 128KiB, stride: 4KiB, "
           "accesses: 40, vcpu: " + std::to_string(vcpus - 1) + "}\n"
           "protocol: {variant: " + variant + "}\nstop: {when: t}\n";
}

/* Every cost 1 ns and every latency whole nanoseconds: equal times happen all the time. */
inline void make_ties(spec *p)
{
    for (cost &c : p->cost)
        c.ps = PS_PER_NS;
    for (dist *d : {&p->store.read, &p->store.write})
        dist_fixed(d, 300 * PS_PER_US);
    p->store.transfer_ps = PS_PER_NS;
}

struct outcome {
    std::vector<trace_rec> lines;
    u64 checksum, line_count;
    std::vector<u64> results; /* Counters, times, accounts, work: all that a summary shows. */
    u8 end;
    std::string text; /* How the carrier failed, or what the test has to say. */
};

/* How to carry a run; what it writes into *text is handed back. */
using carrier_fn = std::function<void(run *r, std::string *text)>;

inline carrier_fn testbed()
{
    return [](run *r, std::string *) { run_until(r, TIME_NEVER); };
}

inline carrier_fn shell(const shell_options &o)
{
    return [o](run *r, std::string *text) {
        err e{};
        if (!shell_run(r, &o, &e))
            *text = e.text;
    };
}

inline carrier_fn shell(shell_schedule schedule, u64 quantum_ps = 0)
{
    shell_options o{};
    o.schedule = schedule;
    o.quantum_ps = quantum_ps;
    return shell(o);
}

inline std::vector<u64> results_of(const run *r)
{
    const ctx *c = &r->c;
    const sys *s = c->s;
    const u64 *stats = reinterpret_cast<const u64 *>(&s->stats);
    std::vector<u64> all(stats, stats + sizeof s->stats / sizeof *stats);

    all.insert(all.end(), {s->end_ps, s->mem.touched_pages, s->mem.evicted_clean,
                           s->mem.evicted_dirty, s->mem.fetches, s->mem.writes, s->mem.rescued,
                           s->store.reads, s->store.writes});
    for (u32 i = 0; i < s->vcpu_count; i++)
        for (u64 ps : sys_vcpu(c, i)->account.spent_ps)
            all.push_back(ps);
    for (u32 i = 0; i < s->hostcpu_count; i++)
        for (u64 ps : sys_hostcpu(c, i)->account.spent_ps)
            all.push_back(ps);
    for (u32 i = 0; i < s->task_count; i++) {
        const task *t = sys_task(c, i);
        all.insert(all.end(), {t->ended_ps, t->compute_ps, t->load.done, t->vruntime_ps});
    }
    return all;
}

template <typename T> void put_all(FILE *out, const std::vector<T> &all)
{
    u64 count = all.size();
    fwrite(&count, sizeof count, 1, out);
    if (count != 0)
        fwrite(all.data(), sizeof(T), count, out);
}

template <typename T> std::vector<T> get_all(FILE *in)
{
    u64 count = 0;
    EXPECT_EQ(fread(&count, sizeof count, 1, in), 1u) << "the child has died";
    std::vector<T> all(count);
    if (count != 0) {
        EXPECT_EQ(fread(all.data(), sizeof(T), count, in), count);
    }
    return all;
}

inline void run_child(const spec &p, const op_source *source, const carrier_fn &carry, FILE *out)
{
    static struct log log;
    std::vector<trace_rec> lines;
    std::string text;

    log_init(&log);
    log.flush = [](void *arg, const trace_rec *rec, size_t count) {
        auto *all = static_cast<std::vector<trace_rec> *>(arg);
        all->insert(all->end(), rec, rec + count);
    };
    log.arg = &lines;
    run *r = run_new(&p, source, &log);
    carry(r, &text);
    bool is_over = run_is_over(r);
    u8 end = r->c.s->end;
    if (is_over)
        run_finish(r);
    else if (text.empty())
        text = "The run is not over.";
    text += r->c.s->end_text;
    put_all(out, lines);
    put_all(out, std::vector<u64>{log.checksum, log.count, end});
    put_all(out, results_of(r));
    put_all(out, std::vector<char>(text.begin(), text.end()));
    run_free(r);
}

inline outcome execute(const spec &p, const carrier_fn &carry, const op_source *source = nullptr)
{
    FILE *file = tmpfile();
    outcome o{};
    int status = 0;

    fflush(nullptr);
    pid_t child = fork();
    if (child == 0) {
        run_child(p, source, carry, file);
        fflush(file);
        _exit(0); /* Without the destructors of SystemC's globals. */
    }
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    rewind(file);
    o.lines = get_all<trace_rec>(file);
    std::vector<u64> ends = get_all<u64>(file);
    o.results = get_all<u64>(file);
    std::vector<char> text = get_all<char>(file);
    fclose(file);
    o.text.assign(text.begin(), text.end());
    if (ends.size() == 3) {
        o.checksum = ends[0];
        o.line_count = ends[1];
        o.end = (u8)ends[2];
    }
    return o;
}

inline std::string line_text(const outcome &o, size_t i)
{
    char text[160] = "(nothing)";

    if (i < o.lines.size())
        log_print(&o.lines[i], ("actor " + std::to_string(o.lines[i].actor)).c_str(), text,
                  sizeof text);
    return text;
}

/* Byte by byte; the first line that differs is shown. */
inline void expect_same(const outcome &x, const outcome &y)
{
    size_t i = 0;

    EXPECT_EQ(x.text, y.text);
    EXPECT_GT(x.lines.size(), 0u);
    while (i < x.lines.size() && i < y.lines.size() &&
           memcmp(&x.lines[i], &y.lines[i], sizeof x.lines[i]) == 0)
        i++;
    EXPECT_TRUE(i == x.lines.size() && i == y.lines.size())
        << "line " << i << " of " << x.lines.size() << " and " << y.lines.size() << "\n"
        << line_text(x, i) << "\n" << line_text(y, i);
    EXPECT_EQ(x.checksum, y.checksum);
    EXPECT_EQ(x.line_count, y.line_count);
    EXPECT_EQ(x.results, y.results);
    EXPECT_EQ(x.end, y.end);
}

/* A point of a differential test: the same machine for every carrier. */
struct setup {
    const char *variant;
    u32 vcpus;
    const char *limit;
    bool ties;
};

inline void PrintTo(const setup &s, std::ostream *out)
{
    *out << s.variant << ", " << s.vcpus << " vcpus, limit " << s.limit << (s.ties ? ", ties" : "");
}

class OnSetup : public testing::TestWithParam<setup> {
  protected:
    std::shared_ptr<spec> p = spec_of(yaml(GetParam().variant, GetParam().vcpus, GetParam().limit));

    OnSetup()
    {
        if (GetParam().ties)
            make_ties(p.get());
    }
};

} // namespace experiment
#endif
