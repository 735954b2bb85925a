/* Names, calls and events of the three personalities: for configuration, and for people. */
#include "sdei/private.h"

#include <string.h>

const char *sdei_personality_name(enum sdei_personality personality)
{
    static const char *const names[SDEI_PERSONALITY_COUNT] = {
        [SDEI_KVM_V4] = "kvm-v4",
        [SDEI_DEN0054] = "den0054",
        [SDEI_KVM_V7] = "kvm-v7",
    };

    ASSERT((u32)personality < SDEI_PERSONALITY_COUNT);
    return names[personality];
}

enum {
    V4 = 1 << SDEI_KVM_V4,
    DEN = 1 << SDEI_DEN0054,
    V7 = 1 << SDEI_KVM_V7,
};

/* DEN0054, function ids. v4 is version 1.0; EVENT_SIGNAL and FEATURES came with 1.1. */
/* clang-format off */
#define ROW(call, args, served) {SDEI_##call, args, served, {0}, #call}
static const struct sdei_call_info calls[] = {
    ROW(VERSION,                   0, V4 | DEN | V7),
    ROW(EVENT_REGISTER,            5, V4 | DEN | V7),
    ROW(EVENT_ENABLE,              1, V4 | DEN | V7),
    ROW(EVENT_DISABLE,             1, V4 | DEN | V7),
    ROW(EVENT_CONTEXT,             1, V4 | DEN | V7),
    ROW(EVENT_COMPLETE,            1, V4 | DEN | V7),
    ROW(EVENT_COMPLETE_AND_RESUME, 1, V4 | DEN | V7),
    ROW(EVENT_UNREGISTER,          1, V4 | DEN | V7),
    ROW(EVENT_STATUS,              1, V4 | DEN | V7),
    ROW(EVENT_GET_INFO,            2, V4 | DEN | V7),
    ROW(EVENT_ROUTING_SET,         3, V4 | DEN),
    ROW(PE_MASK,                   0, V4 | DEN | V7),
    ROW(PE_UNMASK,                 0, V4 | DEN | V7),
    ROW(INTERRUPT_BIND,            1, DEN),
    ROW(INTERRUPT_RELEASE,         1, DEN),
    ROW(EVENT_SIGNAL,              2, DEN | V7),
    ROW(FEATURES,                  1, DEN | V7),
    ROW(PRIVATE_RESET,             0, V4 | DEN | V7),
    ROW(SHARED_RESET,              0, V4 | DEN | V7),
};
/* clang-format on */

const struct sdei_call_info *sdei_calls(size_t *count)
{
    *count = ARRAY_COUNT(calls);
    return calls;
}

/* The explicit event of den0054's platform has v4's number: the same guest can ask for it. */
enum { DEN_APF_NUM = SDEI_KVM_ASYNC_PF_NUM, PRIVATE_SLOT_NUM = 1000, SHARED_SLOT_NUM = 2000 };

/* clang-format off */
static const struct sdei_event_info v4_events[] = {
    {SDEI_KVM_DEFAULT_NUM,  SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_EXPLICIT, 1, "default"},
    {SDEI_KVM_ASYNC_PF_NUM, SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_EXPLICIT, 1, "async page fault"},
};
static const struct sdei_event_info v7_events[] = {
    {SDEI_SIGNAL_NUM,      SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_SIGNAL,   1, "software signalled"},
    {SDEI_V7_ASYNC_PF_NUM, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_EXPLICIT, 1, "async page fault"},
};
static const struct sdei_event_info den_events[] = {
    {SDEI_SIGNAL_NUM, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_SIGNAL, 1, "software signalled"},
    {DEN_APF_NUM, SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_EXPLICIT, 0, "async page fault"},
    {PRIVATE_SLOT_NUM,     SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for a PPI"},
    {PRIVATE_SLOT_NUM + 1, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for a PPI"},
    {PRIVATE_SLOT_NUM + 2, SDEI_PRIVATE, SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for a PPI"},
    {SHARED_SLOT_NUM,      SDEI_SHARED,  SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for an SPI"},
    {SHARED_SLOT_NUM + 1,  SDEI_SHARED,  SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for an SPI"},
    {SHARED_SLOT_NUM + 2,  SDEI_SHARED,  SDEI_NORMAL, SDEI_BIND_DYNAMIC, 0, "slot for an SPI"},
};
/* clang-format on */

static const struct {
    const struct sdei_event_info *row;
    size_t count;
    u32 apf_num;
} events[SDEI_PERSONALITY_COUNT] = {
    [SDEI_KVM_V4] = {v4_events, ARRAY_COUNT(v4_events), SDEI_KVM_ASYNC_PF_NUM},
    [SDEI_DEN0054] = {den_events, ARRAY_COUNT(den_events), DEN_APF_NUM},
    [SDEI_KVM_V7] = {v7_events, ARRAY_COUNT(v7_events), SDEI_V7_ASYNC_PF_NUM},
};

const struct sdei_event_info *sdei_events(enum sdei_personality personality, size_t *count)
{
    ASSERT((u32)personality < SDEI_PERSONALITY_COUNT);

    *count = events[personality].count;
    return events[personality].row;
}

u32 sdei_apf_event(enum sdei_personality personality)
{
    ASSERT((u32)personality < SDEI_PERSONALITY_COUNT);

    return events[personality].apf_num;
}

bool sdei_is_apf_event(const struct sdei_spec *spec, u64 num)
{
    switch (spec->personality) {
    case SDEI_KVM_V4:
        return num == SDEI_KVM_ASYNC_PF_NUM || num == SDEI_KVM_DEFAULT_NUM;
    case SDEI_KVM_V7:
        return num < SDEI_V7_EVENT_COUNT;
    default:
        for (u32 i = 0; i < spec->event_count; i++)
            if (spec->event[i].num == num)
                return spec->event[i].binding == SDEI_BIND_EXPLICIT;
        return false;
    }
}

void sdei_spec_init(struct sdei_spec *spec, enum sdei_personality personality, u32 vcpu_count)
{
    ASSERT((u32)personality < SDEI_PERSONALITY_COUNT);

    memset(spec, 0, sizeof(*spec));
    spec->personality = personality;
    spec->vcpu_count = vcpu_count;
    spec->minor = 1;
    spec->va_bits = 48;
    spec->pe.client_el = 1;
    if (personality != SDEI_DEN0054)
        return;
    spec->private_slots = 3;
    spec->shared_slots = 3;
    spec->private_slot_num = PRIVATE_SLOT_NUM;
    spec->shared_slot_num = SHARED_SLOT_NUM;
    spec->event_count = 1;
    spec->event[0] = (struct sdei_platform_event){
        .num = DEN_APF_NUM,
        .type = SDEI_PRIVATE,
        .priority = SDEI_CRITICAL,
        .binding = SDEI_BIND_EXPLICIT,
    };
}
