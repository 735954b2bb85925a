#include "model/results/tests/json_reader.hpp"
#include "model/results/tests/results_helper.hpp"

#include <regex>
#include <set>

/* A path as the document writes it: dots, and names in angle brackets where they vary. */
static std::string documented(std::string path)
{
    static const std::pair<const char *, const char *> patterns[] = {
        {"^tasks/[^/]+/", "tasks/<name>/"},     {"^hops/[^/]+/", "hops/<hop>/"},
        {"^cpu/[^/]+/", "cpu/<cpu>/"},          {"^faults/sync/[^/]+$", "faults/sync/<reason>"},
        {"^latency/[^/]+/", "latency/<which>/"}, {"^conservation/[^/]+/", "conservation/<check>/"},
    };
    for (const auto &p : patterns)
        path = std::regex_replace(path, std::regex(p.first), p.second);
    std::replace(path.begin(), path.end(), '/', '.');
    return path;
}

static std::string document()
{
    std::ifstream in(APFSIM_SOURCE_DIR "/docs/results.md");
    EXPECT_TRUE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Summary : Results {};

TEST_F(Summary, HasTheKeysThatToolsRelyOn)
{
    load();
    run_variant(V4);
    json_reader j(json());
    EXPECT_EQ(j.number("format"), 1u);
    EXPECT_EQ(j.text("version"), "9.9.9");
    EXPECT_EQ(j.text("variant"), "v4");
    EXPECT_EQ(j.text("config_hash"), "0x000000000000feed");
    EXPECT_EQ(j.number("seed"), 1u);
    EXPECT_EQ(j.text("end"), "done");
    EXPECT_EQ(j.number("time_ps"), r->c.s->end_ps);
    EXPECT_EQ(j.number("lines"), transcript->count);
    EXPECT_EQ(j.text("checksum").size(), 18u);
    EXPECT_EQ(j.number("tasks/mem/work"), 256u);
    EXPECT_EQ(j.text("tasks/mem/work_unit"), "accesses");
    EXPECT_EQ(j.text("tasks/calc/work_unit"), "instructions");
    EXPECT_EQ(j.raw("tasks/calc/ended_ps"), "null");
    EXPECT_GT(j.number("cpu/vcpu0/user_ps"), 0u);
    EXPECT_GT(j.number("cpu/host1/idle_ps"), 0u);
    EXPECT_GT(j.number("hops/io_wait/p50_ps"), 0u);
    EXPECT_EQ(j.text("hops/io_wait/chain"), "page");
    EXPECT_EQ(j.text("hops/g.ctx_hvc/chain"), "guest");
    EXPECT_GT(j.number("overhead/exits"), 0u);
    EXPECT_EQ(j.text("host_time/carrier"), "testbed");
    EXPECT_EQ(j.number("host_time/run_ns"), 1000u);
}

TEST_F(Summary, FaultsAndTimesAreConserved)
{
    load();
    for (u32 variant = 0; variant < VARIANT_COUNT; variant++) {
        run_variant(variant);
        json_reader j(json());
        EXPECT_GE(j.number("faults/total"), 256u);
        EXPECT_EQ(j.number("faults/total"), j.number("faults/async") + j.sum("faults/sync/"));
        EXPECT_EQ(j.number("faults/total"), j.number("faults/closed") + j.number("faults/cut"));
        EXPECT_EQ(j.number("faults/closed"), j.number("latency/all/count"));
        EXPECT_EQ(j.number("picks/page_chain_ps"), j.number("latency/all/sum_ps"));
        for (const char *cpu : {"vcpu0", "host0", "host1"})
            EXPECT_EQ(j.sum(std::string("cpu/") + cpu + "/"), j.number("time_ps")) << cpu;
        for (const auto &leaf : j.leaf) {
            bool is_check = leaf.first.find("/holds") != std::string::npos;
            EXPECT_TRUE(!is_check || leaf.second == "true") << leaf.first;
        }
    }
}

TEST_F(Summary, WhatNeverHappenedHasNoPercentile)
{
    load();
    run_variant(SYNC);
    json_reader j(json());
    EXPECT_EQ(j.number("hops/mbox_pnp/count"), 0u);
    EXPECT_EQ(j.number("hops/mbox_pnp/sum_ps"), 0u);
    EXPECT_EQ(j.raw("hops/mbox_pnp/p50_ps"), "null");
    EXPECT_EQ(j.raw("latency/guest/min_ps"), "null");
    EXPECT_EQ(j.number("faults/sync/no_apf"), j.number("faults/total"));
}

TEST_F(Summary, TheSameExperimentGivesTheSameBytes)
{
    load();
    run_variant(V4);
    std::string first = json();
    run_variant(V4);
    EXPECT_EQ(first, json());
    info.host_ns = 5;
    info.carrier = "conductor";
    json_reader a(first), b(json());
    for (const auto &leaf : a.leaf) {
        bool may_differ = leaf.first.compare(0, 10, "host_time/") == 0;
        EXPECT_TRUE(may_differ || leaf.second == b.raw(leaf.first)) << leaf.first;
    }
}

TEST_F(Summary, AllVariantsHaveTheSameKeys)
{
    load();
    std::set<std::string> keys[VARIANT_COUNT];
    for (u32 variant = 0; variant < VARIANT_COUNT; variant++) {
        run_variant(variant);
        for (const auto &leaf : json_reader(json()).leaf)
            keys[variant].insert(leaf.first);
    }
    EXPECT_EQ(keys[SYNC], keys[V4]);
    EXPECT_EQ(keys[SYNC], keys[ONE_PPI]);
}

TEST_F(Summary, TheDocumentHasEveryKeyAndNoOther)
{
    load();
    run_variant(V4);
    const std::string text = document();
    std::set<std::string> written;
    for (const auto &leaf : json_reader(json()).leaf) {
        written.insert(documented(leaf.first));
        EXPECT_NE(text.find("| `" + documented(leaf.first) + "` |"), std::string::npos)
            << documented(leaf.first) << " is not in docs/results.md";
    }
    for (const auto &hop : hop_info)
        EXPECT_NE(text.find(std::string("`") + hop.key + "`"), std::string::npos) << hop.key;
    for (u32 kind = 1; kind < FAULT_KIND_COUNT; kind++)
        EXPECT_NE(text.find(std::string("| `") + fault_kind_name[kind] + "` |"),
                  std::string::npos);
    const std::regex row("\n\\| `([^`]+)` \\|");
    for (std::sregex_iterator i(text.begin(), text.end(), row), end; i != end; ++i)
        EXPECT_EQ(written.count((*i)[1]), 1u) << (*i)[1] << " is in docs/results.md only";
}

TEST_F(Summary, TheTraceHeaderNamesActorsTypesAndHops)
{
    load();
    run_variant(V4);
    size_t size = 0;
    char *raw = results_trace_header(r, &info, &size);
    ASSERT_NE(raw, nullptr);
    std::string text(raw, size);
    free(raw);
    for (const char *line :
         {"transcript 1\n", "\nversion 9.9.9\n", "\nconfig_hash 0x000000000000feed\n",
          "\nseed 1\n", "\nvariant v4\n", "\nprofile neoverse-n1\n", "\ntask 1 calc\n",
          "\nactor 0 vcpu0\n", " store\n", "\ntype 0 message run\n", "\nhop 0 page s2_fault\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
    std::string phase = "\ntype " + std::to_string(MSG_KIND_COUNT) + " phase walk\n";
    EXPECT_NE(text.find(phase), std::string::npos);
    size_t count = 0;
    for (const std::string &line : split(text, '\n'))
        count += line.compare(0, 6, "actor ") == 0;
    EXPECT_EQ(count, r->c.s->actor_count);
}

static void keep_number(void *map, const char *key, u64 value)
{
    auto &all = *static_cast<std::map<std::string, u64> *>(map);

    EXPECT_TRUE(all.emplace(key, value).second) << key << " comes twice";
}

/* Programs get what stands in the file: not a number more, none less. */
TEST_F(Summary, NumbersOneByOneAreThoseOfTheFile)
{
    std::map<std::string, u64> numbers;

    load();
    run_variant(V4);
    json_reader j(json());
    results_each_metric(r, keep_number, &numbers);
    for (const char *identity : {"format", "seed", "vcpus", "host_cpus"})
        EXPECT_EQ(numbers.count(identity), 0u) << identity;
    for (const auto &[path, raw] : j.leaf) {
        std::string key = path;
        std::replace(key.begin(), key.end(), '/', '.');
        const bool is_identity = key == "format" || key == "seed" || key == "vcpus" ||
                                 key == "host_cpus" || key.compare(0, 10, "host_time.") == 0;
        const std::string value = raw == "true" ? "1" : raw == "false" ? "0" : raw;
        if (is_identity || value.find_first_not_of("0123456789") != std::string::npos)
            continue;
        EXPECT_EQ(numbers.count(key), 1u) << key;
        EXPECT_EQ(std::to_string(numbers[key]), value) << key;
        numbers.erase(key);
    }
    EXPECT_TRUE(numbers.empty()) << numbers.begin()->first;
}

static void keep_hist(void *map, const char *key, const hist *h)
{
    (*static_cast<std::map<std::string, hist> *>(map))[key] = *h;
}

TEST_F(Summary, HistogramsOneByOneHaveTheSumsOfTheFile)
{
    std::map<std::string, hist> hists;

    load();
    run_variant(V4);
    json_reader j(json());
    results_each_hist(r, keep_hist, &hists);
    EXPECT_GT(hists.size(), 10u);
    EXPECT_EQ(hists.count("latency.sync"), 0u) << "nothing was measured";
    for (const auto &[key, h] : hists) {
        const size_t dot = key.find('.');
        const std::string path = key.substr(0, dot) + "/" + key.substr(dot + 1);
        EXPECT_EQ(j.number(path + "/count"), h.count) << key;
        EXPECT_EQ(j.number(path + "/sum_ps"), h.sum) << key;
    }
}
