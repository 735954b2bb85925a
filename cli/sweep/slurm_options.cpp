/* What a user may say about a sweep on Slurm, and the words that we give to it. */
#include <algorithm>
#include <boost/lexical_cast.hpp>
#include <set>

#include "cli/sweep/slurm.hpp"
#include "cli/sweep/sweep.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

const u64 task_ns = 30000000000; /* Starting a task costs a cluster about a second. */

u32 number_from(const syntax &s, const po::variables_map &values, const std::string &option,
                u32 least)
{
    const std::string text = values[option].as<std::string>();
    const u32 most = 1000000;
    u32 value = 0;

    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos ||
        !boost::conversion::try_lexical_convert(text, value) || value < least || value > most)
        throw s.wrong("--" + option + ": found \"" + text + "\", expected a number from " +
                      std::to_string(least) + " to " + std::to_string(most));
    return value;
}

/* The option's name, without its value; a short one is two characters. */
std::string name_of(const std::string &arg)
{
    return arg.rfind("--", 0) == 0 ? arg.substr(0, arg.find('=')) : arg.substr(0, 2);
}

/* What we say ourselves cannot be said twice; what is no batch job cannot be followed. */
void expect_free(const syntax &s, const arguments &extra)
{
    static const std::set<std::string> ours = {
        "--array",   "-a",       "--parsable", "--wrap",      "--wait",       "-W",
        "--comment", "--output", "-o",         "--open-mode", "--no-requeue", "--requeue",
        "--ntasks",  "-n",       "--chdir",    "-D",          "--clusters",   "-M",
        "--help",    "-h",       "--usage",    "--version",   "-V",           "--test-only"};

    for (const std::string &arg : extra) {
        const std::string name = name_of(arg);
        if (ours.count(name) != 0)
            throw s.wrong("--slurm: found " + name +
                          ", which apfsim needs for itself, expected "
                          "other options of sbatch");
        if (name == "--cpus-per-task" || name == "-c")
            throw s.wrong("--slurm: found " + name + ", expected --jobs N of apfsim instead");
    }
}

/* In single quotes of a shell. */
std::string quoted(const std::string &text)
{
    std::string out = "'";

    for (char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

} // namespace

void slurm_add_options(po::options_description &options)
{
    options.add_options()("tasks", po::value<std::string>()->value_name("N"),
                          "with --on slurm: elements of the job array; chosen if it is not given")(
        "task-retries", po::value<std::string>()->value_name("N")->default_value("2"),
        "with --on slurm: how often a task that ended too early is submitted again")(
        "slurm", po::value<std::string>()->value_name("OPTIONS"),
        "with --on slurm: for sbatch, as in \"--partition=main --time=1:00:00\"");
}

void slurm_refuse_options(const syntax &s, const po::variables_map &values)
{
    for (const char *name : {"tasks", "task-retries", "slurm"})
        if (values.count(name) && !values[name].defaulted())
            throw s.wrong(std::string("--") + name + ": found no --on slurm, for which it is");
}

slurm_options slurm_options_from(const syntax &s, const po::variables_map &values, u32 jobs)
{
    slurm_options o;

    if (values.count("shard"))
        throw s.wrong("--shard: found --on slurm, too, which makes the shards itself, expected "
                      "one of them");
    o.sweep = values["SWEEP"].as<std::string>();
    o.set = sweep_settings_from(values);
    o.jobs = jobs;
    o.quiet = values.count("quiet") != 0;
    o.retries = number_from(s, values, "task-retries", 0);
    if (values.count("tasks"))
        o.tasks = number_from(s, values, "tasks", 1);
    if (values.count("slurm"))
        o.extra = po::split_unix(values["slurm"].as<std::string>());
    expect_free(s, o.extra);
    return o;
}

u32 slurm_task_count(const slurm_limits &limits, const slurm_options &options, u32 groups, u64 runs,
                     u64 run_ns)
{
    if (options.tasks && *options.tasks > limits.index_max)
        throw failure(ERR_USAGE, "--tasks: found " + std::to_string(*options.tasks) +
                                     ", expected at most " + std::to_string(limits.index_max) +
                                     " (this cluster's MaxArraySize)");
    const u32 jobs = std::max(options.jobs, 1u);
    const u32 most = std::max(1u, std::min({groups, limits.index_max, limits.job_max / 2}));
    if (options.tasks)
        return std::min(*options.tasks, std::max(groups, 1u));
    u64 count = std::max<u64>(1, u64(4) * limits.cpus / jobs);
    if (run_ns != 0)
        count = std::min<u64>(count, std::max<u64>(1, runs * run_ns / (task_ns * jobs)));
    return static_cast<u32>(std::min<u64>(count, most));
}

std::string slurm_script(const std::string &program, const std::string &start_folder,
                         const slurm_options &options, const std::string &shards, u32 tasks)
{
    const std::string count = std::to_string(tasks);
    std::string set;

    for (const std::string &one : options.set)
        set += "    --set " + quoted(one) + " \\\n";

    return "#!/bin/sh\n"
           "# One task of a sweep; apfsim has written this, and submits it.\n"
           "cd " +
           quoted(start_folder) +
           " || exit 4\n"
           "exec " +
           quoted(program) +
           " sweep run \\\n"
           "    --shard \"$SLURM_ARRAY_TASK_ID/" +
           count +
           "\" --jobs \"$SLURM_CPUS_PER_TASK\" \\\n"
           "    --out " +
           quoted(shards) + "/\"$SLURM_ARRAY_TASK_ID-of-" + count +
           ".db\" \\\n" +
           set + "    --quiet -- " + quoted(options.sweep) + "\n";
}

} // namespace cli
