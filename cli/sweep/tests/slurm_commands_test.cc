/* What we say to Slurm and what its answers mean, text by text. */
#include "cli/sweep/slurm_commands.hpp"

#include <gtest/gtest.h>

#include "cli/sweep/process.hpp"
#include "cli/sweep/slurm.hpp"

using namespace cli;
using std::string;

TEST(Process, KeepsBothOutputsAndTheStatus)
{
    const ended_program p = run_program({"sh", "-c", "echo out; echo err >&2; exit 3"});
    EXPECT_TRUE(p.found);
    EXPECT_EQ(p.status, 3);
    EXPECT_EQ(p.out, "out\n");
    EXPECT_EQ(p.err, "err\n");
}

TEST(Process, ReadsMoreThanAPipeHolds)
{
    const ended_program p = run_program({"sh", "-c", "seq 100000; seq 100000 >&2"});
    EXPECT_EQ(p.out.size(), 588895u);
    EXPECT_EQ(p.err, p.out);
}

TEST(Process, HasNoInputAndAGroupOfItsOwn)
{
    EXPECT_EQ(run_program({"sh", "-c", "cat; ps -o pgid= -p $$ | tr -d ' '; echo $$"}).status, 0);
    const string words = run_program({"sh", "-c", "ps -o pgid= -p $$ | tr -d ' '; echo $$"}).out;
    const size_t half = words.size() / 2;
    EXPECT_EQ(words.substr(0, half), words.substr(half)) << "Ctrl-C does not reach it";
}

TEST(Process, TellsASignalAndAProgramThatIsNotThere)
{
    EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
    EXPECT_FALSE(run_program({"apfsim-no-such-program"}).found);
}

TEST(Words, IndexesAreRanges)
{
    EXPECT_EQ(slurm_index_list({1}), "1");
    EXPECT_EQ(slurm_index_list({1, 2}), "1-2");
    EXPECT_EQ(slurm_index_list({1, 3}), "1,3");
    EXPECT_EQ(slurm_index_list({1, 2, 3, 4, 7, 9, 10}), "1-4,7,9-10");
}

TEST(Words, LimitsAreFoundByTheirWholeNames)
{
    const string text = "Configuration data as of 2024-01-01T00:00:00\n"
                        "MaxArraySize            = 1001\n"
                        "OtherMaxJobCount        = 3\n"
                        "MaxJobCount             = 10000\n"
                        "MinJobAge               = 300 sec\n"
                        "MpiParams               = (null)\n";
    EXPECT_EQ(slurm_config_value(text, "MaxArraySize"), 1001u);
    EXPECT_EQ(slurm_config_value(text, "MaxJobCount"), 10000u);
    EXPECT_EQ(slurm_config_value(text, "MinJobAge"), 300u);
    EXPECT_EQ(slurm_config_value(text, "MpiParams"), std::nullopt);
    EXPECT_EQ(slurm_config_value(text, "MaxArray"), std::nullopt);
}

TEST(Words, CpusAreThoseOfThePartition)
{
    const string text = "debug 0/8/0/8\nmain* 3/100/25/128\nold 0/0/4/4\n";
    EXPECT_EQ(slurm_cpus(text, ""), 128u);
    EXPECT_EQ(slurm_cpus(text, "main"), 128u);
    EXPECT_EQ(slurm_cpus(text, "debug"), 8u);
    EXPECT_EQ(slurm_cpus(text, "deb"), 1u) << "none is known";
    EXPECT_EQ(slurm_cpus("", ""), 1u);
}

TEST(Words, ThePartitionIsTheLastOneNamed)
{
    EXPECT_EQ(slurm_partition({}), "");
    EXPECT_EQ(slurm_partition({"--time=1", "--partition=a"}), "a");
    EXPECT_EQ(slurm_partition({"--partition", "a,b"}), "a");
    EXPECT_EQ(slurm_partition({"-p", "a", "-pb"}), "b");
    EXPECT_EQ(slurm_partition({"--partition"}), "");
}

TEST(Words, ElementsAreLinesOfTheQueue)
{
    const std::vector<slurm_element> e = slurm_elements("12|3|PENDING|Resources|tag a|b\n"
                                                        "12|4|RUNNING|None|\n"
                                                        "13|N/A|RUNNING|None|(null)\n"
                                                        "14|5|COMPLETING|None|(null)\n");
    ASSERT_EQ(e.size(), 3u) << "a job without an array is another one's";
    EXPECT_EQ(e[0].job, "12");
    EXPECT_EQ(e[0].index, 3u);
    EXPECT_TRUE(e[0].is_waiting);
    EXPECT_EQ(e[0].reason, "Resources");
    EXPECT_EQ(e[0].tag, "tag a|b");
    EXPECT_EQ(e[1].index, 4u);
    EXPECT_FALSE(e[1].is_waiting);
    EXPECT_FALSE(e[2].is_waiting) << "it is about to end, and has not ended yet";
}

TEST(Words, ComplaintsAreOneSentence)
{
    EXPECT_EQ(slurm_words("sbatch: error: invalid partition specified: x\n"
                          "sbatch: error: Batch job submission failed: Invalid partition\n"),
              "invalid partition specified: x; Batch job submission failed: Invalid partition");
    EXPECT_EQ(slurm_words("slurm_load_jobs error: Invalid job id specified\n"),
              "Invalid job id specified");
    EXPECT_EQ(slurm_words("\n"), "nothing");
}

TEST(Tasks, AreFourForEachCpuWithinAllLimits)
{
    const u64 second = 1000000000;
    const struct {
        slurm_limits limits;
        u32 jobs, groups;
        u64 runs, run_ns;
        u32 count;
    } cases[] = {
        {{1000, 10000, 8}, 1, 500, 5000, 0, 32},            /* 4 x CPUs */
        {{1000, 10000, 8}, 4, 500, 5000, 0, 8},             /* of 4 CPUs each */
        {{1000, 10000, 8}, 64, 500, 5000, 0, 1},            /* larger than the partition */
        {{1000, 10000, 8}, 1, 31, 5000, 0, 31},             /* a group is one task's */
        {{20, 10000, 8}, 1, 500, 5000, 0, 20},              /* MaxArraySize */
        {{1000, 40, 8}, 1, 500, 5000, 0, 20},               /* half of MaxJobCount */
        {{1000, 1, 8}, 1, 500, 5000, 0, 1},                 /* never none */
        {{1000, 10000, 8}, 1, 500, 5000, second / 100, 1},  /* 50 s of work in all */
        {{1000, 10000, 8}, 1, 500, 6000, second / 100, 2},  /* 60 s */
        {{1000, 10000, 8}, 2, 500, 6000, second / 100, 1},  /* 30 s on both CPUs */
        {{1000, 10000, 8}, 1, 500, 5000, second, 32},       /* enough for all */
        {{1000, 10000, 8}, 1, 500, 1, 1, 1},                /* hardly anything */
    };

    for (const auto &c : cases) {
        slurm_options o;
        o.jobs = c.jobs;
        EXPECT_EQ(slurm_task_count(c.limits, o, c.groups, c.runs, c.run_ns), c.count)
            << "case " << &c - cases;
    }
}

TEST(Tasks, AreAsManyAsTheUserSaysIfTheClusterAllows)
{
    const slurm_limits limits = {1000, 10000, 8};
    slurm_options o;

    o.tasks = 1000;
    EXPECT_EQ(slurm_task_count(limits, o, 5000, 5000, 1), 1000u);
    EXPECT_EQ(slurm_task_count(limits, o, 7, 5000, 1), 7u);
    o.tasks = 1001;
    try {
        slurm_task_count(limits, o, 5000, 5000, 1);
        FAIL() << "no complaint";
    } catch (const failure &f) {
        EXPECT_STREQ(f.what(), "--tasks: found 1001, expected at most 1000 (this cluster's "
                               "MaxArraySize)");
        EXPECT_EQ(f.status, ERR_USAGE);
    }
}

TEST(Script, QuotesWhatAShellWouldTakeApart)
{
    slurm_options o;
    o.sweep = "my $sweep.yaml";
    o.set = {"guest.tasks.a.file=it's here", "seed=2"};
    EXPECT_EQ(slurm_script("/opt/a b/apfsim", "/home/it's", o, "/r.db.shards", 8),
              "#!/bin/sh\n"
              "# One task of a sweep; apfsim has written this, and submits it.\n"
              "cd '/home/it'\\''s' || exit 4\n"
              "exec '/opt/a b/apfsim' sweep run \\\n"
              "    --shard \"$SLURM_ARRAY_TASK_ID/8\" --jobs \"$SLURM_CPUS_PER_TASK\" \\\n"
              "    --out '/r.db.shards'/\"$SLURM_ARRAY_TASK_ID-of-8.db\" \\\n"
              "    --set 'guest.tasks.a.file=it'\\''s here' \\\n"
              "    --set 'seed=2' \\\n"
              "    --quiet -- 'my $sweep.yaml'\n");
}
