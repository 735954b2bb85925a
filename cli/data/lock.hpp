/*
 * The right to write to a file, as a lock on a file beside it: "r.db.lock", which says who holds
 * it. A process that dies lets go of it.
 */
#ifndef CLI_DATA_LOCK_HPP
#define CLI_DATA_LOCK_HPP

#include <sys/types.h>

#include <string>

#include "cli/cli.hpp"

namespace cli {

class write_lock {
public:
    /* A failure that names the holder, if there is one. */
    explicit write_lock(const std::string &path);
    /* Children of a fork hold nothing, and let go of nothing. */
    ~write_lock();
    write_lock(const write_lock &) = delete;
    write_lock &operator=(const write_lock &) = delete;

private:
    const std::string name_;
    const pid_t process_;
    int file_ = -1;
};

} // namespace cli
#endif
