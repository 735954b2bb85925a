/* Runs into a results database: one by one, or all of another. */
#include <algorithm>
#include <tuple>

#include "cli/data/database_state.hpp"
#include "cli/data/hist_code.hpp"

namespace cli {

namespace {

std::tuple<u64, u32> host_order(const stored_run &r)
{
    return {r.host_ns == 0 ? UINT64_MAX : r.host_ns, r.attempts};
}

/* A total order of runs that may stand for each other: the least of any number of them is the
 * same, in whatever order they meet. */
bool is_less(const stored_run &a, const stored_run &b)
{
    return std::make_tuple(a.status, std::cref(a.text), a.checksum, a.lines, host_order(a)) <
           std::make_tuple(b.status, std::cref(b.text), b.checksum, b.lines, host_order(b));
}

} // namespace

stored_run database::state::stored_form(const run_result &r)
{
    stored_run s = {r.status, r.text, r.checksum, r.lines, {}, {}, r.host_ns, r.attempts};

    if (!is_fact(r.status)) /* Nobody knows how far it came. */
        return s;
    for (const auto &[name, value] : r.metrics)
        s.metrics.emplace_back(metric_table.id_of(name), value);
    std::sort(s.metrics.begin(), s.metrics.end());
    for (const named_hist &h : r.hists)
        if (h.head.count != 0)
            s.hists.push_back({hist_table.id_of(h.name), h.head.count, h.head.sum, h.head.min,
                               h.head.max, h.buckets});
    std::sort(s.hists.begin(), s.hists.end(),
              [](const stored_hist &a, const stored_hist &b) { return a.name < b.name; });
    return s;
}

stored_run database::state::read_run(s64 run)
{
    query about(db, "SELECT r.status, r.text, r.checksum, r.lines, h.wall_ns, h.attempts "
                    "FROM runs r LEFT JOIN host h USING(run) WHERE r.run = ?");
    query metrics(db, "SELECT metric, value FROM metrics WHERE run = ? ORDER BY metric");
    query hists(db, "SELECT hist, count, sum, min, max, buckets FROM histograms WHERE run = ? "
                    "ORDER BY hist");

    about << (u64)run;
    if (!about.step())
        throw db.damage("run " + std::to_string(run) + " is missing");
    stored_run r = {status_of(db, about.text(0)),
                    about.text(1),
                    unhex(db, about.text(2)),
                    about.number(3),
                    {},
                    {},
                    about.is_null(4) ? 0 : about.number(4),
                    about.is_null(5) ? 1 : (u32)about.number(5)};
    metrics << (u64)run;
    while (metrics.step())
        r.metrics.emplace_back((s64)metrics.number(0), metrics.number(1));
    hists << (u64)run;
    while (hists.step())
        r.hists.push_back({(s64)hists.number(0), hists.number(1), hists.number(2), hists.number(3),
                           hists.number(4), hists.text(5)});
    return r;
}

void database::state::insert_parts(s64 run, const stored_run &r)
{
    query metric(db, "INSERT INTO metrics VALUES(?, ?, ?)");
    query hist(db, "INSERT INTO histograms VALUES(?, ?, ?, ?, ?, ?, ?)");
    query host(db, "INSERT INTO host VALUES(?, ?, ?)");

    for (const auto &[name, value] : r.metrics) {
        metric << (u64)run << (u64)name << value;
        metric.run();
    }
    for (const stored_hist &h : r.hists) {
        hist << (u64)run << (u64)h.name << h.count << h.sum << h.min << h.max;
        hist.blob(h.buckets).run();
    }
    host << (u64)run << r.host_ns << r.attempts;
    host.run();
}

void database::state::insert(const std::string &of_build, run_key key, const stored_run &r)
{
    query q(db, "INSERT INTO runs(build, config_key, seed, status, text, checksum, lines) "
                "VALUES(?, ?, ?, ?, ?, ?, ?)");

    if (key.seed > (u64)INT64_MAX)
        throw failure(ERR_USAGE, "seed: found " + std::to_string(key.seed) +
                                     ", expected less than 2^63; take a smaller seed");
    q << of_build << hex(key.config_key) << key.seed << std::string(run_status_word(r.status))
      << r.text << hex(r.checksum) << r.lines;
    q.run();
    insert_parts(db.last_id(), r);
}

/* Under the same id: whoever reads meanwhile keeps a row. */
void database::state::replace(s64 run, const stored_run &r)
{
    for (const char *text :
         {"DELETE FROM metrics WHERE run = ?", "DELETE FROM histograms WHERE run = ?",
          "DELETE FROM host WHERE run = ?"}) {
        query q(db, text);
        q << (u64)run;
        q.run();
    }
    query q(db, "UPDATE runs SET status = ?, text = ?, checksum = ?, lines = ? WHERE run = ?");
    q << std::string(run_status_word(r.status)) << r.text << hex(r.checksum) << r.lines << (u64)run;
    q.run();
    insert_parts(run, r);
}

/* A result is a pure function of build, configuration and seed. */
void database::state::expect_same(run_key key, const stored_run &a, const stored_run &b)
{
    std::string where = "of configuration " + hex(key.config_key);
    auto differ = [&](const std::string &what, const std::string &x, const std::string &y) {
        return failure(ERR_BROKEN, "two runs " + where + ", seed " + std::to_string(key.seed) +
                                       ", differ in " + what +
                                       (x.empty() ? "" : ": " + x + " and " + y) +
                                       "; the program is not deterministic, please report it");
    };
    auto value_in = [](const stored_run &r, s64 name) {
        for (const auto &[id, value] : r.metrics)
            if (id == name)
                return std::to_string(value);
        return std::string("none");
    };

    for (size_t i = 0; i < p.points.size(); i++)
        if (p.points[i].config_key == key.config_key) {
            where = "of point " + std::to_string(i);
            break;
        }
    if (a.status != b.status)
        throw differ("status", run_status_word(a.status), run_status_word(b.status));
    if (a.metrics != b.metrics) {
        std::map<std::string, s64> names;
        for (const stored_run *r : {&a, &b})
            for (const auto &m : r->metrics)
                names[metric_table.name_of(m.first)] = m.first;
        for (const auto &[name, id] : names)
            if (value_in(a, id) != value_in(b, id))
                throw differ(name, value_in(a, id), value_in(b, id));
    }
    if (a.checksum != b.checksum)
        throw differ("checksum", hex(a.checksum), hex(b.checksum));
    if (a.lines != b.lines)
        throw differ("lines", std::to_string(a.lines), std::to_string(b.lines));
    std::map<std::string, std::vector<stored_hist>> hists;
    for (const stored_run *r : {&a, &b})
        for (const stored_hist &h : r->hists)
            hists[hist_table.name_of(h.name)].push_back(h);
    for (const auto &[name, both] : hists)
        if (both.size() != 2 || !(both[0] == both[1]))
            throw differ("histogram " + name, "", "");
}

bool database::state::settle(const std::string &of_build, run_key key, const stored_run &r,
                             enum rival rival)
{
    s64 id;
    {
        query q(db, "SELECT run FROM runs WHERE build = ? AND config_key = ? AND seed = ?");
        q << of_build << hex(key.config_key) << key.seed;
        if (!q.step()) {
            insert(of_build, key, r);
            return true;
        }
        id = (s64)q.number(0);
    }
    const stored_run old = read_run(id);
    const bool was_fact = is_fact(old.status), is_now = is_fact(r.status);
    if (was_fact && is_now)
        expect_same(key, old, r);
    bool takes_place = is_less(r, old);
    if (was_fact != is_now)
        takes_place = is_now;
    else if (!is_now && rival == rival::newest)
        takes_place = true;
    if (takes_place)
        replace(id, r);
    return false;
}

void database::put(const std::vector<stored> &runs)
{
    s_->write([&] {
        for (const stored &r : runs)
            s_->settle(s_->build, r.key, s_->stored_form(*r.result), state::rival::newest);
    });
}

void database::put_seed_count(u32 group, u32 seeds)
{
    s_->write([&] { s_->keep_seed_count(group, seeds); });
}

void database::state::keep_seed_count(u32 group, u32 seeds)
{
    query q(db, "UPDATE groups SET seeds = ? WHERE grp = ?");

    q << seeds << group;
    q.run();
}

/* Counts follow from results: where they differ, one was made when runs had failed for reasons of
 * their computer, and neither is kept. Who merges counts again (merge_results()). */
std::vector<u32> database::state::join_seed_counts(state &other)
{
    std::vector<u32> differing;
    query theirs(other.db, "SELECT grp, seeds FROM groups WHERE seeds IS NOT NULL ORDER BY grp");
    query ours(db, "SELECT seeds FROM groups WHERE grp = ?");

    while (theirs.step()) {
        const u32 group = (u32)theirs.number(0), seeds = (u32)theirs.number(1);
        ours << group;
        const bool is_new = ours.step() && ours.is_null(0);
        const bool is_other = !is_new && ours.number(0) != seeds;
        ours.again();
        if (is_new)
            keep_seed_count(group, seeds);
        if (is_other) {
            query forget(db, "UPDATE groups SET seeds = NULL WHERE grp = ?");
            forget << group;
            forget.run();
            differing.push_back(group);
        }
    }
    return differing;
}

/* --- Whole files --- */

u32 database::state::join(state &other, bool is_wanted_only,
                          const std::function<bool(u64)> &only)
{
    std::map<u64, bool> wanted;
    std::unordered_map<s64, s64> metric_ids, hist_ids;
    u32 count = 0;

    for (const point &pt : p.points)
        wanted[pt.config_key] = true;
    query q(other.db, "SELECT run, build, config_key, seed, status FROM runs ORDER BY run");
    while (q.step()) {
        const run_key key = {unhex(other.db, q.text(2)), q.number(3)};
        if (is_wanted_only &&
            (q.text(1) != build || wanted.count(key.config_key) == 0 || key.seed < p.seeds.first ||
             key.seed - p.seeds.first >= p.seeds.count || !is_fact(status_of(db, q.text(4))) ||
             (only && !only(key.config_key))))
            continue;
        stored_run r = other.read_run((s64)q.number(0));
        for (auto &m : r.metrics) {
            s64 &id = metric_ids[m.first];
            if (id == 0)
                id = metric_table.id_of(other.metric_table.name_of(m.first));
            m.first = id;
        }
        for (stored_hist &h : r.hists) {
            s64 &id = hist_ids[h.name];
            if (id == 0)
                id = hist_table.id_of(other.hist_table.name_of(h.name));
            h.name = id;
        }
        std::sort(r.metrics.begin(), r.metrics.end());
        std::sort(r.hists.begin(), r.hists.end(),
                  [](const stored_hist &a, const stored_hist &b) { return a.name < b.name; });
        count += settle(q.text(1), key, r, rival::least);
    }
    return count;
}

void expect_same_sweep(const database &a, const database &b)
{
    const std::string both = a.path() + " and " + b.path();

    if (a.get_plan().hash != b.get_plan().hash)
        throw failure(ERR_USAGE, both + " hold different plans (" + hex(a.get_plan().hash) +
                                     " and " + hex(b.get_plan().hash) +
                                     "), expected parts of one sweep; run them from one file");
    if (a.build() != b.build())
        throw failure(ERR_USAGE, both + " are of different builds of apfsim (" + a.build() +
                                     " and " + b.build() +
                                     "), expected parts of one sweep; run them with one program");
}

std::vector<u32> database::merge(const database &other)
{
    std::vector<u32> differing;
    state &from = *other.s_;

    expect_same_sweep(*this, other);
    s_->write([&] {
        const transaction whole(from.db, transaction::kind::read);
        s_->join(from, false);
        differing = s_->join_seed_counts(from);
    });
    return differing;
}

u32 database::reuse(const database &other, const std::function<bool(u64)> &only)
{
    u32 count = 0;

    s_->write([&] {
        const transaction whole(other.s_->db, transaction::kind::read);
        count = s_->join(*other.s_, true, only);
    });
    return count;
}

} // namespace cli
