#include "bench/measure.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace bench {

namespace {

double now_s()
{
    timespec t = {};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

} // namespace

double time_s(const std::function<void()> &work)
{
    double start_s = now_s();

    work();
    return now_s() - start_s;
}

double median(std::vector<double> values)
{
    auto middle = values.begin() + long(values.size() / 2);

    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

namespace {

[[noreturn]] void child(int to, const void *result, size_t size, const std::function<void()> &work)
{
    work();
    bool whole = write(to, result, size) == ssize_t(size); /* Less than PIPE_BUF: at once. */
    _exit(whole ? 0 : 1);
}

} // namespace

bool in_child(void *result, size_t size, const std::function<void()> &work)
{
    std::vector<char> bytes(size);
    int ends[2], status = 0;

    std::fflush(nullptr); /* Or the child would print it again. */
    if (pipe(ends) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(ends[1], result, size, work);
    }
    close(ends[1]);
    bool whole = pid > 0 && read(ends[0], bytes.data(), size) == ssize_t(size);
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || !whole)
        return false;
    std::copy(bytes.begin(), bytes.end(), static_cast<char *>(result));
    return true;
}

} // namespace bench
