/* The parts of a sweep file that span its space: matrix, zip, include and exclude. */
#ifndef CLI_SWEEP_AXES_HPP
#define CLI_SWEEP_AXES_HPP

#include "cli/sweep/file.hpp"

namespace cli {

/* is_sampled: a range may do without the number of its values. */
std::vector<axis> read_matrix(const yaml_node *map, bool is_sampled);
std::vector<axis> read_zip(const yaml_node *node);
std::vector<entry> read_entries(const yaml_node *list, const std::string &what);

/* All keys that a value of this track may set, each with a place. */
std::vector<setting> keys_of(const track &t);
/* No key is set by two axes, no axis stands twice, and there are not too many. */
void check_axes(const std::vector<axis> &axes);

/* A word as a value of a key. */
axis_value key_value(const struct param *row, const std::string &key, const std::string &word,
                     const std::string &yaml, const place &at);
/* Two words for one value: "50us" and "0.05ms". */
bool is_same_value(const coordinate &a, const coordinate &b);

} // namespace cli
#endif
