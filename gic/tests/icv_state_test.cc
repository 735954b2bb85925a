// The virtual CPU interface against a model of it, step by step and with shrinking: both groups,
// binary points, EOImode, superpriority, five to seven bits of preemption. The model keeps active
// priorities as sets of numbers and computes the reasons for maintenance from its list registers.
#include "gic/gic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace {

constexpr u32 count = 3;

struct slot {
    u32 group = 0, priority = 0;
    bool nmi = false, pending = false, active = false, hw = false, asks = false;

    bool in_use() const
    {
        return pending || active;
    }
};

struct interface {
    u32 pre;
    bool has_nmi;
    slot lr[count];
    std::set<u32> running[2];
    bool nmi_runs = false, on[2] = {false, false}, cbpr = false, split = false;
    u32 mask = 0, bpr[2], ends = 0, hcr = GIC_HCR_EN;

    interface(u32 pre_, bool nmi) : pre(pre_), has_nmi(nmi)
    {
        bpr[0] = 7 - pre;
        bpr[1] = 8 - pre;
    }
    u32 group_priority(u32 priority, u32 group) const
    {
        u32 low = group == 1 && !cbpr ? bpr[1] : bpr[0] + 1;
        return priority >> low << low;
    }
    u32 now() const // Running priority, 0xff if idle.
    {
        if (nmi_runs)
            return 0;
        u32 least = 0xff;
        for (const auto &r : running)
            if (!r.empty())
                least = std::min(least, *r.begin());
        return least;
    }
    const slot *highest() const
    {
        const slot *best = nullptr;
        auto urgency = [](const slot &s) { return s.nmi ? -1 : int(s.priority); };
        for (const slot &s : lr)
            if (s.pending && !s.active && on[s.group] && (hcr & GIC_HCR_EN))
                if (best == nullptr || urgency(s) < urgency(*best))
                    best = &s;
        return best;
    }
    const slot *signalled() const
    {
        const slot *s = highest();
        if (s == nullptr || nmi_runs || s->nmi)
            return nmi_runs ? nullptr : s;
        bool idle = now() == 0xff;
        bool above = group_priority(s->priority, s->group) < group_priority(now(), s->group);
        return s->priority < mask && (idle || above) ? s : nullptr;
    }
    u32 number(const slot *s) const
    {
        return 40 + u32(s - lr);
    }
    u32 pending_of(u32 group) const
    {
        const slot *s = highest();
        return s != nullptr && s->group == group ? number(s) : 1023;
    }
    u32 acknowledge(u32 group)
    {
        const slot *s = signalled();
        if (s == nullptr || s->group != group)
            return 1023;
        slot &mine = lr[s - lr];
        mine.pending = false;
        mine.active = true;
        if (mine.nmi)
            nmi_runs = true;
        else
            running[group].insert(group_priority(mine.priority, group));
        return number(s);
    }
    void end(u32 group, u32 intid)
    {
        u32 dropped = now();
        bool was_nmi = nmi_runs;
        if (dropped == 0xff)
            return;
        if (was_nmi)
            nmi_runs = false;
        else if (running[0].erase(dropped) == 0)
            running[1].erase(dropped);
        if (split)
            return;
        u32 n = intid - 40;
        if (n >= count || !lr[n].active) {
            ends = (ends + 1) % 32;
            return;
        }
        slot &s = lr[n];
        if (s.group == group && s.nmi == was_nmi &&
            (was_nmi || group_priority(s.priority, group) == dropped))
            s.active = false;
    }
    void deactivate(u32 intid)
    {
        u32 n = intid - 40;
        if (!split)
            return;
        if (n < count && lr[n].active)
            lr[n].active = false;
        else
            ends = (ends + 1) % 32;
    }
    u32 reasons() const
    {
        auto used = [](const slot &s) { return s.in_use(); };
        auto waits = [](const slot &s) { return s.pending && !s.active; };
        u32 all = ended() ? 1 : 0;
        if ((hcr & 2) && std::count_if(lr, lr + count, used) <= 1)
            all |= 2;
        if ((hcr & 4) && ends != 0)
            all |= 4;
        if ((hcr & 8) && std::none_of(lr, lr + count, waits))
            all |= 8;
        for (u32 g : {0u, 1u}) {
            all |= (hcr & 16 << 2 * g) && on[g] ? 16 << 2 * g : 0;
            all |= (hcr & 32 << 2 * g) && !on[g] ? 32 << 2 * g : 0;
        }
        return all;
    }
    u32 ended() const // As a mask.
    {
        u32 bits = 0;
        for (u32 n = 0; n < count; n++)
            bits |= u32{!lr[n].in_use() && lr[n].asks && !lr[n].hw} << n;
        return bits;
    }
    u32 free() const
    {
        u32 bits = 0;
        for (u32 n = 0; n < count; n++)
            bits |= u32{!lr[n].in_use()} << n;
        return bits & ~ended();
    }
};

constexpr gic_trap_inputs el1{1, 1, 1, 0, 0}, el2{2, 1, 1, 1, 0};

u64 read(gic &g, gic_cpuif reg, const gic_trap_inputs &in)
{
    u64 value = 0;
    RC_ASSERT(gic_cpuif_read(&g, reg, &in, &value) == GIC_DONE);
    return value;
}

void write(gic &g, gic_cpuif reg, const gic_trap_inputs &in, u64 value)
{
    RC_ASSERT(gic_cpuif_write(&g, reg, &in, value) == GIC_DONE);
}

enum op { LOAD, ACK, END, DIR, MASK, POINT, CTLR, ENABLE, HCR, OPS };
const char *const op_name[OPS] = {"load", "ack",  "end",    "dir", "mask",
                                  "point", "ctlr", "enable", "hcr"};

struct Step : rc::state::Command<interface, gic> {
    int what;
    u32 group, n, value;

    explicit Step(const interface &)
    {
        what = *rc::gen::elementOf(weighted());
        group = *rc::gen::inRange(0u, 2u);
        n = *rc::gen::inRange(0u, 4u);
        value = *rc::gen::inRange(0u, 1u << 16);
    }
    explicit Step(std::mt19937 &random)
    {
        what = weighted()[random() % weighted().size()];
        group = random() % 2;
        n = random() % 4;
        value = random() % (1u << 16);
    }
    static const std::vector<int> &weighted()
    {
        static const std::vector<int> all = {LOAD, LOAD, LOAD, LOAD, LOAD, LOAD, ACK, ACK, ACK,
                                             ACK,  ACK,  ACK,  ACK,  ACK,  END,  END, END, END,
                                             END,  DIR,  DIR,  MASK, POINT, CTLR, ENABLE, ENABLE,
                                             HCR};
        return all;
    }

    slot made(const interface &m) const
    {
        slot s;
        s.group = group;
        s.priority = (value & 0xff) >> (8 - m.pre) << (8 - m.pre);
        s.nmi = m.has_nmi && group == 1 && (value >> 8 & 1) == 0;
        s.pending = (value >> 11 & 3) != 0;
        s.active = (value >> 11 & 3) == 3;
        s.hw = value >> 13 & 1;
        s.asks = !s.hw && (value >> 14 & 1);
        return s;
    }

    void apply(interface &m) const override
    {
        switch (what) {
        case LOAD: m.lr[n % count] = made(m); break;
        case ACK: m.acknowledge(group); break;
        case END: m.end(group, 40 + n); break;
        case DIR: m.deactivate(40 + n); break;
        case MASK: m.mask = (value & 0xff) >> (8 - m.pre) << (8 - m.pre); break;
        case POINT:
            if (group == 0 || !m.cbpr)
                m.bpr[group] = std::max(value % 8, 7 + group - m.pre);
            break;
        case CTLR: m.cbpr = value & 1, m.split = value & 2; break;
        case ENABLE: m.on[group] = value & 7; break;
        case HCR:
            m.hcr = (value & 0xfe) | ((value >> 8 & 7) != 0 ? 1 : 0);
            m.ends = value >> 11;
            break;
        }
    }

    void act(interface m, gic &g) const
    {
        switch (what) {
        case LOAD: {
            const slot s = made(m);
            u64 lr = (40 + n % count) | u64{s.priority} << 48 | u64{s.group} << 60 |
                     u64{s.nmi} << 59 | u64{s.hw} << 61 | u64{s.pending} << 62 |
                     u64{s.active} << 63 | u64{s.asks} << 41;
            write(g, gic_cpuif(GIC_LR0 + n % count), el2, lr);
            break;
        }
        case ACK:
            RC_ASSERT(read(g, group ? GIC_IAR1 : GIC_IAR0, el1) == m.acknowledge(group));
            break;
        case END: write(g, group ? GIC_EOIR1 : GIC_EOIR0, el1, 40 + n); break;
        case DIR: write(g, GIC_DIR, el1, 40 + n); break;
        case MASK: write(g, GIC_PMR, el1, value & 0xff); break;
        case POINT: write(g, group ? GIC_BPR1 : GIC_BPR0, el1, value); break;
        case CTLR: write(g, GIC_CTLR, el1, value); break;
        case ENABLE: write(g, group ? GIC_IGRPEN1 : GIC_IGRPEN0, el1, (value & 7) != 0); break;
        case HCR: {
            u32 en = (value >> 8 & 7) != 0;
            write(g, GIC_HCR, el2, (value & 0xfe) | en | u64{value >> 11} << 27);
            break;
        }
        }
    }

    void run(const interface &before, gic &g) const override
    {
        interface m = before;
        apply(m);
        act(before, g);
        const slot *s = m.signalled();
        RC_ASSERT(gic_irq_asserted(&g) == (s != nullptr && s->group == 1));
        RC_ASSERT(gic_fiq_asserted(&g) == (s != nullptr && s->group == 0));
        RC_ASSERT(gic_nmi_asserted(&g) == (s != nullptr && s->nmi));
        RC_ASSERT(read(g, GIC_HPPIR0, el1) == m.pending_of(0));
        RC_ASSERT(read(g, GIC_HPPIR1, el1) == m.pending_of(1));
        RC_ASSERT(read(g, GIC_RPR, el1) == (m.now() | u64{m.nmi_runs} << 63));
        RC_ASSERT(read(g, GIC_MISR, el2) == m.reasons());
        RC_ASSERT(read(g, GIC_EISR, el2) == m.ended());
        RC_ASSERT(read(g, GIC_ELRSR, el2) == m.free());
        RC_ASSERT(gic_maintenance(&g) == ((m.hcr & 1) && m.reasons() != 0));
        RC_ASSERT(read(g, GIC_HCR, el2) == (m.hcr | m.ends << 27));
        for (u32 i = 0; i < 1u << (m.pre - 5); i++)
            for (u32 group_ : {0u, 1u}) {
                u64 bits = 0;
                for (u32 p : m.running[group_])
                    if (p >> (8 - m.pre) >> 5 == i)
                        bits |= 1u << (p >> (8 - m.pre)) % 32;
                if (group_ == 1 && i == 0)
                    bits |= u64{m.nmi_runs} << 63;
                gic_cpuif first = group_ ? GIC_HAP1R0 : GIC_HAP0R0;
                RC_ASSERT(read(g, gic_cpuif(first + i), el2) == bits);
            }
        gic_check(&g);
    }

    void show(std::ostream &os) const override
    {
        os << op_name[what] << " group " << group << " n " << n << " value " << value;
    }
};

// As a guest has it, so that the first steps do something.
interface start(gic &g, u32 bits, bool nmi)
{
    gic_spec spec = gic_spec_kvm(1);
    spec.lr_count = count;
    spec.preemption_bits = spec.priority_bits = u8(bits);
    spec.nmi = nmi;
    gic_init_as(&g, &spec, 0);
    interface m(bits, nmi);
    m.mask = 0xf0;
    m.on[0] = m.on[1] = true;
    write(g, GIC_PMR, el1, 0xf0);
    write(g, GIC_IGRPEN0, el1, 1);
    write(g, GIC_IGRPEN1, el1, 1);
    return m;
}

RC_GTEST_PROP(IcvState, TheInterfaceAgreesWithItsModelWhateverHappens, ())
{
    gic g;
    const interface m = start(g, *rc::gen::inRange(5u, 8u), *rc::gen::inRange(0, 2));
    rc::state::check(m, g, rc::state::gen::execOneOfWithArgs<Step>());
}

// The generator's sequences are short and new each time; these are long and always the same.
TEST(IcvWalk, LongWalksAgreeAsWell)
{
    for (u32 seed = 1; seed <= 100; seed++) {
        std::mt19937 random(seed);
        gic g;
        interface m = start(g, 5 + seed % 3, seed % 2);
        for (int i = 0; i < 400; i++) {
            const Step step(random);
            SCOPED_TRACE(testing::Message() << "seed " << seed << " step " << i << ": "
                                            << op_name[step.what]);
            try {
                step.run(m, g);
            } catch (const rc::detail::CaseResult &r) {
                FAIL() << r.description;
            }
            step.apply(m);
        }
    }
}

} // namespace
