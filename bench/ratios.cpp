/*
 * Ratios of what the simulator does to bare loops that do the least of it, measured in turns: on a
 * computer that others use too, the two sides of a ratio meet the same luck. Each ratio is the
 * median over the rounds of the ratio within a round.
 */
#include <cstdio>
#include <deque>
#include <functional>

#include "bench/bench.hpp"
#include "bench/experiment.hpp"
#include "bench/frames.hpp"
#include "bench/measure.hpp"
#include "bench/tlb.hpp"
#include "bench/toy.h"

namespace bench {

namespace {

enum { ROUNDS = 7, PASSES = 32 /* Over a stream of hits. */ };

/* One side of a ratio. */
struct subject {
    std::function<bool(outcome *)> measure;
    std::vector<outcome> rounds;
};

enum unit { PER_FAULT, PER_STEP, PER_ACCESS };
enum sense { AT_MOST, AT_LEAST };

struct ratio {
    std::string words;
    const subject *of, *to;
    bench::unit unit;
    bench::sense sense;
    double goal; /* 0: there is none. */
};

double ns(const outcome &o, unit unit)
{
    const u64 count[] = {o.faults, o.steps, o.accesses};
    return o.seconds * 1e9 / double(count[unit]);
}

class table {
public:
    const subject *add(std::function<bool(outcome *)> measure)
    {
        subjects_.push_back({std::move(measure), {}});
        return &subjects_.back();
    }
    const subject *add(const experiment &e)
    {
        return add([e](outcome *o) { return bench::measure(e, o); });
    }
    void compare(const ratio &r)
    {
        ratios_.push_back(r);
    }
    /* Measures all in turns and prints them. */
    void print(std::vector<measured_ratio> *results);

private:
    std::deque<subject> subjects_; /* A subject stays where it is. */
    std::vector<ratio> ratios_;
};

measured_ratio verdict(const std::string &words, double value, double goal, sense sense)
{
    bool ok = sense == AT_MOST ? value <= goal : value >= goal;

    std::printf("%-46s %7.2f  %s %-5g %s\n", words.c_str(), value,
                sense == AT_MOST ? "<=" : ">=", goal, ok ? "ok" : "MISSED");
    return {words, false, value, goal, sense == AT_MOST, ok};
}

measured_ratio failure(const std::string &words, double goal, sense sense)
{
    std::printf("%-46s  failed\n", words.c_str());
    return {words, true, 0, goal, sense == AT_MOST, false};
}

measured_ratio print_one(const ratio &r)
{
    std::vector<double> of, to, quotient;

    if (r.of->rounds.size() != ROUNDS || r.to->rounds.size() != ROUNDS)
        return failure(r.words, r.goal, r.sense);
    for (u32 i = 0; i < ROUNDS; i++) {
        of.push_back(ns(r.of->rounds[i], r.unit));
        to.push_back(ns(r.to->rounds[i], r.unit));
        quotient.push_back(r.sense == AT_MOST ? of[i] / to[i] : to[i] / of[i]);
    }
    std::printf("%9.2f %9.2f  ", median(of), median(to));
    if (r.goal != 0)
        return verdict(r.words, median(quotient), r.goal, r.sense);
    std::printf("%-46s %7.2f\n", r.words.c_str(), median(quotient));
    return {r.words, false, median(quotient), 0, r.sense == AT_MOST, true};
}

void table::print(std::vector<measured_ratio> *results)
{
    for (u32 i = 0; i < ROUNDS; i++)
        for (subject &s : subjects_) {
            outcome o = {};
            if (s.measure(&o))
                s.rounds.push_back(o);
        }
    std::printf("\n  this ns   base ns  %-46s   ratio  goal\n", "ratio of one to the other");
    for (const ratio &r : ratios_)
        results->push_back(print_one(r));
}

bool run_toy(outcome *o)
{
    static toy t;

    toy_init(&t, 1 << 15);
    o->seconds = time_s([] { toy_run(&t); });
    o->faults = t.faults;
    o->steps = t.steps;
    return true;
}

/* The same faults by all carriers, with and without what costs more. */
void add_faults(table *t)
{
    const u64 pages = 1 << 14; /* Of each task; with reclaim half, twice. */
    const std::string reference = reference_yaml(pages);
    const subject *toy = t->add(run_toy);
    const subject *testbed = t->add({reference, carrier::TESTBED, false, 4 * pages});
    const subject *records = t->add({reference, carrier::TESTBED, true, 4 * pages});
    const subject *reclaim = t->add({reclaim_yaml(pages / 2), carrier::TESTBED, false, 4 * pages});
    const subject *conductor = t->add({reference, carrier::CONDUCTOR, false, 4 * pages});
    const subject *modules = t->add({reference, carrier::MODULES, false, 4 * pages});
    const subject *foreign = t->add({reference, carrier::FOREIGN_STORE, false, 4 * pages});

    t->compare({"step of the testbed : of the toy", testbed, toy, PER_STEP, AT_MOST, 2.5});
    t->compare({"fault, testbed : toy", testbed, toy, PER_FAULT, AT_MOST, 6});
    t->compare({"fault with reclaim, write-back : toy", reclaim, toy, PER_FAULT, AT_MOST, 10});
    t->compare({"fault, recorded : not", records, testbed, PER_FAULT, AT_MOST, 1.8});
    t->compare({"speed, conductor : testbed", conductor, testbed, PER_FAULT, AT_LEAST, 0.9});
    t->compare({"speed, modules : testbed", modules, testbed, PER_FAULT, AT_LEAST, 0.25});
    t->compare({"speed, foreign store : testbed", foreign, testbed, PER_FAULT, AT_LEAST, 0.6});
}

/* Hits of the simulated TLB. The run has to make its operations too, so it has no goal. */
void add_hits(table *t, u32 pages, const char *level, double goal)
{
    auto hot = std::make_shared<hot_pages>(pages);
    const std::string words = std::string(" hit : bare tag check, ");
    const subject *tags = t->add([hot](outcome *o) {
        u64 sum = 0;
        o->seconds = time_s([&] {
            for (u32 i = 0; i < PASSES; i++)
                sum += hot->check_tags();
        });
        o->accesses = PASSES * hot->size();
        return sum != 0;
    });
    const subject *cpu = t->add([hot](outcome *o) {
        u64 sum = 0;
        o->seconds = time_s([&] {
            for (u32 i = 0; i < PASSES; i++)
                sum += hot->run_cpu();
        });
        o->accesses = PASSES * hot->size();
        return sum != 0;
    });
    const subject *run = t->add({hot_yaml(pages, 4000000)});

    t->compare({level + words + "cpu_run()", cpu, tags, PER_ACCESS, AT_MOST, goal});
    t->compare({level + words + "whole run", run, tags, PER_ACCESS, AT_MOST, 0});
}

/*
 * Which frame serves an access: with 512 redistributors and with 8. A search that grows with the
 * logarithm takes 10 comparisons and 4; one by one it would be 64 times as much.
 */
void add_dispatch(table *t)
{
    const subject *of[2];
    u32 i = 0;

    for (u32 vcpus : {512, 8}) {
        auto f = std::make_shared<frames>(vcpus);
        of[i++] = t->add([f](outcome *o) {
            u64 sum = 0;
            o->seconds = time_s([&] {
                for (u32 pass = 0; pass < 8 * PASSES; pass++)
                    sum += f->find_all();
            });
            o->accesses = 8 * PASSES * f->size();
            return sum != 0;
        });
    }
    t->compare({"MMIO dispatch, 512 redistributors : 8", of[0], of[1], PER_ACCESS, AT_MOST, 4});
}

/* Decompress and parse only. */
bool parse(const std::string &file, outcome *o)
{
    std::vector<u64> op(CPU_STREAM_LEN - 1);
    err e = {};
    lackey *reader = lackey_open(file.c_str(), &e);
    s64 count = -1;

    if (reader == nullptr) {
        std::fprintf(stderr, "apfsim_bench: %s\n", e.text);
        return false;
    }
    o->seconds = time_s([&] {
        while ((count = lackey_read(reader, op.data(), op.size(), &e)) > 0)
            for (s64 i = 0; i < count; i++)
                o->accesses += OP_KIND(op[size_t(i)]) != OP_FETCH;
    });
    if (count < 0)
        std::fprintf(stderr, "apfsim_bench: %s\n", e.text);
    lackey_close(reader);
    return count == 0;
}

void add_replay(table *t, const std::string &file)
{
    const std::string name = file.substr(file.rfind('/') + 1);
    const subject *read = t->add([file](outcome *o) { return parse(file, o); });
    const subject *replay = t->add({replay_yaml(file)});

    t->compare({"speed, replay : parse, " + name, replay, read, PER_ACCESS, AT_LEAST, 0.7});
}

void print_memory(std::vector<measured_ratio> *results)
{
    outcome o = {};

    std::printf("\n      MiB     pages  %-46s   ratio  goal\n", "part of 32 MiB + 64 B a page");
    if (!measure({reference_yaml(1 << 16), carrier::TESTBED, false, 4 << 16}, &o)) {
        results->push_back(failure("memory", 1, AT_MOST));
        return;
    }
    const double budget = double((32 << 20) + 64 * o.touched_pages);
    const struct {
        const char *words;
        u64 bytes;
    } rows[] = {{"the image, used", o.used_bytes}, {"the process, grown by", o.grown_bytes}};
    for (const auto &row : rows) {
        std::printf("%9.2f %9llu  ", double(row.bytes) / (1 << 20),
                    (unsigned long long)o.touched_pages);
        results->push_back(verdict(row.words, double(row.bytes) / budget, 1, AT_MOST));
    }
}

/* Names of traces are names of files. */
std::string json_text(const std::string &text)
{
    std::string out = "\"";

    for (char c : text)
        out += c == '"' || c == '\\'    ? std::string("\\") + c
               : (unsigned char)c < ' ' ? std::string("?")
                                        : std::string(1, c);
    return out + "\"";
}

} // namespace

bool write_ratios(const std::string &path, const std::vector<measured_ratio> &ratios)
{
    std::FILE *out = std::fopen(path.c_str(), "we");

    if (out == nullptr)
        return false;
    std::fputs("{\n  \"apfsim-ratios\": 1,\n  \"ratios\": [", out);
    for (const measured_ratio &r : ratios) {
        std::fprintf(out, "%s\n    {\"name\": %s, \"value\": ", &r == ratios.data() ? "" : ",",
                     json_text(r.name).c_str());
        r.failed ? (void)std::fputs("null", out) : (void)std::fprintf(out, "%.4f", r.value);
        std::fputs(", \"goal\": ", out);
        r.goal == 0 ? (void)std::fputs("null", out) : (void)std::fprintf(out, "%g", r.goal);
        std::fprintf(out, ", \"direction\": \"%s\"}", r.is_at_most ? "at_most" : "at_least");
    }
    std::fputs("\n  ]\n}\n", out);
    bool good = std::fflush(out) == 0 && !std::ferror(out);
    return std::fclose(out) == 0 && good;
}

std::vector<measured_ratio> print_ratios(const std::vector<std::string> &traces)
{
    table t;

    add_faults(&t);
    add_hits(&t, 32, "L1", 2);
    add_hits(&t, 512, "L2", 30);
    add_dispatch(&t);
    for (const char *name : {"sort", "sqlite"})
        add_replay(&t, std::string(APFSIM_SAMPLES_DIR "/") + name + ".lackey.zst");
    for (const std::string &file : traces)
        add_replay(&t, file);
    std::vector<measured_ratio> results;
    t.print(&results);
    print_memory(&results);
    return results;
}

} // namespace bench
