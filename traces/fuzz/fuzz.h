/* What a harness and its driver know of each other. */
#ifndef TRACES_FUZZ_FUZZ_H
#define TRACES_FUZZ_FUZZ_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Good inputs, from which the driver makes bad ones. */
std::vector<std::string> fuzz_seeds();

/* A file in memory: our readers take paths, and a disk would be slow. */
class memory_file {
public:
    memory_file() : fd_(memfd_create("fuzz", 0))
    {
    }
    ~memory_file()
    {
        close(fd_);
    }
    memory_file(const memory_file &) = delete;
    memory_file &operator=(const memory_file &) = delete;

    std::string path() const
    {
        return "/proc/self/fd/" + std::to_string(fd_);
    }

    void set(const void *data, size_t size)
    {
        if (ftruncate(fd_, 0) != 0 || pwrite(fd_, data, size, 0) != static_cast<ssize_t>(size))
            std::perror("memory_file"), std::abort();
    }

    std::string get() const
    {
        std::string text(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
        if (pread(fd_, &text[0], text.size(), 0) != static_cast<ssize_t>(text.size()))
            std::perror("memory_file"), std::abort();
        return text;
    }

private:
    int fd_;
};

/* Stops the harness, in every build. */
#define FUZZ_CHECK(cond)                                                                           \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                        \
            std::abort();                                                                          \
        }                                                                                          \
    } while (0)

#endif
