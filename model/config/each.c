/* Keys and values one by one, for programs that set and show them. */
#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"

/* Costs are no rows of the table; as a setting each is a time. */
static const struct param cost_param = {
    .path = "costs.*",
    .type = PARAM_TIME,
    .max = PS_PER_S,
    .fallback = "300ns",
    .when = UINT32_MAX,
    .words = "a cost of the profile",
};

static bool is_cost(const char *key)
{
    for (u32 i = 0; i < COST_COUNT; i++)
        if (strcmp(cost_keys[i], key) == 0)
            return true;
    return false;
}

const struct param *config_param(const char *key)
{
    static const char tasks[] = "guest.tasks.", costs[] = "costs.";
    char path[PARAM_PATH_MAX];

    if (strncmp(key, costs, strlen(costs)) == 0)
        return is_cost(key + strlen(costs)) ? &cost_param : NULL;
    if (strchr(key, '[') != NULL)
        return NULL;
    if (strncmp(key, tasks, strlen(tasks)) != 0)
        return param_find(key);
    const char *below = strchr(key + strlen(tasks), '.');
    if (below == NULL || below == key + strlen(tasks) || strlen(below) > 32)
        return NULL;
    snprintf(path, sizeof(path), "guest.tasks[]%s", below);
    return param_find(path);
}

bool config_quantity(const struct param *p, const char *text, u64 *value, struct err *e)
{
    const struct yaml_node n = {.kind = YAML_WORD, .text = text, .file = ""};
    enum quantity kind;
    struct err why = {0};

    if (!param_is_quantity(p, &kind))
        return err_set(e, ERR_USAGE, "%s: found \"%.40s\", expected no number", p->path, text);
    if (param_parse(p, &n, value, &why))
        return true;
    return err_set(e, ERR_USAGE, "%s", why.text + (strncmp(why.text, ": ", 2) == 0 ? 2 : 0));
}

STATIC_ASSERT((int)CONFIG_TEXT_MAX >= (int)QUANTITY_TEXT_MAX, "room for every quantity");

const char *config_quantity_text(const struct param *p, u64 value, char text[CONFIG_TEXT_MAX])
{
    const char *words = param_print(p, value, text);

    if (words != text)
        snprintf(text, CONFIG_TEXT_MAX, "%s", words);
    return text;
}

const char *config_nearest_key(const char *key, char words[PARAM_WORDS_MAX])
{
    char cost[PARAM_PATH_MAX + 8];
    struct nearest near;

    nearest_init(&near, key);
    for (size_t i = 0; i < param_count; i++)
        if (strchr(param_table[i].path, '[') == NULL)
            nearest_try(&near, param_table[i].path, strlen(param_table[i].path));
    for (u32 i = 0; i < COST_COUNT; i++) {
        int size = snprintf(cost, sizeof(cost), "costs.%s", cost_keys[i]);
        nearest_try(&near, cost, (size_t)size);
    }
    return nearest_words(&near, words);
}
