/* apfsim list: what there is to choose from, and what a memory trace holds. */
#include <cinttypes>
#include <cstdio>

#include "cli/list_hardware.hpp"
#include "cli/syntax.hpp"
#include "model/model.h"

namespace cli {

namespace {

const char *const cost_keys[] = {
#define COST(id, key, words) key,
#include "model/cost.def"
#undef COST
    "",
};

void list_variants()
{
    for (u32 i = 0; i < variant_count(); i++)
        std::printf("%-10s %s\n", variants[i].name, variants[i].words);
}

void list_parameters()
{
    config_write_parameters_md(stdout);
}

void list_costs()
{
    err e = {};

    if (!config_write_costs_md(stdout, &e))
        throw failure(e);
}

void list_hops()
{
    std::printf("%-17s %-6s %s\n", "hop", "chain", "step of the posted design, and meaning");
    for (const struct hop_info &hop : ::hop_info)
        std::printf("%-17s %-6s %s\n", hop.key, hop.chain == CHAIN_PAGE ? "page" : "guest",
                    hop.words);
}

void list_phases()
{
    static const char *const context[] = {"user", "kernel", "host"};

    std::printf("%-15s %-7s %s\n", "phase", "context", "costs");
    for (const struct phase_info &phase : ::phase_info)
        std::printf("%-15s %-7s %s%s%s\n", phase.name, context[phase.context],
                    cost_keys[phase.cost[0]], phase.cost[1] != COST_COUNT ? " + " : "",
                    cost_keys[phase.cost[1]]);
}

void list_messages()
{
    std::printf("%-9s %9s  %-8s %-14s %s\n", "message", "least_ps", "to guest", "a", "b");
    for (const struct msg_info &m : ::msg_info)
        std::printf("%-9s %9" PRIu64 "  %-8s %-14s %s\n", m.name, m.min_ps, m.guest ? "yes" : "no",
                    m.a, m.b);
}

void list_profiles()
{
    const char *name;

    for (u32 i = 0; (name = config_profile_name(i)) != nullptr; i++)
        std::printf("%s\n", name);
}

void list_schema()
{
    config_write_schema(stdout);
}

void list_trace(const std::string &path)
{
    lackey_summary s;
    err e = {};

    require_file(path);
    if (!lackey_summarize(path.c_str(), &s, &e))
        throw failure(e);
    auto count = [](const char *what, u64 n) { std::printf("%-16s %" PRIu64 "\n", what, n); };
    count("lines", s.lines);
    count("comments", s.comments);
    count("instructions", s.instructions);
    count("loads", s.loads);
    count("stores", s.stores);
    count("modifies", s.modifies);
    count("split accesses", s.split_accesses);
    count("data pages", s.data_pages);
    count("code pages", s.code_pages);
    count("pages", s.pages);
    count("footprint (KiB)", s.pages * 4);
    std::printf("%-16s %#" PRIx64 " to %#" PRIx64 "\n", "addresses", s.va_min, s.va_max);
}

const struct {
    const char *name;
    void (*list)();
} kinds[] = {
    {"variants", list_variants}, {"parameters", list_parameters}, {"costs", list_costs},
    {"hops", list_hops},         {"phases", list_phases},         {"messages", list_messages},
    {"profiles", list_profiles}, {"schema", list_schema},         {"registers", list_registers},
    {"calls", list_calls},       {"events", list_events},
};

} // namespace

int list_command(const arguments &args)
{
    syntax s("list",
             "Prints what there is. KIND: variants, parameters, costs, hops, phases, messages,\n"
             "profiles, schema (of the configuration, for editors); registers, calls and events\n"
             "of the hardware and its firmware; or trace with a FILE: lines and footprint of a\n"
             "memory trace.",
             "apfsim list trace configs/samples/sqlite.lackey.zst", {"KIND", "[FILE]"});
    boost::program_options::variables_map values;

    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string name = values["KIND"].as<std::string>();
    const bool has_file = values.count("FILE") != 0;
    if (name == "trace") {
        if (!has_file)
            throw s.wrong("found no FILE, expected apfsim list trace FILE");
        list_trace(values["FILE"].as<std::string>());
        return ERR_NONE;
    }
    if (has_file)
        throw s.wrong("found a FILE, expected one after \"apfsim list trace\" only");
    for (const auto &kind : kinds)
        if (name == kind.name) {
            kind.list();
            return ERR_NONE;
        }
    throw s.wrong("found \"" + name +
                  "\", expected variants, parameters, costs, hops, phases, "
                  "messages, profiles, schema, registers, calls, events or trace");
}

} // namespace cli
