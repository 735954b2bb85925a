// A vCPU of KVM with all its interrupts enabled at Linux's priority, for the tests of vgic.c.
#ifndef GIC_TESTS_VGIC_FIXTURE_H
#define GIC_TESTS_VGIC_FIXTURE_H

#include "gic/gic.h"

#include <gtest/gtest.h>

#include <vector>

constexpr u32 sgi = 1, ppi = 22, vtimer = GIC_INTID_VTIMER;
constexpr u32 isenabler = 0x10100, icenabler = 0x10180, ispendr = 0x10200, icpendr = 0x10280;
constexpr u32 isactiver = 0x10300, icactiver = 0x10380;

struct Vgic : testing::Test {
    gic g{};
    gic_dist d{};

    void SetUp() override
    {
        reset(4);
    }
    void TearDown() override
    {
        gic_check(&g);
    }

    void reset(u32 lr_count)
    {
        gic_dist_init(&d);
        gicd_write(&d, 0, 4, 2);
        gic_init(&g, 0, lr_count);
        icc_pmr_write(&g, 0xf0);
        icc_igrpen1_write(&g, 1);
        write(isenabler, 0xffffffff);
        for (u32 i = 0; i < 32; i++)
            set_priority(i, 0xa0);
    }

    bool write(u32 off, u32 value)
    {
        return gicr_write(&g, &d, off, 4, value);
    }
    void set_priority(u32 intid, u8 value)
    {
        gicr_write(&g, &d, 0x10400 + intid, 1, value);
    }
    bool inject(u32 intid, bool level = true)
    {
        return gic_inject(&g, &d, intid, level);
    }
    void enter()
    {
        gic_flush(&g, &d);
    }
    void leave()
    {
        gic_sync(&g, &d);
        gic_check(&g);
    }
    u32 ack()
    {
        return icc_iar1_read(&g);
    }
    bool end(u32 intid)
    {
        return icc_eoir1_write(&g, intid);
    }

    std::vector<u32> loaded() const
    {
        std::vector<u32> intids;
        for (u32 i = 0; i < g.lr_used; i++)
            intids.push_back(static_cast<u32>(g.lr[i]));
        return intids;
    }
    std::vector<u32> listed() const
    {
        return {g.ap_list, g.ap_list + g.ap_count};
    }
    u64 state(u32 i) const
    {
        return g.lr[i] & GIC_LR_STATE;
    }
};

using list = std::vector<u32>;

#endif
