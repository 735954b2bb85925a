/* PSTATE at the entry of a den0054 handler, bit by bit and feature by feature. */
#include "sdei/sdei.h"

#include <gtest/gtest.h>

namespace {

sdei_pe_spec core(u8 client_el = 1)
{
    sdei_pe_spec pe{};
    pe.client_el = client_el;
    return pe;
}

TEST(Pstate, ABareCoreKeepsOnlyTheFlags)
{
    const sdei_pe_spec pe = core();
    for (int bit = 0; bit < 64; bit++) {
        const u64 kept = bit >= 28 && bit <= 31 ? 1ull << bit : 0;
        EXPECT_EQ(sdei_entry_pstate(&pe, 1ull << bit), kept | 0x3c5) << bit;
    }
}

TEST(Pstate, TheModeIsThatOfTheClientWithItsOwnStack)
{
    for (u64 mode = 0; mode < 32; mode++) {
        const sdei_pe_spec el1 = core(1), el2 = core(2);
        EXPECT_EQ(sdei_entry_pstate(&el1, mode), 0x3c5u);
        EXPECT_EQ(sdei_entry_pstate(&el2, mode), 0x3c9u);
    }
}

/* SS, IL, UAO and BTYPE, and what SSBS, DAIF, TCO and ALLINT were before. */
TEST(Pstate, ABitThatAnExceptionClearsIsCleared)
{
    sdei_pe_spec pe = core();
    pe.has_pan = pe.has_dit = pe.has_ssbs = pe.has_nmi = pe.has_gcs = pe.spintmask = pe.span = 1;
    const u64 cleared = 1ull << 20 | 1ull << 21 | 1ull << 23 | 3ull << 10 | 1ull << 12 |
                        1ull << 13 | 1ull << 34 | 0x10;
    EXPECT_EQ(sdei_entry_pstate(&pe, cleared), 0x3c5u);
}

struct bit_rule {
    const char *name;
    u8 sdei_pe_spec::*feature;
    u8 sdei_pe_spec::*control; /* NULL: none. */
    u64 bit;
    bool keeps_if_1;           /* With the control bit 1 the old value stays. */
    bool new_if_0, new_if_1;   /* Otherwise the new value by the control bit. */
};
/* clang-format off */
const bit_rule rules[] = {
    {"PAN",    &sdei_pe_spec::has_pan,  &sdei_pe_spec::span,      1ull << 22, true,  true,  false},
    {"SSBS",   &sdei_pe_spec::has_ssbs, &sdei_pe_spec::dssbs,     1ull << 12, false, false, true},
    {"ALLINT", &sdei_pe_spec::has_nmi,  &sdei_pe_spec::spintmask, 1ull << 13, false, true,  false},
    {"TCO",    &sdei_pe_spec::has_mte2, nullptr,                  1ull << 25, false, true,  true},
    {"PM",     &sdei_pe_spec::has_ebep, nullptr,                  1ull << 32, false, true,  true},
    {"EXLOCK", &sdei_pe_spec::has_gcs,  &sdei_pe_spec::exlocken,  1ull << 34, false, false, true},
};
/* clang-format on */

TEST(Pstate, EachFeatureSetsItsBitByItsControl)
{
    for (const bit_rule &r : rules)
        for (int control = 0; control < 2; control++)
            for (u64 old : {u64(5), r.bit | 5}) { /* From EL1h. */
                sdei_pe_spec pe = core();
                EXPECT_EQ(sdei_entry_pstate(&pe, old) & r.bit, 0u) << r.name;
                pe.*r.feature = 1;
                if (r.control != nullptr)
                    pe.*r.control = u8(control);
                const bool value = control && r.keeps_if_1 ? (old & r.bit) != 0
                                   : control               ? r.new_if_1
                                                           : r.new_if_0;
                EXPECT_EQ(sdei_entry_pstate(&pe, old), (value ? r.bit : 0) | 0x3c5)
                    << r.name << " " << control << " " << old;
            }
}

TEST(Pstate, DitStaysIfThereIsOne)
{
    sdei_pe_spec pe = core();
    pe.has_dit = 1;
    EXPECT_EQ(sdei_entry_pstate(&pe, 1ull << 24), 1ull << 24 | 0x3c5);
    EXPECT_EQ(sdei_entry_pstate(&pe, 0), 0x3c5u);
}

TEST(Pstate, AtEl2PanIsSetForAHostOnly)
{
    sdei_pe_spec pe = core(2);
    pe.has_pan = 1;
    EXPECT_EQ(sdei_entry_pstate(&pe, 0), 0x3c9u);
    EXPECT_EQ(sdei_entry_pstate(&pe, 1ull << 22), 1ull << 22 | 0x3c9);
    pe.is_host = 1;
    EXPECT_EQ(sdei_entry_pstate(&pe, 0), 1ull << 22 | 0x3c9);
    pe.span = 1;
    EXPECT_EQ(sdei_entry_pstate(&pe, 0), 0x3c9u);
}

/* From another EL, EXLOCK is 0 whatever the client has asked for. AArch32 modes count, too. */
TEST(Pstate, ExlockIsOpenWhenTheElChanges)
{
    for (u8 el : {u8(1), u8(2)}) {
        sdei_pe_spec pe = core(el);
        pe.has_gcs = pe.exlocken = 1;
        for (u64 mode : {0x0, 0x4, 0x5, 0x8, 0x9, 0x10, 0x13, 0x1a, 0x1f}) {
            const bool is_el0 = mode == 0 || mode == 0x10;
            const bool is_el2 = mode == 8 || mode == 9 || mode == 0x1a;
            const u32 from = is_el0 ? 0 : is_el2 ? 2 : 1;
            EXPECT_EQ(sdei_entry_pstate(&pe, mode) >> 34 & 1, from == el) << int(el) << " " << mode;
        }
    }
}

} // namespace
