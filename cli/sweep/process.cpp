#include "cli/sweep/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>

extern char **environ;

namespace cli {

namespace {

struct close_stream {
    void operator()(FILE *f) const
    {
        std::fclose(f);
    }
};
/* A file without a name: nobody has to read while the program still writes. */
using scratch = std::unique_ptr<FILE, close_stream>;

scratch make_scratch()
{
    scratch s(std::tmpfile());

    if (!s)
        throw io_failure("cannot make a temporary file", errno);
    return s;
}

std::string text_of(const scratch &s)
{
    std::string text;
    char part[4096];
    size_t size;

    std::rewind(s.get());
    while ((size = std::fread(part, 1, sizeof(part), s.get())) > 0)
        text.append(part, size);
    if (std::ferror(s.get()))
        throw io_failure("cannot read a temporary file", errno);
    return text;
}

struct spawn_settings {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;

    spawn_settings(const scratch &out, const scratch &err)
    {
        sigset_t usual;

        posix_spawn_file_actions_init(&files);
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files, fileno(out.get()), 1);
        posix_spawn_file_actions_adddup2(&files, fileno(err.get()), 2);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes, 0);
        sigemptyset(&usual);
        sigaddset(&usual, SIGXFSZ); /* We ignore it (cli/apfsim.cpp); others need not know how. */
        posix_spawnattr_setsigdefault(&attributes, &usual);
    }
    ~spawn_settings()
    {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    spawn_settings(const spawn_settings &) = delete;
    spawn_settings &operator=(const spawn_settings &) = delete;
};

} // namespace

ended_program run_program(const arguments &args)
{
    const scratch out = make_scratch(), err = make_scratch();
    const spawn_settings settings(out, err);
    std::vector<char *> argv;
    ended_program ended;
    pid_t child;
    int status;

    for (const std::string &arg : args)
        argv.push_back(const_cast<char *>(arg.c_str()));
    argv.push_back(nullptr);
    const int why =
        posix_spawnp(&child, argv[0], &settings.files, &settings.attributes, argv.data(), environ);
    if (why == ENOENT) {
        ended.found = false;
        return ended;
    }
    if (why != 0)
        throw io_failure("cannot start " + args[0], why);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            throw io_failure("cannot wait for " + args[0], errno);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ended.out = text_of(out);
    ended.err = text_of(err);
    return ended;
}

} // namespace cli
