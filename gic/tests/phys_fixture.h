// A physical GICv3 in memory of its own, with the words that tests use for its registers.
#ifndef GIC_TESTS_PHYS_FIXTURE_H
#define GIC_TESTS_PHYS_FIXTURE_H

#include "gic/gic.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace phys {

constexpr u32 sgi_base = 0x10000;
constexpr gicv3_access el1 = {1, 0};
constexpr gicv3_access el1_nmi = {1, 1}; // SCTLR_EL1.NMI set.

inline gicv3_spec spec_of(u32 pe_count)
{
    gicv3_spec spec;
    gicv3_spec_default(&spec, pe_count);
    return spec;
}

// Every option built.
inline gicv3_spec full_spec(u32 pe_count)
{
    gicv3_spec spec = spec_of(pe_count);
    spec.it_lines = 31;
    spec.espi_words = 32;
    spec.eppi_words = 2;
    spec.priority_bits = 8;
    spec.preemption_bits = 7;
    spec.has_nmi = spec.has_rss = spec.has_mbis = 1;
    return spec;
}

struct Machine {
    gicv3_spec spec;
    std::unique_ptr<gicv3_dist> dist = std::make_unique<gicv3_dist>();
    std::vector<gicv3_pe> pe;
    gicv3 s;

    explicit Machine(const gicv3_spec &wanted) : spec(wanted), pe(wanted.pe_count)
    {
        s = {&spec, dist.get(), pe.data()};
        gicv3_init(&s);
    }
    Machine(const Machine &) = delete; // `s` points into it.

    u32 d(u32 off, u32 size = 4) const
    {
        return static_cast<u32>(gicv3_dist_read(&s, off, size));
    }
    void d_write(u32 off, u64 value, u32 size = 4)
    {
        gicv3_dist_write(&s, off, size, value);
    }
    u32 r(u32 cpu, u32 off, u32 size = 4) const
    {
        return static_cast<u32>(gicv3_redist_read(&s, cpu, off, size));
    }
    void r_write(u32 cpu, u32 off, u64 value, u32 size = 4)
    {
        gicv3_redist_write(&s, cpu, off, size, value);
    }
    u64 icc(gic_cpuif reg, u32 cpu = 0, gicv3_access by = el1)
    {
        u64 value = 0xdead;
        EXPECT_EQ(gicv3_cpuif_read(&s, cpu, by, reg, &value), GICV3_OK);
        return value;
    }
    void icc_write(gic_cpuif reg, u64 value, u32 cpu = 0)
    {
        EXPECT_EQ(gicv3_cpuif_write(&s, cpu, el1, reg, value), GICV3_OK);
    }

    // As firmware and a kernel leave it: awake, both groups on, no mask.
    void wake(u32 cpu)
    {
        r_write(cpu, 0x14, 0);
        icc_write(GIC_PMR, 0xff, cpu);
        icc_write(GIC_IGRPEN0, 1, cpu);
        icc_write(GIC_IGRPEN1, 1, cpu);
    }
    void wake_all()
    {
        d_write(0, 3);
        for (u32 i = 0; i < spec.pe_count; i++)
            wake(i);
    }

    // A register with `bits_each` bits for each INTID, in whatever frame the INTID has it. `base`
    // is the GICD offset of the plain register, `base_e` of the extended one.
    struct spot {
        bool is_dist;
        u32 off; // Of the 32-bit (or 8-bit) register.
        u32 shift;
    };
    static spot spot_of(u32 intid, u32 base, u32 base_e, u32 bits_each)
    {
        u32 per = bits_each == 8 ? 1 : 32 / bits_each;
        u32 step = bits_each == 8 ? 1 : 4;
        u32 index = intid;
        bool is_dist = true;
        if (intid < 32)
            is_dist = false, base += sgi_base;
        else if (intid >= 1056 && intid < 1120)
            is_dist = false, base += sgi_base, index = intid - 1056 + 32;
        else if (intid >= 4096)
            base = base_e, index = intid - 4096;
        return {is_dist, base + index / per * step, bits_each == 8 ? 0 : index % per * bits_each};
    }
    u32 field(u32 cpu, u32 intid, u32 base, u32 base_e, u32 bits_each = 1) const
    {
        spot p = spot_of(intid, base, base_e, bits_each);
        u32 size = bits_each == 8 ? 1 : 4;
        u32 value = p.is_dist ? d(p.off, size) : r(cpu, p.off, size);
        return value >> p.shift & ((1u << bits_each) - 1);
    }
    // Writes zeros to the neighbours: for W1S, W1C and bytes.
    void poke(u32 cpu, u32 intid, u32 base, u32 base_e, u32 value = 1, u32 bits_each = 1)
    {
        spot p = spot_of(intid, base, base_e, bits_each);
        u32 size = bits_each == 8 ? 1 : 4;
        p.is_dist ? d_write(p.off, u64(value) << p.shift, size)
                  : r_write(cpu, p.off, u64(value) << p.shift, size);
    }
    // Keeps the neighbours: for plain registers.
    void change(u32 cpu, u32 intid, u32 base, u32 base_e, u32 value, u32 bits_each = 1)
    {
        spot p = spot_of(intid, base, base_e, bits_each);
        u32 mask = ((1u << bits_each) - 1) << p.shift;
        u32 old = p.is_dist ? d(p.off) : r(cpu, p.off);
        u32 merged = (old & ~mask) | value << p.shift;
        p.is_dist ? d_write(p.off, merged) : r_write(cpu, p.off, merged);
    }

    void group(u32 intid, u32 value, u32 cpu = 0) { change(cpu, intid, 0x80, 0x1000, value); }
    void enable(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x100, 0x1200); }
    void disable(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x180, 0x1400); }
    void pend(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x200, 0x1600); }
    void unpend(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x280, 0x1800); }
    void activate(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x300, 0x1a00); }
    void deactivate(u32 intid, u32 cpu = 0) { poke(cpu, intid, 0x380, 0x1c00); }
    void priority(u32 intid, u32 value, u32 cpu = 0)
    {
        poke(cpu, intid, 0x400, 0x2000, value, 8);
    }
    void edge(u32 intid, bool is_edge, u32 cpu = 0)
    {
        change(cpu, intid, 0xc00, 0x3000, is_edge ? 2 : 0, 2);
    }
    void nmi(u32 intid, u32 value, u32 cpu = 0) { change(cpu, intid, 0xf80, 0x3b00, value); }
    void route(u32 intid, u64 value)
    {
        d_write(intid >= 4096 ? 0x8000 + 8 * (intid - 4096) : 0x6000 + 8 * intid, value, 8);
    }
    bool is_pending(u32 intid, u32 cpu = 0) const { return field(cpu, intid, 0x200, 0x1600) != 0; }
    bool is_active(u32 intid, u32 cpu = 0) const { return field(cpu, intid, 0x300, 0x1a00) != 0; }
    // Ready to be taken by `cpu`, once it is pending.
    void prepare(u32 intid, u32 to_group, u32 to_priority, u32 cpu = 0)
    {
        group(intid, to_group, cpu);
        priority(intid, to_priority, cpu);
        enable(intid, cpu);
        if (intid >= 32 && !(intid >= 1056 && intid < 1120))
            route(intid, route_to(cpu));
    }
    u64 route_to(u32 cpu) const
    {
        u64 affinity = spec.affinity[cpu];
        return (affinity & 0xffffff) | affinity >> 24 << 32;
    }
    bool line(u32 intid, bool level, u32 cpu = 0) { return gicv3_set_line(&s, cpu, intid, level); }
    u32 lines(u32 cpu = 0) const { return gicv3_lines(&s, cpu); }
    void check() const { gicv3_check(&s); }

    // Does the INTID exist? Written from the INTID ranges of IHI 0069 2.2.
    bool exists(u32 intid) const
    {
        if (intid < 32)
            return true;
        if (intid <= 1019)
            return intid < 32u * (spec.it_lines + 1);
        if (intid >= 1056 && intid <= 1119)
            return intid < 1056u + 32 * spec.eppi_words;
        return intid >= 4096 && intid < 4096u + 32 * spec.espi_words;
    }

    std::vector<u8> image() const
    {
        size_t pe_size = pe.size() * sizeof(pe[0]);
        std::vector<u8> bytes(sizeof(*dist) + pe_size);
        memcpy(bytes.data(), dist.get(), sizeof(*dist));
        memcpy(bytes.data() + sizeof(*dist), pe.data(), pe_size);
        return bytes;
    }
};

} // namespace phys

#endif
