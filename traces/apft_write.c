#include "traces/apft_format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

enum { ZSTD_LEVEL = 1 };

struct apft_writer {
    FILE *file;
    char *path;
    ZSTD_CCtx *packer;
    u64 last_ps; /* Of all chunks: records come in order. */
    u64 record_count;
    u32 chunk_count, chunk_records, plain_size;
    int reason; /* errno of the write that failed; 0: the file can still become whole. */
    struct apft_model model;
    u8 plain[APFT_PLAIN_MAX];
    u8 packed[APFT_CHUNK_SIZE + ZSTD_COMPRESSBOUND(APFT_PLAIN_MAX)];
};

static bool fail(struct apft_writer *w, struct err *e)
{
    if (w->reason == 0)
        w->reason = errno;
    return err_set(e, ERR_IO, "%s: cannot write the trace: %s", w->path, strerror(w->reason));
}

static bool write_bytes(struct apft_writer *w, const void *bytes, size_t size, struct err *e)
{
    return (w->reason == 0 && fwrite(bytes, 1, size, w->file) == size) || fail(w, e);
}

static bool write_header(struct apft_writer *w, const struct apft_header *h, struct err *e)
{
    u8 bytes[APFT_HEADER_SIZE];

    apft_store32(bytes, APFT_MAGIC_HEADER);
    apft_store32(bytes + 4, APFT_VERSION);
    apft_store32(bytes + 8, (u32)h->size);
    apft_store64(bytes + 12, XXH64(h->text, h->size, 0));
    return write_bytes(w, bytes, sizeof(bytes), e) &&
           (h->size == 0 || write_bytes(w, h->text, h->size, e));
}

static void release(struct apft_writer *w)
{
    if (w->file != NULL)
        fclose(w->file);
    ZSTD_freeCCtx(w->packer);
    free(w->path);
    free(w);
}

struct apft_writer *apft_create(const char *path, const struct apft_header *h, struct err *e)
{
    ASSERT(h->size <= APFT_TEXT_MAX);

    struct apft_writer *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        err_set(e, ERR_IO, "%s: no memory to write it", path);
        return NULL;
    }
    size_t path_size = strlen(path) + 1;
    w->path = malloc(path_size);
    w->packer = ZSTD_createCCtx();
    if (w->path == NULL || w->packer == NULL) {
        err_set(e, ERR_IO, "%s: no memory to write it", path);
        release(w);
        return NULL;
    }
    memcpy(w->path, path, path_size);
    ZSTD_CCtx_setParameter(w->packer, ZSTD_c_compressionLevel, ZSTD_LEVEL);

    w->file = fopen(path, "wb");
    if (w->file == NULL) {
        err_set(e, ERR_IO, "%s: cannot create the trace: %s", path, strerror(errno));
        release(w);
        return NULL;
    }
    setvbuf(w->file, NULL, _IONBF, 0); /* We write whole chunks, and want to hear of errors. */
    if (!write_header(w, h, e)) {
        release(w);
        return NULL;
    }
    return w;
}

/* The chunk so far becomes a frame of the file; the next one starts from nothing. */
static bool write_chunk(struct apft_writer *w, struct err *e)
{
    size_t packed_size =
        ZSTD_compress2(w->packer, w->packed + APFT_CHUNK_SIZE, sizeof(w->packed) - APFT_CHUNK_SIZE,
                       w->plain, w->plain_size);
    ASSERT(!ZSTD_isError(packed_size)); /* The output has room for the worst input. */

    apft_store32(w->packed, APFT_MAGIC_CHUNK);
    apft_store32(w->packed + 4, w->plain_size);
    apft_store32(w->packed + 8, (u32)packed_size);
    apft_store32(w->packed + 12, w->chunk_records);
    apft_store64(w->packed + 16, XXH64(w->plain, w->plain_size, 0));

    w->record_count += w->chunk_records;
    w->chunk_count++;
    w->plain_size = w->chunk_records = 0;
    memset(&w->model, 0, sizeof(w->model));
    return write_bytes(w, w->packed, APFT_CHUNK_SIZE + packed_size, e);
}

static inline u8 *put_varint(u8 *p, u64 value)
{
    for (; value >= 0x80; value >>= 7)
        *p++ = (u8)(value | 0x80);
    *p++ = (u8)value;
    return p;
}

static inline u8 *put_record(u8 *p, struct apft_model *m, const struct trace_rec *r)
{
    struct apft_context *c = apft_context(m, r->type, r->actor);
    u64 step = r->at_ps - m->at_ps;
    u32 flags = (step != c->step ? APFT_HAS_STEP : 0u) | (r->a != c->a ? APFT_HAS_A : 0u) |
                (r->b != c->b ? APFT_HAS_B : 0u);

    *p++ = r->type;
    p = put_varint(p, (u32)r->actor << APFT_FLAG_BITS | flags);
    if (flags & APFT_HAS_STEP)
        p = put_varint(p, step);
    if (flags & APFT_HAS_A)
        p = put_varint(p, apft_zigzag64(r->a - c->a));
    if (flags & APFT_HAS_B)
        p = put_varint(p, apft_zigzag32(r->b - c->b));

    m->at_ps = r->at_ps;
    c->step = step;
    c->a = r->a;
    c->b = r->b;
    return p;
}

bool apft_put_many(struct apft_writer *w, const struct trace_rec *r, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        ASSERT(r[i].at_ps >= w->last_ps);
        w->last_ps = r[i].at_ps;

        u8 *at = w->plain + w->plain_size;
        w->plain_size += (u32)(put_record(at, &w->model, &r[i]) - at);
        w->chunk_records++;
        if (UNLIKELY(w->plain_size > APFT_PLAIN_MAX - APFT_RECORD_MAX) && !write_chunk(w, e))
            return false;
    }
    return true;
}

bool apft_put(struct apft_writer *w, const struct trace_rec *r, struct err *e)
{
    return apft_put_many(w, r, 1, e);
}

static bool write_footer(struct apft_writer *w, struct err *e)
{
    u8 bytes[APFT_FOOTER_SIZE];

    apft_store32(bytes, APFT_MAGIC_FOOTER);
    apft_store32(bytes + 4, w->chunk_count);
    apft_store64(bytes + 8, w->record_count);
    apft_store64(bytes + 16, XXH64(bytes, 16, 0));
    return write_bytes(w, bytes, sizeof(bytes), e);
}

bool apft_finish(struct apft_writer *w, struct err *e)
{
    bool good = (w->chunk_records == 0 || write_chunk(w, e)) && write_footer(w, e);
    int closed = fclose(w->file);

    w->file = NULL;
    if (good && closed != 0) /* Some file systems tell only now that the disk is full. */
        good = fail(w, e);
    release(w);
    return good;
}

void apft_abandon(struct apft_writer *w)
{
    if (w != NULL)
        release(w);
}
