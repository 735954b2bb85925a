/*
 * The way to a store of somebody else. Takes FETCH and WRITE where the store actor would, logs them
 * as that actor would, and hands them over when SystemC has come to their time and everything else
 * of that instant is done. An answer at time T is a message at T + 1 ps.
 *
 * So in the total order the bridge stands in for the store, the last of all actors, and its own
 * time is the next foreign event.
 */
#ifndef MODEL_SHELL_BRIDGE_HPP
#define MODEL_SHELL_BRIDGE_HPP

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>
#include <memory>
#include <systemc>
#include <vector>

#include "model/shell/plugs.hpp"
#include "model/shell/schedule.hpp"

namespace apfsim {

class bridge : public sc_core::sc_module, private tlm::tlm_mm_interface {
public:
    SC_HAS_PROCESS(bridge);
    bridge(const sc_core::sc_module_name &name, carrier &c);

    void use(tlm::tlm_target_socket<> &target, store_call how);
    bool take(const struct msg &m); /* A message to the store, on its way. */
    u64 next_ps() const;            /* When the next request is due, TIME_NEVER: none. */
    void offer();                   /* Hand over what is due now; all else is quiet. */

private:
    struct request;
    struct caller;
    using phase = tlm::tlm_phase;
    using payload = tlm::tlm_generic_payload;

    tlm_utils::simple_initiator_socket_optional<bridge> socket_;

    void poll();
    request *prepare(const struct msg &m);
    void send(request *q);
    void send_next();
    void call(caller *who);
    tlm::tlm_sync_enum from_store(payload &p, phase &ph, sc_core::sc_time &delay);
    void answer(request *q, const sc_core::sc_time &delay);
    void free(payload *p) override;

    carrier &c_;
    store_call how_ = store_call::NON_BLOCKING;
    std::deque<struct msg> box_;      /* Not due yet; in the order of the total order. */
    std::deque<request *> waiting_;   /* Due, but the store has not taken the one before. */
    request *in_request_ = nullptr;   /* Sent, and its BEGIN_REQ not answered. */
    sc_core::sc_event due_;
    std::vector<std::unique_ptr<request>> requests_;
    std::vector<request *> spare_;
    std::vector<std::unique_ptr<caller>> callers_;
    std::vector<caller *> idle_;
    std::vector<u8> page_; /* Where reads go, and what pages without contents show. */
};

} // namespace apfsim
#endif
