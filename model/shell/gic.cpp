#include "model/shell/gic.hpp"

#include <cstring>

namespace apfsim {

using namespace sc_core;
using namespace tlm;

enum { FRAME_BYTES = 0x10000, NO_HOST_CPU = UINT16_MAX };

gic_frame::gic_frame(const sc_module_name &name, carrier &c, u64 size_bytes)
    : sc_module(name), socket("socket"), c_(c), size_bytes_(size_bytes)
{
    socket.register_b_transport(this, &gic_frame::transport);
    socket.register_transport_dbg(this, &gic_frame::debug);
}

tlm_response_status gic_frame::check(const tlm_generic_payload &p) const
{
    const unsigned size = p.get_data_length();

    if (p.get_command() == TLM_IGNORE_COMMAND)
        return TLM_COMMAND_ERROR_RESPONSE;
    if (p.get_byte_enable_ptr() != nullptr)
        return TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if ((size != 1 && size != 2 && size != 4 && size != 8) || p.get_streaming_width() < size)
        return TLM_BURST_ERROR_RESPONSE;
    if (p.get_address() >= size_bytes_ || size > size_bytes_ - p.get_address())
        return TLM_ADDRESS_ERROR_RESPONSE;
    return TLM_OK_RESPONSE;
}

void gic_frame::transport(tlm_generic_payload &p, sc_time &delay)
{
    const unsigned size = p.get_data_length();
    u64 value = 0;

    delay += time_of(cost_ps(&c_.r->c, COST_MMIO));
    p.set_response_status(check(p));
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
    if (!p.is_read() || check(p) != TLM_OK_RESPONSE)
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

dist_frame::dist_frame(const sc_module_name &name, carrier &c) : gic_frame(name, c, FRAME_BYTES) {}

u64 dist_frame::read(u32 off, u32 size) const
{
    return gicd_read(&c_.r->c.s->dist, off, size);
}

void dist_frame::write(u32 off, u32 size, u64 value)
{
    struct sys *s = c_.r->c.s;
    const bool was_on = (s->dist.ctlr & GIC_CTLR_ENABLE) != 0;

    gicd_write(&s->dist, off, size, value);
    if (was_on || (s->dist.ctlr & GIC_CTLR_ENABLE) == 0)
        return;
    for (u32 i = 0; i < s->vcpu_count; i++)
        kick(i);
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

/* Inaccurate: KVM stops the VM around a write of the active bits; here they are written while the
 * vCPU may be in the guest, and its list registers win at the next exit. */
void redist_frame::write(u32 off, u32 size, u64 value)
{
    struct ctx *c = &c_.r->c;

    if (gicr_write(&sys_vcpu(c, vcpu_)->gic, &c->s->dist, off, size, value))
        kick(vcpu_);
}

} // namespace apfsim
