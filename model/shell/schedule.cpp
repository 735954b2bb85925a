#include "model/shell/schedule.hpp"

#include <algorithm>

#include "model/shell/bridge.hpp"

namespace apfsim {

using namespace sc_core;

/* Modules of a user see time pass in such steps; alone, only the user's terminal does. */
static const u64 plugged_quantum_ps = 10 * PS_PER_US, alone_quantum_ps = 100 * PS_PER_US;
static const u64 greatest_quantum_ps = PS_PER_S;

carrier::carrier(struct run *run, const struct shell_options *options)
    : r(run), o(options), is_plugged(o->plug != nullptr)
{
    quantum_ps = o->quantum_ps != 0 ? std::min(o->quantum_ps, greatest_quantum_ps)
                 : is_plugged       ? plugged_quantum_ps
                                    : alone_quantum_ps;
}

bool carrier::is_over()
{
    if (!run_is_over(r))
        return false;
    /* Processes that are runnable already will ask as well; SystemC wants to hear it once. */
    if (!has_stopped_)
        sc_stop();
    has_stopped_ = true;
    return true;
}

void carrier::look_up()
{
    if (o->progress != nullptr)
        o->progress(o->arg);
    if (r->cut != nullptr && *r->cut != 0)
        outside(0, [this] { sys_stop(&r->c, SYS_CUT); });
}

void carrier::begin_outside(u32 name)
{
    struct ctx *c = &r->c;

    c->now = std::max(c->now, now_ps());
    r->out.now_ps = c->now;
    r->out.soonest_ps = TIME_NEVER;
    r->out.src = (u16)name;
    r->out.seq = (u32 *)((u8 *)c->s + c->s->seq_off) + name;
}

void carrier::end_outside()
{
    for (u32 i = 0; i < r->out.count; i++)
        run_put(r, &r->out.msg[i]);
    r->out.count = 0;
}

/* --- modules --- */

actor::actor(const sc_module_name &name, carrier &c, u32 number)
    : sc_module(name), c_(c), number_(number)
{
    if (c.o->schedule != SHELL_MODULES)
        return;
    SC_METHOD(wake);
    sensitive << due_;
}

void actor::arm()
{
    u64 next_ps = evset_next(c_.r->events, number_);

    if (next_ps == armed_ps_)
        return;
    due_.cancel(); /* A notification alone can only bring an event forward. */
    armed_ps_ = next_ps;
    if (next_ps != TIME_NEVER)
        due_.notify(time_of(next_ps - now_ps()));
}

void actor::wake()
{
    struct run *r = c_.r;
    u32 least = 0;

    due_.cancel();
    armed_ps_ = TIME_NEVER;
    r->foreign_ps = c_.is_plugged ? now_ps() : TIME_NEVER;
    if (c_.is_over())
        return;
    if (evset_next(r->events, number_) == now_ps()) {
        evset_least(r->events, &least);
        if (least != number_) {
            next_trigger(SC_ZERO_TIME);
            return;
        }
        run_step(r, number_);
        if (c_.is_plugged || c_.o->vcd != nullptr)
            stepped();
    }
    arm();
}

pulse::pulse(const sc_module_name &name, carrier &c) : sc_module(name), c_(c)
{
    SC_METHOD(beat);
}

void pulse::beat()
{
    c_.r->foreign_ps = c_.is_plugged ? now_ps() : TIME_NEVER;
    if (c_.is_over())
        return;
    c_.look_up();
    /* Nobody else has anything to do: let SystemC come to its end. */
    if (sc_pending_activity())
        next_trigger(time_of(c_.quantum_ps));
}

/* --- conductor --- */

conductor::conductor(const sc_module_name &name, carrier &c) : sc_module(name), c_(c)
{
    SC_METHOD(turn);
}

/* The next event of SystemC: ours is the only process of this machine that waits for a time, and it
 * runs now. What is due at the bridge counts for the run as well. */
u64 conductor::next_event_ps()
{
    u64 event_ps = now_ps() + sc_time_to_pending_activity().value();

    c_.r->foreign_ps = c_.store != nullptr ? std::min(event_ps, c_.store->next_ps()) : event_ps;
    return event_ps;
}

/* All steps up to last_ps, unless a request for the foreign store comes before. */
void conductor::run_through(u64 last_ps)
{
    struct run *r = c_.r;
    const struct sys *s = r->c.s;
    u32 actor = 0;

    for (;;) {
        u64 at_ps = evset_least(r->events, &actor);
        if (at_ps > last_ps || at_ps > r->foreign_ps || at_ps > s->end_ps || s->end != SYS_RUNS)
            return;
        run_step(r, actor);
    }
}

void conductor::turn()
{
    struct run *r = c_.r;
    u32 actor = 0;

    if (sc_pending_activity_at_current_time()) {
        next_trigger(SC_ZERO_TIME);
        return;
    }
    c_.look_up();
    if (c_.store != nullptr) {
        next_event_ps();
        run_through(now_ps());
        c_.store->offer();
        if (sc_pending_activity_at_current_time()) {
            next_trigger(SC_ZERO_TIME);
            return;
        }
    }
    u64 limit_ps = std::min(next_event_ps(), now_ps() + c_.quantum_ps);
    run_through(limit_ps - 1);
    if (c_.is_over())
        return;
    u64 next_ps = std::max(evset_least(r->events, &actor), limit_ps);
    next_ps = std::min(next_ps, r->foreign_ps);
    if (next_ps != TIME_NEVER)
        next_trigger(time_of(next_ps - now_ps()));
}

} // namespace apfsim
