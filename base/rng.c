#include "base/rng.h"

#define GOLDEN 0x9e3779b97f4a7c15ull /* 2^64 / golden ratio, odd. */

/* A bijection of 64 bits in which every input bit reaches every output bit. */
static inline u64 mix(u64 x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

u64 rng_u64(u64 seed, u32 stream, u64 key, u64 n)
{
    u64 h = mix((mix(seed + GOLDEN) ^ stream) + mix(key + 2 * GOLDEN));

    return mix(h + mix(n + 3 * GOLDEN));
}

u64 rng_below(u64 bits, u64 bound)
{
    ASSERT(bound > 0);
    return (u64)((u128)bits * bound >> 64);
}
