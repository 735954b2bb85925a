#include "cli/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <csignal>
#include <cstring>

#include "cli/cli.hpp"

namespace cli {

namespace {

/* A signal handler can reach nothing but globals. */
volatile int flag;
volatile pid_t forward_to;

enum { HALF_WRITTEN_MAX = 16 };
char half_written_path[HALF_WRITTEN_MAX][PATH_MAX]; /* Empty: free. */
pid_t half_written_by;

/* Nothing here but what a signal handler may call. */
void on_tidy_signal(int)
{
    static const char words[] = "apfsim: interrupted\n";

    if (getpid() == half_written_by) { /* Children of a fork have written nothing. */
        for (const char *path : half_written_path)
            if (path[0] != '\0')
                unlink(path);
        if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
            _exit(STATUS_INTERRUPTED);
    }
    _exit(STATUS_INTERRUPTED);
}

void on_signal(int number)
{
    flag = 1;
    if (forward_to != 0)
        kill(forward_to, number);
}

} // namespace

void interrupt_tidily()
{
    struct sigaction action = {};

    half_written_by = getpid();
    action.sa_handler = on_tidy_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

half_written::half_written(const std::string &path) : slot_(0)
{
    while (slot_ < HALF_WRITTEN_MAX && half_written_path[slot_][0] != '\0')
        slot_++;
    if (slot_ < HALF_WRITTEN_MAX && !path.empty() && path.size() < PATH_MAX) {
        char *to = half_written_path[slot_];
        std::strcpy(to + 1, path.c_str() + 1);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        to[0] = path[0]; /* Last: a signal meets the whole name or none. */
    }
}

half_written::~half_written()
{
    if (slot_ < HALF_WRITTEN_MAX)
        half_written_path[slot_][0] = '\0';
}

void interrupt_watch()
{
    struct sigaction action = {};

    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

volatile const int *interrupt_flag()
{
    return &flag;
}

bool interrupted()
{
    return flag != 0;
}

void interrupt_request()
{
    flag = 1;
}

void interrupt_forward_to(pid_t child)
{
    forward_to = child;
    if (child != 0 && flag != 0)
        kill(child, SIGINT); /* It came between fork() and here. */
}

} // namespace cli
