#include "cli/interrupt.hpp"

#include <csignal>

namespace cli {

namespace {

/* A signal handler can reach nothing but globals. */
volatile int flag;
volatile pid_t forward_to;

void on_signal(int number)
{
    flag = 1;
    if (forward_to != 0)
        kill(forward_to, number);
}

} // namespace

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
