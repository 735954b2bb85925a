#include "model/shell/machine.hpp"

namespace apfsim {

using namespace sc_core;
using std::make_unique;

static std::string numbered(const char *name, u32 number)
{
    return name + std::to_string(number);
}

gic_module::gic_module(const sc_module_name &name, carrier &c) : sc_module(name), dist("dist", c)
{
    for (u32 i = 0; i < c.r->c.s->vcpu_count; i++)
        redist.push_back(make_unique<redist_frame>(numbered("redist", i).c_str(), c, i));
    if (!c.is_plugged)
        return;
    for (u32 i = GIC_PRIVATE_COUNT; i < c.r->c.s->dist.nr_irqs; i++)
        spi.push_back(make_unique<spi_line>(numbered("spi", i).c_str(), c, i));
}

host_module::host_module(const sc_module_name &name, carrier &c) : sc_module(name)
{
    const struct sys *s = c.r->c.s;

    for (u32 i = 0; i < s->worker_count; i++)
        worker.push_back(make_unique<actor>(numbered("worker", i).c_str(), c, s->actor_worker + i));
    for (u32 i = 0; i < s->hostcpu_count; i++)
        cpu.push_back(make_unique<actor>(numbered("cpu", i).c_str(), c, s->actor_hostcpu + i));
}

system_module::system_module(const sc_module_name &name, carrier &c)
    : sc_module(name), c_(c), gic_("gic", c), host_("host", c),
      store_("store", c, c.r->c.s->actor_store), ram_("ram", c), bridge_("bridge", c)
{
    for (u32 i = 0; i < c.r->c.s->vcpu_count; i++) {
        vcpu_.push_back(make_unique<vcpu_module>(numbered("vcpu", i).c_str(), c, i));
        vcpu_.back()->mmu.socket.bind(ram_.socket);
        c.actors.push_back(vcpu_.back().get());
    }
    for (const auto &w : host_.worker)
        c.actors.push_back(w.get());
    for (const auto &h : host_.cpu)
        c.actors.push_back(h.get());
    c.actors.push_back(&store_);
    if (c.o->schedule == SHELL_MODULES)
        pulse_ = make_unique<pulse>("pulse", c);
    else
        conductor_ = make_unique<conductor>("conductor", c);
}

void system_module::store(tlm::tlm_target_socket<> &target, store_call how)
{
    bridge_.use(target, how);
}

void system_module::dist(tlm::tlm_initiator_socket<> &from)
{
    from.bind(gic_.dist.socket);
}

void system_module::redist(u32 vcpu, tlm::tlm_initiator_socket<> &from)
{
    from.bind(gic_.redist.at(vcpu)->socket);
}

void system_module::ram(tlm::tlm_initiator_socket<> &from)
{
    from.bind(ram_.socket);
}

void system_module::spi(u32 intid, sc_signal_in_if<bool> &from)
{
    const u32 end = GIC_PRIVATE_COUNT + (u32)gic_.spi.size();

    if (intid < GIC_PRIVATE_COUNT || intid >= end)
        SC_REPORT_ERROR("apfsim", ("found INTID " + std::to_string(intid) +
                                   " for a line, expected an SPI: 32 to " + std::to_string(end - 1))
                                      .c_str());
    gic_.spi.at(intid - GIC_PRIVATE_COUNT)->in.bind(from);
}

sc_signal_in_if<bool> &system_module::irq(u32 vcpu)
{
    if (c_.o->schedule != SHELL_MODULES)
        SC_REPORT_ERROR("apfsim", "interrupt lines need the schedule \"modules\"");
    return vcpu_.at(vcpu)->lines.irq;
}

void system_module::trace(sc_trace_file *file) const
{
    for (const auto &module : vcpu_) {
        const struct vcpu *v = sys_vcpu(&c_.r->c, (u32)(&module - vcpu_.data()));
        const std::string name = module->name();
        sc_trace(file, v->mode, name + ".mode");
        sc_trace(file, v->phase, name + ".phase");
        sc_trace(file, v->account.state, name + ".state");
        module->lines.trace(file);
    }
}

} // namespace apfsim
