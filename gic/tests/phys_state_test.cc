// IHI 0069 4.1.2: every cell of the state machine of one interrupt. A state is written as the
// letters of what is set: l the line, s the latch, a active. "-" says that an acknowledge finds
// nothing and changes nothing.
#include "gic/tests/phys_fixture.h"

#include <string>

namespace {

using phys::Machine;
using std::string;

const char *const states[8] = {"", "l", "s", "ls", "a", "la", "sa", "lsa"};

struct row {
    const char *event;
    const char *next[8]; // By states[].
};

// clang-format off
// An edge is the line's rise, not its level: what is latched counts.
const row edge_rows[] = {
    //                from ""   l     s     ls    a      la     sa     lsa
    {"line rises",        {"ls", "l",  "ls", "ls", "lsa", "la",  "lsa", "lsa"}},
    {"line falls",        {"",   "",   "s",  "s",  "a",   "a",   "sa",  "sa"}},
    {"ISPENDR",           {"s",  "ls", "s",  "ls", "sa",  "lsa", "sa",  "lsa"}},
    {"ICPENDR",           {"",   "l",  "",   "l",  "a",   "la",  "a",   "la"}},
    {"acknowledge",       {"-",  "-",  "a",  "la", "-",   "-",   "-",   "-"}},
    {"ISACTIVER",         {"a",  "la", "sa", "lsa","a",   "la",  "sa",  "lsa"}},
    {"ICACTIVER",         {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"EOIR, EOImode 0",   {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"DIR, EOImode 1",    {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"EOIR, EOImode 1",   {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
    {"DIR, EOImode 0",    {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
    {"becomes level",     {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
};

// Pending is latch or line; an acknowledge takes the latch and leaves the line.
const row level_rows[] = {
    {"line rises",        {"l",  "l",  "ls", "ls", "la",  "la",  "lsa", "lsa"}},
    {"line falls",        {"",   "",   "s",  "s",  "a",   "a",   "sa",  "sa"}},
    {"ISPENDR",           {"s",  "ls", "s",  "ls", "sa",  "lsa", "sa",  "lsa"}},
    {"ICPENDR",           {"",   "l",  "",   "l",  "a",   "la",  "a",   "la"}},
    {"acknowledge",       {"-",  "la", "a",  "la", "-",   "-",   "-",   "-"}},
    {"ISACTIVER",         {"a",  "la", "sa", "lsa","a",   "la",  "sa",  "lsa"}},
    {"ICACTIVER",         {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"EOIR, EOImode 0",   {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"DIR, EOImode 1",    {"",   "l",  "s",  "ls", "",    "l",   "s",   "ls"}},
    {"EOIR, EOImode 1",   {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
    {"DIR, EOImode 0",    {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
    {"becomes edge",      {"",   "l",  "s",  "ls", "a",   "la",  "sa",  "lsa"}},
};
// clang-format on

bool has(const string &state, char letter)
{
    return state.find(letter) != string::npos;
}

struct Case {
    u32 intid;
    bool is_edge, is_enabled;
    u32 group;
};

// A machine with one interrupt in the given state, and a priority active so that EOIR has what to
// drop: group 1's for group 1, group 0's for group 0.
struct Subject : Machine {
    Case c;

    Subject(const Case &wanted, const string &state) : Machine(phys::full_spec(2)), c(wanted)
    {
        wake_all();
        prepare(c.intid, c.group, 0x80);
        if (c.intid >= 16)
            edge(c.intid, c.is_edge);
        if (has(state, 'l')) {
            line(c.intid, true);
            unpend(c.intid);
        }
        if (has(state, 's'))
            pend(c.intid);
        if (has(state, 'a'))
            activate(c.intid);
        if (!c.is_enabled)
            disable(c.intid);
    }

    gic_cpuif of_group(gic_cpuif group0, gic_cpuif group1) const
    {
        return c.group == 0 ? group0 : group1;
    }

    void end(bool is_split, gic_cpuif reg)
    {
        icc_write(of_group(GIC_AP0R0, GIC_AP1R0), 2);
        icc_write(GIC_CTLR, is_split ? 2 : 0);
        icc_write(reg, c.intid);
        bool has_dropped = reg != GIC_DIR;
        EXPECT_EQ(icc(of_group(GIC_AP0R0, GIC_AP1R0)), has_dropped ? 0u : 2u);
        icc_write(of_group(GIC_AP0R0, GIC_AP1R0), 0);
    }

    // The INTID that an acknowledge returned.
    u32 happen(const string &event)
    {
        gic_cpuif eoir = of_group(GIC_EOIR0, GIC_EOIR1);
        if (event == "line rises" || event == "line falls")
            EXPECT_TRUE(line(c.intid, event == "line rises"));
        else if (event == "ISPENDR")
            pend(c.intid);
        else if (event == "ICPENDR")
            unpend(c.intid);
        else if (event == "ISACTIVER")
            activate(c.intid);
        else if (event == "ICACTIVER")
            deactivate(c.intid);
        else if (event == "becomes level" || event == "becomes edge")
            edge(c.intid, event == "becomes edge");
        else if (event == "acknowledge") {
            u64 intid = icc(of_group(GIC_IAR0, GIC_IAR1));
            icc_write(of_group(GIC_AP0R0, GIC_AP1R0), 0);
            icc_write(of_group(GIC_AP0R2, GIC_AP1R2), 0);
            return static_cast<u32>(intid);
        } else
            end(event.find('1') != string::npos,
                event.find("DIR") != string::npos ? GIC_DIR : eoir);
        return 1023;
    }

    void expect(const string &state, bool is_edge) const
    {
        bool pending = has(state, 's') || (!is_edge && has(state, 'l'));
        bool signalled = pending && c.is_enabled && !has(state, 'a');
        u32 wire = c.group == 0 ? GICV3_LINE_FIQ : GICV3_LINE_IRQ;
        EXPECT_EQ(is_pending(c.intid), pending);
        EXPECT_EQ(field(0, c.intid, 0x280, 0x1800), pending) << "ICPENDR reads as ISPENDR";
        EXPECT_EQ(is_active(c.intid), has(state, 'a'));
        EXPECT_EQ(field(0, c.intid, 0x380, 0x1c00), has(state, 'a')) << "ICACTIVER too";
        EXPECT_EQ(lines(0), signalled ? wire : 0u);
        EXPECT_EQ(lines(1), 0u);
        check();
    }
};

void try_all(const row *rows, size_t count, const Case &c)
{
    for (const row *r = rows; r < rows + count; r++)
        for (int from = 0; from < 8; from++) {
            const string event = r->event;
            const bool is_wired = c.intid >= 16;
            const bool needs_wire = event.find("line") == 0 || event.find("becomes") == 0;
            if (!is_wired && (has(states[from], 'l') || needs_wire))
                continue; // Nothing drives an SGI, and nothing makes it level.
            SCOPED_TRACE(event + " from \"" + states[from] + "\" INTID " +
                         std::to_string(c.intid) + (c.is_edge ? " edge" : " level") +
                         (c.is_enabled ? "" : " disabled") + " group " + std::to_string(c.group));
            Subject subject(c, states[from]);
            subject.expect(states[from], c.is_edge);
            const string next = r->next[from];
            const u32 intid = subject.happen(event);
            const bool is_acked = event == "acknowledge" && next != "-" && c.is_enabled;
            const bool stays = next == "-" || (event == "acknowledge" && !c.is_enabled);
            EXPECT_EQ(intid, is_acked ? c.intid : 1023u);
            const bool is_edge = event == "becomes edge" || (c.is_edge && event != "becomes level");
            subject.expect(stays ? states[from] : next, is_edge);
            if (testing::Test::HasFailure())
                return;
        }
}

class EdgeInterrupt : public testing::TestWithParam<u32> {};

TEST_P(EdgeInterrupt, DoesWhatEveryCellSays)
{
    for (int i = 0; i < 4; i++)
        try_all(edge_rows, ARRAY_COUNT(edge_rows), {GetParam(), true, (i & 1) != 0, i / 2u});
}

// The first and the last of each class.
INSTANTIATE_TEST_SUITE_P(Class, EdgeInterrupt,
                         testing::Values(0, 15, 16, 31, 32, 1019, 1056, 1087, 1088, 1119, 4096,
                                         5119));

class LevelInterrupt : public testing::TestWithParam<u32> {};

TEST_P(LevelInterrupt, DoesWhatEveryCellSays)
{
    for (int i = 0; i < 4; i++)
        try_all(level_rows, ARRAY_COUNT(level_rows), {GetParam(), false, (i & 1) != 0, i / 2u});
}

INSTANTIATE_TEST_SUITE_P(Class, LevelInterrupt,
                         testing::Values(16, 31, 32, 1019, 1056, 1087, 1088, 1119, 4096, 5119));

TEST(StateMachine, DisabledInterruptsKeepWhatIsPending)
{
    for (u32 intid : {3u, 20u, 40u, 1056u, 4096u}) {
        Machine m(phys::full_spec(1));
        m.wake_all();
        m.prepare(intid, 1, 0x80);
        m.pend(intid);
        EXPECT_EQ(m.lines(), GICV3_LINE_IRQ);
        m.disable(intid);
        EXPECT_EQ(m.lines(), 0u);
        EXPECT_TRUE(m.is_pending(intid));
        EXPECT_EQ(m.icc(GIC_HPPIR1), 1023u);
        m.enable(intid);
        EXPECT_EQ(m.lines(), GICV3_LINE_IRQ);
        EXPECT_EQ(m.icc(GIC_IAR1), intid);
    }
}

// Two edges before the acknowledge are one interrupt; one after it is one more.
TEST(StateMachine, EdgesMergeUntilTheAcknowledge)
{
    Machine m(phys::full_spec(1));
    m.wake_all();
    m.prepare(40, 1, 0x80);
    m.edge(40, true);
    for (int i = 0; i < 2; i++)
        m.line(40, true), m.line(40, false);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    EXPECT_FALSE(m.is_pending(40));
    m.line(40, true);
    EXPECT_TRUE(m.is_pending(40) && m.is_active(40));
    EXPECT_EQ(m.lines(), 0u) << "active and pending is not signalled";
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.lines(), GICV3_LINE_IRQ);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.icc(GIC_IAR1), 1023u);
}

// An active interrupt is not acknowledged again by anyone, not even with a better priority.
TEST(StateMachine, ALevelLineThatStaysHighComesBackAfterTheEnd)
{
    Machine m(phys::full_spec(2));
    m.wake_all();
    m.prepare(40, 1, 0x80);
    m.line(40, true);
    EXPECT_EQ(m.icc(GIC_IAR1), 40u);
    EXPECT_TRUE(m.is_pending(40) && m.is_active(40));
    m.priority(40, 0);
    EXPECT_EQ(m.lines(), 0u);
    m.route(40, m.route_to(1));
    EXPECT_EQ(m.lines(1), 0u);
    EXPECT_EQ(m.icc(GIC_IAR1, 1), 1023u);
    m.icc_write(GIC_EOIR1, 40);
    EXPECT_EQ(m.lines(0), 0u);
    EXPECT_EQ(m.lines(1), GICV3_LINE_IRQ) << "the new route counts";
    m.line(40, false);
    EXPECT_EQ(m.lines(1), 0u);
}

TEST(StateMachine, OnlyPeripheralsHaveWires)
{
    gicv3_spec spec = phys::spec_of(1);
    spec.it_lines = 2;
    spec.eppi_words = 1;
    spec.espi_words = 1;
    Machine m(spec);
    const std::vector<u8> before = m.image();
    for (u32 intid : {0u, 15u, 96u, 1019u, 1020u, 1023u, 1024u, 1055u, 1088u, 1119u, 1120u, 4095u,
                      4128u, 5119u, 5120u, 8192u, 0xffffffffu}) {
        EXPECT_FALSE(m.line(intid, true)) << intid;
        EXPECT_EQ(m.image(), before) << intid;
    }
    for (u32 intid : {16u, 31u, 32u, 95u, 1056u, 1087u, 4096u, 4127u}) {
        EXPECT_TRUE(m.line(intid, true)) << intid;
        EXPECT_TRUE(m.is_pending(intid)) << intid;
        m.line(intid, false);
        EXPECT_FALSE(m.is_pending(intid)) << intid;
    }
    EXPECT_EQ(m.image(), before);
}

} // namespace
