/* The tables for people: calls, events and names, compared with what the deciders do. */
#include "sdei/sdei.h"

#include <gtest/gtest.h>

namespace {

struct Machine {
    sdei_spec spec;
    sdei_vm vm;
    sdei_vcpu v;

    explicit Machine(sdei_personality p)
    {
        sdei_spec_init(&spec, p, 1);
        sdei_vm_start(&vm, &spec);
        sdei_vcpu_start(&vm, &v);
    }

    s64 call(u32 fid, u64 a = 0, u64 b = 0)
    {
        const u64 arg[5] = {a, b, 0, 0, 0};
        sdei_todo todo;
        return sdei_call(&vm, &v, 0, fid, arg, &todo);
    }
};

TEST(Tables, PersonalitiesHaveNames)
{
    EXPECT_STREQ(sdei_personality_name(SDEI_KVM_V4), "kvm-v4");
    EXPECT_STREQ(sdei_personality_name(SDEI_DEN0054), "den0054");
    EXPECT_STREQ(sdei_personality_name(SDEI_KVM_V7), "kvm-v7");
    EXPECT_DEATH(sdei_personality_name(SDEI_PERSONALITY_COUNT), "assertion");
}

TEST(Tables, NineteenCallsInTheOrderOfTheirNumbers)
{
    const char *const names[] = {
        "VERSION",          "EVENT_REGISTER",   "EVENT_ENABLE",   "EVENT_DISABLE",
        "EVENT_CONTEXT",    "EVENT_COMPLETE",   "EVENT_COMPLETE_AND_RESUME",
        "EVENT_UNREGISTER", "EVENT_STATUS",     "EVENT_GET_INFO", "EVENT_ROUTING_SET",
        "PE_MASK",          "PE_UNMASK",        "INTERRUPT_BIND", "INTERRUPT_RELEASE",
        "EVENT_SIGNAL",     "FEATURES",         "PRIVATE_RESET",  "SHARED_RESET",
    };
    const u8 args[] = {0, 5, 1, 1, 1, 1, 1, 1, 1, 2, 3, 0, 0, 1, 1, 2, 1, 0, 0};
    size_t count;
    const sdei_call_info *calls = sdei_calls(&count);
    ASSERT_EQ(count, 19u);
    for (u32 i = 0; i < count; i++) {
        EXPECT_EQ(calls[i].fid, 0xC4000020 + i);
        EXPECT_STREQ(calls[i].name, names[i]);
        EXPECT_EQ(calls[i].arg_count, args[i]) << names[i];
        EXPECT_EQ(calls[i].fid & SDEI_FID_MASK, SDEI_VERSION);
    }
}

TEST(Tables, ACallIsServedByWhomTheTableSays)
{
    size_t count;
    const sdei_call_info *calls = sdei_calls(&count);
    for (int p = 0; p < SDEI_PERSONALITY_COUNT; p++)
        for (u32 i = 0; i < count; i++) {
            if (calls[i].fid == SDEI_EVENT_COMPLETE ||
                calls[i].fid == SDEI_EVENT_COMPLETE_AND_RESUME)
                continue;
            Machine m{sdei_personality(p)};
            EXPECT_EQ(m.call(calls[i].fid) != SDEI_NOT_SUPPORTED, calls[i].served >> p & 1)
                << p << " " << calls[i].name;
        }
}

TEST(Tables, AnEventIsWhatGetInfoSays)
{
    for (int p = 0; p < SDEI_PERSONALITY_COUNT; p++) {
        size_t count;
        const sdei_event_info *events = sdei_events(sdei_personality(p), &count);
        Machine m{sdei_personality(p)};
        for (u32 i = 0; i < count; i++) {
            const sdei_event_info &e = events[i];
            EXPECT_EQ(m.call(SDEI_EVENT_GET_INFO, e.num, SDEI_INFO_TYPE), e.type) << e.name;
            EXPECT_EQ(m.call(SDEI_EVENT_GET_INFO, e.num, SDEI_INFO_PRIORITY), e.priority);
            EXPECT_EQ(m.call(SDEI_EVENT_GET_INFO, e.num, SDEI_INFO_SIGNALED), e.signalable);
            EXPECT_EQ(m.call(SDEI_EVENT_STATUS, e.num), 0);
        }
        EXPECT_EQ(count, p == SDEI_DEN0054 ? 8u : 2u);
    }
    size_t count;
    EXPECT_DEATH(sdei_events(SDEI_PERSONALITY_COUNT, &count), "assertion");
}

TEST(Tables, TheApfEventIsOneThatTheHypervisorCanInject)
{
    EXPECT_EQ(sdei_apf_event(SDEI_KVM_V4), 0x40400001u);
    EXPECT_EQ(sdei_apf_event(SDEI_KVM_V7), 1u);
    EXPECT_EQ(sdei_apf_event(SDEI_DEN0054), 0x40400001u);
    EXPECT_DEATH(sdei_apf_event(SDEI_PERSONALITY_COUNT), "assertion");
    for (int p = 0; p < SDEI_PERSONALITY_COUNT; p++) {
        Machine m{sdei_personality(p)};
        const u32 num = sdei_apf_event(sdei_personality(p));
        EXPECT_TRUE(sdei_is_apf_event(&m.spec, num));
        const u64 arg[5] = {num, 0x1000, 0, 0, 0};
        sdei_todo todo;
        ASSERT_EQ(sdei_call(&m.vm, &m.v, 0, SDEI_EVENT_REGISTER, arg, &todo), 0);
        ASSERT_EQ(m.call(SDEI_EVENT_ENABLE, num), 0);
        ASSERT_EQ(m.call(SDEI_PE_UNMASK), 0);
        EXPECT_EQ(sdei_inject(&m.vm, &m.v, 0, num, true), 0);
    }
}

TEST(Tables, OtherNumbersAreNoApfEvents)
{
    sdei_spec s;
    sdei_spec_init(&s, SDEI_KVM_V4, 1);
    EXPECT_TRUE(sdei_is_apf_event(&s, 0x40400000));
    for (u64 n : {0ull, 1ull, 0x40400002ull, 0x140400001ull})
        EXPECT_FALSE(sdei_is_apf_event(&s, n));
    sdei_spec_init(&s, SDEI_KVM_V7, 1);
    EXPECT_TRUE(sdei_is_apf_event(&s, 0));
    for (u64 n : {2ull, 0x40400001ull, 0x100000001ull})
        EXPECT_FALSE(sdei_is_apf_event(&s, n));
    sdei_spec_init(&s, SDEI_DEN0054, 1);
    s.event[s.event_count++] = {8, 20, SDEI_PRIVATE, SDEI_CRITICAL, SDEI_BIND_STATIC, {}};
    for (u64 n : {0ull, 1ull, 8ull, 1000ull, 2000ull})
        EXPECT_FALSE(sdei_is_apf_event(&s, n));
}

TEST(Tables, ASpecificationThatCannotBeStopsTheRun)
{
    sdei_spec s;
    static sdei_vm vm;
    EXPECT_DEATH(sdei_spec_init(&s, SDEI_PERSONALITY_COUNT, 1), "assertion");
    sdei_spec_init(&s, SDEI_DEN0054, 1);
    s.pe.client_el = 3;
    EXPECT_DEATH(sdei_vm_start(&vm, &s), "assertion");
    s.pe.client_el = 1;
    s.va_bits = 53;
    EXPECT_DEATH(sdei_vm_start(&vm, &s), "assertion");
    s.va_bits = 52;
    sdei_vm_start(&vm, &s);
    s.personality = SDEI_PERSONALITY_COUNT;
    EXPECT_DEATH(sdei_vm_start(&vm, &s), "assertion");
}

} // namespace
