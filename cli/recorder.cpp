#include "cli/recorder.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cli/interrupt.hpp"

namespace cli {

static_assert(FAULT_RECORD_END <= 256, "a record has eight bits for its type");

const char *const fault_record_name[] = {"hop", "page", "kind", "pick", "latency"};

namespace {

/* The names of the model, and ours behind them. */
std::string header_text(const run *r, const results_info &info)
{
    size_t size = 0;
    std::unique_ptr<char, decltype(&std::free)> text(results_trace_header(r, &info, &size),
                                                     std::free);

    if (text == nullptr)
        throw std::bad_alloc();
    std::string all(text.get(), size);
    for (u32 type = FAULT_RECORD_FIRST; type < FAULT_RECORD_END; type++)
        all += "type " + std::to_string(type) + " fault " +
               fault_record_name[type - FAULT_RECORD_FIRST] + "\n";
    return all;
}

} // namespace

recorder::recorder(const std::string &path, run *r, const results_info &info) : run_(r)
{
    std::string text = header_text(r, info);
    struct apft_header header = {text.data(), text.size()};

    writer_ = apft_create(path.c_str(), &header, &error_);
    if (writer_ == nullptr)
        throw failure(error_);
    r->c.log->flush = on_lines;
    r->c.log->arg = this;
    r->c.fault_sink = on_fault;
    r->c.fault_sink_arg = this;
}

recorder::~recorder()
{
    if (writer_ != nullptr)
        apft_abandon(writer_);
}

void recorder::put(const trace_rec *rec, size_t count)
{
    if (error_.code != ERR_NONE)
        return;
    at_ps_ = rec[count - 1].at_ps;
    if (!apft_put_many(writer_, rec, count, &error_))
        interrupt_request(); /* finish() says why. */
}

void recorder::on_lines(void *self, const trace_rec *rec, size_t count)
{
    static_cast<recorder *>(self)->put(rec, count);
}

void recorder::on_fault(void *arg, const fault *f)
{
    recorder *self = static_cast<recorder *>(arg);
    trace_rec rec[HOP_COUNT + FAULT_RECORD_END - FAULT_RECORD_FIRST];
    size_t count = 0;

    log_finish(self->run_->c.log); /* What came before stands before. */
    u64 at_ps = std::max(self->at_ps_, self->run_->c.now);
    auto add = [&](fault_record type, u64 a, u32 b) {
        rec[count++] = {at_ps, a, b, f->vcpu, (u8)type, 0};
    };
    for (u64 left = f->visited; left != 0; left &= left - 1) {
        u32 hop = (u32)__builtin_ctzll(left);
        add(FAULT_RECORD_HOP, f->hop_ps[hop], hop);
    }
    add(FAULT_RECORD_PAGE, f->gfn, f->token);
    add(FAULT_RECORD_KIND, f->number, (u32)f->task << 16 | (u32)f->kind << 8 | f->flags);
    add(FAULT_RECORD_PICK, f->pick_ps, 0);
    add(FAULT_RECORD_LATENCY, f->start_ps, 0);
    self->put(rec, count);
}

void recorder::finish()
{
    if (error_.code == ERR_NONE)
        log_finish(run_->c.log);
    run_->c.log->flush = nullptr;
    run_->c.fault_sink = nullptr;
    apft_writer *writer = writer_;
    writer_ = nullptr;
    bool good = apft_finish(writer, error_.code == ERR_NONE ? &error_ : nullptr);
    if (!good || error_.code != ERR_NONE)
        throw failure(error_);
}

} // namespace cli
