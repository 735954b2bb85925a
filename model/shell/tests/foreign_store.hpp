/*
 * A store of somebody else, as a user would write it: a TLM-2.0 target with events of its own. It
 * serves as the machine's own store does (channels, queue depth, link, latencies by page and
 * number), so runs with it can be compared with the testbed line by line.
 */
#ifndef MODEL_SHELL_TESTS_FOREIGN_STORE_HPP
#define MODEL_SHELL_TESTS_FOREIGN_STORE_HPP

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <map>
#include <systemc>
#include <vector>

#include "model/shell/plugs.hpp"
#include "model/shell/shell.h"

enum class manner {
    FOUR_PHASES,  /* END_REQ in the return path, BEGIN_RESP when an event of the store comes. */
    SLOW_REQUEST, /* END_REQ by the backward path, some time later: the next request waits. */
    AT_ONCE,      /* TLM_COMPLETED with the whole service time as delay. */
    EARLY_ANSWER, /* BEGIN_RESP in the return path, with delay. */
    WAITING,      /* b_transport that waits. */
    ANNOTATING,   /* b_transport that adds to the delay. */
    FAILING,      /* As AT_ONCE, but nothing succeeds. */
};

class foreign_store : public sc_core::sc_module {
  public:
    SC_HAS_PROCESS(foreign_store);
    foreign_store(const sc_core::sc_module_name &name, const spec &p, manner how)
        : sc_module(name), socket("socket"), p_(p), how_(how), channel_free_ps_(p.store.channels),
          slot_free_ps_(p.store.queue_depth)
    {
        socket.register_b_transport(this, &foreign_store::blocking);
        socket.register_nb_transport_fw(this, &foreign_store::non_blocking);
        SC_METHOD(finish);
        sensitive << done_;
        dont_initialize();
        SC_METHOD(take_next);
        sensitive << taken_;
        dont_initialize();
    }

    tlm_utils::simple_target_socket<foreign_store> socket;

  private:
    using payload = tlm::tlm_generic_payload;

    static u64 now_ps()
    {
        return sc_core::sc_time_stamp().value();
    }

    static sc_core::sc_time after(u64 ps)
    {
        return sc_core::sc_time::from_value(ps);
    }

    /* Everything is served in order, so the end is known at the begin. */
    u64 serve(const payload &q)
    {
        const bool is_read = q.is_read();
        const u64 draw = rng_u64(p_.seed, is_read ? RNG_STORE_READ : RNG_STORE_WRITE,
                                 q.get_address() >> MMU_PAGE_SHIFT,
                                 q.get_extension<store_hint>()->number);
        u64 &channel = *std::min_element(channel_free_ps_.begin(), channel_free_ps_.end());
        u64 &slot = slot_free_ps_[served_++ % slot_free_ps_.size()];
        const u64 start_ps = std::max({now_ps(), slot, channel});

        channel = start_ps + dist_value(is_read ? &p_.store.read : &p_.store.write, draw);
        slot = std::max(channel, link_free_ps_) + p_.store.transfer_ps;
        if (p_.store.transfer_ps != 0)
            link_free_ps_ = slot;
        return slot;
    }

    void blocking(payload &q, sc_core::sc_time &delay)
    {
        const sc_core::sc_time service = after(serve(q) - now_ps());

        q.set_response_status(tlm::TLM_OK_RESPONSE);
        if (how_ == manner::WAITING)
            wait(service);
        else
            delay += service;
    }

    tlm::tlm_sync_enum non_blocking(payload &q, tlm::tlm_phase &phase, sc_core::sc_time &delay)
    {
        if (phase == tlm::END_RESP)
            return tlm::TLM_COMPLETED;
        q.set_response_status(how_ == manner::FAILING ? tlm::TLM_GENERIC_ERROR_RESPONSE
                                                      : tlm::TLM_OK_RESPONSE);
        const u64 end_ps = serve(q);
        switch (how_) {
        case manner::FOUR_PHASES:
            q.acquire();
            open_.emplace(end_ps, &q);
            done_.notify(after(end_ps - now_ps()));
            phase = tlm::END_REQ;
            return tlm::TLM_UPDATED;
        case manner::SLOW_REQUEST:
            q.acquire();
            open_.emplace(end_ps, &q);
            done_.notify(after(end_ps - now_ps()));
            last_ = &q;
            taken_.notify(after(3 * PS_PER_US));
            return tlm::TLM_ACCEPTED;
        case manner::EARLY_ANSWER:
            phase = tlm::BEGIN_RESP;
            delay += after(end_ps - now_ps());
            return tlm::TLM_UPDATED;
        default:
            delay += after(end_ps - now_ps());
            return tlm::TLM_COMPLETED;
        }
    }

    void take_next()
    {
        tlm::tlm_phase phase = tlm::END_REQ;
        sc_core::sc_time delay;

        socket->nb_transport_bw(*last_, phase, delay);
    }

    void finish()
    {
        while (!open_.empty() && open_.begin()->first <= now_ps()) {
            payload *q = open_.begin()->second;
            tlm::tlm_phase phase = tlm::BEGIN_RESP;
            sc_core::sc_time delay;
            open_.erase(open_.begin());
            socket->nb_transport_bw(*q, phase, delay);
            q->release();
        }
        if (!open_.empty())
            done_.notify(after(open_.begin()->first - now_ps()));
    }

    const spec &p_;
    const manner how_;
    std::vector<u64> channel_free_ps_, slot_free_ps_;
    u64 link_free_ps_ = 0, served_ = 0;
    std::multimap<u64, payload *> open_; /* By the time of the answer. */
    payload *last_ = nullptr;
    sc_core::sc_event done_, taken_;
};

#endif
