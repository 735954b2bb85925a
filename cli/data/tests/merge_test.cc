/* Joining results: in whatever order, the same comes out. */
#include <rapidcheck.h>

#include <algorithm>
#include <random>

#include "cli/data/tests/small_sweep.hpp"

namespace small {

using access = database::access;

class Merge : public Database {
protected:
    /* The canonical bytes, and the times beside them. */
    string all_of(const string &file) const
    {
        const database db(file, access::read);
        string text = sql_of(db);
        for (const run_row &row : db.runs())
            text += std::to_string(db.host_ns(row.id)) + "\n";
        return text;
    }
    /* A shard: the points whose group has this remainder. */
    string make_shard(const string &name, u32 i, u32 n) const
    {
        database db(make(name), access::write);
        for (u32 pt = 0; pt < POINTS; pt++)
            for (u64 seed = SEEDS; seed >= 1; seed--)
                if (pt / 2 % n == i)
                    put_one(db, pt, seed, make_result(pt, seed));
        return path(name);
    }
    result merge(arguments args) const
    {
        return call(sweep_merge_command, args);
    }
};

/* --- The property --- */

enum { PARTS = 7, ATTEMPTS = 3 };

/* What happened to a run in one part: nothing, its fact, or one of three failures. */
struct happening {
    u32 part, point;
    u64 seed;
    u32 failure; /* 0: the fact. */
    u64 host_ns;
};

/* What a run is if it is not cut short; a few never come to their end. */
run_result fact_of(u32 point, u64 seed)
{
    if ((point + seed) % 5 == 0)
        return make_failed(run_status::stuck, "nothing would ever happen again");
    return make_result(point, seed);
}

run_result result_of(const happening &h)
{
    const run_result failures[ATTEMPTS] = {make_failed(run_status::crashed, "signal 11"),
                                           make_failed(run_status::crashed, "signal 6"),
                                           make_failed(run_status::timed_out, "1 s")};
    run_result r = h.failure == 0 ? fact_of(h.point, h.seed) : failures[h.failure - 1];

    r.host_ns = h.host_ns;
    return r;
}

std::vector<happening> any_history()
{
    return *rc::gen::container<std::vector<happening>>(rc::gen::build<happening>(
        rc::gen::set(&happening::part, rc::gen::inRange<u32>(0, PARTS)),
        rc::gen::set(&happening::point, rc::gen::inRange<u32>(0, POINTS)),
        rc::gen::set(&happening::seed, rc::gen::inRange<u64>(1, SEEDS + 2)),
        rc::gen::set(&happening::failure, rc::gen::inRange<u32>(0, ATTEMPTS + 1)),
        rc::gen::set(&happening::host_ns, rc::gen::inRange<u64>(0, 4))));
}

TEST_F(Merge, AnyOrderAndAssociationGivesTheSameBytes)
{
    setenv("RC_PARAMS", "max_success=20", 0);
    const string empty = make("empty.db");
    const bool is_good = rc::check("7 parts", [&] {
        const std::vector<happening> history = any_history();
        const plan p = make_plan();
        std::vector<string> first, second;
        auto counts = [&](u32 part) { return part % 3 == 1 ? 1u : 0u; };

        for (u32 part = 0; part < PARTS; part++)
            for (auto *names : {&first, &second}) {
                const string name = "p" + std::to_string(part) + (names == &first ? "a" : "b");
                fs::copy_file(empty, path(name), fs::copy_options::overwrite_existing);
                names->push_back(path(name));
                database db(path(name), access::write);
                std::vector<run_result> results;
                std::vector<run_key> keys;
                for (const happening &h : history)
                    if (h.part == part) {
                        results.push_back(result_of(h));
                        keys.push_back(key_of(p, h.point, h.seed));
                    }
                std::vector<database::stored> batch;
                for (size_t i = 0; i < keys.size(); i++)
                    batch.push_back({keys[i], &results[i]});
                db.put(batch);
                if (counts(part))
                    db.put_seed_count(part % 3, 3);
            }
        /* The first by one way of pairs, the second by another. */
        std::mt19937 random(*rc::gen::arbitrary<u32>());
        for (auto *names : {&first, &second})
            while (names->size() > 1) {
                std::shuffle(names->begin(), names->end(), random);
                const string from = names->back();
                names->pop_back();
                database(names->front(), access::write).merge(database(from, access::read));
            }
        RC_ASSERT(all_of(first[0]) == all_of(second[0]));
        /* Once more changes nothing. */
        const string before = all_of(first[0]);
        database(first[0], access::write).merge(database(second[0], access::read));
        RC_ASSERT(all_of(first[0]) == before);
    });
    EXPECT_TRUE(is_good);
}

TEST_F(Merge, PartsInAnyOrderAreTheUndividedSweep)
{
    const string whole = sql_of(make_full("whole.db"));
    std::vector<u32> order = {0, 1, 2};

    for (u32 i = 0; i < 3; i++)
        make_shard("p" + std::to_string(i), i, 3);
    do {
        const string out = path("out.db");
        fs::remove(out);
        const result r = merge({path("p" + std::to_string(order[0])),
                                path("p" + std::to_string(order[1])),
                                path("p" + std::to_string(order[2])), "--out", out});
        EXPECT_EQ(r.status, 0) << r.err;
        EXPECT_EQ(sql_of(out), whole);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_FALSE(fs::exists(path("out.db.part")));
    EXPECT_FALSE(fs::exists(path("out.db.lock")));
}

/* --- What may be joined --- */

TEST_F(Merge, OtherPlansAndBuildsAreRefused)
{
    plan p = make_plan();
    const string a = make_full("a.db");
    p.hash = 0x77;
    const string b = make("b.db", p);
    database::create(path("c.db"), make_plan(), "b2", make_configs(p));
    const string before = sql_of(a);

    EXPECT_EQ(complaint([&] { database(a, access::write).merge(database(b, access::read)); }),
              "2 " + a + " and " + b + " hold different plans (0xfedcba9876543210 and "
              "0x0000000000000077), expected parts of one sweep; run them from one file");
    expect_complaint(merge({a, path("c.db"), "--out", path("out.db")}), 2,
                     a + " and " + path("c.db") + " are of different builds of apfsim (b1 and b2), "
                     "expected parts of one sweep; run them with one program");
    EXPECT_FALSE(fs::exists(path("out.db")));
    EXPECT_FALSE(fs::exists(path("out.db.part")));
    EXPECT_EQ(sql_of(a), before);
}

TEST_F(Merge, TwoResultsOfOneRunAreToldAndNothingIsKept)
{
    const string a = make_shard("a.db", 0, 3), b = make("b.db");
    run_result r = make_result(1, 2);
    r.metrics[0].second++;
    {
        database db(b, access::write);
        put_one(db, 4, 1, make_result(4, 1));
        put_one(db, 1, 2, r);
    }
    const string before = sql_of(a);
    const string words = "two runs of point 1, seed 2, differ in time_ps: 2002 and 2003";
    expect_complaint(merge({b, "--out", a}), 3, words);
    expect_complaint(merge({a, b, "--out", path("new.db")}), 3, words);
    EXPECT_FALSE(fs::exists(path("new.db")));
    EXPECT_EQ(sql_of(a), before);
}

TEST_F(Merge, SeedCountsThatDifferAreForgotten)
{
    const string a = make("a.db"), b = make("b.db");
    database into(a, access::write);
    {
        database db(b, access::write);
        db.put_seed_count(1, 3);
        db.put_seed_count(2, 4);
    }
    into.put_seed_count(2, 4);
    into.put_seed_count(0, 2);
    into.merge(database(b, access::read));
    EXPECT_EQ(into.seed_count(0), 2u);
    EXPECT_EQ(into.seed_count(1), 3u);
    EXPECT_EQ(into.seed_count(2), 4u);
    into.put_seed_count(1, 2);
    into.merge(database(b, access::read));
    EXPECT_FALSE(into.seed_count(1).has_value()) << "neither is worth more";
}

TEST_F(Merge, RunsOfOtherPlansAndBuildsCome)
{
    const string a = make("a.db"), b = make("b.db");
    const run_result r = make_result(0, 1);
    {
        database db(b, access::write);
        db.put({{{0x99, 1}, &r}});
        db.set_note("slurm.job", "1");
    }
    database into(a, access::write);
    into.merge(database(b, access::read));
    EXPECT_EQ(into.known().size(), 1u);
    EXPECT_EQ(into.note("slurm.job"), "") << "notes belong to one launch";
}

TEST_F(Merge, IntoOneOfItself)
{
    const string a = make_shard("a.db", 0, 3), b = make_shard("b.db", 1, 3),
                 c = make_shard("c.db", 2, 3);

    EXPECT_EQ(merge({a, b, c, "--out", b}).status, 0);
    EXPECT_EQ(sql_of(b), sql_of(make_full("whole.db")));
    EXPECT_EQ(database(a, access::read).runs().size(), 8u) << "the others are left alone";
    database self(b, access::write);
    self.merge(database(b, access::read));
    EXPECT_EQ(self.runs().size(), (size_t)POINTS * SEEDS);
}

TEST_F(Merge, WrongArgumentsAreNamed)
{
    const string a = make("a.db");

    expect_complaint(merge({}), 2, "found no DB, expected apfsim sweep merge DB...");
    expect_complaint(merge({a}), 2, "found no --out");
    expect_complaint(merge({a, "--out", ""}), 2, "found no --out");
    expect_complaint(merge({a, path("none.db"), "--out", path("x.db")}), 2,
                     "none.db: found no such file");
    expect_complaint(merge({a, "--out", write("x.txt", "words")}), 2, "file is not a database");
    EXPECT_EQ(read_file(path("x.txt")), "words");
    const database held(a, access::write);
    expect_complaint(merge({make("b.db"), "--out", a}), 2, a + ": another sweep (process ");
}

/* --- Results of other sweeps --- */

TEST_F(Merge, ReuseTakesTheFactsThatThePlanAsksFor)
{
    plan other = make_plan();
    other.hash = 1;
    other.seeds = {2, 10};
    std::swap(other.points[0], other.points[3]);
    const string from = make("from.db", other);
    {
        database db(from, access::write);
        const run_result crashed = make_failed(run_status::crashed, "signal 11"),
                         stuck = make_failed(run_status::stuck, "nothing"),
                         good = make_result(0, 3);
        db.put({{key_of(make_plan(), 0, 3), &good},
                {key_of(make_plan(), 1, SEEDS), &stuck},
                {key_of(make_plan(), 1, SEEDS + 1), &good},
                {key_of(make_plan(), 2, 2), &crashed},
                {{0x77, 2}, &good}});
    }
    database db(make("r.db"), access::write);
    EXPECT_EQ(db.reuse(database(from, access::read)), 2u);
    EXPECT_EQ(db.reuse(database(from, access::read)), 0u) << "they are there";
    ASSERT_EQ(db.runs().size(), 2u);
    EXPECT_EQ(db.metric("time_ps")[0], time_of(0, 3));
    EXPECT_EQ(db.known().size(), 2u);
    database::create(path("b2.db"), make_plan(), "b2", make_configs(make_plan()));
    database strange(path("b2.db"), access::write);
    EXPECT_EQ(strange.reuse(database(from, access::read)), 0u) << "of another build";
}

} // namespace small
