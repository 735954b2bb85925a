/* The summary for people: a screen of 24 lines and 80 columns. summary.json has all the numbers. */
#include "model/results/facts.h"
#include "model/results/line.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    HOP_ROWS = 5,
    TASK_ROWS = 3,
    TEXT_COLUMN = 11,
    BAR_LEN = 11,
};

static const char *plural(u64 n)
{
    return n == 1 ? "" : "s";
}

static void print_title(const struct run *r, const struct results_info *info, FILE *out)
{
    const struct sys *s = r->c.s;
    const struct spec *p = r->c.p;
    char time[QUANTITY_WORDS_MAX];
    struct line l;

    line_init(&l);
    line_add(&l, "%s on %s, %u vCPU%s on %u host CPU%s, seed %" PRIu64, p->variant_name,
             p->profile, p->vcpus, plural(p->vcpus), p->host_cpus, plural(p->host_cpus), p->seed);
    line_flow(&l, out, 0, "%s", info->config_name);
    line_end(&l, out);
    line_add(&l, "%s simulated, then %s", words_time(time, s->end_ps), end_word(s->end));
    if (s->end_text[0] != '\0')
        line_add(&l, ": %.*s", LINE_COLUMNS - 2 - (int)l.len, s->end_text);
    line_end(&l, out);
}

/* What does not fit is left out, the least important first. */
static void print_faults(const struct stats *st, FILE *out)
{
    struct line l;

    line_init(&l);
    line_add(&l, "faults");
    line_to(&l, TEXT_COLUMN);
    line_add(&l, "%" PRIu64 " = %" PRIu64 " async + %" PRIu64 " sync", faults_total(st),
             st->fault_count[FAULT_ASYNC], faults_sync(st));
    line_add(&l, "; %" PRIu64 " cancelled", st->cancelled);
    line_add(&l, ", %" PRIu64 " minor", st->minor);
    line_add(&l, ", %" PRIu64 " cut", st->cut);
    line_end(&l, out);
    if (faults_sync(st) == 0)
        return;
    line_add(&l, "  sync");
    line_to(&l, TEXT_COLUMN);
    for (u32 k = FAULT_ASYNC + 1; k < FAULT_KIND_COUNT; k++)
        if (st->fault_count[k] != 0)
            line_flow(&l, out, TEXT_COLUMN, "%s %" PRIu64, fault_kind_name[k],
                      st->fault_count[k]);
    line_end(&l, out);
}

/* The columns of the table of times: where each ends. */
enum { COLUMN_COUNT = 26, COLUMN_P50 = 37, COLUMN_P99 = 48, COLUMN_MAX = 59, COLUMN_SHARE = 68 };

static void put_hist(struct line *l, const char *name, const struct hist *h)
{
    char text[QUANTITY_WORDS_MAX];

    line_add(l, "%s", name);
    line_right(l, COLUMN_COUNT, words_count(text, h->count));
    line_right(l, COLUMN_P50, words_time(text, hist_percentile(h, 500000)));
    line_right(l, COLUMN_P99, words_time(text, hist_percentile(h, 990000)));
    line_right(l, COLUMN_MAX, words_time(text, h->max));
}

static void print_latencies(const struct stats *st, FILE *out)
{
    const struct {
        const char *name;
        const struct hist *hist;
    } rows[] = {
        {"async", &st->total_async},
        {"sync", &st->total_sync},
        {"guest chain", &st->guest_total},
    };
    struct line l;

    line_init(&l);
    line_add(&l, "latency");
    line_right(&l, COLUMN_COUNT, "count");
    line_right(&l, COLUMN_P50, "p50");
    line_right(&l, COLUMN_P99, "p99");
    line_right(&l, COLUMN_MAX, "max");
    line_add(&l, "   share of all hops");
    line_end(&l, out);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (rows[i].hist->count == 0)
            continue;
        put_hist(&l, rows[i].name, rows[i].hist);
        line_end(&l, out);
    }
}

/* The page hop with the greatest sum that is not in `shown` yet; HOP_COUNT if none is left. */
static u32 next_hop(const struct stats *st, u64 shown)
{
    u32 best = HOP_COUNT;

    for (u32 i = 0; i < HOP_COUNT; i++)
        if (hop_info[i].chain == CHAIN_PAGE && st->hop[i].count != 0 && !(shown >> i & 1) &&
            (best == HOP_COUNT || st->hop[i].sum > st->hop[best].sum))
            best = i;
    return best;
}

static void put_share(struct line *l, u64 part_ps, u64 whole_ps)
{
    char text[QUANTITY_WORDS_MAX];

    line_right(l, COLUMN_SHARE, words_permille(text, part_ps, whole_ps));
    line_add(l, " ");
    line_bar(l, whole_ps != 0 ? (u32)ratio(part_ps, BAR_LEN, whole_ps) : 0);
}

static void print_hops(const struct stats *st, FILE *out)
{
    u64 shown = 0, rest_ps = st->page_ps;
    u32 rest = 0;
    struct line l;

    line_init(&l);
    for (u32 row = 0; row < HOP_ROWS; row++) {
        u32 hop = next_hop(st, shown);
        if (hop == HOP_COUNT)
            break;
        line_add(&l, "  ");
        put_hist(&l, hop_info[hop].key, &st->hop[hop]);
        put_share(&l, st->hop[hop].sum, st->page_ps);
        line_end(&l, out);
        shown |= 1ull << hop;
        rest_ps -= st->hop[hop].sum;
    }
    for (u64 all = shown; next_hop(st, all) != HOP_COUNT; all |= 1ull << next_hop(st, all))
        rest++;
    if (rest == 0)
        return;
    line_add(&l, "  %u other hop%s", rest, plural(rest));
    put_share(&l, rest_ps, st->page_ps);
    line_end(&l, out);
}

static void print_task(const struct run *r, u32 task, FILE *out)
{
    const struct task_spec *p = &r->c.p->task[task];
    u64 ended_ps = sys_task(&r->c, task)->ended_ps, work = results_task_work(r, task);
    char text[QUANTITY_WORDS_MAX];
    struct line l;

    line_init(&l);
    line_add(&l, "task");
    line_to(&l, TEXT_COLUMN);
    line_add(&l, "%s: ", p->name);
    line_to(&l, COLUMN_COUNT);
    line_add(&l, "%s %s, ", words_count(text, work), work_unit(p->kind));
    line_add(&l, "%s per second, ",
             words_count(text, work_per_second(work, ended_ps, r->c.s->end_ps)));
    if (ended_ps == TIME_NEVER)
        line_add(&l, "runs");
    else
        line_add(&l, "ended %s", words_time(text, ended_ps));
    line_end(&l, out);
}

static void print_tasks(const struct run *r, FILE *out)
{
    u32 count = r->c.p->task_count;
    u32 rows = count <= TASK_ROWS ? count : TASK_ROWS - 1;

    for (u32 i = 0; i < rows; i++)
        print_task(r, i, out);
    if (rows < count)
        fprintf(out, "%-*s%u more tasks\n", TEXT_COLUMN, "", count - rows);
}

static void print_account(const char *name, const u64 spent_ps[CPU_STATE_COUNT], u64 all_ps,
                          FILE *out)
{
    char text[QUANTITY_WORDS_MAX];
    struct line l;

    line_init(&l);
    line_add(&l, "%s", name);
    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        line_right(&l, 20 + k * 10, words_permille(text, spent_ps[k], all_ps));
    line_end(&l, out);
}

static void print_cpus(const struct run *r, FILE *out)
{
    const struct sys *s = r->c.s;
    u64 spent_ps[CPU_STATE_COUNT];
    struct line l;

    line_init(&l);
    line_add(&l, "CPU time");
    for (u32 k = 0; k < CPU_STATE_COUNT; k++)
        line_right(&l, 20 + k * 10, cpu_state_word[k]);
    line_end(&l, out);
    vcpus_spent(r, spent_ps);
    print_account("  vCPUs", spent_ps, s->end_ps * s->vcpu_count, out);
    hostcpus_spent(r, spent_ps);
    print_account("  host CPUs", spent_ps, s->end_ps * s->hostcpu_count, out);
}

static void print_checks(const struct run *r, FILE *out)
{
    struct check check[CHECK_COUNT];
    char text[QUANTITY_WORDS_MAX];
    struct line l;

    checks_of(r, check);
    line_init(&l);
    line_add(&l, "checks");
    line_to(&l, TEXT_COLUMN);
    for (u32 i = 0; i < CHECK_COUNT; i++) {
        bool holds = check[i].left == check[i].right;
        line_flow(&l, out, TEXT_COLUMN, "%s: %s %s", check[i].words,
                  check[i].is_time ? words_time(text, check[i].left)
                                   : words_count(text, check[i].left),
                  holds ? "ok" : "BROKEN");
    }
    line_end(&l, out);
}

void results_print_summary(const struct run *r, const struct results_info *info, FILE *out)
{
    const struct stats *st = &r->c.s->stats;
    char text[QUANTITY_WORDS_MAX];

    print_title(r, info, out);
    print_faults(st, out);
    print_latencies(st, out);
    print_hops(st, out);
    print_tasks(r, out);
    print_cpus(r, out);
    print_checks(r, out);
    fprintf(out, "checksum   0x%016" PRIx64 "; %s of the hops' time rests on picks\n",
            r->c.log->checksum, words_permille(text, st->pick_ps, st->page_ps));
}
