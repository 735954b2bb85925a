/*
 * docs/spec-map.md says which function does what a clause of a manual says, and which test shows
 * it. A row that points to nothing would be worse than none: every file, function and test that the
 * page names must be there.
 */
#include "base/tests/tidy_rules.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tidy {

const fs::path root = APFSIM_SOURCE_DIR;

string contents(const fs::path &path)
{
    std::ostringstream text;

    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/* The cells of a row of a table, without the blanks around. A bar behind a backslash is text. */
std::vector<string> cells_of(const string &line)
{
    std::vector<string> cells;
    string cell;

    for (size_t i = 1; i < line.size(); i++) {
        if (line[i] != '|' || line[i - 1] == '\\') {
            cell += line[i];
            continue;
        }
        const size_t begin = cell.find_first_not_of(' '), end = cell.find_last_not_of(' ');
        cells.push_back(begin == string::npos ? "" : cell.substr(begin, end - begin + 1));
        cell.clear();
    }
    return cells;
}

/* What stands in `quotes`. */
std::vector<string> quoted(const string &cell)
{
    std::vector<string> found;

    for (size_t open = cell.find('`'); open != string::npos;) {
        const size_t close = cell.find('`', open + 1);
        found.push_back(cell.substr(open + 1, close - open - 1));
        open = close == string::npos ? close : cell.find('`', close + 1);
    }
    return found;
}

/* As a whole word, in code or in a comment. */
bool has_word(const string &text, const string &word)
{
    auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };

    for (size_t at = text.find(word); at != string::npos; at = text.find(word, at + 1)) {
        const size_t end = at + word.size();
        if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end])))
            return true;
    }
    return false;
}

/* "path: name": what is wrong with it, or "". */
string fault_of_link(const string &link, bool is_test)
{
    const size_t colon = link.find(": ");
    const string path = link.substr(0, colon);
    const string name = colon == string::npos ? "" : link.substr(colon + 2);

    if (!fs::is_regular_file(root / path))
        return "there is no file " + path;
    const string text = contents(root / path);
    if (!is_test) {
        const string word = name.substr(0, name.find('('));
        if (word.empty())
            return "\"" + link + "\" names nothing in the file";
        return has_word(text, word) ? "" : path + " has no " + word;
    }
    const size_t dot = name.find('.');
    if (dot == string::npos)
        return "\"" + link + "\" names no test: path: Suite.Name";
    const string arguments = name.substr(0, dot) + ", " + name.substr(dot + 1) + ")";
    for (const char *macro : {"TEST(", "TEST_F(", "TEST_P(", "RC_GTEST_PROP("})
        if (text.find(macro + arguments) != string::npos ||
            (string(macro) == "RC_GTEST_PROP(" &&
             text.find(macro + arguments.substr(0, arguments.size() - 1) + ",") != string::npos))
            return "";
    return path + " has no test " + name;
}

TEST(SpecMap, EveryFileFunctionAndTestIsThere)
{
    unsigned row_count = 0;
    size_t number = 0;

    for (const string &line : lines_of(contents(root / "docs/spec-map.md"))) {
        number++;
        if (!starts_with(line, "| ") || starts_with(line, "| clause") || starts_with(line, "| ---"))
            continue;
        const std::vector<string> cells = cells_of(line);
        SCOPED_TRACE("docs/spec-map.md:" + std::to_string(number));
        ASSERT_EQ(cells.size(), 4u) << "clause, what it says, code, tests";
        row_count++;
        EXPECT_NE(cells[0], "");
        EXPECT_FALSE(quoted(cells[2]).empty()) << "no code";
        EXPECT_FALSE(quoted(cells[3]).empty()) << "no test";
        for (const string &link : quoted(cells[2]))
            EXPECT_EQ(fault_of_link(link, false), "");
        for (const string &link : quoted(cells[3]))
            EXPECT_EQ(fault_of_link(link, true), "");
    }
    EXPECT_GE(row_count, 100u);
}

TEST(SpecMap, ADeadLinkIsFound)
{
    EXPECT_EQ(fault_of_link("base/reg.c: reg_find()", false), "");
    EXPECT_EQ(fault_of_link("base/reg.c: reg_lose()", false), "base/reg.c has no reg_lose");
    EXPECT_EQ(fault_of_link("base/rag.c: reg_find()", false), "there is no file base/rag.c");
    EXPECT_EQ(fault_of_link("base/reg.c: reg_fin()", false), "base/reg.c has no reg_fin");
    EXPECT_NE(fault_of_link("base/reg.c", false), "");
    EXPECT_EQ(fault_of_link("base/tests/spec_map_test.cc: SpecMap.ADead", true),
              "base/tests/spec_map_test.cc has no test SpecMap.ADead");
    EXPECT_EQ(fault_of_link("base/tests/spec_map_test.cc: SpecMap.ADeadLinkIsFound", true), "");
    EXPECT_EQ(fault_of_link("base/tests/spec_map_test.cc: SpecMap.ALiveLink", true),
              "base/tests/spec_map_test.cc has no test SpecMap.ALiveLink");
    EXPECT_NE(fault_of_link("base/tests/spec_map_test.cc", true), "");
}

} // namespace tidy
