// Every register of the CPU interface in both directions, at both exception levels, under every
// combination of traps: who may access it, and where the access goes.
#include "gic/tests/vm_fixture.h"

#include <cstring>
#include <map>
#include <string>

namespace {

// As the manual has them: name, op1 CRn CRm op2, directions, and whose it is: 0 and 1 the groups,
// b both, s the SGIs, 2 EL2.
struct row {
    gic_cpuif reg;
    const char *name;
    u32 encoding;
    const char *directions;
    char whose;
};
// clang-format off
const row rows[] = {
    {GIC_PMR,     "ICC_PMR_EL1",     0x00460, "rw", 'b'},
    {GIC_IAR0,    "ICC_IAR0_EL1",    0x00c80, "r",  '0'},
    {GIC_EOIR0,   "ICC_EOIR0_EL1",   0x00c81, "w",  '0'},
    {GIC_HPPIR0,  "ICC_HPPIR0_EL1",  0x00c82, "r",  '0'},
    {GIC_BPR0,    "ICC_BPR0_EL1",    0x00c83, "rw", '0'},
    {GIC_AP0R0,   "ICC_AP0R0_EL1",   0x00c84, "rw", '0'},
    {GIC_AP0R1,   "ICC_AP0R1_EL1",   0x00c85, "rw", '0'},
    {GIC_AP0R2,   "ICC_AP0R2_EL1",   0x00c86, "rw", '0'},
    {GIC_AP0R3,   "ICC_AP0R3_EL1",   0x00c87, "rw", '0'},
    {GIC_AP1R0,   "ICC_AP1R0_EL1",   0x00c90, "rw", '1'},
    {GIC_AP1R1,   "ICC_AP1R1_EL1",   0x00c91, "rw", '1'},
    {GIC_AP1R2,   "ICC_AP1R2_EL1",   0x00c92, "rw", '1'},
    {GIC_AP1R3,   "ICC_AP1R3_EL1",   0x00c93, "rw", '1'},
    {GIC_NMIAR1,  "ICC_NMIAR1_EL1",  0x00c95, "r",  '1'},
    {GIC_DIR,     "ICC_DIR_EL1",     0x00cb1, "w",  'b'},
    {GIC_RPR,     "ICC_RPR_EL1",     0x00cb3, "r",  'b'},
    {GIC_SGI1R,   "ICC_SGI1R_EL1",   0x00cb5, "w",  's'},
    {GIC_ASGI1R,  "ICC_ASGI1R_EL1",  0x00cb6, "w",  's'},
    {GIC_SGI0R,   "ICC_SGI0R_EL1",   0x00cb7, "w",  's'},
    {GIC_IAR1,    "ICC_IAR1_EL1",    0x00cc0, "r",  '1'},
    {GIC_EOIR1,   "ICC_EOIR1_EL1",   0x00cc1, "w",  '1'},
    {GIC_HPPIR1,  "ICC_HPPIR1_EL1",  0x00cc2, "r",  '1'},
    {GIC_BPR1,    "ICC_BPR1_EL1",    0x00cc3, "rw", '1'},
    {GIC_CTLR,    "ICC_CTLR_EL1",    0x00cc4, "rw", 'b'},
    {GIC_SRE,     "ICC_SRE_EL1",     0x00cc5, "rw", 'S'},
    {GIC_IGRPEN0, "ICC_IGRPEN0_EL1", 0x00cc6, "rw", '0'},
    {GIC_IGRPEN1, "ICC_IGRPEN1_EL1", 0x00cc7, "rw", '1'},
    {GIC_SRE_EL2, "ICC_SRE_EL2",     0x04c95, "rw", '2'},
    {GIC_HAP0R0,  "ICH_AP0R0_EL2",   0x04c80, "rw", '2'},
    {GIC_HAP0R1,  "ICH_AP0R1_EL2",   0x04c81, "rw", '2'},
    {GIC_HAP0R2,  "ICH_AP0R2_EL2",   0x04c82, "rw", '2'},
    {GIC_HAP0R3,  "ICH_AP0R3_EL2",   0x04c83, "rw", '2'},
    {GIC_HAP1R0,  "ICH_AP1R0_EL2",   0x04c90, "rw", '2'},
    {GIC_HAP1R1,  "ICH_AP1R1_EL2",   0x04c91, "rw", '2'},
    {GIC_HAP1R2,  "ICH_AP1R2_EL2",   0x04c92, "rw", '2'},
    {GIC_HAP1R3,  "ICH_AP1R3_EL2",   0x04c93, "rw", '2'},
    {GIC_HCR,     "ICH_HCR_EL2",     0x04cb0, "rw", '2'},
    {GIC_VTR,     "ICH_VTR_EL2",     0x04cb1, "r",  '2'},
    {GIC_MISR,    "ICH_MISR_EL2",    0x04cb2, "r",  '2'},
    {GIC_EISR,    "ICH_EISR_EL2",    0x04cb3, "r",  '2'},
    {GIC_ELRSR,   "ICH_ELRSR_EL2",   0x04cb5, "r",  '2'},
    {GIC_VMCR,    "ICH_VMCR_EL2",    0x04cb7, "rw", '2'},
};
// clang-format on

std::vector<row> all_rows()
{
    static std::string names[16];
    std::vector<row> all(std::begin(rows), std::end(rows));
    for (u32 n = 0; n < 16; n++) {
        names[n] = "ICH_LR" + std::to_string(n) + "_EL2";
        u32 encoding = n < 8 ? 0x04cc0 + n : 0x04cd0 + n - 8;
        all.push_back({gic_cpuif(GIC_LR0 + n), names[n].c_str(), encoding, "rw", '2'});
    }
    return all;
}

TEST(Cpuif, NamesAndEncodingsAreTheManuals)
{
    std::map<u32, int> used;
    EXPECT_EQ(all_rows().size(), size_t{GIC_CPUIF_COUNT});
    for (const row &r : all_rows()) {
        const auto &i = gic_cpuif_info[r.reg];
        EXPECT_STREQ(i.name, r.name);
        u32 encoding = u32{i.op1} << 12 | u32{i.crn} << 8 | u32{i.crm} << 4 | i.op2;
        EXPECT_EQ(encoding, r.encoding) << r.name;
        EXPECT_EQ(++used[encoding], 1) << r.name;
    }
}

struct setting {
    u32 el, imo, fmo, sre, hcr;
};

std::vector<setting> all_settings()
{
    std::vector<setting> all;
    for (u32 bits = 0; bits < 256; bits++) {
        u32 hcr = GIC_HCR_EN;
        hcr |= bits & 1 ? GIC_HCR_TC : 0;
        hcr |= bits & 2 ? GIC_HCR_TALL0 : 0;
        hcr |= bits & 4 ? GIC_HCR_TALL1 : 0;
        hcr |= bits & 8 ? GIC_HCR_TDIR : 0;
        for (u32 el = 0; el <= 2; el++)
            all.push_back({el, bits >> 4 & 1, bits >> 5 & 1, bits >> 6 & 1, hcr});
    }
    return all;
}

bool is_there(const row &r, const gic_spec &spec)
{
    u32 ap_count = 1u << (spec.preemption_bits - 5);
    if (strstr(r.name, "_AP") != nullptr)
        return u32(strchr(r.name, 'R')[1] - '0') < ap_count;
    if (r.reg >= GIC_LR0)
        return u32(r.reg - GIC_LR0) < spec.lr_count;
    return r.reg != GIC_NMIAR1 || spec.nmi;
}

gic_access_result expected(const row &r, const char *direction, const setting &s,
                           const gic_spec &spec)
{
    bool virt0 = s.fmo, virt1 = s.imo;
    if (strstr(r.directions, direction) == nullptr || s.el == 0 || !is_there(r, spec))
        return GIC_UNDEFINED;
    if (s.el == 2)
        return r.whose == '2' && r.reg != GIC_SRE_EL2 ? GIC_DONE : GIC_PHYSICAL;
    switch (r.whose) {
    case '0':
        return s.hcr & GIC_HCR_TALL0 ? GIC_TRAP_EL2 : virt0 ? GIC_DONE : GIC_PHYSICAL;
    case '1':
        return s.hcr & GIC_HCR_TALL1 ? GIC_TRAP_EL2 : virt1 ? GIC_DONE : GIC_PHYSICAL;
    case 's':
        return s.hcr & GIC_HCR_TC || virt0 || virt1 ? GIC_TRAP_EL2 : GIC_PHYSICAL;
    case 'S':
        return s.sre ? GIC_PHYSICAL : GIC_TRAP_EL2;
    case 'b':
        if (s.hcr & GIC_HCR_TC || (r.reg == GIC_DIR && s.hcr & GIC_HCR_TDIR))
            return GIC_TRAP_EL2;
        return virt0 || virt1 ? GIC_DONE : GIC_PHYSICAL;
    default:
        return GIC_UNDEFINED;
    }
}

TEST(Cpuif, EveryAccessGoesWhereTrapsAndDirectionSay)
{
    for (u8 pre : {u8{5}, u8{6}, u8{7}})
        for (u8 nmi : {u8{0}, u8{1}}) {
            gic_spec spec = gic_spec_kvm(1);
            spec.priority_bits = spec.preemption_bits = pre;
            spec.nmi = nmi;
            spec.lr_count = static_cast<u8>(pre + 5); // 10..12
            for (const row &r : all_rows())
                for (const setting &s : all_settings()) {
                    SCOPED_TRACE(testing::Message() << r.name << " el " << s.el << std::hex
                                                    << " hcr " << s.hcr << " imo " << s.imo);
                    gic g{}, before;
                    gic_init_as(&g, &spec, 0);
                    g.hcr = s.hcr;
                    memcpy(&before, &g, sizeof(g));
                    gic_trap_inputs in{u8(s.el), u8(s.imo), u8(s.fmo), u8(s.sre), 0};
                    u64 value = 0xdead;
                    gic_access_result result = gic_cpuif_read(&g, r.reg, &in, &value);
                    ASSERT_EQ(result, expected(r, "r", s, spec)) << "read";
                    if (result != GIC_DONE) {
                        ASSERT_EQ(value, 0u);
                    }
                    result = gic_cpuif_write(&g, r.reg, &in, UINT64_MAX);
                    ASSERT_EQ(result, expected(r, "w", s, spec)) << "write";
                    if (result != GIC_DONE) {
                        ASSERT_EQ(memcmp(&before, &g, sizeof(g)), 0);
                    }
                    gic_check(&g);
                }
        }
}

// A guest of KVM: HCR_EL2.IMO and FMO, no trap but the SGIs.
struct Guest : testing::Test {
    machine m{3};
    gic_trap_inputs in{1, 1, 1, 0, 0};

    void SetUp() override
    {
        m.boot();
    }
    u64 read(gic_cpuif reg, u32 cpu = 0)
    {
        u64 value = 0;
        EXPECT_EQ(gic_cpuif_read(&m.cpus[cpu], reg, &in, &value), GIC_DONE);
        return value;
    }
    void write(gic_cpuif reg, u64 value, u32 cpu = 0)
    {
        EXPECT_EQ(gic_cpuif_write(&m.cpus[cpu], reg, &in, value), GIC_DONE);
    }
};

TEST_F(Guest, RegistersStartAsKvmGivesThem)
{
    gic_init_as(&m.cpus[0], &m.spec, 0);
    const std::map<gic_cpuif, u64> reset = {
        {GIC_PMR, 0},    {GIC_IAR0, 1023},   {GIC_HPPIR0, 1023}, {GIC_BPR0, 2},    {GIC_AP0R0, 0},
        {GIC_AP1R0, 0},  {GIC_RPR, 0xff},    {GIC_IAR1, 1023},   {GIC_HPPIR1, 1023}, {GIC_BPR1, 3},
        {GIC_CTLR, 0x400}, {GIC_IGRPEN0, 0}, {GIC_IGRPEN1, 0}};
    for (const auto &[reg, value] : reset)
        EXPECT_EQ(read(reg), value) << gic_cpuif_info[reg].name;
}

TEST_F(Guest, EachRegisterKeepsItsBits)
{
    const std::map<gic_cpuif, u64> ones = {
        {GIC_PMR, 0xf8},  {GIC_BPR0, 7},   {GIC_BPR1, 7},    {GIC_AP0R0, 0xffffffff},
        {GIC_AP1R0, 0xffffffff}, {GIC_IGRPEN0, 1}, {GIC_IGRPEN1, 1}};
    for (const auto &[reg, value] : ones) {
        write(reg, UINT64_MAX);
        EXPECT_EQ(read(reg), value) << gic_cpuif_info[reg].name;
        write(reg, 0);
    }
    EXPECT_EQ(read(GIC_PMR) | read(GIC_IGRPEN0) | read(GIC_IGRPEN1), 0u);
    EXPECT_EQ(read(GIC_BPR0), 2u);
    EXPECT_EQ(read(GIC_BPR1), 3u);
    write(GIC_CTLR, UINT64_MAX);
    EXPECT_EQ(read(GIC_CTLR), 0x403u);
}

TEST_F(Guest, SreIsServedByKvm)
{
    u64 value;
    EXPECT_EQ(gic_cpuif_read(&m.cpus[0], GIC_SRE, &in, &value), GIC_TRAP_EL2);
    EXPECT_EQ(gic_trapped_read(&m.cpus[0], GIC_SRE, &in), 7u);
    gic_trapped_write(&m.vm, 0, GIC_SRE, &in, 0);
    EXPECT_EQ(gic_trapped_read(&m.cpus[0], GIC_SRE, &in), 7u);
}

TEST_F(Guest, TrappedAccessesAreEmulatedOnTheSameState)
{
    m.cpus[1].hcr |= GIC_HCR_TC | GIC_HCR_TALL0 | GIC_HCR_TALL1 | GIC_HCR_TDIR;
    gic_trapped_write(&m.vm, 1, GIC_PMR, &in, 0x88);
    EXPECT_EQ(m.cpus[1].vmcr >> 24, 0x88u);
    EXPECT_EQ(gic_trapped_read(&m.cpus[1], GIC_PMR, &in), 0x88u);
    gic_trapped_write(&m.vm, 1, GIC_IGRPEN0, &in, 1);
    EXPECT_EQ(gic_trapped_read(&m.cpus[1], GIC_IGRPEN0, &in), 1u);
    EXPECT_EQ(gic_trapped_read(&m.cpus[1], GIC_IAR1, &in), 1023u);
}

TEST_F(Guest, AWholeInterruptGoesThroughTheRegisters)
{
    gic_inject_irq(&m.vm, 0, 3, true, 0);
    m.enter(0);
    EXPECT_EQ(read(GIC_HPPIR1), 3u);
    EXPECT_EQ(read(GIC_IAR1), 3u);
    EXPECT_EQ(read(GIC_RPR), 0xa0u);
    EXPECT_EQ(read(GIC_AP1R0), 1u << 20);
    write(GIC_EOIR1, 0xff000003); // 24 bits of INTID.
    EXPECT_EQ(read(GIC_RPR), 0xffu);
    m.leave(0);
    EXPECT_EQ(m.listed(0), list{});
}

TEST_F(Guest, EndAndDeactivationAreApartWithEoiMode1)
{
    write(GIC_CTLR, 2);
    gic_inject_irq(&m.vm, 0, 20, true, 0);
    m.enter(0);
    EXPECT_EQ(read(GIC_IAR1), 20u);
    write(GIC_EOIR1, 20);
    EXPECT_EQ(m.cpus[0].lr[0] & GIC_LR_STATE, GIC_LR_ACTIVE);
    EXPECT_FALSE(gic_maintenance(&m.cpus[0]));
    write(GIC_DIR, 20);
    EXPECT_EQ(m.cpus[0].lr[0] & GIC_LR_STATE, 0u);
    EXPECT_TRUE(gic_maintenance(&m.cpus[0]));
    m.leave(0);
}

// --- SGIs, by register and by the group of each target. ---

TEST_F(Guest, OnlySgi1rReachesGroup1)
{
    for (gic_cpuif reg : {GIC_SGI1R, GIC_ASGI1R, GIC_SGI0R})
        for (u32 group : {0u, 1u}) {
            m.init();
            m.boot();
            for (gic &g : m.cpus)
                gicr_write(&g, &m.dist, 0x10080, 4, group ? UINT32_MAX : ~(1u << 5));
            EXPECT_EQ(gic_cpuif_write(&m.cpus[0], reg, &in, 5u << 24 | 6), GIC_TRAP_EL2);
            gic_trapped_write(&m.vm, 0, reg, &in, 5u << 24 | 6);
            bool arrives = reg == GIC_SGI1R || group == 0;
            EXPECT_EQ(m.take_kicks(), arrives ? (list{1, 2}) : list{});
            EXPECT_EQ(m.listed(1), arrives ? list{5} : list{});
            EXPECT_EQ(gic_is_pending(&m.cpus[2], 5), arrives);
            EXPECT_FALSE(gic_is_pending(&m.cpus[0], 5));
        }
}

TEST_F(Guest, IrmReachesAllOthersAndUnknownAffinitiesNobody)
{
    gic_send_sgi(&m.vm, 1, GIC_SGI1R, 1ull << 40 | 2u << 24);
    EXPECT_EQ(m.take_kicks(), (list{0, 2}));
    for (u64 nobody : {1ull << 48, 1ull << 32, 1ull << 16}) {
        gic_send_sgi(&m.vm, 1, GIC_SGI1R, nobody | 3u << 24 | 0xffff);
        EXPECT_EQ(m.take_kicks(), list{});
    }
    gic_send_sgi(&m.vm, 1, GIC_SGI1R, 0xfull << 44 | 3u << 24 | 2); // RS
    EXPECT_EQ(m.take_kicks(), list{1});
}

TEST_F(Guest, ADisabledSgiPendsWithoutAKick)
{
    gicr_write(&m.cpus[1], &m.dist, 0x10180, 4, 1u << 7);
    gic_send_sgi(&m.vm, 0, GIC_SGI1R, 7u << 24 | 2);
    EXPECT_EQ(m.take_kicks(), list{});
    EXPECT_TRUE(gic_is_pending(&m.cpus[1], 7));
}

} // namespace
