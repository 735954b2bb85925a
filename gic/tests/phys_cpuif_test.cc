// The registers of the physical CPU interface, IHI 0069 chapter 12: who may access them and how,
// and what they keep.
#include "gic/tests/phys_fixture.h"

#include <set>

namespace {

using phys::Machine;

// --- Access. ---

gicv3_result try_read(Machine &m, gic_cpuif reg, u8 el)
{
    u64 value = 0x5a5a;
    gicv3_result result = gicv3_cpuif_read(&m.s, 0, {el, 0}, reg, &value);
    if (result == GICV3_UNDEFINED) {
        EXPECT_EQ(value, 0x5a5au) << "an UNDEFINED read leaves its register";
    }
    return result;
}

struct access_row {
    gic_cpuif reg;
    const char *way; // "r", "w" or both.
};

// clang-format off
const access_row el1_registers[] = {
    {GIC_PMR, "rw"},   {GIC_IAR0, "r"},   {GIC_EOIR0, "w"},   {GIC_HPPIR0, "r"}, {GIC_BPR0, "rw"},
    {GIC_AP0R0, "rw"}, {GIC_AP0R1, "rw"}, {GIC_AP0R2, "rw"},  {GIC_AP0R3, "rw"},
    {GIC_AP1R0, "rw"}, {GIC_AP1R1, "rw"}, {GIC_AP1R2, "rw"},  {GIC_AP1R3, "rw"},
    {GIC_NMIAR1, "r"}, {GIC_DIR, "w"},    {GIC_RPR, "r"},     {GIC_SGI1R, "w"},  {GIC_ASGI1R, "w"},
    {GIC_SGI0R, "w"},  {GIC_IAR1, "r"},   {GIC_EOIR1, "w"},   {GIC_HPPIR1, "r"}, {GIC_BPR1, "rw"},
    {GIC_CTLR, "rw"},  {GIC_SRE, "rw"},   {GIC_IGRPEN0, "rw"}, {GIC_IGRPEN1, "rw"},
};
// clang-format on

const char *way_of(gic_cpuif reg, u8 el)
{
    for (const access_row &r : el1_registers)
        if (r.reg == reg)
            return el == 0 ? "" : r.way;
    return reg == GIC_SRE_EL2 && el >= 2 ? "rw" : ""; // ICH_* are not of this interface.
}

TEST(Access, EveryRegisterEveryDirectionEveryLevel)
{
    for (int i = 0; i < GIC_CPUIF_COUNT; i++)
        for (u8 el = 0; el <= 3; el++) {
            const gic_cpuif reg = static_cast<gic_cpuif>(i);
            Machine m(phys::full_spec(2));
            m.wake_all();
            const std::string way = way_of(reg, el);
            const bool reads = way.find('r') != std::string::npos;
            const bool writes = way.find('w') != std::string::npos;
            const std::vector<u8> before = m.image();
            EXPECT_EQ(try_read(m, reg, el), reads ? GICV3_OK : GICV3_UNDEFINED)
                << gic_cpuif_info[i].name << " at EL" << int(el);
            EXPECT_EQ(gicv3_cpuif_write(&m.s, 0, {el, 0}, reg, 0),
                      writes ? GICV3_OK : GICV3_UNDEFINED)
                << gic_cpuif_info[i].name << " at EL" << int(el);
            if (!writes) {
                gicv3_cpuif_write(&m.s, 0, {el, 0}, reg, UINT64_MAX);
                EXPECT_EQ(m.image(), before) << gic_cpuif_info[i].name;
            }
            m.check();
        }
}

TEST(Access, ActivePriorityRegistersFollowThePreemptionBits)
{
    const u32 counts[] = {1, 1, 2, 4}; // 4, 5, 6 and 7 bits.
    for (u8 bits = 4; bits <= 7; bits++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.preemption_bits = bits;
        Machine m(spec);
        for (u32 i = 0; i < 4; i++)
            for (gic_cpuif first : {GIC_AP0R0, GIC_AP1R0}) {
                const gic_cpuif reg = static_cast<gic_cpuif>(first + i);
                const gicv3_result want = i < counts[bits - 4] ? GICV3_OK : GICV3_UNDEFINED;
                EXPECT_EQ(try_read(m, reg, 1), want) << int(bits) << " " << i;
                EXPECT_EQ(gicv3_cpuif_write(&m.s, 0, phys::el1, reg, 0), want);
            }
    }
}

TEST(Access, NmiarIsUndefinedWithoutTheFeature)
{
    Machine m(phys::spec_of(1));
    EXPECT_EQ(try_read(m, GIC_NMIAR1, 1), GICV3_UNDEFINED);
    EXPECT_EQ(try_read(m, GIC_NMIAR1, 3), GICV3_UNDEFINED);
}

// --- What registers keep. ---

TEST(Register, ResetsAreThoseOfTheManual)
{
    Machine m(phys::full_spec(1));
    const std::set<gic_cpuif> unsafe = {GIC_IAR0, GIC_IAR1, GIC_NMIAR1, GIC_HPPIR0, GIC_HPPIR1};
    for (const access_row &r : el1_registers) {
        u64 want = unsafe.count(r.reg) ? 1023 : 0;
        if (r.reg == GIC_RPR)
            want = 0xff;
        if (r.reg == GIC_BPR1)
            want = 1; // 7 bits of preemption; BPR0 is 0.
        if (r.reg == GIC_SRE)
            want = 7;
        if (r.reg == GIC_CTLR)
            want = 7 << 8 | 1 << 15 | 1 << 18 | 1 << 19;
        if (r.way[0] == 'r') {
            EXPECT_EQ(m.icc(r.reg), want) << gic_cpuif_info[r.reg].name;
        }
    }
    EXPECT_EQ(m.icc(GIC_SRE_EL2, 0, {2, 0}), 15u);
}

TEST(Register, PmrKeepsTheImplementedBits)
{
    const u32 masks[] = {0xf0, 0xf8, 0xfc, 0xfe, 0xff};
    for (u8 bits = 4; bits <= 8; bits++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.priority_bits = bits;
        spec.preemption_bits = 4;
        Machine m(spec);
        for (u64 value : {0ull, 0x01ull, 0x10ull, 0x7full, 0xffull, 0xfffffffffffffff7ull}) {
            m.icc_write(GIC_PMR, value);
            EXPECT_EQ(m.icc(GIC_PMR), value & masks[bits - 4]);
        }
    }
}

// A lesser value stores the least one.
TEST(Register, BinaryPointsHaveALeastValue)
{
    for (u8 bits = 4; bits <= 7; bits++) {
        gicv3_spec spec = phys::full_spec(1);
        spec.preemption_bits = bits;
        Machine m(spec);
        const u64 least0 = 7u - bits, least1 = 8u - bits;
        EXPECT_EQ(m.icc(GIC_BPR0), least0);
        EXPECT_EQ(m.icc(GIC_BPR1), least1);
        for (u64 value = 0; value < 16; value++) {
            m.icc_write(GIC_BPR0, value);
            m.icc_write(GIC_BPR1, value);
            EXPECT_EQ(m.icc(GIC_BPR0), std::max(value % 8, least0));
            EXPECT_EQ(m.icc(GIC_BPR1), std::max(value % 8, least1));
            m.check();
        }
    }
}

// CBPR: BPR1 shows BPR0 + 1, takes no writes, and comes back as it was.
TEST(Register, CommonBinaryPointHidesTheOther)
{
    Machine m(phys::full_spec(1));
    for (u64 bpr0 = 0; bpr0 < 8; bpr0++) {
        m.icc_write(GIC_CTLR, 0);
        m.icc_write(GIC_BPR0, bpr0);
        m.icc_write(GIC_BPR1, 5);
        m.icc_write(GIC_CTLR, 1);
        EXPECT_EQ(m.icc(GIC_BPR1), bpr0 == 7 ? 7 : bpr0 + 1);
        m.icc_write(GIC_BPR1, 2);
        EXPECT_EQ(m.icc(GIC_BPR1), bpr0 == 7 ? 7 : bpr0 + 1);
        EXPECT_EQ(m.icc(GIC_BPR0), bpr0);
        m.icc_write(GIC_CTLR, 0);
        EXPECT_EQ(m.icc(GIC_BPR1), 5u);
    }
}

TEST(Register, ControlSaysWhatWasBuiltAndKeepsThreeBits)
{
    struct {
        void (*change)(gicv3_spec *spec);
        u64 value;
    } const rows[] = {
        // clang-format off
        {[](gicv3_spec *) {},                            0x08400},
        {[](gicv3_spec *s) { s->priority_bits = 8; },    0x08700},
        {[](gicv3_spec *s) { s->priority_bits = 4, s->preemption_bits = 4; }, 0x08300},
        {[](gicv3_spec *s) { s->has_a3v = 0; },          0x00400},
        {[](gicv3_spec *s) { s->has_rss = 1; },          0x48400},
        {[](gicv3_spec *s) { s->eppi_words = 1; },       0x88400},
        {[](gicv3_spec *s) { s->espi_words = 1; },       0x88400},
        // clang-format on
    };
    for (const auto &row : rows) {
        gicv3_spec spec = phys::spec_of(1);
        row.change(&spec);
        Machine m(spec);
        EXPECT_EQ(m.icc(GIC_CTLR), row.value);
        m.icc_write(GIC_CTLR, UINT64_MAX);
        EXPECT_EQ(m.icc(GIC_CTLR), row.value | 0x43); // PMHE, EOImode, CBPR.
        m.icc_write(GIC_CTLR, 0);
        EXPECT_EQ(m.icc(GIC_CTLR), row.value);
    }
}

TEST(Register, SystemRegisterEnableIsFixed)
{
    Machine m(phys::spec_of(1));
    for (u64 value : {0ull, ~0ull}) {
        m.icc_write(GIC_SRE, value);
        EXPECT_EQ(m.icc(GIC_SRE), 7u);
        EXPECT_EQ(gicv3_cpuif_write(&m.s, 0, {2, 0}, GIC_SRE_EL2, value), GICV3_OK);
        EXPECT_EQ(m.icc(GIC_SRE_EL2, 0, {2, 0}), 15u);
    }
}

TEST(Register, GroupEnablesHaveOneBitEach)
{
    Machine m(phys::spec_of(2));
    m.icc_write(GIC_IGRPEN0, UINT64_MAX);
    EXPECT_EQ(m.icc(GIC_IGRPEN0), 1u);
    EXPECT_EQ(m.icc(GIC_IGRPEN1), 0u);
    m.icc_write(GIC_IGRPEN1, 3);
    m.icc_write(GIC_IGRPEN0, 2);
    EXPECT_EQ(m.icc(GIC_IGRPEN0), 0u);
    EXPECT_EQ(m.icc(GIC_IGRPEN1), 1u);
    EXPECT_EQ(m.icc(GIC_IGRPEN1, 1), 0u) << "each PE has its own";
}

TEST(Register, ActivePrioritiesAreReadAndWritten)
{
    for (u8 bits = 4; bits <= 7; bits++) {
        gicv3_spec spec = phys::spec_of(1);
        spec.priority_bits = 8;
        spec.preemption_bits = bits;
        Machine m(spec);
        m.icc_write(GIC_AP0R0, UINT64_MAX);
        EXPECT_EQ(m.icc(GIC_AP0R0), bits == 4 ? 0xffffu : 0xffffffffu);
        m.icc_write(GIC_AP1R0, UINT64_MAX);
        EXPECT_EQ(m.icc(GIC_AP1R0), bits == 4 ? 0xffffu : 0xffffffffu) << "no NMI bit";
        m.icc_write(GIC_AP0R0, 0);
        m.icc_write(GIC_AP1R0, 0);
        m.check();
        // RPR is the lowest bit over all registers, shifted to its place.
        const u32 levels = 1u << bits;
        for (u32 level = 0; level < levels; level++)
            for (gic_cpuif first : {GIC_AP0R0, GIC_AP1R0}) {
                const gic_cpuif reg = static_cast<gic_cpuif>(first + level / 32);
                m.icc_write(reg, 1ull << level % 32);
                EXPECT_EQ(m.icc(GIC_RPR), level * (256 / levels));
                m.icc_write(reg, 0);
            }
        EXPECT_EQ(m.icc(GIC_RPR), 0xffu);
    }
}

} // namespace
