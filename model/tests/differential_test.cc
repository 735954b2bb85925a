/*
 * Run-ahead and fused steps are only ways to be fast: no line of the transcript, no counter and no
 * task may know of them. Also with all costs at 1 ns, so that many things happen at one time.
 */
#include "model/tests/random_spec.hpp"

namespace {

std::unique_ptr<Machine> run_with(const spec &p, bool run_ahead, bool fuse)
{
    auto m = std::make_unique<Machine>(std::make_unique<spec>(p));

    m->r->run_ahead = run_ahead;
    m->r->fuse = fuse;
    m->finish();
    return m;
}

bool same_line(const trace_rec &a, const trace_rec &b)
{
    return a.at_ps == b.at_ps && a.a == b.a && a.b == b.b && a.actor == b.actor && a.type == b.type;
}

/* The first line in which two runs differ, with those before it; "" if there is none. */
std::string difference(const Machine &a, const Machine &b)
{
    size_t n = std::min(a.lines.size(), b.lines.size()), i = 0;

    while (i < n && same_line(a.lines[i], b.lines[i]))
        i++;
    if (i == n && a.lines.size() == b.lines.size())
        return "";
    std::string text = "line " + std::to_string(i) + ", behind\n";
    for (size_t k = i < 8 ? 0 : i - 8; k < i; k++)
        text += a.line(a.lines[k]) + "\n";
    text += "one:   " + (i < a.lines.size() ? a.line(a.lines[i]) : "ends") + "\n";
    return text + "other: " + (i < b.lines.size() ? b.line(b.lines[i]) : "ends");
}

void expect_same(const Machine &a, const Machine &b)
{
    EXPECT_EQ(difference(a, b), "");
    EXPECT_EQ(a.transcript->checksum, b.transcript->checksum);
    EXPECT_EQ(a.s().end, b.s().end);
    EXPECT_EQ(a.s().end_ps, b.s().end_ps);
    EXPECT_EQ(memcmp(&a.st(), &b.st(), sizeof(stats)), 0);
    EXPECT_EQ(memcmp(&a.s().mem, &b.s().mem, sizeof(mem)), 0);
    for (u32 i = 0; i < a.p->task_count; i++) {
        EXPECT_EQ(a.work(i), b.work(i)) << "task " << i;
        EXPECT_EQ(a.tsk(i).ended_ps, b.tsk(i).ended_ps) << "task " << i;
    }
    for (u32 i = 0; i < a.p->vcpus; i++)
        EXPECT_EQ(memcmp(&a.cpu(i).account, &b.cpu(i).account, sizeof(account)), 0) << "vcpu " << i;
}

void expect_no_mode_matters(const spec &p)
{
    auto plain = run_with(p, false, false);

    expect_same(*plain, *run_with(p, true, true));
    expect_same(*plain, *run_with(p, true, false));
    expect_same(*plain, *run_with(p, false, true));
}

} // namespace

/* 200 experiments; a failure names its seed. */
TEST(Differential, NaturalCosts)
{
    for (u64 seed = 1; seed <= 100 && !HasFailure(); seed++) {
        SCOPED_TRACE("random_spec(" + std::to_string(seed) + ")");
        expect_no_mode_matters(*random_spec(seed));
    }
}

TEST(Differential, TiesEverywhere)
{
    for (u64 seed = 101; seed <= 200 && !HasFailure(); seed++) {
        SCOPED_TRACE("random_spec(" + std::to_string(seed) + ") with costs of 1 ns");
        auto p = random_spec(seed);
        all_costs(*p, PS_PER_NS);
        dist_fixed(&p->store.read, 1 + seed % 7 * 100 * PS_PER_NS);
        dist_fixed(&p->store.write, 500 * PS_PER_NS);
        for (u32 i = 0; i < p->task_count; i++)
            p->task[i].think_ps = p->task[i].think_ps / PS_PER_US * PS_PER_NS;
        p->stop_at_ps = PS_PER_MS;
        expect_no_mode_matters(*p);
    }
}

/* A run is a pure function of its configuration, down to the bytes of the image. */
TEST(Determinism, TheImageHasTheSameBytes)
{
    for (u64 seed = 201; seed <= 230; seed++) {
        SCOPED_TRACE("random_spec(" + std::to_string(seed) + ")");
        auto p = random_spec(seed);
        auto a = run_with(*p, true, true), b = run_with(*p, true, true);
        EXPECT_EQ(a->transcript->checksum, b->transcript->checksum);
        ASSERT_EQ(a->s().used_bytes, b->s().used_bytes);
        EXPECT_EQ(memcmp(&a->s(), &b->s(), a->s().used_bytes), 0);
    }
}

/* Another seed is another run: the checksum is not blind. */
TEST(Determinism, TheSeedCounts)
{
    auto p = plain_spec(V4);
    p->store.read = store_latency("{latency: lognormal, median: 60us, sigma: 0.8}");
    auto a = run_with(*p, true, true);
    p->seed++;
    auto b = run_with(*p, true, true);
    EXPECT_NE(a->transcript->checksum, b->transcript->checksum);
}
