/*
 * Hypercalls: SDEI and the design's own function here, the rest as cpu/smccc.h decides for the
 * machine that the configuration describes.
 */
#include "model/system.h"

void hvc_return(struct vcpu *v, s64 x0, u64 x1, u64 x2, u64 x3)
{
    v->regs.x[0] = (u64)x0;
    v->regs.x[1] = x1;
    v->regs.x[2] = x2;
    v->regs.x[3] = x3;
}

static enum verdict sdei(struct ctx *c, struct vcpu *v, u32 fid)
{
    struct sdei_todo todo;

    if (fid == SDEI_EVENT_COMPLETE || fid == SDEI_EVENT_COMPLETE_AND_RESUME)
        return vcpu_goto(v, SCR_SDEI_DONE);
    s64 r = sdei_call(&c->s->sdei, &v->sdei, v->id, fid, &v->regs.x[1], &todo);
    if (todo.request)
        vcpu_request(v, REQ_SDEI);
    if (todo.signals) {
        struct vcpu *other = sys_vcpu(c, todo.signal_pe);
        vcpu_request(other, REQ_SDEI);
        if (other != v)
            vcpu_kick(c, other, NO_HOST_CPU);
    }
    ASSERT(todo.irq_count == 0); /* No slots: no interrupt is ever bound to an event. */
    hvc_return(v, r, 0, 0, 0);
    return V_RET;
}

void hvc_init(struct sys *s, const struct spec *p)
{
    const struct variant_host *h = variants[p->variant].host;
    struct smccc_spec *spec = &s->smccc;

    smccc_spec_init(spec, p->vcpus);
    spec->hypervisor = p->hypervisor;
    spec->foreign = p->foreign;
    spec->conduit = p->conduit;
    spec->hvc_disabled = p->hypervisor == SMCCC_NO_HYPERVISOR;
    spec->has_sdei = h->has_sdei;
    spec->vendor_function = h->call != NULL ? smccc_decode(h->fid).function : 0;
    psci_init(&s->psci, &spec->psci);
    for (u32 i = 0; i < p->vcpus; i++)
        s->psci.on[i / 64] |= 1ull << i % 64; /* The run begins when all have been started. */
}

/* The guest's kernel does not survive it, nor does the experiment. */
static enum verdict die(struct ctx *c, struct vcpu *v, const struct smccc_out *out, u32 fid)
{
    if (out->end == SMCCC_KILLED) {
        sys_fail(c, SYS_STUCK, "the hypervisor has killed the guest for hypercall %#x", fid);
        return V_RET;
    }
    cpu_take_exception(&v->regs, 1, CPU_SYNC, out->esr, 0, 0);
    sys_fail(c, SYS_STUCK,
             "the guest's kernel has died: its hypercall %#x is UNDEFINED here (ESR_EL1 %#llx)",
             fid, (unsigned long long)out->esr);
    return V_RET;
}

/*
 * PSCI with an effect. All vCPUs are on from the start, so that CPU_ON has none. What switches off
 * ends the run: this machine has nobody who would switch on again.
 */
static enum verdict power(struct ctx *c, struct vcpu *v, const struct psci_result *r, u32 fid)
{
    if (r->action == PSCI_DO_WAIT)
        return vcpu_goto(v, SCR_WFI); /* KVM takes a suspend for a WFI. */
    sys_fail(c, SYS_STUCK, "vcpu%u of the guest has switched off (PSCI call %#x)", v->id, fid);
    return V_RET;
}

static enum verdict other_call(struct ctx *c, struct vcpu *v, u32 fid)
{
    const struct smccc_request call = {
        .is_smc = v->conduit_smc,
        .el = 1,
        .vcpu = v->id,
        .x = {v->regs.x[0], v->regs.x[1], v->regs.x[2], v->regs.x[3]},
    };
    struct smccc_out out;

    smccc_call(&c->s->smccc, &c->s->psci, &call, &out);
    switch (out.end) {
    case SMCCC_UNDEFINED:
    case SMCCC_KILLED:
        return die(c, v, &out, fid);
    case SMCCC_ASK_SDEI:
        return sdei(c, v, fid);
    case SMCCC_ASK_VENDOR:
        return c->var->host->call(c, v);
    default:
        break;
    }
    for (u32 i = 0; i < out.count; i++)
        v->regs.x[i] = out.result.x[i];
    return out.end == SMCCC_POWER ? power(c, v, &out.psci, fid) : V_RET;
}

enum verdict act_hvc(struct ctx *c, struct vcpu *v)
{
    const struct variant_host *h = c->var->host;
    u32 fid = (u32)v->regs.x[0];

    act_exit_done(c, v);
    c->s->stats.hypercalls++;
    if (UNLIKELY(c->p->hypervisor != SMCCC_KVM || v->conduit_smc))
        return other_call(c, v, fid);
    if (h->has_sdei && (fid & SDEI_FID_MASK) == SDEI_VERSION)
        return sdei(c, v, fid);
    if (h->call != NULL && fid == h->fid)
        return h->call(c, v);
    return other_call(c, v, fid);
}

/*
 * COMPLETE and COMPLETE_AND_RESUME. kvm-v4 ignores the resume address and flags an IRQ exception:
 * the guest goes on in its IRQ vector whether an interrupt is pending or not. The others resume at
 * the address, which for the guest here is that vector, too.
 */
enum verdict act_sdei_done(struct ctx *c, struct vcpu *v)
{
    struct sdei_regs regs;
    struct sdei_done done;
    bool resume = (u32)v->regs.x[0] == SDEI_EVENT_COMPLETE_AND_RESUME;

    if (!sdei_complete(&c->s->sdei, &v->sdei, v->id, resume, v->regs.x[1], &regs, &done)) {
        if (done.has_status)
            v->regs.x[0] = (u64)done.status;
        return V_RET;
    }
    for (u32 i = 0; i < 18; i++)
        v->regs.x[i] = regs.x[i];
    v->regs.pc = regs.pc;
    v->regs.pstate = regs.pstate;
    if (done.todo.request)
        vcpu_request(v, REQ_SDEI);
    if (v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_COMPLETE, c->now);
    ASSERT(v->gdepth > 0 && v->guest[v->gdepth - 1].script == SCR_PNP);
    v->gdepth--;
    if (done.irq_exception)
        cpu_take_exception(&v->regs, 1, CPU_IRQ, 0, 0, 0);
    if (done.resume_el != 0) {
        v->regs.elr_el1 = done.elr;
        v->regs.spsr_el1 = done.spsr;
    }
    if (done.irq_exception || done.resume_el != 0)
        guest_call(v, SCR_IRQ);
    return V_RET;
}
