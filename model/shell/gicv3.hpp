/*
 * The physical GICv3 (gic/phys.h) as a module for SystemC designs of users: distributor and
 * redistributors are TLM-2.0 targets, interrupts come in by wires, and each PE has its output lines
 * as signals. It needs no run of this simulator, and no run has one: what KVM makes of a GIC for
 * its guests is in model/shell/gic.hpp.
 *
 *     gic                   apfsim::gicv3_module, with the name that the user gives it
 *     gic.dist.socket       GICD, 64 KiB
 *     gic.redist0.socket    GICR of PE 0, 128 KiB: RD_base, SGI_base
 *     gic.spi40.in          a wire; made by wire()
 *     gic.pe0.irq           outputs of PE 0; so are fiq, nmi and wake
 *     gic.pe0.ppi27.in      a wire to PE 0
 *
 * An access takes effect when it is made, also by an initiator that has run ahead of the time;
 * outputs follow in the next delta cycle. Nothing here waits.
 */
#ifndef MODEL_SHELL_GICV3_HPP
#define MODEL_SHELL_GICV3_HPP

#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <map>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

#include "gic/gic.h"
#include "model/shell/frame.hpp"

namespace apfsim {

class gicv3_module;

/* The registers of the distributor, or of one redistributor: base protocol, b_transport and
 * transport_dbg. An access of 1, 2, 4 or 8 bytes inside of the frame is OK for the bus, whatever
 * the architecture makes of it: what no register takes reads as zero. */
class gicv3_frame : public sc_core::sc_module {
public:
    /* pe: whose redistributor; GICV3_PE_NONE: the distributor. */
    gicv3_frame(const sc_core::sc_module_name &name, gicv3_module &gic, s32 pe);

    tlm_utils::simple_target_socket_optional<gicv3_frame> socket;

private:
    tlm::tlm_response_status check(const tlm::tlm_generic_payload &p) const;
    void transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    unsigned debug(tlm::tlm_generic_payload &p);

    gicv3_module &gic_;
    s32 pe_;
};

/* What a PE's CPU interface tells the PE, enum GICV3_LINE_*. Whichever process accesses the GIC
 * writes them, several in one delta cycle, too: the last one knows the newest state. */
struct gicv3_outputs : sc_core::sc_module {
    explicit gicv3_outputs(const sc_core::sc_module_name &name);

    sc_core::sc_signal<bool, sc_core::SC_UNCHECKED_WRITERS> irq, fiq, nmi, wake;
};

/* An interrupt's wire, sampled at the start of the simulation and whenever it changes. */
class gicv3_wire : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(gicv3_wire);
    gicv3_wire(const sc_core::sc_module_name &name, gicv3_module &gic, u32 intid, u32 pe);

    sc_core::sc_in<bool> in;

private:
    void changed();

    gicv3_module &gic_;
    u32 intid_, pe_;
};

class gicv3_module : public sc_core::sc_module {
public:
    /*
     * spec is copied. What gicv3_spec_error() says against it becomes an error of SystemC.
     * access_delay is added to the delay of each b_transport, also of one that is refused.
     */
    gicv3_module(const sc_core::sc_module_name &name, const gicv3_spec &spec,
                 const sc_core::sc_time &access_delay = sc_core::SC_ZERO_TIME);

    /*
     * During elaboration: `from` is the wire of this SPI or PPI, extended ones too. pe counts for
     * PPIs only. An INTID that has no wire, or has one already, is an error of SystemC.
     */
    void wire(u32 intid, u32 pe, const sc_core::sc_signal_in_if<bool> &from);

    /* The system registers of PE `pe`, as in gic/phys.h: for the model of that PE. */
    gicv3_result cpuif_read(u32 pe, gicv3_access by, gic_cpuif reg, u64 *value);
    gicv3_result cpuif_write(u32 pe, gicv3_access by, gic_cpuif reg, u64 value);

    /* All outputs, and the wires made so far, under their hierarchical names. */
    void trace(sc_core::sc_trace_file *file) const override;

    /* To look only: for gicv3_check(), gicv3_lines() and the like. */
    const gicv3 *decider() const
    {
        return &gic_;
    }

    sc_core::sc_time access_delay;
    gicv3_frame dist;
    std::deque<gicv3_frame> redist; /* By PE, as pe. */
    std::deque<gicv3_outputs> pe;

private:
    friend class gicv3_frame;
    friend class gicv3_wire;

    u64 read(s32 pe, u32 off, u32 size);
    u64 peek(s32 pe, u32 off, u32 size);
    void write(s32 pe, u32 off, u32 size, u64 value);
    void set_line(u32 pe, u32 intid, bool level);
    void show(u32 pe);
    void show_all();

    gicv3_spec spec_;
    gicv3_dist dist_;
    std::vector<gicv3_pe> pe_;
    gicv3 gic_;
    /* By INTID, then PE; 0 for SPIs. */
    std::map<std::pair<u32, u32>, std::unique_ptr<gicv3_wire>> wires_;
};

} // namespace apfsim
#endif
