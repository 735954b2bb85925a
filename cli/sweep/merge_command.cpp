/* apfsim sweep merge: the shards of a sweep into one database. */
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include "cli/data/lock.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/sweep/agenda.hpp"
#include "cli/sweep/sweep.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace cli {

namespace {

using access = database::access;

/* All of it under a temporary name: a file that is there holds all shards. */
void merge_into_new(const std::vector<std::string> &paths, const std::string &out)
{
    const write_lock lock(out);
    const database first(paths[0], access::read);
    const std::string part = out + ".part";
    const half_written a(part), b(part + "-journal"), c(part + ".lock"), d(out + ".lock"),
        e(part + ".part"), f(part + ".part-journal");
    std::error_code error;

    if (fs::exists(fs::symlink_status(out)))
        throw failure(ERR_USAGE, out + ": somebody else has just made it; try the same again");
    fs::remove(part, error);
    fs::remove(part + "-journal", error);
    try {
        {
            std::vector<std::vector<config_row>> configs;
            for (u32 i = 0; i < first.get_plan().points.size(); i++)
                configs.push_back(first.config(i));
            database::create(part, first.get_plan(), first.build(), configs);
        }
        database db(part, access::write);
        for (const std::string &path : paths) {
            const database other(path, access::read);
            expect_same_sweep(first, other); /* Names files that people know. */
            merge_results(db, other);
        }
    } catch (...) {
        fs::remove(part, error);
        throw;
    }
    publish_file(out);
}

void print_summary(const database &db)
{
    const u64 asked = runs_asked(db);
    u64 done = 0;

    for (const run_row &r : db.runs())
        done += r.status == run_status::done;
    std::printf("%s: %" PRIu64 " of %" PRIu64 " run%s done\n", db.path().c_str(), done, asked,
                asked == 1 ? "" : "s");
}

} // namespace

int sweep_merge_command(const arguments &args)
{
    syntax s("sweep merge",
             "Joins the results of the parts of one sweep (\"apfsim sweep run --shard\"). Their\n"
             "order does not matter, and nothing is changed but the file after --out: a new one,\n"
             "or the results of the same sweep, to which the others are added.",
             "apfsim sweep merge part-1.db part-2.db --out whole.db", {"DB..."});
    po::variables_map values;

    s.options.add_options()("out", po::value<std::string>()->value_name("FILE"),
                            "file of the joined results")("quiet", "print no summary");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::vector<std::string> paths = values["DB"].as<std::vector<std::string>>();
    if (!values.count("out") || values["out"].as<std::string>().empty())
        throw s.wrong("found no --out, expected the file of the joined results");
    const std::string out = file_behind(values["out"].as<std::string>());
    if (!fs::exists(fs::symlink_status(out))) {
        merge_into_new(paths, out);
    } else {
        database db(out, access::write);
        for (const std::string &path : paths)
            if (!fs::equivalent(path, out))
                merge_results(db, database(path, access::read));
    }
    if (!values.count("quiet"))
        print_summary(database(out, access::read));
    return ERR_NONE;
}

} // namespace cli
