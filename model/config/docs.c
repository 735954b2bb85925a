/* Documents generated from the tables: docs/parameters.md and docs/costs.md. */
#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"

/* A path without its last key: "machine.tlb" of "machine.tlb.l1i". */
static size_t map_size(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL ? (size_t)(dot - path) : 0;
}

static void write_cell(FILE *out, const char *text)
{
    fputs(" ", out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '|' ? "\\%c" : "%c", *text); /* A bar would end the cell. */
    fputs(" |", out);
}

static void write_param(FILE *out, const struct param *p)
{
    char range[PARAM_WORDS_MAX], when[PARAM_WORDS_MAX];
    size_t size = map_size(p->path);

    fprintf(out, "| `%s` |", p->path + (size > 0 ? size + 1 : 0));
    param_range_words(p, range);
    write_cell(out, range[0] != '\0' ? range : param_type_words(p, range));
    write_cell(out, p->fallback);
    param_when_words(p, when);
    write_cell(out, when[0] != '\0' ? when : "always");
    write_cell(out, p->words);
    fputc('\n', out);
}

static void write_param_head(FILE *out, const char *map, size_t size)
{
    if (size == 0)
        fputs("\n## At the top\n\n", out);
    else
        fprintf(out, "\n## %.*s\n\n", (int)size, map);
    fputs("| key | values | default | applies to | meaning |\n|---|---|---|---|---|\n", out);
}

/* Keys of one mapping stand together, except that those of the top are spread over the table. */
static void write_map(FILE *out, size_t first)
{
    const char *map = param_table[first].path;
    size_t size = map_size(map);

    write_param_head(out, map, size);
    for (size_t i = first; i < param_count; i++)
        if (map_size(param_table[i].path) == size && strncmp(param_table[i].path, map, size) == 0)
            write_param(out, &param_table[i]);
}

static bool is_first_of_map(size_t index)
{
    const char *path = param_table[index].path;
    size_t size = map_size(path);

    for (size_t i = 0; i < index; i++)
        if (map_size(param_table[i].path) == size && strncmp(param_table[i].path, path, size) == 0)
            return false;
    return true;
}

void config_write_parameters_md(FILE *out)
{
    fputs("# Parameters\n\n"
          "Every key of an experiment. Generated from `model/config/params.def`; "
          "`apfsim list parameters` prints the same.\n\n"
          "Quantities carry their unit: times in ps, ns, us, ms or s (`36.2us`), sizes in B, KiB, "
          "MiB, GiB or TiB (`4KiB`), frequencies in Hz, kHz, MHz or GHz (`2GHz`), shares in "
          "percent (`90%`). Decimals are exact; times are rounded to the nearest picosecond. "
          "Paths are relative to the file that names them.\n\n"
          "Any key can be set on the command line: `--set guest.vcpus=2`, tasks by their name: "
          "`--set guest.tasks.mem.passes=3`, costs by theirs: `--set costs.kvm.exit=250ns`.\n\n"
          "`store.write` without a `latency` is `store.read`, with its own keys laid over it.\n",
          out);
    for (size_t i = 0; i < param_count; i++)
        if (is_first_of_map(i))
            write_map(out, i);
}

enum { PROFILE_COUNT = 2 };
static const char *const profile_names[PROFILE_COUNT] = {"neoverse-n1", "thunderx2"};

const char *config_profile_name(u32 index)
{
    return index < PROFILE_COUNT ? profile_names[index] : NULL;
}

static void write_cost_table(FILE *out, const struct config_state *s)
{
    char clock[QUANTITY_TEXT_MAX], value[QUANTITY_TEXT_MAX];
    u32 pick_count = 0;

    for (u32 i = 0; i < COST_COUNT; i++)
        pick_count += s->base.cost[i].is_pick;
    fprintf(out, "\n## %s\n\nClock %s; %u of %u costs are picks.\n\n", s->base.profile,
            quantity_print(QUANTITY_FREQ, s->base.clock_hz, clock), pick_count, COST_COUNT);
    fputs("| cost | value | source |\n|---|---|---|\n", out);
    for (u32 i = 0; i < COST_COUNT; i++) {
        fprintf(out, "| `%s` | %s |", cost_keys[i],
                quantity_print(QUANTITY_TIME, s->base.cost[i].ps, value));
        write_cell(out, s->base.cost[i].source);
        fputc('\n', out);
    }
}

static void write_cost_words(FILE *out)
{
    fputs("# Costs\n\n"
          "What every hop costs, by cost profile. Generated from `model/cost.def` and "
          "`configs/profiles/`.\n"
          "A source that begins with `pick:` is an engineer's choice and says why; reports count "
          "how much of a result rests on picks.\n"
          "\n| cost | what it is |\n|---|---|\n",
          out);
    for (u32 i = 0; i < COST_COUNT; i++) {
        fprintf(out, "| `%s` |", cost_keys[i]);
        write_cell(out, cost_words[i]);
        fputc('\n', out);
    }
}

static bool write_profile(FILE *out, const char *name, struct err *e)
{
    struct config_state *s = calloc(1, sizeof(*s));
    char folder[SPEC_PATH_MAX], path[SPEC_PATH_MAX + SPEC_NAME_MAX];

    ASSERT(s != NULL);
    data_folder(folder);
    snprintf(path, sizeof(path), "%s/profiles/%s.yaml", folder, name);
    bool good = profile_read(s, path, e);
    if (good)
        write_cost_table(out, s);
    pool_free(&s->pool);
    free(s);
    return good;
}

bool config_write_costs_md(FILE *out, struct err *e)
{
    write_cost_words(out);
    for (u32 i = 0; i < PROFILE_COUNT; i++)
        if (!write_profile(out, profile_names[i], e))
            return false;
    return true;
}
