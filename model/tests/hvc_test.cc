/* Hypercalls as a guest sees them: x0..x3 in, x0..x3 out, for each design. */
#include "model/tests/probe.hpp"

namespace {

/* A machine that has been set up, stopped where its vCPU is in the guest. */
struct Calls : Machine {
    explicit Calls(design d) : Machine(plain_spec(d))
    {
        EXPECT_TRUE(step_until([&] { return cpu().in_el0 && cpu().mode == MODE_IN_GUEST; }));
        r->out.src = 0;
    }
    smccc_result call(u32 fid, u64 x1 = 0, u64 x2 = 0, u64 x3 = 0)
    {
        vcpu &v = cpu();
        if (v.mode == MODE_OUTSIDE)
            gic_flush(&v.gic, &s().dist);
        v.mode = MODE_IN_GUEST;
        u64 in[] = {fid, x1, x2, x3};
        memcpy(v.regs.x, in, sizeof in);
        EXPECT_EQ(act_hvc(&r->c, &v), V_RET);
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
