/* The hash of a plan, and configurations kept as differences. */
#include "cli/data/plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

#include "cli/data/rows.hpp"

using namespace cli;

static plan small_plan()
{
    plan p;
    point one, two;

    one.variant = "sync";
    one.config_key = 1;
    one.at = {{"sync", {}}};
    two = one;
    two.variant = "v4";
    two.at = {{"v4", {}}};
    p.parameters.push_back({"protocol.variant", "", scale::category});
    p.points = {one, two};
    return p;
}

TEST(Plan, CountsItsGroups)
{
    plan p = small_plan();

    EXPECT_EQ(plan_group_count(plan()), 0u);
    EXPECT_EQ(plan_group_count(p), 1u);
    p.points[1].group = 1;
    EXPECT_EQ(plan_group_count(p), 2u);
}

TEST(Plan, HashKnowsAllThatIsRun)
{
    const std::vector<std::function<void(plan &)>> changes = {
        [](plan &p) { p.compared = "x"; },
        [](plan &p) { p.parameters[0].name = "x"; },
        [](plan &p) { p.points.pop_back(); },
        [](plan &p) { p.points[1].config_key = 2; },
        [](plan &p) { p.points[1].variant = "one-ppi"; },
        [](plan &p) { p.points[1].group = 1; },
        [](plan &p) { p.points[1].at[0].value = "x"; },
        [](plan &p) { p.points[1].at[0].number = 0; },
        [](plan &p) { std::swap(p.points[0], p.points[1]); },
        [](plan &p) { p.seeds.first = 2; },
        [](plan &p) { p.seeds.count = 2; },
        [](plan &p) { p.stop = stopping(); },
    };

    for (size_t i = 0; i < changes.size(); i++) {
        plan p = small_plan();
        changes[i](p);
        EXPECT_NE(plan_hash(p), plan_hash(small_plan())) << i;
    }
}

TEST(Plan, HashKnowsTheRuleOfStopping)
{
    const std::vector<std::function<void(stopping &)>> changes = {
        [](stopping &s) { s.metric = "x"; },         [](stopping &s) { s.against = "sync"; },
        [](stopping &s) { s.within_permille = 1; },  [](stopping &s) { s.confidence_permille = 1; },
        [](stopping &s) { s.min_seeds = 4; },
    };
    plan base = small_plan();

    base.stop = stopping();
    for (size_t i = 0; i < changes.size(); i++) {
        plan p = base;
        changes[i](*p.stop);
        EXPECT_NE(plan_hash(p), plan_hash(base)) << i;
    }
}

TEST(Plan, HashDoesNotKnowWords)
{
    plan p = small_plan();

    p.title = "x";
    p.file = "x";
    p.text = "x";
    p.limits.time_ms = 1;
    p.report.metric = "x";
    p.points[0].settings.push_back({"guest.vcpus", "1", {}});
    EXPECT_EQ(plan_hash(p), plan_hash(small_plan()));
}

/* --- Rows --- */

static const config_rows first = {
    {"apfsim", "1", "a:1"},           {"store.channels", "8", "default"},
    {"store.read.latency", "fixed", "a:3"},
    {"store.read.value", "1us", "a:3"}, {"stop.at", "none", "default"},
};

TEST(Rows, DifferInWhatChanges)
{
    config_rows other = first;

    EXPECT_TRUE(rows_difference(first, first).empty());
    other[1].value = "4";
    other[2] = {"store.read.latency", "lognormal", "s:2"};
    other[3] = {"store.read.median", "2us", "s:2"};
    const config_rows difference = rows_difference(first, other);
    const config_rows expected = {{"store.channels", "4", "default"},
                                  {"store.read.latency", "lognormal", "s:2"},
                                  {"store.read.median", "2us", "s:2"},
                                  {"store.read.value", "", ""}};
    EXPECT_EQ(difference, expected);
    EXPECT_EQ(rows_whole(first, difference), other);
}

TEST(Rows, KnowTheOriginToo)
{
    config_rows other = first;

    other[0].origin = "s:1";
    EXPECT_EQ(rows_difference(first, other), (config_rows{{"apfsim", "1", "s:1"}}));
}

/* The order may change where rows are new, the values never. */
RC_GTEST_PROP(Rows, ComeBackWhole, ())
{
    auto make = [] {
        config_rows rows;
        const u32 keys = *rc::gen::inRange<u32>(0, 1u << 12);
        for (u32 key = 0; key < 12; key++)
            if (keys >> key & 1)
                rows.push_back({"m" + std::to_string(key % 3) + "." + std::to_string(key),
                                std::to_string(*rc::gen::inRange(0, 3)), "x"});
        return rows;
    };
    auto sorted = [](config_rows rows) {
        std::sort(rows.begin(), rows.end(),
                  [](const config_row &a, const config_row &b) { return a.key < b.key; });
        return rows;
    };
    const config_rows a = make(), b = make();
    RC_ASSERT(sorted(rows_whole(a, rows_difference(a, b))) == sorted(b));
}
