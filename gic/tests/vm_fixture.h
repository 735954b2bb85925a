// A VM of KVM with several vCPUs and SPIs, for the tests of vm.c and of the distributor's frame.
#ifndef GIC_TESTS_VM_FIXTURE_H
#define GIC_TESTS_VM_FIXTURE_H

#include "gic/gic.h"

#include <gtest/gtest.h>

#include <vector>

using list = std::vector<u32>;

struct machine {
    gic_spec spec;
    std::vector<gic> cpus;
    gic_dist dist{};
    list kicks;
    gic_vm vm{};

    explicit machine(u32 cpu_count, u16 nr_irqs = 256)
    {
        spec = gic_spec_kvm(cpu_count);
        spec.nr_irqs = nr_irqs;
        init();
    }
    explicit machine(const gic_spec &s) : spec(s)
    {
        init();
    }
    void init()
    {
        cpus.resize(spec.cpu_count);
        gic_dist_init_as(&dist, &spec);
        for (u32 i = 0; i < spec.cpu_count; i++)
            gic_init_as(&cpus[i], &spec, i);
        vm = {&dist, cpus.data(), sizeof(gic),
              [](void *arg, u32 cpu) { static_cast<list *>(arg)->push_back(cpu); }, &kicks};
    }

    // As Linux leaves it after its boot: all on, at one priority, group 1.
    void boot()
    {
        dist_write(0, 2);
        for (u32 i = 32; i < spec.nr_irqs; i += 4)
            dist_write(0x400 + i, 0xa0a0a0a0);
        for (u32 i = 32; i < spec.nr_irqs; i += 32)
            dist_write(0x100 + i / 8, 0xffffffff);
        for (gic &g : cpus) {
            gicr_write(&g, &dist, 0x10100, 4, 0xffffffff);
            for (u32 i = 0; i < 32; i += 4)
                gicr_write(&g, &dist, 0x10400 + i, 4, 0xa0a0a0a0);
            icc_pmr_write(&g, 0xf0);
            icc_igrpen1_write(&g, 1);
        }
        kicks.clear();
    }

    u64 dist_read(u32 off, u32 size = 4) const
    {
        return gicd_read(&dist, off, size);
    }
    void dist_write(u32 off, u64 value, u32 size = 4)
    {
        gicd_write_vm(&vm, off, size, value);
    }
    void route(u32 intid, u32 cpu)
    {
        dist_write(0x6000 + 8 * intid, (cpu & 15) | (cpu >> 4 & 255) << 8 | cpu >> 12 << 16, 8);
    }
    void set_edge(u32 intid)
    {
        u32 off = 0xc00 + intid / 16 * 4;
        dist_write(off, dist_read(off) | 2u << intid % 16 * 2);
    }
    gic_irq &spi(u32 intid)
    {
        return dist.spi[intid - 32];
    }
    void enter(u32 cpu)
    {
        gic_flush(&cpus[cpu], &dist);
    }
    void leave(u32 cpu)
    {
        if (gic_sync(&cpus[cpu], &dist))
            gic_migrate(&vm, cpu);
        gic_vm_check(&vm);
    }
    list listed(u32 cpu) const
    {
        return {cpus[cpu].ap_list, cpus[cpu].ap_list + cpus[cpu].ap_count};
    }
    list loaded(u32 cpu) const
    {
        list intids;
        for (u32 i = 0; i < cpus[cpu].lr_used; i++)
            intids.push_back(static_cast<u32>(cpus[cpu].lr[i]));
        return intids;
    }
    list take_kicks()
    {
        list taken;
        taken.swap(kicks);
        return taken;
    }
};

#endif
