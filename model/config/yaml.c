#include "model/config/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tree under construction, fed by the events of the library. */
struct builder {
    struct pool *pool;
    const char *file;
    struct err *e;
    struct yaml_node *root;
    struct yaml_node *open[YAML_DEPTH_MAX]; /* Mappings and lists around the next node. */
    struct yaml_node **tail[YAML_DEPTH_MAX];
    struct yaml_node *pending; /* A key was read, its value comes next. */
    u32 depth, document_count;
    bool is_option; /* Places are not worth remembering. */
};

static void fail_text(struct err *e, const char *file, u32 line, u32 column, const char *format,
                      va_list args)
{
    char text[ERR_TEXT_MAX];

    vsnprintf(text, sizeof(text), format, args);
    err_set_at(e, ERR_USAGE, file, line, column, "%s", text);
}

bool yaml_fail(struct err *e, const struct yaml_node *at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail_text(e, at->file, at->line, at->column, format, args);
    va_end(args);
    return false;
}

bool yaml_fail_key(struct err *e, const struct yaml_node *at, const char *format, ...)
{
    bool has_key = at->key_line != 0;
    va_list args;

    va_start(args, format);
    fail_text(e, at->file, has_key ? at->key_line : at->line,
              has_key ? at->key_column : at->column, format, args);
    va_end(args);
    return false;
}

const char *yaml_found(const struct yaml_node *n, char text[YAML_FOUND_MAX])
{
    enum { SHOWN_MAX = 40 };
    size_t size;

    if (n->kind != YAML_WORD)
        return n->kind == YAML_MAP ? "a mapping" : "a list";
    if (n->text[0] == '\0' && !n->quoted)
        return "nothing";
    size = strlen(n->text);
    if (size <= SHOWN_MAX) {
        snprintf(text, YAML_FOUND_MAX, "\"%s\"", n->text);
        return text;
    }
    size = SHOWN_MAX;
    while (size > 0 && (n->text[size] & 0xc0) == 0x80)
        size--; /* Not in the middle of a UTF-8 character. */
    snprintf(text, YAML_FOUND_MAX, "\"%.*s...\"", (int)size, n->text);
    return text;
}

struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    for (struct yaml_node *n = map->child; n != NULL; n = n->next)
        if (strcmp(n->key, key) == 0)
            return n;
    return NULL;
}

/* List by list, so that only the depth of the tree is on the stack. */
struct yaml_node *yaml_copy(struct pool *p, const struct yaml_node *n)
{
    struct yaml_node *copy = pool_take(p, sizeof(*copy));
    struct yaml_node **tail = &copy->child;

    *copy = *n;
    copy->next = copy->child = NULL;
    for (const struct yaml_node *child = n->child; child != NULL; child = child->next) {
        *tail = yaml_copy(p, child);
        tail = &(*tail)->next;
    }
    return copy;
}

static int compare_key(const void *a, const void *b)
{
    const struct yaml_node *x = *(struct yaml_node *const *)a;
    const struct yaml_node *y = *(struct yaml_node *const *)b;
    int order = strcmp(x->key, y->key);

    if (order == 0)
        order = (x->key_line > y->key_line) - (x->key_line < y->key_line);
    return order != 0 ? order : (x->key_column > y->key_column) - (x->key_column < y->key_column);
}

static bool fail_duplicate(struct builder *b, const struct yaml_node *first,
                           const struct yaml_node *again)
{
    if (b->is_option)
        return yaml_fail_key(b->e, again, "the key \"%.64s\" stands twice", again->key);
    return yaml_fail_key(b->e, again,
                         "the key \"%.64s\" stands twice, first in line %u column %u",
                         again->key, first->key_line, first->key_column);
}

/* Sorted, because the library's own check compares every key with every other. */
static bool check_duplicates(struct builder *b, const struct yaml_node *map)
{
    const struct yaml_node **sorted;
    size_t count = 0;
    bool good = true;

    for (const struct yaml_node *n = map->child; n != NULL; n = n->next)
        count++;
    if (count < 2)
        return true;
    sorted = malloc(count * sizeof(sorted[0]));
    ASSERT(sorted != NULL);
    count = 0;
    for (const struct yaml_node *n = map->child; n != NULL; n = n->next)
        sorted[count++] = n;
    qsort(sorted, count, sizeof(sorted[0]), compare_key);
    for (size_t i = 1; good && i < count; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            good = fail_duplicate(b, sorted[i - 1], sorted[i]);
    free(sorted);
    return good;
}

/* The library's marks of quoted words, anchors and aliases stand behind their first character. */
static u32 marked_column(const struct fy_mark *mark, bool is_behind)
{
    return (u32)mark->column + (is_behind && mark->column > 0 ? 0 : 1);
}

static bool is_quoted(struct fy_event *event)
{
    if (event->type != FYET_SCALAR || event->scalar.value == NULL)
        return false;
    enum fy_scalar_style style = fy_scalar_token_get_style(event->scalar.value);
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

/* A new node at the event's place; an event without one stands where its key or parent does. */
static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    const struct yaml_node *near = b->depth > 0 ? b->open[b->depth - 1] : NULL;
    struct yaml_node *n = b->pending;

    if (n == NULL)
        n = pool_take(b->pool, sizeof(*n));
    n->kind = kind;
    n->file = b->file;
    if (b->is_option)
        return n;
    n->line = n->key != NULL ? n->key_line : near != NULL ? near->line : 1;
    n->column = n->key != NULL ? n->key_column : near != NULL ? near->column : 1;
    if (mark != NULL) {
        n->line = (u32)mark->line + 1;
        n->column = marked_column(mark, is_quoted(event) || event->type == FYET_ALIAS);
    }
    return n;
}

static bool wants_key(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == YAML_MAP && b->pending == NULL;
}

/* The node is complete as a value: link it into what is open, or make it the root. */
static void put(struct builder *b, struct yaml_node *n)
{
    if (b->depth == 0) {
        b->root = n;
        return;
    }
    *b->tail[b->depth - 1] = n;
    b->tail[b->depth - 1] = &n->next;
    b->pending = NULL;
}

static bool on_open(struct builder *b, enum yaml_kind kind, struct fy_event *event)
{
    if (wants_key(b))
        return yaml_fail(b->e, new_node(b, kind, event), "found %s as a key, expected a word",
                         kind == YAML_MAP ? "a mapping" : "a list");
    struct yaml_node *n = new_node(b, kind, event);
    if (b->depth == YAML_DEPTH_MAX)
        return yaml_fail(b->e, n, "nested deeper than %d levels", YAML_DEPTH_MAX);
    put(b, n);
    b->open[b->depth] = n;
    b->tail[b->depth] = &n->child;
    b->depth++;
    return true;
}

static bool on_close(struct builder *b)
{
    const struct yaml_node *n = b->open[--b->depth];

    return n->kind != YAML_MAP || check_duplicates(b, n);
}

static bool on_word(struct builder *b, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    bool is_key = wants_key(b);
    struct yaml_node *n = new_node(b, YAML_WORD, event);
    size_t size = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &size) : NULL;

    if (text == NULL)
        size = 0;
    if (size > 0 && memchr(text, '\0', size) != NULL)
        return yaml_fail(b->e, n, "a NUL character has no place in a word");
    if (is_key) {
        n->key = pool_text(b->pool, text, size);
        n->key_line = n->line;
        n->key_column = n->column;
        if (strcmp(n->key, "<<") == 0)
            return yaml_fail(b->e, n, "merge keys (<<) are not allowed, write the keys out");
        b->pending = n;
        return true;
    }
    n->text = pool_text(b->pool, text, size);
    n->quoted = token != NULL && fy_scalar_token_get_style(token) != FYSS_PLAIN; /* Or a block. */
    put(b, n);
    return true;
}

static bool refuse_decoration(struct builder *b, struct fy_event *event, struct fy_token *anchor,
                              struct fy_token *tag)
{
    if (anchor == NULL && tag == NULL)
        return true;
    struct yaml_node *n = new_node(b, YAML_WORD, event);
    const struct fy_mark *mark = fy_token_start_mark(anchor != NULL ? anchor : tag);
    if (mark != NULL && !b->is_option) {
        n->line = (u32)mark->line + 1;
        n->column = marked_column(mark, anchor != NULL);
    }
    return yaml_fail(b->e, n, "%s are not allowed, write the value",
                     anchor != NULL ? "anchors (&name)" : "tags (!name)");
}

static bool on_event(struct builder *b, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        return ++b->document_count == 1
            || yaml_fail(b->e, new_node(b, YAML_WORD, event),
                         "a second document starts here, expected only one");
    case FYET_ALIAS:
        return yaml_fail(b->e, new_node(b, YAML_WORD, event),
                         "aliases (*name) are not allowed, write the value");
    case FYET_SCALAR:
        return refuse_decoration(b, event, event->scalar.anchor, event->scalar.tag)
            && on_word(b, event);
    case FYET_MAPPING_START:
        return refuse_decoration(b, event, event->mapping_start.anchor, event->mapping_start.tag)
            && on_open(b, YAML_MAP, event);
    case FYET_SEQUENCE_START:
        return refuse_decoration(b, event, event->sequence_start.anchor, event->sequence_start.tag)
            && on_open(b, YAML_LIST, event);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        return on_close(b);
    default:
        return true;
    }
}

/* The library collects what it has to say; its first error becomes our sentence. */
static bool take_library_error(struct builder *b, struct fy_diag *diag, const char *language)
{
    void *iterator = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);

    if (error == NULL)
        return true;
    if (b->is_option)
        return err_set_at(b->e, ERR_USAGE, b->file, 0, 0, "not valid %s: %s", language,
                          error->msg);
    u32 line = error->line > 0 ? (u32)error->line : 1;
    u32 column = error->column > 0 ? (u32)error->column : 1;
    return err_set_at(b->e, ERR_USAGE, b->file, line, column, "not valid %s: %s", language,
                      error->msg);
}

static bool build(struct builder *b, struct fy_parser *parser)
{
    struct fy_event *event;
    bool good = true;

    while (good && (event = fy_parser_parse(parser)) != NULL) {
        good = on_event(b, event);
        fy_parser_event_free(parser, event);
    }
    return good;
}

struct yaml_node *yaml_parse(struct pool *p, const char *file, const char *text, size_t size,
                             enum yaml_syntax syntax, struct err *e)
{
    struct builder b = {
        .pool = p, .file = file, .e = e, .is_option = syntax == YAML_SYNTAX_OPTION};
    bool json = syntax == YAML_SYNTAX_JSON;
    struct fy_diag_cfg diag_cfg;

    if (!yaml_check_text(file, text, size, syntax, e))
        return NULL;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL; /* Nothing of the library's own reaches stderr. */
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    ASSERT(diag != NULL);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS
               | (json ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE),
        .diag = diag,
    };
    struct fy_parser *parser = fy_parser_create(&cfg);
    ASSERT(parser != NULL);

    bool good = size == 0 || fy_parser_set_string(parser, text, size) != 0 || build(&b, parser);
    good = good && take_library_error(&b, diag, json ? "JSON" : "YAML");
    if (good && b.root == NULL)
        good = err_set_at(e, ERR_USAGE, file, 0, 0, "the file is empty");
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return good ? b.root : NULL;
}

static char *slurp(struct pool *p, FILE *f, size_t size_max, size_t *size)
{
    size_t room = 4096;
    char *text = malloc(room);

    ASSERT(text != NULL);
    *size = 0;
    for (size_t got; (got = fread(text + *size, 1, room - *size, f)) > 0;) {
        *size += got;
        if (*size > size_max)
            break;
        if (*size == room) {
            text = realloc(text, room *= 2);
            ASSERT(text != NULL);
        }
    }
    char *copy = pool_text(p, text, *size);
    free(text);
    return copy;
}

char *yaml_slurp(struct pool *p, const char *path, size_t size_max, size_t *size, struct err *e)
{
    FILE *f = fopen(path, "rb");

    if (f == NULL) {
        err_set_at(e, ERR_USAGE, path, 0, 0, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    errno = 0;
    char *text = slurp(p, f, size_max, size);
    int error = ferror(f) ? errno : 0; /* A folder opens, but does not read. */
    fclose(f);
    if (error != 0)
        err_set_at(e, ERR_USAGE, path, 0, 0, "cannot be read: %s", strerror(error));
    else if (*size > size_max)
        err_set_at(e, ERR_USAGE, path, 0, 0, "larger than %zu bytes", size_max);
    return error != 0 || *size > size_max ? NULL : text;
}

struct yaml_node *yaml_read(struct pool *p, const char *path, size_t size_max,
                            enum yaml_syntax syntax, struct err *e)
{
    size_t size;
    const char *text = yaml_slurp(p, path, size_max, &size, e);

    return text != NULL ? yaml_parse(p, path, text, size, syntax, e) : NULL;
}
