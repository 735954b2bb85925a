/* apfsim_bench: what the simulator costs this computer. docs/bench.md says how to read it. */
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "bench/bench.hpp"

namespace {

const char usage[] =
    "Usage: apfsim_bench [--ratios] [--gate] [--json FILE] [--benchmark_...] [TRACE...]\n"
    "       apfsim_bench --repeat OPERATION COUNT\n\n"
    "Prints what single operations take, then ratios with their goals.\n\n"
    "  --ratios         only the ratios\n"
    "  --gate           exit status 1 if a goal is missed\n"
    "  --json FILE      write the ratios into this file, for apfsim compare --host\n"
    "  --repeat         do one operation (tlb_hit_l1, tlb_hit_l2, walk_nested_48_40) COUNT times\n"
    "                   and nothing else, for tools that count instructions\n"
    "  --benchmark_...  options of Google Benchmark, such as --benchmark_filter=tlb\n"
    "  TRACE            traces of valgrind lackey to replay besides the samples; the environment\n"
    "                   variable APFSIM_BENCH_TRACE may name one, too\n";

struct options {
    bool ratios_only = false, gate = false;
    std::string json; /* "": none. */
    std::vector<std::string> traces;
};

/* What Google Benchmark has left. False: that is not how to call it. */
bool parse(int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i++) {
        if (std::strcmp(argv[i], "--ratios") == 0)
            o->ratios_only = true;
        else if (std::strcmp(argv[i], "--gate") == 0)
            o->gate = true;
        else if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
            o->json = argv[++i];
        else if (argv[i][0] == '-')
            return false;
        else
            o->traces.push_back(argv[i]);
    }
    if (const char *trace = std::getenv("APFSIM_BENCH_TRACE"))
        o->traces.push_back(trace);
    for (std::string &trace : o->traces) {
        trace = std::filesystem::absolute(trace).string();
        if (!std::ifstream(trace).good()) {
            std::fprintf(stderr, "apfsim_bench: cannot read %s\n", trace.c_str());
            return false;
        }
    }
    return true;
}

void print_usage()
{
    std::fputs(usage, stdout);
}

} // namespace

int main(int argc, char **argv)
{
    /* Short by default; the user's own options come later and win. */
    char min_time[] = "--benchmark_min_time=0.1";
    std::vector<char *> arguments = {argv[0], min_time};
    options o;

    arguments.insert(arguments.end(), argv + 1, argv + argc);
    if (argc > 1 && std::strcmp(argv[1], "--repeat") == 0) {
        if (argc == 4 && bench::repeat(argv[2], std::strtoul(argv[3], nullptr, 10)))
            return 0;
        std::fprintf(stderr, "%s", usage);
        return 2;
    }
    argc = int(arguments.size());
    benchmark::Initialize(&argc, arguments.data(), print_usage);
    if (!parse(argc, arguments.data(), &o)) {
        std::fprintf(stderr, "%s", usage);
        return 2;
    }
    if (!o.ratios_only) {
        bench::register_micro();
        benchmark::RunSpecifiedBenchmarks();
    }
    const std::vector<bench::measured_ratio> ratios = bench::print_ratios(o.traces);
    if (!o.json.empty() && !bench::write_ratios(o.json, ratios)) {
        std::fprintf(stderr, "apfsim_bench: cannot write %s\n", o.json.c_str());
        return 4;
    }
    bool missed = std::any_of(ratios.begin(), ratios.end(),
                              [](const bench::measured_ratio &r) { return !r.ok; });
    return o.gate && missed ? 1 : 0;
}
