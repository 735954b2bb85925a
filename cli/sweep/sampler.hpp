/*
 * Points that fill a space evenly: for each point and each axis a share of the axis, as a whole
 * number of 2^-64. Pure functions of their arguments.
 */
#ifndef CLI_SWEEP_SAMPLER_HPP
#define CLI_SWEEP_SAMPLER_HPP

#include <optional>
#include <vector>

#include "base/base.h"

namespace cli {

enum { SAMPLE_POINTS_MAX = 1000000 };

using shares = std::vector<std::vector<u64>>; /* [point][axis] */

/* Each axis is cut into as many equal parts as there are points; every part has one point. */
shares sample_latin_hypercube(u32 points, u32 axes, u64 seed);

/* The sequence of Sobol' (direction numbers of Joe and Kuo) without its first point, the corner.
 * With a seed it is shifted: each axis has random bits of its own, laid over by exclusive or. */
shares sample_sobol(u32 points, u32 axes, std::optional<u64> seed);

} // namespace cli
#endif
