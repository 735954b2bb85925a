/*
 * The interrupt lines of the machine, from modules of a user: the line to a vCPU is watched, and a
 * device raises a shared peripheral interrupt that the guest takes.
 */
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <systemc>

#include "model/shell/plugs.hpp"
#include "model/shell/tests/experiment.hpp"

namespace experiment {

using namespace sc_core;
using namespace tlm;

/* Counts the edges of a line. */
class watcher : public sc_module {
  public:
    SC_HAS_PROCESS(watcher);
    explicit watcher(const sc_module_name &name) : sc_module(name)
    {
        SC_METHOD(edge);
        dont_initialize();
        sensitive << line;
    }

    sc_in<bool> line;
    u32 rises = 0, falls = 0;

  private:
    void edge() { line.read() ? rises++ : falls++; }
};

enum { SPI = 40 };

/* Enables its interrupt as firmware would, for vCPU 1, raises its line, lowers it 100 us later. */
class device : public sc_module {
  public:
    SC_HAS_PROCESS(device);
    device(const sc_module_name &name, u64 at_ps)
        : sc_module(name), dist("dist"), wire("wire"), at_ps_(at_ps)
    {
        SC_THREAD(live);
    }

    tlm_utils::simple_initiator_socket<device> dist;
    sc_signal<bool> wire;
    u32 pending = 0; /* GICD_ISPENDR1, while the line is high. */

  private:
    u64 access(tlm_command command, u64 address, u32 size, u64 value)
    {
        tlm_generic_payload p;
        sc_time delay;

        p.set_command(command);
        p.set_address(address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        p.set_data_length(size);
        p.set_streaming_width(size);
        dist->b_transport(p, delay);
        EXPECT_EQ(p.get_response_status(), TLM_OK_RESPONSE);
        return value;
    }
    void live()
    {
        wait(sc_time::from_value(at_ps_));
        access(TLM_WRITE_COMMAND, 0x6000 + 8 * SPI, 8, 1);           /* GICD_IROUTER40 */
        access(TLM_WRITE_COMMAND, 0x104, 4, 1u << (SPI - 32));       /* GICD_ISENABLER1 */
        wire.write(true);
        wait(sc_time(100, SC_US));
        pending = (u32)access(TLM_READ_COMMAND, 0x204, 4, 0);
        wire.write(false);
    }

    u64 at_ps_;
};

struct bench {
    run *r;
    std::unique_ptr<watcher> w[2];
    std::unique_ptr<device> d;
    bool with_device;
};

void plug(void *arg, shell_plugs *plugs)
{
    auto *b = static_cast<bench *>(arg);

    for (u32 i = 0; i < 2; i++) {
        b->w[i] = std::make_unique<watcher>(("watcher" + std::to_string(i)).c_str());
        b->w[i]->line.bind(plugs->irq(i));
    }
    if (!b->with_device)
        return;
    b->d = std::make_unique<device>("device", 2 * PS_PER_MS);
    plugs->dist(b->d->dist);
    plugs->spi(SPI, b->d->wire);
}

/* How often the guest's CPU reads an interrupt's number: its script of an IRQ begins with that. */
u32 acknowledged(const outcome &o, u32 vcpu)
{
    u32 count = 0;

    for (const trace_rec &line : o.lines)
        count += line.actor == vcpu && std::string(log_type_name(line.type)) == "irq_entry";
    return count;
}

outcome watch(bool with_device)
{
    return execute(*spec_of(yaml("v4", 2)), [&](run *r, std::string *text) {
        bench b{r, {}, nullptr, with_device};
        shell_options options{};
        options.schedule = SHELL_MODULES;
        options.arg = &b;
        options.plug = plug;
        shell(options)(r, text);
        for (const auto &w : b.w)
            *text += std::to_string(w->rises) + " " + std::to_string(w->falls) + " ";
        if (with_device)
            *text += std::to_string(b.d->pending);
    });
}

/* Each interrupt that is taken was a rise before; a level that an exit takes away rises again. */
TEST(Lines, TheLineToAVcpuRisesBeforeEachInterruptThatIsTaken)
{
    const outcome o = watch(false);
    u32 rises[2], falls[2];

    ASSERT_EQ(sscanf(o.text.c_str(), "%u %u %u %u", &rises[0], &falls[0], &rises[1], &falls[1]), 4)
        << o.text;
    for (u32 i = 0; i < 2; i++) {
        EXPECT_GT(acknowledged(o, i), 0u);
        EXPECT_GE(rises[i] + 1, acknowledged(o, i)) << "a spurious one of v4 is not on the line";
        EXPECT_LE(rises[i] - falls[i], 1u);
    }
}

TEST(Lines, WatchingChangesNothing)
{
    outcome watched = watch(false);
    watched.text.clear();
    expect_same(watched, execute(*spec_of(yaml("v4", 2)), testbed()));
}

TEST(Lines, ADeviceRaisesAnSpiThatItsVcpuTakes)
{
    const outcome plain = watch(false), o = watch(true);

    EXPECT_GT(acknowledged(o, 1), acknowledged(plain, 1)) << "vCPU 1 has taken it";
    EXPECT_EQ(o.end, SYS_DONE);
    EXPECT_EQ(o.text.substr(o.text.rfind(' ') + 1), std::to_string(1u << (SPI - 32)))
        << "the line of a level interrupt is what GICD_ISPENDR shows";
}

TEST(Lines, OnlySpisHaveLines)
{
    for (u32 intid : {31u, 256u}) {
        const outcome o = execute(*spec_of(yaml("v4", 1)), [&](run *r, std::string *text) {
            struct wish {
                u32 intid;
                sc_signal<bool> line;
            } w{intid, {}};
            shell_options options{};
            options.arg = &w;
            options.plug = [](void *arg, shell_plugs *plugs) {
                plugs->spi(static_cast<wish *>(arg)->intid, static_cast<wish *>(arg)->line);
            };
            shell(options)(r, text);
        });
        EXPECT_EQ(o.text, "SystemC: apfsim: found INTID " + std::to_string(intid) +
                              " for a line, expected an SPI: 32 to 255");
    }
}

TEST(Lines, AreOfTheScheduleModules)
{
    const outcome o = execute(*spec_of(yaml("v4", 1)), [](run *r, std::string *text) {
        shell_options options{};
        options.schedule = SHELL_CONDUCTOR;
        options.plug = [](void *, shell_plugs *plugs) { plugs->irq(0); };
        shell(options)(r, text);
    });
    EXPECT_EQ(o.text, "SystemC: apfsim: interrupt lines need the schedule \"modules\"");
}

} // namespace experiment
