/*
 * The phases and the common scripts as tables; the designs replace scripts and add their own
 * (host/ and guest/, one file for each). The engine that runs them is vcpu.c.
 */
#include "model/system.h"

#define COST_NONE COST_COUNT
const struct phase_info phase_info[PH_COUNT] = {
#define PHASE(id, name, context, irq, cost, cost2, cur, item, ready, pnp)                         \
    [PH_##id] = {name, CONTEXT_##context, irq, {COST_##cost, COST_##cost2},                       \
                 HOP_##cur, HOP_##item, HOP_##ready, HOP_##pnp},
#include "model/phase.def"
#undef PHASE
};

/* --- The common scripts; the designs replace and add. --- */

/* clang-format off */
#define SCRIPT(name, ...) static const struct row name[] = { __VA_ARGS__, { PH_END, NULL } }

SCRIPT(abort_rows,    { PH_S2_FAULT, NULL }, { PH_ABORT_EXIT, act_abort_exit });
SCRIPT(blocking_rows, { PH_LOOKUP, act_lookup }, { PH_SUBMIT, NULL }, { PH_NONE, act_goto_sync });
SCRIPT(sync_rows,     { PH_GUP_SYNC, act_wait_page }, { PH_S2_MAP, act_map });
SCRIPT(map_rows,      { PH_S2_MAP, act_map });
SCRIPT(relax_rows,    { PH_S2_RELAX, act_map });
SCRIPT(reclaim_rows,  { PH_RECLAIM, act_room });
SCRIPT(zero_rows,     { PH_ANON_ZERO, NULL }, { PH_S2_MAP, act_map });
SCRIPT(loop_rows,     { PH_NONE, act_loop_top }, { PH_NONE, act_requests },
                      { PH_ENTER_PREP, act_enter });
SCRIPT(hvc_rows,      { PH_HVC, act_hvc });
SCRIPT(sdei_done_rows,{ PH_SDEI_DONE, act_sdei_done });
SCRIPT(sysreg_rows,   { PH_SYSREG_EXIT, act_sgi });
SCRIPT(mmio_rows,     { PH_MMIO_EXIT, act_mmio });
SCRIPT(maint_rows,    { PH_MAINT_EXIT, act_exit_done });
SCRIPT(kick_rows,     { PH_KICK_EXIT, act_exit_done });
SCRIPT(timer_rows,    { PH_TIMER_EXIT, act_timer_exit });
SCRIPT(wfi_rows,      { PH_WFI_EXIT, act_wfi });
SCRIPT(boot_rows,     { PH_BOOT_CALL, NULL }, { PH_NONE, act_boot });
SCRIPT(irq_rows,      { PH_IRQ_ENTRY, act_iar }, { PH_EOI, act_eoi }, { PH_NONE, act_irq_exit });
SCRIPT(tick_rows,     { PH_TICK, act_tick });
SCRIPT(exit_rows,     { PH_EXIT_LOOP, act_exit_plain }, { PH_ERET, act_eret });
SCRIPT(schedule_rows, { PH_SWITCH, act_switch });
SCRIPT(idle_rows,     { PH_IDLE, act_idle }, { PH_NONE, act_idle_irq },
                      { PH_IDLE_POLL, act_idle_out });
SCRIPT(el1_rows,      { PH_EL1_FAULT, act_el1_alloc }, { PH_NONE, act_el1_zero },
                      { PH_ZERO_PAGE, NULL }, { PH_ERET, act_eret });

static const struct row *const common[SCR_COUNT] = {
    [SCR_ABORT]     = abort_rows,     [SCR_FAULT_BLOCKING] = blocking_rows,
    [SCR_SYNC]      = sync_rows,      [SCR_MAP]       = map_rows,
    [SCR_RELAX]     = relax_rows,     [SCR_RECLAIM]   = reclaim_rows,
    [SCR_ZERO]      = zero_rows,      [SCR_RUN_LOOP]  = loop_rows,
    [SCR_HVC]       = hvc_rows,       [SCR_SDEI_DONE] = sdei_done_rows,
    [SCR_SYSREG]    = sysreg_rows,    [SCR_MMIO]      = mmio_rows,
    [SCR_MAINT]     = maint_rows,     [SCR_KICK]      = kick_rows,
    [SCR_TIMER]     = timer_rows,     [SCR_WFI]       = wfi_rows,
    [SCR_BOOT]      = boot_rows,      [SCR_IRQ]       = irq_rows,
    [SCR_TICK]      = tick_rows,      [SCR_EXIT_USER] = exit_rows,
    [SCR_SCHEDULE]  = schedule_rows,  [SCR_IDLE]      = idle_rows,
    [SCR_EL1_FAULT] = el1_rows,
};
/* clang-format on */

void vcpu_prepare(struct ctx *c)
{
    for (u32 i = 0; i < SCR_COUNT; i++) {
        const struct row *own = i < SCR_GUEST_FIRST ? c->var->host->script[i]
                                                    : c->var->guest->script[i];
        c->rows[i] = own != NULL ? own : common[i];
    }
    for (u32 i = 0; i < PH_COUNT; i++) {
        for (u32 k = 0; k < 2; k++) {
            enum cost_id cost = (enum cost_id)phase_info[i].cost[k];
            if (cost == COST_NONE || i == PH_RECLAIM) /* Reclaim pays for each page itself. */
                continue;
            c->phase_ps[i] += c->p->cost[cost].ps;
            c->phase_pick_ps[i] += cost_pick_ps(c, cost);
        }
    }
}
