/*
 * The lines and names of a GICv3 in a SystemC design of a user's: devices raise wires, CPUs look at
 * their lines and use their system registers. What registers do is tested in gic/tests.
 */
#include <random>

#include "model/shell/tests/gicv3_design.hpp"

namespace gicv3_design {

/* --- Lines. --- */

TEST(Gicv3Lines, ALevelInterruptRaisesTheLineOfItsPeInTheSameTime)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 1);
        wait(sc_time(7, SC_US));
        d.spi = true;
        d.settle(1);
        EXPECT_EQ(d.lines(1), 0u) << "only now the wire is high";
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ});
        EXPECT_EQ(sc_time_stamp(), sc_time(7, SC_US));
        EXPECT_EQ(d.lines(0), 0u);
        EXPECT_EQ(d.lines(2), 0u);

        EXPECT_EQ(d.icc(1, GIC_IAR1), u32{SPI});
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ});
        d.settle(1);
        EXPECT_EQ(d.lines(1), 0u) << "acknowledged";
        d.icc_write(1, GIC_EOIR1, SPI);
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ}) << "the wire is still high";
        d.spi = false;
        d.settle();
        EXPECT_EQ(d.lines(1), 0u);
        EXPECT_EQ(d.icc(1, GIC_IAR1), 1023u);
    });
}

TEST(Gicv3Lines, AnEdgeIsRememberedAndTakenOnce)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 1);
        for (bool is_edge : {true, false}) {
            d.put(d.dist, 0xc08, is_edge ? 2u << 2 * (SPI - 32) : 0); /* GICD_ICFGR2 */
            d.spi = true;
            d.settle();
            d.spi = false;
            d.settle();
            EXPECT_EQ(d.lines(1), is_edge ? u32{GICV3_LINE_IRQ} : 0u);
            d.spi = true;
            d.settle();
            EXPECT_EQ(d.icc(1, GIC_IAR1), u32{SPI});
            d.icc_write(1, GIC_EOIR1, SPI);
            d.settle();
            EXPECT_EQ(d.lines(1), is_edge ? 0u : u32{GICV3_LINE_IRQ});
            d.spi = false;
            d.settle();
            EXPECT_EQ(d.lines(1), 0u);
        }
    });
}

TEST(Gicv3Lines, ThePriorityMaskHoldsTheLineDown)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 1);
        d.spi = true;
        d.settle();
        for (u32 pmr : {0u, 0x7fu, 0x80u, 0x81u, 0xffu}) {
            d.icc_write(1, GIC_PMR, pmr);
            d.settle(1);
            EXPECT_EQ(d.lines(1), pmr > 0x80 ? u32{GICV3_LINE_IRQ} : 0u) << pmr;
        }
    });
}

TEST(Gicv3Lines, APpiIsOfItsPeAlone)
{
    simulate([](design &d) {
        d.boot();
        for (u32 i = 0; i < PE_COUNT; i++)
            d.enable_own(PPI, i);
        d.ppi = true;
        d.settle();
        for (u32 i = 0; i < PE_COUNT; i++) {
            EXPECT_EQ(d.lines(i), i == 1 ? u32{GICV3_LINE_IRQ} : 0u);
            EXPECT_EQ(d.get(d.redist[i], SGI_BASE + 0x200), i == 1 ? 1u << PPI : 0u);
        }
        EXPECT_EQ(d.icc(1, GIC_IAR1), u32{PPI});
        d.ppi = false;
        d.settle();
        d.icc_write(1, GIC_EOIR1, PPI);
        d.settle();
        EXPECT_EQ(d.lines(1), 0u);
    });
}

TEST(Gicv3Lines, AnSgiRaisesTheLineOfAnotherPe)
{
    simulate([](design &d) {
        d.boot();
        d.enable_own(5, 2);
        d.icc_write(0, GIC_SGI1R, 5u << 24 | 1u << 2);
        d.settle(1);
        EXPECT_EQ(d.lines(0), 0u);
        EXPECT_EQ(d.lines(1), 0u);
        EXPECT_EQ(d.lines(2), u32{GICV3_LINE_IRQ});
        EXPECT_EQ(d.icc(2, GIC_IAR1), 5u);
    });
}

TEST(Gicv3Lines, EachOutputHasItsCause)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 1);
        d.spi = true;
        d.settle();
        d.put(d.dist, 0x84, 0); /* GICD_IGROUPR1 */
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_FIQ});
        d.put(d.dist, 0x84, 1u << (SPI - 32));
        d.put(d.dist, 0xf84, 1u << (SPI - 32)); /* GICD_INMIR1 */
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ} | GICV3_LINE_NMI);
        d.put(d.redist[1], 0x14, 2); /* GICR_WAKER.ProcessorSleep */
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_WAKE});
        d.put(d.dist, 0x6000 + 8 * SPI, 2, 8); /* To the next PE. */
        d.settle(1);
        EXPECT_EQ(d.lines(1), 0u);
        EXPECT_EQ(d.lines(2), u32{GICV3_LINE_IRQ} | GICV3_LINE_NMI);
    });
}

/* IHI 0069 3.1.2, 1 of N: who has it depends on registers of others. */
TEST(Gicv3Lines, AnInterruptMovesWhenItsPeOptsOut)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 0);
        d.put(d.dist, 0x6000 + 8 * SPI, 1u << 31, 8);
        d.spi = true;
        d.settle();
        EXPECT_EQ(d.lines(0), u32{GICV3_LINE_IRQ});
        d.put(d.redist[0], 0, 1u << 25); /* GICR_CTLR.DPG1NS */
        d.settle(1);
        EXPECT_EQ(d.lines(0), 0u);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ});
        d.icc_write(1, GIC_IGRPEN1, 0);
        d.settle(1);
        EXPECT_EQ(d.lines(1), 0u);
        EXPECT_EQ(d.lines(2), u32{GICV3_LINE_IRQ});
        /* It is active here, and when that ends it is another's. */
        EXPECT_EQ(d.icc(2, GIC_IAR1), u32{SPI});
        d.put(d.dist, 0x6000 + 8 * SPI, 0, 8);
        d.settle(1);
        EXPECT_EQ(d.lines(0), 0u);
        d.icc_write(2, GIC_EOIR1, SPI);
        d.settle(1);
        EXPECT_EQ(d.lines(0), u32{GICV3_LINE_IRQ});
    });
}

/* Two processes that write one line in one delta cycle: no error, and the newest state counts. */
TEST(Gicv3Lines, DevicesMayRaiseTheirWiresAtOnce)
{
    simulate([](design &d) {
        d.boot();
        d.enable_spi(SPI, 1);
        d.enable_spi(OTHER_SPI, 1);
        d.spi = true;
        d.other = true;
        d.settle();
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ});
        EXPECT_EQ(d.icc(1, GIC_IAR1), u32{SPI}) << "of equal priority the lower INTID";
        d.settle(1);
        EXPECT_EQ(d.lines(1), 0u);
        d.spi = false;
        d.other = false;
        d.settle();
        d.icc_write(1, GIC_EOIR1, SPI);
        d.settle();
        d.spi = true;
        d.settle(1);
        d.icc_write(1, GIC_PMR, 0); /* In the delta cycle in which the wire is seen. */
        d.settle();
        EXPECT_EQ(d.lines(1), 0u);
        d.icc_write(1, GIC_PMR, 0xff);
        d.settle(1);
        EXPECT_EQ(d.lines(1), u32{GICV3_LINE_IRQ});
    });
}

TEST(Gicv3Lines, AWireThatIsHighFromTheStartIsSeen)
{
    in_child([] {
        gicv3_spec spec = full_spec();
        sc_signal<bool> high("high", true);
        gicv3_module gic("gic", spec);
        gic.wire(SPI, 0, high);
        sc_start(sc_time(1, SC_NS));
        EXPECT_EQ(gic.decider()->dist->word[1].line, 1u << (SPI - 32));
    });
}

/* 16 PPIs, 988 SPIs, 64 extended PPIs, 1024 extended SPIs. */
TEST(Gicv3Lines, EveryWireIsThatOfItsInterrupt)
{
    in_child([] {
        gicv3_module gic("gic", full_spec());
        std::deque<sc_signal<bool>> wires;
        std::vector<u32> intids;

        for (auto [first, last] : {std::pair{16u, 1019u}, {1056u, 1119u}, {4096u, 5119u}})
            for (u32 intid = first; intid <= last; intid++) {
                gic.wire(intid, 1, wires.emplace_back());
                intids.push_back(intid);
            }
        sc_start(SC_ZERO_TIME);
        const gicv3 *s = gic.decider();
        for (size_t i = 0; i < intids.size(); i++) {
            wires[i] = true;
            sc_start(SC_ZERO_TIME);
            sc_start(SC_ZERO_TIME);
            u32 count = 0;
            for (u32 w = 0; w < GICV3_DIST_WORDS; w++)
                count += (u32)__builtin_popcount(s->dist->word[w].line);
            for (u32 w = 0; w < GICV3_PE_WORDS; w++)
                count += (u32)__builtin_popcount(s->pe[1].word[w].line);
            EXPECT_EQ(count, 1u);
            const u32 id = intids[i], bit = 1u << id % 32;
            const u32 line = id < 32      ? s->pe[1].word[0].line
                             : id < 1024  ? s->dist->word[id / 32].line
                             : id < 4096  ? s->pe[1].word[(id - 1024) / 32].line
                                          : s->dist->word[(id - 3072) / 32].line;
            EXPECT_EQ(line, bit) << id;
            wires[i] = false;
            sc_start(SC_ZERO_TIME);
            sc_start(SC_ZERO_TIME);
        }
        gicv3_check(s);
    });
}

/* --- Whatever is done: the signals say what the decider says. --- */

struct dice {
    std::mt19937 random{4};
    u32 operator()(u32 sides) { return random() % sides; }
};

/* The registers that decide who gets what, of the interrupts that have wires, and SGIs. */
void disturb_frames(design &d, dice &roll)
{
    const u32 pe = roll(PE_COUNT), intid = SPI + roll(2), bit = 1u << (intid - 32);
    const u32 own = SGI_BASE + 0x80 * (1 + roll(6)); /* IGROUPR0 to ICACTIVER0 */
    const u32 own_bits = (roll(2) ? 1u << PPI : 0) | roll(4);

    switch (roll(8)) {
    case 0: return d.put(d.dist, 0, roll(8) ? 3 : roll(4));
    case 1: return d.put(d.dist, 0x84 + 0x80 * roll(7), roll(2) ? bit : 0); /* to ICACTIVER1 */
    case 2: return d.put(d.dist, 0xc08, roll(2) ? 2u << 2 * (intid - 32) : 0);
    case 3: return d.put(d.dist, 0x400 + intid, roll(256), 1);
    case 4: return d.put(d.dist, 0x6000 + 8 * intid, roll(2) ? 1u << 31 : roll(4), 8);
    case 5: return d.put(d.dist, 0xf84, roll(3) ? 0 : bit);
    case 6: return d.put(d.redist[pe], roll(2) ? 0x14 : 0, roll(4) ? 0 : roll(4) << (roll(2) * 24));
    default: return d.put(d.redist[pe], own, own_bits);
    }
}

void disturb_cpu(design &d, dice &roll)
{
    static const gic_cpuif reads[] = {GIC_IAR0, GIC_IAR1, GIC_NMIAR1, GIC_HPPIR1, GIC_RPR};
    static const u32 intids[] = {0, 1, PPI, SPI, OTHER_SPI};
    const u32 pe = roll(PE_COUNT);

    switch (roll(8)) {
    case 0: return d.icc_write(pe, roll(2) ? GIC_EOIR0 : GIC_EOIR1, intids[roll(5)]);
    case 1: return d.icc_write(pe, GIC_DIR, intids[roll(5)]);
    case 2: return d.icc_write(pe, GIC_PMR, roll(3) ? 0xff : roll(256));
    case 3: return d.icc_write(pe, roll(2) ? GIC_IGRPEN0 : GIC_IGRPEN1, roll(4) != 0);
    case 4: return d.icc_write(pe, GIC_SGI1R, (u64)roll(2) << 40 | roll(2) << 24 | roll(8));
    case 5: return d.icc_write(pe, GIC_CTLR, roll(4));
    case 6: return d.icc_write(pe, GIC_AP1R0, 0);
    default: d.icc(pe, reads[roll(5)]);
    }
}

void disturb_wires(design &d, dice &roll)
{
    d.spi = roll(2) != 0;
    d.other = roll(2) != 0;
    d.ppi = roll(2) != 0;
}

TEST(Gicv3Lines, SignalsSayWhatTheDeciderSays)
{
    simulate([](design &d) {
        dice roll;
        u32 changes = 0, seen = 0, old[PE_COUNT] = {};

        d.boot();
        for (u32 step = 0; step < 40000 && !testing::Test::HasFailure(); step++) {
            roll(5) == 0 ? disturb_wires(d, roll)
            : roll(2) ? disturb_cpu(d, roll) : disturb_frames(d, roll);
            d.settle();
            for (u32 i = 0; i < PE_COUNT; i++) {
                EXPECT_EQ(d.lines(i), gicv3_lines(d.gic.decider(), i)) << step << ", PE " << i;
                changes += d.lines(i) != old[i];
                seen |= d.lines(i);
                old[i] = d.lines(i);
            }
        }
        EXPECT_GT(changes, 1000u);
        EXPECT_EQ(seen, 15u) << "irq, fiq, nmi and wake";
    });
}

} // namespace gicv3_design
