/* Values from the command line or another file, put into the tree as if the file said so. */
#include "model/config/yaml.h"

#include <stdio.h>
#include <string.h>

struct edit {
    struct pool *pool;
    const char *entry;
    const char *name; /* "--set entry", the file name of messages. */
    u32 line, column; /* 0: an option has none. */
    struct err *e;
};

static bool fail_entry(const struct edit *s, const char *what, const char *path)
{
    return err_set_at(s->e, ERR_USAGE, s->name, s->line, s->column, "%s%s", what, path);
}

static struct yaml_node *find_item(const struct yaml_node *list, const char *name)
{
    for (struct yaml_node *n = list->child; n != NULL; n = n->next) {
        const struct yaml_node *key = yaml_find(n, "name");

        if (key != NULL && key->kind == YAML_WORD && strcmp(key->text, name) == 0)
            return n;
    }
    return NULL;
}

/* The child of that name; a mapping grows one, a list of named items does not. */
static struct yaml_node *enter(const struct edit *s, struct yaml_node *parent, const char *key)
{
    struct yaml_node *n;

    if (parent->kind == YAML_LIST) {
        n = find_item(parent, key);
        if (n == NULL)
            fail_entry(s, "the list has no item with the name ", key);
        return n;
    }
    if (parent->kind == YAML_WORD && parent->text[0] != '\0') {
        fail_entry(s, "a single value has no key ", key);
        return NULL;
    }
    parent->kind = YAML_MAP; /* "key:" with nothing behind it may still become a mapping. */
    n = yaml_find(parent, key);
    if (n == NULL) {
        n = pool_take(s->pool, sizeof(*n));
        n->kind = YAML_MAP;
        n->file = s->name;
        n->line = n->key_line = s->line;
        n->column = n->key_column = s->column;
        n->key = key;
        n->next = parent->child;
        parent->child = n;
    }
    return n;
}

/* All of a value stands where the setting stands. */
static void place_value(const struct edit *s, struct yaml_node *n)
{
    n->file = s->name;
    n->line = n->key_line = s->line;
    n->column = n->key_column = s->column;
    n->laid_over = true;
    for (struct yaml_node *child = n->child; child != NULL; child = child->next)
        place_value(s, child);
}

static bool edit_tree(const struct edit *s, struct yaml_node *root, char *path,
                      const struct yaml_node *value)
{
    struct yaml_node *n = root;

    for (char *key = path; key != NULL;) {
        bool is_cost = n == root && strncmp(key, "costs.", 6) == 0;
        char *dot = strchr(key, '.');

        if (dot != NULL)
            *dot = '\0';
        if (key[0] == '\0')
            return fail_entry(s, "a key is empty in the path of ", s->entry);
        n = enter(s, n, key);
        if (n == NULL)
            return false;
        key = dot != NULL ? dot + 1 : NULL;
        if (is_cost) { /* Names of costs have dots of their own. */
            n = enter(s, n, key);
            key = NULL;
        }
    }
    n->kind = value->kind;
    n->quoted = value->quoted;
    n->text = value->text;
    n->child = value->child;
    place_value(s, n);
    return true;
}

bool yaml_set(struct pool *p, struct yaml_node *root, const char *entry, struct err *e)
{
    const char *equals = strchr(entry, '=');
    size_t name_size = strlen("--set ") + strlen(entry) + 1;
    char *name = pool_take(p, name_size);
    struct edit s = {.pool = p, .entry = entry, .name = name, .e = e};

    snprintf(name, name_size, "--set %s", entry);
    if (equals == NULL || equals == entry)
        return fail_entry(&s, "expected key.path=value, such as guest.vcpus=2", "");
    if (equals[1] == '\0')
        return fail_entry(&s, "nothing stands after the equals sign", "");
    struct yaml_node *value =
        yaml_parse(p, name, equals + 1, strlen(equals + 1), YAML_SYNTAX_OPTION, e);
    if (value == NULL)
        return false;
    return edit_tree(&s, root, pool_text(p, entry, (size_t)(equals - entry)), value);
}

bool yaml_put(struct pool *p, struct yaml_node *root, const char *key, const char *value,
              const char *file, u32 line, u32 column, struct err *e)
{
    struct edit s = {
        .pool = p, .entry = key, .name = file, .line = line, .column = column, .e = e};
    struct err why = {0};

    if (key[0] == '\0' || value[0] == '\0')
        return fail_entry(&s, key[0] == '\0' ? "a key is empty" : "found no value for ", key);
    const struct yaml_node *node =
        yaml_parse(p, file, value, strlen(value), YAML_SYNTAX_OPTION, &why);
    if (node == NULL) {
        size_t skip = strncmp(why.text, file, strlen(file)) == 0 ? strlen(file) : 0;
        skip += skip != 0 && strncmp(why.text + skip, ": ", 2) == 0 ? 2 : 0;
        return fail_entry(&s, why.text + skip, "");
    }
    return edit_tree(&s, root, pool_text(p, key, strlen(key)), node);
}
