/*
 * Hypercalls: SMCCC dispatch by function id. Unknown ids get -1, as KVM answers every one.
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
    bool request = false;

    if (fid == SDEI_EVENT_COMPLETE || fid == SDEI_EVENT_COMPLETE_AND_RESUME)
        return vcpu_goto(v, SCR_SDEI_DONE);
    s64 r = sdei_call(&c->s->sdei, &v->sdei, v->id, fid, &v->regs.x[1], &request);
    if (request)
        vcpu_request(v, REQ_SDEI);
    hvc_return(v, r, 0, 0, 0);
    return V_RET;
}

enum verdict act_hvc(struct ctx *c, struct vcpu *v)
{
    const struct variant_host *h = c->var->host;
    u32 fid = (u32)v->regs.x[0];

    act_exit_done(c, v);
    c->s->stats.hypercalls++;
    if (h->has_sdei && (fid & ~0x1fu) == SDEI_VERSION)
        return sdei(c, v, fid);
    if (h->call != NULL && fid == h->fid)
        return h->call(c, v);
    if (fid == SMCCC_KVM_UID) {
        hvc_return(v, smccc_kvm_uid[0], smccc_kvm_uid[1], smccc_kvm_uid[2], smccc_kvm_uid[3]);
    } else if (fid == SMCCC_KVM_FEATURES) {
        u64 bitmap[4] = {1, 0, 0, 0}; /* FEATURES itself. */
        if (h->call != NULL)
            bitmap[h->feature_register] |= 1u << h->feature_bit;
        hvc_return(v, (s64)bitmap[0], bitmap[1], bitmap[2], bitmap[3]);
    } else {
        hvc_return(v, SMCCC_NOT_SUPPORTED, 0, 0, 0);
    }
    return V_RET;
}

/*
 * COMPLETE and COMPLETE_AND_RESUME. v4 ignores the resume address and flags an IRQ exception, so
 * the guest goes on in its IRQ vector whether an interrupt is pending or not.
 */
enum verdict act_sdei_done(struct ctx *c, struct vcpu *v)
{
    struct sdei_regs regs;
    bool resume = (u32)v->regs.x[0] == SDEI_EVENT_COMPLETE_AND_RESUME;
    bool irq = false, request = false;
    u32 num;

    if (!sdei_complete(&c->s->sdei, &v->sdei, resume, &regs, &num, &irq, &request))
        return V_RET;
    for (u32 i = 0; i < 18; i++)
        v->regs.x[i] = regs.x[i];
    v->regs.pc = regs.pc;
    v->regs.pstate = regs.pstate;
    if (request)
        vcpu_request(v, REQ_SDEI);
    if (v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_COMPLETE, c->now);
    ASSERT(v->gdepth > 0 && v->guest[v->gdepth - 1].script == SCR_PNP);
    v->gdepth--;
    if (irq) {
        cpu_take_exception(&v->regs, 1, CPU_IRQ, 0, 0, 0);
        guest_call(v, SCR_IRQ);
    }
    return V_RET;
}
