/* apfsim run: one variant in this process, or several, each in its own. */
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/interrupt.hpp"
#include "cli/machine.hpp"
#include "cli/settings.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

/* What one child has to say, read to its end. */
bool read_brief(int pipe, struct results_brief *brief)
{
    char *to = reinterpret_cast<char *>(brief);
    size_t left = sizeof *brief;

    while (left != 0) {
        ssize_t n = read(pipe, to, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        to += n;
        left -= (size_t)n;
    }
    return true;
}

int wait_for(pid_t child, const char *variant)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    interrupt_forward_to(0);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    throw failure(ERR_BROKEN, std::string("the run of ") + variant + " ended by " +
                                  strsignal(WTERMSIG(status)) + "; please report it");
}

/* In the child: the results to the files and the screen, and in short to the pipe. */
[[noreturn]] void be_child(const config &c, u32 index, const run_options &options, int pipe)
{
    struct results_brief brief = {};
    int status = guard([&] {
        std::optional<output> folder;
        if (options.out)
            folder.emplace(std::filesystem::path(*options.out) /
                           config_spec(&c, index)->variant_name);
        int result = run_machine(c, index, options, folder ? &*folder : nullptr, &brief);
        if (write(pipe, &brief, sizeof brief) != (ssize_t)sizeof brief)
            throw io_failure("cannot reach the parent process", errno);
        return result;
    });
    _exit(status);
}

/* A new process for each variant: SystemC builds its modules once in a process. */
int run_child(const config &c, u32 index, const run_options &options, struct results_brief *brief)
{
    const char *variant = config_spec(&c, index)->variant_name;
    int ends[2];

    std::fflush(nullptr);
    if (pipe(ends) != 0)
        throw io_failure("cannot make a pipe", errno);
    pid_t child = fork();
    if (child < 0)
        throw io_failure("cannot start a process", errno);
    if (child == 0) {
        close(ends[0]);
        be_child(c, index, options, ends[1]);
    }
    interrupt_forward_to(child);
    close(ends[1]);
    bool is_whole = read_brief(ends[0], brief);
    close(ends[0]);
    int status = wait_for(child, variant);
    if (!is_whole && (status == ERR_NONE || status == STATUS_INTERRUPTED))
        throw failure(ERR_BROKEN, std::string("the run of ") + variant + " ended without results");
    return status;
}

/* Side by side, as far as the user has let them run. */
int run_variants(const config &c, const run_options &options)
{
    std::optional<output> folder;
    std::vector<struct results_brief> briefs;
    int status = ERR_NONE;

    if (options.out)
        folder.emplace(*options.out);
    for (u32 i = 0; i < config_spec_count(&c) && !interrupted(); i++) {
        briefs.emplace_back();
        status = run_child(c, i, options, &briefs.back());
        if (status != ERR_NONE && status != STATUS_INTERRUPTED)
            return status;
    }
    auto print = [&](FILE *out) {
        results_print_comparison(briefs.data(), (u32)briefs.size(), out);
        return true;
    };
    if (folder) {
        std::set<std::string> variants;
        for (const struct results_brief &b : briefs)
            variants.insert(b.variant);
        folder->retire_old(variants);
        folder->write("comparison.txt", print);
    }
    print(stdout);
    return interrupted() ? (int)STATUS_INTERRUPTED : status;
}

int run_only(const config &c, const run_options &options)
{
    std::optional<output> folder;
    struct results_brief brief;

    if (options.out)
        folder.emplace(*options.out);
    return run_machine(c, 0, options, folder ? &*folder : nullptr, &brief);
}

run_options options_from(const syntax &s, const po::variables_map &values)
{
    run_options o = {};

    o.config = values["CONFIG"].as<std::string>();
    o.set = settings_from(values);
    if (values.count("out"))
        o.out = values["out"].as<std::string>();
    if (o.out && o.out->empty())
        throw s.wrong("--out: found an empty name, expected a directory");
    o.trace = values.count("trace") != 0;
    o.quiet = values.count("quiet") != 0;
    if (o.trace && !o.out)
        throw s.wrong("--trace: found no --out, expected the directory for the trace");
    const std::string carrier = values["carrier"].as<std::string>();
    o.carrier = carrier_find(carrier);
    if (o.carrier == nullptr)
        throw s.wrong("--carrier: found \"" + carrier +
                      "\", expected testbed, modules or conductor");
    return o;
}

} // namespace

int run_command(const arguments &args)
{
    syntax s("run",
             "Runs an experiment and prints what it took; several variants stand side by side.",
             "apfsim run configs/demo.yaml --set guest.vcpus=2 --out results --trace", {"CONFIG"});
    po::variables_map values;

    add_settings(s.options);
    s.options.add_options()("out", po::value<std::string>()->value_name("DIR"),
                            "write results into this directory")(
        "trace", "write the event trace there, too")(
        "carrier", po::value<std::string>()->value_name("NAME")->default_value("conductor"),
        "who calls the steps: testbed, modules or conductor")("quiet",
                                                              "print no summary and no progress");
    if (!s.parse(args, values))
        return ERR_NONE;
    run_options options = options_from(s, values);
    configuration c(options.config, options.set);
    interrupt_watch();
    return config_spec_count(c.get()) == 1 ? run_only(*c.get(), options)
                                           : run_variants(*c.get(), options);
}

} // namespace cli
