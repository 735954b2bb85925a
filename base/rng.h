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
    RNG_SWEEP_ORDER = 6, /* Samples of a sweep: which part of an axis, */
    RNG_SWEEP_PLACE = 7, /* where in it, */
    RNG_SWEEP_SHIFT = 8, /* and the shift of a sequence. */
};

/*
 * 64 uniform bits. The formula is part of the contract: results are reproduced from it. Sums and
 * products are modulo 2^64, g = 0x9e3779b97f4a7c15:
 *
 *   value  = mix(h + mix(n + 3 * g))
 *   h      = mix((mix(seed + g) ^ stream) + mix(key + 2 * g))
 *   mix(x) : x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9   (the finaliser of SplitMix64)
 *            x = (x ^ x >> 27) * 0x94d049bb133111eb
 *            x ^ x >> 31
 *
 * key and n are mixed before they are added: sequences of two keys can meet by chance in one
 * value, but never run along each other. With three words fixed, the fourth gives no value twice.
 */
u64 rng_u64(u64 seed, u32 stream, u64 key, u64 n);

/* bits * bound / 2^64: uniform in [0, bound), bound > 0 (asserted), to within bound / 2^64. */
u64 rng_below(u64 bits, u64 bound);

#ifdef __cplusplus
}
#endif
#endif
