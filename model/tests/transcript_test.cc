/*
 * Golden transcripts: the first fault of a guest whose pages are all away, line by line. A change
 * of the protocol, of a cost or of the order of steps shows as a difference of text.
 *
 * UPDATE_GOLDEN=1 writes the files anew; the difference then stands in the commit.
 */
#include "model/tests/machine.hpp"

#include <sstream>

static std::string read_file(const std::string &path)
{
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

static std::string golden_path(design d)
{
    return std::string(APFSIM_SOURCE_DIR "/model/tests/transcripts/") + design_name[d] +
           "_fault.txt";
}

/*
 * From the first walk, which meets a page that is away, to the walk that gets further. one-ppi
 * polls when idle: with WFI it would not see the READY.
 */
static std::string first_fault(design d)
{
    auto p = plain_spec(d);
    if (d == ONE_PPI)
        p->idle = IDLE_POLL;
    Machine m(std::move(p));
    size_t first = 0;

    EXPECT_EQ(m.finish(), SYS_DONE);
    auto is_walk = [&](size_t i) { return m.lines[i].type == MSG_KIND_COUNT + PH_WALK; };
    while (!is_walk(first))
        first++;
    size_t last = first + 1;
    while (!is_walk(last) || m.lines[last].b <= m.lines[first].b)
        last++;
    m.lines.resize(last + 1);
    return m.text(first);
}

class Transcript : public ::testing::TestWithParam<design> {};

TEST_P(Transcript, IsTheGoldenOne)
{
    std::string text = first_fault(GetParam());

    if (getenv("UPDATE_GOLDEN") != nullptr)
        std::ofstream(golden_path(GetParam())) << text;
    EXPECT_EQ(text, read_file(golden_path(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Designs, Transcript, ::testing::Values(SYNC, V4, ONE_PPI),
                         [](const auto &i) { return std::string(design_name[i.param]); });

/* What stands between the marks of the page, without the fence around it. */
static std::string block_of_page(const std::string &page, const std::string &name)
{
    size_t mark = page.find("<!-- transcript: " + name + " -->");
    if (mark == std::string::npos)
        return "no mark for " + name;
    size_t end = page.find("<!-- end -->", mark);
    size_t open = page.find("```", mark);
    size_t begin = page.find('\n', open) + 1, close = page.find("```", begin);
    if (end == std::string::npos || open > end || close > end)
        return "no fenced block behind the mark of " + name;
    return page.substr(begin, close - begin);
}

TEST(Walkthrough, ShowsTheTranscriptOfV4)
{
    const std::string path = APFSIM_SOURCE_DIR "/docs/walkthrough.md";

    if (!std::filesystem::exists(path))
        GTEST_SKIP() << path << " does not exist";
    EXPECT_EQ(block_of_page(read_file(path), "v4_fault"), read_file(golden_path(V4)));
}
