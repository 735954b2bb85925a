/*
 * The door of traces: reading real memory traces (valgrind lackey text, plain or zstd), and
 * writing and reading apfsim's own event traces (.apft). Streams in bounded memory; knows nothing
 * of the protocol. Errors are sentences with file:line:column in a struct err.
 */
#ifndef TRACES_TRACES_H
#define TRACES_TRACES_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Lackey: "I  addr,size" fetches and counts one instruction, " L addr,size" reads,
 * " S addr,size" writes, " M addr,size" reads and then writes; "==pid==" lines are comments, and
 * so are empty lines. addr is hexadecimal without 0x, size decimal 1..4096.
 *
 * Out come operations of 64 bits, the form in which the cpu executes them (cpu/cpu.h names the
 * same bits): 63:60 kind, 59:48 count, 47:0 virtual address. Runs of I lines in one page, with
 * nothing between them but comments, become one fetch with a count (at most 4095). An access over
 * a page end becomes two operations; an I line over a page end is a fetch of count 1 and a fetch of
 * count 0, and joins no run. Reads and writes have count 0.
 *
 * Memory: less than 1 MiB for an open trace, and for a packed one zstd's window, at most 8 MiB.
 */
enum lackey_op_kind { LACKEY_FETCH = 1, LACKEY_READ = 2, LACKEY_WRITE = 3 };
#define LACKEY_OP(kind, count, va) ((u64)(kind) << 60 | (u64)(count) << 48 | (va))

struct lackey;
/* File may be plain or zstd (told by its magic bytes, not by its name). NULL: *e says why. */
struct lackey *lackey_open(const char *path, struct err *e);
void lackey_close(struct lackey *l);
/* Up to max (at least 8) operations. 0: end of the trace. < 0: *e says why (ERR_USAGE for a bad
 * line or a truncated file, ERR_IO for the host's reading); operations before it come first. */
s64 lackey_read(struct lackey *l, u64 *op, size_t max, struct err *e);
u64 lackey_line(const struct lackey *l); /* Lines consumed so far. */
bool lackey_rewind(struct lackey *l, struct err *e);

/* What `apfsim list trace` prints: one pass over the file in bounded memory (a page set grows
 * with the footprint only). */
struct lackey_summary {
    u64 lines, comments, instructions, loads, stores, modifies;
    u64 split_accesses; /* Accesses over a page end. */
    u64 data_pages, code_pages, pages; /* 4 KiB; pages is the union of both. */
    u64 va_min, va_max; /* The first and the last byte that were touched. */
};
bool lackey_summarize(const char *path, struct lackey_summary *s, struct err *e);

/*
 * Event trace, format version 0. One record for each line of the transcript. Records are
 * delta/varint encoded into chunks; each chunk is one zstd frame with an XXH64 checksum of its
 * plain bytes. The header carries names (actors, kinds, phases, hops) as text, so that a file can
 * be printed without the configuration. Bytes are described in docs/trace-format.md.
 */
struct trace_rec {
    u64 at_ps;
    u64 a;
    u32 b;
    u16 actor;
    u8 type; /* Index into the type names of the header. */
    u8 zero;
};

struct apft_header {
    char *text;   /* "key value" lines, owned by whoever made it. */
    size_t size;  /* Bytes of text, at most 1 MiB. */
};

struct apft_writer;
struct apft_writer *apft_create(const char *path, const struct apft_header *h, struct err *e);
/* Cheap: encodes into a chunk; compresses when the chunk is full. False: *e says why. at_ps never
 * goes back (asserted). */
bool apft_put(struct apft_writer *w, const struct trace_rec *r, struct err *e);
/* Same for many. */
bool apft_put_many(struct apft_writer *w, const struct trace_rec *r, size_t count, struct err *e);
/* Finish the file (last chunk and a footer with the record count); frees the writer in any case. */
bool apft_finish(struct apft_writer *w, struct err *e);
void apft_abandon(struct apft_writer *w); /* Close and free without a footer. */

struct apft_reader;
struct apft_reader *apft_open(const char *path, struct err *e);
const struct apft_header *apft_header(const struct apft_reader *r);
/* Up to max (at least 1) records. 0: whole file read and footer checked. < 0: *e says why; records
 * of whole chunks before the damage come first. */
s64 apft_read(struct apft_reader *r, struct trace_rec *rec, size_t max, struct err *e);
void apft_close(struct apft_reader *r);

#ifdef __cplusplus
}
#endif
#endif
