#include "model/results/tests/results_helper.hpp"

#include "model/results/facts.h"

struct Csv : Results {
    std::vector<std::string> header = split(text_of(results_csv_header), ',');

    std::vector<std::vector<std::string>> rows_of(u32 variant)
    {
        std::vector<std::vector<std::string>> rows;
        std::string text = text_of([&](FILE *out) { run_variant(variant, out); });
        for (const std::string &line : split(text, '\n')) {
            rows.push_back(split(line, ','));
            rows.back().resize(header.size()); /* split() drops an empty last field. */
        }
        return rows;
    }
    size_t column(const std::string &name) const
    {
        return size_t(std::find(header.begin(), header.end(), name) - header.begin());
    }
};

enum { FIRST_HOP = 10 };

TEST_F(Csv, TheHeaderNamesEveryHop)
{
    ASSERT_EQ(header.size(), size_t(FIRST_HOP + HOP_COUNT));
    EXPECT_EQ(header[0], "number");
    EXPECT_EQ(header[FIRST_HOP], hop_info[0].key);
    EXPECT_EQ(header.back(), std::string(hop_info[HOP_COUNT - 1].key) + "\n");
}

TEST_F(Csv, PageHopsOfEachRowSumExactlyToItsLatency)
{
    load();
    for (u32 variant = 0; variant < VARIANT_COUNT; variant++) {
        auto rows = rows_of(variant);
        ASSERT_EQ(rows.size(), r->c.s->stats.closed);
        ASSERT_GE(rows.size(), 256u); /* A cold mebibyte. */
        u64 latencies_ps = 0;
        for (const auto &row : rows) {
            u64 sum_ps = 0;
            for (u32 hop = 0; hop < HOP_COUNT; hop++)
                if (hop_info[hop].chain == CHAIN_PAGE && !row[FIRST_HOP + hop].empty())
                    sum_ps += std::stoull(row[FIRST_HOP + hop]);
            EXPECT_EQ(std::to_string(sum_ps), row[column("latency_ps")]) << "fault " << row[0];
            EXPECT_LE(std::stoull(row[column("pick_ps")]), sum_ps);
            latencies_ps += sum_ps;
        }
        EXPECT_EQ(latencies_ps, r->c.s->stats.page_ps);
    }
}

TEST_F(Csv, RowsSayWhoAndWhy)
{
    load();
    size_t async_count = 0;
    std::set<std::string> numbers;
    for (const auto &row : rows_of(V4)) {
        numbers.insert(row[column("number")]);
        EXPECT_EQ(row[column("vcpu")], "0");
        EXPECT_EQ(row[column("gfn")].substr(0, 2), "0x");
        async_count += row[column("kind")] == "async";
    }
    EXPECT_EQ(numbers.size(), r->c.s->stats.closed);
    EXPECT_EQ(async_count, r->c.s->stats.total_async.count);
    for (const auto &row : rows_of(SYNC))
        EXPECT_EQ(row[column("kind")], "no_apf");
}

TEST_F(Csv, WhatAFaultDidNotMeetIsEmpty)
{
    fault f{};
    f.number = 5;
    f.task = TASK_NONE;
    f.flags = FAULT_COUNTED | FAULT_CANCELLED | FAULT_UNTOLD;
    f.gfn = 0x40001;
    f.last_ps = 30;
    f.start_ps = 10;
    f.visited = 1;
    f.hop_ps[0] = 20;
    f.hop_ps[1] = 99; /* Left from the record's last life. */
    std::string row = text_of([&](FILE *out) { results_csv_row(out, &f); });
    EXPECT_EQ(row, "5,0,,0x40001,0,async,cancelled+untold,10,20,0,20" +
                       std::string(HOP_COUNT - 1, ',') + "\n");
}
