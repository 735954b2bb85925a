/*
 * The guest's side of the mailbox: plain loads and stores of the kernel, which fault in stage 2
 * like any other when the page is away.
 */
#include "model/system.h"

bool guest_mailbox_touch(struct ctx *c, struct vcpu *v)
{
    return guest_touch(c, v, v->os.mailbox_gpa, true);
}

u32 *guest_mailbox_word(const struct ctx *c, const struct vcpu *v, u32 offset)
{
    return (u32 *)sys_arena(c, v->os.mailbox_off + offset);
}
