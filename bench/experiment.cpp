#include "bench/experiment.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "bench/foreign_store.hpp"
#include "bench/measure.hpp"
#include "model/shell/shell.h"

namespace bench {

namespace {

[[noreturn]] void give_up(const std::string &what)
{
    std::fprintf(stderr, "apfsim_bench: %s\n", what.c_str());
    std::exit(EXIT_FAILURE);
}

/* A file that is gone with its object. */
class temporary {
public:
    temporary()
    {
        int file = mkstemp(path_.data());

        if (file < 0)
            give_up("cannot make a file in /tmp");
        close(file);
    }
    ~temporary()
    {
        unlink(path_.c_str());
    }
    temporary(const temporary &) = delete;
    temporary &operator=(const temporary &) = delete;

    const char *path() const
    {
        return path_.c_str();
    }

private:
    std::string path_ = "/tmp/apfsim-bench-XXXXXX";
};

config load(const std::string &yaml)
{
    temporary file;
    std::ofstream(file.path()) << yaml;
    config c = {};
    err e = {};

    if (!config_load(&c, file.path(), nullptr, 0, &e))
        give_up(e.text);
    return c;
}

/* The event trace of a run. */
class recorder {
public:
    explicit recorder(run *r)
    {
        const results_info info = {0, "bench", "bench", "bench", 0};
        struct apft_header header = {};

        header.text = results_trace_header(r, &info, &header.size);
        writer_ = apft_create(file_.path(), &header, &error_);
        std::free(header.text);
        if (writer_ == nullptr)
            give_up(error_.text);
        r->c.log->flush = put;
        r->c.log->arg = this;
    }
    void finish()
    {
        if (!apft_finish(writer_, &error_))
            give_up(error_.text);
    }

private:
    static void put(void *arg, const trace_rec *rec, size_t count)
    {
        recorder *own = static_cast<recorder *>(arg);

        if (!apft_put_many(own->writer_, rec, count, &own->error_))
            give_up(own->error_.text);
    }

    temporary file_;
    apft_writer *writer_;
    err error_ = {};
};

u64 resident_bytes()
{
    u64 size = 0, resident = 0;

    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * u64(sysconf(_SC_PAGESIZE));
}

} // namespace

/* The traces that tasks replay, one for each task. */
struct machine::sources {
    struct file {
        lackey *reader;
        err e;
    };
    std::vector<file> files;
    std::vector<op_source> table;

    explicit sources(const spec &p) : files(p.task_count), table(p.task_count)
    {
        for (u32 i = 0; i < p.task_count; i++) {
            if (p.task[i].kind != TASK_TRACE)
                continue;
            files[i].reader = lackey_open(p.task[i].file, &files[i].e);
            if (files[i].reader == nullptr)
                give_up(files[i].e.text);
            table[i] = {&files[i], read, rewind};
        }
    }
    ~sources()
    {
        for (const file &f : files)
            if (f.reader != nullptr)
                lackey_close(f.reader);
    }
    static s64 read(void *arg, u64 *op, size_t max, const char **text)
    {
        file *f = static_cast<file *>(arg);

        *text = f->e.text;
        return lackey_read(f->reader, op, max, &f->e);
    }
    static bool rewind(void *arg, const char **text)
    {
        file *f = static_cast<file *>(arg);

        *text = f->e.text;
        return lackey_rewind(f->reader, &f->e);
    }
};

machine::machine(const std::string &yaml) : config_(load(yaml)), log_(std::make_unique<log>())
{
    const spec *p = config_spec(&config_, 0);

    log_init(log_.get());
    sources_ = std::make_unique<sources>(*p);
    run_ = run_new(p, sources_->table.data(), log_.get());
    if (run_ == nullptr)
        give_up("no memory for a run");
}

machine::~machine()
{
    run_free(run_);
    config_free(&config_);
}

void machine::carry(bench::carrier carrier)
{
    shell_options options = {};
    err e = {};

    options.schedule = carrier == carrier::MODULES ? SHELL_MODULES : SHELL_CONDUCTOR;
    options.plug = carrier == carrier::FOREIGN_STORE ? plug_foreign_store : nullptr;
    if (carrier == carrier::TESTBED)
        run_until(run_, TIME_NEVER);
    else if (!shell_run(run_, &options, &e))
        give_up(e.text);
    if (!run_is_over(run_) || run_->c.s->end != SYS_DONE)
        give_up(std::string("the run did not end well: ") + run_->c.s->end_text);
}

namespace {

u64 access_count(run *r)
{
    u64 sum = 0;

    for (u32 i = 0; i < r->c.s->task_count; i++)
        sum += sys_task(&r->c, i)->count.reads + sys_task(&r->c, i)->count.writes;
    return sum;
}

outcome run_here(const experiment &e)
{
    const u64 before_bytes = resident_bytes();
    machine m(e.yaml);
    std::unique_ptr<recorder> trace;
    outcome o = {};

    if (e.records)
        trace = std::make_unique<recorder>(m.run());
    o.seconds = time_s([&] {
        m.carry(e.carrier);
        run_finish(m.run());
        if (trace != nullptr)
            trace->finish();
    });
    const sys *s = m.run()->c.s;
    o.faults = s->stats.closed;
    if (o.faults < e.faults)
        give_up("the run had " + std::to_string(o.faults) + " faults, expected at least " +
                std::to_string(e.faults));
    o.steps = m.run()->c.steps;
    o.accesses = access_count(m.run());
    o.used_bytes = s->used_bytes;
    o.grown_bytes = resident_bytes() - before_bytes;
    o.touched_pages = s->mem.touched_pages;
    return o;
}

/* What all experiments share, and the tasks of one. */
std::string yaml(u32 vcpus, const std::string &tasks, const std::string &more = "")
{
    const std::string count = std::to_string(vcpus);
    std::string text = "apfsim: 1\n";

    text += "machine: {profile: neoverse-n1, host_cpus: " + count + "}\n";
    text += "guest:\n  vcpus: " + count + "\n  memory: 4GiB\n  tasks:\n" + tasks;
    return text + more + "protocol: {variant: v4}\n";
}

std::string touch(u32 vcpu, u64 pages, u64 accesses, const std::string &how)
{
    const std::string n = std::to_string(vcpu);

    return "    - {name: t" + n + ", kind: touch, vcpu: " + n +
           ", footprint: " + std::to_string(pages * 4) +
           "KiB, accesses: " + std::to_string(accesses) + ", " + how + "}\n";
}

std::string four(u64 pages, u64 accesses, const std::string &how)
{
    std::string tasks;

    for (u32 i = 0; i < 4; i++)
        tasks += touch(i, pages, accesses, how);
    return tasks;
}

} // namespace

bool measure(const experiment &e, outcome *o)
{
    return in_child(o, [&] { *o = run_here(e); });
}

std::string reference_yaml(u64 pages)
{
    return yaml(4, four(pages, pages, "placement: cold, stride: 4KiB"));
}

std::string reclaim_yaml(u64 pages)
{
    return yaml(4, four(pages, 2 * pages, "placement: cold, stride: 4KiB, write: 100%"),
                "host: {memory_limit: " + std::to_string(4 * pages / 2 * 4) + "KiB}\n");
}

std::string hot_yaml(u64 pages, u64 accesses)
{
    return yaml(1, touch(0, pages, accesses, "placement: resident, pattern: random, write: 33%"));
}

std::string replay_yaml(const std::string &file)
{
    return yaml(1, "    - {name: replay, kind: trace, placement: cold, file: \"" + file + "\"}\n");
}

} // namespace bench
