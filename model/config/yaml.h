/*
 * YAML (and JSON) text as a tree of nodes that remember where they stand, so that every later
 * check can name file, line and column. A small subset on purpose: mappings, lists and words; no
 * aliases, anchors, merge keys, tags or second documents. Knows nothing of the keys' meaning.
 *
 * Memory: nodes and texts live in the caller's pool and go with it.
 */
#ifndef MODEL_CONFIG_YAML_H
#define MODEL_CONFIG_YAML_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    YAML_DEPTH_MAX = 16,
    YAML_CONFIG_BYTES_MAX = 1 << 20,
    YAML_FIO_BYTES_MAX = 64 << 20,
};

/* Memory that is only freed as a whole. All zero is an empty pool. */
struct pool {
    struct pool_chunk *chunk;
};
void *pool_take(struct pool *p, size_t size); /* Zeroed, aligned for any type. */
char *pool_text(struct pool *p, const char *text, size_t size);
void pool_free(struct pool *p);

enum yaml_kind { YAML_WORD, YAML_MAP, YAML_LIST };

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;      /* A word in quotes: "" is then a value and not an absence. */
    bool laid_over;   /* By yaml_set() or yaml_put(): the file itself says something else. */
    const char *file; /* Or "--set key=value", then line is 0. */
    u32 line, column; /* Of the value, from 1. */
    u32 key_line, key_column;
    const char *key;  /* NULL in a list and at the root. */
    const char *text; /* Of a word, terminated. */
    struct yaml_node *child, *next;
};

/* OPTION: YAML from the command line, where lines and columns mean nothing (all are 0). */
enum yaml_syntax { YAML_SYNTAX_YAML, YAML_SYNTAX_JSON, YAML_SYNTAX_OPTION };

/* The root, or NULL and *e. file is kept as a pointer: it names the text in messages. */
struct yaml_node *yaml_parse(struct pool *p, const char *file, const char *text, size_t size,
                             enum yaml_syntax syntax, struct err *e);
/* The part of yaml_parse() that looks at bytes: UTF-8, no control characters, no directives. */
bool yaml_check_text(const char *file, const char *text, size_t size, enum yaml_syntax syntax,
                     struct err *e);
/* Reads a file of at most size_max bytes into the pool; *size is set. NULL: *e. */
char *yaml_slurp(struct pool *p, const char *path, size_t size_max, size_t *size, struct err *e);
struct yaml_node *yaml_read(struct pool *p, const char *path, size_t size_max,
                            enum yaml_syntax syntax, struct err *e);
/* Put "key.path=value" into the tree, over whatever stands there. List items are named by their
 * key "name"; all that follows "costs." is one key. */
bool yaml_set(struct pool *p, struct yaml_node *root, const char *entry, struct err *e);
/* The same for a value of another file: messages name that place. Texts are kept as pointers. */
bool yaml_put(struct pool *p, struct yaml_node *root, const char *key, const char *value,
              const char *file, u32 line, u32 column, struct err *e);
/* A tree of its own over the texts of the old one. */
struct yaml_node *yaml_copy(struct pool *p, const struct yaml_node *n);

struct yaml_node *yaml_find(const struct yaml_node *map, const char *key); /* NULL: none. */

/* A sentence about a value, or about its key; always false. Fills e as err_set_at() does. */
bool yaml_fail(struct err *e, const struct yaml_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool yaml_fail_key(struct err *e, const struct yaml_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What stands there, for messages: "a list", "nothing", or the word in quotes and cut short. */
enum { YAML_FOUND_MAX = 64 };
const char *yaml_found(const struct yaml_node *n, char text[YAML_FOUND_MAX]);

#ifdef __cplusplus
}
#endif
#endif
