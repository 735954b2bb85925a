// KVM's vgic: injection, flush, sync, and the two together with the virtual CPU interface.
#include "gic/tests/vgic_fixture.h"

#include <algorithm>
#include <cstring>

namespace {

// --- Injection. ---

TEST_F(Vgic, ResetIsWhatKvmGives)
{
    gic_dist_init(&d);
    gic_init(&g, 7, 4);
    EXPECT_EQ(d.nr_irqs, 32u);
    EXPECT_EQ(g.cpu, 7u);
    for (u32 i = 0; i < 32; i++) {
        EXPECT_EQ(g.irq[i].enabled, i < 16);
        EXPECT_EQ(g.irq[i].edge, i < 16);
        EXPECT_EQ(g.irq[i].group, 1);
        EXPECT_EQ(g.irq[i].hw, i == 27);
        EXPECT_EQ(g.irq[i].priority, 0);
    }
    EXPECT_EQ(g.hcr, GIC_HCR_EN);
}

// In all cases: only a change counts, and only what the oracle gives a target kicks.
TEST_F(Vgic, InjectionKicksIfItChangedSomethingThatTheVcpuMustSee)
{
    for (int bits = 0; bits < 64; bits++) {
        bool edge = bits & 1, level = bits & 2, high = bits & 4, enabled = bits & 8;
        bool active = bits & 16, on = bits & 32;
        SCOPED_TRACE(bits);
        reset(4);
        u32 intid = edge ? sgi : ppi;
        if (high)
            inject(intid);
        if (active)
            write(isactiver, 1u << intid);
        write(enabled ? isenabler : icenabler, 1u << intid);
        gicd_write(&d, 0, 4, on ? 2 : 0);
        gic_sync(&g, &d);

        bool changes = edge ? level : level != high;
        bool is_pending = edge ? level || high : level;
        EXPECT_EQ(inject(intid, level), changes && (active || (enabled && on && is_pending)));
        EXPECT_EQ(gic_is_pending(&g, intid), is_pending);
        gic_check(&g);
    }
}

TEST_F(Vgic, SendsBeforeTheAckMerge)
{
    EXPECT_TRUE(inject(sgi));
    EXPECT_TRUE(inject(sgi));
    enter();
    EXPECT_EQ(ack(), sgi);
    EXPECT_FALSE(end(sgi));
    EXPECT_EQ(ack(), u32{GIC_SPURIOUS});
    leave();
    EXPECT_EQ(g.ap_count, 0u);
}

TEST_F(Vgic, ADisabledInterruptKeepsItsPendingState)
{
    write(icenabler, 1u << ppi | 1u << sgi);
    EXPECT_FALSE(inject(ppi));
    EXPECT_FALSE(inject(sgi));
    enter();
    EXPECT_EQ(g.lr_used, 0u);
    leave();
    EXPECT_TRUE(write(isenabler, 1u << ppi | 1u << sgi));
    enter();
    EXPECT_EQ(loaded(), (list{sgi, ppi}));
    leave();
}

TEST_F(Vgic, DisablingWhileListedDropsItAtTheNextSync)
{
    inject(ppi);
    write(icenabler, 1u << ppi);
    EXPECT_EQ(listed(), (list{ppi}));
    enter();
    EXPECT_EQ(g.lr_used, 0u);
    leave();
    EXPECT_EQ(g.ap_count, 0u);
    EXPECT_TRUE(gic_is_pending(&g, ppi));
}

// --- Flush. ---

TEST_F(Vgic, ListRegistersHaveTheArchitecturalLayout)
{
    set_priority(ppi, 0x20);
    inject(sgi);
    inject(ppi);
    inject(vtimer);
    write(0x10080, ~(1u << sgi)); // The SGI is of group 0.
    enter();
    EXPECT_EQ(g.lr[0], 0x40a0000000000001u);
    EXPECT_EQ(g.lr[1], 0x5020020000000016u);
    EXPECT_EQ(g.lr[2], 0x70a0001b0000001bu);
    leave();
}

TEST_F(Vgic, WhatFitsStaysInTheOrderOfInsertion)
{
    for (u32 i : {20u, 3u, 19u, 1u})
        inject(i);
    set_priority(1, 0x10);
    enter();
    EXPECT_EQ(loaded(), (list{20, 3, 19, 1}));
    EXPECT_EQ(g.hcr & GIC_HCR_UIE, 0u);
    EXPECT_EQ(ack(), 1u); // The CPU interface looks at priorities.
    leave();
}

TEST_F(Vgic, MoreThanFitAreSortedActiveThenPriorityThenTheRest)
{
    reset(3);
    for (u32 i : {20u, 3u, 19u, 1u, 18u, 2u})
        inject(i);
    set_priority(20, 0xb0);
    set_priority(2, 0x90);
    write(icenabler, 1u << 3);
    write(isactiver, 1u << 18);
    enter();
    EXPECT_EQ(listed(), (list{18, 2, 19, 1, 20, 3})); // Equal ones as they came.
    EXPECT_EQ(loaded(), (list{18, 2, 19}));
    EXPECT_EQ(state(0), GIC_LR_ACTIVE);
    EXPECT_NE(g.hcr & GIC_HCR_UIE, 0u);
    leave();
    EXPECT_EQ(listed(), (list{18, 2, 19, 1, 20})); // 3 is disabled.
    EXPECT_EQ(g.hcr & GIC_HCR_UIE, 0u);
}

TEST_F(Vgic, AmongActiveOnesPriorityDoesNotCount)
{
    reset(1);
    write(isactiver, 1u << 5);
    write(isactiver, 1u << 4);
    set_priority(4, 0);
    inject(6);
    set_priority(6, 0);
    enter();
    EXPECT_EQ(listed(), (list{5, 4, 6}));
    leave();
}

TEST_F(Vgic, UnderflowIsAskedForOnlyIfEntriesRemain)
{
    for (u32 count = 1; count <= 4; count++) {
        reset(2);
        for (u32 i = 0; i < count; i++)
            inject(i);
        enter();
        EXPECT_EQ(g.lr_used, std::min(count, 2u));
        EXPECT_EQ((g.hcr & GIC_HCR_UIE) != 0, count > 2) << count;
        leave();
    }
}

TEST_F(Vgic, AllThirtyTwoComeThroughOneListRegister)
{
    reset(1);
    for (u32 i = 0; i < 32; i++)
        inject(i);
    list seen;
    while (g.ap_count != 0) {
        enter();
        u32 intid = ack();
        inject(intid, false);
        EXPECT_EQ(end(intid), g.ap_count > 1 || (intid >= 16 && intid != vtimer));
        leave();
        seen.push_back(intid);
    }
    list all(32);
    for (u32 i = 0; i < 32; i++)
        all[i] = i;
    EXPECT_EQ(seen, all);
}

TEST_F(Vgic, ASecondFlushWithoutASyncIsOurError)
{
    inject(sgi);
    enter();
    EXPECT_DEATH(enter(), "lr_used == 0");
    leave();
}

// --- Flush, guest, sync. ---

TEST_F(Vgic, AnEdgeWhileActiveIsActiveAndPendingInOneRegister)
{
    inject(sgi);
    enter();
    ack();
    leave();
    EXPECT_TRUE(inject(sgi));
    enter();
    EXPECT_EQ(state(0), GIC_LR_STATE);
    EXPECT_EQ(g.irq[sgi].pending_latch, 0); // It went into the register.
    EXPECT_EQ(ack(), u32{GIC_SPURIOUS});
    EXPECT_FALSE(end(sgi));
    EXPECT_EQ(ack(), sgi); // Signalled again without an exit.
    end(sgi);
    leave();
    EXPECT_EQ(g.ap_count, 0u);
}

TEST_F(Vgic, AnEdgeThatTheGuestDidNotTakeGoesBackIntoTheLatch)
{
    inject(sgi);
    enter();
    EXPECT_EQ(g.irq[sgi].pending_latch, 0);
    leave();
    EXPECT_EQ(g.irq[sgi].pending_latch, 1);
    EXPECT_EQ(listed(), (list{sgi}));
}

TEST_F(Vgic, AnEdgeInjectedWhileTheGuestRunsWaitsForTheNextFlush)
{
    inject(sgi);
    enter();
    EXPECT_EQ(ack(), sgi);
    end(sgi);
    EXPECT_TRUE(inject(sgi)); // Still listed, and yet a kick.
    EXPECT_FALSE(gic_irq_asserted(&g));
    leave();
    enter();
    EXPECT_EQ(ack(), sgi);
    end(sgi);
    leave();
    EXPECT_EQ(g.ap_count, 0u);
}

TEST_F(Vgic, ALevelIsNeverActiveAndPendingInARegister)
{
    inject(ppi);
    enter();
    ack();
    leave();
    EXPECT_TRUE(gic_is_pending(&g, ppi));
    enter();
    EXPECT_EQ(state(0), GIC_LR_ACTIVE);
    leave();
}

TEST_F(Vgic, ALevelStillHighAfterItsEndIsPendingAgainOnlyAtTheNextFlush)
{
    inject(ppi);
    enter();
    EXPECT_EQ(ack(), ppi);
    EXPECT_TRUE(end(ppi)); // One exit for each level interrupt.
    EXPECT_FALSE(gic_irq_asserted(&g));
    EXPECT_EQ(ack(), u32{GIC_SPURIOUS});
    leave();
    EXPECT_EQ(listed(), (list{ppi}));
    enter();
    EXPECT_EQ(ack(), ppi);
    inject(ppi, false);
    EXPECT_TRUE(end(ppi));
    leave();
    EXPECT_EQ(g.ap_count, 0u);
}

TEST_F(Vgic, ALineThatDropsWhileTheGuestRunsIsNotWithdrawn)
{
    inject(ppi);
    enter();
    EXPECT_FALSE(inject(ppi, false));
    EXPECT_EQ(ack(), ppi); // One spurious level interrupt.
    end(ppi);
    leave();
    EXPECT_EQ(g.ap_count, 0u);

    inject(ppi);
    enter();
    inject(ppi, false);
    leave(); // Not taken before the exit: it is gone.
    EXPECT_EQ(g.ap_count, 0u);
}

TEST_F(Vgic, AMappedLevelGivesItsLineToTheRegisterAndNeedsNoMaintenance)
{
    EXPECT_TRUE(inject(vtimer));
    enter();
    EXPECT_EQ(g.irq[vtimer].line_level, 0);
    EXPECT_EQ(ack(), vtimer);
    inject(vtimer, false); // The guest programs the timer.
    EXPECT_FALSE(end(vtimer));
    leave();
    EXPECT_EQ(g.ap_count, 0u);
    EXPECT_TRUE(inject(vtimer)); // A new edge of the wire.
}

TEST_F(Vgic, AMappedLevelThatWasNotTakenFollowsTheWireAtTheSync)
{
    for (bool high : {false, true}) {
        reset(4);
        inject(vtimer);
        enter();
        g.irq[vtimer].phys_level = high;
        leave();
        EXPECT_EQ(g.irq[vtimer].line_level, high);
        EXPECT_EQ(g.ap_count, high);
    }
}

TEST_F(Vgic, AMappedLevelRaisedWhileActiveIsSampledWhenItEnds)
{
    for (bool high : {false, true}) {
        reset(4);
        inject(vtimer);
        enter();
        ack();
        leave();
        EXPECT_TRUE(inject(vtimer)); // Accepted, for the line had been given away.
        enter();
        EXPECT_EQ(state(0), GIC_LR_ACTIVE);
        EXPECT_EQ(g.irq[vtimer].line_level, 1);
        g.irq[vtimer].phys_level = high;
        EXPECT_FALSE(end(vtimer));
        leave();
        EXPECT_EQ(g.irq[vtimer].line_level, high);
    }
}

// KVM compares with the state at the last exit, so it misses an end within one run of the guest.
TEST_F(Vgic, AMappedLevelTakenAndEndedInOneRunIsNotSampled)
{
    inject(vtimer);
    enter();
    EXPECT_EQ(ack(), vtimer);
    EXPECT_TRUE(inject(vtimer));
    end(vtimer);
    g.irq[vtimer].phys_level = 0;
    leave();
    EXPECT_EQ(g.irq[vtimer].line_level, 1);
}

TEST_F(Vgic, ANewPriorityReachesARegisterOnlyAtTheNextFlush)
{
    inject(sgi);
    enter();
    set_priority(sgi, 0x10);
    EXPECT_EQ(g.lr[0] >> 48 & 0xff, 0xa0u);
    leave();
    enter();
    EXPECT_EQ(g.lr[0] >> 48 & 0xff, 0x10u);
    leave();
}

TEST_F(Vgic, SyncLeavesNoTraceInTheImage)
{
    gic before;
    memcpy(&before, &g, sizeof(g));
    inject(sgi);
    inject(ppi);
    enter();
    for (u32 intid : {sgi, ppi}) {
        EXPECT_EQ(ack(), intid);
        inject(intid, false);
        end(intid);
    }
    leave();
    EXPECT_EQ(memcmp(&before, &g, sizeof(g)), 0);
}

TEST_F(Vgic, AnEmptyListCostsNothingAndChangesNothing)
{
    gic before;
    memcpy(&before, &g, sizeof(g));
    enter();
    leave();
    EXPECT_EQ(memcmp(&before, &g, sizeof(g)), 0);
}

// --- What makes a vCPU in WFI runnable. ---

TEST_F(Vgic, PendingMeansListedEnabledNotActiveAndAboveTheMask)
{
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
    inject(ppi);
    EXPECT_TRUE(gic_has_pending_irq(&g, &d));
    icc_pmr_write(&g, 0xa0); // Strictly above.
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
    icc_pmr_write(&g, 0xa8);
    EXPECT_TRUE(gic_has_pending_irq(&g, &d));
    icc_igrpen1_write(&g, 0); // KVM does not look at the group enable.
    EXPECT_TRUE(gic_has_pending_irq(&g, &d));
    gicd_write(&d, 0, 4, 0);
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
    gicd_write(&d, 0, 4, 2);
    write(icenabler, 1u << ppi);
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
    write(isenabler, 1u << ppi);
    write(isactiver, 1u << ppi);
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
    inject(sgi); // Behind an entry that does not count.
    EXPECT_TRUE(gic_has_pending_irq(&g, &d));
    write(icpendr, 1u << sgi);
    EXPECT_FALSE(gic_has_pending_irq(&g, &d));
}

} // namespace
