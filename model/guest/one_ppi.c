/*
 * one-ppi (2026) in the guest: one interrupt handler for both reasons, tasks that wait in a hash of
 * nodes at the very end of the exit-to-user work, dummy nodes for a READY that comes first.
 */
#include "model/system.h"

enum { GICR_ISENABLER0 = 0x10100 };

/* --- Set-up --- */

enum boot { BOOT_FEATURES = 1, BOOT_VERSION, BOOT_IRQ, BOOT_PPI, BOOT_ENABLE, BOOT_END };

static bool boot_call(struct ctx *c, struct vcpu *v, u32 n)
{
    struct guest_cpu *g = &v->os;

    if (v->id != 0 && n < BOOT_PPI) {
        n = g->boot_call = BOOT_PPI;
        g->irq = sys_vcpu(c, 0)->os.irq;
        if (!sys_vcpu(c, 0)->os.apf_enabled)
            return false;
    }
    switch (n) {
    case BOOT_FEATURES:
        guest_hvc(v, SMCCC_KVM_FEATURES, 0, 0, 0);
        break;
    case BOOT_VERSION:
        guest_hvc(v, APF_FID_ONE_PPI, APF_ONE_VERSION, 0, 0);
        break;
    case BOOT_IRQ:
        guest_hvc(v, APF_FID_ONE_PPI, APF_ONE_IRQ, 0, 0);
        break;
    case BOOT_PPI: /* The PPI first, so that the broadcast of ENABLE can be taken. */
        v->mmio_off = GICR_ISENABLER0;
        v->mmio_value = 1u << g->irq;
        host_call(v, SCR_MMIO);
        break;
    case BOOT_ENABLE:
        guest_hvc(v, APF_FID_ONE_PPI, APF_ONE_ENABLE, (u32)g->mailbox_gpa | APF_ENABLED,
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

    (void)c;
    switch (n) {
    case BOOT_FEATURES:
        return (x[2] & 1u << 2) != 0; /* Service 66: bit 2 of the third word. */
    case BOOT_VERSION:
        return x[0] == 0 && x[1] >= APF_VERSION_1_0_0;
    case BOOT_IRQ:
        g->irq = (u32)x[1];
        return x[0] == 0;
    case BOOT_ENABLE:
        g->apf_enabled = (s64)x[0] == SMCCC_SUCCESS || (s64)x[0] == SMCCC_NOT_REQUIRED;
        return g->apf_enabled;
    default:
        return true;
    }
}

/* --- The handler --- */

static enum verdict act_read(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (!guest_mailbox_touch(c, v))
        return V_CALL;
    g->reason = *guest_mailbox_word(c, v, APF_MBOX_REASON);
    g->pnp_token = *guest_mailbox_word(c, v, APF_MBOX_TOKEN);
    if (g->reason == APF_REASON_NOT_PRESENT)
        return vcpu_jump(v, 1);
    if (g->reason == APF_REASON_READY)
        return vcpu_jump(v, 2);
    g->bogus_ready++;
    return vcpu_jump(v, 3);
}

/* Only a task that was interrupted in user mode can be asked to wait; otherwise the PNP is
 * dropped. The frame below the handler is the IRQ's; below that is what it interrupted. */
static enum verdict act_pnp(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (v->gdepth != 2 || g->curr == TASK_NONE) {
        g->dropped_pnp++;
    } else if (!sys_task(c, g->curr)->tif_async_pf) {
        sys_task(c, g->curr)->apf_token = g->pnp_token;
        sys_task(c, g->curr)->tif_async_pf = 1;
    }
    return vcpu_jump(v, 3);
}

/* As found: a dummy that is woken is unhashed, never freed; the model keeps no memory for it. */
static void wake_node(struct ctx *c, struct vcpu *v, struct apf_node *n)
{
    u32 task = n->task;

    node_remove(&c->s->nodes, n);
    if (task != TASK_NONE)
        guest_task_wake(c, v, task);
}

/* READY of an unknown token leaves a dummy, so that the wait that comes later does not sleep. */
static enum verdict act_ready(struct ctx *c, struct vcpu *v)
{
    struct apf_nodes *nodes = &c->s->nodes;
    u32 token = v->os.pnp_token;

    if (token == APF_TOKEN_ALL) {
        for (u32 i = 0; i < NODE_MAX && nodes->count != 0; i++) {
            if (!nodes->node[i].used || nodes->node[i].cpu != v->id)
                continue;
            wake_node(c, v, &nodes->node[i]);
        }
        return V_NEXT;
    }
    struct apf_node *n = node_find(nodes, token);
    if (n != NULL) {
        wake_node(c, v, n);
        return V_NEXT;
    }
    nodes->dummies_made++;
    if (node_insert(nodes, token, TASK_NONE, v->id) == NULL) {
        /* The guest would spin in the handler for ever. */
        sys_fail(c, SYS_FULL, "the guest has %u dummy nodes (one for each dropped notification) "
                 "and no memory for another: it spins in the interrupt handler",
                 nodes->dummies);
    }
    return V_NEXT;
}

/* 14, 28: reason, then token, then the ACK, whatever the reason was. */
static enum verdict act_clear(struct ctx *c, struct vcpu *v)
{
    if (!guest_mailbox_touch(c, v))
        return V_CALL;
    *guest_mailbox_word(c, v, APF_MBOX_REASON) = 0;
    *guest_mailbox_word(c, v, APF_MBOX_TOKEN) = 0;
    guest_hvc(v, APF_FID_ONE_PPI, APF_ONE_IRQ_ACK, 0, 0);
    return V_CALLN;
}

static enum verdict act_acked(struct ctx *c, struct vcpu *v)
{
    if (v->pnp_fault != FAULT_NONE && v->os.reason == APF_REASON_NOT_PRESENT)
        fault_stamp_guest(c, v->pnp_fault, HOP_G_COMPLETE, c->now);
    return V_RET;
}

/* --- Exit to user: flags are read with IRQs off, work is done with IRQs on, the wait is last. */

static enum verdict act_exit(struct ctx *c, struct vcpu *v)
{
    const struct guest_cpu *g = &v->os;
    bool work = g->need_resched || sys_task(c, g->curr)->tif_async_pf;

    return work ? V_NEXT : vcpu_jump(v, 3);
}

static enum verdict act_work(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;

    if (g->need_resched)
        return vcpu_goto(v, SCR_SCHEDULE);
    return sys_task(c, g->curr)->tif_async_pf ? V_NEXT : vcpu_jump(v, 0);
}

static enum verdict act_wait(struct ctx *c, struct vcpu *v)
{
    struct guest_cpu *g = &v->os;
    struct task *t = sys_task(c, g->curr);
    u32 token = t->apf_token;

    t->tif_async_pf = 0;
    t->apf_token = 0;
    if (token == 0)
        return vcpu_jump(v, 0);
    struct apf_node *n = node_find(&c->s->nodes, token);
    if (n != NULL) { /* READY came first: take the dummy away and go on. */
        if (n->task == TASK_NONE) {
            node_remove(&c->s->nodes, n);
            c->s->nodes.dummies_matched++;
        }
        return vcpu_jump(v, 0);
    }
    if (node_insert(&c->s->nodes, token, g->curr, v->id) == NULL)
        sys_fail(c, SYS_FULL, "the table of %d waiting tasks and dummies is full", NODE_MAX);
    guest_task_stop(c, v, TASK_WAITING);
    return vcpu_goto(v, SCR_SCHEDULE);
}

/* clang-format off */
static const struct row irq_rows[] = {
    { PH_NONE,  act_read },
    { PH_TAG,   act_pnp },
    { PH_WAKE,  act_ready },
    { PH_CLEAR, act_clear },
    { PH_NONE,  act_acked },
    { PH_END,   NULL },
};

static const struct row exit_rows[] = {
    { PH_EXIT_LOOP,     act_exit },
    { PH_EXIT_LOOP_IRQ, act_work },
    { PH_APF_WAIT_IRQ,  act_wait },
    { PH_ERET,          act_eret },
    { PH_END,           NULL },
};

const struct variant_guest one_ppi_guest = {
    .script = {
        [SCR_APF_IRQ]   = irq_rows,
        [SCR_EXIT_USER] = exit_rows,
    },
    .boot_call = boot_call,
    .boot_result = boot_result,
};
/* clang-format on */
