/* JSON Schema (draft 2020-12) of the configuration, for editors with YAML support. */
#include <inttypes.h>
#include <string.h>

#include "model/config/state.h"

/* Names and words of our own tables: nothing in them needs an escape but quotes. */
static void write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '"' ? "\\%c" : "%c", *text);
    fputc('"', out);
}

static void write_quantity(FILE *out, const struct param *p, enum quantity kind)
{
    bool has_none = p->type == PARAM_TIME_OR_NONE || p->type == PARAM_PAGES_OR_NONE;
    char pattern[PARAM_WORDS_MAX];

    if (kind == QUANTITY_COUNT) {
        fprintf(out, "\"type\": [\"integer\", \"string\"], \"minimum\": %" PRIu64
                     ", \"maximum\": %" PRIu64 ", ", p->min, p->max);
        fprintf(out, "\"pattern\": \"%s\"", quantity_pattern(kind));
        return;
    }
    if (kind == QUANTITY_MILLI) {
        fprintf(out, "\"type\": \"number\", \"minimum\": %" PRIu64 ", \"maximum\": %" PRIu64,
                p->min / 1000, p->max / 1000);
        return;
    }
    snprintf(pattern, sizeof(pattern), "%s%s", quantity_pattern(kind), has_none ? "|^none$" : "");
    fprintf(out, "\"type\": \"string\", \"pattern\": \"%s\"", pattern);
}

static void write_choice(FILE *out, const struct param *p)
{
    fputs("\"enum\": [", out);
    for (const struct param_choice *c = p->choice; c->word != NULL; c++) {
        bool is_literal = (c->word[0] >= '0' && c->word[0] <= '9') || strcmp(c->word, "true") == 0
                       || strcmp(c->word, "false") == 0;

        fprintf(out, is_literal ? "%s%s" : "%s\"%s\"", c == p->choice ? "" : ", ", c->word);
    }
    fputs("]", out);
}

static void write_map(FILE *out, const char *map, int depth);

static void write_leaf(FILE *out, const struct param *p, int depth)
{
    enum quantity kind;

    fputs("{\"description\": ", out);
    write_text(out, p->words);
    fputs(", ", out);
    if (param_is_quantity(p, &kind)) {
        write_quantity(out, p, kind);
    } else if (p->type == PARAM_CHOICE) {
        write_choice(out, p);
    } else if (p->type == PARAM_VERSION) {
        fputs("\"const\": 1", out);
    } else if (p->type == PARAM_VARIANT) {
        fputs("\"type\": [\"string\", \"array\"], \"items\": {\"type\": \"string\"}", out);
    } else if (p->type == PARAM_COSTS) {
        fputs("\"type\": \"object\"", out);
    } else if (p->type == PARAM_TASKS) {
        fputs("\"type\": [\"array\", \"object\"], \"items\": ", out);
        write_map(out, "guest.tasks[]", depth);
    } else {
        fputs("\"type\": \"string\"", out);
    }
    fputc('}', out);
}

/* Each key of a mapping once, where its first row stands. */
static bool is_new_key(size_t index, size_t map_size, size_t key_size)
{
    const char *path = param_table[index].path;
    size_t size = map_size + key_size;

    for (size_t i = 0; i < index; i++) {
        const char *other = param_table[i].path;

        if (strncmp(other, path, size) == 0 && (other[size] == '.' || other[size] == '\0'))
            return false;
    }
    return true;
}

static void write_key(FILE *out, const struct param *p, size_t map_size, size_t key_size, int depth)
{
    char below[PARAM_PATH_MAX];

    fprintf(out, "%*s\"%.*s\": ", depth * 2, "", (int)key_size, p->path + map_size);
    if (p->path[map_size + key_size] == '\0') {
        write_leaf(out, p, depth);
        return;
    }
    snprintf(below, sizeof(below), "%.*s", (int)(map_size + key_size), p->path);
    write_map(out, below, depth);
}

static void write_map(FILE *out, const char *map, int depth)
{
    size_t size = map[0] != '\0' ? strlen(map) + 1 : 0;
    const char *separator = "\n";

    fputs("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {", out);
    for (size_t i = 0; i < param_count; i++) {
        const char *path = param_table[i].path;
        size_t key_size = strcspn(path + (strlen(path) > size ? size : 0), ".");

        if (strncmp(path, map, size > 0 ? size - 1 : 0) != 0 || (size > 0 && path[size - 1] != '.')
            || memchr(path + size, '[', key_size) != NULL || !is_new_key(i, size, key_size))
            continue;
        fputs(separator, out);
        separator = ",\n";
        write_key(out, &param_table[i], size, key_size, depth + 1);
    }
    fprintf(out, "\n%*s}}", depth * 2, "");
}

void config_write_schema(FILE *out)
{
    fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": \"apfsim\",\n"
          " \"required\": [\"apfsim\"], \"allOf\": [", out);
    write_map(out, "", 1);
    fputs("]}\n", out);
}
