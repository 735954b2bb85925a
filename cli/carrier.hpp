/* Who calls the steps of a run. All carriers give the same results. */
#ifndef CLI_CARRIER_HPP
#define CLI_CARRIER_HPP

#include "cli/progress.hpp"

namespace cli {

/* "" if there is none of this name, else its name for good. */
const char *carrier_find(const std::string &name);
/* Runs up to the end, which r->c.s->end tells. */
void carry(const char *carrier, run *r, progress &p);

} // namespace cli
#endif
