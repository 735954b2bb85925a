// What the machine makes of an abort is what the syndrome registers say: the record that is built
// at the exit is compared with the decoding of ESR_EL2, FAR_EL2 and HPFAR_EL2, which knows nothing
// of the walk.
#include "model/tests/probe.hpp"
#include "model/tests/random_spec.hpp"

namespace {

struct seen {
    u32 aborts = 0, writes = 0, tables = 0, permissions = 0, higher = 0;
};

void compare(const Machine &m, const vcpu &v, seen *s)
{
    const cpu_regs &r = v.regs;
    const mmu_s1ptw_rule rule =
        m.r->c.var->host->s1ptw_is_write ? MMU_S1PTW_WRITE : MMU_S1PTW_READ;
    const mmu_abort a = mmu_abort_decode(r.esr_el2, r.far_el2, r.hpfar_el2, rule);

    EXPECT_TRUE(a.type == MMU_ABORT_TRANSLATION || a.type == MMU_ABORT_PERMISSION);
    EXPECT_EQ(a.write, v.abort.write);
    EXPECT_EQ(a.exec, v.abort.exec);
    EXPECT_EQ(a.is_perm, v.abort.is_perm);
    EXPECT_EQ(a.s1ptw, v.abort.s1ptw);
    EXPECT_EQ(cpu_hpfar_to_ipa(r.hpfar_el2) >> MMU_PAGE_SHIFT, v.abort.gfn);
    EXPECT_EQ(a.far, v.abort.va);
    EXPECT_TRUE(a.level >= 1 && a.level <= 3);
    s->higher += a.level < 3;
    s->aborts++;
    s->writes += a.write;
    s->tables += a.s1ptw;
    s->permissions += a.is_perm;
}

/* A slot holds every page of the guest, so KVM maps, or tells the guest if it may. */
void decide(const vcpu &v)
{
    const cpu_regs &r = v.regs;
    const mmu_abort a = mmu_abort_decode(r.esr_el2, r.far_el2, r.hpfar_el2, MMU_S1PTW_READ);
    mmu_kvm_vm vm{};
    vm.pa_bits = 48;
    vm.ipa_bits = 40;
    vm.has_slot = vm.apf = 1;
    vm.el = v.abort.el;
    const mmu_kvm_answer how = mmu_kvm_decide(&a, &vm);

    EXPECT_TRUE(how == MMU_KVM_MAP || how == MMU_KVM_APF) << how;
    if (v.abort.el == 1 || v.abort.s1ptw) {
        EXPECT_EQ(how, MMU_KVM_MAP) << "nobody could run instead";
    }
}

TEST(Abort, TheRecordIsWhatTheSyndromeSays)
{
    seen s;

    for (u64 seed = 301; seed <= 370; seed++) {
        SCOPED_TRACE("random_spec(" + std::to_string(seed) + ")");
        Machine m(random_spec(seed));
        std::vector<u64> last(m.p->vcpus);
        for (u32 steps = 0; steps < 20000 && m.step(); steps++)
            for (u32 i = 0; i < m.p->vcpus; i++) {
                const vcpu &v = m.cpu(i);
                const u64 now = v.regs.esr_el2 ^ v.regs.far_el2 << 8 ^ v.regs.hpfar_el2 << 40;
                if (v.abort.esr == 0 || now == last[i])
                    continue;
                last[i] = now;
                compare(m, v, &s);
                decide(v);
            }
    }
    EXPECT_GT(s.aborts, 1000u);
    EXPECT_GT(s.writes, 100u);
    EXPECT_GT(s.tables, 10u);
}

/* The kernel's touch of a fresh page: where even the table is missing, the level is that of the
 * table above. */
TEST(Abort, TheLevelIsWhereTheWalkEnds)
{
    auto p = plain_spec(SYNC);
    p->memory_bytes = 64ull << 20;
    p->task[0].placement = PLACE_FRESH;
    pages(*p, 2048);
    Machine m(std::move(p));
    seen s;
    u64 last = 0;

    while (m.step()) {
        const vcpu &v = m.cpu();
        if (v.abort.esr != 0 && v.regs.hpfar_el2 != last)
            compare(m, v, &s);
        last = v.regs.hpfar_el2;
    }
    EXPECT_GT(s.aborts, 2000u);
    EXPECT_GT(s.higher, 0u);
    EXPECT_LT(s.higher, 20u) << "one for each table of 2 MiB";
}

} // namespace
