/* The plan of a sweep in its tables, and back. */
#include <array>
#include <cinttypes>

#include "cli/data/database_state.hpp"

namespace cli {

namespace {

const std::array<const char *, 3> scale_words = {"category", "linear", "log"};

void write_meta(connection &db, const plan &p, const std::string &build)
{
    query insert(db, "INSERT INTO meta VALUES(?, ?)");
    auto put = [&](const char *key, const std::string &value) {
        insert << std::string(key) << value;
        insert.run();
    };

    put("version", APFSIM_VERSION);
    put("build", build);
    put("plan.hash", hex(p.hash));
    put("title", p.title);
    put("file", p.file);
    put("text", p.text);
    put("base", p.base);
    put("compared", p.compared);
    put("seeds.first", std::to_string(p.seeds.first));
    put("seeds.count", std::to_string(p.seeds.count));
    if (p.stop) {
        put("stop.metric", p.stop->metric);
        put("stop.against", p.stop->against);
        put("stop.within_permille", std::to_string(p.stop->within_permille));
        put("stop.confidence_permille", std::to_string(p.stop->confidence_permille));
        put("stop.min_seeds", std::to_string(p.stop->min_seeds));
    }
    put("limits.time_ms", std::to_string(p.limits.time_ms));
    put("limits.retries", std::to_string(p.limits.retries));
    put("report.metric", p.report.metric);
    put("report.better", p.report.better);
    put("report.baseline", p.report.baseline);
    put("report.x", p.report.x);
    put("report.y", p.report.y);
}

u64 meta_number(connection &db, const char *key)
{
    query q(db, "SELECT value FROM meta WHERE key = ?");

    q << std::string(key);
    if (!q.step())
        throw db.damage(std::string("meta has no ") + key);
    return q.number(0);
}

void read_meta(connection &db, plan &p)
{
    p.title = meta_read(db, "title");
    p.file = meta_read(db, "file");
    p.text = meta_read(db, "text");
    p.base = meta_read(db, "base");
    p.compared = meta_read(db, "compared");
    p.seeds.first = meta_number(db, "seeds.first");
    p.seeds.count = (u32)meta_number(db, "seeds.count");
    query has_stop(db, "SELECT count(*) FROM meta WHERE key = 'stop.metric'");
    if (has_stop.step() && has_stop.number(0) != 0)
        p.stop = stopping{meta_read(db, "stop.metric"), meta_read(db, "stop.against"),
                          (u32)meta_number(db, "stop.within_permille"),
                          (u32)meta_number(db, "stop.confidence_permille"),
                          (u32)meta_number(db, "stop.min_seeds")};
    p.limits.time_ms = meta_number(db, "limits.time_ms");
    p.limits.retries = (u32)meta_number(db, "limits.retries");
    p.report = {meta_read(db, "report.metric"), meta_read(db, "report.better"),
                meta_read(db, "report.baseline"), meta_read(db, "report.x"),
                meta_read(db, "report.y")};
}

void write_point(connection &db, u32 number, const point &pt)
{
    query insert_point(db, "INSERT INTO points VALUES(?, ?, ?, ?)");
    query insert_at(db, "INSERT INTO coordinates VALUES(?, ?, ?, ?)");
    query insert_setting(db, "INSERT INTO settings VALUES(?, ?, ?, ?, ?, ?, ?)");

    insert_point << number << pt.group << hex(pt.config_key) << pt.variant;
    insert_point.run();
    for (size_t i = 0; i < pt.at.size(); i++) {
        insert_at << number << i << pt.at[i].value;
        if (pt.at[i].number)
            insert_at << *pt.at[i].number;
        else
            insert_at.null();
        insert_at.run();
    }
    for (size_t i = 0; i < pt.settings.size(); i++) {
        const setting &s = pt.settings[i];
        insert_setting << number << i << s.key << s.value << s.at.file << s.at.line << s.at.column;
        insert_setting.run();
    }
}

/* Rows of points follow each other: the index of the one that this row belongs to. */
point &point_of(connection &db, plan &p, const query &q)
{
    const u64 number = q.number(0);

    if (number >= p.points.size())
        throw db.damage("there is no point " + std::to_string(number));
    return p.points[number];
}

void read_points(connection &db, plan &p)
{
    query points(db, "SELECT point, grp, config_key, variant FROM points ORDER BY point");
    while (points.step()) {
        if (points.number(0) != p.points.size())
            throw db.damage("there is no point " + std::to_string(p.points.size()));
        point pt;
        pt.group = (u32)points.number(1);
        pt.config_key = unhex(db, points.text(2));
        pt.variant = points.text(3);
        p.points.push_back(std::move(pt));
    }
    query at(db, "SELECT point, value, number FROM coordinates ORDER BY point, parameter");
    while (at.step())
        point_of(db, p, at).at.push_back(
            {at.text(1), at.is_null(2) ? std::nullopt : std::optional<u64>(at.number(2))});
    for (const point &pt : p.points)
        if (pt.at.size() != p.parameters.size())
            throw db.damage("a point lacks coordinates");
    query set(db, "SELECT point, key, value, file, line, \"column\" FROM settings "
                  "ORDER BY point, n");
    while (set.step())
        point_of(db, p, set)
            .settings.push_back(
                {set.text(1), set.text(2), {set.text(3), (u32)set.number(4), (u32)set.number(5)}});
}

/* The first whole; of the others what differs from it. */
void write_configs(connection &db, const std::vector<std::vector<config_row>> &configs)
{
    query insert(db, "INSERT INTO config VALUES(?, ?, ?, ?, ?)");
    std::map<std::string, const config_row *> first;

    for (size_t i = 0; i < configs.size(); i++) {
        u64 n = 0;
        for (const config_row &row : configs[i]) {
            const auto same = first.find(row.key);
            if (same != first.end() && same->second->value == row.value &&
                same->second->origin == row.origin)
                continue;
            insert << i << n++ << row.key << row.value << row.origin;
            insert.run();
            if (i == 0)
                first[row.key] = &row;
        }
    }
}

} // namespace

std::string hex(u64 value)
{
    char text[24];

    std::snprintf(text, sizeof(text), "0x%016" PRIx64, value);
    return text;
}

u64 unhex(const connection &db, const std::string &digits)
{
    char *end = nullptr;
    const u64 value = std::strtoull(digits.c_str(), &end, 16);

    if (digits != hex(value))
        throw db.damage("found \"" + digits + "\" for a hexadecimal number");
    return value;
}

std::string meta_read(connection &db, const char *key)
{
    query q(db, "SELECT value FROM meta WHERE key = ?");

    q << std::string(key);
    if (!q.step())
        throw db.damage(std::string("meta has no ") + key);
    return q.text(0);
}

void plan_write(connection &db, const plan &p, const std::string &build,
                const std::vector<std::vector<config_row>> &configs)
{
    ASSERT(configs.size() == p.points.size());
    if (p.seeds.first > (u64)INT64_MAX - p.seeds.count)
        throw failure(ERR_USAGE, "seeds: found up to " + std::to_string(p.seeds.first) + " and " +
                                     std::to_string(p.seeds.count) +
                                     " more, expected less than 2^63; take smaller seeds");
    db.execute("DELETE FROM meta; DELETE FROM parameters; DELETE FROM groups; DELETE FROM points;"
               "DELETE FROM coordinates; DELETE FROM settings; DELETE FROM config");
    write_meta(db, p, build);
    query parameter(db, "INSERT INTO parameters VALUES(?, ?, ?, ?)");
    for (size_t i = 0; i < p.parameters.size(); i++) {
        const struct parameter &row = p.parameters[i];
        parameter << i << row.name << row.unit << std::string(scale_words[(size_t)row.scale]);
        parameter.run();
    }
    for (u32 i = 0; i < p.points.size(); i++)
        write_point(db, i, p.points[i]);
    query group(db, "INSERT INTO groups VALUES(?, NULL)");
    for (u32 i = 0; i < plan_group_count(p); i++) {
        group << i;
        group.run();
    }
    write_configs(db, configs);
}

plan plan_read(connection &db)
{
    plan p;

    read_meta(db, p);
    p.hash = unhex(db, meta_read(db, "plan.hash"));
    query q(db, "SELECT name, unit, scale FROM parameters ORDER BY parameter");
    while (q.step()) {
        size_t scale = 0;
        while (scale < scale_words.size() && q.text(2) != scale_words[scale])
            scale++;
        if (scale == scale_words.size())
            throw db.damage("found \"" + q.text(2) + "\" for a scale");
        p.parameters.push_back({q.text(0), q.text(1), (enum scale)scale});
    }
    read_points(db, p);
    return p;
}

} // namespace cli
