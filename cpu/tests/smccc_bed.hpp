/* What the tests of SMCCC's calls share: a machine, one call, and other machines to try. */
#ifndef CPU_TESTS_SMCCC_BED_HPP
#define CPU_TESTS_SMCCC_BED_HPP

#include "cpu/smccc.h"

#include <gtest/gtest.h>

constexpr u64 NOT_SUPPORTED = ~0ull;

struct SmcccBed : testing::Test {
    smccc_spec spec;
    psci power;
    smccc_request c{};
    smccc_out out;

    SmcccBed()
    {
        smccc_spec_init(&spec, 4);
        psci_init(&power, &spec.psci);
        c.el = 1;
    }

    u64 call(u32 fid, u64 x1 = 0, u64 x2 = 0, u64 x3 = 0)
    {
        c.x[0] = fid;
        c.x[1] = x1;
        c.x[2] = x2;
        c.x[3] = x3;
        memset(&out, 0xff, sizeof(out));
        smccc_call(&spec, &power, &c, &out);
        EXPECT_LT(out.end, SMCCC_END_COUNT);
        EXPECT_TRUE(out.count == 0 || out.count == 1 || out.count == 4);
        return out.result.x[0];
    }

    void expect_refused(u32 fid, u32 count = 4)
    {
        EXPECT_EQ(call(fid), NOT_SUPPORTED) << std::hex << fid;
        EXPECT_EQ(out.end, SMCCC_ANSWERED);
        EXPECT_EQ(out.count, count);
        EXPECT_EQ(out.result.x[1] | out.result.x[2] | out.result.x[3], 0u);
    }

    void be_firmware()
    {
        spec.hypervisor = SMCCC_NO_HYPERVISOR;
        spec.conduit = SMCCC_SMC;
        c.is_smc = 1;
    }

    void be_xen(u8 foreign = SMCCC_FOREIGN_REFUSES)
    {
        spec.hypervisor = SMCCC_OTHER;
        spec.foreign = foreign;
        const u32 uid[4] = {1, 2, 3, 4};
        memcpy(spec.uid, uid, sizeof(uid));
    }
};

#endif
