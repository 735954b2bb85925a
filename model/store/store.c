#include "model/store/store.h"
#include "model/system.h"

/* First channel to be free; the lowest number wins. */
static u32 best_channel(const struct store *d, u32 channels)
{
    u32 best = 0;

    for (u32 i = 1; i < channels; i++)
        if (d->channel_free_ps[i] < d->channel_free_ps[best])
            best = i;
    return best;
}

static u64 max_ps(u64 a, u64 b)
{
    return a > b ? a : b;
}

/*
 * Everything is served in the order of arrival, so the time of completion is known at once: when
 * a slot of the queue is free, when a channel is free, the draw, and the page's turn on the link.
 */
void store_step(struct ctx *c, const struct msg *in)
{
    const struct store_spec *p = &c->p->store;
    struct store *d = &c->s->store;
    bool is_read = in != NULL && in->kind == MSG_FETCH;

    ASSERT(p->channels <= STORE_CHANNELS_MAX && p->queue_depth <= STORE_DEPTH_MAX);
    ASSERT(is_read || (in != NULL && in->kind == MSG_WRITE));
    u32 channel = best_channel(d, p->channels);
    u64 accepted_ps = max_ps(in->at_ps, d->slot_free_ps[d->slot]);
    u64 start_ps = max_ps(accepted_ps, d->channel_free_ps[channel]);
    u64 draw = rng_u64(c->p->seed, is_read ? RNG_STORE_READ : RNG_STORE_WRITE,
                       store_gfn(in->a), in->b);
    u64 served_ps = start_ps + dist_value(is_read ? &p->read : &p->write, draw);
    u64 done_ps = max_ps(served_ps, d->link_free_ps) + p->transfer_ps;

    if (p->transfer_ps != 0)
        d->link_free_ps = done_ps;
    d->channel_free_ps[channel] = served_ps;
    d->slot_free_ps[d->slot] = done_ps;
    d->slot = (d->slot + 1) % p->queue_depth;
    d->reads += is_read;
    d->writes += !is_read;
    d->queue_ps += start_ps - in->at_ps;
    d->service_ps += done_ps - start_ps;

    store_answer(c, in, done_ps);
}

/* The completion interrupt: the host has handled it host.io_completion after the device was done.
 * Also the way back for a store outside of this model. */
struct msg *store_answer(struct ctx *c, const struct msg *request, u64 done_ps)
{
    u64 at_ps = done_ps + cost_ps(c, COST_IO_IRQ);
    struct msg *m = outbox_put(c->out, request->kind == MSG_FETCH ? MSG_FETCHED : MSG_WRITTEN,
                               (u16)(c->s->actor_hostcpu + store_cpu(request->a)),
                               at_ps > c->now ? at_ps : c->now + 1);

    m->a = request->a;
    m->b = request->b;
    return m;
}
