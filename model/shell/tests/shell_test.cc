/*
 * The shell itself: the names of its modules, its silence, its options, and how a run is ended from
 * outside.
 */
#include <csignal>
#include <systemc>

#include "model/shell/plugs.hpp"
#include "model/shell/tests/experiment.hpp"

namespace experiment {

TEST(Shell, TheHierarchyNamesTheMachine)
{
    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        const outcome o = execute(*spec_of(yaml("v4", 2)), [&](run *r, std::string *text) {
            shell_options options{};
            options.schedule = schedule;
            options.arg = text;
            options.plug = [](void *arg, shell_plugs *) {
                for (const char *name :
                     {"system", "system.vcpu0", "system.vcpu1.mmu", "system.vcpu0.mmu.socket",
                      "system.vcpu0.sdei", "system.vcpu1.lines.irq", "system.gic.spi40",
                      "system.gic.dist", "system.gic.dist.socket",
                      "system.gic.redist0", "system.gic.redist1.socket", "system.host.cpu0",
                      "system.host.cpu1", "system.host.worker0", "system.store", "system.ram",
                      "system.ram.socket", "system.bridge", "system.bridge.socket"})
                    if (sc_core::sc_find_object(name) == nullptr)
                        *static_cast<std::string *>(arg) += std::string(name) + " is missing. ";
            };
            shell(options)(r, text);
        });
        EXPECT_EQ(o.text, "");
        EXPECT_EQ(o.end, SYS_DONE);
    }
}

TEST(Shell, NothingOfSystemcReachesTheTerminal)
{
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR})
        for (u32 vcpus : {1u, 4u}) {
            auto p = spec_of(yaml("v4", vcpus));
            make_ties(p.get());
            execute(*p, shell(schedule));
        }
    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        shell_options options{};
        options.schedule = schedule;
        options.plug = [](void *, shell_plugs *) {};
        execute(*spec_of(yaml("v4", 1)), shell(options));
    }
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Shell, CarriesAsManyVcpusAsKvmHas)
{
    for (const char *variant : {"v4", "one-ppi"}) {
        auto p = spec_of(crowd_yaml(variant, SPEC_VCPUS_MAX));
        const outcome plain = execute(*p, testbed());
        EXPECT_EQ(plain.end, SYS_DONE);
        expect_same(plain, execute(*p, shell(SHELL_MODULES)));
        expect_same(plain, execute(*p, shell(SHELL_CONDUCTOR)));
    }
}

TEST(Shell, RunsOnceInAProcess)
{
    const outcome o = execute(*spec_of(yaml("v4", 1)), [](run *r, std::string *text) {
        shell(SHELL_CONDUCTOR)(r, text);
        EXPECT_EQ(*text, "");
        shell(SHELL_CONDUCTOR)(r, text);
    });
    EXPECT_EQ(o.text, "SystemC runs once in a process");
}

TEST(Shell, WavesAreWrittenByModulesOnly)
{
    const std::string path = testing::TempDir() + "apfsim-waves-" + std::to_string(getpid());
    auto p = spec_of(yaml("v4", 2));
    shell_options options{};

    options.vcd = path.c_str();
    EXPECT_EQ(execute(*p, shell(options)).text, "waves need the schedule \"modules\"");
    options.schedule = SHELL_MODULES;
    expect_same(execute(*p, testbed()), execute(*p, shell(options)));
    std::stringstream waves;
    waves << std::ifstream(path + ".vcd").rdbuf();
    EXPECT_NE(waves.str().find("$timescale"), std::string::npos);
    for (const char *wave : {"phase", "irq", "fiq", "maintenance", "timer"})
        EXPECT_NE(waves.str().find(wave), std::string::npos) << wave;
    EXPECT_GT(waves.str().size(), 10000u);
    std::filesystem::remove(path + ".vcd");
    options.vcd = "/nowhere/waves";
    EXPECT_NE(execute(*p, shell(options)).text.find("waves"), std::string::npos);
}

/* The user interrupts after some quanta: the run ends where it is. */
TEST(Shell, TheUserCanEndARun)
{
    static volatile int cut;
    static u32 quanta;

    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        shell_options options{};
        options.schedule = schedule;
        options.progress = [](void *) { cut = ++quanta > 100; };
        cut = 0;
        quanta = 0;
        const outcome o = execute(*spec_of(yaml("v4", 4)), [&](run *r, std::string *text) {
            r->cut = &cut;
            shell(options)(r, text);
        });
        EXPECT_EQ(o.text, "");
        EXPECT_EQ(o.end, SYS_CUT);
    }
}

/* The clock of somebody else would go on for ever. */
struct ticking : sc_core::sc_module {
    explicit ticking(const sc_core::sc_module_name &name)
        : sc_module(name), clock("clock", 10, sc_core::SC_US)
    {
    }
    sc_core::sc_clock clock;
};

TEST(Shell, AForeignClockChangesNothing)
{
    auto p = spec_of(yaml("v4", 2, "1MiB"));
    const outcome reference = execute(*p, testbed());

    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        std::unique_ptr<ticking> module;
        shell_options options{};
        options.schedule = schedule;
        options.arg = &module;
        options.plug = [](void *arg, shell_plugs *) {
            static_cast<std::unique_ptr<ticking> *>(arg)->reset(new ticking("ticking"));
        };
        expect_same(reference, execute(*p, shell(options)));
    }
}

/* An end at a given time, and a run in which nothing can happen any more. */
TEST(Shell, EndsAsTheTestbedDoes)
{
    auto p = spec_of(yaml("v4", 2));
    auto stuck = spec_of(yaml("one-ppi", 1));

    p->stop_at_ps = 3 * PS_PER_MS;
    stuck->idle = IDLE_WFI;
    for (const auto &s : {p, stuck}) {
        const outcome reference = execute(*s, testbed());
        expect_same(reference, execute(*s, shell(SHELL_MODULES)));
        expect_same(reference, execute(*s, shell(SHELL_CONDUCTOR)));
    }
}

/* The target is missing: the sentence is SystemC's, and the program goes on. */
TEST(Shell, AnElaborationThatFailsIsAnError)
{
    const outcome o = execute(*spec_of(yaml("v4", 1)), [](run *r, std::string *text) {
        struct lonely : sc_core::sc_module {
            explicit lonely(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
            {
            }
            tlm::tlm_initiator_socket<> socket;
        };
        static std::unique_ptr<lonely> module;
        shell_options options{};
        options.plug = [](void *, shell_plugs *) { module = std::make_unique<lonely>("lonely"); };
        shell(options)(r, text);
    });
    EXPECT_NE(o.text.find("SystemC: "), std::string::npos) << o.text;
    EXPECT_NE(o.text.find("lonely.socket"), std::string::npos) << o.text;
}

} // namespace experiment
