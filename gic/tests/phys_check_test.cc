// gicv3_check() finds every way in which the state can be broken.
#include "gic/tests/phys_fixture.h"

namespace {

using phys::Machine;

struct Damage {
    const char *words;
    void (*spec)(gicv3_spec *spec); // May be null.
    void (*harm)(Machine &m);
};

// clang-format off
const Damage damages[] = {
    {"INTID that was not built", nullptr, [](Machine &m) { m.dist->word[8].group = 1; }},
    {"INTID 31 in the distributor", nullptr, [](Machine &m) { m.dist->word[0].edge = 1u << 31; }},
    {"INTID 1020", [](gicv3_spec *s) { s->it_lines = 31; },
     [](Machine &m) { m.dist->word[31].active = 1u << 28; }},
    {"extended SPI that was not built", [](gicv3_spec *s) { s->espi_words = 1; },
     [](Machine &m) { m.dist->word[33].latch = 1; }},
    {"extended PPI that was not built", nullptr, [](Machine &m) { m.pe[0].word[1].line = 1; }},
    {"its priority", nullptr, [](Machine &m) { m.pe[0].word[1].priority[0] = 8; }},
    {"its route", nullptr, [](Machine &m) { m.dist->route[256] = 1; }},
    {"priority bit that is not there", nullptr,
     [](Machine &m) { m.dist->word[1].priority[5] = 4; }},
    {"padding of a word", nullptr, [](Machine &m) { m.dist->word[1].zero = 1; }},
    {"NMI in group 0", [](gicv3_spec *s) { s->has_nmi = 1; },
     [](Machine &m) { m.dist->word[1].nmi = 1; }},
    {"NMI without the feature", nullptr,
     [](Machine &m) { m.dist->word[1].group = m.dist->word[1].nmi = 1; }},
    {"GICD_CTLR without ARE", nullptr, [](Machine &m) { m.dist->ctlr = 0x40; }},
    {"GICD_CTLR with RWP", nullptr, [](Machine &m) { m.dist->ctlr |= 1u << 31; }},
    {"GICD_STATUSR that was not built", nullptr, [](Machine &m) { m.dist->statusr = 1; }},
    {"fifth bit of GICD_STATUSR", [](gicv3_spec *s) { s->has_statusr = 1; },
     [](Machine &m) { m.dist->statusr = 16; }},
    {"GICR_STATUSR that was not built", nullptr, [](Machine &m) { m.pe[1].statusr = 8; }},
    {"fifth bit of GICR_STATUSR", [](gicv3_spec *s) { s->has_statusr = 1; },
     [](Machine &m) { m.pe[1].statusr = 16; }},
    {"summary that lacks a word", nullptr,
     [](Machine &m) { m.dist->word[1].latch = m.dist->word[1].enabled = 1; }},
    {"summary with a word too many", nullptr, [](Machine &m) { m.dist->ready = 2; }},
    {"reserved bit of a route", nullptr, [](Machine &m) { m.dist->route[32] = 1u << 30; }},
    {"Aff3 of a route without A3V", [](gicv3_spec *s) { s->has_a3v = 0; },
     [](Machine &m) { m.dist->route[32] = 1ull << 32; }},
    {"IRM without 1 of N", [](gicv3_spec *s) { s->no_1_of_n = 1; },
     [](Machine &m) { m.dist->route[32] = 1ull << 31; }},
    {"SGI that is level", nullptr, [](Machine &m) { m.pe[1].word[0].edge = 0x7fff; }},
    {"wire of an SGI", nullptr, [](Machine &m) { m.pe[1].word[0].line = 1; }},
    {"edge PPI where it is fixed", [](gicv3_spec *s) { s->ppi_config_writable = 0; },
     [](Machine &m) { m.pe[1].word[0].edge |= 1u << 16; }},
    {"SGI disabled where it cannot be", [](gicv3_spec *s) { s->sgi_always_enabled = 1; },
     [](Machine &m) { m.pe[1].word[0].enabled = 0xfffe; }},
    {"half asleep", nullptr, [](Machine &m) { m.pe[1].waker = 2; }},
    {"opt-out without DPGS", [](gicv3_spec *s) { s->has_dpg = 0; },
     [](Machine &m) { m.pe[1].redist_ctlr = 1u << 24; }},
    {"GICR_CTLR.RWP", nullptr, [](Machine &m) { m.pe[1].redist_ctlr = 8; }},
    {"willing PE that sleeps", nullptr, [](Machine &m) { m.dist->willing[0][0] = 2; }},
    {"unwilling PE that is not", nullptr,
     [](Machine &m) { m.pe[1].waker = 0, m.pe[1].igrpen[1] = 1; }},
    {"PMR bit that is not there", nullptr, [](Machine &m) { m.pe[1].pmr = 1; }},
    {"ICC_CTLR bit", nullptr, [](Machine &m) { m.pe[1].ctlr = 4; }},
    {"active NMI without the feature", nullptr, [](Machine &m) { m.pe[1].nmi_active = 1; }},
    {"padding of a PE", nullptr, [](Machine &m) { m.pe[1].zero[1] = 1; }},
    {"group enable", nullptr, [](Machine &m) { m.pe[1].igrpen[0] = 2; }},
    {"BPR0 below its least", nullptr, [](Machine &m) { m.pe[1].bpr[0] = 1; }},
    {"BPR1 below its least", nullptr, [](Machine &m) { m.pe[1].bpr[1] = 2; }},
    {"BPR of four bits", nullptr, [](Machine &m) { m.pe[1].bpr[1] = 8; }},
    {"second active priority register", nullptr, [](Machine &m) { m.pe[1].ap[0][1] = 1; }},
    {"17th active priority of 4 bits", [](gicv3_spec *s) { s->preemption_bits = 4; },
     [](Machine &m) { m.pe[1].ap[1][0] = 1u << 16; }},
    {"specification", nullptr, [](Machine &m) { m.spec.tie = 2; }},
};
// clang-format on

TEST(PhysCheckDeathTest, FindsEveryDamage)
{
    testing::FLAGS_gtest_death_test_style = "fast";
    for (const Damage &damage : damages) {
        gicv3_spec spec = phys::spec_of(2);
        if (damage.spec != nullptr)
            damage.spec(&spec);
        Machine m(spec);
        m.check();
        damage.harm(m);
        EXPECT_DEATH(m.check(), "gic/phys_irq.c") << damage.words;
    }
}

TEST(PhysCheckDeathTest, InitWantsAGoodSpecification)
{
    gicv3_spec spec = phys::spec_of(1);
    spec.priority_bits = 9;
    EXPECT_DEATH(Machine m(spec), "gic/phys_irq.c");
}

} // namespace
