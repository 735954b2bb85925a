/*
 * Time goes to whom it belongs: waits for a host CPU are not waits for a page, every pick is
 * counted, every line of a cost profile changes some result.
 */
#include "model/tests/random_spec.hpp"

namespace {

const char *const fixed_100us = "{latency: fixed, value: 90us}";

/* Three vCPUs with a memory task each and one that computes, on one host CPU. */
std::unique_ptr<spec> crowded(design d)
{
    auto p = plain_spec(d);
    p->host_cpus = 1;
    p->vcpus = 4;
    pages(*p, 60);
    for (u32 v = 1; v < 3; v++)
        pages(*p, 60, (u32)(&add_task(*p, TASK_WRITE_ALL, v) - p->task));
    add_task(*p, TASK_COMPUTE, 3);
    p->store.read = store_latency(fixed_100us);
    return p;
}

u64 sum_of(const Machine &m, std::initializer_list<hop> hops)
{
    u64 sum = 0;
    for (hop h : hops)
        sum += m.st().hop[h].sum;
    return sum;
}

/* Small runs that together pay every cost there is. */
std::vector<std::unique_ptr<spec>> varied_runs()
{
    std::vector<std::unique_ptr<spec>> all;

    for (design d : {SYNC, V4, ONE_PPI}) {
        auto p = plain_spec(d); /* Reclaim, reads before writes, WFI, ticks, a trace's fetches. */
        pages(*p, 120).kind = TASK_TOUCH;
        p->task[0].pattern = PATTERN_RANDOM;
        p->task[0].accesses = 600;
        p->task[0].write_percent = 30;
        p->memory_limit_bytes = 60 * MMU_PAGE_SIZE;
        p->nohz_idle = 0;
        p->tlb = {4, 4, 16, 2};
        add_task(*p, TASK_COMPUTE).instructions = 3000000;
        all.push_back(std::move(p));
        auto fresh = plain_spec(d);
        pages(*fresh, 30).placement = PLACE_FRESH;
        fresh->vcpus = 2;
        add_task(*fresh, TASK_WRITE_ALL, 1);
        all.push_back(std::move(fresh));
        auto shared = plain_spec(d);
        pages(*shared, 30);
        add_task(*shared, TASK_WRITE_ALL).shares_index = 1;
        all.push_back(std::move(shared));
        auto quick = plain_spec(d); /* The page beats the notification. */
        pages(*quick, 30);
        quick->host_cpus = 1;
        quick->store.read = store_latency("{latency: fixed, value: 3us}");
        quick->cost[COST_HOST_SWITCH].ps = PS_PER_US / 10;
        quick->cost[COST_SDEI_INJECT].ps = 20 * PS_PER_US;
        all.push_back(std::move(quick));
    }
    return all;
}

/* The transcript, where the time of each hop went, when each task ended. */
u64 fingerprint(const spec &p)
{
    Machine m(std::make_unique<spec>(p));
    m.finish();
    u64 print = m.transcript->checksum;
    for (const hist &h : m.st().hop)
        print = rng_u64(print, 0, h.sum, h.max);
    for (u32 i = 0; i < m.s().task_count; i++)
        print = rng_u64(print, 1, m.tsk(i).ended_ps, m.work(i));
    return print;
}

} // namespace

TEST(Attribution, WaitingForTheHostCpuIsNotWaitingForThePage)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        Machine m(crowded(d));
        ASSERT_EQ(m.finish(), SYS_DONE);
        EXPECT_LT(m.st().hop[HOP_IO_WAIT].max, 200 * PS_PER_US) << design_name[d];
        EXPECT_GT(m.st().hop[HOP_WAIT_CPU].count + m.st().hop[HOP_WAIT_WORKER].count, 0u);
    }
}

TEST(Attribution, AVcpuThatComputesIsNeverIdle)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        Machine m(crowded(d));
        ASSERT_EQ(m.finish(), SYS_DONE);
        const account &a = m.cpu(3).account;
        EXPECT_LT(a.spent_ps[CPU_IDLE] + a.spent_ps[CPU_BLOCKED], PS_PER_MS) << design_name[d];
        EXPECT_GT(a.spent_ps[CPU_WAITING], PS_PER_MS) << design_name[d];
    }
}

TEST(Attribution, IfAllIsPickedAllButTheDeviceRestsOnPicks)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        auto p = plain_spec(d);
        pages(*p, 200);
        p->idle = IDLE_POLL;
        for (cost &c : p->cost)
            c.is_pick = 1;
        Machine m(std::move(p));
        ASSERT_EQ(m.finish(), SYS_DONE);
        u64 device_ps = m.s().store.queue_ps + m.s().store.service_ps;
        u64 waits_ps = sum_of(m, {HOP_WAIT_CPU, HOP_WAIT_RUNQ, HOP_WAIT_GATE, HOP_WAIT_WORKER});
        u64 rest_ps = m.st().page_ps - std::min(m.st().page_ps, device_ps);
        EXPECT_LE(m.st().pick_ps, m.st().page_ps) << design_name[d];
        EXPECT_GE((m.st().pick_ps + waits_ps) * 100, rest_ps * 95)
            << design_name[d] << " " << m.st().pick_ps << " of " << rest_ps;
    }
}

TEST(Attribution, EveryLineOfAProfileChangesSomeResult)
{
    std::vector<std::unique_ptr<spec>> runs = varied_runs();
    std::vector<u64> before;

    for (auto &p : runs)
        before.push_back(fingerprint(*p));
    for (u32 id = 0; id < COST_COUNT; id++) {
        bool changes = false;
        for (size_t i = 0; i < runs.size() && !changes; i++) {
            runs[i]->cost[id].ps += 700 * PS_PER_NS;
            changes = fingerprint(*runs[i]) != before[i];
            runs[i]->cost[id].ps -= 700 * PS_PER_NS;
        }
        EXPECT_TRUE(changes) << "cost number " << id;
    }
}

TEST(Attribution, ThreadsOfOneProcessMeetOnAPageInFlight)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        auto p = plain_spec(d);
        pages(*p, 40);
        add_task(*p, TASK_WRITE_ALL).shares_index = 1;
        Machine m(std::move(p));
        ASSERT_EQ(m.finish(), SYS_DONE);
        EXPECT_EQ(m.st().refault_spin > 0, d == V4);
        EXPECT_EQ(m.st().halts > 0, d == ONE_PPI);
        EXPECT_LE(m.counted(), 40u + 12u) << "one fetch for both";
    }
}

/* A worker on another CPU may finish while the done list is being looked at. */
TEST(Attribution, ACompletionDuringADequeueHasNotWaited)
{
    auto p = plain_spec(V4);
    p->vcpus = 16;
    p->host_cpus = 8;
    p->workqueue = WORKQUEUE_UNBOUND;
    p->memory_limit_bytes = 64 * 1024;
    pages(*p, 12);
    for (u32 v = 1; v < 48; v++)
        add_task(*p, TASK_WRITE_ALL, v % 16);
    p->cost[COST_DEQUEUE].ps = 20 * PS_PER_US; /* A wide window. */
    p->stop_at_ps = 60 * PS_PER_MS;
    Machine m(std::move(p));
    m.finish();
    EXPECT_GT(m.st().closed, 500u);
}
