/* Which run comes next and when it is enough: the same whatever the order of the results. */
#include "cli/sweep/agenda.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>

using namespace cli;

/* Groups of `variants` points each, under sync, v4, ... */
static plan plan_of(u32 groups, u32 variants, u32 seeds)
{
    static const char *const names[] = {"sync", "v4", "one-ppi"};
    plan p;

    p.parameters = {{"protocol.variant", "", scale::category}};
    p.seeds = {1, seeds};
    for (u32 g = 0; g < groups; g++)
        for (u32 v = 0; v < variants; v++) {
            point pt;
            pt.group = g;
            pt.config_key = g * 10 + v;
            pt.variant = names[v];
            pt.at = {{names[v], std::nullopt}};
            p.points.push_back(pt);
        }
    return p;
}

static stopping rule(u32 within_permille, u32 min_seeds, const char *against = "")
{
    stopping s;

    s.metric = "time_ps";
    s.against = against;
    s.within_permille = within_permille;
    s.min_seeds = min_seeds;
    return s;
}

/* --- The rule itself --- */

TEST(Precise, TheIntervalOfTheMeanDecides)
{
    /* Mean 100, deviation 1: half the interval at 95 % is 4.3027 / sqrt(3) = 2.484 for three. */
    const std::vector<std::vector<std::optional<u64>>> three = {{990, 1000, 1010}};
    EXPECT_FALSE(is_precise(rule(24, 2), three, std::nullopt, 3));
    EXPECT_TRUE(is_precise(rule(25, 2), three, std::nullopt, 3));
    EXPECT_FALSE(is_precise(rule(25, 2), three, std::nullopt, 2)) << "two seeds are wider";
    EXPECT_FALSE(is_precise(rule(1000, 2), three, std::nullopt, 1)) << "one is no interval";
}

TEST(Precise, PairsTakeAwayWhatSeedsHaveInCommon)
{
    const std::vector<std::vector<std::optional<u64>>> values = {{500, 1000, 1500},
                                                                 {401, 900, 1399}};
    EXPECT_FALSE(is_precise(rule(100, 2), values, std::nullopt, 3));
    EXPECT_TRUE(is_precise(rule(3, 2), values, 0, 3)) << "of the other's mean, 1000: 2.484";
    EXPECT_FALSE(is_precise(rule(2, 2), values, 0, 3));
}

TEST(Precise, EveryPointOfTheGroupCounts)
{
    std::vector<std::vector<std::optional<u64>>> values = {{100, 100}, {100, 100}, {100, 300}};
    EXPECT_FALSE(is_precise(rule(10, 2), values, 0, 2));
    values[2][1] = 100;
    EXPECT_TRUE(is_precise(rule(0, 2), values, 0, 2)) << "equal values need no width";
}

TEST(Precise, ARunWithoutAResultTakesItsPairAlong)
{
    std::vector<std::vector<std::optional<u64>>> values = {{100, std::nullopt, 100},
                                                           {100, 5000, 100}};
    EXPECT_TRUE(is_precise(rule(1, 2), values, 0, 3));
    values[0][2] = std::nullopt;
    EXPECT_FALSE(is_precise(rule(1000, 2), values, 0, 3)) << "one pair is left";
}

/* --- Order --- */

static std::vector<std::pair<u32, u64>> all_jobs(agenda &a)
{
    std::vector<std::pair<u32, u64>> jobs;

    while (auto job = a.next())
        jobs.emplace_back(job->point, job->seed);
    return jobs;
}

TEST(Agenda, GoesThroughGroupsSeedsAndPoints)
{
    const plan p = plan_of(2, 2, 2);
    agenda a(p, {});
    const std::vector<std::pair<u32, u64>> want = {{0, 1}, {1, 1}, {0, 2}, {1, 2},
                                                   {2, 1}, {3, 1}, {2, 2}, {3, 2}};
    EXPECT_EQ(all_jobs(a), want);
    EXPECT_EQ(a.needed(), 8u);
    EXPECT_FALSE(a.is_over());
}

TEST(Agenda, LeavesOutWhatIsKnown)
{
    const plan p = plan_of(1, 2, 2);
    agenda a(p, {});
    a.learn(0, 1, run_status::done, 5);
    a.learn(1, 2, run_status::stuck, std::nullopt);
    a.learn(1, 2, run_status::stuck, std::nullopt); /* Twice is once. */
    EXPECT_EQ(a.done(), 2u);
    EXPECT_TRUE(a.decide().empty());
    EXPECT_EQ(all_jobs(a), (std::vector<std::pair<u32, u64>>{{1, 1}, {0, 2}}));
    a.learn(1, 1, run_status::done, 5);
    a.learn(0, 2, run_status::done, 5);
    EXPECT_EQ(a.decide(), (std::vector<std::pair<u32, u32>>{{0, 2}}));
    EXPECT_TRUE(a.is_over());
}

TEST(Agenda, SeedsOutsideTheRangeAreNobodys)
{
    plan p = plan_of(1, 1, 2);
    p.seeds.first = 5;
    agenda a(p, {});
    for (u64 seed : {0, 4, 7})
        a.learn(0, seed, run_status::done, 1);
    EXPECT_EQ(a.done(), 0u);
    EXPECT_EQ(all_jobs(a), (std::vector<std::pair<u32, u64>>{{0, 5}, {0, 6}}));
}

TEST(Agenda, ShardsAreWholeGroupsAndTogetherAllOfThem)
{
    const plan p = plan_of(10, 3, 2);
    std::vector<std::pair<u32, u64>> together;

    for (u32 i = 0; i < 7; i++) {
        agenda a(p, {i, 7});
        for (const auto &job : all_jobs(a)) {
            EXPECT_EQ(p.points[job.first].group % 7, i);
            together.push_back(job);
        }
    }
    agenda whole(p, {});
    std::vector<std::pair<u32, u64>> jobs = all_jobs(whole);
    std::sort(jobs.begin(), jobs.end());
    std::sort(together.begin(), together.end());
    EXPECT_EQ(together, jobs);
}

TEST(Agenda, AnEmptyShardIsOverAtOnce)
{
    const plan p = plan_of(2, 1, 1);
    agenda a(p, {2, 3});
    EXPECT_TRUE(a.is_over());
    EXPECT_FALSE(a.next().has_value());
}

/* --- Stopping --- */

TEST(Agenda, StopsAGroupThatIsPrecise)
{
    plan p = plan_of(1, 1, 10);
    p.stop = rule(10, 3);
    agenda a(p, {});
    EXPECT_EQ(a.needed(), 3u);
    for (u64 seed = 1; seed <= 2; seed++)
        a.learn(0, seed, run_status::done, 1000);
    EXPECT_TRUE(a.decide().empty()) << "min_seeds";
    a.learn(0, 3, run_status::done, 1000);
    EXPECT_EQ(a.decide(), (std::vector<std::pair<u32, u32>>{{0, 3}}));
    EXPECT_TRUE(a.is_over());
    EXPECT_FALSE(a.next().has_value());
}

TEST(Agenda, TakesAllSeedsIfThatIsNotEnough)
{
    plan p = plan_of(1, 1, 4);
    p.stop = rule(0, 2);
    agenda a(p, {});
    for (u64 seed = 1; seed <= 4; seed++) {
        EXPECT_FALSE(a.is_over());
        a.learn(0, seed, run_status::done, seed);
        a.decide();
    }
    EXPECT_TRUE(a.is_over());
    EXPECT_EQ(a.needed(), 4u);
}

TEST(Agenda, RunsAheadRatherThanIdle)
{
    plan p = plan_of(1, 1, 5);
    p.stop = rule(10, 2);
    agenda a(p, {});
    EXPECT_EQ(all_jobs(a).size(), 5u);
    for (u64 seed : {5, 4, 2})
        a.learn(0, seed, run_status::done, 7);
    EXPECT_TRUE(a.decide().empty());
    a.learn(0, 1, run_status::done, 7);
    EXPECT_EQ(a.decide(), (std::vector<std::pair<u32, u32>>{{0, 2}})) << "later seeds say nothing";
}

TEST(Agenda, AMetricThatNoRunHasIsTheUsersError)
{
    plan p = plan_of(1, 1, 5);
    p.stop = rule(10, 2);
    p.file = "s.yaml";
    agenda a(p, {});
    EXPECT_NO_THROW(a.learn(0, 1, run_status::stuck, std::nullopt));
    try {
        a.learn(0, 2, run_status::done, std::nullopt);
        FAIL();
    } catch (const failure &f) {
        EXPECT_EQ(f.status, ERR_USAGE);
        EXPECT_STREQ(f.what(), "s.yaml: stop_when.metric: found \"time_ps\", expected a number "
                               "that runs have, such as time_ps; \"apfsim sweep export\" "
                               "shows all of them");
    }
}

/* Seeds of each group, when results arrive in an order drawn from `order`. */
static std::map<u32, u32> decisions(const plan &p, const std::vector<u64> &values, u64 order)
{
    std::mt19937_64 draw(order);
    std::vector<run_pool::job> running;
    std::map<u32, u32> decided;
    agenda a(p, {});

    while (!a.is_over()) {
        while (running.size() < 1 + order % 7) {
            auto job = a.next();
            if (!job)
                break;
            running.push_back(*job);
        }
        RC_ASSERT(!running.empty());
        std::swap(running[draw() % running.size()], running.back());
        const run_pool::job job = running.back();
        running.pop_back();
        const u64 n = job.point * p.seeds.count + (job.seed - p.seeds.first);
        a.learn(job.point, job.seed, run_status::done, values[n]);
        if (draw() % 3 == 0 || running.empty())
            for (const auto &[group, seeds] : a.decide())
                RC_ASSERT(decided.emplace(group, seeds).second);
    }
    return decided;
}

RC_GTEST_PROP(Agenda, DecisionsDoNotDependOnTheOrderOfResults, ())
{
    plan p = plan_of(*rc::gen::inRange(1, 4), *rc::gen::inRange(1, 4), 8);
    p.stop = rule(*rc::gen::inRange(1, 100), *rc::gen::inRange(2, 5), "sync");
    const auto values = *rc::gen::container<std::vector<u64>>(
        p.points.size() * p.seeds.count, rc::gen::inRange<u64>(900, 1100));
    const auto first = decisions(p, values, 0);
    RC_ASSERT(first.size() == plan_group_count(p));
    for (u64 order = 1; order < 6; order++)
        RC_ASSERT(decisions(p, values, order) == first);
}
