/* Two sides made by hand: what is a difference, who decides on it, and what it is put down to. */
#include "cli/compare/tests/sides.hpp"

#include <rapidcheck/gtest.h>

namespace {

using namespace sides;

class Judge : public Files {};

std::vector<string> metrics_of(const subject_result &s)
{
    std::vector<string> all;

    for (const difference &d : s.differences)
        all.push_back(d.metric);
    return all;
}

TEST_F(Judge, EqualSidesAreEqual)
{
    pair p;
    p.add("demo/v4", {{"time_ps", 5}, {"faults.total", 0}}, {{"time_ps", 5}, {"faults.total", 0}});
    const comparison c = p.compare();

    EXPECT_EQ(c.difference_count(), 0u);
    EXPECT_FALSE(c.has_failed());
    EXPECT_EQ(c.metric_count, 2u);
}

TEST_F(Judge, FindsEveryDifferenceInTheOrderOfTheSummary)
{
    pair p;
    p.add("demo/v4", {{"time_ps", 5}, {"b", 1}, {"lost", 3}, {"a", 1}},
          {{"new", 0}, {"time_ps", 6}, {"b", 1}, {"a", 2}});
    const comparison c = p.compare();

    ASSERT_EQ(c.subjects.size(), 1u);
    EXPECT_EQ(metrics_of(c.subjects[0]),
              (std::vector<string>{"time_ps", "lost", "a", "new", "checksum"}));
    EXPECT_EQ(c.count(verdict::failed), 5u);
    EXPECT_EQ(c.subjects[0].differences[0].change(), "+20.0 %");
    EXPECT_EQ(c.subjects[0].differences[1].change(), "lost");
    EXPECT_EQ(c.subjects[0].differences[2].base_text, "1");
    EXPECT_EQ(c.subjects[0].differences[3].change(), "new");
}

TEST_F(Judge, ANewZeroIsNew)
{
    pair p;
    p.add("demo/v4", {{"a", 1}}, {{"a", 1}, {"b", 0}});
    const comparison c = p.compare();

    EXPECT_EQ(metrics_of(c.subjects[0]), (std::vector<string>{"b", "checksum"}));
    EXPECT_TRUE(c.has_failed());
}

TEST_F(Judge, TheTranscriptAloneIsADifference)
{
    pair p;
    p.add("demo/v4", {{"a", 1}}, {{"a", 1}});
    p.now.subjects[0].checksum++;
    p.now.subjects[0].lines++;
    comparison c = p.compare();

    EXPECT_EQ(metrics_of(c.subjects[0]), (std::vector<string>{"lines", "checksum"}));
    EXPECT_EQ(c.count(verdict::failed), 2u);
    c = p.compare(gates("  - {metric: checksum, ignore: other order}\n"
                        "  - {metric: lines, tolerance: 1}\n"));
    EXPECT_FALSE(c.has_failed());
}

/* If the metrics may change, the transcript must be allowed to; unless a gate says no. */
TEST_F(Judge, TheTranscriptFollowsTheMetrics)
{
    pair p;
    p.add("demo/v4", {{"time_ps", 100}}, {{"time_ps", 101}});
    p.now.subjects[0].lines++;

    EXPECT_FALSE(p.compare(gates("  - {metric: time_ps, tolerance: 1%}\n")).has_failed());
    EXPECT_TRUE(p.compare(gates("  - {metric: time_ps, tolerance: 0.9%}\n")).has_failed());
    EXPECT_EQ(p.compare(gates("  - {metric: time_ps, tolerance: 1%}\n"
                              "  - {metric: checksum, exact: true}\n"))
                  .count(verdict::failed),
              1u);
}

TEST_F(Judge, AnotherEndAndMissingResultsAreDifferences)
{
    pair p;
    p.add("demo/v4", {{"a", 1}}, {{"a", 1}});
    p.now.subjects[0].end = "cut";
    p.base.subjects.push_back(p.make("demo/lost", 1, {{"a", 1}}));
    p.now.subjects.push_back(p.make("demo/v4", 2, {{"a", 1}}));
    const comparison c = p.compare();

    ASSERT_EQ(c.subjects.size(), 3u);
    EXPECT_EQ(metrics_of(c.subjects[0]), std::vector<string>{"end"});
    EXPECT_EQ(c.subjects[1].words(), "demo/lost, seed 1");
    EXPECT_EQ(c.subjects[1].differences[0].now_text, "none");
    EXPECT_EQ(c.subjects[2].words(), "demo/v4, seed 2");
    EXPECT_EQ(c.subjects[2].differences[0].base_text, "none");
    EXPECT_EQ(c.count(verdict::failed), 3u);
    EXPECT_FALSE(p.compare(gates("  - {metric: subject, ignore: more seeds}\n"
                                 "  - {metric: end, ignore: shorter}\n"))
                     .has_failed());
}

/* Both sides ran out of time: that is no result, and not an equal one. */
TEST_F(Judge, WhatNeitherSideHasIsNotEqual)
{
    for (const char *end : {"crashed", "timed-out", "failed"}) {
        pair p;
        p.add("demo/v4", {}, {});
        for (side *s : {&p.base, &p.now})
            s->subjects[0].end = end;
        EXPECT_TRUE(p.compare().has_failed()) << end;
        EXPECT_FALSE(p.compare(gates("  - {metric: end, ignore: slow computer}\n")).has_failed());
    }
    pair p;
    p.add("demo/v4", {}, {});
    for (side *s : {&p.base, &p.now})
        s->subjects[0].end = "stuck";
    EXPECT_FALSE(p.compare().has_failed()) << "a fact of the simulated system";
}

TEST_F(Judge, NothingToCompareIsTold)
{
    pair p;
    p.add("demo/v4", {}, {});
    p.add("demo/sync", {{"a", 1}}, {{"a", 1}});
    for (side *s : {&p.base, &p.now}) {
        s->subjects[0].end = "crashed";
        s->subjects[1].end = "cut";
    }
    EXPECT_EQ(
        p.compare().notes,
        (std::vector<string>{
            "demo/v4, seed 1: \"crashed\", without metrics on both sides: nothing was compared",
            "demo/sync, seed 1: was interrupted, so its numbers depend on when that was"}));
}

TEST_F(Judge, WhatIsNewHasNoTolerance)
{
    pair p;
    p.add("demo/v4", {}, {{"p50_ps", 1}});

    EXPECT_TRUE(p.compare(gates("  - {metric: '*', tolerance: 99%}\n")).has_failed());
    const comparison c = p.compare(gates("  - {metric: '*', ignore: 'first of them'}\n"));
    EXPECT_EQ(c.count(verdict::ignored), 2u);
    EXPECT_EQ(c.tallies[0].ignored, 2u);
}

RC_GTEST_PROP(JudgeProperty, ASideEqualsItself, (std::vector<std::pair<u16, u64>> metrics))
{
    pair p;
    values v;
    for (const auto &m : metrics)
        v.emplace_back("m" + std::to_string(v.size()) + "_" + std::to_string(m.first), m.second);
    p.add("demo/v4", v, v);
    RC_ASSERT(p.compare().difference_count() == 0u);
}

/* As far up as down, and the same through 128 bits as by hand. */
RC_GTEST_PROP(JudgeProperty, AToleranceIsSymmetric, (u32 base, u32 change, u32 ppm))
{
    gate g;
    g.kind = gate_kind::tolerance;
    g.tolerance.amount = ppm % PPM;
    const u64 middle = (u64)base + change;
    const bool allowed = (u128)change * PPM <= (u128)middle * g.tolerance.amount;
    RC_ASSERT(is_tolerated(g, "time_ps", middle, middle + change) == allowed);
    RC_ASSERT(is_tolerated(g, "time_ps", middle, middle - change) == allowed);
}

/* --- Over seeds --- */

class Seeds : public Files {
protected:
    comparison over(const std::vector<u64> &base, const std::vector<u64> &now,
                    const string &more = "", u64 first_seed = 1) const
    {
        pair p;
        for (size_t i = 0; i < base.size(); i++)
            p.base.subjects.push_back(p.make("demo/v4", 1 + i, {{"time_ps", base[i]}}));
        for (size_t i = 0; i < now.size(); i++) {
            p.now.subjects.push_back(p.make("demo/v4", first_seed + i, {{"time_ps", now[i]}}));
            p.now.subjects.back().checksum++;
        }
        return p.compare(gates("  - {metric: time_ps, statistical: {confidence: 99%, within: 1%" +
                               more + "}}\n  - {metric: checksum, ignore: 'over seeds'}\n"));
    }
    static enum verdict of(const comparison &c)
    {
        return c.groups.size() == 1 ? c.groups[0].verdict : verdict::ignored;
    }
};

TEST_F(Seeds, ArePairedWhenTheyAreTheSame)
{
    const std::vector<u64> base = {1000, 2000, 3000, 4000, 5000};

    const comparison good = over(base, {1005, 2010, 3015, 4020, 5025});
    EXPECT_EQ(of(good), verdict::passed) << "each is 0.5 % more, far apart as they are";
    EXPECT_FALSE(good.has_failed());
    EXPECT_NE(good.groups[0].words.find("+0.500 %"), string::npos) << good.groups[0].words;
    EXPECT_NE(good.groups[0].words.find("5 pairs"), string::npos) << good.groups[0].words;
    const comparison bad = over(base, {1020, 2040, 3060, 4080, 5100});
    EXPECT_EQ(of(bad), verdict::failed);
    EXPECT_EQ(bad.tallies[0].failed, 1u);
    EXPECT_EQ(of(over(base, {980, 1960, 2940, 3920, 4900})), verdict::failed);
}

TEST_F(Seeds, ThatSayTooLittleDoNotDecide)
{
    const std::vector<u64> base = {1000, 2000, 3000, 4000, 5000},
                           noisy = {1100, 1900, 3300, 3900, 5100};

    EXPECT_EQ(of(over(base, noisy)), verdict::undecided);
    EXPECT_FALSE(over(base, noisy).has_failed());
    EXPECT_EQ(of(over(base, noisy, ", undecided: fail")), verdict::failed);
    EXPECT_EQ(of(over({1000}, {1001})), verdict::undecided);
    EXPECT_EQ(of(over(base, base)), verdict::ignored) << "equal: there is nothing to judge";
}

TEST_F(Seeds, NeedNotBeTheSame)
{
    const std::vector<u64> base = {1000, 1001, 999, 1000};
    const comparison good = over(base, {1001, 1000, 1002}, "", 11);

    EXPECT_EQ(of(good), verdict::passed);
    EXPECT_NE(good.groups[0].words.find("4 and 3 seeds"), string::npos) << good.groups[0].words;
    EXPECT_FALSE(good.has_failed()) << "other seeds are no missing results";
    EXPECT_EQ(good.notes.size(), 7u);
    EXPECT_TRUE(over(base, {1000, 1001}).has_failed()) << "two of four are lost";
    EXPECT_EQ(of(over(base, {1030, 1031, 1029}, "", 11)), verdict::failed);
    EXPECT_EQ(of(over({0, 0, 0}, {1, 2, 1})), verdict::failed) << "no part of nothing";
}

TEST_F(Seeds, MayGetBetter)
{
    pair p;
    for (u64 seed = 1; seed <= 3; seed++)
        p.add("demo/v4", {{"time_ps", 1000 * seed}}, {{"time_ps", 900 * seed}}, seed);
    const string gate = "  - {metric: time_ps, direction: worse, statistical: {confidence: 99%, "
                        "within: 1%}}\n";

    EXPECT_FALSE(p.compare(gates(gate)).has_failed());
    std::swap(p.base, p.now);
    EXPECT_TRUE(p.compare(gates(gate)).has_failed());
}

/* --- Causes --- */

/* count, sum, min and p50 of a hop. */
values hop(const string &name, u64 count, u64 sum, u64 min, u64 p50)
{
    const string key = "hops." + name + ".";

    return {{key + "count", count}, {key + "sum_ps", sum}, {key + "min_ps", min},
            {key + "p50_ps", p50}};
}

values join(std::vector<values> parts)
{
    values all;

    for (const values &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<string> hops_of(const values &base, const values &now)
{
    std::vector<string> hops;
    pair p;

    p.add("demo/v4", base, now);
    const comparison result = p.compare();
    for (const cause &c : result.subjects[0].causes)
        hops.push_back(c.hop);
    return hops;
}

TEST(Causes, AreHopsOfSoftwareWhoseLeastTimeChanged)
{
    const values wait = hop("io_wait", 10, 1000000, 90000, 100000),
                 waited = hop("io_wait", 10, 2000000, 80000, 200000);

    EXPECT_EQ(hops_of(join({hop("exit", 10, 4200, 420, 420), wait}),
                      join({hop("exit", 10, 4240, 424, 424), waited})),
              std::vector<string>{"exit"});
    EXPECT_EQ(hops_of(join({hop("exit", 10, 4200, 420, 420), hop("ack_hvc", 10, 900, 90, 90)}),
                      join({hop("exit", 10, 4240, 424, 424), hop("ack_hvc", 10, 940, 94, 94)})),
              (std::vector<string>{"exit", "ack_hvc"}));
    EXPECT_EQ(hops_of(join({hop("exit", 10, 4200, 420, 423), wait}),
                      join({hop("exit", 10, 4300, 420, 420), waited})),
              std::vector<string>{"io_wait"})
        << "the same bucket: the median has not changed";
    EXPECT_EQ(hops_of(hop("exit", 10, 4200, 0, 420), hop("exit", 10, 8400, 0, 840)),
              std::vector<string>{"exit"})
        << "the median has";
}

TEST(Causes, SayWhatAVisitCosts)
{
    pair p;
    p.add("demo/v4",
          join({hop("exit", 10, 4200000, 420000, 420000), {{"latency.all.sum_ps", 100000000}}}),
          join({hop("exit", 10, 4242000, 424200, 424200), {{"latency.all.sum_ps", 100084000}}}));
    const comparison c = p.compare();

    ASSERT_EQ(c.subjects[0].causes.size(), 1u);
    EXPECT_EQ(c.subjects[0].causes[0].words,
              "hop exit: 424.2ns instead of 420ns a visit (+1.0 %), 10 visits; together +42ns, all "
              "latencies +84ns (50 % of it)");
}

TEST(Causes, MayBeAHopThatIsNew)
{
    EXPECT_EQ(hops_of(join({hop("exit", 10, 4200, 420, 420),
                            {{"hops.vma.count", 0}, {"hops.vma.sum_ps", 0}}}),
                      join({hop("exit", 10, 4200, 420, 420), hop("vma", 10, 100, 10, 10)})),
              std::vector<string>{"vma"});
    EXPECT_EQ(hops_of({{"time_ps", 1}}, {{"time_ps", 2}}), std::vector<string>{});
}

TEST(Words, AreExact)
{
    EXPECT_EQ(time_text(0), "0ps");
    EXPECT_EQ(time_text(999), "999ps");
    EXPECT_EQ(time_text(1000), "1ns");
    EXPECT_EQ(time_text(61914098507), "61.914098507ms");
    EXPECT_EQ(time_text(PS_PER_S + 1), "1.000000000001s");
    EXPECT_EQ(value_text("time_ps", 1500), "1.5ns");
    EXPECT_EQ(value_text("faults.total", 1500), "1500");
    EXPECT_EQ(percent_text(10000), "+1.0 %");
    EXPECT_EQ(percent_text(-10499), "-1.0 %");
    EXPECT_EQ(percent_text(-10500), "-1.1 %");
    EXPECT_EQ(percent_text(999), "+0.0999 %");
    EXPECT_EQ(percent_text(0), "under 0.0001 %");
    EXPECT_EQ(percent_text(INT64_MAX), "from nothing");
    EXPECT_EQ(change_in_ppm(0, 0), 0);
    EXPECT_EQ(change_in_ppm(0, 1), INT64_MAX);
    EXPECT_EQ(change_in_ppm(3, 2), -333333);
    EXPECT_EQ(change_in_ppm(1, UINT64_MAX), INT64_MAX - 1);
}

} // namespace
