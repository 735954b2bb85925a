#include "traces/apft_format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

/* Everything is checked before it is believed: the file may come from anywhere. */
struct apft_reader {
    FILE *file;
    char *path;
    ZSTD_DCtx *unpacker;
    struct apft_header header;
    u64 offset; /* Behind the last byte that was read. */
    u64 last_ps;
    u64 record_count;
    u32 chunk_count;
    u32 chunk_left;   /* Records of this chunk that are not yet given out. */
    bool ended;       /* The footer was there and right. */
    struct err fault; /* What stopped us. Told again at every further call. */
    struct apft_model model;
    const u8 *at, *end; /* The rest of plain. */
    u8 plain[APFT_PLAIN_MAX];
    u8 packed[ZSTD_COMPRESSBOUND(APFT_PLAIN_MAX)];
};

/* "FILE: byte N: ..." */
static bool fail(struct apft_reader *r, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct apft_reader *r, enum err_code code, const char *format, ...)
{
    char text[ERR_TEXT_MAX / 2];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set(&r->fault, code, "%s: byte %" PRIu64 ": %s", r->path, r->offset, text);
}

static bool read_bytes(struct apft_reader *r, void *to, size_t size, const char *what)
{
    size_t n = fread(to, 1, size, r->file);
    if (n == size) {
        r->offset += size;
        return true;
    }
    if (ferror(r->file))
        return fail(r, ERR_IO, "cannot read the trace: %s", strerror(errno));
    return fail(r, ERR_USAGE,
                "the file ends early, found %zu of the %zu bytes of %s: its writer was stopped or "
                "it was cut off",
                n, size, what);
}

static bool read_header(struct apft_reader *r)
{
    u8 bytes[APFT_HEADER_SIZE];

    if (!read_bytes(r, bytes, sizeof(bytes), "the file header"))
        return false;
    u32 magic = (u32)apft_load(bytes, 4), version = (u32)apft_load(bytes + 4, 4);
    if (magic != APFT_MAGIC_HEADER)
        return fail(r, ERR_USAGE,
                    "found magic %08" PRIx32 ", expected \"APFT\": this is no event "
                    "trace",
                    magic);
    if (version != APFT_VERSION)
        return fail(r, ERR_USAGE,
                    "found format version %" PRIu32 ", expected %d: use the program "
                    "that wrote the trace",
                    version, APFT_VERSION);
    r->header.size = (size_t)apft_load(bytes + 8, 4);
    if (r->header.size > APFT_TEXT_MAX)
        return fail(r, ERR_USAGE, "found a header text of %zu bytes, expected at most %d",
                    r->header.size, APFT_TEXT_MAX);

    r->header.text = calloc(r->header.size + 1, 1);
    if (r->header.text == NULL)
        return fail(r, ERR_IO, "no memory for the header text");
    if (!read_bytes(r, r->header.text, r->header.size, "the header text"))
        return false;
    if (XXH64(r->header.text, r->header.size, 0) != apft_load(bytes + 12, 8))
        return fail(r, ERR_USAGE, "the checksum of the header text is wrong: the file is damaged");
    return true;
}

struct apft_reader *apft_open(const char *path, struct err *e)
{
    struct apft_reader *r = calloc(1, sizeof(*r));
    size_t path_size = strlen(path) + 1;
    if (r == NULL || (r->path = malloc(path_size)) == NULL ||
        (r->unpacker = ZSTD_createDCtx()) == NULL) {
        err_set(e, ERR_IO, "%s: no memory to read it", path);
        apft_close(r);
        return NULL;
    }
    memcpy(r->path, path, path_size);

    r->file = fopen(path, "rb");
    if (r->file == NULL) {
        err_set(e, ERR_IO, "%s: cannot open: %s", path, strerror(errno));
        apft_close(r);
        return NULL;
    }
    if (!read_header(r)) {
        if (e != NULL)
            *e = r->fault;
        apft_close(r);
        return NULL;
    }
    return r;
}

void apft_close(struct apft_reader *r)
{
    if (r == NULL)
        return;
    if (r->file != NULL)
        fclose(r->file);
    ZSTD_freeDCtx(r->unpacker);
    free(r->header.text);
    free(r->path);
    free(r);
}

const struct apft_header *apft_header(const struct apft_reader *r)
{
    return &r->header;
}

static bool check_footer(struct apft_reader *r, const u8 *bytes)
{
    u32 chunks = (u32)apft_load(bytes + 4, 4);
    u64 records = apft_load(bytes + 8, 8);

    if (XXH64(bytes, 16, 0) != apft_load(bytes + 16, 8))
        return fail(r, ERR_USAGE, "the checksum of the footer is wrong: the file is damaged");
    if (chunks != r->chunk_count || records != r->record_count)
        return fail(r, ERR_USAGE,
                    "found %" PRIu64 " records in %" PRIu32 " chunks, expected %" PRIu64
                    " in %" PRIu32 " as the footer says: a part is missing",
                    r->record_count, r->chunk_count, records, chunks);
    if (fgetc(r->file) != EOF)
        return fail(r, ERR_USAGE,
                    "found more bytes, expected the end of the file after the "
                    "footer");
    if (ferror(r->file))
        return fail(r, ERR_IO, "cannot read the trace: %s", strerror(errno));
    r->ended = true;
    return true;
}

static bool unpack_chunk(struct apft_reader *r, const u8 *head)
{
    u32 plain_size = (u32)apft_load(head + 4, 4), packed_size = (u32)apft_load(head + 8, 4);
    u32 records = (u32)apft_load(head + 12, 4);

    if (plain_size > APFT_PLAIN_MAX || packed_size > sizeof(r->packed) || records == 0 ||
        records > plain_size / APFT_RECORD_MIN)
        return fail(r, ERR_USAGE,
                    "found a chunk of %" PRIu32 " records in %" PRIu32 " bytes, "
                    "packed %" PRIu32 ", expected at least 1 record, %d bytes a record and at most "
                    "%d bytes",
                    records, plain_size, packed_size, APFT_RECORD_MIN, APFT_PLAIN_MAX);
    if (!read_bytes(r, r->packed, packed_size, "a chunk"))
        return false;
    size_t got = ZSTD_decompressDCtx(r->unpacker, r->plain, plain_size, r->packed, packed_size);
    if (ZSTD_isError(got))
        return fail(r, ERR_USAGE,
                    "the chunk before it cannot be unpacked (zstd says \"%s\"): the "
                    "file is damaged",
                    ZSTD_getErrorName(got));
    if (got != plain_size || XXH64(r->plain, plain_size, 0) != apft_load(head + 16, 8))
        return fail(r, ERR_USAGE,
                    "the checksum of the chunk before it is wrong: the file is "
                    "damaged");

    r->chunk_count++;
    r->chunk_left = records;
    r->record_count += records;
    r->at = r->plain;
    r->end = r->plain + plain_size;
    memset(&r->model, 0, sizeof(r->model));
    return true;
}

static bool next_chunk(struct apft_reader *r)
{
    u8 head[APFT_CHUNK_SIZE];

    if (r->at != r->end)
        return fail(r, ERR_USAGE,
                    "%td bytes are left over in the chunk before it: the file is "
                    "damaged",
                    r->end - r->at);
    if (!read_bytes(r, head, sizeof(head), "a chunk or the footer"))
        return false;
    u32 magic = (u32)apft_load(head, 4);
    if (magic == APFT_MAGIC_CHUNK)
        return unpack_chunk(r, head);
    if (magic == APFT_MAGIC_FOOTER)
        return check_footer(r, head);
    return fail(r, ERR_USAGE,
                "found magic %08" PRIx32 " before it, expected a chunk \"APFC\" or "
                "the footer \"APFE\"",
                magic);
}

/* False: the bytes end, or the number is greater than max. */
static bool take_varint(struct apft_reader *r, u64 max, u64 *value)
{
    u64 v = 0;

    for (u32 shift = 0; r->at < r->end && shift < 64; shift += 7) {
        u64 byte = *r->at++;
        u64 bits = byte & 0x7F;
        if (bits << shift >> shift != bits)
            return false;
        v |= bits << shift;
        if (byte < 0x80) {
            *value = v;
            return v <= max;
        }
    }
    return false;
}

static bool take_record(struct apft_reader *r, struct trace_rec *rec)
{
    u64 head, number = r->record_count - r->chunk_left;
    if (r->at == r->end)
        return fail(r, ERR_USAGE, "record %" PRIu64 " of the chunk before it is not there", number);
    u8 type = *r->at++;
    if (!take_varint(r, (u64)UINT16_MAX << APFT_FLAG_BITS | 7, &head))
        return fail(r, ERR_USAGE, "the actor of record %" PRIu64 " is no number of 16 bits",
                    number);

    u16 actor = (u16)(head >> APFT_FLAG_BITS);
    struct apft_context *c = apft_context(&r->model, type, actor);
    u64 a = 0, b = 0;
    if ((head & APFT_HAS_STEP && !take_varint(r, UINT64_MAX, &c->step)) ||
        (head & APFT_HAS_A && !take_varint(r, UINT64_MAX, &a)) ||
        (head & APFT_HAS_B && !take_varint(r, UINT32_MAX, &b)))
        return fail(r, ERR_USAGE, "record %" PRIu64 " holds a number that is cut off or too great",
                    number);
    u64 at_ps = r->model.at_ps + c->step;
    if (at_ps < c->step || at_ps < r->last_ps)
        return fail(r, ERR_USAGE, "record %" PRIu64 " is earlier than the one before it", number);

    c->a += apft_unzigzag64(a);
    c->b += apft_unzigzag32((u32)b);
    r->model.at_ps = r->last_ps = at_ps;
    *rec = (struct trace_rec){.at_ps = at_ps, .a = c->a, .b = c->b, .actor = actor, .type = type};
    r->chunk_left--;
    return true;
}

s64 apft_read(struct apft_reader *r, struct trace_rec *rec, size_t max, struct err *e)
{
    ASSERT(max > 0); /* Or 0 would not mean the end. */

    size_t n = 0;
    while (n < max && !r->ended && r->fault.code == ERR_NONE) {
        if (r->chunk_left > 0)
            n += take_record(r, &rec[n]);
        else
            next_chunk(r);
    }
    if (n == 0 && r->fault.code != ERR_NONE) {
        if (e != NULL)
            *e = r->fault;
        return -1;
    }
    return (s64)n;
}
