/*
 * A histogram's buckets as bytes, for the column histograms.buckets: for each bucket that is not
 * empty, from the least value up, how many empty ones lie between it and the one before, and its
 * count; both as LEB128 (seven bits a byte, the low ones first, the top bit says that more follow).
 */
#ifndef CLI_DATA_HIST_CODE_HPP
#define CLI_DATA_HIST_CODE_HPP

#include <string>

#include "base/base.h"

namespace cli {

std::string hist_encode(const hist &h);

/* All of a histogram but its buckets. */
struct hist_head {
    u64 count, sum, min, max;
};
/* Adds one to *sum. False, and *sum is void: these are not such bytes, they contradict the head, or
 * the sum does not fit. */
bool hist_add_encoded(const hist_head &h, const std::string &bytes, hist *sum);

} // namespace cli
#endif
