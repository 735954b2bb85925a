/* One word of the file as the value of one key. */
#include "model/config/param.h"

#include <stdio.h>
#include <string.h>

static bool fail_choice(const struct param *p, const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX], range[PARAM_WORDS_MAX], hint[PARAM_WORDS_MAX];
    struct nearest near;

    nearest_init(&near, n->kind == YAML_WORD ? n->text : "");
    for (const struct param_choice *c = p->choice; c->word != NULL; c++)
        nearest_try(&near, c->word, strlen(c->word));
    return yaml_fail(e, n, "%s: found %s, expected %s%s", p->path, yaml_found(n, found),
                     param_range_words(p, range), nearest_words(&near, hint));
}

static bool parse_choice(const struct param *p, const struct yaml_node *n, u64 *value,
                         struct err *e)
{
    if (n->kind == YAML_WORD)
        for (const struct param_choice *c = p->choice; c->word != NULL; c++)
            if (strcmp(c->word, n->text) == 0) {
                *value = c->value;
                return true;
            }
    return fail_choice(p, n, e);
}

static bool fail_quantity(const struct param *p, enum quantity kind, enum quantity_error error,
                          const struct yaml_node *n, struct err *e)
{
    char found[YAML_FOUND_MAX];
    bool has_example = p->fallback[0] >= '0' && p->fallback[0] <= '9';
    bool is_word = n->kind == YAML_WORD && (n->text[0] != '\0' || n->quoted);

    return yaml_fail(e, n, "%s: found %s%s%s, expected %s such as %s", p->path,
                     yaml_found(n, found), is_word ? ", " : "",
                     is_word ? quantity_error_words(error) : "", quantity_words(kind),
                     has_example ? p->fallback : quantity_example(kind));
}

static bool is_none(const struct param *p, const struct yaml_node *n, u64 *value)
{
    bool may_be = p->type == PARAM_TIME_OR_NONE || p->type == PARAM_PAGES_OR_NONE;

    if (!may_be || n->kind != YAML_WORD || strcmp(n->text, "none") != 0)
        return false;
    *value = p->type == PARAM_TIME_OR_NONE ? TIME_NEVER : 0;
    return true;
}

bool param_parse(const struct param *p, const struct yaml_node *n, u64 *value, struct err *e)
{
    char found[YAML_FOUND_MAX], range[PARAM_WORDS_MAX];
    enum quantity kind;

    if (p->type == PARAM_CHOICE)
        return parse_choice(p, n, value, e);
    if (is_none(p, n, value))
        return true;
    bool is_quantity = param_is_quantity(p, &kind);
    ASSERT(is_quantity);
    enum quantity_error error =
        n->kind == YAML_WORD ? quantity_parse(kind, n->text, value) : QUANTITY_NOT_A_NUMBER;
    if (error != QUANTITY_GOOD)
        return fail_quantity(p, kind, error, n, e);
    if (*value < p->min || *value > p->max)
        return yaml_fail(e, n, "%s: %s is out of range, expected %s", p->path,
                         yaml_found(n, found), param_range_words(p, range));
    if ((p->type == PARAM_PAGES || p->type == PARAM_PAGES_OR_NONE) && *value % MMU_PAGE_SIZE != 0)
        return yaml_fail(e, n, "%s: %s is not a multiple of the page size, 4KiB", p->path,
                         yaml_found(n, found));
    return true;
}
