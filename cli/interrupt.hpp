/*
 * Ctrl-C: SIGINT and SIGTERM ask the run to end where it is. They set a number that the run looks
 * at, and are passed on to the child in which one variant of several runs.
 */
#ifndef CLI_INTERRUPT_HPP
#define CLI_INTERRUPT_HPP

#include <sys/types.h>

namespace cli {

void interrupt_watch();
/* What a run looks at: non-zero when it shall end. */
volatile const int *interrupt_flag();
bool interrupted();
/* For ourselves, as if the user had asked: there is no sense in going on. */
void interrupt_request();
/* 0: there is no child (any more). */
void interrupt_forward_to(pid_t child);

} // namespace cli
#endif
