#include "model/config/param.h"
#include "cpu/cpu.h"
#include "gic/gic.h"
#include "sdei/sdei.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct param_choice choice_yes_no[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
static const struct param_choice choice_va_bits[] = {{"39", 39}, {"48", 48}, {NULL, 0}};
static const struct param_choice choice_workqueue[] = {
    {"per-cpu", WORKQUEUE_PER_CPU}, {"unbound", WORKQUEUE_UNBOUND}, {NULL, 0}};
static const struct param_choice choice_irq_tie[] = {
    {"list-register", GIC_TIE_LIST_REGISTER}, {"intid", GIC_TIE_INTID}, {NULL, 0}};
static const struct param_choice choice_sdei[] = {
    {"kvm-v4", SDEI_KVM_V4}, {"kvm-v7", SDEI_KVM_V7}, {"den0054", SDEI_DEN0054}, {NULL, 0}};
static const struct param_choice choice_discovery[] = {{"known", DISCOVERY_KNOWN},
                                                       {"ladder", DISCOVERY_LADDER},
                                                       {"blind", DISCOVERY_BLIND},
                                                       {NULL, 0}};
static const struct param_choice choice_hypervisor[] = {
    {"kvm", SMCCC_KVM}, {"other", SMCCC_OTHER}, {"none", SMCCC_NO_HYPERVISOR}, {NULL, 0}};
static const struct param_choice choice_foreign[] = {{"refuses", SMCCC_FOREIGN_REFUSES},
                                                     {"means-else", SMCCC_FOREIGN_MEANS_ELSE},
                                                     {"kills", SMCCC_FOREIGN_KILLS},
                                                     {NULL, 0}};
static const struct param_choice choice_conduit[] = {
    {"hvc", SMCCC_HVC}, {"smc", SMCCC_SMC}, {"none", SMCCC_NO_CONDUIT}, {NULL, 0}};
static const struct param_choice choice_idle[] = {
    {"wfi", IDLE_WFI}, {"poll", IDLE_POLL}, {NULL, 0}};
static const struct param_choice choice_task_kind[] = {{"write-all", TASK_WRITE_ALL},
                                                       {"touch", TASK_TOUCH},
                                                       {"compute", TASK_COMPUTE},
                                                       {"trace", TASK_TRACE},
                                                       {NULL, 0}};
static const struct param_choice choice_placement[] = {
    {"resident", PLACE_RESIDENT}, {"fresh", PLACE_FRESH}, {"cold", PLACE_COLD}, {NULL, 0}};
static const struct param_choice choice_pattern[] = {{"sequential", PATTERN_SEQUENTIAL},
                                                     {"random", PATTERN_RANDOM},
                                                     {"zipf", PATTERN_ZIPF},
                                                     {"chase", PATTERN_CHASE},
                                                     {NULL, 0}};
static const struct param_choice choice_latency[] = {
    {"fixed", LATENCY_FIXED}, {"lognormal", LATENCY_LOGNORMAL}, {"fio", LATENCY_FIO}, {NULL, 0}};
static const struct param_choice choice_direction[] = {
    {"read", DIRECTION_READ}, {"write", DIRECTION_WRITE}, {NULL, 0}};

/*
 * One bit for each kind of task and pattern (of kinds without a pattern the first counts), or for
 * each kind of latency.
 */
enum { KIND_BITS = 4, KIND_MASK = (1 << KIND_BITS) - 1 };
STATIC_ASSERT((int)PATTERN_COUNT <= (int)KIND_BITS, "a bit for each pattern");
#define KIND(kind) ((u32)KIND_MASK << (KIND_BITS * TASK_##kind))
#define KIND_PATTERN(kind, pattern) (1u << (KIND_BITS * TASK_##kind + PATTERN_##pattern))
#define LATENCY(kind) (1u << LATENCY_##kind)
#define ALWAYS UINT32_MAX

typedef struct spec base_SPEC;
typedef struct task_spec base_TASK;
typedef struct latency_spec base_READ;
typedef struct latency_spec base_WRITE;
#define FIELD(scope, field) offsetof(base_##scope, field), sizeof(((base_##scope *)0)->field)

const struct param param_table[] = {
#define PARAM(scope, path, type, field, min, max, fallback, when, words)                           \
    {path, SCOPE_##scope, PARAM_##type, FIELD(scope, field), min, max, fallback, NULL, when, words},
#define CHOICE(scope, path, choices, field, fallback, when, words)                                 \
    {path, SCOPE_##scope, PARAM_CHOICE, FIELD(scope, field), 0, 0, fallback, choice_##choices,     \
     when, words},
#define OTHER(path, type, fallback, words)                                                         \
    {path, SCOPE_SPEC, PARAM_##type, 0, 0, 0, 0, fallback, NULL, ALWAYS, words},
#include "model/config/params.def"
#undef PARAM
#undef CHOICE
#undef OTHER
};
const size_t param_count = ARRAY_COUNT(param_table);
STATIC_ASSERT(ARRAY_COUNT(param_table) <= PARAM_ROWS_MAX, "room for the origins");

const struct param *config_params(size_t *count)
{
    *count = param_count;
    return param_table;
}

const struct param *param_find(const char *path)
{
    for (size_t i = 0; i < param_count; i++)
        if (strcmp(param_table[i].path, path) == 0)
            return &param_table[i];
    return NULL;
}

bool param_has_below(const char *path)
{
    size_t size = strlen(path);

    for (size_t i = 0; i < param_count; i++)
        if (strncmp(param_table[i].path, path, size) == 0 && param_table[i].path[size] == '.')
            return true;
    return false;
}

bool param_is_required(const struct param *p)
{
    return strcmp(p->fallback, "(required)") == 0;
}

bool param_has_computed_default(const struct param *p)
{
    return p->fallback[0] == '(';
}

bool param_comes_from_profile(const struct param *p)
{
    return p->size != 0 && strncmp(p->fallback, "(profile", 8) == 0;
}

bool param_is_quantity(const struct param *p, enum quantity *kind)
{
    switch (p->type) {
    case PARAM_TIME:
    case PARAM_TIME_OR_NONE:
        *kind = QUANTITY_TIME;
        return true;
    case PARAM_SIZE:
    case PARAM_PAGES:
    case PARAM_PAGES_OR_NONE:
        *kind = QUANTITY_SIZE;
        return true;
    case PARAM_FREQ:
        *kind = QUANTITY_FREQ;
        return true;
    case PARAM_PERCENT:
        *kind = QUANTITY_PERCENT;
        return true;
    case PARAM_COUNT:
        *kind = QUANTITY_COUNT;
        return true;
    case PARAM_MILLI:
        *kind = QUANTITY_MILLI;
        return true;
    default:
        return false;
    }
}

u64 param_value(const struct param *p, const void *base)
{
    const char *field = (const char *)base + p->offset;

    switch (p->size) {
    case sizeof(u8):
        return *(const u8 *)field;
    case sizeof(u32):
        return *(const u32 *)(const void *)field;
    default:
        ASSERT(p->size == sizeof(u64));
        return *(const u64 *)(const void *)field;
    }
}

void param_store(const struct param *p, void *base, u64 value)
{
    char *field = (char *)base + p->offset;

    switch (p->size) {
    case sizeof(u8):
        *(u8 *)field = (u8)value;
        break;
    case sizeof(u32):
        *(u32 *)(void *)field = (u32)value;
        break;
    default:
        ASSERT(p->size == sizeof(u64));
        *(u64 *)(void *)field = value;
    }
}

bool param_applies(const struct param *p, const void *base)
{
    if (p->scope == SCOPE_TASK) {
        const struct task_spec *t = base;
        u32 pattern = t->kind == TASK_TOUCH ? t->pattern : 0;

        return p->when >> (KIND_BITS * t->kind + pattern) & 1;
    }
    if (p->scope == SCOPE_READ || p->scope == SCOPE_WRITE)
        return p->when >> ((const struct latency_spec *)base)->kind & 1;
    return true;
}

static size_t add(char *text, size_t used, const char *before, const char *word)
{
    int size = snprintf(text + used, PARAM_WORDS_MAX - used, "%s%s", used > 0 ? before : "", word);

    return used + (size_t)size < PARAM_WORDS_MAX ? used + (size_t)size : PARAM_WORDS_MAX - 1;
}

const char *param_when_words(const struct param *p, char text[PARAM_WORDS_MAX])
{
    size_t used = 0;

    text[0] = '\0';
    if (p->when == ALWAYS)
        return text;
    if (p->scope != SCOPE_TASK) {
        for (u32 k = 0; k < LATENCY_COUNT; k++)
            if (p->when >> k & 1)
                used = add(text, used, " or ", choice_latency[k].word);
        return text;
    }
    for (u32 k = 0; k < TASK_KIND_COUNT; k++) {
        u32 patterns = p->when >> (KIND_BITS * k) & KIND_MASK;

        if (patterns == 0)
            continue;
        used = add(text, used, " or ", choice_task_kind[k].word);
        for (u32 i = 0; patterns != KIND_MASK && i < PATTERN_COUNT; i++)
            if (patterns >> i & 1)
                used = add(text, used, " with pattern ", choice_pattern[i].word);
    }
    return text;
}

const char *param_print(const struct param *p, u64 value, char text[QUANTITY_TEXT_MAX])
{
    enum quantity kind;

    if ((p->type == PARAM_TIME_OR_NONE && value == TIME_NEVER) ||
        (p->type == PARAM_PAGES_OR_NONE && value == 0))
        return "none";
    if (strncmp(p->fallback, "0x", 2) == 0) {
        snprintf(text, QUANTITY_TEXT_MAX, "0x%" PRIx64, value);
        return text;
    }
    if (param_is_quantity(p, &kind))
        return quantity_print(kind, value, text);
    for (const struct param_choice *c = p->choice; c != NULL && c->word != NULL; c++)
        if (c->value == value)
            return c->word;
    return "";
}

const char *param_range_words(const struct param *p, char text[PARAM_WORDS_MAX])
{
    char min[QUANTITY_TEXT_MAX], max[QUANTITY_TEXT_MAX];
    enum quantity kind;
    size_t used = 0;

    text[0] = '\0';
    if (p->type == PARAM_NAME || p->type == PARAM_PATH)
        snprintf(text, PARAM_WORDS_MAX, "1 to %u characters", (u32)p->max);
    for (const struct param_choice *c = p->choice; c != NULL && c->word != NULL; c++)
        used = add(text, used, c[1].word == NULL ? " or " : ", ", c->word);
    if (!param_is_quantity(p, &kind))
        return text;
    bool has_none = p->type == PARAM_TIME_OR_NONE || p->type == PARAM_PAGES_OR_NONE;
    quantity_print(kind, p->min, min);
    quantity_print(kind, p->max, max);
    if (p->max >= UINT64_MAX - 1)
        snprintf(text, PARAM_WORDS_MAX, "at least %s%s", min, has_none ? ", or none" : "");
    else
        snprintf(text, PARAM_WORDS_MAX, "%s to %s%s", min, max, has_none ? ", or none" : "");
    return text;
}

const char *param_type_words(const struct param *p, char text[PARAM_WORDS_MAX])
{
    static const char *const words[] = {
        [PARAM_NAME] = "a name",
        [PARAM_PATH] = "a path",
        [PARAM_VERSION] = "1",
        [PARAM_PROFILE] = "a name or a path",
        [PARAM_TASKS] = "a list or mapping of tasks",
        [PARAM_VARIANT] = "a variant, or a list of them",
        [PARAM_STOP_WHEN] = "the name of a task, or all",
        [PARAM_COSTS] = "a mapping from costs to value and source",
    };
    enum quantity kind;

    if (param_is_quantity(p, &kind))
        return quantity_words(kind);
    if (p->type != PARAM_CHOICE)
        return words[p->type];
    return param_range_words(p, text);
}
