#include "cli/machine.hpp"

#include <unistd.h>

#include <memory>

#include "cli/interrupt.hpp"
#include "cli/recorder.hpp"
#include "cli/sources.hpp"

namespace cli {

namespace {

const char summary_file[] = "summary.json", trace_file[] = "trace.apft";

/* Where a run was when it broke: variant, seed, time, and the last lines of the transcript. */
void report_end(const run *r)
{
    const struct log *l = r->c.log;
    u64 first = l->count > LOG_LAST ? l->count - LOG_LAST : 0;
    u32 actor = r->out.src;
    char name[32], text[160];

    sys_actor_name(r->c.s, actor, name, sizeof name);
    std::fprintf(stderr, "  in %s at %llu.%03llu ns, variant %s, seed %llu; the last messages:\n",
                 name, (unsigned long long)(r->c.now / PS_PER_NS),
                 (unsigned long long)(r->c.now % PS_PER_NS), r->c.p->variant_name,
                 (unsigned long long)r->c.p->seed);
    for (u64 n = first; n < l->count; n++) {
        const trace_rec *rec = &l->last[n % LOG_LAST];
        sys_actor_name(r->c.s, rec->actor, name, sizeof name);
        log_print(rec, name, text, sizeof text);
        std::fprintf(stderr, "  %s\n", text);
    }
}

/* An assertion has failed, and its words have been printed. */
void on_assert(void *arg)
{
    report_end(static_cast<const run *>(arg));
    _exit(ERR_BROKEN);
}

/* What all of a run needs, freed in the right order. */
class machine {
public:
    machine(const config &c, u32 index, const run_options &options, const output *folder);
    ~machine();
    machine(const machine &) = delete;
    machine &operator=(const machine &) = delete;

    void execute();
    void finish();
    void write_results() const;
    int status() const;

    const run *get() const
    {
        return run_;
    }
    results_info info;

private:
    void finish_trace();
    void give_up();

    const config &config_;
    const u32 index_;
    const run_options &options_;
    const output *folder_;
    sources sources_;
    std::unique_ptr<struct log> log_{new struct log};
    run *run_ = nullptr;
    std::unique_ptr<recorder> recorder_;
};

machine::machine(const config &c, u32 index, const run_options &options, const output *folder)
    : info{config_hash(&c, index), APFSIM_VERSION, options.carrier->name, options.config.c_str(),
           0},
      config_(c), index_(index), options_(options), folder_(folder),
      sources_(*config_spec(&c, index))
{
    log_init(log_.get());
    run_ = run_new(config_spec(&c, index), sources_.get(), log_.get());
    if (run_ == nullptr)
        throw std::bad_alloc();
    run_->cut = interrupt_flag();
    assert_set_reporter(on_assert, run_);
    if (options.trace && folder != nullptr)
        recorder_ = std::make_unique<recorder>(folder->temporary(trace_file), run_, info);
}

machine::~machine()
{
    recorder_.reset();
    assert_set_reporter(nullptr, nullptr);
    run_free(run_);
}

void machine::execute()
{
    progress p(options_.quiet, run_);
    u64 start_ns = host_now_ns();

    options_.carrier->carry(run_, p);
    info.host_ns = host_now_ns() - start_ns;
}

void machine::finish_trace()
{
    if (recorder_ == nullptr)
        return;
    recorder_->finish();
    recorder_.reset();
    folder_->retire_old({});
    folder_->publish(trace_file);
}

/* There are no results; the trace shows how it came to that. */
void machine::give_up()
{
    const sys *s = run_->c.s;

    finish_trace();
    if (s->end == SYS_INPUT)
        throw sources_.why(s->end_text);
    std::fprintf(stderr, "apfsim: %s\n", s->end_text);
    report_end(run_);
}

void machine::finish()
{
    if (run_->c.s->end >= SYS_STUCK) {
        give_up();
        return;
    }
    run_finish(run_);
    finish_trace();
}

void machine::write_results() const
{
    if (folder_ == nullptr)
        return;
    folder_->retire_old(options_.trace ? std::set<std::string>{trace_file}
                                       : std::set<std::string>{});
    folder_->write("config.resolved.yaml",
                   [&](FILE *out) { return config_write_resolved(&config_, index_, out); });
    folder_->write(summary_file, [&](FILE *out) { return results_write_json(run_, &info, out); });
}

int machine::status() const
{
    const u8 end = run_->c.s->end;

    if (end >= SYS_STUCK)
        return ERR_BROKEN;
    return end == SYS_CUT ? (int)STATUS_INTERRUPTED : (int)ERR_NONE;
}

} // namespace

int run_machine(const config &c, u32 index, const run_options &options, const output *folder,
                struct results_brief *brief)
{
    machine m(c, index, options, folder);

    m.execute();
    m.finish();
    if (m.status() == ERR_BROKEN)
        return ERR_BROKEN;
    m.write_results();
    if (!options.quiet)
        results_print_summary(m.get(), &m.info, stdout);
    results_brief(m.get(), brief);
    return m.status();
}

} // namespace cli
