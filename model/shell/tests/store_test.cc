/*
 * A store of somebody else behind the bridge: however it answers, both schedules write the same
 * transcript, and where it serves as our own store does, it is the testbed's.
 */
#include "model/shell/tests/foreign_store.hpp"

#include "model/shell/tests/experiment.hpp"

namespace experiment {

struct plugged {
    const spec *p;
    manner how;
    std::unique_ptr<foreign_store> store;
};

void plug(void *arg, shell_plugs *plugs)
{
    auto *x = static_cast<plugged *>(arg);
    const bool blocks = x->how == manner::WAITING || x->how == manner::ANNOTATING;

    x->store = std::make_unique<foreign_store>("foreign", *x->p, x->how);
    plugs->store(x->store->socket, blocks ? store_call::BLOCKING : store_call::NON_BLOCKING);
}

outcome execute_with(const spec &p, manner how, shell_schedule schedule, u64 quantum_ps = 0)
{
    plugged x{&p, how, nullptr};
    shell_options o{};

    o.schedule = schedule;
    o.quantum_ps = quantum_ps;
    o.plug = plug;
    o.arg = &x;
    return execute(p, shell(o));
}

class ForeignStore : public OnSetup {};

TEST_P(ForeignStore, IsTheTestbedLineByLine)
{
    const outcome reference = execute(*p, testbed());

    EXPECT_EQ(reference.end, SYS_DONE) << reference.text;
    for (manner how : {manner::FOUR_PHASES, manner::AT_ONCE, manner::EARLY_ANSWER, manner::WAITING,
                       manner::ANNOTATING})
        for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
            SCOPED_TRACE("manner " + std::to_string((int)how) + ", schedule " +
                         std::to_string(schedule));
            expect_same(reference, execute_with(*p, how, schedule));
        }
    SCOPED_TRACE("quantum 50 ns");
    expect_same(reference,
                execute_with(*p, manner::FOUR_PHASES, SHELL_CONDUCTOR, 50 * PS_PER_NS));
}

TEST_P(ForeignStore, ThatIsSlowToTakeRequestsIsTheSameInBothSchedules)
{
    const outcome modules = execute_with(*p, manner::SLOW_REQUEST, SHELL_MODULES);

    EXPECT_EQ(modules.end, SYS_DONE) << modules.text;
    expect_same(modules, execute_with(*p, manner::SLOW_REQUEST, SHELL_CONDUCTOR));
    expect_same(modules, execute_with(*p, manner::SLOW_REQUEST, SHELL_CONDUCTOR, PS_PER_NS));
}

INSTANTIATE_TEST_SUITE_P(
    All, ForeignStore,
    testing::Values(setup{"sync", 1, "none", false}, setup{"v4", 1, "none", false},
                    setup{"v4", 4, "none", false}, setup{"v4", 4, "1MiB", false},
                    setup{"v4", 4, "1MiB", true}, setup{"one-ppi", 4, "1MiB", false},
                    setup{"one-ppi", 4, "none", true}, setup{"sync", 4, "1MiB", true}));

TEST(ForeignStoreError, EndsTheRunWithASentence)
{
    auto p = spec_of(yaml("v4", 1));

    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        const outcome o = execute_with(*p, manner::FAILING, schedule);
        EXPECT_EQ(o.end, SYS_STUCK);
        EXPECT_NE(o.text.find("TLM_GENERIC_ERROR_RESPONSE"), std::string::npos) << o.text;
    }
}

} // namespace experiment
