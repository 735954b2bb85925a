/*
 * The machine as SystemC sees it: one module for each part, named after it. What the parts do is
 * in the cores; a module has a name, sockets and, in the schedule `modules`, a process.
 */
#ifndef MODEL_SHELL_MACHINE_HPP
#define MODEL_SHELL_MACHINE_HPP

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "model/shell/bridge.hpp"
#include "model/shell/gic.hpp"
#include "model/shell/ram.hpp"
#include "model/shell/schedule.hpp"

namespace apfsim {

/* A module without a process: its decider is called by the vCPU that it belongs to. */
struct part : sc_core::sc_module {
    explicit part(const sc_core::sc_module_name &name) : sc_module(name)
    {
    }
};

struct vcpu_module : actor {
    vcpu_module(const sc_core::sc_module_name &name, carrier &c, u32 vcpu)
        : actor(name, c, vcpu), mmu("mmu", c, vcpu), sdei("sdei"), lines("lines", c, vcpu)
    {
    }

    mmu_port mmu;
    part sdei;
    irq_lines lines;

protected:
    void stepped() override
    {
        lines.update();
    }
};

struct gic_module : sc_core::sc_module {
    gic_module(const sc_core::sc_module_name &name, carrier &c);

    dist_frame dist;
    std::vector<std::unique_ptr<redist_frame>> redist;
    std::vector<std::unique_ptr<spi_line>> spi; /* From 32 on; if a user may connect them. */
};

struct host_module : sc_core::sc_module {
    host_module(const sc_core::sc_module_name &name, carrier &c);

    std::vector<std::unique_ptr<actor>> worker, cpu;
};

class system_module : public sc_core::sc_module, public shell_plugs {
public:
    system_module(const sc_core::sc_module_name &name, carrier &c);

    void store(tlm::tlm_target_socket<> &target, store_call how) override;
    void dist(tlm::tlm_initiator_socket<> &from) override;
    void redist(u32 vcpu, tlm::tlm_initiator_socket<> &from) override;
    void ram(tlm::tlm_initiator_socket<> &from) override;
    void spi(u32 intid, sc_core::sc_signal_in_if<bool> &from) override;
    sc_core::sc_signal_in_if<bool> &irq(u32 vcpu) override;

    void trace(sc_core::sc_trace_file *file) const override;

private:
    carrier &c_;
    std::vector<std::unique_ptr<vcpu_module>> vcpu_;
    gic_module gic_;
    host_module host_;
    actor store_;
    ram_module ram_;
    bridge bridge_;
    std::unique_ptr<conductor> conductor_; /* One of the two. */
    std::unique_ptr<pulse> pulse_;
};

} // namespace apfsim
#endif
