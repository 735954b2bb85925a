/*
 * Guest RAM as a TLM target, addressed by guest physical address, and the port by which the MMU of
 * a vCPU reaches it. Pages that have contents (page tables, mailboxes) are bytes and give direct
 * access; all others read as zero.
 */
#ifndef MODEL_SHELL_RAM_HPP
#define MODEL_SHELL_RAM_HPP

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>

#include "model/shell/schedule.hpp"

namespace apfsim {

class ram_module : public sc_core::sc_module {
public:
    ram_module(const sc_core::sc_module_name &name, carrier &c);

    tlm_utils::multi_passthrough_target_socket<ram_module> socket;

private:
    u8 *contents_at(u64 gpa) const; /* NULL: this page has none. */
    tlm::tlm_response_status check(const tlm::tlm_generic_payload &p) const;
    tlm::tlm_response_status access(tlm::tlm_generic_payload &p);
    void transport(int from, tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(int from, tlm::tlm_generic_payload &p);
    bool direct(int from, tlm::tlm_generic_payload &p, tlm::tlm_dmi &dmi);

    carrier &c_;
};

/*
 * The cores walk through memory that they reach directly, one step for a whole walk. That is right
 * only if the RAM behind the socket grants that access and means the same bytes: asked once, before
 * the run starts.
 */
class mmu_port : public sc_core::sc_module {
public:
    mmu_port(const sc_core::sc_module_name &name, carrier &c, u32 vcpu);

    tlm_utils::simple_initiator_socket<mmu_port> socket;

private:
    void start_of_simulation() override;
    void check_root(u64 ipa);

    carrier &c_;
    u32 vcpu_;
};

} // namespace apfsim
#endif
