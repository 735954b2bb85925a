/* The experiments that come along: each runs, and the demonstration shows what it claims. */
#include "cli/tests/program.hpp"

class Configs : public Program {
protected:
    string summary(const string &variant) const
    {
        return read_file(path("out/" + variant + "/summary.json"));
    }
    /* Of the task whose row stands in the summary: its work. */
    static double work(const string &summary, const string &task)
    {
        const string row = summary.substr(summary.find("\"" + task + "\": {"));
        return std::stod(json_value(row, "work"));
    }
    static double time_ps(const string &summary)
    {
        return std::stod(json_value(summary, "time_ps"));
    }
};

TEST_F(Configs, AllRunToTheirEnd)
{
    u32 count = 0;

    for (const auto &entry : fs::directory_iterator(source_dir + "/configs")) {
        if (entry.path().extension() != ".yaml")
            continue;
        const result r = run({"run", entry.path().string()});
        EXPECT_EQ(r.status, 0) << entry.path() << r.err;
        EXPECT_FALSE(r.out.empty());
        count++;
    }
    EXPECT_GE(count, 4u);
}

TEST_F(Configs, TheDemoBuysWorkForTheOtherTask)
{
    ASSERT_EQ(run({"run", demo, "--quiet", "--out", path("out")}).status, 0);
    const string sync = summary("sync");
    for (const string variant : {"v4", "one-ppi"}) {
        const string text = summary(variant);
        EXPECT_GT(work(text, "calc") / time_ps(text), 1.2 * work(sync, "calc") / time_ps(sync));
        EXPECT_NE(json_value(text, "async"), "0");
        EXPECT_NE(json_value(text, "evicted_dirty"), "0") << "reclaim takes place";
    }
}

TEST_F(Configs, TheDemoAloneTakesAboutTheSameTimeUnderEachDesign)
{
    std::istringstream lines(read_file(demo));
    string text;

    for (string line; std::getline(lines, line);)
        if (line.find("name: calc") == string::npos)
            text += line + "\n";
    text.replace(text.find("samples/"), 8, source_dir + "/configs/samples/");
    ASSERT_EQ(run({"run", write("alone.yaml", text), "--quiet", "--out", path("out")}).status, 0);
    for (const string variant : {"v4", "one-ppi"})
        EXPECT_LT(time_ps(summary(variant)), 1.08 * time_ps(summary("sync"))) << variant;
}
