/*
 * How a kernel finds KVM's vendor functions: by the ladder that firmware tables begin, and by the
 * blind call that it replaces. Walks against smccc_call(), so that experiments can show where the
 * blind one breaks.
 */
#include "cpu/smccc.h"

#include <string.h>

struct walk {
    const struct smccc_spec *spec;
    struct psci psci; /* A copy: looking must not switch anything. */
    struct smccc_ladder *out;
};

static struct smccc_step *next_step(struct walk *w, u32 fid)
{
    struct smccc_step *s = &w->out->step[w->out->count++];

    s->fid = fid;
    return s;
}

static struct smccc_step *ask(struct walk *w, bool is_smc, u32 fid, u64 x1)
{
    const struct smccc_request call = {.is_smc = is_smc, .el = 1, .x = {fid, x1}};
    struct smccc_step *s = next_step(w, fid);
    struct smccc_out out;

    smccc_call(w->spec, &w->psci, &call, &out);
    s->end = out.end;
    s->result = out.result;
    if (out.end == SMCCC_UNDEFINED || out.end == SMCCC_KILLED)
        w->out->verdict = SMCCC_CRASHED;
    return s;
}

static u32 vendor_fid(const struct smccc_spec *spec, u32 function)
{
    return (spec->vendor_is_64 ? 0xC6000000u : 0x86000000u) | function;
}

/* The function has been called: is it what the caller means by it? */
static bool is_served(const struct smccc_step *s)
{
    return s->end == SMCCC_ASK_VENDOR ||
           (s->end == SMCCC_ANSWERED && s->result.x[0] != (u64)SMCCC_NOT_SUPPORTED);
}

static bool is_kvm(const struct smccc_result *r)
{
    for (u32 i = 0; i < ARRAY_COUNT(smccc_kvm_uid); i++)
        if ((u32)r->x[i] != smccc_kvm_uid[i])
            return false;
    return true;
}

/* The rungs with a call, in their order. Returns what the rung wants to see. */
static bool climb(struct walk *w, enum smccc_rung rung, u32 function)
{
    const bool is_smc = w->spec->conduit == SMCCC_SMC;
    struct smccc_step *s;

    switch (rung) {
    case SMCCC_RUNG_CONDUIT:
        s = next_step(w, 0);
        s->passed = w->spec->conduit != SMCCC_NO_CONDUIT;
        break;
    case SMCCC_RUNG_PSCI_VERSION:
        s = ask(w, is_smc, PSCI_VERSION, 0);
        s->passed = s->end == SMCCC_ANSWERED && (s32)s->result.x[0] >= 0x10000;
        break;
    case SMCCC_RUNG_PSCI_FEATURES:
        s = ask(w, is_smc, PSCI_FEATURES, SMCCC_VERSION);
        s->passed = s->end == SMCCC_ANSWERED && (s32)s->result.x[0] >= 0;
        break;
    case SMCCC_RUNG_VERSION:
        s = ask(w, is_smc, SMCCC_VERSION, 0);
        s->passed = s->end == SMCCC_ANSWERED && (s32)s->result.x[0] >= (s32)SMCCC_VERSION_1_1;
        break;
    case SMCCC_RUNG_UID:
        s = ask(w, is_smc, SMCCC_KVM_UID, 0);
        s->passed = s->end == SMCCC_ANSWERED && is_kvm(&s->result);
        break;
    case SMCCC_RUNG_FEATURES:
        s = ask(w, is_smc, SMCCC_KVM_FEATURES, 0);
        s->passed = s->end == SMCCC_ANSWERED && s->result.x[function / 32] >> function % 32 & 1;
        break;
    default:
        s = ask(w, is_smc, vendor_fid(w->spec, function), 0);
        s->passed = is_served(s);
        break;
    }
    return s->passed;
}

void smccc_discover(const struct smccc_spec *spec, const struct psci *psci, u32 function,
                    struct smccc_ladder *out)
{
    struct walk w = {spec, *psci, out};

    ASSERT(function < 128);
    memset(out, 0, sizeof(*out));
    out->verdict = SMCCC_ABSENT;
    for (u32 rung = 0; rung < SMCCC_RUNG_COUNT; rung++)
        if (!climb(&w, (enum smccc_rung)rung, function))
            return;
    out->verdict = SMCCC_FOUND;
}

void smccc_probe_blindly(const struct smccc_spec *spec, const struct psci *psci, u32 function,
                         struct smccc_ladder *out)
{
    struct walk w = {spec, *psci, out};

    ASSERT(function < 128);
    memset(out, 0, sizeof(*out));
    struct smccc_step *s = ask(&w, false, vendor_fid(spec, function), 0);
    s->passed = is_served(s);
    if (out->verdict == SMCCC_CRASHED)
        return;
    if (!s->passed)
        out->verdict = SMCCC_ABSENT;
    else
        out->verdict = spec->hypervisor == SMCCC_KVM ? SMCCC_FOUND : SMCCC_FOOLED;
}
