/* From the arguments to a command, and from a failure to its sentence and status. */
#include "cli/cli.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>

#include "cli/interrupt.hpp"

namespace cli {

namespace {

struct command {
    const char *name;
    int (*run)(const arguments &args);
    const char *words;
};

const command commands[] = {
    {"run", run_command, "run an experiment"},
    {"check", check_command, "check an experiment without running it"},
    {"list", list_command, "list variants, parameters, costs, hops, ... or what a trace holds"},
    {"trace", trace_command, "print an event trace that a run has recorded"},
    {"sweep", sweep_command, "run many points of a design space, and keep their results"},
    {"report", report_command, "show the results of a sweep"},
    {"compare", compare_command, "find what has changed between two results, and gate it"},
};

int help()
{
    std::printf("apfsim simulates the asynchronous page faults of arm64 KVM, hop by hop.\n\n"
                "Usage: apfsim COMMAND [ARGUMENTS]\n\n");
    for (const command &c : commands)
        std::printf("  %-7s %s\n", c.name, c.words);
    std::printf("\n  --help      this text; \"apfsim COMMAND --help\" says more\n"
                "  --version   the version\n\n"
                "Example: apfsim run configs/demo.yaml --out results\n\n"
                "Exit status: 0 done; 1 a check failed; 2 wrong usage or input; 3 the simulated\n"
                "system broke; 4 input or output failed; 130 interrupted, results cut short.\n");
    return 0;
}

int dispatch(const arguments &args)
{
    const std::string name = args.empty() ? "" : args[0];

    if (name == "--help" || name == "-h")
        return help();
    if (name == "--version") {
        std::printf("apfsim %s\n", APFSIM_VERSION);
        return 0;
    }
    for (const command &c : commands)
        if (name == c.name)
            return c.run(arguments(args.begin() + 1, args.end()));
    throw failure(ERR_USAGE, "found " + (args.empty() ? "no command" : "\"" + name + "\"") +
                                 ", expected run, check, list, trace, sweep, report or compare; "
                                 "try apfsim --help");
}

int complain(const char *sentence, int status)
{
    std::fprintf(stderr, "apfsim: %s\n", sentence);
    return status;
}

} // namespace

failure io_failure(const std::string &what, int error_number)
{
    return failure(ERR_IO, what + ": " + std::strerror(error_number));
}

void require_file(const std::string &path)
{
    std::error_code error;

    if (std::filesystem::is_directory(path, error))
        throw failure(ERR_USAGE, path + ": found a directory, expected a file");
    if (!std::filesystem::is_regular_file(path, error))
        throw failure(ERR_USAGE, path + ": found no such file; try another name");
}

int guard(const std::function<int()> &work)
{
    int status;

    try {
        status = work();
    } catch (const failure &f) {
        status = complain(f.what(), f.status);
    } catch (const std::bad_alloc &) {
        status = complain("the host is out of memory; try a smaller experiment", ERR_IO);
    } catch (const std::exception &e) {
        status = complain(e.what(), ERR_IO);
    }
    /* A verdict that nobody could read is none; other failures have had their sentence. */
    const bool has_only_verdict = status == ERR_NONE || status == ERR_GATE;
    if ((std::fflush(stdout) != 0 || std::ferror(stdout)) && has_only_verdict)
        status = complain("cannot write to standard output; try another file or disk", ERR_IO);
    return status;
}

int apfsim(const arguments &args)
{
    std::signal(SIGXFSZ, SIG_IGN); /* A limit on file sizes is an error like a full disk. */
    interrupt_tidily();
    return guard([&] { return dispatch(args); });
}

} // namespace cli
