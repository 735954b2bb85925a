// A small model of the physical GICv3, written from IHI 0069 and from nothing else: sets and maps,
// no bits and no registers. phys_random_test.cc compares the decider with it.
#ifndef GIC_TESTS_PHYS_MODEL_HPP
#define GIC_TESTS_PHYS_MODEL_HPP

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace phys_model {

constexpr int none = 1023;
constexpr int nobody = -1, anybody = -2; // Routes that name no PE, or leave the choice.

// SGIs and PPIs belong to a PE; the others to "PE" shared.
constexpr int shared = -1;
using Key = std::pair<int, int>; // INTID, owner: sorted by INTID.

inline bool is_private(int intid)
{
    return intid < 32 || (intid >= 1056 && intid < 1120);
}

struct Irq {
    int group = 1, priority = 0x80, route = 0;
    bool enabled = true, edge = false, nmi = false;
    bool wire = false, latch = false, active = false;

    bool pending() const { return latch || (!edge && wire); }
};

// What runs on a PE: most urgent first. -1 is the level of an NMI.
using Running = std::set<std::pair<int, int>>; // Group priority, group.

struct Pe {
    bool awake = true, split = false, common = false;
    int mask = 0xf8;
    int point[2] = {2, 3};
    bool takes[2] = {true, true}, opted_out[2] = {false, false};
    Running running;
};

struct Model {
    std::map<Key, Irq> irqs;
    std::vector<Pe> pes;
    bool groups[2] = {true, true};
    int priority_step = 8, levels_step = 8; // Of priorities, and of group priorities.
    bool highest_wins = false;              // Among equals.

    Irq &irq(int pe, int intid) { return irqs.at({intid, is_private(intid) ? pe : shared}); }
    const Irq &irq(int pe, int intid) const
    {
        return irqs.at({intid, is_private(intid) ? pe : shared});
    }

    int target(int pe, int intid) const
    {
        const Irq &q = irq(pe, intid);
        if (is_private(intid))
            return pe;
        if (q.route != anybody)
            return q.route;
        for (size_t i = 0; i < pes.size(); i++)
            if (pes[i].awake && pes[i].takes[q.group] && !pes[i].opted_out[q.group])
                return static_cast<int>(i);
        return nobody;
    }

    // INTID of the best for this PE, or none. A sleeping PE's groups count as enabled: for the
    // wake.
    int best(int pe) const
    {
        int found = none;
        std::pair<bool, int> found_rank;
        for (const auto &[key, q] : irqs) {
            const auto [intid, owner] = key;
            const bool is_on = groups[q.group] && (pes[pe].takes[q.group] || !pes[pe].awake);
            if ((owner != shared && owner != pe) || target(pe, intid) != pe || !is_on)
                continue;
            if (!q.pending() || !q.enabled || q.active)
                continue;
            const std::pair<bool, int> rank = {!q.nmi, q.nmi ? 0 : q.priority};
            if (found == none || rank < found_rank || (highest_wins && rank == found_rank))
                found = intid, found_rank = rank;
        }
        return found;
    }

    int running_level(int pe) const
    {
        return pes[pe].running.empty() ? 256 : pes[pe].running.begin()->first;
    }

    // Priorities of one group priority: 2^point of group 1, 2^(point + 1) of group 0.
    int group_size(int pe, int group) const
    {
        const Pe &p = pes[pe];
        return group == 1 && !p.common ? 1 << p.point[1] : 2 << p.point[0];
    }

    bool can_signal(int pe, int intid) const
    {
        if (intid == none || !pes[pe].awake || running_level(pe) < 0)
            return false;
        const Irq &q = irq(pe, intid);
        if (q.nmi)
            return true;
        const int size = group_size(pe, q.group), running = running_level(pe);
        return q.priority < pes[pe].mask && (running == 256 || q.priority / size < running / size);
    }

    // IAR of a group; by_nmiar: NMIAR1. 1022 if the PE knows NMIs and this is one.
    int would_acknowledge(int pe, int group, bool by_nmiar, bool knows_nmis) const
    {
        const int intid = best(pe);
        if (!can_signal(pe, intid) || irq(pe, intid).group != group)
            return none;
        if (by_nmiar && !irq(pe, intid).nmi)
            return none;
        return irq(pe, intid).nmi && knows_nmis && !by_nmiar ? 1022 : intid;
    }

    void acknowledge(int pe, int group, bool by_nmiar, bool knows_nmis)
    {
        const int intid = would_acknowledge(pe, group, by_nmiar, knows_nmis);
        if (intid == none || intid == 1022)
            return;
        Irq &q = irq(pe, intid);
        const int size = group_size(pe, q.group);
        pes[pe].running.insert({q.nmi ? -1 : q.priority / size * size, q.group});
        q.active = true;
        q.latch = false;
    }

    void end(int pe, int group, int intid)
    {
        Running &running = pes[pe].running;
        if ((intid >= 1020 && intid <= 1023) || running.empty() || running.begin()->second != group)
            return;
        running.erase(running.begin());
        if (!pes[pe].split)
            deactivate(pe, intid);
    }

    void deactivate(int pe, int intid)
    {
        const auto found = irqs.find({intid, is_private(intid) ? pe : shared});
        if (found != irqs.end())
            found->second.active = false;
    }

    void set_wire(int pe, int intid, bool level)
    {
        Irq &q = irq(pe, intid);
        q.latch |= q.edge && level && !q.wire;
        q.wire = level;
    }
};

} // namespace phys_model

#endif
