/* apfsim sweep export: results as text, for spreadsheets and for comparing byte by byte. */
#include <unistd.h>

#include "cli/data/export.hpp"
#include "cli/output.hpp"
#include "cli/sweep/sweep.hpp"
#include "cli/syntax.hpp"

namespace po = boost::program_options;

namespace cli {

namespace {

const struct {
    const char *name;
    bool (*write)(const database &db, FILE *out);
} forms[] = {
    {"csv", export_csv},
    {"histograms", export_histograms},
    {"sql", export_sql},
};

} // namespace

int sweep_export_command(const arguments &args)
{
    syntax s("sweep export",
             "Writes the results of a sweep as text. csv: a row for each run with all metrics;\n"
             "histograms: a row for each histogram of each run; sql: statements that make the\n"
             "database anew, the same bytes wherever and in whatever order the runs were run.",
             "apfsim sweep export break-even.db --to csv --out break-even.csv", {"DB"});
    po::variables_map values;

    s.options.add_options()("to",
                            po::value<std::string>()->value_name("FORM")->default_value("csv"),
                            "csv, histograms or sql")(
        "out", po::value<std::string>()->value_name("FILE")->default_value("-"),
        "file; -: standard output");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string name = values["to"].as<std::string>();
    for (const auto &form : forms) {
        if (name != form.name)
            continue;
        const database db(values["DB"].as<std::string>(), database::access::read);
        const std::string out = values["out"].as<std::string>();
        if (out == "-") {
            form.write(db, stdout); /* guard() looks at its errors. */
            return ERR_NONE;
        }
        if (out.empty())
            throw s.wrong("--out: found an empty name, expected a file");
        refuse_inputs("--out", out, {values["DB"].as<std::string>()});
        write_file(out, [&](FILE *stream) { return form.write(db, stream); });
        return ERR_NONE;
    }
    throw s.wrong("--to: found \"" + name + "\", expected csv, histograms or sql");
}

} // namespace cli
