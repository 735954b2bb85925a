/*
 * Runs of a sweep, each in a process of its own: one that crashes, hangs or eats its memory loses
 * itself and nothing else. The parent only waits and collects; children end with it, however it
 * ends.
 */
#ifndef CLI_SWEEP_POOL_HPP
#define CLI_SWEEP_POOL_HPP

#include <sys/types.h>

#include "cli/data/database.hpp"

namespace cli {

/* CPUs that this process may use. */
unsigned host_cpus();

class run_pool {
public:
    struct job {
        u32 point;
        u64 seed;
    };
    struct ended {
        job what;
        run_result result;
    };

    /* All three outlive the pool. */
    run_pool(const config_base &base, const plan &p, unsigned jobs);
    /* Children that still run are killed. */
    ~run_pool();
    run_pool(const run_pool &) = delete;
    run_pool &operator=(const run_pool &) = delete;

    bool is_full() const
    {
        return children_.size() >= jobs_;
    }
    size_t running() const
    {
        return children_.size();
    }
    void start(job what)
    {
        start(what, 1);
    }
    /* What has ended, after at most this time. A crash or a run out of time is tried again first,
     * as often as the plan's limits say. A signal to this process ends the wait. */
    std::vector<ended> wait(int timeout_ms);

private:
    struct child {
        job what;
        pid_t pid;
        int out, err; /* Ends of pipes; -1: at its end. */
        std::string bytes, words;
        u64 start_ns;
        u32 attempts;
        bool is_late;
    };
    void start(job what, u32 attempts);
    [[noreturn]] void be_child(job what, int out, int err) const;
    void read_from(child &c);
    void kill_late();
    int patience_ms(int timeout_ms) const;
    run_result reap(child &c);

    const config_base &base_;
    const plan &plan_;
    const unsigned jobs_;
    std::vector<child> children_;
};

} // namespace cli
#endif
