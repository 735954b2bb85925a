/* What the files of den0054 share: the calls' argument, and how events and entries are found. */
#ifndef SDEI_DEN_H
#define SDEI_DEN_H

#include "sdei/private.h"

struct den_call { /* One call of a guest, on its way through the table of den_call.c. */
    struct sdei_vm *vm;
    struct sdei_vcpu *v;
    u32 vcpu;
    const u64 *arg; /* x1..x5 */
    struct sdei_todo *todo;
};

/*
 * An event number is taken as a signed 32-bit value, as TF-A does: bits 63:32 of the register are
 * not looked at, and a negative number is unknown. The map's index, -1 unknown.
 */
s32 den_find(const struct sdei_vm *vm, u64 num);
s32 den_find_intid(const struct sdei_vm *vm, u32 intid); /* By interrupt, -1 none. */
s32 den_find_pe(const struct sdei_vm *vm, u64 mpidr);    /* vCPU, -1 none. */

static inline struct sdei_entry *den_entry(struct sdei_vm *vm, struct sdei_vcpu *v, u32 map)
{
    return vm->den.map[map].type == SDEI_SHARED ? &vm->den.map[map].shared : &v->pe.entry[map];
}

static inline bool den_bit(const u64 *bits, u32 index)
{
    return bits[index / 64] >> index % 64 & 1;
}

static inline void den_bit_write(u64 *bits, u32 index, bool value)
{
    bits[index / 64] = (bits[index / 64] & ~(1ull << index % 64)) | (u64)value << index % 64;
}

/*
 * Of the events that are registered, those that can begin on this PE alone: while it is masked,
 * nobody else may take them.
 */
static inline bool den_is_own(const struct sdei_map *m, u32 vcpu)
{
    return m->type == SDEI_PRIVATE ||
           (m->route_mode == SDEI_ROUTE_PE && m->affinity == sdei_mpidr(vcpu));
}

/* The event's interrupt needs this. Nothing if it has none. */
void den_irq(struct sdei_todo *todo, const struct sdei_map *m, u32 action);
/* This interrupt has been served: joins what is to be done with it already. */
void den_irq_end(struct sdei_todo *todo, u32 intid);
/* An address that a handler can stand at: not 0, an instruction's, within the address space. */
bool den_is_entry_point(const struct sdei_spec *spec, u64 address);
/* Event 0, or an explicit event, waits for this PE, which is not masked. */
bool den_is_pending(const struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu);
s64 den_unregister(struct sdei_vm *vm, struct sdei_vcpu *v, u32 map, struct sdei_todo *todo);
/* Whether event 0 could be taken by this PE at once, for the EVENT_SIGNAL of others. */
void den_refresh_ready(struct sdei_vm *vm, const struct sdei_vcpu *v, u32 vcpu);

/* den_irq.c: calls about interrupts, and the resets. */
s64 den_interrupt_bind(const struct den_call *c);
s64 den_interrupt_release(const struct den_call *c);
s64 den_private_reset(const struct den_call *c);
s64 den_shared_reset(const struct den_call *c);

#endif
