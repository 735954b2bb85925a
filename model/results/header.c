/* The text at the head of an event trace: what a reader needs beside the records to print them. */
#include "model/results/results.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TRANSCRIPT_VERSION = 1 };

static void write_run(FILE *out, const struct run *r, const struct results_info *info)
{
    fprintf(out, "transcript %u\n", TRANSCRIPT_VERSION);
    fprintf(out, "version %s\n", info->version);
    fprintf(out, "config_hash 0x%016" PRIx64 "\n", info->config_hash);
    fprintf(out, "seed %" PRIu64 "\n", r->c.p->seed);
    fprintf(out, "variant %s\n", r->c.p->variant_name);
    fprintf(out, "profile %s\n", r->c.p->profile);
}

static void write_names(FILE *out, const struct run *r)
{
    char name[SPEC_NAME_MAX];

    for (u32 i = 0; i < r->c.p->task_count; i++)
        fprintf(out, "task %u %s\n", i, r->c.p->task[i].name);
    for (u32 i = 0; i < r->c.s->actor_count; i++) {
        sys_actor_name(r->c.s, i, name, sizeof name);
        fprintf(out, "actor %u %s\n", i, name);
    }
    for (u32 i = 0; i < MSG_KIND_COUNT + PH_COUNT; i++)
        fprintf(out, "type %u %s %s\n", i, i < MSG_KIND_COUNT ? "message" : "phase",
                log_type_name(i));
    for (u32 i = 0; i < HOP_COUNT; i++)
        fprintf(out, "hop %u %s %s\n", i, hop_info[i].chain == CHAIN_PAGE ? "page" : "guest",
                hop_info[i].key);
}

char *results_trace_header(const struct run *r, const struct results_info *info, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);

    if (out == NULL)
        return NULL;
    write_run(out, r, info);
    write_names(out, r);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
