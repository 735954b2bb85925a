/*
 * The bare tag check that a TLB hit is measured against: one direct-mapped lookup for each
 * operation of a stream, nothing counted, no time, no replacement.
 */
#ifndef BENCH_TAGS_H
#define BENCH_TAGS_H

#include "cpu/cpu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TAGS = 1024 };

struct tags {
    struct {
        u64 read, write; /* Page number, or ~0. */
        u64 pa;
        u64 zero;
    } entry[TAGS];
};

void tags_init(struct tags *t);
void tags_fill(struct tags *t, u64 va);
/* Reads and writes that all hit (asserted). Returns a sum that depends on every one of them. */
u64 tags_run(const struct tags *t, const u64 *op, size_t count);

#ifdef __cplusplus
}
#endif
#endif
