// Which notification sources a VM has: every id of every type, both triggers.
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <string>

namespace {

gic_source_error check(u8 type, u32 id, u8 trigger, const gic_source_rules &r)
{
    const gic_source s{type, trigger, {0, 0}, id};
    return gic_source_check(&s, &r);
}

constexpr u8 level = GIC_TRIGGER_LEVEL, edge = GIC_TRIGGER_EDGE;

TEST(Source, APpiOfKvmIsLevelAndFree)
{
    gic_source_rules r{256, gic_ppis_of_kvm(), 0, 0, 0, 0};
    for (u32 id = 0; id < 64; id++) {
        bool is_ppi = id >= 16 && id <= 31, is_taken = id == 27 || id == 30;
        gic_source_error expected = !is_ppi    ? GIC_SOURCE_NO_ID
                                    : is_taken ? GIC_SOURCE_IN_USE
                                               : GIC_SOURCE_OK;
        EXPECT_EQ(check(GIC_SOURCE_PPI, id, level, r), expected) << id;
        r.edge_ppis = 1;
        EXPECT_EQ(check(GIC_SOURCE_PPI, id, edge, r), expected) << id;
        r.edge_ppis = 0;
        if (expected == GIC_SOURCE_OK)
            expected = GIC_SOURCE_LEVEL_ONLY;
        EXPECT_EQ(check(GIC_SOURCE_PPI, id, edge, r), expected) << id;
    }
    EXPECT_EQ(check(GIC_SOURCE_PPI, UINT32_MAX, level, r), GIC_SOURCE_NO_ID);
}

TEST(Source, AnSpiIsBelowTheVmsNumberAndOfEitherTrigger)
{
    for (u32 nr_irqs : {32u, 64u, 256u, 1024u}) {
        gic_source_rules r{nr_irqs, UINT32_MAX, 0, 0, 0, 0};
        for (u32 id = 0; id < 1100; id++)
            for (u8 trigger : {level, edge})
                ASSERT_EQ(check(GIC_SOURCE_SPI, id, trigger, r),
                          id >= 32 && id < nr_irqs && id < 1020 ? GIC_SOURCE_OK : GIC_SOURCE_NO_ID)
                    << id;
    }
}

TEST(Source, AnLpiNeedsAnItsAndIsAMessage)
{
    for (u8 has_its : {u8{0}, u8{1}}) {
        gic_source_rules r{256, 0, has_its, 0, 0, 0};
        for (u32 id : {0u, 8191u, 8192u, 65535u, 65536u}) {
            bool is_there = has_its && id >= 8192 && id < 65536;
            EXPECT_EQ(check(GIC_SOURCE_LPI, id, edge, r),
                      is_there ? GIC_SOURCE_OK : GIC_SOURCE_NO_ID);
            EXPECT_EQ(check(GIC_SOURCE_LPI, id, level, r),
                      is_there ? GIC_SOURCE_EDGE_ONLY : GIC_SOURCE_NO_ID);
        }
    }
}

TEST(Source, APpiOfGicV5HasAFixedMode)
{
    for (u8 cti : {u8{0}, u8{1}}) {
        gic_source_rules r{0, 1u << 27, 0, 1, cti, 0}; // edge_ppis is of GICv3.
        for (u32 id = 0; id < 140; id++) {
            bool is_edge = id == 3 || (id == 24 && cti);
            gic_source_error as_level = is_edge ? GIC_SOURCE_EDGE_ONLY : GIC_SOURCE_OK;
            gic_source_error as_edge = is_edge ? GIC_SOURCE_OK : GIC_SOURCE_LEVEL_ONLY;
            if (id >= 128)
                as_level = as_edge = GIC_SOURCE_NO_ID;
            if (id == 27)
                as_level = as_edge = GIC_SOURCE_IN_USE;
            EXPECT_EQ(check(GIC_SOURCE_V5_PPI, id, level, r), as_level) << id;
            EXPECT_EQ(check(GIC_SOURCE_V5_PPI, id, edge, r), as_edge) << id;
        }
    }
}

TEST(Source, OtherTypesAndTriggersAreNone)
{
    gic_source_rules r{256, 0, 1, 1, 0, 0};
    EXPECT_EQ(check(GIC_SOURCE_TYPES, 40, level, r), GIC_SOURCE_NO_TYPE);
    EXPECT_EQ(check(255, 40, level, r), GIC_SOURCE_NO_TYPE);
    EXPECT_EQ(check(GIC_SOURCE_SPI, 40, GIC_TRIGGER_COUNT, r), GIC_SOURCE_NO_TYPE);
}

TEST(Source, PpisHaveTheNamesOfTheirUsers)
{
    const char *const names[16] = {
        nullptr, nullptr, nullptr, "CNTHVS", "CNTHPS", "PMBIRQ", "COMMIRQ", "PMU",
        "CTI", "GIC maintenance", "CNTHP", "CNTV", "CNTHV", "CNTPS", "CNTP", "TRBIRQ"};
    for (u32 id = 16; id < 32; id++)
        for (gic_source_type type : {GIC_SOURCE_PPI, GIC_SOURCE_V5_PPI})
            EXPECT_STREQ(gic_ppi_name(type, id), names[id - 16]) << id;
    EXPECT_STREQ(gic_ppi_name(GIC_SOURCE_V5_PPI, 3), "SW_PPI");
    EXPECT_STREQ(gic_ppi_name(GIC_SOURCE_V5_PPI, 2), "doorbell of Non-secure");
    EXPECT_EQ(gic_ppi_name(GIC_SOURCE_PPI, 3), nullptr);
    EXPECT_EQ(gic_ppi_name(GIC_SOURCE_V5_PPI, 4), nullptr);
    EXPECT_EQ(gic_ppi_name(GIC_SOURCE_PPI, 32), nullptr);
    EXPECT_EQ(gic_ppis_of_kvm(), 0x48000000u);
}

TEST(Source, TheNumberOfGicV5CarriesItsType)
{
    const gic_source v3{GIC_SOURCE_PPI, level, {0, 0}, 22}, v5{GIC_SOURCE_V5_PPI, edge, {0, 0}, 3};
    EXPECT_EQ(gic_source_intid(&v3), 22u);
    EXPECT_EQ(gic_source_intid(&v5), 0x20000003u);
}

} // namespace
