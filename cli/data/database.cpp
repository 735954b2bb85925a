/* A results database as a file: made, opened, its plan replaced. */
#include "cli/data/database_state.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "cli/data/schema.hpp"
#include "cli/output.hpp"

namespace fs = std::filesystem;

namespace cli {

namespace {

/* A file that is open as a database must not be touched by hand: closing it drops its locks. */
void expect_nothing(const std::string &path)
{
    std::error_code error;

    if (fs::exists(fs::symlink_status(path, error)))
        throw failure(ERR_USAGE, path + ": is there already, expected a new name; try another");
}

void expect_schema(connection &db)
{
    query application(db, "PRAGMA application_id"), version(db, "PRAGMA user_version");

    application.step();
    version.step();
    if (application.number(0) != SCHEMA_APPLICATION)
        throw failure(ERR_USAGE, db.path() + ": found a database of another program, or an empty "
                                             "file, expected the results of a sweep; try another "
                                             "file");
    if (version.number(0) != SCHEMA_VERSION)
        throw failure(ERR_USAGE, db.path() + ": found version " + version.text(0) +
                                     " of the tables, expected " + std::to_string(SCHEMA_VERSION) +
                                     "; use the apfsim that has made it");
}

} // namespace

database::state::state(const std::string &path, access how)
    : lock(how == access::write ? std::make_unique<write_lock>(path) : nullptr),
      db(path, how == access::write ? connection::how::write : connection::how::read),
      metric_table(db, "SELECT metric, name FROM metric_names",
                   "INSERT INTO metric_names(name) VALUES(?)"),
      hist_table(db, "SELECT hist, name FROM hist_names", "INSERT INTO hist_names(name) VALUES(?)")
{
    transaction t(db, transaction::kind::read);
    expect_schema(db);
    load_plan();
    t.commit();
}

void database::state::load_plan()
{
    build = meta_read(db, "build");
    p = plan_read(db);
}

void database::state::write(const std::function<void()> &work)
{
    ASSERT(lock != nullptr);
    rows.reset();
    try {
        transaction t(db, transaction::kind::write);
        work();
        t.commit();
    } catch (...) {
        metric_table.forget();
        hist_table.forget();
        throw;
    }
}

/* Everything stands in a file under another name first: a file that is there is whole. */
void database::create(const std::string &name, const plan &p, const std::string &build,
                      const std::vector<std::vector<config_row>> &configs)
{
    const std::string path = file_behind(name);
    const write_lock lock(path);
    const std::string part = path + ".part";
    std::error_code error;

    expect_nothing(path);
    fs::remove(part, error);
    fs::remove(part + "-journal", error);
    try {
        connection db(part, connection::how::create);
        transaction t(db, transaction::kind::write);
        db.execute(schema_text);
        plan_write(db, p, build, configs);
        t.commit();
    } catch (...) {
        fs::remove(part, error);
        fs::remove(part + "-journal", error);
        throw;
    }
    publish_file(path);
}

/* The lock is beside the file itself, by whatever link it is reached. */
database::database(const std::string &name, access how)
{
    const std::string path = file_behind(name);

    require_file(path);
    s_ = std::make_unique<state>(path, how);
}

database::~database() = default;
database::database(database &&) noexcept = default;

const plan &database::get_plan() const
{
    return s_->p;
}

const std::string &database::build() const
{
    return s_->build;
}

const std::string &database::path() const
{
    return s_->db.path();
}

void database::replace_plan(const plan &p, const std::string &build,
                            const std::vector<std::vector<config_row>> &configs)
{
    s_->write([&] { plan_write(s_->db, p, build, configs); });
    s_->load_plan();
}

void database::set_note(const std::string &key, const std::string &value)
{
    s_->write([&] {
        query q(s_->db, "INSERT OR REPLACE INTO notes VALUES(?, ?)");
        q << key << value;
        q.run();
    });
}

std::string database::note(const std::string &key) const
{
    query q(s_->db, "SELECT value FROM notes WHERE key = ?");

    q << key;
    return q.step() ? q.text(0) : "";
}

/* --- Names --- */

name_table::name_table(connection &db, const char *select, const char *insert)
    : db_(db), select_(select), insert_(insert)
{
}

void name_table::load()
{
    if (is_loaded_)
        return;
    query q(db_, select_);
    while (q.step()) {
        ids_[q.text(1)] = (s64)q.number(0);
        names_[(s64)q.number(0)] = q.text(1);
    }
    is_loaded_ = true;
}

s64 name_table::id_of(const std::string &name)
{
    load();
    const auto found = ids_.find(name);
    if (found != ids_.end())
        return found->second;
    query q(db_, insert_);
    q << name;
    q.run();
    const s64 id = db_.last_id();
    ids_[name] = id;
    names_[id] = name;
    return id;
}

const std::string &name_table::name_of(s64 id)
{
    load();
    const auto found = names_.find(id);
    if (found == names_.end())
        throw db_.damage("name " + std::to_string(id) + " is missing");
    return found->second;
}

void name_table::forget()
{
    is_loaded_ = false;
    ids_.clear();
    names_.clear();
}

} // namespace cli
