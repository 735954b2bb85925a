/*
 * A small model of DEN0054, written from its prose and not from the implementation: who has a
 * handler, whether it is enabled, what runs where, and what that means for the interrupts behind
 * events. No state numbers, no table, no bitmaps.
 */
#ifndef SDEI_TESTS_DEN_MODEL_HPP
#define SDEI_TESTS_DEN_MODEL_HPP

#include "sdei/tests/den_bed.hpp"
#include "sdei/tests/irq_world.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace den_model {

enum op_kind {
    REGISTER, ENABLE, DISABLE, UNREGISTER, STATUS, CONTEXT, MASK, UNMASK, SIGNAL, BIND, RELEASE,
    PRIVATE_RESET, SHARED_RESET, ROUTING_SET, INJECT, DELIVER, INTERRUPT, COMPLETE, RESUME, RESET,
    OP_COUNT
};

struct op {
    op_kind kind;
    u32 pe;
    u32 num;   /* An event, or for BIND and INTERRUPT an interrupt. */
    int route; /* -1: any PE, else this one. */
    u64 token; /* What the interrupted context has in x5. */
};

struct outcome { /* What the caller sees. */
    s64 value = 0;
    std::optional<u32> began, ended; /* Handlers of these events. */
    u64 restored = 0;                /* x5 of the context that goes on. */

    bool operator==(const outcome &o) const
    {
        return value == o.value && began == o.began && ended == o.ended && restored == o.restored;
    }
};

struct handler {
    bool enabled = false;
    int route = -1;
};
struct running {
    u32 num;
    u64 token;
    u32 intid; /* The interrupt that has begun it, 0 none. */
};

/* Records of shared events stand under PE -1. */
using where = std::pair<u32, int>;

struct model {
    std::map<where, handler> handlers; /* Registered. */
    std::vector<running> stack[3];     /* Innermost last. */
    bool masked[3] = {true, true, true};
    std::map<u32, u32> bound = {{EV_PPI, INTID_PPI}, {EV_SPI, INTID_SPI},
                                {EV_SPI_CRITICAL, INTID_SPI_CRITICAL}};
    std::set<u32> signalled;
    std::set<where> waiting;
    /* Of interrupts, where the first is the INTID. Held: disabled by the masked PE it goes to. */
    std::set<where> pending, active, held;

    static where at(u32 num, u32 pe) { return {num, is_shared(num) ? -1 : int(pe)}; }
    static bool is_slot(u32 num) { return num / 1000 == 1 || num / 1000 == 2; }

    bool is_known(u32 num) const
    {
        for (u32 k : kinds)
            if (k == num)
                return true;
        return num == EV_SLOT_PPI + 1 || num == EV_SLOT_SPI + 1;
    }

    bool runs(where w) const
    {
        for (u32 pe = 0; pe < 3; pe++)
            for (const running &r : stack[pe])
                if (at(r.num, pe) == w)
                    return true;
        return false;
    }

    /* A handler of this class may begin here: nothing of its class or above runs. */
    bool has_room(u32 pe, u32 num) const
    {
        for (const running &r : stack[pe])
            if (is_critical(r.num) || !is_critical(num))
                return false;
        return true;
    }

    bool is_ready(where w) const
    {
        auto h = handlers.find(w);
        return h != handlers.end() && h->second.enabled && !runs(w);
    }

    where line_of(where w) const /* The interrupt behind an event. */
    {
        auto b = bound.find(w.first);
        return {b == bound.end() ? 0 : b->second, w.second};
    }

    /* The event that is bound to this interrupt. */
    std::optional<where> event_of(u32 intid, u32 pe) const
    {
        for (auto &b : bound)
            if (b.second == intid)
                return at(b.first, pe);
        return std::nullopt;
    }

    bool is_target(where w, u32 pe) const
    {
        const int route = handlers.at(w).route;
        return route < 0 || route == int(pe);
    }

    /*
     * DEN0054: an interrupt is SDEI's from REGISTER to UNREGISTER, it is enabled as its event is,
     * but not while the masked PE that it goes to has to hold it.
     */
    irq_line line(u32 intid, u32 pe) const
    {
        irq_line l;
        const auto w = event_of(intid, pe);
        if (w && handlers.count(*w)) {
            const handler &h = handlers.at(*w);
            l.claimed = true;
            l.enabled = h.enabled && !held.count(line_of(*w));
            l.route = w->second < 0 ? h.route : -1;
            l.priority = is_critical(w->first);
        }
        l.pending = pending.count(irq_world::at(intid, pe));
        l.active = active.count(irq_world::at(intid, pe));
        return l;
    }

    /* A handler could begin at the next entry, without an interrupt. */
    bool would_deliver(u32 pe) const
    {
        if (masked[pe] || !something_waits(pe))
            return false;
        model m = *this;
        outcome out;
        m.deliver({DELIVER, pe, 0, 0, 0}, out);
        return out.began.has_value();
    }

    bool something_waits(u32 pe) const
    {
        return signalled.count(pe) || waiting.count(at(EV_CRITICAL, pe)) ||
               waiting.count(at(EV_NORMAL, pe));
    }

    void begin(const op &o, u32 num, outcome &out, u32 intid = 0)
    {
        stack[o.pe].push_back({num, o.token, intid});
        out.began = num;
        out.restored = o.token; /* x4..x17 stay as they were. */
    }

    s64 unregister(where w)
    {
        if (handlers.erase(w) == 0)
            return runs(w) ? PEN : DEN;
        waiting.erase(w);
        pending.erase(line_of(w));
        held.erase(line_of(w));
        return runs(w) ? PEN : OK;
    }

    s64 reset(bool shared, u32 pe)
    {
        bool busy = false;
        for (u32 num : all())
            if (is_shared(num) == shared)
                busy |= unregister(at(num, pe)) == PEN;
        return busy ? DEN : OK;
    }

    static std::vector<u32> all()
    {
        std::vector<u32> nums(std::begin(kinds), std::end(kinds));
        nums.push_back(EV_SLOT_PPI + 1);
        nums.push_back(EV_SLOT_SPI + 1);
        return nums;
    }

    s64 release(u32 num, u32 pe)
    {
        for (int p = -1; p < 3; p++)
            if (handlers.count({num, p}))
                return DEN;
        if (runs(at(num, pe)))
            return DEN;
        return bound.erase(num) ? OK : INV;
    }

    s64 bind(u32 intid)
    {
        const bool spi = intid >= 32 && intid <= 1019;
        if (intid < 16 || intid > 1019)
            return INV;
        for (auto &b : bound)
            if (b.second == intid)
                return is_slot(b.first) ? s64(b.first) : s64(INV);
        for (u32 num : {EV_SLOT_PPI, EV_SLOT_PPI + 1, EV_SLOT_SPI, EV_SLOT_SPI + 1})
            if (is_shared(num) == spi && !bound.count(num)) {
                bound[num] = intid;
                return num;
            }
        return OOR;
    }

    s64 register_handler(const op &o)
    {
        const where w = at(o.num, o.pe);
        if (handlers.count(w) || runs(w) || (is_slot(o.num) && !bound.count(o.num)))
            return DEN;
        handlers[w] = {false, is_shared(o.num) ? o.route : int(o.pe)};
        pending.erase(line_of(w));
        held.erase(line_of(w));
        return OK;
    }

    s64 event_call(const op &o)
    {
        const where w = at(o.num, o.pe);
        const bool registered = handlers.count(w);

        if (!is_known(o.num))
            return INV;
        switch (o.kind) {
        case REGISTER:
            return register_handler(o);
        case ENABLE:
        case DISABLE:
            if (!registered)
                return DEN;
            if (o.kind == ENABLE && !handlers[w].enabled)
                held.erase(line_of(w));
            handlers[w].enabled = o.kind == ENABLE;
            return OK;
        case UNREGISTER:
            return unregister(w);
        case STATUS:
            return registered + 2 * (registered && handlers[w].enabled) + 4 * runs(w);
        case ROUTING_SET:
            if (!is_shared(o.num) || !bound.count(o.num))
                return INV;
            if (!registered || handlers[w].enabled || runs(w))
                return DEN;
            handlers[w].route = o.route;
            return OK;
        default: /* RELEASE */
            return is_slot(o.num) ? release(o.num, o.pe) : s64(INV);
        }
    }

    s64 inject(const op &o)
    {
        const where w = at(o.num, o.pe);
        if ((o.num != EV_CRITICAL && o.num != EV_NORMAL) || masked[o.pe] || !is_ready(w) ||
            !has_room(o.pe, o.num))
            return -1;
        const bool zero = signalled.count(o.pe) && is_ready({0, int(o.pe)});
        for (u32 other : {EV_CRITICAL, EV_NORMAL})
            if (waiting.count(at(other, o.pe)) && is_ready(at(other, o.pe)) &&
                is_critical(other) >= is_critical(o.num))
                return -1;
        if (zero && !is_critical(o.num))
            return -1;
        waiting.insert(w);
        return 0;
    }

    void deliver(const op &o, outcome &out)
    {
        if (masked[o.pe])
            return;
        if (waiting.count(at(EV_CRITICAL, o.pe)) && is_ready(at(EV_CRITICAL, o.pe)) &&
            has_room(o.pe, EV_CRITICAL)) {
            waiting.erase(at(EV_CRITICAL, o.pe));
            return begin(o, EV_CRITICAL, out);
        }
        if (!stack[o.pe].empty())
            return;
        if (signalled.count(o.pe)) {
            if (is_ready({0, int(o.pe)})) {
                signalled.erase(o.pe);
                return begin(o, 0, out);
            }
            if (!handlers.count({0, int(o.pe)}))
                signalled.erase(o.pe); /* Nobody wants it. */
        }
        if (waiting.count(at(EV_NORMAL, o.pe)) && is_ready(at(EV_NORMAL, o.pe))) {
            waiting.erase(at(EV_NORMAL, o.pe));
            begin(o, EV_NORMAL, out);
        }
    }

    /* It has been acknowledged: active, and no longer pending. */
    s64 interrupt(const op &o, outcome &out)
    {
        const auto w = event_of(o.num, o.pe);
        if (!w)
            return SDEI_FATE_FOREIGN;
        const bool registered = handlers.count(*w);
        const where line = irq_world::at(o.num, o.pe);
        pending.erase(line);
        active.erase(line);
        if (!masked[o.pe] && !registered)
            return SDEI_FATE_DROPPED;
        if (!masked[o.pe] && is_ready(*w) && has_room(o.pe, w->first) && is_target(*w, o.pe)) {
            begin(o, w->first, out, o.num);
            active.insert(line);
            return SDEI_FATE_DISPATCHED;
        }
        pending.insert(line);
        /* Would it go to nobody but this PE, then it would come again and again. */
        if (!masked[o.pe] || (w->second < 0 && (!registered || handlers[*w].route != int(o.pe))))
            return SDEI_FATE_REPENDED;
        held.insert(line);
        return SDEI_FATE_HELD;
    }

    /* What this PE has held comes to it now. */
    void unmask(u32 pe)
    {
        masked[pe] = false;
        for (auto &h : handlers)
            if (h.second.route == int(pe))
                held.erase(line_of(h.first));
    }

    void end(u32 pe)
    {
        if (stack[pe].back().intid != 0)
            active.erase(irq_world::at(stack[pe].back().intid, pe));
        stack[pe].pop_back();
    }

    s64 shared_reset(const op &o)
    {
        s64 result = reset(true, o.pe);
        if (result != OK)
            return result;
        for (u32 num : {EV_SLOT_PPI, EV_SLOT_PPI + 1, EV_SLOT_SPI, EV_SLOT_SPI + 1})
            if (bound.count(num) && release(num, o.pe) != OK)
                result = DEN;
        return result;
    }

    void reset_pe(u32 pe)
    {
        while (!stack[pe].empty())
            end(pe);
        for (u32 num : all())
            if (!is_shared(num))
                unregister({num, int(pe)});
        signalled.erase(pe);
        masked[pe] = true;
    }

    outcome step(const op &o)
    {
        outcome out;
        switch (o.kind) {
        case CONTEXT:
            out.value = stack[o.pe].empty() ? s64(DEN) : s64(stack[o.pe].back().token);
            break;
        case MASK:
            out.value = !masked[o.pe];
            masked[o.pe] = true;
            break;
        case UNMASK:
            unmask(o.pe);
            break;
        case SIGNAL:
            out.value = o.num != 0 || o.route < 0 ? INV : OK;
            if (out.value == OK)
                signalled.insert(u32(o.route));
            break;
        case BIND: out.value = bind(o.num); break;
        case PRIVATE_RESET: out.value = reset(false, o.pe); break;
        case SHARED_RESET: out.value = shared_reset(o); break;
        case INJECT: out.value = inject(o); break;
        case DELIVER: deliver(o, out); break;
        case INTERRUPT: out.value = interrupt(o, out); break;
        case RESET: reset_pe(o.pe); break;
        case COMPLETE:
        case RESUME:
            if (stack[o.pe].empty()) {
                out.value = DEN;
                break;
            }
            out.ended = stack[o.pe].back().num;
            out.restored = stack[o.pe].back().token;
            end(o.pe);
            break;
        default: out.value = event_call(o); break;
        }
        return out;
    }
};

} // namespace den_model

#endif
