/*
 * The door of model/config: an experiment in YAML becomes one frozen struct spec for each protocol
 * variant. Wrong input is one sentence in a struct err that says where, what was found and what was
 * expected. Knows files and libfyaml; nothing above or beside it does.
 *
 * Memory: a struct config owns all of it; config_free() gives it back, also after a failure.
 */
#ifndef MODEL_CONFIG_CONFIG_H
#define MODEL_CONFIG_CONFIG_H

#include <stdio.h>

#include "model/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CONFIG_VARIANTS_MAX = 16, PARAM_PATH_MAX = 64, PARAM_WORDS_MAX = 256 };

struct config {
    struct config_state *state; /* NULL after config_free(). */
};

/*
 * Reads the file at path, with set[] ("key.path=value") laid over it. False: *e, with the code
 * ERR_USAGE for everything that is wrong in a file or an option.
 */
bool config_load(struct config *c, const char *path, const char *const *set, size_t set_count,
                 struct err *e);
void config_free(struct config *c);

/* One for each name under protocol.variant; they differ in the variant only. */
u32 config_spec_count(const struct config *c);
const struct spec *config_spec(const struct config *c, u32 index);

/*
 * Every value that was used, with its origin as a comment. A complete configuration: it gives the
 * same spec again, without the profile. False: the stream has an error.
 */
bool config_write_resolved(const struct config *c, u32 index, FILE *out);

/* XXH64 of the resolved values; of files (traces, fio) their contents count, not their names. */
u64 config_hash(const struct config *c, u32 index);

/* --- What can be configured: lists, documents, editors --- */

enum param_scope { SCOPE_SPEC, SCOPE_TASK, SCOPE_READ, SCOPE_WRITE };

enum param_type {
    PARAM_TIME,
    PARAM_TIME_OR_NONE, /* none: TIME_NEVER */
    PARAM_SIZE,
    PARAM_PAGES,         /* A size of whole pages. */
    PARAM_PAGES_OR_NONE, /* none: 0 */
    PARAM_FREQ,
    PARAM_PERCENT,
    PARAM_COUNT,
    PARAM_MILLI, /* A number kept in 1/1000. */
    PARAM_CHOICE,
    PARAM_NAME,
    PARAM_PATH,
    PARAM_VERSION,
    PARAM_PROFILE,
    PARAM_TASKS,
    PARAM_VARIANT,
    PARAM_STOP_WHEN,
    PARAM_COSTS,
};

struct param_choice {
    const char *word;
    u64 value;
};

struct param {
    const char *path; /* "guest.tasks[].kind" */
    enum param_scope scope;
    enum param_type type;
    u32 offset, size; /* Of the field in the scope's struct; size 0: none. */
    u64 min, max;     /* In base units. */
    const char *fallback; /* The default as text; words in parentheses if code finds it. */
    const struct param_choice *choice; /* Ends with a word NULL. */
    u32 when;
    const char *words;
};

const struct param *config_params(size_t *count);
/* docs/parameters.md, docs/costs.md and the JSON Schema for editors. */
void config_write_parameters_md(FILE *out);
bool config_write_costs_md(FILE *out, struct err *e); /* Reads the profiles that come along. */
void config_write_schema(FILE *out);
/* Names of the profiles that come along; NULL after the last. */
const char *config_profile_name(u32 index);

#ifdef __cplusplus
}
#endif
#endif
