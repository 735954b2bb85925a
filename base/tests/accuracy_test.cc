/*
 * docs/accuracy.md and the comments "Inaccurate:" of the sources name the same files: a deviation
 * that nobody lists would be forgotten, and one that is gone would go on worrying readers.
 */
#include "base/tests/tidy_rules.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tidy {

const fs::path root = APFSIM_SOURCE_DIR;

string text_of(const fs::path &path)
{
    std::ostringstream text;

    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/* Sources, without tests, that have such a comment. */
std::set<string> files_with_deviations()
{
    std::set<string> found;

    for (const auto &floor : may_include) {
        if (!fs::is_directory(root / floor.first))
            continue;
        for (const fs::directory_entry &e : fs::recursive_directory_iterator(root / floor.first)) {
            const string path = fs::relative(e.path(), root).generic_string();
            if (is_code(path) && path.find("/tests/") == string::npos &&
                text_of(e.path()).find("Inaccurate") != string::npos)
                found.insert(path);
        }
    }
    return found;
}

/* Names in `quotes` in the first column of the page's last table. */
std::set<string> files_listed(const string &page)
{
    std::set<string> found;

    for (const string &line : lines_of(page.substr(page.find("## Every \"Inaccurate\"")))) {
        const string cell = line.substr(0, line.find('|', 1));
        if (!starts_with(line, "| `"))
            continue;
        for (size_t open = cell.find('`'); open != string::npos;) {
            const size_t close = cell.find('`', open + 1);
            found.insert(cell.substr(open + 1, close - open - 1));
            open = cell.find('`', close + 1);
        }
    }
    return found;
}

TEST(Accuracy, ThePageListsEveryFileWithADeviation)
{
    const string page = text_of(root / "docs/accuracy.md");

    ASSERT_NE(page.find("## Every \"Inaccurate\""), string::npos);
    EXPECT_EQ(files_listed(page), files_with_deviations());
}

} // namespace tidy
