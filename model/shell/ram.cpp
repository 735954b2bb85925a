#include "model/shell/ram.hpp"

#include <algorithm>
#include <cstring>

namespace apfsim {

using namespace sc_core;
using namespace tlm;

static const u64 ram_base = (u64)GFN_FIRST << MMU_PAGE_SHIFT;
static const u64 in_page = MMU_PAGE_SIZE - 1;

ram_module::ram_module(const sc_module_name &name, carrier &c)
    : sc_module(name), socket("socket"), c_(c)
{
    socket.register_b_transport(this, &ram_module::transport);
    socket.register_transport_dbg(this, &ram_module::debug);
    socket.register_get_direct_mem_ptr(this, &ram_module::direct);
}

u8 *ram_module::contents_at(u64 gpa) const
{
    struct ctx *c = &c_.r->c;
    const struct page *p = page_find(c, (u32)(gpa >> MMU_PAGE_SHIFT));

    if (p == nullptr || p->contents == 0)
        return nullptr;
    return page_contents(c, page_at(c, page_index(c, p))) + (gpa & in_page);
}

tlm_response_status ram_module::check(const tlm_generic_payload &p) const
{
    const u64 ram_bytes = (u64)c_.r->c.s->ram_pages << MMU_PAGE_SHIFT;
    const u64 gpa = p.get_address();

    if (p.get_command() == TLM_IGNORE_COMMAND)
        return TLM_COMMAND_ERROR_RESPONSE;
    if (p.get_byte_enable_ptr() != nullptr)
        return TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if (p.get_streaming_width() < p.get_data_length() || p.get_data_length() == 0)
        return TLM_BURST_ERROR_RESPONSE;
    if (gpa < ram_base || gpa - ram_base >= ram_bytes ||
        p.get_data_length() > ram_bytes - (gpa - ram_base))
        return TLM_ADDRESS_ERROR_RESPONSE;
    return TLM_OK_RESPONSE;
}

/*
 * Bytes page by page. A write to a page without contents is refused: contents would make the page
 * a special one for the rest of the run, and to say OK and forget the bytes would be a lie.
 */
tlm_response_status ram_module::access(tlm_generic_payload &p)
{
    const tlm_response_status status = check(p);
    const u64 first = p.get_address(), last = first + p.get_data_length() - 1;

    if (status != TLM_OK_RESPONSE)
        return status;
    if (p.is_write())
        for (u64 gpa = first; gpa <= last; gpa = (gpa | in_page) + 1)
            if (contents_at(gpa) == nullptr)
                return TLM_COMMAND_ERROR_RESPONSE;
    for (u64 gpa = first; gpa <= last; gpa = (gpa | in_page) + 1) {
        const size_t size = std::min(last, gpa | in_page) - gpa + 1;
        u8 *ours = contents_at(gpa), *theirs = p.get_data_ptr() + (gpa - first);
        if (p.is_write())
            memcpy(ours, theirs, size);
        else if (ours != nullptr)
            memcpy(theirs, ours, size);
        else
            memset(theirs, 0, size);
    }
    return TLM_OK_RESPONSE;
}

void ram_module::transport(int, tlm_generic_payload &p, sc_time &delay)
{
    delay += time_of(cost_ps(&c_.r->c, COST_WALK_READ));
    p.set_response_status(access(p));
    p.set_dmi_allowed(p.is_response_ok() && contents_at(p.get_address()) != nullptr);
}

unsigned ram_module::debug(int, tlm_generic_payload &p)
{
    return access(p) == TLM_OK_RESPONSE ? p.get_data_length() : 0;
}

bool ram_module::direct(int, tlm_generic_payload &p, tlm_dmi &dmi)
{
    const u64 gpa = p.get_address(), page_gpa = gpa & ~in_page;
    const sc_time latency = time_of(cost_ps(&c_.r->c, COST_WALK_READ));
    const bool is_ram = gpa >= ram_base &&
                        gpa - ram_base < (u64)c_.r->c.s->ram_pages << MMU_PAGE_SHIFT;
    u8 *bytes = is_ram ? contents_at(page_gpa) : nullptr;

    /* A page may get its contents later, so a refusal stands for this page only, too. */
    dmi.set_start_address(page_gpa);
    dmi.set_end_address(page_gpa | in_page);
    if (bytes == nullptr)
        return false;
    dmi.set_dmi_ptr(bytes);
    dmi.set_read_latency(latency);
    dmi.set_write_latency(latency);
    dmi.allow_read_write();
    return true;
}

mmu_port::mmu_port(const sc_module_name &name, carrier &c, u32 vcpu)
    : sc_module(name), socket("socket"), c_(c), vcpu_(vcpu)
{
}

void mmu_port::start_of_simulation()
{
    const struct ctx *c = &c_.r->c;

    for (u32 i = 0; i < c->p->task_count; i++)
        if (c->p->task[i].vcpu == vcpu_)
            check_root(sys_task(c, i)->pgd_ipa);
}

void mmu_port::check_root(u64 ipa)
{
    struct ctx *c = &c_.r->c;
    struct page *p = page_get(c, (u32)(ipa >> MMU_PAGE_SHIFT));
    tlm_generic_payload ask;
    tlm_dmi dmi;

    ask.set_command(TLM_READ_COMMAND);
    ask.set_address(ipa);
    const bool is_direct = socket->get_direct_mem_ptr(ask, dmi) && dmi.is_read_allowed();
    if (!is_direct || dmi.get_dmi_ptr() + (ipa - dmi.get_start_address()) != page_contents(c, p))
        SC_REPORT_ERROR("apfsim", "the RAM of an MMU must grant direct access to the page tables");
}

} // namespace apfsim
