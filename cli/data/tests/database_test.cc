/* A results database: what is put in comes out again, and nothing else. */
#include "cli/data/tests/small_sweep.hpp"

namespace small {

using access = database::access;

TEST_F(Database, KeepsThePlanWhole)
{
    const plan p = make_plan();
    const database db(make("r.db"), access::read);
    const plan &q = db.get_plan();

    EXPECT_EQ(db.build(), "b1");
    EXPECT_EQ(db.path(), path("r.db"));
    EXPECT_EQ(std::tie(q.title, q.file, q.text, q.base, q.compared, q.hash),
              std::tie(p.title, p.file, p.text, p.base, p.compared, p.hash));
    EXPECT_EQ(std::tie(q.seeds.first, q.seeds.count), std::tie(p.seeds.first, p.seeds.count));
    EXPECT_EQ(std::tie(q.limits.time_ms, q.limits.retries),
              std::tie(p.limits.time_ms, p.limits.retries));
    ASSERT_TRUE(q.stop);
    EXPECT_EQ(std::tie(q.stop->metric, q.stop->against, q.stop->within_permille,
                       q.stop->confidence_permille, q.stop->min_seeds),
              std::tie(p.stop->metric, p.stop->against, p.stop->within_permille,
                       p.stop->confidence_permille, p.stop->min_seeds));
    EXPECT_EQ(std::tie(q.report.metric, q.report.better, q.report.baseline, q.report.x, q.report.y),
              std::tie(p.report.metric, p.report.better, p.report.baseline, p.report.x,
                       p.report.y));
    ASSERT_EQ(q.parameters.size(), 2u);
    EXPECT_EQ(q.parameters[0].name, "store.read.value");
    EXPECT_EQ(q.parameters[0].unit, "ps");
    EXPECT_EQ(q.parameters[0].scale, scale::log);
    ASSERT_EQ(q.points.size(), POINTS);
    for (u32 i = 0; i < POINTS; i++) {
        const point &a = p.points[i], &b = q.points[i];
        EXPECT_EQ(std::tie(a.group, a.config_key, a.variant),
                  std::tie(b.group, b.config_key, b.variant));
        ASSERT_EQ(b.at.size(), 2u);
        EXPECT_EQ(b.at[0].value, a.at[0].value);
        EXPECT_EQ(b.at[0].number, a.at[0].number);
        EXPECT_EQ(b.at[1].number, std::nullopt);
        ASSERT_EQ(b.settings.size(), 2u);
        EXPECT_EQ(b.settings[0].key, "store.read.value");
        EXPECT_EQ(b.settings[0].value, a.settings[0].value);
        EXPECT_EQ(b.settings[0].at.file, "sweep.yaml");
        EXPECT_EQ(b.settings[0].at.column, a.settings[0].at.column);
    }
}

TEST_F(Database, MergesAPointsConfigurationWithTheFirst)
{
    const database db(make("r.db"), access::read);
    auto words = [&](u32 point) {
        string all;
        for (const config_row &row : db.config(point))
            all += row.key + "=" + row.value + " ";
        return all;
    };

    EXPECT_EQ(words(0), "guest.memory=32MiB store.read.value=10us protocol.variant=sync ");
    EXPECT_EQ(words(2), "guest.memory=32MiB store.read.value=20us protocol.variant=sync ");
    EXPECT_EQ(words(3), "guest.memory=32MiB store.read.value=20us protocol.variant=v4 "
                        "costs.extra=1ns ");
}

TEST_F(Database, KeepsRunsOverItsEnd)
{
    const string file = make("r.db");
    const plan p = make_plan();
    {
        database db(file, access::write);
        const run_result a = make_result(4, 2), b = make_result(1, 3),
                         c = make_failed(run_status::timed_out, "ran out of time");
        db.put({{key_of(p, 4, 2), &a}, {key_of(p, 1, 3), &b}, {key_of(p, 1, 1), &c}});
        db.set_note("slurm.job", "4711");
    }
    const database db(file, access::read);
    const std::vector<run_row> rows = db.runs();
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].point, 1u);
    EXPECT_EQ(rows[0].seed, 1u);
    EXPECT_EQ(rows[0].status, run_status::timed_out);
    EXPECT_EQ(rows[0].text, "ran out of time");
    EXPECT_EQ(rows[1].seed, 3u);
    EXPECT_EQ(rows[2].point, 4u);
    EXPECT_EQ(rows[2].checksum, make_result(4, 2).checksum);
    EXPECT_EQ(rows[2].lines, 77u);
    using values = std::vector<std::optional<u64>>;
    EXPECT_EQ(db.metric("time_ps"), (values{std::nullopt, time_of(1, 3), time_of(4, 2)}));
    EXPECT_EQ(db.metric("nothing"), (values{std::nullopt, std::nullopt, std::nullopt}));
    EXPECT_EQ(db.metric_names(), (std::vector<string>{"faults.total", "hops.hop2.sum_ps",
                                                      "hops.hop3.sum_ps", "time_ps"}));
    EXPECT_EQ(db.metrics(rows[2].id).front().first, "faults.total");
    EXPECT_EQ(db.metric_of(key_of(p, 4, 2), "time_ps"), time_of(4, 2));
    EXPECT_EQ(db.metric_of(key_of(p, 4, 3), "time_ps"), std::nullopt);
    EXPECT_EQ(db.hist_names(), std::vector<string>{"latency.async"});
    EXPECT_EQ(db.host_ns(rows[2].id), 5000002u);
    EXPECT_EQ(db.note("slurm.job"), "4711");
    EXPECT_EQ(db.note("slurm"), "");
    const std::map<run_key, run_status> known = db.known();
    EXPECT_EQ(known.size(), 3u);
    EXPECT_EQ(known.at(key_of(p, 1, 1)), run_status::timed_out);
}

TEST_F(Database, IsWrittenByOneAtATime)
{
    const string file = make("r.db");
    {
        const database first(file, access::write);
        const string words = complaint([&] { database second(file, access::write); });
        EXPECT_EQ(words.rfind("2 " + file + ": another sweep (process " +
                                  std::to_string(getpid()) + " on ", 0), 0u) << words;
        EXPECT_NE(words.find(") is writing to it; wait for it, or take another name"),
                  string::npos);
        const database reader(file, access::read);
        EXPECT_TRUE(fs::exists(file + ".lock"));
    }
    EXPECT_FALSE(fs::exists(file + ".lock"));
    const database again(file, access::write);
}

/* --- Who may take whose place --- */

TEST_F(Database, AFactStaysAndAFailureIsReplaced)
{
    const run_status all[] = {run_status::done, run_status::stuck, run_status::broken,
                              run_status::crashed, run_status::timed_out, run_status::failed};
    database db(make("r.db"), access::write);
    u64 key = 0;

    auto is_fact = [](run_status s) { return s <= run_status::broken; };
    for (const run_status old : all)
        for (const run_status later : all) {
            const run_result a = make_failed(old, "old"), b = make_failed(later, "new");
            db.put({{{++key, 1}, &a}});
            const string words = complaint([&] { db.put({{{key, 1}, &b}}); });
            const bool is_conflict = is_fact(old) && is_fact(later) && old != later;
            EXPECT_EQ(words.rfind("3 two runs of configuration 0x", 0) == 0, is_conflict) << words;
            EXPECT_EQ(words.empty(), !is_conflict) << words;
            const run_status kept = db.known().at(run_key{key, 1});
            EXPECT_EQ(kept, is_fact(old) ? old : later);
        }
}

TEST_F(Database, ADoneRunMayComeAgainIfItIsTheSame)
{
    database db(make("r.db"), access::write);
    run_result r = make_result(2, 3);

    put_one(db, 2, 3, r);
    const string before = sql_of(db);
    std::reverse(r.metrics.begin(), r.metrics.end());
    r.host_ns = 1;
    put_one(db, 2, 3, r);
    EXPECT_EQ(sql_of(db), before);
    EXPECT_EQ(db.host_ns(db.runs()[0].id), 1u) << "the shorter time";
}

TEST_F(Database, TwoDifferentResultsOfOneRunAreTold)
{
    const std::vector<std::pair<string, std::function<void(run_result &)>>> cases = {
        {"time_ps: 3003 and 3004", [](run_result &r) { r.metrics[0].second++; }},
        {"time_ps: 3003 and none", [](run_result &r) { r.metrics.erase(r.metrics.begin()); }},
        {"new: none and 1", [](run_result &r) { r.metrics.emplace_back("new", 1); }},
        {"checksum: 0x8000000000000bbb and 0x8000000000000bbc",
         [](run_result &r) { r.checksum++; }},
        {"lines: 77 and 78", [](run_result &r) { r.lines++; }},
        {"status: done and stuck", [](run_result &r) { r.status = run_status::stuck; }},
        {"histogram latency.async", [](run_result &r) { r.hists[0].head.max++; }},
        {"histogram latency.async", [](run_result &r) { r.hists.clear(); }},
    };
    database db(make("r.db"), access::write);

    put_one(db, 2, 3, make_result(2, 3));
    const string before = sql_of(db);
    for (const auto &[words, change] : cases) {
        run_result r = make_result(2, 3);
        change(r);
        const run_result other = make_result(1, 1);
        const string found = complaint([&] {
            db.put({{key_of(db.get_plan(), 1, 1), &other}, {key_of(db.get_plan(), 2, 3), &r}});
        });
        EXPECT_EQ(found, "3 two runs of point 2, seed 3, differ in " + words +
                             "; the program is not deterministic, please report it");
    }
    EXPECT_EQ(sql_of(db), before) << "a batch is put whole or not at all";
    put_one(db, 1, 1, make_result(1, 1));
    EXPECT_EQ(db.metric("time_ps").size(), 2u) << "names of a batch that failed are forgotten";
}

/* --- What the plan asks for --- */

TEST_F(Database, AnswersAreOfThePlanAndOfItsSeeds)
{
    database db(make("r.db"), access::write);
    const run_result r = make_result(0, 1);

    db.put({{{0x1234, 1}, &r}});
    for (const u64 seed : {u64{0}, u64{1}, u64{SEEDS}, u64{SEEDS + 1}})
        put_one(db, 4, seed, make_result(4, seed));
    put_one(db, 0, 2, make_result(0, 2));
    EXPECT_EQ(db.known().size(), 6u);
    auto seeds = [&] {
        string all;
        for (const run_row &row : db.runs())
            all += std::to_string(row.point) + ":" + std::to_string(row.seed) + " ";
        return all;
    };
    EXPECT_EQ(seeds(), "0:2 4:1 4:4 ");
    EXPECT_EQ(db.seed_count(2), std::nullopt);
    db.put_seed_count(2, 3);
    EXPECT_EQ(db.seed_count(2), 3u);
    EXPECT_EQ(seeds(), "0:2 4:1 ");
    db.put_seed_count(2, SEEDS);
    EXPECT_EQ(seeds(), "0:2 4:1 4:4 ");
}

TEST_F(Database, NamesThatNoAskedRunUsesAreInNoAnswer)
{
    database db(make("r.db"), access::write);
    run_result r = make_result(0, 1);

    r.metrics.emplace_back("only.here", 1);
    r.hists.push_back(r.hists[0]);
    r.hists.back().name = "hops.here";
    put_one(db, 0, SEEDS + 1, r);
    put_one(db, 0, 1, make_result(0, 1, 2));
    EXPECT_EQ(db.metric_names(), (std::vector<string>{"faults.total", "time_ps"}));
    EXPECT_EQ(db.hist_names(), std::vector<string>{"latency.async"});
}

TEST_F(Database, ANewPlanKeepsTheRunsThatItAsksFor)
{
    const string file = make_full("r.db");
    plan p = make_plan();

    p.points.erase(p.points.begin(), p.points.begin() + 4);
    for (point &pt : p.points)
        pt.group = 0;
    p.seeds = {3, 7};
    p.hash = 5;
    {
        database db(file, access::write);
        db.put_seed_count(0, 2);
        db.replace_plan(p, "b1", make_configs(p));
        EXPECT_EQ(db.get_plan().hash, 5u);
        EXPECT_EQ(db.seed_count(0), std::nullopt);
        EXPECT_EQ(db.runs().size(), 4u);
        db.replace_plan(p, "b2", make_configs(p));
        EXPECT_EQ(db.runs().size(), 0u) << "of another build";
        EXPECT_EQ(db.known().size(), 0u);
        db.replace_plan(p, "b1", make_configs(p));
    }
    const database db(file, access::read);
    EXPECT_EQ(db.metric("time_ps")[0], time_of(4, 3));
    EXPECT_EQ(db.known().size(), (size_t)POINTS * SEEDS);
}

TEST_F(Database, TwoPointsOfOneConfigurationShareItsRuns)
{
    plan p = make_plan();
    p.points[5].config_key = p.points[4].config_key;
    database db(make("r.db", p), access::write);

    put_one(db, 5, 1, make_result(4, 1));
    ASSERT_EQ(db.runs().size(), 2u);
    EXPECT_EQ(db.runs()[0].id, db.runs()[1].id);
    EXPECT_EQ(db.metric("time_ps")[0], db.metric("time_ps")[1]);
    const string sql = sql_of(db);
    EXPECT_EQ(sql.find("INSERT INTO runs VALUES(2,"), string::npos);
    EXPECT_NE(sql.find("INSERT INTO runs VALUES(1,"), string::npos);
}

TEST_F(Database, AReadersAnswersFitEachOtherWhileAnotherWrites)
{
    const string file = make("r.db");
    database writer(file, access::write);
    put_one(writer, 0, 1, make_result(0, 1));
    const database reader(file, access::read);

    EXPECT_EQ(reader.runs().size(), 1u);
    put_one(writer, 0, 2, make_result(0, 2));
    EXPECT_EQ(reader.runs().size(), 1u);
    EXPECT_EQ(reader.metric("time_ps").size(), 1u);
    EXPECT_EQ(database(file, access::read).runs().size(), 2u);
}

/* --- Limits --- */

TEST_F(Database, NumbersUpTo64BitsAreKept)
{
    database db(make("r.db"), access::write);
    run_result r = make_result(0, 1);
    const std::vector<u64> values = {0, 1, INT64_MAX, (u64)INT64_MAX + 1, UINT64_MAX};

    r.metrics.clear();
    for (size_t i = 0; i < values.size(); i++)
        r.metrics.emplace_back("m" + std::to_string(i), values[i]);
    r.checksum = UINT64_MAX;
    hist greatest;
    hist_init(&greatest);
    hist_add(&greatest, UINT64_MAX);
    r.hists = {{"latency.async", greatest}};
    put_one(db, 0, 1, r);
    for (size_t i = 0; i < values.size(); i++)
        EXPECT_EQ(db.metric("m" + std::to_string(i))[0], values[i]);
    EXPECT_EQ(db.runs()[0].checksum, UINT64_MAX);
    EXPECT_EQ(db.histogram({db.runs()[0].id}, "latency.async").max, UINT64_MAX);
    EXPECT_NE(sql_of(db).find("'18446744073709551615'"), string::npos);
}

TEST_F(Database, SeedsEndBelow2To63)
{
    plan p = make_plan();
    p.seeds = {(u64)INT64_MAX - 4, 4};
    const string file = make("good.db", p);
    database db(file, access::write);
    put_one(db, 0, (u64)INT64_MAX - 1, make_result(0, 1));
    EXPECT_EQ(db.runs().size(), 1u);
    p.seeds.first++;
    EXPECT_EQ(complaint([&] { make("bad.db", p); }),
              "2 seeds: found up to 9223372036854775804 and 4 more, expected less than 2^63; "
              "take smaller seeds");
    EXPECT_FALSE(fs::exists(path("bad.db")));
    EXPECT_FALSE(fs::exists(path("bad.db.part")));
    EXPECT_EQ(complaint([&] { put_one(db, 0, (u64)INT64_MAX + 1, make_result(0, 1)); }),
              "2 seed: found 9223372036854775808, expected less than 2^63; take a smaller seed");
}

TEST_F(Database, HistogramsAddUpExactly)
{
    const database db(make_full("r.db"), access::read);
    std::vector<s64> ids;
    hist sum;

    hist_init(&sum);
    for (const run_row &row : db.runs())
        if (row.point == 2 || row.seed == 3) {
            const run_result r = make_result(row.point, row.seed);
            ids.push_back(row.id);
            r.hists[0].add_to(&sum);
        }
    const hist found = db.histogram(ids, "latency.async");
    EXPECT_EQ(memcmp(&found, &sum, sizeof(sum)), 0);
    EXPECT_EQ(db.histogram({}, "latency.async").count, 0u);
    EXPECT_EQ(db.histogram(ids, "latency.sync").count, 0u);
    hist none;
    hist_init(&none);
    const hist empty = db.histogram({}, "latency.async");
    EXPECT_EQ(memcmp(&empty, &none, sizeof(none)), 0);
}

} // namespace small
