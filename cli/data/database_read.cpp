/* Answers from a results database. */
#include <algorithm>
#include <array>

#include "cli/data/database_state.hpp"
#include "cli/data/hist_code.hpp"
#include "cli/data/rows.hpp"

namespace cli {

namespace {

const std::array<const char *, 6> status_words = {"done",    "stuck",     "broken",
                                                  "crashed", "timed-out", "failed"};

/* Those of a table's names that a run of the plan uses, sorted. */
std::vector<std::string> names_in_use(connection &db, const std::vector<run_row> &rows,
                                      const char *names_text, const char *use_text)
{
    std::vector<std::string> names;
    query all(db, names_text), use(db, use_text);

    while (all.step())
        for (const run_row &row : rows) {
            use << (u64)row.id << all.number(0);
            const bool is_used = use.step();
            use.again();
            if (is_used) {
                names.push_back(all.text(1));
                break;
            }
        }
    return names;
}

} // namespace

const char *run_status_word(run_status s)
{
    return status_words[(size_t)s];
}

run_status status_of(const connection &db, const std::string &word)
{
    for (size_t i = 0; i < status_words.size(); i++)
        if (word == status_words[i])
            return (run_status)i;
    throw db.damage("found \"" + word + "\" for a status");
}

const std::vector<run_row> &database::state::get_rows()
{
    if (rows)
        return *rows;
    std::vector<run_row> found;
    query q(db, "SELECT point, seed, status, text, checksum, lines, run FROM results "
                "ORDER BY point, seed");
    while (q.step())
        found.push_back({(u32)q.number(0), q.number(1), status_of(db, q.text(2)), q.text(3),
                         unhex(db, q.text(4)), q.number(5), (s64)q.number(6)});
    rows = std::move(found);
    return *rows;
}

std::vector<config_row> database::config(u32 point) const
{
    query q(s_->db, "SELECT key, value, origin FROM config WHERE point = ? ORDER BY n");
    auto read = [&](u32 number) {
        std::vector<config_row> rows;
        q << number;
        while (q.step())
            rows.push_back({q.text(0), q.text(1), q.text(2)});
        q.again();
        return rows;
    };

    ASSERT(point < s_->p.points.size());
    const std::vector<config_row> first = read(0);
    return point == 0 ? first : rows_whole(first, read(point));
}

std::map<run_key, run_status> database::known() const
{
    std::map<run_key, run_status> runs;
    query q(s_->db, "SELECT config_key, seed, status FROM runs WHERE build = ?");

    q << s_->build;
    while (q.step())
        runs[{unhex(s_->db, q.text(0)), q.number(1)}] = status_of(s_->db, q.text(2));
    return runs;
}

std::optional<u32> database::seed_count(u32 group) const
{
    query q(s_->db, "SELECT seeds FROM groups WHERE grp = ?");

    q << group;
    if (!q.step() || q.is_null(0))
        return std::nullopt;
    return (u32)q.number(0);
}

std::vector<run_row> database::runs() const
{
    return s_->get_rows();
}

std::vector<std::string> database::metric_names() const
{
    return names_in_use(s_->db, s_->get_rows(),
                        "SELECT metric, name FROM metric_names ORDER BY name",
                        "SELECT 1 FROM metrics WHERE run = ? AND metric = ?");
}

std::vector<std::optional<u64>> database::metric(const std::string &name) const
{
    const std::vector<run_row> &rows = s_->get_rows();
    std::vector<std::optional<u64>> values(rows.size());
    query named(s_->db, "SELECT metric FROM metric_names WHERE name = ?");
    query q(s_->db, "SELECT value FROM metrics WHERE run = ? AND metric = ?");

    named << name;
    if (!named.step())
        return values;
    const u64 id = named.number(0);
    for (size_t i = 0; i < rows.size(); i++) {
        q << (u64)rows[i].id << id;
        if (q.step())
            values[i] = q.number(0);
        q.again();
    }
    return values;
}

std::vector<std::pair<std::string, u64>> database::metrics(s64 run) const
{
    std::vector<std::pair<std::string, u64>> values;
    query q(s_->db, "SELECT n.name, m.value FROM metrics m JOIN metric_names n USING(metric) "
                    "WHERE m.run = ? ORDER BY n.name");

    q << (u64)run;
    while (q.step())
        values.emplace_back(q.text(0), q.number(1));
    return values;
}

std::optional<u64> database::metric_of(run_key key, const std::string &name) const
{
    query q(s_->db,
            "SELECT m.value FROM runs r JOIN metrics m USING(run) JOIN metric_names n "
            "USING(metric) WHERE r.build = ? AND r.config_key = ? AND r.seed = ? AND n.name = ?");

    q << s_->build << hex(key.config_key) << key.seed << name;
    return q.step() ? std::optional<u64>(q.number(0)) : std::nullopt;
}

std::vector<std::string> database::hist_names() const
{
    return names_in_use(s_->db, s_->get_rows(), "SELECT hist, name FROM hist_names ORDER BY name",
                        "SELECT 1 FROM histograms WHERE run = ? AND hist = ?");
}

hist database::histogram(const std::vector<s64> &runs, const std::string &name) const
{
    hist sum;
    query q(s_->db, "SELECT count, sum, min, max, buckets FROM histograms "
                    "WHERE run = ? AND hist = ?");
    query named(s_->db, "SELECT hist FROM hist_names WHERE name = ?");

    hist_init(&sum);
    named << name;
    if (!named.step())
        return sum;
    const u64 id = named.number(0);
    for (const s64 run : runs) {
        q << (u64)run << id;
        if (q.step() && !hist_add_encoded({q.number(0), q.number(1), q.number(2), q.number(3)},
                                          q.text(4), &sum))
            throw s_->db.damage("histogram " + name + " contradicts itself");
        q.again();
    }
    return sum;
}

u64 database::host_ns(s64 run) const
{
    query q(s_->db, "SELECT wall_ns FROM host WHERE run = ?");

    q << (u64)run;
    return q.step() ? q.number(0) : 0;
}

} // namespace cli
