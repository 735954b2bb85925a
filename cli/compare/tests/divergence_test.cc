/* Traces that part: at the planted place, and nowhere else. */
#include "cli/compare/divergence.hpp"
#include "cli/tests/program.hpp"
#include "traces/traces.h"

namespace {

using namespace cli;
using records = std::vector<trace_rec>;

const string names = "transcript 1\nactor 0 vcpu0\nactor 1 store\ntype 0 message run\n"
                     "type 1 phase exit\ntype 2 fault hop\nhop 0 page s2_fault\nhop 1 page exit\n";

class Divergence : public Program {
protected:
    string write_trace(const string &name, const records &all, const string &text = names) const
    {
        string copy = text;
        struct apft_header header = {copy.data(), copy.size()};
        err e = {};
        apft_writer *w = apft_create(path(name).c_str(), &header, &e);
        EXPECT_NE(w, nullptr) << e.text;
        EXPECT_TRUE(apft_put_many(w, all.data(), all.size(), &e)) << e.text;
        EXPECT_TRUE(apft_finish(w, &e)) << e.text;
        return path(name);
    }
    static records many(size_t count)
    {
        records all;
        for (size_t i = 0; i < count; i++)
            all.push_back({1000 * (i / 2), i, (u32)i, (u16)(i % 2), (u8)(i % 2), 0});
        return all;
    }
};

TEST_F(Divergence, EqualTracesDoNotPart)
{
    const string a = write_trace("a", many(10000)), b = write_trace("b", many(10000));

    EXPECT_FALSE(find_divergence(a, b));
    EXPECT_FALSE(find_divergence(a, a));
    EXPECT_FALSE(find_divergence(write_trace("c", {}), write_trace("d", {})));
}

/* In the first record, in the last, and at the ends of what is read at once. */
TEST_F(Divergence, IsFoundAtEachPlace)
{
    const records all = many(9000);
    const string a = write_trace("a", all);

    for (size_t i : {0u, 1u, 4u, 4095u, 4096u, 8191u, 8999u}) {
        records changed = all;
        changed[i].a++;
        const auto d = find_divergence(a, write_trace("b", changed));
        ASSERT_TRUE(d) << i;
        EXPECT_EQ(d->record, i + 1);
        EXPECT_EQ(d->line, i + 1);
        EXPECT_EQ(d->before.size(), std::min<size_t>(i, DIVERGENCE_LINES_BEFORE));
    }
}

/* Two events that happened at the same time, in the other order. */
TEST_F(Divergence, IsTheFirstOfTwoThatChangedPlaces)
{
    const records all = many(100);
    records changed = all;
    std::swap(changed[60], changed[61]);
    ASSERT_EQ(changed[60].at_ps, changed[61].at_ps);
    const auto d = find_divergence(write_trace("a", all), write_trace("b", changed));

    ASSERT_TRUE(d);
    EXPECT_EQ(d->record, 61u);
    EXPECT_EQ(d->at, "30.000 ns");
    EXPECT_EQ(d->actor, "vcpu0");
    EXPECT_EQ(d->base, "[           30.000 ns] vcpu0     > run            0x3c 0x3c");
    EXPECT_EQ(d->now, "[           30.000 ns] store     exit           0x3d 0x3d");
    ASSERT_EQ(d->before.size(), 5u);
    EXPECT_EQ(d->before[4], "[           29.000 ns] store     exit           0x3b 0x3b");
    EXPECT_EQ(d->before[0], "[           27.000 ns] store     exit           0x37 0x37");
}

TEST_F(Divergence, EveryFieldCounts)
{
    const records all = many(10);
    const string a = write_trace("a", all);

    for (int field = 0; field < 5; field++) {
        records changed = all;
        trace_rec &r = changed[9];
        r.at_ps += field == 0;
        r.a += field == 1;
        r.b += field == 2;
        r.actor = field == 3 ? 0 : r.actor;
        r.type = field == 4 ? 0 : r.type;
        const auto d = find_divergence(a, write_trace("b", changed));
        ASSERT_TRUE(d) << field;
        EXPECT_EQ(d->record, 10u) << field;
    }
}

TEST_F(Divergence, IsTheEndOfTheShorterOne)
{
    const string a = write_trace("a", many(10)), b = write_trace("b", many(8));
    auto d = find_divergence(a, b);

    ASSERT_TRUE(d);
    EXPECT_EQ(d->record, 9u);
    EXPECT_EQ(d->now, "");
    EXPECT_NE(d->base, "");
    d = find_divergence(b, a);
    ASSERT_TRUE(d);
    EXPECT_EQ(d->record, 9u);
    EXPECT_EQ(d->base, "");
}

TEST_F(Divergence, ComparesNamesAndNotTheirNumbers)
{
    const string others = "transcript 1\nactor 1 vcpu0\nactor 0 store\ntype 5 message run\n"
                          "type 6 phase exit\ntype 7 fault hop\nhop 9 page s2_fault\n"
                          "hop 8 page exit\n";
    records all = many(10), renumbered;
    all.push_back({9000, 5, 1, 0, 2, 0}); /* fault.hop of hop exit */
    for (trace_rec r : all) {
        r.actor = (u16)(1 - r.actor);
        r.b = r.type == 2 ? 9 - r.b : r.b;
        r.type = (u8)(r.type + 5);
        renumbered.push_back(r);
    }
    const string a = write_trace("a", all);

    EXPECT_FALSE(find_divergence(a, write_trace("b", renumbered, others)));
    renumbered.back().b = 9;
    const auto d = find_divergence(a, write_trace("b", renumbered, others));
    ASSERT_TRUE(d);
    EXPECT_EQ(d->record, 11u);
    EXPECT_EQ(d->line, 10u) << "the record of a fault is no line";
}

TEST_F(Divergence, ADamagedTraceIsNoDifference)
{
    const string a = write_trace("a", many(100));
    const string bytes = read_file(a);
    const string b = write("b", bytes.substr(0, bytes.size() - 10));

    EXPECT_THROW(find_divergence(a, b), failure);
    EXPECT_THROW(find_divergence(a, path("none")), failure);
}

} // namespace
