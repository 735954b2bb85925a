#include "model/config/tests/config_helper.h"
#include "model/variant.h"

static const char *const whole_experiment =
    "apfsim: 1\n"
    "seed: 7\n"
    "machine: {profile: thunderx2, host_cpus: 4}\n"
    "guest:\n"
    "  vcpus: 2\n"
    "  memory: 512MiB\n"
    "  va_bits: 48\n"
    "  idle: poll\n"
    "  kpti: true\n"
    "  nohz_idle: false\n"
    "  tick: 1ms\n"
    "  tasks:\n"
    "    - {name: mem, kind: write-all, passes: 3, footprint: 64MiB, think: 5ns}\n"
    "    - {name: t, kind: touch, vcpu: 1, pattern: zipf, zipf_theta: 1.2,\n"
    "       accesses: 100, write: 30%, footprint: 1MiB, placement: cold}\n"
    "    - {name: calc, kind: compute, instructions: 1000}\n"
    "host: {memory_limit: 64MiB, workers: 3}\n"
    "store:\n"
    "  channels: 2\n"
    "  queue_depth: 5\n"
    "  transfer: 3us\n"
    "  read: {latency: fixed, value: 90us}\n"
    "protocol: {variant: v4, ppi: 19, slots: 16, sdei_event: 0x40400000}\n"
    "stop: {when: mem, at: 1.5s}\n";

TEST_F(Config, OneSmallFileIsAWholeExperiment)
{
    ASSERT_TRUE(load(whole_experiment)) << e.text;
    const spec &s = loaded();
    EXPECT_EQ(config_spec_count(&c), 1u);
    EXPECT_EQ(s.seed, 7u);
    EXPECT_STREQ(s.profile, "thunderx2");
    EXPECT_EQ(s.clock_hz, 2000000000u);
    EXPECT_EQ(s.host_cpus, 4u);
    EXPECT_EQ(s.vcpus, 2u);
    EXPECT_EQ(s.memory_bytes, 512u << 20);
    EXPECT_EQ(s.va_bits, 48u);
    EXPECT_EQ(s.idle, IDLE_POLL);
    EXPECT_EQ(s.kpti, 1);
    EXPECT_EQ(s.nohz_idle, 0);
    EXPECT_EQ(s.tick_ps, PS_PER_MS);
    ASSERT_EQ(s.task_count, 3u);
    EXPECT_STREQ(s.task[0].name, "mem");
    EXPECT_EQ(s.task[0].kind, TASK_WRITE_ALL);
    EXPECT_EQ(s.task[0].passes, 3u);
    EXPECT_EQ(s.task[0].footprint_bytes, 64u << 20);
    EXPECT_EQ(s.task[0].stride_bytes, 64u);
    EXPECT_EQ(s.task[0].think_ps, 5000u);
    EXPECT_EQ(s.task[0].placement, PLACE_FRESH);
    EXPECT_EQ(s.task[1].kind, TASK_TOUCH);
    EXPECT_EQ(s.task[1].vcpu, 1u);
    EXPECT_EQ(s.task[1].pattern, PATTERN_ZIPF);
    EXPECT_EQ(s.task[1].zipf_theta_milli, 1200u);
    EXPECT_EQ(s.task[1].accesses, 100u);
    EXPECT_EQ(s.task[1].write_percent, 30u);
    EXPECT_EQ(s.task[1].placement, PLACE_COLD);
    EXPECT_EQ(s.task[1].stride_bytes, 0u); /* Not for zipf. */
    EXPECT_EQ(s.task[2].instructions, 1000u);
    EXPECT_EQ(s.task[2].footprint_bytes, 0u);
    EXPECT_EQ(s.memory_limit_bytes, 64u << 20);
    EXPECT_EQ(s.workers_per_cpu, 3u);
    EXPECT_EQ(s.store.channels, 2u);
    EXPECT_EQ(s.store.queue_depth, 5u);
    EXPECT_EQ(s.store.transfer_ps, 3 * PS_PER_US);
    EXPECT_EQ(dist_value(&s.store.read, 1ull << 63), 90 * PS_PER_US);
    EXPECT_EQ(dist_value(&s.store.write, 0), 90 * PS_PER_US); /* As read. */
    EXPECT_EQ(s.variant, variant_find("v4"));
    EXPECT_STREQ(s.variant_name, "v4");
    EXPECT_EQ(s.source.id, 19u);
    EXPECT_EQ(s.slots, 16u);
    EXPECT_EQ(s.sdei_event, 0x40400000u);
    EXPECT_EQ(s.stop_task, 0u);
    EXPECT_EQ(s.stop_at_ps, 3 * PS_PER_S / 2);
}

TEST_F(Config, DefaultsAreThoseOfTheTable)
{
    ASSERT_TRUE(load(minimal)) << e.text;
    const spec &s = loaded();
    EXPECT_EQ(s.seed, 1u);
    EXPECT_STREQ(s.profile, "neoverse-n1");
    EXPECT_EQ(s.memory_bytes, 1u << 30);
    EXPECT_EQ(s.task[0].footprint_bytes, 3u << 28); /* 3/4 of it. */
    EXPECT_EQ(s.memory_limit_bytes, 0u);
    EXPECT_EQ(s.stop_at_ps, TIME_NEVER);
    EXPECT_EQ(s.stop_task, UINT32_MAX);
    EXPECT_EQ(s.sched_latency_ps, 6 * PS_PER_MS);
    EXPECT_EQ(s.host_wakeup_granularity_ps, 4 * PS_PER_MS);
    EXPECT_EQ(s.sdei_event, 0x40400001u);
    EXPECT_STREQ(s.variant_name, "v4");
}

TEST_F(Config, AListOfVariantsIsOneSpecEach)
{
    ASSERT_TRUE(load(std::string(minimal) + "protocol: {variant: [sync, v4, one-ppi]}\n"))
        << e.text;
    ASSERT_EQ(config_spec_count(&c), 3u);
    EXPECT_STREQ(loaded(0).variant_name, "sync");
    EXPECT_STREQ(loaded(1).variant_name, "v4");
    EXPECT_STREQ(loaded(2).variant_name, "one-ppi");
    for (u32 i = 0; i < 3; i++) {
        EXPECT_EQ(loaded(i).variant, variant_find(loaded(i).variant_name));
        auto same = std::make_unique<spec>(loaded(i)); /* Else they are equal. */
        same->variant = loaded(0).variant;
        memcpy(same->variant_name, loaded(0).variant_name, SPEC_NAME_MAX);
        EXPECT_EQ(memcmp(same.get(), &loaded(0), sizeof(spec)), 0);
    }
    EXPECT_NE(config_hash(&c, 0), config_hash(&c, 1));
}

TEST_F(Config, TasksMayBeAMapping)
{
    ASSERT_TRUE(load("apfsim: 1\n"
                     "guest:\n"
                     "  tasks:\n"
                     "    mem: {kind: write-all}\n"
                     "    calc: {kind: compute}\n"))
        << e.text;
    ASSERT_EQ(loaded().task_count, 2u);
    EXPECT_STREQ(loaded().task[1].name, "calc");
}

TEST_F(Config, TheLargestMachineLoads)
{
    std::string text = "apfsim: 1\nmachine: {host_cpus: 64}\nguest:\n  vcpus: 64\n  tasks:\n";
    for (int i = 0; i < 64; i++)
        text += "    - {name: t" + std::to_string(i) + ", kind: compute, instructions: 1, vcpu: "
              + std::to_string(i) + "}\n";
    ASSERT_TRUE(load(text)) << e.text;
    EXPECT_EQ(loaded().task[63].vcpu, 63u);
    EXPECT_EQ(sentence(text + "    - {name: more, kind: compute}\n"),
              "x.yaml:70:7: guest.tasks: more than 64 tasks");
}

TEST_F(Config, WriteLatencyIsLaidOverThatOfRead)
{
    ASSERT_TRUE(load(std::string(minimal) + "store:\n"
                                            "  write: {value: 20us}\n"
                                            "  read: {latency: fixed, value: 90us}\n"))
        << e.text;
    EXPECT_EQ(dist_value(&loaded().store.read, 5), 90 * PS_PER_US);
    EXPECT_EQ(dist_value(&loaded().store.write, 5), 20 * PS_PER_US);
    ASSERT_TRUE(load(std::string(minimal) + "store:\n"
                                            "  read: {latency: fixed, value: 90us}\n"
                                            "  write: {latency: lognormal, max: 3ms}\n"))
        << e.text;
    EXPECT_EQ(loaded().store.write.tail[DIST_TAIL], 3 * PS_PER_MS);
}

/* --- --set --- */

TEST_F(Config, OptionsLieOverTheFile)
{
    ASSERT_TRUE(load(minimal, {"guest.vcpus=2", "guest.tasks.mem.passes=9", "seed=5", "seed=6",
                               "protocol.variant=[sync, v4]", "store.read={latency: fixed}",
                               "costs.kvm.exit=250ns", "host.memory_limit=1MiB",
                               "costs.kvm.enter={value: 90cyc, source: a paper}"}))
        << e.text;
    EXPECT_EQ(loaded().vcpus, 2u);
    EXPECT_EQ(loaded().task[0].passes, 9u);
    EXPECT_EQ(loaded().seed, 6u); /* The last one counts. */
    EXPECT_EQ(config_spec_count(&c), 2u);
    EXPECT_EQ(loaded().store.read.body[0], 100 * PS_PER_US);
    EXPECT_EQ(loaded().cost[COST_EXIT].ps, 250000u);
    EXPECT_TRUE(loaded().cost[COST_EXIT].is_pick);
    EXPECT_STREQ(loaded().cost[COST_EXIT].source, "pick: given by a setting");
    EXPECT_EQ(loaded().cost[COST_ENTER].ps, 30000u);
    EXPECT_FALSE(loaded().cost[COST_ENTER].is_pick);
    EXPECT_EQ(loaded().memory_limit_bytes, 1u << 20);
}

TEST_F(Config, ErrorsOfOptionsNameTheOption)
{
    EXPECT_EQ(sentence(minimal, {"guest.vcpus=zero"}),
              "--set guest.vcpus=zero: guest.vcpus: found \"zero\", not a number, expected a whole "
              "number such as 1");
    EXPECT_EQ(sentence(minimal, {"guest.vcpu=2"}),
              "--set guest.vcpu=2: unknown key \"vcpu\" in guest; did you mean \"vcpus\"?");
    EXPECT_EQ(sentence(minimal, {"guest.tasks.foo.passes=2"}),
              "--set guest.tasks.foo.passes=2: the list has no item with the name foo");
    EXPECT_EQ(sentence(minimal, {"apfsim.x=2"}),
              "--set apfsim.x=2: a single value has no key x");
    EXPECT_EQ(sentence(minimal, {"guest..vcpus=2"}),
              "--set guest..vcpus=2: a key is empty in the path of guest..vcpus=2");
    EXPECT_EQ(sentence(minimal, {"guest.vcpus"}),
              "--set guest.vcpus: expected key.path=value, such as guest.vcpus=2");
    EXPECT_EQ(sentence(minimal, {"=2"}),
              "--set =2: expected key.path=value, such as guest.vcpus=2");
    EXPECT_EQ(sentence(minimal, {"guest.vcpus="}),
              "--set guest.vcpus=: nothing stands after the equals sign");
    EXPECT_EQ(sentence(minimal, {"guest.vcpus=[1"}),
              "--set guest.vcpus=[1: not valid YAML: flow sequence without a closing bracket");
    EXPECT_EQ(sentence(minimal, {"costs.kvm.exti=1ns"}),
              "--set costs.kvm.exti=1ns: unknown cost \"kvm.exti\"; did you mean \"kvm.exit\"?");
    EXPECT_EQ(sentence(minimal, {"guest.tasks.mem.vcpu=1"}),
              "--set guest.tasks.mem.vcpu=1: task mem runs on vCPU 1, but the guest has 1 (counted "
              "from 0)");
}

/* --- origins and the resolved configuration --- */

static bool has_line(const std::string &text, const std::string &line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_F(Config, EveryValueTellsItsOrigin)
{
    ASSERT_TRUE(load(minimal, {"guest.vcpus=2"})) << e.text;
    const std::string text = resolved();
    EXPECT_TRUE(has_line(text, "apfsim: 1  # x.yaml:1"));
    EXPECT_TRUE(has_line(text, "seed: 1  # default"));
    EXPECT_TRUE(has_line(text, "  clock: 3GHz  # profile neoverse-n1"));
    EXPECT_TRUE(has_line(text, "  vcpus: 2  # --set"));
    EXPECT_TRUE(has_line(text, "    - name: \"mem\"  # x.yaml:4"));
    EXPECT_TRUE(has_line(text, "      footprint: 768MiB  # default"));
    EXPECT_TRUE(has_line(text, "  sdei_event: 0x40400001  # default"));
    EXPECT_NE(text.find("  kvm.exit: {value: 120ns, source: \"pick: "), std::string::npos);
}

TEST_F(Config, TheResolvedFileGivesTheSameSpec)
{
    write("n.trace", "I  1000,4\n");
    std::filesystem::copy_file(data_path("samples/fio-randread-qd1.json"), folder / "fio.json");
    ASSERT_TRUE(load("apfsim: 1\n"
                     "machine: {profile: thunderx2}\n"
                     "guest:\n"
                     "  vcpus: 2\n"
                     "  tasks:\n"
                     "    - {name: t, kind: trace, file: n.trace, passes: 2}\n"
                     "    - {name: \"1\", kind: touch, pattern: zipf, accesses: 10,"
                     " footprint: 4KiB}\n"
                     "    - {name: s, kind: touch, stride: 96B, accesses: 10, footprint: 8KiB}\n"
                     "host: {memory_limit: 64KiB}\n"
                     "store:\n"
                     "  read: {latency: fio, file: fio.json}\n"
                     "  write: {latency: lognormal, median: 3.5ms, sigma: 0.125}\n"
                     "protocol: {variant: [sync, v4, one-ppi]}\n"
                     "stop: {when: \"1\", at: 2s}\n",
                     {"costs.apf.gate=77.5ns"}))
        << e.text;
    for (u32 i = 0; i < 3; i++) {
        config again{};
        std::filesystem::create_directories(folder / "elsewhere");
        write("elsewhere/resolved.yaml", resolved(i));
        ASSERT_TRUE(config_load(&again, path("elsewhere/resolved.yaml").c_str(), nullptr, 0, &e))
            << e.text;
        EXPECT_EQ(config_spec_count(&again), 1u);
        EXPECT_EQ(memcmp(config_spec(&again, 0), &loaded(i), sizeof(spec)), 0);
        EXPECT_EQ(config_hash(&again, 0), config_hash(&c, i));
        config_free(&again);
    }
}

TEST_F(Config, AResolvedFileNeedsNoProfile)
{
    ASSERT_TRUE(load(minimal)) << e.text;
    const std::string text = replaced(resolved(), "\"neoverse-n1\"", "\"gone\"");
    ASSERT_TRUE(load(text)) << e.text;
    EXPECT_STREQ(loaded().profile, "gone");
    EXPECT_EQ(sentence(text, {"machine.profile=thunderx2"}),
              "--set machine.profile=thunderx2: the file gives every cost itself, a profile "
              "changes nothing");
}

TEST_F(Config, HashDependsOnValuesOnly)
{
    ASSERT_TRUE(load(minimal)) << e.text;
    const u64 plain = config_hash(&c, 0);
    EXPECT_EQ(config_hash(&c, 0), plain);
    ASSERT_TRUE(load("# Comments and order do not matter.\n" + std::string(minimal)
                         + "seed: 1\n",
                     {"guest.vcpus=1"}, "another.yaml"));
    EXPECT_EQ(config_hash(&c, 0), plain);
    ASSERT_TRUE(load(minimal, {"seed=2"}));
    EXPECT_NE(config_hash(&c, 0), plain);
    ASSERT_TRUE(load(minimal, {"guest.tasks.mem.think=1ns"}));
    EXPECT_NE(config_hash(&c, 0), plain);
    ASSERT_TRUE(load(minimal, {"costs.kvm.exit=1ns"}));
    EXPECT_NE(config_hash(&c, 0), plain);
}

TEST_F(Config, HashCountsTheContentOfFilesAndNotTheirNames)
{
    const std::string text = "apfsim: 1\nguest: {tasks: [{name: t, kind: trace, file: a}]}\n";
    write("a", "I  1000,4\n");
    write("b", "I  1000,4\n");
    write("d", "I  1000,8\n");
    ASSERT_TRUE(load(text)) << e.text;
    const u64 a = config_hash(&c, 0);
    ASSERT_TRUE(load(text, {"guest.tasks.t.file=b"})) << e.text;
    EXPECT_EQ(config_hash(&c, 0), a);
    ASSERT_TRUE(load(text, {"guest.tasks.t.file=d"})) << e.text;
    EXPECT_NE(config_hash(&c, 0), a);
}
