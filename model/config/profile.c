/* Cost profiles: clock, TLB and the price of every hop, each with its source. */
#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"

const char *const cost_keys[COST_COUNT] = {
#define COST(id, key, words) key,
#include "model/cost.def"
#undef COST
};

const char *const cost_words[COST_COUNT] = {
#define COST(id, key, words) words,
#include "model/cost.def"
#undef COST
};

void data_folder(char folder[SPEC_PATH_MAX])
{
    const char *path = getenv("APFSIM_DATA");

#ifdef APFSIM_DATA_DIR
    if (path == NULL)
        path = APFSIM_DATA_DIR;
#endif
    snprintf(folder, SPEC_PATH_MAX, "%s", path != NULL ? path : "");
}

/* Nothing of an older text stays behind the end: equal values are equal bytes. */
static void copy_text(char *to, size_t size, const char *text)
{
    memset(to, 0, size);
    snprintf(to, size, "%s", text);
}

static u32 cost_find(const char *key)
{
    u32 id = 0;

    while (id < COST_COUNT && strcmp(cost_keys[id], key) != 0)
        id++;
    return id;
}

static bool fail_unknown_cost(const struct yaml_node *n, struct err *e)
{
    char hint[PARAM_WORDS_MAX];
    struct nearest near;

    nearest_init(&near, n->key);
    for (u32 i = 0; i < COST_COUNT; i++)
        nearest_try(&near, cost_keys[i], strlen(cost_keys[i]));
    return yaml_fail_key(e, n, "unknown cost \"%.64s\"%s", n->key, nearest_words(&near, hint));
}

static bool load_cost_value(struct config_state *s, const struct yaml_node *n, const char *key,
                            struct cost *cost, struct err *e)
{
    const u64 cost_ps_max = PS_PER_S;
    char found[YAML_FOUND_MAX];
    enum quantity_error error = n->kind != YAML_WORD
        ? QUANTITY_NOT_A_NUMBER
        : quantity_parse_cost(n->text, s->base.clock_hz, &cost->ps);

    if (error != QUANTITY_GOOD)
        return yaml_fail(e, n,
                         "%s: found %s, %s, expected a time or cycles such as 300ns or 900cyc", key,
                         yaml_found(n, found), quantity_error_words(error));
    return cost->ps <= cost_ps_max
        || yaml_fail(e, n, "%s: %s is out of range, expected at most 1s", key,
                     yaml_found(n, found));
}

static bool load_source(const struct yaml_node *cost_node, const struct yaml_node *n,
                        const char *key, struct cost *cost, struct err *e)
{
    if (n == NULL)
        return yaml_fail_key(e, cost_node, "%s has no source; say where its value is from", key);
    if (n->kind != YAML_WORD || strspn(n->text, " ") == strlen(n->text))
        return yaml_fail(e, n, "%s: the source is empty; say where the value is from", key);
    if (strlen(n->text) >= SPEC_SOURCE_MAX)
        return yaml_fail(e, n, "%s: the source is longer than %d characters", key,
                         SPEC_SOURCE_MAX - 1);
    copy_text(cost->source, SPEC_SOURCE_MAX, n->text);
    cost->is_pick = strncmp(n->text, "pick:", 5) == 0;
    return true;
}

/* Settings give a bare value, as in --set costs.kvm.exit=250ns: whoever sets it is its source. */
static bool load_bare_cost(struct config_state *s, const struct yaml_node *n, u32 id,
                           struct err *e)
{
    struct cost *cost = &s->base.cost[id];

    copy_text(cost->source, SPEC_SOURCE_MAX, "pick: given by a setting");
    cost->is_pick = true;
    return load_cost_value(s, n, cost_keys[id], cost, e);
}

static bool load_cost(struct config_state *s, const struct yaml_node *n, u32 id, struct err *e)
{
    struct cost *cost = &s->base.cost[id];
    const char *key = cost_keys[id];
    char found[YAML_FOUND_MAX];

    s->cost_origin[id] = n;
    if (n->kind == YAML_WORD && n->laid_over)
        return load_bare_cost(s, n, id, e);
    if (n->kind != YAML_MAP)
        return yaml_fail(e, n, "%s: found %s, expected {value: 300ns, source: \"...\"}", key,
                         yaml_found(n, found));
    for (const struct yaml_node *part = n->child; part != NULL; part = part->next)
        if (strcmp(part->key, "value") != 0 && strcmp(part->key, "source") != 0)
            return yaml_fail_key(e, part, "unknown key \"%.64s\" in %s, expected value and source",
                                 part->key, key);
    const struct yaml_node *value = yaml_find(n, "value");
    if (value == NULL)
        return yaml_fail_key(e, n, "%s has no value", key);
    return load_cost_value(s, value, key, cost, e)
        && load_source(n, yaml_find(n, "source"), key, cost, e);
}

bool load_costs(struct config_state *s, const struct yaml_node *map, struct err *e)
{
    char found[YAML_FOUND_MAX];

    if (map->kind != YAML_MAP)
        return yaml_fail(e, map, "costs: found %s, expected a mapping of costs",
                         yaml_found(map, found));
    for (const struct yaml_node *n = map->child; n != NULL; n = n->next) {
        u32 id = cost_find(n->key);

        if (id == COST_COUNT)
            return fail_unknown_cost(n, e);
        if (!load_cost(s, n, id, e))
            return false;
    }
    return true;
}

static bool load_profile_name(struct config_state *s, const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX];

    if (n->kind != YAML_WORD || n->text[0] == '\0' || strlen(n->text) >= SPEC_NAME_MAX)
        return yaml_fail(e, n, "name: found %s, expected 1 to %d characters", yaml_found(n, found),
                         SPEC_NAME_MAX - 1);
    copy_text(s->base.profile, SPEC_NAME_MAX, n->text);
    return true;
}

/* The keys of a profile outside costs are those of "machine" that have no default of their own. */
static bool load_profile_map(struct config_state *s, const struct yaml_node *map, const char *path,
                             struct err *e)
{
    const struct target t = {.s = s};
    char below[PARAM_PATH_MAX], found[YAML_FOUND_MAX];

    if (map->kind != YAML_MAP)
        return yaml_fail(e, map, "found %s, expected a mapping of keys", yaml_found(map, found));
    for (const struct yaml_node *n = map->child; n != NULL; n = n->next) {
        bool is_top = strcmp(path, "machine") == 0;
        bool is_words = strcmp(n->key, "description") == 0 && n->kind == YAML_WORD;

        snprintf(below, sizeof(below), "%s.%s", path, n->key);
        const struct param *p = param_find(below);
        if (is_top && (strcmp(n->key, "apfsim-profile") == 0 || strcmp(n->key, "costs") == 0
                       || strcmp(n->key, "name") == 0 || is_words))
            continue;
        if (p != NULL && param_comes_from_profile(p)) {
            if (!load_param(&t, p, n, e))
                return false;
        } else if (is_top && strcmp(n->key, "tlb") == 0) {
            if (!load_profile_map(s, n, below, e))
                return false;
        } else {
            return yaml_fail_key(e, n, "unknown key \"%.64s\" in a cost profile", n->key);
        }
    }
    return true;
}

static bool check_complete(struct config_state *s, const struct yaml_node *root, struct err *e)
{
    for (size_t i = 0; i < param_count; i++)
        if (param_comes_from_profile(&param_table[i]) && s->origin[i] == NULL
            && strcmp(param_table[i].fallback, "(profile)") == 0)
            return yaml_fail(e, root, "the profile lacks %s",
                             param_table[i].path + strlen("machine."));
    for (u32 i = 0; i < COST_COUNT; i++)
        if (s->cost_origin[i] == NULL)
            return yaml_fail(e, root, "the profile lacks the cost %s (%s)", cost_keys[i],
                             cost_words[i]);
    return true;
}

bool profile_read(struct config_state *s, const char *path, struct err *e)
{
    const struct yaml_node *root =
        s->shared != NULL ? base_profile(s->shared, &path, e)
                          : yaml_read(&s->pool, path, YAML_CONFIG_BYTES_MAX, YAML_SYNTAX_YAML, e);
    char found[YAML_FOUND_MAX];

    if (root == NULL)
        return false;
    s->profile_path = path;
    const struct yaml_node *version = yaml_find(root, "apfsim-profile");
    if (version == NULL)
        return yaml_fail(e, root, "not a cost profile, \"apfsim-profile: 1\" is missing");
    if (version->kind != YAML_WORD || strcmp(version->text, "1") != 0)
        return yaml_fail(e, version, "apfsim-profile: found %s, expected 1",
                         yaml_found(version, found));
    const struct yaml_node *name = yaml_find(root, "name");
    const struct yaml_node *costs = yaml_find(root, "costs");
    if (name == NULL || costs == NULL)
        return yaml_fail(e, root, "the profile lacks %s", name == NULL ? "its name" : "costs");
    return load_profile_name(s, name, e) && load_profile_map(s, root, "machine", e)
        && (s->base.clock_hz != 0 || yaml_fail(e, root, "the profile lacks clock"))
        && load_costs(s, costs, e) && check_complete(s, root, e);
}

static const struct yaml_node *find_path(const struct yaml_node *n, const char *path)
{
    char key[PARAM_PATH_MAX];

    while (n != NULL && path[0] != '\0') {
        size_t size = strcspn(path, ".");

        snprintf(key, sizeof(key), "%.*s", (int)size, path);
        n = yaml_find(n, key);
        path += size + (path[size] == '.');
    }
    return n;
}

/* A configuration that says everything itself (a resolved one) needs no profile. */
static bool is_self_contained(const struct config_state *s)
{
    const struct yaml_node *costs = yaml_find(s->root, "costs");

    for (size_t i = 0; i < param_count; i++)
        if (param_comes_from_profile(&param_table[i])
            && find_path(s->root, param_table[i].path) == NULL)
            return false;
    for (u32 i = 0; costs != NULL && i < COST_COUNT; i++)
        if (yaml_find(costs, cost_keys[i]) == NULL)
            return false;
    return costs != NULL;
}

static bool is_file_name(const char *name)
{
    size_t size = strlen(name);

    return strchr(name, '/') != NULL || (size > 5 && strcmp(name + size - 5, ".yaml") == 0);
}

/* By name: in the data folder, else beside the configuration. */
static bool find_profile(struct config_state *s, const struct yaml_node *n, const char *name,
                         char path[SPEC_PATH_MAX], struct err *e)
{
    char folder[SPEC_PATH_MAX], file[SPEC_PATH_MAX + 64];

    if (is_file_name(name))
        return resolve_file(s, n, name, path, e);
    if (strlen(name) >= SPEC_NAME_MAX)
        return yaml_fail(e, n, "machine.profile: the name is longer than %d characters",
                         SPEC_NAME_MAX - 1);
    data_folder(folder);
    snprintf(file, sizeof(file), "%s/profiles/%s.yaml", folder, name);
    struct err ignored;
    if (folder[0] != '\0' && resolve_file(s, n, file, path, &ignored))
        return true;
    snprintf(file, sizeof(file), "%s.yaml", name);
    return resolve_file(s, n, file, path, &ignored)
        || yaml_fail(e, n,
                     "machine.profile: there is no \"%s.yaml\" in %s/profiles or beside this file",
                     name, folder[0] != '\0' ? folder : "(no data folder)");
}

bool load_profile(struct config_state *s, struct err *e)
{
    const struct param *p = param_find("machine.profile");
    const struct yaml_node *n = find_path(s->root, p->path);
    const char *name = n != NULL ? n->text : p->fallback;
    char found[YAML_FOUND_MAX], path[SPEC_PATH_MAX];

    if (n != NULL && (n->kind != YAML_WORD || n->text[0] == '\0'))
        return yaml_fail(e, n, "machine.profile: found %s, expected the name of a cost profile",
                         yaml_found(n, found));
    if (is_self_contained(s)) {
        if (n != NULL && n->laid_over)
            return yaml_fail(e, n, "the file gives every cost itself, a profile changes nothing");
        copy_text(s->base.profile, SPEC_NAME_MAX, name);
        return true;
    }
    return find_profile(s, n != NULL ? n : s->root, name, path, e)
        && profile_read(s, pool_text(&s->pool, path, strlen(path)), e);
}
