/*
 * What stands behind a struct config: the tree that was read, the values, and for every value the
 * node it came from. Private to model/config.
 */
#ifndef MODEL_CONFIG_STATE_H
#define MODEL_CONFIG_STATE_H

#include "model/config/param.h"

#ifdef __cplusplus
extern "C" {
#endif

struct config_base_state;

struct config_state {
    struct pool pool;
    struct config_base_state *shared; /* Where profiles are kept for others, too; NULL: nowhere. */
    const char *path;
    const struct yaml_node *root;
    struct spec base; /* Everything but the variant. */
    struct latency_spec latency[DIRECTION_COUNT];
    struct spec *spec; /* One for each variant. */
    u32 spec_count;
    u32 variant[CONFIG_VARIANTS_MAX];

    /* Origins: the node of the value; NULL: the default. */
    const struct yaml_node *origin[PARAM_ROWS_MAX];
    const struct yaml_node *task_origin[SPEC_TASKS_MAX][PARAM_ROWS_MAX];
    const struct yaml_node *task_node[SPEC_TASKS_MAX];
    const struct yaml_node *cost_origin[COST_COUNT];
    const char *profile_path; /* Nodes of this file come from the profile; NULL: not read. */
};

/* Where values of a row go, and where their origin is remembered. */
struct target {
    struct config_state *s;
    u32 task; /* Index, for rows of SCOPE_TASK. */
};
void *target_base(const struct target *t, const struct param *p);
const struct yaml_node **target_origin(const struct target *t, const struct param *p);

/* Steps of config_load(), in this order. Each returns false with *e filled. */
bool load_profile(struct config_state *s, struct err *e);
bool load_costs(struct config_state *s, const struct yaml_node *map, struct err *e);
bool load_values(struct config_state *s, struct err *e);
bool load_param(const struct target *t, const struct param *p, const struct yaml_node *n,
                struct err *e);
bool load_store(struct config_state *s, struct err *e); /* Latencies become distributions. */
bool check_config(struct config_state *s, struct err *e);

/* A path beside the configuration, as an absolute one; the file must be there. */
bool resolve_file(struct config_state *s, const struct yaml_node *n, const char *path,
                  char resolved[SPEC_PATH_MAX], struct err *e);
/* The folder with profiles/: of the environment, else of the build; empty: none. */
void data_folder(char folder[SPEC_PATH_MAX]);

/* fio's JSON: the latencies of one direction of one job. */
bool fio_read(struct dist *d, const char *path, u32 job, enum direction direction,
              struct err *e);
bool fio_parse(struct dist *d, const char *name, const char *text, size_t size, u32 job,
               enum direction direction, struct err *e);

/* Equal latencies have equal tables. */
bool is_same_latency(const struct latency_spec *a, const struct latency_spec *b);
/* dist_lognormal(), which is work: the last tables are kept. */
bool base_lognormal(struct config_base_state *b, const struct latency_spec *l, struct dist *d,
                    struct err *e);
/* The tree of the profile at *path, read once; *path becomes the text that its nodes point to. */
const struct yaml_node *base_profile(struct config_base_state *b, const char **path,
                                     struct err *e);

/* The tasks that "count" stands for; before anything is checked about them. */
bool expand_tasks(struct config_state *s, struct err *e);

/* The first line says what kind of file it is. */
bool check_version(const struct yaml_node *root, struct err *e);

/* From s->root to specs. */
bool config_build(struct config_state *s, struct err *e);

/* config_load() for a text that is already read; c->state is set and holds the pool. */
bool config_parse(struct config_state *s, const char *text, size_t size, const char *const *set,
                  size_t set_count, struct err *e);

/* A profile as it stands, for docs/costs.md. */
bool profile_read(struct config_state *s, const char *path, struct err *e);

extern const char *const cost_keys[COST_COUNT];
extern const char *const cost_words[COST_COUNT];

#ifdef __cplusplus
}
#endif
#endif
