#include "bench/frames.hpp"

namespace bench {

namespace {

enum { ACCESSES = 4096, DIST_BYTES = 0x10000, REDIST_BYTES = 0x20000, ISPENDR0 = 0x10200 };
const u64 dist_base = 0x8000000, redist_base = 0x80a0000; /* Where QEMU's machine has them. */

struct reader {
    const std::vector<gic> *cpu;
    const gic_dist *dist;
    u64 sum;
};

bool count(void *arg, u32 device, u64, u32)
{
    *static_cast<u64 *>(arg) += device;
    return true;
}

bool read(void *arg, u32 device, u64 addr, u32 len)
{
    reader *r = static_cast<reader *>(arg);
    const gic &g = (*r->cpu)[device];

    r->sum += gicr_read(&g, r->dist, false, u32(addr - redist_base) % REDIST_BYTES, len) + device;
    return true;
}

} // namespace

frames::frames(u32 vcpus)
    : bus_(std::make_unique<gic_bus>()), dist_(std::make_unique<gic_dist>()), cpu_(vcpus)
{
    const gic_spec spec = gic_spec_kvm(vcpus);

    gic_bus_init(bus_.get());
    gic_dist_init_as(dist_.get(), &spec);
    gic_bus_insert(bus_.get(), dist_base, DIST_BYTES, vcpus, false);
    for (u32 i = 0; i < vcpus; i++) {
        gic_init_as(&cpu_[i], &spec, i);
        gic_bus_insert(bus_.get(), redist_base + u64(i) * REDIST_BYTES, REDIST_BYTES, i, false);
    }
    for (u32 n = 0; n < ACCESSES; n++) {
        const u64 cpu = rng_below(rng_u64(1, RNG_TOUCH_PAGE, 0, n), vcpus);
        address_.push_back(redist_base + cpu * REDIST_BYTES + ISPENDR0);
    }
}

u64 frames::read_all()
{
    reader r = {&cpu_, dist_.get(), 0};

    for (u64 address : address_)
        gic_bus_access(bus_.get(), address, 4, read, &r, nullptr);
    return r.sum;
}

u64 frames::find_all()
{
    u64 sum = 0;

    for (u64 address : address_)
        gic_bus_access(bus_.get(), address, 4, count, &sum, nullptr);
    return sum;
}

} // namespace bench
