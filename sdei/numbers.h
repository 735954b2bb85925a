/*
 * The numbers of SDEI (Arm DEN0054), those of the KVM series, and Linux error numbers. Part of the
 * door: others include sdei/sdei.h.
 */
#ifndef SDEI_NUMBERS_H
#define SDEI_NUMBERS_H

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

/* All ids that belong to SDEI: (fid & mask) == SDEI_VERSION. There is no 32-bit alias. */
#define SDEI_FID_MASK 0xFFFFFFE0u

enum {
    SDEI_KVM_DEFAULT_NUM = 0x40400000, /* Exposed events of KVM v4: private, signaled, critical. */
    SDEI_KVM_ASYNC_PF_NUM = 0x40400001,
    SDEI_SIGNAL_NUM = 0, /* DEN0054 and v7: the software signalled event. */
    SDEI_V7_ASYNC_PF_NUM = 1,
    SDEI_V7_EVENT_COUNT = 2,
};
#define SDEI_V7_VENDOR 0x564bcaa9u /* Word 2 of KVM's UID. */

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
enum sdei_feature { SDEI_FEATURE_BIND_SLOTS, SDEI_FEATURE_RELATIVE_MODE };

/* What makes an event pending (DEN0054, event properties). */
enum sdei_binding {
    SDEI_BIND_SIGNAL,   /* EVENT_SIGNAL: event 0, and that alone. */
    SDEI_BIND_EXPLICIT, /* The dispatcher itself; private. A virtual event of a hypervisor. */
    SDEI_BIND_STATIC,   /* An interrupt that the platform names. */
    SDEI_BIND_DYNAMIC,  /* A slot for an interrupt that the client binds; normal priority. */
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

/* Linux error numbers of the functions of the hypervisor, negated. */
enum sdei_errno {
    SDEI_EPERM = -1,
    SDEI_ENOENT = -2,
    SDEI_EBUSY = -16,
    SDEI_EINVAL = -22,
    SDEI_ENOSPC = -28,
    SDEI_EINPROGRESS = -115,
};
enum { SDEI_QUEUED = 1 }; /* Not an error: see sdei_inject(). */

#ifdef __cplusplus
}
#endif
#endif
