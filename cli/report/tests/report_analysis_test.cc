/* From runs to the numbers of the report: pairs, break-even, sensitivities, fronts, sentences. */
#include <cmath>
#include <functional>

#include "cli/report/page.hpp"
#include "cli/report/tests/sample.hpp"

namespace sample {

std::vector<effect> effects_of(std::vector<double> means, double half = 0)
{
    std::vector<effect> out;

    for (double m : means)
        out.push_back(std::isnan(m) ? effect() : effect(estimate{m, m - half, m + half, 4}));
    return out;
}

swept latencies()
{
    return make_swept({"latency", "ps", scale::log}, {{"10us", 10 * PS_PER_US},
                                                      {"20us", 20 * PS_PER_US},
                                                      {"40us", 40 * PS_PER_US},
                                                      {"80us", 80 * PS_PER_US}});
}

string words_of(std::vector<double> means, double half = 0, bool is_less_better = true)
{
    return break_even_words(find_break_even(latencies(), effects_of(means, half), is_less_better),
                            latencies(), 95);
}

TEST(BreakEven, IsSaidInWords)
{
    EXPECT_EQ(words_of({10, 10, -10, -10}), "from 28.3 us up (95 %: 28.3 us to 28.3 us)");
    EXPECT_EQ(words_of({10, 10, -10, -10}, 5), "from 28.3 us up (95 %: 23.8 us to 33.6 us)");
    EXPECT_EQ(words_of({-10, -10, 10, 10}, 5), "up to 28.3 us (95 %: 23.8 us to 33.6 us)");
    EXPECT_EQ(words_of({10, 10, -10, -10}, 5, false), "up to 28.3 us (95 %: 23.8 us to 33.6 us)");
    EXPECT_EQ(words_of({2, 1, -1, -2}, 50),
              "from 28.3 us up (95 %: less than 10us to more than 80us)");
    EXPECT_EQ(words_of({1, 1, 1, 1}), "nowhere in this range");
    EXPECT_EQ(words_of({0, 0, 0, 0}), "nowhere in this range") << "equal is not better";
    EXPECT_EQ(words_of({-1, -1, -1, -1}), "everywhere in this range");
    EXPECT_EQ(words_of({1, -1, 1, -1}),
              "in parts of this range only, which end at 14.1 us, 28.3 us and 56.6 us");
    EXPECT_EQ(words_of({NAN, NAN, NAN, NAN}), "nobody knows where, since no pair of runs is there");
    EXPECT_EQ(words_of({10, NAN, -10, NAN}), "from 20.0 us up (95 %: 20.0 us to 20.0 us)")
        << "over a hole";
}

TEST(BreakEven, OfWordsIsAListOfThem)
{
    const swept x =
        make_swept({"medium", "", scale::category}, {{"zram", {}}, {"nvme", {}}, {"disk", {}}});
    auto words = [&](std::vector<double> means, bool is_less_better = true) {
        return break_even_words(find_break_even(x, effects_of(means), is_less_better), x, 95);
    };

    EXPECT_EQ(words({5, -1, -2}), "with nvme and disk only");
    EXPECT_EQ(words({5, -1, -2}, false), "with zram only");
    EXPECT_EQ(words({-5, 1, -2}), "with zram and disk only");
    EXPECT_EQ(words({5, NAN, -2}), "with disk only");
    EXPECT_EQ(words({5, 1, 0}), "nowhere in this range");
    EXPECT_EQ(break_even_words(find_break_even(x, effects_of({5, -1, -3}, 2), true), x, 95),
              "with nvme (whose interval holds 0) and disk only");
}

TEST(BreakEven, HasNoIntervalWithOneSeed)
{
    std::vector<effect> effects = effects_of({10, 10, -10, -10});

    for (effect &e : effects)
        e->count = 1;
    EXPECT_EQ(break_even_words(find_break_even(latencies(), effects, true), latencies(), 95),
              "from 28.3 us up");
}

TEST(Settle, FindsBaselineMetricAndAxes)
{
    const dataset d = make_dataset();

    EXPECT_EQ(d.designs, (std::vector<string>{"sync", "v4"}));
    EXPECT_EQ(d.metric, "time_ps");
    EXPECT_EQ(d.param(d.x).name, "store.read.value");
    EXPECT_EQ(d.param(d.y).name, "costs.kvm.exit");
    EXPECT_EQ(d.confidence, 0.95);
    EXPECT_EQ(d.columns.at(metric_cpu_overhead)[0], 150) << "kernel and host";
    const dataset other =
        make_dataset({"overhead.exits", "more", "v4", "costs.kvm.exit", "store.read.value", 990});
    EXPECT_EQ(other.designs[0], "v4");
    EXPECT_EQ(other.param(other.x).name, "costs.kvm.exit");
    EXPECT_FALSE(other.is_less_better);
    EXPECT_EQ(other.confidence_percent(), 99);
}

TEST(Settle, AWrongChoiceIsNamed)
{
    auto complaint = [](const choices &c) -> string {
        try {
            make_dataset(c);
        } catch (const failure &f) {
            return f.what();
        }
        return "";
    };

    EXPECT_EQ(complaint({"tim", "", "", "", "", 0}),
              "--metric: found \"tim\", which no run has, expected a key of summary.json such as "
              "time_ps or latency.all.p99_ps");
    EXPECT_EQ(complaint({"", "most", "", "", "", 0}),
              "--better: found \"most\", expected less and more");
    EXPECT_EQ(complaint({"", "", "v5", "", "", 0}),
              "--baseline: found \"v5\", expected sync and v4");
    EXPECT_EQ(complaint({"", "", "", "seed", "", 0}),
              "--x: found \"seed\", expected store.read.value and costs.kvm.exit");
    EXPECT_EQ(complaint({"", "", "", "", "protocol.variant", 0}),
              "--y: found \"protocol.variant\", expected store.read.value and costs.kvm.exit");
    EXPECT_NE(complaint({"", "", "", "costs.kvm.exit", "costs.kvm.exit", 0}).find("twice"),
              string::npos);
}

TEST(Pairs, WhatOneSideLacksIsLeftOutAndCounted)
{
    dataset d = make_dataset();
    const column &values = d.columns.at("time_ps");

    EXPECT_EQ(pairs_of(d, 0, 1, values).a.size(), SEEDS);
    EXPECT_EQ(pairs_of(d, 0, 1, values).b[2], (double)time_ps(1, 3));
    d.runs[d.runs_of[1][0]].status = run_status::crashed;
    EXPECT_EQ(pairs_of(d, 0, 1, values).a.size(), SEEDS - 1u);
    EXPECT_EQ(pairs_of(d, 0, 1, values).left_out, 1u);
    const effect e = effect_over(d, {0}, 1, values);
    ASSERT_TRUE(e);
    EXPECT_NEAR(e->mean, 150, 1e-3) << "250 us for 100 us";
    EXPECT_EQ(e->count, 2u);
    for (u32 run : d.runs_of[1])
        d.runs[run].status = run_status::crashed;
    EXPECT_FALSE(effect_over(d, {0}, 1, values));
}

TEST(Map, AgreesWithTheModelOfItsRuns)
{
    const dataset d = make_dataset();
    const std::vector<slice> slices = slices_of(d);

    ASSERT_EQ(slices.size(), 1u);
    const std::vector<map_data> maps = maps_of(d, slices[0]);
    ASSERT_EQ(maps.size(), 1u);
    ASSERT_EQ(maps[0].cells.size(), LATENCIES * COSTS + 0u);
    EXPECT_NEAR(maps[0].cells[0]->mean, 150, 1e-3);
    EXPECT_NEAR(maps[0].cells[3]->mean, 100 * (250.0 - 800) / 800, 1e-3);
    EXPECT_NEAR(maps[0].cells[11]->mean, 100 * (550.0 - 800) / 800, 1e-3);
    EXPECT_EQ(maps[0].words[0], "store.read.value = 10us, costs.kvm.exit = 1us: +150 % "
                                "(95 %: +150 % to +150 %), 3 pairs");
    EXPECT_EQ(map_words(maps[0]),
              "from between 26.4 us (costs.kvm.exit = 1us; 95 %: 26.4 us to 26.4 us) and 58.4 us "
              "(costs.kvm.exit = 4us; 95 %: 58.4 us to 58.4 us) up");
}

TEST(Map, ADesignThatNeverPaysIsSaidToPayNowhere)
{
    dataset d = make_dataset();

    for (u32 run = 0; run < d.runs.size(); run++)
        if (d.runs[run].point % 2 == 1)
            *d.columns["time_ps"][run] = 9e9;
    EXPECT_EQ(map_words(maps_of(d, slices_of(d)[0])[0]), "nowhere in this range");
    d = make_dataset();
    for (u32 run = 0; run < d.runs.size(); run++)
        if (d.runs[run].point % 2 == 1 && d.runs[run].point % 6 == 5)
            *d.columns["time_ps"][run] = 9e9;
    EXPECT_EQ(map_words(maps_of(d, slices_of(d)[0])[0]).substr(0, 12), "from between");
    EXPECT_NE(map_words(maps_of(d, slices_of(d)[0])[0]).find("; nowhere in this range at 4us"),
              string::npos)
        << map_words(maps_of(d, slices_of(d)[0])[0]);
}

TEST(Map, RowsOfWordsDoNotSpeakForEachOther)
{
    plan p = make_plan();

    p.parameters[0].scale = scale::category;
    const dataset d = make_dataset({"", "", "", "store.read.value", "costs.kvm.exit", 0}, p);
    EXPECT_EQ(map_words(maps_of(d, {"", {0, 3, 6, 9}})[0]),
              "with 40us and 80us only at costs.kvm.exit = 1us; nobody knows where, since no pair "
              "of runs is there at 2us and 4us");
    EXPECT_EQ(map_words(maps_of(d, slices_of(d)[0])[0]), "with some of these values only");
}

TEST(Slices, HoldTheOtherParametersFixed)
{
    plan p = make_plan();

    p.parameters.insert(p.parameters.begin() + 2, {"host.workers", "", scale::category});
    for (u32 i = 0; i < POINTS; i++)
        p.points[i].at.insert(p.points[i].at.begin() + 2,
                              {p.points[i].group % 2 == 0 ? "one" : "two", {}});
    const dataset d = make_dataset({}, p);
    const std::vector<slice> slices = slices_of(d);
    ASSERT_EQ(slices.size(), 2u);
    EXPECT_EQ(slices[1].words, "host.workers = two");
    EXPECT_EQ(slices[0].groups.size() + slices[1].groups.size(), LATENCIES * COSTS + 0u);
}

/* --- Parameters that go together, as those of a zip --- */

/* A further parameter before the design, that is a function of the coordinates of a group. */
plan with_parameter(plan p, const parameter &more,
                    const std::function<coordinate(const std::vector<coordinate> &)> &value)
{
    const size_t at = p.parameters.size() - 1;

    p.parameters.insert(p.parameters.begin() + (long)at, more);
    for (point &one : p.points)
        one.at.insert(one.at.begin() + (long)at, value(one.at));
    return p;
}

coordinate count_of_latency(const std::vector<coordinate> &at)
{
    const u64 count = *at[0].number / 1000;

    return {std::to_string(count), count};
}

/* The work goes with the latency. */
dataset make_zipped(const choices &c = {})
{
    return make_dataset(
        c, with_parameter(make_plan(), {"guest.tasks.calc.instructions", "", scale::log},
                          count_of_latency));
}

TEST(Tied, AreNoFurtherDimension)
{
    const dataset d = make_zipped();

    EXPECT_EQ(d.swept_params.size(), 3u);
    EXPECT_EQ(d.dimensions, (std::vector<size_t>{0, 1}));
    EXPECT_EQ(tied_with(d, 0), (std::vector<string>{"guest.tasks.calc.instructions"}));
    EXPECT_TRUE(tied_with(d, 1).empty());
    EXPECT_EQ(tied_words(d), (std::vector<string>{
                                 "guest.tasks.calc.instructions goes with store.read.value"}));
    ASSERT_EQ(slices_of(d).size(), 1u);
    EXPECT_EQ(slices_of(d)[0].words, "");
    EXPECT_EQ(map_words(maps_of(d, slices_of(d)[0])[0]).substr(0, 27),
              "from between 26.4 us (costs");
    EXPECT_EQ(point_words(d, 0), "store.read.value = 10us, costs.kvm.exit = 1us");
    EXPECT_TRUE(tied_words(make_dataset()).empty());
}

TEST(Tied, HaveOneBarOfTheirOwn)
{
    const std::vector<tornado_row> rows = tornado_of(make_zipped());

    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].parameter, "store.read.value");
    EXPECT_EQ(rows[0].with, (std::vector<string>{"guest.tasks.calc.instructions"}));
    EXPECT_TRUE(rows[0].bars[0].is_paired);
    EXPECT_NEAR(rows[0].bars[0].change->mean, 700, 1e-3) << "sync: 100 us to 800 us";
    EXPECT_TRUE(rows[1].with.empty());
}

TEST(Tied, TheChosenOneStandsForTheOthers)
{
    const dataset d = make_zipped({"", "", "", "guest.tasks.calc.instructions", "", 0});

    EXPECT_EQ(d.dimensions, (std::vector<size_t>{2, 1}));
    EXPECT_EQ(d.param(d.y).name, "costs.kvm.exit");
    EXPECT_EQ(tied_words(d), (std::vector<string>{
                                 "store.read.value goes with guest.tasks.calc.instructions"}));
    EXPECT_EQ(slices_of(d).size(), 1u);
    try {
        make_zipped({"", "", "", "store.read.value", "guest.tasks.calc.instructions", 0});
        FAIL();
    } catch (const failure &f) {
        EXPECT_STREQ(f.what(), "x and y of the map: found store.read.value and "
                               "guest.tasks.calc.instructions, which go together, expected two "
                               "parameters that do not");
    }
}

TEST(Tied, OneValueLessIsNoTie)
{
    auto sizes = [](const std::function<coordinate(const std::vector<coordinate> &)> &value) {
        const dataset d =
            make_dataset({}, with_parameter(make_plan(), {"more", "", scale::linear}, value));
        return std::to_string(d.swept_params.size()) + " " + std::to_string(d.dimensions.size());
    };

    EXPECT_EQ(sizes(count_of_latency), "3 2");
    EXPECT_EQ(sizes([](const auto &at) {
                  return coordinate{"", std::min(*at[0].number, 40 * u64{PS_PER_US})};
              }),
              "3 3")
        << "40 us and 80 us share a value";
    EXPECT_EQ(sizes([](const auto &at) { return coordinate{"", *at[0].number + *at[1].number}; }),
              "3 3")
        << "another value for each cost";
    EXPECT_EQ(sizes([](const auto &at) { return coordinate{"", PS_PER_S - *at[0].number}; }),
              "3 2")
        << "one falls as the other rises";
    EXPECT_EQ(sizes([](const auto &) { return coordinate{"7", 7}; }), "2 2") << "one value only";
}

/* Each point of a drawn sample has values of its own in all parameters; that is no tie. */
TEST(Tied, ADrawnSampleIsNot)
{
    plan p = make_plan();

    for (point &at : p.points) {
        at.at[0] = {"", 1000 + at.group * 17};
        at.at[1] = {"", 1000 + at.group * 5 % 12};
    }
    EXPECT_EQ(make_dataset({}, p).dimensions.size(), 2u);
    for (point &at : p.points) {
        at.at[0] = {"", 1000 + at.group / 2 * 17};
        at.at[1] = {"", 1000 + at.group / 2 * 5 % 6};
    }
    EXPECT_EQ(make_dataset({}, p).dimensions.size(), 1u)
        << "two groups for each pair of values: a zip in a matrix";
}

TEST(Compare, CountsWinsAndTestsThem)
{
    const std::vector<ab_row> rows = ab_of(make_dataset());

    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0].metric, "time_ps");
    EXPECT_EQ(rows[0].pairs, 36u);
    EXPECT_EQ(rows[0].less, 3u * (2 + 2 + 1));
    EXPECT_EQ(rows[0].more, 3u * (2 + 2 + 3));
    ASSERT_TRUE(rows[0].ratio);
    double logs = 0;
    for (u32 i = 0; i < POINTS; i += 2)
        logs += std::log((double)time_ps(i + 1, 2) / (double)time_ps(i, 2)) / (POINTS / 2);
    EXPECT_NEAR(rows[0].ratio->mean, std::exp(logs), 1e-6);
    EXPECT_NEAR(rows[0].sign_p, 0.4050, 1e-3) << "15 of 36 heads";
    const auto exits = std::find_if(rows.begin(), rows.end(),
                                    [](const ab_row &r) { return r.metric == "overhead.exits"; });
    ASSERT_NE(exits, rows.end());
    EXPECT_NEAR(exits->ratio->mean, 4, 1e-9);
    EXPECT_LT(exits->sign_p, 1e-9);
}

TEST(Tornado, TheMainEffectOfEachParameter)
{
    const std::vector<tornado_row> rows = tornado_of(make_dataset());

    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].parameter, "store.read.value") << "the longest bar first";
    EXPECT_EQ(rows[0].from + rows[0].to, "10us80us");
    EXPECT_NEAR(rows[0].bars[0].change->mean, 700, 1e-3) << "sync: 100 us to 800 us";
    EXPECT_NEAR(rows[0].bars[1].change->mean, 0, 1e-9) << "v4 does not care";
    EXPECT_TRUE(rows[0].bars[0].is_paired);
    EXPECT_EQ(rows[1].bars[0].change->mean, 0);
    EXPECT_NEAR(rows[1].bars[1].change->mean, 120, 1e-3) << "250 us to 550 us";
}

TEST(Tornado, DrawnPointsAreComparedByQuarters)
{
    plan p = make_plan();

    for (u32 i = 0; i < POINTS; i++) /* No two points share a cost. */
        p.points[i].at[1] = {std::to_string(i) + "ns", (i + 1) * u64{1000}};
    const std::vector<tornado_row> rows = tornado_of(make_dataset({}, p));
    ASSERT_EQ(rows.size(), 2u);
    ASSERT_TRUE(rows[0].bars[0].change);
    EXPECT_FALSE(rows[0].bars[0].is_paired);
    EXPECT_NEAR(rows[0].bars[0].change->mean, 700, 1);
}

TEST(Pareto, IsRelativeToTheBaselineOfTheGroup)
{
    dataset d = make_dataset();
    pareto_data p = pareto_of(d);

    EXPECT_EQ(p.y_name, metric_cpu_overhead);
    ASSERT_EQ(p.points.size(), POINTS / 2 + 1u) << "the baseline once";
    EXPECT_NEAR(p.points[0].x, 2.5, 1e-4) << "250 us for 100 us";
    EXPECT_NEAR(p.points[0].y, 500.0 / 150, 1e-9);
    EXPECT_EQ(p.points.back().label, "sync, of every group");
    EXPECT_EQ(p.points.back().x + p.points.back().y, 2);
    string front;
    for (const pareto_point &one : p.points)
        front += one.is_front ? one.label + "; " : "";
    EXPECT_EQ(front, "point 19, v4, store.read.value = 80us, costs.kvm.exit = 1us; "
                     "sync, of every group; ");
    for (u32 run : d.runs_of[0])
        d.columns[metric_cpu_overhead][run] = 0;
    d.runs[d.runs_of[3][0]].status = run_status::stuck;
    d.runs[d.runs_of[3][1]].status = run_status::stuck;
    p = pareto_of(d);
    EXPECT_EQ(p.left_out, 1u) << "a baseline of 0";
    EXPECT_EQ(p.points.size(), POINTS / 2 + 0u);
    plan one = make_plan();
    one.points.resize(1);
    EXPECT_TRUE(pareto_of(make_dataset({}, one)).points.empty());
}

TEST(Compare, AnEffectNeedsScatter)
{
    ab_row row{"time_ps", "v4", 1, {}, 0, 3, 0, 3, 0, 1};

    EXPECT_FALSE(has_effect(row)) << "different, always by the same";
    row.effect = -2;
    EXPECT_TRUE(has_effect(row));
    EXPECT_TRUE(has_effect({"time_ps", "v4", 1, {}, 0, 3, 0, 0, 0, 1})) << "equal: an effect of 0";
    EXPECT_FALSE(has_effect({"time_ps", "v4", 1, {}, 0, 0, 3, 0, 0, 1})) << "no pair";
}

TEST(Stack, IsMeanTimePerFaultOfThePageChain)
{
    const stack_data s = stack_of(make_dataset());

    EXPECT_EQ(s.hops, (std::vector<string>{"exit", "io_wait"})) << "in the order of hop.def";
    ASSERT_EQ(s.rows.size(), 2u);
    double sum = 0;
    for (u32 i = 0; i < POINTS; i += 2)
        for (u64 seed = 1; seed <= SEEDS; seed++)
            sum += (double)time_ps(i, seed) / (10 * SEEDS * POINTS / 2);
    EXPECT_NEAR(s.rows[0].ps[0] + s.rows[0].ps[1], sum, 1);
}

TEST(Commands, RepeatAPoint)
{
    dataset d = make_dataset();

    EXPECT_EQ(run_command_of(d, 1, 2),
              "apfsim run configs/demo.yaml --set store.read.value=10us --set costs.kvm.exit=1us "
              "--set protocol.variant=v4 --seed 2 --carrier testbed");
    d.asked.base = "my configs/it's.yaml";
    d.asked.points[1].settings = {{"guest.tasks.a.file", "x y", {}}};
    EXPECT_EQ(run_command_of(d, 1, 2),
              "apfsim run 'my configs/it'\\''s.yaml' --set 'guest.tasks.a.file=x y' "
              "--set protocol.variant=v4 --seed 2 --carrier testbed");
}

TEST(Findings, AreSentencesWithNumbers)
{
    const std::vector<string> words = findings_of(make_dataset());

    ASSERT_EQ(words.size(), 1u);
    EXPECT_EQ(
        words[0].rfind("v4 ends earlier than sync in 15 of 36 pairs; on average its time is ", 0),
        0u)
        << words[0];
    EXPECT_NE(words[0].find(" With costs.kvm.exit = 1us it pays from store.read.value = 26.4 us up "
                            "(95 %: 26.4 us to 26.4 us); with 4us from 58.4 us up (95 %: 58.4 us "
                            "to 58.4 us)."),
              string::npos)
        << words[0];
}

TEST(Findings, SayMoreThanTheEndsWhereTheRowsBetweenDiffer)
{
    auto sentence = [](u32 worse_cost, u64 time) {
        dataset d = make_dataset();
        for (u32 run = 0; run < d.runs.size(); run++)
            if (d.runs[run].point % 2 == 1 && d.runs[run].point / 2 % COSTS == worse_cost)
                *d.columns["time_ps"][run] = (double)time;
        return pays_sentence(maps_of(d, slices_of(d)[0])[0]);
    };

    EXPECT_EQ(sentence(2, PS_PER_S),
              "With costs.kvm.exit = 1us it pays from store.read.value = 26.4 us up (95 %: 26.4 us "
              "to 26.4 us); with 4us nowhere in this range.");
    EXPECT_EQ(sentence(0, 1),
              "With costs.kvm.exit = 1us it pays everywhere in this range; with 4us from "
              "store.read.value = 58.4 us up (95 %: 58.4 us to 58.4 us).");
    EXPECT_EQ(sentence(1, PS_PER_S).substr(0, 43),
              "Over store.read.value it pays from between ");
    EXPECT_EQ(sentence(1, 1).substr(0, 43), "Over store.read.value it pays from between ")
        << "the middle row is no kind of the ends";
    EXPECT_NE(sentence(1, 150 * PS_PER_US).find(" us); between them down to 15.9 us."),
              string::npos);
    EXPECT_NE(sentence(1, 700 * PS_PER_US).find(" us); between them up to 72.5 us."),
              string::npos);
}

TEST(Shown, FailedBestWorstAndSomeGroups)
{
    dataset d = make_dataset();

    EXPECT_EQ(points_shown(d, POINTS).size(), POINTS + 0u);
    d.runs[d.runs_of[13][0]].status = run_status::stuck;
    const std::vector<u32> shown = points_shown(d, 12);
    EXPECT_LT(shown.size(), POINTS + 0u);
    auto has = [&](u32 point) { return std::count(shown.begin(), shown.end(), point) == 1; };
    EXPECT_TRUE(has(13) && has(0) && has(1)) << "failed; a whole group";
    EXPECT_TRUE(has(18) || has(20) || has(22)) << "the longest runs";
}

} // namespace sample
