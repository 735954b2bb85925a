/* Who calls the steps of a run. All carriers give the same results. */
#ifndef CLI_CARRIER_HPP
#define CLI_CARRIER_HPP

#include "cli/progress.hpp"

namespace cli {

struct carrier {
    const char *name;
    /* Up to the end of the run, which r->c.s->end tells. */
    void (*carry)(run *r, progress &p);
};

/* NULL: there is none of this name. */
const carrier *carrier_find(const std::string &name);

} // namespace cli
#endif
