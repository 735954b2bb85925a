/*
 * A results database as text: for spreadsheets, and as the canonical form of what was simulated.
 * The same plan and results give the same bytes, in whatever order and by whatever processes they
 * were found. Each returns false if the stream has an error.
 */
#ifndef CLI_DATA_EXPORT_HPP
#define CLI_DATA_EXPORT_HPP

#include <cstdio>

#include "cli/data/database.hpp"

namespace cli {

/* One row for each run: point, group, seed, parameters, status, text, checksum, metrics. */
bool export_csv(const database &db, FILE *out);
/* One row for each histogram of each run, its buckets as "low:count low:count". */
bool export_histograms(const database &db, FILE *out);
/* Statements that make the database anew, without what depends on the computer and without the
 * runs that the plan does not ask for. Files stand without their folders. */
bool export_sql(const database &db, FILE *out);

} // namespace cli
#endif
