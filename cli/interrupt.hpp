/*
 * Ctrl-C: SIGINT and SIGTERM ask the run to end where it is. They set a number that the run looks
 * at, and are passed on to the child in which one variant of several runs.
 */
#ifndef CLI_INTERRUPT_HPP
#define CLI_INTERRUPT_HPP

#include <sys/types.h>

#include <string>

namespace cli {

/* From here on, until interrupt_watch(), a signal removes what is half written and ends the
 * program with status 130. */
void interrupt_tidily();

/* A file that is half written as long as this lives. */
class half_written {
public:
    explicit half_written(const std::string &path);
    ~half_written();
    half_written(const half_written &) = delete;
    half_written &operator=(const half_written &) = delete;

private:
    size_t slot_;
};

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
