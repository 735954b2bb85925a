/*
 * Counter-based random numbers: a value is a pure function of (seed, stream, key, n), so that two
 * designs meet the same draw for "the 3rd fetch of page 0x40123" whatever else happened between.
 * Bit-reproducible: integers only.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Streams in use: one number for each purpose, never reused. */
enum rng_stream {
    RNG_STORE_READ = 1,
    RNG_STORE_WRITE = 2,
    RNG_TOUCH_PAGE = 3,
    RNG_TOUCH_RW = 4,
    RNG_CHASE = 5,
};

/* 64 uniform bits. */
u64 rng_u64(u64 seed, u32 stream, u64 key, u64 n);

/* Uniform in [0, bound), bound > 0, without modulo bias worth naming (multiply-shift of 64 bits). */
u64 rng_below(u64 bits, u64 bound);

#ifdef __cplusplus
}
#endif
#endif
