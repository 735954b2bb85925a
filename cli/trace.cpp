/* apfsim trace: an event trace as text for people, or as one row for each fault. */
#include <cstdio>

#include "cli/output.hpp"
#include "cli/recorder.hpp"
#include "cli/syntax.hpp"
#include "cli/trace_reader.hpp"

namespace cli {

namespace {

void print_text(FILE *out, trace_reader &t, bool with_faults)
{
    t.each([&](const trace_rec &r) {
        if (with_faults || t.type_of(r).group != "fault")
            std::fprintf(out, "%s\n", t.line(r).c_str());
    });
}

/* Adds one record to a fault; true: it was the last. */
bool collect(fault &f, const trace_reader &t, const trace_rec &r)
{
    const std::string &name = t.type_of(r).name;

    f.vcpu = r.actor;
    if (name == "hop") {
        u32 hop = t.hop_of(r.b);
        f.visited |= 1ull << hop;
        f.hop_ps[hop] = r.a;
        f.last_ps += hop_info[hop].chain == CHAIN_PAGE ? r.a : 0;
    } else if (name == "page") {
        f.gfn = (u32)r.a;
        f.token = r.b;
    } else if (name == "kind") {
        f.number = r.a;
        f.task = (u16)(r.b >> 16);
        f.kind = (u8)(r.b >> 8);
        f.flags = (u8)r.b;
    } else if (name == "pick") {
        f.pick_ps = r.a;
    } else if (name == "latency") {
        f.start_ps = r.a;
        f.last_ps += r.a;
        return true;
    } else {
        throw t.foreign("a record fault." + name);
    }
    return false;
}

void print_csv(FILE *out, trace_reader &t)
{
    fault f = {};

    results_csv_header(out);
    t.each([&](const trace_rec &r) {
        if (t.type_of(r).group != "fault" || !collect(f, t, r))
            return;
        if (f.kind >= FAULT_KIND_COUNT)
            throw t.foreign("a fault of kind " + std::to_string(f.kind));
        results_csv_row(out, &f);
        f = {};
    });
}

} // namespace

int trace_command(const arguments &args)
{
    namespace po = boost::program_options;
    syntax s("trace",
             "Prints an event trace: text is its transcript, one line for each message and phase;\n"
             "csv has one row for each fault with the time of every hop in picoseconds.",
             "apfsim trace results/trace.apft --to csv --out faults.csv", {"FILE"});
    po::variables_map values;

    s.options.add_options()("to",
                            po::value<std::string>()->value_name("FORMAT")->default_value("text"),
                            "text or csv")("faults", "text: the records of closed faults, too")(
        "out", po::value<std::string>()->value_name("FILE"), "write into this file");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string format = values["to"].as<std::string>();
    const bool with_faults = values.count("faults") != 0;
    if (format != "text" && format != "csv")
        throw s.wrong("--to: found \"" + format + "\", expected text or csv");
    trace_reader t(values["FILE"].as<std::string>());
    auto print = [&](FILE *out) {
        format == "csv" ? print_csv(out, t) : print_text(out, t, with_faults);
        return true;
    };
    if (values.count("out"))
        refuse_inputs("--out", values["out"].as<std::string>(),
                      {values["FILE"].as<std::string>()});
    if (values.count("out"))
        write_file(values["out"].as<std::string>(), print);
    else
        print(stdout);
    return ERR_NONE;
}

} // namespace cli
