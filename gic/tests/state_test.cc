// A VM of three vCPUs against a model of the same rules, step by step and with shrinking: SPIs that
// are routed anew, migrate and are ended, beside an SGI and a PPI of each vCPU. The model knows
// sets, lists and pointers, no bit layouts.
#include "gic/tests/vm_fixture.h"

#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace {

constexpr int nobody = -1;
constexpr u32 cpus = 3, lr_count = 2;
const list all_intids = {1, 20, 32, 33, 40, 63};

struct one {
    bool enabled = true, edge = false, line = false, latch = false, active = false;
    bool resample = false;
    u32 priority = 0xa0;
    int target = 0, holder = nobody;

    bool pending() const
    {
        return latch || (line && !edge);
    }
};

struct loaded {
    u32 intid, priority;
    bool pending, active, asks; // asks: the end raises the maintenance interrupt.
};

struct vcpu_model {
    list queue, ended;
    std::vector<loaded> lrs;
    std::multiset<u32> running;
    bool inside = false, more = false;
};

struct vm_model {
    std::map<u32, one> own[cpus], shared;
    vcpu_model cpu[cpus];
    bool on = true;
    list kicks;

    vm_model()
    {
        for (u32 intid : all_intids) {
            for (int c = 0; c < int(cpus); c++) {
                own[c][intid].target = c;
                own[c][intid].edge = intid < 16;
            }
            shared[intid];
        }
    }
    one &at(u32 c, u32 intid)
    {
        return intid < 32 ? own[c][intid] : shared[intid];
    }
    int wanted_by(const one &q) const
    {
        if (q.active)
            return q.holder != nobody ? q.holder : q.target;
        return on && q.enabled && q.pending() ? q.target : nobody;
    }
    void consider(u32 c, u32 intid)
    {
        one &q = at(c, intid);
        int who = wanted_by(q);
        if (who == nobody)
            return;
        if (q.holder == nobody) {
            q.holder = who;
            cpu[who].queue.push_back(intid);
        }
        kicks.push_back(u32(who));
    }
    void inject(u32 c, u32 intid, bool level)
    {
        one &q = at(c, intid);
        if (q.edge ? !level : q.line == level)
            return;
        (q.edge ? q.latch : q.line) = level;
        consider(c, intid);
    }
    void enter(u32 c)
    {
        vcpu_model &v = cpu[c];
        v.inside = true;
        if (v.queue.size() > lr_count)
            std::stable_sort(v.queue.begin(), v.queue.end(), [&](u32 a, u32 b) {
                return order(at(c, a)) < order(at(c, b));
            });
        size_t looked_at = 0;
        for (u32 intid : v.queue) {
            one &q = at(c, intid);
            if (v.lrs.size() == lr_count)
                break;
            looked_at++;
            if (wanted_by(q) != int(c))
                continue;
            bool pending = q.pending() && (q.edge || !q.active);
            v.lrs.push_back({intid, q.priority, pending, q.active, !q.edge});
            if (pending && q.edge)
                q.latch = false;
        }
        v.more = v.lrs.size() == lr_count && looked_at < v.queue.size();
    }
    static u32 order(const one &q)
    {
        return q.active ? 0 : q.enabled && q.pending() ? 1 + q.priority : 1000;
    }
    void leave(u32 c)
    {
        vcpu_model &v = cpu[c];
        v.inside = v.more = false;
        v.ended.clear();
        for (const loaded &l : v.lrs) {
            one &q = at(c, l.intid);
            if (!l.pending && !l.active && l.asks && l.intid >= 32) {
                v.ended.push_back(l.intid);
                if (q.resample)
                    q.line = false;
            }
            q.active = l.active;
            if (q.edge && l.pending)
                q.latch = true;
            if (!q.edge && !l.pending && !l.active)
                q.latch = false;
        }
        v.lrs.clear();
        list kept;
        for (u32 intid : v.queue) {
            one &q = at(c, intid);
            int who = wanted_by(q);
            if (who == int(c))
                kept.push_back(intid);
            q.holder = who;
            if (who == nobody || who == int(c))
                continue;
            cpu[who].queue.push_back(intid);
            kicks.push_back(u32(who));
        }
        v.queue = kept;
    }
    loaded *best(u32 c)
    {
        loaded *found = nullptr;
        for (loaded &l : cpu[c].lrs)
            if (l.pending && !l.active && (!found || l.priority < found->priority))
                found = &l;
        u32 running = cpu[c].running.empty() ? 0xff : *cpu[c].running.begin();
        return found && found->priority < std::min(running, 0xf0u) ? found : nullptr;
    }
    u32 acknowledge(u32 c)
    {
        loaded *l = best(c);
        if (l == nullptr)
            return 1023;
        l->pending = false;
        l->active = true;
        cpu[c].running.insert(l->priority);
        return l->intid;
    }
    void end(u32 c, u32 intid)
    {
        vcpu_model &v = cpu[c];
        if (v.running.empty())
            return;
        u32 dropped = *v.running.begin();
        v.running.erase(v.running.begin());
        for (loaded &l : v.lrs)
            if (l.intid == intid && l.active) {
                l.active = l.priority != dropped;
                return;
            }
    }
};

enum op {
    INJECT, DROP, ROUTE, ENABLE, DISABLE, SET_PENDING, CLEAR_PENDING, SET_ACTIVE, CLEAR_ACTIVE,
    CONFIG, PRIORITY, RESAMPLE, SWITCH, CROSS, ACK, END, SGI, OPS
};
const char *const op_name[OPS] = {
    "inject", "drop", "route", "enable", "disable", "set pending", "clear pending", "set active",
    "clear active", "config", "priority", "resample", "switch", "cross", "ack", "end", "sgi"};

struct Step : rc::state::Command<vm_model, machine> {
    int what;
    u32 c, intid, value;

    explicit Step(const vm_model &)
    {
        what = *rc::gen::elementOf(weighted());
        c = *rc::gen::inRange(0u, cpus);
        intid = *rc::gen::elementOf(all_intids);
        value = *rc::gen::inRange(0u, 16u);
    }
    explicit Step(std::mt19937 &random)
    {
        what = weighted()[random() % weighted().size()];
        c = random() % cpus;
        intid = all_intids[random() % all_intids.size()];
        value = random() % 16;
    }
    static const std::vector<int> &weighted()
    {
        static const std::vector<int> all = {
            INJECT, INJECT, INJECT, INJECT, DROP, DROP, ROUTE, ROUTE, ENABLE, ENABLE, DISABLE,
            SET_PENDING, CLEAR_PENDING, SET_ACTIVE, CLEAR_ACTIVE, CLEAR_ACTIVE, CONFIG, PRIORITY,
            RESAMPLE, SWITCH, CROSS, CROSS, CROSS, CROSS, CROSS, CROSS, CROSS, CROSS, ACK, ACK,
            ACK, ACK, ACK, ACK, END, END, END, END, SGI};
        return all;
    }
    bool is_shared() const
    {
        return intid >= 32;
    }

    // KVM stops the VM around a change of active bits; configuration is of SPIs.
    bool is_possible(const vm_model &m) const
    {
        auto is_inside = [](const vcpu_model &v) { return v.inside; };
        if (what == SET_ACTIVE || what == CLEAR_ACTIVE)
            return std::none_of(m.cpu, m.cpu + cpus, is_inside);
        if (what == ROUTE || what == CONFIG || what == RESAMPLE)
            return is_shared();
        return (what != ACK && what != END) || m.cpu[c].inside;
    }
    void checkPreconditions(const vm_model &m) const override
    {
        RC_PRE(is_possible(m));
    }

    void apply(vm_model &m) const override
    {
        one &q = m.at(c, intid);
        m.kicks.clear();
        switch (what) {
        case INJECT: m.inject(c, intid, true); break;
        case DROP: m.inject(c, intid, false); break;
        case ROUTE: q.target = value < cpus ? int(value) : nobody; break;
        case ENABLE: q.enabled = true, m.consider(c, intid); break;
        case DISABLE: q.enabled = false; break;
        case SET_PENDING: q.latch = true, m.consider(c, intid); break;
        case CLEAR_PENDING: q.latch = false; break;
        case SET_ACTIVE: q.active = true, m.consider(c, intid); break;
        case CLEAR_ACTIVE: q.active = false; break;
        case CONFIG: q.edge = value & 1; break;
        case PRIORITY: q.priority = value * 16 & 0xf8; break;
        case RESAMPLE: q.resample = value & 1; break;
        case SWITCH: turn(m); break;
        case CROSS: m.cpu[c].inside ? m.leave(c) : m.enter(c); break;
        case ACK: m.acknowledge(c); break;
        case END: m.end(c, intid); break;
        case SGI:
            for (u32 to = 0; to < cpus; to++)
                if (value & 1 ? to != c : value >> 1 >> to & 1)
                    m.inject(to, 1, true);
            break;
        }
    }

    // Switched on, whoever has something that counts is kicked.
    void turn(vm_model &m) const
    {
        bool was_on = m.on;
        m.on = value < 12;
        if (was_on || !m.on)
            return;
        for (u32 to = 0; to < cpus; to++) {
            auto counts = [&](u32 id) {
                const one &q = m.at(to, id);
                return q.enabled && q.pending() && !q.active && q.priority < 0xf0;
            };
            const list &queue = m.cpu[to].queue;
            if (std::any_of(queue.begin(), queue.end(), counts))
                m.kicks.push_back(to);
        }
    }

    // The same by registers.
    void act(machine &s, const vm_model &before) const
    {
        u32 bit = 1u << intid % 32, word = intid / 32 * 4;
        auto bits = [&](u32 off) {
            if (is_shared())
                s.dist_write(off + word, bit);
            else if (gicr_write(&s.cpus[c], &s.dist, 0x10000 + off, 4, bit))
                s.kicks.push_back(c);
        };
        switch (what) {
        case INJECT: gic_inject_irq(&s.vm, c, intid, true, 0); break;
        case DROP: gic_inject_irq(&s.vm, c, intid, false, 0); break;
        case ROUTE: s.dist_write(0x6000 + 8 * intid, value, 8); break;
        case ENABLE: bits(0x100); break;
        case DISABLE: bits(0x180); break;
        case SET_PENDING: bits(0x200); break;
        case CLEAR_PENDING: bits(0x280); break;
        case SET_ACTIVE: bits(0x300); break;
        case CLEAR_ACTIVE: bits(0x380); break;
        case CONFIG: {
            u32 off = 0xc00 + intid / 16 * 4, field = 2u << intid % 16 * 2;
            u64 old = s.dist_read(off);
            s.dist_write(off, value & 1 ? old | field : old & ~u64{field});
            break;
        }
        case PRIORITY:
            if (is_shared())
                s.dist_write(0x400 + intid, value * 16, 1);
            else
                gicr_write(&s.cpus[c], &s.dist, 0x10400 + intid, 1, value * 16);
            break;
        case RESAMPLE: gic_set_resample(&s.vm, intid, value & 1); break;
        case SWITCH: s.dist_write(0, value < 12 ? 2 : 0); break;
        case CROSS: before.cpu[c].inside ? s.leave(c) : s.enter(c); break;
        case ACK: {
            vm_model copy = before;
            RC_ASSERT(icc_iar1_read(&s.cpus[c]) == copy.acknowledge(c));
            break;
        }
        case END: icc_eoir1_write(&s.cpus[c], intid); break;
        case SGI: {
            u64 where = value & 1 ? 1ull << 40 : value >> 1;
            gic_send_sgi(&s.vm, c, GIC_SGI1R, 1ull << 24 | where);
            break;
        }
        }
    }

    void run(const vm_model &before, machine &s) const override
    {
        vm_model after = before;
        apply(after);
        act(s, before);
        RC_ASSERT(s.take_kicks() == after.kicks);
        for (u32 i = 0; i < cpus; i++)
            compare(after, i, s);
        gic_vm_check(&s.vm);
    }

    static void compare(vm_model &m, u32 i, machine &s)
    {
        const gic &g = s.cpus[i];
        const vcpu_model &v = m.cpu[i];
        RC_ASSERT(s.listed(i) == v.queue);
        RC_ASSERT(g.lr_used == v.lrs.size());
        for (size_t n = 0; n < v.lrs.size(); n++) {
            const loaded &l = v.lrs[n];
            RC_ASSERT(u32(g.lr[n]) == l.intid);
            RC_ASSERT((g.lr[n] >> 48 & 0xff) == l.priority);
            RC_ASSERT(((g.lr[n] & GIC_LR_PENDING) != 0) == l.pending);
            RC_ASSERT(((g.lr[n] & GIC_LR_ACTIVE) != 0) == l.active);
            RC_ASSERT(((g.lr[n] & GIC_LR_EOI) != 0) == l.asks);
        }
        RC_ASSERT(((g.hcr & GIC_HCR_UIE) != 0) == v.more);
        RC_ASSERT(gic_irq_asserted(&g) == (m.best(i) != nullptr));
        RC_ASSERT(icc_rpr_read(&g) == (v.running.empty() ? 0xff : *v.running.begin()));
        RC_ASSERT((list{g.ended, g.ended + g.ended_count}) == v.ended);
        for (u32 id : all_intids) {
            const one &q = m.at(i, id);
            u32 off = id < 32 ? 0x10200 : 0x200 + id / 32 * 4;
            auto reads = [&](u32 o) {
                u64 all = id < 32 ? gicr_read(&g, &s.dist, false, o, 4) : s.dist_read(o);
                return (all >> id % 32 & 1) != 0;
            };
            RC_ASSERT(reads(off) == q.pending());
            RC_ASSERT(reads(off + 0x100) == q.active);
            RC_ASSERT(reads(off - 0x100) == q.enabled);
        }
    }

    void show(std::ostream &os) const override
    {
        os << op_name[what] << " cpu " << c << " intid " << intid << " value " << value;
    }
};

RC_GTEST_PROP(State, TheVgicAgreesWithItsModelWhateverHappens, ())
{
    machine s(cpus, 64);
    s.spec.lr_count = lr_count;
    s.init();
    s.boot();
    rc::state::check(vm_model(), s, rc::state::gen::execOneOfWithArgs<Step>());
}

// The generator's sequences are short; this walks far, with the same steps and the same model.
TEST(StateWalk, LongWalksAgreeAsWell)
{
    for (u64 seed = 1; seed <= 30; seed++) {
        machine s(cpus, 64);
        s.spec.lr_count = lr_count;
        s.init();
        s.boot();
        vm_model m;
        std::mt19937 random(static_cast<u32>(seed));
        for (int i = 0; i < 400; i++) {
            const Step step(random);
            if (!step.is_possible(m))
                continue;
            SCOPED_TRACE(testing::Message() << "seed " << seed << " step " << i << ": "
                                            << op_name[step.what] << " of " << step.intid);
            try {
                step.run(m, s);
            } catch (const rc::detail::CaseResult &r) {
                FAIL() << r.description;
            }
            step.apply(m);
        }
    }
}

} // namespace
