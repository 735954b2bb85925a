/*
 * The door of the shell: a run carried by SystemC. The machine becomes a hierarchy of modules named
 * after it (system.vcpu0.mmu, system.gic.dist, system.host.worker0, ...) with TLM-2.0 sockets at
 * the edges of memory and devices, under one of two schedules that give the same transcript as
 * run_until(). Nothing of SystemC is in this header; who brings modules includes
 * model/shell/plugs.hpp beside it.
 *
 * SystemC elaborates once in a process: so does shell_run(). Whoever wants several runs forks.
 */
#ifndef MODEL_SHELL_SHELL_H
#define MODEL_SHELL_SHELL_H

#include "model/model.h"

#ifdef __cplusplus
extern "C" {
#endif

enum shell_schedule {
    SHELL_CONDUCTOR, /* One process runs the event set up to the next event of other modules. */
    SHELL_MODULES,   /* Every actor is woken by a process of its own: the reference. */
};

struct shell_plugs; /* model/shell/plugs.hpp */

struct shell_options {
    enum shell_schedule schedule;
    /* The conductor returns to SystemC this often; 0: 10 us with modules of a user, else 100 us. No
     * result depends on it. */
    u64 quantum_ps;
    void (*progress)(void *arg); /* Called between two steps, at least once in a quantum. */
    /* Elaboration: the user makes modules and connects them. NULL: the machine is alone. */
    void (*plug)(void *arg, struct shell_plugs *plugs);
    void *arg;
    const char *vcd; /* Waves of the vCPUs go to "<vcd>.vcd"; modules only. NULL: none. */
};

/*
 * Runs r until run_is_over(); the caller then calls run_finish(). False: *e says what is wrong with
 * the options, or what SystemC complained about.
 */
bool shell_run(struct run *r, const struct shell_options *o, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
