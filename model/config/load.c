/* Values: from the tree into the structs, each with its origin; defaults for the rest. */
#define _XOPEN_SOURCE 700 /* realpath() */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/config/state.h"
#include "model/variant.h"

void *target_base(const struct target *t, const struct param *p)
{
    switch (p->scope) {
    case SCOPE_TASK:
        return &t->s->base.task[t->task];
    case SCOPE_READ:
        return &t->s->latency[DIRECTION_READ];
    case SCOPE_WRITE:
        return &t->s->latency[DIRECTION_WRITE];
    default:
        return &t->s->base;
    }
}

const struct yaml_node **target_origin(const struct target *t, const struct param *p)
{
    if (p->scope == SCOPE_TASK)
        return &t->s->task_origin[t->task][param_index(p)];
    return &t->s->origin[param_index(p)];
}

/* 0, or why the file at this path cannot be read. */
static int try_to_read(const char *path)
{
    struct stat status;
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return errno;
    int error = fstat(fileno(f), &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    fclose(f);
    return error;
}

bool resolve_file(struct config_state *s, const struct yaml_node *n, const char *path,
                  char resolved[SPEC_PATH_MAX], struct err *e)
{
    const char *slash = strrchr(s->path, '/');
    int folder_size = path[0] == '/' || slash == NULL ? 0 : (int)(slash - s->path) + 1;
    char joined[SPEC_PATH_MAX];
    int size = snprintf(joined, sizeof(joined), "%.*s%s", folder_size, s->path, path);
    char *absolute = size < SPEC_PATH_MAX ? realpath(joined, NULL) : NULL;
    int error = size >= SPEC_PATH_MAX ? ENAMETOOLONG
              : absolute == NULL      ? errno
                                      : try_to_read(absolute);

    if (error == 0 && strlen(absolute) >= SPEC_PATH_MAX)
        error = ENAMETOOLONG;
    if (error == 0)
        strcpy(resolved, absolute);
    free(absolute);
    return error == 0
        || yaml_fail(e, n, "the file \"%.200s\" cannot be read: %s", path, strerror(error));
}

static bool is_name(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    return size > 0 && size < SPEC_NAME_MAX && text[size] == '\0';
}

static bool load_text(const struct target *t, const struct param *p, const struct yaml_node *n,
                      struct err *e)
{
    char *field = (char *)target_base(t, p) + p->offset;
    char found[YAML_FOUND_MAX];

    if (n->kind != YAML_WORD || n->text[0] == '\0')
        return yaml_fail(e, n, "%s: found %s, expected %s", p->path, yaml_found(n, found),
                         p->type == PARAM_PATH ? "the path of a file" : "a name");
    if (p->type == PARAM_PATH)
        return resolve_file(t->s, n, n->text, field, e);
    if (!is_name(n->text))
        return yaml_fail(e, n, "%s: found %s, expected 1 to %d letters, digits, _ or -", p->path,
                         yaml_found(n, found), SPEC_NAME_MAX - 1);
    strcpy(field, n->text);
    return true;
}

static bool load_version(const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX];

    if (n->kind == YAML_WORD && strcmp(n->text, "1") == 0)
        return true;
    return yaml_fail(e, n, "apfsim: found %s, expected 1, the only version there is",
                     yaml_found(n, found));
}

static bool load_variant_name(struct config_state *s, const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX], hint[PARAM_WORDS_MAX];
    struct nearest near;

    if (n->kind != YAML_WORD)
        return yaml_fail(e, n, "protocol.variant: found %s, expected the name of a variant",
                         yaml_found(n, found));
    u32 variant = variant_find(n->text);
    if (variant >= variant_count()) {
        nearest_init(&near, n->text);
        for (u32 i = 0; i < variant_count(); i++)
            nearest_try(&near, variant_name(i), strlen(variant_name(i)));
        return yaml_fail(e, n, "protocol.variant: there is no variant %s%s", yaml_found(n, found),
                         nearest_words(&near, hint));
    }
    for (u32 i = 0; i < s->spec_count; i++)
        if (s->variant[i] == variant)
            return yaml_fail(e, n, "protocol.variant: %s stands twice", yaml_found(n, found));
    if (s->spec_count == CONFIG_VARIANTS_MAX)
        return yaml_fail(e, n, "protocol.variant: more than %d variants", CONFIG_VARIANTS_MAX);
    s->variant[s->spec_count++] = variant;
    return true;
}

static bool load_variants(struct config_state *s, const struct yaml_node *n, struct err *e)
{
    s->spec_count = 0;
    if (n->kind != YAML_LIST)
        return load_variant_name(s, n, e);
    for (const struct yaml_node *item = n->child; item != NULL; item = item->next)
        if (!load_variant_name(s, item, e))
            return false;
    return s->spec_count > 0
        || yaml_fail(e, n, "protocol.variant: the list is empty, expected names of variants");
}

static bool load_tasks(struct config_state *s, const struct yaml_node *n, struct err *e);

bool load_param(const struct target *t, const struct param *p, const struct yaml_node *n,
                struct err *e)
{
    u64 value;

    *target_origin(t, p) = n->file != NULL ? n : NULL;
    switch (p->type) {
    case PARAM_VERSION:
        return load_version(n, e);
    case PARAM_NAME:
    case PARAM_PATH:
        return load_text(t, p, n, e);
    case PARAM_TASKS:
        return load_tasks(t->s, n, e);
    case PARAM_VARIANT:
        return load_variants(t->s, n, e);
    case PARAM_PROFILE:   /* Read before everything else. */
    case PARAM_COSTS:     /* Likewise. */
    case PARAM_STOP_WHEN: /* Checked when all tasks are known. */
        return true;
    default:
        if (!param_parse(p, n, &value, e))
            return false;
        param_store(p, target_base(t, p), value);
        return true;
    }
}

static bool fail_unknown(const struct yaml_node *n, const char *map, struct err *e)
{
    char hint[PARAM_WORDS_MAX];
    const char *in = map[0] != '\0' ? " in " : "";
    struct nearest near;

    nearest_init(&near, n->key);
    param_nearest(&near, map);
    if (near.best[0] != '\0')
        return yaml_fail_key(e, n, "unknown key \"%.64s\"%s%s%s", n->key, in, map,
                             nearest_words(&near, hint));
    return yaml_fail_key(e, n, "unknown key \"%.64s\"%s%s, expected one of %s", n->key, in, map,
                         param_keys_of(map, hint));
}

/* All keys of a mapping. Paths of known keys are short, so one that is cut is unknown as well. */
static bool load_map(const struct target *t, const struct yaml_node *map, const char *path,
                     struct err *e)
{
    char below[PARAM_PATH_MAX], found[YAML_FOUND_MAX];

    if (map->kind != YAML_MAP)
        return yaml_fail(e, map, "%s: found %s, expected a mapping of keys",
                         path[0] != '\0' ? path : "the file", yaml_found(map, found));
    for (const struct yaml_node *n = map->child; n != NULL; n = n->next) {
        snprintf(below, sizeof(below), "%s%s%s", path, path[0] != '\0' ? "." : "", n->key);
        const struct param *p = strchr(n->key, '.') == NULL ? param_find(below) : NULL;
        bool good = p != NULL ? load_param(t, p, n, e)
                  : strpbrk(n->key, ".[") == NULL && param_has_below(below)
                      ? load_map(t, n, below, e)
                      : fail_unknown(n, path, e);
        if (!good)
            return false;
    }
    return true;
}

static void load_default(const struct target *t, const struct param *p)
{
    const struct yaml_node n = {.kind = YAML_WORD, .text = p->fallback};
    bool good = param_has_computed_default(p) || load_param(t, p, &n, NULL);

    ASSERT(good); /* The table is wrong, not the user. */
}

static void load_defaults(const struct target *t, enum param_scope first, enum param_scope last)
{
    for (size_t i = 0; i < param_count; i++)
        if (param_table[i].scope >= first && param_table[i].scope <= last)
            load_default(t, &param_table[i]);
}

/* Name of a task in a mapping: its key. */
static bool load_task_key(const struct target *t, const struct yaml_node *n, struct err *e)
{
    const struct param *name = param_find("guest.tasks[].name");

    if (yaml_find(n, "name") != NULL)
        return yaml_fail_key(e, yaml_find(n, "name"),
                             "the task has its name already, the key \"%.64s\"", n->key);
    struct yaml_node *key = pool_take(&t->s->pool, sizeof(*key));
    *key = *n;
    key->kind = YAML_WORD;
    key->text = n->key;
    key->line = n->key_line;
    key->column = n->key_column;
    return load_param(t, name, key, e);
}

static bool load_tasks(struct config_state *s, const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX];

    s->base.task_count = 0;
    if (n->kind == YAML_WORD)
        return yaml_fail(e, n, "guest.tasks: found %s, expected a list of tasks",
                         yaml_found(n, found));
    for (const struct yaml_node *item = n->child; item != NULL; item = item->next) {
        struct target t = {.s = s, .task = s->base.task_count};

        if (t.task == SPEC_TASKS_MAX)
            return yaml_fail(e, item, "guest.tasks: more than %d tasks", SPEC_TASKS_MAX);
        s->base.task_count++;
        s->task_node[t.task] = item;
        load_defaults(&t, SCOPE_TASK, SCOPE_TASK);
        if (item->kind == YAML_MAP && n->kind == YAML_MAP && !load_task_key(&t, item, e))
            return false;
        if (!load_map(&t, item, "guest.tasks[]", e))
            return false;
    }
    return true;
}

/* store.write without a latency of its own is store.read, with its own keys laid over it. */
static bool inherit_write(const struct target *t, struct err *e)
{
    struct config_state *s = t->s;
    const struct yaml_node *store = yaml_find(s->root, "store");
    const struct yaml_node *write = store != NULL ? yaml_find(store, "write") : NULL;

    if (write != NULL && yaml_find(write, "latency") != NULL)
        return true;
    s->latency[DIRECTION_WRITE] = s->latency[DIRECTION_READ];
    for (size_t i = 0; i < param_count; i++) {
        char path[PARAM_PATH_MAX];

        if (param_table[i].scope != SCOPE_READ)
            continue;
        snprintf(path, sizeof(path), "store.write%s", strrchr(param_table[i].path, '.'));
        s->origin[param_index(param_find(path))] = s->origin[i];
    }
    return write == NULL || load_map(t, write, "store.write", e);
}

/* What the profile gave has no default here, so it stays unless the file says otherwise. */
bool load_values(struct config_state *s, struct err *e)
{
    struct target t = {.s = s};

    load_defaults(&t, SCOPE_SPEC, SCOPE_SPEC);
    load_defaults(&t, SCOPE_READ, SCOPE_WRITE);
    return load_map(&t, s->root, "", e) && inherit_write(&t, e);
}
