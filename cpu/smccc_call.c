/*
 * What an HVC or SMC does: who gets it (the core, EL2, EL3), and what KVM of Linux 6.1, another
 * hypervisor or the firmware answer. One table of calls; the numbers come from cpu/smccc.h.
 */
#include "cpu/smccc.h"

#include <string.h>

struct request { /* A call on its way to who serves it. */
    const struct smccc_spec *spec;
    struct psci *psci;
    const struct smccc_request *call;
    struct smccc_out *out;
    u32 fid; /* w0 */
};

/* --- The table of calls --- */

enum gate { ALWAYS, STD, STD_HYP, VENDOR }; /* The bitmap that a VMM can clear. */

static void version(const struct request *r);
static void arch_features(const struct request *r);
static void workaround(const struct request *r);
static void psci(const struct request *r);
static void trng(const struct request *r);
static void pv_time_features(const struct request *r);
static void pv_time_st(const struct request *r);
static void kvm_features(const struct request *r);
static void kvm_uid(const struct request *r);
static void refuse(const struct request *r);

enum { KVM = SMCCC_BY_KVM, FW = SMCCC_BY_FIRMWARE };
#define INFO(id, own, by, text)                                                                    \
    {                                                                                              \
        .fid = (id), .owner = SMCCC_OWNER_##own, .is_64 = (id) >> 30 & 1, .served = (by),          \
        .name = text                                                                               \
    }
/*
 * DEN0028, DEN0022, and KVM's own. The answers to ARCH_SOC_ID, MIGRATE and the rest with nobody
 * behind them are those of an unknown number.
 */
/* clang-format off */
static const struct smccc_call_info infos[] = {
    INFO(SMCCC_VERSION,           ARCH,     KVM | FW, "SMCCC_VERSION"),
    INFO(SMCCC_ARCH_FEATURES,     ARCH,     KVM | FW, "ARCH_FEATURES"),
    INFO(SMCCC_ARCH_SOC_ID,       ARCH,     0,        "ARCH_SOC_ID"),
    INFO(SMCCC_ARCH_WORKAROUND_3, ARCH,     KVM | FW, "ARCH_WORKAROUND_3"),
    INFO(SMCCC_ARCH_WORKAROUND_2, ARCH,     KVM | FW, "ARCH_WORKAROUND_2"),
    INFO(SMCCC_ARCH_WORKAROUND_1, ARCH,     KVM | FW, "ARCH_WORKAROUND_1"),
    INFO(PSCI_VERSION,            STANDARD, KVM | FW, "PSCI_VERSION"),
    INFO(PSCI_CPU_SUSPEND,        STANDARD, KVM | FW, "CPU_SUSPEND"),
    INFO(PSCI_CPU_OFF,            STANDARD, KVM | FW, "CPU_OFF"),
    INFO(PSCI_CPU_ON,             STANDARD, KVM | FW, "CPU_ON"),
    INFO(PSCI_AFFINITY_INFO,      STANDARD, KVM | FW, "AFFINITY_INFO"),
    INFO(PSCI_MIGRATE,            STANDARD, 0,        "MIGRATE"),
    INFO(PSCI_MIGRATE_INFO_TYPE,  STANDARD, KVM | FW, "MIGRATE_INFO_TYPE"),
    INFO(PSCI_MIGRATE_INFO_UP_CPU, STANDARD, 0,       "MIGRATE_INFO_UP_CPU"),
    INFO(PSCI_SYSTEM_OFF,         STANDARD, KVM | FW, "SYSTEM_OFF"),
    INFO(PSCI_SYSTEM_RESET,       STANDARD, KVM | FW, "SYSTEM_RESET"),
    INFO(PSCI_FEATURES,           STANDARD, KVM | FW, "PSCI_FEATURES"),
    INFO(PSCI_SYSTEM_SUSPEND,     STANDARD, KVM | FW, "SYSTEM_SUSPEND"),
    INFO(PSCI_SYSTEM_RESET2,      STANDARD, KVM | FW, "SYSTEM_RESET2"),
    INFO(SMCCC_TRNG_VERSION,      STANDARD, KVM,      "TRNG_VERSION"),
    INFO(SMCCC_TRNG_FEATURES,     STANDARD, KVM,      "TRNG_FEATURES"),
    INFO(SMCCC_TRNG_GET_UUID,     STANDARD, KVM,      "TRNG_GET_UUID"),
    INFO(SMCCC_TRNG_RND32,        STANDARD, KVM,      "TRNG_RND (32)"),
    INFO(PSCI_CPU_SUSPEND | PSCI_64,         STANDARD, KVM | FW, "CPU_SUSPEND"),
    INFO(PSCI_CPU_ON | PSCI_64,              STANDARD, KVM | FW, "CPU_ON"),
    INFO(PSCI_AFFINITY_INFO | PSCI_64,       STANDARD, KVM | FW, "AFFINITY_INFO"),
    INFO(PSCI_MIGRATE | PSCI_64,             STANDARD, 0,        "MIGRATE"),
    INFO(PSCI_MIGRATE_INFO_UP_CPU | PSCI_64, STANDARD, 0,        "MIGRATE_INFO_UP_CPU"),
    INFO(PSCI_SYSTEM_SUSPEND | PSCI_64,      STANDARD, KVM | FW, "SYSTEM_SUSPEND"),
    INFO(PSCI_SYSTEM_RESET2 | PSCI_64,       STANDARD, KVM | FW, "SYSTEM_RESET2"),
    INFO(SMCCC_TRNG_RND64,        STANDARD,     KVM, "TRNG_RND (64)"),
    INFO(SMCCC_PV_TIME_FEATURES,  STANDARD_HYP, KVM, "PV_TIME_FEATURES"),
    INFO(SMCCC_PV_TIME_ST,        STANDARD_HYP, KVM, "PV_TIME_ST"),
    INFO(SMCCC_KVM_FEATURES,      VENDOR_HYP,   KVM, "KVM_FEATURES"),
    INFO(SMCCC_KVM_PTP,           VENDOR_HYP,   KVM, "KVM_PTP"),
    INFO(SMCCC_KVM_UID,           VENDOR_HYP,   KVM, "VENDOR_HYP_UID"),
};

/* Who answers what, beside PSCI. The firmware's calls have no gate. */
static const struct row {
    u32 fid;
    u8 by, gate, bit;
    void (*serve)(const struct request *r);
} rows[] = {
    {SMCCC_VERSION,           KVM | FW, ALWAYS,  0,                     version},
    {SMCCC_ARCH_FEATURES,     KVM | FW, ALWAYS,  0,                     arch_features},
    {SMCCC_ARCH_WORKAROUND_1, KVM | FW, ALWAYS,  0,                     workaround},
    {SMCCC_ARCH_WORKAROUND_2, KVM | FW, ALWAYS,  0,                     workaround},
    {SMCCC_ARCH_WORKAROUND_3, KVM | FW, ALWAYS,  0,                     workaround},
    {SMCCC_TRNG_VERSION,      KVM,      STD,     SMCCC_STD_TRNG,        trng},
    {SMCCC_TRNG_FEATURES,     KVM,      STD,     SMCCC_STD_TRNG,        trng},
    {SMCCC_TRNG_GET_UUID,     KVM,      STD,     SMCCC_STD_TRNG,        trng},
    {SMCCC_TRNG_RND32,        KVM,      STD,     SMCCC_STD_TRNG,        trng},
    {SMCCC_TRNG_RND64,        KVM,      STD,     SMCCC_STD_TRNG,        trng},
    {SMCCC_PV_TIME_FEATURES,  KVM,      STD_HYP, SMCCC_STD_HYP_PV_TIME, pv_time_features},
    {SMCCC_PV_TIME_ST,        KVM,      STD_HYP, SMCCC_STD_HYP_PV_TIME, pv_time_st},
    {SMCCC_KVM_FEATURES,      KVM,      VENDOR,  SMCCC_VENDOR_FEAT,     kvm_features},
    {SMCCC_KVM_UID,           KVM,      VENDOR,  SMCCC_VENDOR_FEAT,     kvm_uid},
    {SMCCC_KVM_PTP,           KVM,      VENDOR,  SMCCC_VENDOR_PTP,      refuse},
};
/* clang-format on */

const struct smccc_call_info *smccc_calls(size_t *count)
{
    *count = ARRAY_COUNT(infos);
    return infos;
}

/* --- Answers --- */

static void answer(const struct request *r, u64 x0)
{
    r->out->result = smccc_return((s64)x0, 0);
}

/*
 * Inaccurate: KVM_PTP ends here, too. Without a host clock there is nothing to tell; KVM answers
 * the same when its clock source is not the architected counter.
 */
static void refuse(const struct request *r)
{
    answer(r, (u64)SMCCC_NOT_SUPPORTED);
}

/* Version 1.0 did not have this call. */
static void version(const struct request *r)
{
    answer(r, r->spec->version > SMCCC_VERSION_1_0 ? r->spec->version : (u64)SMCCC_NOT_SUPPORTED);
}

static bool has_bit(const struct smccc_spec *spec, u32 gate, u32 bit)
{
    const u64 map[] = {~0ull, spec->std_bmap, spec->std_hyp_bmap, spec->vendor_hyp_bmap};

    return map[gate] & bit || gate == ALWAYS;
}

/* KVM 6.1 knows four things to ask for; SMCCC_VERSION and this call itself are not among them. */
static void arch_features(const struct request *r)
{
    const u32 asked = (u32)r->call->x[1];
    const bool by_kvm = r->spec->hypervisor == SMCCC_KVM && r->out->count == 4;
    s64 result = SMCCC_NOT_SUPPORTED;

    if (r->spec->version <= SMCCC_VERSION_1_0)
        result = SMCCC_NOT_SUPPORTED;
    else if (asked == SMCCC_ARCH_WORKAROUND_1)
        result = r->spec->workaround[0];
    else if (asked == SMCCC_ARCH_WORKAROUND_2)
        result = r->spec->workaround[1];
    else if (asked == SMCCC_ARCH_WORKAROUND_3)
        result = r->spec->workaround[2];
    else if (by_kvm && asked == SMCCC_PV_TIME_FEATURES)
        result = has_bit(r->spec, STD_HYP, SMCCC_STD_HYP_PV_TIME) ? SMCCC_SUCCESS : result;
    else if (!by_kvm && (asked == SMCCC_VERSION || asked == SMCCC_ARCH_FEATURES))
        result = SMCCC_SUCCESS;
    answer(r, (u64)result);
}

/* Served on the way in, before any register is saved: x0 becomes 0, nothing else changes. */
static void workaround(const struct request *r)
{
    answer(r, SMCCC_SUCCESS);
    r->out->count = 1;
}

static void psci(const struct request *r)
{
    struct smccc_out *out = r->out;

    psci_call(r->psci, &r->spec->psci, r->call->vcpu, r->call->is_aarch32, r->fid, &r->call->x[1],
              &out->psci);
    answer(r, (u64)out->psci.x0);
    if (out->psci.action != PSCI_DO_NOTHING)
        out->end = SMCCC_POWER;
    if (out->psci.keeps_x0)
        out->count = 0;
}

/*
 * Arm DEN0098. Inaccurate: there is no UUID, and no entropy; both are answers that the
 * specification has (NOT_SUPPORTED, NO_ENTROPY). A random number would make two runs differ.
 */
static void trng(const struct request *r)
{
    enum { INVALID_PARAMETERS = -2, NO_ENTROPY = -3 };
    const bool is_64 = r->fid == SMCCC_TRNG_RND64;
    const u32 asked = (u32)r->call->x[1];
    s64 result = SMCCC_NOT_SUPPORTED;

    if (r->fid == SMCCC_TRNG_VERSION) {
        result = 0x10000;
    } else if (r->fid == SMCCC_TRNG_FEATURES) {
        if ((asked >= SMCCC_TRNG_VERSION && asked <= SMCCC_TRNG_RND32) || asked == SMCCC_TRNG_RND64)
            result = SMCCC_SUCCESS;
    } else if (r->fid != SMCCC_TRNG_GET_UUID) {
        const bool is_size = asked >= 1 && asked <= (is_64 ? 192 : 96);
        result = is_size ? NO_ENTROPY : INVALID_PARAMETERS;
    }
    answer(r, (u64)result);
}

static void pv_time_features(const struct request *r)
{
    const u32 asked = (u32)r->call->x[1];
    const bool is_known = asked == SMCCC_PV_TIME_FEATURES || asked == SMCCC_PV_TIME_ST;

    answer(r, is_known && r->spec->pv_time_base != 0 ? SMCCC_SUCCESS : (u64)SMCCC_NOT_SUPPORTED);
}

static void pv_time_st(const struct request *r)
{
    const u64 base = r->spec->pv_time_base;

    answer(r, base != 0 ? base + 64ull * r->call->vcpu : (u64)SMCCC_NOT_SUPPORTED);
}

/* w0..w3: bit n of the 128 is function n. */
static void kvm_features(const struct request *r)
{
    const u32 n = r->spec->vendor_function;
    struct smccc_result *out = &r->out->result;

    *out = (struct smccc_result){
        .x = {(u32)r->spec->vendor_hyp_bmap, r->spec->vendor_hyp_bmap >> 32},
    };
    if (n != 0)
        out->x[n / 32] |= 1ull << n % 32;
}

static void kvm_uid(const struct request *r)
{
    for (u32 i = 0; i < ARRAY_COUNT(smccc_kvm_uid); i++)
        r->out->result.x[i] = smccc_kvm_uid[i];
}

/* --- Servers --- */

static bool is_sdei(const struct request *r)
{
    return r->spec->has_sdei && (r->fid & 0xFFFFFFE0u) == 0xC4000020u;
}

static bool serve_row(const struct request *r, u32 by)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].fid == r->fid && rows[i].by & by &&
            (by == FW || has_bit(r->spec, rows[i].gate, rows[i].bit))) {
            rows[i].serve(r);
            return true;
        }
    return false;
}

/* KVM writes x0..x3 for every call. Unknown: -1 in 64 bits, also for a 32-bit number. */
static void serve_kvm(const struct request *r)
{
    const struct smccc_spec *spec = r->spec;
    const u32 vendor = (spec->vendor_is_64 ? 0xC6000000u : 0x86000000u) | spec->vendor_function;

    r->out->count = 4;
    if (is_sdei(r))
        r->out->end = SMCCC_ASK_SDEI;
    else if (spec->vendor_function != 0 && r->fid == vendor)
        r->out->end = SMCCC_ASK_VENDOR;
    else if (psci_is_call(r->fid))
        psci(r);
    else if (!serve_row(r, KVM))
        refuse(r);
}

/* EL3 firmware: what DEN0028 and DEN0022 ask of it. An AArch32 caller has no SMC64. */
static void serve_firmware(const struct request *r)
{
    r->out->count = 1;
    if (r->call->is_aarch32 && r->fid >> 30 & 1)
        refuse(r);
    else if (is_sdei(r))
        r->out->end = SMCCC_ASK_SDEI;
    else if (psci_is_call(r->fid))
        psci(r);
    else if (!serve_row(r, FW))
        refuse(r);
}

/*
 * Another hypervisor: the common calls, its own UID, and in the vendor range numbers that mean
 * what it likes. With Xen's tag it is one of Xen's hypercalls, of which none is known here.
 */
static void serve_other(const struct request *r)
{
    enum { XEN_ENOSYS = -38, ITS_OWN_MEANING = 0 };
    const struct smccc_fid f = smccc_decode(r->fid);

    if (!r->call->is_smc && r->call->immediate == SMCCC_XEN_TAG) {
        r->out->count = 1;
        answer(r, (u64)XEN_ENOSYS);
    } else if (r->fid == SMCCC_KVM_UID) {
        r->out->count = 4;
        for (u32 i = 0; i < ARRAY_COUNT(r->spec->uid); i++)
            r->out->result.x[i] = r->spec->uid[i];
    } else if (f.is_fast && f.owner == SMCCC_OWNER_VENDOR_HYP) {
        r->out->count = 1;
        if (r->spec->foreign == SMCCC_FOREIGN_KILLS)
            r->out->end = SMCCC_KILLED;
        answer(r, r->spec->foreign == SMCCC_FOREIGN_MEANS_ELSE ? (u64)ITS_OWN_MEANING
                                                               : (u64)SMCCC_NOT_SUPPORTED);
    } else {
        serve_firmware(r);
    }
}

/* --- Who gets it --- */

/* DDI 0487: the exception is taken to EL1, and ELR_EL1 is the instruction itself. */
static void undefined(const struct request *r)
{
    const struct smccc_request *c = r->call;

    r->out->end = SMCCC_UNDEFINED;
    if (c->el == 1 && c->is_aarch32) {
        r->out->vector = 0x4; /* AArch32's own: Undefined mode, and no ESR. */
        return;
    }
    r->out->esr = 1ull << 25; /* EC 0, IL 1 */
    if (c->el == 0)
        r->out->vector = c->is_aarch32 ? 0x600 : 0x400;
    else
        r->out->vector = c->sp_is_el0 ? 0x000 : 0x200;
}

/*
 * HCR_EL2.TSC before SCR_EL3.SMD. Without EL3 an SMC is UNDEFINED, unless TSC traps it: it must
 * with NV, and may without.
 */
static bool is_smc_trapped(const struct smccc_spec *spec)
{
    return spec->hypervisor != SMCCC_NO_HYPERVISOR && spec->smc_trap &&
           (spec->has_el3 || spec->is_nested || spec->smc_trap_without_el3);
}

static void trapped_smc(const struct request *r)
{
    r->out->steps = 1;
    if (r->spec->hypervisor == SMCCC_OTHER && r->call->immediate == 0) {
        serve_other(r);
    } else if (r->spec->kvm_serves_smc && r->call->immediate == 0) {
        serve_kvm(r);
    } else {
        r->out->count = 1; /* KVM 6.1: x0 and nothing else. */
        refuse(r);
    }
}

void smccc_call(const struct smccc_spec *spec, struct psci *psci, const struct smccc_request *call,
                struct smccc_out *out)
{
    const struct request r = {spec, psci, call, out, (u32)call->x[0]};

    ASSERT(call->el <= 1 && spec->vendor_function < 128);
    memset(out, 0, sizeof(*out));
    if (call->el == 0) {
        undefined(&r);
    } else if (call->is_smc) {
        if (is_smc_trapped(spec))
            trapped_smc(&r);
        else if (spec->has_el3 && !spec->smc_disabled)
            serve_firmware(&r);
        else
            undefined(&r);
    } else if (spec->hvc_disabled || spec->hypervisor == SMCCC_NO_HYPERVISOR) {
        undefined(&r);
    } else if (spec->hypervisor == SMCCC_KVM) {
        serve_kvm(&r); /* Whatever the immediate is. */
    } else {
        serve_other(&r);
    }
}

void smccc_spec_init(struct smccc_spec *spec, u32 vcpu_count)
{
    memset(spec, 0, sizeof(*spec));
    spec->conduit = SMCCC_HVC;
    spec->hypervisor = SMCCC_KVM;
    spec->has_el3 = 1;
    spec->smc_trap = 1;
    spec->workaround[1] = SMCCC_NOT_REQUIRED;
    spec->has_sdei = 1;
    spec->version = SMCCC_VERSION_1_1;
    spec->std_bmap = SMCCC_STD_TRNG;
    spec->std_hyp_bmap = SMCCC_STD_HYP_PV_TIME;
    spec->vendor_hyp_bmap = SMCCC_VENDOR_FEAT | SMCCC_VENDOR_PTP;
    spec->vendor_function = smccc_decode(SMCCC_KVM_ASYNC_PF).function;
    spec->psci.vcpu_count = vcpu_count;
    spec->psci.version = 0x10001;
}
