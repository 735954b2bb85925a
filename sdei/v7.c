/*
 * The KVM series v7: events 0 (software signalled) and 1 (asynchronous page fault), private and
 * normal, one context, and for each vCPU four bitmaps: registered, enabled, running, pending. What
 * differs from DEN0054 is marked "Posted", with the message id of the patch that does it.
 */
#include "sdei/private.h"

struct call { /* One call of a guest, on its way through the table below. */
    struct sdei_vcpu *v;
    const u64 *arg; /* x1..x5 */
    bool *request;
};

/*
 * Posted, <20220527080253.1562538-5-gshan@redhat.com> and after: the upper half of an argument is
 * not looked at where the code keeps it in an int.
 */
static bool take_num(const struct call *c, u32 *num)
{
    *num = (u32)c->arg[0];
    return *num < SDEI_V7_EVENT_COUNT;
}

/*
 * <20220527080253.1562538-17-gshan@redhat.com>. Version 1.1, and the vendor is the third word of
 * KVM's UID.
 */
static s64 version(const struct call *c)
{
    (void)c;
    return 1ll << 48 | 1ll << 32 | SDEI_V7_VENDOR;
}

/*
 * Posted, <20220527080253.1562538-5-gshan@redhat.com>: no look at the address; the flags are tested
 * in full, neither mode has an effect.
 */
static s64 event_register(const struct call *c)
{
    struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num) || c->arg[3] > SDEI_ROUTE_PE)
        return SDEI_INVALID_PARAMETERS;
    if ((s->registered | s->running) >> num & 1)
        return SDEI_DENIED;
    s->entry[num] = c->arg[1];
    s->param[num] = c->arg[2];
    s->registered |= 1ull << num;
    return SDEI_SUCCESS;
}

/*
 * The state already reached is a success, as in DEN0054.
 * Inaccurate: posted v7 takes the number of these two calls as signed
 * (<20220527080253.1562538-7-gshan@redhat.com> makes it so), and then a negative one passes the
 * test and reads, then writes memory of the host before the bitmaps. Here it is invalid.
 */
static s64 event_enable(const struct call *c)
{
    struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num))
        return SDEI_INVALID_PARAMETERS;
    if (!(s->registered >> num & 1))
        return SDEI_DENIED;
    s->enabled |= 1ull << num;
    *c->request = !c->v->masked && s->pending >> num & 1;
    return SDEI_SUCCESS;
}

static s64 event_disable(const struct call *c)
{
    struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num))
        return SDEI_INVALID_PARAMETERS;
    if (!(s->registered >> num & 1))
        return SDEI_DENIED;
    s->enabled &= ~(1ull << num);
    return SDEI_SUCCESS;
}

/*
 * Posted, <20220527080253.1562538-7-gshan@redhat.com>: the running handler is looked for first; v4
 * and TF-A test the index first.
 */
static s64 event_context(const struct call *c)
{
    u32 index = (u32)c->arg[0];

    if (c->v->v7.running == 0)
        return SDEI_DENIED;
    if (index >= SDEI_REG_COUNT)
        return SDEI_INVALID_PARAMETERS;
    return (s64)c->v->v7.regs.x[index];
}

/*
 * Posted, <20220527080253.1562538-8-gshan@redhat.com>: the pending bit stays, and with it the trap
 * of find_deliverable().
 */
static s64 event_unregister(const struct call *c)
{
    struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num))
        return SDEI_INVALID_PARAMETERS;
    const bool running = s->running >> num & 1;
    if (!(s->registered >> num & 1))
        return running ? SDEI_PENDING : SDEI_DENIED;
    s->enabled &= ~(1ull << num);
    s->registered &= ~(1ull << num);
    return running ? SDEI_PENDING : SDEI_SUCCESS;
}

static s64 event_status(const struct call *c)
{
    const struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num))
        return SDEI_INVALID_PARAMETERS;
    return (s64)((s->registered >> num & 1) * SDEI_REGISTERED +
                 (s->enabled >> num & 1) * SDEI_ENABLED + (s->running >> num & 1) * SDEI_RUNNING);
}

/*
 * Posted, <20220527080253.1562538-10-gshan@redhat.com>: event 1 says that it can be signalled, and
 * EVENT_SIGNAL refuses it.
 */
static s64 event_get_info(const struct call *c)
{
    u32 num;

    if (!take_num(c, &num))
        return SDEI_INVALID_PARAMETERS;
    switch ((u32)c->arg[1]) {
    case SDEI_INFO_TYPE:
        return SDEI_PRIVATE;
    case SDEI_INFO_SIGNALED:
        return 1;
    case SDEI_INFO_PRIORITY:
        return SDEI_NORMAL;
    default:
        return SDEI_INVALID_PARAMETERS; /* No shared event, no routing. */
    }
}

/*
 * Posted, <20220527080253.1562538-11-gshan@redhat.com>: 0 whatever the PE was before; DEN0054 has
 * PE_MASK say whether it has changed.
 */
static s64 pe_mask(const struct call *c)
{
    c->v->masked = 1;
    return SDEI_SUCCESS;
}

/*
 * Posted, <20220527080253.1562538-11-gshan@redhat.com>: the request is raised for anything pending,
 * enabled or not: see find_deliverable().
 */
static s64 pe_unmask(const struct call *c)
{
    c->v->masked = 0;
    *c->request = c->v->v7.pending != 0;
    return SDEI_SUCCESS;
}

/*
 * Posted, <20220527080253.1562538-15-gshan@redhat.com>: the target is not read, it is the caller's
 * own vCPU. Signals collapse into one bit.
 */
static s64 event_signal(const struct call *c)
{
    struct sdei_v7 *s = &c->v->v7;
    u32 num;

    if (!take_num(c, &num) || num != SDEI_SIGNAL_NUM || !(s->registered >> num & 1))
        return SDEI_INVALID_PARAMETERS;
    const bool was_pending = s->pending >> num & 1;
    s->pending |= 1ull << num;
    *c->request = !was_pending && !c->v->masked && s->enabled >> num & 1;
    return SDEI_SUCCESS;
}

/* No slot for an interrupt, no relative addresses. */
static s64 features(const struct call *c)
{
    return c->arg[0] <= SDEI_FEATURE_RELATIVE_MODE ? 0 : SDEI_INVALID_PARAMETERS;
}

/*
 * Posted, <20220527080253.1562538-12-gshan@redhat.com>: SUCCESS even while a handler runs, and
 * pending bits stay.
 */
static s64 private_reset(const struct call *c)
{
    c->v->v7.registered = 0;
    c->v->v7.enabled = 0;
    return SDEI_SUCCESS;
}

static s64 shared_reset(const struct call *c)
{
    (void)c; /* There is no shared event. */
    return SDEI_SUCCESS;
}

/* By fid. A hole is not supported: nothing is shared, and no interrupt can be bound. */
#define ROW(name) [SDEI_##name - SDEI_VERSION]
static s64 (*const calls[SDEI_FID_LAST - SDEI_VERSION + 1])(const struct call *c) = {
    ROW(VERSION) = version,
    ROW(EVENT_REGISTER) = event_register,
    ROW(EVENT_ENABLE) = event_enable,
    ROW(EVENT_DISABLE) = event_disable,
    ROW(EVENT_CONTEXT) = event_context,
    ROW(EVENT_UNREGISTER) = event_unregister,
    ROW(EVENT_STATUS) = event_status,
    ROW(EVENT_GET_INFO) = event_get_info,
    ROW(PE_MASK) = pe_mask,
    ROW(PE_UNMASK) = pe_unmask,
    ROW(EVENT_SIGNAL) = event_signal,
    ROW(FEATURES) = features,
    ROW(PRIVATE_RESET) = private_reset,
    ROW(SHARED_RESET) = shared_reset,
};

s64 sdei_v7_call(struct sdei_vcpu *v, u32 fid, const u64 arg[5], bool *request)
{
    const struct call c = {v, arg, request};

    if (fid < SDEI_VERSION || fid > SDEI_FID_LAST || calls[fid - SDEI_VERSION] == NULL)
        return SDEI_NOT_SUPPORTED;
    return calls[fid - SDEI_VERSION](&c);
}

/* --- Injection, delivery, completion, cancel --- */

/*
 * Posted, <20220527080253.1562538-13-gshan@redhat.com>: a number that is no event (2 and above)
 * gives -ENOENT, as in cancel.
 */
int sdei_v7_inject(struct sdei_vcpu *v, u32 num, bool immediate)
{
    struct sdei_v7 *s = &v->v7;

    if (num >= SDEI_V7_EVENT_COUNT || !(s->registered >> num & 1))
        return SDEI_ENOENT;
    const bool is_deaf = v->masked || !(s->enabled >> num & 1);
    if (immediate && (is_deaf || s->pending != 0 || s->running != 0))
        return SDEI_EBUSY;
    s->pending |= 1ull << num;
    return is_deaf ? SDEI_QUEUED : 0;
}

int sdei_v7_cancel(struct sdei_vcpu *v, u32 num)
{
    struct sdei_v7 *s = &v->v7;

    if (num >= SDEI_V7_EVENT_COUNT || !(s->registered >> num & 1))
        return SDEI_ENOENT;
    if (s->running >> num & 1)
        return SDEI_EBUSY;
    s->pending &= ~(1ull << num);
    return 0;
}

/*
 * Posted defect, <20220527080253.1562538-13-gshan@redhat.com>: the search for an event that is
 * pending and enabled never gets past one that is pending and disabled, so the thread of the vCPU
 * stays in this loop for ever. A guest can do that to its host: signal event 0 while it is
 * disabled, then PE_UNMASK.
 */
static bool find_deliverable(struct sdei_v7 *s, u32 *num)
{
    for (u32 n = 0; n < SDEI_V7_EVENT_COUNT; n++)
        if (s->pending >> n & 1) {
            s->hung = !(s->enabled >> n & 1);
            *num = n;
            return !s->hung;
        }
    return false;
}

bool sdei_v7_deliver(struct sdei_vcpu *v, struct sdei_regs *regs, u32 *num)
{
    struct sdei_v7 *s = &v->v7;
    u32 found;

    if (s->hung || v->masked || s->running != 0 || !find_deliverable(s, &found))
        return false;
    s->pending &= ~(1ull << found);
    s->running |= 1ull << found;
    s->regs = *regs;
    *num = found;
    *regs = (struct sdei_regs){
        .x = {found, s->param[found], s->regs.pc, s->regs.pstate},
        .pc = s->entry[found],
        .pstate = sdei_kvm_pstate(s->regs.pstate),
    };
    return true;
}

/*
 * Posted, <20220527080253.1562538-14-gshan@redhat.com>: without a running handler nothing happens,
 * and the guest gets no error. Posted defect there: KVM_REQ_SDEI is not raised for a second event
 * that is pending, although the text of <20220527080253.1562538-13-gshan@redhat.com> promises it;
 * the event waits for another reason.
 */
bool sdei_v7_complete(struct sdei_vcpu *v, bool resume, u64 address, struct sdei_regs *regs,
                      struct sdei_done *done)
{
    struct sdei_v7 *s = &v->v7;

    if (s->running == 0)
        return false;
    done->num = s->running >> SDEI_SIGNAL_NUM & 1 ? SDEI_SIGNAL_NUM : SDEI_V7_ASYNC_PF_NUM;
    s->running = 0;
    *regs = s->regs;
    if (resume) {
        done->resume_el = 1;
        done->elr = s->regs.pc;
        done->spsr = s->regs.pstate;
        regs->pc = address;
        regs->pstate = sdei_kvm_pstate(s->regs.pstate);
    }
    return true;
}

void sdei_v7_check(const struct sdei_vcpu *v)
{
    const struct sdei_v7 *s = &v->v7;
    const u64 all = (1ull << SDEI_V7_EVENT_COUNT) - 1;

    ASSERT(((s->registered | s->enabled | s->running | s->pending) & ~all) == 0);
    ASSERT((s->enabled & ~s->registered) == 0);
    ASSERT((s->running & (s->running - 1)) == 0); /* One context: at most one handler. */
    ASSERT(s->hung <= 1);
}
