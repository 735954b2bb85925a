#include "traces/lackey_lines.h"
#include "traces/traces.h"

#include <stdlib.h>

enum {
    PAGE_SHIFT = 12,
    FETCH_COUNT_MAX = 4095, /* 12 bits of the operation. */
    LINE_OPS_MAX = 5,       /* The open run, and the four of an M line over a page end. */
    READ_MIN = 8,
};

#define ONE_MORE LACKEY_OP(0, 1, 0)
#define COUNT_MASK LACKEY_OP(0, FETCH_COUNT_MAX, 0)
#define IN_PAGE_MASK ((1ull << PAGE_SHIFT) - 1)

struct lackey {
    u64 run; /* The fetch that further I lines may still join; 0: none. */
    struct lackey_lines lines;
};

struct lackey *lackey_open(const char *path, struct err *e)
{
    struct lackey *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        err_set(e, ERR_IO, "%s: no memory to read it", path);
        return NULL;
    }
    if (!lackey_lines_open(&l->lines, path, e)) {
        free(l);
        return NULL;
    }
    return l;
}

void lackey_close(struct lackey *l)
{
    if (l == NULL)
        return;
    lackey_lines_close(&l->lines);
    free(l);
}

u64 lackey_line(const struct lackey *l)
{
    return l->lines.line;
}

bool lackey_rewind(struct lackey *l, struct err *e)
{
    l->run = 0;
    return lackey_lines_rewind(&l->lines, e);
}

/* The same page, and room for one more. A run of 0 is no fetch, so nothing joins it. */
static inline bool may_join(u64 run, u64 va)
{
    u64 differs = run ^ LACKEY_OP(LACKEY_FETCH, 0, va);
    return (differs & ~(COUNT_MASK | IN_PAGE_MASK)) == 0 && (run & COUNT_MASK) != COUNT_MASK;
}

static size_t put_split(u64 *op, const struct lackey_access *a)
{
    u64 second = (a->va | IN_PAGE_MASK) + 1;
    size_t n = 0;

    if (a->letter == 'I') {
        op[n++] = LACKEY_OP(LACKEY_FETCH, 1, a->va);
        op[n++] = LACKEY_OP(LACKEY_FETCH, 0, second);
    }
    if (a->letter == 'L' || a->letter == 'M') {
        op[n++] = LACKEY_OP(LACKEY_READ, 0, a->va);
        op[n++] = LACKEY_OP(LACKEY_READ, 0, second);
    }
    if (a->letter == 'S' || a->letter == 'M') {
        op[n++] = LACKEY_OP(LACKEY_WRITE, 0, a->va);
        op[n++] = LACKEY_OP(LACKEY_WRITE, 0, second);
    }
    return n;
}

static inline size_t put_data(u64 *op, const struct lackey_access *a)
{
    op[0] = LACKEY_OP(a->letter == 'S' ? LACKEY_WRITE : LACKEY_READ, 0, a->va);
    if (LIKELY(a->letter != 'M'))
        return 1;
    op[1] = LACKEY_OP(LACKEY_WRITE, 0, a->va);
    return 2;
}

/*
 * A bad line that comes after good ones in the same call ends the batch and is met again by the
 * next call, so that the operations do not depend on the size of the batches.
 */
s64 lackey_read(struct lackey *l, u64 *op, size_t max, struct err *e)
{
    ASSERT(max >= READ_MIN);

    u64 run = l->run;
    size_t n = 0;
    int got = 1;

    while (n + LINE_OPS_MAX <= max) {
        struct lackey_access a;
        got = lackey_lines_next(&l->lines, &a, e);
        if (UNLIKELY(got <= 0))
            break;
        bool split = (a.va ^ (a.va + a.size - 1)) >> PAGE_SHIFT != 0;
        if (a.letter == 'I' && !split && may_join(run, a.va)) {
            run += ONE_MORE;
            continue;
        }
        op[n] = run; /* Stays only if there was a run. */
        n += run != 0;
        run = 0;
        if (UNLIKELY(split))
            n += put_split(op + n, &a);
        else if (a.letter == 'I')
            run = LACKEY_OP(LACKEY_FETCH, 1, a.va);
        else
            n += put_data(op + n, &a);
    }
    if (got == 0 && run != 0) {
        op[n++] = run;
        run = 0;
    }
    l->run = run;
    return n > 0 ? (s64)n : (s64)got;
}
