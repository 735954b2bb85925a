/*
 * Every picosecond of every fault has a name, and every picosecond of every CPU has an owner: over
 * a table of configurations, each with each design.
 */
#include "model/tests/random_spec.hpp"

#include <set>

namespace {

struct Setting {
    const char *name;
    void (*change)(spec &p);
};

/* n tasks of 24 pages on each of the vCPUs. */
void tasks(spec &p, u32 vcpus, u32 n)
{
    p.vcpus = vcpus;
    p.task_count = 0;
    for (u32 v = 0; v < vcpus; v++)
        for (u32 i = 0; i < n; i++)
            pages(p, 24, (u32)(&add_task(p, TASK_WRITE_ALL, v) - p.task));
}

void touch(spec &p, pattern how, u32 write_percent)
{
    for (u32 i = 0; i < p.task_count; i++) {
        p.task[i].kind = TASK_TOUCH;
        p.task[i].pattern = (u8)how;
        p.task[i].accesses = 150;
        p.task[i].write_percent = write_percent;
        p.task[i].zipf_theta_milli = 990;
        p.task[i].think_ps = 500 * PS_PER_NS;
    }
}

void place(spec &p, placement where)
{
    for (u32 i = 0; i < p.task_count; i++)
        p.task[i].placement = (u8)where;
}

void limit(spec &p, u64 page_count)
{
    p.memory_limit_bytes = page_count * MMU_PAGE_SIZE;
}

const char *const lognormal = "{latency: lognormal, median: 60us, sigma: 0.8}";
const char *const fio =
    "{latency: fio, file: " APFSIM_SOURCE_DIR "/configs/samples/fio-randread-qd1.json}";

/* clang-format off */
const Setting settings[] = {
    {"one_task",            [](spec &p) { tasks(p, 1, 1); }},
    {"with_compute",        [](spec &p) { tasks(p, 1, 1); add_task(p, TASK_COMPUTE); }},
    {"one_host_cpu",        [](spec &p) { tasks(p, 1, 2); p.host_cpus = 1; }},
    {"eight_tasks",         [](spec &p) { tasks(p, 1, 8); }},
    {"four_vcpus",          [](spec &p) { tasks(p, 4, 2); p.host_cpus = 4; }},
    {"four_on_one",         [](spec &p) { tasks(p, 4, 2); p.host_cpus = 1; }},
    {"three_on_two",        [](spec &p) { tasks(p, 3, 3); add_task(p, TASK_COMPUTE, 1); }},
    {"limit_48",            [](spec &p) { tasks(p, 1, 2); limit(p, 48); p.task[0].passes = 3; }},
    {"limit_32",            [](spec &p) { tasks(p, 1, 1); limit(p, 32); p.task[0].passes = 3; }},
    {"limit_shared",        [](spec &p) { tasks(p, 3, 2); limit(p, 80); p.host_cpus = 3; }},
    {"limit_fresh",         [](spec &p) { tasks(p, 2, 1); limit(p, 32); place(p, PLACE_FRESH);
                                          p.task[0].passes = p.task[1].passes = 3; }},
    {"resident",            [](spec &p) { tasks(p, 2, 2); place(p, PLACE_RESIDENT); }},
    {"resident_at_first",   [](spec &p) { tasks(p, 2, 2); place(p, PLACE_RESIDENT);
                                          limit(p, 64); }},
    {"random_reads",        [](spec &p) { tasks(p, 2, 2); touch(p, PATTERN_RANDOM, 0);
                                          limit(p, 64); }},
    {"zipf_writes",         [](spec &p) { tasks(p, 1, 4); touch(p, PATTERN_ZIPF, 100);
                                          limit(p, 64); }},
    {"chase",               [](spec &p) { tasks(p, 1, 2); touch(p, PATTERN_CHASE, 50); }},
    {"sequential_mix",      [](spec &p) { tasks(p, 1, 2); touch(p, PATTERN_SEQUENTIAL, 30); }},
    {"lognormal_store",     [](spec &p) { tasks(p, 2, 4);
                                          p.store.read = store_latency(lognormal); }},
    {"fio_store",           [](spec &p) { tasks(p, 2, 4); p.store.read = store_latency(fio); }},
    {"one_channel",         [](spec &p) { tasks(p, 2, 4); p.store.channels = 1;
                                          p.store.queue_depth = 2; }},
    {"short_tick",          [](spec &p) { tasks(p, 1, 3); p.tick_ps = 100 * PS_PER_US;
                                          p.nohz_idle = 0; }},
    {"poll_and_kpti",       [](spec &p) { tasks(p, 2, 2); p.idle = IDLE_POLL; p.kpti = 1; }},
    {"one_slot",            [](spec &p) { tasks(p, 1, 4); p.slots = 1; }},
    {"four_slots",          [](spec &p) { tasks(p, 2, 6); p.slots = 4; p.lr_count = 1; }},
    {"one_worker",          [](spec &p) { tasks(p, 2, 4); p.workers_per_cpu = 1; }},
    {"fast_store",          [](spec &p) { tasks(p, 1, 2); dist_fixed(&p.store.read, PS_PER_NS);
                                          p.store.transfer_ps = 0; p.host_cpus = 1; }},
};
/* clang-format on */

std::unique_ptr<spec> spec_of(const Setting &setting, design d)
{
    auto p = plain_spec(d);

    p->stop_task = UINT32_MAX;
    p->stop_at_ps = 60 * PS_PER_MS;    /* An endless task never ends. */
    p->nohz_idle = d != ONE_PPI;       /* It would get stuck in its first WFI. */
    setting.change(*p);
    return p;
}

u64 chain_sum(const fault &f, hop_chain chain)
{
    u64 sum_ps = 0;

    for (u32 h = 0; h < HOP_COUNT; h++)
        if ((f.visited >> h & 1) != 0 && hop_info[h].chain == chain)
            sum_ps += f.hop_ps[h];
    return sum_ps;
}

/* When this phase of a fault began, as the transcript tells it: the last time up to a limit. */
u64 begin_of(const Machine &m, phase phase, const fault &f, u64 until_ps)
{
    u64 at_ps = TIME_NEVER;

    for (const trace_rec &rec : m.lines)
        if (rec.type == MSG_KIND_COUNT + phase && rec.actor == f.vcpu && rec.a == f.gfn &&
            rec.at_ps <= until_ps)
            at_ps = rec.at_ps;
    return at_ps;
}

void expect_faults_add_up(const Machine &m)
{
    std::set<u64> numbers;
    u64 page_ps = 0, pick_ps = 0;

    for (const fault &f : m.faults) {
        SCOPED_TRACE("fault " + std::to_string(f.number) + ", " + fault_kind_name[f.kind]);
        EXPECT_EQ(chain_sum(f, CHAIN_PAGE), f.last_ps - f.start_ps);
        EXPECT_LE(f.pick_ps, f.last_ps - f.start_ps);
        EXPECT_EQ(begin_of(m, PH_S2_FAULT, f, f.start_ps), f.start_ps);
        EXPECT_TRUE(numbers.insert(f.number).second);
        page_ps += f.last_ps - f.start_ps;
        pick_ps += f.pick_ps;
        /* The guest chain begins where the notification is ready: schedule_work comes next. */
        u64 guest_ps = chain_sum(f, CHAIN_GUEST);
        if (guest_ps != 0) {
            EXPECT_EQ(f.guest_last_ps - guest_ps,
                      begin_of(m, PH_WORK_QUEUED, f, f.guest_last_ps));
        }
        EXPECT_EQ(f.kind == FAULT_ASYNC, (f.visited >> HOP_WORK_QUEUED & 1) != 0);
    }
    EXPECT_EQ(page_ps, m.st().page_ps);
    EXPECT_EQ(pick_ps, m.st().pick_ps);
}

void expect_counts_add_up(const Machine &m)
{
    const stats &st = m.st();
    u64 of_kind[FAULT_KIND_COUNT] = {}, hops[HOP_COUNT] = {};

    for (const fault &f : m.faults) {
        of_kind[f.kind]++;
        for (u32 h = 0; h < HOP_COUNT; h++)
            hops[h] += f.visited >> h & 1;
    }
    EXPECT_EQ(m.counted(), st.closed + st.cut);
    EXPECT_EQ(m.faults.size(), st.closed);
    EXPECT_EQ(st.total_async.count, of_kind[FAULT_ASYNC]);
    EXPECT_EQ(st.total_sync.count, st.closed - of_kind[FAULT_ASYNC]);
    for (u32 h = 0; h <= HOP_PAGE_LAST; h++)
        EXPECT_EQ(st.hop[h].count, hops[h]) << hop_info[h].key;
    /* A guest chain counts from its own end on: its task is switched out, its page may be away. */
    u64 guest_ps = 0;
    for (u32 h = HOP_PAGE_LAST + 1; h < HOP_COUNT; h++)
        guest_ps += st.hop[h].sum;
    EXPECT_EQ(guest_ps, st.guest_total.sum);
    EXPECT_EQ(st.hop[HOP_G_SWITCH].count, st.guest_total.count);
    for (u32 k = 0; k < FAULT_KIND_COUNT; k++)
        EXPECT_GE(st.fault_count[k], of_kind[k]) << fault_kind_name[k];
    EXPECT_LE(st.cancelled, st.fault_count[FAULT_ASYNC]);
}

void expect_time_adds_up(const Machine &m)
{
    u64 vcpus_ps[CPU_STATE_COUNT] = {}, host_ps[CPU_STATE_COUNT] = {};

    auto add = [&](const account &a, u64 *sum_ps) {
        u64 all_ps = 0;
        for (u32 k = 0; k < CPU_STATE_COUNT; k++) {
            sum_ps[k] += a.spent_ps[k];
            all_ps += a.spent_ps[k];
        }
        EXPECT_EQ(all_ps, m.s().end_ps);
    };
    for (u32 i = 0; i < m.p->vcpus; i++)
        add(m.cpu(i).account, vcpus_ps);
    for (u32 i = 0; i < m.p->host_cpus; i++)
        add(sys_hostcpu(&m.r->c, i)->account, host_ps);
    /* What the vCPUs did, the host's CPUs did. */
    EXPECT_EQ(vcpus_ps[CPU_USER], host_ps[CPU_USER]);
    EXPECT_EQ(vcpus_ps[CPU_KERNEL], host_ps[CPU_KERNEL]);
    EXPECT_LE(vcpus_ps[CPU_HOST], host_ps[CPU_HOST]);
    EXPECT_EQ(host_ps[CPU_WAITING], 0u);
    EXPECT_EQ(host_ps[CPU_BLOCKED], 0u);
}

} // namespace

class Accounting : public ::testing::TestWithParam<std::tuple<size_t, design>> {};

TEST_P(Accounting, AddsUp)
{
    auto [setting, d] = GetParam();
    Machine m(spec_of(settings[setting], d));

    EXPECT_EQ(m.finish(), SYS_DONE);
    expect_faults_add_up(m);
    expect_counts_add_up(m);
    expect_time_adds_up(m);
    /* Resident pages miss nothing, everything else does. */
    EXPECT_EQ(m.st().closed == 0, settings[setting].name == std::string("resident"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Accounting,
    ::testing::Combine(::testing::Range((size_t)0, ARRAY_COUNT(settings)),
                       ::testing::Values(SYNC, V4, ONE_PPI)),
    [](const auto &i) {
        return std::string(settings[std::get<0>(i.param)].name) + "_" +
               design_name[std::get<1>(i.param)];
    });

TEST(RandomAccounting, AddsUp)
{
    for (u64 seed = 301; seed <= 340 && !HasFailure(); seed++) {
        SCOPED_TRACE("random_spec(" + std::to_string(seed) + ")");
        Machine m(random_spec(seed));
        m.finish();
        expect_faults_add_up(m);
        expect_counts_add_up(m);
        expect_time_adds_up(m);
    }
}

/* A hop that waits for nobody lasts as long as its phase costs, and its neighbours get nothing. */
TEST(Hops, LastAsLongAsTheirPhases)
{
    static const struct {
        hop h;
        phase ph;
    } pairs[] = {
        {HOP_EXIT, PH_ABORT_EXIT},           {HOP_GATE, PH_GATE},
        {HOP_WORK_ALLOC, PH_WORK_ALLOC},     {HOP_MBOX_PNP, PH_MBOX_PNP},
        {HOP_INJECT, PH_SDEI_INJECT},        {HOP_WORK_QUEUED, PH_WORK_QUEUED},
        {HOP_DEQUEUE, PH_DEQUEUE},           {HOP_MBOX_READY, PH_MBOX_READY},
        {HOP_PPI_ASSERT, PH_PPI_READY},      {HOP_WAKE, PH_WAKE},
    };
    Machine m(plain_spec(V4));

    EXPECT_EQ(m.finish(), SYS_DONE);
    ASSERT_FALSE(m.faults.empty());
    for (const auto &pair : pairs)
        EXPECT_EQ(m.faults[0].hop_ps[pair.h], m.r->c.phase_ps[pair.ph]) << hop_info[pair.h].key;
    const cost *costs = m.p->cost; /* Of the worker, which has no table of phases. */
    EXPECT_EQ(m.faults[0].hop_ps[HOP_WORKER_START], costs[COST_WORKER_START].ps);
    EXPECT_EQ(m.faults[0].hop_ps[HOP_WORKER_GUP], costs[COST_WORKER_GUP].ps);
    EXPECT_EQ(m.faults[0].hop_ps[HOP_DONE_QUEUED], costs[COST_WORKER_DONE].ps);
    EXPECT_EQ(m.faults[0].hop_ps[HOP_FAST_FAIL],
              m.r->c.phase_ps[PH_LOOKUP] + m.r->c.phase_ps[PH_SUBMIT]);
}

/* One vCPU alone: what its host CPU does beside it is to wake it, once for each dispatch. */
TEST(HostCpu, PaysForItsSwitches)
{
    Machine m(plain_spec(SYNC));

    EXPECT_EQ(m.finish(), SYS_DONE);
    const account &host = sys_hostcpu(&m.r->c, 0)->account;
    u64 switches_ps = m.count("run") * m.p->cost[COST_HOST_WAKE].ps;
    EXPECT_EQ(host.spent_ps[CPU_HOST], m.cpu().account.spent_ps[CPU_HOST] + switches_ps);
}
