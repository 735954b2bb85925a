// The hypervisor's registers: fields of a list register, ICH_HCR_EL2, ICH_VTR_EL2, ICH_VMCR_EL2 and
// the guest's view of it, and every line of ICH_MISR_EL2.
#include "gic/tests/vm_fixture.h"

#include <cstring>

namespace {

constexpr u64 eoi = GIC_LR_EOI, hw = GIC_LR_HW, group1 = GIC_LR_GROUP1;
constexpr u64 pending = GIC_LR_PENDING, active = GIC_LR_ACTIVE;

struct Ich : testing::Test {
    gic g{};
    gic_trap_inputs el2{2, 1, 1, 1, 0}, el1{1, 1, 1, 0, 0};

    void SetUp() override
    {
        gic_init(&g, 0, 4);
    }
    void TearDown() override
    {
        gic_check(&g);
    }
    void reset(u8 priority_bits, u8 preemption_bits, u8 lr_count = 4, u8 nmi = 0)
    {
        gic_spec s = gic_spec_kvm(1);
        s.priority_bits = priority_bits;
        s.preemption_bits = preemption_bits;
        s.lr_count = lr_count;
        s.nmi = nmi;
        gic_init_as(&g, &s, 0);
    }
    u64 read(gic_cpuif reg)
    {
        u64 value = 0;
        EXPECT_EQ(gic_cpuif_read(&g, reg, &el2, &value), GIC_DONE);
        return value;
    }
    void write(gic_cpuif reg, u64 value)
    {
        EXPECT_EQ(gic_cpuif_write(&g, reg, &el2, value), GIC_DONE);
    }
    u64 guest(gic_cpuif reg)
    {
        u64 value = 0;
        EXPECT_EQ(gic_cpuif_read(&g, reg, &el1, &value), GIC_DONE);
        return value;
    }
    void guest(gic_cpuif reg, u64 value)
    {
        EXPECT_EQ(gic_cpuif_write(&g, reg, &el1, value), GIC_DONE);
    }
    void lr(u32 n, u64 value)
    {
        write(gic_cpuif(GIC_LR0 + n), value);
    }
    u64 lr(u32 n)
    {
        return read(gic_cpuif(GIC_LR0 + n));
    }
};

// --- ICH_LR<n>_EL2 ---

TEST_F(Ich, AListRegisterKeepsItsImplementedFields)
{
    struct {
        u8 priority_bits, nmi;
        u64 written, read;
    } const cases[] = {
        {5, 0, UINT64_MAX, 0xf0f81fff0000ffff},             // HW = 1: pINTID has 13 bits.
        {6, 0, UINT64_MAX, 0xf0fc1fff0000ffff},
        {7, 0, UINT64_MAX, 0xf0fe1fff0000ffff},
        {8, 0, UINT64_MAX, 0xf0ff1fff0000ffff},
        {5, 0, UINT64_MAX & ~hw, 0xd0f802000000ffff},       // HW = 0: EOI in its place.
        {5, 1, UINT64_MAX, 0xf8f81fff0000ffff},             // NMI
        {5, 1, UINT64_MAX & ~group1, 0xe0f81fff0000ffff},   // Not in group 0.
        {5, 0, 0, 0},
    };
    for (const auto &c : cases) {
        reset(c.priority_bits, 5, 4, c.nmi);
        for (u32 n = 0; n < 4; n++) {
            lr(n, c.written);
            EXPECT_EQ(lr(n), c.read) << n << std::hex << " " << c.written;
        }
    }
}

TEST_F(Ich, ListRegistersBeyondTheirNumberAreUndefined)
{
    for (u8 count = 1; count <= 16; count++) {
        reset(5, 5, count);
        EXPECT_EQ(read(GIC_VTR) & 31, count - 1u);
        for (u32 n = 0; n < 16; n++) {
            u64 value;
            gic_access_result expected = n < count ? GIC_DONE : GIC_UNDEFINED;
            gic_cpuif reg = gic_cpuif(GIC_LR0 + n);
            EXPECT_EQ(gic_cpuif_read(&g, reg, &el2, &value), expected);
            EXPECT_EQ(gic_cpuif_write(&g, reg, &el2, 0), expected);
        }
    }
}

TEST_F(Ich, VtrTellsWhatThereIs)
{
    EXPECT_EQ(read(GIC_VTR), 0x90180003u);
    reset(8, 7, 16);
    EXPECT_EQ(read(GIC_VTR), 0xf818000fu);
    reset(6, 6, 1);
    EXPECT_EQ(read(GIC_VTR), 0xb4180000u);
}

// --- ICH_HCR_EL2 ---

TEST_F(Ich, HcrKeepsItsBitsAndCountsEndsInFive)
{
    write(GIC_HCR, UINT64_MAX);
    EXPECT_EQ(read(GIC_HCR), 0xf8007cffu);
    write(GIC_HCR, 0);
    EXPECT_EQ(read(GIC_HCR), 0u);
    write(GIC_HCR, GIC_HCR_EN);
    for (u32 i = 1; i <= 33; i++) {
        g.ap[1][0] = 1;
        EXPECT_FALSE(icc_eoir1_write(&g, 50));
        EXPECT_EQ(read(GIC_HCR), (i % 32) << 27 | GIC_HCR_EN);
    }
    write(GIC_HCR, 30u << 27 | GIC_HCR_EN | GIC_HCR_LRENPIE);
    g.ap[1][0] = 7;
    EXPECT_TRUE(icc_eoir1_write(&g, 50));
    EXPECT_EQ(read(GIC_HCR) >> 27, 31u);
    EXPECT_FALSE(icc_eoir1_write(&g, 50)); // 32 reads as none.
    EXPECT_TRUE(icc_eoir1_write(&g, 50));
}

TEST_F(Ich, WithoutEnNothingIsSignalled)
{
    icc_pmr_write(&g, 0xf0);
    icc_igrpen1_write(&g, 1);
    lr(0, 5 | 0xa0ull << 48 | group1 | pending);
    EXPECT_TRUE(gic_irq_asserted(&g));
    write(GIC_HCR, GIC_HCR_NPIE);
    EXPECT_FALSE(gic_irq_asserted(&g));
    EXPECT_EQ(guest(GIC_IAR1), 1023u);
    EXPECT_EQ(guest(GIC_HPPIR1), 1023u);
    lr(0, 0);
    EXPECT_EQ(read(GIC_MISR), 8u);
    EXPECT_FALSE(gic_maintenance(&g));
    write(GIC_HCR, GIC_HCR_NPIE | GIC_HCR_EN);
    EXPECT_TRUE(gic_maintenance(&g));
}

// --- ICH_MISR_EL2, line by line. ---

TEST_F(Ich, MisrEoiIsAFreeRegisterThatAsksForMaintenance)
{
    for (u32 n = 0; n < 4; n++)
        for (u64 state : {u64{0}, pending, active, pending | active})
            for (u64 kind : {u64{0}, eoi, hw, hw | eoi}) {
                SetUp();
                lr(n, 40 | group1 | kind | state);
                bool ended = state == 0 && kind == eoi;
                EXPECT_EQ(read(GIC_EISR), u64{ended} << n);
                EXPECT_EQ(read(GIC_MISR), u64{ended});
                bool is_free = state == 0 && kind != eoi;
                EXPECT_EQ(read(GIC_ELRSR), 15u & ~(is_free ? 0u : 1u << n));
                EXPECT_EQ(gic_maintenance(&g), ended);
            }
}

TEST_F(Ich, MisrUIsAtMostOneRegisterInUse)
{
    for (u32 used = 0; used <= 4; used++)
        for (bool enabled : {false, true}) {
            SetUp();
            write(GIC_HCR, GIC_HCR_EN | (enabled ? GIC_HCR_UIE : 0));
            const u64 states[] = {pending, active, pending | active, pending};
            for (u32 n = 0; n < used; n++)
                lr(n, (40 + n) | group1 | states[n]);
            EXPECT_EQ(read(GIC_MISR), enabled && used <= 1 ? 2u : 0u) << used;
        }
}

TEST_F(Ich, MisrLrenpIsAnEndWithoutRegister)
{
    for (u32 count : {0u, 1u, 31u})
        for (bool enabled : {false, true}) {
            write(GIC_HCR, count << 27 | GIC_HCR_EN | (enabled ? GIC_HCR_LRENPIE : 0));
            EXPECT_EQ(read(GIC_MISR), enabled && count != 0 ? 4u : 0u);
        }
}

TEST_F(Ich, MisrNpIsNoRegisterPending)
{
    for (u64 state : {u64{0}, pending, active, pending | active})
        for (bool enabled : {false, true}) {
            SetUp();
            write(GIC_HCR, GIC_HCR_EN | (enabled ? GIC_HCR_NPIE : 0));
            lr(1, 40 | group1 | state);
            EXPECT_EQ(read(GIC_MISR), enabled && state != pending ? 8u : 0u);
        }
}

TEST_F(Ich, MisrTellsTheGroupEnables)
{
    for (u32 enables = 0; enables < 16; enables++)
        for (u32 groups = 0; groups < 4; groups++) {
            write(GIC_HCR, GIC_HCR_EN | enables << 4);
            guest(GIC_IGRPEN0, groups & 1);
            guest(GIC_IGRPEN1, groups >> 1);
            u32 is = (groups & 1 ? 1 : 2) | (groups & 2 ? 4 : 8);
            EXPECT_EQ(read(GIC_MISR), (is & enables) << 4);
            EXPECT_EQ(gic_maintenance(&g), (is & enables) != 0);
        }
}

TEST_F(Ich, WithOneRegisterTheUnderflowIsThereAtTheEntry)
{
    machine m(1);
    m.spec.lr_count = 1;
    m.init();
    m.boot();
    gic_inject_irq(&m.vm, 0, 1, true, 0);
    m.enter(0);
    EXPECT_FALSE(gic_maintenance(&m.cpus[0]));
    m.leave(0);
    gic_inject_irq(&m.vm, 0, 2, true, 0);
    m.enter(0);
    EXPECT_TRUE(gic_maintenance(&m.cpus[0]));
    m.leave(0);
    EXPECT_FALSE(gic_maintenance(&m.cpus[0]));
}

// --- ICH_VMCR_EL2 and the active priorities are the guest's registers. ---

TEST_F(Ich, VmcrAndTheGuestsRegistersAreOneState)
{
    write(GIC_VMCR, 0x9c << 24 | 4u << 21 | 5u << 18 | 1u << 9 | 1u << 4 | 3);
    EXPECT_EQ(guest(GIC_PMR), 0x98u);
    EXPECT_EQ(guest(GIC_BPR0), 4u);
    EXPECT_EQ(guest(GIC_BPR1), 5u); // CBPR: BPR0 + 1
    EXPECT_EQ(guest(GIC_CTLR), 0x403u);
    EXPECT_EQ(guest(GIC_IGRPEN0), 1u);
    EXPECT_EQ(guest(GIC_IGRPEN1), 1u);
    guest(GIC_CTLR, 0);
    guest(GIC_PMR, 0x40);
    guest(GIC_BPR0, 3);
    guest(GIC_BPR1, 7);
    guest(GIC_IGRPEN0, 0);
    EXPECT_EQ(read(GIC_VMCR), 0x40u << 24 | 3u << 21 | 7u << 18 | 8 | 2);
}

TEST_F(Ich, VmcrClampsAndHasAFixedBit)
{
    for (u8 pre : {u8{5}, u8{6}, u8{7}})
        for (u32 bpr0 = 0; bpr0 < 8; bpr0++)
            for (u32 bpr1 = 0; bpr1 < 8; bpr1++) {
                reset(pre, pre);
                write(GIC_VMCR, bpr0 << 21 | bpr1 << 18);
                u32 least0 = 7u - pre, least1 = 8u - pre;
                EXPECT_EQ(read(GIC_VMCR) >> 21 & 7, std::max(bpr0, least0));
                EXPECT_EQ(read(GIC_VMCR) >> 18 & 7, std::max(bpr1, least1));
            }
    reset(5, 5);
    write(GIC_VMCR, UINT64_MAX);
    EXPECT_EQ(read(GIC_VMCR), 0xf8fc021bu);
    write(GIC_VMCR, 0);
    EXPECT_EQ(read(GIC_VMCR), 2u << 21 | 3u << 18 | 8);
    reset(8, 7);
    write(GIC_VMCR, UINT64_MAX);
    EXPECT_EQ(read(GIC_VMCR) >> 24, 0xffu);
}

TEST_F(Ich, ActivePrioritiesAreTheGuests)
{
    for (u8 pre : {u8{5}, u8{6}, u8{7}}) {
        reset(pre, pre, 4, 1);
        for (u32 n = 0; n < 1u << (pre - 5); n++) {
            write(gic_cpuif(GIC_HAP0R0 + n), 0x100 + n);
            write(gic_cpuif(GIC_HAP1R0 + n), 0x200 + n);
            EXPECT_EQ(guest(gic_cpuif(GIC_AP0R0 + n)), 0x100 + n);
            EXPECT_EQ(guest(gic_cpuif(GIC_AP1R0 + n)), 0x200 + n);
            guest(gic_cpuif(GIC_AP0R0 + n), 0x300 + n);
            guest(gic_cpuif(GIC_AP1R0 + n), 0x400 + n);
            EXPECT_EQ(read(gic_cpuif(GIC_HAP0R0 + n)), 0x300 + n);
            EXPECT_EQ(read(gic_cpuif(GIC_HAP1R0 + n)), 0x400 + n);
        }
    }
    write(GIC_HAP1R0, UINT64_MAX);
    EXPECT_EQ(guest(GIC_AP1R0), 0x80000000ffffffffu); // NMI
    EXPECT_EQ(guest(GIC_RPR), 1ull << 63);
    write(GIC_HAP0R0, UINT64_MAX);
    EXPECT_EQ(guest(GIC_AP0R0), 0xffffffffu);
    reset(5, 5);
    write(GIC_HAP1R0, UINT64_MAX);
    EXPECT_EQ(guest(GIC_AP1R0), 0xffffffffu);
}

// What EL2 puts into a register by itself is the guest's at once, and gone at the next flush.
TEST_F(Ich, ARegisterThatEl2WroteIsSignalledUntilTheNextFlush)
{
    machine m(1);
    m.boot();
    gic &cpu = m.cpus[0];
    EXPECT_EQ(gic_cpuif_write(&cpu, GIC_LR3, &el2, 900 | 0x20ull << 48 | group1 | pending),
              GIC_DONE);
    EXPECT_TRUE(gic_irq_asserted(&cpu));
    EXPECT_EQ(icc_iar1_read(&cpu), 900u);
    EXPECT_FALSE(icc_eoir1_write(&cpu, 900));
    gic_inject_irq(&m.vm, 0, 1, true, 0);
    m.enter(0);
    EXPECT_EQ(cpu.lr[3], 0u);
    EXPECT_EQ(cpu.lr_end, 1u);
    EXPECT_EQ(gic_cpuif_write(&cpu, GIC_LR0, &el2, 900 | group1 | active), GIC_DONE);
    m.leave(0); // KVM knows no such interrupt.
    EXPECT_EQ(m.listed(0), list{});
}

TEST_F(Ich, AnLpiHasNoActiveState)
{
    icc_pmr_write(&g, 0xf0);
    icc_igrpen1_write(&g, 1);
    lr(0, 8191 | group1 | pending);
    EXPECT_EQ(guest(GIC_IAR1), 8191u);
    EXPECT_EQ(lr(0) & GIC_LR_STATE, active);
    SetUp();
    icc_pmr_write(&g, 0xf0);
    icc_igrpen1_write(&g, 1);
    lr(0, 8192 | group1 | pending);
    EXPECT_EQ(guest(GIC_IAR1), 8192u);
    EXPECT_EQ(lr(0) & GIC_LR_STATE, 0u);
    guest(GIC_EOIR1, 8192);
    EXPECT_EQ(guest(GIC_RPR), 0xffu);
    EXPECT_EQ(read(GIC_HCR) >> 27, 0u);
}

} // namespace
