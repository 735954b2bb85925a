#include "model/system.h"

const struct hop_info hop_info[HOP_COUNT] = {
#define HOP(id, key, chain, words) [HOP_##id] = {key, CHAIN_##chain, words},
#include "model/hop.def"
#undef HOP
};

const char *const fault_kind_name[FAULT_KIND_COUNT] = {
    [FAULT_ASYNC] = "async",
    [FAULT_SYNC_NO_APF] = "no_apf",
    [FAULT_SYNC_DISABLED] = "disabled",
    [FAULT_SYNC_EL1] = "el1",
    [FAULT_SYNC_RUNNING] = "sdei_running",
    [FAULT_SYNC_MAILBOX] = "mailbox",
    [FAULT_SYNC_PNP] = "pnp_unacked",
    [FAULT_SYNC_READY] = "ready_unacked",
    [FAULT_SYNC_SLOTS] = "slots",
    [FAULT_SYNC_PERM] = "permission",
};

static const u64 page_hops = (2ull << HOP_PAGE_LAST) - 1;

void stats_init(struct stats *st)
{
    for (u32 i = 0; i < HOP_COUNT; i++)
        hist_init(&st->hop[i]);
    hist_init(&st->total_async);
    hist_init(&st->total_sync);
    hist_init(&st->guest_total);
}

u32 fault_open(struct ctx *c, u32 vcpu, u32 task, u32 gfn, u64 start_ps)
{
    struct sys *s = c->s;
    u32 i = s->fault_free;

    ASSERT(i != FAULT_NONE); /* The pool holds every slot, vCPU and task. */
    struct fault *f = sys_fault(c, i);
    s->fault_free = f->next_free;
    f->start_ps = f->last_ps = f->guest_last_ps = start_ps;
    f->pick_ps = f->visited = f->number = 0;
    f->gfn = gfn;
    f->token = 0;
    f->vcpu = (u16)vcpu;
    f->task = (u16)task;
    f->used = 1;
    f->kind = f->flags = f->owner = f->dequeue_tries = 0;
    return i;
}

static void add_hop(struct fault *f, enum hop hop, u64 ps)
{
    u64 bit = 1ull << hop;

    f->hop_ps[hop] = (f->visited & bit ? f->hop_ps[hop] : 0) + ps;
    f->visited |= bit;
}

void fault_stamp(struct ctx *c, u32 fault, enum hop hop, u64 at_ps)
{
    struct fault *f = sys_fault(c, fault);

    ASSERT(f->used && at_ps >= f->last_ps);
    add_hop(f, hop, at_ps - f->last_ps);
    f->last_ps = at_ps;
}

void fault_stamp_guest(struct ctx *c, u32 fault, enum hop hop, u64 at_ps)
{
    struct fault *f = sys_fault(c, fault);

    ASSERT(f->used && at_ps >= f->guest_last_ps);
    add_hop(f, hop, at_ps - f->guest_last_ps);
    f->guest_last_ps = at_ps;
}

void fault_charge(struct ctx *c, u32 fault, u64 pick_ps)
{
    sys_fault(c, fault)->pick_ps += pick_ps;
}

/* Of a delay that had begun before the fault came to it: not more than it has waited. */
void fault_charge_wait(struct ctx *c, u32 fault, u64 pick_ps, u64 waited_ps)
{
    fault_charge(c, fault, pick_ps < waited_ps ? pick_ps : waited_ps);
}

static void release(struct ctx *c, u32 fault)
{
    struct fault *f = sys_fault(c, fault);

    struct vcpu *v = sys_vcpu(c, f->vcpu);

    if (v->pnp_fault == fault) /* Its notification is still on the way. */
        v->pnp_fault = FAULT_NONE;
    f->used = 0;
    f->next_free = (u16)c->s->fault_free;
    c->s->fault_free = fault;
}

/* Every hop to its histogram; the hops of the page chain must sum exactly to the latency. */
void fault_close(struct ctx *c, u32 fault, u64 at_ps)
{
    struct stats *st = &c->s->stats;
    struct fault *f = sys_fault(c, fault);
    u64 sum_ps = 0;

    ASSERT(f->used);
    if (!(f->flags & FAULT_COUNTED)) {
        fault_drop(c, fault);
        return;
    }
    if (at_ps > f->last_ps)
        fault_stamp(c, fault, f->owner == OWNER_TASK ? HOP_WAIT_RUNQ : HOP_RETRY, at_ps);
    for (u64 left = f->visited & page_hops; left != 0; left &= left - 1) {
        u32 hop = (u32)__builtin_ctzll(left);
        hist_add(&st->hop[hop], f->hop_ps[hop]);
        sum_ps += f->hop_ps[hop];
    }
    ASSERT(sum_ps == f->last_ps - f->start_ps);
    hist_add(f->kind == FAULT_ASYNC ? &st->total_async : &st->total_sync, sum_ps);
    st->refaulted += (f->flags & FAULT_REFAULTED) != 0;
    st->page_ps += sum_ps;
    st->pick_ps += f->pick_ps;
    st->closed++;
    if (c->fault_sink != NULL)
        c->fault_sink(c->fault_sink_arg, f);
    release(c, fault);
}

void fault_close_guest(struct ctx *c, u32 fault, u64 at_ps)
{
    struct fault *f = sys_fault(c, fault);
    u64 sum_ps = 0;

    fault_stamp_guest(c, fault, HOP_G_SWITCH, at_ps);
    for (u64 left = f->visited & ~page_hops; left != 0; left &= left - 1) {
        u32 hop = (u32)__builtin_ctzll(left);
        hist_add(&c->s->stats.hop[hop], f->hop_ps[hop]);
        sum_ps += f->hop_ps[hop];
    }
    hist_add(&c->s->stats.guest_total, sum_ps);
}

void fault_drop(struct ctx *c, u32 fault)
{
    ASSERT(sys_fault(c, fault)->used && !(sys_fault(c, fault)->flags & FAULT_COUNTED));
    release(c, fault);
}
