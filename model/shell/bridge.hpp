/*
 * The way to a store of somebody else. Takes FETCH and WRITE where the store actor would, logs them
 * as that actor would, and hands them over when SystemC has come to their time and everything else
 * of that instant is done. An answer is on its way as the store's own would be, and takes at least
 * 1 ps.
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
    ~bridge() override;

    void use(tlm::tlm_target_socket<> &target, store_call how);
    void take(const struct msg &m); /* A message to the store, on its way. */
    u64 next_ps() const;            /* When the next request is due, TIME_NEVER: none. */
    void offer();                   /* Hand over what is due now; all else is quiet. */

private:
    struct request;
    struct caller;

    void poll();
    request *prepare(const struct msg &m);
    void send_waiting();
    void send(request *q);
    void request_taken(const sc_core::sc_time &delay);
    tlm::tlm_sync_enum from_store(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                                  sc_core::sc_time &delay);
    void start_thread(request *q);
    void call(caller *who);
    void answer(request *q, const sc_core::sc_time &delay);
    void free(tlm::tlm_generic_payload *p) override;

    tlm_utils::simple_initiator_socket_optional<bridge> socket_;
    carrier &c_;
    store_call how_ = store_call::NON_BLOCKING;
    std::deque<struct msg> box_;    /* Not due yet, in the total order. */
    std::deque<request *> waiting_; /* Due, and the store has not taken the one before. */
    u32 asked_ = 0;                 /* Requests so far. */
    request *sending_ = nullptr;    /* Its BEGIN_REQ is not answered. */
    u64 free_ps_ = 0;               /* When the store takes the next BEGIN_REQ. */
    sc_core::sc_event due_, ready_;
    std::vector<std::unique_ptr<request>> requests_;
    std::vector<request *> spare_;
    std::vector<std::unique_ptr<caller>> callers_;
    std::vector<caller *> idle_;
    std::vector<u8> blank_, scratch_; /* Shown by pages without contents; where reads go. */
};

} // namespace apfsim
#endif
