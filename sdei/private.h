/*
 * What the files of sdei share: the functions of each personality that stand behind the door, and
 * kvm-v4's ways to find an event by its number and its bits of one vCPU.
 */
#ifndef SDEI_PRIVATE_H
#define SDEI_PRIVATE_H

#include "sdei/sdei.h"

/* --- The personalities. Shapes and results as at the door. --- */

s64 sdei_v4_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5]);
int sdei_v4_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate);
int sdei_v4_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num);
bool sdei_v4_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                     u64 *spsr_el1, u32 *num);
bool sdei_v4_complete(struct sdei_vm *vm, struct sdei_vcpu *v, bool resume, struct sdei_regs *regs,
                      struct sdei_done *done);
bool sdei_v4_is_running(const struct sdei_vcpu *v);
void sdei_v4_start(struct sdei_vm *vm);
void sdei_v4_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride);

s64 sdei_v7_call(struct sdei_vcpu *v, u32 fid, const u64 arg[5], bool *request);
int sdei_v7_inject(struct sdei_vcpu *v, u32 num, bool immediate);
int sdei_v7_cancel(struct sdei_vcpu *v, u32 num);
bool sdei_v7_deliver(struct sdei_vcpu *v, struct sdei_regs *regs, u32 *num);
bool sdei_v7_complete(struct sdei_vcpu *v, bool resume, u64 address, struct sdei_regs *regs,
                      struct sdei_done *done);
void sdei_v7_check(const struct sdei_vcpu *v);

s64 sdei_den_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
                  struct sdei_todo *todo);
int sdei_den_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num);
int sdei_den_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num);
bool sdei_den_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                      u32 *num);
bool sdei_den_complete(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, bool resume, u64 address,
                       struct sdei_regs *regs, struct sdei_done *done);
void sdei_den_reset(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_todo *todo);
void sdei_den_start(struct sdei_vm *vm);
void sdei_den_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride);

static inline const struct sdei_vcpu *sdei_vcpu_at(const struct sdei_vcpu *first, size_t stride,
                                                   u32 vcpu)
{
    return (const void *)((const char *)first + vcpu * stride);
}

/* PSTATE in the layout of SPSR_ELx (DDI 0487). */
#define SDEI_PSTATE_MODE 0x1full /* M[4:0]; bit 4 is nRW. */
#define SDEI_PSTATE_EL1H 0x05ull
#define SDEI_PSTATE_EL2H 0x09ull
#define SDEI_PSTATE_DAIF 0x3c0ull

/* The entry of a handler of the KVM series: the other bits stay as they were interrupted. */
static inline u64 sdei_kvm_pstate(u64 old)
{
    return (old & ~SDEI_PSTATE_MODE) | SDEI_PSTATE_EL1H | SDEI_PSTATE_DAIF;
}

/* --- kvm-v4 --- */

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
