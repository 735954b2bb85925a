/*
 * The differential test of the carriers: testbed, modules and conductor write the same transcript,
 * byte for byte, and come to the same results.
 */
#include "model/shell/tests/experiment.hpp"

namespace experiment {

class Carriers : public OnSetup {};

TEST_P(Carriers, WriteTheSameTranscript)
{
    const outcome reference = execute(*p, testbed());

    EXPECT_EQ(reference.end, SYS_DONE) << reference.text;
    EXPECT_GT(reference.line_count, 1000u);
    {
        SCOPED_TRACE("modules");
        expect_same(reference, execute(*p, shell(SHELL_MODULES)));
    }
    for (u64 quantum_ps : {1ull, 777ull, PS_PER_US, 10 * PS_PER_US, PS_PER_S}) {
        SCOPED_TRACE("conductor, quantum " + std::to_string(quantum_ps) + " ps");
        expect_same(reference, execute(*p, shell(SHELL_CONDUCTOR, quantum_ps)));
    }
}

/* Steps that run ahead or are joined are a matter of speed. */
TEST_P(Carriers, StepByStepIsTheSame)
{
    const outcome reference = execute(*p, testbed());

    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR})
        for (bool fuse : {false, true}) {
            SCOPED_TRACE(std::to_string(schedule) + (fuse ? " fused" : " step by step"));
            expect_same(reference, execute(*p, [&](run *r, std::string *text) {
                            r->run_ahead = fuse;
                            r->fuse = fuse;
                            shell(schedule)(r, text);
                        }));
        }
}

const char *const limits[] = {"none", "1MiB"};

std::vector<setup> setups()
{
    std::vector<setup> all;

    for (const char *variant : {"sync", "v4", "one-ppi"})
        for (u32 vcpus : {1u, 4u})
            for (const char *limit : limits)
                for (bool ties : {false, true})
                    all.push_back({variant, vcpus, limit, ties});
    return all;
}

/* A program of a few pages of code that walks over more and more data. */
struct made_trace {
    u64 n = 0;
};

s64 read_made(void *arg, u64 *op, size_t max, const char **)
{
    auto *t = static_cast<made_trace *>(arg);
    size_t count = 0;

    for (; count + 2 <= max && t->n < 20000; count += 2, t->n++) {
        const u64 draw = rng_u64(1, RNG_TOUCH_PAGE, 0, t->n);
        op[count] = LACKEY_OP(LACKEY_FETCH, 1 + draw % 20, 0x400000 + (t->n / 700 % 8) * 4096);
        op[count + 1] = LACKEY_OP(draw & 1024 ? LACKEY_READ : LACKEY_WRITE, 0,
                                  0x7f000000 + rng_below(draw, 1 + t->n / 100) * 4096);
    }
    return (s64)count;
}

bool rewind_made(void *arg, const char **)
{
    static_cast<made_trace *>(arg)->n = 0;
    return true;
}

TEST(TraceTask, IsTheSameUnderAllCarriers)
{
    for (const char *limit : {"none", "256KiB"}) {
        std::string text = yaml("v4", 1, limit);
        const std::string task = "    - {name: t, kind: trace, placement: cold, passes: 2, file: "
                                 APFSIM_SOURCE_DIR "/configs/samples/sqlite.lackey.zst}\n";
        text.insert(text.find("    - {name: w0"), task);
        auto p = spec_of(text);
        made_trace made;
        std::vector<op_source> sources(p->task_count);
        sources[1] = {&made, read_made, rewind_made};

        const outcome reference = execute(*p, testbed(), sources.data());
        EXPECT_EQ(reference.end, SYS_DONE) << reference.text;
        expect_same(reference, execute(*p, shell(SHELL_MODULES), sources.data()));
        expect_same(reference, execute(*p, shell(SHELL_CONDUCTOR), sources.data()));
    }
}

INSTANTIATE_TEST_SUITE_P(All, Carriers, testing::ValuesIn(setups()));

} // namespace experiment
