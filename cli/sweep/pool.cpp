#include "cli/sweep/pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "cli/progress.hpp"
#include "cli/sweep/execute.hpp"

namespace cli {

namespace {

enum { WORDS_MAX = 4096 }; /* What is kept of a child's complaints. */

void write_all(int file, const std::string &bytes)
{
    size_t done = 0;

    while (done < bytes.size()) {
        const ssize_t n = write(file, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            throw io_failure("cannot reach the parent process", errno);
        done += static_cast<size_t>(n);
    }
}

/* The first line, without the name of the program in front. */
std::string sentence_of(const std::string &words)
{
    const std::string name = "apfsim: ";
    const std::string line = words.substr(0, words.find('\n'));

    return line.compare(0, name.size(), name) == 0 ? line.substr(name.size()) : line;
}

void make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw io_failure("cannot make a pipe", errno);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

} // namespace

unsigned host_cpus()
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return std::max(1, CPU_COUNT(&set));
}

run_pool::run_pool(const config_base &base, const plan &p, unsigned jobs)
    : base_(base), plan_(p), jobs_(std::max(1u, jobs))
{
    struct rlimit files = {};

    /* Two pipes a child: the soft limit of most systems ends at some 500. */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

run_pool::~run_pool()
{
    for (child &c : children_)
        kill(c.pid, SIGKILL);
    for (child &c : children_)
        reap(c);
}

/* Ctrl-C is the parent's business. Children die with it: nobody would take their results. */
void run_pool::be_child(job what, int out, int err) const
{
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    const int status = guard([&] {
        write_all(out, pack_result(execute(base_, plan_.points[what.point], what.seed)));
        return 0;
    });
    std::fflush(stderr);
    _exit(status);
}

void run_pool::start(job what, u32 attempts)
{
    const pid_t parent = getpid();
    int out[2], err[2];

    make_pipe(out);
    make_pipe(err);
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0)
        throw io_failure("cannot start a process", errno);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(ERR_IO);
        be_child(what, out[1], err[1]);
    }
    close(out[1]);
    close(err[1]);
    children_.push_back({what, pid, out[0], err[0], "", "", host_now_ns(), attempts, false});
}

namespace {

/* False: there will be no more. */
bool read_some(int file, std::string &into, size_t max)
{
    char buffer[65536];

    for (;;) {
        const ssize_t n = read(file, buffer, sizeof buffer);
        if (n > 0)
            into.append(buffer, std::min(static_cast<size_t>(n), max - std::min(max, into.size())));
        else if (n == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
        else if (errno == EAGAIN)
            return true;
    }
}

} // namespace

void run_pool::read_from(child &c)
{
    auto read_end = [](int &file, std::string &into, size_t max) {
        if (file < 0 || read_some(file, into, max))
            return;
        close(file);
        file = -1;
    };

    read_end(c.out, c.bytes, SIZE_MAX);
    read_end(c.err, c.words, WORDS_MAX);
}

void run_pool::kill_late()
{
    const u64 limit_ns = plan_.limits.time_ms * 1000000;

    for (child &c : children_)
        if (limit_ns != 0 && !c.is_late && (c.out >= 0 || c.err >= 0) &&
            host_now_ns() - c.start_ns >= limit_ns) {
            c.is_late = true;
            kill(c.pid, SIGKILL);
        }
}

/* Until the next child is late, and no longer than that. */
int run_pool::patience_ms(int timeout_ms) const
{
    const u64 limit_ns = plan_.limits.time_ms * 1000000, now_ns = host_now_ns();

    for (const child &c : children_) {
        if (limit_ns == 0 || c.is_late)
            continue;
        const u64 left_ns = c.start_ns + limit_ns > now_ns ? c.start_ns + limit_ns - now_ns : 0;
        timeout_ms = static_cast<int>(std::min<u64>(timeout_ms, left_ns / 1000000 + 1));
    }
    return timeout_ms;
}

/* The child has closed its pipes or been killed: what became of it. */
run_result run_pool::reap(child &c)
{
    run_result r;
    int status = 0;

    while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    for (int file : {c.out, c.err})
        if (file >= 0)
            close(file);
    const bool is_whole =
        WIFEXITED(status) && WEXITSTATUS(status) == 0 && unpack_result(c.bytes, &r);
    if (!is_whole)
        r = {};
    if (is_whole) {
        /* In time, even if we were late to look. */
    } else if (c.is_late) {
        r.status = run_status::timed_out;
        r.text = "took longer than " + std::to_string(plan_.limits.time_ms) + " ms";
    } else if (WIFSIGNALED(status)) {
        r.status = run_status::crashed;
        r.text = std::string("ended by ") + strsignal(WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        const bool is_broken = WEXITSTATUS(status) == ERR_BROKEN;
        r.status = is_broken ? run_status::broken : run_status::failed;
        r.text = sentence_of(c.words);
    } else {
        r.status = run_status::crashed;
        r.text = "ended without results";
    }
    if (r.host_ns == 0) /* It could not tell. */
        r.host_ns = host_now_ns() - c.start_ns;
    r.attempts = c.attempts;
    return r;
}

std::vector<run_pool::ended> run_pool::wait(int timeout_ms)
{
    std::vector<pollfd> files;
    std::vector<ended> all;

    for (const child &c : children_) {
        files.push_back({c.out, POLLIN, 0}); /* poll() passes over -1. */
        files.push_back({c.err, POLLIN, 0});
    }
    poll(files.data(), files.size(), patience_ms(timeout_ms));
    for (child &c : children_)
        read_from(c);
    kill_late();
    for (size_t i = 0; i < children_.size();) {
        child &c = children_[i];
        if (c.out >= 0 || c.err >= 0) {
            i++;
            continue;
        }
        child gone = std::move(c);
        children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
        run_result r = reap(gone);
        const bool is_host_s = r.status == run_status::crashed || r.status == run_status::timed_out;
        if (is_host_s && gone.attempts <= plan_.limits.retries)
            start(gone.what, gone.attempts + 1);
        else
            all.push_back({gone.what, std::move(r)});
    }
    return all;
}

} // namespace cli
