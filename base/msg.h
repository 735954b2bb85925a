/*
 * The message: one small fixed struct for all that crosses a wire, a queue or a thread, and the
 * outbox in which a step leaves what it sends. The kinds stand in base/msg.def.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include "base/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum msg_kind {
#define MSG(kind, name, min_ps, guest, a, b) MSG_##kind,
#include "base/msg.def"
#undef MSG
    MSG_KIND_COUNT
};

struct msg {
    u64 at_ps; /* Arrival. */
    u64 a;     /* Payload; meaning by kind, see msg.def. */
    u32 b;     /* Payload. */
    u32 seq;   /* Counts the messages of one src; set by the outbox. */
    u16 src;   /* Actor numbers, fixed by the configuration. */
    u16 dst;
    u8 kind;    /* enum msg_kind */
    u8 zero[3]; /* Padding, always 0. */
};

STATIC_ASSERT(sizeof(struct msg) == 32, "two messages a cache line");

struct msg_info {
    const char *name;
    u64 min_ps;
    bool guest; /* May reach a vCPU in guest mode. */
    const char *a, *b;
};

extern const struct msg_info msg_info[MSG_KIND_COUNT];

/* The lookahead L: least min_ps of the kinds marked guest. */
#define MSG_LOOKAHEAD_PS 200000ull

/* (at_ps, src, seq): the order of the messages in one box. The total order has dst in front. */
static inline bool msg_before(const struct msg *x, const struct msg *y)
{
    if (x->at_ps != y->at_ps)
        return x->at_ps < y->at_ps;
    if (x->src != y->src)
        return x->src < y->src;
    return x->seq < y->seq;
}

/* What one step sends. The carrier delivers and empties it. Full: our error (a step is bounded). */
enum { OUTBOX_MAX = 1536 };
struct outbox {
    u64 now_ps; /* Time of the step: the carrier sets it, together with src and seq. */
    u64 soonest_ps; /* Never later than the least arrival of what is in here; the carrier may
                       begin with an earlier time of its own. */
    u16 src;
    u16 count;
    u32 *seq; /* The sender's running number. */
    struct msg msg[OUTBOX_MAX];
};

/* at_ps >= now_ps + min_ps of the kind, asserted. The caller fills a and b (both come as 0). */
struct msg *outbox_put(struct outbox *out, enum msg_kind kind, u16 dst, u64 at_ps);

#ifdef __cplusplus
}
#endif
#endif
