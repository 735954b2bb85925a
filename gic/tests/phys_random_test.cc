// Random sequences of everything that software, peripherals and other PEs can do to the physical
// GICv3, compared with the model of phys_model.hpp after each step. A failure is shrunk to the
// shortest sequence that shows it.
#include "gic/tests/phys_fixture.h"
#include "gic/tests/phys_model.hpp"

#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

namespace {

using phys::Machine;
using phys_model::anybody;
using phys_model::Irq;
using phys_model::is_private;
using phys_model::Model;
using phys_model::nobody;
using phys_model::Pe;

constexpr int pe_count = 3;
const std::vector<int> intids = {1, 9, 20, 33, 40, 1060, 4100};
const u32 affinities[pe_count] = {0x00000000, 0x00000001, 0x05000102};

// --- The two sides in the same state. ---

gicv3_spec small_spec(u8 priority_bits, u8 preemption_bits)
{
    gicv3_spec spec = phys::full_spec(pe_count);
    spec.priority_bits = priority_bits;
    spec.preemption_bits = preemption_bits;
    std::copy(affinities, affinities + pe_count, spec.affinity);
    return spec;
}

Model first_model(const gicv3_spec &spec)
{
    Model m;
    m.pes.resize(pe_count);
    m.priority_step = 256 >> spec.priority_bits;
    m.levels_step = 256 >> spec.preemption_bits;
    m.highest_wins = spec.tie == GICV3_TIE_HIGHEST_INTID;
    for (Pe &p : m.pes) {
        p.mask = 256 - m.priority_step;
        p.point[0] = 7 - spec.preemption_bits;
        p.point[1] = 8 - spec.preemption_bits;
    }
    for (int intid : intids)
        for (int pe = 0; pe < (is_private(intid) ? pe_count : 1); pe++) {
            Irq &q = m.irqs[{intid, is_private(intid) ? pe : phys_model::shared}];
            q.edge = intid < 16;
        }
    return m;
}

void first_state(Machine &m)
{
    m.wake_all();
    for (int intid : intids)
        for (u32 pe = 0; pe < (is_private(intid) ? pe_count : 1); pe++)
            m.prepare(intid, 1, 0x80, pe);
}

// --- What can be seen. ---

void compare_pe(const Model &model, Machine &m, int pe)
{
    const int best = model.best(pe);
    const int running = model.running_level(pe);
    const bool signals = model.can_signal(pe, best);
    const bool awake = model.pes[pe].awake;
    u32 lines = 0;
    if (!awake)
        lines = best != phys_model::none ? GICV3_LINE_WAKE : 0;
    else if (signals)
        lines = model.irq(pe, best).group == 0 ? GICV3_LINE_FIQ
                : model.irq(pe, best).nmi      ? GICV3_LINE_IRQ | GICV3_LINE_NMI
                                               : GICV3_LINE_IRQ;
    RC_ASSERT(m.lines(pe) == lines);
    for (int group = 0; group < 2; group++) {
        const bool is_there = awake && best != 1023 && model.irq(pe, best).group == group;
        const u64 hppir = m.icc(group ? GIC_HPPIR1 : GIC_HPPIR0, pe);
        RC_ASSERT(hppir == (is_there ? u64(best) : 1023u));
    }
    const u64 rpr = running < 0 ? 1ull << 63 : running > 255 ? 0xff : running;
    RC_ASSERT(m.icc(GIC_RPR, pe) == rpr);
}

void compare(const Model &model, Machine &m)
{
    for (int pe = 0; pe < pe_count; pe++) {
        compare_pe(model, m, pe);
        for (int intid : intids) {
            const Irq &q = model.irq(pe, intid);
            RC_ASSERT(m.is_pending(intid, pe) == q.pending());
            RC_ASSERT(m.is_active(intid, pe) == q.active);
            RC_ASSERT(gicv3_target(&m.s, pe, intid) == model.target(pe, intid));
        }
    }
}

// --- Commands. ---

using Command = rc::state::Command<Model, Machine>;

// What a command does to either side; apply() and run() follow from it.
struct Step : Command {
    int pe = *rc::gen::inRange(0, pe_count);
    int intid = *rc::gen::elementOf(intids);

    virtual void on_model(Model &model) const = 0;
    virtual void on_machine(const Model &before, Machine &m) const = 0;
    virtual std::string words() const = 0;

    void apply(Model &model) const override { on_model(model); }
    void run(const Model &before, Machine &m) const override
    {
        Model after = before;
        on_model(after);
        on_machine(before, m);
        compare(after, m);
    }
    void show(std::ostream &out) const override
    {
        out << words() << " PE " << pe << " INTID " << intid;
    }
};

struct Wire : Step {
    bool level = *rc::gen::arbitrary<bool>();
    void on_model(Model &model) const override
    {
        if (intid >= 16)
            model.set_wire(pe, intid, level);
    }
    void on_machine(const Model &, Machine &m) const override
    {
        RC_ASSERT(m.line(intid, level, pe) == (intid >= 16));
    }
    std::string words() const override { return level ? "wire up" : "wire down"; }
};

struct Bit : Step {
    int what = *rc::gen::inRange(0, 8);
    bool value = *rc::gen::arbitrary<bool>();
    void on_model(Model &model) const override
    {
        Irq &q = model.irq(pe, intid);
        switch (what) {
        case 0: q.enabled = value; break;
        case 1:
        case 2: q.latch = value; break;
        case 3: q.active = value; break;
        case 4:
            q.group = value;
            q.nmi &= value;
            break;
        case 5: q.nmi = value && q.group == 1; break;
        default: q.edge = value || intid < 16; break;
        }
    }
    void on_machine(const Model &, Machine &m) const override
    {
        switch (what) {
        case 0: value ? m.enable(intid, pe) : m.disable(intid, pe); break;
        case 1:
        case 2: value ? m.pend(intid, pe) : m.unpend(intid, pe); break;
        case 3: value ? m.activate(intid, pe) : m.deactivate(intid, pe); break;
        case 4: m.group(intid, value, pe); break;
        case 5: m.nmi(intid, value, pe); break;
        default: m.edge(intid, value, pe); break;
        }
    }
    std::string words() const override
    {
        const char *const names[] = {"enabled", "pending", "pending", "active",
                                     "group",   "nmi",     "edge",    "edge"};
        return std::string(names[what]) + " = " + (value ? "1" : "0");
    }
};

struct Priority : Step {
    int value = *rc::gen::oneOf(rc::gen::inRange(0, 256),
                                rc::gen::element(0, 0x20, 0x40, 0x80, 0xa0, 0xf8, 0xff));
    void on_model(Model &model) const override
    {
        model.irq(pe, intid).priority = value / model.priority_step * model.priority_step;
    }
    void on_machine(const Model &, Machine &m) const override { m.priority(intid, value, pe); }
    std::string words() const override { return "priority " + std::to_string(value); }
};

struct Route : Step {
    int to = *rc::gen::inRange(-2, pe_count);
    void on_model(Model &model) const override
    {
        if (!is_private(intid))
            model.irq(pe, intid).route = to;
    }
    void on_machine(const Model &, Machine &m) const override
    {
        if (!is_private(intid))
            m.route(intid, to == anybody ? 1ull << 31 | 1 : to == nobody ? 0x77 : m.route_to(to));
    }
    std::string words() const override { return "route " + std::to_string(to); }
};

// Mostly what lets interrupts through (255), or nothing would ever be taken.
struct Setting : Step {
    int what = *rc::gen::inRange(0, 8);
    int value = *rc::gen::oneOf(rc::gen::just(255), rc::gen::just(252), rc::gen::inRange(0, 256));
    void on_model(Model &model) const override
    {
        Pe &p = model.pes[pe];
        int least = 0; // Of BPR0: 2^(least + 1) priorities are one level.
        while (2 << least < model.levels_step)
            least++;
        switch (what) {
        case 0: model.groups[0] = value & 1, model.groups[1] = value & 6; break;
        case 1: p.mask = value / model.priority_step * model.priority_step; break;
        case 2: p.point[0] = std::max(value % 8, least); break;
        case 3:
            if (!p.common)
                p.point[1] = std::max(value % 8, least + 1);
            break;
        case 4: p.split = value & 2, p.common = value & 1; break;
        case 5: p.takes[value & 1] = (value & 6) != 0; break;
        case 6: p.awake = (value & 7) != 0; break;
        default: p.opted_out[0] = value & 16, p.opted_out[1] = value & 2; break;
        }
    }
    void on_machine(const Model &, Machine &m) const override
    {
        switch (what) {
        case 0: m.d_write(0, (value & 1) | ((value & 6) ? 2 : 0)); break;
        case 1: m.icc_write(GIC_PMR, value, pe); break;
        case 2: m.icc_write(GIC_BPR0, value % 8, pe); break;
        case 3: m.icc_write(GIC_BPR1, value % 8, pe); break;
        case 4: m.icc_write(GIC_CTLR, value & 3, pe); break;
        case 5: m.icc_write(value & 1 ? GIC_IGRPEN1 : GIC_IGRPEN0, (value & 6) != 0, pe); break;
        case 6: m.r_write(pe, 0x14, (value & 7) != 0 ? 0 : 2); break;
        default: m.r_write(pe, 0, u32((value >> 4 & 1) | (value & 2)) << 24); break;
        }
    }
    std::string words() const override
    {
        const char *const names[] = {"GICD_CTLR", "PMR",    "BPR0",  "BPR1",
                                     "ICC_CTLR",  "IGRPEN", "WAKER", "DPG"};
        return std::string(names[what]) + " by " + std::to_string(value);
    }
};

// An interrupt that has what it takes: of any group, seldom an NMI, more urgent from call to call.
struct Raise : Step {
    int group = *rc::gen::arbitrary<bool>();
    bool nmi = *rc::gen::weightedElement<bool>({{4, false}, {1, true}});
    int value = 0;
    explicit Raise(const Model &model)
    {
        const int running = std::min(model.running_level(pe), 0xa0);
        value = *rc::gen::inRange(std::max(0, running - 0x30), std::max(1, running + 8));
    }
    void on_model(Model &model) const override
    {
        Irq &q = model.irq(pe, intid);
        q.enabled = q.latch = true;
        q.group = group;
        q.nmi = nmi && group == 1;
        q.priority = value / model.priority_step * model.priority_step;
        if (!is_private(intid))
            q.route = pe;
    }
    void on_machine(const Model &, Machine &m) const override
    {
        m.prepare(intid, group, value, pe);
        m.nmi(intid, nmi, pe);
        m.pend(intid, pe);
    }
    std::string words() const override
    {
        return "raise in group " + std::to_string(group) + (nmi ? " as NMI" : "") + " at " +
               std::to_string(value);
    }
};

struct Acknowledge : Step {
    int group = *rc::gen::element(0, 1, 1);
    bool by_nmiar = *rc::gen::arbitrary<bool>() && group == 1;
    bool knows_nmis = *rc::gen::arbitrary<bool>();
    // Mostly the register of the interrupt that is there.
    explicit Acknowledge(const Model &model)
    {
        const int best = model.best(pe);
        if (best != phys_model::none && *rc::gen::inRange(0, 4) != 0) {
            group = model.irq(pe, best).group;
            by_nmiar = by_nmiar && model.irq(pe, best).nmi;
        }
    }
    void on_model(Model &model) const override
    {
        model.acknowledge(pe, group, by_nmiar, knows_nmis);
    }
    void on_machine(const Model &before, Machine &m) const override
    {
        const gic_cpuif reg = by_nmiar ? GIC_NMIAR1 : group ? GIC_IAR1 : GIC_IAR0;
        const u64 got = m.icc(reg, pe, {1, knows_nmis});
        RC_ASSERT(got == u64(before.would_acknowledge(pe, group, by_nmiar, knows_nmis)));
    }
    std::string words() const override
    {
        return std::string(by_nmiar ? "NMIAR1" : group ? "IAR1" : "IAR0") +
               (knows_nmis ? " with SCTLR.NMI" : "");
    }
};

// Mostly of an interrupt that is active, as sane software does.
struct End : Step {
    int group = *rc::gen::element(0, 1, 1);
    int kind = *rc::gen::inRange(0, 3);
    int odd = *rc::gen::weightedElement<int>({{20, 0}, {1, 1020}, {1, 1023}, {1, 2000}});
    explicit End(const Model &model)
    {
        const phys_model::Running &running = model.pes[pe].running;
        if (!running.empty() && *rc::gen::inRange(0, 8) != 0)
            group = running.begin()->second;
        for (int i : intids)
            if (model.irq(pe, i).active && *rc::gen::arbitrary<bool>())
                intid = i;
    }

    int subject() const { return odd ? odd : intid; }
    void on_model(Model &model) const override
    {
        if (kind < 2)
            model.end(pe, group, subject());
        else if (model.pes[pe].split)
            model.deactivate(pe, subject());
    }
    void on_machine(const Model &, Machine &m) const override
    {
        m.icc_write(kind == 2 ? GIC_DIR : group ? GIC_EOIR1 : GIC_EOIR0, subject(), pe);
    }
    std::string words() const override
    {
        return std::string(kind == 2 ? "DIR " : group ? "EOIR1 " : "EOIR0 ") +
               std::to_string(subject());
    }
};

struct Send : Step {
    int kind = *rc::gen::inRange(0, 3);
    int to = *rc::gen::inRange(-1, pe_count); // -1: all others.
    int sgi = *rc::gen::element(1, 9);
    void on_model(Model &model) const override
    {
        for (int i = 0; i < pe_count; i++) {
            Irq &q = model.irq(i, sgi);
            if ((to < 0 ? i != pe : i == to) && (kind == 0 || q.group == 0))
                q.latch = true;
        }
    }
    void on_machine(const Model &, Machine &m) const override
    {
        const gic_cpuif regs[] = {GIC_SGI1R, GIC_SGI0R, GIC_ASGI1R};
        const u64 a = to < 0 ? 0 : affinities[to];
        const u64 value = to < 0 ? 1ull << 40
                                 : (1ull << (a & 15)) | (a >> 8 & 0xff) << 16 |
                                       (a >> 16 & 0xff) << 32 | (a >> 4 & 15) << 44 | a >> 24 << 48;
        m.icc_write(regs[kind], value | u64(sgi) << 24, pe);
    }
    std::string words() const override
    {
        return "SGI " + std::to_string(sgi) + " kind " + std::to_string(kind) + " to " +
               std::to_string(to);
    }
};

void try_one(u8 tie)
{
    const auto [priority_bits, preemption_bits] =
        *rc::gen::element(std::make_pair(5, 5), std::make_pair(4, 4), std::make_pair(8, 7),
                          std::make_pair(8, 4), std::make_pair(7, 6));
    gicv3_spec spec = small_spec(u8(priority_bits), u8(preemption_bits));
    spec.tie = tie;
    Machine m(spec);
    first_state(m);
    const Model model = first_model(spec);
    const auto any = rc::state::gen::execOneOfWithArgs<Wire, Bit, Priority, Route, Setting, Raise,
                                                       Raise, Raise, Acknowledge, Acknowledge,
                                                       Acknowledge, Acknowledge, End, Send>();
    const auto commands = *rc::gen::scale(2, rc::state::gen::commands(model, any));
    rc::state::runAll(commands, model, m);
    m.check();
}

RC_GTEST_PROP(PhysRandom, AgreesWithTheModel, ())
{
    try_one(GICV3_TIE_LOWEST_INTID);
}

RC_GTEST_PROP(PhysRandom, AgreesWithTheModelWhereTheHighestIntidWinsATie, ())
{
    try_one(GICV3_TIE_HIGHEST_INTID);
}

} // namespace
