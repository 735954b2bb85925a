/* One row of comma-separated values for each closed fault, with every stamp. */
#include "model/results/results.h"

#include <inttypes.h>

void results_csv_header(FILE *out)
{
    fputs("number,vcpu,task,gfn,token,kind,flags,start_ps,latency_ps,pick_ps", out);
    for (u32 i = 0; i < HOP_COUNT; i++)
        fprintf(out, ",%s", hop_info[i].key);
    fputc('\n', out);
}

static void write_flags(FILE *out, u32 flags)
{
    static const struct {
        u32 flag;
        const char *word;
    } words[] = {
        {FAULT_CANCELLED, "cancelled"},
        {FAULT_REFAULTED, "refaulted"},
        {FAULT_UNTOLD, "untold"},
    };
    const char *between = "";

    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (flags & words[i].flag) {
            fprintf(out, "%s%s", between, words[i].word);
            between = "+";
        }
}

void results_csv_row(void *out_file, const struct fault *f)
{
    FILE *out = out_file;

    fprintf(out, "%" PRIu64 ",%u,", f->number, f->vcpu);
    if (f->task != TASK_NONE)
        fprintf(out, "%u", f->task);
    fprintf(out, ",%#x,%#x,%s,", f->gfn, f->token, fault_kind_name[f->kind]);
    write_flags(out, f->flags);
    fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, f->start_ps, f->last_ps - f->start_ps,
            f->pick_ps);
    for (u32 i = 0; i < HOP_COUNT; i++) {
        fputc(',', out);
        if (f->visited >> i & 1)
            fprintf(out, "%" PRIu64, f->hop_ps[i]);
    }
    fputc('\n', out);
}
