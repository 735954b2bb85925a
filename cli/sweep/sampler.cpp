#include "cli/sweep/sampler.hpp"

#include <boost/random/sobol.hpp>
#include <numeric>

namespace cli {

namespace {

/* Fisher and Yates; `axis` is the key of the random numbers. */
std::vector<u32> permutation(u32 count, u32 axis, u64 seed)
{
    std::vector<u32> order(count);

    std::iota(order.begin(), order.end(), 0u);
    for (u32 i = count; i > 1; i--) {
        const u64 j = rng_below(rng_u64(seed, RNG_SWEEP_ORDER, axis, i), i);
        std::swap(order[i - 1], order[j]);
    }
    return order;
}

/* A random place of part `part`, of `count` parts of 2^64. The dividend is kept so far below the
 * next part that rounding up does not reach it. */
u64 within_part(u32 part, u32 count, u64 bits)
{
    const u128 place = ((u128)part << 64) + rng_below(bits, UINT64_MAX - count);

    return (u64)((place + count - 1) / count);
}

} // namespace

shares sample_latin_hypercube(u32 points, u32 axes, u64 seed)
{
    shares all(points, std::vector<u64>(axes));

    for (u32 axis = 0; axis < axes; axis++) {
        const std::vector<u32> order = permutation(points, axis, seed);
        for (u32 i = 0; i < points; i++)
            all[i][axis] = within_part(order[i], points, rng_u64(seed, RNG_SWEEP_PLACE, axis, i));
    }
    return all;
}

shares sample_sobol(u32 points, u32 axes, std::optional<u64> seed)
{
    shares all(points, std::vector<u64>(axes));

    if (axes == 0)
        return all;
    boost::random::sobol sequence(axes);
    for (std::vector<u64> &point : all)
        for (u32 axis = 0; axis < axes; axis++)
            point[axis] = sequence() ^ (seed ? rng_u64(*seed, RNG_SWEEP_SHIFT, axis, 0) : 0);
    return all;
}

} // namespace cli
