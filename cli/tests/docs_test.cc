/*
 * The commands and files that the pages of docs/ show: commands are typed in a folder that has
 * configs/ in it, and end with the status that stands behind them ("# status 1"), else with 0.
 * A block behind "<!-- not tested: why -->" is left out; "<!-- NAME -->" says which file it is.
 */
#include <wordexp.h>

#include <regex>
#include <set>

#include "cli/tests/program.hpp"

struct block {
    string mark, language, text;
};

/* Fenced blocks, each with the comment in the line before it. */
static std::vector<block> blocks_of(const string &path)
{
    std::ifstream page(path);
    std::vector<block> blocks;
    string before;
    bool is_inside = false;

    for (string line; std::getline(page, line); before = line) {
        if (line.rfind("```", 0) == 0) {
            if (!is_inside)
                blocks.push_back(
                    {before.rfind("<!-- ", 0) == 0 ? before.substr(5, before.size() - 9) : "",
                     line.substr(3), ""});
            is_inside = !is_inside;
        } else if (is_inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

static bool is_skipped(const block &b)
{
    return b.mark.rfind("not tested: ", 0) == 0;
}

static block only_block(const string &path, const string &beginning)
{
    block found;
    int count = 0;

    for (const block &b : blocks_of(path))
        if (b.text.rfind(beginning, 0) == 0) {
            found = b;
            count++;
        }
    EXPECT_EQ(count, 1) << path << " has not one block that begins with " << beginning;
    return found;
}

struct call {
    string line;
    std::vector<string> args;
    int status;
};

/* As a shell would split it. */
static std::vector<string> words_of(const string &line)
{
    wordexp_t words = {};

    EXPECT_EQ(wordexp(line.c_str(), &words, WRDE_NOCMD | WRDE_UNDEF), 0) << line;
    std::vector<string> all(words.we_wordv, words.we_wordv + words.we_wordc);
    wordfree(&words);
    return all;
}

/* The lines of a block that call apfsim, without prompts and comments. */
static std::vector<call> calls_of(const block &b)
{
    std::vector<call> calls;
    string text = b.text;

    for (size_t at; (at = text.find("\\\n")) != string::npos;)
        text.replace(at, 2, " ");
    std::istringstream lines(text);
    for (string line; std::getline(lines, line);) {
        const size_t comment = line.find(" #");
        const size_t status = line.find("# status ");
        string command = line.substr(line.rfind("$ ", 0) == 0 ? 2 : 0, comment);
        if (command.empty() || command[0] == '#')
            continue;
        std::vector<string> words = words_of(command);
        if (words.empty() || fs::path(words[0]).filename() != "apfsim")
            continue;
        words.erase(words.begin());
        calls.push_back({line, words, status == string::npos ? 0 : line[status + 9] - '0'});
    }
    return calls;
}

/* A sweep of four runs of a few milliseconds, for pages that do not say which. */
static const string small_sweep = R"(apfsim-sweep: 1
base: configs/sweeps/base.yaml
set: {guest.tasks.mem.accesses: 20, guest.tasks.calc.instructions: 100000}
matrix: {protocol.variant: [sync, v4], store.read.median: [50us, 100us]}
)";

class Docs : public Program {
protected:
    const fs::path before = fs::current_path();

    Docs()
    {
        fs::copy(source_dir + "/configs", folder / "configs", fs::copy_options::recursive);
        fs::current_path(folder);
    }
    ~Docs() override
    {
        fs::current_path(before);
    }

    static string page(const string &name)
    {
        return source_dir + "/docs/" + name;
    }
    void work(const std::vector<string> &args)
    {
        const result r = run(args);

        EXPECT_EQ(r.status, 0) << args[0] << ": " << r.err;
    }
    /* Files first: a command may stand before the file that it reads. */
    void expect_to_work(const string &name, size_t count)
    {
        size_t typed = 0;

        for (const block &b : blocks_of(page(name)))
            if (!b.mark.empty() && !is_skipped(b))
                write(b.mark, b.text);
        for (const block &b : blocks_of(page(name))) {
            if ((b.language != "sh" && b.language != "console") || is_skipped(b))
                continue;
            for (const call &c : calls_of(b)) {
                const result r = run(c.args);
                EXPECT_EQ(r.status, c.status) << name << ": " << c.line << "\n" << r.err;
                typed++;
            }
        }
        EXPECT_EQ(typed, count) << name << " shows more or fewer commands than before";
    }
};

TEST_F(Docs, TheCommandsOfSweepsAndReportWork)
{
    expect_to_work("sweeps.md", 5);
    expect_to_work("report.md", 4);
    for (const char *file : {"slots.db", "slots.html", "slots.svg"})
        EXPECT_TRUE(fs::exists(file)) << file;
}

TEST_F(Docs, TheSweepFileOfTheReferenceIsGood)
{
    const string text = only_block(page("sweeps.md"), "apfsim-sweep: 1").text +
                        only_block(page("sweeps.md"), "include:").text;
    const string file = write("configs/sweeps/example.yaml", text);
    const result r = run({"sweep", "plan", file, "--to", "csv"});

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_NE(r.out.find("65us"), string::npos);
}

TEST_F(Docs, TheCommandsOfCompareWork)
{
    expect_to_work("compare.md", 7);
}

/* Up to "...", each line of the page stands in what is printed, in the same order. */
static void expect_in_order(const string &shown, const string &printed)
{
    std::istringstream lines(shown);
    size_t at = 0;

    for (string line; std::getline(lines, line);) {
        const string words = line.substr(0, line.find("..."));
        const size_t found = printed.find(words, at);
        EXPECT_NE(found, string::npos) << "\"" << words << "\" is not in\n" << printed;
        at = found == string::npos ? at : found;
    }
}

TEST_F(Docs, CompareAnswersAsItsPageSays)
{
    work({"run", "configs/demo.yaml", "--quiet", "--out", "before"});
    work({"run", "configs/demo.yaml", "--quiet", "--set", "costs.kvm.s2_map=815ns", "--out",
          "after"});
    const result r = run({"compare", "before", "after"});
    EXPECT_EQ(r.status, 1) << r.err;
    expect_in_order(only_block(page("compare.md"), "failed: ").text, r.out);
}

TEST_F(Docs, TheCommandsOfHardwareWork)
{
    expect_to_work("hardware.md", 10);
}

static string marked_block(const string &path, const string &mark)
{
    string text;
    int count = 0;

    for (const block &b : blocks_of(path))
        if (b.mark == mark) {
            text = b.text;
            count++;
        }
    EXPECT_EQ(count, 1) << path << " has not one block " << mark;
    return text;
}

TEST_F(Docs, TheMapsOfTheHardwareLookAsTheirPageSays)
{
    for (const string kind : {"registers", "calls", "events"})
        expect_in_order(marked_block(page("hardware.md"), kind + ".txt"), run({"list", kind}).out);
    const result blind = run({"run", "configs/one-fault.yaml", "--quiet", "--set",
                              "guest.discovery=blind", "--set", "host.hypervisor=none"});
    expect_in_order(marked_block(page("hardware.md"), "blind.err"), blind.err);
}

/* CMake builds docs/examples; the page shows the same text. */
TEST(Examples, PrintWhatThePageOfTheHardwareSays)
{
    const string hardware = source_dir + "/docs/hardware.md";

    for (const string name : {"gic", "gicv3", "sdei", "smccc", "cpu", "mmu"}) {
        EXPECT_EQ(marked_block(hardware, name + ".c"),
                  read_file(source_dir + "/docs/examples/" + name + ".c"));
        string printed;
        FILE *pipe = popen((APFSIM_EXAMPLES "/example_" + name).c_str(), "r");
        ASSERT_NE(pipe, nullptr);
        for (int c; (c = fgetc(pipe)) != EOF;)
            printed += (char)c;
        EXPECT_EQ(pclose(pipe), 0) << name;
        EXPECT_EQ(marked_block(hardware, name + ".out"), printed);
    }
}

TEST_F(Docs, ABaselineLooksAsItsPageSays)
{
    const string shown = only_block(page("compare.md"), "apfsim-baseline: 1").text;

    work({"run", "configs/one-fault.yaml", "--quiet", "--out", "results"});
    work({"compare", "baseline.yaml", "results", "--accept", "the first baseline"});
    const string text = read_file("baseline.yaml");
    EXPECT_NE(text.find("\n" + shown), string::npos) << text.substr(0, 800);
}

TEST_F(Docs, TheCommandsOfTheDatabaseWork)
{
    write("sweep.yaml", small_sweep);
    for (const string part : {"1", "2"})
        work({"sweep", "run", "sweep.yaml", "--out", "part-" + part + ".db", "--shard",
              part + "/2", "--quiet"});
    work({"sweep", "merge", "part-1.db", "part-2.db", "--out", "results.db"});
    expect_to_work("database.md", 3);
}

TEST_F(Docs, TheCommandsOfOtherLaunchersWork)
{
    write("sweep.yaml", small_sweep);
    for (const string part : {"1", "2"})
        work({"sweep", "run", "sweep.yaml", "--out", "part-" + part + ".db", "--shard",
              part + "/7", "--quiet"});
    expect_to_work("clusters.md", 2);
}

/* As GitHub names a heading: lower case, no marks, hyphens for blanks. */
static string anchor_of(const string &heading)
{
    string anchor;

    for (const char c : heading)
        if (isalnum((u8)c) || c == '-' || c == '_' || c == ' ')
            anchor += c == ' ' ? '-' : (char)tolower((u8)c);
    return anchor;
}

static std::set<string> anchors_of(const fs::path &path)
{
    std::ifstream page(path);
    std::set<string> anchors;

    for (string line; std::getline(page, line);)
        if (line[0] == '#')
            anchors.insert(anchor_of(line.substr(line.find_first_not_of("# "))));
    return anchors;
}

static std::vector<fs::path> pages()
{
    std::vector<fs::path> all;

    for (const char *name : {"README.md", "CHANGELOG.md", "CONTRIBUTING.md"})
        all.push_back(fs::path(source_dir) / name);
    for (const auto &entry : fs::recursive_directory_iterator(source_dir + "/docs"))
        if (entry.path().extension() == ".md")
            all.push_back(entry.path());
    return all;
}

TEST(Links, EachLeadsToAFileAndAHeading)
{
    const std::regex link("\\]\\(([^)# ]*)#?([^) ]*)\\)");
    int count = 0;

    for (const fs::path &page : pages()) {
        const string text = read_file(page);
        for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
            const string file = (*at)[1], anchor = (*at)[2];
            if (file.find("://") != string::npos)
                continue;
            const fs::path target = file.empty() ? page : page.parent_path() / file;
            EXPECT_TRUE(fs::exists(target)) << page << " names " << file;
            if (!anchor.empty()) {
                EXPECT_EQ(anchors_of(target).count(anchor), 1u) << page << " names #" << anchor;
            }
            count++;
        }
    }
    EXPECT_GT(count, 50);
}
