/* One event in each personality: enabled too early, then registered, enabled, injected, delivered
 * and completed. */
#include <inttypes.h>
#include <stdio.h>

#include "sdei/sdei.h"

static struct sdei_spec spec;
static struct sdei_vm vm;
static struct sdei_vcpu v;

int main(void)
{
    for (u32 p = 0; p < SDEI_PERSONALITY_COUNT; p++) {
        const u32 event = sdei_apf_event(p);
        const u64 x1_to_x5[5] = {event, 0xffff800008010000, 7, 0, 0};
        struct sdei_regs regs = {.pc = 0x400000}; /* EL0, nothing masked. */
        struct sdei_todo todo;
        struct sdei_done done;
        u64 spsr_el1 = 0;
        u32 num = 0;

        sdei_spec_init(&spec, p, 1);
        sdei_vm_start(&vm, &spec);
        sdei_vcpu_start(&vm, &v);
        printf("%s: early %" PRId64, sdei_personality_name(p),
               sdei_call(&vm, &v, 0, SDEI_EVENT_ENABLE, x1_to_x5, &todo));
        sdei_call(&vm, &v, 0, SDEI_EVENT_REGISTER, x1_to_x5, &todo);
        sdei_call(&vm, &v, 0, SDEI_EVENT_ENABLE, x1_to_x5, &todo);
        sdei_call(&vm, &v, 0, SDEI_PE_UNMASK, x1_to_x5, &todo);
        printf(", inject %d", sdei_inject(&vm, &v, 0, event, true));
        sdei_deliver(&vm, &v, 0, &regs, &spsr_el1, &num);
        printf(", event 0x%x with x1 = %" PRIu64, num, regs.x[1]);
        sdei_complete(&vm, &v, 0, false, 0, &regs, &done);
        printf(", back at 0x%" PRIx64 "\n", regs.pc);
    }
    return 0;
}
