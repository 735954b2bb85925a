/* apfsim sweep run: the runs of a plan that are not there yet, on this computer or a cluster. */
#include <unistd.h>

#include <boost/lexical_cast.hpp>
#include <cinttypes>
#include <filesystem>

#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/sweep/local.hpp"
#include "cli/sweep/slurm.hpp"
#include "cli/sweep/sweep.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

u32 number_of(const syntax &s, const std::string &option, const std::string &text, u32 max)
{
    u32 value = 0;

    if (!boost::conversion::try_lexical_convert(text, value) || value < 1 || value > max ||
        text[0] == '+' || text[0] == '-')
        throw s.wrong(option + ": found \"" + text + "\", expected a number from 1 to " +
                      std::to_string(max));
    return value;
}

shard shard_of(const syntax &s, const std::string &text)
{
    const size_t slash = text.find('/');
    const std::string wrong =
        "--shard: found \"" + text + "\", expected I/N with I from 1 to N, as in 3/7";
    u32 i = 0, n = 0;

    if (slash == std::string::npos ||
        !boost::conversion::try_lexical_convert(text.substr(0, slash), i) ||
        !boost::conversion::try_lexical_convert(text.substr(slash + 1), n) || i < 1 || i > n)
        throw s.wrong(wrong);
    return {i - 1, n};
}

sweep_options options_from(const syntax &s, const po::variables_map &values)
{
    sweep_options o;

    o.out = values["out"].as<std::string>();
    if (o.out.empty())
        throw s.wrong("--out: found an empty name, expected the file of the results");
    if (o.out == "-")
        throw s.wrong("--out: found -, expected the file of the results");
    o.jobs = values.count("jobs") ? number_of(s, "--jobs", values["jobs"].as<std::string>(), 4096)
                                  : host_cpus();
    if (values.count("shard"))
        o.part = shard_of(s, values["shard"].as<std::string>());
    if (values.count("reuse"))
        o.reuse = values["reuse"].as<std::vector<std::string>>();
    o.is_replanned = values.count("replan") != 0;
    o.quiet = values.count("quiet") != 0;
    return o;
}

/* What would only be noticed at the end is looked at before the beginning. */
void check_files(const syntax &s, const po::variables_map &values)
{
    std::error_code error;

    if (values.count("reuse"))
        for (const std::string &other : values["reuse"].as<std::vector<std::string>>())
            require_file(other);
    if (!values.count("report"))
        return;
    const std::string report = values["report"].as<std::string>();
    const std::filesystem::path folder = std::filesystem::path(report).parent_path();
    if (report.empty())
        throw s.wrong("--report: found an empty name, expected a file");
    if (!folder.empty() && !std::filesystem::is_directory(folder, error))
        throw failure(ERR_USAGE, "--report " + report + ": found no directory " + folder.string() +
                                     ", expected one that is there");
    refuse_inputs("--report", report,
                  {values["SWEEP"].as<std::string>(), values["out"].as<std::string>()});
    if (report == values["out"].as<std::string>())
        throw s.wrong("--report: found the file of --out, expected another");
}

/* Plans that ask for the same runs may still differ in where files are, in limits and in hints. */
bool is_same_wording(const plan &a, const plan &b)
{
    return a.text == b.text && a.file == b.file && a.base == b.base;
}

/* The file of the results, old or new, with this plan in it. */
database open_results(const loaded_sweep &sweep, const sweep_options &o)
{
    if (!std::filesystem::exists(std::filesystem::symlink_status(o.out))) {
        database::create(o.out, sweep.p, build_id(), sweep.configs);
        return database(o.out, database::access::write);
    }
    database db(o.out, database::access::write);
    const bool is_same_plan = db.get_plan().hash == sweep.p.hash;
    if (is_same_plan && db.build() == build_id()) {
        if (!is_same_wording(db.get_plan(), sweep.p))
            db.replace_plan(sweep.p, build_id(), sweep.configs);
        return db;
    }
    if (!o.is_replanned)
        throw failure(ERR_USAGE,
                      o.out + (is_same_plan ? ": found results of another build of apfsim, "
                                              "expected those of this one"
                                            : ": found the results of another plan, of " +
                                                  db.get_plan().file) +
                          "; try another name, or --replan to take this plan and keep what fits");
    db.replace_plan(sweep.p, build_id(), sweep.configs);
    return db;
}

void reuse(database &db, const sweep_options &o)
{
    for (const std::string &path : o.reuse) {
        const u32 count = db.reuse(database(path, database::access::read));
        if (!o.quiet)
            std::printf("%s: %" PRIu32 " results reused\n", path.c_str(), count);
    }
}

} // namespace

int sweep_run_command(const arguments &args)
{
    syntax s("sweep run",
             "Runs the points of a sweep that are not in the results yet. Interrupted, by whatever "
             "it\nwas: the same command goes on where it ended.",
             "apfsim sweep run configs/sweeps/break-even.yaml --out break-even.db", {"SWEEP"});
    po::variables_map values;

    add_sweep_settings(s.options);
    s.options.add_options()("out", po::value<std::string>()->value_name("FILE"),
                            "the results: an SQLite file, made if it is not there")(
        "jobs", po::value<std::string>()->value_name("N"),
        "processes beside each other; all CPUs of this computer if it is not given")(
        "shard", po::value<std::string>()->value_name("I/N"),
        "only the I-th of N parts, for other launchers; \"apfsim sweep merge\" joins them")(
        "reuse", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
        "take results of the same build from there; may be repeated")(
        "replan", "FILE may hold another plan or build: take this one, keep the results that fit")(
        "on", po::value<std::string>()->value_name("WHERE")->default_value("local"),
        "where it runs: local, or slurm for a cluster")(
        "report", po::value<std::string>()->value_name("FILE"),
        "write a report into this file at the end")("quiet", "print no progress and no summary");
    slurm_add_options(s.options);
    if (!s.parse(args, values))
        return ERR_NONE;
    if (!values.count("out"))
        throw s.wrong("found no --out, expected the file of the results");
    const std::string path = values["SWEEP"].as<std::string>();
    check_files(s, values);
    const sweep_options options = options_from(s, values);
    const std::string where = values["on"].as<std::string>();
    std::optional<slurm_options> cluster;
    if (where == "slurm")
        cluster = slurm_options_from(s, values, values.count("jobs") ? options.jobs : 1);
    else if (where != "local")
        throw s.wrong("--on: found \"" + where + "\", expected local or slurm");
    else
        slurm_refuse_options(s, values);
    if (cluster)
        slurm_require_commands();
    const loaded_sweep sweep = load_sweep(path, options.jobs, sweep_settings_from(values));
    interrupt_watch();
    database db = open_results(sweep, options);
    reuse(db, options);
    int status = cluster ? run_slurm(db, *cluster) : run_local(db, options);
    if (values.count("report") && status != STATUS_INTERRUPTED) {
        const int reported =
            report_command({options.out, "--out", values["report"].as<std::string>()});
        status = status == ERR_NONE ? reported : status;
    }
    return status;
}

} // namespace cli
