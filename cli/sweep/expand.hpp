/* From axes to the list of combinations: grid or sample, less what is excluded, with what is
 * included. Knows no configuration, only the sweep file. */
#ifndef CLI_SWEEP_EXPAND_HPP
#define CLI_SWEEP_EXPAND_HPP

#include <deque>

#include "cli/sweep/file.hpp"

namespace cli {

/* One value for each parameter; NULL: the base's own. */
using combination = std::vector<const axis_value *>;

struct space {
    std::vector<const track *> tracks; /* One for each parameter, in order. */
    std::vector<combination> combinations;
    std::vector<place> added; /* The entries of include behind the last combinations. */
    u64 all = 0;              /* Before exclude and include. */
    u64 excluded = 0;

    std::deque<track> own_tracks;      /* Of keys that only include names. */
    std::deque<axis_value> own_values; /* Of samples and include. */
};

/* The space points into f, which has to stay. */
space expand(const sweep_file &f);

} // namespace cli
#endif
