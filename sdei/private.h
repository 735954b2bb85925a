/* What the files of sdei share: finding an event by its number, and its bits of one vCPU. */
#ifndef SDEI_PRIVATE_H
#define SDEI_PRIVATE_H

#include "sdei/sdei.h"

/* 32 bits, and bits 23:22 are 01: a virtual event, owned by the hypervisor (KVM series). */
static inline bool sdei_is_valid_num(u64 num)
{
    return num >> 32 == 0 && (num >> 22 & 3) == 1;
}

static inline struct sdei_event *sdei_find_exposed(struct sdei_vm *vm, u64 num)
{
    for (u32 i = 0; i < vm->event_count; i++)
        if (vm->event[i].num == num)
            return &vm->event[i];
    return NULL;
}

/* The KVM event: exposed, and registered by some vCPU. */
static inline struct sdei_event *sdei_find_registered(struct sdei_vm *vm, u64 num)
{
    struct sdei_event *e = sdei_find_exposed(vm, num);

    return e != NULL && e->exists ? e : NULL;
}

static inline u32 sdei_index(const struct sdei_event *e, u32 vcpu)
{
    return e->type == SDEI_SHARED ? 0 : vcpu;
}

static inline bool sdei_bit(const u64 *map, u32 index)
{
    return map[index / 64] >> index % 64 & 1;
}

static inline void sdei_bit_write(u64 *map, u32 index, bool value)
{
    map[index / 64] = (map[index / 64] & ~(1ull << index % 64)) | (u64)value << index % 64;
}

/* Handler state without SDEI_RUNNING, which KVM keeps elsewhere. */
static inline u32 sdei_state(const struct sdei_event *e, u32 index)
{
    return (sdei_bit(e->registered, index) ? SDEI_REGISTERED : 0u) |
           (sdei_bit(e->enabled, index) ? SDEI_ENABLED : 0u);
}

/* No vCPU has it registered. */
static inline bool sdei_is_orphan(const struct sdei_event *e)
{
    u64 any = 0;

    for (u32 i = 0; i < ARRAY_COUNT(e->registered); i++)
        any |= e->registered[i];
    return any == 0;
}

#endif
