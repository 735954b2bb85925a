/*
 * Resolved configurations of a sweep differ in few rows: all but the first are kept as what differs
 * from it. A row that is there no more has neither value nor origin.
 */
#ifndef CLI_DATA_ROWS_HPP
#define CLI_DATA_ROWS_HPP

#include "cli/data/database.hpp"

namespace cli {

using config_rows = std::vector<config_row>;

bool operator==(const config_row &a, const config_row &b);

/* What turns `first` into `other`: changed and new rows in the order of `other`, then those that
 * are gone. */
config_rows rows_difference(const config_rows &first, const config_rows &other);
/* The other way. A new row stands behind the last one of its mapping. */
config_rows rows_whole(const config_rows &first, const config_rows &difference);

} // namespace cli
#endif
