#include "model/log.h"

#include "model/vcpu.h"

#include <stdio.h>
#include <string.h>

void log_init(struct log *l)
{
    memset(l, 0, offsetof(struct log, buffer));
}

void log_finish(struct log *l)
{
    if (l->flush != NULL && l->fill != 0)
        l->flush(l->arg, l->buffer, l->fill);
    l->fill = 0;
}

const char *log_type_name(u32 type)
{
    if (type < MSG_KIND_COUNT)
        return msg_info[type].name;
    ASSERT(type - MSG_KIND_COUNT < PH_COUNT);
    return phase_info[type - MSG_KIND_COUNT].name;
}

/* Messages are marked with an arrow: they are taken; phases are entered. */
int log_print(const struct trace_rec *r, const char *actor, char *text, size_t size)
{
    return snprintf(text, size, "[%13llu.%03llu ns] %-9s %s%-14s %#llx %#x",
                    (unsigned long long)(r->at_ps / PS_PER_NS),
                    (unsigned long long)(r->at_ps % PS_PER_NS), actor,
                    r->type < MSG_KIND_COUNT ? "> " : "", log_type_name(r->type),
                    (unsigned long long)r->a, r->b);
}
