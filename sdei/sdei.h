/*
 * The door of sdei: a Software Delegated Exception Interface as KVM offers it to a guest. Deciders
 * only: the state table of DEN0054, and the calls, injection, delivery, completion and cancel of
 * the KVM series v4 (2021-08-15), on which APF v4 sits, with its posted deviations. They are named
 * where they happen.
 *
 * References: Arm DEN0054 (SDEI), KVM SDEI virtualization v4 <20210815001352.81927-*>.
 * Memory: the caller's. Knows no time; the notifier is what a function returns.
 */
#ifndef SDEI_SDEI_H
#define SDEI_SDEI_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* DEN0054 return values. */
enum sdei_error {
    SDEI_SUCCESS = 0,
    SDEI_NOT_SUPPORTED = -1,
    SDEI_INVALID_PARAMETERS = -2,
    SDEI_DENIED = -3,
    SDEI_PENDING = -5,
    SDEI_OUT_OF_RESOURCE = -10,
};

/* HVC64 function ids of DEN0054; macros, because a C11 enumerator must fit into an int. */
#define SDEI_VERSION 0xC4000020u
#define SDEI_EVENT_REGISTER 0xC4000021u
#define SDEI_EVENT_ENABLE 0xC4000022u
#define SDEI_EVENT_DISABLE 0xC4000023u
#define SDEI_EVENT_CONTEXT 0xC4000024u
#define SDEI_EVENT_COMPLETE 0xC4000025u
#define SDEI_EVENT_COMPLETE_AND_RESUME 0xC4000026u
#define SDEI_EVENT_UNREGISTER 0xC4000027u
#define SDEI_EVENT_STATUS 0xC4000028u
#define SDEI_EVENT_GET_INFO 0xC4000029u
#define SDEI_EVENT_ROUTING_SET 0xC400002Au
#define SDEI_PE_MASK 0xC400002Bu
#define SDEI_PE_UNMASK 0xC400002Cu
#define SDEI_INTERRUPT_BIND 0xC400002Du
#define SDEI_INTERRUPT_RELEASE 0xC400002Eu
#define SDEI_EVENT_SIGNAL 0xC400002Fu
#define SDEI_FEATURES 0xC4000030u
#define SDEI_PRIVATE_RESET 0xC4000031u
#define SDEI_SHARED_RESET 0xC4000032u
#define SDEI_FID_LAST SDEI_SHARED_RESET

enum {
    SDEI_KVM_DEFAULT_NUM = 0x40400000, /* Exposed events of KVM v4: private, signaled, critical. */
    SDEI_KVM_ASYNC_PF_NUM = 0x40400001,
    SDEI_VCPU_MAX = 512, /* KVM_SDEI_MAX_VCPUS */
    SDEI_EVENT_MAX = 4,
    SDEI_QUEUE_MAX = SDEI_EVENT_MAX, /* An event stands in one queue, once: it cannot be full. */
    SDEI_REG_COUNT = 18,             /* x0..x17 belong to the handler. */
};

enum sdei_type { SDEI_PRIVATE, SDEI_SHARED };
enum sdei_priority { SDEI_NORMAL, SDEI_CRITICAL, SDEI_PRIORITY_COUNT };
enum sdei_route { SDEI_ROUTE_ANY, SDEI_ROUTE_PE };
/* Selectors of EVENT_GET_INFO. */
enum sdei_info {
    SDEI_INFO_TYPE,
    SDEI_INFO_SIGNALED,
    SDEI_INFO_PRIORITY,
    SDEI_INFO_ROUTING_MODE,
    SDEI_INFO_ROUTING_AFFINITY,
};

/* DEN0054 handler state: a sum of these bits; legal are 0 1 3 4 5 7. */
enum { SDEI_REGISTERED = 1, SDEI_ENABLED = 2, SDEI_RUNNING = 4 };
enum sdei_action {
    SDEI_ACT_REGISTER,
    SDEI_ACT_RELEASE,
    SDEI_ACT_ENABLE,
    SDEI_ACT_DISABLE,
    SDEI_ACT_UNREGISTER,
    SDEI_ACT_ROUTING_SET,
    SDEI_ACT_CONTEXT,
    SDEI_ACT_COMPLETE,
    SDEI_ACT_DISPATCH,
    SDEI_ACT_COUNT,
};
/* The state table: next state (0..7) or a negative enum sdei_error. */
int sdei_step(u32 state, enum sdei_action action);

struct sdei_regs { /* What a dispatch saves: x0..x17, PC, PSTATE. */
    u64 x[SDEI_REG_COUNT];
    u64 pc;
    u64 pstate;
};

/*
 * One exposed event, and in the same place the "KVM event" that the first REGISTER makes of it.
 * Private events have one registration for each vCPU, a shared one uses index 0.
 */
struct sdei_event {
    u32 num;
    u8 exists;                   /* The KVM event: somebody has registered it. */
    u8 type, priority, signaled; /* Of the exposed event; enum sdei_type, sdei_priority. */
    u32 refcount;                /* Injections not completed, over all vCPUs. */
    u8 route_mode;               /* enum sdei_route, or what the posted defect stored. */
    u8 zero[3];
    u64 route_affinity;
    u64 registered[SDEI_VCPU_MAX / 64];
    u64 enabled[SDEI_VCPU_MAX / 64];
    u64 entry[SDEI_VCPU_MAX];
    u64 param[SDEI_VCPU_MAX];
};

struct sdei_vm {
    u32 vcpu_count;
    u32 event_count;
    struct sdei_event event[SDEI_EVENT_MAX];
};

struct sdei_queued { /* "vCPU event". */
    u32 event;       /* Index into sdei_vm.event. */
    u32 refcount;    /* Injections into this vCPU not completed. */
};

/* The events of one priority on one vCPU. A running event stays at the head of its queue. */
struct sdei_level {
    s32 running;                              /* Event index, -1 none. */
    u32 count;                                /* Queue length. */
    struct sdei_queued queue[SDEI_QUEUE_MAX]; /* Oldest first. */
    struct sdei_regs regs; /* The interrupted context while an event is running. */
};

struct sdei_vcpu {
    u32 masked; /* A PE starts masked (DEN0054). */
    u32 zero;
    struct sdei_level level[SDEI_PRIORITY_COUNT]; /* By enum sdei_priority. */
};

/* The VM exposes the two events of KVM v4. */
void sdei_vm_init(struct sdei_vm *vm, u32 vcpu_count);
/* One more, as a VMM does with KVM_SDEI_CMD_SET_EVENT. The number must be new. */
void sdei_vm_expose(struct sdei_vm *vm, u32 num, enum sdei_type type, enum sdei_priority priority,
                    bool signaled);
void sdei_vcpu_init(struct sdei_vcpu *v);

/*
 * One call of a guest. COMPLETE and COMPLETE_AND_RESUME are not served here (sdei_complete).
 * Returns the value for x0. *request: KVM_REQ_SDEI is to be raised; no call of v4 does that, not
 * even PE_UNMASK (ENABLE and PE_UNMASK of v7 do).
 */
s64 sdei_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
              bool *request);

/* Linux error numbers of the kernel functions below, negated. */
enum {
    SDEI_EPERM = -1,
    SDEI_ENOENT = -2,
    SDEI_EINVAL = -22,
    SDEI_ENOSPC = -28,
    SDEI_EINPROGRESS = -115,
};
/* kvm_sdei_inject: 0 = queued (raise KVM_REQ_SDEI), else a negative error. */
int sdei_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate);
/* kvm_sdei_cancel: 0 = withdrawn. KVM_REQ_SDEI stays raised and finds nothing. */
int sdei_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num);
/*
 * Deliver what may be delivered (one event a pass). True: regs are those of the handler's entry,
 * *num is the event: the notifier sees DELIVERED. False: nothing was written.
 */
bool sdei_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                  u64 *spsr_el1, u32 *num);
/*
 * COMPLETE and COMPLETE_AND_RESUME. True: regs are the interrupted context again, *num completed
 * (notifier), *irq_exception: v4 injects an IRQ exception (resume), *request: raise KVM_REQ_SDEI
 * again. False: nothing was running and nothing was written; the guest goes on with x0 unchanged
 * (posted defect: the error code is computed and dropped).
 */
bool sdei_complete(struct sdei_vm *vm, struct sdei_vcpu *v, bool resume, struct sdei_regs *regs,
                   u32 *num, bool *irq_exception, bool *request);
bool sdei_is_running(const struct sdei_vcpu *v); /* Any handler, critical or normal. */

/*
 * Stop if an invariant of the VM is broken. The vCPUs are vm->vcpu_count structs, stride bytes
 * from one to the next, so that they may stand inside something larger.
 */
void sdei_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
