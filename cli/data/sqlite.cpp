#include "cli/data/sqlite.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace cli {

namespace {

enum { BUSY_MS = 10000 };

/* Words of the host, where SQLite has only its own: "disk I/O error (File too large)". */
std::string words_of(sqlite3 *db, int code)
{
    const std::string words = sqlite3_errstr(code & 0xff);
    const int number = sqlite3_system_errno(db);
    const bool is_hosts = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;

    return is_hosts && number != 0 ? words + " (" + std::strerror(number) + ")" : words;
}

bool is_reading(int code)
{
    return code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ ||
           code == SQLITE_IOERR_FSTAT || code == SQLITE_IOERR_CORRUPTFS ||
           (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_PERM;
}

} // namespace

connection::connection(const std::string &path, how h) : path_(path), process_(getpid())
{
    /* A reader may have to roll back what a writer that was killed has left: it opens to write,
     * and SQLite takes less where the file is write-protected. */
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (h == how::create ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr);

    try {
        if (code != SQLITE_OK)
            throw db_ == nullptr ? failure(ERR_IO, "cannot open " + path_ + ": no memory")
                                 : problem(code);
        if (h != how::read && sqlite3_db_readonly(db_, "main") == 1)
            throw failure(ERR_IO,
                          "cannot write " + path_ + ": it is write-protected; take a copy of it");
        sqlite3_busy_timeout(db_, BUSY_MS);
        sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        /* Clusters share files without shared memory: no write-ahead log. */
        execute("PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;"
                "PRAGMA cell_size_check = ON");
        /* A change reaches the file when it is whole: readers wait for its last step alone. */
        execute(h == how::read ? "PRAGMA query_only = ON"
                               : "PRAGMA journal_mode = DELETE; PRAGMA cache_spill = OFF");
    } catch (...) {
        for (const auto &entry : prepared_)
            sqlite3_finalize(entry.second);
        sqlite3_close(db_);
        throw;
    }
}

connection::~connection()
{
    if (!is_ours())
        return;
    for (const auto &entry : prepared_)
        sqlite3_finalize(entry.second);
    sqlite3_close(db_);
}

bool connection::is_ours() const
{
    return getpid() == process_;
}

void connection::execute(const char *text)
{
    const int code = sqlite3_exec(db_, text, nullptr, nullptr, nullptr);

    if (code != SQLITE_OK)
        throw problem(code);
}

bool connection::is_in_transaction() const
{
    return sqlite3_get_autocommit(db_) == 0;
}

s64 connection::last_id() const
{
    return sqlite3_last_insert_rowid(db_);
}

failure connection::problem(int code) const
{
    const std::string words = words_of(db_, code);

    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return failure(ERR_USAGE, path_ + ": " + words +
                                      ", expected the results of a sweep; try another file");
    case SQLITE_CORRUPT:
        return damage(words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return failure(ERR_IO, "cannot use " + path_ + ": " + words +
                                   " by another program; try again when it has ended");
    case SQLITE_ERROR: /* A table that should be there is not. */
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return damage(sqlite3_errmsg(db_));
    case SQLITE_NOMEM:
        return failure(ERR_IO, "cannot use " + path_ + ": the host is out of memory");
    default:
        return failure(ERR_IO, std::string(is_reading(code) ? "cannot read " : "cannot write ") +
                                   path_ + ": " + words);
    }
}

failure connection::damage(const std::string &words) const
{
    return failure(ERR_IO, path_ + " is damaged (" + words +
                               "); take a copy of it, or run the sweep again under another name");
}

sqlite3_stmt *connection::prepared(const char *text)
{
    sqlite3_stmt *&statement = prepared_[text];

    if (statement == nullptr) {
        const int code =
            sqlite3_prepare_v3(db_, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK)
            throw problem(code);
    }
    ASSERT(sqlite3_stmt_busy(statement) == 0);
    return statement;
}

query::query(connection &db, const char *text) : db_(db), statement_(db.prepared(text))
{
}

query::~query()
{
    if (!db_.is_ours())
        return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

query &query::operator<<(u64 value)
{
    if (value > (u64)INT64_MAX)
        return *this << std::to_string(value);
    const int code = sqlite3_bind_int64(statement_, next_++, (s64)value);
    ASSERT(code == SQLITE_OK);
    return *this;
}

query &query::operator<<(const std::string &value)
{
    const int code = sqlite3_bind_text64(statement_, next_++, value.data(), value.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK)
        throw db_.problem(code);
    return *this;
}

query &query::blob(const std::string &bytes)
{
    const int code =
        sqlite3_bind_blob64(statement_, next_++, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    if (code != SQLITE_OK)
        throw db_.problem(code);
    return *this;
}

query &query::null()
{
    const int code = sqlite3_bind_null(statement_, next_++);
    ASSERT(code == SQLITE_OK);
    return *this;
}

bool query::step()
{
    const int code = sqlite3_step(statement_);

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        throw db_.problem(code);
    return code == SQLITE_ROW;
}

void query::run()
{
    while (step())
        ;
    again();
}

void query::again()
{
    sqlite3_reset(statement_);
    next_ = 1;
}

u64 query::number(int column) const
{
    const int type = sqlite3_column_type(statement_, column);
    u64 value = 0;

    if (type == SQLITE_INTEGER) {
        const s64 stored = sqlite3_column_int64(statement_, column);
        if (stored >= 0)
            return (u64)stored;
    } else if (type == SQLITE_TEXT) {
        const std::string digits = text(column);
        const char *end = digits.data() + digits.size();
        const auto found = std::from_chars(digits.data(), end, value);
        if (found.ec == std::errc() && found.ptr == end)
            return value;
    }
    throw db_.damage(std::string("column ") + sqlite3_column_name(statement_, column) +
                     " is no number");
}

std::string query::text(int column) const
{
    const void *bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);

    return bytes == nullptr ? "" : std::string((const char *)bytes, (size_t)size);
}

bool query::is_null(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

transaction::transaction(connection &db, kind k) : db_(db)
{
    db_.execute(k == kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

transaction::~transaction()
{
    if (!db_.is_ours() || !db_.is_in_transaction()) /* SQLite rolls back itself on some errors. */
        return;
    try {
        db_.execute("ROLLBACK");
    } catch (const failure &) {
        /* The journal is still there: the next one to open the file rolls back. */
    }
}

void transaction::commit()
{
    db_.execute("COMMIT");
}

} // namespace cli
