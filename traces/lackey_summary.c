#include "traces/lackey_lines.h"
#include "traces/traces.h"

#include <stdlib.h>

enum {
    PAGE_SHIFT = 12,
    IS_DATA = 1,
    IS_CODE = 2,
    USE_BITS = 2,
    SET_LOG_MIN = 10,
};

/*
 * The pages seen, with what they were used for: an open-addressing hash table with linear probing,
 * at most half full. An entry is page << USE_BITS | uses; 0 is free, since a page has a use.
 */
struct page_set {
    u64 *entry;
    u32 size_log;
    u64 count;
};

/* Multiplicative hash: the golden ratio's bits spread neighbours over the table. */
static u64 first_slot(const struct page_set *s, u64 page)
{
    return page * 0x9E3779B97F4A7C15ull >> (64 - s->size_log);
}

/* The page's entry, or the free one that it would take. */
static u64 *find(const struct page_set *s, u64 page)
{
    u64 slot = first_slot(s, page);

    while (s->entry[slot] != 0 && s->entry[slot] >> USE_BITS != page)
        slot = (slot + 1) & ((1ull << s->size_log) - 1);
    return &s->entry[slot];
}

static bool set_resize(struct page_set *s, u32 size_log, struct err *e)
{
    struct page_set bigger = {calloc((size_t)1 << size_log, sizeof(u64)), size_log, s->count};
    if (bigger.entry == NULL)
        return err_set(e, ERR_IO, "no memory for a set of 2^%u pages", size_log);
    for (u64 i = 0; s->entry != NULL && i < 1ull << s->size_log; i++)
        if (s->entry[i] != 0)
            *find(&bigger, s->entry[i] >> USE_BITS) = s->entry[i];
    free(s->entry);
    *s = bigger;
    return true;
}

static bool set_add(struct page_set *s, u64 page, u64 use, struct err *e)
{
    u64 *entry = find(s, page);

    s->count += *entry == 0;
    *entry |= page << USE_BITS | use;
    return s->count <= 1ull << (s->size_log - 1) || set_resize(s, s->size_log + 1, e);
}

/* All pages of all uses in one walk at the end: nothing is counted twice. */
static void count_pages(const struct page_set *s, struct lackey_summary *sum)
{
    for (u64 i = 0; i < 1ull << s->size_log; i++) {
        sum->data_pages += (s->entry[i] & IS_DATA) != 0;
        sum->code_pages += (s->entry[i] & IS_CODE) != 0;
    }
    sum->pages = s->count;
}

static void count_access(struct lackey_summary *s, const struct lackey_access *a)
{
    u64 last = a->va + a->size - 1;

    s->instructions += a->letter == 'I';
    s->loads += a->letter == 'L';
    s->stores += a->letter == 'S';
    s->modifies += a->letter == 'M';
    s->split_accesses += a->va >> PAGE_SHIFT != last >> PAGE_SHIFT;
    if (a->va < s->va_min)
        s->va_min = a->va;
    if (last > s->va_max)
        s->va_max = last;
}

static bool summarize(struct lackey_lines *l, struct page_set *set, struct lackey_summary *s,
                      struct err *e)
{
    struct lackey_access a;
    int got;

    if (!set_resize(set, SET_LOG_MIN, e))
        return false;
    while ((got = lackey_lines_next(l, &a, e)) > 0) {
        u64 use = a.letter == 'I' ? IS_CODE : IS_DATA;
        count_access(s, &a);
        for (u64 page = a.va >> PAGE_SHIFT; page <= (a.va + a.size - 1) >> PAGE_SHIFT; page++)
            if (!set_add(set, page, use, e))
                return false;
    }
    s->lines = l->line;
    s->comments = l->comments;
    count_pages(set, s);
    return got == 0;
}

bool lackey_summarize(const char *path, struct lackey_summary *s, struct err *e)
{
    struct page_set set = {0};
    struct lackey_lines *l = malloc(sizeof(*l));
    if (l == NULL)
        return err_set(e, ERR_IO, "%s: no memory to read it", path);

    *s = (struct lackey_summary){.va_min = UINT64_MAX};
    bool good = lackey_lines_open(l, path, e) && summarize(l, &set, s, e);
    lackey_lines_close(l);
    free(set.entry);
    free(l);
    return good;
}
