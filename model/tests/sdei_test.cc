// The variant v4 on each SDEI that it may sit on. Where nothing is refused they take the same hops;
// they differ in what a handler finds in SPSR_EL1 and in what a number means.
#include "model/tests/probe.hpp"

namespace {

const sdei_personality everyone[] = {SDEI_KVM_V4, SDEI_KVM_V7, SDEI_DEN0054};

std::unique_ptr<spec> spec_with(sdei_personality who)
{
    auto p = plain_spec(V4);

    pages(*p, 16);
    p->sdei = who;
    p->sdei_event = sdei_apf_event(who);
    return p;
}

TEST(SdeiOfV4, TheHopsAreTheSameWhereNothingIsRefused)
{
    Machine posted(spec_with(SDEI_KVM_V4));
    ASSERT_EQ(posted.finish(), SYS_DONE);
    EXPECT_GE(posted.st().fault_count[FAULT_ASYNC], 16u);
    for (sdei_personality who : everyone) {
        Machine m(spec_with(who));
        EXPECT_EQ(m.finish(), SYS_DONE) << sdei_personality_name(who);
        EXPECT_EQ(m.text(), posted.text()) << sdei_personality_name(who);
        sdei_check(&m.s().sdei, &m.cpu().sdei, sizeof(vcpu));
    }
}

/* DEN0054: the client's own exception registers are left alone. */
TEST(SdeiOfV4, OnlyThePostedSeriesV4WritesSpsrAtTheEntry)
{
    for (sdei_personality who : everyone) {
        Machine m(spec_with(who));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        m.cpu().regs.spsr_el1 = 0x1234;
        const u64 interrupted = m.cpu().regs.pstate;
        ASSERT_TRUE(step_to_phase(m, PH_TAG));
        EXPECT_EQ(m.cpu().regs.spsr_el1, who == SDEI_KVM_V4 ? interrupted : 0x1234);
        EXPECT_EQ(m.cpu().regs.pstate & (CPU_PSTATE_M | CPU_PSTATE_DAIF),
                  CPU_MODE_EL1H | CPU_PSTATE_DAIF);
    }
}

/* DEN0054: PSTATE of the handler as for an exception; the series change mode and masks alone. */
TEST(SdeiOfV4, TheOtherBitsOfPstateAreThoseOfAnExceptionInDen0054)
{
    const u64 old = CPU_PSTATE_DIT | CPU_PSTATE_SSBS | CPU_PSTATE_UAO | CPU_PSTATE_BTYPE;

    for (sdei_personality who : everyone) {
        Machine m(spec_with(who));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        m.cpu().regs.pstate |= old;
        cpu_regs exception = m.cpu().regs;
        cpu_take_exception(&exception, 1, CPU_IRQ, 0, 0, 0);
        ASSERT_TRUE(step_to_phase(m, PH_SDEI_ENTRY));
        EXPECT_EQ(m.cpu().regs.pstate, who == SDEI_DEN0054
                                           ? exception.pstate
                                           : (old | CPU_MODE_EL1H | CPU_PSTATE_DAIF))
            << sdei_personality_name(who);
    }
}

/* COMPLETE_AND_RESUME: in the IRQ vector, with the interrupted context in ELR_EL1 and SPSR_EL1. */
TEST(SdeiOfV4, AllResumeInTheVectorOfInterruptsFromEl0)
{
    for (sdei_personality who : everyone) {
        Machine m(spec_with(who));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        const u64 pc = m.cpu().regs.pc, pstate = m.cpu().regs.pstate;
        ASSERT_TRUE(step_to_phase(m, PH_TAG));
        m.cpu().regs.elr_el1 = m.cpu().regs.spsr_el1 = 1;
        ASSERT_TRUE(step_to_phase(m, PH_IRQ_ENTRY));
        EXPECT_EQ(m.cpu().regs.pc, m.cpu().os.vbar + 0x480) << sdei_personality_name(who);
        EXPECT_EQ(m.cpu().regs.elr_el1, pc) << sdei_personality_name(who);
        EXPECT_EQ(m.cpu().regs.spsr_el1, pstate) << sdei_personality_name(who);
    }
}

/* The gate does not look at the mask, whoever answers; each refuses, and nobody tells the guest. */
TEST(SdeiOfV4, AMaskedPeIsRefusedByAll)
{
    for (sdei_personality who : everyone) {
        Machine m(spec_with(who));
        ASSERT_TRUE(step_to_phase(m, PH_GATE));
        m.cpu().sdei.masked = 1;
        EXPECT_TRUE(m.step_until([&] { return m.st().fault_count[FAULT_SYNC_MAILBOX] != 0; }));
        EXPECT_EQ(m.st().failed_pnp, 1u) << sdei_personality_name(who);
    }
}

TEST(SdeiOfV4, AnEventThatNobodyOffersLeavesTheGuestWithoutApf)
{
    for (sdei_personality who : {SDEI_KVM_V4, SDEI_KVM_V7}) {
        auto p = spec_with(who);
        p->sdei_event = 0x40400005;
        Machine m(std::move(p));
        EXPECT_EQ(m.finish(), SYS_DONE);
        EXPECT_EQ(m.cpu().os.apf_enabled, 0);
    }
    /* A platform of den0054 defines the number that the VMM names. */
    auto p = spec_with(SDEI_DEN0054);
    p->sdei_event = 77;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_GE(m.st().fault_count[FAULT_ASYNC], 16u);
}

TEST(SdeiOfV4, TheNumberFollowsTheChoice)
{
    const std::string head = "apfsim: 1\nguest: {tasks: [{name: a, kind: write-all}]}\n";

    for (sdei_personality who : everyone) {
        const std::string name = sdei_personality_name(who);
        const spec own = load_specs(head + "protocol: {sdei: " + name + "}\n").at(0);
        EXPECT_EQ(own.sdei, (u32)who);
        EXPECT_EQ(own.sdei_event, sdei_apf_event(who));
        const u32 number = who == SDEI_KVM_V4 ? 0x40400000 : who == SDEI_KVM_V7 ? 1 : 12;
        const spec named = load_specs(head + "protocol: {sdei: " + name + ", sdei_event: " +
                                      std::to_string(number) + "}\n").at(0);
        EXPECT_EQ(named.sdei_event, number);
    }
}

} // namespace
