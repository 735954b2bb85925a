/*
 * What README.md and docs/walkthrough.md show is what the program prints, and what they say works.
 * UPDATE_GOLDEN=1 writes the blocks anew.
 */
#include "cli/tests/program.hpp"

static const string readme = source_dir + "/README.md";
static const string walkthrough = source_dir + "/docs/walkthrough.md";

/* Where the first fenced block behind a mark stands in a page, without its fence. */
static void find_block(const string &page, const string &mark, size_t *begin, size_t *length)
{
    const size_t at = page.find(mark);

    ASSERT_NE(at, string::npos) << mark;
    *begin = page.find('\n', page.find("```", at)) + 1;
    *length = page.find("```", *begin) - *begin;
}

static string block_behind(const string &path, const string &mark)
{
    const string page = read_file(path);
    size_t begin = 0, length = 0;

    find_block(page, mark, &begin, &length);
    return page.substr(begin, length);
}

static void expect_block(const string &path, const string &mark, const string &text)
{
    if (getenv("UPDATE_GOLDEN") != nullptr) {
        string page = read_file(path);
        size_t begin = 0, length = 0;
        find_block(page, mark, &begin, &length);
        std::ofstream(path, std::ios::binary) << page.replace(begin, length, text);
    }
    EXPECT_EQ(block_behind(path, mark), text) << path << " is old; UPDATE_GOLDEN=1 writes it";
}

/* The words of each line of a block that calls the program, however it is called there. */
static std::vector<std::vector<string>> calls_of(const string &block)
{
    std::vector<std::vector<string>> calls;
    std::istringstream lines(block);

    for (string line; std::getline(lines, line);) {
        std::istringstream words(line);
        string word;
        if (!(words >> word) || fs::path(word).filename() != "apfsim")
            continue;
        calls.emplace_back();
        while (words >> word)
            calls.back().push_back(word);
    }
    return calls;
}

class Page : public Program {
protected:
    /* Where the commands of a page are typed: a folder that has configs/ in it. */
    void expect_to_work(const string &block)
    {
        const fs::path before = fs::current_path();
        const auto calls = calls_of(block);

        if (!fs::exists(folder / "configs"))
            fs::create_directory_symlink(source_dir + "/configs", folder / "configs");
        fs::current_path(folder);
        EXPECT_FALSE(calls.empty());
        for (const auto &call : calls) {
            const result r = run(call);
            EXPECT_EQ(r.status, 0) << call[0] << ": " << r.err;
        }
        fs::current_path(before);
    }
};

TEST_F(Page, TheReadmeShowsTheDemo)
{
    expect_block(readme, "<!-- output: apfsim run configs/demo.yaml --quiet -->",
                 run({"run", demo, "--quiet"}).out);
}

TEST_F(Page, TheCommandsOfTheReadmeWork)
{
    expect_to_work(block_behind(readme, "## Your own experiment"));
    EXPECT_TRUE(fs::exists(path("results/summary.json")));
    EXPECT_TRUE(fs::exists(path("faults.csv")));
}

TEST_F(Page, TheExperimentOfTheWalkthroughWorks)
{
    const string golden = read_file(source_dir + "/model/tests/transcripts/v4_fault.txt");

    expect_block(walkthrough, "<!-- transcript: v4_fault -->", golden);
    write("one.yaml", block_behind(walkthrough, "Put this into"));
    expect_to_work(block_behind(walkthrough, "and print its transcript:"));
    EXPECT_NE(run({"trace", path("one/trace.apft")}).out.find(golden), string::npos);
}
