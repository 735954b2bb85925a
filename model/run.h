/*
 * A run: the image, the context, and one step of the total order. Carriers differ only in who calls
 * run_step() when: the testbed's loop, SystemC's processes, later an explorer.
 */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include "model/system.h"

#ifdef __cplusplus
extern "C" {
#endif

struct run {
    struct ctx c;
    struct evset *events;
    struct outbox out;
    size_t memory_bytes;
    bool run_ahead; /* Off: every operation is a step (explorer, tests). */
    bool fuse;      /* Off: one call executes one step. On: also the next own wakes of the same
                       actor, as long as nothing of anybody else comes in between. */
    u64 foreign_ps; /* Bridge: time of the next foreign event, TIME_NEVER if there is none. */
    /* Bridge: takes the store's messages away (true) instead of the store actor. */
    bool (*divert)(void *arg, const struct msg *m);
    /* Told of each actor whose next time may have changed by a step of another. NULL: nobody. */
    void (*touched)(void *arg, u32 actor);
    void *arg;
    volatile const int *cut; /* Becomes non-zero when the user wants to end the run. */
};

/* NULL: no memory (the only allocation of a run). log and source stay the caller's. */
struct run *run_new(const struct spec *p, const struct op_source *source, struct log *log);
void run_free(struct run *r);
/* Execute the step of the actor that holds the least key. */
void run_step(struct run *r, u32 actor);
/* Deliver a message from outside (the bridge): an answer of the foreign store. */
void run_put(struct run *r, const struct msg *m);
/* True: nothing is left to do up to the end of the run. Sets the end's reason. */
bool run_is_over(struct run *r);
/* Close the accounts; call once, when run_is_over(). */
void run_finish(struct run *r);
/* The testbed: all of it. until_ps: stop before the first step later than this. */
void run_until(struct run *r, u64 until_ps);

#ifdef __cplusplus
}
#endif
#endif
