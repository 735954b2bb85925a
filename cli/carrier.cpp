#include "cli/carrier.hpp"

#include "cli/interrupt.hpp"
#include "model/shell/shell.h"

namespace cli {

namespace {

/* Simulated time between two looks at the clock of this computer. */
const u64 slice_ps = PS_PER_MS / 10;

void run_testbed(run *r, progress &p)
{
    u32 actor = 0;

    while (p.is_on() && !interrupted() && !run_is_over(r)) {
        run_until(r, evset_least(r->events, &actor) + slice_ps);
        p.show();
    }
    run_until(r, TIME_NEVER);
    bool is_over = run_is_over(r);
    ASSERT(is_over);
}

void show(void *p)
{
    static_cast<progress *>(p)->show();
}

void run_systemc(run *r, progress &p, shell_schedule schedule)
{
    shell_options o = {};
    err e = {};

    o.schedule = schedule;
    o.progress = p.is_on() ? show : nullptr;
    o.arg = &p;
    if (!shell_run(r, &o, &e))
        throw failure(e);
}

void run_modules(run *r, progress &p)
{
    run_systemc(r, p, SHELL_MODULES);
}

void run_conductor(run *r, progress &p)
{
    run_systemc(r, p, SHELL_CONDUCTOR);
}

const carrier carriers[] = {
    {"testbed", run_testbed},
    {"modules", run_modules},
    {"conductor", run_conductor},
};

} // namespace

const carrier *carrier_find(const std::string &name)
{
    for (const carrier &c : carriers)
        if (name == c.name)
            return &c;
    return nullptr;
}

} // namespace cli
