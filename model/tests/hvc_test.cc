/* Hypercalls as a guest sees them: x0..x3 in, x0..x3 out, for each design. */
#include "model/tests/probe.hpp"

namespace {

/* A machine that has been set up, stopped where its vCPU is in the guest. */
struct Calls : Machine {
    explicit Calls(design d) : Calls(plain_spec(d)) {}
    explicit Calls(std::unique_ptr<spec> p) : Machine(std::move(p))
    {
        EXPECT_TRUE(step_until([&] { return cpu().in_el0 && cpu().mode == MODE_IN_GUEST; }));
        r->out.src = 0;
    }
    smccc_result call(u32 fid, u64 x1 = 0, u64 x2 = 0, u64 x3 = 0)
    {
        return call_of(0, V_RET, fid, x1, x2, x3);
    }
    smccc_result call_of(u32 index, verdict how, u32 fid, u64 x1 = 0, u64 x2 = 0, u64 x3 = 0)
    {
        vcpu &v = cpu(index);
        if (v.mode == MODE_OUTSIDE)
            gic_flush(&v.gic, &s().dist);
        v.mode = MODE_IN_GUEST;
        u64 in[] = {fid, x1, x2, x3};
        memcpy(v.regs.x, in, sizeof in);
        EXPECT_EQ(act_hvc(&r->c, &v), how);
        smccc_result out;
        memcpy(out.x, v.regs.x, sizeof out.x);
        return out;
    }
};

void expect_result(const smccc_result &r, s64 x0, u64 x1 = 0, u64 x2 = 0, u64 x3 = 0)
{
    EXPECT_EQ((s64)r.x[0], x0);
    EXPECT_EQ(r.x[1], x1);
    EXPECT_EQ(r.x[2], x2);
    EXPECT_EQ(r.x[3], x3);
}

} // namespace

TEST(Hypercall, TheUidSaysKvm)
{
    for (design d : {SYNC, V4, ONE_PPI})
        expect_result(Calls(d).call(0x8600ff01), 0xb66fb428, 0xe911c52e, 0x564bcaa9, 0x743a004d);
}

/* Function n of the vendor service is bit n of the 128 bits in x0..x3: 2 and 66. KVM's own are 0,
 * which is this call, and 1, the clock. */
TEST(Hypercall, FeaturesNameTheDesign)
{
    expect_result(Calls(SYNC).call(0x86000000), 1 << 0 | 1 << 1);
    expect_result(Calls(V4).call(0x86000000), 1 << 0 | 1 << 1 | 1 << 2);
    expect_result(Calls(ONE_PPI).call(0x86000000), 1 << 0 | 1 << 1, 0, 1 << 2);
}

TEST(Hypercall, UnknownOnesAreNotSupported)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        Calls m(d);
        for (u32 fid : {0u, 0x80000002u, 0x86000003u, 0x8600007fu, 0xc5000020u, 0xffffffffu})
            expect_result(m.call(fid, 1, 2, 3), -1);
    }
    expect_result(Calls(SYNC).call(APF_FID_V4, APF_V4_VERSION), -1);
    expect_result(Calls(V4).call(APF_FID_ONE_PPI, APF_ONE_VERSION), -1);
    expect_result(Calls(ONE_PPI).call(APF_FID_V4, APF_V4_VERSION), -1);
}

TEST(Hypercall, TheRestIsAsTheConventionSays)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        Calls m(d);
        expect_result(m.call(SMCCC_VERSION), SMCCC_VERSION_1_1);
        expect_result(m.call(SMCCC_ARCH_FEATURES, SMCCC_VERSION), -1);
        expect_result(m.call(PSCI_VERSION), 0x10001);
        expect_result(m.call(PSCI_FEATURES, SMCCC_VERSION), 0);
        expect_result(m.call(PSCI_FEATURES, PSCI_MIGRATE), -1);
    }
}

TEST(Hypercall, SdeiIsThereOnlyForV4)
{
    expect_result(Calls(V4).call(SDEI_VERSION), 1ll << 48);
    expect_result(Calls(ONE_PPI).call(SDEI_VERSION), -1);
    expect_result(Calls(SYNC).call(SDEI_VERSION), -1);
}

TEST(V4Hypercall, AnswersItsNumbers)
{
    Calls m(V4);
    expect_result(m.call(0x86000002, 0), 0, 0x010000);
    expect_result(m.call(0x86000002, 1), 0, 64);
    expect_result(m.call(0x86000002, 2), 0, 0x40400001);
    expect_result(m.call(0x86000002, 3), 0, m.p->source.id);
    expect_result(m.call(0x86000002, 6), -1);
    expect_result(m.call(0x86000002, 1ull << 32), 0, 0x010000); /* The low half counts. */
}

TEST(OnePpiHypercall, AnswersItsNumbers)
{
    Calls m(ONE_PPI);
    expect_result(m.call(0x86000042, 0), 0, 0x010000);
    expect_result(m.call(0x86000042, 1), 0, 64);
    expect_result(m.call(0x86000042, 2), 0, m.p->source.id);
    expect_result(m.call(0x86000042, 5), -1);
    expect_result(m.call(0x86000042, 1ull << 32), 0, 0x010000);
}

/* --- ENABLE of v4: only the enable bit is compared, unknown flags pass --- */

struct EnableRow {
    const char *what;
    bool enabled;
    u64 event, irq, data;
    s64 status;
};

static const u64 ram = (u64)GFN_FIRST << MMU_PAGE_SHIFT, outside = 1ull << 39;
static const u64 event = SDEI_KVM_ASYNC_PF_NUM;

static const EnableRow enable_rows[] = {
    {"enable", false, event, 18, ram | 1, 0},
    {"with SEND_ALWAYS", false, event, 18, ram | 3, 0},
    {"with an unknown flag", false, event, 18, ram | 0x21, 0},
    {"the other event of KVM", false, SDEI_KVM_DEFAULT_NUM, 18, ram | 1, 0},
    {"twice", true, event, 18, ram | 1, -2},
    {"another address while enabled", true, event, 18, (ram + 64) | 1, -2},
    {"disable while disabled", false, event, 18, 0, -2},
    {"flags without the bit while disabled", false, event, 18, ram | 2, -2},
    {"disable", true, event, 18, 0, 0},
    {"no event was set", false, 0, 18, ram | 1, -3},
    {"no interrupt was set", false, event, 0, ram | 1, -3},
    {"an event that nobody exposes", false, event + 1, 18, ram | 1, -1},
    {"no memory there", false, event, 18, outside | 1, -1},
    {"disable needs no numbers", true, 0, 0, 0, 0},
};

TEST(V4Hypercall, EnableTestsItsData)
{
    for (const EnableRow &row : enable_rows) {
        SCOPED_TRACE(row.what);
        Calls m(V4);
        apf_host &a = m.cpu().apf;
        if (!row.enabled)
            expect_result(m.call(APF_FID_V4, APF_V4_ENABLE), 0);
        u64 before = a.control;
        a.sdei_event = row.event;
        a.irq = (u32)row.irq;
        expect_result(m.call(APF_FID_V4, APF_V4_ENABLE, (u32)row.data, row.data >> 32),
                      row.status);
        EXPECT_EQ(a.control, row.status == 0 ? row.data : before);
        EXPECT_EQ(a.done_count != 0, row.status == 0 && (row.data & 1)) << "the broadcast";
    }
}

TEST(V4Hypercall, EnableResetsTheHashAndDisableDoesNot)
{
    Calls m(V4);
    apf_host &a = m.cpu().apf;
    apf_gfn_insert(&a, 64, GFN_FIRST);
    expect_result(m.call(APF_FID_V4, APF_V4_ENABLE), 0);
    EXPECT_TRUE(apf_gfn_find(&a, 64, GFN_FIRST));
    expect_result(m.call(APF_FID_V4, APF_V4_ENABLE, ram | APF_SEND_ALWAYS | APF_ENABLED), 0);
    EXPECT_FALSE(apf_gfn_find(&a, 64, GFN_FIRST));
    EXPECT_EQ(a.send_user_only, 0);
}

/* x2 is not cut to its low half: (x3 << 32) | x2. */
TEST(V4Hypercall, EnableTakesAllOfX2)
{
    Calls m(V4);
    expect_result(m.call(APF_FID_V4, APF_V4_ENABLE), 0);
    expect_result(m.call(APF_FID_V4, APF_V4_ENABLE, outside | ram | 1), -1);
    expect_result(m.call(APF_FID_V4, APF_V4_ENABLE, ram | 1), 0);
}

/* --- PSCI of a machine whose vCPUs are all on. --- */

std::unique_ptr<spec> two_vcpus(u32 sdei = SDEI_KVM_V4)
{
    auto p = plain_spec(V4);
    p->vcpus = 2;
    p->sdei = sdei;
    p->sdei_event = sdei_apf_event((sdei_personality)sdei);
    return p;
}

TEST(PsciHypercall, EveryVcpuIsOnAndMayCall)
{
    Calls m(two_vcpus());
    for (u32 i = 0; i < 2; i++) {
        expect_result(m.call_of(i, V_RET, PSCI_VERSION), 0x10001);
        expect_result(m.call_of(i, V_RET, PSCI_CPU_ON | PSCI_64, 1), PSCI_ALREADY_ON);
        expect_result(m.call_of(i, V_RET, PSCI_CPU_ON | PSCI_64, 2), PSCI_INVALID_PARAMETERS);
        expect_result(m.call_of(i, V_RET, PSCI_AFFINITY_INFO | PSCI_64, 1 - i), PSCI_IS_ON);
    }
    EXPECT_EQ(m.s().end, SYS_RUNS);
}

TEST(PsciHypercall, ASuspendIsAWfi)
{
    Calls m(two_vcpus());
    m.call_of(0, V_GOTO, PSCI_CPU_SUSPEND, 77);
    EXPECT_EQ(m.cpu().jump_script, (u32)SCR_WFI);
    EXPECT_EQ(m.cpu().regs.x[0], 0u);
    EXPECT_EQ(m.cpu().regs.x[1], 0u) << "all four registers are written";
}

TEST(PsciHypercall, WhatSwitchesOffEndsTheRun)
{
    for (u32 fid : {PSCI_CPU_OFF, PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET}) {
        Calls m(two_vcpus());
        m.call_of(1, V_RET, fid);
        char words[80];
        snprintf(words, sizeof words, "vcpu1 of the guest has switched off (PSCI call %#x)", fid);
        EXPECT_STREQ(m.s().end_text, words);
        EXPECT_EQ(m.s().end, SYS_STUCK);
    }
}

/* --- den0054 in a machine --- */

TEST(DenHypercall, ASignalReachesTheOtherVcpu)
{
    Calls m(two_vcpus(SDEI_DEN0054));
    for (u32 fid : {SDEI_EVENT_REGISTER, SDEI_EVENT_ENABLE}) {
        m.cpu(1).regs.x[4] = m.cpu(1).regs.x[5] = 0;
        expect_result(m.call_of(1, V_RET, fid, 0, 0xffff000000001000), SDEI_SUCCESS);
    }
    m.call_of(1, V_RET, SDEI_PE_UNMASK);
    m.cpu(1).requests = 0;
    const u64 kicks = m.st().kicks;
    expect_result(m.call(SDEI_EVENT_SIGNAL, 0, 1), SDEI_SUCCESS);
    EXPECT_NE(m.cpu(1).requests, 0u);
    EXPECT_EQ(m.st().kicks, kicks + 1);
    expect_result(m.call(SDEI_EVENT_SIGNAL, 0, 2), SDEI_INVALID_PARAMETERS);
}

TEST(DenHypercall, NoInterruptCanBeBound)
{
    Calls m(two_vcpus(SDEI_DEN0054));
    expect_result(m.call(SDEI_FEATURES, SDEI_FEATURE_BIND_SLOTS), 0);
    for (u32 intid : {20u, 40u})
        expect_result(m.call(SDEI_INTERRUPT_BIND, intid), SDEI_OUT_OF_RESOURCE);
}

/* --- Owners of PPIs: the VMM's KVM_IRQ_LINE is not heard. --- */

TEST(Ppi, ThoseOfTheKernelAreNotTheVmms)
{
    Calls m(two_vcpus());
    const gic_vm vm = vgic_vm(&m.r->c);
    for (u32 cpu = 0; cpu < 2; cpu++)
        for (u32 intid : {27u, 30u, m.p->source.id}) {
            EXPECT_EQ(gic_irq_line(&vm, cpu << 16 | 2u << 24 | intid, true), GIC_OK);
            EXPECT_EQ(m.cpu(cpu).gic.irq[intid].line_level, 0) << intid;
            EXPECT_EQ(gic_set_owner(&vm, cpu, intid, 9), GIC_EEXIST) << intid;
        }
    EXPECT_EQ(gic_irq_line(&vm, 2u << 24 | 22, true), GIC_OK);
    EXPECT_EQ(m.cpu().gic.irq[22].line_level, 1) << "nobody's: the VMM's";
}
