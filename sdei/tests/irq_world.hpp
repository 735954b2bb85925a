/*
 * A small interrupt controller for the tests of den0054. It does what struct sdei_todo says and
 * knows nothing of events: for each interrupt (a PPI has one for each PE) who owns it, and whether
 * it is enabled, pending and active.
 */
#ifndef SDEI_TESTS_IRQ_WORLD_HPP
#define SDEI_TESTS_IRQ_WORLD_HPP

#include "sdei/sdei.h"

#include <map>
#include <ostream>
#include <set>
#include <string>

struct irq_line {
    bool claimed = false, enabled = false, pending = false, active = false;
    int route = -1; /* An SPI: any PE, or this one. */
    u32 priority = 0;

    bool operator==(const irq_line &l) const
    {
        return claimed == l.claimed && pending == l.pending && active == l.active &&
               /* The rest is the client's business until SDEI has claimed it. */
               (!claimed || (enabled == l.enabled && route == l.route && priority == l.priority));
    }
};

/* For the message of a comparison that fails. */
inline std::ostream &operator<<(std::ostream &os, const irq_line &l)
{
    return os << "{claimed " << l.claimed << ", enabled " << l.enabled << ", pending " << l.pending
              << ", active " << l.active << ", route " << l.route << ", priority " << l.priority
              << "}";
}

struct irq_world {
    std::map<std::pair<u32, int>, irq_line> lines; /* By INTID, and PE or -1. */
    std::string fault;                             /* The first thing that no caller could do. */

    static std::pair<u32, int> at(u32 intid, u32 pe)
    {
        const bool ppi = intid < 32 || (intid >= 1056 && intid < 1120);
        return {intid, ppi ? int(pe) : -1};
    }

    irq_line line(u32 intid, u32 pe) const
    {
        auto found = lines.find(at(intid, pe));
        return found == lines.end() ? irq_line() : found->second;
    }

    void acknowledge(u32 intid, u32 pe)
    {
        lines[at(intid, pe)].pending = false;
        lines[at(intid, pe)].active = true;
    }

    void demand(bool holds, const char *what)
    {
        if (!holds && fault.empty())
            fault = what;
    }

    /* The actions of one entry, in the order that the door promises. */
    void act(irq_line &l, const sdei_irq &irq)
    {
        demand(irq.action != 0, "an entry without an action");
        if (irq.action & SDEI_IRQ_DISABLE)
            l.enabled = false;
        if (irq.action & SDEI_IRQ_CLEAR)
            l.pending = false;
        if (irq.action & SDEI_IRQ_CLAIM) {
            demand(!l.claimed, "claimed twice");
            l.claimed = true;
            l.route = -1;
            l.priority = irq.priority;
        }
        if (irq.action & SDEI_IRQ_ROUTE) {
            demand(irq.to_any || irq.affinity < 3, "routed to a PE that is not there");
            l.route = irq.to_any ? -1 : int(irq.affinity);
        }
        if (irq.action & SDEI_IRQ_ENABLE) {
            demand(l.claimed, "enabled for SDEI without a claim");
            l.enabled = true;
        }
        if (irq.action & SDEI_IRQ_PEND)
            l.pending = true;
        if (irq.action & SDEI_IRQ_END)
            l.active = false;
        if (irq.action & SDEI_IRQ_GIVE_BACK) {
            demand(l.claimed, "given back without a claim");
            l.claimed = false;
        }
    }

    void apply(const sdei_todo &todo, u32 pe)
    {
        std::set<u32> seen;

        for (u32 i = 0; i < todo.irq_count; i++) {
            demand(seen.insert(todo.irq[i].intid).second, "two entries for one interrupt");
            act(lines[at(todo.irq[i].intid, pe)], todo.irq[i]);
        }
    }
};

#endif
