/*
 * Scalars and the assertion. Time is u64 picoseconds (`_ps`) everywhere; cycles (`_cyc`) belong to
 * a clock domain and are turned into picoseconds once, when the configuration is read.
 */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
__extension__ typedef unsigned __int128 u128; /* For products of u64 only; never stored. */
__extension__ typedef __int128 s128;

#define TIME_NEVER UINT64_MAX

#define PS_PER_NS 1000ull
#define PS_PER_US 1000000ull
#define PS_PER_MS 1000000000ull
#define PS_PER_S 1000000000000ull

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#ifdef __cplusplus
#define STATIC_ASSERT static_assert
extern "C" {
#else
#define STATIC_ASSERT _Static_assert
#endif

/*
 * Our own errors: an impossible transition, an index out of range. On in every build. Prints the
 * expression, then calls the reporter of this thread (time, seed, last messages), then aborts; a
 * program that wants another end (exit status 3) leaves the reporter by _exit().
 */
#define ASSERT(cond) (LIKELY(cond) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))

__attribute__((noreturn, cold)) void assert_failed(const char *what, const char *file, int line);

typedef void (*assert_reporter)(void *arg);
/* One reporter for each host thread; NULL takes it away. Diagnostics only: no core reads it. */
void assert_set_reporter(assert_reporter report, void *arg);

#ifdef __cplusplus
}
#endif
#endif
