/*
 * The door of sdei: the Software Delegated Exception Interface of Arm DEN0054, in three
 * personalities that are chosen when the VM is made. Deciders only.
 *
 *   kvm-v4   the KVM series v4 (2021-08-15), on which APF v4 sits, with its posted deviations.
 *   den0054  the specification; where it leaves a choice, the choice of TF-A's dispatcher.
 *   kvm-v7   the last posting of the KVM series (2022-05-27), with its posted deviations.
 *
 * References: Arm DEN0054 (SDEI); KVM SDEI virtualization v4 <20210815001352.81927-*> and v7
 * <20220527080253.1562538-*>.
 * Memory: the caller's. Knows no time and no interrupt controller: what is to be done there is
 * returned as struct sdei_todo. The notifier of the series is what a function returns.
 */
#ifndef SDEI_SDEI_H
#define SDEI_SDEI_H

#include "sdei/numbers.h"
#include "sdei/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Tables for people and for configuration --- */

const char *sdei_personality_name(enum sdei_personality personality); /* "kvm-v4" ... */

struct sdei_call_info { /* One row of the table of calls. */
    u32 fid;
    u8 arg_count; /* x1.. that are read. */
    u8 served;    /* Bit 1 << enum sdei_personality: else NOT_SUPPORTED. */
    u8 zero[2];
    const char *name;
};
const struct sdei_call_info *sdei_calls(size_t *count); /* By fid, all of DEN0054. */

struct sdei_event_info { /* One event that a personality offers as it comes. */
    u32 num;
    u8 type, priority, binding, signalable;
    const char *name;
};
const struct sdei_event_info *sdei_events(enum sdei_personality personality, size_t *count);

/* The event that says "page not present" unless the VMM names another one. */
u32 sdei_apf_event(enum sdei_personality personality);
/* May the VMM name this one? An event that the hypervisor itself can inject. */
bool sdei_is_apf_event(const struct sdei_spec *spec, u64 num);

/* --- Making --- */

/* The personality as it comes: events of sdei_events(), client EL1, no optional feature. */
void sdei_spec_init(struct sdei_spec *spec, enum sdei_personality personality, u32 vcpu_count);
/* kvm-v4 with its two events. */
void sdei_vm_init(struct sdei_vm *vm, u32 vcpu_count);
/* Any personality. The specification is copied and never changes afterwards. */
void sdei_vm_start(struct sdei_vm *vm, const struct sdei_spec *spec);
/* kvm-v4: one more event, as a VMM does with KVM_SDEI_CMD_SET_EVENT. The number must be new. */
void sdei_vm_expose(struct sdei_vm *vm, u32 num, enum sdei_type type, enum sdei_priority priority,
                    bool signaled);
void sdei_vcpu_init(struct sdei_vcpu *v);                            /* kvm-v4, from raw memory. */
void sdei_vcpu_start(const struct sdei_vm *vm, struct sdei_vcpu *v); /* From raw memory. */
/*
 * CPU_ON, or the way back from a suspend that lost its state. den0054: the PE is masked, its
 * private events are unregistered, no handler runs. The KVM series do nothing here.
 * todo, den0054: SDEI_IRQ_END for the interrupt of each handler that ran here, and DISABLE, CLEAR
 * and GIVE_BACK for that of each private event that was registered here; no request. An interrupt
 * that this PE holds (SDEI_FATE_HELD) for a shared event waits on for its PE_UNMASK.
 */
void sdei_vcpu_reset(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_todo *todo);

/* --- What a guest does --- */

/*
 * One call of the client EL. COMPLETE and COMPLETE_AND_RESUME are not served here (sdei_complete).
 * arg: x1..x5. Returns the value for x0; todo is written in any case.
 */
s64 sdei_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
              struct sdei_todo *todo);
/*
 * May this EL call at all (0..2)? If not, all calls, COMPLETE included, answer NOT_SUPPORTED. The
 * KVM series do not look, but no call can reach them from elsewhere: HVC is UNDEFINED at EL0.
 */
bool sdei_may_call(const struct sdei_vm *vm, u32 el);
/*
 * COMPLETE and COMPLETE_AND_RESUME (resume; address: x1). True: regs are the interrupted context,
 * or where it is to be resumed, and done says what else. False: nothing but done->status was
 * written. The status of COMPLETE (x1: handled, failed) has no effect in any personality.
 */
bool sdei_complete(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, bool resume, u64 address,
                   struct sdei_regs *regs, struct sdei_done *done);

/* --- What the hypervisor does --- */

/*
 * An event for this vCPU. 0: queued, raise KVM_REQ_SDEI. SDEI_QUEUED: queued, raise nothing.
 * Negative: an enum sdei_errno, nothing has changed. immediate: only if it can be delivered at the
 * next entry; kvm-v4 and kvm-v7 also take one that has to wait, den0054 never does.
 */
int sdei_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate);
/* 0 = withdrawn, or an enum sdei_errno. KVM_REQ_SDEI stays raised and finds nothing. */
int sdei_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num);
/*
 * Deliver what may be delivered (one event a pass). True: regs are those of the handler's entry,
 * *num is the event (the notifier sees DELIVERED). kvm-v4 writes *spsr_el1, the others leave it.
 * False: neither was written.
 */
bool sdei_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                  u64 *spsr_el1, u32 *num);
bool sdei_is_running(const struct sdei_vcpu *v); /* Any handler, critical or normal. */
/* kvm-v7: the vCPU's thread turns in a loop in the host for ever (see v7.c). Nobody can help. */
bool sdei_is_hung(const struct sdei_vcpu *v);

/* --- den0054: interrupts behind events --- */

enum sdei_fate {
    SDEI_FATE_FOREIGN,    /* No event is bound to it: nothing was done. */
    SDEI_FATE_DISPATCHED, /* regs are those of the handler's entry. It stays active. */
    SDEI_FATE_REPENDED,   /* Not now, or not here. */
    SDEI_FATE_HELD,       /* The PE is masked, no other may: disabled until PE_UNMASK, pending. */
    SDEI_FATE_DROPPED,    /* Nobody has registered the event. */
};
/* A PE has acknowledged an interrupt that may be bound to an event. */
enum sdei_fate sdei_interrupt(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 intid,
                              struct sdei_regs *regs, u32 *num, struct sdei_todo *todo);
/*
 * What the interrupt controller knows and sdei asks for: is the interrupt (0..5119) active outside
 * of an SDEI handler, does it belong to neither the client's world nor SDEI? Both start false.
 */
void sdei_tell_irq(struct sdei_vm *vm, u32 intid, bool is_active, bool is_foreign);

/* PSTATE at the entry of a handler that interrupts `old` (SPSR_ELx layout). */
u64 sdei_entry_pstate(const struct sdei_pe_spec *pe, u64 old);
u64 sdei_mpidr(u32 vcpu); /* As KVM numbers vCPUs: Aff0 16, then Aff1 256, then Aff2. */

/*
 * Stop if an invariant of the VM is broken. The vCPUs are vm->vcpu_count structs, stride bytes
 * from one to the next, so that they may stand inside something larger.
 */
void sdei_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
