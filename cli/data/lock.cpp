#include "cli/data/lock.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <set>

namespace cli {

namespace {

/*
 * A lock of flock() belongs to the open file, which a fork shares: a child that outlives its
 * killed parent would keep the database from being resumed. So children close their copy.
 */
std::set<int> &open_locks()
{
    static std::set<int> files;
    static const int registered = pthread_atfork(nullptr, nullptr, [] {
        for (int file : open_locks())
            close(file);
    });

    ASSERT(registered == 0);
    return files;
}

std::string this_host()
{
    char name[HOST_NAME_MAX + 1] = "";

    gethostname(name, sizeof(name) - 1);
    return name;
}

/* "process 1234 on HOST", as the holder has written it. */
std::string holder_of(int file)
{
    char text[HOST_NAME_MAX + 64];
    const ssize_t size = pread(file, text, sizeof(text), 0);
    std::string words = size > 0 ? std::string(text, (size_t)size) : "";

    words.resize(words.find_last_not_of('\n') + 1);
    return words.empty() ? "it has left no name" : words;
}

/* The name may have been removed, and made anew, between open() and flock(). */
bool is_still_named(int file, const std::string &name)
{
    struct stat mine, named;

    return fstat(file, &mine) == 0 && stat(name.c_str(), &named) == 0 &&
           mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

} // namespace

write_lock::write_lock(const std::string &path) : name_(path + ".lock"), process_(getpid())
{
    for (;;) {
        const int file = open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (file < 0)
            throw io_failure("cannot make " + name_, errno);
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            const int why = errno;
            const std::string holder = holder_of(file);
            close(file);
            if (why == EINTR)
                continue;
            if (why != EWOULDBLOCK)
                throw io_failure("cannot lock " + name_, why);
            throw failure(ERR_USAGE, path + ": another sweep (" + holder +
                                         ") is writing to it; wait for it, or take another name");
        }
        if (is_still_named(file, name_)) {
            file_ = file;
            break;
        }
        close(file);
    }
    const std::string words = "process " + std::to_string(process_) + " on " + this_host() + "\n";
    open_locks().insert(file_);
    /* Only words for people: a disk that is full is told when something is to be kept. */
    if (ftruncate(file_, 0) != 0 || pwrite(file_, words.data(), words.size(), 0) < 0)
        return;
}

write_lock::~write_lock()
{
    if (getpid() != process_)
        return;
    unlink(name_.c_str()); /* While it is held: nobody else can have taken this name. */
    open_locks().erase(file_);
    close(file_);
}

} // namespace cli
