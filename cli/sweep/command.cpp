/* apfsim sweep: from the word behind it to one of its commands. */
#include <cstdio>

#include "cli/sweep/sweep.hpp"

namespace cli {

namespace {

const struct {
    const char *name;
    int (*run)(const arguments &args);
    const char *words;
} commands[] = {
    {"plan", sweep_plan_command, "what a sweep would run, and for how long"},
    {"run", sweep_run_command, "run what is missing"},
    {"status", sweep_status_command, "what a file of results holds"},
    {"merge", sweep_merge_command, "join the results of shards"},
    {"export", sweep_export_command, "results as CSV or SQL"},
};

int help()
{
    std::printf("Usage: apfsim sweep COMMAND [ARGUMENTS]\n\n"
                "Runs many points of a design space; docs/sweeps.md is the reference.\n\n");
    for (const auto &c : commands)
        std::printf("  %-7s %s\n", c.name, c.words);
    std::printf("\nExample: apfsim sweep run configs/sweeps/break-even.yaml --out break-even.db\n");
    return ERR_NONE;
}

} // namespace

int sweep_command(const arguments &args)
{
    const std::string name = args.empty() ? "" : args[0];

    if (name == "--help" || name == "-h")
        return help();
    for (const auto &c : commands)
        if (name == c.name)
            return c.run(arguments(args.begin() + 1, args.end()));
    throw failure(ERR_USAGE,
                  "sweep: found " + (args.empty() ? "no command" : "\"" + name + "\"") +
                      ", expected plan, run, status, merge or export; try apfsim sweep --help");
}

} // namespace cli
