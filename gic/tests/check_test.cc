// The invariants themselves: each one that is broken stops the run.
#include "gic/tests/vm_fixture.h"

#include <functional>
#include <string>

namespace {

struct broken {
    const char *what, *message;
    std::function<void(machine &)> by;
};

// One list register in use by SPI 40, and one SGI waiting on vCPU 1.
void prepare(machine &m)
{
    m.boot();
    gic_inject_spi(&m.vm, 40, true);
    gic_inject_irq(&m.vm, 1, 5, true, 0);
    m.enter(0);
}

const broken cases[] = {
    {"priority bits", "priority", [](machine &m) { m.spi(50).priority = 1; }},
    {"a flag is a bit", "<= 1", [](machine &m) { m.cpus[0].irq[3].enabled = 2; }},
    {"padding", "zero", [](machine &m) { m.spi(33).zero[1] = 1; }},
    {"listed, not on the list", "listed == private_count",
     [](machine &m) { m.cpus[0].irq[3].on_list = 1; }},
    {"on the list, not listed", "on_list", [](machine &m) { m.cpus[1].irq[5].on_list = 0; }},
    {"active, not listed", "active", [](machine &m) { m.cpus[0].irq[3].active = 1; }},
    {"twice on the list", "seen",
     [](machine &m) { m.cpus[1].ap_list[m.cpus[1].ap_count++] = 5; }},
    {"no such interrupt", "INTID_COUNT", [](machine &m) { m.cpus[1].ap_list[0] = 1024; }},
    {"a list too long", "ap_count", [](machine &m) { m.cpus[1].ap_count = 1025; }},
    {"more loaded than there are", "lr_used", [](machine &m) { m.cpus[0].lr_used = 5; }},
    {"end before used", "lr_end", [](machine &m) { m.cpus[0].lr_end = 0; }},
    {"end behind the last", "lr_end", [](machine &m) { m.cpus[0].lr_end = 5; }},
    {"loaded, no such interrupt", "INTID_COUNT", [](machine &m) { m.cpus[0].lr[0] = 1024; }},
    {"loaded twice", "loaded",
     [](machine &m) {
         m.cpus[0].lr[1] = m.cpus[0].lr[0];
         m.cpus[0].lr_used = m.cpus[0].lr_end = 2;
     }},
    {"a level active and pending", "STATE",
     [](machine &m) { m.cpus[0].lr[0] |= GIC_LR_ACTIVE; }},
    {"a register beyond the end", "lr", [](machine &m) { m.cpus[0].lr[3] = 7; }},
    {"an active priority that is not there", "ap", [](machine &m) { m.cpus[0].ap[1][1] = 1; }},
    {"mask bits", "vmcr", [](machine &m) { m.cpus[0].vmcr |= 1u << 24; }},
    {"BPR0", "vmcr", [](machine &m) { m.cpus[0].vmcr &= ~(7u << 21); }},
    {"BPR1", "vmcr", [](machine &m) { m.cpus[0].vmcr &= ~(7u << 18); }},
    {"HCR", "hcr", [](machine &m) { m.cpus[0].hcr |= 1u << 9; }},
    {"an NMI without the feature", "nmi_active", [](machine &m) { m.cpus[0].nmi_active = 1; }},
    {"tie", "tie", [](machine &m) { m.cpus[0].tie = GIC_TIE_COUNT; }},
    {"the short way", "is_plain", [](machine &m) { m.cpus[0].is_plain = 0; }},
    {"no list registers", "lr_count", [](machine &m) { m.cpus[0].lr_count = 0; }},
    {"too many ended", "ended_count", [](machine &m) { m.cpus[0].ended_count = 5; }},
    {"an SPI that no list has", "found == listed", [](machine &m) { m.spi(41).on_list = 1; }},
    {"an SPI on a list, not listed", "on_list", [](machine &m) { m.spi(40).on_list = 0; }},
    {"an SPI on another's list", "list_cpu", [](machine &m) { m.spi(40).list_cpu = 1; }},
    {"listed beyond the last", "on_list", [](machine &m) { m.spi(256).on_list = 1; }},
    {"a target beyond the last", "target", [](machine &m) { m.dist.route[0].target = 3; }},
};

TEST(Check, AWholeMachinePasses)
{
    machine m(3);
    prepare(m);
    gic_vm_check(&m.vm);
    m.leave(0);
}

TEST(Check, EachBrokenInvariantStopsTheRun)
{
    testing::FLAGS_gtest_death_test_style = "fast";
    for (const broken &c : cases) {
        machine m(3);
        prepare(m);
        c.by(m);
        EXPECT_DEATH(gic_vm_check(&m.vm), c.message) << c.what;
    }
}

TEST(Check, WrongUseStopsTheRun)
{
    machine m(2);
    m.boot();
    gic_inject_spi(&m.vm, 40, true);
    m.enter(0);
    EXPECT_DEATH(gic_flush(&m.cpus[0], &m.dist), "lr_used == 0");
    EXPECT_DEATH(gic_migrate(&m.vm, 0), "lr_used == 0");
    EXPECT_DEATH(gic_vm_cpu(&m.vm, 2), "cpu_count");
    EXPECT_DEATH(gicd_write(&m.dist, 0x80, 4, 2), "nr_irqs"); // Its SPIs need the VM.
    gicd_write(&m.dist, 0x7c, 4, 2);
    gicd_write(&m.dist, 0, 4, 2);
    EXPECT_DEATH(gic_send_sgi(&m.vm, 0, GIC_IAR1, 0), "CLASS_SGI");
    EXPECT_DEATH(gic_inject(&m.cpus[0], &m.dist, 32, true), "PRIVATE_COUNT");
    gic_spec s = m.spec;
    s.nr_irqs = 100;
    EXPECT_DEATH(gic_dist_init_as(&m.dist, &s), "spec");
    EXPECT_DEATH(gic_init_as(&m.cpus[0], &s, 0), "spec");
    EXPECT_DEATH(gic_init(&m.cpus[0], 0, 17), "lr_count");
}

} // namespace
