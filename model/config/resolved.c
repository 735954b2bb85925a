/* The values that were used, as text: with origins for people, without them for the hash. */
#define _XOPEN_SOURCE 700 /* open_memstream() */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/config/state.h"

struct writer {
    FILE *out;
    struct config_state *s;
    const struct spec *spec;
    bool is_canonical; /* For the hash: no origins, files by content. */
    bool is_seedless;  /* For the key: nor the seed. */
    const char *before; /* Path of the line before: its mappings are open. */
};

static const char *origin_words(const struct writer *w, const struct yaml_node *n, char *text,
                                size_t size)
{
    if (n == NULL)
        return "default";
    if (n->line == 0)
        return "--set"; /* Of another file it has a line. */
    if (n->file == w->s->profile_path) {
        snprintf(text, size, "profile %s", w->spec->profile);
        return text;
    }
    const char *slash = strrchr(n->file, '/');
    snprintf(text, size, "%s:%u", slash != NULL ? slash + 1 : n->file, n->line);
    return text;
}

static void end_line(struct writer *w, const struct yaml_node *origin)
{
    char text[SPEC_PATH_MAX];

    if (!w->is_canonical)
        fprintf(w->out, "  # %s", origin_words(w, origin, text, sizeof(text)));
    fputc('\n', w->out);
}

static void write_quoted(struct writer *w, const char *text)
{
    fputc('"', w->out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(w->out, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            fprintf(w->out, "\\x%02x", c);
        else
            fputc(c, w->out);
    }
    fputc('"', w->out);
}

/* A file that is gone by now counts as an empty one. */
static u64 hash_file(const char *path)
{
    XXH64_state_t state;
    char buffer[4096];
    FILE *f = fopen(path, "rb");

    XXH64_reset(&state, 0);
    for (size_t size; f != NULL && (size = fread(buffer, 1, sizeof(buffer), f)) > 0;)
        XXH64_update(&state, buffer, size);
    if (f != NULL)
        fclose(f);
    return XXH64_digest(&state);
}

static void write_value(struct writer *w, const struct param *p, const void *base)
{
    char text[QUANTITY_TEXT_MAX];
    u32 stop_task = w->spec->stop_task;

    switch (p->type) {
    case PARAM_VERSION:
        fputs("1", w->out);
        break;
    case PARAM_PROFILE:
        write_quoted(w, w->spec->profile);
        break;
    case PARAM_VARIANT:
        fputs(w->spec->variant_name, w->out);
        break;
    case PARAM_STOP_WHEN:
        fputs(stop_task == UINT32_MAX ? "all" : w->spec->task[stop_task].name, w->out);
        break;
    case PARAM_NAME:
        write_quoted(w, (const char *)base + p->offset); /* "1" and "true" are names, too. */
        break;
    case PARAM_PATH:
        if (w->is_canonical)
            fprintf(w->out, "%016" PRIx64, hash_file((const char *)base + p->offset));
        else
            write_quoted(w, (const char *)base + p->offset);
        break;
    default:
        fputs(param_print(p, param_value(p, base), text), w->out);
    }
}

/* Opens the mappings around this path that the line before did not need; returns the last key. */
static const char *open_maps(struct writer *w, const char *path, u32 *depth)
{
    const char *key = path;

    *depth = 0;
    for (const char *dot; (dot = strchr(key, '.')) != NULL; key = dot + 1) {
        if (strncmp(w->before, path, (size_t)(dot - path) + 1) != 0)
            fprintf(w->out, "%*s%.*s:\n", (int)*depth * 2, "", (int)(dot - key), key);
        ++*depth;
    }
    w->before = path;
    return key;
}

static void write_tasks(struct writer *w)
{
    for (u32 task = 0; task < w->spec->task_count; task++) {
        const char *indent = "    - ";

        for (size_t i = 0; i < param_count; i++) {
            const struct param *p = &param_table[i];

            if (p->scope != SCOPE_TASK || !param_applies(p, &w->spec->task[task]))
                continue;
            fprintf(w->out, "%s%s: ", indent, strrchr(p->path, '.') + 1);
            write_value(w, p, &w->spec->task[task]);
            end_line(w, w->s->task_origin[task][i]);
            indent = "      ";
        }
    }
}

static void write_costs(struct writer *w)
{
    char text[QUANTITY_TEXT_MAX];

    for (u32 i = 0; i < COST_COUNT; i++) {
        const struct cost *cost = &w->spec->cost[i];

        fprintf(w->out, "  %s: {value: %s, source: ", cost_keys[i],
                quantity_print(QUANTITY_TIME, cost->ps, text));
        write_quoted(w, cost->source);
        fputc('}', w->out);
        end_line(w, w->s->cost_origin[i]);
    }
}

static void write_row(struct writer *w, const struct param *p)
{
    const struct target t = {.s = w->s};
    const void *base = p->scope == SCOPE_SPEC ? w->spec : target_base(&t, p);
    u32 depth;

    if (!param_applies(p, base) || (w->is_seedless && strcmp(p->path, "seed") == 0))
        return;
    const char *key = open_maps(w, p->path, &depth);
    fprintf(w->out, "%*s%s:", (int)depth * 2, "", key);
    if (p->type == PARAM_TASKS || p->type == PARAM_COSTS) {
        fputc('\n', w->out);
        if (p->type == PARAM_TASKS)
            write_tasks(w);
        else
            write_costs(w);
        return;
    }
    fputc(' ', w->out);
    write_value(w, p, base);
    end_line(w, w->s->origin[param_index(p)]);
}

static void write_all(struct writer *w)
{
    for (size_t i = 0; i < param_count; i++)
        if (param_table[i].scope != SCOPE_TASK)
            write_row(w, &param_table[i]);
}

bool config_write_resolved(const struct config *c, u32 index, FILE *out)
{
    struct writer w = {
        .out = out, .s = c->state, .spec = config_spec(c, index), .before = ""};

    fputs("# Every value of this run and where it is from. This file gives the same run again.\n",
          out);
    write_all(&w);
    return ferror(out) == 0;
}

static u64 hash_values(const struct config *c, u32 index, bool is_seedless)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct writer w = {.out = out, .s = c->state, .spec = config_spec(c, index),
                       .is_canonical = true, .is_seedless = is_seedless, .before = ""};

    ASSERT(out != NULL);
    write_all(&w);
    int closed = fclose(out);
    ASSERT(closed == 0);
    u64 hash = XXH64(text, size, 0);
    free(text);
    return hash;
}

u64 config_hash(const struct config *c, u32 index)
{
    return hash_values(c, index, false);
}

u64 config_key(const struct config *c, u32 index)
{
    return hash_values(c, index, true);
}

/* Values one at a time: each is written to the start of the same buffer. */
struct visit {
    struct writer w;
    char *text;
    size_t size;
    config_each_fn *each;
    void *arg;
};

static void visit_value(struct visit *v, const char *key, const struct yaml_node *origin)
{
    char words[SPEC_PATH_MAX];

    fputc('\0', v->w.out);
    fflush(v->w.out);
    v->each(v->arg, key, v->text, origin_words(&v->w, origin, words, sizeof(words)));
    rewind(v->w.out);
}

static void visit_param(struct visit *v, const struct param *p, const char *key, const void *base,
                        const struct yaml_node *origin)
{
    if (!param_applies(p, base))
        return;
    write_value(&v->w, p, base);
    visit_value(v, key, origin);
}

static void visit_tasks(struct visit *v)
{
    char key[PARAM_PATH_MAX + SPEC_NAME_MAX];

    for (u32 task = 0; task < v->w.spec->task_count; task++)
        for (size_t i = 0; i < param_count; i++) {
            const struct param *p = &param_table[i];
            const struct task_spec *base = &v->w.spec->task[task];

            if (p->scope != SCOPE_TASK)
                continue;
            snprintf(key, sizeof(key), "guest.tasks.%s%s", base->name, strrchr(p->path, '.'));
            visit_param(v, p, key, base, v->w.s->task_origin[task][i]);
        }
}

static void visit_costs(struct visit *v)
{
    char key[PARAM_PATH_MAX], text[QUANTITY_TEXT_MAX];

    for (u32 i = 0; i < COST_COUNT; i++) {
        snprintf(key, sizeof(key), "costs.%s", cost_keys[i]);
        fputs(quantity_print(QUANTITY_TIME, v->w.spec->cost[i].ps, text), v->w.out);
        visit_value(v, key, v->w.s->cost_origin[i]);
    }
}

void config_each(const struct config *c, u32 index, config_each_fn *each, void *arg)
{
    struct visit v = {.w = {.s = c->state, .spec = config_spec(c, index)}, .each = each,
                      .arg = arg};
    const struct target t = {.s = c->state};

    v.w.out = open_memstream(&v.text, &v.size);
    ASSERT(v.w.out != NULL);
    for (size_t i = 0; i < param_count; i++) {
        const struct param *p = &param_table[i];
        const void *base = p->scope == SCOPE_SPEC ? v.w.spec : target_base(&t, p);

        if (p->type == PARAM_TASKS)
            visit_tasks(&v);
        else if (p->type == PARAM_COSTS)
            visit_costs(&v);
        else if (p->scope != SCOPE_TASK)
            visit_param(&v, p, p->path, base, c->state->origin[i]);
    }
    fclose(v.w.out);
    free(v.text);
}
