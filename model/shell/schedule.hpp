/*
 * Time: the two schedules over one run. SystemC counts picoseconds, as the cores do.
 *
 * In `modules` each actor has a process. SystemC leaves the order of equal times open, so a process
 * whose actor does not hold the least key of the total order waits for the next delta cycle.
 *
 * In `conductor` one process runs the event set, never past the next event of somebody else and
 * never past a request that waits for its time at the bridge.
 */
#ifndef MODEL_SHELL_SCHEDULE_HPP
#define MODEL_SHELL_SCHEDULE_HPP

#include <systemc>
#include <vector>

#include "model/shell/shell.h"

namespace apfsim {

class actor;
class bridge;

inline u64 now_ps()
{
    return sc_core::sc_time_stamp().value();
}

inline sc_core::sc_time time_of(u64 ps)
{
    return sc_core::sc_time::from_value(ps);
}

/* What all modules share: the run, and how it is carried. */
struct carrier {
    struct run *r;
    const struct shell_options *o;
    u64 quantum_ps;
    bool is_plugged;             /* Modules of a user are there, and may act at any time. */
    bridge *store = nullptr;     /* Set if the store is a user's. */
    std::vector<actor *> actors; /* By number. */

    carrier(struct run *run, const struct shell_options *options);

    /* True: the run has ended, and SystemC stops. Asked between two steps. */
    bool is_over();
    /* Progress, and the wish of the user to stop. */
    void look_up();
    /*
     * Something from outside of the total order acts now, in the name of an actor: act() is called
     * as a step would be, then its messages go out.
     */
    template <typename F> void outside(u32 name, F act)
    {
        begin_outside(name);
        act();
        end_outside();
    }

private:
    void begin_outside(u32 name);
    void end_outside();

    bool has_stopped_ = false;
};

class actor : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(actor);
    actor(const sc_core::sc_module_name &name, carrier &c, u32 number);

    void arm(); /* The actor's next time may have changed. */

protected:
    virtual void stepped() {} /* After each step in `modules`, if anybody looks. */

private:
    void wake();

    carrier &c_;
    u32 number_;
    u64 armed_ps_ = TIME_NEVER;
    sc_core::sc_event due_;
};

/* In `modules`: looks up once in a quantum. */
class pulse : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(pulse);
    pulse(const sc_core::sc_module_name &name, carrier &c);

private:
    void beat();

    carrier &c_;
};

class conductor : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(conductor);
    conductor(const sc_core::sc_module_name &name, carrier &c);

private:
    void turn();
    void run_through(u64 last_ps);
    u64 next_event_ps();

    carrier &c_;
};

} // namespace apfsim
#endif
