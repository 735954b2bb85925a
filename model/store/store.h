/*
 * The backing store as a queueing device: `channels` requests are served at once, the device
 * accepts `queue_depth` and the rest waits in the host, in order; then the page crosses one link.
 * The service time of a request is a draw keyed by (gfn, how often it was asked for), so that
 * every design meets the same device.
 */
#ifndef MODEL_STORE_STORE_H
#define MODEL_STORE_STORE_H

#include "model/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct store {
    u64 channel_free_ps[STORE_CHANNELS_MAX];
    u64 link_free_ps;
    u64 slot_free_ps[STORE_DEPTH_MAX]; /* Ring over the queue depth: when that slot frees. */
    u32 slot;
    u32 zero;
    u64 reads, writes;
    u64 queue_ps, service_ps; /* Sums over all requests. */
};

struct ctx;
struct msg;
void store_step(struct ctx *c, const struct msg *in);
struct msg *store_answer(struct ctx *c, const struct msg *request, u64 done_ps);
/* Payload word a of FETCH, WRITE, FETCHED, WRITTEN: gfn in 47:0, host CPU in 63:48. */
static inline u64 store_key(u32 gfn, u32 cpu)
{
    return (u64)cpu << 48 | gfn;
}
static inline u32 store_gfn(u64 a)
{
    return (u32)a;
}
static inline u32 store_cpu(u64 a)
{
    return (u32)(a >> 48);
}

#ifdef __cplusplus
}
#endif
#endif
