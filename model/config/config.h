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
/* The same without the seed: what all runs of one point of a sweep share. */
u64 config_key(const struct config *c, u32 index);

/* Every resolved value in the order of the file: "guest.tasks.mem.passes", "3", "demo.yaml:12". */
typedef void config_each_fn(void *arg, const char *key, const char *value, const char *origin);
void config_each(const struct config *c, u32 index, config_each_fn *each, void *arg);

/* --- Many configurations from one file --- */

/* A file and the profiles that it names, read once. It must outlive what is made of it. */
struct config_base {
    struct config_base_state *state; /* NULL after config_base_free(). */
};
bool config_base_read(struct config_base *b, const char *path, struct err *e);
void config_base_free(struct config_base *b);

/* A value from another file, laid over the base: messages and origins name that place. */
struct config_setting {
    const char *key;   /* "store.read.value", "guest.tasks.mem.passes", "costs.kvm.exit" */
    const char *value; /* YAML */
    const char *file;
    u32 line, column; /* 0: from the command line. */
};
/* As config_load(); c is to be freed likewise. Nothing of *b changes but the profiles it keeps. */
bool config_make(struct config *c, const struct config_base *b, const struct config_setting *set,
                 size_t count, struct err *e);

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
/* The row of a key as a setting names it: "guest.tasks.mem.passes" is "guest.tasks[].passes",
 * "costs.kvm.exit" is a time of its own. NULL: there is no such key. */
const struct param *config_param(const char *key);
/* A text as a value of that row, in base units. False: it is none, or out of range; *e says what
 * was found and expected, without a place. Words of a list are no quantities. */
bool config_quantity(const struct param *p, const char *text, u64 *value, struct err *e);
/* The other way, exact: "36.2us". */
enum { CONFIG_TEXT_MAX = 48 };
const char *config_quantity_text(const struct param *p, u64 value, char text[CONFIG_TEXT_MAX]);
/* The end of a sentence about an unknown key: "; did you mean \"guest.vcpus\"?", or "". */
const char *config_nearest_key(const char *key, char words[PARAM_WORDS_MAX]);
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
