/*
 * A seeded random walk over calls and events of two vCPUs. sdei_check() looks at every step; a
 * model of a few lines predicts whether a delivery or a completion must happen.
 */
#include "sdei/tests/bed.hpp"

#include <random>

namespace {

struct Walk : Bed {
    std::mt19937_64 rng;
    u64 delivered = 0, completed = 0, cancelled = 0, injected = 0;

    u64 below(u64 bound)
    {
        return rng() % bound;
    }

    u64 pick_num()
    {
        const u64 nums[] = {APF, OTHER, NORMAL, SHARED, APF, OTHER, NORMAL, SHARED, UNKNOWN, BAD};
        return nums[below(std::size(nums))];
    }

    void do_call(u32 vcpu)
    {
        const u32 weights[] = {SDEI_EVENT_REGISTER,    SDEI_EVENT_REGISTER, SDEI_EVENT_ENABLE,
                               SDEI_EVENT_ENABLE,      SDEI_EVENT_DISABLE,  SDEI_EVENT_UNREGISTER,
                               SDEI_EVENT_CONTEXT,     SDEI_EVENT_STATUS,   SDEI_EVENT_GET_INFO,
                               SDEI_EVENT_ROUTING_SET, SDEI_PE_MASK,        SDEI_PE_UNMASK,
                               SDEI_PE_UNMASK,         SDEI_FEATURES};
        u32 fid = weights[below(std::size(weights))];
        if (below(40) == 0)
            fid = below(2) ? SDEI_PRIVATE_RESET : SDEI_SHARED_RESET;
        const u64 num = fid == SDEI_EVENT_CONTEXT ? below(20) : pick_num();
        call(vcpu, fid, num, below(6), below(4), below(3), below(3));
    }

    void do_deliver(u32 vcpu)
    {
        const sdei_level *critical = &v[vcpu].level[SDEI_CRITICAL];
        const sdei_level *normal = &v[vcpu].level[SDEI_NORMAL];
        bool due = critical->running < 0 &&
                   (critical->count > 0 || (normal->running < 0 && normal->count > 0));
        regs = context(rng(), rng());
        const sdei_regs before = regs;
        ASSERT_EQ(deliver(vcpu), due);
        if (!due)
            return;
        delivered++;
        EXPECT_EQ(regs.x[2], before.pc);
        EXPECT_EQ(spsr_el1, before.pstate);
    }

    void do_complete(u32 vcpu)
    {
        const bool running = sdei_is_running(&v[vcpu]);
        const u64 before = vm.event[0].refcount + vm.event[1].refcount + vm.event[2].refcount +
                           vm.event[3].refcount;
        ASSERT_EQ(complete(vcpu, below(2)), running);
        const u64 after = vm.event[0].refcount + vm.event[1].refcount + vm.event[2].refcount +
                          vm.event[3].refcount;
        EXPECT_EQ(after, before - running);
        completed += running;
    }

    void step()
    {
        const u32 vcpu = u32(below(2));
        switch (below(6)) {
        case 0:
        case 1:
            do_call(vcpu);
            break;
        case 2:
            injected += inject(vcpu, u32(pick_num()), below(2)) == 0;
            break;
        case 3:
            cancelled += below(4) == 0 && cancel(vcpu, u32(pick_num())) == 0;
            break;
        case 4:
            do_deliver(vcpu);
            break;
        case 5:
            do_complete(vcpu);
            break;
        }
    }
};

TEST_F(Walk, KeepsEveryInvariantAndLosesNoInjection)
{
    for (u64 seed = 1; seed <= 20; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        rng.seed(seed);
        for (int i = 0; i < 2000 && !HasFatalFailure(); i++)
            step();
    }
    u64 queued = 0;
    for (const sdei_event &e : vm.event)
        queued += e.refcount;
    EXPECT_EQ(injected, completed + cancelled + queued);
    /* The walk must have got around. */
    EXPECT_GT(delivered, 500u);
    EXPECT_GT(completed, 500u);
    EXPECT_GT(cancelled, 10u);
}

TEST_F(Walk, SameSeedSameBytes)
{
    static sdei_vm first_vm;
    static sdei_vcpu first_v[2];
    for (int round = 0; round < 2; round++) {
        sdei_vm_init(&vm, 2);
        sdei_vm_expose(&vm, NORMAL, SDEI_PRIVATE, SDEI_NORMAL, true);
        sdei_vm_expose(&vm, SHARED, SDEI_SHARED, SDEI_NORMAL, false);
        sdei_vcpu_init(&v[0]);
        sdei_vcpu_init(&v[1]);
        rng.seed(7);
        for (int i = 0; i < 3000; i++)
            step();
        if (round == 0) {
            first_vm = vm;
            first_v[0] = v[0];
            first_v[1] = v[1];
        }
    }
    EXPECT_EQ(0, memcmp(&vm, &first_vm, sizeof(vm)));
    EXPECT_EQ(0, memcmp(v, first_v, sizeof(v)));
}

/* The check itself: each kind of damage must be found. */
struct Damage : Bed {
    void SetUp() override
    {
        make_ready(0, APF);
        make_ready(1, APF);
        ASSERT_EQ(inject(0, APF), 0);
        ASSERT_TRUE(deliver(0));
        ASSERT_EQ(inject(0, OTHER), SDEI_ENOENT);
    }
};

TEST_F(Damage, EveryKindOfDamageIsFound)
{
    check();
    sdei_level &l = v[0].level[SDEI_CRITICAL];
    EXPECT_DEATH((vm.event[1].refcount++, check()), "assertion");
    EXPECT_DEATH((l.queue[0].refcount++, check()), "assertion");
    EXPECT_DEATH((l.queue[0].refcount = 0, check()), "assertion");
    EXPECT_DEATH((l.queue[0].event = 0, check()), "assertion");
    EXPECT_DEATH((l.queue[1] = l.queue[0], l.count = 2, vm.event[1].refcount = 2, check()),
                 "assertion");
    EXPECT_DEATH((l.count = SDEI_QUEUE_MAX + 1, check()), "assertion");
    EXPECT_DEATH((l.running = 0, check()), "assertion");
    EXPECT_DEATH((v[1].level[SDEI_CRITICAL].running = 1, check()), "assertion");
    EXPECT_DEATH((v[0].masked = 2, check()), "assertion");
    EXPECT_DEATH((vm.event[1].enabled[0] &= ~1ull, check()), "assertion");
    EXPECT_DEATH((vm.event[1].exists = 0, check()), "assertion");
    EXPECT_DEATH((vm.event[0].exists = 1, check()), "assertion");
    EXPECT_DEATH((vm.event[0].enabled[0] = 1, check()), "assertion");
    EXPECT_DEATH((vm.event[1].registered[7] = 1, check()), "assertion");
    EXPECT_DEATH((vm.event[0].entry[1] = 1, check()), "assertion");
    EXPECT_DEATH((vm.event[1].priority = SDEI_NORMAL, check()), "assertion");
    EXPECT_DEATH((vm.event[1].num = 1, check()), "assertion");
    EXPECT_DEATH((vm.event_count = SDEI_EVENT_MAX + 1, check()), "assertion");
}

} // namespace
