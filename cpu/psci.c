/* PSCI of KVM 6.1: one row a call, one small function a row. */
#include "cpu/psci.h"

#include <string.h>

struct call {
    struct psci *p;
    const struct psci_spec *spec;
    u32 vcpu;
    bool is_aarch32;
    u64 arg[3];
    struct psci_result *out;
};

/* MPIDR_EL1: Aff3 in 39:32, Aff2..Aff0 in 23:0. Anything else in an argument names no PE. */
#define AFFINITY_BITS 0xff00ffffffull
#define PSTATE_EL1H_DAIF 0x3c5ull

u64 psci_mpidr(u32 vcpu)
{
    return (u64)(vcpu & 0xf) | (u64)(vcpu >> 4 & 0xff) << 8 | (u64)(vcpu >> 12 & 0xff) << 16;
}

bool psci_is_on(const struct psci *p, u32 vcpu)
{
    ASSERT(vcpu < PSCI_CPU_MAX);

    return p->on[vcpu / 64] >> vcpu % 64 & 1;
}

static void set_on(struct psci *p, u32 vcpu, bool on)
{
    p->on[vcpu / 64] = (p->on[vcpu / 64] & ~(1ull << vcpu % 64)) | (u64)on << vcpu % 64;
}

void psci_init(struct psci *p, const struct psci_spec *spec)
{
    ASSERT(spec->vcpu_count > 0 && spec->vcpu_count <= PSCI_CPU_MAX);

    memset(p, 0, sizeof(*p));
    set_on(p, 0, true);
}

static s64 version(const struct call *c)
{
    return c->spec->version;
}

/* Any suspend is a WFI: the power state (x1) and the entry point (x2) are not looked at. */
static s64 cpu_suspend(const struct call *c)
{
    c->out->action = PSCI_DO_WAIT;
    return PSCI_SUCCESS;
}

static s64 cpu_off(const struct call *c)
{
    set_on(c->p, c->vcpu, false);
    c->out->action = PSCI_DO_OFF;
    return PSCI_SUCCESS;
}

/* KVM looks at no address: an entry point outside of memory faults when it is fetched. */
static s64 cpu_on(const struct call *c)
{
    for (u32 i = 0; i < c->spec->vcpu_count; i++) {
        if (psci_mpidr(i) != c->arg[0])
            continue;
        if (psci_is_on(c->p, i))
            return PSCI_ALREADY_ON;
        set_on(c->p, i, true);
        c->out->action = PSCI_DO_ON;
        c->out->target = i;
        c->out->entry = c->arg[1];
        c->out->context = c->arg[2];
        c->out->pstate = PSTATE_EL1H_DAIF;
        return PSCI_SUCCESS;
    }
    return PSCI_INVALID_PARAMETERS;
}

/* x2: the lowest affinity level that counts, 0..3; those below it may be anything. */
static s64 affinity_info(const struct call *c)
{
    static const u64 mask[] = {0xff00ffffffull, 0xff00ffff00ull, 0xff00ff0000ull, 0xff00000000ull};
    bool found = false;

    if (c->arg[0] & ~AFFINITY_BITS || c->arg[1] >= ARRAY_COUNT(mask))
        return PSCI_INVALID_PARAMETERS;
    for (u32 i = 0; i < c->spec->vcpu_count; i++)
        if (((psci_mpidr(i) ^ c->arg[0]) & mask[c->arg[1]]) == 0) {
            if (psci_is_on(c->p, i))
                return PSCI_IS_ON;
            found = true;
        }
    return found ? PSCI_IS_OFF : PSCI_INVALID_PARAMETERS;
}

static s64 migrate_info_type(const struct call *c)
{
    (void)c;
    return PSCI_TOS_MP;
}

/* x0 is preloaded: that is what the guest sees if the VMM lets it go on. */
static s64 system_off(const struct call *c)
{
    c->out->action = PSCI_DO_SYSTEM_OFF;
    return PSCI_INTERNAL_FAILURE;
}

static s64 system_reset(const struct call *c)
{
    c->out->action = PSCI_DO_SYSTEM_RESET;
    return PSCI_INTERNAL_FAILURE;
}

/* x1: 0 is a warm reset, bit 31 marks vendors' own; nothing between. x2: cookie. */
static s64 system_reset2(const struct call *c)
{
    if (c->arg[0] != 0 && c->arg[0] < 0x80000000u)
        return PSCI_INVALID_PARAMETERS;
    c->out->action = PSCI_DO_SYSTEM_RESET2;
    c->out->reset_type = c->arg[0];
    c->out->context = c->arg[1];
    return PSCI_INTERNAL_FAILURE;
}

static s64 system_suspend(const struct call *c)
{
    if (!c->spec->has_system_suspend)
        return PSCI_NOT_SUPPORTED;
    c->out->action = PSCI_DO_SYSTEM_SUSPEND;
    c->out->keeps_x0 = 1; /* Unlike the other exits, nothing is preloaded. */
    c->out->entry = c->arg[0];
    c->out->context = c->arg[1];
    return PSCI_SUCCESS;
}

static s64 features(const struct call *c);

/*
 * DEN0022, function ids. has_64: there is a 64-bit twin. since: the first PSCI version that has it.
 * MIGRATE and MIGRATE_INFO_UP_CPU have no row: a trusted
 * OS that need not migrate has none.
 */
/* clang-format off */
static const struct row {
    u32 fid;
    u8 has_64;
    u32 since;
    s64 (*serve)(const struct call *c);
} rows[] = {
    {PSCI_VERSION,           0, 0x00002, version},
    {PSCI_CPU_SUSPEND,       1, 0x00002, cpu_suspend},
    {PSCI_CPU_OFF,           0, 0x00002, cpu_off},
    {PSCI_CPU_ON,            1, 0x00002, cpu_on},
    {PSCI_AFFINITY_INFO,     1, 0x00002, affinity_info},
    {PSCI_MIGRATE_INFO_TYPE, 0, 0x00002, migrate_info_type},
    {PSCI_SYSTEM_OFF,        0, 0x00002, system_off},
    {PSCI_SYSTEM_RESET,      0, 0x00002, system_reset},
    {PSCI_FEATURES,          0, 0x10000, features},
    {PSCI_SYSTEM_SUSPEND,    1, 0x10000, system_suspend},
    {PSCI_SYSTEM_RESET2,     1, 0x10001, system_reset2},
};
/* clang-format on */

static const struct row *find_row(const struct psci_spec *spec, bool is_aarch32, u32 fid)
{
    if (is_aarch32 && fid & PSCI_64)
        return NULL;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].fid == (fid & ~PSCI_64) && (!(fid & PSCI_64) || rows[i].has_64) &&
            spec->version >= rows[i].since)
            return &rows[i];
    return NULL;
}

/* 0x80000000 is SMCCC_VERSION: this is how a guest learns that it may ask for it. */
static s64 features(const struct call *c)
{
    const u32 asked = (u32)c->arg[0];
    const struct row *r = find_row(c->spec, c->is_aarch32, asked);

    if (asked == 0x80000000u)
        return PSCI_SUCCESS;
    if (r == NULL)
        return PSCI_NOT_SUPPORTED;
    if (r->fid == PSCI_SYSTEM_SUSPEND && !c->spec->has_system_suspend)
        return PSCI_NOT_SUPPORTED;
    return PSCI_SUCCESS;
}

bool psci_is_call(u32 fid)
{
    return (fid & ~PSCI_64 & ~0x1fu) == PSCI_VERSION;
}

void psci_call(struct psci *p, const struct psci_spec *spec, u32 vcpu, bool is_aarch32, u32 fid,
               const u64 arg[3], struct psci_result *out)
{
    ASSERT(vcpu < spec->vcpu_count && psci_is_on(p, vcpu));

    struct call c = {p, spec, vcpu, is_aarch32, {arg[0], arg[1], arg[2]}, out};
    const struct row *r = find_row(spec, is_aarch32, fid);
    memset(out, 0, sizeof(*out));
    if (r == NULL) {
        out->x0 = PSCI_NOT_SUPPORTED;
        return;
    }
    for (u32 i = 0; !(fid & PSCI_64) && i < ARRAY_COUNT(c.arg); i++)
        c.arg[i] = (u32)c.arg[i]; /* A 32-bit call has 32-bit arguments. */
    out->x0 = r->serve(&c);
}
