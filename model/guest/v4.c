/*
 * The posted v4 series in the guest: SDEI handler, per-CPU table, exit-to-user loop, PPI handler.
 * Sources: [PATCH v4 12/15], [PATCH v4 13/15], [PATCH v4 14/15]. Defects are kept, "Posted:".
 */
#include "model/system.h"

enum { GICR_ISENABLER0 = 0x10100 };

/* --- Set-up. CPU 0 asks for the numbers, then every CPU sets itself up. --- */

enum boot { BOOT_FEATURES = 1, BOOT_VERSION, BOOT_SLOTS, BOOT_SDEI, BOOT_IRQ, BOOT_REGISTER,
            BOOT_EVENT_ENABLE, BOOT_UNMASK, BOOT_PPI, BOOT_ENABLE, BOOT_END };

static bool boot_call(struct ctx *c, struct vcpu *v, u32 n)
{
    struct guest_cpu *g = &v->os;

    if (v->id != 0 && n < BOOT_REGISTER) { /* The numbers are known to the whole kernel. */
        n = g->boot_call = BOOT_REGISTER;
        g->sdei_event = sys_vcpu(c, 0)->os.sdei_event;
        g->irq = sys_vcpu(c, 0)->os.irq;
        g->slots = sys_vcpu(c, 0)->os.slots;
        if (!sys_vcpu(c, 0)->os.apf_enabled)
            return false;
    }
    switch (n) {
    case BOOT_FEATURES:
        guest_hvc(v, SMCCC_KVM_FEATURES, 0, 0, 0);
        break;
    case BOOT_VERSION:
    case BOOT_SLOTS:
    case BOOT_SDEI:
    case BOOT_IRQ:
        guest_hvc(v, APF_FID_V4, n - BOOT_VERSION + APF_V4_VERSION, 0, 0);
        break;
    case BOOT_REGISTER:
        guest_hvc(v, SDEI_EVENT_REGISTER, g->sdei_event, g->vbar + 0x800, v->id);
        v->regs.x[4] = 0;
        v->regs.x[5] = 0;
        break;
    case BOOT_EVENT_ENABLE:
        guest_hvc(v, SDEI_EVENT_ENABLE, g->sdei_event, 0, 0);
        break;
    case BOOT_UNMASK:
        guest_hvc(v, SDEI_PE_UNMASK, 0, 0, 0);
        break;
    case BOOT_PPI:
        v->mmio_off = GICR_ISENABLER0;
        v->mmio_value = 1u << g->irq;
        host_call(v, SCR_MMIO);
        break;
    case BOOT_ENABLE:
        guest_hvc(v, APF_FID_V4, APF_V4_ENABLE, (u32)g->mailbox_gpa | APF_ENABLED,
                  g->mailbox_gpa >> 32);
        break;
    default:
        return false;
    }
    return true;
}

static bool boot_result(struct ctx *c, struct vcpu *v, u32 n)
{
    struct guest_cpu *g = &v->os;
    const u64 *x = v->regs.x;

    switch (n) {
    case BOOT_FEATURES:
        return (x[0] & 1u << 2) != 0;
    case BOOT_VERSION:
        return (x[1] & 0xff000000u) == 0 && x[1] >> 16 >= 1;
    case BOOT_SLOTS:
        g->slots = (u32)x[1];
        return g->slots != 0 && 2 * g->slots <= APF_TABLE_MAX;
    case BOOT_SDEI:
        g->sdei_event = (u32)x[1];
        return x[1] != 0;
    case BOOT_IRQ:
        g->irq = (u32)x[1];
        return x[1] != 0;
    case BOOT_REGISTER:
    case BOOT_EVENT_ENABLE:
        return x[0] == 0;
    case BOOT_ENABLE:
        g->apf_enabled = x[0] == 0;
        if (g->apf_enabled)
            *guest_mailbox_word(c, v, APF_MBOX_ENABLED) = 1;
        return g->apf_enabled;
    default:
        return true;
    }
}

/* --- PNP: the SDEI handler. --- */

static enum verdict act_entry(struct ctx *c, struct vcpu *v)
{
    v->os.ctx_calls = 0;
    (void)c;
    return V_NEXT;
}

/* 11: x0..x3 (and x4 with KPTI) are fetched one hypercall at a time. */
static enum verdict act_context(struct ctx *c, struct vcpu *v)
{
    u8 calls = (u8)(4 + (c->p->kpti != 0));

    if (v->os.ctx_calls < calls) {
        guest_hvc(v, SDEI_EVENT_CONTEXT, v->os.ctx_calls++, 0, 0);
        return V_CALL;
    }
    if (v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_CTX_HVC, c->now);
    return V_NEXT;
}

/* 12: read the mailbox, tag the task, clear token and then reason. */
static enum verdict act_tag(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (!guest_mailbox_touch(c, v))
        return V_CALL;
    u32 reason = *guest_mailbox_word(c, v, APF_MBOX_REASON);
    u32 token = *guest_mailbox_word(c, v, APF_MBOX_TOKEN);
    if (reason != APF_REASON_NOT_PRESENT) { /* Posted: the mailbox is not cleared here. */
        g->bogus_pnp++;
        return vcpu_jump(v, 5);
    }
    bool added = apf_table_add(g, g->curr, token);
    if (added)
        sys_task(c, g->curr)->tif_async_pf = 1;
    *guest_mailbox_word(c, v, APF_MBOX_TOKEN) = 0;
    *guest_mailbox_word(c, v, APF_MBOX_REASON) = 0;
    return added ? V_NEXT : vcpu_jump(v, 5);
}

/* 13: reschedule IPI to this CPU, so that the vector finds something to do. */
static enum verdict act_resched(struct ctx *c, struct vcpu *v)
{
    (void)c;
    v->mmio_value = (u64)GIC_INTID_RESCHED << 24 | (u64)(v->id >> 4) << 16 | 1ull << (v->id & 15);
    host_call(v, SCR_SYSREG);
    return V_CALLN;
}

/* 14: resume in the IRQ vector, as if an interrupt had come from EL0. */
static enum verdict act_complete(struct ctx *c, struct vcpu *v)
{
    if (v->pnp_fault != FAULT_NONE)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_SGI, c->now);
    guest_hvc(v, SDEI_EVENT_COMPLETE_AND_RESUME, v->os.vbar + 0x480, 0, 0);
    return V_CALL;
}

/* EV_FAILED: plain COMPLETE; the task faults again. */
static enum verdict act_failed(struct ctx *c, struct vcpu *v)
{
    (void)c;
    guest_hvc(v, SDEI_EVENT_COMPLETE, 1, 0, 0);
    return V_CALL;
}

/* --- READY: the PPI handler. --- */

/* 27. Posted: a PPI without reason 2 is handled but not acknowledged; its line stays high. */
static enum verdict act_wake(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (!guest_mailbox_touch(c, v))
        return V_CALL;
    if (*guest_mailbox_word(c, v, APF_MBOX_REASON) != APF_REASON_READY) {
        g->bogus_ready++;
        return V_RET;
    }
    u32 token = *guest_mailbox_word(c, v, APF_MBOX_TOKEN);
    u32 task = apf_table_remove(g, token);
    if (task == TASK_NONE && token != APF_TOKEN_ALL)
        g->unknown_token++;
    while (task != TASK_NONE) {
        sys_task(c, task)->tif_async_pf = 0;
        guest_task_wake(c, v, task);
        task = token == APF_TOKEN_ALL ? apf_table_remove(g, token) : TASK_NONE;
    }
    return V_NEXT;
}

/* 28: token, then reason; then IRQ_ACK, still inside the handler. */
static enum verdict act_clear(struct ctx *c, struct vcpu *v)
{
    if (!guest_mailbox_touch(c, v))
        return V_CALL;
    *guest_mailbox_word(c, v, APF_MBOX_TOKEN) = 0;
    *guest_mailbox_word(c, v, APF_MBOX_REASON) = 0;
    guest_hvc(v, APF_FID_V4, APF_V4_IRQ_ACK, 0, 0);
    return V_CALLN;
}

/* --- 17: exit to user. TIF_ASYNC_PF comes first, with IRQs masked. --- */

static enum verdict act_exit(struct ctx *c, struct vcpu *v)
{
    const struct guest_cpu *g = &v->os;

    if (sys_task(c, g->curr)->tif_async_pf)
        return vcpu_jump(v, 2);
    return act_exit_plain(c, v);
}

static enum verdict act_wait(struct ctx *c, struct vcpu *v)
{
    guest_task_stop(c, v, TASK_WAITING);
    return vcpu_goto(v, SCR_SCHEDULE);
}

/* clang-format off */
static const struct row pnp_rows[] = {
    { PH_SDEI_ENTRY, act_entry },
    { PH_NONE,       act_context },
    { PH_TAG,        act_tag },
    { PH_SGI_WRITE,  act_resched },
    { PH_NONE,       act_complete },
    { PH_NONE,       act_failed },
    { PH_END,        NULL },
};

static const struct row ready_rows[] = {
    { PH_WAKE,  act_wake },
    { PH_CLEAR, act_clear },
    { PH_END,   NULL },
};

static const struct row exit_rows[] = {
    { PH_EXIT_LOOP, act_exit },
    { PH_ERET,      act_eret },
    { PH_APF_WAIT,  act_wait },
    { PH_END,       NULL },
};

const struct variant_guest v4_guest = {
    .script = {
        [SCR_PNP]       = pnp_rows,
        [SCR_APF_IRQ]   = ready_rows,
        [SCR_EXIT_USER] = exit_rows,
    },
    .boot_call = boot_call,
    .boot_result = boot_result,
};
/* clang-format on */
