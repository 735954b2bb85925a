#include "model/results/tests/results_helper.hpp"

static void expect_one_screen(const std::string &text, size_t lines_max = 24)
{
    std::vector<std::string> lines = split(text, '\n');
    EXPECT_LE(lines.size(), lines_max) << text;
    for (const std::string &line : lines) {
        EXPECT_LE(line.size(), 80u) << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
    }
}

struct Screen : Results {
    std::vector<struct results_brief> briefs()
    {
        std::vector<struct results_brief> all(config_spec_count(&c));
        for (u32 i = 0; i < all.size(); i++) {
            run_variant(i);
            results_brief(r, &all[i]);
        }
        return all;
    }
};

static bool has(const std::string &text, const std::string &words)
{
    return text.find(words) != std::string::npos;
}

TEST_F(Screen, ASummaryFitsOneScreenAndNamesWhatMatters)
{
    load();
    for (u32 variant = 0; variant < VARIANT_COUNT; variant++) {
        run_variant(variant);
        std::string text = screen();
        expect_one_screen(text);
        for (const char *words :
             {"neoverse-n1", "seed 1", "then done", "256", "io_wait", "mem:", "calc:", "ended",
              "vCPUs", "host CPUs", "async + sync = total: ", "rests on picks"})
            EXPECT_TRUE(has(text, words)) << words << " is not in\n" << text;
        EXPECT_FALSE(has(text, "BROKEN")) << text;
    }
}

TEST_F(Screen, ManyTasksAndALongNameStillFit)
{
    std::string text = experiment;
    std::string more;
    for (int i = 0; i < 40; i++)
        more += "    - {name: another_task_with_a_long_nam" + std::to_string(10 + i) +
                "x, kind: compute}\n";
    text.insert(text.find("host:"), more);
    load(text, {"stop.at=2ms"});
    run_variant(V4);
    info.config_name = "a/rather/long/path/to/some/experiment/in/a/folder/that/is/far/away.yaml";
    snprintf(r->c.s->end_text, sizeof r->c.s->end_text, "%0200d", 0);
    expect_one_screen(screen());
    EXPECT_TRUE(has(screen(), "40 more tasks"));
}

TEST_F(Screen, ARunWithoutFaultsHasNoHops)
{
    load("apfsim: 1\nguest: {tasks: [{name: calc, kind: compute, instructions: 1000}]}\n");
    run_variant(0);
    expect_one_screen(screen());
    EXPECT_TRUE(has(screen(), "0 = 0 async + 0 sync"));
    EXPECT_TRUE(has(screen(), "1000 instructions"));
}

TEST_F(Screen, ABrokenCheckIsShouted)
{
    load();
    run_variant(SYNC);
    r->c.s->stats.hop[HOP_EXIT].sum++;
    EXPECT_TRUE(has(screen(), "BROKEN"));
}

TEST_F(Screen, TheComparisonSaysWhatItCostAndBought)
{
    load();
    auto all = briefs();
    std::string text = text_of(
        [&](FILE *out) { results_print_comparison(all.data(), (u32)all.size(), out); });
    expect_one_screen(text, 60);
    for (const char *words : {"sync", "v4 cost:", "v4 bought:", "one-ppi cost:", "one-ppi bought:",
                              "calc did ", "x the work per second", "exits per fault"})
        EXPECT_TRUE(has(text, words)) << words << " is not in\n" << text;
}

TEST_F(Screen, ABriefAgreesWithTheMachine)
{
    load();
    run_variant(V4);
    struct results_brief b;
    results_brief(r, &b);
    EXPECT_STREQ(b.variant, "v4");
    EXPECT_EQ(b.time_ps, r->c.s->end_ps);
    EXPECT_EQ(b.faults_total, b.faults_async + b.faults_sync);
    EXPECT_EQ(b.task[0].work, 256u);
    EXPECT_EQ(b.task[0].work, results_task_work(r, 0));
    EXPECT_LE(b.task[0].ended_ps, b.time_ps);
    EXPECT_EQ(b.task[1].ended_ps, TIME_NEVER);
    EXPECT_EQ(b.checksum, transcript->checksum);
    u64 sum_ps = 0;
    for (u64 ps : b.cpu_ps)
        sum_ps += ps;
    EXPECT_EQ(sum_ps, b.time_ps * b.vcpus);
}

/* Made-up runs: each sentence is decided by the numbers alone. */
struct Sentences : ::testing::Test {
    struct results_brief b[6] = {};

    Sentences()
    {
        const char *names[] = {"base", "new", "third", "fourth", "fifth", "sixth"};
        for (int i = 0; i < 6; i++) {
            snprintf(b[i].variant, sizeof b[i].variant, "%s", names[i]);
            b[i].time_ps = PS_PER_S;
            b[i].vcpus = b[i].task_count = 1;
            snprintf(b[i].task[0].name, sizeof b[i].task[0].name, "t");
            b[i].task[0].work = 1000;
            b[i].task[0].ended_ps = TIME_NEVER;
        }
    }
    std::string print(u32 count = 2) const
    {
        return text_of([&](FILE *out) { results_print_comparison(b, count, out); });
    }
};

TEST_F(Sentences, MoreWorkIsBought)
{
    b[1].task[0].work = 2850;
    EXPECT_TRUE(has(print(), "new bought:       t did 2.85x the work per second")) << print();
    EXPECT_TRUE(has(print(), "+185.0 %"));
}

TEST_F(Sentences, LessWorkIsACost)
{
    b[1].task[0].work = 500;
    EXPECT_TRUE(has(print(), "new cost:         t did 0.50x the work per second")) << print();
    EXPECT_TRUE(has(print(), "-50.0 %"));
    EXPECT_TRUE(has(print(), "no task more work"));
}

TEST_F(Sentences, EndsAreComparedBeforeRates)
{
    b[0].task[0].ended_ps = PS_PER_S;
    b[1].task[0].ended_ps = PS_PER_S * 1012 / 1000;
    b[1].time_ps = PS_PER_S * 2;
    EXPECT_TRUE(has(print(), "new cost:         t ended 1.2 % later")) << print();
    b[1].task[0].ended_ps = PS_PER_S * 5;
    EXPECT_TRUE(has(print(), "new cost:         t took 5.0x as long")) << print();
    b[1].task[0].ended_ps = PS_PER_S * 3 / 4;
    EXPECT_TRUE(has(print(), "new bought:       t ended 25.0 % earlier")) << print();
    b[1].task[0].ended_ps = TIME_NEVER;
    EXPECT_TRUE(has(print(), "new cost:         t did not end")) << print();
}

TEST_F(Sentences, StandingStillIsACostIfItGrows)
{
    const std::string words = "25.0 % of vCPU time idle or blocked (base 10.0 %)";
    b[0].cpu_ps[CPU_IDLE] = PS_PER_S / 10;
    b[1].cpu_ps[CPU_IDLE] = PS_PER_S / 5;
    b[1].cpu_ps[CPU_BLOCKED] = PS_PER_S / 20;
    EXPECT_TRUE(has(print(), words + "\nnew bought:")) << print();
    b[0].cpu_ps[CPU_BLOCKED] = PS_PER_S / 2;
    EXPECT_TRUE(has(print(), "25.0 % of vCPU time idle or blocked (base 60.0 %)\n")) << print();
    EXPECT_FALSE(has(print(), "%)\nnew bought:")) << print();
}

TEST_F(Sentences, TimeLostInKernelHostAndQueueIsACost)
{
    b[0].cpu_ps[CPU_USER] = b[1].cpu_ps[CPU_USER] = PS_PER_S / 2;
    b[1].cpu_ps[CPU_KERNEL] = b[1].cpu_ps[CPU_HOST] = b[1].cpu_ps[CPU_WAITING] = PS_PER_S / 20;
    const std::string words = "15.0 % of vCPU time in kernel, host or waiting (base 0.0 %)";
    EXPECT_TRUE(has(print(), words + "\nnew bought:")) << print();
}

TEST_F(Sentences, EqualRunsCostAndBuyNothing)
{
    EXPECT_FALSE(has(print(), "t did")) << print();
    EXPECT_TRUE(has(print(), "         0.0 %\n")) << print();
    EXPECT_TRUE(has(print(), "no task more work"));
}

TEST_F(Sentences, ManyVariantsAreShownInBlocksWithTheFirst)
{
    std::vector<std::string> lines = split(print(6), '\n');
    EXPECT_EQ(lines[0], std::string(34, ' ') + "base" + std::string(11, ' ') + "new" +
                            std::string(9, ' ') + "third" + std::string(8, ' ') + "fourth");
    EXPECT_TRUE(has(print(6), std::string(34, ' ') + "base" + std::string(9, ' ') + "fifth" +
                                  std::string(9, ' ') + "sixth\n"));
    expect_one_screen(print(6), 80);
}

TEST_F(Sentences, OneRunAloneIsATable)
{
    EXPECT_FALSE(has(print(1), "cost"));
    EXPECT_TRUE(has(print(1), "base"));
}
