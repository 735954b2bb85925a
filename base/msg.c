#include "base/msg.h"

#define MSG(kind, name, min_ps, guest, a, b)                                                       \
    STATIC_ASSERT((min_ps) >= ((guest) ? MSG_LOOKAHEAD_PS : 1), "no zero delay, no early guest");
#include "base/msg.def"
#undef MSG

const struct msg_info msg_info[MSG_KIND_COUNT] = {
#define MSG(kind, name, min_ps, guest, a, b) [MSG_##kind] = {#name, min_ps, guest, a, b},
#include "base/msg.def"
#undef MSG
};

struct msg *outbox_put(struct outbox *out, enum msg_kind kind, u16 dst, u64 at_ps)
{
    ASSERT(out->count < OUTBOX_MAX);
    ASSERT(at_ps >= out->now_ps + msg_info[kind].min_ps);

    struct msg *m = &out->msg[out->count++];
    if (at_ps < out->soonest_ps)
        out->soonest_ps = at_ps;
    m->at_ps = at_ps;
    m->a = 0;
    m->b = 0;
    m->seq = (*out->seq)++;
    m->src = out->src;
    m->dst = dst;
    m->kind = (u8)kind;
    m->zero[0] = m->zero[1] = m->zero[2] = 0;
    return m;
}
