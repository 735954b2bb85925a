/*
 * The values between two ends. Whole numbers of a base unit in, whole numbers out; what lies
 * between two of them goes to the nearer one, half a way up. No floating point of the machine:
 * every computer finds the same values.
 */
#ifndef CLI_SWEEP_RANGE_HPP
#define CLI_SWEEP_RANGE_HPP

#include <vector>

#include "base/base.h"

namespace cli {

enum { RANGE_VALUES_MAX = 1000 }; /* Of one range: more would be slow, and nobody reads them. */

/* From one end to the other, multiples of grain only (pages): 0 < grain, first < last. */
struct range {
    u64 first, last;
    u64 grain = 1;
    bool is_log = false; /* Equal ratios rather than equal distances; first > 0. */
};

/* first, 2 first, 4 first ... as long as they are not above the end. */
std::vector<u64> range_doubled(const range &r);
/* first, first + step ... likewise; step > 0. At most count_max + 1 of them. */
std::vector<u64> range_stepped(const range &r, u64 step, size_t count_max);
/* count >= 2 values with equal ratios or distances, both ends included. */
std::vector<u64> range_spread(const range &r, u32 count);

/* The value at share / 2^64 of the way. Of a linear range every whole value has an equal share. */
u64 range_at(const range &r, u64 share);

} // namespace cli
#endif
