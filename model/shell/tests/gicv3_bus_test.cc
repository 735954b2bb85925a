/*
 * The frames of a GICv3 in a SystemC design of a user's as targets of a bus, and how the module is
 * elaborated: names, waves, wires.
 */
#include <filesystem>
#include <fstream>
#include <sstream>

#include "model/shell/tests/gicv3_design.hpp"

namespace gicv3_design {

/* --- The bus. --- */

struct wrong {
    tlm_command command;
    u64 off;
    u32 size, width;
    bool has_enables;
    tlm_response_status status;
};

TEST(Gicv3Bus, WrongAccessesAreRefusedAndChangeNothing)
{
    static const wrong rows[] = {
        {TLM_IGNORE_COMMAND, 0, 4, 4, false, TLM_COMMAND_ERROR_RESPONSE},
        {TLM_WRITE_COMMAND, 0, 4, 4, true, TLM_BYTE_ENABLE_ERROR_RESPONSE},
        {TLM_READ_COMMAND, 0, 4, 4, true, TLM_BYTE_ENABLE_ERROR_RESPONSE},
        {TLM_WRITE_COMMAND, 0, 0, 4, false, TLM_BURST_ERROR_RESPONSE},
        {TLM_WRITE_COMMAND, 0, 3, 4, false, TLM_BURST_ERROR_RESPONSE},
        {TLM_WRITE_COMMAND, 0, 16, 16, false, TLM_BURST_ERROR_RESPONSE},
        {TLM_WRITE_COMMAND, 0, 4, 2, false, TLM_BURST_ERROR_RESPONSE},
        {TLM_READ_COMMAND, 0x10000, 4, 4, false, TLM_ADDRESS_ERROR_RESPONSE},
        {TLM_READ_COMMAND, 0xfffe, 4, 4, false, TLM_ADDRESS_ERROR_RESPONSE},
        {TLM_READ_COMMAND, UINT64_MAX, 4, 4, false, TLM_ADDRESS_ERROR_RESPONSE},
        {TLM_READ_COMMAND, 1ull << 32, 4, 4, false, TLM_ADDRESS_ERROR_RESPONSE},
        {TLM_READ_COMMAND, 0xffe8, 4, 4, false, TLM_OK_RESPONSE}, /* GICD_PIDR2, GICR_PIDR2 */
        {TLM_READ_COMMAND, 0xffff, 1, 1, false, TLM_OK_RESPONSE},
    };
    simulate([](design &d) {
        for (bool is_dist : {true, false})
            for (const wrong &row : rows) {
                initiator &bus = is_dist ? d.dist : d.redist[2];
                const bool is_last = row.off >= 0xfff0 && row.off <= 0x10000 && !is_dist;
                const u64 off = is_last ? row.off + 0x10000 : row.off;
                unsigned char data[16] = {3, 3, 3, 3}, enables[16] = {};
                sc_time delay(1, SC_NS);
                tlm_generic_payload p;

                p.set_command(row.command);
                p.set_address(off);
                p.set_data_ptr(data);
                p.set_data_length(row.size);
                p.set_streaming_width(row.width);
                p.set_byte_enable_ptr(row.has_enables ? enables : nullptr);
                p.set_byte_enable_length(row.size);
                bus->b_transport(p, delay);
                EXPECT_EQ(p.get_response_status(), row.status) << &row - rows << " " << is_dist;
                EXPECT_EQ(delay, sc_time(6, SC_NS));
                EXPECT_EQ(d.get(d.dist, 0) & 3, 0u) << "GICD_CTLR, the groups";
                const bool is_ok = row.status == TLM_OK_RESPONSE;
                EXPECT_EQ(bus->transport_dbg(p), is_ok ? row.size : 0u);
            }
    });
}

TEST(Gicv3Bus, TheBusReachesAllOfBothFrames)
{
    simulate([](design &d) {
        EXPECT_EQ(d.get(d.dist, 0xffe8) >> 4 & 15, 3u) << "GICD_PIDR2.ArchRev";
        for (u32 i = 0; i < PE_COUNT; i++) {
            EXPECT_EQ(d.get(d.redist[i], 0xffe8) >> 4 & 15, 3u);
            const u64 typer = d.access(d.redist[i], TLM_READ_COMMAND, 8, 8, 0);
            EXPECT_EQ(typer >> 8 & 0xffff, i) << "Processor_Number";
            EXPECT_EQ(typer >> 32, i) << "affinity";
            EXPECT_EQ(typer >> 4 & 1, i == PE_COUNT - 1) << "Last";
            d.put(d.redist[i], SGI_BASE + 0x400, 0x10203040 + i);
        }
        for (u32 i = 0; i < PE_COUNT; i++)
            EXPECT_EQ(d.get(d.redist[i], SGI_BASE + 0x400), 0x10203040 + i);
        /* What no register takes is OK for the bus, and noted. */
        d.put(d.dist, 0x3, 1, 4);
        EXPECT_EQ(d.get(d.dist, 0x10), 2u) << "GICD_STATUSR.WRD";
    });
}

TEST(Gicv3Bus, ADebuggerLooksAndChangesNothing)
{
    simulate([](design &d) {
        for (initiator *bus : {&d.dist, &d.redist[0]})
            for (tlm_command command : {TLM_READ_COMMAND, TLM_WRITE_COMMAND}) {
                u32 value = 3;
                tlm_generic_payload p;

                p.set_command(command);
                p.set_address(bus == &d.dist ? 0x40 : 0x3); /* WO, reserved. */
                p.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
                p.set_data_length(4);
                p.set_streaming_width(4);
                EXPECT_EQ((*bus)->transport_dbg(p), command == TLM_READ_COMMAND ? 4u : 0u);
                EXPECT_EQ(d.get(*bus, 0x10), 0u) << "STATUSR";
            }
        d.put(d.dist, 0, 2);
        u32 ctlr = 0;
        tlm_generic_payload p;
        p.set_read();
        p.set_address(0);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&ctlr));
        p.set_data_length(4);
        p.set_streaming_width(4);
        EXPECT_EQ(d.dist->transport_dbg(p), 4u);
        EXPECT_EQ(ctlr, d.get(d.dist, 0));
        EXPECT_EQ(ctlr & 3, 2u);
    });
}

TEST(Gicv3Bus, UndefinedAccessesOfTheCpuInterfaceSaySo)
{
    simulate([](design &d) {
        u64 value = 77;

        EXPECT_EQ(d.gic.cpuif_read(0, {0, 0}, GIC_PMR, &value), GICV3_UNDEFINED);
        EXPECT_EQ(d.gic.cpuif_read(0, el1, GIC_EOIR1, &value), GICV3_UNDEFINED);
        EXPECT_EQ(d.gic.cpuif_write(0, el1, GIC_IAR1, 0), GICV3_UNDEFINED);
        EXPECT_EQ(value, 77u);
        EXPECT_EQ(d.gic.cpuif_read(0, {2, 0}, GIC_SRE_EL2, &value), GICV3_OK);
        /* SCTLR_ELx.NMI decides what IAR1 says of an NMI. */
        d.boot();
        d.enable_spi(SPI, 0);
        d.put(d.dist, 0xf84, 1u << (SPI - 32));
        d.spi = true;
        d.settle();
        EXPECT_EQ(d.gic.cpuif_read(0, {1, 1}, GIC_IAR1, &value), GICV3_OK);
        EXPECT_EQ(value, u64{GICV3_NMI});
        EXPECT_EQ(d.gic.cpuif_read(0, {1, 1}, GIC_NMIAR1, &value), GICV3_OK);
        EXPECT_EQ(value, u64{SPI});
    });
}

/* --- Elaboration. --- */

TEST(Gicv3Elaboration, NamesAreInItsHierarchy)
{
    in_child([] {
        design d("top", [](design &) {});
        for (const char *name :
             {"top.gic", "top.gic.dist", "top.gic.dist.socket", "top.gic.redist0.socket",
              "top.gic.redist2.socket", "top.gic.pe0.irq", "top.gic.pe0.fiq", "top.gic.pe2.nmi",
              "top.gic.pe2.wake", "top.gic.spi40", "top.gic.spi40.in", "top.gic.pe1.ppi27.in"})
            EXPECT_NE(sc_find_object(name), nullptr) << name;
        sc_signal<bool> more("more");
        EXPECT_STREQ(more.name(), "more") << "making wires has left its hierarchy";
        for (const char *name : {"top.gic.redist3", "top.gic.pe3", "top.gic.pe0.ppi27"})
            EXPECT_EQ(sc_find_object(name), nullptr) << name;
    });
}

TEST(Gicv3Elaboration, WavesShowAllLines)
{
    const std::string base = std::filesystem::temp_directory_path() /
                             ("apfsim-gicv3-" + std::to_string(getpid()));
    in_child([&] {
        sc_trace_file *waves = sc_create_vcd_trace_file(base.c_str());
        waves->set_time_unit(1, SC_PS);
        design d("top", [](design &d) {
            d.boot();
            d.enable_spi(SPI, 1);
            wait(sc_time(3, SC_NS));
            d.spi = true;
            wait(sc_time(1, SC_NS));
        });
        d.gic.trace(waves);
        sc_start();
        sc_close_vcd_trace_file(waves);
    });
    std::ifstream file(base + ".vcd");
    std::stringstream text;
    text << file.rdbuf();
    std::filesystem::remove(base + ".vcd");
    for (const char *name : {"irq", "fiq", "nmi", "wake", "pe0", "pe2", "spi40", "ppi27"})
        EXPECT_NE(text.str().find(std::string(" ") + name + " "), std::string::npos) << name;
    EXPECT_NE(text.str().find("\n#3000\n"), std::string::npos);
}

TEST(Gicv3Elaboration, OnlyInterruptsWithWiresCanBeWired)
{
    in_child([] {
        gicv3_spec spec;
        gicv3_spec_default(&spec, 2); /* 256 INTIDs, nothing extended. */
        gicv3_module gic("gic", spec);
        sc_signal<bool> line;
        struct {
            u32 intid, pe;
            bool is_good;
        } const rows[] = {
            {0, 0, false},    {15, 0, false},    {16, 0, true},     {31, 1, true},
            {16, 2, false},   {32, 0, true},     {255, 9, true},    {256, 0, false},
            {1019, 0, false}, {1020, 0, false},  {1056, 0, false},  {4096, 0, false},
            {8192, 0, false}, {UINT32_MAX, 0, false},
        };
        for (const auto &row : rows) {
            const std::string found = "found INTID " + std::to_string(row.intid) + " of PE " +
                                      std::to_string(row.pe) +
                                      " for a wire, expected an SPI or PPI that the GIC has";
            EXPECT_EQ(error_of([&] { gic.wire(row.intid, row.pe, line); }),
                      row.is_good ? "" : found);
        }
        EXPECT_EQ(error_of([&] { gic.wire(16, 0, line); }), "INTID 16 has a wire already");
        EXPECT_EQ(error_of([&] { gic.wire(16, 1, line); }), "");
        EXPECT_EQ(error_of([&] { gic.wire(32, 1, line); }), "INTID 32 has a wire already");
        sc_start(SC_ZERO_TIME);
        EXPECT_EQ(error_of([&] { gic.wire(17, 0, line); }),
                  "wires are made before the simulation starts");
    });
}

/* Also for users who let SystemC report errors without exceptions. */
TEST(Gicv3Elaboration, AWireThatIsRefusedIsNotMade)
{
    in_child([] {
        gicv3_module gic("gic", full_spec());
        sc_signal<bool> line, second;
        sc_report_handler::set_actions(SC_ERROR, SC_DO_NOTHING);
        gic.wire(SPI, 0, line);
        gic.wire(SPI, 0, second);
        gic.wire(5, 0, line);
        gic.wire(PPI, 99, line);
        sc_start(SC_ZERO_TIME);
        gic.wire(OTHER_SPI, 0, line);
        EXPECT_EQ(sc_report_handler::get_count(SC_ERROR), 4);
        EXPECT_EQ(sc_find_object("gic.ppi5"), nullptr);
        EXPECT_EQ(sc_find_object("gic.spi41"), nullptr);
        line = true;
        sc_start(sc_time(1, SC_NS));
        EXPECT_EQ(gic.decider()->dist->word[1].line, 1u << (SPI - 32)) << "the first wire counts";
        gicv3_check(gic.decider());
    });
}

TEST(Gicv3Elaboration, AnImpossibleGicIsRefused)
{
    in_child([] {
        gicv3_spec spec = full_spec();
        spec.pe_count = 0;
        EXPECT_EQ(error_of([&] { gicv3_module gic("gic", spec); }), "there must be 1 to 512 PEs");
    });
}

/* Sockets and outputs that nobody uses cost neither words nor errors; in_child() looks. */
TEST(Gicv3Elaboration, NothingMustBeBound)
{
    in_child([] {
        gicv3_spec spec;
        gicv3_spec_default(&spec, GICV3_PE_MAX);
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        gicv3_module gic("gic", spec);
        sc_start(sc_time(1, SC_NS));
        EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
        EXPECT_EQ(testing::internal::GetCapturedStderr().find("Warning"), std::string::npos);
        EXPECT_EQ(gic.pe.size(), size_t{GICV3_PE_MAX});
    });
}

} // namespace gicv3_design
