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
    const char *before; /* Path of the line before: its mappings are open. */
};

static const char *origin_words(const struct writer *w, const struct yaml_node *n, char *text,
                                size_t size)
{
    if (n == NULL)
        return "default";
    if (n->line == 0)
        return "--set";
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

    if (!param_applies(p, base))
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

u64 config_hash(const struct config *c, u32 index)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct writer w = {.out = out, .s = c->state, .spec = config_spec(c, index),
                       .is_canonical = true, .before = ""};

    ASSERT(out != NULL);
    write_all(&w);
    int closed = fclose(out);
    ASSERT(closed == 0);
    u64 hash = XXH64(text, size, 0);
    free(text);
    return hash;
}
