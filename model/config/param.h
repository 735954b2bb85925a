/* The table of all keys (params.def) and what it means for the structs behind it. */
#ifndef MODEL_CONFIG_PARAM_H
#define MODEL_CONFIG_PARAM_H

#include "model/config/config.h"
#include "model/config/quantity.h"
#include "model/config/yaml.h"

#ifdef __cplusplus
extern "C" {
#endif

enum direction { DIRECTION_READ, DIRECTION_WRITE, DIRECTION_COUNT };

/* store.read or store.write as written; becomes a struct dist. */
struct latency_spec {
    u8 kind;      /* enum latency_kind */
    u8 direction; /* enum direction, of the fio file */
    u32 job;
    u32 sigma_milli;
    u64 value_ps, median_ps, min_ps, max_ps;
    char file[SPEC_PATH_MAX];
};

extern const struct param param_table[];
extern const size_t param_count;

enum { PARAM_ROWS_MAX = 96 }; /* Room for origins; params.def is checked against it. */

const struct param *param_find(const char *path); /* NULL: none. */
static inline size_t param_index(const struct param *p)
{
    return (size_t)(p - param_table);
}
/* Some key lies below this mapping. */
bool param_has_below(const char *path);

/* "Did you mean": the candidate with the least edit distance, if it is near at all. */
struct nearest {
    const char *word;
    u32 distance; /* Of the best so far. */
    char best[PARAM_PATH_MAX];
};
void nearest_init(struct nearest *n, const char *word);
void nearest_try(struct nearest *n, const char *candidate, size_t size);
/* The end of a sentence: "; did you mean \"x\"?", or nothing. */
const char *nearest_words(const struct nearest *n, char text[PARAM_WORDS_MAX]);
/* Tries all known keys of a mapping ("" is the whole file). */
void param_nearest(struct nearest *n, const char *map);
const char *param_keys_of(const char *map, char text[PARAM_WORDS_MAX]);

bool param_is_required(const struct param *p);
bool param_comes_from_profile(const struct param *p);
/* The default is words, the value is found by code. */
bool param_has_computed_default(const struct param *p);
bool param_is_quantity(const struct param *p, enum quantity *kind);

/* base: the struct of the row's scope. */
u64 param_value(const struct param *p, const void *base);
void param_store(const struct param *p, void *base, u64 value);
bool param_applies(const struct param *p, const void *base);
/* "kind touch with pattern zipf", for messages and documents. */
const char *param_when_words(const struct param *p, char text[PARAM_WORDS_MAX]);

/* Range and value as people write them. */
const char *param_range_words(const struct param *p, char text[PARAM_WORDS_MAX]);
const char *param_print(const struct param *p, u64 value, char text[QUANTITY_TEXT_MAX]);
const char *param_type_words(const struct param *p, char text[PARAM_WORDS_MAX]);

/* One value of the file (or of a default) as a number; NAME, PATH and OTHER types excluded. */
bool param_parse(const struct param *p, const struct yaml_node *n, u64 *value, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
