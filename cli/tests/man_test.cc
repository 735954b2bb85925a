/*
 * The pages of docs/man name what the program takes: for each command, the options of its --help
 * and those of its man page are the same.
 */
#include <cstring>
#include <iterator>
#include <regex>
#include <set>

#include "cli/tests/program.hpp"

static string man_page(const string &name)
{
    return read_file(source_dir + "/docs/man/" + name + ".1");
}

/* Roff writes a hyphen that may be copied as \-. */
static string plain(const string &roff)
{
    return std::regex_replace(roff, std::regex("\\\\-"), "-");
}

static std::set<string> options_in(const string &text, const string &pattern)
{
    std::set<string> found;
    const std::regex option(pattern, std::regex::ECMAScript | std::regex::multiline);

    for (std::sregex_iterator at(text.begin(), text.end(), option), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

/* "  --out FILE   ..."; not "-h [ --help ]", which stands once in each page. */
static std::set<string> options_of_help(const string &help)
{
    return options_in(help, "^  (--[a-z][a-z-]*)");
}

/* The tags of the lists below "OPTIONS", in the part of one command. */
static std::set<string> options_of_part(const string &page, const string &title)
{
    const size_t options = page.find("\n.SH OPTIONS\n");
    const size_t begin = page.find("\n.SS " + title + "\n", options);

    EXPECT_NE(options, string::npos);
    if (begin == string::npos)
        return {};
    const size_t end = page.find("\n.S", begin + 1);
    return options_in(page.substr(begin, end - begin), "^\\.TP\n\\.BR? (--[a-z][a-z-]*)");
}

static std::vector<string> parts_of(const string &page)
{
    std::vector<string> titles;
    const std::regex title("\n\\.SS (apfsim [^\n]*)");

    for (std::sregex_iterator at(page.begin(), page.end(), title), end; at != end; ++at)
        titles.push_back((*at)[1]);
    return titles;
}

/* The words of a list "  name   what it does" at the head of a command with sub-commands. */
static std::set<string> commands_of_help(const string &help)
{
    return options_in(help, "^  ([a-z]+) +[a-z]");
}

class Man : public Program {
protected:
    /* Page and title: "apfsim sweep run" is a part of apfsim-sweep. */
    void expect_same(const string &page, const std::vector<string> &command)
    {
        std::vector<string> args = command;
        string title = "apfsim";

        for (const string &word : command)
            title += " " + word;
        args.push_back("--help");
        EXPECT_EQ(options_of_part(plain(man_page(page)), title), options_of_help(run(args).out))
            << title << " and docs/man/" << page << ".1";
    }
};

TEST_F(Man, EveryCommandHasItsOptionsInItsPage)
{
    for (const char *command : {"run", "check", "list", "trace"})
        expect_same("apfsim", {command});
    for (const char *command : {"plan", "run", "status", "merge", "export"})
        expect_same("apfsim-sweep", {"sweep", command});
    expect_same("apfsim-report", {"report"});
    expect_same("apfsim-compare", {"compare"});
}

TEST_F(Man, EveryCommandIsThere)
{
    const std::set<string> all = {"run", "check", "list", "trace", "sweep", "report", "compare"};
    const std::set<string> of_sweep = {"plan", "run", "status", "merge", "export"};

    EXPECT_EQ(commands_of_help(run({"--help"}).out), all);
    EXPECT_EQ(commands_of_help(run({"sweep", "--help"}).out), of_sweep);
    for (const string &name : all)
        EXPECT_NE(man_page("apfsim").find("\n.TP\n.B " + name + "\n"), string::npos) << name;
    for (const string &name : of_sweep)
        EXPECT_NE(man_page("apfsim-sweep").find("\n.TP\n.B " + name + "\n"), string::npos) << name;
}

/* A part whose command has gone would be compared with nothing. */
TEST_F(Man, EveryPartIsACommand)
{
    for (const char *name : {"apfsim", "apfsim-sweep", "apfsim-report", "apfsim-compare"}) {
        const std::vector<string> parts = parts_of(plain(man_page(name)));
        EXPECT_FALSE(parts.empty()) << name;
        for (const string &part : parts) {
            std::istringstream words(part.substr(strlen("apfsim ")));
            std::vector<string> args{std::istream_iterator<string>(words), {}};
            args.push_back("--help");
            EXPECT_EQ(run(args).status, 0) << part;
        }
    }
}

TEST_F(Man, EveryPageNamesTheVersion)
{
    string version = run({"--version"}).out; /* "apfsim 0.1.0" and the end of the line */

    version.pop_back();
    for (const char *name : {"apfsim", "apfsim-sweep", "apfsim-report", "apfsim-compare"})
        EXPECT_NE(man_page(name).find("\"" + version + "\""), string::npos) << name;
}
