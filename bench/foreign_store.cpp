#include "bench/foreign_store.hpp"

#define SC_INCLUDE_DYNAMIC_PROCESSES

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "model/shell/plugs.hpp"
#include "model/shell/shell.h"

namespace bench {

namespace {

/* Answers each request after a fixed time: one event of SystemC for each. */
struct foreign_store : sc_core::sc_module {
    tlm_utils::simple_target_socket<foreign_store> socket;

    explicit foreign_store(const sc_core::sc_module_name &name)
        : sc_module(name), socket("socket"), answers_(this, &foreign_store::answer),
          latency_(102, sc_core::SC_US)
    {
        socket.register_nb_transport_fw(this, &foreign_store::request);
    }

private:
    tlm::tlm_sync_enum request(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                               sc_core::sc_time &delay)
    {
        if (phase != tlm::BEGIN_REQ)
            return tlm::TLM_COMPLETED;
        answers_.notify(p, tlm::BEGIN_RESP, delay + latency_);
        phase = tlm::END_REQ;
        return tlm::TLM_UPDATED;
    }

    void answer(tlm::tlm_generic_payload &p, const tlm::tlm_phase &)
    {
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay;

        p.set_response_status(tlm::TLM_OK_RESPONSE);
        socket->nb_transport_bw(p, phase, delay);
    }

    tlm_utils::peq_with_cb_and_phase<foreign_store> answers_;
    const sc_core::sc_time latency_;
};

} // namespace

void plug_foreign_store(void *, shell_plugs *plugs)
{
    static foreign_store store("foreign_store"); /* SystemC: one elaboration in a process. */

    plugs->store(store.socket, store_call::NON_BLOCKING);
}

} // namespace bench
