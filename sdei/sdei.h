/*
 * The door of sdei: a Software Delegated Exception Interface as KVM offers it to a guest. Deciders
 * only: the state table of DEN0054, the calls, injection, delivery, completion and cancel of the
 * KVM series v4 (2021-08-15), on which APF v4 sits, with its posted deviations. The personality
 * is a field, so that `den0054` and `kvm-v7` can be added beside it.
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

enum sdei_error { /* DEN0054 return values. */
    SDEI_SUCCESS = 0,
    SDEI_NOT_SUPPORTED = -1,
    SDEI_INVALID_PARAMETERS = -2,
    SDEI_DENIED = -3,
    SDEI_PENDING = -5,
    SDEI_OUT_OF_RESOURCE = -10,
};

enum sdei_fid { /* HVC64 function ids, base 0xC4000020. */
    SDEI_VERSION = 0xC4000020u,
    SDEI_EVENT_REGISTER,
    SDEI_EVENT_ENABLE,
    SDEI_EVENT_DISABLE,
    SDEI_EVENT_CONTEXT,
    SDEI_EVENT_COMPLETE,
    SDEI_EVENT_COMPLETE_AND_RESUME,
    SDEI_EVENT_UNREGISTER,
    SDEI_EVENT_STATUS,
    SDEI_EVENT_GET_INFO,
    SDEI_EVENT_ROUTING_SET,
    SDEI_PE_MASK,
    SDEI_PE_UNMASK,
    SDEI_INTERRUPT_BIND,
    SDEI_INTERRUPT_RELEASE,
    SDEI_EVENT_SIGNAL,
    SDEI_FEATURES,
    SDEI_PRIVATE_RESET,
    SDEI_SHARED_RESET,
    SDEI_FID_LAST = SDEI_SHARED_RESET,
};

enum {
    SDEI_KVM_DEFAULT_NUM = 0x40400000, /* Exposed events of KVM v4: private, signaled, critical. */
    SDEI_KVM_ASYNC_PF_NUM = 0x40400001,
    SDEI_VCPU_MAX = 512, /* KVM_SDEI_MAX_VCPUS */
    SDEI_EVENT_MAX = 2,
    SDEI_QUEUE_MAX = 4,
};

/* DEN0054 handler state: bits running (4), enabled (2), registered (1); legal 0 1 3 4 5 7. */
enum sdei_action {
    SDEI_ACT_REGISTER, SDEI_ACT_RELEASE, SDEI_ACT_ENABLE, SDEI_ACT_DISABLE, SDEI_ACT_UNREGISTER,
    SDEI_ACT_ROUTING_SET, SDEI_ACT_CONTEXT, SDEI_ACT_COMPLETE, SDEI_ACT_DISPATCH, SDEI_ACT_COUNT,
};
/* The state table: next state (0..7) or a negative enum sdei_error. */
int sdei_step(u32 state, enum sdei_action action);

struct sdei_regs { /* What a dispatch saves: x0..x17, PC, PSTATE. */
    u64 x[18];
    u64 pc;
    u64 pstate;
};

/* One event of the VM ("registered KVM event"): private, so one entry for each vCPU. */
struct sdei_event {
    u32 num;
    u8 exposed, exists; /* exists: somebody has registered it. */
    u8 type, priority, signaled, route_mode; /* 0 private; 1 critical. */
    u32 refcount;       /* Injections not completed, over all vCPUs. */
    u32 zero;
    u64 route_affinity;
    u64 registered[SDEI_VCPU_MAX / 64];
    u64 enabled[SDEI_VCPU_MAX / 64];
    u64 entry[SDEI_VCPU_MAX];
    u64 param[SDEI_VCPU_MAX];
};

struct sdei_vm {
    u32 vcpu_count;
    u32 zero;
    struct sdei_event event[SDEI_EVENT_MAX];
};

struct sdei_queued { /* "vCPU event": one in a queue, oldest first. */
    u8 event;  /* Index into sdei_vm.event. */
    u8 zero[3];
    u32 refcount;
};

struct sdei_vcpu {
    u8 masked; /* A PE starts masked. */
    u8 critical_count, normal_count;   /* Queue lengths; a running event stays in its queue. */
    s32 critical_running, normal_running; /* Event index, -1 none. */
    struct sdei_queued critical[SDEI_QUEUE_MAX], normal[SDEI_QUEUE_MAX];
    struct sdei_regs critical_regs, normal_regs; /* Interrupted contexts. */
};

void sdei_vm_init(struct sdei_vm *vm, u32 vcpu_count);
void sdei_vcpu_init(struct sdei_vcpu *v);

/*
 * One call of a guest. COMPLETE and COMPLETE_AND_RESUME are not served here (sdei_complete).
 * Returns the value for x0. *request: KVM_REQ_SDEI is to be raised.
 */
s64 sdei_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
              bool *request);

/* Linux error numbers of the kernel functions below, negated. */
enum {
    SDEI_EPERM = -1, SDEI_ENOENT = -2, SDEI_EINVAL = -22, SDEI_ENOSPC = -28,
    SDEI_EINPROGRESS = -115, SDEI_ENOMEM = -12,
};
/* kvm_sdei_inject: 0 = queued (raise KVM_REQ_SDEI), else a negative error. */
int sdei_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate);
/* kvm_sdei_cancel: 0 = withdrawn. */
int sdei_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num);
/*
 * Deliver what may be delivered (one event a pass). True: regs are those of the handler's entry,
 * *num is the event: the notifier sees DELIVERED.
 */
bool sdei_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                  u64 *spsr_el1, u32 *num);
/*
 * COMPLETE and COMPLETE_AND_RESUME. True: regs are the interrupted context again, *num completed
 * (notifier), *irq_exception: v4 injects an IRQ exception (resume), *request: raise KVM_REQ_SDEI
 * again. False: nothing was running; the guest goes on with x0 unchanged (posted defect).
 */
bool sdei_complete(struct sdei_vm *vm, struct sdei_vcpu *v, bool resume, struct sdei_regs *regs,
                   u32 *num, bool *irq_exception, bool *request);
bool sdei_is_running(const struct sdei_vcpu *v); /* Any handler, critical or normal. */

#ifdef __cplusplus
}
#endif
#endif
