#include "model/shell/gic.hpp"

#include <cstring>

namespace apfsim {

using namespace sc_core;
using namespace tlm;

enum { FRAME_BYTES = 0x10000 };

gic_frame::gic_frame(const sc_module_name &name, carrier &c, u64 size_bytes)
    : sc_module(name), socket("socket"), c_(c), size_bytes_(size_bytes)
{
    socket.register_b_transport(this, &gic_frame::transport);
    socket.register_transport_dbg(this, &gic_frame::debug);
}

void gic_frame::transport(tlm_generic_payload &p, sc_time &delay)
{
    const unsigned size = p.get_data_length();
    u64 value = 0;

    delay += time_of(cost_ps(&c_.r->c, COST_MMIO));
    p.set_response_status(frame_response(p, size_bytes_));
    if (!p.is_response_ok())
        return;
    if (p.is_write()) {
        memcpy(&value, p.get_data_ptr(), size);
        write((u32)p.get_address(), size, value);
        return;
    }
    value = read((u32)p.get_address(), size);
    memcpy(p.get_data_ptr(), &value, size);
}

/* A debugger may look; a write has consequences that take time. */
unsigned gic_frame::debug(tlm_generic_payload &p)
{
    if (!p.is_read() || frame_response(p, size_bytes_) != TLM_OK_RESPONSE)
        return 0;
    const u64 value = read((u32)p.get_address(), p.get_data_length());
    memcpy(p.get_data_ptr(), &value, p.get_data_length());
    return p.get_data_length();
}

/* The access comes from a device, so from none of the host's CPUs. */
void gic_frame::kick(u32 vcpu)
{
    struct ctx *c = &c_.r->c;

    c_.outside(vcpu, [&] { vcpu_kick(c, sys_vcpu(c, vcpu), NO_HOST_CPU); });
}

dist_frame::dist_frame(const sc_module_name &name, carrier &c) : gic_frame(name, c, FRAME_BYTES)
{
}

u64 dist_frame::read(u32 off, u32 size) const
{
    return gicd_read(&c_.r->c.s->dist, off, size);
}

/* Inaccurate: KVM stops the VM around an access of the active bits; here they are written while
 * vCPUs may be in the guest, and their list registers win at the next exit. */
void dist_frame::write(u32 off, u32 size, u64 value)
{
    struct ctx *c = &c_.r->c;

    c_.outside(0, [&] {
        const struct gic_vm vm = vgic_vm(c);
        gicd_write_vm(&vm, off, size, value);
    });
}

redist_frame::redist_frame(const sc_module_name &name, carrier &c, u32 vcpu)
    : gic_frame(name, c, 2 * FRAME_BYTES), vcpu_(vcpu)
{
}

u64 redist_frame::read(u32 off, u32 size) const
{
    const struct ctx *c = &c_.r->c;

    return gicr_read(&sys_vcpu(c, vcpu_)->gic, &c->s->dist, vcpu_ + 1 == c->s->vcpu_count, off,
                     size);
}

/* Inaccurate, as above: the VM goes on while the active bits are written. */
void redist_frame::write(u32 off, u32 size, u64 value)
{
    struct ctx *c = &c_.r->c;

    if (gicr_write(&sys_vcpu(c, vcpu_)->gic, &c->s->dist, off, size, value))
        kick(vcpu_);
}

irq_lines::irq_lines(const sc_module_name &name, carrier &c, u32 vcpu)
    : sc_module(name), irq("irq"), fiq("fiq"), maintenance("maintenance"), timer("timer"), c_(c),
      vcpu_(vcpu)
{
}

void irq_lines::update()
{
    const struct vcpu *v = sys_vcpu(&c_.r->c, vcpu_);

    irq.write(gic_irq_asserted(&v->gic));
    fiq.write(gic_fiq_asserted(&v->gic));
    maintenance.write(gic_maintenance(&v->gic));
    timer.write(v->timer_line != 0);
}

void irq_lines::trace(sc_trace_file *file) const
{
    for (const auto *line : {&irq, &fiq, &maintenance, &timer})
        sc_trace(file, *line, line->name());
}

spi_line::spi_line(const sc_module_name &name, carrier &c, u32 intid)
    : sc_module(name), in("in"), c_(c), intid_(intid)
{
}

/* Most lines lead nowhere, and a process that nothing can wake would be complained about. */
void spi_line::end_of_elaboration()
{
    if (in.size() == 0)
        return;
    SC_METHOD(changed);
    dont_initialize();
    sensitive << in->value_changed_event();
}

void spi_line::changed()
{
    struct ctx *c = &c_.r->c;

    c_.outside(0, [&] {
        const struct gic_vm vm = vgic_vm(c);
        gic_inject_spi(&vm, intid_, in->read());
    });
}

} // namespace apfsim
