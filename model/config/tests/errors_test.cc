/* One wrong file for each thing that can be wrong, and the exact sentence that it gets. */
#include "model/config/tests/config_helper.h"

struct Row {
    const char *text, *sentence;
};

static const char head[] = "apfsim: 1\n";
static const char tail[] = "guest: {tasks: [{name: mem, kind: write-all}]}\n"; /* Line 3. */

/* A line of a whole experiment, as its line 2. */
static const Row lines[] = {
    /* Unknown keys. */
    {"machin: {}", "2:1: unknown key \"machin\"; did you mean \"machine\"?"},
    {"hosts: {}", "2:1: unknown key \"hosts\"; did you mean \"host\"?"},
    {"xyzzy: 1", "2:1: unknown key \"xyzzy\", expected one of apfsim, seed, machine, guest, host, "
                 "store, protocol, stop, costs"},
    {"host: {memory-limit: none}",
     "2:8: unknown key \"memory-limit\" in host; did you mean \"memory_limit\"?"},
    {"machine: {tlb: {l2: 1}}", "2:17: unknown key \"l2\" in machine.tlb, expected one "
                                "of l1i, l1d, l2_sets, l2_ways, walk_sets, walk_ways, "
                                "ipa_sets, ipa_ways"},
    {"machine: {gic: {interrupts: 65}}",
     "2:29: machine.gic.interrupts: 65 is not a multiple of 32"},
    {"machine: {gic: {interrupts: 1024, nmi: true}}", ""},
    {"machine: {tlb: {walk_sets: 3}}", "2:28: machine.tlb.walk_sets: 3 is not a power of two"},
    {"machine: {tlb: {ipa_sets: 64, ipa_ways: 3}}",
     "2:27: machine.tlb.ipa_sets: 64 sets of 3 ways are more than 128 entries"},
    {"machine.host_cpus: 2", "2:1: unknown key \"machine.host_cpus\", expected one of apfsim, "
                             "seed, machine, guest, host, store, protocol, stop, costs"},
    {"store: {read: {media: 3}}",
     "2:16: unknown key \"media\" in store.read; did you mean \"median\"?"},
    /* Duplicate keys. */
    {"seed: 1\nseed: 2", "3:1: the key \"seed\" stands twice, first in line 2 column 1"},
    /* Wrong types. */
    {"seed: [1]", "2:7: seed: found a list, expected a whole number such as 1"},
    {"seed: {a: 1}", "2:7: seed: found a mapping, expected a whole number such as 1"},
    {"seed:", "2:1: seed: found nothing, expected a whole number such as 1"},
    {"seed: many",
     "2:7: seed: found \"many\", not a number, expected a whole number such as 1"},
    {"host: 3", "2:7: host: found \"3\", expected a mapping of keys"},
    {"host: [a]", "2:7: host: found a list, expected a mapping of keys"},
    {"stop: {when: [mem]}",
     "2:14: stop.when: found a list, expected the name of a task, or all"},
    {"costs: 3", "2:8: costs: found \"3\", expected a mapping of costs"},
    {"machine: {profile: [a]}",
     "2:20: machine.profile: found a list, expected the name of a cost profile"},
    {"protocol: {variant: {a: 1}}",
     "2:21: protocol.variant: found a mapping, expected the name of a variant"},
    {"store: {read: {latency: fio, file: [a]}}",
     "2:36: store.read.file: found a list, expected the path of a file"},
    /* Units. */
    {"host: {tick: 10}", "2:14: host.tick: found \"10\", a number without a unit, expected a time "
                         "in ps, ns, us, ms or s such as 4ms"},
    {"host: {tick: 4KiB}", "2:14: host.tick: found \"4KiB\", a number with a wrong unit, expected "
                           "a time in ps, ns, us, ms or s such as 4ms"},
    {"host: {memory_limit: 5MB}",
     "2:22: host.memory_limit: found \"5MB\", a number with a wrong unit, expected a size in B, "
     "KiB, MiB, GiB or TiB such as 4KiB"},
    {"machine: {clock: 3}", "2:18: machine.clock: found \"3\", a number without a unit, expected "
                            "a frequency in Hz, kHz, MHz or GHz such as 2GHz"},
    {"host: {workers: -1}",
     "2:17: host.workers: found \"-1\", negative, expected a whole number such as 0"},
    {"host: {tick: 0.1ps}", "2:14: host.tick: found \"0.1ps\", finer than the smallest unit, "
                            "expected a time in ps, ns, us, ms or s such as 4ms"},
    {"stop: {at: 99999999s}", "2:12: stop.at: found \"99999999s\", too large, expected a time in "
                              "ps, ns, us, ms or s such as 36.2us"},
    /* Ranges, at their edges. */
    {"machine: {host_cpus: 64}", ""},
    {"machine: {host_cpus: 65}",
     "2:22: machine.host_cpus: \"65\" is out of range, expected 1 to 64"},
    {"machine: {host_cpus: 0}",
     "2:22: machine.host_cpus: \"0\" is out of range, expected 1 to 64"},
    {"host: {memory_limit: 64KiB}", ""},
    {"host: {memory_limit: 60KiB}",
     "2:22: host.memory_limit: \"60KiB\" is out of range, expected 64KiB to 1TiB, or none"},
    {"host: {memory_limit: none}", ""},
    {"host: {memory_limit: 66561B}",
     "2:22: host.memory_limit: \"66561B\" is not a multiple of the page size, 4KiB"},
    {"host: {memory_limit: 1GiB}", ""},
    {"host: {memory_limit: 1025MiB}", "2:22: host.memory_limit is above guest.memory and would "
                                      "limit nothing, write none"},
    {"protocol: {sdei: kvm-v5}",
     "2:18: protocol.sdei: found \"kvm-v5\", expected kvm-v4, kvm-v7 or den0054; did you mean "
     "\"kvm-v4\"?"},
    {"protocol: {sdei_event: 1}",
     "2:24: protocol.sdei_event: 0x1 is no event that kvm-v4 can inject, expected 0x40400001"},
    {"protocol: {sdei: kvm-v7, sdei_event: 0x40400000}",
     "2:38: protocol.sdei_event: 0x40400000 is no event that kvm-v7 can inject, expected 0x1"},
    {"protocol: {sdei: den0054, sdei_event: 77}", ""},
    {"machine: {host_cpus: 3}\nhost: {workers: 160}",
     "1:1: found 1 vCPUs and 160 workers on one host CPU, expected at most 160 threads; try more "
     "machine.host_cpus or fewer host.workers"},
    {"host: {workers: 159}", ""},
    {"protocol: {sdei_event: 0}",
     "2:24: protocol.sdei_event: \"0\" is out of range, expected 1 to 2147483647"},
    {"protocol: {ppi: 15}", "2:17: protocol.ppi: \"15\" is out of range, expected 16 to 31"},
    {"protocol: {ppi: 16}", ""},
    {"protocol: {ppi: 31}", ""},
    {"protocol: {ppi: 32}", "2:17: protocol.ppi: \"32\" is out of range, expected 16 to 31"},
    {"protocol: {ppi: 27}", "2:17: protocol.ppi: INTID 27 is CNTV, a timer of the architecture"},
    {"protocol: {ppi: 30}", "2:17: protocol.ppi: INTID 30 is CNTP, a timer of the architecture"},
    {"protocol: {slots: 1}", ""},
    {"protocol: {slots: 48}", "2:19: protocol.slots: 48 is not a power of two"},
    {"protocol: {slots: 128}", "2:19: protocol.slots: \"128\" is out of range, expected 1 to 64"},
    {"machine: {tlb: {l2_sets: 48}}", "2:26: machine.tlb.l2_sets: 48 is not a power of two"},
    {"stop: {at: 0.5ns}",
     "2:12: stop.at: \"0.5ns\" is out of range, expected at least 1ns, or none"},
    {"host: {sched: {min_granularity: 25ms}}",
     "2:33: host.sched.min_granularity is above host.sched.latency"},
    /* Words. */
    {"protocol: {variant: v9}",
     "2:21: protocol.variant: there is no variant \"v9\"; did you mean \"v4\"?"},
    {"protocol: {variant: [v4, xxxxxxxx]}",
     "2:26: protocol.variant: there is no variant \"xxxxxxxx\""},
    {"protocol: {variant: [v4, sync, v4]}", "2:32: protocol.variant: \"v4\" stands twice"},
    {"protocol: {variant: []}",
     "2:21: protocol.variant: the list is empty, expected names of variants"},
    {"stop: {when: men}", "2:14: stop.when: found \"men\", expected the name of a task, or all; "
                          "did you mean \"mem\"?"},
    {"stop: {when: all}", ""},
    {"store: {read: {latency: normal}}", "2:25: store.read.latency: found \"normal\", expected "
                                         "fixed, lognormal or fio; did you mean \"lognormal\"?"},
    /* Keys that do not belong together. */
    {"store: {read: {latency: fixed, median: 3us}}",
     "2:32: store.read.median applies to latency lognormal only"},
    {"store: {write: {value: 3us}}",
     "2:17: store.write.value applies to latency fixed only"},
    {"store: {read: {latency: fio}}", "2:9: store.read.file is missing"},
    {"store: {read: {min: 1ms}}",
     "2:9: store.read: the median does not lie between min and max"},
    {"store: {write: {max: 1us}}",
     "2:9: store.write: the median does not lie between min and max"},
    /* Files. */
    {"store: {read: {latency: fio, file: gone.json}}",
     "2:36: the file \"gone.json\" cannot be read: No such file or directory"},
    {"store: {read: {latency: fio, file: .}}",
     "2:36: the file \".\" cannot be read: Is a directory"},
    {"machine: {profile: ./gone.yaml}",
     "2:20: the file \"./gone.yaml\" cannot be read: No such file or directory"},
    /* Costs. */
    {"costs: {kvm.exti: {value: 1ns, source: x}}",
     "2:9: unknown cost \"kvm.exti\"; did you mean \"kvm.exit\"?"},
    {"costs: {kvm.exit: {value: 1ns}}",
     "2:9: kvm.exit has no source; say where its value is from"},
    {"costs: {kvm.exit: {value: 1ns, source: \" \"}}",
     "2:40: kvm.exit: the source is empty; say where the value is from"},
    {"costs: {kvm.exit: {source: x}}", "2:9: kvm.exit has no value"},
    {"costs: {kvm.exit: 1ns}",
     "2:19: kvm.exit: found \"1ns\", expected {value: 300ns, source: \"...\"}"},
    {"costs: {kvm.exit: {value: 1ns, source: x, note: y}}",
     "2:43: unknown key \"note\" in kvm.exit, expected value and source"},
    {"costs: {kvm.exit: {value: 12, source: x}}",
     "2:27: kvm.exit: found \"12\", a number without a unit, expected a time or cycles such as "
     "300ns or 900cyc"},
    {"costs: {kvm.exit: {value: 2s, source: x}}",
     "2:27: kvm.exit: \"2s\" is out of range, expected at most 1s"},
};

/* The text behind "guest:", in line 3 of an experiment. */
static const Row guests[] = {
    {"{}", "1:1: guest.tasks is missing or empty, expected at least one task"},
    {"{tasks: []}", "3:16: guest.tasks is missing or empty, expected at least one task"},
    {"{tasks: 3}", "3:16: guest.tasks: found \"3\", expected a list of tasks"},
    {"{tasks: [3]}", "3:17: guest.tasks[]: found \"3\", expected a mapping of keys"},
    {"{tasks: [{kind: compute}]}", "3:17: guest.tasks[].name is missing"},
    {"{tasks: [{name: a}]}", "3:17: guest.tasks[].kind is missing"},
    {"{tasks: [{name: a b, kind: write-all}]}",
     "3:24: guest.tasks[].name: found \"a b\", expected 1 to 31 letters, digits, _ or -"},
    {"{tasks: [{name: \"\", kind: write-all}]}",
     "3:24: guest.tasks[].name: found \"\", expected a name"},
    {"{tasks: [{name: a123456789b123456789c123456789d, kind: write-all}]}", ""},
    {"{tasks: [{name: a123456789b123456789c123456789d1, kind: write-all}]}",
     "3:24: guest.tasks[].name: found \"a123456789b123456789c123456789d1\", expected 1 to 31 "
     "letters, digits, _ or -"},
    {"{tasks: [{name: all, kind: write-all}]}",
     "3:24: no task can be called \"all\", the word has a meaning in stop.when"},
    {"{tasks: [{name: a, kind: write-all, footprint: 4KiB}, {name: a, kind: compute}]}",
     "3:69: two tasks are called \"a\""},
    {"{tasks: {a: {name: b, kind: write-all}}}",
     "3:21: the task has its name already, the key \"a\""},
    {"{tasks: {a: {kind: write-al}}}",
     "3:27: guest.tasks[].kind: found \"write-al\", expected write-all, touch, compute or trace; "
     "did you mean \"write-all\"?"},
    {"{tasks: {a: {kind: write-all, vcpu: 1}}}",
     "3:44: task a runs on vCPU 1, but the guest has 1 (counted from 0)"},
    {"{tasks: {a: {kind: write-all, pattern: zipf}}}",
     "3:38: guest.tasks[].pattern applies to kind touch only"},
    {"{tasks: {a: {kind: compute, placement: cold}}}",
     "3:36: guest.tasks[].placement applies to kind write-all or touch or trace only"},
    {"{tasks: {a: {kind: touch, passes: 3}}}",
     "3:34: guest.tasks[].passes applies to kind write-all or trace only"},
    {"{tasks: {a: {kind: touch, zipf_theta: 1}}}",
     "3:34: guest.tasks[].zipf_theta applies to kind touch with pattern zipf only"},
    {"{tasks: {a: {kind: touch, pattern: chase, stride: 8KiB}}}",
     "3:50: guest.tasks[].stride applies to kind write-all or touch with pattern sequential only"},
    {"{tasks: {a: {kind: touch, accesses: 1, write: 101%}}}",
     "3:54: guest.tasks[].write: \"101%\" is out of range, expected 0% to 100%"},
    {"{tasks: {a: {kind: touch, accesses: 1, write: 100%}}}", ""},
    {"{tasks: {a: {kind: trace}}}", "3:17: guest.tasks[].file is missing"},
    {"{tasks: {a: {kind: trace, file: gone}}}",
     "3:40: the file \"gone\" cannot be read: No such file or directory"},
    {"{tasks: {a: {kind: write-all, footprint: 960MiB}}}", ""},
    {"{tasks: {a: {kind: write-all, footprint: 983044KiB}}}",
     "3:49: the footprints up to task a need 983044KiB, but only 960MiB are free in guest.memory"},
    {"{tasks: {a: {kind: write-all}, b: {kind: touch, accesses: 1}}}",
     "3:42: the footprints up to task b need 1536MiB, but only 960MiB are free in guest.memory"},
    {"{tasks: {a: {kind: write-all, footprint: 8KiB, stride: 12KiB}}}",
     "3:63: the stride of task a is larger than its footprint"},
    {"{tasks: {a: {kind: compute}}}",
     "3:20: the run would never end: no task has an end, and stop.at is none"},
    {"{tasks: {a: {kind: touch}, b: {kind: compute}}}",
     "3:20: the run would never end: no task has an end, and stop.at is none"},
    {"{tasks: {a: {kind: touch}, b: {kind: compute, instructions: 1}}}", ""},
    {"{va_bits: 42, tasks: {a: {kind: write-all}}}",
     "3:18: guest.va_bits: found \"42\", expected 39 or 48; did you mean \"48\"?"},
    {"{idle: wif, tasks: {a: {kind: write-all}}}",
     "3:15: guest.idle: found \"wif\", expected wfi or poll; did you mean \"wfi\"?"},
    {"{kpti: yes, tasks: {a: {kind: write-all}}}",
     "3:15: guest.kpti: found \"yes\", expected false or true"},
    {"{memory: 16MiB, tasks: {a: {kind: write-all}}}", ""},
    {"{memory: 16380KiB, tasks: {a: {kind: write-all}}}",
     "3:17: guest.memory: \"16380KiB\" is out of range, expected 16MiB to 1023GiB"},
    {"{vcpus: 513, tasks: {a: {kind: write-all}}}",
     "3:16: guest.vcpus: \"513\" is out of range, expected 1 to 512"},
    {"{sched: {min_granularity: 7ms}, tasks: {a: {kind: write-all}}}",
     "3:34: guest.sched.min_granularity is above guest.sched.latency"},
};

static std::string expected(const Row &row)
{
    return row.sentence[0] != '\0' ? std::string("x.yaml:") + row.sentence : "no error";
}

TEST_F(Config, EveryWrongLineGetsItsSentence)
{
    for (const Row &row : lines)
        EXPECT_EQ(sentence(std::string(head) + row.text + "\n" + tail), expected(row)) << row.text;
}

TEST_F(Config, EveryWrongGuestGetsItsSentence)
{
    for (const Row &row : guests)
        EXPECT_EQ(sentence(std::string(head) + "seed: 1\nguest: " + row.text + "\n"),
                  expected(row))
            << row.text;
}

TEST_F(Config, TheVersionComesFirst)
{
    EXPECT_EQ(sentence("gest: 3\n"),
              "x.yaml:1:1: not a configuration, \"apfsim: 1\" is missing at the top");
    EXPECT_EQ(sentence("- apfsim\n"),
              "x.yaml:1:1: not a configuration, \"apfsim: 1\" is missing at the top");
    EXPECT_EQ(sentence("apfsim: 2\nx: 3\n"),
              "x.yaml:1:9: apfsim: found \"2\", expected 1, the only version there is");
    EXPECT_EQ(sentence("{}\n"),
              "x.yaml:1:1: not a configuration, \"apfsim: 1\" is missing at the top");
}

TEST_F(Config, ARunMustEnd)
{
    const std::string text = "apfsim: 1\n"
                             "guest: {tasks: {a: {kind: write-all}, b: {kind: compute}}}\n";
    EXPECT_EQ(sentence(text), "no error");
    EXPECT_EQ(sentence(text + "stop: {when: b}\n"),
              "x.yaml:3:14: the run would never end: task b has no end, and stop.at is none");
    EXPECT_EQ(sentence(text + "stop: {when: b, at: 1s}\n"), "no error");
    EXPECT_EQ(sentence(text, {"stop.when=b"}),
              "--set stop.when=b: the run would never end: task b has no end, and stop.at is none");
    EXPECT_EQ(sentence("apfsim: 1\nguest: {tasks: {b: {kind: compute}}}\nstop: {at: 1ns}\n"),
              "no error");
}

TEST_F(Config, AnUnknownProfileSaysWhereItWasSought)
{
    const std::string folder_of_data = data_path("profiles");
    EXPECT_EQ(sentence(std::string(minimal) + "machine: {profile: nexus}\n"),
              "x.yaml:5:20: machine.profile: there is no \"nexus.yaml\" in " + folder_of_data
                  + " or beside this file");
    EXPECT_EQ(sentence(std::string(minimal) + "machine: {profile: " + std::string(32, 'p') + "}\n"),
              "x.yaml:5:20: machine.profile: the name is longer than 31 characters");
}

TEST_F(Config, LongPathsAreRefused)
{
    EXPECT_EQ(sentence("apfsim: 1\nguest: {tasks: [{name: t, kind: trace, file: "
                       + std::string(2000, 'x') + "}]}\n"),
              "x.yaml:2:46: the file \"" + std::string(200, 'x')
                  + "\" cannot be read: File name too long");
}
