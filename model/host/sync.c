/* No asynchronous page fault: every fault that needs the store stops the vCPU. The baseline. */
#include "model/system.h"

static enum verdict act_no_apf(struct ctx *c, struct vcpu *v)
{
    return abort_sync(c, v, FAULT_SYNC_NO_APF);
}

static const struct row fault_rows[] = {
    {PH_LOOKUP, act_lookup},
    {PH_SUBMIT, NULL},
    {PH_NONE, act_no_apf},
    {PH_END, NULL},
};

const struct variant_host sync_host = {
    .script = {[SCR_FAULT] = fault_rows},
    .request = {{REQ_IRQ_PENDING, SCR_COUNT}},
    .s1ptw_is_write = true,
};
