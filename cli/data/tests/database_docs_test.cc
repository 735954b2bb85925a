/* docs/database.md: its queries answer, and its tables are those of a database. */
#include <regex>

#include "cli/data/schema.hpp"
#include "cli/data/sqlite.hpp"
#include "cli/data/tests/small_sweep.hpp"

namespace small {

class Documents : public Database {
protected:
    const string page = read_file(source_dir + "/docs/database.md");

    /* The blocks between ```sql and ```. */
    std::vector<string> queries() const
    {
        std::vector<string> all;
        const string head = "```sql\n";

        for (size_t at = page.find(head); at != string::npos; at = page.find(head, at)) {
            at += head.size();
            all.push_back(page.substr(at, page.find("```", at) - at));
        }
        return all;
    }
    /* Rows as "a|b|c". */
    std::vector<string> answer(const string &file, const string &text, int columns) const
    {
        connection db(file, connection::how::read);
        query q(db, text.c_str());
        std::vector<string> rows;

        while (q.step()) {
            rows.emplace_back();
            for (int i = 0; i < columns; i++)
                rows.back() += (i ? "|" : "") + q.text(i);
        }
        return rows;
    }
};

TEST_F(Documents, EveryQueryAnswers)
{
    const string file = make_full("r.db");
    {
        database db(file, database::access::write);
        const run_result bad = make_failed(run_status::crashed, "signal 11");
        db.put({{{0x77, 1}, &bad}}); /* Asked for by nobody. */
        plan p = make_plan();
        p.seeds.count = SEEDS + 1;
        db.replace_plan(p, "b1", make_configs(p));
        put_one(db, 5, SEEDS + 1, make_failed(run_status::stuck, "nothing would happen"));
    }
    const std::vector<string> all = queries();
    ASSERT_EQ(all.size(), 7u);

    std::vector<string> rows = answer(file, all[0], 3);
    ASSERT_EQ(rows.size(), (size_t)POINTS);
    EXPECT_EQ(rows[0], "10us|sync|4");
    EXPECT_EQ(rows[3], "20us|v4|4");
    rows = answer(file, all[0], 4);
    EXPECT_NEAR(std::stod(rows[3].substr(10)), (4000 + 2.5) / 1e9, 1e-12) << rows[3];
    rows = answer(file, all[1], 4);
    ASSERT_EQ(rows.size(), (size_t)LATENCIES);
    EXPECT_EQ(rows[2].substr(0, 5), "40us|");
    EXPECT_NEAR(std::stod(rows[2].substr(rows[2].rfind('|') + 1)), 5002.5 / 6002.5, 1e-9);
    rows = answer(file, all[2], 3);
    ASSERT_EQ(rows.size(), (size_t)LATENCIES * SEEDS);
    EXPECT_EQ(rows[5], "1|2|1000");
    EXPECT_EQ(answer(file, all[3], 4), std::vector<string>{"5|5|stuck|nothing would happen"});
    EXPECT_EQ(answer(file, all[4], 2)[3], "3|store.read.value=20us protocol.variant=v4");
    rows = answer(file, all[5], 3);
    EXPECT_EQ(rows, (std::vector<string>{"costs.extra|1ns|default",
                                         "guest.memory|32MiB|demo.yaml:3",
                                         "protocol.variant|v4|set",
                                         "store.read.value|20us|set"}));
    EXPECT_EQ(answer(file, all[6], 2).size(), 1u);
}

/* Each column of the schema stands in the page after the name of its table, and each key. */
TEST_F(Documents, EveryTableColumnAndKeyIsDescribed)
{
    const string file = make("r.db");
    connection db(file, connection::how::read);
    u32 columns = 0;

    query tables(db, "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view')");
    while (tables.step()) {
        const string table = tables.text(0);
        query names(db, "SELECT name FROM pragma_table_info(?)");
        names << table;
        size_t from = page.find("\n| `" + table + "` |");
        from = from == string::npos ? page.find("\n`" + table + "`") : from;
        from = from == string::npos ? page.find("`" + table + ".") : from;
        from = from == string::npos ? page.find("`" + table + "` (") : from;
        ASSERT_NE(from, string::npos) << table;
        const string part = page.substr(from, page.find("\n\n`", from + 3) - from);
        for (; names.step(); columns++)
            EXPECT_TRUE(part.find("`" + names.text(0) + "`") != string::npos ||
                        part.find("." + names.text(0) + "`") != string::npos)
                << table << "." << names.text(0);
    }
    EXPECT_GT(columns, 60u);
    query keys(db, "SELECT key FROM meta");
    while (keys.step())
        EXPECT_NE(page.find("| `" + keys.text(0) + "` |"), string::npos) << keys.text(0);
    EXPECT_NE(page.find("user version " + std::to_string(SCHEMA_VERSION)), string::npos);
}

} // namespace small
