/* What stands behind struct database; for the files database_*.cpp alone. */
#ifndef CLI_DATA_DATABASE_STATE_HPP
#define CLI_DATA_DATABASE_STATE_HPP

#include <unordered_map>

#include "cli/data/database.hpp"
#include "cli/data/lock.hpp"
#include "cli/data/sqlite.hpp"

namespace cli {

/* A histogram as it stands in the file. */
struct stored_hist {
    s64 name;
    u64 count, sum, min, max;
    std::string buckets;

    bool operator==(const stored_hist &o) const
    {
        return name == o.name && count == o.count && sum == o.sum && min == o.min && max == o.max &&
               buckets == o.buckets;
    }
};

/* A run as it stands in the file; names are ids of this file, in their order. */
struct stored_run {
    run_status status;
    std::string text;
    u64 checksum, lines;
    std::vector<std::pair<s64, u64>> metrics;
    std::vector<stored_hist> hists;
    u64 host_ns; /* 0: not known. */
    u32 attempts;
};

/* Names and their ids, in one of the two tables. */
class name_table {
public:
    name_table(connection &db, const char *select, const char *insert);
    s64 id_of(const std::string &name); /* Made if it is new. */
    const std::string &name_of(s64 id);
    void forget(); /* After a rollback: what was made is not there. */

private:
    void load();

    connection &db_;
    const char *const select_, *const insert_;
    bool is_loaded_ = false;
    std::unordered_map<std::string, s64> ids_;
    std::unordered_map<s64, std::string> names_;
};

std::string hex(u64 value); /* "0x00000000000000ff": as in summary.json. */
u64 unhex(const connection &db, const std::string &digits);
run_status status_of(const connection &db, const std::string &word);

/* The plan in its tables (database_plan.cpp); within a transaction. */
void plan_write(connection &db, const plan &p, const std::string &build,
                const std::vector<std::vector<config_row>> &configs);
plan plan_read(connection &db);
std::string meta_read(connection &db, const char *key);

struct database::state {
    std::unique_ptr<write_lock> lock; /* First in, last out. */
    connection db;
    name_table metric_table, hist_table;
    std::string build;
    plan p;
    /* What the first question found: a reader's answers fit each other while another one writes. */
    std::optional<std::vector<run_row>> rows;

    state(const std::string &path, access how);

    /* One transaction around work(). */
    void write(const std::function<void()> &work);
    void load_plan();

    const std::vector<run_row> &get_rows();

    /* A run that is about to be kept. */
    stored_run stored_form(const run_result &r);
    stored_run read_run(s64 run);
    enum class rival { newest, least };
    /* True: it is new here. `rival`: which of two runs stays of which neither is a fact. */
    bool settle(const std::string &of_build, run_key key, const stored_run &r, enum rival rival);
    void insert(const std::string &of_build, run_key key, const stored_run &r);
    void replace(s64 run, const stored_run &r);
    void insert_parts(s64 run, const stored_run &r);
    void expect_same(run_key key, const stored_run &a, const stored_run &b);
    void keep_seed_count(u32 group, u32 seeds);
    std::vector<u32> join_seed_counts(state &other);
    u32 join(state &other, bool is_wanted_only, const std::function<bool(u64)> &only = nullptr);
};

} // namespace cli
#endif
