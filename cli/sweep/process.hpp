/* Another program, run to its end: what it printed and how it ended. */
#ifndef CLI_SWEEP_PROCESS_HPP
#define CLI_SWEEP_PROCESS_HPP

#include <string>

#include "cli/cli.hpp"

namespace cli {

struct ended_program {
    bool found = true; /* false: there is no such program on PATH. */
    int status = 0;    /* Exit status; of one that died by a signal 128 and its number. */
    std::string out, err;
};

/* argv[0] is looked up on PATH. The program has no input, and a process group of its own: Ctrl-C
 * reaches us alone, and what has been begun is brought to its end. */
ended_program run_program(const arguments &argv);

} // namespace cli
#endif
