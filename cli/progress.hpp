/* How far a run is: one line on standard error, if that is a terminal, gone when the run ends. */
#ifndef CLI_PROGRESS_HPP
#define CLI_PROGRESS_HPP

#include "cli/cli.hpp"
#include "model/model.h"

namespace cli {

class progress {
public:
    progress(bool quiet, const run *r);
    ~progress();

    bool is_on() const
    {
        return on_;
    }
    /* Cheap; writes a few times a second. */
    void show();

private:
    const run *run_;
    bool on_, written_ = false;
    u64 shown_ns_ = 0, shown_accesses_ = 0;
};

/* Of this computer, from some point on. */
u64 host_now_ns();

} // namespace cli
#endif
