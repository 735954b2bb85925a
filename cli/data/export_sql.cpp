/* The canonical form: statements in the order of the plan, with ids that count in that order. */
#include "cli/data/database_state.hpp"
#include "cli/data/export.hpp"
#include "cli/data/hist_code.hpp"
#include "cli/data/schema.hpp"

namespace cli {

namespace {

/* As a literal of SQL. */
std::string literal(const std::string &text)
{
    std::string all = "'";
    for (const char c : text)
        all += c == '\'' ? std::string("''") : std::string(1, c);
    return all + "'";
}

std::string literal(u64 value)
{
    return value > (u64)INT64_MAX ? literal(std::to_string(value)) : std::to_string(value);
}

std::string literal_blob(const std::string &bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    std::string all = "X'";

    for (const char c : bytes) {
        all += digits[(u8)c >> 4];
        all += digits[(u8)c & 15];
    }
    return all + "'";
}

std::string without_folder(const std::string &path)
{
    return path.substr(path.find_last_of('/') + 1);
}

/* Where the files lie is no part of what they ask for. */
plan without_folders(plan p)
{
    p.file = without_folder(p.file);
    p.base = without_folder(p.base);
    for (point &pt : p.points)
        for (setting &s : pt.settings)
            s.at.file = without_folder(s.at.file);
    return p;
}

void put_line(FILE *out, const std::string &line)
{
    std::fwrite(line.data(), 1, line.size(), out);
    std::fputc('\n', out);
}

/* A query whose first column is a row in parentheses. */
void put_table(FILE *out, connection &db, const char *table, const char *select)
{
    query rows(db, select);

    while (rows.step())
        put_line(out, std::string("INSERT INTO ") + table + " VALUES(" + rows.text(0) + ");");
}

/* Written as the database writes it, and read back. */
void put_plan(FILE *out, const database &db)
{
    const plan &p = db.get_plan();
    connection copy(":memory:", connection::how::create);
    std::vector<std::vector<config_row>> configs;

    for (u32 i = 0; i < p.points.size(); i++)
        configs.push_back(db.config(i));
    copy.execute(schema_text);
    plan_write(copy, without_folders(p), db.build(), configs);
    put_table(out, copy, "meta", "SELECT quote(key) || ',' || quote(value) FROM meta ORDER BY key");
    put_table(out, copy, "parameters",
              "SELECT parameter || ',' || quote(name) || ',' || quote(unit) || ',' || quote(scale) "
              "FROM parameters ORDER BY parameter");
    put_table(out, copy, "points",
              "SELECT point || ',' || grp || ',' || quote(config_key) || ',' || quote(variant) "
              "FROM points ORDER BY point");
    put_table(out, copy, "coordinates",
              "SELECT point || ',' || parameter || ',' || quote(value) || ',' || quote(number) "
              "FROM coordinates ORDER BY point, parameter");
    put_table(out, copy, "settings",
              "SELECT point || ',' || n || ',' || quote(key) || ',' || quote(value) || ',' || "
              "quote(file) || ',' || line || ',' || \"column\" FROM settings ORDER BY point, n");
    put_table(out, copy, "config",
              "SELECT point || ',' || n || ',' || quote(key) || ',' || quote(value) || ',' || "
              "quote(origin) FROM config ORDER BY point, n");
    for (u32 i = 0; i < plan_group_count(p); i++) {
        const std::optional<u32> seeds = db.seed_count(i);
        put_line(out, "INSERT INTO groups VALUES(" + std::to_string(i) + "," +
                          (seeds ? std::to_string(*seeds) : "NULL") + ");");
    }
}

std::map<std::string, u64> put_names(FILE *out, const char *table,
                                     const std::vector<std::string> &names)
{
    std::map<std::string, u64> ids;

    for (const std::string &name : names) {
        const u64 id = ids.size() + 1;
        ids[name] = id;
        put_line(out, std::string("INSERT INTO ") + table + " VALUES(" + std::to_string(id) + "," +
                          literal(name) + ");");
    }
    return ids;
}

} // namespace

bool export_sql(const database &db, FILE *out)
{
    const plan &p = db.get_plan();
    std::map<s64, u64> done; /* Two points may have one configuration, and share its runs. */

    put_line(out, std::string("BEGIN;") + schema_text);
    put_plan(out, db);
    const auto metric_ids = put_names(out, "metric_names", db.metric_names());
    const auto hist_ids = put_names(out, "hist_names", db.hist_names());
    for (const run_row &row : db.runs()) {
        if (!done.emplace(row.id, done.size() + 1).second)
            continue;
        const std::string id = std::to_string(done.size());
        put_line(out, "INSERT INTO runs VALUES(" + id + "," + literal(db.build()) + "," +
                          literal(hex(p.points[row.point].config_key)) + "," + literal(row.seed) +
                          "," + literal(run_status_word(row.status)) + "," + literal(row.text) +
                          "," + literal(hex(row.checksum)) + "," + literal(row.lines) + ");");
        std::string line;
        for (const auto &[name, value] : db.metrics(row.id))
            line += (line.empty() ? "(" : ",(") + id + "," + std::to_string(metric_ids.at(name)) +
                    "," + literal(value) + ")";
        if (!line.empty())
            put_line(out, "INSERT INTO metrics VALUES" + line + ";");
        for (const auto &[name, name_id] : hist_ids) {
            const hist h = db.histogram({row.id}, name);
            if (h.count != 0)
                put_line(out, "INSERT INTO histograms VALUES(" + id + "," +
                                  std::to_string(name_id) + "," + literal(h.count) + "," +
                                  literal(h.sum) + "," + literal(h.min) + "," + literal(h.max) +
                                  "," + literal_blob(hist_encode(h)) + ");");
        }
    }
    put_line(out, "COMMIT;");
    return std::ferror(out) == 0;
}

} // namespace cli
