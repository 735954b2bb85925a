/* Many configurations from one file: the file and its profiles are read and parsed once. */
#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"

struct profile_file {
    const char *path;
    const struct yaml_node *root;
    struct profile_file *next;
};

enum { TABLES_MAX = 64 };

struct latency_table {
    struct latency_spec spec;
    struct dist table;
};

struct config_base_state {
    struct pool pool;
    const char *path;
    const struct yaml_node *root;
    struct profile_file *profile;
    struct latency_table *table; /* TABLES_MAX of them, the oldest is replaced. */
    u32 table_count;
};

bool config_base_read(struct config_base *b, const char *path, struct err *e)
{
    struct config_base_state *s = calloc(1, sizeof(*s));

    ASSERT(s != NULL);
    b->state = s;
    s->path = pool_text(&s->pool, path, strlen(path));
    s->root = yaml_read(&s->pool, s->path, YAML_CONFIG_BYTES_MAX, YAML_SYNTAX_YAML, e);
    return s->root != NULL && check_version(s->root, e);
}

void config_base_free(struct config_base *b)
{
    if (b->state == NULL)
        return;
    pool_free(&b->state->pool);
    free(b->state);
    b->state = NULL;
}

const struct yaml_node *base_profile(struct config_base_state *b, const char **path,
                                     struct err *e)
{
    struct profile_file *p = b->profile;

    while (p != NULL && strcmp(p->path, *path) != 0)
        p = p->next;
    if (p == NULL) {
        p = pool_take(&b->pool, sizeof(*p));
        p->path = pool_text(&b->pool, *path, strlen(*path));
        p->root = yaml_read(&b->pool, p->path, YAML_CONFIG_BYTES_MAX, YAML_SYNTAX_YAML, e);
        if (p->root == NULL)
            return NULL;
        p->next = b->profile;
        b->profile = p;
    }
    *path = p->path;
    return p->root;
}

bool base_lognormal(struct config_base_state *b, const struct latency_spec *l, struct dist *d,
                    struct err *e)
{
    if (b->table == NULL)
        b->table = pool_take(&b->pool, TABLES_MAX * sizeof(b->table[0]));
    for (u32 i = 0; i < b->table_count && i < TABLES_MAX; i++)
        if (is_same_latency(&b->table[i].spec, l)) {
            *d = b->table[i].table;
            return true;
        }
    if (!dist_lognormal(d, l->median_ps, l->sigma_milli, l->min_ps, l->max_ps, e))
        return false;
    struct latency_table *t = &b->table[b->table_count++ % TABLES_MAX];
    t->spec = *l;
    t->table = *d;
    return true;
}

bool config_make(struct config *c, const struct config_base *b, const struct config_setting *set,
                 size_t count, struct err *e)
{
    struct config_state *s = calloc(1, sizeof(*s));

    ASSERT(s != NULL);
    c->state = s;
    s->shared = b->state;
    s->path = b->state->path;
    struct yaml_node *root = yaml_copy(&s->pool, b->state->root);
    s->root = root;
    for (size_t i = 0; i < count; i++) {
        const char *file = pool_text(&s->pool, set[i].file, strlen(set[i].file));
        const char *value = pool_text(&s->pool, set[i].value, strlen(set[i].value));
        if (!yaml_put(&s->pool, root, set[i].key, value, file, set[i].line, set[i].column, e))
            return false;
    }
    return config_build(s, e);
}
