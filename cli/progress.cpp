#include "cli/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace cli {

namespace {

const u64 period_ns = 250000000;

u64 accesses(const run *r)
{
    u64 sum = 0;

    for (u32 i = 0; i < r->c.s->task_count; i++) {
        const cpu_count &count = sys_task(&r->c, i)->count;
        sum += count.reads + count.writes;
    }
    return sum;
}

} // namespace

u64 host_now_ns()
{
    using namespace std::chrono;
    return (u64)duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

progress::progress(bool quiet, const run *r)
    : run_(r), on_(!quiet && isatty(STDERR_FILENO) == 1), shown_ns_(host_now_ns())
{
}

progress::~progress()
{
    if (written_)
        std::fputs("\r\033[K", stderr);
}

void progress::show()
{
    u64 now_ns = host_now_ns();

    if (now_ns - shown_ns_ < period_ns)
        return;
    u64 sum = accesses(run_), now_us = run_->c.now / PS_PER_US;
    u64 rate = (sum - shown_accesses_) * 1000000000 / (now_ns - shown_ns_);
    const stats &st = run_->c.s->stats;
    std::fprintf(stderr,
                 "\r%s: %llu.%03llu ms simulated, %llu faults, %llu.%llu M accesses/s\033[K",
                 run_->c.p->variant_name, (unsigned long long)(now_us / 1000),
                 (unsigned long long)(now_us % 1000), (unsigned long long)st.closed,
                 (unsigned long long)(rate / 1000000), (unsigned long long)(rate / 100000 % 10));
    written_ = true;
    shown_ns_ = now_ns;
    shown_accesses_ = sum;
}

} // namespace cli
