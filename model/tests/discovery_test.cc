// How a guest finds APF, and what happens if it looks where there is none: the ladder never breaks
// what the firmware tables describe; the blind call does.
#include "model/tests/probe.hpp"

namespace {

struct Row {
    discovery how;
    smccc_hypervisor host;
    smccc_foreign foreign;
    smccc_conduit conduit;
    sys_end end;
    bool apf;
    u32 calls; /* That the guest has made when it knows. */
};

// The ladder: PSCI_VERSION, PSCI_FEATURES, SMCCC_VERSION, UID, FEATURES, the function.
const Row rows[] = {
    {DISCOVERY_KNOWN, SMCCC_KVM, SMCCC_FOREIGN_REFUSES, SMCCC_HVC, SYS_DONE, true, 0},
    {DISCOVERY_LADDER, SMCCC_KVM, SMCCC_FOREIGN_REFUSES, SMCCC_HVC, SYS_DONE, true, 6},
    {DISCOVERY_BLIND, SMCCC_KVM, SMCCC_FOREIGN_REFUSES, SMCCC_HVC, SYS_DONE, true, 1},
    /* KVM of Linux 6.1 refuses an SMC; without a conduit nothing is called. */
    {DISCOVERY_LADDER, SMCCC_KVM, SMCCC_FOREIGN_REFUSES, SMCCC_SMC, SYS_DONE, false, 1},
    {DISCOVERY_LADDER, SMCCC_KVM, SMCCC_FOREIGN_REFUSES, SMCCC_NO_CONDUIT, SYS_DONE, false, 0},
    {DISCOVERY_KNOWN, SMCCC_OTHER, SMCCC_FOREIGN_KILLS, SMCCC_HVC, SYS_DONE, false, 0},
    {DISCOVERY_LADDER, SMCCC_OTHER, SMCCC_FOREIGN_KILLS, SMCCC_HVC, SYS_DONE, false, 4},
    {DISCOVERY_LADDER, SMCCC_OTHER, SMCCC_FOREIGN_MEANS_ELSE, SMCCC_HVC, SYS_DONE, false, 4},
    {DISCOVERY_BLIND, SMCCC_OTHER, SMCCC_FOREIGN_REFUSES, SMCCC_HVC, SYS_DONE, false, 1},
    {DISCOVERY_BLIND, SMCCC_OTHER, SMCCC_FOREIGN_KILLS, SMCCC_HVC, SYS_STUCK, false, 1},
    {DISCOVERY_BLIND, SMCCC_NO_HYPERVISOR, SMCCC_FOREIGN_REFUSES, SMCCC_SMC, SYS_STUCK, false, 1},
    {DISCOVERY_LADDER, SMCCC_NO_HYPERVISOR, SMCCC_FOREIGN_REFUSES, SMCCC_NO_CONDUIT, SYS_DONE,
     false, 0},
    /* Firmware tables that promise HVC where there is no EL2 are wrong, and that is fatal. */
    {DISCOVERY_LADDER, SMCCC_NO_HYPERVISOR, SMCCC_FOREIGN_REFUSES, SMCCC_HVC, SYS_STUCK, false, 1},
};

std::unique_ptr<spec> spec_for(design d, const Row &row)
{
    auto p = plain_spec(d);

    p->discovery = (u8)row.how;
    p->hypervisor = (u8)row.host;
    p->foreign = (u8)row.foreign;
    p->conduit = (u8)row.conduit;
    return p;
}

/* Calls from the reset to the one after which the guest knows: all, less those of the design. */
u32 calls_before(const Machine &m, const std::string &first_of_design)
{
    u32 count = 0;

    for (const trace_rec &rec : m.lines) {
        if (first_of_design == log_type_name(rec.type))
            break;
        count += std::string(log_type_name(rec.type)) == "hvc";
    }
    return count;
}

TEST(Discovery, EveryWayEndsAsTheTableSays)
{
    for (design d : {V4, ONE_PPI})
        for (const Row &row : rows) {
            SCOPED_TRACE(std::string(design_name[d]) + ", row " + std::to_string(&row - rows));
            Machine m(spec_for(d, row));
            EXPECT_EQ(m.finish(), row.end) << m.s().end_text;
            EXPECT_EQ(m.cpu().os.apf_enabled != 0, row.apf);
            if (!row.apf) {
                EXPECT_EQ(m.st().fault_count[FAULT_ASYNC], 0u);
                EXPECT_EQ(calls_before(m, "never"), row.calls);
            }
        }
}

TEST(Discovery, TheLadderCostsSixCallsMoreThanKnowing)
{
    for (design d : {V4, ONE_PPI}) {
        Machine known(spec_for(d, rows[0])), ladder(spec_for(d, rows[1]));
        Machine blind(spec_for(d, rows[2]));
        known.finish();
        ladder.finish();
        blind.finish();
        EXPECT_EQ(ladder.st().hypercalls, known.st().hypercalls + 6);
        EXPECT_EQ(blind.st().hypercalls, known.st().hypercalls + 1);
        if (d == V4) { /* one-ppi without other work waits for a tick, see docs/accuracy.md. */
            EXPECT_GT(ladder.s().end_ps, known.s().end_ps);
        }
    }
}

TEST(Discovery, SaysWhatHasKilledTheGuest)
{
    Machine undefined(spec_for(V4, rows[10]));
    undefined.finish();
    EXPECT_STREQ(undefined.s().end_text, "the guest's kernel has died: its hypercall 0x86000002 is "
                                         "UNDEFINED here (ESR_EL1 0x2000000)");
    EXPECT_EQ(undefined.cpu().regs.esr_el1, CPU_ESR_IL);
    Machine killed(spec_for(V4, rows[9]));
    killed.finish();
    EXPECT_STREQ(killed.s().end_text,
                 "the hypervisor has killed the guest for hypercall 0x86000002");
}

/* Only the first CPU looks; the others go by what it has found. */
TEST(Discovery, IsDoneOnce)
{
    for (design d : {V4, ONE_PPI})
        for (u32 vcpus : {1u, 4u}) {
            auto p = spec_for(d, rows[1]);
            auto q = spec_for(d, rows[0]);
            p->vcpus = q->vcpus = vcpus;
            Machine ladder(std::move(p)), known(std::move(q));
            EXPECT_EQ(ladder.finish(), SYS_DONE);
            EXPECT_EQ(known.finish(), SYS_DONE);
            EXPECT_EQ(ladder.st().hypercalls, known.st().hypercalls + 6);
        }
}

} // namespace
