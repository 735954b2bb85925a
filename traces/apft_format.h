/*
 * What the writer and the reader of event traces share: the bytes of docs/trace-format.md, version
 * 0. Private to this folder.
 *
 * All numbers outside of records are little-endian. Inside a chunk a record is coded against the
 * record before it (time) and against the last record of the same context (payload): equal things
 * repeat, and what repeats costs no byte.
 */
#ifndef TRACES_APFT_FORMAT_H
#define TRACES_APFT_FORMAT_H

#include "traces/traces.h"

#include <string.h>

enum {
    APFT_VERSION = 0,
    APFT_HEADER_SIZE = 20, /* magic, version, text size, XXH64 of the text */
    APFT_CHUNK_SIZE = 24,  /* magic, plain size, packed size, records, XXH64 of the plain bytes */
    APFT_FOOTER_SIZE = 24, /* magic, chunks, records in all, XXH64 of the 16 bytes before */
    APFT_TEXT_MAX = 1 << 20,
    APFT_PLAIN_MAX = 128 << 10,
    APFT_RECORD_MIN = 2,
    APFT_RECORD_MAX = 1 + 3 + 10 + 10 + 5, /* type, actor and flags, time, a, b */
};

/* "APFT", "APFC" and "APFE" (end) in the file. */
#define APFT_MAGIC_HEADER 0x54465041u
#define APFT_MAGIC_CHUNK 0x43465041u
#define APFT_MAGIC_FOOTER 0x45465041u

/* Lowest bits of the second field: these follow. Without one, the value is the predicted one. */
enum { APFT_HAS_STEP = 1, APFT_HAS_A = 2, APFT_HAS_B = 4, APFT_FLAG_BITS = 3 };

/* Records of one type and (almost) one actor look alike: the last one predicts the next. */
enum { APFT_CONTEXT_ACTORS = 16, APFT_CONTEXT_COUNT = 256 * APFT_CONTEXT_ACTORS };

struct apft_context {
    u64 step; /* Time since the record before, of whatever context. */
    u64 a;
    u32 b;
};

/* Forgotten at the start of each chunk, so that a chunk can be read without the others. */
struct apft_model {
    u64 at_ps;
    struct apft_context context[APFT_CONTEXT_COUNT];
};

static inline struct apft_context *apft_context(struct apft_model *m, u8 type, u16 actor)
{
    return &m->context[(u32)type * APFT_CONTEXT_ACTORS + actor % APFT_CONTEXT_ACTORS];
}

/* Small differences of either sign become small numbers. */
static inline u64 apft_zigzag64(u64 difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static inline u64 apft_unzigzag64(u64 coded)
{
    return coded >> 1 ^ (0 - (coded & 1));
}

static inline u32 apft_zigzag32(u32 difference)
{
    return difference << 1 ^ (0 - (difference >> 31));
}

static inline u32 apft_unzigzag32(u32 coded)
{
    return coded >> 1 ^ (0 - (coded & 1));
}

static inline void apft_store32(u8 *to, u32 value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (u8)(value >> 8 * i);
}

static inline void apft_store64(u8 *to, u64 value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (u8)(value >> 8 * i);
}

static inline u64 apft_load(const u8 *from, int size)
{
    u64 value = 0;

    for (int i = 0; i < size; i++)
        value |= (u64)from[i] << 8 * i;
    return value;
}

#endif
