#include "model/shell/shell.h"

#include <exception>

#include "model/shell/machine.hpp"

/* The library asks for it, since it brings a main() of its own. Our programs have theirs. */
extern "C" int sc_main(int, char *[])
{
    return 1;
}

namespace apfsim {

using namespace sc_core;

static bool divert(void *arg, const struct msg *m)
{
    static_cast<carrier *>(arg)->store->take(*m);
    return true;
}

static void touched(void *arg, u32 number)
{
    static_cast<carrier *>(arg)->actors[number]->arm();
}

/* Elaborate and run. What SystemC or a module of the user has against it comes as an exception. */
static void simulate(struct run *r, const struct shell_options *o)
{
    carrier c(r, o);
    sc_trace_file *waves = nullptr;

    system_module system("system", c);
    if (c.is_plugged)
        o->plug(o->arg, &system);
    r->arg = &c;
    r->divert = c.store != nullptr ? divert : nullptr;
    r->touched = c.o->schedule == SHELL_MODULES ? touched : nullptr;
    if (o->vcd != nullptr) {
        r->fuse = false; /* Steps that are joined would be seen as one. */
        waves = sc_create_vcd_trace_file(o->vcd);
        waves->set_time_unit(1, SC_PS);
        system.trace(waves);
    }
    sc_start();
    if (waves != nullptr)
        sc_close_vcd_trace_file(waves);
}

static bool check_options(const struct shell_options *o, struct err *e)
{
    static bool has_run = false;

    if (o->vcd != nullptr && o->schedule != SHELL_MODULES)
        return err_set(e, ERR_USAGE, "waves need the schedule \"modules\"");
    if (has_run)
        return err_set(e, ERR_BROKEN, "SystemC runs once in a process");
    if (sc_get_time_resolution() != sc_time(1, SC_PS))
        return err_set(e, ERR_USAGE, "the resolution of SystemC's time must stay 1 ps");
    has_run = true;
    return true;
}

} // namespace apfsim

bool shell_run(struct run *r, const struct shell_options *o, struct err *e)
{
    using namespace apfsim;
    bool is_good = check_options(o, e);

    if (!is_good)
        return false;
    /* A program's terminal is its own: SystemC's notes, as that it has stopped, stay away. */
    sc_report_handler::set_actions(SC_INFO, SC_DO_NOTHING);
    try {
        simulate(r, o);
    } catch (const sc_report &x) {
        is_good = err_set(e, ERR_USAGE, "SystemC: %s: %s", x.get_msg_type(), x.get_msg());
    } catch (const std::exception &x) {
        is_good = err_set(e, ERR_USAGE, "SystemC: %s", x.what());
    }
    r->arg = nullptr;
    r->divert = nullptr;
    r->touched = nullptr;
    r->foreign_ps = TIME_NEVER;
    if (is_good)
        run_is_over(r); /* Says why, also if SystemC ran out of events. */
    return is_good;
}
