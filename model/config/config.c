#include "model/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"
#include "model/variant.h"

bool check_version(const struct yaml_node *root, struct err *e)
{
    if (root->kind == YAML_MAP && yaml_find(root, "apfsim") != NULL)
        return true;
    return yaml_fail(e, root, "not a configuration, \"apfsim: 1\" is missing at the top");
}

static bool load_own_costs(struct config_state *s, struct err *e)
{
    const struct yaml_node *costs = yaml_find(s->root, "costs");

    return costs == NULL || load_costs(s, costs, e);
}

static void make_specs(struct config_state *s)
{
    s->spec = calloc(s->spec_count, sizeof(s->spec[0]));
    ASSERT(s->spec != NULL);
    for (u32 i = 0; i < s->spec_count; i++) {
        s->spec[i] = s->base;
        s->spec[i].variant = s->variant[i];
        snprintf(s->spec[i].variant_name, SPEC_NAME_MAX, "%s", variant_name(s->variant[i]));
    }
}

bool config_build(struct config_state *s, struct err *e)
{
    if (!load_profile(s, e) || !load_values(s, e) || !load_own_costs(s, e)
        || !check_config(s, e) || !load_store(s, e))
        return false;
    make_specs(s);
    return true;
}

bool config_parse(struct config_state *s, const char *text, size_t size, const char *const *set,
                  size_t set_count, struct err *e)
{
    struct yaml_node *root = yaml_parse(&s->pool, s->path, text, size, YAML_SYNTAX_YAML, e);

    if (root == NULL)
        return false;
    s->root = root;
    if (!check_version(root, e))
        return false;
    for (size_t i = 0; i < set_count; i++)
        if (!yaml_set(&s->pool, root, set[i], e))
            return false;
    return config_build(s, e);
}

bool config_load(struct config *c, const char *path, const char *const *set, size_t set_count,
                 struct err *e)
{
    size_t size;

    c->state = calloc(1, sizeof(*c->state));
    ASSERT(c->state != NULL);
    c->state->path = pool_text(&c->state->pool, path, strlen(path));
    const char *text =
        yaml_slurp(&c->state->pool, c->state->path, YAML_CONFIG_BYTES_MAX, &size, e);
    return text != NULL && config_parse(c->state, text, size, set, set_count, e);
}

void config_free(struct config *c)
{
    if (c->state == NULL)
        return;
    free(c->state->spec);
    pool_free(&c->state->pool);
    free(c->state);
    c->state = NULL;
}

u32 config_spec_count(const struct config *c)
{
    return c->state->spec_count;
}

const struct spec *config_spec(const struct config *c, u32 index)
{
    ASSERT(index < c->state->spec_count);
    return &c->state->spec[index];
}
