/* The bus of a guest with many redistributors: an access finds its frame and reads a register. */
#ifndef BENCH_FRAMES_HPP
#define BENCH_FRAMES_HPP

#include <memory>
#include <vector>

#include "gic/gic.h"

namespace bench {

/* A distributor and one redistributor (RD_base and SGI_base, 128 KiB) for each vCPU. */
class frames {
public:
    explicit frames(u32 vcpus);

    /* Reads registers of random redistributors; returns something that depends on each read. */
    u64 read_all();
    /* The same without the registers: what the look-up alone takes. */
    u64 find_all();
    size_t size() const
    {
        return address_.size();
    }

private:
    std::unique_ptr<gic_bus> bus_;
    std::unique_ptr<gic_dist> dist_;
    std::vector<gic> cpu_;
    std::vector<u64> address_;
};

} // namespace bench
#endif
