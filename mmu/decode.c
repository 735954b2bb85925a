/*
 * KVM's view of an abort, and what its handler does with it, in the handler's order. Linux 6.1 KVM:
 * kvm_emulate.h, kvm_handle_guest_abort(), io_mem_abort(), user_mem_abort().
 */
#include "mmu/abort.h"

#include "mmu/iss.h"

#define HPFAR_FIPA 0x00000ffffffffff0ull /* Bits 43:4. */

/* What KVM makes of each kind. It compares xFSC with the level masked off, so the codes of levels
 * -1 and -2, which stand elsewhere, are none of the three; and it knows no external abort on a
 * walk of these levels. */
static u8 class_of(u32 fsc, const struct mmu_fsc *info)
{
    switch (info->kind) {
    case MMU_KIND_TRANS:
        return (fsc & 0x3c) == MMU_FSC_TRANS ? MMU_ABORT_TRANSLATION : MMU_ABORT_OTHER;
    case MMU_KIND_ACCESS:
        return MMU_ABORT_ACCESS;
    case MMU_KIND_PERM:
        return MMU_ABORT_PERMISSION;
    case MMU_KIND_SEA:
    case MMU_KIND_PARITY:
        return MMU_ABORT_EXTERNAL;
    case MMU_KIND_SEA_WALK:
    case MMU_KIND_PARITY_WALK:
        return info->level >= 0 ? MMU_ABORT_EXTERNAL : MMU_ABORT_OTHER;
    default:
        return MMU_ABORT_OTHER;
    }
}

static bool bit(u64 esr, u64 mask)
{
    return (esr & mask) != 0;
}

static void decode_data(struct mmu_abort *a, u64 esr)
{
    a->cm = bit(esr, ISS_CM);
    a->wnr = bit(esr, ISS_WNR);
    a->vncr = bit(esr, ISS_VNCR);
    a->isv = bit(esr, ISS_ISV);
    if (!a->isv)
        return;
    a->sas = (u8)(esr >> ISS_SAS_SHIFT & 3);
    a->sse = bit(esr, ISS_SSE);
    a->srt = (u8)(esr >> ISS_SRT_SHIFT & 31);
    a->sf = bit(esr, ISS_SF);
    a->ar = bit(esr, ISS_AR);
}

/* HPFAR_EL2 is valid for faults of stage-1 walks, and for those of the output address but for
 * permission. */
static bool has_hpfar(const struct mmu_abort *a)
{
    return a->s1ptw || a->kind == MMU_KIND_TRANS || a->kind == MMU_KIND_SIZE ||
           a->kind == MMU_KIND_ACCESS;
}

struct mmu_abort mmu_abort_decode(u64 esr, u64 far, u64 hpfar, enum mmu_s1ptw_rule rule)
{
    struct mmu_abort a = {.ec = (u8)(esr >> ESR_EC_SHIFT & 63), .level = MMU_FSC_NO_LEVEL};
    bool is_data = a.ec == EC_DABT_LOWER || a.ec == EC_DABT_SAME;

    a.iabt = a.ec == EC_IABT_LOWER || a.ec == EC_IABT_SAME;
    if (!is_data && !a.iabt)
        return a;
    const struct mmu_fsc *info = mmu_fsc_info((u32)esr);
    a.fsc = (u8)(esr & 63);
    a.kind = info->kind;
    a.level = info->level;
    a.s1ptw = bit(esr, ISS_S1PTW);
    a.ea = bit(esr, ISS_EA);
    a.set = (u8)(esr >> ISS_SET_SHIFT & 3);
    if (is_data)
        decode_data(&a, esr);
    a.type = class_of(a.fsc, info);
    if (a.ec == EC_IABT_SAME || a.ec == EC_DABT_SAME)
        a.type = a.vncr ? MMU_ABORT_VNCR : MMU_ABORT_OWN;
    else if (a.vncr)
        a.type = MMU_ABORT_VNCR;
    a.is_perm = a.type == MMU_ABORT_PERMISSION;
    a.exec = a.iabt && !a.s1ptw;
    if (a.s1ptw)
        a.write = rule == MMU_S1PTW_WRITE || a.is_perm;
    else
        a.write = !a.iabt && a.wnr;
    a.has_far = !(a.kind == MMU_KIND_SEA && bit(esr, ISS_FNV));
    a.has_hpfar = has_hpfar(&a);
    a.far = far;
    a.ipa = (hpfar & HPFAR_FIPA) << 8 | (far & 0xfff);
    return a;
}

const char *mmu_abort_class_name(enum mmu_abort_class type)
{
    static const char *const names[MMU_ABORT_CLASSES] = {
        [MMU_ABORT_NONE] = "no abort",           [MMU_ABORT_OWN] = "own abort",
        [MMU_ABORT_VNCR] = "VNCR_EL2",           [MMU_ABORT_EXTERNAL] = "external",
        [MMU_ABORT_TRANSLATION] = "translation", [MMU_ABORT_ACCESS] = "access flag",
        [MMU_ABORT_PERMISSION] = "permission",   [MMU_ABORT_OTHER] = "other",
    };

    ASSERT(type < MMU_ABORT_CLASSES);
    return names[type];
}

/* --- The handler --- */

/* No memory slot, or a write to one that is read-only. */
static enum mmu_kvm_answer no_memory(const struct mmu_abort *a, const struct mmu_kvm_vm *vm)
{
    if (a->iabt)
        return MMU_KVM_INJECT_IABT;
    if (a->s1ptw)
        return MMU_KVM_INJECT_DABT;
    if (!vm->has_slot && a->cm)
        return MMU_KVM_SKIP;
    if (a->isv)
        return MMU_KVM_MMIO;
    return vm->nisv_exit ? MMU_KVM_EXIT_NISV : MMU_KVM_ENOSYS;
}

/* Asynchronous page faults are for pages that are absent, and from EL0 unless the guest has asked
 * for all. */
static bool is_apf_candidate(const struct mmu_abort *a, const struct mmu_kvm_vm *vm)
{
    return vm->apf && a->type == MMU_ABORT_TRANSLATION && (vm->el == 0 || vm->apf_send_always) &&
           (!a->s1ptw || vm->apf_s1ptw);
}

enum mmu_kvm_answer mmu_kvm_decide(const struct mmu_abort *a, const struct mmu_kvm_vm *vm)
{
    if (a->type == MMU_ABORT_NONE)
        return MMU_KVM_NOT_ABORT;
    if (a->type == MMU_ABORT_OWN || a->type == MMU_ABORT_VNCR)
        return MMU_KVM_HOST;
    if (a->type == MMU_ABORT_TRANSLATION && a->ipa >> vm->pa_bits != 0)
        return MMU_KVM_INJECT_SIZE;
    if (a->type == MMU_ABORT_TRANSLATION && a->ipa >> vm->ipa_bits != 0)
        return MMU_KVM_INJECT_RANGE;
    if (a->type == MMU_ABORT_EXTERNAL)
        return vm->ras_handles ? MMU_KVM_SEA_HANDLED : MMU_KVM_INJECT_SERROR;
    if (a->type == MMU_ABORT_OTHER)
        return MMU_KVM_EFAULT;
    if (!vm->has_slot || (a->write && vm->readonly))
        return no_memory(a, vm);
    if (a->type == MMU_ABORT_ACCESS)
        return MMU_KVM_AGE;
    if (a->is_perm && !a->write && !a->exec)
        return MMU_KVM_BAD_PERMISSION;
    return is_apf_candidate(a, vm) ? MMU_KVM_APF : MMU_KVM_MAP;
}
