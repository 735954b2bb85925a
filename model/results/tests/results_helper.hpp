/* Small experiments, run to their end by the testbed, and what the reports say about them. */
#ifndef MODEL_RESULTS_TESTS_RESULTS_HELPER_HPP
#define MODEL_RESULTS_TESTS_RESULTS_HELPER_HPP

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "model/model.h"

/* A task whose pages are in the store, beside one that only computes. */
static const char experiment[] = "apfsim: 1\n"
                                 "guest:\n"
                                 "  memory: 16MiB\n"
                                 "  tasks:\n"
                                 "    - {name: mem, kind: write-all, footprint: 1MiB,\n"
                                 "       stride: 4KiB, placement: cold}\n"
                                 "    - {name: calc, kind: compute}\n"
                                 "host: {memory_limit: 8MiB}\n"
                                 "store: {read: {latency: fixed, value: 50us}}\n"
                                 "protocol: {variant: [sync, v4, one-ppi]}\n"
                                 "stop: {when: mem}\n";

enum { SYNC, V4, ONE_PPI, VARIANT_COUNT };

/* What `write` puts into a stream. */
inline std::string text_of(const std::function<void(FILE *)> &write)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    write(out);
    fclose(out);
    std::string copy(text, size);
    free(text);
    return copy;
}

inline std::vector<std::string> split(const std::string &text, char at)
{
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);)
        parts.push_back(part);
    return parts;
}

struct Results : ::testing::Test {
    std::filesystem::path folder;
    config c{};
    std::unique_ptr<struct log> transcript = std::make_unique<struct log>();
    struct run *r = nullptr;
    results_info info{0xfeedull, "9.9.9", "testbed", "x.yaml", 1000};

    Results()
    {
        std::string name = (std::filesystem::temp_directory_path() / "apfsim-XXXXXX").string();
        folder = mkdtemp(name.data());
        setenv("APFSIM_DATA", APFSIM_SOURCE_DIR "/configs", 1);
    }
    ~Results() override
    {
        run_free(r);
        config_free(&c);
        std::filesystem::remove_all(folder);
    }

    void load(const std::string &text = experiment, const std::vector<const char *> &set = {})
    {
        err e{};
        std::string path = (folder / "x.yaml").string();
        std::ofstream(path) << text;
        config_free(&c);
        ASSERT_TRUE(config_load(&c, path.c_str(), set.data(), set.size(), &e)) << e.text;
    }

    /* Run this variant of the experiment; closed faults go to rows, if given. */
    void run_variant(u32 index, FILE *rows = nullptr)
    {
        run_free(r);
        log_init(transcript.get());
        transcript->flush = nullptr;
        r = run_new(config_spec(&c, index), nullptr, transcript.get());
        ASSERT_NE(r, nullptr);
        r->c.fault_sink = rows != nullptr ? results_csv_row : nullptr;
        r->c.fault_sink_arg = rows;
        run_until(r, TIME_NEVER);
        ASSERT_TRUE(run_is_over(r));
        run_finish(r);
    }

    std::string json() const
    {
        return text_of([&](FILE *out) { EXPECT_TRUE(results_write_json(r, &info, out)); });
    }
    std::string screen() const
    {
        return text_of([&](FILE *out) { results_print_summary(r, &info, out); });
    }
};

#endif
