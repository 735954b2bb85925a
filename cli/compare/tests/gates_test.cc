/* gates.yaml: what it may say, which gate decides, and where each kind begins to fail. */
#include "cli/compare/tests/sides.hpp"

namespace {

using namespace sides;

class Gates : public Files {
protected:
    string wrong(const string &text) const
    {
        const string file = write("gates.yaml", text);
        return complaint([&] { load_gates(file); });
    }
    string wrong_gate(const string &gate) const
    {
        return wrong("apfsim-gates: 1\ngates:\n  - " + gate + "\n");
    }
    gate one(const string &text) const
    {
        return gates("  - " + text + "\n").gates[0];
    }
};

TEST_F(Gates, WithoutAFileEverythingIsExact)
{
    const gate_list list = load_gates("");

    ASSERT_EQ(list.gates.size(), 1u);
    EXPECT_EQ(list.gates[0].kind, gate_kind::exact);
    EXPECT_EQ(gate_words(list.gates[0]), "everything else exact");
}

TEST_F(Gates, EveryMistakeHasItsPlace)
{
    const struct {
        string gate, sentence;
    } rows[] = {
        {"{metric: a, tolerence: 2%}",
         "2 gates.yaml:3:17: found the unknown key \"tolerence\", expected one of metric, where, "
         "subject, direction, better, exact, tolerance, ignore, statistical; did you mean "
         "\"tolerance\"?"},
        {"{tolerance: 2%}", "2 gates.yaml:3:5: found no key \"metric\", which is needed here"},
        {"{metric: a}", "2 gates.yaml:3:5: found a gate that asks for nothing, expected exact, "
                        "tolerance, ignore or statistical"},
        {"{metric: a, exact: true, ignore: x}",
         "2 gates.yaml:3:30: found ignore beside exact, expected one of them in a gate"},
        {"{metric: a, exact: false}", "2 gates.yaml:3:24: found \"false\", expected true; try a "
                                      "tolerance, or ignore with its reason"},
        {"{metric: a, exact: maybe}",
         "2 gates.yaml:3:24: found \"maybe\", expected true or false"},
        {"{metric: a, tolerance: much}",
         "2 gates.yaml:3:28: found \"much\", expected a tolerance as in 2%, 500ns or 3"},
        {"{metric: a, tolerance: 0.00001%}",
         "2 gates.yaml:3:28: found \"0.00001%\", expected a tolerance as in 2%, 500ns or 3"},
        {"{metric: a, ignore: \" \"}",
         "2 gates.yaml:3:25: found \" \", expected the reason why this may be ignored"},
        {"{metric: a, tolerance: 1%, direction: wors}",
         "2 gates.yaml:3:43: found \"wors\", expected worse or both; did you mean \"worse\"?"},
        {"{metric: a, tolerance: 1%, better: mor}",
         "2 gates.yaml:3:40: found \"mor\", expected less or more; did you mean \"more\"?"},
        {"{metric: a, exact: true, direction: worse}",
         "2 gates.yaml:3:30: found direction, expected it with tolerance or statistical only"},
        {"{metric: a, statistical: {within: 1%}}",
         "2 gates.yaml:3:30: found no key \"confidence\", which is needed here"},
        {"{metric: a, statistical: {confidence: 49%, within: 1%}}",
         "2 gates.yaml:3:43: found \"49%\", expected 50% to 99.99%"},
        {"{metric: a, statistical: {confidence: 99%, within: 1ns}}",
         "2 gates.yaml:3:56: found \"1ns\", expected a percentage as in 1%"},
        {"{metric: a, statistical: {confidence: 99%, within: 1%, undecided: fial}}",
         "2 gates.yaml:3:71: found \"fial\", expected fail or pass; did you mean \"fail\"?"},
        {"{metric: a, where: x, exact: true}",
         "2 gates.yaml:3:24: found \"x\", expected a mapping"},
        {"[a]", "2 gates.yaml:3:5: found a list, expected a mapping"},
    };

    for (const auto &row : rows)
        EXPECT_EQ(wrong_gate(row.gate), row.sentence) << row.gate;
}

TEST_F(Gates, TheFileItselfIsChecked)
{
    EXPECT_EQ(wrong("gates: []\n"),
              "2 gates.yaml:1:1: found no key \"apfsim-gates\", which is needed here");
    EXPECT_EQ(wrong("apfsim-gates: 2\n"), "2 gates.yaml:1:15: found \"2\", expected 1");
    EXPECT_EQ(wrong("apfsim-gates: 1\ngate: []\n"),
              "2 gates.yaml:2:1: found the unknown key \"gate\", expected one of apfsim-gates, "
              "gates, host; did you mean \"gates\"?");
    EXPECT_EQ(wrong("apfsim-gates: 1\ngates:\n"),
              "2 gates.yaml:2:1: found nothing, expected a list");
    EXPECT_EQ(complaint([&] { load_gates(path("none.yaml")); }),
              "2 none.yaml: found no such file; try another name");
}

TEST_F(Gates, NanosecondsOfThisComputerAreRefused)
{
    const string head = "apfsim-gates: 1\nhost:\n  - ";

    EXPECT_EQ(wrong(head + "{ns: fault, tolerance: 10%}\n"),
              "2 gates.yaml:3:6: found ns: nanoseconds are those of one computer on one day, "
              "expected ratio, of two things that were measured in the same run; apfsim_bench "
              "--ratios --json FILE writes such ratios");
    EXPECT_EQ(wrong(head + "{ratio: a, tolerance: 10ns}\n"),
              "2 gates.yaml:3:27: found \"10ns\", expected a percentage: a ratio has no unit, and "
              "nanoseconds are those of one computer on one day");
}

TEST(Tolerance, HasAUnitOrNone)
{
    const struct {
        const char *text;
        bool is_relative, is_time;
        u64 amount;
    } good[] = {
        {"2%", true, false, 20000},       {"0.5%", true, false, 5000},
        {"0.0001%", true, false, 1},      {"0%", true, false, 0},
        {"500ns", false, true, 500000},   {"1.5us", false, true, 1500000},
        {"0.001ns", false, true, 1},      {"3", false, false, 3},
        {"1s", false, true, PS_PER_S},    {"7ps", false, true, 7},
    };

    for (const auto &row : good) {
        tolerance t;
        ASSERT_TRUE(parse_tolerance(row.text, &t)) << row.text;
        EXPECT_EQ(t.is_relative, row.is_relative) << row.text;
        EXPECT_EQ(t.is_time, row.is_time) << row.text;
        EXPECT_EQ(t.amount, row.amount) << row.text;
    }
    for (const char *bad : {"", "%", "2 %", "2.%", ".5%", "1.5", "-1%", "0.0001ns", "1m", "2%%",
                            "99999999999999999999", "20000000s"}) {
        tolerance t;
        EXPECT_FALSE(parse_tolerance(bad, &t)) << bad;
    }
}

/* Each kind: allowed at its limit, not one beyond, on both sides. */
TEST_F(Gates, BeginToFailOneBeyondTheLimit)
{
    const struct {
        const char *gate, *metric;
        u64 base, least, most; /* What is allowed. */
    } rows[] = {
        {"{metric: '*', tolerance: 2%}", "time_ps", 1000, 980, 1020},
        {"{metric: '*', tolerance: 2%}", "faults.total", 1049, 1029, 1069},
        {"{metric: '*', tolerance: 0%}", "time_ps", 1000, 1000, 1000},
        {"{metric: '*', tolerance: 5ps}", "time_ps", 1000, 995, 1005},
        {"{metric: '*', tolerance: 1ns}", "time_ps", 5000, 4000, 6000},
        {"{metric: '*', tolerance: 3}", "faults.total", 100, 97, 103},
        {"{metric: '*', tolerance: 2%, direction: both}", "time_ps", 1000, 980, 1020},
        {"{metric: '*', tolerance: 2%, direction: worse}", "time_ps", 1000, 0, 1020},
        {"{metric: '*', tolerance: 2%, direction: worse}", "tasks.mem.work", 1000, 980, UINT64_MAX},
        {"{metric: '*', tolerance: 2%, direction: worse}", "faults.total", 1000, 980, 1020},
        {"{metric: '*', tolerance: 2%, direction: worse, better: more}", "time_ps", 1000, 980,
         UINT64_MAX},
        {"{metric: '*', tolerance: 2%, direction: worse, better: less}", "tasks.mem.work", 1000, 0,
         1020},
        {"{metric: '*', tolerance: 1%}", "time_ps", UINT64_MAX / 2,
         UINT64_MAX / 2 - 92233720368547758, UINT64_MAX / 2 + 92233720368547758},
    };

    for (const auto &row : rows) {
        const gate g = one(row.gate);
        EXPECT_TRUE(is_tolerated(g, row.metric, row.base, row.least)) << row.gate;
        EXPECT_TRUE(is_tolerated(g, row.metric, row.base, row.most)) << row.gate;
        EXPECT_FALSE(row.least != 0 && is_tolerated(g, row.metric, row.base, row.least - 1))
            << row.gate;
        EXPECT_FALSE(row.most != UINT64_MAX && is_tolerated(g, row.metric, row.base, row.most + 1))
            << row.gate;
    }
}

TEST_F(Gates, OfNothingAllowNothing)
{
    const gate g = one("{metric: '*', tolerance: 50%}");

    EXPECT_TRUE(is_tolerated(g, "time_ps", 0, 0));
    EXPECT_FALSE(is_tolerated(g, "time_ps", 0, 1));
}

TEST_F(Gates, ATimeDoesNotMeasureACount)
{
    const gate time = one("{metric: '*', tolerance: 5ns}"),
               count = one("{metric: '*', tolerance: 5}");

    EXPECT_EQ(complaint([&] { is_tolerated(time, "faults.total", 1, 2); }),
              "2 gates.yaml:3:5: the tolerance 5ns is a time, and faults.total is none; try a "
              "tolerance in percent or a narrower metric");
    EXPECT_EQ(complaint([&] { is_tolerated(count, "time_ps", 1, 2); }),
              "2 gates.yaml:3:5: the tolerance 5 has no unit, and time_ps is a time; try 5ns");
}

/* Before anything differs: the gate itself is wrong. */
TEST_F(Gates, MeasureWhatHasTheirUnit)
{
    const struct {
        const char *gate, *sentence;
    } rows[] = {
        {"{metric: checksum, tolerance: 1%}",
         "2 gates.yaml:3:5: checksum is no number; try exact, or ignore with its reason"},
        {"{metric: 't*ce', statistical: {confidence: 95%, within: 1%}}",
         "2 gates.yaml:3:5: trace is no number; try exact, or ignore with its reason"},
        {"{metric: faults.total, tolerance: 1us}",
         "2 gates.yaml:3:5: the tolerance 1us is a time, and faults.total is none; try a "
         "tolerance in percent or a narrower metric"},
        {"{metric: lines, tolerance: 1us}",
         "2 gates.yaml:3:5: the tolerance 1us is a time, and lines is none; try a "
         "tolerance in percent or a narrower metric"},
        {"{metric: time_*, tolerance: 4}",
         "2 gates.yaml:3:5: the tolerance 4 has no unit, and time_ps is a time; try 4ns"},
    };
    pair p;
    p.add("demo/v4", {{"time_ps", 1}, {"faults.total", 2}}, {{"time_ps", 1}, {"faults.total", 2}});

    for (const auto &row : rows) {
        const gate_list list = gates("  - " + string(row.gate) + "\n");
        EXPECT_EQ(complaint([&] { check_gates(list, p.base, p.now, p.names); }), row.sentence);
    }
    for (const char *good : {"{metric: '*', tolerance: 1us}", "{metric: '*', tolerance: 4}",
                             "{metric: faults.total, tolerance: 4}",
                             "{metric: time_ps, tolerance: 4ps}",
                             "{metric: checksum, exact: true}", "{metric: checksum, ignore: new}"})
        EXPECT_EQ(check_gates(gates("  - " + string(good) + "\n"), p.base, p.now, p.names),
                  std::vector<std::string>()) << good;
}

TEST_F(Gates, TheFirstThatMatchesDecides)
{
    const gate_list list =
        gates("  - {metric: hops.*.p99_ps, subject: demo/*, tolerance: 1%}\n"
              "  - {metric: hops.io_wait.*, ignore: noise}\n"
              "  - {metric: hops.*, where: {protocol.variant: v4}, tolerance: 2%}\n"
              "  - {metric: '*', tolerance: 3%}\n");
    pair p;
    const subject demo = p.make("demo/v4", 1, {}), fio = p.make("fio/sync", 1, {});

    EXPECT_EQ(find_gate(list, "hops.io_wait.p99_ps", demo), 0u);
    EXPECT_EQ(find_gate(list, "hops.io_wait.p99_ps", fio), 1u);
    EXPECT_EQ(find_gate(list, "hops.exit.sum_ps", demo), 2u);
    EXPECT_EQ(find_gate(list, "hops.exit.sum_ps", fio), 3u);
    EXPECT_EQ(find_gate(list, "time_ps", demo), 3u);
    for (const char *word : {"checksum", "trace", "end", "subject"})
        EXPECT_EQ(find_gate(list, word, demo), 4u) << "no tolerance measures a word";
    EXPECT_EQ(gate_words(list.gates[2]),
              path("gates.yaml") + ":5: hops.*, protocol.variant=v4 within 2%");
}

TEST_F(Gates, ThatMeanNothingAreTold)
{
    const gate_list list = gates("  - {metric: time_sp, exact: true}\n"
                                 "  - {metric: time_ps, subject: nobody, exact: true}\n"
                                 "  - {metric: time_*, exact: true}\n");
    pair p;
    p.add("demo/v4", {{"time_ps", 1}}, {{"time_ps", 1}});

    const string file = path("gates.yaml");
    EXPECT_EQ(check_gates(list, p.base, p.now, p.names),
              (std::vector<string>{
                  file + ":3: no metric is called \"time_sp\"; did you mean \"time_ps\"?",
                  file + ":4: no result is meant by this gate"}));
    const gate_list where = gates("  - {metric: '*', where: {protocol.varian: v4}, exact: true}\n");
    EXPECT_EQ(complaint([&] { check_gates(where, p.base, p.now, p.names); }),
              "2 gates.yaml:3:5: no result has the parameter \"protocol.varian\"; did you mean "
              "\"protocol.variant\"?");
}

} // namespace
