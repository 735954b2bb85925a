#include "model/shell/gicv3.hpp"

#include <cstring>
#include <string>

namespace apfsim {

using namespace sc_core;
using namespace tlm;

/* --- Frames. --- */

gicv3_frame::gicv3_frame(const sc_module_name &name, gicv3_module &gic, s32 pe)
    : sc_module(name), socket("socket"), gic_(gic), pe_(pe)
{
    socket.register_b_transport(this, &gicv3_frame::transport);
    socket.register_transport_dbg(this, &gicv3_frame::debug);
}

tlm_response_status gicv3_frame::check(const tlm_generic_payload &p) const
{
    const u64 size_bytes = (pe_ == GICV3_PE_NONE ? 1 : 2) * (u64)GICV3_FRAME_BYTES;

    return frame_response(p, size_bytes);
}

void gicv3_frame::transport(tlm_generic_payload &p, sc_time &delay)
{
    const unsigned size = p.get_data_length();
    u64 value = 0;

    delay += gic_.access_delay;
    p.set_response_status(check(p));
    if (!p.is_response_ok())
        return;
    if (p.is_write()) {
        memcpy(&value, p.get_data_ptr(), size);
        gic_.write(pe_, (u32)p.get_address(), size, value);
        return;
    }
    value = gic_.read(pe_, (u32)p.get_address(), size);
    memcpy(p.get_data_ptr(), &value, size);
}

/* A debugger may look; a write has consequences that take time. */
unsigned gicv3_frame::debug(tlm_generic_payload &p)
{
    if (!p.is_read() || check(p) != TLM_OK_RESPONSE)
        return 0;
    const u64 value = gic_.peek(pe_, (u32)p.get_address(), p.get_data_length());
    memcpy(p.get_data_ptr(), &value, p.get_data_length());
    return p.get_data_length();
}

/* --- Lines. --- */

gicv3_outputs::gicv3_outputs(const sc_module_name &name)
    : sc_module(name), irq("irq"), fiq("fiq"), nmi("nmi"), wake("wake")
{
}

gicv3_wire::gicv3_wire(const sc_module_name &name, gicv3_module &gic, u32 intid, u32 pe)
    : sc_module(name), in("in"), gic_(gic), intid_(intid), pe_(pe)
{
    SC_METHOD(changed);
    sensitive << in;
}

void gicv3_wire::changed()
{
    gic_.set_line(pe_, intid_, in.read());
}

/* --- The module. --- */

static const gicv3_spec &valid(const gicv3_spec &spec)
{
    const char *error = gicv3_spec_error(&spec);

    if (error != nullptr)
        SC_REPORT_ERROR("apfsim", error);
    return spec;
}

gicv3_module::gicv3_module(const sc_module_name &name, const gicv3_spec &spec,
                           const sc_time &access_delay)
    : sc_module(name), access_delay(access_delay), dist("dist", *this, GICV3_PE_NONE),
      spec_(valid(spec)), pe_(spec.pe_count), gic_{&spec_, &dist_, pe_.data()}
{
    gicv3_init(&gic_);
    for (u32 i = 0; i < spec_.pe_count; i++) {
        redist.emplace_back(("redist" + std::to_string(i)).c_str(), *this, (s32)i);
        pe.emplace_back(("pe" + std::to_string(i)).c_str());
    }
}

static bool is_shared(u32 intid)
{
    return intid >= GICV3_ESPI_FIRST || (intid >= 32 && intid < GICV3_EPPI_FIRST);
}

/* The wire's module is made in the scope of whom it belongs to, although that is complete. */
void gicv3_module::wire(u32 intid, u32 pe, const sc_signal_in_if<bool> &from)
{
    const u32 owner = is_shared(intid) ? 0 : pe;
    const std::string text = std::to_string(intid);

    if (sc_get_status() > SC_BEFORE_END_OF_ELABORATION) {
        SC_REPORT_ERROR("apfsim", "wires are made before the simulation starts");
        return;
    }
    /* No line is high yet: this only asks whether there is one. */
    if (owner >= spec_.pe_count || !gicv3_set_line(&gic_, owner, intid, false)) {
        SC_REPORT_ERROR("apfsim", ("found INTID " + text + " of PE " + std::to_string(pe) +
                                   " for a wire, expected an SPI or PPI that the GIC has")
                                      .c_str());
        return;
    }
    std::unique_ptr<gicv3_wire> &w = wires_[{intid, owner}];
    if (w != nullptr) {
        SC_REPORT_ERROR("apfsim", ("INTID " + text + " has a wire already").c_str());
        return;
    }

    sc_simcontext *context = sc_get_curr_simcontext();
    context->hierarchy_push(is_shared(intid) ? this : static_cast<sc_module *>(&this->pe[owner]));
    w = std::make_unique<gicv3_wire>(((is_shared(intid) ? "spi" : "ppi") + text).c_str(), *this,
                                     intid, owner);
    context->hierarchy_pop();
    w->in.bind(from);
}

void gicv3_module::trace(sc_trace_file *file) const
{
    for (const gicv3_outputs &out : pe)
        for (const auto *line : {&out.irq, &out.fiq, &out.nmi, &out.wake})
            sc_trace(file, *line, line->name());
    for (const auto &entry : wires_)
        sc_trace(file, entry.second->in, entry.second->in.name());
}

/* --- What happens to the state, and whose outputs can change by it. --- */

void gicv3_module::show(u32 pe)
{
    const u32 lines = gicv3_lines(&gic_, pe);
    gicv3_outputs &out = this->pe[pe];

    out.irq.write((lines & GICV3_LINE_IRQ) != 0);
    out.fiq.write((lines & GICV3_LINE_FIQ) != 0);
    out.nmi.write((lines & GICV3_LINE_NMI) != 0);
    out.wake.write((lines & GICV3_LINE_WAKE) != 0);
}

void gicv3_module::show_all()
{
    for (u32 i = 0; i < spec_.pe_count; i++)
        show(i);
}

/* Nothing that a read of a frame changes is seen on a line. */
u64 gicv3_module::read(s32 pe, u32 off, u32 size)
{
    if (pe == GICV3_PE_NONE)
        return gicv3_dist_read(&gic_, off, size);
    return gicv3_redist_read(&gic_, (u32)pe, off, size);
}

/* A read for a debugger: STATUSR does not note it. */
u64 gicv3_module::peek(s32 pe, u32 off, u32 size)
{
    u32 *statusr = pe == GICV3_PE_NONE ? &dist_.statusr : &pe_[(u32)pe].statusr;
    const u32 noted = *statusr;
    const u64 value = read(pe, off, size);

    *statusr = noted;
    return value;
}

/* RD_base has GICR_WAKER and GICR_CTLR.DPG*, which move interrupts of 1 of N. */
void gicv3_module::write(s32 pe, u32 off, u32 size, u64 value)
{
    if (pe == GICV3_PE_NONE)
        gicv3_dist_write(&gic_, off, size, value);
    else
        gicv3_redist_write(&gic_, (u32)pe, off, size, value);
    if (pe == GICV3_PE_NONE || off < GICV3_FRAME_BYTES)
        show_all();
    else
        show((u32)pe);
}

/* Lines rise and fall for the interrupt's target only, and a wire does not change who that is. */
void gicv3_module::set_line(u32 pe, u32 intid, bool level)
{
    gicv3_set_line(&gic_, pe, intid, level);
    const s32 target = gicv3_target(&gic_, pe, intid);
    if (target != GICV3_PE_NONE)
        show((u32)target);
}

/* An acknowledged interrupt was routed here, so that no other PE had it on its lines. */
gicv3_result gicv3_module::cpuif_read(u32 pe, gicv3_access by, gic_cpuif reg, u64 *value)
{
    const gicv3_result result = gicv3_cpuif_read(&gic_, pe, by, reg, value);

    show(pe);
    return result;
}

/* SGIs go to others; what is deactivated may by now be another PE's; enables move 1 of N. */
static bool concerns_others(gic_cpuif reg)
{
    switch (reg) {
    case GIC_SGI0R:
    case GIC_SGI1R:
    case GIC_ASGI1R:
    case GIC_EOIR0:
    case GIC_EOIR1:
    case GIC_DIR:
    case GIC_IGRPEN0:
    case GIC_IGRPEN1:
        return true;
    default:
        return false;
    }
}

gicv3_result gicv3_module::cpuif_write(u32 pe, gicv3_access by, gic_cpuif reg, u64 value)
{
    const gicv3_result result = gicv3_cpuif_write(&gic_, pe, by, reg, value);

    if (concerns_others(reg))
        show_all();
    else
        show(pe);
    return result;
}

} // namespace apfsim
