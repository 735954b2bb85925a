/* Function ids, owners and the numbers of KVM. */
#include "cpu/smccc.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

TEST(Smccc, DecodeTakesEachFieldFromItsBits)
{
    const smccc_fid zero = smccc_decode(0);
    EXPECT_EQ(zero.function | zero.owner | zero.is_fast | zero.is_64 | zero.sve_hint, 0);
    EXPECT_EQ(smccc_decode(0x0000ffff).function, 0xffff);
    EXPECT_EQ(smccc_decode(0x3f000000).owner, 63);
    EXPECT_EQ(smccc_decode(0x40000000).is_64, 1);
    EXPECT_EQ(smccc_decode(0x80000000).is_fast, 1);
    EXPECT_EQ(smccc_decode(0x00010000).sve_hint, 1);
    const smccc_fid rest = smccc_decode(0xffff0000);
    EXPECT_EQ(rest.function, 0);
    EXPECT_EQ(smccc_decode(0xc0ffffff).owner, 0);
}

TEST(Smccc, DecodeOfRealNumbers)
{
    struct {
        u32 fid, owner, function;
        bool is_64;
    } const rows[] = {
        {SMCCC_VERSION, SMCCC_OWNER_ARCH, 0, false},
        {SMCCC_ARCH_FEATURES, SMCCC_OWNER_ARCH, 1, false},
        {0x84000000, SMCCC_OWNER_STANDARD, 0, false},       /* PSCI_VERSION */
        {0xC4000020, SMCCC_OWNER_STANDARD, 0x20, true},     /* SDEI_VERSION */
        {0xC5000021, SMCCC_OWNER_STANDARD_HYP, 0x21, true}, /* PV_TIME_ST */
        {SMCCC_KVM_FEATURES, SMCCC_OWNER_VENDOR_HYP, 0, false},
        {SMCCC_KVM_PTP, SMCCC_OWNER_VENDOR_HYP, 1, false},
        {SMCCC_KVM_ASYNC_PF, SMCCC_OWNER_VENDOR_HYP, 2, false},
        {SMCCC_KVM_FEATURES_2, SMCCC_OWNER_VENDOR_HYP, 127, false},
        {SMCCC_KVM_UID, SMCCC_OWNER_VENDOR_HYP, 0xff01, false},
    };
    for (auto &row : rows) {
        const smccc_fid f = smccc_decode(row.fid);
        EXPECT_EQ(f.owner, row.owner) << std::hex << row.fid;
        EXPECT_EQ(f.function, row.function);
        EXPECT_EQ(f.is_64, row.is_64);
        EXPECT_TRUE(f.is_fast && f.is_sound && !f.sve_hint);
    }
}

TEST(Smccc, AFastCallMustHaveZerosIn23To17AndAYieldingOneNeedNot)
{
    for (int bit = 0; bit < 31; bit++) {
        const bool must_be_zero = bit >= 17 && bit <= 23;
        EXPECT_EQ(smccc_decode(0x80000000u | 1u << bit).is_sound, !must_be_zero) << bit;
        EXPECT_TRUE(smccc_decode(1u << bit).is_sound) << bit;
    }
}

TEST(Smccc, EveryOwnerHasItsName)
{
    const char *const first[] = {
        "Arm architecture",          "CPU", "SiP", "OEM", "standard secure", "standard hypervisor",
        "vendor-specific hypervisor"};
    for (u32 owner = 0; owner < 64; owner++) {
        const char *expected = owner < 7    ? first[owner]
                               : owner < 48 ? "reserved"
                               : owner < 50 ? "trusted application"
                                            : "trusted OS";
        EXPECT_STREQ(smccc_owner_name(owner), expected) << owner;
    }
    EXPECT_DEATH(smccc_owner_name(64), "assertion");
}

TEST(Smccc, YieldingNumbersHaveOwnersByRange)
{
    EXPECT_STREQ(smccc_yielding_name(0), "existing API");
    EXPECT_STREQ(smccc_yielding_name(0x0100ffff), "existing API");
    EXPECT_STREQ(smccc_yielding_name(0x01010000), "reserved");
    EXPECT_STREQ(smccc_yielding_name(0x01ffffff), "reserved");
    EXPECT_STREQ(smccc_yielding_name(0x02000000), "trusted OS");
    EXPECT_STREQ(smccc_yielding_name(0x1fffffff), "trusted OS");
    EXPECT_STREQ(smccc_yielding_name(0x20000000), "reserved");
    EXPECT_STREQ(smccc_yielding_name(0x7fffffff), "reserved");
    EXPECT_DEATH(smccc_yielding_name(0x80000000), "assertion");
}

/* The bytes of the UUID in memory order, as two hexadecimal digits each. */
TEST(Smccc, TheUidIsThatOfKvm)
{
    std::string text;
    for (u32 word : smccc_kvm_uid)
        for (int byte = 0; byte < 4; byte++) {
            char digits[3];
            snprintf(digits, sizeof(digits), "%02x", word >> 8 * byte & 0xff);
            text += digits;
        }
    EXPECT_EQ(text, "28b46fb62ec511e9a9ca4b564d003a74");
}

TEST(Smccc, AResultFillsAllFourRegisters)
{
    const smccc_result unknown = smccc_return(SMCCC_NOT_SUPPORTED, 0);
    EXPECT_EQ(unknown.x[0], UINT64_MAX); /* 64 bits, also for a 32-bit call. */
    EXPECT_EQ(unknown.x[1] | unknown.x[2] | unknown.x[3], 0u);
    const smccc_result value = smccc_return(SMCCC_SUCCESS, 0x010000);
    EXPECT_EQ(value.x[0], 0u);
    EXPECT_EQ(value.x[1], 0x010000u);
    EXPECT_EQ(value.x[2] | value.x[3], 0u);
    EXPECT_EQ(s64(smccc_return(SMCCC_NOT_REQUIRED, 0).x[0]), -2);
    EXPECT_EQ(s64(smccc_return(SMCCC_INVALID_PARAMETER, 0).x[0]), -3);
}

} // namespace
