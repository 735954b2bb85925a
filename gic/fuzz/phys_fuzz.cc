/*
 * Any bytes as a physical GICv3 and what happens to it: accesses to its frames (in rows and
 * anywhere, of any size), system registers, wires. After each its invariants hold, a read has
 * changed nothing, and what was acknowledged had been signalled. Runs under libFuzzer
 * (-DAPFSIM_LIBFUZZER -fsanitize=fuzzer), or as a test with random bytes.
 */
#include "base/fuzz/bytes.hpp"
#include "gic/gic.h"

#include <cstdlib>
#include <cstring>

namespace {

constexpr unsigned pe_max = 4;

struct target {
    gicv3_spec spec;
    gicv3_dist dist;
    gicv3_pe pe[pe_max];
};

void require(bool holds)
{
    if (!holds)
        abort();
}

void build(gicv3_spec *spec, fuzz_bytes &in)
{
    gicv3_spec_default(spec, 1 + in.below(pe_max));
    spec->it_lines = uint8_t(in.below(32));
    spec->espi_words = uint8_t(in.below(33));
    spec->eppi_words = uint8_t(in.below(3));
    spec->priority_bits = uint8_t(4 + in.below(5));
    spec->preemption_bits = uint8_t(4 + in.below(4));
    if (spec->preemption_bits > spec->priority_bits)
        spec->preemption_bits = spec->priority_bits;
    const unsigned flags = in.byte(), more = in.byte();
    spec->has_nmi = flags & 1;
    spec->has_rss = flags >> 1 & 1;
    spec->no_1_of_n = flags >> 2 & 1;
    spec->has_dpg = flags >> 3 & 1;
    spec->has_a3v = flags >> 4 & 1;
    spec->has_mbis = flags >> 5 & 1;
    spec->sgi_always_enabled = flags >> 6 & 1;
    spec->ppi_config_writable = flags >> 7 & 1;
    spec->tie = more & 1;
    spec->has_statusr = more >> 7;
    for (unsigned i = 0; i < spec->pe_count && spec->has_a3v; i++)
        spec->affinity[i] |= (more >> (1 + i) & 1u) << 24;
    require(gicv3_spec_error(spec) == nullptr);
}

/* Three of four accesses hit a register. */
u32 offset(fuzz_bytes &in, const reg *table, size_t count)
{
    if (in.below(4) == 0)
        return u32(in.number(3));
    const reg *r = &table[in.below(unsigned(count))];
    return r->off + in.below(r->len < 65536 ? r->len : 65536);
}

u32 size_of(fuzz_bytes &in, u32 *off)
{
    const u32 sizes[] = {4, 4, 4, 8, 1, 1, 2, 3};
    const u32 size = sizes[in.below(8)];

    if (in.below(8) != 0)
        *off -= *off % size;
    return size;
}

u32 interrupt(fuzz_bytes &in)
{
    const u32 first[] = {0, 16, 32, 992, 1056, 4096, 5088, 0};
    const unsigned kind = in.below(8);

    return kind == 7 ? u32(in.number(2)) : first[kind] + in.below(32);
}

void access_dist(const gicv3 &s, fuzz_bytes &in, bool is_write)
{
    size_t count = 0;
    const reg *table = gicv3_dist_table(&count);
    u32 off = offset(in, table, count);
    const u32 size = size_of(in, &off);

    if (is_write)
        gicv3_dist_write(&s, off, size, in.number(8));
    else
        require(size == 8 || gicv3_dist_read(&s, off, size) >> (8 * size) == 0);
}

void access_redist(const gicv3 &s, fuzz_bytes &in, bool is_write)
{
    size_t count = 0;
    const reg *table = gicv3_redist_table(&count);
    const u32 pe = in.below(s.spec->pe_count);
    u32 off = offset(in, table, count);
    const u32 size = size_of(in, &off);

    if (is_write)
        gicv3_redist_write(&s, pe, off, size, in.number(8));
    else
        require(size == 8 || gicv3_redist_read(&s, pe, off, size) >> (8 * size) == 0);
}

/* An acknowledge finds what was signalled, and nothing is signalled without something to find. */
void read_register(const gicv3 &s, fuzz_bytes &in, target &t)
{
    const gic_cpuif reg = gic_cpuif(in.below(GIC_CPUIF_COUNT));
    const u32 pe = in.below(s.spec->pe_count);
    const gicv3_access by = {uint8_t(in.below(4)), uint8_t(in.below(2))};
    const u32 lines = gicv3_lines(&s, pe);
    const target before = t;
    u64 value = 0;
    const gicv3_result result = gicv3_cpuif_read(&s, pe, by, reg, &value);

    const bool is_iar = reg == GIC_IAR0 || reg == GIC_IAR1 || reg == GIC_NMIAR1;
    const bool is_taken = result == GICV3_OK && is_iar && value != GICV3_SPURIOUS &&
                          value != GICV3_NMI;
    if (!is_taken) {
        require(memcmp(&before, &t, sizeof(t)) == 0);
        return;
    }
    require(lines == GICV3_LINE_FIQ ? reg == GIC_IAR0 : reg != GIC_IAR0);
    require((lines & (GICV3_LINE_FIQ | GICV3_LINE_IRQ)) != 0);
    require(gicv3_target(&s, pe, u32(value)) == s32(pe) && memcmp(&before, &t, sizeof(t)) != 0);
    require((reg == GIC_NMIAR1) <= ((lines & GICV3_LINE_NMI) != 0));
    require(value < 1020 || value >= GICV3_EPPI_FIRST);
}

void step(const gicv3 &s, fuzz_bytes &in, target &t)
{
    const unsigned what = in.below(8);
    const u32 pe = in.below(s.spec->pe_count);

    switch (what) {
    case 0:
        access_dist(s, in, true);
        break;
    case 1:
        access_redist(s, in, true);
        break;
    case 2: {
        const gic_cpuif reg = gic_cpuif(in.below(GIC_CPUIF_COUNT));
        const gicv3_access by = {uint8_t(in.below(4)), uint8_t(in.below(2))};
        gicv3_cpuif_write(&s, pe, by, reg, in.number(8));
        break;
    }
    case 3:
    case 4:
        read_register(s, in, t);
        break;
    case 5:
        gicv3_set_line(&s, pe, interrupt(in), in.below(2));
        break;
    default: {
        const target before = t;
        what == 6 ? access_dist(s, in, false) : access_redist(s, in, false);
        gicv3_target(&s, pe, interrupt(in));
        require(t.spec.has_statusr || memcmp(&before, &t, sizeof(t)) == 0);
        break;
    }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static target t;
    fuzz_bytes in(data, size);
    const gicv3 s = {&t.spec, &t.dist, t.pe};

    memset(static_cast<void *>(&t), 0, sizeof(t));
    build(&t.spec, in);
    gicv3_init(&s);
    /* Half of the inputs begin with all that is needed to be signalled something. */
    if (in.below(2) == 0) {
        gicv3_dist_write(&s, 0, 4, 3);
        for (u32 i = 0; i < t.spec.pe_count; i++) {
            gicv3_redist_write(&s, i, 0x14, 4, 0);
            gicv3_redist_write(&s, i, 0x10100, 4, UINT32_MAX);
            gicv3_dist_write(&s, 0x104, 4, UINT32_MAX);
            for (gic_cpuif reg : {GIC_PMR, GIC_IGRPEN0, GIC_IGRPEN1})
                gicv3_cpuif_write(&s, i, {1, 0}, reg, 0xff);
        }
    }
    gicv3_check(&s);
    while (!in.empty()) {
        step(s, in, t);
        gicv3_check(&s);
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

TEST(PhysFuzz, InvariantsHoldWhateverHappens)
{
    fuzz_randomly(1, 5000, 400);
}
#endif
