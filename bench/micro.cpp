/* Single operations under Google Benchmark. Every entry's time is that of one operation. */
#include <benchmark/benchmark.h>

#include <cstdio>

#include "bench/bench.hpp"
#include "bench/experiment.hpp"
#include "bench/frames.hpp"
#include "bench/tlb.hpp"
#include "bench/toy.h"

namespace bench {

namespace {

void toy_fault(benchmark::State &state)
{
    auto t = std::make_unique<toy>();
    const u32 per_vcpu = 1 << 14;

    while (state.KeepRunningBatch(TOY_VCPUS * per_vcpu)) {
        toy_init(t.get(), per_vcpu);
        toy_run(t.get());
        benchmark::DoNotOptimize(t->end_sum_ps);
    }
}

void tag_check(benchmark::State &state)
{
    const hot_pages hot(32);

    while (state.KeepRunningBatch(long(hot.size())))
        benchmark::DoNotOptimize(hot.check_tags());
}

/* The argument is the number of hot pages: 32 live in the L1, most of 512 in the L2. */
void tlb_hit(benchmark::State &state)
{
    hot_pages hot{u32(state.range(0))};

    while (state.KeepRunningBatch(long(hot.size())))
        benchmark::DoNotOptimize(hot.run_cpu());
}

void walk_nested_48_40(benchmark::State &state)
{
    nested_table table;
    u32 reads = 0;

    for (auto _ : state)
        reads = table.walk();
    state.counters["descriptors"] = reads;
}

/* The argument is the number of vCPUs: a redistributor each. */
void mmio_read(benchmark::State &state)
{
    frames subject{u32(state.range(0))};

    while (state.KeepRunningBatch(long(subject.size())))
        benchmark::DoNotOptimize(subject.read_all());
}

/* A message is put, found to be the least and taken, among sixteen actors with one each. */
void message(benchmark::State &state)
{
    enum { ACTORS = 16 };
    const std::vector<u32> box_len(ACTORS, 64);
    std::vector<u64> memory(evset_bytes(ACTORS, box_len.data()) / sizeof(u64) + 1);
    evset *e = evset_init(memory.data(), ACTORS, box_len.data());
    msg m = {};
    u64 n = 0, others_ps = 0;

    for (u32 i = 0; i < ACTORS; i++) {
        m.at_ps = 1 + i;
        m.dst = u16(i);
        evset_put(e, &m);
    }
    for (auto _ : state) {
        u32 actor = 0;
        evset_least(e, &actor);
        evset_pop(e, actor, &m.at_ps, &others_ps, &m);
        m.at_ps += 1 + (++n * 7919 & 0xfff);
        evset_put(e, &m);
        evset_set_wake(e, actor, TIME_NEVER);
    }
}

/* The time of one fault of the reference run; each run is a child. */
void fault(benchmark::State &state, carrier carrier)
{
    const u64 pages = 1 << 12;
    outcome o = {};

    while (state.KeepRunningBatch(long(4 * pages))) {
        if (!measure({reference_yaml(pages), carrier, false, 4 * pages}, &o)) {
            state.SkipWithError("the run failed");
            break;
        }
        state.SetIterationTime(o.seconds);
    }
}

void trace_record(benchmark::State &state)
{
    char text[] = "bench\n";
    const struct apft_header header = {text, sizeof text - 1};
    std::vector<trace_rec> rec(4096);
    err e = {};
    apft_writer *w = apft_create("/dev/null", &header, &e);
    u64 at_ps = 0;

    if (w == nullptr) {
        state.SkipWithError(e.text);
        return;
    }
    while (state.KeepRunningBatch(long(rec.size()))) {
        for (trace_rec &r : rec) {
            at_ps += 100000 + (at_ps * 31 & 0xffff);
            r = {at_ps,          0x40000 + (at_ps >> 24), u32(at_ps >> 20),
                 u16(at_ps & 7), u8(at_ps >> 3 & 31),     0};
        }
        apft_put_many(w, rec.data(), rec.size(), &e);
    }
    apft_finish(w, &e);
}

/* One operation of a trace: unpacked, parsed, joined. */
void lackey_import(benchmark::State &state)
{
    std::vector<u64> op(1024);
    err e = {};
    lackey *reader = lackey_open(APFSIM_SAMPLES_DIR "/sort.lackey.zst", &e);

    if (reader == nullptr) {
        state.SkipWithError(e.text);
        return;
    }
    while (state.KeepRunningBatch(long(op.size())))
        if (lackey_read(reader, op.data(), op.size(), &e) < s64(op.size()))
            lackey_rewind(reader, &e);
    lackey_close(reader);
}

void summary_json(benchmark::State &state)
{
    const results_info info = {0, "bench", "testbed", "bench", 0};
    machine m(reference_yaml(256));
    FILE *out = std::fopen("/dev/null", "w");

    m.carry(carrier::TESTBED);
    run_finish(m.run());
    for (auto _ : state)
        results_write_json(m.run(), &info, out);
    std::fclose(out);
}

} // namespace

void register_micro()
{
    benchmark::RegisterBenchmark("toy_fault", toy_fault);
    benchmark::RegisterBenchmark("tag_check", tag_check);
    benchmark::RegisterBenchmark("tlb_hit_l1", tlb_hit)->Arg(32);
    benchmark::RegisterBenchmark("tlb_hit_l2", tlb_hit)->Arg(512);
    benchmark::RegisterBenchmark("walk_nested_48_40", walk_nested_48_40);
    benchmark::RegisterBenchmark("mmio_read", mmio_read)->Arg(1)->Arg(8)->Arg(64)->Arg(512);
    benchmark::RegisterBenchmark("message", message);
    benchmark::RegisterBenchmark("fault_testbed", fault, carrier::TESTBED)->UseManualTime();
    benchmark::RegisterBenchmark("fault_conductor", fault, carrier::CONDUCTOR)->UseManualTime();
    benchmark::RegisterBenchmark("fault_modules", fault, carrier::MODULES)->UseManualTime();
    benchmark::RegisterBenchmark("trace_record", trace_record);
    benchmark::RegisterBenchmark("lackey_import", lackey_import);
    benchmark::RegisterBenchmark("summary_json", summary_json);
}

} // namespace bench
