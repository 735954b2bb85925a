/* Runs of several designs side by side, and in words what each cost and bought. */
#include "model/results/facts.h"
#include "model/results/line.h"

#include <stdio.h>
#include <string.h>

enum {
    LABEL_LEN = 24,
    CELL_LEN = 14,
    CELLS = (LINE_COLUMNS - LABEL_LEN) / CELL_LEN,
    CLAUSE_COLUMN = 18,
    NOTICED_PERMILLE = 1, /* A difference below that is none. */
};

void results_brief(const struct run *r, struct results_brief *b)
{
    const struct sys *s = r->c.s;
    const struct stats *st = &s->stats;
    struct hist all;

    faults_latency(st, &all);
    *b = (struct results_brief){
        .time_ps = s->end_ps,
        .faults_total = faults_total(st),
        .faults_async = st->fault_count[FAULT_ASYNC],
        .faults_sync = faults_sync(st),
        .latency_p50_ps = hist_percentile(&all, 500000),
        .latency_p99_ps = hist_percentile(&all, 990000),
        .latency_max_ps = all.max,
        .guest_p50_ps = hist_percentile(&st->guest_total, 500000),
        .exits = st->exits,
        .hypercalls = st->hypercalls,
        .pick_permille = st->page_ps != 0 ? ratio(st->pick_ps, 1000, st->page_ps) : 0,
        .vcpus = s->vcpu_count,
        .task_count = s->task_count,
        .checksum = r->c.log->checksum,
        .end = s->end,
    };
    memcpy(b->variant, r->c.p->variant_name, sizeof b->variant);
    vcpus_spent(r, b->cpu_ps);
    for (u32 i = 0; i < s->task_count; i++) {
        memcpy(b->task[i].name, r->c.p->task[i].name, sizeof b->task[i].name);
        b->task[i].work = results_task_work(r, i);
        b->task[i].ended_ps = sys_task(&r->c, i)->ended_ps;
        b->task[i].kind = r->c.p->task[i].kind;
    }
}

/* --- The table --- */

enum cell_kind { CELL_TIME, CELL_COUNT, CELL_PER_FAULT, CELL_CPU_SHARE, CELL_PERMILLE };

static const struct table_row {
    const char *label;
    enum cell_kind kind;
    size_t offset;
} rows[] = {
    {"async faults", CELL_COUNT, offsetof(struct results_brief, faults_async)},
    {"sync faults", CELL_COUNT, offsetof(struct results_brief, faults_sync)},
    {"latency p50", CELL_TIME, offsetof(struct results_brief, latency_p50_ps)},
    {"latency p99", CELL_TIME, offsetof(struct results_brief, latency_p99_ps)},
    {"latency max", CELL_TIME, offsetof(struct results_brief, latency_max_ps)},
    {"guest chain p50", CELL_TIME, offsetof(struct results_brief, guest_p50_ps)},
    {"exits per fault", CELL_PER_FAULT, offsetof(struct results_brief, exits)},
    {"hypercalls per fault", CELL_PER_FAULT, offsetof(struct results_brief, hypercalls)},
    {"vCPU user", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_USER])},
    {"vCPU kernel", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_KERNEL])},
    {"vCPU host", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_HOST])},
    {"vCPU waiting", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_WAITING])},
    {"vCPU idle", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_IDLE])},
    {"vCPU blocked", CELL_CPU_SHARE, offsetof(struct results_brief, cpu_ps[CPU_BLOCKED])},
    {"hop time on picks", CELL_PERMILLE, offsetof(struct results_brief, pick_permille)},
};

static const char *cell_words(char *text, const struct results_brief *b,
                              const struct table_row *row)
{
    u64 value = *(const u64 *)((const u8 *)b + row->offset);

    switch (row->kind) {
    case CELL_TIME:
        return value != 0 ? words_time(text, value) : "-";
    case CELL_PER_FAULT:
        return words_tenths(text, value, b->faults_total);
    case CELL_CPU_SHARE:
        return words_permille(text, value, b->time_ps * b->vcpus);
    case CELL_PERMILLE:
        return words_permille(text, value, 1000);
    default:
        return words_count(text, value);
    }
}

static u64 rate_of(const struct results_brief *b, u32 task)
{
    return work_per_second(b->task[task].work, b->task[task].ended_ps, b->time_ps);
}

/* "+12.3 %", and no sign where there is no difference to be seen. */
static const char *difference_words(char *text, u64 value, u64 base)
{
    u64 difference = value < base ? base - value : value - base;
    bool is_seen = base != 0 && ratio(difference, 1000, base) != 0;
    char share[QUANTITY_WORDS_MAX];

    words_permille(share, difference, base);
    snprintf(text, QUANTITY_WORDS_MAX, "%s%.30s", !is_seen ? "" : value < base ? "-" : "+", share);
    return text;
}

enum task_row { TASK_WORK, TASK_RATE, TASK_DIFFERENCE, TASK_END, TASK_ROW_COUNT };

static const char *task_words(char *text, const struct results_brief *b,
                              const struct results_brief *base, u32 task, enum task_row row)
{
    switch (row) {
    case TASK_WORK:
        return words_count(text, b->task[task].work);
    case TASK_RATE:
        return words_count(text, rate_of(b, task));
    case TASK_DIFFERENCE:
        return b == base ? "" : difference_words(text, rate_of(b, task), rate_of(base, task));
    default:
        return b->task[task].ended_ps != TIME_NEVER ? words_time(text, b->task[task].ended_ps)
                                                    : "runs";
    }
}

/* The columns of one block: the first of all for comparison, then some others. */
struct block {
    const struct results_brief *b[CELLS];
    u32 count;
    FILE *out;
    struct line line;
};

static void put_cell(struct block *k, u32 column, const char *text)
{
    line_right(&k->line, LABEL_LEN + (column + 1) * CELL_LEN, text);
}

static void print_task_rows(struct block *k, u32 task)
{
    const char *const labels[TASK_ROW_COUNT] = {
        work_unit(k->b[0]->task[task].kind), "per second", "difference", "ended"};
    char text[QUANTITY_WORDS_MAX];

    line_add(&k->line, "%s", k->b[0]->task[task].name);
    line_end(&k->line, k->out);
    for (u32 row = 0; row < TASK_ROW_COUNT; row++) {
        line_add(&k->line, "  %s", labels[row]);
        for (u32 i = 0; i < k->count; i++)
            put_cell(k, i, task_words(text, k->b[i], k->b[0], task, (enum task_row)row));
        line_end(&k->line, k->out);
    }
}

static void print_block(struct block *k)
{
    char text[QUANTITY_WORDS_MAX];

    for (u32 i = 0; i < k->count; i++)
        put_cell(k, i, k->b[i]->variant);
    line_end(&k->line, k->out);
    line_add(&k->line, "simulated time");
    for (u32 i = 0; i < k->count; i++)
        put_cell(k, i, words_time(text, k->b[i]->time_ps));
    line_end(&k->line, k->out);
    line_add(&k->line, "end");
    for (u32 i = 0; i < k->count; i++)
        put_cell(k, i, end_word(k->b[i]->end));
    line_end(&k->line, k->out);
    for (u32 i = 0; i < k->b[0]->task_count; i++)
        print_task_rows(k, i);
    for (size_t row = 0; row < ARRAY_COUNT(rows); row++) {
        line_add(&k->line, "%s", rows[row].label);
        for (u32 i = 0; i < k->count; i++)
            put_cell(k, i, cell_words(text, k->b[i], &rows[row]));
        line_end(&k->line, k->out);
    }
}

/* --- The sentences --- */

/* Who has come off better with this task: > 0 the design, < 0 the base, 0 nobody to speak of. */
static int compare_values(u64 value, u64 base)
{
    u64 difference = value < base ? base - value : value - base;

    if (base == 0 || ratio(difference, 1000, base) < NOTICED_PERMILLE)
        return 0;
    return value < base ? -1 : 1;
}

static bool has_ended(const struct results_brief *b, u32 task)
{
    return b->task[task].ended_ps != TIME_NEVER;
}

static int compare_task(const struct results_brief *b, const struct results_brief *base, u32 task)
{
    if (has_ended(b, task) != has_ended(base, task))
        return has_ended(b, task) ? 1 : -1;
    if (has_ended(b, task))
        return compare_values(base->task[task].ended_ps, b->task[task].ended_ps);
    return compare_values(rate_of(b, task), rate_of(base, task));
}

static void flow_task(struct line *l, FILE *out, const struct results_brief *b,
                      const struct results_brief *base, u32 task)
{
    const char *name = b->task[task].name;
    u64 rate = rate_of(b, task), base_rate = rate_of(base, task);
    u64 ended_ps = b->task[task].ended_ps, base_ps = base->task[task].ended_ps;
    char text[QUANTITY_WORDS_MAX];

    if (has_ended(b, task) != has_ended(base, task)) {
        line_flow(l, out, CLAUSE_COLUMN, "%s %s", name,
                  has_ended(b, task) ? "ended" : "did not end");
    } else if (has_ended(b, task) && ended_ps / 2 > base_ps) {
        line_flow(l, out, CLAUSE_COLUMN, "%s took %sx as long", name,
                  words_tenths(text, ended_ps, base_ps));
    } else if (has_ended(b, task)) {
        bool later = ended_ps > base_ps;
        words_permille(text, later ? ended_ps - base_ps : base_ps - ended_ps, base_ps);
        line_flow(l, out, CLAUSE_COLUMN, "%s ended %s %s", name, text,
                  later ? "later" : "earlier");
    } else {
        u64 percent = ratio(rate, 100, base_rate);
        line_flow(l, out, CLAUSE_COLUMN, "%s did %llu.%02ux the work per second", name,
                  (unsigned long long)(percent / 100), (u32)(percent % 100));
    }
}

static void begin_sentence(struct line *l, const struct results_brief *b, const char *verb)
{
    line_add(l, "%.*s %s:", CLAUSE_COLUMN - 9, b->variant, verb);
    line_to(l, CLAUSE_COLUMN);
}

static void flow_tasks(struct line *l, FILE *out, const struct results_brief *b,
                       const struct results_brief *base, int sign)
{
    for (u32 i = 0; i < b->task_count; i++)
        if (compare_task(b, base, i) == sign)
            flow_task(l, out, b, base, i);
}

static void flow_against(struct line *l, FILE *out, const char *what, const char *words,
                         const struct results_brief *base, const char *base_words)
{
    line_flow(l, out, CLAUSE_COLUMN, "%s %s (%s %s)", words, what, base->variant, base_words);
}

/* Two sums of rows of the CPU account: what the vCPUs lost, and what they did not use. */
static const u32 burden = 1u << CPU_KERNEL | 1u << CPU_HOST | 1u << CPU_WAITING;
static const u32 standstill = 1u << CPU_IDLE | 1u << CPU_BLOCKED;

static u64 states_permille(const struct results_brief *b, u32 states)
{
    u64 sum_ps = 0;

    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        sum_ps += states >> k & 1 ? b->cpu_ps[k] : 0;
    return b->time_ps != 0 ? ratio(sum_ps, 1000, b->time_ps * b->vcpus) : 0;
}

/* Less is better; a clause under `cost` (sign -1) or under `bought` (sign 1), or none. */
static void flow_states(struct line *l, FILE *out, const struct results_brief *b,
                        const struct results_brief *base, u32 states, int sign)
{
    char words[QUANTITY_WORDS_MAX], base_words[QUANTITY_WORDS_MAX];
    u64 share = states_permille(b, states), base_share = states_permille(base, states);

    if (sign > 0 ? share >= base_share : share <= base_share)
        return;
    flow_against(l, out,
                 states == burden ? "of vCPU time in kernel, host or waiting"
                                  : "of vCPU time idle or blocked",
                 words_permille(words, share, 1000), base,
                 words_permille(base_words, base_share, 1000));
}

static void print_cost(const struct results_brief *b, const struct results_brief *base, FILE *out)
{
    char words[QUANTITY_WORDS_MAX], base_words[QUANTITY_WORDS_MAX];
    struct line l;

    line_init(&l);
    begin_sentence(&l, b, "cost");
    flow_tasks(&l, out, b, base, -1);
    flow_against(&l, out, "exits per fault", words_tenths(words, b->exits, b->faults_total), base,
                 words_tenths(base_words, base->exits, base->faults_total));
    flow_against(&l, out, "hypercalls per fault",
                 words_tenths(words, b->hypercalls, b->faults_total), base,
                 words_tenths(base_words, base->hypercalls, base->faults_total));
    if (b->guest_p50_ps != 0)
        line_flow(&l, out, CLAUSE_COLUMN, "%s of guest chain per fault",
                  words_time(words, b->guest_p50_ps));
    flow_states(&l, out, b, base, burden, -1);
    flow_states(&l, out, b, base, standstill, -1);
    line_end(&l, out);
}

static void print_gain(const struct results_brief *b, const struct results_brief *base, FILE *out)
{
    struct line l;

    line_init(&l);
    begin_sentence(&l, b, "bought");
    flow_tasks(&l, out, b, base, 1);
    if (l.len <= CLAUSE_COLUMN)
        line_flow(&l, out, CLAUSE_COLUMN, "no task more work");
    flow_states(&l, out, b, base, burden, 1);
    flow_states(&l, out, b, base, standstill, 1);
    line_end(&l, out);
}

void results_print_comparison(const struct results_brief *b, u32 count, FILE *out)
{
    for (u32 first = 1; first == 1 || first < count; first += CELLS - 1) {
        struct block k = {.b = {&b[0]}, .count = 1, .out = out};
        while (k.count < CELLS && first + k.count - 1 < count) {
            k.b[k.count] = &b[first + k.count - 1];
            k.count++;
        }
        print_block(&k);
    }
    for (u32 i = 1; i < count; i++) {
        print_cost(&b[i], &b[0], out);
        print_gain(&b[i], &b[0], out);
    }
}
