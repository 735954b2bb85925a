/*
 * The register frames of the interrupt controller as TLM targets. What a register does is in gic/;
 * here is the bus: lengths, delays, and the kick of whoever has to see the change.
 */
#ifndef MODEL_SHELL_GIC_HPP
#define MODEL_SHELL_GIC_HPP

#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "model/shell/frame.hpp"
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

/*
 * The interrupt lines between the controller and one vCPU, as signals that waves show and modules
 * of a user may listen to. They follow the deciders: after each step of the vCPU they say what the
 * state says. Only in the schedule `modules`, whose steps are made at the time of SystemC.
 */
struct irq_lines : sc_core::sc_module {
    irq_lines(const sc_core::sc_module_name &name, carrier &c, u32 vcpu);

    void update();
    void trace(sc_core::sc_trace_file *file) const;

    /* irq, fiq: virtual, to the vCPU; maintenance: to its host; timer: the vCPU's virtual timer to
     * the controller. The process of the vCPU writes them. */
    sc_core::sc_signal<bool> irq, fiq, maintenance, timer;

private:
    carrier &c_;
    u32 vcpu_;
};

/* A wire from a device of the user to the distributor: a shared peripheral interrupt. */
class spi_line : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(spi_line);
    spi_line(const sc_core::sc_module_name &name, carrier &c, u32 intid);

    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> in;

private:
    void end_of_elaboration() override;
    void changed();

    carrier &c_;
    u32 intid_;
};

} // namespace apfsim
#endif
