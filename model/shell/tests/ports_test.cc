/*
 * The sockets of the machine, from a module of a user: registers of the interrupt controller, guest
 * memory, and what is answered to accesses that are wrong.
 */
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <systemc>

#include "model/shell/plugs.hpp"
#include "model/shell/tests/experiment.hpp"

namespace experiment {

using namespace sc_core;
using namespace tlm;

enum { DIST, REDIST, RAM, PORT_COUNT };

struct payload : tlm_generic_payload {
    payload(tlm_command command, u64 address, void *data, u32 size)
        : tlm_generic_payload()
    {
        set_command(command);
        set_address(address);
        set_data_ptr(static_cast<unsigned char *>(data));
        set_data_length(size);
        set_streaming_width(size);
    }
};

/* Does what a test says at a given time. */
class probe : public sc_module {
  public:
    using script = std::function<void(probe &p)>;

    SC_HAS_PROCESS(probe);
    probe(const sc_module_name &name, run *r, u64 at_ps, script act)
        : sc_module(name), r(r), dist("dist"), redist("redist"), ram("ram"), act_(act)
    {
        SC_METHOD(go);
        dont_initialize();
        sensitive << due_;
        due_.notify(sc_time::from_value(at_ps));
    }

    /* An access; the delay that it took is left in `delay`. */
    tlm_response_status access(int port, tlm_command command, u64 address, void *data, u32 size)
    {
        payload p(command, address, data, size);
        delay = SC_ZERO_TIME;
        (*socket(port))->b_transport(p, delay);
        return p.get_response_status();
    }
    u64 read(int port, u64 address, u32 size)
    {
        u64 value = 0;
        EXPECT_EQ(access(port, TLM_READ_COMMAND, address, &value, size), TLM_OK_RESPONSE);
        return value;
    }
    void write(int port, u64 address, u64 value, u32 size)
    {
        EXPECT_EQ(access(port, TLM_WRITE_COMMAND, address, &value, size), TLM_OK_RESPONSE);
    }
    tlm_initiator_socket<> *socket(int port)
    {
        tlm_initiator_socket<> *all[] = {&dist, &redist, &ram};
        return all[port];
    }

    run *r;
    tlm_utils::simple_initiator_socket<probe> dist, redist, ram;
    sc_time delay;
    bool has_acted = false;

  private:
    void go()
    {
        act_(*this);
        has_acted = true;
    }

    script act_;
    sc_event due_;
};

/* Both schedules, the probe at 1 ms; what fails in the child fails here. */
void with_probe(const spec &spec, const probe::script &act)
{
    struct plugged {
        run *r;
        probe::script act;
        std::unique_ptr<probe> module;
    };
    for (shell_schedule schedule : {SHELL_MODULES, SHELL_CONDUCTOR}) {
        const outcome o = execute(spec, [&](run *r, std::string *text) {
            plugged x{r, act, nullptr};
            shell_options options{};
            options.schedule = schedule;
            options.arg = &x;
            options.plug = [](void *arg, shell_plugs *plugs) {
                auto *x = static_cast<plugged *>(arg);
                x->module = std::make_unique<probe>("probe", x->r, PS_PER_MS, x->act);
                plugs->dist(x->module->dist);
                plugs->redist(x->r->c.s->vcpu_count - 1, x->module->redist);
                plugs->ram(x->module->ram);
            };
            shell(options)(r, text);
            if (testing::Test::HasFailure() || !x.module->has_acted)
                *text += "The probe has failed.";
        });
        EXPECT_EQ(o.end, SYS_DONE);
        EXPECT_EQ(o.text, "");
    }
}

TEST(Ports, TheDistributorIsReadAndWritten)
{
    with_probe(*spec_of(yaml("v4", 2)), [](probe &p) {
        const sys *s = p.r->c.s;
        EXPECT_EQ(p.read(DIST, 0x4, 4), gicd_read(&s->dist, 0x4, 4)) << "GICD_TYPER";
        EXPECT_EQ(p.delay.value(), p.r->c.p->cost[COST_MMIO].ps);
        EXPECT_EQ(p.read(DIST, 0x0, 4) & GIC_CTLR_ENABLE, GIC_CTLR_ENABLE) << "GICD_CTLR";
        EXPECT_EQ(p.read(DIST, 0xffe8, 4), gicd_read(&s->dist, 0xffe8, 4)) << "GICD_PIDR2";
        p.write(DIST, 0x0, 0, 4);
        EXPECT_EQ(p.read(DIST, 0x0, 4) & GIC_CTLR_ENABLE, 0u);
        p.write(DIST, 0x0, GIC_CTLR_ENABLE, 4);
        EXPECT_EQ(p.read(DIST, 0x0, 4) & GIC_CTLR_ENABLE, GIC_CTLR_ENABLE);
    });
}

TEST(Ports, TheRedistributorBelongsToItsVcpu)
{
    with_probe(*spec_of(yaml("v4", 2)), [](probe &p) {
        const u64 typer = p.read(REDIST, 0x8, 8);
        EXPECT_EQ(typer >> 8 & 0xffff, 1u) << "GICR_TYPER.Processor_Number";
        EXPECT_EQ(typer >> 4 & 1, 1u) << "GICR_TYPER.Last";
        EXPECT_EQ(p.read(REDIST, 0x10100, 4), gicr_read(&sys_vcpu(&p.r->c, 1)->gic,
                                                        &p.r->c.s->dist, true, 0x10100, 4));
    });
}

/* A pending SGI that comes from outside is taken by the guest. */
TEST(Ports, AnInterruptMadePendingFromOutsideKicksTheVcpu)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        const u64 kicks = p.r->c.s->stats.kicks;
        p.write(REDIST, 0x10200, 1u << GIC_INTID_RESCHED, 4); /* GICR_ISPENDR0 */
        EXPECT_EQ(p.r->c.s->stats.kicks, kicks + 1);
    });
}

TEST(Ports, WrongAccessesGetTheResponseThatSaysWhy)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        u64 data[2] = {};
        EXPECT_EQ(p.access(DIST, TLM_IGNORE_COMMAND, 0, data, 4), TLM_COMMAND_ERROR_RESPONSE);
        EXPECT_EQ(p.access(DIST, TLM_READ_COMMAND, 0, data, 3), TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.access(DIST, TLM_READ_COMMAND, 0, data, 16), TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.access(DIST, TLM_READ_COMMAND, 0x10000, data, 4), TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.access(DIST, TLM_READ_COMMAND, 0xfffc, data, 8), TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.access(REDIST, TLM_READ_COMMAND, 0x1fffc, data, 4), TLM_OK_RESPONSE);
        EXPECT_EQ(p.access(REDIST, TLM_READ_COMMAND, 0x20000, data, 4), TLM_ADDRESS_ERROR_RESPONSE);
        payload masked(TLM_READ_COMMAND, 0, data, 4);
        unsigned char mask[4] = {0xff, 0, 0, 0};
        masked.set_byte_enable_ptr(mask);
        p.dist->b_transport(masked, p.delay);
        EXPECT_EQ(masked.get_response_status(), TLM_BYTE_ENABLE_ERROR_RESPONSE);
        masked.set_response_status(TLM_INCOMPLETE_RESPONSE);
        p.ram->b_transport(masked, p.delay);
        EXPECT_EQ(masked.get_response_status(), TLM_BYTE_ENABLE_ERROR_RESPONSE);
    });
}

TEST(Ports, ADebuggerLooksAndDoesNotTouch)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        u64 value = 0;
        payload look(TLM_READ_COMMAND, 0x4, &value, 4);
        EXPECT_EQ(p.dist->transport_dbg(look), 4u);
        EXPECT_EQ(value, gicd_read(&p.r->c.s->dist, 0x4, 4));
        payload touch(TLM_WRITE_COMMAND, 0x0, &value, 4);
        EXPECT_EQ(p.dist->transport_dbg(touch), 0u);
    });
}

TEST(Ports, MemoryShowsTheDescriptorsOfTheWalker)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        ctx *c = &p.r->c;
        const u64 root = sys_task(c, 1)->pgd_ipa;
        const u64 root_pa = page_pa(c, page_find(c, (u32)(root >> MMU_PAGE_SHIFT)));
        u32 valid = 0;
        for (u32 i = 0; i < MMU_PAGE_SIZE; i += 8) {
            const u64 desc = p.read(RAM, root + i, 8);
            EXPECT_EQ(desc, ram_read_desc(c, root_pa + i));
            valid += desc & MMU_DESC_VALID;
        }
        EXPECT_GT(valid, 0u);
        EXPECT_EQ(p.delay.value(), c->p->cost[COST_WALK_READ].ps);

        payload ask(TLM_READ_COMMAND, root + 8, nullptr, 8);
        tlm_dmi dmi;
        ASSERT_TRUE(p.ram->get_direct_mem_ptr(ask, dmi));
        EXPECT_EQ(dmi.get_start_address(), root);
        EXPECT_EQ(dmi.get_end_address(), root + MMU_PAGE_SIZE - 1);
        EXPECT_EQ(dmi.get_read_latency().value(), c->p->cost[COST_WALK_READ].ps);
        EXPECT_EQ(*reinterpret_cast<u64 *>(dmi.get_dmi_ptr()), ram_read_desc(c, root_pa));
    });
}

TEST(Ports, MemoryWithoutContentsReadsAsZeroAndRefusesWrites)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        const u64 base = (u64)GFN_FIRST << MMU_PAGE_SHIFT, bytes = p.r->c.p->memory_bytes;
        const u64 page_count = p.r->c.s->page_count;
        const u64 blank = base + bytes - 3 * MMU_PAGE_SIZE;
        u8 data[2 * MMU_PAGE_SIZE];
        memset(data, 0xff, sizeof data);
        EXPECT_EQ(p.access(RAM, TLM_READ_COMMAND, blank + 100, data, sizeof data), TLM_OK_RESPONSE);
        EXPECT_EQ(std::count(data, data + sizeof data, 0), (long)sizeof data);
        EXPECT_EQ(p.access(RAM, TLM_WRITE_COMMAND, blank, data, 8), TLM_COMMAND_ERROR_RESPONSE);
        payload ask(TLM_READ_COMMAND, blank, nullptr, 8);
        tlm_dmi dmi;
        EXPECT_FALSE(p.ram->get_direct_mem_ptr(ask, dmi));
        EXPECT_EQ(p.r->c.s->page_count, page_count) << "looking allocates nothing";

        EXPECT_EQ(p.access(RAM, TLM_READ_COMMAND, base - 8, data, 8), TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.access(RAM, TLM_READ_COMMAND, base + bytes - 4, data, 8),
                  TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.access(RAM, TLM_READ_COMMAND, base + bytes - 8, data, 8), TLM_OK_RESPONSE);
        ask.set_address(base + bytes);
        EXPECT_FALSE(p.ram->get_direct_mem_ptr(ask, dmi));
    });
}

TEST(Ports, AWriteToAPageTableIsReadBackByTheWalker)
{
    with_probe(*spec_of(yaml("v4", 1)), [](probe &p) {
        ctx *c = &p.r->c;
        const u64 at = sys_task(c, 1)->pgd_ipa + MMU_PAGE_SIZE - 8;
        const u64 pa = page_pa(c, page_find(c, (u32)(at >> MMU_PAGE_SHIFT))) + MMU_PAGE_SIZE - 8;
        const u64 before = ram_read_desc(c, pa);
        p.write(RAM, at, 0x1234567890abcde0, 8);
        EXPECT_EQ(ram_read_desc(c, pa), 0x1234567890abcde0u);
        p.write(RAM, at, before, 8);
    });
}

} // namespace experiment
