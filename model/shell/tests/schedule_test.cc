/*
 * The differential test of the carriers: testbed, modules and conductor write the same transcript,
 * byte for byte, and come to the same results.
 */
#include "model/shell/tests/experiment.hpp"

namespace experiment {

struct setup {
    const char *variant;
    u32 vcpus;
    const char *limit;
    bool ties;
};

void PrintTo(const setup &s, std::ostream *out)
{
    *out << s.variant << ", " << s.vcpus << " vcpus, limit " << s.limit << (s.ties ? ", ties" : "");
}

class Carriers : public testing::TestWithParam<setup> {
  protected:
    std::shared_ptr<spec> p = spec_of(yaml(GetParam().variant, GetParam().vcpus, GetParam().limit));

    Carriers()
    {
        if (GetParam().ties)
            make_ties(p.get());
    }
};

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

INSTANTIATE_TEST_SUITE_P(All, Carriers, testing::ValuesIn(setups()));

} // namespace experiment
