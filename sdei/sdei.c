/*
 * The door's functions: each goes on to the personality of the VM. kvm-v4 stands first, because
 * APF v4 asks with every fault.
 */
#include "sdei/private.h"

#include <string.h>

void sdei_vm_start(struct sdei_vm *vm, const struct sdei_spec *spec)
{
    ASSERT(spec->personality < SDEI_PERSONALITY_COUNT);
    ASSERT(spec->vcpu_count > 0 && spec->vcpu_count <= SDEI_VCPU_MAX);

    memset(vm, 0, sizeof(*vm));
    vm->spec = *spec;
    vm->vcpu_count = spec->vcpu_count;
    if (spec->personality == SDEI_KVM_V4)
        sdei_v4_start(vm);
    else if (spec->personality == SDEI_DEN0054)
        sdei_den_start(vm);
}

void sdei_vm_init(struct sdei_vm *vm, u32 vcpu_count)
{
    struct sdei_spec spec;

    sdei_spec_init(&spec, SDEI_KVM_V4, vcpu_count);
    sdei_vm_start(vm, &spec);
}

void sdei_vcpu_start(const struct sdei_vm *vm, struct sdei_vcpu *v)
{
    if (vm->spec.personality == SDEI_KVM_V4) {
        sdei_vcpu_init(v);
        return;
    }
    memset(v, 0, sizeof(*v));
    v->masked = 1;
    v->personality = vm->spec.personality;
}

static void clear_todo(struct sdei_todo *todo)
{
    todo->request = 0;
    todo->signals = 0;
    todo->signal_pe = 0;
    todo->irq_count = 0;
}

/*
 * Neither series does anything when a vCPU is reset: the client has masked the PE on its way out,
 * and unregisters what it wants to be rid of.
 */
void sdei_vcpu_reset(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_todo *todo)
{
    ASSERT(vcpu < vm->vcpu_count);

    clear_todo(todo);
    if (v->personality == SDEI_DEN0054)
        sdei_den_reset(vm, v, vcpu, todo);
}

bool sdei_may_call(const struct sdei_vm *vm, u32 el)
{
    return vm->spec.personality != SDEI_DEN0054 || el == vm->spec.pe.client_el;
}

s64 sdei_call(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 fid, const u64 arg[5],
              struct sdei_todo *todo)
{
    ASSERT(vcpu < vm->vcpu_count);
    ASSERT(fid != SDEI_EVENT_COMPLETE && fid != SDEI_EVENT_COMPLETE_AND_RESUME);

    bool request = false;
    clear_todo(todo);
    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_call(vm, v, vcpu, fid, arg);
    if (v->personality == SDEI_DEN0054)
        return sdei_den_call(vm, v, vcpu, fid, arg, todo);
    s64 x0 = sdei_v7_call(v, fid, arg, &request);
    todo->request = request;
    return x0;
}

int sdei_inject(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, u32 num, bool immediate)
{
    ASSERT(vcpu < vm->vcpu_count);

    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_inject(vm, v, vcpu, num, immediate);
    if (v->personality == SDEI_DEN0054)
        return sdei_den_inject(vm, v, vcpu, num);
    return sdei_v7_inject(v, num, immediate);
}

int sdei_cancel(struct sdei_vm *vm, struct sdei_vcpu *v, u32 num)
{
    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_cancel(vm, v, num);
    if (v->personality == SDEI_DEN0054)
        return sdei_den_cancel(vm, v, num);
    return sdei_v7_cancel(v, num);
}

bool sdei_deliver(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, struct sdei_regs *regs,
                  u64 *spsr_el1, u32 *num)
{
    ASSERT(vcpu < vm->vcpu_count);

    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_deliver(vm, v, vcpu, regs, spsr_el1, num);
    if (v->personality == SDEI_DEN0054)
        return sdei_den_deliver(vm, v, vcpu, regs, num);
    return sdei_v7_deliver(v, regs, num);
}

bool sdei_complete(struct sdei_vm *vm, struct sdei_vcpu *v, u32 vcpu, bool resume, u64 address,
                   struct sdei_regs *regs, struct sdei_done *done)
{
    ASSERT(vcpu < vm->vcpu_count);

    done->has_status = 0;
    done->irq_exception = 0;
    done->resume_el = 0;
    done->zero = 0;
    clear_todo(&done->todo);
    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_complete(vm, v, resume, regs, done);
    if (v->personality == SDEI_DEN0054)
        return sdei_den_complete(vm, v, vcpu, resume, address, regs, done);
    return sdei_v7_complete(v, resume, address, regs, done);
}

bool sdei_is_running(const struct sdei_vcpu *v)
{
    if (v->personality == SDEI_KVM_V4)
        return sdei_v4_is_running(v);
    return v->personality == SDEI_DEN0054 ? v->pe.depth > 0 : v->v7.running != 0;
}

bool sdei_is_hung(const struct sdei_vcpu *v)
{
    return v->personality == SDEI_KVM_V7 && v->v7.hung;
}

void sdei_check(const struct sdei_vm *vm, const struct sdei_vcpu *first, size_t stride)
{
    ASSERT(vm->vcpu_count <= SDEI_VCPU_MAX && vm->vcpu_count == vm->spec.vcpu_count);
    for (u32 vcpu = 0; vcpu < vm->vcpu_count; vcpu++) {
        const struct sdei_vcpu *v = sdei_vcpu_at(first, stride, vcpu);

        ASSERT(v->masked <= 1 && v->personality == vm->spec.personality);
        if (v->personality == SDEI_KVM_V7)
            sdei_v7_check(v);
    }
    if (vm->spec.personality == SDEI_KVM_V4)
        sdei_v4_check(vm, first, stride);
    else if (vm->spec.personality == SDEI_DEN0054)
        sdei_den_check(vm, first, stride);
}
