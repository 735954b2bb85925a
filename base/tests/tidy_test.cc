/*
 * The house rules, kept by a machine: every rule of tidy_rules.hpp is run over the source tree, and
 * every rule meets a planted fault, which proves that it can fail.
 */
#include "base/tests/tidy_rules.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace tidy {

source read_source(const fs::path &root, const fs::path &file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;

    text << in.rdbuf();
    return {fs::relative(file, root).generic_string(), text.str()};
}

/* Everything of ours: the files at the top and all below the known folders. */
std::vector<source> read_tree(const fs::path &root)
{
    std::vector<source> tree;
    std::vector<string> folders = other_folders;

    for (const auto &floor : may_include)
        folders.push_back(floor.first);
    for (const fs::directory_entry &e : fs::directory_iterator(root))
        if (e.is_regular_file())
            tree.push_back(read_source(root, e.path()));
    for (const string &folder : folders) {
        if (!fs::is_directory(root / folder))
            continue;
        for (const fs::directory_entry &e : fs::recursive_directory_iterator(root / folder))
            if (e.is_regular_file() && is_text(fs::relative(e.path(), root).generic_string()))
                tree.push_back(read_source(root, e.path()));
    }
    std::sort(tree.begin(), tree.end(),
              [](const source &a, const source &b) { return a.path < b.path; });
    return tree;
}

/* --- The tree --- */

void PrintTo(const rule &r, std::ostream *out)
{
    *out << r.name;
}

class Tree : public testing::TestWithParam<rule> {};

TEST_P(Tree, ObeysTheRule)
{
    static const std::vector<source> tree = read_tree(APFSIM_SOURCE_DIR);

    string complaints;
    for (const source &s : tree)
        for (const string &words : GetParam().find(s))
            complaints += "\n" + words;
    EXPECT_TRUE(complaints.empty()) << complaints;
    auto is_seen = [](const char *path) {
        return std::any_of(tree.begin(), tree.end(),
                           [&](const source &s) { return s.path == path; });
    };
    EXPECT_TRUE(is_seen("base/types.h") && is_seen("CMakeLists.txt") && is_seen("CHANGELOG.md"));
}

INSTANTIATE_TEST_SUITE_P(House, Tree, testing::ValuesIn(rules),
                         [](const auto &info) { return string(info.param.name); });

/* --- The rules themselves --- */

/* "" if the rule is content, else the place of its first complaint without the words. */
string place(faults (*find)(const source &), const string &path, const string &text)
{
    const faults found = find({path, text});

    return found.empty() ? "" : found[0].substr(0, found[0].find(": "));
}

string include_place(const string &from, const string &header)
{
    return place(include_faults, from, "\n#include " + header + "\n");
}

string repeat(size_t count, const string &text)
{
    string all;

    while (count-- > 0)
        all += text;
    return all;
}

/* Every pair of floors, those that may and those that may not. */
TEST(Rule, EachFloorSeesExactlyTheFloorsOfItsRow)
{
    for (const auto &[from, allowed] : may_include)
        for (const auto &[to, unused] : may_include) {
            const string path = from + "/x.c";
            const string header = "\"" + to + "/" + to + ".h\"";
            EXPECT_EQ(include_place(path, header), allowed.count(to) ? "" : path + ":2")
                << from << " -> " << to;
        }
}

TEST(Rule, AnotherFolderIsEnteredByItsDoor)
{
    EXPECT_EQ(include_place("gic/x.c", "\"base/rng.h\""), "gic/x.c:2");
    EXPECT_EQ(include_place("base/x.c", "\"base/rng.h\""), "");
    EXPECT_EQ(include_place("traces/x.c", "\"base/msg.def\""), "");
    EXPECT_EQ(include_place("gic/x.c", "\"base/other.def\""), "gic/x.c:2");
    EXPECT_EQ(include_place("cli/x.cpp", "\"model/cost.def\""), "");
    EXPECT_EQ(include_place("cli/x.cpp", "\"model/shell/shell.h\""), "");
    EXPECT_EQ(include_place("cli/x.cpp", "\"model/host/host.h\""), "cli/x.cpp:2");
    EXPECT_EQ(include_place("gic/x.c", "\"x.h\""), "gic/x.c:2");
    EXPECT_EQ(include_place("gic/x.c", "\"../base/base.h\""), "gic/x.c:2");
    EXPECT_EQ(include_place("gic/x.c", "<base/rng.h>"), "") << "brackets are the system's";
}

TEST(Rule, HostAndGuestDoNotKnowEachOther)
{
    EXPECT_EQ(include_place("model/host/x.c", "\"model/guest/x.h\""), "model/host/x.c:2");
    EXPECT_EQ(include_place("model/guest/x.c", "\"model/host/x.h\""), "model/guest/x.c:2");
    EXPECT_EQ(include_place("model/host/x.c", "\"model/apf_abi.h\""), "");
    EXPECT_EQ(include_place("model/guest/x.c", "\"model/apf_abi.h\""), "");
    EXPECT_EQ(include_place("model/system.c", "\"model/host/x.h\""), "");
    EXPECT_EQ(include_place("model/system.c", "\"model/shell/x.h\""), "model/system.c:2");
    EXPECT_EQ(include_place("model/shell/x.cpp", "\"model/shell/x.h\""), "");
}

TEST(Rule, ForeignLibrariesStayInTheirPlace)
{
    EXPECT_EQ(include_place("model/config/x.c", "<libfyaml.h>"), "");
    EXPECT_EQ(include_place("model/x.c", "<libfyaml.h>"), "model/x.c:2");
    EXPECT_EQ(include_place("cli/x.cpp", "<libfyaml.h>"), "cli/x.cpp:2");
    for (const char *header :
         {"<systemc>", "<systemc.h>", "<sysc/kernel/sc_time.h>", "<tlm>",
          "<tlm_utils/simple_target_socket.h>", "<boost/program_options.hpp>"}) {
        EXPECT_EQ(include_place("model/shell/x.h", header), "model/shell/x.h:2") << header;
        EXPECT_EQ(include_place("model/shell/x.c", header), "model/shell/x.c:2") << header;
        EXPECT_EQ(include_place("model/shell/x.cpp", header), "") << header;
    }
}

TEST(Rule, FilesFunctionsAndLinesHaveAnEnd)
{
    EXPECT_EQ(place(length_faults, "gic/x.c", repeat(500, "\n")), "");
    EXPECT_EQ(place(length_faults, "gic/x.c", repeat(501, "\n")), "gic/x.c:501");
    EXPECT_EQ(place(length_faults, "gic/x.c", "\n" + string(100, 'x') + "\n"), "");
    EXPECT_EQ(place(length_faults, "gic/x.c", "\n" + string(101, 'x') + "\n"), "gic/x.c:2");
    EXPECT_EQ(place(length_faults, "gic/x.c", repeat(100, "\u00b5") + "\n"), "");
    EXPECT_EQ(place(length_faults, "model/x.def", string(132, 'x') + "\n"), "");
    EXPECT_EQ(place(length_faults, "model/x.def", string(133, 'x') + "\n"), "model/x.def:1");
    EXPECT_EQ(place(length_faults, "tools/x", string(101, 'x') + "\n"), "tools/x:1");
    for (const string head : {"void f(void)\n{\n", "\nTEST(A, B) {\n"}) {
        EXPECT_EQ(place(function_faults, "gic/x.cc", head + repeat(68, "    ;\n") + "}\n"), "");
        EXPECT_EQ(place(function_faults, "gic/x.cc", head + repeat(69, "    ;\n") + "}\n"),
                  "gic/x.cc:2");
    }
    EXPECT_EQ(place(function_faults, "gic/x.c", "int t[] = {\n" + repeat(99, "    1,\n") + "};\n"),
              "");
}

TEST(Rule, BlanksAreWhereTheyBelong)
{
    EXPECT_EQ(place(blank_faults, "gic/x.c", "a\nb\n"), "");
    EXPECT_EQ(place(blank_faults, "gic/x.c", "a\n\tb\n"), "gic/x.c:2");
    EXPECT_EQ(place(blank_faults, "Makefile", "a:\n\tb\n"), "");
    EXPECT_EQ(place(blank_faults, "docs/x.md", "a\nb \n"), "docs/x.md:2");
    EXPECT_EQ(place(blank_faults, "gic/x.c", "a\r\n"), "gic/x.c:1");
    EXPECT_EQ(place(blank_faults, "configs/x.yaml", "a\nb"), "configs/x.yaml:2");
    EXPECT_EQ(place(blank_faults, "model/tests/bad.yaml", "a \nb"), "") << "test data";
}

TEST(Rule, WhatIsLeftToDoHasANumber)
{
    EXPECT_EQ(place(todo_faults, "gic/x.c", "\n/* " + todo + ": later */\n"), "gic/x.c:2");
    EXPECT_EQ(place(todo_faults, "gic/x.c", "/* " + todo + " # later */\n"), "gic/x.c:1");
    EXPECT_EQ(place(todo_faults, "gic/x.c", "/* " + todo + " #12: later */\n"), "");
}

TEST(Rule, CoresHaveIntegersOnly)
{
    for (const char *bad : {"float x;", "long double x;", "x = 1.5;", "x = .5;", "x = 2e3;",
                            "x = 1.f;", "x = 0x1p3;", "/* a */ double y;"})
        EXPECT_EQ(place(float_faults, "gic/x.c", string("\n") + bad + "\n"), "gic/x.c:2") << bad;
    for (const char *good : {"/* a double word */", "// float", "s = \"1.5 float\";", "x = 0xe5;",
                             "doubled = msg1.at_ps;", "f(a, ...);", "x = '\\'' + floats[1];"})
        EXPECT_EQ(place(float_faults, "gic/x.c", string(good) + "\n"), "") << good;
    EXPECT_EQ(place(float_faults, "gic/x.h", "/* double\n double */ double x;\n"), "gic/x.h:2");
    EXPECT_EQ(place(float_faults, "gic/tests/x.cc", "double x;\n"), "");
    EXPECT_EQ(place(float_faults, "bench/x.h", "double x;\n"), "");
}

TEST(Rule, TheChangelogHasAnUnreleasedSection)
{
    EXPECT_EQ(place(changelog_faults, "CHANGELOG.md", "# A\n\n## [Unreleased]\n"), "");
    EXPECT_EQ(place(changelog_faults, "CHANGELOG.md", "# A\n\n## 0.1.0\n"), "CHANGELOG.md:1");
    EXPECT_EQ(place(changelog_faults, "README.md", "# A\n"), "");
}

} // namespace tidy
