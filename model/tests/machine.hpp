/*
 * A machine for a test: a spec made from the shipped defaults and changed at will, run by the
 * testbed to its end or step by step, with the transcript and every closed fault collected.
 */
#ifndef MODEL_TESTS_MACHINE_HPP
#define MODEL_TESTS_MACHINE_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/model.h"

enum design { SYNC, V4, ONE_PPI, DESIGN_COUNT };
inline const char *const design_name[DESIGN_COUNT] = {"sync", "v4", "one_ppi"};

/* One task over one cold page, store at 90 us, no spread: what every test starts from. */
inline const char *const plain_experiment = "apfsim: 1\n"
                                            "machine: {profile: neoverse-n1, host_cpus: 2}\n"
                                            "guest:\n"
                                            "  memory: 16MiB\n"
                                            "  tasks:\n"
                                            "    - {name: mem, kind: write-all,\n"
                                            "       footprint: 4KiB, stride: 4KiB,\n"
                                            "       placement: cold}\n"
                                            "store: {read: {latency: fixed, value: 90us}}\n"
                                            "protocol: {variant: [sync, v4, one-ppi]}\n"
                                            "stop: {when: mem}\n";

inline std::vector<spec> load_specs(const std::string &text)
{
    namespace fs = std::filesystem;
    std::string folder = (fs::temp_directory_path() / "apfsim-XXXXXX").string();
    std::vector<spec> specs;
    config c{};
    err e{};

    setenv("APFSIM_DATA", APFSIM_SOURCE_DIR "/configs", 1);
    EXPECT_NE(mkdtemp(folder.data()), nullptr);
    std::string path = folder + "/x.yaml";
    std::ofstream(path) << text;
    if (config_load(&c, path.c_str(), nullptr, 0, &e)) {
        for (u32 i = 0; i < config_spec_count(&c); i++)
            specs.push_back(*config_spec(&c, i));
    } else {
        ADD_FAILURE() << e.text;
    }
    config_free(&c);
    fs::remove_all(folder);
    return specs;
}

inline std::unique_ptr<spec> plain_spec(design d)
{
    static const std::vector<spec> specs = load_specs(plain_experiment);
    return std::make_unique<spec>(specs.at(d));
}

/* The task of the plain experiment with another number of pages. */
inline task_spec &pages(spec &p, u64 count, u32 task = 0)
{
    p.task[task].footprint_bytes = count * MMU_PAGE_SIZE;
    return p.task[task];
}

inline task_spec &add_task(spec &p, task_kind kind, u32 vcpu = 0)
{
    task_spec &t = p.task[p.task_count];
    t = p.task[0];
    snprintf(t.name, sizeof t.name, "task%u", p.task_count++);
    t.kind = (u8)kind;
    t.vcpu = vcpu;
    if (kind == TASK_COMPUTE)
        t.footprint_bytes = 0;
    return t;
}

/* Every cost the same: things that are far apart in a real machine happen at one time. */
inline void all_costs(spec &p, u64 ps)
{
    for (cost &c : p.cost)
        c.ps = ps;
}

struct Machine {
    std::unique_ptr<spec> p;
    std::unique_ptr<struct log> transcript = std::make_unique<struct log>();
    struct run *r = nullptr;
    std::vector<trace_rec> lines;
    std::vector<fault> faults;
    bool finished = false;

    explicit Machine(std::unique_ptr<spec> from, const op_source *source = nullptr)
        : p(std::move(from))
    {
        log_init(transcript.get());
        transcript->flush = keep_lines;
        transcript->arg = this;
        r = run_new(p.get(), source, transcript.get());
        r->c.fault_sink = keep_fault;
        r->c.fault_sink_arg = this;
    }
    ~Machine() { run_free(r); }
    Machine(const Machine &) = delete;

    static void keep_lines(void *arg, const trace_rec *rec, size_t count)
    {
        Machine *m = (Machine *)arg;
        m->lines.insert(m->lines.end(), rec, rec + count);
    }
    static void keep_fault(void *arg, const fault *f) { ((Machine *)arg)->faults.push_back(*f); }

    /* To the end of the run; how it ended. */
    sys_end finish()
    {
        run_until(r, TIME_NEVER);
        EXPECT_TRUE(run_is_over(r));
        return close();
    }
    sys_end close()
    {
        run_finish(r);
        finished = true;
        return (sys_end)s().end;
    }
    /* One step and no more. False: the run is over. */
    bool step()
    {
        u32 actor;

        r->fuse = r->run_ahead = false;
        if (run_is_over(r) || evset_least(r->events, &actor) == TIME_NEVER)
            return false;
        run_step(r, actor);
        return true;
    }
    /* Step until it is so. False: the run ended first. */
    bool step_until(const std::function<bool()> &is_so)
    {
        while (!is_so())
            if (!step())
                return false;
        return true;
    }

    sys &s() const { return *r->c.s; }
    const stats &st() const { return r->c.s->stats; }
    vcpu &cpu(u32 i = 0) const { return *sys_vcpu(&r->c, i); }
    task &tsk(u32 i = 0) const { return *sys_task(&r->c, i); }
    u64 counted() const
    {
        u64 sum = 0;
        for (u64 n : st().fault_count)
            sum += n;
        return sum;
    }
    u64 work(u32 task = 0) const { return results_task_work(r, task); }

    std::string line(const trace_rec &rec) const
    {
        char actor[32], text[160];
        sys_actor_name(r->c.s, rec.actor, actor, sizeof actor);
        log_print(&rec, actor, text, sizeof text);
        return text;
    }
    std::string text(size_t first = 0) const
    {
        std::string all;
        for (size_t i = first; i < lines.size(); i++)
            all += line(lines[i]) + "\n";
        return all;
    }
    /* How many lines of this phase or message. */
    size_t count(const std::string &type) const
    {
        size_t n = 0;
        for (const trace_rec &rec : lines)
            n += type == log_type_name(rec.type);
        return n;
    }
};

#endif
