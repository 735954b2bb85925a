#include "model/config/yaml.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_CHUNK_BYTES = 64 << 10, POOL_ALIGN = 16 };

struct pool_chunk {
    struct pool_chunk *next;
    size_t used, size;
    _Alignas(POOL_ALIGN) char byte[];
};

static struct pool_chunk *grow(struct pool *p, size_t size)
{
    size_t room = size > POOL_CHUNK_BYTES ? size : POOL_CHUNK_BYTES;
    struct pool_chunk *c = calloc(1, sizeof(*c) + room);

    ASSERT(c != NULL);
    c->size = room;
    c->next = p->chunk;
    p->chunk = c;
    return c;
}

void *pool_take(struct pool *p, size_t size)
{
    struct pool_chunk *c = p->chunk;

    size = (size + POOL_ALIGN - 1) / POOL_ALIGN * POOL_ALIGN;
    if (c == NULL || c->size - c->used < size)
        c = grow(p, size);
    void *taken = c->byte + c->used;
    c->used += size;
    return taken;
}

char *pool_text(struct pool *p, const char *text, size_t size)
{
    char *copy = pool_take(p, size + 1);

    if (size > 0)
        memcpy(copy, text, size);
    return copy;
}

void pool_free(struct pool *p)
{
    while (p->chunk != NULL) {
        struct pool_chunk *next = p->chunk->next;

        free(p->chunk);
        p->chunk = next;
    }
}
