/*
 * The event set: for each actor its own wake and a box of messages, and over all actors a winner
 * tree of the least key. A key is (at_ps, actor, own wake before messages); inside a box the order
 * is (at_ps, src, seq). Together that is the total order of design rule "one total order".
 *
 * Knows no actor. Memory: the caller gives one block of evset_bytes(), aligned to 8 bytes; no
 * pointers inside, so the set is copied and compared as bytes. They depend on what was taken and
 * what waits, not on the order of the puts. Time: only what comes in.
 */
#ifndef BASE_EVSET_H
#define BASE_EVSET_H

#include "base/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct evset;

/* actor_count: 1..65536. box_len[i]: most messages that may wait for actor i at once (rounded up to
 * a power of two). */
size_t evset_bytes(u32 actor_count, const u32 *box_len);
struct evset *evset_init(void *memory, u32 actor_count, const u32 *box_len);

/* The greatest time that fits into a key beside the actor's number. */
u64 evset_time_max(const struct evset *e);

void evset_set_wake(struct evset *e, u32 actor, u64 wake_ps); /* TIME_NEVER: none. */
u64 evset_wake(const struct evset *e, u32 actor);
/* False: the box is full, nothing changed. */
bool evset_put(struct evset *e, const struct msg *m);

/* Time of the least key, TIME_NEVER if nothing is pending; *actor is whose. */
u64 evset_least(const struct evset *e, u32 *actor);
/* Least time of all actors but this one. */
u64 evset_least_other(const struct evset *e, u32 actor);
/* Head of this actor's box, TIME_NEVER if empty. */
u64 evset_box_head(const struct evset *e, u32 actor);
/* Next time of one actor: the lesser of wake and box head. */
u64 evset_next(const struct evset *e, u32 actor);

/*
 * Begin the step of the actor with the least key: what it has next is taken out, its time goes to
 * *at_ps. Own wake: false. Message: true, and *m is a copy. The tree is not brought up to date
 * until evset_set_wake() of the same actor, which has to end the step.
 * *others_ps is what evset_least_other() says.
 */
bool evset_pop(struct evset *e, u32 actor, u64 *at_ps, u64 *others_ps, struct msg *m);
/*
 * Take what actor has next (it must be the least, asserted). Own wake: returns false and clears
 * the wake. Message: returns true and copies it.
 */
bool evset_take(struct evset *e, u32 actor, struct msg *m);

u32 evset_box_len(const struct evset *e, u32 actor);   /* Capacity. */
u32 evset_box_count(const struct evset *e, u32 actor); /* Messages waiting. */

#ifdef __cplusplus
}
#endif
#endif
