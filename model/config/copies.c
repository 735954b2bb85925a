/* guest.tasks[].count: one entry of the file stands for several tasks, or for none. */
#include <string.h>

#include "model/config/state.h"

static const struct yaml_node *count_node(const struct config_state *s, u32 task)
{
    const struct yaml_node *n =
        s->task_origin[task][param_index(param_find("guest.tasks[].count"))];

    return n != NULL ? n : s->task_node[task];
}

/* The last `count` tasks are copies of the one before them, on the vCPUs in turn. */
static bool add_copies(struct config_state *s, u32 first, u32 count, struct err *e)
{
    const struct task_spec *model = &s->base.task[first];

    for (u32 i = 1; i < count; i++) {
        struct task_spec *copy = &s->base.task[first + i];
        char name[SPEC_NAME_MAX + 16] = "";
        int size = snprintf(name, sizeof(name), "%s-%u", model->name, i + 1);
        *copy = *model;
        memcpy(copy->name, name, sizeof(copy->name));
        if (size >= SPEC_NAME_MAX)
            return yaml_fail(e, count_node(s, first),
                             "the name %s leaves no room for the numbers of its copies",
                             model->name);
        copy->vcpu = (u32)(((u64)model->vcpu + i) % s->base.vcpus);
        memcpy(s->task_origin[first + i], s->task_origin[first], sizeof(s->task_origin[first]));
        s->task_node[first + i] = s->task_node[first];
    }
    return true;
}

/* Moves the tasks behind `from` so that they begin at `to`. */
static void move_tail(struct config_state *s, u32 from, u32 to)
{
    size_t tail = s->base.task_count - from;

    memmove(&s->base.task[to], &s->base.task[from], tail * sizeof(s->base.task[0]));
    memmove(&s->task_origin[to], &s->task_origin[from], tail * sizeof(s->task_origin[0]));
    memmove(&s->task_node[to], &s->task_node[from], tail * sizeof(s->task_node[0]));
    s->base.task_count = (u32)(to + tail);
}

static void drop_tasks(struct config_state *s)
{
    for (u32 i = 0; i < s->base.task_count;)
        if (s->base.task[i].count == 0)
            move_tail(s, i + 1, i);
        else
            i++;
}

bool expand_tasks(struct config_state *s, struct err *e)
{
    drop_tasks(s); /* They make room for copies of others. */
    for (u32 i = 0; i < s->base.task_count;) {
        u32 count = s->base.task[i].count;

        if (s->base.task_count - 1 + count > SPEC_TASKS_MAX)
            return yaml_fail(e, count_node(s, i), "guest.tasks: more than %d tasks",
                             SPEC_TASKS_MAX);
        s->base.task[i].count = 1;
        move_tail(s, i + 1, i + count);
        if (!add_copies(s, i, count, e))
            return false;
        i += count;
    }
    const size_t unused = SPEC_TASKS_MAX - s->base.task_count;
    memset(s->base.task + s->base.task_count, 0, unused * sizeof(s->base.task[0]));
    return true;
}
