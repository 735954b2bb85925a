/* Small experiments drawn from a seed: every axis of the configuration at random. */
#ifndef MODEL_TESTS_RANDOM_SPEC_HPP
#define MODEL_TESTS_RANDOM_SPEC_HPP

#include "model/tests/machine.hpp"

struct Draws {
    enum { STREAM = 1000 }; /* Far from the streams of the model. */
    u64 seed, n = 0;

    u64 below(u64 bound) { return rng_below(rng_u64(seed, STREAM, 0, n++), bound); }
    bool one_in(u64 bound) { return below(bound) == 0; }
    template <typename T> T of(std::initializer_list<T> choices)
    {
        return *(choices.begin() + below(choices.size()));
    }
};

/* Latencies that a table of the model can hold; built once. */
inline const dist &store_latency(const std::string &kind)
{
    static std::map<std::string, dist> known;
    auto found = known.find(kind);

    if (found != known.end())
        return found->second;
    std::string text = plain_experiment;
    std::string fixed = "{latency: fixed, value: 90us}";
    text.replace(text.find(fixed), fixed.size(), kind);
    return known[kind] = load_specs(text).at(0).store.read;
}

inline const char *const latency_kinds[] = {
    "{latency: fixed, value: 90us}",
    "{latency: fixed, value: 3us}",
    "{latency: lognormal, median: 60us, sigma: 0.8}",
    "{latency: fio, file: " APFSIM_SOURCE_DIR "/configs/samples/fio-randread-qd1.json}",
};

inline void draw_task(spec &p, Draws &d, u32 vcpu)
{
    static const task_kind kinds[] = {TASK_WRITE_ALL, TASK_TOUCH, TASK_TOUCH, TASK_COMPUTE};
    task_spec &t = add_task(p, kinds[d.below(p.task_count == 0 ? 3 : 4)], vcpu);

    t.placement = (u8)d.below(PLACE_COUNT);
    t.pattern = (u8)d.below(PATTERN_COUNT);
    t.footprint_bytes = t.kind == TASK_COMPUTE ? 0 : (4 + d.below(40)) * MMU_PAGE_SIZE;
    t.stride_bytes = d.of<u64>({512, MMU_PAGE_SIZE});
    t.passes = 1 + d.below(2);
    t.accesses = 1 + d.below(120);
    t.instructions = d.one_in(2) ? 0 : d.below(2000000);
    t.write_percent = (u32)d.of({0, 50, 100});
    t.zipf_theta_milli = 990;
    t.think_ps = d.one_in(2) ? 0 : d.below(20) * PS_PER_US;
}

inline void draw_host(spec &p, Draws &d)
{
    p.host_cpus = 1 + (u32)d.below(4);
    p.workers_per_cpu = (u32)d.below(4);
    if (d.one_in(2))
        p.memory_limit_bytes = (32 + d.below(64)) * MMU_PAGE_SIZE;
    if (d.one_in(2)) { /* Threads that meet on one CPU push each other aside often. */
        p.host_latency_ps = 60 * PS_PER_US;
        p.host_min_granularity_ps = p.host_wakeup_granularity_ps = 10 * PS_PER_US;
        p.host_tick_ps = 100 * PS_PER_US;
    }
    p.store.read = store_latency(latency_kinds[d.below(ARRAY_COUNT(latency_kinds))]);
    p.store.write = store_latency(latency_kinds[d.below(3)]);
    p.store.channels = (u32)d.of({1, 2, 8});
    p.store.queue_depth = (u32)d.of({1, 4, 32});
    p.store.transfer_ps = d.of<u64>({0, 2 * PS_PER_US});
}

/* The run ends after at most 20 ms: a design that gets stuck is cut there. */
inline std::unique_ptr<spec> random_spec(u64 seed)
{
    Draws d{seed};
    auto made = plain_spec((design)d.below(DESIGN_COUNT));
    spec &p = *made;

    p.seed = seed;
    p.vcpus = 1 + (u32)d.below(4);
    p.lr_count = 1 + (u32)d.below(4);
    p.kpti = d.one_in(2);
    p.nohz_idle = d.one_in(2);
    p.idle = (u8)d.below(IDLE_COUNT);
    p.tick_ps = d.of<u64>({100 * PS_PER_US, PS_PER_MS, 4 * PS_PER_MS});
    p.slots = (u32)d.of({1, 2, 4, 64});
    p.va_bits = (u32)d.of({39, 48});
    if (d.one_in(2)) {
        p.sched_latency_ps = 100 * PS_PER_US;
        p.sched_min_granularity_ps = p.sched_wakeup_granularity_ps = 20 * PS_PER_US;
    }
    p.sdei = (u32)d.below(SDEI_PERSONALITY_COUNT);
    p.sdei_event = sdei_apf_event((sdei_personality)p.sdei);
    p.discovery = (u8)d.below(DISCOVERY_COUNT);
    p.caches = d.one_in(2) ? mmu_cache_spec{1, 0, 1, 0} : mmu_cache_spec{4, 2, 8, 2};
    draw_host(p, d);
    p.task_count = 0;
    for (u32 v = 0; v < p.vcpus; v++)
        for (u64 i = 0, n = 1 + d.below(4); i < n; i++)
            draw_task(p, d, v);
    p.stop_task = d.one_in(2) ? 0 : UINT32_MAX;
    p.stop_at_ps = 20 * PS_PER_MS;
    return made;
}

#endif
