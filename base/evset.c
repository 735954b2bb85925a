#include "base/evset.h"

#include <string.h>

/* A box is a ring kept sorted: nearly every message is the latest of its box, so it goes in at the
 * tail without a move. */
struct box {
    u32 ring; /* Index of the first message of this ring in msg[]. */
    u32 mask; /* Capacity - 1. */
    u32 head, count;
};

struct evset {
    u32 actor_count;
    u32 leaf_count; /* Power of two >= actor_count. */
    u32 actor_bits;
    u32 box_off, msg_off, wake_off; /* Bytes from the start of the block. */
    u64 tree[];                     /* 1 is the root, leaf of actor i is leaf_count + i. */
};

static inline struct box *boxes(const struct evset *e)
{
    return (struct box *)((u8 *)(uintptr_t)e + e->box_off);
}

static inline struct msg *msgs(const struct evset *e)
{
    return (struct msg *)((u8 *)(uintptr_t)e + e->msg_off);
}

static inline u64 *wakes(const struct evset *e)
{
    return (u64 *)((u8 *)(uintptr_t)e + e->wake_off);
}

static u32 round_up_pow2(u32 n)
{
    u32 p = 1;

    ASSERT(n <= 1u << 31);
    while (p < n)
        p *= 2;
    return p;
}

static size_t tree_bytes(u32 leaf_count)
{
    return sizeof(struct evset) + 2u * leaf_count * sizeof(u64);
}

size_t evset_bytes(u32 actor_count, const u32 *box_len)
{
    size_t size = tree_bytes(round_up_pow2(actor_count));

    size += actor_count * (sizeof(u64) + sizeof(struct box));
    size = (size + 31) & ~(size_t)31;
    for (u32 i = 0; i < actor_count; i++)
        size += round_up_pow2(box_len[i]) * sizeof(struct msg);
    return size;
}

struct evset *evset_init(void *memory, u32 actor_count, const u32 *box_len)
{
    ASSERT(actor_count > 0 && actor_count <= UINT16_MAX + 1u);
    struct evset *e = memory;
    size_t total = evset_bytes(actor_count, box_len);

    ASSERT(total < UINT32_MAX);
    memset(memory, 0, total);
    e->actor_count = actor_count;
    e->leaf_count = round_up_pow2(actor_count);
    while ((1u << e->actor_bits) < e->leaf_count)
        e->actor_bits++;
    e->wake_off = (u32)tree_bytes(e->leaf_count);
    e->box_off = e->wake_off + actor_count * (u32)sizeof(u64);
    e->msg_off = (e->box_off + actor_count * (u32)sizeof(struct box) + 31) & ~31u;
    memset(e->tree, 0xff, 2u * e->leaf_count * sizeof(u64));

    u32 ring = 0;
    for (u32 i = 0; i < actor_count; i++) {
        wakes(e)[i] = TIME_NEVER;
        boxes(e)[i] = (struct box){ring, round_up_pow2(box_len[i]) - 1, 0, 0};
        ring += round_up_pow2(box_len[i]);
    }
    return e;
}

u64 evset_time_max(const struct evset *e)
{
    return (UINT64_MAX >> e->actor_bits) - 1;
}

u64 evset_box_head(const struct evset *e, u32 actor)
{
    const struct box *b = &boxes(e)[actor];
    return b->count != 0 ? msgs(e)[b->ring + (b->head & b->mask)].at_ps : TIME_NEVER;
}

u64 evset_wake(const struct evset *e, u32 actor)
{
    return wakes(e)[actor];
}

u64 evset_next(const struct evset *e, u32 actor)
{
    u64 wake_ps = wakes(e)[actor], head_ps = evset_box_head(e, actor);
    return wake_ps <= head_ps ? wake_ps : head_ps;
}

/* Bring the leaf of one actor up to date and replay its matches up to the root. */
static inline void update(struct evset *e, u32 actor)
{
    u64 at_ps = evset_next(e, actor);
    u32 i = e->leaf_count + actor;
    u64 key = UINT64_MAX;

    if (at_ps != TIME_NEVER) {
        ASSERT(at_ps <= evset_time_max(e));
        key = at_ps << e->actor_bits | actor;
    }
    e->tree[i] = key;
    while (i > 1) {
        u64 other = e->tree[i ^ 1];
        i >>= 1;
        key = key < other ? key : other;
        e->tree[i] = key;
    }
}

void evset_set_wake(struct evset *e, u32 actor, u64 wake_ps)
{
    wakes(e)[actor] = wake_ps;
    update(e, actor);
}

bool evset_put(struct evset *e, const struct msg *m)
{
    ASSERT(m->dst < e->actor_count);
    struct box *b = &boxes(e)[m->dst];
    struct msg *ring = &msgs(e)[b->ring];

    if (b->count > b->mask)
        return false;
    u32 i = b->head + b->count++;
    while (i != b->head && msg_before(m, &ring[(i - 1) & b->mask])) {
        ring[i & b->mask] = ring[(i - 1) & b->mask];
        i--;
    }
    ring[i & b->mask] = *m;
    if (i == b->head)
        update(e, m->dst);
    return true;
}

u64 evset_least(const struct evset *e, u32 *actor)
{
    u64 key = e->tree[1];

    if (key == UINT64_MAX)
        return TIME_NEVER;
    *actor = (u32)(key & ((1ull << e->actor_bits) - 1));
    return key >> e->actor_bits;
}

u64 evset_least_other(const struct evset *e, u32 actor)
{
    u64 least = UINT64_MAX;

    for (u32 i = e->leaf_count + actor; i > 1; i >>= 1) {
        u64 other = e->tree[i ^ 1];
        least = least < other ? least : other;
    }
    return least == UINT64_MAX ? TIME_NEVER : least >> e->actor_bits;
}

bool evset_pop(struct evset *e, u32 actor, u64 *at_ps, u64 *others_ps, struct msg *m)
{
    ASSERT(e->tree[1] != UINT64_MAX && e->tree[1] == e->tree[e->leaf_count + actor]);
    struct box *b = &boxes(e)[actor];

    *at_ps = e->tree[1] >> e->actor_bits;
    *others_ps = evset_least_other(e, actor);
    if (wakes(e)[actor] <= *at_ps) {
        wakes(e)[actor] = TIME_NEVER;
        return false;
    }
    *m = msgs(e)[b->ring + (b->head++ & b->mask)];
    b->count--;
    return true;
}

bool evset_take(struct evset *e, u32 actor, struct msg *m)
{
    u64 at_ps, others_ps;
    bool is_msg = evset_pop(e, actor, &at_ps, &others_ps, m);

    update(e, actor);
    return is_msg;
}

u32 evset_box_len(const struct evset *e, u32 actor)
{
    return boxes(e)[actor].mask + 1;
}

u32 evset_box_count(const struct evset *e, u32 actor)
{
    return boxes(e)[actor].count;
}
