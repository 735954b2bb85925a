#include "bench/tags.h"

#include <string.h>

void tags_init(struct tags *t)
{
    memset(t, 0xff, sizeof *t);
}

void tags_fill(struct tags *t, u64 va)
{
    u64 page = va >> MMU_PAGE_SHIFT;

    t->entry[page % TAGS].read = page;
    t->entry[page % TAGS].write = page;
    t->entry[page % TAGS].pa = ~va;
}

u64 tags_run(const struct tags *t, const u64 *op, size_t count)
{
    u64 sum = 0;

    for (size_t i = 0; i < count; i++) {
        u64 page = OP_VA(op[i]) >> MMU_PAGE_SHIFT;
        u64 tag =
            OP_KIND(op[i]) == OP_WRITE ? t->entry[page % TAGS].write : t->entry[page % TAGS].read;
        ASSERT(tag == page);
        sum += t->entry[page % TAGS].pa + op[i];
    }
    return sum;
}
