/*
 * The transcript: one line for each message taken and each phase entered, in the total order. Kept
 * as records: a checksum over all of them always, the last few for diagnosis always, the whole
 * stream only if somebody has asked for it (a trace file, a test).
 */
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include "traces/traces.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LOG_LAST = 32, LOG_BUFFER = 4096 };

struct log {
    u64 checksum;
    u64 count;
    struct trace_rec last[LOG_LAST]; /* Ring, record number n at n % LOG_LAST. */
    /* Whole stream: flush() gets the buffer whenever it is full, and at the end. NULL: not kept. */
    void (*flush)(void *arg, const struct trace_rec *rec, size_t count);
    void *arg;
    u32 fill;
    struct trace_rec buffer[LOG_BUFFER];
};

void log_init(struct log *l);
void log_finish(struct log *l); /* Flush what is left. */

/* Types 0 .. MSG_KIND_COUNT-1 are messages taken; from there on phases entered. */
static inline void log_put(struct log *l, u64 at_ps, u32 actor, u32 type, u64 a, u32 b)
{
    /* Two multiplications, only one of them behind the line before: cheap enough for every line. */
    u64 x = (at_ps ^ (a << 21 | a >> 43)) * 0x9e3779b97f4a7c15ull;
    u64 y = (u64)b << 32 | actor << 8 | type;
    u64 h = (l->checksum ^ x ^ (y << 7 | y >> 57)) * 0xbf58476d1ce4e5b9ull;

    l->checksum = h ^ (h >> 32);

    struct trace_rec *r = &l->last[l->count++ % LOG_LAST];
    r->at_ps = at_ps;
    r->a = a;
    r->b = b;
    r->actor = (u16)actor;
    r->type = (u8)type;
    r->zero = 0;
    if (l->flush != NULL) {
        l->buffer[l->fill++] = *r;
        if (l->fill == LOG_BUFFER)
            log_finish(l);
    }
}

/* One line of text, without a newline: "[     0.000 ns] vcpu0    fault ..." */
int log_print(const struct trace_rec *r, const char *actor, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
