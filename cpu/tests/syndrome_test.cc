/* Syndromes: every exception class with its rules, the builders, and what EL2 makes of an abort. */
#include "cpu/cpu.h"

#include <gtest/gtest.h>

namespace {

/* DDI 0487 ESR_ELx.EC, written down a second time: number, IL, FAR, who takes it. */
enum { SET, LEN, ISV };
struct ec_row {
    u32 ec, il;
    bool far;
    const char *takers;
};
const ec_row rows[] = {
    {0x00, SET, false, "123"}, {0x01, LEN, false, "123"}, {0x03, LEN, false, "123"},
    {0x04, LEN, false, "123"}, {0x05, LEN, false, "123"}, {0x06, LEN, false, "123"},
    {0x07, LEN, false, "123"}, {0x08, LEN, false, "2"},   {0x09, LEN, false, "23"},
    {0x0a, LEN, false, "123"}, {0x0c, LEN, false, "123"}, {0x0d, LEN, false, "123"},
    {0x0e, SET, false, "123"}, {0x11, LEN, false, "12"},  {0x12, LEN, false, "2"},
    {0x13, LEN, false, "23"},  {0x14, LEN, false, "123"}, {0x15, LEN, false, "123"},
    {0x16, LEN, false, "23"},  {0x17, LEN, false, "23"},  {0x18, LEN, false, "123"},
    {0x19, LEN, false, "123"}, {0x1a, LEN, false, "2"},   {0x1c, LEN, false, "123"},
    {0x1d, LEN, false, "123"}, {0x1e, SET, false, "3"},   {0x1f, LEN, false, "3"},
    {0x20, SET, true, "123"},  {0x21, SET, true, "123"},  {0x22, SET, true, "123"},
    {0x24, ISV, true, "123"},  {0x25, ISV, true, "123"},  {0x26, SET, false, "123"},
    {0x27, LEN, false, "123"}, {0x28, LEN, false, "12"},  {0x2c, LEN, false, "123"},
    {0x2d, LEN, false, "123"}, {0x2f, SET, false, "123"}, {0x30, SET, false, "12"},
    {0x31, SET, false, "12"},  {0x32, SET, false, "12"},  {0x33, SET, false, "12"},
    {0x34, SET, true, "12"},   {0x35, SET, true, "12"},   {0x38, LEN, false, "12"},
    {0x3a, SET, false, "2"},   {0x3c, LEN, false, "123"}, {0x3d, SET, false, "123"},
};

const ec_row *find(u32 ec)
{
    for (const ec_row &row : rows)
        if (row.ec == ec)
            return &row;
    return nullptr;
}

TEST(Classes, EveryNumberHasItsRowOrIsReserved)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++) {
        const auto &info = cpu_ec_info[ec];
        const ec_row *row = find(ec);
        ASSERT_EQ(info.name != nullptr, row != nullptr) << std::hex << ec;
        EXPECT_EQ(std::string(cpu_ec_name(cpu_ec(ec))) == "reserved", row == nullptr);
        if (row == nullptr) {
            EXPECT_EQ(info.takers, 0);
            continue;
        }
        u32 takers = 0;
        for (const char *c = row->takers; *c; c++)
            takers |= 1u << (*c - '0');
        EXPECT_EQ(info.takers, takers) << std::hex << ec;
        EXPECT_EQ(info.il, row->il) << std::hex << ec;
        EXPECT_EQ(info.far != CPU_FAR_NO, row->far) << std::hex << ec;
    }
}

TEST(Classes, NamesDiffer)
{
    for (const ec_row &a : rows)
        for (const ec_row &b : rows)
            if (a.ec < b.ec) {
                EXPECT_STRNE(cpu_ec_name(cpu_ec(a.ec)), cpu_ec_name(cpu_ec(b.ec)));
            }
}

TEST(Classes, IlIsTheLengthWhereItCounts)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
        for (bool is_16bit : {false, true})
            for (u32 iss : {0u, u32(CPU_ISS_ISV)}) {
                const ec_row *row = find(ec);
                const bool length = row && (row->il == LEN || (row->il == ISV && iss));
                const u64 esr = cpu_esr_any(cpu_ec(ec), iss, is_16bit);
                EXPECT_EQ(bool(esr & CPU_ESR_IL), !(length && is_16bit)) << std::hex << ec;
                EXPECT_EQ(esr & ~CPU_ESR_IL, u64(ec) << 26 | iss);
            }
}

TEST(Builders, GiveTheBitsOfTheManual)
{
    EXPECT_EQ(cpu_esr_svc(0x123), 0x56000123u);
    EXPECT_EQ(cpu_esr_brk(0xf000), 0xf200f000u);
    EXPECT_EQ(cpu_esr_fp(), 0x1fe00000u);
    EXPECT_EQ(cpu_esr_step(false, false, false), 0xca000022u);
    EXPECT_EQ(cpu_esr_step(true, false, true), 0xcf000022u);
    EXPECT_EQ(cpu_esr_step(true, true, true), 0xcf000062u);
    EXPECT_EQ(cpu_esr_step(true, true, false), 0xce000022u); /* EX only with ISV. */
    EXPECT_DEATH(cpu_esr_svc(0x10000), "assertion");
    EXPECT_DEATH(cpu_esr_brk(0x10000), "assertion");
}

TEST(Builders, EveryEncodingOfASystemRegisterComesBack)
{
    for (u32 key = 0; key < 0x10000; key++) {
        const cpu_sysreg reg = {u8(key >> 14), u8(key >> 11 & 7), u8(key >> 7 & 15),
                                u8(key >> 3 & 15), u8(key & 7)};
        const u32 rt = key * 7 % 32;
        const u64 esr = cpu_esr_sysreg(reg, rt, key & 1);
        ASSERT_EQ(cpu_sysreg_key(cpu_esr_to_sysreg(esr)), key);
        ASSERT_EQ(cpu_esr_rt(esr), rt);
        ASSERT_EQ(cpu_esr_is_read(esr), bool(key & 1));
        ASSERT_EQ(cpu_esr_ec(esr), CPU_EC_SYSREG);
    }
}

TEST(Aborts, FarIsInvalidOnlyWithFnvOfAnExternalAbort)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
        for (u32 fsc = 0; fsc < 0x40; fsc++)
            for (u32 fnv : {0u, u32(CPU_ISS_FNV)}) {
                const u64 esr = cpu_esr(cpu_ec(ec), fsc | fnv);
                const bool abort = ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25;
                const bool other = ec == 0x22 || ec == 0x34 || ec == 0x35;
                EXPECT_EQ(cpu_esr_is_abort(esr), abort);
                EXPECT_EQ(cpu_far_is_valid(esr), other || (abort && !(fsc == 0x10 && fnv)))
                    << std::hex << esr;
            }
}

/* HPFAR_EL2: every xFSC of every class. */
TEST(Aborts, TheIpaIsInHpfarExceptAfterAPermissionFault)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
        for (u32 fsc = 0; fsc < 0x40; fsc++)
            for (bool s1ptw : {false, true}) {
                const u64 esr = cpu_esr(cpu_ec(ec), fsc | (s1ptw ? 0x80 : 0));
                const bool permission = fsc >= 0x0c && fsc <= 0x0f;
                const bool other = fsc < 0x0c || (fsc >= 0x29 && fsc <= 0x2c);
                cpu_ipa expected = CPU_IPA_NONE;
                if (ec == 0x20 || ec == 0x24)
                    expected = s1ptw || other ? CPU_IPA_HPFAR
                               : permission   ? CPU_IPA_WALK
                                              : CPU_IPA_NONE;
                EXPECT_EQ(cpu_esr_ipa(esr), expected) << std::hex << esr;
            }
}

TEST(Aborts, HpfarHoldsThePageOfTheIpa)
{
    EXPECT_EQ(cpu_ipa_to_hpfar(0x40123456789aull), 0x4012345670ull);
    EXPECT_EQ(cpu_hpfar_to_ipa(0x4012345670ull), 0x401234567000ull);
    EXPECT_EQ(cpu_ipa_to_hpfar(~0ull), 0x00000ffffffffff0ull);
    EXPECT_EQ(cpu_hpfar_to_ipa(~0ull), 0x000ffffffffff000ull); /* NS and 3:0 are not the IPA. */
}

TEST(Aborts, KvmTakesTheIpaFromParOrLetsTheGuestRunIntoItAgain)
{
    u64 hpfar = 0x77;
    EXPECT_FALSE(cpu_par_to_hpfar(cpu_par_of_fault(0x07, true, false), &hpfar));
    EXPECT_EQ(hpfar, 0x77u);
    EXPECT_TRUE(cpu_par_to_hpfar(0xff00000080001f80ull, &hpfar)); /* Attributes, SH, NS. */
    EXPECT_EQ(hpfar, 0x800010u);
    EXPECT_EQ(cpu_par_of_fault(0x07, false, false), 0x80fu);
    EXPECT_EQ(cpu_par_of_fault(0x3f, true, true), 0xb7fu);
    EXPECT_DEATH(cpu_par_of_fault(0x40, false, false), "assertion");
    EXPECT_DEATH(cpu_par_of_fault(0x07, false, true), "assertion");
}

TEST(Aborts, AVncrFaultIsADataAbortOfTheSameElWithItsBit)
{
    for (u32 ec = 0; ec < CPU_EC_COUNT; ec++)
        for (u32 bit = 0; bit < 25; bit++)
            EXPECT_EQ(cpu_esr_is_vncr(cpu_esr(cpu_ec(ec), 1u << bit)), ec == 0x25 && bit == 13);
}

} // namespace
