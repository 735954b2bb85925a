/*
 * The register frames of the interrupt controller as TLM targets. What a register does is in gic/;
 * here is the bus: lengths, delays, and the kick of whoever has to see the change.
 */
#ifndef MODEL_SHELL_GIC_HPP
#define MODEL_SHELL_GIC_HPP

#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "model/shell/schedule.hpp"

namespace apfsim {

class gic_frame : public sc_core::sc_module {
public:
    gic_frame(const sc_core::sc_module_name &name, carrier &c, u64 size_bytes);

    tlm_utils::simple_target_socket_optional<gic_frame> socket;

protected:
    virtual u64 read(u32 off, u32 size) const = 0;
    virtual void write(u32 off, u32 size, u64 value) = 0;
    void kick(u32 vcpu);

    carrier &c_;

private:
    tlm::tlm_response_status check(const tlm::tlm_generic_payload &p) const;
    void transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(tlm::tlm_generic_payload &p);

    u64 size_bytes_;
};

class dist_frame : public gic_frame {
public:
    dist_frame(const sc_core::sc_module_name &name, carrier &c);

private:
    u64 read(u32 off, u32 size) const override;
    void write(u32 off, u32 size, u64 value) override;
};

class redist_frame : public gic_frame {
public:
    redist_frame(const sc_core::sc_module_name &name, carrier &c, u32 vcpu);

private:
    u64 read(u32 off, u32 size) const override;
    void write(u32 off, u32 size, u64 value) override;

    u32 vcpu_;
};

} // namespace apfsim
#endif
