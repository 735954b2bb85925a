/*
 * Any bytes as the life of a VM's interrupt controller: accesses of both frames at any offset and
 * width, every system register at every exception level, injections, entries and exits, sends,
 * routes; the bus and its ioeventfds beside it. The invariants hold after each operation, a read
 * changes nothing but an acknowledge, and what is refused changes nothing at all.
 */
#include <cstring>
#include <memory>
#include <vector>

#include "base/fuzz/bytes.hpp"
#include "gic/gic.h"

namespace {

enum { CPUS = 3 };

struct vm_under_test {
    gic_spec spec{};
    gic_dist dist{};
    gic cpus[CPUS]{};
    bool inside[CPUS]{};
    u64 kicks = 0;
    gic_vm vm{};

    explicit vm_under_test(fuzz_bytes &in)
    {
        const u16 sizes[] = {32, 64, 256, 1024};
        spec = gic_spec_kvm(CPUS);
        spec.nr_irqs = sizes[in.below(4)];
        spec.lr_count = u8(1 + in.below(GIC_LR_MAX));
        spec.preemption_bits = u8(5 + in.below(3));
        spec.priority_bits = u8(spec.preemption_bits + in.below(2));
        spec.tie = u8(in.below(GIC_TIE_COUNT));
        spec.nmi = u8(in.below(2));
        gic_dist_init_as(&dist, &spec);
        for (u32 i = 0; i < CPUS; i++)
            gic_init_as(&cpus[i], &spec, i);
        vm = {&dist, cpus, sizeof(gic), [](void *arg, u32 cpu) {
                  if (cpu >= CPUS)
                      abort();
                  ++*static_cast<u64 *>(arg);
              }, &kicks};
        gicd_write_vm(&vm, 0, 4, 2);
    }
};

void require(bool condition)
{
    if (!condition)
        abort();
}

// Mostly a row of the table, sometimes anywhere.
u32 offset(fuzz_bytes &in, const reg *table, size_t count)
{
    const reg &row = table[in.below(unsigned(count))];
    u32 anywhere = u32(in.number(3)) & 0x3ffff;

    return anywhere % 8 == 0 ? anywhere : row.off + in.below(row.len);
}

u32 width(fuzz_bytes &in)
{
    const u32 sizes[] = {4, 1, 8, 2, 4, 4, 3, 16};
    return sizes[in.below(8)];
}

void dist_access(fuzz_bytes &in, vm_under_test &t)
{
    size_t count;
    const reg *table = gicd_table(&count);
    u32 off = offset(in, table, count), size = width(in);

    if (in.below(4) != 0)
        off &= ~(size - 1);
    gicd_write_vm(&t.vm, off, size, in.number(8));
    u64 value = gicd_read(&t.dist, off, size);
    require(size >= 8 || value >> (8 * size) == 0);
    require(gicd_read(&t.dist, off, size) == value);
}

void redist_access(fuzz_bytes &in, vm_under_test &t, u32 cpu)
{
    size_t count;
    const reg *table = gicr_table(&count);
    u32 off = offset(in, table, count), size = width(in);

    if (in.below(4) != 0)
        off &= ~(size - 1);
    gicr_write(&t.cpus[cpu], &t.dist, off, size, in.number(8));
    u64 value = gicr_read(&t.cpus[cpu], &t.dist, cpu == CPUS - 1, off, size);
    require(size >= 8 || value >> (8 * size) == 0);
}

// EL2 leaves the registers alone that KVM has loaded; that is KVM's own rule.
bool would_break_kvm(const gic &g, gic_cpuif reg)
{
    return reg >= GIC_LR0 && u32(reg - GIC_LR0) < g.lr_used;
}

void cpu_access(fuzz_bytes &in, vm_under_test &t, u32 cpu)
{
    gic &g = t.cpus[cpu];
    gic_cpuif reg = gic_cpuif(in.below(GIC_CPUIF_COUNT));
    u32 bits = in.byte();
    gic_trap_inputs inputs{u8(bits % 4 == 3 ? 1 : bits % 4), u8(bits >> 2 & 1), u8(bits >> 3 & 1),
                           u8(bits >> 4 & 1), u8(bits >> 5 & 1)};
    u64 value = in.number(8), seen = 0;
    gic before;

    if (would_break_kvm(g, reg))
        return;
    memcpy(&before, &g, sizeof(g));
    bool is_read = bits & 64;
    gic_access_result result = is_read ? gic_cpuif_read(&g, reg, &inputs, &seen)
                                       : gic_cpuif_write(&g, reg, &inputs, value);
    bool acknowledges = reg == GIC_IAR0 || reg == GIC_IAR1 || reg == GIC_NMIAR1;
    if (result != GIC_DONE || (is_read && !acknowledges))
        require(memcmp(&before, &g, sizeof(g)) == 0);
    if (result != GIC_TRAP_EL2)
        return;
    if (is_read)
        gic_trapped_read(&g, reg, &inputs);
    else
        gic_trapped_write(&t.vm, cpu, reg, &inputs, value);
}

void cross(vm_under_test &t, u32 cpu)
{
    if (t.inside[cpu]) {
        if (gic_sync(&t.cpus[cpu], &t.dist))
            gic_migrate(&t.vm, cpu);
        require(t.cpus[cpu].lr_used == 0);
    } else {
        gic_flush(&t.cpus[cpu], &t.dist);
        require(t.cpus[cpu].lr_used <= t.cpus[cpu].ap_count);
    }
    t.inside[cpu] = !t.inside[cpu];
}

void inject(fuzz_bytes &in, vm_under_test &t, u32 cpu)
{
    u32 intid = in.below(1100), how = in.below(8);

    switch (how) {
    case 0:
        gic_set_owner(&t.vm, in.below(5), intid, u8(in.below(3)));
        break;
    case 1:
        gic_irq_line(&t.vm, u32(in.number(4)), in.below(2));
        break;
    case 2:
        gic_irqfd(&t.vm, in.below(1000));
        break;
    case 3:
        gic_set_resample(&t.vm, intid, in.below(2));
        break;
    default:
        if (how % 2 == 0)
            intid %= t.spec.nr_irqs;
        gic_inject_irq(&t.vm, in.below(2) ? cpu : in.below(5), intid, in.below(3) != 0,
                       u8(in.below(8) == 0));
    }
}

// What the guest does all day.
void guest(fuzz_bytes &in, vm_under_test &t, u32 cpu)
{
    gic &g = t.cpus[cpu];
    bool irq = gic_irq_asserted(&g), fiq = gic_fiq_asserted(&g);

    require(!(irq && fiq));
    require(!gic_nmi_asserted(&g) || irq);
    u32 intid = icc_iar1_read(&g);
    require(irq || intid == GIC_SPURIOUS);
    if (in.below(4) != 0)
        icc_eoir1_write(&g, intid);
    icc_pmr_write(&g, in.below(2) ? 0xf0 : in.byte());
    icc_igrpen1_write(&g, in.below(8) != 0);
    if (!irq)
        icc_dir_write(&g, in.below(1100));
}

bool refuse(void *arg, u32, u64, u32)
{
    return --*static_cast<int *>(arg) < 0;
}

void bus_access(fuzz_bytes &in, gic_bus &bus, gic_ioevents &events)
{
    gic_ioevent_args args{in.below(3), in.below(64) * 4, in.below(10), s32(in.below(4)) - 1,
                          in.below(16) * (in.below(2) ? 1u : 2u), 0};
    int refusals = int(in.below(4));
    u64 compares = 0;

    switch (in.below(4)) {
    case 0:
        gic_bus_insert(&bus, args.addr, args.len, in.below(8), false);
        break;
    case 1:
        gic_bus_remove(&bus, in.below(8));
        break;
    case 2:
        gic_bus_access(&bus, args.addr, args.len, refuse, &refusals, &compares);
        require(compares <= 2u * bus.count + 12);
        break;
    default:
        gic_ioevent(&events, &bus, &args);
        break;
    }
    require(bus.count <= GIC_BUS_RANGES_MAX && bus.ioevent_count <= bus.count);
    for (u32 i = 1; i < bus.count; i++)
        require(bus.range[i - 1].base <= bus.range[i].base || bus.range[i].len != 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes in(data, size);
    auto t = std::make_unique<vm_under_test>(in);
    static gic_bus bus;
    static gic_ioevents events;

    gic_bus_init(&bus);
    gic_ioevents_init(&events);
    while (!in.empty()) {
        u32 op = in.byte(), cpu = op / 16 % CPUS;
        gic_source source{u8(op % 5), u8(op / 8 % 3), {0, 0}, op * 3};
        gic_source_rules rules{t->spec.nr_irqs, gic_ppis_of_kvm(), u8(op % 2), 0, 0, 0};

        // clang-format off
        switch (op % 16) {
        case 0: case 1: dist_access(in, *t); break;
        case 2: redist_access(in, *t, cpu); break;
        case 3: case 4: cpu_access(in, *t, cpu); break;
        case 5: case 6: case 7: cross(*t, cpu); break;
        case 8: case 9: guest(in, *t, cpu); break;
        case 10: bus_access(in, bus, events); break;
        case 11: require(gic_source_check(&source, &rules) < GIC_SOURCE_ERRORS); break;
        default: inject(in, *t, cpu); break;
        }
        // clang-format on
        gic_vm_check(&t->vm);
        require(!gic_has_pending_irq(&t->cpus[cpu], &t->dist) || t->cpus[cpu].ap_count != 0);
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(VgicFuzz, AnyBytesKeepTheInvariants)
{
    fuzz_randomly(1, 6000, 600);
}
#endif
