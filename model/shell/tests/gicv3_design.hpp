/*
 * A SystemC design of a user's with a GICv3, some wires and software, in a process of its own:
 * SystemC elaborates once in each.
 */
#ifndef MODEL_SHELL_TESTS_GICV3_DESIGN_HPP
#define MODEL_SHELL_TESTS_GICV3_DESIGN_HPP

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <systemc>

#include "model/shell/gicv3.hpp"

/* The library's own main() asks for it. */
extern "C" int sc_main(int, char *[])
{
    return 1;
}

namespace gicv3_design {


using namespace sc_core;
using namespace tlm;
using apfsim::gicv3_module;

enum { PE_COUNT = 3, SPI = 40, OTHER_SPI = 41, PPI = 27, SGI_BASE = 0x10000 };
constexpr gicv3_access el1 = {1, 0};

/* Every option built. */
inline gicv3_spec full_spec()
{
    gicv3_spec spec;

    gicv3_spec_default(&spec, PE_COUNT);
    spec.it_lines = 31;
    spec.espi_words = 32;
    spec.eppi_words = 2;
    spec.priority_bits = 8;
    spec.preemption_bits = 7;
    spec.has_nmi = spec.has_statusr = 1;
    return spec;
}

using initiator = tlm_utils::simple_initiator_socket_optional<sc_module>;

/* A design with software in it: `live` is run by a thread and is what the test is about. */
class design : public sc_module {
  public:
    SC_HAS_PROCESS(design);
    design(const sc_module_name &name, const std::function<void(design &)> &live,
           const gicv3_spec &spec = full_spec())
        : sc_module(name), gic("gic", spec, sc_time(5, SC_NS)), spi("spi"), other("other"),
          ppi("ppi"), dist("dist"), live_(live)
    {
        gic.wire(SPI, 0, spi);
        gic.wire(OTHER_SPI, 0, other);
        gic.wire(PPI, 1, ppi);
        dist.bind(gic.dist.socket);
        for (u32 i = 0; i < spec.pe_count; i++) {
            redist.emplace_back(("redist" + std::to_string(i)).c_str());
            redist[i].bind(gic.redist[i].socket);
        }
        SC_THREAD(run);
    }

    gicv3_module gic;
    sc_signal<bool> spi, other, ppi;
    initiator dist;
    std::deque<initiator> redist;
    bool is_over = false;

    u64 access(initiator &bus, tlm_command command, u64 off, u32 size, u64 value)
    {
        tlm_generic_payload p;
        sc_time delay;

        p.set_command(command);
        p.set_address(off);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        p.set_data_length(size);
        p.set_streaming_width(size);
        bus->b_transport(p, delay);
        EXPECT_EQ(p.get_response_status(), TLM_OK_RESPONSE);
        EXPECT_EQ(delay, sc_time(5, SC_NS));
        return value;
    }
    void put(initiator &bus, u64 off, u64 value, u32 size = 4)
    {
        access(bus, TLM_WRITE_COMMAND, off, size, value);
    }
    u32 get(initiator &bus, u64 off) { return (u32)access(bus, TLM_READ_COMMAND, off, 4, 0); }
    u64 icc(u32 pe, gic_cpuif reg)
    {
        u64 value = 0;

        EXPECT_EQ(gic.cpuif_read(pe, el1, reg, &value), GICV3_OK);
        return value;
    }
    void icc_write(u32 pe, gic_cpuif reg, u64 value)
    {
        EXPECT_EQ(gic.cpuif_write(pe, el1, reg, value), GICV3_OK);
    }

    /* What firmware does: both groups on everywhere, nothing masked, all PEs awake. */
    void boot()
    {
        put(dist, 0, 3); /* GICD_CTLR */
        for (u32 i = 0; i < redist.size(); i++) {
            put(redist[i], 0x14, 0); /* GICR_WAKER */
            icc_write(i, GIC_PMR, 0xff);
            icc_write(i, GIC_IGRPEN0, 1);
            icc_write(i, GIC_IGRPEN1, 1);
        }
    }
    /* An SPI below 64, of group 1, with priority 0x80. */
    void enable_spi(u32 intid, u32 pe)
    {
        put(dist, 0x84, get(dist, 0x84) | 1u << (intid - 32)); /* GICD_IGROUPR1 */
        put(dist, 0x400 + intid, 0x80, 1);                     /* GICD_IPRIORITYR<n> */
        put(dist, 0x6000 + 8 * intid, pe, 8);                  /* GICD_IROUTER<n> */
        put(dist, 0x104, 1u << (intid - 32));                  /* GICD_ISENABLER1 */
    }
    void enable_own(u32 intid, u32 pe)
    {
        initiator &bus = redist[pe];

        put(bus, SGI_BASE + 0x80, get(bus, SGI_BASE + 0x80) | 1u << intid); /* GICR_IGROUPR0 */
        put(bus, SGI_BASE + 0x100, 1u << intid);                           /* GICR_ISENABLER0 */
    }
    /* Outputs follow a delta cycle after an access; a wire is one itself. */
    void settle(u32 deltas = 2)
    {
        for (u32 i = 0; i < deltas; i++)
            wait(SC_ZERO_TIME);
    }
    u32 lines(u32 pe) const
    {
        const auto &out = gic.pe[pe];

        return (out.irq ? u32{GICV3_LINE_IRQ} : 0) | (out.fiq ? u32{GICV3_LINE_FIQ} : 0) |
               (out.nmi ? u32{GICV3_LINE_NMI} : 0) | (out.wake ? u32{GICV3_LINE_WAKE} : 0);
    }

  private:
    void run()
    {
        live_(*this);
        is_over = true;
    }

    std::function<void(design &)> live_;
};

/* SystemC elaborates once in each process; what fails in the child is on its standard output. */
inline void in_child(const std::function<void()> &body)
{
    int status = 0;

    fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        body();
        EXPECT_EQ(sc_report_handler::get_count(SC_WARNING), 0);
        fflush(nullptr);
        _exit(testing::Test::HasFailure() ? 1 : 0); /* Without destructors of SystemC's globals. */
    }
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << "the child has failed";
}

inline void simulate(const std::function<void(design &)> &live,
                     const gicv3_spec &spec = full_spec())
{
    in_child([&] {
        design d("design", live, spec);
        sc_start();
        EXPECT_TRUE(d.is_over);
        gicv3_check(d.gic.decider());
    });
}

/* What SystemC or the module has against it. */
inline std::string error_of(const std::function<void()> &body)
{
    try {
        body();
    } catch (const sc_report &report) {
        return report.get_msg();
    }
    return "";
}

} // namespace gicv3_design
#endif
