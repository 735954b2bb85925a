/* What one key alone cannot tell: combinations, names that must exist, runs that must end. */
#include <stdio.h>
#include <string.h>

#include "cpu/cpu.h"
#include "model/config/state.h"
#include "model/system.h"
#include "sdei/sdei.h"

/* 1/16 of the guest's RAM is its kernel's: tables, stacks, mailboxes. */
enum { KERNEL_SHARE = 16 };

/* The node that set this key, else the file. */
static const struct yaml_node *place_of(const struct config_state *s, const char *path)
{
    const struct yaml_node *n = s->origin[param_index(param_find(path))];

    return n != NULL ? n : s->root;
}

static const struct yaml_node *task_place(const struct config_state *s, u32 task, const char *path)
{
    const struct yaml_node *n = s->task_origin[task][param_index(param_find(path))];

    return n != NULL ? n : s->task_node[task];
}

static bool is_power_of_two(u64 value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* An option or a sweep gives another kind or pattern: what the file says of its own is moot. */
static bool is_kind_laid_over(const struct target *t, enum param_scope scope)
{
    static const char *const kinds[][2] = {
        [SCOPE_TASK] = {"guest.tasks[].kind", "guest.tasks[].pattern"},
        [SCOPE_READ] = {"store.read.latency", "store.read.latency"},
        [SCOPE_WRITE] = {"store.write.latency", "store.write.latency"},
    };

    for (u32 i = 0; i < 2; i++) {
        const struct yaml_node *n = *target_origin(t, param_find(kinds[scope][i]));
        if (n != NULL && n->laid_over)
            return true;
    }
    return false;
}

/* Keys that were given although they mean nothing here, and keys that are needed and absent. */
static bool check_scope(const struct target *t, enum param_scope scope,
                        const struct yaml_node *around, struct err *e)
{
    char when[PARAM_WORDS_MAX];

    for (size_t i = 0; i < param_count; i++) {
        const struct param *p = &param_table[i];

        if (p->scope != scope)
            continue;
        bool applies = param_applies(p, target_base(t, p));
        const struct yaml_node *n = *target_origin(t, p);
        if (n != NULL && !applies && !n->laid_over && is_kind_laid_over(t, scope)) {
            *target_origin(t, p) = NULL; /* As if the file had not named it. */
            continue;
        }
        if (n != NULL && !applies)
            return yaml_fail_key(e, n, "%s applies to %s %s only", p->path,
                                 scope == SCOPE_TASK ? "kind" : "latency",
                                 param_when_words(p, when));
        if (n == NULL && applies && param_is_required(p))
            return yaml_fail_key(e, around, "%s is missing", p->path);
    }
    return true;
}

static bool check_task(struct config_state *s, u32 i, struct err *e)
{
    struct target t = {.s = s, .task = i};
    struct task_spec *task = &s->base.task[i];

    if (s->task_origin[i][param_index(param_find("guest.tasks[].kind"))] == NULL)
        return yaml_fail_key(e, s->task_node[i], "guest.tasks[].kind is missing");
    if (!check_scope(&t, SCOPE_TASK, s->task_node[i], e))
        return false;
    if (strcmp(task->name, "all") == 0)
        return yaml_fail(e, task_place(s, i, "guest.tasks[].name"),
                         "no task can be called \"all\", the word has a meaning in stop.when");
    for (u32 other = 0; other < i; other++)
        if (strcmp(task->name, s->base.task[other].name) == 0)
            return yaml_fail(e, task_place(s, i, "guest.tasks[].name"),
                             "two tasks are called \"%s\"", task->name);
    return task->vcpu < s->base.vcpus
        || yaml_fail(e, task_place(s, i, "guest.tasks[].vcpu"),
                     "task %s runs on vCPU %u, but the guest has %u (counted from 0)", task->name,
                     task->vcpu, s->base.vcpus);
}

/* Fields that do not apply are zero, whatever their default: equal runs are equal specs. */
static void clear_unused(const struct target *t, enum param_scope scope)
{
    for (size_t i = 0; i < param_count; i++) {
        const struct param *p = &param_table[i];
        char *field = (char *)target_base(t, p) + p->offset;

        if (p->scope == scope && !param_applies(p, target_base(t, p)))
            memset(field, 0, p->size);
    }
}

/* Threads of one process: the named task has to have an address space of its own. */
static bool check_shares(struct config_state *s, u32 i, struct err *e)
{
    struct task_spec *task = &s->base.task[i];
    u32 owner = 0;

    task->shares_index = 0;
    if (!param_applies(param_find("guest.tasks[].shares"), task))
        return true;
    if (task->shares[0] == '\0')
        memcpy(task->shares, task->name, sizeof(task->shares));
    while (owner < s->base.task_count && strcmp(s->base.task[owner].name, task->shares) != 0)
        owner++;
    if (owner == i)
        return true;
    if (owner == s->base.task_count || s->base.task[owner].kind == TASK_COMPUTE)
        return yaml_fail(e, task_place(s, i, "guest.tasks[].shares"),
                         "found \"%s\", expected the name of another task with memory",
                         task->shares);
    const struct task_spec *other = &s->base.task[owner];
    if (other->shares[0] != '\0' && strcmp(other->shares, other->name) != 0)
        return yaml_fail(e, task_place(s, i, "guest.tasks[].shares"),
                         "task %s itself shares the address space of %s; name that one",
                         other->name, other->shares);
    task->shares_index = owner + 1;
    return true;
}

static bool check_footprints(struct config_state *s, struct err *e)
{
    const struct param *p = param_find("guest.tasks[].footprint");
    u64 room = s->base.memory_bytes - s->base.memory_bytes / KERNEL_SHARE;
    char need[QUANTITY_TEXT_MAX], have[QUANTITY_TEXT_MAX];
    u64 sum = 0;

    for (u32 i = 0; i < s->base.task_count; i++) {
        struct task_spec *task = &s->base.task[i];

        if (!param_applies(p, task))
            continue;
        if (task->footprint_bytes == 0)
            task->footprint_bytes = s->base.memory_bytes / 4 * 3 / MMU_PAGE_SIZE * MMU_PAGE_SIZE;
        sum += task->shares_index == 0 ? task->footprint_bytes : 0; /* At most 64 of 1 TiB. */
        if (sum > room)
            return yaml_fail(e, task_place(s, i, p->path),
                             "the footprints up to task %s need %s, but only %s are free in "
                             "guest.memory",
                             task->name, quantity_print(QUANTITY_SIZE, sum, need),
                             quantity_print(QUANTITY_SIZE, room, have));
        if (task->stride_bytes > task->footprint_bytes)
            return yaml_fail(e, task_place(s, i, "guest.tasks[].stride"),
                             "the stride of task %s is larger than its footprint", task->name);
    }
    return true;
}

static bool check_tasks(struct config_state *s, struct err *e)
{
    if (s->base.task_count == 0)
        return yaml_fail(e, place_of(s, "guest.tasks"),
                         "guest.tasks is missing or empty, expected at least one task");
    for (u32 i = 0; i < s->base.task_count; i++) {
        struct target t = {.s = s, .task = i};

        if (!check_task(s, i, e))
            return false;
        clear_unused(&t, SCOPE_TASK);
    }
    for (u32 i = 0; i < s->base.task_count; i++)
        if (!check_shares(s, i, e))
            return false;
    return check_footprints(s, e);
}

static bool is_endless(const struct task_spec *t)
{
    return (t->kind == TASK_TOUCH && t->accesses == 0)
        || (t->kind == TASK_COMPUTE && t->instructions == 0);
}

static bool find_stop_task(struct config_state *s, const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX], hint[PARAM_WORDS_MAX];
    struct nearest near;

    s->base.stop_task = UINT32_MAX;
    if (n == NULL || (n->kind == YAML_WORD && strcmp(n->text, "all") == 0))
        return true;
    nearest_init(&near, n->kind == YAML_WORD ? n->text : "");
    for (u32 i = 0; n->kind == YAML_WORD && i < s->base.task_count; i++) {
        nearest_try(&near, s->base.task[i].name, strlen(s->base.task[i].name));
        if (strcmp(s->base.task[i].name, n->text) == 0) {
            s->base.stop_task = i;
            return true;
        }
    }
    return yaml_fail(e, n, "stop.when: found %s, expected the name of a task, or all%s",
                     yaml_found(n, found), nearest_words(&near, hint));
}

static bool check_end(struct config_state *s, struct err *e)
{
    const struct yaml_node *n = s->origin[param_index(param_find("stop.when"))];
    u32 ending_count = 0;

    if (!find_stop_task(s, n, e))
        return false;
    if (s->base.stop_at_ps != TIME_NEVER)
        return true;
    u32 stop_task = s->base.stop_task;
    if (stop_task != UINT32_MAX && is_endless(&s->base.task[stop_task]))
        return yaml_fail(e, n, "the run would never end: task %s has no end, and stop.at is none",
                         s->base.task[stop_task].name);
    for (u32 i = 0; i < s->base.task_count; i++)
        ending_count += !is_endless(&s->base.task[i]);
    return ending_count > 0
        || yaml_fail(e, n != NULL ? n : s->task_node[0],
                     "the run would never end: no task has an end, and stop.at is none");
}

/* The guest's tick needs the timers, and KVM's PPIs are level. */
static bool check_source(const struct config_state *s, struct err *e)
{
    const struct gic_source *source = &s->base.source;
    const struct gic_source_rules rules = {.nr_irqs = s->base.gic_irqs,
                                           .taken = gic_ppis_of_kvm()};
    const enum gic_source_error error = gic_source_check(source, &rules);

    if (error == GIC_SOURCE_IN_USE)
        return yaml_fail(e, place_of(s, "protocol.ppi"),
                         "protocol.ppi: INTID %u is %s, a timer of the architecture", source->id,
                         gic_ppi_name((enum gic_source_type)source->type, source->id));
    return error == GIC_SOURCE_OK
        || yaml_fail(e, place_of(s, "protocol.ppi"),
                     "protocol.ppi: INTID %u cannot notify a guest of KVM", source->id);
}

/* A profile may be silent about it: one set without ways. */
static bool check_cache(const struct config_state *s, const char *name, u32 *sets, u32 ways,
                        struct err *e)
{
    char path[PARAM_PATH_MAX];

    snprintf(path, sizeof(path), "machine.tlb.%s_sets", name);
    if (*sets == 0)
        *sets = 1;
    if (!is_power_of_two(*sets))
        return yaml_fail(e, place_of(s, path), "%s: %u is not a power of two", path, *sets);
    return (u64)*sets * ways <= MMU_CACHE_ENTRIES_MAX
        || yaml_fail(e, place_of(s, path), "%s: %u sets of %u ways are more than %d entries", path,
                     *sets, ways, MMU_CACHE_ENTRIES_MAX);
}

static bool check_numbers(struct config_state *s, struct err *e)
{
    struct spec *spec = &s->base;

    if (!is_power_of_two(spec->slots))
        return yaml_fail(e, place_of(s, "protocol.slots"),
                         "protocol.slots: %u is not a power of two", spec->slots);
    if (!is_power_of_two(spec->tlb.l2_sets))
        return yaml_fail(e, place_of(s, "machine.tlb.l2_sets"),
                         "machine.tlb.l2_sets: %u is not a power of two", spec->tlb.l2_sets);
    if (!check_cache(s, "walk", &spec->caches.walk_sets, spec->caches.walk_ways, e)
        || !check_cache(s, "ipa", &spec->caches.ipa_sets, spec->caches.ipa_ways, e))
        return false;
    if (spec->gic_irqs % 32 != 0)
        return yaml_fail(e, place_of(s, "machine.gic.interrupts"),
                         "machine.gic.interrupts: %u is not a multiple of 32", spec->gic_irqs);
    if (!check_source(s, e))
        return false;
    if (spec->memory_limit_bytes > spec->memory_bytes)
        return yaml_fail(e, place_of(s, "host.memory_limit"),
                         "host.memory_limit is above guest.memory and would limit nothing, "
                         "write none");
    if (spec->sched_min_granularity_ps > spec->sched_latency_ps)
        return yaml_fail(e, place_of(s, "guest.sched.min_granularity"),
                         "guest.sched.min_granularity is above guest.sched.latency");
    return spec->host_min_granularity_ps <= spec->host_latency_ps
        || yaml_fail(e, place_of(s, "host.sched.min_granularity"),
                     "host.sched.min_granularity is above host.sched.latency");
}

/* Each personality has its own number for the event, unless the file names one. */
static void default_sdei_event(struct config_state *s)
{
    if (s->origin[param_index(param_find("protocol.sdei_event"))] == NULL)
        s->base.sdei_event = sdei_apf_event((enum sdei_personality)s->base.sdei);
}

/* The run queue of a host CPU has room for so many threads. */
static bool check_threads(const struct config_state *s, struct err *e)
{
    const struct spec *spec = &s->base;
    u32 vcpus = (spec->vcpus + spec->host_cpus - 1) / spec->host_cpus;
    u32 workers = sys_workers_per_cpu(spec);

    return vcpus + workers <= CFS_MAX
        || yaml_fail(e, place_of(s, "guest.vcpus"),
                     "found %u vCPUs and %u workers on one host CPU, expected at most %d threads; "
                     "try more machine.host_cpus or fewer host.workers",
                     vcpus, workers, CFS_MAX);
}

/* An event that nobody offers would leave the guest without APF, and nobody the wiser. */
static bool check_sdei_event(const struct config_state *s, struct err *e)
{
    const enum sdei_personality who = (enum sdei_personality)s->base.sdei;
    struct sdei_spec spec;

    sdei_spec_init(&spec, who, 1);
    return who == SDEI_DEN0054 || sdei_is_apf_event(&spec, s->base.sdei_event)
        || yaml_fail(e, place_of(s, "protocol.sdei_event"),
                     "protocol.sdei_event: %#x is no event that %s can inject, expected %#x",
                     s->base.sdei_event, sdei_personality_name(who), sdei_apf_event(who));
}

/* Without a hypervisor HVC is UNDEFINED: firmware tables name the other conduit, if they are right.
 * Whoever writes hvc gets tables that are wrong. */
static void default_conduit(struct config_state *s)
{
    if (s->base.hypervisor == SMCCC_NO_HYPERVISOR
        && s->origin[param_index(param_find("host.conduit"))] == NULL)
        s->base.conduit = SMCCC_SMC;
}

bool check_config(struct config_state *s, struct err *e)
{
    default_sdei_event(s);
    default_conduit(s);
    return check_sdei_event(s, e) && check_numbers(s, e) && expand_tasks(s, e)
        && check_tasks(s, e) && check_threads(s, e) && check_end(s, e);
}

static bool check_latency(struct config_state *s, enum direction direction, struct err *e)
{
    const char *name = direction == DIRECTION_READ ? "store.read" : "store.write";
    const struct latency_spec *l = &s->latency[direction];
    const struct yaml_node *store = yaml_find(s->root, "store");
    const struct yaml_node *map = store != NULL ? yaml_find(store, name + 6) : NULL;
    struct target t = {.s = s};

    if (map == NULL)
        return true;
    if (!check_scope(&t, direction == DIRECTION_READ ? SCOPE_READ : SCOPE_WRITE, map, e))
        return false;
    return l->kind != LATENCY_LOGNORMAL
        || (l->min_ps <= l->median_ps && l->median_ps <= l->max_ps)
        || yaml_fail_key(e, map, "%s: the median does not lie between min and max", name);
}

/* Equal latencies have equal tables, and a table is work. */
bool is_same_latency(const struct latency_spec *a, const struct latency_spec *b)
{
    return a->kind == LATENCY_LOGNORMAL && b->kind == LATENCY_LOGNORMAL
        && a->median_ps == b->median_ps && a->sigma_milli == b->sigma_milli
        && a->min_ps == b->min_ps && a->max_ps == b->max_ps;
}

static bool build_latency(struct config_state *s, const struct latency_spec *l, struct dist *d,
                          struct err *e)
{
    switch (l->kind) {
    case LATENCY_FIXED:
        dist_fixed(d, l->value_ps);
        return true;
    case LATENCY_LOGNORMAL:
        return s->shared != NULL
                 ? base_lognormal(s->shared, l, d, e)
                 : dist_lognormal(d, l->median_ps, l->sigma_milli, l->min_ps, l->max_ps, e);
    default:
        return fio_read(d, l->file, l->job, (enum direction)l->direction, e);
    }
}

bool load_store(struct config_state *s, struct err *e)
{
    const struct latency_spec *read = &s->latency[DIRECTION_READ];
    const struct latency_spec *write = &s->latency[DIRECTION_WRITE];
    struct store_spec *store = &s->base.store;

    if (!check_latency(s, DIRECTION_READ, e) || !check_latency(s, DIRECTION_WRITE, e)
        || !build_latency(s, read, &store->read, e))
        return false;
    if (!is_same_latency(read, write))
        return build_latency(s, write, &store->write, e);
    store->write = store->read;
    return true;
}
