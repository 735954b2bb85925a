/*
 * A thin skin over sqlite3: a connection, questions, transactions. What SQLite reports becomes a
 * failure of one sentence that names the file. Knows nothing of sweeps.
 */
#ifndef CLI_DATA_SQLITE_HPP
#define CLI_DATA_SQLITE_HPP

#include <map>
#include <string>

#include "cli/cli.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace cli {

class connection {
public:
    enum class how { create, write, read };

    connection(const std::string &path, how h);
    ~connection();
    connection(const connection &) = delete;
    connection &operator=(const connection &) = delete;

    /* Statements without values and without an answer; several are separated by semicolons. */
    void execute(const char *text);
    bool is_in_transaction() const;
    s64 last_id() const;
    const std::string &path() const
    {
        return path_;
    }
    /* The process that has opened it: SQLite cannot be carried through a fork. */
    bool is_ours() const;

    failure problem(int code) const;           /* The sentence of a code of SQLite. */
    failure damage(const std::string &) const; /* What stands in the file cannot be. */

private:
    friend class query;
    sqlite3_stmt *prepared(const char *text);

    const std::string path_;
    const int process_;
    sqlite3 *db_ = nullptr;
    std::map<std::string, sqlite3_stmt *> prepared_; /* Each text is compiled once. */
};

/*
 * One use of a prepared statement: values in their order, then rows. The same text must not be in
 * use twice at a time. Numbers are u64; those above 2^63-1 are stored as decimal text.
 */
class query {
public:
    query(connection &db, const char *text);
    ~query();
    query(const query &) = delete;
    query &operator=(const query &) = delete;

    query &operator<<(u64 value);
    query &operator<<(const std::string &value);
    query &blob(const std::string &bytes);
    query &null();

    bool step();  /* True: a row is there. */
    void run();   /* To its end; then values can be given again. */
    void again(); /* The next values; asks anew. */

    /* Columns of the row, from 0. */
    u64 number(int column) const;
    std::string text(int column) const; /* Of a blob: its bytes. */
    bool is_null(int column) const;

private:
    connection &db_;
    sqlite3_stmt *statement_;
    int next_ = 1;
};

/* All or nothing: rolled back, unless it is committed. */
class transaction {
public:
    enum class kind { read, write };

    transaction(connection &db, kind k);
    ~transaction();
    transaction(const transaction &) = delete;
    transaction &operator=(const transaction &) = delete;
    void commit();

private:
    connection &db_;
};

} // namespace cli
#endif
